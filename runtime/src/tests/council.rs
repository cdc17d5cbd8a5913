//! What needs how many hospitals: whether the table in `medshare_types::council` is true, and the one in
//! `docs/council.md`, which is generated here.

use std::{collections::BTreeSet, fmt::Write};

use frame_support::traits::GetCallMetadata;
use medshare_types::council::{DECISIONS, Decision, Share, decision};
use sp_keyring::Sr25519Keyring::{Alice, Bob};
use sp_runtime::{
    DispatchError,
    traits::{Dispatchable, Hash as _},
};

use super::presets::state_of;
use crate::{configs::council::Hospitals, genesis::LOCAL, *};

/// What the table says about a call, which it has to know.
fn known(call: &RuntimeCall) -> &'static Decision {
    let name = call.get_call_metadata();
    decision(name.pallet_name, name.function_name)
        .unwrap_or_else(|| panic!("{}.{} is not in the table", name.pallet_name, name.function_name))
}

/// Every call of the council.
fn calls() -> Vec<RuntimeCall> {
    let (who, hash) = (Alice.to_account_id(), Hash::repeat_byte(1));
    let register = || (b"Records".to_vec().try_into().unwrap(), b"register".to_vec().try_into().unwrap());
    let idle = || Box::new(RuntimeCall::from(frame_system::Call::remark { remark: Vec::new() }));
    let parameter = configs::parameters::RuntimeParameters::Audits(
        configs::parameters::dynamic_params::audits::Parameters::KeyWindow(
            configs::parameters::dynamic_params::audits::KeyWindow,
            Some(HOUR),
        ),
    );
    vec![
        pallet_members::Call::admit {
            who: who.clone(),
            roles: Default::default(),
            identity: hash,
            key: Default::default(),
            proof: medshare_types::KeyProof { challenge: Default::default(), response: Default::default() },
        }
        .into(),
        pallet_members::Call::set_roles { who: who.clone(), roles: Default::default() }.into(),
        pallet_members::Call::suspend { who: who.clone() }.into(),
        pallet_members::Call::reinstate { who: who.clone() }.into(),
        pallet_members::Call::expel { who: who.clone() }.into(),
        pallet_validators::Call::admit { who: who.clone() }.into(),
        pallet_validators::Call::decline { who: who.clone() }.into(),
        pallet_validators::Call::remove { who: who.clone() }.into(),
        pallet_validators::Call::reinstate { who: who.clone() }.into(),
        pallet_peers::Call::authorise {
            peers: vec![(medshare_types::PeerKey(hash), who.clone())].try_into().unwrap(),
        }
        .into(),
        pallet_peers::Call::remove { peers: vec![medshare_types::PeerKey(hash)].try_into().unwrap() }.into(),
        pallet_parameters::Call::set_parameter { key_value: parameter }.into(),
        pallet_credit::Call::set_half_life { half_life: DAY }.into(),
        pallet_credit::Call::set_points { event: medshare_types::CreditEvent::SaleSettled, points: 1 }.into(),
        pallet_credit::Call::set_thresholds {
            thresholds: pallet_credit::Thresholds {
                restricted_below: -1,
                trusted_from: 1,
                exemplary_from: 2,
            },
        }
        .into(),
        pallet_credit::Call::set_benefits {
            tier: medshare_types::Tier::Standard,
            benefits: medshare_types::Benefits {
                max_pending: 1,
                claim_window: DAY,
                may_audit: true,
                fee_discount: Default::default(),
                max_open_orders: 1,
            },
        }
        .into(),
        pallet_quota::Call::set_quota {
            role: medshare_types::Role::Buyer,
            tier: medshare_types::Tier::Standard,
            quota: 1,
        }
        .into(),
        pallet_settlement::Call::issue { who: who.clone(), amount: 1, reference: hash }.into(),
        pallet_settlement::Call::confirm { redemption: 0, reference: hash }.into(),
        pallet_settlement::Call::decline { redemption: 0 }.into(),
        pallet_tx_pause::Call::pause { full_name: register() }.into(),
        pallet_tx_pause::Call::unpause { ident: register() }.into(),
        pallet_preimage::Call::request_preimage { hash }.into(),
        pallet_preimage::Call::unrequest_preimage { hash }.into(),
        pallet_scheduler::Call::cancel { when: 100_000, index: 0 }.into(),
        pallet_scheduler::Call::cancel_named { id: [1; 32] }.into(),
        pallet_scheduler::Call::schedule { when: 100_000, maybe_periodic: None, priority: 0, call: idle() }
            .into(),
        pallet_scheduler::Call::schedule_after { after: 10, maybe_periodic: None, priority: 0, call: idle() }
            .into(),
        pallet_scheduler::Call::schedule_named {
            id: [2; 32],
            when: 100_000,
            maybe_periodic: None,
            priority: 0,
            call: idle(),
        }
        .into(),
        pallet_scheduler::Call::schedule_named_after {
            id: [3; 32],
            after: 10,
            maybe_periodic: None,
            priority: 0,
            call: idle(),
        }
        .into(),
        pallet_scheduler::Call::set_retry { task: (100_000, 0), retries: 1, period: 10 }.into(),
        pallet_scheduler::Call::set_retry_named { id: [2; 32], retries: 1, period: 10 }.into(),
        pallet_scheduler::Call::cancel_retry { task: (100_000, 0) }.into(),
        pallet_scheduler::Call::cancel_retry_named { id: [2; 32] }.into(),
        pallet_whitelist::Call::whitelist_call { call_hash: hash }.into(),
        pallet_whitelist::Call::remove_whitelisted_call { call_hash: hash }.into(),
        pallet_collective::Call::<Runtime, Hospitals>::disapprove_proposal { proposal_hash: hash }.into(),
        pallet_collective::Call::<Runtime, Hospitals>::kill { proposal_hash: hash }.into(),
    ]
}

fn by_hospitals(yes: u32, of: u32) -> RuntimeOrigin {
    pallet_collective::RawOrigin::<AccountId, Hospitals>::Members(yes, of).into()
}

fn is_allowed(call: &RuntimeCall, origin: RuntimeOrigin) -> bool {
    call.clone().dispatch(origin).map_err(|error| error.error) != Err(DispatchError::BadOrigin)
}

#[test]
fn the_council_needs_what_the_table_says() {
    state_of(LOCAL).execute_with(|| {
        System::set_block_number(1);
        for call in calls() {
            let enough = known(&call).share.of(12);
            assert!(is_allowed(&call, by_hospitals(enough, 12)), "{enough} of 12 cannot: {call:?}");
            assert!(
                !is_allowed(&call, by_hospitals(enough - 1, 12)),
                "fewer than {enough} of 12 can: {call:?}"
            );
            let alone = RuntimeOrigin::signed(Bob.to_account_id());
            // A hospital alone may try what it may do for those it sponsors; it sponsors nobody here.
            let refused = call.clone().dispatch(alone);
            assert!(refused.is_err(), "one hospital can: {call:?}");
        }
    });
}

#[test]
fn every_line_of_the_table_is_tried() {
    let tried: BTreeSet<_> = calls()
        .iter()
        .map(|call| {
            let name = call.get_call_metadata();
            (name.pallet_name.to_owned(), name.function_name.to_owned())
        })
        .collect();
    for known in DECISIONS {
        for call in [&known.call].into_iter().chain(known.likewise) {
            let name = (known.pallet.to_owned(), (*call).to_owned());
            assert!(tried.contains(&name), "{}.{call} is not tried", known.pallet);
        }
    }
}

#[test]
fn the_votes_that_clients_ask_for_are_those_that_the_chain_needs() {
    use configs::council::{Majority, OneThird, ThreeQuarters, TwoThirds};
    use frame_support::traits::EnsureOrigin;

    let suffices = |share, yes, of| {
        let origin = by_hospitals(yes, of);
        match share {
            Share::OneThird => OneThird::try_origin(origin).is_ok(),
            Share::MoreThanHalf => Majority::try_origin(origin).is_ok(),
            Share::TwoThirds => TwoThirds::try_origin(origin).is_ok(),
            Share::ThreeQuarters => ThreeQuarters::try_origin(origin).is_ok(),
        }
    };
    for share in Share::ALL {
        for hospitals in 1..=200 {
            let votes = share.of(hospitals);
            assert!(suffices(share, votes, hospitals), "{votes} of {hospitals} are not {share:?}");
            assert!(
                !suffices(share, votes - 1, hospitals),
                "fewer than {votes} of {hospitals} are {share:?}"
            );
        }
    }
}

#[test]
fn the_documented_table_is_the_one_that_holds() {
    let mut table = String::from("| call | needs | to |\n|---|---|---|\n");
    for Decision { pallet, call, share, purpose, .. } in DECISIONS {
        writeln!(table, "| `{pallet}.{call}` | {} | {purpose} |", share.text()).unwrap();
    }
    let document = include_str!("../../../docs/council.md");
    assert!(document.contains(&table), "docs/council.md must have this table:\n{table}");
}

#[test]
fn the_hospitals_of_genesis_are_the_council() {
    state_of(LOCAL).execute_with(|| {
        let members = pallet_collective::Members::<Runtime, Hospitals>::get();
        assert_eq!(members.len(), 8);
        assert_eq!(members, Members::hospitals());
        Members::suspend(by_hospitals(5, 8), Bob.to_account_id()).unwrap();
        assert!(!Council::is_member(&Bob.to_account_id()));
    });
}

#[test]
fn a_motion_of_the_hospitals_takes_effect() {
    state_of(LOCAL).execute_with(|| {
        System::set_block_number(1);
        let call = pallet_members::Call::suspend { who: Bob.to_account_id() };
        let proposal = Box::new(RuntimeCall::from(call));
        let (hash, length) = (
            <Runtime as frame_system::Config>::Hashing::hash_of(&proposal),
            codec::Encode::encoded_size(&*proposal) as u32,
        );
        let voters: Vec<_> = Members::hospitals().into_iter().take(5).collect();
        let by = |who: &AccountId| RuntimeOrigin::signed(who.clone());
        Council::propose(by(&voters[0]), 5, proposal, length).unwrap();
        for who in &voters {
            Council::vote(by(who), hash, 0, true).unwrap();
        }
        Council::close(by(&voters[0]), hash, 0, configs::system::MAX_BLOCK_WEIGHT, length).unwrap();
        assert!(!<Members as medshare_traits::Membership<_>>::is_active(&Bob.to_account_id()));
    });
}

/// Opens a motion of this number, with so many bytes, which nobody else votes on.
fn propose(who: &AccountId, number: u32, bytes: usize) -> sp_runtime::DispatchResult {
    let remark = [&number.to_le_bytes()[..], &vec![0; bytes]].concat();
    let proposal = Box::new(RuntimeCall::from(frame_system::Call::remark { remark }));
    let length_bound = codec::Encode::encoded_size(&*proposal) as u32;
    let call = RuntimeCall::from(pallet_collective::Call::propose { threshold: 5, proposal, length_bound });
    call.dispatch(RuntimeOrigin::signed(who.clone())).map(drop).map_err(|error| error.error)
}

#[test]
fn no_hospital_takes_all_places_for_motions() {
    use configs::council::{MAX_MOTIONS, MOST_MOTIONS};

    state_of(LOCAL).execute_with(|| {
        System::set_block_number(1);
        let hospitals = Members::hospitals();
        let too_many = Err(pallet_collective::Error::<Runtime, Hospitals>::TooManyProposals.into());
        let most = MOST_MOTIONS as u32;
        (0..most).for_each(|number| propose(&hospitals[0], number, 0).unwrap());
        assert_eq!(propose(&hospitals[0], most, 0), too_many);
        assert_eq!(pallet_collective::Proposals::<Runtime, Hospitals>::get().len(), MOST_MOTIONS);
        propose(&hospitals[1], most, 0).unwrap();
        // A place is free again when a motion has ended, whoever has or has not released what was noted about it.
        let hash = pallet_collective::Proposals::<Runtime, Hospitals>::get()[0];
        Council::disapprove_proposal(by_hospitals(5, 8), hash).unwrap();
        propose(&hospitals[0], most + 1, 0).unwrap();
        assert_eq!(propose(&hospitals[0], most + 2, 0), too_many);
        // Of the smallest consortium that survives a fault, all together do not either.
        assert!(4 * MOST_MOTIONS < MAX_MOTIONS as usize);
    });
}

#[test]
fn a_motion_is_not_too_long_to_be_kept() {
    state_of(LOCAL).execute_with(|| {
        System::set_block_number(1);
        let who = Members::hospitals().remove(0);
        let filtered = Err(frame_system::Error::<Runtime>::CallFiltered.into());
        assert_eq!(propose(&who, 0, configs::council::MAX_MOTION_BYTES as usize), filtered);
        propose(&who, 0, configs::council::MAX_MOTION_BYTES as usize - 100).unwrap();
    });
}

#[test]
fn what_two_thirds_schedule_two_thirds_can_cancel() {
    let remark = || Box::new(RuntimeCall::from(frame_system::Call::remark { remark: Vec::new() }));
    state_of(LOCAL).execute_with(|| {
        System::set_block_number(1);
        let schedule = |origin, id| Scheduler::schedule_named(origin, [id; 32], 1_000, None, 0, remark());
        schedule(by_hospitals(6, 8), 1).unwrap();
        // More voted, and one has joined.
        assert!(Scheduler::cancel_named(by_hospitals(5, 8), [1; 32]).is_err());
        Scheduler::cancel_named(by_hospitals(7, 9), [1; 32]).unwrap();
        schedule(by_hospitals(8, 8), 2).unwrap();
        Scheduler::cancel_named(by_hospitals(6, 8), [2; 32]).unwrap();
        // Root is above them.
        schedule(RuntimeOrigin::root(), 3).unwrap();
        assert!(Scheduler::cancel_named(by_hospitals(8, 8), [3; 32]).is_err());
        schedule(by_hospitals(8, 8), 4).unwrap();
        Scheduler::cancel_named(RuntimeOrigin::root(), [4; 32]).unwrap();
        Scheduler::cancel_named(RuntimeOrigin::root(), [3; 32]).unwrap();
    });
}

#[test]
fn no_hospital_makes_the_chain_wait_for_a_call_that_is_not_whitelisted() {
    state_of(LOCAL).execute_with(|| {
        System::set_block_number(1);
        let who = Members::hospitals().remove(0);
        let member = || pallet_collective::RawOrigin::<AccountId, Hospitals>::Member(who.clone()).into();
        let remark = RuntimeCall::from(frame_system::Call::remark { remark: Vec::new() });
        let hash = <Runtime as frame_system::Config>::Hashing::hash_of(&remark);
        let calls = || {
            [
                RuntimeCall::from(pallet_whitelist::Call::dispatch_whitelisted_call {
                    call_hash: hash,
                    call_encoded_len: 100,
                    call_weight_witness: configs::system::MAX_BLOCK_WEIGHT,
                }),
                pallet_whitelist::Call::dispatch_whitelisted_call_with_preimage {
                    call: Box::new(remark.clone()),
                }
                .into(),
            ]
        };
        let filtered = Err(frame_system::Error::<Runtime>::CallFiltered.into());
        for call in calls() {
            let refused: Result<_, sp_runtime::DispatchErrorWithPostInfo<_>> = call.dispatch(member());
            assert_eq!(refused.map_err(|error| error.error), filtered);
        }
        assert_eq!(pallet_whitelist::DeferredDispatch::<Runtime>::iter().count(), 0);
        Whitelist::whitelist_call(by_hospitals(6, 8), hash).unwrap();
        let [_, call] = calls();
        call.dispatch(member()).unwrap();
    });
}

#[test]
fn what_decides_cannot_be_paused() {
    state_of(LOCAL).execute_with(|| {
        let name = |pallet: &[u8], call: &[u8]| {
            (pallet.to_vec().try_into().unwrap(), call.to_vec().try_into().unwrap())
        };
        let council = || by_hospitals(12, 12);
        for pallet in configs::council::NEVER_PAUSED {
            assert!(TxPause::pause(council(), name(pallet.as_bytes(), b"vote")).is_err(), "{pallet}");
        }
        TxPause::pause(council(), name(b"Records", b"withdraw")).unwrap();
        let call = RuntimeCall::from(pallet_records::Call::withdraw { record: 0 });
        let refused = call.dispatch(RuntimeOrigin::signed(Bob.to_account_id()));
        assert_eq!(
            refused.map_err(|error| error.error),
            Err(frame_system::Error::<Runtime>::CallFiltered.into())
        );
    });
}

#[test]
fn validators_do_not_take_their_keys_away_themselves() {
    state_of(LOCAL).execute_with(|| {
        let call = RuntimeCall::from(pallet_session::Call::purge_keys {});
        let refused = call.dispatch(RuntimeOrigin::signed(Bob.to_account_id()));
        assert_eq!(
            refused.map_err(|error| error.error),
            Err(frame_system::Error::<Runtime>::CallFiltered.into())
        );
    });
}
