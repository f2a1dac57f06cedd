//! Orders as rows: found by their incident, by whom they call and while they are open. What does not belong here: whether a
//! step is allowed (`domain::dispatch`).

use domain::dispatch::{Dispatch, State};
use domain::ids::{DispatchId, IncidentId, OrgId, PersonId};
use domain::time::Timestamp;

use crate::incident::IncidentRecord;
use crate::scope::Where;
use crate::value::json;
use crate::{Read, Result, Row, Value, Write, args, cols};

/// An order as kept. Who may see its incident may see it.
#[derive(Debug, Clone, PartialEq)]
pub struct DispatchRecord {
    /// The order.
    pub dispatch: Dispatch,
    /// Territory path of the incident.
    pub path: String,
    /// The sector that oversees the incident's place.
    pub org: Option<OrgId>,
    /// The incident's place.
    pub place: Option<String>,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who recorded it.
    pub recorded_by: String,
}

impl DispatchRecord {
    /// A new order to an incident.
    pub fn to(incident: &IncidentRecord, dispatch: Dispatch, by: &str, now: Timestamp) -> Self {
        Self {
            dispatch,
            path: incident.path.clone(),
            org: incident.org.clone(),
            place: incident.incident.place.as_ref().map(ToString::to_string),
            version: 1,
            recorded_at: now,
            recorded_by: by.to_owned(),
        }
    }

    fn from_row(row: &Row) -> Result<Self> {
        let dispatch: Dispatch = row.json("content")?;
        if dispatch.state.code() != row.text("state")? || dispatch.person.as_str() != row.text("person")? {
            return Err(row.inconsistent("state"));
        }
        Ok(Self {
            dispatch,
            path: row.text("path")?,
            org: row.opt_text("org")?.map(Into::into),
            place: row.opt_text("place")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
            recorded_by: row.text("recorded_by")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let d = &self.dispatch;
        Ok(cols! {
            incident: d.incident.as_str(), person: d.person.as_str(), force: d.force.as_str(), state: d.state.code(),
            called_at: d.at(State::Called).unwrap_or(self.recorded_at), path: &self.path,
            org: self.org.as_ref().map(OrgId::as_str), place: self.place.as_deref(), content: json(d)?,
        })
    }
}

fn open(only: &mut Where) {
    let open: Vec<&str> =
        State::ALL.iter().filter(|state| state.is_open()).map(|state| state.code()).collect();
    only.is_one_of("state", Some(&open.join(",")));
}

impl Read {
    /// The order of this id. Whoever asks has asked who may see it.
    pub async fn dispatch(&mut self, id: &DispatchId) -> Result<Option<DispatchRecord>> {
        self.by_id("dispatch", id.as_str()).await?.as_ref().map(DispatchRecord::from_row).transpose()
    }

    /// The orders of an incident, in the order they were given.
    pub async fn dispatches(&mut self, incident: &IncidentId) -> Result<Vec<DispatchRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM dispatch WHERE town = $1 AND incident = $2 ORDER BY called_at, id";
        self.rows(sql, args![town.as_str(), incident.as_str()])
            .await?
            .iter()
            .map(DispatchRecord::from_row)
            .collect()
    }

    /// Every open order: who is expected or at work somewhere.
    pub async fn open_dispatches(&mut self) -> Result<Vec<DispatchRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        open(&mut only);
        let (sql, list) = only.finish();
        self.rows(format!("SELECT * FROM dispatch{sql} ORDER BY called_at, id"), list)
            .await?
            .iter()
            .map(DispatchRecord::from_row)
            .collect()
    }

    /// The last orders a person got, the newest first.
    pub async fn dispatches_to(&mut self, person: &PersonId, limit: i64) -> Result<Vec<DispatchRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM dispatch WHERE town = $1 AND person = $2 ORDER BY called_at DESC, id DESC LIMIT $3";
        self.rows(sql, args![town.as_str(), person.as_str(), limit])
            .await?
            .iter()
            .map(DispatchRecord::from_row)
            .collect()
    }
}

impl Write {
    /// A new order.
    pub async fn insert_dispatch(&mut self, record: &DispatchRecord) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(
            cols! { version: 1_i64, recorded_at: record.recorded_at, recorded_by: &record.recorded_by },
        );
        self.insert("dispatch", record.dispatch.id.as_str(), row).await
    }

    /// An order after a step, if it still has the version it was read with.
    pub async fn update_dispatch(&mut self, record: &DispatchRecord) -> Result<()> {
        self.update("dispatch", record.dispatch.id.as_str(), record.version, record.cols()?).await
    }
}
