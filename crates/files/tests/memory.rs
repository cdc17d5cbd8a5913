//! How much memory readers take. It is a test of its own, because it asks for the peak of the process.

mod common;

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use common::{Dir, count, dicom, element, header};
use medshare_files::{describe, read};

const LARGE: u64 = 64 << 20;

/// Peak resident memory of this process so far, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
}

/// Writes a file of at least [`LARGE`] bytes, and says how many lines it has.
fn repeat(path: &Path, before: &str, line: &str, after: &str) -> u32 {
    let mut file = BufWriter::new(File::create(path).unwrap());
    file.write_all(before.as_bytes()).unwrap();
    let lines = u32::try_from(LARGE).unwrap() / u32::try_from(line.len()).unwrap() + 1;
    for number in 0..lines {
        let separator = if before.ends_with('[') && number > 0 { "," } else { "" };
        file.write_all(separator.as_bytes()).unwrap();
        file.write_all(line.as_bytes()).unwrap();
    }
    file.write_all(after.as_bytes()).unwrap();
    lines
}

#[test]
fn large_files_take_no_more_memory_than_small_ones() {
    let dir = Dir::new();
    let text = "x".repeat(1000);
    let resource = format!(r#"{{"resourceType":"Basic","id":"{text}"}}"#);
    let [export, bundle, table, hl7, prose, image] =
        ["export", "bundle", "table", "hl7", "prose", "image"].map(|name| dir.path().join(name));
    let resources = repeat(&export, "", &format!("{resource}\n"), "");
    let entry = format!("{{\"resource\":{resource}}}");
    let entries = repeat(&bundle, "{\"resourceType\":\"Bundle\",\"entry\":[", &entry, "]}");
    let rows = repeat(&table, "id,a,b\n", &format!("1,2,{text}\n"), "");
    let message = format!("MSH|^~\\&|LAB|HOSP|||20190504||ORU^R01|1|P|2.5.1\rNTE|1||{text}\r");
    let messages = repeat(&hl7, "", &message, "");
    repeat(&prose, "Dear colleague\n", &format!("{text}\n"), "");
    let length = u32::try_from(LARGE).unwrap();
    let mut head = Vec::new();
    head.extend(element(0x0028, 0x0002, "US", &1u16.to_le_bytes()));
    head.extend(element(0x0028, 0x0008, "IS", format!("{}", LARGE / (1 << 16)).as_bytes()));
    head.extend(element(0x0028, 0x0010, "US", &256u16.to_le_bytes()));
    head.extend(element(0x0028, 0x0011, "US", &256u16.to_le_bytes()));
    head.extend(element(0x0028, 0x0100, "US", &8u16.to_le_bytes()));
    head.extend(header(0x7FE0, 0x0010, "OW", length));
    let head = dicom("1.2.840.10008.1.2.1", "1.2.840.10008.5.1.4.1.1.7", &head);
    std::fs::write(&image, &head).unwrap();
    let file = File::options().write(true).open(&image).unwrap();
    file.set_len(head.len() as u64 + LARGE).unwrap();

    for (path, of, number) in [
        (&export, "Basic", resources),
        (&bundle, "Basic", entries),
        (&table, "rows", rows),
        (&hl7, "MSH", messages),
        (&image, "frames", 1024),
    ] {
        let name = path.display().to_string();
        let read = || read(path, None, &mut ()).unwrap_or_else(|error| panic!("{error}")).descriptor;
        let described = within(&format!("reading {name}"), read);
        assert_eq!(count(&described, of), Some(number), "{name}");
        assert!(described.plaintext_size >= LARGE, "{name}");
        within(&format!("checking {name}"), || describe(path, None).unwrap());
    }
    within("checking a text", || describe(&prose, None).unwrap());
    // The same in a folder, which is packed.
    let folder = within("checking a folder", || describe(dir.path(), None).unwrap());
    assert!(folder.descriptor.plaintext_size > 6 * LARGE);
}

/// Does something that must not make this process need much more memory than it ever did.
fn within<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let before = peak();
    let done = work();
    let grown = peak().saturating_sub(before);
    assert!(grown < 24 << 20, "{what} of {LARGE} bytes took {grown} bytes of memory");
    done
}
