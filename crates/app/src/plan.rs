//! The town's plan: put in force, read with the town's own settings, and changed duty by duty: proposed by the office,
//! decided by a leader who did not propose it; what a change would do can be seen before. What does not belong here:
//! judging duties (`fulfilment`), inspection plans (`inspection_plan`).

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use chrono::{Datelike, Months};
use domain::fulfilment::{Question, Tally};
use domain::org::Territory;
use domain::plan::compare::{Comparison, compare};
use domain::plan::{Clause, Plan};
use domain::policy::{Action, Subject};
use domain::time::Date;
use exchange::plan_file::{self, added_clause, duty_edits, duty_text, edited, with_duty};
pub use exchange::plan_file::{ClauseDraft, DutyDraft, DutyEdit};
use serde::Serialize;
use store::parameter::{Decision, ParameterRecord};
pub use store::plan::{PlanProposal, PlanVersion};
use store::{Audit, Read, Write};

use crate::fulfilment::{Ask, lens};
use crate::parameter::Verdict;
use crate::{App, Caller, Error, Result};

/// What came of installing a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// Code of the plan.
    pub code: String,
    /// Title.
    pub title: String,
    /// Duties in it.
    pub duties: usize,
    /// False when this very text was in force already.
    pub changed: bool,
    /// What the plan calls its town and what the town of the record is called, where the two differ: a town may begin with the
    /// plan of another, and is told that it does.
    pub of_other: Option<(String, String)>,
}

/// A duty as it shall be.
#[derive(Debug, Clone, PartialEq)]
pub enum Wanted {
    /// Written from the first word.
    Draft(Box<DutyDraft>),
    /// The one that is there, changed in what a form shows.
    Edit(DutyEdit),
}

/// A change of the plan as asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanChange {
    /// Id of the duty it adds, writes anew or ends.
    pub duty: String,
    /// The duty as it shall be; none where it ends.
    pub wanted: Option<Wanted>,
    /// First day.
    pub from: Date,
    /// Why.
    pub reason: String,
}

impl PlanChange {
    /// The duty as a plan file writes it. One that is new is owed from its first day on; one written anew stays owed
    /// since it was, and its year is judged by the new words.
    ///
    /// Errors: the duty to change is not there.
    fn text(&self, plan: &Plan, source: &str) -> Result<Option<String>> {
        let since = plan.duty(&self.duty).map_or(Some(self.from), |duty| duty.since);
        match &self.wanted {
            None => Ok(None),
            Some(Wanted::Draft(draft)) => Ok(Some(duty_text(draft, since))),
            Some(Wanted::Edit(edit)) => edited(source, &self.duty, edit).map(Some).ok_or_else(no_such_duty),
        }
    }
}

/// What a change would do to the figures of this year, what is still to come included.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanEffect {
    /// Id of the duty.
    pub duty: String,
    /// Its title.
    pub title: String,
    /// Its figures as they are; none where it is added.
    pub before: Option<Tally>,
    /// As they would be; none where it ends.
    pub after: Option<Tally>,
    /// Its clause, as code and title.
    pub clause: (String, String),
    /// Whether the plan lacks that clause and gets it with the duty.
    pub adds_clause: bool,
    /// All duties of its clause as they are.
    pub clause_before: Tally,
    /// As they would be.
    pub clause_after: Tally,
}

/// A proposed change with names and, while it waits, what it would do.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposed {
    /// The change.
    pub record: PlanProposal,
    /// What it would do; none once it is decided, and where the plan has changed under it so that it no longer fits.
    pub effect: Option<PlanEffect>,
    /// Names of those who proposed and decided, by id.
    pub people: BTreeMap<String, String>,
}

/// What the office needs to write a duty: the plan in force and every proposal.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanDesk {
    /// The plan in force today, with the town's settings.
    pub plan: Plan,
    /// Its duties as a form may change them, by id.
    pub edits: BTreeMap<String, DutyEdit>,
    /// Every proposed change, newest first.
    pub proposals: Vec<Proposed>,
}

fn no_such_duty() -> Error {
    Error::field("duty", "plan.no_duty", "方案中没有这项责任，请从列表中选择")
}

/// Field problems of a plan file that shall be put in force.
fn refused(problems: &[plan_file::Problem], field: impl Fn(&plan_file::Problem) -> String) -> Error {
    let fields = problems.iter().map(|problem| crate::error::FieldProblem {
        field: field(problem),
        code: problem.code,
        message: problem.to_string(),
    });
    Error::Invalid(fields.collect())
}

/// The plan with what the town had decided about its parameters by a day.
fn settled(mut plan: Plan, records: Vec<ParameterRecord>, on: Date) -> Plan {
    for record in records {
        let known = record.decided.as_ref().is_some_and(|(_, at)| at.date() <= on);
        if record.decision == Decision::Decided && known {
            plan = plan.with_parameter(record.parameter);
        }
    }
    plan
}

/// The plan file after a change, and the plan it says.
///
/// Errors: the duty to end is not there; the file would have mistakes, each told at the field it comes from.
fn changed(source: &str, duty: &str, text: Option<&str>) -> Result<(String, Plan)> {
    let there = plan_file::read(source).0.duty(duty).is_some();
    if text.is_none() && !there {
        return Err(no_such_duty());
    }
    if let Some((code, no)) = text.and_then(added_clause) {
        let (before, _) = plan_file::read(source);
        let is_other = |clause: &&Clause| !clause.absent_in_source && clause.no != no;
        if let Some(other) = before.clause(&code).filter(is_other) {
            let message = format!("条款代码“{code}”已用于“{} {}”，请换一个代码", other.no, other.title);
            let (field, code) = ("clause.code".to_owned(), "plan.clause_taken");
            return Err(Error::Invalid(vec![crate::error::FieldProblem { field, code, message }]));
        }
    }
    let after = with_duty(source, duty, text);
    let (plan, mut problems) = plan_file::read(&after);
    // An older plan may have duties without a kind of evidence: who changes another need not see to them.
    if problems.iter().any(|problem| problem.code == plan_file::NO_EVIDENCE) {
        let before = plan_file::read(source).1;
        problems.retain(|one| {
            one.code != plan_file::NO_EVIDENCE || before.iter().all(|old| old.message != one.message)
        });
    }
    if problems.is_empty() {
        return Ok((after, plan));
    }
    // A key a line: the line of a mistake names the field of the form.
    let field = |problem: &plan_file::Problem| {
        let lines: Vec<&str> = after.lines().take(problem.line).collect();
        let line = lines.last().copied().unwrap_or_default();
        let key = line.split_once(" = ").map_or("duty", |(key, _)| key.trim());
        let table = lines.iter().rev().find(|line| line.starts_with("[["));
        match table {
            Some(&"[[clause]]") => format!("clause.{key}"),
            _ if key.starts_with('{') => "needs".to_owned(),
            _ => key.to_owned(),
        }
    };
    Err(refused(&problems, field))
}

/// The plan in force on a day with what the town had decided by then.
///
/// Errors: no plan was installed.
pub(crate) async fn plan_in_force(read: &mut Read, on: Date) -> Result<(Plan, PlanVersion)> {
    let version = read.plan_on(on).await?.ok_or_else(|| Error::Refused {
        code: "plan.none",
        message: "还没有安装方案文件，请管理员运行 fengsui plan install".to_owned(),
    })?;
    let plan = settled(read_once(&version.source)?, read.parameters().await?, on);
    Ok((plan, version))
}

/// How many plan files are remembered: the one in force, the one to come, one looked back at, one of a test beside.
const REMEMBERED: usize = 4;

/// The plan a text says. The text is long and nearly every page of the office asks for it, so the last ones read are remembered.
pub(crate) fn read_once(source: &str) -> Result<Plan> {
    static READ: Mutex<VecDeque<(String, Plan)>> = Mutex::new(VecDeque::new());
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, plan)) = read.iter().find(|(text, _)| text == source) {
        return Ok(plan.clone());
    }
    let (plan, problems) = plan_file::read(source);
    if let Some(problem) = problems.iter().find(|problem| problem.code != plan_file::NO_EVIDENCE) {
        return Err(Error::Internal(format!("the plan in force cannot be read: {problem}")));
    }
    if read.len() == REMEMBERED {
        read.pop_front();
    }
    read.push_back((source.to_owned(), plan.clone()));
    Ok(plan)
}

/// The words behind a tag family, as the duties of the plan use them: `meeting:risk` is called by the duty that asks
/// for it.
pub(crate) fn kinds_of(plan: &Plan, family: &str) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for duty in &plan.duties {
        for tag in duty.needs.iter().flat_map(|need| need.all.iter().chain(&need.any)) {
            if let Some(kind) = tag.strip_prefix(family) {
                out.entry(kind.to_owned()).or_insert_with(|| duty.title.clone());
            }
        }
    }
    out
}

impl App {
    /// Puts a plan file in force from its effective date on; the one before it ends the day before. The same text
    /// again changes nothing. A town that was founded without a name gets the plan's.
    ///
    /// Errors: the file has problems, each a field problem with its line.
    pub async fn install_plan(&self, caller: &Caller, text: &str) -> Result<Installed> {
        let hat = caller.hat(Action::NoticeAttach, &Subject::town())?;
        let (plan, problems) = plan_file::read(text);
        if !problems.is_empty() {
            return Err(refused(&problems, |_| "plan".to_owned()));
        }
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let before = tx.plan_versions().await?;
        let town = domain::ids::TerritoryCode::from(self.town.as_str());
        let named = crate::org::name_town(&mut tx, &town, &plan.town).await?;
        let own = tx.territory(&town).await?.map(|record| record.territory);
        let is_own = |own: &Territory| {
            own.name == plan.town || own.short_name == plan.town || own.aliases.contains(&plan.town)
        };
        let other = own.filter(|own| !plan.town.is_empty() && !is_own(own));
        let of_other = other.map(|own| (plan.town.clone(), own.name));
        let installed = |changed| Installed {
            code: plan.code.clone(),
            title: plan.title.clone(),
            duties: plan.duties.len(),
            changed,
            of_other: of_other.clone(),
        };
        let detail = named.then(|| serde_json::json!({ "town_name": plan.town }).to_string());
        if let Some(newest) = before.first().filter(|newest| newest.source == text) {
            if let Some(detail) = detail {
                let audit = caller.audit_as(hat, "plan.install", ("plan", &newest.id), "", now);
                tx.commit(Audit { detail, ..audit }, ()).await?;
            }
            return Ok(installed(false));
        }
        let id = self.put_in_force(&mut tx, caller, &before, (&plan, text), plan.effective_from).await?;
        let audit = caller.audit_as(hat, "plan.install", ("plan", &id), "", now);
        let detail = detail.unwrap_or(audit.detail);
        tx.commit(Audit { detail, ..audit }, ()).await?;
        Ok(installed(true))
    }

    /// Ends what was in force from a day on and puts a plan in its place; returns the id of the version.
    async fn put_in_force(
        &self,
        tx: &mut Write,
        caller: &Caller,
        before: &[PlanVersion],
        (plan, text): (&Plan, &str),
        from: Date,
    ) -> Result<String> {
        for old in before.iter().filter(|old| old.to.is_none_or(|to| to >= from)) {
            let last = from.pred_opt().unwrap_or(from);
            tx.end_plan_version(&old.id, old.version, last).await?;
        }
        let id = self.new_id();
        tx.insert_plan_version(&PlanVersion {
            id: id.clone(),
            title: plan.title.clone(),
            source: text.to_owned(),
            from,
            to: None,
            version: 1,
            recorded_at: self.now(),
            recorded_by: caller.account.to_string(),
        })
        .await?;
        Ok(id)
    }

    /// What the office needs to write a duty: the plan in force and every proposal, what waits with its effect.
    pub async fn plan_desk(&self, caller: &Caller) -> Result<PlanDesk> {
        caller.scope(Action::ParameterRead)?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let (plan, version) = plan_in_force(&mut read, today).await?;
        let records = read.plan_proposals().await?;
        let people: BTreeMap<String, String> =
            read.person_names().await?.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
        let settings = read.parameters().await?;
        drop(read);
        let mut proposals = Vec::with_capacity(records.len());
        for record in records {
            let waits = record.decision == Decision::Proposed;
            let text = Some(record.source.as_str()).filter(|source| !source.is_empty());
            let effect = match changed(&version.source, &record.duty, text) {
                Ok((_, after)) if waits => {
                    let after = settled(after, settings.clone(), today);
                    Some(self.effect(caller, &record.duty, &after).await?)
                }
                _ => None,
            };
            let named = std::iter::once(&record.proposed_by).chain(record.decided.as_ref().map(|(by, _)| by));
            let people = named.filter_map(|id| Some((id.clone(), people.get(id)?.clone()))).collect();
            proposals.push(Proposed { record, effect, people });
        }
        Ok(PlanDesk { plan, edits: duty_edits(&version.source), proposals })
    }

    /// The figures of this year with and without a change.
    async fn effect(&self, caller: &Caller, duty: &str, after: &Plan) -> Result<PlanEffect> {
        let known = self.known(None).await?;
        let days = lens(caller, &known, &Ask::default()).map_or((known.from, known.as_of), |lens| lens.days);
        let year_end =
            known.as_of.with_ordinal(1).and_then(|first| first.checked_add_months(Months::new(12)));
        let days = (days.0, year_end.and_then(|next| next.pred_opt()).unwrap_or(days.1));
        let now = known.question_over(days);
        let then = Question { plan: after, ..known.question_over(days) };
        let of =
            |question: &Question<'_>| question.plan.duty(duty).map(|duty| question.evaluate_duty(duty).tally);
        let either = after.duty(duty).or_else(|| known.plan.duty(duty)).ok_or(Error::NotFound)?;
        let clause = |question: &Question<'_>| {
            let mut sum = Tally::default();
            for duty in question.plan.duties_of(&either.clause) {
                sum.add_weighted(&question.evaluate_duty(duty).tally, duty.scored_weight());
            }
            sum
        };
        let named = after.clause(&either.clause).or_else(|| known.plan.clause(&either.clause));
        Ok(PlanEffect {
            duty: either.id.clone(),
            title: either.title.clone(),
            clause: (either.clause.clone(), named.map(|clause| clause.title.clone()).unwrap_or_default()),
            adds_clause: known.plan.clause(&either.clause).is_none_or(|clause| clause.absent_in_source),
            before: of(&now),
            after: of(&then),
            clause_before: clause(&now),
            clause_after: clause(&then),
        })
    }

    /// What a change would do to the figures of this year; nothing is kept.
    ///
    /// Errors: the duty has mistakes, each told at its field.
    pub async fn preview_plan_change(&self, caller: &Caller, asked: &PlanChange) -> Result<PlanEffect> {
        caller.scope(Action::ParameterRead)?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let (plan, version) = plan_in_force(&mut read, today).await?;
        let settings = read.parameters().await?;
        drop(read);
        let text = asked.text(&plan, &version.source)?;
        let (_, after) = changed(&version.source, &asked.duty, text.as_deref())?;
        self.effect(caller, &asked.duty, &settled(after, settings, today)).await
    }

    /// Proposes a change of the plan. One proposal for a duty waits at a time.
    pub async fn propose_plan_change<T: Serialize>(
        &self,
        caller: &Caller,
        asked: PlanChange,
        view: impl FnOnce(&PlanProposal) -> T,
    ) -> Result<T> {
        let hat = caller.hat(Action::ParameterPropose, &Subject::town())?;
        if asked.reason.trim().is_empty() {
            return Err(Error::field("reason", "plan.reason", "请写明调整的理由"));
        }
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let (plan, version) = plan_in_force(&mut tx, now.date()).await?;
        let text = asked.text(&plan, &version.source)?;
        self.plan_after(&mut tx, &asked.duty, text.as_deref(), asked.from).await?;
        let waits =
            |record: &PlanProposal| record.duty == asked.duty && record.decision == Decision::Proposed;
        if tx.plan_proposals().await?.iter().any(waits) {
            return Err(Error::Refused {
                code: "plan.pending",
                message: "这项责任已有一项调整待审，请先等审定".to_owned(),
            });
        }
        let record = PlanProposal {
            id: self.new_id(),
            duty: asked.duty,
            source: text.unwrap_or_default(),
            from: asked.from,
            decision: Decision::Proposed,
            reason: asked.reason.trim().to_owned(),
            proposed_by: caller.person.to_string(),
            decided: None,
            version: 1,
            recorded_at: now,
        };
        tx.insert_plan_proposal(&record).await?;
        let mut audit = caller.audit_as(hat, "plan.propose", ("plan", &record.id), "", now);
        audit.reason = record.reason.clone();
        let answer = view(&record);
        Ok(tx.commit(audit, answer).await?)
    }

    /// The plan in force from a day on after a change, and the versions there are.
    ///
    /// Errors: the change has mistakes; the day lies before the plan in force, or a later version was put in force already.
    async fn plan_after(
        &self,
        tx: &mut Write,
        duty: &str,
        text: Option<&str>,
        from: Date,
    ) -> Result<(Vec<PlanVersion>, String, Plan)> {
        let (_, version) = plan_in_force(tx, self.now().date()).await?;
        if from < version.from {
            return Err(Error::field("from", "plan.from", "生效日早于现行方案的生效日，请改选日期"));
        }
        let versions = tx.plan_versions().await?;
        let later = |other: &&PlanVersion| other.from > from && other.to.is_none_or(|to| to >= other.from);
        if let Some(later) = versions.iter().find(later) {
            return Err(Error::Refused {
                code: "plan.later_version",
                message: format!("{} 起已有另一版方案，请把生效日改到这一天或以后", later.from),
            });
        }
        let base = tx.plan_on(from).await?.ok_or(Error::NotFound)?;
        let (source, plan) = changed(&base.source, duty, text)?;
        Ok((versions, source, plan))
    }

    /// Decides a change of the plan. Who proposed it does not decide it; approved, a new version of the plan is in force
    /// from its day on.
    pub async fn decide_plan_change<T: Serialize>(
        &self,
        caller: &Caller,
        id: &str,
        Verdict { approve, reason, version }: Verdict<'_>,
        view: impl FnOnce(&PlanProposal) -> T,
    ) -> Result<T> {
        let hat = caller.hat(Action::ParameterDecide, &Subject::town())?;
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let mut record = tx.plan_proposal(id).await?.ok_or(Error::NotFound)?;
        if record.decision != Decision::Proposed {
            return Err(Error::Refused {
                code: "plan.decided",
                message: "这项调整已经审定，请刷新查看".to_owned(),
            });
        }
        if record.proposed_by == caller.person.as_str() {
            return Err(Error::Refused {
                code: "plan.same_person",
                message: "提出人不能审定自己的调整，请由另一位领导审定".to_owned(),
            });
        }
        if !approve && reason.trim().is_empty() {
            return Err(Error::field("reason", "plan.reason", "请写明不采纳的理由"));
        }
        record.decision = if approve { Decision::Decided } else { Decision::Rejected };
        tx.decide_plan_proposal(id, version, record.decision, caller.person.as_str(), now).await?;
        if approve {
            let text = Some(record.source.as_str()).filter(|source| !source.is_empty());
            let (before, source, plan) = self.plan_after(&mut tx, &record.duty, text, record.from).await?;
            self.put_in_force(&mut tx, caller, &before, (&plan, &source), record.from).await?;
        }
        record.decided = Some((caller.person.to_string(), now));
        record.version += 1;
        let mut audit = caller.audit_as(hat, "plan.decide", ("plan", id), "", now);
        audit.reason = reason.trim().to_owned();
        let answer = view(&record);
        Ok(tx.commit(audit, answer).await?)
    }

    /// The plan in force beside the plan file of another town; nothing of the file is kept.
    ///
    /// Errors: the file has mistakes.
    pub async fn compare_plan(&self, caller: &Caller, text: &str) -> Result<(Plan, Plan, Comparison)> {
        caller.scope(Action::ParameterRead)?;
        let today = self.now().date();
        let (own, _) = plan_in_force(&mut self.db.read(&self.town).await?, today).await?;
        let (other, problems) = plan_file::read(text);
        if !problems.is_empty() {
            return Err(refused(&problems, |_| "source".to_owned()));
        }
        let found = compare(&own, &other, today);
        Ok((own, other, found))
    }

    /// Installs the plan that came with the program in the town it was made for, if that has none yet.
    pub async fn install_shipped_plan(&self, caller: &Caller) -> Result<bool> {
        let (town, text) = exchange::shipped::PLAN;
        let has_one = !self.db.read(&self.town).await?.plan_versions().await?.is_empty();
        if has_one || self.town.as_str() != town {
            return Ok(false);
        }
        Ok(self.install_plan(caller, text).await?.changed)
    }
}
