//! Text of no known form, and what images and PDFs say besides what they show.

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
    let number = match at {
        At::Line(number) => number,
        _ => 1,
    };
    let place = |column: usize| Place::Text {
        line: number,
        column: u64::try_from(column).unwrap_or_default().saturating_add(1),
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

/// A piece of metadata, which cannot be edited.
pub(super) fn metadata(name: &str, value: &str, mode: Mode<'_>, notes: &mut Notes) {
    if let Mode::Edit(_) = mode {
        return;
    }
    notes.limits.insert(
        "What an image shows and what a page says is not read: text and faces in it are for people to find."
            .to_owned(),
    );
    if value.trim().is_empty() && !name.contains("GPS") || is_dummy(value) && !value.trim().is_empty() {
        return;
    }
    let lower = name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let sort = if has(&["gps", "location", "city", "country"]) {
        Sort::structured(Identifier::Geography, "where an image was taken")
    } else if has(&["artist", "author", "owner", "creator", "by-line", "byline", "contact", "name"])
        && !has(&["tool"])
    {
        Sort::structured(Identifier::Names, "who made a file")
    } else if has(&["serial"]) {
        Sort::structured(Identifier::Device, "the number of a device")
    } else if has(&["uniqueid", "unique id", "documentid", "instanceid"]) {
        Sort::structured(Identifier::Other, "the number of a file")
    } else if has(&["date", "time"]) {
        Sort::structured(Identifier::Dates, "when a file was made")
    } else if has(&["producer", "software", "make", "model", "tool", "version"]) {
        return;
    } else {
        let (certainty, what) = (Certainty::Possible, "text beside an image or pages");
        Sort { certainty, identifier: Identifier::Other, what }
    };
    notes.found(sort, Place::Part { part: name.to_owned() }, || Some(value.to_owned()));
}
