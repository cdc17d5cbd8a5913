//! XMP (ISO 16684-1): which of its properties tell of persons, places, times and devices. It is not parsed: whatever it
//! says, it is removed as a whole.

use super::Found;

/// Properties with their usual prefixes, and what they are called here.
const NAMES: [(&[u8], &str); 10] = [
    (b"dc:creator", "XMP creator"),
    (b"photoshop:AuthorsPosition", "XMP author"),
    (b"photoshop:City", "XMP City"),
    (b"exif:GPS", "XMP GPS position"),
    (b"aux:SerialNumber", "XMP SerialNumber"),
    (b"aux:OwnerName", "XMP OwnerName"),
    (b"xmpMM:DocumentID", "XMP DocumentID"),
    (b"exif:DateTimeOriginal", "XMP DateTimeOriginal"),
    (b"xmp:CreateDate", "XMP CreateDate"),
    (b"xmp:ModifyDate", "XMP ModifyDate"),
];

/// Notes that there is XMP, and what is in it.
pub(crate) fn find(packet: &[u8], found: &mut Found) {
    found.add("XMP", "");
    for (needle, name) in NAMES {
        if packet.windows(needle.len()).any(|window| window == needle) {
            found.add(name, "");
        }
    }
}
