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

#[test]
fn every_call_is_accepted_and_refused_by_some_market() {
    use medshare_fuzz::market::{Act, Tally, play};
    use rand::{RngCore, SeedableRng};

    let mut rng = rand_chacha::ChaCha8Rng::from_seed([9; 32]);
    let mut sum = Tally::new();
    for _ in 0..40 {
        let mut input = [0; 2048];
        rng.fill_bytes(&mut input);
        for (act, (done, refused)) in play(&input) {
            let of = sum.entry(act).or_default();
            *of = (of.0 + done, of.1 + refused);
        }
    }
    // Those of which the others are made in which money moves and grants come to be.
    for act in [
        Act::Register,
        Act::DeliverKeys,
        Act::Vote,
        Act::List,
        Act::Order,
        Act::Deliver,
        Act::Cancel,
        Act::Expire,
        Act::Claim,
        Act::Rule,
        Act::Settle,
        Act::ClearOrder,
        Act::Request,
        Act::Answer,
        Act::Grant,
        Act::Revoke,
        Act::Erase,
        Act::Replace,
        Act::RotateKey,
        Act::Leave,
    ] {
        let (done, refused) = sum.get(&act).copied().unwrap_or_default();
        assert!(done > 0 && refused > 0, "{act:?}: {done} were accepted and {refused} refused, of {sum:#?}");
    }
}
