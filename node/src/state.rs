//! Reading the state of a block with this program's own types.

use medshare_runtime::{Hash, opaque::Block};
use sc_client_api::{Backend, TrieCacheContext};
use sp_state_machine::InspectState;

use crate::unwind::caught;

/// Runs something in the state of a block: what it reads from storage is what the block left there.
///
/// # Errors
/// Why the state cannot be read: it was pruned, or the database failed.
pub fn inspect<R>(backend: &impl Backend<Block>, block: Hash, what: impl FnOnce() -> R) -> Result<R, String> {
    let state = backend.state_at(block, TrieCacheContext::Untrusted).map_err(|error| error.to_string())?;
    // The database failing is a panic there.
    caught(|| state.inspect_state(what)).map_err(|panic| format!("the database failed: {panic}"))
}
