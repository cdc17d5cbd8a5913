//! The networks that the cases share, and people on them who are nobody else's.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use medshare_client::{
    At, Chain, Error, Identity, Outcome, Progress, Until, access, agent,
    blobs::Vaults,
    buyer,
    chain::{Call, Funds, calls},
    keys::DEVELOPMENT_ACCOUNTS,
    members::admission,
    provider::{self, Identifying, SealedFile, pseudonym, seal_file},
    sealing,
    vault::VaultClient,
};
use medshare_tests::{Cli, PASSPHRASE, Stack, council};
use medshare_types::{
    AccountId, Findings, Hash, MDS, Moment, NewVersion, OrderId, Permission, Points, Policy, Purpose,
    RecordId, Review, ReviewState, Role, Roles, Subject, Terms, Use, Verdict, Version,
};

/// What everything costs here.
pub const PRICE: u128 = 10 * MDS;
/// What somebody has who is admitted.
pub const WEALTH: u128 = 1_000 * MDS;
/// The hospital that answers for the providers, and the one that answers for the buyers.
pub const HOSPITALS: (&str, &str) = ("Bob", "Charlie");
/// Whose vault has links that end within [`BRIEF_LINKS`].
const BRIEF_OPERATOR: &str = "Eve";
/// How long the links of that vault work.
pub const BRIEF_LINKS: Duration = Duration::from_secs(10);
/// How long something may take that takes a few blocks.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long people have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pace {
    /// As the runtime has it: days.
    Usual,
    /// Seconds.
    Hasty,
}

/// A network, and what it takes to act on it.
pub struct World {
    stack: Stack,
    pub chain: Chain,
    /// The usual vault.
    pub vault: VaultClient,
    /// The one whose links end soon; of the usual network only.
    pub brief: Option<VaultClient>,
    known: Mutex<BTreeMap<AccountId, Identity>>,
    count: AtomicUsize,
}

/// What somebody has, in money and in credit.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Standing {
    funds: Funds,
    score: Points,
}

impl World {
    pub async fn start(pace: Pace) -> Result<Self> {
        let mut stack = Stack::start().await?;
        let mut brief = None;
        match pace {
            Pace::Usual => {
                let store = stack.dir().join("brief").display().to_string();
                let seconds = ("MEDSHARE_VAULT_LINK_SECONDS", BRIEF_LINKS.as_secs().to_string());
                let url = stack.another_vault_at(BRIEF_OPERATOR, &store, &[seconds]).await?;
                brief = Some(VaultClient::connect(&url).await?);
            }
            Pace::Hasty => {
                council::deliver_within(&stack, 40_000).await?;
                council::claim_window(&stack, 8_000).await?;
                council::key_window(&stack, 40_000).await?;
            }
        }
        let chain = Chain::connect(stack.node_url()).await?;
        let vault = VaultClient::connect(stack.vault_url()).await?;
        let named = DEVELOPMENT_ACCOUNTS.into_iter().map(|name| Identity::development(name, &chain));
        let known = named.map(|who| who.map(|who| (who.account().clone(), who))).collect::<Result<_, _>>()?;
        Ok(Self { stack, chain, vault, brief, known: Mutex::new(known), count: AtomicUsize::new(0) })
    }

    pub fn logs(&self) -> String {
        self.stack.logs()
    }

    /// Where a file can be that is nobody else's.
    pub fn path(&self, what: &str) -> PathBuf {
        self.stack.dir().join(format!("{}-{what}", self.count.fetch_add(1, Ordering::Relaxed)))
    }

    /// Where the usual vault has the blob of this address.
    pub fn blob(&self, address: Hash) -> PathBuf {
        let name = hex::encode(address);
        self.stack.dir().join("vault-Ferdie").join("blobs").join(&name[..2]).join(name)
    }

    pub fn vaults(&self) -> Vaults {
        Vaults::new(vec![self.vault.clone()])
    }

    pub fn node_url(&self) -> &str {
        self.stack.node_url()
    }

    /// The command of somebody who was admitted.
    pub fn cli(&self, who: &Identity) -> Result<Cli> {
        let name = format!("member-{}", self.count.fetch_add(1, Ordering::Relaxed));
        who.create(&self.stack.dir().join(format!("{name}.age")), &PASSPHRASE.to_owned().into())?;
        Ok(self.stack.cli("Alice").with_key_file(&name))
    }

    /// A development account.
    pub fn named(&self, name: &str) -> Result<Identity> {
        Ok(Identity::development(name, &self.chain)?)
    }

    /// Somebody who was admitted here.
    pub fn known(&self, account: &AccountId) -> Result<Identity> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(account).cloned().with_context(|| format!("{account} is nobody's"))
    }

    /// Somebody new, whom a hospital admits in these roles and gives money.
    pub async fn member(&self, hospital: &str, roles: &[Role]) -> Result<Identity> {
        self.admitted(hospital, roles, WEALTH).await
    }

    /// As [`Self::member`], with this much money.
    pub async fn admitted(&self, hospital: &str, given: &[Role], money: u128) -> Result<Identity> {
        let (hospital, who) = (self.named(hospital)?, Identity::generate()?);
        let application = who.application(&self.chain.genesis())?;
        let admission = admission(&self.chain, &application, roles(given)?, pseudonym())?;
        let transfer = calls::transfer(who.account().clone(), money);
        self.send(&hospital, calls::all_of(vec![transfer, admission])).await?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(who.account().clone(), who.clone());
        Ok(who)
    }

    /// A provider and a buyer, for whom different hospitals answer.
    pub async fn parties(&self) -> Result<(Identity, Identity)> {
        let (seller, buyer) =
            (self.member(HOSPITALS.0, &[Role::Provider]), self.member(HOSPITALS.1, &[Role::Buyer]));
        tokio::try_join!(seller, buyer)
    }

    /// Gives somebody these roles with the council's authority.
    pub async fn appoint(&self, who: &Identity, given: &[Role]) -> Result<()> {
        let call = calls::as_council(calls::set_roles(who.account().clone(), roles(given)?));
        let outcome = self.send(&self.named("Alice")?, call).await?;
        let result = outcome.event("Sudo", "Sudid")?.fields_json().to_string();
        ensure!(!result.contains("Err"), "the council's call failed: {result}");
        Ok(())
    }

    /// Sends what must succeed.
    pub async fn send(&self, who: &Identity, call: Call) -> Result<Outcome> {
        Ok(self.chain.submit(who, call, Until::InBlock).await?)
    }

    /// Sends what must succeed, and waits until it is final, so that vaults know.
    pub async fn send_final(&self, who: &Identity, call: Call) -> Result<Outcome> {
        Ok(self.chain.submit(who, call, Until::Finalized).await?)
    }

    /// Sends what must be refused with `Pallet.Error`, and must change nothing of what those who are watched have.
    pub async fn refused(
        &self,
        who: &Identity,
        call: Call,
        error: &str,
        watched: &[&Identity],
    ) -> Result<()> {
        let before = self.standings(watched).await?;
        let title = call.title();
        refused_with(&title, error, self.chain.submit(who, call, Until::InBlock).await)?;
        self.same(&before, watched).await.with_context(|| format!("{title} was refused with {error}"))
    }

    async fn standings(&self, watched: &[&Identity]) -> Result<Vec<Standing>> {
        let mut all = Vec::new();
        for who in watched {
            let funds = self.chain.funds(who.account(), At::Best).await?;
            let score = self.chain.credit(who.account(), At::Best).await?.score;
            all.push(Standing { funds, score });
        }
        Ok(all)
    }

    /// Fails unless those who are watched have what they had. A score decays, by less than a thousandth in a test.
    async fn same(&self, before: &[Standing], watched: &[&Identity]) -> Result<()> {
        for (before, after) in before.iter().zip(self.standings(watched).await?) {
            let has_decayed = before.score.abs_diff(after.score) <= 1;
            ensure!(before.funds == after.funds && has_decayed, "it changed {before:?} to {after:?}");
        }
        Ok(())
    }

    /// Does something that must change nothing of what those who are watched have.
    pub async fn unchanged<T>(
        &self,
        watched: &[&Identity],
        attempt: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let before = self.standings(watched).await?;
        let result = attempt.await?;
        self.same(&before, watched).await?;
        Ok(result)
    }

    pub async fn funds(&self, who: &Identity) -> Result<Funds> {
        Ok(self.chain.funds(who.account(), At::Best).await?)
    }

    /// Waits until chain time is past a moment.
    pub async fn past(&self, moment: Moment) -> Result<()> {
        self.until(
            "chain time passes",
            async || Ok((self.chain.time(At::Best).await? > moment).then_some(())),
        )
        .await
    }

    /// Waits for something.
    pub async fn until<T>(&self, what: &str, found: impl AsyncFn() -> Result<Option<T>>) -> Result<T> {
        let begun = Instant::now();
        loop {
            if let Some(found) = found().await? {
                return Ok(found);
            }
            ensure!(begun.elapsed() < PATIENCE, "{what}: not within {} s", PATIENCE.as_secs());
            tokio::time::sleep(Duration::from_millis(400)).await;
        }
    }

    /// A document, sealed to its owner and nowhere but on this machine.
    pub fn sealed(&self, owner: &Identity, content: &str) -> Result<SealedFile> {
        let (document, envelope) = (self.path("document.txt"), self.path("envelope.age"));
        std::fs::write(&document, content)?;
        let key = (owner.newest_key(), Identifying::Refused);
        Ok(seal_file(&document, None, &envelope, key, &Progress::default())?)
    }

    /// A record of a document, in the usual vault; it is final, so that the vault knows it.
    pub async fn registered(&self, owner: &Identity, content: &str) -> Result<RecordId> {
        self.registered_at(&self.vaults(), owner, content).await
    }

    pub async fn registered_at(&self, vaults: &Vaults, owner: &Identity, content: &str) -> Result<RecordId> {
        let (file, policy) = (self.sealed(owner, content)?, policy());
        let how = (Until::Finalized, &Progress::default());
        let registered =
            provider::register(&self.chain, owner, vaults, &[file], (None, &policy), how).await?;
        registered.records.first().copied().context("no record was registered")
    }

    /// A record whose ciphertext is only said to be in the usual vault.
    pub async fn pretended(&self, owner: &Identity, content: NewVersion<AccountId>) -> Result<RecordId> {
        let outcome = self.send(owner, calls::register(pseudonym(), policy(), content)).await?;
        Ok(outcome.field("Records", "Registered", "record")?)
    }

    /// A review whose panel was drawn.
    pub async fn drawn(&self, subject: Subject) -> Result<Review<AccountId>> {
        self.until("the panel is drawn", async || {
            let review = self.chain.review(subject, At::Best).await?;
            Ok(review.filter(|review| review.state == ReviewState::Open))
        })
        .await
    }

    /// The panel of a review once its holder gave it the key.
    pub async fn panel(&self, holder: &Identity, subject: Subject) -> Result<Vec<Identity>> {
        let review = self.drawn(subject).await?;
        if let Some(call) = sealing::panel_keys(&self.chain, holder, subject, &review)? {
            self.send(holder, call).await?;
        }
        review.panel.iter().map(|seat| self.known(&seat.auditor)).collect()
    }

    /// Has a version approved by auditors who do not look; gives those who approved it.
    pub async fn approve(
        &self,
        owner: &Identity,
        record: RecordId,
        version: Version,
    ) -> Result<Vec<Identity>> {
        let panel = self.panel(owner, Subject::Record { record, version }).await?;
        let approvers: Vec<Identity> = panel.into_iter().take(2).collect();
        for auditor in &approvers {
            self.send(auditor, approval(record, version)).await?;
        }
        Ok(approvers)
    }

    /// Puts an approved version on sale, and waits until that is final.
    pub async fn list(&self, seller: &Identity, record: RecordId, terms: Terms) -> Result<()> {
        self.send_final(seller, calls::list(record, 1, PRICE, terms)).await.map(drop)
    }

    /// A record that is on sale for [`PRICE`], with those who approved it.
    pub async fn on_sale(&self, seller: &Identity) -> Result<(RecordId, Vec<Identity>)> {
        let record = self.registered(seller, "nothing to report").await?;
        let approvers = self.approve(seller, record, 1).await?;
        self.list(seller, record, Terms::default()).await?;
        Ok((record, approvers))
    }

    /// The order of somebody who takes an offer as it is.
    pub async fn order(&self, buyer: &Identity, record: RecordId) -> Result<OrderId> {
        let offer = buyer::offer(&self.chain, record, At::Best).await?;
        Ok(buyer::order(&self.chain, buyer, &offer, research(), Until::InBlock).await?.0)
    }

    /// Delivers what was ordered.
    pub async fn deliver(&self, seller: &Identity, order: OrderId) -> Result<Outcome> {
        self.send(seller, agent::deliver(&self.chain, seller, order).await?).await
    }

    /// Opens a record from a vault, and gives what is in it.
    pub async fn open(&self, who: &Identity, record: RecordId) -> Result<String, Error> {
        let path = self.path("opened");
        let at = (record, None);
        let opened = access::open(&self.chain, who, &self.vaults(), at, &path, &Progress::default()).await;
        if opened.is_err() {
            assert!(!path.exists(), "something was left behind of what could not be opened");
        }
        opened.map(|_| std::fs::read_to_string(&path).unwrap_or_default())
    }

    /// Waits until vaults know that somebody may fetch a record, and opens it.
    pub async fn opened(&self, who: &Identity, record: RecordId) -> Result<String> {
        self.until("the grant is final", async || {
            Ok(self.chain.grant(record, 1, who.account(), At::Finalized).await?)
        })
        .await?;
        Ok(self.open(who, record).await?)
    }
}

/// Fails unless a call was refused with `Pallet.Error`.
pub fn refused_with(what: &str, error: &str, result: Result<Outcome, Error>) -> Result<()> {
    match result {
        Err(Error::Refused { pallet, error: found, .. }) if format!("{pallet}.{found}") == error => Ok(()),
        other => bail!("{what} was not refused with {error}: {other:?}"),
    }
}

/// What every record here may be used for.
pub fn policy() -> Policy {
    Policy::new(Permission::GeneralResearch)
}

/// What everything here is bought for.
pub fn research() -> Purpose {
    Purpose::new(Use::BiomedicalResearch)
}

/// A vote for a version.
pub fn approval(record: RecordId, version: Version) -> Call {
    calls::vote(record, version, Verdict::Approve, Findings::default(), Hash::zero())
}

/// Roles as calls take them.
pub fn roles(given: &[Role]) -> Result<Roles> {
    given.iter().copied().collect::<std::collections::BTreeSet<_>>().try_into().ok().context("too many roles")
}
