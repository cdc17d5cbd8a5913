//! What a command prints: one JSON object for scripts, or lines for people.

use std::{
    io::{self, Write as _},
    time::{Duration, UNIX_EPOCH},
};

use anyhow::Result;
use medshare_client::chain::Outcome;
use serde_json::{Map, Value, json};

use crate::{
    exit::Exit,
    failure::{Failure, Report},
};

/// The result of a command.
pub struct Output {
    json: Map<String, Value>,
    lines: Vec<String>,
    exit: Exit,
}

impl Output {
    /// A result with these members.
    ///
    /// # Errors
    /// If `value` is not a JSON object: a mistake of this program.
    pub fn new(value: Value) -> Result<Self> {
        match value {
            Value::Object(json) => Ok(Self { json, lines: Vec::new(), exit: Exit::Done }),
            other => anyhow::bail!("a result that is no object: {other}"),
        }
    }

    /// A line for people.
    pub fn line(mut self, line: impl Into<String>) -> Self {
        self.lines.push(line.into());
        self
    }

    /// How the command ends that has this result.
    pub fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// Adds where and when a transaction took effect.
    pub fn at(mut self, outcome: &Outcome) -> Self {
        self.json.insert("block".to_owned(), json!(outcome.block.number));
        self.json.insert("hash".to_owned(), json!(outcome.block.hash));
        self.json.insert("time".to_owned(), json!(outcome.time));
        self.json.insert("finalized".to_owned(), json!(outcome.finalized));
        self.line(format!("{} in block {}, {}", outcome.call, outcome.block.number, time(outcome.time)))
    }

    /// Prints it, and says how the command ends.
    pub fn print(self, as_json: bool) -> Result<Exit, Report> {
        let text = if as_json {
            Value::Object(self.json).to_string()
        } else if self.lines.is_empty() {
            format!("{:#}", Value::Object(self.json))
        } else {
            self.lines.join("\n")
        };
        match write(&text) {
            // Who reads, such as `head`, has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(self.exit),
            Err(error) => {
                let failure = Failure::new(
                    Exit::Failed,
                    format!("it is done, but the result cannot be printed: {error}"),
                    "look at what was done before repeating it",
                );
                Err(Report::of(&failure.into()))
            }
            Ok(()) => Ok(self.exit),
        }
    }
}

/// Writes a line to standard output.
pub fn write(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

/// Chain time in RFC 3339, UTC.
pub fn time(moment: medshare_types::Moment) -> String {
    humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_millis(moment)).to_string()
}
