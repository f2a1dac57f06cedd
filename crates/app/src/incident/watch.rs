//! The duty screen: what waits, who watches, to whom he hands over, what was open at each change. What does not belong here:
//! one incident (`incident`), whom nobody's silence reaches next (`unheard`), the stream of changes (`event`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use std::collections::BTreeSet;

use domain::ids::{IncidentId, PersonId};
use domain::incident::watch::Watch;
use domain::org::Assignment;
use domain::policy::{Action, Hats, Subject};
use domain::time::Date;
use serde::{Deserialize, Serialize};
use store::incident::IncidentRecord;
use store::{Read, Write};
use utoipa::ToSchema;

use super::view::{IncidentRow, place_names};
use crate::dispatch::drained;
use crate::dispatch::view::GapView;
use crate::message::News;
use crate::names::Names;
use crate::view::{Named, Word};
use crate::{App, Caller, Error, Result};

/// Steps of the watch that are shown.
const SHOWN: i64 = 100;

/// A step of the watch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WatchView {
    pub id: String,
    /// `taken`, `offered` or `given_back`.
    pub step: Word,
    /// Who watches; after it was given back, who did.
    pub by: Named,
    /// When the step was taken.
    pub from: String,
    /// Since when he watches.
    pub since: String,
    pub taken_from: Option<Named>,
    /// Who is asked to take over, and has not confirmed.
    pub to: Option<Named>,
    /// Numbers of what was open then.
    pub open: Vec<Named>,
    pub note: String,
}

/// The duty screen.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DutyScreen {
    /// What waits: what nobody has heard first, then what nobody has verified, then what burns; the newest first.
    pub items: Vec<IncidentRow>,
    /// Orders that nobody answered in time, by incident.
    pub silent: std::collections::BTreeMap<String, usize>,
    /// Who watches; nobody when it was given back, or whoever took it holds no post for it any more.
    pub watch: Option<WatchView>,
    /// Whether it is the caller.
    pub watching: bool,
    /// Whether he is asked to take over.
    pub offered: bool,
    pub gaps: Vec<GapView>,
    pub may_open: bool,
    pub may_watch: bool,
    /// Number of the last change this picture holds: a stream resumed after it misses nothing.
    pub up_to: i64,
    pub now: String,
}

/// Every change of the watch, and who may take it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WatchList {
    /// The newest first.
    pub items: Vec<WatchView>,
    /// Who may watch today, the caller left out.
    pub people: Vec<Named>,
}

/// The watch is taken over.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct WatchInput {
    /// What the other told him; what the other wrote down when left out.
    pub note: String,
}

/// The watch is handed over or given back.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct WatchEnd {
    /// Who is to take over; nobody when it is given back.
    pub to: Option<String>,
    /// What he should know.
    pub note: String,
}

async fn watch_view(read: &mut Read, watch: &Watch, names: &Names) -> Result<WatchView> {
    let whole = Caller::system().scope(Action::IncidentRead)?;
    let mut open = Vec::new();
    for id in &watch.open {
        if let Some(record) = read.incident(id, &whole).await? {
            let i = &record.incident;
            open.push(Named::new(id.as_str(), format!("{} {}", i.code, i.address).trim()));
        }
    }
    let person = |id: &PersonId| Named::new(id.as_str(), names.person(id));
    Ok(WatchView {
        id: watch.id.clone(),
        step: Word::new(watch.step.code(), watch.step.label()),
        by: person(&watch.by),
        from: watch.from.to_rfc3339(),
        since: watch.begun().to_rfc3339(),
        taken_from: watch.taken_from.as_ref().map(person),
        to: watch.to.as_ref().map(person),
        open,
        note: watch.note.clone(),
    })
}

/// Whether somebody holds a post that day by which he may watch over the town.
fn may_watch(held: &[Assignment], person: &PersonId, today: Date) -> bool {
    let own = held.iter().filter(|one| one.person == *person).cloned();
    Hats::on(own, today).hat(Action::IncidentCommand, &Subject::town()).is_some()
}

/// The watch as far as it stands: not given back, and held by somebody whose post still lets him.
// Part of whatever asks who watches; what is read here is nobody's secret from who is told.
pub(crate) async fn standing(read: &mut Read, held: &[Assignment], today: Date) -> Result<Option<Watch>> {
    let last = read.watches(1).await?.into_iter().next();
    Ok(last.filter(|watch| watch.watcher().is_some_and(|by| may_watch(held, by, today))))
}

async fn assignments(read: &mut Read) -> Result<Vec<Assignment>> {
    Ok(read.assignments().await?.into_iter().map(|one| one.assignment).collect())
}

/// What comes first on the screen.
fn urgency(record: &IncidentRecord) -> u8 {
    let i = &record.incident;
    match (&i.acknowledged, i.stage.is_unverified()) {
        (None, _) => 0,
        (_, true) => 1,
        _ if i.awaits_119() => 1,
        _ if i.stage != domain::incident::Stage::HandedOver => 2,
        _ => 3,
    }
}

impl App {
    /// The duty screen of the caller's ground.
    pub async fn duty_screen(&self, caller: &Caller) -> Result<DutyScreen> {
        let now = self.now();
        let scope = caller.scope(Action::IncidentRead)?;
        let mut read = self.db.read(&self.town).await?;
        let up_to = read.audit_head().await?.0;
        let names = Names::read(&mut read).await?;
        let mut found = read.live_incidents(&scope).await?;
        found.sort_by_key(|one| (urgency(one), std::cmp::Reverse(one.alarm_at())));
        let places = place_names(&mut read, &found).await?;
        let within_s = crate::dispatch::answer_within_s(&mut read, now).await?;
        let mut silent = std::collections::BTreeMap::new();
        for order in read.open_dispatches().await? {
            let is_shown = found.iter().any(|one| one.incident.id == order.dispatch.incident);
            if is_shown && order.dispatch.is_silent(now, within_s) {
                *silent.entry(order.dispatch.incident.to_string()).or_insert(0) += 1;
            }
        }
        let held = assignments(&mut read).await?;
        let last = standing(&mut read, &held, now.date()).await?;
        let watch = match &last {
            Some(watch) => Some(watch_view(&mut read, watch, &names).await?),
            None => None,
        };
        // Stations of every village: for who watches over the town.
        let may_watch = caller.hats.hat(Action::IncidentCommand, &Subject::town()).is_some();
        Ok(DutyScreen {
            items: found.iter().map(|one| IncidentRow::of(one, &names, &places)).collect(),
            silent,
            watching: last.as_ref().is_some_and(|watch| watch.by == caller.person),
            offered: last.is_some_and(|watch| watch.to.as_ref() == Some(&caller.person)),
            watch,
            gaps: if may_watch { drained(&mut read, now).await? } else { Vec::new() },
            may_open: caller.hats.scope(Action::IncidentOpen).is_some(),
            may_watch,
            up_to,
            now: now.to_rfc3339(),
        })
    }

    /// Every change of the watch, the newest first, and who may take it today.
    pub async fn watches(&self, caller: &Caller) -> Result<WatchList> {
        caller.hat(Action::IncidentCommand, &Subject::town())?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let mut items = Vec::new();
        for watch in read.watches(SHOWN).await? {
            items.push(watch_view(&mut read, &watch, &names).await?);
        }
        let held = assignments(&mut read).await?;
        let people: BTreeSet<&PersonId> =
            held.iter().filter(|one| one.is_valid_on(today)).map(|one| &one.person).collect();
        let people = people.into_iter().filter(|one| **one != caller.person && may_watch(&held, one, today));
        Ok(WatchList {
            items,
            people: people.map(|one| Named::new(one.as_str(), names.person(one))).collect(),
        })
    }

    /// Takes the watch over, with everything that is open now. Whoever was asked to take over confirms by this.
    ///
    /// Errors: he watches already.
    pub async fn take_watch(&self, caller: &Caller, asked: WatchInput) -> Result<WatchView> {
        let now = self.now();
        let hat = caller.hat(Action::IncidentCommand, &Subject::town())?;
        let mut tx = self.write(caller).await?;
        let held = assignments(&mut tx).await?;
        let before = standing(&mut tx, &held, now.date()).await?;
        let open = open_now(caller, &mut tx).await?;
        let id = self.new_id();
        let watch =
            Watch::take_over(id.clone(), before.as_ref(), caller.person.clone(), open, &asked.note, now)?;
        tx.insert_watch(&watch).await?;
        if let Some(before) = before {
            self.settle(&mut tx, ("incident_watch", &before.id), &caller.person).await?;
        }
        let names = Names::read(&mut tx).await?;
        let view = watch_view(&mut tx, &watch, &names).await?;
        let audit = caller.audit_as(hat, "incident_watch.take", ("incident_watch", &id), "", now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Asks somebody to take the watch over, or gives it back. Who is asked is told; until he confirms, he who asked watches.
    ///
    /// Errors: the caller does not watch; who is asked may not watch.
    pub async fn end_watch(&self, caller: &Caller, asked: WatchEnd) -> Result<WatchView> {
        let now = self.now();
        let hat = caller.hat(Action::IncidentCommand, &Subject::town())?;
        let mut tx = self.write(caller).await?;
        let held = assignments(&mut tx).await?;
        let nobody = domain::incident::IncidentRefusal::NotOnWatch;
        let before = standing(&mut tx, &held, now.date()).await?.ok_or(nobody)?;
        let open = open_now(caller, &mut tx).await?;
        let id = self.new_id();
        let to = asked.to.as_deref().and_then(super::given).map(PersonId::from);
        let names = Names::read(&mut tx).await?;
        let watch = match to {
            None => before.give_back(id.clone(), &caller.person, open, &asked.note, now)?,
            Some(to) => {
                let who =
                    || Error::field("to", "incident_watch.person", "这个人今天没有值守岗位，请从列表中选择");
                if !may_watch(&held, &to, now.date()) {
                    return Err(who());
                }
                before.offer(id.clone(), (&caller.person, to), open, &asked.note, now)?
            }
        };
        tx.insert_watch(&watch).await?;
        self.settle(&mut tx, ("incident_watch", &before.id), &caller.person).await?;
        if let Some(to) = watch.to.clone() {
            let text = format!("{}请您接班值守，请打开值守屏确认", names.person(&caller.person));
            let news = News {
                about: ("incident_watch", &id),
                tag: "offer",
                urgency: domain::message::Urgency::Order,
                text: &text,
            };
            self.notify(&mut tx, [to], &news).await?;
        }
        let view = watch_view(&mut tx, &watch, &names).await?;
        let name = if watch.to.is_some() { "incident_watch.offer" } else { "incident_watch.give_back" };
        let audit = caller.audit_as(hat, name, ("incident_watch", &id), "", now);
        Ok(tx.commit(audit, view).await?)
    }
}

/// What is open over the whole town: whoever watches answers for it.
async fn open_now(caller: &Caller, tx: &mut Write) -> Result<Vec<IncidentId>> {
    let scope = caller.scope(Action::IncidentRead)?;
    Ok(tx.live_incidents(&scope).await?.into_iter().map(|one| one.incident.id).collect())
}

/// What nobody has heard or verified yet, within the caller's ground.
// Part of the workbench, counted within the right that lets him deal with it.
pub(crate) async fn waiting(read: &mut Read, caller: &Caller) -> Result<i64> {
    let Some(scope) = caller.hats.scope(Action::IncidentVerify) else { return Ok(0) };
    let live = read.live_incidents(&scope).await?;
    Ok(live.iter().filter(|one| one.incident.stage.is_unverified()).count() as i64)
}
