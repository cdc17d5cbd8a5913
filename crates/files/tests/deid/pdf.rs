//! A PDF keeps what its pages show and nothing besides, or is refused.

use std::io::Write;

use hayro_syntax::{Pdf, object::Dict};
use medshare_files::{
    ReadError,
    deid::{self, Certainty, Identifier},
};
use proptest::prelude::*;

use crate::{check, deidentified, holds, letters, options, written};

/// The objects of a file, by number: 1 is the catalog, 2 the tree of pages, 3 the page.
type Objects = Vec<(usize, Vec<u8>)>;

fn stream(dict: &str, data: &[u8]) -> Vec<u8> {
    [format!("<<{dict}/Length {}>>\nstream\n", data.len()).as_bytes(), data, b"\nendstream"].concat()
}

fn deflated(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn holds_nobody(bytes: &[u8]) -> bool {
    let wide: Vec<u8> = "Jane Roe".encode_utf16().flat_map(u16::to_be_bytes).collect();
    !bytes.windows(8).any(|window| window == b"Jane Roe") && !bytes.windows(16).any(|window| window == wide)
}

/// As programs wrote until 2003: all objects plain, a table of where they are.
fn classic(objects: &Objects, trailer: &str) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (number, body) in objects {
        places.push((*number, bytes.len()));
        bytes.extend(format!("{number} 0 obj\n").bytes());
        bytes.extend(body);
        bytes.extend(b"\nendobj\n");
    }
    let table = bytes.len();
    bytes.extend(b"xref\n0 1\n0000000000 65535 f \n");
    for (number, place) in &places {
        bytes.extend(format!("{number} 1\n{place:010} 00000 n \n").bytes());
    }
    let size = objects.iter().map(|(number, _)| number + 1).max().unwrap();
    bytes.extend(
        format!("trailer\n<</Size {size}/Root 1 0 R{trailer}>>\nstartxref\n{table}\n%%EOF\n").bytes(),
    );
    bytes
}

/// As they write now: all but streams compressed in one stream, and the table as well.
fn compressed(objects: &Objects, trailer: &str) -> Vec<u8> {
    let (packed, plain): (Objects, Objects) =
        objects.iter().cloned().partition(|(_, body)| !body.ends_with(b"endstream"));
    let holder = objects.iter().map(|(number, _)| number + 1).max().unwrap();
    let (mut index, mut bodies) = (String::new(), Vec::new());
    for (number, body) in &packed {
        index += &format!("{number} {} ", bodies.len());
        bodies.extend(body);
        bodies.push(b'\n');
    }
    let dict = format!("/Type/ObjStm/Filter/FlateDecode/N {}/First {}", packed.len(), index.len());
    let held = stream(&dict, &deflated(&[index.as_bytes(), &bodies].concat()));
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut table = vec![vec![0; 7]; holder + 2];
    let entry = |kind: u8, value: usize, index: usize| {
        let [.., a, b, c, d] = value.to_be_bytes();
        let [.., e, f] = index.to_be_bytes();
        vec![kind, a, b, c, d, e, f]
    };
    for (at, (number, _)) in packed.iter().enumerate() {
        table[*number] = entry(2, holder, at);
    }
    for (number, body) in plain.iter().chain([&(holder, held)]) {
        table[*number] = entry(1, bytes.len(), 0);
        bytes.extend(format!("{number} 0 obj\n").bytes());
        bytes.extend(body);
        bytes.extend(b"\nendobj\n");
    }
    table[holder + 1] = entry(1, bytes.len(), 0);
    let at = bytes.len();
    let dict = format!("/Type/XRef/Filter/FlateDecode/W[1 4 2]/Size {}/Root 1 0 R{trailer}", table.len());
    bytes.extend(format!("{} 0 obj\n", holder + 1).bytes());
    bytes.extend(stream(&dict, &deflated(&table.concat())));
    bytes.extend(format!("\nendobj\nstartxref\n{at}\n%%EOF\n").bytes());
    bytes
}

/// A file of one page with these instructions, and whatever else the catalog and the page have.
fn page(instructions: &[u8], catalog: &str, page: &str, more: Objects) -> Objects {
    let mut objects = vec![
        (1, format!("<</Type/Catalog/Pages 2 0 R{catalog}>>").into_bytes()),
        (2, b"<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 200.5 100]/Rotate 90>>".to_vec()),
        (3, format!("<</Type/Page/Parent 2 0 R/Contents 4 0 R{page}>>").into_bytes()),
        (4, stream("/Filter/FlateDecode", &deflated(instructions))),
        (5, b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_vec()),
    ];
    objects.extend(more);
    objects
}

const FONT: &str = "/Resources<</Font<</F1 5 0 R>>>>";

fn refusal(bytes: &[u8]) -> String {
    let file = written("a.pdf", bytes);
    medshare_files::describe(&file.path, None).unwrap();
    let error = deid::deidentify(&file.path, None, &mut Vec::new(), &options()).unwrap_err();
    assert!(matches!(error, ReadError::NotDeidentifiable { .. }), "{error}");
    error.to_string()
}

/// What is decoded from a page's instructions, and where the page is cut.
fn shown(bytes: &[u8]) -> Vec<(Vec<u8>, String)> {
    let pdf = Pdf::new(bytes.to_vec()).unwrap();
    let pages = pdf.pages().iter();
    pages
        .map(|page| {
            (page.page_stream().unwrap().to_vec(), format!("{:?} {:?}", page.media_box(), page.rotation()))
        })
        .collect()
}

/// A page that was scanned, with all that programs put beside it.
fn scanned() -> (Objects, &'static str) {
    let jpeg = [&b"\xff\xd8\xff\xfe\0\x0aJane Roe"[..], b"\xff\xda\0\x02\x01\x02\xff\xd9"].concat();
    let xmp = b"<x:xmpmeta><dc:creator>Jane Roe</dc:creator><xmp:CreateDate>2019-05-04</xmp:CreateDate></x:xmpmeta>";
    let more = vec![
        (
            6,
            b"<</Author(Jane Roe)/Title(Report on Jane Roe)/Producer(x)/CreationDate(D:20190504)/Ward(7)>>"
                .to_vec(),
        ),
        (7, stream("/Type/Metadata/Subtype/XML", xmp)),
        (
            8,
            stream(
                "/Type/XObject/Subtype/Image/Width 8/Height 8/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/DCTDecode",
                &jpeg,
            ),
        ),
        (9, b"<</EmbeddedFiles<</Names[(a)10 0 R]>>/JavaScript<</Names[(b)12 0 R]>>>>".to_vec()),
        (10, b"<</Type/Filespec/F(Jane Roe.txt)/EF<</F 11 0 R>>>>".to_vec()),
        (11, stream("/Type/EmbeddedFile", b"Jane Roe")),
        (12, b"<</S/JavaScript/JS(app.alert\\('Jane Roe'\\))>>".to_vec()),
        (13, b"<</Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(https://hospital.example/Jane Roe)>>>>".to_vec()),
        (14, b"<</First 15 0 R/Last 15 0 R/Count 1>>".to_vec()),
        (15, b"<</Title(\xfe\xff\0J\0a\0n\0e\0 \0R\0o\0e)/Parent 14 0 R>>".to_vec()),
        (
            16,
            stream(
                "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/PieceInfo<</X<</Private(Jane Roe)>>>>/Group<</S/Transparency/Who(Jane Roe)>>",
                b"0 0 9 9 re f",
            ),
        ),
    ];
    let catalog =
        "/Metadata 7 0 R/Names 9 0 R/OpenAction 12 0 R/Outlines 14 0 R/PageMode/UseOutlines/Lang(en-US)";
    let resources = "/Resources<</Font<</F1 5 0 R>>/XObject<</Im 8 0 R/Fm 16 0 R>>\
        /ColorSpace<</C[/Indexed/DeviceRGB 1<000000FFFFFF>]>>>>/Annots[13 0 R]/LastModified(D:20190504)";
    let instructions = b"q 8 0 0 8 0 0 cm /Im Do Q /Fm Do BT /F1 12 Tf (Chest, two views) Tj ET";
    (page(instructions, catalog, resources, more), "/Info 6 0 R")
}

#[test]
fn a_pdf_keeps_its_pages_and_nothing_besides() {
    let (objects, trailer) = scanned();
    let mut copies = Vec::new();
    for bytes in [classic(&objects, trailer), compressed(&objects, trailer)] {
        let file = written("scan.pdf", &bytes);
        let found = check(&file.path);
        assert_eq!(letters(&found), "A", "{found:#?}");
        let dated = |certainty| {
            found.findings.iter().any(|f| f.certainty == certainty && f.identifier == Identifier::Dates)
        };
        assert!(dated(Certainty::Pattern) && !dated(Certainty::Structured));
        let copy = std::fs::read(&holds(&file.path, &options()).path).unwrap();
        assert!(holds_nobody(&copy));
        assert_eq!(shown(&copy), shown(&bytes));
        let pdf = Pdf::new(copy.clone()).unwrap();
        let root: Dict<'_> = pdf.xref().get(pdf.xref().root_id()).unwrap();
        let keys: Vec<_> = root.keys().map(|key| key.as_str().to_owned()).collect();
        assert!(
            ["Type", "Pages", "PageMode", "Lang"].iter().all(|key| keys.iter().any(|has| has == key))
                && keys.len() == 4
        );
        let page = pdf.pages()[0].raw();
        assert!(!page.contains_key("Annots") && page.contains_key("Resources"));
        let (_, report) = deidentified(&file.path, &options());
        for element in [
            "PDF Author",
            "PDF Title",
            "PDF CreationDate",
            "PDF Ward",
            "XMP creator",
            "PDF attachment",
            "PDF JavaScript",
            "PDF annotation Link",
            "PDF Outlines",
            "PDF PieceInfo",
            "JPEG comment",
            "PDF LastModified",
            "PDF text in Who",
        ] {
            assert!(
                report.elements().iter().any(|changed| changed == element),
                "{element}: {:?}",
                report.elements()
            );
        }
        copies.push(copy);
    }
    assert_eq!(copies[0], copies[1], "compressed objects are objects");
}

#[test]
fn a_pdf_whose_text_identifies_is_refused() {
    let map = b"1 begincodespacerange <0000><FFFF> endcodespacerange 11 beginbfrange <0001><000A><0030> <000B><000B><002D> endbfrange";
    let wide = vec![
        (6, b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[7 0 R]/ToUnicode 8 0 R>>".to_vec()),
        (7, b"<</Type/Font/Subtype/CIDFontType2/BaseFont/X>>".to_vec()),
        (8, stream("", map)),
    ];
    let named = vec![(
        6,
        b"<</Type/Font/Subtype/Type1/BaseFont/X/Encoding<</Differences[1/nine/six/one/three/eight/four/hyphen]>>>>".to_vec(),
    )];
    let form =
        vec![(6, stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]", b"BT /F1 9 Tf (999-61-3984) Tj ET"))];
    let resources = "/Resources<</Font<</F1 5 0 R/F2 6 0 R>>/XObject<</Fm 6 0 R>>>>";
    for (instructions, more) in [
        (&b"BT /F1 9 Tf (SSN 999-61-3984) Tj ET"[..], Vec::new()),
        (b"BT /F1 9 Tf [(SSN 99) 20 (9-61) -3 (-3984)] TJ ET", Vec::new()),
        (b"BT /F1 9 Tf (9) Tj 5 0 Td (9) Tj 5 0 Td (9) Tj 5 0 Td (-) Tj 5 0 Td (61) Tj 5 0 Td (-) Tj 5 0 Td (39) Tj 5 0 Td (84) Tj ET", Vec::new()),
        (b"BT /F1 9 Tf 1 0 0 1 0 50 Tm <3939392d36312d33393834> Tj ET", Vec::new()),
        (b"/Span <</ActualText (999-61-3984)>> BDC EMC", Vec::new()),
        (b"/Fm Do", form),
        (b"BT /F2 9 Tf <000A000A000A000B00070002000B0004000A00090005> Tj ET", wide),
        (b"BT /F2 9 Tf <0101010702030704010506> Tj ET", named),
    ] {
        let bytes = classic(&page(instructions, "", resources, more), "");
        let what = String::from_utf8_lossy(instructions).into_owned();
        assert!(refusal(&bytes).contains("on page 1"), "{what}");
        let found = check(&written("a.pdf", &bytes).path);
        let hit = found.findings.iter().find(|finding| finding.identifier == Identifier::SocialSecurity);
        assert_eq!(hit.map(|hit| (hit.certainty, hit.place.to_string())), Some((Certainty::Pattern, "page 1".to_owned())), "{what}");
    }
}

#[test]
fn a_pdf_that_would_look_otherwise_is_refused() {
    let with = |catalog: &str, on_page: &str, more: Objects| {
        let more = more.into_iter().chain([(6, b"<</Subtype/Stamp/Rect[0 0 9 9]>>".to_vec())]).collect();
        classic(&page(b"0 0 9 9 re f", catalog, on_page, more), "")
    };
    let font = vec![(7, b"<</Type/Font/Subtype/Type3/Encoding<</Differences[65/a1/a2/a3]>>>>".to_vec())];
    let unreadable =
        classic(&page(b"BT /F1 9 Tf (ABC) Tj ET", "", "/Resources<</Font<</F1 7 0 R>>>>", font), "");
    for (bytes, reason) in [
        (with("/AcroForm<</Fields[6 0 R]>>", "", Vec::new()), "form fields"),
        (with("", "/Annots[6 0 R]", Vec::new()), "an annotation (Stamp)"),
        (with("/OCProperties<</OCGs[6 0 R]/D<<>>>>", "", Vec::new()), "layers"),
        (
            with(
                "",
                "/Resources<</XObject<</Im 7 0 R>>>>",
                vec![(7, stream("/Filter[/FlateDecode/DCTDecode]", b"x"))],
            ),
            "packed twice",
        ),
        (
            with("", "/Resources<</XObject<</Im 7 0 R>>>>", vec![(7, stream("/Filter/DCTDecode", b"x"))]),
            "no JPEG",
        ),
        (
            with(
                "",
                "/Resources<</XObject<</Im 7 0 R>>>>",
                vec![(7, stream("/Filter/JPXDecode", b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x09xml ?"))],
            ),
            "JPEG 2000",
        ),
        (unreadable, "does not say which characters"),
        (
            classic(&page(b"", "", FONT, vec![(6, b"<</Filter/Standard>>".to_vec())]), "/Encrypt 6 0 R"),
            "is encrypted",
        ),
    ] {
        let told = refusal(&bytes);
        assert!(told.contains(reason), "{told}");
    }
}

#[test]
fn an_earlier_revision_is_not_in_a_copy() {
    let mut bytes = classic(
        &page(b"BT /F1 9 Tf (Chest) Tj ET", "", FONT, vec![(6, b"<</Author(Jane Roe)>>".to_vec())]),
        "/Info 6 0 R",
    );
    let before = bytes.windows(9).rposition(|window| window == b"startxref").unwrap();
    let before: String = String::from_utf8_lossy(&bytes[before + 10..]).lines().next().unwrap().to_owned();
    let place = bytes.len();
    bytes.extend(b"6 0 obj\n<</Producer(x)>>\nendobj\n");
    let table = bytes.len();
    bytes.extend(format!("xref\n6 1\n{place:010} 00000 n \ntrailer\n<</Size 7/Root 1 0 R/Info 6 0 R/Prev {before}>>\nstartxref\n{table}\n%%EOF\n").bytes());
    let file = written("a.pdf", &bytes);
    assert!(holds_nobody(&std::fs::read(&holds(&file.path, &options()).path).unwrap()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn pdf_copies_are_clean(keys in prop::collection::btree_set("[A-Z][a-z]{3,9}", 0..6), on_page in prop::collection::btree_set("X[a-z]{3,9}", 0..4),
        words in prop::collection::vec("[a-z]{3,8}", 0..6), packed in any::<bool>(), numbers in prop::collection::vec(-1e6..1e6f64, 0..6)) {
        let said = |keys: &std::collections::BTreeSet<String>| keys.iter().map(|key| format!("/{key}(Jane Roe)")).collect::<String>();
        let numbers: Vec<String> = numbers.iter().map(f64::to_string).collect();
        let instructions = format!("{} BT /F1 9 Tf ({}) Tj ET", numbers.join(" "), words.join(" "));
        let more = vec![(6, format!("<<{}>>", said(&keys)).into_bytes())];
        let on_page = format!("{FONT}{}/UserUnit {}", said(&on_page), numbers.first().map_or("1", String::as_str));
        let objects = page(instructions.as_bytes(), "", &on_page, more);
        let bytes = if packed { compressed(&objects, "/Info 6 0 R") } else { classic(&objects, "/Info 6 0 R") };
        let file = written("a.pdf", &bytes);
        let copy = std::fs::read(&holds(&file.path, &options()).path).unwrap();
        prop_assert!(holds_nobody(&copy));
        prop_assert_eq!(shown(&copy), shown(&bytes));
    }
}
