//! What tags of OpenStreetMap say in our words. What does not belong here: what follows for a vehicle (`domain::road`).

use domain::road::{Barrier, Fitness, Implausible, Kind, OneWay, Road};

/// The value of a tag.
pub(super) fn value<'a>(tags: &'a [(String, String)], key: &str) -> Option<&'a str> {
    tags.iter().find(|(own, _)| own == key).map(|(_, value)| value.as_str())
}

/// The road a way is, and what of its values cannot be true. An area is a square, not a road.
pub(super) fn road(tags: &[(String, String)]) -> Option<(Road, Vec<Implausible>)> {
    let kind = Kind::from_code(value(tags, "highway")?)?;
    if value(tags, "area") == Some("yes") {
        return None;
    }
    let is = |key: &str, words: &[&str]| value(tags, key).is_some_and(|value| words.contains(&value));
    let name = value(tags, "name").or_else(|| value(tags, "ref")).unwrap_or_default();
    // Signs and measurements: the least of them counts.
    let least = |keys: &[&str]| keys.iter().filter_map(|key| number(value(tags, key)?)).reduce(f64::min);
    let (fitness, problems) = Fitness {
        width_m: least(&["maxwidth:physical", "maxwidth", "width"]),
        height_m: least(&["maxheight:physical", "maxheight"]),
        load_t: least(&["maxweight"]),
        slope_pct: value(tags, "incline").and_then(slope),
        ..Fitness::default()
    }
    .checked();
    let access = ["motor_vehicle", "vehicle", "access"].iter().find_map(|key| value(tags, key));
    let road = Road {
        kind,
        name: name.to_owned(),
        one_way: one_way(tags, kind),
        bridge: value(tags, "bridge").is_some_and(|bridge| bridge != "no"),
        covered: value(tags, "tunnel").is_some_and(|tunnel| tunnel != "no") || is("covered", &["yes"]),
        private: access.is_some_and(|access| ["no", "private"].contains(&access)),
        fitness,
    };
    Some((road, problems))
}

/// What stands at a node, by what can get past it; none for what stops nobody, as an entrance.
pub(super) fn barrier(tags: &[(String, String)]) -> Option<Barrier> {
    Some(match value(tags, "barrier")? {
        "gate" | "lift_gate" | "swing_gate" | "sliding_gate" | "chain" | "rope" | "bump_gate" => {
            Barrier::Gate
        }
        "bollard" | "block" | "cycle_barrier" | "jersey_barrier" | "planter" | "motorcycle_barrier" => {
            Barrier::Posts
        }
        "kissing_gate" | "turnstile" | "full-height_turnstile" | "stile" => Barrier::Walkers,
        "wall" | "fence" | "hedge" | "debris" | "guard_rail" => Barrier::Wall,
        _ => return None,
    })
}

fn one_way(tags: &[(String, String)], kind: Kind) -> OneWay {
    match value(tags, "oneway") {
        Some("yes" | "true" | "1") => OneWay::Forward,
        Some("-1" | "reverse") => OneWay::Backward,
        Some(_) => OneWay::No,
        None if matches!(kind, Kind::Motorway | Kind::MotorwayLink) => OneWay::Forward,
        None if matches!(value(tags, "junction"), Some("roundabout")) => OneWay::Forward,
        None => OneWay::No,
    }
}

/// A number in metres or tonnes: `3.5`, `3,5`, `3.5 m`, `2.8t`; none for feet, words and what is no number.
fn number(text: &str) -> Option<f64> {
    let text = text.trim().replace(',', ".");
    let bare = text.strip_suffix('m').or_else(|| text.strip_suffix('t')).unwrap_or(&text);
    bare.trim_end().parse().ok().filter(|number: &f64| number.is_finite())
}

/// A slope in per cent without its sign: `8%`, `-12 %`; `up` and `down` say nothing of how steep.
fn slope(text: &str) -> Option<f64> {
    number(text.trim().strip_suffix('%')?.trim_end()).map(f64::abs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_least_of_signs_and_measurements_counts_and_words_are_no_numbers() {
        let read = |pairs: &[(&str, &str)]| {
            let all = [&[("highway", "service")], pairs].concat();
            road(&tags(&all)).expect("a road").0.fitness
        };
        assert_eq!(read(&[("width", "5"), ("maxwidth", "3,2 m")]).width_m, Some(3.2));
        assert_eq!(read(&[("width", "narrow"), ("maxheight", "default")]), Fitness::default());
        assert_eq!(read(&[("maxheight", "11'6\"")]).height_m, None);
        assert_eq!(read(&[("maxweight", "2.8t"), ("incline", "-12%")]).load_t, Some(2.8));
        assert_eq!(read(&[("incline", "-12%")]).slope_pct, Some(12.0));
        assert_eq!(read(&[("incline", "up")]).slope_pct, None);
    }

    #[test]
    fn one_way_comes_from_the_tag_else_from_the_kind() {
        let read = |pairs: &[(&str, &str)]| road(&tags(pairs)).expect("a road").0.one_way;
        assert_eq!(read(&[("highway", "motorway")]), OneWay::Forward);
        assert_eq!(read(&[("highway", "motorway"), ("oneway", "no")]), OneWay::No);
        assert_eq!(read(&[("highway", "primary"), ("junction", "roundabout")]), OneWay::Forward);
        assert_eq!(read(&[("highway", "primary"), ("oneway", "-1")]), OneWay::Backward);
        assert_eq!(read(&[("highway", "primary")]), OneWay::No);
    }

    #[test]
    fn a_square_and_a_building_site_are_no_roads() {
        assert!(road(&tags(&[("highway", "service"), ("area", "yes")])).is_none());
        assert!(road(&tags(&[("highway", "construction")])).is_none());
        assert!(road(&tags(&[("building", "yes")])).is_none());
    }

    #[test]
    fn a_width_of_400_metres_and_a_bridge_for_nothing_are_named_and_become_unknown() {
        let all = tags(&[("highway", "track"), ("width", "400"), ("maxweight", "0")]);
        let (road, problems) = road(&all).expect("a road");
        assert_eq!(road.fitness, Fitness::default());
        assert_eq!(problems.len(), 2, "{problems:?}");
    }
}
