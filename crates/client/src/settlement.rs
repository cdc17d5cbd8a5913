//! Settlement credit that members want to have paid out.

use codec::Decode;
use medshare_types::{AccountId, Balance, Moment, amount};
use serde::Serialize;

use crate::{At, Chain, Result, chain::storage::twox_64_concat};

/// A redemption that waits for the council.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Redemption {
    /// Its number.
    pub redemption: u64,
    /// Who asks.
    pub who: AccountId,
    /// How much is on hold for it.
    #[serde(with = "amount")]
    pub amount: Balance,
    /// Since when.
    pub since: Moment,
}

/// The redemptions that wait for the council, by number.
///
/// # Errors
/// [`Error::Node`](crate::Error::Node) if the node does not answer.
pub async fn redemptions(chain: &Chain, at: At) -> Result<Vec<Redemption>> {
    #[derive(Decode)]
    struct Entry {
        who: AccountId,
        amount: Balance,
        since: Moment,
    }
    let at = At::Block(chain.block(at).await?.hash);
    let mut found = Vec::new();
    for key in chain.keys("Settlement", "Redemptions", at).await? {
        // Twox64Concat: eight bytes before the number itself.
        let Some(number) = key.get(8..).and_then(|bytes| <[u8; 8]>::try_from(bytes).ok()) else { continue };
        let redemption = u64::from_le_bytes(number);
        let entry: Option<Entry> =
            chain.item("Settlement", "Redemptions", &twox_64_concat(&redemption), at).await?;
        found.extend(entry.map(|Entry { who, amount, since }| Redemption { redemption, who, amount, since }));
    }
    found.sort_by_key(|redemption| redemption.redemption);
    Ok(found)
}
