//! Keeps `docs/reference` and the table in `docs/rpc.md` true. The pages are made from the runtime's own metadata:
//! `UPDATE_DOCS=1 cargo test -p medshare-tests --test reference` writes them anew. One page is not made here: [`RPC`].

mod chain;
mod pages;
mod rpc;
mod types;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use chain::Chain;

/// The page that the node's tests make of what `rpc.discover` gives.
const RPC: &str = "json-rpc.md";

/// A file or folder of the workspace.
fn workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(workspace(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The pages as they should be, by their file names.
fn renewed() -> BTreeMap<String, String> {
    pages::all(&Chain::load())
}

#[test]
fn the_reference_says_what_the_runtime_is() {
    let folder = workspace("docs/reference");
    let renewed = renewed();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::create_dir_all(&folder).unwrap();
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            if entry.file_name() != RPC {
                fs::remove_file(entry.path()).unwrap();
            }
        }
        for (name, page) in &renewed {
            fs::write(folder.join(name), page).unwrap();
        }
    }
    let there: BTreeSet<String> = fs::read_dir(&folder)
        .expect("docs/reference is there")
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != RPC)
        .collect();
    assert_eq!(
        there,
        renewed.keys().cloned().collect(),
        "docs/reference has other pages: see tests/tests/reference"
    );
    for (name, page) in &renewed {
        let old = read(&format!("docs/reference/{name}"));
        for (line, (there, now)) in old.lines().zip(page.lines()).enumerate() {
            assert_eq!(there, now, "docs/reference/{name}, line {}, is out of date", line + 1);
        }
        assert_eq!(&old, page, "docs/reference/{name} is out of date");
    }
}

/// Links within the reference lead to headings and files that are there.
#[test]
fn links_within_the_reference_lead_somewhere() {
    let renewed = renewed();
    let mut seen = 0;
    for (name, page) in &renewed {
        for target in
            page.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target)
        {
            seen += 1;
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            if let Some(inside) = renewed.get(if file.is_empty() { name.as_str() } else { file }) {
                let found = heading.is_empty()
                    || inside.lines().any(|line| {
                        line.starts_with('#') && pages::anchor(line.trim_start_matches(['#', ' '])) == heading
                    });
                assert!(found, "{name} links to {target}, where no such heading is");
            } else {
                assert!(
                    workspace("docs/reference").join(file).exists(),
                    "{name} links to {target}, which is not there"
                );
            }
        }
    }
    assert!(seen > 100, "the pages have hardly any links");
}

/// Documentation is in the metadata only of what has any, so an item without would go unnoticed.
#[test]
fn every_item_of_our_pallets_is_documented() {
    let chain = Chain::load();
    for pallet in chain.own() {
        let items = pallet
            .calls()
            .chain(pallet.events())
            .chain(pallet.errors())
            .map(|variant| (variant.name.clone(), variant.docs.clone()))
            .chain(pallet.storage().map(|entry| (entry.name().to_owned(), entry.docs().to_vec())))
            .chain(
                pallet
                    .metadata
                    .constants()
                    .map(|constant| (constant.name().to_owned(), constant.docs().to_vec())),
            );
        for (name, docs) in items {
            assert!(!docs.concat().trim().is_empty(), "{}.{name} has no documentation", pallet.name());
        }
        for call in pallet.calls() {
            let docs = call.docs.join("\n");
            assert!(docs.contains("Origin"), "{}.{} does not say who may send it", pallet.name(), call.name);
        }
    }
}

#[test]
fn the_rpc_page_lists_the_methods_of_the_node() {
    let described = rpc::described(&read("docs/rpc.md"));
    let sources = ["api", "index", "subscriptions"].map(|name| read(&format!("node/src/rpc/{name}.rs")));
    let methods: Vec<rpc::Method> = sources.iter().flat_map(|source| rpc::methods(source)).collect();
    assert!(methods.len() > 10, "the methods of the node were not found: {methods:?}");
    for method in &methods {
        assert!(
            described.contains(method),
            "docs/rpc.md must have a line of `{}` with: {}",
            method.name,
            method.parameters
        );
    }
    for method in &described {
        assert!(
            methods.contains(method),
            "docs/rpc.md has `{}`({}), which the node has not",
            method.name,
            method.parameters
        );
    }
    assert_eq!(
        described.iter().map(|method| &method.name).collect::<Vec<_>>(),
        methods.iter().map(|method| &method.name).collect::<Vec<_>>(),
        "docs/rpc.md lists the methods in another order than node/src/rpc/{{api,index,subscriptions}}.rs"
    );
}
