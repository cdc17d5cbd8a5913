//! What must hold whatever is asked and whoever else uses the database.

use std::time::Duration;

use medshare_indexer::{
    Block, Error, FindGrants, FindOrders, FindReceipts, FindReviews, Index, Interval, MAX_LIMIT, MOST_AMONG,
    MarketStatistics, Options, Page, Search, Sort, Trace, What,
};
use medshare_types::{Code, CodeSystem, Hash, Tier};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row};

use crate::{
    suite::dumped,
    world::{GENESIS, World, account, codes},
};

async fn run(connection: &mut AnyConnection, statement: &str) {
    sqlx::query(AssertSqlSafe(statement.to_owned())).execute(connection).await.expect("it can be done");
}

/// A database with tables of the index's names that are no index is refused and left as it is.
pub async fn a_foreign_database_is_left_alone(address: &str) {
    sqlx::any::install_default_drivers();
    let sqlite = address.starts_with("sqlite:");
    let url = if sqlite { format!("{address}?mode=rwc") } else { address.to_owned() };
    let bytes = if sqlite { "BLOB" } else { "BYTEA" };
    let mut connection = AnyConnection::connect(&url).await.expect("it is there");
    // No `meta`; one with other columns or more of them; one with the same columns and nothing that an index has.
    let foreign = [
        ("CREATE TABLE orders (id INTEGER)".to_owned(), "INSERT INTO orders VALUES (7)", "orders"),
        ("CREATE TABLE meta (name TEXT, number INTEGER)".into(), "INSERT INTO meta VALUES ('a', 7)", "meta"),
        (
            format!("CREATE TABLE meta (name TEXT, value {bytes}, more TEXT)"),
            "INSERT INTO meta (name) VALUES ('schema')",
            "meta",
        ),
        (
            format!("CREATE TABLE meta (name TEXT, value {bytes})"),
            "INSERT INTO meta VALUES ('schema', '1')",
            "meta",
        ),
    ];
    for (create, insert, name) in foreign {
        run(&mut connection, &create).await;
        run(&mut connection, insert).await;
        match Index::open(address, GENESIS).await {
            Err(error @ Error::Foreign { .. }) => {
                assert!(error.to_string().contains(&format!("called {name} ")), "{error}");
            }
            Err(error) => panic!("{create}: {error:?}"),
            Ok(_) => panic!("{create}: it is no index"),
        }
        let count = sqlx::query(AssertSqlSafe(format!("SELECT count(*) FROM {name}")))
            .fetch_one(&mut connection)
            .await
            .expect("it is as it was");
        assert_eq!(count.try_get::<i64, _>(0).expect("it is a number"), 1);
        run(&mut connection, &format!("DROP TABLE {name}")).await;
    }
    // Tables of other names do not matter, and stay.
    run(&mut connection, "CREATE TABLE patients (id INTEGER)").await;
    connection.close().await.expect("it can be closed");
    let index = Index::open(address, GENESIS).await.expect("nothing is in the way");
    index.clear().await.expect("it can be emptied");
    index.close().await;
    let mut connection = AnyConnection::connect(&url).await.expect("it is there");
    run(&mut connection, "INSERT INTO patients VALUES (1)").await;
    connection.close().await.expect("it can be closed");
}

/// What a query has too much of is refused, and the error says which.
pub async fn lists_in_queries_are_bounded(index: &Index) {
    let many: Vec<Code> = (0..33)
        .map(|number| Code {
            system: CodeSystem::Loinc,
            code: format!("{number}-1").parse().expect("it is short"),
        })
        .collect();
    let twice: Vec<Code> = codes().into_iter().take(1).chain(codes().into_iter().take(1)).collect();
    let wrong = [
        ("tiers", Search { tiers: vec![Tier::Trusted, Tier::Standard, Tier::Trusted], ..Search::default() }),
        ("tiers", Search { tiers: vec![Tier::Trusted; 1_000_000], ..Search::default() }),
        ("codes", Search { codes: twice, ..Search::default() }),
        ("codes", Search { codes: many, ..Search::default() }),
        ("text", Search { text: Some("word ".repeat(33)), ..Search::default() }),
        ("text", Search { text: Some("word".repeat(1_000)), ..Search::default() }),
        ("modality", Search { modality: Some("CT".repeat(1_000)), ..Search::default() }),
        ("completeness", Search { completeness: Some(101), ..Search::default() }),
        ("limit", Search { limit: MAX_LIMIT + 1, ..Search::default() }),
    ];
    for (which, search) in wrong {
        match index.search(&search, &[]).await {
            Err(Error::Query { parameter, .. }) => assert_eq!(parameter, which),
            other => panic!("{which}: {other:?}"),
        }
        if which != "limit" {
            assert!(index.search_among(&search, &[]).await.is_err(), "{which} is wrong whatever changed");
        }
    }
    let all: Vec<u64> = (0..=MOST_AMONG as u64).collect();
    let among = |error| matches!(error, Error::Query { parameter: "among", .. });
    assert!(index.search_among(&Search::default(), &all).await.is_err_and(among));
    assert!(index.orders_among(&FindOrders::default(), &all).await.is_err_and(among));
    let all: Vec<_> = all.iter().map(|record| medshare_types::Subject::Claim { order: *record }).collect();
    assert!(index.reviews_among(&FindReviews::default(), &all).await.is_err_and(among));
    let all: Vec<_> = (0..=MOST_AMONG as u64).map(|record| (record, 1, account(1))).collect();
    assert!(index.grants_among(&FindGrants::default(), &all).await.is_err_and(among));
    let days = MarketStatistics { interval: Interval::Day, ..Default::default() };
    assert!(index.market_statistics(&days, &[]).await.is_ok());
    let backwards = MarketStatistics { from: Some(2), to: Some(1), ..days };
    assert!(index.market_statistics(&backwards, &[]).await.is_err());
}

/// A question that takes too long is given up, and the index goes on. It takes too long because somebody else has a lock: in
/// PostgreSQL on a table that every question reads, in SQLite on writing, for which only questions of the best block wait.
pub async fn a_question_has_a_time_limit(address: &str) {
    let mut world = World::new(21);
    let blocks: Vec<Block> = (0..30).map(|_| world.block()).collect();
    let index = Index::open(address, GENESIS).await.expect("it opens");
    index.apply(&blocks[..29]).await.expect("they follow");
    let search = Search { what: What::Records, ..Search::default() };
    let found = index.search(&search, &[]).await.expect("it answers").page;
    assert!(!found.items.is_empty(), "there is something to be read");
    index.close().await;
    let options = Options { time_limit: Duration::from_millis(300), ..Options::default() };
    let index = Index::open_with(address, GENESIS, options).await.expect("it opens");
    let mut holding = AnyConnection::connect(address).await.expect("it is there");
    let sqlite = address.starts_with("sqlite:");
    let begin = if sqlite { "BEGIN IMMEDIATE" } else { "BEGIN" };
    let mut held = holding.begin_with(begin).await.expect("nobody else has it");
    let too_long = |error| matches!(error, Error::TooLong { .. });
    if !sqlite {
        run(&mut held, "LOCK TABLE meta IN ACCESS EXCLUSIVE MODE").await;
        assert!(index.search(&search, &[]).await.is_err_and(too_long));
        assert!(index.find_orders(&FindOrders::default(), &[]).await.is_err_and(too_long));
        assert!(index.trace(&Trace { record: Some(1), ..Trace::default() }, &[]).await.is_err_and(too_long));
        assert!(index.market_statistics(&MarketStatistics::default(), &[]).await.is_err_and(too_long));
        assert!(index.counts().await.is_err_and(too_long));
    }
    assert!(index.search(&search, &blocks[29..]).await.is_err_and(too_long));
    assert!(index.find_orders(&FindOrders::default(), &blocks[29..]).await.is_err_and(too_long));
    held.rollback().await.expect("it lets go");
    // Who writes has no limit, and waits for what the questions have left.
    index.apply(&blocks[29..]).await.expect("it follows");
    index.close().await;
    let index = Index::open(address, GENESIS).await.expect("it opens");
    assert!(index.search(&search, &[]).await.is_ok());
}

/// Questions of the best block and whoever applies wait for one another; nobody fails.
pub async fn questions_of_the_best_block_do_not_stop_the_writer(address: &str) {
    let mut world = World::new(22);
    let blocks: Vec<Block> = (0..12).map(|_| world.block()).collect();
    let index = std::sync::Arc::new(Index::open(address, GENESIS).await.expect("it opens"));
    let asking: Vec<_> = (0..30)
        .map(|_| {
            let (index, blocks) = (index.clone(), blocks.clone());
            tokio::spawn(async move { index.search(&Search::default(), &blocks).await })
        })
        .collect();
    for block in &blocks {
        index.apply(std::slice::from_ref(block)).await.expect("it follows");
    }
    let expected = index.search(&Search::default(), &[]).await.expect("it answers").page;
    for asked in asking {
        let page = asked.await.expect("it ends").expect("it answers").page;
        assert_eq!((page.total, page.items), (expected.total, expected.items.clone()));
    }
}

fn same<T>(page: Page<T>) -> Page<T> {
    page
}

/// All pages of the same question, asked of two indexes in turns: cursors of the one are understood by the other.
macro_rules! in_turns {
    ($first:expr, $second:expr, $method:ident, $query:expr, $page:expr) => {{
        let asked = $query;
        let mut query = asked;
        query.limit = 2;
        let (mut in_turns, mut alone) = (Vec::new(), Vec::new());
        for (indexes, items) in [([$first, $second], &mut in_turns), ([$first, $first], &mut alone)] {
            query.cursor = None;
            for index in indexes.iter().cycle() {
                let page = $page(index.$method(&query, &[]).await.expect("the cursor is understood"));
                items.extend(page.items);
                query.cursor = page.next;
                if query.cursor.is_none() {
                    break;
                }
            }
        }
        assert!(alone.len() > 2, "there is more than a page");
        assert_eq!(in_turns, alone);
    }};
}

/// However the blocks came, places and cursors are the same; those of another chain or another question are refused.
pub async fn places_do_not_depend_on_batches(one: &str, other: &str) {
    let mut world = World::new(23);
    let blocks: Vec<Block> = (0..150).map(|_| world.block()).collect();
    let first = Index::open(one, GENESIS).await.expect("it opens");
    first.apply(&blocks).await.expect("they follow");
    let second = Index::open(other, GENESIS).await.expect("it opens");
    for block in &blocks {
        second.apply(std::slice::from_ref(block)).await.expect("it follows");
    }
    for sort in [Sort::Newest, Sort::Oldest, Sort::Largest, Sort::Completest, Sort::Cheapest, Sort::Dearest] {
        let search = Search { sort, ..Search::default() };
        in_turns!(&first, &second, search, search, |found: medshare_indexer::SearchPage| found.page);
    }
    in_turns!(&first, &second, find_receipts, FindReceipts::default(), same);
    in_turns!(&first, &second, find_orders, FindOrders::default(), same);
    in_turns!(&first, &second, find_reviews, FindReviews::default(), same);
    in_turns!(&first, &second, find_grants, FindGrants::default(), same);
    in_turns!(&first, &second, trace, Trace { account: Some(account(1)), ..Trace::default() }, same);
    assert_eq!(dumped(&first).await, dumped(&second).await);
    let query = FindReceipts { limit: 1, ..FindReceipts::default() };
    let cursor = first.find_receipts(&query, &[]).await.expect("it answers").next;
    assert!(cursor.is_some());
    let refused = |error| matches!(error, Error::Cursor);
    let narrower = FindReceipts { record: Some(0), cursor: cursor.clone(), ..query.clone() };
    assert!(first.find_receipts(&narrower, &[]).await.is_err_and(refused), "it is of another question");
    let orders = FindOrders { limit: 1, cursor: cursor.clone(), ..FindOrders::default() };
    assert!(first.find_orders(&orders, &[]).await.is_err_and(refused), "it is of another list");
    let third = Index::open("sqlite::memory:", Hash::repeat_byte(9)).await.expect("it opens");
    let again = FindReceipts { cursor, ..query.clone() };
    assert!(third.find_receipts(&again, &[]).await.is_err_and(refused), "it is of another chain");
    let garbled = FindReceipts { cursor: Some("AAAA".into()), ..query };
    assert!(first.find_receipts(&garbled, &[]).await.is_err_and(refused));
}

/// Polls a future so many times at most.
async fn polled<T>(future: impl Future<Output = T>, times: usize) -> Option<T> {
    let mut future = Box::pin(future);
    let mut left = times;
    std::future::poll_fn(move |context| {
        if left == 0 {
            return std::task::Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

/// Whoever applies or empties goes away at any moment: what the index holds is of the block that it names.
pub async fn what_is_given_up_is_there_or_not(address: &str) {
    let mut world = World::new(24);
    let blocks: Vec<Block> = (0..30).map(|_| world.block()).collect();
    let index = Index::open(address, GENESIS).await.expect("it opens");
    let model = Index::open("sqlite::memory:", GENESIS).await.expect("it opens");
    let (mut done, mut before) = (0, dumped(&model).await);
    for times in 0.. {
        let Some(block) = blocks.get(done) else { break };
        let applied = polled(index.apply(std::slice::from_ref(block)), times).await;
        assert!(!matches!(applied, Some(Err(_))), "{applied:?}");
        let head = index.head().await;
        if head.map(|head| head.hash) == Some(block.hash) {
            model.apply(std::slice::from_ref(block)).await.expect("it follows");
            before = dumped(&model).await;
            done += 1;
        } else {
            assert!(applied.is_none(), "it was given up");
        }
        assert_eq!(head, model.head().await);
        assert_eq!(dumped(&index).await, before);
        let (found, expected) = (
            index.search(&Search::default(), &[]).await.expect("it answers").page,
            model.search(&Search::default(), &[]).await.expect("it answers").page,
        );
        assert_eq!((found.total, found.items), (expected.total, expected.items));
        if applied.is_some() && times > 3 && done > 3 {
            break;
        }
    }
    assert!(done > 0);
    let everything = dumped(&index).await;
    for times in 0.. {
        let cleared = polled(index.clear(), times).await;
        if index.head().await.is_some() {
            assert!(cleared.is_none(), "it was given up");
            assert_eq!(dumped(&index).await, everything);
            continue;
        }
        assert!(dumped(&index).await.is_empty());
        break;
    }
    index.apply(&blocks).await.expect("it begins anew");
}

/// Statistics of more days than are told of at once are refused with what to ask instead, and those of months are not.
pub async fn statistics_of_the_market_are_bounded() {
    let mut world = World::new(25);
    let index = Index::open("sqlite::memory:", GENESIS).await.expect("it opens");
    while index.counts().await.expect("it answers").orders == 0 {
        index.apply(&[world.block()]).await.expect("it follows");
    }
    let head = index.head().await.expect("there is one");
    let later = Block {
        number: head.number + 1,
        hash: Hash::repeat_byte(77),
        parent: head.hash,
        time: head.time + 1_002 * 86_400_000,
        events: Vec::new(),
        changes: Vec::new(),
    };
    index.apply(&[later]).await.expect("it follows");
    let of = |interval| MarketStatistics { interval, ..MarketStatistics::default() };
    match index.market_statistics(&of(Interval::Day), &[]).await {
        Err(Error::Query { parameter: "from", message }) => assert!(message.contains("1002"), "{message}"),
        other => panic!("{other:?}"),
    }
    let recent = MarketStatistics { from: Some(head.time), ..of(Interval::Day) };
    assert!(index.market_statistics(&recent, &[]).await.is_err(), "there are as many days from then on");
    let bounded = MarketStatistics { to: Some(head.time + 1), ..of(Interval::Day) };
    let (_, days) = index.market_statistics(&bounded, &[]).await.expect("they are few");
    assert!(days.iter().map(|item| item.orders).sum::<u64>() > 0);
    for interval in [Interval::Week, Interval::Month] {
        assert!(index.market_statistics(&of(interval), &[]).await.is_ok());
    }
}
