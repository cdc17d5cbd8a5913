//! Writes the runtime's metadata, version 15, to a file: `cargo run -p medshare-runtime --example metadata -- FILE`.

use std::{env, fs, process::ExitCode};

fn main() -> ExitCode {
    let Some(path) = env::args().nth(1) else {
        report("name the file to write");
        return ExitCode::FAILURE;
    };
    let Some(metadata) = medshare_runtime::Runtime::metadata_at_version(15) else {
        report("the runtime has no metadata of version 15");
        return ExitCode::FAILURE;
    };
    match fs::write(&path, &**metadata) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&format!("could not write {path}: {error}"));
            ExitCode::FAILURE
        }
    }
}

#[allow(clippy::print_stderr)]
fn report(problem: &str) {
    eprintln!("metadata: {problem}");
}
