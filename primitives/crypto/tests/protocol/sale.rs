//! The people of most tests: an owner, a buyer, a record key, its commitment, and an order.

use medshare_crypto::{Error, KeyCommitment, KeyPair, Point, RecordKey, SealContext, SealPurpose, SealedKey};
use medshare_types::Hash;

use crate::generator::{hash, rng};

pub struct Sale {
    pub owner: KeyPair,
    pub buyer: KeyPair,
    pub key: RecordKey,
    pub commitment: KeyCommitment,
    pub context: SealContext<Hash>,
}

impl Sale {
    pub fn new() -> Self {
        let mut rng = rng("a sale");
        let owner = KeyPair::generate(&mut rng);
        let buyer = KeyPair::generate(&mut rng);
        let key = RecordKey::generate(&mut rng);
        let commitment = key.commit(&mut rng, &owner.public()).unwrap();
        let context = SealContext {
            genesis: hash("genesis"),
            record: 42,
            version: 3,
            grantee: hash("the buyer"),
            purpose: SealPurpose::Order(7),
        };
        Self { owner, buyer, key, commitment, context }
    }

    pub fn seal(&self) -> SealedKey {
        medshare_crypto::seal(
            &mut rand::thread_rng(),
            &self.owner,
            &self.commitment,
            &self.buyer.public(),
            &self.context,
        )
        .unwrap()
    }

    pub fn delivery(&self) -> Delivery {
        Delivery {
            sealed: self.seal(),
            owner_key: self.owner.public(),
            commitment: self.commitment,
            grantee_key: self.buyer.public(),
            context: self.context.clone(),
        }
    }
}

/// Everything that the chain looks at when a key is delivered.
#[derive(Clone)]
pub struct Delivery {
    pub sealed: SealedKey,
    pub owner_key: Point,
    pub commitment: KeyCommitment,
    pub grantee_key: Point,
    pub context: SealContext<Hash>,
}

impl Delivery {
    pub fn verify(&self) -> Result<(), Error> {
        medshare_crypto::verify_seal(
            &self.sealed,
            &self.owner_key,
            &self.commitment,
            &self.grantee_key,
            &self.context,
        )
    }

    /// What the chain says to this delivery after a change.
    pub fn after(&self, change: impl FnOnce(&mut Self)) -> Result<(), Error> {
        let mut changed = self.clone();
        change(&mut changed);
        changed.verify()
    }

    /// Its six points.
    pub fn points(&mut self) -> [&mut Point; 6] {
        [
            &mut self.owner_key,
            &mut self.grantee_key,
            &mut self.commitment.d1,
            &mut self.commitment.d2,
            &mut self.sealed.c1,
            &mut self.sealed.c2,
        ]
    }
}
