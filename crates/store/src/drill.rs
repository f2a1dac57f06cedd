//! Drills as rows: the drill as JSON, with columns to search and to tell rights by. What does not belong here: whether a
//! step is allowed (`domain::drill`).

use domain::drill::Drill;
use domain::ids::DrillId;
use domain::policy::Scope;
use domain::time::{Date, Timestamp};

use crate::scope::{OF_A_PLACE, Where};
use crate::value::json;
use crate::{Read, Result, Row, Value, Write, cols};

/// A drill as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrillRecord {
    /// The drill.
    pub drill: Drill,
    /// When it was recorded that it was held.
    pub reported_at: Option<Timestamp>,
    /// Who recorded it first.
    pub recorded_by: String,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// Which drills to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DrillFilter {
    /// Only of these states, commas between them.
    pub state: Option<String>,
    /// Only of this scenario.
    pub scenario: Option<String>,
    /// Only those that should have been held by this day and were not.
    pub overdue_as_of: Option<Date>,
    /// Only with this text in the title.
    pub text: Option<String>,
}

impl DrillRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let drill: Drill = row.json("content")?;
        if drill.state.code() != row.text("state")? || drill.counts_on() != row.opt_date("held_on")? {
            return Err(row.inconsistent("state"));
        }
        Ok(Self {
            drill,
            reported_at: row.opt_instant("reported_at")?,
            recorded_by: row.text("recorded_by")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let d = &self.drill;
        Ok(cols! {
            scenario: &d.scenario, org: d.org.as_str(), path: &d.path,
            place: d.place.as_ref().map(|place| place.as_str().to_owned()), subject_kind: d.subject_kind.code(),
            subject: &d.subject, title: &d.title, state: d.state.code(), due_on: d.due_on, held_on: d.counts_on(),
            reported_at: self.reported_at, content: json(d)?,
        })
    }
}

impl Read {
    /// The drill of this id, within the scope.
    pub async fn drill(&mut self, id: &DrillId, scope: &Scope) -> Result<Option<DrillRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("id", Some(id.as_str()));
        only.within(&OF_A_PLACE, scope);
        let (sql, list) = only.finish();
        self.row(format!("SELECT * FROM drill{sql}"), list)
            .await?
            .as_ref()
            .map(DrillRecord::from_row)
            .transpose()
    }

    /// Drills due before `before` (exclusive, by day and id), the last due first, within the scope.
    pub async fn drills(
        &mut self,
        scope: &Scope,
        filter: &DrillFilter,
        before: Option<(Date, DrillId)>,
        limit: i64,
    ) -> Result<Vec<DrillRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is_one_of("state", filter.state.as_deref());
        only.is("scenario", filter.scenario.as_deref());
        if let Some(day) = filter.overdue_as_of {
            let day = only.mark(day);
            only.and(&format!("state = 'planned' AND due_on < {day}"));
        }
        if let Some(text) = &filter.text {
            only.containing(&["title"], text);
        }
        only.within(&OF_A_PLACE, scope);
        if let Some((day, id)) = before {
            let (day, id) = (only.mark(day), only.mark(id.as_str()));
            only.and(&format!("(due_on, id) < ({day}, {id})"));
        }
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        self.rows(format!("SELECT * FROM drill{sql} ORDER BY due_on DESC, id DESC LIMIT {most}"), list)
            .await?
            .iter()
            .map(DrillRecord::from_row)
            .collect()
    }
}

impl Write {
    /// A new drill.
    pub async fn insert_drill(&mut self, record: &DrillRecord) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(
            cols! { version: 1_i64, recorded_at: record.recorded_at, recorded_by: &record.recorded_by },
        );
        self.insert("drill", record.drill.id.as_str(), row).await
    }

    /// A drill after a step, if it still has the version it was read with.
    pub async fn update_drill(&mut self, record: &DrillRecord) -> Result<()> {
        self.update("drill", record.drill.id.as_str(), record.version, record.cols()?).await
    }
}
