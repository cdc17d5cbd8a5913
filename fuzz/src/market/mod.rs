//! The market, statefully: any calls by anybody, in any order, with time passing, on the real runtime. After each, every
//! invariant of every pallet holds and the money is what it was; in the end nobody's money is stuck.

mod act;
mod choose;
mod trade;
mod values;

use std::collections::BTreeMap;

use arbitrary::Unstructured;
use medshare_crypto::{KeyPair, RecordKey};
use medshare_runtime::{Balance, Runtime, invariants};
use medshare_types::{OrderState, RecordId, SealedKey, Version};
use pallet_balances::{Holds, TotalIssuance};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use sp_io::TestExternalities;
use sp_keyring::Sr25519Keyring;

use crate::chain;

/// How many steps of an input are taken: the state that is checked after each grows with them.
const STEPS: usize = 200;

/// What can happen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[allow(missing_docs, reason = "they are the calls of these names, but for those that say otherwise")]
pub enum Act {
    Register,
    Revise,
    Withdraw,
    Relocate,
    Erase,
    SetPolicy,
    Request,
    CancelRequest,
    Answer,
    Deny,
    Grant,
    Revoke,
    ClearGrant,
    PostReceipts,
    DeliverKeys,
    Vote,
    Replace,
    Lapse,
    List,
    Reprice,
    Delist,
    Order,
    Deliver,
    Cancel,
    Expire,
    Claim,
    Rule,
    Settle,
    ClearOrder,
    SetRoles,
    Suspend,
    Reinstate,
    RotateKey,
    Leave,
    /// Blocks go by.
    Blocks,
    /// Time goes by.
    Time,
    /// Any call of our pallets and of balances, decoded from the input.
    Any,
}

/// How often each is chosen. What makes sales is more likely than what ends them.
const ACTS: [(Act, u8); 37] = [
    (Act::Register, 10),
    (Act::Revise, 3),
    (Act::Withdraw, 2),
    (Act::Relocate, 2),
    (Act::Erase, 3),
    (Act::SetPolicy, 2),
    (Act::Request, 6),
    (Act::CancelRequest, 2),
    (Act::Answer, 6),
    (Act::Deny, 2),
    (Act::Grant, 4),
    (Act::Revoke, 4),
    (Act::ClearGrant, 4),
    (Act::PostReceipts, 4),
    (Act::DeliverKeys, 24),
    (Act::Vote, 26),
    (Act::Replace, 4),
    (Act::Lapse, 3),
    (Act::List, 12),
    (Act::Reprice, 3),
    (Act::Delist, 2),
    (Act::Order, 16),
    (Act::Deliver, 16),
    (Act::Cancel, 4),
    (Act::Expire, 4),
    (Act::Claim, 10),
    (Act::Rule, 20),
    (Act::Settle, 5),
    (Act::ClearOrder, 6),
    (Act::SetRoles, 2),
    (Act::Suspend, 2),
    (Act::Reinstate, 3),
    (Act::RotateKey, 2),
    (Act::Leave, 2),
    (Act::Blocks, 20),
    (Act::Time, 8),
    (Act::Any, 6),
];

/// What is likely, in the order in which it is: a record is approved, listed, sold, claimed and ruled on; then there is one
/// of everything else.
const COURSE: [Act; 26] = {
    use Act::*;
    [
        Register,
        Blocks,
        Blocks,
        Blocks,
        DeliverKeys,
        Vote,
        Vote,
        List,
        Order,
        Deliver,
        Claim,
        Blocks,
        Blocks,
        Blocks,
        DeliverKeys,
        Rule,
        Request,
        Grant,
        PostReceipts,
        Register,
        Register,
        Blocks,
        Blocks,
        Blocks,
        DeliverKeys,
        Order,
    ]
};

/// How often something was done, and how often refused.
pub type Tally = BTreeMap<Act, (u32, u32)>;

/// A chain, what its members know beside it, and what was done.
struct Machine<'a> {
    choices: Unstructured<'a>,
    rng: ChaCha20Rng,
    /// The record keys.
    keys: BTreeMap<(RecordId, Version), RecordKey>,
    /// The members' key pairs, the newest last.
    pairs: BTreeMap<Sr25519Keyring, Vec<KeyPair>>,
    /// Sealed keys that were made, for whoever replays one.
    made: Vec<SealedKey>,
    issued: Balance,
    tally: Tally,
}

impl<'a> Machine<'a> {
    fn new(choices: Unstructured<'a>) -> Self {
        let pair = |who: Sr25519Keyring| (who, vec![KeyPair::development(who.into())]);
        Self {
            choices,
            rng: ChaCha20Rng::from_seed([5; 32]),
            keys: BTreeMap::new(),
            pairs: chain::MEMBERS.into_iter().map(pair).collect(),
            made: Vec::new(),
            issued: TotalIssuance::<Runtime>::get(),
            tally: Tally::new(),
        }
    }

    /// Takes so many steps of the [course](COURSE). With nothing to choose by, each is the likely thing by the likely one.
    fn live(&mut self, steps: usize) {
        let choices = std::mem::replace(&mut self.choices, Unstructured::new(&[]));
        for act in COURSE.into_iter().take(steps) {
            self.step(act);
            self.check(act);
        }
        self.choices = choices;
    }

    fn choose_act(&mut self) -> Act {
        let total: u8 =
            ACTS.iter().fold(0, |sum, (_, weight)| sum.checked_add(*weight).expect("they fit a byte"));
        let mut number = self.choices.int_in_range(0..=total - 1).unwrap_or_default();
        for (act, weight) in ACTS {
            match number.checked_sub(weight) {
                Some(left) => number = left,
                None => return act,
            }
        }
        unreachable!("the number is below the sum")
    }

    /// What is true between any two calls.
    fn check(&self, after: Act) {
        if let Err(broken) = invariants::check() {
            panic!("after {after:?}: {broken}");
        }
        assert_eq!(TotalIssuance::<Runtime>::get(), self.issued, "after {after:?} there is other money");
        let mut sum: Balance = 0;
        for (who, account) in frame_system::Account::<Runtime>::iter() {
            sum += account.data.free + account.data.reserved;
            let held: Balance = Holds::<Runtime>::get(&who).iter().map(|hold| hold.amount).sum();
            assert_eq!(
                held, account.data.reserved,
                "after {after:?} something is reserved that is not on hold"
            );
        }
        assert_eq!(sum, self.issued, "after {after:?} the accounts do not add up");
    }

    /// A year later everybody's money has its way out, whoever did what before.
    fn end(&mut self) {
        chain::pass(365 * medshare_runtime::DAY);
        chain::next_block();
        let Some(anybody) = self.active() else { return };
        for order in 0..pallet_marketplace::NextOrder::<Runtime>::get() {
            let Some(found) = medshare_runtime::Marketplace::order_of(order) else { continue };
            let act = match found.state {
                OrderState::Open { .. } => Act::Expire,
                OrderState::Delivered { .. } | OrderState::Claimed { .. } => Act::Settle,
                _ => continue,
            };
            let refused = self.end_order(anybody, act, order);
            assert_eq!(refused, None, "order {order} is stuck in {:?}", found.state);
            self.check(act);
        }
        for who in chain::MEMBERS {
            let holds = Holds::<Runtime>::get(who.to_account_id());
            let of_orders = holds.iter().filter(|hold| values::is_of_open_order(&hold.id));
            assert_eq!(
                of_orders.map(|hold| hold.amount).sum::<Balance>(),
                0,
                "{who:?} has money on hold for nothing"
            );
        }
    }
}

/// Takes the steps that an input stands for.
pub fn run(input: &[u8]) {
    play(input);
}

/// Takes the steps, and says what was done. The first choice is how far the likely course has gone before: what comes after a
/// sale is seldom reached otherwise.
///
/// # Panics
/// If something does not hold.
pub fn play(input: &[u8]) -> Tally {
    chain::begin().execute_with(|| {
        let mut machine = Machine::new(Unstructured::new(input));
        let before = machine.choices.int_in_range(0..=COURSE.len()).unwrap_or_default();
        machine.live(before);
        machine.tally.clear();
        for _ in 0..STEPS {
            if machine.choices.is_empty() {
                break;
            }
            let act = machine.choose_act();
            machine.step(act);
            machine.check(act);
        }
        machine.end();
        machine.tally
    })
}

/// A chain on which there is one of everything.
pub(crate) fn lived() -> TestExternalities {
    let mut state = chain::begin();
    state.execute_with(|| {
        let mut machine = Machine::new(Unstructured::new(&[]));
        machine.live(COURSE.len());
        for act in
            [Act::List, Act::Vote, Act::Rule, Act::Deliver, Act::Claim, Act::Request, Act::PostReceipts]
        {
            let done = machine.tally.get(&act).copied().unwrap_or_default();
            assert!(done.0 > 0, "{act:?} was refused: {:?}", machine.tally);
        }
    });
    state
}
