//! Reads from a node what it has: its final chain, its accounts, the order of its authors.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use codec::{Compact, Decode};
use medshare_types::{AccountId, Balance, BlockNumber, Hash};
use serde::Deserialize;
use subxt::rpcs::rpc_params;

use crate::{
    history::{Block, Ledger, Money},
    rpc::Rpc,
};

/// How many keys and values are asked for at once.
const PAGE: usize = 500;

/// An account as the chain keeps it.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Decode)]
pub struct Account {
    /// How many transactions it has sent.
    pub nonce: u32,
    references: [u32; 3],
    /// What it can spend.
    pub free: Balance,
    /// What is on hold.
    pub held: Balance,
}

/// A header, as nodes give it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Header {
    number: String,
    parent_hash: Hash,
    state_root: Hash,
    digest: Digest,
}

#[derive(Clone, Debug, Deserialize)]
struct Digest {
    logs: Vec<String>,
}

#[derive(Deserialize)]
struct Signed {
    block: Body,
}

#[derive(Deserialize)]
struct Body {
    extrinsics: Vec<String>,
}

impl Header {
    /// The block's height.
    ///
    /// # Errors
    /// If it is not a number.
    pub fn height(&self) -> Result<BlockNumber> {
        let digits = self.number.trim_start_matches("0x");
        BlockNumber::from_str_radix(digits, 16).with_context(|| format!("{} is no height", self.number))
    }

    /// The slot in which it was authored.
    ///
    /// # Errors
    /// If it does not say.
    pub fn slot(&self) -> Result<u64> {
        // A pre-runtime digest item of Aura: 6, `aura`, the length of the slot, the slot.
        let item = self.digest.logs.iter().find_map(|log| log.strip_prefix("0x066175726120"));
        let bytes = hex::decode(item.context("the header names no slot")?)?;
        Ok(u64::decode(&mut &bytes[..])?)
    }
}

/// The newest block that a node calls final.
///
/// # Errors
/// If it does not answer.
pub async fn final_head(rpc: &Rpc) -> Result<Hash> {
    Ok(rpc.ask("chain_getFinalizedHead", rpc_params![]).await?)
}

/// A block's hash by its height, if the node has it.
///
/// # Errors
/// If it does not answer.
pub async fn hash_at(rpc: &Rpc, height: BlockNumber) -> Result<Option<Hash>> {
    Ok(rpc.ask("chain_getBlockHash", rpc_params![height]).await?)
}

/// A block's header; the newest block's without a hash.
///
/// # Errors
/// If it does not answer, or has no such block.
pub async fn header(rpc: &Rpc, hash: Option<Hash>) -> Result<Header> {
    let found: Option<Header> = rpc.ask("chain_getHeader", rpc_params![hash]).await?;
    found.with_context(|| format!("the node at {} does not know block {hash:?}", rpc.url()))
}

/// The transactions of a block, inherents included, in their encoding.
///
/// # Errors
/// If the node does not answer, or has no such block.
pub async fn body(rpc: &Rpc, hash: Hash) -> Result<Vec<Vec<u8>>> {
    let found: Option<Signed> = rpc.ask("chain_getBlock", rpc_params![hash]).await?;
    let found = found.with_context(|| format!("the node at {} does not know block {hash:?}", rpc.url()))?;
    found.block.extrinsics.iter().map(|extrinsic| bytes(extrinsic)).collect()
}

/// A transaction's hash.
pub fn transaction_hash(encoded: &[u8]) -> Hash {
    Hash::from(sp_crypto_hashing::blake2_256(encoded))
}

/// Whether it is signed: inherents are not.
pub fn is_signed(mut encoded: &[u8]) -> bool {
    let length = Compact::<u32>::decode(&mut encoded);
    // The highest two bits of the first byte are the kind: 00 is bare.
    length.is_ok() && encoded.first().is_some_and(|version| version & 0b1100_0000 != 0)
}

/// Who signed it, where an account did.
pub fn signer(mut encoded: &[u8]) -> Option<AccountId> {
    Compact::<u32>::decode(&mut encoded).ok()?;
    // Signed, of version 4; then a `MultiAddress`, of which the first kind is an account.
    let account = encoded.strip_prefix(&[0b1000_0100, 0])?;
    AccountId::decode(&mut &account[..]).ok()
}

/// A storage value at a block, in its encoding.
///
/// # Errors
/// If the node does not answer.
pub async fn storage(rpc: &Rpc, key: &[u8], at: Hash) -> Result<Option<Vec<u8>>> {
    let found: Option<String> = rpc.ask("state_getStorage", rpc_params![text(key), at]).await?;
    found.map(|value| bytes(&value)).transpose()
}

/// The key of a storage value, or the first part of those of a map.
pub fn key(pallet: &str, item: &str) -> Vec<u8> {
    [sp_crypto_hashing::twox_128(pallet.as_bytes()), sp_crypto_hashing::twox_128(item.as_bytes())].concat()
}

/// An account at a block.
///
/// # Errors
/// If the node does not answer.
pub async fn account(rpc: &Rpc, who: &AccountId, at: Hash) -> Result<Account> {
    let bytes: &[u8] = who.as_ref();
    let mut place = key("System", "Account");
    place.extend(sp_crypto_hashing::blake2_128(bytes));
    place.extend(bytes);
    let found = storage(rpc, &place, at).await?;
    Ok(found.map(|value| Account::decode(&mut &value[..])).transpose()?.unwrap_or_default())
}

/// The money at a block.
///
/// # Errors
/// If the node does not answer.
pub async fn money(rpc: &Rpc, at: Hash) -> Result<Money> {
    let height = header(rpc, Some(at)).await?.height()?;
    let issuance = storage(rpc, &key("Balances", "TotalIssuance"), at).await?.context("there is no money")?;
    let prefix = text(&key("System", "Account"));
    let mut accounts: Balance = 0;
    let mut last: Option<String> = None;
    loop {
        let keys: Vec<String> = rpc.ask("state_getKeysPaged", rpc_params![&prefix, PAGE, &last, at]).await?;
        let Some(end) = keys.last().cloned() else { break };
        for key in &keys {
            let value: Option<String> = rpc.ask("state_getStorage", rpc_params![key, at]).await?;
            let account = Account::decode(&mut &bytes(&value.context("a key has a value")?)?[..])?;
            accounts += account.free + account.held;
        }
        last = Some(end);
    }
    Ok(Money { height, issuance: Balance::decode(&mut &issuance[..])?, accounts })
}

/// All of a node's final chain up to a height, and its money there.
///
/// # Errors
/// If the node does not answer, or has not come so far.
pub async fn ledger(rpc: &Rpc, node: usize, height: BlockNumber) -> Result<Ledger> {
    let mut blocks = Vec::new();
    for number in 0..=height {
        let hash = hash_at(rpc, number).await?;
        let hash = hash.with_context(|| format!("the node at {} has no block {number}", rpc.url()))?;
        blocks.push(Block { hash, state_root: header(rpc, Some(hash)).await?.state_root });
    }
    let last = blocks.last().context("there is no block")?.hash;
    let money = money(rpc, last).await?;
    ensure!(money.height == height, "the node at {} gives block {} for {height}", rpc.url(), money.height);
    Ok(Ledger { node, blocks, money })
}

/// The public keys of those who author at a block, in the order of their slots.
///
/// # Errors
/// If the node does not answer.
pub async fn authors(rpc: &Rpc, at: Option<Hash>) -> Result<Vec<[u8; 32]>> {
    let answer: String = rpc.ask("state_call", rpc_params!["AuraApi_authorities", "0x", at]).await?;
    Ok(Vec::decode(&mut &bytes(&answer)?[..])?)
}

/// The public key of who authored a block.
///
/// # Errors
/// If the node does not answer, or has not the block before it.
pub async fn author(rpc: &Rpc, header: &Header) -> Result<[u8; 32]> {
    // A block is authored by whom the block before it leaves in charge: with the block itself they may change.
    let authors = authors(rpc, Some(header.parent_hash)).await?;
    let turn = header.slot()?.checked_rem(u64::try_from(authors.len())?).context("nobody authors")?;
    authors.get(usize::try_from(turn)?).copied().context("nobody has the block's turn")
}

/// Bytes as nodes write them.
///
/// # Errors
/// If they are not in hex.
pub fn bytes(text: &str) -> Result<Vec<u8>> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    hex::decode(digits).with_context(|| format!("{text} is not in hex"))
}

/// As nodes write bytes.
pub fn text(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

/// The whole state at a block: keys and values.
///
/// # Errors
/// If the node does not answer.
pub async fn state(rpc: &Rpc, at: Hash) -> Result<BTreeMap<Vec<u8>, Vec<u8>>> {
    #[derive(Deserialize)]
    struct Changes {
        changes: Vec<(String, Option<String>)>,
    }

    let mut state = BTreeMap::new();
    let mut last: Option<String> = None;
    loop {
        let keys: Vec<String> = rpc.ask("state_getKeysPaged", rpc_params!["0x", PAGE, &last, at]).await?;
        let Some(end) = keys.last().cloned() else { return Ok(state) };
        let found: Vec<Changes> = rpc.ask("state_queryStorageAt", rpc_params![&keys, at]).await?;
        for (key, value) in found.into_iter().flat_map(|changes| changes.changes) {
            state.insert(bytes(&key)?, bytes(&value.context("a key has a value")?)?);
        }
        last = Some(end);
    }
}
