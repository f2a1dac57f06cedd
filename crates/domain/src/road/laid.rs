//! A stretch that comes again, in another survey: what it fills in, what it replaces because it was measured later, and
//! what stays because nothing newer is known. What does not belong here: reading files (`exchange`), writing it down
//! (`app`).

use super::segment::Segment;
use super::{Fitness, WetSeason};
use crate::geometry::{Position, distance_m};
use crate::time::Date;

/// Ends so near each other are the same end. Units: m.
const SAME_END_M: f64 = 50.0;
/// Corners so near each other are the same corner. Units: m.
const SAME_CORNER_M: f64 = 1.0;

/// One thing on which a stretch on record and the one that comes differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Laid {
    /// Stable word of what differs, as `width`.
    pub part: &'static str,
    /// In Chinese.
    pub label: &'static str,
    /// What is on record; none when nobody knew.
    pub before: Option<String>,
    /// What comes.
    pub after: String,
    /// Whether it is taken; otherwise what was measured stays.
    pub taken: bool,
}

/// What is done with the parts of one stretch.
struct Laying {
    is_newer: bool,
    found: Vec<Laid>,
}

impl Laying {
    /// Takes what comes when nobody knew, or when it was measured later.
    fn lay<T: Clone + PartialEq>(
        &mut self,
        (part, label): (&'static str, &'static str),
        kept: &mut Option<T>,
        coming: Option<&T>,
        shown: impl Fn(&T) -> String,
    ) {
        let Some(coming) = coming.filter(|coming| kept.as_ref() != Some(*coming)) else { return };
        let taken = kept.is_none() || self.is_newer;
        self.found.push(Laid { part, label, before: kept.as_ref().map(&shown), after: shown(coming), taken });
        if taken {
            *kept = Some(coming.clone());
        }
    }
}

fn yes(flag: &bool) -> String {
    if *flag { "是" } else { "否" }.to_owned()
}

fn passable(wet: &WetSeason) -> String {
    if *wet == WetSeason::Passable { "雨季可通行" } else { "雨季不可通行" }.to_owned()
}

fn is_same_line(one: &[Position], other: &[Position]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(a, b)| distance_m(*a, *b) <= SAME_CORNER_M)
}

/// Whether two lines lead from the same end to the same end, in whichever direction.
pub fn is_same_stretch(one: &[Position], other: &[Position]) -> bool {
    let (Some(a), Some(b), Some(c), Some(d)) = (one.first(), one.last(), other.first(), other.last()) else {
        return false;
    };
    let near = |x: &Position, y: &Position| distance_m(*x, *y) <= SAME_END_M;
    (near(a, c) && near(b, d)) || (near(a, d) && near(b, c))
}

/// Whether a line leads from the other's end to its start.
fn runs_against(one: &[Position], other: &[Position]) -> bool {
    let (Some(a), Some(b), Some(c), Some(d)) = (one.first(), one.last(), other.first(), other.last()) else {
        return false;
    };
    distance_m(*a, *d) + distance_m(*b, *c) < distance_m(*a, *c) + distance_m(*b, *d)
}

/// The stretch on record with what comes laid over it, and everything on which the two differ. A later survey replaces
/// what was measured; any other only fills in what nobody knew. `said` tells whether the file speaks of a thing that is
/// never without a value, as `bridge`: what nobody says changes nothing.
pub fn lay_over(
    before: &Segment,
    coming: &Segment,
    said: impl Fn(&str) -> bool,
    today: Date,
) -> (Segment, Vec<Laid>) {
    let is_newer = coming.is_newer_than(before);
    let mut laying = Laying { is_newer, found: Vec::new() };
    let mut after = before.clone();
    let metres = |m: &f64| format!("{m} 米");
    let (kept, new): (&mut Fitness, &Fitness) = (&mut after.road.fitness, &coming.road.fitness);
    laying.lay(("width", "最小净宽"), &mut kept.width_m, new.width_m.as_ref(), metres);
    laying.lay(("height", "最小净高"), &mut kept.height_m, new.height_m.as_ref(), metres);
    laying.lay(("load", "最小承载"), &mut kept.load_t, new.load_t.as_ref(), |t| format!("{t} 吨"));
    laying.lay(("slope", "最大坡度"), &mut kept.slope_pct, new.slope_pct.as_ref(), |n| format!("{n}%"));
    let turning = ("turning_radius", "最小转弯半径");
    laying.lay(turning, &mut kept.turning_radius_m, new.turning_radius_m.as_ref(), metres);
    laying.lay(("dead_end", "断头路"), &mut kept.dead_end, new.dead_end.as_ref(), yes);
    laying.lay(("turnaround", "回车场"), &mut kept.turnaround, new.turnaround.as_ref(), yes);
    laying.lay(("wet_season", "雨季通行"), &mut kept.wet_season, new.wet_season.as_ref(), passable);
    laying.lay(("surface", "路面"), &mut after.surface, coming.surface.as_ref(), |one| {
        one.label().to_owned()
    });
    if said("rank") && before.rank != coming.rank {
        let (from, to) = (Some(before.rank.label().to_owned()), coming.rank.label().to_owned());
        let laid = Laid { part: "rank", label: "道路类别", before: from, after: to, taken: is_newer };
        laying.found.push(laid);
        after.rank = if is_newer { coming.rank } else { before.rank };
    }
    // On record these always say something; it counts as measured where the stretch was.
    let taken = is_newer || before.surveyed_on.is_none();
    let (own, other) = (&mut after.road, &coming.road);
    let mut told = |(part, label): (&'static str, &'static str), was: String, is: String| {
        let differs = said(part) && was != is;
        if differs {
            laying.found.push(Laid { part, label, before: Some(was), after: is, taken });
        }
        differs && taken
    };
    if told(("kind", "道路类型"), own.kind.label().to_owned(), other.kind.label().to_owned()) {
        own.kind = other.kind;
    }
    // Forward is as the line is drawn, and the line that comes may be drawn from the other end.
    let is_turned = runs_against(&before.line, &coming.line);
    if is_turned && is_newer {
        own.one_way = own.one_way.turned();
    }
    let one_way = if is_turned && !is_newer { other.one_way.turned() } else { other.one_way };
    if told(("one_way", "单行"), own.one_way.label().to_owned(), one_way.label().to_owned()) {
        own.one_way = one_way;
    }
    let flags = [
        (("bridge", "桥梁"), &mut own.bridge, other.bridge),
        (("covered", "有顶或限高"), &mut own.covered, other.covered),
        (("private", "不对外开放"), &mut own.private, other.private),
        (("not_for_engine", "不通消防车须替代通行"), &mut after.not_for_engine, coming.not_for_engine),
    ];
    for (what, kept, new) in flags {
        if told(what, yes(kept), yes(&new)) {
            *kept = new;
        }
    }
    let listed = |texts: Vec<String>| if texts.is_empty() { "无".to_owned() } else { texts.join("、") };
    let stands =
        |segment: &Segment| listed(segment.barriers.iter().map(|one| one.what.label().to_owned()).collect());
    let counted = |segment: &Segment| format!("{} 条", segment.turns.len());
    let same = before.barriers.len() == coming.barriers.len()
        && before
            .barriers
            .iter()
            .zip(&coming.barriers)
            .all(|(a, b)| a.what == b.what && distance_m(a.at, b.at) <= SAME_CORNER_M);
    if said("barriers") && !same {
        let (from, to) = (Some(stands(before)), stands(coming));
        laying.found.push(Laid { part: "barriers", label: "障碍", before: from, after: to, taken });
        if taken {
            after.barriers.clone_from(&coming.barriers);
        }
    }
    if said("turns") && before.turns != coming.turns {
        let (from, to) = (Some(counted(before)), counted(coming));
        laying.found.push(Laid { part: "turns", label: "转向限制", before: from, after: to, taken });
        if taken {
            after.turns.clone_from(&coming.turns);
        }
    }
    if !is_same_line(&before.line, &coming.line) {
        let drawn = |segment: &Segment| format!("{:.0} 米，{} 个点", segment.length_m(), segment.line.len());
        let (from, to) = (Some(drawn(before)), drawn(coming));
        laying.found.push(Laid { part: "line", label: "路线", before: from, after: to, taken: is_newer });
        if is_newer {
            after.line.clone_from(&coming.line);
        }
    }
    if let Some(on) = coming.surveyed_on.filter(|_| is_newer) {
        // Measured again and found the same is news as well.
        let before = before.surveyed_on.map(|day| day.to_string());
        let (part, label) = ("surveyed_on", "测量日期");
        laying.found.push(Laid { part, label, before, after: on.to_string(), taken: true });
        after.surveyed_on = Some(on);
        if !coming.source.trim().is_empty() {
            after.source.clone_from(&coming.source);
        }
    }
    if laying.found.iter().any(|laid| laid.taken) {
        after.since = coming.surveyed_on.filter(|on| *on >= before.since).unwrap_or(today);
    }
    (after, laying.found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::road::segment::Rank;
    use crate::road::{Kind, OneWay, Road};
    use crate::time::parse_date;

    fn day(text: &str) -> Date {
        parse_date(text).expect("a date written in a test exists")
    }

    fn stretch(width_m: Option<f64>, height_m: Option<f64>, on: Option<&str>) -> Segment {
        Segment {
            id: "s".into(),
            code: "LD-0001".to_owned(),
            road: Road {
                kind: Kind::Unclassified,
                name: "老街".to_owned(),
                one_way: OneWay::No,
                bridge: false,
                covered: false,
                private: false,
                fitness: Fitness { width_m, height_m, ..Fitness::default() },
            },
            rank: Rank::VillageMain,
            territory: "v".into(),
            org: "o".into(),
            line: vec![[105.87, 29.26], [105.88, 29.26]],
            barriers: Vec::new(),
            turns: Vec::new(),
            surface: None,
            not_for_engine: false,
            source: String::new(),
            surveyed_on: on.map(day),
            part_of: None,
            closures: Vec::new(),
            since: day("2026-01-01"),
            void: None,
        }
    }

    #[test]
    fn what_was_measured_stays_until_it_is_measured_later() {
        let kept = stretch(Some(4.2), None, Some("2026-03-01"));
        let told = |coming: &Segment| {
            let (after, found) = lay_over(&kept, coming, |_| false, day("2026-09-21"));
            let found: Vec<(&str, bool)> = found.iter().map(|one| (one.part, one.taken)).collect();
            (after.road.fitness.width_m, after.road.fitness.height_m, found)
        };
        let same = stretch(Some(4.2), None, None);
        assert_eq!(told(&same), (Some(4.2), None, vec![]), "what nobody says changes nothing");
        let undated = stretch(Some(3.0), Some(4.5), None);
        assert_eq!(told(&undated), (Some(4.2), Some(4.5), vec![("width", false), ("height", true)]));
        let older = stretch(Some(3.0), None, Some("2025-03-01"));
        assert_eq!(told(&older), (Some(4.2), None, vec![("width", false)]));
        let newer = stretch(Some(3.0), None, Some("2026-08-01"));
        assert_eq!(told(&newer), (Some(3.0), None, vec![("width", true), ("surveyed_on", true)]));
        let again = stretch(Some(4.2), None, Some("2026-08-01"));
        assert_eq!(told(&again), (Some(4.2), None, vec![("surveyed_on", true)]), "found the same later");
        let (after, _) = lay_over(&kept, &newer, |_| false, day("2026-09-21"));
        assert_eq!((after.surveyed_on, after.since), (Some(day("2026-08-01")), day("2026-08-01")));
        let (unchanged, _) = lay_over(&kept, &same, |_| false, day("2026-09-21"));
        assert_eq!(unchanged.since, kept.since);
    }

    #[test]
    fn a_stretch_is_known_by_its_ends_in_either_direction() {
        let there = [[105.87, 29.26], [105.875, 29.262], [105.88, 29.26]];
        let back: Vec<Position> = there.iter().rev().copied().collect();
        assert!(is_same_stretch(&there, &back));
        assert!(
            !is_same_stretch(&there, &[[105.88, 29.26], [105.89, 29.26]]),
            "the next stretch of the street"
        );
    }

    #[test]
    fn what_is_yes_or_no_is_taken_where_the_file_says_it_and_nothing_newer_is_known() {
        let kept = stretch(Some(4.2), None, Some("2026-03-01"));
        let changed = |on: Option<&str>| {
            let mut coming = stretch(Some(4.2), None, on);
            coming.road.bridge = true;
            coming.road.private = true;
            coming.road.covered = true;
            coming.road.kind = Kind::Track;
            coming.road.one_way = OneWay::Forward;
            coming.not_for_engine = true;
            coming
        };
        let laid = |before: &Segment, coming: &Segment, said: &[&str]| {
            let (after, found) = lay_over(before, coming, |part| said.contains(&part), day("2026-09-21"));
            let found: Vec<(&str, bool)> = found.iter().map(|one| (one.part, one.taken)).collect();
            (after, found)
        };
        let all = ["kind", "one_way", "bridge", "covered", "private", "not_for_engine"];
        let (after, found) = laid(&kept, &changed(None), &[]);
        assert_eq!((after.road.bridge, found), (false, vec![]), "what nobody says changes nothing");
        let (after, found) = laid(&kept, &changed(None), &all);
        assert_eq!(found, all.map(|part| (part, false)), "told, and what was measured stays");
        assert_eq!(after.road, kept.road);
        let (after, found) = laid(&kept, &changed(Some("2026-08-01")), &all);
        assert!(found.iter().all(|(_, taken)| *taken) && found.len() == 7, "{found:?}");
        assert!(after.road.bridge && after.road.covered && after.road.private && after.not_for_engine);
        assert_eq!((after.road.kind, after.road.one_way), (Kind::Track, OneWay::Forward));
        let unmeasured = stretch(Some(4.2), None, None);
        let (after, _) = laid(&unmeasured, &changed(None), &all);
        assert!(after.road.bridge, "nobody had measured it");
        let mut back = changed(None);
        back.line.reverse();
        let (after, _) = laid(&unmeasured, &back, &["one_way"]);
        assert_eq!(after.road.one_way, OneWay::Backward, "the line on record leads the other way");
        assert_eq!(after.line, unmeasured.line);
        let one_way =
            Segment { road: Road { one_way: OneWay::Forward, ..kept.road.clone() }, ..kept.clone() };
        let mut drawn_back = stretch(Some(4.2), None, Some("2026-08-01"));
        drawn_back.line.reverse();
        let (after, _) = laid(&one_way, &drawn_back, &[]);
        assert_eq!(
            (after.road.one_way, after.line),
            (OneWay::Backward, drawn_back.line),
            "still the same way"
        );
    }
}
