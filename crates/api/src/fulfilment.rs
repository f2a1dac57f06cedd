//! The board: from the whole plan down to the records behind one figure.

use app::fulfilment::{Ask, Board, Case, EventRoom, Evidence, Found, Number, Pick, Quote as Quoted, Whom};
use app::fulfilment::{ClauseLine, ClausePage, DutyLine, DutyPage, DutyStanding, fire_plan_version};
use app::parameter::value_json;
use app::photo::PhotoView;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::fulfilment::{Status, Tally as Counts};
use domain::period::window_label;
use domain::plan::{Clause, SubjectKind, facts::evidence_label};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::export::{FormatQuery, attachment};
use crate::problem::{Answer, Problem};
use crate::router::Doors;
use crate::view::{Named, Word, day, read_opt_day, wrong};

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(board))
        .routes(routes!(clause))
        .routes(routes!(duty))
        .routes(routes!(standing))
        .routes(routes!(evidence))
        .routes(routes!(export))
        .routes(routes!(export_board))
}

/// What is asked of the board.
#[derive(Debug, Default, Deserialize, IntoParams)]
pub(crate) struct BoardQuery {
    /// As known at the end of this day.
    pub at: Option<String>,
    /// Windows that touch the days from here; from New Year when not said.
    pub from: Option<String>,
    /// To here; to the day of knowledge when not said.
    pub to: Option<String>,
    /// Only this village.
    pub village: Option<String>,
}

/// Which occurrences of a duty are listed.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DutyQuery {
    /// As known at the end of this day.
    pub at: Option<String>,
    /// From here.
    pub from: Option<String>,
    /// To here.
    pub to: Option<String>,
    /// Only this village.
    pub village: Option<String>,
    /// Only these statuses, separated by commas.
    pub status: Option<String>,
    /// Rows of a page.
    pub limit: Option<i64>,
    /// Where the page before ended.
    pub after: Option<String>,
}

/// Which occurrence is opened.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct EvidenceQuery {
    /// Kind of the subject.
    pub subject_kind: String,
    /// Id of the subject.
    pub subject: String,
    /// Key of the window.
    pub window: String,
    /// As known at the end of this day.
    pub at: Option<String>,
    /// From here.
    pub from: Option<String>,
    /// To here.
    pub to: Option<String>,
}

/// Figures of the board. Without anything due, or without data, the ratio is null, never 0.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Tally {
    due: u32,
    met: u32,
    late: u32,
    partial: u32,
    unmet: u32,
    open: u32,
    ahead: u32,
    not_due: u32,
    waived: u32,
    not_applicable: u32,
    no_data: u32,
    total: u32,
    /// Occurrences of duties that are not scored, in none of the counts; 0 for a single duty.
    beside: u32,
    /// From 0 to 1.
    ratio: Option<f64>,
}

impl From<&Counts> for Tally {
    fn from(tally: &Counts) -> Self {
        let n = |status| tally.count(status);
        Self {
            due: tally.due(),
            met: n(Status::Met),
            late: n(Status::Late),
            partial: n(Status::Partial),
            unmet: n(Status::Unmet),
            open: n(Status::Open),
            ahead: n(Status::Ahead),
            not_due: n(Status::NotDue),
            waived: n(Status::Waived),
            not_applicable: n(Status::NotApplicable),
            no_data: n(Status::NoData),
            total: tally.total(),
            beside: tally.beside(),
            ratio: tally.ratio(),
        }
    }
}

/// The head of the plan.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct PlanHead {
    code: String,
    title: String,
    notice_no: String,
}

/// One village of a row.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct VillageTally {
    village: Named,
    tally: Tally,
}

/// What fell due in one month.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct MonthRatio {
    /// `2026-11`.
    month: String,
    ratio: Option<f64>,
}

/// One clause.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ClauseRow {
    code: String,
    /// `第十条`.
    label: String,
    title: String,
    section: String,
    section_label: String,
    /// The heading it stands under in the notice; null where the plan has none.
    part: Option<String>,
    /// The notice leaves the number out; the clause carries no duty and never fails.
    absent: bool,
    note: Option<String>,
    who: Vec<String>,
    duties_n: usize,
    /// The duties most of its figures come from.
    measures: Vec<MeasureRow>,
    /// The first day by which something that is still open must be done.
    next_due: Option<String>,
    tally: Tally,
    villages: Vec<VillageTally>,
    trend: Vec<MonthRatio>,
}

/// What one duty comes to, in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct MeasureRow {
    duty: String,
    title: String,
    done: u32,
    due: u32,
}

/// The board.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct BoardView {
    as_of: String,
    from: String,
    to: String,
    plan: PlanHead,
    clauses: Vec<ClauseRow>,
    whole: Tally,
    villages: Vec<VillageTally>,
    /// Whether it is decided or proposed from which day the town counts (`fulfilment.counted_from`), a day to come included.
    start_said: bool,
}

/// A clause in the words of the attached notice.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Quote {
    title: String,
    text: String,
    /// Units: UTF-16.
    start: usize,
    /// Units: UTF-16.
    end: usize,
}

/// A number or choice that a duty goes by.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct DutyParameter {
    name: String,
    label: String,
    #[schema(value_type = Object)]
    value: serde_json::Value,
    unit: String,
    basis: String,
    basis_label: String,
    from: String,
}

/// One duty.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct DutyRow {
    id: String,
    title: String,
    who: Vec<String>,
    period_label: String,
    basis: String,
    basis_label: String,
    measure: String,
    evidence: Vec<Word>,
    informational: bool,
    /// Whether there is a source for what it asks for.
    available: bool,
    weight: f64,
    tally: Tally,
    note: Option<String>,
    parameters: Vec<DutyParameter>,
    /// Whether something of it is recorded as evidence.
    recordable: bool,
    /// First day it is owed.
    owed_from: String,
    /// What done and needed of its occurrences are counted in: `days`, `people`, `bodies`, `sorts` or `records`.
    counted_in: String,
}

/// A duty that a later version of the plan brings.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ComingDuty {
    id: String,
    title: String,
    /// Its first day.
    begins: String,
}

/// A duty of this or another version of the plan, and when it holds.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct DutyStandingView {
    id: String,
    title: String,
    clause: Named,
    /// First day, where it is not in force yet.
    begins: Option<String>,
    /// Last day, where it is in force no more.
    ended: Option<String>,
}

/// One clause with its duties.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ClauseView {
    clause: ClauseRow,
    quote: Option<Quote>,
    duties: Vec<DutyRow>,
    /// Duties that are to begin.
    coming: Vec<ComingDuty>,
}

/// For whom or what a duty is owed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SubjectView {
    kind: String,
    kind_label: String,
    id: String,
    name: String,
    village: Option<Named>,
    href: Option<String>,
}

/// The stretch in which it is owed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct WindowView {
    key: String,
    label: String,
    from: String,
    to: String,
    due_on: String,
}

/// One duty for one subject in one window.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct OccurrenceRow {
    subject: SubjectView,
    window: WindowView,
    status: String,
    status_label: String,
    done: u32,
    needed: u32,
    /// Why it is not applicable: `entered_late`, `left` or `encouraged`; null with any other status.
    not_owed: Option<String>,
    not_owed_label: Option<String>,
    /// Records handed in for it that nobody has decided about yet.
    waiting: u32,
    /// Approved projects that build or mend it and are not over.
    projects: Vec<Named>,
}

/// A page of occurrences.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct OccurrencePage {
    items: Vec<OccurrenceRow>,
    next: Option<String>,
    total: usize,
    /// Roads and facilities among them that an approved project builds or mends. They count as they stand.
    with_project: usize,
}

/// One duty with a page of occurrences.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct DutyView {
    duty: DutyRow,
    clause: Named,
    quote: Option<Quote>,
    occurrences: OccurrencePage,
}

/// A record behind a figure.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct EvidenceRow {
    kind: String,
    kind_label: String,
    id: String,
    title: String,
    happened_on: String,
    recorded_on: String,
    href: Option<String>,
    photos: Vec<PhotoView>,
    /// Whether the figure is made of it; false for what came besides once enough was there.
    counts: bool,
}

/// The records behind a figure.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct EvidenceView {
    items: Vec<EvidenceRow>,
    /// How the figure came about.
    why: String,
}

/// 落实台账
#[utoipa::path(get, path = "/api/v1/board", tag = "board", params(BoardQuery),
    responses((status = 200, body = BoardView), (status = 403, body = Problem)))]
pub(crate) async fn board(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(query): Query<BoardQuery>,
) -> Answer<Json<BoardView>> {
    let board = doors.app.board(&caller, &ask(&query)?).await?;
    Ok(Json(board_view(&board)))
}

/// 一个条款
#[utoipa::path(get, path = "/api/v1/board/clauses/{code}", tag = "board", params(("code" = String, Path), BoardQuery),
    responses((status = 200, body = ClauseView), (status = 404, body = Problem)))]
pub(crate) async fn clause(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(code): Path<String>,
    Query(query): Query<BoardQuery>,
) -> Answer<Json<ClauseView>> {
    let page = doors.app.board_clause(&caller, &code, &ask(&query)?).await?;
    let ClausePage { board, quote, duties, coming } = page;
    let clause = board.clauses.first().map(|line| clause_row(&board, line));
    let clause = clause.ok_or(app::Error::NotFound)?;
    Ok(Json(ClauseView {
        clause,
        quote: quote.map(quote_view),
        duties: duties.iter().map(duty_row).collect(),
        coming: coming
            .into_iter()
            .map(|(duty, from)| ComingDuty { id: duty.id, title: duty.title, begins: day(from) })
            .collect(),
    }))
}

/// 一项责任及其逐项情况
#[utoipa::path(get, path = "/api/v1/board/duties/{id}", tag = "board", params(("id" = String, Path), DutyQuery),
    responses((status = 200, body = DutyView), (status = 404, body = Problem)))]
pub(crate) async fn duty(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Query(query): Query<DutyQuery>,
) -> Answer<Json<DutyView>> {
    let statuses = statuses(query.status.as_deref())?;
    let limit = usize::try_from(crate::view::page_size(query.limit)).unwrap_or(50);
    let pick = Pick { statuses, after: query.after, limit };
    let asked = BoardQuery { at: query.at, from: query.from, to: query.to, village: query.village };
    let page = doors.app.board_duty(&caller, &id, &ask(&asked)?, &pick).await?;
    let DutyPage { line, clause, quote, occurrences, next, total, with_project } = page;
    let items = occurrences.iter().map(occurrence_row).collect();
    Ok(Json(DutyView {
        duty: duty_row(&line),
        clause: clause_named(&clause),
        quote: quote.map(quote_view),
        occurrences: OccurrencePage { items, next, total, with_project },
    }))
}

/// 一项责任何时生效
#[utoipa::path(get, path = "/api/v1/board/duties/{id}/standing", tag = "board", params(("id" = String, Path)),
    responses((status = 200, body = DutyStandingView), (status = 404, body = Problem)))]
async fn standing(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<DutyStandingView>> {
    let DutyStanding { duty, clause, begins, ended } = doors.app.duty_standing(&caller, &id).await?;
    Ok(Json(DutyStandingView {
        id: duty.id,
        title: duty.title,
        clause: clause_named(&clause),
        begins: begins.map(day),
        ended: ended.map(day),
    }))
}

/// Statuses as a page asks for them, separated by commas.
fn statuses(asked: Option<&str>) -> Answer<Vec<Status>> {
    let codes = asked.unwrap_or_default().split(',').filter(|code| !code.is_empty());
    let known = codes.map(|code| {
        let known = Status::ALL.into_iter().find(|status| status.code() == code);
        known.ok_or_else(|| wrong("status", "board.status", "状态不认识，请从列表中选择"))
    });
    known.collect::<Result<Vec<_>, _>>()
}

/// 导出一项责任的逐项情况
#[utoipa::path(get, path = "/api/v1/exports/duties/{id}", tag = "board",
    params(("id" = String, Path), FormatQuery, DutyQuery),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn export(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Query(form): Query<FormatQuery>,
    Query(query): Query<DutyQuery>,
) -> Answer<Response> {
    let format = form.of_list(&doors)?;
    let statuses = statuses(query.status.as_deref())?;
    let asked = BoardQuery { at: query.at, from: query.from, to: query.to, village: query.village };
    let (name, bytes) = doors.app.export_occurrences(&caller, &id, &ask(&asked)?, &statuses, format).await?;
    Ok(attachment(&name, format.media_type(), bytes))
}

/// 导出任务落实台账
#[utoipa::path(get, path = "/api/v1/exports/board", tag = "board", params(FormatQuery, BoardQuery),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn export_board(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(form): Query<FormatQuery>,
    Query(query): Query<BoardQuery>,
) -> Answer<Response> {
    let format = form.of_list(&doors)?;
    let (name, bytes) = doors.app.export_board(&caller, &ask(&query)?, format).await?;
    Ok(attachment(&name, format.media_type(), bytes))
}

/// 一个数字背后的记录
#[utoipa::path(get, path = "/api/v1/board/duties/{id}/evidence", tag = "board", params(("id" = String, Path), EvidenceQuery),
    responses((status = 200, body = EvidenceView), (status = 404, body = Problem)))]
pub(crate) async fn evidence(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Query(query): Query<EvidenceQuery>,
) -> Answer<Json<EvidenceView>> {
    let asked = BoardQuery { at: query.at, from: query.from, to: query.to, village: None };
    let kind = SubjectKind::from_code(&query.subject_kind)
        .ok_or_else(|| wrong("subject_kind", "board.subject_kind", "对象类型不认识，请从台账中打开"))?;
    let of = (kind, query.subject.as_str(), query.window.as_str());
    let Evidence { items, why } = doors.app.board_evidence(&caller, &id, of, &ask(&asked)?).await?;
    Ok(Json(EvidenceView { items: items.into_iter().map(evidence_row).collect(), why }))
}

fn ask(query: &BoardQuery) -> Answer<Ask> {
    Ok(Ask {
        at: read_opt_day("at", query.at.as_deref())?,
        from: read_opt_day("from", query.from.as_deref())?,
        to: read_opt_day("to", query.to.as_deref())?,
        village: query.village.clone().filter(|code| !code.is_empty()),
    })
}

fn board_view(board: &Board) -> BoardView {
    BoardView {
        as_of: day(board.as_of),
        from: day(board.days.0),
        to: day(board.days.1),
        plan: PlanHead {
            code: board.plan.code.clone(),
            title: board.plan.title.clone(),
            notice_no: board.plan.notice_no.clone(),
        },
        clauses: board.clauses.iter().map(|line| clause_row(board, line)).collect(),
        whole: (&board.whole.whole).into(),
        villages: villages(board, &board.whole.areas),
        start_said: board.start_said,
    }
}

fn villages(board: &Board, tallies: &[Counts]) -> Vec<VillageTally> {
    let row = |(column, tally): (&app::fulfilment::Column, &Counts)| VillageTally {
        village: Named::new(&column.code, &column.name),
        tally: tally.into(),
    };
    board.villages.iter().zip(tallies).map(row).collect()
}

fn clause_row(board: &Board, line: &ClauseLine) -> ClauseRow {
    let ClauseLine { clause, who, duties, measures, row } = line;
    ClauseRow {
        code: clause.code.clone(),
        label: clause_label(clause),
        title: clause.title.clone(),
        section: clause.section.code().to_owned(),
        section_label: clause.section.label().to_owned(),
        part: clause.part.clone(),
        absent: clause.absent_in_source,
        note: clause.absent_in_source.then(|| "原文没有这个编号，保留不用".to_owned()),
        who: who.clone(),
        duties_n: *duties,
        measures: measures
            .iter()
            .map(|one| MeasureRow {
                duty: one.duty.clone(),
                title: one.title.clone(),
                done: one.done,
                due: one.due,
            })
            .collect(),
        next_due: row.next_due.map(day),
        tally: (&row.whole).into(),
        villages: villages(board, &row.areas),
        trend: board
            .months
            .iter()
            .zip(&row.months)
            .map(|(first, tally)| MonthRatio {
                month: first.format("%Y-%m").to_string(),
                ratio: tally.ratio(),
            })
            .collect(),
    }
}

/// `10` → `第十条`; what is numbered otherwise stays as printed.
pub(crate) fn clause_label(clause: &Clause) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |n: usize| DIGITS.get(n).copied().unwrap_or_default();
    match clause.no.parse::<usize>() {
        Ok(n @ 1..=9) => format!("第{}条", digit(n)),
        Ok(n @ 10..=19) => format!("第十{}条", digit(n - 10)),
        Ok(n @ 20..=99) => format!("第{}十{}条", digit(n / 10), digit(n % 10)),
        _ => clause.no.clone(),
    }
}

fn clause_named(clause: &Clause) -> Named {
    Named::new(&clause.code, format!("{} {}", clause_label(clause), clause.title))
}

fn quote_view(quote: Quoted) -> Quote {
    Quote { title: quote.title, text: quote.text, start: quote.start, end: quote.end }
}

fn duty_row(line: &DutyLine) -> DutyRow {
    let duty = &line.duty;
    let parameter = |number: &Number| DutyParameter {
        name: number.name.clone(),
        label: number.label.to_owned(),
        value: value_json(&number.value),
        unit: number.unit.clone(),
        basis: number.basis.code().to_owned(),
        basis_label: number.basis.label().to_owned(),
        from: day(number.from),
    };
    DutyRow {
        id: duty.id.clone(),
        title: duty.title.clone(),
        who: line.who.clone(),
        period_label: line.period.clone(),
        basis: duty.basis.code().to_owned(),
        basis_label: duty.basis.label().to_owned(),
        measure: duty.measure.clone(),
        evidence: duty.evidence.iter().map(|code| Word::new(code, evidence_label(code))).collect(),
        informational: duty.informational,
        available: line.has_data,
        weight: duty.weight,
        tally: (&line.tally).into(),
        note: duty.note.clone(),
        parameters: line.parameters.iter().map(parameter).collect(),
        recordable: !domain::evidence::claim::asked(duty).is_empty(),
        owed_from: day(line.owed_from),
        counted_in: line.counted_in.code().to_owned(),
    }
}

/// A subject as answers show it.
pub(crate) fn subject_view(whom: &Whom) -> SubjectView {
    let href = match whom.kind {
        SubjectKind::Place | SubjectKind::Compound => Some(format!("/places/{}", whom.id)),
        SubjectKind::Station => Some(format!("/forces/{}", whom.id)),
        SubjectKind::Facility => Some(format!("/facilities/{}", whom.id)),
        SubjectKind::Road => Some(format!("/roads/{}", whom.id)),
        SubjectKind::Event => Some(match whom.event {
            Some(EventRoom::StopUse) => format!("/stop-uses/{}", whom.id),
            Some(EventRoom::Sector) => "/sectors".to_owned(),
            Some(EventRoom::Incident) => format!("/incidents/{}", whom.id),
            Some(EventRoom::Whistle) => format!("/whistles/{}", whom.id),
            Some(EventRoom::FirePlan) => format!("/fire-plans/{}", fire_plan_version(&whom.id)),
            Some(EventRoom::Evidence) => format!("/evidence/{}", whom.id),
            None => format!("/hazards/{}", whom.id),
        }),
        SubjectKind::Person => Some(format!("/people/{}", whom.id)),
        _ => None,
    };
    SubjectView {
        kind: whom.kind.code().to_owned(),
        kind_label: whom.kind.label().to_owned(),
        id: whom.id.clone(),
        name: whom.name.clone(),
        village: whom.village.as_ref().map(|village| Named::new(&village.code, &village.name)),
        href,
    }
}

fn occurrence_row(case: &Case) -> OccurrenceRow {
    OccurrenceRow {
        subject: subject_view(&case.who),
        window: WindowView {
            key: case.key.clone(),
            label: window_label(&case.key, case.from, case.to),
            from: day(case.from),
            to: day(case.to),
            due_on: day(case.due_on),
        },
        status: case.status.code().to_owned(),
        status_label: case.status.label().to_owned(),
        done: case.done,
        needed: case.needed,
        not_owed: case.not_owed.map(|why| why.code().to_owned()),
        not_owed_label: case.not_owed.map(|why| why.label().to_owned()),
        waiting: case.waiting,
        projects: case.projects.clone(),
    }
}

fn evidence_row(found: Found) -> EvidenceRow {
    let href = match found.object_kind {
        "fire_plan" => Some(format!("/fire-plans/{}", found.id)),
        "facility" => Some(format!("/facilities/{}", found.id)),
        "road" => Some(format!("/roads/{}", found.id)),
        "device" => Some(format!("/devices/{}", found.id)),
        "stop_use" => Some(format!("/stop-uses/{}", found.id)),
        "sector_risk" | "sector_ruling" => Some("/sectors".to_owned()),
        "whistle" => Some(format!("/whistles/{}", found.id)),
        "incident" => Some(format!("/incidents/{}", found.id)),
        "authority_item" => Some("/authority".to_owned()),
        "inspection" => Some(format!("/inspections/{}", found.id)),
        "hazard" => Some(format!("/hazards/{}", found.id)),
        "place" => Some(format!("/places/{}", found.id)),
        "inspection_plan" => Some(format!("/plans/{}", found.id)),
        "evidence" => Some(format!("/evidence/{}", found.id)),
        "letter" => Some(format!("/letters/{}", found.id)),
        "placard" => Some(format!("/placards/{}", found.id)),
        "force" => Some(format!("/forces/{}", found.id)),
        "report_case" => Some(format!("/report-cases/{}", found.id)),
        "meeting" => Some(format!("/meetings/{}", found.id)),
        "report" => Some(format!("/reports/{}", found.id)),
        "call_test" => Some(format!("/call-tests/{}", found.id)),
        "sortie" => Some(format!("/sorties/{}", found.id)),
        "drill" => Some(format!("/drills/{}", found.id)),
        "training" => Some(format!("/trainings/{}", found.id)),
        "campaign" => Some(format!("/campaigns/{}", found.id)),
        "contract" => Some(format!("/contracts/{}", found.id)),
        "budget" => Some("/budget".to_owned()),
        _ => None,
    };
    EvidenceRow {
        kind: found.kind.to_owned(),
        kind_label: found.kind_label,
        id: found.id,
        title: found.title,
        happened_on: day(found.happened_on),
        recorded_on: day(found.recorded_on),
        href,
        photos: found.photos.iter().map(PhotoView::of).collect(),
        counts: found.counts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_are_called_as_people_call_them() {
        let clause = |no: &str| Clause {
            code: String::new(),
            alias: None,
            no: no.to_owned(),
            title: String::new(),
            section: domain::plan::Section::Risk,
            part: None,
            absent_in_source: false,
        };
        for (no, label) in
            [("3", "第三条"), ("10", "第十条"), ("19", "第十九条"), ("20", "第二十条"), ("（一）", "（一）")]
        {
            assert_eq!(clause_label(&clause(no)), label);
        }
    }
}
