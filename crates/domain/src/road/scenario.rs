//! 路网设想: what if a stretch were widened, closed for a week, a pool at its winter level, a station here. A list of
//! changes nobody made. What does not belong here: what would come of them (`app`, over the crate `road`).

use serde::{Deserialize, Serialize};

use super::segment::{RoadRefusal, Segment};
use super::{Closure, Limit, Stops};
use crate::facility::water::{MOST_L_S, MOST_M3};
use crate::geometry::Position;
use crate::ids::{FacilityId, RoadId, ScenarioId};
use crate::time::Date;

/// One change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Change {
    /// A stretch has another value, as wider or stronger.
    Measure {
        /// Stretch.
        road: RoadId,
        /// Of what.
        limit: Limit,
        /// In the limit's unit.
        value: f64,
        /// The two ends of the part that is so; the whole stretch when left out. Units: degrees.
        #[serde(default)]
        part: Option<[Position; 2]>,
    },
    /// A stretch is closed.
    Close {
        /// Stretch.
        road: RoadId,
        /// First day.
        from: Date,
        /// Last day; none until further notice.
        until: Option<Date>,
        /// Whom it stops.
        #[serde(default)]
        stops: Stops,
    },
    /// A closed stretch is open.
    Open {
        /// Stretch.
        road: RoadId,
    },
    /// A station stands here, with every kind of vehicle.
    Station {
        /// What it is called.
        name: String,
        /// Longitude and latitude. Units: degrees.
        at: Position,
    },
    /// A water point gives so much, as a reservoir in winter.
    Water {
        /// Water point.
        facility: FacilityId,
        /// Units: m³.
        usable_m3: f64,
    },
    /// A water point that is known by its flow gives so much, as an intake on a river that runs low.
    Flow {
        /// Water point.
        facility: FacilityId,
        /// Units: L/s.
        flow_l_s: f64,
    },
}

/// A list of changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scenario {
    /// Id.
    pub id: ScenarioId,
    /// What it is called.
    pub name: String,
    /// The day it is asked of; none for [`Scenario::day`] to say.
    pub on: Option<Date>,
    /// The changes, in order.
    pub changes: Vec<Change>,
    /// Why it was voided; none while it stands.
    pub void: Option<String>,
}

/// Why a list is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ScenarioRefusal {
    /// No name.
    #[error("请写明设想的名称")]
    NoName,
    /// Nothing changes.
    #[error("请至少加一项变动")]
    Empty,
    /// More than anybody reads.
    #[error("一个设想最多 50 项变动，请拆成几个")]
    TooMany,
    /// A value that cannot be, or a station on no earth.
    #[error(transparent)]
    Road(#[from] RoadRefusal),
    /// Less than no water.
    #[error("水量须在 0 到 {MOST_M3} 立方米之间，请核对")]
    Water,
    /// Less than nothing flows, or more than any intake.
    #[error("出水流量须在 0 到 {MOST_L_S} 升/秒之间，请核对")]
    Flow,
    /// Voided for no reason.
    #[error("请写明作废的原因")]
    NoReason,
}

impl ScenarioRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoName => "scenario.no_name",
            Self::Empty => "scenario.empty",
            Self::TooMany => "scenario.too_many",
            Self::Road(refusal) => refusal.code(),
            Self::Water => "scenario.water",
            Self::Flow => "scenario.flow",
            Self::NoReason => "scenario.no_reason",
        }
    }
}

/// Changes of one list at most.
const MOST: usize = 50;

impl Scenario {
    /// Checks a list that is to be kept.
    ///
    /// Errors: no name; no changes, or too many; a value that cannot be true.
    pub fn checked(self) -> Result<Self, ScenarioRefusal> {
        if self.name.trim().is_empty() {
            return Err(ScenarioRefusal::NoName);
        }
        if self.changes.is_empty() {
            return Err(ScenarioRefusal::Empty);
        }
        if self.changes.len() > MOST {
            return Err(ScenarioRefusal::TooMany);
        }
        for change in &self.changes {
            match change {
                Change::Measure { limit, value, .. } => {
                    let (_, problems) = super::Fitness::default().with(*limit, *value).checked();
                    if let Some(first) = problems.into_iter().next() {
                        return Err(RoadRefusal::from(first).into());
                    }
                }
                Change::Close { from, until, .. } if until.is_some_and(|until| until < *from) => {
                    return Err(RoadRefusal::Backwards(*from).into());
                }
                Change::Station { at, .. } => {
                    crate::facility::Shape::Point(*at).check().map_err(RoadRefusal::from)?;
                }
                Change::Water { usable_m3, .. } if !(0.0..=MOST_M3).contains(usable_m3) => {
                    return Err(ScenarioRefusal::Water);
                }
                Change::Flow { flow_l_s, .. } if !(0.0..=MOST_L_S).contains(flow_l_s) => {
                    return Err(ScenarioRefusal::Flow);
                }
                Change::Close { .. } | Change::Open { .. } | Change::Water { .. } | Change::Flow { .. } => {}
            }
        }
        Ok(self)
    }

    /// What it closes: first and last days.
    fn closed(&self) -> impl Iterator<Item = (Date, Option<Date>)> + '_ {
        self.changes.iter().filter_map(|change| match change {
            Change::Close { from, until, .. } => Some((*from, *until)),
            _ => None,
        })
    }

    /// Whether it holds on a day: something it closes is closed then, or it closes nothing. All else has no days.
    pub fn holds_on(&self, day: Date) -> bool {
        let is_closed =
            |(from, until): (Date, Option<Date>)| from <= day && until.is_none_or(|until| day <= until);
        self.closed().next().is_none() || self.closed().any(is_closed)
    }

    /// The day it is reckoned for: the one it is asked of, else today, unless all it closes is closed later: then the first
    /// day of that.
    pub fn day(&self, today: Date) -> Date {
        let ahead = || self.closed().map(|(from, _)| from).filter(|from| *from > today).min();
        self.on.or_else(|| if self.holds_on(today) { None } else { ahead() }).unwrap_or(today)
    }

    /// The one day it is held against another on, whichever of the two is asked first: a day both are asked of; else the
    /// first on which both hold, of the days they are asked of, today and those something is closed from; where there is
    /// none, the later of their own days.
    pub fn day_with(&self, other: &Self, today: Date) -> Date {
        if let Some(day) = self.on.filter(|_| self.on == other.on) {
            return day;
        }
        let mut asked: Vec<Date> = [self.on, other.on].into_iter().flatten().collect();
        asked.sort_unstable();
        let begun = self.closed().chain(other.closed()).map(|(from, _)| from);
        let mut ahead: Vec<Date> = begun.filter(|from| *from > today).collect();
        ahead.sort_unstable();
        let mut days = asked.into_iter().chain([today]).chain(ahead);
        let both = days.find(|day| self.holds_on(*day) && other.holds_on(*day));
        both.unwrap_or_else(|| self.day(today).max(other.day(today)))
    }

    /// A stretch as it would be; in several pieces where a part of it would be otherwise. A part that no longer lies on the
    /// stretch changes nothing: [`Scenario::astray`] names it.
    pub fn over(&self, segment: &Segment) -> Vec<Segment> {
        let own = || self.changes.iter().filter(move |change| change.road() == Some(&segment.id));
        let ends: Vec<f64> = own()
            .filter_map(|change| change.part())
            .filter_map(|ends| segment.part(ends).ok())
            .flat_map(|(from, to)| [from, to])
            .collect();
        let pieces = segment.pieces(&ends).into_iter();
        pieces
            .map(|(middle_m, mut piece)| {
                for change in own() {
                    let reaches = change.part().is_none_or(|ends| {
                        segment.part(ends).is_ok_and(|(from, to)| (from..=to).contains(&middle_m))
                    });
                    if reaches {
                        self.put(change, &mut piece);
                    }
                }
                piece
            })
            .collect()
    }

    fn put(&self, change: &Change, piece: &mut Segment) {
        match change {
            Change::Measure { limit, value, .. } => {
                piece.road.fitness = piece.road.fitness.with(*limit, *value);
            }
            Change::Close { from, until, stops, .. } => {
                let (from, until, stops) = (*from, *until, *stops);
                let closure = Closure { from, until, reason: self.name.clone(), stops };
                piece.closures.push(super::segment::Closed {
                    closure,
                    by: "".into(),
                    recorded_at: crate::time::Timestamp::start_of(from),
                    called_off: None,
                });
            }
            Change::Open { .. } => piece.closures.clear(),
            Change::Station { .. } | Change::Water { .. } | Change::Flow { .. } => {}
        }
    }

    /// Changes, by number, of a stretch that is no longer there, or of a part that no longer lies on it: it was voided, cut
    /// or drawn anew since.
    pub fn astray(&self, segments: &[Segment]) -> Vec<usize> {
        let is_astray = |change: &Change| {
            change.road().is_some_and(|id| {
                let own = segments.iter().find(|segment| segment.id == *id);
                own.is_none_or(|own| change.part().is_some_and(|ends| own.part(ends).is_err()))
            })
        };
        self.changes.iter().enumerate().filter(|(_, one)| is_astray(one)).map(|(n, _)| n).collect()
    }

    /// The stations it adds, by name.
    pub fn stations(&self) -> impl Iterator<Item = (&str, Position)> {
        self.changes.iter().filter_map(|change| match change {
            Change::Station { name, at } => Some((name.as_str(), *at)),
            _ => None,
        })
    }

    /// What a water point would give, where it would be another amount. Units: m³.
    pub fn water(&self, id: &FacilityId) -> Option<f64> {
        self.changes.iter().rev().find_map(|change| match change {
            Change::Water { facility, usable_m3 } if facility == id => Some(*usable_m3),
            _ => None,
        })
    }

    /// What would flow from a water point, where it would be another amount. Units: L/s.
    pub fn flow(&self, id: &FacilityId) -> Option<f64> {
        self.changes.iter().rev().find_map(|change| match change {
            Change::Flow { facility, flow_l_s } if facility == id => Some(*flow_l_s),
            _ => None,
        })
    }
}

impl Change {
    /// The stretch it is about.
    pub fn road(&self) -> Option<&RoadId> {
        match self {
            Self::Measure { road, .. } | Self::Close { road, .. } | Self::Open { road } => Some(road),
            Self::Station { .. } | Self::Water { .. } | Self::Flow { .. } => None,
        }
    }

    /// The water point it is about.
    pub fn water_point(&self) -> Option<&FacilityId> {
        match self {
            Self::Water { facility, .. } | Self::Flow { facility, .. } => Some(facility),
            Self::Measure { .. } | Self::Close { .. } | Self::Open { .. } | Self::Station { .. } => None,
        }
    }

    /// The ends of the part it is about, where it is not the whole stretch.
    pub fn part(&self) -> Option<[Position; 2]> {
        match self {
            Self::Measure { part, .. } => *part,
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(changes: Vec<Change>) -> Scenario {
        Scenario { id: "s".into(), name: "加宽老桥".to_owned(), on: None, changes, void: None }
    }

    #[test]
    fn a_closure_of_next_week_is_reckoned_for_next_week() {
        let day = |text: &str| crate::time::parse_date(text).expect("a date");
        let close = |from: &str, until: Option<&str>| Change::Close {
            road: "r".into(),
            from: day(from),
            until: until.map(day),
            stops: Stops::Everybody,
        };
        let of = |on: Option<&str>, changes: Vec<Change>| {
            Scenario { on: on.map(day), ..list(changes) }.day(day("2026-09-21")).to_string()
        };
        assert_eq!(of(None, vec![close("2026-09-28", Some("2026-10-04"))]), "2026-09-28");
        assert_eq!(of(None, vec![close("2026-09-30", None), close("2026-09-28", None)]), "2026-09-28");
        assert_eq!(of(None, vec![close("2026-09-20", None), close("2026-09-28", None)]), "2026-09-21");
        assert_eq!(of(None, vec![close("2026-09-01", Some("2026-09-02"))]), "2026-09-21", "it is over");
        assert_eq!(of(Some("2026-11-01"), vec![close("2026-09-28", None)]), "2026-11-01");
        assert_eq!(of(None, vec![Change::Open { road: "r".into() }]), "2026-09-21");
    }

    #[test]
    fn two_lists_are_held_against_each_other_on_one_day_whichever_comes_first() {
        let day = |text: &str| crate::time::parse_date(text).expect("a date");
        let of = |on: Option<&str>, closed: &[(&str, Option<&str>)]| {
            let close = |(from, until): &(&str, Option<&str>)| Change::Close {
                road: "r".into(),
                from: day(from),
                until: until.map(day),
                stops: Stops::Everybody,
            };
            let changes: Vec<Change> = closed.iter().map(close).collect();
            Scenario { on: on.map(day), ..list(changes) }
        };
        let both = |one: &Scenario, other: &Scenario| {
            let today = day("2026-11-29");
            let on = one.day_with(other, today);
            assert_eq!(on, other.day_with(one, today), "the same from either side");
            (on.to_string(), one.holds_on(on), other.holds_on(on))
        };
        let week = of(None, &[("2026-12-07", Some("2026-12-13"))]);
        let wide = of(None, &[]);
        assert_eq!(
            both(&week, &wide),
            ("2026-12-07".to_owned(), true, true),
            "what is wider is wider then, too"
        );
        let late = of(None, &[("2026-12-10", Some("2026-12-20"))]);
        assert_eq!(both(&week, &late), ("2026-12-10".to_owned(), true, true), "the first day of both");
        let after = of(None, &[("2026-12-14", None)]);
        assert_eq!(both(&week, &after), ("2026-12-14".to_owned(), false, true), "no day of both");
        let asked = of(Some("2026-12-08"), &[]);
        assert_eq!(both(&week, &asked), ("2026-12-08".to_owned(), true, true), "a day one is asked of");
        let elsewhen = of(Some("2026-12-24"), &[]);
        assert_eq!(both(&week, &elsewhen), ("2026-12-07".to_owned(), true, true));
        assert_eq!(both(&wide, &of(None, &[])), ("2026-11-29".to_owned(), true, true));
        let over = of(Some("2026-12-24"), &[("2026-12-07", Some("2026-12-13"))]);
        assert_eq!(both(&over, &elsewhen), ("2026-12-24".to_owned(), false, true), "both are asked of it");
    }

    #[test]
    fn a_part_of_a_stretch_is_widened_and_the_rest_stays_as_it_is() {
        // 970 m from west to east, a gate 292 m in.
        let mut road = crate::road::segment::tests::segment(Some(2.8));
        road.line = vec![[105.870, 29.260], [105.875, 29.260], [105.880, 29.260]];
        road.barriers =
            vec![crate::road::segment::Barred { what: crate::road::Barrier::Gate, at: [105.873, 29.260] }];
        let widen = |from: f64, to: f64, value| Change::Measure {
            road: road.id.clone(),
            limit: Limit::Width,
            value,
            part: Some([[from, 29.260_02], [to, 29.260]]),
        };
        let told = |changes: Vec<Change>| -> Vec<(f64, Option<f64>, usize)> {
            let pieces = list(changes).over(&road);
            let tell = |p: &Segment| (p.length_m().round(), p.road.fitness.width_m, p.barriers.len());
            pieces.iter().map(tell).collect()
        };
        let (narrow, wide) = (Some(2.8), Some(4.5));
        assert_eq!(
            told(vec![widen(105.8728, 105.8720, 4.5)]),
            [(194.0, narrow, 0), (78.0, wide, 0), (698.0, narrow, 1)]
        );
        // The second part begins within the first and reaches to the end.
        let both = vec![widen(105.872, 105.874, 4.5), widen(105.873, 105.880, 6.0)];
        let whole: f64 = told(both.clone()).iter().map(|one| one.0).sum();
        assert_eq!(
            told(both).iter().map(|one| one.1).collect::<Vec<_>>(),
            [narrow, wide, Some(6.0), Some(6.0)]
        );
        assert!((whole - road.length_m()).abs() < 3.0, "nothing of it is lost: {whole}");
        let close = Change::Open { road: "other".into() };
        assert_eq!(told(vec![close]), [(970.0, narrow, 1)], "another road is none of its business");
        let gone = list(vec![widen(105.872, 105.874, 4.5), Change::Open { road: "other".into() }]);
        assert_eq!(gone.astray(std::slice::from_ref(&road)), [1]);
        let moved = Segment { line: vec![[105.870, 29.270], [105.880, 29.270]], ..road.clone() };
        assert_eq!(gone.astray(std::slice::from_ref(&moved)), [0, 1]);
        assert_eq!(gone.over(&moved).len(), 1);
    }

    #[test]
    fn a_list_that_cannot_be_is_refused() {
        let code = |changes| list(changes).checked().err().map(|refusal| refusal.code());
        let measure = |value| Change::Measure { road: "r".into(), limit: Limit::Width, value, part: None };
        assert_eq!(code(vec![measure(4.5)]), None);
        assert_eq!(code(vec![measure(400.0)]), Some("road.implausible_value"));
        assert_eq!(code(Vec::new()), Some("scenario.empty"));
        let swapped = Change::Station { name: "新站".to_owned(), at: [29.2, 105.8] };
        assert_eq!(code(vec![swapped]), Some("shape.swapped"));
        let dry = Change::Water { facility: "f".into(), usable_m3: -1.0 };
        assert_eq!(code(vec![dry]), Some("scenario.water"));
        // As much as a facility may be entered with, and no more.
        let holds = |usable_m3| Change::Water { facility: "f".into(), usable_m3 };
        assert_eq!(
            (code(vec![holds(MOST_M3)]), code(vec![holds(MOST_M3 + 1.0)])),
            (None, Some("scenario.water"))
        );
        let flow = |flow_l_s| Change::Flow { facility: "f".into(), flow_l_s };
        assert_eq!((code(vec![flow(3.0)]), code(vec![flow(-1.0)])), (None, Some("scenario.flow")));
        let low = list(vec![flow(9.0), flow(3.0)]);
        assert_eq!(
            (low.flow(&"f".into()), low.flow(&"g".into()), low.water(&"f".into())),
            (Some(3.0), None, None)
        );
        let nameless = Scenario { name: " ".to_owned(), ..list(vec![measure(4.5)]) };
        assert_eq!(nameless.checked().err().map(|refusal| refusal.code()), Some("scenario.no_name"));
    }
}
