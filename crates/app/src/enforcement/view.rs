//! Cases as they are shown and typed in: rows of the index, one case with its clocks, its steps and its file. What does not
//! belong here: whether a step is allowed (`domain::enforcement`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use domain::calendar::Calendar;
use domain::enforcement::{
    Act, Case, Decision, Ending, Event, Hand, Heard, Hearing, Outcome, Paid, PartyKind, Penalty, PenaltyKind,
    Procedure, ReviewGround, Running, Stage, Step,
};
use domain::org::{Certificate, Role};
use domain::policy::Action;
use domain::time::Date;
use serde::{Deserialize, Serialize};
use store::Read;
use store::enforcement::CaseRecord;
use store::paper::PaperFilter;
use utoipa::{IntoParams, ToSchema};

use super::authority::{self, AuthorityView};
use super::step::ABOUT;
use super::{Officers, door, right_of, subject};
use crate::attachment::AttachmentView;
use crate::calendar::calendar;
use crate::names::Names;
use crate::place::at_place;
use crate::view::{Named, Word};
use crate::{Caller, Error, Result};

/// Which cases to list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct CaseAsked {
    /// Stages, commas between them.
    pub stage: Option<String>,
    /// Only of this place.
    pub place: Option<String>,
    /// Only from this hazard.
    pub hazard: Option<String>,
    /// Only the caller's own whose next period has passed or ends within a week.
    pub due: Option<bool>,
    /// Only those that wait for the caller to decide or to review.
    pub awaited: Option<bool>,
    /// Text in number, cause or party.
    pub q: Option<String>,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Rows of a page, at most 200.
    pub limit: Option<i64>,
}

/// A period that runs or ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CaseClock {
    pub clock: Word,
    pub from: String,
    pub due: String,
    /// The day it was kept; none while it runs.
    pub done: Option<String>,
    /// Whether the day passed without it.
    pub late: bool,
    /// Whether the party did not use its right in time; then nobody is late.
    pub lapsed: bool,
    /// As `7 个工作日`.
    pub length: String,
    /// The article.
    pub law: String,
}

/// A case in the index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CaseRow {
    pub id: String,
    pub number: Option<String>,
    pub cause: String,
    pub party: String,
    pub place: Named,
    pub procedure: Word,
    pub stage: Word,
    pub found_on: String,
    pub filed_on: Option<String>,
    /// The period that ends next.
    pub next_clock: Option<CaseClock>,
    /// Whether the caller may open the file.
    pub may_read: bool,
}

/// A page of cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CasePage {
    pub items: Vec<CaseRow>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// An officer of a case, and whether he may act today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CaseOfficer {
    pub person: Named,
    pub certificate_no: String,
    pub expires_on: Option<String>,
    /// Whether certificate and training are valid today.
    pub able: bool,
}

/// A step of the stage; with the rule that closes it, where one does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CaseDoor {
    pub step: Word,
    /// `officer`, `head` or `reviewer`.
    pub hand: String,
    /// Whether it is the caller's hand at all.
    pub mine: bool,
    /// Code of the rule that closes it; none when it is open.
    pub code: Option<String>,
    /// The rule.
    pub message: Option<String>,
    /// Template of its paper.
    pub template: Option<String>,
    pub paper_name: String,
    pub needs_paper: bool,
}

/// A penalty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PenaltyView {
    pub kinds: Vec<Word>,
    /// Units: fen.
    pub fine_fen: i64,
    pub large: bool,
    pub text: String,
}

/// Something that happened to a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CaseEvent {
    pub seq: i64,
    pub step: Word,
    pub on: String,
    pub recorded_at: String,
    pub by: Named,
    pub document_no: String,
    pub paper: Option<String>,
    pub text: String,
    /// What was filled in, in words.
    pub detail: String,
    pub stage: Word,
}

/// A line of the index of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CaseFileLine {
    pub n: i64,
    pub name: String,
    pub number: String,
    pub on: String,
    pub paper: Option<String>,
    /// `served`, `issued`, `draft` …; `outside` where it was made outside of this program; `missing` where the step was taken and its paper is not there.
    pub state: String,
    /// What shows a paper made outside.
    pub files: Vec<AttachmentView>,
}

/// A request that somebody stand back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RecusalView {
    pub officer: Named,
    pub reason: String,
    pub granted: Option<bool>,
}

/// A case as its page sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CaseView {
    #[serde(flatten)]
    pub row: CaseRow,
    pub party_kind: Word,
    pub uscc: String,
    pub address: String,
    pub hazard: Option<Named>,
    pub item: AuthorityView,
    pub officers: Vec<CaseOfficer>,
    pub claims: Vec<RecusalView>,
    pub ended_on: String,
    pub harmed: bool,
    pub grounds: Vec<Word>,
    pub grave: bool,
    /// Whether a legal review is needed, and whether it passed.
    pub needs_review: bool,
    pub reviewed: Option<bool>,
    pub discussed: Vec<String>,
    pub told: Option<PenaltyView>,
    /// From which fine on this party is told of the hearing, as the town set it; none where it has set nothing, and then of
    /// every fine. Units: fen.
    pub large_from_fen: Option<i64>,
    pub hearing: Option<Word>,
    /// The day a hearing was called for, and who chairs it.
    pub hearing_on: Option<String>,
    pub hearing_chair: Option<Named>,
    pub outcome: Option<Word>,
    pub penalty: Option<PenaltyView>,
    /// Still owed of the fine. Units: fen.
    pub owed_fen: i64,
    /// What the fine grew by for being late and is not paid. Units: fen.
    pub late_fen: i64,
    /// What was paid of that, apart from the fine. Units: fen.
    pub late_paid_fen: i64,
    pub clocks: Vec<CaseClock>,
    pub steps: Vec<CaseDoor>,
    pub events: Vec<CaseEvent>,
    /// 案卷目录.
    pub file: Vec<CaseFileLine>,
    pub version: i64,
}

/// Somebody who may be an officer of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CaseCandidate {
    pub person: Named,
    pub org: String,
    /// What he lacks today; empty when nothing.
    pub lacks: String,
}

/// What a form needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CaseOptions {
    /// Items to punish on, those in force first.
    pub items: Vec<AuthorityView>,
    pub officers: Vec<CaseCandidate>,
    /// People of the town who could chair a hearing.
    pub people: Vec<Named>,
    pub stages: Vec<Word>,
    pub procedures: Vec<Word>,
    pub party_kinds: Vec<Word>,
    pub penalties: Vec<Word>,
    pub grounds: Vec<Word>,
    pub outcomes: Vec<Word>,
    pub heard: Vec<Word>,
    pub payments: Vec<Word>,
    /// How a review or a suit ends.
    pub endings: Vec<Word>,
    pub may_open: bool,
    pub me: String,
}

/// An officer related to the party.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct CaseRelation {
    pub officer: String,
    /// As 当事人的兄弟.
    #[serde(default)]
    pub what: String,
}

/// A case to open.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct CaseInput {
    pub place: String,
    pub hazard: Option<String>,
    pub cause: String,
    pub party: String,
    pub party_kind: String,
    pub uscc: String,
    pub address: String,
    /// Of a citizen, where he may be a minor. Units: years.
    pub age: Option<u8>,
    pub item: String,
    pub officers: Vec<String>,
    /// Officers who said that they are related to the party.
    pub related: Vec<CaseRelation>,
    /// That nobody else is.
    pub unrelated: bool,
    pub procedure: String,
    pub found_on: String,
    /// When the act happened or ended.
    pub ended_on: String,
    pub harmed: bool,
    pub text: String,
}

/// A penalty as typed in.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct PenaltyInput {
    pub kinds: Vec<String>,
    /// Units: fen.
    pub fine_fen: i64,
    /// Counted as a large one although the sum alone would not make it one.
    pub large: bool,
    pub text: String,
}

/// A step to take; each step reads the fields it needs.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct CaseStep {
    pub step: String,
    pub version: i64,
    pub on: String,
    pub text: String,
    /// The number of a paper: of an issued one of this case, or of one made outside, which `outside` shows.
    pub document_no: String,
    pub paper: Option<String>,
    /// Attachments of the case: photos or scans of the paper where it was made outside of this program.
    pub outside: Vec<String>,
    /// Who should stand back; who chairs the hearing.
    pub officer: Option<String>,
    pub replacement: Option<String>,
    /// Granted; passed; adopted; before a court; the party stayed away.
    pub granted: Option<bool>,
    /// Certificates were shown. Source: 行政处罚法 (2021) arts. 52, 55.
    pub shown: Option<bool>,
    /// On the spot: facts, grounds and rights were told, and the party was heard. Source: arts. 44, 45.
    pub heard: Option<bool>,
    pub two: Option<bool>,
    /// Until when; the day of the hearing.
    pub until: Option<String>,
    pub grounds: Vec<String>,
    pub grave: Option<bool>,
    pub penalty: Option<PenaltyInput>,
    pub hearing: Option<bool>,
    pub how: Option<String>,
    pub experienced: Option<bool>,
    pub people: Vec<String>,
    pub outcome: Option<String>,
    pub way: Option<String>,
    pub to: Option<String>,
    /// Units: fen.
    pub amount_fen: Option<i64>,
}

/// What the paper of a step is called.
pub(super) fn paper_name(step: Step) -> String {
    let template = step
        .template()
        .and_then(|code| crate::paper::catalog().templates.iter().rev().find(|one| one.code == code));
    template.map_or_else(|| "文书".to_owned(), |template| format!("《{}》", template.name))
}

fn clock_view(running: &Running, today: Date) -> CaseClock {
    let limit = running.clock.limit();
    CaseClock {
        clock: Word::new(running.clock.code(), running.clock.label()),
        from: running.from.to_string(),
        due: running.due.to_string(),
        done: running.done.map(|day| day.to_string()),
        late: running.is_late(today),
        lapsed: running.has_lapsed(today),
        length: format!("{}{}", limit.n, limit.unit.label()),
        law: limit.law.to_owned(),
    }
}

/// A case in the index.
pub(super) async fn row(
    read: &mut Read,
    caller: &Caller,
    record: &CaseRecord,
    today: Date,
) -> Result<CaseRow> {
    let case = &record.case;
    let (place, _) = at_place(read, &case.place, []).await?;
    let events = read.case_events(&case.id).await?;
    let calendar = calendar(read).await?;
    let running = case.clocks(&events, today, &calendar)?;
    let is_watched = |one: &&Running| one.clock.is_watched() && !one.has_lapsed(today);
    let open = running.iter().filter(|one| one.done.is_none()).filter(is_watched);
    Ok(CaseRow {
        id: case.id.to_string(),
        number: case.number.clone(),
        cause: case.cause.clone(),
        party: case.party.name.clone(),
        place: Named::new(case.place.as_str(), place.place.name),
        procedure: Word::new(case.procedure.code(), case.procedure.label()),
        stage: Word::new(case.stage.code(), case.stage.label()),
        found_on: case.found_on.to_string(),
        filed_on: case.filed_on.map(|day| day.to_string()),
        next_clock: open.min_by_key(|one| one.due).map(|one| clock_view(one, today)),
        may_read: caller.hats.scope(Action::CaseRead).is_some_and(|scope| scope.admits(&subject(record))),
    })
}

pub(super) fn penalty_view(penalty: &Penalty) -> PenaltyView {
    PenaltyView {
        kinds: penalty.kinds.iter().map(|kind| Word::new(kind.code(), kind.label())).collect(),
        fine_fen: penalty.fine_fen,
        large: penalty.large,
        text: penalty.text.clone(),
    }
}

/// A sum in words, as `5000 元`.
fn yuan(fen: i64) -> String {
    match fen % 100 {
        0 => format!("{} 元", fen / 100),
        rest => format!("{}.{rest:02} 元", fen / 100),
    }
}

/// A penalty in words.
pub(crate) fn penalty_text(penalty: &Penalty) -> String {
    let kinds = penalty.kinds.iter().map(|kind| match kind {
        PenaltyKind::Fine => format!("罚款 {}", yuan(penalty.fine_fen)),
        other => other.label().to_owned(),
    });
    let said = kinds.collect::<Vec<_>>().join("、");
    if penalty.text.is_empty() { said } else { format!("{said}；{}", penalty.text) }
}

/// What was filled in with a step, in words.
fn detail(act: &Act, names: &Names) -> String {
    let yes = |yes: bool, a: &str, b: &str| if yes { a.to_owned() } else { b.to_owned() };
    match act {
        Act::ClaimRecusal { officer } => format!("申请{}回避", names.person(officer)),
        Act::DecideRecusal { granted, replacement } => match replacement {
            Some(next) if *granted => format!("同意回避，由{}接替", names.person(next)),
            _ => yes(*granted, "同意回避", "驳回回避申请"),
        },
        Act::Investigate { .. } => "两名执法人员到场并出示证件".to_owned(),
        Act::Extend { until } => format!("延长至 {until}"),
        Act::Report { grounds, grave } => {
            let mut said: Vec<&str> = grounds.iter().map(|ground| ground.label()).collect();
            if *grave {
                said.push("情节复杂或者重大违法");
            }
            said.join("、")
        }
        Act::Notify { penalty, defence_until, hearing } => format!(
            "拟{}；陈述申辩至 {defence_until}{}",
            penalty_text(penalty),
            yes(*hearing, "；已告知听证权利", "")
        ),
        Act::Hear { how, adopted } => {
            format!("{}{}", how.label(), yes(*how == Heard::Made && *adopted, "，已采纳", ""))
        }
        Act::CallHearing { on, chair } => format!("{on} 举行，{}主持", names.person(chair)),
        Act::Review { passed, .. } => yes(*passed, "审核通过", "审核未通过"),
        Act::Discuss { people } => format!("参加人：{}", people.join("、")),
        Act::Decide { outcome, penalty } => match penalty {
            Some(penalty) => penalty_text(penalty),
            None => outcome.label().to_owned(),
        },
        Act::DecideOnSpot { penalty, .. } => penalty_text(penalty),
        Act::Serve { way, to } => {
            let way = crate::paper::step::way(way).map(|way| crate::paper::way_word(way).1);
            format!("{}，签收人 {to}", way.unwrap_or("送达"))
        }
        Act::Pay { amount_fen, how } => format!("{}，{}", yuan(*amount_fen), how.label()),
        Act::Defer { until } => format!("暂缓或者分期至 {until}"),
        Act::Contest { court } => yes(*court, "提起行政诉讼", "申请行政复议"),
        Act::EndContest { ending, penalty } => match penalty {
            Some(penalty) => format!("{}为{}", ending.label(), penalty_text(penalty)),
            None => ending.label().to_owned(),
        },
        Act::EndHearing { absent } => {
            yes(*absent, "当事人无正当理由不出席或者中途退出，视为放弃听证权利", "当事人撤回听证要求")
        }
        Act::PayLate { amount_fen } => yuan(*amount_fen),
        Act::Transfer { to } => format!("移送{to}"),
        _ => String::new(),
    }
}

fn hearing_word(hearing: &Hearing) -> Word {
    match hearing {
        Hearing::Waived => Word::new("waived", "已放弃听证"),
        Hearing::Asked { .. } => Word::new("asked", "已要求听证"),
        Hearing::Called { .. } => Word::new("called", "已通知听证"),
        Hearing::Held { .. } => Word::new("held", "已举行听证"),
    }
}

fn hand_word(hand: Hand) -> &'static str {
    match hand {
        Hand::Officer => "officer",
        Hand::Head => "head",
        Hand::Reviewer => "reviewer",
    }
}

/// Whether the paper of a step was made outside of this program.
pub(super) fn is_outside(event: &Event) -> bool {
    event.paper.is_none() && !event.document_no.is_empty()
}

/// The index of the file: what every step wrote, by its paper, in the order it was done; drafts at the end.
async fn file(read: &mut Read, caller: &Caller, case: &Case, events: &[Event]) -> Result<Vec<CaseFileLine>> {
    let filter =
        PaperFilter { about: Some((ABOUT.to_owned(), case.id.to_string())), ..PaperFilter::default() };
    // Who reviews the case reads its file whole.
    let scope = match caller.hats.scope(Action::CaseReview) {
        Some(_) => Caller::system().hats.scope(Action::PaperRead),
        None => caller.hats.scope(Action::PaperRead),
    };
    let papers = match scope {
        Some(scope) => read.papers(&scope, &filter, None, 200).await?,
        None => Vec::new(),
    };
    let mut lines: Vec<CaseFileLine> = Vec::new();
    for event in events {
        let step = event.act.step();
        let bare = event.document_no.is_empty() && event.paper.is_none() && event.outside.is_empty();
        // Where a paper of this kind is about the case it stands below, whether or not the step named it.
        let is_below = papers.iter().any(|one| Some(one.paper.template.as_str()) == step.template());
        if bare && (step.template().is_none() || is_below) {
            continue;
        }
        let name = paper_name(step);
        let name = if name == "文书" { step.label().to_owned() } else { name };
        lines.push(CaseFileLine {
            n: 0,
            name: name.trim_matches(['《', '》']).to_owned(),
            number: event.document_no.clone(),
            on: event.on.to_string(),
            paper: event.paper.as_ref().map(ToString::to_string),
            state: match () {
                () if bare => "missing".to_owned(),
                () if is_outside(event) => "outside".to_owned(),
                () => String::new(),
            },
            files: read.attachments(&event.outside).await?.iter().map(AttachmentView::of).collect(),
        });
    }
    for record in &papers {
        let id = record.paper.id.to_string();
        let state = record.paper.state.code().to_owned();
        let approval = record.paper.state.approval();
        match lines.iter_mut().find(|line| line.paper.as_ref() == Some(&id)) {
            Some(line) => line.state = state,
            None => lines.push(CaseFileLine {
                n: 0,
                name: record.paper.title.clone(),
                number: approval
                    .and_then(|one| one.number.as_ref())
                    .map_or(String::new(), |n| n.text.clone()),
                on: approval.map_or_else(|| record.recorded_at.date(), |one| one.on).to_string(),
                paper: Some(id),
                state,
                files: Vec::new(),
            }),
        }
    }
    lines.sort_by(|a, b| a.on.cmp(&b.on));
    for (n, line) in lines.iter_mut().enumerate() {
        line.n = n as i64 + 1;
    }
    Ok(lines)
}

fn doors(
    caller: &Caller,
    record: &CaseRecord,
    item: &domain::enforcement::AuthorityItem,
    officers: &Officers,
    (today, calendar): (Date, &Calendar),
) -> Vec<CaseDoor> {
    let at = subject(record);
    let one = |step: Step| {
        let refusal = door(caller, record, item, officers, step, (today, today, calendar)).err();
        let (code, message) = match refusal {
            None => (None, None),
            Some(Error::Refused { code, message } | Error::Forbidden { code, message }) => {
                (Some(code.to_owned()), Some(message))
            }
            Some(other) => (Some("enforcement.not_now".to_owned()), Some(other.to_string())),
        };
        CaseDoor {
            step: Word::new(step.code(), step.label()),
            hand: hand_word(step.hand()).to_owned(),
            mine: caller.hats.hat(right_of(step), &at).is_some(),
            code,
            message,
            template: step.template().map(str::to_owned),
            paper_name: paper_name(step),
            needs_paper: step.needs_paper(),
        }
    };
    if record.case.is_over() { Vec::new() } else { record.case.offered().into_iter().map(one).collect() }
}

/// A case as its page sees it.
pub(super) async fn page(
    read: &mut Read,
    caller: &Caller,
    record: &CaseRecord,
    today: Date,
) -> Result<CaseView> {
    let case = &record.case;
    let names = Names::read(read).await?;
    let events = read.case_events(&case.id).await?;
    let kept = read.authority_item(&case.item).await?.ok_or(Error::NotFound)?;
    let officers = Officers::read(read).await?;
    let calendar = calendar(read).await?;
    let running = case.clocks(&events, today, &calendar)?;
    let wanted = kept.item.holder.certificate();
    let officer = |id: &domain::ids::PersonId| {
        let proof = officers.proof(id, today);
        let shown = Certificate::to_show(&proof.held, wanted, today);
        CaseOfficer {
            person: Named::new(id.as_str(), proof.name.clone()),
            certificate_no: shown.map_or(String::new(), |one| one.number.clone()),
            expires_on: shown.and_then(|one| one.expires_on).map(|day| day.to_string()),
            able: shown.is_some_and(|one| one.is_valid_on(today)) && proof.gate.is_ok(),
        }
    };
    let event = |one: &Event| CaseEvent {
        seq: one.seq,
        step: Word::new(one.act.step().code(), one.act.step().label()),
        on: one.on.to_string(),
        recorded_at: one.recorded_at.to_rfc3339(),
        by: Named::new(one.by.as_str(), names.person(&one.by)),
        document_no: one.document_no.clone(),
        paper: one.paper.as_ref().map(ToString::to_string),
        text: one.text.clone(),
        detail: detail(&one.act, &names),
        stage: Word::new(one.stage.code(), one.stage.label()),
    };
    let hazard = match &case.hazard {
        Some(id) => {
            let code = read.object_refs("hazard", &[id.as_str()]).await?.remove(id.as_str());
            Some(Named::new(id.as_str(), code.unwrap_or_default()))
        }
        None => None,
    };
    let owed_fen = if case.stage == Stage::Served { case.owed_fen() } else { 0 };
    let called = events.iter().rev().find_map(|one| match &one.act {
        Act::CallHearing { on, chair } => Some((*on, chair)),
        _ => None,
    });
    let late_fen = match case.stage {
        Stage::Served => case.late_owed_fen(today, &calendar)?,
        _ => 0,
    };
    let penalty = case.decision.as_ref().filter(|one: &&Decision| one.outcome == Outcome::Punish);
    Ok(CaseView {
        row: row(read, caller, record, today).await?,
        party_kind: Word::new(case.party.kind.code(), case.party.kind.label()),
        uscc: case.party.uscc.clone(),
        address: case.party.address.clone(),
        hazard,
        item: authority::seen(read, caller, &kept, today).await?,
        officers: case.officers.iter().map(officer).collect(),
        claims: case
            .claims
            .iter()
            .map(|one| RecusalView {
                officer: Named::new(one.officer.as_str(), names.person(&one.officer)),
                reason: one.reason.clone(),
                granted: one.granted,
            })
            .collect(),
        ended_on: case.ended_on.to_string(),
        harmed: case.harmed,
        grounds: case.grounds.iter().map(|one| Word::new(one.code(), one.label())).collect(),
        grave: case.grave,
        needs_review: case.needs_review(),
        reviewed: case.reviewed,
        discussed: case.discussed.clone(),
        told: case.notice.as_ref().map(|one| penalty_view(&one.penalty)),
        large_from_fen: super::large_from(read, today).await?.of(case.party.kind),
        hearing: case.hearing.as_ref().map(hearing_word),
        hearing_on: called.map(|(day, _)| day.to_string()),
        hearing_chair: called.map(|(_, chair)| Named::new(chair.as_str(), names.person(chair))),
        outcome: case.decision.as_ref().map(|one| Word::new(one.outcome.code(), one.outcome.label())),
        penalty: penalty.map(|one| penalty_view(&one.penalty)),
        owed_fen,
        late_fen,
        late_paid_fen: case.late_paid_fen,
        clocks: running.iter().map(|one| clock_view(one, today)).collect(),
        steps: doors(caller, record, &kept.item, &officers, (today, &calendar)),
        file: file(read, caller, case, &events).await?,
        events: events.iter().rev().map(event).collect(),
        version: record.version,
    })
}

/// What a form needs.
pub(super) async fn options(read: &mut Read, caller: &Caller, today: Date) -> Result<CaseOptions> {
    let names = Names::read(read).await?;
    let officers = Officers::read(read).await?;
    let mut kept = read.authority_items().await?;
    kept.retain(|one| {
        let item = &one.item;
        item.power == domain::enforcement::Power::Punish && item.void.is_none() && !item.is_waiting()
    });
    let mut items = authority::item_views(read, caller, &kept, today).await?;
    items.sort_by_key(|one| one.standing == "expired");
    let (mut candidates, mut people) = (Vec::new(), Vec::new());
    for held in read.assignments().await?.into_iter().map(|one| one.assignment) {
        if !held.is_valid_on(today) {
            continue;
        }
        let person = Named::new(held.person.as_str(), names.person(&held.person));
        let enforces = matches!(held.role, Role::EnforcementOfficer | Role::PoliceOfficer);
        if enforces && !candidates.iter().any(|one: &CaseCandidate| one.person == person) {
            let lacks = officers.proof(&held.person, today).gate.err().map(|no| no.to_string());
            let org = names.org(&held.org);
            candidates.push(CaseCandidate { person: person.clone(), org, lacks: lacks.unwrap_or_default() });
        }
        // Who chairs a hearing comes from the organ, and did not investigate.
        let chairs = matches!(
            held.role,
            Role::LegalReviewer
                | Role::AgencyHead
                | Role::CommitteeDirector
                | Role::CommitteeDeputy
                | Role::LeaderInCharge
                | Role::LeaderOther
                | Role::EnforcementOfficer
                | Role::PoliceOfficer
        );
        if chairs && !people.contains(&person) {
            people.push(person);
        }
    }
    let words = |all: Vec<(&'static str, &'static str)>| -> Vec<Word> {
        all.into_iter().map(|(code, label)| Word::new(code, label)).collect()
    };
    Ok(CaseOptions {
        items,
        officers: candidates,
        people,
        stages: words(Stage::ALL.iter().map(|one| (one.code(), one.label())).collect()),
        procedures: words(Procedure::ALL.iter().map(|one| (one.code(), one.label())).collect()),
        party_kinds: words(PartyKind::ALL.iter().map(|one| (one.code(), one.label())).collect()),
        penalties: words(PenaltyKind::ALL.iter().map(|one| (one.code(), one.label())).collect()),
        grounds: words(ReviewGround::ALL.iter().map(|one| (one.code(), one.label())).collect()),
        outcomes: words(Outcome::ALL.iter().map(|one| (one.code(), one.label())).collect()),
        heard: words(Heard::ALL.iter().map(|one| (one.code(), one.label())).collect()),
        endings: words(Ending::ALL.iter().map(|one| (one.code(), one.label())).collect()),
        payments: words(Paid::ALL.iter().map(|one| (one.code(), one.label())).collect()),
        may_open: caller.hats.scope(Action::CaseHandle).is_some(),
        me: caller.person.to_string(),
    })
}
