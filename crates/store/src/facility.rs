//! Facilities as rows: the facility as JSON with columns to search and sort by, and what happened to it, appended only.
//! What does not belong here: whether a step is allowed (`domain::facility`).

pub mod report;

use std::collections::BTreeMap;

use domain::facility::{Bounds, Event, Facility};
use domain::ids::FacilityId;
use domain::policy::Scope;
use domain::time::{Date, Timestamp};

use crate::scope::{Columns, Where};
use crate::value::json;
use crate::{Read, Result, Row, Value, Write, args, cols};

pub(crate) const COLUMNS: Columns = Columns { path: "path", org: "org", place: "" };

/// A facility as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct FacilityRecord {
    /// The facility.
    pub facility: Facility,
    /// Territory path of where it stands.
    pub path: String,
    /// When it was voided.
    pub voided_at: Option<Timestamp>,
    /// Who recorded it first.
    pub recorded_by: String,
    /// Row version: the number of its last event.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// Which facilities to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FacilityFilter {
    /// Only of these kinds, commas between them.
    pub kinds: Option<String>,
    /// Only of these classes, commas between them.
    pub classes: Option<String>,
    /// Only in these stages, commas between them.
    pub stages: Option<String>,
    /// Only at or below this territory path.
    pub path: Option<String>,
    /// Only with this text in name, number or address.
    pub text: Option<String>,
    /// Only those whose check was due before this day.
    pub due_before: Option<Date>,
    /// Only those one of these organisations owns or keeps; any when none is named.
    pub kept_by: Vec<String>,
    /// Only those whose box touches this one. Units: degrees.
    pub within: Option<Bounds>,
    /// Only those with a public report nobody looked into.
    pub reported: bool,
    /// Only those with an approval number, or only those without: of check stations, those that only persuade.
    pub approved: Option<bool>,
    /// Only those that were found standing when they came on record.
    pub found: bool,
    /// Voided ones too.
    pub with_void: bool,
}

/// That somebody reported a facility and nobody looked yet.
const IS_REPORTED: &str = "EXISTS (SELECT 1 FROM facility_report r WHERE r.town = facility.town \
                           AND r.facility = facility.id AND r.state = 'open')";

/// That nobody wrote an approval number; quotes within words are written otherwise.
const IS_UNAPPROVED: &str = "content LIKE '%\"approval_no\":\"\"%'";

/// That it stood already when it came on record.
const IS_FOUND: &str = "EXISTS (SELECT 1 FROM facility_event e WHERE e.town = facility.town \
                        AND e.facility = facility.id AND e.seq = 1 AND e.content LIKE '%\"stage\":\"found\"%')";

impl FacilityFilter {
    fn narrow(&self, only: &mut Where) {
        only.is_one_of("kind", self.kinds.as_deref());
        only.is_one_of("class", self.classes.as_deref());
        only.is_one_of("stage", self.stages.as_deref());
        if let Some(path) = &self.path {
            only.below("path", path);
        }
        if let Some(text) = &self.text {
            only.containing(&["name", "code", "address"], text);
        }
        if let Some(day) = self.due_before {
            let day = only.mark(day);
            only.and(&format!("cached_check_by < {day}"));
        }
        if !self.kept_by.is_empty() {
            let marks: Vec<String> = self.kept_by.iter().map(|org| only.mark(org)).collect();
            let marks = marks.join(", ");
            only.and(&format!("(owner IN ({marks}) OR maintainer IN ({marks}))"));
        }
        if let Some(b) = &self.within {
            let [west, south, east, north] =
                [b.west, b.south, b.east, b.north].map(|degree| only.mark(degree));
            only.and(&format!("west <= {east} AND east >= {west} AND south <= {north} AND north >= {south}"));
        }
        if self.reported {
            only.and(IS_REPORTED);
        }
        match self.approved {
            Some(true) => only.and(&format!("NOT ({IS_UNAPPROVED})")),
            Some(false) => only.and(IS_UNAPPROVED),
            None => {}
        }
        if self.found {
            only.and(IS_FOUND);
        }
        if !self.with_void {
            only.and("voided_at IS NULL");
        }
    }
}

impl FacilityRecord {
    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        let facility: Facility = row.json("content")?;
        if facility.stage.code() != row.text("stage")?
            || facility.check_due() != row.opt_date("cached_check_by")?
        {
            return Err(row.inconsistent("stage"));
        }
        Ok(Self {
            facility,
            path: row.text("path")?,
            voided_at: row.opt_instant("voided_at")?,
            recorded_by: row.text("recorded_by")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let f = &self.facility;
        let bounds = f.shape.as_ref().map(domain::facility::Shape::bounds);
        let kept = |pick: fn(&domain::facility::Keeping) -> &str| {
            f.keeping.as_ref().map(|kept| pick(kept).to_owned())
        };
        Ok(cols! {
            code: &f.code, name: &f.name, kind: &f.kind, class: &f.class, org: f.org.as_str(),
            owner: kept(|kept| kept.owner.as_str()), maintainer: kept(|kept| kept.maintainer.as_str()),
            territory: f.territory.as_str(), path: &self.path, address: &f.address, stage: f.stage.code(),
            cached_check_by: f.check_due(), west: bounds.map(|b| b.west), south: bounds.map(|b| b.south),
            east: bounds.map(|b| b.east), north: bounds.map(|b| b.north), voided_at: self.voided_at, content: json(f)?,
        })
    }
}

impl Read {
    /// The facility of this id, within the scope.
    pub async fn facility(&mut self, id: &FacilityId, scope: &Scope) -> Result<Option<FacilityRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("id", Some(id.as_str()));
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        self.row(format!("SELECT * FROM facility{sql}"), list)
            .await?
            .as_ref()
            .map(FacilityRecord::from_row)
            .transpose()
    }

    /// The facility with this number on its label.
    pub async fn facility_with_code(&mut self, code: &str) -> Result<Option<FacilityRecord>> {
        let town = self.town.clone();
        self.row("SELECT * FROM facility WHERE town = $1 AND code = $2", args![town.as_str(), code])
            .await?
            .as_ref()
            .map(FacilityRecord::from_row)
            .transpose()
    }

    /// Facilities with a number after `after`, in the order of their numbers, within the scope.
    pub async fn facilities(
        &mut self,
        scope: &Scope,
        filter: &FacilityFilter,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Vec<FacilityRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        filter.narrow(&mut only);
        only.within(&COLUMNS, scope);
        if let Some(code) = after {
            let code = only.mark(code);
            only.and(&format!("code > {code}"));
        }
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        self.rows(format!("SELECT * FROM facility{sql} ORDER BY code LIMIT {most}"), list)
            .await?
            .iter()
            .map(FacilityRecord::from_row)
            .collect()
    }

    /// How many facilities there are.
    pub async fn facility_count(&mut self, scope: &Scope, filter: &FacilityFilter) -> Result<i64> {
        let mut only = Where::town("town", self.town.as_str());
        filter.narrow(&mut only);
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        self.row(format!("SELECT COUNT(*) AS n FROM facility{sql}"), list)
            .await?
            .map_or(Ok(0), |row| row.int("n"))
    }

    /// How many there are of each kind in each stage.
    pub async fn facility_counts(
        &mut self,
        scope: &Scope,
        filter: &FacilityFilter,
    ) -> Result<BTreeMap<(String, String), i64>> {
        let mut only = Where::town("town", self.town.as_str());
        filter.narrow(&mut only);
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        self.rows(format!("SELECT kind, stage, COUNT(*) AS n FROM facility{sql} GROUP BY kind, stage"), list)
            .await?
            .iter()
            .map(|row| Ok(((row.text("kind")?, row.text("stage")?), row.int("n")?)))
            .collect()
    }

    /// What happened to a facility, in the order it was recorded.
    pub async fn facility_events(&mut self, id: &FacilityId) -> Result<Vec<Event>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM facility_event WHERE town = $1 AND facility = $2 ORDER BY seq";
        self.rows(sql, args![town.as_str(), id.as_str()])
            .await?
            .iter()
            .map(|row| row.json("content"))
            .collect()
    }

    /// What happened to every facility of the town, in the order it was recorded.
    pub async fn facility_lives(&mut self) -> Result<BTreeMap<FacilityId, Vec<Event>>> {
        let town = self.town.clone();
        let mut lives: BTreeMap<FacilityId, Vec<Event>> = BTreeMap::new();
        let sql = "SELECT facility, content FROM facility_event WHERE town = $1 ORDER BY facility, seq";
        self.each(sql, args![town.as_str()], |row| {
            lives.entry(row.text("facility")?.into()).or_default().push(row.json("content")?);
            Ok(())
        })
        .await?;
        Ok(lives)
    }
}

impl Write {
    /// A new facility with its first event.
    pub async fn insert_facility(&mut self, record: &FacilityRecord, event: &Event) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(
            cols! { version: 1_i64, recorded_at: record.recorded_at, recorded_by: &record.recorded_by },
        );
        self.insert("facility", record.facility.id.as_str(), row).await?;
        self.insert_facility_event(&record.facility.id, event).await
    }

    /// A facility after a step with the event that made it, if it still has the version it was read with.
    ///
    /// Errors: [`crate::Error::Conflict`] when somebody was quicker.
    pub async fn save_facility(&mut self, record: &FacilityRecord, event: &Event) -> Result<()> {
        self.update("facility", record.facility.id.as_str(), record.version, record.cols()?).await?;
        self.insert_facility_event(&record.facility.id, event).await
    }

    async fn insert_facility_event(&mut self, id: &FacilityId, event: &Event) -> Result<()> {
        let row = cols! {
            facility: id.as_str(), seq: event.seq, step: event.act.code(), happened_on: event.on,
            recorded_at: event.recorded_at, content: json(event)?,
        };
        self.insert("facility_event", &format!("{id}-{}", event.seq), row).await
    }
}
