//! Plans as pages see them and as they are asked for.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::PlaceId;
use domain::inspection_plan::{PlanItem, Span, State, Uncovered};
use domain::policy::Action;
use domain::risk::{Grade, UNGRADED};
use domain::time::parse_date;
use serde::{Deserialize, Serialize};
use store::audit::Entry;
use store::inspection_plan::PlanRecord;
use store::place::PlaceRecord;
use utoipa::ToSchema;

use crate::checklist::from_code;
use crate::names::Names;
use crate::view::Named;
use crate::{Caller, Error, Result};

/// The time a plan is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = Span)]
pub enum SpanView {
    /// A year.
    Year {
        /// The year.
        year: i32,
    },
    /// A month.
    Month {
        /// The year.
        year: i32,
        /// 1 to 12.
        month: u32,
    },
    /// A campaign.
    Special {
        /// What it is about.
        title: String,
        /// First day.
        from: String,
        /// Last day.
        to: String,
    },
}

impl SpanView {
    pub(super) fn read(&self) -> Result<Span> {
        let day = |field: &str, text: &str| {
            parse_date(text)
                .ok_or_else(|| Error::field(field, "date.invalid", "日期请写成 2026-11-25 的样子"))
        };
        let year_fits = |year: i32| (2023..=2100).contains(&year);
        match self {
            Self::Year { year } if year_fits(*year) => Ok(Span::Annual { year: *year }),
            Self::Month { year, month } if year_fits(*year) && (1..=12).contains(month) => {
                Ok(Span::Monthly { year: *year, month: *month })
            }
            Self::Special { title, from, to } => {
                let (from, to) = (day("span.from", from)?, day("span.to", to)?);
                if to < from || title.trim().is_empty() {
                    return Err(Error::field(
                        "span",
                        "inspection_plan.span",
                        "请填写专项名称和先后正确的起止日期",
                    ));
                }
                Ok(Span::Special { subject: title.trim().to_owned(), from, to })
            }
            _ => Err(Error::field("span", "inspection_plan.span", "年份或月份不对，请重新选择")),
        }
    }

    fn of(span: &Span) -> Self {
        match span {
            Span::Annual { year } => Self::Year { year: *year },
            Span::Monthly { year, month } => Self::Month { year: *year, month: *month },
            Span::Special { subject, from, to } => {
                Self::Special { title: subject.clone(), from: from.to_string(), to: to.to_string() }
            }
        }
    }
}

/// A new plan.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PlanInput {
    /// Whose.
    pub org: String,
    /// For which time.
    pub span: SpanView,
    /// Title.
    pub title: String,
}

/// A visit as edited.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PlanItemInput {
    /// Place.
    pub place: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

impl PlanItemInput {
    /// As the rules want it.
    ///
    /// Errors: a day that is none.
    pub fn read(&self) -> Result<PlanItem> {
        let day = |text: &str| {
            parse_date(text)
                .ok_or_else(|| Error::field("items", "date.invalid", "日期请写成 2026-11-25 的样子"))
        };
        Ok(PlanItem {
            place: self.place.as_str().into(),
            from: day(&self.from)?,
            to: day(&self.to)?,
            reason: self.reason.trim().to_owned(),
            // Whether it differs from what was filled in is known where it is saved.
            by_hand: false,
        })
    }
}

/// A plan in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlanRow {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Whose.
    pub org: Named,
    /// For which time.
    pub span: SpanView,
    /// In Chinese.
    pub span_label: String,
    /// State.
    pub state: String,
    /// In Chinese.
    pub state_label: String,
    /// The year it is listed under.
    pub year: i32,
    /// Visits.
    pub visits_n: usize,
    /// Places.
    pub places_n: usize,
    /// Places left uncovered; none where it was not counted.
    pub uncovered_n: Option<usize>,
    /// Row version.
    pub version: i64,
    /// What the caller may do: `propose`, `items`, `submit`, `approve`, `send_back`, `reopen`, `void`; on one plan also `supplement`.
    pub actions: Vec<&'static str>,
}

/// A visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlanItemView {
    /// Place.
    pub place: Named,
    /// Its village.
    pub village: Named,
    /// Risk grade.
    pub grade: Option<String>,
    /// In Chinese.
    pub grade_label: Option<String>,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Why.
    pub reason: String,
    /// Somebody set it; filling by frequency leaves it as it is.
    pub by_hand: bool,
}

/// A place visited less often than wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UncoveredView {
    /// Place.
    pub place: Named,
    /// Its village.
    pub village: Named,
    /// Risk grade in Chinese.
    pub grade_label: String,
    /// It has no grade yet: how often it is to be visited is open, and what the town set for such places counts until then.
    pub ungraded: bool,
    /// Visits wanted.
    pub expected: u32,
    /// Visits planned.
    pub planned: u32,
    /// Visits missing.
    pub missing: u32,
}

/// Visits of a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MonthVisits {
    /// As `2026-09`.
    pub month: String,
    /// How many begin in it.
    pub visits: usize,
}

/// A step a plan took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlanHistoryView {
    /// The step.
    pub label: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: String,
    /// Why.
    pub reason: Option<String>,
}

/// What an approval would put in another plan's place, or has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlanReplaced {
    /// The other plan.
    pub plan: Named,
    /// Tasks of the older one that nobody has begun: they are cancelled with it.
    pub tasks_n: usize,
    /// Visits of the newer one that somebody took on or made under the older: they go on there and are not given out again.
    pub kept_n: usize,
    /// The day it was replaced.
    pub on: Option<String>,
}

/// A plan whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlanView {
    /// The row.
    #[serde(flatten)]
    pub row: PlanRow,
    /// Its visits.
    pub items: Vec<PlanItemView>,
    /// How many of them people set by hand.
    pub by_hand_n: usize,
    /// What it leaves uncovered from today on, while it is not approved; of a time that is over, everything. Once it
    /// is approved and its time not over: what came after.
    pub uncovered: Vec<UncoveredView>,
    /// Visits the year's frequency had before today, which a plan made now does not make up for.
    pub passed_n: u32,
    /// Visits by month.
    pub by_month: Vec<MonthVisits>,
    /// How it got where it is, oldest first.
    pub history: Vec<PlanHistoryView>,
    /// The approved plan of the same body and time that its approval replaces.
    pub replaces: Option<PlanReplaced>,
    /// The newer plan that replaced it.
    pub replaced_by: Option<PlanReplaced>,
}

pub(crate) fn state_code(state: &State) -> &'static str {
    match state {
        State::Draft => "draft",
        State::Submitted { .. } => "submitted",
        State::Approved { .. } => "approved",
        State::Returned { .. } => "returned",
        State::Superseded { .. } => "superseded",
        State::Void { .. } => "void",
    }
}

fn span_label(span: &Span) -> String {
    match span {
        Span::Annual { year } => format!("{year} 年"),
        Span::Monthly { year, month } => format!("{year} 年 {month} 月"),
        Span::Special { subject, from, to } => format!("{subject}（{from} 至 {to}）"),
    }
}

/// What the caller may do with a plan now.
fn actions(caller: &Caller, record: &PlanRecord) -> Vec<&'static str> {
    let subject = super::subject(record);
    let may = |action| caller.hat(action, &subject).is_ok();
    let (drafts, approves) = (may(Action::PlanDraft), may(Action::PlanApprove));
    let mut actions = Vec::new();
    match &record.plan.state {
        State::Draft if drafts => actions.extend(["propose", "items", "submit"]),
        State::Submitted { by, .. } if approves => {
            if *by != caller.person {
                actions.push("approve");
            }
            actions.push("send_back");
        }
        State::Returned { .. } if drafts => actions.push("reopen"),
        _ => {}
    }
    let is_over = matches!(record.plan.state, State::Superseded { .. } | State::Void { .. });
    if !is_over && (approves || (drafts && super::is_open(&record.plan.state))) {
        actions.push("void");
    }
    actions
}

impl PlanRow {
    pub(super) fn of(
        caller: &Caller,
        record: &PlanRecord,
        names: &Names,
        uncovered_n: Option<usize>,
    ) -> Self {
        let plan = &record.plan;
        let places: BTreeSet<&PlaceId> = plan.items.iter().map(|item| &item.place).collect();
        Self {
            id: plan.id.to_string(),
            title: record.title.clone(),
            org: names.named_org(&plan.org),
            span: SpanView::of(&plan.span),
            span_label: span_label(&plan.span),
            state: state_code(&plan.state).to_owned(),
            state_label: plan.state.label().to_owned(),
            year: record.year,
            visits_n: plan.items.len(),
            places_n: places.len(),
            uncovered_n,
            version: record.version,
            actions: actions(caller, record),
        }
    }
}

fn step_label(action: &str) -> Option<&'static str> {
    Some(match action {
        "inspection_plan.add" => "新建",
        "inspection_plan.propose" => "按频次生成",
        "inspection_plan.items" => "调整内容",
        "inspection_plan.submit" => "报审",
        "inspection_plan.approve" => "批准",
        "inspection_plan.send_back" => "退回",
        "inspection_plan.reopen" => "重新起草",
        "inspection_plan.void" => "作废",
        _ => return None,
    })
}

impl PlanView {
    pub(super) fn of(
        caller: &Caller,
        record: &PlanRecord,
        names: &Names,
        places: &[PlaceRecord],
        open: Option<(Vec<Uncovered>, u32)>,
        history: &[Entry],
    ) -> Self {
        let known: BTreeMap<&PlaceId, &PlaceRecord> =
            places.iter().map(|place| (&place.place.id, place)).collect();
        let named = |id: &PlaceId| match known.get(id) {
            Some(place) => (
                Named::new(id.to_string(), place.place.name.clone()),
                names.territory(place.place.village.as_str()),
                from_code::<Grade>(&place.cached_risk_grade),
            ),
            None => (Named::new(id.to_string(), id.to_string()), Named::new("", ""), None),
        };
        let item = |item: &PlanItem| {
            let (place, village, grade) = named(&item.place);
            PlanItemView {
                place,
                village,
                grade: grade.map(|grade| crate::risk::grade_code(grade).to_owned()),
                grade_label: Some(grade.map_or(UNGRADED, Grade::label).to_owned()),
                from: item.from.to_string(),
                to: item.to.to_string(),
                reason: item.reason.clone(),
                by_hand: item.by_hand,
            }
        };
        let gap = |gap: &Uncovered| {
            let (place, village, grade) = named(&gap.place);
            UncoveredView {
                place,
                village,
                grade_label: grade.map_or(UNGRADED, Grade::label).to_owned(),
                ungraded: grade.is_none(),
                expected: gap.wanted,
                planned: gap.planned,
                missing: gap.wanted.saturating_sub(gap.planned),
            }
        };
        let mut months: BTreeMap<String, usize> = BTreeMap::new();
        for item in &record.plan.items {
            *months.entry(item.from.format("%Y-%m").to_string()).or_default() += 1;
        }
        let step = |entry: &Entry| {
            Some(PlanHistoryView {
                label: step_label(&entry.action)?.to_owned(),
                by: entry.actor_name.clone(),
                at: entry.at.to_rfc3339(),
                reason: (!entry.reason.is_empty()).then(|| entry.reason.clone()),
            })
        };
        let (gaps, passed_n) = match open {
            Some((gaps, passed)) => (Some(gaps), passed),
            None => (None, 0),
        };
        let mut row = PlanRow::of(caller, record, names, gaps.as_ref().map(Vec::len));
        let is_approved = matches!(record.plan.state, State::Approved { .. });
        let drafts = caller.hat(Action::PlanDraft, &super::subject(record)).is_ok();
        if is_approved && drafts && row.uncovered_n.is_some_and(|n| n > 0) {
            row.actions.push("supplement");
        }
        Self {
            row,
            items: record.plan.items.iter().map(item).collect(),
            by_hand_n: record.plan.items.iter().filter(|item| item.by_hand).count(),
            uncovered: gaps.iter().flatten().map(gap).collect(),
            passed_n,
            by_month: months.into_iter().map(|(month, visits)| MonthVisits { month, visits }).collect(),
            history: history.iter().rev().filter_map(step).collect(),
            replaces: None,
            replaced_by: None,
        }
    }
}
