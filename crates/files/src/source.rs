//! What is read: something on disk, or a file that somebody else holds.

use std::path::Path;

use crate::{
    form::Input,
    watch::{Pace, Watch},
};

/// A file, a folder or a zip to read. Functions that take one take a path as well.
pub struct Source<'a> {
    /// Where it is or, if it is held, what it is called.
    pub(crate) path: &'a Path,
    /// A file that is no path's, such as one that a browser was given.
    pub(crate) held: Option<&'a mut dyn Input>,
    pub(crate) pace: Pace,
}

impl<'a> Source<'a> {
    /// A file, or a zip, that somebody else holds. `name` is what errors call it; its ending is compared with the content.
    pub fn held(name: &'a Path, input: &'a mut dyn Input) -> Self {
        Self { path: name, held: Some(input), pace: Pace::default() }
    }

    /// Where it is or, if it is held, what it is called.
    pub fn path(&self) -> &'a Path {
        self.path
    }

    /// The same, of which somebody is told how far its reading is.
    pub fn watched(self, watch: impl Watch + 'static) -> Self {
        Self { pace: Pace::new(watch), ..self }
    }

    /// The same, to read it once more afterwards.
    pub(crate) fn again(&mut self) -> Source<'_> {
        let held: Option<&mut dyn Input> = match &mut self.held {
            Some(input) => Some(&mut **input),
            None => None,
        };
        Source { path: self.path, held, pace: self.pace.clone() }
    }
}

impl<'a, P: AsRef<Path> + ?Sized> From<&'a P> for Source<'a> {
    fn from(path: &'a P) -> Self {
        Self { path: path.as_ref(), held: None, pace: Pace::default() }
    }
}
