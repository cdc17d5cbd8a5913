//! Panels of auditors.

use codec::Encode;
use frame_support::{parameter_types, traits::Randomness};
use frame_system::pallet_prelude::BlockNumberFor;

use crate::{
    BlockNumber, Credit, DAY, Hash, Marketplace, Members, Records, Runtime, System, Timestamp,
    configs::parameters::{Clamped, dynamic_params::audits as parameters},
};

parameter_types! {
    /// Seats on a panel.
    pub const PanelSize: u32 = 3;
    /// Votes that must agree.
    pub const Quorum: u32 = 2;
    /// Blocks between convening and the draw: the block after the convening fixes the seed.
    pub const DrawDelay: BlockNumber = 2;
    /// Blocks until a draw without enough auditors is tried again: a minute, or half an hour where nothing else happens,
    /// as such a draw keeps no chain awake.
    pub const RetryDelay: BlockNumber = 30;
    /// Draws in one block.
    pub const MaxDrawsPerBlock: u32 = 16;
    /// Blocks of draws that can be queued.
    pub const SpillBlocks: u32 = 64;
}

/// Time to deliver a key: a second, for tests and demonstrations, to 30 days.
pub type KeyWindow = Clamped<parameters::KeyWindow, 1_000, { 30 * DAY }>;

/// Time to vote: a second to 30 days.
pub type VoteWindow = Clamped<parameters::VoteWindow, 1_000, { 30 * DAY }>;

/// A seed from the hash of the block before. Its strength: nobody who sends transactions can predict or steer it,
/// since it does not exist when the transaction is included. The author of the block before the draw can try
/// variants of that block within its slot and publish the one whose draw it likes, or leave its slot empty; and since
/// the order of authors is known, whoever is allied with one can time the convening for its slot.
pub struct ParentHashRandomness;

impl Randomness<Hash, BlockNumberFor<Runtime>> for ParentHashRandomness {
    /// The seed for a subject, and the block at whose end it could be known.
    fn random(subject: &[u8]) -> (Hash, BlockNumberFor<Runtime>) {
        let seed = (System::parent_hash(), subject).using_encoded(sp_io::hashing::blake2_256);
        (seed.into(), System::block_number().saturating_sub(1))
    }
}

impl pallet_audits::Config for Runtime {
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkSetup = super::benchmarks::Setup;
    type Credit = Credit;
    type DrawDelay = DrawDelay;
    type Engagements = Members;
    type KeyWindow = KeyWindow;
    type MaxDrawsPerBlock = MaxDrawsPerBlock;
    type Membership = Members;
    type OnVerdict = (Records, Marketplace);
    type PanelSize = PanelSize;
    type Quorum = Quorum;
    type Randomness = ParentHashRandomness;
    type Records = Records;
    type RetryDelay = RetryDelay;
    type SpillBlocks = SpillBlocks;
    type Time = Timestamp;
    type VoteWindow = VoteWindow;
    type WeightInfo = crate::weights::pallet_audits::WeightInfo<Runtime>;
}
