//! Places stopped from use: proposed by the town, decided elsewhere, looked at while they stand still, checked before they
//! are used again. What does not belong here: which step follows which (`domain::stop_use`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use domain::ids::{HazardId, PlaceId, StopUseId};
use domain::org::Relation;
use domain::policy::{Action, Subject};
use domain::stop_use::{Act, Event, Known, Stage, Step, StopUse, StopUseRefusal};
use domain::time::Date;
use serde::{Deserialize, Serialize};
use store::Read;
use store::stop_use::StopUseRecord;
use utoipa::{IntoParams, ToSchema};

use crate::names::Names;
use crate::parameter::number_on;
use crate::place::at_place;
use crate::view::{Named, Word, read_day};
use crate::{App, Caller, Error, Result};

/// How often somebody looks whether a stopped place stands still (P). Units: days.
pub(crate) const PATROL_DAYS: (&str, f64) = ("stop_use.patrol_days", 7.0);
/// Rows read at most.
const READ: i64 = 500;

/// Which to list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct StopUseAsked {
    /// Stages, commas between them.
    pub stage: Option<String>,
}

/// One in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StopUseRow {
    pub id: String,
    pub place: Named,
    pub village: Named,
    pub danger: String,
    pub stage: Word,
    pub org: Named,
    /// Who decided; empty before.
    pub body: String,
    pub proposed_on: String,
    pub stopped_on: Option<String>,
    pub patrolled_on: Option<String>,
    /// By when somebody has to look again.
    pub patrol_by: Option<String>,
    pub overdue: bool,
    /// Found in use although stopped.
    pub broken: bool,
    /// Whether the caller looks whether it stands still.
    pub may_patrol: bool,
    pub version: i64,
}

/// Places proposed, stopped and given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StopUseList {
    pub items: Vec<StopUseRow>,
    /// Stopped now.
    pub stopped_n: usize,
    /// Of these, late with the next look.
    pub overdue_n: usize,
    pub patrol_days: u16,
    pub may_propose: bool,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StopUseEvent {
    pub seq: i64,
    pub step: Word,
    pub on: String,
    pub recorded_at: String,
    pub by: Named,
    pub document_no: String,
    pub detail: String,
    pub text: String,
    pub stage: Word,
}

/// One as its page sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StopUseView {
    #[serde(flatten)]
    pub row: StopUseRow,
    pub address: String,
    pub hazard: Option<String>,
    pub events: Vec<StopUseEvent>,
    /// Steps the stage allows and the caller may take.
    pub actions: Vec<Word>,
}

/// A proposal.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct StopUseInput {
    pub place: String,
    pub hazard: Option<String>,
    pub danger: String,
    pub on: String,
    pub document_no: String,
}

/// A step; each reads what it needs.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct StopUseStep {
    pub step: String,
    pub on: String,
    /// Stopped; stood still; passed.
    pub yes: Option<bool>,
    pub body: String,
    pub document_no: String,
    pub text: String,
    /// The version that was read; a look needs none, for it stands beside what others did.
    pub version: Option<i64>,
}

fn subject(record: &StopUseRecord) -> Subject {
    Subject {
        place: Some(record.matter.place.clone()),
        ..Subject::of(&record.path, Some(&record.matter.org))
    }
}

fn right_of(step: Step) -> Action {
    match step {
        Step::Patrol => Action::StopUsePatrol,
        _ => Action::StopUseKeep,
    }
}

fn act_name(step: Step) -> &'static str {
    match step {
        Step::Propose => "stop_use.propose",
        Step::Decide => "stop_use.record_decision",
        Step::Patrol => "stop_use.look",
        Step::AskReturn => "stop_use.ask_return",
        Step::CheckReturn => "stop_use.check_return",
        Step::Resume => "stop_use.resume_use",
        Step::Withdraw => "stop_use.withdraw",
    }
}

fn detail(act: &Act) -> String {
    match act {
        Act::Decide { stop: true, body } => format!("{body}决定停止使用"),
        Act::Decide { stop: false, body } => format!("{body}不予停止使用"),
        Act::Patrol { kept: true } => "未使用".to_owned(),
        Act::Patrol { kept: false } => "擅自使用".to_owned(),
        Act::CheckReturn { passed: true } => "检查合格".to_owned(),
        Act::CheckReturn { passed: false } => "检查不合格".to_owned(),
        Act::Resume { body } => format!("{body}批准恢复使用"),
        _ => String::new(),
    }
}

async fn row(
    read: &mut Read,
    caller: &Caller,
    record: &StopUseRecord,
    (names, every): (&Names, u16),
    today: Date,
) -> Result<StopUseRow> {
    let m = &record.matter;
    let looks = caller.hats.hat(Action::StopUsePatrol, &subject(record)).is_some();
    let (place, _) = at_place(read, &m.place, []).await?;
    let patrol_by = m.patrol_by(every);
    Ok(StopUseRow {
        id: m.id.to_string(),
        place: Named::new(m.place.as_str(), place.place.name),
        village: names.territory(place.place.village.as_str()),
        danger: m.danger.clone(),
        stage: Word::new(m.stage.code(), m.stage.label()),
        org: names.named_org(&m.org),
        body: m.body.clone(),
        proposed_on: record.recorded_at.date().to_string(),
        stopped_on: m.stopped_on.map(|day| day.to_string()),
        patrolled_on: m.patrolled_on.map(|day| day.to_string()),
        patrol_by: patrol_by.map(|day| day.to_string()),
        overdue: patrol_by.is_some_and(|day| day < today),
        broken: m.broken && m.is_stopped(),
        may_patrol: looks && m.offered().contains(&Step::Patrol),
        version: record.version,
    })
}

async fn page(read: &mut Read, caller: &Caller, record: &StopUseRecord, today: Date) -> Result<StopUseView> {
    let names = Names::read(read).await?;
    let every = number_on(read, PATROL_DAYS, today).await?;
    let (place, _) = at_place(read, &record.matter.place, []).await?;
    let event = |one: &Event| StopUseEvent {
        seq: one.seq,
        step: Word::new(one.act.step().code(), one.act.step().label()),
        on: one.on.to_string(),
        recorded_at: one.recorded_at.to_rfc3339(),
        by: Named::new(one.by.as_str(), names.person(&one.by)),
        document_no: one.document_no.clone(),
        detail: detail(&one.act),
        text: one.text.clone(),
        stage: Word::new(one.stage.code(), one.stage.label()),
    };
    let at = subject(record);
    let mine = record.matter.offered().into_iter();
    let mine = mine.filter(|step| caller.hats.hat(right_of(*step), &at).is_some());
    Ok(StopUseView {
        row: row(read, caller, record, (&names, every), today).await?,
        address: place.place.address,
        hazard: record.matter.hazard.as_ref().map(ToString::to_string),
        events: read.stop_use_events(&record.matter.id).await?.iter().rev().map(event).collect(),
        actions: mine.map(|step| Word::new(step.code(), step.label())).collect(),
    })
}

/// Names of the bodies the town commands: none of them may stop a place.
async fn own_bodies(read: &mut Read) -> Result<Vec<String>> {
    let orgs = read.orgs().await?.into_iter().map(|one| one.org);
    let own = orgs.filter(|org| org.relation == Relation::Town);
    Ok(own.flat_map(|org| [org.name, org.short_name]).collect())
}

fn read_act(asked: &StopUseStep) -> Result<Act> {
    let step = Step::from_code(&asked.step).filter(|step| *step != Step::Propose);
    let step = step.ok_or_else(|| Error::field("step", "stop_use.step", "没有这一步，请刷新后再试"))?;
    let yes = || asked.yes.ok_or_else(|| Error::field("yes", "stop_use.answer", "请选择结果"));
    Ok(match step {
        Step::Decide => Act::Decide { stop: yes()?, body: asked.body.clone() },
        Step::Patrol => Act::Patrol { kept: yes()? },
        Step::AskReturn => Act::AskReturn,
        Step::CheckReturn => Act::CheckReturn { passed: yes()? },
        Step::Resume => Act::Resume { body: asked.body.clone() },
        Step::Withdraw | Step::Propose => Act::Withdraw,
    })
}

/// Stopped places of the caller's that nobody looked at in time.
// Part of the workbench, counted within the right that lets him deal with them.
pub(crate) async fn waiting(read: &mut Read, caller: &Caller, today: Date) -> Result<i64> {
    let Some(scope) = caller.hats.scope(Action::StopUsePatrol) else { return Ok(0) };
    let every = number_on(read, PATROL_DAYS, today).await?;
    let open = read.stop_uses(&scope, Some("stopped,return_asked,checked"), READ).await?;
    Ok(open.iter().filter(|one| one.matter.patrol_by(every).is_some_and(|day| day < today)).count() as i64)
}

impl App {
    /// Places proposed, stopped and given back, newest first.
    pub async fn stop_uses(&self, caller: &Caller, asked: &StopUseAsked) -> Result<StopUseList> {
        let scope = caller.scope(Action::StopUseRead)?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let every = number_on(&mut read, PATROL_DAYS, today).await?;
        let found = read.stop_uses(&scope, asked.stage.as_deref(), READ).await?;
        let mut items = Vec::with_capacity(found.len());
        for record in &found {
            items.push(row(&mut read, caller, record, (&names, every), today).await?);
        }
        Ok(StopUseList {
            stopped_n: found.iter().filter(|one| one.matter.is_stopped()).count(),
            overdue_n: items.iter().filter(|one| one.overdue).count(),
            items,
            patrol_days: every,
            may_propose: caller.hats.scope(Action::StopUseKeep).is_some(),
        })
    }

    /// One matter.
    pub async fn stop_use(&self, caller: &Caller, id: &StopUseId) -> Result<StopUseView> {
        let scope = caller.scope(Action::StopUseRead)?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.stop_use(id, &scope).await?.ok_or(Error::NotFound)?;
        page(&mut read, caller, &record, self.now().date()).await
    }

    /// Proposes that a place be stopped from use.
    ///
    /// Errors: no such place; it is proposed or stopped already; nothing is said of the danger.
    pub async fn propose_stop_use(&self, caller: &Caller, asked: StopUseInput) -> Result<StopUseView> {
        let (now, today) = (self.now(), self.now().date());
        let mut tx = self.write(caller).await?;
        caller.scope(Action::StopUseKeep)?;
        let scope = caller.scope(Action::PlaceRead)?;
        let place = PlaceId::from(asked.place.trim());
        let known = tx.place(&place, &scope).await?.filter(|record| record.voided.is_none());
        let known =
            known.ok_or_else(|| Error::field("place", "stop_use.place", "没有这个场所，请从列表中选择"))?;
        let hat = caller.hat(Action::StopUseKeep, &Subject::of(&known.path, None))?.clone();
        let danger = asked.danger.trim().to_owned();
        if danger.is_empty() {
            return Err(StopUseRefusal::Missing {
                what: "不具备安全条件、严重威胁公共安全的情形"
            }
            .into());
        }
        let whole = Caller::system().scope(Action::PlaceRead)?;
        let open = tx.stop_uses(&whole, Some("proposed,stopped,return_asked,checked"), READ).await?;
        if open.iter().any(|one| one.matter.place == place) {
            return Err(Error::Refused {
                code: "stop_use.open",
                message: "这个场所已经提请或者已经停止使用，请在原事项中办理".to_owned(),
            });
        }
        let on = if asked.on.trim().is_empty() { today } else { read_day("on", &asked.on)? };
        if on > today {
            return Err(StopUseRefusal::WrongDay { last: today }.into());
        }
        let hazard = asked.hazard.as_deref().map(str::trim).filter(|id| !id.is_empty()).map(HazardId::from);
        if let Some(hazard) = &hazard {
            crate::hazard::load(&mut tx, caller, hazard).await?;
        }
        let id = StopUseId::from(self.new_id());
        let matter = StopUse {
            id: id.clone(),
            place,
            hazard,
            danger: danger.clone(),
            org: hat.org.clone(),
            stage: Stage::Proposed,
            last_on: on,
            body: String::new(),
            stopped_on: None,
            patrolled_on: None,
            broken: false,
        };
        let event = Event {
            seq: 1,
            act: Act::Propose,
            on,
            recorded_at: now,
            by: caller.person.clone(),
            document_no: asked.document_no.trim().to_owned(),
            text: danger,
            stage: Stage::Proposed,
        };
        let record = StopUseRecord {
            matter,
            path: known.path.clone(),
            recorded_by: caller.name.clone(),
            version: 1,
            recorded_at: now,
        };
        tx.insert_stop_use(&record, &event).await?;
        let view = page(&mut tx, caller, &record, today).await?;
        let audit = caller.audit_as(&hat, "stop_use.propose", ("stop_use", id.as_str()), &record.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Takes a step.
    ///
    /// Errors: not now; the town would decide by itself; somebody was quicker.
    pub async fn step_stop_use(
        &self,
        caller: &Caller,
        id: &StopUseId,
        asked: StopUseStep,
    ) -> Result<StopUseView> {
        let (now, today) = (self.now(), self.now().date());
        let act = read_act(&asked)?;
        let step = act.step();
        let on = if asked.on.trim().is_empty() { today } else { read_day("on", &asked.on)? };
        let scope = caller.scope(Action::StopUseRead)?;
        let mut tx = self.write(caller).await?;
        let mut record = tx.stop_use(id, &scope).await?.ok_or(Error::NotFound)?;
        if step != Step::Patrol && asked.version != Some(record.version) {
            return Err(Error::stale(&page(&mut tx, caller, &record, today).await?));
        }
        let hat = caller.hat(right_of(step), &subject(&record))?.clone();
        let own = own_bodies(&mut tx).await?;
        let known = Known { on, today, own: &own, document_no: &asked.document_no, text: &asked.text };
        record.matter = record.matter.take(&act, &known)?;
        let event = Event {
            seq: record.version + 1,
            act,
            on,
            recorded_at: now,
            by: caller.person.clone(),
            document_no: asked.document_no.trim().to_owned(),
            text: asked.text.trim().to_owned(),
            stage: record.matter.stage,
        };
        tx.save_stop_use(&record, &event).await?;
        record.version += 1;
        let view = page(&mut tx, caller, &record, today).await?;
        let audit = caller.audit_as(&hat, act_name(step), ("stop_use", id.as_str()), &record.path, now);
        Ok(tx.commit(audit, view).await?)
    }
}
