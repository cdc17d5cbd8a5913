//! What must hold.

mod cancel;
mod confirm;
mod decline;
mod issue;
mod redeem;

use medshare_types::Hash;

use crate::mock::*;

fn council() -> RuntimeOrigin {
    RuntimeOrigin::root()
}

fn by(who: Account) -> RuntimeOrigin {
    RuntimeOrigin::signed(who)
}

fn payment(number: u64) -> Hash {
    Hash::from_low_u64_be(number)
}

#[test]
fn the_parameters_fit_together() {
    run(<Settlement as frame_support::traits::Hooks<u32>>::integrity_test);
}
