use super::*;

#[test]
fn the_council_begins_the_list_with_all_nodes() {
    run(|| {
        assert_eq!(list(), []);
        assert_ok!(authorise(&[(peer(1), HOSPITAL), (peer(2), OTHER), (peer(3), VAULT)]));
        assert_last(Event::Authorised { peer: peer(3), who: VAULT });
        assert_eq!(list(), [(peer(1), HOSPITAL), (peer(2), OTHER), (peer(3), VAULT)]);
    });
}

#[test]
fn nobody_else_lets_nodes_in() {
    run(|| {
        for origin in [by(HOSPITAL), RuntimeOrigin::none()] {
            let peers = vec![(peer(1), HOSPITAL)].try_into().unwrap();
            assert_noop!(Peers::authorise(origin, peers), DispatchError::BadOrigin);
        }
    });
}

#[test]
fn all_or_none_are_let_in() {
    run(|| {
        assert_ok!(authorise(&[(peer(1), HOSPITAL)]));
        assert_noop!(authorise(&[(peer(2), OTHER), (peer(1), THIRD)]), Error::<Test>::AlreadyAuthorised);
        assert_noop!(authorise(&[(peer(2), OTHER), (peer(2), OTHER)]), Error::<Test>::AlreadyAuthorised);
        assert_noop!(authorise(&[(peer(2), OTHER), (peer(3), STRANGER)]), Error::<Test>::NotActiveMember);
        assert_noop!(authorise(&[]), Error::<Test>::EmptyBatch);
        assert_eq!(list(), [(peer(1), HOSPITAL)]);
    });
}

#[test]
fn nodes_are_limited_for_each_member_and_for_all() {
    run(|| {
        let of = |who: Account, numbers: std::ops::Range<u64>| -> Vec<_> {
            numbers.map(|number| (peer(number), who)).collect()
        };
        assert_noop!(authorise(&of(HOSPITAL, 0..4)), Error::<Test>::TooManyOfMember);
        assert_ok!(authorise(&of(HOSPITAL, 0..3)));
        assert_ok!(authorise(&of(OTHER, 3..6)));
        assert_noop!(authorise(&of(THIRD, 6..8)), Error::<Test>::TooManyPeers);
        assert_ok!(authorise(&of(THIRD, 6..7)));
    });
}
