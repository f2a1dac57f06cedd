//! Inspections as kept: one row for each version of a record, none ever changed. What does not belong here: whether a
//! record may be accepted (`domain::inspection`).

use domain::ids::{InspectionId, OrgId, PlaceId};
use domain::inspection::{Inspection, Occasion, Outcome};
use domain::policy::Scope;
use domain::time::Date;

use crate::scope::{OF_A_PLACE, Where, of_places};
use crate::{Error, Read, Result, Row, Write, args, cols};

/// Of each inspection only its last edition: what was corrected counts no more.
pub(crate) const STANDS: &str = "NOT EXISTS (SELECT 1 FROM inspection l WHERE l.town = inspection.town \
                                 AND l.inspection = inspection.inspection AND l.edition > inspection.edition)";
/// Only where somebody could look: a locked door is no look (decision 0011).
pub(crate) const LOOKED: &str = "result <> 'not_possible'";

/// What is filed with an inspection beside the record itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectionFiling {
    /// Territory path of the place.
    pub path: String,
    /// The organisation that looked.
    pub org: OrgId,
}

/// Which inspections to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InspectionFilter {
    /// Only of this place.
    pub place: Option<PlaceId>,
    /// Only on or after this date.
    pub from: Option<Date>,
    /// Only on or before this date.
    pub to: Option<Date>,
    /// Only at places of this village.
    pub village: Option<String>,
    /// Only by this organisation.
    pub org: Option<OrgId>,
    /// Only with this outcome: `clear`, `hazards` or `not_possible`.
    pub result: Option<String>,
    /// Only with this text in the place's name, code or initials.
    pub text: Option<String>,
    /// Only those that answer a task which several organisations owe together.
    pub joint: bool,
    /// Only for this reason.
    pub occasion: Option<Occasion>,
    /// Only where somebody could look.
    pub looked: bool,
}

fn broken(column: &str, id: &str) -> Error {
    Error::Inconsistent { table: "inspection", column: column.to_owned(), id: id.to_owned() }
}

fn from_row(row: &Row) -> Result<(Inspection, InspectionFiling)> {
    let inspection: Inspection = row.json("content")?;
    let agrees = row.text("inspection")? == inspection.record.id.as_str()
        && row.int("edition")? == i64::from(inspection.version)
        && row.text("place")? == inspection.record.place.as_str()
        && row.date("happened_on")? == inspection.record.ended_at.date();
    if !agrees {
        return Err(broken("content", inspection.record.id.as_str()));
    }
    Ok((inspection, InspectionFiling { path: row.text("path")?, org: row.text("org")?.into() }))
}

impl Read {
    /// Every version of an inspection, first version first; empty when there is none of this id.
    pub async fn inspection_versions(
        &mut self,
        id: &InspectionId,
    ) -> Result<Vec<(Inspection, InspectionFiling)>> {
        let town = self.town().clone();
        self.rows(
            "SELECT * FROM inspection WHERE town = $1 AND inspection = $2 ORDER BY edition",
            args![town.as_str(), id.as_str()],
        )
        .await?
        .iter()
        .map(from_row)
        .collect()
    }

    /// The version of an inspection that stands.
    pub async fn inspection(&mut self, id: &InspectionId) -> Result<Option<(Inspection, InspectionFiling)>> {
        Ok(self.inspection_versions(id).await?.pop())
    }

    /// The standing versions before `after` (exclusive, by date and id), newest first, within the scope.
    pub async fn inspections(
        &mut self,
        scope: &Scope,
        filter: &InspectionFilter,
        after: Option<(Date, InspectionId)>,
        limit: i64,
    ) -> Result<Vec<(Inspection, InspectionFiling)>> {
        let mut only = self.inspection_filter(scope, filter);
        if let Some((date, id)) = after {
            let (date, id) = (only.mark(date), only.mark(id.as_str()));
            only.and(&format!("(happened_on, inspection) < ({date}, {id})"));
        }
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        let order = format!("ORDER BY happened_on DESC, inspection DESC LIMIT {most}");
        self.rows(format!("SELECT * FROM inspection{sql} {order}"), list)
            .await?
            .iter()
            .map(from_row)
            .collect()
    }

    /// How many inspections a filter finds within the scope.
    pub async fn inspection_count(&mut self, scope: &Scope, filter: &InspectionFilter) -> Result<i64> {
        let (sql, list) = self.inspection_filter(scope, filter).finish();
        match self.row(format!("SELECT COUNT(*) AS n FROM inspection{sql}"), list).await? {
            Some(row) => row.int("n"),
            None => Ok(0),
        }
    }

    fn inspection_filter(&self, scope: &Scope, filter: &InspectionFilter) -> Where {
        let mut only = Where::town("town", self.town().as_str());
        only.and(STANDS);
        only.within(&OF_A_PLACE, scope);
        only.is_place("place", filter.place.as_ref());
        if let Some(date) = filter.from {
            let date = only.mark(date);
            only.and(&format!("happened_on >= {date}"));
        }
        if let Some(date) = filter.to {
            let date = only.mark(date);
            only.and(&format!("happened_on <= {date}"));
        }
        only.is("org", filter.org.as_ref().map(OrgId::as_str));
        only.is("result", filter.result.as_deref());
        if filter.joint {
            only.and("task IN (SELECT t.id FROM task t WHERE t.town = $1 AND t.kind = 'joint')");
        }
        if let Some(occasion) = filter.occasion {
            // What somebody typed has its quotes escaped and is never taken for the field.
            let word = serde_json::to_string(&occasion).unwrap_or_default();
            let field = only.mark(format!("%\"occasion\":{word}%"));
            only.and(&format!("content LIKE {field}"));
        }
        if filter.looked {
            only.and(LOOKED);
        }
        of_places(&mut only, filter.village.as_deref(), filter.text.as_deref(), &[]);
        only
    }
}

impl Write {
    /// A version of an inspection: the first, or a correction beside the versions before it.
    ///
    /// Errors: [`Error::Conflict`] unless it is the next version.
    pub async fn insert_inspection(
        &mut self,
        inspection: &Inspection,
        filing: &InspectionFiling,
    ) -> Result<()> {
        let record = &inspection.record;
        let standing = self.inspection(&record.id).await?.map_or(0, |(kept, _)| kept.version);
        if inspection.version != standing + 1 {
            return Err(Error::Conflict { table: "inspection", id: record.id.to_string() });
        }
        let content = serde_json::to_string(inspection).map_err(|_| broken("content", record.id.as_str()))?;
        let outcome = match inspection.outcome {
            Outcome::Clear => "clear",
            Outcome::Hazards => "hazards",
            Outcome::NotPossible => "not_possible",
        };
        let row = cols! {
            inspection: record.id.as_str(), edition: inspection.version,
            task: record.task.as_ref().map_or("", |t| t.as_str()), place: record.place.as_str(),
            path: &filing.path, org: filing.org.as_str(), result: outcome,
            failed_n: inspection.failed_items().count(), happened_on: record.ended_at.date(),
            recorded_at: inspection.recorded_at, content: content, version: 1_i64,
        };
        self.insert("inspection", &format!("{}-{}", record.id, inspection.version), row).await
    }
}
