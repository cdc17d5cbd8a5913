//! References between resources, and where resources are.

use super::rules::BASE;

pub(super) fn is_known_url(url: &str, known: impl Fn(&str) -> bool) -> bool {
    match url.strip_prefix(BASE) {
        Some(rest) => rest.rsplit('/').next().is_some_and(known),
        None => url.starts_with("urn:") && known(url),
    }
}

pub(super) fn is_known_reference(reference: &str, known: impl Fn(&str) -> bool) -> bool {
    match Reference::of(reference) {
        Reference::Whole => true,
        Reference::Contained(id) | Reference::Urn(id) => known(id),
        Reference::Typed { id, .. } => !reference.contains("://") && known(id),
        Reference::Other(_) => false,
    }
}

/// A reference in its parts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reference<'a> {
    /// `#`: the resource that contains this one.
    Whole,
    /// `#id`.
    Contained(&'a str),
    /// `urn:uuid:…`, `urn:oid:…`, whole.
    Urn(&'a str),
    /// `Type/id` or `https://…/Type/id`, with or without a version; or a condition on the type.
    Typed { of: &'a str, id: &'a str },
    /// Anything else.
    Other(&'a str),
}

impl<'a> Reference<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        if let Some(id) = text.strip_prefix('#') {
            return if id.is_empty() { Self::Whole } else { Self::Contained(id) };
        }
        if text.starts_with("urn:") {
            return Self::Urn(text);
        }
        if let Some((before, condition)) = text.split_once('?') {
            let of = before.rsplit('/').next().unwrap_or_default();
            return Self::Typed { of, id: condition };
        }
        let text = text.split("/_history/").next().unwrap_or(text);
        let mut parts = text.rsplit('/');
        match (parts.next(), parts.next()) {
            (Some(id), Some(of)) if of.starts_with(|c: char| c.is_ascii_uppercase()) && !id.is_empty() => {
                Self::Typed { of, id }
            }
            _ => Self::Other(text),
        }
    }

    /// The id by which a patient is known wherever it is referred to.
    pub(super) fn id(self) -> Option<&'a str> {
        match self {
            Self::Whole => None,
            Self::Contained(id) | Self::Typed { id, .. } | Self::Other(id) => Some(id),
            Self::Urn(urn) => urn.rsplit(':').next(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_references_apart() {
        assert_eq!(Reference::of("#"), Reference::Whole);
        assert_eq!(Reference::of("#p1"), Reference::Contained("p1"));
        assert_eq!(Reference::of("urn:uuid:1").id(), Some("1"));
        let typed = Reference::Typed { of: "Patient", id: "1" };
        for text in ["Patient/1", "https://a.example/fhir/Patient/1", "Patient/1/_history/2"] {
            assert_eq!(Reference::of(text), typed, "{text}");
        }
        let conditional = Reference::of("Practitioner?identifier=npi|9");
        assert_eq!(conditional, Reference::Typed { of: "Practitioner", id: "identifier=npi|9" });
        assert_eq!(Reference::of("nonsense"), Reference::Other("nonsense"));
    }
}
