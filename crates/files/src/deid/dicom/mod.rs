//! DICOM objects, by the Basic Application Level Confidentiality Profile of PS3.15 Annex E, with the options Clean
//! Structured Content and Retain Longitudinal Temporal Information with Modified Dates.

mod header;
mod judge;
mod label;
mod profile;

use dicom_core::{
    DataElement, PrimitiveValue, Tag, VR, dictionary::DataDictionary, header::Header, value::Value,
};
use dicom_dictionary_std::{StandardDataDictionary, tags};
use dicom_object::{DefaultDicomObject, InMemDicomObject};

use self::{
    judge::{Fix, Hit},
    label::Claims,
    profile::Act,
};
use super::{
    Action, DUMMY, Dates, Identifier, Options, Place,
    dates::compact_moved,
    plan::{Learned, Mode, Notes, Sort},
    text::{Echoes, is_dummy, struck},
};

type Element = dicom_object::mem::InMemElement;

/// Registered UIDs of DICOM itself: of classes, syntaxes and well-known instances.
const REGISTERED: &str = "1.2.840.10008.";

/// What an object says about persons, to be found again in its texts; and who its patient is.
pub(super) fn learn(object: &DefaultDicomObject, learned: &mut Learned) {
    for tag in [
        tags::PATIENT_NAME,
        tags::OTHER_PATIENT_NAMES,
        tags::PATIENT_BIRTH_NAME,
        tags::REFERRING_PHYSICIAN_NAME,
    ] {
        let name = text(object, tag).unwrap_or_default();
        learned.hear(name.split(['^', '=', '\\', ' ']).map(str::to_owned));
    }
    for tag in [tags::PATIENT_ID, tags::ACCESSION_NUMBER] {
        learned.hear(text(object, tag));
    }
}

/// Who the patient is: by identifier, or else by study.
pub(super) fn patient(object: &InMemDicomObject) -> Option<String> {
    text(object, tags::PATIENT_ID).or_else(|| text(object, tags::STUDY_INSTANCE_UID))
}

/// Walks over an object.
pub(super) fn walk(object: &mut DefaultDicomObject, mode: Mode<'_>, echoes: &Echoes, notes: &mut Notes) {
    let claims = Claims::of(object);
    if let Mode::Look = mode {
        claims.note(notes);
        label::pixels(object, notes);
    }
    let patient = patient(object).unwrap_or_default();
    header::walk(object, mode, notes);
    let mut walk = Walk { mode, echoes, notes, claims, patient, path: Vec::new() };
    walk.object(object, Content::None);
    if let Mode::Edit(options) = mode {
        label::set(object, options);
    }
}

/// Whether an object is an item of structured content.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Content {
    /// It is not.
    None,
    /// It is, and the standard says that its value may identify.
    Listed,
    /// It is, and its value is free text or nothing that the standard speaks of.
    Unlisted,
}

struct Walk<'a> {
    mode: Mode<'a>,
    echoes: &'a Echoes,
    notes: &'a mut Notes,
    claims: Claims,
    patient: String,
    path: Vec<String>,
}

impl Walk<'_> {
    fn object(&mut self, object: &mut InMemDicomObject, content: Content) {
        let all: Vec<(Tag, VR)> = object.iter().map(|element| (element.tag(), element.vr())).collect();
        for (tag, vr) in all {
            self.path.push(named(tag));
            let rule = profile::of(tag);
            match object.get(tag).and_then(|element| self.judge(element, rule, content)) {
                Some(hit) => self.treat(object, tag, vr, hit),
                None if vr == VR::SQ => self.sequence(object, tag),
                None => {}
            }
            self.path.pop();
        }
    }

    /// Goes into a sequence. Items of structured content go by their concept names.
    fn sequence(&mut self, object: &mut InMemDicomObject, tag: Tag) {
        let content = [
            tags::CONTENT_SEQUENCE,
            tags::ACQUISITION_CONTEXT_SEQUENCE,
            tags::SPECIMEN_PREPARATION_STEP_CONTENT_ITEM_SEQUENCE,
        ]
        .contains(&tag);
        let codes = tag == tags::PERSON_IDENTIFICATION_CODE_SEQUENCE;
        let name = self.path.pop().unwrap_or_default();
        object.update_value(tag, |value| {
            let Value::Sequence(sequence) = value else { return };
            let mut index = 0_usize;
            let mut gone = Vec::new();
            for (at, item) in sequence.items_mut().iter_mut().enumerate() {
                self.path.push(format!("{name}[{index}]"));
                index = index.saturating_add(1);
                if content && self.is_unwanted(item) {
                    gone.push(at);
                } else {
                    if codes {
                        self.code(item);
                    }
                    let inner = match (content, concept(item)) {
                        (false, _) => Content::None,
                        (true, Some(rule)) if !rule.free => Content::Listed,
                        (true, _) => Content::Unlisted,
                    };
                    self.object(item, inner);
                }
                self.path.pop();
            }
            if self.mode.options().is_some() {
                for at in gone.into_iter().rev() {
                    sequence.items_mut().remove(at);
                }
            }
        });
        self.path.push(name);
    }

    /// Whether a content item is to go as a whole, and notes it.
    fn is_unwanted(&mut self, item: &InMemDicomObject) -> bool {
        let Some(rule) = concept(item) else { return false };
        if rule.act != Act::Remove || rule.dates {
            return false;
        }
        let identifier = match text(item, tags::VALUE_TYPE).as_deref() {
            Some("PNAME") => Identifier::Names,
            _ => Identifier::Other,
        };
        self.note(Sort::structured(identifier, "a content item that may identify"), Action::Removed, None);
        true
    }

    /// A code for a person.
    fn code(&mut self, item: &mut InMemDicomObject) {
        for tag in [tags::CODE_VALUE, tags::LONG_CODE_VALUE, tags::URN_CODE_VALUE, tags::CODE_MEANING] {
            if text(item, tag).is_some_and(|value| !is_dummy(&value)) {
                self.path.push(named(tag));
                let value = text(item, tag);
                self.note(
                    Sort::structured(Identifier::Names, "a code for a person"),
                    Action::Replaced,
                    value,
                );
                self.path.pop();
                if self.mode.options().is_some() {
                    item.update_value(tag, |value| *value = PrimitiveValue::from(DUMMY).into());
                }
            }
        }
    }

    fn note(&mut self, sort: Sort, action: Action, value: Option<String>) {
        let place = Place::Dicom { path: self.path.join(" > ") };
        match self.mode {
            Mode::Look => self.notes.found(sort, place, || value),
            Mode::Edit(_) => self.notes.changed(action, sort.identifier, place),
        }
    }

    fn treat(&mut self, object: &mut InMemDicomObject, tag: Tag, vr: VR, hit: Hit) {
        let value = object.get(tag).and_then(string);
        let Some(options) = self.mode.options() else {
            self.note(hit.sort, Action::Removed, value);
            return;
        };
        let (action, new) = self.fixed(&hit.fix, tag, vr, value.unwrap_or_default(), options);
        match new {
            None => {
                object.remove_element(tag);
            }
            Some(new) if object.get(tag).and_then(string).as_deref() == Some(&new) => return,
            Some(new) if new.is_empty() && vr == VR::SQ => {
                object.put(DataElement::empty(tag, vr));
            }
            Some(new) => {
                let known = StandardDataDictionary.by_tag(tag).map(|entry| entry.vr.relaxed());
                let vr = if vr == VR::UN { known.unwrap_or(vr) } else { vr };
                let value = if new.is_empty() { PrimitiveValue::Empty } else { PrimitiveValue::from(new) };
                object.put(DataElement::new(tag, vr, value));
            }
        }
        self.note(hit.sort, action, None);
    }

    /// The value that comes into an attribute; `None` if the attribute goes.
    fn fixed(
        &self,
        fix: &Fix,
        tag: Tag,
        vr: VR,
        value: String,
        options: &Options,
    ) -> (Action, Option<String>) {
        let each = |each: &dyn Fn(&str) -> String| {
            value.split('\\').map(|part| each(part.trim_matches(['\0', ' ']))).collect::<Vec<_>>().join("\\")
        };
        match fix {
            Fix::Remove => (Action::Removed, None),
            Fix::Empty => (Action::Emptied, Some(String::new())),
            Fix::Dummy => match dummy(vr) {
                "" => (Action::Emptied, Some(String::new())),
                dummy => (Action::Replaced, Some(dummy.to_owned())),
            },
            Fix::Patient => {
                let patient = options.patient.as_deref().unwrap_or(&self.patient);
                (Action::Pseudonymised, Some(options.secret.pseudonym(patient).to_string()))
            }
            Fix::Uid => {
                let uid = |uid: &str| match uid.is_empty() || uid.starts_with(REGISTERED) {
                    true => uid.to_owned(),
                    false => options.secret.pseudonym(uid).uid(),
                };
                (Action::Pseudonymised, Some(each(&uid)))
            }
            Fix::Age => (Action::Coarsened, Some("090Y".to_owned())),
            Fix::Strike => (Action::Redacted, Some(struck(&value, self.echoes))),
            Fix::Date if vr == VR::TM => match options.dates {
                // A time of day says nothing without its day, and intervals need it.
                Dates::Shift => (Action::Shifted, Some(value)),
                Dates::Year => match profile::of(tag).map(|rule| rule.act(tag, vr)) {
                    Some(Act::Remove) => (Action::Removed, None),
                    Some(Act::Dummy) => (Action::Coarsened, Some("000000".to_owned())),
                    _ => (Action::Emptied, Some(String::new())),
                },
            },
            Fix::Date => {
                let by = options.by(&self.patient);
                let moved = |date: &str| compact_moved(date, by).unwrap_or_default();
                (options.dated(), Some(each(&moved)))
            }
        }
    }
}

/// The dummy for a value representation; nothing for those that can be empty only.
fn dummy(vr: VR) -> &'static str {
    match vr {
        VR::AE | VR::CS | VR::LO | VR::LT | VR::PN | VR::SH | VR::ST | VR::UC | VR::UT => DUMMY,
        _ => "",
    }
}

fn concept(item: &InMemDicomObject) -> Option<profile::Item> {
    let name = item.get(tags::CONCEPT_NAME_CODE_SEQUENCE)?.items()?.first()?;
    let (scheme, code) = (text(name, tags::CODING_SCHEME_DESIGNATOR)?, text(name, tags::CODE_VALUE)?);
    profile::of_concept(&scheme, &code, &text(item, tags::VALUE_TYPE)?)
}

/// Years of an age string such as `092Y`.
fn years(age: &str) -> Option<u32> {
    age.trim().strip_suffix('Y')?.parse().ok()
}

/// `(gggg,eeee) Keyword`.
fn named(tag: Tag) -> String {
    let known = StandardDataDictionary.by_tag(tag);
    let keyword =
        known.map(|entry| entry.alias).unwrap_or(if tag.group() % 2 == 1 { "private" } else { "unknown" });
    format!("{tag} {keyword}")
}

/// The text of an element, if its value representation is one of texts.
fn string(element: &Element) -> Option<String> {
    let binary = [VR::OB, VR::OD, VR::OF, VR::OL, VR::OV, VR::OW, VR::UN];
    match element.value() {
        Value::Primitive(value) if !binary.contains(&element.vr()) => {
            Some(value.to_str().trim_end_matches(['\0', ' ']).to_owned())
        }
        _ => None,
    }
}

pub(super) fn text(object: &InMemDicomObject, tag: Tag) -> Option<String> {
    object.get(tag).and_then(string).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}
