//! Places of high risk on the territory's list and the sector's, joint visits, and several signatures under one record.

use app::inspection::InspectionView;
use app::joint_control::{JointControl, JointPlanInput, VisitSignatureInput, VisitsToSign};
use axum::Json;
use axum::extract::{Path, State};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(plan))
        .routes(routes!(to_sign))
        .routes(routes!(sign))
}

/// 双列管和联合管控
#[utoipa::path(get, path = "/api/v1/joint-control", tag = "joint_control",
    responses((status = 200, body = JointControl), (status = 403, body = Problem)))]
async fn list(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<JointControl>> {
    Ok(Json(doors.app.joint_control(&caller).await?))
}

/// 安排联合检查
#[utoipa::path(post, path = "/api/v1/joint-control/plan", tag = "joint_control", request_body = JointPlanInput,
    responses((status = 200, body = JointControl), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn plan(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<JointPlanInput>,
) -> Answer<Json<JointControl>> {
    Ok(Json(doors.app.plan_joint_visit(&caller, asked).await?))
}

/// 待签字的联合检查
#[utoipa::path(get, path = "/api/v1/joint-control/to-sign", tag = "joint_control",
    responses((status = 200, body = VisitsToSign)))]
async fn to_sign(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<VisitsToSign>> {
    Ok(Json(doors.app.visits_to_sign(&caller).await?))
}

/// 联合检查签字
#[utoipa::path(post, path = "/api/v1/inspections/{id}/signatures", tag = "joint_control", params(("id" = String, Path)),
    request_body = VisitSignatureInput,
    responses((status = 200, body = InspectionView), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn sign(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<VisitSignatureInput>,
) -> Answer<Json<InspectionView>> {
    Ok(Json(doors.app.sign_inspection(&caller, &id.into(), &asked).await?))
}
