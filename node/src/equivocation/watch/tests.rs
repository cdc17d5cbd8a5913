use std::cell::{Cell, RefCell};

use medshare_runtime_api::equivocation::ReportStatus::{Known, New, Refused};
use sp_consensus_aura::digests::CompatibleDigestItem;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob};
use sp_runtime::{Digest, DigestItem, OpaqueValue};

use super::*;

const SLOT: u64 = 5_000;
const BEST: u8 = 0xbb;
const FINAL: u8 = 0xff;

/// A chain that answers what a test wants.
struct Script {
    author: Sr25519Keyring,
    own: bool,
    number: Cell<u32>,
    /// What becomes of a report with the new proof, and with one from before the blocks.
    new: RefCell<Result<ReportStatus, ()>>,
    old: RefCell<ReportStatus>,
    at_final: RefCell<ReportStatus>,
    /// The offender, the two blocks and the proof of each report.
    sent: RefCell<Vec<(AuthorityId, [Hash; 2], KeyOwnershipProof)>>,
}

fn hash(byte: u8) -> Hash {
    Hash::repeat_byte(byte)
}

/// The proof that a block's state gives.
fn owner(at: Hash) -> KeyOwnershipProof {
    OpaqueValue::new(at.as_bytes().to_vec())
}

impl Chain for &Script {
    fn author(&self, _: &Header) -> Result<AuthorityId, Trouble> {
        self.new.borrow().as_ref().map_err(|()| "the state is gone")?;
        Ok(self.author.public().into())
    }

    fn best(&self) -> Head {
        Head { hash: hash(BEST), number: self.number.get() }
    }

    fn finalized(&self) -> Hash {
        hash(FINAL)
    }

    fn ownership(
        &self,
        at: Hash,
        slot: Slot,
        key: &AuthorityId,
    ) -> Result<Option<KeyOwnershipProof>, Trouble> {
        assert_eq!((slot, key), (SLOT.into(), &self.author.public().into()));
        Ok(Some(owner(at)))
    }

    fn status(&self, at: Hash, _: &Evidence, proof: &KeyOwnershipProof) -> Result<ReportStatus, Trouble> {
        if at == hash(FINAL) {
            Ok(self.at_final.borrow().clone())
        } else if *proof == owner(hash(BEST)) {
            self.new.borrow().clone().map_err(|()| "the runtime does not answer".into())
        } else {
            Ok(self.old.borrow().clone())
        }
    }

    fn submit(&self, at: Hash, evidence: &Evidence, proof: &KeyOwnershipProof) -> Result<bool, Trouble> {
        assert_eq!(at, hash(BEST));
        let blocks = [evidence.first_header.hash(), evidence.second_header.hash()];
        self.sent.borrow_mut().push((evidence.offender.clone(), blocks, proof.clone()));
        Ok(true)
    }

    fn is_own(&self, key: &AuthorityId) -> bool {
        assert_eq!(key, &self.author.public().into());
        self.own
    }
}

fn script() -> Script {
    Script {
        author: Bob,
        own: false,
        number: Cell::new(10),
        new: RefCell::new(Ok(New)),
        old: RefCell::new(Refused("old".into())),
        at_final: RefCell::new(Refused("FutureSlot".into())),
        sent: RefCell::default(),
    }
}

fn seal(mut header: Header, author: Sr25519Keyring) -> Header {
    let signature = AuthoritySignature::from(author.sign(header.hash().as_bytes()));
    header.digest_mut().push(DigestItem::aura_seal(signature));
    header
}

fn unsealed(slot: u64, state: u8) -> Header {
    let entry = <DigestItem as CompatibleDigestItem<AuthoritySignature>>::aura_pre_digest(slot.into());
    let digest = Digest { logs: vec![entry] };
    Header::new(7, Hash::zero(), hash(state), hash(state.wrapping_add(100)), digest)
}

fn block(author: Sr25519Keyring, slot: u64, state: u8) -> Header {
    seal(unsealed(slot, state), author)
}

impl Script {
    /// Goes on by so many blocks, each of which is the best.
    fn advance(&self, watch: &mut Watch<&Script>, blocks: u32) {
        for _ in 0..blocks {
            self.number.set(self.number.get() + 1);
            watch.pursue();
        }
    }

    fn reports(&self) -> usize {
        self.sent.borrow().len()
    }
}

/// Imports two blocks by Bob.
fn equivocate(watch: &mut Watch<&Script>) -> [Hash; 2] {
    let blocks = [block(Bob, SLOT, 1), block(Bob, SLOT, 2)];
    for header in &blocks {
        watch.imported(header.clone(), true);
    }
    blocks.map(|header| header.hash())
}

#[test]
fn two_blocks_of_a_slot_by_one_author_are_reported() {
    let chain = script();
    let blocks = equivocate(&mut Watch::new(&chain, true));
    assert_eq!(*chain.sent.borrow(), [(Bob.public().into(), blocks, owner(hash(BEST)))]);
}

#[test]
fn a_second_block_that_is_not_the_best_is_reported_at_once() {
    let chain = script();
    let mut watch = Watch::new(&chain, true);
    watch.imported(block(Bob, SLOT, 1), true);
    watch.imported(block(Bob, SLOT, 2), false);
    assert_eq!(chain.reports(), 1);
}

#[test]
fn nothing_else_is_reported() {
    let chain = script();
    let mut watch = Watch::new(&chain, true);
    let first = block(Bob, SLOT, 1);
    watch.imported(first.clone(), true);
    // The same again, the same with another seal, another slot, and another author of the slot on another fork.
    watch.imported(first, true);
    watch.imported(block(Bob, SLOT, 1), true);
    watch.imported(block(Bob, SLOT + 1, 2), true);
    watch.imported(block(Alice, SLOT, 2), true);
    // A block without a seal, and one without a slot.
    watch.imported(unsealed(SLOT, 3), true);
    watch.imported(Header::new(7, hash(1), hash(1), hash(1), Digest::default()), true);
    assert_eq!(chain.reports(), 0);
    assert!(watch.open.is_empty());
}

#[test]
fn the_pair_is_found_among_blocks_of_others() {
    let chain = script();
    let mut watch = Watch::new(&chain, true);
    let (first, second) = (block(Bob, SLOT, 1), block(Bob, SLOT, 3));
    watch.imported(block(Alice, SLOT, 2), true);
    watch.imported(first.clone(), true);
    watch.imported(second.clone(), true);
    assert_eq!(chain.sent.borrow()[0].1, [first.hash(), second.hash()]);
}

#[test]
fn a_node_without_slots_and_one_whose_own_key_it_is_do_not_report() {
    let chain = script();
    equivocate(&mut Watch::new(&chain, false));
    assert_eq!(chain.reports(), 0);
    let chain = Script { own: true, ..script() };
    equivocate(&mut Watch::new(&chain, true));
    assert_eq!(chain.reports(), 0);
}

#[test]
fn a_report_is_repeated_until_it_is_in_a_block_and_watched_until_that_is_final() {
    let chain = script();
    let mut watch = Watch::new(&chain, true);
    equivocate(&mut watch);
    chain.advance(&mut watch, RESUBMIT - 1);
    assert_eq!(chain.reports(), 1);
    chain.advance(&mut watch, 1);
    assert_eq!(chain.reports(), 2);
    // In a block of a fork, that loses.
    *chain.new.borrow_mut() = Ok(Known);
    chain.advance(&mut watch, RESUBMIT);
    *chain.new.borrow_mut() = Ok(New);
    chain.advance(&mut watch, CONFIRM);
    assert_eq!(chain.reports(), 3);
    // In a block that becomes final.
    *chain.new.borrow_mut() = Ok(Known);
    chain.advance(&mut watch, RESUBMIT);
    assert_eq!(watch.open.len(), 1);
    *chain.at_final.borrow_mut() = Known;
    chain.advance(&mut watch, CONFIRM);
    assert!(watch.open.is_empty());
    assert_eq!(chain.reports(), 3);
}

#[test]
fn what_is_refused_is_tried_again_also_with_the_proofs_from_before() {
    let chain = script();
    *chain.new.borrow_mut() = Ok(Refused("NotTheOwner".into()));
    let mut watch = Watch::new(&chain, true);
    equivocate(&mut watch);
    assert_eq!(chain.reports(), 0);
    *chain.old.borrow_mut() = New;
    chain.advance(&mut watch, RETRY - 1);
    assert_eq!(chain.reports(), 0);
    chain.advance(&mut watch, 1);
    // The proof from the parent of the second block comes first.
    assert_eq!(chain.sent.borrow()[0].2, owner(hash(102)));
}

#[test]
fn what_stays_refused_is_given_up() {
    let chain = script();
    *chain.new.borrow_mut() = Ok(Refused("NotTheOwner".into()));
    let mut watch = Watch::new(&chain, true);
    equivocate(&mut watch);
    chain.advance(&mut watch, RETRY * (TRIES - 1) - 1);
    assert_eq!(watch.open.len(), 1);
    chain.advance(&mut watch, 1);
    assert!(watch.open.is_empty());
}

#[test]
fn a_report_that_was_in_a_block_is_not_complained_about_when_its_proof_is_out_of_date() {
    let chain = script();
    let mut watch = Watch::new(&chain, true);
    equivocate(&mut watch);
    *chain.new.borrow_mut() = Ok(Known);
    chain.advance(&mut watch, RESUBMIT);
    *chain.new.borrow_mut() = Ok(Refused("NotTheOwner".into()));
    chain.advance(&mut watch, CONFIRM);
    assert!(watch.open.is_empty());
}

#[test]
fn one_report_of_a_validator_at_a_time() {
    let chain = script();
    let mut watch = Watch::new(&chain, true);
    equivocate(&mut watch);
    for state in 3..20 {
        watch.imported(block(Bob, SLOT, state), true);
    }
    assert_eq!(chain.reports(), 1);
    assert_eq!(watch.open.len(), 1);
}

#[test]
fn trouble_with_the_chain_ends_nothing() {
    let chain = script();
    let mut watch = Watch::new(&chain, true);
    *chain.new.borrow_mut() = Err(());
    equivocate(&mut watch);
    assert_eq!((chain.reports(), watch.open.len()), (0, 0));
    // The next block of the slot says it all again; then the runtime does not answer when the report is repeated.
    *chain.new.borrow_mut() = Ok(New);
    watch.imported(block(Bob, SLOT, 3), true);
    assert_eq!(chain.reports(), 1);
    *chain.new.borrow_mut() = Err(());
    chain.advance(&mut watch, RESUBMIT);
    assert_eq!((chain.reports(), watch.open.len()), (1, 1));
    *chain.new.borrow_mut() = Ok(New);
    chain.advance(&mut watch, RETRY);
    assert_eq!(chain.reports(), 2);
}

#[test]
fn what_is_remembered_is_bounded() {
    let mut slots = Slots::default();
    for slot in SLOT..SLOT + 3 * SLOTS {
        assert!(slots.note(slot.into(), &unsealed(slot, 1)).is_empty());
    }
    assert_eq!(slots.0.len(), SLOTS as usize + 1);
    // Too old to matter.
    assert!(slots.note(SLOT.into(), &unsealed(SLOT, 2)).is_empty());
    assert!(!slots.0.contains_key(&SLOT));
    let newest = SLOT + 3 * SLOTS - 1;
    for state in 2..100 {
        assert!(!slots.note(newest.into(), &unsealed(newest, state)).is_empty());
    }
    assert_eq!(slots.0[&newest].len(), BLOCKS);
}
