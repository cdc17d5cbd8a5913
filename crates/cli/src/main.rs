//! The `medshare` command: a thin shell over `medshare-client`.
//!
//! Results go to standard output, as lines for people or as one JSON object with `--json`; progress, notes and errors
//! go to standard error, errors also to standard output with `--json`. The exit codes are those of [`exit::Exit`].

mod args;
mod commands;
mod context;
mod exit;
mod failure;
mod interrupt;
mod output;
mod progress;
#[cfg(test)]
mod reference;
mod settings;
mod values;

use std::{io::IsTerminal, process::ExitCode, time::Duration};

use clap::{CommandFactory as _, FromArgMatches as _};
use futures::future::OptionFuture;
use medshare_client::chain::Sent;

use crate::{
    commands::{next, privacy},
    context::Session,
    exit::Exit,
    failure::Report,
    output::Output,
    settings::Settings,
};

/// How long work on files may take to clear away what it has begun, once it is to stop.
const CLEARING: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    let parsed = args::Cli::command().try_get_matches().and_then(|matches| {
        let cli = args::Cli::from_arg_matches(&matches)?;
        Ok((cli, matches))
    });
    let (cli, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return misunderstood(&error),
    };
    let settings = match Settings::resolve(&cli.globals, &matches) {
        Ok(settings) => settings,
        Err(error) => return told(Report::of(&error), settings::wants_json()),
    };
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal())
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_env("MEDSHARE_LOG").unwrap_or_else(|_| {
            tracing_subscriber::EnvFilter::new("warn,medshare=info,medshare_client=info")
        }))
        .init();
    let as_json = settings.json.value;
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => {
            let ended = runtime.block_on(run(cli.command, settings));
            // Files are worked on in threads of their own, which a signal has asked to stop.
            runtime.shutdown_timeout(CLEARING);
            match ended.and_then(|output| output.print(as_json)) {
                Ok(exit) => ExitCode::from(exit.code()),
                Err(report) => told(report, as_json),
            }
        }
        Err(error) => told(Report::new(Exit::Failed, format!("cannot start: {error}"), None), as_json),
    }
}

/// Runs a command to its end, or until a signal ends it.
async fn run(command: args::Command, settings: Settings) -> Result<Output, Report> {
    let session = Session::new(&settings);
    // The agent ends by a signal, and in its own way.
    let ends_itself = matches!(command, args::Command::Agent(_));
    // From before the first connection, or a signal that comes early would end the command without a word.
    let signalled = OptionFuture::from((!ends_itself).then(interrupt::signal));
    let next = next::after(&command);
    let ended = tokio::select! {
        ended = commands::run(command, settings, &session) => ended.map_err(|error| {
            let report = Report::of(&error);
            match session.is_connected() {
                true => next.told(report, session.sent().as_ref()),
                false => report,
            }
        }),
        Some(exit) = signalled => {
            session.progress.stop();
            let sent = session.sent();
            let message = match &sent {
                Some(Sent { call, transaction, block: None }) => {
                    format!("stopped; {call} was sent as {transaction:?} and may still get into a block")
                }
                Some(Sent { call, block: Some(block), .. }) => {
                    format!("stopped after {call} took effect in block {}", block.number)
                }
                None => "stopped before anything more was sent".to_owned(),
            };
            Err(Report::new(exit, message, Some(next.hint(sent.as_ref()))))
        }
    };
    // A secret that was made stays, whatever became of the rest.
    ended.map_err(|report| report.and_besides(privacy::new_secret(&session.new_secret)))
}

fn told(report: Report, as_json: bool) -> ExitCode {
    report.tell(as_json);
    ExitCode::from(report.exit.code())
}

/// A command line that is wrong, or that asks for help.
fn misunderstood(error: &clap::Error) -> ExitCode {
    // Where that cannot be printed, there is nobody to tell.
    let _ = error.print();
    if !error.use_stderr() {
        return ExitCode::SUCCESS;
    }
    if settings::wants_json() {
        let text = error.render().to_string();
        let message = text.trim().trim_start_matches("error: ");
        let hint = Some("see what the command takes with --help".to_owned());
        let report = Report::new(Exit::Usage, message, hint);
        let _ = output::write(&serde_json::json!({ "error": report.members() }).to_string());
    }
    ExitCode::from(Exit::Usage.code())
}
