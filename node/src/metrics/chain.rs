//! What one block's state says besides what is tallied. The functions here read the state that they are run in.

use codec::Decode;
use frame_system::{EventRecord, LastRuntimeUpgrade};
use medshare_runtime::{Hash, MDS, Moment, Runtime, RuntimeEvent, VERSION};
use pallet_validators::State;

/// The newest final block.
pub struct Summary {
    /// Its chain time.
    pub now: Moment,
    /// Admitted validators by state.
    pub validators: [(&'static str, u64); 3],
    /// Validators of the session.
    pub serving: u64,
    /// Validators that authored nothing in the last session that counts.
    pub silent: u64,
    /// Whether one that fails can stop the chain.
    pub fragile: bool,
    /// Motions before the council.
    pub motions: u64,
    /// MDS ever issued.
    pub issued: f64,
    /// MDS ever redeemed.
    pub redeemed: f64,
    /// Whether the chain's runtime is newer than the one that this program was built with.
    pub newer_runtime: bool,
}

impl Summary {
    /// Reads it.
    pub fn read() -> Self {
        let validators = pallet_validators::Validators::<Runtime>::get();
        let count =
            |wanted: fn(&State) -> bool| number(validators.values().filter(|v| wanted(&v.state)).count());
        Self {
            now: now(),
            validators: [
                ("active", count(|state| matches!(state, State::Active))),
                ("suspended", count(|state| matches!(state, State::Suspended(_)))),
                ("leaving", count(|state| matches!(state, State::Leaving(_)))),
            ],
            serving: number(pallet_session::Validators::<Runtime>::get().len()),
            silent: number(
                validators.values().filter(|v| v.silent > 0 && matches!(v.state, State::Active)).count(),
            ),
            fragile: pallet_validators::Fragile::<Runtime>::get(),
            motions: number(
                pallet_collective::Proposals::<Runtime, pallet_collective::Instance1>::get().len(),
            ),
            issued: whole(pallet_settlement::Issued::<Runtime>::get()),
            redeemed: whole(pallet_settlement::Redeemed::<Runtime>::get()),
            newer_runtime: spec_version() > VERSION.spec_version,
        }
    }
}

/// Chain time.
pub fn now() -> Moment {
    pallet_timestamp::Now::<Runtime>::get()
}

/// The version of the runtime that made this state.
pub fn spec_version() -> u32 {
    LastRuntimeUpgrade::<Runtime>::get().map_or(0, |upgrade| upgrade.spec_version.0)
}

/// What happened in the block.
///
/// # Errors
/// If this program does not know the events of the chain's runtime.
pub fn events() -> Result<Vec<RuntimeEvent>, codec::Error> {
    let key = frame_support::storage::storage_prefix(b"System", b"Events");
    let Some(encoded) = sp_io::storage::get(&key) else { return Ok(Vec::new()) };
    let records = Vec::<EventRecord<RuntimeEvent, Hash>>::decode(&mut encoded.as_ref())?;
    Ok(records.into_iter().map(|record| record.event).collect())
}

/// Which share of the maximum weight the block used.
pub fn fullness() -> f64 {
    let used = frame_system::BlockWeight::<Runtime>::get().total().ref_time();
    let most = <Runtime as frame_system::Config>::BlockWeights::get().max_block.ref_time();
    used as f64 / most as f64
}

fn number(count: usize) -> u64 {
    count.try_into().unwrap_or(u64::MAX)
}

/// Graphs need no more digits than an `f64` has.
fn whole(amount: u128) -> f64 {
    amount as f64 / MDS as f64
}
