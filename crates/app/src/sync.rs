//! What a phone takes along into the field: tasks, places, sheets, re-checks, words. All of it each time, and what it
//! may forget. What does not belong here: bringing records in (`inspection`, `hazard`).

use std::collections::{BTreeMap, BTreeSet};

use domain::gate::Part;
use domain::ids::{OrgId, PersonId, PlaceId};
use domain::place::KindUse;
use domain::policy::{Action, Reach, Subject, reach};
use serde::Serialize;
use store::hazard::HazardFilter;
use store::place::{PlaceFilter, PlaceOrder, PlaceRecord};
use utoipa::ToSchema;

use crate::account::Me;
use crate::checklist::{HazardCodeView, SheetKind, SheetView, hazard_codes, library, sheet_of};
use crate::gate::Gatekeeper;
use crate::hazard::{HazardRow, RecheckView};
use crate::names::{Names, PlaceBrief};
use crate::place::Gazetteer;
use crate::task::TaskRow;
use crate::view::{Named, Word};
use crate::{App, Caller, Result};

/// Tasks a phone takes along.
const MOST_TASKS: i64 = 300;
/// So many days before it begins a phone takes a task along.
const AHEAD_DAYS: u64 = 31;
/// Places of one's own area a phone takes along beside those of its tasks.
const MOST_PLACES: i64 = 200;
/// Re-checks a phone takes along.
const MOST_RECHECKS: i64 = 200;
/// Hazards of one's own finding a phone takes along.
const MOST_REPORTED: i64 = 100;
/// Open hazards a phone takes along, so that who comes to a place knows what is known there.
const MOST_HAZARDS: i64 = 1_000;

/// What a phone takes along.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SyncView {
    /// Now.
    pub server_time: String,
    /// Now, signed: what the phone does until the next time is dated from here.
    pub anchor: String,
    /// Who.
    pub me: Me,
    /// One's own tasks, and those open to one's organisations, joint ones with them. All of them each time: what is not
    /// among them is not one's own any more.
    pub tasks: Vec<TaskRow>,
    /// Places of those tasks and of one's own area.
    pub places: Vec<PlaceBrief>,
    /// Whether those are all one may inspect; where they are not, the others are searched for on the server.
    pub places_whole: bool,
    /// What is still open at those places, the nearest deadline first.
    pub hazards: Vec<HazardRow>,
    /// What to ask of each place.
    pub sheets: BTreeMap<String, SheetView>,
    /// The door check.
    pub quick: SheetView,
    /// Hazards that wait for a re-check.
    pub rechecks: Vec<RecheckView>,
    /// What one reported oneself and may see, newest first, closed ones too.
    pub reported: Vec<HazardRow>,
    /// The dictionary.
    pub hazard_codes: Vec<HazardCodeView>,
    /// Categories, for a hazard at a place nobody registered.
    pub place_kinds: Vec<Word>,
    /// Villages one finds hazards in, for the same.
    pub villages: Vec<Named>,
    /// Colleagues who may come along; for who may enforce, every other officer too.
    pub people: Vec<Named>,
    /// Those of them, and oneself, who may act as officers of an enforcement check today.
    pub officers: Vec<String>,
}

/// What a place can be in the first place.
fn place_kinds() -> Vec<Word> {
    let own = crate::place::catalog().kinds().filter(|kind| kind.used_as != KindUse::Tag);
    own.map(|kind| Word::new(kind.code.as_str(), kind.name.clone())).collect()
}

/// Who may be chosen to go along: colleagues of the organisation he goes out for before others, each by the sound of the name,
/// as people look for one another.
fn companions(people: BTreeMap<PersonId, bool>, names: &Names) -> Vec<Named> {
    let mut found: Vec<(bool, String, Named)> = people
        .into_iter()
        .map(|(id, is_near)| {
            let named = Named::new(id.to_string(), names.person(&id));
            (!is_near, crate::person::sound(&named.name), named)
        })
        .collect();
    found.sort_by(|a, b| (a.0, &a.1, &a.2.id).cmp(&(b.0, &b.1, &b.2.id)));
    found.into_iter().map(|(_, _, named)| named).collect()
}

impl App {
    /// What the caller's phone takes along.
    pub async fn sync(&self, caller: &Caller) -> Result<SyncView> {
        let now = self.now();
        let today = now.date();
        caller.scope(Action::InspectionRecord)?;
        let me = self.me(caller).await?;
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let orgs: BTreeSet<OrgId> = caller.hats.all().iter().map(|hat| hat.org.clone()).collect();
        let orgs: Vec<OrgId> = orgs.into_iter().collect();
        // What begins later lies in the phone on its day, signal or not; until then it can be taken on and not be handed in.
        let begins_by = today + chrono::Days::new(AHEAD_DAYS);
        // Open to one's organisation is not open to a grid beyond one's own.
        let seen = caller.hats.scope(Action::TaskRead).unwrap_or_default();
        let mine = (orgs.as_slice(), &seen);
        let owed = read.tasks_to_do(&caller.person, mine, (today, begins_by), MOST_TASKS).await?;
        let tasks = crate::task::rows(&mut read, caller, &names, &owed, today).await?;
        // Where a row was merged into another, one goes to that one.
        let mut ids: Vec<PlaceId> = tasks.iter().map(|one| one.place.id.clone().into()).collect();
        ids.sort();
        ids.dedup();
        let mut places = read.places_by_id(&ids).await?;
        // Nobody takes the whole town along; what is left behind is searched for on the server.
        let area =
            caller.hats.all().iter().any(|hat| {
                matches!(reach(hat.role, Action::InspectionRecord), Some(Reach::Area | Reach::Org))
            });
        let mut places_whole = false;
        if area {
            let scope = caller.scope(Action::InspectionRecord)?;
            let filter = PlaceFilter::default();
            let mut own = read.place_page(&filter, &scope, PlaceOrder::Name, None, MOST_PLACES + 1).await?;
            places_whole = i64::try_from(own.len()).is_ok_and(|n| n <= MOST_PLACES);
            own.truncate(usize::try_from(MOST_PLACES).unwrap_or(usize::MAX));
            let known: BTreeSet<PlaceId> = places.iter().map(|one| one.place.id.clone()).collect();
            places.extend(own.into_iter().filter(|one| !known.contains(&one.place.id)));
        }
        places.retain(|one| one.voided.is_none());
        let library = library(&mut read).await?;
        let is_police = caller.hats.has(domain::org::Role::PoliceOfficer);
        let kind = if is_police { SheetKind::Police } else { SheetKind::Full };
        let sheet = |one: &PlaceRecord| {
            let sheet = sheet_of(&library, kind, &one.place.category, &one.place.tags, today);
            (one.place.id.to_string(), sheet)
        };
        let sheets: BTreeMap<String, SheetView> = places.iter().map(sheet).collect();
        let quick = sheet_of(&library, SheetKind::Quick, &"".into(), &BTreeSet::new(), today);
        let mut rechecks = match caller.hats.scope(Action::HazardRecheck) {
            Some(scope) => {
                let filter = HazardFilter { recheck_as_of: Some(today), ..HazardFilter::default() };
                let found = read.hazards_by_deadline(&scope, &filter, MOST_RECHECKS).await?;
                crate::hazard::recheck::rechecks(&mut read, &found, &names, today).await?
            }
            None => Vec::new(),
        };
        let here: Vec<PlaceId> = places.iter().map(|one| one.place.id.clone()).collect();
        let doubles = read.doubles_of(&here).await?;
        let open_here = HazardFilter {
            places: here.iter().chain(doubles.keys()).cloned().collect(),
            open: true,
            ..HazardFilter::default()
        };
        let mut hazards = match caller.hats.scope(Action::HazardRead) {
            Some(scope) if !open_here.places.is_empty() => {
                let found = read.hazards_by_deadline(&scope, &open_here, MOST_HAZARDS).await?;
                crate::hazard::list::rows(&mut read, &found, &names, today).await?
            }
            _ => Vec::new(),
        };
        let mut reported = match caller.hats.scope(Action::HazardRead) {
            Some(scope) => {
                let own = HazardFilter { found_by: Some(caller.person.clone()), ..HazardFilter::default() };
                let found = read.hazards(&scope, &own, None, MOST_REPORTED).await?;
                crate::hazard::list::rows(&mut read, &found, &names, today).await?
            }
            None => Vec::new(),
        };
        // What was found at a row that was merged is known at the one that goes on.
        let looked_at = rechecks.iter_mut().map(|one| &mut one.row);
        for one in hazards.iter_mut().chain(&mut reported).chain(looked_at) {
            let on = doubles.get(&PlaceId::from(one.place.id.as_str()));
            if let Some(place) = on.and_then(|id| places.iter().find(|known| known.place.id == *id)) {
                one.place = Named::new(place.place.id.to_string(), place.place.name.clone());
            }
        }
        let towns = Gazetteer::read(&mut read).await?;
        let finds = |path: &str| caller.hat(Action::HazardFind, &Subject::of(path, None)).is_ok();
        let mut villages: Vec<Named> =
            towns.villages().filter(|village| finds(&village.path)).map(|v| towns.place(&v.code)).collect();
        villages.sort_by(|a, b| a.id.cmp(&b.id));
        let gate = Gatekeeper::read(&mut read).await?;
        let is_officer = |person: &PersonId| gate.pass(person, Part::Officer, today).is_ok();
        // The organisation of the hat he wears first is the one he goes out for.
        let first = caller.hats.all().first().map(|hat| hat.org.clone());
        let mut people: BTreeMap<PersonId, bool> = BTreeMap::new();
        for held in read.assignments().await? {
            let held = held.assignment;
            let is_near =
                orgs.contains(&held.org) || (is_officer(&caller.person) && is_officer(&held.person));
            if held.is_valid_on(today) && is_near && held.person != caller.person {
                *people.entry(held.person).or_default() |= Some(&held.org) == first.as_ref();
            }
        }
        let officers = std::iter::once(&caller.person).chain(people.keys()).filter(|one| is_officer(one));
        let officers = officers.map(ToString::to_string).collect();
        Ok(SyncView {
            server_time: now.to_rfc3339(),
            anchor: self.anchor(caller).await?,
            me,
            tasks,
            places: places.iter().map(|one| PlaceBrief::of(one, &names)).collect(),
            places_whole,
            hazards,
            sheets,
            quick,
            rechecks,
            reported,
            hazard_codes: hazard_codes(),
            place_kinds: place_kinds(),
            villages,
            people: companions(people, &names),
            officers,
        })
    }
}
