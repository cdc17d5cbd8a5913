//! Key files.

use anyhow::{Context as _, Result};
use medshare_client::{keys::Identity, members};
use serde_json::json;

use super::people::show_proof;
use crate::{
    args::Keys,
    context::{self, Context, Session},
    exit::Exit,
    failure::Failure,
    output::Output,
    settings::Settings,
};

pub async fn run(settings: Settings, session: &Session, args: Keys) -> Result<Output> {
    match args {
        Keys::Create => store(&settings, &Identity::generate()?, "made"),
        Keys::Import { secret } => {
            let text = zeroize::Zeroizing::new(
                std::fs::read_to_string(&secret)
                    .with_context(|| format!("cannot read {}", secret.display()))?,
            );
            store(&settings, &Identity::import(&text)?, "imported")
        }
        Keys::Export { output } => {
            let identity = context::load(&settings)?;
            let passphrase = context::new_passphrase(&settings)?;
            identity.create(&output, &passphrase)?;
            Ok(Output::new(json!({ "path": output }))?
                .line(format!("{} is an encrypted copy", output.display())))
        }
        Keys::Show => show(Context::connect(settings, session).await?).await,
        Keys::Rotate => rotate(Context::connect(settings, session).await?).await,
    }
}

fn store(settings: &Settings, identity: &Identity, what: &str) -> Result<Output> {
    let path = context::key_file(settings)?;
    if path.exists() {
        let failure = Failure::input(
            format!("{} exists already", path.display()),
            "keys are never overwritten; name another with --key-file",
        );
        return Err(failure.into());
    }
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    }
    identity.create(&path, &context::new_passphrase(settings)?)?;
    Ok(Output::new(json!({ "path": path, "account": identity.account(), "key": identity.newest_key() }))?
        .line(format!("{what} {} for account {}", path.display(), identity.account()))
        .line("Keep a copy and the passphrase: without them nobody can open what is sealed to these keys.")
        .line("A hospital or the council admits the account with what `medshare keys show` prints."))
}

async fn show(context: Context) -> Result<Output> {
    let identity = context.identity()?;
    let application = identity.application(&context.chain.genesis())?;
    let proof = show_proof(&application.proof);
    Ok(Output::new(json!({
        "account": application.account,
        "key": application.key,
        "proof": proof,
        "keys": identity.public_keys().collect::<Vec<_>>(),
        "genesis": context.chain.genesis(),
    }))?
    .line(format!("account         {}", application.account))
    .line(format!("encryption key  {:?}", application.key.0))
    .line(format!("possession      {proof}"))
    .line(format!("valid on chain  {} ({:?})", context.chain.name(), context.chain.genesis())))
}

async fn rotate(context: Context) -> Result<Output> {
    if context.settings.dev.is_some() {
        let failure =
            Failure::new(Exit::Key, "development accounts have fixed keys", "rotate the keys of a key file");
        return Err(failure.into());
    }
    let path = context::key_file(&context.settings)?;
    let passphrase = context::passphrase(&context.settings, "Passphrase of the key file")?;
    let mut identity = Identity::load(&path, &passphrase)?;
    let outcome = members::rotate_key(
        &context.chain,
        &mut identity,
        |identity| identity.save(&path, &passphrase),
        context.until(),
    )
    .await?;
    Ok(Output::new(json!({ "account": identity.account(), "key": identity.newest_key() }))?
        .at(&outcome)
        .line("New records are sealed to the new key; what was sealed to older ones stays readable."))
}
