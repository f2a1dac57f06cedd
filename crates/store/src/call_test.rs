//! Call tests as rows: one for the call, one for each station that was called, with who was asked as JSON. What does not
//! belong here: what an answer comes to (`domain::call_test`).

use domain::call_test::{CallStation, CallTest};
use domain::ids::{CallTestId, OrgId, PlaceId};
use domain::policy::Scope;
use domain::time::Timestamp;

use crate::scope::{Columns, Where};
use crate::value::json;
use crate::{Error, Read, Result, Row, Write, args, cols};

/// Rights to a test are told by the stations it called.
pub(crate) const COLUMNS: Columns = Columns { path: "path", org: "org", place: "place" };
const OF_STATION: Columns = Columns { path: "c.path", org: "c.org", place: "c.place" };

/// A test as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallTestRecord {
    /// The test.
    pub test: CallTest,
    /// Who started it.
    pub recorded_by: String,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// A station in a test as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallStationRecord {
    /// The station and who was asked.
    pub station: CallStation,
    /// Who keeps the station.
    pub org: OrgId,
    /// Where it is.
    pub path: String,
    /// The place it serves.
    pub place: Option<PlaceId>,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

impl CallTestRecord {
    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        let within_s = u32::try_from(row.int("within_s")?).map_err(|_| row.inconsistent("within_s"))?;
        Ok(Self {
            test: CallTest {
                id: row.text("id")?.into(),
                note: row.text("note")?,
                started_at: row.instant("started_at")?,
                within_s,
                closed_at: row.opt_instant("closed_at")?,
            },
            recorded_by: row.text("recorded_by")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }
}

impl CallStationRecord {
    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            station: CallStation {
                id: row.text("id")?,
                test: row.text("test")?.into(),
                force: row.text("force")?.into(),
                members: row.json("content")?,
            },
            org: row.text("org")?.into(),
            path: row.text("path")?,
            place: row.opt_text("place")?.map(Into::into),
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }
}

impl Read {
    /// Only tests that called a station within the scope.
    fn of_tests(&self, scope: &Scope) -> Where {
        let mut only = Where::town("town", self.town.as_str());
        only.and(
            "EXISTS (SELECT 1 FROM call_station c WHERE c.town = call_test.town AND c.test = call_test.id",
        );
        only.within(&OF_STATION, scope);
        only.close();
        only
    }

    /// The test of this id, if it called a station within the scope.
    pub async fn call_test(&mut self, id: &CallTestId, scope: &Scope) -> Result<Option<CallTestRecord>> {
        let mut only = self.of_tests(scope);
        only.is("id", Some(id.as_str()));
        let (sql, list) = only.finish();
        let row = self.row(format!("SELECT * FROM call_test{sql}"), list).await?;
        row.as_ref().map(CallTestRecord::from_row).transpose()
    }

    /// Tests that called a station within the scope, started before `before` (exclusive, by moment and id), newest first.
    pub async fn call_tests(
        &mut self,
        scope: &Scope,
        is_running: bool,
        before: Option<(Timestamp, CallTestId)>,
        limit: i64,
    ) -> Result<Vec<CallTestRecord>> {
        let mut only = self.of_tests(scope);
        if is_running {
            only.and("closed_at IS NULL");
        }
        if let Some((at, id)) = before {
            let (at, id) = (only.mark(at), only.mark(id.as_str()));
            only.and(&format!("(started_at, id) < ({at}, {id})"));
        }
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        self.rows(
            format!("SELECT * FROM call_test{sql} ORDER BY started_at DESC, id DESC LIMIT {most}"),
            list,
        )
        .await?
        .iter()
        .map(CallTestRecord::from_row)
        .collect()
    }

    /// The stations a test called, within the scope.
    pub async fn call_stations(
        &mut self,
        test: &CallTestId,
        scope: &Scope,
    ) -> Result<Vec<CallStationRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("test", Some(test.as_str()));
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        self.rows(format!("SELECT * FROM call_station{sql} ORDER BY path, force, id"), list)
            .await?
            .iter()
            .map(CallStationRecord::from_row)
            .collect()
    }

    /// Every call of stations within the scope since a moment, oldest first.
    pub async fn calls_since(
        &mut self,
        scope: &Scope,
        since: Timestamp,
    ) -> Result<Vec<(CallTestRecord, CallStationRecord)>> {
        let town = self.town.clone();
        let tests: Vec<CallTestRecord> = self
            .rows(
                "SELECT * FROM call_test WHERE town = $1 AND started_at >= $2 ORDER BY started_at, id",
                args![town.as_str(), since],
            )
            .await?
            .iter()
            .map(CallTestRecord::from_row)
            .collect::<Result<_>>()?;
        let mut only = Where::town("c.town", town.as_str());
        let since = only.mark(since);
        only.and(&format!(
            "EXISTS (SELECT 1 FROM call_test t WHERE t.town = c.town AND t.id = c.test AND t.started_at >= {since})"
        ));
        only.within(&OF_STATION, scope);
        let (sql, list) = only.finish();
        let mut out = Vec::new();
        for row in &self.rows(format!("SELECT c.* FROM call_station c{sql} ORDER BY c.id"), list).await? {
            let station = CallStationRecord::from_row(row)?;
            let lost = || Error::Inconsistent {
                table: "call_station",
                column: "test".to_owned(),
                id: station.station.id.clone(),
            };
            let test = tests.iter().find(|one| one.test.id == station.station.test).ok_or_else(lost)?.clone();
            out.push((test, station));
        }
        out.sort_by_key(|(test, station)| (test.test.started_at, station.station.id.clone()));
        Ok(out)
    }
}

impl Write {
    /// A call goes out.
    pub async fn insert_call_test(&mut self, record: &CallTestRecord) -> Result<()> {
        let test = &record.test;
        let row = cols! {
            note: &test.note, started_at: test.started_at, within_s: i64::from(test.within_s),
            closed_at: test.closed_at, version: 1_i64, recorded_at: record.recorded_at,
            recorded_by: &record.recorded_by,
        };
        self.insert("call_test", test.id.as_str(), row).await
    }

    /// A station is called.
    pub async fn insert_call_station(&mut self, record: &CallStationRecord) -> Result<()> {
        let station = &record.station;
        let row = cols! {
            test: station.test.as_str(), force: station.force.as_str(), org: record.org.as_str(), path: &record.path,
            place: record.place.as_ref().map(|place| place.as_str().to_owned()), content: json(&station.members)?,
            version: 1_i64, recorded_at: record.recorded_at,
        };
        self.insert("call_station", &station.id, row).await
    }

    /// A test after it was closed, if it still has the version it was read with.
    pub async fn update_call_test(&mut self, record: &CallTestRecord) -> Result<()> {
        let set = cols! { closed_at: record.test.closed_at };
        self.update("call_test", record.test.id.as_str(), record.version, set).await
    }

    /// A station after an answer, if it still has the version it was read with.
    pub async fn update_call_station(&mut self, record: &CallStationRecord) -> Result<()> {
        let set = cols! { content: json(&record.station.members)? };
        self.update("call_station", &record.station.id, record.version, set).await
    }
}
