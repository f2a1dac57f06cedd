//! Items of authority and cases as rows: each as JSON with columns to search and sort by, and what happened to a case,
//! appended only. What does not belong here: whether a step is allowed (`domain::enforcement`).

use domain::enforcement::{AuthorityItem, Case, Event};
use domain::ids::{AuthorityItemId, CaseId, HazardId, OrgId};
use domain::policy::Scope;
use domain::time::Timestamp;

use crate::scope::{OF_A_PLACE, Where};
use crate::value::json;
use crate::{Read, Result, Row, Value, Write, args, cols};

/// An item as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorityRecord {
    /// The item.
    pub item: AuthorityItem,
    /// When it was voided.
    pub voided_at: Option<Timestamp>,
    /// Who recorded it.
    pub recorded_by: String,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

impl AuthorityRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let item: AuthorityItem = row.json("content")?;
        let voided_at = row.opt_instant("voided_at")?;
        if item.void.is_some() != voided_at.is_some() || item.to != row.opt_date("valid_to")? {
            return Err(row.inconsistent("valid_to"));
        }
        Ok(Self {
            item,
            voided_at,
            recorded_by: row.text("recorded_by")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let i = &self.item;
        Ok(cols! {
            name: &i.name, power: i.power.code(), path: &i.path, valid_from: i.from, valid_to: i.to,
            voided_at: self.voided_at, content: json(i)?,
        })
    }
}

/// A case as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRecord {
    /// The case.
    pub case: Case,
    /// Whose officers handle it.
    pub org: OrgId,
    /// Territory path of its place.
    pub path: String,
    /// Who recorded it first.
    pub recorded_by: String,
    /// Row version: the number of its last event.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// Which cases to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseFilter {
    /// Only in these stages, commas between them.
    pub stages: Option<String>,
    /// Only of this place.
    pub place: Option<String>,
    /// Only from this hazard.
    pub hazard: Option<String>,
    /// Only with this text in number, cause or party.
    pub text: Option<String>,
}

impl CaseRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let case: Case = row.json("content")?;
        if case.stage.code() != row.text("stage")? || case.number != row.opt_text("number")? {
            return Err(row.inconsistent("stage"));
        }
        Ok(Self {
            case,
            org: row.text("org")?.into(),
            path: row.text("path")?,
            recorded_by: row.text("recorded_by")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let c = &self.case;
        Ok(cols! {
            number: c.number.clone(), cause: &c.cause, party: &c.party.name, place: c.place.as_str(),
            org: self.org.as_str(), path: &self.path, hazard: c.hazard.as_ref().map(|id| id.as_str().to_owned()),
            item: c.item.as_str(), stage: c.stage.code(), filed_on: c.filed_on, content: json(c)?,
        })
    }
}

impl Read {
    /// The item of this id. What the town may enforce is no secret within it.
    pub async fn authority_item(&mut self, id: &AuthorityItemId) -> Result<Option<AuthorityRecord>> {
        self.by_id("authority_item", id.as_str()).await?.as_ref().map(AuthorityRecord::from_row).transpose()
    }

    /// Every item, voided and ended ones too, by name and first day.
    pub async fn authority_items(&mut self) -> Result<Vec<AuthorityRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM authority_item WHERE town = $1 ORDER BY name, valid_from, id";
        self.rows(sql, args![town.as_str()]).await?.iter().map(AuthorityRecord::from_row).collect()
    }

    /// The case of this id, within the scope.
    pub async fn case(&mut self, id: &CaseId, scope: &Scope) -> Result<Option<CaseRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("id", Some(id.as_str()));
        only.within(&OF_A_PLACE, scope);
        let (sql, list) = only.finish();
        let row = self.row(format!("SELECT * FROM enforcement{sql}"), list).await?;
        row.as_ref().map(CaseRecord::from_row).transpose()
    }

    /// Cases recorded before `before`, newest first, within the scope.
    pub async fn cases(
        &mut self,
        scope: &Scope,
        filter: &CaseFilter,
        before: Option<(Timestamp, CaseId)>,
        limit: i64,
    ) -> Result<Vec<CaseRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is_one_of("stage", filter.stages.as_deref());
        only.is("place", filter.place.as_deref());
        only.is("hazard", filter.hazard.as_deref());
        if let Some(text) = &filter.text {
            only.containing(&["number", "cause", "party"], text);
        }
        only.within(&OF_A_PLACE, scope);
        if let Some((at, id)) = before {
            let (at, id) = (only.mark(at), only.mark(id.as_str()));
            only.and(&format!("(recorded_at < {at} OR (recorded_at = {at} AND id < {id}))"));
        }
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        let sql = format!("SELECT * FROM enforcement{sql} ORDER BY recorded_at DESC, id DESC LIMIT {most}");
        self.rows(sql, list).await?.iter().map(CaseRecord::from_row).collect()
    }

    /// Cases from the same hazard: one act is fined once.
    pub async fn cases_of_hazard(&mut self, hazard: &HazardId) -> Result<Vec<CaseRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM enforcement WHERE town = $1 AND hazard = $2 ORDER BY recorded_at, id";
        self.rows(sql, args![town.as_str(), hazard.as_str()])
            .await?
            .iter()
            .map(CaseRecord::from_row)
            .collect()
    }

    /// The case in which a step of this kind went with a paper of this number, however it was made; none where there is none.
    pub async fn case_of_document(&mut self, step: &str, number: &str) -> Result<Option<CaseId>> {
        let town = self.town.clone();
        // A town has hundreds of cases: their papers are told apart here.
        let sql = "SELECT enforcement, content FROM enforcement_event WHERE town = $1 AND step = $2 ORDER BY recorded_at, id";
        for row in self.rows(sql, args![town.as_str(), step]).await? {
            let event: Event = row.json("content")?;
            if event.document_no == number {
                return Ok(Some(row.text("enforcement")?.into()));
            }
        }
        Ok(None)
    }

    /// What happened to a case, in the order it was recorded.
    pub async fn case_events(&mut self, id: &CaseId) -> Result<Vec<Event>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM enforcement_event WHERE town = $1 AND enforcement = $2 ORDER BY seq";
        let rows = self.rows(sql, args![town.as_str(), id.as_str()]).await?;
        rows.iter().map(|row| row.json("content")).collect()
    }
}

impl Write {
    /// A new item.
    pub async fn insert_authority_item(&mut self, record: &AuthorityRecord) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(
            cols! { version: 1_i64, recorded_at: record.recorded_at, recorded_by: &record.recorded_by },
        );
        self.insert("authority_item", record.item.id.as_str(), row).await
    }

    /// An item that ends or is voided, if it still has the version it was read with.
    ///
    /// Errors: [`crate::Error::Conflict`] when somebody was quicker.
    pub async fn update_authority_item(&mut self, record: &AuthorityRecord) -> Result<()> {
        self.update("authority_item", record.item.id.as_str(), record.version, record.cols()?).await
    }

    /// A new case with its first event.
    pub async fn insert_case(&mut self, record: &CaseRecord, event: &Event) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(
            cols! { version: 1_i64, recorded_at: record.recorded_at, recorded_by: &record.recorded_by },
        );
        self.insert("enforcement", record.case.id.as_str(), row).await?;
        self.insert_case_event(&record.case.id, event).await
    }

    /// A case after a step with the event that made it, if it still has the version it was read with.
    ///
    /// Errors: [`crate::Error::Conflict`] when somebody was quicker.
    pub async fn save_case(&mut self, record: &CaseRecord, event: &Event) -> Result<()> {
        self.update("enforcement", record.case.id.as_str(), record.version, record.cols()?).await?;
        self.insert_case_event(&record.case.id, event).await
    }

    async fn insert_case_event(&mut self, id: &CaseId, event: &Event) -> Result<()> {
        let row = cols! {
            enforcement: id.as_str(), seq: event.seq, step: event.act.step().code(), happened_on: event.on,
            recorded_at: event.recorded_at, content: json(event)?,
        };
        self.insert("enforcement_event", &format!("{id}-{}", event.seq), row).await
    }
}
