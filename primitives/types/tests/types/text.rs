//! Texts with a bound.

use codec::{Decode, Encode, MaxEncodedLen};
use medshare_types::{Text, TextError};
use scale_info::{TypeDef, TypeDefPrimitive, TypeInfo};

/// Bytes that are no UTF-8, as they may come from the chain.
fn broken() -> Text<8> {
    Text::decode(&mut vec![0xff_u8, 0xfe].encode().as_slice()).unwrap()
}

#[test]
fn holds_as_many_bytes_as_its_bound() {
    let text: Text<8> = "12345678".parse().unwrap();
    assert_eq!(text.as_str(), Some("12345678"));
    assert_eq!(text.as_bytes(), b"12345678");
    assert_eq!("".parse::<Text<8>>().unwrap(), Text::default());
}

#[test]
fn refuses_one_byte_more_and_says_how_long_it_was() {
    let error = "123456789".parse::<Text<8>>().unwrap_err();
    assert_eq!(error, TextError { length: 9, bound: 8 });
    assert_eq!(error.to_string(), "a text of 9 bytes where at most 8 are allowed");
}

#[test]
fn counts_bytes_and_not_characters() {
    assert!("ääää".parse::<Text<8>>().is_ok());
    assert!("äääää".parse::<Text<8>>().is_err());
}

#[test]
fn is_cut_between_characters() {
    assert_eq!(Text::<8>::truncated("123456789").as_str(), Some("12345678"));
    assert_eq!(Text::<8>::truncated("1234567ä").as_str(), Some("1234567"));
    assert_eq!(Text::<8>::truncated("short").as_str(), Some("short"));
    assert_eq!(Text::<1>::truncated("ä").as_str(), Some(""));
    assert_eq!(Text::<0>::truncated("anything").as_str(), Some(""));
}

#[test]
fn is_encoded_as_a_string() {
    let text: Text<8> = "ab".parse().unwrap();
    assert_eq!(text.encode(), "ab".encode());
    assert_eq!(Text::<8>::decode(&mut text.encode().as_slice()), Ok(text));
    assert_eq!(Text::<8>::max_encoded_len(), 9);
    assert!(matches!(Text::<8>::type_info().type_def, TypeDef::Primitive(TypeDefPrimitive::Str)));
}

#[test]
fn decoding_refuses_more_than_the_bound() {
    assert!(Text::<8>::decode(&mut "123456789".encode().as_slice()).is_err());
}

#[test]
fn is_a_string_in_json() {
    let text: Text<8> = "a\"b".parse().unwrap();
    let json = serde_json::to_string(&text).unwrap();
    assert_eq!(json, r#""a\"b""#);
    assert_eq!(serde_json::from_str::<Text<8>>(&json).unwrap(), text);
    let error = serde_json::from_str::<Text<8>>(r#""123456789""#).unwrap_err();
    assert!(error.to_string().contains("at most 8"), "{error}");
}

#[test]
fn bytes_that_are_no_text_are_shown_as_such() {
    assert_eq!(broken().as_str(), None);
    assert_eq!(broken().to_string(), "(not UTF-8)");
    assert_eq!(format!("{:?}", broken()), r#""(not UTF-8)""#);
    assert_eq!(serde_json::to_string(&broken()).unwrap(), "\"\u{fffd}\u{fffd}\"");
}
