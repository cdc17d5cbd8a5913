//! Writes the test vectors into `vectors/`, or into the folder given as the argument.
//!
//! They are the same in every run; a test compares the committed files with what this program writes.

use std::{env, fs, io, path::PathBuf};

#[path = "../tests/generator/mod.rs"]
mod generator;

fn main() -> io::Result<()> {
    let folder = env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/vectors")), PathBuf::from);
    fs::create_dir_all(&folder)?;
    for (name, content) in generator::files() {
        fs::write(folder.join(name), content)?;
    }
    Ok(())
}
