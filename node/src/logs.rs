//! Logs as JSON lines, in the shape of the vault's.

use std::{fmt, io};

use sc_cli::{CliConfiguration, Error, Result, Runner, Signals, SubstrateCli};
use serde::Serialize;
use serde_json::{Map, Value};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    EnvFilter,
    fmt::{
        FmtContext, FormatEvent, FormatFields,
        format::Writer,
        time::{FormatTime, SystemTime},
    },
    registry::LookupSpan,
    util::SubscriberInitExt,
};

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
        .event_format(Lines)
        .with_env_filter(filter(&cli.run.log_filters()?)?)
        .with_writer(io::stderr)
        .finish()
        .try_init()
        .map_err(|error| Error::Input(format!("cannot start the logs: {error}")))?;
    panics();
    raise_file_limit();
    Runner::new(config, runtime, signals)
}

/// Writes each event as a line. The subscriber's own JSON has, for all that comes through the crate `log`, where in the
/// sources that was, with paths of whoever built this.
struct Lines;

#[derive(Serialize)]
struct Line {
    timestamp: String,
    level: &'static str,
    fields: Map<String, Value>,
    target: String,
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut timestamp = String::new();
        SystemTime.format_time(&mut Writer::new(&mut timestamp))?;
        let mut fields = Fields { target: event.metadata().target().to_owned(), map: Map::new() };
        event.record(&mut fields);
        let level = event.metadata().level().as_str();
        let line = Line { timestamp, level, fields: fields.map, target: fields.target };
        writeln!(to, "{}", serde_json::to_string(&line).map_err(|_| fmt::Error)?)
    }
}

/// The fields of an event. Of those that stand for what the crate `log` knows only the target is kept.
struct Fields {
    target: String,
    map: Map<String, Value>,
}

impl Fields {
    fn keep(&mut self, field: &Field, value: impl Into<Value>) {
        if !field.name().starts_with("log.") {
            self.map.insert(field.name().to_owned(), value.into());
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.keep(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "log.target" {
            value.clone_into(&mut self.target);
        }
        self.keep(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.keep(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.keep(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.keep(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.keep(field, value);
    }
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
