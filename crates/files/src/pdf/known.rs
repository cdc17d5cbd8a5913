//! What of a PDF is known, by its names in dictionaries (ISO 32000-1, 7.7 and 8 to 10).

/// What the catalog keeps: how pages are shown at first.
pub(super) const CATALOG: [&[u8]; 6] =
    [b"PageLayout", b"PageMode", b"ViewerPreferences", b"MarkInfo", b"Lang", b"Version"];
/// What pages keep.
pub(super) const PAGE: [&[u8]; 13] = [
    b"MediaBox",
    b"CropBox",
    b"BleedBox",
    b"TrimBox",
    b"ArtBox",
    b"Rotate",
    b"Resources",
    b"Contents",
    b"Group",
    b"UserUnit",
    b"Tabs",
    b"Dur",
    b"Trans",
];
/// What pages have from the nodes above them (ISO 32000-1 table 30).
pub(super) const INHERITED: [&[u8]; 4] = [b"MediaBox", b"CropBox", b"Rotate", b"Resources"];
/// Annotations that show nothing of their own. Others are notes, stamps, form fields: with them pages look otherwise.
pub(super) const INVISIBLE: [&[u8]; 3] = [b"Link", b"Popup", b"FileAttachment"];
/// Entries of what pages consist of that say something else.
pub(super) const DENIED: [&[u8]; 24] = [
    b"Metadata",
    b"PieceInfo",
    b"LastModified",
    b"AF",
    b"OPI",
    b"Private",
    b"AA",
    b"A",
    b"JS",
    b"Ref",
    b"Measure",
    b"PtData",
    b"Alternates",
    b"Parent",
    b"P",
    b"Annots",
    b"Kids",
    b"Names",
    b"Dests",
    b"Outlines",
    b"AcroForm",
    b"Info",
    b"Root",
    b"ID",
];
/// Entries whose strings say how something is shown.
pub(super) const STRINGS: [&[u8]; 5] = [b"Registry", b"Ordering", b"CharSet", b"FontFamily", b"Panose"];
/// Types of objects that pages do not consist of.
pub(super) const OUTSIDE: [&[u8]; 8] =
    [b"Page", b"Pages", b"Catalog", b"Metadata", b"EmbeddedFile", b"Filespec", b"Annot", b"Sig"];
