//! Lists of all values of a type name each of them once, in the order of their encoding.

use medshare_types::{CreditEvent, Kind, Modifier, Role, Tier, VersionStatus};
use scale_info::{TypeDef, TypeInfo};

fn names<T: TypeInfo>() -> Vec<String> {
    match T::type_info().type_def {
        TypeDef::Variant(variants) => {
            let mut variants = variants.variants;
            variants.sort_by_key(|variant| variant.index);
            variants.iter().map(|variant| variant.name.to_owned()).collect()
        }
        _ => panic!("it is an enum"),
    }
}

fn is_complete<T: TypeInfo + std::fmt::Debug>(all: &[T]) {
    let listed: Vec<String> = all.iter().map(|value| format!("{value:?}")).collect();
    assert_eq!(listed, names::<T>());
}

#[test]
fn lists_of_all_values_forget_none() {
    is_complete(&CreditEvent::ALL);
    is_complete(&Kind::ALL);
    is_complete(&Modifier::ALL);
    is_complete(&Role::ALL);
    is_complete(&Tier::ALL);
    is_complete(&VersionStatus::ALL);
}
