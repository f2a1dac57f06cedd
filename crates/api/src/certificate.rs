//! Certificates: given, taken back, running out.

use app::certificate::{CertificateInput, CertificateRow};
use axum::Json;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(list, record)).routes(routes!(revoke))
}

/// Which certificates.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CertificatesAsked {
    /// Only what runs out soon or has.
    expiring: Option<bool>,
    /// Text in the name (or its initials) of whose it is, in the number or the issuer.
    q: Option<String>,
}

/// Certificates.
#[derive(Serialize, ToSchema)]
pub(crate) struct Certificates {
    items: Vec<CertificateRow>,
}

/// Why a certificate is taken back.
#[derive(Deserialize, ToSchema)]
pub(crate) struct CertificateRevoke {
    #[serde(default)]
    reason: String,
    version: i64,
}

/// 证件
#[utoipa::path(get, path = "/api/v1/certificates", tag = "certificate", params(CertificatesAsked),
    responses((status = 200, body = Certificates), (status = 403, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<CertificatesAsked>,
) -> Answer<Json<Certificates>> {
    let only_expiring = asked.expiring.unwrap_or(false);
    let items = doors.app.certificates(&caller, only_expiring, asked.q.as_deref()).await?;
    Ok(Json(Certificates { items }))
}

/// 登记证件
#[utoipa::path(post, path = "/api/v1/certificates", tag = "certificate", request_body = CertificateInput,
    responses((status = 200, body = CertificateRow), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn record(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<CertificateInput>,
) -> Answer<Json<CertificateRow>> {
    Ok(Json(doors.app.record_certificate(&caller, asked).await?))
}

/// 作废证件
#[utoipa::path(post, path = "/api/v1/certificates/{id}/revoke", tag = "certificate", params(("id" = String, Path)),
    request_body = CertificateRevoke,
    responses((status = 200, body = CertificateRow), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn revoke(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<CertificateRevoke>,
) -> Answer<Json<CertificateRow>> {
    Ok(Json(doors.app.revoke_certificate(&caller, &id.into(), &asked.reason, asked.version).await?))
}
