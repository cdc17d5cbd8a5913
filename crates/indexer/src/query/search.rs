//! Searches, and what they find.

use medshare_events::schema::{Amount, Of};
use medshare_types::{
    AccountId, Balance, Code, Descriptor, Hash, Kind, Moment, Policy, Purpose, RecordId, Terms, Tier,
    Version, VersionStatus,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LIMIT, Page, Paged, Paging, optional_amount};

/// What is searched.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// What can be bought now.
    #[default]
    Listings,
    /// Every record's latest version or, with a status, the versions with that status.
    Records,
}

/// In which order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Newest first: by the time of listing or, of records, of registration.
    #[default]
    Newest,
    /// Oldest first.
    Oldest,
    /// Lowest price first; listings only.
    Cheapest,
    /// Highest price first; listings only.
    Dearest,
    /// Largest plaintext first.
    Largest,
    /// Smallest plaintext first.
    Smallest,
    /// Highest completeness first.
    Completest,
}

/// Years from and to, both included.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Years {
    /// The first.
    pub from: Option<u16>,
    /// The last.
    pub to: Option<u16>,
}

/// Sizes from and to, in bytes, both included.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Sizes {
    /// The least.
    pub min: Option<u64>,
    /// The most.
    pub max: Option<u64>,
}

/// Prices from and to, both included.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Prices {
    /// The least.
    #[serde(with = "optional_amount")]
    #[schemars(with = "Option<Amount>")]
    pub min: Option<Balance>,
    /// The most.
    #[serde(with = "optional_amount")]
    #[schemars(with = "Option<Amount>")]
    pub max: Option<Balance>,
}

/// A search. Everything that is given must hold.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Search {
    /// What is searched.
    pub what: What,
    /// The kind of file.
    #[schemars(with = "Option<Of<Kind>>")]
    pub kind: Option<Kind>,
    /// The DICOM modality, such as `CT`.
    pub modality: Option<String>,
    /// Codes that all occur, each named once; at most 32.
    #[schemars(with = "Vec<Of<Code>>")]
    pub codes: Vec<Code>,
    /// The data speak of a time within these years.
    pub years: Option<Years>,
    /// The plaintext's size.
    pub size: Option<Sizes>,
    /// The least completeness, in percent.
    pub completeness: Option<u8>,
    /// The price on sale.
    pub price: Option<Prices>,
    /// The owner is in one of these tiers, each named once.
    #[schemars(with = "Vec<Of<Tier>>")]
    pub tiers: Vec<Tier>,
    /// The policy permits this.
    #[schemars(with = "Option<Of<Purpose>>")]
    pub purpose: Option<Purpose>,
    /// How far the version's review got.
    #[schemars(with = "Option<Of<VersionStatus>>")]
    pub status: Option<VersionStatus>,
    /// Whose.
    #[schemars(with = "Option<Of<AccountId>>")]
    pub owner: Option<AccountId>,
    /// The pseudonym of the person whom the data are about.
    #[schemars(with = "Option<Of<Hash>>")]
    pub subject: Option<Hash>,
    /// Whether the owner ended it; of records, those that were not unless this says so.
    pub withdrawn: Option<bool>,
    /// Words, each of which a word of the record begins with: of its title, its media type, its codes and their systems, its
    /// resource types. At most 32 words. Signs without a letter or a digit find nothing.
    pub text: Option<String>,
    /// In which order.
    pub sort: Sort,
    /// At most so many items, 1 to 100; 20 if nothing is said.
    pub limit: u32,
    /// Where to go on: `next` of the page before.
    pub cursor: Option<String>,
    /// Whether to count what is on all pages; it is counted if nothing is said.
    pub count: bool,
    /// Whether to count by kind, modality and so on.
    pub facets: bool,
    /// Whether the answer is of the best block, of which not all is final yet.
    pub at_best: bool,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            what: What::default(),
            kind: None,
            modality: None,
            codes: Vec::new(),
            years: None,
            size: None,
            completeness: None,
            price: None,
            tiers: Vec::new(),
            purpose: None,
            status: None,
            owner: None,
            subject: None,
            withdrawn: None,
            text: None,
            sort: Sort::default(),
            limit: LIMIT,
            cursor: None,
            count: true,
            facets: false,
            at_best: false,
        }
    }
}

impl Paged for Search {
    const NAME: &'static str = "Search";

    fn paging(&self) -> Paging<'_> {
        Paging { limit: self.limit, cursor: self.cursor.as_deref(), count: self.count }
    }

    fn whole(&self) -> Self {
        Self { limit: LIMIT, cursor: None, count: true, facets: false, ..self.clone() }
    }
}

/// What a search finds.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct SearchPage {
    /// The page.
    #[serde(flatten)]
    pub page: Page<Hit>,
    /// What there is of what on all pages; nothing if the query did not ask.
    pub facets: Option<Facets>,
}

/// A version that a search found.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct Hit {
    /// The record.
    pub record: RecordId,
    /// The version.
    pub version: Version,
    /// What it is called, in English: made from the descriptor, for owners give no titles.
    pub title: String,
    /// Whose.
    #[schemars(with = "Of<AccountId>")]
    pub owner: AccountId,
    /// The owner's tier.
    #[schemars(with = "Of<Tier>")]
    pub tier: Tier,
    /// The pseudonym of the person whom the data are about.
    #[schemars(with = "Of<Hash>")]
    pub subject: Hash,
    /// How far its review got.
    #[schemars(with = "Of<VersionStatus>")]
    pub status: VersionStatus,
    /// Whether the owner ended the record.
    pub withdrawn: bool,
    /// What is in it.
    #[schemars(with = "Of<Descriptor>")]
    pub descriptor: Descriptor,
    /// Bytes of the ciphertext.
    pub size: u64,
    /// SHA-256 of the ciphertext.
    #[schemars(with = "Of<Hash>")]
    pub ciphertext: Hash,
    /// What the owner permits.
    #[schemars(with = "Option<Of<Policy>>")]
    pub policy: Option<Policy>,
    /// Where and when it was registered.
    #[schemars(with = "Of<medshare_types::Anchor>")]
    pub anchor: medshare_types::Anchor,
    /// Under which terms this version is on sale, if it is.
    pub listing: Option<OnSale>,
}

/// Under which terms a version is on sale.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct OnSale {
    /// The version.
    pub version: Version,
    /// Who sells.
    #[schemars(with = "Of<AccountId>")]
    pub seller: AccountId,
    /// For how much.
    #[serde(with = "medshare_types::amount")]
    #[schemars(with = "Amount")]
    pub price: Balance,
    /// Under which terms.
    #[schemars(with = "Of<Terms>")]
    pub terms: Terms,
    /// Since when.
    pub since: Moment,
}

/// How many there are of a value.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "BucketOf{T}")]
pub struct Bucket<T> {
    /// The value.
    pub value: T,
    /// How many.
    pub count: u64,
}

/// How many there are of a code.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct CodeBucket {
    /// The code.
    #[serde(flatten)]
    #[schemars(with = "Of<Code>")]
    pub code: Code,
    /// How many.
    pub count: u64,
}

/// What there is of what among everything found; most first, equal ones by value; none without any.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, JsonSchema)]
pub struct Facets {
    /// By kind.
    #[schemars(with = "Vec<Bucket<Of<Kind>>>")]
    pub kind: Vec<Bucket<Kind>>,
    /// By modality: the 100 most frequent.
    pub modality: Vec<Bucket<String>>,
    /// The 20 most frequent codes.
    pub code: Vec<CodeBucket>,
    /// By year, from 1850 to 2149: how many speak of a time in it. In order of the years.
    pub year: Vec<Bucket<u16>>,
    /// By the owner's tier.
    #[schemars(with = "Vec<Bucket<Of<Tier>>>")]
    pub tier: Vec<Bucket<Tier>>,
    /// By how far the review got.
    #[schemars(with = "Vec<Bucket<Of<VersionStatus>>>")]
    pub status: Vec<Bucket<VersionStatus>>,
}
