//! Files for the tests: real ones, and some made here.
#![allow(dead_code)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use medshare_files::{Description, ReadError, describe};
use medshare_types::{Descriptor, Kind};

pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(name)
}

pub fn bytes(name: &str) -> Vec<u8> {
    fs::read(fixture(name)).unwrap()
}

/// A folder that is removed at the end.
pub struct Dir(pub tempfile::TempDir);

impl Dir {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn put(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }
}

/// What a file of this content is, under a name that says nothing.
pub fn described(content: impl AsRef<[u8]>) -> Result<Description, ReadError> {
    described_as(content, None)
}

pub fn described_as(content: impl AsRef<[u8]>, kind: Option<Kind>) -> Result<Description, ReadError> {
    let dir = Dir::new();
    let path = dir.put("file", content);
    describe(&path, kind)
}

/// The descriptor, and none of the remarks.
pub fn descriptor(content: impl AsRef<[u8]>) -> Descriptor {
    described(content).unwrap().descriptor
}

pub fn refusal(content: impl AsRef<[u8]>) -> String {
    match described(content) {
        Ok(description) => panic!("it was read as {:?}", description.descriptor),
        Err(error) => error.to_string(),
    }
}

/// What a description names for what could not be read.
pub const UNREAD: &str = "unread rest of a broken file";

/// Whether a description says that something could not be read.
pub fn is_unread(description: &Description) -> bool {
    description.identifying.iter().any(|element| element == UNREAD)
}

pub fn media_type(descriptor: &Descriptor) -> &str {
    descriptor.media_type.as_str().unwrap()
}

pub fn count(descriptor: &Descriptor, of: &str) -> Option<u32> {
    descriptor.counts.iter().find(|count| count.of.as_str() == Some(of)).map(|count| count.number)
}

/// A zip of these files, deflated.
pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write;
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, content) in files {
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A DICOM file in explicit little endian (or with another transfer syntax) of these encoded elements.
pub fn dicom(syntax: &str, class: &str, elements: &[u8]) -> Vec<u8> {
    let mut meta = Vec::new();
    meta.extend(element(0x0002, 0x0001, "OB", &[0, 1]));
    meta.extend(element(0x0002, 0x0002, "UI", class.as_bytes()));
    meta.extend(element(0x0002, 0x0003, "UI", b"1.2.3.4"));
    meta.extend(element(0x0002, 0x0010, "UI", syntax.as_bytes()));
    meta.extend(element(0x0002, 0x0012, "UI", b"1.2.3.5"));
    let mut file = vec![0; 128];
    file.extend(b"DICM");
    file.extend(element(0x0002, 0x0000, "UL", &u32::try_from(meta.len()).unwrap().to_le_bytes()));
    file.extend(meta);
    file.extend(elements);
    file
}

/// An element in explicit little endian, filled up to an even length.
pub fn element(group: u16, number: u16, vr: &str, value: &[u8]) -> Vec<u8> {
    let mut value = value.to_vec();
    if value.len() % 2 == 1 {
        value.push(if vr == "UI" { 0 } else { b' ' });
    }
    let length = u32::try_from(value.len()).unwrap();
    let mut bytes = header(group, number, vr, length);
    bytes.extend(value);
    bytes
}

/// The header of an element in explicit little endian.
pub fn header(group: u16, number: u16, vr: &str, length: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(group.to_le_bytes());
    bytes.extend(number.to_le_bytes());
    bytes.extend(vr.as_bytes());
    if ["OB", "OW", "SQ", "UN", "UT"].contains(&vr) {
        bytes.extend([0, 0]);
        bytes.extend(length.to_le_bytes());
    } else {
        bytes.extend(u16::try_from(length).unwrap().to_le_bytes());
    }
    bytes
}

/// An item, or the end of a list of items.
pub fn item(number: u16, length: u32) -> Vec<u8> {
    let mut bytes = vec![0xFE, 0xFF];
    bytes.extend(number.to_le_bytes());
    bytes.extend(length.to_le_bytes());
    bytes
}
