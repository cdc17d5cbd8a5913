use super::*;

#[test]
fn the_council_cuts_nodes_off() {
    run(|| {
        assert_ok!(authorise(&[(peer(1), HOSPITAL), (peer(2), HOSPITAL), (peer(3), OTHER)]));
        assert_ok!(remove(&[peer(1), peer(3)]));
        assert_last(Event::Removed { peer: peer(3), who: OTHER });
        assert_eq!(list(), [(peer(2), HOSPITAL)]);
        assert_ok!(authorise(&[(peer(1), OTHER)]));
    });
}

#[test]
fn nobody_else_does() {
    run(|| {
        assert_ok!(authorise(&[(peer(1), HOSPITAL), (peer(2), OTHER)]));
        for origin in [by(HOSPITAL), RuntimeOrigin::none()] {
            let peers = vec![peer(2)].try_into().unwrap();
            assert_noop!(Peers::remove(origin, peers), DispatchError::BadOrigin);
        }
    });
}

#[test]
fn somebody_always_remains() {
    run(|| {
        assert_ok!(authorise(&[(peer(1), HOSPITAL), (peer(2), OTHER)]));
        assert_noop!(remove(&[peer(1), peer(2)]), Error::<Test>::NobodyLeft);
        assert_noop!(remove(&[peer(3)]), Error::<Test>::NotAuthorised);
        assert_noop!(remove(&[peer(1), peer(1)]), Error::<Test>::NotAuthorised);
        assert_noop!(remove(&[]), Error::<Test>::EmptyBatch);
        assert_ok!(remove(&[peer(1)]));
        assert_noop!(remove(&[peer(2)]), Error::<Test>::NobodyLeft);
    });
}
