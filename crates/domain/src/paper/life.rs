//! The life of one paper: drafted, approved with its number, issued and frozen, served; revoked with a reason, its number
//! kept. What does not belong here: who may (`rights`), what stands on it (`fill`), the bytes (`render`).
//!
//! Source: handbook of documents §6.3: a number is taken at approval, never at draft; a served paper is not edited.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Marks, Values};
use crate::hazard::{LegalBasis, ServeMethod};
use crate::ids::{AuthorityItemId, OrgId, PaperId, PersonId, PhotoId};
use crate::time::{Date, Timestamp};

/// What a paper is about: a record of another noun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// `hazard`, `inspection`, `meeting`, `report`, `letter` or `training`.
    pub kind: String,
    /// Its id.
    pub id: String,
}

/// A number that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Number {
    /// Code of the series.
    pub series: String,
    /// Year.
    pub year: i32,
    /// Which of the year, from 1.
    pub n: u32,
    /// As printed.
    pub text: String,
}

/// By what right an officer orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authority {
    /// Number of the certificate shown.
    pub certificate_no: String,
    /// Name of the item of the authority list in force.
    pub authority_item: String,
    /// The item itself; none on papers from before items were recorded.
    #[serde(default)]
    pub item: Option<AuthorityItemId>,
    /// Who orders with him.
    #[serde(default)]
    pub with: Vec<PersonId>,
    /// Under which of the three regimes; none on papers from before it was asked.
    #[serde(default)]
    pub basis: Option<LegalBasis>,
}

/// That it may go out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Its number; none where the template has no series.
    pub number: Option<Number>,
    /// Who approved.
    pub by: PersonId,
    /// When; also the date on the paper (成文日期).
    pub on: Date,
    /// For an act of enforcement.
    pub authority: Option<Authority>,
}

/// What went out, as files that can be proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frozen {
    /// SHA-256 of the data it was drawn from.
    pub data: String,
    /// SHA-256 of the PDF.
    pub pdf: String,
    /// Pages of the PDF.
    pub pages: usize,
    /// Who issued it.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

/// 送达: how it reached whom it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// 送达方式.
    pub way: ServeMethod,
    /// Who received it.
    pub to: String,
    /// When.
    pub on: Date,
    /// 回证: what was signed, the number of the letter, or who was witness.
    pub receipt: String,
    /// Photos of the receipt.
    pub photos: Vec<PhotoId>,
    /// Who served it.
    pub by: PersonId,
}

/// Where a paper stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum State {
    /// 起草中.
    Draft,
    /// 已批准、待印发.
    Approved {
        /// By whom and with what number.
        approval: Approval,
    },
    /// 已印发.
    Issued {
        /// By whom and with what number.
        approval: Approval,
        /// What went out.
        frozen: Frozen,
    },
    /// 已送达.
    Served {
        /// By whom and with what number.
        approval: Approval,
        /// What went out.
        frozen: Frozen,
        /// How it got there.
        service: Service,
    },
    /// 已撤销: its number stays taken.
    Revoked {
        /// By whom and with what number.
        approval: Approval,
        /// What went out, if it did.
        frozen: Option<Frozen>,
        /// How it got there, if it did.
        service: Option<Service>,
        /// Why.
        reason: String,
        /// Who took it back.
        by: PersonId,
        /// When.
        on: Date,
    },
    /// 已弃用: a draft that never got a number.
    Discarded {
        /// Why.
        reason: String,
    },
}

impl State {
    /// Stable word.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Approved { .. } => "approved",
            Self::Issued { .. } => "issued",
            Self::Served { .. } => "served",
            Self::Revoked { .. } => "revoked",
            Self::Discarded { .. } => "discarded",
        }
    }

    /// Words for people.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Draft => "起草中",
            Self::Approved { .. } => "待印发",
            Self::Issued { .. } => "已印发",
            Self::Served { .. } => "已送达",
            Self::Revoked { .. } => "已撤销",
            Self::Discarded { .. } => "已弃用",
        }
    }

    /// The approval, once there was one.
    pub fn approval(&self) -> Option<&Approval> {
        match self {
            Self::Approved { approval }
            | Self::Issued { approval, .. }
            | Self::Served { approval, .. }
            | Self::Revoked { approval, .. } => Some(approval),
            Self::Draft | Self::Discarded { .. } => None,
        }
    }

    /// What went out, once it did.
    pub fn frozen(&self) -> Option<&Frozen> {
        match self {
            Self::Issued { frozen, .. } | Self::Served { frozen, .. } => Some(frozen),
            Self::Revoked { frozen, .. } => frozen.as_ref(),
            Self::Draft | Self::Approved { .. } | Self::Discarded { .. } => None,
        }
    }

    /// How it got there, once it did.
    pub fn service(&self) -> Option<&Service> {
        match self {
            Self::Served { service, .. } => Some(service),
            Self::Revoked { service, .. } => service.as_ref(),
            Self::Draft | Self::Approved { .. } | Self::Issued { .. } | Self::Discarded { .. } => None,
        }
    }
}

/// A paper of the town.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Paper {
    /// Id.
    pub id: PaperId,
    /// Code of its template.
    pub template: String,
    /// Version of the template.
    pub edition: u32,
    /// Its title as filled in last.
    pub title: String,
    /// Which organisation it is of.
    pub org: OrgId,
    /// 发文机关 as it is written.
    pub issuer: String,
    /// What was filled in.
    pub values: Values,
    /// 份号、密级、紧急程度.
    #[serde(default)]
    pub marks: Marks,
    /// Names of what comes with it (附件说明).
    #[serde(default)]
    pub attachments: Vec<String>,
    /// 抄送机关.
    pub copies_to: Vec<String>,
    /// Bodies of the town that must say they have read it and what they did.
    pub bodies: BTreeSet<OrgId>,
    /// What it is about.
    pub about: Option<About>,
    /// The paper it corrects (更正).
    pub corrects: Option<PaperId>,
    /// Where it stands.
    pub state: State,
}

/// Why a step is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PaperRefusal {
    /// The step does not fit the state.
    #[error("文书现在是“{0}”，不能这样办理，请刷新后再看")]
    WrongState(&'static str),
    /// It is out: nobody writes in it any more.
    #[error("文书已经批准编号，内容不能再改；要改请撤销后另发，或发更正文书")]
    Fixed,
    /// Nobody received it.
    #[error("请写明受送达人")]
    NobodyServed,
    /// Served before it was approved, or on a day that has not come.
    #[error("送达日期应在 {from} 到 {to} 之间，请核对")]
    ServedWhen {
        /// The day of approval.
        from: Date,
        /// Today.
        to: Date,
    },
    /// Taken back without a reason.
    #[error("请写明理由")]
    NoReason,
    /// It is no longer in force, or not out yet.
    #[error("文书现在是“{0}”，印发以后、撤销以前才能补发给收文单位")]
    NotOut(&'static str),
    /// Everybody named has it.
    #[error("所选单位都已经收到这份文件，请选择还没有收到的单位")]
    NobodyNew,
    /// A body says it has done something without saying what.
    #[error("请写明办理情况")]
    NothingSaid,
    /// It was answered before.
    #[error("办理情况已经填报，请刷新查看")]
    Answered,
    /// It was done before it was issued, or on a day that has not come.
    #[error("办理日期不能晚于今天，请核对")]
    ActedWhen,
}

impl PaperRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongState(_) => "paper.state",
            Self::Fixed => "paper.fixed",
            Self::NobodyServed => "paper.nobody_served",
            Self::ServedWhen { .. } => "paper.served_when",
            Self::NoReason => "paper.no_reason",
            Self::NotOut(_) => "paper.not_out",
            Self::NobodyNew => "paper.nobody_new",
            Self::NothingSaid => "paper.nothing_said",
            Self::Answered => "paper.answered",
            Self::ActedWhen => "paper.acted_when",
        }
    }
}

impl Paper {
    /// Whether it may still be written in.
    ///
    /// Errors: it has a number, or was discarded.
    pub fn open(&self) -> Result<(), PaperRefusal> {
        match &self.state {
            State::Draft => Ok(()),
            State::Discarded { .. } => Err(PaperRefusal::WrongState(self.state.label())),
            _ => Err(PaperRefusal::Fixed),
        }
    }

    /// It may go out, under this number.
    ///
    /// Errors: it is no draft.
    pub fn approve(self, approval: Approval) -> Result<Self, PaperRefusal> {
        match self.state {
            State::Draft => Ok(Self { state: State::Approved { approval }, ..self }),
            _ => Err(PaperRefusal::WrongState(self.state.label())),
        }
    }

    /// It goes out as these files.
    ///
    /// Errors: it was not approved, or is out already.
    pub fn issue(self, frozen: Frozen) -> Result<Self, PaperRefusal> {
        match self.state {
            State::Approved { approval } => Ok(Self { state: State::Issued { approval, frozen }, ..self }),
            _ => Err(PaperRefusal::WrongState(self.state.label())),
        }
    }

    /// It reached whom it is for.
    ///
    /// Errors: it is not out, or was served before; nobody received it; the day is before its own or has not come.
    pub fn serve(self, service: Service, today: Date) -> Result<Self, PaperRefusal> {
        match self.state {
            State::Issued { approval, frozen } => {
                if service.to.trim().is_empty() {
                    return Err(PaperRefusal::NobodyServed);
                }
                if service.on < approval.on || service.on > today {
                    return Err(PaperRefusal::ServedWhen { from: approval.on, to: today });
                }
                Ok(Self { state: State::Served { approval, frozen, service }, ..self })
            }
            _ => Err(PaperRefusal::WrongState(self.state.label())),
        }
    }

    /// It goes to more bodies after it is out; who has it keeps it. Gives those it goes to now.
    ///
    /// Errors: it is not out, or was taken back; all of them have it.
    pub fn circulate(self, to: &BTreeSet<OrgId>) -> Result<(Self, BTreeSet<OrgId>), PaperRefusal> {
        if !matches!(self.state, State::Issued { .. } | State::Served { .. }) {
            return Err(PaperRefusal::NotOut(self.state.label()));
        }
        let new: BTreeSet<OrgId> = to.difference(&self.bodies).cloned().collect();
        if new.is_empty() {
            return Err(PaperRefusal::NobodyNew);
        }
        let bodies = self.bodies.union(&new).cloned().collect();
        Ok((Self { bodies, ..self }, new))
    }

    /// It is taken back: a draft is discarded, a numbered paper revoked, and its number stays taken.
    ///
    /// Errors: no reason; it was taken back before.
    pub fn revoke(self, reason: &str, by: PersonId, on: Date) -> Result<Self, PaperRefusal> {
        let reason = reason.trim().to_owned();
        if reason.is_empty() {
            return Err(PaperRefusal::NoReason);
        }
        let label = self.state.label();
        let revoked = |approval, frozen, service| State::Revoked {
            approval,
            frozen,
            service,
            reason: reason.clone(),
            by: by.clone(),
            on,
        };
        let state = match self.state {
            State::Draft => State::Discarded { reason },
            State::Approved { approval } => revoked(approval, None, None),
            State::Issued { approval, frozen } => revoked(approval, Some(frozen), None),
            State::Served { approval, frozen, service } => revoked(approval, Some(frozen), Some(service)),
            State::Revoked { .. } | State::Discarded { .. } => return Err(PaperRefusal::WrongState(label)),
        };
        Ok(Self { state, ..self })
    }
}

/// 收文: one body of the town that a circular went to, and what it says to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The paper.
    pub paper: PaperId,
    /// The body.
    pub org: OrgId,
    /// Who read it for the body, and when.
    pub read: Option<(PersonId, Timestamp)>,
    /// What was done.
    pub acted: Option<Acted>,
}

/// 办理情况.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acted {
    /// Who says so.
    pub by: PersonId,
    /// When it was done.
    pub on: Date,
    /// What.
    pub note: String,
    /// A file that shows it.
    pub attachment: Option<String>,
}

impl Receipt {
    /// A paper that nobody has read yet.
    pub fn sent(paper: PaperId, org: OrgId) -> Self {
        Self { paper, org, read: None, acted: None }
    }

    /// Somebody read it; who reads it again changes nothing.
    #[must_use]
    pub fn read(self, by: PersonId, at: Timestamp) -> Self {
        Self { read: self.read.or(Some((by, at))), ..self }
    }

    /// What was done about it; who says so has read it.
    ///
    /// Errors: nothing said; said before; a day that has not come.
    pub fn act(self, acted: Acted, at: Timestamp) -> Result<Self, PaperRefusal> {
        if self.acted.is_some() {
            return Err(PaperRefusal::Answered);
        }
        if acted.note.trim().is_empty() {
            return Err(PaperRefusal::NothingSaid);
        }
        if acted.on > at.date() {
            return Err(PaperRefusal::ActedWhen);
        }
        let read = self.read.or(Some((acted.by.clone(), at)));
        Ok(Self { read, acted: Some(acted), ..self })
    }

    /// `sent`, `read` or `acted`.
    pub fn code(&self) -> &'static str {
        match (&self.read, &self.acted) {
            (_, Some(_)) => "acted",
            (Some(_), None) => "read",
            (None, None) => "sent",
        }
    }

    /// Words for people.
    pub fn label(&self) -> &'static str {
        match self.code() {
            "acted" => "已办理",
            "read" => "已阅",
            _ => "未阅",
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

    fn paper() -> Paper {
        Paper {
            id: "p".into(),
            template: "DT02".to_owned(),
            edition: 1,
            title: "督促整改通知书".to_owned(),
            org: "village".into(),
            issuer: "场镇社区".to_owned(),
            values: Values::new(),
            marks: Marks::default(),
            attachments: Vec::new(),
            copies_to: Vec::new(),
            bodies: BTreeSet::new(),
            about: None,
            corrects: None,
            state: State::Draft,
        }
    }

    fn approval() -> Approval {
        let number = Number { series: "advice".into(), year: 2026, n: 1, text: "督〔2026〕1号".into() };
        Approval { number: Some(number), by: "a".into(), on: day("2026-09-21"), authority: None }
    }

    fn frozen() -> Frozen {
        let at = Timestamp::start_of(day("2026-09-21"));
        Frozen { data: "d".into(), pdf: "p".into(), pages: 1, by: "a".into(), at }
    }

    fn service(to: &str, on: &str) -> Service {
        Service {
            way: ServeMethod::Direct,
            to: to.to_owned(),
            on: day(on),
            receipt: String::new(),
            photos: Vec::new(),
            by: "a".into(),
        }
    }

    #[test]
    fn a_paper_is_approved_issued_and_served_in_this_order_only() {
        let today = day("2026-09-22");
        assert_eq!(paper().issue(frozen()), Err(PaperRefusal::WrongState("起草中")));
        let approved = paper().approve(approval()).expect("a draft");
        assert_eq!(approved.open(), Err(PaperRefusal::Fixed), "what has a number is not written in");
        assert_eq!(approved.clone().approve(approval()), Err(PaperRefusal::WrongState("待印发")));
        let issued = approved.issue(frozen()).expect("approved");
        assert_eq!(issued.clone().issue(frozen()), Err(PaperRefusal::WrongState("已印发")));
        let early = issued.clone().serve(service("杨老板", "2026-09-20"), today);
        assert_eq!(early.map_err(|no| no.code()), Err("paper.served_when"));
        let late = issued.clone().serve(service("杨老板", "2026-09-23"), today);
        assert_eq!(late.map_err(|no| no.code()), Err("paper.served_when"));
        let nobody = issued.clone().serve(service(" ", "2026-09-21"), today);
        assert_eq!(nobody, Err(PaperRefusal::NobodyServed));
        let served = issued.serve(service("杨老板", "2026-09-21"), today).expect("out");
        assert_eq!((served.state.code(), served.state.frozen()), ("served", Some(&frozen())));
    }

    #[test]
    fn a_number_stays_taken_and_a_draft_never_had_one() {
        let (by, on) = (PersonId::from("b"), day("2026-09-22"));
        assert_eq!(paper().revoke(" ", by.clone(), on), Err(PaperRefusal::NoReason));
        let gone = paper().revoke("写错了", by.clone(), on).expect("a draft");
        assert_eq!((gone.state.code(), gone.state.approval()), ("discarded", None));
        let issued = paper().approve(approval()).and_then(|one| one.issue(frozen())).expect("out");
        let revoked = issued.revoke("对象有误", by.clone(), on).expect("may be taken back");
        let number = revoked.state.approval().and_then(|one| one.number.as_ref()).map(|one| one.n);
        assert_eq!((number, revoked.state.frozen()), (Some(1), Some(&frozen())));
        assert!(revoked.revoke("再撤", by, on).is_err());
    }

    #[test]
    fn a_paper_goes_to_more_bodies_once_it_is_out_and_until_it_is_taken_back() {
        let to: BTreeSet<OrgId> = ["village".into(), "dept".into()].into();
        assert_eq!(paper().circulate(&to).map(|_| ()), Err(PaperRefusal::NotOut("起草中")));
        let issued = paper().approve(approval()).and_then(|one| one.issue(frozen())).expect("out");
        let (sent, new) = issued.circulate(&["village".into()].into()).expect("nobody had it");
        assert_eq!(new, ["village".into()].into());
        let (sent, new) = sent.circulate(&to).expect("one had it not");
        assert_eq!((new, &sent.bodies), (["dept".into()].into(), &to));
        assert_eq!(sent.clone().circulate(&to).map(|_| ()), Err(PaperRefusal::NobodyNew));
        let revoked = sent.revoke("有误", "b".into(), day("2026-09-22")).expect("taken back");
        assert_eq!(revoked.circulate(&to).map(|_| ()), Err(PaperRefusal::NotOut("已撤销")));
    }

    #[test]
    fn a_body_reads_once_and_answers_once() {
        let at = Timestamp::start_of(day("2026-09-22"));
        let sent = Receipt::sent("p".into(), "village".into());
        let read = sent.clone().read("x".into(), at).read("y".into(), at);
        assert_eq!((read.code(), &read.read), ("read", &Some(("x".into(), at))));
        let acted = |note: &str, on: &str| Acted {
            by: "x".into(),
            on: day(on),
            note: note.to_owned(),
            attachment: None,
        };
        assert_eq!(sent.clone().act(acted(" ", "2026-09-22"), at), Err(PaperRefusal::NothingSaid));
        assert_eq!(sent.clone().act(acted("已查", "2026-09-23"), at), Err(PaperRefusal::ActedWhen));
        let done = sent.act(acted("已查", "2026-09-22"), at).expect("said");
        assert!(done.read.is_some(), "who answers has read it");
        assert_eq!(done.act(acted("又查", "2026-09-22"), at), Err(PaperRefusal::Answered));
    }
}
