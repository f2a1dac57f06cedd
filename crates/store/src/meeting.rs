//! Meetings as rows: the meeting as JSON, with columns to search and sort by. What does not belong here: whether a step
//! is allowed (`domain::meeting`).

use domain::ids::MeetingId;
use domain::meeting::Meeting;
use domain::policy::Scope;
use domain::time::Timestamp;

use crate::scope::{Columns, Where};
use crate::value::json;
use crate::{Read, Result, Row, Value, Write, cols};

const COLUMNS: Columns = Columns { path: "path", org: "org", place: "" };

/// A meeting as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingRecord {
    /// The meeting.
    pub meeting: Meeting,
    /// Territory path of who calls it.
    pub path: String,
    /// When the minutes were recorded.
    pub minuted_at: Option<Timestamp>,
    /// Who recorded it first.
    pub recorded_by: String,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// Which meetings to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MeetingFilter {
    /// Only of these states, commas between them.
    pub state: Option<String>,
    /// Only of this kind.
    pub kind: Option<String>,
    /// Only with this text in the title.
    pub text: Option<String>,
}

impl MeetingRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let meeting: Meeting = row.json("content")?;
        if meeting.state.code() != row.text("state")? || meeting.state.held_on() != row.opt_date("held_on")? {
            return Err(row.inconsistent("state"));
        }
        Ok(Self {
            meeting,
            path: row.text("path")?,
            minuted_at: row.opt_instant("minuted_at")?,
            recorded_by: row.text("recorded_by")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let m = &self.meeting;
        Ok(cols! {
            kind: &m.kind, org: m.org.as_str(), path: &self.path, title: &m.title, state: m.state.code(),
            planned_at: m.planned_at, held_on: m.state.held_on(), minuted_at: self.minuted_at, content: json(m)?,
        })
    }
}

impl Read {
    /// The meeting of this id, within the scope.
    pub async fn meeting(&mut self, id: &MeetingId, scope: &Scope) -> Result<Option<MeetingRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("id", Some(id.as_str()));
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        self.row(format!("SELECT * FROM meeting{sql}"), list)
            .await?
            .as_ref()
            .map(MeetingRecord::from_row)
            .transpose()
    }

    /// Meetings planned before `before` (exclusive, by moment and id), newest first, within the scope.
    pub async fn meetings(
        &mut self,
        scope: &Scope,
        filter: &MeetingFilter,
        before: Option<(Timestamp, MeetingId)>,
        limit: i64,
    ) -> Result<Vec<MeetingRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is_one_of("state", filter.state.as_deref());
        only.is("kind", filter.kind.as_deref());
        if let Some(text) = &filter.text {
            only.containing(&["title"], text);
        }
        only.within(&COLUMNS, scope);
        if let Some((at, id)) = before {
            let (at, id) = (only.mark(at), only.mark(id.as_str()));
            only.and(&format!("(planned_at, id) < ({at}, {id})"));
        }
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        self.rows(format!("SELECT * FROM meeting{sql} ORDER BY planned_at DESC, id DESC LIMIT {most}"), list)
            .await?
            .iter()
            .map(MeetingRecord::from_row)
            .collect()
    }
}

impl Write {
    /// A new meeting.
    pub async fn insert_meeting(&mut self, record: &MeetingRecord) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(
            cols! { version: 1_i64, recorded_at: record.recorded_at, recorded_by: &record.recorded_by },
        );
        self.insert("meeting", record.meeting.id.as_str(), row).await
    }

    /// A meeting after a step, if it still has the version it was read with.
    pub async fn update_meeting(&mut self, record: &MeetingRecord) -> Result<()> {
        self.update("meeting", record.meeting.id.as_str(), record.version, record.cols()?).await
    }
}
