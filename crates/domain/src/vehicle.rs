//! Vehicles: what each kind needs of a road, as rows with their source. A number no standard gives is a proposal the
//! town may change; a number that depends on the actual model is empty until the town sets it. What does not belong
//! here: whether a road gives it (`road`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::place::Confidence;
use crate::road::{Kind, Limit};

/// Classes of vehicle, the most demanding first; the letter is that of the roads it can use (handbook 3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// 消防车, roads A.
    Engine,
    /// 小型消防车, roads B.
    Mini,
    /// 消防摩托车, roads C.
    Motorcycle,
    /// 步行、手抬泵, roads X.
    Foot,
}

impl Class {
    /// Every class, the most demanding first.
    pub const ALL: [Self; 4] = [Self::Engine, Self::Mini, Self::Motorcycle, Self::Foot];

    /// Code in files and answers.
    pub fn code(self) -> &'static str {
        match self {
            Self::Engine => "engine",
            Self::Mini => "mini",
            Self::Motorcycle => "motorcycle",
            Self::Foot => "foot",
        }
    }

    /// Class of the roads on which nothing more demanding passes.
    pub fn road_class(self) -> &'static str {
        match self {
            Self::Engine => "A",
            Self::Mini => "B",
            Self::Motorcycle => "C",
            Self::Foot => "X",
        }
    }
}

/// A number a vehicle needs, and where it comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Need {
    /// In the limit's unit; none when it depends on the model and the town has not set it.
    pub value: Option<f64>,
    /// Standard and clause; empty when no source gives one.
    pub source: String,
    /// How far it may be trusted.
    pub confidence: Confidence,
}

/// A vehicle as far as roads concern it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Vehicle {
    /// Class.
    pub class: Class,
    /// Chinese name.
    pub name: String,
    /// Whether it keeps to one-way roads.
    pub obeys_one_way: bool,
    /// What it needs, by limit; a limit that is not here does not concern it.
    pub needs: BTreeMap<Limit, Need>,
    /// Speed by kind of road, km/h; kinds that are not here it does not use. All of it is the town's own reckoning.
    pub speeds_kmh: BTreeMap<Kind, f64>,
    /// What a heavier vehicle of the town needs of a load, where nobody said what this one needs: what bears that one bears
    /// this one, and of anything weaker nobody knows. Units: t.
    #[serde(default)]
    pub borne_t: Option<f64>,
}

/// The vehicles, each that has no load of its own told the least of those of more demanding ones.
pub fn borne(mut vehicles: Vec<Vehicle>) -> Vec<Vehicle> {
    let loads: Vec<(Class, f64)> =
        vehicles.iter().filter_map(|own| Some((own.class, own.need(Limit::Load)?))).collect();
    for own in &mut vehicles {
        let heavier = loads.iter().filter(|(class, _)| *class < own.class).map(|(_, load)| *load);
        own.borne_t = heavier.min_by(f64::total_cmp).filter(|_| own.need(Limit::Load).is_none());
    }
    vehicles
}

impl Vehicle {
    /// What it needs of a limit; none when nothing, or nobody set it.
    pub fn need(&self, limit: Limit) -> Option<f64> {
        self.needs.get(&limit).and_then(|need| need.value)
    }

    /// Speed on a kind of road, km/h; none when it does not use that kind.
    pub fn speed_kmh(&self, kind: Kind) -> Option<f64> {
        self.speeds_kmh.get(&kind).copied()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A fire engine whose weight nobody set.
    pub(crate) fn engine() -> Vehicle {
        let need = |value| Need { value, source: String::new(), confidence: Confidence::Check };
        Vehicle {
            class: Class::Engine,
            name: "消防车".to_owned(),
            obeys_one_way: true,
            needs: BTreeMap::from([
                (Limit::Width, need(Some(4.0))),
                (Limit::Height, need(Some(4.0))),
                (Limit::Slope, need(Some(8.0))),
                (Limit::Load, need(None)),
            ]),
            speeds_kmh: BTreeMap::from([(Kind::Unclassified, 30.0), (Kind::Track, 15.0)]),
            borne_t: None,
        }
    }

    #[test]
    fn a_lighter_vehicle_nobody_weighed_is_told_what_the_heavier_needs() {
        let mini = Vehicle { class: Class::Mini, ..engine() };
        let heavy = |load| {
            let mut own = engine();
            own.needs.entry(Limit::Load).and_modify(|need| need.value = load);
            own
        };
        let told = |vehicles: [Vehicle; 2]| {
            borne(vehicles.to_vec()).iter().map(|own| own.borne_t).collect::<Vec<_>>()
        };
        assert_eq!(told([heavy(Some(16.0)), mini.clone()]), [None, Some(16.0)]);
        assert_eq!(told([heavy(None), mini.clone()]), [None, None]);
        let light = Vehicle { class: Class::Mini, ..heavy(Some(5.0)) };
        assert_eq!(told([heavy(Some(16.0)), light]), [None, None], "it has its own");
    }

    #[test]
    fn a_need_that_depends_on_the_model_is_none_until_it_is_set() {
        assert_eq!(engine().need(Limit::Load), None);
        assert_eq!(engine().need(Limit::Width), Some(4.0));
        assert_eq!(engine().speed_kmh(Kind::Steps), None);
    }
}
