//! Values as people write them: amounts, spans of time, codes, and the names of DUO terms.

mod consortium;

pub use consortium::*;
pub use medshare_types::Amount;

use std::str::FromStr;

use medshare_types::{Code, CodeSystem, Finding, Findings, Kind, Modifier, Moment, Permission, Role, Use};

/// A span of time, in milliseconds; written as `90s`, `12h`, `30d`, `1h 30m`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span(pub Moment);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refuse = |reason: String| format!("`{text}` is no span of time, like 30d or 12h: {reason}");
        let span = humantime::parse_duration(text).map_err(|error| refuse(error.to_string()))?;
        Moment::try_from(span.as_millis()).map(Self).map_err(|error| refuse(error.to_string()))
    }
}

/// The variants of an enum under the names that people write.
fn named<T: Copy>(text: &str, what: &str, names: &[(&str, T)]) -> Result<T, String> {
    names.iter().find(|(name, _)| *name == text).map(|(_, value)| *value).ok_or_else(|| {
        let known: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
        format!("`{text}` is no {what}; there are: {}", known.join(", "))
    })
}

/// A kind of file.
pub fn kind(text: &str) -> Result<Kind, String> {
    named(text, "kind of file", &[("fhir", Kind::Fhir), ("dicom", Kind::Dicom), ("document", Kind::Document)])
}

/// A role.
pub fn role(text: &str) -> Result<Role, String> {
    named(
        text,
        "role",
        &[
            ("hospital", Role::Hospital),
            ("auditor", Role::Auditor),
            ("provider", Role::Provider),
            ("buyer", Role::Buyer),
            ("vault", Role::Vault),
        ],
    )
}

/// A DUO modifier.
pub fn modifier(text: &str) -> Result<Modifier, String> {
    named(
        text,
        "modifier",
        &[
            ("not-for-profit-organisation", Modifier::NotForProfitOrganisation),
            ("non-commercial", Modifier::NonCommercial),
            ("no-methods-development", Modifier::NoMethodsDevelopment),
            ("no-population-origins", Modifier::NoPopulationOrigins),
            ("ethics-approval-required", Modifier::EthicsApprovalRequired),
            ("publication-required", Modifier::PublicationRequired),
        ],
    )
}

const FINDINGS: [(&str, Finding); 7] = [
    ("unavailable", Finding::Unavailable),
    ("does-not-open", Finding::DoesNotOpen),
    ("commitment-mismatch", Finding::CommitmentMismatch),
    ("unreadable-format", Finding::UnreadableFormat),
    ("false-descriptor", Finding::FalseDescriptor),
    ("not-deidentified", Finding::NotDeidentified),
    ("other", Finding::Other),
];

/// Something that an auditor found wrong.
pub fn finding(text: &str) -> Result<Finding, String> {
    named(text, "finding", &FINDINGS)
}

/// Findings as people write them.
pub fn finding_names(findings: &Findings) -> Vec<&'static str> {
    FINDINGS.iter().filter(|(_, finding)| findings.contains(finding)).map(|(name, _)| *name).collect()
}

/// A medical code, `SYSTEM:CODE`.
pub fn code(text: &str) -> Result<Code, String> {
    let (system, code) = text
        .split_once(':')
        .ok_or_else(|| format!("`{text}` is no code: write SYSTEM:CODE, like mondo:0005148"))?;
    let system = named(
        system,
        "coding system",
        &[
            ("snomed", CodeSystem::Snomed),
            ("loinc", CodeSystem::Loinc),
            ("icd10", CodeSystem::Icd10),
            ("rxnorm", CodeSystem::RxNorm),
            ("cvx", CodeSystem::Cvx),
            ("dicom", CodeSystem::Dicom),
            ("mondo", CodeSystem::Mondo),
        ],
    )?;
    let code = code.parse().map_err(|error| format!("`{code}` is no code: {error}"))?;
    Ok(Code { system, code })
}

/// A DUO permission.
pub fn permission(text: &str) -> Result<Permission, String> {
    if let Some(disease) = text.strip_prefix("disease-research:") {
        return code(disease).map(Permission::DiseaseResearch);
    }
    Ok(match text {
        "no-restriction" => Permission::NoRestriction,
        "general-research" => Permission::GeneralResearch,
        "health-research" => Permission::HealthResearch,
        "population-origins" => Permission::PopulationOrigins,
        "clinical-care" => Permission::ClinicalCare,
        _ => {
            return Err(format!(
                "`{text}` is no permission; there are: no-restriction, general-research, health-research, \
                 disease-research:SYSTEM:CODE, population-origins, clinical-care"
            ));
        }
    })
}

/// A DUO use.
pub fn purpose_use(text: &str) -> Result<Use, String> {
    if let Some(disease) = text.strip_prefix("disease-research:") {
        return code(disease).map(Use::DiseaseResearch);
    }
    Ok(match text {
        "clinical-care" => Use::ClinicalCare,
        "biomedical-research" => Use::BiomedicalResearch,
        "methods-development" => Use::MethodsDevelopment,
        "population-origins" => Use::PopulationOrigins,
        "other-research" => Use::OtherResearch,
        "other" => Use::Other,
        _ => {
            return Err(format!(
                "`{text}` is no use; there are: clinical-care, biomedical-research, disease-research:SYSTEM:CODE, \
                 methods-development, population-origins, other-research, other"
            ));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_spans() {
        assert_eq!("30d".parse(), Ok(Span(2_592_000_000)));
        assert_eq!("90s".parse(), Ok(Span(90_000)));
        for bad in ["", "d", "30", "-1d", "3 moons", "18446744073709551615d"] {
            assert!(bad.parse::<Span>().is_err(), "{bad}");
        }
    }

    #[test]
    fn reads_terms_and_names_the_known_ones() {
        assert_eq!(permission("general-research"), Ok(Permission::GeneralResearch));
        assert!(matches!(permission("disease-research:mondo:0005148"), Ok(Permission::DiseaseResearch(_))));
        assert!(permission("anything").unwrap_err().contains("clinical-care"));
        assert!(purpose_use("disease-research:nope:1").unwrap_err().contains("mondo"));
        assert!(finding("bad").unwrap_err().contains("false-descriptor"));
    }
}
