//! Meetings, reports and money as facts of the town. What does not belong here: their rows (`meeting`, `report`,
//! `budget`).

use std::collections::BTreeSet;

use domain::fulfilment::Span;
use domain::meeting::{Meeting, State, tags};
use domain::report::Report;
use domain::time::{Date, Timestamp};

use super::Gathered;
use crate::{Read, Result, args};

impl Read {
    /// A meeting counts once it is written down, for the day it was held. One that was corrected counts as it was put
    /// down until the correction was known, one that was taken back until that.
    pub(super) async fn gather_meetings(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT id, org, held_on, minuted_at, content FROM meeting WHERE town = $1 \
                   AND (state = 'minuted' OR (state = 'voided' AND minuted_at IS NOT NULL)) ORDER BY held_on, id";
        for row in &self.rows(sql, args![town.as_str()]).await? {
            let meeting: Meeting = row.json("content")?;
            let id = row.text("id")?;
            let (acting, also) = out.roll.acting(&BTreeSet::from([row.text("org")?]));
            let on = row.date("held_on")?;
            let mut since = row.opt_instant("minuted_at")?.unwrap_or(Timestamp::start_of(on));
            let gone = match &meeting.state {
                State::Voided { at, .. } => Some(*at),
                _ => None,
            };
            // What was corrected before there were minutes never counted.
            let before = meeting.editions.iter().filter(|one| one.at > since);
            let mut told: Vec<_> =
                before.map(|one| (one.said.kind.as_str(), one.said.on, Some(one.at))).collect();
            told.push((meeting.kind.as_str(), on, gone));
            for (at, (kind, on, until)) in told.iter().enumerate() {
                if told.get(at + 1).is_some_and(|next| (next.0, next.1) == (*kind, *on)) {
                    continue;
                }
                let tags: Vec<String> = acting.iter().cloned().chain(tags(kind)).collect();
                let (subject, span) = (Some(out.town), Span::between(*on, *on));
                let void_on = until.map(Timestamp::date);
                out.put_until("meeting.held", &id, subject, &also, span, since, void_on, &tags)?;
                since = until.unwrap_or(since);
            }
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
