//! Dates in cells.

use crate::deid::dates::{Move, compact_moved, is_compact, is_fine, moved};

pub(super) fn is_year(cell: &str) -> bool {
    cell.len() == 4 && cell.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a cell is a date finer than a year, in whatever form.
pub(super) fn is_date(cell: &str) -> bool {
    let cell = cell.trim();
    is_fine(cell) || is_compact(cell) || written_year(cell).is_some()
}

/// The year in a date such as `5/4/2019` or `2019-05-04 10:00`.
fn written_year(cell: &str) -> Option<String> {
    let parts: Vec<&str> = cell.split([' ', 'T']).next()?.split(['/', '.', '-']).collect();
    let digits =
        |part: &&str| !part.is_empty() && part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
    if parts.len() != 3 || !parts.iter().all(digits) {
        return None;
    }
    let year = [parts.first(), parts.last()].into_iter().flatten().find(|part| part.len() == 4)?;
    Some((*year).to_owned())
}

/// The year of a date in whatever form, after the move where the form says which number is the month.
pub(super) fn moved_year(cell: &str, by: Move) -> Option<String> {
    let cell = cell.trim();
    let date = if is_fine(cell) { moved(cell, by) } else { compact_moved(cell, by) };
    date.and_then(|date| date.get(..4).map(str::to_owned))
        .or_else(|| written_year(cell))
        .or_else(|| is_year(cell).then(|| cell.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_dates_in_cells() {
        for cell in ["2019-05-04", "20190504", "5/4/2019", "04.05.2019", "2019-05-04 10:00"] {
            assert!(is_date(cell), "{cell}");
            assert_eq!(moved_year(cell, Move::ToYear).as_deref(), Some("2019"), "{cell}");
        }
        for cell in ["2019", "1.2.3", "12", "120/80/2", "x"] {
            assert!(!is_date(cell), "{cell}");
        }
    }
}
