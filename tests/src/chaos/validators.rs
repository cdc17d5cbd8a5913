//! Validators that come, go, lose their keys, or use them twice.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use codec::{Decode, Encode};
use medshare_client::{
    Identity, Until,
    chain::{Call, calls::validators},
};
use medshare_types::{AccountId, Moment};
use serde::Deserialize;
use subxt::rpcs::rpc_params;
use subxt_signer::sr25519::dev;

use super::Chaos;
use crate::{council, ledger, network::Keys};

/// The shortest sessions that there can be, in blocks.
const SESSION: u32 = 10;

/// How long a change of the validators may take: it holds with the second session change after it.
const CHANGE: Duration = Duration::from_secs(300);

/// How long the proof of an offence may take to be on the chain.
const PROOF: Duration = Duration::from_secs(120);

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
        self.await_authors(|authors| authors.contains(&key) && !authors.contains(&dave())).await?;
        self.sees_author(eve, key).await?;

        // Without Eve these would be two of four.
        self.network.kill(3).await?;
        self.network.kill(2).await?;
        let reached = self.go_on(&[0, 1, eve], 2).await?;
        self.tell(&format!("alice, bob and eve alone made block {reached} final"));
        for index in [2, 3] {
            self.network.restart(index)?;
            self.network.wait_up(index).await?;
            self.network.wait_final(index, reached).await?;
        }
        Ok(())
    }

    /// Takes a validator's disk with its session keys. It makes new ones, and takes part again as soon as they hold.
    pub(super) async fn lose_keys(&mut self) -> Result<()> {
        const LOST: usize = 3;
        self.shorten_sessions().await?;
        self.network.kill(LOST).await?;
        self.network.wipe(LOST, Keys::Own)?;
        let reached = self.go_on(&[0, 1, 2], 2).await?;
        self.tell(&format!("dave has neither disk nor keys; the others went on to block {reached}"));
        self.network.restart(LOST)?;
        self.network.wait_up(LOST).await?;
        self.network.wait_final(LOST, reached).await?;
        let key = self.set_new_keys(LOST, "Dave").await?;
        self.await_authors(|authors| authors.contains(&key) && !authors.contains(&dave())).await?;
        self.sees_author(LOST, key).await?;
        self.network.kill(2).await?;
        let reached = self.go_on(&[0, 1, LOST], 2).await?;
        self.tell(&format!("alice, bob and dave alone made block {reached} final"));
        self.network.restart(2)?;
        self.network.wait_up(2).await?;
        self.network.wait_final(2, reached).await?;
        Ok(())
    }

    /// Runs a second node with Dave's session keys. Finality goes on; as soon as the two have signed what excludes one
    /// another, and somebody saw it, the chain suspends him.
    pub(super) async fn run_twin(&mut self, time: Duration) -> Result<()> {
        self.chain = self.chain.reconnect().await?;
        let dave = self.identity("Dave")?.account().clone();
        let twin = self.network.add("dave-twin", Keys::Of("dave"))?;
        self.network.wait_up(twin).await?;
        self.observers.watch(twin, self.network.rpc(twin).url(), &self.recorder);
        let end = tokio::time::Instant::now() + time;
        let mut proof = None;
        let suspended = loop {
            self.go_on(&[0, 1, 2], 1).await?;
            if let State::Suspended(Suspension { reason, .. }) = self.validator(&dave).await?.state {
                break Some(reason);
            }
            let now = tokio::time::Instant::now();
            if proof.is_none() && self.equivocated() {
                self.tell("nodes saw dave sign what excludes one another");
                proof = Some(now + PROOF);
            }
            match proof {
                Some(proof) => ensure!(now < proof, "dave was seen to equivocate and is not suspended"),
                None if now >= end => break None,
                None => {}
            }
        };
        match suspended {
            Some(Reason::Offence { session, severity }) => self.tell(&format!(
                "the chain suspended dave for an offence in session {session}, of severity {} %",
                severity / 10_000_000
            )),
            None => self.tell(&format!("in {} s nobody saw dave equivocate", time.as_secs())),
        }
        self.network.kill(twin).await?;
        let reached = self.go_on(&[0, 1, 2], 3).await?;
        self.tell(&format!("the others went on to block {reached}"));
        Ok(())
    }

    /// Has the hospitals agree on a call.
    pub(super) async fn decide(&self, call: Call) -> Result<()> {
        let mut hospitals = Vec::new();
        for name in council::VOTERS {
            hospitals.push(self.identity(name)?);
        }
        let chain = &self.chain;
        let send = async |hospital: &Identity, call: Call| {
            Ok::<_, anyhow::Error>(chain.submit(hospital, call, Until::InBlock).await?)
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
        self.chain.submit(who, call, Until::InBlock).await?;
        Ok(())
    }

    async fn await_authors(&self, is_it: impl Fn(&[[u8; 32]]) -> bool) -> Result<()> {
        let rpc = self.network.rpc(0);
        let deadline = tokio::time::Instant::now() + CHANGE;
        while tokio::time::Instant::now() < deadline {
            let head = ledger::final_head(rpc).await?;
            if is_it(&ledger::authors(rpc, Some(head)).await?) {
                let height = ledger::header(rpc, Some(head)).await?.height()?;
                self.tell(&format!("by block {height} the validators have changed"));
                return Ok(());
            }
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
        bail!("the validators did not change within {} s", CHANGE.as_secs())
    }

    async fn validator(&self, who: &AccountId) -> Result<Validator> {
        let rpc = self.network.rpc(0);
        let head = ledger::final_head(rpc).await?;
        let found = ledger::storage(rpc, &ledger::key("Validators", "Validators"), head).await?;
        let all = Vec::<(AccountId, Validator)>::decode(&mut &found.context("there are no validators")?[..])?;
        let found = all.into_iter().find(|(account, _)| account == who);
        Ok(found.context("the account is no validator")?.1)
    }

    /// Whether a node says in its log that it saw somebody equivocate.
    fn equivocated(&self) -> bool {
        (0..3).any(|index| self.network.log(index).to_lowercase().contains("equivocat"))
    }
}

/// The key with which Dave authors at first.
fn dave() -> [u8; 32] {
    dev::dave().public_key().0
}
