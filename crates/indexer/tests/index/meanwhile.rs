//! Searches while blocks come, and blocks while the database is away.

use std::{os::unix::net::UnixListener, time::Duration};

use medshare_indexer::{Block, Change, Error, Hit, Index, Options, Page, Search, Standing};
use medshare_types::{Hash, Tier};
use sqlx::{Connection, Row};

use crate::{
    postgresql::Server,
    suite::dumped,
    world::{GENESIS, World},
};

/// While a search waits for rows, blocks come: the sets are not locked meanwhile. PostgreSQL only, where one can make it wait.
pub async fn blocks_do_not_wait_for_searches_that_wait_for_rows(address: &str) {
    let mut world = World::new(9);
    let index = std::sync::Arc::new(Index::open(address, GENESIS).await.expect("it opens"));
    let first = loop {
        let page = index.search(&Search::default(), &[]).await.expect("it answers").page;
        if let Some(first) = page.items.into_iter().next() {
            break first;
        }
        index.apply(&[world.block()]).await.expect("it follows");
    };
    let tier = |page: &Page<Hit>| {
        page.items.iter().find(|hit| hit.record == first.record).map(|hit| hit.tier).expect("it is there")
    };
    // What was found is of the block at which it was found, if nothing of it changed since.
    let (before, page, _) = search_while_a_block_comes(&index, address, Vec::new()).await;
    assert_eq!((page.at.map(|at| at.number), tier(&page)), (Some(before), first.tier));
    // Else it is done again. Its owner is in another tier by the block, which writes nothing to the table that is locked.
    let other = if first.tier == Tier::Trusted { Tier::Restricted } else { Tier::Trusted };
    let standing = Standing { points: 0, noted: 0, tiers: vec![(0, other)] };
    let changed = Change::Credit { account: first.owner.clone(), standing };
    let (_, page, after) = search_while_a_block_comes(&index, address, vec![changed]).await;
    assert_eq!((page.at.map(|at| at.number), tier(&page)), (Some(after), other));
}

/// What a search finds that waits for its rows while a block comes, with the numbers of the blocks before and after that.
async fn search_while_a_block_comes(
    index: &std::sync::Arc<Index>,
    address: &str,
    changes: Vec<Change>,
) -> (u32, Page<Hit>, u32) {
    let mut connection = sqlx::AnyConnection::connect(address).await.expect("it is there");
    let mut holding = connection.begin().await.expect("it begins");
    sqlx::query("LOCK TABLE versions IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *holding)
        .await
        .expect("it locks");
    let searching = tokio::spawn({
        let index = index.clone();
        async move { index.search(&Search::default(), &[]).await }
    });
    // Until it waits. Within a transaction, who waits is looked up once only.
    let mut looking = sqlx::AnyConnection::connect(address).await.expect("it is there");
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    loop {
        let row = sqlx::query(waiting).fetch_one(&mut looking).await.expect("it answers");
        if row.try_get::<i64, _>(0).expect("it is a number") > 0 {
            break;
        }
        tokio::task::yield_now().await;
    }
    let head = index.head().await.expect("there is one");
    let next = Block {
        number: head.number + 1,
        hash: Hash::from_low_u64_be(u64::from(head.number) + 1_000_000),
        parent: head.hash,
        time: head.time + 1,
        events: Vec::new(),
        changes,
    };
    let applied = index.apply(&[next]).await.expect("it follows, and nobody waits");
    assert_eq!(applied.at.map(|at| at.number), Some(head.number + 1));
    assert!(!searching.is_finished());
    holding.rollback().await.expect("it lets go");
    (head.number, searching.await.expect("it ends").expect("it answers").page, head.number + 1)
}

/// Whoever writes is told that the server is away, also where connections are refused and sqlx would try again as long as it may
/// wait; and goes on when the server is there again.
pub async fn who_writes_is_told_of_a_server_that_is_away(server: &Server) {
    let address = server.database("away");
    let mut world = World::new(27);
    let blocks = [world.block(), world.block()];
    let options = Options { patience: Duration::from_secs(3), ..Options::default() };
    let index = Index::open_with(&address, GENESIS, options).await.expect("it opens");
    index.apply(&blocks[..1]).await.expect("it follows");
    server.stop();
    // A socket is there on which nobody listens.
    let (_, folder) = address.split_once("?host=").expect("it is on a socket");
    drop(UnixListener::bind(format!("{folder}/.s.PGSQL.5432")).expect("the server has left no other"));
    for _ in 0..2 {
        assert!(matches!(index.apply(&blocks[1..]).await, Err(Error::Database(_))));
    }
    server.resume();
    let applied = index.apply(&blocks[1..]).await.expect("it follows");
    assert_eq!(applied.at.map(|at| at.hash), Some(blocks[1].hash));
}

/// Where the database has lost what was committed last, as a server may that crashes, its rows are read anew, and the lost blocks
/// come again.
pub async fn lost_blocks_come_again(address: &str) {
    let mut world = World::new(28);
    let blocks: Vec<Block> = (0..4).map(|_| world.block()).collect();
    let index = Index::open(address, GENESIS).await.expect("it opens");
    index.apply(&blocks[..2]).await.expect("they follow");
    let mut database = sqlx::AnyConnection::connect(address).await.expect("it is there");
    let named = "SELECT name, value FROM meta WHERE name IN ('head', 'counted')";
    let before = sqlx::query(named).fetch_all(&mut database).await.expect("it answers");
    index.apply(&blocks[2..3]).await.expect("it follows");
    for row in before {
        let (name, value): (String, Vec<u8>) =
            (row.try_get(0).expect("a name"), row.try_get(1).expect("a value"));
        let back = sqlx::query("UPDATE meta SET value = $1 WHERE name = $2").bind(value).bind(name);
        back.execute(&mut database).await.expect("it is changed");
    }
    assert!(matches!(index.apply(&blocks[3..]).await, Err(Error::Unsettled)));
    assert_eq!(index.head().await.map(|head| head.hash), Some(blocks[1].hash));
    index.apply(&blocks[2..]).await.expect("they follow");
    let model = Index::open("sqlite::memory:", GENESIS).await.expect("it opens");
    model.apply(&blocks).await.expect("they follow");
    assert_eq!(dumped(&index).await, dumped(&model).await);
}
