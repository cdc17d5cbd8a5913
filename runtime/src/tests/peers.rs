//! The nodes of the network, with the real members.

use frame_support::{assert_noop, assert_ok};
use medshare_runtime_api::runtime_decl_for_peers_api::PeersApi;
use medshare_types::PeerKey;
use sp_keyring::Sr25519Keyring::{Alice, Eve};

use super::presets::state_of;
use crate::{
    configs::council::Hospitals,
    genesis::{DEVELOPMENT, LOCAL},
    *,
};

fn peer(number: u8) -> PeerKey {
    PeerKey(Hash::repeat_byte(number))
}

/// What nodes go by.
fn listed() -> Vec<(PeerKey, AccountId)> {
    let mut list = <Runtime as PeersApi<Block>>::peers();
    list.sort();
    list
}

#[test]
fn presets_leave_it_to_the_operator_whom_a_node_talks_to() {
    for preset in [DEVELOPMENT, LOCAL] {
        state_of(preset).execute_with(|| assert_eq!(Peers::peers(), vec![]));
    }
}

#[test]
fn a_hospital_leaves_only_without_nodes() {
    state_of(LOCAL).execute_with(|| {
        System::set_block_number(1);
        let council: RuntimeOrigin =
            pallet_collective::RawOrigin::<AccountId, Hospitals>::Members(5, 8).into();
        let (alice, eve) = (Alice.to_account_id(), Eve.to_account_id());
        let peers = vec![(peer(1), alice.clone()), (peer(2), eve.clone())];
        assert_ok!(Peers::authorise(council, peers.clone().try_into().unwrap()));
        assert_eq!(listed(), peers);

        let by_eve = || RuntimeOrigin::signed(eve.clone());
        assert_noop!(Members::leave(by_eve()), pallet_members::Error::<Runtime>::StillEngaged);
        assert_ok!(Peers::retire(by_eve(), peer(2)));
        assert_ok!(Members::leave(by_eve()));
        assert_eq!(listed(), [(peer(1), alice)]);
        assert_ok!(Peers::do_try_state());
    });
}
