//! Cursors: where a page ended, bound to the query and the index. They name a place and no number of items, so what comes or
//! goes meanwhile neither repeats nor hides what stays.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use codec::{DecodeAll, Encode};
use medshare_types::Hash;

use crate::{
    Error, MAX_LIMIT, Result,
    query::{Paged, Paging},
};

/// Which page a query asks for.
pub struct Asked<P> {
    pub limit: usize,
    pub after: Option<P>,
    pub count: bool,
    fingerprint: [u8; 8],
}

impl<P: Encode + DecodeAll> Asked<P> {
    /// Reads the paging of a query.
    pub fn new<Q: Paged>(genesis: Hash, query: &Q) -> Result<Self> {
        let Paging { limit, cursor, count } = query.paging();
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(Error::Query {
                parameter: "limit",
                message: format!("a page has 1 to {MAX_LIMIT} items, not {limit}"),
            });
        }
        let whole =
            serde_json::to_string(&query.whole()).map_err(|error| Error::Damaged(error.to_string()))?;
        let fingerprint = sp_crypto_hashing::twox_64(&(genesis, Q::NAME, whole).encode());
        let after = cursor.map(|cursor| read(cursor, fingerprint)).transpose()?;
        Ok(Self { limit: limit as usize, after, count, fingerprint })
    }

    /// The cursor of the page that begins after a place.
    pub fn next(&self, place: &P) -> String {
        URL_SAFE_NO_PAD.encode((self.fingerprint, place).encode())
    }
}

fn read<P: DecodeAll>(cursor: &str, fingerprint: [u8; 8]) -> Result<P> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| Error::Cursor)?;
    match bytes.split_first_chunk::<8>() {
        Some((of, mut place)) if *of == fingerprint => P::decode_all(&mut place).map_err(|_| Error::Cursor),
        _ => Err(Error::Cursor),
    }
}
