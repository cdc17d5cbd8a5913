//! Unknown nodes are refused, RPC is closed: with nothing said on the command line.

use anyhow::{Result, ensure};
use futures::future::join_all;
use medshare_client::chain::calls::peers;
use medshare_tests::{
    private::PrivateNetwork,
    rpc::{Failure, Rpc},
};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use subxt::rpcs::{client::RpcParams, rpc_params};

#[tokio::test(flavor = "multi_thread")]
async fn unknown_nodes_get_nothing_until_the_council_lets_them_in() -> Result<()> {
    let mut network = PrivateNetwork::start(&["observer", "mirror"]).await?;
    for index in 0..4 {
        network.node(index).wait_final(2).await?;
    }

    // Those that the file named follow. A stranger knows the genesis and all addresses, and gets nothing.
    let observer = network.add("observer", &[]).await?;
    // What does not vote hears of no finality as it comes; but it has the blocks.
    let mirror = network.add("mirror", &["--no-grandpa"]).await?;
    let stranger = network.add("stranger", &[]).await?;
    let seen = network.node(observer).wait_final(3).await?;
    network.node(0).wait_final(seen + 8).await?;
    assert!(network.node(observer).peers().await? >= 1);
    network.node(mirror).wait_best(seen + 8).await?;
    assert_eq!(network.node(stranger).best_height().await?, 0, "a stranger got blocks");
    assert_eq!(network.node(stranger).peers().await?, 0, "a stranger has peers");
    assert!(network.node(stranger).log().contains("is not in the chain's list of nodes"));

    // The hospitals decide, and nobody restarts anything.
    let (key, alice) = (network.node(stranger).key, network.account("Alice").await?);
    network.decide(peers::authorise(vec![(key, alice)])).await?;
    let reached = network.node(0).final_height().await?;
    network.node(stranger).wait_final(reached).await?;
    assert!(network.node(stranger).peers().await? >= 1);

    // And they decide otherwise.
    network.decide(peers::remove(vec![key])).await?;
    let left_at = left(&network, stranger).await?;
    let now = network.node(0).final_height().await?.max(left_at);
    network.node(0).wait_final(now + 8).await?;
    assert_eq!(network.node(stranger).best_height().await?, left_at, "it still gets blocks");

    // A hospital brings a node of its own without the others.
    network.send("Bob", peers::add(key)).await?;
    let reached = network.node(0).final_height().await?;
    network.node(stranger).wait_final(reached).await?;

    // Those who belong there stayed connected all the time.
    for index in 0..=mirror {
        assert!(network.node(index).peers().await? >= 4, "node {index} lost peers");
    }
    network.node(mirror).wait_best(reached).await?;
    let listed: Vec<Value> = network.node(0).rpc.ask("medshare_nodes", rpc_params![]).await?;
    assert_eq!(listed.len(), 7);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_list_closes_an_open_network_and_keeps_those_in_it_together() -> Result<()> {
    let mut network = PrivateNetwork::start_open().await?;
    let guest = network.add("guest", &[]).await?;
    // As long as nothing was decided, everybody is let in.
    network.node(guest).wait_final(3).await?;

    let mut list = Vec::new();
    for (index, name) in ["Alice", "Bob", "Charlie", "Dave"].into_iter().enumerate() {
        list.push((network.node(index).key, network.account(name).await?));
    }
    network.decide(peers::authorise(list)).await?;
    for index in 0..4 {
        network.node(index).wait_peers(3..=3).await?;
    }
    let left_at = left(&network, guest).await?;
    for index in 0..4 {
        network.node(index).wait_final(left_at + 8).await?;
    }
    assert_eq!(network.node(guest).best_height().await?, left_at, "a guest still gets blocks");
    Ok(())
}

/// Waits until nobody is connected to a node, and gives its height then. A block that it got before, and no more than that,
/// may still be on its way into its database.
async fn left(network: &PrivateNetwork, index: usize) -> Result<u64> {
    network.node(index).wait_peers(0..=0).await?;
    let first = network.node(index).best_height().await?;
    let reached = network.node(0).final_height().await?;
    network.node(0).wait_final(reached + 2).await?;
    let then = network.node(index).best_height().await?;
    ensure!(then <= first + 1, "without a peer it had block {first}, and then {then}");
    ensure!(network.node(index).peers().await? == 0, "somebody connected to it again");
    Ok(then)
}

#[tokio::test(flavor = "multi_thread")]
async fn rpc_is_closed_without_being_told() -> Result<()> {
    let mut network = PrivateNetwork::start(&["observer"]).await?;
    let observer = network.add("observer", &[]).await?;
    for index in [0, observer] {
        let node = network.node(index);
        refuses_unsafe_methods(&node.rpc).await?;
        bounds_batches(&node.url).await?;
        lets_no_browser_in(&node.url).await?;
    }
    bounds_calls(&network.node(observer).rpc).await;
    Ok(())
}

/// Methods that show or change what is the operator's: keys, peers, logs, the pool, local storage; or that take long.
async fn refuses_unsafe_methods(rpc: &Rpc) -> Result<()> {
    let hash: String = rpc.ask("chain_getBlockHash", rpc_params![0]).await?;
    let methods: [(&str, RpcParams); 17] = [
        ("author_rotateKeys", rpc_params![]),
        ("author_rotateKeysWithOwner", rpc_params!["0x01"]),
        ("author_insertKey", rpc_params!["aura", "//Eve", format!("0x{}", "11".repeat(32))]),
        ("author_hasKey", rpc_params![format!("0x{}", "11".repeat(32)), "aura"]),
        ("author_hasSessionKeys", rpc_params!["0x00"]),
        ("author_removeExtrinsic", rpc_params![json!([])]),
        ("system_peers", rpc_params![]),
        ("system_unstable_networkState", rpc_params![]),
        (
            "system_addReservedPeer",
            rpc_params!["/ip4/127.0.0.1/tcp/1/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp"],
        ),
        ("system_removeReservedPeer", rpc_params!["12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp"]),
        ("system_addLogFilter", rpc_params!["debug"]),
        ("system_resetLogFilter", rpc_params![]),
        ("system_dryRun", rpc_params!["0x00"]),
        ("state_getPairs", rpc_params!["0x"]),
        ("state_queryStorage", rpc_params![json!(["0x00"]), &hash]),
        ("state_traceBlock", rpc_params![&hash]),
        ("offchain_localStorageGet", rpc_params!["PERSISTENT", "0x00"]),
    ];
    for (method, params) in methods {
        match rpc.ask::<Value>(method, params).await {
            Err(Failure::Refused { message, .. }) => {
                assert!(message.contains("unsafe"), "{method} is refused for another reason: {message}");
            }
            other => panic!("{method} is answered: {other:?}"),
        }
    }
    Ok(())
}

async fn bounds_batches(url: &str) -> Result<()> {
    let batch = |length: usize| -> Value {
        (0..length)
            .map(|id| json!({ "jsonrpc": "2.0", "id": id, "method": "system_name", "params": [] }))
            .collect()
    };
    let send = async |length| -> Result<Value> {
        Ok(Client::new().post(url).json(&batch(length)).send().await?.json().await?)
    };
    assert_eq!(send(10).await?.as_array().map(Vec::len), Some(10));
    let refused = send(11).await?;
    assert!(refused["error"]["message"].as_str().is_some_and(|text| text.contains("batch")), "{refused}");
    Ok(())
}

/// A page of another origin gets no permission to read an answer, and a name that somebody points to this machine is no
/// way around.
async fn lets_no_browser_in(url: &str) -> Result<()> {
    let question = json!({ "jsonrpc": "2.0", "id": 1, "method": "system_name", "params": [] });
    for origin in ["https://evil.example", "http://localhost:3000", "https://polkadot.js.org", "null"] {
        let preflight = Client::new()
            .request(Method::OPTIONS, url)
            .header("Origin", origin)
            .header("Access-Control-Request-Method", "POST")
            .header("Access-Control-Request-Headers", "content-type")
            .send()
            .await?;
        let answer = Client::new().post(url).header("Origin", origin).json(&question).send().await?;
        for response in [preflight, answer] {
            let allowed = response.headers().get("access-control-allow-origin");
            assert_eq!(allowed, None, "pages of {origin} may read answers");
        }
    }
    let foreign = Client::new().post(url).header("Host", "evil.example").json(&question).send().await?;
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
    Ok(())
}

/// A connection has 1200 calls a minute; of many more at once some are refused.
async fn bounds_calls(rpc: &Rpc) {
    let calls = (0..1_500).map(|_| rpc.ask::<Value>("system_name", rpc_params![]));
    let refused = join_all(calls).await.into_iter().filter(|answer| match answer {
        Err(Failure::Refused { message, .. }) => message.contains("rate limit"),
        _ => false,
    });
    assert!(refused.count() > 0, "1500 calls at once are all answered");
}
