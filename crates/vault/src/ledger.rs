//! What a vault needs of a chain.

use std::time::Duration;

use futures::future::BoxFuture;
use medshare_types::{
    AccountId, FetchDecision, Hash, Locators, Member, MemberStatus, NewReceipt, RecordId, Role, Version,
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

/// A chain, asked at its finalised head.
pub trait Ledger: Send + Sync + 'static {
    /// The chain, by the hash of its first block.
    fn genesis(&self) -> Hash;

    /// A member.
    fn member<'a>(
        &'a self,
        who: &'a AccountId,
    ) -> BoxFuture<'a, Result<Option<Member<AccountId>>, LedgerError>>;

    /// Whether an account may fetch the blob of a version now.
    fn may_fetch<'a>(
        &'a self,
        who: &'a AccountId,
        record: RecordId,
        version: Version,
    ) -> BoxFuture<'a, Result<FetchDecision, LedgerError>>;

    /// Which vaults hold a version, if it exists.
    fn locators(
        &self,
        record: RecordId,
        version: Version,
    ) -> BoxFuture<'_, Result<Option<Locators<AccountId>>, LedgerError>>;

    /// The number of the newest receipt of a vault that is final.
    fn last_receipt<'a>(&'a self, vault: &'a AccountId) -> BoxFuture<'a, Result<Option<u64>, LedgerError>>;

    /// Posts receipts of the vault for which the ledger signs, and returns once they are final.
    fn post_receipts(&self, receipts: Vec<NewReceipt<AccountId>>) -> BoxFuture<'_, Result<(), LedgerError>>;
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
