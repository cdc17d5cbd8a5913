//! Fuzz targets: what must hold whatever somebody sends, and where it is looked for.
//!
//! A [`Target`] takes any bytes and panics if what it asserts does not hold. [`bounded`] runs the seeds of each and a
//! fixed number of changes of them, the same every time, as a part of the tests; `scripts/fuzz.sh` lets libFuzzer look for
//! as long as one wants. `docs/fuzzing.md` says what was run and found.

// A target says that something does not hold by panicking.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod bounded;
#[cfg(feature = "chain")]
pub mod chain;
mod deid;
#[cfg(feature = "services")]
mod envelope;
mod files;
#[cfg(feature = "chain")]
pub mod market;
mod mutate;
#[cfg(feature = "chain")]
mod rpc;
mod scratch;
mod sealed_keys;
#[cfg(feature = "services")]
mod vault;

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Something that takes any bytes and in which something must hold.
pub struct Target {
    /// Its name, as `scripts/fuzz.sh` takes it. Its own seeds are in the folder of this name in `fuzz/seeds`.
    pub name: &'static str,
    /// Panics if something does not hold.
    run: fn(&[u8]),
    /// What else it begins with, in `tests/fixtures`: files, and all in folders.
    fixtures: &'static [&'static str],
    /// What occurs in its inputs, to put more of it in.
    words: &'static [&'static str],
    /// How many changed inputs a bounded run takes.
    rounds: u32,
    /// How long its inputs are at most, in bytes.
    longest: usize,
}

/// All targets.
pub const TARGETS: &[Target] = &[
    #[cfg(feature = "services")]
    Target {
        name: "envelope",
        run: envelope::run,
        fixtures: &[],
        words: &["-> ", "medshare-v1 ", "age-encryption.org/v1\n", "--- ", "\n", "=", "X25519 ", "scrypt "],
        rounds: 4_000,
        longest: 1 << 10,
    },
    Target {
        name: "sealed_keys",
        run: sealed_keys::run,
        fixtures: &[],
        words: &[],
        rounds: 3_000,
        longest: 1 << 10,
    },
    Target {
        name: "readers_fhir",
        run: files::fhir,
        fixtures: &[],
        words: files::JSON,
        rounds: 4_000,
        longest: 64 << 10,
    },
    Target {
        name: "readers_dicom",
        run: files::dicom,
        fixtures: &[
            "bad",
            "dicom/JPEG2000.dcm",
            "dicom/MR_small.dcm",
            "dicom/reportsi.dcm",
            "dicom/rtdose.dcm",
        ],
        words: files::DICOM,
        rounds: 4_000,
        longest: 64 << 10,
    },
    Target {
        name: "readers_documents",
        run: files::documents,
        fixtures: &[],
        words: files::DOCUMENTS,
        rounds: 6_000,
        longest: 64 << 10,
    },
    Target {
        name: "readers_zip",
        run: files::zip,
        fixtures: &[],
        words: &["PK\x01\x02", "PK\x03\x04", "PK\x05\x06", "PK\x06\x06", "PK\x06\x07", "../", "/", "\\"],
        rounds: 3_000,
        longest: 64 << 10,
    },
    Target {
        name: "deid",
        run: deid::run,
        fixtures: &["dicom/JPEG2000.dcm", "dicom/MR_small.dcm", "dicom/reportsi.dcm", "dicom/rtdose.dcm"],
        words: files::ALL,
        rounds: 2_000,
        longest: 64 << 10,
    },
    #[cfg(feature = "services")]
    Target {
        name: "vault_requests",
        run: vault::run,
        fixtures: &[],
        words: vault::WORDS,
        rounds: 20_000,
        longest: 2 << 10,
    },
    #[cfg(feature = "chain")]
    Target {
        name: "rpc_parameters",
        run: rpc::run,
        fixtures: &[],
        words: rpc::WORDS,
        rounds: 20_000,
        longest: 2 << 10,
    },
    #[cfg(feature = "chain")]
    Target { name: "marketplace", run: market::run, fixtures: &[], words: &[], rounds: 60, longest: 2 << 10 },
];

/// Runs a target on an input.
///
/// # Panics
/// If there is no such target, or if something does not hold.
pub fn run(name: &str, input: &[u8]) {
    (target(name).run)(input);
}

fn target(name: &str) -> &'static Target {
    TARGETS.iter().find(|target| target.name == name).unwrap_or_else(|| panic!("there is no target {name}"))
}

impl Target {
    /// The files that it begins with, in the order of their names.
    pub fn seeds(&self) -> Vec<PathBuf> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let fixtures = here.join("../tests/fixtures");
        let mut places = vec![here.join("seeds").join(self.name)];
        if self.name == "deid" {
            places.extend(["readers_fhir", "readers_documents"].map(|other| here.join("seeds").join(other)));
        }
        places.extend(self.fixtures.iter().map(|name| fixtures.join(name)));
        let mut seeds = Vec::new();
        for place in places {
            match fs::read_dir(&place) {
                Ok(entries) => seeds.extend(entries.map(|entry| entry.unwrap().path())),
                Err(_) if place.is_file() => seeds.push(place),
                // A target without seeds begins with nothing.
                Err(_) => {}
            }
        }
        seeds.sort();
        seeds
    }
}
