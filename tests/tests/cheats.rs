//! What a cheat tries from outside, against a running network.

use anyhow::Result;
use medshare_client::{
    Chain, Error, Identity, Until,
    chain::{At, calls},
};
use medshare_crypto::seal;
use medshare_tests::{Stack, sale};
use medshare_types::{OrderId, RecordId, SealContext, SealPurpose};
use tokio::process::Command;

async fn registered(stack: &Stack, name: &str) -> Result<RecordId> {
    let path = stack.dir().join(name);
    std::fs::write(&path, format!("the content of {name}"))?;
    let alice = stack.cli("Alice");
    let printed =
        alice.run(&["register", &path.display().to_string(), "--policy", "general-research"]).await?;
    Ok(printed["records"][0]["record"].to_string().parse()?)
}

/// A seller who would rather not give the key: every sealed key but the right one is refused, and nothing is paid.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_for_something_else_is_refused_by_the_chain() -> Result<()> {
    let mut stack = Stack::start().await?;
    stack.agent("Alice").await?;
    let (sold, other) = (registered(&stack, "sold.txt").await?, registered(&stack, "other.txt").await?);
    let approvers = sale::approve(&stack, &sold.to_string()).await?;
    let first = sale::buyer(&stack, &approvers)?;
    let other_buyer = if first.account() == "Two" { "One" } else { "Two" };
    stack.stop_agents().await?;
    stack.cli("Alice").run(&["list", &sold.to_string(), "--price", "10"]).await?;
    let bought = first.run(&["buy", &sold.to_string(), "--use", "other-research"]).await?;
    let order: OrderId = bought["order"].to_string().parse()?;

    let chain = Chain::connect(stack.node_url()).await?;
    let alice = Identity::development("Alice", &chain)?;
    let buyer = Identity::development(first.account(), &chain)?;
    let stranger = Identity::development(other_buyer, &chain)?;
    let version = chain.known_version(sold, 1, At::Best).await?;
    let foreign = chain.known_version(other, 1, At::Best).await?;
    let right = SealContext {
        genesis: chain.genesis(),
        record: sold,
        version: 1,
        grantee: buyer.account().clone(),
        purpose: SealPurpose::Order(order),
    };
    let pair = alice.key_pair(&version.owner_key)?;
    let rng = &mut rand::rngs::OsRng;
    let commitment = &version.content.commitment;
    let mut forged = vec![
        (
            "the key of another record",
            seal(rng, pair, &foreign.content.commitment, &buyer.newest_key(), &right)?,
        ),
        ("the key sealed to another buyer", seal(rng, pair, commitment, &stranger.newest_key(), &right)?),
    ];
    for (what, context) in [
        ("a proof for another record", SealContext { record: other, ..right.clone() }),
        ("a proof for another version", SealContext { version: 2, ..right.clone() }),
        ("a proof for another buyer", SealContext { grantee: stranger.account().clone(), ..right.clone() }),
        (
            "a proof for another order",
            SealContext { purpose: SealPurpose::Order(order + 1), ..right.clone() },
        ),
        ("a proof for an audit", SealContext { purpose: SealPurpose::Audit, ..right.clone() }),
        ("a proof for another chain", SealContext { genesis: Default::default(), ..right.clone() }),
    ] {
        forged.push((what, seal(rng, pair, commitment, &buyer.newest_key(), &context)?));
    }
    let held = chain.funds(buyer.account(), At::Best).await?.held;
    for (what, sealed) in forged {
        match chain.submit(&alice, calls::deliver(order, sealed), Until::InBlock).await {
            Err(Error::Refused { .. }) => {}
            other => panic!("{what} was not refused: {other:?}"),
        }
        assert_eq!(chain.funds(buyer.account(), At::Best).await?.held, held, "{what} moved money");
    }

    // Somebody else cannot deliver either, and the right key still can.
    let sealed = seal(rng, pair, commitment, &buyer.newest_key(), &right)?;
    let by_stranger = chain.submit(&stranger, calls::deliver(order, sealed), Until::InBlock).await;
    assert!(matches!(by_stranger, Err(Error::Refused { .. })), "{by_stranger:?}");
    chain.submit(&alice, calls::deliver(order, sealed), Until::InBlock).await?;
    let again = chain.submit(&alice, calls::deliver(order, sealed), Until::InBlock).await;
    assert!(matches!(again, Err(Error::Refused { .. })), "{again:?}");
    Ok(())
}

/// Somebody whom no hospital admitted does not even get into the pool.
#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_refused_at_the_pool() -> Result<()> {
    let stack = Stack::start().await?;
    let key_file = stack.dir().join("stranger.age");
    let file = stack.dir().join("report.txt");
    std::fs::write(&file, "nothing to report")?;
    let medshare = |arguments: &[&str]| -> Result<Command> {
        let mut command = Command::new(medshare_tests::binary("medshare")?);
        command
            .args(["--json", "--node", stack.node_url(), "--vault", stack.vault_url()])
            .arg("--key-file")
            .arg(&key_file)
            .args(arguments)
            .env("MEDSHARE_PASSPHRASE", "correct horse battery staple");
        Ok(command)
    };
    let created = medshare(&["keys", "create"])?.output().await?;
    assert!(created.status.success(), "{}", String::from_utf8_lossy(&created.stderr));

    // A direct transaction, and one with money.
    let chain = Chain::connect(stack.node_url()).await?;
    let alice = Identity::development("Alice", &chain)?;
    let stranger = Identity::load(&key_file, &"correct horse battery staple".to_owned().into())?;
    chain
        .submit(&alice, calls::transfer(stranger.account().clone(), 10_000_000_000_000), Until::InBlock)
        .await?;
    let sent = chain.submit(&stranger, calls::transfer(alice.account().clone(), 1), Until::InBlock).await;
    assert!(matches!(sent, Err(Error::PoolRefused { .. })), "{sent:?}");

    let refused = medshare(&["register", &file.display().to_string(), "--policy", "general-research"])?
        .output()
        .await?;
    assert!(!refused.status.success());
    let message = String::from_utf8_lossy(&refused.stderr);
    assert!(message.contains("member"), "{message}");
    Ok(())
}

/// An owner ends a grant, and the vault stops serving at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_grant_ends_at_the_vault() -> Result<()> {
    let mut stack = Stack::start().await?;
    stack.agent("Alice").await?;
    let record = registered(&stack, "care.txt").await?.to_string();
    sale::approve(&stack, &record).await?;
    let (alice, doctor) = (stack.cli("Alice"), stack.cli("Two"));
    alice.run(&["grant", &record, "Two", "--use", "biomedical-research", "--finalized"]).await?;
    let opened = stack.dir().join("opened");
    doctor.run(&["open", &record, "-o", &opened.display().to_string()]).await?;
    assert_eq!(std::fs::read_to_string(&opened)?, "the content of care.txt");

    alice.run(&["revoke", &record, "Two", "--finalized"]).await?;
    let again = stack.dir().join("again");
    let message = doctor.refused(&["open", &record, "-o", &again.display().to_string()]).await?;
    assert!(message.to_lowercase().contains("revoked"), "{message}");
    assert!(!again.exists());

    // The use before left a receipt.
    for _ in 0..30 {
        let receipts = alice.run(&["receipts", &record]).await?;
        if receipts["receipts"].to_string().contains("Grant") {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    }
    anyhow::bail!("no receipt of the doctor's access came to the chain within a minute")
}
