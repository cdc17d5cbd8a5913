//! What the agent is told.

use std::path::PathBuf;

use clap::Args;

#[derive(Args)]
pub struct Agent {
    /// Do what there is to do now, and end
    #[arg(long)]
    pub once: bool,
    /// A file that says, in TOML, what is given without a question, what waits for a yes and what is refused; it is
    /// read anew when it changes
    #[arg(long, value_name = "FILE", env = "MEDSHARE_AGENT_POLICY")]
    pub policy: Option<PathBuf>,
    /// Grant every request that the record's policy permits, as the policy `requests = "allow"` does
    #[arg(long, conflicts_with = "policy")]
    pub auto_answer: bool,
    /// Work for this account, whose keys are elsewhere: do what anybody may do, with one's own keys, and tell what waits
    /// for the keys of that account
    #[arg(long = "for", value_name = "ACCOUNT", env = "MEDSHARE_AGENT_FOR")]
    pub on_behalf_of: Option<String>,
    /// A node of somebody else's, a WebSocket URL, that must confirm to whom a key goes before it is sealed; can be given
    /// several times
    #[arg(long = "witness", value_name = "URL", env = "MEDSHARE_AGENT_WITNESSES", value_delimiter = ',')]
    pub witnesses: Vec<String>,
    /// Write how things stand to this file, in JSON, after each look at the chain
    #[arg(long, value_name = "FILE", env = "MEDSHARE_AGENT_STATUS_FILE")]
    pub status_file: Option<PathBuf>,
}
