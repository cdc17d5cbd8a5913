//! Parameters of the namespace `medshare`: the node's own declaration of its methods reads the JSON, the runtime answers.
//! And the SCALE-encoded arguments with which `state_call` asks the runtime.

use std::{cell::RefCell, sync::LazyLock, time::Duration};

use codec::{Decode, DecodeAll, Encode};
use jsonrpsee::{
    RpcModule,
    core::RpcResult,
    types::{ErrorCode, ErrorObject, ErrorObjectOwned},
};
use medshare_runtime::Runtime;
use medshare_runtime_api::{
    MAX_PAGE, runtime_decl_for_medshare_api::MedshareApiV2, runtime_decl_for_peers_api::PeersApiV1,
};
use medshare_types::{
    AccessRequest, AccountId, Allowance, Anchor, Credit, FetchDecision, Grant, Hash, Listing, Member, Order,
    OrderId, Policy, Receipt, Record, RecordId, RecordVersion, RequestId, Review, Subject, Version,
};
use sp_io::TestExternalities;
use tokio::runtime::Builder;

use crate::market;
use api::MedshareRpcServer;

// A node is a program and no library: its declaration is taken as it is, so that it cannot differ. Whoever adds a method
// there, adds its answer here.
#[path = "../../node/src/rpc/api.rs"]
mod api;

/// Answers as the runtime gives them: what parameters are read from is the same.
mod view {
    use medshare_types::{AccountId, PeerKey, Review, Subject};

    pub type Numbered<T> = (u64, T);
    pub type ReviewOf = (Subject, Review<AccountId>);
    pub type NodeOf = (PeerKey, AccountId);
    pub type VersionProof = Vec<u8>;
}

pub const WORDS: &[&str] = &[
    "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
    "0x0000000000000000000000000000000000000000000000000000000000000000",
    "18446744073709551615",
    "18446744073709551616",
    "4294967295",
    "-1",
    "1.0",
    "1e3",
    "null",
    "[",
    "]",
    "{",
    "}",
    ",",
    "\"",
    "{\"Record\":{\"record\":0,\"version\":1}}",
    "{\"Claim\":{\"order\":0}}",
    "\"at\":null",
    "\"who\":",
    "\"record\":0",
    "\"version\":1",
    "\"limit\":1",
    "\"after\":0",
];

/// The code of the node's answer where there is no such thing.
const NONE: i32 = 9001;

/// Methods of the namespace, in the order of their numbers here.
static METHODS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut names: Vec<_> = State.into_rpc().method_names().collect();
    names.sort_unstable();
    names
});

thread_local! {
    /// A chain on which there are records, reviews, listings, orders, grants, requests and receipts.
    static CHAIN: RefCell<TestExternalities> = RefCell::new(market::lived());
}

/// The first byte says which method or question, the rest are its parameters.
pub fn run(input: &[u8]) {
    let Some((choice, rest)) = input.split_first() else { return };
    if *choice < 128 {
        let method = METHODS[usize::from(*choice) % METHODS.len()];
        let Ok(parameters) = std::str::from_utf8(rest) else { return };
        json(method, parameters);
    } else {
        asked(choice - 128, rest);
    }
}

/// The thread that answers has a chain, which takes a while to make.
const FOREVER: Duration = Duration::from_secs(1 << 30);

/// A request is answered: with a result, or with an error of JSON-RPC's own for what cannot be read.
fn json(method: &str, parameters: &str) {
    thread_local! {
        static RUNNER: tokio::runtime::Runtime =
            Builder::new_current_thread().max_blocking_threads(1).thread_keep_alive(FOREVER).build().expect("a runtime of one thread");
        static MODULE: RpcModule<State> = State.into_rpc();
    }
    // What is no JSON never comes as far as the method.
    let Ok(parameters) = serde_json::from_str::<serde_json::Value>(parameters) else { return };
    let request =
        serde_json::json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": parameters }).to_string();
    let answer = RUNNER.with(|runner| {
        MODULE.with(|module| runner.block_on(module.raw_json_request(&request, 1)).map(|(answer, _)| answer))
    });
    // Parameters that are neither a list nor an object are no request.
    let Ok(answer) = answer else { return assert!(!parameters.is_array() && !parameters.is_object()) };
    let answer: serde_json::Value = serde_json::from_str(&answer).expect("answers are JSON");
    match (answer.get("result"), answer.get("error")) {
        (Some(_), None) => {}
        (None, Some(error)) => {
            let is_known = error["code"] == ErrorCode::InvalidParams.code() || error["code"] == NONE;
            assert!(is_known, "{request}: {answer}");
        }
        _ => panic!("{request}: {answer}"),
    }
}

/// Arguments that can be read are answered, and lists are no longer than a page.
fn asked(question: u8, arguments: &[u8]) {
    match question % 20 {
        0 => ask(arguments, Runtime::member),
        1 => ask(arguments, Runtime::allowance),
        2 => ask(arguments, Runtime::record),
        3 => ask(arguments, |(record, version)| Runtime::record_version(record, version)),
        4 => page(arguments, |(owner, after, limit)| Runtime::records_of(owner, after, limit)),
        5 => ask(arguments, |(record, version)| Runtime::anchor(record, version)),
        6 => ask(arguments, |(record, version)| Runtime::record_version_key(record, version)),
        7 => ask(arguments, Runtime::policy),
        8 => ask(arguments, |(record, version, who)| Runtime::grant(record, version, who)),
        9 => page(arguments, |(owner, after, limit)| Runtime::requests_of(owner, after, limit)),
        10 => ask(arguments, |(who, record, version)| Runtime::may_fetch(who, record, version)),
        11 => page(arguments, |(record, from, limit)| Runtime::receipts(record, from, limit)),
        12 => ask(arguments, Runtime::last_receipt),
        13 => ask(arguments, Runtime::review),
        14 => page(arguments, |(auditor, limit)| Runtime::open_reviews(auditor, limit)),
        15 => page(arguments, |(holder, limit)| Runtime::reviews_held(holder, limit)),
        16 => ask(arguments, Runtime::listing),
        17 => page(arguments, |(after, limit)| Runtime::listings(after, limit)),
        18 => ask(arguments, Runtime::order),
        _ => page(arguments, |(who, after, limit)| Runtime::orders_of(who, after, limit)),
    }
}

fn ask<A: Decode, T: Encode + Decode + PartialEq>(arguments: &[u8], question: impl FnOnce(A) -> T) {
    let Ok(arguments) = A::decode_all(&mut &*arguments) else { return };
    let answer = on_chain(|| question(arguments));
    assert!(T::decode_all(&mut answer.encode().as_slice()).is_ok_and(|read| read == answer));
}

fn page<A: Decode, T: Encode + Decode + PartialEq>(arguments: &[u8], question: impl FnOnce(A) -> Vec<T>) {
    ask(arguments, |arguments| {
        let list = question(arguments);
        assert!(list.len() <= usize::try_from(MAX_PAGE).unwrap_or(usize::MAX));
        list
    });
}

/// Asks the chain, which no question changes.
fn on_chain<T>(question: impl FnOnce() -> T) -> T {
    CHAIN.with_borrow_mut(|chain| chain.execute_with(question))
}

/// Answers from the chain of the thread that asks.
#[derive(Clone, Copy)]
struct State;

impl MedshareRpcServer for State {
    fn member(&self, who: AccountId, _: Option<Hash>) -> RpcResult<Option<Member<AccountId>>> {
        Ok(on_chain(|| Runtime::member(who)))
    }

    fn credit(&self, who: AccountId, _: Option<Hash>) -> RpcResult<Credit> {
        Ok(on_chain(|| Runtime::credit(who)))
    }

    fn allowance(&self, who: AccountId, _: Option<Hash>) -> RpcResult<Allowance> {
        Ok(on_chain(|| Runtime::allowance(who)))
    }

    fn nodes(&self, _: Option<Hash>) -> RpcResult<Vec<view::NodeOf>> {
        Ok(on_chain(Runtime::peers))
    }

    fn record(&self, record: RecordId, _: Option<Hash>) -> RpcResult<Record<AccountId>> {
        on_chain(|| Runtime::record(record)).ok_or_else(none)
    }

    fn record_version(
        &self,
        record: RecordId,
        version: Version,
        _: Option<Hash>,
    ) -> RpcResult<RecordVersion<AccountId>> {
        on_chain(|| Runtime::record_version(record, version)).ok_or_else(none)
    }

    fn records_of(
        &self,
        owner: AccountId,
        after: Option<RecordId>,
        limit: Option<u32>,
        _: Option<Hash>,
    ) -> RpcResult<Vec<view::Numbered<Record<AccountId>>>> {
        Ok(on_chain(|| Runtime::records_of(owner, after, limit.unwrap_or(MAX_PAGE))))
    }

    fn anchor(&self, record: RecordId, version: Version, _: Option<Hash>) -> RpcResult<Anchor> {
        on_chain(|| Runtime::anchor(record, version)).ok_or_else(none)
    }

    fn proof(&self, record: RecordId, version: Version, _: Option<Hash>) -> RpcResult<view::VersionProof> {
        Ok(on_chain(|| Runtime::record_version_key(record, version)))
    }

    fn policy(&self, record: RecordId, _: Option<Hash>) -> RpcResult<Policy> {
        on_chain(|| Runtime::policy(record)).ok_or_else(none)
    }

    fn grant(
        &self,
        record: RecordId,
        version: Version,
        grantee: AccountId,
        _: Option<Hash>,
    ) -> RpcResult<Option<Grant>> {
        Ok(on_chain(|| Runtime::grant(record, version, grantee)))
    }

    fn requests_of(
        &self,
        owner: AccountId,
        after: Option<RequestId>,
        limit: Option<u32>,
        _: Option<Hash>,
    ) -> RpcResult<Vec<view::Numbered<AccessRequest<AccountId>>>> {
        Ok(on_chain(|| Runtime::requests_of(owner, after, limit.unwrap_or(MAX_PAGE))))
    }

    fn may_fetch(
        &self,
        who: AccountId,
        record: RecordId,
        version: Version,
        _: Option<Hash>,
    ) -> RpcResult<FetchDecision> {
        Ok(on_chain(|| Runtime::may_fetch(who, record, version)))
    }

    fn receipts(
        &self,
        record: RecordId,
        from: Option<u32>,
        limit: Option<u32>,
        _: Option<Hash>,
    ) -> RpcResult<Vec<Receipt<AccountId>>> {
        Ok(on_chain(|| Runtime::receipts(record, from.unwrap_or(0), limit.unwrap_or(MAX_PAGE))))
    }

    fn review(&self, subject: Subject, _: Option<Hash>) -> RpcResult<Option<Review<AccountId>>> {
        Ok(on_chain(|| Runtime::review(subject)))
    }

    fn open_reviews(
        &self,
        auditor: AccountId,
        limit: Option<u32>,
        _: Option<Hash>,
    ) -> RpcResult<Vec<view::ReviewOf>> {
        Ok(on_chain(|| Runtime::open_reviews(auditor, limit.unwrap_or(MAX_PAGE))))
    }

    fn reviews_held(
        &self,
        holder: AccountId,
        limit: Option<u32>,
        _: Option<Hash>,
    ) -> RpcResult<Vec<view::ReviewOf>> {
        Ok(on_chain(|| Runtime::reviews_held(holder, limit.unwrap_or(MAX_PAGE))))
    }

    fn listing(&self, record: RecordId, _: Option<Hash>) -> RpcResult<Option<Listing<AccountId>>> {
        Ok(on_chain(|| Runtime::listing(record)))
    }

    fn listings(
        &self,
        after: Option<RecordId>,
        limit: Option<u32>,
        _: Option<Hash>,
    ) -> RpcResult<Vec<view::Numbered<Listing<AccountId>>>> {
        Ok(on_chain(|| Runtime::listings(after, limit.unwrap_or(MAX_PAGE))))
    }

    fn order(&self, order: OrderId, _: Option<Hash>) -> RpcResult<Order<AccountId>> {
        on_chain(|| Runtime::order(order)).ok_or_else(none)
    }

    fn orders_of(
        &self,
        who: AccountId,
        after: Option<OrderId>,
        limit: Option<u32>,
        _: Option<Hash>,
    ) -> RpcResult<Vec<view::Numbered<Order<AccountId>>>> {
        Ok(on_chain(|| Runtime::orders_of(who, after, limit.unwrap_or(MAX_PAGE))))
    }

    fn open_orders_of(
        &self,
        who: AccountId,
        after: Option<OrderId>,
        limit: Option<u32>,
        _: Option<Hash>,
    ) -> RpcResult<Vec<view::Numbered<Order<AccountId>>>> {
        Ok(on_chain(|| Runtime::open_orders_of(who, after, limit.unwrap_or(MAX_PAGE))))
    }
}

/// The node's own error: it is about the state, and not about the parameters.
fn none() -> ErrorObjectOwned {
    ErrorObject::owned(NONE, "there is none", None::<()>)
}
