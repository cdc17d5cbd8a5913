//! Keeps `docs/cli.md` true: what it says about commands, settings and exit codes is made from the command itself.
//! `UPDATE_DOCS=1 cargo test -p medshare-cli reference` writes it anew.

use std::fmt::Write as _;

use clap::{Arg, Command, CommandFactory as _};
use serde_json::Value;

use crate::{args::Cli, exit::Exit};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/cli.md");
const SCHEMA: &str = include_str!("../../../docs/cli.schema.json");

/// What a generated part ends with.
const END: &str = "<!-- end -->";

fn command() -> Command {
    let mut command = Cli::command();
    command.build();
    command
}

fn inner(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|inner| inner.get_name() != "help")
}

/// The commands that do something themselves, by what is written for them after `medshare`.
fn leaves(command: &Command, before: &str, found: &mut Vec<String>) {
    for inner in inner(command) {
        let name = format!("{before} {}", inner.get_name()).trim().to_owned();
        // All proposals are one command with one result.
        if inner.has_subcommands() && name != "council propose" {
            leaves(inner, &name, found);
        } else {
            found.push(name);
        }
    }
}

fn exit_codes() -> String {
    let mut text = String::from("| code | kind | what it says |\n|---|---|---|\n");
    for exit in Exit::ALL {
        let _ = writeln!(text, "| {} | `{}` | {} |", exit.code(), exit.name(), exit.meaning());
    }
    text
}

fn globals() -> String {
    let command = command();
    let mut text = String::new();
    for arg in command.get_arguments().filter(|arg| arg.is_global_set()) {
        argument(&mut text, arg);
    }
    text
}

fn commands() -> String {
    let mut text = String::new();
    inner(&command()).for_each(|inner| section(&mut text, inner));
    text
}

fn section(text: &mut String, command: &Command) {
    let bin = command.get_bin_name().unwrap_or_else(|| command.get_name());
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let _ = writeln!(text, "### `{bin}`\n\n{about}.\n");
    if command.has_subcommands() {
        inner(command).for_each(|inner| section(text, inner));
        return;
    }
    let usage = command.clone().render_usage().to_string();
    let _ = writeln!(text, "    {}\n", usage.trim_start_matches("Usage: "));
    let own = |arg: &&Arg| {
        !arg.is_global_set() && !arg.is_hide_set() && arg.get_id() != "help" && arg.get_id() != "version"
    };
    let before = text.len();
    command.get_arguments().filter(own).for_each(|arg| argument(text, arg));
    if text.len() > before {
        text.push('\n');
    }
}

fn argument(text: &mut String, arg: &Arg) {
    let mut shown = arg.clone().to_string();
    if let (Some(short), true) = (arg.get_short(), arg.get_long().is_some()) {
        shown = format!("-{short}, {shown}");
    }
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let _ = write!(text, "- `{shown}`: {help}");
    if let Some(env) = arg.get_env() {
        let _ = write!(text, " (`{}`)", env.to_string_lossy());
    }
    let default: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if !default.is_empty() && arg.get_action().takes_values() {
        let _ = write!(text, "; {} if nothing else is said", default.join(" "));
    }
    let values = arg.get_possible_values();
    if !values.is_empty() && arg.get_action().takes_values() {
        let names: Vec<&str> = values.iter().map(|value| value.get_name()).collect();
        let _ = write!(text, ": {}", names.join(", "));
    }
    text.push('\n');
}

/// The page with its generated parts made anew.
fn renewed(page: &str) -> String {
    let mut page = page.to_owned();
    for (part, text) in [("exit codes", exit_codes()), ("options", globals()), ("commands", commands())] {
        let begin = format!("<!-- {part}, made by `UPDATE_DOCS=1 cargo test -p medshare-cli reference` -->");
        let (before, rest) =
            page.split_once(&begin).unwrap_or_else(|| panic!("docs/cli.md has no `{begin}`"));
        let (_, after) =
            rest.split_once(END).unwrap_or_else(|| panic!("`{begin}` has no end in docs/cli.md"));
        page = format!("{before}{begin}\n\n{}\n\n{END}{after}", text.trim());
    }
    page
}

#[test]
fn the_reference_says_what_the_command_takes() {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let renewed = renewed(&page);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(PAGE, renewed).unwrap();
        return;
    }
    for (line, (there, now)) in page.lines().zip(renewed.lines()).enumerate() {
        assert_eq!(there, now, "docs/cli.md, line {}, is out of date: {}", line + 1, "see src/reference.rs");
    }
    assert_eq!(page, renewed, "docs/cli.md is out of date: see src/reference.rs");
}

#[test]
fn every_command_has_a_schema_of_what_it_prints() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let mut names = Vec::new();
    leaves(&command(), "", &mut names);
    for name in names {
        assert!(schema["$defs"].get(&name).is_some(), "docs/cli.schema.json says nothing about `{name}`");
    }
}
