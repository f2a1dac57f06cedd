//! The public holidays of a year.

use app::calendar::{CalendarView, HolidayYearInput};
use axum::Json;
use axum::extract::{Path, State};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(set))
}

/// 节假日
#[utoipa::path(get, path = "/api/v1/calendar", tag = "calendar",
    responses((status = 200, body = CalendarView), (status = 403, body = Problem)))]
async fn list(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<CalendarView>> {
    Ok(Json(doors.app.calendar(&caller).await?))
}

/// 录入一年的节假日
#[utoipa::path(put, path = "/api/v1/calendar/{year}", tag = "calendar", params(("year" = i32, Path)),
    request_body = HolidayYearInput,
    responses((status = 200, body = CalendarView), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn set(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(year): Path<i32>,
    Json(asked): Json<HolidayYearInput>,
) -> Answer<Json<CalendarView>> {
    Ok(Json(doors.app.set_holidays(&caller, year, asked).await?))
}
