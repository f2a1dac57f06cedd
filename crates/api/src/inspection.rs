//! Inspections: taken in, listed, one, corrected, and whether all of it has arrived.

use app::inspection::{InspectionInput, InspectionPage, InspectionReceipt, InspectionView, InspectionsAsked};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::export::{FormatQuery, attachment};
use crate::problem::{Answer, Problem};
use crate::router::Doors;
use crate::view::{page_size, read_opt_day};

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, record))
        .routes(routes!(show))
        .routes(routes!(receipt))
        .routes(routes!(correct))
        .routes(routes!(export))
}

/// Which inspections.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct InspectionQuery {
    /// Place.
    place: Option<String>,
    /// Village.
    village: Option<String>,
    /// Who looked.
    org: Option<String>,
    /// `clear`, `hazards` or `not_possible`.
    result: Option<String>,
    /// First day.
    from: Option<String>,
    /// Last day.
    to: Option<String>,
    /// Text.
    q: Option<String>,
    /// Rows of a page.
    limit: Option<i64>,
    /// Where the last page ended.
    after: Option<String>,
}

impl InspectionQuery {
    /// What is asked for, and which page of it.
    fn read(self) -> Answer<InspectionsAsked> {
        Ok(InspectionsAsked {
            place: filled(self.place).map(Into::into),
            village: filled(self.village),
            org: filled(self.org).map(Into::into),
            result: filled(self.result),
            from: read_opt_day("from", self.from.as_deref())?,
            to: read_opt_day("to", self.to.as_deref())?,
            q: filled(self.q),
            after: self.after,
            limit: page_size(self.limit),
        })
    }
}

/// Which version.
#[derive(Deserialize, IntoParams)]
pub(crate) struct EditionAsked {
    /// From 1; the one that stands when left out.
    edition: Option<u32>,
}

/// A correction.
#[derive(Deserialize, ToSchema)]
pub(crate) struct InspectionCorrection {
    /// The record as it should be.
    record: InspectionInput,
    /// Why.
    reason: String,
    /// The edition it corrects; 409 with the one that stands where that is another.
    edition: Option<u32>,
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// 检查记录
#[utoipa::path(get, path = "/api/v1/inspections", tag = "inspection", params(InspectionQuery),
    responses((status = 200, body = InspectionPage), (status = 403, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<InspectionQuery>,
) -> Answer<Json<InspectionPage>> {
    Ok(Json(doors.app.inspections(&caller, &asked.read()?).await?))
}

/// 导出检查清单
#[utoipa::path(get, path = "/api/v1/exports/inspections", tag = "inspection", params(FormatQuery, InspectionQuery),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn export(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(form): Query<FormatQuery>,
    Query(asked): Query<InspectionQuery>,
) -> Answer<Response> {
    let format = form.of_list(&doors)?;
    let (name, bytes) = doors.app.export_inspections(&caller, asked.read()?, format).await?;
    Ok(attachment(&name, format.media_type(), bytes))
}

/// 提交检查
#[utoipa::path(post, path = "/api/v1/inspections", tag = "inspection", request_body = InspectionInput,
    responses((status = 200, body = InspectionReceipt), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn record(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<InspectionInput>,
) -> Answer<Json<InspectionReceipt>> {
    Ok(Json(doors.app.record_inspection(&caller, &asked).await?))
}

/// 一次检查
#[utoipa::path(get, path = "/api/v1/inspections/{id}", tag = "inspection",
    params(("id" = String, Path), EditionAsked),
    responses((status = 200, body = InspectionView), (status = 404, body = Problem)))]
async fn show(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Query(asked): Query<EditionAsked>,
) -> Answer<Json<InspectionView>> {
    Ok(Json(doors.app.inspection(&caller, &id.to_lowercase().into(), asked.edition).await?))
}

/// 检查与照片是否全部送达
#[utoipa::path(get, path = "/api/v1/inspections/{id}/receipt", tag = "inspection", params(("id" = String, Path)),
    responses((status = 200, body = InspectionReceipt), (status = 404, body = Problem)))]
async fn receipt(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<InspectionReceipt>> {
    Ok(Json(doors.app.inspection_receipt(&caller, &id.to_lowercase().into()).await?))
}

/// 更正检查记录
#[utoipa::path(post, path = "/api/v1/inspections/{id}/correct", tag = "inspection", params(("id" = String, Path)),
    request_body = InspectionCorrection,
    responses((status = 200, body = InspectionView), (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn correct(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<InspectionCorrection>,
) -> Answer<Json<InspectionView>> {
    let (id, made) = (id.to_lowercase().into(), (asked.reason.as_str(), asked.edition));
    Ok(Json(doors.app.correct_inspection(&caller, &id, &asked.record, made).await?))
}
