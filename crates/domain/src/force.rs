//! 站队: the town's fire station, micro stations and volunteer brigades: whom each serves, how it is called, what it has
//! against its standard, and on which days it counts. What does not belong here: call tests and sorties (rooms of their
//! own), people and posts themselves (`org`), certificates (`org`).
//!
//! States: `registered → accepted → closed`. Source: handbook of the field, clause C3 and §3.6; C6.2 for the town's own.

mod member;
mod roster;
mod standard;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use member::{Member, Skill, SkillStanding};
pub use roster::{Duty, Shift, Shortage, fits, may_change, shortages};
pub use standard::{Group, Line, Standard};

use crate::code::is_phone;
use crate::hazard::Position;
use crate::ids::{ForceId, OrgId, PersonId, PlaceId, PostId, TerritoryCode};
pub use crate::org::Away;
use crate::org::{Assignment, words};
use crate::time::Date;

words! {
    /// What a force is.
    ForceKind {
        Town "town" "镇消防站"
        Micro "micro" "微型消防站"
        Brigade "brigade" "志愿消防队"
    }
}

words! {
    /// Whom a force is there for first; each has its own duty. Source: clauses C3.1–C3.4, C6.2.
    Served {
        Town "town" "全镇"
        Village "village" "村（社区）"
        Unit "unit" "重点单位"
        Compound "compound" "居民小区"
    }
}

/// When it was accepted, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    /// The first day it counts.
    pub on: Date,
    /// Who accepted it, in words.
    pub by: String,
}

/// A stay in the town's unified dispatch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispatch {
    /// First day.
    pub from: Date,
    /// 呼号.
    pub call_sign: String,
    /// The first day it is out again, and why; none while it is in.
    pub left: Option<(Date, String)>,
}

/// A vehicle of the force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vehicle {
    /// What it is: an item of the standards.
    pub item: String,
    /// What people call it.
    pub name: String,
    /// 车牌号; empty where it has none.
    pub plate: String,
    /// First day in service.
    pub from: Date,
    /// The first day it is out of service, and why.
    pub gone: Option<(Date, String)>,
}

/// So much of an item was counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// How many there are.
    pub have: u32,
    /// How many of them cannot be used.
    pub unfit: u32,
}

/// 清点: the kit was counted on a day. What an item stood at is what the last count that names it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KitCheck {
    /// Id.
    pub id: String,
    /// The day.
    pub on: Date,
    /// Who counted.
    pub by: PersonId,
    /// Item → count.
    pub counts: BTreeMap<String, Count>,
    /// What else was seen.
    pub note: String,
}

/// 巡查: the force went out and looked. Source: clause C3.6.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patrol {
    /// Id.
    pub id: String,
    /// The force.
    pub force: ForceId,
    /// The day.
    pub on: Date,
    /// Who went.
    pub people: BTreeSet<PersonId>,
    /// Where, and what was seen.
    pub text: String,
}

impl Patrol {
    /// Checks a patrol that is to be written down.
    ///
    /// Errors: nothing said, nobody went, the day has not come.
    pub fn write(self, today: Date) -> Result<Self, ForceRefusal> {
        match self.text.trim().is_empty() || self.people.is_empty() {
            true => Err(ForceRefusal::EmptyPatrol),
            false if self.on > today => Err(ForceRefusal::NotYet),
            false => Ok(self),
        }
    }
}

/// 站队.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Force {
    /// Id.
    pub id: ForceId,
    /// Kind.
    pub kind: ForceKind,
    /// Whom it serves.
    pub served: Served,
    /// Name.
    pub name: String,
    /// Who keeps it.
    pub org: OrgId,
    /// The territory it serves or stands in.
    pub territory: TerritoryCode,
    /// The key unit or compound it serves.
    pub place: Option<PlaceId>,
    /// Where it stands, in words.
    pub address: String,
    /// Where it stands, where somebody took the position.
    pub position: Option<Position>,
    /// Code of the standard it is measured by, grade included.
    pub standard: String,
    /// Telephone.
    pub phone: String,
    /// Radio channel.
    pub radio: String,
    /// The posts of its people.
    pub posts: BTreeSet<PostId>,
    /// What is known of its people beside their posts.
    pub members: BTreeMap<PersonId, Member>,
    /// Its vehicles, those that left included.
    pub vehicles: Vec<Vehicle>,
    /// Acceptance.
    pub accepted: Option<Acceptance>,
    /// Stays in the unified dispatch, oldest first.
    pub dispatch: Vec<Dispatch>,
    /// The first day it is no more, and why.
    pub closed: Option<(Date, String)>,
}

/// One line of the standard beside what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// The line.
    pub line: Line,
    /// How much is there that can be used.
    pub have: u32,
    /// When it was counted last; none for people and vehicles, which are known from day to day.
    pub counted_on: Option<Date>,
}

impl Measured {
    /// How much is missing.
    pub fn missing(&self) -> u32 {
        self.line.least.saturating_sub(self.have)
    }
}

/// Days on which something held; both ends included, no end while it still does.
pub type Days = Vec<(Date, Option<Date>)>;

/// Why a step is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ForceRefusal {
    /// It has no name.
    #[error("请填写站队名称")]
    NoName,
    /// Whom it serves and the place do not fit.
    #[error("服务重点单位或小区的站队须选定该单位或小区，其他站队不要选")]
    Place,
    /// The town's station serves the town, and nothing else does.
    #[error("镇消防站服务全镇，微型消防站和志愿消防队须选定村、重点单位或小区")]
    Served,
    /// The standard is for another kind.
    #[error("这项标准不适用于这类站队，请改选标准")]
    Standard,
    /// A day of the roster that is over is changed without a reason.
    #[error("{0} 已经过去，补登或更改当天的值班须写明理由")]
    DayOver(Date),
    /// The telephone is none.
    #[error("电话格式不对，请填写手机号或带区号的座机号")]
    Phone,
    /// It is no more.
    #[error("站队已撤销，不能再办理，请核对是否选错站队")]
    Closed,
    /// It was accepted already.
    #[error("站队已经验收，不用重复登记")]
    AlreadyAccepted,
    /// Nobody said who accepted it, or why something ended.
    #[error("请写明验收单位或理由")]
    Unsaid,
    /// On a day that has not come.
    #[error("日期不能晚于今天，请核对")]
    NotYet,
    /// On a day before what it follows.
    #[error("日期不能早于此前登记的 {0}，请核对")]
    TooEarly(Date),
    /// Neither telephone nor radio.
    #[error("没有电话也没有电台频道，无法呼叫；请先填写其中一项再纳入统一调度")]
    NoWay,
    /// It is in the dispatch already.
    #[error("站队已在统一调度内，不用重复纳入")]
    InDispatch,
    /// It is not in the dispatch.
    #[error("站队不在统一调度内，请刷新后再看")]
    NotInDispatch,
    /// No such vehicle, or it has left.
    #[error("没有这辆在用车辆，请刷新后再看")]
    NoVehicle,
    /// More is out of order than there is.
    #[error("“{0}”不可用的数量多于总数，请核对")]
    Unfit(String),
    /// Nothing was counted.
    #[error("请至少清点一项装备")]
    NothingCounted,
    /// A patrol that says nothing.
    #[error("请写明巡查情况，并勾选参加人员")]
    EmptyPatrol,
    /// Not one of its people.
    #[error("{0}当天不是本站队人员，请先办理任职")]
    NotMember(String),
    /// On duty twice at the same time.
    #[error("{who} {on} {shift}已在“{force}”值班，不能重复排班")]
    Twice {
        /// Who.
        who: String,
        /// The day.
        on: Date,
        /// The shift he has.
        shift: &'static str,
        /// Where.
        force: String,
    },
    /// On duty while away.
    #[error("{who} {on} 不在岗（{why}），请改排他人")]
    IsAway {
        /// Who.
        who: String,
        /// The day.
        on: Date,
        /// Why.
        why: String,
    },
    /// Away until before it began.
    #[error("离岗结束日期不能早于开始日期，请核对")]
    AwayEnds,
    /// Somebody says of himself that he was away on days that are over.
    #[error("只能报今天及以后的离岗，以前的请站长补记")]
    AwayPast,
    /// He said so of some of these days already.
    #[error("{from} 至 {to} 已报离岗，请先撤回再重报")]
    AwayTwice {
        /// First day.
        from: Date,
        /// Last day.
        to: Date,
    },
    /// No such absence, or it is over.
    #[error("没有这次离岗，或者已经结束，请刷新后再看")]
    NotAway,
}

impl ForceRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoName => "force.no_name",
            Self::Place => "force.place",
            Self::Served => "force.served",
            Self::Standard => "force.standard",
            Self::DayOver(_) => "force.day_over",
            Self::Phone => "force.phone",
            Self::Closed => "force.closed",
            Self::AlreadyAccepted => "force.accepted",
            Self::Unsaid => "force.unsaid",
            Self::NotYet => "force.not_yet",
            Self::TooEarly(_) => "force.too_early",
            Self::NoWay => "force.no_way",
            Self::InDispatch => "force.in_dispatch",
            Self::NotInDispatch => "force.not_in_dispatch",
            Self::NoVehicle => "force.no_vehicle",
            Self::Unfit(_) => "force.unfit",
            Self::NothingCounted => "force.nothing_counted",
            Self::EmptyPatrol => "force.empty_patrol",
            Self::NotMember(_) => "force.not_member",
            Self::Twice { .. } => "force.on_duty_twice",
            Self::IsAway { .. } => "force.away",
            Self::AwayEnds => "force.away_ends",
            Self::AwayPast => "force.away_past",
            Self::AwayTwice { .. } => "force.away_twice",
            Self::NotAway => "force.not_away",
        }
    }
}

impl Force {
    /// Checks what is said of a force, new or changed.
    ///
    /// Errors: no name; whom it serves, its place and its standard do not fit; a telephone that is none; in the dispatch
    /// without a way to be called.
    pub fn checked(self, standard: &Standard) -> Result<Self, ForceRefusal> {
        let is_of_place = matches!(self.served, Served::Unit | Served::Compound);
        if self.closed.is_some() {
            return Err(ForceRefusal::Closed);
        }
        if self.name.trim().is_empty() {
            return Err(ForceRefusal::NoName);
        }
        if (self.kind == ForceKind::Town) != (self.served == Served::Town) {
            return Err(ForceRefusal::Served);
        }
        if self.place.is_some() != is_of_place {
            return Err(ForceRefusal::Place);
        }
        if standard.kind != self.kind || !standard.serves.contains(&self.served) {
            return Err(ForceRefusal::Standard);
        }
        if !self.phone.is_empty() && !is_phone(&self.phone) {
            return Err(ForceRefusal::Phone);
        }
        if self.call_sign().is_some() && !self.can_be_called() {
            return Err(ForceRefusal::NoWay);
        }
        Ok(self)
    }

    /// Stable word for where it stands: `registered`, `accepted`, `closed`.
    pub fn state(&self) -> &'static str {
        match (&self.closed, &self.accepted) {
            (Some(_), _) => "closed",
            (None, Some(_)) => "accepted",
            (None, None) => "registered",
        }
    }

    /// Words for people.
    pub fn state_label(&self) -> &'static str {
        match self.state() {
            "closed" => "已撤销",
            "accepted" => "在用",
            _ => "待验收",
        }
    }

    /// Whether it is there to be called and measured on a day.
    pub fn is_in_use(&self, day: Date) -> bool {
        self.accepted.as_ref().is_some_and(|accepted| accepted.on <= day)
            && self.closed.as_ref().is_none_or(|(from, _)| day < *from)
    }

    /// Whether somebody could reach it.
    pub fn can_be_called(&self) -> bool {
        !self.phone.trim().is_empty() || !self.radio.trim().is_empty()
    }

    /// Its call sign while it is in the unified dispatch.
    pub fn call_sign(&self) -> Option<&str> {
        self.dispatch.last().filter(|stay| stay.left.is_none()).map(|stay| stay.call_sign.as_str())
    }

    /// Since when it is in the unified dispatch, while it is.
    pub fn dispatched_since(&self) -> Option<Date> {
        self.dispatch.last().filter(|stay| stay.left.is_none()).map(|stay| stay.from)
    }

    fn open(self) -> Result<Self, ForceRefusal> {
        if self.closed.is_some() { Err(ForceRefusal::Closed) } else { Ok(self) }
    }

    /// It was accepted.
    ///
    /// Errors: it was before, or is no more; nobody said who; the day has not come.
    pub fn accept(self, on: Date, by: &str, today: Date) -> Result<Self, ForceRefusal> {
        let force = self.open()?;
        match force.accepted {
            Some(_) => Err(ForceRefusal::AlreadyAccepted),
            None if by.trim().is_empty() => Err(ForceRefusal::Unsaid),
            None if on > today => Err(ForceRefusal::NotYet),
            None => Ok(Self { accepted: Some(Acceptance { on, by: by.trim().to_owned() }), ..force }),
        }
    }

    /// It is no more from this day on; a stay in the dispatch ends with it.
    ///
    /// Errors: it is no more already; no reason; the day has not come or lies before its acceptance.
    pub fn close(self, on: Date, reason: &str, today: Date) -> Result<Self, ForceRefusal> {
        let mut force = self.open()?;
        let reason = reason.trim().to_owned();
        if reason.is_empty() {
            return Err(ForceRefusal::Unsaid);
        }
        if on > today {
            return Err(ForceRefusal::NotYet);
        }
        let stay = force.dispatch.last_mut().filter(|stay| stay.left.is_none());
        let begun = force.accepted.as_ref().map(|accepted| accepted.on);
        let begun = begun.into_iter().chain(stay.as_ref().map(|stay| stay.from)).max();
        if let Some(begun) = begun.filter(|begun| on < *begun) {
            return Err(ForceRefusal::TooEarly(begun));
        }
        if let Some(stay) = stay {
            stay.left = Some((on, reason.clone()));
        }
        force.closed = Some((on, reason));
        Ok(force)
    }

    /// It comes into the unified dispatch under a call sign.
    ///
    /// Errors: it is in; nobody could call it; no call sign; the day has not come or lies before the last stay's end.
    pub fn enter_dispatch(self, on: Date, call_sign: &str, today: Date) -> Result<Self, ForceRefusal> {
        let mut force = self.open()?;
        if force.call_sign().is_some() {
            return Err(ForceRefusal::InDispatch);
        }
        if !force.can_be_called() {
            return Err(ForceRefusal::NoWay);
        }
        if call_sign.trim().is_empty() {
            return Err(ForceRefusal::Unsaid);
        }
        if on > today {
            return Err(ForceRefusal::NotYet);
        }
        let before = force.dispatch.last().and_then(|stay| stay.left.as_ref()).map(|(day, _)| *day);
        if let Some(before) = before.filter(|before| on < *before) {
            return Err(ForceRefusal::TooEarly(before));
        }
        force.dispatch.push(Dispatch { from: on, call_sign: call_sign.trim().to_owned(), left: None });
        Ok(force)
    }

    /// It is out of the unified dispatch from this day on.
    ///
    /// Errors: it is not in; no reason; the day has not come or lies before its entry.
    pub fn leave_dispatch(self, on: Date, reason: &str, today: Date) -> Result<Self, ForceRefusal> {
        let mut force = self.open()?;
        let stay = force.dispatch.last_mut().filter(|stay| stay.left.is_none());
        let stay = stay.ok_or(ForceRefusal::NotInDispatch)?;
        if reason.trim().is_empty() {
            return Err(ForceRefusal::Unsaid);
        }
        if on > today {
            return Err(ForceRefusal::NotYet);
        }
        if on < stay.from {
            return Err(ForceRefusal::TooEarly(stay.from));
        }
        stay.left = Some((on, reason.trim().to_owned()));
        Ok(force)
    }

    /// A vehicle comes into service.
    ///
    /// Errors: the force is no more; no name; the day has not come.
    pub fn add_vehicle(self, vehicle: Vehicle, today: Date) -> Result<Self, ForceRefusal> {
        let mut force = self.open()?;
        if vehicle.name.trim().is_empty() {
            return Err(ForceRefusal::NoName);
        }
        if vehicle.from > today {
            return Err(ForceRefusal::NotYet);
        }
        force.vehicles.push(Vehicle { gone: None, ..vehicle });
        Ok(force)
    }

    /// The `n`th vehicle is out of service from this day on.
    ///
    /// Errors: there is none that still is in service; no reason; the day has not come or lies before its first.
    pub fn withdraw_vehicle(
        self,
        n: usize,
        on: Date,
        reason: &str,
        today: Date,
    ) -> Result<Self, ForceRefusal> {
        let mut force = self.open()?;
        let vehicle = force.vehicles.get_mut(n).filter(|vehicle| vehicle.gone.is_none());
        let vehicle = vehicle.ok_or(ForceRefusal::NoVehicle)?;
        if reason.trim().is_empty() {
            return Err(ForceRefusal::Unsaid);
        }
        if on > today {
            return Err(ForceRefusal::NotYet);
        }
        if on < vehicle.from {
            return Err(ForceRefusal::TooEarly(vehicle.from));
        }
        vehicle.gone = Some((on, reason.trim().to_owned()));
        Ok(force)
    }

    /// What is known of one of its people.
    ///
    /// Errors: the force is no more; an absence that ends before it begins.
    pub fn know(self, person: PersonId, member: Member) -> Result<Self, ForceRefusal> {
        let mut force = self.open()?;
        if member.away.iter().any(|away| away.to < away.from) {
            return Err(ForceRefusal::AwayEnds);
        }
        force.members.insert(person, member);
        Ok(force)
    }

    /// A member says himself when he will be away.
    ///
    /// Errors: the force is no more; it ends before it begins, begins before today, or he is away on one of the days already.
    pub fn report_away(self, person: &PersonId, away: Away, today: Date) -> Result<Self, ForceRefusal> {
        let mut member = self.members.get(person).cloned().unwrap_or_default();
        if away.from < today {
            return Err(ForceRefusal::AwayPast);
        }
        if let Some(one) = member.away.iter().find(|one| one.from <= away.to && away.from <= one.to) {
            return Err(ForceRefusal::AwayTwice { from: one.from, to: one.to });
        }
        member.away.push(away);
        member.away.sort_by_key(|one| (one.from, one.to));
        self.know(person.clone(), member)
    }

    /// A member says himself that he is back, or will not go: what has not begun is taken back, what has ends yesterday.
    ///
    /// Errors: the force is no more; he is not away from that day, or it is over.
    pub fn come_back(self, person: &PersonId, from: Date, today: Date) -> Result<Self, ForceRefusal> {
        let mut member = self.members.get(person).cloned().unwrap_or_default();
        let at = member.away.iter().position(|one| one.from == from && one.to >= today);
        let at = at.ok_or(ForceRefusal::NotAway)?;
        match today.pred_opt().filter(|yesterday| from <= *yesterday) {
            Some(yesterday) => member.away[at].to = yesterday,
            None => drop(member.away.remove(at)),
        }
        self.know(person.clone(), member)
    }

    /// Whether somebody on a roster has left by that day: he holds no post of the force then, so the shift is nobody's.
    pub fn has_left(&self, held: &[Assignment], duty: &Duty) -> bool {
        !self.held(held, duty.on).any(|one| one.person == duty.person)
    }

    /// Whether somebody on duty on a day is there then: he is still one of its people and nobody said he is away.
    pub fn is_there(&self, held: &[Assignment], duty: &Duty) -> bool {
        // Away from the post by which he is a member counts as well as what is said of the member.
        self.held(held, duty.on).any(|one| one.person == duty.person && one.absence(duty.on).is_none())
            && self.members.get(&duty.person).is_none_or(|member| member.absence(duty.on).is_none())
    }

    /// Checks a count of the kit.
    ///
    /// Errors: the force is no more; nothing counted; more out of order than there is; the day has not come.
    pub fn count(&self, check: KitCheck, standard: &Standard, today: Date) -> Result<KitCheck, ForceRefusal> {
        if self.closed.is_some() {
            return Err(ForceRefusal::Closed);
        }
        if check.counts.is_empty() {
            return Err(ForceRefusal::NothingCounted);
        }
        if check.on > today {
            return Err(ForceRefusal::NotYet);
        }
        match check.counts.iter().find(|(_, count)| count.unfit > count.have) {
            Some((item, _)) => Err(ForceRefusal::Unfit(standard.called(item).to_owned())),
            None => Ok(check),
        }
    }

    /// Who holds one of its posts on a day, each assignment once.
    pub fn held<'a>(&'a self, all: &'a [Assignment], day: Date) -> impl Iterator<Item = &'a Assignment> {
        all.iter().filter(move |held| self.posts.contains(&held.post) && held.is_valid_on(day))
    }

    /// Each line of the standard beside what is there on a day. `checks` are in the order of their days.
    pub fn measure(
        &self,
        standard: &Standard,
        checks: &[KitCheck],
        held: &[Assignment],
        day: Date,
    ) -> Vec<Measured> {
        let measured = |line: &Line| {
            let (have, counted_on) = match line.group {
                Group::Staff => {
                    let with = self.held(held, day).filter(|one| line.roles.contains(&one.role));
                    (with.map(|one| &one.person).collect::<BTreeSet<_>>().len(), None)
                }
                Group::Vehicle => {
                    let there = self.vehicles.iter().filter(|vehicle| {
                        vehicle.item == line.item
                            && vehicle.from <= day
                            && vehicle.gone.as_ref().is_none_or(|(from, _)| day < *from)
                    });
                    (there.count(), None)
                }
                Group::Kit => {
                    let last = checks.iter().rev().filter(|check| check.on <= day);
                    let found = last.clone().find_map(|check| Some((check, check.counts.get(&line.item)?)));
                    match found {
                        None => (0, None),
                        Some((check, count)) => {
                            (count.have.saturating_sub(count.unfit) as usize, Some(check.on))
                        }
                    }
                }
                Group::Duty => return None,
            };
            let have = u32::try_from(have).unwrap_or(u32::MAX);
            Some(Measured { line: line.clone(), have, counted_on })
        };
        standard.lines.iter().filter_map(measured).collect()
    }

    /// The days on which it was accepted, not closed, and had what its standard asks of these groups. `checks` are in the
    /// order of their days.
    pub fn complete_days(
        &self,
        standard: &Standard,
        checks: &[KitCheck],
        held: &[Assignment],
        groups: &[Group],
    ) -> Days {
        let next = |day: Date| day.succ_opt().unwrap_or(day);
        let mut points: BTreeSet<Date> = self.accepted.iter().map(|accepted| accepted.on).collect();
        points.extend(self.closed.iter().map(|(from, _)| *from));
        points.extend(checks.iter().map(|check| check.on));
        for vehicle in &self.vehicles {
            points.insert(vehicle.from);
            points.extend(vehicle.gone.iter().map(|(from, _)| *from));
        }
        for one in held.iter().filter(|one| self.posts.contains(&one.post)) {
            points.insert(one.from);
            points.extend(one.to.map(next));
        }
        let is_complete = |day: Date| {
            self.is_in_use(day)
                && self
                    .measure(standard, checks, held, day)
                    .iter()
                    .all(|one| !one.line.must || !groups.contains(&one.line.group) || one.missing() == 0)
        };
        let mut days: Days = Vec::new();
        for day in points {
            let is_open = days.last().is_some_and(|(_, to)| to.is_none());
            match (is_complete(day), is_open) {
                (true, false) => days.push((day, None)),
                (false, true) => {
                    if let Some((_, to)) = days.last_mut() {
                        *to = day.pred_opt();
                    }
                }
                _ => {}
            }
        }
        days
    }

    /// The days on which it could be called through the unified dispatch.
    pub fn dispatchable_days(&self) -> Days {
        let stays = self.dispatch.iter().filter(|stay| {
            // One that left the day it came was never in.
            stay.left.as_ref().is_none_or(|(left, _)| stay.from < *left)
        });
        stays.map(|stay| (stay.from, stay.left.as_ref().and_then(|(left, _)| left.pred_opt()))).collect()
    }
}

#[cfg(test)]
mod tests;
