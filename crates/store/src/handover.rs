//! Handovers of posts as kept: the sheet and its signatures as JSON, with columns to find it by. What does not belong here:
//! whether somebody may sign (`domain::handover`), what is on a sheet (`app`).

use domain::handover::Handover;
use domain::ids::{HandoverId, OrgId, PersonId, PostId};
use domain::policy::Scope;
use domain::time::Timestamp;

use crate::scope::{Columns, Where};
use crate::value::json;
use crate::{Error, Read, Result, Row, Value, Write, cols};

/// A handover as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandoverRecord {
    /// The handover.
    pub handover: Handover,
    /// Organisation of the post.
    pub org: OrgId,
    /// Territory path of the post.
    pub path: String,
    /// What stays with the post, as JSON, fixed when the giver signed; `null` before.
    pub sheet: String,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// Which handovers to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HandoverFilter {
    /// Only not yet signed by both.
    pub open: bool,
    /// Only of this post.
    pub post: Option<PostId>,
    /// Only given or taken by this person.
    pub person: Option<PersonId>,
}

/// By which columns rights to a handover are told.
pub(crate) const COLUMNS: Columns = Columns { path: "path", org: "org", place: "" };

impl HandoverRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let handover: Handover = row.json("content")?;
        if row.text("state")? != handover.state.code() || row.text("id")? != handover.id.as_str() {
            return Err(Error::Inconsistent {
                table: "handover",
                column: "state".to_owned(),
                id: handover.id.to_string(),
            });
        }
        Ok(Self {
            handover,
            org: row.text("org")?.into(),
            path: row.text("path")?,
            sheet: row.text("sheet")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let h = &self.handover;
        Ok(cols! {
            post: h.post.as_str(), org: self.org.as_str(), path: &self.path,
            giver_person: h.giver_person.as_ref().map_or("", PersonId::as_str),
            taker_person: h.taker_person.as_str(), state: h.state.code(), from_on: h.from,
            content: json(h)?, sheet: &self.sheet,
        })
    }
}

impl Read {
    /// The handover of this id.
    pub async fn handover(&mut self, id: &HandoverId) -> Result<Option<HandoverRecord>> {
        self.by_id("handover", id.as_str()).await?.as_ref().map(HandoverRecord::from_row).transpose()
    }

    /// Handovers within the scope, the latest first.
    pub async fn handovers(
        &mut self,
        scope: &Scope,
        filter: &HandoverFilter,
        limit: i64,
    ) -> Result<Vec<HandoverRecord>> {
        let mut only = Where::town("town", self.town().as_str());
        only.within(&COLUMNS, scope);
        self.listed(only, filter, limit).await
    }

    /// Handovers a person gives or takes, wherever they are, the latest first: his own business.
    pub async fn handovers_of(&mut self, person: &PersonId, limit: i64) -> Result<Vec<HandoverRecord>> {
        let only = Where::town("town", self.town().as_str());
        let filter = HandoverFilter { person: Some(person.clone()), ..HandoverFilter::default() };
        self.listed(only, &filter, limit).await
    }

    async fn listed(
        &mut self,
        mut only: Where,
        filter: &HandoverFilter,
        limit: i64,
    ) -> Result<Vec<HandoverRecord>> {
        only.is("post", filter.post.as_ref().map(PostId::as_str));
        if let Some(person) = &filter.person {
            let mark = only.mark(person.as_str());
            only.and(&format!("(giver_person = {mark} OR taker_person = {mark})"));
        }
        if filter.open {
            only.and("state IN ('drafted', 'given')");
        }
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        self.rows(
            format!("SELECT * FROM handover{sql} ORDER BY from_on DESC, recorded_at DESC, id LIMIT {most}"),
            list,
        )
        .await?
        .iter()
        .map(HandoverRecord::from_row)
        .collect()
    }
}

impl Write {
    /// A new handover.
    pub async fn insert_handover(&mut self, record: &HandoverRecord) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(cols! { version: 1_i64, recorded_at: record.recorded_at });
        self.insert("handover", record.handover.id.as_str(), row).await
    }

    /// Stores a changed handover, if nobody changed it since.
    pub async fn update_handover(&mut self, record: &HandoverRecord) -> Result<()> {
        self.update("handover", record.handover.id.as_str(), record.version, record.cols()?).await
    }
}
