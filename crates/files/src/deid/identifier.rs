//! The kinds of identifiers that the HIPAA Privacy Rule names.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What has to be removed for health information to count as de-identified by the Safe Harbor method of the HIPAA
/// Privacy Rule: 45 CFR 164.514(b)(2)(i), (A) to (R), of the individual and of relatives, employers and household.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Identifier {
    /// (A) Names.
    Names,
    /// (B) Geographic subdivisions smaller than a state; the first three digits of a ZIP code may stay where more
    /// than 20,000 people live in them.
    Geography,
    /// (C) Elements of dates, except the year, that relate to an individual; ages over 89.
    Dates,
    /// (D) Telephone numbers.
    Telephone,
    /// (E) Fax numbers.
    Fax,
    /// (F) Electronic mail addresses.
    Email,
    /// (G) Social security numbers.
    SocialSecurity,
    /// (H) Medical record numbers.
    MedicalRecord,
    /// (I) Health plan beneficiary numbers.
    HealthPlan,
    /// (J) Account numbers.
    Account,
    /// (K) Certificate and licence numbers.
    Licence,
    /// (L) Vehicle identifiers and serial numbers, including licence plates.
    Vehicle,
    /// (M) Device identifiers and serial numbers.
    Device,
    /// (N) Web universal resource locators.
    Url,
    /// (O) Internet protocol addresses.
    IpAddress,
    /// (P) Biometric identifiers, including finger and voice prints.
    Biometric,
    /// (Q) Full-face photographs and comparable images.
    Photograph,
    /// (R) Any other unique identifying number, characteristic or code; here also free text, which may hold any.
    Other,
}

impl Identifier {
    /// All of them, in the order of the rule.
    pub const ALL: [Self; 18] = [
        Self::Names,
        Self::Geography,
        Self::Dates,
        Self::Telephone,
        Self::Fax,
        Self::Email,
        Self::SocialSecurity,
        Self::MedicalRecord,
        Self::HealthPlan,
        Self::Account,
        Self::Licence,
        Self::Vehicle,
        Self::Device,
        Self::Url,
        Self::IpAddress,
        Self::Biometric,
        Self::Photograph,
        Self::Other,
    ];

    /// The letter in 45 CFR 164.514(b)(2)(i).
    pub fn letter(self) -> char {
        // As many letters as kinds, in their order.
        "ABCDEFGHIJKLMNOPQR".chars().nth(self as usize).unwrap_or('R')
    }

    /// The kind with this letter.
    pub fn of_letter(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.letter() == letter)
    }

    /// What it is, in a few words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Names => "names",
            Self::Geography => "places smaller than a state",
            Self::Dates => "dates finer than a year, ages over 89",
            Self::Telephone => "telephone numbers",
            Self::Fax => "fax numbers",
            Self::Email => "e-mail addresses",
            Self::SocialSecurity => "social security numbers",
            Self::MedicalRecord => "medical record numbers",
            Self::HealthPlan => "health plan numbers",
            Self::Account => "account numbers",
            Self::Licence => "certificate and licence numbers",
            Self::Vehicle => "vehicle identifiers",
            Self::Device => "device identifiers",
            Self::Url => "web addresses",
            Self::IpAddress => "IP addresses",
            Self::Biometric => "biometric identifiers",
            Self::Photograph => "photographs of faces",
            Self::Other => "other unique numbers, and free text",
        }
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}) {}", self.letter(), self.words())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_a_letter_for_each_of_the_eighteen() {
        let letters: String = Identifier::ALL.iter().map(|kind| kind.letter()).collect();
        assert_eq!(letters, "ABCDEFGHIJKLMNOPQR");
        assert!(Identifier::ALL.iter().all(|kind| Identifier::of_letter(kind.letter()) == Some(*kind)));
        assert_eq!(Identifier::of_letter('S'), None);
    }
}
