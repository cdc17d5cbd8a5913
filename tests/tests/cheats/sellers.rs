//! Those who sell: a wrong key, an old proof, a late delivery, something else than was offered, and credit for nothing.

use anyhow::{Context, Result, ensure};
use medshare_client::{
    At, Error, Until, agent, buyer,
    chain::calls,
    sealing::{self, Recipient},
};
use medshare_crypto::seal;
use medshare_types::{
    CreditEvent, FetchBasis, FetchDecision, MDS, Modifier, OrderState, Role, SealContext, SealPurpose,
    Subject, Terms, Tier, VersionStatus,
};

use crate::world::{HOSPITALS, PRICE, World, policy, refused_with, research};

/// What an order costs its buyer until it is cleared.
const ORDER_DEPOSIT: u128 = MDS / 10;

/// A seller who would rather not give the key: every sealed key but the right one is refused, and nothing is paid.
pub async fn a_key_for_something_else_is_refused(world: &World) -> Result<()> {
    let (seller, buyer) = world.parties().await?;
    let stranger = world.member(HOSPITALS.1, &[Role::Buyer]).await?;
    let (record, _) = world.on_sale(&seller).await?;
    let other = world.registered(&seller, "something else").await?;
    let order = world.order(&buyer, record).await?;

    let version = world.chain.known_version(record, 1, At::Best).await?;
    let foreign = world.chain.known_version(other, 1, At::Best).await?;
    let right = SealContext {
        genesis: world.chain.genesis(),
        record,
        version: 1,
        grantee: buyer.account().clone(),
        purpose: SealPurpose::Order(order),
    };
    let pair = seller.key_pair(&version.owner_key)?;
    let rng = &mut rand::rngs::OsRng;
    let commitment = &version.content.commitment;
    let mut forged = vec![
        // The key of another record, and the right one sealed to somebody else.
        seal(rng, pair, &foreign.content.commitment, &buyer.newest_key(), &right)?,
        seal(rng, pair, commitment, &stranger.newest_key(), &right)?,
    ];
    for context in [
        SealContext { record: other, ..right.clone() },
        SealContext { version: 2, ..right.clone() },
        SealContext { grantee: stranger.account().clone(), ..right.clone() },
        SealContext { purpose: SealPurpose::Order(order + 1), ..right.clone() },
        SealContext { purpose: SealPurpose::Audit, ..right.clone() },
        SealContext { purpose: SealPurpose::Direct, ..right.clone() },
        SealContext { genesis: Default::default(), ..right.clone() },
    ] {
        forged.push(seal(rng, pair, commitment, &buyer.newest_key(), &context)?);
    }
    // A proof whose numbers were exchanged.
    let mut tampered = seal(rng, pair, commitment, &buyer.newest_key(), &right)?;
    std::mem::swap(&mut tampered.proof.response_p, &mut tampered.proof.response_s);
    forged.push(tampered);
    let parties = [&seller, &buyer];
    for sealed in forged {
        world.refused(&seller, calls::deliver(order, sealed), "Marketplace.WrongKey", &parties).await?;
    }
    ensure!(
        world.chain.grant(record, 1, buyer.account(), At::Best).await?.is_none(),
        "something was granted"
    );

    // Somebody else cannot deliver, and the right key still can, once.
    let sealed = seal(rng, pair, commitment, &buyer.newest_key(), &right)?;
    let deliver = || calls::deliver(order, sealed);
    world.refused(&stranger, deliver(), "Marketplace.NotSeller", &[&seller, &buyer, &stranger]).await?;
    world.send(&seller, deliver()).await?;
    world.refused(&seller, deliver(), "Marketplace.NotOpen", &parties).await?;
    ensure!(world.opened(&buyer, record).await? == "nothing to report", "something else was opened");
    Ok(())
}

/// A proof that was good once is on the chain for everybody to copy; it is good for nothing else.
pub async fn a_key_that_was_delivered_does_not_pay_twice(world: &World) -> Result<()> {
    let (seller, first) = world.parties().await?;
    let second = world.member(HOSPITALS.1, &[Role::Buyer]).await?;
    let (record, _) = world.on_sale(&seller).await?;
    let (one, two) = (world.order(&first, record).await?, world.order(&second, record).await?);
    world.deliver(&seller, one).await?;
    let delivered =
        world.chain.grant(record, 1, first.account(), At::Best).await?.context("there is no grant")?;

    let all = [&seller, &first, &second];
    let replay = || calls::deliver(two, delivered.sealed);
    world.refused(&seller, replay(), "Marketplace.WrongKey", &all).await?;
    world.refused(&second, replay(), "Marketplace.NotSeller", &all).await?;
    world.refused(&seller, calls::deliver(one, delivered.sealed), "Marketplace.NotOpen", &all).await?;
    let gift = calls::grant(record, 1, second.account().clone(), research(), delivered.sealed, None);
    world.refused(&seller, gift, "Access.KeyRefused", &all).await?;
    ensure!(
        world.chain.grant(record, 1, second.account(), At::Best).await?.is_none(),
        "something was granted"
    );

    world.deliver(&seller, two).await?;
    ensure!(world.opened(&second, record).await? == "nothing to report", "something else was opened");
    Ok(())
}

/// A seller who raises the price, or changes the terms, when it sees an order coming.
pub async fn a_price_raised_before_the_order_is_not_paid(world: &World) -> Result<()> {
    let (seller, buyer) = world.parties().await?;
    let (record, _) = world.on_sale(&seller).await?;
    let offer = buyer::offer(&world.chain, record, At::Best).await?;
    let order = || buyer::order(&world.chain, &buyer, &offer, research(), Until::InBlock);

    world.send(&seller, calls::reprice(record, 5 * PRICE)).await?;
    let attempt = async { Ok(order().await.map(|(_, outcome)| outcome)) };
    let refused = world.unchanged(&[&seller, &buyer], attempt).await?;
    refused_with("the order", "Marketplace.PriceRaised", refused)?;

    // The same price, but a minute to use it instead of for ever.
    world.send(&seller, calls::delist(record)).await?;
    let terms = Terms { licence: None, duration: Some(60_000) };
    world.list(&seller, record, terms).await?;
    let attempt = async { Ok(order().await.map(|(_, outcome)| outcome)) };
    let refused = world.unchanged(&[&seller, &buyer], attempt).await?;
    refused_with("the order", "Marketplace.TermsChanged", refused)?;

    // Both at once: whichever comes first, nobody pays more than was agreed to.
    let offer = buyer::offer(&world.chain, record, At::Best).await?;
    let before = world.funds(&buyer).await?;
    let raise = world.chain.submit(&seller, calls::reprice(record, 7 * PRICE), Until::InBlock);
    let order = buyer::order(&world.chain, &buyer, &offer, research(), Until::InBlock);
    let (raised, ordered) = tokio::join!(raise, order);
    raised?;
    let held = world.funds(&buyer).await?.held - before.held;
    match ordered {
        Ok(_) => ensure!(held == PRICE + ORDER_DEPOSIT, "{held} is on hold for what cost {PRICE}"),
        Err(error) => {
            refused_with("the order", "Marketplace.PriceRaised", Err(error))?;
            ensure!(held == 0, "{held} is on hold for an order that was refused");
        }
    }
    Ok(())
}

/// A seller who revises a record after offering it.
pub async fn a_superseded_version_is_not_sold(world: &World) -> Result<()> {
    let (seller, buyer) = world.parties().await?;
    let (record, _) = world.on_sale(&seller).await?;
    let offer = buyer::offer(&world.chain, record, At::Best).await?;
    let open = world.order(&buyer, record).await?;
    let late = world.member(HOSPITALS.1, &[Role::Buyer]).await?;
    let parties = [&seller, &late];

    let content = world.sealed(&seller, "rather this")?;
    let locators =
        world.vaults().upload(&seller, &content.path, content.ciphertext, &Default::default()).await?;
    world.send(&seller, calls::revise(record, content.version(locators))).await?;
    let order = |version| calls::order(record, version, PRICE, offer.listing.terms.clone(), research());
    world.refused(&late, order(1), "Marketplace.NotListed", &parties).await?;
    world.refused(&late, order(2), "Marketplace.NotListed", &parties).await?;
    // What nobody reviewed is not listed; the old version is, as itself only.
    let list = |version| calls::list(record, version, PRICE, Terms::default());
    world.refused(&seller, list(2), "Marketplace.NotTradable", &parties).await?;
    world.send(&seller, list(1)).await?;
    world.refused(&late, order(2), "Marketplace.OtherVersionListed", &parties).await?;

    // The key of the new version does not fulfil the order for the old one.
    let new = world.chain.known_version(record, 2, At::Best).await?;
    let recipient = Recipient {
        account: buyer.account().clone(),
        key: buyer.newest_key(),
        purpose: SealPurpose::Order(open),
    };
    for version in [1, 2] {
        let sealed = sealing::seal_own(&world.chain, &seller, (record, version), &new, &recipient)?;
        world
            .refused(&seller, calls::deliver(open, sealed), "Marketplace.WrongKey", &[&seller, &buyer])
            .await?;
    }
    world.deliver(&seller, open).await?;
    world.opened(&buyer, record).await.map(drop)
}

/// A seller who withdraws a record after offering it, or after it was ordered.
pub async fn a_withdrawn_record_is_not_sold(world: &World) -> Result<()> {
    let (seller, buyer) = world.parties().await?;
    let (record, _) = world.on_sale(&seller).await?;
    let offer = buyer::offer(&world.chain, record, At::Best).await?;
    let before = world.funds(&buyer).await?;
    let open = world.order(&buyer, record).await?;
    world.send(&seller, calls::withdraw(record)).await?;

    let late = world.member(HOSPITALS.1, &[Role::Buyer]).await?;
    let order = calls::order(record, 1, PRICE, offer.listing.terms.clone(), research());
    world.refused(&late, order, "Marketplace.NotListed", &[&seller, &late]).await?;
    let list = calls::list(record, 1, PRICE, Terms::default());
    world.refused(&seller, list, "Marketplace.NotTradable", &[&seller]).await?;
    let deliver = agent::deliver(&world.chain, &seller, open).await?;
    world.refused(&seller, deliver, "Marketplace.NotTradable", &[&seller, &buyer]).await?;
    world.refused(&seller, calls::erase(record), "Records.StillOrdered", &[&seller, &buyer]).await?;

    // The money comes back when both agree, and at the latest when the time to deliver is over.
    world.send(&buyer, calls::cancel(open)).await?;
    world.send(&seller, calls::cancel(open)).await?;
    world.send(&buyer, calls::clear_order(open)).await?;
    ensure!(world.funds(&buyer).await? == before, "not all of it came back");
    Ok(())
}

/// An owner who promised one thing and sells, or gives, for another.
pub async fn nobody_sells_past_the_policy(world: &World) -> Result<()> {
    let (seller, buyer) = world.parties().await?;
    let (record, _) = world.on_sale(&seller).await?;
    let mut commercial = research();
    commercial.commercial = true;
    let mut narrow = policy();
    narrow
        .modifiers
        .try_insert(Modifier::NonCommercial)
        .ok()
        .context("a policy has no room for a modifier")?;
    let parties = [&seller, &buyer];
    world.send(&seller, calls::set_policy(record, narrow.clone())).await?;
    let order = |purpose| calls::order(record, 1, PRICE, Terms::default(), purpose);
    world.refused(&buyer, order(commercial.clone()), "Marketplace.PurposeNotPermitted", &parties).await?;

    // What was ordered while it was permitted is not delivered when it no longer is.
    world.send(&seller, calls::set_policy(record, policy())).await?;
    let outcome = world.send(&buyer, order(commercial.clone())).await?;
    let id = outcome.field("Marketplace", "Ordered", "order")?;
    world.send(&seller, calls::set_policy(record, narrow)).await?;
    let deliver = agent::deliver(&world.chain, &seller, id).await?;
    world.refused(&seller, deliver, "Access.PurposeNotPermitted", &parties).await?;
    ensure!(
        world.chain.grant(record, 1, buyer.account(), At::Best).await?.is_none(),
        "something was granted"
    );

    world.send(&seller, calls::set_policy(record, policy())).await?;
    world.deliver(&seller, id).await?;
    world.opened(&buyer, record).await.map(drop)
}

/// An owner who sells access and takes it back while the buyer may still claim, or spoils what the claim rests on.
pub async fn a_sale_is_not_revoked(world: &World) -> Result<()> {
    let (seller, buyer) = world.parties().await?;
    let (record, _) = world.on_sale(&seller).await?;
    let order = world.order(&buyer, record).await?;
    world.deliver(&seller, order).await?;
    let parties = [&seller, &buyer];
    let revoke = || calls::revoke(record, 1, buyer.account().clone());
    world.refused(&seller, revoke(), "Access.SaleOpen", &parties).await?;
    let again = sealing::seal_own(
        &world.chain,
        &seller,
        (record, 1),
        &world.chain.known_version(record, 1, At::Best).await?,
        &Recipient {
            account: buyer.account().clone(),
            key: buyer.newest_key(),
            purpose: SealPurpose::Direct,
        },
    )?;
    let replace = calls::grant(record, 1, buyer.account().clone(), research(), again, None);
    world.refused(&seller, replace, "Access.AlreadyGranted", &parties).await?;
    world.refused(&seller, calls::clear_order(order), "Marketplace.StillOpen", &parties).await?;
    world.refused(&seller, calls::settle(order), "Marketplace.TooEarly", &parties).await?;

    // Nor by ending the record: who paid goes on fetching.
    world.send_final(&seller, calls::withdraw(record)).await?;
    world.refused(&seller, calls::erase(record), "Records.StillOrdered", &parties).await?;
    let decision = world.chain.may_fetch(buyer.account(), record, 1, At::Finalized).await?;
    ensure!(matches!(decision, FetchDecision::Allowed { basis: FetchBasis::Grant, .. }), "{decision:?}");
    ensure!(world.open(&buyer, record).await? == "nothing to report", "something else was opened");
    Ok(())
}

/// A seller who delivers when the order is over, after keeping the buyer waiting.
pub async fn nothing_is_delivered_after_the_expiry(world: &World) -> Result<()> {
    let (seller, buyer) = world.parties().await?;
    let (record, _) = world.on_sale(&seller).await?;
    let before = world.funds(&buyer).await?;
    let id = world.order(&buyer, record).await?;
    let parties = [&seller, &buyer];
    world.refused(&buyer, calls::expire(id), "Marketplace.TooEarly", &parties).await?;

    let order = world.chain.known_order(id, At::Best).await?;
    world.past(order.deliver_by).await?;
    let late = || agent::deliver(&world.chain, &seller, id);
    world.refused(&seller, late().await?, "Marketplace.TooLate", &parties).await?;
    let expired = world.send(&buyer, calls::expire(id)).await?;
    let missed: CreditEvent = expired.field("Credit", "Noted", "event")?;
    ensure!(missed == CreditEvent::DeliveryMissed, "{missed:?}");
    world.refused(&seller, late().await?, "Marketplace.NotOpen", &parties).await?;
    world.refused(&seller, calls::expire(id), "Marketplace.NotOpen", &parties).await?;
    ensure!(
        world.chain.grant(record, 1, buyer.account(), At::Best).await?.is_none(),
        "something was granted"
    );
    ensure!(world.open(&buyer, record).await.is_err(), "it was opened without having been bought");
    world.send(&buyer, calls::clear_order(id)).await?;
    ensure!(world.funds(&buyer).await? == before, "not all of it came back");

    // The buyer may try again, and so may the seller.
    let again = world.order(&buyer, record).await?;
    world.deliver(&seller, again).await?;
    world.opened(&buyer, record).await.map(drop)
}

/// People who sell to one another to look trustworthy.
pub async fn who_sells_to_its_own_makes_no_credit(world: &World) -> Result<()> {
    let both = [Role::Provider, Role::Buyer];
    let seller = world.member(HOSPITALS.0, &both);
    let colleague = world.member(HOSPITALS.0, &both);
    let outsider = world.member(HOSPITALS.1, &[Role::Buyer]);
    let (seller, colleague, outsider) = tokio::try_join!(seller, colleague, outsider)?;
    let hospital = world.named(HOSPITALS.0)?;
    let (record, _) = world.on_sale(&seller).await?;
    let order = calls::order(record, 1, PRICE, Terms::default(), research());
    world.refused(&seller, order, "Marketplace.OwnRecord", &[&seller]).await?;

    for (buyer, expected) in [
        (&colleague, vec![]),
        // Which answers for the seller.
        (&hospital, vec![]),
        (&outsider, vec![CreditEvent::SaleSettled, CreditEvent::PurchaseSettled]),
    ] {
        let id = world.order(buyer, record).await?;
        world.deliver(&seller, id).await?;
        let OrderState::Delivered { settles_at } = world.chain.known_order(id, At::Best).await?.state else {
            anyhow::bail!("order {id} is not delivered");
        };
        world.past(settles_at).await?;
        let settled = world.send(&seller, calls::settle(id)).await?;
        let noted = settled.events.iter().filter(|event| event.is("Credit", "Noted"));
        let noted = noted
            .map(|event| event.field("event").map_err(Error::from))
            .collect::<Result<Vec<CreditEvent>, Error>>()?;
        ensure!(noted == expected, "a sale to {} counted as {noted:?}", buyer.account());
    }
    Ok(())
}

/// An owner who floods auditors with records that it never lets them see.
pub async fn a_review_that_is_never_served_costs_its_owner(world: &World) -> Result<()> {
    let (owner, anybody) = world.parties().await?;
    let mut records = Vec::new();
    for content in ["one", "two", "three"] {
        let content = world.sealed(&owner, content)?;
        let locators =
            world.vaults().upload(&owner, &content.path, content.ciphertext, &Default::default()).await?;
        records.push(world.pretended(&owner, content.version(locators)).await?);
    }
    let deposits = world.funds(&owner).await?.held;
    ensure!(deposits > 0, "a record that nobody may look at costs nothing");
    for record in &records {
        let subject = Subject::Record { record: *record, version: 1 };
        let review = world.drawn(subject).await?;
        let due = review.panel.iter().map(|seat| seat.due).max().context("the panel is empty")?;
        if *record == records[0] {
            world.refused(&anybody, calls::lapse(subject), "Audits.NoKeyOverdue", &[&owner]).await?;
        }
        world.past(due).await?;
        world.send(&anybody, calls::lapse(subject)).await?;
        let version = world.chain.known_version(*record, 1, At::Best).await?;
        ensure!(version.status == VersionStatus::Rejected, "{:?}", version.status);
        let list = calls::list(*record, 1, PRICE, Terms::default());
        world.refused(&owner, list, "Marketplace.NotTradable", &[&owner]).await?;
    }
    ensure!(world.funds(&owner).await?.held == deposits, "a deposit came back while its record is stored");
    let credit = world.chain.credit(owner.account(), At::Best).await?;
    ensure!(credit.tier == Tier::Restricted, "three such records cost no more than {credit:?}");
    // From now on only so many at once.
    for number in 0..=credit.benefits.max_pending {
        let content = world.sealed(&owner, &format!("more {number}"))?;
        let locators =
            world.vaults().upload(&owner, &content.path, content.ciphertext, &Default::default()).await?;
        let more = calls::register(Default::default(), policy(), content.version(locators));
        match number < credit.benefits.max_pending {
            true => drop(world.send(&owner, more).await?),
            false => world.refused(&owner, more, "Records.TooManyPending", &[&owner]).await?,
        }
    }
    // Withdrawn and erased, the first ones cost the credit alone.
    let pending = world.funds(&owner).await?.held - deposits;
    for record in records {
        world.send(&owner, calls::all_of(vec![calls::withdraw(record), calls::erase(record)])).await?;
    }
    ensure!(world.funds(&owner).await?.held == pending, "not all of their deposits came back");
    Ok(())
}
