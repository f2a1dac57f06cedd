//! 公共消防设施: proposed, planned, paid for, built, accepted, handed over, in service, at fault, repaired, retired; who
//! owns it, who keeps it, when it is to be checked. What does not belong here: whether its water counts (`water`), what
//! its pipes join (`network`), what kinds there are (`kind`, read from a catalogue).
//!
//! Source: clauses C6.3–C6.10 and C7.1–C7.11; build, manage and maintain as in the field's handbook §4.8.

pub mod coverage;
mod kind;
pub mod network;
mod refusal;
pub mod report;
mod shape;
#[cfg(test)]
mod tests;
pub mod water;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::fulfilment::Span;
use crate::ids::{BudgetLineId, FacilityId, OrgId, PersonId, PhotoId, ProjectId, TerritoryCode};
use crate::time::{Date, Timestamp};

pub use crate::geometry::Bounds;
pub use kind::{Catalog, Family, Field, FieldForm, Form, Kind};
pub use refusal::FacilityRefusal;
pub use shape::{Shape, ShapeFault};
pub use water::Water;

/// Where a facility stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 已提出.
    Proposed,
    /// 已列入规划.
    Planned,
    /// 资金已落实.
    Budgeted,
    /// 已设计.
    Designed,
    /// 已建成、待验收.
    Built,
    /// 已验收、待移交.
    Accepted,
    /// 存量设施、责任待明确: found standing, nobody knows who accepted it.
    Found,
    /// 已移交、待投用.
    HandedOver,
    /// 在用.
    InService,
    /// 故障.
    Fault,
    /// 维修中.
    Repairing,
    /// 已退役.
    Retired,
}

impl Stage {
    /// Every stage, in the order of a life.
    pub const ALL: [Self; 12] = [
        Self::Proposed,
        Self::Planned,
        Self::Budgeted,
        Self::Designed,
        Self::Built,
        Self::Accepted,
        Self::Found,
        Self::HandedOver,
        Self::InService,
        Self::Fault,
        Self::Repairing,
        Self::Retired,
    ];

    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Planned => "planned",
            Self::Budgeted => "budgeted",
            Self::Designed => "designed",
            Self::Built => "built",
            Self::Accepted => "accepted",
            Self::Found => "found",
            Self::HandedOver => "handed_over",
            Self::InService => "in_service",
            Self::Fault => "fault",
            Self::Repairing => "repairing",
            Self::Retired => "retired",
        }
    }

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Proposed => "已提出",
            Self::Planned => "已列入规划",
            Self::Budgeted => "资金已落实",
            Self::Designed => "已设计",
            Self::Built => "已建成待验收",
            Self::Accepted => "已验收待移交",
            Self::Found => "存量待明确责任",
            Self::HandedOver => "已移交待投用",
            Self::InService => "在用",
            Self::Fault => "故障",
            Self::Repairing => "维修中",
            Self::Retired => "已退役",
        }
    }

    /// The one with this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.code() == code)
    }

    /// Whether it stands out there, working or not.
    pub fn is_standing(self) -> bool {
        self >= Self::Built && self != Self::Retired
    }

    /// Whether it stands and nothing is wrong with it.
    pub fn is_sound(self) -> bool {
        self.is_standing() && !matches!(self, Self::Fault | Self::Repairing)
    }
}

/// What was done to a facility.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Act {
    /// 登记: proposed, or found standing.
    Register {
        /// It stands already.
        found: bool,
    },
    /// 列入规划.
    Plan,
    /// 落实资金.
    Budget {
        /// The line of the budget that pays, when it is one of the town's own.
        line: Option<BudgetLineId>,
        /// The project it is built under, when there is one.
        #[serde(default)]
        project: Option<ProjectId>,
        /// How much. Units: fen.
        amount_fen: i64,
    },
    /// 完成设计.
    Design,
    /// 建成.
    Build,
    /// 验收.
    Accept {
        /// Who accepted it.
        by: String,
    },
    /// 移交: who owns it, who keeps it, how often it is checked. Later: somebody else does.
    HandOver {
        /// From that day on.
        keeping: Keeping,
    },
    /// 投入使用.
    Enter,
    /// 检查.
    Check {
        /// Whether it was found good; otherwise it is at fault from that day on.
        good: bool,
    },
    /// 报告故障.
    Report,
    /// 开始维修.
    Repair,
    /// 修复.
    Restore {
        /// What it cost. Units: fen.
        cost_fen: i64,
    },
    /// 保养.
    Maintain {
        /// What it cost. Units: fen.
        cost_fen: i64,
    },
    /// 退役.
    Retire,
    /// 改登记.
    Change,
    /// 作废: it was entered by mistake.
    Void,
}

impl Act {
    /// Stable word.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Register { .. } => "register",
            Self::Plan => "plan",
            Self::Budget { .. } => "budget",
            Self::Design => "design",
            Self::Build => "build",
            Self::Accept { .. } => "accept",
            Self::HandOver { .. } => "hand_over",
            Self::Enter => "enter",
            Self::Check { .. } => "check",
            Self::Report => "report",
            Self::Repair => "repair",
            Self::Restore { .. } => "restore",
            Self::Maintain { .. } => "maintain",
            Self::Retire => "retire",
            Self::Change => "change",
            Self::Void => "void",
        }
    }

    /// Words for people.
    pub fn label(&self) -> &'static str {
        step_label(self.code())
    }

    /// What it cost; nothing for most. Units: fen.
    pub fn cost_fen(&self) -> i64 {
        match self {
            Self::Restore { cost_fen } | Self::Maintain { cost_fen } => *cost_fen,
            _ => 0,
        }
    }
}

/// What people call a step.
pub fn step_label(code: &str) -> &'static str {
    match code {
        "register" => "登记",
        "plan" => "列入规划",
        "budget" => "落实资金",
        "design" => "完成设计",
        "build" => "登记建成",
        "accept" => "登记验收",
        "hand_over" => "移交、明确责任",
        "enter" => "投入使用",
        "check" => "登记检查",
        "report" => "报告故障",
        "repair" => "开始维修",
        "restore" => "登记修复",
        "maintain" => "登记保养",
        "retire" => "退役",
        "change" => "改登记",
        _ => "作废",
    }
}

/// 建管责任: who owns a facility, who keeps it, and how often it is looked at. Source: C6.9.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keeping {
    /// 产权单位.
    pub owner: OrgId,
    /// 管护单位.
    pub maintainer: OrgId,
    /// Checked at least every so many days (P).
    pub check_days: u32,
    /// Paper it rests on: 移交单、管护协议; may be empty.
    pub basis: String,
}

/// Where a check station stands. Source: C7.5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Site {
    /// 进山必经路口.
    Road,
    /// 出村路口.
    Village,
    /// 林区生产场所.
    Worksite,
    /// 火灾易发林缘.
    Edge,
}

impl Site {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Road, Self::Village, Self::Worksite, Self::Edge];

    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Road => "road",
            Self::Village => "village",
            Self::Worksite => "worksite",
            Self::Edge => "edge",
        }
    }

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Road => "进山必经路口",
            Self::Village => "出村路口",
            Self::Worksite => "林区生产场所",
            Self::Edge => "火灾易发林缘",
        }
    }

    /// The one with this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|site| site.code() == code)
    }
}

/// Characters of a name, an address, a number: as many as a place has.
pub const MOST_CHARS: usize = 200;
/// Days between two checks beyond which the number is a slip: ten years. No rule has one as long.
const MOST_CHECK_DAYS: u32 = 3_650;

/// A value of a field of its kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FieldValue {
    /// 是否.
    Flag(bool),
    /// In the unit of the field.
    Number(f64),
    /// Words.
    Text(String),
}

/// Code of the field that says how much a pool or tank holds in all. Units: m³.
const VOLUME: &str = "volume";

/// 设施.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facility {
    /// Id.
    pub id: FacilityId,
    /// 设施编号: on its label, one in the town.
    pub code: String,
    /// Name.
    pub name: String,
    /// Kind, a code of the catalogue.
    pub kind: String,
    /// What duties know it by: `class:` on the facility, `facility:` on its facts.
    pub class: String,
    /// Who proposes or reported it, and answers while nobody owns it.
    pub org: OrgId,
    /// Village or other territory it stands in.
    pub territory: TerritoryCode,
    /// Where, in words.
    pub address: String,
    /// Where on the map.
    pub shape: Option<Shape>,
    /// Values of the fields of its kind, by code.
    pub values: BTreeMap<String, FieldValue>,
    /// Where a check station stands.
    pub site: Option<Site>,
    /// 批准文号 of a check station; empty for a 宣传劝导点.
    pub approval_no: String,
    /// What water it gives; none for what gives none.
    pub water: Option<Water>,
    /// Facilities its pipes lead to, whichever names which.
    pub joins: BTreeSet<FacilityId>,
    /// Where it stands.
    pub stage: Stage,
    /// Since when.
    pub since: Date,
    /// When it was built; none while it is not, or when nobody knows.
    pub built_on: Option<Date>,
    /// Who owns and keeps it.
    pub keeping: Option<Keeping>,
    /// When it was last found good.
    pub checked_on: Option<Date>,
    /// What is wrong with it; empty while nothing is.
    pub fault: String,
    /// Why it was voided; none while it stands.
    pub void: Option<String>,
}

/// What happened to a facility, in the order it was recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Number within its facility, from 1: its version after the step.
    pub seq: i64,
    /// What was done.
    pub act: Act,
    /// The day it happened.
    pub on: Date,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// By whom.
    pub by: PersonId,
    /// What was said.
    pub text: String,
    /// What was seen.
    pub photos: Vec<PhotoId>,
    /// Where the facility stood after it.
    pub stage: Stage,
}

impl Facility {
    /// Checks a facility that is to be entered against its kind.
    ///
    /// Errors: no name; a field or form its kind does not have; a check station without its site; joined to itself.
    pub fn register(self, kind: &Kind) -> Result<Self, FacilityRefusal> {
        if self.name.trim().is_empty() {
            return Err(FacilityRefusal::NoName);
        }
        for (what, text) in
            [("设施名称", &self.name), ("位置", &self.address), ("批准文号", &self.approval_no)]
        {
            if text.chars().count() > MOST_CHARS {
                return Err(FacilityRefusal::TooLong(what, MOST_CHARS));
            }
        }
        if let Some(shape) = &self.shape {
            if !kind.form.admits(shape) {
                return Err(FacilityRefusal::Form(kind.form.label()));
            }
            shape.check()?;
        }
        for (code, value) in &self.values {
            kind.admits(code, value)?;
        }
        if kind.by_site && self.site.is_none() {
            return Err(FacilityRefusal::NoSite);
        }
        if self.joins.contains(&self.id)
            || self.water.as_ref().is_some_and(|w| w.fed_by.as_ref() == Some(&self.id))
        {
            return Err(FacilityRefusal::JoinsItself);
        }
        if let Some(water) = &self.water {
            water.check()?;
            let held = self.values.get(VOLUME);
            if let (Some(usable), Some(FieldValue::Number(held))) = (water.usable_m3, held)
                && usable > *held
            {
                return Err(FacilityRefusal::MoreThanHeld(usable, *held));
            }
        }
        let class = kind.class_at(self.site);
        let site = self.site.filter(|_| kind.by_site);
        let water = self.water.filter(|_| kind.gives_water);
        Ok(Self { class, site, water, ..self })
    }

    /// What people call its kind: a check station nobody approved only persuades.
    ///
    /// Source: C7.5; forest-fire regulation, art. 27: a temporary check station in the fire season is approved.
    pub fn kind_label(&self, kind: &Kind) -> String {
        match kind.by_site && self.approval_no.trim().is_empty() {
            true => "宣传劝导点".to_owned(),
            false => kind.name.clone(),
        }
    }

    /// Whether it stands and nothing is wrong with it.
    pub fn is_sound(&self) -> bool {
        self.void.is_none() && self.stage.is_sound()
    }

    /// Whether it only persuades: a check station without approval counts for no duty.
    pub fn only_persuades(&self) -> bool {
        self.site.is_some() && self.approval_no.trim().is_empty()
    }

    /// The words of the steps its stage allows.
    pub fn steps(&self) -> Vec<&'static str> {
        if self.void.is_some() {
            return Vec::new();
        }
        let own: &[&'static str] = match self.stage {
            Stage::Proposed => &["plan", "change", "void"],
            Stage::Planned => &["budget", "change", "void"],
            Stage::Budgeted => &["design", "build", "change", "void"],
            Stage::Designed => &["build", "change", "void"],
            Stage::Built => &["accept", "change", "retire", "void"],
            Stage::Accepted | Stage::Found => &["hand_over", "change", "retire", "void"],
            Stage::HandedOver => &["enter", "hand_over", "maintain", "change", "retire", "void"],
            Stage::InService => &["check", "report", "maintain", "hand_over", "change", "retire", "void"],
            Stage::Fault => &["repair", "maintain", "hand_over", "change", "retire", "void"],
            Stage::Repairing => &["restore", "maintain", "hand_over", "change", "retire", "void"],
            Stage::Retired => &["void"],
        };
        own.to_vec()
    }

    /// Takes a step that happened on a day.
    ///
    /// Errors: the stage does not allow it; the day has not come or lies before the last step; what the step must say
    /// is missing.
    pub fn take(mut self, act: &Act, on: Date, text: &str, today: Date) -> Result<Self, FacilityRefusal> {
        if self.void.is_some() || !self.steps().contains(&act.code()) {
            let label = if self.void.is_some() { "已作废" } else { self.stage.label() };
            return Err(FacilityRefusal::WrongStage(label));
        }
        if on > today {
            return Err(FacilityRefusal::NotYet);
        }
        let moves =
            !matches!(act, Act::Maintain { .. } | Act::Change | Act::Void | Act::Check { good: true });
        if moves && on < self.since {
            return Err(FacilityRefusal::Before(self.since));
        }
        let is_said = !text.trim().is_empty();
        let stage = match act {
            Act::Register { .. } => return Err(FacilityRefusal::WrongStage(self.stage.label())),
            Act::Plan if !is_said => return Err(FacilityRefusal::NoPlan),
            Act::Plan => Stage::Planned,
            Act::Budget { amount_fen, .. } if *amount_fen <= 0 => return Err(FacilityRefusal::NoMoney),
            Act::Budget { .. } => Stage::Budgeted,
            Act::Design => Stage::Designed,
            Act::Build => {
                self.built_on = Some(on);
                Stage::Built
            }
            Act::Accept { by } if by.trim().is_empty() => return Err(FacilityRefusal::NobodyAccepted),
            Act::Accept { .. } => Stage::Accepted,
            Act::HandOver { keeping } => {
                if keeping.check_days == 0
                    || keeping.owner.as_str().is_empty()
                    || keeping.maintainer.as_str().is_empty()
                {
                    return Err(FacilityRefusal::NobodyKeeps);
                }
                if keeping.check_days > MOST_CHECK_DAYS {
                    return Err(FacilityRefusal::Interval(MOST_CHECK_DAYS));
                }
                self.keeping = Some(keeping.clone());
                match self.stage {
                    Stage::Accepted | Stage::Found => Stage::HandedOver,
                    other => other,
                }
            }
            Act::Enter if self.keeping.is_none() => return Err(FacilityRefusal::NobodyKeeps),
            Act::Enter | Act::Restore { .. } => {
                if act.cost_fen() < 0 {
                    return Err(FacilityRefusal::Cost);
                }
                self.fault = String::new();
                Stage::InService
            }
            Act::Check { good: true } if on < self.since => return Err(FacilityRefusal::Before(self.since)),
            Act::Check { good: true } => {
                self.checked_on = self.checked_on.max(Some(on));
                Stage::InService
            }
            Act::Check { good: false } | Act::Report if !is_said => return Err(FacilityRefusal::NoFault),
            Act::Check { good: false } | Act::Report => {
                self.fault = text.trim().to_owned();
                Stage::Fault
            }
            Act::Repair => Stage::Repairing,
            Act::Maintain { cost_fen } if *cost_fen < 0 => return Err(FacilityRefusal::Cost),
            Act::Maintain { .. } if !is_said => return Err(FacilityRefusal::NoWork),
            Act::Retire | Act::Void if !is_said => return Err(FacilityRefusal::NoReason),
            Act::Retire => Stage::Retired,
            Act::Void => {
                self.void = Some(text.trim().to_owned());
                self.stage
            }
            Act::Maintain { .. } | Act::Change => self.stage,
        };
        if stage != self.stage {
            self.since = on;
        }
        Ok(Self { stage, ..self })
    }

    /// The facility as it stood at the end of a day: where it was, who kept it, when it was last found good and what was
    /// wrong with it, by all that is recorded now. What it is (name, position, values) is of today; none before
    /// the day of its first event, when nobody had proposed or found it. Events in the order they were recorded.
    pub fn stood_on(mut self, events: &[Event], day: Date) -> Option<Self> {
        let Some(first) = events.first() else { return Some(self) };
        // What was told later may have happened earlier.
        if events.iter().all(|event| day < event.on) {
            return None;
        }
        (self.stage, self.since) = (first.stage, first.on);
        (self.keeping, self.checked_on, self.fault) = (None, None, String::new());
        for event in events.iter().filter(|event| event.on <= day) {
            match &event.act {
                Act::HandOver { keeping } => self.keeping = Some(keeping.clone()),
                Act::Enter | Act::Restore { .. } => self.fault = String::new(),
                Act::Check { good: true } => self.checked_on = self.checked_on.max(Some(event.on)),
                Act::Check { good: false } | Act::Report => self.fault = event.text.trim().to_owned(),
                _ => {}
            }
            if event.stage != self.stage {
                (self.stage, self.since) = (event.stage, event.on);
            }
        }
        Some(self)
    }

    /// The last day its last check holds for; none while nobody has to check it.
    pub fn check_due(&self) -> Option<Date> {
        let keeping =
            self.keeping.as_ref().filter(|_| self.stage == Stage::InService && self.void.is_none())?;
        // Whoever put it into use, or back, answers for it from then; nobody has checked it by that.
        let last = self.checked_on.map_or(self.since, |checked| checked.max(self.since));
        later(last, keeping.check_days)
    }

    /// Whether its check is late.
    pub fn is_overdue(&self, today: Date) -> bool {
        self.check_due().is_some_and(|due| due < today)
    }

    /// How much of it there is. Units: metres of what is long, otherwise 1.
    pub fn size(&self) -> f64 {
        match &self.shape {
            Some(shape @ Shape::LineString(_)) => shape.length_m().max(1.0),
            _ => 1.0,
        }
    }
}

fn later(day: Date, days: u32) -> Option<Date> {
    day.checked_add_days(chrono::Days::new(u64::from(days)))
}

/// A stretch of days something held, and when it became known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The days.
    pub span: Span,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// The day before.
fn eve(day: Date) -> Date {
    day.pred_opt().unwrap_or(day)
}

fn stretch(from: Date, to: Option<Date>, event: &Event) -> Option<Held> {
    to.is_none_or(|to| from <= to).then_some(Held { span: Span { from, to }, recorded_at: event.recorded_at })
}

/// The days a facility was good: in service, and every check holds no longer than the interval in force. One stretch a
/// check; stretches may overlap. Events in the order they were recorded.
pub fn good_days(events: &[Event]) -> Vec<Held> {
    let mut found = Vec::new();
    let mut check_days = None;
    for (at, event) in events.iter().enumerate() {
        if let Act::HandOver { keeping } = &event.act {
            check_days = Some(keeping.check_days);
        }
        let proves = matches!(event.act, Act::Enter | Act::Restore { .. } | Act::Check { good: true });
        let Some(days) = check_days.filter(|_| proves && event.stage == Stage::InService) else { continue };
        let rest = events.iter().skip(at + 1);
        let ended = rest.filter(|next| next.stage != Stage::InService).map(|next| eve(next.on)).min();
        let until = [later(event.on, days), ended].into_iter().flatten().min();
        found.extend(stretch(event.on, until, event));
    }
    found
}

/// The days a facility stood there: from the day it was built, or was found, until it was retired.
pub fn standing_days(events: &[Event]) -> Option<Held> {
    let first = events.iter().find(|event| event.stage.is_standing())?;
    let end = events.iter().find(|event| event.stage == Stage::Retired).map(|event| eve(event.on));
    stretch(first.on, end, first)
}

/// The days it stood and nothing was wrong with it, whether or not anybody looked: what water can run through.
pub fn sound_days(events: &[Event]) -> Vec<Held> {
    let mut found = Vec::new();
    let mut open: Option<&Event> = None;
    for event in events {
        match (open, event.stage.is_sound()) {
            (None, true) => open = Some(event),
            (Some(first), false) => {
                found.extend(stretch(first.on, Some(eve(event.on)), first));
                open = None;
            }
            (None, false) | (Some(_), true) => {}
        }
    }
    found.extend(open.and_then(|first| stretch(first.on, None, first)));
    found
}

/// The days somebody was named as owner and maintainer.
pub fn kept_days(events: &[Event]) -> Vec<(Keeping, Held)> {
    let end = events.iter().find(|event| event.stage == Stage::Retired).map(|event| event.on);
    let given: Vec<(&Keeping, &Event)> = events
        .iter()
        .filter_map(|event| match &event.act {
            Act::HandOver { keeping } => Some((keeping, event)),
            _ => None,
        })
        .collect();
    let mut found = Vec::new();
    for (at, (keeping, event)) in given.iter().enumerate() {
        let next = given.get(at + 1).map(|(_, next)| next.on);
        let until = [next, end].into_iter().flatten().min().map(eve);
        found.extend(stretch(event.on, until, event).map(|held| ((*keeping).clone(), held)));
    }
    found
}
