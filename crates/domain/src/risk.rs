//! Explained risk points: every point cites its fact; adding protection never raises them.
//!
//! Points, thresholds and what they count come along with the program: its own proposal ([`RiskTable::proposed`]). No law,
//! no plan and no checked source gives them, nobody of the town decided them, and no page may show them as either. What the
//! town does decide is how often a grade is visited. What does *not* belong here: that frequency (`inspection_plan`),
//! grading hazards (`hazard`).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::place::{HeadCounts, KindCode, Place};
use crate::time::Date;

/// What a place is called whose facts do not suffice for a grade.
pub const UNGRADED: &str = "未评级";

/// Four grades, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// 蓝.
    Blue,
    /// 黄.
    Yellow,
    /// 橙.
    Orange,
    /// 红.
    Red,
}

impl Grade {
    /// The word people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Red => "红",
            Self::Orange => "橙",
            Self::Yellow => "黄",
            Self::Blue => "蓝",
        }
    }
}

/// What can be counted about a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// 住宿、工作、培训人数中最大的一项.
    LargestHeads,
    /// 住宿人数.
    Lodging,
    /// 面积, m².
    AreaM2,
    /// 未整改一般隐患.
    OpenGeneral,
    /// 未整改较大隐患.
    OpenLarger,
    /// 未整改疑似重大隐患.
    OpenMajorSuspect,
    /// 逾期未整改隐患.
    Overdue,
    /// 近一年复发隐患.
    Recurrence,
    /// 近一年属实举报.
    Reports,
    /// 距上次检查天数; never inspected counts as the longest.
    DaysSinceInspection,
}

impl Measure {
    /// The name people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::LargestHeads => "住宿、工作、培训人数（最大项）",
            Self::Lodging => "住宿人数",
            Self::AreaM2 => "面积（平方米）",
            Self::OpenGeneral => "未整改一般隐患",
            Self::OpenLarger => "未整改较大隐患",
            Self::OpenMajorSuspect => "未整改疑似重大隐患",
            Self::Overdue => "逾期未整改隐患",
            Self::Recurrence => "复发隐患",
            Self::Reports => "属实举报",
            Self::DaysSinceInspection => "距上次检查天数",
        }
    }
}

/// When a place was last inspected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LastInspection {
    /// So many days ago.
    DaysAgo(u32),
    /// Nothing on record here for so many days: it counts like days, and says nothing about the place.
    Silent(u32),
    /// Never.
    Never,
    /// 无数据: older records may exist on paper.
    Unknown,
}

/// What is known of a place on the day it is scored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Category and tags together.
    pub kinds: BTreeSet<KindCode>,
    /// Protections found working, as `simple_sprinkler`.
    pub protections: BTreeSet<KindCode>,
    /// People.
    pub heads: HeadCounts,
    /// Floor area, m².
    pub area_m2: Option<u32>,
    /// Open general hazards.
    pub open_general: u32,
    /// Open larger hazards.
    pub open_larger: u32,
    /// Open suspected major hazards.
    pub open_major_suspect: u32,
    /// Open hazards past their deadline.
    pub overdue: u32,
    /// Hazards that came back within a year.
    pub recurrence: u32,
    /// Confirmed reports within a year.
    pub reports: u32,
    /// Last inspection.
    pub last_inspection: LastInspection,
}

impl Facts {
    /// The facts that stand in the register; hazards and inspections are added by the caller.
    pub fn of(place: &Place) -> Self {
        Self {
            kinds: place.kinds().cloned().collect(),
            protections: BTreeSet::new(),
            heads: place.heads,
            area_m2: place.area_m2,
            open_general: 0,
            open_larger: 0,
            open_major_suspect: 0,
            overdue: 0,
            recurrence: 0,
            reports: 0,
            last_inspection: LastInspection::Unknown,
        }
    }

    /// Whether anything is known of the place itself beside what kind it is: people in it, an inspection, a hazard, a report.
    /// Without that few points are no sign of little risk.
    fn tell(&self) -> bool {
        let counted = [
            self.open_general,
            self.open_larger,
            self.open_major_suspect,
            self.overdue,
            self.recurrence,
            self.reports,
        ];
        let inspected = matches!(self.last_inspection, LastInspection::DaysAgo(_) | LastInspection::Never);
        inspected || self.heads.largest().is_some() || counted.iter().any(|n| *n > 0)
    }

    fn measure(&self, measure: Measure) -> Option<u32> {
        match measure {
            Measure::LargestHeads => self.heads.largest(),
            Measure::Lodging => self.heads.lodging,
            Measure::AreaM2 => self.area_m2,
            Measure::OpenGeneral => Some(self.open_general),
            Measure::OpenLarger => Some(self.open_larger),
            Measure::OpenMajorSuspect => Some(self.open_major_suspect),
            Measure::Overdue => Some(self.overdue),
            Measure::Recurrence => Some(self.recurrence),
            Measure::Reports => Some(self.reports),
            Measure::DaysSinceInspection => match self.last_inspection {
                LastInspection::DaysAgo(days) | LastInspection::Silent(days) => Some(days),
                LastInspection::Never => Some(u32::MAX),
                LastInspection::Unknown => None,
            },
        }
    }
}

/// When a rule gives its points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// The place is of this kind.
    Kind(KindCode),
    /// This protection works; the rule's points are taken off.
    Protection(KindCode),
    /// The measure is at least this. Steps add up, so a larger measure never gives fewer points.
    AtLeast(Measure, u32),
    /// Points for each one counted, up to so many.
    Each(Measure, u32),
}

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Stable id that a score cites.
    pub id: String,
    /// What people read.
    pub label: String,
    /// When.
    pub when: Condition,
    /// How many points; for a protection how many are taken off.
    pub points: u32,
}

/// The points from which a grade begins, inclusive; below yellow is blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thresholds {
    /// 红.
    pub red: u32,
    /// 橙.
    pub orange: u32,
    /// 黄.
    pub yellow: u32,
}

/// A table of points, valid from a date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskTable {
    /// Edition, cited by every score.
    pub edition: u32,
    /// First day it counts.
    pub valid_from: Date,
    /// The rows.
    pub rules: Vec<Rule>,
    /// The grades.
    pub thresholds: Thresholds,
}

/// Why a place has some of its points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The rule.
    pub rule: String,
    /// What people read.
    pub label: String,
    /// The fact's value, as `12` or `三合一`'s code.
    pub value: String,
    /// Points added, or taken off when negative.
    pub points: i64,
}

/// The points of a place and all their reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// Never below 0.
    pub points: u32,
    /// The grade they give; none where it would be the lowest for want of facts, which [`Score::unknown`] names.
    pub grade: Option<Grade>,
    /// Edition of the table.
    pub edition: u32,
    /// In the order of the table.
    pub reasons: Vec<Reason>,
    /// What was asked for and nobody knows: shown as 无数据 beside the score.
    pub unknown: BTreeSet<Measure>,
}

impl RiskTable {
    /// Our proposal: no source gives a number of it.
    pub fn proposed(valid_from: Date) -> Self {
        let kind = |code: &str| Condition::Kind(code.into());
        let shield = |code: &str| Condition::Protection(code.into());
        let rows: [(&str, &str, Condition, u32); 26] = [
            ("three_in_one", "三合一场所", kind("three_in_one"), 25),
            ("elder_care", "养老机构", kind("elder_care"), 25),
            ("flammable", "易燃易爆场所", kind("flammable"), 25),
            ("hospital", "医院", kind("hospital"), 20),
            ("school", "学校", kind("school"), 15),
            ("kindergarten", "幼儿园", kind("kindergarten"), 20),
            ("dense", "人员密集场所", kind("dense"), 15),
            ("rented", "出租自建房", kind("self_built.rented"), 10),
            ("self_built", "自建房", kind("self_built"), 5),
            ("dangerous_house", "危旧房", kind("dangerous_house"), 10),
            ("gas_bottle", "使用瓶装气", kind("gas_bottle"), 8),
            ("ebike_indoor", "室内停放充电电动车", kind("ebike_indoor"), 10),
            ("heads_over_10", "人数超过 10 人", Condition::AtLeast(Measure::LargestHeads, 11), 10),
            ("heads_over_50", "人数超过 50 人", Condition::AtLeast(Measure::LargestHeads, 51), 10),
            ("area_300", "面积 300 平方米以上", Condition::AtLeast(Measure::AreaM2, 300), 3),
            ("area_1000", "面积 1000 平方米以上", Condition::AtLeast(Measure::AreaM2, 1000), 5),
            ("open_general", "未整改一般隐患", Condition::Each(Measure::OpenGeneral, 5), 2),
            ("open_larger", "未整改较大隐患", Condition::Each(Measure::OpenLarger, 5), 8),
            ("open_major", "未整改疑似重大隐患", Condition::Each(Measure::OpenMajorSuspect, 3), 25),
            ("overdue", "逾期未整改隐患", Condition::Each(Measure::Overdue, 5), 6),
            ("recurrence", "复发隐患", Condition::Each(Measure::Recurrence, 5), 4),
            ("reports", "属实举报", Condition::Each(Measure::Reports, 5), 4),
            ("unseen_180", "超过 180 天未检查", Condition::AtLeast(Measure::DaysSinceInspection, 181), 5),
            ("unseen_365", "超过一年未检查", Condition::AtLeast(Measure::DaysSinceInspection, 366), 10),
            ("sprinkler", "简易喷淋有效", shield("simple_sprinkler"), 6),
            ("smoke", "联网感烟有效", shield("smoke_detector"), 4),
        ];
        let rules = rows
            .into_iter()
            .map(|(id, label, when, points)| Rule {
                id: id.to_owned(),
                label: label.to_owned(),
                when,
                points,
            })
            .collect();
        Self { edition: 1, valid_from, rules, thresholds: Thresholds { red: 60, orange: 40, yellow: 20 } }
    }

    /// The points of a place, each with its reason.
    pub fn score(&self, facts: &Facts) -> Score {
        let mut reasons = Vec::new();
        let mut unknown = BTreeSet::new();
        for rule in &self.rules {
            if let Condition::AtLeast(measure, _) | Condition::Each(measure, _) = rule.when
                && facts.measure(measure).is_none()
            {
                unknown.insert(measure);
            }
            let Some((value, points)) = fires(rule, facts) else { continue };
            reasons.push(Reason { rule: rule.id.clone(), label: rule.label.clone(), value, points });
        }
        let sum = reasons.iter().fold(0i64, |sum, reason| sum.saturating_add(reason.points));
        let points = u32::try_from(sum.max(0)).unwrap_or(u32::MAX);
        if let LastInspection::Silent(_) = facts.last_inspection {
            unknown.insert(Measure::DaysSinceInspection);
        }
        let grade = Some(self.grade(points)).filter(|grade| *grade != Grade::Blue || facts.tell());
        Score { points, grade, edition: self.edition, reasons, unknown }
    }

    /// The grade of so many points.
    pub fn grade(&self, points: u32) -> Grade {
        match points {
            p if p >= self.thresholds.red => Grade::Red,
            p if p >= self.thresholds.orange => Grade::Orange,
            p if p >= self.thresholds.yellow => Grade::Yellow,
            _ => Grade::Blue,
        }
    }
}

fn fires(rule: &Rule, facts: &Facts) -> Option<(String, i64)> {
    let points = i64::from(rule.points);
    match &rule.when {
        Condition::Kind(kind) => {
            let own = facts.kinds.iter().find(|own| own.is_within(kind))?;
            Some((own.to_string(), points))
        }
        Condition::Protection(kind) => {
            let own = facts.protections.iter().find(|own| own.is_within(kind))?;
            Some((own.to_string(), -points))
        }
        Condition::AtLeast(measure, least) => {
            let value = facts.measure(*measure)?;
            (value >= *least).then(|| (spoken(*measure, value), points))
        }
        Condition::Each(measure, most) => {
            let value = facts.measure(*measure)?;
            let counted = value.min(*most);
            (counted > 0).then(|| (spoken(*measure, value), points * i64::from(counted)))
        }
    }
}

fn spoken(measure: Measure, value: u32) -> String {
    if measure == Measure::DaysSinceInspection && value == u32::MAX {
        return "从未检查".to_owned();
    }
    value.to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn table() -> RiskTable {
        RiskTable::proposed(Date::from_ymd_opt(2026, 1, 1).expect("valid"))
    }

    fn quiet_shop() -> Facts {
        Facts {
            kinds: BTreeSet::from([KindCode::from("nine_small.shop")]),
            protections: BTreeSet::new(),
            heads: HeadCounts::default(),
            area_m2: None,
            open_general: 0,
            open_larger: 0,
            open_major_suspect: 0,
            overdue: 0,
            recurrence: 0,
            reports: 0,
            last_inspection: LastInspection::DaysAgo(10),
        }
    }

    #[test]
    fn a_noodle_shop_with_the_family_upstairs_says_why_it_is_orange() {
        let mut facts = quiet_shop();
        facts.kinds.extend(["three_in_one", "self_built", "gas_bottle"].map(KindCode::from));
        facts.heads.lodging = Some(4);
        facts.open_general = 1;
        let score = table().score(&facts);
        let reasons: Vec<(&str, i64)> = score.reasons.iter().map(|r| (r.rule.as_str(), r.points)).collect();
        assert_eq!(
            reasons,
            [("three_in_one", 25), ("self_built", 5), ("gas_bottle", 8), ("open_general", 2)]
        );
        assert_eq!((score.points, score.grade), (40, Some(Grade::Orange)));
    }

    #[test]
    fn what_nobody_knows_gives_no_points_and_is_named() {
        let score = table().score(&quiet_shop());
        assert_eq!((score.points, score.grade), (0, Some(Grade::Blue)));
        assert_eq!(score.unknown, BTreeSet::from([Measure::LargestHeads, Measure::AreaM2]));
    }

    #[test]
    fn a_place_nobody_told_anything_of_is_not_graded_and_says_what_is_missing() {
        for last_inspection in [LastInspection::Unknown, LastInspection::Silent(400)] {
            let score = table().score(&Facts { last_inspection, ..quiet_shop() });
            assert_eq!(score.grade, None, "few points for want of facts are no blue");
            let missing = [Measure::LargestHeads, Measure::AreaM2, Measure::DaysSinceInspection];
            assert_eq!(score.unknown, BTreeSet::from(missing));
        }
        let unseen = || Facts { last_inspection: LastInspection::Silent(400), ..quiet_shop() };
        assert_eq!(table().score(&unseen()).points, 15, "the silence itself counts");
        let heads = HeadCounts { working: Some(3), ..HeadCounts::default() };
        assert_eq!(table().score(&Facts { heads, ..unseen() }).grade, Some(Grade::Blue));
        assert_eq!(table().score(&Facts { open_general: 1, ..unseen() }).grade, Some(Grade::Blue));
        let mut risky = unseen();
        risky.kinds.extend(["three_in_one", "elder_care"].map(KindCode::from));
        assert_eq!(
            table().score(&risky).grade,
            Some(Grade::Red),
            "what is known suffices for a higher grade"
        );
    }

    #[test]
    fn never_inspected_counts_as_longest_and_says_so() {
        let facts = Facts { last_inspection: LastInspection::Never, ..quiet_shop() };
        let score = table().score(&facts);
        assert_eq!(score.points, 15);
        assert!(score.reasons.iter().all(|r| r.value == "从未检查"));
    }

    #[test]
    fn the_eleventh_person_changes_the_score() {
        let with = |n| {
            let heads = HeadCounts { working: Some(n), ..HeadCounts::default() };
            table().score(&Facts { heads, ..quiet_shop() }).points
        };
        assert_eq!((with(10), with(11)), (0, 10));
    }

    #[test]
    fn the_table_that_comes_along_is_the_right_way_up_and_cites_each_rule_by_one_name() {
        let RiskTable { rules, thresholds: Thresholds { red, orange, yellow }, .. } = table();
        assert!(red > orange && orange > yellow && yellow > 0);
        let ids: BTreeSet<&String> = rules.iter().map(|rule| &rule.id).collect();
        assert_eq!(ids.len(), rules.len());
    }

    fn kinds() -> impl Strategy<Value = BTreeSet<KindCode>> {
        proptest::collection::btree_set(
            prop::sample::select(vec![
                "three_in_one",
                "self_built",
                "dense",
                "gas_bottle",
                "school",
                "forest_area",
            ]),
            0..5,
        )
        .prop_map(|set| set.into_iter().map(KindCode::from).collect())
    }

    fn facts() -> impl Strategy<Value = Facts> {
        let counts = proptest::collection::vec(0u32..12, 6);
        (kinds(), proptest::option::of(0u32..80), proptest::option::of(0u32..2000), counts, 0u32..800)
            .prop_map(|(kinds, lodging, area_m2, counts, days)| {
                let at = |i: usize| counts.get(i).copied().unwrap_or_default();
                Facts {
                    kinds,
                    protections: BTreeSet::new(),
                    heads: HeadCounts { lodging, ..HeadCounts::default() },
                    area_m2,
                    open_general: at(0),
                    open_larger: at(1),
                    open_major_suspect: at(2),
                    overdue: at(3),
                    recurrence: at(4),
                    reports: at(5),
                    last_inspection: LastInspection::DaysAgo(days),
                }
            })
    }

    proptest! {
        #[test]
        fn a_bad_fact_never_lowers_the_points(facts in facts(), more in 1u32..400, which in 0usize..11) {
            let mut worse = facts.clone();
            match which {
                0 => worse.open_general += more,
                1 => worse.open_larger += more,
                2 => worse.open_major_suspect += more,
                3 => worse.overdue += more,
                4 => worse.recurrence += more,
                5 => worse.reports += more,
                6 => worse.heads.lodging = Some(worse.heads.lodging.unwrap_or(0) + more),
                7 => worse.area_m2 = Some(worse.area_m2.unwrap_or(0) + more),
                8 => { worse.kinds.insert("elder_care".into()); }
                9 => worse.last_inspection = LastInspection::Never,
                _ => worse.heads.training = Some(more),
            }
            prop_assert!(table().score(&worse).points >= table().score(&facts).points);
            prop_assert!(table().score(&worse).grade >= table().score(&facts).grade);
        }

        #[test]
        fn a_protection_never_raises_the_points(facts in facts(), which in 0usize..2) {
            let mut safer = facts.clone();
            safer.protections.insert(["simple_sprinkler", "smoke_detector"].map(KindCode::from)[which].clone());
            prop_assert!(table().score(&safer).points <= table().score(&facts).points);
        }

        #[test]
        fn the_reasons_add_up_to_the_points(facts in facts()) {
            let score = table().score(&facts);
            prop_assert_eq!(score.reasons.iter().map(|r| r.points).sum::<i64>(), i64::from(score.points));
        }
    }
}
