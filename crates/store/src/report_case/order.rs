//! Orders from outside as rows, one for each report that came by a file or whose answer went back. What does not belong here:
//! how far an answer is (`domain::report_case::order`), the report itself (the parent room).

use std::collections::HashMap;

use domain::ids::ReportCaseId;
use domain::report_case::order::Order;
use domain::time::Timestamp;

use crate::scope::Where;
use crate::value::json;
use crate::{Read, Result, Row, Value, Write, cols};

/// Ids of one statement.
const AT_ONCE: usize = 400;

/// An order as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRecord {
    /// The order.
    pub order: Order,
    /// Who recorded it.
    pub recorded_by: String,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

impl OrderRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let order: Order = row.json("content")?;
        if order.due_at != row.opt_instant("due_at")? {
            return Err(row.inconsistent("due_at"));
        }
        Ok(Self {
            order,
            recorded_by: row.text("recorded_by")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        Ok(cols! { due_at: self.order.due_at, content: json(&self.order)? })
    }
}

impl Read {
    /// The orders of these reports, by report. Whoever asks read the reports within his scope.
    pub async fn report_orders(
        &mut self,
        cases: &[ReportCaseId],
    ) -> Result<HashMap<ReportCaseId, OrderRecord>> {
        let mut found = HashMap::new();
        for some in cases.chunks(AT_ONCE) {
            let mut only = Where::town("town", self.town.as_str());
            let marks: Vec<String> = some.iter().map(|id| only.mark(id.as_str())).collect();
            only.and(&format!("id IN ({})", marks.join(", ")));
            let (sql, list) = only.finish();
            for row in &self.rows(format!("SELECT * FROM report_order{sql}"), list).await? {
                let record = OrderRecord::from_row(row)?;
                found.insert(record.order.case.clone(), record);
            }
        }
        Ok(found)
    }
}

impl Write {
    /// An order that was not known.
    pub async fn insert_report_order(&mut self, record: &OrderRecord) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(
            cols! { version: 1_i64, recorded_at: record.recorded_at, recorded_by: &record.recorded_by },
        );
        self.insert("report_order", record.order.case.as_str(), row).await
    }

    /// An order that a file told anew or whose answer went back, if it still has the version it was read with.
    ///
    /// Errors: [`crate::Error::Conflict`] when somebody was quicker.
    pub async fn update_report_order(&mut self, record: &OrderRecord) -> Result<()> {
        self.update("report_order", record.order.case.as_str(), record.version, record.cols()?).await
    }
}
