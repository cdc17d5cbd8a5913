//! Documents by what their owners permit.

use std::borrow::Cow;

use medshare_types::{Code, Modifier, Permission, Policy, Purpose, Use};
use roaring::RoaringBitmap;

use super::{named::Named, select::Conditions};

/// What a policy is for this: its permission, with the number of the disease if it is for one, and a bit for each modifier.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Consent {
    /// The place of the permission, if it is for no disease.
    permission: Option<u8>,
    disease: Option<u32>,
    modifiers: u8,
}

/// The permissions that are for no disease.
const PERMISSIONS: [Permission; 5] = [
    Permission::NoRestriction,
    Permission::GeneralResearch,
    Permission::HealthResearch,
    Permission::PopulationOrigins,
    Permission::ClinicalCare,
];

/// Where a permission is among [`PERMISSIONS`], if it is one of them. Exhaustive, so that none can be forgotten.
fn place(permission: &Permission) -> Option<u8> {
    match permission {
        Permission::NoRestriction => Some(0),
        Permission::GeneralResearch => Some(1),
        Permission::HealthResearch => Some(2),
        Permission::PopulationOrigins => Some(3),
        Permission::ClinicalCare => Some(4),
        Permission::DiseaseResearch(_) => None,
    }
}

/// The name of a code: [`Code`] has no hash.
pub type CodeName = (u8, Box<[u8]>);

pub fn code_name(code: &Code) -> CodeName {
    (code.system as u8, code.code.as_bytes().into())
}

/// Documents by some properties, of which each has any: for every choice of properties, those that have one of them. So it takes one
/// set to ask for several, whatever they are.
struct Choices(Vec<RoaringBitmap>);

// A bit of a byte for each, and with each one more twice as many sets.
const _: () = assert!(PERMISSIONS.len() <= 8 && Modifier::ALL.len() <= 8);

impl Choices {
    /// Of so many properties.
    fn of(properties: usize) -> Self {
        Self(vec![RoaringBitmap::new(); 1 << properties])
    }

    /// Adds a document, with a bit for each of its properties.
    fn insert(&mut self, document: u32, properties: u8) {
        for set in self.with(properties) {
            set.insert(document);
        }
    }

    /// Takes a document out that has these.
    fn remove(&mut self, document: u32, properties: u8) {
        for set in self.with(properties) {
            set.remove(document);
        }
    }

    /// The sets of the choices that have one of some properties.
    fn with(&mut self, properties: u8) -> impl Iterator<Item = &mut RoaringBitmap> {
        let sets = self.0.iter_mut().enumerate();
        sets.filter(move |(choice, _)| choice & usize::from(properties) != 0).map(|(_, set)| set)
    }

    /// The documents that have one of some properties.
    fn any(&self, properties: u8) -> &RoaringBitmap {
        &self.0[usize::from(properties)]
    }
}

/// The bits of those things that are so, in their order.
fn bits<T>(things: impl IntoIterator<Item = T>, is_so: impl Fn(T) -> bool) -> u8 {
    (0..).zip(things).fold(0, |bits, (bit, thing)| if is_so(thing) { bits | (1 << bit) } else { bits })
}

/// Documents by permission and by modifier.
///
/// A policy permits a purpose if its permission does and none of its modifiers forbids it. So what is permitted are the
/// documents of some permissions without those of some modifiers; which, the chain's own [`Policy::permits`] says, asked of a
/// policy with that permission or that modifier alone. That the parts decide for the whole is tested for all policies.
pub struct Consents {
    permissions: Choices,
    diseases: Named<CodeName>,
    modifiers: Choices,
}

impl Default for Consents {
    fn default() -> Self {
        let (permissions, modifiers) = (Choices::of(PERMISSIONS.len()), Choices::of(Modifier::ALL.len()));
        Self { permissions, diseases: Named::default(), modifiers }
    }
}

impl Consents {
    /// Adds a document.
    pub fn insert(&mut self, document: u32, policy: &Policy) -> Consent {
        let disease = match &policy.permission {
            Permission::DiseaseResearch(code) => Some(self.diseases.insert(&code_name(code), document)),
            _ => None,
        };
        let permission = place(&policy.permission);
        if let Some(place) = permission {
            self.permissions.insert(document, 1 << place);
        }
        let modifiers = modifiers(policy);
        self.modifiers.insert(document, modifiers);
        Consent { permission, disease, modifiers }
    }

    /// Whether this is what a policy is.
    pub fn is_of(&self, consent: Option<Consent>, policy: Option<&Policy>) -> bool {
        let (Some(consent), Some(policy)) = (consent, policy) else {
            return consent.is_none() && policy.is_none();
        };
        let disease = match &policy.permission {
            Permission::DiseaseResearch(code) => self.diseases.number(&code_name(code)),
            _ => None,
        };
        consent.permission == place(&policy.permission)
            && consent.disease == disease
            && consent.modifiers == modifiers(policy)
    }

    /// Takes a document out.
    pub fn remove(&mut self, document: u32, consent: Consent) {
        if let Some(place) = consent.permission {
            self.permissions.remove(document, 1 << place);
        }
        if let Some(disease) = consent.disease {
            self.diseases.remove(disease, document);
        }
        self.modifiers.remove(document, consent.modifiers);
    }

    /// Adds what a purpose asks of a document.
    pub fn conditions<'a>(&'a self, purpose: &Purpose, conditions: &mut Conditions<'a>) {
        let permitting = bits(&PERMISSIONS, |permission| Policy::new((*permission).clone()).permits(purpose));
        let mut permitted = vec![Cow::Borrowed(self.permissions.any(permitting))];
        if let Use::DiseaseResearch(code) = &purpose.r#use
            && Policy::new(Permission::DiseaseResearch(code.clone())).permits(purpose)
            && let Some(set) = self.diseases.get(&code_name(code))
        {
            permitted.push(Cow::Borrowed(set));
        }
        conditions.any.push(permitted);
        let forbidding = bits(Modifier::ALL, |modifier| {
            let mut policy = Policy::new(Permission::NoRestriction);
            // There is room for all of them.
            policy.modifiers.try_insert(modifier).is_ok() && !policy.permits(purpose)
        });
        conditions.none.push(self.modifiers.any(forbidding));
    }
}

/// A bit for each modifier that a policy has.
fn modifiers(policy: &Policy) -> u8 {
    bits(Modifier::ALL, |modifier| policy.modifiers.contains(&modifier))
}

#[cfg(test)]
mod tests {
    use medshare_types::CodeSystem;

    use super::*;

    fn code(text: &str) -> Code {
        Code { system: CodeSystem::Mondo, code: text.parse().expect("it is short") }
    }

    /// Every policy there can be, for one disease and for another.
    fn policies() -> Vec<Policy> {
        let diseases = ["MONDO:1", "MONDO:2"].map(|text| Permission::DiseaseResearch(code(text)));
        let mut policies = Vec::new();
        for permission in PERMISSIONS.into_iter().chain(diseases) {
            for bits in 0..64u8 {
                let mut policy = Policy::new(permission.clone());
                for (bit, modifier) in Modifier::ALL.iter().enumerate() {
                    if bits & (1 << bit) != 0 {
                        policy.modifiers.try_insert(*modifier).expect("there is room for six");
                    }
                }
                policies.push(policy);
            }
        }
        policies
    }

    #[test]
    fn every_permission_has_its_place() {
        for (number, permission) in (0..).zip(&PERMISSIONS) {
            assert_eq!(place(permission), Some(number), "{permission:?}");
        }
    }

    #[test]
    fn the_parts_of_a_policy_decide_as_the_chain_does_of_the_whole() {
        let mut consents = Consents::default();
        let policies = policies();
        let kept: Vec<Consent> =
            (0..).zip(&policies).map(|(document, policy)| consents.insert(document, policy)).collect();
        let uses = [
            Use::ClinicalCare,
            Use::BiomedicalResearch,
            Use::DiseaseResearch(code("MONDO:1")),
            Use::DiseaseResearch(code("MONDO:3")),
            Use::MethodsDevelopment,
            Use::PopulationOrigins,
            Use::OtherResearch,
            Use::Other,
        ];
        for r#use in uses {
            for bits in 0..16u8 {
                let purpose = Purpose {
                    r#use: r#use.clone(),
                    commercial: bits & 1 != 0,
                    for_profit: bits & 2 != 0,
                    ethics_approval: bits & 4 != 0,
                    will_publish: bits & 8 != 0,
                };
                let everything =
                    RoaringBitmap::from_iter(0..u32::try_from(policies.len()).expect("they are few"));
                let mut conditions = Conditions { all: vec![&everything], ..Conditions::default() };
                consents.conditions(&purpose, &mut conditions);
                let expected: RoaringBitmap = (0..)
                    .zip(&policies)
                    .filter(|(_, policy)| policy.permits(&purpose))
                    .map(|(document, _)| document)
                    .collect();
                assert_eq!(conditions.met(None), expected, "{purpose:?}");
            }
        }
        for (document, consent) in (0..).zip(kept) {
            consents.remove(document, consent);
        }
        assert!(consents.permissions.0.iter().chain(&consents.modifiers.0).all(RoaringBitmap::is_empty));
        assert_eq!(consents.diseases.iter().count(), 0);
    }
}
