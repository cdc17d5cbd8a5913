//! The parameters and quotas that a file sets, in the units in which people write them.

use std::ops::RangeInclusive;

use frame_support::traits::{BuildGenesisConfig, Get};
use medshare_runtime::{
    DAY, HOUR, MDS, MINUTE, Runtime, SLOT_MILLIS, TermsConfig,
    configs::{
        audits::{KeyWindow, VoteWindow},
        marketplace::{DeliverWithin, RulingWithin},
        money::EXISTENTIAL_DEPOSIT,
        parameters::dynamic_params::marketplace::{FeeShare, MinBond, MinPrice, RetainedShare, Split},
        validators::{SHORTEST_SESSION, SessionBlocks},
    },
};
use medshare_types::{Amount, Balance, BlockNumber, Moment, Role, Tier, amount::decimal};
use pallet_marketplace::FeeSplit;
use pallet_quota::types::Units;
use sp_runtime::Permill;
use sp_state_machine::BasicExternalities;
use toml::Value;

use super::{
    check::{Check, MAX_MDS},
    file::{Parameters, Quotas},
};

impl Check {
    /// The parameters that the file sets.
    pub fn terms(&mut self, file: &Parameters) -> TermsConfig {
        let before = self.mistakes.len();
        let split = file.split.as_ref().and_then(|split| {
            let auditors = self.parameter("split.auditors", Some(&split.auditors), share);
            let vaults = self.parameter("split.vaults", Some(&split.vaults), share);
            Some(FeeSplit { auditors: auditors?, vaults: vaults? })
        });
        let terms = TermsConfig {
            deliver_within: self.parameter("deliver_within", file.deliver_within.as_ref(), |value| {
                time(value, &DeliverWithin::BOUNDS)
            }),
            ruling_within: self.parameter("ruling_within", file.ruling_within.as_ref(), |value| {
                time(value, &RulingWithin::BOUNDS)
            }),
            fee_share: self.parameter("fee_share", file.fee_share.as_ref(), share),
            retained_share: self.parameter("retained_share", file.retained_share.as_ref(), share),
            claim_bond_share: self.parameter("claim_bond_share", file.claim_bond_share.as_ref(), share),
            split,
            min_price: self.parameter("min_price", file.min_price.as_ref(), amount),
            min_bond: self.parameter("min_bond", file.min_bond.as_ref(), amount),
            key_window: self
                .parameter("key_window", file.key_window.as_ref(), |value| time(value, &KeyWindow::BOUNDS)),
            vote_window: self.parameter("vote_window", file.vote_window.as_ref(), |value| {
                time(value, &VoteWindow::BOUNDS)
            }),
            session_blocks: self.parameter("session_blocks", file.session_blocks.as_ref(), blocks),
            ..Default::default()
        };
        // What cannot be read leaves nothing to compare.
        if self.mistakes.len() == before {
            self.compare(&terms);
        }
        terms
    }

    fn parameter<T>(
        &mut self,
        name: &str,
        value: Option<&Value>,
        read: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Option<T> {
        read(value?).map_err(|mistake| self.mistakes.push(format!("parameters, {name}: {mistake}"))).ok()
    }

    /// Checks that the parameters fit together, each as the chain will read it: from the file, or the runtime's own.
    fn compare(&mut self, terms: &TermsConfig) {
        BasicExternalities::default().execute_with(|| {
            terms.build();
            let (fee, retained) = (FeeShare::get(), RetainedShare::get());
            if fee.deconstruct().saturating_add(retained.deconstruct()) > Permill::one().deconstruct() {
                self.mistakes.push(format!(
                    "parameters, fee_share and retained_share: {fee:?} and {retained:?} are together more than the \
                     price; write shares that are 100% at most"
                ));
            }
            if !Split::get().is_valid() {
                self.mistakes.push(
                    "parameters, split: auditors and vaults get more than the whole fee; write parts that are 100% at \
                     most, of which the consortium gets the rest"
                        .into(),
                );
            }
            let bond = MinBond::get();
            if bond < EXISTENTIAL_DEPOSIT {
                self.mistakes.push(format!(
                    "parameters, min_bond: {} is below the smallest amount that an account can have; write \"{}\" or \
                     more",
                    Amount(bond),
                    Amount(EXISTENTIAL_DEPOSIT)
                ));
            }
            let (price, least) = (MinPrice::get(), lowest_price(retained));
            if price < least {
                self.mistakes.push(format!(
                    "parameters, min_price: of {} the part that is retained ({retained:?}) is below the smallest \
                     amount that an account can have; write \"{}\" or more, or another retained_share",
                    Amount(price),
                    Amount(least)
                ));
            }
            let (review, ruling) = (KeyWindow::get().saturating_add(VoteWindow::get()), RulingWithin::get());
            if review > ruling {
                self.warnings.push(format!(
                    "parameters, ruling_within: is {}, but keys and votes may take {} (key_window and vote_window), so \
                     claims can end without a ruling though nobody was late",
                    span(ruling),
                    span(review)
                ));
            }
            let (session, day) = (SessionBlocks::get(), DAY / SLOT_MILLIS);
            if Moment::from(session) > day {
                self.warnings.push(format!(
                    "parameters, session_blocks: {session} blocks take more than a day ({day}), and validators change \
                     only with sessions"
                ));
            }
            let enough = <Runtime as pallet_validators::Config>::LivenessThreshold::get();
            if session < enough {
                self.warnings.push(format!(
                    "parameters, session_blocks: {session} blocks are too few to tell who authored none by chance, so silent \
                     validators are not reported: {enough} are enough"
                ));
            }
        });
    }

    /// The quotas that the file sets.
    pub fn quotas(&mut self, file: &Quotas) -> Vec<(Role, Tier, Units)> {
        let roles = [
            ("hospital", Role::Hospital, &file.hospital),
            ("auditor", Role::Auditor, &file.auditor),
            ("provider", Role::Provider, &file.provider),
            ("buyer", Role::Buyer, &file.buyer),
            ("vault", Role::Vault, &file.vault),
        ];
        let mut quotas = Vec::new();
        for (name, role, tiers) in roles {
            for (tier, at, value) in [
                ("restricted", Tier::Restricted, &tiers.restricted),
                ("standard", Tier::Standard, &tiers.standard),
                ("trusted", Tier::Trusted, &tiers.trusted),
                ("exemplary", Tier::Exemplary, &tiers.exemplary),
            ] {
                match value.as_ref().map(quota) {
                    Some(Ok(units)) => quotas.push((role, at, units)),
                    Some(Err(mistake)) => self.mistakes.push(format!("quota.{name}, {tier}: {mistake}")),
                    None => {}
                }
            }
        }
        quotas
    }
}

/// The lowest price at which what is retained of it can be paid back.
fn lowest_price(retained: Permill) -> Balance {
    if retained.is_zero() {
        return EXISTENTIAL_DEPOSIT;
    }
    retained.saturating_reciprocal_mul_ceil(EXISTENTIAL_DEPOSIT)
}

fn text<'a>(value: &'a Value, like: &str) -> Result<&'a str, String> {
    value.as_str().ok_or_else(|| format!("is not in quotes; write it like {like}"))
}

fn time(value: &Value, bounds: &RangeInclusive<Moment>) -> Result<Moment, String> {
    const LIKE: &str = "\"24h\" or \"14d\"";
    let text = text(value, LIKE)?;
    let time = humantime::parse_duration(text)
        .map_err(|error| format!("{text:?} is no time ({error}); write one like {LIKE}"))?;
    Moment::try_from(time.as_millis()).ok().filter(|time| bounds.contains(time)).ok_or_else(|| {
        format!(
            "{text:?} is out of bounds; write from \"{}\" to \"{}\"",
            span(*bounds.start()),
            span(*bounds.end())
        )
    })
}

/// In computation, for each hour.
fn quota(value: &Value) -> Result<Units, String> {
    const LIKE: &str = "\"2s\" or \"500ms\"";
    let text = text(value, LIKE)?;
    let time = humantime::parse_duration(text).map_err(|error| {
        format!("{text:?} is no time of computation ({error}); write one for each hour, like {LIKE}")
    })?;
    let window = <Runtime as pallet_quota::Config>::Window::get();
    if time.as_millis() > u128::from(window) {
        return Err(format!("{text:?} is more than there is in {}; write less", span(window)));
    }
    // A unit is a picosecond, so an hour has room.
    Units::try_from(time.as_nanos().saturating_mul(1_000)).map_err(|error| error.to_string())
}

fn share(value: &Value) -> Result<Permill, String> {
    const LIKE: &str = "\"5%\" or \"2.5%\"";
    let text = text(value, LIKE)?;
    // A percent is 10^4 parts in a million.
    let parts = text
        .strip_suffix('%')
        .and_then(|number| decimal(number.trim(), 4))
        .ok_or_else(|| format!("{text:?} is no share; write one like {LIKE}, with at most 4 decimals"))?;
    u32::try_from(parts)
        .ok()
        .filter(|parts| *parts <= Permill::one().deconstruct())
        .map(Permill::from_parts)
        .ok_or_else(|| format!("{text:?} is more than the whole; write 100% at most"))
}

fn amount(value: &Value) -> Result<Balance, String> {
    const LIKE: &str = "\"25 MDS\" or \"0.1 MDS\"";
    let text = text(value, LIKE)?;
    let amount = text
        .strip_suffix("MDS")
        .and_then(|number| number.trim().parse::<Amount>().ok())
        .ok_or_else(|| format!("{text:?} is no amount; write one like {LIKE}, with at most 12 decimals"))?
        .0;
    if amount > Balance::from(MAX_MDS).saturating_mul(MDS) {
        return Err(format!("{text:?} is above {MAX_MDS} MDS; write less"));
    }
    Ok(amount)
}

fn blocks(value: &Value) -> Result<BlockNumber, String> {
    value
        .as_integer()
        .and_then(|blocks| BlockNumber::try_from(blocks).ok())
        .filter(|blocks| *blocks >= SHORTEST_SESSION)
        .ok_or_else(|| {
            format!("is no number of blocks from {SHORTEST_SESSION} on; write one like 1800, without quotes")
        })
}

/// A time as the file has it, in the largest unit of which it is a multiple.
fn span(time: Moment) -> String {
    [(DAY, "d"), (HOUR, "h"), (MINUTE, "m"), (1_000, "s")]
        .iter()
        .find(|(unit, _)| time.is_multiple_of(*unit))
        .map_or_else(|| format!("{time}ms"), |(unit, name)| format!("{}{name}", time / unit))
}
