//! One question over all nouns: places, hazards, tasks, incidents, devices, people and clauses, a few of each, within what the
//! caller may see.
//! What does not belong here: how each noun is searched, which is its own.

use domain::notice::chinese_numeral;
use domain::policy::Action;
use serde::Serialize;
use utoipa::ToSchema;

use crate::device::view::{DeviceAsked, DeviceRow};
use crate::hazard::{Asked, HazardRow};
use crate::incident::view::{IncidentAsked, IncidentRow};
use crate::person::{PersonQuery, PersonRow};
use crate::place::view::{PlaceQuery, PlaceRow};
use crate::task::{TaskRow, TasksAsked};
use crate::view::Named;
use crate::{App, Caller, Error, Result};

/// Of each noun.
const MOST: i64 = 8;

/// What was found.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct Found {
    /// By name, pinyin initials, number, credit code or the phone's last four digits.
    pub places: Vec<PlaceRow>,
    /// By number, description or the place's name.
    pub hazards: Vec<HazardRow>,
    /// By number or the place's name; the newest first.
    pub tasks: Vec<TaskRow>,
    /// By number or address; the newest first.
    pub incidents: Vec<IncidentRow>,
    /// By number, name, model or address.
    pub devices: Vec<DeviceRow>,
    /// By name, pinyin initials or the phone's last four digits.
    pub people: Vec<PersonRow>,
    /// By number or title.
    pub clauses: Vec<Named>,
}

impl App {
    /// Looks for what somebody typed; a noun he may not see has nothing.
    pub async fn search(&self, caller: &Caller, text: &str) -> Result<Found> {
        let text = text.trim();
        let mut found = Found::default();
        if text.is_empty() {
            return Ok(found);
        }
        if text.chars().count() > 100 {
            return Err(Error::field("q", "search.too_long", "搜索内容过长，请缩短到 100 字以内"));
        }
        if caller.scope(Action::PlaceRead).is_ok() {
            let query = PlaceQuery { q: Some(text.to_owned()), limit: Some(MOST), ..PlaceQuery::default() };
            found.places = self.places(caller, &query).await?.items;
        }
        if caller.scope(Action::HazardRead).is_ok() {
            let asked = Asked { text: Some(text.to_owned()), ..Asked::default() };
            found.hazards = self.hazards(caller, asked, None, MOST).await?.items;
        }
        if caller.scope(Action::TaskRead).is_ok() {
            let asked =
                TasksAsked { q: Some(text.to_owned()), newest: true, limit: MOST, ..TasksAsked::default() };
            found.tasks = self.tasks(caller, &asked).await?.items;
        }
        if caller.scope(Action::IncidentRead).is_ok() {
            let asked =
                IncidentAsked { q: Some(text.to_owned()), limit: Some(MOST), ..IncidentAsked::default() };
            found.incidents = self.incidents(caller, &asked).await?.items;
        }
        if caller.scope(Action::DeviceRead).is_ok() {
            let asked = DeviceAsked { q: Some(text.to_owned()), limit: Some(MOST), ..DeviceAsked::default() };
            found.devices = self.devices(caller, &asked).await?.items;
        }
        if caller.scope(Action::PersonRead).is_ok() {
            let query = PersonQuery { q: Some(text.to_owned()), limit: MOST, ..PersonQuery::default() };
            found.people = self.people(caller, &query).await?.items;
        }
        if caller.scope(Action::BoardRead).is_ok() {
            found.clauses = self.clauses_with(text).await?;
        }
        Ok(found)
    }

    async fn clauses_with(&self, text: &str) -> Result<Vec<Named>> {
        let mut read = self.db.read(&self.town).await?;
        let (plan, _) = match crate::plan::plan_in_force(&mut read, self.now().date()).await {
            // A town without a plan has no clauses; a plan that cannot be read is a fault.
            Err(Error::Refused { code: "plan.none", .. }) => return Ok(Vec::new()),
            found => found?,
        };
        let wanted = text.to_lowercase();
        // A clause is asked for as 第十条, 十 or 10 as well.
        let bare = text.trim_start_matches('第').trim_end_matches('条');
        let numbered = |no: &str| no == bare || no.parse().is_ok_and(|n| chinese_numeral(n) == bare);
        let fits = |parts: &[&str]| parts.iter().any(|part| part.to_lowercase().contains(&wanted));
        let most = usize::try_from(MOST).unwrap_or(8);
        let clauses = plan.clauses.iter().filter(|c| numbered(&c.no) || fits(&[c.code.as_str(), &c.title]));
        Ok(clauses.take(most).map(|c| Named::new(c.code.as_str(), c.title.as_str())).collect())
    }
}
