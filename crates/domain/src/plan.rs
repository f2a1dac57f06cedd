//! The plan as data: clauses, duties and parameters of one township's notice, in our own words. Nothing here knows
//! which clauses a notice has; the next township brings its own file. What does not belong here: reading the file
//! (`exchange::plan_file`), judging what was done (`fulfilment`), plans of inspection visits (`inspection_plan`).
//!
//! The kinds of recorded fact a duty may ask for are listed in [`facts`].

pub mod compare;
pub mod facts;

use serde::{Deserialize, Serialize};

use crate::{
    period::{self, Period, Season},
    time::{Date, parse_date},
};

/// The part of the notice a clause stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Section {
    /// 力量: committees, workstations, stations, brigades, people.
    Forces,
    /// 设施: plans, roads, water, forest works.
    Facilities,
    /// 机制: responsibility, grid, inspection, enforcement.
    Mechanisms,
    /// 风险: targeted treatment, publicity, smart means.
    Risk,
    /// 保障: leadership, means, supervision.
    Safeguards,
}

impl Section {
    /// All sections in the order of a notice.
    pub const ALL: [Self; 5] =
        [Self::Forces, Self::Facilities, Self::Mechanisms, Self::Risk, Self::Safeguards];

    /// The name in plan files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Forces => "forces",
            Self::Facilities => "facilities",
            Self::Mechanisms => "mechanisms",
            Self::Risk => "risk",
            Self::Safeguards => "safeguards",
        }
    }

    /// The name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Forces => "力量",
            Self::Facilities => "设施",
            Self::Mechanisms => "机制",
            Self::Risk => "风险",
            Self::Safeguards => "保障",
        }
    }

    /// Reads the name in plan files.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.code() == code)
    }
}

/// One numbered clause of the notice, or one of its guarantees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    /// Code that duties and links use, e.g. `C10`.
    pub code: String,
    /// A second code people use for the same clause, e.g. `G1` for the first guarantee.
    pub alias: Option<String>,
    /// The number as the notice prints it, e.g. `10` or `（一）`.
    pub no: String,
    /// Title in our own words.
    pub title: String,
    /// Its part of the notice.
    pub section: Section,
    /// The heading it stands under in the notice, e.g. `一、消防力量`; none where the plan has no headings.
    #[serde(default)]
    pub part: Option<String>,
    /// The numbering of the notice leaves this number out: the code is reserved, carries no duty and never fails.
    pub absent_in_source: bool,
}

/// How sure a number or a frequency is, shown beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Basis {
    /// The notice says it.
    StatedByPlan,
    /// 镇定参数: the notice gives no number; the town sets it and may change it from a date.
    TownSetting,
    /// To be confirmed by the town before it is relied on.
    Check,
}

impl Basis {
    /// All, surest first.
    pub const ALL: [Self; 3] = [Self::StatedByPlan, Self::TownSetting, Self::Check];

    /// The name in plan files.
    pub fn code(self) -> &'static str {
        match self {
            Self::StatedByPlan => "stated_by_plan",
            Self::TownSetting => "town_setting",
            Self::Check => "check",
        }
    }

    /// The words shown beside the number.
    pub fn label(self) -> &'static str {
        match self {
            Self::StatedByPlan => "文件规定",
            Self::TownSetting => "文件未规定，按镇定参数",
            Self::Check => "待核实",
        }
    }

    /// Reads the name in plan files.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|basis| basis.code() == code)
    }
}

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// A number in the parameter's unit.
    Number(f64),
    /// A text; a period is written as [`period::parse`] reads it.
    Text(String),
    /// Yes or no.
    Flag(bool),
}

/// A number or a choice of the town with the date it takes effect. Several rows of one name form its history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// Name that duties refer to as `@name`.
    pub name: String,
    /// What it is set to.
    pub value: Value,
    /// Unit for people, e.g. `日`, `次`, `周期`.
    pub unit: String,
    /// How sure it is.
    pub basis: Basis,
    /// Where it comes from, in a few words.
    pub source: String,
    /// First day it holds.
    pub effective_from: Date,
}

/// A number written in the duty, or the name of a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Number {
    /// Written in the duty.
    Fixed(u32),
    /// `@name`.
    Parameter(String),
}

/// A period written in the duty, or the name of a parameter whose text is a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rhythm {
    /// Written in the duty.
    Fixed(Period),
    /// `@name`.
    Parameter(String),
}

macro_rules! subject_kinds {
    ($($(#[$doc:meta])* $name:ident $code:literal)+) => {
        /// What a duty is owed for, one by one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum SubjectKind { $($(#[$doc])* $name,)+ }

        impl SubjectKind {
            /// All kinds.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The name in plan files and fact rows.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }
        }
    };
}

subject_kinds! {
    /// 镇: the town as a whole, one subject.
    Town "town"
    /// 村（社区）.
    Village "village"
    /// 网格.
    Grid "grid"
    /// 村（居）民小组.
    VillagerGroup "villager_group"
    /// 楼栋、建筑.
    Building "building"
    /// 居民小区、楼院.
    Compound "compound"
    /// 场所（单位）.
    Place "place"
    /// 机构: department, office, police station.
    Org "org"
    /// 岗位.
    Post "post"
    /// 人员.
    Person "person"
    /// 户.
    Household "household"
    /// 公共消防设施, check points and devices of the town included.
    Facility "facility"
    /// 路段.
    Road "road"
    /// 微型消防站、志愿消防队.
    Station "station"
    /// One thing that happened and asks for an answer: a fire, a report, a whistle, a hazard.
    Event "event"
}

impl SubjectKind {
    /// The word people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Town => "镇",
            Self::Village => "村（社区）",
            Self::Grid => "网格",
            Self::VillagerGroup => "村民小组",
            Self::Building => "楼栋",
            Self::Compound => "小区楼院",
            Self::Place => "场所",
            Self::Org => "机构",
            Self::Post => "岗位",
            Self::Person => "人员",
            Self::Household => "户",
            Self::Facility => "设施",
            Self::Road => "路段",
            Self::Station => "站队",
            Self::Event => "事件",
        }
    }

    /// Reads the name in plan files.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }
}

/// Which subjects owe the duty. Labels are written `list:CODE`, `tag:CODE`, `category:CODE`, `org:CODE`,
/// `org_kind:CODE`, `role:CODE`, `class:CODE`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selector {
    /// What kinds of thing; each also carries the label `kind:CODE`.
    pub kinds: Vec<SubjectKind>,
    /// Labels it must all carry.
    pub all: Vec<String>,
    /// Labels of which it must carry one, if any are named.
    pub any: Vec<String>,
    /// Labels it must not carry.
    pub none: Vec<String>,
}

/// One thing that must be on record for the duty to be met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// Kind of fact, one of [`facts::FACT_KINDS`].
    pub fact: String,
    /// Tags the fact must all carry.
    pub all: Vec<String>,
    /// Tags of which the fact must carry one, if any are named.
    pub any: Vec<String>,
    /// Tags the fact must not carry.
    pub none: Vec<String>,
    /// How many facts, at least.
    pub minimum: Number,
    /// Count different tags that begin so (`entry:`) in place of facts.
    pub distinct: Option<String>,
    /// The fact must be in force on the window's last day, whenever it happened, in place of happening in the window.
    pub held: bool,
    /// A fact held is in force this many days after it happened, unless it says otherwise itself.
    pub valid_days: Option<Number>,
}

/// What sets an event duty off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// Kind of fact.
    pub fact: String,
    /// Tags it must all carry.
    pub all: Vec<String>,
    /// Time allowed. Units: days after the triggering one, or working days.
    pub within: Number,
    /// Whether `within` counts working days.
    pub working_days: bool,
}

/// One atomic duty under a clause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Duty {
    /// Code such as `C10.3`.
    pub id: String,
    /// Code of its clause.
    pub clause: String,
    /// Title in our own words.
    pub title: String,
    /// Who must do it: labels `role:`, `org:` or `org_kind:`.
    pub who: Vec<String>,
    /// For whom or what it is owed, one by one.
    pub subjects: Selector,
    /// How often.
    pub rhythm: Rhythm,
    /// What sets it off; only for [`Period::Event`].
    pub trigger: Option<Trigger>,
    /// What must be on record, all of it.
    pub needs: Vec<Need>,
    /// Evidence kinds expected, of [`facts::EVIDENCE_KINDS`].
    pub evidence: Vec<String>,
    /// The measure in words, shown beside the figure.
    pub measure: String,
    /// Weight in a roll-up; 0 for what is only encouraged.
    pub weight: f64,
    /// Encouraged, not demanded: reported, never scored.
    pub informational: bool,
    /// Weigh each subject by its size (length of road, capacity) in place of 1.
    pub by_size: bool,
    /// Days after the window in which doing it still counts as in time.
    pub grace_days: Number,
    /// Days after that in which doing it counts as late; none: late without end for events, never for the others.
    pub late_days: Option<Number>,
    /// False while the program has no source for its facts: shown as 无数据.
    pub available: bool,
    /// Whether the notice states frequency and number or the town set them.
    pub basis: Basis,
    /// A caution to show with it: a tension in the notice, a legal limit.
    pub note: Option<String>,
    /// First day it is owed; with the plan when none.
    pub since: Option<Date>,
}

/// What a parameter sets in a duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// 频次.
    Rhythm,
    /// 最少数.
    Minimum,
    /// 有效期.
    ValidDays,
    /// 限期.
    Within,
    /// 宽限期.
    Grace,
    /// 补办期.
    Late,
}

impl Use {
    /// The word people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Rhythm => "频次",
            Self::Minimum => "最少数",
            Self::ValidDays => "有效期",
            Self::Within => "限期",
            Self::Grace => "宽限期",
            Self::Late => "补办期",
        }
    }
}

impl Duty {
    /// Whether it enters any figure of several duties; what is only encouraged or weighs nothing is reported on its own.
    pub fn is_scored(&self) -> bool {
        !self.informational && self.weight > 0.0
    }

    /// Its weight in a roll-up; 0 where it is not scored.
    pub fn scored_weight(&self) -> f64 {
        if self.is_scored() { self.weight } else { 0.0 }
    }

    /// The parameters it refers to, each once, and what each sets.
    pub fn parameters(&self) -> Vec<(&str, Use)> {
        let rhythm = match &self.rhythm {
            Rhythm::Parameter(name) => Some((name, Use::Rhythm)),
            Rhythm::Fixed(_) => None,
        };
        let numbers = [(Some(&self.grace_days), Use::Grace), (self.late_days.as_ref(), Use::Late)]
            .into_iter()
            .chain([(self.trigger.as_ref().map(|trigger| &trigger.within), Use::Within)])
            .chain(self.needs.iter().flat_map(|need| {
                [(Some(&need.minimum), Use::Minimum), (need.valid_days.as_ref(), Use::ValidDays)]
            }));
        let named = numbers.filter_map(|(number, of)| match number {
            Some(Number::Parameter(name)) => Some((name, of)),
            _ => None,
        });
        let mut out: Vec<(&str, Use)> = Vec::new();
        for (name, of) in rhythm.into_iter().chain(named) {
            if !out.iter().any(|(known, _)| known == name) {
                out.push((name, of));
            }
        }
        out
    }
}

/// A word the plan's selectors may use, and its name for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// Label such as `list:police_listed` or `org:police_station`.
    pub label: String,
    /// Name for people.
    pub name: String,
    /// Other names of the same thing in the notice.
    pub aliases: Vec<String>,
    /// Counts printed in the notice, beside which the live register is shown.
    pub baselines: Vec<Baseline>,
}

/// A count as of a date, printed in the notice; never a constant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// What it was counted for, e.g. a village; empty for the whole town.
    pub at: String,
    /// The count.
    pub count: u32,
    /// When it was counted.
    pub on: Date,
}

/// One township's plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Code of the plan, e.g. `qingfeng-2023-16`.
    pub code: String,
    /// Name for people.
    pub title: String,
    /// The township's own name.
    pub town: String,
    /// Number of the notice (文号).
    pub notice_no: String,
    /// First day the duties hold.
    pub effective_from: Date,
    /// Clauses in the order of the notice.
    pub clauses: Vec<Clause>,
    /// Duties in the order of their clauses.
    pub duties: Vec<Duty>,
    /// Parameters, every version of each.
    pub parameters: Vec<Parameter>,
    /// Seasons that periods may name.
    pub seasons: Vec<Season>,
    /// Words the selectors may use.
    pub terms: Vec<Term>,
}

/// Names of the parameters the program itself asks every plan for, with the handbook's default.
pub const SCORE_LATE: (&str, f64) = ("score.late", 0.6);
/// Part of a duty done counts so much.
pub const SCORE_PARTIAL: (&str, f64) = ("score.partial", 0.5);
/// Entering on or after this day of the month, a subject does not owe that month's monthly duty.
pub const ENTRY_CUTOFF_DAY: (&str, f64) = ("entry.cutoff_day", 16.0);
/// From which day on the town counts what is owed; nothing said is from the plan's own first day. What was owed before the town
/// kept its records here stands in other books.
pub const COUNTED_FROM: (&str, &str) = ("fulfilment.counted_from", "");

impl Plan {
    /// The clause with this code or alias.
    pub fn clause(&self, code: &str) -> Option<&Clause> {
        self.clauses.iter().find(|clause| clause.code == code || clause.alias.as_deref() == Some(code))
    }

    /// The duty with this id.
    pub fn duty(&self, id: &str) -> Option<&Duty> {
        self.duties.iter().find(|duty| duty.id == id)
    }

    /// The duties of one clause.
    pub fn duties_of<'a>(&'a self, clause: &'a str) -> impl Iterator<Item = &'a Duty> {
        self.duties.iter().filter(move |duty| duty.clause == clause)
    }

    /// The term a selector names.
    pub fn term(&self, label: &str) -> Option<&Term> {
        self.terms.iter().find(|term| term.label == label)
    }

    /// The version of a parameter in force on a date; before its first version, that first version.
    pub fn parameter_on(&self, name: &str, date: Date) -> Option<&Parameter> {
        let versions = || self.parameters.iter().filter(|parameter| parameter.name == name);
        versions()
            .filter(|parameter| parameter.effective_from <= date)
            .max_by_key(|parameter| parameter.effective_from)
            .or_else(|| versions().min_by_key(|parameter| parameter.effective_from))
    }

    /// The version of a parameter set by a date; none before the first, where the program's own value holds.
    pub fn set_on(&self, name: &str, date: Date) -> Option<&Parameter> {
        self.parameter_on(name, date).filter(|set| set.effective_from <= date)
    }

    /// A number in force on a date; none when the parameter is missing or no whole number.
    pub fn number(&self, number: &Number, date: Date) -> Option<u32> {
        match number {
            Number::Fixed(value) => Some(*value),
            Number::Parameter(name) => match self.parameter_on(name, date)?.value {
                Value::Number(value) => whole(value),
                _ => None,
            },
        }
    }

    /// One of the program's own parameters, or its default.
    pub fn setting(&self, (name, default): (&str, f64), date: Date) -> f64 {
        match self.set_on(name, date).map(|parameter| &parameter.value) {
            Some(Value::Number(value)) => *value,
            _ => default,
        }
    }

    /// The period of a rhythm in force on a date.
    pub fn period_on(&self, rhythm: &Rhythm, date: Date) -> Option<Period> {
        let versions = self.periods(rhythm);
        versions.into_iter().rev().find(|(from, _)| *from <= date).map(|(_, period)| period)
    }

    /// First day a duty is owed, as the town counts on a date. What is decided from a later day on does not hold yet.
    pub fn owed_from(&self, duty: &Duty, on: Date) -> Date {
        let owed = duty.since.map_or(self.effective_from, |since| since.max(self.effective_from));
        let set = self.set_on(COUNTED_FROM.0, on);
        let counted = match set.map(|set| &set.value) {
            Some(Value::Text(day)) => parse_date(day),
            _ => None,
        };
        counted.map_or(owed, |counted| counted.max(owed))
    }

    /// The words of a label for people: the plan's own term, otherwise the label itself.
    pub fn word<'a>(&'a self, label: &'a str) -> &'a str {
        self.term(label).map_or(label, |term| &term.name)
    }

    /// The periods of a rhythm with the first day each holds, oldest first. The first holds from the beginning.
    pub fn periods(&self, rhythm: &Rhythm) -> Vec<(Date, Period)> {
        let name = match rhythm {
            Rhythm::Fixed(period) => return vec![(Date::MIN, period.clone())],
            Rhythm::Parameter(name) => name,
        };
        let mut versions: Vec<_> =
            self.parameters.iter().filter(|parameter| parameter.name == *name).collect();
        versions.sort_by_key(|parameter| parameter.effective_from);
        let mut out: Vec<(Date, Period)> = Vec::new();
        for parameter in versions {
            let Value::Text(text) = &parameter.value else { continue };
            let Ok(period) = period::parse(text, &self.seasons) else { continue };
            let from = if out.is_empty() { Date::MIN } else { parameter.effective_from };
            out.push((from, period));
        }
        out
    }

    /// The plan with one more version of a parameter, as a town sets it from a date on.
    pub fn with_parameter(mut self, parameter: Parameter) -> Self {
        self.parameters
            .retain(|old| old.name != parameter.name || old.effective_from != parameter.effective_from);
        self.parameters.push(parameter);
        self
    }
}

/// The number as a whole one; none when negative, broken or too large.
pub fn whole(value: f64) -> Option<u32> {
    (value.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&value)).then_some(value as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{period::Unit, time::parse_date};

    fn date(text: &str) -> Date {
        parse_date(text).expect("a date written in a test exists")
    }

    fn setting(name: &str, value: Value, from: &str) -> Parameter {
        Parameter {
            name: name.into(),
            value,
            unit: "次".into(),
            basis: Basis::TownSetting,
            source: "test".into(),
            effective_from: date(from),
        }
    }

    fn a_plan() -> Plan {
        Plan {
            code: "p".into(),
            title: "p".into(),
            town: "t".into(),
            notice_no: "n".into(),
            effective_from: date("2023-02-20"),
            clauses: Vec::new(),
            duties: Vec::new(),
            parameters: Vec::new(),
            seasons: Vec::new(),
            terms: Vec::new(),
        }
    }

    #[test]
    fn a_parameter_has_the_value_of_its_day() {
        let plan = a_plan()
            .with_parameter(setting("visits", Value::Number(1.0), "2023-02-20"))
            .with_parameter(setting("visits", Value::Number(2.0), "2026-01-01"));
        let visits = Number::Parameter("visits".into());
        assert_eq!(plan.number(&visits, date("2025-12-31")), Some(1));
        assert_eq!(plan.number(&visits, date("2026-01-01")), Some(2));
        assert_eq!(plan.number(&visits, date("2020-01-01")), Some(1));
        assert_eq!(plan.number(&Number::Parameter("nobody".into()), date("2026-01-01")), None);
    }

    #[test]
    fn setting_a_parameter_again_for_the_same_day_replaces_it() {
        let plan = a_plan()
            .with_parameter(setting("visits", Value::Number(1.0), "2023-02-20"))
            .with_parameter(setting("visits", Value::Number(3.0), "2023-02-20"));
        assert_eq!(plan.parameters.len(), 1);
        assert_eq!(plan.number(&Number::Parameter("visits".into()), date("2024-01-01")), Some(3));
    }

    #[test]
    fn a_rhythm_may_change_from_a_date() {
        let plan = a_plan()
            .with_parameter(setting("often", Value::Text("quarter".into()), "2023-02-20"))
            .with_parameter(setting("often", Value::Text("month".into()), "2026-01-01"));
        assert_eq!(
            plan.periods(&Rhythm::Parameter("often".into())),
            [(Date::MIN, Period::Every(Unit::Quarter)), (date("2026-01-01"), Period::Every(Unit::Month))]
        );
    }

    #[test]
    fn the_programs_own_parameters_have_defaults_that_a_town_may_change() {
        let plan = a_plan();
        assert_eq!(plan.setting(SCORE_LATE, date("2026-01-01")), 0.6);
        let plan = plan.with_parameter(setting("score.late", Value::Number(0.8), "2026-01-01"));
        assert_eq!(plan.setting(SCORE_LATE, date("2026-01-01")), 0.8);
        assert_eq!(
            plan.setting(SCORE_LATE, date("2025-12-31")),
            0.6,
            "before its first day the default holds"
        );
    }

    #[test]
    fn a_fact_kind_is_listed_once_and_in_a_family() {
        let mut names: Vec<_> = facts::FACT_KINDS.iter().map(|kind| kind.name).collect();
        assert!(
            names
                .iter()
                .all(|name| name.split_once('.').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty()))
        );
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
