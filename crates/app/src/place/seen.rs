//! A place nobody registered, met by whoever found a hazard there: it comes into the register with the find, in one write, marked so
//! that somebody looks at it. What does not belong here: registering with all there is to know (`App::add_place`).

use domain::ids::PlaceId;
use domain::org::Assignment;
use domain::place::Location;
use domain::policy::{Action, Subject};
use domain::time::Timestamp;
use exchange::value::comparable;
use serde::Deserialize;
use store::place::{PlaceFilter, PlaceRecord};
use store::{Read, Write};
use utoipa::ToSchema;

use super::view::{LonLat, PlaceInput};
use super::{Gazetteer, at_place, code_of, next_code, place_in_scope, record_of, risk, subject_of};
use crate::{Caller, Error, Result};

/// Where a place came from that was met on the way.
const SOURCE: &str = "发现隐患时登记";

/// A place as whoever stands before it can describe it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
pub struct SeenPlace {
    /// What it is called, or the spot in words: `3 组村道岔口`.
    pub name: String,
    /// Category.
    pub category: String,
    /// Village.
    pub village: String,
    /// Where, in words.
    #[serde(default)]
    pub address: String,
}

/// The place of a find with where it stands: the one of this id, else the only one of that name in that village, which whoever
/// found it did not have with him, else a new one under this id as it was seen. A second find there, made before the first
/// arrived, names the same id.
///
/// Errors: [`Error::NotFound`] when there is none the caller may see and nothing was said of a new one; what was said of it does
/// not do; the caller finds no hazards there.
pub(crate) async fn found_at(
    tx: &mut Write,
    caller: &Caller,
    (id, seen): (&PlaceId, Option<&SeenPlace>),
    at: Option<LonLat>,
    now: Timestamp,
) -> Result<(PlaceRecord, Subject)> {
    let Some(seen) = seen else { return registered(tx, caller, id).await };
    let known = tx.place(id, &Caller::system().scope(Action::PlaceRead)?).await?;
    if known.is_some() {
        return registered(tx, caller, id).await;
    }
    if let Some(known) = of_that_name(tx, seen).await? {
        return registered(tx, caller, &known).await;
    }
    if uuid::Uuid::parse_str(id.as_str()).is_err() {
        return Err(Error::field("place", "place.id", "新场所的编号须为 UUID，请刷新页面后再试"));
    }
    let names = Gazetteer::read(tx).await?;
    let input = PlaceInput {
        name: seen.name.clone(),
        category: seen.category.clone(),
        village: seen.village.clone(),
        address: seen.address.clone(),
        // Evidence never stands in the way: a position that cannot be is left out.
        location: at.filter(|at| Location { lon_deg: at.lon, lat_deg: at.lat }.is_in_country()),
        opening: super::view::open(),
        ..PlaceInput::default()
    };
    let (mut record, _) = record_of(&input, None, &names, (id.to_string(), now, caller.person.as_str()))?;
    let hat: Assignment = caller.hat(Action::HazardFind, &subject_of(&record))?.clone();
    record.source = SOURCE.to_owned();
    record.place.code = code_of(next_code(tx).await?);
    risk::copy_into(&mut record, &Default::default(), now.date());
    tx.insert_place(&record).await?;
    let mut audit = caller.audit_as(&hat, "place.seen", ("place", id.as_str()), &record.path, now);
    audit.reason = SOURCE.to_owned();
    tx.append(audit).await?;
    let subject = subject_of(&record);
    Ok((record, subject))
}

/// A place of the register; what was found at a row that was merged meanwhile is found at the one that goes on.
async fn registered(read: &mut Read, caller: &Caller, id: &PlaceId) -> Result<(PlaceRecord, Subject)> {
    let (place, subject) = place_in_scope(read, caller, Action::PlaceRead, id).await?;
    match &place.same_as {
        Some(other) => at_place(read, other, []).await,
        None => Ok((place, subject)),
    }
}

/// The place in use that is called so in that village, if there is exactly one; spaces and widths aside.
async fn of_that_name(read: &mut Read, seen: &SeenPlace) -> Result<Option<PlaceId>> {
    let name = comparable(&seen.name);
    let filter = PlaceFilter { village: Some(seen.village.clone()), ..PlaceFilter::default() };
    let whole = Caller::system().scope(Action::PlaceRead)?;
    let mut same = Vec::new();
    read.each_place(&filter, &whole, |one| {
        if comparable(&one.place.name) == name {
            same.push(one.place.id);
        }
    })
    .await?;
    Ok(same.pop().filter(|_| same.is_empty()))
}
