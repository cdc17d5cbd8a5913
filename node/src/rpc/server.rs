//! Answers the namespace `medshare` from the runtime API of a block's state.

use std::sync::Arc;

use codec::Decode;
use jsonrpsee::core::RpcResult;
use medshare_runtime::opaque::Block;
use medshare_runtime_api::{MedshareApi, PeersApi};
use medshare_types::{
    AccessRequest, AccountId, Allowance, Anchor, Credit, FetchDecision, Grant, Hash, Listing, Member, Order,
    OrderId, Policy, Receipt, Record, RecordId, RecordVersion, RequestId, Review, Subject, Version,
};
use sc_client_api::{ProofProvider, StorageKey, StorageProvider};
use sp_api::{ApiError, ApiExt, ApiRef, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;

use super::{
    api::MedshareRpcServer,
    error::{Error, Thing},
    page,
    view::{NodeOf, Numbered, ReviewOf, VersionProof},
};

/// The namespace `medshare` over a client.
pub struct Medshare<C, B> {
    client: Arc<C>,
    backend: std::marker::PhantomData<fn() -> B>,
}

impl<C, B> Medshare<C, B>
where
    C: ProvideRuntimeApi<Block> + HeaderBackend<Block>,
    C::Api: MedshareApi<Block>,
{
    /// Answers from this client.
    pub fn new(client: Arc<C>) -> Self {
        Self { client, backend: std::marker::PhantomData }
    }

    /// Asks the runtime in the state of a block, or else of the newest one.
    fn ask<T>(
        &self,
        at: Option<Hash>,
        question: impl FnOnce(ApiRef<'_, C::Api>, Hash) -> Result<T, ApiError>,
    ) -> Result<T, Error> {
        let block = at.unwrap_or_else(|| self.client.info().best_hash);
        self.ask_at(block, question)
    }

    fn ask_at<T>(
        &self,
        block: Hash,
        question: impl FnOnce(ApiRef<'_, C::Api>, Hash) -> Result<T, ApiError>,
    ) -> Result<T, Error> {
        if self.client.number(block)?.is_none() {
            return Err(Error::UnknownBlock(block));
        }
        Ok(question(self.client.runtime_api(), block)?)
    }

    fn known_record(&self, record: RecordId, block: Hash) -> Result<Record<AccountId>, Error> {
        self.ask_at(block, |api, block| api.record(block, record))?
            .ok_or(Error::Unknown(Thing::Record(record)))
    }

    fn best(&self, at: Option<Hash>) -> Hash {
        at.unwrap_or_else(|| self.client.info().best_hash)
    }
}

impl<C, B> MedshareRpcServer for Medshare<C, B>
where
    B: sc_client_api::Backend<Block> + 'static,
    C: ProvideRuntimeApi<Block>
        + HeaderBackend<Block>
        + ProofProvider<Block>
        + StorageProvider<Block, B>
        + Send
        + Sync
        + 'static,
    C::Api: MedshareApi<Block> + PeersApi<Block>,
{
    fn member(&self, who: AccountId, at: Option<Hash>) -> RpcResult<Option<Member<AccountId>>> {
        Ok(self.ask(at, |api, block| api.member(block, who))?)
    }

    fn credit(&self, who: AccountId, at: Option<Hash>) -> RpcResult<Credit> {
        Ok(self.ask(at, |api, block| api.credit(block, who))?)
    }

    fn allowance(&self, who: AccountId, at: Option<Hash>) -> RpcResult<Allowance> {
        Ok(self.ask(at, |api, block| api.allowance(block, who))?)
    }

    fn nodes(&self, at: Option<Hash>) -> RpcResult<Vec<NodeOf>> {
        let block = at.unwrap_or_else(|| self.client.info().finalized_hash);
        // The first runtimes have no list.
        let peers = self.ask_at(block, |api, block| {
            if api.has_api::<dyn PeersApi<Block>>(block)? { api.peers(block) } else { Ok(Vec::new()) }
        })?;
        Ok(NodeOf::list(peers))
    }

    fn record(&self, record: RecordId, at: Option<Hash>) -> RpcResult<Record<AccountId>> {
        Ok(self.known_record(record, self.best(at))?)
    }

    fn record_version(
        &self,
        record: RecordId,
        version: Version,
        at: Option<Hash>,
    ) -> RpcResult<RecordVersion<AccountId>> {
        let found = self.ask(at, |api, block| api.record_version(block, record, version))?;
        Ok(found.ok_or(Error::Unknown(Thing::Version(record, version)))?)
    }

    fn records_of(
        &self,
        owner: AccountId,
        after: Option<RecordId>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Vec<Numbered<Record<AccountId>>>> {
        let limit = page::size(limit)?;
        let found = self.ask(at, |api, block| api.records_of(block, owner, after, limit))?;
        Ok(Numbered::page(found))
    }

    fn anchor(&self, record: RecordId, version: Version, at: Option<Hash>) -> RpcResult<Anchor> {
        let found = self.ask(at, |api, block| api.anchor(block, record, version))?;
        Ok(found.ok_or(Error::Unknown(Thing::Version(record, version)))?)
    }

    fn proof(&self, record: RecordId, version: Version, at: Option<Hash>) -> RpcResult<VersionProof> {
        let block = self.best(at);
        let key = self.ask_at(block, |api, block| api.record_version_key(block, record, version))?;
        let header = self.client.header(block).map_err(Error::from)?.ok_or(Error::UnknownBlock(block))?;
        let value = self
            .client
            .storage(block, &StorageKey(key.clone()))
            .map_err(Error::from)?
            .ok_or(Error::Unknown(Thing::Version(record, version)))?
            .0;
        // A key that leads to something else would make a true proof of the wrong thing.
        RecordVersion::<AccountId>::decode(&mut value.as_slice()).map_err(|error| {
            Error::Runtime(format!("the value under the version's key is no version: {error}"))
        })?;
        let proof =
            self.client.read_proof(block, &mut std::iter::once(key.as_slice())).map_err(Error::from)?;
        Ok(VersionProof {
            block,
            number: header.number,
            state_root: header.state_root,
            key: key.into(),
            value: value.into(),
            nodes: proof.into_iter_nodes().map(Into::into).collect(),
        })
    }

    fn policy(&self, record: RecordId, at: Option<Hash>) -> RpcResult<Policy> {
        let found = self.ask(at, |api, block| api.policy(block, record))?;
        Ok(found.ok_or(Error::Unknown(Thing::Record(record)))?)
    }

    fn grant(
        &self,
        record: RecordId,
        version: Version,
        grantee: AccountId,
        at: Option<Hash>,
    ) -> RpcResult<Option<Grant>> {
        Ok(self.ask(at, |api, block| api.grant(block, record, version, grantee))?)
    }

    fn requests_of(
        &self,
        owner: AccountId,
        after: Option<RequestId>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Vec<Numbered<AccessRequest<AccountId>>>> {
        let limit = page::size(limit)?;
        let found = self.ask(at, |api, block| api.requests_of(block, owner, after, limit))?;
        Ok(Numbered::page(found))
    }

    fn may_fetch(
        &self,
        who: AccountId,
        record: RecordId,
        version: Version,
        at: Option<Hash>,
    ) -> RpcResult<FetchDecision> {
        let block = at.unwrap_or_else(|| self.client.info().finalized_hash);
        Ok(self.ask_at(block, |api, block| api.may_fetch(block, who, record, version))?)
    }

    fn receipts(
        &self,
        record: RecordId,
        from: Option<u32>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Vec<Receipt<AccountId>>> {
        let limit = page::size(limit)?;
        let block = self.best(at);
        self.known_record(record, block)?;
        Ok(self.ask_at(block, |api, block| api.receipts(block, record, from.unwrap_or(0), limit))?)
    }

    fn review(&self, subject: Subject, at: Option<Hash>) -> RpcResult<Option<Review<AccountId>>> {
        Ok(self.ask(at, |api, block| api.review(block, subject))?)
    }

    fn open_reviews(
        &self,
        auditor: AccountId,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Vec<ReviewOf>> {
        let limit = page::size(limit)?;
        Ok(ReviewOf::page(self.ask(at, |api, block| api.open_reviews(block, auditor, limit))?))
    }

    fn reviews_held(
        &self,
        holder: AccountId,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Vec<ReviewOf>> {
        let limit = page::size(limit)?;
        Ok(ReviewOf::page(self.ask(at, |api, block| api.reviews_held(block, holder, limit))?))
    }

    fn listing(&self, record: RecordId, at: Option<Hash>) -> RpcResult<Option<Listing<AccountId>>> {
        Ok(self.ask(at, |api, block| api.listing(block, record))?)
    }

    fn listings(
        &self,
        after: Option<RecordId>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Vec<Numbered<Listing<AccountId>>>> {
        let limit = page::size(limit)?;
        let found = self.ask(at, |api, block| api.listings(block, after, limit))?;
        Ok(Numbered::page(found))
    }

    fn order(&self, order: OrderId, at: Option<Hash>) -> RpcResult<Order<AccountId>> {
        let found = self.ask(at, |api, block| api.order(block, order))?;
        Ok(found.ok_or(Error::Unknown(Thing::Order(order)))?)
    }

    fn orders_of(
        &self,
        who: AccountId,
        after: Option<OrderId>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Vec<Numbered<Order<AccountId>>>> {
        let limit = page::size(limit)?;
        let found = self.ask(at, |api, block| api.orders_of(block, who, after, limit))?;
        Ok(Numbered::page(found))
    }

    fn open_orders_of(
        &self,
        who: AccountId,
        after: Option<OrderId>,
        limit: Option<u32>,
        at: Option<Hash>,
    ) -> RpcResult<Vec<Numbered<Order<AccountId>>>> {
        let limit = page::size(limit)?;
        let found = self.ask(at, |api, block| api.open_orders_of(block, who, after, limit))?;
        Ok(Numbered::page(found))
    }
}
