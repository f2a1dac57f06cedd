//! Lists of places (名录): dated entries with reasons, baselines, drift, and the errors of coverage.
//!
//! Two lists of different kinds are shown side by side and never added up: nobody has said whether the units on the
//! police list are among those on the villages' lists. What does *not* belong here: the place itself (`place`).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::ids::{OrgId, PlaceId, TerritoryCode};
use crate::place::Place;
use crate::time::Date;

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListKind {
    /// 派出所列管（按月检查）.
    PoliceListed,
    /// 派出所监督范围（按年检查）: another duty with another denominator than [`ListKind::PoliceListed`].
    PoliceScope,
    /// 村（社区）列管.
    VillageListed,
    /// 消防安全重点单位: determined by the fire rescue organ, only recorded here. Source: 消防法 art. 17.
    KeyUnit,
    /// 联合管控.
    JointControl,
    /// 行业重点.
    SectorKey,
    /// 林区重点.
    ForestKey,
}

impl ListKind {
    /// The name people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::PoliceListed => "派出所列管单位",
            Self::PoliceScope => "派出所监督检查范围",
            Self::VillageListed => "村（社区）列管单位",
            Self::KeyUnit => "消防安全重点单位",
            Self::JointControl => "联合管控对象",
            Self::SectorKey => "行业重点单位",
            Self::ForestKey => "林区重点",
        }
    }
}

/// What a document once counted, kept beside the living list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// The number the document gives.
    pub count: u32,
    /// The date of the document.
    pub as_of: Date,
    /// The document.
    pub source: String,
}

/// One stay of a place on a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The place.
    pub place: PlaceId,
    /// First day on the list.
    pub from: Date,
    /// Why it was put on.
    pub reason_in: String,
    /// First day off the list and why, once it left.
    pub left: Option<(Date, String)>,
}

impl Entry {
    fn is_active(&self, on: Date) -> bool {
        self.from <= on && !self.is_over(on)
    }

    /// Whether it has ended by this date. One that has not leaves no room for another stay of the place from that date on.
    pub fn is_over(&self, on: Date) -> bool {
        self.left.as_ref().is_some_and(|(day, _)| *day <= on)
    }
}

/// Why a list refused a change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListRefusal {
    /// Already on it.
    #[error("该场所在这一天已经列入本名录，不用重复列入")]
    AlreadyListed,
    /// A stay on it begins later.
    #[error(
        "该场所从 {from} 起列入过本名录，更早的日期不能再列入；那一次日期有误的，请先在 {from} 当天移出，再按实际日期列入"
    )]
    ListedLater {
        /// First day of that stay.
        from: Date,
    },
    /// A list says who is on it, not who will be.
    #[error("日期晚于今天，请核对日期；以后才列入或移出的，到那一天再办理")]
    Future,
    /// Not on it.
    #[error("该场所在这一天不在本名录中，不能移出，请核对日期")]
    NotListed,
    /// A reason is part of the record.
    #[error("没有填写理由，请写明列入或移出的理由")]
    NoReason,
}

impl ListRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::AlreadyListed => "place_list.already_listed",
            Self::ListedLater { .. } => "place_list.listed_later",
            Self::Future => "place_list.future",
            Self::NotListed => "place_list.not_listed",
            Self::NoReason => "place_list.no_reason",
        }
    }
}

/// What many at once come to: those that were changed, or each that is refused and why.
pub type Many = Result<Vec<PlaceId>, Vec<(PlaceId, ListRefusal)>>;

fn all_or_none(places: Vec<PlaceId>, mut change: impl FnMut(&PlaceId) -> Result<(), ListRefusal>) -> Many {
    let refused: Vec<_> =
        places.iter().filter_map(|place| Some((place.clone(), change(place).err()?))).collect();
    if refused.is_empty() { Ok(places) } else { Err(refused) }
}

/// 名录.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceList {
    /// Which list.
    pub kind: ListKind,
    /// Who keeps it.
    pub owner: OrgId,
    /// The village it is for; `None` for the whole town.
    pub village: Option<TerritoryCode>,
    /// What a document once counted.
    pub baseline: Option<Baseline>,
    /// Every stay, ended ones too.
    pub entries: Vec<Entry>,
}

impl PlaceList {
    /// An empty list.
    pub fn new(kind: ListKind, owner: OrgId) -> Self {
        Self { kind, owner, village: None, baseline: None, entries: Vec::new() }
    }

    /// Puts a place on the list.
    ///
    /// Errors: no reason; a day to come; it is on it that day, or is later.
    pub fn enter(
        mut self,
        place: PlaceId,
        from: Date,
        reason: &str,
        today: Date,
    ) -> Result<Self, ListRefusal> {
        self.put_on(place, from, reason, today)?;
        Ok(self)
    }

    fn put_on(&mut self, place: PlaceId, from: Date, reason: &str, today: Date) -> Result<(), ListRefusal> {
        if reason.trim().is_empty() {
            return Err(ListRefusal::NoReason);
        }
        if from > today {
            return Err(ListRefusal::Future);
        }
        // A stay that ended on its first day was a mistake, and lasted none.
        let lasted = |e: &&Entry| e.left.as_ref().is_none_or(|(day, _)| e.from < *day);
        // An open stay that begins later, or one not yet ended on `from`, would overlap with this one.
        let overlaps = |e: &&Entry| e.place == place && !e.is_over(from);
        if let Some(stay) = self.entries.iter().filter(lasted).find(overlaps) {
            return Err(match stay.from <= from {
                true => ListRefusal::AlreadyListed,
                false => ListRefusal::ListedLater { from: stay.from },
            });
        }
        self.entries.push(Entry { place, from, reason_in: reason.to_owned(), left: None });
        Ok(())
    }

    /// Takes a place off the list; the stay remains on record. On its first day that is a correction: it lasted no day.
    ///
    /// Errors: no reason; it is not on it that day; a day to come.
    pub fn leave(
        mut self,
        place: &PlaceId,
        on: Date,
        reason: &str,
        today: Date,
    ) -> Result<Self, ListRefusal> {
        self.take_off(place, on, reason, today)?;
        Ok(self)
    }

    fn take_off(&mut self, place: &PlaceId, on: Date, reason: &str, today: Date) -> Result<(), ListRefusal> {
        if reason.trim().is_empty() {
            return Err(ListRefusal::NoReason);
        }
        let stay = self.entries.iter_mut().find(|e| e.place == *place && e.left.is_none() && e.from <= on);
        let Some(stay) = stay else { return Err(ListRefusal::NotListed) };
        // What was entered for a day to come by mistake is taken back on that day.
        if on > today && on != stay.from {
            return Err(ListRefusal::Future);
        }
        stay.left = Some((on, reason.to_owned()));
        Ok(())
    }

    /// Puts many places on the list, all of them or none. Gives who is new on it: what is on it that day already stays as it is.
    ///
    /// Errors: each place that is refused, with why.
    pub fn enter_all(mut self, places: &BTreeSet<PlaceId>, from: Date, reason: &str, today: Date) -> Many {
        let there: BTreeSet<PlaceId> = self.members(from).into_iter().cloned().collect();
        let new = places.difference(&there).cloned().collect();
        all_or_none(new, |place| self.put_on(place.clone(), from, reason, today))
    }

    /// Takes many places off the list, all of them or none. Gives who left it: what has no stay that could end stays as it is.
    ///
    /// Errors: each place that is refused, with why.
    pub fn leave_all(mut self, places: &BTreeSet<PlaceId>, on: Date, reason: &str, today: Date) -> Many {
        let open = self.entries.iter().filter(|e| e.left.is_none()).map(|e| e.place.clone()).collect();
        let staying = places.intersection(&open).cloned().collect();
        all_or_none(staying, |place| self.take_off(place, on, reason, today))
    }

    /// Who is on the list on this date.
    pub fn members(&self, on: Date) -> BTreeSet<&PlaceId> {
        self.entries.iter().filter(|e| e.is_active(on)).map(|e| &e.place).collect()
    }

    /// The living list against its baseline; `None` without a baseline (无数据).
    pub fn drift(&self, on: Date) -> Option<ListDrift> {
        let baseline = self.baseline.as_ref()?;
        let since = |day: Date| day > baseline.as_of && day <= on;
        Some(ListDrift {
            count: drift(baseline.count, count(self.members(on).len())),
            entered: count(self.entries.iter().filter(|e| since(e.from)).count()),
            left: count(
                self.entries.iter().filter(|e| e.left.as_ref().is_some_and(|(day, _)| since(*day))).count(),
            ),
        })
    }
}

/// A baseline and a living count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// What the document counted.
    pub baseline: u32,
    /// What is counted now.
    pub live: u32,
    /// `live − baseline`.
    pub difference: i64,
}

/// Compares a baseline with a living count.
pub fn drift(baseline: u32, live: u32) -> Drift {
    Drift { baseline, live, difference: i64::from(live) - i64::from(baseline) }
}

/// A drift and how much of it the entries explain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListDrift {
    /// The two counts.
    pub count: Drift,
    /// Put on since the baseline's date.
    pub entered: u32,
    /// Taken off since the baseline's date.
    pub left: u32,
}

/// The sum of the baselines of one kind over its villages; `None` when no list of the kind has one.
///
/// Takes one kind on purpose: there is no sum over kinds.
pub fn baseline_total(lists: &[PlaceList], kind: ListKind) -> Option<u32> {
    let counts: Vec<u32> = lists
        .iter()
        .filter(|l| l.kind == kind)
        .filter_map(|l| l.baseline.as_ref())
        .map(|b| b.count)
        .collect();
    if counts.is_empty() { None } else { Some(counts.iter().sum()) }
}

/// What is wrong with the coverage of one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CoverageError {
    /// 无人监管: no sector authority has it.
    Nobody {
        /// The place.
        place: PlaceId,
    },
    /// 多头监管: several sector authorities have it, so each may think another goes.
    Several {
        /// The place.
        place: PlaceId,
        /// All of them.
        orgs: BTreeSet<OrgId>,
    },
    /// 名录在册、实际已不存在: gone, or not in the register at all.
    ListedButGone {
        /// The place.
        place: PlaceId,
        /// On which list.
        kind: ListKind,
    },
    /// 在营、村（社区）名录未列; what is 停业 or 歇业 need not be listed until it opens again.
    PresentButUnlisted {
        /// The place.
        place: PlaceId,
    },
}

impl CoverageError {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Nobody { .. } => "coverage.nobody",
            Self::Several { .. } => "coverage.several",
            Self::ListedButGone { .. } => "coverage.listed_but_gone",
            Self::PresentButUnlisted { .. } => "coverage.present_but_unlisted",
        }
    }

    /// The place it concerns.
    pub fn place(&self) -> &PlaceId {
        match self {
            Self::Nobody { place }
            | Self::Several { place, .. }
            | Self::ListedButGone { place, .. }
            | Self::PresentButUnlisted { place } => place,
        }
    }
}

/// The sector authorities a place has on a date: its own one and the keepers of the sector lists it is on.
///
/// Villages and the police station are not sector authorities: their lists do not count here.
pub fn supervisors(place: &Place, lists: &[PlaceList], on: Date) -> BTreeSet<OrgId> {
    let keepers = lists
        .iter()
        .filter(|list| list.kind == ListKind::SectorKey && list.members(on).contains(&place.id))
        .map(|list| list.owner.clone());
    keepers.chain(place.sector_org.clone()).collect()
}

/// Both errors of coverage, in the order of the places: what nobody or everybody watches, what is listed and gone,
/// what is there and unlisted.
pub fn coverage_errors(places: &[Place], lists: &[PlaceList], on: Date) -> Vec<CoverageError> {
    let by_id: BTreeMap<&PlaceId, &Place> = places.iter().map(|place| (&place.id, place)).collect();
    let members: Vec<(&PlaceList, BTreeSet<&PlaceId>)> = lists.iter().map(|l| (l, l.members(on))).collect();
    let mut keepers: BTreeMap<&PlaceId, BTreeSet<&OrgId>> = BTreeMap::new();
    for (list, ids) in members.iter().filter(|(list, _)| list.kind == ListKind::SectorKey) {
        for id in ids {
            keepers.entry(id).or_default().insert(&list.owner);
        }
    }
    let listed: BTreeSet<&PlaceId> = members
        .iter()
        .filter(|(list, _)| list.kind == ListKind::VillageListed)
        .flat_map(|(_, ids)| ids.iter().copied())
        .collect();
    let mut errors = Vec::new();
    for place in places.iter().filter(|place| !place.is_gone(on)) {
        let mut orgs = keepers.get(&place.id).cloned().unwrap_or_default();
        orgs.extend(&place.sector_org);
        match orgs.len() {
            0 => errors.push(CoverageError::Nobody { place: place.id.clone() }),
            1 => {}
            _ => errors.push(CoverageError::Several {
                place: place.id.clone(),
                orgs: orgs.into_iter().cloned().collect(),
            }),
        }
        if place.is_operating(on) && !listed.contains(&place.id) {
            errors.push(CoverageError::PresentButUnlisted { place: place.id.clone() });
        }
    }
    for (list, ids) in &members {
        for id in ids {
            if by_id.get(id).is_none_or(|place| place.is_gone(on)) {
                errors.push(CoverageError::ListedButGone { place: (*id).clone(), kind: list.kind });
            }
        }
    }
    errors
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Opening;
    use crate::place::tests::a_restaurant;

    const TODAY: Date = Date::from_ymd_opt(2026, 12, 31).expect("a day");

    fn day(y: i32, m: u32, d: u32) -> Date {
        Date::from_ymd_opt(y, m, d).expect("a date written in a test exists")
    }

    fn village_list(village: &str, count: u32) -> PlaceList {
        PlaceList {
            village: Some(village.into()),
            baseline: Some(Baseline {
                count, as_of: day(2023, 2, 20), source: "2023 年通知附件".into()
            }),
            ..PlaceList::new(ListKind::VillageListed, village.into())
        }
    }

    #[test]
    fn six_villages_had_220_and_the_police_16_are_not_added() {
        let mut lists: Vec<PlaceList> = [70, 18, 48, 47, 17, 20]
            .iter()
            .enumerate()
            .map(|(i, n)| village_list(&i.to_string(), *n))
            .collect();
        lists.push(PlaceList {
            baseline: Some(Baseline { count: 16, as_of: day(2023, 2, 20), source: "2023 年通知".into() }),
            ..PlaceList::new(ListKind::PoliceListed, "police".into())
        });
        assert_eq!(baseline_total(&lists, ListKind::VillageListed), Some(220));
        assert_eq!(baseline_total(&lists, ListKind::PoliceListed), Some(16));
        assert_eq!(baseline_total(&lists, ListKind::KeyUnit), None, "no document counted them");
    }

    #[test]
    fn a_stay_on_a_list_has_dates_and_reasons() {
        let list = village_list("v", 1);
        assert_eq!(list.clone().enter("a".into(), day(2026, 1, 1), " ", TODAY), Err(ListRefusal::NoReason));
        let list = list.enter("a".into(), day(2026, 1, 1), "新开业", TODAY).expect("new");
        assert_eq!(
            list.clone().enter("a".into(), day(2026, 2, 1), "再列", TODAY),
            Err(ListRefusal::AlreadyListed)
        );
        let list = list.leave(&"a".into(), day(2026, 3, 1), "注销", TODAY).expect("listed");
        assert_eq!(list.members(day(2026, 2, 28)).len(), 1);
        assert_eq!(list.members(day(2026, 3, 1)).len(), 0, "the day of leaving is the first day off");
        let over = |on| list.entries[0].is_over(on);
        assert_eq!(
            (over(day(2025, 12, 31)), over(day(2026, 2, 28)), over(day(2026, 3, 1))),
            (false, false, true)
        );
        assert_eq!(
            list.clone().leave(&"a".into(), day(2026, 3, 2), "重复", TODAY),
            Err(ListRefusal::NotListed)
        );
        assert_eq!(
            list.clone().enter("a".into(), day(2026, 2, 1), "补录", TODAY),
            Err(ListRefusal::AlreadyListed)
        );
        assert!(list.enter("a".into(), day(2026, 3, 1), "重新开业", TODAY).is_ok());
    }

    #[test]
    fn a_day_typed_wrongly_is_refused_and_an_earlier_one_is_entered_once_the_later_stay_is_taken_back() {
        let list = village_list("v", 1);
        let ahead = day(2036, 11, 29);
        assert_eq!(list.clone().enter("a".into(), ahead, "普查", TODAY), Err(ListRefusal::Future));
        // As it stood on record before that was refused.
        let reason_in = "普查".to_owned();
        let astray = Entry { place: "a".into(), from: ahead, reason_in, left: None };
        let list = PlaceList { entries: vec![astray], ..list };
        let real = day(2026, 3, 1);
        let refused = list.clone().enter("a".into(), real, "普查", TODAY);
        assert_eq!(refused, Err(ListRefusal::ListedLater { from: ahead }));
        let list = list.leave(&"a".into(), ahead, "日期有误", TODAY).expect("taken back");
        let list = list.enter("a".into(), real, "普查", TODAY).expect("it lasted no day");
        assert_eq!((list.members(real).len(), list.members(ahead).len()), (1, 1));
        assert_eq!(list.leave(&"a".into(), ahead, "注销", TODAY), Err(ListRefusal::Future));
    }

    #[test]
    fn many_enter_and_leave_together_or_not_at_all() {
        let ids = |all: &[&str]| all.iter().map(|id| PlaceId::from(*id)).collect::<BTreeSet<_>>();
        let list = village_list("v", 3)
            .enter("a".into(), day(2026, 1, 1), "普查", TODAY)
            .and_then(|l| l.enter("late".into(), day(2026, 6, 1), "普查", TODAY))
            .expect("new");
        let on = day(2026, 3, 1);
        let entered = list.clone().enter_all(&ids(&["a", "b", "c"]), on, "普查", TODAY);
        assert_eq!(entered, Ok(vec!["b".into(), "c".into()]), "who is on it stays as he is");
        let refused = list.clone().enter_all(&ids(&["b", "late"]), on, "普查", TODAY);
        assert_eq!(
            refused,
            Err(vec![("late".into(), ListRefusal::ListedLater { from: day(2026, 6, 1) })]),
            "named, and nobody enters"
        );
        let left = list.clone().leave_all(&ids(&["a", "b"]), on, "注销", TODAY);
        assert_eq!(left, Ok(vec!["a".into()]), "who is not on it has nothing to leave");
        let refused = list.clone().leave_all(&ids(&["a", "late"]), on, "注销", TODAY);
        assert_eq!(refused, Err(vec![("late".into(), ListRefusal::NotListed)]));
        assert_eq!(
            list.enter_all(&ids(&["b"]), on, " ", TODAY),
            Err(vec![("b".into(), ListRefusal::NoReason)])
        );
    }

    #[test]
    fn drift_tells_explained_changes_from_missing_names() {
        let list = village_list("v", 3)
            .enter("a".into(), day(2023, 2, 20), "附件", TODAY)
            .and_then(|l| l.enter("b".into(), day(2023, 2, 20), "附件", TODAY))
            .and_then(|l| l.enter("c".into(), day(2024, 6, 1), "新开业", TODAY))
            .and_then(|l| l.leave(&"a".into(), day(2025, 6, 1), "注销", TODAY))
            .expect("in order");
        let drift = list.drift(day(2026, 1, 1)).expect("has a baseline");
        assert_eq!(drift.count, super::drift(3, 2));
        assert_eq!((drift.entered, drift.left), (1, 1));
        assert_eq!(PlaceList::new(ListKind::KeyUnit, "o".into()).drift(day(2026, 1, 1)), None);
    }

    #[test]
    fn both_errors_of_coverage_are_seen() {
        let on = day(2026, 5, 1);
        let mut watched = a_restaurant("watched");
        watched.sector_org = Some("economy".into());
        let mut twice = a_restaurant("twice");
        twice.sector_org = Some("economy".into());
        let alone = a_restaurant("alone");
        let mut gone = a_restaurant("gone");
        gone.opening = Opening::Deregistered;
        let mut resting = [a_restaurant("suspended"), a_restaurant("dormant")];
        for (place, opening) in resting.iter_mut().zip([Opening::Suspended, Opening::Dormant]) {
            (place.opening, place.sector_org) = (opening, Some("economy".into()));
        }
        let [suspended, dormant] = resting;
        let enter = |list: PlaceList, ids: &[&str]| {
            ids.iter().fold(list, |l, id| l.enter((*id).into(), on, "普查", TODAY).expect("new"))
        };
        let lists = [
            enter(village_list("v", 5), &["watched", "twice", "gone", "never_seen"]),
            enter(PlaceList::new(ListKind::SectorKey, "emergency".into()), &["twice"]),
        ];
        let places = [watched, twice.clone(), alone, gone, suspended, dormant];
        let found: Vec<(&str, String)> =
            coverage_errors(&places, &lists, on).iter().map(|e| (e.code(), e.place().to_string())).collect();
        let expected = [
            ("coverage.several", "twice"),
            ("coverage.nobody", "alone"),
            ("coverage.present_but_unlisted", "alone"),
            ("coverage.listed_but_gone", "gone"),
            ("coverage.listed_but_gone", "never_seen"),
        ];
        assert_eq!(found, expected.map(|(code, id)| (code, id.to_owned())));
        assert_eq!(supervisors(&twice, &lists, on).len(), 2);
    }
}
