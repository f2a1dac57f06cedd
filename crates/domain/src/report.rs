//! 定期报告: a template's sections with live figures, the text around them and the measures that follow; frozen when a
//! leader issues it, so that a published figure can be worked out again later. What does not belong here: working the
//! figures out (`app`), the templates themselves (a catalogue).
//!
//! States: `draft → submitted → issued`; sent back it is a draft again; taken back it stays on record. Source: handbook
//! of the field, clauses C1.5, C1.6, C4.2–C4.4, C16.1, template DT16.

use serde::{Deserialize, Serialize};

use crate::ids::{FollowUpId, OrgId, PersonId, PostId, ReportId, SitingId};
use crate::time::{Date, Timestamp};

/// A figure of a report. A share is from 0 to 1; none where nothing was due or nothing is recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Which, as `hazards.open`, `clause:C3` or `duty:C3.1`.
    pub key: String,
    /// Name.
    pub label: String,
    /// How much.
    pub value: Option<f64>,
    /// Of how much.
    pub of: Option<f64>,
    /// Unit; `%` for a share.
    pub unit: String,
}

/// A part of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Key in the template.
    pub key: String,
    /// What the office wrote.
    pub text: String,
}

/// 措施: with an owner and a day; it becomes a follow-up item when the report is issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    /// What is to be done.
    pub text: String,
    /// Who owes it.
    pub owner: PostId,
    /// By when.
    pub due_on: Date,
    /// The item it became.
    pub follow_up: Option<FollowUpId>,
}

/// What was frozen when it was issued.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frozen {
    /// The figures, as the record stood at the end of the report's day.
    pub figures: Vec<Figure>,
    /// Number of the last entry in the record at that moment.
    pub record_no: i64,
    /// SHA-256 over what was issued, in hex.
    pub sha256: String,
    /// SHA-256 of what the figures were worked out from, kept as a file; none for what was issued before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<String>,
}

/// Where it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum State {
    /// 起草中.
    Draft {
        /// Why it was sent back; empty before.
        returned: String,
    },
    /// 待签发.
    Submitted {
        /// By whom.
        by: PersonId,
    },
    /// 已签发.
    Issued {
        /// By whom.
        by: PersonId,
        /// When.
        at: Timestamp,
        /// What was said.
        frozen: Frozen,
    },
    /// 已作废.
    Void {
        /// Why.
        reason: String,
    },
}

impl State {
    /// Stable word.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Draft { .. } => "draft",
            Self::Submitted { .. } => "submitted",
            Self::Issued { .. } => "issued",
            Self::Void { .. } => "void",
        }
    }

    /// Words for people.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Draft { .. } => "起草中",
            Self::Submitted { .. } => "待签发",
            Self::Issued { .. } => "已签发",
            Self::Void { .. } => "已作废",
        }
    }
}

/// 报告.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Id.
    pub id: ReportId,
    /// Code of the template.
    pub template: String,
    /// Edition of the template.
    pub edition: u32,
    /// Kind, as the plan's duties ask for it: what stands behind `report:`.
    pub kind: String,
    /// Title.
    pub title: String,
    /// Who makes it.
    pub org: OrgId,
    /// First day of the time it is about.
    pub from: Date,
    /// Last day; the figures are as the record stood at its end.
    pub to: Date,
    /// Its parts.
    pub sections: Vec<Section>,
    /// What follows.
    pub measures: Vec<Measure>,
    /// The study it puts into words; its map is printed with it. Source: C6.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub siting: Option<SitingId>,
    /// Where it stands.
    pub state: State,
}

/// Why a step is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportRefusal {
    /// The step does not fit the state.
    #[error("报告现在是“{0}”，不能这样办理，请刷新后再看")]
    WrongState(&'static str),
    /// It ends before it begins.
    #[error("报告期的截止日期早于起始日期，请调整先后")]
    Backwards,
    /// The day is not over, so that its figures could change.
    #[error("报告期截止到 {0}，当天还没有过完，数字还会变，请把截止日改为昨天或更早")]
    NotOver(Date),
    /// A part without text.
    #[error("“{0}”还没有写，请写完再提交")]
    Unwritten(String),
    /// The template asks for measures.
    #[error("这类报告须至少列一项措施，写明责任岗位和时限")]
    NoMeasures,
    /// Sent or taken back without a reason.
    #[error("请写明理由")]
    NoReason,
    /// Issued by who submitted it.
    #[error("起草提交的人不能自己签发，请由分管领导签发")]
    Own,
}

impl ReportRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongState(_) => "report.state",
            Self::Backwards => "report.backwards",
            Self::NotOver(_) => "report.not_over",
            Self::Unwritten(_) => "report.unwritten",
            Self::NoMeasures => "report.no_measures",
            Self::NoReason => "report.no_reason",
            Self::Own => "report.own",
        }
    }
}

/// What a template asks of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Code.
    pub code: String,
    /// Edition; a report keeps the one it was begun with.
    pub edition: u32,
    /// First day it is used.
    pub valid_from: Date,
    /// Kind, as the plan's duties ask for it.
    pub kind: String,
    /// Title, without the time.
    pub title: String,
    /// Whether it is nothing without measures.
    pub needs_measures: bool,
    /// Its parts.
    pub sections: Vec<TemplateSection>,
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateSection {
    /// Key.
    pub key: String,
    /// Heading.
    pub title: String,
    /// What to write, for who writes.
    pub hint: String,
    /// Keys of its figures.
    pub figures: Vec<String>,
}

impl Report {
    /// Checks a draft, new or changed.
    ///
    /// Errors: it is no draft any more; it ends before it begins; its last day is not over.
    pub fn draft(self, today: Date) -> Result<Self, ReportRefusal> {
        match &self.state {
            State::Draft { .. } if self.to < self.from => Err(ReportRefusal::Backwards),
            State::Draft { .. } if self.to >= today => Err(ReportRefusal::NotOver(self.to)),
            State::Draft { .. } => Ok(self),
            _ => Err(ReportRefusal::WrongState(self.state.label())),
        }
    }

    /// Hands it in.
    ///
    /// Errors: it is no draft; a part is unwritten; measures are asked for and there is none.
    pub fn submit(self, by: PersonId, template: &Template) -> Result<Self, ReportRefusal> {
        if !matches!(self.state, State::Draft { .. }) {
            return Err(ReportRefusal::WrongState(self.state.label()));
        }
        let is_written = |key: &str| {
            self.sections.iter().any(|section| section.key == key && !section.text.trim().is_empty())
        };
        if let Some(part) = template.sections.iter().find(|part| !is_written(&part.key)) {
            return Err(ReportRefusal::Unwritten(part.title.clone()));
        }
        if template.needs_measures && self.measures.is_empty() {
            return Err(ReportRefusal::NoMeasures);
        }
        Ok(Self { state: State::Submitted { by }, ..self })
    }

    /// Issues it with what was frozen.
    ///
    /// Errors: it was not handed in; by the same person.
    pub fn issue(self, by: PersonId, at: Timestamp, frozen: Frozen) -> Result<Self, ReportRefusal> {
        match &self.state {
            State::Submitted { by: author } if *author == by => Err(ReportRefusal::Own),
            State::Submitted { .. } => Ok(Self { state: State::Issued { by, at, frozen }, ..self }),
            _ => Err(ReportRefusal::WrongState(self.state.label())),
        }
    }

    /// Sends it back to be changed.
    ///
    /// Errors: it was not handed in; no reason.
    pub fn send_back(self, reason: &str) -> Result<Self, ReportRefusal> {
        match &self.state {
            State::Submitted { .. } if reason.trim().is_empty() => Err(ReportRefusal::NoReason),
            State::Submitted { .. } => {
                Ok(Self { state: State::Draft { returned: reason.trim().to_owned() }, ..self })
            }
            _ => Err(ReportRefusal::WrongState(self.state.label())),
        }
    }

    /// Takes it back before it was issued. What was issued stays issued.
    ///
    /// Errors: it was issued or taken back; no reason.
    pub fn void(self, reason: &str) -> Result<Self, ReportRefusal> {
        match &self.state {
            State::Issued { .. } | State::Void { .. } => Err(ReportRefusal::WrongState(self.state.label())),
            _ if reason.trim().is_empty() => Err(ReportRefusal::NoReason),
            _ => Ok(Self { state: State::Void { reason: reason.trim().to_owned() }, ..self }),
        }
    }
}

/// A figure that is not what it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Which.
    pub key: String,
    /// As issued; none where it is new.
    pub issued: Option<Figure>,
    /// As worked out now; none where it is gone.
    pub now: Option<Figure>,
}

/// Compares what was issued with what the record says now about the same day. A share counts as the same when it is
/// within a millionth.
pub fn differences(issued: &[Figure], now: &[Figure]) -> Vec<Difference> {
    let same = |a: Option<f64>, b: Option<f64>| match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() < 1e-6,
        (a, b) => a.is_none() && b.is_none(),
    };
    let find = |list: &[Figure], key: &str| list.iter().find(|one| one.key == key).cloned();
    let mut out = Vec::new();
    for figure in issued {
        let found = find(now, &figure.key);
        let is_same = found.as_ref().is_some_and(|n| same(n.value, figure.value) && same(n.of, figure.of));
        if !is_same {
            out.push(Difference { key: figure.key.clone(), issued: Some(figure.clone()), now: found });
        }
    }
    let fresh = now.iter().filter(|figure| find(issued, &figure.key).is_none());
    out.extend(fresh.map(|n| Difference { key: n.key.clone(), issued: None, now: Some(n.clone()) }));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_date;

    fn day(text: &str) -> Date {
        parse_date(text).expect("a date written in a test exists")
    }

    fn template() -> Template {
        let part = |key: &str, title: &str| TemplateSection {
            key: key.to_owned(),
            title: title.to_owned(),
            hint: String::new(),
            figures: vec!["hazards.open".to_owned()],
        };
        Template {
            code: "situation".to_owned(),
            edition: 1,
            valid_from: day("2026-01-01"),
            kind: "situation".to_owned(),
            title: "消防安全形势分析".to_owned(),
            needs_measures: true,
            sections: vec![part("trend", "总体情况"), part("risk", "主要风险")],
        }
    }

    fn draft() -> Report {
        let written = |key: &str| Section { key: key.to_owned(), text: "写好了".to_owned() };
        Report {
            id: "r".into(),
            template: "situation".to_owned(),
            edition: 1,
            kind: "situation".to_owned(),
            title: "第三季度消防安全形势分析".to_owned(),
            org: "office".into(),
            from: day("2026-07-01"),
            to: day("2026-09-20"),
            sections: vec![written("trend"), written("risk")],
            measures: vec![Measure {
                text: "排查液化气用户".to_owned(),
                owner: "post".into(),
                due_on: day("2026-10-15"),
                follow_up: None,
            }],
            siting: None,
            state: State::Draft { returned: String::new() },
        }
    }

    fn figure(key: &str, value: Option<f64>) -> Figure {
        Figure { key: key.to_owned(), label: key.to_owned(), value, of: None, unit: "处".to_owned() }
    }

    fn frozen() -> Frozen {
        Frozen {
            figures: vec![figure("hazards.open", Some(3.0))],
            record_no: 9,
            sha256: "aa".to_owned(),
            inputs: None,
        }
    }

    #[test]
    fn a_report_is_written_handed_in_and_issued_by_another() {
        let today = day("2026-09-21");
        let drafted = draft().draft(today).expect("is over");
        assert_eq!(draft().draft(day("2026-09-20")), Err(ReportRefusal::NotOver(day("2026-09-20"))));
        let mut unwritten = draft();
        unwritten.sections.pop();
        assert_eq!(
            unwritten.submit("p".into(), &template()),
            Err(ReportRefusal::Unwritten("主要风险".to_owned()))
        );
        let bare = Report { measures: Vec::new(), ..draft() };
        assert_eq!(bare.submit("p".into(), &template()), Err(ReportRefusal::NoMeasures));
        let handed_in = drafted.submit("p".into(), &template()).expect("is whole");
        let at = Timestamp::start_of(today);
        assert_eq!(handed_in.clone().issue("p".into(), at, frozen()), Err(ReportRefusal::Own));
        assert_eq!(handed_in.clone().send_back(" "), Err(ReportRefusal::NoReason));
        assert_eq!(handed_in.clone().send_back("补数").expect("is sent back").state.code(), "draft");
        let issued = handed_in.issue("q".into(), at, frozen()).expect("is issued");
        assert_eq!(issued.clone().draft(today), Err(ReportRefusal::WrongState("已签发")));
        assert_eq!(issued.void("写错了"), Err(ReportRefusal::WrongState("已签发")));
    }

    #[test]
    fn a_difference_is_a_figure_that_changed_came_or_went() {
        let issued = [figure("a", Some(1.0)), figure("b", None), figure("c", Some(0.25))];
        assert_eq!(differences(&issued, &issued), []);
        let now = [figure("a", Some(2.0)), figure("b", None), figure("d", Some(1.0))];
        let found: Vec<_> = differences(&issued, &now).into_iter().map(|one| one.key).collect();
        assert_eq!(found, ["a", "c", "d"]);
        assert_eq!(differences(&issued[2..], &[figure("c", Some(0.250_000_000_1))]), []);
    }
}
