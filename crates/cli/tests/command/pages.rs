//! Manual pages and completions.

use serde_json::Value;

use super::medshare;

#[test]
fn every_command_has_a_manual_page() {
    let home = tempfile::tempdir().unwrap();
    let output = medshare(home.path()).args(["--json", "man", "share/man1"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    let named: Vec<&str> = printed["pages"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let mut written: Vec<String> = std::fs::read_dir(home.path().join("share/man1"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let mut expected = named.clone();
    expected.sort_unstable();
    written.sort_unstable();
    assert_eq!(written, expected);
    for page in [
        "medshare.1",
        "medshare-buy.1",
        "medshare-audit-approve.1",
        "medshare-council-propose-member-admit.1",
    ] {
        let text = std::fs::read_to_string(home.path().join("share/man1").join(page)).unwrap();
        assert!(text.contains(".TH") && text.contains("SYNOPSIS"), "{page}: {text}");
    }
}

#[test]
fn every_shell_gets_a_completion_script() {
    let home = tempfile::tempdir().unwrap();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = medshare(home.path()).args(["completions", shell]).output().unwrap();
        assert!(output.status.success());
        let script = String::from_utf8(output.stdout).unwrap();
        for word in ["register", "dry-run", "approve"] {
            assert!(script.contains(word), "{shell} does not complete {word}");
        }
    }
}
