use super::*;
use frame_support::dispatch::DispatchResult;

fn deliver(id: OrderId, sealed: SealedKey) -> DispatchResult {
    Marketplace::deliver(signed(SELLER), id, sealed)
}

#[test]
fn pays_and_grants_in_one_step() {
    ExtBuilder::default().build_and_execute(|| {
        let id = ordered();
        set_time(START + 7);
        let sealed = right_key(id);
        assert_ok!(deliver(id, sealed));

        assert_eq!(state_of(id), OrderState::Delivered { settles_at: START + 7 + 2_000 });
        assert_event(Event::Delivered {
            order: id,
            paid: 7_501,
            fee: 500,
            retained: 2_000,
            settles_at: START + 7 + 2_000,
        });
        assert_eq!((free(BUYER), held(BUYER)), (WEALTH - PRICE, 2_000));
        assert_eq!(free(SELLER), WEALTH + 7_501);

        let grant = Grants::get((RECORD, 1, BUYER)).unwrap();
        assert_eq!(grant.basis, GrantBasis::Order(id));
        assert_eq!(grant.purpose, research());
        assert_eq!((grant.sealed, grant.grantee_key), (sealed, key_of(BUYER).public()));
        assert_eq!(grant.expires, None);
        let opened = medshare_crypto::open_sealed(&key_of(BUYER), &grant.sealed).unwrap();
        let original = medshare_crypto::open_commitment(&key_of(SELLER), &commitment_of(RECORD, 1)).unwrap();
        assert!(opened == original, "the buyer opens what the auditors opened");
    });
}

#[test]
fn the_grant_ends_as_the_terms_say() {
    ExtBuilder::default().build_and_execute(|| {
        let terms = Terms { licence: None, duration: Some(30) };
        assert_ok!(Marketplace::list(signed(SELLER), RECORD, 1, PRICE, terms.clone()));
        assert_ok!(Marketplace::order(signed(BUYER), RECORD, 1, PRICE, terms, research()));
        set_time(START + 7);
        assert_ok!(deliver(0, right_key(0)));
        assert_eq!(Grants::get((RECORD, 1, BUYER)).unwrap().expires, Some(START + 37));
    });
}

#[test]
fn the_sellers_tier_sets_window_and_discount() {
    ExtBuilder::default().build_and_execute(|| {
        let benefits = Benefits { claim_window: 50, fee_discount: Permill::from_percent(10), ..STANDARD };
        Tiers::insert(SELLER, benefits);
        let id = delivered();
        assert_event(Event::Delivered {
            order: id,
            paid: 7_551,
            fee: 450,
            retained: 2_000,
            settles_at: START + 50,
        });
    });
}

#[test]
fn only_the_seller_delivers() {
    ExtBuilder::default().build_and_execute(|| {
        let id = ordered();
        let sealed = right_key(id);
        for who in [BUYER, OTHER_SELLER, HOSPITAL, STRANGER] {
            assert_noop!(Marketplace::deliver(signed(who), id, sealed), Error::<Test>::NotSeller);
        }
        assert_noop!(deliver(id + 1, sealed), Error::<Test>::NoSuchOrder);
        suspend(SELLER);
        assert_noop!(deliver(id, sealed), Error::<Test>::NotActiveMember);
    });
}

#[test]
fn a_key_made_for_anything_else_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        let id = ordered();
        let purpose = SealPurpose::Order(id);
        let wrong = [
            ("other record", seal_for(SECOND_RECORD, 1, BUYER, BUYER, purpose)),
            ("other version", seal_for(RECORD, 2, BUYER, BUYER, purpose)),
            ("other owner", seal_for(OTHERS_RECORD, 1, BUYER, BUYER, purpose)),
            ("other buyer", seal_for(RECORD, 1, OTHER_BUYER, OTHER_BUYER, purpose)),
            ("other buyer's key", seal_for(RECORD, 1, OTHER_BUYER, BUYER, purpose)),
            ("other buyer's account", seal_for(RECORD, 1, BUYER, OTHER_BUYER, purpose)),
            ("other order", seal_for(RECORD, 1, BUYER, BUYER, SealPurpose::Order(id + 1))),
            ("no order", seal_for(RECORD, 1, BUYER, BUYER, SealPurpose::Direct)),
            ("an audit", seal_for(RECORD, 1, BUYER, BUYER, SealPurpose::Audit)),
            ("a claim", seal_for(RECORD, 1, BUYER, BUYER, SealPurpose::Claim(id))),
        ];
        for (what, sealed) in wrong {
            assert_noop!(deliver(id, sealed), Error::<Test>::WrongKey);
            assert_eq!(held(BUYER), PRICE, "nothing is paid for the key of {what}");
        }
    });
}

#[test]
fn a_key_of_another_version_in_the_right_context_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        let id = ordered();
        let context = SealContext {
            genesis: System::block_hash(0),
            record: RECORD,
            version: 1,
            grantee: BUYER,
            purpose: SealPurpose::Order(id),
        };
        let seal = |commitment, context: &SealContext<_>| {
            let buyer = key_of(BUYER).public();
            medshare_crypto::seal(&mut rand_core::OsRng, &key_of(SELLER), &commitment, &buyer, context)
                .unwrap()
        };
        assert_noop!(deliver(id, seal(commitment_of(RECORD, 2), &context)), Error::<Test>::WrongKey);
        let elsewhere = SealContext { genesis: Hash::repeat_byte(1), ..context.clone() };
        assert_noop!(deliver(id, seal(commitment_of(RECORD, 1), &elsewhere)), Error::<Test>::WrongKey);
        assert_ok!(deliver(id, seal(commitment_of(RECORD, 1), &context)));
    });
}

#[test]
fn a_key_that_was_tampered_with_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        let id = ordered();
        let sealed = right_key(id);
        let other = right_key(id);
        assert_noop!(deliver(id, SealedKey { c1: other.c1, ..sealed }), Error::<Test>::WrongKey);
        assert_noop!(deliver(id, SealedKey { c2: other.c2, ..sealed }), Error::<Test>::WrongKey);
        assert_noop!(deliver(id, SealedKey { proof: other.proof, ..sealed }), Error::<Test>::WrongKey);
        assert_noop!(deliver(id, SealedKey { c1: Point::default(), ..sealed }), Error::<Test>::WrongKey);
        assert_ok!(deliver(id, sealed));
    });
}

#[test]
fn the_key_is_sealed_to_the_key_at_the_order() {
    ExtBuilder::default().build_and_execute(|| {
        let id = ordered();
        let rotated = key_of(77).public();
        Members::mutate_extant(BUYER, |member| member.key = rotated);
        let to_new = seal_for(RECORD, 1, 77, BUYER, SealPurpose::Order(id));
        assert_noop!(deliver(id, to_new), Error::<Test>::WrongKey);
        assert_ok!(deliver(id, right_key(id)));
    });
}

#[test]
fn delivers_once() {
    ExtBuilder::default().build_and_execute(|| {
        let id = delivered();
        assert_noop!(deliver(id, right_key(id)), Error::<Test>::NotOpen);
        set_time(START + 2_000);
        assert_ok!(Marketplace::settle(signed(KEEPER), id));
        assert_noop!(deliver(id, right_key(id)), Error::<Test>::NotOpen);
    });
}

#[test]
fn not_from_the_deadline_on() {
    ExtBuilder::default().build_and_execute(|| {
        let id = ordered();
        set_time(START + 1_000);
        assert_noop!(deliver(id, right_key(id)), Error::<Test>::TooLate);
        set_time(START + 999);
        assert_ok!(deliver(id, right_key(id)));
    });
}

#[test]
fn not_after_a_withdrawal_but_the_buyer_is_refunded() {
    ExtBuilder::default().build_and_execute(|| {
        let id = ordered();
        withdraw(RECORD);
        assert_noop!(deliver(id, right_key(id)), Error::<Test>::NotTradable);
        set_time(START + 1_000);
        assert_ok!(Marketplace::expire(signed(BUYER), id));
        assert_eq!(free(BUYER), WEALTH);
        assert_closed(id, OrderState::Expired);
    });
}

#[test]
fn not_after_the_policy_was_tightened_but_the_buyer_is_refunded() {
    ExtBuilder::default().build_and_execute(|| {
        let id = ordered();
        tighten(RECORD);
        assert_noop!(deliver(id, right_key(id)), DispatchError::Other("the policy does not cover it"));
        assert_ok!(Marketplace::cancel(signed(SELLER), id));
        assert_ok!(Marketplace::cancel(signed(BUYER), id));
        assert_eq!(free(BUYER), WEALTH);
        assert_closed(id, OrderState::Cancelled);
    });
}

#[test]
fn not_beside_a_grant_in_force() {
    ExtBuilder::default().build_and_execute(|| {
        let id = ordered();
        grant_directly(RECORD, 1, BUYER);
        assert_noop!(deliver(id, right_key(id)), DispatchError::Other("a grant is in force"));
        revoke(RECORD, 1, BUYER);
        assert_ok!(deliver(id, right_key(id)));
    });
}

#[test]
fn a_proposal_to_cancel_does_not_stop_it() {
    ExtBuilder::default().build_and_execute(|| {
        let id = ordered();
        assert_ok!(Marketplace::cancel(signed(BUYER), id));
        assert_ok!(deliver(id, right_key(id)));
        assert_noop!(Marketplace::cancel(signed(SELLER), id), Error::<Test>::NotOpen);
    });
}

#[test]
fn a_suspended_buyer_gets_no_key() {
    ExtBuilder::default().build_and_execute(|| {
        let id = ordered();
        suspend(BUYER);
        assert_noop!(deliver(id, right_key(id)), Error::<Test>::BuyerNotActive);
        assert_eq!(held(BUYER), PRICE);
    });
}
