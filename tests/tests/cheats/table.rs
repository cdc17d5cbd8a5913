//! Whether `docs/cheats.md` speaks about these cases, and about tests that exist.

use std::{collections::BTreeSet, path::Path};

use anyhow::{Context, Result, ensure};

const TABLE: &str = include_str!("../../../docs/cheats.md");

/// What stands in the document between backticks, on one line.
fn quoted() -> impl Iterator<Item = &'static str> {
    TABLE.lines().flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// Every case is named there, and whatever is named there is a case, or a test in the file that is named with it.
pub fn names_every_case(cases: &[&str]) -> Result<()> {
    let modules: BTreeSet<&str> =
        cases.iter().filter_map(|case| case.split_once("::")).map(|(module, _)| module).collect();
    let named: BTreeSet<&str> = quoted()
        .filter(|text| text.split_once("::").is_some_and(|(module, _)| modules.contains(module)))
        .collect();
    let cases: BTreeSet<&str> = cases.iter().copied().collect();
    let (missing, unknown) = (&cases - &named, &named - &cases);
    ensure!(missing.is_empty(), "docs/cheats.md does not name {missing:?}");
    ensure!(unknown.is_empty(), "docs/cheats.md names {unknown:?}, which are no cases");

    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the tests are in no workspace")?;
    let elsewhere: Vec<(&str, &str)> = quoted().filter_map(|text| text.split_once(".rs::")).collect();
    ensure!(!elsewhere.is_empty(), "docs/cheats.md names no other tests, or in another form");
    for (file, test) in elsewhere {
        let path = root.join(format!("{file}.rs"));
        let source =
            std::fs::read_to_string(&path).with_context(|| format!("there is no {}", path.display()))?;
        ensure!(
            source.contains(&format!("fn {test}(")),
            "{file}.rs has no {test}, which docs/cheats.md names"
        );
    }
    Ok(())
}
