//! The catalogue of vehicles as a TOML file: what each needs of a road, with its source. What does not belong here: what
//! a need means for a road (`domain::road`).

use std::collections::BTreeMap;

use domain::place::Confidence;
use domain::road::{Kind, Limit};
use domain::vehicle::{Class, Need, Vehicle};

use crate::checklist_file::CONFIDENCES;
use crate::toml_doc::{FileProblem, Node, Reader, Word};

const CLASSES: [Word<Class>; 4] = [
    ("engine", "消防车", Class::Engine),
    ("mini", "小型消防车", Class::Mini),
    ("motorcycle", "消防摩托车", Class::Motorcycle),
    ("foot", "步行", Class::Foot),
];
const LIMITS: [Word<Limit>; 5] = [
    ("width", "净宽", Limit::Width),
    ("height", "净高", Limit::Height),
    ("load", "承载", Limit::Load),
    ("slope", "坡度", Limit::Slope),
    ("turning_radius", "转弯半径", Limit::TurningRadius),
];

/// Reads a catalogue; rows with problems are left out of it.
pub fn read(text: &str) -> (Vec<Vehicle>, Vec<FileProblem>) {
    let mut reader = Reader::new(text);
    let Some(document) = reader.parse() else { return (Vec::new(), reader.problems) };
    let root = reader.root(&document);
    reader.only_keys(&root, &["vehicle"]);
    let mut vehicles: Vec<Vehicle> = Vec::new();
    for node in reader.tables(&root, "vehicle") {
        reader.only_keys(&node, &["class", "name", "obeys_one_way", "need", "speed"]);
        let class = reader.word(&node, "class", &CLASSES);
        let vehicle = Vehicle {
            class: class.unwrap_or(Class::Foot),
            name: reader.required(&node, "name"),
            obeys_one_way: reader.flag(&node, "obeys_one_way"),
            needs: needs(&mut reader, &node),
            speeds_kmh: speeds(&mut reader, &node),
            borne_t: None,
        };
        if vehicles.iter().any(|known| known.class == vehicle.class) {
            let text = format!("“{}”这一类车写了两次：请合并", vehicle.name);
            reader.report(node.span_of("class"), "vehicle.twice", text);
        } else if vehicle.speeds_kmh.is_empty() {
            let text = format!("“{}”没有车速：请至少写一类道路", vehicle.name);
            reader.report(node.span_of("name"), "vehicle.no_speed", text);
        } else if class.is_some() {
            vehicles.push(vehicle);
        }
    }
    vehicles.sort_by_key(|vehicle| vehicle.class);
    (vehicles, reader.problems)
}

fn needs(reader: &mut Reader<'_>, vehicle: &Node<'_>) -> BTreeMap<Limit, Need> {
    let mut needs = BTreeMap::new();
    for node in reader.tables(vehicle, "need") {
        reader.only_keys(&node, &["limit", "value", "source", "confidence"]);
        let text = reader.text(&node, "value");
        let value = text.parse::<f64>().ok().filter(|value| value.is_finite() && *value > 0.0);
        if value.is_none() && !text.is_empty() {
            reader.report(
                node.span_of("value"),
                "vehicle.value",
                format!("“{text}”不是正数，请写成 \"4.0\" 的样子"),
            );
        }
        let source = reader.text(&node, "source");
        let confidence = reader.word(&node, "confidence", &CONFIDENCES).unwrap_or(Confidence::Check);
        if let Some(limit) = reader.word(&node, "limit", &LIMITS) {
            needs.insert(limit, Need { value, source, confidence });
        }
    }
    needs
}

fn speeds(reader: &mut Reader<'_>, vehicle: &Node<'_>) -> BTreeMap<Kind, f64> {
    let mut speeds = BTreeMap::new();
    for node in reader.tables(vehicle, "speed") {
        reader.only_keys(&node, &["roads", "kmh"]);
        let kmh = reader.number(&node, "kmh").filter(|kmh| *kmh > 0);
        for code in reader.texts(&node, "roads") {
            match (Kind::from_code(&code), kmh) {
                (Some(kind), Some(kmh)) => {
                    speeds.insert(kind, f64::from(kmh));
                }
                (None, _) => reader.report(
                    node.span_of("roads"),
                    "vehicle.unknown_road",
                    format!("没有道路类别“{code}”：请用 OpenStreetMap 的 highway 值"),
                ),
                (_, None) => {
                    reader.report(node.span_of("kmh"), "vehicle.speed", "车速请写成大于 0 的整数".to_owned());
                }
            }
        }
    }
    speeds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_that_comes_along_has_every_class_with_the_handbook_s_numbers() {
        let (vehicles, problems) = read(crate::shipped::VEHICLES);
        assert_eq!(problems, Vec::new());
        assert_eq!(vehicles.iter().map(|v| v.class).collect::<Vec<_>>(), Class::ALL);
        let needs = |class: usize| {
            let of = |limit| vehicles.get(class).and_then(|vehicle| vehicle.need(limit));
            (of(Limit::Width), of(Limit::Height), of(Limit::Slope), of(Limit::Load))
        };
        assert_eq!(needs(0), (Some(4.0), Some(4.0), Some(8.0), None));
        assert_eq!(needs(1), (Some(3.0), Some(3.0), Some(15.0), None));
        assert_eq!(needs(2), (Some(1.5), Some(2.5), None, None));
        assert_eq!(needs(3), (None, None, None, None));
        // What no standard gives must not pass for one.
        for vehicle in vehicles.iter().skip(1) {
            for need in vehicle.needs.values() {
                assert!(
                    matches!(need.confidence, Confidence::Check | Confidence::Parameter),
                    "{}",
                    vehicle.name
                );
            }
        }
    }

    #[test]
    fn a_mistake_is_named_and_its_row_left_out() {
        let text = r#"
            [[vehicle]]
            class = "engine"
            name = "消防车"
            need = [{ limit = "width", value = "-4" }]
            speed = [{ roads = ["motorroad"], kmh = 50 }]
        "#;
        let (vehicles, problems) = read(text);
        let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, ["vehicle.value", "vehicle.unknown_road", "vehicle.no_speed"]);
        assert!(vehicles.is_empty());
    }
}
