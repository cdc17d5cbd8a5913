//! A chain in memory.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard},
};

use futures::FutureExt;
use medshare_client::naming::Naming;
use medshare_types::{
    AccountId, BlockNumber, FetchBasis, FetchDecision, FetchRefusal, Hash, Locator, Locators, Member,
    MemberStatus, Moment, NewReceipt, Point, RecordId, Role, Roles, Version,
};
use medshare_vault::{
    ledger::{Access, Answer, Ledger, LedgerError, Namings, Standing},
    now,
};
use subxt_signer::sr25519::Keypair;

use super::{account, vault_account};

pub const GENESIS: Hash = Hash::repeat_byte(0x11);
/// The record and version that [`FakeChain`] places at the vault.
pub const RECORD: RecordId = 7;
pub const VERSION: Version = 2;

/// Most receipts that the chain takes at once.
pub const MOST_RECEIPTS: u32 = 8;

/// A chain in memory.
#[derive(Default)]
pub struct FakeChain {
    state: Mutex<State>,
}

#[derive(Default)]
pub struct State {
    pub members: HashMap<AccountId, Member<AccountId>>,
    pub decisions: HashMap<(AccountId, RecordId, Version), FetchDecision>,
    pub places: HashMap<(RecordId, Version), Locators<AccountId>>,
    /// What the chain says of blobs; of others, that no version has them.
    pub namings: HashMap<Hash, Naming>,
    /// Told how often blobs were asked about before each answer, and may change what it will be.
    pub before_naming: Option<ChangeNamings>,
    /// How often blobs were asked about.
    pub named: usize,
    /// Number of the newest final block.
    pub number: BlockNumber,
    /// What was posted, in the order in which it came.
    pub receipts: Vec<NewReceipt<AccountId>>,
    /// How many transactions the chain refused.
    pub refusals: usize,
    /// How often somebody's standing or access was asked.
    pub asked: usize,
    /// Chain time of the newest final block; now, if it is not said.
    pub time: Option<Moment>,
    /// Nothing is posted.
    pub broke: bool,
    /// Posting panics.
    pub panics: bool,
    /// Nothing can be asked.
    pub down: bool,
    /// Posts arrive, but the vault is told that they did not.
    pub deaf: bool,
    /// Receipts of these records are refused for ever.
    pub poisoned: HashSet<RecordId>,
}

/// Changes what a chain says of blobs.
pub type ChangeNamings = Box<dyn FnMut(usize, &mut HashMap<Hash, Naming>) + Send>;

impl FakeChain {
    pub fn with(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub fn admit(&self, who: &Keypair, roles: &[Role]) {
        let mut set = Roles::new();
        for role in roles {
            set.try_insert(*role).unwrap();
        }
        let member = Member {
            roles: set,
            identity: Hash::zero(),
            sponsor: None,
            status: MemberStatus::Active,
            key: Point::default(),
            key_index: 0,
            since: 0,
        };
        self.with().members.insert(account(who), member);
    }

    pub fn allow(&self, who: &Keypair, basis: FetchBasis) {
        self.decide(who, FetchDecision::Allowed { basis, until: None });
    }

    pub fn refuse(&self, who: &Keypair, refusal: FetchRefusal) {
        self.decide(who, FetchDecision::Refused(refusal));
    }

    pub fn decide(&self, who: &Keypair, decision: FetchDecision) {
        self.with().decisions.insert((account(who), RECORD, VERSION), decision);
    }

    pub fn place(&self, vault: &Keypair, blob: Hash) {
        let locators = vec![Locator { vault: account(vault), blob }].try_into().unwrap();
        let mut state = self.with();
        state.places.insert((RECORD, VERSION), locators);
        let here = account(vault) == account(&vault_account());
        state.namings.insert(blob, if here { Naming::Needed } else { Naming::Elsewhere });
    }

    fn ask<T: Send + 'static>(&self, question: impl FnOnce(&mut State) -> T) -> Answer<'static, T> {
        let mut state = self.with();
        let result = if state.down {
            Err(LedgerError::Unavailable("it is down".into()))
        } else {
            Ok(question(&mut state))
        };
        async move { result }.boxed()
    }
}

impl State {
    fn take(&mut self, receipts: Vec<NewReceipt<AccountId>>) -> Result<(), LedgerError> {
        let mut last = self.receipts.last().map(|receipt| receipt.sequence);
        for receipt in &receipts {
            let verdict = if last.is_some_and(|last| receipt.sequence <= last) {
                Err(LedgerError::Unavailable("not ascending".into()))
            } else if receipt.at > now() {
                Err(LedgerError::Unavailable("from the future".into()))
            } else if self.poisoned.contains(&receipt.record) {
                Err(LedgerError::Rejected("poisoned".into()))
            } else {
                Ok(())
            };
            if verdict.is_err() {
                self.refusals += 1;
                return verdict;
            }
            last = Some(receipt.sequence);
        }
        self.receipts.extend(receipts);
        if self.deaf { Err(LedgerError::Unavailable("nothing was heard".into())) } else { Ok(()) }
    }
}

impl Ledger for FakeChain {
    fn genesis(&self) -> Hash {
        GENESIS
    }

    fn standing<'a>(&'a self, vault: &'a AccountId, who: &'a AccountId) -> Answer<'a, Standing> {
        self.ask(|state| {
            state.asked += 1;
            Standing {
                time: state.time.unwrap_or_else(now),
                vault: state.members.get(vault).cloned(),
                member: state.members.get(who).cloned(),
            }
        })
    }

    fn access<'a>(
        &'a self,
        vault: &'a AccountId,
        who: &'a AccountId,
        record: RecordId,
        version: Version,
    ) -> Answer<'a, Access> {
        self.ask(|state| {
            state.asked += 1;
            let locators = state.places.get(&(record, version)).cloned();
            let unknown = if locators.is_some() { FetchRefusal::NoGrant } else { FetchRefusal::Unknown };
            let decided = state.decisions.get(&(who.clone(), record, version)).copied();
            Access {
                time: state.time.unwrap_or_else(now),
                vault: state.members.get(vault).cloned(),
                decision: decided.unwrap_or(FetchDecision::Refused(unknown)),
                locators,
            }
        })
    }

    fn namings<'a>(&'a self, vault: &'a AccountId, blobs: Vec<Hash>) -> Answer<'a, Namings> {
        self.ask(|state| {
            if let Some(mut change) = state.before_naming.take() {
                change(state.named, &mut state.namings);
                state.before_naming = Some(change);
            }
            state.named += 1;
            let of = |blob| state.namings.get(blob).copied().unwrap_or(Naming::Unnamed);
            Namings {
                number: state.number,
                time: state.time.unwrap_or_else(now),
                vault: state.members.get(vault).cloned(),
                of: blobs.iter().map(of).collect(),
            }
        })
    }

    fn last_receipt<'a>(&'a self, _: &'a AccountId) -> Answer<'a, Option<u64>> {
        self.ask(|state| state.receipts.last().map(|receipt| receipt.sequence))
    }

    fn most_receipts(&self) -> u32 {
        MOST_RECEIPTS
    }

    fn post_receipts(&self, receipts: Vec<NewReceipt<AccountId>>) -> Answer<'_, ()> {
        assert!(!self.with().panics, "as the test wants it");
        assert!(receipts.len() <= MOST_RECEIPTS as usize, "more than the chain takes");
        let posted = self.ask(|state| {
            if state.broke {
                return Err(LedgerError::Unavailable("the account cannot pay".into()));
            }
            state.take(receipts)
        });
        async move { posted.await? }.boxed()
    }
}
