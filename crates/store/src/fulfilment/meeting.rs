//! Meetings, reports and money as facts of the town. What does not belong here: their rows (`meeting`, `report`,
//! `budget`).

use std::collections::BTreeSet;

use domain::fulfilment::Span;
use domain::report::Report;
use domain::time::{Date, Timestamp};

use super::Gathered;
use crate::{Read, Result, args};

impl Read {
    /// A meeting counts once it is written down, for the day it was held.
    pub(super) async fn gather_meetings(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT id, kind, org, held_on, minuted_at FROM meeting WHERE town = $1 AND state = 'minuted' \
                   ORDER BY held_on, id";
        for row in &self.rows(sql, args![town.as_str()]).await? {
            let (tags, also) = out.roll.acting(&BTreeSet::from([row.text("org")?]));
            let tags: Vec<String> =
                tags.into_iter().chain([format!("meeting:{}", row.text("kind")?)]).collect();
            let on = row.date("held_on")?;
            let at = row.opt_instant("minuted_at")?.unwrap_or(Timestamp::start_of(on));
            let subject = Some(out.town);
            out.put("meeting.held", &row.text("id")?, subject, &also, Span::between(on, on), at, &tags)?;
        }
        Ok(())
    }

    /// A report counts from the day it was issued.
    pub(super) async fn gather_reports(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT id, org, issued_at, content FROM report WHERE town = $1 AND state = 'issued' ORDER BY issued_at, id";
        for row in &self.rows(sql, args![town.as_str()]).await? {
            let report: Report = row.json("content")?;
            let (mut tags, also) = out.roll.acting(&BTreeSet::from([row.text("org")?]));
            tags.push(format!("report:{}", report.kind));
            if !report.measures.is_empty() {
                tags.push("has_measures".to_owned());
            }
            let at = row.opt_instant("issued_at")?.unwrap_or_default();
            let on = Span::between(at.date(), at.date());
            out.put("report.approved", &row.text("id")?, Some(out.town), &also, on, at, &tags)?;
        }
        Ok(())
    }

    /// Money holds from the day it was approved to the end of its year.
    pub(super) async fn gather_budget(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT id, year, kind, approved_on, voided_at, recorded_at FROM budget_line WHERE town = $1 \
                   ORDER BY approved_on, id";
        for row in &self.rows(sql, args![town.as_str()]).await? {
            let year = i32::try_from(row.int("year")?).map_err(|_| row.inconsistent("year"))?;
            let until = Date::from_ymd_opt(year, 12, 31).unwrap_or_default();
            let (at, tags) = (row.instant("recorded_at")?, [format!("budget:{}", row.text("kind")?)]);
            let void_on = row.opt_instant("voided_at")?.map(Timestamp::date);
            let span = Span::between(row.date("approved_on")?, until);
            out.put_until("budget.set", &row.text("id")?, Some(out.town), &[], span, at, void_on, &tags)?;
        }
        Ok(())
    }
}
