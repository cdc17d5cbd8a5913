//! What must hold, one file a call.

mod forgeries;
mod ownership;
mod report_equivocation;
mod report_equivocation_unsigned;
mod sessions;
