//! Papers as rows: the paper as JSON with columns to search and sort by, what bodies of the town say to circulars, and
//! the town's own number series. What does not belong here: whether a step is allowed (`domain::paper`), bytes (`blob`).

mod template;

use domain::ids::{OrgId, PaperId};
use domain::paper::{Paper, Receipt};
use domain::policy::Scope;
use domain::time::Timestamp;

use crate::scope::{Columns, Where};
use crate::value::json;
use crate::{Read, Result, Row, Value, Write, args, cols};

pub use template::TownTemplateRecord;

pub(crate) const COLUMNS: Columns = Columns { path: "path", org: "org", place: "" };

/// A paper as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct PaperRecord {
    /// The paper.
    pub paper: Paper,
    /// Territory path of its organisation.
    pub path: String,
    /// Who drafted it.
    pub recorded_by: String,
    /// Row version.
    pub version: i64,
    /// When it was drafted.
    pub recorded_at: Timestamp,
}

/// Which papers to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PaperFilter {
    /// Only of these states, commas between them.
    pub state: Option<String>,
    /// Only of these templates' families (`DT02`), commas between them.
    pub family: Option<String>,
    /// Only of these templates (`DT14.minutes`), commas between them.
    pub template: Option<String>,
    /// Only of this organisation.
    pub org: Option<String>,
    /// Only about this record, kind and id.
    pub about: Option<(String, String)>,
    /// Only with this text in title or number.
    pub text: Option<String>,
    /// Only with a number of this series.
    pub series: Option<String>,
    /// Only with a number of this year.
    pub year: Option<i32>,
}

/// What a body says to a circular, as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptRecord {
    /// Id.
    pub id: String,
    /// What it says.
    pub receipt: Receipt,
    /// Territory path of the body.
    pub path: String,
    /// Row version.
    pub version: i64,
    /// When it was sent.
    pub recorded_at: Timestamp,
}

/// The town's own setting of a series, as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesRecord {
    /// Code of the series.
    pub code: String,
    /// How its numbers are written.
    pub pattern: String,
    /// The year `used_before` is about.
    pub year: i32,
    /// So many numbers of that year were used outside this program.
    pub used_before: u32,
    /// Row version.
    pub version: i64,
    /// When.
    pub recorded_at: Timestamp,
    /// By whom.
    pub recorded_by: String,
}

fn family(template: &str) -> &str {
    template.split('.').next().unwrap_or_default()
}

impl PaperRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let paper: Paper = row.json("content")?;
        let number = paper.state.approval().and_then(|one| one.number.as_ref());
        if paper.state.code() != row.text("state")?
            || number.map(|one| one.text.clone()) != row.opt_text("number")?
        {
            return Err(row.inconsistent("state"));
        }
        Ok(Self {
            paper,
            path: row.text("path")?,
            recorded_by: row.text("recorded_by")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let p = &self.paper;
        let approval = p.state.approval();
        let number = approval.and_then(|one| one.number.as_ref());
        let about = p.about.as_ref();
        Ok(cols! {
            template: &p.template, family: family(&p.template), org: p.org.as_str(), path: &self.path,
            title: &p.title, state: p.state.code(), series: number.map(|one| one.series.as_str()),
            year: number.map(|one| i64::from(one.year)), n: number.map(|one| one.n),
            number: number.map(|one| one.text.as_str()), about_kind: about.map(|one| one.kind.as_str()),
            about: about.map(|one| one.id.as_str()), approved_on: approval.map(|one| one.on), content: json(p)?,
        })
    }
}

impl ReceiptRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let receipt: Receipt = row.json("content")?;
        if receipt.code() != row.text("state")? {
            return Err(row.inconsistent("state"));
        }
        Ok(Self {
            id: row.text("id")?,
            receipt,
            path: row.text("path")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let r = &self.receipt;
        Ok(cols! {
            paper: r.paper.as_str(), org: r.org.as_str(), path: &self.path, state: r.code(), content: json(r)?,
        })
    }
}

impl SeriesRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let small = |column: &str| {
            let read: i64 = row.int(column)?;
            Ok::<_, crate::Error>(read)
        };
        Ok(Self {
            code: row.text("id")?,
            pattern: row.text("pattern")?,
            year: i32::try_from(small("year")?).map_err(|_| row.inconsistent("year"))?,
            used_before: u32::try_from(small("used_before")?).map_err(|_| row.inconsistent("used_before"))?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
            recorded_by: row.text("recorded_by")?,
        })
    }
}

impl Read {
    /// The paper of this id, within the scope.
    pub async fn paper(&mut self, id: &PaperId, scope: &Scope) -> Result<Option<PaperRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("id", Some(id.as_str()));
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        let row = self.row(format!("SELECT * FROM paper{sql}"), list).await?;
        row.as_ref().map(PaperRecord::from_row).transpose()
    }

    /// The paper of this id that was sent to a body within the scope: who receives a paper may read it.
    pub async fn paper_received(&mut self, id: &PaperId, scope: &Scope) -> Result<Option<PaperRecord>> {
        if self.receipts_of(id, scope).await?.is_empty() {
            return Ok(None);
        }
        self.by_id("paper", id.as_str()).await?.as_ref().map(PaperRecord::from_row).transpose()
    }

    /// The paper that has a number.
    pub async fn paper_numbered(&mut self, series: &str, year: i32, n: u32) -> Result<Option<PaperRecord>> {
        let town = self.town.clone();
        let list = args![town.as_str(), series, year, n];
        let sql = "SELECT * FROM paper WHERE town = $1 AND series = $2 AND year = $3 AND n = $4";
        self.row(sql, list).await?.as_ref().map(PaperRecord::from_row).transpose()
    }

    /// Papers drafted before `before` (exclusive, by moment and id), newest first, within the scope.
    pub async fn papers(
        &mut self,
        scope: &Scope,
        filter: &PaperFilter,
        before: Option<(Timestamp, PaperId)>,
        limit: i64,
    ) -> Result<Vec<PaperRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is_one_of("state", filter.state.as_deref());
        only.is_one_of("family", filter.family.as_deref());
        only.is_one_of("template", filter.template.as_deref());
        only.is("org", filter.org.as_deref());
        only.is("series", filter.series.as_deref());
        if let Some(year) = filter.year {
            let year = only.mark(year);
            only.and(&format!("year = {year}"));
        }
        if let Some((kind, id)) = &filter.about {
            only.is("about_kind", Some(kind));
            only.is("about", Some(id));
        }
        if let Some(text) = &filter.text {
            only.containing(&["title", "number"], text);
        }
        only.within(&COLUMNS, scope);
        if let Some((at, id)) = before {
            let (at, id) = (only.mark(at), only.mark(id.as_str()));
            only.and(&format!("(recorded_at, id) < ({at}, {id})"));
        }
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        self.rows(format!("SELECT * FROM paper{sql} ORDER BY recorded_at DESC, id DESC LIMIT {most}"), list)
            .await?
            .iter()
            .map(PaperRecord::from_row)
            .collect()
    }

    /// What bodies within the scope say to a paper.
    pub async fn receipts_of(&mut self, paper: &PaperId, scope: &Scope) -> Result<Vec<ReceiptRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("paper", Some(paper.as_str()));
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        let rows = self.rows(format!("SELECT * FROM paper_receipt{sql} ORDER BY path, org"), list).await?;
        rows.iter().map(ReceiptRecord::from_row).collect()
    }

    /// Papers sent to bodies within the scope, newest first; only of these states (`sent`, `read`, `acted`) when asked.
    pub async fn receipts(
        &mut self,
        scope: &Scope,
        state: Option<&str>,
        limit: i64,
    ) -> Result<Vec<(ReceiptRecord, PaperRecord)>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is_one_of("state", state);
        only.within(&COLUMNS, scope);
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        let sql = format!("SELECT * FROM paper_receipt{sql} ORDER BY recorded_at DESC, id DESC LIMIT {most}");
        let mut found = Vec::new();
        for row in self.rows(sql, list).await? {
            let receipt = ReceiptRecord::from_row(&row)?;
            let paper = self.by_id("paper", receipt.receipt.paper.as_str()).await?;
            let paper = paper.as_ref().ok_or_else(|| row.inconsistent("paper"))?;
            found.push((receipt, PaperRecord::from_row(paper)?));
        }
        Ok(found)
    }

    /// What one body says to a paper.
    pub async fn receipt(&mut self, paper: &PaperId, org: &OrgId) -> Result<Option<ReceiptRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM paper_receipt WHERE town = $1 AND paper = $2 AND org = $3";
        let row = self.row(sql, args![town.as_str(), paper.as_str(), org.as_str()]).await?;
        row.as_ref().map(ReceiptRecord::from_row).transpose()
    }

    /// The town's own settings of series.
    pub async fn paper_series(&mut self) -> Result<Vec<SeriesRecord>> {
        let town = self.town.clone();
        let rows =
            self.rows("SELECT * FROM paper_series WHERE town = $1 ORDER BY id", args![town.as_str()]).await?;
        rows.iter().map(SeriesRecord::from_row).collect()
    }
}

impl Write {
    /// A new paper; a number that is taken is a conflict.
    pub async fn insert_paper(&mut self, record: &PaperRecord) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(
            cols! { version: 1_i64, recorded_at: record.recorded_at, recorded_by: &record.recorded_by },
        );
        self.insert("paper", record.paper.id.as_str(), row).await
    }

    /// A paper after a step, if it still has the version it was read with.
    pub async fn update_paper(&mut self, record: &PaperRecord) -> Result<()> {
        self.update("paper", record.paper.id.as_str(), record.version, record.cols()?).await
    }

    /// A paper goes to a body.
    pub async fn insert_receipt(&mut self, record: &ReceiptRecord) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(cols! { version: 1_i64, recorded_at: record.recorded_at });
        self.insert("paper_receipt", &record.id, row).await
    }

    /// A body says something, if nobody was quicker.
    pub async fn update_receipt(&mut self, record: &ReceiptRecord) -> Result<()> {
        self.update("paper_receipt", &record.id, record.version, record.cols()?).await
    }

    /// The town's first own setting of a series.
    pub async fn insert_paper_series(&mut self, record: &SeriesRecord) -> Result<()> {
        let row = cols! {
            pattern: &record.pattern, year: record.year, used_before: record.used_before, version: 1_i64,
            recorded_at: record.recorded_at, recorded_by: &record.recorded_by,
        };
        self.insert("paper_series", &record.code, row).await
    }

    /// A later one.
    pub async fn update_paper_series(&mut self, record: &SeriesRecord) -> Result<()> {
        let row = cols! {
            pattern: &record.pattern, year: record.year, used_before: record.used_before,
            recorded_at: record.recorded_at, recorded_by: &record.recorded_by,
        };
        self.update("paper_series", &record.code, record.version, row).await
    }
}
