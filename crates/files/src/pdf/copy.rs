//! A PDF written anew: its pages with what they show, and nothing else. What it does not know it leaves out, or refuses
//! if the pages might look otherwise without it.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, VecDeque},
};

use hayro_syntax::{
    Filter, Pdf,
    object::{Array, Dict, MaybeRef, Name, ObjRef, Object, ObjectIdentifier, Stream},
    xref::XRef,
};

use super::{
    known::{CATALOG, DENIED, INHERITED, INVISIBLE, OUTSIDE, PAGE, STRINGS},
    text::said,
    written::{name, number, says_more, shown, string, version},
};
use crate::image::{self, Found};

/// How deep arrays and dictionaries are in each other at most, and pages below the root.
const DEEPEST: usize = 64;

/// Writes a file anew, and notes what is left out; only that, unless `editing`.
///
/// # Errors
/// Why it cannot be written so, in words that begin with a verb.
pub(super) fn copied(pdf: &Pdf, editing: bool, found: &mut Found) -> Result<Vec<u8>, String> {
    let xref = pdf.xref();
    let root: Dict<'_> = xref.get(xref.root_id()).ok_or("has no catalog")?;
    let mut copy = Copy {
        xref,
        numbers: BTreeMap::new(),
        waiting: VecDeque::new(),
        used: 2,
        places: BTreeMap::new(),
        out: format!("%PDF-{}\n%\u{e2}\u{e3}\u{cf}\u{d3}\n", version(pdf.version())).into_bytes(),
        editing,
        refused: None,
        found,
    };
    copy.information(pdf.data().as_ref());
    copy.catalog(&root);
    copy.pages(pdf, &root);
    while let Some((number, id)) = copy.waiting.pop_front() {
        let object: Option<Object<'_>> = xref.get(id);
        let mut body = Vec::new();
        match object {
            Some(Object::Stream(stream)) => copy.stream(&mut body, &stream),
            Some(object) => copy.value(&mut body, &object, 0),
            None => body.extend(b"null"),
        }
        copy.object(number, &body);
    }
    copy.end()
}

struct Copy<'a, 'b> {
    xref: &'a XRef,
    /// The new numbers of objects.
    numbers: BTreeMap<ObjectIdentifier, u32>,
    waiting: VecDeque<(u32, ObjectIdentifier)>,
    used: u32,
    /// Where the new objects are.
    places: BTreeMap<u32, usize>,
    out: Vec<u8>,
    editing: bool,
    refused: Option<String>,
    found: &'b mut Found,
}

impl<'a> Copy<'a, '_> {
    fn refuse(&mut self, reason: impl Into<String>) {
        self.refused.get_or_insert(reason.into());
    }

    fn resolved(&self, value: MaybeRef<Object<'a>>) -> Option<Object<'a>> {
        match value {
            MaybeRef::Ref(reference) => self.xref.get(reference.into()),
            MaybeRef::NotRef(object) => Some(object),
        }
    }

    fn new_number(&mut self) -> u32 {
        self.used = self.used.saturating_add(1);
        self.used
    }

    /// The information dictionaries, of earlier revisions, too, which are not written again.
    fn information(&mut self, bytes: &[u8]) {
        let mut seen = BTreeSet::new();
        let mut rest = bytes;
        while let Some(at) = rest.windows(5).position(|window| window == b"/Info") {
            rest = rest.get(at.saturating_add(5)..).unwrap_or_default();
            let words = rest.get(..32).unwrap_or(rest).split(u8::is_ascii_whitespace);
            let mut words = words.filter(|word| !word.is_empty()).map(|word| std::str::from_utf8(word).ok());
            let number = words.next().flatten().and_then(|word| word.parse().ok());
            let generation = words.next().flatten().and_then(|word| word.parse().ok());
            let (Some(number), Some(generation)) = (number, generation) else { continue };
            let id = ObjectIdentifier::new(number, generation);
            if !seen.insert(id) {
                continue;
            }
            let Some(information) = self.xref.get::<Dict<'_>>(id) else { continue };
            for (key, value) in information.entries() {
                match self.resolved(value) {
                    Some(Object::String(text)) if text.is_empty() => {}
                    Some(Object::String(text)) => {
                        self.found.add(format!("PDF {}", shown(&key)), said(text.as_bytes()));
                    }
                    Some(Object::Null(_)) | None => {}
                    Some(_) => self.found.add(format!("PDF {}", shown(&key)), ""),
                }
            }
        }
    }

    fn catalog(&mut self, root: &Dict<'a>) {
        let mut body = b"<</Type/Catalog/Pages 2 0 R".to_vec();
        for (key, value) in root.entries() {
            match &*key {
                b"Type" | b"Pages" => {}
                known if CATALOG.contains(&known) => self.member(&mut body, &key, value, 0),
                b"AcroForm" => {
                    let form = self.resolved(value).and_then(Object::into_dict);
                    let fields = form.and_then(|form| form.get::<Array<'_>>("Fields"));
                    match fields.is_some_and(|fields| fields.raw_iter().next().is_some()) {
                        true => self.refuse("has form fields: print it into a new PDF"),
                        false => self.found.add("PDF form", ""),
                    }
                }
                b"OCProperties" => {
                    let layers = self.resolved(value).and_then(Object::into_dict);
                    let layers = layers.and_then(|layers| layers.get::<Array<'_>>("OCGs"));
                    if layers.is_some_and(|layers| layers.raw_iter().next().is_some()) {
                        self.refuse("has layers, which may be hidden: print it into a new PDF");
                    }
                }
                b"Names" => {
                    let names = self.resolved(value).and_then(Object::into_dict).unwrap_or_default();
                    for key in names.keys() {
                        let name = match &*key {
                            b"EmbeddedFiles" => "PDF attachment".to_owned(),
                            b"JavaScript" => "PDF JavaScript".to_owned(),
                            _ => format!("PDF {}", shown(&key)),
                        };
                        self.found.add(name, "");
                    }
                }
                _ => self.left_out(&key, value),
            }
        }
        body.extend(b">>");
        self.object(1, &body);
    }

    fn pages(&mut self, pdf: &'a Pdf, root: &Dict<'a>) {
        let pages: Vec<&Dict<'a>> = pdf.pages().iter().map(|page| page.raw()).collect();
        let said = root.get::<Dict<'_>>("Pages").and_then(|pages| pages.get::<i32>("Count"));
        if said.and_then(|said| usize::try_from(said).ok()) != Some(pages.len()) {
            self.refuse(format!("has {} pages that can be read, and not as many as it says", pages.len()));
        }
        let numbers: Vec<u32> = pages.iter().map(|_| self.new_number()).collect();
        let kids: Vec<String> = numbers.iter().map(|number| format!("{number} 0 R")).collect();
        let tree = format!("<</Type/Pages/Count {}/Kids[{}]>>", kids.len(), kids.join(" "));
        self.object(2, tree.as_bytes());
        for (number, page) in numbers.into_iter().zip(pages) {
            let mut body = b"<</Type/Page/Parent 2 0 R".to_vec();
            let mut entries: Vec<_> = page.entries().collect();
            for key in INHERITED.iter().filter(|key| !page.contains_key(key)) {
                entries.extend(inherited(page, key).map(|value| (Name::new_unescaped(key), value)));
            }
            // In the order in which they are read from the copy.
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            for (key, value) in entries {
                match &*key {
                    b"Type" | b"Parent" => {}
                    known if PAGE.contains(&known) => self.member(&mut body, &key, value, 0),
                    b"StructParents" => {}
                    b"Annots" => self.annotations(value),
                    _ => self.left_out(&key, value),
                }
            }
            body.extend(b">>");
            self.object(number, &body);
        }
    }

    fn annotations(&mut self, value: MaybeRef<Object<'a>>) {
        let annotations = self.resolved(value).and_then(Object::into_array);
        for annotation in annotations.into_iter().flat_map(|annotations| annotations.iter::<Dict<'_>>()) {
            let kind = annotation.get::<Name<'_>>("Subtype");
            let kind = kind.as_deref().unwrap_or_default();
            let name = String::from_utf8_lossy(kind).into_owned();
            match INVISIBLE.contains(&kind) {
                true if kind == b"FileAttachment" => self.found.add("PDF attachment", ""),
                true => self.found.add(format!("PDF annotation {name}"), ""),
                false => self.refuse(format!(
                    "has an annotation ({name}) which would be lost: print it into a new PDF"
                )),
            }
        }
    }

    /// Notes what is not written again.
    fn left_out(&mut self, key: &Name<'_>, value: MaybeRef<Object<'a>>) {
        match (&**key, self.resolved(value)) {
            (b"Metadata", Some(Object::Stream(stream))) => {
                image::xmp(&stream.decoded_data().unwrap_or_default(), self.found);
            }
            (b"AF", _) => self.found.add("PDF attachment", ""),
            (_, Some(Object::String(text))) => {
                self.found.add(format!("PDF {}", shown(key)), said(text.as_bytes()));
            }
            (_, Some(object)) => {
                let action = object.into_dict().and_then(|action| action.get::<Name<'_>>("S"));
                match action.is_some_and(|action| &*action == b"JavaScript") {
                    true => self.found.add("PDF JavaScript", ""),
                    false => self.found.add(format!("PDF {}", shown(key)), ""),
                }
            }
            (_, None) => {}
        }
    }

    /// An entry of a dictionary, if it says how something is shown.
    fn member(&mut self, body: &mut Vec<u8>, key: &Name<'_>, value: MaybeRef<Object<'a>>, depth: usize) {
        if DENIED.contains(&&**key) {
            return self.left_out(key, value);
        }
        let text = match &value {
            MaybeRef::Ref(reference) => {
                self.xref.get::<hayro_syntax::object::String<'_>>((*reference).into())
            }
            MaybeRef::NotRef(Object::String(text)) => Some(text.clone()),
            MaybeRef::NotRef(_) => None,
        };
        if let Some(text) = text {
            let plain =
                text.len() <= 12 && text.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'-');
            if STRINGS.contains(&&**key) || &**key == b"Lang" && plain {
                name(body, key);
                string(body, &text);
            } else if !text.is_empty() {
                self.found.add(format!("PDF text in {}", shown(key)), said(&text));
            }
            return;
        }
        name(body, key);
        body.push(b' ');
        self.any(body, value, depth);
    }

    fn any(&mut self, body: &mut Vec<u8>, value: MaybeRef<Object<'a>>, depth: usize) {
        match value {
            MaybeRef::Ref(reference) => self.reference(body, reference),
            MaybeRef::NotRef(object) => self.value(body, &object, depth),
        }
    }

    fn reference(&mut self, body: &mut Vec<u8>, reference: ObjRef) {
        let id = ObjectIdentifier::from(reference);
        if let Some(number) = self.numbers.get(&id) {
            return body.extend(format!("{number} 0 R").bytes());
        }
        let dict = match self.xref.get::<Object<'_>>(id) {
            Some(Object::Dict(dict)) => Some(dict),
            Some(Object::Stream(stream)) => Some(stream.dict().clone()),
            Some(_) => None,
            None => return body.extend(b"null"),
        };
        let kind = dict.and_then(|dict| dict.get::<Name<'_>>("Type"));
        if kind.is_some_and(|kind| OUTSIDE.contains(&&*kind)) {
            return body.extend(b"null");
        }
        let number = self.new_number();
        self.numbers.insert(id, number);
        self.waiting.push_back((number, id));
        body.extend(format!("{number} 0 R").bytes());
    }

    fn value(&mut self, body: &mut Vec<u8>, object: &Object<'a>, depth: usize) {
        if depth > DEEPEST {
            self.refuse(format!("has objects more than {DEEPEST} deep in each other"));
            return body.extend(b"null");
        }
        let deeper = depth.saturating_add(1);
        match object {
            Object::Null(_) => body.extend(b"null"),
            Object::Boolean(value) => body.extend(value.to_string().bytes()),
            Object::Number(value) => number(body, *value),
            Object::Name(value) => name(body, value),
            // Where a string belongs to how something is shown, its dictionary or array writes it.
            Object::String(text) => {
                if !text.is_empty() {
                    self.found.add("PDF text in an array", said(text));
                }
                body.extend(b"()");
            }
            Object::Array(array) => {
                body.push(b'[');
                let mut indexed = false;
                for (index, item) in array.raw_iter().enumerate() {
                    match item {
                        MaybeRef::NotRef(Object::String(text)) if indexed => string(body, &text),
                        item => {
                            indexed |= index == 0
                                && matches!(&item, MaybeRef::NotRef(Object::Name(name)) if matches!(&**name, b"Indexed" | b"I"));
                            self.any(body, item, deeper);
                        }
                    }
                    body.push(b' ');
                }
                body.push(b']');
            }
            Object::Dict(dict) => {
                body.extend(b"<<");
                for (key, value) in dict.entries() {
                    self.member(body, &key, value, deeper);
                }
                body.extend(b">>");
            }
            Object::Stream(_) => self.refuse("has a stream within another object"),
        }
    }

    fn stream(&mut self, body: &mut Vec<u8>, stream: &Stream<'a>) {
        let dict = stream.dict();
        if dict.contains_key("F") {
            self.refuse("keeps data in other files");
        }
        let data = self.data(stream);
        body.extend(b"<<");
        for (key, value) in dict.entries().filter(|(key, _)| &**key != b"Length") {
            self.member(body, &key, value, 0);
        }
        body.extend(format!("/Length {}>>\nstream\n", data.len()).bytes());
        body.extend_from_slice(&data);
        body.extend(b"\nendstream");
    }

    /// The bytes of a stream; those of a JPEG image without what it says besides what it shows.
    fn data(&mut self, stream: &Stream<'a>) -> Cow<'a, [u8]> {
        let data = stream.raw_data();
        let filters = stream.filters();
        let has = |filter: Filter| filters.contains(&filter);
        if has(Filter::Crypt) {
            self.refuse("has encrypted parts");
        }
        if (has(Filter::DctDecode) || has(Filter::JpxDecode)) && filters.len() > 1 {
            self.refuse("has JPEG images that are packed twice: print it into a new PDF");
        } else if has(Filter::JpxDecode) && says_more(&data) {
            self.refuse("has a JPEG 2000 image with metadata: print it into a new PDF");
        } else if has(Filter::DctDecode) {
            match image::stripped(&data) {
                Ok((copy, found)) if !found.is_empty() => {
                    self.found.append(found);
                    return Cow::Owned(copy);
                }
                Ok(_) => {}
                Err(reason) => self.refuse(format!("has a JPEG image that cannot be read: {reason}")),
            }
        }
        data
    }

    fn object(&mut self, number: u32, body: &[u8]) {
        self.places.insert(number, self.out.len());
        if self.editing {
            self.out.extend(format!("{number} 0 obj\n").bytes());
            self.out.extend_from_slice(body);
            self.out.extend(b"\nendobj\n");
        }
    }

    fn end(mut self) -> Result<Vec<u8>, String> {
        if let Some(reason) = self.refused {
            return Err(reason);
        }
        let table = self.out.len();
        let count = self.used.saturating_add(1);
        self.out.extend(format!("xref\n0 {count}\n0000000000 65535 f \n").bytes());
        for place in self.places.values() {
            self.out.extend(format!("{place:010} 00000 n \n").bytes());
        }
        self.out
            .extend(format!("trailer\n<</Size {count}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n").bytes());
        Ok(self.out)
    }
}

fn inherited<'a>(page: &Dict<'a>, key: &[u8]) -> Option<MaybeRef<Object<'a>>> {
    let mut node = page.get::<Dict<'a>>("Parent")?;
    for _ in 0..DEEPEST {
        if let Some(value) = node.get_raw::<Object<'a>>(key) {
            return Some(value);
        }
        node = node.get::<Dict<'a>>("Parent")?;
    }
    None
}
