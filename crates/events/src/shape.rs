//! Whether a type here and a type in a runtime's metadata have the same SCALE encoding.

use std::collections::HashSet;

use scale_info::{Field, MetaType, PortableRegistry, Registry, TypeDef, form::PortableForm};

/// Checks that every value of the type here is, encoded, a value of the type there. Enums there may have further
/// variants: those are never sent.
///
/// # Errors
/// Where they differ.
pub fn fits(here: MetaType, there: u32, there_types: &PortableRegistry) -> Result<(), String> {
    let mut registry = Registry::new();
    let id = registry.register_type(&here).id;
    let here_types = PortableRegistry::from(registry);
    Comparison { here: &here_types, there: there_types, seen: HashSet::new() }.types(id, there)
}

/// Whether, the other way round, every value of the type there is a value of the type here. Enums here may have further
/// variants.
pub fn reads(here: MetaType, there: u32, there_types: &PortableRegistry) -> bool {
    let mut registry = Registry::new();
    let id = registry.register_type(&here).id;
    let here_types = PortableRegistry::from(registry);
    Comparison { here: there_types, there: &here_types, seen: HashSet::new() }.types(there, id).is_ok()
}

struct Comparison<'a> {
    here: &'a PortableRegistry,
    there: &'a PortableRegistry,
    seen: HashSet<(u32, u32)>,
}

impl Comparison<'_> {
    fn types(&mut self, here: u32, there: u32) -> Result<(), String> {
        let (here, there) = (unwrapped(self.here, here)?, unwrapped(self.there, there)?);
        if !self.seen.insert((here, there)) {
            return Ok(());
        }
        let (ours, theirs) = (definition(self.here, here)?, definition(self.there, there)?);
        match (ours, theirs) {
            (TypeDef::Composite(ours), TypeDef::Composite(theirs)) => {
                self.fields(&ours.fields, &theirs.fields)
            }
            (TypeDef::Tuple(ours), TypeDef::Tuple(theirs)) => {
                same(ours.fields.len(), theirs.fields.len(), "elements")?;
                ours.fields
                    .iter()
                    .zip(&theirs.fields)
                    .try_for_each(|(ours, theirs)| self.types(ours.id, theirs.id))
            }
            (TypeDef::Variant(ours), TypeDef::Variant(theirs)) => ours.variants.iter().try_for_each(|ours| {
                let theirs = theirs
                    .variants
                    .iter()
                    .find(|theirs| theirs.index == ours.index && theirs.name == ours.name)
                    .ok_or_else(|| format!("it has no variant {} with index {}", ours.name, ours.index))?;
                self.fields(&ours.fields, &theirs.fields)
                    .map_err(|reason| format!("in {}: {reason}", ours.name))
            }),
            (TypeDef::Sequence(ours), TypeDef::Sequence(theirs)) => {
                self.types(ours.type_param.id, theirs.type_param.id)
            }
            (TypeDef::Array(ours), TypeDef::Array(theirs)) => {
                same(ours.len, theirs.len, "elements")?;
                self.types(ours.type_param.id, theirs.type_param.id)
            }
            (TypeDef::Compact(ours), TypeDef::Compact(theirs)) => {
                self.types(ours.type_param.id, theirs.type_param.id)
            }
            (TypeDef::Primitive(ours), TypeDef::Primitive(theirs)) if ours == theirs => Ok(()),
            (ours, theirs) => Err(format!("it has {} where this client has {}", kind(theirs), kind(ours))),
        }
    }

    fn fields(&mut self, ours: &[Field<PortableForm>], theirs: &[Field<PortableForm>]) -> Result<(), String> {
        same(ours.len(), theirs.len(), "fields")?;
        ours.iter().zip(theirs).try_for_each(|(ours, theirs)| {
            let (name, other) = (bare(ours), bare(theirs));
            if name != other {
                return Err(format!("it has a field `{other}` where this client has `{name}`"));
            }
            self.types(ours.ty.id, theirs.ty.id)
                .map_err(|reason| if name.is_empty() { reason } else { format!("in `{name}`: {reason}") })
        })
    }
}

/// A field's name, without the mark that Rust needs where it is one of its own words. Some runtimes have it in their metadata.
fn bare(field: &Field<PortableForm>) -> &str {
    let name = field.name.as_deref().unwrap_or_default();
    name.strip_prefix("r#").unwrap_or(name)
}

/// The type inside of newtypes, which encode as what they wrap.
pub(crate) fn unwrapped(types: &PortableRegistry, mut id: u32) -> Result<u32, String> {
    loop {
        id = match definition(types, id)? {
            TypeDef::Composite(composite) => match &composite.fields[..] {
                [only] => only.ty.id,
                _ => return Ok(id),
            },
            TypeDef::Tuple(tuple) => match &tuple.fields[..] {
                [only] => only.id,
                _ => return Ok(id),
            },
            _ => return Ok(id),
        }
    }
}

fn definition(types: &PortableRegistry, id: u32) -> Result<&TypeDef<PortableForm>, String> {
    types.resolve(id).map(|found| &found.type_def).ok_or_else(|| format!("its metadata lacks type {id}"))
}

fn same<T: PartialEq + std::fmt::Display>(ours: T, theirs: T, what: &str) -> Result<(), String> {
    if ours == theirs { Ok(()) } else { Err(format!("it has {theirs} {what} where this client has {ours}")) }
}

/// A type's form in words.
pub(crate) fn kind(definition: &TypeDef<PortableForm>) -> String {
    match definition {
        TypeDef::Composite(_) => "a struct".into(),
        TypeDef::Variant(_) => "an enum".into(),
        TypeDef::Sequence(_) => "a list".into(),
        TypeDef::Array(array) => format!("an array of {}", array.len),
        TypeDef::Tuple(_) => "a tuple".into(),
        TypeDef::Primitive(primitive) => format!("{primitive:?}").to_lowercase(),
        TypeDef::Compact(_) => "a compact number".into(),
        TypeDef::BitSequence(_) => "a bit sequence".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use medshare_types::{AccountId, Descriptor, Finding, NewVersion, Purpose, Use, Verdict};
    use scale_info::TypeInfo;

    fn check<Here: TypeInfo + 'static, There: TypeInfo + 'static>() -> Result<(), String> {
        let mut registry = Registry::new();
        let there = registry.register_type(&MetaType::new::<There>()).id;
        fits(MetaType::new::<Here>(), there, &registry.into())
    }

    #[derive(TypeInfo)]
    #[allow(dead_code)]
    enum More {
        Approve,
        Reject,
        Abstain,
    }

    #[derive(TypeInfo)]
    #[allow(dead_code)]
    struct Renamed {
        r#use: u8,
        why: u8,
    }

    #[derive(TypeInfo)]
    #[allow(dead_code)]
    struct Named {
        r#use: u8,
        what: u8,
    }

    #[test]
    fn a_type_fits_itself() {
        check::<NewVersion<AccountId>, NewVersion<AccountId>>().unwrap();
        check::<Option<Descriptor>, Option<Descriptor>>().unwrap();
    }

    #[test]
    fn newtypes_are_transparent() {
        check::<AccountId, [u8; 32]>().unwrap();
    }

    #[test]
    fn an_enum_there_may_have_more_variants_but_not_less() {
        check::<Verdict, More>().unwrap();
        check::<More, Verdict>().unwrap_err();
        check::<Verdict, Finding>().unwrap_err();
    }

    #[test]
    fn what_is_read_may_have_less_variants_but_not_more() {
        fn read<Here: TypeInfo + 'static, There: TypeInfo + 'static>() -> bool {
            let mut registry = Registry::new();
            let there = registry.register_type(&MetaType::new::<There>()).id;
            reads(MetaType::new::<Here>(), there, &registry.into())
        }
        assert!(read::<Descriptor, Descriptor>() && read::<More, Verdict>());
        assert!(!read::<Verdict, More>() && !read::<Named, Renamed>());
    }

    #[derive(TypeInfo)]
    #[allow(dead_code)]
    struct Marked {
        r#use: Use,
        commercial: bool,
        for_profit: bool,
        ethics_approval: bool,
        will_publish: bool,
    }

    #[test]
    fn the_mark_of_a_word_of_rusts_makes_no_other_name() {
        check::<Purpose, Marked>().unwrap();
        check::<Marked, Purpose>().unwrap();
    }

    #[test]
    fn differences_are_named() {
        assert_eq!(check::<u64, u32>().unwrap_err(), "it has u32 where this client has u64");
        let reason = check::<Named, Renamed>().unwrap_err();
        assert!(reason.contains("`why`") && reason.contains("`what`"), "{reason}");
        check::<[u8; 32], [u8; 33]>().unwrap_err();
        check::<Vec<u8>, [u8; 1]>().unwrap_err();
    }
}
