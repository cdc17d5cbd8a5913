//! The offence of authoring two blocks in one slot.

use alloc::{vec, vec::Vec};
use sp_runtime::Perbill;
use sp_staking::{
    SessionIndex,
    offence::{Kind, Offence},
};

/// Two blocks in one slot, or more, in one or more slots of a session: all of it is one offence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DoubleAuthorship<Offender> {
    /// The session in which it happened.
    pub session: SessionIndex,
    /// How many validators that session had.
    pub validators: u32,
    /// Who did it.
    pub offender: Offender,
}

impl<Offender: Clone> Offence<Offender> for DoubleAuthorship<Offender> {
    const ID: Kind = *b"aura:equivocatio";
    /// The session. A slot has one author only, so offences of one slot would never be concurrent; and where a session
    /// counts once, a validator that offends in each of its slots does not fill the storage with reports.
    type Slot = SessionIndex;

    fn offenders(&self) -> Vec<Offender> {
        vec![self.offender.clone()]
    }

    fn session_index(&self) -> SessionIndex {
        self.session
    }

    fn validator_set_count(&self) -> u32 {
        self.validators
    }

    fn slot(&self) -> SessionIndex {
        self.session
    }

    /// `min(1, (3 k / n)²)` for `k` offenders of `n` validators, as for equivocations in finality: little for one of
    /// many, all for a third of them, who together can do harm.
    fn slash_fraction(&self, offenders: u32) -> Perbill {
        Perbill::from_rational(offenders.saturating_mul(3), self.validators).square()
    }
}
