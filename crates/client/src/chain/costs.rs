//! What calls put on hold and what they use of a quota, as far as the runtime does not say it itself.
//!
//! Deposits are set by the runtime's configuration and are not in its metadata. So this client knows those of the
//! runtimes of its own release, which the whole-system test compares with what is held, and claims nothing about others.

use codec::{Compact, Decode, Encode};
use medshare_types::{AccountId, Anchor, Balance, NewVersion, Point, RecordVersion, VersionStatus};
use subxt::Metadata;

use super::{At, Call, Chain, calls::NewRecord, calls::council::Weight, storage::blake2_128_concat};
use crate::{error::Result, upgrade::RuntimeVersion};

/// The runtime whose costs these are, by its name and version. The version before had other deposits.
const KNOWN: (&str, u32) = ("medshare", 2);

/// A thousandth of an MDS.
const MILLI: Balance = 1_000_000_000;
/// For a version whatever its size, and for a request, a direct grant or an order.
const ENTRY: Balance = 100 * MILLI;
/// For each byte of a version.
const BYTE: Balance = MILLI / 10;
/// For the review of a claim.
const CLAIM: Balance = 200 * MILLI;
/// The parts of the price in a million that a claim's bond is, and the lowest bond, where hospitals have set no others.
const BOND_SHARE: u32 = 50_000;
const LEAST_BOND: Balance = 10 * MILLI;
/// By what the chain keeps these two, if hospitals have set them: the group of parameters, and which of it.
const BOND_SHARE_KEY: [u8; 2] = [0, 4];
const LEAST_BOND_KEY: [u8; 2] = [0, 7];
/// For a member whom a hospital sponsors.
const MEMBER: Balance = 1_000 * MILLI;
/// What each byte of a transaction uses of a quota, in picoseconds.
const UNITS_PER_BYTE: u64 = 1_000_000;

/// What a claim's bond is called.
const BOND: &str = "bond";

/// Something that a call puts on hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hold {
    /// What for: `deposit`, `price`, `bond`, `redemption`.
    pub what: &'static str,
    /// How much, in the smallest unit; unknown where it depends on an order that is not there.
    pub amount: Option<Balance>,
}

impl Hold {
    fn of(what: &'static str, amount: Balance) -> Self {
        Self { what, amount: Some(amount) }
    }
}

/// Whether this client knows the costs of a runtime.
pub(super) fn are_known(version: &RuntimeVersion) -> bool {
    (version.spec_name.as_str(), version.spec_version) == KNOWN
}

fn argument<T: Decode>(call: &Call, name: &str) -> Option<T> {
    T::decode(&mut call.value(name)?).ok()
}

impl Chain {
    /// What a call puts on hold at a block; nothing if this client does not know.
    ///
    /// # Errors
    /// [`Error::Node`](crate::Error::Node) if the node does not answer.
    pub(super) async fn holds(&self, call: &Call, at: At) -> Result<Option<Vec<Hold>>> {
        let Some(mut holds) = holds(call) else { return Ok(None) };
        for hold in holds.iter_mut().filter(|hold| hold.what == BOND) {
            hold.amount = self.bond(call, at).await?;
        }
        Ok(Some(holds))
    }

    /// The bond of a claim; nothing if there is no such order.
    async fn bond(&self, call: &Call, at: At) -> Result<Option<Balance>> {
        let Some(order) = argument(call, "order") else { return Ok(None) };
        let Some(order) = self.order(order, at).await? else { return Ok(None) };
        let share = self.parameter(BOND_SHARE_KEY, at).await?.unwrap_or(BOND_SHARE);
        let least = self.parameter(LEAST_BOND_KEY, at).await?.unwrap_or(LEAST_BOND);
        let existential = self.constant("Balances", "ExistentialDeposit").await?;
        Ok(Some(share_of(order.price, share).max(least).max(existential)))
    }

    /// What hospitals have set a parameter to, if they have.
    async fn parameter<T: Decode>(&self, key: [u8; 2], at: At) -> Result<Option<T>> {
        let value: Option<([u8; 2], T)> =
            self.item("Parameters", "Parameters", &blake2_128_concat(&key), at).await?;
        Ok(value.map(|(_, value)| value))
    }
}

/// So many parts in a million of an amount, rounded down.
fn share_of(amount: Balance, parts: u32) -> Balance {
    const MILLION: Balance = 1_000_000;
    let parts = Balance::from(parts).min(MILLION);
    // In two parts, so that nothing overflows; it is as exact.
    (amount / MILLION) * parts + (amount % MILLION) * parts / MILLION
}

/// What a call puts on hold, without the amount that the chain has to be asked for; nothing if this client does not know.
fn holds(call: &Call) -> Option<Vec<Hold>> {
    let deposit = |amount| Hold::of("deposit", amount);
    let content = |call| argument::<NewVersion<AccountId>>(call, "content");
    Some(match (call.pallet(), call.name()) {
        ("Records", "register" | "revise") => vec![deposit(version(content(call)?))],
        ("Records", "register_many") => {
            let records: Vec<NewRecord> = argument(call, "records")?;
            let all = records.into_iter().map(|record| version(record.content));
            vec![deposit(all.fold(0, Balance::saturating_add))]
        }
        // The deposit changes with the number of locators and former holders, which only the chain has.
        ("Records", "relocate") => return None,
        ("Access", "request" | "grant") => vec![deposit(ENTRY)],
        ("Marketplace", "order") => {
            vec![Hold::of("price", argument(call, "max_price")?), deposit(ENTRY)]
        }
        ("Marketplace", "claim") => vec![Hold { what: BOND, amount: None }, deposit(CLAIM)],
        ("Members", "admit") => vec![deposit(MEMBER)],
        ("Settlement", "redeem") => {
            vec![Hold::of("redemption", argument::<Compact<Balance>>(call, "amount")?.0)]
        }
        ("Records" | "Access" | "Marketplace" | "Members" | "Audits" | "Settlement" | "Peers", _) => {
            Vec::new()
        }
        _ => return None,
    })
}

/// The deposit of a version: by the bytes of what is stored of it, which these values do not change.
fn version(content: NewVersion<AccountId>) -> Balance {
    let stored = RecordVersion {
        content,
        owner_key: Point::default(),
        status: VersionStatus::Pending,
        anchor: Anchor { block: 0, moment: 0 },
        deposit: 0,
    };
    let bytes = Balance::try_from(stored.encoded_size()).unwrap_or(Balance::MAX);
    BYTE.saturating_mul(bytes).saturating_add(ENTRY)
}

/// What a transaction uses of a quota at most, in picoseconds: its weight, what every transaction of its class weighs
/// besides, and its length. See pallet `quota`.
pub(super) fn units(metadata: &Metadata, class: u8, weight: Weight, length: u32) -> Option<u64> {
    #[derive(Decode)]
    struct OfClass {
        base: Weight,
        _most: Option<Weight>,
        _total: Option<Weight>,
        _reserved: Option<Weight>,
    }
    #[derive(Decode)]
    struct Weights {
        _base_block: Weight,
        _most: Weight,
        classes: [OfClass; 3],
    }
    let limits = metadata.pallet_by_name("System")?.constant_by_name("BlockWeights")?;
    let limits = Weights::decode(&mut limits.value()).ok()?;
    let base = limits.classes.get(usize::from(class))?.base.ref_time;
    let bytes = UNITS_PER_BYTE.saturating_mul(length.into());
    Some(base.saturating_add(weight.ref_time).saturating_add(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::calls;
    use medshare_types::{Hash, Permission, Policy};

    fn content() -> NewVersion<AccountId> {
        serde_json::from_value(serde_json::json!({
            "ciphertext": Hash::zero(), "size": 1, "plaintext": Hash::zero(),
            "commitment": { "d1": Point::default(), "d2": Point::default() },
            "descriptor": {
                "kind": "Document", "media_type": "", "modality": null, "codes": [], "counts": [],
                "plaintext_size": 1, "completeness": 100, "period": null
            },
            "locators": []
        }))
        .unwrap()
    }

    #[test]
    fn a_version_costs_by_its_bytes() {
        let policy = Policy::new(Permission::GeneralResearch);
        let one = holds(&calls::register(Hash::zero(), policy.clone(), content())).unwrap();
        let record = NewRecord { subject: Hash::zero(), policy, content: content() };
        let two = holds(&calls::register_many(vec![record.clone(), record])).unwrap();
        let amount = |holds: &[Hold]| holds[0].amount.unwrap();
        assert_eq!(amount(&two), amount(&one) * 2);
        let bytes = (amount(&one) - ENTRY) / BYTE;
        let empty = 4 + 32 + 32;
        assert!(bytes > empty && bytes < 400, "{bytes}");
    }

    #[test]
    fn a_bond_is_a_share_rounded_down() {
        let price = 25_000 * MILLI;
        assert_eq!(share_of(price, BOND_SHARE), 1_250 * MILLI);
        assert_eq!(share_of(39, BOND_SHARE), 1);
        assert_eq!(share_of(19, BOND_SHARE), 0);
        assert_eq!(share_of(Balance::MAX, 1_000_000), Balance::MAX);
        assert_eq!(share_of(1_999_999, 999_999), 1_999_997);
    }

    #[test]
    fn what_is_not_known_is_not_claimed() {
        assert_eq!(holds(&calls::withdraw(1)), Some(Vec::new()));
        assert_eq!(holds(&calls::as_council(calls::leave())), None);
        let version =
            |spec_name: &str, spec_version| RuntimeVersion { spec_name: spec_name.into(), spec_version };
        assert!(are_known(&version("medshare", 2)));
        assert!(!are_known(&version("medshare", 1)) && !are_known(&version("medshare", 3)));
        assert!(!are_known(&version("another", 2)));
    }
}
