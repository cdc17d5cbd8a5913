//! `seal.json`.

use codec::Encode;
use medshare_crypto::{KeyPair, Point, RecordKey, SealContext, SealPurpose, seal};
use medshare_types::{Hash, Scalar};

use super::{
    format::{Context, Invalid, Seal, Seals, ValidSeal},
    hash, hex,
    keys::{invalid, secret},
    plus_one, plus_order,
    points::{IDENTITY, NON_CANONICAL},
    rng,
};

/// A place in a seal where a point stands.
type PointOf = fn(&mut Seal) -> &mut Point;
/// A place in a seal where a scalar stands.
type ScalarOf = fn(&mut Seal) -> &mut Scalar;

/// Every point of a seal, by name.
pub const POINTS: [(&str, PointOf); 6] = [
    ("P", |seal| &mut seal.owner_key),
    ("Q", |seal| &mut seal.grantee_key),
    ("d1", |seal| &mut seal.commitment.d1),
    ("d2", |seal| &mut seal.commitment.d2),
    ("c1", |seal| &mut seal.sealed.c1),
    ("c2", |seal| &mut seal.sealed.c2),
];

/// Every scalar of a seal, by name.
pub const SCALARS: [(&str, ScalarOf); 3] = [
    ("the challenge", |seal| &mut seal.sealed.proof.challenge),
    ("the response for p", |seal| &mut seal.sealed.proof.response_p),
    ("the response for s", |seal| &mut seal.sealed.proof.response_s),
];

pub fn seals() -> Seals {
    let valid = valid();
    // The sale: an order.
    let base = &valid[1].seal;
    let mut cases = Cases { base, invalid: Vec::new() };
    contexts(&mut cases);
    points(&mut cases, &valid);
    proofs(&mut cases, &valid);
    let invalid = cases.invalid;
    Seals { valid, invalid }
}

fn valid() -> Vec<ValidSeal> {
    let mut rng = rng("seal");
    let owner = KeyPair::development("Alice");
    let buyer = KeyPair::development("Bob");
    let auditor = KeyPair::development("Charlie");
    let key = RecordKey::generate(&mut rng);
    let commitment = key.commit(&mut rng, &owner.public()).expect("a valid key");

    let mut make = |name: &str, from: &KeyPair, of, to: (&KeyPair, &str), purpose| {
        let context = SealContext {
            genesis: hash("genesis"),
            record: if name == "largest numbers" { u64::MAX } else { 42 },
            version: if name == "largest numbers" { u32::MAX } else { 3 },
            grantee: hash(to.1),
            purpose,
        };
        let sealed = seal(&mut rng, from, &of, &to.0.public(), &context).expect("an honest seal");
        ValidSeal {
            name: name.into(),
            owner_secret: secret(from),
            grantee_secret: secret(to.0),
            record_key: Point(Hash::from(*key.compress())),
            purpose_bytes: hex(purpose.encode()),
            seal: Seal {
                context: Context::new(&context),
                owner_key: from.public(),
                grantee_key: to.0.public(),
                commitment: of,
                sealed,
            },
        }
    };
    let to_auditor = (&auditor, "Charlie");
    let to_buyer = (&buyer, "Bob");
    let audit = make("to an auditor", &owner, commitment, to_auditor, SealPurpose::Audit);
    let order = make("to the buyer of an order", &owner, commitment, to_buyer, SealPurpose::Order(7));
    let bought = order.seal.sealed.as_commitment();
    vec![
        audit,
        order,
        make("to who asked for access", &owner, commitment, to_buyer, SealPurpose::Request(7)),
        make("to somebody unasked", &owner, commitment, to_buyer, SealPurpose::Direct),
        make("from the buyer for a claim", &buyer, bought, to_auditor, SealPurpose::Claim(7)),
        make("to the owner itself", &owner, commitment, (&owner, "Alice"), SealPurpose::Direct),
        make("largest numbers", &owner, commitment, to_buyer, SealPurpose::Order(u64::MAX)),
    ]
}

struct Cases<'a> {
    base: &'a Seal,
    invalid: Vec<Invalid<Seal>>,
}

impl Cases<'_> {
    fn add(&mut self, reason: &str, error: &str, change: impl FnOnce(&mut Seal)) {
        let mut changed = self.base.clone();
        change(&mut changed);
        self.invalid.push(invalid(reason, error, changed));
    }
}

/// The base is for order 7 of version 3 of record 42 to Bob.
fn contexts(cases: &mut Cases<'_>) {
    cases.add("another chain", "FalseProof", |s| s.context.genesis = hash("another genesis"));
    cases.add("another record", "FalseProof", |s| s.context.record = "43".into());
    cases.add("another version", "FalseProof", |s| s.context.version = 4);
    cases.add("another grantee", "FalseProof", |s| s.context.grantee = hash("Charlie"));
    let purposes = [
        ("audit", None),
        ("order", Some("8")),
        ("request", Some("7")),
        ("direct", None),
        ("claim", Some("7")),
    ];
    for (purpose, id) in purposes {
        cases.add(&format!("another purpose: {purpose} {}", id.unwrap_or_default()), "FalseProof", |s| {
            s.context.purpose = purpose.into();
            s.context.purpose_id = id.map(Into::into);
        });
    }
}

fn points(cases: &mut Cases<'_>, valid: &[ValidSeal]) {
    let other = KeyPair::from_seed(&hash("somebody else").0).public();
    for (name, point) in POINTS {
        cases.add(&format!("another {name}"), "FalseProof", |s| *point(s) = other);
        cases.add(&format!("{name} is the identity"), "IdentityPoint", |s| *point(s) = IDENTITY);
        cases.add(&format!("{name} is not canonical"), "NonCanonicalPoint", |s| *point(s) = NON_CANONICAL);
    }
    cases.add("P and Q are swapped", "FalseProof", |s| core::mem::swap(&mut s.owner_key, &mut s.grantee_key));
    cases.add("d1 and d2 are swapped", "FalseProof", |s| {
        core::mem::swap(&mut s.commitment.d1, &mut s.commitment.d2)
    });
    cases.add("c1 and c2 are swapped", "FalseProof", |s| core::mem::swap(&mut s.sealed.c1, &mut s.sealed.c2));
    cases.add("the commitment in place of the sealed key", "FalseProof", |s| {
        s.sealed.c1 = s.commitment.d1;
        s.sealed.c2 = s.commitment.d2;
    });
    cases.add("sealed to somebody else", "FalseProof", |s| s.sealed = valid[0].seal.sealed);
}

fn proofs(cases: &mut Cases<'_>, valid: &[ValidSeal]) {
    let request = valid[2].seal.sealed.proof;
    cases.add("the proof of another sealed key", "FalseProof", |s| s.sealed.proof = request);
    for (name, scalar) in SCALARS {
        cases.add(&format!("{name} is another"), "FalseProof", |s| {
            let place = scalar(s);
            *place = plus_one(place);
        });
        cases.add(&format!("{name} is zero"), "FalseProof", |s| *scalar(s) = Scalar::default());
        cases.add(&format!("{name} plus the group order"), "NonCanonicalScalar", |s| {
            let place = scalar(s);
            *place = plus_order(place);
        });
    }
    cases.add("the responses are swapped", "FalseProof", |s| {
        let proof = &mut s.sealed.proof;
        core::mem::swap(&mut proof.response_p, &mut proof.response_s);
    });

    // An honest seal, but of the key of another record.
    let mut rng = rng("another record");
    let owner = KeyPair::development("Alice");
    let key = RecordKey::generate(&mut rng);
    let commitment = key.commit(&mut rng, &owner.public()).expect("a valid key");
    let context = cases.base.context.to_context();
    let sealed =
        seal(&mut rng, &owner, &commitment, &cases.base.grantee_key, &context).expect("an honest seal");
    cases.add("the key of another record", "FalseProof", |s| s.sealed = sealed);
}
