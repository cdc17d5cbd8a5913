//! Those who buy, and what they notice before they pay.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use medshare_client::{At, Error, Identity, Until, agent, buyer, chain::calls, vault::VaultError};
use medshare_types::{AccountId, Locator, MDS, OrderState, RecordId, Role, Subject, Terms};

use crate::world::{HOSPITALS, PRICE, WEALTH, World, research};

/// How long to wait for a listing to become final.
const FINALITY: Duration = Duration::from_secs(60);

/// Orders that are never paid: there are none, because the price is on hold from the order on and nobody else's to spend.
pub async fn an_order_without_money_is_none(world: &World) -> Result<()> {
    let seller = world.member(HOSPITALS.0, &[Role::Provider]).await?;
    let poor = world.admitted(HOSPITALS.1, &[Role::Buyer], PRICE).await?;
    let (record, _) = world.on_sale(&seller).await?;
    let parties = [&seller, &poor];
    let order = || calls::order(record, 1, PRICE, Terms::default(), research());
    // The price alone, without the deposit and what keeps the account alive.
    world.refused(&poor, order(), "Marketplace.FundsUnavailable", &parties).await?;
    let other = world.member(HOSPITALS.1, &[Role::Buyer]).await?;
    world.send(&other, calls::transfer(poor.account().clone(), MDS)).await?;
    world.send(&poor, order()).await?;
    world.refused(&poor, order(), "Marketplace.AlreadyOrdered", &parties).await?;

    // What is on hold is not spent otherwise.
    let spend = world.chain.submit(&poor, calls::transfer(other.account().clone(), PRICE), Until::InBlock);
    let attempt = async { Ok(spend.await) };
    let refused = world.unchanged(&parties, attempt).await?;
    ensure!(matches!(refused, Err(Error::Dispatch { .. } | Error::Refused { .. })), "{refused:?}");
    // Nor does it keep others from buying the same.
    let order = world.order(&other, record).await?;
    world.deliver(&seller, order).await.map(drop)
}

/// Sales that are none: to oneself, to whom one answers for, to whom got the key to judge it.
pub async fn nobody_buys_from_itself_its_hospital_or_what_it_audits(world: &World) -> Result<()> {
    let order = |record| calls::order(record, 1, PRICE, Terms::default(), research());
    let seller = world.member(HOSPITALS.0, &[Role::Provider, Role::Buyer]).await?;
    let (record, approvers) = world.on_sale(&seller).await?;
    world.refused(&seller, order(record), "Marketplace.OwnRecord", &[&seller]).await?;
    for auditor in &approvers {
        world.refused(auditor, order(record), "Marketplace.ConflictOfInterest", &[&seller]).await?;
    }
    // A hospital that sells could suspend a buyer of its own until the time to claim is over.
    let hospital = world.named("Dave")?;
    let patient = world.member("Dave", &[Role::Buyer]).await?;
    let record = world.registered(&hospital, "of the hospital itself").await?;
    world.approve(&hospital, record, 1).await?;
    world.list(&hospital, record, Terms::default()).await?;
    world.refused(&patient, order(record), "Marketplace.ConflictOfInterest", &[&patient]).await
}

/// A buyer who has the key and wants the money back.
pub async fn nobody_takes_an_order_back_alone(world: &World) -> Result<()> {
    let (seller, buyer) = world.parties().await?;
    let stranger = world.member(HOSPITALS.1, &[Role::Buyer]).await?;
    let (record, _) = world.on_sale(&seller).await?;
    let order = world.order(&buyer, record).await?;
    let parties = [&seller, &buyer];
    world.refused(&stranger, calls::cancel(order), "Marketplace.NotParty", &parties).await?;
    world.refused(&buyer, calls::claim(order), "Marketplace.NotDelivered", &parties).await?;
    world.refused(&buyer, calls::clear_order(order), "Marketplace.StillOpen", &parties).await?;
    // To propose it changes nothing, also not for the seller, who may still deliver.
    world.unchanged(&parties, world.send(&buyer, calls::cancel(order))).await?;
    world.refused(&buyer, calls::cancel(order), "Marketplace.AlreadyProposed", &parties).await?;
    world.deliver(&seller, order).await?;
    world.refused(&buyer, calls::cancel(order), "Marketplace.NotOpen", &parties).await?;
    world.refused(&buyer, calls::expire(order), "Marketplace.NotOpen", &parties).await?;
    world.refused(&buyer, calls::clear_order(order), "Marketplace.StillOpen", &parties).await?;
    let revoke = calls::revoke(record, 1, buyer.account().clone());
    world.refused(&buyer, revoke, "Access.SaleOpen", &parties).await?;
    world.refused(&stranger, calls::claim(order), "Marketplace.NotBuyer", &parties).await
}

/// A buyer who claims when the time for it is over, or about what it did not buy.
pub async fn nobody_claims_late_or_without_reason_to(world: &World) -> Result<()> {
    let (seller, buyer) = world.parties().await?;
    let (record, _) = world.on_sale(&seller).await?;
    let order = world.order(&buyer, record).await?;
    world.deliver(&seller, order).await?;
    let OrderState::Delivered { settles_at } = world.chain.known_order(order, At::Best).await?.state else {
        anyhow::bail!("order {order} is not delivered");
    };
    world.past(settles_at).await?;
    let parties = [&seller, &buyer];
    world.refused(&buyer, calls::claim(order), "Marketplace.TooLate", &parties).await?;
    // Anybody settles, and once.
    world.send(&world.named(HOSPITALS.1)?, calls::settle(order)).await?;
    world.refused(&seller, calls::settle(order), "Marketplace.AlreadyClosed", &parties).await?;
    world.refused(&buyer, calls::claim(order), "Marketplace.NotDelivered", &parties).await?;
    let state = world.chain.known_order(order, At::Best).await?.state;
    ensure!(state == OrderState::Settled, "{state:?}");
    ensure!(world.chain.review(Subject::Claim { order }, At::Best).await?.is_none(), "a panel was convened");
    Ok(())
}

/// A locator to a blob that is not there, approved by auditors who did not look: the buyer notices before it pays, as does
/// any auditor who looks.
pub async fn a_missing_blob_is_noticed_before_paying(world: &World) -> Result<()> {
    let (seller, buyer) = world.parties().await?;
    let file = world.sealed(&seller, "never uploaded")?;
    let locator = Locator { vault: world.vault.info().account.clone(), blob: file.ciphertext };
    let locators = vec![locator].try_into().ok().context("there is no room for a locator")?;
    let record = world.pretended(&seller, file.version(locators)).await?;
    let panel = world.panel(&seller, Subject::Record { record, version: 1 }).await?;
    inspected(world, &panel[0], record).await?;
    for auditor in &panel[..2] {
        world.send(auditor, crate::world::approval(record, 1)).await?;
    }
    world.list(&seller, record, Terms::default()).await?;
    noticed(world, &buyer, record, "blob-unknown").await?;

    // Once it is there, it is sold.
    world.vaults().upload(&seller, &file.path, file.ciphertext, &Default::default()).await?;
    bought(world, &seller, &buyer, record, "never uploaded").await
}

/// What an auditor who looks says about a blob that is missing.
async fn inspected(world: &World, auditor: &Identity, record: RecordId) -> Result<()> {
    use medshare_client::auditor::inspect;
    use medshare_types::{Finding, Verdict};

    let subject = Subject::Record { record, version: 1 };
    // Vaults go by what is final.
    let seen = world
        .until("the seat is final", async || {
            let waiting = world.chain.open_reviews(auditor.account(), 100, At::Finalized).await?;
            let mine = waiting.into_iter().find(|(waiting, _)| *waiting == subject);
            let has_key = mine.is_some_and(|(_, review)| {
                review.panel.iter().any(|seat| seat.auditor == *auditor.account() && seat.sealed.is_some())
            });
            Ok(has_key.then_some(()))
        })
        .await;
    seen?;
    let document = world.path("inspected");
    let found =
        inspect(&world.chain, auditor, &world.vaults(), subject, &document, &Default::default()).await?;
    ensure!(
        found.verdict() == Verdict::Reject && found.findings.contains(&Finding::Unavailable),
        "{found:?}"
    );
    Ok(())
}

/// A blob that was there when auditors looked, and of which only a part is left.
pub async fn a_truncated_blob_is_noticed_before_paying(world: &World) -> Result<()> {
    let (seller, buyer) = world.parties().await?;
    let (record, _) = world.on_sale(&seller).await?;
    let ciphertext = world.chain.known_version(record, 1, At::Best).await?.content.ciphertext;
    let path = world.blob(ciphertext);
    let whole = std::fs::read(&path)?;
    std::fs::write(&path, &whole[..whole.len() - 1])?;
    let before = world.funds(&buyer).await?;
    let offer = buyer::offer(&world.chain, record, At::Best).await?;
    let preview = buyer::preview(&world.chain, &buyer, &world.vaults(), &offer, FINALITY).await;
    let Err(Error::Vault { cause, .. }) = &preview else { anyhow::bail!("it was not noticed: {preview:?}") };
    ensure!(matches!(**cause, VaultError::WrongSize { .. }), "{preview:?}");
    let purchase =
        world.cli(&buyer)?.fails(&["buy", &record.to_string(), "--use", "biomedical-research"]).await?;
    ensure!(purchase.message.contains("bytes"), "{purchase}");
    ensure!(world.funds(&buyer).await? == before, "something was paid for what is not there");

    std::fs::write(&path, &whole)?;
    bought(world, &seller, &buyer, record, "nothing to report").await
}

/// A blob that was right when auditors looked, and in whose place are as many other bytes.
pub async fn another_blob_of_the_same_size_is_noticed_before_paying(world: &World) -> Result<()> {
    let (seller, buyer) = world.parties().await?;
    let (record, _) = world.on_sale(&seller).await?;
    let ciphertext = world.chain.known_version(record, 1, At::Best).await?.content.ciphertext;
    let path = world.blob(ciphertext);
    let whole = std::fs::read(&path)?;
    std::fs::write(&path, vec![7_u8; whole.len()])?;
    let before = world.funds(&buyer).await?;
    let offer = buyer::offer(&world.chain, record, At::Best).await?;
    // Who does not look at the bytes sees nothing.
    buyer::preview(&world.chain, &buyer, &world.vaults(), &offer, FINALITY).await?;
    let verified = buyer::verify(&buyer, &world.vaults(), &offer, &Default::default()).await;
    let Err(Error::Vault { cause, .. }) = &verified else {
        anyhow::bail!("it was not noticed: {verified:?}")
    };
    ensure!(matches!(**cause, VaultError::WrongBlob { .. }), "{verified:?}");
    let buy = ["buy", &record.to_string(), "--use", "biomedical-research", "--verify"];
    let purchase = world.cli(&buyer)?.fails(&buy).await?;
    ensure!(purchase.message.contains("is not ordered"), "{purchase}");
    ensure!(world.funds(&buyer).await? == before, "something was paid for other bytes");

    std::fs::write(&path, &whole)?;
    buyer::verify(&buyer, &world.vaults(), &offer, &Default::default()).await?;
    bought(world, &seller, &buyer, record, "nothing to report").await
}

/// A record that is said to be in a vault of the seller's own, which nobody can reach.
pub async fn a_vault_nobody_knows_is_noticed_before_paying(world: &World) -> Result<()> {
    let (seller, buyer) = world.parties().await?;
    let own = world.member(HOSPITALS.0, &[Role::Buyer]).await?;
    let (record, _) = world.on_sale(&seller).await?;
    let content = world.chain.known_version(record, 1, At::Best).await?.content;
    let locate = |vault: &AccountId| {
        let locator = Locator { vault: vault.clone(), blob: content.ciphertext };
        vec![locator].try_into().ok().context("there is no room for a locator")
    };
    // Not every account is a vault's: the council says which are.
    let relocate = calls::relocate(record, 1, locate(own.account())?);
    world.refused(&seller, relocate, "Records.NotVault", &[&seller]).await?;
    world.appoint(&own, &[Role::Buyer, Role::Vault]).await?;
    world.send_final(&seller, calls::relocate(record, 1, locate(own.account())?)).await?;
    let offer = buyer::offer(&world.chain, record, At::Best).await?;
    let preview = buyer::preview(&world.chain, &buyer, &world.vaults(), &offer, FINALITY).await;
    ensure!(matches!(preview, Err(Error::NoVault { .. })), "it was not noticed: {preview:?}");
    let before = world.funds(&buyer).await?;
    world.cli(&buyer)?.fails(&["buy", &record.to_string(), "--use", "biomedical-research"]).await?;
    ensure!(world.funds(&buyer).await? == before, "something was paid for what nobody can fetch");

    world.send_final(&seller, calls::relocate(record, 1, locate(&world.vault.info().account)?)).await?;
    bought(world, &seller, &buyer, record, "nothing to report").await
}

/// The buyer notices, and the command buys nothing.
async fn noticed(world: &World, buyer: &Identity, record: RecordId, code: &str) -> Result<()> {
    let before = world.funds(buyer).await?;
    let offer = buyer::offer(&world.chain, record, At::Best).await?;
    let preview = buyer::preview(&world.chain, buyer, &world.vaults(), &offer, FINALITY).await;
    let Err(Error::Vault { cause, .. }) = &preview else { anyhow::bail!("it was not noticed: {preview:?}") };
    ensure!(cause.code() == Some(code), "{preview:?}");
    let purchase =
        world.cli(buyer)?.fails(&["buy", &record.to_string(), "--use", "biomedical-research"]).await?;
    ensure!(purchase.message.contains(code), "{purchase}");
    ensure!(world.funds(buyer).await? == before, "something was paid for what is not there");
    let orders = world.chain.all_orders_of(buyer.account(), At::Best).await?;
    ensure!(orders.is_empty(), "{orders:?}");
    Ok(())
}

/// The honest way, from the same offer.
async fn bought(
    world: &World,
    seller: &Identity,
    buyer: &Identity,
    record: RecordId,
    content: &str,
) -> Result<()> {
    let bought = world.cli(buyer)?.run(&["buy", &record.to_string(), "--use", "biomedical-research"]).await?;
    let order = bought["order"].as_u64().with_context(|| format!("no order in {bought}"))?;
    let deliver = agent::deliver(&world.chain, seller, order).await?;
    world.send(seller, deliver).await?;
    ensure!(world.opened(buyer, record).await? == content, "something else was opened");
    ensure!(world.funds(buyer).await?.free < WEALTH, "it was not paid for");
    Ok(())
}
