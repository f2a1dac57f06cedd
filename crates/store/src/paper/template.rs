//! Templates of papers that the town worded itself, as rows. What does not belong here: what may be worded, and by whom
//! (`domain::paper`, the use case).

use domain::ids::PaperTemplateId;
use domain::paper::TownTemplate;
use domain::time::Timestamp;

use crate::value::json;
use crate::{Read, Result, Row, Value, Write, args, cols};

/// A template of the town as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct TownTemplateRecord {
    /// The template.
    pub made: TownTemplate,
    /// Who drafted it, by name.
    pub recorded_by: String,
    /// Row version.
    pub version: i64,
    /// When it was drafted.
    pub recorded_at: Timestamp,
}

impl TownTemplateRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let made: TownTemplate = row.json("content")?;
        if made.state.code() != row.text("state")? {
            return Err(row.inconsistent("state"));
        }
        Ok(Self {
            made,
            recorded_by: row.text("recorded_by")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let t = &self.made.template;
        Ok(cols! {
            code: &t.code, edition: t.version, state: self.made.state.code(), valid_from: t.valid_from,
            valid_to: t.valid_to, content: json(&self.made)?,
        })
    }
}

impl Read {
    /// Every template of the town, by code and edition.
    pub async fn paper_templates(&mut self) -> Result<Vec<TownTemplateRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM paper_template WHERE town = $1 ORDER BY code, edition";
        self.rows(sql, args![town.as_str()]).await?.iter().map(TownTemplateRecord::from_row).collect()
    }

    /// The template of this id.
    pub async fn paper_template(&mut self, id: &PaperTemplateId) -> Result<Option<TownTemplateRecord>> {
        let row = self.by_id("paper_template", id.as_str()).await?;
        row.as_ref().map(TownTemplateRecord::from_row).transpose()
    }

    /// One edition of a template, whatever became of it: a paper names the one it was made from.
    pub async fn paper_template_edition(
        &mut self,
        code: &str,
        edition: u32,
    ) -> Result<Option<TownTemplateRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM paper_template WHERE town = $1 AND code = $2 AND edition = $3";
        let row = self.row(sql, args![town.as_str(), code, edition]).await?;
        row.as_ref().map(TownTemplateRecord::from_row).transpose()
    }
}

impl Write {
    /// A new template of the town; an edition that is taken is a conflict.
    pub async fn insert_paper_template(&mut self, record: &TownTemplateRecord) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(
            cols! { version: 1_i64, recorded_at: record.recorded_at, recorded_by: &record.recorded_by },
        );
        self.insert("paper_template", record.made.id.as_str(), row).await
    }

    /// A template after a step, if it still has the version it was read with.
    pub async fn update_paper_template(&mut self, record: &TownTemplateRecord) -> Result<()> {
        self.update("paper_template", record.made.id.as_str(), record.version, record.cols()?).await
    }
}
