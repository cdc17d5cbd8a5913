use super::*;
use crate::{PeerCount, Peers as List};

#[test]
fn a_wrong_count_is_found() {
    chain(vec![(peer(1), HOSPITAL)]).execute_with(|| {
        PeerCount::<Test>::insert(HOSPITAL, 2);
        assert!(Peers::do_try_state().is_err());
    });
    chain(vec![(peer(1), HOSPITAL)]).execute_with(|| {
        PeerCount::<Test>::insert(OTHER, 0);
        assert!(Peers::do_try_state().is_err());
    });
}

#[test]
fn too_many_nodes_are_found() {
    chain(Vec::new()).execute_with(|| {
        for number in 0..=u64::from(MAX_PER_MEMBER) {
            List::<Test>::insert(peer(number), HOSPITAL);
        }
        PeerCount::<Test>::insert(HOSPITAL, MAX_PER_MEMBER + 1);
        assert!(Peers::do_try_state().is_err());
    });
}
