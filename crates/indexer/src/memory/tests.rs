use std::cmp::Reverse;

use codec::Decode;
use medshare_types::{
    Anchor, Code, CodeSystem, Descriptor, Kind, Listing, Permission, Policy, Record, RecordVersion, Terms,
    VersionStatus, YearMonth,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::Search;

/// The same without steps: everything is looked at.
#[derive(Default)]
struct Naive(BTreeMap<u32, u64>);

impl Naive {
    fn within(&self, set: &RoaringBitmap, least: Option<u64>, most: Option<u64>) -> Vec<u32> {
        let fits =
            |value: u64| least.is_none_or(|least| value >= least) && most.is_none_or(|most| value <= most);
        set.iter().filter(|document| self.0.get(document).is_some_and(|value| fits(*value))).collect()
    }

    fn in_order(&self, set: &RoaringBitmap) -> Vec<(u64, u32)> {
        let mut all: Vec<(u64, u32)> =
            set.iter().filter_map(|document| Some((*self.0.get(&document)?, document))).collect();
        all.sort_unstable();
        all
    }
}

/// Values that are spread evenly, over powers, few ones, one that most have, and ascending ones.
fn value(random: &mut ChaCha8Rng, spread: usize, document: u32) -> u64 {
    match spread {
        0 => random.gen_range(0..1_000_000),
        1 => 1 << random.gen_range(0..60),
        2 => random.gen_range(0..5),
        3 if random.gen_bool(0.8) => 10,
        3 => random.gen_range(0..20),
        4 => u64::from(document / 7),
        _ => [0, u64::MAX, u64::MAX - 1][random.gen_range(0..3)],
    }
}

fn agrees(ranged: &Ranged<u64>, naive: &Naive, random: &mut ChaCha8Rng, spread: usize, documents: u32) {
    let share = [1.0, 0.5, 0.01][random.gen_range(0..3)];
    let set: RoaringBitmap = (0..documents + 5).filter(|_| random.gen_bool(share)).collect();
    let mut bound = || random.gen_bool(0.7).then(|| value(random, spread, documents / 2));
    let (least, most) = (bound(), bound());
    let found: Vec<u32> = ranged.within(set.clone(), least, most).iter().collect();
    assert_eq!(found, naive.within(&set, least, most), "{least:?} {most:?} {spread}");
    let set = set & ranged.all();
    let all = naive.in_order(&set);
    for count in [1, 21, 101] {
        let expected: Vec<u32> = all.iter().take(count).map(|(_, document)| *document).collect();
        assert_eq!(ranged.lowest(&set, None, count), expected);
        let expected: Vec<u32> = all.iter().rev().take(count).map(|(_, document)| *document).collect();
        assert_eq!(ranged.highest(&set, None, count), expected);
        if all.is_empty() {
            continue;
        }
        let edge = all[random.gen_range(0..all.len())];
        let after = all.iter().filter(|place| **place >= edge);
        let expected: Vec<u32> = after.take(count).map(|(_, document)| *document).collect();
        assert_eq!(ranged.lowest(&set, Some(edge), count), expected, "{edge:?} {spread}");
        let before = all.iter().rev().filter(|place| **place < edge);
        let expected: Vec<u32> = before.take(count).map(|(_, document)| *document).collect();
        assert_eq!(ranged.highest(&set, Some(edge), count), expected, "{edge:?} {spread}");
    }
}

#[test]
fn ranges_and_orders_are_those_of_the_values_however_they_are_spread() {
    for spread in 0..6 {
        let mut random = ChaCha8Rng::seed_from_u64(spread as u64);
        let (mut ranged, mut naive) = (Ranged::default(), Naive::default());
        let mut next = 0;
        for round in 0..6 {
            // The first are many at once, as when an index is opened.
            for _ in 0..if round == 0 { 30_000 } else { 2_000 } {
                if random.gen_bool(0.9) {
                    let value = value(&mut random, spread, next);
                    ranged.insert(next, value);
                    naive.0.insert(next, value);
                }
                next += 1;
            }
            for _ in 0..1_000 {
                let document = random.gen_range(0..next);
                ranged.remove(document);
                naive.0.remove(&document);
            }
            ranged.catch_up();
            agrees(&ranged, &naive, &mut random, spread, next);
            ranged.balance();
            for _ in 0..4 {
                agrees(&ranged, &naive, &mut random, spread, next);
            }
        }
        let (full, most) = (ranged.steps(), naive.0.len());
        if spread == 0 {
            assert!(full > 20, "{full} steps for {most} documents");
        }
        // What goes takes its steps with it.
        let all: Vec<u32> = naive.0.keys().copied().collect();
        for document in all {
            ranged.remove(document);
        }
        ranged.balance();
        assert_eq!((ranged.steps(), ranged.all().len()), (1, 0));
    }
}

fn code(number: u64) -> Code {
    Code {
        system: CodeSystem::Loinc,
        code: format!("{number}-{}", number % 10).parse().expect("it is short"),
    }
}

fn version(number: u64, period: Option<(u16, u16)>) -> RecordVersion<AccountId> {
    // Everything else of it is zero.
    let mut version =
        RecordVersion::<AccountId>::decode(&mut &[0u8; 4_096][..]).expect("zeros are a version");
    version.content.descriptor = Descriptor {
        kind: Kind::Dicom,
        media_type: format!("application/x-{number}").parse().expect("it is short"),
        modality: Some(format!("M{number}").parse().expect("it is short")),
        codes: vec![code(number)].try_into().expect("it is one"),
        counts: Default::default(),
        plaintext_size: number,
        completeness: 50,
        period: period
            .map(|(from, to)| (YearMonth { year: from, month: 1 }, YearMonth { year: to, month: 12 })),
    };
    version.anchor = Anchor { block: 1, moment: number };
    version.status = VersionStatus::Approved;
    version
}

fn whole(number: u64) -> Whole {
    let account = |number: u64| -> AccountId {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&number.to_le_bytes());
        bytes.into()
    };
    let subject = medshare_types::Hash::from_low_u64_be(number);
    Whole {
        record: Record { owner: account(number), subject, latest: 1, withdrawn: false },
        policy: Some(Policy::new(Permission::DiseaseResearch(code(number)))),
        listing: Some(Listing {
            version: 1,
            seller: account(number),
            price: number.into(),
            terms: Terms { licence: None, duration: None },
            since: number,
        }),
    }
}

fn come(memory: &mut Memory, number: u64, period: Option<(u16, u16)>) {
    let state = version(number, period);
    let row = u32::try_from(memory.size()).expect("they are few");
    let left = Placed { record: number, version: 1, row, block: 1, state: Some(&state) };
    memory.update(&BTreeMap::from([(number, Some(whole(number)))]), &[left]);
}

#[test]
fn what_goes_takes_its_sets_with_it() {
    let mut memory = Memory::default();
    let mut peak = None;
    for round in 0..3u64 {
        for number in 0..1_500 {
            come(&mut memory, round * 10_000 + number, None);
        }
        memory.settle();
        let sizes = (
            memory.modalities.capacity(),
            memory.codes.capacity(),
            memory.subjects.capacity(),
            memory.words.size(),
        );
        // Others have come in the place of those that went: there are no more sets than for so many at once.
        assert_eq!((sizes.0, sizes.1, sizes.2), (1_500, 1_500, 1_500));
        assert!(sizes.3.0 <= *peak.get_or_insert(sizes.3.0 + 1_000), "{sizes:?}");
        for number in 0..1_500 {
            memory.update(&BTreeMap::from([(round * 10_000 + number, None)]), &[]);
        }
        memory.settle();
        assert_eq!(memory.words.size().1, 0);
        assert_eq!(memory.code_values.len(), 0);
        assert_eq!(memory.select(&Search::default(), &[], None).len(), 0);
    }
}

#[test]
fn years_that_cannot_be_are_not_counted() {
    let mut memory = Memory::default();
    come(&mut memory, 1, Some((0, u16::MAX)));
    come(&mut memory, 2, Some((2001, 2002)));
    come(&mut memory, 3, Some((3000, 4000)));
    come(&mut memory, 4, Some((1, 2)));
    let all = memory.select(&Search::default(), &[], None);
    let years = memory.tally(&all, &memory.count(&all), &[], 20, &[]).years;
    assert_eq!(years.len(), 300);
    assert_eq!((years.first_key_value(), years.last_key_value()), (Some((&1850, &1)), Some((&2149, &1))));
    assert_eq!((years[&2000], years[&2001], years[&2002], years[&2003]), (1, 2, 2, 1));
}

#[test]
fn codes_are_counted_the_same_one_by_one_and_by_their_sets() {
    let mut memory = Memory::default();
    for number in 0..4_000 {
        let mut state = version(number, None);
        let mut codes = vec![code(number % 7), code(10 + number % 31), code(100 + number % 977)];
        codes.sort();
        state.content.descriptor.codes = codes.try_into().expect("they are three");
        let row = u32::try_from(memory.size()).expect("they are few");
        let left = Placed { record: number, version: 1, row, block: 1, state: Some(&state) };
        memory.update(&BTreeMap::from([(number, Some(whole(number)))]), &[left]);
    }
    memory.settle();
    for share in [1, 2, 50] {
        let set: RoaringBitmap = (0..4_000).filter(|document| document % share == 0).collect();
        let mut expected: BTreeMap<Code, u64> = BTreeMap::new();
        for document in &set {
            for number in &memory.document(document).codes {
                *expected.entry(memory.code_values[number].clone()).or_default() += 1;
            }
        }
        let mut expected: Vec<(Code, u64)> = expected.into_iter().collect();
        expected.sort_by_key(|(_, count)| Reverse(*count));
        let counts = memory.count(&set);
        let mut found = memory.tally(&set, &counts, &[], 20, &[]).codes;
        found.sort_by(|a, b| (Reverse(a.1), &a.0).cmp(&(Reverse(b.1), &b.0)));
        assert_eq!(found[..20], expected[..20], "{share}");
    }
}

#[test]
fn what_was_counted_of_one_set_is_counted_on_to_another() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut memory = Memory::default();
    for number in 0..3_000 {
        let period = random.gen_bool(0.8).then(|| (1990 + (number % 20) as u16, 2000 + (number % 30) as u16));
        come(&mut memory, number % 2_000, period);
    }
    let set = |random: &mut ChaCha8Rng, memory: &Memory| -> RoaringBitmap {
        let all = memory.select(&Search::default(), &[], None);
        all.iter().filter(|_| random.gen_bool(0.7)).collect()
    };
    let told = |memory: &Memory, set: &RoaringBitmap, counts: &Counts| {
        let mut tally = memory.tally(set, counts, &[], usize::MAX, &[]);
        tally.codes.sort();
        (tally.codes, tally.years)
    };
    let mut last = set(&mut random, &memory);
    let mut counts = memory.count(&last);
    for round in 0..6u64 {
        // Some are taken out, of which nobody knows any more what they had.
        if round % 3 == 2 {
            memory.update(&BTreeMap::from([(round, None), (round + 10, None)]), &[]);
        }
        come(&mut memory, 10_000 + round, Some((2005, 2006)));
        memory.settle();
        let next = set(&mut random, &memory);
        counts = memory.recount(counts, &(&next - &last), &(&last - &next), &next);
        assert_eq!(told(&memory, &next, &counts), told(&memory, &next, &memory.count(&next)), "{round}");
        last = next;
    }
}
