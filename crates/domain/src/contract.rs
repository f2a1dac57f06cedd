//! 购买服务: a contract with a provider for a territory and a time, what it owes by which day, handed in by one and
//! accepted by another. Somebody of a provider sees only what its contracts in force cover. What does not belong here: the
//! provider itself (`org`), the money of the town's budget (`budget`).
//!
//! Source: handbook of the field, clauses C3.7 and C16.7, role `third_party`.

use serde::{Deserialize, Serialize};

use crate::ids::{ContractId, OrgId, PersonId};
use crate::org::{Assignment, Role, lies_in};
use crate::time::{Date, Timestamp};

/// Where a contract stands, apart from the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum State {
    /// 已签订.
    Signed,
    /// 提前终止.
    Ended {
        /// Its last day.
        on: Date,
        /// Why.
        reason: String,
    },
    /// 作废: it was never one.
    Void {
        /// When it was voided.
        at: Timestamp,
        /// Why.
        reason: String,
    },
}

impl State {
    /// Stable word.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::Ended { .. } => "ended",
            Self::Void { .. } => "void",
        }
    }
}

/// Where a contract stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// 未开始.
    Coming,
    /// 履行中.
    Running,
    /// 已到期.
    Over,
    /// 已终止.
    Ended,
    /// 已作废.
    Void,
}

impl Standing {
    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Coming => "coming",
            Self::Running => "running",
            Self::Over => "over",
            Self::Ended => "ended",
            Self::Void => "void",
        }
    }

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Coming => "未开始",
            Self::Running => "履行中",
            Self::Over => "已到期",
            Self::Ended => "已终止",
            Self::Void => "已作废",
        }
    }
}

/// Where one thing owed stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// 待交付.
    Owed,
    /// 待验收.
    Delivered,
    /// 已验收.
    Accepted,
    /// 验收不通过, owed again.
    Refused,
}

impl Progress {
    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Owed => "owed",
            Self::Delivered => "delivered",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
        }
    }

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Owed => "待交付",
            Self::Delivered => "待验收",
            Self::Accepted => "验收合格",
            Self::Refused => "验收不合格",
        }
    }
}

/// One step of something owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: PersonId,
    /// What it came to.
    pub progress: Progress,
    /// What was handed in, what was looked at and accepted, or why it was refused.
    pub text: String,
    /// Files that came with it.
    pub files: Vec<String>,
}

/// 交付物.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deliverable {
    /// What.
    pub what: String,
    /// By when.
    pub due_on: Date,
    /// What happened to it, oldest first.
    pub notes: Vec<Note>,
}

impl Deliverable {
    /// Something owed by a day.
    pub fn owed(what: &str, due_on: Date) -> Self {
        Self { what: what.trim().to_owned(), due_on, notes: Vec::new() }
    }

    /// Where it stands.
    pub fn progress(&self) -> Progress {
        self.notes.last().map_or(Progress::Owed, |note| note.progress)
    }

    /// The day it was handed in so that it could be accepted; none while it is owed.
    pub fn delivered_on(&self) -> Option<Date> {
        let is_in = matches!(self.progress(), Progress::Delivered | Progress::Accepted);
        let last = self.notes.iter().rfind(|note| note.progress == Progress::Delivered);
        last.filter(|_| is_in).map(|note| note.at.date())
    }

    /// Whether it is still owed after its day.
    pub fn is_overdue(&self, today: Date) -> bool {
        matches!(self.progress(), Progress::Owed | Progress::Refused) && self.due_on < today
    }
}

/// 合同.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contract {
    /// Id.
    pub id: ContractId,
    /// Kind, as the plan's duties ask for it: what stands behind `contract:`.
    pub kind: String,
    /// Title.
    pub title: String,
    /// 合同编号 as printed; may be empty.
    pub number: String,
    /// Who serves.
    pub provider: OrgId,
    /// Path of the territory it is for.
    pub path: String,
    /// What is bought.
    pub what: String,
    /// Units: fen.
    pub amount_fen: i64,
    /// The day it was signed.
    pub signed_on: Date,
    /// First day.
    pub from: Date,
    /// Last day, as signed.
    pub until: Date,
    /// What it owes.
    pub deliverables: Vec<Deliverable>,
    /// The contract itself, as files.
    pub files: Vec<String>,
    /// Where it stands.
    pub state: State,
}

/// Why a step is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContractRefusal {
    /// No title, nothing bought.
    #[error("请写明合同名称和服务内容")]
    Empty,
    /// The end lies before the beginning.
    #[error("合同止期 {until} 早于起期 {from}，请核对")]
    Backwards {
        /// First day.
        from: Date,
        /// Last day.
        until: Date,
    },
    /// Signed on a day that has not come.
    #[error("签订日期不能晚于今天，请核对")]
    NotYet,
    /// Money below nothing.
    #[error("合同金额不能为负，请核对")]
    Negative,
    /// Something owed outside of the contract's days, or unnamed.
    #[error("交付物“{0}”没有名称，或时限不在合同起止之内，请核对")]
    Deliverable(String),
    /// There is no such deliverable.
    #[error("合同里没有这项交付物，请刷新后再看")]
    NoDeliverable,
    /// The step does not fit.
    #[error("现在是“{0}”，不能这样办理，请刷新后再看")]
    WrongState(&'static str),
    /// Nothing said about what was handed in.
    #[error("请写明交付了什么")]
    NothingSaid,
    /// Accepted without saying what was looked at.
    #[error("请写明验收了什么、怎样验收的，再点验收合格")]
    NothingSeen,
    /// No reason.
    #[error("请写明理由")]
    NoReason,
    /// It ran out already.
    #[error("合同已于 {0} 到期，不用提前终止；录错的请办理作废")]
    Over(Date),
    /// Accepted by who handed it in.
    #[error("交付人不能验收自己交付的成果，请由他人验收")]
    Own,
    /// Ended on a day outside of it.
    #[error("终止日期应在合同起止之内，请核对")]
    EndOutside,
}

impl ContractRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "contract.empty",
            Self::Backwards { .. } => "contract.backwards",
            Self::NotYet => "contract.not_yet",
            Self::Negative => "contract.negative",
            Self::Deliverable(_) => "contract.deliverable",
            Self::NoDeliverable => "contract.no_deliverable",
            Self::WrongState(_) => "contract.state",
            Self::NothingSaid => "contract.nothing_said",
            Self::NothingSeen => "contract.nothing_seen",
            Self::NoReason => "contract.no_reason",
            Self::Over(_) => "contract.over",
            Self::Own => "contract.own",
            Self::EndOutside => "contract.end_outside",
        }
    }
}

impl Contract {
    /// Checks a contract that was signed.
    ///
    /// Errors: unnamed, backwards in time, signed in the future, less than no money, something owed outside of its days.
    pub fn sign(self, today: Date) -> Result<Self, ContractRefusal> {
        if self.title.trim().is_empty() || self.what.trim().is_empty() {
            return Err(ContractRefusal::Empty);
        }
        if self.until < self.from {
            return Err(ContractRefusal::Backwards { from: self.from, until: self.until });
        }
        if self.signed_on > today {
            return Err(ContractRefusal::NotYet);
        }
        if self.amount_fen < 0 {
            return Err(ContractRefusal::Negative);
        }
        let is_off =
            |one: &&Deliverable| one.what.is_empty() || one.due_on < self.from || one.due_on > self.until;
        match self.deliverables.iter().find(is_off) {
            Some(one) => Err(ContractRefusal::Deliverable(one.what.clone())),
            None => Ok(Self { state: State::Signed, ..self }),
        }
    }

    /// Its last day.
    pub fn last_day(&self) -> Date {
        match &self.state {
            State::Ended { on, .. } => *on,
            State::Signed | State::Void { .. } => self.until,
        }
    }

    /// Where it stands on a day.
    pub fn standing(&self, today: Date) -> Standing {
        match &self.state {
            State::Void { .. } => Standing::Void,
            State::Ended { on, .. } if *on < today => Standing::Ended,
            _ if today < self.from => Standing::Coming,
            _ if self.until < today => Standing::Over,
            State::Signed | State::Ended { .. } => Standing::Running,
        }
    }

    fn note(mut self, no: usize, note: Note) -> Result<Self, ContractRefusal> {
        let one = self.deliverables.get_mut(no).ok_or(ContractRefusal::NoDeliverable)?;
        one.notes.push(note);
        Ok(self)
    }

    fn progress(&self, no: usize) -> Result<Progress, ContractRefusal> {
        if let State::Void { .. } = self.state {
            return Err(ContractRefusal::WrongState(Standing::Void.label()));
        }
        self.deliverables.get(no).map(Deliverable::progress).ok_or(ContractRefusal::NoDeliverable)
    }

    /// What is owed is handed in.
    ///
    /// Errors: it is not owed; nothing is said.
    pub fn deliver(
        self,
        no: usize,
        by: PersonId,
        at: Timestamp,
        text: &str,
        files: Vec<String>,
    ) -> Result<Self, ContractRefusal> {
        match self.progress(no)? {
            Progress::Owed | Progress::Refused if text.trim().is_empty() => Err(ContractRefusal::NothingSaid),
            Progress::Owed | Progress::Refused => {
                let text = text.trim().to_owned();
                self.note(no, Note { at, by, progress: Progress::Delivered, text, files })
            }
            other => Err(ContractRefusal::WrongState(other.label())),
        }
    }

    /// Somebody else looked: it is what was bought, or it is not and owed again.
    ///
    /// Errors: nothing was handed in; the same person handed it in; nothing said of what was looked at; refused without a
    /// reason.
    pub fn judge(
        self,
        no: usize,
        (by, at): (PersonId, Timestamp),
        accept: bool,
        text: &str,
        files: Vec<String>,
    ) -> Result<Self, ContractRefusal> {
        match self.progress(no)? {
            Progress::Delivered => {}
            other => return Err(ContractRefusal::WrongState(other.label())),
        }
        let handed = self.deliverables.get(no).and_then(|one| one.notes.last());
        if handed.is_some_and(|note| note.by == by) {
            return Err(ContractRefusal::Own);
        }
        if text.trim().is_empty() {
            return Err(if accept { ContractRefusal::NothingSeen } else { ContractRefusal::NoReason });
        }
        let progress = if accept { Progress::Accepted } else { Progress::Refused };
        self.note(no, Note { at, by, progress, text: text.trim().to_owned(), files })
    }

    /// It ends before its time.
    ///
    /// Errors: it ran out, is ended or void; the day lies outside of it; no reason.
    pub fn end(self, on: Date, reason: &str, today: Date) -> Result<Self, ContractRefusal> {
        match self.state {
            State::Signed if self.until < today => Err(ContractRefusal::Over(self.until)),
            State::Signed if reason.trim().is_empty() => Err(ContractRefusal::NoReason),
            State::Signed if on < self.from || on > self.until => Err(ContractRefusal::EndOutside),
            State::Signed => {
                Ok(Self { state: State::Ended { on, reason: reason.trim().to_owned() }, ..self })
            }
            State::Ended { .. } => Err(ContractRefusal::WrongState(Standing::Ended.label())),
            State::Void { .. } => Err(ContractRefusal::WrongState(Standing::Void.label())),
        }
    }

    /// It was never one.
    ///
    /// Errors: it is void; no reason.
    pub fn void(self, at: Timestamp, reason: &str) -> Result<Self, ContractRefusal> {
        match self.state {
            State::Void { .. } => Err(ContractRefusal::WrongState(Standing::Void.label())),
            _ if reason.trim().is_empty() => Err(ContractRefusal::NoReason),
            _ => Ok(Self { state: State::Void { at, reason: reason.trim().to_owned() }, ..self }),
        }
    }
}

/// What an assignment comes to on a day: somebody of a provider wears it only where and while a contract with that provider
/// runs; anybody else's stays as it is.
pub fn covered(hat: Assignment, contracts: &[Contract], day: Date) -> Vec<Assignment> {
    if hat.role != Role::ThirdParty {
        return vec![hat];
    }
    let running =
        contracts.iter().filter(|one| one.provider == hat.org && one.standing(day) == Standing::Running);
    running
        .filter_map(|one| {
            // The smaller of the two territories; none where neither lies in the other.
            let path = match () {
                () if lies_in(&one.path, &hat.path) => &one.path,
                () if lies_in(&hat.path, &one.path) => &hat.path,
                () => return None,
            };
            Some(Assignment { path: path.clone(), ..hat.clone() })
        })
        .collect()
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

    fn contract() -> Contract {
        Contract {
            id: "c".into(),
            kind: "third_party".to_owned(),
            title: "老街消防安全评估".to_owned(),
            number: String::new(),
            provider: "safety-co".into(),
            path: "t/v1".to_owned(),
            what: "评估沿街商铺四十六家".to_owned(),
            amount_fen: 4_600_000,
            signed_on: day("2026-02-20"),
            from: day("2026-03-01"),
            until: day("2026-08-31"),
            deliverables: vec![Deliverable::owed("评估报告", day("2026-06-30"))],
            files: Vec::new(),
            state: State::Signed,
        }
    }

    fn hat(role: Role, path: &str) -> Assignment {
        Assignment {
            away: Vec::new(),
            id: "a".into(),
            person: "p".into(),
            post: "post".into(),
            role,
            org: "safety-co".into(),
            territory: path.into(),
            path: path.to_owned(),
            place: None,
            acting: false,
            from: day("2026-01-01"),
            to: None,
            basis: String::new(),
        }
    }

    #[test]
    fn a_contract_that_makes_no_sense_is_refused_with_its_reason() {
        let signed = day("2026-02-20");
        for (wrong, code) in [
            (Contract { what: " ".to_owned(), ..contract() }, "contract.empty"),
            (Contract { until: day("2026-02-01"), ..contract() }, "contract.backwards"),
            (Contract { signed_on: day("2026-02-21"), ..contract() }, "contract.not_yet"),
            (Contract { amount_fen: -1, ..contract() }, "contract.negative"),
            (
                Contract { deliverables: vec![Deliverable::owed("报告", day("2026-09-01"))], ..contract() },
                "contract.deliverable",
            ),
        ] {
            assert_eq!(wrong.sign(signed).map_err(|refusal| refusal.code()), Err(code));
        }
        assert!(contract().sign(signed).is_ok());
    }

    #[test]
    fn what_is_handed_in_is_accepted_by_another_or_owed_again() {
        let c = contract();
        assert!(c.deliverables.iter().all(|one| one.is_overdue(day("2026-07-01"))));
        assert_eq!(
            c.clone().judge(0, ("q".into(), at("2026-06-01")), true, "", Vec::new()),
            Err(ContractRefusal::WrongState("待交付"))
        );
        let given =
            c.deliver(0, "p".into(), at("2026-06-29"), "报告一份", vec!["f".to_owned()]).expect("owed");
        assert_eq!(
            given.clone().judge(0, ("p".into(), at("2026-06-30")), true, "", Vec::new()),
            Err(ContractRefusal::Own)
        );
        assert_eq!(
            given.clone().judge(0, ("q".into(), at("2026-06-30")), false, " ", Vec::new()),
            Err(ContractRefusal::NoReason)
        );
        let back = given
            .clone()
            .judge(0, ("q".into(), at("2026-07-02")), false, "缺照片", Vec::new())
            .expect("is judged");
        assert!(back.deliverables.iter().all(|one| one.is_overdue(day("2026-07-03"))), "it is owed again");
        let again =
            back.deliver(0, "p".into(), at("2026-07-05"), "补齐照片", Vec::new()).expect("owed again");
        assert_eq!(again.deliverables.first().and_then(Deliverable::delivered_on), Some(day("2026-07-05")));
        assert_eq!(
            given.clone().judge(0, ("q".into(), at("2026-07-02")), true, " ", Vec::new()),
            Err(ContractRefusal::NothingSeen),
            "whoever accepts says what he looked at"
        );
        let looked = ("q".into(), at("2026-07-02"));
        let done = given.judge(0, looked, true, "抽查三家属实", vec!["g".to_owned()]).expect("is judged");
        let last = done.deliverables.first().and_then(|one| one.notes.last());
        assert_eq!(last.map(|note| (note.text.as_str(), note.files.len())), Some(("抽查三家属实", 1)));
        assert!(done.clone().deliver(0, "p".into(), at("2026-07-03"), "再交", Vec::new()).is_err());
        assert_eq!(
            done.deliver(1, "p".into(), at("2026-07-03"), "没有这项", Vec::new()),
            Err(ContractRefusal::NoDeliverable)
        );
    }

    #[test]
    fn it_stands_by_its_days_and_ends_within_them() {
        let c = contract();
        for (on, standing) in [
            ("2026-02-28", Standing::Coming),
            ("2026-03-01", Standing::Running),
            ("2026-08-31", Standing::Running),
            ("2026-09-01", Standing::Over),
        ] {
            assert_eq!(c.standing(day(on)), standing, "{on}");
        }
        let today = day("2026-04-20");
        assert_eq!(c.clone().end(day("2026-09-01"), "换人", today), Err(ContractRefusal::EndOutside));
        assert_eq!(c.clone().end(day("2026-05-01"), " ", today), Err(ContractRefusal::NoReason));
        let (last, after) = (day("2026-08-31"), day("2026-09-01"));
        assert!(c.clone().end(last, "换人", last).is_ok(), "it runs to the end of its last day");
        assert_eq!(
            c.clone().end(last, "换人", after),
            Err(ContractRefusal::Over(last)),
            "it ran out by itself"
        );
        let ended = c.clone().end(day("2026-05-01"), "人员不到位", today).expect("may be ended");
        assert_eq!(ended.standing(day("2026-05-01")), Standing::Running);
        assert_eq!(ended.standing(day("2026-05-02")), Standing::Ended);
        assert!(ended.clone().end(day("2026-04-01"), "再终止", today).is_err());
        let void = c.void(at("2026-05-01"), "录重了").expect("may be voided");
        assert_eq!(void.standing(day("2026-05-01")), Standing::Void);
        assert!(void.void(at("2026-05-02"), "再作废").is_err());
    }

    #[test]
    fn somebody_of_a_provider_reaches_what_its_running_contracts_cover_and_no_more() {
        let reach = |hat: Assignment, on: &str| -> Vec<String> {
            covered(hat, &[contract()], day(on)).into_iter().map(|hat| hat.path).collect()
        };
        let own = |path: &str| hat(Role::ThirdParty, path);
        assert_eq!(reach(own("t"), "2026-03-01"), ["t/v1"], "the contract is narrower than the post");
        assert_eq!(reach(own("t/v1/g1"), "2026-03-01"), ["t/v1/g1"], "the post is narrower");
        for (path, on) in
            [("t", "2026-02-28"), ("t", "2026-09-01"), ("t/v2", "2026-03-01"), ("t/v10", "2026-03-01")]
        {
            assert!(reach(own(path), on).is_empty(), "{path} on {on}");
        }
        let other = Assignment { org: "other-co".into(), ..own("t") };
        assert!(reach(other, "2026-03-01").is_empty(), "somebody else's contract");
        assert_eq!(reach(hat(Role::OfficeClerk, "t"), "2030-01-01"), ["t"], "the town's own need none");
    }
}
