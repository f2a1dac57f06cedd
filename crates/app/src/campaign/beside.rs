//! What some campaigns ask for beside a look at each place: charging points with their sockets and when each was checked,
//! assessments with who made them. What does not belong here: how far the list has come (`campaign`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use std::collections::{BTreeMap, BTreeSet};

use domain::campaign::{Campaign, Class};
use domain::facility::{Facility, FieldValue};
use domain::ids::{FacilityId, PlaceId};
use domain::policy::{Action, Scope};
use domain::time::Date;
use serde::Serialize;
use store::Read;
use store::facility::FacilityFilter;
use utoipa::ToSchema;

use crate::names::Names;
use crate::view::{Named, Word};
use crate::{Caller, Result};

/// Rows read at most.
const READ: i64 = 5_000;
/// The field that says how many sockets a charging point has.
const SOCKETS: &str = "sockets";

/// A public facility the campaign is about as well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignPoint {
    pub facility: Named,
    pub village: Named,
    /// How many can charge there; none where nobody counted.
    pub sockets: Option<i64>,
    pub stage: Word,
    /// When it was last checked.
    pub checked_on: Option<String>,
    /// Whether that was within the window.
    pub checked: bool,
    /// Whether it stands and nobody checked it within the window.
    pub unfinished: bool,
    /// Why it was unchecked at the end.
    pub reason: Option<String>,
}

/// An assessment within the window, by the town or a firm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignAssessment {
    pub id: String,
    pub on: String,
    /// Who assessed.
    pub org: Named,
    /// Whether it was a firm under a contract.
    pub third_party: bool,
    pub conclusion: Word,
    /// Whether something is still to be treated.
    pub open: bool,
}

/// Whether a day is within the window.
fn is_within(campaign: &Campaign, day: Date) -> bool {
    campaign.from <= day && day <= campaign.until
}

/// Whether a facility stands and was not checked within the window.
fn is_unchecked(campaign: &Campaign, facility: &Facility) -> bool {
    facility.stage.is_standing() && !facility.checked_on.is_some_and(|day| is_within(campaign, day))
}

fn of_class(class: &Class, campaign: &Campaign) -> FacilityFilter {
    FacilityFilter {
        kinds: Some(class.points.join(",")),
        path: Some(campaign.path.clone()),
        ..FacilityFilter::default()
    }
}

/// Facilities of the class that stand and nobody checked within the window: each is named when the campaign is closed.
// Part of closing, whose right was asked already.
pub(crate) async fn unchecked(
    read: &mut Read,
    class: &Class,
    campaign: &Campaign,
) -> Result<Vec<FacilityId>> {
    if class.points.is_empty() {
        return Ok(Vec::new());
    }
    let whole = Caller::system().scope(Action::FacilityRead)?;
    let found = read.facilities(&whole, &of_class(class, campaign), None, READ).await?;
    let open = found.into_iter().map(|one| one.facility).filter(|one| is_unchecked(campaign, one));
    Ok(open.map(|one| one.id).collect())
}

/// Places assessed within the window, of those in the scope.
// Part of how far a campaign has come, whose right was asked already.
pub(super) async fn assessed(
    read: &mut Read,
    scope: &Scope,
    campaign: &Campaign,
) -> Result<BTreeSet<PlaceId>> {
    let all = read.assessments(scope, None, READ).await?.into_iter().filter(|one| one.voided_at.is_none());
    Ok(all.map(|one| one.assessment).filter(|one| is_within(campaign, one.on)).map(|one| one.place).collect())
}

/// Facilities of the class under the campaign's path, in the order of their numbers; of those the caller may see.
// Part of a page whose right was asked already.
pub(super) async fn points(
    read: &mut Read,
    caller: &Caller,
    names: &Names,
    class: &Class,
    campaign: &Campaign,
) -> Result<Vec<CampaignPoint>> {
    if class.points.is_empty() {
        return Ok(Vec::new());
    }
    let scope = caller.hats.scope(Action::FacilityRead).unwrap_or_default();
    let found = read.facilities(&scope, &of_class(class, campaign), None, READ).await?;
    let shown = found.into_iter().map(|record| {
        let f = record.facility;
        CampaignPoint {
            village: names.territory(f.territory.as_str()),
            sockets: match f.values.get(SOCKETS) {
                Some(FieldValue::Number(n)) => Some(*n as i64),
                _ => None,
            },
            stage: Word::new(f.stage.code(), f.stage.label()),
            unfinished: is_unchecked(campaign, &f),
            reason: campaign.unchecked.get(&f.id).cloned(),
            checked: f.checked_on.is_some_and(|day| is_within(campaign, day)),
            checked_on: f.checked_on.map(|day| day.to_string()),
            facility: Named::new(f.id.as_str(), f.name),
        }
    });
    Ok(shown.collect())
}

/// The last assessment of each place within the window.
// Part of a page whose right was asked already.
pub(super) async fn assessments(
    read: &mut Read,
    caller: &Caller,
    names: &Names,
    class: &Class,
    campaign: &Campaign,
) -> Result<BTreeMap<PlaceId, CampaignAssessment>> {
    let mut out = BTreeMap::new();
    if !class.assessed {
        return Ok(out);
    }
    let scope = caller.hats.scope(Action::PlaceRead).unwrap_or_default();
    for record in read.assessments(&scope, None, READ).await? {
        let a = record.assessment;
        if record.voided_at.is_some() || a.on < campaign.from || a.on > campaign.until {
            continue;
        }
        let shown = CampaignAssessment {
            id: a.id.to_string(),
            on: a.on.to_string(),
            org: names.named_org(&a.org),
            third_party: a.contract.is_some(),
            conclusion: Word::new(a.conclusion.code(), a.conclusion.label()),
            open: !a.treatment.is_empty() && a.treated.is_none(),
        };
        // The latest comes first.
        out.entry(a.place).or_insert(shown);
    }
    Ok(out)
}
