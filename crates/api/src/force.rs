//! Forces: fire stations, micro stations and volunteer brigades, their kit, people, rosters and patrols.

use app::force::{
    AwayBack, AwayInput, ForceAsked, ForceInput, ForceList, ForceMemberInput, ForceOptions, ForceStep,
    ForceStepInput, ForceVehicleInput, ForceView, ForceVoidInput, KitCheckInput, MyAway, PatrolAsked,
    PatrolInput, PatrolOne, PatrolPage, RosterInput,
};

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;
use crate::view::{page_size, read_opt_day};

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, register))
        .routes(routes!(options))
        .routes(routes!(one, change))
        .routes(routes!(accept))
        .routes(routes!(close))
        .routes(routes!(enter_dispatch))
        .routes(routes!(leave_dispatch))
        .routes(routes!(add_vehicle))
        .routes(routes!(withdraw_vehicle))
        .routes(routes!(count))
        .routes(routes!(void_count))
        .routes(routes!(member))
        .routes(routes!(my_away, report_away))
        .routes(routes!(come_back))
        .routes(routes!(roster))
        .routes(routes!(patrol))
        .routes(routes!(patrols))
        .routes(routes!(one_patrol))
        .routes(routes!(void_patrol))
}

/// Which forces.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// `town`, `micro`, `brigade`; several with commas.
    kind: Option<String>,
    /// `registered`, `accepted`, `closed`; several with commas; without it all that are not closed.
    state: Option<String>,
    /// Code of a territory.
    territory: Option<String>,
    /// Text in the name.
    q: Option<String>,
}

/// Which week of the roster.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Week {
    /// A day of the week, `YYYY-MM-DD`; without it this week.
    week: Option<String>,
}

/// 消防站队
#[utoipa::path(get, path = "/api/v1/forces", tag = "force", params(Which),
    responses((status = 200, body = ForceList), (status = 403, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<Which>,
) -> Answer<Json<ForceList>> {
    let asked = ForceAsked {
        kind: asked.kind,
        state: asked.state.filter(|state| !state.trim().is_empty()),
        territory: asked.territory,
        text: asked.q.filter(|q| !q.trim().is_empty()),
    };
    Ok(Json(doors.app.forces(&caller, &asked).await?))
}

/// 登记站队所需选项
#[utoipa::path(get, path = "/api/v1/forces/options", tag = "force",
    responses((status = 200, body = ForceOptions), (status = 403, body = Problem)))]
async fn options(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<ForceOptions>> {
    Ok(Json(doors.app.force_options(&caller).await?))
}

/// 登记站队
#[utoipa::path(post, path = "/api/v1/forces", tag = "force", request_body = ForceInput,
    responses((status = 200, body = ForceView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn register(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<ForceInput>,
) -> Answer<Json<ForceView>> {
    Ok(Json(doors.app.keep_force(&caller, None, asked).await?))
}

/// 站队详情
#[utoipa::path(get, path = "/api/v1/forces/{id}", tag = "force", params(("id" = String, Path), Week),
    responses((status = 200, body = ForceView), (status = 404, body = Problem)))]
async fn one(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Query(asked): Query<Week>,
) -> Answer<Json<ForceView>> {
    let week = read_opt_day("week", asked.week.as_deref())?;
    Ok(Json(doors.app.force(&caller, &id.into(), week).await?))
}

/// 修改站队登记
#[utoipa::path(put, path = "/api/v1/forces/{id}", tag = "force", params(("id" = String, Path)),
    request_body = ForceInput,
    responses((status = 200, body = ForceView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn change(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<ForceInput>,
) -> Answer<Json<ForceView>> {
    Ok(Json(doors.app.keep_force(&caller, Some(&id.into()), asked).await?))
}

/// 验收站队
#[utoipa::path(post, path = "/api/v1/forces/{id}/accept", tag = "force", params(("id" = String, Path)),
    request_body = ForceStepInput,
    responses((status = 200, body = ForceView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn accept(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<ForceStepInput>,
) -> Answer<Json<ForceView>> {
    Ok(Json(doors.app.step_force(&caller, &id.into(), ForceStep::Accept, asked).await?))
}

/// 撤销站队
#[utoipa::path(post, path = "/api/v1/forces/{id}/close", tag = "force", params(("id" = String, Path)),
    request_body = ForceStepInput,
    responses((status = 200, body = ForceView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn close(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<ForceStepInput>,
) -> Answer<Json<ForceView>> {
    Ok(Json(doors.app.step_force(&caller, &id.into(), ForceStep::Close, asked).await?))
}

/// 纳入统一调度
#[utoipa::path(post, path = "/api/v1/forces/{id}/enter-dispatch", tag = "force", params(("id" = String, Path)),
    request_body = ForceStepInput,
    responses((status = 200, body = ForceView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn enter_dispatch(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<ForceStepInput>,
) -> Answer<Json<ForceView>> {
    Ok(Json(doors.app.step_force(&caller, &id.into(), ForceStep::EnterDispatch, asked).await?))
}

/// 退出统一调度
#[utoipa::path(post, path = "/api/v1/forces/{id}/leave-dispatch", tag = "force", params(("id" = String, Path)),
    request_body = ForceStepInput,
    responses((status = 200, body = ForceView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn leave_dispatch(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<ForceStepInput>,
) -> Answer<Json<ForceView>> {
    Ok(Json(doors.app.step_force(&caller, &id.into(), ForceStep::LeaveDispatch, asked).await?))
}

/// 登记车辆
#[utoipa::path(post, path = "/api/v1/forces/{id}/vehicles", tag = "force", params(("id" = String, Path)),
    request_body = ForceVehicleInput,
    responses((status = 200, body = ForceView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn add_vehicle(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<ForceVehicleInput>,
) -> Answer<Json<ForceView>> {
    Ok(Json(doors.app.add_vehicle(&caller, &id.into(), asked).await?))
}

/// 车辆停用
#[utoipa::path(post, path = "/api/v1/forces/{id}/vehicles/{no}/withdraw", tag = "force",
    params(("id" = String, Path), ("no" = usize, Path)), request_body = ForceStepInput,
    responses((status = 200, body = ForceView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn withdraw_vehicle(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path((id, no)): Path<(String, usize)>,
    Json(asked): Json<ForceStepInput>,
) -> Answer<Json<ForceView>> {
    Ok(Json(doors.app.step_force(&caller, &id.into(), ForceStep::WithdrawVehicle(no), asked).await?))
}

/// 清点装备
#[utoipa::path(post, path = "/api/v1/forces/{id}/checks", tag = "force", params(("id" = String, Path)),
    request_body = KitCheckInput,
    responses((status = 200, body = ForceView), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn count(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<KitCheckInput>,
) -> Answer<Json<ForceView>> {
    Ok(Json(doors.app.count_kit(&caller, &id.into(), asked).await?))
}

/// 作废清点
#[utoipa::path(post, path = "/api/v1/forces/{id}/checks/{check}/void", tag = "force",
    params(("id" = String, Path), ("check" = String, Path)), request_body = ForceVoidInput,
    responses((status = 200, body = ForceView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn void_count(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path((id, check)): Path<(String, String)>,
    Json(asked): Json<ForceVoidInput>,
) -> Answer<Json<ForceView>> {
    Ok(Json(doors.app.void_kit_check(&caller, &id.into(), &check, asked).await?))
}

/// 登记队员技能和在岗时间
#[utoipa::path(put, path = "/api/v1/forces/{id}/members/{person}", tag = "force",
    params(("id" = String, Path), ("person" = String, Path)), request_body = ForceMemberInput,
    responses((status = 200, body = ForceView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn member(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path((id, person)): Path<(String, String)>,
    Json(asked): Json<ForceMemberInput>,
) -> Answer<Json<ForceView>> {
    Ok(Json(doors.app.know_member(&caller, &id.into(), &person.into(), asked).await?))
}

/// 排值班表
#[utoipa::path(put, path = "/api/v1/forces/{id}/roster", tag = "force", params(("id" = String, Path)),
    request_body = RosterInput,
    responses((status = 200, body = ForceView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn roster(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<RosterInput>,
) -> Answer<Json<ForceView>> {
    Ok(Json(doors.app.keep_roster(&caller, &id.into(), asked).await?))
}

/// 登记巡查
#[utoipa::path(post, path = "/api/v1/forces/{id}/patrols", tag = "force", params(("id" = String, Path)),
    request_body = PatrolInput,
    responses((status = 200, body = ForceView), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn patrol(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<PatrolInput>,
) -> Answer<Json<ForceView>> {
    Ok(Json(doors.app.record_patrol(&caller, &id.into(), asked).await?))
}

/// Which patrols.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct WhichPatrols {
    /// Only of this force.
    force: Option<String>,
    /// Code of a village.
    territory: Option<String>,
    /// Only from this day …
    from: Option<String>,
    /// … to this day.
    to: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// Rows.
    limit: Option<i64>,
}

/// 巡查
#[utoipa::path(get, path = "/api/v1/patrols", tag = "force", params(WhichPatrols),
    responses((status = 200, body = PatrolPage), (status = 403, body = Problem)))]
async fn patrols(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<WhichPatrols>,
) -> Answer<Json<PatrolPage>> {
    let said = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let asked = PatrolAsked {
        force: said(asked.force).map(Into::into),
        territory: said(asked.territory),
        from: read_opt_day("from", asked.from.as_deref())?,
        to: read_opt_day("to", asked.to.as_deref())?,
        after: asked.after,
        limit: page_size(asked.limit),
    };
    Ok(Json(doors.app.patrols(&caller, &asked).await?))
}

/// 一次巡查
#[utoipa::path(get, path = "/api/v1/patrols/{id}", tag = "force", params(("id" = String, Path)),
    responses((status = 200, body = PatrolOne), (status = 404, body = Problem)))]
async fn one_patrol(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<PatrolOne>> {
    Ok(Json(doors.app.patrol(&caller, &id).await?))
}

/// 作废巡查
#[utoipa::path(post, path = "/api/v1/forces/{id}/patrols/{patrol}/void", tag = "force",
    params(("id" = String, Path), ("patrol" = String, Path)), request_body = ForceVoidInput,
    responses((status = 200, body = ForceView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn void_patrol(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path((id, patrol)): Path<(String, String)>,
    Json(asked): Json<ForceVoidInput>,
) -> Answer<Json<ForceView>> {
    Ok(Json(doors.app.void_patrol(&caller, &id.into(), &patrol, asked).await?))
}

/// 我的离岗与值班
#[utoipa::path(get, path = "/api/v1/me/away", tag = "force",
    responses((status = 200, body = MyAway), (status = 401, body = Problem)))]
async fn my_away(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<MyAway>> {
    Ok(Json(doors.app.my_away(&caller).await?))
}

/// 报告离岗
#[utoipa::path(post, path = "/api/v1/me/away", tag = "force", request_body = AwayInput,
    responses((status = 200, body = MyAway), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn report_away(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<AwayInput>,
) -> Answer<Json<MyAway>> {
    Ok(Json(doors.app.report_away(&caller, asked).await?))
}

/// 报告返岗或撤回离岗
#[utoipa::path(post, path = "/api/v1/me/away/back", tag = "force", request_body = AwayBack,
    responses((status = 200, body = MyAway), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn come_back(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<AwayBack>,
) -> Answer<Json<MyAway>> {
    Ok(Json(doors.app.come_back(&caller, asked).await?))
}
