//! What must hold over each database.

use std::collections::BTreeSet;

use codec::Encode;
use medshare_indexer::{
    Block, Counts, Direction, Entity, Error, FindGrants, FindOrders, FindReceipts, FindReviews, GrantItem,
    GrantKey, Index, MarketStatistics, OrderStateName, Prices, ReviewKind, Search, Sizes, Sort, Trace, What,
    Years,
};
use medshare_types::{Hash, Kind, OrderState, Tier, VersionStatus};
use rand::{Rng, seq::SliceRandom};
use sqlx::Connection;

use crate::{
    naive::Naive,
    world::{GENESIS, World, account, codes},
};

/// Random blocks and random queries: final ones, in batches of all sizes, and ones that are not final yet.
pub async fn answers_as_the_model_does(address: &str, seed: u64) {
    let mut world = World::new(seed);
    let mut model = Naive::default();
    let mut index = Index::open(address, GENESIS).await.expect("it opens");
    assert_eq!(index.head().await, None);
    let empty = index.search(&Search::default(), &[]).await.expect("it answers").page;
    assert_eq!((empty.at, empty.total, empty.items.len(), empty.next), (None, Some(0), 0, None));
    for round in 0..8 {
        let length = world.random.gen_range(1..8);
        let blocks: Vec<Block> = (0..length).map(|_| world.block()).collect();
        // First as what is not final: the answers have it, and nobody else's.
        let before = model.clone();
        let mut pending = model.clone();
        blocks.iter().for_each(|block| pending.apply(block));
        for _ in 0..6 {
            compare(&index, &mut world, &pending, &blocks).await;
            compare(&index, &mut world, &before, &[]).await;
        }
        let applied = index.apply(&blocks).await.expect("they follow");
        // Those of whoever is in another tier now than before, whether something was told of it or time alone did it.
        let moved =
            pending.records.iter().filter(|(_, of)| before.tier(&of.owner) != pending.tier(&of.owner));
        assert_eq!(applied.moved, moved.map(|(record, _)| *record).collect::<Vec<_>>());
        let gone = before.listings.keys().filter(|record| !pending.listings.contains_key(*record));
        assert_eq!(applied.delisted, gone.copied().collect::<Vec<_>>());
        assert_eq!(applied.at, index.head().await);
        for block in &blocks {
            assert_eq!(index.hash_of(block.number).await.expect("it answers"), Some(block.hash));
        }
        let next = blocks.last().map_or(0, |block| block.number) + 1;
        assert_eq!(index.hash_of(next).await.expect("it answers"), None);
        model = pending;
        if round == 4 && address != "sqlite::memory:" {
            index.close().await;
            index = Index::open(address, GENESIS).await.expect("it opens again");
        }
        let head = index.head().await.expect("there is one");
        assert_eq!((head.hash, head.is_final), (blocks.last().expect("there is one").hash, true));
        for _ in 0..6 {
            compare(&index, &mut world, &model, &[]).await;
        }
        // What was pending and became final meanwhile changes nothing.
        compare(&index, &mut world, &model, &blocks).await;
        compare_lists(&index, &mut world, &model, &[]).await;
        compare_statistics(&index, &model).await;
        compare_dump(&index, &model).await;
    }
    let further: Vec<Block> = (0..3).map(|_| world.block()).collect();
    let mut pending = model.clone();
    further.iter().for_each(|block| pending.apply(block));
    compare_lists(&index, &mut world, &pending, &further).await;
    compare_lists(&index, &mut world, &model, &[]).await;
    compare_dump(&index, &model).await;
    index.clear().await.expect("it can be emptied");
    assert_eq!(index.head().await, None);
    assert_eq!(index.search(&Search::default(), &[]).await.expect("it answers").page.total, Some(0));
    // From the beginning, all at once: the same.
    index.apply(&world.blocks).await.expect("they follow");
    compare_dump(&index, &pending).await;
    for _ in 0..6 {
        compare(&index, &mut world, &pending, &[]).await;
    }
    compare_statistics(&index, &pending).await;
}

fn random_search(world: &mut World) -> Search {
    let mut search = Search { limit: world.random.gen_range(1..6), facets: true, ..Search::default() };
    if world.random.gen_bool(0.2) {
        // The same at many blocks: what was counted at one is counted on.
        return search;
    }
    if world.random.r#gen() {
        search.what = What::Records;
    }
    let sorts = [
        Sort::Newest,
        Sort::Oldest,
        Sort::Largest,
        Sort::Smallest,
        Sort::Completest,
        Sort::Cheapest,
        Sort::Dearest,
    ];
    search.sort = sorts[world.random.gen_range(0..if search.what == What::Listings { 7 } else { 5 })];
    for _ in 0..world.random.gen_range(0..4) {
        let random = &mut world.random;
        match random.gen_range(0..15) {
            0 => search.kind = Some([Kind::Fhir, Kind::Dicom, Kind::Document][random.gen_range(0..3)]),
            1 => search.modality = Some(["CT", "MR", "US"][random.gen_range(0..3)].into()),
            2 => search.codes = codes().choose_multiple(random, 1).cloned().collect(),
            3 => search.codes = codes().choose_multiple(random, 2).cloned().collect(),
            4 => {
                let from = random.gen_range(2000..2008);
                let to = from + random.gen_range(0..4);
                search.years = Some(Years {
                    from: random.r#gen::<bool>().then_some(from),
                    to: random.r#gen::<bool>().then_some(to),
                });
            }
            5 => {
                let min = random.gen_range(0..1300);
                let max = min + random.gen_range(0..700);
                search.size = Some(Sizes {
                    min: random.r#gen::<bool>().then_some(min),
                    max: random.r#gen::<bool>().then_some(max),
                });
            }
            6 => search.completeness = Some(random.gen_range(0..=100)),
            7 => {
                let min = [0, 5, 6, 63, 64, 65, 1 << 69][random.gen_range(0..7)];
                let max = min + [0, 1, 58, 1 << 70][random.gen_range(0..4)];
                search.price = Some(Prices {
                    min: random.r#gen::<bool>().then_some(min),
                    max: random.r#gen::<bool>().then_some(max),
                });
            }
            8 => {
                let tiers = [Tier::Restricted, Tier::Standard, Tier::Trusted, Tier::Exemplary];
                search.tiers = tiers.choose_multiple(random, 2).copied().collect();
            }
            9 | 10 => search.purpose = Some(world.purpose()),
            11 => {
                let statuses = [VersionStatus::Pending, VersionStatus::Approved, VersionStatus::Rejected];
                search.status = Some(statuses[random.gen_range(0..3)]);
            }
            12 => search.owner = Some(account(random.gen_range(1..7))),
            13 => search.subject = Some(Hash::repeat_byte(random.gen_range(1..5))),
            _ => {
                let texts = [
                    "???",
                    "tomo",
                    "CT",
                    "application/fhir",
                    "e11",
                    "E11.9",
                    "4548",
                    "45",
                    "observ",
                    "json snomed",
                    "zebra",
                    "4544-3",
                    "mondo:0005",
                    "frames dicom",
                    "",
                    "resonance",
                    "Computed tomography (CT)",
                    "MR:",
                    "fhir",
                    "document",
                    "2019 to",
                ];
                search.text = Some(texts[random.gen_range(0..texts.len())].into());
            }
        }
    }
    if world.random.gen_bool(0.2) {
        search.withdrawn = Some(world.random.r#gen());
    }
    search
}

async fn compare(index: &Index, world: &mut World, model: &Naive, pending: &[Block]) {
    let mut search = random_search(world);
    let expected = model.search(&search);
    let mut found = Vec::new();
    loop {
        let page = index.search(&search, pending).await.expect("it answers");
        assert_eq!(page.page.total, Some(expected.len() as u64), "{search:?}");
        let facets = page.facets.expect("they were asked for");
        let years: Vec<(u16, u64)> = facets.year.iter().map(|bucket| (bucket.value, bucket.count)).collect();
        assert_eq!(years, model.year_facet(&expected).into_iter().collect::<Vec<_>>(), "{search:?}");
        assert_eq!(facets.code, model.code_facet(&expected), "{search:?}");
        for sum in [
            facets.kind.iter().map(|bucket| bucket.count).sum::<u64>(),
            facets.tier.iter().map(|bucket| bucket.count).sum(),
            facets.status.iter().map(|bucket| bucket.count).sum(),
        ] {
            assert_eq!(sum, expected.len() as u64);
        }
        for bucket in &facets.tier {
            let of = |(record, _): &&(u64, u32)| model.tier(&model.records[record].owner) == bucket.value;
            assert_eq!(bucket.count, expected.iter().filter(of).count() as u64, "{bucket:?}");
        }
        assert!(page.page.items.len() <= search.limit as usize);
        for hit in page.page.items {
            assert!(model.agrees(&hit), "{hit:?}");
            found.push((hit.record, hit.version));
        }
        search.cursor = page.page.next;
        if search.cursor.is_none() {
            break;
        }
    }
    assert_eq!(found, expected, "{search:?}");
    if pending.is_empty() {
        let among: Vec<u64> = model.records.keys().copied().filter(|record| record % 2 == 0).collect();
        search.cursor = None;
        let (at, hits) = index.search_among(&search, &among).await.expect("it answers");
        assert_eq!(at, index.head().await);
        if let Some(hit) = hits.first() {
            let (what, status) = (search.what, search.status);
            let text = Some(hit.title.clone());
            let titled = Search { what, status, withdrawn: Some(hit.withdrawn), text, ..Search::default() };
            let (_, found) = index.search_among(&titled, &[hit.record]).await.expect("it answers");
            assert!(found.contains(hit), "{:?} finds what is called so", hit.title);
        }
        let hits: BTreeSet<(u64, u32)> = hits.iter().map(|hit| (hit.record, hit.version)).collect();
        assert_eq!(hits, expected.into_iter().filter(|(record, _)| record % 2 == 0).collect());
    }
}

/// All pages of a list, with the total of each.
macro_rules! pages {
    ($index:ident, $method:ident, $query:expr, $pending:expr) => {{
        let mut query = $query.clone();
        query.limit = 3;
        let mut items = Vec::new();
        let mut total;
        loop {
            let page = $index.$method(&query, $pending).await.expect("it answers");
            total = page.total.expect("it was asked for");
            items.extend(page.items);
            query.cursor = page.next;
            if query.cursor.is_none() {
                break;
            }
        }
        assert_eq!(total, items.len() as u64, "{query:?}");
        items
    }};
}

async fn compare_lists(index: &Index, world: &mut World, model: &Naive, pending: &[Block]) {
    let who = world.someone();
    let record = world.random.gen_range(0..6);
    let orders = [
        FindOrders::default(),
        FindOrders { buyer: Some(who.clone()), ..Default::default() },
        FindOrders { seller: Some(who.clone()), open: Some(true), ..Default::default() },
        FindOrders { party: Some(who.clone()), ..Default::default() },
        FindOrders {
            party: Some(who.clone()),
            cleared: Some(false),
            open: Some(false),
            ..Default::default()
        },
        FindOrders { state: Some(OrderStateName::Delivered), ..Default::default() },
        FindOrders { record: Some(record), ..Default::default() },
    ];
    for query in orders {
        let expected = model.orders(&query);
        assert_eq!(pages!(index, find_orders, query, pending), expected, "{query:?}");
        if pending.is_empty() {
            let ids: Vec<u64> = model.orders.keys().copied().collect();
            let (at, mut among) = index.orders_among(&query, &ids).await.expect("it answers");
            assert_eq!(at, index.head().await);
            among.sort_by_key(|item| std::cmp::Reverse(item.order));
            assert_eq!(among, expected);
        }
    }
    for query in [
        FindReviews::default(),
        FindReviews { auditor: Some(who.clone()), ..Default::default() },
        FindReviews { auditor: Some(who.clone()), decided: Some(false), ..Default::default() },
        FindReviews { holder: Some(who.clone()), decided: Some(true), ..Default::default() },
        FindReviews { record: Some(record), kind: Some(ReviewKind::Record), ..Default::default() },
        FindReviews { kind: Some(ReviewKind::Claim), ..Default::default() },
    ] {
        let found = pages!(index, find_reviews, query, pending);
        let found: Vec<_> =
            found.iter().map(|item| (item.subject, item.decided.as_ref().map(|of| of.moment))).collect();
        let expected = model.reviews(&query);
        assert_eq!(found, expected, "{query:?}");
        if pending.is_empty() {
            let all: Vec<_> = model.reviews.iter().map(|review| review.0).collect();
            let (at, among) = index.reviews_among(&query, &all).await.expect("it answers");
            assert_eq!((at, among.len()), (index.head().await, expected.len()));
        }
    }
    for query in [
        FindGrants::default(),
        FindGrants { grantee: Some(who.clone()), in_force: Some(true), ..Default::default() },
        FindGrants { owner: Some(who.clone()), ..Default::default() },
        FindGrants { record: Some(record), in_force: Some(false), ..Default::default() },
    ] {
        let found = pages!(index, find_grants, query, pending);
        let of = |item: &GrantItem| (item.record, item.version, item.grantee.clone());
        let keys: Vec<GrantKey> = found.iter().map(of).collect();
        assert_eq!(keys, model.grants(&query), "{query:?}");
        if pending.is_empty() {
            let mut all: Vec<GrantKey> = model.grants.iter().map(|grant| grant.0.clone()).collect();
            // Nobody was granted this.
            all.push((record, 99, who.clone()));
            let (at, mut among) = index.grants_among(&query, &all).await.expect("it answers");
            assert_eq!(at, index.head().await);
            let place = |item: &GrantItem| keys.iter().position(|key| *key == of(item));
            among.sort_by_key(place);
            assert_eq!(among, found);
        }
    }
    for query in [
        FindReceipts::default(),
        FindReceipts { record: Some(record), ..Default::default() },
        FindReceipts { vault: Some(account(1)), accessor: Some(who.clone()), ..Default::default() },
    ] {
        let found = pages!(index, find_receipts, query, pending);
        let found: Vec<_> = found.iter().map(|item| (item.record, item.index)).collect();
        assert_eq!(found, model.receipts(&query), "{query:?}");
    }
    compare_traces(index, model, pending, record).await;
}

async fn compare_traces(index: &Index, model: &Naive, pending: &[Block], record: u64) {
    let head = index.head().await.expect("there is one").number;
    for query in [
        Trace { record: Some(record), ..Default::default() },
        Trace { order: Some(0), direction: Some(Direction::Newest), ..Default::default() },
        Trace { account: Some(account(2)), from_block: Some(2), to_block: Some(5), ..Default::default() },
    ] {
        let mut expected: Vec<(u32, u32)> = model
            .events
            .iter()
            .filter(|(block, _, records, orders, accounts)| {
                query.record.is_none_or(|record| records.contains(&record))
                    && query.order.is_none_or(|order| orders.contains(&order))
                    && query.account.as_ref().is_none_or(|account| accounts.contains(account))
                    && query.from_block.is_none_or(|from| *block >= from)
                    && query.to_block.is_none_or(|to| *block <= to)
            })
            .map(|(block, index, ..)| (*block, *index))
            .collect();
        if query.direction == Some(Direction::Newest) {
            expected.reverse();
        }
        let found = pages!(index, trace, query, pending);
        assert!(found.iter().all(|item| item.is_final == (item.block <= head)));
        let found: Vec<(u32, u32)> = found.iter().map(|item| (item.block, item.index)).collect();
        assert_eq!(found, expected, "{query:?}");
    }
}

async fn compare_statistics(index: &Index, model: &Naive) {
    let page = index.auditor_statistics(&Default::default(), &[]).await.expect("it answers");
    for item in page.items {
        let found = (
            item.votes,
            (item.approvals, item.rejections, item.rulings),
            item.accepted_share,
            item.missed,
            item.mean_response_ms,
            item.agreement_share,
            item.overturned,
            item.open_seats,
        );
        assert_eq!(found, model.auditor(&item.auditor), "{}", item.auditor);
    }
    let (_, market) = index.market_statistics(&MarketStatistics::default(), &[]).await.expect("it answers");
    let of = |wanted: fn(&OrderState) -> bool| {
        model.orders.values().filter(|order| wanted(&order.0.state)).count() as u64
    };
    assert_eq!(market.iter().map(|item| item.orders).sum::<u64>(), model.orders.len() as u64);
    let settled = of(|state| matches!(state, OrderState::Settled));
    assert_eq!(market.iter().map(|item| item.settled).sum::<u64>(), settled);
    let expired = of(|state| matches!(state, OrderState::Expired));
    assert_eq!(market.iter().map(|item| item.expired).sum::<u64>(), expired);
    for item in market {
        // All blocks lie in one month.
        let mut prices: Vec<u128> = model
            .orders
            .values()
            .filter(|order| order.1.is_some() && order.4 == item.kind)
            .map(|order| order.0.price)
            .collect();
        prices.sort_unstable();
        assert_eq!(item.volume, prices.iter().sum::<u128>());
        assert_eq!(item.median_price, prices.get(prices.len().saturating_sub(1) / 2).copied());
        // 2027-01-01
        assert_eq!(item.start, 1_798_761_600_000);
    }
}

async fn compare_dump(index: &Index, model: &Naive) {
    let counts = index.counts().await.expect("it answers");
    let expected = Counts {
        records: model.records.len() as u64,
        versions: model.versions.len() as u64,
        listings: model.listings.len() as u64,
        orders: model.orders.len() as u64,
        reviews: model.reviews.len() as u64,
        grants: model.grants.len() as u64,
        receipts: model.receipts.len() as u64,
        events: model.events.len() as u64,
        members: model.members.len() as u64,
    };
    assert_eq!(counts, expected);
    for entity in Entity::ALL {
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let (pairs, next) = index.dump(entity, after.as_ref()).await.expect("it answers");
            found.extend(pairs);
            after = next;
            if after.is_none() {
                break;
            }
        }
        found.sort();
        let mut expected: Vec<(Vec<u8>, Vec<u8>)> = match entity {
            Entity::Records => {
                model.records.iter().map(|(key, value)| (key.encode(), value.encode())).collect()
            }
            Entity::Policies => {
                model.policies.iter().map(|(key, value)| (key.encode(), value.encode())).collect()
            }
            Entity::Versions => {
                model.versions.iter().map(|(key, value)| (key.encode(), value.encode())).collect()
            }
            Entity::Listings => {
                model.listings.iter().map(|(key, value)| (key.encode(), value.encode())).collect()
            }
            Entity::Orders => {
                let open = model.orders.iter().filter(|(_, order)| !order.3);
                open.map(|(key, order)| (key.encode(), order.0.encode())).collect()
            }
            Entity::Reviews => {
                let kept = model.reviews.iter().filter(|review| !review.5);
                kept.map(|review| (review.0.encode(), review.1.encode())).collect()
            }
            Entity::Grants => {
                let kept = model.grants.iter().filter(|grant| !grant.3);
                kept.map(|grant| (grant.0.encode(), grant.1.encode())).collect()
            }
            Entity::Credits => {
                let of = |(key, of): (&_, &medshare_indexer::Standing)| {
                    (medshare_types::AccountId::encode(key), (of.points, of.noted).encode())
                };
                model.standings.iter().map(of).collect()
            }
            Entity::Members => continue,
        };
        expected.sort();
        assert_eq!(found.len(), expected.len(), "{entity:?}");
        assert_eq!(found, expected, "{entity:?}");
    }
}

/// A block that cannot be applied leaves nothing; one that does not follow is refused.
pub async fn what_is_half_written_is_not_there(address: &str) {
    let mut world = World::new(5);
    let blocks: Vec<Block> = (0..20).map(|_| world.block()).collect();
    let index = Index::open(address, GENESIS).await.expect("it opens");
    assert!(matches!(index.apply(&blocks[1..3]).await, Err(Error::NotNext { head: None, number: 2, .. })));
    index.apply(&blocks[..10]).await.expect("they follow");
    let at = index.head().await;
    let everything = dumped(&index).await;
    // A gap, a fork, and a batch whose last block does not follow.
    assert!(matches!(index.apply(&blocks[11..]).await, Err(Error::NotNext { number: 12, .. })));
    let mut fork = blocks[10].clone();
    fork.parent = Hash::repeat_byte(1);
    assert!(matches!(index.apply(std::slice::from_ref(&fork)).await, Err(Error::NotNext { number: 11, .. })));
    fork.number = 12;
    assert!(matches!(index.apply(&[blocks[10].clone(), fork]).await, Err(Error::NotNext { number: 12, .. })));
    // Whoever applies goes away in the middle.
    for _ in 0..10 {
        let mut applying = Box::pin(index.apply(&blocks[10..]));
        let waker = std::task::Waker::noop();
        assert!(applying.as_mut().poll(&mut std::task::Context::from_waker(waker)).is_pending());
        drop(applying);
    }
    // Mostly that is long before the commit. If one of them got that far, all of it is there.
    let reached = index.head().await;
    let everything = if reached == at {
        everything
    } else {
        let model = Index::open("sqlite::memory:", GENESIS).await.expect("it opens");
        let all = model.apply(&blocks).await.expect("they follow");
        assert_eq!(reached, all.at);
        dumped(&model).await
    };
    assert_eq!(dumped(&index).await, everything);
    index.close().await;
    let index = Index::open(address, GENESIS).await.expect("it opens again");
    assert_eq!(index.head().await, reached);
    assert_eq!(dumped(&index).await, everything);
    if reached == at {
        index.apply(&blocks[10..]).await.expect("it goes on where it was");
    }
    assert_eq!(index.head().await.map(|head| head.number), Some(20));
}

pub async fn dumped(index: &Index) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut all = Vec::new();
    for entity in Entity::ALL {
        all.extend(index.dump(entity, None).await.expect("it answers").0);
    }
    all
}

pub async fn an_index_of_another_chain_is_refused(address: &str) {
    let mut world = World::new(6);
    let index = Index::open(address, GENESIS).await.expect("it opens");
    index.apply(&[world.block()]).await.expect("it follows");
    let head = index.head().await;
    index.close().await;
    let other = Hash::repeat_byte(9);
    match Index::open(address, other).await {
        Err(Error::OtherChain { index, chain }) => assert_eq!((index, chain), (GENESIS, other)),
        _ => panic!("it is of another chain"),
    }
    let index = Index::open(address, GENESIS).await.expect("it is as it was");
    assert_eq!(index.head().await, head);
}

pub async fn a_second_writer_is_refused(address: &str) {
    let mut world = World::new(7);
    let blocks = [world.block(), world.block()];
    let first = Index::open(address, GENESIS).await.expect("it opens");
    let second = Index::open(address, GENESIS).await.expect("it opens");
    first.apply(&blocks[..1]).await.expect("it follows");
    assert!(matches!(second.apply(&blocks[..1]).await, Err(Error::Busy)));
    first.apply(&blocks[1..]).await.expect("it follows");
}

/// The form is that of this release, or the index is filled anew, or it is left alone.
pub async fn an_older_form_is_emptied_and_a_newer_one_refused(address: &str) {
    let mut world = World::new(8);
    let index = Index::open(address, GENESIS).await.expect("it opens");
    let (block, known) = (world.block(), index.schema());
    index.apply(std::slice::from_ref(&block)).await.expect("it follows");
    index.close().await;
    write_form(address, known + 1).await;
    match Index::open(address, GENESIS).await {
        Err(Error::Newer { found, known: here }) => assert_eq!((found, here), (known + 1, known)),
        _ => panic!("it is newer"),
    }
    write_form(address, known).await;
    let index = Index::open(address, GENESIS).await.expect("nothing was done to it");
    assert_eq!(index.head().await.map(|head| head.number), Some(1));
    index.close().await;
    write_form(address, 0).await;
    let index = Index::open(address, GENESIS).await.expect("it is emptied");
    assert_eq!((index.head().await, index.schema()), (None, known));
    index.apply(&[block]).await.expect("it is filled anew");
}

/// Searches read the record beside a version: `dump`, with which an index is checked, tells if it is not the record.
pub async fn a_version_beside_another_record_is_found(address: &str) {
    let mut world = World::new(9);
    let blocks: Vec<Block> = (0..20).map(|_| world.block()).collect();
    let index = Index::open(address, GENESIS).await.expect("it opens");
    index.apply(&blocks).await.expect("they follow");
    let without = async || {
        let (pairs, _) = index.dump(Entity::Versions, None).await.expect("it answers");
        pairs.into_iter().filter(|(_, value)| value.is_empty()).count()
    };
    assert_eq!(without().await, 0);
    let other = "UPDATE versions SET whole = (SELECT body FROM records WHERE record <> versions.record LIMIT 1) \
        WHERE document = (SELECT max(document) FROM versions)";
    write(address, sqlx::query(other)).await;
    assert_eq!(without().await, 1);
}

async fn write_form(url: &str, form: u32) {
    write(url, sqlx::query("UPDATE meta SET value = $1 WHERE name = 'schema'").bind(form.encode())).await;
}

/// Writes to an index behind its back.
async fn write(url: &str, query: sqlx::query::Query<'_, sqlx::Any, sqlx::any::AnyArguments>) {
    let mut connection = sqlx::AnyConnection::connect(url).await.expect("it is there");
    let done = query.execute(&mut connection).await.expect("it can be written");
    assert_eq!(done.rows_affected(), 1);
    connection.close().await.expect("it can be closed");
}
