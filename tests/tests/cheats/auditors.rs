//! Those who audit: for their own hospital, twice, unseen, or before anybody asked.

use anyhow::{Context, Result, ensure};
use medshare_client::{
    At, buyer,
    chain::{Call, calls, calls::NewRecord},
    provider::pseudonym,
    sealing::{self, Recipient},
};
use medshare_types::{
    Finding, Findings, Hash, MDS, OrderId, OrderState, ReviewState, Role, SealPurpose, Subject, Verdict,
};

use crate::world::{HOSPITALS, PRICE, World, approval, policy};

/// How many records are registered to see who is drawn. Were those of the owner's hospital drawn as others are, one of two
/// would be on one of so many panels of three out of eight with a probability above 0.9997.
const PANELS: usize = 8;

/// Findings of one kind.
fn findings(finding: Finding) -> Result<Findings> {
    std::collections::BTreeSet::from([finding]).try_into().ok().context("there is no room for a finding")
}

/// An owner whose hospital has auditors: they are never drawn, and cannot push in.
pub async fn those_of_the_owners_hospital_do_not_sit(world: &World) -> Result<()> {
    let owner = world.member(HOSPITALS.0, &[Role::Provider]);
    let colleague = world.member(HOSPITALS.0, &[Role::Buyer]);
    let (owner, colleague) = tokio::try_join!(owner, colleague)?;
    let hospital = world.named(HOSPITALS.0)?;
    world.appoint(&colleague, &[Role::Buyer, Role::Auditor]).await?;

    let mut records = Vec::new();
    for number in 0..PANELS {
        let file = world.sealed(&owner, &format!("record {number}"))?;
        let locators =
            world.vaults().upload(&owner, &file.path, file.ciphertext, &Default::default()).await?;
        records.push(NewRecord { subject: pseudonym(), policy: policy(), content: file.version(locators) });
    }
    let registered = world.send(&owner, calls::register_many(records)).await?;
    let first: u64 = registered.field("Records", "Registered", "record")?;
    let records: Vec<u64> = registered
        .events
        .iter()
        .filter(|event| event.is("Records", "Registered"))
        .map(|event| event.field("record"))
        .collect::<Result<_, _>>()?;
    ensure!(records.len() == PANELS, "{records:?}");
    for record in &records {
        let review = world.drawn(Subject::Record { record: *record, version: 1 }).await?;
        ensure!(review.panel.len() == 3, "a panel of {}", review.panel.len());
        for seat in &review.panel {
            ensure!(
                seat.auditor != *colleague.account() && seat.auditor != *hospital.account(),
                "{} audits record {record} of a colleague",
                seat.auditor
            );
        }
    }
    // Nor with a key that the owner gives to them.
    let subject = Subject::Record { record: first, version: 1 };
    for friend in [&colleague, &hospital] {
        let version = world.chain.known_version(first, 1, At::Best).await?;
        let recipient = Recipient {
            account: friend.account().clone(),
            key: world.chain.known_member(friend.account(), At::Best).await?.key,
            purpose: SealPurpose::Audit,
        };
        let sealed = sealing::seal_own(&world.chain, &owner, (first, 1), &version, &recipient)?;
        let keys = calls::deliver_keys(subject, vec![(friend.account().clone(), sealed)]);
        world.refused(&owner, keys, "Audits.NotOnPanel", &[&owner]).await?;
        world.refused(friend, approval(first, 1), "Audits.NotOnPanel", &[&owner]).await?;
    }
    // The panel that was drawn decides.
    world.approve(&owner, first, 1).await.map(drop)
}

/// Votes that do not count: unseen, twice, without a seat, with findings that say the opposite.
pub async fn nobody_votes_twice_or_without_having_looked(world: &World) -> Result<()> {
    let (owner, outsider) = world.parties().await?;
    let record = world.registered(&owner, "nothing to report").await?;
    let subject = Subject::Record { record, version: 1 };
    let review = world.drawn(subject).await?;
    let first = world.known(&review.panel[0].auditor)?;
    let watched = [&owner];
    world.refused(&first, approval(record, 1), "Audits.KeyNotDelivered", &watched).await?;
    world.refused(&outsider, approval(record, 1), "Members.NotAuditor", &watched).await?;
    let panel = world.panel(&owner, subject).await?;
    let elsewhere = [HOSPITALS.0, HOSPITALS.1, "Dave", "Eve", "Alice", "One", "Two"]
        .into_iter()
        .map(|name| world.named(name))
        .find(|who| who.as_ref().is_ok_and(|who| panel.iter().all(|seat| seat.account() != who.account())))
        .context("everybody sits on one panel")??;
    world.refused(&elsewhere, approval(record, 1), "Audits.NotOnPanel", &watched).await?;

    let vote = |verdict, findings| calls::vote(record, 1, verdict, findings, Hash::zero());
    let both = vote(Verdict::Approve, findings(Finding::NotDeidentified)?);
    world.refused(&first, both, "Audits.FindingsWithApproval", &watched).await?;
    let neither = vote(Verdict::Reject, Findings::default());
    world.refused(&first, neither, "Audits.RejectionWithoutFindings", &watched).await?;
    world.send(&first, approval(record, 1)).await?;
    world.refused(&first, approval(record, 1), "Audits.AlreadyVoted", &watched).await?;
    let other = || Ok::<_, anyhow::Error>(vote(Verdict::Reject, findings(Finding::Other)?));
    world.refused(&first, other()?, "Audits.AlreadyVoted", &watched).await?;
    let votes = world.chain.known_review(subject, At::Best).await?;
    ensure!(votes.state == ReviewState::Open, "one auditor decided alone: {:?}", votes.state);
    ensure!(votes.panel.iter().filter(|seat| seat.vote.is_some()).count() == 1, "a vote was counted twice");
    // Nor is a colleague pushed out who has time left.
    let replace = calls::replace(subject, panel[1].account().clone());
    world.refused(&first, replace, "Audits.VoteNotOverdue", &watched).await?;

    world.send(&panel[1], approval(record, 1)).await?;
    world.refused(&panel[2], other()?, "Audits.ReviewEnded", &watched).await?;
    let decided = world.chain.known_review(subject, At::Best).await?.state;
    ensure!(decided == ReviewState::Decided(Verdict::Approve), "{decided:?}");
    Ok(())
}

/// Rulings on a claim that nobody made, by who may not, before the panel has the key; and the end of it by force.
pub async fn nobody_rules_before_its_turn(world: &World) -> Result<()> {
    let (seller, buyer) = world.parties().await?;
    let (record, approvers) = world.on_sale(&seller).await?;
    let before = world.funds(&buyer).await?;
    let order = world.order(&buyer, record).await?;
    world.deliver(&seller, order).await?;
    let parties = [&seller, &buyer];
    let rule = |finding| Ok::<_, anyhow::Error>(ruling(order, findings(finding)?));
    world.refused(&approvers[0], rule(Finding::FalseDescriptor)?, "Marketplace.NotClaimed", &parties).await?;

    buyer::claim(&world.chain, &buyer, order, Default::default()).await?;
    let subject = Subject::Claim { order };
    let review = world.drawn(subject).await?;
    let first = world.known(&review.panel[0].auditor)?;
    world.refused(&first, rule(Finding::FalseDescriptor)?, "Audits.KeyNotDelivered", &parties).await?;
    world.refused(&seller, calls::settle(order), "Marketplace.TooEarly", &parties).await?;
    world.refused(&seller, calls::lapse(subject), "Audits.NoKeyOverdue", &parties).await?;
    world.refused(&buyer, calls::claim(order), "Marketplace.NotDelivered", &parties).await?;
    let panel = world.panel(&buyer, subject).await?;
    for approver in &approvers {
        ensure!(panel.iter().all(|seat| seat.account() != approver.account()), "who approved it rules on it");
        world.refused(approver, rule(Finding::FalseDescriptor)?, "Audits.NotOnPanel", &parties).await?;
    }
    world.refused(&seller, rule(Finding::FalseDescriptor)?, "Members.NotAuditor", &parties).await?;

    world.send(&panel[0], rule(Finding::FalseDescriptor)?).await?;
    world.refused(&panel[0], rule(Finding::FalseDescriptor)?, "Audits.AlreadyVoted", &parties).await?;
    world.send(&panel[1], rule(Finding::FalseDescriptor)?).await?;
    world.refused(&panel[2], rule(Finding::FalseDescriptor)?, "Marketplace.NotClaimed", &parties).await?;
    world.refused(&seller, calls::settle(order), "Marketplace.AlreadyClosed", &parties).await?;
    let state = world.chain.known_order(order, At::Best).await?.state;
    ensure!(state == OrderState::Refunded, "{state:?}");
    // Of the price the retained part came back; deposits of order and claim stay until it is cleared.
    let after = world.funds(&buyer).await?;
    let deposits = MDS / 10 + MDS / 5;
    ensure!(after.held == before.held + deposits, "{after:?} after {before:?}");
    ensure!(after.free == before.free - PRICE / 10 * 9 - deposits, "{after:?} after {before:?}");
    // What was proven false is not sold again.
    let list = calls::list(record, 1, PRICE, Default::default());
    world.refused(&seller, list, "Marketplace.ProvenFalse", &parties).await
}

fn ruling(order: OrderId, findings: Findings) -> Call {
    calls::rule(order, Verdict::Reject, findings, Hash::zero())
}
