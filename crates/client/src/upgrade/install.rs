//! The calls that install a runtime, at once or in a block that is named, and reading them.

use std::ops::Range;

use codec::Decode;
use medshare_types::{BlockNumber, Hash};
use subxt::Metadata;

use crate::{
    Result,
    chain::{
        Call,
        calls::{
            all_of,
            council::{request_preimage, schedule, set_code, unrequest_preimage},
        },
    },
};

/// How many bytes the longest of the calls has around the code.
pub(super) const AROUND: usize = 96;

/// What a call installs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Installation {
    /// The code of a runtime.
    pub code: Vec<u8>,
    /// In which block; at once if in none.
    pub at: Option<BlockNumber>,
}

impl Installation {
    /// The call.
    ///
    /// Scheduling a long call asks for its bytes to be kept, twice, and when it has run they are let go once (pallet-scheduler 51:
    /// when it makes a preimage of the call, and when it has a place), so they would stay. But if somebody asked for them before,
    /// as for the same runtime in another block, making the preimage asks for nothing. So it is asked once more before, and let go
    /// afterwards: in either case once more than before, and the bytes leave the chain with the last call that needs them.
    ///
    /// # Errors
    /// If the runtime that this is encoded for has no such calls.
    pub fn call(&self, metadata: &Metadata) -> Result<Call> {
        let install = set_code(self.code.clone());
        let Some(at) = self.at else { return Ok(install) };
        let hash = Hash::from(sp_crypto_hashing::blake2_256(&install.encode(metadata)?.bytes()));
        Ok(all_of(vec![request_preimage(hash), schedule(at, install), unrequest_preimage(hash)]))
    }

    /// What an encoded call installs, if that is all that it does.
    ///
    /// # Errors
    /// As of [`Installation::call`].
    pub fn read(bytes: &[u8], metadata: &Metadata) -> Result<Option<Self>> {
        for guess in guesses(bytes) {
            if guess.call(metadata)?.encode(metadata)?.bytes() == bytes {
                return Ok(Some(guess));
            }
        }
        Ok(None)
    }
}

/// What bytes would install if they did, at once or later. Whether they do is seen by encoding it again.
fn guesses(bytes: &[u8]) -> Vec<Installation> {
    /// Behind the two bytes that name a call.
    const CODE: usize = 2;
    /// Behind what names the batch, how many calls it has, the first of them, which is about a hash, and what names the second.
    const WHEN: Range<usize> = 39..43;
    /// Behind that it is once and of the highest priority, and what names the call inside.
    const CODE_LATER: usize = 47;
    let code = |begin: usize| Vec::<u8>::decode(&mut bytes.get(begin..)?).ok();
    let at = || BlockNumber::decode(&mut bytes.get(WHEN)?).ok();
    let at_once = code(CODE).map(|code| Installation { code, at: None });
    let later = code(CODE_LATER).zip(at()).map(|(code, at)| Installation { code, at: Some(at) });
    at_once.into_iter().chain(later).collect()
}

#[cfg(test)]
mod tests {
    use codec::{Compact, Encode};

    use super::*;

    #[test]
    fn what_a_call_installs_is_found_also_where_it_is_scheduled() {
        let code = vec![7; 300];
        let install = [&[0, 2][..], &code.encode()].concat();
        let at_once = Installation { code: code.clone(), at: None };
        assert!(guesses(&install).contains(&at_once));

        let schedule = [&[9, 0][..], &(70_000u32, None::<(u32, u32)>, 0u8).encode(), &install].concat();
        let about = |call: u8| [&[8, call][..], &[5; 32]].concat();
        let batch = [&[7, 2][..], &Compact(3u32).encode(), &about(2), &schedule, &about(3)].concat();
        assert!(guesses(&batch).contains(&Installation { code, at: Some(70_000) }));
        assert!(batch.len() - 300 <= AROUND);
        for short in 0..batch.len() {
            guesses(&batch[..short]);
        }
    }
}
