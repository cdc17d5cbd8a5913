//! Who signed a request, and that it is used once only.

use std::{collections::HashMap, sync::Mutex};

use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use medshare_client::vault::{
    AuthError, Authorization, Scope,
    auth::{CLOCK_SKEW, Nonce, body_hash},
};
use medshare_types::{AccountId, Hash, Moment};

use crate::problem::{Answer, Failure};

/// How many nonces of one account are remembered at a time, so that one member cannot crowd out others.
const MAX_NONCES_OF_ACCOUNT: usize = 4_096;
/// How many nonces are remembered at a time: about 10 MB.
const MAX_NONCES: usize = 131_072;

/// A request whose signature is right and in time. Whether it is new is decided by [`Nonces::claim`].
#[derive(Debug)]
pub struct Signed {
    /// Who signed.
    pub account: AccountId,
    /// SHA-256 of the signed text, by which receipts name the request.
    pub request: Hash,
    /// What was signed.
    pub text: String,
    /// sr25519.
    pub signature: [u8; 64],
    nonce: Nonce,
    expires: Moment,
}

/// Checks signature and time of a request with this body hash. `now` is unix ms.
pub fn verify(
    scope: &Scope,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: Hash,
    now: Moment,
) -> Result<Signed, AuthError> {
    let value = headers.get(header::AUTHORIZATION).ok_or(AuthError::Missing)?;
    let value = value.to_str().map_err(|_| AuthError::Malformed("it is not ASCII"))?;
    let authorization: Authorization = value.parse()?;
    let target = uri.path_and_query().map_or(uri.path(), |target| target.as_str());
    let text = authorization.verify(scope, method.as_str(), target, body, now)?;
    Ok(Signed {
        account: authorization.account,
        request: body_hash(text.as_bytes()),
        text,
        signature: authorization.signature,
        nonce: authorization.nonce,
        expires: authorization.expires,
    })
}

/// The nonces that were used, each until its request has expired, in bounded memory.
///
/// They are kept in memory only. After a restart a request that was recorded before it could be sent again until it
/// expires, at most five and a half minutes; that gives a link to whoever could read the first answer anyway.
#[derive(Debug, Default)]
pub struct Nonces {
    used: Mutex<Used>,
}

#[derive(Debug, Default)]
struct Used {
    accounts: HashMap<AccountId, HashMap<Nonce, Moment>>,
    total: usize,
    /// When there was last no room and everything expired was taken out, unix ms.
    swept: Moment,
}

impl Used {
    /// Forgets what has expired.
    fn sweep(&mut self, now: Moment) {
        let skew = u64::try_from(CLOCK_SKEW.as_millis()).unwrap_or(u64::MAX);
        self.accounts.retain(|_, nonces| {
            nonces.retain(|_, expires| expires.saturating_add(skew) >= now);
            !nonces.is_empty()
        });
        self.total = self.accounts.values().map(HashMap::len).sum();
        self.swept = now;
    }
}

impl Nonces {
    /// Uses the nonce of a request up. To be called once it is known that the account is a member, so that
    /// strangers cannot fill the memory. `now` is unix ms.
    pub fn claim(&self, signed: &Signed, now: Moment) -> Answer<()> {
        let mut used = self.used.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        // Once a minute, so that what is remembered shrinks again after a busy time.
        if now.saturating_sub(used.swept) > 60_000 {
            used.sweep(now);
        }
        let of_account = used.accounts.get(&signed.account);
        if of_account.is_some_and(|nonces| nonces.contains_key(&signed.nonce)) {
            return Err(Failure::new(
                StatusCode::UNAUTHORIZED,
                "signature-used",
                "The signed request was used before",
                "A request with this nonce of this account was received before.",
                "Sign each request anew, with a fresh random nonce.",
            ));
        }
        if of_account.map_or(0, HashMap::len) >= MAX_NONCES_OF_ACCOUNT || used.total >= MAX_NONCES {
            return Err(Failure::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too-many-requests",
                "Too many signed requests",
                "More signed requests were received in the last minutes than the vault can remember.",
                "Send fewer requests, with shorter expiries, and try again in a few minutes.",
            ));
        }
        used.accounts.entry(signed.account.clone()).or_default().insert(signed.nonce, signed.expires);
        used.total = used.total.saturating_add(1);
        Ok(())
    }
}

#[cfg(test)]
impl Signed {
    /// As if it had been verified.
    pub fn for_tests(account: AccountId, nonce: Nonce, expires: Moment) -> Self {
        let text = hex::encode(nonce);
        Self { account, request: body_hash(text.as_bytes()), text, signature: [7; 64], nonce, expires }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(account: u8, nonce: u64, expires: Moment) -> Signed {
        let mut bytes = Nonce::default();
        bytes[..8].copy_from_slice(&nonce.to_le_bytes());
        Signed::for_tests(AccountId::new([account; 32]), bytes, expires)
    }

    #[test]
    fn a_nonce_is_used_once_per_account() {
        let nonces = Nonces::default();
        nonces.claim(&signed(1, 1, 100_000), 70_000).unwrap();
        assert_eq!(nonces.claim(&signed(1, 1, 100_000), 70_000).unwrap_err().code(), "signature-used");
        nonces.claim(&signed(2, 1, 100_000), 70_000).unwrap();
        nonces.claim(&signed(1, 2, 100_000), 70_000).unwrap();
    }

    #[test]
    fn a_nonce_is_remembered_as_long_as_its_request_is_valid() {
        let nonces = Nonces::default();
        nonces.claim(&signed(1, 1, 100_000), 70_000).unwrap();
        let last = 130_000;
        nonces.used.lock().unwrap().sweep(last);
        assert!(nonces.claim(&signed(1, 1, 100_000), last).is_err());
        nonces.used.lock().unwrap().sweep(last + 1);
        assert_eq!(nonces.used.lock().unwrap().total, 0);
    }

    #[test]
    fn memory_is_bounded_and_one_account_cannot_fill_it() {
        let nonces = Nonces::default();
        for nonce in 0..MAX_NONCES_OF_ACCOUNT as u64 {
            nonces.claim(&signed(1, nonce, 100_000), 70_000).unwrap();
        }
        let full = nonces.claim(&signed(1, u64::MAX, 100_000), 70_000).unwrap_err();
        assert_eq!(full.code(), "too-many-requests");
        nonces.claim(&signed(2, 0, 100_000), 70_000).unwrap();
        nonces.claim(&signed(1, u64::MAX, 300_000), 140_000).unwrap();
    }
}
