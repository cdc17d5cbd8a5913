//! What a signal leaves behind.

use std::{
    fs::{File, read_dir, read_link},
    io::Write as _,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Output, Stdio},
    thread::sleep,
    time::Duration,
};

use serde_json::Value;

use super::medshare;

/// A command that prints JSON, started at home in `home`.
fn start(home: &Path, arguments: &[&str]) -> Child {
    let mut command = medshare(home);
    command.arg("--json").args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Ends it with a signal; gives how it ended and what it printed.
fn end(child: Child, signal: &str) -> (Output, Value) {
    let sent = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
    assert!(sent.unwrap().success());
    let output = child.wait_with_output().unwrap();
    let told = serde_json::from_slice(&output.stdout).unwrap();
    (output, told)
}

/// Whether a process has a file of this name open.
fn has_open(id: u32, name: &str) -> bool {
    let mut open = read_dir(format!("/proc/{id}/fd")).into_iter().flatten().flatten();
    open.any(|open| read_link(open.path()).is_ok_and(|file| file.ends_with(name)))
}

#[test]
fn a_signal_ends_the_command_and_it_says_what_to_do() {
    // A node that never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let node = format!("ws://{}", silent.local_addr().unwrap());
    for (signal, code, kind) in [("INT", 130, "interrupted"), ("TERM", 143, "terminated")] {
        let home = tempfile::tempdir().unwrap();
        let buy = ["--node", &node, "--dev", "Alice", "buy", "1", "--use", "other-research"];
        let child = start(home.path(), &buy);
        // It waits for an answer from now on.
        let _connection = silent.accept().unwrap();
        let (output, told) = end(child, signal);
        assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(told["error"]["kind"], kind);
        assert!(told["error"]["hint"].as_str().unwrap().contains("medshare orders"), "{told}");
    }
}

#[test]
fn a_signal_ends_the_reading_of_files_and_nothing_half_written_is_left() {
    let home = tempfile::tempdir().unwrap();
    // It may be JSON, as far as it is read; the rest is a hole, which takes hours to read and no room.
    let mut endless = File::create(home.path().join("endless.json")).unwrap();
    endless.write_all(b"{").unwrap();
    endless.set_len(1 << 38).unwrap();
    for arguments in [
        &["describe", "endless.json"][..],
        &["check", "endless.json"],
        &["deidentify", "endless.json", "--output", "copy.json", "--report", "report.json"],
    ] {
        let mut child = start(home.path(), arguments);
        while !has_open(child.id(), "endless.json") {
            assert_eq!(child.try_wait().unwrap(), None, "{arguments:?} ended by itself");
            sleep(Duration::from_millis(10));
        }
        let (output, told) = end(child, "INT");
        assert_eq!(output.status.code(), Some(130), "{arguments:?}: {told}");
        assert_eq!(told["error"]["kind"], "interrupted");
        let names = read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut left: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
        left.retain(|name| !matches!(name.as_str(), "endless.json" | "institution.secret"));
        assert!(left.is_empty(), "{arguments:?} left {left:?}");
    }
}

#[test]
fn who_reads_only_the_beginning_is_no_error() {
    let home = tempfile::tempdir().unwrap();
    let mut child =
        medshare(home.path()).args(["completions", "bash"]).stdout(Stdio::piped()).spawn().unwrap();
    // Longer than a pipe holds, and nobody reads it.
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
