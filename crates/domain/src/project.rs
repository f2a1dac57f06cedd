//! 项目: what is built or mended under the clauses of facilities and roads, with the money that pays for it: proposed,
//! approved, under way, done. What does not belong here: the facility itself (`facility`), the money (`budget`).
//!
//! Source: clauses C5–C7; the field's handbook §4.8 (a facility is planned, then budgeted) and C6.8 (a road nothing passes
//! yet may have a project to improve it).

use serde::{Deserialize, Serialize};

use crate::ids::{BudgetLineId, FacilityId, OrgId, PersonId, ProjectId, RoadId};
use crate::org::words;
use crate::time::{Date, Timestamp};

/// Facilities and roads of one project at most.
const MOST_ITEMS: usize = 300;

words! {
    /// Where a project stands.
    Stage {
        Proposed "proposed" "已提出"
        Approved "approved" "已立项"
        Underway "underway" "实施中"
        Done "done" "已完工"
        Void "void" "已作废"
    }
}

words! {
    /// What was done.
    Step {
        Propose "propose" "提出"
        Change "change" "修改"
        Approve "approve" "登记立项"
        Begin "begin" "开工"
        Finish "finish" "完工"
        Void "void" "作废"
    }
}

/// What is built or mended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Item {
    /// A facility, planned or standing.
    Facility(FacilityId),
    /// A stretch of road.
    Road(RoadId),
}

impl Item {
    /// Its kind and its id.
    pub fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Facility(id) => ("facility", id.as_str()),
            Self::Road(id) => ("road", id.as_str()),
        }
    }
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Which.
    pub step: Step,
    /// The day it holds from.
    pub on: Date,
    /// Who recorded it.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// What was said: the number of the approval, the reason.
    pub text: String,
}

/// 项目.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// Id.
    pub id: ProjectId,
    /// Its number.
    pub code: String,
    /// What it is called.
    pub title: String,
    /// Who carries it out.
    pub org: OrgId,
    /// What is built or mended.
    pub items: Vec<Item>,
    /// What it is thought to cost. Units: fen.
    pub estimate_fen: i64,
    /// 资金来源, in words.
    pub source: String,
    /// Lines of the budget that pay for it.
    pub lines: Vec<BudgetLineId>,
    /// First day it is planned for.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// Why.
    pub reason: String,
    /// Where it stands.
    pub stage: Stage,
    /// What was done, oldest first.
    pub events: Vec<Event>,
}

/// Why a project or step is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProjectRefusal {
    /// No title.
    #[error("请写明项目名称")]
    NoTitle,
    /// Nothing to build.
    #[error("请选择项目涉及的设施或道路，最多 {MOST_ITEMS} 处")]
    Items,
    /// Nothing it costs.
    #[error("请填写估算金额，须大于 0 元")]
    NoMoney,
    /// It ends before it begins.
    #[error("计划完工日期早于开工日期，请调整先后")]
    Backwards,
    /// A day that has not come.
    #[error("日期不能晚于今天，请核对")]
    NotYet,
    /// No approval named.
    #[error("请写明立项的文件或会议名称")]
    NoBasis,
    /// No reason.
    #[error("请写明理由")]
    NoReason,
    /// The step does not fit.
    #[error("项目现在是“{0}”，不能这样办理，请刷新后再看")]
    WrongStage(&'static str),
}

impl ProjectRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoTitle => "project.no_title",
            Self::Items => "project.items",
            Self::NoMoney => "project.no_money",
            Self::Backwards => "project.backwards",
            Self::NotYet => "project.not_yet",
            Self::NoBasis => "project.no_basis",
            Self::NoReason => "project.no_reason",
            Self::WrongStage(_) => "project.wrong_stage",
        }
    }
}

impl Project {
    fn checked(mut self) -> Result<Self, ProjectRefusal> {
        if self.title.trim().is_empty() {
            return Err(ProjectRefusal::NoTitle);
        }
        self.items.sort();
        self.items.dedup();
        if self.items.is_empty() || self.items.len() > MOST_ITEMS {
            return Err(ProjectRefusal::Items);
        }
        if self.estimate_fen <= 0 {
            return Err(ProjectRefusal::NoMoney);
        }
        if self.until < self.from {
            return Err(ProjectRefusal::Backwards);
        }
        Ok(self)
    }

    fn told(mut self, event: Event) -> Self {
        self.events.push(event);
        self
    }

    /// Proposes it.
    ///
    /// Errors: no title, nothing to build, no money, or it ends before it begins.
    pub fn propose(self, event: Event) -> Result<Self, ProjectRefusal> {
        let fresh = Self { stage: Stage::Proposed, events: Vec::new(), ..self };
        Ok(fresh.checked()?.told(Event { step: Step::Propose, ..event }))
    }

    /// The same with what was typed in anew; number, stage and history stay.
    ///
    /// Errors: as of a new one; it is done or void.
    pub fn change(self, typed: Self, event: Event) -> Result<Self, ProjectRefusal> {
        if matches!(self.stage, Stage::Done | Stage::Void) {
            return Err(ProjectRefusal::WrongStage(self.stage.label()));
        }
        let Self { id, code, stage, events, .. } = self;
        let fresh = Self { id, code, stage, events, ..typed };
        Ok(fresh.checked()?.told(Event { step: Step::Change, ..event }))
    }

    /// The steps that may follow.
    pub fn next_steps(&self) -> &'static [Step] {
        match self.stage {
            Stage::Proposed => &[Step::Change, Step::Approve, Step::Void],
            Stage::Approved => &[Step::Change, Step::Begin, Step::Void],
            Stage::Underway => &[Step::Change, Step::Finish, Step::Void],
            Stage::Done | Stage::Void => &[],
        }
    }

    /// Takes a step other than a change.
    ///
    /// Errors: it does not fit the stage; the day has not come; no approval named; no reason.
    pub fn step(self, event: Event, today: Date) -> Result<Self, ProjectRefusal> {
        if event.step == Step::Change || !self.next_steps().contains(&event.step) {
            return Err(ProjectRefusal::WrongStage(self.stage.label()));
        }
        if event.on > today {
            return Err(ProjectRefusal::NotYet);
        }
        let is_said = !event.text.trim().is_empty();
        let stage = match event.step {
            Step::Approve if !is_said => return Err(ProjectRefusal::NoBasis),
            Step::Void if !is_said => return Err(ProjectRefusal::NoReason),
            Step::Approve => Stage::Approved,
            Step::Begin => Stage::Underway,
            Step::Finish => Stage::Done,
            _ => Stage::Void,
        };
        Ok(Self { stage, ..self }.told(event))
    }

    /// Whether it may pay for something: approved, and not over.
    pub fn is_running(&self) -> bool {
        matches!(self.stage, Stage::Approved | Stage::Underway)
    }

    /// Whether it was approved and not over, as known at the end of a day.
    pub fn was_running(&self, day: Date) -> bool {
        let known = self.events.iter().filter(|event| event.at.date() <= day);
        let last = known.rev().find(|event| event.step != Step::Change);
        last.is_some_and(|event| matches!(event.step, Step::Approve | Step::Begin))
    }

    /// Whether it is late on a day: planned to be over, and it is not.
    pub fn is_late(&self, today: Date) -> bool {
        today > self.until && !matches!(self.stage, Stage::Done | Stage::Void)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_date;

    fn day(text: &str) -> Date {
        parse_date(text).expect("a date written in a test exists")
    }

    fn event(step: Step, on: &str, text: &str) -> Event {
        Event { step, on: day(on), by: "p".into(), at: Timestamp::start_of(day(on)), text: text.to_owned() }
    }

    fn project() -> Project {
        Project {
            id: "x".into(),
            code: "XM-0001".to_owned(),
            title: "佛岩寺村消防水池".to_owned(),
            org: "o".into(),
            items: vec![Item::Road("r".into()), Item::Facility("f".into()), Item::Road("r".into())],
            estimate_fen: 12_000_000,
            source: "镇财政".to_owned(),
            lines: Vec::new(),
            from: day("2026-03-01"),
            until: day("2026-08-31"),
            reason: String::new(),
            stage: Stage::Proposed,
            events: Vec::new(),
        }
    }

    #[test]
    fn a_project_goes_from_proposal_to_its_end_and_says_who_approved_it() {
        let today = day("2026-09-21");
        let new = project().propose(event(Step::Propose, "2026-01-05", "")).expect("it is whole");
        assert_eq!(new.items.len(), 2, "what is named twice is built once");
        assert!(new.is_late(today) && !new.is_running());
        let unnamed = new.clone().step(event(Step::Approve, "2026-02-01", " "), today);
        assert_eq!(unnamed, Err(ProjectRefusal::NoBasis));
        let early = new.clone().step(event(Step::Begin, "2026-02-01", ""), today);
        assert_eq!(early, Err(ProjectRefusal::WrongStage("已提出")));
        let later = new.clone().step(event(Step::Approve, "2026-09-22", "镇长办公会"), today);
        assert_eq!(later, Err(ProjectRefusal::NotYet));
        let own = new.step(event(Step::Approve, "2026-02-01", "镇长办公会"), today).expect("approved");
        assert!(own.is_running());
        let own = own.step(event(Step::Begin, "2026-03-01", ""), today).expect("begun");
        let own = own.step(event(Step::Finish, "2026-09-01", ""), today).expect("done");
        assert!(!own.is_late(today) && own.next_steps().is_empty());
        assert_eq!(own.events.len(), 4);
        let known =
            ["2026-01-31", "2026-02-01", "2026-08-31", "2026-09-01"].map(|on| own.was_running(day(on)));
        assert_eq!(known, [false, true, true, false], "as it was known then");
        let over = own.clone().change(project(), event(Step::Change, "2026-09-02", ""));
        assert_eq!(over, Err(ProjectRefusal::WrongStage("已完工")));
    }

    #[test]
    fn what_is_not_whole_is_refused() {
        let named = |change: fn(&mut Project)| {
            let mut wrong = project();
            change(&mut wrong);
            wrong
                .propose(event(Step::Propose, "2026-01-05", ""))
                .map(|_| ())
                .map_err(|refusal| refusal.code())
        };
        assert_eq!(named(|_| {}), Ok(()));
        assert_eq!(named(|p| p.title = " ".to_owned()), Err("project.no_title"));
        assert_eq!(named(|p| p.items.clear()), Err("project.items"));
        assert_eq!(named(|p| p.estimate_fen = 0), Err("project.no_money"));
        assert_eq!(named(|p| p.until = day("2026-02-01")), Err("project.backwards"));
    }
}
