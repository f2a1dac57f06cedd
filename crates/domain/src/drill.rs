//! 演练: planned with a scenario, held, looked at together, its issues handed to posts, closed once they are settled. It is
//! for learning: points go to what was done, never to persons. What does not belong here: the list of points, which is
//! data (`catalog/drills.toml`), and the issues' own life (`follow_up`).
//!
//! States: `planned → held → assessed → closed`, and `cancelled` before it was held. Source: handbook of the field §4.7,
//! duties C18.11 and C3.6.

use serde::{Deserialize, Serialize};

use crate::ids::{DrillId, FollowUpId, OrgId, PhotoId, PlaceId};
use crate::org::words;
use crate::time::Date;

words! {
    /// What a drill is of.
    Whose {
        Place "place" "场所"
        Village "village" "村（社区）"
        Station "station" "站队"
        Town "town" "全镇"
    }
}

/// A point the town looks at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criterion {
    /// Stable key within the scenario.
    pub key: String,
    /// What is looked at.
    pub what: String,
    /// Most points.
    pub most: u32,
}

/// 科目: what is practised, and what is looked at. It is data of the town.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scenario {
    /// Stable word, which stands behind `drill:`.
    pub code: String,
    /// Name.
    pub name: String,
    /// Where the list comes from.
    pub source: String,
    /// What is looked at.
    pub points: Vec<Criterion>,
}

/// 时间节点: what happened how long after the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// What.
    pub what: String,
    /// Units: seconds after the start.
    pub after_s: u32,
}

/// How it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The day.
    pub on: Date,
    /// How many took part.
    pub present: u32,
    /// What happened when, in order.
    pub marks: Vec<Mark>,
    /// What was seen.
    pub text: String,
    /// Pictures.
    pub photos: Vec<PhotoId>,
}

/// What one point came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// What was looked at, as it was asked that day.
    pub criterion: Criterion,
    /// Points.
    pub got: u32,
}

/// 问题: what did not go well, and the item it became.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// What.
    pub text: String,
    /// What a post owes about it.
    pub follow_up: FollowUpId,
}

/// How it was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// Point by point.
    pub points: Vec<Point>,
    /// What was learned.
    pub text: String,
    /// What did not go well.
    pub issues: Vec<Issue>,
}

impl Assessment {
    /// Points reached, and those there were.
    pub fn sum(&self) -> (u32, u32) {
        self.points.iter().fold((0, 0), |(got, most), one| (got + one.got, most + one.criterion.most))
    }
}

/// Where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum State {
    /// 待演练.
    Planned,
    /// 已演练、待讲评.
    Held {
        /// How it went.
        held: Held,
    },
    /// 已讲评、问题待整改.
    Assessed {
        /// How it went.
        held: Held,
        /// How it was looked at.
        assessment: Assessment,
    },
    /// 已办结.
    Closed {
        /// How it went.
        held: Held,
        /// How it was looked at.
        assessment: Assessment,
    },
    /// 已取消.
    Cancelled {
        /// Why.
        reason: String,
    },
}

impl State {
    /// Stable word.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Held { .. } => "held",
            Self::Assessed { .. } => "assessed",
            Self::Closed { .. } => "closed",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    /// Words for people.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Planned => "待演练",
            Self::Held { .. } => "待讲评",
            Self::Assessed { .. } => "问题整改中",
            Self::Closed { .. } => "已办结",
            Self::Cancelled { .. } => "已取消",
        }
    }
}

/// 演练.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drill {
    /// Id.
    pub id: DrillId,
    /// Title.
    pub title: String,
    /// Which scenario.
    pub scenario: String,
    /// What it is of.
    pub subject_kind: Whose,
    /// Id of that.
    pub subject: String,
    /// Who arranges it.
    pub org: OrgId,
    /// Where.
    pub path: String,
    /// The place, where it is one's.
    pub place: Option<PlaceId>,
    /// What is assumed and who does what.
    pub script: String,
    /// By when it is to be held.
    pub due_on: Date,
    /// 是否已告知周边群众: so that nobody takes it for a fire. Source: handbook §4.7.
    pub announced: bool,
    /// Where it stands.
    pub state: State,
}

/// Why a step is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DrillRefusal {
    /// The step does not fit the state.
    #[error("演练现在是“{0}”，不能这样办理，请刷新后再看")]
    WrongState(&'static str),
    /// No title or script.
    #[error("请写明演练名称和演练脚本（假定情况、分工）")]
    Empty,
    /// Held on a day that has not come.
    #[error("演练日期不能晚于今天，请核对")]
    NotYet,
    /// Nobody took part.
    #[error("请填写参加人数，至少一人")]
    Nobody,
    /// Nobody around was told.
    #[error("演练前应告知周边群众以免引起恐慌，请告知后再登记")]
    Unannounced,
    /// A mark without words, or out of order.
    #[error("时间节点要写明内容，并按先后排列，请核对")]
    Marks,
    /// A point more than there is, or one that is missing.
    #[error("讲评要点“{0}”没有打分或超过满分，请核对")]
    Points(String),
    /// Issues are still owed.
    #[error("还有 {0} 项问题没有核实办结，办结后再关闭")]
    IssuesOpen(usize),
    /// Cancelled without a reason.
    #[error("请写明取消的理由")]
    NoReason,
}

impl DrillRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongState(_) => "drill.state",
            Self::Empty => "drill.empty",
            Self::NotYet => "drill.not_yet",
            Self::Nobody => "drill.nobody",
            Self::Unannounced => "drill.unannounced",
            Self::Marks => "drill.marks",
            Self::Points(_) => "drill.points",
            Self::IssuesOpen(_) => "drill.issues_open",
            Self::NoReason => "drill.no_reason",
        }
    }
}

impl Drill {
    /// Checks a drill that is to be planned.
    ///
    /// Errors: no title, no script.
    pub fn plan(self) -> Result<Self, DrillRefusal> {
        match self.title.trim().is_empty() || self.script.trim().is_empty() {
            true => Err(DrillRefusal::Empty),
            false => Ok(Self { state: State::Planned, ..self }),
        }
    }

    /// How it went, once it was held.
    pub fn held(&self) -> Option<&Held> {
        match &self.state {
            State::Held { held } | State::Assessed { held, .. } | State::Closed { held, .. } => Some(held),
            State::Planned | State::Cancelled { .. } => None,
        }
    }

    /// How it was looked at.
    pub fn assessment(&self) -> Option<&Assessment> {
        match &self.state {
            State::Assessed { assessment, .. } | State::Closed { assessment, .. } => Some(assessment),
            State::Planned | State::Held { .. } | State::Cancelled { .. } => None,
        }
    }

    /// Whether it should have been held by now.
    pub fn is_overdue(&self, today: Date) -> bool {
        self.state == State::Planned && self.due_on < today
    }

    /// It was held.
    ///
    /// Errors: it is not planned; the day has not come; nobody was there, or nobody around was told; marks out of order.
    pub fn hold(self, held: Held, announced: bool, today: Date) -> Result<Self, DrillRefusal> {
        if self.state != State::Planned {
            return Err(DrillRefusal::WrongState(self.state.label()));
        }
        if held.on > today {
            return Err(DrillRefusal::NotYet);
        }
        if held.present == 0 {
            return Err(DrillRefusal::Nobody);
        }
        if !announced {
            return Err(DrillRefusal::Unannounced);
        }
        let in_order = held.marks.is_sorted_by_key(|mark| mark.after_s);
        if !in_order || held.marks.iter().any(|mark| mark.what.trim().is_empty()) {
            return Err(DrillRefusal::Marks);
        }
        Ok(Self { announced, state: State::Held { held }, ..self })
    }

    /// It was looked at, point by point.
    ///
    /// Errors: it was not held, or is assessed already; a point of the scenario is missing or too high.
    pub fn assess(self, scenario: &Scenario, assessment: Assessment) -> Result<Self, DrillRefusal> {
        let State::Held { held } = self.state else {
            return Err(DrillRefusal::WrongState(self.state.label()));
        };
        for asked in &scenario.points {
            let told = assessment.points.iter().find(|one| one.criterion == *asked);
            if told.is_none_or(|one| one.got > asked.most) {
                return Err(DrillRefusal::Points(asked.what.clone()));
            }
        }
        Ok(Self { state: State::Assessed { held, assessment }, ..self })
    }

    /// What it showed is settled.
    ///
    /// Errors: it is not assessed; so many issues are still owed or not verified.
    pub fn close(self, unsettled: usize) -> Result<Self, DrillRefusal> {
        match self.state {
            State::Assessed { .. } if unsettled > 0 => Err(DrillRefusal::IssuesOpen(unsettled)),
            State::Assessed { held, assessment } => {
                Ok(Self { state: State::Closed { held, assessment }, ..self })
            }
            _ => Err(DrillRefusal::WrongState(self.state.label())),
        }
    }

    /// It will not be held.
    ///
    /// Errors: it was held; no reason.
    pub fn cancel(self, reason: &str) -> Result<Self, DrillRefusal> {
        match self.state {
            State::Planned if reason.trim().is_empty() => Err(DrillRefusal::NoReason),
            State::Planned => {
                Ok(Self { state: State::Cancelled { reason: reason.trim().to_owned() }, ..self })
            }
            _ => Err(DrillRefusal::WrongState(self.state.label())),
        }
    }

    /// When it counts from: the day it was held.
    pub fn counts_on(&self) -> Option<Date> {
        self.held().map(|held| held.on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_date;

    fn day(text: &str) -> Date {
        parse_date(text).expect("a date written in a test exists")
    }

    fn drill() -> Drill {
        Drill {
            id: "d".into(),
            title: "敬老院夜间疏散演练".to_owned(),
            scenario: "evacuation".to_owned(),
            subject_kind: Whose::Place,
            subject: "p".to_owned(),
            org: "office".into(),
            path: "t/v1".to_owned(),
            place: Some("p".into()),
            script: "假定二楼起火，值班员报警并组织疏散".to_owned(),
            due_on: day("2026-06-30"),
            announced: false,
            state: State::Planned,
        }
    }

    fn scenario() -> Scenario {
        let point = |key: &str| Criterion { key: key.to_owned(), what: format!("{key} 要点"), most: 10 };
        Scenario {
            code: "evacuation".to_owned(),
            name: "疏散".to_owned(),
            source: "镇定".to_owned(),
            points: vec![point("alarm"), point("out")],
        }
    }

    fn went() -> Held {
        let mark = |what: &str, after_s| Mark { what: what.to_owned(), after_s };
        Held {
            on: day("2026-06-20"),
            present: 24,
            marks: vec![mark("报警", 20), mark("全部撤出", 190)],
            text: String::new(),
            photos: Vec::new(),
        }
    }

    fn looked(got: &[u32]) -> Assessment {
        let points =
            scenario().points.into_iter().zip(got).map(|(criterion, got)| Point { criterion, got: *got });
        Assessment { points: points.collect(), text: String::new(), issues: Vec::new() }
    }

    #[test]
    fn a_drill_is_planned_held_looked_at_and_closed_in_this_order_only() {
        let today = day("2026-06-20");
        let planned = drill().plan().expect("has a title and a script");
        assert_eq!(planned.clone().close(0), Err(DrillRefusal::WrongState("待演练")));
        assert_eq!(
            planned.clone().assess(&scenario(), looked(&[10, 9])),
            Err(DrillRefusal::WrongState("待演练"))
        );
        let held = planned.hold(went(), true, today).expect("was held");
        assert_eq!(held.clone().hold(went(), true, today), Err(DrillRefusal::WrongState("待讲评")));
        assert_eq!(held.clone().cancel("下雨"), Err(DrillRefusal::WrongState("待讲评")));
        let assessed = held.assess(&scenario(), looked(&[10, 9])).expect("every point is told");
        assert_eq!(assessed.assessment().map(Assessment::sum), Some((19, 20)));
        assert_eq!(assessed.clone().close(2), Err(DrillRefusal::IssuesOpen(2)));
        let closed = assessed.close(0).expect("all is settled");
        assert_eq!((closed.state.code(), closed.counts_on()), ("closed", Some(today)));
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_its_reason() {
        let today = day("2026-06-20");
        let held = |held: Held, announced: bool| drill().hold(held, announced, today).map_err(|r| r.code());
        assert_eq!(held(Held { on: day("2026-06-21"), ..went() }, true), Err("drill.not_yet"));
        assert_eq!(held(Held { present: 0, ..went() }, true), Err("drill.nobody"));
        assert_eq!(held(went(), false), Err("drill.unannounced"));
        let mut backwards = went();
        backwards.marks.reverse();
        assert_eq!(held(backwards, true), Err("drill.marks"));
        let judged = |got: &[u32]| {
            let held = drill().hold(went(), true, today).expect("was held");
            held.assess(&scenario(), looked(got)).map_err(|refusal| refusal.code())
        };
        assert_eq!(judged(&[10, 11]), Err("drill.points"), "more than there is");
        assert_eq!(judged(&[10]), Err("drill.points"), "one is missing");
        assert_eq!(Drill { script: " ".to_owned(), ..drill() }.plan(), Err(DrillRefusal::Empty));
        assert_eq!(drill().cancel(" "), Err(DrillRefusal::NoReason));
    }

    #[test]
    fn it_is_overdue_the_day_after_and_only_while_it_is_planned() {
        assert!(!drill().is_overdue(day("2026-06-30")) && drill().is_overdue(day("2026-07-01")));
        let cancelled = drill().cancel("停业").expect("may be cancelled");
        assert!(!cancelled.is_overdue(day("2026-07-01")));
    }
}
