//! What holds for all commands, and where each of it was said: as an argument, in the environment, in the configuration
//! file, or nowhere. What is nearer to the command wins, in this order.

use std::{
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use clap::{
    ArgMatches, Command,
    builder::{BoolishValueParser, TypedValueParser as _},
    parser::ValueSource,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{args::Globals, exit::Exit, failure::Failure};

/// The node of a development chain on this machine.
pub const NODE: &str = "ws://127.0.0.1:9944";
/// A vault on this machine.
pub const VAULT: &str = "http://127.0.0.1:8790";
/// The environment's variable with the passphrase itself.
pub const PASSPHRASE: &str = "MEDSHARE_PASSPHRASE";

/// Where a setting was said. The nearer to the command, the greater.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Origin {
    Default,
    File,
    Environment,
    Argument,
}

/// A setting, and where it was said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said<T> {
    pub value: T,
    pub origin: Origin,
}

/// From where the passphrase of the key file is had.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Passphrase {
    File(PathBuf),
    Environment,
    Prompt,
}

/// What holds for all commands.
#[derive(Clone, Debug)]
pub struct Settings {
    pub node: Said<String>,
    pub vault: Said<String>,
    /// Whose keys: a development account's, or those of the key file.
    pub dev: Option<Said<String>>,
    /// Nothing if there is no home to look for it.
    pub key_file: Option<Said<PathBuf>>,
    pub passphrase: Said<Passphrase>,
    /// The file with the institution's secret; nothing if there is no home to look for it.
    pub institution_secret: Option<Said<PathBuf>>,
    pub json: Said<bool>,
    pub finalized: Said<bool>,
    pub dry_run: bool,
    /// The configuration file that was read.
    pub file: Option<PathBuf>,
}

/// What a configuration file can say.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    node: Option<String>,
    vault: Option<String>,
    dev: Option<String>,
    key_file: Option<PathBuf>,
    passphrase_file: Option<PathBuf>,
    institution_secret: Option<PathBuf>,
    json: Option<bool>,
    finalized: Option<bool>,
}

impl Settings {
    /// What holds for a command that was called so.
    ///
    /// # Errors
    /// [`Exit::Usage`] if the configuration file cannot be used, or a development account and a key file are named
    /// equally near.
    pub fn resolve(globals: &Globals, matches: &ArgMatches) -> Result<Self> {
        let home = home();
        let (file, said) = configuration(globals.config.as_deref(), home.as_deref())?;
        let origin = |id: &str| match matches.value_source(id) {
            Some(ValueSource::CommandLine) => Origin::Argument,
            Some(ValueSource::EnvVariable) => Origin::Environment,
            _ => Origin::Default,
        };
        let text = |id: &str, given: &Option<String>, in_file: Option<String>, default: &str| {
            let given = given.clone().map(|value| Said { value, origin: origin(id) });
            let in_file = in_file.map(|value| Said { value, origin: Origin::File });
            given.or(in_file).unwrap_or_else(|| Said { value: default.into(), origin: Origin::Default })
        };
        let switch = |id: &str, given: bool, in_file: Option<bool>| match (origin(id), in_file) {
            (Origin::Default, Some(value)) => Said { value, origin: Origin::File },
            (origin, _) => Said { value: given, origin },
        };
        let path = |id: &str, given: &Option<PathBuf>, in_file: Option<PathBuf>| {
            let given = given.clone().map(|value| Said { value, origin: origin(id) });
            given.or(in_file.map(|value| Said { value, origin: Origin::File }))
        };

        let dev = globals.dev.clone().map(|value| Said { value, origin: origin("dev") });
        let dev = dev.or(said.dev.map(|value| Said { value, origin: Origin::File }));
        let (dev, key_file) = one_of(dev, path("key_file", &globals.key_file, said.key_file))?;
        let own = || {
            let value = home.as_ref()?.join("key.age");
            Some(Said { value, origin: Origin::Default })
        };

        let institution_secret =
            path("institution_secret", &globals.institution_secret, said.institution_secret).or_else(|| {
                let beside = key_file.as_ref().and_then(|said| said.value.parent().map(Path::to_owned));
                let value = beside.or_else(|| home.clone())?.join("institution.secret");
                Some(Said { value, origin: Origin::Default })
            });
        let in_environment = env::var_os(PASSPHRASE).is_some();
        let passphrase_file = path("passphrase_file", &globals.passphrase_file, said.passphrase_file);
        let passphrase = match passphrase_file {
            Some(Said { value, origin }) if !in_environment || origin >= Origin::Environment => {
                Said { value: Passphrase::File(value), origin }
            }
            _ if in_environment => Said { value: Passphrase::Environment, origin: Origin::Environment },
            _ => Said { value: Passphrase::Prompt, origin: Origin::Default },
        };
        Ok(Self {
            node: text("node", &globals.node, said.node, NODE),
            vault: text("vault", &globals.vault, said.vault, VAULT),
            dev,
            key_file: key_file.or_else(own),
            passphrase,
            institution_secret,
            json: switch("json", globals.json, said.json),
            finalized: switch("finalized", globals.finalized, said.finalized),
            dry_run: globals.dry_run,
            file,
        })
    }

    /// The settings for people and scripts: name, value, where it was said.
    pub fn entries(&self) -> Vec<(&'static str, Value, String)> {
        let passphrase = match &self.passphrase.value {
            Passphrase::File(path) => json!(format!("in {}", path.display())),
            Passphrase::Environment => json!(format!("in {PASSPHRASE}")),
            Passphrase::Prompt => json!("asked for"),
        };
        let origin_of = |origin: Option<Origin>| origin.unwrap_or(Origin::Default);
        let (dev, key_file) = (self.dev.as_ref(), self.key_file.as_ref());
        let institution_secret = self.institution_secret.as_ref();
        [
            ("node", json!(self.node.value), self.node.origin),
            ("vault", json!(self.vault.value), self.vault.origin),
            ("dev", json!(dev.map(|said| &said.value)), origin_of(dev.map(|said| said.origin))),
            (
                "key_file",
                json!(key_file.map(|said| &said.value)),
                origin_of(key_file.map(|said| said.origin)),
            ),
            ("passphrase", passphrase, self.passphrase.origin),
            (
                "institution_secret",
                json!(institution_secret.map(|said| &said.value)),
                origin_of(institution_secret.map(|said| said.origin)),
            ),
            ("json", json!(self.json.value), self.json.origin),
            ("finalized", json!(self.finalized.value), self.finalized.origin),
        ]
        .map(|(name, value, origin)| (name, value, self.place(name, origin)))
        .into()
    }

    fn place(&self, name: &str, origin: Origin) -> String {
        let name = if name == "passphrase" && !matches!(self.passphrase.value, Passphrase::Environment) {
            "passphrase_file"
        } else {
            name
        };
        match origin {
            Origin::Default => "default".into(),
            Origin::File => self.file.as_ref().map(|path| path.display().to_string()).unwrap_or_default(),
            Origin::Environment => format!("MEDSHARE_{}", name.to_uppercase()),
            Origin::Argument => format!("--{}", name.replace('_', "-")),
        }
    }
}

/// Whether errors are told in JSON while it is not known what holds, because the command line or a setting is wrong: what
/// is nearest to the command says so, as far as it can be read. Also a configuration file that is of no use otherwise does.
pub fn wants_json() -> bool {
    let arguments: Vec<OsString> = env::args_os().skip(1).take_while(|argument| argument != "--").collect();
    let said = said_json(&arguments, env::var_os("MEDSHARE_JSON").as_deref());
    said.unwrap_or_else(|| {
        let named = named_file(&arguments).or_else(|| env::var_os("MEDSHARE_CONFIG").map(PathBuf::from));
        let path = named.or_else(|| Some(home()?.join("config.toml")));
        path.is_some_and(|path| has_json(&path))
    })
}

/// What arguments that were not understood, and the environment, say about JSON.
fn said_json(arguments: &[OsString], in_environment: Option<&OsStr>) -> Option<bool> {
    if arguments.iter().any(|argument| argument == "--json") {
        return Some(true);
    }
    let text = OsStr::new(in_environment?.to_str()?);
    BoolishValueParser::new().parse_ref(&Command::new("medshare"), None, text).ok()
}

/// The configuration file that arguments name which were not understood.
fn named_file(arguments: &[OsString]) -> Option<PathBuf> {
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        if argument == "--config" {
            return arguments.next().map(PathBuf::from);
        }
        if let Some(path) = argument.to_str().and_then(|argument| argument.strip_prefix("--config=")) {
            return Some(PathBuf::from(path));
        }
    }
    None
}

/// Whether a configuration file asks for JSON.
fn has_json(path: &Path) -> bool {
    let text = std::fs::read_to_string(path).ok();
    let table = text.and_then(|text| toml::from_str::<toml::Table>(&text).ok());
    table.and_then(|table| table.get("json")?.as_bool()).unwrap_or(false)
}

/// A development account or a key file, where either is named.
type Keys = (Option<Said<String>>, Option<Said<PathBuf>>);

/// Whose keys: what is said nearer to the command.
fn one_of(dev: Option<Said<String>>, key_file: Option<Said<PathBuf>>) -> Result<Keys, Failure> {
    match (&dev, &key_file) {
        (Some(name), Some(path)) if name.origin == path.origin => Err(Failure::usage(
            format!(
                "the development account {} and the key file {} are both named",
                name.value,
                path.value.display()
            ),
            "name one of them; `medshare config show` says where settings come from",
        )),
        (Some(name), Some(path)) if name.origin < path.origin => Ok((None, key_file)),
        _ => Ok((dev, key_file)),
    }
}

/// Where this user's files are: MEDSHARE_HOME, or ~/.config/medshare.
fn home() -> Option<PathBuf> {
    let named = env::var_os("MEDSHARE_HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    named.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".config/medshare")))
}

/// The configuration file, if there is one, and what it says.
fn configuration(named: Option<&Path>, home: Option<&Path>) -> Result<(Option<PathBuf>, File)> {
    let path = match (named, home) {
        (Some(named), _) => named.to_owned(),
        (None, Some(home)) => home.join("config.toml"),
        (None, None) => return Ok((None, File::default())),
    };
    let text = match std::fs::read_to_string(&path) {
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
            return Ok((None, File::default()));
        }
        text => text.map_err(|error| {
            Failure::usage(
                format!("cannot read the configuration file {}: {error}", path.display()),
                "name the one that is meant with --config, or leave it away",
            )
        })?,
    };
    // Refused with a reason of its own; a file that is no TOML is refused below.
    if toml::from_str::<toml::Table>(&text).is_ok_and(|all| all.contains_key("passphrase")) {
        let failure = Failure::usage(
            format!(
                "the configuration file {} holds a passphrase, which is not taken from there",
                path.display()
            ),
            "remove it; name a file that only you can read with passphrase_file",
        );
        return Err(failure.into());
    }
    let mut said: File = toml::from_str(&text).map_err(|error| {
        Failure::usage(
            format!("the configuration file {} cannot be used: {}", path.display(), error.to_string().trim()),
            "it holds node, vault, dev, key_file, passphrase_file, institution_secret, json and finalized, in TOML",
        )
    })?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let paths = [&mut said.key_file, &mut said.passphrase_file, &mut said.institution_secret];
    for own in paths.into_iter().flatten() {
        *own = placed(own, &folder)?;
    }
    Ok((Some(path), said))
}

/// A path in the configuration file: from the home folder where it begins with `~/`, else from the file's own folder.
fn placed(path: &Path, folder: &Path) -> Result<PathBuf> {
    match path.strip_prefix("~") {
        Ok(rest) => {
            let home = env::var_os("HOME").ok_or_else(|| {
                Failure::new(
                    Exit::Usage,
                    format!("{} begins with ~, and HOME is not set", path.display()),
                    "set HOME",
                )
            });
            Ok(PathBuf::from(home.context("in the configuration file")?).join(rest))
        }
        Err(_) => Ok(folder.join(path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nearer_to_the_command_wins() {
        let dev = |origin| Some(Said { value: "Alice".to_owned(), origin });
        let file = |origin| Some(Said { value: PathBuf::from("key.age"), origin });
        let (who, path) = one_of(dev(Origin::File), file(Origin::Argument)).unwrap();
        assert!(who.is_none() && path.is_some());
        let (who, _) = one_of(dev(Origin::Argument), file(Origin::Environment)).unwrap();
        assert!(who.is_some(), "a development account needs no key file");
        let both = one_of(dev(Origin::Environment), file(Origin::Environment)).unwrap_err();
        assert_eq!(both.exit, Exit::Usage);
        assert!(one_of(None, None).unwrap() == (None, None));
    }

    #[test]
    fn json_is_wanted_by_what_is_nearest_and_can_be_read() {
        let words = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
        let said =
            |line: &str, environment: Option<&str>| said_json(&words(line), environment.map(OsStr::new));
        assert_eq!(said("buy --json", Some("no")), Some(true));
        assert_eq!(said("buy", Some("no")), Some(false));
        assert_eq!(said("buy", Some("1")), Some(true));
        assert_eq!(said("buy", Some("perhaps")), None);
        assert_eq!(said("buy", None), None);
        assert_eq!(named_file(&words("buy --config a.toml")), Some("a.toml".into()));
        assert_eq!(named_file(&words("--config=a.toml buy")), Some("a.toml".into()));
        assert_eq!(named_file(&words("buy --config")), None);
    }

    #[test]
    fn paths_are_beside_the_configuration_file() {
        assert_eq!(placed(Path::new("key.age"), Path::new("/a")).unwrap(), Path::new("/a/key.age"));
        assert_eq!(placed(Path::new("/b/key.age"), Path::new("/a")).unwrap(), Path::new("/b/key.age"));
    }
}
