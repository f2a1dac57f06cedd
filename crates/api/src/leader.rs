//! The leader's page.

use app::leader::LeaderPage;
use axum::Json;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::fulfilment::Tally;
use crate::problem::{Answer, Problem};
use crate::router::Doors;
use crate::view::{Named, day, read_opt_day};

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(show))
}

/// As known on which day.
#[derive(Debug, Default, Deserialize, IntoParams)]
pub(crate) struct LeaderQuery {
    /// As known at the end of this day.
    pub at: Option<String>,
}

/// Something that wants a decision.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LeaderDecision {
    kind: String,
    title: String,
    detail: String,
    href: String,
    /// `high`, `medium` or `low`.
    severity: String,
}

/// A number of the page.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LeaderNumber {
    code: String,
    label: String,
    /// Null without anything to count.
    value: Option<f64>,
    of: Option<u64>,
    unit: String,
    note: String,
    href: String,
    /// `good`, `due` or `late`.
    tone: String,
}

/// One village.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LeaderVillage {
    village: Named,
    listed: u64,
    inspected: u64,
    open_hazards: u64,
    overdue: u64,
    closed_in_time: u64,
    closed: u64,
    tally: Tally,
    /// Share of the places listed that was looked at, by quarter, oldest first.
    quarters: Vec<Option<f64>>,
    /// People on the rosters that day; none when the village has no force.
    on_duty: Option<u64>,
}

/// Something that falls due within a week.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LeaderAhead {
    due_on: String,
    /// Which duty; none for hazards to be put right.
    duty: Option<String>,
    n: usize,
    who: Vec<String>,
    href: String,
}

/// One week.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LeaderWeek {
    /// Its Monday.
    from: String,
    inspections: usize,
    found: usize,
    closed: usize,
}

/// The leader's page.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LeaderView {
    as_of: String,
    period_label: String,
    decisions: Vec<LeaderDecision>,
    numbers: Vec<LeaderNumber>,
    villages: Vec<LeaderVillage>,
    weekly: Vec<LeaderWeek>,
    /// What falls due within a week, the next first.
    ahead: Vec<LeaderAhead>,
}

/// 领导一页清
#[utoipa::path(get, path = "/api/v1/leader", tag = "board", params(LeaderQuery),
    responses((status = 200, body = LeaderView), (status = 403, body = Problem)))]
pub(crate) async fn show(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(query): Query<LeaderQuery>,
) -> Answer<Json<LeaderView>> {
    let page = doors.app.leader_page(&caller, read_opt_day("at", query.at.as_deref())?).await?;
    Ok(Json(view(page)))
}

fn view(page: LeaderPage) -> LeaderView {
    let decisions = page.decisions.into_iter().map(|one| LeaderDecision {
        kind: one.kind.to_owned(),
        title: one.title,
        detail: one.detail,
        href: one.href,
        severity: one.severity.to_owned(),
    });
    let numbers = page.figures.into_iter().map(|one| LeaderNumber {
        code: one.code.to_owned(),
        label: one.label.to_owned(),
        value: one.value,
        of: one.of,
        unit: one.unit.to_owned(),
        note: one.note,
        href: one.href,
        tone: one.tone.to_owned(),
    });
    let villages = page.villages.into_iter().map(|one| LeaderVillage {
        village: Named::new(one.village.id, one.village.name),
        listed: one.listed,
        inspected: one.inspected,
        open_hazards: one.open,
        overdue: one.overdue,
        closed_in_time: one.in_time,
        closed: one.closed,
        tally: (&one.tally).into(),
        quarters: one.quarters,
        on_duty: one.on_duty,
    });
    let weekly = page.weeks.into_iter().map(|one| LeaderWeek {
        from: day(one.from),
        inspections: one.inspections,
        found: one.found,
        closed: one.closed,
    });
    let ahead = page.ahead.into_iter().map(|one| LeaderAhead {
        due_on: day(one.due_on),
        duty: one.duty,
        n: one.n,
        who: one.who,
        href: one.href,
    });
    LeaderView {
        ahead: ahead.collect(),
        as_of: day(page.as_of),
        period_label: page.period,
        decisions: decisions.collect(),
        numbers: numbers.collect(),
        villages: villages.collect(),
        weekly: weekly.collect(),
    }
}
