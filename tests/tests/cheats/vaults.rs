//! Those who keep blobs: what they change, and what they say they served.

use anyhow::{Context, Result, bail, ensure};
use medshare_client::{
    At, Error,
    chain::calls,
    vault::{Download, LinkRequest, VaultError},
};
use medshare_types::{FetchBasis, Hash, Locator, NewReceipt, Role};

use crate::world::{HOSPITALS, World};

/// A ciphertext of which one bit is another than was registered: nobody opens it, nothing of it is kept, whoever fetches it
/// before paying notices, and the owner repairs it.
pub async fn a_flipped_bit_is_noticed(world: &World) -> Result<()> {
    let (seller, buyer) = world.parties().await?;
    let careful = world.member(HOSPITALS.1, &[Role::Buyer]).await?;
    let (record, _) = world.on_sale(&seller).await?;
    let order = world.order(&buyer, record).await?;
    world.deliver(&seller, order).await?;
    ensure!(world.opened(&buyer, record).await? == "nothing to report", "something else was opened");

    let content = world.chain.known_version(record, 1, At::Best).await?.content;
    let path = world.blob(content.ciphertext);
    let whole = std::fs::read(&path)?;
    let mut flipped = whole.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    std::fs::write(&path, &flipped)?;
    let opened = world.open(&buyer, record).await;
    let Err(Error::Vault { cause, .. }) = &opened else { bail!("it was opened: {opened:?}") };
    ensure!(matches!(**cause, VaultError::WrongBlob { .. }), "{opened:?}");
    // Also who has not paid may fetch what is on sale, to see that it is there and whole.
    let wanted = LinkRequest { record, version: 1, blob: content.ciphertext };
    let (wanted, to) = (Download { link: wanted, size: content.size }, world.path("fetched"));
    let fetched = world.vault.download(careful.signer(), &wanted, &to, None).await;
    ensure!(matches!(fetched, Err(VaultError::WrongBlob { .. })), "{fetched:?}");
    ensure!(!to.exists(), "something was kept of it");

    // The owner has it sealed once more as it was, and brings it again.
    let copy = world.path("copy.age");
    std::fs::write(&copy, &whole)?;
    world.vault.upload(seller.signer(), &copy, None).await?;
    ensure!(std::fs::read(&path)? == whole, "the damaged blob was not replaced");
    world.vault.download(careful.signer(), &wanted, &to, None).await?;
    ensure!(world.open(&buyer, record).await? == "nothing to report", "something else was opened");
    Ok(())
}

/// A vault, or somebody who is none, that reports uses it had nothing to do with.
pub async fn nobody_reports_what_another_served(world: &World) -> Result<()> {
    let owner = world.member(HOSPITALS.0, &[Role::Provider]);
    let forger = world.member(HOSPITALS.1, &[Role::Buyer]);
    let (owner, forger) = tokio::try_join!(owner, forger)?;
    let record = world.registered(&owner, "nothing to report").await?;
    let receipt = async |sequence, ahead| {
        let at = world.chain.time(At::Best).await?.saturating_add(ahead);
        let (accessor, basis) = (owner.account().clone(), FetchBasis::Grant);
        let (bytes, request) = (1_000_000, Hash::repeat_byte(7));
        let receipt = NewReceipt { sequence, record, version: 1, accessor, basis, bytes, at, request };
        Ok::<_, anyhow::Error>(calls::post_receipts(vec![receipt]))
    };
    let watched = [&owner, &forger];
    world.refused(&forger, receipt(1, 0).await?, "Members.NotVault", &watched).await?;
    world.refused(&owner, receipt(1, 0).await?, "Members.NotVault", &watched).await?;
    world.appoint(&forger, &[Role::Buyer, Role::Vault]).await?;
    world.refused(&forger, receipt(1, 0).await?, "Access.NotHeldHere", &watched).await?;

    // A vault that does hold it reports each use once, in order, and not ahead of time.
    let content = world.chain.known_version(record, 1, At::Best).await?.content;
    let mut locators = content.locators.clone();
    let more = Locator { vault: forger.account().clone(), blob: content.ciphertext };
    locators.try_push(more).ok().context("there is no room for a locator")?;
    world.send(&owner, calls::relocate(record, 1, locators)).await?;
    world.refused(&forger, receipt(1, 600_000).await?, "Access.FromTheFuture", &watched).await?;
    world.refused(&forger, calls::post_receipts(Vec::new()), "Access.NoReceipts", &watched).await?;
    world.send(&forger, receipt(5, 0).await?).await?;
    for old in [5, 4, 0] {
        world.refused(&forger, receipt(old, 0).await?, "Access.SequenceNotAscending", &watched).await?;
    }
    let receipts = world.chain.all_receipts(record, At::Best).await?;
    ensure!(receipts.len() == 1, "{receipts:?}");
    // It is filed under who reported it: a vault lies in its own name only.
    ensure!(receipts[0].vault == *forger.account(), "{receipts:?}");
    Ok(())
}
