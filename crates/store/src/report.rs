//! Periodic reports as rows. What was frozen at issue lies in the content and is sealed with the row. What does not
//! belong here: working out figures (`app`), whether a step is allowed (`domain::report`).

use domain::ids::ReportId;
use domain::report::{Report, State};
use domain::time::{Date, Timestamp};

use crate::scope::Where;
use crate::value::json;
use crate::{Read, Result, Row, Value, Write, cols};

/// A report as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportRecord {
    /// The report.
    pub report: Report,
    /// Who recorded it first.
    pub recorded_by: String,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// Which reports to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportFilter {
    /// Only of these states, commas between them.
    pub state: Option<String>,
    /// Only of this kind.
    pub kind: Option<String>,
}

fn issued_at(report: &Report) -> Option<Timestamp> {
    match &report.state {
        State::Issued { at, .. } => Some(*at),
        State::Draft { .. } | State::Submitted { .. } | State::Void { .. } => None,
    }
}

impl ReportRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let report: Report = row.json("content")?;
        if report.state.code() != row.text("state")? || issued_at(&report) != row.opt_instant("issued_at")? {
            return Err(row.inconsistent("state"));
        }
        Ok(Self {
            report,
            recorded_by: row.text("recorded_by")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let r = &self.report;
        Ok(cols! {
            kind: &r.kind, org: r.org.as_str(), title: &r.title, state: r.state.code(), from_on: r.from, to_on: r.to,
            issued_at: issued_at(r), content: json(r)?,
        })
    }
}

impl Read {
    /// The report of this id. Reports belong to the town as a whole.
    pub async fn report(&mut self, id: &ReportId) -> Result<Option<ReportRecord>> {
        self.by_id("report", id.as_str()).await?.as_ref().map(ReportRecord::from_row).transpose()
    }

    /// Reports that end before `before` (exclusive, by date and id), newest first.
    pub async fn reports(
        &mut self,
        filter: &ReportFilter,
        before: Option<(Date, ReportId)>,
        limit: i64,
    ) -> Result<Vec<ReportRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is_one_of("state", filter.state.as_deref());
        only.is("kind", filter.kind.as_deref());
        if let Some((to, id)) = before {
            let (to, id) = (only.mark(to), only.mark(id.as_str()));
            only.and(&format!("(to_on, id) < ({to}, {id})"));
        }
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        self.rows(format!("SELECT * FROM report{sql} ORDER BY to_on DESC, id DESC LIMIT {most}"), list)
            .await?
            .iter()
            .map(ReportRecord::from_row)
            .collect()
    }
}

impl Write {
    /// A new report.
    pub async fn insert_report(&mut self, record: &ReportRecord) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(
            cols! { version: 1_i64, recorded_at: record.recorded_at, recorded_by: &record.recorded_by },
        );
        self.insert("report", record.report.id.as_str(), row).await
    }

    /// A report after a step, if it still has the version it was read with.
    pub async fn update_report(&mut self, record: &ReportRecord) -> Result<()> {
        self.update("report", record.report.id.as_str(), record.version, record.cols()?).await
    }
}
