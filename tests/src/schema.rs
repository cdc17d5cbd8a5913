//! Whether what the command prints is what `docs/cli.schema.json` says.

use std::sync::LazyLock;

use anyhow::{Context, Result, anyhow};
use serde_json::{Value, json};

/// What the schema is called while it is used; nothing is fetched from there.
const PLACE: &str = "https://medshare.invalid/cli.schema.json";

/// The published schema, closed: it leaves room for members that come later, the tests do not.
static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    let mut schema: Value =
        serde_json::from_str(include_str!("../../docs/cli.schema.json")).unwrap_or_default();
    close(&mut schema["$defs"]);
    schema
});

/// Closes schemas that leave room for members that come later: whatever they do not name is wrong.
pub fn close(schema: &mut Value) {
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

/// Checks what a command printed that was called with these arguments.
///
/// # Errors
/// If it is something else, with what differs.
pub fn check<S: AsRef<str>>(arguments: &[S], printed: &Value) -> Result<()> {
    let definition = definition(arguments, printed).context("the schema says nothing about this command")?;
    let mut compiler = boon::Compiler::new();
    let mut schemas = boon::Schemas::new();
    compiler.add_resource(PLACE, SCHEMA.clone()).map_err(|error| anyhow!("the schema: {error:#}"))?;
    let schema = compiler
        .compile(&format!("{PLACE}#/$defs/{}", definition.replace(' ', "%20")), &mut schemas)
        .map_err(|error| anyhow!("docs/cli.schema.json is no schema: {error:#}"))?;
    schemas
        .validate(printed, schema)
        .map_err(|error| anyhow!("not what the schema of `{definition}` says: {error:#}\nin {printed:#}"))
}

/// The name under which the schema has it.
fn definition<S: AsRef<str>>(arguments: &[S], printed: &Value) -> Option<String> {
    if printed.get("error").is_some() {
        return Some("error".into());
    }
    if printed["dry_run"] == true {
        return Some("dry run".into());
    }
    let words: Vec<&str> =
        arguments.iter().map(AsRef::as_ref).skip_while(|word| word.starts_with("--")).collect();
    let known = |name: &String| SCHEMA["$defs"].get(name).is_some();
    let two = words.get(..2).map(|words| words.join(" ")).filter(known);
    two.or_else(|| words.first().map(|word| (*word).to_owned()).filter(known))
}
