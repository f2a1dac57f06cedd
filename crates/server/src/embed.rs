//! The web entries inside the program: the desk at `/`, the phone at `/m/`, the unit owner's page at `/p/{code}`
//! (`api` answers placards' codes and `/p/officers` before it).
//! A path the desk or the phone routes itself gets the entry's page; a file that is not there is not found.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use rust_embed::RustEmbed;

/// What `npm run build` made. Without it the program still builds and serves its interface.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Web;

/// Shown where the web was not built.
const WITHOUT: &str =
    "网页未随程序构建，请先执行 cargo xtask demo，或在 web 目录执行 npm run build 后重新构建程序\n";
/// Files with a hash in their name never change.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Pages and the service worker are asked for again each time.
const AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// Routes of the three entries.
pub fn routes() -> Router {
    Router::new()
        .route("/", get(|| async { page("index.html") }))
        .route("/m", get(|| async { Redirect::permanent("/m/") }))
        .route("/m/", get(|| async { page("m/index.html") }))
        // Whoever types the address without a code finds where to report.
        .route("/p", get(|| async { Redirect::temporary("/p/report") }))
        .route("/p/", get(|| async { Redirect::temporary("/p/report") }))
        .route("/p/{code}", get(|| async { page("p/index.html") }))
        .route("/{*path}", get(|Path(path): Path<String>| async move { file(&path) }))
}

fn file(path: &str) -> Response {
    match Web::get(path) {
        Some(found) => answer(path, &found.data),
        // A folder or a file that once was: never a page in its place, or a browser would keep it as the file.
        None if path.starts_with("api/") || has_extension(path) => StatusCode::NOT_FOUND.into_response(),
        None if path.starts_with("m/") => page("m/index.html"),
        None if path.starts_with("p/") => page("p/index.html"),
        None => page("index.html"),
    }
}

fn page(path: &str) -> Response {
    match Web::get(path) {
        Some(found) => answer(path, &found.data),
        None => (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], WITHOUT)
            .into_response(),
    }
}

fn answer(path: &str, bytes: &[u8]) -> Response {
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let mut response = bytes.to_vec().into_response();
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(kind.as_ref()) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    headers.insert(header::CACHE_CONTROL, if path.contains("assets/") { FOREVER } else { AGAIN });
    if path == "m/sw.js" {
        headers.insert(HeaderName::from_static("service-worker-allowed"), HeaderValue::from_static("/m/"));
    }
    response
}

/// Whether it names a file: what follows the last dot begins with a letter. The number of a duty, `C10.1a`, does not.
fn has_extension(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').is_some_and(|(_, kind)| kind.starts_with(|c: char| c.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_that_were_built_are_served() {
        let built =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/dist/index.html").exists();
        for (path, entry) in [
            ("", "index.html"),
            ("board", "index.html"),
            ("board/duties/C10.1a", "index.html"),
            ("m/tasks", "m/index.html"),
            ("p/report/wrong", "p/index.html"),
        ] {
            let status = if path.is_empty() { page(entry).status() } else { file(path).status() };
            assert_eq!(status == StatusCode::OK, built, "{path}");
        }
    }

    #[test]
    fn a_missing_file_is_not_found_and_never_a_page() {
        for path in ["assets/gone-1234.js", "m/gone.webmanifest", "api/v1/nothing"] {
            assert_eq!(file(path).status(), StatusCode::NOT_FOUND, "{path}");
        }
    }
}
