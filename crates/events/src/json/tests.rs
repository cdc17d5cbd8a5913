//! Values as JSON and back.

use codec::{Compact, Encode};

use super::*;
use medshare_types::{Grant, Hash, Listing, Role, Roles, Subject, Terms, Text};
use scale_info::{MetaType, Registry, TypeInfo};

fn type_of<T: TypeInfo + 'static>() -> (u32, PortableRegistry) {
    let mut registry = Registry::new();
    let id = registry.register_type(&MetaType::new::<T>()).id;
    (id, registry.into())
}

fn json_of<T: Encode + TypeInfo + 'static>(value: T) -> Json {
    let (ty, types) = type_of::<T>();
    read(&value.encode(), ty, &types).unwrap()
}

fn written<T: TypeInfo + 'static>(value: &Json) -> Result<Vec<u8>, String> {
    let (ty, types) = type_of::<T>();
    let mut bytes = Vec::new();
    write(value, ty, &types, &mut bytes).map(|()| bytes)
}

fn listing() -> Listing<AccountId> {
    let seller = AccountId::from([7; 32]);
    Listing { version: 1, seller, price: 5u128, terms: Terms::default(), since: 6 }
}

#[derive(Encode, TypeInfo)]
struct Nothing;

#[derive(Encode, TypeInfo)]
enum MultiAddress {
    #[codec(index = 4)]
    Id(AccountId),
}

#[derive(Encode, TypeInfo)]
struct Coin(u128);

#[derive(Encode, TypeInfo)]
struct Coins {
    coins: Compact<u128>,
    many: u64,
}

#[derive(Encode, TypeInfo)]
struct Pair {
    #[codec(compact)]
    amount: u32,
    names: (Vec<u8>, Nothing),
}

#[test]
fn values_read_well() {
    let account = AccountId::from([7; 32]);
    assert_eq!(json_of(account.clone()), json!(account.to_string()));
    assert_eq!(json_of(Hash::repeat_byte(1)), json!(format!("0x{}", "01".repeat(32))));
    assert_eq!(json_of(Some(3u32)), json!(3));
    assert_eq!(json_of(None::<u32>), Json::Null);
    assert_eq!(json_of(vec![1u8]), json!("0x01"));
    assert_eq!(json_of(Vec::<u8>::new()), json!("0x"));
    assert_eq!(json_of(vec![1u32]), json!([1]));
    assert_eq!(json_of("CT".parse::<Text<16>>().unwrap()), json!("CT"));
    assert_eq!(json_of(Subject::Claim { order: 4 }), json!({ "Claim": { "order": 4 } }));
    assert_eq!(
        json_of(listing()),
        json!({ "version": 1, "seller": account.to_string(), "price": "5",
            "terms": { "licence": null, "duration": null }, "since": 6 })
    );
    assert_eq!(json_of(None::<Grant>), Json::Null);
}

#[test]
fn numbers_of_128_bits_are_text_however_small_and_others_are_numbers() {
    for value in [0, 5, u128::from(u64::MAX), u128::MAX] {
        assert_eq!(json_of(value), json!(value.to_string()));
        assert_eq!(json_of(Compact(value)), json!(value.to_string()));
        assert_eq!(json_of(Some(value)), json!(value.to_string()));
    }
    assert_eq!(json_of(i128::from(-7i8)), json!("-7"));
    assert_eq!(json_of((vec![1u128, 2], 3u128)), json!([["1", "2"], "3"]));
    assert_eq!(json_of(Coins { coins: Compact(4), many: 5 }), json!({ "coins": "4", "many": 5 }));
    assert_eq!(json_of((u64::MAX, i64::MIN, 7u8)), json!([u64::MAX, i64::MIN, 7]));
    assert_eq!(json_of(Compact(7u32)), json!(7));
    // Also where it is the only one of what is around it.
    assert_eq!(json_of(Coin(6)), json!("6"));
}

#[test]
fn what_is_read_can_be_written() {
    fn check<T: Encode + TypeInfo + 'static>(value: T) {
        let bytes = value.encode();
        let json = json_of(value);
        assert_eq!(written::<T>(&json).as_ref(), Ok(&bytes), "{json}");
    }
    check(AccountId::from([7; 32]));
    check(Hash::repeat_byte(1));
    check((Some(3u32), None::<u32>, true));
    check((u128::MAX, 0u128, i64::MIN, 0u8));
    check((Compact(4u128), i128::MIN));
    check((vec![1u8], Vec::<u8>::new(), [5u8; 3], vec![1u32], [1u16, 2]));
    check("CT".parse::<Text<16>>().unwrap());
    check(Subject::Claim { order: 4 });
    check(listing());
    check([Role::Auditor, Role::Buyer].into_iter().collect::<std::collections::BTreeSet<_>>());
    check(Roles::default());
    check(Pair { amount: 70_000, names: (b"ab".to_vec(), Nothing) });
}

#[test]
fn people_may_write_text_for_bytes_and_an_account_for_an_address() {
    assert_eq!(written::<Vec<u8>>(&json!("register")), Ok(b"register".to_vec().encode()));
    let account = AccountId::from([7; 32]);
    let address = MultiAddress::Id(account.clone());
    assert_eq!(written::<MultiAddress>(&json!(account.to_string())), Ok(address.encode()));
    assert_eq!(written::<u128>(&json!("340282366920938463463374607431768211455")), Ok(u128::MAX.encode()));
}

#[test]
fn what_does_not_fit_is_named_with_its_place() {
    let listing = |key: &str, value: Json| {
        let mut json = json_of(listing());
        json[key] = value;
        written::<Listing<AccountId>>(&json).unwrap_err()
    };
    assert_eq!(listing("version", json!(-1)), "in `version`: `-1` is no u32: invalid digit found in string");
    assert_eq!(
        listing("version", json!(1.5)),
        "in `version`: `1.5` is no u32: invalid digit found in string"
    );
    assert_eq!(
        listing("terms", json!({ "licence": "0x00", "duration": null })),
        "in `terms`: in `licence`: `0x00` is not 32 bytes in 0x-prefixed hex"
    );
    assert!(listing("seller", json!("Mallory")).contains("neither an SS58 address nor 32 bytes in hex"));
    assert_eq!(
        listing("colour", json!(1)),
        "it has no `colour`; there are: version, seller, price, terms, since"
    );
    assert_eq!(written::<Pair>(&json!({ "amount": 1 })), Err("`names` is missing".into()));
    let amount = json!({ "amount": 4_294_967_296u64, "names": ["", null] });
    assert!(written::<Pair>(&amount).unwrap_err().contains("`4294967296` is no u32"));
    assert!(written::<Role>(&json!("Doctor")).unwrap_err().contains("one of Hospital, Auditor"));
    assert!(written::<Role>(&json!(3)).unwrap_err().contains("one of Hospital, Auditor"));
    assert!(written::<[u8; 2]>(&json!([1, 2, 3])).unwrap_err().contains("3 elements"));
    assert!(written::<bool>(&json!(null)).unwrap_err().contains("nothing"));
}
