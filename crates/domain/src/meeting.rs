//! 会议: planned with an agenda, held, written down; what it resolved becomes follow-up items with an owner and a day.
//! What does not belong here: the items' own life (`follow_up`), sending the notice (`app`).
//!
//! States: `planned → held → minuted`, `cancelled` before it was held and `voided` afterwards. What was held is corrected
//! with a reason; what stood there before stays as an edition. Source: handbook of the field, clauses C1, C4
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
    /// 已作废: it was put down as held and was not, or was put down twice.
    Voided {
        /// The day it was said to be held.
        on: Date,
        /// Why.
        reason: String,
        /// Who took it back.
        by: PersonId,
        /// When.
        at: Timestamp,
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
            Self::Voided { .. } => "voided",
        }
    }

    /// Words for people.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Planned => "待召开",
            Self::Held { .. } => "待纪要",
            Self::Minuted { .. } => "已有纪要",
            Self::Cancelled { .. } => "已取消",
            Self::Voided { .. } => "已作废",
        }
    }

    /// The day it was held.
    pub fn held_on(&self) -> Option<Date> {
        match self {
            Self::Held { on } | Self::Minuted { on } | Self::Voided { on, .. } => Some(*on),
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
    /// Who put it down after the minutes; none for what stands in them.
    #[serde(default)]
    pub added: Option<Added>,
}

/// 补记: what was resolved and put down only after the minutes were in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: PersonId,
    /// Why only then.
    pub reason: String,
}

/// 消防安全委员会会议: the committee meets, whether or not a duty of the plan asks for it by name (C1).
pub const COMMITTEE: &str = "committee";
/// A kind that no duty asks for.
pub const OTHER: &str = "other";

/// The tags a meeting of a kind is counted by. The committee of the town studies and deploys its fire work: its meeting is one
/// with fire on the agenda, which C8.4 counts.
pub fn tags(kind: &str) -> Vec<String> {
    let also = (kind == COMMITTEE).then_some("meeting:deployment");
    [format!("meeting:{kind}")].into_iter().chain(also.map(str::to_owned)).collect()
}

/// What was said of a meeting that was held; what a correction says anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Kind.
    pub kind: String,
    /// Title.
    pub title: String,
    /// Where.
    pub venue: String,
    /// The day it was held.
    pub on: Date,
    /// Who came.
    pub present: BTreeSet<PersonId>,
    /// 纪要; empty while there are none.
    pub minutes: String,
}

/// What stood there before a correction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edition {
    /// What was said.
    pub said: Said,
    /// When it was corrected.
    pub at: Timestamp,
    /// Who corrected it.
    pub by: PersonId,
    /// Why.
    pub reason: String,
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
    /// What stood there before each correction, oldest first.
    #[serde(default)]
    pub editions: Vec<Edition>,
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
    /// Something is owed before it was resolved.
    #[error("“{text}”的办理时限 {due} 早于会议召开的 {on}，请核对时限")]
    DueBefore {
        /// What was resolved.
        text: String,
        /// By when.
        due: Date,
        /// The day it was held.
        on: Date,
    },
    /// Nothing to add.
    #[error("请写明要补充的议定事项")]
    NothingAdded,
    /// Cancelled, corrected or voided without a reason.
    #[error("请写明理由")]
    NoReason,
    /// A correction that says what is said already.
    #[error("内容与原记录相同，没有需要更正的，请核对")]
    Unchanged,
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
            Self::DueBefore { .. } => "meeting.due_before",
            Self::NothingAdded => "meeting.nothing_added",
            Self::NoReason => "meeting.no_reason",
            Self::Unchanged => "meeting.unchanged",
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

    /// Checks the day something it resolved is owed by.
    ///
    /// Errors: the day lies before the meeting.
    pub fn owes_by(&self, text: &str, due: Date) -> Result<(), MeetingRefusal> {
        match self.state.held_on() {
            Some(on) if due < on => Err(MeetingRefusal::DueBefore { text: text.trim().to_owned(), due, on }),
            _ => Ok(()),
        }
    }

    /// The minutes are in and something it resolved is missing: it is added, in sight, with who did it and why.
    ///
    /// Errors: there are no minutes yet; nothing to add; no reason.
    pub fn add(
        mut self,
        more: Vec<Resolution>,
        reason: &str,
        (by, at): (PersonId, Timestamp),
    ) -> Result<Self, MeetingRefusal> {
        match self.state {
            State::Minuted { .. } if more.is_empty() => Err(MeetingRefusal::NothingAdded),
            State::Minuted { .. } if reason.trim().is_empty() => Err(MeetingRefusal::NoReason),
            State::Minuted { .. } => {
                let added = Added { at, by, reason: reason.trim().to_owned() };
                let more = more.into_iter().map(|one| Resolution { added: Some(added.clone()), ..one });
                self.resolutions.extend(more);
                Ok(self)
            }
            _ => Err(MeetingRefusal::WrongState(self.state.label())),
        }
    }

    /// What is said of it now; none before it was held or once it was taken back.
    fn said(&self) -> Option<Said> {
        match self.state {
            State::Held { on } | State::Minuted { on } => Some(Said {
                kind: self.kind.clone(),
                title: self.title.clone(),
                venue: self.venue.clone(),
                on,
                present: self.present.clone(),
                minutes: self.minutes.clone(),
            }),
            State::Planned | State::Cancelled { .. } | State::Voided { .. } => None,
        }
    }

    /// What was put down of it was wrong, and this is right; what stood there stays as an edition. What it resolved has a
    /// life of its own and is not touched.
    ///
    /// Errors: it was not held; no reason; nothing else is said; no title, nobody there, a day that has not come; minutes
    /// that are written and would be empty.
    pub fn correct(
        mut self,
        said: Said,
        reason: &str,
        (by, at): (PersonId, Timestamp),
    ) -> Result<Self, MeetingRefusal> {
        let Some(before) = self.said() else {
            return Err(MeetingRefusal::WrongState(self.state.label()));
        };
        let is_minuted = matches!(self.state, State::Minuted { .. });
        if reason.trim().is_empty() {
            return Err(MeetingRefusal::NoReason);
        }
        if said.title.trim().is_empty() {
            return Err(MeetingRefusal::Empty);
        }
        if said.on > at.date() {
            return Err(MeetingRefusal::NotYet);
        }
        if said.present.is_empty() {
            return Err(MeetingRefusal::Nobody);
        }
        if is_minuted && said.minutes.trim().is_empty() {
            return Err(MeetingRefusal::NoMinutes);
        }
        // Minutes begin with `minute`, which also asks who owes what.
        let said = Said { minutes: if is_minuted { said.minutes } else { String::new() }, ..said };
        if said == before {
            return Err(MeetingRefusal::Unchanged);
        }
        self.editions.push(Edition { said: before, at, by, reason: reason.trim().to_owned() });
        let Said { kind, title, venue, on, present, minutes } = said;
        let state = if is_minuted { State::Minuted { on } } else { State::Held { on } };
        Ok(Self { kind, title, venue, present, minutes, state, ..self })
    }

    /// It was not held, or is put down twice: it counts no more.
    ///
    /// Errors: it was not put down as held; no reason.
    pub fn void(self, reason: &str, (by, at): (PersonId, Timestamp)) -> Result<Self, MeetingRefusal> {
        match self.state {
            State::Held { .. } | State::Minuted { .. } if reason.trim().is_empty() => {
                Err(MeetingRefusal::NoReason)
            }
            State::Held { on } | State::Minuted { on } => {
                let reason = reason.trim().to_owned();
                Ok(Self { state: State::Voided { on, reason, by, at }, ..self })
            }
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
            editions: Vec::new(),
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
    fn what_was_put_down_wrongly_is_corrected_with_a_reason_and_what_stood_there_stays() {
        let came = BTreeSet::from([PersonId::from("p")]);
        let (on, at) = (day("2026-09-03"), Timestamp::start_of(day("2026-09-05")));
        let by = || (PersonId::from("clerk"), at);
        let held =
            meeting().plan().and_then(|one| one.hold(on, came.clone(), day("2026-09-05"))).expect("held");
        let minuted = held.clone().minute("纪要".to_owned(), Vec::new()).expect("is written down");
        let said = minuted.said().expect("was held");
        let right = Said { on: day("2026-09-02"), ..said.clone() };
        let wrong = |said: &Said, reason: &str| {
            minuted.clone().correct(said.clone(), reason, by()).expect_err("refused")
        };
        assert_eq!(wrong(&right, " "), MeetingRefusal::NoReason);
        assert_eq!(wrong(&said, "日期有误"), MeetingRefusal::Unchanged);
        assert_eq!(wrong(&Said { on: day("2026-09-06"), ..said.clone() }, "改"), MeetingRefusal::NotYet);
        assert_eq!(wrong(&Said { present: BTreeSet::new(), ..said.clone() }, "改"), MeetingRefusal::Nobody);
        assert_eq!(wrong(&Said { minutes: " ".to_owned(), ..said.clone() }, "改"), MeetingRefusal::NoMinutes);
        let corrected = minuted.clone().correct(right.clone(), "日期有误", by()).expect("is corrected");
        assert_eq!((corrected.state.code(), corrected.state.held_on()), ("minuted", Some(day("2026-09-02"))));
        assert_eq!(
            corrected.editions.first().map(|one| (&one.said, one.reason.as_str())),
            Some((&said, "日期有误"))
        );
        // Minutes are written by writing minutes.
        let early =
            held.clone().correct(Said { minutes: "纪要".to_owned(), ..right }, "改", by()).expect("day");
        assert_eq!((early.state.code(), early.minutes.as_str()), ("held", ""));
        assert!(
            meeting().correct(said.clone(), "改", by()).is_err(),
            "what is planned is changed, not corrected"
        );

        assert_eq!(corrected.clone().void("", by()), Err(MeetingRefusal::NoReason));
        let gone = corrected.void("没有召开", by()).expect("is taken back");
        assert_eq!((gone.state.code(), gone.state.held_on()), ("voided", Some(day("2026-09-02"))));
        assert!(gone.clone().correct(said, "改", by()).is_err() && gone.void("再", by()).is_err());
        assert!(meeting().void("没有召开", by()).is_err(), "what is planned is cancelled");
        // What was recorded before there were corrections is read as it is.
        let mut old = serde_json::to_value(meeting()).expect("JSON");
        old.as_object_mut().expect("an object").remove("editions");
        assert_eq!(serde_json::from_value::<Meeting>(old).ok(), Some(meeting()));
    }

    #[test]
    fn what_the_minutes_left_out_is_added_in_sight_and_nothing_is_owed_before_it_was_resolved() {
        let came = BTreeSet::from([PersonId::from("p")]);
        let (on, at) = (day("2026-09-03"), Timestamp::start_of(day("2026-09-21")));
        let by = || (PersonId::from("clerk"), at);
        let more = || vec![Resolution { text: "补装".to_owned(), follow_up: None, added: None }];
        let held = meeting().plan().and_then(|one| one.hold(on, came, day("2026-09-05"))).expect("held");
        assert_eq!(
            held.clone().add(more(), "漏记", by()),
            Err(MeetingRefusal::WrongState("待纪要")),
            "the minutes say it first"
        );
        let minuted = held.minute("纪要".to_owned(), Vec::new()).expect("is written down");
        assert_eq!(minuted.clone().add(Vec::new(), "漏记", by()), Err(MeetingRefusal::NothingAdded));
        assert_eq!(minuted.clone().add(more(), " ", by()), Err(MeetingRefusal::NoReason));
        let whole = minuted.clone().add(more(), "漏记", by()).expect("is added");
        let added = whole.resolutions[0].added.clone().expect("in sight");
        assert_eq!((added.by.as_str(), added.at, added.reason.as_str()), ("clerk", at, "漏记"));
        assert_eq!(
            minuted.owes_by("补装", day("2026-09-02")).map_err(|told| told.code()),
            Err("meeting.due_before")
        );
        assert_eq!(
            (minuted.owes_by("补装", on), meeting().owes_by("补装", day("2020-01-01"))),
            (Ok(()), Ok(()))
        );
        // What was recorded before anything could be added is read as it is.
        let old = r#"{"text":"继续宣传","follow_up":null}"#;
        assert_eq!(serde_json::from_str::<Resolution>(old).map(|one| one.added).ok(), Some(None));
        assert_eq!(tags(COMMITTEE), ["meeting:committee", "meeting:deployment"]);
        assert_eq!(tags("risk"), ["meeting:risk"]);
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
