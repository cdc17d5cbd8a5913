use super::*;

#[test]
fn a_node_gets_a_new_key_even_where_there_is_no_more_room() {
    run(|| {
        let full: Vec<_> = (1..=u64::from(MAX_PER_MEMBER)).map(|number| (peer(number), VAULT)).collect();
        assert_ok!(authorise(&full));
        assert_ok!(Peers::replace(by(VAULT), peer(1), peer(8)));
        assert_last(Event::Replaced { old: peer(1), new: peer(8), who: VAULT });
        assert_eq!(list(), [(peer(2), VAULT), (peer(3), VAULT), (peer(8), VAULT)]);
    });
}

#[test]
fn the_only_node_can_get_a_new_key() {
    run(|| {
        assert_ok!(authorise(&[(peer(1), HOSPITAL)]));
        assert_ok!(Peers::replace(by(HOSPITAL), peer(1), peer(2)));
        assert_eq!(list(), [(peer(2), HOSPITAL)]);
    });
}

#[test]
fn only_who_answers_for_a_node_replaces_it_and_by_a_new_key() {
    run(|| {
        assert_ok!(authorise(&[(peer(1), HOSPITAL), (peer(2), OTHER)]));
        assert_noop!(Peers::replace(by(OTHER), peer(1), peer(3)), Error::<Test>::NotAnswerable);
        assert_noop!(Peers::replace(by(STRANGER), peer(1), peer(3)), Error::<Test>::NotActiveMember);
        assert_noop!(Peers::replace(council(), peer(1), peer(3)), DispatchError::BadOrigin);
        assert_noop!(Peers::replace(by(HOSPITAL), peer(3), peer(4)), Error::<Test>::NotAuthorised);
        for taken in [peer(1), peer(2)] {
            assert_noop!(Peers::replace(by(HOSPITAL), peer(1), taken), Error::<Test>::AlreadyAuthorised);
        }
    });
}
