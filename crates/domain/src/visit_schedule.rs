//! Spreading a year's visits over its months, and finding visits several bodies could make together.
//!
//! The same input always gives the same calendar, so that a plan can be checked again. What does *not* belong here:
//! how often a place is to be visited (`inspection_plan`).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::ids::{OrgId, PlaceId};
use crate::inspection_plan::{Expected, PlanItem};
use crate::time::Date;

/// One month of the year being planned.
struct Month {
    first: Date,
    last: Date,
    working_days: u64,
    load: u64,
}

/// How many of a year's evenly spaced visits are still to come when so many months are left, the present one included:
/// one for each part of the year that is not over. A yearly visit is to come until December is over.
pub fn visits_left(visits: u32, months_left: u32) -> u32 {
    (visits * months_left).div_ceil(12)
}

/// How many visits of a place are missing now although a plan of the year was approved: because it was registered or
/// graded worse since. Months count from 1; `planned` are the year's visits in approved plans, `to_come` those of them
/// from this month on.
///
/// What the plan owed when it was approved is what counts, and no more than the rest of the year has room for: nobody
/// makes up for months that are over.
pub fn missing_now(visits: u32, (approved_in, now_in): (u32, u32), (planned, to_come): (u32, u32)) -> u32 {
    let left_from = |month: u32| visits_left(visits, 13_u32.saturating_sub(month).min(12));
    let owed = left_from(approved_in).saturating_sub(planned);
    owed.min(left_from(now_in).saturating_sub(to_come))
}

/// How many of a year's evenly spaced visits fall into every single month, so that a plan of one month owes them whenever
/// the place was registered or graded worse. Rarer ones may have their turn in another month.
pub fn each_month(visits: u32) -> u32 {
    visits / 12
}

/// Spreads visits over what is left of a year from a day on: evenly spaced for each place, and level over the months
/// for those who go. A plan made late in the year drops nobody: see [`visits_left`].
///
/// A month counts by its working days, so a month of holidays gets less. Windows run from the first to the last
/// working day of the month (its first and last day when it has none), never before `from`. More than one visit a
/// month puts several into a month. Items come back ordered by window and place; `reason` is left empty for the caller
/// to fill.
pub fn schedule(items: &[Expected], year: i32, from: Date, calendar: &Calendar) -> Vec<PlanItem> {
    let left = months_of(year, from, calendar).len() as u32;
    let items: Vec<Expected> = items
        .iter()
        .map(|item| Expected { place: item.place.clone(), visits: visits_left(item.visits, left) })
        .collect();
    spread(&items, year, from, calendar)
}

/// As [`schedule`], of exactly so many visits.
pub fn spread(items: &[Expected], year: i32, from: Date, calendar: &Calendar) -> Vec<PlanItem> {
    let mut months = months_of(year, from, calendar);
    let left = months.len() as u32;
    let mut order: Vec<&Expected> = items.iter().collect();
    order.sort_by(|a, b| b.visits.cmp(&a.visits).then_with(|| a.place.cmp(&b.place)));
    let mut planned = Vec::new();
    for item in order {
        if left == 0 {
            break;
        }
        let whole_rounds = item.visits / left;
        for month in &mut months {
            for _ in 0..whole_rounds {
                planned.push(month.take(&item.place));
            }
        }
        for index in spaced(item.visits % left, &months) {
            if let Some(month) = months.get_mut(index) {
                planned.push(month.take(&item.place));
            }
        }
    }
    planned.sort();
    planned
}

impl Month {
    fn take(&mut self, place: &PlaceId) -> PlanItem {
        self.load += 1;
        PlanItem {
            place: place.clone(),
            from: self.first,
            to: self.last,
            reason: String::new(),
            by_hand: false,
        }
    }
}

/// The months of a year that are not over on a day.
fn months_of(year: i32, from: Date, calendar: &Calendar) -> Vec<Month> {
    (1..=12)
        .filter_map(|month| {
            let begin = Date::from_ymd_opt(year, month, 1)?;
            let next = begin.checked_add_months(chrono::Months::new(1))?;
            if next <= from {
                return None;
            }
            let begin = begin.max(from);
            let days = || begin.iter_days().take_while(|day| *day < next);
            let working: Vec<Date> = days().filter(|day| calendar.is_working_day(*day)).collect();
            let first = working.first().copied().unwrap_or(begin);
            let last = working.last().copied().or_else(|| days().last())?;
            // A month without any working day still divides by one, and so looks the fullest.
            Some(Month { first, last, working_days: (working.len() as u64).max(1), load: 0 })
        })
        .collect()
}

/// The months of `n` evenly spaced visits, beginning where the months' load is least.
fn spaced(n: u32, months: &[Month]) -> Vec<usize> {
    if n == 0 || months.is_empty() {
        return Vec::new();
    }
    let step = |i: u32| i as usize * months.len() / n as usize;
    let last_start = months.len() - 1 - step(n - 1);
    let at = |start: usize| -> Vec<usize> { (0..n).map(|i| start + step(i)).collect() };
    // The share of each month's days already spoken for, in thousandths, summed over the months of this start.
    let load = |start: usize| -> u64 {
        at(start).iter().filter_map(|m| months.get(*m)).map(|m| (m.load + 1) * 1000 / m.working_days).sum()
    };
    let best = (0..=last_start).min_by_key(|start| (load(*start), *start)).unwrap_or(0);
    at(best)
}

/// A visit some body has planned.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PlannedVisit {
    /// Where.
    pub place: PlaceId,
    /// Who.
    pub org: OrgId,
    /// First day of the window.
    pub from: Date,
    /// Last day, inclusive.
    pub to: Date,
}

/// Several bodies could go to one place together within this window; each still signs for its own duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JointOffer {
    /// Where.
    pub place: PlaceId,
    /// Who; at least two.
    pub orgs: BTreeSet<OrgId>,
    /// First day that suits all.
    pub from: Date,
    /// Last day that suits all, inclusive.
    pub to: Date,
}

impl JointOffer {
    /// How many visits the place is spared.
    pub fn visits_saved(&self) -> usize {
        self.orgs.len().saturating_sub(1)
    }
}

/// Offers to go together: visits of different bodies to one place whose windows share a day.
///
/// Each visit is in at most one offer, and a body's own two visits are never merged: it planned two.
pub fn joint_offers(visits: &[PlannedVisit]) -> Vec<JointOffer> {
    let mut by_place: BTreeMap<&PlaceId, Vec<&PlannedVisit>> = BTreeMap::new();
    for visit in visits.iter().filter(|visit| visit.from <= visit.to) {
        by_place.entry(&visit.place).or_default().push(visit);
    }
    let mut offers = Vec::new();
    for (place, mut open) in by_place {
        // Whoever must be there soonest sets the day by which all meet: the usual way to meet the fewest times.
        open.sort_by(|a, b| (a.to, a.from, &a.org).cmp(&(b.to, b.from, &b.org)));
        while let Some(soonest) = open.first().copied() {
            let mut together: BTreeMap<&OrgId, &PlannedVisit> = BTreeMap::new();
            open.retain(|visit| {
                let joins = visit.from <= soonest.to && !together.contains_key(&visit.org);
                if joins {
                    together.insert(&visit.org, visit);
                }
                !joins
            });
            if together.len() >= 2 {
                offers.push(JointOffer {
                    place: place.clone(),
                    orgs: together.keys().map(|org| (*org).clone()).collect(),
                    from: together.values().map(|v| v.from).max().unwrap_or(soonest.from),
                    to: soonest.to,
                });
            }
        }
    }
    offers
}

#[cfg(test)]
mod tests {
    use chrono::Datelike;
    use proptest::prelude::*;

    use super::*;
    use crate::calendar::DayKind;

    fn day(m: u32, d: u32) -> Date {
        Date::from_ymd_opt(2026, m, d).expect("a date written in a test exists")
    }

    #[test]
    fn what_came_after_the_approval_is_missing_and_what_is_over_is_not() {
        // Frequency, approved in and now, planned and to come; missing.
        for (visits, months, has, missing) in [
            (1, (1, 1), (1, 1), 0),
            (1, (1, 11), (1, 0), 0),
            (1, (1, 11), (0, 0), 1),
            (12, (1, 11), (12, 2), 0),
            (12, (9, 11), (4, 2), 0),
            (12, (1, 11), (1, 0), 2),
            (12, (1, 11), (1, 1), 1),
            (4, (9, 12), (2, 0), 0),
            (2, (1, 3), (1, 1), 1),
            (0, (1, 3), (0, 0), 0),
        ] {
            assert_eq!(missing_now(visits, months, has), missing, "{visits} {months:?} {has:?}");
        }
    }

    /// The whole year.
    fn schedule(items: &[Expected], year: i32, calendar: &Calendar) -> Vec<PlanItem> {
        super::schedule(items, year, Date::from_ymd_opt(year, 1, 1).expect("it begins"), calendar)
    }

    fn want(place: &str, visits: u32) -> Expected {
        Expected { place: place.into(), visits }
    }

    fn months_visited(items: &[PlanItem], place: &str) -> Vec<u32> {
        items.iter().filter(|i| i.place.as_str() == place).map(|i| i.from.month()).collect()
    }

    #[test]
    fn four_visits_are_a_quarter_apart_and_twelve_are_monthly() {
        let planned = schedule(&[want("red", 12), want("orange", 4)], 2026, &Calendar::weekdays());
        assert_eq!(months_visited(&planned, "red"), (1..=12).collect::<Vec<_>>());
        let orange = months_visited(&planned, "orange");
        let gaps: Vec<u32> = orange.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert_eq!(gaps, [3, 3, 3]);
    }

    #[test]
    fn a_plan_made_late_in_the_year_drops_nobody() {
        let shops: Vec<Expected> = (0..40).map(|i| want(&format!("s{i:02}"), 1)).collect();
        let all = [want("red", 12), want("orange", 4), want("yellow", 2)].into_iter().chain(shops);
        let all: Vec<Expected> = all.collect();
        for (from, left) in [(day(9, 21), [4, 2, 1]), (day(12, 30), [1, 1, 1]), (day(1, 1), [12, 4, 2])] {
            let planned = super::schedule(&all, 2026, from, &Calendar::weekdays());
            for (place, n) in ["red", "orange", "yellow"].into_iter().zip(left) {
                assert_eq!(months_visited(&planned, place).len(), n, "{place} from {from}");
            }
            assert!(planned.iter().all(|item| from <= item.from && item.from <= item.to), "from {from}");
            let places: BTreeSet<&PlaceId> = planned.iter().map(|item| &item.place).collect();
            assert_eq!(places.len(), all.len(), "everybody once, from {from}");
        }
        let over = super::schedule(&all, 2025, day(1, 1), &Calendar::weekdays());
        assert_eq!(over, [], "nothing can be planned in a year that is over");
    }

    #[test]
    fn yearly_visits_fill_all_months_before_any_month_twice() {
        let shops: Vec<Expected> = (0..12).map(|i| want(&format!("s{i:02}"), 1)).collect();
        let planned = schedule(&shops, 2026, &Calendar::weekdays());
        let months: BTreeSet<u32> = planned.iter().map(|i| i.from.month()).collect();
        assert_eq!(months.len(), 12);
    }

    #[test]
    fn a_month_of_holidays_gets_fewer_and_windows_begin_on_a_working_day() {
        let off = Calendar::weekdays().with((2..=27).map(|d| (day(2, d), DayKind::Holiday)));
        let shops: Vec<Expected> = (0..11).map(|i| want(&format!("s{i:02}"), 1)).collect();
        let planned = schedule(&shops, 2026, &off);
        assert!(planned.iter().all(|item| item.from.month() != 2));
        let january = planned.iter().find(|i| i.from.month() == 1).expect("one of eleven");
        assert_eq!((january.from, january.to), (day(1, 1), day(1, 30)));
    }

    fn visit(org: &str, from: Date, to: Date) -> PlannedVisit {
        PlannedVisit { place: "home".into(), org: org.into(), from, to }
    }

    #[test]
    fn three_bodies_in_one_fortnight_become_one_visit() {
        let offers = joint_offers(&[
            visit("civil", day(5, 1), day(5, 15)),
            visit("police", day(5, 10), day(5, 31)),
            visit("village", day(5, 12), day(5, 13)),
            visit("economy", day(6, 1), day(6, 30)),
        ]);
        assert_eq!(offers.len(), 1);
        assert_eq!((offers[0].from, offers[0].to, offers[0].visits_saved()), (day(5, 12), day(5, 13), 2));
        assert!(!offers[0].orgs.contains(&OrgId::from("economy")));
    }

    #[test]
    fn one_bodys_two_visits_stay_two() {
        let alone = [visit("civil", day(5, 1), day(5, 31)), visit("civil", day(5, 1), day(5, 31))];
        assert_eq!(joint_offers(&alone), []);
        let two_and_two = [alone[0].clone(), alone[1].clone(), visit("police", day(5, 1), day(5, 31))];
        let offers = joint_offers(&two_and_two);
        assert_eq!(offers.len(), 1);
        assert_eq!(offers[0].visits_saved(), 1);
    }

    proptest! {
        #[test]
        fn every_visit_is_planned_inside_the_year_whatever_the_order(
            visits in proptest::collection::vec(0u32..30, 1..20), turn in 0usize..20,
        ) {
            let items: Vec<Expected> =
                visits.iter().enumerate().map(|(i, n)| want(&format!("p{i:02}"), *n)).collect();
            let planned = schedule(&items, 2026, &Calendar::weekdays());
            prop_assert_eq!(planned.len() as u32, visits.iter().sum::<u32>());
            prop_assert!(planned.iter().all(|i| i.from.year() == 2026 && i.from <= i.to));
            let mut turned = items.clone();
            turned.rotate_left(turn % items.len());
            prop_assert_eq!(schedule(&turned, 2026, &Calendar::weekdays()), planned);
        }

        #[test]
        fn an_offer_suits_everybody_in_it(
            spans in proptest::collection::vec((0usize..3, 0u64..60, 0u64..20), 0..12),
        ) {
            let visits: Vec<PlannedVisit> = spans
                .iter()
                .map(|(org, start, length)| {
                    let from = day(1, 1) + chrono::Days::new(*start);
                    visit(&format!("o{org}"), from, from + chrono::Days::new(*length))
                })
                .collect();
            for offer in joint_offers(&visits) {
                prop_assert!(offer.from <= offer.to && offer.orgs.len() >= 2);
                for org in &offer.orgs {
                    let suits = |v: &&PlannedVisit| v.org == *org && v.from <= offer.from && offer.to <= v.to;
                    prop_assert!(visits.iter().any(|v| suits(&v)));
                }
            }
        }
    }
}
