//! What changed, as it happens: the audit entries since a number, limited to what somebody may see. A bell rings after
//! every commit of this process; the record itself is looked at again now and then, so that commits of other nodes come
//! through as well. What does not belong here: the stream (`api`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use domain::policy::Action;
use store::audit::Entry;
use tokio::sync::watch;

use crate::{App, Caller, Result};

/// How often the record is looked at although no bell rang: another node may have written.
const LOOK_EVERY: Duration = Duration::from_secs(3);
/// So many entries at a time.
const PAGE: i64 = 500;

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
        "road" | "group_point" | "road_map" => Action::RoadRead,
        "road_scenario" => Action::RoadPlan,
        "device" => Action::DeviceRead,
        // Told to whoever reads signals at all: one entry stands for many, in many villages.
        "signal" => Action::SignalRead,
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
        let seen = entries.into_iter().filter(mine).map(|entry| Change {
            seq: entry.seq,
            action: entry.action,
            object_kind: entry.object_kind,
            object_id: entry.object_id,
        });
        Ok(Changes { seen: seen.collect(), up_to })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of these nobody is told but who did it: they are no page's business, or each concerns one account.
    const OWN: &[&str] = &[
        "account",
        "attachment",
        "audit",
        "budget",
        // Only taken out as a file; what it counts has changes of its own.
        "duty",
        "job",
        "list",
        "message",
        "phone",
        "photo",
        "push_key",
        "push_subscription",
        "reach",
        "register",
        "sample",
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
