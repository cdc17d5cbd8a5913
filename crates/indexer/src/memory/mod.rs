//! What searches go over: sets of documents (versions of records) by what they are, in memory.
//!
//! It is made from the database's rows when the index is opened, and from what changed at each block. So it says nothing that
//! the rows do not, and is the same over SQLite and PostgreSQL. Counts are sizes of intersections of compressed bitmaps,
//! hence exact.
//!
//! Documents have numbers in the order in which they came: by block, and in a block by record and version.

mod consent;
mod document;
mod facets;
mod named;
mod ranged;
mod select;
#[cfg(test)]
mod tests;
mod tiers;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use codec::Encode;
use medshare_types::{AccountId, Code, Kind, RecordId, RecordVersion, Version, VersionStatus};
use roaring::RoaringBitmap;

pub use document::{Document, Left, Placed, Whole};
pub use facets::{Counts, Tally};
pub use select::{Order, Place, ascending};
pub use tiers::{Moved, Owners};

use consent::{CodeName, Consents, code_name};
use document::State;
use named::Named;
use ranged::Ranged;

/// Everything that searches need to know.
#[derive(Default)]
pub struct Memory {
    documents: Vec<Document>,
    by_version: BTreeMap<(RecordId, Version), u32>,
    /// Whose documents they are, and in which tiers those are.
    pub owners: Owners,
    subjects: Named<[u8; 32]>,
    kinds: [RoaringBitmap; Kind::ALL.len()],
    statuses: [RoaringBitmap; VersionStatus::ALL.len()],
    latest: RoaringBitmap,
    withdrawn: RoaringBitmap,
    modalities: Named<String>,
    codes: Named<CodeName>,
    code_values: BTreeMap<u32, Code>,
    consents: Consents,
    words: words::Words,
    since: Ranged<u64>,
    price: Ranged<u128>,
    anchored: Ranged<u64>,
    sizes: Ranged<u64>,
    completeness: Ranged<u8>,
    first_years: Ranged<u16>,
    last_years: Ranged<u16>,
    /// Documents that were taken out of everything but the words: whatever a text search finds is also in one of the other sets.
    gone: RoaringBitmap,
    /// How many documents were ever taken out so.
    removed: u64,
}

/// How many documents are taken out of the words at once: each time, all words are looked at.
const GONE: u64 = 1_000;

impl Memory {
    /// A document.
    pub fn document(&self, number: u32) -> &Document {
        &self.documents[number as usize]
    }

    /// How many numbers of documents were given.
    pub fn size(&self) -> usize {
        self.documents.len()
    }

    /// The documents of a record.
    pub fn of_record(&self, record: RecordId) -> impl Iterator<Item = u32> + '_ {
        self.by_version.range((record, 0)..=(record, Version::MAX)).map(|(_, document)| *document)
    }

    /// Whether a version of a record is on sale.
    pub fn is_listed(&self, record: RecordId) -> bool {
        self.of_record(record).any(|number| self.document(number).state.listed)
    }

    /// The records of an owner, one as often as it has versions.
    pub fn records_of(&self, owner: &AccountId) -> impl Iterator<Item = RecordId> + '_ {
        self.owners.documents(owner).into_iter().flatten().map(|number| self.document(number).record)
    }

    /// A version's document.
    pub fn of_version(&self, record: RecordId, version: Version) -> Option<&Document> {
        self.by_version.get(&(record, version)).map(|number| self.document(*number))
    }

    /// The number of the first document that came after some place.
    fn came_after(&self, order: Order) -> u32 {
        self.number_of(self.documents.partition_point(|document| document.order() <= order))
    }

    /// The number of the first document that came at a place or after it.
    fn came_from(&self, order: Order) -> u32 {
        self.number_of(self.documents.partition_point(|document| document.order() < order))
    }

    fn number_of(&self, place: usize) -> u32 {
        u32::try_from(place).unwrap_or(u32::MAX)
    }

    /// The owner of a document.
    pub fn owner(&self, number: u32) -> Option<&AccountId> {
        self.owners.name(self.document(number).state.owner)
    }

    /// Takes what changed about records, and about versions; new versions in the order in which they came.
    pub fn update(&mut self, records: &BTreeMap<RecordId, Option<Whole>>, versions: &[Left<'_>]) {
        for (record, whole) in records {
            let documents: Vec<u32> = self.of_record(*record).collect();
            for number in documents {
                match whole {
                    Some(whole) => {
                        let status = self.document(number).state.status;
                        self.become_(number, whole, status);
                    }
                    None => self.remove(number),
                }
            }
        }
        for left in versions {
            let known = self.by_version.get(&(left.record, left.version)).copied();
            let whole = records.get(&left.record).and_then(Option::as_ref);
            match (left.state, known, whole) {
                (Some(state), Some(number), Some(whole))
                    if self.document(number).fingerprint == fingerprint(state) =>
                {
                    self.become_(number, whole, state.status);
                }
                (Some(state), known, Some(whole)) => {
                    if let Some(number) = known {
                        self.remove(number);
                        self.sweep();
                    }
                    self.skip_to(left.row);
                    self.insert(whole, left.with(state));
                }
                (_, Some(number), _) => self.remove(number),
                (_, None, _) => {}
            }
        }
    }

    /// Adds a version. Its row's number is the document's, unless that is taken: as where documents are put on top of others.
    pub fn insert(&mut self, whole: &Whole, placed: Placed<&RecordVersion<AccountId>>) {
        let version = placed.state;
        let descriptor = &version.content.descriptor;
        // The number of a version that was there before is its own again.
        let again = self.documents.get(placed.row as usize).is_some_and(|document| {
            document.gone && document.row == placed.row && document.order() == placed.order()
        });
        let number = if again { placed.row } else { self.number_of(self.documents.len()) };
        let modality = descriptor
            .modality
            .as_ref()
            .map(|modality| self.modalities.insert(&modality.to_string(), number));
        let codes: BTreeSet<u32> =
            descriptor.codes.iter().map(|code| self.insert_code(code, number)).collect();
        let document = Document {
            record: placed.record,
            version: placed.version,
            block: placed.block,
            row: placed.row,
            fingerprint: fingerprint(version),
            kind: descriptor.kind as u8,
            modality,
            codes: codes.into_iter().collect(),
            state: State::NONE,
            gone: false,
        };
        self.kinds[descriptor.kind as usize].insert(number);
        self.words.insert(number, descriptor);
        self.anchored.insert(number, version.anchor.moment);
        self.sizes.insert(number, descriptor.plaintext_size);
        self.completeness.insert(number, descriptor.completeness);
        if let Some((first, last)) = descriptor.period {
            self.first_years.insert(number, first.year);
            self.last_years.insert(number, last.year);
        }
        if again {
            self.documents[number as usize] = document;
        } else {
            self.documents.push(document);
        }
        self.by_version.insert((placed.record, placed.version), number);
        self.attach(number, whole, version.status);
    }

    /// Leaves a number without a document: whose row has a number has that number.
    pub fn skip_to(&mut self, row: u32) {
        while self.documents.len() < row as usize {
            let (block, record, version) = self.documents.last().map_or((0, 0, 0), Document::order);
            self.documents.push(Document {
                record,
                version,
                block,
                row: u32::MAX,
                fingerprint: [0; 8],
                kind: 0,
                modality: None,
                codes: Box::default(),
                state: State::NONE,
                gone: true,
            });
        }
    }

    /// What of a document can change.
    fn become_(&mut self, number: u32, whole: &Whole, status: VersionStatus) {
        if self.is_so(number, whole, status) {
            return;
        }
        self.detach(number);
        self.attach(number, whole, status);
    }

    /// Whether all of it is so already: of most versions of a record nothing changes when the record does.
    fn is_so(&self, number: u32, whole: &Whole, status: VersionStatus) -> bool {
        let document = self.document(number);
        let (state, record) = (&document.state, &whole.record);
        state.status == status
            && state.latest == (record.latest == document.version)
            && state.withdrawn == record.withdrawn
            && self.owners.name(state.owner) == Some(&record.owner)
            && self.subjects.name(state.subject) == Some(&record.subject.0)
            && self.consents.is_of(state.consent, whole.policy.as_ref())
            && match whole.listing_of(document.version) {
                Some(listing) => {
                    state.listed
                        && self.price.value(number) == listing.price
                        && self.since.value(number) == listing.since
                }
                None => !state.listed,
            }
    }

    fn attach(&mut self, number: u32, whole: &Whole, status: VersionStatus) {
        let document = &mut self.documents[number as usize];
        let listing = whole.listing_of(document.version);
        let state = State {
            owner: self.owners.insert(number, &whole.record.owner),
            subject: self.subjects.insert(&whole.record.subject.0, number),
            status,
            latest: whole.record.latest == document.version,
            withdrawn: whole.record.withdrawn,
            consent: whole.policy.as_ref().map(|policy| self.consents.insert(number, policy)),
            listed: listing.is_some(),
        };
        document.state = state;
        self.statuses[status as usize].insert(number);
        if state.latest {
            self.latest.insert(number);
        }
        if state.withdrawn {
            self.withdrawn.insert(number);
        }
        if let Some(listing) = listing {
            self.price.insert(number, listing.price);
            self.since.insert(number, listing.since);
        }
    }

    fn detach(&mut self, number: u32) {
        let state = self.documents[number as usize].state;
        self.owners.remove(number, state.owner);
        self.subjects.remove(state.subject, number);
        self.statuses[state.status as usize].remove(number);
        self.latest.remove(number);
        self.withdrawn.remove(number);
        if let Some(consent) = state.consent {
            self.consents.remove(number, consent);
        }
        if state.listed {
            self.price.remove(number);
            self.since.remove(number);
        }
    }

    /// Takes a document out of everything but the words.
    fn remove(&mut self, number: u32) {
        self.detach(number);
        let document = &mut self.documents[number as usize];
        document.gone = true;
        let (kind, modality, codes) =
            (document.kind, document.modality.take(), std::mem::take(&mut document.codes));
        let version = (document.record, document.version);
        self.kinds[usize::from(kind)].remove(number);
        if let Some(modality) = modality {
            self.modalities.remove(modality, number);
        }
        for code in codes {
            self.remove_code(code, number);
        }
        self.anchored.remove(number);
        self.sizes.remove(number);
        self.completeness.remove(number);
        self.first_years.remove(number);
        self.last_years.remove(number);
        self.by_version.remove(&version);
        self.gone.insert(number);
        self.removed += 1;
    }

    fn insert_code(&mut self, code: &Code, document: u32) -> u32 {
        let number = self.codes.insert(&code_name(code), document);
        self.code_values.entry(number).or_insert_with(|| code.clone());
        number
    }

    fn remove_code(&mut self, number: u32, document: u32) {
        self.codes.remove(number, document);
        if self.codes.set(number).is_none() {
            self.code_values.remove(&number);
        }
    }

    fn sweep(&mut self) {
        self.words.remove(&self.gone);
        self.gone.clear();
    }

    /// Brings into order what changes have left; after updates, before searches.
    pub fn settle(&mut self) {
        if self.gone.len() >= GONE {
            self.sweep();
        }
        self.since.balance();
        self.price.balance();
        self.anchored.balance();
        self.sizes.balance();
        self.completeness.balance();
        self.first_years.balance();
        self.last_years.balance();
    }
}

/// Tells versions apart by what never changes of one.
fn fingerprint(version: &RecordVersion<AccountId>) -> [u8; 8] {
    sp_crypto_hashing::twox_64(&(&version.content.descriptor, version.anchor).encode())
}
