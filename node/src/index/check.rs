//! Compares the index with the state of the chain at the index's last block.

use std::{
    collections::BTreeMap,
    fmt,
    hash::{BuildHasher, RandomState},
};

use codec::{Decode, DecodeAll, Encode};
use medshare_indexer::{Entity, FindReceipts, GrantKey, Index, ReceiptItem};
use medshare_runtime::{AccountId, Hash, Runtime};
use medshare_types::{
    Grant, Listing, Member, Moment, Order, OrderId, Points, Policy, Record, RecordId, RecordVersion, Review,
    Subject, Version,
};
use pallet_access::{Grants, Policies, Receipts};
use pallet_audits::Reviews;
use pallet_credit::{Clock, Scores};
use pallet_marketplace::{Listings, Orders};
use pallet_members::Members;
use pallet_records::{Records, Versions};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{service::FullBackend, state};

/// So many differences are told of each kind; the others are only counted.
const TOLD: usize = 20;

/// What a comparison found.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// The last block in the index, with whose state it was compared.
    pub at: Option<(u32, Hash)>,
    /// How many of each kind the index has, without what the chain has removed.
    pub compared: BTreeMap<&'static str, u64>,
    /// SHA-256 over all of it: two indexes of one block have the same.
    pub digest: String,
    /// How many differ.
    pub different: u64,
    /// What differs, as far as it is told.
    pub differences: Vec<String>,
}

/// How the index and the state differ in one thing.
pub(super) enum Difference {
    /// The state does not have what the index has.
    Surplus,
    /// The index does not have what the state has.
    Missing,
    /// They have it differently.
    Other,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Surplus => "is in the index and not on the chain",
            Self::Missing => "is on the chain and not in the index",
            Self::Other => "differs",
        })
    }
}

/// Compares everything.
///
/// # Errors
/// If the index or the state cannot be read.
pub async fn compare(index: &Index, backend: &FullBackend) -> Result<Report, String> {
    let head = index.head().await.ok_or("the index is empty")?;
    let mut comparison = Comparison {
        backend,
        block: head.hash,
        report: Report { at: Some((head.number, head.hash)), ..Report::default() },
        digest: Sha256::new(),
    };
    for entity in Entity::ALL {
        comparison.entity(index, entity).await?;
    }
    comparison.receipts(index).await?;
    comparison.report.digest =
        format!("0x{}", sp_core::hexdisplay::HexDisplay::from(&&comparison.digest.finalize()[..]));
    Ok(comparison.report)
}

struct Comparison<'a> {
    backend: &'a FullBackend,
    block: Hash,
    report: Report,
    digest: Sha256,
}

impl Comparison<'_> {
    async fn entity(&mut self, index: &Index, entity: Entity) -> Result<(), String> {
        let name = name(entity);
        // What the index has is remembered by hashes of a secret kind, for there may be millions.
        let hasher = RandomState::new();
        let (mut seen, mut place, mut told) = (std::collections::HashSet::new(), None, 0);
        loop {
            let (pairs, next) = index.dump(entity, place.as_ref()).await.map_err(|error| error.details())?;
            for (key, value) in &pairs {
                self.digest.update([name.as_bytes(), &[0], &key[..], &value[..]].concat());
                seen.insert(hasher.hash_one(key));
            }
            *self.report.compared.entry(name).or_default() += pairs.len() as u64;
            let found = self.inspect(|| {
                pairs
                    .iter()
                    .filter_map(|(key, value)| Some((key.clone(), differs(entity, key, value)?)))
                    .collect()
            })?;
            self.tell(entity, found, &mut told);
            place = next;
            if place.is_none() {
                break;
            }
        }
        let missing = self.inspect(|| {
            keys(entity)
                .filter(|key| !seen.contains(&hasher.hash_one(key)))
                .map(|key| (key, Difference::Missing))
                .collect()
        })?;
        self.tell(entity, missing, &mut told);
        Ok(())
    }

    /// The newest receipts of each record, which the chain keeps.
    async fn receipts(&mut self, index: &Index) -> Result<(), String> {
        let kept: Vec<_> = self.inspect(|| Receipts::<Runtime>::iter().collect())?;
        let mut by_record = BTreeMap::<RecordId, Vec<_>>::new();
        for (record, index, receipt) in kept {
            by_record.entry(record).or_default().push((u64::from(index), receipt));
        }
        let mut told = 0;
        for (record, kept) in by_record {
            let query =
                FindReceipts { record: Some(record), limit: 100, count: false, ..FindReceipts::default() };
            let found = index.find_receipts(&query, &[]).await.map_err(|error| error.details())?;
            for (number, receipt) in kept {
                *self.report.compared.entry("receipts").or_default() += 1;
                let is_it = |item: &&ReceiptItem| item.index == number;
                let difference = match found.items.iter().find(is_it) {
                    None => Difference::Missing,
                    Some(item) if item.content != receipt => Difference::Other,
                    Some(_) => continue,
                };
                self.add(format!("receipt {number} of record {record} {difference}"), &mut told);
            }
        }
        Ok(())
    }

    fn tell(&mut self, entity: Entity, found: Vec<(Vec<u8>, Difference)>, told: &mut usize) {
        for (key, difference) in found {
            self.add(format!("{} {difference}", describe(entity, &key)), told);
        }
    }

    fn add(&mut self, text: String, told: &mut usize) {
        self.report.different += 1;
        if *told < TOLD {
            self.report.differences.push(text);
        }
        *told += 1;
    }

    fn inspect<R>(&self, what: impl FnOnce() -> R) -> Result<R, String> {
        state::inspect(self.backend, self.block, what)
            .map_err(|reason| format!("the state of block {:?} cannot be read: {reason}", self.block))
    }
}

fn name(entity: Entity) -> &'static str {
    match entity {
        Entity::Records => "records",
        Entity::Policies => "policies",
        Entity::Versions => "versions",
        Entity::Listings => "listings",
        Entity::Orders => "orders",
        Entity::Reviews => "reviews",
        Entity::Grants => "grants",
        Entity::Members => "members",
        Entity::Credits => "credits",
    }
}

/// How the state differs from what the index has under a key; reads the state that it is run in.
pub(super) fn differs(entity: Entity, key: &[u8], value: &[u8]) -> Option<Difference> {
    match entity {
        Entity::Records => with(key, value, Records::<Runtime>::get::<RecordId>, same::<Record<AccountId>>),
        Entity::Policies => with(key, value, Policies::<Runtime>::get::<RecordId>, same::<Policy>),
        Entity::Versions => with(
            key,
            value,
            |(record, version): (RecordId, Version)| Versions::<Runtime>::get(record, version),
            same::<RecordVersion<AccountId>>,
        ),
        Entity::Listings => {
            with(key, value, Listings::<Runtime>::get::<RecordId>, same::<Listing<AccountId>>)
        }
        Entity::Orders => with(key, value, Orders::<Runtime>::get::<OrderId>, same::<Order<AccountId>>),
        Entity::Reviews => with(key, value, Reviews::<Runtime>::get::<Subject>, same::<Review<AccountId>>),
        Entity::Grants => with(key, value, Grants::<Runtime>::get::<GrantKey>, same::<Grant>),
        Entity::Members => with(key, value, Members::<Runtime>::get::<AccountId>, same::<Member<AccountId>>),
        // The chain keeps when in half-lives, and nothing of a score of zero.
        Entity::Credits => with(
            key,
            value,
            |account: AccountId| Some(Scores::<Runtime>::get(account)),
            |score, (points, noted): &(Points, Moment)| {
                score.map_or(0, |score| score.value(Clock::<Runtime>::get().at(*noted))) == *points
            },
        ),
    }
}

fn same<T: PartialEq>(there: T, here: &T) -> bool {
    there == *here
}

/// Compares one thing. What cannot be read is another.
fn with<Key: Decode, There, Here: Decode>(
    key: &[u8],
    value: &[u8],
    get: impl FnOnce(Key) -> Option<There>,
    same: impl FnOnce(There, &Here) -> bool,
) -> Option<Difference> {
    let (Ok(key), Ok(here)) = (Key::decode_all(&mut &key[..]), Here::decode_all(&mut &value[..])) else {
        return Some(Difference::Other);
    };
    match get(key) {
        None => Some(Difference::Surplus),
        Some(there) => (!same(there, &here)).then_some(Difference::Other),
    }
}

/// The keys of everything of a kind in the state that this is run in.
fn keys(entity: Entity) -> Box<dyn Iterator<Item = Vec<u8>>> {
    match entity {
        Entity::Records => Box::new(Records::<Runtime>::iter_keys().map(|key| key.encode())),
        Entity::Policies => Box::new(Policies::<Runtime>::iter_keys().map(|key| key.encode())),
        Entity::Versions => Box::new(Versions::<Runtime>::iter_keys().map(|key| key.encode())),
        Entity::Listings => Box::new(Listings::<Runtime>::iter_keys().map(|key| key.encode())),
        Entity::Orders => Box::new(Orders::<Runtime>::iter_keys().map(|key| key.encode())),
        Entity::Reviews => Box::new(Reviews::<Runtime>::iter_keys().map(|key| key.encode())),
        Entity::Grants => Box::new(Grants::<Runtime>::iter_keys().map(|key| key.encode())),
        Entity::Members => Box::new(Members::<Runtime>::iter_keys().map(|key| key.encode())),
        Entity::Credits => Box::new(Scores::<Runtime>::iter_keys().map(|key| key.encode())),
    }
}

/// What a key names, in words.
fn describe(entity: Entity, key: &[u8]) -> String {
    fn read<T: Decode>(key: &[u8]) -> Option<T> {
        T::decode_all(&mut &key[..]).ok()
    }
    let text = match entity {
        Entity::Records => read::<RecordId>(key).map(|id| format!("record {id}")),
        Entity::Policies => read::<RecordId>(key).map(|id| format!("the policy of record {id}")),
        Entity::Listings => read::<RecordId>(key).map(|id| format!("the listing of record {id}")),
        Entity::Orders => read::<OrderId>(key).map(|id| format!("order {id}")),
        Entity::Versions => read::<(RecordId, Version)>(key)
            .map(|(record, version)| format!("version {version} of record {record}")),
        Entity::Reviews => read::<Subject>(key).map(|subject| match subject {
            Subject::Record { record, version } => {
                format!("the review of record {record}, version {version}")
            }
            Subject::Claim { order } => format!("the review of the claim about order {order}"),
        }),
        Entity::Grants => read::<GrantKey>(key).map(|(record, version, who)| {
            format!("the grant of record {record}, version {version}, to {who}")
        }),
        Entity::Members => read::<AccountId>(key).map(|who| format!("member {who}")),
        Entity::Credits => read::<AccountId>(key).map(|who| format!("the credit of {who}")),
    };
    text.unwrap_or_else(|| format!("what {} has under {key:02x?}", name(entity)))
}
