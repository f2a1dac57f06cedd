//! 举报件: what anybody reports, from receipt over screening, a look on site and an answer to the file; its clocks, and who
//! must not decide alone. What does not belong here: who reported (the store keeps that apart, sealed), what was found at a
//! place (`hazard`).
//!
//! Source: handbook of the field §4.3 and C15.5; the clocks are parameters of the town (`Terms`).

pub mod order;
mod refusal;
#[cfg(test)]
mod tests;
pub mod voice;

use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, OutOfRange};
use crate::geometry::is_on_earth;
use crate::ids::{
    FacilityId, HazardId, IncidentId, OrgId, PersonId, PhotoId, PlaceId, ReportCaseId, TerritoryCode,
};
use crate::org::words;
use crate::time::{Date, MINUTE_MS, Timestamp};

pub use refusal::ReportCaseRefusal;

/// The longest text of a report. Units: characters.
pub const MAX_CONTENT: usize = 2_000;
/// Pictures of one report or step.
pub const MAX_PHOTOS: usize = 9;
/// The most a reward may be, against a slip of the keyboard; what is paid is the town's own rule. Units: fen.
pub const MAX_REWARD_FEN: i64 = 1_000_000;

words! {
    /// By which way a report came.
    Channel {
        Qr "qr" "扫码"
        Telephone "telephone" "电话"
        Visit "visit" "来访"
        Line12345 "line12345" "12345"
        Yukuaiban "yukuaiban" "渝快办"
        Line96119 "line96119" "96119"
        Open311 "open311" "Open311 接口"
        Grid "grid" "网格员转报"
    }
}

words! {
    /// What it is about.
    Matter {
        BlockedExit "blocked_exit" "堵塞、占用疏散通道、安全出口或消防车通道"
        Equipment "equipment" "消防设施损坏、停用或被遮挡"
        Wiring "wiring" "电气线路、电动自行车停放充电"
        Flammables "flammables" "燃气、易燃易爆物品"
        Combined "combined" "住人与生产经营混在一起"
        Forest "forest" "野外违规用火"
        Water "water" "消火栓、水池等公共消防设施"
        Other "other" "其他消防安全问题"
        Person "person" "反映具体个人，不是消防安全问题"
    }
}

words! {
    /// Where a report stands.
    Stage {
        Received "received" "待筛查"
        Accepted "accepted" "已受理待派办"
        Assigned "assigned" "核实办理中"
        Doubted "doubted" "拟不属实待复核"
        Handled "handled" "已办理待答复"
        Replied "replied" "已答复"
        Closed "closed" "已归档"
        Merged "merged" "已并案"
        Forwarded "forwarded" "已转有权单位"
        Emergency "emergency" "已转 119"
        VoidAsked "void_asked" "拟作废待复核"
        Void "void" "已作废"
    }
}

words! {
    /// What the look on site came to.
    Finding {
        Confirmed "confirmed" "属实"
        Partly "partly" "部分属实"
        Unfounded "unfounded" "不属实"
    }
}

words! {
    /// What the reporter thinks of how it was handled, in his own words or asked for.
    Rating {
        Satisfied "satisfied" "满意"
        Fair "fair" "基本满意"
        Dissatisfied "dissatisfied" "不满意"
    }
}

impl Matter {
    /// Whether it is looked at within hours: blocked exits and lanes, equipment out of use. Source: handbook §4.3.
    pub fn is_urgent(self) -> bool {
        matches!(self, Self::BlockedExit | Self::Equipment)
    }
}

/// Where it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Site {
    /// The place, when it is one of the register.
    pub place: Option<PlaceId>,
    /// The facility, when it is one of the register.
    pub facility: Option<FacilityId>,
    /// The town, or the village it lies in.
    pub territory: TerritoryCode,
    /// In words.
    pub address: String,
    /// Longitude and latitude. Units: degrees, WGS-84.
    pub point: Option<[f64; 2]>,
}

impl Site {
    /// Somewhere in a territory, in words.
    pub fn words(territory: TerritoryCode, address: &str) -> Self {
        Self { place: None, facility: None, territory, address: address.trim().to_owned(), point: None }
    }
}

/// Times allowed on the day it came, parameters of the town.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// To screen it. Units: working days.
    pub screen_days: u16,
    /// To screen what is urgent and came by telephone. Units: minutes.
    pub screen_minutes: u16,
    /// To look at what is urgent. Units: hours.
    pub verify_hours: u16,
    /// To look at anything else. Units: working days.
    pub verify_days: u16,
    /// To answer. Units: working days.
    pub reply_days: u16,
}

words! {
    /// What a report waits for, and by when: one clock runs at a time, the stage says which.
    Clock {
        Screen "screen" "筛查派办"
        Verify "verify" "核实办理"
        Reply "reply" "答复"
    }
}

/// When each of it must be done, counted out on the day it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clocks {
    /// Screened.
    pub screen_by: Timestamp,
    /// Looked at and handled.
    pub verify_by: Timestamp,
    /// Answered.
    pub reply_by: Timestamp,
}

impl Clocks {
    /// When a clock runs out. Nothing is screened later than it must have been looked at, not in what was counted out before
    /// that was so either.
    pub fn due(&self, clock: Clock) -> Timestamp {
        match clock {
            Clock::Screen => self.screen_by.min(self.verify_by),
            Clock::Verify => self.verify_by,
            Clock::Reply => self.reply_by.max(self.verify_by),
        }
    }

    /// The clocks of a report that came (again) now.
    ///
    /// Errors: [`OutOfRange`] for times beyond the calendar.
    pub fn start(
        channel: Channel,
        matter: Matter,
        now: Timestamp,
        terms: &Terms,
        calendar: &Calendar,
    ) -> Result<Self, OutOfRange> {
        let working = |days: u16| Ok(end_of(calendar.working_day_after(now.date(), days)?));
        let is_call = matches!(channel, Channel::Telephone | Channel::Line96119);
        let counted = Self {
            screen_by: match is_call && matter.is_urgent() {
                true => now.plus_ms(i64::from(terms.screen_minutes) * MINUTE_MS),
                false => working(terms.screen_days)?,
            },
            verify_by: match matter.is_urgent() {
                true => now.plus_ms(i64::from(terms.verify_hours) * 60 * MINUTE_MS),
                false => working(terms.verify_days)?,
            },
            reply_by: working(terms.reply_days)?,
        };
        // A blocked exit is looked at within hours: it cannot wait for its screening until after a holiday.
        let due = |clock| counted.due(clock);
        Ok(Self { screen_by: due(Clock::Screen), verify_by: counted.verify_by, reply_by: due(Clock::Reply) })
    }
}

/// The last instant of a civil date.
fn end_of(day: Date) -> Timestamp {
    Timestamp::start_of(day.succ_opt().unwrap_or(day)).plus_ms(-1)
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Act {
    /// 收到.
    Receive,
    /// 受理.
    Accept,
    /// 并案: the same was reported before.
    Merge {
        /// The report that goes on.
        into: ReportCaseId,
    },
    /// 撤销并案: it was not the same after all.
    Separate,
    /// 转有权单位.
    Forward {
        /// To whom.
        to: String,
    },
    /// 转 119: it burns, or somebody is in danger.
    Emergency {
        /// The incident it became; none in what was recorded before incidents were linked.
        #[serde(default)]
        incident: Option<IncidentId>,
    },
    /// 派办.
    Assign {
        /// Who is to look.
        org: OrgId,
    },
    /// 拟认定不属实.
    Doubt,
    /// 复核同意不属实.
    AgreeDoubt,
    /// 复核不同意.
    RejectDoubt,
    /// 办理.
    Handle {
        /// What the look came to.
        finding: Finding,
        /// The hazard that was recorded or is the same.
        hazard: Option<HazardId>,
    },
    /// 答复.
    Reply,
    /// 归档.
    Close,
    /// 重新打开.
    Reopen,
    /// 奖励.
    Reward {
        /// How much. Units: fen.
        amount_fen: i64,
    },
    /// 听写: the custodian writes down what was only spoken.
    WriteDown,
    /// 补充: the reporter says more while it is handled.
    Add,
    /// 评价: what the reporter thinks of it.
    Rate {
        /// What.
        rating: Rating,
    },
    /// 提出作废.
    AskVoid,
    /// 同意作废, by somebody else than who asked.
    Void,
    /// 不同意作废.
    RejectVoid,
}

impl Act {
    /// The step as kept and sent.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Receive => "receive",
            Self::Accept => "accept",
            Self::Merge { .. } => "merge",
            Self::Separate => "separate",
            Self::Forward { .. } => "forward",
            Self::Emergency { .. } => "emergency",
            Self::Assign { .. } => "assign",
            Self::Doubt => "doubt",
            Self::AgreeDoubt => "agree_doubt",
            Self::RejectDoubt => "reject_doubt",
            Self::Handle { .. } => "handle",
            Self::Reply => "reply",
            Self::Close => "close",
            Self::Reopen => "reopen",
            Self::Reward { .. } => "reward",
            Self::WriteDown => "write_down",
            Self::Add => "add",
            Self::Rate { .. } => "rate",
            Self::AskVoid => "ask_void",
            Self::Void => "void",
            Self::RejectVoid => "reject_void",
        }
    }

    /// What strangers are told was done; none for what is the town's own: a doubt or a void that waits for a second person,
    /// what the custodian heard, money, what the reporter thought.
    pub fn public_label(&self) -> Option<&'static str> {
        match self {
            Self::Doubt
            | Self::RejectDoubt
            | Self::Reward { .. }
            | Self::WriteDown
            | Self::Rate { .. }
            | Self::AskVoid
            | Self::RejectVoid => None,
            Self::AgreeDoubt => Some("登记办理结果"),
            Self::Void => Some("作废"),
            told => Some(step_label(told.code())),
        }
    }
}

/// A step in Chinese; the code itself for one nobody knows.
pub fn step_label(code: &str) -> &str {
    match code {
        "receive" => "收到",
        "accept" => "受理",
        "merge" => "并案",
        "separate" => "撤销并案",
        "forward" => "转有权单位",
        "emergency" => "转 119",
        "assign" => "派办",
        "doubt" => "拟认定不属实",
        "agree_doubt" => "复核同意不属实",
        "reject_doubt" => "复核不同意",
        "handle" => "登记办理结果",
        "reply" => "答复",
        "close" => "归档",
        "reopen" => "重新打开",
        "reward" => "登记奖励",
        "write_down" => "听写语音",
        "add" => "补充情况",
        "rate" => "登记评价",
        "ask_void" => "提出作废",
        "void" => "同意作废",
        "reject_void" => "不同意作废",
        other => other,
    }
}

/// What happened, appended only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The report's version after it; the receipt is 1.
    pub seq: i64,
    /// What.
    #[serde(flatten)]
    pub act: Act,
    /// When.
    pub at: Timestamp,
    /// Who; empty for the reporter.
    pub by: PersonId,
    /// What was said.
    pub text: String,
    /// What it looked like.
    pub photos: Vec<PhotoId>,
    /// Where the report stood after it.
    pub stage: Stage,
}

/// A void that waits for a second person: what a stranger reported does not go away by one hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoidAsk {
    /// Who asks.
    pub by: PersonId,
    /// Why.
    pub reason: String,
    /// Where the report stood.
    pub from: Stage,
}

/// 举报件. Who reported is nowhere in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportCase {
    /// Id.
    pub id: ReportCaseId,
    /// Number, as `JB-20260921-0001`.
    pub code: String,
    /// By which way it came.
    pub channel: Channel,
    /// Its number where it came from; empty for one's own.
    pub ext_no: String,
    /// What it is about.
    pub matter: Matter,
    /// What was said.
    pub content: String,
    /// Where.
    pub site: Site,
    /// Pictures that came with it.
    pub photos: Vec<PhotoId>,
    /// When it came.
    pub received_at: Timestamp,
    /// Whether the reporter left how to be reached.
    pub has_contact: bool,
    /// Whether it was spoken, too; the voice lies where reporters are sealed.
    #[serde(default)]
    pub has_voice: bool,
    /// Where it stands.
    pub stage: Stage,
    /// When each of it must be done.
    pub clocks: Clocks,
    /// Who is to look.
    pub org: Option<OrgId>,
    /// What the look came to.
    pub finding: Option<Finding>,
    /// The hazard that was recorded or is the same.
    pub hazard: Option<HazardId>,
    /// Who holds it to be unfounded, until somebody else has decided.
    pub doubted_by: Option<PersonId>,
    /// The report it went into.
    pub merged_into: Option<ReportCaseId>,
    /// To whom it went.
    pub forwarded_to: String,
    /// When it was screened.
    pub screened_at: Option<Timestamp>,
    /// When it had been looked at.
    pub handled_at: Option<Timestamp>,
    /// When the reporter was first answered.
    pub replied_at: Option<Timestamp>,
    /// The last answer.
    pub reply: String,
    /// Paid for it. Units: fen.
    pub reward_fen: i64,
    /// How often the reporter opened it again.
    pub reopened: u32,
    /// The incident it became.
    #[serde(default)]
    pub incident: Option<IncidentId>,
    /// What the reporter thought of the last answer.
    #[serde(default)]
    pub rating: Option<Rating>,
    /// Who asked that it be voided, until somebody else has decided.
    #[serde(default)]
    pub void_ask: Option<VoidAsk>,
    /// Why it was voided.
    pub void: Option<String>,
}

/// Who says what about a step.
#[derive(Debug, Clone, PartialEq)]
pub struct Saying<'a> {
    /// Who; empty for the reporter.
    pub by: &'a PersonId,
    /// What.
    pub text: &'a str,
    /// What it looks like.
    pub photos: &'a [PhotoId],
    /// Now.
    pub at: Timestamp,
    /// Whether the hazard it led to is closed or was handed on.
    pub hazard_settled: bool,
}

impl ReportCase {
    /// A report as it comes: nothing was done with it, and its clocks do not run yet ([`Self::receive`]).
    pub fn new(
        id: ReportCaseId,
        code: String,
        channel: Channel,
        matter: Matter,
        content: String,
        site: Site,
        received_at: Timestamp,
    ) -> Self {
        Self {
            id,
            code,
            channel,
            ext_no: String::new(),
            matter,
            content,
            site,
            photos: Vec::new(),
            received_at,
            has_contact: false,
            has_voice: false,
            stage: Stage::Received,
            clocks: Clocks { screen_by: received_at, verify_by: received_at, reply_by: received_at },
            org: None,
            finding: None,
            hazard: None,
            doubted_by: None,
            merged_into: None,
            forwarded_to: String::new(),
            screened_at: None,
            handled_at: None,
            replied_at: None,
            reply: String::new(),
            reward_fen: 0,
            reopened: 0,
            incident: None,
            rating: None,
            void_ask: None,
            void: None,
        }
    }

    /// Whether what was said was found to be so, or in part.
    pub fn is_founded(&self) -> bool {
        matches!(self.finding, Some(Finding::Confirmed | Finding::Partly))
    }

    /// Checks what came and starts its clocks.
    ///
    /// Errors: nothing said, or too much; a position that is none; more pictures than nine.
    pub fn receive(self, terms: &Terms, calendar: &Calendar) -> Result<Self, ReportCaseRefusal> {
        let content = match self.content.trim() {
            "" if self.has_voice => voice::ONLY_SPOKEN.to_owned(),
            "" => return Err(ReportCaseRefusal::NoContent),
            // A browser counts a line break as one character and sends two.
            said => said.replace("\r\n", "\n"),
        };
        if content.chars().count() > MAX_CONTENT {
            return Err(ReportCaseRefusal::TooLong);
        }
        if self.photos.len() > MAX_PHOTOS {
            return Err(ReportCaseRefusal::TooManyPhotos);
        }
        if self.site.point.is_some_and(|at| !is_on_earth(at)) {
            return Err(ReportCaseRefusal::Point);
        }
        let clocks = Clocks::start(self.channel, self.matter, self.received_at, terms, calendar)?;
        Ok(Self { content, clocks, stage: Stage::Received, ..self })
    }

    /// Takes a step.
    ///
    /// Errors: the stage does not allow it; something that must be said is missing; the same person would decide twice.
    pub fn take(self, act: &Act, said: &Saying<'_>) -> Result<Self, ReportCaseRefusal> {
        use Stage::*;
        let must_say = || match said.text.trim().is_empty() {
            true => Err(ReportCaseRefusal::NoReason),
            false => Ok(said.text.trim().to_owned()),
        };
        if said.photos.len() > MAX_PHOTOS {
            return Err(ReportCaseRefusal::TooManyPhotos);
        }
        let screened = Self { screened_at: self.screened_at.or(Some(said.at)), ..self.clone() };
        match (self.stage, act) {
            (Received, Act::Accept) if self.matter == Matter::Person => Err(ReportCaseRefusal::NotFire),
            (Received, Act::Accept) => Ok(Self { stage: Accepted, ..screened }),
            (Received | Accepted | Assigned, Act::Merge { into }) => {
                if *into == self.id {
                    return Err(ReportCaseRefusal::IntoItself);
                }
                Ok(Self { stage: Merged, merged_into: Some(into.clone()), ..screened })
            }
            // It was screened to be merged; it goes on where it was given, or is accepted and waits to be given.
            (Merged, Act::Separate) => {
                must_say()?;
                let stage = match (self.org.is_some(), self.matter) {
                    (true, _) => Assigned,
                    (false, Matter::Person) => Received,
                    (false, _) => Accepted,
                };
                Ok(Self { stage, merged_into: None, ..self })
            }
            (Received | Accepted | Assigned, Act::Forward { to }) => {
                let reply = must_say()?;
                if to.trim().is_empty() {
                    return Err(ReportCaseRefusal::NoReceiver);
                }
                let replied_at = self.replied_at.or(Some(said.at));
                Ok(Self {
                    stage: Forwarded,
                    forwarded_to: to.trim().to_owned(),
                    reply,
                    replied_at,
                    ..screened
                })
            }
            (Received | Accepted | Assigned, Act::Emergency { incident }) => {
                Ok(Self { stage: Emergency, incident: incident.clone(), ..screened })
            }
            (Accepted | Assigned | Emergency, Act::Assign { org }) => {
                Ok(Self { stage: Assigned, org: Some(org.clone()), ..self })
            }
            (Assigned, Act::Doubt) => {
                must_say()?;
                if said.photos.is_empty() {
                    return Err(ReportCaseRefusal::NoPhotos);
                }
                Ok(Self { stage: Doubted, doubted_by: Some(said.by.clone()), ..self })
            }
            (Doubted, Act::AgreeDoubt | Act::RejectDoubt) if self.doubted_by.as_ref() == Some(said.by) => {
                Err(ReportCaseRefusal::SamePerson)
            }
            (Doubted, Act::AgreeDoubt) => Ok(Self {
                stage: Handled,
                finding: Some(Finding::Unfounded),
                handled_at: Some(said.at),
                ..self
            }),
            (Doubted, Act::RejectDoubt) => {
                must_say()?;
                Ok(Self { stage: Assigned, doubted_by: None, ..self })
            }
            (Assigned, Act::Handle { finding: Finding::Unfounded, .. }) => Err(ReportCaseRefusal::DoubtFirst),
            (Assigned, Act::Handle { finding, hazard }) => {
                must_say()?;
                Ok(Self {
                    stage: Handled,
                    finding: Some(*finding),
                    hazard: hazard.clone(),
                    handled_at: Some(said.at),
                    ..self
                })
            }
            (Handled | Emergency, Act::Reply) => {
                let reply = must_say()?;
                Ok(Self { stage: Replied, reply, replied_at: self.replied_at.or(Some(said.at)), ..self })
            }
            (Replied, Act::Close) if self.hazard.is_some() && !said.hazard_settled => {
                Err(ReportCaseRefusal::HazardOpen)
            }
            (Replied | Forwarded, Act::Close) => Ok(Self { stage: Closed, ..self }),
            (Replied | Closed | Forwarded, Act::Reopen) => {
                must_say()?;
                Ok(Self {
                    stage: Accepted,
                    finding: None,
                    doubted_by: None,
                    handled_at: None,
                    rating: None,
                    reopened: self.reopened.saturating_add(1),
                    ..self
                })
            }
            (Replied | Closed, Act::Reward { amount_fen }) => {
                if !matches!(self.finding, Some(Finding::Confirmed | Finding::Partly)) {
                    return Err(ReportCaseRefusal::NotConfirmed);
                }
                if self.reward_fen > 0 {
                    return Err(ReportCaseRefusal::Rewarded);
                }
                if !(1..=MAX_REWARD_FEN).contains(amount_fen) {
                    return Err(ReportCaseRefusal::Amount);
                }
                Ok(Self { reward_fen: *amount_fen, ..self })
            }
            (Replied | Closed, Act::Rate { rating }) => {
                if self.rating.is_some() {
                    return Err(ReportCaseRefusal::Rated);
                }
                Ok(Self { rating: Some(*rating), ..self })
            }
            (
                stage @ (Received | Accepted | Assigned | Doubted | Handled | Emergency | VoidAsked),
                Act::Add,
            ) => {
                must_say()?;
                Ok(Self { stage, ..self })
            }
            (stage, Act::WriteDown) if self.may_be_written_down() => {
                let heard = must_say()?;
                let content = match self.content.as_str() {
                    voice::ONLY_SPOKEN => heard,
                    said => format!("{said}\n语音听写：{heard}"),
                };
                if content.chars().count() > MAX_CONTENT {
                    return Err(ReportCaseRefusal::TooLong);
                }
                Ok(Self { stage, content, ..self })
            }
            (VoidAsked, Act::Void | Act::RejectVoid) => {
                let Some(ask) = self.void_ask.clone() else {
                    return Err(ReportCaseRefusal::WrongStage(self.stage.label()));
                };
                if ask.by == *said.by {
                    return Err(ReportCaseRefusal::SameVoid);
                }
                match act {
                    Act::Void => Ok(Self { stage: Void, void: Some(ask.reason), ..self }),
                    _ => {
                        must_say()?;
                        Ok(Self { stage: ask.from, void_ask: None, ..self })
                    }
                }
            }
            (from, Act::AskVoid) if !matches!(from, Void | VoidAsked) => {
                let ask = VoidAsk { by: said.by.clone(), reason: must_say()?, from };
                Ok(Self { stage: VoidAsked, void_ask: Some(ask), ..self })
            }
            (stage, _) => Err(ReportCaseRefusal::WrongStage(stage.label())),
        }
    }

    /// The steps its stage allows.
    pub fn steps(&self) -> Vec<&'static str> {
        let mut steps = match self.stage {
            Stage::Received if self.matter == Matter::Person => vec!["forward", "merge"],
            Stage::Received => vec!["accept", "merge", "forward", "emergency"],
            Stage::Accepted => vec!["assign", "merge", "forward", "emergency"],
            Stage::Assigned => vec!["handle", "doubt", "assign", "merge", "forward", "emergency"],
            Stage::Doubted => vec!["agree_doubt", "reject_doubt"],
            Stage::Handled => vec!["reply"],
            Stage::Emergency => vec!["reply", "assign"],
            Stage::Replied | Stage::Forwarded => vec!["close", "reopen"],
            Stage::Closed => vec!["reopen"],
            Stage::VoidAsked => return vec!["void", "reject_void"],
            Stage::Merged => vec!["separate"],
            Stage::Void => return Vec::new(),
        };
        if matches!(self.stage, Stage::Replied | Stage::Closed) {
            steps.extend(self.may_be_rewarded().then_some("reward"));
            steps.extend(self.may_be_rated().then_some("rate"));
        }
        steps.push("ask_void");
        steps
    }

    /// Whether something was spoken that may still be written down, by the custodian alone.
    pub fn may_be_written_down(&self) -> bool {
        self.has_voice && !matches!(self.stage, Stage::Merged | Stage::VoidAsked | Stage::Void)
    }

    fn may_be_rewarded(&self) -> bool {
        self.reward_fen == 0 && matches!(self.finding, Some(Finding::Confirmed | Finding::Partly))
    }

    /// Whether the reporter may still say what he thinks of the answer.
    pub fn may_be_rated(&self) -> bool {
        self.rating.is_none() && matches!(self.stage, Stage::Replied | Stage::Closed)
    }

    /// When the next of it must be done; none where nothing is awaited.
    pub fn due_at(&self) -> Option<Timestamp> {
        self.clock().map(|clock| self.clocks.due(clock))
    }

    /// The clock that runs; none where nothing is awaited. It runs on while a void is only asked for.
    pub fn clock(&self) -> Option<Clock> {
        let stage = match (&self.void_ask, self.stage) {
            (Some(ask), Stage::VoidAsked) => ask.from,
            (_, stage) => stage,
        };
        match stage {
            Stage::Received => Some(Clock::Screen),
            Stage::Accepted | Stage::Assigned | Stage::Doubted => Some(Clock::Verify),
            Stage::Handled | Stage::Emergency => Some(Clock::Reply),
            _ => None,
        }
    }

    /// Where it stands as strangers are told: what waits for a second person is under way still.
    pub fn public_stage(&self) -> Stage {
        match (&self.void_ask, self.stage) {
            (Some(ask), Stage::VoidAsked) if ask.from == Stage::Doubted => Stage::Assigned,
            (Some(ask), Stage::VoidAsked) => ask.from,
            (_, Stage::Doubted) => Stage::Assigned,
            (_, stage) => stage,
        }
    }

    /// Whether that time has passed.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.due_at().is_some_and(|due| due < now)
    }

    /// Whether the reporter may open it again.
    pub fn can_reopen(&self) -> bool {
        matches!(self.stage, Stage::Replied | Stage::Closed | Stage::Forwarded)
    }
}
