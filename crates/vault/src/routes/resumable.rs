//! Uploads that can be gone on with, by the tus protocol, version 1.0.0
//! (<https://tus.io/protocols/resumable-upload>), with its extensions `creation`, `expiration` and `termination`.
//! docs/adr/0008 says why.

use std::{
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use axum::{
    body::Body,
    extract::{OriginalUri, Path, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use medshare_client::vault::{
    Problem,
    auth::body_hash,
    wire::{TUS_RESUMABLE, TUS_VERSION, UPLOAD_EXPIRES, UPLOAD_LENGTH, UPLOAD_METADATA, UPLOAD_OFFSET},
};
use medshare_types::Hash;

use super::{
    parse_address,
    upload::{claim, is_kept, keep, linger, room, task_failed, within},
};
use crate::{
    app::App,
    auth::{Signed, verify},
    decision::may_bring,
    metrics::UPLOADED,
    now,
    pace::Pace,
    problem::{Answer, Failure},
    resume::{Upload, unknown},
    space,
    store::{Listed, PutError},
};

/// Media type of what is added.
const MEDIA_TYPE: &str = "application/offset+octet-stream";
const EXTENSIONS: &str = "creation,expiration,termination";

/// Says that the answer is tus, and refuses other versions of it.
pub async fn speak_tus(State(app): State<App>, request: Request, next: Next) -> Response {
    let speaks = request.headers().get(TUS_RESUMABLE).is_some_and(|version| version == TUS_VERSION);
    let mut response = if speaks || request.method() == Method::OPTIONS {
        next.run(request).await
    } else {
        let failure = Failure::new(
            StatusCode::PRECONDITION_FAILED,
            "tus-version",
            "The request does not say that it is tus 1.0.0",
            "The header Tus-Resumable is missing or names another version.",
            "Send Tus-Resumable: 1.0.0; the medshare client and other tus clients do.",
        );
        failure.into_response()
    };
    let headers = response.headers_mut();
    headers.insert(TUS_RESUMABLE, HeaderValue::from_static(TUS_VERSION));
    headers.insert("tus-version", HeaderValue::from_static(TUS_VERSION));
    headers.insert("tus-extension", HeaderValue::from_static(EXTENSIONS));
    headers.insert("tus-max-size", app.limits.max_blob_bytes.into());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What the vault knows of tus
///
/// In the headers `Tus-Version`, `Tus-Extension` and `Tus-Max-Size`.
#[utoipa::path(options, path = "/v1/uploads", tag = "uploads", responses((status = 204, description = "See the headers")))]
pub async fn options() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Begin an upload that can be gone on with
///
/// `Upload-Metadata` has the key `address`: the blob's address as 64 hex digits, in Base64 as all values. The signed
/// text names the address as `body`. The signer must be an active member in the role `Provider`. If an upload of the
/// blob by this account has begun, it is this one: `HEAD` says how far it is.
#[utoipa::path(
    post,
    path = "/v1/uploads",
    tag = "uploads",
    params(
        ("Tus-Resumable" = String, Header, description = "1.0.0"),
        ("Upload-Length" = u64, Header, description = "Size of the blob, bytes"),
        ("Upload-Metadata" = String, Header, description = "`address` and the address in Base64")
    ),
    security(("signature" = [])),
    responses(
        (status = 201, description = "`Location` is where to go on"),
        (status = 400, body = Problem, content_type = "application/problem+json", description = "The request cannot be read"),
        (status = 401, body = Problem, content_type = "application/problem+json", description = "Not signed, or the signature does not fit, has expired or was used"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "The signer is no active provider"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "An upload of the blob with another length has begun"),
        (status = 412, body = Problem, content_type = "application/problem+json", description = "Not tus 1.0.0"),
        (status = 413, body = Problem, content_type = "application/problem+json", description = "Larger than this vault takes"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "A blob is never empty"),
        (status = 429, body = Problem, content_type = "application/problem+json", description = "Too many signed requests or open uploads"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "The chain or the disk cannot be used"),
        (status = 507, body = Problem, content_type = "application/problem+json", description = "It does not fit into the account's quota")
    )
)]
pub async fn create(
    State(app): State<App>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Answer<Response> {
    let address = announced_address(&headers)?;
    let signed = verify(&app.scope, &method, &uri, &headers, address, now())?;
    may_bring(&app, &signed.account, now()).await?;
    app.nonces.claim(&signed, now())?;
    let length = super::upload::check_size(number(&headers, UPLOAD_LENGTH)?, app.limits.max_blob_bytes)?;
    if let Some(ended) = app.resumable.get(&signed.account, address) {
        is_still_so(&app, &ended).await?;
    }
    if app.resumable.get(&signed.account, address).is_none() {
        // Claimed again when it begins; here, so that the chain is asked if need be.
        drop(claim(&app, &signed.account, address, length).await?);
    }
    let upload = app.resumable.begin(&signed.account, address, length).await?;
    let path = format!("uploads/{}", hex::encode(address));
    // Relative to the request, unless the operator named a public address.
    let location = app.public_url.as_ref().map_or(path.clone(), |url| format!("{url}v1/{path}"));
    let mut response = state_of(&app, &upload, StatusCode::CREATED, None)?;
    response.headers_mut().insert(header::LOCATION, header_value(&location)?);
    Ok(response)
}

/// How far an upload is
#[utoipa::path(
    head,
    path = "/v1/uploads/{address}",
    tag = "uploads",
    params(
        ("address" = String, Path, description = "SHA-256 of the blob, 64 hex digits"),
        ("Tus-Resumable" = String, Header, description = "1.0.0")
    ),
    security(("signature" = [])),
    responses(
        (status = 200, description = "`Upload-Offset`, `Upload-Length` and `Upload-Expires`; it has ended if the first two are equal"),
        (status = 401, description = "Not signed, or the signature does not fit, has expired or was used"),
        (status = 404, description = "The signer has no such upload"),
        (status = 412, description = "Not tus 1.0.0"),
        (status = 429, description = "Too many signed requests"),
        (status = 503, description = "The disk cannot be used")
    )
)]
pub async fn offset(
    State(app): State<App>,
    Path(address): Path<String>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Answer<Response> {
    let upload = own(&app, &address, &method, &uri, &headers)?;
    check_still_so(&app, &upload).await?;
    let offset = upload.offset().await.map_err(|error| Failure::disk(&error))?;
    state_of(&app, &upload, StatusCode::OK, Some(offset))
}

/// Go on with an upload
///
/// The body is added at `Upload-Offset`, which must be how far the upload is. What came is kept if the connection
/// breaks. A newer request ends one that still waits for its client. When all has come, the blob is verified against
/// its address, and becomes visible as a whole or not at all; an upload that was complete already is tried again with
/// an empty body. The signed text names the address as `body`.
#[utoipa::path(
    patch,
    path = "/v1/uploads/{address}",
    tag = "uploads",
    params(
        ("address" = String, Path, description = "SHA-256 of the blob, 64 hex digits"),
        ("Tus-Resumable" = String, Header, description = "1.0.0"),
        ("Upload-Offset" = u64, Header, description = "Where the body belongs, bytes")
    ),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    security(("signature" = [])),
    responses(
        (status = 204, description = "`Upload-Offset` is how far it is now; all of it if the blob is in the vault"),
        (status = 400, body = Problem, content_type = "application/problem+json", description = "The request cannot be read, or the connection broke"),
        (status = 401, body = Problem, content_type = "application/problem+json", description = "Not signed, or the signature does not fit, has expired or was used"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "The signer is no active provider"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "The signer has no such upload"),
        (status = 408, body = Problem, content_type = "application/problem+json", description = "Too little came for too long"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "It is at another place, or a newer request goes on with it"),
        (status = 411, body = Problem, content_type = "application/problem+json", description = "No Content-Length"),
        (status = 412, body = Problem, content_type = "application/problem+json", description = "Not tus 1.0.0"),
        (status = 413, body = Problem, content_type = "application/problem+json", description = "More than was announced"),
        (status = 415, body = Problem, content_type = "application/problem+json", description = "Not application/offset+octet-stream"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "What came is not the blob with this address; the upload has ended"),
        (status = 429, body = Problem, content_type = "application/problem+json", description = "Too many signed requests, or too many transfers of the account at once"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "The chain, the disk or the store cannot be used, or the vault is busy"),
        (status = 507, body = Problem, content_type = "application/problem+json", description = "The vault has no room")
    )
)]
pub async fn add(
    State(app): State<App>,
    Path(address): Path<String>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let (upload, offset, length) = match check(&app, &address, &method, &uri, &headers).await {
        Ok(checked) => checked,
        Err(failure) => {
            linger(body);
            return Err(failure);
        }
    };
    // On a task of its own, so that what came is kept when the client goes away.
    let (worker, target) = (app.clone(), upload.clone());
    let task = app.storing.spawn(async move { go_on(&worker, &target, offset, length, body).await });
    let offset = task.await.map_err(task_failed)??;
    state_of(&app, &upload, StatusCode::NO_CONTENT, Some(offset))
}

/// Give an upload up
#[utoipa::path(
    delete,
    path = "/v1/uploads/{address}",
    tag = "uploads",
    params(
        ("address" = String, Path, description = "SHA-256 of the blob, 64 hex digits"),
        ("Tus-Resumable" = String, Header, description = "1.0.0")
    ),
    security(("signature" = [])),
    responses(
        (status = 204, description = "Nothing of it is left; a blob that is in the vault stays"),
        (status = 401, body = Problem, content_type = "application/problem+json", description = "Not signed, or the signature does not fit, has expired or was used"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "The signer has no such upload"),
        (status = 412, body = Problem, content_type = "application/problem+json", description = "Not tus 1.0.0"),
        (status = 429, body = Problem, content_type = "application/problem+json", description = "Too many signed requests"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "The disk cannot be used")
    )
)]
pub async fn give_up(
    State(app): State<App>,
    Path(address): Path<String>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Answer<StatusCode> {
    let upload = own(&app, &address, &method, &uri, &headers)?;
    app.resumable.forget(&upload).await.map_err(|error| Failure::disk(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether what an upload says is true: of one that has ended, that the blob is in the vault. It may have been
/// removed since; then the upload is forgotten.
async fn is_still_so(app: &App, upload: &Arc<Upload>) -> Answer<bool> {
    if !upload.is_done() {
        return Ok(true);
    }
    let size = app.store.size(upload.blob).await.map_err(|error| Failure::store(&error))?;
    if size == Some(upload.length) && is_kept(app, upload.blob) {
        return Ok(true);
    }
    app.resumable.forget(upload).await.map_err(|error| Failure::disk(&error))?;
    Ok(false)
}

async fn check_still_so(app: &App, upload: &Arc<Upload>) -> Answer<()> {
    if is_still_so(app, upload).await? { Ok(()) } else { Err(unknown()) }
}

/// The upload of the signer of a request without a body.
fn own(app: &App, address: &str, method: &Method, uri: &Uri, headers: &HeaderMap) -> Answer<Arc<Upload>> {
    let address = parse_address(address)?;
    let signed = verify(&app.scope, method, uri, headers, body_hash(b""), now())?;
    let upload = find(app, &signed, address)?;
    // Whoever has an upload is a member.
    app.nonces.claim(&signed, now())?;
    Ok(upload)
}

fn find(app: &App, signed: &Signed, address: Hash) -> Answer<Arc<Upload>> {
    app.resumable.get(&signed.account, address).ok_or_else(unknown)
}

/// Checks everything that can be checked before the body is read: the upload, where the body belongs, and its length.
async fn check(
    app: &App,
    address: &str,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
) -> Answer<(Arc<Upload>, u64, u64)> {
    let address = parse_address(address)?;
    let signed = verify(&app.scope, method, uri, headers, address, now())?;
    may_bring(app, &signed.account, now()).await?;
    app.nonces.claim(&signed, now())?;
    let upload = find(app, &signed, address)?;
    check_still_so(app, &upload).await?;
    if headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind != MEDIA_TYPE) {
        return Err(Failure::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "upload-media-type",
            "The body has another media type",
            "What is added to an upload has the media type application/offset+octet-stream.",
            "Send it with that Content-Type.",
        ));
    }
    let offset = number(headers, UPLOAD_OFFSET)?;
    let length = super::upload::content_length(headers)?;
    if offset.saturating_add(length) > upload.length {
        return Err(Failure::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "upload-too-long",
            "More comes than was announced",
            format!("{length} bytes at {offset} do not fit into {} bytes.", upload.length),
            "Send what is missing and no more; HEAD says how far the upload is.",
        ));
    }
    Ok((upload, offset, length))
}

/// Adds a body, and moves the blob into the store when all has come.
async fn go_on(app: &App, upload: &Arc<Upload>, offset: u64, length: u64, body: Body) -> Answer<u64> {
    // One that hangs gives its place back.
    drop(upload.interrupt().await);
    let _slot = app.uploads.take(&upload.account).map_err(Failure::full)?;
    let free = space::free(&app.state).map_err(|error| Failure::disk(&error))?;
    let coming = app.space.claim(length, free).ok_or_else(|| Failure::disk_full(length))?;
    let pace = Pace::new(app.bounds.upload_idle, app.bounds.upload_least);
    let (came, mut adding) = upload.add(offset, pace, within(body, app.bounds.upload_longest)).await?;
    drop(coming);
    if came < upload.length || upload.is_done() {
        return Ok(came);
    }
    let stored = match upload.finish(&mut adding, &app.store).await {
        Ok(Some(locked)) => Ok(locked),
        Ok(None) => {
            let _room = room(app, upload.length)?;
            upload.copy(&adding, &app.store).await
        }
        Err(error) => Err(error),
    };
    let locked = match stored {
        Ok(locked) => locked,
        Err(error @ (PutError::WrongAddress { .. } | PutError::WrongSize { .. })) => {
            drop(adding);
            app.resumable.forget(upload).await.map_err(|error| Failure::disk(&error))?;
            return Err(error.into());
        }
        Err(error) => return Err(error.into()),
    };
    let blob = Listed { blob: upload.blob, size: upload.length };
    keep(app, &upload.account, blob, locked, upload.take_claim()).await?;
    metrics::counter!(UPLOADED).increment(upload.length);
    if let Err(error) = upload.done(&adding).await {
        tracing::warn!(%error, "the parts of an upload that has ended could not be removed");
    }
    Ok(came)
}

/// An answer that says how far an upload is.
fn state_of(app: &App, upload: &Upload, status: StatusCode, offset: Option<u64>) -> Answer<Response> {
    let mut response = status.into_response();
    let headers = response.headers_mut();
    if let Some(offset) = offset {
        headers.insert(UPLOAD_OFFSET, offset.into());
        headers.insert(UPLOAD_LENGTH, upload.length.into());
    }
    let expires = UNIX_EPOCH.checked_add(Duration::from_millis(app.resumable.expires(upload)));
    if let Some(expires) = expires {
        headers.insert(UPLOAD_EXPIRES, header_value(&httpdate::fmt_http_date(expires))?);
    }
    Ok(response)
}

/// The address in `Upload-Metadata`.
fn announced_address(headers: &HeaderMap) -> Answer<Hash> {
    let malformed = || {
        Failure::malformed("Upload-Metadata does not have the key address with the blob's address in Base64.")
    };
    let metadata =
        headers.get(UPLOAD_METADATA).and_then(|value| value.to_str().ok()).ok_or_else(malformed)?;
    let value =
        metadata.split(',').find_map(|pair| pair.trim().strip_prefix("address ")).ok_or_else(malformed)?;
    let text = BASE64_STANDARD.decode(value.trim()).ok().and_then(|text| String::from_utf8(text).ok());
    parse_address(&text.ok_or_else(malformed)?)
}

/// The number in a header.
fn number(headers: &HeaderMap, name: HeaderName) -> Answer<u64> {
    headers
        .get(&name)
        .and_then(|value| value.to_str().ok())
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| Failure::malformed(format!("The header {name} is not a number of bytes.")))
}

fn header_value(text: &str) -> Answer<HeaderValue> {
    HeaderValue::try_from(text).map_err(|_| Failure::malformed("The answer cannot be put into a header."))
}
