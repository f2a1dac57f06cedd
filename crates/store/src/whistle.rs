//! Whistles as rows, what happened to each, appended only, and what each body notes for itself. What does not belong here:
//! whether a step is allowed (`domain::whistle`).

use domain::ids::{OrgId, PersonId, WhistleId};
use domain::policy::Scope;
use domain::time::Timestamp;
use domain::whistle::{Event, Whistle};

use crate::scope::{OF_A_PLACE, Where};
use crate::value::json;
use crate::{Read, Result, Row, Value, Write, args, cols};

/// A whistle as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhistleRecord {
    /// The whistle.
    pub whistle: Whistle,
    /// Territory path it is about.
    pub path: String,
    /// Who raised it.
    pub recorded_by: String,
    /// Row version: the number of its last event.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// What a body noted for itself: nobody else's to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhistleNote {
    /// Id.
    pub id: String,
    /// About which whistle.
    pub whistle: WhistleId,
    /// Whose.
    pub org: OrgId,
    /// Who wrote it.
    pub by: PersonId,
    /// What.
    pub text: String,
    /// When.
    pub recorded_at: Timestamp,
}

impl WhistleRecord {
    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        let whistle: Whistle = row.json("content")?;
        if whistle.stage.code() != row.text("stage")? {
            return Err(row.inconsistent("stage"));
        }
        Ok(Self {
            whistle,
            path: row.text("path")?,
            recorded_by: row.text("recorded_by")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let w = &self.whistle;
        Ok(cols! {
            code: &w.code, kind: &w.kind, stage: w.stage.code(), org: w.org.as_str(), path: &self.path,
            place: w.place.as_ref().map(|id| id.as_str().to_owned()), raised_at: w.raised_at, sent_at: w.sent_at,
            content: json(w)?,
        })
    }
}

impl Read {
    /// The one of this id, within the scope.
    pub async fn whistle(&mut self, id: &WhistleId, scope: &Scope) -> Result<Option<WhistleRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("id", Some(id.as_str()));
        only.within(&OF_A_PLACE, scope);
        let (sql, list) = only.finish();
        let row = self.row(format!("SELECT * FROM whistle{sql}"), list).await?;
        row.as_ref().map(WhistleRecord::from_row).transpose()
    }

    /// All within the scope, or those in some stages, commas between them; newest first, those raised before `after`.
    pub async fn whistles(
        &mut self,
        scope: &Scope,
        stages: Option<&str>,
        after: Option<(Timestamp, WhistleId)>,
        limit: i64,
    ) -> Result<Vec<WhistleRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is_one_of("stage", stages);
        if let Some((at, id)) = after {
            let (at, id) = (only.mark(at), only.mark(id.as_str()));
            only.and(&format!("(raised_at < {at} OR (raised_at = {at} AND id < {id}))"));
        }
        only.within(&OF_A_PLACE, scope);
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        let sql = format!("SELECT * FROM whistle{sql} ORDER BY raised_at DESC, id DESC LIMIT {most}");
        self.rows(sql, list).await?.iter().map(WhistleRecord::from_row).collect()
    }

    /// Those sent between two instants, the second exclusive, voided ones left out. Whoever asks has asked who may see rates.
    pub async fn whistles_sent(
        &mut self,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<Vec<WhistleRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM whistle WHERE town = $1 AND sent_at >= $2 AND sent_at < $3 AND stage <> 'void' \
                   ORDER BY sent_at, id";
        let rows = self.rows(sql, args![town.as_str(), from, until]).await?;
        rows.iter().map(WhistleRecord::from_row).collect()
    }

    /// What happened to one, in the order it was recorded.
    pub async fn whistle_events(&mut self, id: &WhistleId) -> Result<Vec<Event>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM whistle_event WHERE town = $1 AND whistle = $2 ORDER BY seq";
        let rows = self.rows(sql, args![town.as_str(), id.as_str()]).await?;
        rows.iter().map(|row| row.json("content")).collect()
    }

    /// What these organisations noted about one for themselves, oldest first. There is no way to ask for everybody's.
    pub async fn whistle_notes(&mut self, id: &WhistleId, orgs: &[&OrgId]) -> Result<Vec<WhistleNote>> {
        if orgs.is_empty() {
            return Ok(Vec::new());
        }
        let mut only = Where::town("town", self.town.as_str());
        only.is("whistle", Some(id.as_str()));
        let marks: Vec<String> = orgs.iter().map(|org| only.mark(org.as_str())).collect();
        only.and(&format!("org IN ({})", marks.join(", ")));
        let (sql, list) = only.finish();
        let rows =
            self.rows(format!("SELECT * FROM whistle_note{sql} ORDER BY recorded_at, id"), list).await?;
        rows.iter()
            .map(|row| {
                Ok(WhistleNote {
                    id: row.text("id")?,
                    whistle: row.text("whistle")?.into(),
                    org: row.text("org")?.into(),
                    by: row.text("person")?.into(),
                    text: row.text("text")?,
                    recorded_at: row.instant("recorded_at")?,
                })
            })
            .collect()
    }
}

impl Write {
    /// A whistle with its first event.
    pub async fn insert_whistle(&mut self, record: &WhistleRecord, event: &Event) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(
            cols! { version: 1_i64, recorded_at: record.recorded_at, recorded_by: &record.recorded_by },
        );
        self.insert("whistle", record.whistle.id.as_str(), row).await?;
        self.insert_whistle_event(&record.whistle.id, event).await
    }

    /// It after a step with the event that made it, if it still has the version it was read with.
    ///
    /// Errors: [`crate::Error::Conflict`] when somebody was quicker.
    pub async fn save_whistle(&mut self, record: &WhistleRecord, event: &Event) -> Result<()> {
        self.update("whistle", record.whistle.id.as_str(), record.version, record.cols()?).await?;
        self.insert_whistle_event(&record.whistle.id, event).await
    }

    /// What a body notes for itself.
    pub async fn insert_whistle_note(&mut self, note: &WhistleNote) -> Result<()> {
        let row = cols! {
            whistle: note.whistle.as_str(), org: note.org.as_str(), person: note.by.as_str(), text: &note.text,
            recorded_at: note.recorded_at,
        };
        self.insert("whistle_note", &note.id, row).await
    }

    async fn insert_whistle_event(&mut self, id: &WhistleId, event: &Event) -> Result<()> {
        let row = cols! {
            whistle: id.as_str(), seq: event.seq, step: event.act.step().code(), recorded_at: event.at,
            content: json(event)?,
        };
        self.insert("whistle_event", &format!("{id}-{}", event.seq), row).await
    }
}
