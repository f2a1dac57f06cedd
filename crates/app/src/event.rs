//! What changed, as it happens: the audit entries since a number, limited to what somebody may see. A bell rings after
//! every commit of this process; the record itself is looked at again now and then, so that commits of other nodes come
//! through as well. However many listen, the record is read once for all of them: the last changes are kept at hand with
//! where each stands, and each listener is told what his rights admit. What does not belong here: the stream (`api`).

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::policy::{Action, Scope, Subject};
use store::Read;
use store::audit::Entry;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::{App, Caller, Result};

/// How often the record is looked at although no bell rang: another node may have written.
const LOOK_EVERY: Duration = Duration::from_secs(3);
/// So many entries at a time.
const PAGE: i64 = 500;
/// So many changes are kept at hand. Who is further behind is told from the record.
pub const AT_HAND: usize = 512;

/// Rings after every commit of this process.
#[derive(Debug, Clone)]
pub struct Bell(Arc<watch::Sender<u64>>);

impl Default for Bell {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }
}

impl Bell {
    /// Tells everybody who waits.
    pub fn ring(&self) {
        self.0.send_modify(|n| *n = n.wrapping_add(1));
    }

    /// Whoever holds this hears every later ring.
    pub fn listen(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }

    /// How often it rang.
    fn rung(&self) -> u64 {
        *self.0.borrow()
    }
}

/// Whom a change concerns.
#[derive(Debug, Clone)]
enum Whose {
    /// Who did it alone.
    Own,
    /// Whoever may do this to some row: a row of the town as a whole.
    Everybodys(Action),
    /// Whoever may do this to one of these.
    Of(Action, Arc<Vec<Subject>>),
}

/// A change that is kept at hand.
#[derive(Debug)]
struct Told {
    change: Change,
    actor: String,
    whose: Whose,
}

/// The last changes, read once after a commit for all who listen.
#[derive(Debug, Default)]
pub struct Recent {
    ring: Mutex<Ring>,
    /// Held by who reads the record; the others wait for what he finds.
    reader: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Ring {
    told: VecDeque<Told>,
    /// Everything after the first number up to the second is here; none before the first look.
    known: Option<(i64, i64)>,
    /// How often the bell had rung at the last look.
    rung: u64,
    looked_at: Option<Instant>,
    looks: u64,
}

impl Recent {
    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often the record was read for those who listen.
    pub fn looks(&self) -> u64 {
        self.ring().looks
    }

    /// Up to where it is known, unless there may be more on record by now.
    fn is_fresh(&self, rung: u64) -> bool {
        let ring = self.ring();
        ring.known.is_some()
            && ring.rung == rung
            && ring.looked_at.is_some_and(|at| at.elapsed() < LOOK_EVERY)
    }

    fn add(&self, told: Vec<Told>) {
        let mut ring = self.ring();
        for one in told {
            if let Some(known) = &mut ring.known {
                known.1 = one.change.seq;
            }
            ring.told.push_back(one);
        }
        while ring.told.len() > AT_HAND {
            let gone = ring.told.pop_front();
            if let (Some(gone), Some(known)) = (gone, &mut ring.known) {
                known.0 = gone.change.seq;
            }
        }
    }

    /// What a caller may see after a number; none when not everything after it is at hand any more.
    fn after(&self, caller: &Caller, after: i64) -> Option<Changes> {
        let mut scopes: BTreeMap<Action, Option<Scope>> = BTreeMap::new();
        let ring = self.ring();
        let (_, up_to) = ring.known.filter(|(from, _)| *from <= after)?;
        let mut sees = |one: &Told| {
            let (action, rows) = match &one.whose {
                Whose::Own => return one.actor == caller.account.as_str(),
                Whose::Everybodys(action) => (*action, None),
                Whose::Of(action, rows) => (*action, Some(rows)),
            };
            let scope = scopes.entry(action).or_insert_with(|| caller.scope(action).ok()).as_ref();
            let admits = |scope: &Scope| {
                let Some(rows) = rows else { return true };
                scope.is_whole() || rows.iter().any(|row| scope.admits(row))
            };
            scope.is_some_and(admits)
        };
        let begins = ring.told.partition_point(|one| one.change.seq <= after);
        let seen = ring.told.range(begins..).filter(|one| sees(one)).map(|one| one.change.clone());
        Some(Changes { seen: seen.collect(), up_to: up_to.max(after) })
    }
}

/// Something changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Number of the audit entry.
    pub seq: i64,
    /// Dotted action.
    pub action: String,
    /// Kind of the object.
    pub object_kind: String,
    /// Id of the object.
    pub object_id: String,
}

/// Changes up to a number, of which the caller may see some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// Those he may see, oldest first.
    pub seen: Vec<Change>,
    /// Everything up to here was looked at.
    pub up_to: i64,
}

/// The right that shows changes of a kind of object; none for what concerns its own account only.
pub(crate) fn right(object_kind: &str) -> Option<Action> {
    Some(match object_kind {
        "place" | "place_list" | "list_entry" | "import" | "assessment" => Action::PlaceRead,
        "inspection" => Action::InspectionRead,
        "hazard" | "unit_link" => Action::HazardRead,
        "task" => Action::TaskRead,
        "inspection_plan" => Action::PlanRead,
        "handover" => Action::HandoverRead,
        "contract" => Action::ContractRead,
        "force" | "patrol" => Action::ForceRead,
        "paper" | "paper_series" | "paper_template" => Action::PaperRead,
        "campaign" => Action::CampaignRead,
        "drill" => Action::DrillRead,
        "facility" => Action::FacilityRead,
        "road" | "boundary" | "group_count" | "group_point" | "road_map" => Action::RoadRead,
        "road_scenario" => Action::RoadPlan,
        "device" => Action::DeviceRead,
        // Told to whoever reads signals at all: one entry stands for many, in many villages.
        "signal" | "warning" => Action::SignalRead,
        "incident" | "dispatch" => Action::IncidentRead,
        "incident_watch" => Action::IncidentCommand,
        "incident_mask" => Action::IncidentMask,
        "subscriber" => Action::AccountManage,
        "authority_item" => Action::AuthorityRead,
        "enforcement" => Action::CaseIndex,
        "stop_use" => Action::StopUseRead,
        "whistle" => Action::WhistleRead,
        "sector_risk" | "sector_ruling" => Action::SectorRead,
        "fire_plan" => Action::FirePlanRead,
        "siting" => Action::SitingRead,
        "project" => Action::ProjectRead,
        "call_test" => Action::CallTestRead,
        "report_case" | "report_order" => Action::ReportCaseRead,
        "sortie" => Action::SortieRead,
        "evidence" => Action::EvidenceRead,
        "letter" => Action::LetterRead,
        "training" | "course" | "question" => Action::TrainingRead,
        "meeting" => Action::MeetingRead,
        "follow_up" => Action::FollowUpRead,
        "report" => Action::ReportRead,
        "budget_line" => Action::BudgetRead,
        "placard" => Action::PlacardRead,
        "person" | "post" | "assignment" | "certificate" | "gate" | "org" | "territory" => Action::PersonRead,
        "checklist" => Action::ChecklistRead,
        "parameter" | "calendar" => Action::ParameterRead,
        "export" => Action::RegisterExport,
        "plan" | "waiver" | "notice" => Action::BoardRead,
        _ => return None,
    })
}

/// Kinds whose rows are the whole town's: who may read them at all is told of them.
pub(crate) fn is_everybodys(object_kind: &str) -> bool {
    !matches!(
        object_kind,
        "place"
            | "assessment"
            | "inspection"
            | "hazard"
            | "task"
            | "inspection_plan"
            | "handover"
            | "evidence"
            | "letter"
            | "training"
            | "follow_up"
            | "campaign"
            | "contract"
            | "force"
            | "patrol"
            | "paper"
            | "drill"
            | "facility"
            | "road"
            | "device"
            | "report_case"
            | "enforcement"
            | "stop_use"
            | "whistle"
            | "fire_plan"
            | "siting"
            | "project"
            | "placard"
            | "call_test"
            | "sortie"
            | "incident"
            | "dispatch"
    )
}

impl App {
    /// The number of the last entry.
    pub async fn last_change(&self, _caller: &Caller) -> Result<i64> {
        Ok(self.db.read(&self.town).await?.audit_head().await?.0)
    }

    /// Waits until something may have changed.
    pub async fn wait_for_change(&self, _caller: &Caller, bell: &mut watch::Receiver<u64>) {
        let _ = tokio::time::timeout(LOOK_EVERY, bell.changed()).await;
    }

    /// What changed after a number, as far as the caller may see it.
    pub async fn changes_after(&self, caller: &Caller, after: i64) -> Result<Changes> {
        self.look().await?;
        match self.recent.after(caller, after) {
            Some(changes) => Ok(changes),
            None => self.changes_on_record(caller, after).await,
        }
    }

    /// Reads what is new on record for all who listen, unless somebody just did.
    // For whoever listens; what each is told his own rights decide.
    async fn look(&self) -> Result<()> {
        if self.recent.is_fresh(self.bell.rung()) {
            return Ok(());
        }
        let _reading = self.recent.reader.lock().await;
        // Before looking: whatever rings from now on is looked at again.
        let rung = self.bell.rung();
        if self.recent.is_fresh(rung) {
            return Ok(());
        }
        let mut read = self.db.read(&self.town).await?;
        let known = self.recent.ring().known;
        let mut up_to = match known {
            Some((_, up_to)) => up_to,
            None => read.audit_head().await?.0,
        };
        let mut found = 0;
        loop {
            let entries = read.audit_after(up_to, PAGE).await?;
            let n = entries.len();
            up_to = entries.last().map_or(up_to, |last| last.seq);
            let told = told(&mut read, entries).await?;
            let mut ring = self.recent.ring();
            ring.known.get_or_insert((up_to, up_to));
            ring.looks += 1;
            drop(ring);
            self.recent.add(told);
            found += n;
            if (n as i64) < PAGE {
                break;
            }
        }
        let is_unheard = {
            let mut ring = self.recent.ring();
            let is_unheard = found > 0 && ring.rung == rung;
            (ring.rung, ring.looked_at) = (rung, Some(Instant::now()));
            is_unheard
        };
        // Another node wrote it: the others here are woken.
        if is_unheard {
            self.bell.ring();
        }
        Ok(())
    }

    /// The same from the record itself: for who comes back or lags behind.
    async fn changes_on_record(&self, caller: &Caller, after: i64) -> Result<Changes> {
        let mut read = self.db.read(&self.town).await?;
        let entries = read.audit_after(after, PAGE).await?;
        let up_to = entries.last().map_or(after, |last| last.seq);
        let mut by_kind: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for entry in &entries {
            by_kind.entry(&entry.object_kind).or_default().insert(&entry.object_id);
        }
        let mut visible: BTreeSet<(String, String)> = BTreeSet::new();
        for (kind, ids) in by_kind {
            let Some(scope) = right(kind).and_then(|action| caller.scope(action).ok()) else { continue };
            let ids: Vec<&str> = ids.into_iter().collect();
            let found = match is_everybodys(kind) {
                true => ids.iter().map(|id| (*id).to_owned()).collect(),
                false => read.within_scope(kind, &ids, &scope).await?,
            };
            visible.extend(found.into_iter().map(|id| (kind.to_owned(), id)));
        }
        let mine = |entry: &Entry| {
            right(&entry.object_kind).is_none() && entry.actor == caller.account.as_str()
                || visible.contains(&(entry.object_kind.clone(), entry.object_id.clone()))
        };
        let seen = entries.into_iter().filter(mine).map(change);
        Ok(Changes { seen: seen.collect(), up_to })
    }
}

fn change(entry: Entry) -> Change {
    Change {
        seq: entry.seq,
        action: entry.action,
        object_kind: entry.object_kind,
        object_id: entry.object_id,
    }
}

/// Entries with whom each concerns.
async fn told(read: &mut Read, entries: Vec<Entry>) -> Result<Vec<Told>> {
    let mut by_kind: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for entry in &entries {
        if right(&entry.object_kind).is_some() && !is_everybodys(&entry.object_kind) {
            by_kind.entry(&entry.object_kind).or_default().insert(&entry.object_id);
        }
    }
    let mut stands: HashMap<(String, String), Arc<Vec<Subject>>> = HashMap::new();
    for (kind, ids) in by_kind {
        let found = read.stand_of(kind, &ids.into_iter().collect::<Vec<_>>()).await?;
        stands.extend(found.into_iter().map(|(id, rows)| ((kind.to_owned(), id), Arc::new(rows))));
    }
    let whose = |entry: &Entry| match right(&entry.object_kind) {
        None => Whose::Own,
        Some(action) if is_everybodys(&entry.object_kind) => Whose::Everybodys(action),
        Some(action) => {
            let rows = stands.get(&(entry.object_kind.clone(), entry.object_id.clone()));
            Whose::Of(action, rows.cloned().unwrap_or_default())
        }
    };
    let one = |entry: Entry| Told { whose: whose(&entry), actor: entry.actor.clone(), change: change(entry) };
    Ok(entries.into_iter().map(one).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of these nobody is told but who did it: they are no page's business, or each concerns one account.
    const OWN: &[&str] = &[
        "account",
        "attachment",
        "audit",
        // Taken out as files, too: the board, the layers of the map; of sectors, what was recorded about a risk or a trade.
        "board",
        "budget",
        // Only taken out as a file; what it counts has changes of its own.
        "duty",
        "job",
        "layer",
        "list",
        "message",
        "phone",
        "photo",
        "push_key",
        "push_subscription",
        "reach",
        "register",
        "sample",
        "sector",
        "session",
        "town",
        "unit",
        "vault",
    ];

    #[test]
    fn whoever_may_read_a_kind_of_object_is_told_when_it_changes() {
        for &(kind, label) in crate::audit::words::OBJECTS {
            assert_eq!(right(kind).is_none(), OWN.contains(&kind), "{kind} {label}");
        }
    }
}
