//! Which attributes of DICOM identify, and what is to be done with them.

use dicom_core::{
    Tag, VR,
    dictionary::DataDictionary,
    header::{HasLength, Header},
};
use dicom_dictionary_std::{StandardDataDictionary, tags};

use super::{
    Content, Element, REGISTERED, Walk, label,
    profile::{self, Act, Rule},
    string, years,
};
use crate::deid::{
    Dates, Identifier,
    dates::is_compact,
    plan::{Mode, Sort},
    text::{is_dummy, scan},
};

/// What is to be done with an attribute, and why.
pub(super) struct Hit {
    pub sort: Sort,
    pub fix: Fix,
}

pub(super) enum Fix {
    Remove,
    Empty,
    Dummy,
    Uid,
    Patient,
    Date,
    Age,
    Strike,
}

impl Walk<'_> {
    /// What is to be done with an attribute. Nothing with one that is empty or treated already.
    pub(super) fn judge(&self, element: &Element, rule: Option<&Rule>, content: Content) -> Option<Hit> {
        let (tag, vr) = (element.tag(), element.vr());
        let empty = element.length().get() == Some(0) || element.items().is_some_and(<[_]>::is_empty);
        if tag.element() == 0 || label::is_label(tag) || empty {
            return None;
        }
        let structured = |identifier, what, fix| Some(Hit { sort: Sort::structured(identifier, what), fix });
        if tag.group() % 2 == 1 {
            return structured(Identifier::Other, "a private attribute", Fix::Remove);
        }
        if profile::is_graphics(tag) {
            return structured(Identifier::Other, "an overlay or curve", Fix::Remove);
        }
        let value = string(element);
        let Some(rule) = rule else { return self.unlisted(tag, vr, content, value) };
        if rule.characteristic && self.keeps_characteristics() {
            let old =
                tag == tags::PATIENT_AGE && value.as_deref().and_then(years).is_some_and(|age| age > 90);
            return if old { structured(Identifier::Dates, "an age over 89", Fix::Age) } else { None };
        }
        let what = "an attribute that the Basic Profile removes or replaces";
        if rule.dates && matches!(vr, VR::DA | VR::DT | VR::TM) {
            return self.dated(vr, value);
        }
        let (certainty_is_low, fix) = match rule.act(tag, vr) {
            Act::Remove => (false, Fix::Remove),
            Act::Empty if value.as_deref().is_some_and(is_dummy) => return None,
            Act::Empty if tag == tags::PATIENT_NAME => (self.claims.basic, Fix::Patient),
            Act::Empty => (self.claims.basic, Fix::Empty),
            Act::Dummy if value.as_deref().is_some_and(is_dummy) => return None,
            Act::Dummy if tag == tags::PATIENT_ID => (self.claims.basic, Fix::Patient),
            Act::Dummy => (self.claims.basic, Fix::Dummy),
            Act::Uid => return self.uid(value),
            Act::Into => return None,
        };
        match certainty_is_low {
            // It says that it was treated: what is there may be a dummy.
            true => Some(Hit {
                sort: Sort::possible(rule.identifier, "what the file says is a replacement"),
                fix,
            }),
            false => structured(rule.identifier, what, fix),
        }
    }

    fn keeps_characteristics(&self) -> bool {
        match self.mode {
            Mode::Look => self.claims.characteristics,
            Mode::Edit(options) => options.keep_characteristics,
        }
    }

    fn dated(&self, vr: VR, value: Option<String>) -> Option<Hit> {
        let moved = match self.mode {
            Mode::Look => self.claims.dates,
            Mode::Edit(options) => self.claims.dates && self.claims.ours && options.dates == Dates::Shift,
        };
        let fine = match vr {
            VR::TM => true,
            _ => value.as_deref().is_none_or(|value| value.split('\\').any(is_compact)),
        };
        (!moved && fine)
            .then_some(Hit { sort: Sort::structured(Identifier::Dates, "a date or time"), fix: Fix::Date })
    }

    fn uid(&self, value: Option<String>) -> Option<Hit> {
        let value = value?;
        let known = |uid: &str| {
            let uid = uid.trim_matches(['\0', ' ']);
            uid.is_empty() || uid.starts_with(REGISTERED) || self.mode.is_pseudonym(uid)
        };
        let claimed = self.mode.options().is_none() && self.claims.uids;
        (!claimed && !value.split('\\').all(known)).then_some(Hit {
            sort: Sort::structured(Identifier::Other, "the UID of an instance"),
            fix: Fix::Uid,
        })
    }

    /// An attribute that the profile does not name.
    fn unlisted(&self, tag: Tag, vr: VR, content: Content, value: Option<String>) -> Option<Hit> {
        let structured = |identifier, what, fix| Some(Hit { sort: Sort::structured(identifier, what), fix });
        if StandardDataDictionary.by_tag(tag).is_none() {
            return structured(Identifier::Other, "an attribute that DICOM does not know", Fix::Remove);
        }
        let value = value.filter(|value| !is_dummy(value))?;
        if content == Content::Listed && tag == tags::TEXT_VALUE {
            return structured(Identifier::Other, "text that may identify, by what it is about", Fix::Dummy);
        }
        if content == Content::Unlisted && tag == tags::TEXT_VALUE {
            let keep = self.mode.options().is_some_and(|options| options.keep_text);
            let fix = if keep { Fix::Strike } else { Fix::Dummy };
            return Some(Hit { sort: Sort::possible(Identifier::Other, "free text"), fix });
        }
        match vr {
            VR::PN => structured(Identifier::Names, "a person's name", Fix::Empty),
            VR::DA | VR::DT => self.dated(vr, Some(value)),
            VR::LO | VR::LT | VR::SH | VR::ST | VR::UC | VR::UT => {
                let hits = scan(&value, self.echoes);
                let hit = hits.first()?;
                let sort = Sort { certainty: hit.certainty, identifier: hit.identifier, what: hit.what };
                Some(Hit { sort, fix: Fix::Strike })
            }
            _ => None,
        }
    }
}
