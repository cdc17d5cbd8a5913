use super::*;

#[test]
fn who_answers_for_a_node_takes_it_out() {
    run(|| {
        assert_ok!(authorise(&[(peer(1), HOSPITAL), (peer(2), VAULT)]));
        assert_ok!(Peers::retire(by(VAULT), peer(2)));
        assert_last(Event::Retired { peer: peer(2), who: VAULT });
        assert_eq!(list(), [(peer(1), HOSPITAL)]);
    });
}

#[test]
fn nobody_takes_out_anothers_node_or_the_last() {
    run(|| {
        assert_ok!(authorise(&[(peer(1), HOSPITAL), (peer(2), VAULT)]));
        assert_noop!(Peers::retire(by(OTHER), peer(1)), Error::<Test>::NotAnswerable);
        assert_noop!(Peers::retire(council(), peer(1)), DispatchError::BadOrigin);
        assert_noop!(Peers::retire(by(OTHER), peer(3)), Error::<Test>::NotAuthorised);
        assert_ok!(Peers::retire(by(VAULT), peer(2)));
        assert_noop!(Peers::retire(by(HOSPITAL), peer(1)), Error::<Test>::NobodyLeft);
    });
}
