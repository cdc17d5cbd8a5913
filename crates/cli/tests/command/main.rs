//! The `medshare` command as it is run, as far as that needs no node. What needs one is in `tests/tests/cli.rs`.

mod data;
mod json;
mod pages;
mod signals;

use std::{
    path::Path,
    process::{Command, Stdio},
};

/// The command, with nothing of this machine's own settings, at home in `home`.
fn medshare(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_medshare"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MEDSHARE_") {
            command.env_remove(name);
        }
    }
    command
        .env("MEDSHARE_HOME", home)
        .env("MEDSHARE_PASSPHRASE", "no secret at all")
        .current_dir(home)
        .stdin(Stdio::null());
    command
}
