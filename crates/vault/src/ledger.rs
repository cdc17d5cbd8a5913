//! What a vault needs of a chain.

use std::time::Duration;

use futures::future::BoxFuture;
use medshare_client::naming::Naming;
use medshare_types::{
    AccountId, BlockNumber, FetchDecision, Hash, Locators, Member, MemberStatus, Moment, NewReceipt,
    RecordId, Role, Version,
};

/// How long an answer may take before the chain counts as unreachable.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// Why the chain gave no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LedgerError {
    /// It cannot be asked now.
    #[error("the chain cannot be asked: {0}")]
    Unavailable(String),
    /// It refused a transaction, and would refuse it at every later attempt.
    #[error("the chain refused: {0}")]
    Rejected(String),
}

/// What an answer of the chain is.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, LedgerError>>;

/// Who somebody is, all at one final block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing {
    /// The block's chain time, unix ms; zero if it is the chain's first.
    pub time: Moment,
    /// The vault.
    pub vault: Option<Member<AccountId>>,
    /// The account that was asked about.
    pub member: Option<Member<AccountId>>,
}

/// Whether somebody may fetch a version here, all at one final block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Access {
    /// The block's chain time, unix ms; zero if it is the chain's first.
    pub time: Moment,
    /// The vault.
    pub vault: Option<Member<AccountId>>,
    /// Whether the account may fetch it.
    pub decision: FetchDecision,
    /// Which vaults hold it, if it exists.
    pub locators: Option<Locators<AccountId>>,
}

/// Which blobs a vault has to keep, all at one final block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Namings {
    /// The block's number.
    pub number: BlockNumber,
    /// The block's chain time, unix ms; zero if it is the chain's first.
    pub time: Moment,
    /// The vault.
    pub vault: Option<Member<AccountId>>,
    /// What the chain says of each blob, in the order in which it was asked.
    pub of: Vec<Naming>,
}

/// A chain, asked at its finalised head.
pub trait Ledger: Send + Sync + 'static {
    /// The chain, by the hash of its first block.
    fn genesis(&self) -> Hash;

    /// Who a vault and an account are.
    fn standing<'a>(&'a self, vault: &'a AccountId, who: &'a AccountId) -> Answer<'a, Standing>;

    /// Whether an account may fetch a version from a vault.
    fn access<'a>(
        &'a self,
        vault: &'a AccountId,
        who: &'a AccountId,
        record: RecordId,
        version: Version,
    ) -> Answer<'a, Access>;

    /// Which of these blobs a vault has to keep.
    fn namings<'a>(&'a self, vault: &'a AccountId, blobs: Vec<Hash>) -> Answer<'a, Namings>;

    /// The number of the newest receipt of a vault that is final.
    fn last_receipt<'a>(&'a self, vault: &'a AccountId) -> Answer<'a, Option<u64>>;

    /// Most receipts in one transaction, as the chain had it at the start.
    fn most_receipts(&self) -> u32;

    /// Posts receipts of the vault for which the ledger signs, and returns once they are final.
    fn post_receipts(&self, receipts: Vec<NewReceipt<AccountId>>) -> Answer<'_, ()>;
}

/// Whether a member may act in a role now.
pub fn is_active(member: Option<&Member<AccountId>>, role: Role) -> bool {
    member.is_some_and(|member| member.status == MemberStatus::Active && member.roles.contains(&role))
}

/// An answer of the chain, or that it takes too long.
pub async fn answer<T>(asked: impl Future<Output = Result<T, LedgerError>>) -> Result<T, LedgerError> {
    let result = match tokio::time::timeout(ANSWER_TIMEOUT, asked).await {
        Ok(result) => result,
        Err(_) => Err(LedgerError::Unavailable(format!("no answer in {} seconds", ANSWER_TIMEOUT.as_secs()))),
    };
    if let Err(error) = &result {
        metrics::counter!(crate::metrics::CHAIN_ERRORS).increment(1);
        tracing::warn!(%error, "a question to the chain failed");
    }
    result
}
