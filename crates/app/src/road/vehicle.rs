//! Vehicles with the town's own numbers: what comes along, and where no checked standard gives a number, what the town
//! set. What does not belong here: whether a vehicle passes a road (`domain::road`).

use std::sync::OnceLock;

use domain::place::Confidence;
use domain::plan::Value;
use domain::road::Limit;
use domain::time::Date;
use domain::vehicle::{Class, Vehicle};
use store::Read;

use crate::Result;

/// A need of a vehicle that the town may set.
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
    limit: Limit,
}

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

fn word(limit: Limit) -> &'static str {
    match limit {
        Limit::Width => "width",
        Limit::Height => "height",
        Limit::Load => "load",
        Limit::Slope => "slope",
        Limit::TurningRadius => "turning_radius",
    }
}

/// Every need that no checked source gives.
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
            limit: *limit,
        }
    })
    .collect()
}

/// The vehicles with the town's numbers of a day.
// What a vehicle needs is the same for everybody.
pub(crate) async fn vehicles_on(read: &mut Read, on: Date) -> Result<Vec<Vehicle>> {
    let mut vehicles = shipped().to_vec();
    for setting in settings() {
        let Some(set) = read.parameter_on(&setting.name, on).await? else { continue };
        let Value::Number(number) = set.parameter.value else { continue };
        let vehicle = vehicles.iter_mut().find(|vehicle| vehicle.class == setting.class);
        if let Some(need) = vehicle.and_then(|vehicle| vehicle.needs.get_mut(&setting.limit)) {
            need.value = Some(number / unit(setting.limit).1).filter(|value| *value > 0.0);
        }
    }
    Ok(vehicles)
}

#[cfg(test)]
mod tests {
    use super::*;

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
