//! Images: whether they are whole, and what they say besides what they show. Their pixels are not decoded.

mod ifd;
mod jpeg;
mod png;
mod tiff;

use std::io;

use crate::{At, Part, ReadError, context::Context, form::Input};

pub(crate) use {jpeg::read as jpeg, png::read as png, tiff::read as tiff};

/// Most bytes of metadata that are looked at.
const MAX_METADATA: u64 = 16 << 20;

/// Why reading an image ended.
enum Fault {
    Io(io::Error),
    Broken(String),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Broken("it ends too early: it is truncated".to_owned()),
            _ => Self::Io(error),
        }
    }
}

impl Fault {
    fn of(self, form: &'static str, context: &Context<'_>) -> ReadError {
        match self {
            Self::Io(error) => context.io(error),
            Self::Broken(reason) => context.broken(form, reason),
        }
    }
}

fn broken<T>(reason: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Broken(reason.into()))
}

/// What was found, handed on.
fn hand_on(found: &[(String, String)], context: &mut Context<'_>) -> Result<(), ReadError> {
    found.iter().try_for_each(|(name, value)| context.part(At::Whole, Part::Metadata { name, value }))
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
