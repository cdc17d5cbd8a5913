//! Those who do not belong here, or to whom others do not.

use anyhow::{Result, ensure};
use medshare_client::{At, Error, Identity, Until, chain::calls, error::PoolRefusal, members};
use medshare_tests::{
    rpc::{Failure, Rpc},
    sign::Signer,
};
use medshare_types::{MDS, MemberStatus, Role};
use subxt::rpcs::rpc_params;

use crate::world::{HOSPITALS, World, roles};

/// Somebody whom no hospital admitted does not even get into the pool.
pub async fn a_stranger_is_refused_at_the_pool(world: &World) -> Result<()> {
    let (known, stranger) = (world.member(HOSPITALS.0, &[Role::Provider]).await?, Identity::generate()?);
    world.send(&known, calls::transfer(stranger.account().clone(), 10 * MDS)).await?;
    let before = world.funds(&stranger).await?;
    let pay =
        world.chain.submit(&stranger, calls::transfer(known.account().clone(), MDS), Until::InBlock).await;
    let is_refused = matches!(pay, Err(Error::PoolRefused { reason: PoolRefusal::NotMember, .. }));
    ensure!(is_refused, "{pay:?}");
    ensure!(world.funds(&stranger).await? == before, "a transaction of a stranger cost something");

    let file = world.path("report.txt");
    std::fs::write(&file, "nothing to report")?;
    let register = ["register", &file.display().to_string(), "--policy", "general-research"];
    let refused = world.cli(&stranger)?.fails(&register).await?;
    ensure!(refused.message.contains("member"), "{refused}");
    ensure!(world.chain.all_records_of(stranger.account(), At::Best).await?.is_empty(), "it was registered");

    // With a hospital behind it, the same account may.
    let application = stranger.application(&world.chain.genesis())?;
    let how = (members::Authority::Own, Until::Finalized);
    let who = (roles(&[Role::Provider])?, Default::default());
    members::admit(&world.chain, &world.named(HOSPITALS.0)?, &application, who, how).await?;
    world.registered(&stranger, "nothing to report").await.map(drop)
}

/// A transaction that somebody recorded, sent again.
pub async fn a_transaction_works_once(world: &World) -> Result<()> {
    let (payer, payee) = world.parties().await?;
    let signer = Signer::connect(world.node_url()).await?;
    let call = signer.encode(&calls::transfer(payee.account().clone(), MDS))?;
    let signed = signer.sign(&payer, 0, &call)?;
    let rpc = Rpc::at(world.node_url().to_owned());
    let send = async || rpc.ask::<String>("author_submitExtrinsic", rpc_params![&*signed.encoded]).await;
    let before = world.funds(&payee).await?.free;
    send().await?;
    world
        .until("it is paid", async || Ok((world.funds(&payee).await?.free == before + MDS).then_some(())))
        .await?;
    let again = world.unchanged(&[&payer, &payee], async { Ok(send().await) }).await?;
    ensure!(matches!(again, Err(Failure::Refused { .. })), "it was taken again: {again:?}");
    // The pool forgets for a while what was refused; the next block decides.
    let height = world.chain.block(At::Best).await?.number;
    world
        .until("blocks follow", async || {
            Ok((world.chain.block(At::Best).await?.number > height + 2).then_some(()))
        })
        .await?;
    ensure!(world.funds(&payee).await?.free == before + MDS, "it was paid twice");
    world.send(&payer, calls::transfer(payee.account().clone(), MDS)).await.map(drop)
}

/// A hospital that meddles with the people of another, or gives what the council gives; and a member that promotes itself.
pub async fn nobody_decides_about_anothers_people(world: &World) -> Result<()> {
    let (provider, buyer) = world.parties().await?;
    let (sponsor, other) = (world.named(HOSPITALS.0)?, world.named("Dave")?);
    let watched = [&provider, &buyer];
    let who = || provider.account().clone();
    for call in [calls::suspend(who()), calls::expel(who()), calls::reinstate(who())] {
        world.refused(&other, call, "Members.NotSponsor", &watched).await?;
    }
    let promote =
        || Ok::<_, anyhow::Error>(calls::set_roles(who(), roles(&[Role::Provider, Role::Auditor])?));
    world.refused(&provider, promote()?, "Members.NotHospital", &watched).await?;
    world.refused(&other, promote()?, "Members.NotSponsor", &watched).await?;
    world.refused(&sponsor, promote()?, "Members.NeedsCouncil", &watched).await?;
    // Nor does anybody act with the council's authority, or take another's key.
    let council = calls::as_council(calls::suspend(buyer.account().clone()));
    world.refused(&other, council, "Sudo.RequireSudo", &watched).await?;
    let proof = provider.prove_key(&provider.newest_key(), &world.chain.genesis())?;
    let stolen = calls::rotate_key(provider.newest_key(), proof);
    world.refused(&buyer, stolen, "Members.KeyNotProven", &watched).await?;
    for who in watched {
        let member = world.chain.known_member(who.account(), At::Best).await?;
        ensure!(member.status == MemberStatus::Active, "{member:?}");
        ensure!(member.key == who.newest_key() && member.roles.len() == 1, "{member:?}");
    }

    // Its own hospital may, and then the pool takes nothing of it any more.
    world.send(&sponsor, calls::suspend(who())).await?;
    let sent = world.chain.submit(&provider, calls::leave(), Until::InBlock).await;
    let is_refused = matches!(sent, Err(Error::PoolRefused { reason: PoolRefusal::Suspended, .. }));
    ensure!(is_refused, "{sent:?}");
    Ok(())
}
