//! Forces as pages see them: shapes alone. What does not belong here: how they are filled ([`super::book`]).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::call_test::{CallDue, LastCall};
use crate::gate::GateView;
use crate::view::{Named, Word};

/// What is missing of one line of the standard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ForceGap {
    /// Item.
    pub item: String,
    /// What people call it.
    pub name: String,
    /// Unit.
    pub unit: String,
    /// At least so many.
    pub least: u32,
    /// So many are there.
    pub have: u32,
    /// Whether the standard asks for it; otherwise it is advised.
    pub must: bool,
}

/// A force on the force board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ForceRow {
    /// Id.
    pub id: String,
    /// Kind.
    pub kind: Word,
    /// Whom it serves.
    pub served: Word,
    /// Name.
    pub name: String,
    /// Who keeps it.
    pub org: Named,
    /// The village it stands in, or the town.
    pub village: Named,
    /// The unit or compound it serves.
    pub place: Option<Named>,
    /// `registered`, `accepted` or `closed`.
    pub state: String,
    /// In Chinese.
    pub state_label: String,
    /// Whether it counts today: accepted, and all there that the standard asks for.
    pub active: bool,
    /// Telephone.
    pub phone: String,
    /// Radio channel.
    pub radio: String,
    /// Its call sign while it is in the unified dispatch.
    pub call_sign: Option<String>,
    /// Its head.
    pub head: Option<Named>,
    /// How many people it has today.
    pub people: usize,
    /// How many of them are there today.
    pub present: usize,
    /// How many are on duty today.
    pub on_duty: usize,
    /// What is missing.
    pub gaps: Vec<ForceGap>,
    /// Shifts of today with too few on duty.
    pub thin_shifts: Vec<ThinShift>,
    /// When the kit was counted last.
    pub counted_on: Option<String>,
    /// Whether that is longer ago than the town's setting allows.
    pub count_late: bool,
    /// Patrols this month.
    pub patrols: i64,
    /// Certificates of its people that have run out or soon will.
    pub expiring: Vec<ExpiringSkill>,
    /// Its last call within the year, for who may read calls.
    pub last_call: Option<LastCall>,
    /// When it is to be called next, for who may read calls; null outside the dispatch or where the plan asks for no tests.
    pub next_call: Option<CallDue>,
}

/// A shift with too few on duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ThinShift {
    /// The day.
    pub on: String,
    /// Shift.
    pub shift: Word,
    /// So many there must be.
    pub least: u32,
    /// So many there are.
    pub have: u32,
}

/// A certificate of a member that has run out or soon will.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExpiringSkill {
    /// Whose.
    pub person: Named,
    /// What it proves.
    pub kind: Word,
    /// Its last day.
    pub expires_on: String,
    /// Days until then; negative when it is over.
    pub days_left: i64,
}

/// The force board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ForceList {
    /// Forces, by village.
    pub items: Vec<ForceRow>,
    /// Whether the caller may register one.
    pub can_add: bool,
}

/// One line of the standard beside what is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct KitLine {
    /// Item.
    pub item: String,
    /// What people call it.
    pub name: String,
    /// Unit.
    pub unit: String,
    /// What it counts: `staff`, `vehicle`, `kit`.
    pub group: Word,
    /// At least so many.
    pub least: u32,
    /// So many can be used.
    pub have: u32,
    /// So many are missing.
    pub missing: u32,
    /// Whether the standard asks for it.
    pub must: bool,
    /// How far the number may be trusted.
    pub confidence: Word,
    /// Where it comes from.
    pub source: String,
    /// The town's setting that gives the number.
    pub setting: Option<String>,
    /// When it was counted last.
    pub counted_on: Option<String>,
    /// So many of what was counted cannot be used.
    pub unfit: u32,
}

/// A vehicle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ForceVehicleView {
    /// Its place in the list, from 0.
    pub no: usize,
    /// What it is.
    pub item: Word,
    /// Name.
    pub name: String,
    /// 车牌号.
    pub plate: String,
    /// First day in service.
    pub from: String,
    /// The first day it is out of service.
    pub gone_on: Option<String>,
    /// Why.
    pub gone_reason: String,
}

/// A skill of a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SkillView {
    /// Skill.
    pub skill: Word,
    /// `unproved`, `certified`, `expired` or `lacking`.
    pub standing: String,
    /// Last day of its certificate.
    pub last_day: Option<String>,
}

/// Away for some days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AwayView {
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Why; empty where nobody said, and for whom it is none of his business.
    #[serde(default)]
    pub reason: String,
}

/// One of its people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ForceMemberView {
    /// Who.
    pub person: Named,
    /// As what.
    pub role: Word,
    /// Post.
    pub post: String,
    /// Acting for somebody.
    pub acting: bool,
    /// Since.
    pub from: String,
    /// Until.
    pub to: Option<String>,
    /// What he can do.
    pub skills: Vec<SkillView>,
    /// Days of the week on which he is there, 1 for Monday; empty: every day.
    pub weekdays: Vec<u8>,
    /// When he is away, from today on.
    pub away: Vec<AwayView>,
    /// Until when he is on leave today, or that he is not there by the days of the week; null when he is there.
    pub absent: Option<String>,
    /// How he stands with the training that one of his posts asks for; null where none does.
    pub gate: Option<GateView>,
}

/// A stay in the unified dispatch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DispatchStayView {
    /// First day.
    pub from: String,
    /// Call sign.
    pub call_sign: String,
    /// The first day it was out.
    pub left_on: Option<String>,
    /// Why.
    pub reason: String,
}

/// How much of an item was counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KitCount {
    /// Item.
    pub item: String,
    /// How many there are.
    pub have: u32,
    /// How many of them cannot be used.
    #[serde(default)]
    pub unfit: u32,
}

/// A count of the kit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct KitCheckView {
    /// Id.
    pub id: String,
    /// The day.
    pub on: String,
    /// Who counted.
    pub by: Named,
    /// Counts.
    pub counts: Vec<KitCount>,
    /// What else was seen.
    pub note: String,
    /// Why it was taken back.
    pub voided: Option<String>,
    /// Version.
    pub version: i64,
}

/// A patrol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PatrolView {
    /// Id.
    pub id: String,
    /// The day.
    pub on: String,
    /// Who went.
    pub people: Vec<Named>,
    /// Where, and what was seen.
    pub text: String,
    /// Its pictures.
    pub photos: Vec<String>,
    /// Why it was taken back.
    pub voided: Option<String>,
    /// Version.
    pub version: i64,
}

/// Somebody on duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OnDutyView {
    /// Who.
    pub person: Named,
    /// He holds no post of the force any more on that day: the shift is nobody's.
    pub left: bool,
    /// Shift.
    pub shift: Word,
    /// The day he was put on the roster, where that is after the day of duty.
    pub recorded_late_on: Option<String>,
}

/// Somebody who was on the roster of a day and was taken off after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TakenOffView {
    /// Who.
    pub person: Named,
    /// Shift.
    pub shift: Word,
    /// When he was taken off.
    pub on: String,
    /// Why.
    pub reason: String,
}

/// A day of the roster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RosterDay {
    /// The day.
    pub on: String,
    /// Who is on duty.
    pub duties: Vec<OnDutyView>,
    /// Who was taken off after the day.
    pub taken_off: Vec<TakenOffView>,
    /// Shifts with too few.
    pub thin: Vec<ThinShift>,
    /// Members who are away, and until when.
    pub away: Vec<AbsentMember>,
}

/// A member who is not there on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AbsentMember {
    /// Who.
    pub person: Named,
    /// Until when he is on leave, or that he is not there by the days of the week.
    pub reason: String,
}

/// 站队 as its page sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ForceView {
    /// As on the board.
    #[serde(flatten)]
    pub row: ForceRow,
    /// Code of its territory.
    pub territory: Named,
    /// Where it stands.
    pub address: String,
    /// Longitude, ten-millionths of a degree (WGS-84).
    pub lng_e7: Option<i32>,
    /// Latitude.
    pub lat_e7: Option<i32>,
    /// Its standard.
    pub standard: Word,
    /// Where the standard comes from.
    pub standard_source: String,
    /// How far that was checked.
    pub standard_confidence: Word,
    /// Line by line.
    pub lines: Vec<KitLine>,
    /// Vehicles.
    pub vehicles: Vec<ForceVehicleView>,
    /// People of today.
    pub members: Vec<ForceMemberView>,
    /// Posts of its people.
    pub posts: Vec<Named>,
    /// The first day it counts.
    pub accepted_on: Option<String>,
    /// Who accepted it.
    pub accepted_by: String,
    /// Stays in the unified dispatch.
    pub dispatch: Vec<DispatchStayView>,
    /// The first day it is no more.
    pub closed_on: Option<String>,
    /// Why.
    pub closed_reason: String,
    /// Counts of the kit, newest first.
    pub checks: Vec<KitCheckView>,
    /// Patrols, newest first.
    pub patrols_list: Vec<PatrolView>,
    /// A week of the roster.
    pub roster: Vec<RosterDay>,
    /// Version.
    pub version: i64,
    /// What the caller may do: `change`, `accept`, `close`, `enter_dispatch`, `leave_dispatch`, `vehicle`, `member`,
    /// `count`, `patrol`, `roster`.
    pub actions: Vec<&'static str>,
}

/// A line of a standard, for a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StandardLine {
    /// Item.
    pub item: String,
    /// What people call it.
    pub name: String,
    /// Unit.
    pub unit: String,
    /// What it counts.
    pub group: Word,
    /// At least so many.
    pub least: u32,
}

/// A standard to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StandardOption {
    /// Code and name.
    #[serde(flatten)]
    pub word: Word,
    /// Kind of force.
    pub kind: String,
    /// Whom forces it is for serve.
    pub serves: Vec<String>,
    /// Lines.
    pub lines: Vec<StandardLine>,
}

/// What a form needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ForceOptions {
    /// Kinds.
    pub kinds: Vec<Word>,
    /// Whom forces serve.
    pub served: Vec<Word>,
    /// Standards.
    pub standards: Vec<StandardOption>,
    /// Organisations that may keep one.
    pub orgs: Vec<Named>,
    /// Villages and the town, as far as the caller may register one there.
    pub territories: Vec<Named>,
    /// Posts whose holders may be its people.
    pub posts: Vec<Named>,
    /// Skills.
    pub skills: Vec<Word>,
}
