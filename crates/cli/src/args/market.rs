//! What buyers and sellers say, and owners who give without a price.

use std::path::PathBuf;

use clap::Args;
use medshare_types::{Kind, RecordId, RequestId, Version};

use crate::values::{Amount, Span, kind, purpose_use};

#[derive(Args)]
pub struct OneOrder {
    /// The order's number
    pub order: medshare_types::OrderId,
}

#[derive(Args)]
pub struct List {
    /// The record's number
    pub record: RecordId,
    /// The price in MDS
    #[arg(long, value_name = "MDS")]
    pub price: Amount,
    /// How long a buyer may fetch, from delivery: 30d, 12h; for ever if none is given
    #[arg(long)]
    pub duration: Option<Span>,
    /// The licence text, whose SHA-256 goes with the listing
    #[arg(long, value_name = "FILE")]
    pub licence: Option<PathBuf>,
}

#[derive(Args)]
pub struct Reprice {
    /// The record's number
    pub record: RecordId,
    /// The price in MDS
    #[arg(long, value_name = "MDS")]
    pub price: Amount,
}

#[derive(Args)]
pub struct Search {
    /// Only this kind: fhir, dicom, document
    #[arg(long, value_parser = kind)]
    pub kind: Option<Kind>,
    /// Only this DICOM modality, such as CT
    #[arg(long)]
    pub modality: Option<String>,
    /// Only records with this code, such as snomed:38341003
    #[arg(long, value_parser = crate::values::code, value_name = "SYSTEM:CODE")]
    pub code: Option<medshare_types::Code>,
    /// Only up to this price
    #[arg(long, value_name = "MDS")]
    pub max_price: Option<Amount>,
    /// At most so many
    #[arg(long, default_value_t = 100)]
    pub limit: usize,
}

#[derive(Args)]
pub struct PurposeArgs {
    /// What the data are for: clinical-care, biomedical-research, disease-research:SYSTEM:CODE,
    /// methods-development, population-origins, other-research, other
    #[arg(long = "use", value_parser = purpose_use, value_name = "USE")]
    pub r#use: medshare_types::Use,
    /// The use is commercial
    #[arg(long)]
    pub commercial: bool,
    /// The user is a for-profit organisation
    #[arg(long)]
    pub for_profit: bool,
    /// An ethics board approved the use
    #[arg(long)]
    pub ethics_approval: bool,
    /// The results will be published
    #[arg(long)]
    pub will_publish: bool,
}

#[derive(Args)]
pub struct Buy {
    /// The record's number
    pub record: RecordId,
    #[command(flatten)]
    pub purpose: PurposeArgs,
    /// Pay at most this; the listed price if none is given
    #[arg(long, value_name = "MDS")]
    pub max_price: Option<Amount>,
    /// Wait so long for the delivery
    #[arg(long, value_name = "SECONDS")]
    pub wait: Option<u64>,
    /// Do not check before that the vault serves the ciphertext
    #[arg(long)]
    pub no_preview: bool,
    /// Fetch the ciphertext before, and order only if it is whole and has the hash that the chain says; nothing of it is kept
    #[arg(long, conflicts_with = "no_preview")]
    pub verify: bool,
}

#[derive(Args)]
pub struct Open {
    /// The record's number
    pub record: RecordId,
    /// The version; the latest one that can be opened if none is given
    #[arg(long)]
    pub version_number: Option<Version>,
    /// Where to write it
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

#[derive(Args)]
pub struct Grant {
    /// The record's number
    pub record: RecordId,
    /// To whom
    pub who: String,
    #[command(flatten)]
    pub purpose: PurposeArgs,
    /// For how long: 30d, 12h; until revoked if none is given
    #[arg(long)]
    pub duration: Option<Span>,
}

#[derive(Args)]
pub struct Revoke {
    /// The record's number
    pub record: RecordId,
    /// Whose grant
    pub who: String,
    /// The version; the latest if none is given
    #[arg(long)]
    pub version_number: Option<Version>,
}

#[derive(Args)]
pub struct Request {
    /// The record's number
    pub record: RecordId,
    #[command(flatten)]
    pub purpose: PurposeArgs,
}

#[derive(Args)]
pub struct OneRequest {
    /// The request's number
    pub request: RequestId,
}

#[derive(Args)]
pub struct Answer {
    /// The request's number
    pub request: RequestId,
    /// For how long: 30d, 12h; until revoked if none is given
    #[arg(long)]
    pub duration: Option<Span>,
}
