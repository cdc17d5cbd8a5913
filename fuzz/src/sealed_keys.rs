//! Sealed keys and their proofs: one that was made for something verifies for that, opens to the same key, and verifies
//! for nothing else.

use arbitrary::Unstructured;
use codec::{Decode, Encode};
use medshare_crypto::{
    KeyPair, RecordKey, check_commitment, check_point, open_commitment, open_sealed, seal, verify_possession,
    verify_seal,
};
use medshare_types::{
    AccountId, Hash, KeyCommitment, KeyProof, Point, Scalar, SealContext, SealPurpose, SealedKey,
};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

/// How many changes are made one after the other.
const CHANGES: usize = 6;

/// Everything that a proof is about.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
struct Statement {
    genesis: Hash,
    record: u64,
    version: u32,
    grantee: AccountId,
    purpose: SealPurpose,
    owner: Point,
    key: Point,
    commitment: KeyCommitment,
    sealed: SealedKey,
}

impl Statement {
    fn holds(&self) -> bool {
        let Self { genesis, record, version, purpose, .. } = *self;
        let context = SealContext { genesis, record, version, grantee: self.grantee.clone(), purpose };
        verify_seal(&self.sealed, &self.owner, &self.commitment, &self.key, &context).is_ok()
    }
}

/// The first byte says whether the rest is an encoded statement of a stranger, values of a stranger, or choices for a true
/// statement and what becomes of it.
pub fn run(input: &[u8]) {
    let Some((mode, rest)) = input.split_first() else { return };
    match mode % 4 {
        0 => foreign(rest),
        1 => possession(&mut Unstructured::new(rest)),
        _ => sealed(&mut Unstructured::new(rest)),
    }
}

/// Nobody who does not know the discrete logarithms makes a proof.
fn foreign(mut input: &[u8]) {
    let Ok(statement) = Statement::decode(&mut input) else { return };
    assert!(!statement.holds(), "a proof holds that nobody made");
    let Statement { key, sealed, commitment, owner, .. } = statement;
    // Whatever they are, they are answered alike.
    assert_eq!(
        check_commitment(&commitment).is_ok(),
        check_point(&commitment.d1).is_ok() && check_point(&commitment.d2).is_ok()
    );
    for point in [key, owner, sealed.c1, sealed.c2] {
        let _ = check_point(&point);
    }
    let pair = KeyPair::development("Alice");
    let _ = open_sealed(&pair, &sealed);
    let _ = open_commitment(&pair, &commitment);
    assert_eq!(
        KeyPair::from_secret_bytes(&key.0.0).map(|pair| *pair.secret_bytes()).ok().unwrap_or(key.0.0),
        key.0.0
    );
}

fn sealed(choices: &mut Unstructured<'_>) {
    let mut rng = ChaCha20Rng::from_seed(choices.arbitrary().unwrap_or_default());
    let (owner, grantee) = (KeyPair::generate(&mut rng), KeyPair::generate(&mut rng));
    let record_key = RecordKey::generate(&mut rng);
    let commitment = record_key.commit(&mut rng, &owner.public()).unwrap();
    let context = SealContext {
        genesis: hash(choices),
        record: choices.arbitrary().unwrap_or_default(),
        version: choices.arbitrary().unwrap_or_default(),
        grantee: AccountId::new(hash(choices).0),
        purpose: purpose(choices),
    };
    let made = seal(&mut rng, &owner, &commitment, &grantee.public(), &context).unwrap();
    let truth = Statement {
        genesis: context.genesis,
        record: context.record,
        version: context.version,
        grantee: context.grantee,
        purpose: context.purpose,
        owner: owner.public(),
        key: grantee.public(),
        commitment,
        sealed: made,
    };
    assert!(truth.holds(), "a true proof is refused");
    assert!(open_sealed(&grantee, &made).is_ok_and(|opened| opened == record_key));
    assert!(open_commitment(&owner, &commitment).is_ok_and(|opened| opened == record_key));
    assert!(!open_sealed(&owner, &made).is_ok_and(|opened| opened == record_key), "another key opens it");

    let mut lie = truth.clone();
    for _ in 0..CHANGES {
        change(&mut lie, &mut rng, choices);
        assert!(lie == truth || !lie.holds(), "a proof holds for something that it was not made for");
    }
}

fn change(statement: &mut Statement, rng: &mut ChaCha20Rng, choices: &mut Unstructured<'_>) {
    match choices.int_in_range(0..=9).unwrap_or_default() {
        0 => statement.genesis = hash(choices),
        1 => statement.record = choices.arbitrary().unwrap_or_default(),
        2 => statement.version = choices.arbitrary().unwrap_or_default(),
        3 => statement.grantee = AccountId::new(hash(choices).0),
        4 => statement.purpose = purpose(choices),
        5 => statement.key = KeyPair::generate(rng).public(),
        6 => statement.owner = statement.key,
        7 => {
            statement.commitment = RecordKey::generate(rng)
                .commit(rng, &statement.owner)
                .unwrap_or(KeyCommitment { d1: statement.commitment.d2, d2: statement.commitment.d1 });
        }
        8 => (statement.sealed.c1, statement.sealed.c2) = (statement.sealed.c2, statement.sealed.c1),
        _ => {
            // A byte of the whole.
            let mut bytes = statement.encode();
            let at = choices.int_in_range(0..=bytes.len() - 1).unwrap_or_default();
            bytes[at] ^= choices.arbitrary::<u8>().unwrap_or(1);
            if let Ok(changed) = Statement::decode(&mut bytes.as_slice()) {
                *statement = changed;
            }
        }
    }
}

fn possession(choices: &mut Unstructured<'_>) {
    let mut rng = ChaCha20Rng::from_seed(choices.arbitrary().unwrap_or_default());
    let (pair, genesis, account) =
        (KeyPair::generate(&mut rng), hash(choices), AccountId::new(hash(choices).0));
    let proof = pair.prove_possession(&mut rng, &genesis, &account);
    assert!(verify_possession(&pair.public(), &proof, &genesis, &account).is_ok());
    let (mut key, mut changed, mut elsewhere, mut other) = (pair.public(), proof, genesis, account.clone());
    for _ in 0..CHANGES {
        match choices.int_in_range(0..=4).unwrap_or_default() {
            0 => key = KeyPair::generate(&mut rng).public(),
            1 => elsewhere = hash(choices),
            2 => other = AccountId::new(hash(choices).0),
            3 => changed.challenge = Scalar(hash(choices)),
            _ => changed = KeyProof { challenge: changed.response, response: changed.challenge },
        }
        let is_true = (key, changed, elsewhere, &other) == (pair.public(), proof, genesis, &account);
        assert_eq!(verify_possession(&key, &changed, &elsewhere, &other).is_ok(), is_true);
    }
}

fn hash(choices: &mut Unstructured<'_>) -> Hash {
    Hash::from(choices.arbitrary::<[u8; 32]>().unwrap_or_default())
}

fn purpose(choices: &mut Unstructured<'_>) -> SealPurpose {
    let number = choices.arbitrary::<u8>().unwrap_or_default().into();
    match choices.int_in_range(0..=4).unwrap_or_default() {
        0 => SealPurpose::Audit,
        1 => SealPurpose::Order(number),
        2 => SealPurpose::Request(number),
        3 => SealPurpose::Direct,
        _ => SealPurpose::Claim(number),
    }
}
