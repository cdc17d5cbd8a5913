//! Types of the metadata, as a reader wants them: `BoundedVec<u8>`, `AccountId`, with links to those that are ours.

use std::collections::BTreeMap;

use scale_info::{Field, PortableRegistry, Type, TypeDef, TypeDefPrimitive, form::PortableForm};

use crate::pages::{anchor, prose};

/// The page that has them.
pub const PAGE: &str = "types.md";

/// Crates whose types are described here.
fn is_ours(ty: &Type<PortableForm>) -> bool {
    let Some(krate) = ty.path.segments.first() else { return false };
    let ours = krate.starts_with("medshare_")
        || crate::workspace("pallets").join(krate.trim_start_matches("pallet_")).is_dir();
    // What FRAME makes for each pallet has its own place, or none.
    ours && !matches!(
        ty.path.segments.last().map(String::as_str),
        Some("Call" | "Event" | "Error" | "RuntimeCall" | "RuntimeEvent" | "RuntimeError")
    )
}

/// Writes types, and remembers which of ours were named.
pub struct Types<'a> {
    registry: &'a PortableRegistry,
    named: BTreeMap<String, u32>,
}

impl<'a> Types<'a> {
    pub fn new(registry: &'a PortableRegistry) -> Self {
        Self { registry, named: BTreeMap::new() }
    }

    fn resolve(&self, id: u32) -> &'a Type<PortableForm> {
        self.registry.resolve(id).expect("metadata have all types that they name")
    }

    /// A type without links: for code.
    pub fn plain(&self, id: u32) -> String {
        let ty = self.resolve(id);
        let list = |ids: Vec<u32>| ids.into_iter().map(|id| self.plain(id)).collect::<Vec<_>>().join(", ");
        match &ty.type_def {
            TypeDef::Primitive(primitive) => primitive_name(primitive).to_owned(),
            TypeDef::Compact(compact) => format!("Compact<{}>", self.plain(compact.type_param.id)),
            TypeDef::Sequence(items) => format!("Vec<{}>", self.plain(items.type_param.id)),
            TypeDef::Array(array) => format!("[{}; {}]", self.plain(array.type_param.id), array.len),
            TypeDef::Tuple(tuple) => {
                format!("({})", list(tuple.fields.iter().map(|field| field.id).collect()))
            }
            TypeDef::BitSequence(_) => "BitVec".to_owned(),
            TypeDef::Composite(_) | TypeDef::Variant(_) => {
                let name = match ty.path.segments.last().map(String::as_str) {
                    Some("AccountId32") => "AccountId",
                    Some("H256") => "Hash",
                    Some(name) => name,
                    None => "?",
                };
                // What a type of ours is generic over is always the account.
                let generic = if is_ours(ty) {
                    Vec::new()
                } else {
                    ty.type_params.iter().filter_map(|param| Some(param.ty?.id)).collect()
                };
                if generic.is_empty() { name.to_owned() } else { format!("{name}<{}>", list(generic)) }
            }
        }
    }

    /// A type for a page; ours with a link, also within others.
    pub fn linked(&mut self, id: u32, page: &str) -> String {
        let plain = self.plain(id);
        let mut inner = Vec::new();
        self.ours_in(id, &mut inner);
        inner.sort();
        inner.dedup();
        let links: Vec<String> = inner
            .iter()
            .map(|(name, id)| {
                if let Some(other) = self.named.insert(name.clone(), *id) {
                    let same = self.resolve(other).path == self.resolve(*id).path;
                    assert!(
                        same,
                        "two types are called {name}: {} and {}",
                        self.resolve(other).path,
                        self.resolve(*id).path
                    );
                }
                let file = if page == PAGE { "" } else { PAGE };
                format!("[`{name}`]({file}#{})", anchor(name))
            })
            .collect();
        match (&inner[..], &links[..]) {
            ([(name, _)], [link]) if *name == plain => link.clone(),
            (_, []) => format!("`{plain}`"),
            _ => format!("`{plain}`: {}", links.join(", ")),
        }
    }

    /// Ours in a type, itself included, but not what they consist of.
    fn ours_in(&self, id: u32, found: &mut Vec<(String, u32)>) {
        let ty = self.resolve(id);
        if is_ours(ty) {
            found.push((self.plain(id), id));
            return;
        }
        match &ty.type_def {
            TypeDef::Compact(compact) => self.ours_in(compact.type_param.id, found),
            TypeDef::Sequence(items) => self.ours_in(items.type_param.id, found),
            TypeDef::Array(array) => self.ours_in(array.type_param.id, found),
            TypeDef::Tuple(tuple) => tuple.fields.iter().for_each(|field| self.ours_in(field.id, found)),
            _ => ty
                .type_params
                .iter()
                .filter_map(|param| param.ty)
                .for_each(|param| self.ours_in(param.id, found)),
        }
    }

    /// What a field is: `Moment` of the source, if that says more than the number that it is.
    pub fn field(&mut self, field: &Field<PortableForm>, page: &str) -> String {
        let alias = field.type_name.as_deref().map(|name| name.rsplit("::").next().unwrap_or(name));
        let shown = self.linked(field.ty.id, page);
        match alias {
            Some(alias)
                if matches!(self.resolve(field.ty.id).type_def, TypeDef::Primitive(_))
                    && alias.chars().all(char::is_alphanumeric)
                    && format!("`{alias}`") != shown =>
            {
                format!("`{alias}` ({shown})")
            }
            _ => shown,
        }
    }

    /// The page of all types that were named, and of those that they consist of.
    pub fn page(mut self, head: &str) -> String {
        let mut sections = BTreeMap::new();
        while let Some((name, id)) = self
            .named
            .iter()
            .find(|(name, _)| !sections.contains_key(*name))
            .map(|(name, id)| (name.clone(), *id))
        {
            let section = self.section(&name, id);
            sections.insert(name, section);
        }
        sections.into_values().fold(head.to_owned(), |page, section| page + "\n" + &section)
    }

    fn section(&mut self, name: &str, id: u32) -> String {
        let ty = self.resolve(id);
        let mut text = format!("## {name}\n\n`{}`", ty.path);
        let docs = prose(&ty.docs);
        text += &if docs.is_empty() { "\n\n".to_owned() } else { format!(" · {docs}\n\n") };
        match &ty.type_def {
            TypeDef::Composite(composite) => {
                for field in &composite.fields {
                    let name = field.name.as_ref().map(|name| format!("`{name}`: ")).unwrap_or_default();
                    text += &format!("- {name}{}{}\n", self.field(field, PAGE), after(&field.docs));
                }
                if composite.fields.is_empty() {
                    text += "Nothing.\n";
                }
            }
            TypeDef::Variant(variant) => {
                for one in &variant.variants {
                    text += &format!("- {} `{}`", one.index, one.name);
                    let fields: Vec<String> = one
                        .fields
                        .iter()
                        .map(|field| {
                            let name =
                                field.name.as_ref().map(|name| format!("`{name}`: ")).unwrap_or_default();
                            name + &self.field(field, PAGE)
                        })
                        .collect();
                    if !fields.is_empty() {
                        text += &format!(" of {}", fields.join("; "));
                    }
                    text += &after(&one.docs);
                    text += "\n";
                }
            }
            _ => unreachable!("ours are structs and enums"),
        }
        text
    }
}

fn after(docs: &[String]) -> String {
    let docs = prose(docs);
    if docs.is_empty() { String::new() } else { format!(" — {docs}") }
}

fn primitive_name(primitive: &TypeDefPrimitive) -> &'static str {
    match primitive {
        TypeDefPrimitive::Bool => "bool",
        TypeDefPrimitive::Char => "char",
        TypeDefPrimitive::Str => "str",
        TypeDefPrimitive::U8 => "u8",
        TypeDefPrimitive::U16 => "u16",
        TypeDefPrimitive::U32 => "u32",
        TypeDefPrimitive::U64 => "u64",
        TypeDefPrimitive::U128 => "u128",
        TypeDefPrimitive::U256 => "u256",
        TypeDefPrimitive::I8 => "i8",
        TypeDefPrimitive::I16 => "i16",
        TypeDefPrimitive::I32 => "i32",
        TypeDefPrimitive::I64 => "i64",
        TypeDefPrimitive::I128 => "i128",
        TypeDefPrimitive::I256 => "i256",
    }
}
