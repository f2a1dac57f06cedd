//! Public reports of faults as rows. What does not belong here: what becomes of one (`domain::facility::report`).

use domain::facility::report::Report;
use domain::ids::{FacilityId, FacilityReportId};

use crate::value::json;
use crate::{Read, Result, Row, Write, args, cols};

/// A report as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportRecord {
    /// The report.
    pub report: Report,
    /// Row version.
    pub version: i64,
}

impl ReportRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let report: Report = row.json("content")?;
        if report.state.code() != row.text("state")? {
            return Err(row.inconsistent("state"));
        }
        Ok(Self { report, version: row.int("version")? })
    }
}

impl Read {
    /// The report of this id.
    pub async fn facility_report(&mut self, id: &FacilityReportId) -> Result<Option<ReportRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM facility_report WHERE town = $1 AND id = $2";
        let row = self.row(sql, args![town.as_str(), id.as_str()]).await?;
        row.as_ref().map(ReportRecord::from_row).transpose()
    }

    /// Reports about a facility, the newest first, as many as asked for.
    pub async fn facility_reports(&mut self, facility: &FacilityId, most: i64) -> Result<Vec<ReportRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM facility_report WHERE town = $1 AND facility = $2 \
                   ORDER BY recorded_at DESC, id DESC LIMIT $3";
        let rows = self.rows(sql, args![town.as_str(), facility.as_str(), most]).await?;
        rows.iter().map(ReportRecord::from_row).collect()
    }
}

impl Write {
    /// A report as it came in.
    pub async fn insert_facility_report(&mut self, report: &Report) -> Result<()> {
        let row = cols! {
            facility: report.facility.as_str(), trouble: report.trouble.code(), state: report.state.code(),
            content: json(report)?, version: 1_i64, recorded_at: report.at,
        };
        self.insert("facility_report", report.id.as_str(), row).await
    }

    /// A report that was decided, if it still has the row version it was read with.
    ///
    /// Errors: [`crate::Error::Conflict`] when somebody was quicker.
    pub async fn save_facility_report(&mut self, record: &ReportRecord) -> Result<()> {
        let row = cols! { state: record.report.state.code(), content: json(&record.report)? };
        self.update("facility_report", record.report.id.as_str(), record.version, row).await
    }
}
