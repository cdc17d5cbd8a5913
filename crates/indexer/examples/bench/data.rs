//! Records as a country's hospitals might have them, from a seed. What is frequent is frequent here: few codes make most of
//! the mentions, most data are recent, sizes and prices are spread over powers of ten.

use medshare_indexer::{Block, Change, Entry, Standing};
use medshare_types::{
    AccountId, Anchor, Code, CodeSystem, Count, Descriptor, Hash, KeyCommitment, Kind, Listing, Locator, MDS,
    Modifier, NewVersion, Permission, Point, Policy, Purpose, Record, RecordVersion, Terms, Tier, Use,
    VersionStatus, YearMonth,
};
use rand::{Rng, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

pub const GENESIS: Hash = Hash::repeat_byte(7);
/// How many codes there are.
const CODES: usize = 8_000;
/// 2027-01-01, and how long the records take to come in.
const BEGIN: u64 = 1_798_761_600_000;
const SPAN: u64 = 2 * 365 * 86_400_000;

pub struct Data {
    pub random: ChaCha8Rng,
    codes: Vec<Code>,
    records: u64,
    /// How many records were made.
    pub done: u64,
    block: u32,
    parent: Hash,
}

pub const MODALITIES: [(&str, u32); 10] = [
    ("CT", 28),
    ("MR", 20),
    ("CR", 14),
    ("US", 12),
    ("DX", 10),
    ("MG", 6),
    ("PT", 4),
    ("XA", 3),
    ("NM", 2),
    ("SM", 1),
];

impl Data {
    pub fn new(seed: u64, records: u64) -> Self {
        let codes = (0..CODES)
            .map(|number| {
                let (system, code) = match number % 5 {
                    0 => (CodeSystem::Snomed, format!("{}", 10_000_000 + number * 7_919)),
                    1 => (CodeSystem::Loinc, format!("{}-{}", 1_000 + number * 11, number % 10)),
                    2 => (
                        CodeSystem::Icd10,
                        format!(
                            "{}{:02}.{}",
                            char::from(b'A' + (number / 100 % 26) as u8),
                            number % 100,
                            number % 10
                        ),
                    ),
                    3 => (CodeSystem::RxNorm, format!("{}", 100_000 + number * 13)),
                    _ => (CodeSystem::Mondo, format!("MONDO:{:07}", number)),
                };
                Code { system, code: code.parse().expect("it is short") }
            })
            .collect();
        Self { random: ChaCha8Rng::seed_from_u64(seed), codes, records, done: 0, block: 0, parent: GENESIS }
    }

    /// A code, the lower ones far more often: its rank is spread evenly over powers.
    pub fn code(&mut self) -> Code {
        let rank = (CODES as f64).powf(self.random.r#gen::<f64>()) as usize - 1;
        self.codes[rank.min(CODES - 1)].clone()
    }

    pub fn owner(&mut self) -> AccountId {
        let owners = (self.records / 100).max(20);
        let number = (owners as f64).powf(self.random.r#gen::<f64>()) as u64;
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&number.to_le_bytes());
        bytes.into()
    }

    pub fn purpose(&mut self) -> Purpose {
        let mut purpose = Purpose::new(match self.random.gen_range(0..10) {
            0..=3 => Use::BiomedicalResearch,
            4..=6 => Use::DiseaseResearch(self.code()),
            7 => Use::MethodsDevelopment,
            8 => Use::OtherResearch,
            _ => Use::ClinicalCare,
        });
        purpose.commercial = self.random.gen_bool(0.4);
        purpose.for_profit = self.random.gen_bool(0.4);
        purpose.ethics_approval = self.random.gen_bool(0.7);
        purpose.will_publish = self.random.gen_bool(0.5);
        purpose
    }

    fn policy(&mut self) -> Policy {
        let mut policy = Policy::new(match self.random.gen_range(0..100) {
            0..=9 => Permission::NoRestriction,
            10..=39 => Permission::GeneralResearch,
            40..=79 => Permission::HealthResearch,
            80..=94 => Permission::DiseaseResearch(self.code()),
            _ => Permission::ClinicalCare,
        });
        for (modifier, share) in [
            (Modifier::NonCommercial, 0.3),
            (Modifier::NotForProfitOrganisation, 0.2),
            (Modifier::EthicsApprovalRequired, 0.3),
            (Modifier::PublicationRequired, 0.1),
        ] {
            if self.random.gen_bool(share) {
                policy.modifiers.try_insert(modifier).expect("there are six");
            }
        }
        policy
    }

    fn descriptor(&mut self) -> Descriptor {
        let kind = match self.random.gen_range(0..10) {
            0..=5 => Kind::Fhir,
            6..=8 => Kind::Dicom,
            _ => Kind::Document,
        };
        let number = if kind == Kind::Document { 0 } else { self.random.gen_range(1..12) };
        let mut codes: Vec<Code> = (0..number).map(|_| self.code()).collect();
        codes.sort();
        codes.dedup();
        let random = &mut self.random;
        let modality = (kind == Kind::Dicom).then(|| {
            MODALITIES
                .choose_weighted(random, |modality| modality.1)
                .expect("there are some")
                .0
                .parse()
                .expect("short")
        });
        let counts = match kind {
            Kind::Fhir => vec!["Patient", "Observation", "Condition", "Encounter"],
            Kind::Dicom => vec!["frames"],
            Kind::Document => vec![],
        };
        let year = 2026 - (36.0 * random.r#gen::<f64>().powi(2)) as u16;
        Descriptor {
            kind,
            media_type: ["application/fhir+json", "application/dicom", "application/pdf"][kind as usize]
                .parse()
                .expect("it is short"),
            modality,
            codes: codes.try_into().expect("they are few"),
            counts: counts
                .into_iter()
                .map(|of| Count { of: of.parse().expect("short"), number: 3 })
                .collect::<Vec<_>>()
                .try_into()
                .expect("they are few"),
            plaintext_size: 10f64.powf(random.gen_range(3.5..9.0)) as u64,
            completeness: 100 - (60.0 * random.r#gen::<f64>().powi(2)) as u8,
            period: Some((
                YearMonth { year, month: random.gen_range(1..=12) },
                YearMonth { year: (year + random.gen_range(0..4)).min(2026), month: 12 },
            )),
        }
    }

    /// A price: whole and half MDS, from a half to thousands.
    pub fn price(&mut self) -> u128 {
        let halves = 10f64.powf(self.random.gen_range(0.0..3.7)) as u128;
        halves.max(1) * MDS / 2
    }

    /// The next block, with so many records; nothing after the last.
    pub fn next_block(&mut self, records: u64) -> Option<Block> {
        if self.done >= self.records {
            return None;
        }
        self.block += 1;
        let time = BEGIN + SPAN / self.records * self.done;
        let mut block = Block {
            number: self.block,
            hash: Hash::from_low_u64_be((u64::from(self.block) << 8) | 1),
            parent: self.parent,
            time,
            events: Vec::new(),
            changes: Vec::new(),
        };
        self.parent = block.hash;
        for _ in 0..records.min(self.records - self.done) {
            self.record(&mut block);
            self.done += 1;
        }
        if self.random.gen_bool(0.5) {
            let account = self.owner();
            let tier = [Tier::Standard, Tier::Trusted, Tier::Trusted, Tier::Exemplary, Tier::Restricted]
                [self.random.gen_range(0..5)];
            let tiers = vec![(time, tier), (time + 40 * 86_400_000, Tier::Standard)];
            block
                .changes
                .push(Change::Credit { account, standing: Standing { points: 1_000, noted: time, tiers } });
        }
        Some(block)
    }

    fn record(&mut self, block: &mut Block) {
        let record = self.done;
        let owner = self.owner();
        let point = || Point(Hash::from_low_u64_be(record));
        let fate = self.random.gen_range(0..100);
        let version = RecordVersion {
            content: NewVersion {
                ciphertext: Hash::from_low_u64_be(self.random.r#gen()),
                size: 1_000,
                plaintext: Hash::from_low_u64_be(self.random.r#gen()),
                commitment: KeyCommitment { d1: point(), d2: point() },
                descriptor: self.descriptor(),
                locators: vec![Locator { vault: [9; 32].into(), blob: Hash::from_low_u64_be(record) }]
                    .try_into()
                    .expect("it is one"),
            },
            owner_key: point(),
            status: match fate {
                0..=9 => VersionStatus::Pending,
                10..=14 => VersionStatus::Rejected,
                _ => VersionStatus::Approved,
            },
            anchor: Anchor { block: block.number, moment: block.time },
            deposit: MDS,
        };
        let subject = Hash::from_low_u64_be(self.random.gen_range(0..self.records / 3 + 1));
        block.changes.extend([
            Change::Record {
                record,
                state: Some(Record { owner: owner.clone(), subject, latest: 1, withdrawn: fate == 99 }),
            },
            Change::Policy { record, state: Some(self.policy()) },
            Change::Version { record, version: 1, state: Some(version) },
        ]);
        let mut events = vec![("Records", "Registered")];
        if (15..=89).contains(&fate) {
            events.extend([("Records", "Approved"), ("Marketplace", "Listed")]);
            let listing = Listing {
                version: 1,
                seller: owner.clone(),
                price: self.price(),
                terms: Terms { licence: None, duration: None },
                since: block.time,
            };
            block.changes.push(Change::Listing { record, state: Some(listing) });
        }
        for (pallet, event) in events {
            block.events.push(Entry {
                index: block.events.len() as u32,
                by: Some(owner.clone()),
                pallet: pallet.into(),
                event: event.into(),
                fields: serde_json::json!({ "record": record, "owner": owner.to_string(), "version": 1 }),
                records: vec![record],
                orders: Vec::new(),
                accounts: vec![owner.clone()],
            });
        }
    }
}
