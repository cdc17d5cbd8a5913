//! Listings and orders.

use bounded_collections::BoundedVec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

use crate::{Balance, Hash, MaxLocators, Moment, Point, Purpose, RecordId, Version};

/// An order, numbered from 0.
pub type OrderId = u64;

/// Under which terms a record is sold.
#[derive(
    Clone,
    PartialEq,
    Eq,
    Default,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub struct Terms {
    /// SHA-256 of the licence text, if there is one.
    pub licence: Option<Hash>,
    /// How long the buyer may fetch, from delivery; for ever if none.
    pub duration: Option<Moment>,
}

/// An offer to sell the approved version of a record; one for each record.
#[derive(
    Clone,
    PartialEq,
    Eq,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub struct Listing<AccountId> {
    /// The version on sale.
    pub version: Version,
    /// Who sells.
    pub seller: AccountId,
    /// For how much.
    #[serde(with = "crate::amount")]
    pub price: Balance,
    /// Under which terms.
    pub terms: Terms,
    /// Since when.
    pub since: Moment,
}

/// One of the two parties of an order.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub enum Party {
    /// Who pays.
    Buyer,
    /// Who delivers.
    Seller,
}

/// How far an order got. At every moment exactly one of these holds, and each names what is on hold.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub enum OrderState {
    /// The price is on hold; the seller has until `deliver_by`.
    Open {
        /// Who proposed to cancel, if anyone did.
        cancel: Option<Party>,
    },
    /// The key was delivered and all but the retained part paid; that part is on hold until `settles_at`.
    Delivered {
        /// When the buyer's time to claim ends.
        settles_at: Moment,
    },
    /// The buyer claims that the data are bad: the retained part and the buyer's bond are on hold.
    Claimed {
        /// When the panel's time to rule ends. Without a ruling the seller is then paid, and the buyer gets the bond.
        rule_by: Moment,
    },
    /// All is paid to the seller; nothing is on hold.
    Settled,
    /// A claim was right: the retained part went back to the buyer; nothing is on hold.
    Refunded,
    /// Both agreed to cancel: all went back to the buyer; nothing is on hold.
    Cancelled,
    /// The seller did not deliver in time: all went back to the buyer; nothing is on hold.
    Expired,
}

impl OrderState {
    /// Whether money of an order in this state is on hold.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Open { .. } | Self::Delivered { .. } | Self::Claimed { .. })
    }
}

/// Vaults, each once; as many as can hold a version.
pub type Vaults<AccountId> = BoundedVec<AccountId, MaxLocators>;

/// An order.
#[derive(
    Clone,
    PartialEq,
    Eq,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub struct Order<AccountId> {
    /// The record bought.
    pub record: RecordId,
    /// Its version.
    pub version: Version,
    /// Who pays.
    pub buyer: AccountId,
    /// The buyer's encryption key when it ordered: the record key is sealed to this one.
    pub buyer_key: Point,
    /// Who delivers.
    pub seller: AccountId,
    /// What it costs.
    #[serde(with = "crate::amount")]
    pub price: Balance,
    /// The part of the price that stays on hold after delivery, until claims are over.
    #[serde(with = "crate::amount")]
    pub retained: Balance,
    /// The fee for auditors, vaults and the consortium, which the seller pays from the price at delivery.
    #[serde(with = "crate::amount")]
    pub fee: Balance,
    /// The buyer's bond, while a claim is open.
    #[serde(with = "crate::amount")]
    pub bond: Balance,
    /// What the data are for.
    pub purpose: Purpose,
    /// Under which terms.
    pub terms: Terms,
    /// When it was placed.
    pub placed: Moment,
    /// When the seller's time to deliver ends.
    pub deliver_by: Moment,
    /// How long the buyer may claim, from delivery.
    pub claim_window: Moment,
    /// The vaults that held the version when it was ordered; they share in the fee.
    pub vaults: Vaults<AccountId>,
    /// How far it got.
    pub state: OrderState,
}
