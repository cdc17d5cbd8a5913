//! Validators that come, go, lose their keys, or use them twice.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, Result, ensure};
use codec::{Decode, Encode};
use medshare_client::{
    Identity, Until,
    chain::{
        Call,
        calls::{council as motions, validators},
    },
};
use medshare_types::{AccountId, BlockNumber, Hash, Moment};
use serde::Deserialize;
use subxt::rpcs::rpc_params;
use subxt_signer::sr25519::dev;

use super::Chaos;
use crate::{council, ledger, network::Keys, sign};

/// The shortest sessions that there can be, in blocks.
const SESSION: u32 = 10;

/// How long a change of the validators may take: it holds with the second session change after it.
const CHANGE: Duration = Duration::from_secs(300);

/// How long two nodes may take to author in one slot, and then the proof of it to be on the chain: whoever has both blocks
/// hands a report that got lost with a fork to its pool again after ten blocks.
const PROOF: Duration = Duration::from_secs(120);

/// Dave's node.
const DAVE: usize = 3;

/// What a node says that finds blocks sealed with its own key which it has not made.
const ALARM: &str = "another node runs with the same keys";

/// What the chain tells of a validator that authored two blocks in one slot.
#[derive(Clone, Copy, Debug, Decode)]
struct Proven {
    authority: [u8; 32],
    slot: u64,
    session: u32,
    blocks: [Hash; 2],
}

/// A validator as the chain keeps it, as far as this reads it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Decode)]
struct Validator {
    state: State,
    _since: Moment,
    _silent: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Decode)]
enum State {
    Active,
    Suspended(Suspension),
    Leaving(Option<Suspension>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Decode)]
struct Suspension {
    reason: Reason,
    _since: Moment,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Decode)]
enum Reason {
    Offence { session: u32, severity: u32 },
}

#[derive(Deserialize)]
struct Generated {
    keys: String,
    proof: Option<String>,
}

impl Chaos {
    /// Adds Eve's node, has the hospitals admit her and remove Dave, and shows that it is she whom finality needs now.
    pub(super) async fn replace_validator(&mut self) -> Result<()> {
        self.shorten_sessions().await?;
        let eve = self.network.add("eve", Keys::Own)?;
        self.network.wait_up(eve).await?;
        self.observers.watch(eve, self.network.rpc(eve).url(), &self.recorder);
        let key = self.set_new_keys(eve, "Eve").await?;
        let identity = self.identity("Eve")?;
        self.send(&identity, validators::propose()).await?;
        self.decide(validators::admit(identity.account().clone())).await?;
        self.decide(validators::remove(self.identity("Dave")?.account().clone())).await?;
        self.tell("the hospitals admitted eve and removed dave");
        self.takes_over(eve, key).await?;
        // Without Eve these would be two of four. Dave is none of them any more.
        self.without(&[2, DAVE], &[0, 1, eve]).await
    }

    /// Takes a validator's disk with its session keys. It makes new ones, and takes part again as soon as they hold.
    pub(super) async fn lose_keys(&mut self) -> Result<()> {
        self.shorten_sessions().await?;
        self.network.kill(DAVE).await?;
        self.network.wipe(DAVE, Keys::Own)?;
        let reached = self.go_on(&[0, 1, 2], 2).await?;
        self.tell(&format!("dave has neither disk nor keys; the others went on to block {reached}"));
        self.network.restart(DAVE)?;
        self.network.wait_up(DAVE).await?;
        self.network.wait_final(DAVE, reached).await?;
        let key = self.set_new_keys(DAVE, "Dave").await?;
        self.takes_over(DAVE, key).await?;
        self.without(&[2], &[0, 1, DAVE]).await
    }

    /// Runs a second node with Dave's session keys, which is cut off with Bob's from Dave's own and the others: so both
    /// author in his slots, and neither knows. The other side makes blocks final, Bob and the twin do not. When all meet, Bob
    /// has the twin's blocks and gets Dave's with the chain that is final, so he can prove it: the chain suspends Dave, and no
    /// block of his is taken any more.
    pub(super) async fn run_twin(&mut self) -> Result<()> {
        const BOB: usize = 1;
        let majority = [0, 2, DAVE];
        self.chain = self.chain.reconnect().await?;
        self.open_motion().await?;
        self.go_on(&[0, BOB, 2, DAVE], 1).await?;

        // Nodes get the cables in their order, so this one will be the twin's.
        let twin = self.network.size();
        self.network.part(&[&majority, &[BOB, twin]])?;
        // Up to here blocks may still become final on Bob's side, with votes that he has of the others.
        let seen = u32::try_from(self.network.best_height(BOB).await?)?;
        let added = self.network.add("dave-twin", Keys::Of("dave"))?;
        ensure!(added == twin, "the twin is node {added}, and {twin} is cut off with bob");
        self.network.wait_up(twin).await?;
        self.observers.watch(twin, self.network.rpc(twin).url(), &self.recorder);
        self.tell("bob and a second node with dave's keys are cut off from the others");
        let slot = self.both_author([DAVE, twin], seen).await?;
        self.tell(&format!("dave's two nodes both authored in slot {slot}"));
        let reached = self.go_on(&majority, 3).await?;
        let last = self.network.final_height(BOB).await?;
        ensure!(last <= seen.into(), "one of four and a twin made block {last} final, cut off at {seen}");

        self.network.heal()?;
        for index in [0, 1, 2, DAVE, twin] {
            self.network.wait_final(index, reached + 3).await?;
        }
        self.tell(&format!("they have met; block {} is final everywhere", reached + 3));
        self.is_punished(seen).await?;
        until(PROOF, "the twin did not notice that its keys are used twice", async || {
            Ok(self.network.log(twin).contains(ALARM).then_some(()))
        })
        .await?;
        self.network.kill(twin).await?;
        self.tell("the twin noticed that its keys are used twice, and is stopped");

        // Dave's own node goes on, and finality with it.
        let last = self.network.final_height(0).await?;
        let reached = self.go_on(&[0, 1, 2, DAVE], 8).await?;
        let rest = self.authored(0, u32::try_from(last)?, dave()).await?;
        ensure!(rest.is_empty(), "dave is suspended and authored in the slots {:?}", rest.keys());
        self.tell(&format!("the others went on to block {reached}, without a block of dave's"));
        Ok(())
    }

    /// Opens a motion that nobody votes about. As long as there is one, the chain wants blocks, so each validator uses
    /// each of its slots, whether it has transactions or not.
    async fn open_motion(&self) -> Result<()> {
        let call = council::session_blocks(SESSION);
        let length = u32::try_from(call.encode(&*self.chain.metadata().await?)?.bytes().len())?;
        let threshold = u32::try_from(council::VOTERS.len())?;
        self.send(&self.identity("Alice")?, motions::propose(threshold, call, length)).await
    }

    /// Waits until the chain says that Dave authored twice in one slot and that he is suspended, both in final blocks
    /// above a height, and checks that it is the same offence.
    async fn is_punished(&self, above: BlockNumber) -> Result<()> {
        let account = self.identity("Dave")?.account().clone();
        let suspension = until(PROOF, "the chain did not suspend dave", async || {
            Ok(match self.validator(&account).await?.state {
                State::Suspended(suspension) => Some(suspension),
                _ => None,
            })
        })
        .await?;
        let Reason::Offence { session, severity } = suspension.reason;
        self.tell(&format!(
            "the chain suspended dave for an offence in session {session}, of severity {} %",
            severity / 10_000_000
        ));
        let mut looked = above;
        let (height, proven) = until(PROOF, "nobody proved that dave authored twice in a slot", async || {
            let head = u32::try_from(self.network.final_height(0).await?)?;
            let found = self.proof(looked + 1, head).await?;
            looked = head;
            Ok(found)
        })
        .await?;
        let Proven { authority, slot, session: proven_session, blocks: [one, other] } = proven;
        ensure!(authority == dave(), "block {height} accuses {}", ledger::text(&authority));
        ensure!(one != other, "block {height} has the same block {one:?} twice");
        ensure!(
            proven_session == session,
            "the proof in block {height} is of session {proven_session}, and dave is suspended for {session}"
        );
        self.tell(&format!(
            "block {height} proves that he authored {one:?} and {other:?}, both in slot {slot}"
        ));
        Ok(())
    }

    /// The first of these final blocks that proves that somebody authored twice in one slot, and the proof.
    async fn proof(&self, from: BlockNumber, to: BlockNumber) -> Result<Option<(BlockNumber, Proven)>> {
        let rpc = self.network.rpc(0);
        let client = sign::online(rpc.url()).await?;
        for height in from..=to {
            let hash = ledger::hash_at(rpc, height).await?.context("a final block has a hash")?;
            let events = client.at_block(subxt::utils::H256(hash.0)).await?.events().fetch().await?;
            for event in events.iter() {
                let event = event?;
                if (event.pallet_name(), event.event_name()) == ("Equivocation", "Proven") {
                    return Ok(Some((height, Proven::decode(&mut event.field_bytes())?)));
                }
            }
        }
        Ok(None)
    }

    /// Waits until two nodes with Dave's keys have different blocks of one of his slots above a height, each in its own
    /// best chain, and gives the slot.
    async fn both_author(&self, nodes: [usize; 2], above: BlockNumber) -> Result<u64> {
        until(PROOF, "dave's two nodes did not author in one slot", async || {
            let one = self.authored(nodes[0], above, dave()).await?;
            let other = self.authored(nodes[1], above, dave()).await?;
            let differs = |(slot, hash): &(&u64, &Hash)| other.get(slot).is_some_and(|found| found != *hash);
            Ok(one.iter().find(differs).map(|(slot, _)| *slot))
        })
        .await
    }

    /// The blocks of a key in a node's best chain above a height, by their slots.
    async fn authored(&self, node: usize, above: BlockNumber, key: [u8; 32]) -> Result<BTreeMap<u64, Hash>> {
        let rpc = self.network.rpc(node);
        let mut found = BTreeMap::new();
        for height in above + 1..=u32::try_from(self.network.best_height(node).await?)? {
            // Another chain that is the best meanwhile may be shorter for a moment.
            let Some(hash) = ledger::hash_at(rpc, height).await? else { break };
            let header = ledger::header(rpc, Some(hash)).await?;
            if ledger::author(rpc, &header).await? == key {
                found.insert(header.slot()?, hash);
            }
        }
        Ok(found)
    }

    /// Has the hospitals agree on a call.
    pub(super) async fn decide(&self, call: Call) -> Result<()> {
        let mut hospitals = Vec::new();
        for name in council::VOTERS {
            hospitals.push(self.identity(name)?);
        }
        let chain = &self.chain;
        let send = async |hospital: &Identity, call: Call| {
            // What follows builds on it, so it must not be undone.
            Ok::<_, anyhow::Error>(chain.submit(hospital, call, Until::Finalized).await?)
        };
        council::carry(chain, &hospitals, call, send).await
    }

    async fn shorten_sessions(&mut self) -> Result<()> {
        self.chain = self.chain.reconnect().await?;
        self.decide(council::session_blocks(SESSION)).await?;
        self.tell(&format!("the hospitals shortened sessions to {SESSION} blocks"));
        Ok(())
    }

    /// Has a node make session keys, and sets them. Gives the one that authors.
    async fn set_new_keys(&mut self, node: usize, owner: &str) -> Result<[u8; 32]> {
        let owner = self.identity(owner)?;
        let account = ledger::text(&owner.account().encode());
        let made: Generated =
            self.network.rpc(node).ask("author_rotateKeysWithOwner", rpc_params![account]).await?;
        let keys = validators::SessionKeys::decode(&mut &ledger::bytes(&made.keys)?[..])?;
        let proof = ledger::bytes(&made.proof.context("the node proves nothing")?)?;
        self.send(&owner, validators::set_keys(keys, proof)).await?;
        self.tell(&format!("{} has new session keys", self.network.name(node)));
        Ok(keys.aura)
    }

    async fn send(&self, who: &Identity, call: Call) -> Result<()> {
        self.chain.submit(who, call, Until::Finalized).await?;
        Ok(())
    }

    /// Waits until a node's new key has taken the place of Dave's first one among the authors, and authors.
    async fn takes_over(&self, node: usize, key: [u8; 32]) -> Result<()> {
        let rpc = self.network.rpc(0);
        let height = until(CHANGE, "the validators did not change", async || {
            let head = ledger::final_head(rpc).await?;
            let authors = ledger::authors(rpc, Some(head)).await?;
            let changed = authors.contains(&key) && !authors.contains(&dave());
            Ok(if changed { Some(ledger::header(rpc, Some(head)).await?.height()?) } else { None })
        })
        .await?;
        self.tell(&format!("by block {height} the validators have changed"));
        self.network.wait_final(node, height.into()).await?;
        self.sees_author(node, key).await
    }

    async fn validator(&self, who: &AccountId) -> Result<Validator> {
        let rpc = self.network.rpc(0);
        let head = ledger::final_head(rpc).await?;
        let found = ledger::storage(rpc, &ledger::key("Validators", "Validators"), head).await?;
        let all = Vec::<(AccountId, Validator)>::decode(&mut &found.context("there are no validators")?[..])?;
        let found = all.into_iter().find(|(account, _)| account == who);
        Ok(found.context("the account is no validator")?.1)
    }
}

/// Asks every second until there is an answer. If there is none in time, what is missing is said.
async fn until<T>(
    patience: Duration,
    missing: &str,
    mut ask: impl AsyncFnMut() -> Result<Option<T>>,
) -> Result<T> {
    let deadline = tokio::time::Instant::now() + patience;
    loop {
        if let Some(answer) = ask().await? {
            return Ok(answer);
        }
        ensure!(tokio::time::Instant::now() < deadline, "{missing} within {} s", patience.as_secs());
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// The key with which Dave authors at first.
fn dave() -> [u8; 32] {
    dev::dave().public_key().0
}
