//! What tags of OpenStreetMap say in our words. What does not belong here: what follows for a vehicle (`domain::road`).

use domain::road::{Barrier, Fitness, Implausible, Kind, Limit, OneWay, Road};

/// The value of a tag.
pub(super) fn value<'a>(tags: &'a [(String, String)], key: &str) -> Option<&'a str> {
    tags.iter().find(|(own, _)| own == key).map(|(_, value)| value.as_str())
}

/// What a way says of one of its limits that counts for nothing.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(super) enum Untold {
    /// A value that cannot be true.
    #[error(transparent)]
    Implausible(#[from] Implausible),
    /// No value: a word, several, a unit nobody knows.
    #[error("标签 {key}={value} 读不出数值，{}按未知处理：请在地图上改正，或实地测量后登记路段", .limit.label())]
    Unread {
        /// Of what.
        limit: Limit,
        /// Tag.
        key: &'static str,
        /// What it says.
        value: String,
    },
}

impl Untold {
    /// Stable code.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Implausible(fault) => fault.code(),
            Self::Unread { .. } => "road.limit_unread",
        }
    }
}

/// Signs and measurements by the limit they tell of; the least of them counts.
const SIGNS: [(Limit, &[&str]); 3] = [
    (Limit::Width, &["maxwidth:physical", "maxwidth", "width"]),
    (Limit::Height, &["maxheight:physical", "maxheight"]),
    (Limit::Load, &["maxweight"]),
];

/// What is known of a way's limits, and what of its tags is not.
fn fitness(tags: &[(String, String)]) -> (Fitness, Vec<Untold>) {
    let (mut fitness, mut untold) = (Fitness::default(), Vec::new());
    for (limit, keys) in SIGNS {
        let mut least: Option<f64> = None;
        for key in keys.iter().copied() {
            let Some(text) = value(tags, key).filter(|text| !NO_LIMIT.contains(&text.trim())) else {
                continue;
            };
            let read = if limit == Limit::Load { tonnes(text) } else { metres(text) };
            // What cannot be true is no least, whatever else is said.
            match read.map(|number| Fitness::default().with(limit, number).checked()) {
                Some((own, implausible)) if implausible.is_empty() => {
                    least = [least, own.value(limit)].into_iter().flatten().reduce(f64::min);
                }
                Some((_, implausible)) => untold.extend(implausible.into_iter().map(Untold::from)),
                None => untold.push(Untold::Unread { limit, key, value: text.to_owned() }),
            }
        }
        if let Some(least) = least {
            fitness = fitness.with(limit, least);
        }
    }
    // Which way it climbs says nothing of how steep.
    if let Some(text) =
        value(tags, "incline").filter(|text| !["up", "down", "no", "yes"].contains(&text.trim()))
    {
        match slope(text) {
            Some(number) => fitness = fitness.with(Limit::Slope, number),
            None => {
                untold.push(Untold::Unread { limit: Limit::Slope, key: "incline", value: text.to_owned() });
            }
        }
    }
    let (mut fitness, implausible) = fitness.checked();
    untold.extend(implausible.into_iter().map(Untold::from));
    // There is a limit, whatever it is.
    let mut unread: Vec<Limit> = untold
        .iter()
        .map(|one| match one {
            Untold::Implausible(fault) => fault.limit,
            Untold::Unread { limit, .. } => *limit,
        })
        .collect();
    unread.sort_unstable();
    unread.dedup();
    fitness.unread = unread;
    (fitness, untold)
}

/// The road a way is, and what of its values cannot be true or read. An area is a square, not a road.
pub(super) fn road(tags: &[(String, String)]) -> Option<(Road, Vec<Untold>)> {
    let kind = Kind::from_code(value(tags, "highway")?)?;
    if value(tags, "area") == Some("yes") {
        return None;
    }
    let is = |key: &str, words: &[&str]| value(tags, key).is_some_and(|value| words.contains(&value));
    let name = value(tags, "name").or_else(|| value(tags, "ref")).unwrap_or_default();
    let (fitness, problems) = fitness(tags);
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

/// Words by which a sign says that it limits nobody, or that there is none. `below_default` is not among them.
const NO_LIMIT: [&str; 7] = ["default", "none", "no", "unsigned", "no_sign", "no_indications", "unlimited"];
/// A foot. Units: m.
const FOOT_M: f64 = 0.3048;
/// A pound. Units: t.
const POUND_T: f64 = 0.000_453_592_37;

/// A number as people type it: `3.5`, `3,5`; none for words and several.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let is_plain = |c: char| c.is_ascii_digit() || ['.', ',', '-', '+'].contains(&c);
    let bare = Some(text.replace(',', ".")).filter(|_| text.chars().all(is_plain))?;
    bare.parse().ok().filter(|number: &f64| number.is_finite())
}

/// To the millimetre or kilogram: converting makes no measurement finer.
fn fine(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

/// A number before the first of these units that fits, in ours; a bare one is in ours already. The longer unit stands first
/// where one ends like another.
fn measured(text: &str, units: &[(&str, f64)]) -> Option<f64> {
    let text = text.trim();
    let with = units.iter().find_map(|(unit, each)| Some((text.strip_suffix(*unit)?, each)));
    let (bare, each) = with.unwrap_or((text, &1.0));
    number(bare).map(|number| fine(number * each))
}

/// Metres: `3.5`, `3.5 m`, `350 cm`, `12 ft`, `11'6"`. Source: OpenStreetMap wiki, Map features/Units.
fn metres(text: &str) -> Option<f64> {
    let text = text.trim();
    let Some((feet, inches)) = text.split_once('\'') else {
        return measured(
            text,
            &[("cm", 0.01), ("mm", 0.001), ("m", 1.0), ("ft", FOOT_M), ("in", FOOT_M / 12.0)],
        );
    };
    let feet = number(feet)?;
    let inches = match inches.trim() {
        "" => 0.0,
        inches => number(inches.strip_suffix('"')?).filter(|inches| (0.0..12.0).contains(inches))?,
    };
    Some(fine((feet + inches / 12.0) * FOOT_M))
}

/// Tonnes: `2.8`, `2.8t`, `7500 kg`, `10 st` (short tons), `6000 lbs`. Source: as for metres.
fn tonnes(text: &str) -> Option<f64> {
    measured(text, &[("kg", 0.001), ("lbs", POUND_T), ("lb", POUND_T), ("st", 2_000.0 * POUND_T), ("t", 1.0)])
}

/// A slope in per cent without its sign: `8%`, `-12 %`, `12°`. A bare number may be either, and is read only where both are one: 0.
fn slope(text: &str) -> Option<f64> {
    let text = text.trim();
    let per_cent = match text.strip_suffix('%') {
        Some(bare) => number(bare)?,
        None if number(text) == Some(0.0) => 0.0,
        None => {
            let degrees = number(text.strip_suffix('°')?).filter(|degrees| degrees.abs() < 90.0)?;
            (degrees.to_radians().tan() * 1_000.0).round() / 10.0
        }
    };
    Some(per_cent.abs())
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
        let narrow = Fitness { unread: vec![Limit::Width], ..Fitness::default() };
        assert_eq!(read(&[("width", "narrow"), ("maxheight", "default")]), narrow);
        assert_eq!(read(&[("maxweight", "2.8t"), ("incline", "-12%")]).load_t, Some(2.8));
        assert_eq!(read(&[("incline", "-12%")]).slope_pct, Some(12.0));
        assert_eq!(read(&[("incline", "up")]).slope_pct, None);
        assert_eq!(read(&[("width", "3 ft")]).width_m, Some(0.914));
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
        let unread = vec![Limit::Width, Limit::Load];
        assert_eq!(road.fitness, Fitness { unread, ..Fitness::default() });
        assert_eq!(problems.len(), 2, "{problems:?}");
    }

    #[test]
    fn a_value_that_cannot_be_true_does_not_take_another_with_it() {
        let all = tags(&[("highway", "track"), ("width", "0.2"), ("maxwidth", "3")]);
        let (road, untold) = road(&all).expect("a road");
        assert_eq!((road.fitness.width_m, road.fitness.unread), (Some(3.0), vec![Limit::Width]));
        assert_eq!(untold.iter().map(Untold::code).collect::<Vec<_>>(), ["road.implausible_value"]);
    }

    #[test]
    fn units_of_the_wiki_are_read_and_what_is_no_value_is_a_limit_nobody_knows() {
        let read = |key: &str, value: &str| {
            let all = tags(&[("highway", "service"), (key, value)]);
            let (road, untold) = road(&all).expect("a road");
            let limit = match key {
                "maxweight" => Limit::Load,
                "incline" => Limit::Slope,
                _ => Limit::Height,
            };
            assert_eq!(road.fitness.unread.contains(&limit), !untold.is_empty(), "{key}={value}");
            let known = road.fitness.value(limit).map(|value| (value * 1_000.0).round() / 1_000.0);
            known.ok_or_else(|| untold.iter().map(ToString::to_string).collect::<String>())
        };
        for (key, value, is) in [
            ("maxheight", "3.5", 3.5),
            ("maxheight", "350 cm", 3.5),
            ("maxheight", "3500mm", 3.5),
            ("maxheight", "11'6\"", 3.505),
            ("maxheight", "12'", 3.658),
            ("maxheight", "12 ft", 3.658),
            ("maxweight", "7500 kg", 7.5),
            ("maxweight", "10 st", 9.072),
            ("maxweight", "22000 lbs", 9.979),
            ("maxweight", "7.5 t", 7.5),
            ("incline", "12°", 21.3),
            ("incline", "-8%", 8.0),
            ("incline", "0", 0.0),
            ("incline", "0°", 0.0),
        ] {
            assert_eq!(read(key, value), Ok(is), "{key}={value}");
        }
        for (key, value) in [
            ("maxheight", "below_default"),
            ("maxheight", "3.5;4.5"),
            ("maxheight", "11'13\""),
            ("maxheight", "0"),
            ("maxheight", "inf"),
            ("maxweight", "10 stones"),
            ("incline", "12"),
            ("incline", "steep"),
        ] {
            let said = read(key, value).expect_err(value);
            if value == "0" {
                assert!(
                    said.starts_with("净高 0 米 不合常理"),
                    "a number, and none that can be true: {said}"
                );
            } else {
                assert!(said.contains("按未知处理") && said.contains(&format!("{key}={value}")), "{said}");
            }
        }
        let all = tags(&[("highway", "service"), ("maxheight", "none"), ("incline", "up")]);
        let (free, untold) = road(&all).expect("a road");
        assert_eq!(
            (free.fitness, untold.len()),
            (Fitness::default(), 0),
            "no limit, and nothing said of how steep"
        );
        let all =
            tags(&[("highway", "service"), ("maxheight:physical", "4.5"), ("maxheight", "below_default")]);
        let (both, untold) = road(&all).expect("a road");
        assert_eq!((both.fitness.height_m, both.fitness.unread.len(), untold.len()), (Some(4.5), 1, 1));
    }
}
