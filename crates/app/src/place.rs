//! The register of places: who may see and touch one, adding, changing, voiding, verifying. What does not belong here:
//! lists (`place_list`), bringing in ledgers (`import`), counting risk (`risk`).

use domain::ids::{OrgId, PlaceId};
use domain::policy::{Action, Subject};
use store::Read;
use store::place::PlaceRecord;

use crate::{App, Caller, Error, Result};

/// Where a place stands as far as rights are concerned: its territory, its sector authority and the keepers of the
/// lists it is on.
pub(crate) async fn place_subject(read: &mut Read, place: &PlaceRecord) -> Result<Subject> {
    let mut orgs = read.list_owners_of_place(&place.place.id).await?;
    orgs.extend(place.place.sector_org.clone());
    Ok(Subject {
        path: place.path.clone(),
        orgs: orgs.into_iter().collect(),
        place: Some(place.place.id.clone()),
    })
}

/// The place of this id with its subject, if the caller may do this to it.
///
/// Errors: [`Error::NotFound`] when there is none that he may do it to; voided ones are found too.
pub(crate) async fn place_in_scope(
    read: &mut Read,
    caller: &Caller,
    action: Action,
    id: &PlaceId,
) -> Result<(PlaceRecord, Subject)> {
    let scope = caller.scope(action)?;
    let place = read.place(id, &scope).await?.ok_or(Error::NotFound)?;
    let subject = place_subject(read, &place).await?;
    Ok((place, subject))
}

/// A place and where something stands that these organisations did there or owe it.
pub(crate) async fn at_place(
    read: &mut Read,
    place: &PlaceId,
    orgs: impl IntoIterator<Item = OrgId>,
) -> Result<(PlaceRecord, Subject)> {
    let whole = Caller::system().scope(Action::PlaceRead)?;
    let place = read.place(place, &whole).await?.ok_or(Error::NotFound)?;
    let mut subject = place_subject(read, &place).await?;
    subject.orgs.extend(orgs);
    Ok((place, subject))
}

impl App {
    /// One place with where it stands, if the caller may see it.
    pub async fn place(&self, caller: &Caller, id: &PlaceId) -> Result<(PlaceRecord, Subject)> {
        let mut read = self.db.read(&self.town).await?;
        place_in_scope(&mut read, caller, Action::PlaceRead, id).await
    }
}
