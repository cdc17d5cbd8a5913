//! A bounded run of every fuzz target: seeds, and the same changes of them every time.

use std::{collections::BTreeSet, fs, path::Path};

use medshare_fuzz::{TARGETS, bounded};

macro_rules! targets {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                bounded::run(stringify!($name));
            }
        )*

        const TESTED: &[&str] = &[$(stringify!($name)),*];
    };
}

targets! {
    envelope
    sealed_keys
    readers_fhir
    readers_dicom
    readers_documents
    readers_zip
    deid
    vault_requests
    rpc_parameters
    marketplace
}

#[test]
fn every_target_is_run_here_and_by_libfuzzer() {
    let known: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(TESTED.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>(), known);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz_targets");
    let programs = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    assert_eq!(
        programs
            .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
            .collect::<BTreeSet<_>>(),
        known
    );
}
