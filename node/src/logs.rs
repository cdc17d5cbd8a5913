//! Logs as JSON lines, in the shape of the vault's.

use std::io;

use sc_cli::{CliConfiguration, Error, Result, Runner, Signals, SubstrateCli};
use tracing_subscriber::{EnvFilter, util::SubscriberInitExt};

use crate::cli::Cli;

/// What is logged unless `RUST_LOG` or `--log` say otherwise: as in the SDK's text, which this takes the place of.
const DEFAULTS: &str = "info,ws=off,yamux=off,regalloc=off,cranelift_codegen=off,cranelift_wasm=warn,hyper=warn,\
    trust_dns_proto=off,hickory_proto=off,libp2p_mdns::behaviour::iface=off,rustls::common_state=off,rustls::conn=off";

/// Prepares the running of a node whose logs are JSON. Does what [`SubstrateCli::create_runner`] does, whose logger
/// knows no format but its own.
///
/// # Errors
/// If the command line or a log filter is wrong, or a logger is installed already.
pub fn runner(cli: &Cli) -> Result<Runner<Cli>> {
    if cli.run.enable_log_reloading()? || cli.run.tracing_targets()?.is_some() {
        return Err(Error::Input(
            "--json-logs goes with neither --enable-log-reloading nor --tracing-targets; leave one of them out"
                .into(),
        ));
    }
    let runtime = sc_cli::build_runtime()?;
    let signals = runtime.block_on(async { Signals::capture() })?;
    let config = cli.create_configuration(&cli.run, runtime.handle().clone())?;

    sp_panic_handler::set(&Cli::support_url(), &Cli::impl_version());
    // Some of the SDK colours its messages by itself.
    console::set_colors_enabled(false);
    console::set_colors_enabled_stderr(false);
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter(&cli.run.log_filters()?)?)
        .with_writer(io::stderr)
        .finish()
        .try_init()
        .map_err(|error| Error::Input(format!("cannot start the logs: {error}")))?;
    panics();
    raise_file_limit();
    Runner::new(config, runtime, signals)
}

fn filter(more: &str) -> Result<EnvFilter> {
    let set = std::env::var("RUST_LOG").unwrap_or_default();
    let directives = [DEFAULTS, &set, more].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
    EnvFilter::try_new(directives.join(","))
        .map_err(|error| Error::Input(format!("RUST_LOG or --log is no list of log filters: {error}")))
}

/// A panic is a line of the log too, before the SDK's text about it.
fn panics() {
    let text = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        log::error!(target: "panic", "{panic}");
        text(panic);
    }));
}

fn raise_file_limit() {
    if let Err(error) = fdlimit::raise_fd_limit() {
        log::warn!("the limit of open files could not be raised: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_taken_and_mistakes_in_them_are_told() {
        assert!(filter("sync=debug,grandpa=trace").is_ok());
        let refused = filter("sync=loud").expect_err("there is no such level").to_string();
        assert!(refused.contains("--log"), "{refused}");
    }
}
