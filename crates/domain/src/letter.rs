//! 责任书: what the holder of a post signs for, from one day to another. It ends by itself when he leaves the post, and is
//! then to be signed again by whoever follows. What does not belong here: who holds a post (`org`), what the figures make
//! of it (`fulfilment`).
//!
//! Source: the plan's clause 8 (first, main and other responsible persons); handbook DT13, C8.1–3, C8.8–9.

use serde::{Deserialize, Serialize};

use crate::fulfilment::Span;
use crate::ids::{AssignmentId, LetterId, OrgId, PersonId, PhotoId, PostId};
use crate::org::{Assignment, Role};
use crate::time::Date;

/// What is to be signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// 文号 or number; empty where it has none.
    pub number: String,
    /// Day of the signatures.
    pub signed_on: Date,
    /// First day it holds.
    pub from: Date,
    /// Last day it holds.
    pub until: Date,
    /// With whom, as 镇人民政府.
    pub counterpart: String,
    /// Duties of the plan, by id.
    pub duties: Vec<String>,
    /// Indicators, one line each.
    pub indicators: Vec<String>,
    /// Pictures of the signed paper.
    pub photos: Vec<PhotoId>,
    /// Scans and the like, by id.
    pub files: Vec<String>,
}

/// 责任书.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Id.
    pub id: LetterId,
    /// The post it binds.
    pub post: PostId,
    /// What its holder is.
    pub role: Role,
    /// Of which organisation.
    pub org: OrgId,
    /// Where, as a territory path.
    pub path: String,
    /// Who signed.
    pub signer: PersonId,
    /// By which assignment he held the post.
    pub assignment: AssignmentId,
    /// What was signed.
    pub terms: Terms,
}

/// How a letter stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// 未生效.
    Ahead,
    /// 有效.
    InForce,
    /// 须重签: the signer has left the post before it ran out.
    ToResign,
    /// 已到期.
    Over,
    /// 已作废.
    Void,
}

impl Standing {
    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ahead => "ahead",
            Self::InForce => "in_force",
            Self::ToResign => "to_resign",
            Self::Over => "over",
            Self::Void => "void",
        }
    }

    /// The word people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Ahead => "未生效",
            Self::InForce => "有效",
            Self::ToResign => "须重签",
            Self::Over => "已到期",
            Self::Void => "已作废",
        }
    }
}

impl Letter {
    /// Signs for a post; `held` is how the signer holds it.
    ///
    /// Errors: he does not hold it on the day of the signatures; the days make no sense.
    pub fn sign(
        id: LetterId,
        post: &PostId,
        held: Option<&Assignment>,
        terms: Terms,
        today: Date,
    ) -> Result<Self, LetterRefusal> {
        if terms.signed_on > today {
            return Err(LetterRefusal::InFuture);
        }
        if terms.until < terms.from {
            return Err(LetterRefusal::Backwards);
        }
        if terms.duties.is_empty() && terms.indicators.iter().all(|line| line.trim().is_empty()) {
            return Err(LetterRefusal::Empty);
        }
        let held = held.filter(|held| held.post == *post && held.is_valid_on(terms.signed_on));
        let held = held.ok_or(LetterRefusal::NotHolder)?;
        Ok(Self {
            id,
            post: post.clone(),
            role: held.role,
            org: held.org.clone(),
            path: held.path.clone(),
            signer: held.person.clone(),
            assignment: held.id.clone(),
            terms,
        })
    }

    /// The days it binds: its term, as long as the signer is on the post. `left_on` is his last day there.
    pub fn in_force(&self, left_on: Option<Date>) -> Option<Span> {
        let to = left_on.map_or(self.terms.until, |left| left.min(self.terms.until));
        (self.terms.from <= to).then_some(Span::between(self.terms.from, to))
    }

    /// How it stands on a day.
    pub fn standing(&self, left_on: Option<Date>, is_void: bool, on: Date) -> Standing {
        match () {
            () if is_void => Standing::Void,
            () if on > self.terms.until => Standing::Over,
            () if left_on.is_some_and(|left| left < on) => Standing::ToResign,
            () if on < self.terms.from => Standing::Ahead,
            () => Standing::InForce,
        }
    }
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LetterRefusal {
    /// Signed later than today.
    #[error("签订日期不能晚于今天，请核对日期")]
    InFuture,
    /// Its last day lies before the first.
    #[error("责任期止日早于起日，请调整先后")]
    Backwards,
    /// Neither duties nor indicators.
    #[error("责任书须写明责任或指标，请至少选一项责任或写一条指标")]
    Empty,
    /// The signer does not hold the post that day.
    #[error("签订人在签订当日不在这个岗位上，请核对签订日期或改由在任者签订")]
    NotHolder,
    /// Voided before.
    #[error("这份责任书已经作废，请刷新查看")]
    Voided,
    /// No reason.
    #[error("请写明作废的理由")]
    NoReason,
    /// A duty that is not in the plan.
    #[error("方案中没有责任“{0}”，请从列表中选择")]
    UnknownDuty(String),
}

impl LetterRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InFuture => "letter.in_future",
            Self::Backwards => "letter.backwards",
            Self::Empty => "letter.empty",
            Self::NotHolder => "letter.not_holder",
            Self::Voided => "letter.voided",
            Self::NoReason => "letter.no_reason",
            Self::UnknownDuty(_) => "letter.unknown_duty",
        }
    }

    /// The field of a form it is about, where it is about one.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::InFuture => Some("signed_on"),
            Self::Backwards => Some("until"),
            Self::Empty | Self::UnknownDuty(_) => Some("duties"),
            Self::NotHolder => Some("signer"),
            Self::NoReason => Some("reason"),
            Self::Voided => None,
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

    fn held(to: Option<&str>) -> Assignment {
        Assignment {
            away: Vec::new(),
            id: "a".into(),
            person: "p".into(),
            post: "post".into(),
            role: Role::VillageSecretary,
            org: "v".into(),
            territory: "v".into(),
            path: "t/v".into(),
            place: None,
            acting: false,
            from: day("2026-01-10"),
            to: to.map(day),
            basis: String::new(),
        }
    }

    fn terms(signed: &str) -> Terms {
        Terms {
            number: String::new(),
            signed_on: day(signed),
            from: day("2026-02-01"),
            until: day("2026-12-31"),
            counterpart: "镇人民政府".into(),
            duties: vec!["C8.8".into()],
            indicators: Vec::new(),
            photos: Vec::new(),
            files: Vec::new(),
        }
    }

    fn sign(held: Option<&Assignment>, terms: Terms) -> Result<Letter, LetterRefusal> {
        Letter::sign("l".into(), &"post".into(), held, terms, day("2026-09-01"))
    }

    #[test]
    fn only_who_holds_the_post_on_the_day_signs() {
        let (now, other) = (held(None), Assignment { post: "other".into(), ..held(None) });
        assert!(sign(Some(&now), terms("2026-01-10")).is_ok());
        for (who, signed) in [(None, "2026-03-01"), (Some(&other), "2026-03-01"), (Some(&now), "2026-01-09")]
        {
            assert_eq!(sign(who, terms(signed)), Err(LetterRefusal::NotHolder), "{signed}");
        }
        let gone = held(Some("2026-01-31"));
        assert_eq!(sign(Some(&gone), terms("2026-02-01")), Err(LetterRefusal::NotHolder));
        assert_eq!(sign(Some(&now), terms("2026-09-02")), Err(LetterRefusal::InFuture));
        let empty = Terms { duties: Vec::new(), indicators: vec![" ".into()], ..terms("2026-01-10") };
        assert_eq!(sign(Some(&now), empty), Err(LetterRefusal::Empty));
        let backwards = Terms { until: day("2026-01-31"), ..terms("2026-01-10") };
        assert_eq!(sign(Some(&now), backwards), Err(LetterRefusal::Backwards));
    }

    #[test]
    fn it_ends_by_itself_when_the_holder_leaves() {
        let letter = sign(Some(&held(None)), terms("2026-01-10")).expect("signed");
        let on = |left: Option<&str>, today: &str| letter.standing(left.map(day), false, day(today));
        assert_eq!(on(None, "2026-01-31"), Standing::Ahead);
        assert_eq!(on(None, "2026-02-01"), Standing::InForce);
        assert_eq!(on(None, "2026-12-31"), Standing::InForce);
        assert_eq!(on(None, "2027-01-01"), Standing::Over);
        assert_eq!(on(Some("2026-06-30"), "2026-06-30"), Standing::InForce, "his last day");
        assert_eq!(on(Some("2026-06-30"), "2026-07-01"), Standing::ToResign);
        assert_eq!(letter.standing(None, true, day("2026-03-01")), Standing::Void);
        let days = |left: &str| letter.in_force(Some(day(left)));
        assert_eq!(days("2026-06-30"), Some(Span::between(day("2026-02-01"), day("2026-06-30"))));
        assert_eq!(days("2027-06-30"), Some(Span::between(day("2026-02-01"), day("2026-12-31"))));
        assert_eq!(days("2026-01-20"), None, "left before it began");
    }
}
