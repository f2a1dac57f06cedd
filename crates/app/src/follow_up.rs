//! Follow-up items: who owes what by when, done by one and verified by another. An item belongs to a post: whoever holds
//! it today owes it. What does not belong here: the meetings and reports that ask for them.

use domain::follow_up::{FollowUp, FollowUpRefusal, Origin};
use domain::ids::{FollowUpId, PersonId, PhotoId, PostId};
use domain::policy::{Action, Subject};
use domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};
use store::follow_up::{FollowUpFilter, FollowUpRecord};
use store::{Read, Write};
use utoipa::ToSchema;

use crate::photo::{PhotoView, photo_views};
use crate::post::owner::{OwnerView, Owners};
use crate::view::{Named, page_after};
use crate::{App, Caller, Error, Result};

/// One step on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FollowUpNote {
    /// When.
    pub at: String,
    /// Who.
    pub by: Named,
    /// The state it led to.
    pub state: String,
    /// In Chinese.
    pub state_label: String,
    /// What was said.
    pub text: String,
    /// Pictures of what was done.
    pub photos: Vec<PhotoView>,
}

/// 督办事项 as pages see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FollowUpView {
    /// Id.
    pub id: String,
    /// What is to be done.
    pub text: String,
    /// Who owes it.
    pub owner: OwnerView,
    /// By when.
    pub due_on: String,
    /// `open`, `done`, `verified` or `void`.
    pub state: String,
    /// In Chinese.
    pub state_label: String,
    /// Whether it is owed and its day has passed.
    pub overdue: bool,
    /// Whether it was done after its day.
    pub late: bool,
    /// The day it was put down, where its own day had passed already by then.
    pub asked_late_on: Option<String>,
    /// `meeting`, `report`, `drill`, `incident`, `whistle`, `sector` or `device`.
    pub origin_kind: String,
    /// What asked for it.
    pub origin: Named,
    /// What happened to it.
    pub notes: Vec<FollowUpNote>,
    /// Version.
    pub version: i64,
    /// What the caller may do: `done`, `verify`, `send_back`, `void`.
    pub actions: Vec<&'static str>,
}

/// A page of items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FollowUpPage {
    /// Rows.
    pub items: Vec<FollowUpView>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// Which items are asked for.
#[derive(Debug, Clone, Default)]
pub struct FollowUpAsked {
    /// Only of these states, commas between them.
    pub state: Option<String>,
    /// Only what the caller's posts owe.
    pub mine: bool,
    /// Only what is late.
    pub overdue: bool,
    /// Where the page begins.
    pub after: Option<String>,
    /// At most so many.
    pub limit: i64,
}

/// What is done to an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It is done.
    Done,
    /// It was done, somebody else says.
    Verify,
    /// It was not, and is owed again.
    SendBack,
    /// It is not asked for any more.
    Void,
}

/// What is said with a step.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct FollowUpStepInput {
    /// What was done, or why.
    #[serde(default)]
    pub text: String,
    /// Pictures of what was done, by id; they may come after the words.
    #[serde(default)]
    pub photos: Vec<String>,
    /// The version that was read.
    pub version: i64,
}

/// Items counted at most: more than this nobody works off one by one.
const MOST: i64 = 500;
/// Pictures of one step at most.
const MOST_PHOTOS: usize = 20;

fn holds(caller: &Caller, post: &PostId) -> bool {
    caller.hats.all().iter().any(|hat| hat.post == *post)
}

pub(crate) fn subject(record: &FollowUpRecord) -> Subject {
    Subject::of(&record.path, Some(&record.org))
}

/// Whether the caller may do this step, whatever the state says.
fn may(caller: &Caller, record: &FollowUpRecord, step: Step) -> bool {
    let can = |action| caller.hats.hat(action, &subject(record)).is_some();
    match step {
        // The holder does it; the office writes it down for one who has no account.
        Step::Done => {
            can(Action::FollowUpDo) && (holds(caller, &record.item.owner) || can(Action::FollowUpVerify))
        }
        Step::Verify | Step::SendBack | Step::Void => can(Action::FollowUpVerify),
    }
}

const STEPS: [(Step, &str); 4] =
    [(Step::Done, "done"), (Step::Verify, "verify"), (Step::SendBack, "send_back"), (Step::Void, "void")];

fn taken(
    item: FollowUp,
    step: Step,
    by: PersonId,
    at: Timestamp,
    text: &str,
) -> std::result::Result<FollowUp, FollowUpRefusal> {
    match step {
        Step::Done => item.done(by, at, text),
        Step::Verify => item.verify(by, at, text),
        Step::SendBack => item.send_back(by, at, text),
        Step::Void => item.void(by, at, text),
    }
}

fn state_label(code: &str) -> &'static str {
    match code {
        "open" => "退回重办",
        "done" => "办结上报",
        "verified" => "核实办结",
        _ => "撤销",
    }
}

async fn origin_title(read: &mut Read, caller: &Caller, origin: &Origin) -> Result<Named> {
    let title = match origin.kind.as_str() {
        "meeting" => {
            let scope = caller.hats.scope(Action::MeetingRead).unwrap_or_default();
            read.meeting(&origin.id.as_str().into(), &scope).await?.map(|one| one.meeting.title)
        }
        "drill" => {
            let scope = caller.hats.scope(Action::DrillRead).unwrap_or_default();
            read.drill(&origin.id.as_str().into(), &scope).await?.map(|one| one.drill.title)
        }
        "incident" => {
            let scope = caller.hats.scope(Action::IncidentRead).unwrap_or_default();
            let found = read.incident(&origin.id.as_str().into(), &scope).await?;
            found.map(|one| format!("{} {}", one.incident.code, one.incident.address))
        }
        "sector" if caller.hats.scope(Action::SectorRead).is_some() => {
            let found = read.sector_risk(&origin.id.as_str().into()).await?;
            found.map(|one| format!("行业性隐患 {}", one.risk.code))
        }
        "device" => {
            let scope = caller.hats.scope(Action::DeviceRead).unwrap_or_default();
            let found = read.device(&origin.id.as_str().into(), &scope).await?;
            found.map(|one| format!("{} {}", one.device.code, one.device.name))
        }
        "whistle" => {
            let scope = caller.hats.scope(Action::WhistleRead).unwrap_or_default();
            let found = read.whistle(&origin.id.as_str().into(), &scope).await?;
            found.map(|one| format!("吹哨单 {}", one.whistle.code))
        }
        _ if caller.hats.scope(Action::ReportRead).is_some() => {
            read.report(&origin.id.as_str().into()).await?.map(|one| one.report.title)
        }
        _ => None,
    };
    Ok(Named::new(&origin.id, title.unwrap_or_default()))
}

pub(crate) fn view(
    caller: &Caller,
    record: &FollowUpRecord,
    owners: &Owners,
    origin: Named,
    today: Date,
) -> FollowUpView {
    let item = &record.item;
    let offered = STEPS.into_iter().filter(|(step, _)| {
        // Asked with words, so that only the state and the person decide.
        let asked = taken(item.clone(), *step, caller.person.clone(), record.recorded_at, "-");
        may(caller, record, *step) && asked.is_ok()
    });
    FollowUpView {
        id: item.id.to_string(),
        text: item.text.clone(),
        owner: owners.view(&item.owner),
        due_on: item.due_on.to_string(),
        state: item.state.code().to_owned(),
        state_label: item.state.label().to_owned(),
        overdue: item.is_overdue(today),
        late: item.was_late().unwrap_or(false),
        asked_late_on: Some(record.recorded_at.date())
            .filter(|asked| item.was_asked_late(*asked))
            .map(|asked| asked.to_string()),
        origin_kind: item.origin.kind.clone(),
        origin,
        notes: item
            .notes
            .iter()
            .map(|note| FollowUpNote {
                at: note.at.to_rfc3339(),
                by: owners.person(&note.by),
                state: note.state.clone(),
                state_label: state_label(&note.state).to_owned(),
                text: note.text.clone(),
                photos: note.photos.iter().map(PhotoView::awaited).collect(),
            })
            .collect(),
        version: record.version,
        actions: offered.map(|(_, word)| word).collect(),
    }
}

/// Looks which pictures of an item are here.
// Part of a page whose right was asked already.
pub(crate) async fn show_photos(read: &mut Read, item: &mut FollowUpView) -> Result<()> {
    for note in item.notes.iter_mut().filter(|note| !note.photos.is_empty()) {
        let ids: Vec<PhotoId> = note.photos.iter().map(|photo| photo.id.as_str().into()).collect();
        note.photos = photo_views(read, &ids, &[("follow_up", &item.id)]).await?;
    }
    Ok(())
}

/// Asks posts for what a meeting or report resolved, within its write; gives the ids of the new items.
// Part of the write of the use case that asks.
pub(crate) async fn ask(
    tx: &mut Write,
    owners: &Owners,
    origin: &Origin,
    item: (FollowUpId, &str, &PostId, Date),
    now: Timestamp,
) -> Result<()> {
    let (id, text, post, due_on) = item;
    let known = owners
        .post(post)
        .filter(|post| post.active)
        .ok_or_else(|| Error::field("owner", "follow_up.owner", "没有这个岗位，请从列表中选择责任岗位"))?;
    let item = FollowUp::ask(id, origin.clone(), text, post.clone(), due_on)?;
    let record = FollowUpRecord {
        item,
        org: known.org.clone(),
        path: owners.path(known),
        version: 1,
        recorded_at: now,
    };
    tx.insert_follow_up(&record).await.map_err(Into::into)
}

/// How many items the caller's posts owe, and how many wait for him to verify.
// Part of the workbench, counted within the right that lets him deal with them.
pub(crate) async fn waiting(read: &mut Read, caller: &Caller) -> Result<(usize, usize)> {
    let mut count = async |action, state: &str, owners| -> Result<usize> {
        let Some(scope) = caller.hats.scope(action) else { return Ok(0) };
        let filter = FollowUpFilter { state: Some(state.to_owned()), owners, ..FollowUpFilter::default() };
        Ok(read.follow_ups(&scope, &filter, None, MOST).await?.len())
    };
    let mine = caller.hats.all().iter().map(|hat| hat.post.clone()).collect();
    let owed = count(Action::FollowUpDo, "open", Some(mine)).await?;
    Ok((owed, count(Action::FollowUpVerify, "done", None).await?))
}

impl App {
    /// Items the caller may see, first due first.
    pub async fn follow_ups(&self, caller: &Caller, asked: &FollowUpAsked) -> Result<FollowUpPage> {
        let scope = caller.scope(Action::FollowUpRead)?;
        let today = self.now().date();
        let owners = asked.mine.then(|| caller.hats.all().iter().map(|hat| hat.post.clone()).collect());
        let filter = FollowUpFilter {
            state: asked.state.clone(),
            owners,
            overdue_as_of: asked.overdue.then_some(today),
        };
        let after = page_after(asked.after.as_deref(), domain::time::parse_date)?;
        let mut read = self.db.read(&self.town).await?;
        let mut found = read.follow_ups(&scope, &filter, after, asked.limit + 1).await?;
        let more = found.len() as i64 > asked.limit;
        found.truncate(usize::try_from(asked.limit).unwrap_or(0));
        let next = found.last().filter(|_| more).map(|last| format!("{}~{}", last.item.due_on, last.item.id));
        let owners = Owners::read(&mut read, today).await?;
        let mut items = Vec::with_capacity(found.len());
        for record in &found {
            let origin = origin_title(&mut read, caller, &record.item.origin).await?;
            let mut item = view(caller, record, &owners, origin, today);
            show_photos(&mut read, &mut item).await?;
            items.push(item);
        }
        Ok(FollowUpPage { items, next })
    }

    /// Takes a step.
    pub async fn step_follow_up(
        &self,
        caller: &Caller,
        id: &FollowUpId,
        step: Step,
        asked: &FollowUpStepInput,
    ) -> Result<FollowUpView> {
        let scope = caller.scope(Action::FollowUpRead)?;
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let mut record = tx.follow_up(id, &scope).await?.ok_or(Error::NotFound)?;
        let (action, name) = match step {
            Step::Done => (Action::FollowUpDo, "follow_up.done"),
            Step::Verify => (Action::FollowUpVerify, "follow_up.verify"),
            Step::SendBack => (Action::FollowUpVerify, "follow_up.send_back"),
            Step::Void => (Action::FollowUpVerify, "follow_up.void"),
        };
        let hat = caller.hat(action, &subject(&record))?.clone();
        if !may(caller, &record, step) {
            return Err(Error::Forbidden {
                code: "follow_up.not_yours",
                message: "这件事由责任岗位办理，请由在任人员填报".to_owned(),
            });
        }
        let owners = Owners::read(&mut tx, now.date()).await?;
        let origin = origin_title(&mut tx, caller, &record.item.origin).await?;
        if record.version != asked.version {
            return Err(Error::stale(&view(caller, &record, &owners, origin, now.date())));
        }
        if asked.photos.len() > MOST_PHOTOS {
            let text = "一次最多附 20 张照片，请挑选后再提交";
            return Err(Error::field("photos", "follow_up.too_many_photos", text));
        }
        let photos = asked.photos.iter().map(|id| id.to_lowercase().into()).collect();
        record.item = taken(record.item, step, caller.person.clone(), now, &asked.text)?.showing(photos);
        tx.update_follow_up(&record).await?;
        record.version += 1;
        let mut audit = caller.audit_as(&hat, name, ("follow_up", id.as_str()), &record.path, now);
        audit.reason = asked.text.trim().to_owned();
        let mut answer = view(caller, &record, &owners, origin, now.date());
        show_photos(&mut tx, &mut answer).await?;
        Ok(tx.commit(audit, answer).await?)
    }
}
