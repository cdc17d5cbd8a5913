//! Range requests (RFC 9110, section 14).

use std::ops::Range;

use axum::http::{HeaderMap, header};

/// Which bytes are asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Asked {
    /// All of them. Also where a range cannot be read or several are asked for: RFC 9110 lets a server ignore them.
    All,
    /// Some.
    Part(Range<u64>),
    /// None that exists.
    Nothing,
}

/// Reads the range that a request asks for, of a blob with this size and ETag.
pub fn asked(headers: &HeaderMap, size: u64, etag: &str) -> Asked {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    // A range of another content than the one that the client knows would not fit together.
    if headers.contains_key(header::IF_RANGE) && text(header::IF_RANGE) != Some(etag) {
        return Asked::All;
    }
    text(header::RANGE).and_then(|range| parse(range, size)).unwrap_or(Asked::All)
}

fn parse(range: &str, size: u64) -> Option<Asked> {
    let (unit, spec) = range.split_once('=')?;
    let (first, last) = spec.trim().split_once('-')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let part = if first.is_empty() {
        let length = number(last)?;
        size.saturating_sub(length)..size
    } else {
        let first = number(first)?;
        let end = match last {
            "" => size,
            last => {
                let last = number(last)?;
                if last < first {
                    return None;
                }
                last.saturating_add(1).min(size)
            }
        };
        first..end
    };
    Some(if part.is_empty() { Asked::Nothing } else { Asked::Part(part) })
}

/// Digits only; numbers too large for any blob are as good as the largest.
fn number(text: &str) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(range: &str) -> Asked {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, range.parse().unwrap());
        asked(&headers, 100, "\"tag\"")
    }

    #[test]
    fn reads_ranges() {
        assert_eq!(of("bytes=0-0"), Asked::Part(0..1));
        assert_eq!(of("bytes=10-19"), Asked::Part(10..20));
        assert_eq!(of("bytes=90-"), Asked::Part(90..100));
        assert_eq!(of("bytes=90-1000"), Asked::Part(90..100));
        assert_eq!(of("bytes=-10"), Asked::Part(90..100));
        assert_eq!(of("bytes=-1000"), Asked::Part(0..100));
        assert_eq!(of("bytes=0-99999999999999999999999"), Asked::Part(0..100));
    }

    #[test]
    fn knows_what_does_not_exist() {
        assert_eq!(of("bytes=100-"), Asked::Nothing);
        assert_eq!(of("bytes=100-200"), Asked::Nothing);
        assert_eq!(of("bytes=-0"), Asked::Nothing);
    }

    #[test]
    fn ignores_what_it_cannot_read() {
        for range in
            ["lines=1-2", "bytes=5-4", "bytes=a-b", "bytes=1", "bytes=0-1,5-6", "bytes=-", "bytes=+1-2", ""]
        {
            assert_eq!(of(range), Asked::All, "{range}");
        }
    }

    #[test]
    fn heeds_the_condition() {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, "bytes=1-2".parse().unwrap());
        headers.insert(header::IF_RANGE, "\"tag\"".parse().unwrap());
        assert_eq!(asked(&headers, 100, "\"tag\""), Asked::Part(1..3));
        assert_eq!(asked(&headers, 100, "\"other\""), Asked::All);
    }
}
