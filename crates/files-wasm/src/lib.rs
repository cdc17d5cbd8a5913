//! The readers and the de-identification of `medshare-files` for browsers: the same code that the `medshare` command has,
//! as WebAssembly. `packages/medshare-files` is what JavaScript programs use it by; `scripts/wasm.sh` builds both.
//!
//! Files are read and written by pieces, synchronously, through objects of JavaScript: so it runs in a worker. Nothing in
//! it opens a connection. What it has to say it says in JSON, as the command does with `--json`.
//!
//! A panic becomes an error of JavaScript, after which this instance must not be used any more.

// What `wasm_bindgen` writes for the functions here is unsafe; nothing else is.
#![allow(unsafe_code)]

mod failure;
mod held;

use std::path::Path;

use medshare_files::{
    Source,
    deid::{self, Dates, Options, Secret},
};
use medshare_types::Kind;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::wasm_bindgen;

use failure::Failure;
use held::{Held, Reader, Sink, Written};

/// Called once, when the module is loaded: from now on a panic is thrown as an error with the place of the mistake.
#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(|panic| {
        let text = Failure::fault(&panic.to_string()).to_json();
        wasm_bindgen::throw_str(&text)
    }));
}

/// What a file is: `{ descriptor, identifying, remarks }`, as `medshare describe --json` gives it.
///
/// # Errors
/// If it cannot be read, is empty, broken, or of another kind: `{ code, message, hint }`.
#[wasm_bindgen]
pub fn describe(name: &str, reader: Reader, kind: Option<String>) -> Result<String, String> {
    told(|| {
        let mut held = Held::new(reader);
        let source = Source::held(Path::new(name), &mut held);
        Ok(medshare_files::describe(source, kind_of(kind.as_deref())?)?)
    })
}

/// What in a file identifies: `{ clean, identifying, findings, counts, claims, limits }`, as `medshare check --json` gives
/// it; with the values that were found if they are asked for.
///
/// # Errors
/// As [`describe`].
#[wasm_bindgen]
pub fn check(name: &str, reader: Reader, kind: Option<String>, values: bool) -> Result<String, String> {
    told(|| {
        let mut held = Held::new(reader);
        let source = Source::held(Path::new(name), &mut held);
        Ok(deid::check(source, kind_of(kind.as_deref())?, values)?.checked())
    })
}

/// Writes a copy of a file without what identifies into `sink`, and gives `{ removed, report }`: the distinct elements that
/// were changed, and every change, as `medshare deidentify` reports it. `rules` is JSON: `dates`, `keepText`,
/// `keepCharacteristics`, `patient`; `secret` what a file of the institution's secret says.
///
/// # Errors
/// As [`describe`]; if the file has no parts that can be edited; if the sink throws. What was written is then worth nothing.
#[wasm_bindgen]
pub fn deidentify(
    name: &str,
    reader: Reader,
    kind: Option<String>,
    secret: &str,
    rules: &str,
    sink: Sink,
) -> Result<String, String> {
    told(|| {
        let options = options(secret, rules)?;
        let mut held = Held::new(reader);
        let mut out = Written::new(sink);
        let source = Source::held(Path::new(name), &mut held);
        let report = deid::deidentify(source, kind_of(kind.as_deref())?, &mut out, &options)?;
        out.finish().map_err(|error| Failure::write(name, &error))?;
        Ok(Deidentified { removed: report.elements(), report })
    })
}

/// Writes the files of a folder into `sink` as the one zip that stands for it, as `medshare` shares a folder; gives
/// `{ left_out }`, the files that systems leave behind. `names` are `/`-separated, below the folder `name`.
///
/// # Errors
/// If there is none, a name is there twice, or is none that a zip should have; if one cannot be read, or the sink throws.
#[wasm_bindgen]
pub fn pack(name: &str, names: Vec<String>, readers: Vec<Reader>, sink: Sink) -> Result<String, String> {
    told(|| {
        let files = names.into_iter().zip(readers).map(|(name, reader)| {
            let held = Held::new(reader);
            (name, held.size(), held)
        });
        let mut out = Written::new(sink);
        let left_out = medshare_files::pack_held(Path::new(name), files, &mut out)?;
        out.finish().map_err(|error| Failure::write(name, &error))?;
        Ok(Packed { left_out })
    })
}

/// The pseudonym of the only patient of a file, 64 hex digits, under which an institution links its records; nothing if the
/// file does not say who that is, or names several.
///
/// # Errors
/// As [`describe`].
#[wasm_bindgen]
pub fn subject(
    name: &str,
    reader: Reader,
    kind: Option<String>,
    secret: &str,
) -> Result<Option<String>, String> {
    let subject = || -> Result<_, Failure> {
        let secret: Secret = secret.parse()?;
        let mut held = Held::new(reader);
        let source = Source::held(Path::new(name), &mut held);
        Ok(deid::subject(source, kind_of(kind.as_deref())?, &secret)?)
    };
    subject().map(|subject| subject.map(hex::encode)).map_err(|failure| failure.to_json())
}

#[derive(Serialize)]
struct Deidentified {
    removed: Vec<String>,
    report: deid::Report,
}

#[derive(Serialize)]
struct Packed {
    left_out: Vec<String>,
}

/// How to de-identify, as JavaScript says it.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Rules {
    dates: Dates,
    keep_text: bool,
    keep_characteristics: bool,
    patient: Option<String>,
}

fn options(secret: &str, rules: &str) -> Result<Options, Failure> {
    let secret = secret.parse()?;
    let Rules { dates, keep_text, keep_characteristics, patient } = serde_json::from_str(rules)
        .map_err(|error| Failure::usage(&format!("these are no rules: {error}")))?;
    Ok(Options { secret, dates, keep_text, keep_characteristics, patient })
}

fn kind_of(name: Option<&str>) -> Result<Option<Kind>, Failure> {
    Ok(match name {
        None => None,
        Some("fhir") => Some(Kind::Fhir),
        Some("dicom") => Some(Kind::Dicom),
        Some("document") => Some(Kind::Document),
        Some(other) => return Err(Failure::usage(&format!("{other:?} is no kind: fhir, dicom, document"))),
    })
}

fn told<T: Serialize>(run: impl FnOnce() -> Result<T, Failure>) -> Result<String, String> {
    let json = run().and_then(|told| {
        serde_json::to_string(&told).map_err(|error| Failure::fault(&format!("it cannot be told: {error}")))
    });
    json.map_err(|failure| failure.to_json())
}
