//! Tables of separated values (RFC 4180, and with semicolons, tabs or bars).

use std::{
    cell::Cell,
    collections::BTreeSet,
    io::{self, Read},
    rc::Rc,
};

use csv::{ByteRecord, ReaderBuilder, WriterBuilder};

use crate::{At, Part, ReadError, Row, context::Context, form::Input, text};

const FORM: &str = "table";
/// Most bytes of a row, which is held in memory.
const MAX_ROW: u64 = 64 << 20;

/// How a table is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dialect {
    /// What separates the columns: comma, semicolon, tab or bar.
    pub delimiter: u8,
    /// How many columns there are.
    pub columns: usize,
    /// Whether the first row names them.
    pub header: bool,
}

impl Dialect {
    /// How the table that begins with `head` is written, if it is one: by the separator that gives the most columns, and
    /// nine of ten rows as many as the first.
    pub(crate) fn of(head: &[u8]) -> Option<Self> {
        // The last line may be cut.
        let whole = match head.iter().rposition(|byte| *byte == b'\n') {
            Some(end) => head.get(..=end).unwrap_or(head),
            None => head,
        };
        b",;\t|"
            .iter()
            .filter_map(|delimiter| Self::with(whole, *delimiter))
            .reduce(|best, other| if other.columns > best.columns { other } else { best })
    }

    fn with(head: &[u8], delimiter: u8) -> Option<Self> {
        let head = head.strip_prefix("\u{feff}".as_bytes()).unwrap_or(head);
        let mut rows = reader(head, delimiter).into_byte_records();
        let first = rows.next()?.ok()?;
        let (mut all, mut alike) = (1usize, 1usize);
        for row in rows {
            all += 1;
            alike += usize::from(row.ok()?.len() == first.len());
        }
        // Two lines of prose with a comma each are no table.
        let is_table = first.len() >= 2 && all >= 2 && first.len() * all >= 6 && alike * 10 >= all * 9;
        let header = first.iter().all(is_name) && first.iter().collect::<BTreeSet<_>>().len() == first.len();
        is_table.then_some(Self { delimiter, columns: first.len(), header })
    }

    pub(crate) fn media_type(self) -> &'static str {
        match self.delimiter {
            b'\t' => "text/tab-separated-values",
            _ => "text/csv",
        }
    }
}

/// Whether a cell could be a column's name, and is no value.
fn is_name(cell: &[u8]) -> bool {
    cell.trim_ascii().first().is_some_and(|first| !first.is_ascii_digit() && !b"+-.".contains(first))
}

fn reader<R: Read>(input: R, delimiter: u8) -> csv::Reader<R> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(input)
}

/// Gives no more than a row may have.
struct Bounded<R> {
    inner: R,
    left: Rc<Cell<u64>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        match self.left.get().checked_sub(u64::try_from(count).unwrap_or(u64::MAX)) {
            Some(left) => self.left.set(left),
            None => {
                let reason = format!("a row of more than {MAX_ROW} bytes: a quotation mark may be missing");
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, reason));
            }
        }
        Ok(count)
    }
}

/// Reads a table.
pub(crate) fn read(
    input: &mut dyn Input,
    dialect: Dialect,
    context: &mut Context<'_>,
) -> Result<(), ReadError> {
    let left = Rc::new(Cell::new(MAX_ROW));
    let mut rows =
        reader(Bounded { inner: text::without_mark(input, context)?, left: left.clone() }, dialect.delimiter);
    let mut record = ByteRecord::new();
    let mut header: Option<Vec<String>> = None;
    let mut count = 0u64;
    loop {
        left.set(MAX_ROW);
        let more = rows.read_byte_record(&mut record).map_err(|error| match error.into_kind() {
            csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                context.broken(FORM, format!("after row {count}: {error}"))
            }
            csv::ErrorKind::Io(error) => context.io(error),
            other => context.broken(FORM, format!("after row {count}: {other:?}")),
        })?;
        if !more {
            break;
        }
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != dialect.columns {
            let reason =
                format!("line {line} has {} columns where the first has {}", record.len(), dialect.columns);
            return Err(context.broken(FORM, reason));
        }
        let mut cells = Vec::with_capacity(record.len());
        for (at, cell) in record.iter().enumerate() {
            if cell.contains(&0) {
                let reason = format!("line {line}, column {}: it holds a NUL", at.saturating_add(1));
                return Err(context.broken(FORM, reason));
            }
            cells.push(text::decode(cell, context));
        }
        let is_header = dialect.header && count == 0;
        let row = Row { header: header.as_deref(), cells: &mut cells, is_header };
        context.part(At::Line(line), Part::Row(row))?;
        if context.out.is_some() {
            let mut writer = WriterBuilder::new().delimiter(dialect.delimiter).from_writer(Vec::new());
            let written = writer.write_record(&cells).map_err(io::Error::other);
            let bytes = written.and_then(|()| writer.into_inner().map_err(|error| error.into_error()));
            let path = context.path();
            context.write(&bytes.map_err(ReadError::write(&path))?)?;
        }
        if is_header {
            header = Some(cells);
        }
        count = count.saturating_add(1);
    }
    context.tally.count("rows", count.saturating_sub(u64::from(dialect.header)));
    context.tally.count("columns", dialect.columns);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_tables_from_prose() {
        let of = |text: &str| Dialect::of(text.as_bytes()).map(|d| (d.delimiter, d.columns, d.header));
        assert_eq!(of("id,name,value\n1,a,2\n"), Some((b',', 3, true)));
        assert_eq!(of("1;2,5;3\n4;5,5;6\n"), Some((b';', 3, false)));
        assert_eq!(of("a\tb\n1\t2\n3\t4\n"), Some((b'\t', 2, true)));
        assert_eq!(of("a,b\n\"1\n2\",3\n4,5\n"), Some((b',', 2, true)));
        assert_eq!(of("Dear colleague,\nthank you, and all\nthe best\n"), None);
        assert_eq!(of("Hello, world\nGoodbye, world\n"), None);
        assert_eq!(of(""), None);
    }
}
