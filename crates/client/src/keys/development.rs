//! The accounts of development chains, whose secrets everybody knows.

use medshare_crypto::KeyPair;
use medshare_types::AccountId;
use sp_core::{Pair, sr25519};
use zeroize::Zeroizing;

use super::Identity;
use crate::{
    chain::Chain,
    error::{Error, Result},
};

/// The names of the development accounts.
pub const DEVELOPMENT_ACCOUNTS: [&str; 8] =
    ["Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie", "One", "Two"];

/// The development account of this name.
pub(super) fn identity(name: &str) -> Result<Identity> {
    let name = known(name).ok_or_else(|| Error::Invalid {
        what: "the development account",
        reason: format!("`{name}` is none of {}", DEVELOPMENT_ACCOUNTS.join(", ")),
    })?;
    let (_, seed) = sr25519::Pair::from_string_with_seed(&format!("//{name}"), None)
        .map_err(|error| Error::Invalid { what: "the development account", reason: format!("{error:?}") })?;
    Identity::from_parts(Zeroizing::new(seed.unwrap_or_default()), vec![KeyPair::development(name)])
}

/// An account as people write it: SS58, 32 bytes in `0x`-prefixed hex, or on a development chain a name.
///
/// # Errors
/// [`Error::Invalid`] if it is none of them, [`Error::NotDevelopment`] for a name on another chain.
pub fn account(text: &str, chain: &Chain) -> Result<AccountId> {
    if known(text).is_some() {
        return Identity::development(text, chain).map(|identity| identity.account().clone());
    }
    text.parse().map_err(|reason| Error::Invalid {
        what: "the account",
        reason: format!("`{text}` is neither an SS58 address nor 32 bytes in hex ({reason})"),
    })
}

fn known(name: &str) -> Option<&'static str> {
    DEVELOPMENT_ACCOUNTS.into_iter().find(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn development_accounts_are_the_usual_ones() {
        let alice = identity("alice").unwrap();
        assert_eq!(alice.account().to_string(), "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
        assert_eq!(alice.newest_key(), KeyPair::development("Alice").public());
        assert!(matches!(identity("Mallory"), Err(Error::Invalid { .. })));
    }
}
