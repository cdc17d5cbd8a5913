//! What becomes of what identifies persons in files.

use std::path::PathBuf;

use clap::Args;
use medshare_client::readers::deid::Dates;

use super::FileArgs;

#[derive(Args)]
pub struct Check {
    #[command(flatten)]
    pub file: FileArgs,
    /// Show what was found itself, not only where it is: keep the output from logs
    #[arg(long)]
    pub values: bool,
}

#[derive(Args)]
pub struct Deidentify {
    #[command(flatten)]
    pub file: FileArgs,
    /// The copy
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    #[command(flatten)]
    pub rules: Rules,
}

/// How files are de-identified.
#[derive(Args, Clone)]
pub struct Rules {
    /// What becomes of dates: shift moves all of a patient by the same 1 to 365 days, so that intervals stay; year keeps
    /// years only, as HIPAA's Safe Harbor wants it
    #[arg(long, value_parser = dates, default_value = "shift", value_name = "HOW")]
    pub dates: Dates,
    /// Keep free text, with what looks like an identifier struck out; without this, free text is removed
    #[arg(long)]
    pub keep_text: bool,
    /// Keep a patient's age, sex, size and weight in DICOM
    #[arg(long)]
    pub keep_characteristics: bool,
    /// Who the patient is, for files that do not say it as others of the same patient do; dates then move as there
    #[arg(long, value_name = "ID")]
    pub patient: Option<String>,
    /// Where to write what was changed, in JSON: places and kinds, no values
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

/// What becomes of what identifies in files that are sealed.
#[derive(Args, Clone)]
pub struct Privacy {
    /// Seal a copy without what identifies a person, as `medshare deidentify` makes it; the file stays as it is
    #[arg(long)]
    pub deidentify: bool,
    /// Seal also what identifies a person: everybody who gets the key then learns who it is, and auditors will reject it.
    /// With --deidentify, only for what cannot be taken out, such as text burned into an image
    #[arg(long)]
    pub accept_identifying: bool,
    #[command(flatten)]
    pub rules: Rules,
}

impl Privacy {
    /// Whether a rule is named that only de-identification follows.
    pub fn has_idle_rules(&self) -> bool {
        let Rules { dates, keep_text, keep_characteristics, patient, report } = &self.rules;
        let named = *dates != Dates::Shift
            || *keep_text
            || *keep_characteristics
            || patient.is_some()
            || report.is_some();
        named && !self.deidentify
    }
}

fn dates(text: &str) -> Result<Dates, String> {
    match text {
        "shift" => Ok(Dates::Shift),
        "year" => Ok(Dates::Year),
        other => Err(format!("{other} is neither shift nor year")),
    }
}
