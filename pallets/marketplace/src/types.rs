use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use medshare_types::{Balance, Listing, Order};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_runtime::Permill;

/// A listing of this runtime.
pub type ListingOf<T> = Listing<<T as frame_system::Config>::AccountId>;
/// An order of this runtime.
pub type OrderOf<T> = Order<<T as frame_system::Config>::AccountId>;

/// Who gets which part of a sale's fee. What is left goes to the consortium.
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
#[serde(deny_unknown_fields)]
pub struct FeeSplit {
    /// For the auditors who approved the version, in equal parts.
    pub auditors: Permill,
    /// For the vaults that hold the version, in equal parts.
    pub vaults: Permill,
}

/// A fee in its parts; together they are the fee.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct FeeParts {
    /// For each auditor.
    pub(crate) auditor: Balance,
    /// For each vault.
    pub(crate) vault: Balance,
    /// For the consortium: its part, the remainders, and the parts for which there is nobody.
    pub(crate) consortium: Balance,
}

impl FeeSplit {
    /// Whether the parts are no more than the whole.
    pub fn is_valid(&self) -> bool {
        self.auditors.deconstruct().saturating_add(self.vaults.deconstruct()) <= Permill::one().deconstruct()
    }

    /// Divides a fee among so many auditors and vaults, rounding down. If the parts are more than the whole, the
    /// vaults get what the auditors leave.
    pub(crate) fn divide(&self, fee: Balance, auditors: usize, vaults: usize) -> FeeParts {
        let for_auditors = self.auditors.mul_floor(fee);
        let for_vaults = self.vaults.mul_floor(fee).min(fee.saturating_sub(for_auditors));
        let (auditor, paid_to_auditors) = equal_parts(for_auditors, auditors);
        let (vault, paid_to_vaults) = equal_parts(for_vaults, vaults);
        // Neither subtraction can go below zero: each group gets at most its part, and the parts are within the fee.
        let consortium = fee.saturating_sub(paid_to_auditors).saturating_sub(paid_to_vaults);
        FeeParts { auditor, vault, consortium }
    }
}

/// The largest equal part for each of so many, and what all get together; nothing if there is nobody.
fn equal_parts(amount: Balance, number: usize) -> (Balance, Balance) {
    let number = Balance::try_from(number).unwrap_or(Balance::MAX);
    let each = amount.checked_div(number).unwrap_or_default();
    // Cannot saturate: each is the amount divided by the number.
    (each, each.saturating_mul(number))
}
