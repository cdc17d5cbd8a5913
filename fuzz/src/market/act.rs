//! What members do with records, access to them and their membership.

use codec::DecodeLimit;
use medshare_runtime::{DAY, HOUR, Members, Moment, Runtime, RuntimeCall, RuntimeOrigin, System};
use medshare_traits::Membership;
use medshare_types::{FetchBasis, Hash, NewReceipt, SealPurpose};
use sp_keyring::Sr25519Keyring;
use sp_runtime::{DispatchError, traits::Dispatchable};

use super::{Act, Machine, values::Sealing};
use crate::chain::{self, MEMBERS};

type Access = pallet_access::Call<Runtime>;
type Member = pallet_members::Call<Runtime>;
type Record = pallet_records::Call<Runtime>;

/// Records above which none is begun, so that a step stays a step.
const ENOUGH: u64 = 8;

impl Machine<'_> {
    /// Does it, if there is anything to do it on.
    pub(super) fn step(&mut self, act: Act) {
        let _ = match act {
            Act::Blocks => {
                (0..=self.number(3)).for_each(|_| chain::next_block());
                None
            }
            Act::Time => {
                let times: [Moment; 6] = [1_000, HOUR, DAY, 3 * DAY, 15 * DAY, 31 * DAY];
                chain::pass(self.one_of(&times).unwrap_or(1_000));
                None
            }
            Act::Register | Act::Revise | Act::Withdraw | Act::Relocate | Act::Erase | Act::SetPolicy => {
                self.on_record(act)
            }
            Act::Request
            | Act::CancelRequest
            | Act::Answer
            | Act::Deny
            | Act::Grant
            | Act::Revoke
            | Act::ClearGrant
            | Act::PostReceipts => self.on_access(act),
            Act::DeliverKeys | Act::Vote | Act::Replace | Act::Lapse | Act::Rule => self.on_review(act),
            Act::List | Act::Reprice | Act::Delist | Act::Order => self.on_listing(act),
            Act::Deliver | Act::Cancel | Act::Expire | Act::Claim | Act::Settle | Act::ClearOrder => {
                self.on_order(act)
            }
            Act::SetRoles | Act::Suspend | Act::Reinstate | Act::RotateKey | Act::Leave => {
                self.on_member(act)
            }
            Act::Any => self.any(),
        };
    }

    /// Sends a call. Returns why it was refused.
    pub(super) fn send(
        &mut self,
        act: Act,
        who: Sr25519Keyring,
        call: impl Into<RuntimeCall>,
    ) -> Result<(), DispatchError> {
        self.dispatch(act, RuntimeOrigin::signed(who.to_account_id()), call.into())
    }

    fn dispatch(&mut self, act: Act, origin: RuntimeOrigin, call: RuntimeCall) -> Result<(), DispatchError> {
        let done = call.dispatch(origin).map(drop).map_err(|refused| refused.error);
        let tally = self.tally.entry(act).or_default();
        match done {
            Ok(()) => tally.0 += 1,
            Err(error) => {
                assert!(
                    !matches!(error, DispatchError::Corruption | DispatchError::Exhausted),
                    "{act:?}: {error:?}"
                );
                tally.1 += 1;
            }
        }
        done
    }

    fn on_record(&mut self, act: Act) -> Option<()> {
        let next = pallet_records::NextRecord::<Runtime>::get();
        if act == Act::Register {
            if next >= ENOUGH {
                return None;
            }
            let who = self.actor(Some(Sr25519Keyring::Alice.to_account_id()));
            let (content, key) = self.content(who);
            let policy = self.policy();
            self.send(act, who, Record::register { subject: Hash::zero(), policy, content }).ok()?;
            self.keys.extend(key.map(|key| ((next, 1), key)));
            return Some(());
        }
        let (record, version) = self.version();
        let who = self.actor(self.owner(record));
        match act {
            Act::Revise => {
                let (content, key) = self.content(who);
                self.send(act, who, Record::revise { record, content }).ok()?;
                let latest = pallet_records::Records::<Runtime>::get(record)?.latest;
                self.keys.extend(key.map(|key| ((record, latest), key)));
                Some(())
            }
            Act::Withdraw => self.send(act, who, Record::withdraw { record }).ok(),
            Act::Relocate => {
                let blob = self.stored((record, version))?.content.ciphertext;
                let locators = self.locators(blob);
                self.send(act, who, Record::relocate { record, version, locators }).ok()
            }
            Act::Erase => self.send(act, who, Record::erase { record }).ok(),
            _ => {
                let policy = self.policy();
                self.send(act, who, Access::set_policy { record, policy }).ok()
            }
        }
    }

    fn on_access(&mut self, act: Act) -> Option<()> {
        let (record, version) = self.version();
        match act {
            Act::Request => {
                let mut asks = MEMBERS.into_iter().rev().map(|who| who.to_account_id());
                let asks = asks.find(|who| Some(who) != self.owner(record).as_ref());
                let (who, purpose) = (self.actor(asks), self.purpose());
                self.send(act, who, Access::request { record, version, purpose }).ok()
            }
            Act::CancelRequest | Act::Answer | Act::Deny => self.on_request(act),
            Act::Grant => {
                let stored = self.stored((record, version))?;
                let (owner, to) = (self.owner(record)?, self.member().to_account_id());
                let sealing = Sealing {
                    holder: &owner,
                    holder_key: stored.owner_key,
                    commitment: stored.content.commitment,
                    to: &to,
                    to_key: <Members as Membership<_>>::encryption_key(&to)?,
                    of: (record, version),
                    purpose: SealPurpose::Direct,
                };
                let sealed = self.sealed(&sealing);
                let (who, purpose, expires) =
                    (self.actor(Some(owner.clone())), self.purpose(), self.expiry());
                let grantee = to.clone();
                self.send(act, who, Access::grant { record, version, grantee, purpose, sealed, expires })
                    .ok()?;
                self.assert_opens(&to, &sealing.to_key, &sealed, (record, version));
                Some(())
            }
            Act::Revoke | Act::ClearGrant => {
                let grantee = pallet_access::Grants::<Runtime>::iter_keys().find(|key| key.0 == record)?.2;
                let may = if self.rarely(2) { Some(grantee.clone()) } else { self.owner(record) };
                let who = self.actor(may);
                match act {
                    Act::Revoke => self.send(act, who, Access::revoke { record, version, grantee }).ok(),
                    _ => self.send(act, who, Access::clear { record, version, grantee }).ok(),
                }
            }
            _ => {
                let who = self.actor(Some(Sr25519Keyring::Ferdie.to_account_id()));
                let last = pallet_access::LastReceipt::<Runtime>::get(who.to_account_id());
                let receipt = NewReceipt {
                    sequence: if self.rarely(4) { 0 } else { last.map_or(0, |last| last + 1) },
                    record,
                    version,
                    accessor: self.member().to_account_id(),
                    basis: if self.rarely(2) { FetchBasis::Grant } else { FetchBasis::Preview },
                    bytes: self.number(256),
                    at: pallet_timestamp::Now::<Runtime>::get(),
                    request: Hash::zero(),
                };
                let receipts = vec![receipt].try_into().ok()?;
                self.send(act, who, Access::post_receipts { receipts }).ok()
            }
        }
    }

    fn on_request(&mut self, act: Act) -> Option<()> {
        let request = self.request();
        let found = pallet_access::Requests::<Runtime>::get(request)?;
        let of = (found.record, found.version);
        let (stored, owner) = (self.stored(of)?, self.owner(found.record)?);
        match act {
            Act::CancelRequest => {
                let who = self.actor(Some(found.requester));
                self.send(act, who, Access::cancel_request { request }).ok()
            }
            Act::Deny => {
                let who = self.actor(Some(owner));
                self.send(act, who, Access::deny { request }).ok()
            }
            _ => {
                let sealed = self.sealed(&Sealing {
                    holder: &owner,
                    holder_key: stored.owner_key,
                    commitment: stored.content.commitment,
                    to: &found.requester,
                    to_key: found.requester_key,
                    of,
                    purpose: SealPurpose::Request(request),
                });
                let (who, expires) = (self.actor(Some(owner.clone())), self.expiry());
                self.send(act, who, Access::answer { request, sealed, expires }).ok()?;
                self.assert_opens(&found.requester, &found.requester_key, &sealed, of);
                Some(())
            }
        }
    }

    fn expiry(&mut self) -> Option<Moment> {
        let now = pallet_timestamp::Now::<Runtime>::get();
        self.one_of(&[None, Some(now + HOUR), Some(now), Some(0), Some(u64::MAX)])?
    }

    fn on_member(&mut self, act: Act) -> Option<()> {
        let member = self.member();
        let who = member.to_account_id();
        let council = RuntimeOrigin::root();
        match act {
            Act::SetRoles => {
                let roles = self.roles();
                self.dispatch(act, council, Member::set_roles { who, roles }.into()).ok()
            }
            Act::Suspend => self.dispatch(act, council, Member::suspend { who }.into()).ok(),
            Act::Reinstate => self.dispatch(act, council, Member::reinstate { who }.into()).ok(),
            Act::RotateKey => {
                let pair = medshare_crypto::KeyPair::generate(&mut self.rng);
                let proof = pair.prove_possession(&mut self.rng, &System::block_hash(0), &who);
                self.send(act, member, Member::rotate_key { key: pair.public(), proof }).ok()?;
                self.pairs.entry(member).or_default().push(pair);
                Some(())
            }
            _ => self.send(act, member, Member::leave {}).ok(),
        }
    }

    /// Whatever the next bytes are, if they are a call that members send.
    fn any(&mut self) -> Option<()> {
        let length = usize::try_from(self.number(64)).unwrap_or_default().min(self.choices.len());
        let mut bytes = self.choices.bytes(length).ok()?;
        let call = RuntimeCall::decode_with_depth_limit(8, &mut bytes).ok()?;
        let is_ours = matches!(
            call,
            RuntimeCall::Records(_)
                | RuntimeCall::Access(_)
                | RuntimeCall::Audits(_)
                | RuntimeCall::Marketplace(_)
                | RuntimeCall::Members(_)
                | RuntimeCall::Balances(_)
        );
        let who = self.actor(None);
        if is_ours { self.send(Act::Any, who, call).ok() } else { None }
    }
}
