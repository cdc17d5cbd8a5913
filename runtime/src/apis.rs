//! What the node and clients can ask the runtime.

use alloc::vec::Vec;
use codec::Encode;
use frame_support::{
    genesis_builder_helper::{build_state, get_preset},
    traits::KeyOwnerProofSystem,
    weights::Weight,
};
use medshare_runtime_api::{
    MAX_PAGE,
    equivocation::{EquivocationProof, KeyOwnershipProof, ReportStatus},
};
use medshare_traits::RecordRegistry;
use medshare_types::{
    AccessRequest, Allowance, Anchor, FetchDecision, Grant, Listing, Member, Order, OrderId, PeerKey, Policy,
    Receipt, Record, RecordId, RecordVersion, RequestId, Review, Subject, Version,
};
use pallet_grandpa::AuthorityId as GrandpaId;
use sp_api::impl_runtime_apis;
use sp_consensus_aura::{Slot, sr25519::AuthorityId as AuraId};
use sp_core::{OpaqueMetadata, crypto::KeyTypeId};
use sp_inherents::{CheckInherentsResult, InherentData};
use sp_runtime::{
    ApplyExtrinsicResult, ExtrinsicInclusionMode,
    traits::{Block as BlockT, NumberFor},
    transaction_validity::{TransactionSource, TransactionValidity},
};
use sp_session::OpaqueGeneratedSessionKeys;
use sp_version::RuntimeVersion;

use crate::{
    Access, AccountId, Audits, Aura, Balance, Block, Credit, Equivocation, Executive, Grandpa, Historical,
    InherentDataExt, Marketplace, Members, Nonce, Peers, Quota, Records, Runtime, RuntimeCall,
    RuntimeGenesisConfig, SessionKeys, System, TransactionPayment, VERSION, genesis,
};

impl_runtime_apis! {
    impl sp_api::Core<Block> for Runtime {
        fn version() -> RuntimeVersion {
            VERSION
        }

        fn execute_block(block: <Block as BlockT>::LazyBlock) {
            Executive::execute_block(block);
        }

        fn initialize_block(header: &<Block as BlockT>::Header) -> ExtrinsicInclusionMode {
            Executive::initialize_block(header)
        }
    }

    impl sp_api::Metadata<Block> for Runtime {
        fn metadata() -> OpaqueMetadata {
            OpaqueMetadata::new(Runtime::metadata().into())
        }

        fn metadata_at_version(version: u32) -> Option<OpaqueMetadata> {
            Runtime::metadata_at_version(version)
        }

        fn metadata_versions() -> Vec<u32> {
            Runtime::metadata_versions()
        }
    }

    impl frame_support::view_functions::runtime_api::RuntimeViewFunction<Block> for Runtime {
        fn execute_view_function(
            id: frame_support::view_functions::ViewFunctionId,
            input: Vec<u8>,
        ) -> Result<Vec<u8>, frame_support::view_functions::ViewFunctionDispatchError> {
            Runtime::execute_view_function(id, input)
        }
    }

    impl sp_block_builder::BlockBuilder<Block> for Runtime {
        fn apply_extrinsic(extrinsic: <Block as BlockT>::Extrinsic) -> ApplyExtrinsicResult {
            Executive::apply_extrinsic(extrinsic)
        }

        fn finalize_block() -> <Block as BlockT>::Header {
            Executive::finalize_block()
        }

        fn inherent_extrinsics(data: InherentData) -> Vec<<Block as BlockT>::Extrinsic> {
            data.create_extrinsics()
        }

        fn check_inherents(block: <Block as BlockT>::LazyBlock, data: InherentData) -> CheckInherentsResult {
            data.check_extrinsics(&block)
        }
    }

    impl sp_transaction_pool::runtime_api::TaggedTransactionQueue<Block> for Runtime {
        fn validate_transaction(
            source: TransactionSource,
            transaction: <Block as BlockT>::Extrinsic,
            block_hash: <Block as BlockT>::Hash,
        ) -> TransactionValidity {
            Executive::validate_transaction(source, transaction, block_hash)
        }
    }

    impl sp_offchain::OffchainWorkerApi<Block> for Runtime {
        fn offchain_worker(header: &<Block as BlockT>::Header) {
            Executive::offchain_worker(header)
        }
    }

    impl sp_consensus_aura::AuraApi<Block, AuraId> for Runtime {
        fn slot_duration() -> sp_consensus_aura::SlotDuration {
            sp_consensus_aura::SlotDuration::from_millis(Aura::slot_duration())
        }

        fn authorities() -> Vec<AuraId> {
            pallet_aura::Authorities::<Runtime>::get().into_inner()
        }
    }

    impl sp_session::SessionKeys<Block> for Runtime {
        fn generate_session_keys(owner: Vec<u8>, seed: Option<Vec<u8>>) -> OpaqueGeneratedSessionKeys {
            SessionKeys::generate(&owner, seed).into()
        }

        fn decode_session_keys(encoded: Vec<u8>) -> Option<Vec<(Vec<u8>, KeyTypeId)>> {
            SessionKeys::decode_into_raw_public_keys(&encoded)
        }
    }

    impl sp_consensus_grandpa::GrandpaApi<Block> for Runtime {
        fn grandpa_authorities() -> sp_consensus_grandpa::AuthorityList {
            Grandpa::grandpa_authorities()
        }

        fn current_set_id() -> sp_consensus_grandpa::SetId {
            pallet_grandpa::CurrentSetId::<Runtime>::get()
        }

        fn submit_report_equivocation_unsigned_extrinsic(
            equivocation: sp_consensus_grandpa::EquivocationProof<<Block as BlockT>::Hash, NumberFor<Block>>,
            owner: sp_consensus_grandpa::OpaqueKeyOwnershipProof,
        ) -> Option<()> {
            Grandpa::submit_unsigned_equivocation_report(equivocation, owner.decode()?)
        }

        fn generate_key_ownership_proof(
            _: sp_consensus_grandpa::SetId,
            authority: GrandpaId,
        ) -> Option<sp_consensus_grandpa::OpaqueKeyOwnershipProof> {
            Historical::prove((sp_consensus_grandpa::KEY_TYPE, authority))
                .map(|proof| sp_consensus_grandpa::OpaqueKeyOwnershipProof::new(proof.encode()))
        }
    }

    impl frame_system_rpc_runtime_api::AccountNonceApi<Block, AccountId, Nonce> for Runtime {
        fn account_nonce(account: AccountId) -> Nonce {
            System::account_nonce(account)
        }
    }

    impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentApi<Block, Balance> for Runtime {
        fn query_info(
            extrinsic: <Block as BlockT>::Extrinsic,
            length: u32,
        ) -> pallet_transaction_payment_rpc_runtime_api::RuntimeDispatchInfo<Balance> {
            TransactionPayment::query_info(extrinsic, length)
        }

        fn query_fee_details(
            extrinsic: <Block as BlockT>::Extrinsic,
            length: u32,
        ) -> pallet_transaction_payment::FeeDetails<Balance> {
            TransactionPayment::query_fee_details(extrinsic, length)
        }

        fn query_weight_to_fee(weight: Weight) -> Balance {
            TransactionPayment::weight_to_fee(weight)
        }

        fn query_length_to_fee(length: u32) -> Balance {
            TransactionPayment::length_to_fee(length)
        }
    }

    impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentCallApi<Block, Balance, RuntimeCall>
        for Runtime
    {
        fn query_call_info(
            call: RuntimeCall,
            length: u32,
        ) -> pallet_transaction_payment::RuntimeDispatchInfo<Balance> {
            TransactionPayment::query_call_info(call, length)
        }

        fn query_call_fee_details(
            call: RuntimeCall,
            length: u32,
        ) -> pallet_transaction_payment::FeeDetails<Balance> {
            TransactionPayment::query_call_fee_details(call, length)
        }

        fn query_weight_to_fee(weight: Weight) -> Balance {
            TransactionPayment::weight_to_fee(weight)
        }

        fn query_length_to_fee(length: u32) -> Balance {
            TransactionPayment::length_to_fee(length)
        }
    }

    impl sp_genesis_builder::GenesisBuilder<Block> for Runtime {
        fn build_state(config: Vec<u8>) -> sp_genesis_builder::Result {
            build_state::<RuntimeGenesisConfig>(config)
        }

        fn get_preset(id: &Option<sp_genesis_builder::PresetId>) -> Option<Vec<u8>> {
            get_preset::<RuntimeGenesisConfig>(id, genesis::preset)
        }

        fn preset_names() -> Vec<sp_genesis_builder::PresetId> {
            genesis::preset_names()
        }
    }

    #[api_version(2)]
    impl medshare_runtime_api::MedshareApi<Block> for Runtime {
        fn member(who: AccountId) -> Option<Member<AccountId>> {
            Members::member(&who)
        }

        fn allowance(who: AccountId) -> Allowance {
            Allowance {
                quota: Quota::quota(&who),
                left: Quota::left(&who),
                whole_at: Quota::resets_at(&who),
            }
        }

        fn record(record: RecordId) -> Option<Record<AccountId>> {
            <Records as RecordRegistry<_>>::record(record)
        }

        fn record_version(record: RecordId, version: Version) -> Option<RecordVersion<AccountId>> {
            <Records as RecordRegistry<_>>::version(record, version)
        }

        fn records_of(
            owner: AccountId,
            after: Option<RecordId>,
            limit: u32,
        ) -> Vec<(RecordId, Record<AccountId>)> {
            Records::records_of(&owner, after, limit.min(MAX_PAGE))
        }

        fn anchor(record: RecordId, version: Version) -> Option<Anchor> {
            Records::anchor(record, version)
        }

        fn record_version_key(record: RecordId, version: Version) -> Vec<u8> {
            Records::record_version_key(record, version)
        }

        fn policy(record: RecordId) -> Option<Policy> {
            Access::policy(record)
        }

        fn grant(record: RecordId, version: Version, grantee: AccountId) -> Option<Grant> {
            Access::grant_of(record, version, &grantee)
        }

        fn requests_of(
            owner: AccountId,
            after: Option<RequestId>,
            limit: u32,
        ) -> Vec<(RequestId, AccessRequest<AccountId>)> {
            Access::requests_of(&owner, after, limit.min(MAX_PAGE))
        }

        fn may_fetch(who: AccountId, record: RecordId, version: Version) -> FetchDecision {
            Access::may_fetch(&who, record, version)
        }

        fn receipts(record: RecordId, from: u32, limit: u32) -> Vec<Receipt<AccountId>> {
            Access::receipts(record, from, limit.min(MAX_PAGE))
        }

        fn last_receipt(vault: AccountId) -> Option<u64> {
            Access::last_receipt(&vault)
        }

        fn review(subject: Subject) -> Option<Review<AccountId>> {
            Audits::review(subject)
        }

        fn open_reviews(auditor: AccountId, limit: u32) -> Vec<(Subject, Review<AccountId>)> {
            Audits::open_reviews(&auditor, limit.min(MAX_PAGE))
        }

        fn reviews_held(holder: AccountId, limit: u32) -> Vec<(Subject, Review<AccountId>)> {
            Audits::reviews_held(&holder, limit.min(MAX_PAGE))
        }

        fn listing(record: RecordId) -> Option<Listing<AccountId>> {
            Marketplace::listing(record)
        }

        fn listings(after: Option<RecordId>, limit: u32) -> Vec<(RecordId, Listing<AccountId>)> {
            Marketplace::listings(after, limit.min(MAX_PAGE))
        }

        fn order(order: OrderId) -> Option<Order<AccountId>> {
            Marketplace::order_of(order)
        }

        fn orders_of(
            who: AccountId,
            after: Option<OrderId>,
            limit: u32,
        ) -> Vec<(OrderId, Order<AccountId>)> {
            Marketplace::orders_of(&who, after, limit.min(MAX_PAGE))
        }

        fn credit(who: AccountId) -> medshare_types::Credit {
            Credit::credit(&who)
        }

        fn open_orders_of(
            who: AccountId,
            after: Option<OrderId>,
            limit: u32,
        ) -> Vec<(OrderId, Order<AccountId>)> {
            Marketplace::open_orders_of(&who, after, limit.min(MAX_PAGE))
        }
    }

    impl medshare_runtime_api::AuthoringApi<Block> for Runtime {
        fn wants_block() -> bool {
            crate::work::wants_block()
        }
    }

    impl medshare_runtime_api::PeersApi<Block> for Runtime {
        fn peers() -> Vec<(PeerKey, AccountId)> {
            Peers::peers()
        }
    }

    impl medshare_runtime_api::equivocation::EquivocationApi<Block> for Runtime {
        fn generate_key_ownership_proof(slot: Slot, authority: AuraId) -> Option<KeyOwnershipProof> {
            let proof = Equivocation::prove_ownership(slot, authority)?;
            Some(KeyOwnershipProof::new(proof.encode()))
        }

        fn report_status(
            equivocation: EquivocationProof<<Block as BlockT>::Header>,
            owner: KeyOwnershipProof,
        ) -> ReportStatus {
            let Some(owner) = owner.decode() else {
                return ReportStatus::Refused("UnreadableProof".into());
            };
            match Equivocation::examine(&equivocation, &owner) {
                Ok(_) => ReportStatus::New,
                Err(pallet_equivocation::Error::AlreadyReported) => ReportStatus::Known,
                Err(error) => ReportStatus::Refused(error.as_str().into()),
            }
        }

        fn submit_report_equivocation_unsigned_extrinsic(
            equivocation: EquivocationProof<<Block as BlockT>::Header>,
            owner: KeyOwnershipProof,
        ) -> Option<()> {
            Equivocation::submit_report(equivocation, owner.decode()?).then_some(())
        }
    }

    #[cfg(feature = "runtime-benchmarks")]
    impl frame_benchmarking::Benchmark<Block> for Runtime {
        fn benchmark_metadata(
            extra: bool,
        ) -> (Vec<frame_benchmarking::BenchmarkList>, Vec<frame_support::traits::StorageInfo>) {
            crate::configs::benchmarks::metadata(extra)
        }

        fn dispatch_benchmark(
            config: frame_benchmarking::BenchmarkConfig,
        ) -> Result<Vec<frame_benchmarking::BenchmarkBatch>, alloc::string::String> {
            crate::configs::benchmarks::dispatch(config)
        }
    }

    #[cfg(feature = "try-runtime")]
    impl frame_try_runtime::TryRuntime<Block> for Runtime {
        // These run on a maintainer's machine, never on the chain: they stop loudly at the first broken invariant.
        #[allow(clippy::expect_used)]
        fn on_runtime_upgrade(checks: frame_try_runtime::UpgradeCheckSelect) -> (Weight, Weight) {
            let weight = Executive::try_runtime_upgrade(checks).expect("the upgrade keeps every invariant");
            (weight, crate::configs::system::MAX_BLOCK_WEIGHT)
        }

        #[allow(clippy::expect_used)]
        fn execute_block(
            block: <Block as BlockT>::LazyBlock,
            state_root_check: bool,
            signature_check: bool,
            select: frame_try_runtime::TryStateSelect,
        ) -> Weight {
            Executive::try_execute_block(block, state_root_check, signature_check, select)
                .expect("the block executes and keeps every invariant")
        }
    }
}
