//! Vehicles with the town's own numbers: what comes along, and where no checked standard gives a number, what the town
//! set; speeds are the town's throughout. What does not belong here: whether a vehicle passes a road (`domain::road`).

use std::collections::BTreeMap;
use std::sync::OnceLock;

use domain::place::Confidence;
use domain::plan::Value;
use domain::road::{Kind, Limit};
use domain::time::Date;
use domain::vehicle::{Class, Vehicle, borne};
use store::Read;

use crate::Result;

/// A need or a speed of a vehicle that the town may set.
pub(crate) struct Setting {
    /// Name of the parameter, as `vehicle.mini.width`.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// Unit it is set in: parameters are whole numbers.
    pub unit: &'static str,
    /// What it comes with; 0 when nobody can know without the actual vehicle, and then it is unset.
    pub comes_with: f64,
    /// The most it may be.
    pub most: f64,
    class: Class,
    sets: Sets,
}

/// What a number sets.
enum Sets {
    Need(Limit),
    /// The speed on these kinds of road, which the catalogue gives one speed.
    Speed(Vec<Kind>),
}

/// Fastest a vehicle is set to go. Units: km/h.
const MOST_KMH: f64 = 150.0;

/// The vehicles as they come along, the most demanding first.
pub(crate) fn shipped() -> &'static [Vehicle] {
    static VEHICLES: OnceLock<Vec<Vehicle>> = OnceLock::new();
    VEHICLES.get_or_init(|| exchange::vehicle_catalog::read(exchange::shipped::VEHICLES).0)
}

/// What people call a class of vehicle.
pub(crate) fn name_of(class: Class) -> &'static str {
    shipped().iter().find(|vehicle| vehicle.class == class).map_or("", |vehicle| vehicle.name.as_str())
}

/// Unit a limit is set in, how many of it are one of the limit's own, and the most.
fn unit(limit: Limit) -> (&'static str, f64, f64) {
    match limit {
        Limit::Width | Limit::Height | Limit::TurningRadius => ("厘米", 100.0, 20_000.0),
        Limit::Load => ("吨", 1.0, 200.0),
        Limit::Slope => ("%", 1.0, 100.0),
    }
}

/// Stable word of a limit.
pub(super) fn word(limit: Limit) -> &'static str {
    match limit {
        Limit::Width => "width",
        Limit::Height => "height",
        Limit::Load => "load",
        Limit::Slope => "slope",
        Limit::TurningRadius => "turning_radius",
    }
}

/// Every need that no checked source gives, and every speed.
pub(crate) fn settings() -> Vec<Setting> {
    let needs = shipped().iter().flat_map(|vehicle| vehicle.needs.iter().map(move |need| (vehicle, need)));
    let open = needs.filter(|(_, (_, need))| need.confidence != Confidence::Sure);
    open.map(|(vehicle, (limit, need))| {
        let (unit, many, most) = unit(*limit);
        Setting {
            name: format!("vehicle.{}.{}", vehicle.class.code(), word(*limit)),
            label: format!("{}要求的{}（0 为未设定）", vehicle.name, limit.label()),
            unit,
            comes_with: need.value.map_or(0.0, |value| (value * many).round()),
            most,
            class: vehicle.class,
            sets: Sets::Need(*limit),
        }
    })
    .chain(shipped().iter().flat_map(speeds))
    .collect()
}

/// The speeds of a vehicle, the fastest first: kinds of road of one speed together.
pub(crate) fn by_speed(vehicle: &Vehicle) -> Vec<(f64, Vec<Kind>)> {
    let mut groups: Vec<(f64, Vec<Kind>)> = Vec::new();
    for (kind, kmh) in &vehicle.speeds_kmh {
        match groups.iter_mut().find(|(known, _)| known.total_cmp(kmh).is_eq()) {
            Some((_, kinds)) => kinds.push(*kind),
            None => groups.push((*kmh, vec![*kind])),
        }
    }
    groups.sort_by(|a, b| b.0.total_cmp(&a.0));
    groups
}

/// What people call kinds of road.
pub(crate) fn roads_of(kinds: &[Kind]) -> String {
    kinds.iter().map(|kind| kind.label()).collect::<Vec<_>>().join("、")
}

fn speeds(vehicle: &Vehicle) -> Vec<Setting> {
    let setting = |(kmh, kinds): (f64, Vec<Kind>)| {
        let first = kinds.iter().find(|kind| !kind.code().ends_with("_link")).or(kinds.first())?;
        Some(Setting {
            name: format!("vehicle.{}.speed.{}", vehicle.class.code(), first.code()),
            label: format!("{}在{}上的车速（0 为不行驶）", vehicle.name, roads_of(&kinds)),
            unit: "公里/小时",
            comes_with: kmh,
            most: MOST_KMH,
            class: vehicle.class,
            sets: Sets::Speed(kinds),
        })
    };
    by_speed(vehicle).into_iter().filter_map(setting).collect()
}

/// The vehicles with the town's numbers of a day.
// What a vehicle needs is the same for everybody.
pub(crate) async fn vehicles_on(read: &mut Read, on: Date) -> Result<Vec<Vehicle>> {
    let mut vehicles = shipped().to_vec();
    for setting in settings() {
        let Some(set) = read.parameter_on(&setting.name, on).await? else { continue };
        let Value::Number(number) = set.parameter.value else { continue };
        let Some(vehicle) = vehicles.iter_mut().find(|vehicle| vehicle.class == setting.class) else {
            continue;
        };
        match setting.sets {
            Sets::Need(limit) => {
                if let Some(need) = vehicle.needs.get_mut(&limit) {
                    need.value = Some(number / unit(limit).1).filter(|value| *value > 0.0);
                }
            }
            Sets::Speed(kinds) => drive(&mut vehicle.speeds_kmh, &kinds, number),
        }
    }
    Ok(borne(vehicles))
}

/// Sets the speed on some kinds of road; at none they are not driven.
fn drive(speeds_kmh: &mut BTreeMap<Kind, f64>, kinds: &[Kind], kmh: f64) {
    for kind in kinds {
        match kmh > 0.0 {
            true => _ = speeds_kmh.insert(*kind, kmh),
            false => _ = speeds_kmh.remove(kind),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_speed_is_the_towns_and_set_for_the_roads_that_come_with_one() {
        let all = settings();
        let of = |name: &str| all.iter().find(|one| one.name == name).map(|one| (one.comes_with, one.unit));
        assert_eq!(of("vehicle.engine.speed.motorway"), Some((80.0, "公里/小时")));
        assert_eq!(of("vehicle.engine.speed.unclassified"), Some((30.0, "公里/小时")));
        assert_eq!(of("vehicle.foot.speed.steps"), Some((2.0, "公里/小时")));
        let mut names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
        names.sort_unstable();
        let n = names.len();
        names.dedup();
        assert_eq!(names.len(), n, "no name sets two things");
        for vehicle in shipped() {
            let own = all.iter().filter(|one| one.class == vehicle.class);
            let kinds: usize = own
                .map(|one| match &one.sets {
                    Sets::Speed(kinds) => kinds.len(),
                    Sets::Need(_) => 0,
                })
                .sum();
            assert_eq!(kinds, vehicle.speeds_kmh.len(), "{}", vehicle.name);
        }
        let mut speeds = BTreeMap::from([(Kind::Track, 15.0), (Kind::Service, 15.0)]);
        drive(&mut speeds, &[Kind::Track], 8.0);
        drive(&mut speeds, &[Kind::Service], 0.0);
        assert_eq!(speeds, BTreeMap::from([(Kind::Track, 8.0)]));
    }

    #[test]
    fn only_what_no_checked_standard_gives_may_be_set() {
        let names: Vec<String> = settings().into_iter().map(|setting| setting.name).collect();
        assert!(names.contains(&"vehicle.engine.load".to_owned()), "{names:?}");
        assert!(names.contains(&"vehicle.mini.width".to_owned()), "{names:?}");
        assert!(!names.contains(&"vehicle.engine.width".to_owned()), "the law sets it");
        let mini = settings().into_iter().find(|setting| setting.name == "vehicle.mini.width");
        assert_eq!(mini.map(|setting| (setting.comes_with, setting.unit)), Some((300.0, "厘米")));
    }
}
