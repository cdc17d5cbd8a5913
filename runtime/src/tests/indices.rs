//! Pallet and call indices are part of every signed transaction: they never change.

use frame_support::traits::{GetCallIndex, GetCallName, PalletInfoAccess};

use crate::*;

/// Checks the index of a pallet and those of its calls.
macro_rules! snapshot {
    ($($pallet:ident = $index:literal { $($call:literal = $call_index:literal),* $(,)? })*) => {
        $(
            assert_eq!($pallet::index(), $index, "index of {}", stringify!($pallet));
            let calls: Vec<(&str, u8)> = calls_of::<pallet_call!($pallet)>();
            assert_eq!(calls, vec![$(($call, $call_index)),*], "calls of {}", stringify!($pallet));
        )*
    };
}

macro_rules! pallet_call {
    ($pallet:ident) => {
        <$pallet as frame_support::dispatch::Callable<Runtime>>::RuntimeCall
    };
}

fn calls_of<Call: GetCallName + GetCallIndex>() -> Vec<(&'static str, u8)> {
    Call::get_call_names().iter().copied().zip(Call::get_call_indices().iter().copied()).collect()
}

#[test]
fn pallets_of_medshare_keep_their_indices() {
    // It has no calls.
    assert_eq!(Terms::index(), 20);
    snapshot! {
        Members = 10 {
            "admit" = 0, "set_roles" = 1, "suspend" = 2, "reinstate" = 3, "rotate_key" = 4, "leave" = 5,
            "expel" = 6,
        }
        Records = 11 {
            "register" = 0, "register_many" = 1, "revise" = 2, "withdraw" = 3, "relocate" = 4,
            "erase" = 5,
        }
        Access = 12 {
            "set_policy" = 0, "request" = 1, "cancel_request" = 2, "answer" = 3, "deny" = 4, "grant" = 5,
            "revoke" = 6, "post_receipts" = 7, "clear" = 8,
        }
        Audits = 13 { "deliver_keys" = 0, "vote" = 1, "replace" = 2, "lapse" = 3 }
        Marketplace = 14 {
            "list" = 0, "reprice" = 1, "delist" = 2, "order" = 3, "deliver" = 4, "cancel" = 5, "expire" = 6,
            "claim" = 7, "rule" = 8, "settle" = 9, "clear" = 10,
        }
        Quota = 16 { "set_quota" = 0 }
        Settlement = 17 { "issue" = 0, "redeem" = 1, "cancel" = 2, "confirm" = 3, "decline" = 4 }
        Validators = 18 {
            "propose" = 0, "retract" = 1, "admit" = 2, "decline" = 3, "remove" = 4, "leave" = 5, "reinstate" = 6,
        }
        Peers = 19 { "authorise" = 0, "remove" = 1, "add" = 2, "replace" = 3, "retire" = 4 }
        Equivocation = 34 { "report_equivocation" = 0, "report_equivocation_unsigned" = 1 }
        Credit = 15 { "set_points" = 0, "set_benefits" = 1, "set_thresholds" = 2, "set_half_life" = 3 }
    }
}

#[test]
fn pallets_of_the_sdk_keep_their_indices() {
    assert_eq!(
        [
            System::index(),
            Timestamp::index(),
            Aura::index(),
            Grandpa::index(),
            Balances::index(),
            TransactionPayment::index(),
            Sudo::index(),
            Utility::index(),
            Parameters::index(),
            Authorship::index(),
            Session::index(),
            Historical::index(),
            Offences::index(),
            Council::index(),
            Preimage::index(),
            Scheduler::index(),
            Whitelist::index(),
            TxPause::index(),
        ],
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 30, 31, 32, 33, 35, 36, 37, 38, 39]
    );
}
