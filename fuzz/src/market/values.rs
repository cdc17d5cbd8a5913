//! Contents, keys and other values, right and wrong.

use medshare_crypto::{RecordKey, open_commitment, open_sealed, seal};
use medshare_runtime::{AccountId, RuntimeHoldReason, System};
use medshare_types::{
    Descriptor, Finding, Findings, Hash, KeyCommitment, Kind, Locator, Locators, NewVersion, Permission,
    Point, Policy, Purpose, RecordId, Role, Roles, SealContext, SealPurpose, SealedKey, Terms, Use, Verdict,
    Version,
};
use sp_keyring::Sr25519Keyring;

use super::Machine;

/// Who seals what for whom.
pub(super) struct Sealing<'a> {
    pub holder: &'a AccountId,
    pub holder_key: Point,
    pub commitment: KeyCommitment,
    pub to: &'a AccountId,
    pub to_key: Point,
    pub of: (RecordId, Version),
    pub purpose: SealPurpose,
}

/// Whether money is on hold for the price or the bond of an order.
pub(super) fn is_of_open_order(reason: &RuntimeHoldReason) -> bool {
    use pallet_marketplace::HoldReason::{ClaimBond, Order};
    matches!(reason, RuntimeHoldReason::Marketplace(Order | ClaimBond))
}

impl Machine<'_> {
    /// A version's content with a fresh key to the owner's newest key, or sometimes to another's; and the record key that
    /// the owner finds in it, which is then another one, but the same for everybody.
    pub(super) fn content(&mut self, owner: Sr25519Keyring) -> (NewVersion<AccountId>, Option<RecordKey>) {
        let pair_of = |machine: &Self, who| machine.pairs.get(&who).and_then(|pairs| pairs.last().cloned());
        let to = if self.rarely(16) { Sr25519Keyring::Bob } else { owner };
        let to = pair_of(self, to).map_or(Point(Hash::zero()), |pair| pair.public());
        let commitment = RecordKey::generate(&mut self.rng).commit(&mut self.rng, &to);
        let commitment = commitment.unwrap_or(KeyCommitment { d1: to, d2: to });
        let key = pair_of(self, owner).and_then(|pair| open_commitment(&pair, &commitment).ok());
        let ciphertext = Hash::from(rand::Rng::r#gen::<[u8; 32]>(&mut self.rng));
        let content = NewVersion {
            ciphertext,
            size: 1_000,
            plaintext: Hash::repeat_byte(2),
            commitment,
            descriptor: Descriptor {
                kind: Kind::Document,
                media_type: "text/plain".parse().expect("it is short"),
                modality: None,
                codes: Default::default(),
                counts: Default::default(),
                plaintext_size: 900,
                completeness: if self.rarely(32) { 101 } else { 100 },
                period: None,
            },
            locators: self.locators(ciphertext),
        };
        (content, key)
    }

    pub(super) fn locators(&mut self, blob: Hash) -> Locators<AccountId> {
        let vaults = [Sr25519Keyring::Ferdie, Sr25519Keyring::Eve, Sr25519Keyring::AliceStash];
        let number = if self.rarely(16) { 3 } else { 1 + usize::from(self.rarely(4)) };
        let of = |vault: &Sr25519Keyring| Locator { vault: vault.to_account_id(), blob };
        vaults.iter().take(number).map(of).collect::<Vec<_>>().try_into().unwrap_or_default()
    }

    /// A sealed key, mostly the right one. Whoever cheats seals something else, for something else, replays, or changes it.
    pub(super) fn sealed(&mut self, sealing: &Sealing<'_>) -> SealedKey {
        let Sealing { holder, holder_key, to, to_key, of: (record, version), purpose, .. } = *sealing;
        let mut commitment = sealing.commitment;
        let mut context =
            SealContext { genesis: System::block_hash(0), record, version, grantee: to.clone(), purpose };
        let cheat = if self.rarely(5) { Some(self.number(6)) } else { None };
        match cheat {
            Some(0) => context.purpose = SealPurpose::Direct,
            Some(1) => context.version = version + 1,
            Some(2) => context.grantee = self.member().to_account_id(),
            Some(3) => {
                let other = RecordKey::generate(&mut self.rng);
                commitment = other.commit(&mut self.rng, &holder_key).unwrap_or(commitment);
            }
            Some(4) if !self.made.is_empty() => {
                let made = self.made.clone();
                return self.one_of(&made).expect("there is one");
            }
            _ => {}
        }
        let made = self
            .pair(holder, &holder_key)
            .and_then(|pair| seal(&mut self.rng, &pair, &commitment, &to_key, &context).ok());
        let Some(mut made) = made else { return nothing() };
        self.made.push(made);
        if cheat == Some(5) {
            made.proof.challenge.0.0[0] ^= 1;
        }
        made
    }

    /// That what the chain took opens to the version's key.
    pub(super) fn assert_opens(
        &self,
        who: &AccountId,
        key: &Point,
        sealed: &SealedKey,
        of: (RecordId, Version),
    ) {
        let (Some(pair), Some(record_key)) = (self.pair(who, key), self.keys.get(&of)) else { return };
        let opened = open_sealed(&pair, sealed);
        assert!(
            opened.is_ok_and(|opened| opened == *record_key),
            "the chain took a key of {of:?} that does not open"
        );
    }

    pub(super) fn policy(&mut self) -> Policy {
        let all = [
            Permission::GeneralResearch,
            Permission::NoRestriction,
            Permission::HealthResearch,
            Permission::ClinicalCare,
        ];
        let rare = self.rarely(4);
        Policy::new(if rare { self.one_of(&all) } else { None }.unwrap_or(Permission::GeneralResearch))
    }

    pub(super) fn purpose(&mut self) -> Purpose {
        let all = [Use::BiomedicalResearch, Use::ClinicalCare, Use::Other, Use::MethodsDevelopment];
        let rare = self.rarely(8);
        Purpose::new(if rare { self.one_of(&all) } else { None }.unwrap_or(Use::BiomedicalResearch))
    }

    pub(super) fn terms(&mut self) -> Terms {
        let all = [None, Some(1), Some(medshare_runtime::DAY), Some(0), Some(u64::MAX)];
        Terms { licence: None, duration: self.one_of(&all).flatten() }
    }

    pub(super) fn verdict(&mut self) -> (Verdict, Findings) {
        let finding = Findings::try_from(std::collections::BTreeSet::from([Finding::FalseDescriptor]));
        match self.number(4) {
            0 | 1 => (Verdict::Approve, Findings::new()),
            2 => (Verdict::Reject, finding.unwrap_or_default()),
            _ => (Verdict::Reject, Findings::new()),
        }
    }

    pub(super) fn roles(&mut self) -> Roles {
        let mut roles = Roles::new();
        for role in Role::ALL {
            if self.number(4) != 3 {
                let _ = roles.try_insert(role);
            }
        }
        roles
    }
}

/// What no key opens.
fn nothing() -> SealedKey {
    use medshare_types::{Scalar, SealProof};
    let (point, scalar) = (Point(Hash::zero()), Scalar(Hash::zero()));
    SealedKey {
        c1: point,
        c2: point,
        proof: SealProof { challenge: scalar, response_p: scalar, response_s: scalar },
    }
}
