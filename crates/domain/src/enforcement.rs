//! 行政处罚案件: a case from the clue to the closed file, by the summary or the ordinary procedure. A step consumes the case
//! and returns the next, or refuses with the article it rests on. A fine is of this room alone: nothing here feeds a
//! score (行政处罚法 art. 74). What does not belong here: advice and orders to mend (`hazard`), the papers (`paper`).
//!
//! Source: 行政处罚法 (2021), 行政强制法 (2011) arts. 53–54; the plan, clause 11; handbook of the field §4.10.

pub mod aftermath;
pub mod authority;
pub mod clock;
mod machine;
mod refusal;
#[cfg(test)]
mod tests;
pub mod told;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ids::{AuthorityItemId, CaseId, HazardId, PaperId, PersonId, PlaceId};
use crate::org::words;
use crate::time::{Date, Timestamp};

pub use aftermath::{Contest, Ending};
pub use authority::{
    AuthorityItem, Compared, Holder, Power, Proof, Proposal, Range, basis_label, may_act, may_order,
};
pub use clock::{Clock, Pause};
pub use machine::{Known, Running};
pub use refusal::CaseRefusal;

words! {
    /// Who the case is about.
    PartyKind {
        Citizen "citizen" "公民"
        Organisation "organisation" "法人或者其他组织"
    }
}

words! {
    /// By which procedure. Source: 行政处罚法 (2021) chapter 5.
    Procedure {
        Summary "summary" "简易程序"
        Ordinary "ordinary" "普通程序"
    }
}

words! {
    /// Where a case stands.
    Stage {
        Clue "clue" "线索待立案"
        Filed "filed" "调查中"
        Investigated "investigated" "调查终结"
        Notified "notified" "已告知"
        Decided "decided" "已决定待送达"
        Served "served" "已送达待履行"
        Closed "closed" "已结案"
        Refused "refused" "不予立案"
        Withdrawn "withdrawn" "已撤销"
        Transferred "transferred" "已移送"
    }
}

words! {
    /// A penalty of 行政处罚法 (2021) art. 9. Detention is not among them: only the public security organ decides on it
    /// (art. 18; 消防法 art. 70).
    PenaltyKind {
        Warning "warning" "警告"
        Criticism "criticism" "通报批评"
        Fine "fine" "罚款"
        Confiscate "confiscate" "没收违法所得、非法财物"
        SuspendLicence "suspend_licence" "暂扣许可证件"
        RevokeLicence "revoke_licence" "降低资质等级、吊销许可证件"
        Restrict "restrict" "限制开展生产经营活动"
        StopBusiness "stop_business" "责令停产停业"
        CloseDown "close_down" "责令关闭"
        RestrictWork "restrict_work" "限制从业"
    }
}

words! {
    /// Why a case wants a legal review before the decision. Source: 行政处罚法 (2021) art. 58; that a hearing was held
    /// is known by itself.
    ReviewGround {
        PublicInterest "public_interest" "涉及重大公共利益"
        Complex "complex" "案情疑难复杂、涉及多个法律关系"
        ByLaw "by_law" "法律、法规规定应当审核"
    }
}

words! {
    /// How a case is decided. Source: 行政处罚法 (2021) arts. 33, 57.
    Outcome {
        Punish "punish" "给予处罚"
        Spare "spare" "违法轻微，不予处罚"
        FirstMinor "first_minor" "初次违法且危害后果轻微并及时改正，不予处罚"
        NoFault "no_fault" "没有主观过错，不予处罚"
        NotEstablished "not_established" "违法事实不能成立，不予处罚"
    }
}

words! {
    /// What the party did when it was heard.
    Heard {
        Made "made" "作了陈述、申辩"
        Waived "waived" "明确放弃"
        NotMade "not_made" "期满未陈述、申辩"
    }
}

words! {
    /// Where a fine was paid. Source: 行政处罚法 (2021) arts. 67–69.
    Paid {
        Bank "bank" "到银行或者电子支付"
        SpotSmall "spot_small" "当场收缴：一百元以下"
        SpotHard "spot_hard" "当场收缴：事后难以执行"
        SpotRemote "spot_remote" "当场收缴：边远地区当事人提出"
    }
}

words! {
    /// A step of a case, in the order of its life.
    Step {
        Open "open" "登记线索"
        ClaimRecusal "claim_recusal" "申请回避"
        DecideRecusal "decide_recusal" "决定回避"
        File "file" "批准立案"
        Refuse "refuse" "不予立案"
        Convert "convert" "改用普通程序"
        Investigate "investigate" "登记调查"
        Preserve "preserve" "先行登记保存证据"
        Release "release" "处理保存的证据"
        Pause "pause" "中止计算期限"
        Resume "resume" "恢复计算期限"
        Extend "extend" "延长办案期限"
        Report "report" "调查终结"
        Notify "notify" "处罚前告知"
        Hear "hear" "登记陈述申辩"
        AskHearing "ask_hearing" "要求听证"
        WaiveHearing "waive_hearing" "放弃听证"
        CallHearing "call_hearing" "通知听证"
        HoldHearing "hold_hearing" "举行听证"
        EndHearing "end_hearing" "终止听证"
        Review "review" "法制审核"
        Discuss "discuss" "集体讨论"
        Decide "decide" "作出决定"
        DecideOnSpot "decide_on_spot" "当场处罚"
        ReportSpot "report_spot" "当场处罚备案"
        Serve "serve" "送达"
        Pay "pay" "登记缴款"
        PayLate "pay_late" "登记缴纳加处罚款"
        HandIn "hand_in" "当场收缴交回"
        Defer "defer" "批准暂缓、分期"
        Perform "perform" "登记其他履行"
        Contest "contest" "登记复议诉讼"
        EndContest "end_contest" "登记复议诉讼结果"
        Demand "demand" "催告"
        Apply "apply" "申请法院执行"
        Execute "execute" "登记法院执行"
        Close "close" "结案"
        Withdraw "withdraw" "撤销案件"
        Transfer "transfer" "移送"
    }
}

/// Who takes a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hand {
    /// 承办人: one of the officers of the case.
    Officer,
    /// 行政机关负责人.
    Head,
    /// 法制审核人员.
    Reviewer,
}

impl Step {
    /// Who takes it. What one hand proposes another decides.
    pub fn hand(self) -> Hand {
        match self {
            Self::DecideRecusal
            | Self::File
            | Self::Refuse
            | Self::Preserve
            | Self::Pause
            | Self::Extend
            | Self::Discuss
            | Self::Decide
            | Self::Defer
            | Self::Withdraw
            | Self::Transfer => Hand::Head,
            Self::Review => Hand::Reviewer,
            _ => Hand::Officer,
        }
    }

    /// The article it rests on, which a refusal quotes.
    pub fn law(self) -> &'static str {
        match self {
            Self::ClaimRecusal | Self::DecideRecusal => "行政处罚法第四十三条",
            Self::Open | Self::File | Self::Refuse | Self::Investigate => "行政处罚法第五十四条",
            Self::Convert => "行政处罚法第五十一条、第五十四条",
            Self::Preserve | Self::Release => "行政处罚法第五十六条",
            Self::Pause | Self::Resume | Self::Extend => "行政处罚法第六十条",
            Self::Notify => "行政处罚法第四十四条、第六十二条",
            Self::Hear => "行政处罚法第四十五条",
            Self::AskHearing
            | Self::WaiveHearing
            | Self::CallHearing
            | Self::HoldHearing
            | Self::EndHearing => "行政处罚法第六十四条",
            Self::Review => "行政处罚法第五十八条",
            Self::Report | Self::Discuss | Self::Decide | Self::Withdraw => "行政处罚法第五十七条",
            Self::DecideOnSpot | Self::ReportSpot => "行政处罚法第五十一条、第五十二条",
            Self::Serve => "行政处罚法第六十一条",
            Self::Pay => "行政处罚法第六十七条",
            Self::PayLate => "行政处罚法第七十二条",
            // Within its time it is performed, or put off; what is performed is closed.
            Self::Defer | Self::Perform | Self::Close => "行政处罚法第六十六条",
            Self::HandIn => "行政处罚法第七十一条",
            Self::Contest | Self::EndContest => "行政处罚法第七十三条",
            Self::Demand => "行政强制法第五十四条",
            Self::Apply | Self::Execute => "行政强制法第五十三条",
            Self::Transfer => "行政处罚法第二十二条",
        }
    }

    /// Whether it is an act toward the party, for which two officers with valid certificates and an item in force are
    /// needed on the day. What is only written down (a payment, a request) is not.
    pub fn is_act(self) -> bool {
        matches!(
            self,
            Self::Open
                | Self::Investigate
                | Self::Release
                | Self::Report
                | Self::Notify
                | Self::CallHearing
                | Self::HoldHearing
                | Self::DecideOnSpot
                | Self::Serve
                | Self::Demand
                | Self::Apply
        )
    }

    /// Whether the item must be in force although no officer acts.
    pub fn is_of_the_organ(self) -> bool {
        matches!(self, Self::File | Self::Preserve | Self::Decide)
    }

    /// The template of the paper that goes with it; none where the record is enough.
    pub fn template(self) -> Option<&'static str> {
        Some(match self {
            Self::File => "DT28.filing",
            Self::Investigate => "DT28.interview",
            Self::Preserve => "DT28.preservation",
            Self::Notify => "DT28.advance_notice",
            Self::Hear => "DT28.defence",
            Self::CallHearing => "DT28.hearing_notice",
            Self::HoldHearing => "DT28.hearing",
            Self::Review => "DT28.legal_review",
            Self::Discuss => "DT28.discussion",
            Self::Decide => "DT28.decision",
            Self::DecideOnSpot => "DT28.spot_decision",
            Self::Serve => "DT28.service",
            Self::Demand => "DT28.demand",
            Self::Apply => "DT28.enforcement",
            Self::Close => "DT28.closing",
            Self::Transfer => "DT07",
            _ => return None,
        })
    }

    /// The step a template is the paper of.
    pub fn of_template(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|step| step.template() == Some(code))
    }

    /// Whether it cannot be taken without the number of its paper. Source: 行政处罚法 (2021) arts. 44, 52, 59, 64;
    /// 行政强制法 (2011) art. 54.
    pub fn needs_paper(self) -> bool {
        matches!(
            self,
            Self::File
                | Self::Notify
                | Self::CallHearing
                | Self::Decide
                | Self::DecideOnSpot
                | Self::Demand
                | Self::Apply
                | Self::Transfer
        )
    }
}

/// 当事人.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// Name.
    pub name: String,
    /// What it is.
    pub kind: PartyKind,
    /// 统一社会信用代码 of an organisation; nobody's identity number is collected.
    pub uscc: String,
    /// Address.
    pub address: String,
    /// Age of a citizen, where it matters. Units: years.
    pub age: Option<u8>,
}

/// What a penalty is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Penalty {
    /// Kinds, a fine among them when there is one.
    pub kinds: BTreeSet<PenaltyKind>,
    /// The fine. Units: fen.
    pub fine_fen: i64,
    /// Whether the sum counts as a large one, which opens a hearing: by what the town set ([`LargeFrom`]), or because the
    /// officer said so. No law gives the number.
    pub large: bool,
    /// In words, as it stands in the decision.
    pub text: String,
}

impl Penalty {
    /// Whether the party has a right to a hearing. Source: 行政处罚法 (2021) art. 63.
    pub fn opens_hearing(&self) -> bool {
        use PenaltyKind::{CloseDown, Confiscate, Fine, RestrictWork, RevokeLicence, StopBusiness};
        let is_heavy = |kind: &PenaltyKind| match kind {
            RevokeLicence | StopBusiness | CloseDown | RestrictWork => true,
            Fine | Confiscate => self.large,
            _ => false,
        };
        self.kinds.iter().any(is_heavy)
    }

    /// Whether something besides money has to be done.
    pub fn has_more_than_money(&self) -> bool {
        use PenaltyKind::{Criticism, Fine, Warning};
        self.kinds.iter().any(|kind| !matches!(kind, Fine | Warning | Criticism))
    }

    /// Whether it is heavier than another.
    pub fn is_harsher_than(&self, other: &Self) -> bool {
        self.fine_fen > other.fine_fen || !self.kinds.is_subset(&other.kinds)
    }
}

/// From which sum on a fine is 较大数额, as the town set it; none where it has not. Units: fen. Source: 行政处罚法 (2021)
/// art. 63, which gives no number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LargeFrom {
    /// For a citizen.
    pub citizen_fen: Option<i64>,
    /// For a legal person or another organisation.
    pub organisation_fen: Option<i64>,
}

impl LargeFrom {
    /// The sum for one kind of party; none where the town has set none.
    pub fn of(self, kind: PartyKind) -> Option<i64> {
        match kind {
            PartyKind::Citizen => self.citizen_fen,
            PartyKind::Organisation => self.organisation_fen,
        }
    }

    /// The penalty with its `large` as it follows from the fine. What an officer said adds to it and takes nothing away;
    /// where the town has set nothing, every fine counts as a large one: in doubt the party is told of the hearing.
    #[must_use]
    pub fn judged(self, penalty: &Penalty, kind: PartyKind) -> Penalty {
        let reaches = |from: i64| penalty.fine_fen >= from;
        let by_sum = penalty.fine_fen > 0 && self.of(kind).is_none_or(reaches);
        Penalty { large: penalty.large || by_sum, ..penalty.clone() }
    }
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
#[allow(missing_docs, reason = "each field is what the step of that name says")]
pub enum Act {
    Open,
    ClaimRecusal {
        officer: PersonId,
    },
    DecideRecusal {
        granted: bool,
        replacement: Option<PersonId>,
    },
    File,
    Refuse,
    /// From the summary procedure to the ordinary one.
    Convert,
    /// Whether certificates were shown, and whether two officers were there.
    Investigate {
        shown: bool,
        two: bool,
    },
    Preserve,
    Release,
    Pause,
    Resume,
    Extend {
        until: Date,
    },
    Report {
        grounds: BTreeSet<ReviewGround>,
        grave: bool,
    },
    Notify {
        penalty: Penalty,
        defence_until: Date,
        hearing: bool,
    },
    Hear {
        how: Heard,
        adopted: bool,
    },
    AskHearing,
    WaiveHearing,
    CallHearing {
        on: Date,
        chair: PersonId,
    },
    HoldHearing,
    /// The party took its request back, or without reason did not come or left; then it gave the hearing up.
    /// Source: 行政处罚法 (2021) art. 64 (6).
    EndHearing {
        absent: bool,
    },
    Review {
        passed: bool,
        experienced: bool,
    },
    Discuss {
        people: Vec<String>,
    },
    Decide {
        outcome: Outcome,
        penalty: Option<Penalty>,
    },
    /// On the spot: what was imposed, that the rights were told and the party heard.
    DecideOnSpot {
        penalty: Penalty,
        heard: bool,
    },
    ReportSpot,
    Serve {
        way: String,
        to: String,
    },
    Pay {
        amount_fen: i64,
        how: Paid,
    },
    /// What the fine grew by, paid apart from it.
    PayLate {
        amount_fen: i64,
    },
    HandIn,
    Defer {
        until: Date,
    },
    Perform,
    Contest {
        court: bool,
    },
    /// How it ended; what the penalty was changed to.
    EndContest {
        #[serde(alias = "upheld", deserialize_with = "Ending::read")]
        ending: Ending,
        #[serde(default)]
        penalty: Option<Penalty>,
    },
    Demand,
    Apply,
    Execute,
    Close,
    Withdraw,
    Transfer {
        to: String,
    },
}

impl Act {
    /// The step it is.
    pub fn step(&self) -> Step {
        match self {
            Self::Open => Step::Open,
            Self::ClaimRecusal { .. } => Step::ClaimRecusal,
            Self::DecideRecusal { .. } => Step::DecideRecusal,
            Self::File => Step::File,
            Self::Refuse => Step::Refuse,
            Self::Convert => Step::Convert,
            Self::Investigate { .. } => Step::Investigate,
            Self::Preserve => Step::Preserve,
            Self::Release => Step::Release,
            Self::Pause => Step::Pause,
            Self::Resume => Step::Resume,
            Self::Extend { .. } => Step::Extend,
            Self::Report { .. } => Step::Report,
            Self::Notify { .. } => Step::Notify,
            Self::Hear { .. } => Step::Hear,
            Self::AskHearing => Step::AskHearing,
            Self::WaiveHearing => Step::WaiveHearing,
            Self::CallHearing { .. } => Step::CallHearing,
            Self::HoldHearing => Step::HoldHearing,
            Self::EndHearing { .. } => Step::EndHearing,
            Self::Review { .. } => Step::Review,
            Self::Discuss { .. } => Step::Discuss,
            Self::Decide { .. } => Step::Decide,
            Self::DecideOnSpot { .. } => Step::DecideOnSpot,
            Self::ReportSpot => Step::ReportSpot,
            Self::Serve { .. } => Step::Serve,
            Self::Pay { .. } => Step::Pay,
            Self::PayLate { .. } => Step::PayLate,
            Self::HandIn => Step::HandIn,
            Self::Defer { .. } => Step::Defer,
            Self::Perform => Step::Perform,
            Self::Contest { .. } => Step::Contest,
            Self::EndContest { .. } => Step::EndContest,
            Self::Demand => Step::Demand,
            Self::Apply => Step::Apply,
            Self::Execute => Step::Execute,
            Self::Close => Step::Close,
            Self::Withdraw => Step::Withdraw,
            Self::Transfer { .. } => Step::Transfer,
        }
    }
}

/// Something that happened to a case; appended, never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// From 1.
    pub seq: i64,
    /// What.
    pub act: Act,
    /// On which day.
    pub on: Date,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who.
    pub by: PersonId,
    /// Number of the paper; empty where none goes with it.
    pub document_no: String,
    /// The paper, where it is one of ours.
    pub paper: Option<PaperId>,
    /// Files that show the paper, where it was made outside of this program.
    #[serde(default)]
    pub outside: Vec<String>,
    /// What was said, found, agreed.
    pub text: String,
    /// Where the case stood afterwards.
    pub stage: Stage,
}

/// A request that an officer stand back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Who should.
    pub officer: PersonId,
    /// Why.
    pub reason: String,
    /// What the head decided; none while it is open.
    pub granted: Option<bool>,
}

/// What the party was told before the penalty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// When.
    pub on: Date,
    /// What is intended.
    pub penalty: Penalty,
    /// Until when it may speak, as the notice says.
    pub defence_until: Date,
    /// Whether the right to a hearing was told.
    pub hearing: bool,
}

/// How the hearing stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
#[allow(missing_docs, reason = "each field is what the word of it says")]
pub enum Hearing {
    Waived,
    Asked { on: Date },
    Called { at: Date, chair: PersonId },
    Held { at: Date },
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// When.
    pub on: Date,
    /// Which way.
    pub outcome: Outcome,
    /// The penalty; nothing in it when there is none.
    pub penalty: Penalty,
}

/// 线索: what is known when a case begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Clue {
    /// Id of the case.
    pub id: CaseId,
    /// 案由.
    pub cause: String,
    /// Who.
    pub party: Party,
    /// Where.
    pub place: PlaceId,
    /// The hazard it began with.
    pub hazard: Option<HazardId>,
    /// The item of authority it rests on.
    pub item: AuthorityItemId,
    /// 承办人.
    pub officers: Vec<PersonId>,
    /// Summary or ordinary.
    pub procedure: Procedure,
    /// When the act happened, or ended where it went on.
    pub ended_on: Date,
    /// When it was found.
    pub found_on: Date,
    /// Whether it endangered life, health or financial safety and had consequences.
    pub harmed: bool,
}

/// 案件.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Id.
    pub id: CaseId,
    /// 案号; given when it is filed, or decided on the spot.
    pub number: Option<String>,
    /// 案由.
    pub cause: String,
    /// Who.
    pub party: Party,
    /// Where.
    pub place: PlaceId,
    /// The hazard it began with.
    pub hazard: Option<HazardId>,
    /// The item of authority it rests on.
    pub item: AuthorityItemId,
    /// 承办人.
    pub officers: Vec<PersonId>,
    /// Summary or ordinary.
    pub procedure: Procedure,
    /// When the act happened, or ended where it went on.
    pub ended_on: Date,
    /// When it was found.
    pub found_on: Date,
    /// Whether it endangered life, health or financial safety and had consequences.
    pub harmed: bool,
    /// Where it stands.
    pub stage: Stage,
    /// The day of the last step.
    pub last_on: Date,
    /// When it was filed.
    pub filed_on: Option<Date>,
    /// Requests that somebody stand back.
    pub claims: Vec<Claim>,
    /// Whether anything was investigated.
    pub investigated: bool,
    /// Since when evidence is held.
    pub preserved_on: Option<Date>,
    /// Time that does not count.
    pub pauses: Vec<Pause>,
    /// Until when a law lets it go on.
    pub extended_to: Option<Date>,
    /// Why it wants a legal review.
    pub grounds: BTreeSet<ReviewGround>,
    /// Complex or grave: the heads decide together.
    pub grave: bool,
    /// What the party was told.
    pub notice: Option<Notice>,
    /// How it was heard.
    pub heard: Option<Heard>,
    /// How the hearing stands.
    pub hearing: Option<Hearing>,
    /// Whether the review passed; none before it.
    pub reviewed: Option<bool>,
    /// Who discussed it.
    pub discussed: Vec<String>,
    /// What was decided.
    pub decision: Option<Decision>,
    /// Whether a decision on the spot was reported to the organ.
    pub reported: bool,
    /// When the decision reached the party, or does: a public notice hangs its time first.
    pub served_on: Option<Date>,
    /// What was paid of the fine. Units: fen.
    pub paid_fen: i64,
    /// When so much of the fine was paid, one by one. Units: fen.
    #[serde(default)]
    pub payments: Vec<(Date, i64)>,
    /// What was paid of what the fine grew by. Units: fen.
    #[serde(default)]
    pub late_paid_fen: i64,
    /// Since when money collected on the spot is not handed in.
    pub in_hand_since: Option<Date>,
    /// Until when payment was put off.
    pub deferred_to: Option<Date>,
    /// Whether the rest was done.
    pub performed: bool,
    /// Review and suit, one after the other.
    #[serde(default, alias = "contested", deserialize_with = "Contest::read_all")]
    pub contests: Vec<Contest>,
    /// When the demand reached the party.
    pub demanded_on: Option<Date>,
    /// When the court was asked.
    pub applied_on: Option<Date>,
    /// Whether the court has executed it.
    pub executed: bool,
    /// To whom it was handed over.
    pub sent_to: String,
}

impl Case {
    /// A case as it begins: a clue, and nothing done yet.
    pub fn open(clue: Clue) -> Self {
        Self {
            number: None,
            stage: Stage::Clue,
            last_on: clue.found_on,
            filed_on: None,
            claims: Vec::new(),
            investigated: false,
            preserved_on: None,
            pauses: Vec::new(),
            extended_to: None,
            grounds: BTreeSet::new(),
            grave: false,
            notice: None,
            heard: None,
            hearing: None,
            reviewed: None,
            discussed: Vec::new(),
            decision: None,
            reported: false,
            served_on: None,
            paid_fen: 0,
            payments: Vec::new(),
            late_paid_fen: 0,
            in_hand_since: None,
            deferred_to: None,
            performed: false,
            contests: Vec::new(),
            demanded_on: None,
            applied_on: None,
            executed: false,
            sent_to: String::new(),
            id: clue.id,
            cause: clue.cause,
            party: clue.party,
            place: clue.place,
            hazard: clue.hazard,
            item: clue.item,
            officers: clue.officers,
            procedure: clue.procedure,
            ended_on: clue.ended_on,
            found_on: clue.found_on,
            harmed: clue.harmed,
        }
    }
}
