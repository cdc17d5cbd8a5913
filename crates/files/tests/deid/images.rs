//! Images keep their pixels, and nothing besides.

use std::io::Write;

use medshare_files::{ReadError, deid};
use proptest::prelude::*;
use zune_core::bytestream::ZCursor;

use crate::{check, deidentified, holds, letters, options, tiff, written};

/// Who must not be found again anywhere in a copy.
const WHO: &[u8] = b"Jane Roe of Boston";

fn holds_nobody(bytes: &[u8]) -> bool {
    !bytes.windows(8).any(|window| window == b"Jane Roe")
}

/// Bits, the highest first, with what JPEG puts behind an FF.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    last: u32,
    count: u32,
}

impl Bits {
    fn put(&mut self, value: u32, count: u32) {
        for bit in (0..count).rev() {
            self.last = self.last << 1 | (value >> bit & 1);
            self.count += 1;
            if self.count == 8 {
                let byte = u8::try_from(self.last).unwrap();
                self.bytes.push(byte);
                if byte == 0xFF {
                    self.bytes.push(0);
                }
                (self.last, self.count) = (0, 0);
            }
        }
    }
}

fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len() + 2).unwrap();
    [&[0xFF, marker][..], &length.to_be_bytes(), data].concat()
}

/// A grey baseline JPEG image of blocks of 8 by 8 pixels, each of one level, with these segments at its beginning.
fn jpeg(levels: &[u8], across: usize, segments: &[Vec<u8>]) -> Vec<u8> {
    let down = levels.len() / across;
    let mut bytes = vec![0xFF, 0xD8];
    bytes.extend(segments.concat());
    bytes.extend(segment(0xDB, &[&[0][..], &[8; 64]].concat()));
    let [high, low] = u16::try_from(down * 8).unwrap().to_be_bytes();
    let [left, right] = u16::try_from(across * 8).unwrap().to_be_bytes();
    bytes.extend(segment(0xC0, &[8, high, low, left, right, 1, 1, 0x11, 0]));
    // Categories 0 to 8 in four bits each; of other coefficients only that there are none, in one.
    bytes.extend(segment(
        0xC4,
        &[0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8],
    ));
    bytes.extend(segment(0xC4, &[0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
    bytes.extend(segment(0xDA, &[1, 1, 0, 0, 63, 0]));
    let mut bits = Bits::default();
    let mut before = 0i32;
    for level in levels.iter().take(across * down) {
        let level = i32::from(*level) - 128;
        let difference = level - before;
        before = level;
        let category = i32::BITS - difference.abs().leading_zeros();
        bits.put(category, 4);
        let value = if difference < 0 { difference + (1 << category) - 1 } else { difference };
        bits.put(u32::try_from(value).unwrap(), category);
        bits.put(0, 1);
    }
    bits.put(0x7F, (8 - bits.count) % 8);
    bytes.extend(bits.bytes);
    bytes.extend([0xFF, 0xD9]);
    bytes
}

fn jpeg_pixels(bytes: &[u8]) -> Vec<u8> {
    zune_jpeg::JpegDecoder::new(ZCursor::new(bytes)).decode().unwrap()
}

fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut sum = flate2::Crc::new();
    sum.update(name);
    sum.update(data);
    [&u32::try_from(data.len()).unwrap().to_be_bytes()[..], name, data, &sum.sum().to_be_bytes()].concat()
}

/// A grey PNG image with these chunks before its pixels.
fn png(levels: &[u8], across: usize, chunks: &[Vec<u8>]) -> Vec<u8> {
    let down = levels.len() / across;
    let mut head = u32::try_from(across).unwrap().to_be_bytes().to_vec();
    head.extend(u32::try_from(down).unwrap().to_be_bytes());
    head.extend([8, 0, 0, 0, 0]);
    let mut rows = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    for row in levels.chunks_exact(across) {
        rows.write_all(&[0]).unwrap();
        rows.write_all(row).unwrap();
    }
    let pixels = rows.finish().unwrap();
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &head),
        chunks.concat(),
        chunk(b"IDAT", &pixels),
        chunk(b"IEND", &[]),
    ]
    .concat()
}

fn png_pixels(bytes: &[u8]) -> Vec<u8> {
    zune_png::PngDecoder::new(ZCursor::new(bytes)).decode_raw().unwrap()
}

/// Exif as a camera writes it, of somebody and somewhere.
fn exif(orientation: u8) -> Vec<u8> {
    let text = |tag| (tag, 2, WHO.to_vec());
    let turned = (0x0112, 3, vec![0, orientation]);
    let place = (0x8825, 4, vec![0, 0, 0, 8]);
    let page = vec![
        turned,
        text(0x013B),
        (0x0132, 2, b"2019:05:04 10:00:00\0".to_vec()),
        text(0x9286),
        place,
        text(0xC000),
    ];
    tiff::file(true, false, &[(page, Vec::new())])
}

#[test]
fn a_jpeg_keeps_its_pixels_and_how_it_is_turned() {
    let levels: Vec<u8> = (0..=255).step_by(5).collect();
    let xmp = [b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta><dc:creator>", WHO, b"</dc:creator></x:xmpmeta>"]
        .concat();
    let segments = [
        segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\x01\x01Jan"),
        segment(0xE1, &[b"Exif\0\0", &exif(6)[..]].concat()),
        segment(0xE1, &xmp),
        segment(0xE2, b"ICC_PROFILE\0\x01\x01colours"),
        segment(0xE2, &[b"MPF\0", WHO].concat()),
        segment(0xED, &[b"Photoshop 3.0\0", WHO].concat()),
        segment(0xFE, WHO),
    ];
    let image = [jpeg(&levels, 4, &segments), WHO.to_vec()].concat();
    let file = written("scan.jpg", &image);
    let found = check(&file.path);
    assert_eq!(letters(&found), "ABC", "{found:#?}");
    let copy = std::fs::read(&holds(&file.path, &options()).path).unwrap();
    assert_eq!(jpeg_pixels(&copy), jpeg_pixels(&image));
    assert!(holds_nobody(&copy));
    let has = |needle: &[u8]| copy.windows(needle.len()).any(|window| window == needle);
    assert!(has(b"ICC_PROFILE\0\x01\x01colours") && has(b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"));
    // Turned as it was: entry 0112 of type SHORT, once, 6.
    assert!(has(&[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6]));
    let (_, report) = deidentified(&file.path, &options());
    for element in [
        "EXIF Artist",
        "EXIF GPS position",
        "XMP creator",
        "IPTC",
        "JPEG comment",
        "JPEG thumbnail",
        "bytes after the end",
    ] {
        assert!(
            report.elements().iter().any(|changed| changed == element),
            "{element}: {:?}",
            report.elements()
        );
    }
    // What was not turned has no Exif any more.
    let upright = written("a.jpg", jpeg(&levels, 4, &[segment(0xE1, &[b"Exif\0\0", &exif(1)[..]].concat())]));
    let copy = std::fs::read(&holds(&upright.path, &options()).path).unwrap();
    assert!(!copy.windows(4).any(|window| window == b"Exif"));
}

#[test]
fn a_jpeg_with_what_is_not_known_is_refused() {
    let file = written("a.jpg", jpeg(&[0; 4], 2, &[segment(0xF3, b"?")]));
    let error = deid::deidentify(&file.path, None, &mut Vec::new(), &options()).unwrap_err();
    assert!(
        matches!(&error, ReadError::NotDeidentifiable { .. }) && error.to_string().contains("FFF3"),
        "{error}"
    );
}

#[test]
fn a_png_keeps_its_pixels_and_colours() {
    let levels: Vec<u8> = (0..=255).collect();
    let chunks = [
        chunk(b"gAMA", &[0, 0, 0xB1, 0x8F]),
        chunk(b"pHYs", &[0, 0, 0x0B, 0x13, 0, 0, 0x0B, 0x13, 1]),
        chunk(b"tEXt", &[b"Author\0", WHO].concat()),
        chunk(b"iTXt", &[b"XML:com.adobe.xmp\0\0\0\0\0<dc:creator>", WHO].concat()),
        chunk(b"tIME", &[7, 0xE3, 5, 4, 10, 0, 0]),
        chunk(b"eXIf", &exif(3)),
        chunk(b"prVt", WHO),
    ];
    let image = [png(&levels, 16, &chunks), WHO.to_vec()].concat();
    let file = written("scan.png", &image);
    assert_eq!(letters(&check(&file.path)), "ABC");
    let copy = std::fs::read(&holds(&file.path, &options()).path).unwrap();
    assert_eq!(png_pixels(&copy), png_pixels(&image));
    assert_eq!(png_pixels(&copy), levels);
    assert!(holds_nobody(&copy));
    for kept in chunks.iter().take(2) {
        assert!(copy.windows(kept.len()).any(|window| window == kept));
    }
    let unknown = written("a.png", png(&levels, 16, &[chunk(b"CUST", b"?")]));
    let error = deid::deidentify(&unknown.path, None, &mut Vec::new(), &options()).unwrap_err();
    assert!(error.to_string().contains("\"CUST\""), "{error}");
}

#[test]
fn a_tiff_keeps_its_pixels_in_every_form() {
    for (big_endian, big) in [(false, false), (true, false), (false, true), (true, true)] {
        let page = |number: u8| {
            let wide = |value: u8| if big_endian { vec![0, value] } else { vec![value, 0] };
            let entries = vec![
                (256, 3, wide(4)),
                (257, 3, wide(2)),
                (258, 3, wide(8)),
                (259, 3, wide(1)),
                (262, 3, wide(1)),
                (270, 2, WHO.to_vec()),
                (274, 3, wide(6)),
                (282, 5, vec![0, 0, 0, 72, 0, 0, 0, 1]),
                (306, 2, b"2019:05:04 10:00:00\0".to_vec()),
                (315, 2, WHO.to_vec()),
                (700, 1, [b"<dc:creator>", WHO].concat()),
                (33723, 7, WHO.to_vec()),
                (65000, 2, WHO.to_vec()),
            ];
            (entries, vec![vec![number, 1, 2, 3], vec![4, 5, 6]])
        };
        let image = tiff::file(big_endian, big, &[page(1), page(2)]);
        let file = written("scan.tif", &image);
        assert_eq!(letters(&check(&file.path)), "AC");
        let copy = std::fs::read(&holds(&file.path, &options()).path).unwrap();
        assert!(holds_nobody(&copy));
        let (before, after) = (tiff::read(&image), tiff::read(&copy));
        assert_eq!(after.len(), 2);
        for (before, after) in before.iter().zip(&after) {
            assert_eq!(before.strips, after.strips);
            let kept: Vec<u16> = after.entries.keys().copied().collect();
            assert_eq!(kept, [256, 257, 258, 259, 262, 273, 274, 279, 282]);
            for (tag, entry) in after.entries.iter().filter(|(tag, _)| **tag != 273) {
                assert_eq!(Some(entry), before.entries.get(tag), "tag {tag}");
            }
        }
    }
}

#[test]
fn a_tiff_that_could_hide_something_is_refused() {
    let page = |compression: u8, more: (u16, u16, Vec<u8>), strips: Vec<Vec<u8>>| {
        tiff::file(false, false, &[(vec![(259, 3, vec![compression, 0]), more], strips)])
    };
    let plain = (262, 3, vec![1, 0]);
    let comment = jpeg(&[0; 4], 2, &[segment(0xFE, WHO)]);
    for (image, reason) in [
        (page(6, plain.clone(), vec![vec![1, 2]]), "number 6"),
        (page(1, (330, 4, vec![8, 0, 0, 0]), vec![vec![1, 2]]), "images inside"),
        (page(7, plain.clone(), vec![comment]), "metadata in the JPEG"),
    ] {
        let file = written("a.tif", image);
        let error = deid::deidentify(&file.path, None, &mut Vec::new(), &options()).unwrap_err();
        assert!(
            matches!(&error, ReadError::NotDeidentifiable { .. }) && error.to_string().contains(reason),
            "{error}"
        );
    }
    let clean = written("a.tif", page(7, plain, vec![jpeg(&[0, 9, 200, 4], 2, &[])]));
    holds(&clean.path, &options());
}

#[test]
fn images_in_a_zip_lose_what_they_say_too() {
    let image = jpeg(&[1, 2, 3, 4], 2, &[segment(0xFE, WHO)]);
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("image1.jpg"), &image).unwrap();
    std::fs::write(dir.path().join("image2.png"), png(&[0; 16], 4, &[chunk(b"tEXt", b"Author\0Jane Roe")]))
        .unwrap();
    let (copy, report) = deidentified(dir.path(), &options());
    assert!(holds_nobody(&std::fs::read(&copy.path).unwrap()));
    let files: Vec<_> = report.changes.iter().filter_map(|change| change.file.as_deref()).collect();
    assert_eq!(files, ["image1.jpg", "image2.png"]);
    assert!(check(&copy.path).is_clean());
}

/// Levels of pixels, and how many are in a row.
fn levels() -> impl Strategy<Value = (Vec<u8>, usize)> {
    (1..6usize, 1..6usize)
        .prop_flat_map(|(across, down)| (prop::collection::vec(any::<u8>(), across * down), Just(across)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn jpeg_copies_are_clean((levels, across) in levels(), turned in 0..10u8,
        segments in prop::collection::vec((0xE1..=0xEFu8, prop::collection::vec(any::<u8>(), 0..60)), 0..5)) {
        let mut all: Vec<Vec<u8>> = segments.iter().map(|(marker, data)| segment(*marker, &[data, WHO].concat())).collect();
        all.push(segment(0xE1, &[b"Exif\0\0", &exif(turned)[..]].concat()));
        let image = jpeg(&levels, across, &all);
        let file = written("a.jpg", &image);
        let copy = std::fs::read(&holds(&file.path, &options()).path).unwrap();
        prop_assert!(holds_nobody(&copy));
        prop_assert_eq!(jpeg_pixels(&copy), jpeg_pixels(&image));
    }

    #[test]
    fn png_copies_are_clean((levels, across) in levels(), names in prop::collection::vec("[a-z][a-z][A-Z][a-z]", 0..5), turned in 0..10u8) {
        let mut all: Vec<Vec<u8>> =
            names.iter().map(|name| chunk(name.as_bytes().first_chunk().unwrap(), &[b"x\0", WHO].concat())).collect();
        all.push(chunk(b"eXIf", &exif(turned)));
        let image = png(&levels, across, &all);
        let file = written("a.png", &image);
        let copy = std::fs::read(&holds(&file.path, &options()).path).unwrap();
        prop_assert!(holds_nobody(&copy));
        prop_assert_eq!(png_pixels(&copy), levels);
    }

    #[test]
    fn tiff_copies_are_clean(strips in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 1..5), big_endian in any::<bool>(), big in any::<bool>(),
        tags in prop::collection::btree_set(33000..34000u16, 0..6)) {
        let mut entries = vec![(256, 4, vec![0; 4]), (258, 3, vec![0, 8, 8, 0])];
        entries.extend(tags.iter().map(|tag| (*tag, 2, WHO.to_vec())));
        let image = tiff::file(big_endian, big, &[(entries, strips.clone())]);
        let file = written("a.tif", &image);
        let copy = std::fs::read(&holds(&file.path, &options()).path).unwrap();
        prop_assert!(holds_nobody(&copy));
        prop_assert_eq!(&tiff::read(&copy)[0].strips, &strips);
    }
}
