//! The tables of DICOM PS3.15 Annex E, and what follows from them.

use std::{collections::BTreeMap, sync::LazyLock};

use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;

use crate::deid::Identifier;

/// Of which edition the tables are.
pub(super) const EDITION: &str = "PS3.15 2026d";

/// What the Basic Profile does with an attribute or a content item.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Act {
    /// X: it is removed.
    Remove,
    /// Z: it is emptied.
    Empty,
    /// D: a dummy value replaces it.
    Dummy,
    /// U: another UID replaces it, the same for the same.
    Uid,
    /// It is a sequence whose items are treated as the rest of the object.
    Into,
}

/// A row of table E.1-1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    pub basic: &'static str,
    /// Whether the Modified Dates option cleans it.
    pub dates: bool,
    /// Whether the Retain Patient Characteristics option keeps it.
    pub characteristic: bool,
    pub identifier: Identifier,
}

impl Rule {
    /// What to do with it. Where the table leaves it to the type of the attribute in its IOD (`X/Z/D`), what leaves every
    /// object valid is done, except for sequences of codes of institutions and persons, which no IOD needs.
    pub(super) fn act(&self, tag: Tag, vr: VR) -> Act {
        const CODES: [Tag; 2] = [tags::INSTITUTION_CODE_SEQUENCE, tags::OPERATOR_IDENTIFICATION_SEQUENCE];
        match self.basic {
            "X" => Act::Remove,
            _ if CODES.contains(&tag) => Act::Remove,
            "Z" | "X/Z" => Act::Empty,
            "U" => Act::Uid,
            _ if vr == VR::SQ => Act::Into,
            // Annotation Group UID has D, and is a UID.
            _ if vr == VR::UI => Act::Uid,
            _ => Act::Dummy,
        }
    }
}

const PROFILE: &str = include_str!("profile.csv");
const CONTENT: &str = include_str!("content.csv");

static RULES: LazyLock<BTreeMap<Tag, Rule>> = LazyLock::new(|| rows(PROFILE).filter_map(rule).collect());
static ITEMS: LazyLock<BTreeMap<[&str; 3], Item>> =
    LazyLock::new(|| rows(CONTENT).filter_map(item).collect());

/// The rows of a table, without comments and the header.
fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|line| !line.starts_with('#')).skip(1).map(|line| line.split('|').collect())
}

fn rule(row: Vec<&'static str>) -> Option<(Tag, Rule)> {
    let [tag, _, basic, options, letter] = row.try_into().ok()?;
    let group = u16::from_str_radix(tag.get(..4)?, 16).ok()?;
    let element = u16::from_str_radix(tag.get(4..)?, 16).ok()?;
    let rule = Rule {
        basic,
        dates: options.contains('D'),
        characteristic: options.contains('P'),
        identifier: Identifier::of_letter(letter.chars().next()?)?,
    };
    Some((Tag(group, element), rule))
}

/// A row of table E.3.4-1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub act: Act,
    pub dates: bool,
    /// Whether it is a text that people write, which the Clean Descriptors option cleans.
    pub free: bool,
}

fn item(row: Vec<&'static str>) -> Option<([&'static str; 3], Item)> {
    let [scheme, code, _, value_type, basic, options] = row.try_into().ok()?;
    let act = if basic == "X" { Act::Remove } else { Act::Dummy };
    let item = Item { act, dates: options.contains('D'), free: options.contains('T') };
    Some(([scheme, code, value_type], item))
}

/// The rule for an attribute. Overlays and curves are whole groups (`60xx`, `50xx`), which [`is_graphics`] knows.
pub(super) fn of(tag: Tag) -> Option<&'static Rule> {
    RULES.get(&tag)
}

/// The rule for a content item, by the coding scheme and code of its concept name, and its value type.
pub(super) fn of_concept(scheme: &str, code: &str, value_type: &str) -> Option<Item> {
    ITEMS.get(&[scheme, code, value_type]).copied()
}

/// Overlays and curves: retired or not, they are removed with all that belongs to them.
pub(super) fn is_graphics(tag: Tag) -> bool {
    matches!(tag.group() & 0xff00, 0x5000 | 0x6000) && tag.group().is_multiple_of(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use dicom_core::dictionary::{DataDictionary, VirtualVr};
    use dicom_dictionary_std::StandardDataDictionary;

    #[test]
    fn has_every_row_of_the_tables() {
        // Table E.1-1 has 657 rows: one is for private attributes, three are for groups.
        assert_eq!(rows(PROFILE).count(), 656);
        assert_eq!(RULES.len(), 653);
        assert_eq!((rows(CONTENT).count(), ITEMS.len()), (214, 214));
        let known = ["X", "Z", "D", "U", "X/Z", "X/D", "Z/D", "X/Z/D", "X/Z/U*"];
        assert!(RULES.values().all(|rule| known.contains(&rule.basic)));
    }

    #[test]
    fn acts_as_the_table_says() {
        let act = |tag, vr| of(tag).unwrap().act(tag, vr);
        assert_eq!(act(tags::PATIENT_NAME, VR::PN), Act::Empty);
        assert_eq!(act(tags::PATIENT_ID, VR::LO), Act::Dummy);
        assert_eq!(act(tags::PATIENT_ADDRESS, VR::LO), Act::Remove);
        assert_eq!(act(tags::SOP_INSTANCE_UID, VR::UI), Act::Uid);
        assert_eq!(act(tags::DEVICE_SERIAL_NUMBER, VR::LO), Act::Dummy);
        assert_eq!(act(tags::SOURCE_IMAGE_SEQUENCE, VR::SQ), Act::Into);
        assert_eq!(act(tags::INSTITUTION_CODE_SEQUENCE, VR::SQ), Act::Remove);
        assert!(of(tags::STUDY_DATE).unwrap().dates);
        assert!(of(tags::PATIENT_SEX).unwrap().characteristic);
        assert!(of(tags::ROWS).is_none());
        assert_eq!(of(tags::PATIENT_NAME).unwrap().identifier, Identifier::Names);
        assert_eq!(of_concept("DCM", "110180", "UIDREF").unwrap().act, Act::Dummy);
        assert_eq!(of_concept("DCM", "121112", "IMAGE").unwrap().act, Act::Dummy);
        assert_eq!(of_concept("DCM", "121112", "WAVEFORM").unwrap().act, Act::Remove);
        assert!(of_concept("DCM", "121112", "NUM").is_none());
    }

    #[test]
    fn dates_are_dates() {
        for (tag, rule) in RULES.iter() {
            let Some(entry) = StandardDataDictionary.by_tag(*tag) else { continue };
            if let VirtualVr::Exact(VR::DA | VR::DT | VR::TM) = entry.vr {
                assert_eq!(rule.identifier, Identifier::Dates, "{tag}");
            }
            if let VirtualVr::Exact(VR::PN) = entry.vr {
                assert_eq!(rule.identifier, Identifier::Names, "{tag}");
            }
        }
    }

    #[test]
    fn knows_overlays() {
        assert!(is_graphics(Tag(0x6000, 0x3000)) && is_graphics(Tag(0x60fe, 0x0010)));
        assert!(is_graphics(Tag(0x5000, 0x0005)));
        assert!(!is_graphics(Tag(0x7fe0, 0x0010)) && !is_graphics(Tag(0x6001, 0x0010)));
    }
}
