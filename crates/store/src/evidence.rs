//! Evidence as rows: the record as it stands and every edition and decision that led there. What does *not* belong here:
//! who may decide (`domain::evidence`), what it does to the figures (`fulfilment::evidence`).

use domain::evidence::{By, Content, Evidence, Kind};
use domain::ids::{EvidenceId, PersonId, PostId};
use domain::policy::Scope;
use domain::time::{Date, Timestamp};

use crate::scope::{Columns, Where};
use crate::value::json;
use crate::{Error, Read, Result, Row, Value, Write, args, cols};

/// A piece of evidence as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceRecord {
    /// As it stands.
    pub evidence: Evidence,
    /// The number people use, unique in the town.
    pub code: String,
    /// Row version.
    pub version: i64,
    /// When its first edition was recorded.
    pub recorded_at: Timestamp,
}

/// Something that happened to a piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceEvent {
    /// From 1.
    pub seq: i64,
    /// `submitted`, `accepted`, `rejected`, `resubmitted` or `voided`.
    pub kind: String,
    /// Who, when.
    pub by: By,
    /// Why; empty where none is asked for.
    pub reason: String,
    /// What was said, for a new edition.
    pub content: Option<Content>,
}

/// Which evidence to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EvidenceFilter {
    /// Only these states, commas between them.
    pub state: Option<String>,
    /// Only of this kind.
    pub kind: Option<Kind>,
    /// Only recorded by this person.
    pub recorded_by: Option<PersonId>,
    /// Only not recorded by this person.
    pub not_by: Option<PersonId>,
    /// Only of this post.
    pub post: Option<PostId>,
    /// Only at or below this territory path.
    pub path: Option<String>,
    /// Only claimed for this duty.
    pub duty: Option<String>,
    /// Only what happened on these days, both included.
    pub happened: Option<(Date, Date)>,
    /// Only with this text in code, title or number.
    pub text: Option<String>,
}

pub(crate) const COLUMNS: Columns = Columns { path: "path", org: "org", place: "" };

impl EvidenceRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let evidence: Evidence = row.json("content")?;
        let (id, state) = (row.text("id")?, row.text("state")?);
        if evidence.id.as_str() != id || evidence.state.code() != state {
            let column = if evidence.state.code() == state { "content" } else { "state" };
            return Err(Error::Inconsistent { table: "evidence", column: column.to_owned(), id });
        }
        Ok(Self {
            evidence,
            code: row.text("code")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let (e, c) = (&self.evidence, &self.evidence.content);
        Ok(cols! {
            kind: c.kind.code(), state: e.state.code(), title: &c.title, number: &c.number,
            happened_on: c.happened_on, until_on: c.until, org: c.org.as_str(),
            post: c.post.as_ref().map(PostId::as_str), path: &c.path, recorded_by: e.recorded.person.as_str(),
            edition: e.edition, content: json(e)?,
        })
    }
}

impl EvidenceEvent {
    fn from_row(row: &Row) -> Result<Self> {
        let content = row.text("content")?;
        Ok(Self {
            seq: row.int("seq")?,
            kind: row.text("kind")?,
            by: By {
                person: row.text("person")?.into(),
                hat: row.text("hat")?.into(),
                at: row.instant("at")?,
            },
            reason: row.text("reason")?,
            content: if content.is_empty() { None } else { Some(row.json("content")?) },
        })
    }
}

fn only(town: &str, scope: &Scope, filter: &EvidenceFilter) -> Where {
    let mut only = Where::town("town", town);
    only.within(&COLUMNS, scope);
    only.is_one_of("state", filter.state.as_deref());
    only.is("kind", filter.kind.map(Kind::code));
    only.is("recorded_by", filter.recorded_by.as_ref().map(PersonId::as_str));
    if let Some(person) = &filter.not_by {
        let mark = only.mark(person.as_str());
        only.and(&format!("recorded_by <> {mark}"));
    }
    only.is("post", filter.post.as_ref().map(PostId::as_str));
    if let Some(path) = &filter.path {
        only.below("path", path);
    }
    if let Some(duty) = filter.duty.as_deref() {
        only.containing(&["content"], &format!("\"duty\":\"{duty}\""));
    }
    if let Some((from, to)) = filter.happened {
        let (from, to) = (only.mark(from), only.mark(to));
        only.and(&format!("happened_on BETWEEN {from} AND {to}"));
    }
    if let Some(text) = filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        only.containing(&["code", "title", "number"], text);
    }
    only
}

impl Read {
    /// The piece of evidence of this id.
    pub async fn evidence(&mut self, id: &EvidenceId) -> Result<Option<EvidenceRecord>> {
        self.by_id("evidence", id.as_str()).await?.as_ref().map(EvidenceRecord::from_row).transpose()
    }

    /// A page of evidence, newest first, after one that was shown.
    pub async fn evidences(
        &mut self,
        scope: &Scope,
        filter: &EvidenceFilter,
        after: Option<(Timestamp, &str)>,
        limit: i64,
    ) -> Result<Vec<EvidenceRecord>> {
        let mut only = only(self.town.as_str(), scope, filter);
        if let Some((at, id)) = after {
            let (at, id) = (only.mark(at), only.mark(id));
            only.and(&format!("(recorded_at < {at} OR (recorded_at = {at} AND id < {id}))"));
        }
        let limit = only.mark(limit);
        let (sql, list) = only.finish();
        let sql = format!("SELECT * FROM evidence{sql} ORDER BY recorded_at DESC, id DESC LIMIT {limit}");
        self.rows(sql, list).await?.iter().map(EvidenceRecord::from_row).collect()
    }

    /// How many there are.
    pub async fn evidence_count(&mut self, scope: &Scope, filter: &EvidenceFilter) -> Result<i64> {
        let (sql, list) = only(self.town.as_str(), scope, filter).finish();
        match self.row(format!("SELECT COUNT(*) AS n FROM evidence{sql}"), list).await? {
            Some(row) => row.int("n"),
            None => Ok(0),
        }
    }

    /// Everything that waits for a decision, oldest first.
    pub async fn evidence_waiting(&mut self) -> Result<Vec<EvidenceRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM evidence WHERE town = $1 AND state = 'submitted' ORDER BY recorded_at, id";
        self.rows(sql, args![town.as_str()]).await?.iter().map(EvidenceRecord::from_row).collect()
    }

    /// What happened to a piece of evidence, oldest first.
    pub async fn evidence_events(&mut self, id: &EvidenceId) -> Result<Vec<EvidenceEvent>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM evidence_event WHERE town = $1 AND evidence = $2 ORDER BY seq";
        self.rows(sql, args![town.as_str(), id.as_str()]).await?.iter().map(EvidenceEvent::from_row).collect()
    }
}

impl Write {
    /// A new piece of evidence and its first event; an id or number that is taken is a conflict.
    pub async fn insert_evidence(&mut self, record: &EvidenceRecord, event: &EvidenceEvent) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(cols! { code: &record.code, version: 1_i64, recorded_at: record.recorded_at });
        self.insert("evidence", record.evidence.id.as_str(), row).await?;
        self.insert_evidence_event(&record.evidence.id, event).await
    }

    /// Stores what became of it and the event that did it, if nobody changed it since `record.version`.
    pub async fn save_evidence(&mut self, record: &EvidenceRecord, event: &EvidenceEvent) -> Result<()> {
        let row = record.cols()?;
        self.update("evidence", record.evidence.id.as_str(), record.version, row).await?;
        self.insert_evidence_event(&record.evidence.id, event).await
    }

    async fn insert_evidence_event(&mut self, id: &EvidenceId, event: &EvidenceEvent) -> Result<()> {
        let content = event.content.as_ref().map(json).transpose()?.unwrap_or_default();
        let row = cols! {
            evidence: id.as_str(), seq: event.seq, kind: &event.kind, at: event.by.at,
            person: event.by.person.as_str(), hat: event.by.hat.as_str(), reason: &event.reason, content: content,
        };
        self.insert("evidence_event", &format!("{id}-{}", event.seq), row).await
    }
}
