//! Meetings: called, held, written down, with what they resolved handed to posts as follow-up items in the same write.
//! What does not belong here: the items' own life (`follow_up`).

mod correct;

use std::collections::{BTreeMap, BTreeSet};

use domain::follow_up::Origin;
use domain::ids::{FollowUpId, MeetingId, OrgId, PersonId, PostId};
use domain::meeting::{COMMITTEE, Meeting, MeetingRefusal, OTHER, Resolution, State};
use domain::policy::{Action, Subject};
use domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};
pub use store::meeting::MeetingFilter;
use store::meeting::MeetingRecord;
use store::{Read, Write};
use utoipa::ToSchema;

use crate::follow_up::{FollowUpView, ask, show_photos, view as follow_up_view};
use crate::plan::{kinds_of, plan_in_force};
use crate::post::owner::{OwnerView, Owners};
use crate::view::{Named, Word, instant_of_page, page_after, read_day};
use crate::{App, Caller, Error, Result};

pub use correct::{MeetingCorrection, MeetingEdition};

/// A meeting in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MeetingRow {
    /// Id.
    pub id: String,
    /// Kind.
    pub kind: Word,
    /// Title.
    pub title: String,
    /// Who calls it.
    pub org: Named,
    /// When it is to begin.
    pub planned_at: String,
    /// Where.
    pub venue: String,
    /// The day it was held.
    pub held_on: Option<String>,
    /// `planned`, `held`, `minuted`, `cancelled` or `voided`.
    pub state: String,
    /// In Chinese.
    pub state_label: String,
    /// How many resolutions.
    pub resolutions: usize,
    /// The day it was put down here, where that is after the day it was called for.
    pub recorded_late_on: Option<String>,
}

/// A page of meetings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MeetingPage {
    /// Rows.
    pub items: Vec<MeetingRow>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// What was resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ResolutionView {
    /// What was resolved.
    pub text: String,
    /// The item it became.
    pub follow_up: Option<FollowUpView>,
    /// Who put it down after the minutes.
    pub added: Option<AddedView>,
}

/// What was put down after the minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AddedView {
    /// When.
    pub at: String,
    /// Who.
    pub by: Named,
    /// Why only then.
    pub reason: String,
}

/// 会议 as its page sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MeetingView {
    /// As in a list.
    #[serde(flatten)]
    pub row: MeetingRow,
    /// What it is about.
    pub agenda: Vec<String>,
    /// Posts that are expected, with who holds them today.
    pub expected: Vec<OwnerView>,
    /// Who came.
    pub present: Vec<Named>,
    /// Expected posts of which nobody came.
    pub absent: Vec<OwnerView>,
    /// 纪要.
    pub minutes: String,
    /// When the minutes were handed in.
    pub minuted_at: Option<String>,
    /// 议定事项.
    pub resolutions_list: Vec<ResolutionView>,
    /// Why it was cancelled.
    pub cancelled: Option<String>,
    /// Why it was taken back after it was put down as held.
    pub voided: Option<String>,
    /// What stood there before each correction, oldest first.
    pub editions: Vec<MeetingEdition>,
    /// Version.
    pub version: i64,
    /// What the caller may do: `change`, `hold`, `minute`, `resolve`, `cancel`, `correct`, `void`.
    pub actions: Vec<&'static str>,
}

/// What a form needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MeetingOptions {
    /// Kinds the plan asks for, and any other.
    pub kinds: Vec<Word>,
    /// Organisations the caller may call meetings for.
    pub orgs: Vec<Named>,
    /// Posts that may be expected and may owe what is resolved.
    pub posts: Vec<OwnerView>,
}

/// A meeting to plan or change.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct MeetingInput {
    /// Kind.
    pub kind: String,
    /// Title.
    pub title: String,
    /// Who calls it.
    pub org: String,
    /// When, RFC 3339.
    pub planned_at: String,
    /// Where.
    #[serde(default)]
    pub venue: String,
    /// What it is about.
    pub agenda: Vec<String>,
    /// Posts that are expected.
    #[serde(default)]
    pub expected: Vec<String>,
    /// The version that was read; none for a new one.
    pub version: Option<i64>,
}

/// It was held.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct MeetingHeld {
    /// The day.
    pub on: String,
    /// Who came.
    pub present: Vec<String>,
    /// The version that was read.
    pub version: i64,
}

/// What was resolved, as asked for.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ResolutionInput {
    /// What was resolved.
    pub text: String,
    /// The post that owes it; none for what nobody has to do anything about.
    pub owner: Option<String>,
    /// By when.
    pub due_on: Option<String>,
}

/// It is written down.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct MeetingMinutes {
    /// 纪要.
    pub minutes: String,
    /// 议定事项.
    #[serde(default)]
    pub resolutions: Vec<ResolutionInput>,
    /// The version that was read.
    pub version: i64,
}

/// What was resolved and stands in no minutes.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct MeetingAdded {
    /// 议定事项.
    pub resolutions: Vec<ResolutionInput>,
    /// Why only now.
    #[serde(default)]
    pub reason: String,
    /// The version that was read.
    pub version: i64,
}

/// It will not be held, or it was not.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct MeetingCancel {
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// The version that was read.
    pub version: i64,
}

/// Which meetings are asked for.
#[derive(Debug, Clone, Default)]
pub struct MeetingAsked {
    /// Which.
    pub filter: MeetingFilter,
    /// Where the page begins.
    pub after: Option<String>,
    /// At most so many.
    pub limit: i64,
}

fn word(kinds: &BTreeMap<String, String>, kind: &str) -> Word {
    let own = if kind == COMMITTEE { "消防安全委员会会议" } else { "其他会议" };
    Word::new(kind, kinds.get(kind).map_or(own, String::as_str))
}

/// Kinds there are under every plan.
fn is_own(kind: &str) -> bool {
    [COMMITTEE, OTHER].contains(&kind)
}

fn subject(record: &MeetingRecord) -> Subject {
    Subject::of(&record.path, Some(&record.meeting.org))
}

fn row(record: &MeetingRecord, owners: &Owners, kinds: &BTreeMap<String, String>) -> MeetingRow {
    let m = &record.meeting;
    MeetingRow {
        id: m.id.to_string(),
        kind: word(kinds, &m.kind),
        title: m.title.clone(),
        org: owners.org(m.org.as_str()),
        planned_at: m.planned_at.to_rfc3339(),
        venue: m.venue.clone(),
        held_on: m.state.held_on().map(|day| day.to_string()),
        state: m.state.code().to_owned(),
        state_label: m.state.label().to_owned(),
        resolutions: m.resolutions.len(),
        recorded_late_on: Some(record.recorded_at.date())
            .filter(|on| *on > m.planned_at.date())
            .map(|on| on.to_string()),
    }
}

fn actions(caller: &Caller, record: &MeetingRecord) -> Vec<&'static str> {
    if caller.hats.hat(Action::MeetingKeep, &subject(record)).is_none() {
        return Vec::new();
    }
    match record.meeting.state {
        State::Planned => vec!["change", "hold", "cancel"],
        State::Held { .. } => vec!["minute", "correct", "void"],
        State::Minuted { .. } => vec!["resolve", "correct", "void"],
        State::Cancelled { .. } | State::Voided { .. } => Vec::new(),
    }
}

async fn page(
    read: &mut Read,
    caller: &Caller,
    record: &MeetingRecord,
    owners: &Owners,
    today: Date,
) -> Result<MeetingView> {
    let (plan, _) = plan_in_force(read, today).await?;
    let m = &record.meeting;
    let origin = Origin { kind: "meeting".to_owned(), id: m.id.to_string() };
    let items = read.follow_ups_of(&origin).await?;
    let title = Named::new(m.id.as_str(), &m.title);
    let resolved = |one: &Resolution| ResolutionView {
        text: one.text.clone(),
        follow_up: items
            .iter()
            .find(|item| Some(&item.item.id) == one.follow_up.as_ref())
            .map(|item| follow_up_view(caller, item, owners, title.clone(), today)),
        added: one.added.as_ref().map(|added| AddedView {
            at: added.at.to_rfc3339(),
            by: owners.person(&added.by),
            reason: added.reason.clone(),
        }),
    };
    let mut resolutions_list: Vec<ResolutionView> = m.resolutions.iter().map(resolved).collect();
    for item in resolutions_list.iter_mut().filter_map(|one| one.follow_up.as_mut()) {
        show_photos(read, item).await?;
    }
    let expected: Vec<OwnerView> = m.expected.iter().map(|post| owners.view(post)).collect();
    let came = |owner: &OwnerView| {
        owner.holders.iter().any(|one| m.present.contains(&PersonId::from(one.id.as_str())))
    };
    Ok(MeetingView {
        row: row(record, owners, &kinds_of(&plan, "meeting:")),
        agenda: m.agenda.clone(),
        absent: match m.state.held_on() {
            Some(_) => expected.iter().filter(|owner| !came(owner)).cloned().collect(),
            None => Vec::new(),
        },
        expected,
        present: m.present.iter().map(|person| owners.person(person)).collect(),
        minutes: m.minutes.clone(),
        minuted_at: record.minuted_at.map(Timestamp::to_rfc3339),
        resolutions_list,
        cancelled: match &m.state {
            State::Cancelled { reason } => Some(reason.clone()),
            _ => None,
        },
        voided: match &m.state {
            State::Voided { reason, .. } => Some(reason.clone()),
            _ => None,
        },
        editions: correct::editions(&m.editions, owners),
        version: record.version,
        actions: actions(caller, record),
    })
}

fn cleaned(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
}

impl App {
    /// Meetings the caller may see, newest first.
    pub async fn meetings(&self, caller: &Caller, asked: &MeetingAsked) -> Result<MeetingPage> {
        let scope = caller.scope(Action::MeetingRead)?;
        let today = self.now().date();
        let before = page_after(asked.after.as_deref(), instant_of_page)?;
        let mut read = self.db.read(&self.town).await?;
        let mut found = read.meetings(&scope, &asked.filter, before, asked.limit + 1).await?;
        let more = found.len() as i64 > asked.limit;
        found.truncate(usize::try_from(asked.limit).unwrap_or(0));
        let last = found.last().filter(|_| more);
        let next = last.map(|last| format!("{}~{}", last.meeting.planned_at.0, last.meeting.id));
        let owners = Owners::read(&mut read, today).await?;
        let (plan, _) = plan_in_force(&mut read, today).await?;
        let kinds = kinds_of(&plan, "meeting:");
        Ok(MeetingPage { items: found.iter().map(|one| row(one, &owners, &kinds)).collect(), next })
    }

    /// One meeting.
    pub async fn meeting(&self, caller: &Caller, id: &MeetingId) -> Result<MeetingView> {
        let scope = caller.scope(Action::MeetingRead)?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let record = read.meeting(id, &scope).await?.ok_or(Error::NotFound)?;
        let owners = Owners::read(&mut read, today).await?;
        page(&mut read, caller, &record, &owners, today).await
    }

    /// What a form needs.
    pub async fn meeting_options(&self, caller: &Caller) -> Result<MeetingOptions> {
        let scope = caller.scope(Action::MeetingKeep)?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let (plan, _) = plan_in_force(&mut read, today).await?;
        let owners = Owners::read(&mut read, today).await?;
        let paths: BTreeMap<_, _> =
            read.territories().await?.into_iter().map(|t| (t.territory.code, t.territory.path)).collect();
        let mine = read.orgs().await?.into_iter().map(|one| one.org).filter(|org| {
            let path = paths.get(&org.territory).map_or("", String::as_str);
            org.active && scope.admits(&Subject::of(path, Some(&org.id)))
        });
        let kinds = kinds_of(&plan, "meeting:");
        let mut words: Vec<Word> = kinds.iter().map(|(kind, label)| Word::new(kind, label)).collect();
        words.extend(
            [COMMITTEE, OTHER]
                .iter()
                .filter(|kind| !kinds.contains_key(**kind))
                .map(|kind| word(&kinds, kind)),
        );
        Ok(MeetingOptions {
            kinds: words,
            orgs: mine.map(|org| Named::new(org.id.as_str(), org.name)).collect(),
            posts: owners.all(),
        })
    }

    /// Plans a meeting, or changes one that was not held yet.
    pub async fn plan_meeting(
        &self,
        caller: &Caller,
        id: Option<&MeetingId>,
        asked: MeetingInput,
    ) -> Result<MeetingView> {
        let now = self.now();
        let today = now.date();
        let mut tx = self.write(caller).await?;
        let owners = Owners::read(&mut tx, today).await?;
        let org = OrgId::from(asked.org.as_str());
        let known = tx.org(&org).await?.filter(|one| one.org.active);
        let known =
            known.ok_or_else(|| Error::field("org", "meeting.org", "没有这个机构，请从列表中选择"))?;
        let path =
            tx.territory(&known.org.territory).await?.map(|one| one.territory.path).unwrap_or_default();
        let hat = caller.hat(Action::MeetingKeep, &Subject::of(&path, Some(&org)))?.clone();
        let (plan, _) = plan_in_force(&mut tx, today).await?;
        if !is_own(&asked.kind) && !kinds_of(&plan, "meeting:").contains_key(&asked.kind) {
            return Err(Error::field("kind", "meeting.kind", "请选择会议类型"));
        }
        let planned_at = Timestamp::parse(asked.planned_at.trim())
            .ok_or_else(|| Error::field("planned_at", "instant.invalid", "请选择会议日期和时间"))?;
        let expected: BTreeSet<PostId> = asked.expected.iter().map(|id| PostId::from(id.as_str())).collect();
        if expected.iter().any(|post| owners.post(post).is_none()) {
            return Err(Error::field("expected", "meeting.expected", "参会岗位不存在，请从列表中选择"));
        }
        let fresh = Meeting {
            id: id.cloned().unwrap_or_else(|| MeetingId::from(self.new_id())),
            kind: asked.kind,
            title: asked.title.trim().to_owned(),
            org,
            planned_at,
            venue: asked.venue.trim().to_owned(),
            agenda: cleaned(&asked.agenda),
            expected,
            present: BTreeSet::new(),
            minutes: String::new(),
            resolutions: Vec::new(),
            state: State::Planned,
            editions: Vec::new(),
        }
        .plan()?;
        let mut record = MeetingRecord {
            meeting: fresh,
            path,
            minuted_at: None,
            recorded_by: caller.name.clone(),
            version: 1,
            recorded_at: now,
        };
        match id {
            None => tx.insert_meeting(&record).await?,
            Some(id) => {
                let before = self.kept(caller, &mut tx, id, &owners, asked.version.unwrap_or(0)).await?;
                if before.meeting.state != State::Planned {
                    return Err(MeetingRefusal::WrongState(before.meeting.state.label()).into());
                }
                record = MeetingRecord { meeting: record.meeting, path: record.path, ..before };
                tx.update_meeting(&record).await?;
                record.version += 1;
            }
        }
        let view = page(&mut tx, caller, &record, &owners, today).await?;
        let action = if id.is_some() { "meeting.change" } else { "meeting.plan" };
        let audit = caller.audit_as(&hat, action, ("meeting", record.meeting.id.as_str()), &record.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// The meeting as the caller may keep it, if he saw its newest version.
    async fn kept(
        &self,
        caller: &Caller,
        read: &mut Read,
        id: &MeetingId,
        owners: &Owners,
        version: i64,
    ) -> Result<MeetingRecord> {
        let scope = caller.scope(Action::MeetingRead)?;
        let record = read.meeting(id, &scope).await?.ok_or(Error::NotFound)?;
        caller.hat(Action::MeetingKeep, &subject(&record))?;
        if record.version != version {
            return Err(Error::stale(&page(read, caller, &record, owners, self.now().date()).await?));
        }
        Ok(record)
    }

    /// It was held.
    pub async fn hold_meeting(
        &self,
        caller: &Caller,
        id: &MeetingId,
        asked: MeetingHeld,
    ) -> Result<MeetingView> {
        let now = self.now();
        let on = read_day("on", &asked.on)?;
        let mut tx = self.write(caller).await?;
        let owners = Owners::read(&mut tx, now.date()).await?;
        let mut record = self.kept(caller, &mut tx, id, &owners, asked.version).await?;
        let present: BTreeSet<PersonId> =
            asked.present.iter().map(|id| PersonId::from(id.as_str())).collect();
        if present.iter().any(|person| !owners.knows(person)) {
            return Err(Error::field("present", "meeting.present", "到会人员不在人员库中，请从列表中选择"));
        }
        record.meeting = record.meeting.hold(on, present, now.date())?;
        tx.update_meeting(&record).await?;
        record.version += 1;
        let view = page(&mut tx, caller, &record, &owners, now.date()).await?;
        let hat = caller.hat(Action::MeetingKeep, &subject(&record))?;
        let mut audit = caller.audit_as(hat, "meeting.hold", ("meeting", id.as_str()), &record.path, now);
        audit.happened_at = Timestamp::start_of(on);
        Ok(tx.commit(audit, view).await?)
    }

    /// It is written down; what it resolved is asked of the posts in the same write.
    pub async fn minute_meeting(
        &self,
        caller: &Caller,
        id: &MeetingId,
        asked: MeetingMinutes,
    ) -> Result<MeetingView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let owners = Owners::read(&mut tx, now.date()).await?;
        let mut record = self.kept(caller, &mut tx, id, &owners, asked.version).await?;
        let resolutions = self.resolved(&mut tx, &owners, &record.meeting, &asked.resolutions).await?;
        record.meeting = record.meeting.minute(asked.minutes.trim().to_owned(), resolutions)?;
        record.minuted_at = Some(now);
        tx.update_meeting(&record).await?;
        record.version += 1;
        let view = page(&mut tx, caller, &record, &owners, now.date()).await?;
        let hat = caller.hat(Action::MeetingKeep, &subject(&record))?;
        let audit = caller.audit_as(hat, "meeting.minute", ("meeting", id.as_str()), &record.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// What the minutes left out is put down; posts are asked for it in the same write.
    ///
    /// Errors: there are no minutes; nothing is added; no reason; owed before the meeting; somebody was quicker.
    pub async fn add_resolutions(
        &self,
        caller: &Caller,
        id: &MeetingId,
        asked: MeetingAdded,
    ) -> Result<MeetingView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let owners = Owners::read(&mut tx, now.date()).await?;
        let mut record = self.kept(caller, &mut tx, id, &owners, asked.version).await?;
        let more = self.resolved(&mut tx, &owners, &record.meeting, &asked.resolutions).await?;
        record.meeting = record.meeting.add(more, &asked.reason, (caller.person.clone(), now))?;
        tx.update_meeting(&record).await?;
        record.version += 1;
        let view = page(&mut tx, caller, &record, &owners, now.date()).await?;
        let hat = caller.hat(Action::MeetingKeep, &subject(&record))?;
        let mut audit = caller.audit_as(hat, "meeting.resolve", ("meeting", id.as_str()), &record.path, now);
        audit.reason = asked.reason.trim().to_owned();
        Ok(tx.commit(audit, view).await?)
    }

    /// What was resolved, as it is kept; whoever owes some of it is asked.
    async fn resolved(
        &self,
        tx: &mut Write,
        owners: &Owners,
        meeting: &Meeting,
        asked: &[ResolutionInput],
    ) -> Result<Vec<Resolution>> {
        let origin = Origin { kind: "meeting".to_owned(), id: meeting.id.to_string() };
        let mut out = Vec::new();
        for one in asked.iter().filter(|one| !one.text.trim().is_empty()) {
            let owner = one.owner.as_deref().filter(|post| !post.is_empty());
            let follow_up = match owner {
                None => None,
                Some(post) => {
                    let due_on = read_day("due_on", one.due_on.as_deref().unwrap_or_default())?;
                    meeting.owes_by(&one.text, due_on)?;
                    let item = FollowUpId::from(self.new_id());
                    ask(tx, owners, &origin, (item.clone(), &one.text, &post.into(), due_on), self.now())
                        .await?;
                    Some(item)
                }
            };
            out.push(Resolution { text: one.text.trim().to_owned(), follow_up, added: None });
        }
        Ok(out)
    }

    /// It will not be held.
    pub async fn cancel_meeting(
        &self,
        caller: &Caller,
        id: &MeetingId,
        asked: MeetingCancel,
    ) -> Result<MeetingView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let owners = Owners::read(&mut tx, now.date()).await?;
        let mut record = self.kept(caller, &mut tx, id, &owners, asked.version).await?;
        record.meeting = record.meeting.cancel(&asked.reason)?;
        tx.update_meeting(&record).await?;
        record.version += 1;
        let view = page(&mut tx, caller, &record, &owners, now.date()).await?;
        let hat = caller.hat(Action::MeetingKeep, &subject(&record))?;
        let mut audit = caller.audit_as(hat, "meeting.cancel", ("meeting", id.as_str()), &record.path, now);
        audit.reason = asked.reason.trim().to_owned();
        Ok(tx.commit(audit, view).await?)
    }
}
