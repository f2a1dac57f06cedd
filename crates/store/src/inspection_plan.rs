//! Inspection plans and the visits they promise, as rows. A visit that is planned no longer is voided, not deleted.
//! What does *not* belong here: the steps of a plan (`domain::inspection_plan`), tasks made from it (`task`).

use std::ops::RangeInclusive;

use domain::ids::{InspectionPlanId, OrgId, PersonId, PlaceId};
use domain::inspection_plan::{InspectionPlan, PlanItem, State};
use domain::place_list::ListKind;
use domain::policy::Scope;
use domain::time::{Date, Timestamp};

use crate::place::PlaceRecord;
use crate::scope::{Columns, Where};
use crate::value::{json, word};
use crate::{Read, Result, Row, Value, Write, args, cols};

/// A plan as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanRecord {
    /// The plan; its visits are there only when one plan is read.
    pub plan: InspectionPlan,
    /// Territory path of the body whose plan it is.
    pub path: String,
    /// The year it is listed under.
    pub year: i32,
    /// 标题.
    pub title: String,
    /// 备注.
    pub note: String,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who recorded it.
    pub recorded_by: String,
}

/// A visit as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanItemRecord {
    /// Our id.
    pub id: String,
    /// The plan.
    pub plan: InspectionPlanId,
    /// The visit.
    pub item: PlanItem,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

impl PlanRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let plan = InspectionPlan {
            id: row.text("id")?.into(),
            org: row.text("org")?.into(),
            span: row.json("span")?,
            items: Vec::new(),
            state: row.json("standing")?,
        };
        Ok(Self {
            plan,
            path: row.text("path")?,
            year: i32::try_from(row.int("year")?).map_err(|_| row.inconsistent("year"))?,
            title: row.text("title")?,
            note: row.text("note")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
            recorded_by: row.text("recorded_by")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let state = match self.plan.state {
            State::Draft => "draft",
            State::Submitted { .. } => "submitted",
            State::Approved { .. } => "approved",
            State::Returned { .. } => "returned",
            State::Superseded { .. } => "superseded",
            State::Void { .. } => "void",
        };
        Ok(cols! {
            org: self.plan.org.as_str(), path: &self.path, year: self.year, span: json(&self.plan.span)?,
            title: &self.title, state: state, standing: json(&self.plan.state)?, note: &self.note,
        })
    }
}

impl PlanItemRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let item = PlanItem {
            place: row.text("place")?.into(),
            from: row.date("from_on")?,
            to: row.date("to_on")?,
            reason: row.text("reason")?,
            // Who set the rows from before is not known: they are kept like what people set.
            by_hand: row.opt_bool("by_hand")?.unwrap_or(true),
        };
        Ok(Self {
            id: row.text("id")?,
            plan: row.text("plan")?.into(),
            item,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Vec<(&'static str, Value)> {
        cols! {
            plan: self.plan.as_str(), place: self.item.place.as_str(), from_on: self.item.from, to_on: self.item.to,
            reason: &self.item.reason, by_hand: self.item.by_hand, version: 1_i64, recorded_at: self.recorded_at,
            voided_at: None::<Timestamp>, void_reason: "",
        }
    }
}

/// A place that approved plans of a year visit less often than wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FewVisits {
    /// The place.
    pub place: PlaceId,
    /// Copy of its risk grade, empty without one.
    pub grade: String,
    /// Visits in approved plans of the year.
    pub planned: u32,
    /// Those of them that begin on the day asked for or later.
    pub to_come: u32,
}

/// Which places a body answers for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charge<'a> {
    /// Those of its sector.
    Sector,
    /// Those on its lists of this kind.
    Listed(ListKind),
    /// Every one of the territory at this path, on a list or not, and those on its lists of this kind.
    Territory(&'a str, ListKind),
    /// Those of its sector, and of the territory at this path those that are of no sector.
    Rest(&'a str),
}

/// Whose places, in which days, and what is wanted of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage<'a> {
    /// The body.
    pub org: &'a OrgId,
    /// Which places are its own.
    pub charge: Charge<'a>,
    /// Visits whose window begins within these days count, both included.
    pub within: (Date, Date),
    /// Only places registered, or entered on the list, on or after this day.
    pub since: Option<Date>,
    /// Who is a member and exists on this day.
    pub on: Date,
    /// From when on a visit is to come.
    pub from: Date,
    /// Visits wanted by the copy of the grade, as it is kept.
    pub by_grade: &'a [(&'static str, u32)],
    /// Visits wanted of every other place.
    pub otherwise: u32,
}

/// Only the places `p` a body answers for on a day; with `since`, of those who are new to it since then.
fn in_charge(
    only: &mut Where,
    org: &OrgId,
    charge: Charge<'_>,
    (on, since): (Date, Option<Date>),
) -> Result<()> {
    let (org, day) = (only.mark(org.as_str()), only.mark(on));
    only.and("p.voided_at IS NULL AND p.opening <> 'deregistered'");
    only.and(&format!("(p.closed_on IS NULL OR p.closed_on > {day})"));
    let at = since.map(|day| only.mark(Timestamp::start_of(day)));
    let registered = at.as_ref().map_or_else(String::new, |at| format!(" AND p.recorded_at >= {at}"));
    let listed = |only: &mut Where, kind: ListKind| -> Result<String> {
        let kind = only.mark(word(&kind)?);
        let entered = since.zip(at.as_ref()).map_or_else(String::new, |(day, at)| {
            let day = only.mark(day);
            format!(" AND (e.from_on >= {day} OR e.recorded_at >= {at})")
        });
        Ok(format!(
            "p.id IN (SELECT e.place FROM list_entry e JOIN place_list l ON l.town = e.town AND l.id = e.list \
             WHERE e.town = p.town AND l.kind = {kind} AND l.owner_org = {org} AND e.from_on <= {day} \
             AND (e.to_on IS NULL OR e.to_on > {day}){entered})"
        ))
    };
    let own = match charge {
        Charge::Sector => format!("p.sector_org = {org}{registered}"),
        Charge::Listed(kind) => listed(only, kind)?,
        Charge::Territory(path, kind) => {
            let (here, listed) = (only.at_or_below("p.path", path), listed(only, kind)?);
            format!("(({here}){registered}) OR {listed}")
        }
        Charge::Rest(path) => {
            let here = only.at_or_below("p.path", path);
            format!("(p.sector_org = {org} OR (p.sector_org IS NULL AND ({here}))){registered}")
        }
    };
    only.and(&format!("({own})"));
    Ok(())
}

/// By which columns rights to a plan are told.
const COLUMNS: Columns = Columns { path: "path", org: "org", place: "" };

impl Read {
    /// The plan of this id with its visits, if it lies within the scope.
    pub async fn inspection_plan(
        &mut self,
        id: &InspectionPlanId,
        scope: &Scope,
    ) -> Result<Option<PlanRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("id", Some(id.as_str()));
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        let Some(row) = self.row(format!("SELECT * FROM inspection_plan{sql}"), list).await? else {
            return Ok(None);
        };
        let mut record = PlanRecord::from_row(&row)?;
        record.plan.items = self.plan_items(id).await?.into_iter().map(|i| i.item).collect();
        Ok(Some(record))
    }

    /// Who handed in the plan of this id, whatever became of it since.
    pub async fn plan_submitter(&mut self, id: &InspectionPlanId) -> Result<Option<PersonId>> {
        let row = self.by_id("inspection_plan", id.as_str()).await?;
        let record = row.as_ref().map(PlanRecord::from_row).transpose()?;
        Ok(record.and_then(|record| record.plan.submitter().cloned()))
    }

    /// The plans of a year, of one body or of all, without visits, newest first.
    pub async fn inspection_plans(
        &mut self,
        year: i32,
        org: Option<&OrgId>,
        scope: &Scope,
    ) -> Result<Vec<PlanRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        let mark = only.mark(year);
        only.and(&format!("year = {mark}"));
        only.is("org", org.map(OrgId::as_str));
        self.plans_where(only, scope).await
    }

    /// The approved plans of some years, without visits, newest first.
    pub async fn approved_plans(
        &mut self,
        years: RangeInclusive<i32>,
        scope: &Scope,
    ) -> Result<Vec<PlanRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("state", Some("approved"));
        let (from, to) = (only.mark(*years.start()), only.mark(*years.end()));
        only.and(&format!("year BETWEEN {from} AND {to}"));
        self.plans_where(only, scope).await
    }

    /// Those of the plans the scope lets in, without visits, newest first.
    async fn plans_where(&mut self, mut only: Where, scope: &Scope) -> Result<Vec<PlanRecord>> {
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        self.rows(format!("SELECT * FROM inspection_plan{sql} ORDER BY recorded_at DESC, id DESC"), list)
            .await?
            .iter()
            .map(PlanRecord::from_row)
            .collect()
    }

    /// The visits of a plan that still stand, by window and place.
    pub async fn plan_items(&mut self, plan: &InspectionPlanId) -> Result<Vec<PlanItemRecord>> {
        let town = self.town.clone();
        self.rows(
            "SELECT * FROM plan_item WHERE town = $1 AND plan = $2 AND voided_at IS NULL \
             ORDER BY from_on, to_on, place, id",
            args![town.as_str(), plan.as_str()],
        )
        .await?
        .iter()
        .map(PlanItemRecord::from_row)
        .collect()
    }

    /// The places a body answers for on a day, by code.
    pub async fn places_in_charge(
        &mut self,
        org: &OrgId,
        charge: Charge<'_>,
        on: Date,
    ) -> Result<Vec<PlaceRecord>> {
        let mut only = Where::town("p.town", self.town.as_str());
        in_charge(&mut only, org, charge, (on, None))?;
        let (sql, list) = only.finish();
        let rows = self.rows(format!("SELECT p.* FROM place p{sql} ORDER BY p.code, p.id"), list).await?;
        rows.iter().map(PlaceRecord::from_row).collect()
    }

    /// The body's places that its approved plans visit less often than their grade wants, by place.
    pub async fn places_with_few_visits(&mut self, asked: &Coverage<'_>) -> Result<Vec<FewVisits>> {
        let mut only = Where::town("p.town", self.town.as_str());
        in_charge(&mut only, asked.org, asked.charge, (asked.on, asked.since))?;
        let org = only.mark(asked.org.as_str());
        let (first, last) = (only.mark(asked.within.0), only.mark(asked.within.1));
        let from = only.mark(asked.from);
        let mut wanted = only.mark(i64::from(asked.otherwise));
        for (grade, visits) in asked.by_grade {
            let (grade, visits) = (only.mark(*grade), only.mark(i64::from(*visits)));
            wanted = format!("CASE WHEN p.cached_risk_grade = {grade} THEN {visits} ELSE {wanted} END");
        }
        only.and(&format!("COALESCE(x.planned, 0) < {wanted}"));
        let (sql, list) = only.finish();
        let found = self
            .rows(
                format!(
                    "SELECT p.id, p.cached_risk_grade, COALESCE(x.planned, 0) AS planned, \
                     COALESCE(x.to_come, 0) AS to_come FROM place p LEFT JOIN (SELECT i.town, \
                     COALESCE(d.same_as, i.place) AS place, \
                     COUNT(*) AS planned, COUNT(CASE WHEN i.from_on >= {from} THEN 1 END) AS to_come \
                     FROM plan_item i JOIN inspection_plan q ON q.town = i.town AND q.id = i.plan \
                     LEFT JOIN place d ON d.town = i.town AND d.id = i.place \
                     WHERE i.town = $1 AND i.voided_at IS NULL AND q.org = {org} AND i.from_on >= {first} \
                     AND i.from_on <= {last} AND q.state = 'approved' GROUP BY i.town, COALESCE(d.same_as, i.place)) x ON x.town = p.town AND x.place = p.id{sql} \
                     ORDER BY p.id"
                ),
                list,
            )
            .await?;
        let count = |row: &Row, column: &'static str| {
            u32::try_from(row.int(column)?).map_err(|_| row.inconsistent(column))
        };
        let read = |row: &Row| {
            Ok(FewVisits {
                place: row.text("id")?.into(),
                grade: row.text("cached_risk_grade")?,
                planned: count(row, "planned")?,
                to_come: count(row, "to_come")?,
            })
        };
        found.iter().map(read).collect()
    }
}

impl Write {
    /// A new plan; its visits are inserted on their own.
    pub async fn insert_inspection_plan(&mut self, plan: &PlanRecord) -> Result<()> {
        let mut row = plan.cols()?;
        row.extend(cols! { version: 1_i64, recorded_at: plan.recorded_at, recorded_by: &plan.recorded_by });
        self.insert("inspection_plan", plan.plan.id.as_str(), row).await
    }

    /// Stores a plan's changed head or state, if nobody changed it since; its visits are left alone.
    pub async fn update_inspection_plan(&mut self, plan: &PlanRecord) -> Result<()> {
        self.update("inspection_plan", plan.plan.id.as_str(), plan.version, plan.cols()?).await
    }

    /// New visits: all or none.
    pub async fn insert_plan_items(&mut self, items: &[PlanItemRecord]) -> Result<()> {
        let rows = items.iter().map(|i| (i.id.clone(), i.cols())).collect();
        self.insert_many("plan_item", rows).await
    }

    /// Takes a visit out of its plan; it stays on record.
    pub async fn void_plan_item(
        &mut self,
        id: &str,
        version: i64,
        at: Timestamp,
        reason: &str,
    ) -> Result<()> {
        let row = cols! { voided_at: at, void_reason: reason };
        self.update("plan_item", id, version, row).await
    }
}
