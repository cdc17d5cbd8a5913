//! Finds validators that author two blocks in one slot, and reports them to the chain, which suspends them.
//!
//! The import queue of Aura notices some of them, too, but only logs it. Its records cannot be used here: it keeps
//! headers without the seals that prove who authored them, and never sees what this node authors itself. So this task
//! watches every block that is imported, the node's own included. What it does not see is a second block that is not
//! imported: one that is invalid, or comes when another block of its height is final already. Neither can change what is
//! final, so nobody is harmed by it.
//!
//! A report is a transaction without a signature, which only the pool of the node that makes it takes. So a node that
//! authors no blocks only logs what it finds. All others report, and the first report in a block ends the others.

mod watch;

use std::sync::Arc;

use futures::StreamExt;
use medshare_runtime::opaque::{Block, Header};
use medshare_runtime_api::equivocation::{
    EquivocationApi, EquivocationProof, KeyOwnershipProof, ReportStatus,
};
use sc_client_api::BlockchainEvents;
use sc_consensus_aura::standalone::slot_author;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_api::{ApiExt, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use sp_consensus_aura::{
    AuraApi, Slot,
    sr25519::{AuthorityId, AuthorityPair},
};
use sp_core::crypto::ByteArray;
use sp_keystore::KeystorePtr;
use sp_runtime::{RuntimeAppPublic, traits::Header as _};

use crate::service::FullClient;
use watch::{Chain, Hash, Head, Trouble, Watch, slot_of};

/// Most blocks that are read when the node starts. Between the final block and the best one there are few.
const LOOKBACK: usize = 1_000;

/// Watches the blocks that are imported, for as long as the node runs. If it `reports`, it reports what it finds, and
/// otherwise only logs it.
pub async fn run(
    client: Arc<FullClient>,
    pool: OffchainTransactionPoolFactory<Block>,
    keystore: KeystorePtr,
    reports: bool,
) {
    let mut imports = client.every_import_notification_stream();
    let mut watch = Watch::new(Live { client: client.clone(), pool, keystore }, reports);
    for header in unfinalized(&client) {
        watch.imported(header, false);
    }
    while let Some(block) = imports.next().await {
        watch.imported(block.header, block.is_new_best);
    }
}

/// The headers from the best block down to the final one: a second block of their slots can still be imported.
fn unfinalized(client: &FullClient) -> Vec<Header> {
    let info = client.info();
    let mut headers = Vec::new();
    let mut at = info.best_hash;
    while headers.len() < LOOKBACK {
        match client.header(at) {
            Ok(Some(header)) if *header.number() > info.finalized_number => {
                at = *header.parent_hash();
                headers.push(header);
            }
            Ok(_) => break,
            Err(error) => {
                log::warn!("cannot read block {at} to watch for equivocations: {error}");
                break;
            }
        }
    }
    headers
}

/// The chain as this node knows it.
struct Live {
    client: Arc<FullClient>,
    pool: OffchainTransactionPoolFactory<Block>,
    keystore: KeystorePtr,
}

impl Chain for Live {
    fn author(&self, header: &Header) -> Result<AuthorityId, Trouble> {
        let authorities = self.client.runtime_api().authorities(*header.parent_hash())?;
        let slot = slot_of(header).ok_or("the block is of no slot")?;
        let author = slot_author::<AuthorityPair>(slot, &authorities);
        Ok(author.ok_or("the chain has no authors")?.clone())
    }

    fn best(&self) -> Head {
        let info = self.client.info();
        Head { hash: info.best_hash, number: info.best_number }
    }

    fn finalized(&self) -> Hash {
        self.client.info().finalized_hash
    }

    fn ownership(
        &self,
        at: Hash,
        slot: Slot,
        authority: &AuthorityId,
    ) -> Result<Option<KeyOwnershipProof>, Trouble> {
        Ok(self.client.runtime_api().generate_key_ownership_proof(at, slot, authority.clone())?)
    }

    fn status(
        &self,
        at: Hash,
        evidence: &EquivocationProof<Header>,
        owner: &KeyOwnershipProof,
    ) -> Result<ReportStatus, Trouble> {
        Ok(self.client.runtime_api().report_status(at, evidence.clone(), owner.clone())?)
    }

    fn submit(
        &self,
        at: Hash,
        evidence: &EquivocationProof<Header>,
        owner: &KeyOwnershipProof,
    ) -> Result<bool, Trouble> {
        let mut api = self.client.runtime_api();
        api.register_extension(self.pool.offchain_transaction_pool(at));
        let submitted =
            api.submit_report_equivocation_unsigned_extrinsic(at, evidence.clone(), owner.clone())?;
        Ok(submitted.is_some())
    }

    fn is_own(&self, authority: &AuthorityId) -> bool {
        self.keystore.has_keys(&[(ByteArray::to_raw_vec(authority), AuthorityId::ID)])
    }
}
