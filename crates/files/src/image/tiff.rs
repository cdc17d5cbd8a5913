//! TIFF (revision 6.0) and BigTIFF.

use super::{hand_on, ifd};
use crate::{ReadError, context::Context, form::Input};

const FORM: &str = "TIFF image";

pub(crate) fn read(input: &mut dyn Input, size: u64, context: &mut Context<'_>) -> Result<(), ReadError> {
    let directories = ifd::directories(input, size).map_err(|fault| fault.of(FORM, context))?;
    context.tally.count("pages", directories.pages);
    hand_on(&directories.found, context)
}
