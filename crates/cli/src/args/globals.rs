//! What holds for all commands.

use std::path::PathBuf;

use clap::{Args, Subcommand, builder::BoolishValueParser};

/// What holds for all commands, as it is said on the command line and in the environment. `Settings` adds the
/// configuration file and the defaults.
#[derive(Args)]
pub struct Globals {
    /// The node to ask, a WebSocket URL; ws://127.0.0.1:9944 if nothing names another
    #[arg(long, global = true, env = "MEDSHARE_NODE", value_name = "URL")]
    pub node: Option<String>,
    /// The vault to use for uploads; http://127.0.0.1:8790 if nothing names another
    #[arg(long, global = true, env = "MEDSHARE_VAULT", value_name = "URL")]
    pub vault: Option<String>,
    /// The key file; key.age in MEDSHARE_HOME or in ~/.config/medshare if nothing names another
    #[arg(long, global = true, env = "MEDSHARE_KEY_FILE", value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// A file with the key file's passphrase; else MEDSHARE_PASSPHRASE, else a prompt
    #[arg(long, global = true, env = "MEDSHARE_PASSPHRASE_FILE", value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// The file with the institution's secret, by which patients get their pseudonyms; institution.secret beside the key
    /// file if nothing names another. It is made when it is first needed
    #[arg(long, global = true, env = "MEDSHARE_INSTITUTION_SECRET", value_name = "FILE")]
    pub institution_secret: Option<PathBuf>,
    /// Act as a development account, such as Alice; on development chains only
    #[arg(long, global = true, env = "MEDSHARE_DEV", value_name = "NAME")]
    pub dev: Option<String>,
    /// The configuration file; config.toml in MEDSHARE_HOME or in ~/.config/medshare if nothing names another
    #[arg(long, global = true, env = "MEDSHARE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print one JSON object instead of an account for people
    #[arg(long, global = true, env = "MEDSHARE_JSON", value_parser = BoolishValueParser::new())]
    pub json: bool,
    /// Wait until what is sent is final, not only in a block
    #[arg(long, global = true, env = "MEDSHARE_FINALIZED", value_parser = BoolishValueParser::new())]
    pub finalized: bool,
    /// Send nothing: show the call, what it would cost and hold, and whether the chain would take it
    #[arg(long, global = true)]
    pub dry_run: bool,
}

#[derive(Subcommand)]
pub enum Config {
    /// Show each setting: argument, environment, configuration file or default
    Show,
}
