//! 未登记来源: who gives the alarm and stands in no register. Each is heard by himself; of one line only so many open incidents of
//! their own, those after them are gathered in one that counts and lists them. What does not belong here: what a line and
//! a unit are on the wire.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Incident;
use crate::ids::IncidentId;
use crate::time::Timestamp;

/// Of whom an incident is that nobody registered speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stranger {
    /// The line he speaks on: an address, a broker, a platform that signs.
    pub line: String,
    /// What he calls the unit he speaks of there: what hangs behind one unit is of one incident.
    pub unit: String,
    /// How many spoke, each by his own name.
    pub senders: u32,
    /// Whether further ones of the line are gathered here, whatever their unit.
    pub gathered: bool,
}

/// What strangers of one line opened lately.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// The incident each unit is in now.
    pub own: BTreeMap<String, IncidentId>,
    /// Where further ones are gathered.
    pub gathered: Option<IncidentId>,
    /// Where they were gathered and somebody said since what it is: who spoke there already speaks of it again.
    pub judged: Vec<IncidentId>,
    /// How many incidents they opened within the time signs are of one incident.
    pub opened: usize,
}

/// Where a stranger's sign goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goes {
    /// Into this incident.
    Into(IncidentId),
    /// It opens one of its own.
    Own,
    /// It opens the one in which those after it are gathered.
    Gathers,
}

impl Line {
    /// Where the sign of a unit goes. Of a line at most `most` open incidents of their own.
    pub fn goes(&self, unit: &str, most: usize) -> Goes {
        match self.own.get(unit).or(self.gathered.as_ref()) {
            Some(id) => Goes::Into(id.clone()),
            None if self.opened >= most => Goes::Gathers,
            None => Goes::Own,
        }
    }

    /// Takes an incident of the line into account, and the one it turned out to be, as of a sign that came at a moment.
    /// Units: milliseconds.
    pub fn add(&mut self, one: &Incident, is: &Incident, (came_at, window_ms): (Timestamp, i64)) {
        let Some(stranger) = &one.stranger else { return };
        let is_soon = |at: Timestamp| (came_at.0 - at.0).abs() <= window_ms;
        if one.mark(super::Mark::Alarm).is_some_and(is_soon) {
            self.opened += 1;
        }
        if !is_soon(is.last_signal_at) || is.ongoing_since().is_none() {
            return;
        }
        if !stranger.gathered {
            self.own.insert(stranger.unit.clone(), is.id.clone());
        } else if is.stage.is_unverified() {
            self.gathered = Some(is.id.clone());
        } else {
            // Once somebody said what it is, nobody else's alarm is of it.
            self.judged.push(is.id.clone());
        }
    }
}

/// Whether so many senders are told to whoever watches once more: each time there are twice as many.
pub fn is_told_again(before: u32, after: u32) -> bool {
    after.checked_ilog2() > before.checked_ilog2()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::{Act, How, Kind, Sign, Source, Verdict};

    fn of(id: &str, unit: &str, gathered: bool, at: Timestamp) -> Incident {
        let sign = Sign {
            source: Source::Device,
            kind: Kind::Unknown,
            place: None,
            territory: "t".into(),
            address: "位置不明".to_owned(),
            at: None,
            error_m: None,
            text: "火警".to_owned(),
            called_by: String::new(),
            bound: false,
            came_at: at,
        };
        let mut one = Incident::open(id.into(), id.to_owned(), sign, "p".into(), at).expect("opens");
        one.stranger =
            Some(Stranger { line: "wire".to_owned(), unit: unit.to_owned(), senders: 1, gathered });
        one
    }

    #[test]
    fn a_merge_counts_strangers_on_and_goes_on_gathering() {
        let now = Timestamp(1_000_000);
        let (one, _) = of("one", "a", false, now).absorb(of("other", "b", true, now), "同一起").expect("one");
        let of_both = Stranger { line: "wire".to_owned(), unit: "a".to_owned(), senders: 2, gathered: true };
        assert_eq!(one.stranger, Some(of_both));
    }

    #[test]
    fn each_unit_has_its_own_until_there_are_too_many() {
        let now = Timestamp(1_000_000);
        let within = (now.plus_ms(60_000), 600_000);
        let mut line = Line::default();
        assert_eq!(line.goes("a", 2), Goes::Own);
        let a = of("ia", "a", false, now);
        line.add(&a, &a, within);
        assert_eq!(line.goes("a", 2), Goes::Into("ia".into()));
        assert_eq!(line.goes("b", 2), Goes::Own);
        let b = of("ib", "b", false, now);
        line.add(&b, &b, within);
        assert_eq!(line.goes("c", 2), Goes::Gathers);
        let all = of("ic", "c", true, now);
        line.add(&all, &all, within);
        assert_eq!(line.goes("d", 2), Goes::Into("ic".into()));
        assert_eq!(line.goes("a", 2), Goes::Into("ia".into()), "who has his own goes there");
        // What somebody judged takes in nobody else; what turned out to be another leads there.
        let judge = Act::Judge { verdict: Verdict::Real, how: How::Telephone, kind: None };
        let real = all.take(&judge, &"p".into(), now, "", now).expect("real");
        let mut line = Line::default();
        line.add(&real, &real, within);
        line.add(&a, &b, within);
        assert_eq!((line.goes("d", 9), line.goes("a", 9)), (Goes::Own, Goes::Into("ib".into())));
        assert_eq!(line.judged, ["ic".into()], "who spoke there already is asked for");
        // Long ago is another.
        let mut line = Line::default();
        line.add(&a, &a, (now.plus_ms(700_000), 600_000));
        assert_eq!(line, Line::default());
    }

    #[test]
    fn it_is_told_again_when_they_are_twice_as_many() {
        let told: Vec<u32> = (1..40).filter(|n| is_told_again(n - 1, *n)).collect();
        assert_eq!(told, [1, 2, 4, 8, 16, 32]);
        assert!(is_told_again(3, 120) && !is_told_again(64, 120));
    }
}
