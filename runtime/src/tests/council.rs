//! What needs how many hospitals: the table of `docs/council.md`, which is generated here, and whether it is true.

use std::fmt::Write;

use frame_support::traits::GetCallMetadata;
use sp_keyring::Sr25519Keyring::{Alice, Bob};
use sp_runtime::{
    DispatchError,
    traits::{Dispatchable, Hash as _},
};

use super::presets::state_of;
use crate::{configs::council::Hospitals, genesis::LOCAL, *};

/// A share of the hospitals that has to agree.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Needs {
    OneThird,
    MoreThanHalf,
    TwoThirds,
    ThreeQuarters,
}

impl Needs {
    /// The fewest of twelve.
    fn of_twelve(self) -> u32 {
        match self {
            Self::OneThird => 4,
            Self::MoreThanHalf => 7,
            Self::TwoThirds => 8,
            Self::ThreeQuarters => 9,
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::OneThird => "a third",
            Self::MoreThanHalf => "more than half",
            Self::TwoThirds => "two thirds",
            Self::ThreeQuarters => "three quarters",
        }
    }
}

/// Every call of the council, with what it needs and what it is for.
fn calls() -> Vec<(RuntimeCall, Needs, &'static str)> {
    use Needs::*;
    let (who, hash) = (Alice.to_account_id(), Hash::repeat_byte(1));
    let paused = (b"Records".to_vec().try_into().unwrap(), b"register".to_vec().try_into().unwrap());
    let parameter = configs::parameters::RuntimeParameters::Audits(
        configs::parameters::dynamic_params::audits::Parameters::KeyWindow(
            configs::parameters::dynamic_params::audits::KeyWindow,
            Some(HOUR),
        ),
    );
    vec![
        (
            pallet_members::Call::admit {
                who: who.clone(),
                roles: Default::default(),
                identity: hash,
                key: Default::default(),
                proof: medshare_types::KeyProof {
                    challenge: Default::default(),
                    response: Default::default(),
                },
            }
            .into(),
            MoreThanHalf,
            "admit hospitals, auditors, vaults, and anybody else",
        ),
        (
            pallet_members::Call::set_roles { who: who.clone(), roles: Default::default() }.into(),
            MoreThanHalf,
            "change a member's roles",
        ),
        (pallet_members::Call::suspend { who: who.clone() }.into(), MoreThanHalf, "suspend a member"),
        (pallet_members::Call::reinstate { who: who.clone() }.into(), MoreThanHalf, "let it act again"),
        (pallet_members::Call::expel { who: who.clone() }.into(), MoreThanHalf, "end its membership"),
        (
            pallet_validators::Call::admit { who: who.clone() }.into(),
            TwoThirds,
            "make a hospital a validator",
        ),
        (pallet_validators::Call::decline { who: who.clone() }.into(), TwoThirds, "turn its proposal down"),
        (pallet_validators::Call::remove { who: who.clone() }.into(), TwoThirds, "take a validator out"),
        (
            pallet_validators::Call::reinstate { who: who.clone() }.into(),
            TwoThirds,
            "let a validator that offended author again",
        ),
        (
            pallet_parameters::Call::set_parameter { key_value: parameter }.into(),
            TwoThirds,
            "set deadlines, shares, session length",
        ),
        (
            pallet_credit::Call::set_half_life { half_life: DAY }.into(),
            TwoThirds,
            "set how fast credit fades; likewise points, thresholds, benefits",
        ),
        (
            pallet_quota::Call::set_quota {
                role: medshare_types::Role::Buyer,
                tier: medshare_types::Tier::Standard,
                quota: 1,
            }
            .into(),
            TwoThirds,
            "set what members may do without fees",
        ),
        (
            pallet_settlement::Call::issue { who: who.clone(), amount: 1, reference: hash }.into(),
            TwoThirds,
            "issue settlement credit for a payment",
        ),
        (
            pallet_settlement::Call::confirm { redemption: 0, reference: hash }.into(),
            TwoThirds,
            "confirm that a redemption is paid",
        ),
        (pallet_settlement::Call::decline { redemption: 0 }.into(), TwoThirds, "decline a redemption"),
        (pallet_tx_pause::Call::pause { full_name: paused }.into(), OneThird, "pause a call"),
        (
            pallet_tx_pause::Call::unpause {
                ident: (b"Records".to_vec().try_into().unwrap(), b"register".to_vec().try_into().unwrap()),
            }
            .into(),
            MoreThanHalf,
            "let it be called again",
        ),
        (
            pallet_preimage::Call::request_preimage { hash }.into(),
            MoreThanHalf,
            "keep a preimage without deposit",
        ),
        (
            pallet_scheduler::Call::cancel { when: 100_000, index: 0 }.into(),
            TwoThirds,
            "cancel a call that is scheduled; likewise schedule one",
        ),
        (
            pallet_whitelist::Call::whitelist_call { call_hash: hash }.into(),
            ThreeQuarters,
            "let a call run as root, such as an upgrade; then any hospital has it run",
        ),
        (
            pallet_collective::Call::<Runtime, Hospitals>::disapprove_proposal { proposal_hash: hash }.into(),
            MoreThanHalf,
            "end another motion",
        ),
        (
            pallet_collective::Call::<Runtime, Hospitals>::kill { proposal_hash: hash }.into(),
            TwoThirds,
            "end a harmful motion",
        ),
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
        for (call, needs, _) in calls() {
            let enough = needs.of_twelve();
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
fn the_documented_table_is_the_one_that_holds() {
    let mut table = String::from("| call | needs | to |\n|---|---|---|\n");
    for (call, needs, purpose) in calls() {
        let name = call.get_call_metadata();
        writeln!(table, "| `{}.{}` | {} | {purpose} |", name.pallet_name, name.function_name, needs.text())
            .unwrap();
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

#[test]
fn what_decides_cannot_be_paused() {
    state_of(LOCAL).execute_with(|| {
        let name = |pallet: &[u8], call: &[u8]| {
            (pallet.to_vec().try_into().unwrap(), call.to_vec().try_into().unwrap())
        };
        let council = || by_hospitals(12, 12);
        assert!(TxPause::pause(council(), name(b"Council", b"vote")).is_err());
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
