//! Telling how far reading is, and ending it.

use std::{
    cell::Cell,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
    rc::Rc,
};

use crate::{Inspect, Part, Place, ReadError};

/// Somebody who is told how far reading is, and may end it.
pub trait Watch {
    /// Reading begins, of so many bytes. It begins several times where all is read more than once: to look what it is, to
    /// pack a folder, to know the names in a file before they are looked for in its text.
    fn begin_reading(&self, total: u64);

    /// So many more bytes were read, or none, but something was done with them. Since the beginning these are never more than
    /// there are, even if some are read again; they may be fewer, where not all have to be read.
    ///
    /// # Errors
    /// Whatever ends the reading.
    fn have_read(&self, bytes: u64) -> io::Result<()>;
}

/// Who watches, if anybody does. Clones are one and the same.
#[derive(Clone, Default)]
pub(crate) struct Pace(Option<Rc<Watched>>);

struct Watched {
    watch: Box<dyn Watch>,
    /// Bytes that are still to be read since the beginning.
    left: Cell<u64>,
}

impl Pace {
    pub(crate) fn new(watch: impl Watch + 'static) -> Self {
        Self(Some(Rc::new(Watched { watch: Box::new(watch), left: Cell::new(0) })))
    }

    pub(crate) fn begin(&self, total: u64) {
        if let Some(watched) = &self.0 {
            watched.left.set(total);
            watched.watch.begin_reading(total);
        }
    }

    fn advance(&self, bytes: u64) -> io::Result<()> {
        let Some(watched) = &self.0 else { return Ok(()) };
        let left = watched.left.get();
        watched.left.set(left.saturating_sub(bytes));
        watched.watch.have_read(bytes.min(left))
    }

    /// The input, of which it is told what is read.
    pub(crate) fn of<I>(&self, input: I) -> Paced<I> {
        Paced { input, pace: self.clone() }
    }

    /// Whoever looks at the parts of the file of that path, as long as reading is not to end.
    pub(crate) fn inspect<'a>(&self, inspect: &'a mut dyn Inspect, path: &'a Path) -> Unhurried<'a> {
        Unhurried { inspect, path, pace: self.clone() }
    }
}

/// An input of which it is told what is read.
pub(crate) struct Paced<I> {
    input: I,
    pace: Pace,
}

impl<I: Read> Read for Paced<I> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.pace.advance(u64::try_from(count).unwrap_or(u64::MAX))?;
        Ok(count)
    }
}

impl<I: Seek> Seek for Paced<I> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.input.seek(to)
    }
}

/// Looks at parts as long as reading is not to end: what is in memory as a whole, such as a PDF, is no more read.
pub(crate) struct Unhurried<'a> {
    inspect: &'a mut dyn Inspect,
    path: &'a Path,
    pace: Pace,
}

impl Inspect for Unhurried<'_> {
    fn part(&mut self, place: &Place, part: Part<'_>) -> Result<(), ReadError> {
        self.pace.advance(0).map_err(ReadError::io(self.path))?;
        self.inspect.part(place, part)
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, fs, io::Cursor};

    use super::*;
    use crate::{Source, deid, describe};

    /// What was told: how much there was, and how much of it was read.
    #[derive(Clone, Default)]
    struct Told {
        begun: Rc<RefCell<Vec<(u64, u64)>>>,
        /// It is ended after so many bytes.
        most: Option<u64>,
    }

    impl Watch for Told {
        fn begin_reading(&self, total: u64) {
            self.begun.borrow_mut().push((total, 0));
        }

        fn have_read(&self, bytes: u64) -> io::Result<()> {
            let mut begun = self.begun.borrow_mut();
            let (_, read) = begun.last_mut().unwrap();
            *read += bytes;
            match self.most.is_some_and(|most| *read > most) {
                true => Err(io::Error::other("it is to end")),
                false => Ok(()),
            }
        }
    }

    fn table() -> Vec<u8> {
        let rows = (0..20_000).map(|row| format!("{row};{};{}\n", row * 2, row * 3));
        format!("first;second;third\n{}", rows.collect::<String>()).into_bytes()
    }

    #[test]
    fn tells_how_far_it_is_and_comes_to_the_same() {
        let text = table();
        let (size, told) = (text.len() as u64, Told::default());
        let name = Path::new("a.csv");
        let mut held = Cursor::new(&text);
        let watched = describe(Source::held(name, &mut held).watched(told.clone()), None).unwrap();
        assert_eq!(watched, describe(Source::held(name, &mut held), None).unwrap());
        let begun = told.begun.borrow();
        assert_eq!(begun.last(), Some(&(size, size)), "{begun:?}");
        assert!(begun.iter().all(|(total, read)| *total == size && read <= total), "{begun:?}");
    }

    #[test]
    fn a_check_reads_twice_and_a_folder_is_packed_before() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.csv"), table()).unwrap();
        fs::write(folder.path().join("b.csv"), table()).unwrap();
        let told = Told::default();
        deid::check(Source::from(folder.path()).watched(told.clone()), None, false).unwrap();
        let begun = told.begun.borrow();
        let files = 2 * table().len() as u64;
        assert_eq!(begun.iter().filter(|(_, read)| *read >= files).count(), 4, "{begun:?}");
    }

    #[test]
    fn ends_when_it_is_to_end() {
        let text = table();
        for (kind, most) in [(None, 0), (None, 100_000), (Some(medshare_types::Kind::Document), 100_000)] {
            let mut held = Cursor::new(&text);
            let told = Told { most: Some(most), ..Told::default() };
            let ended = describe(Source::held(Path::new("a.csv"), &mut held).watched(told), kind);
            assert!(ended.unwrap_err().to_string().contains("it is to end"));
        }
    }
}
