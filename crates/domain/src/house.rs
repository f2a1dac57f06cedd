//! 自建房: what a house built by its owner is like, its grade by a rule with its version and reasons, who is asked about
//! its licences. What does not belong here: the place itself (`place`), how dangerous any place is (`risk`).
//!
//! Source: the plan, clause 17 (C17.3, C17.5–C17.7); handbook of the field §5.5 (Z02, Z04, Z05), tension T10. Every number
//! is a setting of the town.

use serde::{Deserialize, Serialize};

use crate::ids::{HouseCheckId, OrgId, PlaceId};
use crate::org::words;
use crate::place::{HeadCounts, KindCode, Place};
use crate::time::Date;

words! {
    /// What it is built of.
    Structure {
        Concrete "concrete" "钢混"
        Brick "brick" "砖混"
        BrickTimber "brick_timber" "砖木"
        Timber "timber" "木"
        Steel "steel" "钢"
    }
}

words! {
    /// How closely it is kept, the closest last.
    Grade {
        Ordinary "ordinary" "一般管理"
        Unknown "unknown" "资料不全"
        Raised "raised" "加强管理"
        Key "key" "重点管控"
    }
}

words! {
    /// What a department is asked about a house. Source: C17.5, C17.6.
    CheckKind {
        Licence "licence" "证照核验"
        Approval "approval" "审批核查"
    }
}

/// What is known of a house beside its place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct House {
    /// What it is built of.
    pub structure: Option<Structure>,
    /// Storeys above ground.
    pub floors: Option<u16>,
    /// Its largest storey. Units: m².
    pub floor_m2: Option<u32>,
    /// Whether the roof burns.
    pub burning_roof: Option<bool>,
    /// Stairs and exits that lead out.
    pub exits: Option<u16>,
    /// 房主.
    pub owner: String,
    /// When the heads were counted, and by whose word.
    pub counted_on: Option<Date>,
    /// Who counted, and how.
    pub counted_by: String,
}

/// The numbers houses are graded by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Since when the newest of them holds; none while all are those that come along.
    pub since: Option<Date>,
    /// More people than this make it a key house.
    pub key_heads: u16,
    /// From so many storeys on two ways out are wanted.
    pub floors: u16,
    /// Above such a storey two ways out are wanted. Units: m².
    pub floor_m2: u16,
    /// Whether lodging, working and training are added up, instead of taking the largest (T10).
    pub summed: bool,
}

impl Rule {
    /// What the version is cited as.
    pub fn version(&self) -> String {
        self.since.map_or_else(|| "随程序附带的规则".to_owned(), |day| format!("{day} 起施行的规则"))
    }

    /// The heads that count under this rule; none when nobody counted.
    pub fn heads(&self, heads: &HeadCounts) -> Option<u32> {
        if !self.summed {
            return heads.largest();
        }
        let known = [heads.lodging, heads.working, heads.training].into_iter().flatten();
        known.fold(None, |sum: Option<u32>, n| Some(sum.unwrap_or(0).saturating_add(n)))
    }

    /// Whether more people than the rule allows live, work or learn there. Strictly more. Source: C17.5.
    pub fn is_over(&self, heads: &HeadCounts) -> bool {
        self.heads(heads).is_some_and(|n| n > u32::from(self.key_heads))
    }
}

/// Why a house has its grade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Stable code.
    pub code: &'static str,
    /// In words, with the numbers.
    pub text: String,
    /// Where the rule comes from.
    pub source: &'static str,
}

/// A grade and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graded {
    /// Which.
    pub grade: Grade,
    /// Why, those that decide first.
    pub reasons: Vec<Reason>,
    /// What nobody has recorded.
    pub missing: Vec<&'static str>,
}

/// Whether a place is a house built by its owner.
pub fn is_house(place: &Place) -> bool {
    place.is_kind(&KindCode::from("self_built"))
}

/// Whether somebody lets it, does business, makes, stores or teaches in it.
pub fn is_used(place: &Place) -> bool {
    is_used_as(&place.kinds().cloned().collect::<Vec<_>>())
}

/// The same of its category and tags, the category first.
pub fn is_used_as(kinds: &[KindCode]) -> bool {
    let (own, general) = (KindCode::from("self_built.own"), KindCode::from("self_built"));
    let homestay = KindCode::from("homestay");
    kinds
        .iter()
        .any(|kind| kind.is_within(&general) && *kind != general && *kind != own || kind.is_within(&homestay))
        || kinds.first().is_some_and(|category| !category.is_within(&general))
}

/// The grade of a house by a rule.
pub fn grade(house: &House, place: &Place, rule: &Rule) -> Graded {
    let mut reasons = Vec::new();
    let mut grade = Grade::Ordinary;
    let used = is_used(place);
    if let Some(n) = rule.heads(&place.heads).filter(|_| rule.is_over(&place.heads)) {
        let how = if rule.summed { "合计" } else { "最多" };
        let text = format!("住宿、工作、培训{how} {n} 人，超过 {} 人", rule.key_heads);
        reasons.push(Reason { code: "heads", text, source: "方案第十七条（C17.5）" });
        grade = Grade::Key;
    }
    if used && matches!(house.structure, Some(Structure::Timber | Structure::BrickTimber)) {
        let text = "砖木、木结构房屋用于出租或者经营".to_owned();
        reasons.push(Reason { code: "structure", text, source: "自建房检查项 Z04" });
        grade = grade.max(Grade::Raised);
    }
    let big = house.floors.is_some_and(|n| n >= rule.floors)
        || house.floor_m2.is_some_and(|m2| m2 > u32::from(rule.floor_m2))
        || house.burning_roof == Some(true);
    if big && house.exits.is_some_and(|n| n < 2) {
        let text = format!(
            "{} 层以上、单层超过 {} 平方米或者可燃屋面，疏散楼梯和出口不足两个",
            rule.floors, rule.floor_m2
        );
        reasons.push(Reason { code: "exits", text, source: "自建房检查项 Z05" });
        grade = grade.max(Grade::Raised);
    }
    if place.is_kind(&KindCode::from("three_in_one")) {
        let text = "住宿与生产、储存、经营合用".to_owned();
        reasons.push(Reason { code: "mixed", text, source: "方案第十三条（C13.2）" });
        grade = grade.max(Grade::Raised);
    }
    let mut missing = Vec::new();
    for (known, what) in [
        (place.heads.largest().is_some(), "住宿、工作、培训人数"),
        (house.structure.is_some(), "结构"),
        (house.floors.is_some(), "层数"),
        (house.exits.is_some(), "疏散楼梯和出口数"),
    ] {
        if !known {
            missing.push(what);
        }
    }
    if reasons.is_empty() {
        if used && !missing.is_empty() {
            grade = Grade::Unknown;
        }
        let text = if used { "用于出租或者经营，没有更高等级的情形" } else { "自住" };
        reasons.push(Reason { code: "use", text: text.to_owned(), source: "方案第十七条（C17.3）" });
    }
    Graded { grade, reasons, missing }
}

/// How a check stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Answer {
    /// 待核验.
    Asked,
    /// 已核验、齐全.
    Verified {
        /// On which day.
        on: Date,
        /// Numbers of the licences seen, or of the approval.
        number: String,
        /// Last day of the first that runs out.
        until: Option<Date>,
    },
    /// 缺证照、未经审批.
    Lacking {
        /// On which day.
        on: Date,
        /// What.
        note: String,
    },
    /// 不再核验: fewer people live, work or learn there before anything was answered.
    Ended {
        /// On which day.
        on: Date,
        /// Why.
        reason: String,
    },
}

impl Answer {
    /// Stable word.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Verified { .. } => "verified",
            Self::Lacking { .. } => "lacking",
            Self::Ended { .. } => "ended",
        }
    }
}

/// One department is asked about one house.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Id.
    pub id: HouseCheckId,
    /// The house.
    pub place: PlaceId,
    /// Who is asked.
    pub org: OrgId,
    /// About what.
    pub kind: CheckKind,
    /// Since when.
    pub asked_on: Date,
    /// What came back.
    pub answer: Answer,
}

/// Why an answer is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HouseRefusal {
    /// The place is none.
    #[error("这个场所没有登记为自建房，请先在场所信息中选择自建房类别或者标签")]
    NoHouse,
    /// Verified without a number.
    #[error("请填写核验的证照（审批）名称和编号")]
    NoNumber,
    /// Lacking without what.
    #[error("请写明缺少的证照、手续和处理意见")]
    NoNote,
    /// The house no longer asks for it.
    #[error("这项核验已经终止（{reason}），不需要答复")]
    Ended {
        /// Why.
        reason: String,
    },
    /// A day that cannot be.
    #[error("核验日期不能晚于今天，也不能早于发起核验的 {asked_on}，请核对")]
    WrongDay {
        /// When it was asked.
        asked_on: Date,
    },
    /// Counted before the count that is known.
    #[error("已有 {later} 核实的人数，比这次的 {on} 晚，没有改动，请核对后在自建房页面登记")]
    Older {
        /// This count.
        on: Date,
        /// The one that is known.
        later: Date,
    },
    /// Heads without a day.
    #[error("请填写人数核实的日期和核实人，人数要能查证")]
    NotCounted,
}

impl HouseRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoHouse => "house.none",
            Self::NoNumber => "house.number",
            Self::NoNote => "house.note",
            Self::Ended { .. } => "house.ended",
            Self::WrongDay { .. } => "house.day",
            Self::Older { .. } => "house.older_count",
            Self::NotCounted => "house.counted",
        }
    }
}

impl Check {
    /// Whether nobody needs to answer it any more.
    pub fn is_ended(&self) -> bool {
        matches!(self.answer, Answer::Ended { .. })
    }

    /// The check with what the department found; a later look replaces an earlier one.
    ///
    /// Errors: verified without a number, lacking without what; a day before it was asked or after today.
    pub fn answer(self, answer: Answer, today: Date) -> Result<Self, HouseRefusal> {
        if let Answer::Ended { reason, .. } = &self.answer {
            return Err(HouseRefusal::Ended { reason: reason.clone() });
        }
        let on = match &answer {
            Answer::Asked | Answer::Ended { .. } => None,
            Answer::Verified { number, .. } if number.trim().is_empty() => {
                return Err(HouseRefusal::NoNumber);
            }
            Answer::Lacking { note, .. } if note.trim().is_empty() => return Err(HouseRefusal::NoNote),
            Answer::Verified { on, .. } | Answer::Lacking { on, .. } => Some(*on),
        };
        if on.is_some_and(|on| on > today || on < self.asked_on) {
            return Err(HouseRefusal::WrongDay { asked_on: self.asked_on });
        }
        Ok(Self { answer, ..self })
    }
}

/// Since when all of some checks of one kind are verified, and until when; none while one is not.
pub fn verified_days<'a>(checks: impl IntoIterator<Item = &'a Check>) -> Option<(Date, Option<Date>)> {
    let mut span: Option<(Date, Option<Date>)> = None;
    for check in checks.into_iter().filter(|check| !check.is_ended()) {
        let Answer::Verified { on, until, .. } = &check.answer else { return None };
        span = Some(match span {
            None => (*on, *until),
            Some((since, last)) => (since.max(*on), [last, *until].into_iter().flatten().min()),
        });
    }
    span
}

/// The last day of the half-year a day lies in: by then the next joint visit is due. Source: C17.2.
pub fn joint_by(day: Date) -> Date {
    use chrono::Datelike;
    let (month, last) = if day.month() <= 6 { (6, 30) } else { (12, 31) };
    Date::from_ymd_opt(day.year(), month, last).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::time::parse_date;

    fn day(text: &str) -> Date {
        parse_date(text).expect("a date written in a test exists")
    }

    const RULE: Rule = Rule { since: None, key_heads: 10, floors: 4, floor_m2: 200, summed: false };

    fn place(category: &str, tags: &[&str], heads: [Option<u32>; 3]) -> Place {
        Place {
            tags: tags.iter().map(|tag| KindCode::from(*tag)).collect::<BTreeSet<_>>(),
            heads: HeadCounts {
                lodging: heads[0],
                working: heads[1],
                training: heads[2],
                ..HeadCounts::default()
            },
            ..Place::new("p".into(), "1", "自建房", KindCode::from(category), "v".into())
        }
    }

    fn known() -> House {
        House {
            structure: Some(Structure::Brick),
            floors: Some(3),
            floor_m2: Some(120),
            burning_roof: Some(false),
            exits: Some(1),
            ..House::default()
        }
    }

    #[test]
    fn more_than_ten_is_strictly_more_and_each_count_stands_alone() {
        let of = |heads| grade(&known(), &place("self_built.rented", &[], heads), &RULE).grade;
        assert_eq!(of([Some(10), Some(10), Some(10)]), Grade::Ordinary, "ten is not more than ten");
        assert_eq!(of([Some(11), None, None]), Grade::Key);
        assert_eq!(of([None, None, Some(11)]), Grade::Key);
        let summed = Rule { summed: true, ..RULE };
        let both = place("self_built.rented", &[], [Some(6), Some(5), None]);
        assert_eq!(grade(&known(), &both, &RULE).grade, Grade::Ordinary);
        let added = grade(&known(), &both, &summed);
        assert_eq!(added.grade, Grade::Key);
        assert!(added.reasons[0].text.contains("合计 11 人，超过 10 人"), "{}", added.reasons[0].text);
    }

    #[test]
    fn structure_exits_and_mixed_use_raise_it_with_their_source() {
        let few = [Some(3), None, None];
        let let_out = place("self_built.rented", &[], few);
        let own = place("self_built.own", &[], few);
        let timber = House { structure: Some(Structure::Timber), ..known() };
        assert_eq!(grade(&timber, &let_out, &RULE).grade, Grade::Raised);
        assert_eq!(grade(&timber, &own, &RULE).grade, Grade::Ordinary, "the owner's own home");
        for (house, wanted) in [
            (House { floors: Some(4), ..known() }, Grade::Raised),
            (House { floors: Some(4), exits: Some(2), ..known() }, Grade::Ordinary),
            (House { floor_m2: Some(201), ..known() }, Grade::Raised),
            (House { floor_m2: Some(200), ..known() }, Grade::Ordinary),
            (House { burning_roof: Some(true), ..known() }, Grade::Raised),
        ] {
            let graded = grade(&house, &let_out, &RULE);
            assert_eq!(graded.grade, wanted, "{house:?}");
            assert!(graded.reasons.iter().all(|reason| !reason.source.is_empty()));
        }
        let mixed = place("nine_small.shop", &["self_built", "three_in_one"], few);
        assert_eq!(grade(&known(), &mixed, &RULE).grade, Grade::Raised);
    }

    #[test]
    fn what_nobody_recorded_is_unknown_and_not_fine() {
        let graded = grade(&House::default(), &place("self_built.business", &[], [None; 3]), &RULE);
        assert_eq!((graded.grade, graded.missing.len()), (Grade::Unknown, 4));
        let own = grade(&House::default(), &place("self_built.own", &[], [None; 3]), &RULE);
        assert_eq!(own.grade, Grade::Ordinary);
        let over = grade(&House::default(), &place("self_built.rented", &[], [Some(12), None, None]), &RULE);
        assert_eq!(over.grade, Grade::Key, "what is known decides");
    }

    #[test]
    fn a_department_answers_with_a_number_and_all_have_to() {
        let check = |org: &str| Check {
            id: "c".into(),
            place: "p".into(),
            org: org.into(),
            kind: CheckKind::Licence,
            asked_on: day("2026-09-01"),
            answer: Answer::Asked,
        };
        let yes = |on: &str, until: Option<&str>| Answer::Verified {
            on: day(on),
            number: "甲-1".to_owned(),
            until: until.map(day),
        };
        let today = day("2026-09-21");
        let none = Answer::Verified { on: today, number: " ".to_owned(), until: None };
        assert_eq!(check("a").answer(none, today), Err(HouseRefusal::NoNumber));
        let silent = Answer::Lacking { on: today, note: String::new() };
        assert_eq!(check("a").answer(silent, today), Err(HouseRefusal::NoNote));
        assert!(check("a").answer(yes("2026-08-31", None), today).is_err());
        assert!(check("a").answer(yes("2026-09-22", None), today).is_err());
        let one = check("a").answer(yes("2026-09-02", Some("2027-01-01")), today).expect("fits");
        assert_eq!(verified_days([&one, &check("b")]), None, "one is still asked");
        let two = check("b").answer(yes("2026-09-10", Some("2026-12-01")), today).expect("fits");
        assert_eq!(verified_days([&one, &two]), Some((day("2026-09-10"), Some(day("2026-12-01")))));
        assert_eq!(verified_days([]), None);
    }

    #[test]
    fn the_next_joint_visit_is_due_with_the_half_year() {
        assert_eq!(joint_by(day("2026-06-30")), day("2026-06-30"));
        assert_eq!(joint_by(day("2026-07-01")), day("2026-12-31"));
        assert_eq!(RULE.version(), "随程序附带的规则");
        assert_eq!(Rule { since: Some(day("2026-09-01")), ..RULE }.version(), "2026-09-01 起施行的规则");
    }
}
