//! What the hospitals decide together, and how many of them each decision needs: the one table of it. The runtime's tests
//! compare it with what the runtime does and with `docs/council.md`; clients compute from it how many votes to ask for.

/// A share of the hospitals that has to agree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Share {
    /// At least a third.
    OneThird,
    /// More than half.
    MoreThanHalf,
    /// At least two thirds.
    TwoThirds,
    /// At least three quarters.
    ThreeQuarters,
}

impl Share {
    /// Every share, ascending.
    pub const ALL: [Self; 4] = [Self::OneThird, Self::MoreThanHalf, Self::TwoThirds, Self::ThreeQuarters];

    /// The fewest of so many hospitals that are this share of them.
    pub const fn of(self, hospitals: u32) -> u32 {
        match self {
            Self::OneThird => hospitals.div_ceil(3),
            // Half of them, rounded down, is not more than half.
            Self::MoreThanHalf => (hospitals / 2).saturating_add(1),
            // All but a third of them, rounded down; and so on: no product that could overflow.
            Self::TwoThirds => hospitals.saturating_sub(hospitals / 3),
            Self::ThreeQuarters => hospitals.saturating_sub(hospitals / 4),
        }
    }

    /// How people say it.
    pub const fn text(self) -> &'static str {
        match self {
            Self::OneThird => "a third",
            Self::MoreThanHalf => "more than half",
            Self::TwoThirds => "two thirds",
            Self::ThreeQuarters => "three quarters",
        }
    }
}

/// A call that the hospitals decide about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Decision {
    /// The pallet.
    pub pallet: &'static str,
    /// The call.
    pub call: &'static str,
    /// Further calls of the pallet that need the same share.
    pub likewise: &'static [&'static str],
    /// How many hospitals have to agree.
    pub share: Share,
    /// What it is for.
    pub purpose: &'static str,
}

/// Every call that needs the hospitals' agreement.
pub const DECISIONS: &[Decision] = {
    use Share::*;
    &[
        decides("Members", "admit", MoreThanHalf, "admit hospitals, auditors, vaults, and anybody else"),
        decides("Members", "set_roles", MoreThanHalf, "change a member's roles"),
        decides("Members", "suspend", MoreThanHalf, "suspend a member"),
        decides("Members", "reinstate", MoreThanHalf, "let it act again"),
        decides("Members", "expel", MoreThanHalf, "end its membership"),
        decides("Validators", "admit", TwoThirds, "make a hospital a validator"),
        decides("Validators", "decline", TwoThirds, "turn its proposal down"),
        decides("Validators", "remove", TwoThirds, "take a validator out"),
        decides("Validators", "reinstate", TwoThirds, "let a validator that offended author again"),
        decides("Peers", "authorise", MoreThanHalf, "let nodes into the network"),
        decides("Peers", "remove", TwoThirds, "cut nodes off"),
        decides("Parameters", "set_parameter", TwoThirds, "set deadlines, shares, session length"),
        Decision {
            likewise: &["set_points", "set_thresholds", "set_benefits"],
            ..decides(
                "Credit",
                "set_half_life",
                TwoThirds,
                "set how fast credit fades; likewise points, thresholds, benefits",
            )
        },
        decides("Quota", "set_quota", TwoThirds, "set what members may do without fees"),
        decides("Settlement", "issue", TwoThirds, "issue settlement credit for a payment"),
        decides("Settlement", "confirm", TwoThirds, "confirm that a redemption is paid out"),
        decides("Settlement", "decline", TwoThirds, "decline a redemption"),
        decides("TxPause", "pause", OneThird, "pause a call"),
        decides("TxPause", "unpause", MoreThanHalf, "let it be called again"),
        Decision {
            likewise: &["unrequest_preimage"],
            ..decides(
                "Preimage",
                "request_preimage",
                ThreeQuarters,
                "keep a preimage without deposit; let go of one, also of what is scheduled",
            )
        },
        Decision {
            likewise: &[
                "schedule",
                "schedule_after",
                "schedule_named",
                "schedule_named_after",
                "cancel_named",
                "set_retry",
                "set_retry_named",
                "cancel_retry",
                "cancel_retry_named",
            ],
            ..decides(
                "Scheduler",
                "cancel",
                TwoThirds,
                "cancel a call that is scheduled; likewise schedule one, or how often it is tried again",
            )
        },
        Decision {
            likewise: &["remove_whitelisted_call"],
            ..decides(
                "Whitelist",
                "whitelist_call",
                ThreeQuarters,
                "let a call run as root, such as an upgrade; then any hospital has it run",
            )
        },
        decides("Council", "disapprove_proposal", MoreThanHalf, "end another motion"),
        decides("Council", "kill", TwoThirds, "end a harmful motion"),
    ]
};

const fn decides(pallet: &'static str, call: &'static str, share: Share, purpose: &'static str) -> Decision {
    Decision { pallet, call, likewise: &[], share, purpose }
}

/// What the table says about a call; nothing where hospitals do not decide about it together.
pub fn decision(pallet: &str, call: &str) -> Option<&'static Decision> {
    DECISIONS
        .iter()
        .find(|known| known.pallet == pallet && (known.call == call || known.likewise.contains(&call)))
}
