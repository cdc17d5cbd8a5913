//! Random blocks of a chain that could be, from a seed.

use medshare_indexer::{Block, Change, Entry, Standing};
use medshare_types::{
    AccountId, Anchor, Code, CodeSystem, Count, CreditEvent, Descriptor, FetchBasis, Grant, GrantBasis, Hash,
    KeyCommitment, Kind, Listing, Locators, Member, MemberStatus, Modifier, NewReceipt, NewVersion, Order,
    OrderState, Permission, Point, Policy, Purpose, Receipt, Record, RecordId, RecordVersion, Review,
    ReviewState, Scalar, SealProof, SealedKey, Seat, Subject, Terms, Tier, Use, Verdict, Version,
    VersionStatus, Vote, YearMonth,
};
use rand::{Rng, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// A chain, as far as the index hears of it.
pub struct World {
    pub random: ChaCha8Rng,
    pub blocks: Vec<Block>,
    records: BTreeMap<RecordId, Record<AccountId>>,
    versions: BTreeMap<(RecordId, Version), RecordVersion<AccountId>>,
    listings: BTreeMap<RecordId, Listing<AccountId>>,
    orders: BTreeMap<u64, Order<AccountId>>,
    reviews: BTreeMap<(RecordId, Version), Review<AccountId>>,
    grants: BTreeMap<(RecordId, Version, AccountId), Grant>,
    receipts: BTreeMap<RecordId, u64>,
    next_record: RecordId,
    next_order: u64,
}

pub const GENESIS: Hash = Hash::repeat_byte(7);

pub fn account(number: u8) -> AccountId {
    [number; 32].into()
}

fn point(number: u8) -> Point {
    Point(Hash::repeat_byte(number))
}

pub fn codes() -> Vec<Code> {
    [
        (CodeSystem::Snomed, "44054006"),
        (CodeSystem::Icd10, "E11.9"),
        (CodeSystem::Loinc, "4548-4"),
        (CodeSystem::Mondo, "MONDO:0005148"),
        (CodeSystem::Loinc, "4544-3"),
    ]
    .map(|(system, code)| Code { system, code: code.parse().expect("it is short") })
    .into()
}

impl World {
    pub fn new(seed: u64) -> Self {
        Self {
            random: ChaCha8Rng::seed_from_u64(seed),
            blocks: Vec::new(),
            records: BTreeMap::new(),
            versions: BTreeMap::new(),
            listings: BTreeMap::new(),
            orders: BTreeMap::new(),
            reviews: BTreeMap::new(),
            grants: BTreeMap::new(),
            receipts: BTreeMap::new(),
            next_record: 0,
            next_order: 0,
        }
    }

    pub fn someone(&mut self) -> AccountId {
        account(self.random.gen_range(1..=5))
    }

    pub fn purpose(&mut self) -> Purpose {
        let codes = codes();
        let r#use = match self.random.gen_range(0..7) {
            0 => Use::ClinicalCare,
            1 => Use::BiomedicalResearch,
            2 => Use::DiseaseResearch(codes[self.random.gen_range(0..codes.len())].clone()),
            3 => Use::MethodsDevelopment,
            4 => Use::PopulationOrigins,
            5 => Use::OtherResearch,
            _ => Use::Other,
        };
        Purpose {
            r#use,
            commercial: self.random.r#gen(),
            for_profit: self.random.r#gen(),
            ethics_approval: self.random.r#gen(),
            will_publish: self.random.r#gen(),
        }
    }

    pub fn policy(&mut self) -> Policy {
        let codes = codes();
        let mut policy = Policy::new(match self.random.gen_range(0..6) {
            0 => Permission::NoRestriction,
            1 => Permission::GeneralResearch,
            2 => Permission::HealthResearch,
            3 => Permission::DiseaseResearch(codes[self.random.gen_range(0..codes.len())].clone()),
            4 => Permission::PopulationOrigins,
            _ => Permission::ClinicalCare,
        });
        for modifier in [
            Modifier::NotForProfitOrganisation,
            Modifier::NonCommercial,
            Modifier::NoMethodsDevelopment,
            Modifier::NoPopulationOrigins,
            Modifier::EthicsApprovalRequired,
            Modifier::PublicationRequired,
        ] {
            if self.random.gen_bool(0.2) {
                policy.modifiers.try_insert(modifier).expect("there are six");
            }
        }
        policy
    }

    fn descriptor(&mut self) -> Descriptor {
        let random = &mut self.random;
        let mut codes = codes();
        codes.shuffle(random);
        codes.truncate(random.gen_range(0..4));
        codes.sort();
        let kind = [Kind::Fhir, Kind::Dicom, Kind::Document][random.gen_range(0..3)];
        let year = random.gen_range(2001..2007u16);
        Descriptor {
            kind,
            media_type: ["application/fhir+json", "application/dicom", "text/plain"][kind as usize]
                .parse()
                .expect("it is short"),
            modality: (kind == Kind::Dicom)
                .then(|| ["CT", "MR"][random.gen_range(0..2)].parse().expect("it is short")),
            codes: codes.try_into().expect("they are few"),
            counts: vec![Count {
                of: ["Observation", "frames"][random.gen_range(0..2)].parse().expect("short"),
                number: 3,
            }]
            .try_into()
            .expect("it is one"),
            plaintext_size: random.gen_range(0..5) * 300,
            completeness: random.gen_range(0..6) * 20,
            period: random.gen_bool(0.7).then(|| {
                (YearMonth { year, month: 2 }, YearMonth { year: year + random.gen_range(0..3), month: 3 })
            }),
        }
    }

    fn sealed() -> SealedKey {
        let scalar = Scalar(Hash::repeat_byte(3));
        SealedKey {
            c1: point(1),
            c2: point(2),
            proof: SealProof { challenge: scalar, response_p: scalar, response_s: scalar },
        }
    }

    fn one<K: Clone + Ord, V>(random: &mut ChaCha8Rng, of: &BTreeMap<K, V>) -> Option<K> {
        of.keys().nth(random.gen_range(0..of.len().max(1))).cloned()
    }

    /// The next block, with some random changes.
    pub fn block(&mut self) -> Block {
        let number = u32::try_from(self.blocks.len()).expect("they are few") + 1;
        let time = 1_800_000_000_000 + u64::from(number) * 3_600_000;
        let parent = self.blocks.last().map_or(GENESIS, |block| block.hash);
        let mut block = Block {
            number,
            hash: Hash::from_low_u64_be(self.random.r#gen::<u64>() | 1),
            parent,
            time,
            events: Vec::new(),
            changes: Vec::new(),
        };
        for _ in 0..self.random.gen_range(0..9) {
            match self.random.gen_range(0..16) {
                0..=3 => self.register(&mut block),
                4 => self.revise(&mut block),
                5 | 6 => self.judge(&mut block),
                7 | 8 => self.list(&mut block),
                9 => self.end(&mut block),
                10 => self.credit(&mut block),
                11 | 12 => self.trade(&mut block),
                13 => self.review(&mut block),
                14 => self.grant(&mut block),
                _ => self.receipt(&mut block),
            }
        }
        self.blocks.push(block.clone());
        block
    }

    fn event(
        block: &mut Block,
        by: &AccountId,
        pallet: &str,
        event: &str,
        record: Option<u64>,
        order: Option<u64>,
    ) {
        block.events.push(Entry {
            index: u32::try_from(block.events.len()).expect("they are few") * 2,
            by: Some(by.clone()),
            pallet: pallet.into(),
            event: event.into(),
            fields: serde_json::json!({ "record": record, "order": order }),
            records: record.into_iter().collect(),
            orders: order.into_iter().collect(),
            accounts: vec![by.clone()],
        });
    }

    fn new_version(&mut self, block: &Block) -> RecordVersion<AccountId> {
        RecordVersion {
            content: NewVersion {
                ciphertext: Hash::from_low_u64_be(self.random.r#gen()),
                size: 1000,
                plaintext: Hash::repeat_byte(2),
                commitment: KeyCommitment { d1: point(4), d2: point(5) },
                descriptor: self.descriptor(),
                locators: Locators::default(),
            },
            owner_key: point(6),
            status: VersionStatus::Pending,
            anchor: Anchor { block: block.number, moment: block.time },
            deposit: 17,
        }
    }

    fn register(&mut self, block: &mut Block) {
        let record = self.next_record;
        self.next_record += 1;
        let owner = self.someone();
        let state = Record {
            owner: owner.clone(),
            subject: Hash::repeat_byte(self.random.gen_range(1..4)),
            latest: 1,
            withdrawn: false,
        };
        let version = self.new_version(block);
        block.changes.extend([
            Change::Record { record, state: Some(state.clone()) },
            Change::Policy { record, state: Some(self.policy()) },
            Change::Version { record, version: 1, state: Some(version.clone()) },
        ]);
        Self::event(block, &owner, "Records", "Registered", Some(record), None);
        self.records.insert(record, state);
        self.versions.insert((record, 1), version);
    }

    fn revise(&mut self, block: &mut Block) {
        let Some(record) = Self::one(&mut self.random, &self.records) else { return };
        let version = self.new_version(block);
        let state = self.records.get_mut(&record).expect("it is there");
        state.latest += 1;
        let number = state.latest;
        let state = state.clone();
        block.changes.extend([
            Change::Version { record, version: number, state: Some(version.clone()) },
            Change::Record { record, state: Some(state.clone()) },
        ]);
        Self::event(block, &state.owner, "Records", "Revised", Some(record), None);
        self.versions.insert((record, number), version);
        if self.random.gen_bool(0.3) {
            block.changes.push(Change::Policy { record, state: Some(self.policy()) });
        }
    }

    fn judge(&mut self, block: &mut Block) {
        let Some((record, version)) = Self::one(&mut self.random, &self.versions) else { return };
        let state = self.versions.get_mut(&(record, version)).expect("it is there");
        state.status =
            if self.random.gen_bool(0.7) { VersionStatus::Approved } else { VersionStatus::Rejected };
        block.changes.push(Change::Version { record, version, state: Some(state.clone()) });
    }

    fn list(&mut self, block: &mut Block) {
        let Some((record, version)) = Self::one(&mut self.random, &self.versions) else { return };
        let state = if self.random.gen_bool(0.85) && !self.records[&record].withdrawn {
            let listing = Listing {
                version,
                seller: self.records[&record].owner.clone(),
                price: [0, 5, 63, 64, 65, 1 << 70][self.random.gen_range(0..6)],
                terms: Terms { licence: None, duration: None },
                since: block.time,
            };
            self.listings.insert(record, listing.clone());
            Some(listing)
        } else {
            self.listings.remove(&record);
            None
        };
        block.changes.push(Change::Listing { record, state });
    }

    /// Withdrawn, or erased.
    fn end(&mut self, block: &mut Block) {
        let Some(record) = Self::one(&mut self.random, &self.records) else { return };
        self.listings.remove(&record);
        block.changes.push(Change::Listing { record, state: None });
        let state = self.records.get_mut(&record).expect("it is there");
        if !state.withdrawn {
            state.withdrawn = true;
            block.changes.push(Change::Record { record, state: Some(state.clone()) });
            return;
        }
        self.records.remove(&record);
        self.versions.retain(|(of, _), _| *of != record);
        self.reviews.retain(|(of, _), _| *of != record);
        block.changes.push(Change::Record { record, state: None });
    }

    fn credit(&mut self, block: &mut Block) {
        let account = self.someone();
        let mut tiers = vec![(0, Tier::Standard)];
        let mut from = block.time;
        for _ in 0..self.random.gen_range(0..3) {
            let tier = [Tier::Restricted, Tier::Standard, Tier::Trusted, Tier::Exemplary]
                [self.random.gen_range(0..4)];
            tiers.push((from, tier));
            from += self.random.gen_range(1..8) * 1_800_000;
        }
        let standing = Standing { points: self.random.gen_range(-9..9), noted: block.time, tiers };
        block.changes.push(Change::Credit { account: account.clone(), standing });
        let event = if self.random.r#gen() { CreditEvent::AuditMissed } else { CreditEvent::AuditOverturned };
        block.changes.push(Change::Noted { account: account.clone(), event });
        let member = Member {
            roles: Default::default(),
            identity: Hash::repeat_byte(1),
            sponsor: None,
            status: MemberStatus::Active,
            key: point(9),
            key_index: 0,
            since: block.time,
        };
        block.changes.push(Change::Member {
            account: account.clone(),
            state: self.random.gen_bool(0.8).then_some(member),
        });
        Self::event(block, &account, "Credit", "Noted", None, None);
    }

    fn trade(&mut self, block: &mut Block) {
        let known = if self.random.gen_bool(0.6) { Self::one(&mut self.random, &self.orders) } else { None };
        if let Some(order) = known {
            let mut state = self.orders[&order].clone();
            if !state.state.is_open() {
                self.orders.remove(&order);
                block.changes.push(Change::Order { order, state: None });
                return;
            }
            let further = self.random.r#gen::<bool>();
            state.state = match state.state {
                OrderState::Open { .. } if further => OrderState::Delivered { settles_at: block.time + 9 },
                OrderState::Open { .. } if self.random.r#gen() => OrderState::Cancelled,
                OrderState::Open { .. } => OrderState::Expired,
                OrderState::Delivered { .. } if further => OrderState::Claimed { rule_by: block.time + 9 },
                OrderState::Claimed { .. } if further => OrderState::Refunded,
                _ => OrderState::Settled,
            };
            Self::event(block, &state.seller, "Marketplace", "Moved", Some(state.record), Some(order));
            block.changes.push(Change::Order { order, state: Some(state.clone()) });
            self.orders.insert(order, state);
            return;
        }
        let Some(((record, version), _)) = self.versions.iter().next_back() else { return };
        let (record, version) = (*record, *version);
        let order = self.next_order;
        self.next_order += 1;
        let state = Order {
            record,
            version,
            buyer: self.someone(),
            buyer_key: point(1),
            seller: self.records[&record].owner.clone(),
            price: self.random.gen_range(1..9),
            retained: 1,
            fee: 1,
            bond: 0,
            purpose: self.purpose(),
            terms: Terms { licence: None, duration: None },
            placed: block.time,
            deliver_by: block.time + 5,
            claim_window: 5,
            vaults: Default::default(),
            state: OrderState::Open { cancel: None },
        };
        Self::event(block, &state.buyer, "Marketplace", "Ordered", Some(record), Some(order));
        block.changes.push(Change::Order { order, state: Some(state.clone()) });
        self.orders.insert(order, state);
    }

    fn review(&mut self, block: &mut Block) {
        let Some((record, version)) = Self::one(&mut self.random, &self.versions) else { return };
        let subject = Subject::Record { record, version };
        let Some(mut review) = self.reviews.get(&(record, version)).cloned() else {
            let (first, second) = (self.random.gen_range(1..=2), self.random.gen_range(3..=5));
            let seat = |number| Seat {
                auditor: account(number),
                key: point(number),
                sealed: None,
                due: block.time,
                vote: None,
            };
            let review = Review {
                record,
                version,
                holder: self.records[&record].owner.clone(),
                holder_key: point(1),
                commitment: KeyCommitment { d1: point(4), d2: point(5) },
                excluded: Default::default(),
                panel: vec![seat(first), seat(second)].try_into().expect("they are two"),
                state: ReviewState::Open,
                opened: block.time,
            };
            block.changes.push(Change::Review { subject, state: Some(review.clone()) });
            self.reviews.insert((record, version), review);
            return;
        };
        if !matches!(review.state, ReviewState::Open) {
            if self.random.gen_bool(0.3) {
                block.changes.push(Change::Review { subject, state: None });
            }
            return;
        }
        for seat in &mut review.panel {
            if seat.sealed.is_none() {
                seat.sealed = Some(Self::sealed());
            } else if seat.vote.is_none() && self.random.r#gen() {
                let verdict = if self.random.r#gen() { Verdict::Approve } else { Verdict::Reject };
                seat.vote = Some(Vote {
                    verdict,
                    findings: Default::default(),
                    report: Hash::repeat_byte(1),
                    at: block.time,
                });
            }
        }
        if self.random.gen_bool(0.4) {
            review.state = [
                ReviewState::Decided(Verdict::Approve),
                ReviewState::Decided(Verdict::Reject),
                ReviewState::Lapsed,
                ReviewState::Dissolved,
            ][self.random.gen_range(0..4)];
        }
        block.changes.push(Change::Review { subject, state: Some(review.clone()) });
        self.reviews.insert((record, version), review);
    }

    fn grant(&mut self, block: &mut Block) {
        if self.random.gen_bool(0.4)
            && let Some((record, version, grantee)) = Self::one(&mut self.random, &self.grants)
        {
            let mut grant = self.grants[&(record, version, grantee.clone())].clone();
            let state = if self.random.r#gen() {
                grant.revoked = Some(block.time);
                Some(grant)
            } else {
                None
            };
            block.changes.push(Change::Grant { record, version, grantee, state });
            return;
        }
        let Some((record, version)) = Self::one(&mut self.random, &self.versions) else { return };
        let grantee = self.someone();
        let grant = Grant {
            basis: GrantBasis::Direct,
            purpose: self.purpose(),
            grantee_key: point(3),
            sealed: Self::sealed(),
            at: block.time,
            expires: self
                .random
                .r#gen::<bool>()
                .then(|| block.time + self.random.gen_range(0..9) * 3_600_000),
            revoked: None,
        };
        self.grants.insert((record, version, grantee.clone()), grant.clone());
        block.changes.push(Change::Grant { record, version, grantee, state: Some(grant) });
    }

    fn receipt(&mut self, block: &mut Block) {
        let Some((record, version)) = Self::one(&mut self.random, &self.versions) else { return };
        let index = self.receipts.entry(record).or_default();
        let content = NewReceipt {
            sequence: 1,
            record,
            version,
            accessor: account(self.random.gen_range(1..=5)),
            basis: FetchBasis::Grant,
            bytes: 9,
            at: block.time,
            request: Hash::repeat_byte(8),
        };
        let receipt = Receipt { vault: account(self.random.gen_range(1..=3)), content, posted: block.time };
        block.changes.push(Change::Receipt { index: *index, receipt });
        *index += 1;
    }
}
