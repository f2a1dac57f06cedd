//! 导出申请: a ledger that names many people is taken out once somebody else has agreed. What does not belong here: how
//! many persons are many, and how often one may (`parameter`), or writing the file.
//!
//! Source: limits on bulk personal data of the reliability design (AB17): more than 200 persons need a second approver.

use serde::{Deserialize, Serialize};

use crate::ids::AccountId;
use crate::time::{HOUR_MS, Timestamp};

/// What somebody wants to take out, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// Id.
    pub id: String,
    /// Who asks.
    pub asker: AccountId,
    /// His name on that day.
    pub asker_name: String,
    /// Which rows: the query of the register as JSON.
    pub query: String,
    /// Form of the file: `xlsx`, `csv`, `geojson`.
    pub format: String,
    /// Rows it would have had when asked for.
    pub rows: u32,
    /// Persons it would have named when asked for: no more are taken out.
    pub persons: u32,
    /// What it is for.
    pub reason: String,
    /// When he asked.
    pub asked_at: Timestamp,
    /// What somebody else decided.
    pub decision: Option<Decision>,
    /// When it was taken out.
    pub taken_at: Option<Timestamp>,
}

/// A yes or a no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Who decided.
    pub by: AccountId,
    /// His name on that day.
    pub by_name: String,
    /// Whether it may be taken out.
    pub approved: bool,
    /// What he says to it.
    pub note: String,
    /// When.
    pub at: Timestamp,
}

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// 待批.
    Asked,
    /// 已批准.
    Approved,
    /// 未批准.
    Refused,
    /// 已导出.
    Taken,
    /// 已过期: approved, and not taken out in time.
    Expired,
}

impl Stage {
    /// Every one, in the order of a request's life.
    pub const ALL: [Self; 5] = [Self::Asked, Self::Approved, Self::Refused, Self::Taken, Self::Expired];

    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Taken => "taken",
            Self::Expired => "expired",
        }
    }

    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Asked => "待批",
            Self::Approved => "已批准",
            Self::Refused => "未批准",
            Self::Taken => "已导出",
            Self::Expired => "已过期",
        }
    }
}

/// Why a step is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExportRefusal {
    /// Nothing says what it is for.
    #[error("请写明导出用途，2 到 200 个字")]
    NoReason,
    /// Somebody decides about what he asked for himself.
    #[error("自己的导出申请须由另一人批准，请联系消防工作站负责人或分管领导")]
    Own,
    /// A no without a word.
    #[error("不批准请写明理由")]
    NoNote,
    /// Decided before.
    #[error("这份导出申请已经办理，请刷新查看")]
    Decided,
    /// Nobody agreed yet, or somebody did not.
    #[error("这份导出申请尚未批准，请等批准后再导出")]
    NotApproved,
    /// Taken out before.
    #[error("这份台账已经导出过，需要再导请重新申请")]
    Taken,
    /// The yes is too old.
    #[error("批准已超过 {hours} 小时，请重新申请")]
    Expired {
        /// How long a yes holds.
        hours: u32,
    },
    /// More people than somebody agreed to.
    #[error("批准的是 {approved} 人，现在名单有 {now} 人，请重新申请")]
    Grown {
        /// Agreed to.
        approved: u32,
        /// Today.
        now: u32,
    },
}

impl ExportRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoReason => "export.reason_needed",
            Self::Own => "export.own",
            Self::NoNote => "export.note",
            Self::Decided => "export.decided",
            Self::NotApproved => "export.not_approved",
            Self::Taken => "export.taken",
            Self::Expired { .. } => "export.expired",
            Self::Grown { .. } => "export.grown",
        }
    }
}

impl Export {
    /// Asks.
    ///
    /// Errors: no reason of 2 to 200 letters.
    pub fn ask(self) -> Result<Self, ExportRefusal> {
        match (2..=200).contains(&self.reason.trim().chars().count()) {
            true => Ok(self),
            false => Err(ExportRefusal::NoReason),
        }
    }

    /// Where it stands now, when a yes holds for `hours`.
    pub fn stage(&self, now: Timestamp, hours: u32) -> Stage {
        match (&self.decision, self.taken_at) {
            (_, Some(_)) => Stage::Taken,
            (None, None) => Stage::Asked,
            (Some(decision), None) if !decision.approved => Stage::Refused,
            (Some(decision), None) if now.0 - decision.at.0 > i64::from(hours) * HOUR_MS => Stage::Expired,
            (Some(_), None) => Stage::Approved,
        }
    }

    /// Somebody else says yes or no.
    ///
    /// Errors: his own request, decided before, a no without a word.
    pub fn decide(mut self, decision: Decision) -> Result<Self, ExportRefusal> {
        if self.decision.is_some() {
            return Err(ExportRefusal::Decided);
        }
        if decision.by == self.asker {
            return Err(ExportRefusal::Own);
        }
        if !decision.approved && decision.note.trim().is_empty() {
            return Err(ExportRefusal::NoNote);
        }
        self.decision = Some(decision);
        Ok(self)
    }

    /// It is taken out, once, naming `persons` today.
    ///
    /// Errors: not approved, too late, taken before, more persons than agreed to.
    pub fn take(mut self, persons: u32, now: Timestamp, hours: u32) -> Result<Self, ExportRefusal> {
        match self.stage(now, hours) {
            Stage::Asked | Stage::Refused => Err(ExportRefusal::NotApproved),
            Stage::Taken => Err(ExportRefusal::Taken),
            Stage::Expired => Err(ExportRefusal::Expired { hours }),
            Stage::Approved if persons > self.persons => {
                Err(ExportRefusal::Grown { approved: self.persons, now: persons })
            }
            Stage::Approved => {
                self.taken_at = Some(now);
                Ok(self)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Timestamp = Timestamp(1_790_000_000_000);

    fn asked(reason: &str) -> Export {
        Export {
            id: "x".to_owned(),
            asker: "clerk".into(),
            asker_name: "周文书".to_owned(),
            query: "{}".to_owned(),
            format: "csv".to_owned(),
            rows: 220,
            persons: 210,
            reason: reason.to_owned(),
            asked_at: ASKED,
            decision: None,
            taken_at: None,
        }
    }

    fn word(by: &str, approved: bool, note: &str) -> Decision {
        Decision { by: by.into(), by_name: by.to_owned(), approved, note: note.to_owned(), at: ASKED }
    }

    #[test]
    fn nobody_agrees_to_his_own_request_and_a_no_says_why() {
        assert_eq!(asked(" 发 ").ask(), Err(ExportRefusal::NoReason));
        let one = asked("发停水通知").ask().expect("it says what for");
        assert_eq!(one.clone().decide(word("clerk", true, "")), Err(ExportRefusal::Own));
        assert_eq!(one.clone().decide(word("head", false, " ")), Err(ExportRefusal::NoNote));
        let no = one.clone().decide(word("head", false, "不必")).expect("a no with a word");
        assert_eq!(no.stage(ASKED, 24), Stage::Refused);
        assert_eq!(no.clone().decide(word("leader", true, "")), Err(ExportRefusal::Decided));
        assert_eq!(no.take(1, ASKED, 24), Err(ExportRefusal::NotApproved));
        assert_eq!(one.take(1, ASKED, 24), Err(ExportRefusal::NotApproved));
    }

    #[test]
    fn a_yes_holds_for_its_hours_for_so_many_persons_and_once() {
        let yes = asked("发停水通知").decide(word("head", true, "")).expect("somebody else");
        let later = |hours: i64| Timestamp(ASKED.0 + hours * HOUR_MS);
        assert_eq!(yes.stage(later(24), 24), Stage::Approved);
        assert_eq!(
            yes.clone().take(210, Timestamp(later(24).0 + 1), 24),
            Err(ExportRefusal::Expired { hours: 24 })
        );
        assert_eq!(
            yes.clone().take(211, later(1), 24),
            Err(ExportRefusal::Grown { approved: 210, now: 211 })
        );
        let taken = yes.take(209, later(1), 24).expect("in time, fewer than agreed to");
        assert_eq!(taken.stage(later(100), 24), Stage::Taken, "taken stays taken");
        assert_eq!(taken.take(1, later(2), 24), Err(ExportRefusal::Taken));
    }
}
