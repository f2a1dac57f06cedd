//! 警情: what one alarm, call or several of them are about, from the first sign to the hand-over and what was learned.
//! What does not belong here: which signs belong together ([`join`]), who is sent (`dispatch`), the signs themselves.
//!
//! States: `open → verifying → real | false_alarm | test | cannot_tell`, `real → responding → controlled → out →
//! handed_over → closed`. Source: handbook of the field §4.5. 119 comes first: a confirmed fire asks at once whether it was
//! told. Cause and loss are determined by the fire rescue organ (消防法 51); what is kept here is labelled initial.

mod close;
pub mod join;
pub mod landmark;
mod merge;
mod refusal;
pub mod rehearsal;
pub mod replay;
pub mod statistics;
pub mod stranger;
#[cfg(test)]
mod tests;
pub mod watch;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::geometry::Position;
use crate::ids::{IncidentId, PersonId, PlaceId, TerritoryCode};
use crate::org::words;
use crate::time::{MINUTE_MS, Timestamp};

pub use refusal::IncidentRefusal;

words! {
    /// What it is.
    Kind {
        Unknown "unknown" "性质待查"
        Building "building" "建筑火情"
        Electrical "electrical" "电气火情"
        Vehicle "vehicle" "交通工具火情"
        Outdoor "outdoor" "露天火情"
        Forest "forest" "森林草原火情"
        Gas "gas" "燃气泄漏"
        Chemical "chemical" "危险化学品事故"
        Collapse "collapse" "建（构）筑物坍塌"
        Help "help" "人员求助"
    }
}

impl Kind {
    /// Work volunteers are never sent to. Source: handbook of the field §3.6.
    pub fn bars_volunteers(self) -> bool {
        matches!(self, Self::Forest | Self::Chemical | Self::Collapse)
    }

    /// Whether something burns or burnt, as fires of a year are counted.
    pub fn burns(self) -> bool {
        matches!(self, Self::Building | Self::Electrical | Self::Vehicle | Self::Outdoor | Self::Forest)
    }

    /// Whether it is a fire, so that 119 must be told.
    pub fn is_fire(self) -> bool {
        !matches!(self, Self::Help)
    }
}

words! {
    /// How the first sign came.
    Source {
        Telephone "telephone" "电话报警"
        Person "person" "当面或现场报警"
        Device "device" "物联设备"
        Camera "camera" "视频监测"
        Webhook "webhook" "外部平台"
        Cap "cap" "预警信息"
    }
}

words! {
    /// Where it stands.
    Stage {
        Open "open" "待核实"
        Verifying "verifying" "核实中"
        CannotTell "cannot_tell" "无法判断"
        Real "real" "已确认"
        Responding "responding" "处置中"
        Controlled "controlled" "已控制"
        Out "out" "已扑灭"
        HandedOver "handed_over" "已移交"
        Closed "closed" "已办结"
        FalseAlarm "false_alarm" "误报"
        Test "test" "测试"
        /// It is another incident, on record there.
        Merged "merged" "已并入"
        Void "void" "已作废"
    }
}

impl Stage {
    /// Those that wait for somebody, on the duty screen.
    pub const LIVE: &'static [Self] = &[
        Self::Open,
        Self::Verifying,
        Self::CannotTell,
        Self::Real,
        Self::Responding,
        Self::Controlled,
        Self::Out,
        Self::HandedOver,
    ];

    /// Those in which it burns, or may: every sign of the place is of it, however late it comes.
    pub const ONGOING: &'static [Self] =
        &[Self::Open, Self::Verifying, Self::CannotTell, Self::Real, Self::Responding, Self::Controlled];

    /// Whether somebody must still do something about it.
    pub fn is_live(self) -> bool {
        Self::LIVE.contains(&self)
    }

    /// Whether nobody has said yet what it is.
    pub fn is_unverified(self) -> bool {
        matches!(self, Self::Open | Self::Verifying | Self::CannotTell)
    }

    /// Whether it burns, or may.
    fn is_burning(self) -> bool {
        matches!(self, Self::Real | Self::Responding | Self::Controlled)
    }
}

words! {
    /// What somebody found out it is.
    Verdict {
        Real "real" "属实"
        FalseAlarm "false_alarm" "误报"
        Test "test" "测试"
        CannotTell "cannot_tell" "无法判断"
    }
}

words! {
    /// How somebody found out.
    How {
        Telephone "telephone" "电话回访"
        Camera "camera" "视频查看"
        OnSite "on_site" "现场查看"
        Device "device" "设备复核"
        Caller "caller" "报警人确认"
        Other "other" "其他"
    }
}

words! {
    /// Moments of a response. Source: handbook of the field §4.5, the timeline's fields.
    Mark {
        Alarm "alarm" "报警"
        Verified "verified" "核实"
        Dispatched "dispatched" "调派"
        EnRoute "en_route" "出动"
        Arrived "arrived" "到场"
        Controlled "controlled" "控制"
        Out "out" "扑灭"
        HandedOver "handed_over" "移交"
    }
}

/// When, and who said so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// When it was so.
    pub at: Timestamp,
    /// Who set it.
    pub by: PersonId,
}

/// What was said about 119.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// When it was told; none when it was not.
    pub at: Option<Timestamp>,
    /// Nobody knows whether it was: that is noted, and asked on.
    #[serde(default)]
    pub unknown: bool,
    /// Why it was not told.
    pub why_not: String,
    /// Who answered.
    pub by: PersonId,
}

/// 初步情况: what was seen at first; never a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Initial {
    /// What people on the spot take for the cause.
    pub cause: String,
    /// What people on the spot take for the loss. Units: fen.
    pub loss_fen: Option<i64>,
    /// Hurt.
    pub injured: u32,
    /// Dead.
    pub dead: u32,
    /// How many rooms it reached.
    pub rooms: u32,
    /// 突出火情: it is to be passed on to all (C4.7). Somebody says so; no rule does.
    #[serde(default)]
    pub notable: bool,
}

/// 复盘: what was found when it was gone through again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// When.
    pub at: Timestamp,
    /// Who led it.
    pub by: PersonId,
    /// What was found.
    pub text: String,
    /// How many lessons became matters to follow up.
    pub lessons: u32,
}

/// 警情.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// Id.
    pub id: IncidentId,
    /// Number on the file.
    pub code: String,
    /// What it is.
    pub kind: Kind,
    /// How the first sign came.
    pub source: Source,
    /// Where it stands.
    pub stage: Stage,
    /// The place on the register, where it is one.
    pub place: Option<PlaceId>,
    /// The territory.
    pub territory: TerritoryCode,
    /// Where, in words.
    pub address: String,
    /// Where on the map.
    pub at: Option<Position>,
    /// How far off that may be; none where nobody knows. Units: metres.
    pub error_m: Option<f64>,
    /// Who called named place and spot as a landmark only: it is near there or that way.
    #[serde(default)]
    pub near: bool,
    /// What was said first; once somebody vouches for it, what he said, and then that.
    pub text: String,
    /// Who called, in words.
    pub called_by: String,
    /// Whether a person or a device bound to its source stands behind it. One that only unbound sources speak of reaches
    /// a person, and sends nobody out.
    pub trusted: bool,
    /// How many signs belong to it.
    pub signals: u32,
    /// When the last of them came.
    pub last_signal_at: Timestamp,
    /// Who heard it first, and when.
    pub acknowledged: Option<Stamp>,
    /// Moments of the response.
    pub marks: BTreeMap<Mark, Stamp>,
    /// How it was verified last.
    pub how: Option<How>,
    /// When it was asked whether 119 knows.
    pub asked_119_at: Option<Timestamp>,
    /// What was said about 119.
    pub told_119: Option<Told>,
    /// What was seen at first.
    pub initial: Initial,
    /// How far help was called: 1 the own forces, 2 those of neighbours, 3 those of the district.
    pub level: u8,
    /// To whom it was handed over.
    pub handed_to: String,
    /// What was found afterwards.
    pub review: Option<Review>,
    /// Nothing of it happened: invented to practise.
    pub rehearsal: bool,
    /// The incident it turned out to be.
    #[serde(default)]
    pub merged_into: Option<IncidentId>,
    /// Incidents that turned out to be this one.
    #[serde(default)]
    pub absorbed: Vec<IncidentId>,
    /// Of whom it is where nobody registered spoke first.
    #[serde(default)]
    pub stranger: Option<stranger::Stranger>,
}

/// What happens to an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// The first sign.
    Open,
    /// Another sign belongs to it.
    Join {
        /// What the sign says, in words.
        says: String,
        /// Why it belongs here, in words.
        why: Vec<String>,
        /// Whether a bound source sent it.
        bound: bool,
        /// Whether it says that all is well again: that is noted and changes nothing.
        restored: bool,
    },
    /// Somebody heard it.
    Acknowledge,
    /// Somebody looks into it.
    Verify,
    /// Somebody found out what it is.
    Judge {
        /// What.
        verdict: Verdict,
        /// How.
        how: How,
        /// What kind it is, where it is real.
        kind: Option<Kind>,
    },
    /// What was said about 119.
    Tell119 {
        /// When it was told; none: the text says why not.
        at: Option<Timestamp>,
        /// Nobody knows whether it was.
        #[serde(default)]
        unknown: bool,
    },
    /// A moment of the response.
    Mark {
        /// Which.
        mark: Mark,
    },
    /// Handed over.
    HandOver {
        /// To whom.
        to: String,
    },
    /// What was seen at first.
    Note {
        /// What.
        initial: Initial,
    },
    /// What is on record was not right.
    Change {
        /// What it is.
        kind: Kind,
        /// Where, in words.
        address: String,
        /// Where on the map.
        at: Option<Position>,
    },
    /// More help was called.
    Raise {
        /// 2 or 3.
        level: u8,
    },
    /// It was gone through again.
    Review {
        /// How many lessons became matters to follow up.
        lessons: u32,
    },
    /// Another incident turned out to be this one.
    Absorb {
        /// Its number.
        code: String,
        /// How many signs it had.
        signals: u32,
    },
    /// It turned out to be another incident.
    Merge {
        /// The other's number.
        code: String,
    },
    /// Nothing is left to do.
    Close,
    /// It never was.
    Void,
}

impl Act {
    /// Stable word.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Join { .. } => "join",
            Self::Acknowledge => "acknowledge",
            Self::Verify => "verify",
            Self::Judge { .. } => "judge",
            Self::Tell119 { .. } => "tell_119",
            Self::Mark { .. } => "mark",
            Self::HandOver { .. } => "hand_over",
            Self::Note { .. } => "note",
            Self::Change { .. } => "change",
            Self::Raise { .. } => "raise",
            Self::Review { .. } => "review",
            Self::Absorb { .. } => "absorb",
            Self::Merge { .. } => "merge",
            Self::Close => "close",
            Self::Void => "void",
        }
    }

    /// The word people read.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Open => "接警",
            Self::Join { .. } => "并入信号",
            Self::Acknowledge => "值守已知晓",
            Self::Verify => "开始核实",
            Self::Judge { .. } => "核实结论",
            Self::Tell119 { .. } => "119 报告情况",
            Self::Mark { mark } => mark.label(),
            Self::HandOver { .. } => "移交",
            Self::Note { .. } => "初步情况",
            Self::Change { .. } => "更正",
            Self::Raise { .. } => "增援升级",
            Self::Review { .. } => "复盘",
            Self::Absorb { .. } => "并入另一起",
            Self::Merge { .. } => "并入",
            Self::Close => "办结",
            Self::Void => "作废",
        }
    }
}

/// What happened, as kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Running number within the incident, from 1.
    pub seq: i64,
    /// What.
    pub act: Act,
    /// When it was so.
    pub at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who.
    pub by: PersonId,
    /// What was said.
    pub text: String,
    /// Where it stood after it.
    pub stage: Stage,
}

/// The first sign as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Sign {
    /// How it came.
    pub source: Source,
    /// What it is, as far as known.
    pub kind: Kind,
    /// The place.
    pub place: Option<PlaceId>,
    /// The territory.
    pub territory: TerritoryCode,
    /// Where, in words.
    pub address: String,
    /// Where on the map.
    pub at: Option<Position>,
    /// How far off that may be. Units: metres.
    pub error_m: Option<f64>,
    /// What was said.
    pub text: String,
    /// Who called.
    pub called_by: String,
    /// Whether a person or a bound device stands behind it.
    pub bound: bool,
    /// When it came.
    pub came_at: Timestamp,
}

/// Why it must be gone through again. Source: handbook of the field §4.5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewReason {
    /// Somebody was hurt or died.
    Hurt,
    /// It reached two rooms or more.
    Spread,
    /// It burned there before.
    Again,
    /// Whoever was sent came later than aimed at.
    Slow,
    /// The place is on a list.
    Listed,
}

impl ReviewReason {
    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Hurt => "hurt",
            Self::Spread => "spread",
            Self::Again => "again",
            Self::Slow => "slow",
            Self::Listed => "listed",
        }
    }

    /// The words people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Hurt => "有人员伤亡",
            Self::Spread => "蔓延到两间以上",
            Self::Again => "同一地点再次发生",
            Self::Slow => "到场超过目标时间",
            Self::Listed => "发生在列管场所",
        }
    }
}

/// What else is known, to tell whether it must be gone through again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Around {
    /// It burned there before.
    pub again: bool,
    /// The place is on a list.
    pub listed: bool,
    /// From the dispatch to the arrival. Units: seconds.
    pub target_s: i64,
}

impl Incident {
    /// Begins with the first sign.
    ///
    /// Errors: nobody can say where it is.
    pub fn open(
        id: IncidentId,
        code: String,
        sign: Sign,
        by: PersonId,
        now: Timestamp,
    ) -> Result<Self, IncidentRefusal> {
        if sign.place.is_none() && sign.at.is_none() && sign.address.trim().is_empty() {
            return Err(IncidentRefusal::Nowhere);
        }
        if sign.came_at > now {
            return Err(IncidentRefusal::NotYet);
        }
        let alarm = Stamp { at: sign.came_at, by };
        Ok(Self {
            id,
            code,
            kind: sign.kind,
            source: sign.source,
            stage: Stage::Open,
            place: sign.place,
            territory: sign.territory,
            address: sign.address.trim().to_owned(),
            at: sign.at,
            error_m: sign.error_m,
            near: false,
            text: sign.text.trim().to_owned(),
            called_by: sign.called_by.trim().to_owned(),
            trusted: sign.bound,
            signals: 1,
            last_signal_at: sign.came_at,
            acknowledged: None,
            marks: BTreeMap::from([(Mark::Alarm, alarm)]),
            how: None,
            asked_119_at: None,
            told_119: None,
            initial: Initial::default(),
            level: 1,
            handed_to: String::new(),
            review: None,
            rehearsal: false,
            merged_into: None,
            absorbed: Vec::new(),
            stranger: None,
        })
    }

    /// A moment of the response.
    pub fn mark(&self, mark: Mark) -> Option<Timestamp> {
        self.marks.get(&mark).map(|stamp| stamp.at)
    }

    /// From one moment to another; none while one is missing. Units: seconds.
    pub fn between_s(&self, from: Mark, to: Mark) -> Option<i64> {
        Some((self.mark(to)?.0 - self.mark(from)?.0).div_euclid(1_000))
    }

    /// Whether somebody must say at once whether 119 knows.
    pub fn awaits_119(&self) -> bool {
        let is_answered = self.told_119.as_ref().is_some_and(|told| !told.unknown);
        self.asked_119_at.is_some() && !is_answered && self.stage.is_live()
    }

    /// Whether people may be sent out.
    ///
    /// Errors: nobody confirmed what only unbound sources speak of; it is over.
    pub fn may_dispatch(&self) -> Result<(), IncidentRefusal> {
        match self.stage {
            stage if stage.is_unverified() && !self.trusted => Err(IncidentRefusal::Unverified),
            stage if stage.is_live() && stage != Stage::HandedOver => Ok(()),
            stage => Err(IncidentRefusal::Stage(stage.label())),
        }
    }

    /// Why it must be gone through again; nothing for what was no fire.
    pub fn review_reasons(&self, around: Around) -> Vec<ReviewReason> {
        if self.stage.is_unverified()
            || matches!(self.stage, Stage::FalseAlarm | Stage::Test | Stage::Merged | Stage::Void)
        {
            return Vec::new();
        }
        let is_slow = self.between_s(Mark::Dispatched, Mark::Arrived).is_some_and(|s| s > around.target_s);
        let reasons = [
            (self.initial.injured + self.initial.dead > 0, ReviewReason::Hurt),
            (self.initial.rooms >= 2, ReviewReason::Spread),
            (around.again, ReviewReason::Again),
            (is_slow, ReviewReason::Slow),
            (around.listed, ReviewReason::Listed),
        ];
        reasons.into_iter().filter(|(is_so, _)| *is_so).map(|(_, reason)| reason).collect()
    }

    /// Takes a step.
    ///
    /// Errors: the stage or what was said does not allow it; moments that cannot follow each other.
    pub fn take(
        mut self,
        act: &Act,
        by: &PersonId,
        at: Timestamp,
        text: &str,
        now: Timestamp,
    ) -> Result<Self, IncidentRefusal> {
        let stage = self.stage;
        let refused = Err(IncidentRefusal::Stage(stage.label()));
        let is_silent = text.trim().is_empty();
        // A step is noted when somebody gets to it, but never before the alarm.
        if at > now {
            return Err(IncidentRefusal::NotYet);
        }
        let begun = self.mark(Mark::Alarm).unwrap_or(at);
        if at < begun && !matches!(act, Act::Join { .. } | Act::Tell119 { .. }) {
            return Err(IncidentRefusal::Order);
        }
        let stamp = Stamp { at, by: by.clone() };
        match act {
            // Two are joined by [`Incident::absorb`].
            Act::Open | Act::Absorb { .. } | Act::Merge { .. } => return refused,
            Act::Join { says, bound, restored, .. } => {
                if !stage.is_live() {
                    return refused;
                }
                // What the first one says whom somebody vouches for is what everybody must read, before what nobody did.
                if *bound && !*restored && !self.trusted && stage.is_unverified() && !says.trim().is_empty() {
                    let before = std::mem::take(&mut self.text);
                    self.text = match before.is_empty() {
                        true => says.trim().to_owned(),
                        false => format!("{}（此前未绑定来源：{before}）", says.trim()),
                    };
                }
                self.signals += 1;
                self.last_signal_at = self.last_signal_at.max(at);
                // "All well" from a device proves nothing about the fire.
                self.trusted |= *bound && !*restored;
            }
            Act::Acknowledge => match self.acknowledged {
                Some(_) => return Err(IncidentRefusal::Known),
                None if !stage.is_live() => return refused,
                None => self.acknowledged = Some(stamp),
            },
            Act::Verify => match stage {
                Stage::Open | Stage::CannotTell => {
                    self.stage = Stage::Verifying;
                    self.acknowledged.get_or_insert(stamp);
                }
                _ => return refused,
            },
            Act::Judge { verdict, how, kind } => {
                let may = stage.is_unverified()
                    || matches!(stage, Stage::Real | Stage::Responding | Stage::FalseAlarm | Stage::Test);
                let again = matches!(verdict, Verdict::CannotTell) && !stage.is_unverified();
                if !may || again {
                    return refused;
                }
                // What changes a verdict, or takes the alarm back, is said why.
                let is_change = !stage.is_unverified();
                if is_silent && (is_change || *verdict != Verdict::Real) {
                    return Err(IncidentRefusal::NoReason);
                }
                self.how = Some(*how);
                self.acknowledged.get_or_insert(stamp.clone());
                if *verdict != Verdict::CannotTell {
                    self.marks.entry(Mark::Verified).or_insert(stamp);
                }
                self.stage = match verdict {
                    Verdict::Real if stage == Stage::Responding => Stage::Responding,
                    Verdict::Real => Stage::Real,
                    Verdict::FalseAlarm => Stage::FalseAlarm,
                    Verdict::Test => Stage::Test,
                    Verdict::CannotTell => Stage::CannotTell,
                };
                self.turn_out(kind.unwrap_or(self.kind), now);
            }
            Act::Tell119 { at: told, unknown } => {
                if !stage.is_live() {
                    return refused;
                }
                if told.is_some_and(|told| told > now) {
                    return Err(IncidentRefusal::NotYet);
                }
                // People tell the time to the minute.
                if told.is_some_and(|told| told.0 < begun.0 - begun.0.rem_euclid(MINUTE_MS)) {
                    return Err(IncidentRefusal::ToldBefore);
                }
                let unknown = *unknown && told.is_none();
                // Who does not know it does not undo what somebody knew.
                if unknown && self.told_119.as_ref().is_some_and(|known| known.at.is_some()) {
                    return Err(IncidentRefusal::KnownTold);
                }
                if told.is_none() && !unknown && is_silent {
                    return Err(IncidentRefusal::WhyNot119);
                }
                let why_not = if told.is_some() { String::new() } else { text.trim().to_owned() };
                self.told_119 = Some(Told { at: *told, unknown, why_not, by: by.clone() });
            }
            Act::Mark { mark } => {
                let next = match (mark, stage) {
                    (Mark::Dispatched, stage) => {
                        self.may_dispatch()?;
                        stage
                    }
                    (Mark::EnRoute | Mark::Arrived, stage) if stage.is_unverified() && self.trusted => stage,
                    (Mark::EnRoute | Mark::Arrived, Stage::Real) => Stage::Responding,
                    (Mark::EnRoute | Mark::Arrived, stage) if stage.is_burning() => stage,
                    (Mark::Controlled, Stage::Real | Stage::Responding) => Stage::Controlled,
                    (Mark::Out, Stage::Real | Stage::Responding | Stage::Controlled) => Stage::Out,
                    _ => return refused,
                };
                // The first of several crews is the one that counts.
                if self.mark(*mark).is_none_or(|known| at < known) {
                    if self.is_out_of_order(*mark, at) {
                        return Err(IncidentRefusal::Order);
                    }
                    self.marks.insert(*mark, stamp);
                }
                self.stage = next;
            }
            Act::HandOver { to } => {
                if stage != Stage::Out {
                    return refused;
                }
                if to.trim().is_empty() {
                    return Err(IncidentRefusal::ToWhom);
                }
                if self.awaits_119() {
                    return Err(IncidentRefusal::Untold);
                }
                if self.is_out_of_order(Mark::HandedOver, at) {
                    return Err(IncidentRefusal::Order);
                }
                self.handed_to = to.trim().to_owned();
                self.stage = Stage::HandedOver;
                self.marks.insert(Mark::HandedOver, stamp);
            }
            Act::Note { initial } => {
                if matches!(
                    stage,
                    Stage::FalseAlarm | Stage::Test | Stage::Merged | Stage::Void | Stage::Closed
                ) {
                    return refused;
                }
                self.initial = initial.clone();
            }
            Act::Change { kind, address, at } => {
                if !stage.is_live() {
                    return refused;
                }
                if self.place.is_none() && at.is_none() && address.trim().is_empty() {
                    return Err(IncidentRefusal::Nowhere);
                }
                // Who puts it right knows where it is, unless he names the landmark once more.
                let is_moved = self.at != *at;
                let is_said = self.address != address.trim();
                self.near &= !is_moved && (!is_said || landmark::is_only_near(address));
                if is_moved {
                    (self.at, self.error_m) = (*at, None);
                }
                self.address = address.trim().to_owned();
                self.turn_out(*kind, now);
            }
            Act::Raise { level } => {
                if !stage.is_burning() {
                    return refused;
                }
                if *level <= self.level || *level > 3 {
                    return Err(IncidentRefusal::Level);
                }
                if is_silent {
                    return Err(IncidentRefusal::NoReason);
                }
                self.level = *level;
            }
            Act::Review { lessons } => {
                if !matches!(stage, Stage::HandedOver | Stage::Closed) && !self.rehearsal {
                    return refused;
                }
                if is_silent {
                    return Err(IncidentRefusal::NoFinding);
                }
                // Of what was invented nothing is left to do.
                if self.rehearsal {
                    self.stage = Stage::Closed;
                }
                self.review =
                    Some(Review { at, by: by.clone(), text: text.trim().to_owned(), lessons: *lessons });
            }
            Act::Close => {
                if stage != Stage::HandedOver {
                    return refused;
                }
                self.stage = Stage::Closed;
            }
            Act::Void => {
                if matches!(stage, Stage::Void | Stage::Merged) || self.stage.is_burning() {
                    return refused;
                }
                if is_silent {
                    return Err(IncidentRefusal::NoReason);
                }
                self.stage = Stage::Void;
            }
        }
        Ok(self)
    }

    /// What it is, as somebody found out or put right: of a confirmed fire it is asked at once whether 119 knows. Why 119 was
    /// not told of what was taken for no fire says nothing about the fire.
    fn turn_out(&mut self, kind: Kind, now: Timestamp) {
        let was_fire = std::mem::replace(&mut self.kind, kind).is_fire();
        if !kind.is_fire() || !(self.stage.is_burning() || self.stage == Stage::Out) {
            return;
        }
        if !was_fire {
            self.told_119 = self.told_119.take().filter(|told| told.at.is_some());
        }
        self.asked_119_at.get_or_insert(now);
    }

    /// Since when it burns or may, while it does.
    pub fn ongoing_since(&self) -> Option<Timestamp> {
        self.mark(Mark::Alarm).filter(|_| Stage::ONGOING.contains(&self.stage))
    }

    /// Whether a moment lies before one that must come first, or after one that comes later.
    fn is_out_of_order(&self, mark: Mark, at: Timestamp) -> bool {
        // Who was on the spot by chance may have put it out before anybody was sent.
        let is_crew = |mark: Mark| matches!(mark, Mark::Dispatched | Mark::EnRoute | Mark::Arrived);
        self.marks.iter().any(|(other, stamp)| {
            let both = is_crew(mark) == is_crew(*other) || *other == Mark::Alarm;
            both && (*other < mark && stamp.at > at || *other > mark && stamp.at < at)
        })
    }

    /// The steps its stage allows, in the order a night asks for them. Joining and marking by orders are not among them.
    pub fn steps(&self) -> Vec<&'static str> {
        let stage = self.stage;
        let burning = stage.is_burning();
        let judged = stage.is_unverified()
            || matches!(stage, Stage::Real | Stage::Responding | Stage::FalseAlarm | Stage::Test);
        let noted = burning || matches!(stage, Stage::Out | Stage::HandedOver);
        let offers = [
            (stage.is_live() && self.acknowledged.is_none(), "acknowledge"),
            (matches!(stage, Stage::Open | Stage::CannotTell), "verify"),
            (judged, "judge"),
            (stage.is_live(), "tell_119"),
            (self.may_dispatch().is_ok(), "dispatch"),
            (burning, "arrived"),
            (matches!(stage, Stage::Real | Stage::Responding), "controlled"),
            (burning, "out"),
            (stage == Stage::Out, "hand_over"),
            (noted, "note"),
            (stage.is_live(), "change"),
            (burning && self.level < 3, "raise"),
            (matches!(stage, Stage::HandedOver | Stage::Closed) && self.review.is_none(), "review"),
            (stage == Stage::HandedOver, "close"),
            (self.may_absorb(), "merge"),
            (!burning && !matches!(stage, Stage::Void | Stage::Merged), "void"),
        ];
        offers.into_iter().filter(|(is_so, _)| *is_so).map(|(_, step)| step).collect()
    }
}
