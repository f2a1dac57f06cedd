//! Follow-up items as rows, found by the post that owes them. What does not belong here: whether a step is allowed
//! (`domain::follow_up`).

use domain::follow_up::{FollowUp, Origin};
use domain::ids::{FollowUpId, OrgId, PostId};
use domain::policy::Scope;
use domain::time::{Date, Timestamp};

use crate::scope::{Columns, Where};
use crate::value::json;
use crate::{Read, Result, Row, Value, Write, args, cols};

/// Origins asked for in one statement.
const MANY: usize = 300;

pub(crate) const COLUMNS: Columns = Columns { path: "path", org: "org", place: "" };

/// An item as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowUpRecord {
    /// The item.
    pub item: FollowUp,
    /// Organisation of the post that owes it.
    pub org: OrgId,
    /// Territory path of that post.
    pub path: String,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// Which items to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FollowUpFilter {
    /// Only of these states, commas between them.
    pub state: Option<String>,
    /// Only owed by one of these posts.
    pub owners: Option<Vec<PostId>>,
    /// Only owed with a day that has passed as of this date.
    pub overdue_as_of: Option<Date>,
}

impl FollowUpRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let item: FollowUp = row.json("content")?;
        if item.state.code() != row.text("state")? || item.owner.as_str() != row.text("owner")? {
            return Err(row.inconsistent("state"));
        }
        Ok(Self {
            item,
            org: row.text("org")?.into(),
            path: row.text("path")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let i = &self.item;
        Ok(cols! {
            owner: i.owner.as_str(), org: self.org.as_str(), path: &self.path, origin_kind: &i.origin.kind,
            origin: &i.origin.id, state: i.state.code(), due_on: i.due_on, content: json(i)?,
        })
    }
}

impl Read {
    /// The item of this id, within the scope.
    pub async fn follow_up(&mut self, id: &FollowUpId, scope: &Scope) -> Result<Option<FollowUpRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("id", Some(id.as_str()));
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        self.row(format!("SELECT * FROM follow_up{sql}"), list)
            .await?
            .as_ref()
            .map(FollowUpRecord::from_row)
            .transpose()
    }

    /// Items due after `after` (exclusive, by date and id), first due first, within the scope.
    pub async fn follow_ups(
        &mut self,
        scope: &Scope,
        filter: &FollowUpFilter,
        after: Option<(Date, FollowUpId)>,
        limit: i64,
    ) -> Result<Vec<FollowUpRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is_one_of("state", filter.state.as_deref());
        if let Some(owners) = &filter.owners {
            let marks: Vec<String> = owners.iter().map(|post| only.mark(post.as_str())).collect();
            // An empty list is nobody's.
            let any = if marks.is_empty() {
                "1 = 0".to_owned()
            } else {
                format!("owner IN ({})", marks.join(", "))
            };
            only.and(&any);
        }
        if let Some(day) = filter.overdue_as_of {
            let day = only.mark(day);
            only.and(&format!("state = 'open' AND due_on < {day}"));
        }
        only.within(&COLUMNS, scope);
        if let Some((due_on, id)) = after {
            let (due_on, id) = (only.mark(due_on), only.mark(id.as_str()));
            only.and(&format!("(due_on, id) > ({due_on}, {id})"));
        }
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        self.rows(format!("SELECT * FROM follow_up{sql} ORDER BY due_on, id LIMIT {most}"), list)
            .await?
            .iter()
            .map(FollowUpRecord::from_row)
            .collect()
    }

    /// Every item a meeting or report asked for, first due first. Who may read the origin may read what it asked for.
    pub async fn follow_ups_of(&mut self, origin: &Origin) -> Result<Vec<FollowUpRecord>> {
        let town = self.town.clone();
        self.rows(
            "SELECT * FROM follow_up WHERE town = $1 AND origin_kind = $2 AND origin = $3 ORDER BY due_on, id",
            args![town.as_str(), &origin.kind, &origin.id],
        )
        .await?
        .iter()
        .map(FollowUpRecord::from_row)
        .collect()
    }

    /// Items that are owed or said to be done, asked for by these records of one kind, first due first. Who may read the
    /// origin may read what it asked for.
    pub async fn follow_ups_waiting(&mut self, kind: &str, origins: &[&str]) -> Result<Vec<FollowUpRecord>> {
        let mut found = Vec::new();
        for some in origins.chunks(MANY) {
            let mut only = Where::town("town", self.town.as_str());
            only.is("origin_kind", Some(kind));
            only.is_one_of("state", Some("open,done"));
            let marks: Vec<String> = some.iter().map(|origin| only.mark(*origin)).collect();
            only.and(&format!("origin IN ({})", marks.join(", ")));
            let (sql, list) = only.finish();
            let rows = self.rows(format!("SELECT * FROM follow_up{sql} ORDER BY due_on, id"), list).await?;
            for row in &rows {
                found.push(FollowUpRecord::from_row(row)?);
            }
        }
        Ok(found)
    }
}

impl Write {
    /// A new item.
    pub async fn insert_follow_up(&mut self, record: &FollowUpRecord) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(cols! { version: 1_i64, recorded_at: record.recorded_at });
        self.insert("follow_up", record.item.id.as_str(), row).await
    }

    /// An item after a step, if it still has the version it was read with.
    pub async fn update_follow_up(&mut self, record: &FollowUpRecord) -> Result<()> {
        self.update("follow_up", record.item.id.as_str(), record.version, record.cols()?).await
    }
}
