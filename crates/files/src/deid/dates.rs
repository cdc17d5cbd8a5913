//! Dates, as FHIR, DICOM and HL7 v2 write them: shifted by days, or reduced to their year.

use chrono::{Datelike, Days, NaiveDate};

/// What becomes of a date.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Move {
    /// It moves by so many days.
    By(i64),
    /// Only its year stays.
    ToYear,
}

impl Move {
    fn apply(self, date: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::By(days) if days < 0 => date.checked_sub_days(Days::new(days.unsigned_abs())),
            Self::By(days) => date.checked_add_days(Days::new(days.unsigned_abs())),
            Self::ToYear => NaiveDate::from_ymd_opt(date.year(), 1, 1),
        }
    }
}

/// A `date`, `dateTime` or `instant` of FHIR in its parts: year, and what follows.
fn iso(text: &str) -> Option<(i32, Option<u32>, Option<u32>, &str)> {
    if !text.is_ascii() || text.len() > 40 {
        return None;
    }
    let year = number(text.get(..4)?).filter(|year| (1800..=2200).contains(year))?;
    let Some(month) = text.get(4..7) else {
        return (text.len() == 4).then_some((year, None, None, ""));
    };
    let month = number(month.strip_prefix('-')?).filter(|month| (1..=12).contains(month))?;
    let Some(day) = text.get(7..10) else {
        return (text.len() == 7).then_some((year, Some(month), None, ""));
    };
    let day = number(day.strip_prefix('-')?).filter(|day| (1..=31).contains(day))?;
    let rest = text.get(10..)?;
    let time =
        rest.strip_prefix('T').map(|time| time.get(..5).is_some_and(|time| time.as_bytes()[2] == b':'));
    (rest.is_empty() || time == Some(true)).then_some((year, Some(month), Some(day), rest))
}

/// Whether this is a FHIR date finer than a year.
pub(super) fn is_fine(text: &str) -> bool {
    iso(text).is_some_and(|(_, month, _, _)| month.is_some())
}

/// The year of a FHIR date.
pub(super) fn year(text: &str) -> Option<i32> {
    iso(text).map(|(year, ..)| year)
}

/// A FHIR date after the move, with the time of day and offset as they were. An impossible one is reduced to its year,
/// which an instant can only say as its beginning.
pub(super) fn moved(text: &str, by: Move) -> Option<String> {
    let (year, month, day, rest) = iso(text)?;
    let Some(month) = month else { return Some(text.to_owned()) };
    let date = NaiveDate::from_ymd_opt(year, month, day.unwrap_or(15)).and_then(|date| by.apply(date));
    Some(match (by, date, day) {
        (Move::ToYear, ..) | (_, None, _) if rest.is_empty() => format!("{year:04}"),
        (Move::ToYear, ..) | (_, None, _) => format!("{year:04}-01-01T00:00:00Z"),
        (Move::By(_), Some(date), Some(_)) => format!("{}{rest}", date.format("%Y-%m-%d")),
        (Move::By(_), Some(date), None) => date.format("%Y-%m").to_string(),
    })
}

/// A date as DICOM (DA, DT) and HL7 v2 (DT, TS, DTM) write it, `YYYYMMDD` and what follows, after the move. `None` if
/// it is no date finer than a year.
pub(super) fn compact_moved(text: &str, by: Move) -> Option<String> {
    // PS3.5 6.2: ACR-NEMA wrote YYYY.MM.DD.
    let old =
        text.len() == 10 && text.as_bytes().get(4) == Some(&b'.') && text.as_bytes().get(7) == Some(&b'.');
    let text = if old { text.replace('.', "") } else { text.to_owned() };
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let year = number(text.get(..4)?)?;
    if !(6..=14).contains(&digits) || digits % 2 == 1 || !(1850..=2200).contains(&year) {
        return None;
    }
    let month = number(text.get(4..6)?)?;
    let day = text.get(6..8).filter(|_| digits >= 8).map(number);
    let rest = text.get(if digits >= 8 { 8 } else { 6 }..)?;
    let date =
        NaiveDate::from_ymd_opt(year, month, day.unwrap_or(Some(15))?).and_then(|date| by.apply(date))?;
    Some(match (by, day) {
        (Move::ToYear, _) => format!("{}0101", date.format("%Y")),
        (_, Some(_)) => format!("{}{rest}", date.format("%Y%m%d")),
        (_, None) => format!("{}{rest}", date.format("%Y%m")),
    })
}

/// Whether this is such a date with its day, which no number of six digits is taken for where nothing says that it is a
/// date.
pub(super) fn is_whole(text: &str) -> bool {
    text.len() >= 8 && is_compact(text)
}

/// Whether this is such a date finer than a year.
pub(super) fn is_compact(text: &str) -> bool {
    compact_moved(text, Move::By(0)).is_some()
}

fn number<T: std::str::FromStr>(digits: &str) -> Option<T> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifts_fhir_dates() {
        let back = Move::By(-40);
        for (from, to) in [
            ("2019-02-01", "2018-12-23"),
            ("2019-02", "2019-01"),
            ("2019", "2019"),
            ("2020-03-01T10:11:12.5+02:00", "2020-01-21T10:11:12.5+02:00"),
            ("2019-02-30", "2019"),
        ] {
            assert_eq!(moved(from, back).as_deref(), Some(to), "{from}");
        }
        for other in [
            "",
            "12",
            "2019-1-1",
            "2019-01-01x",
            "20190101",
            "yesterday",
            "2019-01-01 10:00",
            "8302-24",
            "１２３４",
        ] {
            assert_eq!(moved(other, back), None, "{other}");
        }
    }

    #[test]
    fn reduces_fhir_dates_to_their_year() {
        for date in ["2019-02-01", "2019-02", "2019-02-01T10:11:12Z"] {
            assert!(is_fine(date), "{date}");
            let year = moved(date, Move::ToYear).unwrap();
            assert!(["2019", "2019-01-01T00:00:00Z"].contains(&year.as_str()), "{year}");
            assert_eq!(moved(&year, Move::ToYear).as_ref(), Some(&year));
        }
        assert!(!is_fine("2019"));
    }

    #[test]
    fn moves_compact_dates() {
        let back = Move::By(-40);
        for (from, to) in [
            ("20190201", "20181223"),
            ("2019.02.01", "20181223"),
            ("201902", "201901"),
            ("20200301101112.500+0200", "20200121101112.500+0200"),
            ("202003011011", "202001211011"),
        ] {
            assert_eq!(compact_moved(from, back).as_deref(), Some(to), "{from}");
            assert!(is_compact(from), "{from}");
        }
        for other in ["", "2019", "20191301", "1.2.840.10008", "2019020", "00000000", "120000", "99990101"] {
            assert!(!is_compact(other), "{other}");
        }
        assert!(is_whole("20190201") && !is_whole("201902"));
        assert_eq!(compact_moved("20190201", Move::ToYear).as_deref(), Some("20190101"));
    }
}
