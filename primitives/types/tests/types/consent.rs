//! Whether a policy covers a purpose: every permission against every use, and every modifier.

use codec::{Decode, Encode, MaxEncodedLen};
use medshare_types::{Code, CodeSystem, Modifier, Permission, Policy, Purpose, Use};

fn disease(code: &str) -> Code {
    Code { system: CodeSystem::Snomed, code: code.parse().unwrap() }
}

const DIABETES: &str = "73211009";
const ASTHMA: &str = "195967001";

fn permissions() -> [Permission; 6] {
    [
        Permission::NoRestriction,
        Permission::GeneralResearch,
        Permission::HealthResearch,
        Permission::DiseaseResearch(disease(DIABETES)),
        Permission::PopulationOrigins,
        Permission::ClinicalCare,
    ]
}

fn uses() -> [Use; 8] {
    [
        Use::ClinicalCare,
        Use::BiomedicalResearch,
        Use::DiseaseResearch(disease(DIABETES)),
        Use::DiseaseResearch(disease(ASTHMA)),
        Use::MethodsDevelopment,
        Use::PopulationOrigins,
        Use::OtherResearch,
        Use::Other,
    ]
}

fn permits(permission: Permission, r#use: Use) -> bool {
    Policy::new(permission).permits(&Purpose::new(r#use))
}

fn with(modifier: Modifier) -> Policy {
    let mut policy = Policy::new(Permission::NoRestriction);
    policy.modifiers.try_insert(modifier).unwrap();
    policy
}

#[test]
fn each_permission_covers_its_uses_and_no_others() {
    // One row a permission, one column a use, in the order of the functions above.
    let expected = [
        [true, true, true, true, true, true, true, true],
        [false, true, true, true, true, true, true, false],
        [false, true, true, true, false, false, false, false],
        [false, false, true, false, false, false, false, false],
        [false, false, false, false, false, true, false, false],
        [true, false, false, false, false, false, false, false],
    ];
    for (permission, row) in permissions().into_iter().zip(expected) {
        for (r#use, expected) in uses().into_iter().zip(row) {
            assert_eq!(permits(permission.clone(), r#use.clone()), expected, "{permission:?} for {use:?}");
        }
    }
}

#[test]
fn research_permissions_nest() {
    for r#use in uses() {
        let [disease, health, general] = [
            Permission::DiseaseResearch(disease(DIABETES)),
            Permission::HealthResearch,
            Permission::GeneralResearch,
        ]
        .map(|permission| permits(permission, r#use.clone()));
        assert!(!disease || health, "{use:?}");
        assert!(!health || general, "{use:?}");
    }
}

#[test]
fn a_disease_is_a_code_in_its_system() {
    let permission = Permission::DiseaseResearch(disease(DIABETES));
    let same_digits = Code { system: CodeSystem::Loinc, ..disease(DIABETES) };
    assert!(!permits(permission, Use::DiseaseResearch(same_digits)));
}

#[test]
fn a_modifier_about_the_use_excludes_this_use_only() {
    for (modifier, excluded) in [
        (Modifier::NoMethodsDevelopment, Use::MethodsDevelopment),
        (Modifier::NoPopulationOrigins, Use::PopulationOrigins),
    ] {
        for r#use in uses() {
            let expected = r#use != excluded;
            assert_eq!(
                with(modifier).permits(&Purpose::new(r#use.clone())),
                expected,
                "{modifier:?}: {use:?}"
            );
        }
    }
}

#[test]
fn a_modifier_about_the_user_looks_at_its_own_answer_only() {
    type Set = fn(&mut Purpose, bool);
    let modifiers: [(Modifier, Set, bool); 4] = [
        (Modifier::NotForProfitOrganisation, |purpose, answer| purpose.for_profit = answer, false),
        (Modifier::NonCommercial, |purpose, answer| purpose.commercial = answer, false),
        (Modifier::EthicsApprovalRequired, |purpose, answer| purpose.ethics_approval = answer, true),
        (Modifier::PublicationRequired, |purpose, answer| purpose.will_publish = answer, true),
    ];
    for (modifier, set, wanted) in modifiers {
        for others in [true, false] {
            let mut purpose = Purpose {
                r#use: Use::BiomedicalResearch,
                commercial: others,
                for_profit: others,
                ethics_approval: others,
                will_publish: others,
            };
            set(&mut purpose, wanted);
            assert!(with(modifier).permits(&purpose), "{modifier:?}, others {others}");
            set(&mut purpose, !wanted);
            assert!(!with(modifier).permits(&purpose), "{modifier:?}, others {others}");
        }
    }
}

#[test]
fn every_modifier_must_be_met() {
    let mut policy = with(Modifier::NonCommercial);
    policy.modifiers.try_insert(Modifier::EthicsApprovalRequired).unwrap();
    let mut purpose = Purpose::new(Use::BiomedicalResearch);
    assert!(!policy.permits(&purpose));
    purpose.ethics_approval = true;
    assert!(policy.permits(&purpose));
    purpose.commercial = true;
    assert!(!policy.permits(&purpose));
}

#[test]
fn a_modifier_never_widens_a_permission() {
    let mut policy = Policy::new(Permission::ClinicalCare);
    policy.modifiers.try_insert(Modifier::NonCommercial).unwrap();
    assert!(!policy.permits(&Purpose::new(Use::BiomedicalResearch)));
    assert!(policy.permits(&Purpose::new(Use::ClinicalCare)));
}

#[test]
fn a_policy_holds_every_modifier_and_survives_its_encodings() {
    let mut policy = Policy::new(Permission::DiseaseResearch(disease(DIABETES)));
    for modifier in [
        Modifier::NotForProfitOrganisation,
        Modifier::NonCommercial,
        Modifier::NoMethodsDevelopment,
        Modifier::NoPopulationOrigins,
        Modifier::EthicsApprovalRequired,
        Modifier::PublicationRequired,
    ] {
        policy.modifiers.try_insert(modifier).unwrap();
    }
    let bytes = policy.encode();
    assert!(bytes.len() <= Policy::max_encoded_len());
    assert_eq!(Policy::decode(&mut bytes.as_slice()), Ok(policy.clone()));
    let json = serde_json::to_string(&policy).unwrap();
    assert_eq!(serde_json::from_str::<Policy>(&json).unwrap(), policy);
}
