use super::*;

#[test]
fn a_chain_begins_with_the_nodes_of_its_genesis() {
    chain(vec![(peer(1), HOSPITAL), (peer(2), VAULT)]).execute_with(|| {
        assert_eq!(list(), [(peer(1), HOSPITAL), (peer(2), VAULT)]);
        Peers::do_try_state().expect("the invariants hold");
    });
}

#[test]
#[should_panic(expected = "AlreadyAuthorised")]
fn a_node_that_stands_twice_is_refused() {
    chain(vec![(peer(1), HOSPITAL), (peer(1), OTHER)]);
}

#[test]
#[should_panic(expected = "NotActiveMember")]
fn a_node_of_a_stranger_is_refused() {
    chain(vec![(peer(1), STRANGER)]);
}

#[test]
fn the_parameters_fit_together() {
    run(<Peers as frame_support::traits::Hooks<u32>>::integrity_test);
}
