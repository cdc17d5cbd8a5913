//! Whether the node keeps an index, and where.

use std::{
    io,
    path::{Path, PathBuf},
};

use medshare_indexer::Backend;

/// The file of an index that is kept in the folder of the chain, and what SQLite keeps beside it.
const FILE: &str = "index.sqlite";
const BESIDE: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// Where an index is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// In the node's own folder, in SQLite.
    Auto,
    /// Nowhere.
    Off,
    /// At an address: `sqlite:PATH` or `postgres://...`.
    At(String),
}

impl std::str::FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names_database = |prefix: &&str| text.strip_prefix(*prefix).is_some_and(|rest| !rest.is_empty());
        match text {
            "auto" => Ok(Self::Auto),
            "off" => Ok(Self::Off),
            _ if ["sqlite:", "postgres://", "postgresql://"].iter().any(names_database) => {
                Ok(Self::At(text.into()))
            }
            // It may hold a password, so it is not repeated.
            _ => Err("it should be auto, off, sqlite:PATH or postgres://USER@HOST/DATABASE".into()),
        }
    }
}

/// Which index a node keeps.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// Keep an index for searches: auto (SQLite, in the folder of the chain), off, sqlite:PATH or postgres://...
    ///
    /// Without it, a development node and a node that is no validator keep one as with auto, and a validator keeps none.
    /// A password is better given in the environment.
    #[arg(long, value_name = "PLACE", env = "MEDSHARE_NODE_INDEX", hide_env_values = true)]
    pub index: Option<Place>,
}

/// Where a node keeps its index.
///
/// It cannot be printed, as the address may hold a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The address.
    pub address: String,
    /// Whether the operator asked for one.
    pub asked: bool,
}

impl Chosen {
    /// What it is kept in.
    pub fn backend(&self) -> Backend {
        if self.address.starts_with("sqlite:") { Backend::Sqlite } else { Backend::Postgresql }
    }
}

impl Options {
    /// Where the index is kept, if there is one. `folder` is the chain's own.
    pub fn chosen(&self, validates: bool, develops: bool, folder: &Path) -> Option<Chosen> {
        let usual = if develops || !validates { Place::Auto } else { Place::Off };
        let address = match self.index.clone().unwrap_or(usual) {
            Place::Off => return None,
            Place::Auto => format!("sqlite:{}", folder.join(FILE).display()),
            Place::At(address) => address,
        };
        Some(Chosen { address, asked: self.index.is_some() })
    }
}

/// Deletes the index that is in the folder of a chain, and gives what was deleted.
///
/// # Errors
/// If a file of it cannot be deleted.
pub fn purge(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut deleted = Vec::new();
    for end in BESIDE {
        let file = folder.join(format!("{FILE}{end}"));
        match std::fs::remove_file(&file) {
            Ok(()) => deleted.push(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(deleted)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Command {
        #[clap(flatten)]
        options: Options,
    }

    fn address(arguments: &[&str], validates: bool, develops: bool) -> Option<String> {
        let command = Command::parse_from([&["node"], arguments].concat());
        command.options.chosen(validates, develops, Path::new("/data/chain")).map(|chosen| chosen.address)
    }

    #[test]
    fn who_says_nothing_has_an_index_unless_it_validates() {
        let auto = Some("sqlite:/data/chain/index.sqlite".to_owned());
        assert_eq!(address(&[], false, false), auto);
        assert_eq!(address(&[], true, true), auto);
        assert_eq!(address(&[], true, false), None);
    }

    #[test]
    fn what_the_operator_says_holds() {
        assert_eq!(address(&["--index", "off"], false, true), None);
        assert!(address(&["--index", "auto"], true, false).is_some());
        for place in ["sqlite:/x/y", "postgres://me@host/index", "postgresql://host/index"] {
            assert_eq!(address(&["--index", place], true, false).as_deref(), Some(place));
        }
    }

    #[test]
    fn who_asked_is_told_from_who_said_nothing() {
        let chosen = |arguments: &[&str]| {
            let command = Command::parse_from([&["node"], arguments].concat());
            command
                .options
                .chosen(false, false, Path::new("/data"))
                .map(|chosen| (chosen.asked, chosen.backend()))
        };
        assert_eq!(chosen(&[]), Some((false, Backend::Sqlite)));
        assert_eq!(chosen(&["--index", "auto"]), Some((true, Backend::Sqlite)));
        assert_eq!(chosen(&["--index", "postgresql://h/d"]), Some((true, Backend::Postgresql)));
    }

    #[test]
    fn the_index_in_the_folder_of_a_chain_is_deleted_and_nothing_else() {
        let folder = tempfile::tempdir().expect("there is room");
        let file = |name: &str| folder.path().join(name);
        assert_eq!(purge(folder.path()).expect("nothing is there"), Vec::<PathBuf>::new());
        for name in ["index.sqlite", "index.sqlite-wal", "index.sqlite-shm", "keystore"] {
            std::fs::write(file(name), name).expect("there is room");
        }
        let mut deleted = purge(folder.path()).expect("they can be deleted");
        deleted.sort();
        assert_eq!(deleted, ["index.sqlite", "index.sqlite-shm", "index.sqlite-wal"].map(file));
        assert!(file("keystore").is_file());
    }

    #[test]
    fn what_is_no_place_is_refused_without_being_repeated() {
        for place in ["", "on", "sqlite:", "postgres://", "mysql://me:secret@host/x"] {
            let error = place.parse::<Place>().unwrap_err();
            assert!(error.contains("sqlite:PATH") && !error.contains("secret"), "{error}");
        }
    }
}
