//! What the chain allows.

use axum::http::StatusCode;
use medshare_client::vault::LinkRequest;
use medshare_types::{AccountId, FetchBasis, FetchDecision, FetchRefusal, Locators, Member, Moment, Role};

use crate::{
    app::App,
    ledger::{Access, Standing, answer, is_active},
    problem::{Answer, Failure},
};

/// What the chain allows.
pub struct Allowed {
    /// On what ground.
    pub basis: FetchBasis,
    /// Until when at most, unix ms.
    pub until: Option<Moment>,
}

/// Asks the chain whether an account may fetch the blob of a version, and whether it is for this vault to serve it:
/// of any other the chain would not take the receipt. `now` is unix ms.
pub async fn may_fetch(app: &App, who: &AccountId, asked: &LinkRequest, now: Moment) -> Answer<Allowed> {
    if app.strangers.fetch.knows(who, now) {
        return Err(FetchRefusal::NotMember.into());
    }
    let LinkRequest { record, version, blob } = *asked;
    let Access { time, vault, decision, locators } =
        answer(app.ledger.access(&app.scope.vault, who, record, version)).await?;
    can_serve(app, time, vault.as_ref(), now)?;
    let (basis, until) = match decision {
        FetchDecision::Refused(refusal) => {
            if refusal == FetchRefusal::NotMember {
                app.strangers.fetch.note(who, now);
            }
            return Err(refusal.into());
        }
        FetchDecision::Allowed { basis, until } => (basis, until),
    };
    let here = |locators: Locators<AccountId>| {
        locators.iter().any(|locator| locator.vault == app.scope.vault && locator.blob == blob)
    };
    if !locators.is_some_and(here) {
        return Err(Failure::new(
            StatusCode::NOT_FOUND,
            "blob-elsewhere",
            "This vault does not hold the version",
            "The chain does not name this vault with this blob as a place of the version.",
            "Ask a vault that the version's locators name, with the address that they name.",
        ));
    }
    Ok(Allowed { basis, until })
}

/// Asks the chain whether an account may bring blobs. `now` is unix ms.
pub async fn may_bring(app: &App, who: &AccountId, now: Moment) -> Answer<()> {
    let refused = || {
        Failure::new(
            StatusCode::FORBIDDEN,
            "refused-not-provider",
            "The chain does not allow it",
            "The account is no active member in the role Provider.",
            "Ask a hospital to admit or reinstate the account as a provider.",
        )
    };
    if app.strangers.bring.knows(who, now) {
        return Err(refused());
    }
    let Standing { time, vault, member } = answer(app.ledger.standing(&app.scope.vault, who)).await?;
    can_serve(app, time, vault.as_ref(), now)?;
    if is_active(member.as_ref(), Role::Provider) {
        return Ok(());
    }
    app.strangers.bring.note(who, now);
    Err(refused())
}

/// Whether the vault can do its work: the chain answers and is up to date, it lets the vault report what it serves, and
/// what was served is reported. `now` is unix ms.
pub async fn can_work(app: &App, now: Moment) -> Answer<()> {
    let Standing { time, vault, .. } =
        answer(app.ledger.standing(&app.scope.vault, &app.scope.vault)).await?;
    can_serve(app, time, vault.as_ref(), now)?;
    if app.receipts.is_behind() { Err(Failure::behind()) } else { Ok(()) }
}

/// Whether the block that was asked is new enough to decide by, and the vault may report what it serves.
fn can_serve(app: &App, time: Moment, vault: Option<&Member<AccountId>>, now: Moment) -> Answer<()> {
    let age = now.saturating_sub(time);
    // A chain whose first block is its newest final one has no time yet.
    if time > 0 && u128::from(age) > app.bounds.finality_age.as_millis() {
        return Err(Failure::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "chain-stale",
            "What the vault knows of the chain is too old",
            format!("The newest final block is {} seconds old by the vault's clock.", age / 1_000),
            "Try again later; if it stays so, tell the vault's operator: the node or the clock is wrong.",
        ));
    }
    if !is_active(vault, Role::Vault) {
        return Err(Failure::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "vault-inactive",
            "The vault may not serve now",
            "The chain does not have this vault's account as an active member in the role Vault.",
            "Use another vault of the version, and tell this vault's operator.",
        ));
    }
    Ok(())
}
