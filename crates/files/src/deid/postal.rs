//! ZIP codes of the United States.

/// Three-digit ZIP codes in which at most 20,000 people live, and which become `000`: as the Department of Health and
/// Human Services lists them from the census of 2000 in its "Guidance Regarding Methods for De-identification of
/// Protected Health Information" (2012).
pub(super) const SPARSE: [&str; 17] = [
    "036", "059", "063", "102", "203", "556", "692", "790", "821", "823", "830", "831", "878", "879", "884",
    "890", "893",
];

/// What may stay of a ZIP code: three digits, `000` where few people live. `None` if it is none.
pub(super) fn coarse(code: &str) -> Option<&str> {
    let digits = code.bytes().filter(u8::is_ascii_digit).count();
    let shape = code.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') && [3, 5, 9].contains(&digits);
    let head = code.get(..3).filter(|head| shape && head.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some(if SPARSE.contains(&head) { "000" } else { head })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_three_digits_where_many_live() {
        assert_eq!(coarse("02108"), Some("021"));
        assert_eq!(coarse("02108-1234"), Some("021"));
        assert_eq!(coarse("021"), Some("021"));
        assert_eq!(coarse("82190"), Some("000"));
        assert_eq!(coarse("000"), Some("000"));
        for other in ["", "SW1A 1AA", "1", "1234", "ü1234"] {
            assert_eq!(coarse(other), None, "{other}");
        }
    }
}
