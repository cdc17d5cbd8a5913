//! Searches over records and listings.

mod check;
mod find;
mod kept;

use std::collections::BTreeMap;

use medshare_types::{AccountId, RecordId, RecordVersion};
use roaring::RoaringBitmap;
use sqlx::{AnyConnection, Row};

use crate::{
    At, Block, Error, Hit, Index, MOST_AMONG, OnSale, Page, Result, Search, SearchPage,
    cursor::Asked,
    memory::{Place, Whole},
    rows::records::whole,
    store::{AT_ONCE, Head, body, decoded, number, of_numbers},
    title::title,
};
use check::check;
pub use check::check_among;
use find::{Found, Pick, Wanted, find, found};
pub use kept::Kept;

/// How often a page is read again because a block came between finding and reading, until blocks wait for it.
const ATTEMPTS: usize = 3;

impl Index {
    /// Searches, in what is final and in these blocks, which are not final yet; without any, in what is final.
    ///
    /// The total and the facets are exact.
    ///
    /// # Errors
    /// [`Error::Query`] for parameters out of their bounds, [`Error::Cursor`], [`Error::TooLong`].
    pub async fn search(&self, search: &Search, pending: &[Block]) -> Result<SearchPage> {
        check(search)?;
        let asked: Asked<Place> = Asked::new(self.genesis(), search)?;
        let wanted = Wanted { after: asked.after, most: asked.limit, among: None, facets: search.facets };
        let (at, found, items) = self.limited(self.hits_of(search, wanted, pending)).await?;
        let next = found.picks.last().filter(|_| found.more).map(|pick| asked.next(&pick.place));
        let page = Page { at, total: asked.count.then_some(found.total), items, next };
        Ok(SearchPage { page, facets: found.facets })
    }

    /// What a search finds among some records, in no particular order and whole, and of which block: for what a block changed.
    /// At most [`MOST_AMONG`] records at once; of them the newest so many versions.
    ///
    /// # Errors
    /// [`Error::Query`], also for more records; [`Error::TooLong`].
    pub async fn search_among(
        &self,
        search: &Search,
        records: &[RecordId],
    ) -> Result<(Option<At>, Vec<Hit>)> {
        check(search)?;
        check_among(records)?;
        if records.is_empty() {
            return Ok((self.head().await, Vec::new()));
        }
        let among = Some(records.to_vec());
        let wanted = Wanted { after: None, most: MOST_AMONG, among, facets: false };
        let (at, _, items) = self.limited(self.hits_of(search, wanted, &[])).await?;
        Ok((at, items))
    }

    /// What is wanted of what a search finds: first the places, from the sets, then the rows. The sets are not locked while rows
    /// are read: if a block came between that changed one of them, it is done again.
    async fn hits_of(
        &self,
        search: &Search,
        wanted: Wanted,
        pending: &[Block],
    ) -> Result<(Option<At>, Found, Vec<Hit>)> {
        let at = |head: Option<Head>| head.map(|head| head.at(true));
        if !pending.is_empty() {
            let mut view = self.view(pending).await?;
            let live = self.settled().await?;
            let overlay = view.overlay.take();
            let found = found(live, overlay, search, wanted).await?;
            let head = view.head;
            let rows = hits(view.connection(), &found.picks).await?;
            let at = view.at();
            view.close().await?;
            return if rows.are(&found.picks, head) { Ok((at, found, rows.hits)) } else { Err(missing()) };
        }
        for _ in 0..ATTEMPTS {
            let live = self.settled().await?;
            let head = live.head;
            let found = found(live, None, search, wanted.clone()).await?;
            if found.picks.is_empty() {
                return Ok((at(head), found, Vec::new()));
            }
            let rows = hits(&mut *self.store.readers.acquire().await?, &found.picks).await?;
            if rows.are(&found.picks, head) || self.are_still(&found.picks, head, &rows).await? {
                return Ok((at(head), found, rows.hits));
            }
        }
        // Blocks come faster than this is read: once, they wait for it. The turn comes first, as for whoever writes, so that no two
        // wait for each other.
        let _turn = self.turn.lock().await;
        let mut connection = self.store.readers.acquire().await?;
        let live = self.settled().await?;
        let found = find(&live, None, search, &wanted);
        let rows = hits(&mut connection, &found.picks).await?;
        if rows.are(&found.picks, live.head) { Ok((at(live.head), found, rows.hits)) } else { Err(missing()) }
    }

    /// Whether rows are what they were at an earlier block.
    async fn are_still(&self, picks: &[Pick], since: Option<Head>, rows: &Hits) -> Result<bool> {
        let Some(head) = rows.head.filter(|_| rows.hits.len() == picks.len()) else { return Ok(false) };
        let are = |changed: &RoaringBitmap| !picks.iter().any(|pick| changed.contains(pick.row));
        // Blocks that are just being committed need not be waited for.
        let coming = self
            .commit
            .coming(|coming| (coming.old == since && Some(coming.new) == head).then(|| are(&coming.changed)));
        if let Some(are) = coming {
            return Ok(are);
        }
        let live = self.settled().await?;
        let changed = live.kept.changed_since(since).filter(|_| live.head == head);
        Ok(changed.is_some_and(|changed| are(&changed)))
    }
}

fn missing() -> Error {
    Error::Damaged("rows of versions are missing, or of another block".into())
}

/// What was found, from the rows.
#[derive(Default)]
struct Hits {
    /// Of which block the rows are; nothing if there are none, or they are of several.
    head: Option<Option<Head>>,
    hits: Vec<Hit>,
}

impl Hits {
    /// Whether all that was picked is there, of this block. Rows that are gone do not say of which block that is.
    fn are(&self, picks: &[Pick], head: Option<Head>) -> bool {
        self.hits.len() == picks.len() && (picks.is_empty() || self.head == Some(head))
    }
}

/// What was found, from the rows, in the order of the picks; less if some are missing.
async fn hits(connection: &mut AnyConnection, picks: &[Pick]) -> Result<Hits> {
    let by_row: BTreeMap<u32, &Pick> = picks.iter().map(|pick| (pick.row, pick)).collect();
    let rows: Vec<u64> = by_row.keys().map(|row| u64::from(*row)).collect();
    let mut head: Option<Vec<u8>> = None;
    let mut found: BTreeMap<u32, Hit> = BTreeMap::new();
    for rows in rows.chunks(AT_ONCE) {
        for row in of_numbers(connection, HITS, rows.iter().copied()).await? {
            let of: Vec<u8> = row.try_get(3)?;
            if *head.get_or_insert_with(|| of.clone()) != of {
                return Ok(Hits::default());
            }
            let number = number(&row, 0)?;
            if let Some(pick) = by_row.get(&number) {
                found.insert(number, hit(pick, body(&row, 1)?, whole(&row, 2)?));
            }
        }
    }
    let head = head.map(|head| decoded(&head)).transpose()?;
    Ok(Hits { head, hits: picks.iter().filter_map(|pick| found.remove(&pick.row)).collect() })
}

/// Versions with their records, each with the block of which they are.
const HITS: &str = "SELECT document, body, whole, (SELECT value FROM meta WHERE name = 'head') \
    FROM versions WHERE document";

fn hit(pick: &Pick, state: RecordVersion<AccountId>, whole: Whole) -> Hit {
    let (_, (_, record, version)) = pick.place;
    let listing = whole.listing_of(version).map(|listing| OnSale {
        version,
        seller: listing.seller.clone(),
        price: listing.price,
        terms: listing.terms.clone(),
        since: listing.since,
    });
    Hit {
        record,
        version,
        title: title(&state.content.descriptor),
        owner: whole.record.owner,
        tier: pick.tier,
        subject: whole.record.subject,
        status: state.status,
        withdrawn: whole.record.withdrawn,
        descriptor: state.content.descriptor,
        size: state.content.size,
        ciphertext: state.content.ciphertext,
        policy: whole.policy,
        anchor: state.anchor,
        listing,
    }
}
