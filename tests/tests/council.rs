//! Hospitals run the chain together with the `medshare` command: four validators, eight hospitals with one vote each, and
//! no sudo.

use anyhow::{Context, Result};
use futures::future::try_join_all;
use medshare_tests::{Cli, Network, hospitals, lone, sale::ACCOUNTS};
use serde_json::{Value, json};
use subxt::rpcs::rpc_params;
use tempfile::TempDir;

/// The hospitals of the runtime's preset `local`.
const HOSPITALS: [&str; 8] = ACCOUNTS;

/// The salted SHA-256 of who somebody is.
const IDENTITY: &str = "0x0707070707070707070707070707070707070707070707070707070707070707";

/// A network, and the folder of those who use it.
struct Consortium {
    network: Network,
    home: TempDir,
}

impl Consortium {
    async fn start() -> Result<Self> {
        let network = Network::start().await?;
        network.wait_final(0, 2).await?;
        network.level().await?;
        Ok(Self { network, home: tempfile::tempdir()? })
    }

    /// The client of a hospital, at its own node if it has one.
    fn hospital(&self, name: &str) -> Cli {
        let own = self.network.rpcs().into_iter().zip(["Alice", "Bob", "Charlie", "Dave"]);
        let own = own.into_iter().find(|(_, owner)| *owner == name).map(|(rpc, _)| rpc);
        let rpc = own.unwrap_or_else(|| self.network.rpc(0).clone());
        // These commands need no vault.
        Cli::new(name, rpc.url(), "http://127.0.0.1:9", self.home.path())
    }

    /// Runs a hospital's command, and waits until what it did is final at the nodes of all hospitals.
    async fn run<S: AsRef<str>>(&self, hospital: &Cli, command: &[S]) -> Result<Value> {
        let printed = hospital.patient().run(command).await?;
        self.network.level().await?;
        Ok(printed)
    }

    /// Alice proposes something, and votes for it.
    async fn propose(&self, what: &[&str]) -> Result<Value> {
        let proposed = self.run(&self.hospital("Alice"), &proposal(what)).await?;
        assert_eq!((&proposed["hospitals"], &proposed["voted"]), (&json!(8), &json!(true)), "{proposed}");
        Ok(proposed)
    }

    /// Hospitals agree to a motion, all at once.
    async fn agree(&self, motion: &str, hospitals: &[&str]) -> Result<()> {
        let vote = ["council", "vote", motion, "--yes"];
        let votes = hospitals.iter().map(|name| {
            let cli = self.hospital(name);
            async move { self.run(&cli, &vote).await }
        });
        try_join_all(votes).await.map(drop)
    }

    async fn close(&self, motion: &str) -> Result<Value> {
        self.run(&self.hospital("Alice"), &["council", "close", motion]).await
    }

    /// Alice proposes, as many others agree as are needed, and Alice closes.
    async fn decide(&self, what: &[&str]) -> Result<Value> {
        let client = |name: &str| self.hospital(name).patient();
        hospitals::decide_step_by_step(client, &proposal(what), async || self.network.level().await).await
    }

    /// As [`Consortium::decide`], for a motion that fails when Bob closes it.
    async fn decide_fails(&self, what: &[&str]) -> Result<String> {
        let client = |name: &str| self.hospital(name).patient();
        let motion = hospitals::carry(client, &proposal(what), async || self.network.level().await).await?;
        self.hospital("Bob").refused(&["council", "close", &motion]).await
    }
}

/// The command that proposes this.
fn proposal<'a>(what: &[&'a str]) -> Vec<&'a str> {
    [&["council", "propose"], what].concat()
}

fn number(value: &Value) -> Result<String> {
    Ok(value.as_u64().with_context(|| format!("{value} is no number"))?.to_string())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn hospitals_admit_pause_and_rotate_keys_by_themselves() -> Result<()> {
    let consortium = Consortium::start().await?;
    let alice = consortium.hospital("Alice");

    let members = alice.run(&["council", "members"]).await?;
    assert_eq!(members["hospitals"].as_array().map(Vec::len), Some(8));
    assert_eq!(
        members["votes"],
        json!({ "a third": 3, "more than half": 5, "two thirds": 6, "three quarters": 6 })
    );

    admits_a_hospital_by_five_of_eight(&consortium).await?;
    pauses_by_three_and_lets_through_by_five(&consortium).await?;
    rotates_session_keys(&consortium).await?;
    decides_by_name(&consortium).await?;
    runs_as_root_what_six_let(&consortium).await?;
    refuses_an_upgrade_to_itself(&consortium).await?;
    Ok(())
}

async fn admits_a_hospital_by_five_of_eight(consortium: &Consortium) -> Result<()> {
    let newcomer = consortium.hospital("Alice").with_key_file("newcomer");
    newcomer.run(&["keys", "create"]).await?;
    let keys = newcomer.run(&["keys", "show"]).await?;
    let [account, key, proof] = ["account", "key", "proof"].map(|part| text(&keys[part]));
    let admit = ["member", "admit", account, "--role", "hospital", "--identity", IDENTITY, "--key", key];

    // A proof of somebody else's is refused before anybody has to vote about it.
    let (kept, last) = proof.split_at(proof.len() - 1);
    let forged = format!("{kept}{}", if last == "0" { "1" } else { "0" });
    let forged = [&admit[..], &["--proof", &forged]].concat();
    let refused = consortium.hospital("Alice").refused(&proposal(&forged)).await?;
    assert!(refused.contains("proof of possession"), "{refused}");

    // Who is no hospital proposes nothing; nor does a hospital admit one alone.
    let alone = [&admit[..], &["--proof", proof]].concat();
    let refused = newcomer.refused(&proposal(&alone)).await?;
    assert!(refused.contains("not a member"), "{refused}");
    let refused = consortium.hospital("Alice").refused(&alone).await?;
    assert!(refused.contains("NeedsCouncil") && refused.contains("medshare council propose"), "{refused}");

    let proposed = consortium.propose(&alone).await?;
    assert_eq!(proposed["threshold"], 5, "{proposed}");
    let motion = number(&proposed["motion"])?;
    let motions = consortium.hospital("Two").run(&["council", "motions"]).await?;
    let shown = &motions["motions"][0];
    assert_eq!((&shown["call"], &shown["arguments"]["who"]), (&json!("Members.admit"), &json!(account)));
    assert_eq!(shown["arguments"]["roles"], json!(["Hospital"]));
    assert_eq!(shown["ayes"].as_array().map(Vec::len), Some(1));

    // Four of eight are not more than half.
    consortium.agree(&motion, &HOSPITALS[1..4]).await?;
    let refused = consortium.hospital("Alice").refused(&["council", "close", &motion]).await?;
    assert!(refused.contains("Council.TooEarly") && refused.contains("hint: "), "{refused}");
    let twice = consortium.hospital("Bob").refused(&["council", "vote", &motion, "--yes"]).await?;
    assert!(twice.contains("DuplicateVote"), "{twice}");
    let same = consortium.hospital("Bob").refused(&proposal(&alone)).await?;
    assert!(same.contains("DuplicateProposal"), "{same}");

    let voted = consortium.run(&consortium.hospital("Eve"), &["council", "vote", &motion, "--yes"]).await?;
    assert_eq!((&voted["yes"], &voted["threshold"]), (&json!(5), &json!(5)), "{voted}");
    let closed = consortium.close(&motion).await?;
    assert_eq!(closed["end"], "carried", "{closed}");
    let closed = consortium.hospital("Bob").refused(&["council", "close", &motion]).await?;
    assert!(closed.contains("no open motion"), "{closed}");

    // It has a vote now, and more than half of nine are still five; but no session keys, and so it is no validator.
    let members = newcomer.run(&["council", "members"]).await?;
    assert_eq!(
        (members["hospitals"].as_array().map(Vec::len), &members["votes"]["two thirds"]),
        (Some(9), &json!(6))
    );
    let refused = newcomer.refused(&["validator", "propose"]).await?;
    assert!(refused.contains("KeysNotSet") && refused.contains("session-keys rotate"), "{refused}");

    // Hospitals do not rule over each other alone, but together.
    let refused = consortium.hospital("Alice").refused(&["member", "suspend", account]).await?;
    assert!(refused.contains("NotSponsor"), "{refused}");
    let left = consortium.run(&newcomer, &["member", "leave"]).await?;
    assert!(left["block"].is_number(), "{left}");
    Ok(())
}

async fn pauses_by_three_and_lets_through_by_five(consortium: &Consortium) -> Result<()> {
    let paused = consortium.decide(&["pause", "Settlement.redeem"]).await?;
    assert_eq!(paused["end"], "carried", "{paused}");
    let redeem = ["settlement", "redeem", "10"];
    let refused = consortium.hospital("Dave").refused(&redeem).await?;
    assert!(refused.contains("CallFiltered") && refused.contains("propose unpause"), "{refused}");

    let proposed = consortium.propose(&["unpause", "Settlement.redeem"]).await?;
    assert_eq!(proposed["threshold"], 5, "{proposed}");
    let motion = number(&proposed["motion"])?;
    consortium.agree(&motion, &HOSPITALS[1..3]).await?;
    let early = consortium.hospital("Alice").refused(&["council", "close", &motion]).await?;
    assert!(early.contains("TooEarly"), "{early}");
    consortium.agree(&motion, &HOSPITALS[3..5]).await?;
    consortium.close(&motion).await?;

    let redeemed = consortium.run(&consortium.hospital("Dave"), &redeem).await?;
    let list = consortium.hospital("Alice").run(&["settlement", "list"]).await?;
    assert_eq!(list["redemptions"][0]["amount"], "10000000000000", "{list}");
    let number = number(&redeemed["redemption"])?;
    let confirm = ["settlement", "confirm", &number, "--reference", IDENTITY];
    assert_eq!(consortium.decide(&confirm).await?["end"], "carried");
    let list = consortium.hospital("Alice").run(&["settlement", "list"]).await?;
    assert_eq!(list["redemptions"], json!([]));
    Ok(())
}

async fn rotates_session_keys(consortium: &Consortium) -> Result<()> {
    let bob = consortium.hospital("Bob");
    let before = bob.run(&["session-keys", "show"]).await?;
    assert_eq!(before["registered"], before["next"], "{before}");
    assert_eq!((&before["at_node"], &before["authoring"]), (&json!(true), &before["registered"]["aura"]));

    let rotated = consortium.run(&bob, &["session-keys", "rotate"]).await?;
    assert!(rotated["block"].is_number(), "{rotated}");
    let after = bob.run(&["session-keys", "show"]).await?;
    assert_eq!(after["registered"], rotated["keys"], "{after}");
    assert_eq!((&after["at_node"], &after["authoring"]), (&json!(true), &before["authoring"]));
    assert_ne!(after["registered"]["grandpa"], before["registered"]["grandpa"]);
    // The keys are in Bob's node and in no other one.
    let elsewhere = bob.at(consortium.network.rpc(2).url()).run(&["session-keys", "show"]).await?;
    assert_eq!((&elsewhere["at_node"], &elsewhere["registered"]), (&json!(false), &after["registered"]));

    // Who is no validator gets keys in the same way, and offers itself.
    let eve = consortium.hospital("Eve").at(consortium.network.rpc(3).url());
    consortium.run(&eve, &["session-keys", "rotate"]).await?;
    consortium.run(&eve, &["validator", "propose"]).await?;
    let list = eve.run(&["validator", "list"]).await?;
    let names = |key: &str| list[key].as_array().map(Vec::len);
    assert_eq!((names("validators"), names("proposed")), (Some(4), Some(1)), "{list}");
    consortium.run(&eve, &["validator", "retract"]).await?;
    let nothing = eve.run(&["session-keys", "show"]).await?;
    assert_eq!((&nothing["registered"], &nothing["at_node"]), (&Value::Null, &Value::Null));

    // Four are the fewest.
    let refused = bob.refused(&["validator", "leave"]).await?;
    assert!(refused.contains("TooFewValidators") && refused.contains("admit another validator"), "{refused}");
    Ok(())
}

async fn decides_by_name(consortium: &Consortium) -> Result<()> {
    let alice = consortium.hospital("Alice");
    // Every parameter is found in what the chain tells about itself, and a wrong name is answered with the right ones.
    let unknown = alice.refused(&["council", "propose", "parameter", "Audits.Patience", "1h"]).await?;
    assert!(unknown.contains("KeyWindow") && unknown.contains("VoteWindow"), "{unknown}");
    let decided = consortium.decide(&["parameter", "Audits.KeyWindow", "36h"]).await?;
    assert_eq!(decided["call"], "Parameters.set_parameter", "{decided}");
    assert_eq!(decided["arguments"]["key_value"]["Audits"]["KeyWindow"][1], 129_600_000, "{decided}");

    // So is every call.
    let two = alice.run(&["member", "show", "Two"]).await?;
    let who = format!("who={}", text(&two["account"]));
    let missing = alice.refused(&["council", "propose", "call", "Members.suspend"]).await?;
    assert!(missing.contains("`who` is missing"), "{missing}");
    let alone = ["council", "propose", "call", "Members.leave"];
    let undecided = alice.refused(&alone).await?;
    assert!(undecided.contains("Members.leave") && undecided.contains("--votes"), "{undecided}");
    let suspended = consortium.decide(&["call", "Members.suspend", "--arg", &who]).await?;
    assert_eq!((&suspended["call"], &suspended["end"]), (&json!("Members.suspend"), &json!("carried")));
    let refused =
        consortium.hospital("Two").refused(&["council", "propose", "pause", "Records.list"]).await?;
    assert!(refused.contains("suspended"), "{refused}");

    // What is carried but fails is told as a failure.
    let again = consortium.decide_fails(&["member", "suspend", "Two"]).await?;
    assert!(again.contains("Members.AlreadySuspended") && again.contains("used up"), "{again}");
    Ok(())
}

async fn runs_as_root_what_six_let(consortium: &Consortium) -> Result<()> {
    const KEY: &str = "0x6d65647368617265";
    let alice = consortium.hospital("Alice");
    let items = format!("items=[[\"{KEY}\", \"0x2a\"]]");
    let call = ["council", "propose", "root", "System.set_storage", "--arg", &items];
    let proposed = consortium.run(&alice, &call).await?;
    // Three quarters of the seven that are left.
    assert_eq!(proposed["threshold"], 6, "{proposed}");
    let motion = number(&proposed["motion"])?;
    let hash = text(&proposed["call_hash"]).to_owned();

    let status = alice.run(&["upgrade", "status"]).await?;
    let pending = &status["pending"][0];
    assert_eq!(pending["hash"], json!(hash), "{status}");
    assert_eq!(pending["decoded"]["call"], "System.set_storage", "{status}");
    assert_eq!((&pending["whitelisted"], &pending["motion"]), (&json!(false), &proposed["motion"]));
    let early = alice.refused(&["council", "enact", &hash]).await?;
    assert!(early.contains("has not let it run"), "{early}");

    consortium.agree(&motion, &HOSPITALS[1..6]).await?;
    consortium.close(&motion).await?;
    // Whichever of two hospitals is faster has it run, and the other one is told so.
    let enact = ["council", "enact", &hash];
    let bob = consortium.hospital("Bob");
    let told = match tokio::join!(consortium.run(&alice, &enact), consortium.run(&bob, &enact)) {
        (Ok(_), Err(error)) | (Err(error), Ok(_)) => format!("{error:#}"),
        both => anyhow::bail!("one of two had it run: {both:?}"),
    };
    assert!(told.contains("has just had it run") || told.contains("or it ran already"), "{told}");
    let found: Value = consortium.network.rpc(0).ask("state_getStorage", rpc_params![KEY]).await?;
    assert_eq!(found, "0x2a");
    let spent = alice.refused(&["council", "enact"]).await?;
    assert!(spent.contains("let none run"), "{spent}");
    Ok(())
}

async fn refuses_an_upgrade_to_itself(consortium: &Consortium) -> Result<()> {
    let alice = consortium.hospital("Alice");
    // The key `:code`.
    let code: String = consortium.network.rpc(0).ask("state_getStorage", rpc_params!["0x3a636f6465"]).await?;
    let wasm = consortium.home.path().join("runtime.wasm");
    std::fs::write(&wasm, hex::decode(code.trim_start_matches("0x"))?)?;
    let refused = alice.refused(&["upgrade", "propose", &wasm.display().to_string()]).await?;
    assert!(refused.contains("cannot upgrade medshare") && refused.contains("is not higher"), "{refused}");
    std::fs::write(&wasm, b"no runtime")?;
    let refused = alice.refused(&["upgrade", "propose", &wasm.display().to_string()]).await?;
    assert!(refused.contains("no WebAssembly module"), "{refused}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_takes_safe_methods_only_makes_no_session_keys() -> Result<()> {
    let home = tempfile::tempdir()?;
    let (_node, url) = lone::start(home.path(), "safe-node", &["--rpc-methods=safe"]).await?;
    let alice = Cli::new("Alice", &url, "http://127.0.0.1:9", home.path());
    let refused = alice.refused(&["session-keys", "rotate"]).await?;
    assert!(refused.contains("safe RPC methods only") && refused.contains("RPC_METHODS=unsafe"), "{refused}");
    let shown = alice.run(&["session-keys", "show"]).await?;
    assert_eq!(shown["at_node"], Value::Null, "{shown}");
    assert!(shown["registered"]["aura"].is_string(), "{shown}");
    Ok(())
}
