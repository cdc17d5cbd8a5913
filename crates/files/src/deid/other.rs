//! Text of no known form, what images and PDFs say besides what they show, and what could not be read.

use super::{
    Action, Certainty, Identifier, Place,
    plan::{Mode, Notes, Sort},
    text::{Echoes, is_dummy, scan, struck},
};
use crate::At;

/// A line of text.
pub(super) fn line(line: &mut String, at: At, mode: Mode<'_>, echoes: &Echoes, notes: &mut Notes) {
    let hits = scan(line, echoes);
    if matches!(mode, Mode::Look) {
        notes.limits.insert(
            "Text is searched for what looks like an identifier: names and stories in it are for people to find."
                .to_owned(),
        );
    }
    if hits.is_empty() {
        return;
    }
    let place = |column: usize| {
        let line = match at {
            At::Page(page) => return Place::Part { part: format!("page {page}") },
            At::Line(line) => line,
            _ => 1,
        };
        Place::Text { line, column: u64::try_from(column).unwrap_or_default().saturating_add(1) }
    };
    match mode {
        Mode::Look => notes.read(line, &hits, |hit| place(hit.at.start)),
        Mode::Edit(_) => {
            for hit in &hits {
                notes.changed(Action::Redacted, hit.identifier, place(hit.at.start));
            }
            *line = struck(line, echoes);
        }
    }
}

/// A piece of metadata. What is written anew is without it.
pub(super) fn metadata(name: &str, value: &str, mode: Mode<'_>, notes: &mut Notes) {
    let sort = sort(name, value);
    let place = Place::Part { part: name.to_owned() };
    match (mode, sort) {
        (Mode::Look, sort) => {
            notes.limits.insert(
                "What an image shows is not read: text and faces in it are for people to find.".to_owned(),
            );
            if let Some(sort) = sort {
                notes.found(sort, place, || Some(value.to_owned()));
            }
        }
        (Mode::Edit(_), sort) => {
            let identifier = sort.map_or(Identifier::Other, |sort| sort.identifier);
            notes.changed(Action::Removed, identifier, place);
        }
    }
}

/// What could not be read. Why not is told as its value, since it may quote the file.
pub(super) fn unread(why: &str, notes: &mut Notes) {
    let what = "what follows where a file is broken: nobody looked at it";
    let place = Place::Part { part: "unread rest of a broken file".to_owned() };
    notes.found(Sort::structured(Identifier::Other, what), place, || Some(why.to_owned()));
}

/// What a piece of metadata tells, if it may identify.
fn sort(name: &str, value: &str) -> Option<Sort> {
    if is_dummy(value) && !value.trim().is_empty() {
        return None;
    }
    let lower = name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let sort = if has(&["gps", "location", "city", "country"]) {
        Sort::structured(Identifier::Geography, "where an image was taken")
    } else if has(&["artist", "author", "owner", "creator", "by-line", "byline", "contact", "name"])
        && !has(&["tool", "pdf creator"])
    {
        Sort::structured(Identifier::Names, "who made a file")
    } else if has(&["serial"]) {
        Sort::structured(Identifier::Device, "the number of a device")
    } else if has(&["uniqueid", "unique id", "documentid", "instanceid"]) {
        Sort::structured(Identifier::Other, "the number of a file")
    } else if has(&["creationdate", "moddate", "createdate", "modifydate"]) {
        // Programs write it by themselves, also into files that have nothing to do with anybody.
        Sort { certainty: Certainty::Pattern, identifier: Identifier::Dates, what: "when a file was made" }
    } else if has(&["date", "time"]) {
        Sort::structured(Identifier::Dates, "when an image was taken")
    } else if has(&["producer", "software", "make", "model", "tool", "version"]) {
        return None;
    } else {
        Sort::possible(Identifier::Other, "text or data beside an image or pages")
    };
    Some(sort)
}
