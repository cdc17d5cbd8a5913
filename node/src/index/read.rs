//! What a block of the chain changed, for the index.

use std::{collections::BTreeMap, fmt, sync::Arc};

use medshare_events::{Event, Metadata, shape};
use medshare_indexer::{Block, Change};
use medshare_runtime::{AccountId, Hash, VERSION, opaque};
use medshare_types::{
    BlockNumber, CreditEvent, Grant, Listing, Member, Order, Policy, Receipt, Record, RecordVersion, Review,
};
use pallet_credit::{DecayClock, Score, Thresholds};
use sc_client_api::{Backend, BlockBackend};
use scale_info::MetaType;
use sp_api::{Core, Metadata as _, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;

use super::{
    LOG_TARGET,
    content::{self, Header},
    entry, receipt,
    touched::{self, Touched},
};
use crate::{
    service::{FullBackend, FullClient},
    state,
};

/// The storage items that the index reads, with the types that this program has for their values.
fn items() -> [(&'static str, &'static str, MetaType); 12] {
    [
        ("Members", "Members", MetaType::new::<Member<AccountId>>()),
        ("Records", "Records", MetaType::new::<Record<AccountId>>()),
        ("Records", "Versions", MetaType::new::<RecordVersion<AccountId>>()),
        ("Access", "Policies", MetaType::new::<Policy>()),
        ("Access", "Grants", MetaType::new::<Grant>()),
        ("Access", "Receipts", MetaType::new::<Receipt<AccountId>>()),
        ("Audits", "Reviews", MetaType::new::<Review<AccountId>>()),
        ("Marketplace", "Listings", MetaType::new::<Listing<AccountId>>()),
        ("Marketplace", "Orders", MetaType::new::<Order<AccountId>>()),
        ("Credit", "Scores", MetaType::new::<Score>()),
        ("Credit", "Clock", MetaType::new::<DecayClock>()),
        ("Credit", "TierThresholds", MetaType::new::<Thresholds>()),
    ]
}

/// Why a block cannot be read.
#[derive(Debug)]
pub enum Unread {
    /// The node has forgotten the state that the block left.
    Pruned(BlockNumber),
    /// The node does not have the block.
    Missing(String),
    /// The runtime keeps something in a form that this program does not know.
    Form {
        /// The runtime's version.
        spec_version: u32,
        /// What it keeps.
        what: String,
    },
    /// The database or the runtime failed, or there is something there that is none of what the metadata say: which block, and
    /// what was said.
    Failed(BlockNumber, String),
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pruned(number) => write!(
                f,
                "the node has forgotten the state of block {number}, or never had it: run it with `--state-pruning archive` \
                 and let it sync anew with `--sync full`, or run it without an index (`--index off`)"
            ),
            Self::Missing(block) => write!(
                f,
                "the node does not have block {block}: run it with `--state-pruning archive --blocks-pruning archive` and let \
                 it sync anew with `--sync full`, or run it without an index (`--index off`)"
            ),
            Self::Form { spec_version, what } if *spec_version > VERSION.spec_version => write!(
                f,
                "the chain's runtime {spec_version} keeps {what} in a form that this program, of runtime {}, does not \
                 know: run a newer release of it",
                VERSION.spec_version
            ),
            Self::Form { spec_version, what } => write!(
                f,
                "the runtime {spec_version}, which this program is too new for, keeps {what} in a form that it does \
                 not know: run it without an index (`--index off`)"
            ),
            // The reason is for the log.
            Self::Failed(number, _) => write!(f, "block {number} cannot be read; the node's log says why"),
        }
    }
}

/// Reads blocks.
pub struct Reader {
    client: Arc<FullClient>,
    backend: Arc<FullBackend>,
    /// By the version of the runtime.
    metadata: BTreeMap<u32, Arc<Metadata>>,
}

impl Reader {
    /// Reads from this client.
    pub fn new(client: Arc<FullClient>, backend: Arc<FullBackend>) -> Self {
        Self { client, backend, metadata: BTreeMap::new() }
    }

    /// What a block changed. Of the first block, everything that its state has.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn block(&mut self, hash: Hash) -> Result<Block, Unread> {
        let missing = || Unread::Missing(format!("{hash:?}"));
        let header = self.client.header(hash).map_err(|error| failed(0, error))?.ok_or_else(missing)?;
        let (number, parent) = (header.number, header.parent_hash);
        let Header { spec_version, time, events } = self.inspect(hash, number, Header::read)?;
        let mut block = Block { number, hash, parent, time, events: Vec::new(), changes: Vec::new() };
        if number == 0 {
            // Nothing executed it, so nothing told what is in it.
            let metadata = self.metadata_in(hash, number)?;
            let spec_version = self.runtime_version(hash, number)?;
            fits(&metadata, spec_version)?;
            block.changes = self.inspect(hash, number, || content::everything(time))?;
            return Ok(block);
        }
        let spec_version = spec_version
            .ok_or_else(|| Unread::Failed(number, "its state does not name its runtime".into()))?;
        let metadata = self.metadata(spec_version, parent, hash, number)?;
        let events = Event::read_of(&events, &metadata, touched::keeps)
            .map_err(|error| Unread::Failed(number, error.to_string()))?;
        if events.is_empty() {
            return Ok(block);
        }
        let body = self.client.block_body(hash).map_err(|error| failed(number, error))?;
        let body = body.ok_or_else(|| Unread::Missing(number.to_string()))?;
        self.fill(&mut block, &events, &body)?;
        Ok(block)
    }

    fn fill(
        &self,
        block: &mut Block,
        events: &[Event],
        body: &[opaque::UncheckedExtrinsic],
    ) -> Result<(), Unread> {
        let (number, time) = (block.number, block.time);
        let mut touched = Touched::default();
        events.iter().for_each(|event| touched.take(event));
        let mut links = entry::links(events);
        let (orders, requests) = entry::named(events);
        self.inspect(block.hash, number, || links.look_up(&orders, &requests))?;
        // What this block removed is in the state before.
        self.inspect(block.parent, number.saturating_sub(1), || links.look_up(&orders, &requests))?;
        for order in &touched.cleared {
            if let Some((record, version, buyer)) = links.orders.get(order) {
                touched.grants.insert((*record, *version, buyer.clone()));
            }
        }
        // What was only named has not changed.
        let before = self.inspect(block.parent, number.saturating_sub(1), || content::changes(&touched))?;
        let after = self.inspect(block.hash, number, || content::changes(&touched))?;
        let changed = after.into_iter().zip(before).filter(|(after, before)| after != before);
        block.changes = changed.map(|(after, _)| after).collect();
        block.changes.extend(self.inspect(block.hash, number, || content::standings(&touched, time))?);
        let receipts = self.receipts(block, events, body)?;
        block.changes.extend(receipts);
        for event in events {
            let transaction = transaction(event, body);
            if event.is("Credit", "Noted")
                && let Some((account, event)) =
                    event.field_if("who").zip(event.field_if::<CreditEvent>("event"))
            {
                block.changes.push(Change::Noted { account, event });
            }
            block.events.push(entry::of(event, transaction, &links));
        }
        Ok(())
    }

    /// The receipts that a block posted: from its state or, where it posted more than the state keeps, from its transactions.
    /// One that is in neither is left out. Vaults write transactions, and none of them may keep the index from going on.
    fn receipts(
        &self,
        block: &Block,
        events: &[Event],
        body: &[opaque::UncheckedExtrinsic],
    ) -> Result<Vec<Change>, Unread> {
        let number = block.number;
        let leave_out = |which: &str, reason: &str| log::warn!(target: LOG_TARGET, "block {number}: {which} is left out: {reason}");
        let (mut wanted, mut posted_by) = (Vec::new(), Vec::new());
        for event in events {
            match receipt::told(event) {
                Some(Ok(told)) => {
                    wanted.push(told);
                    posted_by.push(transaction(event, body));
                }
                Some(Err(reason)) => leave_out("a receipt", &reason.to_string()),
                None => {}
            }
        }
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let kept = self.inspect(block.hash, number, || content::receipts(&wanted))?;
        let found = wanted.iter().zip(posted_by).zip(kept).filter_map(|((told, transaction), kept)| {
            let receipt = kept.map_or_else(
                || {
                    Ok(Receipt {
                        vault: told.vault.clone(),
                        content: told.find(transaction)?,
                        posted: block.time,
                    })
                },
                Ok::<_, String>,
            );
            let index = u64::from(told.index);
            receipt
                .map(|receipt| Change::Receipt { index, receipt })
                .inspect_err(|reason| {
                    leave_out(&format!("receipt {index} of record {}", told.record), reason)
                })
                .ok()
        });
        Ok(found.collect())
    }

    /// The metadata of the runtime that executed a block: the one in the state before it, as an upgrade takes effect
    /// with the next block.
    fn metadata(
        &mut self,
        spec_version: u32,
        parent: Hash,
        hash: Hash,
        number: BlockNumber,
    ) -> Result<Arc<Metadata>, Unread> {
        if let Some(metadata) = self.metadata.get(&spec_version) {
            return Ok(metadata.clone());
        }
        // Where the state before is gone, that of the block itself has the same runtime, unless it was upgraded just there.
        let place = [(parent, number.saturating_sub(1)), (hash, number)]
            .into_iter()
            .find(|(hash, number)| self.runtime_version(*hash, *number).ok() == Some(spec_version));
        let (place, at) = place.ok_or_else(|| {
            let before = number.saturating_sub(1);
            if self.backend.have_state_at(parent, before) {
                Unread::Failed(number, format!("the runtime {spec_version} is not in the state before it"))
            } else {
                Unread::Pruned(before)
            }
        })?;
        let metadata = Arc::new(self.metadata_in(place, at)?);
        fits(&metadata, spec_version)?;
        self.metadata.insert(spec_version, metadata.clone());
        Ok(metadata)
    }

    fn metadata_in(&self, hash: Hash, number: BlockNumber) -> Result<Metadata, Unread> {
        let opaque = self.client.runtime_api().metadata(hash).map_err(|error| failed(number, error))?;
        Metadata::decode_from(&opaque).map_err(|error| failed(number, error))
    }

    fn runtime_version(&self, hash: Hash, number: BlockNumber) -> Result<u32, Unread> {
        let version = self.client.runtime_api().version(hash).map_err(|error| failed(number, error))?;
        Ok(version.spec_version)
    }

    /// Checks that an index can be made from the first block on. One that was synced from a proof of finality has the first
    /// state, and not the next.
    ///
    /// # Errors
    /// If the node has forgotten the first states, or never had them.
    pub fn can_begin(&self) -> Result<(), Unread> {
        let last = self.client.info().finalized_number.min(1);
        for number in 0..=last {
            let hash = self.client.hash(number).map_err(|error| failed(number, error))?;
            let hash = hash.ok_or_else(|| Unread::Missing(number.to_string()))?;
            if !self.backend.have_state_at(hash, number) {
                return Err(Unread::Pruned(number));
            }
        }
        Ok(())
    }

    fn inspect<R>(&self, hash: Hash, number: BlockNumber, what: impl FnOnce() -> R) -> Result<R, Unread> {
        if !self.backend.have_state_at(hash, number) {
            return Err(Unread::Pruned(number));
        }
        state::inspect(&*self.backend, hash, what).map_err(|reason| Unread::Failed(number, reason))
    }
}

/// Checks that what a runtime keeps is of the types that this program reads it as.
pub(super) fn fits(metadata: &Metadata, spec_version: u32) -> Result<(), Unread> {
    for (pallet, item, here) in items() {
        let there = metadata
            .pallet_by_name(pallet)
            .and_then(|pallet| pallet.storage())
            .and_then(|storage| storage.entry_by_name(item))
            .map(|entry| entry.value_ty());
        // What is not there is not read either.
        if let Some(there) = there
            && !shape::reads(here, there, metadata.types())
        {
            return Err(Unread::Form { spec_version, what: format!("{pallet}.{item}") });
        }
    }
    Ok(())
}

/// The transaction that caused an event, if one did.
fn transaction<'a>(
    event: &Event,
    body: &'a [opaque::UncheckedExtrinsic],
) -> Option<&'a opaque::UncheckedExtrinsic> {
    body.get(usize::try_from(event.extrinsic?).ok()?)
}

fn failed(number: BlockNumber, error: impl fmt::Display) -> Unread {
    Unread::Failed(number, error.to_string())
}
