use super::*;

#[test]
fn a_hospital_brings_its_observer() {
    run(|| {
        assert_ok!(authorise(&[(peer(1), HOSPITAL)]));
        assert_ok!(Peers::add(by(OTHER), peer(2)));
        assert_last(Event::Added { peer: peer(2), who: OTHER });
        assert_eq!(list(), [(peer(1), HOSPITAL), (peer(2), OTHER)]);
    });
}

#[test]
fn a_hospital_cannot_begin_the_list_and_cut_off_the_others() {
    run(|| {
        assert_noop!(Peers::add(by(HOSPITAL), peer(1)), Error::<Test>::NoListYet);
    });
}

#[test]
fn only_hospitals_bring_nodes_and_not_too_many() {
    run(|| {
        assert_ok!(authorise(&[(peer(1), HOSPITAL)]));
        for who in [VAULT, STRANGER] {
            assert_noop!(Peers::add(by(who), peer(2)), DispatchError::BadOrigin);
        }
        assert_noop!(Peers::add(council(), peer(2)), DispatchError::BadOrigin);
        assert_noop!(Peers::add(by(OTHER), peer(1)), Error::<Test>::AlreadyAuthorised);
        for number in 2..=u64::from(MAX_PER_MEMBER) {
            assert_ok!(Peers::add(by(HOSPITAL), peer(number)));
        }
        assert_noop!(Peers::add(by(HOSPITAL), peer(8)), Error::<Test>::TooManyOfMember);
        assert_ok!(Peers::add(by(OTHER), peer(8)));
    });
}
