//! A stretch whose record is changed: from which day on it is as it is now said to be. What was measured holds from the day
//! it was measured, never from an earlier one without a word. What does not belong here: surveys that come in files
//! (`laid`), and lines that run along several (`along`).

use super::{Act, RoadRefusal, Segment};
use crate::road::{Fitness, Road};
use crate::time::Date;

impl Segment {
    /// The stretch as it is now said to be in place of what is on record, with the day that holds from, and what that is.
    ///
    /// Values measured on a later day are a new survey and hold from that day. On the same or an earlier one they are a
    /// correction, which has a reason (`mistyped`) and takes the place of what is on record for as long as that was there.
    /// Everything else that bears on who passes holds from today. The day of the last survey is corrected like a value.
    ///
    /// Errors: other values without a day of their own; a correction without a reason.
    pub fn in_place_of(
        mut self,
        before: &Self,
        mistyped: Option<&str>,
        today: Date,
    ) -> Result<(Self, Act), RoadRefusal> {
        self.since = before.since;
        if self.is_newer_than(before) {
            // Unless something newer was known already.
            self.since = self.surveyed_on.filter(|on| *on >= before.since).unwrap_or(today);
            return Ok((self, Act::Change));
        }
        // Who says nothing of the day leaves it as it is on record.
        if self.is_like(before) && self.surveyed_on.is_none() {
            self.surveyed_on = before.surveyed_on;
        }
        if self.is_like(before) && self.surveyed_on == before.surveyed_on {
            return Ok((self, Act::Change));
        }
        if let Some(reason) = mistyped {
            return match reason.trim() {
                "" => Err(RoadRefusal::NoCorrectionReason),
                _ => Ok((self, Act::Correct)),
            };
        }
        let is_measured_anew = measured(&self) != measured(before) || self.surveyed_on != before.surveyed_on;
        match (self.surveyed_on, before.surveyed_on) {
            // Measured twice on one day, the later counts.
            (on, _) if !is_measured_anew || on == Some(today) => {}
            (Some(_), Some(then)) => return Err(RoadRefusal::Backdated(then)),
            _ => return Err(RoadRefusal::NoSurveyDay),
        }
        self.since = today;
        Ok((self, Act::Change))
    }

    /// Whether it was surveyed later; what nobody surveyed is older than any survey.
    pub fn is_newer_than(&self, other: &Self) -> bool {
        self.surveyed_on > other.surveyed_on
    }

    /// Whether the two say the same of everything that bears on who passes.
    fn is_like(&self, other: &Self) -> bool {
        let told = |own: &Self| Road { name: String::new(), fitness: measured(own), ..own.road.clone() };
        told(self) == told(other)
            && (self.rank, self.not_for_engine) == (other.rank, other.not_for_engine)
            && (&self.barriers, &self.turns) == (&other.barriers, &other.turns)
    }
}

/// What somebody measured.
fn measured(segment: &Segment) -> Fitness {
    Fitness { unread: Vec::new(), ..segment.road.fitness.clone() }
}

#[cfg(test)]
mod tests {
    use super::super::tests::segment;
    use super::*;
    use crate::road::Barrier;
    use crate::road::segment::{Barred, Event, passable_days};
    use crate::time::Timestamp;
    use crate::vehicle::tests::engine;

    fn day(text: &str) -> Date {
        crate::time::parse_date(text).expect("a date")
    }

    const TODAY: &str = "2026-11-29";

    /// What was measured on 2026-01-10 with 3.2 m, and what is now said.
    fn said(
        width_m: Option<f64>,
        on: Option<&str>,
        mistyped: Option<&str>,
    ) -> Result<(String, Act), &'static str> {
        let fresh = Segment { surveyed_on: on.map(day), ..segment(width_m) };
        let found = fresh.in_place_of(&segment(Some(3.2)), mistyped, day(TODAY));
        found.map(|(own, act)| (own.since.to_string(), act)).map_err(|refusal| refusal.code())
    }

    #[test]
    fn another_value_is_a_new_survey_with_a_day_of_its_own_or_a_correction_with_a_reason() {
        let ok = |since: &str, act| Ok((since.to_owned(), act));
        let same = Some("2026-01-10");
        assert_eq!(said(Some(4.5), Some("2026-11-20"), None), ok("2026-11-20", Act::Change));
        assert_eq!(said(Some(4.5), Some(TODAY), None), ok(TODAY, Act::Change));
        assert_eq!(said(Some(4.5), same, None), Err("road.backdated"));
        assert_eq!(said(Some(4.5), Some("2025-12-01"), None), Err("road.backdated"));
        assert_eq!(said(None, same, None), Err("road.backdated"), "forgotten is otherwise, too");
        assert_eq!(said(Some(4.5), None, None), Err("road.no_survey_day"));
        assert_eq!(said(Some(4.5), same, Some(" ")), Err("road.no_correction_reason"));
        assert_eq!(said(Some(4.5), same, Some("看错了尺")), ok("2026-01-10", Act::Correct));
        assert_eq!(said(Some(3.2), same, None), ok("2026-01-10", Act::Change), "only called otherwise");
        assert_eq!(said(Some(3.2), Some("2025-12-01"), None), Err("road.backdated"), "nor the day alone");
        assert_eq!(said(Some(3.2), None, None), ok("2026-01-10", Act::Change), "nothing said of it");
        assert_eq!(said(Some(3.2), Some("2025-12-01"), Some("日期抄错")), ok("2026-01-10", Act::Correct));
        assert_eq!(
            said(Some(3.2), Some("2026-11-20"), None),
            ok("2026-11-20", Act::Change),
            "found the same"
        );
        let late = Some("2026-11-20");
        assert_eq!(said(Some(4.5), late, Some("看错了尺")), ok("2026-11-20", Act::Change), "measured later");
    }

    #[test]
    fn a_barrier_that_is_gone_is_gone_from_today() {
        let barred = Barred { what: Barrier::Gate, at: [105.875, 29.26] };
        let before = Segment { barriers: vec![barred], ..segment(Some(5.0)) };
        let told = segment(Some(5.0)).in_place_of(&before, None, day(TODAY));
        assert_eq!(told.map(|(own, act)| (own.since, act)), Ok((day(TODAY), Act::Change)));
    }

    #[test]
    fn measured_twice_on_one_day_the_later_counts() {
        let morning = Segment { surveyed_on: Some(day(TODAY)), since: day(TODAY), ..segment(Some(3.2)) };
        let evening = Segment { surveyed_on: Some(day(TODAY)), ..segment(Some(4.5)) };
        let told = evening.in_place_of(&morning, None, day(TODAY));
        assert_eq!(told.map(|(own, act)| (own.since, act)), Ok((day(TODAY), Act::Change)));
    }

    #[test]
    fn a_survey_leaves_the_months_before_it_as_they_were_and_a_correction_does_not() {
        let event = |seq, act, segment: &Segment, recorded: &str| Event {
            seq,
            act,
            on: segment.since,
            recorded_at: Timestamp::start_of(day(recorded)),
            by: "p".into(),
            text: String::new(),
            segment: segment.clone(),
        };
        let days = |events: &[Event]| -> Vec<(String, Option<String>)> {
            let now = passable_days(events, &engine()).into_iter().filter(|one| one.until_known.is_none());
            now.map(|one| (one.held.span.from.to_string(), one.held.span.to.map(|to| to.to_string())))
                .collect()
        };
        let first = segment(Some(3.2));
        let wide = |on: &str, mistyped| {
            let fresh = Segment { surveyed_on: Some(day(on)), ..segment(Some(4.5)) };
            fresh.in_place_of(&first, mistyped, day(TODAY)).expect("taken")
        };
        let begun = event(1, Act::Register, &first, "2026-01-10");
        let (anew, act) = wide("2026-11-20", None);
        let told = [begun.clone(), event(2, act, &anew, TODAY)];
        assert_eq!(days(&told), [("2026-11-20".to_owned(), None)]);
        let (mended, act) = wide("2026-01-10", Some("看错了尺"));
        let told = [begun.clone(), event(2, act, &mended, TODAY)];
        assert_eq!(days(&told), [("2026-01-10".to_owned(), None)]);

        // Wide on record since spring and then said to have been narrow all along: no day of the spring stays.
        let wide = segment(Some(4.5));
        let renamed = Event { on: day("2026-03-01"), ..event(2, Act::Change, &wide, "2026-03-01") };
        let (narrow, act) = segment(Some(3.2)).in_place_of(&wide, Some("抄错了"), day(TODAY)).expect("taken");
        let told = [event(1, Act::Register, &wide, "2026-01-10"), renamed, event(3, act, &narrow, TODAY)];
        assert_eq!(days(&told), []);
    }
}
