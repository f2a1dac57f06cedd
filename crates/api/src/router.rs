//! Every route in one place, with what surrounds them all: limits, headers, idempotency.

use std::time::Duration;

use app::App;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware;
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    account, audit, checklist, export, hazard, import, inspection, job, operation, org, person, photo, place,
    place_list, post, problem, search, session, task, unit_link, workbench,
};

/// The largest JSON body.
pub(crate) const MAX_JSON: usize = 1024 * 1024;
/// The largest ledger, and a little for what surrounds it.
pub(crate) const MAX_UPLOAD: usize = app::import::MAX_FILE + 64 * 1024;
/// The longest a request may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest a report with a picture may take.
const LONG_PATIENCE: Duration = Duration::from_secs(180);
/// What a page may load: only what this server sends. The map's worker is made by the page itself from what was sent.
const CSP: &str = "default-src 'self'; worker-src 'self' blob:; img-src 'self' data: blob:; media-src 'self' blob:; style-src 'self' 'unsafe-inline'; \
                   object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

/// What the handlers share.
#[derive(Clone)]
pub struct Doors {
    /// The application.
    pub app: App,
    /// Whether people come over HTTPS.
    pub secure: bool,
    /// The address people reach this server by, as `https://host`; what the browser said when it is not set.
    pub public_url: Option<String>,
}

impl Doors {
    /// The address of this server as people reach it, without a slash at its end.
    pub(crate) fn base(&self, headers: &HeaderMap) -> String {
        let said = || {
            let host = headers.get(header::HOST).and_then(|v| v.to_str().ok()).unwrap_or("localhost");
            format!("{}://{host}", if self.secure { "https" } else { "http" })
        };
        self.public_url.clone().unwrap_or_else(said)
    }
}

/// Everything there is, for the description.
fn described() -> OpenApiRouter<Doors> {
    ordinary().merge(uploads()).merge(patient()).merge(crate::road::file::upload_routes())
}

/// Routes that take whole files.
fn uploads() -> OpenApiRouter<Doors> {
    import::upload_routes().merge(crate::attachment::upload_routes()).merge(crate::notice::upload_routes())
}

/// Forms of strangers, with a picture or without.
fn patient() -> OpenApiRouter<Doors> {
    crate::report_case::public_routes().merge(crate::facility::public_routes())
}

fn ordinary() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .merge(session::routes())
        .merge(account::routes())
        .merge(audit::routes())
        .merge(crate::calendar::routes())
        .merge(org::routes())
        .merge(crate::boundary::routes())
        .merge(person::routes())
        .merge(post::routes())
        .merge(crate::handover::routes())
        .merge(job::routes())
        .merge(import::routes())
        .merge(export::routes())
        .merge(search::routes())
        .merge(place::routes())
        .merge(place_list::routes())
        .merge(hazard::routes())
        .merge(unit_link::routes())
        .merge(workbench::routes())
        .merge(photo::routes())
        .merge(task::routes())
        .merge(inspection::routes())
        .merge(crate::inspection_plan::routes())
        .merge(crate::sync::routes())
        .merge(checklist::routes())
        .merge(crate::event::routes())
        .merge(crate::evidence::routes())
        .merge(crate::layer::routes())
        .merge(crate::base_map::routes())
        .merge(crate::letter::routes())
        .merge(crate::attachment::routes())
        .merge(crate::fulfilment::routes())
        .merge(crate::leader::routes())
        .merge(crate::notice::routes())
        .merge(crate::parameter::routes())
        .merge(crate::plan::routes())
        .merge(crate::waiver::routes())
        .merge(crate::facility::routes())
        .merge(crate::road::routes())
        .merge(crate::device::routes())
        .merge(crate::signal::routes())
        .merge(crate::warning::routes())
        .merge(crate::incident::routes())
        .merge(crate::dispatch::routes())
        .merge(crate::message::routes())
        .merge(crate::house::routes())
        .merge(crate::assessment::routes())
        .merge(crate::stop_use::routes())
        .merge(crate::subscriber::routes())
        .merge(crate::whistle::routes())
        .merge(crate::docket::routes())
        .merge(crate::joint_control::routes())
        .merge(crate::sector::routes())
        .merge(crate::fire_plan::routes())
        .merge(crate::siting::routes())
        .merge(crate::project::routes())
        .merge(crate::meeting::routes())
        .merge(crate::follow_up::routes())
        .merge(crate::force::routes())
        .merge(crate::report::routes())
        .merge(crate::report_case::routes())
        .merge(crate::open311::routes())
        .merge(crate::budget::routes())
        .merge(crate::contract::routes())
        .merge(crate::campaign::routes())
        .merge(crate::drill::routes())
        .merge(crate::enforcement::routes())
        .merge(crate::call_test::routes())
        .merge(crate::sortie::routes())
        .merge(crate::gate::routes())
        .merge(crate::training::routes())
        .merge(crate::certificate::routes())
        .merge(crate::paper::routes())
        .merge(crate::placard::routes())
}

/// The description of the API, as JSON.
pub fn openapi() -> String {
    let (_, mut description) = described().split_for_parts();
    description.info.title = "Fengsui".to_owned();
    description.info.description =
        Some("The software a Chinese township runs its fire-safety governance on.".to_owned());
    let mut text = description.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// All routes, and the web's pages within the same limits and headers.
pub fn router(doors: Doors, pages: Router) -> Router {
    let (api, _) = ordinary().split_for_parts();
    let (uploads, _) = uploads().split_for_parts();
    // Pictures from old phones over bad lines take long; their handler bounds what it reads.
    let (reports, _) = patient().split_for_parts();
    let reports =
        reports.layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, LONG_PATIENCE));
    // So do maps of a whole district, which go straight to the disk.
    let (maps, _) = crate::road::file::upload_routes().split_for_parts();
    let maps = maps
        .layer(middleware::from_fn(problem::in_our_words))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, LONG_PATIENCE));
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let api = api
        .layer(middleware::from_fn_with_state(doors.clone(), operation::once))
        .layer(middleware::from_fn(crate::limit::shallow));
    let uploads = uploads
        .layer(middleware::from_fn_with_state(doors.clone(), operation::once_with_file))
        .layer(RequestBodyLimitLayer::new(MAX_UPLOAD));
    api.route(
        "/api/openapi.json",
        get(|| async { ([(header::CONTENT_TYPE, "application/json")], openapi()) }),
    )
    .route("/healthz", get(healthz))
    .with_state(doors.clone())
    .merge(pages)
    .layer(RequestBodyLimitLayer::new(MAX_JSON))
    .merge(uploads.with_state(doors.clone()))
    .layer(middleware::from_fn(problem::in_our_words))
    .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PATIENCE))
    .merge(maps.with_state(doors.clone()))
    .merge(reports.with_state(doors))
    .layer(CatchPanicLayer::new())
    .layer(header(header::CONTENT_SECURITY_POLICY, CSP))
    .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
    .layer(header(header::REFERRER_POLICY, "same-origin"))
    .layer(header(header::CACHE_CONTROL, "no-store"))
}

/// Up or not, and nothing else.
async fn healthz(State(doors): State<Doors>) -> StatusCode {
    if doors.app.is_up().await { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}
