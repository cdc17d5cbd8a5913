//! What a signal leaves behind.

use std::{
    net::TcpListener,
    process::{Command, Stdio},
};

use serde_json::Value;

use super::medshare;

#[test]
fn a_signal_ends_the_command_and_it_says_what_to_do() {
    // A node that never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let node = format!("ws://{}", silent.local_addr().unwrap());
    for (signal, code, kind) in [("INT", 130, "interrupted"), ("TERM", 143, "terminated")] {
        let home = tempfile::tempdir().unwrap();
        let child = medshare(home.path())
            .args(["--json", "--node", &node, "--dev", "Alice", "buy", "1", "--use", "other-research"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // It waits for an answer from now on.
        let _connection = silent.accept().unwrap();
        let sent = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
        assert!(sent.unwrap().success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(told["error"]["kind"], kind);
        assert!(told["error"]["hint"].as_str().unwrap().contains("medshare orders"), "{told}");
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
