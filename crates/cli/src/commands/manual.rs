//! What the command says about itself: completions, manual pages, the settings that hold.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};
use clap::CommandFactory as _;
use serde_json::{Value, json};

use crate::{
    args::{Cli, Config},
    output::Output,
    settings::Settings,
};

/// A completion script.
pub fn completions(shell: clap_complete::Shell) -> Result<Output> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "medshare", &mut script);
    let script = String::from_utf8(script)?;
    Ok(Output::new(json!({ "script": script }))?.line(script))
}

/// Manual pages, one for each command, each replacing the one that was there.
pub fn pages(dir: &Path) -> Result<Output> {
    fs::create_dir_all(dir).with_context(|| format!("cannot make the folder {}", dir.display()))?;
    clap_mangen::generate_to(Cli::command(), dir)
        .with_context(|| format!("cannot write manual pages into {}", dir.display()))?;
    let mut command = Cli::command();
    command.build();
    let pages = names(&command);
    let count = pages.len();
    Ok(Output::new(json!({ "path": dir, "pages": pages }))?.line(format!(
        "{count} pages in {}: man -l {}",
        dir.display(),
        dir.join("medshare.1").display()
    )))
}

fn names(command: &clap::Command) -> Vec<String> {
    let own = format!("{}.1", command.get_display_name().unwrap_or_else(|| command.get_name()));
    let inner = command.get_subcommands().filter(|inner| inner.get_name() != "help").flat_map(names);
    [own].into_iter().chain(inner).collect()
}

/// The settings that hold.
pub fn config(settings: &Settings, Config::Show: Config) -> Result<Output> {
    let entries = settings.entries();
    let all: Vec<Value> = entries
        .iter()
        .map(|(name, value, source)| json!({ "name": name, "value": value, "source": source }))
        .collect();
    let output = Output::new(json!({ "file": settings.file, "settings": all }))?;
    let lines = entries.iter().map(|(name, value, source)| {
        let value = match value {
            Value::String(text) => text.clone(),
            Value::Null => "none".to_owned(),
            other => other.to_string(),
        };
        format!("{name:<18} {value}  ({source})")
    });
    let file = match &settings.file {
        Some(path) => format!("configuration file: {}", path.display()),
        None => "configuration file: none".to_owned(),
    };
    Ok(lines.fold(output, Output::line).line(file))
}
