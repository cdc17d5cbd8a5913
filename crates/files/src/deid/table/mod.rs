//! Tables: columns by their names, cells by their form.

mod cells;
mod columns;

use std::collections::BTreeMap;

use self::{
    cells::{is_date, is_year, moved_year},
    columns::{Column, Fix, column, plain},
};
use super::{
    Action, Certainty, Identifier, Options, Place,
    dates::{Move, compact_moved, is_fine, is_whole, moved, year},
    plan::{Learned, Mode, Notes, Sort},
    postal,
    text::{Echoes, is_dummy, scan, struck},
};

/// What is found in a column, so that a table of a million rows makes one finding for it.
#[derive(Clone, Debug)]
struct Found {
    first: u64,
    last: u64,
    rows: u64,
    value: Option<String>,
    action: Option<Action>,
}

/// What a walk over a table carries from row to row.
#[derive(Default, Debug)]
pub(super) struct Walker {
    file: Option<String>,
    columns: Vec<Column>,
    names: Vec<String>,
    row: u64,
    found: BTreeMap<(usize, Certainty, Identifier, &'static str), Found>,
    claimed: bool,
}

impl Walker {
    /// What rows say of persons and dates; and whose the row is.
    pub(super) fn learn(
        &mut self,
        header: Option<&[String]>,
        cells: &[String],
        is_header: bool,
        learned: &mut Learned,
    ) -> Option<String> {
        self.columns(header, cells, is_header);
        if is_header {
            return None;
        }
        for (column, cell) in self.columns.iter().zip(cells) {
            match column.fix {
                Fix::Empty if column.identifier == Identifier::Names => {
                    learned.hear(cell.split_whitespace().map(str::to_owned));
                }
                Fix::Date | Fix::Scan if is_fine(cell) || is_whole(cell) => {
                    learned.year(cell.get(..4).and_then(|year| year.parse().ok()));
                }
                Fix::Date => learned.year(year(cell)),
                _ => {}
            }
        }
        let patient = self.columns.iter().zip(cells).find(|(column, _)| column.patient);
        patient.map(|(_, cell)| cell.clone()).filter(|cell| !cell.trim().is_empty())
    }

    fn columns(&mut self, header: Option<&[String]>, cells: &[String], is_header: bool) {
        let names = if is_header { Some(cells) } else { header };
        if is_header || (self.columns.is_empty() && !cells.is_empty()) {
            self.names = names.map(<[String]>::to_vec).unwrap_or_default();
            let name = |number: usize| self.names.get(number).map(String::as_str).unwrap_or_default();
            self.columns = (0..cells.len()).map(|number| column(name(number))).collect();
            // A table of patients says with `id` whose a row is.
            if !self.columns.iter().any(|column| column.patient)
                && self.columns.iter().any(|column| column.fix == Fix::Birth)
                && let Some(at) = (0..cells.len()).find(|number| plain(name(*number)) == "id")
                && let Some(column) = self.columns.get_mut(at)
            {
                column.patient = true;
                column.identifier = Identifier::MedicalRecord;
            }
        }
    }

    /// Walks over a row.
    pub(super) fn walk(
        &mut self,
        (header, cells, is_header): (Option<&[String]>, &mut Vec<String>, bool),
        mode: Mode<'_>,
        (learned, echoes): (&Learned, &Echoes),
        notes: &mut Notes,
    ) {
        if self.file != notes.file {
            self.finish(notes);
            self.file = notes.file.clone();
        }
        self.row += 1;
        self.columns(header, cells, is_header);
        if is_header {
            return;
        }
        let patient = self.columns.iter().zip(cells.iter()).find(|(column, _)| column.patient);
        let patient = patient.map(|(_, cell)| cell.clone()).filter(|cell| !cell.trim().is_empty());
        // A row whose patient has a pseudonym had its dates moved with it.
        let moved = patient.as_deref().is_some_and(|patient| mode.is_pseudonym(patient))
            && mode.options().is_none_or(|options| options.dates == super::Dates::Shift);
        self.claimed |= moved;
        for number in 0..cells.len() {
            let column = self.columns.get(number).copied().unwrap_or_else(|| column(""));
            let Some(cell) = cells.get_mut(number) else { continue };
            let row = Row { mode, learned, echoes, patient: patient.as_deref(), moved };
            let before = notes.values.then(|| cell.clone());
            if let Some((sort, action)) = row.cell(column, cell) {
                self.note(number, sort, action, before);
            }
        }
    }

    fn note(&mut self, number: usize, sort: Sort, action: Option<Action>, value: Option<String>) {
        let key = (number, sort.certainty, sort.identifier, sort.what);
        let row = self.row;
        let found = self.found.entry(key).or_insert(Found { first: row, last: row, rows: 0, value, action });
        found.last = row;
        found.rows += 1;
    }

    /// Notes what was found in the columns.
    pub(super) fn finish(&mut self, notes: &mut Notes) {
        let file = std::mem::replace(&mut notes.file, self.file.take());
        let names = std::mem::take(&mut self.names);
        for ((number, certainty, identifier, what), found) in std::mem::take(&mut self.found) {
            let place = Place::Csv {
                column: u64::try_from(number).unwrap_or_default() + 1,
                name: names.get(number).cloned().unwrap_or_default(),
                first: found.first,
                last: found.last,
                rows: found.rows,
            };
            match found.action {
                None => notes.found(Sort { certainty, identifier, what }, place, || found.value),
                Some(action) => notes.changed(action, identifier, place),
            }
        }
        if std::mem::take(&mut self.claimed) {
            notes
                .claims
                .insert("Patients have pseudonyms, and so their dates are taken for moved.".to_owned());
        }
        self.columns.clear();
        self.row = 0;
        notes.file = file;
    }
}

struct Row<'a> {
    mode: Mode<'a>,
    learned: &'a Learned,
    echoes: &'a Echoes,
    patient: Option<&'a str>,
    moved: bool,
}

impl Row<'_> {
    /// What is in a cell, and what was done about it.
    fn cell(&self, column: Column, cell: &mut String) -> Option<(Sort, Option<Action>)> {
        if is_dummy(cell) && column.fix != Fix::Pseudonym || cell.trim().is_empty() {
            return None;
        }
        let sort = Sort::structured(column.identifier, column.what);
        let options = self.mode.options();
        let needed = match column.fix {
            Fix::Empty => true,
            Fix::Pseudonym => !self.mode.is_pseudonym(cell),
            Fix::Date if is_date(cell) => {
                return self.date(cell, Sort::structured(Identifier::Dates, "dates"));
            }
            Fix::Date => false,
            Fix::Birth => !is_year(cell) || self.is_old(cell),
            Fix::Zip => postal::coarse(cell) != Some(cell.as_str()),
            Fix::Age => cell.trim().parse::<f64>().is_ok_and(|age| age > 89.0 && age < 200.0),
            Fix::Text => return self.text(cell, Some(Sort::possible(Identifier::Other, "free text"))),
            Fix::Scan => {
                return match is_fine(cell) || is_whole(cell) {
                    true => {
                        let certainty = Certainty::Pattern;
                        self.date(cell, Sort { certainty, identifier: Identifier::Dates, what: "dates" })
                    }
                    false => self.text(cell, None),
                };
            }
        };
        if !needed {
            // What else stands in a column of dates or numbers.
            return match column.fix {
                Fix::Date | Fix::Age => self.text(cell, None),
                _ => None,
            };
        }
        let Some(options) = options else { return Some((sort, None)) };
        let action = self.fix(column.fix, cell, options);
        Some((sort, Some(action)))
    }

    fn fix(&self, fix: Fix, cell: &mut String, options: &Options) -> Action {
        match fix {
            Fix::Pseudonym => {
                *cell = options.secret.pseudonym(cell).to_string();
                Action::Pseudonymised
            }
            Fix::Birth => {
                let by = self.by(options);
                let year = moved_year(cell, by);
                *cell = year.filter(|year| !self.is_old(year)).unwrap_or_default();
                Action::Coarsened
            }
            Fix::Zip => {
                *cell = postal::coarse(cell).unwrap_or_default().to_owned();
                Action::Coarsened
            }
            Fix::Age => {
                *cell = "90+".to_owned();
                Action::Coarsened
            }
            _ => {
                cell.clear();
                Action::Emptied
            }
        }
    }

    /// How dates of the row move. Those of nobody known cannot move as those of the same person elsewhere: they become
    /// years.
    fn by(&self, options: &Options) -> Move {
        match self.patient.or(options.patient.as_deref()) {
            Some(patient) => options.by(patient),
            None => Move::ToYear,
        }
    }

    fn date(&self, cell: &mut String, sort: Sort) -> Option<(Sort, Option<Action>)> {
        if self.moved {
            return None;
        }
        let Some(options) = self.mode.options() else { return Some((sort, None)) };
        let by = self.by(options);
        let shifted = if is_fine(cell) { moved(cell, by) } else { compact_moved(cell, by) };
        let (new, action) = match (by, shifted) {
            (Move::By(_), Some(new)) => (new, Action::Shifted),
            // Which of two numbers is the month, only whoever wrote it knows.
            _ => (moved_year(cell, Move::ToYear).unwrap_or_default(), Action::Coarsened),
        };
        *cell = new;
        Some((sort, Some(action)))
    }

    /// Text: what looks like an identifier in it, and that it is there at all.
    fn text(&self, cell: &mut String, free: Option<Sort>) -> Option<(Sort, Option<Action>)> {
        let hits = scan(cell, self.echoes);
        let hit = hits.first().map(|hit| Sort {
            certainty: hit.certainty,
            identifier: hit.identifier,
            what: hit.what,
        });
        let Some(options) = self.mode.options() else { return hit.or(free).map(|sort| (sort, None)) };
        match (hit, free) {
            (_, Some(sort)) if !options.keep_text => {
                *cell = super::DUMMY.to_owned();
                Some((sort, Some(Action::Replaced)))
            }
            (Some(sort), _) => {
                *cell = struck(cell, self.echoes);
                Some((sort, Some(Action::Redacted)))
            }
            _ => None,
        }
    }

    fn is_old(&self, cell: &str) -> bool {
        let born: Option<i32> = cell.get(..4).and_then(|year| year.parse().ok());
        born.zip(self.learned.latest).is_some_and(|(born, latest)| latest - born > 89)
    }
}
