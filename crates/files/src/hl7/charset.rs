//! Character sets of HL7 v2 (MSH-18, table 0211).

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// How a message's bytes are text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Charset {
    /// As the message says; nothing if it says nothing, or ASCII.
    named: Option<&'static Encoding>,
    /// What its bytes turned out to be.
    found: Option<&'static Encoding>,
}

impl Charset {
    /// By the name in MSH-18.
    pub(super) fn named(name: &str) -> Result<Self, String> {
        let label = match name {
            "" | "ASCII" | "ISO IR6" => return Ok(Self::default()),
            "UNICODE UTF-8" | "UNICODE" | "UTF-8" => "utf-8",
            "8859/1" => "iso-8859-1",
            "8859/2" => "iso-8859-2",
            "8859/3" => "iso-8859-3",
            "8859/4" => "iso-8859-4",
            "8859/5" => "iso-8859-5",
            "8859/6" => "iso-8859-6",
            "8859/7" => "iso-8859-7",
            "8859/8" => "iso-8859-8",
            "8859/9" => "iso-8859-9",
            "8859/15" => "iso-8859-15",
            "GB 18030-2000" => "gb18030",
            "KS X 1001" => "euc-kr",
            "BIG-5" => "big5",
            "ISO IR14" => "shift_jis",
            "ISO IR87" | "ISO IR159" => "iso-2022-jp",
            other => other,
        };
        let encoding = Encoding::for_label(label.as_bytes());
        let named = encoding.filter(|encoding| encoding.is_ascii_compatible() || label == "iso-2022-jp");
        match named {
            Some(_) => Ok(Self { named, found: None }),
            None => Err(format!("MSH-18 names the character set {name:?}, which is not known here")),
        }
    }

    pub(super) fn decode<'t>(&mut self, bytes: &'t [u8]) -> Result<Cow<'t, str>, String> {
        let decoded =
            |encoding: &'static Encoding| encoding.decode_without_bom_handling_and_without_replacement(bytes);
        if let Some(encoding) = self.named {
            return decoded(encoding).ok_or_else(|| {
                format!("its text is not in the character set that MSH-18 names ({})", encoding.name())
            });
        }
        if bytes.is_ascii() {
            return decoded(UTF_8).ok_or_else(|| "its text is not ASCII".to_owned());
        }
        // What one line is, the others must be able to be.
        let candidates = match self.found {
            Some(found) => [found, WINDOWS_1252],
            None => [UTF_8, WINDOWS_1252],
        };
        for encoding in candidates {
            if let Some(text) = decoded(encoding) {
                self.found = Some(encoding);
                return Ok(text);
            }
        }
        Err("its text is in no character set that is known here; MSH-18 names none".to_owned())
    }

    /// What to tell the owner of a message that does not say how it is to be read.
    pub(super) fn remark(&self) -> Option<String> {
        let found = self.found?;
        Some(format!(
            "MSH-18 names no character set, and the text is not ASCII; it is read as {}",
            found.name()
        ))
    }

    pub(super) fn encode<'t>(&self, text: &'t str) -> Result<Cow<'t, [u8]>, String> {
        let encoding = self.named.or(self.found).unwrap_or(UTF_8);
        match encoding.encode(text) {
            (bytes, _, false) => Ok(bytes),
            (_, _, true) => Err(format!("it cannot be written in its character set, {}", encoding.name())),
        }
    }
}
