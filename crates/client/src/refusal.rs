//! What to do about what the chain refuses, where that can be told in general.

/// The advice where there is nothing better.
const GENERAL: &str = "a call that is refused changes nothing, but uses quota or a fee; put right what the chain names and repeat";

/// What to do about a pallet's error.
pub(crate) fn hint(pallet: &str, error: &str) -> &'static str {
    match (pallet, error) {
        ("Council", "NotMember") => "only active hospitals decide; `medshare council members` lists them",
        ("Council", "DuplicateProposal") => {
            "the same is proposed already; `medshare council motions` lists it, vote for it"
        }
        ("Council", "DuplicateVote") => "this hospital has voted so already",
        ("Council", "ProposalMissing" | "WrongIndex") => {
            "the motion may be closed already; `medshare council motions` lists the open ones"
        }
        ("Council", "TooEarly") => {
            "too few hospitals have voted yet; `medshare council motions` says who has, and until when it is open"
        }
        ("Council", "TooManyProposals") => "close motions that are decided or whose time is over",
        ("Members", "NeedsCouncil") => {
            "only the council decides this: a hospital proposes it with `medshare council propose member`"
        }
        ("Members", "StillSponsoring") => {
            "those whom it sponsors leave first, or another hospital admits them anew"
        }
        ("Members", "StillEngaged") => {
            "a validator leaves with `medshare validator leave` first; records are withdrawn, orders and panels ended"
        }
        ("Validators", "KeysNotSet") => "set session keys first, with `medshare session-keys rotate`",
        ("Validators", "NotProposed") => {
            "the hospital offers itself first, with `medshare validator propose`"
        }
        ("Validators", "TooFewValidators") => {
            "admit another validator first; `medshare validator list` says who they are"
        }
        ("Session", "InvalidProof") => {
            "the keys were made for another account; make them with the key file of the hospital"
        }
        ("Session", "NoAssociatedValidatorId") => "only hospitals that are members set session keys",
        ("Whitelist", "CallAlreadyWhitelisted") => "it can run already, with `medshare council enact`",
        ("Whitelist", "UnavailablePreImage" | "UndecodableCall") => {
            "its bytes have to be on the chain, in a form that this runtime knows; `medshare upgrade status` says whether \
             they are"
        }
        ("TxPause", "Unpausable") => "what hospitals decide with cannot be paused",
        ("System", "CallFiltered") => {
            "the call is paused or not for members to send; hospitals can let a paused one through again with `medshare \
             council propose unpause`"
        }
        ("Settlement", "ReferenceUsed") => "each payment is settled once; check which one this is",
        _ => GENERAL,
    }
}

/// What to do about an error that is no pallet's.
pub(crate) fn dispatch_hint(reason: &str) -> &'static str {
    if reason.starts_with("Bad origin") {
        "this is not for one account to do: hospitals propose it with `medshare council propose`, by enough votes"
    } else {
        GENERAL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_who_decides_and_what_comes_first() {
        assert!(hint("Members", "NeedsCouncil").contains("council propose member"));
        assert!(hint("Validators", "KeysNotSet").contains("session-keys rotate"));
        assert_eq!(hint("Records", "NotOwner"), GENERAL);
        assert!(dispatch_hint("Bad origin.").contains("council propose"));
        assert_eq!(dispatch_hint("Token error: Funds are unavailable."), GENERAL);
    }
}
