//! What approved plans do not cover although it is there: places registered later, or graded worse since; and the plan that
//! makes up for it. What does not belong here: what a draft leaves uncovered (`inspection_plan`).

use chrono::Datelike;
use domain::ids::{InspectionPlanId, OrgId};
use domain::inspection_plan::{Expected, Frequency, InspectionPlan, PlanItem, Span, State, Uncovered};
use domain::org::OrgKind;
use domain::policy::{Action, Subject};
use domain::time::Date;
use domain::visit_schedule::{missing_now, spread};
use store::Read;
use store::inspection_plan::{Coverage, PlanItemRecord, PlanRecord};

use super::{POLICE_VISITS, PlanView, frequency, is_open, kind_of_lists, org_of, subject};
use crate::calendar::calendar;
use crate::parameter::number_on;
use crate::{App, Caller, Error, Result};

/// What a plan that makes up for others is about; by this it is known while it waits.
const MAKES_UP: &str = "新增、升级场所补充检查";
/// Why a visit is in it.
const REASON: &str = "补充：计划批准后新增或者风险升级";

/// Visits a year by the copies of grades, the unit's own number first.
fn by_grade(frequency: &Frequency) -> [(&'static str, u32); 4] {
    [
        ("red", frequency.red),
        ("orange", frequency.orange),
        ("yellow", frequency.yellow),
        ("blue", frequency.blue),
    ]
}

/// What is missing of the rest of the year, place by place: wanted and planned from this month on. Only an approved plan of
/// the present year is asked; one of a month is made anew next month anyway.
pub(crate) async fn uncovered_now(
    read: &mut Read,
    plan: &InspectionPlan,
    today: Date,
) -> Result<Vec<Uncovered>> {
    let (Span::Annual { year }, State::Approved { on: approved, .. }) = (&plan.span, &plan.state) else {
        return Ok(Vec::new());
    };
    let Some(org) = read.org(&plan.org).await?.filter(|known| known.org.active) else {
        return Ok(Vec::new());
    };
    if *year != today.year() {
        return Ok(Vec::new());
    }
    let frequency = frequency(read, today).await?;
    let (by_grade, otherwise) = match org.org.kind {
        OrgKind::Police => (Vec::new(), u32::from(number_on(read, POLICE_VISITS, today).await?)),
        _ => (by_grade(&frequency).to_vec(), frequency.ungraded),
    };
    let found = read
        .places_with_few_visits(&Coverage {
            org: &plan.org,
            lists: kind_of_lists(org.org.kind),
            year: *year,
            on: today,
            from: today.with_day(1).unwrap_or(today),
            by_grade: &by_grade,
            otherwise,
        })
        .await?;
    // Approved before the year began counts as from its first day.
    let approved_in = if approved.year() < *year { 1 } else { approved.month() };
    let gap = |one: store::inspection_plan::FewVisits| {
        let visits = by_grade.iter().find(|(grade, _)| *grade == one.grade).map_or(otherwise, |(_, n)| *n);
        let missing = missing_now(visits, (approved_in, today.month()), (one.planned, one.to_come));
        (missing > 0).then(|| Uncovered {
            place: one.place,
            planned: one.to_come,
            wanted: one.to_come + missing,
        })
    };
    Ok(found.into_iter().filter_map(gap).collect())
}

/// How many places lie uncovered under the approved plans the caller drafts or approves; none when he does neither.
pub(crate) async fn waiting(read: &mut Read, caller: &Caller, today: Date) -> Result<Option<i64>> {
    let scope =
        [Action::PlanDraft, Action::PlanApprove].into_iter().find_map(|right| caller.hats.scope(right));
    let Some(scope) = scope else { return Ok(None) };
    let mut n = 0;
    for record in read.inspection_plans(today.year(), None, &scope).await? {
        n += uncovered_now(read, &record.plan, today).await?.len() as i64;
    }
    Ok(Some(n))
}

/// Whether a plan that makes up for the body's others waits to be approved.
async fn is_waiting(read: &mut Read, org: &OrgId, year: i32) -> Result<bool> {
    let whole = Caller::system().scope(Action::PlanRead)?;
    let plans = read.inspection_plans(year, Some(org), &whole).await?;
    let makes_up = |plan: &InspectionPlan| {
        is_open(&plan.state) && matches!(&plan.span, Span::Special { subject, .. } if subject == MAKES_UP)
    };
    Ok(plans.iter().any(|record| makes_up(&record.plan)))
}

impl App {
    /// A draft that makes up for what an approved plan of the year does not cover now: to be looked through, handed in and
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
        let ends = Date::from_ymd_opt(old.year, 12, 31).unwrap_or(today);
        let span = Span::Special { subject: MAKES_UP.to_owned(), from: today, to: ends };
        let expected: Vec<Expected> = gaps
            .into_iter()
            .map(|gap| Expected { place: gap.place, visits: gap.wanted - gap.planned })
            .collect();
        let calendar = calendar(&mut tx).await?;
        let items: Vec<PlanItem> = spread(&expected, old.year, today, &calendar)
            .into_iter()
            .map(|item| PlanItem { reason: REASON.to_owned(), ..item })
            .collect();
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
