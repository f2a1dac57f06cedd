//! Inspection plans: drafted, filled by how often a place is to be visited, approved by somebody else, and then tasks.
//! What does not belong here: how visits are spread (`domain::visit_schedule`), what becomes of a task (`task`).

pub(crate) mod cover;
mod joint;
pub(crate) mod view;

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike;
use domain::ids::{InspectionPlanId, OrgId, PlaceId};
use domain::inspection_plan::{
    Expected, Frequency, GRADES, InspectionPlan, PlanItem, PlanRefusal, Span, State, Uncovered, refilled,
    saved_by_hand, tasks_due, uncovered,
};
use domain::org::{Assignment, Org, OrgKind};
use domain::place_list::ListKind;
use domain::policy::{Action, Subject};
use domain::risk::Grade;
use domain::task::{Task, Window};
use domain::time::{Date, Timestamp};
use domain::visit_schedule::schedule;
use store::inspection_plan::{Charge, PlanItemRecord, PlanRecord};
use store::place::PlaceRecord;
use store::task::{StoredTask, TaskFiling, TaskFilter};
use store::{Read, Write};

pub use joint::JointOfferView;
pub use view::{
    MonthVisits, PlanHistoryView, PlanInput, PlanItemInput, PlanItemView, PlanReplaced, PlanRow, PlanView,
    SpanView, UncoveredView,
};

use crate::calendar::calendar;
use crate::names::Names;
use crate::parameter::number_on;
use crate::task::next_code;
use crate::view::Named;
use crate::{App, Caller, Error, Result};

/// Visits of one plan.
const MOST_ITEMS: usize = 20_000;

/// A step of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanStep {
    /// 报审.
    Submit,
    /// 批准.
    Approve,
    /// 退回.
    SendBack(String),
    /// 重新起草.
    Reopen,
    /// 作废.
    Void(String),
}

impl PlanStep {
    fn audit(&self) -> &'static str {
        match self {
            Self::Submit => "inspection_plan.submit",
            Self::Approve => "inspection_plan.approve",
            Self::SendBack(_) => "inspection_plan.send_back",
            Self::Reopen => "inspection_plan.reopen",
            Self::Void(_) => "inspection_plan.void",
        }
    }

    fn action(&self) -> Action {
        match self {
            Self::Submit | Self::Reopen => Action::PlanDraft,
            Self::Approve | Self::SendBack(_) | Self::Void(_) => Action::PlanApprove,
        }
    }
}

/// A place with the grade it has today.
pub(crate) struct Graded {
    pub record: PlaceRecord,
    pub grade: Option<Grade>,
}

fn subject(record: &PlanRecord) -> Subject {
    Subject::of(&record.path, Some(&record.plan.org))
}

/// Whether the plan's visits may still be weighed against what is wanted.
fn is_open(state: &State) -> bool {
    matches!(state, State::Draft | State::Submitted { .. } | State::Returned { .. })
}

fn year_of(span: &Span) -> i32 {
    match span {
        Span::Annual { year } | Span::Monthly { year, .. } => *year,
        Span::Special { from, .. } => from.year(),
    }
}

async fn org_of(read: &mut Read, id: &OrgId) -> Result<Org> {
    let known = read.org(id).await?.filter(|known| known.org.active);
    known.map(|known| known.org).ok_or_else(|| Error::field("org", "org.unknown", "没有这个机构，请重新选择"))
}

/// Which places a body of this kind with this territory answers for: the police for its listed units, a village for
/// everything that lies in it, the offices of the town for their sector and what is of none, others for their sector.
fn charge(kind: OrgKind, path: &str) -> Charge<'_> {
    match kind {
        OrgKind::Police => Charge::Listed(ListKind::PoliceListed),
        OrgKind::Village => Charge::Territory(path, ListKind::VillageListed),
        OrgKind::TownGov | OrgKind::Committee | OrgKind::Office | OrgKind::Workstation => Charge::Rest(path),
        _ => Charge::Sector,
    }
}

/// Where a body is.
async fn path_of(read: &mut Read, org: &Org) -> Result<String> {
    let territory = read.territory(&org.territory).await?;
    Ok(territory.map(|known| known.territory.path).unwrap_or_default())
}

/// The places a body answers for, whether on a list or graded or not.
async fn own_places(read: &mut Read, org: &Org, on: Date) -> Result<Vec<Graded>> {
    let path = path_of(read, org).await?;
    let records = read.places_in_charge(&org.id, charge(org.kind, &path), on).await?;
    let ids: Vec<PlaceId> = records.iter().map(|record| record.place.id.clone()).collect();
    let signs = read.place_signs(&ids, on).await?;
    let grade = |mut record: PlaceRecord| {
        let own = signs.get(&record.place.id).cloned().unwrap_or_default();
        let grade = crate::risk::score(&record.place, record.recorded_at, &own, on).grade;
        // What is wanted follows from the grade of today, and so is said with it.
        record.cached_risk_grade = grade.map_or("", crate::risk::grade_code).to_owned();
        Graded { record, grade }
    };
    Ok(records.into_iter().map(grade).collect())
}

/// What the name of a setting of how often begins with; the word of a grade follows.
pub(crate) const OF_VISITS: &str = "inspection.frequency.";

/// How often a year places are visited while the town has set nothing else.
pub(crate) const PROPOSED: Frequency = Frequency::proposed(Date::MIN);

/// How often a year a place without a grade is visited; the town's to set.
pub(crate) const UNGRADED_VISITS: (&str, f64) = ("inspection.frequency.ungraded", PROPOSED.ungraded as f64);

/// How often a year the police station looks at each of its listed units; the town's to set.
pub(crate) const POLICE_VISITS: (&str, f64) = ("inspection.frequency.police", 12.0);

/// How often a year places are visited: the town's own numbers, otherwise those that come along.
async fn frequency(read: &mut Read, on: Date) -> Result<Frequency> {
    let mut set = Frequency::proposed(on);
    for (word, grade) in GRADES {
        let (name, comes) = (format!("{OF_VISITS}{word}"), f64::from(set.visits(Some(grade))));
        set.set(grade, u32::from(number_on(read, (name.as_str(), comes), on).await?));
    }
    set.ungraded = u32::from(number_on(read, UNGRADED_VISITS, on).await?);
    Ok(set)
}

/// What is wanted of a body within a span from today on.
struct Wanted {
    graded: Vec<Graded>,
    /// Visits that can still be planned.
    items: Vec<PlanItem>,
    /// Places of a span that is over: they can only be shown as not covered.
    too_late: Vec<Expected>,
    /// Visits the year's frequency had before today, which a plan made now does not make up for.
    passed: u32,
}

/// Places that approved plans of a body promise to visit in a year.
async fn promised(read: &mut Read, org: &OrgId, year: i32) -> Result<BTreeSet<PlaceId>> {
    let whole = Caller::system().scope(Action::PlanRead)?;
    let mut places = BTreeSet::new();
    for plan in read.inspection_plans(year, Some(org), &whole).await? {
        if matches!(plan.plan.state, State::Approved { .. }) {
            let items = read.plan_items(&plan.plan.id).await?;
            places.extend(items.into_iter().map(|kept| kept.item.place));
        }
    }
    Ok(places)
}

/// The visits wanted in one month, and the places it is too late for.
///
/// The year's rhythm says who is due in which month. Whoever was due in an earlier one and is in no approved plan of
/// the year has no turn left: he gets one of the months to come, so that a body that begins in October forgets nobody.
async fn wanted_in_month(
    read: &mut Read,
    org: &OrgId,
    expected: &[Expected],
    (year, month): (i32, u32),
    today: Date,
) -> Result<(Vec<PlanItem>, Vec<Expected>)> {
    let first = Date::from_ymd_opt(year, month, 1).unwrap_or(today);
    let next = first.checked_add_months(chrono::Months::new(1)).unwrap_or(first);
    let begins = Date::from_ymd_opt(year, 1, 1).unwrap_or(first);
    let calendar = calendar(read).await?;
    let rhythm = schedule(expected, year, begins, &calendar);
    let in_month = |item: &PlanItem| first <= item.from && item.from < next;
    if next <= today {
        let mut counts: BTreeMap<PlaceId, u32> = BTreeMap::new();
        for item in rhythm.into_iter().filter(in_month) {
            *counts.entry(item.place).or_default() += 1;
        }
        let late = counts.into_iter().map(|(place, visits)| Expected { place, visits });
        return Ok((Vec::new(), late.collect()));
    }
    let has_turn: BTreeSet<&PlaceId> =
        rhythm.iter().filter(|item| item.from >= first).map(|item| &item.place).collect();
    let promised = promised(read, org, year).await?;
    let left_out: Vec<Expected> = expected
        .iter()
        .filter(|one| one.visits > 0 && !has_turn.contains(&one.place) && !promised.contains(&one.place))
        .map(|one| Expected { place: one.place.clone(), visits: 1 })
        .collect();
    let mut items: Vec<PlanItem> = rhythm.into_iter().filter(in_month).collect();
    items.extend(schedule(&left_out, year, first, &calendar).into_iter().filter(in_month));
    for item in &mut items {
        item.from = item.from.max(today.min(item.to));
    }
    // On the last days of a month its last working day may be over; the visit still has the month.
    for item in items.iter_mut().filter(|item| item.to < today) {
        (item.from, item.to) = (today, next.pred_opt().unwrap_or(today));
    }
    Ok((items, Vec::new()))
}

async fn wanted(read: &mut Read, org: &Org, span: &Span, today: Date) -> Result<Wanted> {
    let graded = own_places(read, org, today).await?;
    let frequency = frequency(read, today).await?;
    // The police station looks at its listed units every month, whatever their risk.
    let monthly = match org.kind {
        OrgKind::Police => Some(u32::from(number_on(read, POLICE_VISITS, today).await?)),
        _ => None,
    };
    let visits = |one: &Graded| monthly.unwrap_or_else(|| frequency.visits(one.grade));
    let reason = |one: &Graded| match monthly {
        Some(n) => format!("派出所列管，每年 {n} 次"),
        None => {
            let grade = one
                .grade
                .map_or("未评级（资料不足）".to_owned(), |grade| format!("{}色", grade.label()));
            format!("{grade}，每年 {} 次", frequency.visits(one.grade))
        }
    };
    let reasons: BTreeMap<PlaceId, String> =
        graded.iter().map(|one| (one.record.place.id.clone(), reason(one))).collect();
    let mut expected: Vec<Expected> = graded
        .iter()
        .map(|one| Expected { place: one.record.place.id.clone(), visits: visits(one) })
        .collect();
    expected.sort_by(|a, b| a.place.cmp(&b.place));
    let once = || expected.iter().map(|one| Expected { visits: 1, ..one.clone() });
    let mut passed = 0;
    let (mut items, too_late) = match span {
        Span::Special { to, .. } if *to < today => (Vec::new(), once().collect()),
        Span::Special { from, to, .. } => {
            let visit = |place| PlanItem {
                place,
                from: today.max(*from),
                to: *to,
                reason: String::new(),
                by_hand: false,
            };
            (once().map(|one| visit(one.place)).collect(), Vec::new())
        }
        Span::Monthly { year, month } => {
            wanted_in_month(read, &org.id, &expected, (*year, *month), today).await?
        }
        Span::Annual { year } if *year < today.year() => (Vec::new(), expected),
        Span::Annual { year } => {
            let calendar = calendar(read).await?;
            let items = schedule(&expected, *year, today, &calendar);
            let all: u32 = expected.iter().map(|one| one.visits).sum();
            passed = all.saturating_sub(u32::try_from(items.len()).unwrap_or(u32::MAX));
            (items, Vec::new())
        }
    };
    for item in &mut items {
        if matches!(span, Span::Special { .. }) {
            item.reason = "专项".to_owned();
        } else if let Some(reason) = reasons.get(&item.place) {
            item.reason.clone_from(reason);
        }
    }
    items.sort();
    Ok(Wanted { graded, items, too_late, passed })
}

/// What a plan leaves uncovered of what is wanted.
fn gaps(plan: &InspectionPlan, wanted: &Wanted) -> Vec<Uncovered> {
    let mut counts: BTreeMap<&PlaceId, u32> = BTreeMap::new();
    for item in &wanted.items {
        *counts.entry(&item.place).or_default() += 1;
    }
    let mut expected: Vec<Expected> =
        counts.into_iter().map(|(place, visits)| Expected { place: place.clone(), visits }).collect();
    expected.extend(wanted.too_late.iter().cloned());
    uncovered(plan, &expected)
}

/// What a plan leaves uncovered now.
pub(crate) struct LeftOut {
    /// Place by place.
    pub gaps: Vec<Uncovered>,
    /// The records of these places, and perhaps of others.
    places: Vec<PlaceRecord>,
    /// Visits the year's frequency had before today.
    passed: u32,
}

/// What a plan leaves uncovered now, in every list and on every page the same: while it is open what is wanted of its body,
/// once approved what its approved plans lack; none of a plan that is over.
pub(crate) async fn left_out(read: &mut Read, plan: &InspectionPlan, today: Date) -> Result<Option<LeftOut>> {
    if is_open(&plan.state) {
        let Some(org) = read.org(&plan.org).await?.filter(|known| known.org.active) else { return Ok(None) };
        // It was drawn up for what other plans leave uncovered, and those are weighed by themselves.
        if cover::makes_up(&plan.span) {
            return Ok(Some(LeftOut { gaps: Vec::new(), places: Vec::new(), passed: 0 }));
        }
        let wanted = wanted(read, &org.org, &plan.span, today).await?;
        let gaps = gaps(plan, &wanted);
        let places = wanted.graded.into_iter().map(|one| one.record).collect();
        return Ok(Some(LeftOut { gaps, places, passed: wanted.passed }));
    }
    if !matches!(plan.state, State::Approved { .. }) {
        return Ok(None);
    }
    let gaps = cover::uncovered_now(read, plan, today).await?;
    let ids: Vec<PlaceId> = gaps.iter().map(|gap| gap.place.clone()).collect();
    let places = read.places_by_id(&ids).await?;
    Ok(Some(LeftOut { gaps, places, passed: 0 }))
}

impl App {
    async fn plan_in_scope(
        &self,
        read: &mut Read,
        caller: &Caller,
        id: &InspectionPlanId,
    ) -> Result<PlanRecord> {
        let scope = caller.scope(Action::PlanRead)?;
        read.inspection_plan(id, &scope).await?.ok_or(Error::NotFound)
    }

    /// The plans of a year the caller may see, newest first.
    pub async fn inspection_plans(
        &self,
        caller: &Caller,
        year: Option<i32>,
        org: Option<&OrgId>,
        state: Option<&str>,
    ) -> Result<Vec<PlanRow>> {
        let scope = caller.scope(Action::PlanRead)?;
        let today = self.now().date();
        let year = year.unwrap_or_else(|| today.year());
        let mut read = self.db.read(&self.town).await?;
        let plans = read.inspection_plans(year, org, &scope).await?;
        let names = Names::read(&mut read).await?;
        let mut rows = Vec::new();
        for mut record in plans {
            if state.is_some_and(|state| state != view::state_code(&record.plan.state)) {
                continue;
            }
            record.plan.items =
                read.plan_items(&record.plan.id).await?.into_iter().map(|kept| kept.item).collect();
            let left_out = left_out(&mut read, &record.plan, today).await?;
            rows.push(PlanRow::of(caller, &record, &names, left_out.map(|found| found.gaps.len())));
        }
        Ok(rows)
    }

    /// One plan with its visits, what it leaves uncovered and how it got where it is.
    pub async fn inspection_plan(&self, caller: &Caller, id: &InspectionPlanId) -> Result<PlanView> {
        let mut read = self.db.read(&self.town).await?;
        let record = self.plan_in_scope(&mut read, caller, id).await?;
        self.plan_view(&mut read, caller, &record).await
    }

    async fn plan_view(&self, read: &mut Read, caller: &Caller, record: &PlanRecord) -> Result<PlanView> {
        let names = Names::read(read).await?;
        let today = self.now().date();
        let ids: BTreeSet<PlaceId> = record.plan.items.iter().map(|item| item.place.clone()).collect();
        let found = left_out(read, &record.plan, today).await?;
        let (mut places, open) = match found {
            Some(found) => (found.places, Some((found.gaps, found.passed))),
            None => (Vec::new(), None),
        };
        let known: BTreeSet<&PlaceId> = places.iter().map(|place| &place.place.id).collect();
        let ids: Vec<PlaceId> = ids.into_iter().filter(|id| !known.contains(id)).collect();
        places.extend(read.places_by_id(&ids).await?);
        let filter = store::audit::AuditFilter {
            object_kind: Some("inspection_plan".to_owned()),
            object_id: Some(record.plan.id.to_string()),
            ..store::audit::AuditFilter::default()
        };
        let history = read.audit_page(&filter, i64::MAX, 100).await?;
        let view = PlanView::of(caller, record, &names, &places, open, &history);
        Ok(PlanView {
            replaces: replaces(read, record).await?,
            replaced_by: replaced_by(read, record).await?,
            ..view
        })
    }

    /// A new draft of a body for a time.
    pub async fn add_inspection_plan(&self, caller: &Caller, input: &PlanInput) -> Result<PlanView> {
        let now = self.now();
        let span = input.span.read()?;
        let title = input.title.trim();
        if title.is_empty() {
            return Err(Error::field("title", "inspection_plan.title", "请填写计划名称"));
        }
        let mut tx = self.write(caller).await?;
        let org = org_of(&mut tx, &input.org.as_str().into()).await?;
        if !org.kind.plans_inspections() {
            let said = "这个机构不编制检查计划，请选择镇里的机构、部门、村（社区）或派出所";
            return Err(Error::field("org", "inspection_plan.org", said));
        }
        let path = path_of(&mut tx, &org).await?;
        let year = year_of(&span);
        let record = PlanRecord {
            plan: InspectionPlan::draft(self.new_id().into(), org.id.clone(), span),
            path,
            year,
            title: title.to_owned(),
            note: String::new(),
            version: 1,
            recorded_at: now,
            recorded_by: caller.account.to_string(),
        };
        let hat = caller.hat(Action::PlanDraft, &subject(&record))?;
        tx.insert_inspection_plan(&record).await?;
        let audit = caller.audit_as(
            hat,
            "inspection_plan.add",
            ("inspection_plan", record.plan.id.as_str()),
            &record.path,
            now,
        );
        let view = self.plan_view(&mut tx, caller, &record).await?;
        Ok(tx.commit(audit, view).await?)
    }

    /// Fills a draft with what the frequency by risk grade wants, over the working days. What people set by hand stays as
    /// it is, unless all of it is asked for anew.
    pub async fn propose_inspection_plan(
        &self,
        caller: &Caller,
        id: &InspectionPlanId,
        version: i64,
        anew: bool,
    ) -> Result<PlanView> {
        let mut tx = self.write(caller).await?;
        let record = self.draft(&mut tx, caller, id, version).await?;
        if cover::makes_up(&record.plan.span) {
            return Err(Error::Refused {
                code: "inspection_plan.supplement_filled",
                message: "补充计划已按漏排的场所排好，不能再按频次自动排；请逐行调整".to_owned(),
            });
        }
        let org = org_of(&mut tx, &record.plan.org).await?;
        let wanted = wanted(&mut tx, &org, &record.plan.span, self.now().date()).await?.items;
        let by_hand = record.plan.items.iter().filter(|item| item.by_hand && !anew).cloned().collect();
        let items = refilled(by_hand, wanted);
        self.save_items(caller, tx, record, items, "inspection_plan.propose").await
    }

    /// Replaces the visits of a draft.
    pub async fn set_plan_items(
        &self,
        caller: &Caller,
        id: &InspectionPlanId,
        items: Vec<PlanItem>,
        version: i64,
    ) -> Result<PlanView> {
        if items.len() > MOST_ITEMS {
            return Err(Error::field(
                "items",
                "inspection_plan.too_many",
                "一份计划最多 20000 次检查，请拆分",
            ));
        }
        let mut tx = self.write(caller).await?;
        let record = self.draft(&mut tx, caller, id, version).await?;
        // What the draft has already was checked when it came in.
        let known: BTreeSet<&PlaceId> = record.plan.items.iter().map(|item| &item.place).collect();
        let ids: BTreeSet<&PlaceId> = items.iter().map(|item| &item.place).collect();
        let scope = caller.scope(Action::PlaceRead)?;
        for id in ids.difference(&known) {
            if tx.place(id, &scope).await?.is_none_or(|place| place.voided.is_some()) {
                let text = "有场所不存在或不在您的范围内，请重新选择";
                return Err(Error::field("items", "inspection_plan.place_unknown", text));
            }
        }
        if let Some((at, item)) = record.plan.misdated(&items).and_then(|at| Some((at, items.get(at)?))) {
            let said = outside(&mut tx, &item.place, item.from, item.to).await?;
            return Err(Error::field(&format!("items.{at}"), "inspection_plan.window", &said));
        }
        let items = saved_by_hand(&record.plan.items, items);
        self.save_items(caller, tx, record, items, "inspection_plan.items").await
    }

    async fn draft(
        &self,
        read: &mut Read,
        caller: &Caller,
        id: &InspectionPlanId,
        version: i64,
    ) -> Result<PlanRecord> {
        let record = self.plan_in_scope(read, caller, id).await?;
        caller.hat(Action::PlanDraft, &subject(&record))?;
        self.fresh(read, caller, &record, version).await?;
        Ok(record)
    }

    async fn fresh(&self, read: &mut Read, caller: &Caller, record: &PlanRecord, version: i64) -> Result<()> {
        if record.version == version {
            return Ok(());
        }
        Err(Error::stale(&self.plan_view(read, caller, record).await?))
    }

    async fn save_items(
        &self,
        caller: &Caller,
        mut tx: Write,
        record: PlanRecord,
        items: Vec<PlanItem>,
        action: &'static str,
    ) -> Result<PlanView> {
        let now = self.now();
        let hat = caller.hat(Action::PlanDraft, &subject(&record))?;
        let plan = named(&mut tx, record.plan.clone().with_items(items)).await?;
        let mut left = plan.items.clone();
        for kept in tx.plan_items(&plan.id).await? {
            match left.iter().position(|item| *item == kept.item) {
                Some(at) => drop(left.swap_remove(at)),
                None => tx.void_plan_item(&kept.id, kept.version, now, "计划调整").await?,
            }
        }
        let new: Vec<PlanItemRecord> = left
            .into_iter()
            .map(|item| PlanItemRecord {
                id: self.new_id(),
                plan: plan.id.clone(),
                item,
                version: 1,
                recorded_at: now,
            })
            .collect();
        tx.insert_plan_items(&new).await?;
        let changed = PlanRecord { plan, ..record };
        tx.update_inspection_plan(&changed).await?;
        let changed = PlanRecord { version: changed.version + 1, ..changed };
        let object = ("inspection_plan", changed.plan.id.as_str());
        let audit = caller.audit_as(hat, action, object, &changed.path, now);
        let view = self.plan_view(&mut tx, caller, &changed).await?;
        Ok(tx.commit(audit, view).await?)
    }

    /// Moves a plan on. Approving makes its tasks; voiding takes back those nobody has begun.
    ///
    /// Errors: who handed it in does not approve it; it visits a place that was voided; what the rules refuse.
    pub async fn step_inspection_plan(
        &self,
        caller: &Caller,
        id: &InspectionPlanId,
        version: i64,
        step: PlanStep,
    ) -> Result<PlanView> {
        let now = self.now();
        let today = now.date();
        let mut tx = self.write(caller).await?;
        // Two who move plans at once look one after the other: which plan gives way depends on what the other approved.
        tx.hold_town().await?;
        let record = self.plan_in_scope(&mut tx, caller, id).await?;
        let hat = match caller.hat(step.action(), &subject(&record)) {
            Ok(hat) => hat,
            // A draft may be thrown away by whoever drafts it.
            Err(_) if matches!(step, PlanStep::Void(_)) && is_open(&record.plan.state) => {
                caller.hat(Action::PlanDraft, &subject(&record))?
            }
            Err(error) => return Err(error),
        };
        self.fresh(&mut tx, caller, &record, version).await?;
        if matches!(step, PlanStep::Submit | PlanStep::Approve) {
            no_void_places(&mut tx, &record.plan).await?;
        }
        let (name, me, plan) = (step.audit(), caller.person.clone(), record.plan.clone());
        let mut reason = String::new();
        let plan = match &step {
            PlanStep::Submit => named(&mut tx, plan.submit(me, today)).await?,
            PlanStep::Approve => plan.approve(me, today)?,
            PlanStep::SendBack(why) => plan.send_back(me, today, why)?,
            PlanStep::Reopen => plan.reopen()?,
            PlanStep::Void(why) => plan.void(me, today, why)?,
        };
        if let PlanStep::SendBack(why) | PlanStep::Void(why) = &step {
            why.trim().clone_into(&mut reason);
        }
        let changed = PlanRecord { plan, ..record };
        tx.update_inspection_plan(&changed).await?;
        if step == PlanStep::Approve {
            self.supersede(&mut tx, caller, hat, &changed, now).await?;
            self.make_tasks(&mut tx, &changed, now).await?;
        }
        if matches!(step, PlanStep::Void(_)) {
            take_back(&mut tx, caller, hat, &changed.plan.id, "计划已作废", now).await?;
        }
        let changed = PlanRecord { version: changed.version + 1, ..changed };
        let object = ("inspection_plan", changed.plan.id.as_str());
        let mut audit = caller.audit_as(hat, name, object, &changed.path, now);
        audit.reason = reason;
        let view = self.plan_view(&mut tx, caller, &changed).await?;
        Ok(tx.commit(audit, view).await?)
    }

    /// An older approved plan of the same body and time gives way.
    async fn supersede(
        &self,
        tx: &mut Write,
        caller: &Caller,
        hat: &Assignment,
        newer: &PlanRecord,
        now: Timestamp,
    ) -> Result<()> {
        for old in giving_way(tx, newer).await? {
            let id = old.plan.id.clone();
            let plan = old.plan.clone().supersede(&newer.plan, now.date())?;
            tx.update_inspection_plan(&PlanRecord { plan, ..old }).await?;
            take_back(tx, caller, hat, &id, "计划已被新计划取代", now).await?;
        }
        Ok(())
    }

    /// One task for each visit of an approved plan; those that are there already stay. Says how many are new.
    async fn make_tasks(&self, tx: &mut Write, record: &PlanRecord, now: Timestamp) -> Result<usize> {
        let whole = Caller::system().scope(Action::TaskRead)?;
        let filter = TaskFilter { plan: Some(record.plan.id.clone()), ..TaskFilter::default() };
        let known: BTreeSet<String> = tx
            .tasks(&whole, &filter, None, i64::try_from(MOST_ITEMS).unwrap_or(i64::MAX))
            .await?
            .into_iter()
            .filter_map(|kept| kept.filing.plan_item)
            .collect();
        let org = org_of(tx, &record.plan.org).await?;
        let kind = match (&record.plan.span, org.kind) {
            (Span::Special { .. }, _) => "special",
            (_, OrgKind::Police) => "police",
            _ => "routine",
        };
        let months: BTreeSet<(i32, u32)> =
            record.plan.items.iter().map(|item| (item.from.year(), item.from.month())).collect();
        let ids: BTreeSet<PlaceId> = record.plan.items.iter().map(|item| item.place.clone()).collect();
        let ids: Vec<PlaceId> = ids.into_iter().collect();
        let paths: BTreeMap<PlaceId, String> =
            tx.places_by_id(&ids).await?.into_iter().map(|place| (place.place.id, place.path)).collect();
        let mut made = 0;
        let mut going_on = going_on(tx, record).await?;
        for (year, month) in months {
            for spec in tasks_due(&record.plan, year, month)? {
                if known.contains(&spec.key)
                    || is_going_on(&mut going_on, &spec.place, (spec.from, spec.due_on))
                {
                    continue;
                }
                let window = Window::new(spec.from, spec.due_on)?;
                let path = paths.get(&spec.place).cloned().unwrap_or_default();
                let task = Task::pending(self.new_id().into(), spec.place, spec.org, Vec::new(), window);
                let filing = TaskFiling {
                    code: next_code(tx, window).await?,
                    plan: Some(spec.plan),
                    path,
                    kind: kind.to_owned(),
                    plan_item: Some(spec.key),
                };
                tx.insert_task(&task, &filing, now).await?;
                made += 1;
            }
        }
        Ok(made)
    }
}

/// What is wrong with the dates of a visit, with the place by its name.
async fn outside(read: &mut Read, place: &PlaceId, from: Date, to: Date) -> Result<String> {
    let known = read.places_by_id(std::slice::from_ref(place)).await?;
    let name = known.first().map_or("", |one| one.place.name.as_str());
    Ok(format!("“{name}”{from} 至 {to} 的检查时段不在计划期内或首尾颠倒，请调整"))
}

/// Refuses a plan with visits to places that were voided, which nobody can make. A row merged into another goes on there.
async fn no_void_places(read: &mut Read, plan: &InspectionPlan) -> Result<()> {
    let ids: BTreeSet<PlaceId> = plan.items.iter().map(|item| item.place.clone()).collect();
    let ids: Vec<PlaceId> = ids.into_iter().collect();
    let mut gone = read.places_by_id(&ids).await?;
    gone.retain(|record| record.voided.is_some() && record.same_as.is_none());
    let Some(first) = gone.first() else { return Ok(()) };
    let (name, n) = (&first.place.name, gone.len());
    Err(Error::Refused {
        code: "inspection_plan.place_void",
        message: format!("计划中有 {n} 处场所已作废（如“{name}”），请从计划中去掉；已报审的请先退回修改"),
    })
}

/// What the rules answer; of a visit outside the plan's time people are told the place by its name.
async fn named(
    read: &mut Read,
    answer: std::result::Result<InspectionPlan, PlanRefusal>,
) -> Result<InspectionPlan> {
    match answer {
        Err(PlanRefusal::Window { place, from, to }) => Err(Error::Refused {
            code: "inspection_plan.window",
            message: outside(read, &place, from, to).await?,
        }),
        other => Ok(other?),
    }
}

/// The approved plans of the same body and time, which give way to a newer one.
async fn giving_way(read: &mut Read, newer: &PlanRecord) -> Result<Vec<PlanRecord>> {
    // What makes up for other plans adds to them: two of one time stand side by side.
    if cover::makes_up(&newer.plan.span) {
        return Ok(Vec::new());
    }
    let whole = Caller::system().scope(Action::PlanRead)?;
    let all = read.inspection_plans(newer.year, Some(&newer.plan.org), &whole).await?.into_iter();
    let same = |old: &PlanRecord| old.plan.id != newer.plan.id && old.plan.span == newer.plan.span;
    Ok(all.filter(|old| matches!(old.plan.state, State::Approved { .. }) && same(old)).collect())
}

/// Visits under plans this one takes the place of, now or before, that somebody took on or made: nobody owes them twice.
async fn going_on(read: &mut Read, newer: &PlanRecord) -> Result<Vec<(PlaceId, Window)>> {
    use domain::task::State as Stage;
    if cover::makes_up(&newer.plan.span) {
        return Ok(Vec::new());
    }
    let whole = Caller::system().scope(Action::PlanRead)?;
    let all = read.inspection_plans(newer.year, Some(&newer.plan.org), &whole).await?.into_iter();
    let gives_way = |old: &PlanRecord| {
        let was_approved = matches!(old.plan.state, State::Approved { .. } | State::Superseded { .. });
        old.plan.id != newer.plan.id && old.plan.span == newer.plan.span && was_approved
    };
    let mut found = Vec::new();
    for old in all.filter(gives_way) {
        let filter = TaskFilter { plan: Some(old.plan.id), ..TaskFilter::default() };
        let scope = Caller::system().scope(Action::TaskRead)?;
        let tasks = read.tasks(&scope, &filter, None, i64::try_from(MOST_ITEMS).unwrap_or(i64::MAX)).await?;
        let is_kept = |task: &Task| {
            !matches!(task.state, Stage::Pending | Stage::Assigned { .. } | Stage::Cancelled { .. })
        };
        for task in tasks.into_iter().map(|kept| kept.task) {
            if is_kept(&task) || joint::goes_on_in(read, &task).await? {
                found.push((task.place, task.window));
            }
        }
    }
    Ok(found)
}

/// Whether a visit of these days is one of those, which is used up by it.
fn is_going_on(going_on: &mut Vec<(PlaceId, Window)>, place: &PlaceId, (from, due_on): (Date, Date)) -> bool {
    let same =
        |(of, window): &(PlaceId, Window)| of == place && window.from <= due_on && from <= window.due_on;
    going_on.iter().position(same).map(|at| going_on.swap_remove(at)).is_some()
}

/// What the approval of an open plan would put an end to.
async fn replaces(read: &mut Read, record: &PlanRecord) -> Result<Option<PlanReplaced>> {
    if !is_open(&record.plan.state) {
        return Ok(None);
    }
    let Some(old) = giving_way(read, record).await?.into_iter().next() else { return Ok(None) };
    let tasks_n = unbegun(read, &old.plan.id).await?.len();
    let mut going_on = going_on(read, record).await?;
    let again = |item: &&PlanItem| is_going_on(&mut going_on, &item.place, (item.from, item.to));
    let kept_n = record.plan.items.iter().filter(again).count();
    Ok(Some(PlanReplaced { plan: Named::new(old.plan.id.as_str(), &old.title), tasks_n, kept_n, on: None }))
}

async fn replaced_by(read: &mut Read, record: &PlanRecord) -> Result<Option<PlanReplaced>> {
    let State::Superseded { by_plan, on, .. } = &record.plan.state else { return Ok(None) };
    let whole = Caller::system().scope(Action::PlanRead)?;
    let newer = read.inspection_plan(by_plan, &whole).await?;
    let title = newer.map(|one| one.title).unwrap_or_default();
    Ok(Some(PlanReplaced {
        plan: Named::new(by_plan.as_str(), title),
        tasks_n: 0,
        kept_n: 0,
        on: Some(on.to_string()),
    }))
}

/// Tasks of a plan that nobody has begun.
async fn unbegun(read: &mut Read, plan: &InspectionPlanId) -> Result<Vec<StoredTask>> {
    use domain::task::State as Stage;
    let whole = Caller::system().scope(Action::TaskRead)?;
    let filter = TaskFilter { plan: Some(plan.clone()), ..TaskFilter::default() };
    let all = read.tasks(&whole, &filter, None, i64::try_from(MOST_ITEMS).unwrap_or(i64::MAX)).await?;
    let waits = |kept: &StoredTask| matches!(kept.task.state, Stage::Pending | Stage::Assigned { .. });
    Ok(all.into_iter().filter(waits).collect())
}

/// Cancels the tasks of a plan that nobody has begun.
async fn take_back(
    tx: &mut Write,
    caller: &Caller,
    hat: &Assignment,
    plan: &InspectionPlanId,
    reason: &str,
    now: Timestamp,
) -> Result<()> {
    for kept in unbegun(tx, plan).await? {
        let (task, event) = kept.task.cancel(caller.act(hat, now, None), reason, now)?;
        tx.save_task_step(&task, &event).await?;
    }
    Ok(())
}
