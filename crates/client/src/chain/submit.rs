//! Signing, sending and following transactions.

use std::{sync::PoisonError, time::Duration};

use codec::{Decode, Encode};
use medshare_types::{AccountId, Balance, BlockNumber, Hash, Moment};
use subxt::{
    Metadata, SubstrateConfig,
    client::OnlineClientAtBlock,
    config::DefaultExtrinsicParamsBuilder,
    error::{BackendError, DispatchError, ExtrinsicError, RpcError},
    rpcs,
    transactions::{TransactionInBlock, TransactionProgress, TransactionStatus},
};

use super::{
    At, BlockId, Call, Chain, DecodedCall, EncodedCall, Event, calls::council::Weight, subxt_account,
    subxt_hash, with_causes,
};
use crate::{
    error::{Error, PoolRefusal, Result},
    keys::Identity,
    upgrade::RuntimeVersion,
};

/// For how many blocks a transaction can get into one; a power of two. Finality trails by less than ten blocks.
const MORTALITY: u64 = 64;

/// How long to wait for a block, then for finality: longer than a transaction lives at 2 s a block.
const PATIENCE: Duration = Duration::from_secs(180);

/// How often a transaction is signed anew because another program took its nonce.
const ATTEMPTS: usize = 4;

/// The codes with which the chain's membership check refuses at the pool.
pub(super) mod member_code {
    pub const NOT_MEMBER: u8 = 1;
    pub const SUSPENDED: u8 = 2;
    pub const TOO_FAR_AHEAD: u8 = 3;
}

/// How long to follow a transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Until {
    /// Until it is in a block, which may still be undone.
    InBlock,
    /// Until that block is final.
    #[default]
    Finalized,
}

/// A transaction that was sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sent {
    /// The call, `Pallet.call`.
    pub call: String,
    /// The transaction's hash.
    pub transaction: Hash,
    /// The block in which it took effect; nothing as long as that is not known.
    pub block: Option<BlockId>,
}

/// What became of a transaction that succeeded.
#[derive(Clone, PartialEq, Debug)]
pub struct Outcome {
    /// The call, `Pallet.call`.
    pub call: String,
    /// The block it is in.
    pub block: BlockId,
    /// That block's chain time.
    pub time: Moment,
    /// The transaction's hash.
    pub transaction: Hash,
    /// Whether the block is final.
    pub finalized: bool,
    /// The transaction's events.
    pub events: Vec<Event>,
}

impl Outcome {
    /// The first event of this kind.
    ///
    /// # Errors
    /// [`Error::NoEvent`] if there is none.
    pub fn event(&self, pallet: &str, name: &str) -> Result<&Event> {
        self.events
            .iter()
            .find(|event| event.is(pallet, name))
            .ok_or_else(|| Error::NoEvent { call: self.call.clone(), event: format!("{pallet}.{name}") })
    }

    /// A field of the first event of this kind.
    ///
    /// # Errors
    /// [`Error::NoEvent`] if there is none, [`Error::ForeignAnswer`] if it has no such field.
    pub fn field<T: Decode>(&self, pallet: &str, name: &str, field: &str) -> Result<T> {
        Ok(self.event(pallet, name)?.field(field)?)
    }
}

type Watched = TransactionProgress<SubstrateConfig, subxt::client::OnlineClientAtBlockImpl<SubstrateConfig>>;
type InBlock = TransactionInBlock<SubstrateConfig, subxt::client::OnlineClientAtBlockImpl<SubstrateConfig>>;

impl Chain {
    /// Signs a call, sends it and follows it.
    ///
    /// # Errors
    /// [`Error::PoolRefused`] if the pool does not take it, [`Error::Refused`] or [`Error::Dispatch`] if it is in a
    /// block but failed, [`Error::Lost`] if it did not get into one, [`Error::InDoubt`] if the node went away before it
    /// said what became of it, [`Error::TimedOut`] if that takes too long; [`Error::UnknownCall`] and
    /// [`Error::ForeignCall`] before anything is sent, if the runtime is another; [`Error::Rehearsed`] and nothing else
    /// where nothing is sent ([`Chain::rehearsing`]).
    pub async fn submit(&self, signer: &Identity, call: Call, until: Until) -> Result<Outcome> {
        if self.is_rehearsing() {
            return Err(Error::Rehearsed(Box::new(self.rehearse(signer, &call).await?)));
        }
        let title = call.title();
        let at = self.head().await?;
        let call = call.encode(at.metadata_ref())?;
        let mut progress = self.send(&at, signer, &call, &title).await?;
        let patience = if until == Until::Finalized { PATIENCE.saturating_mul(2) } else { PATIENCE };
        let transaction = Hash::from(progress.extrinsic_hash().0);
        let followed = tokio::time::timeout(patience, self.follow(&mut progress, &title, until)).await;
        let outcome = followed.unwrap_or_else(|_| {
            let what = match until {
                Until::InBlock => format!("{title} ({transaction:?}) to get into a block"),
                Until::Finalized => format!("{title} ({transaction:?}) to become final"),
            };
            Err(Error::TimedOut { what, seconds: patience.as_secs() })
        });
        match &outcome {
            Ok(done) => self.note(Some(Sent { call: title, transaction, block: Some(done.block) })),
            Err(error) if error.is_refusal() => self.note(None),
            // What became of it is not known.
            Err(_) => {}
        }
        outcome
    }

    /// The last transaction that was sent over this connection, unless it was refused. Where its block is not known, it
    /// may be in one or still get into one, whatever becomes of this program.
    pub fn last_sent(&self) -> Option<Sent> {
        self.last_sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, sent: Option<Sent>) {
        *self.last_sent.lock().unwrap_or_else(PoisonError::into_inner) = sent;
    }

    /// The metadata of the runtime at the finalised head.
    ///
    /// # Errors
    /// [`Error::Node`] if the node does not answer.
    pub async fn metadata(&self) -> Result<subxt::ArcMetadata> {
        Ok(self.head().await?.metadata())
    }

    /// A constant of a pallet.
    ///
    /// # Errors
    /// [`Error::ForeignAnswer`] if the runtime has no such constant of this type.
    pub async fn constant<T: Decode>(&self, pallet: &str, name: &str) -> Result<T> {
        let foreign = |reason: &str| Error::ForeignAnswer {
            asked: format!("the constant {pallet}.{name}"),
            reason: reason.into(),
        };
        let metadata = self.metadata().await?;
        let constant = metadata
            .pallet_by_name(pallet)
            .and_then(|pallet| pallet.constant_by_name(name))
            .ok_or_else(|| foreign("there is none"))?;
        T::decode(&mut constant.value()).map_err(|_| foreign("it is of another type"))
    }

    /// Which runtime the chain has now.
    ///
    /// # Errors
    /// [`Error::Node`] if the node does not answer, [`Error::ForeignAnswer`] if it does not name its runtime.
    pub async fn runtime_version(&self) -> Result<RuntimeVersion> {
        const ASKED: &str = "its runtime's version";
        let version =
            self.rpc.state_get_runtime_version(None).await.map_err(|error| self.node_error(ASKED, &error))?;
        let spec_name = version.other.get("specName").and_then(|name| name.as_str()).map(str::to_owned);
        let spec_name = spec_name
            .ok_or_else(|| Error::ForeignAnswer { asked: ASKED.into(), reason: "it has no name".into() })?;
        Ok(RuntimeVersion { spec_name, spec_version: version.spec_version })
    }

    /// A call in the encoding of the runtime, as other programs take it to sign it.
    ///
    /// # Errors
    /// As [`Call::encode`].
    pub async fn call_data(&self, call: &Call) -> Result<Vec<u8>> {
        Ok(call.encode(&*self.metadata().await?)?.bytes())
    }

    /// An encoded call, for people and scripts.
    ///
    /// # Errors
    /// [`Error::ForeignAnswer`] if it is no call of the runtime's.
    pub async fn decode_call(&self, bytes: &[u8]) -> Result<DecodedCall> {
        DecodedCall::read(bytes, &*self.metadata().await?)
    }

    /// What an encoded call takes of a block.
    ///
    /// # Errors
    /// [`Error::Node`] if the node does not answer or it is no call of the runtime's.
    pub async fn weight_of(&self, call: &[u8]) -> Result<Weight> {
        #[derive(Decode)]
        struct Info {
            weight: Weight,
            _class: u8,
            _fee: Balance,
        }
        let length = u32::try_from(call.len()).unwrap_or(u32::MAX);
        let arguments = [call, &length.encode()].concat();
        let info: Info =
            self.ask_api("TransactionPaymentCallApi_query_call_info", arguments, At::Best).await?;
        Ok(info.weight)
    }

    async fn head(&self) -> Result<OnlineClientAtBlock<SubstrateConfig>> {
        self.client.at_current_block().await.map_err(|error| self.node_error("its finalised head", &error))
    }

    /// The block from which on a transaction lives: the final one at hand. Where finality stands still, which hospitals
    /// may have to repair by a transaction, that is too old, and the newest one has to do.
    async fn birth(&self, at: &OnlineClientAtBlock<SubstrateConfig>) -> Result<BlockId> {
        let last = BlockId {
            number: super::height(at.block_number(), "its finalised head")?,
            hash: Hash::from(at.block_hash().0),
        };
        let best = self.block(At::Best).await?;
        Ok(if is_fresh(last.number, best.number) { last } else { best })
    }

    async fn send(
        &self,
        at: &OnlineClientAtBlock<SubstrateConfig>,
        signer: &Identity,
        call: &EncodedCall,
        title: &str,
    ) -> Result<Watched> {
        let account = signer.account();
        let since = self.birth(at).await?;
        let _in_turn = self.sending.lock().await;
        let mut attempt = 1;
        loop {
            let nonce = self
                .rpc
                .system_account_next_index(&subxt_account(account))
                .await
                .map_err(|error| self.node_error("the account's next nonce", &error))?;
            let params = DefaultExtrinsicParamsBuilder::<SubstrateConfig>::new()
                .nonce(nonce)
                .mortal_from_unchecked(MORTALITY, since.number.into(), subxt_hash(since.hash))
                .build();
            let unsigned = |error: ExtrinsicError| Error::ForeignAnswer {
                asked: format!("how to sign {title}"),
                reason: with_causes(&error),
            };
            let transaction = at
                .transactions()
                .create_signable_offline(call, params)
                .map_err(unsigned)?
                .sign(signer.signer())
                .map_err(unsigned)?;
            let hash = Hash::from(transaction.hash().0);
            // From here on the node may have it, whatever comes back.
            self.note(Some(Sent { call: title.into(), transaction: hash, block: None }));
            match transaction.submit_and_watch().await.map_err(|error| self.refusal(error, title, account)) {
                Ok(progress) => return Ok(progress),
                Err(refused @ Error::PoolRefused { .. }) => {
                    self.note(None);
                    if refused.is_refusal() || attempt >= ATTEMPTS {
                        return Err(refused);
                    }
                    attempt += 1;
                }
                Err(cause) => return Err(in_doubt(title, hash, None, cause)),
            }
        }
    }

    async fn follow(&self, progress: &mut Watched, call: &str, until: Until) -> Result<Outcome> {
        let transaction = Hash::from(progress.extrinsic_hash().0);
        let lost = |reason: String| Error::Lost { call: call.into(), reason };
        let unheard = |block: Option<Hash>, reason: String| {
            in_doubt(call, transaction, block, self.silent("how a transaction gets on", reason))
        };
        // The block that it is in, as long as that may still be undone.
        let mut seen = None;
        loop {
            let status = match progress.next().await {
                Some(Ok(status)) => status,
                Some(Err(error)) => return Err(unheard(seen, with_causes(&error))),
                None => return Err(unheard(seen, "it stopped reporting".into())),
            };
            let (block, finalized) = match status {
                TransactionStatus::InBestBlock(block) if until == Until::InBlock => (block, false),
                TransactionStatus::InFinalizedBlock(block) => (block, true),
                TransactionStatus::Error { message }
                | TransactionStatus::Invalid { message }
                | TransactionStatus::Dropped { message } => return Err(lost(message)),
                TransactionStatus::InBestBlock(block) => {
                    seen = Some(Hash::from(block.block_hash().0));
                    continue;
                }
                TransactionStatus::NoLongerInBestBlock => {
                    seen = None;
                    continue;
                }
                TransactionStatus::Validated | TransactionStatus::Broadcasted => continue,
            };
            let included = Hash::from(block.block_hash().0);
            return match self.outcome(&block, call, finalized).await {
                Err(error) if !error.is_refusal() => Err(in_doubt(call, transaction, Some(included), error)),
                known => known,
            };
        }
    }

    async fn outcome(&self, included: &InBlock, call: &str, finalized: bool) -> Result<Outcome> {
        const ASKED: &str = "the events of a transaction";
        let at = included.at().await.map_err(|error| self.node_error(ASKED, &error))?;
        let events = included.fetch_events().await.map_err(|error| self.node_error(ASKED, &error))?;
        let metadata = at.metadata();
        let own = u32::try_from(events.extrinsic_index()).ok();
        let events: Vec<Event> = Event::read_all(events.all_events_in_block().bytes(), &metadata)?
            .into_iter()
            .filter(|event| event.extrinsic == own)
            .collect();
        if let Some(failure) = events.iter().find_map(failure_in) {
            return Err(refused(call, failure, &metadata));
        }
        if let Some(failure) = events.iter().find_map(failure_carried_out) {
            let cause = Box::new(refused("what was decided", failure, &metadata));
            return Err(Error::CarriedOut { call: call.into(), cause });
        }
        let block = BlockId {
            number: super::height(at.block_number(), ASKED)?,
            hash: Hash::from(included.block_hash().0),
        };
        Ok(Outcome {
            call: call.into(),
            block,
            time: self.time(At::Block(block.hash)).await?,
            transaction: Hash::from(included.extrinsic_hash().0),
            finalized,
            events,
        })
    }

    fn refusal(&self, error: ExtrinsicError, call: &str, account: &AccountId) -> Error {
        let ExtrinsicError::ErrorSubmittingTransaction(BackendError::Rpc(RpcError::ClientError(
            rpcs::Error::User(error),
        ))) = error
        else {
            return self.node_error(call, &error);
        };
        let data = error
            .data
            .as_deref()
            .and_then(|data| serde_json::from_str::<String>(data.get()).ok())
            .unwrap_or_default();
        Error::PoolRefused {
            call: call.into(),
            account: account.clone(),
            reason: pool_refusal(error.code, &error.message, &data),
        }
    }
}

/// What is told of a transaction that the node has, or may have, and of which it says no more.
fn in_doubt(call: &str, transaction: Hash, block: Option<Hash>, cause: Error) -> Error {
    Error::InDoubt { call: call.into(), transaction, block, cause: Box::new(cause) }
}

/// What the codes and words of the node's pool mean (`sc-rpc-api`, `author` errors).
fn pool_refusal(code: i32, message: &str, data: &str) -> PoolRefusal {
    const INVALID: i32 = 1010;
    const LOW_PRIORITY: i32 = 1014;
    let custom = data.strip_prefix("Custom error: ").and_then(|code| code.trim().parse::<u8>().ok());
    match (code, custom, data) {
        (INVALID, Some(member_code::NOT_MEMBER), _) => PoolRefusal::NotMember,
        (INVALID, Some(member_code::SUSPENDED), _) => PoolRefusal::Suspended,
        (INVALID, Some(member_code::TOO_FAR_AHEAD), _) => PoolRefusal::TooManyWaiting,
        (INVALID, _, "Transaction is outdated") | (LOW_PRIORITY, ..) => PoolRefusal::Stale,
        (INVALID, _, "Transaction has a bad signature") => PoolRefusal::BadProof,
        (INVALID, _, data) if data.starts_with("Inability to pay") => PoolRefusal::CannotPay,
        (_, _, "") => PoolRefusal::Other(message.into()),
        (_, _, data) => PoolRefusal::Other(format!("{message}: {data}")),
    }
}

/// The encoded `DispatchError` in an event that reports a failure, of the transaction itself or of the call that it
/// carried out with another origin.
fn failure_in(event: &Event) -> Option<Vec<u8>> {
    let bytes = |index: usize| event.fields.get(index).map(|field| field.bytes.clone());
    match (event.pallet.as_str(), event.name.as_str()) {
        ("System", "ExtrinsicFailed") => bytes(0),
        ("Sudo", "Sudid" | "SudoAsDone") => match bytes(0)?.split_first() {
            Some((1, error)) => Some(error.to_vec()),
            _ => None,
        },
        _ => None,
    }
}

/// The encoded `DispatchError` in an event that reports a failure of what hospitals decided, when it was carried out. The
/// transaction itself took effect: the decision is used up.
fn failure_carried_out(event: &Event) -> Option<Vec<u8>> {
    let result = event.fields.get(1)?;
    let (1, mut error) = result.bytes.split_first().map(|(first, rest)| (*first, rest))? else { return None };
    match (event.pallet.as_str(), event.name.as_str()) {
        ("Council", "Executed" | "MemberExecuted") => Some(error.to_vec()),
        // What it weighed and whether it was paid for come before the error.
        ("Whitelist", "WhitelistedCallDispatched") => {
            <(Option<Weight>, u8)>::decode(&mut error).ok()?;
            Some(error.to_vec())
        }
        _ => None,
    }
}

/// Whether a transaction that lives from this block on is not too old to wait for a place in the next ones.
fn is_fresh(block: BlockNumber, best: BlockNumber) -> bool {
    u64::from(best.saturating_sub(block)) < MORTALITY / 2
}

pub(super) fn refused(call: &str, failure: Vec<u8>, metadata: &subxt::ArcMetadata) -> Error {
    let dispatch = |reason: String| Error::Dispatch { call: call.into(), reason };
    match DispatchError::decode_from(failure, metadata.clone()) {
        Ok(DispatchError::Module(module)) => {
            match module_error(metadata, module.pallet_index(), module.error_index()) {
                Some((pallet, error, docs)) => Error::Refused { call: call.into(), pallet, error, docs },
                None => dispatch(module.to_string()),
            }
        }
        Ok(other) => dispatch(other.to_string()),
        Err(error) => dispatch(with_causes(&error)),
    }
}

fn module_error(metadata: &Metadata, pallet: u8, error: u8) -> Option<(String, String, String)> {
    let pallet = metadata.pallet_by_error_index(pallet)?;
    let variant = pallet.error_variant_by_index(error)?;
    Some((pallet.name().into(), variant.name.clone(), variant.docs.join(" ").trim().into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pool_refusals_are_told_apart() {
        let refusal = |data| pool_refusal(1010, "Invalid Transaction", data);
        assert_eq!(refusal("Custom error: 1"), PoolRefusal::NotMember);
        assert_eq!(refusal("Custom error: 2"), PoolRefusal::Suspended);
        assert_eq!(refusal("Custom error: 3"), PoolRefusal::TooManyWaiting);
        assert_eq!(refusal("Transaction is outdated"), PoolRefusal::Stale);
        assert_eq!(
            refusal("Inability to pay some fees (e.g. account balance too low)"),
            PoolRefusal::CannotPay
        );
        assert_eq!(
            refusal("Custom error: 99"),
            PoolRefusal::Other("Invalid Transaction: Custom error: 99".into())
        );
        assert_eq!(pool_refusal(1014, "Priority is too low", ""), PoolRefusal::Stale);
        assert_eq!(
            pool_refusal(1016, "Immediately Dropped", ""),
            PoolRefusal::Other("Immediately Dropped".into())
        );
    }

    #[test]
    fn what_the_node_did_not_say_of_a_transaction_is_in_doubt() {
        let gone = || Error::Node { url: "ws://a".into(), asked: "it".into(), reason: "closed".into() };
        let (transaction, block) = (Hash::repeat_byte(1), Hash::repeat_byte(2));
        let sent = in_doubt("Records.register", transaction, None, gone());
        let included = in_doubt("Records.register", transaction, Some(block), gone());
        for (error, is_in_block) in [(sent, false), (included, true)] {
            let told = error.to_string();
            assert!(told.contains(&format!("Records.register was sent as {transaction:?}")), "{told}");
            assert_eq!(told.contains(&format!("is in block {block:?}")), is_in_block, "{told}");
            assert!(told.contains("closed"), "{told}");
            assert!(error.hint().contains("twice"), "{told}");
            assert!(error.is_disconnect() && !error.is_refusal(), "{told}");
        }
        let foreign = Error::ForeignAnswer { asked: "its events".into(), reason: "too short".into() };
        assert!(!in_doubt("Records.register", transaction, Some(block), foreign).is_disconnect());
    }

    #[test]
    fn failures_are_found_in_events() {
        let event = |pallet: &str, name: &str, bytes: &[u8]| Event {
            pallet: pallet.into(),
            name: name.into(),
            index: 0,
            extrinsic: Some(1),
            fields: vec![super::super::Field {
                name: "it".into(),
                bytes: bytes.into(),
                value: serde_json::Value::Null,
            }],
        };
        assert_eq!(failure_in(&event("System", "ExtrinsicFailed", &[2])), Some(vec![2]));
        assert_eq!(failure_in(&event("Sudo", "Sudid", &[1, 2])), Some(vec![2]));
        assert_eq!(failure_in(&event("Sudo", "Sudid", &[0])), None);
        assert_eq!(failure_in(&event("System", "ExtrinsicSuccess", &[0])), None);
    }

    #[test]
    fn failures_of_what_was_decided_are_found() {
        let event = |pallet: &str, name: &str, result: &[u8]| {
            let field = |bytes: &[u8]| super::super::Field {
                name: "it".into(),
                bytes: bytes.into(),
                value: serde_json::Value::Null,
            };
            Event {
                pallet: pallet.into(),
                name: name.into(),
                index: 0,
                extrinsic: Some(1),
                fields: vec![field(&[7; 32]), field(result)],
            }
        };
        assert_eq!(failure_carried_out(&event("Council", "Executed", &[1, 2])), Some(vec![2]));
        assert_eq!(failure_carried_out(&event("Council", "Executed", &[0])), None);
        assert_eq!(failure_carried_out(&event("Council", "Proposed", &[1, 2])), None);
        let whitelisted =
            |result: &[u8]| failure_carried_out(&event("Whitelist", "WhitelistedCallDispatched", result));
        assert_eq!(whitelisted(&[0, 0, 0]), None);
        assert_eq!(whitelisted(&[1, 0, 0, 2]), Some(vec![2]));
        assert_eq!(whitelisted(&[1, 1, 4, 8, 1, 3, 5, 0]), Some(vec![3, 5, 0]));
    }

    #[test]
    fn transactions_live_from_the_final_block_while_finality_moves() {
        assert!(is_fresh(100, 100) && is_fresh(100, 131));
        assert!(!is_fresh(100, 132) && !is_fresh(0, 1_000));
        assert!(is_fresh(101, 100), "a node that imports while it is asked");
    }
}
