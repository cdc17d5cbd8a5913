//! Records with their policies and listings, and their versions.

use std::collections::{BTreeMap, BTreeSet};

use codec::{Decode, Encode};
use medshare_types::{AccountId, Listing, Policy, Record, RecordId, RecordVersion};
use sqlx::{AnyConnection, any::AnyRow};

use crate::{
    Result,
    memory::{Placed, Whole},
    store::{body, number, of_numbers},
};

/// A record's row as it is kept.
pub fn encode(whole: &Whole) -> Vec<u8> {
    (&whole.record, &whole.policy, &whole.listing).encode()
}

/// A record's row as it was kept.
pub fn whole(row: &AnyRow, column: usize) -> Result<Whole> {
    #[derive(Decode)]
    struct Kept(Record<AccountId>, Option<Policy>, Option<Listing<AccountId>>);
    let Kept(record, policy, listing) = body(row, column)?;
    Ok(Whole { record, policy, listing })
}

/// Records that are there.
pub async fn wholes(
    connection: &mut AnyConnection,
    records: &BTreeSet<RecordId>,
) -> Result<BTreeMap<RecordId, Whole>> {
    let rows =
        of_numbers(connection, "SELECT record, body FROM records WHERE record", records.iter().copied())
            .await?;
    rows.iter().map(|row| Ok((number(row, 0)?, whole(row, 1)?))).collect()
}

/// A version with its record, in the columns of [`VERSIONS`].
pub type Found = (Placed<RecordVersion<AccountId>>, Whole);

/// Versions with their records; a condition is to be added.
pub const VERSIONS: &str = "SELECT document, record, version, block, body, whole FROM versions";

/// Reads [`VERSIONS`].
pub fn version(row: &AnyRow) -> Result<Found> {
    let placed = Placed {
        row: number(row, 0)?,
        record: number(row, 1)?,
        version: number(row, 2)?,
        block: number(row, 3)?,
        state: body(row, 4)?,
    };
    Ok((placed, whole(row, 5)?))
}
