//! What an idle chain adds to the database of a validator.
//!
//! The database's files are larger than what is in them, and grow in steps. So the values themselves are counted, in the
//! columns whose entries nobody ever removes.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use medshare_tests::network::Network;
use parity_db::{Db, Options};

/// The columns of the SDK's database (`sc-client-db`, `columns`) that only grow.
const COLUMNS: [(u8, &str); 5] = [
    (3, "block numbers and keys"),
    (4, "headers"),
    (5, "bodies"),
    (6, "justifications"),
    (8, "rounds of GRANDPA"),
];

const DAY: f64 = 86_400.0;

/// Leaves the chain alone for so long, ends a validator, and counts.
pub async fn measure(mut network: Network, started: Instant, time: Duration) -> Result<()> {
    network.wait_final(0, 1).await?;
    tokio::time::sleep(time).await;
    let height = network.final_height(0).await?;
    network.stop(0).await?;
    let seconds = started.elapsed().as_secs_f64();
    let folder = database(network.data(0))?;

    println!("\nleft alone for {seconds:.0} s, block {height} final\n");
    println!("{:26} {:>9} {:>11} {:>16}", "", "values", "bytes", "bytes a day");
    let mut all = 0;
    for (column, name) in COLUMNS {
        let (values, bytes) = count(&folder, column)?;
        all += bytes;
        println!("{name:26} {values:>9} {bytes:>11} {:>16.0}", per_day(bytes, seconds));
    }
    println!("{:26} {:>9} {all:>11} {:>16.0}", "all", "", per_day(all, seconds));
    Ok(())
}

fn per_day(bytes: u64, seconds: f64) -> f64 {
    bytes as f64 / seconds * DAY
}

/// A node keeps a chain in `chains/<id>`.
fn database(base: &Path) -> Result<PathBuf> {
    let chains = base.join("chains");
    let mut found = std::fs::read_dir(&chains)
        .with_context(|| format!("cannot read {}", chains.display()))?
        .filter_map(|entry| Some(entry.ok()?.path().join("paritydb/full")).filter(|path| path.is_dir()));
    let folder = found.next().with_context(|| format!("there is no database in {}", chains.display()))?;
    ensure!(found.next().is_none(), "there is more than one chain in {}", chains.display());
    Ok(folder)
}

/// How many values a column has, and their bytes.
fn count(folder: &Path, column: u8) -> Result<(u64, u64)> {
    let metadata = Options::load_metadata(folder)?.context("the database does not describe itself")?;
    let columns = u8::try_from(metadata.columns.len())?;
    let mut options = Options::with_columns(folder, columns);
    options.columns = metadata.columns;
    // Opens it as a node does, so that what is still in its log gets to its place.
    let database = Db::open(&options)?;
    let (mut values, mut bytes) = (0, 0);
    database.iter_column_while(column, |entry| {
        values += 1;
        bytes += entry.value.len() as u64;
        true
    })?;
    Ok((values, bytes))
}
