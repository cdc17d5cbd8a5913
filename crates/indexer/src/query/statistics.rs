//! Statistics, and how much the index holds.

use medshare_events::schema::{Amount, Of};
use medshare_types::{AccountId, Balance, Kind, Moment};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LIMIT, Paged, Paging, list_query, optional_amount};

list_query! {
    /// Which auditors' statistics.
    AuditorStatistics {
        /// Whose; everybody's if nothing is said.
        #[schemars(with = "Option<Of<AccountId>>")]
        auditor: AccountId,
    }
}

/// How an auditor works.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct AuditorItem {
    /// Who.
    #[schemars(with = "Of<AccountId>")]
    pub auditor: AccountId,
    /// Votes cast, about versions of records and about claims.
    pub votes: u64,
    /// Of them, to approve a version.
    pub approvals: u64,
    /// Of them, to reject a version.
    pub rejections: u64,
    /// Of them, about claims.
    pub rulings: u64,
    /// `approvals` of `approvals` and `rejections`, 0 to 1.
    pub accepted_share: Option<f64>,
    /// Times that it did not vote in time.
    pub missed: u64,
    /// From the delivery of the key to the vote, in milliseconds.
    pub mean_response_ms: Option<u64>,
    /// Votes that agree with the panel's decision, of those in decided reviews, 0 to 1.
    pub agreement_share: Option<f64>,
    /// Approved records about which a claim was right.
    pub overturned: u64,
    /// Seats in reviews that have not ended, without a vote.
    pub open_seats: u64,
}

/// How long an interval of the market's statistics is, in UTC.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Interval {
    /// A day.
    Day,
    /// A week, which begins on Monday.
    Week,
    /// A month.
    #[default]
    Month,
}

/// Which statistics of the market. At most 1000 intervals at once, and at most 100 000 different prices in them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MarketStatistics {
    /// How long the intervals are.
    pub interval: Interval,
    /// From this time on; from the first order on if nothing is said.
    pub from: Option<Moment>,
    /// Before this time; until now if nothing is said.
    pub to: Option<Moment>,
    /// Of records of this kind.
    #[schemars(with = "Option<Of<Kind>>")]
    pub kind: Option<Kind>,
    /// Whether the answer is of the best block, of which not all is final yet.
    pub at_best: bool,
}

/// The market in an interval.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct MarketItem {
    /// When the interval begins.
    pub start: Moment,
    /// The kind of the records.
    #[schemars(with = "Of<Kind>")]
    pub kind: Kind,
    /// Orders placed in it.
    pub orders: u64,
    /// Orders delivered in it.
    pub delivered: u64,
    /// Orders settled in it.
    pub settled: u64,
    /// Orders refunded in it.
    pub refunded: u64,
    /// Orders expired in it.
    pub expired: u64,
    /// Orders cancelled in it.
    pub cancelled: u64,
    /// The prices of what was delivered in it, summed.
    #[serde(with = "medshare_types::amount")]
    #[schemars(with = "Amount")]
    pub volume: Balance,
    /// Their median, the lower one of two; none without any.
    #[serde(with = "optional_amount")]
    #[schemars(with = "Option<Amount>")]
    pub median_price: Option<Balance>,
}

/// How much the index holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, JsonSchema)]
pub struct Counts {
    /// Records.
    pub records: u64,
    /// Their versions.
    pub versions: u64,
    /// Listings.
    pub listings: u64,
    /// Orders, with those that were cleared.
    pub orders: u64,
    /// Reviews, with those that were removed.
    pub reviews: u64,
    /// Grants, with those that were cleared.
    pub grants: u64,
    /// Receipts.
    pub receipts: u64,
    /// Events.
    pub events: u64,
    /// Members.
    pub members: u64,
}
