//! The duty screen: what waits, who watches, what was open when he took over. What does not belong here: one incident
//! (`incident`), the stream of changes (`event`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use domain::incident::watch::Watch;
use domain::policy::{Action, Subject};
use serde::{Deserialize, Serialize};
use store::Read;
use store::incident::IncidentRecord;
use utoipa::ToSchema;

use super::view::{IncidentRow, place_names};
use crate::dispatch::drained;
use crate::dispatch::view::GapView;
use crate::names::Names;
use crate::view::Named;
use crate::{App, Caller, Result};

/// A turn at the duty screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WatchView {
    pub by: Named,
    pub from: String,
    pub taken_from: Option<Named>,
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
    /// Who watches; nobody when none ever began.
    pub watch: Option<WatchView>,
    /// Whether it is the caller.
    pub watching: bool,
    pub gaps: Vec<GapView>,
    pub may_open: bool,
    pub may_watch: bool,
    /// Number of the last change this picture holds: a stream resumed after it misses nothing.
    pub up_to: i64,
    pub now: String,
}

/// The watch is taken over.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct WatchInput {
    /// What the other told him.
    pub note: String,
}

async fn watch_view(read: &mut Read, watch: &Watch, names: &Names) -> Result<WatchView> {
    let whole = Caller::system().scope(Action::IncidentRead)?;
    let mut open = Vec::new();
    for id in &watch.open {
        if let Some(record) = read.incident(id, &whole).await? {
            open.push(Named::new(id.as_str(), record.incident.code));
        }
    }
    let person = |id: &domain::ids::PersonId| Named::new(id.as_str(), names.person(id));
    Ok(WatchView {
        by: person(&watch.by),
        from: watch.from.to_rfc3339(),
        taken_from: watch.taken_from.as_ref().map(person),
        open,
        note: watch.note.clone(),
    })
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
        let last = read.watches(1).await?.into_iter().next();
        let watch = match &last {
            Some(watch) => Some(watch_view(&mut read, watch, &names).await?),
            None => None,
        };
        // Stations of every village: for who watches over the town.
        let may_watch = caller.hats.hat(Action::IncidentCommand, &Subject::town()).is_some();
        Ok(DutyScreen {
            items: found.iter().map(|one| IncidentRow::of(one, &names, &places)).collect(),
            silent,
            watching: last.is_some_and(|watch| watch.by == caller.person),
            watch,
            gaps: if may_watch { drained(&mut read, now).await? } else { Vec::new() },
            may_open: caller.hats.scope(Action::IncidentOpen).is_some(),
            may_watch,
            up_to,
            now: now.to_rfc3339(),
        })
    }

    /// Takes the watch over, with everything that is open now.
    ///
    /// Errors: he watches already.
    pub async fn take_watch(&self, caller: &Caller, asked: WatchInput) -> Result<WatchView> {
        let now = self.now();
        let hat = caller.hat(Action::IncidentCommand, &Subject::town())?;
        let scope = caller.scope(Action::IncidentRead)?;
        let mut tx = self.write(caller).await?;
        let before = tx.watches(1).await?.into_iter().next();
        let open = tx.live_incidents(&scope).await?.into_iter().map(|one| one.incident.id).collect();
        let id = self.new_id();
        let watch =
            Watch::take_over(id.clone(), before.as_ref(), caller.person.clone(), open, &asked.note, now)?;
        tx.insert_watch(&watch).await?;
        let names = Names::read(&mut tx).await?;
        let view = watch_view(&mut tx, &watch, &names).await?;
        let audit = caller.audit_as(hat, "incident_watch.take", ("incident_watch", &id), "", now);
        Ok(tx.commit(audit, view).await?)
    }
}

/// What nobody has heard or verified yet, within the caller's ground.
// Part of the workbench, counted within the right that lets him deal with it.
pub(crate) async fn waiting(read: &mut Read, caller: &Caller) -> Result<i64> {
    let Some(scope) = caller.hats.scope(Action::IncidentVerify) else { return Ok(0) };
    let live = read.live_incidents(&scope).await?;
    Ok(live.iter().filter(|one| one.incident.stage.is_unverified()).count() as i64)
}
