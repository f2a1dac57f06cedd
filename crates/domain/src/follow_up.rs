//! 督办事项: what a meeting or a report asked of a post by a day. It belongs to the post: whoever holds it owes it. What
//! does not belong here: where it came from (`meeting`, `report`).
//!
//! States: `open → done → verified`; sent back it is open again; taken back it stays on record.

use serde::{Deserialize, Serialize};

use crate::ids::{FollowUpId, PersonId, PhotoId, PostId};
use crate::time::{Date, Timestamp};

/// What asked for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// `meeting`, `report`, `drill`, `incident`, `whistle`, `sector` or `device`.
    pub kind: String,
    /// Id of the record.
    pub id: String,
}

/// Where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum State {
    /// 办理中.
    Open,
    /// 已办、待核实.
    Done {
        /// Who did it.
        by: PersonId,
        /// When.
        at: Timestamp,
    },
    /// 已核实.
    Verified {
        /// Who did it.
        done_by: PersonId,
        /// When it was done.
        done_at: Timestamp,
        /// Who looked.
        by: PersonId,
    },
    /// 已撤销.
    Void {
        /// Why.
        reason: String,
    },
}

impl State {
    /// Stable word.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done { .. } => "done",
            Self::Verified { .. } => "verified",
            Self::Void { .. } => "void",
        }
    }

    /// Words for people.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Open => "办理中",
            Self::Done { .. } => "待核实",
            Self::Verified { .. } => "已核实",
            Self::Void { .. } => "已撤销",
        }
    }
}

/// One step on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: PersonId,
    /// The state it led to.
    pub state: String,
    /// What was done, or why it was sent back or taken back.
    pub text: String,
    /// Pictures of what was done; they may come after the words.
    #[serde(default)]
    pub photos: Vec<PhotoId>,
}

/// 督办事项.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    /// Id.
    pub id: FollowUpId,
    /// What asked for it.
    pub origin: Origin,
    /// What is to be done.
    pub text: String,
    /// The post that owes it.
    pub owner: PostId,
    /// By when.
    pub due_on: Date,
    /// Where it stands.
    pub state: State,
    /// What happened to it, oldest first.
    pub notes: Vec<Note>,
}

/// Why a step is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FollowUpRefusal {
    /// The step does not fit the state.
    #[error("事项现在是“{0}”，不能这样办理，请刷新后再看")]
    WrongState(&'static str),
    /// Nothing said.
    #[error("请写明事项内容和办理时限")]
    Empty,
    /// Done without saying what.
    #[error("请写明办理情况")]
    NothingSaid,
    /// Sent or taken back without a reason.
    #[error("请写明理由")]
    NoReason,
    /// Verified by who did it.
    #[error("办理人不能核实自己办的事项，请由他人核实")]
    Own,
}

impl FollowUpRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongState(_) => "follow_up.state",
            Self::Empty => "follow_up.empty",
            Self::NothingSaid => "follow_up.nothing_said",
            Self::NoReason => "follow_up.no_reason",
            Self::Own => "follow_up.own",
        }
    }
}

impl FollowUp {
    /// Asks a post for something by a day.
    ///
    /// Errors: nothing is asked for.
    pub fn ask(
        id: FollowUpId,
        origin: Origin,
        text: &str,
        owner: PostId,
        due_on: Date,
    ) -> Result<Self, FollowUpRefusal> {
        match text.trim() {
            "" => Err(FollowUpRefusal::Empty),
            text => Ok(Self {
                id,
                origin,
                text: text.to_owned(),
                owner,
                due_on,
                state: State::Open,
                notes: Vec::new(),
            }),
        }
    }

    /// Whether it is owed and its day has passed.
    pub fn is_overdue(&self, today: Date) -> bool {
        self.state == State::Open && self.due_on < today
    }

    /// Whether its day had passed already when it was put down.
    pub fn was_asked_late(&self, asked: Date) -> bool {
        self.due_on < asked
    }

    /// Whether it was done after its day; none while it is owed.
    pub fn was_late(&self) -> Option<bool> {
        match &self.state {
            State::Done { at, .. } | State::Verified { done_at: at, .. } => Some(at.date() > self.due_on),
            State::Open | State::Void { .. } => None,
        }
    }

    fn step(mut self, state: State, by: PersonId, at: Timestamp, text: &str) -> Self {
        let text = text.trim().to_owned();
        self.notes.push(Note { at, by, state: state.code().to_owned(), text, photos: Vec::new() });
        self.state = state;
        self
    }

    /// The last step is shown by these pictures.
    pub fn showing(mut self, photos: Vec<PhotoId>) -> Self {
        if let Some(last) = self.notes.last_mut() {
            last.photos = photos;
        }
        self
    }

    fn refuse<T>(&self) -> Result<T, FollowUpRefusal> {
        Err(FollowUpRefusal::WrongState(self.state.label()))
    }

    /// It is done, and this is what was done.
    ///
    /// Errors: it is not owed; nothing is said.
    pub fn done(self, by: PersonId, at: Timestamp, text: &str) -> Result<Self, FollowUpRefusal> {
        match &self.state {
            State::Open if text.trim().is_empty() => Err(FollowUpRefusal::NothingSaid),
            State::Open => Ok(self.step(State::Done { by: by.clone(), at }, by, at, text)),
            _ => self.refuse(),
        }
    }

    /// Somebody else looked: it is done.
    ///
    /// Errors: it is not said to be done; the same person did it.
    pub fn verify(self, by: PersonId, at: Timestamp, text: &str) -> Result<Self, FollowUpRefusal> {
        match self.state.clone() {
            State::Done { by: doer, .. } if doer == by => Err(FollowUpRefusal::Own),
            State::Done { by: done_by, at: done_at } => {
                Ok(self.step(State::Verified { done_by, done_at, by: by.clone() }, by, at, text))
            }
            _ => self.refuse(),
        }
    }

    /// Somebody else looked: it is not done, and owed again.
    ///
    /// Errors: it is not said to be done; the same person did it; no reason.
    pub fn send_back(self, by: PersonId, at: Timestamp, reason: &str) -> Result<Self, FollowUpRefusal> {
        match &self.state {
            State::Done { by: doer, .. } if *doer == by => Err(FollowUpRefusal::Own),
            State::Done { .. } if reason.trim().is_empty() => Err(FollowUpRefusal::NoReason),
            State::Done { .. } => Ok(self.step(State::Open, by, at, reason)),
            _ => self.refuse(),
        }
    }

    /// What was asked for came about and shows by itself, whoever did it: nobody need look.
    ///
    /// Errors: it is not owed and not said to be done.
    pub fn shown(self, by: PersonId, at: Timestamp, text: &str) -> Result<Self, FollowUpRefusal> {
        let (done_by, done_at) = match &self.state {
            State::Open => (by.clone(), at),
            State::Done { by, at } => (by.clone(), *at),
            _ => return self.refuse(),
        };
        Ok(self.step(State::Verified { done_by, done_at, by: by.clone() }, by, at, text))
    }

    /// It is not asked for any more.
    ///
    /// Errors: it is done; no reason.
    pub fn void(self, by: PersonId, at: Timestamp, reason: &str) -> Result<Self, FollowUpRefusal> {
        match &self.state {
            State::Open if reason.trim().is_empty() => Err(FollowUpRefusal::NoReason),
            State::Open => Ok(self.step(State::Void { reason: reason.trim().to_owned() }, by, at, reason)),
            _ => self.refuse(),
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

    fn at(text: &str) -> Timestamp {
        Timestamp::start_of(day(text))
    }

    fn item() -> FollowUp {
        let origin = Origin { kind: "meeting".to_owned(), id: "m".to_owned() };
        FollowUp::ask("f".into(), origin, "核对胡豆坪村消火栓", "post".into(), day("2026-09-10"))
            .expect("asks")
    }

    #[test]
    fn an_item_is_done_by_one_and_verified_by_another() {
        assert_eq!(item().done("p".into(), at("2026-09-09"), " "), Err(FollowUpRefusal::NothingSaid));
        let done = item().done("p".into(), at("2026-09-11"), "已核对十二处").expect("is owed");
        assert_eq!(done.was_late(), Some(true));
        let shown = done.clone().showing(vec!["photo".into()]);
        assert_eq!(shown.notes.last().map(|note| note.photos.len()), Some(1));
        // What was recorded before there were pictures is read as it is.
        let old = r#"{"at":0,"by":"p","state":"done","text":"已办"}"#;
        assert_eq!(serde_json::from_str::<Note>(old).map(|note| note.photos.len()).ok(), Some(0));
        assert_eq!(done.clone().verify("p".into(), at("2026-09-12"), ""), Err(FollowUpRefusal::Own));
        assert_eq!(done.clone().send_back("q".into(), at("2026-09-12"), ""), Err(FollowUpRefusal::NoReason));
        let back = done.clone().send_back("q".into(), at("2026-09-12"), "缺两处照片").expect("is sent back");
        assert_eq!((back.state.clone(), back.was_late(), back.notes.len()), (State::Open, None, 2));
        let verified = done.verify("q".into(), at("2026-09-12"), "属实").expect("is verified");
        assert_eq!(verified.state.code(), "verified");
        assert_eq!(verified.clone().void("q".into(), at("2026-09-13"), "重复"), verified.refuse());
    }

    #[test]
    fn what_shows_by_itself_is_verified_and_keeps_who_did_it() {
        let shown = item().shown("system".into(), at("2026-09-09"), "已恢复").expect("is owed");
        assert_eq!((shown.state.code(), shown.was_late()), ("verified", Some(false)));
        assert_eq!(shown.clone().shown("system".into(), at("2026-09-10"), "已恢复"), shown.refuse());
        let done = item().done("p".into(), at("2026-09-11"), "换电池").expect("is owed");
        let shown = done.shown("system".into(), at("2026-09-12"), "已恢复").expect("is done");
        assert!(matches!(&shown.state, State::Verified { done_by, .. } if done_by.as_str() == "p"));
        assert_eq!(shown.was_late(), Some(true), "when it was done counts, not when it showed");
    }

    #[test]
    fn it_is_overdue_the_day_after_and_only_while_it_is_owed() {
        assert!(!item().is_overdue(day("2026-09-10")));
        assert!(item().is_overdue(day("2026-09-11")));
        assert!(!item().was_asked_late(day("2026-09-10")) && item().was_asked_late(day("2026-09-11")));
        let done = item().done("p".into(), at("2026-09-11"), "已办").expect("is owed");
        assert!(!done.is_overdue(day("2026-10-01")));
        let void = item().void("q".into(), at("2026-09-11"), "重复").expect("may be taken back");
        assert!(!void.is_overdue(day("2026-10-01")));
    }
}
