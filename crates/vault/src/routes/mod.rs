//! The HTTP interface.

pub mod download;
pub mod info;
pub mod links;
pub mod range;
pub mod resumable;
pub mod upload;
pub mod usage;

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, head, options, post},
};
use medshare_client::vault::wire::UPLOADS_PATH;
use medshare_types::Hash;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{ApiKey, ApiKeyValue, SecurityScheme},
};

use crate::{
    app::App,
    problem::{Answer, Failure},
};

/// Each path with what answers there. The description has the same, which a test checks.
pub fn table() -> Vec<(&'static str, MethodRouter<App>)> {
    vec![
        ("/v1/info", get(info::info)),
        ("/v1/usage", get(usage::usage)),
        ("/v1/blobs/{address}", get(download::get).head(download::head).put(upload::put)),
        ("/v1/links", post(links::create)),
        (UPLOADS_PATH, options(resumable::options).post(resumable::create)),
        ("/v1/uploads/{address}", head(resumable::offset).patch(resumable::add).delete(resumable::give_up)),
        ("/healthz", get(info::health)),
        ("/metrics", get(info::metrics)),
        ("/openapi.json", get(info::openapi)),
    ]
}

/// All routes.
pub fn routes(app: &App) -> Router<App> {
    let mut router = Router::new();
    for (path, answers) in table() {
        let answers = if path.starts_with(UPLOADS_PATH) {
            answers.layer(from_fn_with_state(app.clone(), resumable::speak_tus))
        } else {
            answers
        };
        router = router.route(path, answers);
    }
    router.fallback(elsewhere).method_not_allowed_fallback(|| async {
        Failure::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method-unknown",
            "The path does not know this method",
            "The path exists, but not for this method.",
            "GET /openapi.json lists the methods of each path.",
        )
    })
}

/// A path that is none of the interface: one of the web app's, if the vault serves it.
async fn elsewhere(State(app): State<App>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if let Some(web) = &app.web
        && let Some(answer) = web.answer(&method, &uri, &headers).await
    {
        return answer;
    }
    Failure::new(
        StatusCode::NOT_FOUND,
        "route-unknown",
        "There is nothing here",
        "The vault has no such path.",
        "GET /openapi.json lists the paths.",
    )
    .into_response()
}

/// Reads an address: 64 hex digits, with or without `0x`.
fn parse_address(text: &str) -> Answer<Hash> {
    let mut address = Hash::zero();
    hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), address.as_bytes_mut())
        .map_err(|_| Failure::malformed("The address is not a SHA-256 of 64 hex digits."))?;
    Ok(address)
}

/// The description of the interface.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "medshare-vault",
        description = "Keeps encrypted blobs and serves them as the medshare chain decides. Errors are RFC 9457 \
                       problems with a stable `code` and an `action` that says what to do."
    ),
    paths(
        info::info,
        usage::usage,
        upload::put,
        links::create,
        download::get,
        download::head,
        resumable::options,
        resumable::create,
        resumable::offset,
        resumable::add,
        resumable::give_up,
        info::health,
        info::metrics,
        info::openapi
    ),
    modifiers(&Signature)
)]
pub struct Description;

struct Signature;

impl Modify for Signature {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let text = "A signed request: `Medshare account=\"…\",nonce=\"…\",expires=\"…\",signature=\"0x…\"`, where the \
                    sr25519 signature is over these lines, joined by line feeds: `medshare/v1/vault`, \
                    `chain: 0x<genesis hash>`, `vault: 0x<public key>`, `account: 0x<public key>`, \
                    `request: <method> <path with query>`, `body: 0x<SHA-256 of the body; for an upload the blob's \
                    address>`, `nonce: <32 hex digits>`, `expires: <unix ms, at most 5 minutes ahead>`. The form that \
                    wallets sign (`<Bytes>…</Bytes>`) is accepted too.";
        openapi.components.get_or_insert_default().add_security_scheme(
            "signature",
            SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description("Authorization", text))),
        );
    }
}
