//! The ladder of escalation: what is due for a hazard, read with the town's numbers and what is known of the place, and the
//! hazards for which something is. What does not belong here: the rule (`domain::hazard`), taking a step (`step`).

use std::collections::HashMap;

use domain::calendar::Calendar;
use domain::hazard::{Hazard, Ladder, Proposal, Surroundings};
use domain::ids::{HazardId, PlaceId};
use domain::joint_control::{high_risk, is_dense};
use domain::place::Place;
use domain::policy::Scope;
use domain::sector::RiskStage;
use domain::time::Date;
use serde::Serialize;
use store::Read;
use store::hazard::HazardFilter;
use utoipa::ToSchema;

use crate::Result;
use crate::calendar::calendar;
use crate::hazard::view::escalation_code;
use crate::parameter::number_on;
use crate::sector::UNITS;

/// From so many days of delay on a larger hazard is listed by the town. Units: calendar days. Source: handbook of the field,
/// §4.2 (P).
pub(crate) const LISTED_AFTER: (&str, f64) = ("hazard.listed_after", 15.0);
/// Hazards looked through at most for the workbench and its list.
const READ: i64 = 1_000;

/// A step of the ladder that is due: put to people, never taken by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EscalationDue {
    /// Which step.
    pub kind: String,
    /// In Chinese.
    pub label: String,
    /// Whose it is to take, in Chinese.
    pub authority: String,
    /// Why: `not_fixed`, `high_risk`, `shared`, `long_overdue`, `determined`, `order_unheeded` or `may_be_sealed`.
    pub why: String,
    /// The number in the reason: times, units or days.
    pub n: Option<u32>,
    /// The reason in Chinese.
    pub why_label: String,
    /// Until when somebody takes it or says why not.
    pub due_on: Option<String>,
    /// That day has passed.
    pub late: bool,
}

impl EscalationDue {
    fn of(proposal: &Proposal, today: Date) -> Self {
        Self {
            kind: escalation_code(proposal.kind),
            label: proposal.kind.label().to_owned(),
            authority: proposal.kind.authority().to_owned(),
            why: proposal.why.code().to_owned(),
            n: proposal.why.count(),
            why_label: proposal.why.label(),
            due_on: proposal.due_on.map(|day| day.to_string()),
            late: proposal.due_on.is_some_and(|day| day < today),
        }
    }
}

async fn ladder(read: &mut Read, today: Date) -> Result<Ladder> {
    Ok(Ladder {
        listed_after_days: number_on(read, LISTED_AFTER, today).await?,
        sector_units: number_on(read, UNITS, today).await?,
    })
}

fn around(place: &Place, sharing_units: u16) -> Surroundings {
    Surroundings {
        is_high_risk: !high_risk(place.kinds()).is_empty(),
        is_dense: is_dense(place),
        sharing_units,
    }
}

/// Units of the place's sector with the same defect; 0 where the sector's authority has taken it up already.
async fn sharing(read: &mut Read, hazard: &Hazard, place: &Place) -> Result<u16> {
    let Some(org) = &place.sector_org else { return Ok(0) };
    let code = hazard.find.code.as_str();
    let stands = |stage| matches!(stage, RiskStage::Identified | RiskStage::Noticed);
    let known = read.sector_risks().await?;
    if known.iter().any(|kept| kept.risk.org == *org && kept.risk.code == code && stands(kept.risk.stage)) {
        return Ok(0);
    }
    Ok(u16::try_from(read.units_with_hazard(code, org).await?).unwrap_or(u16::MAX))
}

/// What is due for a hazard.
pub(crate) async fn due(
    read: &mut Read,
    hazard: &Hazard,
    place: &Place,
    (today, calendar): (Date, &Calendar),
) -> Result<Vec<EscalationDue>> {
    let ladder = ladder(read, today).await?;
    let around = around(place, sharing(read, hazard, place).await?);
    let due = hazard.escalations_due(ladder, around, today, calendar)?;
    Ok(due.iter().map(|proposal| EscalationDue::of(proposal, today)).collect())
}

/// The hazards for which a step of the ladder is due by their own life. What a sector has in common is listed on its page.
// Part of a list and of the workbench, within the right that lets people take the step.
pub(crate) async fn waiting(read: &mut Read, scope: &Scope, today: Date) -> Result<Vec<HazardId>> {
    let ladder = ladder(read, today).await?;
    let calendar = calendar(read).await?;
    let filter = HazardFilter { unfixed_as_of: Some(today), ..HazardFilter::default() };
    let listed = read.hazards_by_deadline(scope, &filter, READ).await?;
    let (ids, mut at): (Vec<HazardId>, Vec<PlaceId>) =
        listed.into_iter().map(|one| (one.id, one.place)).unzip();
    at.sort();
    at.dedup();
    let mut places = HashMap::new();
    for some in at.chunks(500) {
        places
            .extend(read.places_by_id(some).await?.into_iter().map(|one| (one.place.id.clone(), one.place)));
    }
    let mut waiting = Vec::new();
    for some in ids.chunks(500) {
        for hazard in read.hazards_by_id(some).await? {
            let around =
                places.get(&hazard.find.place).map_or_else(Surroundings::default, |one| around(one, 0));
            if !hazard.escalations_due(ladder, around, today, &calendar)?.is_empty() {
                waiting.push(hazard.id);
            }
        }
    }
    Ok(waiting)
}
