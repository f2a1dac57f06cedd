//! Lists of hazards and how many there are of what, within what the caller may see.

use std::collections::BTreeMap;

use chrono::Days as Span;
use domain::hazard::{Hazard, Stage};
use domain::policy::{Action, Scope};
use domain::time::{Date, Timestamp};
use serde::Serialize;
use store::Read;
use store::hazard::{HazardFilter, Listed};
use utoipa::ToSchema;

use crate::hazard::dictionary::category_label;
use crate::hazard::ladder;
use crate::hazard::view::{DUE_SOON_DAYS, HazardPage, HazardRow};
use crate::names::Names;
use crate::view::Named;
use crate::{App, Caller, Error, Result};

/// Which hazards somebody asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Stages, commas between them.
    pub state: Option<String>,
    /// Levels, commas between them.
    pub level: Option<String>,
    /// Village.
    pub village: Option<String>,
    /// Place.
    pub place: Option<String>,
    /// Category, two digits.
    pub category: Option<String>,
    /// Only late ones.
    pub overdue: bool,
    /// Only those due within a week.
    pub due_soon: bool,
    /// Only those late or due within a week.
    pub due: bool,
    /// Only those due on this very day.
    pub due_on: Option<Date>,
    /// Only those that wait for somebody to look again.
    pub recheck: bool,
    /// Only those whose level waits for the office's word.
    pub to_confirm: bool,
    /// Only those graded of which nobody has told the unit.
    pub to_advise: bool,
    /// Only those for which an extension was asked and not decided.
    pub extension_asked: bool,
    /// Only those for which a step of the ladder of escalation is due.
    pub to_escalate: bool,
    /// Only those not ended.
    pub open: bool,
    /// Text in number, description or the place's name.
    pub text: Option<String>,
    /// Found on or after.
    pub found_from: Option<Date>,
    /// Found on or before.
    pub found_to: Option<Date>,
    /// Closed on or after.
    pub closed_from: Option<Date>,
}

impl Asked {
    /// The filter of the store; what the ladder says is asked within the scope.
    pub(crate) async fn filter(self, read: &mut Read, scope: &Scope, today: Date) -> Result<HazardFilter> {
        let ids = match self.to_escalate {
            true => Some(ladder::waiting(read, scope, today).await?),
            false => None,
        };
        let day_after = |on: Date| Timestamp::start_of(on.succ_opt().unwrap_or(on));
        Ok(HazardFilter {
            ids,
            unfixed_as_of: None,
            state: self.state,
            level: self.level,
            village: self.village,
            place: self.place.map(Into::into),
            places: Vec::new(),
            category: self.category,
            open: self.open,
            overdue_as_of: self.overdue.then_some(today),
            due_between: self
                .due_on
                .map(|day| (day, day))
                .or_else(|| self.due_soon.then(|| (today, soon(today)))),
            due_by: self.due.then(|| soon(today)),
            recheck_as_of: self.recheck.then_some(today),
            to_confirm: self.to_confirm,
            to_advise: self.to_advise,
            extension_asked: self.extension_asked,
            found_from: self.found_from.map(Timestamp::start_of),
            found_to: self.found_to.map(day_after),
            closed_from: self.closed_from.map(Timestamp::start_of),
            text: self.text,
            found_by: None,
            path: None,
            org: None,
        })
    }
}

/// The last day that is soon.
pub(crate) fn soon(today: Date) -> Date {
    today.checked_add_days(Span::new(u64::from(DUE_SOON_DAYS))).unwrap_or(today)
}

/// How many hazards are at a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StateCount {
    /// Stage.
    pub state: String,
    /// Stage in Chinese.
    pub label: String,
    /// How many.
    pub n: i64,
}

/// How many hazards a village has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = HazardVillageCount)]
pub struct VillageCount {
    /// The village.
    pub village: Named,
    /// Not ended.
    pub open: i64,
    /// Late.
    pub overdue: i64,
}

/// How many hazards a category has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CategoryCount {
    /// Category.
    pub category: String,
    /// Category in Chinese.
    pub label: String,
    /// How many are not ended.
    pub n: i64,
}

/// How many hazards there are of what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HazardSummary {
    /// By stage, in the order of a hazard's life.
    pub states: Vec<StateCount>,
    /// Late.
    pub overdue: i64,
    /// Due within a week.
    pub due_soon: i64,
    /// Not ended.
    pub open: i64,
    /// By village.
    pub by_village: Vec<VillageCount>,
    /// By category, most first.
    pub by_category: Vec<CategoryCount>,
}

/// Rows of a list, each rebuilt from its events.
pub(crate) async fn rows(
    read: &mut Read,
    listed: &[Listed],
    names: &Names,
    today: Date,
) -> Result<Vec<HazardRow>> {
    let ids: Vec<_> = listed.iter().map(|one| one.id.clone()).collect();
    let hazards: Vec<Hazard> = read.hazards_by_id(&ids).await?;
    let row = |(hazard, one): (&Hazard, &Listed)| {
        let place = Named::new(one.place.to_string(), one.place_name.clone());
        HazardRow::of(hazard, &one.filing, place, names.territory(&one.village), names, today)
    };
    Ok(hazards.iter().zip(listed).map(row).collect())
}

impl App {
    /// A page of hazards the caller may see, newest first.
    pub async fn hazards(
        &self,
        caller: &Caller,
        asked: Asked,
        after: Option<&str>,
        limit: i64,
    ) -> Result<HazardPage> {
        let scope = caller.scope(Action::HazardRead)?;
        let today = self.now().date();
        let after = after.map(cursor).transpose()?;
        let mut read = self.db.read(&self.town).await?;
        let filter = asked.filter(&mut read, &scope, today).await?;
        let total = read.hazard_count(&scope, &filter).await?;
        let mut listed = read.hazards(&scope, &filter, after, limit + 1).await?;
        let most = usize::try_from(limit).unwrap_or_default();
        let more = listed.len() > most;
        listed.truncate(most);
        let last = listed.last().filter(|_| more);
        let next = last.map(|one| format!("{}_{}", one.found_at.0, one.id));
        let names = Names::read(&mut read).await?;
        let items = rows(&mut read, &listed, &names, today).await?;
        Ok(HazardPage { items, next, total: Some(total) })
    }

    /// How many hazards there are of what, among those the caller may see.
    pub async fn hazard_summary(&self, caller: &Caller, village: Option<String>) -> Result<HazardSummary> {
        let scope = caller.scope(Action::HazardRead)?;
        let today = self.now().date();
        let filter = HazardFilter { village, ..HazardFilter::default() };
        let mut read = self.db.read(&self.town).await?;
        let counts = read.hazard_counts(&scope, &filter, today, soon(today)).await?;
        let names = Names::read(&mut read).await?;
        let mut states: BTreeMap<&str, i64> = BTreeMap::new();
        let mut villages: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
        let mut categories: BTreeMap<&str, i64> = BTreeMap::new();
        let (mut overdue, mut due_soon, mut open) = (0, 0, 0);
        for count in &counts {
            *states.entry(&count.state).or_default() += count.n;
            overdue += count.overdue;
            due_soon += count.due_soon;
            if Stage::ENDED.iter().any(|ended| ended.code() == count.state) {
                continue;
            }
            open += count.n;
            let village = villages.entry(&count.village).or_default();
            *village = (village.0 + count.n, village.1 + count.overdue);
            *categories.entry(&count.category).or_default() += count.n;
        }
        let states = Stage::ALL.into_iter().map(|stage| StateCount {
            state: stage.code().to_owned(),
            label: stage.label().to_owned(),
            n: states.get(stage.code()).copied().unwrap_or_default(),
        });
        let by_village = villages.into_iter().map(|(village, (open, overdue))| VillageCount {
            village: names.territory(village),
            open,
            overdue,
        });
        let mut by_category: Vec<CategoryCount> = categories
            .into_iter()
            .map(|(category, n)| CategoryCount {
                category: category.to_owned(),
                label: category_label(category),
                n,
            })
            .collect();
        by_category.sort_by(|a, b| b.n.cmp(&a.n).then_with(|| a.category.cmp(&b.category)));
        Ok(HazardSummary {
            states: states.collect(),
            overdue,
            due_soon,
            open,
            by_village: by_village.collect(),
            by_category,
        })
    }
}

/// Where a page begins.
fn cursor(text: &str) -> Result<(Timestamp, domain::ids::HazardId)> {
    text.split_once('_')
        .and_then(|(at, id)| Some((Timestamp(at.parse().ok()?), id.into())))
        .ok_or_else(|| Error::field("after", "page.after", "翻页位置不对，请从第一页重新查看"))
}
