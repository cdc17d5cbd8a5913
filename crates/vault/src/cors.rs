//! Which web pages may use the vault from a browser.

use std::time::Duration;

use anyhow::Context;
use axum::http::{HeaderValue, Method, header};
use medshare_client::vault::wire::{
    TUS_RESUMABLE, UPLOAD_EXPIRES, UPLOAD_LENGTH, UPLOAD_METADATA, UPLOAD_OFFSET,
};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// What tells browsers that pages of these origins may; `*` is all. None, if there are none.
pub fn layer(origins: &[String]) -> anyhow::Result<Option<CorsLayer>> {
    if origins.is_empty() {
        return Ok(None);
    }
    let origins = if origins.iter().any(|origin| origin == "*") {
        AllowOrigin::any()
    } else {
        let values = origins.iter().map(|origin| {
            HeaderValue::from_str(origin)
                .with_context(|| format!("{origin:?} is not the origin of a web page"))
        });
        AllowOrigin::list(values.collect::<Result<Vec<_>, _>>()?)
    };
    Ok(Some(
        CorsLayer::new()
            .allow_origin(origins)
            .allow_methods([
                Method::GET,
                Method::HEAD,
                Method::PUT,
                Method::POST,
                Method::PATCH,
                Method::DELETE,
            ])
            .allow_headers([
                header::AUTHORIZATION,
                header::CONTENT_TYPE,
                header::RANGE,
                header::IF_RANGE,
                TUS_RESUMABLE,
                UPLOAD_LENGTH,
                UPLOAD_METADATA,
                UPLOAD_OFFSET,
            ])
            .expose_headers([
                header::LOCATION,
                TUS_RESUMABLE,
                UPLOAD_EXPIRES,
                UPLOAD_LENGTH,
                UPLOAD_OFFSET,
                header::ACCEPT_RANGES,
                header::CONTENT_LENGTH,
                header::CONTENT_RANGE,
                header::ETAG,
                header::RETRY_AFTER,
            ])
            .max_age(Duration::from_secs(3600)),
    ))
}
