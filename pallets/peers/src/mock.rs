//! A chain with this pallet, three hospitals, a vault and somebody who is no member.

use std::collections::BTreeMap;

use frame_support::{derive_impl, parameter_types, traits::ConstU32};
use frame_system::EnsureRoot;
use medshare_traits::{Engagements, Membership};
use medshare_types::{Hash, PeerKey, Point, Role};
use sp_runtime::{BuildStorage, DispatchError, DispatchResult};

use crate as pallet_peers;
use crate::{Event, PeerCount};

pub type Account = u64;

pub const HOSPITAL: Account = 1;
pub const OTHER: Account = 2;
pub const THIRD: Account = 3;
pub const VAULT: Account = 4;
pub const STRANGER: Account = 9;

pub const MAX_PEERS: u32 = 7;
pub const MAX_PER_MEMBER: u32 = 3;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Peers: pallet_peers,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = frame_system::mocking::MockBlockU32<Test>;
    type BlockHashCount = ConstU32<250>;
}

parameter_types! {
    /// How often each member is engaged. In the chain's storage, so that calls which fail leave no trace.
    pub storage Engaged: BTreeMap<Account, u32> = BTreeMap::new();
}

impl pallet_peers::Config for Test {
    type Membership = Four;
    type Engagements = Four;
    type AuthoriseOrigin = EnsureRoot<Account>;
    type RemoveOrigin = EnsureRoot<Account>;
    type MaxPeers = ConstU32<MAX_PEERS>;
    type MaxPerMember = ConstU32<MAX_PER_MEMBER>;
    type WeightInfo = ();
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkSetup = Four;
}

/// Accounts up to 4 are active members, those up to 3 hospitals.
pub struct Four;

impl Membership<Account> for Four {
    type MaxAuditors = ();

    fn is_active(who: &Account) -> bool {
        (HOSPITAL..=VAULT).contains(who)
    }

    fn has_role(who: &Account, role: Role) -> bool {
        match role {
            Role::Hospital => (HOSPITAL..=THIRD).contains(who),
            _ => *who == VAULT,
        }
    }

    fn ensure_role(who: &Account, role: Role) -> DispatchResult {
        Self::has_role(who, role).then_some(()).ok_or(DispatchError::BadOrigin)
    }

    fn encryption_key(_: &Account) -> Option<Point> {
        None
    }

    fn sponsor(_: &Account) -> Option<Account> {
        None
    }

    fn auditors() -> Vec<Account> {
        Vec::new()
    }
}

impl Engagements<Account> for Four {
    fn engage(who: &Account) -> DispatchResult {
        let mut engaged = Engaged::get();
        *engaged.entry(*who).or_default() += 1;
        Engaged::set(&engaged);
        Ok(())
    }

    fn disengage(who: &Account) {
        let mut engaged = Engaged::get();
        let count = engaged.get_mut(who).expect("only who is engaged is let go");
        *count -= 1;
        if *count == 0 {
            engaged.remove(who);
        }
        Engaged::set(&engaged);
    }
}

pub fn peer(number: u64) -> PeerKey {
    PeerKey(Hash::from_low_u64_be(number))
}

pub fn by(who: Account) -> RuntimeOrigin {
    RuntimeOrigin::signed(who)
}

pub fn council() -> RuntimeOrigin {
    RuntimeOrigin::root()
}

/// Has the council let nodes in.
pub fn authorise(peers: &[(PeerKey, Account)]) -> DispatchResult {
    Peers::authorise(council(), peers.to_vec().try_into().expect("it fits into a call"))
}

/// Has the council cut nodes off.
pub fn remove(peers: &[PeerKey]) -> DispatchResult {
    Peers::remove(council(), peers.to_vec().try_into().expect("it fits into a call"))
}

/// The list, ascending.
pub fn list() -> Vec<(PeerKey, Account)> {
    let mut list = Peers::peers();
    list.sort();
    list
}

/// The last event of the pallet.
#[track_caller]
pub fn assert_last(event: Event<Test>) {
    assert_eq!(System::events().last().map(|record| record.event.clone()), Some(event.into()));
}

/// A chain that begins with these nodes.
pub fn chain(peers: Vec<(PeerKey, Account)>) -> sp_io::TestExternalities {
    let storage = RuntimeGenesisConfig { peers: pallet_peers::GenesisConfig { peers }, ..Default::default() }
        .build_storage()
        .expect("genesis builds");
    storage.into()
}

/// Runs a test at block 1 of a chain without a list, and checks afterwards that the invariants hold and that who answers
/// for nodes is engaged once for each.
pub fn run(test: impl FnOnce()) {
    chain(Vec::new()).execute_with(|| {
        System::set_block_number(1);
        test();
        Peers::do_try_state().expect("the invariants hold");
        assert_eq!(Engaged::get(), PeerCount::<Test>::iter().collect());
    });
}

/// Only members matter here, and who they are does not change; but a benchmark's accounts have to be some.
#[cfg(feature = "runtime-benchmarks")]
mod setup {
    use medshare_types::*;

    use super::{Account, Four};

    impl medshare_traits::BenchmarkSetup<Account> for Four {
        fn member(_: &Account, _: Roles, _: Point) {}

        fn fund(_: &Account, _: Balance) {}

        fn record(_: &Account, _: Point, _: KeyCommitment) -> (RecordId, Version) {
            (0, 1)
        }

        fn approve(_: RecordId, _: Version) {}

        fn list(_: RecordId, _: Version, _: Balance) {}

        fn order(_: RecordId, _: &Account) -> OrderId {
            0
        }

        fn grant(_: RecordId, _: Version, _: &Account, _: Point, _: SealedKey, _: OrderId) {}

        fn seat_panel(_: Subject) {}

        fn advance(_: Moment) {}
    }
}
