//! How many entries an answer holds.

use medshare_runtime_api::MAX_PAGE;

use super::error::Error;

/// The size of a page: as asked for, or the largest one.
///
/// # Errors
/// [`Error::PageSize`] if it is 0 or above [`MAX_PAGE`]: silently cutting a page would look like its end.
pub fn size(limit: Option<u32>) -> Result<u32, Error> {
    match limit {
        None => Ok(MAX_PAGE),
        Some(limit) if (1..=MAX_PAGE).contains(&limit) => Ok(limit),
        Some(limit) => Err(Error::PageSize(limit)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_every_size_up_to_the_largest() {
        assert_eq!(size(None).ok(), Some(MAX_PAGE));
        assert_eq!(size(Some(1)).ok(), Some(1));
        assert_eq!(size(Some(MAX_PAGE)).ok(), Some(MAX_PAGE));
    }

    #[test]
    fn refuses_nothing_and_too_much() {
        for limit in [0, MAX_PAGE + 1, u32::MAX] {
            assert!(matches!(size(Some(limit)), Err(Error::PageSize(refused)) if refused == limit));
        }
    }
}
