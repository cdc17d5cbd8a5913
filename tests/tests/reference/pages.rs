//! The pages of the reference.

use std::collections::BTreeMap;

use scale_info::{Field, TypeDef, TypeDefPrimitive, form::PortableForm};
use subxt::metadata::StorageHasher;

use crate::{
    chain::{Chain, Own},
    types::{self, Types},
};

const MADE: &str =
    "<!-- Made by `UPDATE_DOCS=1 cargo test -p medshare-tests --test reference`: do not edit. -->\n";

/// The runtime APIs that are ours.
const APIS: [&str; 3] = ["AuthoringApi", "MedshareApi", "PeersApi"];

/// All pages, by file name.
pub fn all(chain: &Chain) -> BTreeMap<String, String> {
    let mut types = Types::new(chain.metadata.types());
    let mut pages = BTreeMap::new();
    for pallet in chain.own() {
        let name = format!("{}.md", pallet.listed.page().expect("it is ours"));
        let page = page(chain, &pallet, &mut types, &name);
        pages.insert(name, page);
    }
    pages.insert("runtime-api.md".to_owned(), runtime_api(chain, &mut types));
    pages.insert("README.md".to_owned(), index(chain));
    let head = format!(
        "{MADE}\n# Types\n\nThe project's own types that its calls, storage, events and runtime APIs name, in SCALE: a struct is its \
         fields in this order, an enum the number before the variant and then its fields. `Moment` is milliseconds since the Unix \
         epoch, `Balance` the smallest unit, 10⁻¹² MDS. What each is for is said at the type in \
         [primitives/types](../../primitives/types/src/lib.rs).\n"
    );
    pages.insert(types::PAGE.to_owned(), types.page(&head));
    pages
}

fn index(chain: &Chain) -> String {
    let version = medshare_runtime::VERSION;
    let mut text = format!(
        "{MADE}\n# Reference\n\nCalls, storage, events, errors and constants of the runtime `{}`, specification {}, as its metadata have \
         them. A call is encoded as the pallet's number and its own, then its arguments in SCALE; an error comes back as the pallet's \
         number and its own.\n\n- [Types](types.md) that are named by them\n- [Runtime API](runtime-api.md): what clients and nodes ask \
         the runtime\n- [JSON-RPC](json-rpc.md) of a node: what its methods take and give, and [what for](../rpc.md)\n- [The command](../cli.md) `medshare`, and its [exit \
         codes](../cli.md#how-it-ends)\n- [Votes](../council.md) that decisions of the hospitals need\n- [Who pays](../storage.md) for what \
         is stored\n- HTTP interface of a vault: [its page](../vault.md), and `/openapi.json` of a running one\n\n\
         ## Pallets\n\n| number | pallet | what for |\n|---|---|---|\n",
        version.spec_name, version.spec_version
    );
    for listed in chain.pallets() {
        let name = match listed.page() {
            Some(page) => format!("[{}]({page}.md)", listed.name),
            None => format!("{} (`{}`)", listed.name, listed.path),
        };
        text += &format!("| {} | {name} | {} |\n", listed.index, listed.purpose);
    }
    text += "\nThose without a link come with the Polkadot SDK, except `Terms`, which has nothing but the first values of parameters; the \
             crates' own documentation describes them.\n\n## What every transaction carries\n\nIn this order, \
             before the call; `TxExtension` in [the runtime](../../runtime/src/lib.rs) has them by their types.\n\n";
    for extension in chain.metadata.extrinsic().transaction_extensions_to_use_for_encoding() {
        text += &format!("- `{}`\n", extension.identifier());
    }
    text
}

fn page(chain: &Chain, pallet: &Own<'_>, types: &mut Types<'_>, name: &str) -> String {
    let folder = name.trim_end_matches(".md");
    let mut text = format!(
        "{MADE}\n# {}\n\nPallet {}: {}. Source: [pallets/{folder}](../../pallets/{folder}/src/lib.rs). [All pallets](README.md).\n",
        pallet.name(),
        pallet.listed.index,
        pallet.decides
    );
    calls(&mut text, pallet, types, name);
    storage(&mut text, pallet, types, name);
    variants(&mut text, pallet, types, name);
    constants(&mut text, chain, pallet, types, name);
    text
}

fn calls(text: &mut String, pallet: &Own<'_>, types: &mut Types<'_>, page: &str) {
    *text += "\n## Calls\n";
    if pallet.calls().next().is_none() {
        *text += "\nNone.\n";
    }
    for call in pallet.calls() {
        *text += &format!(
            "\n### {}\n\n`{}.{}`, {}.",
            call.name,
            pallet.listed.index,
            call.index,
            pallet.dispatch(call)
        );
        *text += &format!(" {}\n", paragraphs(&call.docs));
        let fields = fields(&call.fields, types, page);
        if !fields.is_empty() {
            *text += &format!("\n{fields}\n");
        }
    }
}

/// Named fields, a line each.
fn fields(fields: &[Field<PortableForm>], types: &mut Types<'_>, page: &str) -> String {
    let lines: Vec<String> = fields
        .iter()
        .map(|field| {
            let docs = prose(&field.docs);
            let docs = if docs.is_empty() { docs } else { format!(" — {docs}") };
            format!("- `{}`: {}{docs}", field.name.as_deref().unwrap_or("_"), types.field(field, page))
        })
        .collect();
    lines.join("\n")
}

fn storage(text: &mut String, pallet: &Own<'_>, types: &mut Types<'_>, page: &str) {
    *text += "\n## Storage\n";
    let mut entries: Vec<_> = pallet.storage().collect();
    entries.sort_by_key(|entry| entry.name());
    if entries.is_empty() {
        *text += "\nNone.\n";
    }
    for entry in entries {
        *text += &format!("\n### {}\n\n{}\n\n", entry.name(), paragraphs(entry.docs()));
        for key in entry.keys() {
            *text += &format!("- key: {}, {}\n", types.linked(key.key_id, page), hasher(key.hasher));
        }
        let always =
            if entry.default_value().is_some() { "; where nothing is stored, the default" } else { "" };
        *text += &format!("- value: {}{always}\n", types.linked(entry.value_ty(), page));
    }
}

fn hasher(hasher: StorageHasher) -> &'static str {
    match hasher {
        StorageHasher::Blake2_128 => "Blake2 128",
        StorageHasher::Blake2_256 => "Blake2 256",
        StorageHasher::Blake2_128Concat => "Blake2 128 concat",
        StorageHasher::Twox128 => "Twox 128",
        StorageHasher::Twox256 => "Twox 256",
        StorageHasher::Twox64Concat => "Twox 64 concat",
        StorageHasher::Identity => "as it is",
    }
}

fn variants(text: &mut String, pallet: &Own<'_>, types: &mut Types<'_>, page: &str) {
    *text += "\n## Events\n";
    if pallet.events().next().is_none() {
        *text += "\nNone.\n";
    }
    for event in pallet.events() {
        *text += &format!("\n### {}\n\n{}\n", event.name, paragraphs(&event.docs));
        let fields = fields(&event.fields, types, page);
        if !fields.is_empty() {
            *text += &format!("\n{fields}\n");
        }
    }
    *text += "\n## Errors\n\n";
    if pallet.errors().next().is_none() {
        *text += "None.\n";
        return;
    }
    *text += "| number | error | what is wrong |\n|---|---|---|\n";
    for error in pallet.errors() {
        *text += &format!("| {} | `{}` | {} |\n", error.index, error.name, prose(&error.docs));
    }
}

fn constants(text: &mut String, chain: &Chain, pallet: &Own<'_>, types: &mut Types<'_>, page: &str) {
    *text += "\n## Constants\n\n";
    let mut constants: Vec<_> = pallet.metadata.constants().collect();
    constants.sort_by_key(|constant| constant.name());
    if constants.is_empty() {
        *text += "None.\n";
        return;
    }
    *text += "| constant | type | value | what it is |\n|---|---|---|---|\n";
    for constant in constants {
        let value = number(chain, constant.ty(), constant.value());
        *text += &format!(
            "| `{}` | {} | {value} | {} |\n",
            constant.name(),
            types.linked(constant.ty(), page),
            prose(constant.docs())
        );
    }
}

/// A constant's value: an unsigned number, or its bytes.
fn number(chain: &Chain, ty: u32, bytes: &[u8]) -> String {
    use TypeDefPrimitive::{U8, U16, U32, U64, U128};
    let resolved = chain.metadata.types().resolve(ty).expect("the type is there");
    match resolved.type_def {
        TypeDef::Primitive(U8 | U16 | U32 | U64 | U128) => {
            let value = bytes.iter().rev().fold(0_u128, |value, byte| value << 8 | u128::from(*byte));
            value.to_string()
        }
        _ => format!("`0x{}`", hex::encode(bytes)),
    }
}

fn runtime_api(chain: &Chain, types: &mut Types<'_>) -> String {
    let page = "runtime-api.md";
    let mut text = format!(
        "{MADE}\n# Runtime API\n\nThe project's own interfaces, called as `Trait_method` by `state_call` with the arguments in SCALE. \
         [JSON-RPC](../rpc.md) answers most of this in JSON.\n"
    );
    for name in APIS {
        let api = chain
            .metadata
            .runtime_api_trait_by_name(name)
            .unwrap_or_else(|| panic!("the runtime has no {name}"));
        text += &format!("\n## {name}\n\n{}\n", paragraphs(api.docs()));
        let mut methods: Vec<_> = api.methods().collect();
        methods.sort_by_key(|method| method.name().to_owned());
        for method in methods {
            text += &format!("\n### {}\n\n{}\n\n", method.name(), paragraphs(method.docs()));
            for input in method.inputs() {
                text += &format!("- `{}`: {}\n", input.name, types.linked(input.id, page));
            }
            text += &format!("- answers {}\n", types.linked(method.output_ty(), page));
        }
    }
    text
}

/// Documentation as it is written, without links that only the source's documentation can follow.
fn paragraphs(docs: &[String]) -> String {
    let lines: Vec<&str> = docs.iter().map(|line| line.trim()).collect();
    unlinked(lines.join("\n").trim())
}

/// The same in one line, for tables and lists.
pub fn prose(docs: &[String]) -> String {
    paragraphs(docs).split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// Takes the brackets off [`Name`], and what it names off [`Name`](path).
fn unlinked(text: &str) -> String {
    let mut parts = text.split("[`");
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let Some((name, rest)) = part.split_once("`]") else {
            result = result + "[`" + part;
            continue;
        };
        let rest = match rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
            Some((_, rest)) => rest,
            None => rest,
        };
        let name = name.rsplit("::").next().unwrap_or(name);
        result = result + "`" + name + "`" + rest;
    }
    result
}

/// What a link to a heading ends with.
pub fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

#[test]
fn takes_links_of_the_source_out() {
    assert_eq!(unlinked("a [`Config::X`], [`Y`](crate::Y) and [b](c.md)"), "a `X`, `Y` and [b](c.md)");
    assert_eq!(anchor("How it ends"), "how-it-ends");
}
