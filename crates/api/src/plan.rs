//! The plan changed duty by duty, and beside another town's.

use app::parameter::{Decision, Verdict};
use app::plan::{ClauseDraft, DutyDraft, DutyEdit, PlanChange, PlanEffect, PlanProposal, Proposed, Wanted};
use axum::Json;
use axum::extract::{Path, State};
use domain::plan::compare::{Only, Pair, Sides};
use domain::plan::{Basis, Plan, Section, SubjectKind, facts};
use domain::policy::{Action, Subject};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::fulfilment::Tally;
use crate::problem::{Answer, Problem};
use crate::router::Doors;
use crate::view::{day, read_day};

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(desk))
        .routes(routes!(propose))
        .routes(routes!(preview))
        .routes(routes!(decide))
        .routes(routes!(compare))
}

/// A code and its word.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanWord {
    code: String,
    label: String,
}

/// A clause that may carry duties.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanClause {
    code: String,
    label: String,
    /// The number as the notice prints it.
    no: String,
    /// Code of its part of the notice.
    section: String,
}

/// A clause of the notice that the plan lacks.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PlanClauseInput {
    /// The number as the notice prints it.
    no: String,
    title: String,
    /// Code of its part of the notice.
    section: String,
    /// Code of the clause before it in the notice; left out where it is the first.
    after: Option<String>,
}

/// One duty of the plan.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanDuty {
    id: String,
    clause: String,
    title: String,
    period_label: String,
    basis_label: String,
    /// What a form may change about it.
    edit: PlanDutyEdit,
    /// What each of its needs asks for, in words, in the order of `edit.minimums`.
    needs: Vec<String>,
}

/// What a form may change about a duty that is there.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct PlanDutyEdit {
    title: String,
    who: Vec<String>,
    /// As plan files write it, or `@name` of a parameter; left out where something else sets the duty off.
    period: Option<String>,
    /// For each need a number or `@name` of a parameter.
    minimums: Vec<String>,
    evidence: Vec<String>,
    measure: String,
    weight: f64,
    basis: String,
}

/// A change that was proposed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanProposalView {
    id: String,
    duty: String,
    /// The duty as a plan file writes it; empty where it ends.
    source: String,
    from: String,
    /// `proposed`, `decided` or `rejected`.
    state: String,
    reason: String,
    proposed_by: String,
    decided_by: String,
    version: i64,
    effect: Option<PlanEffectView>,
    actions: Vec<String>,
}

/// What a change would do to the figures of this year.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanEffectView {
    duty: String,
    title: String,
    /// None where the duty is added.
    before: Option<Tally>,
    /// None where it ends.
    after: Option<Tally>,
    /// Its clause.
    clause: PlanWord,
    /// The plan lacks the clause and gets it with the duty.
    adds_clause: bool,
    clause_before: Tally,
    clause_after: Tally,
}

/// The plan in force, the words to write a duty with, and every proposal.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanDeskView {
    code: String,
    title: String,
    /// Clauses that may carry duties.
    clauses: Vec<PlanClause>,
    /// The parts of a notice.
    sections: Vec<PlanWord>,
    duties: Vec<PlanDuty>,
    /// Words for who must do it and for subjects.
    terms: Vec<PlanWord>,
    subjects: Vec<PlanWord>,
    facts: Vec<PlanWord>,
    evidence: Vec<PlanWord>,
    bases: Vec<PlanWord>,
    proposals: Vec<PlanProposalView>,
    actions: Vec<String>,
}

/// A duty as written in the form.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PlanDutyInput {
    clause: String,
    /// The clause itself, where the plan lacks it.
    adds: Option<PlanClauseInput>,
    title: String,
    who: Vec<String>,
    subjects: String,
    #[serde(default)]
    any: Vec<String>,
    period: String,
    fact: String,
    #[serde(default)]
    tags: Vec<String>,
    minimum: u32,
    #[serde(default)]
    evidence: Vec<String>,
    measure: String,
    weight: f64,
    basis: String,
}

/// A change of the plan.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PlanChangeInput {
    /// Id of the duty it adds, writes anew or ends.
    duty: String,
    /// The duty written from the first word; left out where it ends or is changed.
    draft: Option<PlanDutyInput>,
    /// What changes about a duty that is there.
    edit: Option<PlanDutyEdit>,
    from: String,
    #[serde(default)]
    reason: String,
}

/// What is decided about a change.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PlanVerdict {
    approve: bool,
    #[serde(default)]
    reason: String,
    version: i64,
}

/// Another town's plan file.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PlanSource {
    /// TOML.
    source: String,
}

/// One respect in which a pair differs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanDifference {
    what: String,
    a: String,
    b: String,
}

/// Two things that say the same but ask differently.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanPair {
    a: String,
    b: String,
    title: String,
    /// By what they were taken for the same: `title`, `measure`, `code` or `name`.
    by: String,
    differences: Vec<PlanDifference>,
}

/// What one kind of thing has in either plan alone, and where both differ.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanSides {
    only_a: Vec<PlanWord>,
    only_b: Vec<PlanWord>,
    differing: Vec<PlanPair>,
    /// What both have alike under another code.
    moved: Vec<PlanPair>,
    /// How many both have.
    both: usize,
}

/// Our plan, `a`, beside another town's, `b`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanComparison {
    a: PlanWord,
    b: PlanWord,
    clauses: PlanSides,
    duties: PlanSides,
    parameters: PlanSides,
}

/// 现行方案与责任调整
#[utoipa::path(get, path = "/api/v1/plan", tag = "plan",
    responses((status = 200, body = PlanDeskView), (status = 403, body = Problem)))]
pub(crate) async fn desk(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<PlanDeskView>> {
    let found = doors.app.plan_desk(&caller).await?;
    let today = doors.app.now().date();
    let plan = &found.plan;
    let duties = plan.duties.iter().map(|duty| PlanDuty {
        id: duty.id.clone(),
        clause: duty.clause.clone(),
        title: duty.title.clone(),
        period_label: plan.period_on(&duty.rhythm, today).map(|period| period.label()).unwrap_or_default(),
        basis_label: duty.basis.label().to_owned(),
        edit: edit_view(found.edits.get(&duty.id)),
        needs: duty.needs.iter().map(|need| fact_label(&need.fact)).collect(),
    });
    let clauses = plan.clauses.iter().filter(|clause| !clause.absent_in_source);
    let may = caller.hat(Action::ParameterPropose, &Subject::town()).is_ok();
    Ok(Json(PlanDeskView {
        code: plan.code.clone(),
        title: plan.title.clone(),
        clauses: clauses
            .map(|clause| PlanClause {
                code: clause.code.clone(),
                label: clause.title.clone(),
                no: clause.no.clone(),
                section: clause.section.code().to_owned(),
            })
            .collect(),
        sections: Section::ALL.iter().map(|one| word(one.code(), one.label())).collect(),
        duties: duties.collect(),
        terms: plan.terms.iter().map(|term| word(&term.label, &term.name)).collect(),
        subjects: SubjectKind::ALL.iter().map(|kind| word(kind.code(), kind.label())).collect(),
        facts: facts::FACT_KINDS.iter().map(|kind| word(kind.name, kind.meaning)).collect(),
        evidence: facts::EVIDENCE_KINDS.iter().map(|kind| word(kind, facts::evidence_label(kind))).collect(),
        bases: Basis::ALL.iter().map(|basis| word(basis.code(), basis.label())).collect(),
        actions: may.then(|| Action::ParameterPropose.code().to_owned()).into_iter().collect(),
        proposals: found.proposals.into_iter().map(|one| proposed(one, &caller)).collect(),
    }))
}

/// 提出责任调整
#[utoipa::path(post, path = "/api/v1/plan/proposals", tag = "plan", request_body = PlanChangeInput,
    responses((status = 200, body = PlanProposalView), (status = 422, body = Problem)))]
pub(crate) async fn propose(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<PlanChangeInput>,
) -> Answer<Json<PlanProposalView>> {
    let asked = change(asked)?;
    Ok(Json(doors.app.propose_plan_change(&caller, asked, |record| bare(record, &caller)).await?))
}

/// 预览责任调整的影响
#[utoipa::path(post, path = "/api/v1/plan/proposals/preview", tag = "plan", request_body = PlanChangeInput,
    responses((status = 200, body = PlanEffectView), (status = 422, body = Problem)))]
pub(crate) async fn preview(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<PlanChangeInput>,
) -> Answer<Json<PlanEffectView>> {
    Ok(Json(effect(&doors.app.preview_plan_change(&caller, &change(asked)?).await?)))
}

/// 审定责任调整
#[utoipa::path(post, path = "/api/v1/plan/proposals/{id}/decide", tag = "plan", params(("id" = String, Path)),
    request_body = PlanVerdict, responses((status = 200, body = PlanProposalView), (status = 422, body = Problem)))]
pub(crate) async fn decide(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<PlanVerdict>,
) -> Answer<Json<PlanProposalView>> {
    let verdict = Verdict { approve: asked.approve, reason: &asked.reason, version: asked.version };
    Ok(Json(doors.app.decide_plan_change(&caller, &id, verdict, |record| bare(record, &caller)).await?))
}

/// 与别的乡镇的方案对照（不保存）
#[utoipa::path(post, path = "/api/v1/plan/compare", tag = "plan", request_body = PlanSource,
    responses((status = 200, body = PlanComparison), (status = 422, body = Problem)))]
pub(crate) async fn compare(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<PlanSource>,
) -> Answer<Json<PlanComparison>> {
    let (own, other, found) = doors.app.compare_plan(&caller, &asked.source).await?;
    let head = |plan: &Plan| word(&plan.town, &plan.title);
    Ok(Json(PlanComparison {
        a: head(&own),
        b: head(&other),
        clauses: sides(found.clauses),
        duties: sides(found.duties),
        parameters: sides(found.parameters),
    }))
}

fn word(code: &str, label: &str) -> PlanWord {
    PlanWord { code: code.to_owned(), label: label.to_owned() }
}

/// A fact in words: the first part of what it means.
fn fact_label(name: &str) -> String {
    let kind = facts::FACT_KINDS.iter().find(|kind| kind.name == name);
    let meaning = kind.map_or(name, |kind| kind.meaning);
    meaning.split('；').next().unwrap_or(meaning).to_owned()
}

fn edit_view(edit: Option<&DutyEdit>) -> PlanDutyEdit {
    PlanDutyEdit {
        title: edit.map(|edit| edit.title.clone()).unwrap_or_default(),
        who: edit.map(|edit| edit.who.clone()).unwrap_or_default(),
        period: edit.and_then(|edit| edit.period.clone()),
        minimums: edit.map(|edit| edit.minimums.clone()).unwrap_or_default(),
        evidence: edit.map(|edit| edit.evidence.clone()).unwrap_or_default(),
        measure: edit.map(|edit| edit.measure.clone()).unwrap_or_default(),
        weight: edit.map_or(1.0, |edit| edit.weight),
        basis: edit.map(|edit| edit.basis.clone()).unwrap_or_default(),
    }
}

fn change(asked: PlanChangeInput) -> Answer<PlanChange> {
    let id = asked.duty.trim().to_owned();
    let draft = asked.draft.map(|draft| DutyDraft {
        id: id.clone(),
        clause: draft.clause.trim().to_owned(),
        adds: draft.adds.map(|clause| ClauseDraft {
            no: clause.no.trim().to_owned(),
            title: clause.title.trim().to_owned(),
            section: clause.section,
            after: clause.after.filter(|code| !code.is_empty()),
        }),
        title: draft.title.trim().to_owned(),
        who: draft.who,
        subjects: draft.subjects,
        any: draft.any,
        period: draft.period.trim().to_owned(),
        fact: draft.fact,
        tags: draft.tags,
        minimum: draft.minimum,
        evidence: draft.evidence,
        measure: draft.measure.trim().to_owned(),
        weight: draft.weight,
        basis: draft.basis,
    });
    let edit = asked.edit.map(|edit| DutyEdit {
        title: edit.title.trim().to_owned(),
        who: edit.who,
        period: edit.period.map(|period| period.trim().to_owned()),
        minimums: edit.minimums.iter().map(|one| one.trim().to_owned()).collect(),
        evidence: edit.evidence,
        measure: edit.measure.trim().to_owned(),
        weight: edit.weight,
        basis: edit.basis,
    });
    let wanted = draft.map(|draft| Wanted::Draft(Box::new(draft))).or(edit.map(Wanted::Edit));
    Ok(PlanChange { duty: id, wanted, from: read_day("from", &asked.from)?, reason: asked.reason })
}

fn effect(found: &PlanEffect) -> PlanEffectView {
    PlanEffectView {
        duty: found.duty.clone(),
        title: found.title.clone(),
        before: found.before.as_ref().map(Tally::from),
        after: found.after.as_ref().map(Tally::from),
        clause: word(&found.clause.0, &found.clause.1),
        adds_clause: found.adds_clause,
        clause_before: (&found.clause_before).into(),
        clause_after: (&found.clause_after).into(),
    }
}

fn proposed(found: Proposed, caller: &app::Caller) -> PlanProposalView {
    let named = |id: &str| found.people.get(id).cloned().unwrap_or_else(|| id.to_owned());
    let view = bare(&found.record, caller);
    PlanProposalView {
        effect: found.effect.as_ref().map(effect),
        proposed_by: named(&found.record.proposed_by),
        decided_by: found.record.decided.as_ref().map(|(by, _)| named(by)).unwrap_or_default(),
        ..view
    }
}

fn bare(record: &PlanProposal, caller: &app::Caller) -> PlanProposalView {
    let waits = record.decision == Decision::Proposed;
    let other = record.proposed_by != caller.person.as_str();
    let may = waits && other && caller.hat(Action::ParameterDecide, &Subject::town()).is_ok();
    PlanProposalView {
        id: record.id.clone(),
        duty: record.duty.clone(),
        source: record.source.clone(),
        from: day(record.from),
        state: match record.decision {
            Decision::Proposed => "proposed",
            Decision::Decided => "decided",
            Decision::Rejected => "rejected",
        }
        .to_owned(),
        reason: record.reason.clone(),
        proposed_by: record.proposed_by.clone(),
        decided_by: record.decided.as_ref().map(|(by, _)| by.clone()).unwrap_or_default(),
        version: record.version,
        effect: None,
        actions: may.then(|| Action::ParameterDecide.code().to_owned()).into_iter().collect(),
    }
}

fn sides(found: Sides) -> PlanSides {
    let only =
        |all: Vec<Only>| all.into_iter().map(|one| PlanWord { code: one.code, label: one.title }).collect();
    let pair = |pair: Pair| PlanPair {
        a: pair.a,
        b: pair.b,
        title: pair.title,
        by: pair.by.code().to_owned(),
        differences: pair
            .differences
            .into_iter()
            .map(|d| PlanDifference { what: d.what.to_owned(), a: d.a, b: d.b })
            .collect(),
    };
    let both = found.both.len();
    let (differing, alike): (Vec<Pair>, Vec<Pair>) =
        found.both.into_iter().partition(|pair| !pair.differences.is_empty());
    PlanSides {
        both,
        only_a: only(found.only_a),
        only_b: only(found.only_b),
        differing: differing.into_iter().map(pair).collect(),
        moved: alike.into_iter().filter(|one| one.a != one.b).map(pair).collect(),
    }
}
