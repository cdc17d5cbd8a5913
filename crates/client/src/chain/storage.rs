//! Storage items of pallets about which the runtime API has no question.

use codec::{Decode, Encode};
use medshare_events::json;
use serde_json::Value as Json;

use super::{At, Chain, subxt_hash};
use crate::error::{Error, Result};

/// How many keys are asked for at once; the most that a node gives.
const PAGE: u32 = 1_000;

/// The key of an entry whose map keeps its keys as they are (`Identity`).
pub(crate) fn identity(key: &impl Encode) -> Vec<u8> {
    key.encode()
}

/// The key of an entry of a map with the hasher `Twox64Concat`.
pub(crate) fn twox_64_concat(key: &impl Encode) -> Vec<u8> {
    let key = key.encode();
    [&sp_crypto_hashing::twox_64(&key)[..], &key].concat()
}

/// The key of an entry of a map with the hasher `Blake2_128Concat`.
pub(crate) fn blake2_128_concat(key: &impl Encode) -> Vec<u8> {
    let key = key.encode();
    [&sp_crypto_hashing::blake2_128(&key)[..], &key].concat()
}

impl Chain {
    /// A storage item, or an entry of it under this hashed key, if it is there.
    pub(crate) async fn item<T: Decode>(
        &self,
        pallet: &str,
        item: &str,
        key: &[u8],
        at: At,
    ) -> Result<Option<T>> {
        self.item_bytes(pallet, item, key, at)
            .await?
            .map(|bytes| T::decode(&mut &bytes[..]))
            .transpose()
            .map_err(|error| foreign(pallet, item, error.to_string()))
    }

    /// A storage item's encoded value, if it is there.
    pub(crate) async fn item_bytes(
        &self,
        pallet: &str,
        item: &str,
        key: &[u8],
        at: At,
    ) -> Result<Option<Vec<u8>>> {
        let key = [&prefix(pallet, item), key].concat();
        let hash = self.hash(at).await?;
        self.rpc
            .state_get_storage(&key, Some(subxt_hash(hash)))
            .await
            .map_err(|error| self.node_error(&asked(pallet, item), &error))
    }

    /// A storage item as JSON, by its type in the metadata, if it is there.
    pub(crate) async fn item_json(
        &self,
        pallet: &str,
        item: &str,
        key: &[u8],
        at: At,
    ) -> Result<Option<Json>> {
        let Some(bytes) = self.item_bytes(pallet, item, key, at).await? else { return Ok(None) };
        let metadata = self.metadata().await?;
        let ty = metadata
            .pallet_by_name(pallet)
            .and_then(|pallet| pallet.storage())
            .and_then(|storage| storage.entry_by_name(item))
            .map(|entry| entry.value_ty())
            .ok_or_else(|| foreign(pallet, item, "the runtime has no such item".into()))?;
        let value = json::read(&bytes, ty, metadata.types());
        value.map(Some).map_err(|reason| foreign(pallet, item, reason))
    }

    /// The hashed keys of a map's entries. For maps that the council or the hospitals keep small.
    pub(crate) async fn keys(&self, pallet: &str, item: &str, at: At) -> Result<Vec<Vec<u8>>> {
        self.keys_under(pallet, item, &[], at).await
    }

    /// The rests of the hashed keys of those of a map's entries whose hashed keys begin with this.
    pub(crate) async fn keys_under(
        &self,
        pallet: &str,
        item: &str,
        begin: &[u8],
        at: At,
    ) -> Result<Vec<Vec<u8>>> {
        let prefix = [&prefix(pallet, item), begin].concat();
        let block = subxt_hash(self.hash(at).await?);
        let (mut found, mut last): (Vec<Vec<u8>>, Option<Vec<u8>>) = (Vec::new(), None);
        loop {
            let page = self
                .rpc
                .state_get_keys_paged(&prefix, PAGE, last.as_deref(), Some(block))
                .await
                .map_err(|error| self.node_error(&asked(pallet, item), &error))?;
            let full = page.len() >= PAGE as usize;
            last = page.last().cloned();
            found.extend(page.iter().filter_map(|key| key.get(prefix.len()..)).map(<[u8]>::to_vec));
            if !full {
                return Ok(found);
            }
        }
    }
}

fn prefix(pallet: &str, item: &str) -> Vec<u8> {
    [sp_crypto_hashing::twox_128(pallet.as_bytes()), sp_crypto_hashing::twox_128(item.as_bytes())].concat()
}

fn asked(pallet: &str, item: &str) -> String {
    format!("the storage item {pallet}.{item}")
}

fn foreign(pallet: &str, item: &str, reason: String) -> Error {
    Error::ForeignAnswer { asked: asked(pallet, item), reason }
}
