//! A line that runs along stretches on record: which they are and how far, and what a survey of such a line does to each. The
//! piece that was measured takes the new values where it lies, the rest stays as it was. What does not belong here: the
//! network they make and the roads of a map (the crate `road`), writing it down (`app`).

use super::laid::{Laid, is_same_stretch, lay_over};
use super::segment::{Segment, nearest};
use crate::geometry::{Bounds, Position, along, distance_m};
use crate::time::Date;

/// A line runs along another within so far of it, m.
pub const NEAR_M: f64 = 15.0;
/// Points are looked up along a line in such steps, m: between two lanes of a village a stretch may be so short.
pub const STEP_M: f64 = 5.0;
/// A step that gets on so little of its length along a stretch crosses it rather than runs along it.
pub const PARALLEL: f64 = 0.45;
/// So much of a line must lie along others for it to be a survey of them.
pub const ALONG: f64 = 0.7;
/// Or so much of one of the others must lie along it.
const BESIDE: f64 = 0.5;

/// A stretch a line runs along.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// Which of those on record.
    pub on: usize,
    /// From where to where of it. Units: m from its beginning.
    pub at: (f64, f64),
    /// Whether that is all of it.
    pub is_whole: bool,
    /// Whether the line runs along nothing else and goes nowhere beyond.
    pub is_alone: bool,
    /// Whether the line leads from its end to its beginning.
    pub is_against: bool,
    /// So much of the line lies along it. Units: m.
    pub along_m: f64,
}

/// What a line runs along.
#[derive(Debug, Clone, PartialEq)]
pub struct Beside {
    /// The pieces of stretches, in the order of those on record and each stretch's from its end to its beginning: what is cut
    /// off its end leaves the distances of the others as they are. A line that goes round a part of a stretch has several.
    pub spans: Vec<Span>,
    /// What of the line runs along none, each piece joined to the stretch it leaves.
    pub rest: Vec<Vec<Position>>,
}

/// What a survey does to one stretch it runs along.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// The stretch as it is now: whole, or cut where the survey begins and ends. All keep its id.
    pub pieces: Vec<Segment>,
    /// Which of them was measured.
    pub measured: usize,
    /// On what the survey and the record differ there.
    pub laid: Vec<Laid>,
}

/// How far a line goes. Units: m.
pub fn length_m(line: &[Position]) -> f64 {
    line.windows(2).map(|side| distance_m(side[0], side[1])).sum()
}

/// The box of a line.
pub fn bounds(line: &[Position]) -> Option<Bounds> {
    line.iter().map(|at| Bounds::of(*at)).reduce(Bounds::with)
}

/// One step of a line, and what it runs along.
struct Step {
    line_m: (f64, f64),
    ends: [Position; 2],
    on: Option<(usize, f64, f64)>,
}

/// Which of the lines on record, each with its box, a line runs along; none when it is a road of its own.
pub fn beside(line: &[Position], known: &[(&[Position], Bounds)]) -> Option<Beside> {
    let around = line.iter().map(|at| Bounds::around(*at, NEAR_M)).reduce(Bounds::with)?;
    let near: Vec<usize> =
        (0..known.len()).filter(|n| known.get(*n).is_some_and(|(_, bounds)| bounds.meets(&around))).collect();
    if near.is_empty() {
        return None;
    }
    let steps = steps(line, known, &near);
    let total_m = length_m(line);
    // An end so near the other's end is that end: people stop a few steps before the corner.
    let end_m = NEAR_M.min(total_m / 4.0);
    let mut spans = Vec::new();
    for run in runs(&steps) {
        let Some((other, _)) = known.get(run.on) else { continue };
        let length_m = length_m(other);
        let (from, to) = run.at;
        let from = if from <= end_m { 0.0 } else { from };
        let to = if length_m - to <= end_m { length_m } else { to };
        if run.along_m >= NEAR_M || run.along_m >= length_m * BESIDE {
            spans.push(Span {
                on: run.on,
                at: (from, to),
                is_whole: from <= 0.0 && to >= length_m,
                is_alone: false,
                is_against: run.gained_m < 0.0,
                along_m: run.along_m,
            });
        }
    }
    spans.sort_by(|a, b| a.on.cmp(&b.on).then(b.at.0.total_cmp(&a.at.0)));
    // Gone over there and back it is one piece.
    spans.dedup_by(|later, kept| {
        let is_same = later.on == kept.on && later.at.1 > kept.at.0;
        if is_same {
            kept.at = (later.at.0.min(kept.at.0), later.at.1.max(kept.at.1));
            kept.along_m = kept.along_m.max(later.along_m);
            kept.is_whole |= later.is_whole;
        }
        is_same
    });
    let of_stretch =
        |on: usize| -> f64 { spans.iter().filter(|one| one.on == on).map(|one| one.along_m).sum() };
    let along_m: f64 = spans.iter().map(|span| span.along_m).sum();
    let is_most_of = |span: &Span| {
        known.get(span.on).is_some_and(|(other, _)| of_stretch(span.on) >= length_m(other) * BESIDE)
    };
    if spans.is_empty() || (along_m < total_m * ALONG && !spans.iter().any(is_most_of)) {
        return None;
    }
    let rest = rest(&steps, &spans, known);
    if let [only] = &mut spans[..] {
        only.is_alone = rest.is_empty();
    }
    Some(Beside { spans, rest })
}

/// Steps one after the other that go on along one stretch.
struct Run {
    on: usize,
    /// From where to where of the stretch. Units: m from its beginning.
    at: (f64, f64),
    /// Where the last step left the stretch, and the line's own length by then.
    left: (f64, f64),
    along_m: f64,
    gained_m: f64,
}

/// What of a line runs along stretches without leaving them: where it goes round a part, or comes to another limb of a bend,
/// begins another run. Straying for a few steps is no leaving.
fn runs(steps: &[Step]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for step in steps {
        let Some((on, enters, leaves)) = step.on else { continue };
        let goes_on = |run: &&mut Run| {
            run.on == on
                && step.line_m.0 - run.left.1 <= NEAR_M
                && (enters - run.left.0).abs() <= NEAR_M / PARALLEL
        };
        let fresh = match runs.iter_mut().rev().find(goes_on) {
            Some(run) => run,
            None => {
                runs.push(Run {
                    on,
                    at: (enters, enters),
                    left: (enters, step.line_m.0),
                    along_m: 0.0,
                    gained_m: 0.0,
                });
                let Some(last) = runs.last_mut() else { continue };
                last
            }
        };
        fresh.at = (fresh.at.0.min(enters).min(leaves), fresh.at.1.max(enters).max(leaves));
        fresh.left = (leaves, step.line_m.1);
        fresh.along_m += step.line_m.1 - step.line_m.0;
        fresh.gained_m += leaves - enters;
    }
    runs
}

/// A line in steps, each with the nearest line it runs along.
fn steps(line: &[Position], known: &[(&[Position], Bounds)], near: &[usize]) -> Vec<Step> {
    let (mut steps, mut done_m) = (Vec::new(), 0.0);
    for side in line.windows(2) {
        let (a, b) = (side[0], side[1]);
        let side_m = distance_m(a, b);
        let parts = (side_m / STEP_M).ceil().max(1.0);
        let step_m = side_m / parts;
        let at = |share: f64| [0, 1].map(|n| a[n] + (b[n] - a[n]) * share);
        for part in 0..parts as u32 {
            let part = f64::from(part);
            let ends = [at(part / parts), at((part + 1.0) / parts)];
            let middle = at((part + 0.5) / parts);
            let around = Bounds::around(middle, NEAR_M);
            let of = near.iter().filter_map(|n| known.get(*n).map(|own| (*n, own)));
            let of = of.filter(|(_, (_, bounds))| bounds.meets(&around));
            let away = of.filter_map(|(n, (other, _))| Some((n, *other, along(other, middle)?.0)));
            let best = away.filter(|(.., away_m)| *away_m <= NEAR_M).min_by(|a, b| a.2.total_cmp(&b.2));
            let on = best.and_then(|(n, other, _)| {
                let [enters, leaves] = ends.map(|at| along(other, at).map_or(0.0, |(_, passed)| passed));
                // Further than a step leads is another limb of it, or its other end.
                let gained_m = (leaves - enters).abs();
                let is_along = gained_m >= step_m * PARALLEL && gained_m <= step_m / PARALLEL;
                is_along.then_some((n, enters, leaves))
            });
            steps.push(Step { line_m: (done_m, done_m + step_m), ends, on });
            done_m += step_m;
        }
    }
    steps
}

/// What of a line lies along none of these stretches, each piece joined to where it leaves one. Where it only strays for a
/// few steps nothing is left.
fn rest(steps: &[Step], spans: &[Span], known: &[(&[Position], Bounds)]) -> Vec<Vec<Position>> {
    let is_on = |step: &Step| step.on.is_some_and(|(on, ..)| spans.iter().any(|span| span.on == on));
    let joint = |at: Position| {
        let lines = spans.iter().filter_map(|span| known.get(span.on)).map(|(other, _)| nearest(other, at));
        let best = lines.min_by(|a, b| a.2.total_cmp(&b.2));
        best.filter(|(.., away_m)| *away_m <= NEAR_M + STEP_M).map(|(_, on, _)| on)
    };
    let mut rest = Vec::new();
    for free in steps.chunk_by(|a, b| is_on(a) == is_on(b)) {
        let (Some(first), Some(last)) = (free.first(), free.last()) else { continue };
        if is_on(first) || last.line_m.1 - first.line_m.0 <= NEAR_M {
            continue;
        }
        let mut line: Vec<Position> = vec![first.ends[0]];
        line.extend(free.iter().map(|step| step.ends[1]));
        let mut line = straight(&line);
        let begins = first.line_m.0 > 0.0;
        let ends = steps.last().is_some_and(|end| end.line_m.1 > last.line_m.1);
        for (is_joined, at_end) in [(begins, false), (ends, true)] {
            let own = if at_end { line.last() } else { line.first() }.copied();
            let Some((own, on)) = own.filter(|_| is_joined).and_then(|own| Some((own, joint(own)?))) else {
                continue;
            };
            if distance_m(own, on) > 0.0 {
                line.insert(if at_end { line.len() } else { 0 }, on);
            }
        }
        rest.push(line);
    }
    rest
}

/// A line without the positions that only lie on the way between two others.
fn straight(line: &[Position]) -> Vec<Position> {
    let mut out: Vec<Position> = Vec::new();
    for at in line {
        if let [.., a, b] = out.as_slice()
            && nearest(&[*a, *at], *b).2 < 0.01
        {
            out.pop();
        }
        out.push(*at);
    }
    out
}

impl Span {
    /// How long the piece is. Units: m.
    pub fn length_m(&self) -> f64 {
        self.at.1 - self.at.0
    }

    /// What a survey does to the stretch: the piece it runs along takes what was measured later or what nobody knew, where it
    /// lies on record; a stretch measured from end to end, and nothing else with it, is drawn anew, too. `said` is as in [`lay_over`].
    pub fn lay(
        &self,
        whole: &Segment,
        coming: &Segment,
        said: impl Fn(&str) -> bool,
        today: Date,
    ) -> Measured {
        let mut pieces = if self.is_whole {
            vec![whole.clone()]
        } else {
            whole.pieces(&[self.at.0, self.at.1]).into_iter().map(|(_, piece)| piece).collect()
        };
        let middle = f64::midpoint(self.at.0, self.at.1);
        let mut passed = 0.0;
        let measured = pieces.iter().position(|piece| {
            passed += piece.length_m();
            middle <= passed
        });
        let measured = measured.unwrap_or_default();
        let Some(piece) = pieces.get_mut(measured) else {
            return Measured { pieces, measured, laid: Vec::new() };
        };
        let mut own = coming.clone();
        let is_drawn = self.is_whole && self.is_alone && is_same_stretch(&whole.line, &coming.line);
        if !is_drawn {
            own.line.clone_from(&piece.line);
            if self.is_against {
                own.road.one_way = own.road.one_way.turned();
            }
        }
        own.barriers.retain(|barred| nearest(&piece.line, barred.at).2 <= NEAR_M);
        let (after, laid) = lay_over(piece, &own, said, today);
        *piece = after;
        Measured { pieces, measured, laid }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::road::segment::tests::segment;
    use crate::time::parse_date;

    fn day(text: &str) -> Date {
        parse_date(text).expect("a date written in a test exists")
    }

    /// So many metres east of a corner and north of it.
    fn at(east_m: f64, north_m: f64) -> Position {
        let degree_m = 111_194.93;
        [105.87 + east_m / (degree_m * 29.26_f64.to_radians().cos()), 29.26 + north_m / degree_m]
    }

    fn met(line: &[Position], known: &[&[Position]]) -> Option<Beside> {
        let known: Vec<_> = known.iter().map(|own| (*own, bounds(own).expect("a line"))).collect();
        beside(line, &known)
    }

    fn rounded(found: &Beside) -> Vec<(usize, f64, f64, bool, bool)> {
        let one =
            |span: &Span| (span.on, span.at.0.round(), span.at.1.round(), span.is_whole, span.is_against);
        found.spans.iter().map(one).collect()
    }

    #[test]
    fn a_line_is_known_by_what_it_runs_along_whatever_it_is_called() {
        let street = [at(0.0, 0.0), at(200.0, 0.0)];
        let again = met(&[at(198.0, 6.0), at(4.0, 3.0)], &[&street]).expect("the same street");
        assert_eq!(rounded(&again), [(0, 0.0, 200.0, true, true)]);
        assert!(again.rest.is_empty());
        let piece = met(&[at(60.0, 4.0), at(140.0, 4.0)], &[&street]).expect("a piece of it");
        assert_eq!(rounded(&piece), [(0, 60.0, 140.0, false, false)]);
        let on = [at(200.0, 0.0), at(400.0, 0.0)];
        let both = met(&[at(100.0, 2.0), at(300.0, 2.0)], &[&street, &on]).expect("two stretches of it");
        assert_eq!(rounded(&both), [(0, 100.0, 200.0, false, false), (1, 0.0, 100.0, false, false)]);
        for (own, why) in [
            ([at(100.0, 0.0), at(100.0, 20.0)], "a lane leaves it square"),
            ([at(200.0, 0.0), at(400.0, 0.0)], "the next stretch of the street"),
            ([at(0.0, 16.0), at(200.0, 16.0)], "the next lane"),
            ([at(100.0, -60.0), at(100.0, 60.0)], "it crosses"),
            ([at(180.0, 3.0), at(380.0, 60.0)], "it only begins beside it"),
        ] {
            assert_eq!(met(&own, &[&street]), None, "{why}");
        }
    }

    #[test]
    fn what_goes_on_beyond_is_left_and_joined() {
        let street = [at(0.0, 0.0), at(100.0, 0.0)];
        let longer = met(&[at(0.0, 5.0), at(300.0, 5.0)], &[&street]).expect("all of the street and more");
        assert_eq!(rounded(&longer), [(0, 0.0, 100.0, true, false)]);
        let [rest] = &longer.rest[..] else { panic!("{longer:?}") };
        assert!(distance_m(rest[0], street[1]) < STEP_M && rest[0][1] == street[1][1], "{rest:?}");
        assert!((length_m(rest) - 205.0).abs() < 8.0 && rest.len() == 3, "{rest:?}");
    }

    #[test]
    fn what_a_line_goes_round_was_not_measured() {
        let street = [at(0.0, 0.0), at(400.0, 0.0)];
        let round =
            [at(0.0, 3.0), at(150.0, 3.0), at(150.0, 40.0), at(250.0, 40.0), at(250.0, 3.0), at(400.0, 3.0)];
        let found = met(&round, &[&street]).expect("most of the street");
        let pieces = rounded(&found);
        let [(0, late, 400.0, false, false), (0, 0.0, early, false, false)] = pieces[..] else {
            panic!("{pieces:?}")
        };
        assert!((140.0..=165.0).contains(&early) && (235.0..=260.0).contains(&late), "{pieces:?}");
        assert_eq!(found.rest.len(), 1, "the way round is a road of its own");
    }

    #[test]
    fn a_piece_over_the_start_of_a_ring_is_not_the_ring() {
        let ring = [at(0.0, 0.0), at(100.0, 0.0), at(100.0, 100.0), at(0.0, 100.0), at(0.0, 0.0)];
        let found = met(&[at(3.0, 40.0), at(3.0, 3.0), at(40.0, 3.0)], &[&ring]).expect("two pieces of it");
        let pieces = rounded(&found);
        assert!(pieces.iter().all(|(_, from, to, whole, _)| !whole && to - from < 60.0), "{pieces:?}");
        assert_eq!(pieces.len(), 2, "{pieces:?}");
    }

    #[test]
    fn one_line_over_two_short_stretches_redraws_neither() {
        let (one, next) = ([at(0.0, 0.0), at(40.0, 0.0)], [at(40.0, 0.0), at(80.0, 0.0)]);
        let line = [at(0.0, 2.0), at(80.0, 2.0)];
        let found = met(&line, &[&one, &next]).expect("both");
        assert_eq!(rounded(&found), [(0, 0.0, 40.0, true, false), (1, 0.0, 40.0, true, false)]);
        let mut coming = segment(Some(2.5));
        (coming.line, coming.surveyed_on) = (line.to_vec(), Some(day("2026-09-01")));
        for (span, own) in found.spans.iter().zip([one, next]) {
            let mut known = segment(Some(4.0));
            known.line = own.to_vec();
            let after = span.lay(&known, &coming, |_| false, day("2026-09-21"));
            assert_eq!((after.pieces.len(), after.pieces[0].line.as_slice()), (1, &own[..]));
            assert_eq!(after.pieces[0].road.fitness.width_m, Some(2.5));
        }
        // Nor one that goes on beyond.
        let longer =
            met(&[at(0.0, 2.0), at(145.0, 2.0)], &[&[at(0.0, 0.0), at(100.0, 0.0)]]).expect("a street");
        assert!(!longer.spans[0].is_alone && longer.rest.len() == 1, "{longer:?}");
    }

    #[test]
    fn a_later_survey_of_a_piece_cuts_it_out_and_leaves_the_rest_as_it_was() {
        let mut wide = segment(Some(4.0));
        wide.line = vec![at(0.0, 0.0), at(200.0, 0.0)];
        let mut narrow = segment(Some(2.5));
        narrow.road.name = "学府路".to_owned();
        narrow.line = vec![at(140.0, 4.0), at(60.0, 4.0)];
        narrow.road.one_way = crate::road::OneWay::Forward;
        narrow.surveyed_on = Some(day("2026-09-01"));
        let found = met(&narrow.line, &[&wide.line]).expect("a piece of it");
        let after = found.spans[0].lay(&wide, &narrow, |part| part == "one_way", day("2026-09-21"));
        let told: Vec<_> =
            after.pieces.iter().map(|one| (one.length_m().round(), one.road.fitness.width_m)).collect();
        assert_eq!(
            (told, after.measured),
            (vec![(60.0, Some(4.0)), (80.0, Some(2.5)), (60.0, Some(4.0))], 1)
        );
        let piece = &after.pieces[1];
        assert_eq!((piece.road.name.as_str(), piece.since), ("老街至河坝", day("2026-09-01")));
        assert_eq!(piece.road.one_way, crate::road::OneWay::Backward, "as the stretch is drawn");
        assert_eq!(piece.line.first(), after.pieces[0].line.last());
        // What is older fills in only.
        narrow.surveyed_on = Some(day("2025-01-01"));
        let older = found.spans[0].lay(&wide, &narrow, |_| false, day("2026-09-21"));
        assert!(older.laid.iter().all(|laid| !laid.taken), "{older:?}");
    }
}
