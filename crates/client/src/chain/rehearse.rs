//! Rehearsing a call: what it would cost, and whether the chain would take it, without sending it.
//!
//! The call is signed and handed to `BlockBuilder_apply_extrinsic` at the newest block, which a node answers to everybody
//! (`system_dryRun`, which does the same, it answers to its operator only). What that changes is thrown away. All that
//! a block would check is checked: membership, quota and fee, nonce, and the call's own rules. What is not: what a
//! decision of hospitals or `sudo` would carry out, whose failure is an event and not a result.
//!
//! A node that lies could try to send what it was given. Therefore the signature is of the shortest mortality, from so
//! long ago that its life ends with the block it is tried on: no later block takes it.

use codec::{Decode, Encode};
use medshare_types::{AccountId, Allowance, Balance};
use serde_json::{Map, Value as Json};
use subxt::{SubstrateConfig, config::DefaultExtrinsicParamsBuilder};

use super::{
    At, BlockId, Call, Chain,
    calls::council::Weight,
    costs::{self, Hold},
    submit::{member_code, refused},
    subxt_hash, with_causes,
};
use crate::{
    error::{Error, PoolRefusal, Result},
    keys::Identity,
};

/// The shortest mortality that there is, in blocks.
const SHORTEST: u64 = 4;

/// What a call would do and cost.
#[derive(Debug)]
pub struct Rehearsal {
    /// The call, `Pallet.call`, with the calls inside it.
    pub call: String,
    /// Its arguments by name, as [`Chain::decode_call`] gives them.
    pub arguments: Map<String, Json>,
    /// Who would sign it.
    pub account: AccountId,
    /// The block on whose state it was tried.
    pub block: BlockId,
    /// What it declares to take of a block, with what is checked around it.
    pub weight: Weight,
    /// Bytes of the signed transaction.
    pub length: u32,
    /// What the account may do without paying fees.
    pub allowance: Allowance,
    /// How much of that it would use, in the same unit; unknown under a runtime of another release.
    pub units: Option<u64>,
    /// What it would cost where the allowance does not cover it, in the smallest unit.
    pub fee: Balance,
    /// What it would put on hold; unknown for calls of which this client does not know it, and under a runtime of
    /// another release.
    pub holds: Option<Vec<Hold>>,
    /// Why the chain would refuse it; nothing if it would take it.
    pub refusal: Option<Error>,
}

impl Rehearsal {
    /// Whether it would be free of fees; unknown under a runtime of another release.
    pub fn is_free(&self) -> Option<bool> {
        self.units.map(|units| units <= self.allowance.left)
    }
}

#[derive(Decode)]
struct Info {
    weight: Weight,
    class: u8,
    fee: Balance,
}

impl Chain {
    /// The same connection, on which nothing is sent: [`Chain::submit`] rehearses the call and returns
    /// [`Error::Rehearsed`], so that whatever leads up to a call is done as it would be.
    pub fn rehearsing(mut self) -> Self {
        self.rehearsing = true;
        self
    }

    /// Whether nothing is sent on this connection.
    pub fn is_rehearsing(&self) -> bool {
        self.rehearsing
    }

    /// Finds out what a call would do and cost at the newest block.
    ///
    /// # Errors
    /// [`Error::Node`] if the node does not answer; [`Error::UnknownCall`] and [`Error::ForeignCall`] if the runtime is
    /// another. That the chain would refuse the call is no error, but in the answer.
    pub async fn rehearse(&self, signer: &Identity, call: &Call) -> Result<Rehearsal> {
        let title = call.title();
        let account = signer.account().clone();
        let block = self.block(At::Best).await?;
        let here = At::Block(block.hash);
        let at = self
            .client
            .at_block(subxt_hash(block.hash))
            .await
            .map_err(|error| self.node_error("its newest block", &error))?;
        let metadata = at.metadata();
        let encoded = call.encode(&metadata)?;
        let birth = block.number.saturating_sub(SHORTEST.saturating_sub(1).try_into().unwrap_or(u32::MAX));
        let birth = match birth == block.number {
            true => block,
            false => self
                .block_at(birth)
                .await?
                .ok_or_else(|| self.silent("an older block", format!("it has no block {birth}")))?,
        };
        // What waits in the pool does not count: it is tried as the account's next one.
        let nonce: u32 = self.ask_api("AccountNonceApi_account_nonce", account.encode(), here).await?;
        let params = DefaultExtrinsicParamsBuilder::<SubstrateConfig>::new()
            .nonce(nonce.into())
            .mortal_from_unchecked(SHORTEST, birth.number.into(), subxt_hash(birth.hash))
            .build();
        let unsigned = |error: subxt::error::ExtrinsicError| Error::ForeignAnswer {
            asked: format!("how to sign {title}"),
            reason: with_causes(&error),
        };
        let transaction = at
            .transactions()
            .create_signable_offline(&encoded, params)
            .map_err(unsigned)?
            .sign(signer.signer())
            .map_err(unsigned)?
            .into_encoded();
        let length = u32::try_from(transaction.len()).unwrap_or(u32::MAX);
        let asked = [&transaction[..], &length.encode()].concat();
        let Info { weight, class, fee } =
            self.ask_api("TransactionPaymentApi_query_info", asked, here).await?;
        let answer = self.ask_raw("BlockBuilder_apply_extrinsic", &transaction, here).await?;
        let refusal = match read_result(&answer)? {
            Applied::Done => None,
            Applied::Failed(error) => Some(refused(&title, error, &metadata)),
            Applied::Invalid(reason) => {
                Some(Error::PoolRefused { call: title.clone(), account: account.clone(), reason })
            }
        };
        let version = self.runtime_version().await?;
        let known = costs::are_known(&version);
        let holds = if known { self.holds(call, here).await? } else { None };
        Ok(Rehearsal {
            arguments: self.decode_call(&encoded.bytes()).await?.arguments,
            allowance: self.allowance(&account, here).await?,
            units: known.then(|| costs::units(&metadata, class, weight, length)).flatten(),
            holds,
            call: title,
            account,
            block,
            weight,
            length,
            fee,
            refusal,
        })
    }
}

/// What `apply_extrinsic` answers (`sp_runtime::ApplyExtrinsicResult`).
#[derive(PartialEq, Debug)]
enum Applied {
    Done,
    /// With the encoded `DispatchError`.
    Failed(Vec<u8>),
    Invalid(PoolRefusal),
}

fn read_result(answer: &[u8]) -> Result<Applied> {
    Ok(match answer {
        [0, 0] => Applied::Done,
        [0, 1, error @ ..] => Applied::Failed(error.to_vec()),
        [1, 0, reason @ ..] => Applied::Invalid(invalid(reason)),
        [1, 1, ..] => Applied::Invalid(PoolRefusal::Other("its validity could not be looked up".into())),
        other => {
            return Err(Error::ForeignAnswer {
                asked: "the result of a rehearsed call".into(),
                reason: format!("0x{} is none", hex::encode(other)),
            });
        }
    })
}

/// An encoded `sp_runtime::transaction_validity::InvalidTransaction`.
fn invalid(reason: &[u8]) -> PoolRefusal {
    let other = |reason: &str| PoolRefusal::Other(reason.into());
    match reason {
        [0, ..] => other("the call is not for members to send"),
        [1, ..] => PoolRefusal::CannotPay,
        [3, ..] => PoolRefusal::Stale,
        [4, ..] => PoolRefusal::BadProof,
        [6, ..] => other("the block has no room for it"),
        [7, member_code::NOT_MEMBER, ..] => PoolRefusal::NotMember,
        [7, member_code::SUSPENDED, ..] => PoolRefusal::Suspended,
        [7, member_code::TOO_FAR_AHEAD, ..] => PoolRefusal::TooManyWaiting,
        rest => PoolRefusal::Other(format!("the transaction is not valid (0x{})", hex::encode(rest))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_told_apart() {
        assert_eq!(read_result(&[0, 0]).unwrap(), Applied::Done);
        assert_eq!(read_result(&[0, 1, 3, 9, 1, 0, 0, 0]).unwrap(), Applied::Failed(vec![3, 9, 1, 0, 0, 0]));
        for (answer, reason) in [
            (&[1, 0, 7, 1][..], PoolRefusal::NotMember),
            (&[1, 0, 7, 2], PoolRefusal::Suspended),
            (&[1, 0, 1], PoolRefusal::CannotPay),
            (&[1, 0, 3], PoolRefusal::Stale),
        ] {
            assert_eq!(read_result(answer).unwrap(), Applied::Invalid(reason));
        }
        assert!(read_result(&[]).is_err() && read_result(&[2]).is_err());
    }
}
