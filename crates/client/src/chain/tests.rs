//! Calls against metadata that is made here, in the form in which a node gives it.

use codec::Encode;
use medshare_types::{AccountId, Hash, KeyProof, Permission, Point, Policy, Role, Roles, Scalar, Terms};
use scale_info::{MetaType, TypeInfo, meta_type};
use subxt::{
    Metadata,
    ext::frame_metadata::v15::{
        CustomMetadata, ExtrinsicMetadata, OuterEnums, PalletCallMetadata, PalletMetadata, RuntimeMetadataV15,
    },
};

use super::*;
use crate::error::Error;

#[allow(dead_code)]
#[derive(TypeInfo)]
enum Runtime {
    #[codec(index = 6)]
    Sudo(Sudo),
    #[codec(index = 10)]
    Members(Members),
    #[codec(index = 14)]
    Marketplace(Marketplace),
}

#[allow(dead_code, non_camel_case_types)]
#[derive(TypeInfo)]
enum Sudo {
    #[codec(index = 0)]
    sudo { call: Box<Runtime> },
}

#[allow(dead_code, non_camel_case_types)]
#[derive(TypeInfo)]
enum Members {
    #[codec(index = 0)]
    admit { who: AccountId, roles: Roles, identity: Hash, key: Point, proof: KeyProof },
    #[codec(index = 2)]
    suspend { who: AccountId },
}

#[allow(dead_code, non_camel_case_types)]
#[derive(TypeInfo)]
enum Marketplace {
    #[codec(index = 0)]
    list { record: u64, version: u32, price: u128, terms: Terms },
    #[codec(index = 1)]
    reprice { record: u64, amount: u128 },
    #[codec(index = 2)]
    delist { record: u32 },
    #[codec(index = 9)]
    settle,
}

fn pallet(name: &'static str, index: u8, calls: MetaType) -> PalletMetadata {
    PalletMetadata {
        name,
        storage: None,
        calls: Some(PalletCallMetadata { ty: calls }),
        event: None,
        constants: Vec::new(),
        error: None,
        index,
        docs: Vec::new(),
    }
}

fn metadata() -> Metadata {
    let nothing = meta_type::<()>();
    let extrinsic = ExtrinsicMetadata {
        version: 4,
        address_ty: nothing,
        call_ty: meta_type::<Runtime>(),
        signature_ty: nothing,
        extra_ty: nothing,
        signed_extensions: Vec::new(),
    };
    let enums =
        OuterEnums { call_enum_ty: meta_type::<Runtime>(), event_enum_ty: nothing, error_enum_ty: nothing };
    let pallets = vec![
        pallet("Sudo", 6, meta_type::<Sudo>()),
        pallet("Members", 10, meta_type::<Members>()),
        pallet("Marketplace", 14, meta_type::<Marketplace>()),
    ];
    let custom = CustomMetadata { map: Default::default() };
    let metadata = RuntimeMetadataV15::new(pallets, extrinsic, nothing, Vec::new(), enums, custom);
    Metadata::from_v15(metadata).unwrap()
}

#[test]
fn arguments_are_encoded_in_their_order() {
    let terms = Terms { licence: None, duration: Some(5) };
    let call = calls::list(7, 1, 250, terms.clone()).encode(&metadata()).unwrap();
    assert_eq!(call.arguments(), (7u64, 1u32, 250u128, terms).encode());
}

#[test]
fn calls_in_calls_carry_the_indices_of_this_runtime() {
    let who = AccountId::from([7; 32]);
    let call = calls::as_council(calls::suspend(who.clone()));
    assert_eq!(call.title(), "Sudo.sudo(Members.suspend)");
    assert_eq!(call.encode(&metadata()).unwrap().arguments(), (10u8, 2u8, who).encode());
}

#[test]
fn sets_and_proofs_have_the_runtimes_form() {
    let who = AccountId::from([7; 32]);
    let roles: Roles = [Role::Auditor, Role::Buyer]
        .into_iter()
        .collect::<std::collections::BTreeSet<_>>()
        .try_into()
        .unwrap();
    let proof = KeyProof { challenge: Scalar::default(), response: Scalar(Hash::repeat_byte(1)) };
    let (identity, key) = (Hash::repeat_byte(2), Point(Hash::repeat_byte(3)));
    let call = calls::admit(who.clone(), roles.clone(), identity, key, proof).encode(&metadata()).unwrap();
    assert_eq!(call.arguments(), (who, roles, identity, key, proof).encode());
}

#[test]
fn a_missing_call_or_pallet_is_named() {
    for call in [calls::expire(1), calls::set_policy(1, Policy::new(Permission::ClinicalCare))] {
        let title = call.title();
        match call.encode(&metadata()) {
            Err(error @ Error::UnknownCall { .. }) => {
                assert_eq!(error.to_string(), format!("the node's runtime does not have the call {title}"));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_call_of_another_form_is_refused_with_the_difference() {
    for (call, difference) in [
        (calls::reprice(1, 2), "it takes `amount` where this client gives `price`"),
        (calls::delist(1), "argument `record`: it has u32 where this client has u64"),
        (calls::settle(1), "it takes 0 arguments where this client gives 1"),
        (calls::as_council(calls::delist(1)), "argument `record`"),
    ] {
        match call.encode(&metadata()) {
            Err(Error::ForeignCall { reason, .. }) => assert!(reason.contains(difference), "{reason}"),
            other => panic!("{other:?}"),
        }
    }
}
