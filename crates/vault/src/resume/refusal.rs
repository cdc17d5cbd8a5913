//! Why an upload cannot be gone on with, as clients see it.

use axum::http::StatusCode;

use super::{AddError, BeginError};
use crate::{problem::Failure, store::PutError};

/// The account has no such upload.
pub fn unknown() -> Failure {
    Failure::new(
        StatusCode::NOT_FOUND,
        "upload-unknown",
        "There is no such upload",
        "The account has begun no upload of this blob, or it has expired or was given up.",
        "Begin it with POST /v1/uploads.",
    )
}

impl From<BeginError> for Failure {
    fn from(error: BeginError) -> Self {
        match error {
            BeginError::TooMany => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too-many-uploads",
                "Too many uploads are open",
                "The account has as many uploads that have not ended as the vault allows, or the vault has.",
                "End or give up one of them; those that nobody goes on with expire.",
            ),
            BeginError::OtherLength(length) => Self::new(
                StatusCode::CONFLICT,
                "upload-other-length",
                "An upload of this blob with another length has begun",
                format!("The account has announced {length} bytes for it."),
                "One of the two is wrong: give that upload up with DELETE, or announce its length.",
            ),
            BeginError::Over(over) => Self::quota(&over),
            BeginError::Disk(error) => Self::disk(&error),
        }
    }
}

impl From<AddError> for Failure {
    fn from(error: AddError) -> Self {
        match error {
            AddError::Offset(offset) => Self::new(
                StatusCode::CONFLICT,
                "upload-offset",
                "The upload is at another place",
                format!("{offset} bytes have come."),
                "Ask with HEAD how far it is, and go on there.",
            ),
            AddError::Body(detail) => PutError::Body(detail).into(),
            AddError::Slow(slow) => PutError::Slow(slow).into(),
            AddError::Interrupted => Self::new(
                StatusCode::CONFLICT,
                "upload-interrupted",
                "A newer request goes on with the upload",
                "Another request of the account for the same upload came.",
                "Send one at a time.",
            ),
            AddError::Over => unknown(),
            AddError::Disk(error) => Self::disk(&error),
        }
    }
}
