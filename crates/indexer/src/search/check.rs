//! What a search may ask for.

use std::collections::BTreeSet;

use medshare_types::Code;

use crate::{Error, MOST_AMONG, Result, Search, Sort, What};

/// How many words and codes a search may have.
const MOST: usize = 32;
/// How many bytes the words of a search may have.
const LONGEST: usize = 1_024;

/// Sees that there are not too many things among which to look.
pub fn check_among<T>(among: &[T]) -> Result<()> {
    if among.len() > MOST_AMONG {
        return Err(Error::Query {
            parameter: "among",
            message: format!(
                "at most {MOST_AMONG} things that changed are looked through at once, not {}",
                among.len()
            ),
        });
    }
    Ok(())
}

/// Sees that a search asks for what can be.
pub fn check(search: &Search) -> Result<()> {
    let wrong = |parameter, message: String| Err(Error::Query { parameter, message });
    if let Some(completeness) = search.completeness.filter(|completeness| *completeness > 100) {
        return wrong("completeness", format!("a share in percent is 0 to 100, not {completeness}"));
    }
    if let Some(years) = search.years
        && let (Some(from), Some(to)) = (years.from, years.to)
        && from > to
    {
        return wrong("years", format!("`from` is not after `to`, as {from} is after {to}"));
    }
    if let Some(size) = search.size
        && let (Some(min), Some(max)) = (size.min, size.max)
        && min > max
    {
        return wrong("size", format!("`min` is at most `max`, but {min} is more than {max}"));
    }
    if let Some(price) = search.price
        && let (Some(min), Some(max)) = (price.min, price.max)
        && min > max
    {
        return wrong("price", format!("`min` is at most `max`, but {min} is more than {max}"));
    }
    if search.what == What::Records && matches!(search.sort, Sort::Cheapest | Sort::Dearest) {
        return wrong("sort", "records have no price: search `listings`, or sort by something else".into());
    }
    let tiers: BTreeSet<u8> = search.tiers.iter().map(|tier| *tier as u8).collect();
    if tiers.len() < search.tiers.len() {
        return wrong("tiers", "each tier is named once: give those in one of which the owner is".into());
    }
    let codes: BTreeSet<&Code> = search.codes.iter().collect();
    if codes.len() < search.codes.len() {
        return wrong("codes", "each code is named once: give those that all occur".into());
    }
    if search.codes.len() > MOST {
        return wrong("codes", format!("a search has at most {MOST} codes, not {}", search.codes.len()));
    }
    let length = search.text.as_ref().map_or(0, String::len);
    if length > LONGEST {
        return wrong("text", format!("the words of a search have at most {LONGEST} bytes, not {length}"));
    }
    let length = search.modality.as_ref().map_or(0, String::len);
    if length > LONGEST {
        return wrong(
            "modality",
            format!("a modality has at most 16 bytes, such as `CT`; this has {length}"),
        );
    }
    let words = search.text.as_ref().map_or(0, |text| text.split_whitespace().count());
    if words > MOST {
        return wrong("text", format!("a search has at most {MOST} words, not {words}"));
    }
    Ok(())
}
