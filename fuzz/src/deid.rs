//! De-identification: a copy has nothing structured left, is of the same kind, and is its own copy.

use std::path::Path;

use medshare_files::{
    ReadError,
    deid::{Dates, Options, Report, Secret, check, deidentify},
    describe,
};

use crate::{files::is_told, scratch::with_file};

/// The file chooses the options by all of its bytes: so files are seeds as they are.
pub fn run(content: &[u8]) {
    let choice = content.iter().fold(0, |all, byte| all ^ byte);
    let mut options = Options::new(Secret::from_bytes([7; 32]));
    options.dates = if choice & 1 == 0 { Dates::Shift } else { Dates::Year };
    options.keep_text = choice & 2 != 0;
    options.keep_characteristics = choice & 4 != 0;
    with_file("file", content, |path| holds(path, &options));
}

fn holds(path: &Path, options: &Options) {
    let described = describe(path, None);
    let (copy, report) = match copied(path, options) {
        Ok(made) => made,
        Err(error) => return is_told(&error),
    };
    let before = described.expect("what is de-identified can be described");
    assert_eq!(
        copied(path, options).unwrap(),
        (copy.clone(), report),
        "the same file and options give another copy"
    );
    with_file("copy", &copy, |path| {
        let after =
            describe(path, Some(before.descriptor.kind)).unwrap_or_else(|error| panic!("the copy: {error}"));
        assert!(after.identifying.is_empty(), "left: {:?}", after.identifying);
        let left = check(path, Some(before.descriptor.kind), false).unwrap();
        assert!(left.is_clean(), "left: {:?}", left.structured().collect::<Vec<_>>());
        assert_eq!(after.descriptor.kind, before.descriptor.kind);
        let (again, report) = copied(path, options).unwrap_or_else(|error| panic!("the copy: {error}"));
        assert_eq!(report.changes, [], "the copy of the copy is changed");
        assert!(again == copy, "the copy of the copy is another");
    });
}

fn copied(path: &Path, options: &Options) -> Result<(Vec<u8>, Report), ReadError> {
    let mut copy = Vec::new();
    let report = deidentify(path, None, &mut copy, options)?;
    Ok((copy, report))
}
