//! What a command prints: one JSON object for scripts, or lines for people.

use std::time::{Duration, UNIX_EPOCH};

use anyhow::Result;
use medshare_client::chain::Outcome;
use serde_json::{Map, Value, json};

/// The result of a command.
pub struct Output {
    json: Map<String, Value>,
    lines: Vec<String>,
}

impl Output {
    /// A result with these members.
    ///
    /// # Errors
    /// If `value` is not a JSON object: a mistake of this program.
    pub fn new(value: Value) -> Result<Self> {
        match value {
            Value::Object(json) => Ok(Self { json, lines: Vec::new() }),
            other => anyhow::bail!("a result that is no object: {other}"),
        }
    }

    /// A line for people.
    pub fn line(mut self, line: impl Into<String>) -> Self {
        self.lines.push(line.into());
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

    /// Prints it.
    #[allow(clippy::print_stdout)]
    pub fn print(self, as_json: bool) -> Result<()> {
        if as_json {
            println!("{}", Value::Object(self.json));
        } else if self.lines.is_empty() {
            println!("{}", serde_json::to_string_pretty(&Value::Object(self.json))?);
        } else {
            self.lines.iter().for_each(|line| println!("{line}"));
        }
        Ok(())
    }
}

/// Chain time in RFC 3339, UTC.
pub fn time(moment: medshare_types::Moment) -> String {
    humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_millis(moment)).to_string()
}
