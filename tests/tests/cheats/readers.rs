//! Those who want to read: with other people's links, old links and ended grants.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};
use medshare_client::{
    At, Error, Identity, Until, access,
    blobs::Vaults,
    chain::calls,
    vault::{
        Authorization, Download, Link, LinkRequest, Problem, Scope, VaultClient,
        auth::{CLOCK_SKEW, MAX_LIFETIME, body_hash},
        wire::{LINKS_PATH, blob_path},
    },
};
use medshare_types::{AccountId, FetchRefusal, Moment, RecordId, Role};
use reqwest::{Response, StatusCode};

use crate::world::{BRIEF_LINKS, HOSPITALS, World, research};

/// For how long requests are signed here.
const MINUTE: Moment = 60_000;

/// A signed request for a link, of which a cheat may change anything before it is sent.
struct Asking {
    scope: Scope,
    body: Vec<u8>,
    authorization: Authorization,
}

impl Asking {
    fn new(world: &World, who: &Identity, wanted: &LinkRequest, valid: i64) -> Result<Self> {
        let scope = Scope { genesis: world.chain.genesis(), vault: world.vault.info().account.clone() };
        let body = serde_json::to_vec(wanted)?;
        let expires = now()?.saturating_add_signed(valid);
        let authorization =
            Authorization::sign(who.signer(), &scope, "POST", LINKS_PATH, body_hash(&body), expires);
        Ok(Self { scope, body, authorization })
    }

    async fn send(&self, vault: &VaultClient) -> Result<Response> {
        let request = reqwest::Client::new()
            .post(vault.address().join(LINKS_PATH)?)
            .header("authorization", self.authorization.to_string())
            .header("content-type", "application/json")
            .body(self.body.clone());
        Ok(request.send().await?)
    }

    async fn refused(&self, vault: &VaultClient, status: u16, code: &str) -> Result<()> {
        refused(self.send(vault).await?, status, code).await
    }
}

fn now() -> Result<Moment> {
    Ok(u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?)
}

/// Fails unless a vault refused with this status and code.
async fn refused(response: Response, status: u16, code: &str) -> Result<()> {
    let found = response.status();
    if found.is_success() {
        bail!("it was not refused with {code}, but answered with {} bytes", response.bytes().await?.len());
    }
    let problem: Problem = response.json().await?;
    ensure!(found.as_u16() == status && problem.code == code, "{found} {problem} instead of {code}");
    Ok(())
}

async fn wanted(world: &World, record: RecordId) -> Result<LinkRequest> {
    let blob = world.chain.known_version(record, 1, At::Best).await?.content.ciphertext;
    Ok(LinkRequest { record, version: 1, blob })
}

/// Fetches what a link leads to.
async fn follow(vault: &VaultClient, url: &str) -> Result<Response> {
    Ok(reqwest::get(vault.address().join(url)?).await?)
}

/// Links asked for without a right or in the name of others, forged, or bent to something else.
pub async fn nobody_has_a_link_made_or_bent_without_a_right(world: &World) -> Result<()> {
    let (owner, thief) = world.parties().await?;
    let record = world.registered(&owner, "nothing to report").await?;
    let other = world.registered(&owner, "something else").await?;
    let (wanted, elsewhere) = (wanted(world, record).await?, wanted(world, other).await?);
    let vault = &world.vault;

    // Who has no right gets no link, also not in the owner's name or with the owner's request.
    let asking = |who: &Identity, wanted: &LinkRequest| Asking::new(world, who, wanted, MINUTE.cast_signed());
    asking(&thief, &wanted)?.refused(vault, 403, "refused-no-grant").await?;
    let mut named = asking(&thief, &wanted)?;
    named.authorization.account = owner.account().clone();
    named.refused(vault, 401, "signature-invalid").await?;
    let stranger = Identity::generate()?;
    asking(&stranger, &wanted)?.refused(vault, 403, "refused-not-member").await?;
    let owners = asking(&owner, &wanted)?;
    let mut bent = asking(&owner, &elsewhere)?;
    bent.authorization = owners.authorization.clone();
    bent.refused(vault, 401, "signature-invalid").await?;
    let mut renamed = asking(&owner, &wanted)?;
    renamed.authorization.account = thief.account().clone();
    renamed.refused(vault, 401, "signature-invalid").await?;
    let answer = owners.send(vault).await?;
    ensure!(answer.status() == StatusCode::CREATED, "the owner gets no link: {}", answer.text().await?);
    let link: Link = answer.json().await?;
    owners.refused(vault, 401, "signature-used").await?;

    // A request for one vault is none for another, nor is one for another chain.
    let brief = world.brief.as_ref().context("there is one vault only")?;
    asking(&owner, &wanted)?.refused(brief, 401, "signature-invalid").await?;
    let mut foreign = asking(&owner, &wanted)?;
    let scope = Scope { genesis: Default::default(), ..foreign.scope.clone() };
    let expires = foreign.authorization.expires;
    foreign.authorization =
        Authorization::sign(owner.signer(), &scope, "POST", LINKS_PATH, body_hash(&foreign.body), expires);
    foreign.refused(vault, 401, "signature-invalid").await?;

    // The link is for that blob, as it is.
    let (path, token) = link.url.split_once("?token=").context("the link has no token")?;
    let bent = format!("{}?token={token}", blob_path(elsewhere.blob));
    refused(follow(vault, &bent).await?, 401, "link-other-blob").await?;
    refused(follow(vault, path).await?, 401, "link-missing").await?;
    let mut forged = hex::decode(token)?;
    for index in [0, forged.len() / 2, forged.len() - 1] {
        forged[index] ^= 1;
        let forged_link = format!("{path}?token={}", hex::encode(&forged));
        refused(follow(vault, &forged_link).await?, 401, "link-invalid").await?;
        forged[index] ^= 1;
    }
    refused(follow(brief, &link.url).await?, 401, "link-invalid").await?;
    // Unchanged, it works for whoever has it, as docs/cheats.md says.
    let whole = follow(vault, &link.url).await?.bytes().await?;
    ensure!(body_hash(&whole) == wanted.blob, "the link leads elsewhere");
    Ok(())
}

/// Requests and links of the past, and requests that never end.
pub async fn a_link_ends(world: &World) -> Result<()> {
    let owner = world.member(HOSPITALS.0, &[Role::Provider]).await?;
    let brief = world.brief.as_ref().context("there is one vault only")?;
    let vaults = Vaults::new(vec![brief.clone()]);
    let record = world.registered_at(&vaults, &owner, "nothing to report").await?;
    let wanted = wanted(world, record).await?;
    let link = brief.link(owner.signer(), &wanted).await?;
    ensure!(follow(brief, &link.url).await?.status() == StatusCode::OK, "the link is of no use at all");
    tokio::time::sleep(BRIEF_LINKS + Duration::from_millis(100)).await;
    refused(follow(brief, &link.url).await?, 401, "link-expired").await?;

    let here = world.registered(&owner, "in the usual vault").await?;
    let wanted_here = self::wanted(world, here).await?;
    let skew = i64::try_from(CLOCK_SKEW.as_millis())?;
    let longest = i64::try_from(MAX_LIFETIME.as_millis())?;
    // Some seconds more than what clocks may differ.
    let old = Asking::new(world, &owner, &wanted_here, -skew - 5_000)?;
    old.refused(&world.vault, 401, "signature-expired").await?;
    let endless = Asking::new(world, &owner, &wanted_here, longest + skew + 5_000)?;
    endless.refused(&world.vault, 401, "signature-too-far-ahead").await?;

    // Whoever may goes on with a new one.
    let blob = world.chain.known_version(record, 1, At::Best).await?.content;
    let to = world.path("fetched");
    brief.download(owner.signer(), &Download { link: wanted, size: blob.size }, &to, None).await?;
    ensure!(std::fs::metadata(&to)?.len() == blob.size, "something else was fetched");
    Ok(())
}

/// A doctor whom the owner no longer trusts, with a link from before.
pub async fn a_revoked_grant_ends_at_the_vault(world: &World) -> Result<()> {
    let (owner, doctor) = world.parties().await?;
    let record = world.registered(&owner, "for the doctor").await?;
    world.approve(&owner, record, 1).await?;
    let grantee = doctor.account();
    access::grant(&world.chain, &owner, (record, 1), grantee, (research(), None), Until::Finalized).await?;
    ensure!(world.open(&doctor, record).await? == "for the doctor", "something else was opened");
    let wanted = wanted(world, record).await?;
    let link = world.vault.link(doctor.signer(), &wanted).await?;

    access::revoke(&world.chain, &owner, (record, 1), grantee, Until::Finalized).await?;
    refused(follow(&world.vault, &link.url).await?, 403, "refused-revoked").await?;
    let asking = Asking::new(world, &doctor, &wanted, MINUTE.cast_signed())?;
    asking.refused(&world.vault, 403, "refused-revoked").await?;
    let opened = world.open(&doctor, record).await;
    let is_revoked = matches!(opened, Err(Error::NoAccess { refusal: FetchRefusal::Revoked, .. }));
    ensure!(is_revoked, "{opened:?}");
    // Nobody but the owner gives it back.
    let again = calls::revoke(record, 1, grantee.clone());
    world.refused(&doctor, again, "Access.AlreadyRevoked", &[&owner, &doctor]).await?;

    // The use before left a receipt, and the attempts afterwards none.
    let mine = |account: &AccountId| *account == *grantee;
    world
        .until("the receipt is on the chain", async || {
            let receipts = world.chain.all_receipts(record, At::Best).await?;
            let uses = receipts.iter().filter(|receipt| mine(&receipt.content.accessor)).count();
            ensure!(uses <= 1, "{uses} uses by who opened it once");
            Ok((uses == 1).then_some(()))
        })
        .await
}
