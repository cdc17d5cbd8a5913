//! Listings and orders.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

use crate::{Hash, Moment, Point, Purpose, RecordId, Version};

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
pub struct Listing<AccountId, Balance> {
    /// The version on sale.
    pub version: Version,
    /// Who sells.
    pub seller: AccountId,
    /// For how much.
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
    Claimed,
    /// All is paid to the seller; nothing is on hold.
    Settled,
    /// A claim was right: the retained part went back to the buyer; nothing is on hold.
    Refunded,
    /// Both agreed to cancel: all went back to the buyer; nothing is on hold.
    Cancelled,
    /// The seller did not deliver in time: all went back to the buyer; nothing is on hold.
    Expired,
}

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
pub struct Order<AccountId, Balance> {
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
    pub price: Balance,
    /// The part of the price that stays on hold after delivery, until claims are over.
    pub retained: Balance,
    /// The buyer's bond, while a claim is open.
    pub bond: Balance,
    /// What the data are for.
    pub purpose: Purpose,
    /// Under which terms.
    pub terms: Terms,
    /// When it was placed.
    pub placed: Moment,
    /// When the seller's time to deliver ends.
    pub deliver_by: Moment,
    /// How far it got.
    pub state: OrderState,
}
