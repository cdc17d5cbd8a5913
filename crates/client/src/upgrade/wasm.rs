//! The file of a runtime, as far as it says which version it is.

use std::borrow::Cow;

use codec::Decode;

use super::RuntimeVersion;

/// The part of a WebAssembly file in which a runtime says which version it is.
const SECTION: &str = "runtime_version";

/// Which runtime a WebAssembly file holds.
pub(super) fn version_of(code: &[u8]) -> Result<RuntimeVersion, String> {
    use sp_maybe_compressed_blob::{CODE_BLOB_BOMB_LIMIT, decompress};

    #[derive(Decode)]
    struct Version {
        spec_name: String,
        _impl_name: String,
        _authoring_version: u32,
        spec_version: u32,
    }
    let wasm: Cow<'_, [u8]> = decompress(code, CODE_BLOB_BOMB_LIMIT).map_err(|error| error.to_string())?;
    let section = custom_section(&wasm, SECTION)?;
    let Version { spec_name, spec_version, .. } = Version::decode(&mut &section[..])
        .map_err(|error| format!("its section {SECTION} cannot be read: {error}"))?;
    Ok(RuntimeVersion { spec_name, spec_version })
}

/// The contents of a custom section of a WebAssembly module (WebAssembly Core Specification, 5.5).
fn custom_section<'a>(wasm: &'a [u8], wanted: &str) -> Result<&'a [u8], String> {
    const HEADER: &[u8] = b"\0asm\x01\0\0\0";
    const CUSTOM: u8 = 0;
    let cut = || "it ends in the middle of a section".to_owned();
    let mut rest = wasm.strip_prefix(HEADER).ok_or("it is no WebAssembly module")?;
    while let Some((kind, after)) = rest.split_first() {
        let (length, after) = leb128(after).ok_or_else(cut)?;
        let (body, next) = after.split_at_checked(length).ok_or_else(cut)?;
        rest = next;
        if *kind == CUSTOM {
            let (length, body) = leb128(body).ok_or_else(cut)?;
            let (name, contents) = body.split_at_checked(length).ok_or_else(cut)?;
            if name == wanted.as_bytes() {
                return Ok(contents);
            }
        }
    }
    Err(format!("it has no section {wanted}: it is no Substrate runtime"))
}

/// A length in LEB128, and what comes after it.
fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0u64;
    for (position, byte) in bytes.iter().enumerate().take(5) {
        value |= u64::from(byte & 0x7f) << (7 * position);
        if byte & 0x80 == 0 {
            return Some((usize::try_from(value).ok()?, bytes.get(position + 1..)?));
        }
    }
    None
}

#[cfg(test)]
pub(super) mod tests {
    use codec::Encode;

    use super::*;

    pub(in crate::upgrade) fn section(kind: u8, contents: &[u8]) -> Vec<u8> {
        assert!(contents.len() < 128 * 128);
        let length = [(contents.len() % 128) as u8 | 0x80, (contents.len() / 128) as u8];
        [&[kind][..], &length, contents].concat()
    }

    pub(in crate::upgrade) fn custom(name: &str, contents: &[u8]) -> Vec<u8> {
        section(0, &[&[name.len() as u8][..], name.as_bytes(), contents].concat())
    }

    pub(in crate::upgrade) fn runtime(name: &str, version: u32) -> Vec<u8> {
        let version = (name, "implementation", 1u32, version, 1u32, Vec::<u8>::new(), 7u32).encode();
        [
            b"\0asm\x01\0\0\0".to_vec(),
            section(1, &[0; 200]),
            custom("producers", b"rustc"),
            custom("runtime_version", &version),
            section(10, &[]),
        ]
        .concat()
    }

    #[test]
    fn a_runtime_says_which_version_it_is_compressed_or_not() {
        let of_twelve = || RuntimeVersion { spec_name: "medshare".into(), spec_version: 12 };
        let code = runtime("medshare", 12);
        assert_eq!(version_of(&code), Ok(of_twelve()));
        let limit = sp_maybe_compressed_blob::CODE_BLOB_BOMB_LIMIT;
        let compressed = sp_maybe_compressed_blob::compress_weakly(&code, limit).unwrap();
        assert_eq!(version_of(&compressed), Ok(of_twelve()));
    }
}
