//! Changing the holder of a post in one step, and the sheet that both sign. What does not belong here: what is on the sheet
//! (`sheet`), whether somebody may sign now (`domain::handover`).

pub mod sheet;

use domain::handover::{Handover, Signature, State};
use domain::ids::{AssignmentId, HandoverId, PersonId, PostId};
use domain::org::{Assignment, Post};
use domain::policy::{Action, Scope, Subject};
use domain::task::State as TaskState;
use domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};
use store::Read;
use store::Write;
use store::handover::{HandoverFilter, HandoverRecord};
use store::post::AssignmentRecord;
use store::task::TaskFilter;
use utoipa::ToSchema;

pub use sheet::{SheetLine, SheetSection};

use crate::org::Fields;
use crate::post::{Book, Terms, read_day};
use crate::view::Named;
use crate::{App, Caller, Error, Result};

/// Handovers in a list.
const MOST: i64 = 200;

/// A change of holder to make.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct HandoverInput {
    /// The assignment that ends; the only holder's when left out.
    #[serde(default)]
    pub giver: Option<String>,
    /// His last day; today when left out.
    #[serde(default)]
    pub last_day: Option<String>,
    /// Who takes.
    pub taker: String,
    /// His first day; the day after the last one when left out.
    #[serde(default)]
    pub from: Option<String>,
    /// Who acts on the days between.
    #[serde(default)]
    pub acting: Option<String>,
    /// 依据文件.
    #[serde(default)]
    pub basis: String,
    /// 随岗移交物品: papers, keys, seals, equipment.
    #[serde(default)]
    pub things: Vec<String>,
}

/// A signature to give.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct HandoverSign {
    /// `giver`, `for_giver` or `taker`.
    #[serde(rename = "as")]
    pub role: String,
    /// Why, for who signs for somebody absent.
    #[serde(default)]
    pub reason: String,
    /// The version it is based on.
    pub version: i64,
}

/// A signature as pages see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SignatureView {
    /// Who signed.
    pub by: Named,
    /// When.
    pub at: String,
    /// Why somebody else signed.
    pub instead: Option<String>,
}

/// A handover in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HandoverRow {
    /// Id.
    pub id: String,
    /// The post.
    pub post: Named,
    /// Its organisation.
    pub org: Named,
    /// Who gives; none when the post was vacant.
    pub giver: Option<Named>,
    /// Who takes.
    pub taker: Named,
    /// The giver's last day.
    pub last_day: Option<String>,
    /// The taker's first day.
    pub from: String,
    /// `drafted`, `given`, `done` or `voided`.
    pub state: String,
    /// In Chinese.
    pub state_label: String,
    /// Row version.
    pub version: i64,
    /// What the caller may do: `sign_giver`, `sign_for_giver`, `sign_taker`, `void`.
    pub actions: Vec<String>,
}

/// A handover with its sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HandoverView {
    /// The handover.
    #[serde(flatten)]
    pub row: HandoverRow,
    /// Who acts between.
    pub acting: Option<Named>,
    /// 依据文件.
    pub basis: String,
    /// 随岗移交物品.
    pub things: Vec<String>,
    /// Why it was set aside.
    pub void_reason: Option<String>,
    /// The giver's signature.
    pub giver_signed: Option<SignatureView>,
    /// The taker's signature.
    pub taker_signed: Option<SignatureView>,
    /// What stays with the post.
    pub sections: Vec<SheetSection>,
    /// Whether the sheet is fixed, because the giver has signed.
    pub fixed: bool,
    /// When it was drawn up.
    pub recorded_at: String,
}

fn subject(record: &HandoverRecord) -> Subject {
    Subject::of(&record.path, Some(&record.org))
}

/// What the caller may do with a handover now.
fn actions(caller: &Caller, record: &HandoverRecord) -> Vec<String> {
    let handover = &record.handover;
    let row = subject(record);
    let may = |action| caller.hats.hat(action, &row).is_some();
    let is_open = matches!(handover.state, State::Drafted | State::Given { .. });
    let mut actions = Vec::new();
    if handover.awaits(&caller.person) {
        actions.push(if handover.state == State::Drafted { "sign_giver" } else { "sign_taker" });
    } else if handover.state == State::Drafted
        && handover.taker_person != caller.person
        && may(Action::HandoverSignFor)
    {
        actions.push("sign_for_giver");
    }
    if is_open && may(Action::HandoverStart) {
        actions.push("void");
    }
    actions.into_iter().map(str::to_owned).collect()
}

impl HandoverRow {
    pub(crate) fn of(caller: &Caller, record: &HandoverRecord, book: &Book, post: &Post) -> Self {
        let handover = &record.handover;
        Self {
            id: handover.id.to_string(),
            post: Named::new(post.id.as_str(), post.name.as_str()),
            org: book.names.named_org(&record.org),
            giver: handover.giver_person.as_ref().map(|person| book.person(person)),
            taker: book.person(&handover.taker_person),
            last_day: handover.last_day.map(|day| day.to_string()),
            from: handover.from.to_string(),
            state: handover.state.code().to_owned(),
            state_label: handover.state.label().to_owned(),
            version: record.version,
            actions: actions(caller, record),
        }
    }
}

impl HandoverView {
    async fn of(read: &mut Read, caller: &Caller, record: &HandoverRecord, today: Date) -> Result<Self> {
        let handover = &record.handover;
        let post = read.post(&handover.post).await?.ok_or(Error::NotFound)?.post;
        let book = Book::read(read, today).await?;
        let fixed: Option<Vec<SheetSection>> =
            serde_json::from_str(&record.sheet).map_err(|e| Error::Internal(e.to_string()))?;
        let is_fixed = fixed.is_some();
        let sections = match fixed {
            Some(sections) => sections,
            None => sheet::sections(read, &post, &record.path, handover.giver_person.as_ref(), today).await?,
        };
        let signed = |one: &Signature| SignatureView {
            by: book.person(&one.by),
            at: one.at.to_rfc3339(),
            instead: one.instead.clone(),
        };
        let (giver, taker) = match &handover.state {
            State::Given { giver } => (Some(giver), None),
            State::Done { giver, taker } => (Some(giver), Some(taker)),
            State::Drafted | State::Voided { .. } => (None, None),
        };
        let acting = match &handover.acting {
            Some(id) => read.assignment(id).await?.map(|held| book.person(&held.assignment.person)),
            None => None,
        };
        Ok(Self {
            row: HandoverRow::of(caller, record, &book, &post),
            acting,
            basis: handover.basis.clone(),
            things: handover.things.clone(),
            void_reason: match &handover.state {
                State::Voided { reason } => Some(reason.clone()),
                _ => None,
            },
            giver_signed: giver.map(signed),
            taker_signed: taker.map(signed),
            sections,
            fixed: is_fixed,
            recorded_at: record.recorded_at.to_rfc3339(),
        })
    }
}

/// The handover of this id, if the caller may see it: his own, or within his scope.
async fn load(read: &mut Read, caller: &Caller, id: &HandoverId) -> Result<HandoverRecord> {
    let record = read.handover(id).await?.ok_or(Error::NotFound)?;
    let handover = &record.handover;
    let own =
        handover.giver_person.as_ref() == Some(&caller.person) || handover.taker_person == caller.person;
    let sees = |scope: Scope| scope.admits(&subject(&record));
    if own || caller.hats.scope(Action::HandoverRead).is_some_and(sees) {
        Ok(record)
    } else {
        Err(Error::NotFound)
    }
}

/// A change of holder as read, before anything is written.
struct Change {
    giver: Option<AssignmentRecord>,
    last_day: Option<Date>,
    taker: PersonId,
    from: Date,
    acting: Option<PersonId>,
}

fn next(day: Date) -> Date {
    day.succ_opt().unwrap_or(day)
}

async fn read_change(
    tx: &mut Write,
    caller: &Caller,
    post: &PostId,
    input: &HandoverInput,
    today: Date,
) -> Result<Change> {
    let scope = caller.scope(Action::PersonRead)?;
    let mut fields = Fields::default();
    let said =
        |text: &Option<String>| text.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
    let held = tx.assignments_of_post(post).await?;
    let runs = |one: &&AssignmentRecord| one.assignment.to.is_none_or(|last| today <= last);
    let sitting: Vec<&AssignmentRecord> = held
        .iter()
        .filter(runs)
        .filter(|one| !one.assignment.acting && one.assignment.from <= today)
        .collect();
    let giver = match said(&input.giver) {
        Some(id) => {
            let found = held.iter().filter(runs).find(|one| one.assignment.id.as_str() == id);
            if found.is_none() {
                fields.wrong("giver", "handover.giver", "此人不在该岗位上，请从现任人员中选择移交人");
            }
            found
        }
        None if sitting.len() > 1 => {
            fields.wrong("giver", "handover.giver", "该岗位有多人在任，请选择移交人");
            None
        }
        None => sitting.first().copied(),
    };
    let last_day = giver.map(|giver| match (giver.assignment.to, said(&input.last_day)) {
        (Some(last), _) => last,
        (None, Some(text)) => read_day(&mut fields, "last_day", &text),
        (None, None) => today,
    });
    let from = match said(&input.from) {
        Some(text) => read_day(&mut fields, "from", &text),
        None => last_day.map_or(today, next),
    };
    let mut known = Vec::new();
    for (field, id) in [("taker", Some(input.taker.trim().to_owned())), ("acting", said(&input.acting))] {
        let Some(id) = id else { continue };
        let id = PersonId::from(id);
        let is_known = tx.person(&id, &scope).await?.is_some_and(|person| person.person.active);
        if !is_known {
            fields.wrong(field, "handover.person", "没有这个人员，请从列表中选择");
        }
        if id == caller.person {
            fields.wrong(field, "assignment.self", "不能给自己任职，请由消安办其他人员办理");
        }
        known.push((field, id));
    }
    fields.done()?;
    let mut pick =
        |field: &str| known.iter().position(|(of, _)| *of == field).map(|at| known.swap_remove(at).1);
    let taker = pick("taker").ok_or(Error::NotFound)?;
    Ok(Change { giver: giver.cloned(), last_day, taker, from, acting: pick("acting") })
}

impl App {
    /// Changes the holder of a post in one step: the old one's last day, who acts between, the new one's first day; and
    /// draws up the sheet of what stays with the post.
    ///
    /// Errors: the days make no sense; the post is for one and taken; nobody appoints himself.
    pub async fn hand_over(
        &self,
        caller: &Caller,
        post: &PostId,
        input: HandoverInput,
    ) -> Result<HandoverView> {
        let now = self.now();
        let today = now.date();
        let scope = caller.scope(Action::PersonRead)?;
        let mut tx = self.write(caller).await?;
        let record = tx.post(post).await?.filter(|post| post.post.active).ok_or(Error::NotFound)?;
        let at = Book::read(&mut tx, today).await?.subject(&record.post);
        if !scope.admits(&at) {
            return Err(Error::NotFound);
        }
        let hat = caller.hat(Action::HandoverStart, &at)?;
        // Giving a post gives its rights: as for any appointment, it must be himself.
        caller.stepped_up(now)?;
        let change = read_change(&mut tx, caller, post, &input, today).await?;
        let basis = input.basis.trim().to_owned();
        if basis.chars().count() > 500 {
            return Err(Error::field("basis", "handover.long_basis", "依据最多 500 字，请精简"));
        }
        let things = input.things.iter().map(|one| one.trim().to_owned()).filter(|one| !one.is_empty());
        let mut giver = change.giver.clone();
        let planned = Handover {
            id: HandoverId::from(self.new_id()),
            post: post.clone(),
            giver: giver.as_ref().map(|one| one.assignment.id.clone()),
            giver_person: giver.as_ref().map(|one| one.assignment.person.clone()),
            taker: AssignmentId::from(""),
            taker_person: change.taker.clone(),
            acting: change.acting.as_ref().map(|_| AssignmentId::from("")),
            last_day: change.last_day,
            from: change.from,
            basis: basis.clone(),
            things: things.collect(),
            state: State::Drafted,
        };
        let mut handover = planned.drafted()?;
        if let (Some(giver), Some(last_day)) = (&mut giver, change.last_day)
            && giver.assignment.to.is_none()
        {
            giver.assignment = giver.assignment.clone().end(last_day)?;
            tx.end_assignment(giver).await?;
        }
        let terms = |from, to, acting| Terms { from, to, acting, basis: basis.clone() };
        if let (Some(person), Some(last_day)) = (&change.acting, change.last_day) {
            let terms = terms(next(last_day), change.from.pred_opt(), true);
            let held = self.appoint_to(&mut tx, &record.post, &at.path, person, terms).await?;
            handover.acting = Some(held.assignment.id);
        }
        let terms = terms(change.from, None, false);
        let held = self.appoint_to(&mut tx, &record.post, &at.path, &change.taker, terms).await?;
        handover.taker = held.assignment.id;
        if let Some(giver) = &giver {
            claim(&mut tx, caller, hat, &giver.assignment, now).await?;
        }
        let detail = serde_json::json!({
            "handover": handover.id, "giver": handover.giver, "taker": handover.taker,
            "acting": handover.acting, "last_day": handover.last_day, "from": handover.from,
        });
        let record = HandoverRecord {
            handover,
            org: record.post.org.clone(),
            path: at.path.clone(),
            sheet: "null".to_owned(),
            version: 1,
            recorded_at: now,
        };
        tx.insert_handover(&record).await?;
        let view = HandoverView::of(&mut tx, caller, &record, today).await?;
        let mut audit = caller.audit_as(hat, "post.handover", ("post", post.as_str()), &at.path, now);
        audit.reason = basis;
        audit.detail = detail.to_string();
        Ok(tx.commit(audit, view).await?)
    }

    /// Handovers the caller may see, the latest first: all within his scope and his own.
    pub async fn handovers(&self, caller: &Caller, open: bool, waiting: bool) -> Result<Vec<HandoverRow>> {
        let mut read = self.db.read(&self.town).await?;
        let found = match waiting {
            true => waiting_for(&mut read, caller).await?,
            false => {
                let scope = caller.scope(Action::HandoverRead)?;
                let filter = HandoverFilter { open, ..HandoverFilter::default() };
                read.handovers(&scope, &filter, MOST).await?
            }
        };
        rows(&mut read, caller, &found, self.now().date()).await
    }

    /// One handover with its sheet: as it was when the giver signed, before that as things are now.
    pub async fn handover(&self, caller: &Caller, id: &HandoverId) -> Result<HandoverView> {
        let mut read = self.db.read(&self.town).await?;
        let record = load(&mut read, caller, id).await?;
        HandoverView::of(&mut read, caller, &record, self.now().date()).await
    }

    /// Signs a handover: as the giver, for a giver who is absent, or as the taker.
    ///
    /// Errors: it is not the caller's to sign; the giver has not signed yet; no reason for signing for another.
    pub async fn sign_handover(
        &self,
        caller: &Caller,
        id: &HandoverId,
        sign: HandoverSign,
    ) -> Result<HandoverView> {
        let now = self.now();
        let today = now.date();
        let mut tx = self.write(caller).await?;
        let mut record = load(&mut tx, caller, id).await?;
        if sign.version != record.version {
            return Err(Error::stale(&HandoverView::of(&mut tx, caller, &record, today).await?));
        }
        let at = subject(&record);
        let handover = record.handover.clone();
        // Who signs his own sheet does so under the assignment it is about, which may have ended.
        let (handover, hat) = match sign.role.as_str() {
            "giver" => (handover.give(&caller.person, now)?, record.handover.giver.clone()),
            "taker" => (handover.take(&caller.person, now)?, Some(record.handover.taker.clone())),
            "for_giver" => {
                let hat = caller.hat(Action::HandoverSignFor, &at)?.id.clone();
                (handover.give_instead(&caller.person, &sign.reason, now)?, Some(hat))
            }
            _ => return Err(Error::field("as", "handover.as", "请选择以什么身份签字")),
        };
        if matches!(handover.state, State::Given { .. }) {
            let post = tx.post(&handover.post).await?.ok_or(Error::NotFound)?.post;
            let giver = handover.giver_person.as_ref();
            let fixed = sheet::sections(&mut tx, &post, &record.path, giver, today).await?;
            record.sheet = serde_json::to_string(&fixed).map_err(|e| Error::Internal(e.to_string()))?;
        }
        record.handover = handover;
        tx.update_handover(&record).await?;
        record.version += 1;
        let view = HandoverView::of(&mut tx, caller, &record, today).await?;
        let mut audit = caller.audit("handover.sign", "handover", id.as_str(), now);
        audit.territory.clone_from(&record.path);
        audit.hat = hat.map(|hat| hat.to_string()).unwrap_or_default();
        audit.reason = sign.reason.trim().to_owned();
        audit.detail = serde_json::json!({ "as": sign.role }).to_string();
        Ok(tx.commit(audit, view).await?)
    }

    /// Sets a sheet aside that was drawn up by mistake. The assignments stay; they are put right by themselves.
    pub async fn void_handover(
        &self,
        caller: &Caller,
        id: &HandoverId,
        reason: &str,
        version: i64,
    ) -> Result<HandoverView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let mut record = load(&mut tx, caller, id).await?;
        let at = subject(&record);
        let hat = caller.hat(Action::HandoverStart, &at)?;
        if version != record.version {
            return Err(Error::stale(&HandoverView::of(&mut tx, caller, &record, now.date()).await?));
        }
        record.handover = record.handover.void(reason)?;
        tx.update_handover(&record).await?;
        record.version += 1;
        let view = HandoverView::of(&mut tx, caller, &record, now.date()).await?;
        let mut audit = caller.audit_as(hat, "handover.void", ("handover", id.as_str()), &at.path, now);
        audit.reason = reason.trim().to_owned();
        Ok(tx.commit(audit, view).await?)
    }
}

/// What waits for the caller's signature: his own, and for who may sign for others those that no giver has signed.
// The caller is the question.
pub(crate) async fn waiting_for(read: &mut Read, caller: &Caller) -> Result<Vec<HandoverRecord>> {
    let mut found = read.handovers_of(&caller.person, MOST).await?;
    if let Some(scope) = caller.hats.scope(Action::HandoverSignFor) {
        let filter = HandoverFilter { open: true, ..HandoverFilter::default() };
        for one in read.handovers(&scope, &filter, MOST).await? {
            if !found.iter().any(|own| own.handover.id == one.handover.id) {
                found.push(one);
            }
        }
    }
    found.retain(|one| actions(caller, one).iter().any(|action| action.starts_with("sign")));
    Ok(found)
}

/// Rows of these handovers.
pub(crate) async fn rows(
    read: &mut Read,
    caller: &Caller,
    found: &[HandoverRecord],
    today: Date,
) -> Result<Vec<HandoverRow>> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let book = Book::read(read, today).await?;
    let posts = read.posts().await?;
    let row = |one: &HandoverRecord| {
        let post = posts.iter().find(|post| post.post.id == one.handover.post)?;
        Some(HandoverRow::of(caller, one, &book, &post.post))
    };
    Ok(found.iter().filter_map(row).collect())
}

/// Tasks given to the giver before it was kept by which post: those of the post's organisation now stay with the post.
async fn claim(
    tx: &mut Write,
    caller: &Caller,
    hat: &Assignment,
    giver: &Assignment,
    now: Timestamp,
) -> Result<()> {
    let whole = Caller::system().scope(Action::TaskRead)?;
    let filter = TaskFilter { assignee: Some(giver.person.clone()), open: true, ..TaskFilter::default() };
    for stored in tx.tasks(&whole, &filter, None, i64::from(u16::MAX)).await? {
        let task = stored.task;
        let unkept = task.post.is_none() && task.lead == giver.org;
        if unkept && matches!(task.state, TaskState::Assigned { .. } | TaskState::Accepted { .. }) {
            let act = caller.act(hat, now, None);
            let (task, event) =
                task.of_post(Some(giver.post.clone())).assign(act, giver.person.clone(), now)?;
            tx.save_task_step(&task, &event).await?;
        }
    }
    Ok(())
}
