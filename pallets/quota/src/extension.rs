//! The transaction extensions that charge quotas and keep the pool open for everybody.

use codec::{Decode, DecodeWithMemTracking, Encode};
use core::{fmt, marker::PhantomData};
use frame_support::{
    dispatch::{DispatchClass, DispatchInfo, DispatchResult, Pays, PostDispatchInfo},
    pallet_prelude::{TransactionSource, TransactionValidity, TransactionValidityError, Weight},
    traits::{Get, OriginTrait},
};
use frame_system::{CheckNonce, pallet_prelude::OriginFor};
use pallet_transaction_payment::{ChargeTransactionPayment, OnChargeTransaction};
use scale_info::{StaticTypeInfo, Type, TypeInfo};
use sp_runtime::{
    SaturatedConversion, Saturating,
    traits::{
        DispatchInfoOf, Dispatchable, Implication, PostDispatchInfoOf, TransactionExtension, ValidateResult,
    },
    transaction_validity::{InvalidTransaction, TransactionPriority, ValidTransaction},
};

use crate::{
    Config, Event, Pallet, WeightInfo,
    types::{Purse, Units},
};

/// [`InvalidTransaction::Custom`] code: the nonce is too far above the account's. To be sent again when those before it
/// are in blocks.
pub const TOO_FAR_AHEAD: u8 = 3;

/// How many times [`Config::MaxAhead`] the nonces of the council's operational transactions may be ahead.
pub const FURTHER: u64 = 4;

/// What a step of the nonce towards the account's adds to the priority: more than all that tells apart transactions of the
/// same distance.
const NEARER: TransactionPriority = 1 << 8;

/// The priority among those of the same distance, of who declares to be free of fees.
const FREE: u8 = 0;
/// Of who pays a fee and no tip.
const FEE: u8 = 1;
/// Of who has little left of its quota; the more is left, the higher, below [`TIP`].
const QUOTA: u8 = 2;
/// Of who offers the least tip; twice the tip is one more.
const TIP: u8 = 128;

type CallOf<T> = <T as frame_system::Config>::RuntimeCall;

/// A fee-paying extension that can tell whether it offers a tip.
pub trait Tip {
    /// The tip that is offered, in the chain's unit of money.
    fn tip(&self) -> u128;
}

/// For chains and tests without fees.
impl Tip for () {
    fn tip(&self) -> u128 {
        0
    }
}

impl<T: pallet_transaction_payment::Config> Tip for ChargeTransactionPayment<T>
where
    CallOf<T>: Dispatchable<Info = DispatchInfo, PostInfo = PostDispatchInfo>,
    <T::OnChargeTransaction as OnChargeTransaction<T>>::Balance: Send + Sync,
{
    fn tip(&self) -> u128 {
        self.tip().saturated_into()
    }
}

/// Charges a transaction to the quota of its signer, or has `S` charge a fee for it, as the documentation of the crate
/// says.
///
/// From outside it is `S`: it has its name, its data and what it signs, so clients need not know of it. Fails only where
/// `S` fails, with [`InvalidTransaction::Payment`] if neither quota nor money are enough.
#[derive(Encode, Decode, DecodeWithMemTracking, Clone, Eq, PartialEq)]
pub struct ChargeQuota<T, S>(S, PhantomData<T>);

impl<T, S> From<S> for ChargeQuota<T, S> {
    fn from(wrapped: S) -> Self {
        Self(wrapped, PhantomData)
    }
}

impl<T, S: fmt::Debug> fmt::Debug for ChargeQuota<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ChargeQuota").field(&self.0).finish()
    }
}

impl<T, S: StaticTypeInfo> TypeInfo for ChargeQuota<T, S> {
    type Identity = S;

    fn type_info() -> Type {
        S::type_info()
    }
}

/// That a member's transaction did not fit into its quota.
pub struct Excess<AccountId> {
    who: AccountId,
    charge: Units,
    left: Units,
}

/// How a transaction is charged.
enum Course<AccountId> {
    Quota {
        who: AccountId,
        purse: Purse,
        quota: Units,
        charge: Units,
        priority: TransactionPriority,
    },
    /// Without a rank the wrapped extension says how soon it comes.
    Fee {
        rank: Option<u8>,
        excess: Option<Excess<AccountId>>,
    },
}

/// What [`ChargeQuota`] knows after validation.
pub enum Val<AccountId, V> {
    /// The quota is to be charged.
    Quota {
        /// Whose.
        who: AccountId,
        /// Which of its quotas.
        purse: Purse,
        /// All of it.
        quota: Units,
        /// What is to be deducted.
        charge: Units,
    },
    /// The wrapped extension decides.
    Fee {
        /// If that is because the quota is not enough.
        excess: Option<Excess<AccountId>>,
        /// What the wrapped extension knows.
        wrapped: V,
    },
}

/// What [`ChargeQuota`] knows while the call runs.
pub enum Pre<AccountId, P> {
    /// The quota was charged.
    Quota {
        /// Whose.
        who: AccountId,
        /// Which of its quotas.
        purse: Purse,
        /// What was deducted.
        charge: Units,
        /// The weight of the wrapped extension, which is not run.
        unspent: Weight,
    },
    /// The wrapped extension has charged what it wants.
    Fee {
        /// If that is because the quota was not enough.
        excess: Option<Excess<AccountId>>,
        /// What the wrapped extension knows.
        wrapped: P,
    },
}

impl<T: Config, S: Tip> ChargeQuota<T, S> {
    fn course(&self, origin: &OriginFor<T>, info: &DispatchInfo, len: usize) -> Course<T::AccountId> {
        let Some(who) = origin.as_signer() else {
            return Course::Fee { rank: None, excess: None };
        };
        let charge = Pallet::<T>::charge(info, len);
        let mut excess = None;
        if Pallet::<T>::is_privileged(who, info.class) {
            let (purse, priority) = (Purse::Operational, TransactionPriority::MAX);
            let standing = Pallet::<T>::standing_in(purse, who);
            let left = standing.left();
            if charge <= left {
                return Course::Quota { who: who.clone(), purse, quota: standing.quota, charge, priority };
            }
            excess = Some(Excess { who: who.clone(), charge, left });
        }
        if let Some(doublings) = self.0.tip().checked_ilog2() {
            let higher = u8::try_from(doublings).unwrap_or(u8::MAX);
            return Course::Fee { rank: Some(TIP.saturating_add(higher)), excess };
        }
        if info.pays_fee == Pays::No {
            return Course::Fee { rank: Some(FREE), excess };
        }
        let standing = Pallet::<T>::standing(who);
        if info.class != DispatchClass::Normal || standing.quota == 0 {
            return Course::Fee { rank: Some(FEE), excess };
        }
        let left = standing.left();
        match left.checked_sub(charge) {
            Some(rest) => {
                let rank = standing.share(rest).saturating_div(2).clamp(QUOTA, TIP.saturating_sub(1));
                Course::Quota {
                    who: who.clone(),
                    purse: Purse::Ordinary,
                    quota: standing.quota,
                    charge,
                    priority: rank.into(),
                }
            }
            None => Course::Fee { rank: Some(FEE), excess: Some(Excess { who: who.clone(), charge, left }) },
        }
    }
}

impl<T, S> TransactionExtension<CallOf<T>> for ChargeQuota<T, S>
where
    T: Config + Send + Sync,
    S: TransactionExtension<CallOf<T>> + Tip,
    CallOf<T>: Dispatchable<Info = DispatchInfo, PostInfo = PostDispatchInfo>,
{
    const IDENTIFIER: &'static str = S::IDENTIFIER;
    type Implicit = S::Implicit;
    type Val = Val<T::AccountId, S::Val>;
    type Pre = Pre<T::AccountId, S::Pre>;

    fn implicit(&self) -> Result<Self::Implicit, TransactionValidityError> {
        self.0.implicit()
    }

    fn weight(&self, call: &CallOf<T>) -> Weight {
        T::WeightInfo::charge_quota().max(T::WeightInfo::exceed_quota()).saturating_add(self.0.weight(call))
    }

    fn validate(
        &self,
        origin: OriginFor<T>,
        call: &CallOf<T>,
        info: &DispatchInfoOf<CallOf<T>>,
        len: usize,
        self_implicit: Self::Implicit,
        inherited_implication: &impl Implication,
        source: TransactionSource,
    ) -> ValidateResult<Self::Val, CallOf<T>> {
        match self.course(&origin, info, len) {
            Course::Quota { who, purse, quota, charge, priority } => {
                Ok((prioritised(priority), Val::Quota { who, purse, quota, charge }, origin))
            }
            Course::Fee { rank, excess } => {
                let (mut valid, wrapped, origin) =
                    self.0.validate(origin, call, info, len, self_implicit, inherited_implication, source)?;
                if let Some(rank) = rank {
                    valid.priority = rank.into();
                }
                Ok((valid, Val::Fee { excess, wrapped }, origin))
            }
        }
    }

    fn prepare(
        self,
        val: Self::Val,
        origin: &OriginFor<T>,
        call: &CallOf<T>,
        info: &DispatchInfoOf<CallOf<T>>,
        len: usize,
    ) -> Result<Self::Pre, TransactionValidityError> {
        match val {
            Val::Quota { who, purse, quota, charge } => {
                // It fails only if something used the quota since the validation, which nothing does within a block.
                Pallet::<T>::deduct(purse, &who, quota, charge).map_err(|_| InvalidTransaction::Payment)?;
                Ok(Pre::Quota { who, purse, charge, unspent: self.0.weight(call) })
            }
            Val::Fee { excess, wrapped } => {
                let wrapped = self.0.prepare(wrapped, origin, call, info, len)?;
                Ok(Pre::Fee { excess, wrapped })
            }
        }
    }

    fn post_dispatch_details(
        pre: Self::Pre,
        info: &DispatchInfoOf<CallOf<T>>,
        post_info: &PostDispatchInfoOf<CallOf<T>>,
        len: usize,
        result: &DispatchResult,
    ) -> Result<Weight, TransactionValidityError> {
        match pre {
            Pre::Quota { who, purse, charge, unspent } => {
                let needed = match post_info.pays_fee(info) {
                    Pays::No => 0,
                    Pays::Yes => {
                        let weight = post_info.calc_actual_weight(info).saturating_sub(unspent);
                        Pallet::<T>::units(info.class, weight, len)
                    }
                };
                Pallet::<T>::give_back(purse, &who, charge.saturating_sub(needed));
                Ok(unspent)
            }
            Pre::Fee { excess, wrapped } => {
                if let Some(Excess { who, charge, left }) = excess {
                    Pallet::<T>::deposit_event(Event::Exceeded { who, charge, left });
                }
                S::post_dispatch_details(wrapped, info, post_info, len, result)
            }
        }
    }

    fn bare_validate(call: &CallOf<T>, info: &DispatchInfoOf<CallOf<T>>, len: usize) -> TransactionValidity {
        S::bare_validate(call, info, len)
    }

    fn bare_validate_and_prepare(
        call: &CallOf<T>,
        info: &DispatchInfoOf<CallOf<T>>,
        len: usize,
    ) -> Result<(), TransactionValidityError> {
        S::bare_validate_and_prepare(call, info, len)
    }

    fn bare_post_dispatch(
        info: &DispatchInfoOf<CallOf<T>>,
        post_info: &mut PostDispatchInfoOf<CallOf<T>>,
        len: usize,
        result: &DispatchResult,
    ) -> Result<(), TransactionValidityError> {
        S::bare_post_dispatch(info, post_info, len, result)
    }
}

fn prioritised(priority: TransactionPriority) -> ValidTransaction {
    ValidTransaction { priority, ..Default::default() }
}

/// Checks the nonce as [`CheckNonce`] does, and refuses a transaction whose nonce is more than [`Config::MaxAhead`]
/// above that of its account: it never enters the pool. The nearer the nonce, the higher the priority.
///
/// From outside it is [`CheckNonce`], so clients need not know of it. Fails where that fails, and with
/// [`InvalidTransaction::Custom`] of [`TOO_FAR_AHEAD`]. Operational transactions of [`Config::Council`] may be [`FURTHER`]
/// times as far ahead.
#[derive(Encode, Decode, DecodeWithMemTracking, Clone, Eq, PartialEq)]
pub struct CheckNonceAhead<T: frame_system::Config>(CheckNonce<T>);

impl<T: frame_system::Config> From<CheckNonce<T>> for CheckNonceAhead<T> {
    fn from(wrapped: CheckNonce<T>) -> Self {
        Self(wrapped)
    }
}

impl<T: frame_system::Config> fmt::Debug for CheckNonceAhead<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CheckNonceAhead").field(&self.0).finish()
    }
}

impl<T: frame_system::Config> TypeInfo for CheckNonceAhead<T>
where
    CheckNonce<T>: StaticTypeInfo,
{
    type Identity = CheckNonce<T>;

    fn type_info() -> Type {
        CheckNonce::<T>::type_info()
    }
}

impl<T> TransactionExtension<CallOf<T>> for CheckNonceAhead<T>
where
    T: Config + Send + Sync,
    CheckNonce<T>: TransactionExtension<CallOf<T>>,
    CallOf<T>: Dispatchable<Info = DispatchInfo, PostInfo = PostDispatchInfo>,
{
    const IDENTIFIER: &'static str = <CheckNonce<T> as TransactionExtension<CallOf<T>>>::IDENTIFIER;
    type Implicit = <CheckNonce<T> as TransactionExtension<CallOf<T>>>::Implicit;
    type Val = <CheckNonce<T> as TransactionExtension<CallOf<T>>>::Val;
    type Pre = <CheckNonce<T> as TransactionExtension<CallOf<T>>>::Pre;

    fn implicit(&self) -> Result<Self::Implicit, TransactionValidityError> {
        self.0.implicit()
    }

    fn weight(&self, _: &CallOf<T>) -> Weight {
        T::WeightInfo::check_nonce_ahead()
    }

    fn validate(
        &self,
        origin: OriginFor<T>,
        call: &CallOf<T>,
        info: &DispatchInfoOf<CallOf<T>>,
        len: usize,
        self_implicit: Self::Implicit,
        inherited_implication: &impl Implication,
        source: TransactionSource,
    ) -> ValidateResult<Self::Val, CallOf<T>> {
        let (mut valid, val, origin) =
            self.0.validate(origin, call, info, len, self_implicit, inherited_implication, source)?;
        if let Some(who) = origin.as_signer() {
            let current = frame_system::Pallet::<T>::account_nonce(who);
            let ahead = self.0.0.saturating_sub(current).saturated_into::<u64>();
            let most = u64::from(T::MaxAhead::get());
            let nearness = most.saturating_sub(ahead);
            valid.priority = valid.priority.saturating_add(nearness.saturating_mul(NEARER));
            let is_further = ahead > most;
            if is_further
                && (ahead > most.saturating_mul(FURTHER) || !Pallet::<T>::is_privileged(who, info.class))
            {
                return Err(InvalidTransaction::Custom(TOO_FAR_AHEAD).into());
            }
        }
        Ok((valid, val, origin))
    }

    fn prepare(
        self,
        val: Self::Val,
        origin: &OriginFor<T>,
        call: &CallOf<T>,
        info: &DispatchInfoOf<CallOf<T>>,
        len: usize,
    ) -> Result<Self::Pre, TransactionValidityError> {
        self.0.prepare(val, origin, call, info, len)
    }

    fn post_dispatch_details(
        pre: Self::Pre,
        info: &DispatchInfoOf<CallOf<T>>,
        post_info: &PostDispatchInfoOf<CallOf<T>>,
        len: usize,
        result: &DispatchResult,
    ) -> Result<Weight, TransactionValidityError> {
        <CheckNonce<T> as TransactionExtension<CallOf<T>>>::post_dispatch_details(
            pre, info, post_info, len, result,
        )
    }
}
