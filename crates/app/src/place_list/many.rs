//! Many places put on a list or taken off it in one go: what a clerk with a whole register has before him. All of it is written or
//! nothing, and whatever is refused is told by name. What does not belong here: one place and its stay (the parent room).

use std::collections::{BTreeSet, HashMap};

use domain::ids::PlaceId;
use domain::place_list::{ListKind, PlaceList};
use domain::policy::Action;
use domain::time::Date;
use serde::Serialize;
use store::place::PlaceRecord;
use store::place_list::EntryRecord;
use utoipa::ToSchema;

use super::{entry_of, subject_of};
use crate::error::FieldProblem;
use crate::place::{Gazetteer, reason};
use crate::{App, Caller, Error, Result};

/// So many places at once, as many as the map of the register shows.
const MOST: usize = 2_000;

/// Which places, and what becomes of them.
#[derive(Debug, Clone)]
pub struct ManyAsked {
    /// The places.
    pub places: BTreeSet<PlaceId>,
    /// Taken off; put on when not.
    pub leave: bool,
    /// First day on the list, or first day off it.
    pub on: Date,
    /// Why.
    pub reason: String,
}

/// What became of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ManyListed {
    /// How many were put on or taken off.
    pub changed: usize,
    /// How many stayed as they were: on the list already, or not on it.
    pub kept: usize,
}

/// Why a place cannot stand on this list, whatever the day.
fn unfit(list: &PlaceList, record: &PlaceRecord) -> Option<(&'static str, &'static str)> {
    if record.voided.is_some() {
        return Some(("place.voided", super::VOIDED));
    }
    let elsewhere = list.village.as_ref().is_some_and(|village| *village != record.place.village);
    (list.kind == ListKind::VillageListed && elsewhere)
        .then_some(("place_list.other_village", super::OTHER_VILLAGE))
}

impl App {
    /// Puts many places on a list or takes them off it.
    ///
    /// Errors: none or too many; each place that is refused, by name; then nothing is written.
    pub async fn list_many(&self, caller: &Caller, list: &str, asked: &ManyAsked) -> Result<ManyListed> {
        let now = self.now();
        let why = reason(&asked.reason)?;
        if asked.places.is_empty() || asked.places.len() > MOST {
            let message = format!("一次请选择 1 到 {MOST} 家场所");
            return Err(Error::field("places", "place_list.how_many", &message));
        }
        let mut tx = self.write(caller).await?;
        let names = Gazetteer::read(&mut tx).await?;
        let known = tx.place_list(list).await?.ok_or(Error::NotFound)?;
        let subject = subject_of(&known.list, &names);
        let hat = caller.hat(Action::ListChange, &subject)?;
        let scope = caller.scope(Action::PlaceRead)?;
        let mut called: HashMap<PlaceId, String> = HashMap::new();
        let mut problems = Vec::new();
        let mut refuse = |name: &str, id: &PlaceId, code: &'static str, why: &str| {
            let message = format!("{name}：{why}");
            problems.push(FieldProblem { field: format!("places.{id}"), code, message });
        };
        for id in &asked.places {
            let record = tx.place(id, &scope).await?.ok_or(Error::NotFound)?;
            if let Some((code, why)) = unfit(&known.list, &record).filter(|_| !asked.leave) {
                refuse(&record.place.name, id, code, why);
            }
            called.insert(id.clone(), record.place.name);
        }
        let done = match asked.leave {
            false => known.list.enter_all(&asked.places, asked.on, why, now.date()),
            true => known.list.leave_all(&asked.places, asked.on, why, now.date()),
        };
        for (id, refusal) in done.as_ref().err().into_iter().flatten() {
            let name = called.get(id).map_or("", String::as_str);
            refuse(name, id, refusal.code(), &refusal.to_string());
        }
        let Ok(places) = done else { return Err(Error::Invalid(problems)) };
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        if asked.leave {
            let leaving: BTreeSet<&PlaceId> = places.iter().collect();
            let is_open = |e: &EntryRecord| e.entry.left.is_none() && leaving.contains(&e.entry.place);
            for stay in tx.list_entries(list).await?.into_iter().filter(is_open) {
                tx.end_list_entry(&stay.id, stay.version, asked.on, why).await?;
            }
        } else {
            let new = |place| entry_of(self.new_id(), list, place, asked.on, why, now);
            tx.insert_list_entries(&places.iter().map(new).collect::<Vec<_>>()).await?;
        }
        let action = if asked.leave { "place_list.leave" } else { "place_list.enter" };
        let mut audit = caller.audit_as(hat, action, ("place_list", list), &subject.path, now);
        audit.reason = why.to_owned();
        audit.detail = serde_json::json!({ "on": asked.on, "places": places }).to_string();
        let told = ManyListed { changed: places.len(), kept: asked.places.len() - places.len() };
        Ok(tx.commit(audit, told).await?)
    }
}
