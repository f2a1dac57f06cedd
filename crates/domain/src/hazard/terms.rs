//! The words a hazard is described in: levels, days, photos, measures, escalations. What does not belong here: when a
//! word may be used, which is the state machine's matter (`hazard`).

use serde::{Deserialize, Serialize};

use super::refusal::HazardRefusal;
use crate::calendar::{Calendar, OutOfRange};
use crate::ids::{AuthorityItemId, OrgId, PersonId, PhotoId};
use crate::time::{Date, HOUR_MS, Timestamp};

/// How grave a hazard is. Fire law knows two words, 火灾隐患 and 重大火灾隐患; the tiers between are management's.
///
/// A regional hazard (区域性火灾隐患) is an area or a trade named by the district, not a level of one find.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 一般: fixed at once or with small effort. Any inspector decides.
    General,
    /// 较大: blocks escape, disables equipment, people sleep where others work. The office confirms.
    Larger,
    /// 疑似重大: hits an element of GB 35181. The office confirms and transfers; nobody here determines.
    MajorSuspect,
    /// 重大火灾隐患: determined by the district fire rescue organ, recorded here with its document.
    Major,
}

impl Level {
    /// The level in Chinese.
    pub fn label(self) -> &'static str {
        match self {
            Self::General => "一般",
            Self::Larger => "较大",
            Self::MajorSuspect => "疑似重大",
            Self::Major => "重大火灾隐患",
        }
    }

    /// The level as stored and sent.
    pub fn code(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Larger => "larger",
            Self::MajorSuspect => "major_suspect",
            Self::Major => "major",
        }
    }

    /// Whether an inspector's grading stays provisional until the office confirms it.
    pub fn needs_confirmation(self) -> bool {
        self > Self::General
    }
}

/// A number of days and which days count. Zero means at once, on the same date.
///
/// The caller takes number and unit from the town's parameters or from the law that gives the deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Days {
    /// 工作日, over the town's calendar.
    Working(u16),
    /// 日历日.
    Calendar(u16),
}

impl Days {
    /// The last date of a span that starts after `start`: the day after `start` is day 1.
    ///
    /// Errors: [`OutOfRange`] when the date cannot be represented.
    pub fn after(self, start: Date, calendar: &Calendar) -> Result<Date, OutOfRange> {
        match self {
            Self::Working(n) => calendar.working_day_after(start, n),
            Self::Calendar(n) => start.checked_add_days(chrono::Days::new(n.into())).ok_or(OutOfRange),
        }
    }

    /// How many days, whatever their kind.
    pub fn count(self) -> u16 {
        match self {
            Self::Working(n) | Self::Calendar(n) => n,
        }
    }

    /// As many days of the same kind as `self`.
    pub fn same_kind(self, count: u16) -> Self {
        match self {
            Self::Working(_) => Self::Working(count),
            Self::Calendar(_) => Self::Calendar(count),
        }
    }
}

/// A code of the hazard dictionary, as `H01.2`; its first two digits are the hazard category.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HazardCode(String);

impl HazardCode {
    /// Reads a code; whether the dictionary in force knows it is not asked here.
    ///
    /// Errors: [`HazardRefusal::CodeFormat`] unless it is `H`, two digits and perhaps a dot and digits.
    pub fn parse(text: &str) -> Result<Self, HazardRefusal> {
        let refused = || HazardRefusal::CodeFormat { given: text.to_owned() };
        let digits = text.strip_prefix('H').ok_or_else(refused)?;
        let (category, number) = digits.split_once('.').unwrap_or((digits, "0"));
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if category.len() != 2 || !is_number(category) || !is_number(number) {
            return Err(refused());
        }
        Ok(Self(text.to_owned()))
    }

    /// 其他: what the dictionary has no word for.
    pub fn other() -> Self {
        Self("H99".to_owned())
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The two digits of the hazard category.
    pub fn category(&self) -> &str {
        self.0.get(1..3).unwrap_or_default()
    }
}

impl TryFrom<String> for HazardCode {
    type Error = HazardRefusal;

    fn try_from(text: String) -> Result<Self, HazardRefusal> {
        Self::parse(&text)
    }
}

impl From<HazardCode> for String {
    fn from(code: HazardCode) -> Self {
        code.0
    }
}

/// A photo and the checklist item it shows, when it shows one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    /// The stored picture.
    pub id: PhotoId,
    /// The checklist item, as `B06`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
}

/// Under which of the three regimes an enforcement act is done; name, seal and remedy text follow from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegalBasis {
    /// 法定职权: the organ's own statutory power.
    OwnStatutory,
    /// 赋权: in the town's own name. Source: 行政处罚法 (2021) art. 24.
    Empowered,
    /// 委托: in the delegating organ's name. Source: 行政处罚法 (2021) art. 20.
    Delegated,
}

/// 生命通道被占堵: passage or exit blocked or locked, fire lane blocked. Source: handbook of the field §5.1.
const BLOCKED_PASSAGE: [&str; 3] = ["H01.1", "H01.2", "H02.1"];
/// Within so long a blocked passage is free again. Units: milliseconds. Source: handbook of the field §1.4, C16.3 (P).
const PASSAGE_MS: i64 = 24 * HOUR_MS;

/// Whether a kind of hazard blocks a passage people escape or engines come by.
pub fn blocks_passage(code: &str) -> bool {
    BLOCKED_PASSAGE.contains(&code)
}

/// Whether a hazard was closed as soon as a blocked passage has to be.
pub fn is_freed_in_time(found_at: Timestamp, closed_at: Timestamp) -> bool {
    closed_at.0 - found_at.0 <= PASSAGE_MS
}

/// Proof that one officer may order rectification: person, certificate, authority item and days of validity.
///
/// Made by `policy` from the register of certificates and authority items for the territory of the place; nobody
/// else builds one. Without it there is advice, and advice never uses the word of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MayOrder {
    /// The officer who holds the certificate.
    pub officer: PersonId,
    /// 行政执法证号.
    pub certificate_no: String,
    /// Name of the item of the authority list in force.
    pub authority_item: String,
    /// The item itself; none on orders from before items were recorded.
    #[serde(default)]
    pub item: Option<AuthorityItemId>,
    /// Who ordered with him; empty on orders from before it was asked.
    #[serde(default)]
    pub with: Vec<PersonId>,
    /// The regime the item is exercised under.
    pub basis: LegalBasis,
    /// First date on which both certificate and item are valid.
    pub valid_from: Date,
    /// Last such date; none when open.
    pub valid_to: Option<Date>,
}

impl MayOrder {
    /// Whether the proof covers this date.
    pub fn is_valid_on(&self, date: Date) -> bool {
        self.valid_from <= date && self.valid_to.is_none_or(|last| date <= last)
    }
}

/// What the place was told to do, and by what right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Measure {
    /// 督促整改: advice of village, grid, department or office. Paper DT02.
    Advice {
        /// What is advised.
        text: String,
        /// Who issued it and may therefore extend and close.
        issuer: OrgId,
    },
    /// 责令改正: an order of an officer with authority. Papers DT03 (at once) and DT04 (within a limit).
    Order {
        /// What is ordered.
        text: String,
        /// Who issued it.
        issuer: OrgId,
        /// The proof of authority, kept with the act.
        authority: MayOrder,
    },
    /// 重大火灾隐患整改通知: the fire rescue organ's own notice, received as a copy. Paper DT05.
    OrganNotice(Determination),
}

impl Measure {
    /// The measure as stored and sent.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Advice { .. } => "advice",
            Self::Order { .. } => "order",
            Self::OrganNotice(_) => "organ_notice",
        }
    }
}

/// What the fire rescue organ determined of a suspected major hazard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Determination {
    /// 文号 of its document.
    pub document_no: String,
    /// Edition of GB 35181 it applied, as `2025`.
    pub edition: String,
    /// The elements it found, as the document names them.
    pub elements: Vec<String>,
    /// The deadline its notice sets.
    pub deadline_on: Date,
}

/// What the place has to fix, by when, and until when somebody has to look again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rectification {
    /// Advice, order or the organ's notice.
    pub measure: Measure,
    /// The time allowed when the deadline was set; none when a document names the date itself.
    pub allowed: Option<Days>,
    /// Last date of the time allowed, extension included.
    pub deadline_on: Date,
    /// Last date for the re-check if nothing is submitted before.
    pub recheck_due_on: Date,
    /// Where the one possible extension stands.
    pub extension: Extension,
}

/// The one extension (延期) a rectification may get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Extension {
    /// Nobody asked, or the last request was refused.
    None,
    /// Asked before the deadline, not yet decided.
    Asked {
        /// How many days of the kind first allowed.
        days: u16,
        /// Why.
        reason: String,
        /// The member of staff who filed it, if not the unit itself.
        by: Option<PersonId>,
    },
    /// Granted; there is no second one.
    Granted,
}

impl Extension {
    /// Where it stands, as stored and sent.
    pub fn code(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Asked { .. } => "asked",
            Self::Granted => "granted",
        }
    }
}

/// A fix as submitted by the unit or for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// How it came in.
    pub channel: FixChannel,
    /// The member of staff who submitted it; none when the unit did.
    pub by: Option<PersonId>,
    /// When the fix was handed in.
    pub at: Timestamp,
    /// What it looks like now; never empty.
    pub photos: Vec<Photo>,
    /// What was done.
    pub note: String,
}

/// How a fix reached the town.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FixChannel {
    /// The unit's own account.
    Unit,
    /// The code printed on the notice, without an account.
    Code,
    /// Staff, for a unit that handed it in otherwise.
    Staff,
}

/// Who looked again, when, and what they saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recheck {
    /// Everybody who was there; at least one neither found the hazard nor submitted the fix.
    pub by: Vec<PersonId>,
    /// When.
    pub at: Timestamp,
    /// What it looked like; never empty.
    pub photos: Vec<Photo>,
    /// The finding.
    pub note: String,
}

/// A step of the escalation ladder. Several may run beside the rectification, so they are a list and not a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EscalationKind {
    /// 联合管控 by town, sector and police.
    JointControl,
    /// 行业限期整改 by the sector authority.
    SectorDeadline,
    /// 镇级挂牌督办 by the town's committee; never called a listing of a major hazard.
    TownListed,
    /// 区级挂牌督办 of a determined major hazard. Source: 重庆市消防条例 (2024) art. 13(4).
    DistrictListed,
    /// 立案处罚 by empowered or delegated officers, or after transfer.
    CaseFiled,
    /// 临时查封, decided by the fire rescue organ alone. Source: 消防监督检查规定 art. 22.
    TempSeal,
    /// 停止使用/停产停业, decided by the competent organ.
    StopUse,
    /// 断电断气配合: recorded when another authority acts under its own law.
    PowerGasCut,
}

impl EscalationKind {
    /// The step in Chinese.
    pub fn label(self) -> &'static str {
        match self {
            Self::JointControl => "联合管控",
            Self::SectorDeadline => "行业限期整改",
            Self::TownListed => "镇级挂牌督办",
            Self::DistrictListed => "区级挂牌督办",
            Self::CaseFiled => "立案处罚",
            Self::TempSeal => "临时查封",
            Self::StopUse => "停止使用/停产停业",
            Self::PowerGasCut => "断电断气配合",
        }
    }

    /// Whose it is to take, in Chinese. Source: handbook of the field, §4.2, authority of each step.
    pub fn authority(self) -> &'static str {
        match self {
            Self::JointControl => "镇、行业主管部门、公安派出所",
            Self::SectorDeadline => "行业主管部门",
            Self::TownListed => "镇消安委",
            Self::DistrictListed => "区级政府",
            Self::CaseFiled => "有权的执法人员，或者移送有权机关",
            Self::TempSeal => "区消防救援机构",
            Self::StopUse => "有权机关",
            Self::PowerGasCut => "依法采取措施的其他机关",
        }
    }

    /// Whether somebody outside the town's own governance decides, so that only their document may be recorded.
    pub fn needs_document(self) -> bool {
        matches!(
            self,
            Self::DistrictListed | Self::CaseFiled | Self::TempSeal | Self::StopUse | Self::PowerGasCut
        )
    }
}

/// An escalation that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// Which step.
    pub kind: EscalationKind,
    /// Since when.
    pub on: Date,
    /// The deciding document.
    pub document_no: Option<String>,
}

/// To whom a hazard is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Receiver {
    /// 区消防救援机构.
    FireRescue,
    /// 公安机关.
    Police,
    /// 行业主管部门.
    Sector,
}

impl Receiver {
    /// The receiver in Chinese.
    pub fn label(self) -> &'static str {
        match self {
            Self::FireRescue => "区消防救援机构",
            Self::Police => "公安机关",
            Self::Sector => "行业主管部门",
        }
    }
}

/// What came back for a transferred hazard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TransferAnswer {
    /// The fire rescue organ determined a major hazard and served its notice.
    Major(Determination),
    /// Not major, or not theirs: the town goes on with this level.
    Returned {
        /// The level to go on with; general or larger.
        level: Level,
        /// What they said.
        reason: String,
    },
}

/// How a notice reached the unit (送达方式).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServeMethod {
    /// 直接送达.
    Direct,
    /// 留置送达.
    LeftBehind,
    /// 邮寄送达.
    Post,
    /// 电子送达.
    Electronic,
    /// 公告送达.
    PublicNotice,
}
