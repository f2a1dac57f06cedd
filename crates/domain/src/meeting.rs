//! 会议: planned with an agenda, held, written down; what it resolved becomes follow-up items with an owner and a day.
//! What does not belong here: the items' own life (`follow_up`), sending the notice (`app`).
//!
//! States: `planned → held → minuted`, and `cancelled` before it was held. Source: handbook of the field, clauses C1, C4
//! and C8, template DT14.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ids::{FollowUpId, MeetingId, OrgId, PersonId, PostId};
use crate::time::{Date, Timestamp};

/// Where a meeting stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum State {
    /// 待召开.
    Planned,
    /// 已召开、待纪要.
    Held {
        /// The day it was held.
        on: Date,
    },
    /// 已有纪要.
    Minuted {
        /// The day it was held.
        on: Date,
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
            Self::Minuted { .. } => "minuted",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    /// Words for people.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Planned => "待召开",
            Self::Held { .. } => "待纪要",
            Self::Minuted { .. } => "已有纪要",
            Self::Cancelled { .. } => "已取消",
        }
    }

    /// The day it was held.
    pub fn held_on(&self) -> Option<Date> {
        match self {
            Self::Held { on } | Self::Minuted { on } => Some(*on),
            Self::Planned | Self::Cancelled { .. } => None,
        }
    }
}

/// 议定事项: what was resolved; with an owner and a day it is followed up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// What was resolved.
    pub text: String,
    /// The item it became; none for what nobody has to do anything about.
    pub follow_up: Option<FollowUpId>,
}

/// 会议.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    /// Id.
    pub id: MeetingId,
    /// Kind, as the plan's duties ask for it: what stands behind `meeting:`.
    pub kind: String,
    /// Title.
    pub title: String,
    /// Who calls it.
    pub org: OrgId,
    /// When it is to begin.
    pub planned_at: Timestamp,
    /// Where, in words.
    pub venue: String,
    /// What it is about, item by item.
    pub agenda: Vec<String>,
    /// The posts that are expected; who comes is whoever holds them.
    pub expected: BTreeSet<PostId>,
    /// Who came.
    pub present: BTreeSet<PersonId>,
    /// 纪要.
    pub minutes: String,
    /// 议定事项.
    pub resolutions: Vec<Resolution>,
    /// Where it stands.
    pub state: State,
}

/// Why a step is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MeetingRefusal {
    /// The step does not fit the state.
    #[error("会议现在是“{0}”，不能这样办理，请刷新后再看")]
    WrongState(&'static str),
    /// No title, or an agenda without an item.
    #[error("请写明会议名称，并至少列一项议题")]
    Empty,
    /// Held on a day that has not come.
    #[error("召开日期不能晚于今天，请核对")]
    NotYet,
    /// Nobody came.
    #[error("请勾选到会人员，至少一人")]
    Nobody,
    /// Minutes without text.
    #[error("请写纪要正文后再提交")]
    NoMinutes,
    /// Cancelled without a reason.
    #[error("请写明取消的理由")]
    NoReason,
}

impl MeetingRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongState(_) => "meeting.state",
            Self::Empty => "meeting.empty",
            Self::NotYet => "meeting.not_yet",
            Self::Nobody => "meeting.nobody",
            Self::NoMinutes => "meeting.no_minutes",
            Self::NoReason => "meeting.no_reason",
        }
    }
}

impl Meeting {
    /// Checks a meeting that is to be planned.
    ///
    /// Errors: no title, no item on the agenda.
    pub fn plan(self) -> Result<Self, MeetingRefusal> {
        let is_said = |text: &String| !text.trim().is_empty();
        match is_said(&self.title) && self.agenda.iter().any(is_said) {
            true => Ok(Self { state: State::Planned, ..self }),
            false => Err(MeetingRefusal::Empty),
        }
    }

    /// It was held, and these people came.
    ///
    /// Errors: it is not planned; the day has not come; nobody was there.
    pub fn hold(self, on: Date, present: BTreeSet<PersonId>, today: Date) -> Result<Self, MeetingRefusal> {
        match self.state {
            State::Planned if on > today => Err(MeetingRefusal::NotYet),
            State::Planned if present.is_empty() => Err(MeetingRefusal::Nobody),
            State::Planned => Ok(Self { state: State::Held { on }, present, ..self }),
            _ => Err(MeetingRefusal::WrongState(self.state.label())),
        }
    }

    /// It is written down, with what was resolved.
    ///
    /// Errors: it was not held, or is written down already; no text.
    pub fn minute(self, minutes: String, resolutions: Vec<Resolution>) -> Result<Self, MeetingRefusal> {
        match self.state {
            State::Held { .. } if minutes.trim().is_empty() => Err(MeetingRefusal::NoMinutes),
            State::Held { on } => Ok(Self { state: State::Minuted { on }, minutes, resolutions, ..self }),
            _ => Err(MeetingRefusal::WrongState(self.state.label())),
        }
    }

    /// It will not be held.
    ///
    /// Errors: it was held; no reason.
    pub fn cancel(self, reason: &str) -> Result<Self, MeetingRefusal> {
        match self.state {
            State::Planned if reason.trim().is_empty() => Err(MeetingRefusal::NoReason),
            State::Planned => {
                Ok(Self { state: State::Cancelled { reason: reason.trim().to_owned() }, ..self })
            }
            _ => Err(MeetingRefusal::WrongState(self.state.label())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_date;

    fn day(text: &str) -> Date {
        parse_date(text).expect("a date written in a test exists")
    }

    fn meeting() -> Meeting {
        Meeting {
            id: "m".into(),
            kind: "risk".to_owned(),
            title: "九月火灾风险研判会".to_owned(),
            org: "office".into(),
            planned_at: Timestamp::start_of(day("2026-09-03")),
            venue: "镇政府二楼会议室".to_owned(),
            agenda: vec!["上月隐患销案情况".to_owned()],
            expected: BTreeSet::from(["post".into()]),
            present: BTreeSet::new(),
            minutes: String::new(),
            resolutions: Vec::new(),
            state: State::Planned,
        }
    }

    #[test]
    fn a_meeting_is_planned_held_and_written_down_in_this_order_only() {
        let came = BTreeSet::from([PersonId::from("p")]);
        let (on, today) = (day("2026-09-03"), day("2026-09-04"));
        let planned = meeting().plan().expect("has a title and an item");
        assert_eq!(
            planned.clone().minute("纪要".to_owned(), Vec::new()),
            Err(MeetingRefusal::WrongState("待召开"))
        );
        assert_eq!(planned.clone().hold(day("2026-09-05"), came.clone(), today), Err(MeetingRefusal::NotYet));
        assert_eq!(planned.clone().hold(on, BTreeSet::new(), today), Err(MeetingRefusal::Nobody));
        let held = planned.hold(on, came.clone(), today).expect("was held");
        assert_eq!(held.clone().hold(on, came, today), Err(MeetingRefusal::WrongState("待纪要")));
        assert_eq!(held.clone().cancel("人不齐"), Err(MeetingRefusal::WrongState("待纪要")));
        assert_eq!(held.clone().minute(" ".to_owned(), Vec::new()), Err(MeetingRefusal::NoMinutes));
        let minuted = held.minute("纪要".to_owned(), Vec::new()).expect("is written down");
        assert_eq!((minuted.state.code(), minuted.state.held_on()), ("minuted", Some(on)));
        assert!(minuted.minute("改写".to_owned(), Vec::new()).is_err(), "minutes are written once");
    }

    #[test]
    fn a_meeting_that_is_about_nothing_cannot_be_called_nor_cancelled_without_a_reason() {
        assert_eq!(Meeting { agenda: vec![" ".to_owned()], ..meeting() }.plan(), Err(MeetingRefusal::Empty));
        assert_eq!(Meeting { title: String::new(), ..meeting() }.plan(), Err(MeetingRefusal::Empty));
        assert_eq!(meeting().cancel(" "), Err(MeetingRefusal::NoReason));
        let cancelled = meeting().cancel("与区级会议冲突").expect("may be cancelled");
        assert_eq!(cancelled.state.held_on(), None);
    }
}
