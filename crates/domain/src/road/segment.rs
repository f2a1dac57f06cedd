//! 路段: a stretch of the town's own roads as somebody surveyed it; what happened to it is kept, and from it the days a
//! vehicle could pass. What does not belong here: whether a vehicle passes a set of values (`road`), ways over many
//! stretches (the crate `road`).
//!
//! Source: clauses C6.6–C6.8; road classes of the field's handbook §3.5.

mod change;

use serde::{Deserialize, Serialize};

use super::{Barrier, Closure, Conditions, Finding, Implausible, Road, judge};
use crate::facility::{Held, Shape, ShapeFault};
use crate::fulfilment::Span;
use crate::geometry::{Position, crossing, distance_m};
use crate::ids::{OrgId, PersonId, RoadId, TerritoryCode};
use crate::time::{Date, Timestamp};
use crate::vehicle::{Class, Vehicle};

/// What a stretch is for; duties choose by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// 村际和对外道路. Source: C6.6.
    InterVillage,
    /// 村内主路. Source: C6.7.
    VillageMain,
    /// 村内支路.
    VillageBranch,
    /// 林区道路.
    Forest,
    /// 便道、步道.
    Path,
}

impl Rank {
    /// Every one.
    pub const ALL: [Self; 5] =
        [Self::InterVillage, Self::VillageMain, Self::VillageBranch, Self::Forest, Self::Path];

    /// Stable word, that of plans after `class:`.
    pub fn code(self) -> &'static str {
        match self {
            Self::InterVillage => "inter_village",
            Self::VillageMain => "village_main",
            Self::VillageBranch => "village_branch",
            Self::Forest => "forest",
            Self::Path => "path",
        }
    }

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::InterVillage => "村际和对外道路",
            Self::VillageMain => "村内主路",
            Self::VillageBranch => "村内支路",
            Self::Forest => "林区道路",
            Self::Path => "便道步道",
        }
    }

    /// The one with this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rank| rank.code() == code)
    }

    /// Whether an engine ought to pass it. Source: C6.6, C6.7.
    pub fn is_main(self) -> bool {
        matches!(self, Self::InterVillage | Self::VillageMain)
    }
}

/// What its surface is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "`label` says them in Chinese")]
pub enum Surface {
    Concrete,
    Asphalt,
    Stone,
    Gravel,
    Earth,
}

impl Surface {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::Concrete, Self::Asphalt, Self::Stone, Self::Gravel, Self::Earth];

    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Concrete => "concrete",
            Self::Asphalt => "asphalt",
            Self::Stone => "stone",
            Self::Gravel => "gravel",
            Self::Earth => "earth",
        }
    }

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Concrete => "水泥路面",
            Self::Asphalt => "沥青路面",
            Self::Stone => "石板路面",
            Self::Gravel => "碎石路面",
            Self::Earth => "土路",
        }
    }

    /// The one with this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|surface| surface.code() == code)
    }
}

/// 封闭: somebody reported that a stretch cannot be used for a while. It stays on record when it is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// The days and why.
    #[serde(flatten)]
    pub closure: Closure,
    /// Who reported it.
    pub by: PersonId,
    /// When.
    pub recorded_at: Timestamp,
    /// Why it was called off: it never was in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called_off: Option<String>,
}

impl Closed {
    /// Whether it is in force on a day.
    pub fn covers(&self, day: Date) -> bool {
        self.called_off.is_none() && self.closure.covers(day)
    }

    /// Whether it is in force on a day or may come to be.
    pub fn lasts_on(&self, day: Date) -> bool {
        self.called_off.is_none() && self.closure.until.is_none_or(|until| day <= until)
    }
}

/// 障碍: something stands in a stretch at one point.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Barred {
    /// What stands there.
    pub what: Barrier,
    /// Where on the line. Units: degrees, WGS-84.
    pub at: Position,
}

/// 转向限制: wherever a stretch meets another, one may not turn from it into that one, or into nothing but that one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// The other stretch; what is cut from it later is meant, too.
    pub into: RoadId,
    /// Whether it is all that is allowed there; otherwise it is forbidden.
    pub only: bool,
}

/// 路段.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Id.
    pub id: RoadId,
    /// 路段编号, one in the town.
    pub code: String,
    /// What it is and what was measured.
    pub road: Road,
    /// What it is for.
    pub rank: Rank,
    /// Village or other territory it lies in.
    pub territory: TerritoryCode,
    /// Who recorded it.
    pub org: OrgId,
    /// Its line, longitude before latitude. Units: degrees, WGS-84.
    pub line: Vec<Position>,
    /// What stands in it.
    #[serde(default)]
    pub barriers: Vec<Barred>,
    /// Where one may not turn to from it.
    #[serde(default)]
    pub turns: Vec<Turn>,
    /// Surface; none when nobody noted it.
    pub surface: Option<Surface>,
    /// 不能通行消防车、需要替代通行: somebody decided so, as for a road that cannot be widened. Source: C6.8.
    pub not_for_engine: bool,
    /// Who measured and how; may be empty.
    pub source: String,
    /// When it was measured; none for a line nobody measured.
    pub surveyed_on: Option<Date>,
    /// The stretch this one was cut from.
    pub part_of: Option<RoadId>,
    /// Closures, past ones too, in the order they were reported.
    pub closures: Vec<Closed>,
    /// Since when its values are as they are.
    pub since: Date,
    /// Why it was voided; none while it stands.
    pub void: Option<String>,
}

/// What was done to a stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// 登记.
    Register,
    /// 改登记、复测.
    Change,
    /// 更正: what is on record was mistyped, and never was so.
    Correct,
    /// 拆分.
    Split,
    /// 封闭.
    Close,
    /// 恢复通行.
    Open,
    /// 作废.
    Void,
}

impl Act {
    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Change => "change",
            Self::Correct => "correct",
            Self::Split => "split",
            Self::Close => "close",
            Self::Open => "open",
            Self::Void => "void",
        }
    }

    /// Whether it says what a stretch is like.
    fn tells_values(self) -> bool {
        matches!(self, Self::Register | Self::Change | Self::Correct | Self::Split)
    }

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Register => "登记",
            Self::Change => "修改登记",
            Self::Correct => "更正录错的数值",
            Self::Split => "拆分",
            Self::Close => "报告封闭",
            Self::Open => "恢复通行",
            Self::Void => "作废",
        }
    }
}

/// What happened to a stretch, in the order it was recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Number within its stretch, from 1: its version after it.
    pub seq: i64,
    /// What was done.
    pub act: Act,
    /// The day it holds from.
    pub on: Date,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// By whom.
    pub by: PersonId,
    /// What was said.
    pub text: String,
    /// The stretch after it.
    pub segment: Segment,
}

/// Why a stretch is refused, or what was to be done with it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RoadRefusal {
    /// No name.
    #[error("请写明路段名称")]
    NoName,
    /// The line is none.
    #[error(transparent)]
    Line(#[from] ShapeFault),
    /// The line crosses itself.
    #[error("路线自己相交（在 {0:.5}，{1:.5} 附近），请改画或拆成两段")]
    Crosses(f64, f64),
    /// A measurement that cannot be true.
    #[error(transparent)]
    Implausible(#[from] Implausible),
    /// Measured tomorrow.
    #[error("测量日期还没有到，请核对日期")]
    NotYet,
    /// Measured anew, and nobody said when.
    #[error("测得的数值改了，请填写这次测量的日期")]
    NoSurveyDay,
    /// Other values of a day that was measured before.
    #[error(
        "测得的数值改了，测量日期却不晚于上次的 {0}：请填写这次测量的日期；当时录错的，请在路段页面选“更正当时录错的数值”并写明原因"
    )]
    Backdated(Date),
    /// Mistyped, and nobody said how one knows.
    #[error("请写明怎么知道当时录错了")]
    NoCorrectionReason,
    /// Voided.
    #[error("路段已作废，不能再办理，请刷新后再看")]
    Voided,
    /// Closed for no reason.
    #[error("请写明封闭的原因")]
    NoReason,
    /// Open again before it was closed.
    #[error("恢复日期早于封闭日期 {0}，请核对日期")]
    Backwards(Date),
    /// Called off for no reason.
    #[error("恢复日期不晚于封闭的第一天，就是取消这次封闭，请写明取消的原因")]
    NoCallOffReason,
    /// No such closure, or it is over.
    #[error("这次封闭已经结束或不存在，请刷新后再看")]
    NotClosed,
    /// Cut where it does not lie.
    #[error("拆分点不在路线上（相距 {0:.0} 米），请点在路线上")]
    OffLine(f64),
    /// Cut at its end.
    #[error("拆分点就在路段的一端，请点在路段中间")]
    AtEnd,
    /// Two ends of a part that are one point.
    #[error("起点和终点几乎是同一点，请在路段上点出要改的一段的两端")]
    NoPart,
    /// A barrier that does not lie on the line.
    #[error("{what}不在路线上（相距 {away_m:.0} 米），请点在路线上", what = .0.label(), away_m = .1)]
    BarrierOffLine(Barrier, f64),
    /// A turn into itself.
    #[error("转向限制不能指向本路段，请选择与它相接的另一路段")]
    TurnIntoSelf,
    /// A turn into one stretch forbidden and demanded, or named twice.
    #[error("同一路段的转向限制写了两次，请只留一条")]
    TurnTwice,
}

impl RoadRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoName => "road.no_name",
            Self::Line(fault) => fault.code(),
            Self::Crosses(..) => "shape.crosses",
            Self::Implausible(fault) => fault.code(),
            Self::NotYet => "road.not_yet",
            Self::NoSurveyDay => "road.no_survey_day",
            Self::Backdated(_) => "road.backdated",
            Self::NoCorrectionReason => "road.no_correction_reason",
            Self::Voided => "road.voided",
            Self::NoReason => "road.no_reason",
            Self::Backwards(_) => "road.backwards",
            Self::NoCallOffReason => "road.no_call_off_reason",
            Self::NotClosed => "road.not_closed",
            Self::OffLine(_) => "road.off_line",
            Self::AtEnd => "road.at_end",
            Self::NoPart => "road.no_part",
            Self::BarrierOffLine(..) => "road.barrier_off_line",
            Self::TurnIntoSelf => "road.turn_into_self",
            Self::TurnTwice => "road.turn_twice",
        }
    }
}

/// A cut must be so near to the line, m.
const ON_LINE_M: f64 = 30.0;
/// And so far from its ends, m.
const FROM_END_M: f64 = 1.0;
/// What is so near to a line lies on it, m.
const STILL_ON_M: f64 = 0.5;

impl Segment {
    /// Checks a stretch that is to be entered or was changed.
    ///
    /// Errors: no name; a line that is none, lies nowhere or crosses itself; a measurement that cannot be true, or was
    /// made tomorrow; a barrier off the line; a turn into itself, or told twice. A barrier is put onto the line.
    pub fn register(mut self, today: Date) -> Result<Self, RoadRefusal> {
        if self.road.name.trim().is_empty() {
            return Err(RoadRefusal::NoName);
        }
        check_line(&self.line)?;
        let (_, implausible) = self.road.fitness.clone().checked();
        if let Some(first) = implausible.into_iter().next() {
            return Err(first.into());
        }
        if self.surveyed_on.is_some_and(|on| on > today) {
            return Err(RoadRefusal::NotYet);
        }
        for barred in &mut self.barriers {
            let (_, on, away_m) = nearest(&self.line, barred.at);
            if away_m > ON_LINE_M {
                return Err(RoadRefusal::BarrierOffLine(barred.what, away_m));
            }
            // What lies on it stays where it is, so that nothing creeps from one change to the next.
            if away_m > STILL_ON_M {
                barred.at = on;
            }
        }
        for (n, turn) in self.turns.iter().enumerate() {
            if turn.into == self.id {
                return Err(RoadRefusal::TurnIntoSelf);
            }
            if self.turns.iter().skip(n + 1).any(|other| other.into == turn.into) {
                return Err(RoadRefusal::TurnTwice);
            }
        }
        Ok(self)
    }

    /// Its length. Units: metres.
    pub fn length_m(&self) -> f64 {
        Shape::LineString(self.line.clone()).length_m()
    }

    /// The closure that stops a class of vehicle on a day.
    pub fn closed_to(&self, class: Class, day: Date) -> Option<&Closed> {
        self.closures.iter().find(|closed| closed.covers(day) && closed.closure.stops.holds_up(class))
    }

    /// The closures in force on a day, whomever they stop: one does not end with another.
    pub fn closures_on(&self, day: Date) -> impl Iterator<Item = &Closed> {
        self.closures.iter().filter(move |closed| closed.covers(day))
    }

    /// The first of them.
    pub fn closed_on(&self, day: Date) -> Option<&Closed> {
        self.closures_on(day).next()
    }

    /// Whether it may still be touched.
    ///
    /// Errors: it was voided.
    pub fn standing(self) -> Result<Self, RoadRefusal> {
        if self.void.is_some() { Err(RoadRefusal::Voided) } else { Ok(self) }
    }

    /// Closes it from a day to a day, or until further notice.
    ///
    /// Errors: it was voided; nobody said why; the last day lies before the first.
    pub fn close(self, closed: Closed) -> Result<Self, RoadRefusal> {
        let mut segment = self.standing()?;
        if closed.closure.reason.trim().is_empty() {
            return Err(RoadRefusal::NoReason);
        }
        if closed.closure.until.is_some_and(|until| until < closed.closure.from) {
            return Err(RoadRefusal::Backwards(closed.closure.from));
        }
        segment.closures.push(closed);
        Ok(segment)
    }

    /// Whether opening the `n`th closure again on a day calls it off: it would end on or before its first day, and cover none.
    /// One of today that is opened today held for some hours, and is over; a day before one that has begun is a slip.
    pub fn is_called_off_by(&self, n: usize, on: Date, today: Date) -> bool {
        self.closures.get(n).filter(|closed| closed.called_off.is_none()).is_some_and(|closed| {
            let from = closed.closure.from;
            if today < from { on <= from } else { on == from && from < today }
        })
    }

    /// The `n`th closure never was or will be: it stays on record with the reason.
    ///
    /// Errors: there is no such closure, or it was called off; nobody said why.
    pub fn call_off(self, n: usize, reason: &str) -> Result<Self, RoadRefusal> {
        let mut segment = self.standing()?;
        let closed = segment.closures.get_mut(n).filter(|closed| closed.called_off.is_none());
        let closed = closed.ok_or(RoadRefusal::NotClosed)?;
        if reason.trim().is_empty() {
            return Err(RoadRefusal::NoCallOffReason);
        }
        closed.called_off = Some(reason.trim().to_owned());
        Ok(segment)
    }

    /// It can be used again from a day on: the `n`th closure ended the day before.
    ///
    /// Errors: there is no such closure, or it is over or was called off; the day lies before its first.
    pub fn open(self, n: usize, on: Date) -> Result<Self, RoadRefusal> {
        let mut segment = self.standing()?;
        let closed = segment.closures.get_mut(n).filter(|closed| closed.called_off.is_none());
        let closure = &mut closed.ok_or(RoadRefusal::NotClosed)?.closure;
        if closure.until.is_some_and(|until| until < on) {
            return Err(RoadRefusal::NotClosed);
        }
        if on < closure.from {
            return Err(RoadRefusal::Backwards(closure.from));
        }
        // Opened the day it was closed it covers no day: it was open again when the day ended.
        closure.until = Some(on.pred_opt().unwrap_or(on));
        Ok(segment)
    }

    /// Voids it: it was entered by mistake.
    ///
    /// Errors: it was voided before; nobody said why.
    pub fn voided(self, reason: &str) -> Result<Self, RoadRefusal> {
        let segment = self.standing()?;
        if reason.trim().is_empty() {
            return Err(RoadRefusal::NoReason);
        }
        Ok(Self { void: Some(reason.trim().to_owned()), ..segment })
    }

    /// Cuts it where it comes nearest to a point: what lies before keeps its id, the rest is a stretch of its own with
    /// the same values, cut from this one.
    ///
    /// Errors: it was voided; the point is off the line, or at an end.
    pub fn split(self, at: Position, rest: RoadId, code: String) -> Result<(Self, Self), RoadRefusal> {
        let mut first = self.standing()?;
        let (after, on, away_m) = nearest(&first.line, at);
        if away_m > ON_LINE_M {
            return Err(RoadRefusal::OffLine(away_m));
        }
        let (head, tail) = cut(&first.line, after, on);
        let mut second =
            Self { id: rest, code, line: tail, part_of: Some(first.id.clone()), ..first.clone() };
        first.line = head;
        if first.length_m() < FROM_END_M || second.length_m() < FROM_END_M {
            return Err(RoadRefusal::AtEnd);
        }
        first.share_barriers(&mut second);
        Ok((first, second))
    }

    /// Gives the rest of a stretch that was cut the barriers that lie on it.
    fn share_barriers(&mut self, rest: &mut Self) {
        let is_here = |barred: &Barred| nearest(&self.line, barred.at).2 <= nearest(&rest.line, barred.at).2;
        let (here, there) = self.barriers.iter().copied().partition(is_here);
        (self.barriers, rest.barriers) = (here, there);
    }

    /// How far along its line a point lies. Units: m from its beginning.
    ///
    /// Errors: the point is off the line.
    fn along(&self, at: Position) -> Result<f64, RoadRefusal> {
        let (after, on, away_m) = nearest(&self.line, at);
        if away_m > ON_LINE_M {
            return Err(RoadRefusal::OffLine(away_m));
        }
        let before = self.line.get(..=after).unwrap_or_default();
        let corner = before.last().copied().unwrap_or(on);
        Ok(before.windows(2).map(|side| distance_m(side[0], side[1])).sum::<f64>() + distance_m(corner, on))
    }

    /// Where the part between two points begins and ends along the line. Units: m from its beginning.
    ///
    /// Errors: a point is off the line; the two are one.
    pub fn part(&self, [one, other]: [Position; 2]) -> Result<(f64, f64), RoadRefusal> {
        let (one, other) = (self.along(one)?, self.along(other)?);
        let (from, to) = (one.min(other), one.max(other));
        if to - from < FROM_END_M { Err(RoadRefusal::NoPart) } else { Ok((from, to)) }
    }

    /// The stretch cut at these places along its line, each piece with where its middle lies. All keep the id: it is one
    /// stretch, parts of which are otherwise for the sake of a question. Units: m from its beginning.
    pub fn pieces(&self, at_m: &[f64]) -> Vec<(f64, Self)> {
        let mut places = at_m.to_vec();
        places.sort_by(f64::total_cmp);
        let mut rest = self.clone();
        let (mut done_m, mut pieces) = (0.0, Vec::new());
        for place in places {
            let ahead_m = place - done_m;
            if ahead_m < FROM_END_M || rest.length_m() - ahead_m < FROM_END_M {
                continue;
            }
            let mut left_m = ahead_m;
            let mut sides = rest.line.windows(2).enumerate().map(|(n, side)| (n, side[0], side[1]));
            let met = sides.find_map(|(n, a, b)| {
                let length_m = distance_m(a, b);
                if left_m > length_m {
                    left_m -= length_m;
                    return None;
                }
                let share = left_m / length_m.max(f64::MIN_POSITIVE);
                Some((n, [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share]))
            });
            let Some((after, on)) = met else { continue };
            let (head, tail) = cut(&rest.line, after, on);
            let mut first = Self { line: head, ..rest.clone() };
            rest.line = tail;
            first.share_barriers(&mut rest);
            pieces.push((done_m + ahead_m / 2.0, first));
            done_m = place;
        }
        pieces.push((done_m + rest.length_m() / 2.0, rest));
        pieces
    }

    /// What speaks against a vehicle on it, whichever way it drives, dry and wet: both are looked at, for a road that
    /// cannot be used in the rain is none to rely on. Closures are not among it. Source: handbook §3.5.
    pub fn findings(&self, vehicle: &Vehicle) -> Vec<Finding> {
        let mut found: Vec<Finding> = Vec::new();
        let conditions = Conditions { day: Date::default(), wet: true };
        for forward in [true, false] {
            judge(&self.road, forward, vehicle, &conditions, &mut |finding| {
                // A one-way road is passed one way, and that is enough.
                let is_one_way = matches!(finding, Finding::Refused(super::Refusal::OneWay));
                if !is_one_way && !found.contains(&finding) {
                    found.push(finding);
                }
            });
        }
        for finding in self.barriers.iter().filter_map(|barred| barred.what.judge(vehicle.class)) {
            if !found.contains(&finding) {
                found.push(finding);
            }
        }
        found
    }

    /// Whether a vehicle passes it; none when nobody can say.
    pub fn passes(&self, vehicle: &Vehicle) -> Option<bool> {
        let found = self.findings(vehicle);
        if found.iter().any(|finding| matches!(finding, Finding::Refused(_))) {
            return Some(false);
        }
        found.is_empty().then_some(true)
    }

    /// The most demanding of these vehicles that passes; none when none is known to.
    pub fn fire_class(&self, vehicles: &[Vehicle]) -> Option<Class> {
        vehicles.iter().find(|vehicle| self.passes(vehicle) == Some(true)).map(|vehicle| vehicle.class)
    }

    /// Whether something else than an engine has to get along here: a main road an engine is known not to pass, or one
    /// somebody decided about. Source: C6.8.
    pub fn needs_other(&self, engine: &Vehicle) -> bool {
        self.not_for_engine || (self.rank.is_main() && self.passes(engine) == Some(false))
    }
}

/// A line cut at a position on it after one of its corners; both parts have the position.
fn cut(line: &[Position], after: usize, on: Position) -> (Vec<Position>, Vec<Position>) {
    let mut head = line.get(..=after).unwrap_or_default().to_vec();
    let mut tail = line.get(after + 1..).unwrap_or_default().to_vec();
    if head.last() != Some(&on) {
        head.push(on);
    }
    if tail.first() != Some(&on) {
        tail.insert(0, on);
    }
    (head, tail)
}

fn check_line(line: &[Position]) -> Result<(), RoadRefusal> {
    Shape::LineString(line.to_vec()).check()?;
    for (i, one) in line.windows(2).enumerate() {
        for other in line.windows(2).skip(i + 2) {
            if let ([a, b], [c, d]) = (one, other)
                && let Some([lon, lat]) = crossing((*a, *b), (*c, *d))
                // A loop that ends where it began is no mistake.
                && !(i == 0 && line.first() == line.last() && Some(d) == line.last())
            {
                return Err(RoadRefusal::Crosses(lon, lat));
            }
        }
    }
    Ok(())
}

/// The corner before which a line comes nearest to a point, the nearest position on it, and how far that is in metres.
pub fn nearest(line: &[Position], at: Position) -> (usize, Position, f64) {
    // So small a piece of the earth is flat; degrees of longitude are shorter than those of latitude.
    let shrink = at[1].to_radians().cos();
    let mut best = (0, line.first().copied().unwrap_or(at), f64::INFINITY);
    for (n, side) in line.windows(2).enumerate() {
        let [a, b] = side else { continue };
        let (dx, dy) = ((b[0] - a[0]) * shrink, b[1] - a[1]);
        let (px, py) = ((at[0] - a[0]) * shrink, at[1] - a[1]);
        let along = ((px * dx + py * dy) / (dx * dx + dy * dy).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
        let on = [a[0] + (b[0] - a[0]) * along, a[1] + (b[1] - a[1]) * along];
        let away_m = distance_m(on, at);
        if away_m < best.2 {
            best = (n, on, away_m);
        }
    }
    best
}

/// What a stretch was on a day, by all that is recorded now; none before the day it was first known from. Closures are
/// those of the last event: each has its own days. Events in the order they were recorded.
pub fn stood_on(events: &[Event], day: Date) -> Option<Segment> {
    let last = events.last()?;
    let (_, held) = versions(events).rev().find(|(span, _)| span.contains(day))?;
    Some(Segment {
        closures: last.segment.closures.clone(),
        void: last.segment.void.clone(),
        ..held.segment.clone()
    })
}

/// The life of a piece that was cut from a stretch: what was known of the whole until the cut, and its own from then. A cut is no news about the road: piece by piece its past is as long and as good as it was.
pub fn life_of_piece(whole: &[Event], own: &[Event]) -> Vec<Event> {
    let Some(cut) = own.first() else { return whole.to_vec() };
    let is_cut = |event: &&Event| event.act == Act::Split && event.recorded_at >= cut.recorded_at;
    whole.iter().take_while(|event| !is_cut(event)).chain(own).cloned().collect()
}

/// Each version of a stretch with the days it holds. What was told later counts from its own day on, a correction before
/// what it corrects.
fn versions(events: &[Event]) -> impl DoubleEndedIterator<Item = (Span, &Event)> {
    let versions: Vec<&Event> = events.iter().filter(|event| event.act.tells_values()).collect();
    let mut held = Vec::new();
    let mut next: Option<Date> = None;
    for event in versions.into_iter().rev() {
        let to = next.map(|next| next.pred_opt().unwrap_or(next));
        held.push((Span { from: event.on, to }, event));
        next = Some(next.map_or(event.on, |next| next.min(event.on)));
    }
    held.into_iter().rev()
}

/// A stretch of days a vehicle could pass, as it was known from one recording to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passable {
    /// The days, and when they became known.
    pub held: Held,
    /// The day something else became known; none while this is the last word.
    pub until_known: Option<Date>,
}

/// The days a vehicle could pass a stretch, after each of its events as it was known then. Events in the order they were
/// recorded.
pub fn passable_days(events: &[Event], vehicle: &Vehicle) -> Vec<Passable> {
    days(events, |segment| segment.passes(vehicle) == Some(true), Some(vehicle.class))
}

/// The days something else than an engine had to get along, after each event as it was known then.
pub fn needing_other_days(events: &[Event], engine: &Vehicle) -> Vec<Passable> {
    days(events, |segment| segment.needs_other(engine), None)
}

fn days(events: &[Event], holds: impl Fn(&Segment) -> bool, while_open: Option<Class>) -> Vec<Passable> {
    let mut out: Vec<Passable> = Vec::new();
    let mut before: Vec<Span> = Vec::new();
    for (n, event) in events.iter().enumerate() {
        let known = events.get(..=n).unwrap_or_default();
        let now = spans(known, &holds, while_open);
        if now == before {
            continue;
        }
        let day = event.recorded_at.date();
        for open in out.iter_mut().filter(|one| one.until_known.is_none()) {
            open.until_known = Some(day);
        }
        out.extend(now.iter().map(|span| Passable {
            held: Held { span: *span, recorded_at: event.recorded_at },
            until_known: None,
        }));
        before = now;
    }
    // What was corrected the day it was recorded nobody ever knew at the end of a day.
    out.retain(|one| one.until_known.is_none_or(|day| one.held.recorded_at.date() < day));
    out
}

/// The days something held as these events tell it.
fn spans(events: &[Event], holds: &impl Fn(&Segment) -> bool, while_open: Option<Class>) -> Vec<Span> {
    let Some(last) = events.last() else { return Vec::new() };
    if last.segment.void.is_some() {
        return Vec::new();
    }
    let mut found: Vec<Span> = Vec::new();
    for (held, event) in versions(events) {
        if !holds(&event.segment) || held.to.is_some_and(|to| to < held.from) {
            continue;
        }
        match found.last_mut() {
            Some(span) if span.to.and_then(|to| to.succ_opt()) == Some(held.from) => span.to = held.to,
            _ => found.push(held),
        }
    }
    if let Some(class) = while_open {
        let stops = |closed: &&Closed| closed.called_off.is_none() && closed.closure.stops.holds_up(class);
        for closed in last.segment.closures.iter().filter(stops) {
            found = found.into_iter().flat_map(|span| without(span, &closed.closure)).collect();
        }
    }
    found
}

/// A stretch of days without those of a closure.
fn without(span: Span, closure: &Closure) -> Vec<Span> {
    let is_any = closure.until.is_none_or(|until| closure.from <= until);
    let meets = is_any
        && span.to.is_none_or(|to| closure.from <= to)
        && closure.until.is_none_or(|until| span.from <= until);
    if !meets {
        return vec![span];
    }
    let mut left = Vec::new();
    if span.from < closure.from {
        left.extend(closure.from.pred_opt().map(|to| Span { from: span.from, to: Some(to) }));
    }
    if let Some(from) = closure.until.and_then(|until| until.succ_opt())
        && span.to.is_none_or(|to| from <= to)
    {
        left.push(Span { from, to: span.to });
    }
    left
}

#[cfg(test)]
pub(in crate::road) mod tests;
