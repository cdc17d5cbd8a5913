//! The transaction extension that refuses strangers at the pool.

use codec::{Decode, DecodeWithMemTracking, Encode};
use core::{fmt, marker::PhantomData};
use frame_support::{
    DefaultNoBound,
    pallet_prelude::{TransactionSource, Weight},
    traits::{Contains, OriginTrait},
};
use medshare_types::MemberStatus;
use scale_info::TypeInfo;
use sp_runtime::{
    impl_tx_ext_default,
    traits::{DispatchInfoOf, TransactionExtension, ValidateResult},
    transaction_validity::InvalidTransaction,
};

use crate::{Config, Members, WeightInfo};

/// [`InvalidTransaction::Custom`] code: the signer is no member.
pub const NOT_MEMBER: u8 = 1;
/// [`InvalidTransaction::Custom`] code: the signer is a suspended member.
pub const SUSPENDED: u8 = 2;

/// Refuses every signed transaction whose signer is neither an active member nor [`Config::Exempt`]: it never enters
/// the pool, and a block that contains one is invalid.
///
/// Fails with [`InvalidTransaction::Custom`] of [`NOT_MEMBER`] or [`SUSPENDED`]. Everything that is not signed by an
/// account passes: inherents, and transactions that other extensions authorise. It asks for no data and signs none.
#[derive(Encode, Decode, DecodeWithMemTracking, DefaultNoBound, Clone, Eq, PartialEq, TypeInfo)]
#[scale_info(skip_type_params(T))]
pub struct CheckMember<T>(PhantomData<T>);

impl<T> CheckMember<T> {
    /// The extension.
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T> fmt::Debug for CheckMember<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CheckMember")
    }
}

impl<T: Config + Send + Sync> TransactionExtension<<T as frame_system::Config>::RuntimeCall>
    for CheckMember<T>
{
    const IDENTIFIER: &'static str = "CheckMember";
    type Implicit = ();
    type Val = ();
    type Pre = ();

    fn weight(&self, _: &<T as frame_system::Config>::RuntimeCall) -> Weight {
        T::WeightInfo::check_member()
    }

    fn validate(
        &self,
        origin: <T as frame_system::Config>::RuntimeOrigin,
        _: &<T as frame_system::Config>::RuntimeCall,
        _: &DispatchInfoOf<<T as frame_system::Config>::RuntimeCall>,
        _: usize,
        _: Self::Implicit,
        _: &impl Encode,
        _: TransactionSource,
    ) -> ValidateResult<Self::Val, <T as frame_system::Config>::RuntimeCall> {
        if let Some(who) = origin.as_signer() {
            let refusal = match Members::<T>::get(who).map(|member| member.status) {
                Some(MemberStatus::Active) => None,
                Some(MemberStatus::Suspended { .. }) => Some(SUSPENDED),
                None => Some(NOT_MEMBER),
            };
            if let Some(code) = refusal
                && !T::Exempt::contains(who)
            {
                return Err(InvalidTransaction::Custom(code).into());
            }
        }
        Ok((Default::default(), (), origin))
    }

    impl_tx_ext_default!(<T as frame_system::Config>::RuntimeCall; prepare);
}
