//! The runtime as its metadata and the one part of its source that metadata leave out describe it.

use codec::Decode as _;
use frame_support::dispatch::{DispatchClass, GetDispatchInfo as _, Pays};
use medshare_runtime::{Runtime, RuntimeCall};
use scale_info::{Variant, form::PortableForm};
use subxt::metadata::{Metadata, PalletMetadata, StorageEntryMetadata};

use crate::{read, workspace};

/// The newest metadata that the runtime makes and subxt reads.
const METADATA_VERSION: u32 = 16;

/// The runtime.
pub struct Chain {
    pub metadata: Metadata,
    listed: Vec<Listed>,
    decides: String,
}

/// A pallet as `runtime/src/lib.rs` lists it.
pub struct Listed {
    pub index: u8,
    pub name: String,
    pub purpose: String,
    /// The path of its crate or module, as it is written there.
    pub path: String,
}

/// One of our own pallets.
pub struct Own<'a> {
    pub metadata: PalletMetadata<'a>,
    pub listed: &'a Listed,
    /// What it decides, from `pallets/README.md`.
    pub decides: &'a str,
}

impl Chain {
    /// The runtime that this is built with.
    pub fn load() -> Self {
        let bytes = Runtime::metadata_at_version(METADATA_VERSION).expect("the runtime makes this version");
        let metadata = Metadata::decode_from(&bytes).expect("subxt reads this version");
        let chain = Self {
            metadata,
            listed: listed(&read("runtime/src/lib.rs")),
            decides: read("pallets/README.md"),
        };
        for pallet in chain.metadata.pallets() {
            let found = chain
                .listed
                .iter()
                .any(|listed| listed.name == pallet.name() && listed.index == pallet.call_index());
            assert!(found, "the pallet {} was not found in runtime/src/lib.rs", pallet.name());
        }
        chain
    }

    /// All pallets, by ascending index.
    pub fn pallets(&self) -> &[Listed] {
        &self.listed
    }

    /// Our own ones with a folder in `pallets/`, by name.
    pub fn own(&self) -> Vec<Own<'_>> {
        let mut own: Vec<_> = self
            .metadata
            .pallets()
            .filter_map(|metadata| {
                let listed = self.listed.iter().find(|listed| listed.name == metadata.name())?;
                let folder = listed.page()?;
                let start = format!("| [{folder}]({folder}) | ");
                let decides =
                    self.decides.lines().find_map(|line| line.strip_prefix(&start)?.split(" |").next());
                let decides = decides.unwrap_or_else(|| panic!("pallets/README.md has no line of {folder}"));
                Some(Own { metadata, listed, decides })
            })
            .collect();
        own.sort_by(|one, other| one.name().cmp(other.name()));
        own
    }
}

impl Listed {
    /// The name of its folder and of its page, if it is ours.
    pub fn page(&self) -> Option<String> {
        let folder = self.name.to_lowercase();
        workspace("pallets").join(&folder).is_dir().then_some(folder)
    }
}

impl Own<'_> {
    pub fn name(&self) -> &str {
        self.metadata.name()
    }

    /// Its calls, by ascending index; so are events and errors.
    pub fn calls(&self) -> impl Iterator<Item = &Variant<PortableForm>> {
        self.metadata.call_variants().into_iter().flatten()
    }

    pub fn events(&self) -> impl Iterator<Item = &Variant<PortableForm>> {
        self.metadata.event_variants().into_iter().flatten()
    }

    pub fn errors(&self) -> impl Iterator<Item = &Variant<PortableForm>> {
        self.metadata.error_variants().into_iter().flatten()
    }

    pub fn storage(&self) -> impl Iterator<Item = &StorageEntryMetadata> {
        self.metadata.storage().into_iter().flat_map(|storage| storage.entries())
    }

    /// In which class a call is dispatched, and whether it is free in any case, as the runtime says of one whose arguments are
    /// all zero.
    pub fn dispatch(&self, call: &Variant<PortableForm>) -> String {
        let mut bytes = vec![self.listed.index, call.index];
        bytes.resize(1 << 14, 0);
        let decoded = RuntimeCall::decode(&mut &bytes[..])
            .unwrap_or_else(|error| panic!("{}.{} of zeros: {error}", self.name(), call.name));
        let info = decoded.get_dispatch_info();
        let class = match info.class {
            DispatchClass::Normal => "normal",
            DispatchClass::Operational => "operational",
            DispatchClass::Mandatory => "mandatory",
        };
        match info.pays_fee {
            Pays::Yes => class.to_owned(),
            Pays::No => format!("{class}, free of fee and quota"),
        }
    }
}

/// Reads the list of pallets with what is said of each.
fn listed(source: &str) -> Vec<Listed> {
    let (mut purpose, mut index, mut found) = (String::new(), None, Vec::new());
    for line in source.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("/// ") {
            purpose = if purpose.is_empty() { text.to_owned() } else { format!("{purpose} {text}") };
        } else if let Some(number) = line.strip_prefix("#[runtime::pallet_index(") {
            index = number.trim_end_matches(")]").parse().ok();
        } else {
            let declared =
                line.strip_prefix("pub type ").and_then(|rest| rest.trim_end_matches(';').split_once(" = "));
            if let (Some(index), Some((name, path))) = (index.take(), declared) {
                found.push(Listed {
                    index,
                    name: name.to_owned(),
                    purpose: purpose.clone(),
                    path: path.to_owned(),
                });
            }
            purpose.clear();
        }
    }
    found.sort_by_key(|listed| listed.index);
    found
}
