//! What `--json` prints is what `docs/cli.schema.json` says.

use std::path::Path;

use serde_json::{Value, json};

use super::medshare;

/// What the schema is called while it is used; nothing is fetched from there.
const PLACE: &str = "https://medshare.invalid/cli.schema.json";
const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/cli.schema.json");
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures");

/// Checks what a command printed. Nothing may be there that is not written down, other than in the published schema,
/// which leaves room for later.
fn check(definition: &str, printed: &Value) {
    let mut schema: Value = serde_json::from_str(&std::fs::read_to_string(SCHEMA).unwrap()).unwrap();
    close(&mut schema["$defs"]);
    assert!(schema["$defs"].get(definition).is_some(), "there is no schema of `{definition}`");
    let mut compiler = boon::Compiler::new();
    let mut schemas = boon::Schemas::new();
    compiler.add_resource(PLACE, schema).unwrap();
    let place = format!("{PLACE}#/$defs/{}", definition.replace(' ', "%20"));
    let schema = compiler.compile(&place, &mut schemas).unwrap_or_else(|error| panic!("{error:#}"));
    if let Err(wrong) = schemas.validate(printed, schema) {
        panic!("{definition}: {wrong:#}\nin {printed:#}");
    }
}

fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.values_mut().for_each(close);
            if members.get("type") == Some(&json!("object")) && members.contains_key("properties") {
                members.insert("unevaluatedProperties".into(), json!(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// Runs a command with `--json` and checks what it prints and how it ends.
fn run(home: &Path, definition: &str, exit: i32, arguments: &[&str]) -> Value {
    let output = medshare(home).arg("--json").args(arguments).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(exit), "{arguments:?}: {told}");
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{arguments:?}: {error} in {}", String::from_utf8_lossy(&output.stdout));
    });
    check(definition, &printed);
    if definition == "error" {
        assert_eq!(printed["error"]["exit"], exit, "{printed}");
        assert!(told.starts_with("error: "), "people are told too: {told}");
    }
    printed
}

#[test]
fn commands_without_a_node_print_what_the_schema_says() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path();
    let bundle = format!("{FIXTURES}/fhir/atencio.json");
    let made = run(home, "keys create", 0, &["keys", "create"]);
    run(home, "keys export", 0, &["keys", "export", "--output", "copy.age"]);
    std::fs::write(home.join("seed"), format!("0x{}", "07".repeat(32))).unwrap();
    let imported = run(home, "keys import", 0, &["keys", "import", "seed", "--key-file", "imported.age"]);
    assert_ne!(made["account"], imported["account"]);
    run(home, "describe", 0, &["describe", &bundle]);
    run(home, "check", 3, &["check", &bundle]);
    run(home, "check", 3, &["check", &bundle, "--values"]);
    run(home, "deidentify", 0, &["deidentify", &bundle, "--output", "clean.json"]);
    let copy = run(home, "deidentify", 0, &["deidentify", &bundle, "--output", "clean.pdf"]);
    assert!(copy["remarks"].to_string().contains("its name ends .pdf"), "{copy}");
    run(home, "config show", 0, &["config", "show"]);
    run(home, "completions", 0, &["completions", "fish"]);
    run(home, "man", 0, &["man", "pages"]);
}

#[test]
fn errors_are_objects_and_end_in_the_code_of_their_kind() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path();
    std::fs::write(home.join("broken.toml"), "nodes = 1").unwrap();
    std::fs::write(home.join("bundle.json"), "{").unwrap();
    std::fs::write(home.join("other"), "another passphrase").unwrap();
    run(home, "keys create", 0, &["keys", "create"]);
    let nowhere = ["--node", "ws://127.0.0.1:1", "--dev", "Alice"];
    let at_nowhere = |arguments: &[&'static str]| [&nowhere, arguments].concat();
    for (exit, kind, arguments) in [
        (2, "usage", vec!["buy", "one", "--use", "other"]),
        (2, "usage", vec!["nothing-of-the-kind"]),
        (2, "usage", vec!["--config", "broken.toml", "config", "show"]),
        (2, "usage", vec!["--config", "none.toml", "config", "show"]),
        (2, "usage", vec!["--dev", "Alice", "--key-file", "key.age", "config", "show"]),
        (2, "usage", vec!["--dry-run", "config", "show"]),
        (3, "input", vec!["describe", "none.json"]),
        (3, "input", vec!["describe", "bundle.json", "--kind", "fhir"]),
        (3, "input", vec!["keys", "create"]),
        (6, "unreachable", at_nowhere(&["records"])),
        (6, "unreachable", at_nowhere(&["register", "bundle.json", "--policy", "general-research"])),
        (8, "key", vec!["--passphrase-file", "other", "keys", "export", "--output", "copy.age"]),
        (8, "key", vec!["--key-file", "none.age", "keys", "export", "--output", "copy.age"]),
    ] {
        let printed = run(home, "error", exit, &arguments);
        assert_eq!(printed["error"]["kind"], kind, "{arguments:?}: {printed}");
        assert!(printed["error"]["hint"].as_str().is_some_and(|hint| !hint.is_empty()), "{printed}");
    }
    assert!(!home.join("copy.age").exists(), "a command that failed wrote something");
}

#[test]
fn errors_are_objects_wherever_json_is_set() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path();
    std::fs::write(home.join("json.toml"), "json = true").unwrap();
    std::fs::write(home.join("broken.toml"), "json = true\nnodes = 1").unwrap();
    let plain = ("MEDSHARE_JSON", "no");
    for (is_json, environment, arguments) in [
        (true, ("MEDSHARE_JSON", "1"), vec!["nothing-of-the-kind"]),
        (true, ("MEDSHARE_JSON", "1"), vec!["--config", "none.toml", "config", "show"]),
        (true, ("MEDSHARE_CONFIG", "json.toml"), vec!["nothing-of-the-kind"]),
        (true, ("MEDSHARE_CONFIG", "json.toml"), vec!["--dev", "a", "--key-file", "b", "config", "show"]),
        (true, ("MEDSHARE_CONFIG", "broken.toml"), vec!["config", "show"]),
        (true, ("MEDSHARE_DEV", "Alice"), vec!["--config=json.toml", "nothing-of-the-kind"]),
        (false, plain, vec!["--config=json.toml", "nothing-of-the-kind"]),
        (false, plain, vec!["--config", "broken.toml", "config", "show"]),
    ] {
        let (name, value) = environment;
        let output = medshare(home).env(name, value).args(&arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: "), "people are told too");
        let printed = String::from_utf8(output.stdout).unwrap();
        if is_json {
            check("error", &serde_json::from_str(&printed).unwrap());
        } else {
            assert!(printed.is_empty(), "{arguments:?}: {printed}");
        }
    }
}
