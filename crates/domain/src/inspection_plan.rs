//! Inspection plans: which place, how often, by whom; and what a plan leaves uncovered.
//!
//! A plan moves draft → submitted → approved or returned, and ends superseded or void. Nothing is deleted. What does
//! *not* belong here: spreading visits over a year and joint visits (`visit_schedule`), doing a task (`task`).

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike;
use serde::{Deserialize, Serialize};

use crate::ids::{InspectionPlanId, OrgId, PersonId, PlaceId};
use crate::place::Place;
use crate::risk::Grade;
use crate::time::Date;

/// The time a plan is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// 年度计划.
    Annual {
        /// The year.
        year: i32,
    },
    /// 月度计划.
    Monthly {
        /// The year.
        year: i32,
        /// 1 to 12.
        month: u32,
    },
    /// 专项计划: a campaign with its own subject and window.
    Special {
        /// What it is about.
        subject: String,
        /// First day.
        from: Date,
        /// Last day, inclusive.
        to: Date,
    },
}

impl Span {
    /// Whether any day of this month lies in the span.
    pub fn touches(&self, in_year: i32, in_month: u32) -> bool {
        let Some(first) = Date::from_ymd_opt(in_year, in_month, 1) else { return false };
        match self {
            Self::Annual { year } => *year == in_year,
            Self::Monthly { year, month } => (*year, *month) == (in_year, in_month),
            Self::Special { from, to, .. } => {
                let next = first.checked_add_months(chrono::Months::new(1)).unwrap_or(Date::MAX);
                *from < next && first <= *to
            }
        }
    }
}

/// One visit a plan promises.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PlanItem {
    /// Where.
    pub place: PlaceId,
    /// First day of the visit's window.
    pub from: Date,
    /// Last day of the window, inclusive: the task's due date.
    pub to: Date,
    /// Why it is planned, as `红色每月` or a duty's number.
    pub reason: String,
    /// Somebody set it; otherwise it was filled in by frequency.
    pub by_hand: bool,
}

/// Where a plan stands, with the evidence of how it got there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// 草稿.
    Draft,
    /// 已报审.
    Submitted {
        /// Who.
        by: PersonId,
        /// When.
        on: Date,
    },
    /// 已批准: tasks follow from it.
    Approved {
        /// Who handed it in.
        submitted_by: PersonId,
        /// Who approved.
        by: PersonId,
        /// When.
        on: Date,
    },
    /// 已退回.
    Returned {
        /// Who.
        by: PersonId,
        /// When.
        on: Date,
        /// What is to be changed.
        reason: String,
    },
    /// 已被新计划取代.
    Superseded {
        /// The newer plan.
        by_plan: InspectionPlanId,
        /// When.
        on: Date,
        /// Who had handed it in; rows from before do not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        submitted_by: Option<PersonId>,
    },
    /// 作废.
    Void {
        /// Who.
        by: PersonId,
        /// When.
        on: Date,
        /// Why.
        reason: String,
        /// Who had handed it in, if anybody; rows from before do not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        submitted_by: Option<PersonId>,
    },
}

impl State {
    /// The word people read.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Draft => "草稿",
            Self::Submitted { .. } => "已报审",
            Self::Approved { .. } => "已批准",
            Self::Returned { .. } => "已退回",
            Self::Superseded { .. } => "已被取代",
            Self::Void { .. } => "已作废",
        }
    }
}

/// Why a plan refused a step.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanRefusal {
    /// The step does not lead on from this state.
    #[error("计划目前是“{state}”，不能{step}，请刷新后再看")]
    WrongState {
        /// Where it stands.
        state: &'static str,
        /// What was wanted.
        step: &'static str,
    },
    /// Nothing planned.
    #[error("计划里还没有任何检查，请先加入场所再报审")]
    Empty,
    /// A window that ends before it begins, or lies outside the plan's time.
    #[error("{from} 至 {to} 的检查时段不在计划期内或首尾颠倒，请调整")]
    Window {
        /// Where.
        place: PlaceId,
        /// First day.
        from: Date,
        /// Last day.
        to: Date,
    },
    /// The one who hands in does not approve.
    #[error("报审人不能批准自己的计划，请由分管负责人批准")]
    SamePerson,
    /// A reason is part of the record.
    #[error("没有填写理由，请写明后再试")]
    NoReason,
    /// A plan cannot replace itself, nor one of another body or time.
    #[error("新计划必须是同一机构、同一时段的另一份已批准计划")]
    NotASuccessor,
}

impl PlanRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongState { .. } => "inspection_plan.wrong_state",
            Self::Empty => "inspection_plan.empty",
            Self::Window { .. } => "inspection_plan.window",
            Self::SamePerson => "inspection_plan.same_person",
            Self::NoReason => "inspection_plan.no_reason",
            Self::NotASuccessor => "inspection_plan.not_a_successor",
        }
    }
}

/// 检查计划 of one body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InspectionPlan {
    /// Our id.
    pub id: InspectionPlanId,
    /// Whose plan.
    pub org: OrgId,
    /// For which time.
    pub span: Span,
    /// The visits.
    pub items: Vec<PlanItem>,
    /// Where it stands.
    pub state: State,
}

impl InspectionPlan {
    /// A new draft.
    pub fn draft(id: InspectionPlanId, org: OrgId, span: Span) -> Self {
        Self { id, org, span, items: Vec::new(), state: State::Draft }
    }

    /// Replaces the visits; only of a draft. What lies outside the plan's time would count as coverage, so it does not
    /// come in.
    ///
    /// Errors: [`PlanRefusal::Window`], [`PlanRefusal::WrongState`].
    pub fn with_items(self, items: Vec<PlanItem>) -> Result<Self, PlanRefusal> {
        if self.state != State::Draft {
            return Err(self.refuse("改动内容"));
        }
        self.within_time(&items)?;
        Ok(Self { items, ..self })
    }

    /// draft → submitted.
    ///
    /// Errors: [`PlanRefusal::Empty`], [`PlanRefusal::Window`], [`PlanRefusal::WrongState`].
    pub fn submit(self, by: PersonId, on: Date) -> Result<Self, PlanRefusal> {
        if self.state != State::Draft {
            return Err(self.refuse("报审"));
        }
        if self.items.is_empty() {
            return Err(PlanRefusal::Empty);
        }
        // One drafted before this was asked when it was saved.
        self.within_time(&self.items)?;
        Ok(Self { state: State::Submitted { by, on }, ..self })
    }

    /// submitted → approved, by somebody else than who handed it in.
    pub fn approve(self, by: PersonId, on: Date) -> Result<Self, PlanRefusal> {
        match &self.state {
            State::Submitted { by: submitter, .. } if *submitter == by => Err(PlanRefusal::SamePerson),
            State::Submitted { by: submitter, .. } => {
                let submitted_by = submitter.clone();
                Ok(Self { state: State::Approved { submitted_by, by, on }, ..self })
            }
            _ => Err(self.refuse("批准")),
        }
    }

    /// submitted → returned with what is to be changed.
    pub fn send_back(self, by: PersonId, on: Date, reason: &str) -> Result<Self, PlanRefusal> {
        let State::Submitted { .. } = self.state else { return Err(self.refuse("退回")) };
        let reason = given(reason)?;
        Ok(Self { state: State::Returned { by, on, reason }, ..self })
    }

    /// returned → draft, to be changed and handed in again.
    pub fn reopen(self) -> Result<Self, PlanRefusal> {
        match self.state {
            State::Returned { .. } => Ok(Self { state: State::Draft, ..self }),
            _ => Err(self.refuse("重新起草")),
        }
    }

    /// approved → superseded by a newer approved plan of the same body and time.
    pub fn supersede(self, newer: &Self, on: Date) -> Result<Self, PlanRefusal> {
        let State::Approved { submitted_by, .. } = &self.state else { return Err(self.refuse("取代")) };
        let submitted_by = Some(submitted_by.clone());
        let succeeds = newer.id != self.id && newer.org == self.org && newer.span == self.span;
        if !succeeds || !matches!(newer.state, State::Approved { .. }) {
            return Err(PlanRefusal::NotASuccessor);
        }
        Ok(Self { state: State::Superseded { by_plan: newer.id.clone(), on, submitted_by }, ..self })
    }

    /// Any state but the two ends → void, with a reason. The plan stays on record.
    pub fn void(self, by: PersonId, on: Date, reason: &str) -> Result<Self, PlanRefusal> {
        if matches!(self.state, State::Superseded { .. } | State::Void { .. }) {
            return Err(self.refuse("作废"));
        }
        let reason = given(reason)?;
        let submitted_by = self.submitter().cloned();
        Ok(Self { state: State::Void { by, on, reason, submitted_by }, ..self })
    }

    /// Who handed it in, whatever became of it since: nobody reviews the visits of his own plan.
    pub fn submitter(&self) -> Option<&PersonId> {
        match &self.state {
            State::Submitted { by, .. } | State::Approved { submitted_by: by, .. } => Some(by),
            State::Superseded { submitted_by, .. } | State::Void { submitted_by, .. } => {
                submitted_by.as_ref()
            }
            State::Draft | State::Returned { .. } => None,
        }
    }

    fn refuse(&self, step: &'static str) -> PlanRefusal {
        PlanRefusal::WrongState { state: self.state.label(), step }
    }

    /// Where the first visit stands that ends before it begins or lies outside the plan's time.
    pub fn misdated(&self, items: &[PlanItem]) -> Option<usize> {
        items.iter().position(|item| !self.has_room_for(item))
    }

    fn within_time(&self, items: &[PlanItem]) -> Result<(), PlanRefusal> {
        match self.misdated(items).and_then(|at| items.get(at)) {
            Some(PlanItem { place, from, to, .. }) => {
                Err(PlanRefusal::Window { place: place.clone(), from: *from, to: *to })
            }
            None => Ok(()),
        }
    }

    fn has_room_for(&self, item: &PlanItem) -> bool {
        if item.to < item.from {
            return false;
        }
        match &self.span {
            Span::Special { from, to, .. } => *from <= item.from && item.to <= *to,
            _ => [item.from, item.to].iter().all(|day| self.span.touches(day.year(), day.month())),
        }
    }
}

fn given(reason: &str) -> Result<String, PlanRefusal> {
    let reason = reason.trim();
    if reason.is_empty() { Err(PlanRefusal::NoReason) } else { Ok(reason.to_owned()) }
}

/// The four grades with the word settings and records call each by, worst first.
pub const GRADES: [(&str, Grade); 4] =
    [("red", Grade::Red), ("orange", Grade::Orange), ("yellow", Grade::Yellow), ("blue", Grade::Blue)];

/// How many visits a year each grade gets: a parameter of the town (`P`), valid from a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frequency {
    /// First day it counts.
    pub valid_from: Date,
    /// 红.
    pub red: u32,
    /// 橙.
    pub orange: u32,
    /// 黄.
    pub yellow: u32,
    /// 蓝.
    pub blue: u32,
    /// 未评级, for want of facts; no source says how often, it comes with that of the lowest grade.
    pub ungraded: u32,
}

impl Frequency {
    /// Our proposal: monthly, quarterly, half-yearly, yearly.
    pub const fn proposed(valid_from: Date) -> Self {
        Self { valid_from, red: 12, orange: 4, yellow: 2, blue: 1, ungraded: 1 }
    }

    /// Visits a year of a grade, or of a place without one.
    pub fn visits(&self, grade: Option<Grade>) -> u32 {
        match grade {
            Some(Grade::Red) => self.red,
            Some(Grade::Orange) => self.orange,
            Some(Grade::Yellow) => self.yellow,
            Some(Grade::Blue) => self.blue,
            None => self.ungraded,
        }
    }

    /// Sets the visits a year of a grade.
    pub fn set(&mut self, grade: Grade, visits: u32) {
        *match grade {
            Grade::Red => &mut self.red,
            Grade::Orange => &mut self.orange,
            Grade::Yellow => &mut self.yellow,
            Grade::Blue => &mut self.blue,
        } = visits;
    }

    /// The grade whose visits speak against those of this one, the one next to it first: a worse grade visited less
    /// often, or a milder one more often. None where no worse grade is visited less often.
    pub fn against(&self, grade: Grade) -> Option<Grade> {
        let own = self.visits(Some(grade));
        GRADES
            .into_iter()
            .map(|(_, other)| other)
            .filter(|other| match self.visits(Some(*other)) {
                theirs if theirs < own => *other > grade,
                theirs => theirs > own && *other < grade,
            })
            .min_by_key(|other| (*other as u8).abs_diff(grade as u8))
    }
}

/// How often a place is to be visited within a plan's time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// The place.
    pub place: PlaceId,
    /// The visits wanted.
    pub visits: u32,
}

/// What a year expects of the places that exist on this date: each by its grade's frequency, in the order of ids.
pub fn expected_in_year(
    graded: &[(&Place, Option<Grade>)],
    frequency: &Frequency,
    on: Date,
) -> Vec<Expected> {
    let mut expected: Vec<Expected> = graded
        .iter()
        .filter(|(place, _)| !place.is_gone(on))
        .map(|(place, grade)| Expected { place: place.id.clone(), visits: frequency.visits(*grade) })
        .collect();
    expected.sort_by(|a, b| a.place.cmp(&b.place));
    expected
}

/// A place a plan does not cover as expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uncovered {
    /// The place.
    pub place: PlaceId,
    /// Visits planned; 0 means forgotten.
    pub planned: u32,
    /// Visits wanted.
    pub wanted: u32,
}

/// What a plan leaves uncovered, in the order asked: shown before it is approved.
///
/// Visits to one place never make up for another: coverage counts places.
pub fn uncovered(plan: &InspectionPlan, expected: &[Expected]) -> Vec<Uncovered> {
    let mut planned: BTreeMap<&PlaceId, u32> = BTreeMap::new();
    for item in &plan.items {
        *planned.entry(&item.place).or_default() += 1;
    }
    expected
        .iter()
        .map(|want| Uncovered {
            place: want.place.clone(),
            planned: planned.get(&want.place).copied().unwrap_or(0),
            wanted: want.visits,
        })
        .filter(|gap| gap.planned < gap.wanted)
        .collect()
}

/// The visits of a draft that is filled again: what people set by hand stays, and of what is wanted comes only what is
/// missing beside it.
///
/// A visit by hand stands for one wanted of the same place: the one that begins nearest to it.
pub fn refilled(by_hand: Vec<PlanItem>, wanted: Vec<PlanItem>) -> Vec<PlanItem> {
    let mut left: BTreeMap<PlaceId, Vec<PlanItem>> = BTreeMap::new();
    for item in wanted {
        left.entry(item.place.clone()).or_default().push(item);
    }
    for own in &by_hand {
        let Some(of_place) = left.get_mut(&own.place) else { continue };
        let nearest = (0..of_place.len())
            .min_by_key(|at| of_place.get(*at).map(|item| (item.from - own.from).num_days().abs()));
        if let Some(at) = nearest {
            of_place.remove(at);
        }
    }
    let mut items: Vec<PlanItem> = left.into_values().flatten().chain(by_hand).collect();
    items.sort();
    items
}

/// Visits as somebody saved them: what he changed or added is set by hand; a line filled in by frequency that he left as it
/// was stays one.
pub fn saved_by_hand(before: &[PlanItem], saved: Vec<PlanItem>) -> Vec<PlanItem> {
    let mut untouched: BTreeMap<&PlanItem, usize> = BTreeMap::new();
    for item in before.iter().filter(|item| !item.by_hand) {
        *untouched.entry(item).or_default() += 1;
    }
    let mark = |item: PlanItem| {
        let as_filled_in = PlanItem { by_hand: false, ..item };
        match untouched.get_mut(&as_filled_in).filter(|left| **left > 0) {
            Some(left) => {
                *left -= 1;
                as_filled_in
            }
            None => PlanItem { by_hand: true, ..as_filled_in },
        }
    };
    saved.into_iter().map(mark).collect()
}

/// A task that is to exist because a plan says so. Making it twice is prevented by its key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TaskSpec {
    /// Plan, place and window in one: the same plan and month always give the same keys.
    pub key: String,
    /// The plan.
    pub plan: InspectionPlanId,
    /// Who goes.
    pub org: OrgId,
    /// Where.
    pub place: PlaceId,
    /// From when.
    pub from: Date,
    /// By when, inclusive.
    pub due_on: Date,
    /// Why.
    pub reason: String,
}

/// The tasks whose window begins in this month, ordered by due date and key.
///
/// Errors: [`PlanRefusal::WrongState`] unless the plan is approved.
pub fn tasks_due(plan: &InspectionPlan, year: i32, month: u32) -> Result<Vec<TaskSpec>, PlanRefusal> {
    let State::Approved { .. } = plan.state else { return Err(plan.refuse("生成任务")) };
    let mut same: BTreeMap<(&PlaceId, Date, Date), u32> = BTreeMap::new();
    let mut tasks = Vec::new();
    let mut items: Vec<&PlanItem> = plan.items.iter().collect();
    items.sort();
    for item in items.iter().filter(|i| (i.from.year(), i.from.month()) == (year, month)) {
        let nth = same.entry((&item.place, item.from, item.to)).or_default();
        *nth += 1;
        tasks.push(TaskSpec {
            key: format!("{}/{}/{}/{}/{nth}", plan.id, item.place, item.from, item.to),
            plan: plan.id.clone(),
            org: plan.org.clone(),
            place: item.place.clone(),
            from: item.from,
            due_on: item.to,
            reason: item.reason.clone(),
        });
    }
    tasks.sort_by(|a, b| (a.due_on, &a.key).cmp(&(b.due_on, &b.key)));
    Ok(tasks)
}

/// The places a plan visits at least once.
pub fn places_of(plan: &InspectionPlan) -> BTreeSet<&PlaceId> {
    plan.items.iter().map(|item| &item.place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Opening;
    use crate::place::tests::a_restaurant;

    fn day(m: u32, d: u32) -> Date {
        Date::from_ymd_opt(2026, m, d).expect("a date written in a test exists")
    }

    fn visit(place: &str, month: u32) -> PlanItem {
        PlanItem {
            place: place.into(),
            from: day(month, 1),
            to: day(month, 25),
            reason: "橙色每季".into(),
            by_hand: false,
        }
    }

    fn a_draft() -> InspectionPlan {
        InspectionPlan::draft("plan-1".into(), "economy".into(), Span::Annual { year: 2026 })
            .with_items(vec![visit("a", 2), visit("a", 5), visit("b", 5)])
            .expect("a draft")
    }

    fn submitted() -> InspectionPlan {
        a_draft().submit("clerk".into(), day(1, 20)).expect("complete")
    }

    fn approved() -> InspectionPlan {
        submitted().approve("leader".into(), day(1, 25)).expect("another person")
    }

    fn code(result: Result<InspectionPlan, PlanRefusal>) -> &'static str {
        result.map_or_else(|refusal| refusal.code(), |plan| plan.state.label())
    }

    #[test]
    fn a_plan_goes_from_draft_to_approved_with_two_people() {
        assert_eq!(code(submitted().approve("clerk".into(), day(1, 25))), "inspection_plan.same_person");
        assert_eq!(approved().state.label(), "已批准");
    }

    #[test]
    fn a_returned_plan_is_changed_and_handed_in_again() {
        let returned = submitted().send_back("leader".into(), day(1, 22), "少了敬老院").expect("submitted");
        assert_eq!(code(returned.clone().submit("clerk".into(), day(1, 23))), "inspection_plan.wrong_state");
        let again = returned.reopen().and_then(|plan| plan.submit("clerk".into(), day(1, 23)));
        assert_eq!(code(again), "已报审");
    }

    #[test]
    fn who_handed_it_in_is_known_whatever_became_of_it() {
        let newer = InspectionPlan { id: "plan-2".into(), ..approved() };
        let ends = [
            approved().supersede(&newer, day(6, 1)).expect("gives way"),
            approved().void("leader".into(), day(6, 1), "作废").expect("is voided"),
        ];
        for plan in [vec![submitted(), approved()], ends.to_vec()].concat() {
            assert_eq!(plan.submitter(), Some(&"clerk".into()), "{}", plan.state.label());
        }
        assert_eq!(a_draft().submitter(), None);
    }

    #[test]
    fn every_step_from_a_wrong_state_is_refused() {
        let on = day(2, 1);
        let refused = [
            approved().with_items(vec![]),
            approved().submit("clerk".into(), on),
            a_draft().approve("leader".into(), on),
            a_draft().send_back("leader".into(), on, "理由"),
            a_draft().reopen(),
            a_draft().supersede(&approved(), on),
            approved().void("leader".into(), on, "错").and_then(|p| p.void("leader".into(), on, "错")),
        ];
        for result in refused {
            assert_eq!(code(result), "inspection_plan.wrong_state");
        }
    }

    #[test]
    fn an_empty_or_misdated_plan_is_not_handed_in() {
        let submit = |plan: InspectionPlan| code(plan.submit("clerk".into(), day(1, 20)));
        assert_eq!(submit(a_draft().with_items(vec![]).expect("draft")), "inspection_plan.empty");
        let mut backwards = visit("a", 3);
        (backwards.from, backwards.to) = (backwards.to, backwards.from);
        let next_year = PlanItem { to: Date::from_ymd_opt(2027, 1, 5).expect("valid"), ..visit("a", 12) };
        for item in [backwards, next_year] {
            let items = vec![visit("a", 3), item];
            assert_eq!(a_draft().misdated(&items), Some(1));
            assert_eq!(code(a_draft().with_items(items.clone())), "inspection_plan.window");
            let kept_before = InspectionPlan { items, ..a_draft() };
            assert_eq!(submit(kept_before), "inspection_plan.window");
        }
    }

    #[test]
    fn a_newer_plan_replaces_the_old_one_only_for_the_same_body_and_time() {
        let newer = InspectionPlan { id: "plan-2".into(), ..approved() };
        assert_eq!(code(approved().supersede(&newer, day(6, 1))), "已被取代");
        let stranger = InspectionPlan { org: "police".into(), ..newer.clone() };
        let unapproved = InspectionPlan { state: State::Draft, ..newer };
        for wrong in [stranger, unapproved, approved()] {
            assert_eq!(code(approved().supersede(&wrong, day(6, 1))), "inspection_plan.not_a_successor");
        }
        assert_eq!(code(approved().void("leader".into(), day(6, 1), " ")), "inspection_plan.no_reason");
    }

    #[test]
    fn two_visits_to_one_place_do_not_cover_another() {
        let want = |place: &str, visits| Expected { place: place.into(), visits };
        let gaps = uncovered(&a_draft(), &[want("a", 1), want("b", 2), want("c", 1)]);
        let gaps: Vec<_> = gaps.iter().map(|g| (g.place.as_str(), g.planned, g.wanted)).collect();
        assert_eq!(gaps, [("b", 1, 2), ("c", 0, 1)]);
    }

    #[test]
    fn filling_again_keeps_what_people_set_and_fills_in_only_what_is_missing() {
        let wanted = vec![visit("a", 2), visit("a", 5), visit("b", 5), visit("c", 6)];
        let moved =
            PlanItem { from: day(6, 3), to: day(6, 9), reason: "店主约定".into(), ..visit("a", 6) };
        let extra = visit("d", 3);
        let saved = saved_by_hand(&wanted, vec![visit("a", 2), moved.clone(), visit("b", 5), extra.clone()]);
        let marks: Vec<_> = saved.iter().map(|item| (item.place.as_str(), item.by_hand)).collect();
        assert_eq!(marks, [("a", false), ("a", true), ("b", false), ("d", true)]);
        let by_hand: Vec<PlanItem> = saved.iter().filter(|item| item.by_hand).cloned().collect();
        let again = saved_by_hand(&saved, saved.clone());
        assert_eq!(again, saved, "saved once more without a change");

        let filled = refilled(by_hand, wanted);
        let hand = |item: PlanItem| PlanItem { by_hand: true, ..item };
        let mut expected = vec![visit("a", 2), hand(moved), visit("b", 5), visit("c", 6), hand(extra)];
        expected.sort();
        assert_eq!(filled, expected, "May's visit of a is the one moved to June");
    }

    #[test]
    fn the_grade_sets_the_frequency_and_a_closed_place_is_not_expected() {
        let frequency = Frequency::proposed(day(1, 1));
        let (red, blue, mut gone) = (a_restaurant("r"), a_restaurant("b"), a_restaurant("g"));
        gone.opening = Opening::Deregistered;
        let graded = [(&red, Some(Grade::Red)), (&gone, Some(Grade::Red)), (&blue, Some(Grade::Blue))];
        let expected: Vec<_> = expected_in_year(&graded, &frequency, day(1, 1))
            .iter()
            .map(|e| (e.place.to_string(), e.visits))
            .collect();
        assert_eq!(expected, [("b".to_owned(), 1), ("r".to_owned(), 12)]);
        let grades = GRADES.map(|(_, grade)| grade);
        assert_eq!(grades.map(|grade| frequency.against(grade)), [None; 4]);
        assert_eq!(
            frequency.visits(None),
            frequency.blue,
            "without a grade as the lowest, until a town decides"
        );
        let mut upside_down = frequency;
        upside_down.set(Grade::Blue, 6);
        assert_eq!(upside_down, Frequency { blue: 6, ..frequency });
        let mut counted = frequency;
        for (grade, visits) in grades.into_iter().zip(11..) {
            counted.set(grade, visits);
        }
        assert_eq!(grades.map(|grade| counted.visits(Some(grade))), [11, 12, 13, 14], "each its own");
        let (orange, yellow, blue) = (Some(Grade::Orange), Some(Grade::Yellow), Some(Grade::Blue));
        assert_eq!(grades.map(|grade| upside_down.against(grade)), [None, blue, blue, yellow]);
        assert_eq!(Frequency { red: 1, ..frequency }.against(Grade::Red), orange, "the one next to it");
    }

    #[test]
    fn only_an_approved_plan_gives_tasks_and_always_the_same_ones() {
        assert_eq!(tasks_due(&a_draft(), 2026, 5).map_err(|e| e.code()), Err("inspection_plan.wrong_state"));
        let tasks = tasks_due(&approved(), 2026, 5).expect("approved");
        assert_eq!(tasks.iter().map(|t| t.place.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(tasks_due(&approved(), 2026, 5), Ok(tasks));
        let keys: BTreeSet<String> = (1..=12)
            .flat_map(|month| tasks_due(&approved(), 2026, month).expect("approved"))
            .map(|task| task.key)
            .collect();
        assert_eq!(keys.len(), 3, "every visit becomes exactly one task over the year");
    }

    #[test]
    fn a_campaign_keeps_to_its_own_window() {
        let span = Span::Special { subject: "冬春防火".into(), from: day(3, 10), to: day(4, 10) };
        assert!(span.touches(2026, 3) && span.touches(2026, 4) && !span.touches(2026, 5));
        let draft = InspectionPlan::draft("s".into(), "o".into(), span);
        assert_eq!(code(draft.with_items(vec![visit("a", 3)])), "inspection_plan.window");
    }
}
