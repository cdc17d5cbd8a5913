//! Consent in the terms of the GA4GH Data Use Ontology (DUO, <https://github.com/EBISPOT/DUO>): what an owner
//! permits, what a user intends, and whether the one covers the other.

use bounded_collections::{BoundedBTreeSet, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::{Path, Type, TypeInfo, build::Fields};
use serde::{Deserialize, Serialize};

use crate::Code;

/// What an owner permits: a DUO data use permission.
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
pub enum Permission {
    /// NRES, DUO:0000004: any use.
    NoRestriction,
    /// GRU, DUO:0000042: any research.
    GeneralResearch,
    /// HMB, DUO:0000006: health, medical or biomedical research.
    HealthResearch,
    /// DS, DUO:0000007: research on this disease.
    DiseaseResearch(Code),
    /// POA, DUO:0000011: population origins or ancestry research.
    PopulationOrigins,
    /// CC, DUO:0000043: clinical care.
    ClinicalCare,
}

/// A condition on top of the permission: a DUO data use modifier that the chain can decide.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub enum Modifier {
    /// NPU, DUO:0000045: not-for-profit organisations only.
    NotForProfitOrganisation,
    /// NCU, DUO:0000046: non-commercial use only.
    NonCommercial,
    /// NMDS, DUO:0000015: no general methods research.
    NoMethodsDevelopment,
    /// NPOA, DUO:0000044: population origins or ancestry research prohibited.
    NoPopulationOrigins,
    /// IRB, DUO:0000021: ethics approval required.
    EthicsApprovalRequired,
    /// PUB, DUO:0000019: results must be published.
    PublicationRequired,
}

impl Modifier {
    /// Every modifier, in the order of their encoding.
    pub const ALL: [Self; 6] = [
        Self::NotForProfitOrganisation,
        Self::NonCommercial,
        Self::NoMethodsDevelopment,
        Self::NoPopulationOrigins,
        Self::EthicsApprovalRequired,
        Self::PublicationRequired,
    ];
}

/// An owner's consent policy for a record.
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
pub struct Policy {
    /// What is permitted.
    pub permission: Permission,
    /// Under which conditions.
    pub modifiers: BoundedBTreeSet<Modifier, ConstU32<6>>,
}

/// What a user intends: a DUO investigation or clinical care.
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
pub enum Use {
    /// Care of the patient, DUO:0000043.
    ClinicalCare,
    /// Biomedical research, DUO:0000037.
    BiomedicalResearch,
    /// Research on a disease, DUO:0000040.
    DiseaseResearch(Code),
    /// Development of methods, DUO:0000031.
    MethodsDevelopment,
    /// Ancestry research, DUO:0000033.
    PopulationOrigins,
    /// Any other research.
    OtherResearch,
    /// Anything that is neither research nor care.
    Other,
}

/// What a user says that the data are for. It is signed, stored with the grant, and binds.
#[derive(
    Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, Serialize, Deserialize,
)]
pub struct Purpose {
    /// The use.
    pub r#use: Use,
    /// Whether the use is commercial.
    pub commercial: bool,
    /// Whether the user is a for-profit organisation.
    pub for_profit: bool,
    /// Whether an ethics board approved it.
    pub ethics_approval: bool,
    /// Whether the results will be published.
    pub will_publish: bool,
}

/// By hand, since the derived one would call a field `r#use`, with the mark that only Rust needs.
impl TypeInfo for Purpose {
    type Identity = Self;

    fn type_info() -> Type {
        let flags: [(_, &'static [&'static str]); 4] = [
            ("commercial", &["Whether the use is commercial."]),
            ("for_profit", &["Whether the user is a for-profit organisation."]),
            ("ethics_approval", &["Whether an ethics board approved it."]),
            ("will_publish", &["Whether the results will be published."]),
        ];
        let r#use =
            Fields::named().field(|field| field.ty::<Use>().name("use").type_name("Use").docs(&["The use."]));
        let fields = flags.into_iter().fold(r#use, |fields, (name, docs)| {
            fields.field(|field| field.ty::<bool>().name(name).type_name("bool").docs(docs))
        });
        Type::builder()
            .path(Path::new("Purpose", module_path!()))
            .docs(&[
                "What a user says that the data are for. It is signed, stored with the grant, and binds.",
            ])
            .composite(fields)
    }
}

impl Policy {
    /// A policy without conditions.
    pub fn new(permission: Permission) -> Self {
        Self { permission, modifiers: Default::default() }
    }

    /// Whether the policy covers the purpose: the use falls under the permission, and every modifier is met.
    ///
    /// The permissions nest as in DUO: disease research is health research is general research.
    pub fn permits(&self, purpose: &Purpose) -> bool {
        self.covers(&purpose.r#use) && self.modifiers.iter().all(|modifier| modifier.is_met(purpose))
    }

    fn covers(&self, r#use: &Use) -> bool {
        match (&self.permission, r#use) {
            (Permission::NoRestriction, _) => true,
            (_, Use::Other) => false,
            (Permission::GeneralResearch, wanted) => *wanted != Use::ClinicalCare,
            (Permission::HealthResearch, wanted) => {
                matches!(wanted, Use::BiomedicalResearch | Use::DiseaseResearch(_))
            }
            (Permission::DiseaseResearch(permitted), Use::DiseaseResearch(wanted)) => permitted == wanted,
            (Permission::PopulationOrigins, wanted) => *wanted == Use::PopulationOrigins,
            (Permission::ClinicalCare, wanted) => *wanted == Use::ClinicalCare,
            (Permission::DiseaseResearch(_), _) => false,
        }
    }
}

impl Modifier {
    fn is_met(self, purpose: &Purpose) -> bool {
        match self {
            Self::NotForProfitOrganisation => !purpose.for_profit,
            Self::NonCommercial => !purpose.commercial,
            Self::NoMethodsDevelopment => purpose.r#use != Use::MethodsDevelopment,
            Self::NoPopulationOrigins => purpose.r#use != Use::PopulationOrigins,
            Self::EthicsApprovalRequired => purpose.ethics_approval,
            Self::PublicationRequired => purpose.will_publish,
        }
    }
}

impl Purpose {
    /// A purpose that is neither commercial nor for profit, without ethics approval or publication.
    pub fn new(r#use: Use) -> Self {
        Self { r#use, commercial: false, for_profit: false, ethics_approval: false, will_publish: false }
    }
}
