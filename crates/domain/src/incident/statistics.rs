//! What is counted of incidents: how soon somebody was there, how soon an alarm was verified, how many were none.
//!
//! Source: handbook of the field §7, M17 and M18. A number without its numerator and denominator is not shown.

use super::{Incident, Mark, Stage};

/// Times of a response. Units: seconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Response {
    /// How many had somebody sent and arriving.
    pub n: usize,
    /// Median; none of nothing.
    pub median_s: Option<i64>,
    /// Nine in ten were no slower.
    pub p90_s: Option<i64>,
    /// How many were as soon as aimed at.
    pub in_target: usize,
}

/// How alarms were dealt with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Handling {
    /// How many alarms, tests left out.
    pub alarms: usize,
    /// How many were verified as soon as asked.
    pub verified_in_time: usize,
    /// How many were none.
    pub false_alarms: usize,
    /// How many were real.
    pub real: usize,
    /// How many still wait for somebody to say.
    pub unverified: usize,
    /// From the alarm to the word of somebody who verified it, in the middle; none of nothing. Units: seconds.
    pub median_s: Option<i64>,
}

/// The value that this share of sorted values does not exceed, by nearest rank.
fn rank(sorted: &[i64], share: f64) -> Option<i64> {
    let at = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(at.saturating_sub(1)).copied()
}

/// Whether it is counted at all: no rehearsal, no test, nothing taken back, none that turned out to be another.
pub fn counts(one: &Incident) -> bool {
    !one.rehearsal && !matches!(one.stage, Stage::Void | Stage::Test | Stage::Merged)
}

/// Whether it was a fire, and somebody found that out.
pub fn is_fire(one: &Incident) -> bool {
    let is_so = !one.stage.is_unverified() && one.stage != Stage::FalseAlarm;
    counts(one) && is_so && one.kind.burns()
}

/// M17: from the dispatch to the first arrival.
pub fn response<'a>(all: impl IntoIterator<Item = &'a Incident>, target_s: i64) -> Response {
    let real = all.into_iter().filter(|one| counts(one)).filter(|one| one.stage != Stage::FalseAlarm);
    of_times(real.filter_map(|one| one.between_s(Mark::Dispatched, Mark::Arrived)), target_s)
}

/// The same of times that are known. Units: seconds.
pub fn of_times(times: impl Iterator<Item = i64>, target_s: i64) -> Response {
    let mut times: Vec<i64> = times.collect();
    times.sort_unstable();
    Response {
        n: times.len(),
        median_s: rank(&times, 0.5),
        p90_s: rank(&times, 0.9),
        in_target: times.iter().filter(|s| **s <= target_s).count(),
    }
}

/// M18: how soon alarms were verified, and how many were none.
pub fn handling<'a>(all: impl IntoIterator<Item = &'a Incident>, verify_s: i64) -> Handling {
    let mut found = Handling::default();
    let mut times = Vec::new();
    for one in all.into_iter().filter(|one| counts(one)) {
        found.alarms += 1;
        match one.stage {
            Stage::FalseAlarm => found.false_alarms += 1,
            stage if stage.is_unverified() => found.unverified += 1,
            _ => found.real += 1,
        }
        if let Some(s) = one.between_s(Mark::Alarm, Mark::Verified) {
            times.push(s);
            found.verified_in_time += usize::from(s <= verify_s);
        }
    }
    times.sort_unstable();
    found.median_s = rank(&times, 0.5);
    found
}
