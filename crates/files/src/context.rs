//! What readers of all forms share.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::{At, Inspect, Part, Place, ReadError, tally::Tally};

/// A file that is being read: who looks at it, what was counted, and where what was made of it goes.
pub(crate) struct Context<'a> {
    /// The file or, if it is a member of a folder or a zip, that.
    pub(crate) path: &'a Path,
    /// The member's name.
    pub(crate) member: Option<&'a str>,
    pub(crate) inspect: &'a mut dyn Inspect,
    pub(crate) tally: &'a mut Tally,
    pub(crate) remarks: &'a mut Vec<String>,
    /// Where the file is written with whatever became of its parts.
    pub(crate) out: Option<&'a mut dyn Write>,
}

/// Most remarks about one file or folder: the thousandth tells nobody more.
const MOST_REMARKS: usize = 50;

impl Context<'_> {
    /// The file, by a path that tells its owner which it is.
    pub(crate) fn path(&self) -> PathBuf {
        match self.member {
            Some(member) => self.path.join(member),
            None => self.path.to_owned(),
        }
    }

    pub(crate) fn part(&mut self, at: At, part: Part<'_>) -> Result<(), ReadError> {
        let place = Place { file: self.member.map(str::to_owned), at };
        self.inspect.part(&place, part)
    }

    pub(crate) fn remark(&mut self, text: impl Into<String>) {
        let text = match self.member {
            Some(member) => format!("{member}: {}", text.into()),
            None => text.into(),
        };
        if self.remarks.len() < MOST_REMARKS && !self.remarks.contains(&text) {
            self.remarks.push(text);
        }
    }

    /// Goes on after an error in a file that is shared as it is, by its owner's word: what could not be read of it may
    /// identify somebody.
    pub(crate) fn pass_over(&mut self, error: &ReadError) -> Result<(), ReadError> {
        self.remark(error.to_string());
        self.part(At::Whole, Part::Unread(&error.to_string()))
    }

    /// Writes, if anything is to be written.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), ReadError> {
        let Some(out) = &mut self.out else { return Ok(()) };
        let written = out.write_all(bytes);
        written.map_err(|source| ReadError::Write { path: self.path(), source })
    }

    pub(crate) fn io(&self, source: io::Error) -> ReadError {
        ReadError::Io { path: self.path(), source }
    }

    /// Refuses to write a copy.
    pub(crate) fn kept(&self, what: impl Into<String>) -> ReadError {
        ReadError::NotDeidentifiable { path: self.path(), what: what.into() }
    }

    pub(crate) fn broken(&self, form: &'static str, reason: impl Into<String>) -> ReadError {
        ReadError::Broken { path: self.path(), form, reason: reason.into() }
    }
}
