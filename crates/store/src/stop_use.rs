//! Places stopped from use as rows, and what happened to each, appended only. What does not belong here: whether a step is
//! allowed (`domain::stop_use`).

use domain::ids::StopUseId;
use domain::policy::Scope;
use domain::stop_use::{Event, StopUse};
use domain::time::Timestamp;

use crate::scope::{OF_A_PLACE, Where};
use crate::value::json;
use crate::{Read, Result, Row, Value, Write, args, cols};

/// One as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopUseRecord {
    /// The matter.
    pub matter: StopUse,
    /// Territory path of its place.
    pub path: String,
    /// Who proposed it.
    pub recorded_by: String,
    /// Row version: the number of its last event.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

impl StopUseRecord {
    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        let matter: StopUse = row.json("content")?;
        if matter.stage.code() != row.text("stage")? {
            return Err(row.inconsistent("stage"));
        }
        Ok(Self {
            matter,
            path: row.text("path")?,
            recorded_by: row.text("recorded_by")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let m = &self.matter;
        Ok(cols! {
            place: m.place.as_str(), org: m.org.as_str(), path: &self.path, stage: m.stage.code(),
            hazard: m.hazard.as_ref().map(|id| id.as_str().to_owned()), content: json(m)?,
        })
    }
}

impl Read {
    /// The one of this id, within the scope.
    pub async fn stop_use(&mut self, id: &StopUseId, scope: &Scope) -> Result<Option<StopUseRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("id", Some(id.as_str()));
        only.within(&OF_A_PLACE, scope);
        let (sql, list) = only.finish();
        let row = self.row(format!("SELECT * FROM stop_use{sql}"), list).await?;
        row.as_ref().map(StopUseRecord::from_row).transpose()
    }

    /// All within the scope, or those in some stages, commas between them; newest first.
    pub async fn stop_uses(
        &mut self,
        scope: &Scope,
        stages: Option<&str>,
        limit: i64,
    ) -> Result<Vec<StopUseRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is_one_of("stage", stages);
        only.within(&OF_A_PLACE, scope);
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        let sql = format!("SELECT * FROM stop_use{sql} ORDER BY recorded_at DESC, id DESC LIMIT {most}");
        self.rows(sql, list).await?.iter().map(StopUseRecord::from_row).collect()
    }

    /// What happened to one, in the order it was recorded.
    pub async fn stop_use_events(&mut self, id: &StopUseId) -> Result<Vec<Event>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM stop_use_event WHERE town = $1 AND stop_use = $2 ORDER BY seq";
        let rows = self.rows(sql, args![town.as_str(), id.as_str()]).await?;
        rows.iter().map(|row| row.json("content")).collect()
    }
}

impl Write {
    /// A proposal with its first event.
    pub async fn insert_stop_use(&mut self, record: &StopUseRecord, event: &Event) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(
            cols! { version: 1_i64, recorded_at: record.recorded_at, recorded_by: &record.recorded_by },
        );
        self.insert("stop_use", record.matter.id.as_str(), row).await?;
        self.insert_stop_use_event(&record.matter.id, event).await
    }

    /// It after a step with the event that made it, if it still has the version it was read with.
    ///
    /// Errors: [`crate::Error::Conflict`] when somebody was quicker.
    pub async fn save_stop_use(&mut self, record: &StopUseRecord, event: &Event) -> Result<()> {
        self.update("stop_use", record.matter.id.as_str(), record.version, record.cols()?).await?;
        self.insert_stop_use_event(&record.matter.id, event).await
    }

    async fn insert_stop_use_event(&mut self, id: &StopUseId, event: &Event) -> Result<()> {
        let row = cols! {
            stop_use: id.as_str(), seq: event.seq, step: event.act.step().code(), happened_on: event.on,
            recorded_at: event.recorded_at, content: json(event)?,
        };
        self.insert("stop_use_event", &format!("{id}-{}", event.seq), row).await
    }
}
