//! 岗位交接: one holder goes, another comes, and a sheet says what stays with the post. Drafted, signed by the giver, signed
//! by the taker, done. What does not belong here: the assignments themselves (`org`), what is on the sheet (`app`).
//!
//! Source: the field's feature F2 (a post is apart from its holder; handing over keeps open duties).

use serde::{Deserialize, Serialize};

use crate::ids::{AssignmentId, HandoverId, PersonId, PostId};
use crate::time::{Date, Timestamp};

/// Who signed, when, and for whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// The person who signed.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// Why somebody else signed; none when it was the person himself.
    pub instead: Option<String>,
}

/// Where a handover stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum State {
    /// 待移交人签字: the sheet still follows what is open.
    Drafted,
    /// 待接任人签字: the sheet is fixed.
    Given {
        /// The giver's signature.
        giver: Signature,
    },
    /// 交接完毕.
    Done {
        /// The giver's signature.
        giver: Signature,
        /// The taker's signature.
        taker: Signature,
    },
    /// 已作废: drawn up by mistake.
    Voided {
        /// Why.
        reason: String,
    },
}

impl State {
    /// Stable code, as kept and sent.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Drafted => "drafted",
            Self::Given { .. } => "given",
            Self::Done { .. } => "done",
            Self::Voided { .. } => "voided",
        }
    }

    /// The stage in Chinese.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Drafted => "待移交人签字",
            Self::Given { .. } => "待接任人签字",
            Self::Done { .. } => "交接完毕",
            Self::Voided { .. } => "已作废",
        }
    }
}

/// A handover of one post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    /// Id.
    pub id: HandoverId,
    /// Which post.
    pub post: PostId,
    /// The assignment that ends; none when the post was vacant.
    pub giver: Option<AssignmentId>,
    /// Who gives; none when the post was vacant.
    pub giver_person: Option<PersonId>,
    /// The assignment that begins.
    pub taker: AssignmentId,
    /// Who takes.
    pub taker_person: PersonId,
    /// The assignment that bridges the days between.
    pub acting: Option<AssignmentId>,
    /// The giver's last day.
    pub last_day: Option<Date>,
    /// The taker's first day.
    pub from: Date,
    /// 依据文件.
    pub basis: String,
    /// 随岗移交物品: papers, keys, seals, equipment in hand, in words.
    pub things: Vec<String>,
    /// Where it stands.
    pub state: State,
}

/// Why a step of a handover is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HandoverRefusal {
    /// The sheet is at another stage.
    #[error("交接单目前为“{stage}”，不能再{act}，请刷新页面后查看")]
    NotNow {
        /// What was tried.
        act: &'static str,
        /// The stage it is at.
        stage: &'static str,
    },
    /// Somebody else is to sign.
    #[error("这份交接单应由{who}本人签字，请换本人登录办理")]
    NotYours {
        /// Who is to.
        who: &'static str,
    },
    /// Signed for somebody without a reason.
    #[error("代移交人签字要写明理由，请填写后再签")]
    ReasonMissing,
    /// The taker signs for the giver.
    #[error("接任人不能代移交人签字，请由消安办其他人员办理")]
    OwnTaking,
    /// The new one begins before the old one's last day is over.
    #[error("接任日期要晚于离任日期 {last_day}，请核对")]
    TooEarly {
        /// The giver's last day.
        last_day: Date,
    },
    /// Giver and taker are one.
    #[error("移交人和接任人不能是同一人，请重新选择接任人")]
    SamePerson,
    /// Somebody acts although there is no day between.
    #[error("离任与接任之间没有空当，不需要代理人，请去掉代理人或改后接任日期")]
    NobodyToBridge,
}

impl HandoverRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotNow { .. } => "handover.not_now",
            Self::NotYours { .. } => "handover.not_yours",
            Self::ReasonMissing => "handover.reason_missing",
            Self::OwnTaking => "handover.own_taking",
            Self::TooEarly { .. } => "handover.too_early",
            Self::SamePerson => "handover.same_person",
            Self::NobodyToBridge => "handover.nobody_to_bridge",
        }
    }
}

impl Handover {
    /// Draws a handover up.
    ///
    /// Errors: the new one begins too early, is the old one himself, or somebody acts over no day at all.
    pub fn drafted(self) -> Result<Self, HandoverRefusal> {
        if self.giver_person.as_ref() == Some(&self.taker_person) {
            return Err(HandoverRefusal::SamePerson);
        }
        if let Some(last_day) = self.last_day
            && self.from <= last_day
        {
            return Err(HandoverRefusal::TooEarly { last_day });
        }
        let next = self.last_day.and_then(|last| last.succ_opt());
        if self.acting.is_some() && next.is_none_or(|next| next >= self.from) {
            return Err(HandoverRefusal::NobodyToBridge);
        }
        Ok(Self { state: State::Drafted, ..self })
    }

    /// Whether this person still has to sign it.
    pub fn awaits(&self, person: &PersonId) -> bool {
        match self.state {
            State::Drafted => self.giver_person.as_ref() == Some(person),
            State::Given { .. } => self.taker_person == *person,
            State::Done { .. } | State::Voided { .. } => false,
        }
    }

    /// The giver signs; from now on the sheet is fixed.
    pub fn give(self, by: &PersonId, now: Timestamp) -> Result<Self, HandoverRefusal> {
        self.at_first("签字")?;
        if self.giver_person.as_ref() != Some(by) {
            return Err(HandoverRefusal::NotYours { who: "移交人" });
        }
        let giver = Signature { by: by.clone(), at: now, instead: None };
        Ok(Self { state: State::Given { giver }, ..self })
    }

    /// Somebody of the office signs for a giver who is not there, or for a post that was vacant, and says why.
    pub fn give_instead(self, by: &PersonId, reason: &str, now: Timestamp) -> Result<Self, HandoverRefusal> {
        self.at_first("签字")?;
        if self.taker_person == *by {
            return Err(HandoverRefusal::OwnTaking);
        }
        let reason = written(reason)?;
        let giver = Signature { by: by.clone(), at: now, instead: Some(reason) };
        Ok(Self { state: State::Given { giver }, ..self })
    }

    /// The taker signs, himself.
    pub fn take(self, by: &PersonId, now: Timestamp) -> Result<Self, HandoverRefusal> {
        let State::Given { giver } = &self.state else { return Err(self.not_now("签收")) };
        if self.taker_person != *by {
            return Err(HandoverRefusal::NotYours { who: "接任人" });
        }
        let taker = Signature { by: by.clone(), at: now, instead: None };
        Ok(Self { state: State::Done { giver: giver.clone(), taker }, ..self })
    }

    /// Sets a sheet aside that was drawn up by mistake; the assignments stay as they are.
    pub fn void(self, reason: &str) -> Result<Self, HandoverRefusal> {
        if matches!(self.state, State::Done { .. } | State::Voided { .. }) {
            return Err(self.not_now("作废"));
        }
        Ok(Self { state: State::Voided { reason: written(reason)? }, ..self })
    }

    fn at_first(&self, act: &'static str) -> Result<(), HandoverRefusal> {
        if self.state == State::Drafted { Ok(()) } else { Err(self.not_now(act)) }
    }

    fn not_now(&self, act: &'static str) -> HandoverRefusal {
        HandoverRefusal::NotNow { act, stage: self.state.label() }
    }
}

fn written(reason: &str) -> Result<String, HandoverRefusal> {
    let reason = reason.trim();
    if reason.is_empty() { Err(HandoverRefusal::ReasonMissing) } else { Ok(reason.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_date;

    const NOW: Timestamp = Timestamp(1_790_000_000_000);

    fn day(text: &str) -> Date {
        parse_date(text).expect("a date written in a test exists")
    }

    fn sheet() -> Handover {
        Handover {
            id: "h".into(),
            post: "secretary".into(),
            giver: Some("a-old".into()),
            giver_person: Some("old".into()),
            taker: "a-new".into(),
            taker_person: "new".into(),
            acting: None,
            last_day: Some(day("2026-06-30")),
            from: day("2026-07-01"),
            basis: String::new(),
            things: Vec::new(),
            state: State::Drafted,
        }
    }

    #[test]
    fn both_sign_under_their_own_names_one_after_the_other() {
        let early = sheet().take(&"new".into(), NOW);
        assert_eq!(early.expect_err("not yet").code(), "handover.not_now");
        assert_eq!(sheet().give(&"new".into(), NOW).expect_err("not his").code(), "handover.not_yours");
        assert!(sheet().awaits(&"old".into()) && !sheet().awaits(&"new".into()));
        let given = sheet().give(&"old".into(), NOW).expect("signs");
        assert!(given.awaits(&"new".into()) && !given.awaits(&"old".into()));
        let twice = given.clone().give(&"old".into(), NOW).expect_err("signed");
        assert_eq!(twice.code(), "handover.not_now");
        assert_eq!(given.clone().take(&"old".into(), NOW).expect_err("not his").code(), "handover.not_yours");
        let done = given.take(&"new".into(), NOW).expect("signs");
        assert_eq!(done.state.code(), "done");
        assert_eq!(done.void("写错").expect_err("done").code(), "handover.not_now");
    }

    #[test]
    fn the_office_signs_for_who_is_absent_with_a_reason_and_never_for_itself() {
        let outcome = |by: &str, reason: &str| sheet().give_instead(&by.into(), reason, NOW);
        assert_eq!(outcome("clerk", " ").expect_err("why").code(), "handover.reason_missing");
        assert_eq!(outcome("new", "他已调走").expect_err("himself").code(), "handover.own_taking");
        let State::Given { giver } = outcome("clerk", "已调离，无法到场").expect("signs").state
        else {
            panic!("given")
        };
        assert_eq!((giver.by.as_str(), giver.instead.as_deref()), ("clerk", Some("已调离，无法到场")));
    }

    #[test]
    fn days_that_make_no_sense_are_refused() {
        let with = |change: &dyn Fn(&mut Handover)| {
            let mut one = sheet();
            change(&mut one);
            one.drafted().map_err(|refusal| refusal.code()).err()
        };
        assert_eq!(with(&|_| {}), None);
        assert_eq!(with(&|one| one.from = day("2026-06-30")), Some("handover.too_early"));
        assert_eq!(with(&|one| one.taker_person = "old".into()), Some("handover.same_person"));
        assert_eq!(with(&|one| one.acting = Some("a".into())), Some("handover.nobody_to_bridge"));
        let bridged = |one: &mut Handover| {
            one.acting = Some("a".into());
            one.from = day("2026-07-10");
        };
        assert_eq!(with(&bridged), None);
        let codes: std::collections::BTreeSet<_> = [
            State::Drafted.code(),
            sheet().void("写错").expect("voids").state.code(),
            sheet().give(&"old".into(), NOW).expect("signs").state.code(),
        ]
        .into();
        assert_eq!(codes.len(), 3);
    }
}
