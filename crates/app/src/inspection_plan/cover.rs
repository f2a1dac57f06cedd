//! What approved plans do not cover although it is there: places registered later, or graded worse since; and the plan that
//! makes up for it. What does not belong here: what a draft leaves uncovered (`inspection_plan`).

use std::collections::BTreeSet;

use chrono::{Datelike, Months};
use domain::ids::{InspectionPlanId, OrgId, PlaceId};
use domain::inspection_plan::{
    Expected, Frequency, GRADES, InspectionPlan, PlanItem, Span, State, Uncovered,
};
use domain::org::OrgKind;
use domain::policy::{Action, Subject};
use domain::time::Date;
use domain::visit_schedule::{each_month, missing_now, spread};
use store::Read;
use store::inspection_plan::{Coverage, FewVisits, PlanItemRecord, PlanRecord};

use super::{POLICE_VISITS, PlanView, charge, frequency, is_open, org_of, path_of, subject};
use crate::calendar::calendar;
use crate::parameter::number_on;
use crate::{App, Caller, Error, Result};

/// What a plan that makes up for others is about; by this it is known while it waits.
const MAKES_UP: &str = "新增、升级场所补充检查";
/// Why a visit is in it.
const REASON: &str = "补充：计划批准后新增或者风险升级";

/// Whether a plan of this time makes up for what others leave uncovered.
pub(super) fn makes_up(span: &Span) -> bool {
    matches!(span, Span::Special { subject, .. } if subject == MAKES_UP)
}

/// Visits a year by the copies of grades, the unit's own number first.
fn by_grade(frequency: &Frequency) -> [(&'static str, u32); 4] {
    GRADES.map(|(word, grade)| (word, frequency.visits(Some(grade))))
}

/// The first and last day of a span.
fn days_of(span: &Span) -> Option<(Date, Date)> {
    let last_of = |from: Date| from.checked_add_months(Months::new(1)).and_then(|next| next.pred_opt());
    Some(match span {
        Span::Annual { year } => (Date::from_ymd_opt(*year, 1, 1)?, Date::from_ymd_opt(*year, 12, 31)?),
        Span::Monthly { year, month } => {
            let from = Date::from_ymd_opt(*year, *month, 1)?;
            (from, last_of(from)?)
        }
        Span::Special { from, to, .. } => (*from, *to),
    })
}

/// What an approved plan does not cover now, place by place: wanted and planned from here on. A year owes each place the rest of
/// its visits; a month those of every month, and in December whoever had none all year; a campaign one to whoever was
/// registered since. A plan whose time is over is not asked, nor one that itself makes up for others.
pub(crate) async fn uncovered_now(
    read: &mut Read,
    plan: &InspectionPlan,
    today: Date,
) -> Result<Vec<Uncovered>> {
    let State::Approved { on: approved, .. } = &plan.state else { return Ok(Vec::new()) };
    let Some(within) = days_of(&plan.span).filter(|(_, last)| *last >= today) else { return Ok(Vec::new()) };
    let Some(org) = read.org(&plan.org).await?.filter(|known| known.org.active) else {
        return Ok(Vec::new());
    };
    let path = path_of(read, &org.org).await?;
    let frequency = frequency(read, today).await?;
    let (by_grade, otherwise) = match org.org.kind {
        OrgKind::Police => (Vec::new(), u32::from(number_on(read, POLICE_VISITS, today).await?)),
        _ => (by_grade(&frequency).to_vec(), frequency.ungraded),
    };
    let asked = Coverage {
        org: &plan.org,
        charge: charge(org.org.kind, &path),
        within,
        since: None,
        on: today,
        from: within.0,
        by_grade: &by_grade,
        otherwise,
    };
    match &plan.span {
        Span::Annual { year } if *year == today.year() => {
            let asked = Coverage { from: today.with_day(1).unwrap_or(today), ..asked };
            // Approved before the year began counts as from its first day.
            let approved_in = if approved.year() < *year { 1 } else { approved.month() };
            few(read, &asked, |visits, planned| missing_now(visits, (approved_in, today.month()), planned))
                .await
        }
        // A year to come is planned anew before it begins.
        Span::Annual { .. } => Ok(Vec::new()),
        Span::Monthly { year, .. } => {
            let monthly: Vec<_> = by_grade.iter().map(|(grade, n)| (*grade, each_month(*n))).collect();
            let of_month = Coverage { by_grade: &monthly, otherwise: each_month(otherwise), ..asked.clone() };
            let mut gaps =
                few(read, &of_month, |visits, (planned, _)| visits.saturating_sub(planned)).await?;
            // No month is left for whoever had no turn.
            if (*year, 12) == (today.year(), today.month()) {
                let once: Vec<_> = by_grade.iter().map(|(grade, n)| (*grade, (*n).min(1))).collect();
                let year = days_of(&Span::Annual { year: *year }).unwrap_or(within);
                let of_year =
                    Coverage { within: year, by_grade: &once, otherwise: otherwise.min(1), ..asked };
                let found =
                    few(read, &of_year, |visits, (planned, _)| visits.saturating_sub(planned)).await?;
                gaps.extend(
                    found
                        .into_iter()
                        .filter(|one| !gaps.iter().any(|gap| gap.place == one.place))
                        .collect::<Vec<_>>(),
                );
            }
            Ok(gaps)
        }
        span if makes_up(span) => Ok(Vec::new()),
        // Whoever was there when it was approved was weighed then.
        Span::Special { .. } => {
            let asked = Coverage { since: Some(*approved), by_grade: &[], otherwise: 1, ..asked };
            few(read, &asked, |visits, (planned, _)| visits.saturating_sub(planned)).await
        }
    }
}

/// The places with too few visits, and how many are missing by a rule of what is wanted and of what is planned and to come.
async fn few(
    read: &mut Read,
    asked: &Coverage<'_>,
    missing: impl Fn(u32, (u32, u32)) -> u32,
) -> Result<Vec<Uncovered>> {
    let gap = |one: FewVisits| {
        let visits = asked.by_grade.iter().find(|(grade, _)| *grade == one.grade);
        let visits = visits.map_or(asked.otherwise, |(_, n)| *n);
        let missing = missing(visits, (one.planned, one.to_come));
        let wanted = one.to_come + missing;
        (missing > 0).then_some(Uncovered { place: one.place, planned: one.to_come, wanted })
    };
    Ok(read.places_with_few_visits(asked).await?.into_iter().filter_map(gap).collect())
}

/// How many places lie uncovered under the approved plans the caller drafts or approves; none when he does neither.
pub(crate) async fn waiting(read: &mut Read, caller: &Caller, today: Date) -> Result<Option<i64>> {
    let scope =
        [Action::PlanDraft, Action::PlanApprove].into_iter().find_map(|right| caller.hats.scope(right));
    let Some(scope) = scope else { return Ok(None) };
    // A place that both the year's plan and the month's leave out is one place to see to.
    let mut found: BTreeSet<(OrgId, PlaceId)> = BTreeSet::new();
    // Of last year for campaigns that run over the new year.
    for record in read.approved_plans(today.year() - 1..=today.year() + 1, &scope).await? {
        let gaps = uncovered_now(read, &record.plan, today).await?;
        found.extend(gaps.into_iter().map(|gap| (record.plan.org.clone(), gap.place)));
    }
    Ok(Some(found.len() as i64))
}

/// Whether a plan that makes up for the body's others waits to be approved.
async fn is_waiting(read: &mut Read, org: &OrgId, year: i32) -> Result<bool> {
    let whole = Caller::system().scope(Action::PlanRead)?;
    let plans = read.inspection_plans(year, Some(org), &whole).await?;
    Ok(plans.iter().any(|record| is_open(&record.plan.state) && makes_up(&record.plan.span)))
}

/// So many visits of each place, any time within these days.
fn within(expected: &[Expected], from: Date, to: Date) -> Vec<PlanItem> {
    let visit =
        |place: &PlaceId| PlanItem { place: place.clone(), from, to, reason: String::new(), by_hand: false };
    expected.iter().flat_map(|one| (0..one.visits).map(|_| visit(&one.place))).collect()
}

impl App {
    /// A draft that makes up for what an approved plan does not cover now, within its time: to be looked through, handed in and
    /// approved like any other. The approved plan and its tasks stay as they are.
    ///
    /// Errors: nothing is uncovered; such a draft waits already.
    pub async fn supplement_plan(
        &self,
        caller: &Caller,
        id: &InspectionPlanId,
        version: i64,
    ) -> Result<PlanView> {
        let now = self.now();
        let today = now.date();
        let mut tx = self.write(caller).await?;
        // Of two who ask at once the second finds the draft of the first.
        tx.hold_town().await?;
        let old = self.plan_in_scope(&mut tx, caller, id).await?;
        caller.hat(Action::PlanDraft, &subject(&old))?;
        self.fresh(&mut tx, caller, &old, version).await?;
        let gaps = uncovered_now(&mut tx, &old.plan, today).await?;
        if gaps.is_empty() {
            return Err(Error::Refused {
                code: "inspection_plan.nothing_missing",
                message: "已批准的计划没有漏排的场所，不需要补充计划，请刷新查看".to_owned(),
            });
        }
        if is_waiting(&mut tx, &old.plan.org, old.year).await? {
            return Err(Error::Refused {
                code: "inspection_plan.supplement_waits",
                message: "已有一份补充计划尚未批准，请先办完那一份".to_owned(),
            });
        }
        let org = org_of(&mut tx, &old.plan.org).await?;
        let (first, ends) = days_of(&old.plan.span).unwrap_or((today, today));
        let from = today.max(first);
        let span = Span::Special { subject: MAKES_UP.to_owned(), from, to: ends };
        let expected: Vec<Expected> = gaps
            .into_iter()
            .map(|gap| Expected { place: gap.place, visits: gap.wanted - gap.planned })
            .collect();
        let calendar = calendar(&mut tx).await?;
        let items = match old.plan.span {
            Span::Annual { year } => spread(&expected, year, from, &calendar),
            _ => within(&expected, from, ends),
        };
        let items: Vec<PlanItem> =
            items.into_iter().map(|item| PlanItem { reason: REASON.to_owned(), ..item }).collect();
        let plan = InspectionPlan::draft(self.new_id().into(), org.id.clone(), span).with_items(items)?;
        let record = PlanRecord {
            plan,
            path: old.path.clone(),
            year: old.year,
            title: format!("{}{} 年补充检查计划", org.name, old.year),
            note: String::new(),
            version: 1,
            recorded_at: now,
            recorded_by: caller.account.to_string(),
        };
        let hat = caller.hat(Action::PlanDraft, &Subject::of(&record.path, Some(&org.id)))?;
        tx.insert_inspection_plan(&record).await?;
        let kept: Vec<PlanItemRecord> = record
            .plan
            .items
            .iter()
            .map(|item| PlanItemRecord {
                id: self.new_id(),
                plan: record.plan.id.clone(),
                item: item.clone(),
                version: 1,
                recorded_at: now,
            })
            .collect();
        tx.insert_plan_items(&kept).await?;
        let object = ("inspection_plan", record.plan.id.as_str());
        let mut audit = caller.audit_as(hat, "inspection_plan.add", object, &record.path, now);
        audit.reason = MAKES_UP.to_owned();
        let view = self.plan_view(&mut tx, caller, &record).await?;
        Ok(tx.commit(audit, view).await?)
    }
}
