//! The chain specification of a consortium, made from a file that people can read: `consortium-spec`.
//!
//! `docs/consortium.md` describes the file; [`file`] is its shape, [`check`] finds what is wrong with it, [`terms`] the same of
//! its parameters and quotas, [`plan`] makes the chain of it.

mod check;
mod file;
mod plan;
mod terms;
#[cfg(test)]
mod tests;

use std::{
    fmt::Write as _,
    io::Write as _,
    path::{Path, PathBuf},
};

use medshare_runtime::WASM_BINARY;
use sp_runtime::BuildStorage;

use plan::Plan;

/// Makes the chain specification of a consortium.
#[derive(Debug, clap::Args)]
pub struct ConsortiumSpec {
    /// The consortium file, in TOML; docs/consortium.md describes it.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// Write the first state itself instead of what it is built from.
    #[arg(long)]
    pub raw: bool,

    /// Where to write it; standard output if none is given.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Reads the file, checks it, builds the first state once, and writes the specification.
///
/// # Errors
/// Says every mistake in the file, where it is and what to do about it; or what the runtime refuses.
pub fn run(command: &ConsortiumSpec) -> Result<(), String> {
    // The runtime tells why it refuses a state by a panic, which reaches people through the log only.
    let _ = sc_cli::LoggerBuilder::new("error").init();
    let file = command.file.display();
    let text =
        std::fs::read_to_string(&command.file).map_err(|error| format!("cannot read {file}: {error}"))?;
    let plan = Plan::read(&text).map_err(|mistakes| refusal(&command.file, &mistakes))?;
    let mut notes = String::new();
    for warning in &plan.warnings {
        let _ = writeln!(notes, "warning: {warning}");
    }

    let code = WASM_BINARY.ok_or("this node was built without a runtime (SKIP_WASM_BUILD was set)")?;
    let spec = plan.spec(code);
    let state = spec.build_storage().map_err(|error| {
        // Behind the reason come the whole configuration or the runtime's stack.
        let reason =
            error.split(" for blob:").next().and_then(|text| text.lines().next()).unwrap_or_default();
        format!("the runtime refuses the chain of {file}; the lines above, if any, say why: {reason}")
    })?;
    plan.check_authors(&state)?;

    let json = spec.as_json(command.raw)?;
    match &command.output {
        Some(path) => {
            std::fs::write(path, json)
                .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
            let _ = writeln!(notes, "{} is written: {}", path.display(), plan.summary());
        }
        None => std::io::stdout()
            .write_all(json.as_bytes())
            .map_err(|error| format!("cannot write to standard output: {error}"))?,
    }
    // Not worth failing for where nobody listens.
    let _ = std::io::stderr().write_all(notes.as_bytes());
    Ok(())
}

fn refusal(file: &Path, mistakes: &[String]) -> String {
    let count = match mistakes.len() {
        1 => "a mistake".to_owned(),
        count => format!("{count} mistakes"),
    };
    format!("{} has {count}; nothing was written\n{}", file.display(), mistakes.join("\n"))
}
