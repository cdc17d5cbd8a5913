//! Which nodes belong to the network.

use frame_support::parameter_types;

use crate::{
    Members, Runtime,
    configs::council::{Majority, TwoThirds},
};

parameter_types! {
    /// Nodes in the list: as many as all validators can have.
    pub const MaxPeers: u32 = 400;
    /// Nodes of one member: a validator, an observer, and one more of each while they are replaced.
    pub const MaxPerMember: u32 = 4;
}

impl pallet_peers::Config for Runtime {
    type AuthoriseOrigin = Majority;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkSetup = super::benchmarks::Setup;
    type Engagements = Members;
    type MaxPeers = MaxPeers;
    type MaxPerMember = MaxPerMember;
    type Membership = Members;
    // To cut a validator's node off is to take the validator out.
    type RemoveOrigin = TwoThirds;
    type WeightInfo = crate::weights::pallet_peers::WeightInfo<Runtime>;
}
