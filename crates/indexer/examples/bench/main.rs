//! How fast the index is: fills one with synthetic records from a seed, lets clients search, and prints tables in Markdown.
//!
//!     cargo run --release -p medshare-indexer --example bench -- --records 10000,1000000 --clients 50 --seconds 20

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a program that prints measurements"
)]

mod data;

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use data::{Data, GENESIS, MODALITIES};
use medshare_indexer::{Index, Prices, Search, Sizes, Sort, What, Years};
use medshare_types::{Kind, MDS, Tier};
use rand::Rng;

struct Options {
    records: Vec<u64>,
    clients: u64,
    seconds: u64,
    per_block: u64,
    meanwhile: u64,
    folder: String,
    url: Option<String>,
    check: bool,
}

fn options() -> Options {
    let mut options = Options {
        records: vec![10_000, 1_000_000],
        clients: 50,
        seconds: 20,
        per_block: 500,
        meanwhile: 50,
        folder: std::env::temp_dir().display().to_string(),
        url: None,
        check: false,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let mut number =
            || arguments.next().and_then(|value| value.parse().ok()).unwrap_or_else(|| usage(&name));
        match name.as_str() {
            "--clients" => options.clients = number(),
            "--seconds" => options.seconds = number(),
            "--per-block" => options.per_block = number(),
            "--meanwhile" => options.meanwhile = number(),
            "--records" => {
                let list = arguments.next().unwrap_or_default();
                options.records =
                    list.split(',').map(|value| value.parse().unwrap_or_else(|_| usage(&name))).collect();
            }
            "--check" => options.check = true,
            "--folder" => options.folder = arguments.next().unwrap_or_else(|| usage(&name)),
            "--url" => options.url = Some(arguments.next().unwrap_or_else(|| usage(&name))),
            _ => usage(&name),
        }
    }
    options
}

fn usage<T>(wrong: &str) -> T {
    eprintln!(
        "`{wrong}`: --records N,N (sizes, 10000,1000000), --clients N (50), --seconds N (20, of searching), --per-block N \
         (records in a block, 500), --meanwhile N (records in each of the blocks that come every 2 seconds while clients search, \
         50), --folder PATH (for the files of SQLite), --url postgres://... (an empty database for each \
         size; {{}} in it stands for the size), --check (fail if a bound is missed)"
    );
    std::process::exit(2)
}

const SEARCHES: [&str; 10] = [
    "newest listings",
    "a kind, newest",
    "a modality, cheapest",
    "a code, newest",
    "a code and a purpose, cheapest",
    "a word of text",
    "FHIR of some years, completest",
    "prices and sizes from to, cheapest",
    "a purpose, from trusted sellers",
    "a kind, with facets",
];

fn search(which: usize, data: &mut Data) -> Search {
    let kind = [Kind::Fhir, Kind::Fhir, Kind::Dicom, Kind::Document][data.random.gen_range(0..4)];
    let year = data.random.gen_range(1995..2025);
    let price = data.price();
    let base = Search::default();
    match which {
        0 => base,
        1 => Search { kind: Some(kind), ..base },
        2 => {
            let modality = MODALITIES[data.random.gen_range(0..MODALITIES.len())].0;
            Search { modality: Some(modality.into()), sort: Sort::Cheapest, ..base }
        }
        3 => Search { codes: vec![data.code()], ..base },
        4 => Search { codes: vec![data.code()], purpose: Some(data.purpose()), sort: Sort::Cheapest, ..base },
        5 => {
            let code = data.code().code.to_string();
            let words =
                ["tomography", "observation", "fhir", "magnetic", "pdf", &code, &code[..code.len() - 2]];
            Search { text: Some(words[data.random.gen_range(0..words.len())].into()), ..base }
        }
        6 => Search {
            kind: Some(Kind::Fhir),
            years: Some(Years { from: Some(year), to: Some(year + 2) }),
            sort: Sort::Completest,
            ..base
        },
        7 => Search {
            price: Some(Prices { min: Some(price), max: Some(price * 3 + 10 * MDS) }),
            size: Some(Sizes { min: Some(100_000), max: Some(50_000_000) }),
            sort: Sort::Cheapest,
            ..base
        },
        8 => Search { purpose: Some(data.purpose()), tiers: vec![Tier::Trusted, Tier::Exemplary], ..base },
        _ => Search { kind: Some(kind), what: What::Listings, facets: true, ..base },
    }
}

/// The time between two blocks of the chain.
const BLOCK: Duration = Duration::from_secs(2);

/// Blocks that come while clients search; with how many milliseconds each took.
async fn follow(index: Arc<Index>, mut data: Data, records: u64, until: Instant) -> (Data, Vec<f64>) {
    let mut times = Vec::new();
    while Instant::now() < until {
        if let Some(block) = (records > 0).then(|| data.next_block(records)).flatten() {
            let begin = Instant::now();
            index.apply(&[block]).await.expect("it follows");
            times.push(begin.elapsed().as_secs_f64() * 1_000.0);
        }
        tokio::time::sleep(BLOCK).await;
    }
    (data, times)
}

/// Milliseconds of every search, by which.
type Times = Vec<Vec<f64>>;

async fn client(index: Arc<Index>, seed: u64, records: u64, until: Instant) -> Times {
    let mut data = Data::new(seed, records);
    let mut times = vec![Vec::new(); SEARCHES.len()];
    while Instant::now() < until {
        let which = data.random.gen_range(0..SEARCHES.len());
        let search = search(which, &mut data);
        let begin = Instant::now();
        let page = index.search(&search, &[]).await.expect("it answers");
        let text = serde_json::to_string(&page).expect("it is JSON");
        times[which].push(begin.elapsed().as_secs_f64() * 1_000.0);
        assert!(text.len() > 2);
    }
    times
}

fn percentile(times: &mut [f64], share: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(((times.len() as f64 - 1.0) * share).round() as usize).copied().unwrap_or(f64::NAN)
}

/// Kilobytes of the process that are in memory.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Records that the chain can register in a second: blocks every 2 s, of whose weight 0.9 s are for ordinary transactions, and
/// 0.87 ms for each of 50 that are registered at once (`runtime/src/weights/pallet_records.rs`, `register_many`, with its reads
/// and writes of storage). One by one they take 2.15 ms.
const CHAIN: f64 = 0.9 / 2.0 / 0.000_87;

/// The times of searches, and records indexed a second.
async fn measure(options: &Options, records: u64) -> (Times, f64) {
    let folder = tempfile::tempdir_in(Path::new(&options.folder)).expect("there is room for a folder");
    let address = match &options.url {
        Some(url) => url.replace("{}", &records.to_string()),
        None => format!("sqlite:{}", folder.path().join("index.db").display()),
    };
    let before = resident();
    let index = Index::open(&address, GENESIS).await.expect("it opens");
    let mut data = Data::new(42, records);
    let (mut blocks, mut spent) = (0u64, Duration::ZERO);
    // Some come while clients search.
    let kept = (options.meanwhile * (options.seconds / BLOCK.as_secs() + 4)).min(records / 2);
    loop {
        let batch: Vec<_> = std::iter::from_fn(|| {
            let left = (records - kept).saturating_sub(data.done);
            (left > 0).then(|| data.next_block(options.per_block.min(left))).flatten()
        })
        .take(40)
        .collect();
        if batch.is_empty() {
            break;
        }
        blocks += batch.len() as u64;
        let begin = Instant::now();
        index.apply(&batch).await.expect("they follow");
        spent += begin.elapsed();
    }
    let seconds = spent.as_secs_f64();
    let rate = data.done as f64 / seconds;
    let counts = index.counts().await.expect("it answers");
    println!(
        "{records} records: indexed in {seconds:.1} s: {:.0} blocks/s of {} records, {:.0} records/s, {:.0} events/s; \
         memory {:.0} bytes a record",
        blocks as f64 / seconds,
        options.per_block,
        rate,
        counts.events as f64 / seconds,
        (resident() - before) as f64 * 1024.0 / records as f64
    );
    index.close().await;
    let begin = Instant::now();
    let index = Arc::new(Index::open(&address, GENESIS).await.expect("it opens again"));
    println!("{records} records: opened in {:.1} s", begin.elapsed().as_secs_f64());
    if options.url.is_none() {
        let size = std::fs::metadata(folder.path().join("index.db")).map_or(0, |of| of.len());
        println!("{records} records: {:.0} bytes a record on disk", size as f64 / records as f64);
    }
    for (name, until) in [("alone", 1), ("together", options.clients)] {
        let seconds = if until == 1 { 2 } else { options.seconds };
        let end = Instant::now() + Duration::from_secs(seconds);
        let clients: Vec<_> = (0..until)
            .map(|number| tokio::spawn(client(index.clone(), number + 1_000, records, end)))
            .collect();
        let following = tokio::spawn(follow(index.clone(), data, options.meanwhile, end));
        let mut times: Times = vec![Vec::new(); SEARCHES.len()];
        for client in clients {
            for (all, these) in times.iter_mut().zip(client.await.expect("it ends")) {
                all.extend(these);
            }
        }
        let mut blocks;
        (data, blocks) = following.await.expect("it ends");
        let number: usize = times.iter().map(Vec::len).sum();
        println!(
            "{records} records, {until} clients {name}: {:.0} searches/s; a block of {} records meanwhile: p50 {:.0} ms, \
             longest {:.0} ms",
            number as f64 / seconds as f64,
            options.meanwhile,
            percentile(&mut blocks, 0.5),
            percentile(&mut blocks, 1.0)
        );
        if until == options.clients {
            return (times, rate);
        }
        for (which, times) in times.iter_mut().enumerate() {
            println!(
                "  {}: p50 {:.2} ms, p99 {:.2} ms",
                SEARCHES[which],
                percentile(times, 0.5),
                percentile(times, 0.99)
            );
        }
    }
    unreachable!("the last round returns")
}

#[tokio::main]
async fn main() {
    let options = options();
    let (mut all, mut rates) = (Vec::new(), Vec::new());
    for records in &options.records {
        let (times, rate) = measure(&options, *records).await;
        all.push(times);
        rates.push(rate);
    }
    print!("\n| search, {} clients |", options.clients);
    for records in &options.records {
        print!(" p50 of {records} | p99 of {records} |");
    }
    println!(" ratio of the p99 |\n|---|{}---|", "---|---|".repeat(options.records.len()));
    let mut missed: Vec<String> = Vec::new();
    for which in 0..=SEARCHES.len() {
        print!("| {} |", SEARCHES.get(which).unwrap_or(&"**all**"));
        let mut p99 = Vec::new();
        for times in &mut all {
            let mut these = if which < SEARCHES.len() { times[which].clone() } else { times.concat() };
            p99.push(percentile(&mut these, 0.99));
            print!(" {:.1} ms | {:.1} ms |", percentile(&mut these, 0.5), p99[p99.len() - 1]);
        }
        let (first, last) = (p99[0], p99[p99.len() - 1]);
        println!(" {:.2} |", last / first);
        if last > 50.0 || last > 1.5 * first {
            missed.push(format!("p99 of {}", SEARCHES.get(which).unwrap_or(&"all searches")));
        }
    }
    let rate = rates[rates.len() - 1];
    println!(
        "\nIndexed {:.1} times as fast as the chain registers ({rate:.0}/s, {CHAIN:.0}/s).",
        rate / CHAIN
    );
    if rate < 10.0 * CHAIN {
        missed.push("indexing".into());
    }
    if !missed.is_empty() {
        println!("Missed: {}", missed.join(", "));
        if options.check {
            std::process::exit(1);
        }
    }
}
