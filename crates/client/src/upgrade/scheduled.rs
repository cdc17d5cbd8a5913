//! What runs by itself in a later block.

use codec::Decode;
use medshare_types::{BlockNumber, Hash};
use serde::Serialize;
use serde_json::Value as Json;

use super::Meaning;
use crate::{At, Chain, Result};

/// A call that runs by itself in a block to come.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Scheduled {
    /// The block.
    pub block: BlockNumber,
    /// Its place among what is scheduled for that block; with both, root can cancel it.
    pub index: u32,
    /// The hash of its bytes, if they are too long to be in the schedule itself.
    pub hash: Option<Hash>,
    /// Whether it runs as root, without which no runtime is installed.
    pub as_root: bool,
    /// What it does.
    #[serde(flatten)]
    pub meaning: Meaning,
}

/// What the chain has scheduled, the next first.
///
/// # Errors
/// [`Error::Node`](crate::Error::Node) if the node does not answer.
pub async fn scheduled(chain: &Chain) -> Result<Vec<Scheduled>> {
    let at = At::Block(chain.block(At::Best).await?.hash);
    let mut found = Vec::new();
    for key in chain.keys("Scheduler", "Agenda", at).await? {
        // Twox64Concat: eight bytes before the block's number.
        let Some(block) = key.get(8..).and_then(|mut bytes| BlockNumber::decode(&mut bytes).ok()) else {
            continue;
        };
        let agenda = chain.item_json("Scheduler", "Agenda", &key, at).await?;
        for (index, as_root, call) in calls_in(agenda.as_ref()) {
            let (hash, meaning) = match call {
                Bytes::Published(hash) => (Some(hash), Meaning::published(chain, hash, at).await?),
                Bytes::Here(bytes) => (None, Meaning::read(chain, &bytes).await?),
                Bytes::Unknown => (None, Meaning::default()),
            };
            found.push(Scheduled { block, index, hash, as_root, meaning });
        }
    }
    found.sort_by_key(|call| (call.block, call.index));
    Ok(found)
}

/// Where the bytes of a call are.
#[derive(PartialEq, Debug)]
enum Bytes {
    /// In the preimage with this hash.
    Published(Hash),
    /// In the schedule.
    Here(Vec<u8>),
    /// In a form that is not known here.
    Unknown,
}

impl Bytes {
    fn read(call: &Json) -> Option<Self> {
        if let Some(lookup) = call.get("Lookup") {
            return Some(Self::Published(lookup.get("hash")?.as_str()?.parse().ok()?));
        }
        hex::decode(call.get("Inline")?.as_str()?.strip_prefix("0x")?).ok().map(Self::Here)
    }
}

/// The calls of a block's agenda (`pallet_scheduler::Scheduled`, with its call as `Bounded`) with their places, and whether they
/// run as root. What was cancelled leaves its place empty.
fn calls_in(agenda: Option<&Json>) -> Vec<(u32, bool, Bytes)> {
    let places = agenda.and_then(Json::as_array).into_iter().flatten();
    let calls =
        (0u32..).zip(places).filter(|(_, scheduled)| !scheduled.is_null()).map(|(index, scheduled)| {
            let as_root = scheduled.pointer("/origin/system").is_some_and(|origin| origin == "Root");
            let bytes = scheduled.get("call").and_then(Bytes::read).unwrap_or(Bytes::Unknown);
            (index, as_root, bytes)
        });
    calls.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_blocks_agenda_says_where_the_bytes_of_each_call_are() {
        let hash = Hash::repeat_byte(7);
        let agenda = json!([
            { "maybe_id": null, "priority": 0, "call": { "Inline": "0x0001ff" }, "origin": { "system": "Root" } },
            null,
            { "call": { "Lookup": { "hash": format!("{hash:?}"), "len": 900 } }, "origin": { "Council": { "Members": [3, 4] } } },
            { "call": { "Legacy": { "hash": format!("{hash:?}") } }, "origin": { "system": "Root" } },
        ]);
        let expected = vec![
            (0, true, Bytes::Here(vec![0, 1, 255])),
            (2, false, Bytes::Published(hash)),
            (3, true, Bytes::Unknown),
        ];
        assert_eq!(calls_in(Some(&agenda)), expected);
        assert_eq!(calls_in(None), vec![]);
    }
}
