use codec::Encode;
use frame_support::{assert_noop, assert_ok};
use medshare_traits::RecordRegistry;
use medshare_types::*;
use sp_runtime::{DispatchError, TokenError};

use crate::{ByCiphertext, Error, Event, NextRecord, Pending, mock::*};

#[test]
fn registers_a_pending_record_and_convenes_its_panel() {
    ExtBuilder.build_and_execute(|| {
        System::set_block_number(8);
        Timestamp::set_timestamp(START + 5);
        assert_ok!(send(OWNER, register_call(content(1))));

        let record = Record { owner: OWNER, subject: subject(), latest: 1, withdrawn: false };
        assert_eq!(<Records as RecordRegistry<Account>>::record(0), Some(record));
        let version = stored(0, 1);
        assert_eq!(version.content, content(1));
        assert_eq!(version.owner_key, key(OWNER));
        assert_eq!(version.status, VersionStatus::Pending);
        assert_eq!(version.anchor, Anchor { block: 8, moment: START + 5 });
        assert_eq!(NextRecord::<Test>::get(), 1);
        assert_eq!(ByCiphertext::<Test>::get(content(1).ciphertext), Some((0, 1)));
        assert_eq!(Pending::<Test>::get(OWNER), 1);
        assert!(!Records::is_tradable(0, 1), "it is not approved yet");

        assert_eq!(engaged(OWNER), 1);
        assert_eq!(world(|world| world.policies.get(&0).cloned()), Some(policy()));
        let review = Convened {
            subject: Subject::Record { record: 0, version: 1 },
            holder: OWNER,
            holder_key: key(OWNER),
            commitment: content(1).commitment,
            excluded: VAULTS[..2].to_vec(),
        };
        assert_eq!(world(|world| world.convened.clone()), [review]);
        let ciphertext = content(1).ciphertext;
        assert_eq!(
            events(),
            [Event::Registered { record: 0, owner: OWNER, ciphertext, deposit: version.deposit }]
        );
    });
}

#[test]
fn holds_a_deposit_for_the_stored_bytes() {
    ExtBuilder.build_and_execute(|| {
        register(OWNER, 1);
        let deposit = 1_000 + 10 * Balance::try_from(stored(0, 1).encode().len()).expect("small");
        assert_eq!(stored(0, 1).deposit, deposit);
        assert_eq!(held(OWNER), deposit);
        assert_eq!(Balances::free_balance(OWNER), FUNDS - deposit);

        let mut larger = content(2);
        larger.descriptor.modality = Some(text("MR"));
        assert_ok!(send(OWNER, register_call(larger)));
        assert_eq!(stored(1, 1).deposit, deposit + 10 * 3, "a length and two letters more");
        assert_eq!(held(OWNER), deposit + stored(1, 1).deposit);
    });
}

#[test]
fn refuses_who_cannot_pay_the_deposit() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(send(POOR, register_call(content(1))), TokenError::FundsUnavailable);
        DepositPerByte::set(Balance::MAX);
        assert_noop!(send(OWNER, register_call(content(1))), TokenError::FundsUnavailable);
    });
}

#[test]
fn takes_the_owner_key_of_the_moment() {
    ExtBuilder.build_and_execute(|| {
        register(OWNER, 1);
        world(|world| world.keys.insert(OWNER, key(77)));
        register(OWNER, 2);
        assert_eq!(stored(0, 1).owner_key, key(OWNER));
        assert_eq!(stored(1, 1).owner_key, key(77));
        assert_eq!(world(|world| world.convened[1].holder_key), key(77));
    });
}

#[test]
fn refuses_who_is_no_active_provider() {
    ExtBuilder.build_and_execute(|| {
        for who in [BUYER, VAULTS[0], STRANGER] {
            assert_noop!(send(who, register_call(content(1))), DispatchError::BadOrigin);
        }
        let call = RuntimeCall::Records(register_call(content(1)));
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            let refused = sp_runtime::traits::Dispatchable::dispatch(call.clone(), origin).unwrap_err();
            assert_eq!(refused.error, DispatchError::BadOrigin);
        }
        world(|world| world.roles.remove(&OWNER));
        assert_noop!(send(OWNER, register_call(content(1))), DispatchError::BadOrigin);
    });
}

#[test]
fn refuses_an_owner_without_a_key() {
    ExtBuilder.build_and_execute(|| {
        world(|world| world.keys.remove(&OWNER));
        assert_noop!(send(OWNER, register_call(content(1))), Error::<Test>::NoEncryptionKey);
    });
}

#[test]
fn refuses_a_ciphertext_that_somebody_registered() {
    ExtBuilder.build_and_execute(|| {
        register(OWNER, 1);
        let mut stolen = content(2);
        stolen.ciphertext = content(1).ciphertext;
        stolen.locators = content(1).locators;
        assert_noop!(send(OTHER, register_call(stolen.clone())), Error::<Test>::CiphertextTaken);
        assert_noop!(send(OWNER, register_call(stolen)), Error::<Test>::CiphertextTaken);
    });
}

#[test]
fn refuses_a_ciphertext_whose_record_was_withdrawn() {
    ExtBuilder.build_and_execute(|| {
        register(OWNER, 1);
        assert_ok!(send(OWNER, crate::Call::withdraw { record: 0 }));
        assert_noop!(send(OTHER, register_call(content(1))), Error::<Test>::CiphertextTaken);
    });
}

#[test]
fn credit_bounds_what_is_under_review() {
    ExtBuilder.build_and_execute(|| {
        world(|world| world.max_pending = 2);
        register(OWNER, 1);
        register(OWNER, 2);
        assert_noop!(send(OWNER, register_call(content(3))), Error::<Test>::TooManyPending);
        assert_eq!(Pending::<Test>::get(OWNER), 2);
        register(OTHER, 3);

        verdict(0, 1, medshare_traits::Outcome::Decided(Verdict::Approve));
        register(OWNER, 4);
        world(|world| world.max_pending = 0);
        assert_noop!(send(OTHER, register_call(content(5))), Error::<Test>::TooManyPending);
    });
}

#[test]
fn a_refused_policy_refuses_the_record() {
    ExtBuilder.build_and_execute(|| {
        world(|world| world.strict = true);
        assert_noop!(send(OWNER, register_call(content(1))), DispatchError::Other("no such policy"));
        assert_eq!(NextRecord::<Test>::get(), 0);
        assert_eq!(engaged(OWNER), 0);
    });
}

#[test]
fn refuses_when_numbers_are_used_up() {
    sp_io::TestExternalities::default().execute_with(|| {
        world(|world| world.roles.insert(OWNER, [Role::Provider].into()));
        NextRecord::<Test>::put(RecordId::MAX);
        assert_noop!(send(OWNER, register_call(content(1))), Error::<Test>::NoMoreNumbers);
    });
}
