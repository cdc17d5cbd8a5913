//! Which blocks are two of one slot by one author, and what becomes of the reports of them.

use std::collections::BTreeMap;

use medshare_runtime::opaque::{Block, Header};
use medshare_runtime_api::equivocation::{EquivocationProof, KeyOwnershipProof, ReportStatus};
use sc_consensus_aura::{find_pre_digest, standalone::check_header_slot_and_seal};
use sp_consensus_aura::{
    Slot,
    sr25519::{AuthorityId, AuthorityPair, AuthoritySignature},
};
use sp_runtime::traits::Header as _;

/// How many slots back blocks are remembered: half an hour of them. A second block that comes later than that cannot be
/// imported unless nothing became final in all this time.
const SLOTS: u64 = 1_000;

/// Most blocks of a slot that are remembered. Two prove what is to be proven, and where sessions change on different forks
/// a slot can have an author on each.
const BLOCKS: usize = 4;

/// Most validators with an open report: as many as there can be.
const OPEN: usize = 100;

/// Blocks after which a report that is in no block is handed to the pool again: a pool forgets what was in a block of a
/// fork that lost.
const RESUBMIT: u32 = 10;

/// Blocks after which it is looked again whether a report is final.
const CONFIRM: u32 = 5;

/// Blocks after which a report that the chain refuses is tried again. It can be right later: the old key of a validator
/// that replaced it is proven only when the session is over.
const RETRY: u32 = 100;

/// How often a refused report is tried: for several sessions of the default length.
const TRIES: u32 = 100;

pub(super) type Hash = <Header as sp_runtime::traits::Header>::Hash;
pub(super) type Evidence = EquivocationProof<Header>;
pub(super) type Trouble = Box<dyn std::error::Error + Send + Sync>;

/// The best block.
pub(super) struct Head {
    pub(super) hash: Hash,
    pub(super) number: u32,
}

/// What is asked of the chain and of the node.
pub(super) trait Chain {
    /// Who had to author a block of which all is known but by whom it is.
    fn author(&self, header: &Header) -> Result<AuthorityId, Trouble>;

    fn best(&self) -> Head;

    fn finalized(&self) -> Hash;

    /// A proof of who has the key, if the slot is one of the session that this block is in.
    fn ownership(
        &self,
        at: Hash,
        slot: Slot,
        key: &AuthorityId,
    ) -> Result<Option<KeyOwnershipProof>, Trouble>;

    /// What would become of a report behind this block.
    fn status(
        &self,
        at: Hash,
        evidence: &Evidence,
        owner: &KeyOwnershipProof,
    ) -> Result<ReportStatus, Trouble>;

    /// Hands a report to the pool, and says whether it was taken.
    fn submit(&self, at: Hash, evidence: &Evidence, owner: &KeyOwnershipProof) -> Result<bool, Trouble>;

    /// Whether this node has the key.
    fn is_own(&self, key: &AuthorityId) -> bool;
}

/// The slot that a block is of. None if it says none.
pub(super) fn slot_of(header: &Header) -> Option<Slot> {
    find_pre_digest::<Block, AuthoritySignature>(header).ok()
}

/// A header without the seal, if it is sealed by this key and of this slot.
fn unsealed_by(key: &AuthorityId, slot: Slot, header: &Header) -> Option<Header> {
    let authors = core::slice::from_ref(key);
    let checked = check_header_slot_and_seal::<Block, AuthorityPair>(slot, header.clone(), authors);
    checked.ok().filter(|(_, of, _)| *of == slot).map(|(unsealed, ..)| unsealed)
}

/// The blocks of the last slots.
#[derive(Default)]
struct Slots(BTreeMap<u64, Vec<Header>>);

impl Slots {
    /// Remembers a block, and returns the others of its slot.
    fn note(&mut self, slot: Slot, header: &Header) -> Vec<Header> {
        let newest = self.0.keys().next_back().copied().unwrap_or_default().max(*slot);
        let oldest = newest.saturating_sub(SLOTS);
        if *slot < oldest {
            return Vec::new();
        }
        self.0 = self.0.split_off(&oldest);
        let blocks = self.0.entry(*slot).or_default();
        if blocks.contains(header) {
            return Vec::new();
        }
        let others = blocks.clone();
        if blocks.len() < BLOCKS {
            blocks.push(header.clone());
        }
        others
    }
}

/// A report that is not final.
struct Open {
    evidence: Evidence,
    /// Proofs of ownership from before both blocks.
    owners: Vec<KeyOwnershipProof>,
    /// When it is looked at next.
    due: u32,
    /// How often the chain refused it.
    refused: u32,
    /// Whether it was in a block of the best chain.
    included: bool,
}

/// What becomes of an open report.
enum Next {
    Submitted,
    Included,
    Final,
    Refused(String),
}

/// Looks for two blocks of one slot by one author, and pursues the reports.
pub(super) struct Watch<C> {
    chain: C,
    reports: bool,
    slots: Slots,
    open: BTreeMap<AuthorityId, Open>,
}

impl<C: Chain> Watch<C> {
    pub(super) fn new(chain: C, reports: bool) -> Self {
        Self { chain, reports, slots: Slots::default(), open: BTreeMap::new() }
    }

    /// Takes note of a block that was imported.
    pub(super) fn imported(&mut self, header: Header, is_best: bool) {
        if let Some(slot) = slot_of(&header) {
            let others = self.slots.note(slot, &header);
            if !others.is_empty() {
                match self.compare(slot, &header, &others) {
                    Ok(Some(evidence)) => self.found(evidence),
                    Ok(None) => {}
                    Err(error) => log::warn!(
                        "cannot tell whether block {} and another one of slot {slot} have the same author: {error}",
                        header.hash(),
                    ),
                }
            }
        }
        // A new report is due at once: it may be long until there is another block.
        if is_best || self.open.values().any(|open| open.due == 0) {
            self.pursue();
        }
    }

    /// Whether one of the others is by the author of this block, and another block.
    fn compare(&self, slot: Slot, header: &Header, others: &[Header]) -> Result<Option<Evidence>, Trouble> {
        let author = self.chain.author(header)?;
        // The import queue has checked the seal, but not of blocks that came with a proof of finality.
        let Some(second) = unsealed_by(&author, slot, header) else { return Ok(None) };
        let other = others.iter().find(|other| {
            // One block that is sealed twice is not two blocks.
            unsealed_by(&author, slot, other).is_some_and(|first| first != second)
        });
        Ok(other.map(|other| Evidence {
            offender: author,
            slot,
            first_header: other.clone(),
            second_header: header.clone(),
        }))
    }

    fn found(&mut self, evidence: Evidence) {
        let Evidence { offender, slot, first_header, second_header } = &evidence;
        let (first, second) = (first_header.hash(), second_header.hash());
        if self.chain.is_own(offender) {
            log::error!(
                "this node's own Aura key {offender} has sealed two blocks of slot {slot}, {first:?} and {second:?}: \
                 another node runs with the same keys. Stop one of the two, and see \
                 docs/runbooks/lost-validator.md. The others report it, and this validator is suspended.",
            );
            return;
        }
        let what_next =
            if self.reports { "It is reported." } else { "The nodes that author blocks report it." };
        log::warn!(
            "the validator with the Aura key {offender} has authored two blocks in slot {slot}, {first:?} and \
             {second:?}. {what_next}",
        );
        if !self.reports || self.open.contains_key(offender) {
            return;
        }
        if self.open.len() >= OPEN {
            log::error!("{OPEN} reports of equivocations are open, so this one is left to other nodes");
            return;
        }
        let mut owners = Vec::new();
        for parent in [second_header.parent_hash(), first_header.parent_hash()] {
            match self.chain.ownership(*parent, *slot, offender) {
                Ok(Some(owner)) if !owners.contains(&owner) => owners.push(owner),
                Ok(_) => {}
                Err(error) => log::debug!("no proof of who has {offender} at {parent}: {error}"),
            }
        }
        self.open.insert(offender.clone(), Open { evidence, owners, due: 0, refused: 0, included: false });
    }

    /// Goes on with the reports that are due.
    fn pursue(&mut self) {
        if self.open.is_empty() {
            return;
        }
        let best = self.chain.best();
        let chain = &self.chain;
        self.open.retain(|offender, open| {
            if open.due > best.number {
                return true;
            }
            let slot = open.evidence.slot;
            let next = attempt(chain, open, &best).unwrap_or_else(|error| Next::Refused(error.to_string()));
            match next {
                Next::Submitted => open.due = best.number.saturating_add(RESUBMIT),
                Next::Included => {
                    open.included = true;
                    open.due = best.number.saturating_add(CONFIRM);
                }
                Next::Final => {
                    log::info!("the report that {offender} authored two blocks in slot {slot} is final");
                    return false;
                }
                // It was in a block, and in the next session its proof of ownership is out of date.
                Next::Refused(_) if open.included => return false,
                Next::Refused(reason) => {
                    open.refused = open.refused.saturating_add(1);
                    open.due = best.number.saturating_add(RETRY);
                    if open.refused == 1 {
                        log::warn!(
                            "the report that {offender} authored two blocks in slot {slot} is not accepted: \
                             {reason}. It is tried again every {RETRY} blocks.",
                        );
                    }
                    if open.refused >= TRIES {
                        log::error!(
                            "the report that {offender} authored two blocks in slot {slot} is given up: {reason}",
                        );
                        return false;
                    }
                }
            }
            true
        });
    }
}

/// Looks whether a report is final, and otherwise hands it to the pool.
fn attempt<C: Chain>(chain: &C, open: &Open, best: &Head) -> Result<Next, Trouble> {
    let evidence = &open.evidence;
    // A new proof fits the current session, the older ones those before it.
    let mut owners: Vec<_> =
        chain.ownership(best.hash, evidence.slot, &evidence.offender)?.into_iter().collect();
    owners.extend(open.owners.iter().cloned());
    let finalized = chain.finalized();
    let mut reason = "the key is no validator's".to_owned();
    for owner in &owners {
        match chain.status(best.hash, evidence, owner)? {
            ReportStatus::Known if chain.status(finalized, evidence, owner)? == ReportStatus::Known => {
                return Ok(Next::Final);
            }
            ReportStatus::Known => return Ok(Next::Included),
            ReportStatus::New => {
                if chain.submit(best.hash, evidence, owner)? {
                    log::info!(
                        "reported that {} authored two blocks in slot {}",
                        evidence.offender,
                        evidence.slot
                    );
                } else {
                    // Most likely it is there already.
                    log::debug!("the pool does not take the report of {}", evidence.offender);
                }
                return Ok(Next::Submitted);
            }
            ReportStatus::Refused(error) => reason = error,
        }
    }
    Ok(Next::Refused(reason))
}

#[cfg(test)]
mod tests;
