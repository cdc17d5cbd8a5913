//! PDF, images, tables, texts.

mod common;

use common::{Dir, count, described, described_as, descriptor, is_unread, media_type, refusal};
use medshare_files::{At, Inspect, Part, Place, ReadError, read, rewrite};
use medshare_types::Kind;

/// Remembers texts of parts.
#[derive(Default)]
struct Seen(Vec<(At, String)>);

impl Inspect for Seen {
    fn part(&mut self, place: &Place, part: Part<'_>) -> Result<(), ReadError> {
        let text = match part {
            Part::Metadata { name, value } => format!("{name}={value}"),
            Part::Text(line) => line.clone(),
            Part::Row(row) => match (row.is_header, row.header) {
                (true, _) => format!("header {}", row.cells.join("|")),
                (false, header) => format!("{:?} {}", header.map(<[String]>::len), row.cells.join("|")),
            },
            other => panic!("{other:?}"),
        };
        self.0.push((place.at, text));
        Ok(())
    }
}

fn seen(content: &[u8]) -> Vec<String> {
    let dir = Dir::new();
    let mut seen = Seen::default();
    read(&dir.put("a", content), None, &mut seen).unwrap();
    seen.0.into_iter().map(|(_, text)| text).collect()
}

fn rewritten(content: &[u8]) -> Vec<u8> {
    let dir = Dir::new();
    let mut out = Vec::new();
    rewrite(&dir.put("a", content), None, &mut out, &mut ()).unwrap();
    out
}

fn chunk(name: &[u8], data: &[u8]) -> Vec<u8> {
    let mut sum = flate2::Crc::new();
    sum.update(name);
    sum.update(data);
    let length = u32::try_from(data.len()).unwrap();
    [&length.to_be_bytes()[..], name, data, &sum.sum().to_be_bytes()].concat()
}

/// A directory of TIFF with a text, a place, and one more directory after it or none.
fn tiff(artist: &str) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        let mut bytes = tag.to_le_bytes().to_vec();
        bytes.extend(kind.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(value.to_le_bytes());
        bytes
    };
    let text = 8 + 2 + 2 * 12 + 4;
    let length = u32::try_from(artist.len()).unwrap();
    let mut bytes = b"II*\0\x08\0\0\0\x02\0".to_vec();
    bytes.extend(entry(0x013B, 2, length, text));
    bytes.extend(entry(0x8825, 4, 1, 8));
    bytes.extend([0; 4]);
    bytes.extend(artist.as_bytes());
    bytes
}

fn png(chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    bytes.extend(chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]));
    chunks.iter().for_each(|chunk| bytes.extend(chunk));
    bytes.extend(chunk(b"IEND", &[]));
    bytes
}

fn jpeg(segments: &[(u8, &[u8])]) -> Vec<u8> {
    let mut bytes = vec![0xFF, 0xD8];
    for (marker, data) in segments {
        bytes.extend([0xFF, *marker]);
        bytes.extend((u16::try_from(data.len()).unwrap() + 2).to_be_bytes());
        bytes.extend(*data);
    }
    bytes.extend([0xFF, 0xDA, 0, 2, 1, 2, 0xFF, 0, 3, 0xFF, 0xD0, 4, 0xFF, 0xD9]);
    bytes
}

#[test]
fn a_png_tells_its_texts_and_exif() {
    let image = png(&[
        chunk(b"tEXt", b"Author\0Jane Roe"),
        chunk(b"eXIf", &tiff("John Doe and all")),
        chunk(b"IDAT", &[1, 2, 3]),
    ]);
    let described = descriptor(&image);
    assert_eq!((described.kind, media_type(&described)), (Kind::Document, "image/png"));
    assert_eq!(
        seen(&image),
        ["PNG text Author=Jane Roe", "EXIF Artist=John Doe and all", "EXIF GPS position="]
    );
    let mut changed = image.clone();
    let at = changed.len() - 14;
    changed[at] ^= 1;
    assert!(refusal(&changed).contains("checksum"));
    for end in 8..image.len() {
        assert!(refusal(&image[..end]).contains("truncated"), "{end}");
    }
    assert!(common::described([&image[..], b"more"].concat()).unwrap().remarks[0].contains("4 bytes follow"));
}

#[test]
fn a_jpeg_tells_its_exif_and_comments() {
    let exif = [&b"Exif\0\0"[..], &tiff("John Doe and all")].concat();
    let image =
        jpeg(&[(0xE1, &exif), (0xFE, b"taken by Jane"), (0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>")]);
    assert_eq!(media_type(&descriptor(&image)), "image/jpeg");
    assert_eq!(
        seen(&image),
        ["EXIF Artist=John Doe and all", "EXIF GPS position=", "JPEG comment=taken by Jane", "XMP="]
    );
    for end in 3..image.len() {
        assert!(described(&image[..end]).is_err(), "{end}");
    }
    // Broken Exif is no reason to refuse an image, but it is told.
    assert_eq!(seen(&jpeg(&[(0xE1, b"Exif\0\0II*\0\xff\xff\xff\x7f")])), ["EXIF="]);
}

#[test]
fn a_tiff_tells_its_pages() {
    let image = tiff("John Doe and all");
    let described = descriptor(&image);
    assert_eq!((media_type(&described), count(&described, "pages")), ("image/tiff", Some(1)));
    let mut endless = image.clone();
    endless[34..38].copy_from_slice(&8u32.to_le_bytes());
    assert!(refusal(endless).contains("comes twice"));
    let mut beyond = image.clone();
    beyond[4..8].copy_from_slice(&0x7000_0000u32.to_le_bytes());
    assert!(refusal(beyond).contains("beyond its end"));
    // A strip that is not there.
    let mut strips = image;
    strips[10..12].copy_from_slice(&0x0111u16.to_le_bytes());
    strips[12..14].copy_from_slice(&4u16.to_le_bytes());
    strips[14..18].copy_from_slice(&1u32.to_le_bytes());
    strips[22..24].copy_from_slice(&0x0117u16.to_le_bytes());
    strips[30..34].copy_from_slice(&1000u32.to_le_bytes());
    assert!(refusal(strips).contains("pixels at byte 38 go beyond its end"));
}

#[test]
fn a_pdf_tells_its_author_and_must_have_an_end() {
    let pdf = |middle: &str| format!("%PDF-1.7\n{middle}\nstartxref\n9\n%%EOF\n");
    let described_pdf = descriptor(pdf(""));
    assert_eq!(media_type(&described_pdf), "application/pdf");
    assert_eq!(
        seen(pdf("<< /Author (Jane Roe) /Title () /Producer (x) >>").as_bytes()),
        ["PDF Author=Jane Roe"]
    );
    // Also where a name lies across two windows.
    let far = format!("{}<< /Author (Jane Roe) >>", " ".repeat((64 << 10) - 15));
    assert_eq!(seen(pdf(&far).as_bytes()), ["PDF Author=Jane Roe"]);
    assert!(described(pdf("<< /Encrypt 1 0 R >>")).unwrap().remarks[0].contains("encrypted"));
    assert!(refusal("%PDF-1.7\nstartxref").contains("%%EOF"));
    assert!(refusal("%PDF-1.7\n%%EOF").contains("startxref"));
}

#[test]
fn a_table_has_rows_columns_and_a_header() {
    let table = "id;name;value\r\n1;\"Roe; Jane\";2\r\n2;Doe;3\r\n";
    let described = descriptor(table);
    assert_eq!((count(&described, "rows"), count(&described, "columns")), (Some(2), Some(3)));
    assert_eq!(seen(table.as_bytes()), ["header id|name|value", "Some(3) 1|Roe; Jane|2", "Some(3) 2|Doe|3"]);
    assert_eq!(String::from_utf8(rewritten(table.as_bytes())).unwrap(), table.replace('\r', ""));
    assert_eq!(seen(b"1,2,3\n4,5,6\n"), ["None 1|2|3", "None 4|5|6"]);
    let windows = described_as(b"a,b,c\n1,2,M\xfcller\n", None).unwrap();
    assert!(windows.remarks[0].contains("Windows-1252"));
}

#[test]
fn a_ragged_table_is_refused_with_the_line() {
    let mut rows = "a,b,c\n".to_owned();
    (0..30).for_each(|_| rows.push_str("1,2,3\n"));
    assert!(refusal(format!("{rows}1,2\n")).contains("line 32 has 2 columns where the first has 3"));
    // Beyond what is looked at to recognise it.
    (0..20_000).for_each(|_| rows.push_str("1,2,3\n"));
    assert!(refusal(format!("{rows}1,2,3,4\n")).contains("line 20032 has 4 columns"));
    let as_document = described_as(format!("{rows}1,2,3,4\n"), Some(Kind::Document)).unwrap();
    assert!(is_unread(&as_document), "{:?}", as_document.identifying);
    let as_document = as_document.descriptor;
    assert_eq!((media_type(&as_document), as_document.counts.len()), ("text/csv", 0));
}

#[test]
fn text_comes_line_by_line() {
    assert_eq!(seen("\u{feff}Dear\r\ncolleague\n".as_bytes()), ["Dear", "colleague"]);
    let text = "Dear\r\ncolleague,\n\nyours";
    assert_eq!(String::from_utf8(rewritten(text.as_bytes())).unwrap(), text);
    // A line longer than what is looked at at once comes in pieces, without a character cut in two.
    let long = format!("a{}", "ü".repeat(1 << 20));
    let pieces = seen(long.as_bytes());
    assert!(pieces.len() > 1 && pieces.concat() == long);
}

#[test]
fn what_cannot_be_changed_is_said_so() {
    let dir = Dir::new();
    for content in [b"GIF89a\x01\0\x01\0\0\0\0;".to_vec(), b"%PDF-1.7\nstartxref\n%%EOF".to_vec()] {
        let error = rewrite(&dir.put("a", content), None, &mut Vec::new(), &mut ()).unwrap_err();
        assert!(matches!(error, ReadError::NotDeidentifiable { .. }), "{error}");
    }
}
