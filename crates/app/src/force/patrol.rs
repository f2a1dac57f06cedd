//! Patrols by themselves: the list over all forces and one with its pictures. What does not belong here: writing one down
//! (`daily`), for that happens at its force.

use domain::ids::{ForceId, PhotoId, TerritoryCode};
use domain::policy::Action;
use domain::time::Date;
use serde::Serialize;
use store::Read;
use store::force::{ForceFilter, PatrolFilter, PatrolRecord};
use utoipa::ToSchema;

use super::book::Book;
use super::patrol_subject;
use crate::photo::{PhotoView, photo_views};
use crate::view::{Named, page_after};
use crate::{App, Caller, Error, Result};

/// A patrol in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PatrolRow {
    /// Id.
    pub id: String,
    /// The day.
    pub on: String,
    /// Whose.
    pub force: Named,
    /// The village the force stands in, or the town.
    pub village: Named,
    /// Who went.
    pub people: Vec<Named>,
    /// Where, and what was seen.
    pub text: String,
    /// How many pictures there are.
    pub photos_n: usize,
    /// Why it was taken back.
    pub voided: Option<String>,
}

/// A page of patrols.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PatrolPage {
    /// Rows.
    pub items: Vec<PatrolRow>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// One patrol as its page sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PatrolOne {
    /// As in a list.
    #[serde(flatten)]
    pub row: PatrolRow,
    /// Its pictures.
    pub photos: Vec<PhotoView>,
    /// When it was recorded.
    pub recorded_at: String,
    /// Who recorded it.
    pub recorded_by: String,
    /// Version.
    pub version: i64,
    /// What the caller may do: `void`.
    pub actions: Vec<&'static str>,
}

/// Which patrols are asked for.
#[derive(Debug, Clone, Default)]
pub struct PatrolAsked {
    /// Only of this force.
    pub force: Option<ForceId>,
    /// Only below this territory.
    pub territory: Option<String>,
    /// Only from this day on.
    pub from: Option<Date>,
    /// Only up to this day.
    pub to: Option<Date>,
    /// Where the page begins.
    pub after: Option<String>,
    /// At most so many.
    pub limit: i64,
}

/// The pictures of a patrol: they name it, it does not name them.
async fn pictures(read: &mut Read, id: &str) -> Result<Vec<PhotoId>> {
    Ok(read.photos_of("patrol", id).await?.into_iter().map(|photo| photo.id).collect())
}

/// Rows for these patrols.
async fn rows(read: &mut Read, found: &[PatrolRecord], today: Date) -> Result<Vec<PatrolRow>> {
    let all = read.forces(&Caller::system().scope(Action::ForceRead)?, &ForceFilter::default()).await?;
    let book = Book::read(read, &all, today).await?;
    let name =
        |id: &ForceId| all.iter().find(|one| one.force.id == *id).map_or("", |one| one.force.name.as_str());
    let mut out = Vec::with_capacity(found.len());
    for record in found {
        let patrol = &record.patrol;
        out.push(PatrolRow {
            id: patrol.id.clone(),
            on: patrol.on.to_string(),
            force: Named::new(patrol.force.as_str(), name(&patrol.force)),
            village: book.village(&record.path),
            people: patrol.people.iter().map(|person| book.person(person)).collect(),
            text: patrol.text.clone(),
            photos_n: pictures(read, &patrol.id).await?.len(),
            voided: record.voided.as_ref().map(|(_, reason)| reason.clone()),
        });
    }
    Ok(out)
}

impl App {
    /// Patrols of forces the caller may see, newest first.
    pub async fn patrols(&self, caller: &Caller, asked: &PatrolAsked) -> Result<PatrolPage> {
        let scope = caller.scope(Action::ForceRead)?;
        let mut read = self.db.read(&self.town).await?;
        let path = match asked.territory.as_deref().filter(|code| !code.is_empty()) {
            None => None,
            Some(code) => {
                let found = read.territory(&TerritoryCode::from(code)).await?;
                Some(found.ok_or(Error::NotFound)?.territory.path)
            }
        };
        let filter = PatrolFilter { force: asked.force.clone(), path, from: asked.from, to: asked.to };
        let before = page_after(asked.after.as_deref(), domain::time::parse_date)?;
        let mut found = read.patrol_page(&scope, &filter, before, asked.limit + 1).await?;
        let more = found.len() as i64 > asked.limit;
        found.truncate(usize::try_from(asked.limit).unwrap_or(0));
        let next = found.last().filter(|_| more).map(|last| format!("{}~{}", last.patrol.on, last.patrol.id));
        Ok(PatrolPage { items: rows(&mut read, &found, self.now().date()).await?, next })
    }

    /// One patrol.
    pub async fn patrol(&self, caller: &Caller, id: &str) -> Result<PatrolOne> {
        let scope = caller.scope(Action::ForceRead)?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.patrol(id).await?.ok_or(Error::NotFound)?;
        let stands = patrol_subject(&record);
        if !scope.admits(&stands) {
            return Err(Error::NotFound);
        }
        let row = rows(&mut read, std::slice::from_ref(&record), self.now().date()).await?.pop();
        let ids = pictures(&mut read, id).await?;
        let may_void = record.voided.is_none() && caller.hats.hat(Action::ForceReport, &stands).is_some();
        Ok(PatrolOne {
            row: row.ok_or(Error::NotFound)?,
            photos: photo_views(&mut read, &ids, &[("patrol", id)]).await?,
            recorded_at: record.recorded_at.to_rfc3339(),
            recorded_by: record.recorded_by,
            version: record.version,
            actions: may_void.then_some("void").into_iter().collect(),
        })
    }
}
