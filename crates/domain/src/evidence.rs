//! 佐证: one record of something done that can satisfy several duties once each, accepted or rejected by somebody who is
//! not the one scored. What may be recorded so, and what it counts as, is read from the plan ([`claim`]). What does not
//! belong here: facts that nouns of their own record (inspections, meetings, letters …), judging (`fulfilment`).
//!
//! Source: handbook §1.0 (accepted evidence, not ticks), §1.5 T5 (who decides about the office) and T18 (no double
//! counting).

pub mod claim;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use claim::{Claim, Credit, Kind};

use crate::ids::{AssignmentId, EvidenceId, OrgId, PersonId, PhotoId, PostId};
use crate::time::{Date, Timestamp};

/// What is said in one edition of a piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// What kind of record it is.
    pub kind: Kind,
    /// One line.
    pub title: String,
    /// 文号 or number; empty where it has none.
    pub number: String,
    /// Day it happened, or first day in force.
    pub happened_on: Date,
    /// Last day in force; none while it holds, or where that means nothing.
    pub until: Option<Date>,
    /// The organisation that did it.
    pub org: OrgId,
    /// The post it was done on; open work stays with the post.
    pub post: Option<PostId>,
    /// Where it happened, as a territory path: what surrounds everything it is claimed for.
    pub path: String,
    /// What was done.
    pub text: String,
    /// Pictures.
    pub photos: Vec<PhotoId>,
    /// Files, by id.
    pub files: Vec<String>,
    /// What it is claimed for.
    pub claims: Vec<Claim>,
    /// What the claims come to under the plan of the day it was submitted.
    pub credits: Vec<Credit>,
    /// Organisations whose figures it moves: none of theirs decides about it.
    pub scored: BTreeSet<OrgId>,
}

impl Content {
    /// Checks what must be so whoever records it.
    ///
    /// Errors: [`EvidenceRefusal`].
    pub fn check(&self, today: Date) -> Result<(), EvidenceRefusal> {
        if self.title.trim().is_empty() {
            return Err(EvidenceRefusal::NoTitle);
        }
        if self.happened_on > today {
            return Err(EvidenceRefusal::InFuture);
        }
        if self.until.is_some_and(|until| until < self.happened_on) {
            return Err(EvidenceRefusal::Backwards);
        }
        if self.claims.is_empty() {
            return Err(EvidenceRefusal::NothingClaimed);
        }
        if self.kind == Kind::PhotoSet && self.photos.is_empty() {
            return Err(EvidenceRefusal::NoPhoto);
        }
        Ok(())
    }
}

/// Who acts, when, and under which assignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct By {
    /// Who.
    pub person: PersonId,
    /// Under which assignment.
    pub hat: AssignmentId,
    /// When.
    pub at: Timestamp,
}

/// Somebody who wants to decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decider {
    /// Who.
    pub by: By,
    /// Every organisation he works for today, the office's several names included.
    pub orgs: BTreeSet<OrgId>,
    /// A leader answers for the whole town and decides about the office. Source: handbook T5.
    pub is_leader: bool,
}

/// How a piece of evidence stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// 待认定.
    Submitted,
    /// 已认定: it counts from this moment.
    Accepted {
        /// Who accepted it.
        by: By,
    },
    /// 已退回.
    Rejected {
        /// Who sent it back.
        by: By,
        /// Why.
        reason: String,
    },
    /// 已作废.
    Void {
        /// Who.
        by: By,
        /// Why.
        reason: String,
        /// When it had been accepted, if ever: for days between it counted.
        accepted_at: Option<Timestamp>,
    },
}

impl State {
    /// Stable word.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Accepted { .. } => "accepted",
            Self::Rejected { .. } => "rejected",
            Self::Void { .. } => "void",
        }
    }

    /// The word people read.
    pub fn label(&self) -> &'static str {
        state_label(self.code())
    }
}

/// The word of a state's code.
pub fn state_label(code: &str) -> &'static str {
    match code {
        "submitted" => "待认定",
        "accepted" => "已认定",
        "rejected" => "已退回",
        "void" => "已作废",
        _ => "",
    }
}

/// 佐证.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Id.
    pub id: EvidenceId,
    /// What the last edition says.
    pub content: Content,
    /// Which edition, from 1.
    pub edition: u32,
    /// Who wrote the last edition.
    pub recorded: By,
    /// Everybody who ever wrote one: none of them decides.
    pub authors: BTreeSet<PersonId>,
    /// How it stands.
    pub state: State,
}

impl Evidence {
    /// Records it; somebody else is to decide.
    ///
    /// Errors: [`Content::check`].
    pub fn submit(id: EvidenceId, content: Content, by: By) -> Result<Self, EvidenceRefusal> {
        content.check(by.at.date())?;
        let authors = BTreeSet::from([by.person.clone()]);
        Ok(Self { id, content, edition: 1, recorded: by, authors, state: State::Submitted })
    }

    /// Corrects what was sent back, or not yet decided: another edition, the old one stays.
    ///
    /// Errors: it was accepted or voided; [`Content::check`].
    pub fn resubmit(mut self, content: Content, by: By) -> Result<Self, EvidenceRefusal> {
        if !matches!(self.state, State::Submitted | State::Rejected { .. }) {
            return Err(EvidenceRefusal::NotNow { act: "修改", state: self.state.label() });
        }
        if content.kind != self.content.kind {
            return Err(EvidenceRefusal::OtherKind);
        }
        content.check(by.at.date())?;
        self.authors.insert(by.person.clone());
        Ok(Self { content, edition: self.edition + 1, recorded: by, state: State::Submitted, ..self })
    }

    /// Whether somebody may decide about it.
    ///
    /// Errors: he wrote it, or it moves the figures of an organisation of his.
    pub fn may_be_decided_by(&self, decider: &Decider) -> Result<(), EvidenceRefusal> {
        if self.authors.contains(&decider.by.person) {
            return Err(EvidenceRefusal::OwnRecord);
        }
        if !decider.is_leader && !self.content.scored.is_disjoint(&decider.orgs) {
            return Err(EvidenceRefusal::OwnFigures);
        }
        Ok(())
    }

    /// Accepts it: from now on it counts.
    ///
    /// Errors: decided already; [`Evidence::may_be_decided_by`].
    pub fn accept(self, decider: Decider) -> Result<Self, EvidenceRefusal> {
        self.decided("认定", decider, |by| State::Accepted { by })
    }

    /// Sends it back with a reason.
    ///
    /// Errors: no reason; decided already; [`Evidence::may_be_decided_by`].
    pub fn reject(self, decider: Decider, reason: &str) -> Result<Self, EvidenceRefusal> {
        let reason = given(reason)?;
        self.decided("退回", decider, |by| State::Rejected { by, reason })
    }

    fn decided(
        self,
        act: &'static str,
        decider: Decider,
        to: impl FnOnce(By) -> State,
    ) -> Result<Self, EvidenceRefusal> {
        if self.state != State::Submitted {
            return Err(EvidenceRefusal::NotNow { act, state: self.state.label() });
        }
        self.may_be_decided_by(&decider)?;
        Ok(Self { state: to(decider.by), ..self })
    }

    /// Voids it with a reason; it stays on record. What was accepted is voided only by one who could decide about it.
    ///
    /// Errors: no reason; void already; accepted, and the person may not decide.
    pub fn void(self, by: By, decider: Option<Decider>, reason: &str) -> Result<Self, EvidenceRefusal> {
        let reason = given(reason)?;
        let accepted_at = match &self.state {
            State::Void { .. } => {
                return Err(EvidenceRefusal::NotNow { act: "作废", state: self.state.label() });
            }
            State::Accepted { by } => {
                let decider = decider.ok_or(EvidenceRefusal::AcceptedStays)?;
                self.may_be_decided_by(&decider)?;
                Some(by.at)
            }
            State::Submitted | State::Rejected { .. } => None,
        };
        Ok(Self { state: State::Void { by, reason, accepted_at }, ..self })
    }

    /// From when to when it was known to count: accepted, and voided again.
    pub fn counted(&self) -> Option<(Timestamp, Option<Timestamp>)> {
        match &self.state {
            State::Accepted { by } => Some((by.at, None)),
            State::Void { by, accepted_at, .. } => accepted_at.map(|accepted| (accepted, Some(by.at))),
            State::Submitted | State::Rejected { .. } => None,
        }
    }
}

fn given(reason: &str) -> Result<String, EvidenceRefusal> {
    let reason = reason.trim();
    if reason.is_empty() { Err(EvidenceRefusal::NoReason) } else { Ok(reason.to_owned()) }
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceRefusal {
    /// No title.
    #[error("请用一句话写明这份佐证是什么")]
    NoTitle,
    /// It would happen later.
    #[error("发生日期不能晚于今天，请核对日期")]
    InFuture,
    /// Its last day lies before the first.
    #[error("有效期止日早于起日，请调整先后")]
    Backwards,
    /// For nothing at all.
    #[error("请至少选择一项责任和对象，说明这份佐证证明什么")]
    NothingClaimed,
    /// Pictures without a picture.
    #[error("现场照片类佐证至少要有一张照片，请先拍照或上传")]
    NoPhoto,
    /// No reason.
    #[error("请写明理由")]
    NoReason,
    /// Not at this stage.
    #[error("这份佐证“{state}”，不能{act}；请刷新页面查看")]
    NotNow {
        /// What was tried.
        act: &'static str,
        /// How it stands.
        state: &'static str,
    },
    /// Another kind of record.
    #[error("改正时不能换佐证类别，请作废后另行登记")]
    OtherKind,
    /// One's own record.
    #[error("不能认定自己登记的佐证，请换一位工作人员认定")]
    OwnRecord,
    /// One's own figures.
    #[error("这份佐证计入您所在机构的落实情况，请由分管领导或其他机构的人认定")]
    OwnFigures,
    /// Accepted, and the person has no say.
    #[error("已认定的佐证只能由有认定权的人作废，请联系消安办或分管领导")]
    AcceptedStays,
    /// The plan has no such duty.
    #[error("方案中没有责任“{0}”，请从列表中选择")]
    UnknownDuty(String),
    /// The duty asks for nothing that is recorded here.
    #[error("责任“{0}”的这一项在其他栏目登记，不能用佐证代替；请到对应栏目办理")]
    NotHere(String),
    /// Another kind of subject owes it.
    #[error("责任“{0}”不由这类对象承担，请重新选择对象")]
    WrongSubject(String),
    /// Different values are counted, and none was said.
    #[error("责任“{0}”按类别计数，请选择属于哪一类")]
    NoChoice(String),
    /// Triggers and fulfilments in one record.
    #[error("触发事项与办理佐证须分开登记，请各登一份")]
    Mixed,
}

impl EvidenceRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoTitle => "evidence.no_title",
            Self::InFuture => "evidence.in_future",
            Self::Backwards => "evidence.backwards",
            Self::NothingClaimed => "evidence.nothing_claimed",
            Self::NoPhoto => "evidence.no_photo",
            Self::NoReason => "evidence.no_reason",
            Self::NotNow { .. } => "evidence.not_now",
            Self::OtherKind => "evidence.other_kind",
            Self::OwnRecord => "evidence.own_record",
            Self::OwnFigures => "evidence.own_figures",
            Self::AcceptedStays => "evidence.accepted_stays",
            Self::UnknownDuty(_) => "evidence.unknown_duty",
            Self::NotHere(_) => "evidence.not_here",
            Self::WrongSubject(_) => "evidence.wrong_subject",
            Self::NoChoice(_) => "evidence.no_choice",
            Self::Mixed => "evidence.mixed",
        }
    }

    /// The field of a form it is about, where it is about one.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::NoTitle => Some("title"),
            Self::InFuture => Some("happened_on"),
            Self::Backwards => Some("until"),
            Self::NoPhoto => Some("photos"),
            Self::NoReason => Some("reason"),
            Self::NothingClaimed
            | Self::UnknownDuty(_)
            | Self::NotHere(_)
            | Self::WrongSubject(_)
            | Self::NoChoice(_)
            | Self::Mixed => Some("claims"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
