//! Images: whether they are whole, what they say besides what they show, and writing them without that. Their pixels are
//! not decoded, but copied as they are.

mod ifd;
mod jpeg;
mod png;
mod tiff;
mod xmp;

use std::io;

use crate::{At, Part, ReadError, context::Context, form::Input};

pub(crate) use {jpeg::read as jpeg, jpeg::stripped, png::read as png, tiff::read as tiff, xmp::find as xmp};

/// Most bytes of metadata that are looked at.
const MAX_METADATA: u64 = 16 << 20;

/// Why reading an image ended.
enum Fault {
    Io(io::Error),
    Broken(String),
    /// It is whole, but cannot be written without what it says besides what it shows.
    Kept(String),
    /// It could not be written.
    Write(ReadError),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Broken("it ends too early: it is truncated".to_owned()),
            _ => Self::Io(error),
        }
    }
}

impl From<ReadError> for Fault {
    fn from(error: ReadError) -> Self {
        Self::Write(error)
    }
}

impl Fault {
    fn of(self, form: &'static str, context: &Context<'_>) -> ReadError {
        match self {
            Self::Io(error) => context.io(error),
            Self::Broken(reason) => context.broken(form, reason),
            Self::Kept(reason) => context.kept(format!("a {form} in which {reason}")),
            Self::Write(error) => error,
        }
    }
}

fn broken<T>(reason: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Broken(reason.into()))
}

/// Metadata: names, and values as far as they are text.
#[derive(Default)]
pub(crate) struct Found(Vec<(String, String)>);

/// Most pieces of metadata of one image that are told apart.
const MOST_FOUND: usize = 1000;

impl Found {
    pub(crate) fn add(&mut self, name: impl Into<String>, value: impl Into<String>) {
        match self.0.len() {
            len if len < MOST_FOUND => self.0.push((name.into(), value.into())),
            MOST_FOUND => self.0.push(("further metadata".to_owned(), String::new())),
            _ => {}
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn append(&mut self, other: Self) {
        other.0.into_iter().for_each(|(name, value)| self.add(name, value));
    }

    /// Hands all on.
    pub(crate) fn tell(&self, context: &mut Context<'_>) -> Result<(), ReadError> {
        self.0.iter().try_for_each(|(name, value)| context.part(At::Whole, Part::Metadata { name, value }))
    }
}

fn array<const N: usize>(input: &mut dyn Input) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    input.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Text as far as it is short and printable.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes.get(..256).unwrap_or(bytes));
    text.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
}

/// What follows the end of an image is not written again.
fn after(end: u64, size: u64, found: &mut Found, context: &mut Context<'_>) {
    if end < size {
        context.remark(format!("{} bytes follow the end of the image", size.saturating_sub(end)));
        found.add("bytes after the end", "");
    }
}
