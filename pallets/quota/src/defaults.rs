//! What holds as long as neither genesis nor the council said otherwise.
//!
//! They are made for a window of an hour. A usual call takes about a millisecond, so a provider or a buyer has room for
//! some thousand an hour; vaults, which post receipts of what others do, and hospitals, which act for their people,
//! have more. Blocks of two seconds offer some 1600 s of computation an hour, of which the largest quota is 5 %.

use medshare_types::{Role, Tier};

use crate::types::Units;

const SECOND: Units = 1_000_000_000_000;

/// What a role has in a tier.
pub fn quota(role: Role, tier: Tier) -> Units {
    let standard = match role {
        Role::Provider | Role::Buyer => 2 * SECOND,
        Role::Auditor => 5 * SECOND,
        Role::Hospital => 10 * SECOND,
        Role::Vault => 20 * SECOND,
    };
    match tier {
        Tier::Restricted => standard / 4,
        Tier::Standard => standard,
        Tier::Trusted => standard.saturating_mul(2),
        Tier::Exemplary => standard.saturating_mul(4),
    }
}
