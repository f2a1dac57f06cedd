//! The town's roads as rows: the stretch as JSON with columns to search and sort by, what happened to it, appended only;
//! where village groups live, and the map of roads around the town. What does not belong here: whether a vehicle passes
//! (`domain::road`).

mod scenario;

use std::collections::BTreeMap;

use domain::geometry::{Bounds, Position};
use domain::ids::{RoadId, TerritoryCode};
use domain::policy::Scope;
use domain::road::residents::Residents;
use domain::road::segment::{Event, Segment};
use domain::time::Timestamp;

pub use scenario::ScenarioRecord;

use crate::scope::{Columns, Where};
use crate::value::json;
use crate::{Read, Result, Row, Value, Write, args, cols};

pub(crate) const COLUMNS: Columns = Columns { path: "path", org: "org", place: "" };

/// A stretch as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct RoadRecord {
    /// The stretch.
    pub segment: Segment,
    /// Territory path of where it lies.
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

/// Which stretches to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RoadFilter {
    /// Only of these ranks, commas between them.
    pub ranks: Option<String>,
    /// Only at or below this territory path.
    pub path: Option<String>,
    /// Only with this text in name or number.
    pub text: Option<String>,
    /// Only those whose box touches this one. Units: degrees.
    pub within: Option<Bounds>,
    /// Voided ones too.
    pub with_void: bool,
}

/// Where a village group lives.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupPoint {
    /// The group.
    pub territory: TerritoryCode,
    /// Longitude and latitude. Units: degrees, WGS-84.
    pub at: Position,
    /// Who said so.
    pub recorded_by: String,
    /// Row version; 0 before the first.
    pub version: i64,
    /// When.
    pub recorded_at: Timestamp,
}

/// How many lived in a village group when somebody counted them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupCount {
    /// Id.
    pub id: String,
    /// The group.
    pub territory: TerritoryCode,
    /// The count.
    pub residents: Residents,
    /// Who recorded it.
    pub recorded_by: String,
    /// When.
    pub recorded_at: Timestamp,
}

/// A map of roads that was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoadMapRecord {
    /// Id.
    pub id: String,
    /// The file, by its content.
    pub blob: String,
    /// What the file was called.
    pub name: String,
    /// How many roads it holds.
    pub ways: i64,
    /// Who handed it in.
    pub recorded_by: String,
    /// When.
    pub recorded_at: Timestamp,
}

impl RoadFilter {
    fn narrow(&self, only: &mut Where) {
        only.is_one_of("rank", self.ranks.as_deref());
        if let Some(path) = &self.path {
            only.below("path", path);
        }
        if let Some(text) = &self.text {
            only.containing(&["name", "code"], text);
        }
        if let Some(b) = &self.within {
            let [west, south, east, north] =
                [b.west, b.south, b.east, b.north].map(|degree| only.mark(degree));
            only.and(&format!("west <= {east} AND east >= {west} AND south <= {north} AND north >= {south}"));
        }
        if !self.with_void {
            only.and("voided_at IS NULL");
        }
    }
}

impl RoadRecord {
    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        let segment: Segment = row.json("content")?;
        if segment.rank.code() != row.text("rank")?
            || segment.void.is_some() != row.opt_instant("voided_at")?.is_some()
        {
            return Err(row.inconsistent("rank"));
        }
        Ok(Self {
            segment,
            path: row.text("path")?,
            voided_at: row.opt_instant("voided_at")?,
            recorded_by: row.text("recorded_by")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let s = &self.segment;
        let around = s.line.iter().map(|at| Bounds::of(*at)).reduce(Bounds::with);
        let b = around.unwrap_or(Bounds { west: 180.0, south: 90.0, east: -180.0, north: -90.0 });
        Ok(cols! {
            code: &s.code, name: &s.road.name, rank: s.rank.code(), org: s.org.as_str(),
            territory: s.territory.as_str(), path: &self.path, west: b.west, south: b.south, east: b.east,
            north: b.north, voided_at: self.voided_at, content: json(s)?,
        })
    }
}

fn degrees(row: &Row, column: &'static str) -> Result<f64> {
    row.opt_real(column)?.ok_or_else(|| row.inconsistent(column))
}

impl Read {
    /// The stretch of this id, within the scope.
    pub async fn road(&mut self, id: &RoadId, scope: &Scope) -> Result<Option<RoadRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("id", Some(id.as_str()));
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        self.row(format!("SELECT * FROM road{sql}"), list)
            .await?
            .as_ref()
            .map(RoadRecord::from_row)
            .transpose()
    }

    /// The stretch with this number.
    pub async fn road_with_code(&mut self, code: &str) -> Result<Option<RoadRecord>> {
        let town = self.town.clone();
        self.row("SELECT * FROM road WHERE town = $1 AND code = $2", args![town.as_str(), code])
            .await?
            .as_ref()
            .map(RoadRecord::from_row)
            .transpose()
    }

    /// Stretches in the order of their numbers, within the scope.
    pub async fn roads(&mut self, scope: &Scope, filter: &RoadFilter) -> Result<Vec<RoadRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        filter.narrow(&mut only);
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        self.rows(format!("SELECT * FROM road{sql} ORDER BY code"), list)
            .await?
            .iter()
            .map(RoadRecord::from_row)
            .collect()
    }

    /// What happened to a stretch, in the order it was recorded.
    pub async fn road_events(&mut self, id: &RoadId) -> Result<Vec<Event>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM road_event WHERE town = $1 AND road = $2 ORDER BY seq";
        self.rows(sql, args![town.as_str(), id.as_str()])
            .await?
            .iter()
            .map(|row| row.json("content"))
            .collect()
    }

    /// What happened to every stretch of the town, in the order it was recorded.
    pub async fn road_lives(&mut self) -> Result<BTreeMap<RoadId, Vec<Event>>> {
        let town = self.town.clone();
        let mut lives: BTreeMap<RoadId, Vec<Event>> = BTreeMap::new();
        let sql = "SELECT road, content FROM road_event WHERE town = $1 ORDER BY road, seq";
        self.each(sql, args![town.as_str()], |row| {
            lives.entry(row.text("road")?.into()).or_default().push(row.json("content")?);
            Ok(())
        })
        .await?;
        Ok(lives)
    }

    /// Where village groups live, as far as somebody said so.
    pub async fn group_points(&mut self) -> Result<Vec<GroupPoint>> {
        let town = self.town.clone();
        self.rows("SELECT * FROM group_point WHERE town = $1 ORDER BY id", args![town.as_str()])
            .await?
            .iter()
            .map(|row| {
                Ok(GroupPoint {
                    territory: row.text("id")?.into(),
                    at: [degrees(row, "lon")?, degrees(row, "lat")?],
                    recorded_by: row.text("recorded_by")?,
                    version: row.int("version")?,
                    recorded_at: row.instant("recorded_at")?,
                })
            })
            .collect()
    }

    /// How many live in village groups, every count in the order it was recorded.
    pub async fn group_counts(&mut self) -> Result<Vec<GroupCount>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM group_count WHERE town = $1 ORDER BY recorded_at, id";
        self.rows(sql, args![town.as_str()])
            .await?
            .iter()
            .map(|row| {
                let number = |column: &'static str| {
                    u32::try_from(row.int(column)?).map_err(|_| row.inconsistent(column))
                };
                Ok(GroupCount {
                    id: row.text("id")?,
                    territory: row.text("territory")?.into(),
                    residents: Residents {
                        counted_on: row.date("counted_on")?,
                        households: number("households")?,
                        people: number("people")?,
                        source: row.text("source")?,
                    },
                    recorded_by: row.text("recorded_by")?,
                    recorded_at: row.instant("recorded_at")?,
                })
            })
            .collect()
    }

    /// The map of roads handed in last.
    pub async fn road_map(&mut self) -> Result<Option<RoadMapRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM road_map WHERE town = $1 ORDER BY recorded_at DESC, id DESC LIMIT 1";
        let row = self.row(sql, args![town.as_str()]).await?;
        row.as_ref()
            .map(|row| {
                Ok(RoadMapRecord {
                    id: row.text("id")?,
                    blob: row.text("blob")?,
                    name: row.text("name")?,
                    ways: row.int("ways")?,
                    recorded_by: row.text("recorded_by")?,
                    recorded_at: row.instant("recorded_at")?,
                })
            })
            .transpose()
    }
}

impl Write {
    /// A new stretch with its first event.
    pub async fn insert_road(&mut self, record: &RoadRecord, event: &Event) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(
            cols! { version: 1_i64, recorded_at: record.recorded_at, recorded_by: &record.recorded_by },
        );
        self.insert("road", record.segment.id.as_str(), row).await?;
        self.insert_road_event(event).await
    }

    /// A stretch after something happened to it with the event, if it still has the version it was read with.
    ///
    /// Errors: [`crate::Error::Conflict`] when somebody was quicker.
    pub async fn save_road(&mut self, record: &RoadRecord, event: &Event) -> Result<()> {
        self.update("road", record.segment.id.as_str(), record.version, record.cols()?).await?;
        self.insert_road_event(event).await
    }

    async fn insert_road_event(&mut self, event: &Event) -> Result<()> {
        let id = event.segment.id.as_str();
        let row = cols! {
            road: id, seq: event.seq, act: event.act.code(), held_from: event.on, recorded_at: event.recorded_at,
            content: json(event)?,
        };
        self.insert("road_event", &format!("{id}-{}", event.seq), row).await
    }

    /// Where a village group lives: for the first time when its version is 0.
    ///
    /// Errors: [`crate::Error::Conflict`] when somebody was quicker.
    pub async fn put_group_point(&mut self, point: &GroupPoint) -> Result<()> {
        let id = point.territory.as_str();
        let mut row = cols! {
            lon: point.at[0], lat: point.at[1], recorded_at: point.recorded_at, recorded_by: &point.recorded_by,
        };
        if point.version > 0 {
            return self.update("group_point", id, point.version, row).await;
        }
        row.extend(cols! { version: 1_i64 });
        self.insert("group_point", id, row).await
    }

    /// A count of those who live in a village group; those before it stay.
    pub async fn insert_group_count(&mut self, count: &GroupCount) -> Result<()> {
        let own = &count.residents;
        let row = cols! {
            territory: count.territory.as_str(), counted_on: own.counted_on, households: i64::from(own.households),
            people: i64::from(own.people), source: &own.source, version: 1_i64, recorded_at: count.recorded_at,
            recorded_by: &count.recorded_by,
        };
        self.insert("group_count", &count.id, row).await
    }

    /// A map of roads that was handed in; those before it stay.
    pub async fn insert_road_map(&mut self, map: &RoadMapRecord) -> Result<()> {
        let row = cols! {
            blob: &map.blob, name: &map.name, ways: map.ways, recorded_at: map.recorded_at,
            recorded_by: &map.recorded_by,
        };
        self.insert("road_map", &map.id, row).await
    }
}
