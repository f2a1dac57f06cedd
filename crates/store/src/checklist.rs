//! Editions of checklists as rows. The content is one document; code, edition, state and days of validity stand in
//! columns so that they can be asked for. An edition in use never changes its content, whoever asks.

use domain::checklist::{Checklist, State};
use domain::time::Timestamp;

use crate::value::json;
use crate::{Error, Read, Result, Row, Value, Write, args, cols};

/// An edition as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChecklistRecord {
    /// Our id.
    pub id: String,
    /// The edition.
    pub checklist: Checklist,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who recorded it.
    pub recorded_by: String,
}

impl ChecklistRecord {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.text("id")?,
            checklist: row.json("content")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
            recorded_by: row.text("recorded_by")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let list = &self.checklist;
        let state = match list.state {
            State::Draft => "draft",
            State::Valid { .. } => "valid",
            State::Retired { .. } => "retired",
        };
        Ok(cols! {
            code: &list.code, edition: list.edition, title: &list.title, content: json(list)?, state: state,
            valid_from: list.valid_from(), valid_to: list.valid_to(),
        })
    }
}

/// Whether a stored edition may become another: a draft anything, one in use only retired with the same content.
fn may_become(stored: &Checklist, next: &Checklist) -> bool {
    match (&stored.state, &next.state) {
        (State::Draft, _) => true,
        (State::Valid { from: was }, State::Retired { from, .. }) => {
            was == from && stored.canonical() == next.canonical()
        }
        _ => false,
    }
}

impl Read {
    /// The edition of this id.
    pub async fn checklist(&mut self, id: &str) -> Result<Option<ChecklistRecord>> {
        self.by_id("checklist", id).await?.as_ref().map(ChecklistRecord::from_row).transpose()
    }

    /// Every edition of one code, first to last, whatever its state.
    pub async fn checklist_editions(&mut self, code: &str) -> Result<Vec<ChecklistRecord>> {
        let town = self.town.clone();
        self.rows(
            "SELECT * FROM checklist WHERE town = $1 AND code = $2 ORDER BY edition",
            args![town.as_str(), code],
        )
        .await?
        .iter()
        .map(ChecklistRecord::from_row)
        .collect()
    }

    /// Every edition of the town, by code and edition.
    pub async fn checklists(&mut self) -> Result<Vec<ChecklistRecord>> {
        let town = self.town.clone();
        self.rows("SELECT * FROM checklist WHERE town = $1 ORDER BY code, edition", args![town.as_str()])
            .await?
            .iter()
            .map(ChecklistRecord::from_row)
            .collect()
    }
}

impl Write {
    /// A new edition; a code and edition that are taken are a conflict.
    pub async fn insert_checklist(&mut self, list: &ChecklistRecord) -> Result<()> {
        let mut row = list.cols()?;
        row.extend(cols! { version: 1_i64, recorded_at: list.recorded_at, recorded_by: &list.recorded_by });
        self.insert("checklist", &list.id, row).await
    }

    /// Stores a changed draft, its publication, or the retirement of an edition in use. Any other change of an
    /// edition in use is an [`Error::Conflict`]: somebody has published it meanwhile.
    pub async fn update_checklist(&mut self, list: &ChecklistRecord) -> Result<()> {
        let stored = self.checklist(&list.id).await?;
        if !stored.is_some_and(|stored| may_become(&stored.checklist, &list.checklist)) {
            return Err(Error::Conflict { table: "checklist", id: list.id.clone() });
        }
        self.update("checklist", &list.id, list.version, list.cols()?).await
    }
}
