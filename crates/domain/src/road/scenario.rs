//! 路网设想: what if a stretch were widened, closed for a week, a pool at its winter level, a station here. A list of
//! changes nobody made. What does not belong here: what would come of them (`app`, over the crate `road`).

use serde::{Deserialize, Serialize};

use super::segment::{RoadRefusal, Segment};
use super::{Closure, Limit};
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
    },
    /// A stretch is closed.
    Close {
        /// Stretch.
        road: RoadId,
        /// First day.
        from: Date,
        /// Last day; none until further notice.
        until: Option<Date>,
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
    #[error("水量须在 0 到 1000000 立方米之间，请核对")]
    Water,
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
                Change::Water { usable_m3, .. } if !(0.0..=1_000_000.0).contains(usable_m3) => {
                    return Err(ScenarioRefusal::Water);
                }
                Change::Close { .. } | Change::Open { .. } | Change::Water { .. } => {}
            }
        }
        Ok(self)
    }

    /// The day it is reckoned for: the one it is asked of, else today, unless all it closes is closed later: then the first
    /// day of that.
    pub fn day(&self, today: Date) -> Date {
        let closures = || {
            self.changes.iter().filter_map(|change| match change {
                Change::Close { from, until, .. } => Some((*from, *until)),
                _ => None,
            })
        };
        let is_now =
            |(from, until): (Date, Option<Date>)| from <= today && until.is_none_or(|until| today <= until);
        let ahead = || closures().map(|(from, _)| from).filter(|from| *from > today).min();
        self.on.or_else(|| if closures().any(is_now) { None } else { ahead() }).unwrap_or(today)
    }

    /// A stretch as it would be.
    pub fn over(&self, mut segment: Segment) -> Segment {
        for change in &self.changes {
            match change {
                Change::Measure { road, limit, value } if *road == segment.id => {
                    segment.road.fitness = segment.road.fitness.with(*limit, *value);
                }
                Change::Close { road, from, until } if *road == segment.id => {
                    let closure = Closure { from: *from, until: *until, reason: self.name.clone() };
                    segment.closures.push(super::segment::Closed {
                        closure,
                        by: "".into(),
                        recorded_at: crate::time::Timestamp::start_of(*from),
                    });
                }
                Change::Open { road } if *road == segment.id => segment.closures.clear(),
                _ => {}
            }
        }
        segment
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
    fn a_list_that_cannot_be_is_refused() {
        let code = |changes| list(changes).checked().err().map(|refusal| refusal.code());
        let measure = |value| Change::Measure { road: "r".into(), limit: Limit::Width, value };
        assert_eq!(code(vec![measure(4.5)]), None);
        assert_eq!(code(vec![measure(400.0)]), Some("road.implausible_value"));
        assert_eq!(code(Vec::new()), Some("scenario.empty"));
        let swapped = Change::Station { name: "新站".to_owned(), at: [29.2, 105.8] };
        assert_eq!(code(vec![swapped]), Some("shape.swapped"));
        let dry = Change::Water { facility: "f".into(), usable_m3: -1.0 };
        assert_eq!(code(vec![dry]), Some("scenario.water"));
        let nameless = Scenario { name: " ".to_owned(), ..list(vec![measure(4.5)]) };
        assert_eq!(nameless.checked().err().map(|refusal| refusal.code()), Some("scenario.no_name"));
    }
}
