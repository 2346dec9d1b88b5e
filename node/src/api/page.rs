//! The live page of a node. All of it is in the program, and browsers are told to load nothing from elsewhere.

use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};

use super::failure::{ErrorPage, Failure};
use super::routes::{Answer, Segment, text};

/// Scripts and styles come from files of this node, and it alone is asked for data.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

const PAGE: &str = include_str!("../page/index.html");

/// The files by their names.
const FILES: [(&str, &str, &str); 6] = [
    ("page.css", CSS, include_str!("../page/page.css")),
    ("page.js", SCRIPT, include_str!("../page/page.js")),
    ("draw.js", SCRIPT, include_str!("../page/draw.js")),
    ("words.js", SCRIPT, include_str!("../page/words.js")),
    ("strip.js", SCRIPT, include_str!("../page/strip.js")),
    ("icon.svg", SVG, include_str!("../page/icon.svg")),
];

fn answer(kind: &'static str, content: &'static str) -> Response {
    let headers: [(HeaderName, &'static str); 6] = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, content).into_response()
}

/// The live page of this node, for browsers.
#[utoipa::path(
    get,
    path = "/",
    responses((status = 200, description = "A page that shows the network as this node sees it", body = String,
        content_type = "text/html"))
)]
pub(super) async fn page() -> Response {
    answer(HTML, PAGE)
}

/// Style and scripts of the live page.
#[utoipa::path(
    get,
    path = "/page/{file}",
    params(("file" = String, Path, description = "The name of a file")),
    responses(
        (status = 200, description = "The file", body = String, content_type = "text/javascript"),
        (status = 400, description = "Not a name", body = ErrorPage),
        (status = 404, description = "No such file", body = ErrorPage),
    )
)]
pub(super) async fn file(name: Segment) -> Answer<Response> {
    let name = text(name)?;
    let found = FILES.iter().find(|(known, ..)| *known == name);
    let found = found.map(|(_, kind, content)| answer(kind, content));
    found.ok_or_else(|| Failure::not_found("the page has no such file", "open / in a browser"))
}
