//! What comes of a list: one report held against another, who is reached otherwise and how many, what water is otherwise,
//! which changes changed nothing. What does not belong here: lists and their keeping (the parent room), how a report is
//! reckoned (`access`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use ::road::osm::Extract;
use domain::facility::water::Waters;
use domain::policy::Action;
use domain::road::scenario::Scenario;
use domain::vehicle::Class;
use serde::Serialize;
use store::Read;
use store::road::RoadMapRecord;
use utoipa::ToSchema;

use crate::road::access::{AccessReport, AccessRow, AccessWay, Ground, Station, lift_m, reckon};
use crate::road::net::Net;
use crate::view::{Named, Word};
use crate::{Caller, Result};

/// Somebody who would be reached otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ScenarioRow {
    /// `group`, `place` or `house`.
    pub kind: String,
    pub target: Named,
    pub village: Named,
    /// How many live in a village group, or may be at a place at once; none where nobody counted.
    pub people: Option<u32>,
    /// Households of a village group; none where nobody counted, and of places.
    pub households: Option<u32>,
    pub vehicle: String,
    /// `gained`: it did not arrive and does for sure, at whatever time; `perhaps_gained`: it does if what nobody measured
    /// passes; `assured`: it did only then and does for sure; `doubtful`: it did for sure and does only then; `lost`: it did,
    /// for sure or then, and does not; `faster` and `slower`: it arrives either way, sooner or later. `brought` and
    /// `withdrawn`: it arrives either way, but on one side nobody has such a vehicle and it is only reckoned from all
    /// stations, so the minutes are not held against each other.
    pub change: String,
    pub before: AccessWay,
    pub after: AccessWay,
}

impl ScenarioRow {
    /// Whether somebody has such a vehicle on both sides, or on neither, or it gets there on one only.
    fn is_held(&self) -> bool {
        !matches!(self.change.as_str(), "brought" | "withdrawn")
    }

    /// Whether the vehicle arrives in time for sure only now.
    fn is_in_time(&self) -> bool {
        self.is_held() && self.before.verdict != "sure" && self.after.verdict == "sure"
    }

    /// Whether the vehicle arrived in time for sure and does no longer.
    pub(in crate::road) fn is_out_of_time(&self) -> bool {
        self.is_held() && self.before.verdict == "sure" && self.after.verdict != "sure"
    }
}

/// A group that would have other water.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ScenarioWater {
    pub target: Named,
    pub village: Named,
    /// None for what a hose reaches.
    pub vehicle: Option<String>,
    /// Units: m³.
    pub before_m3: f64,
    /// Units: m³.
    pub after_m3: f64,
    /// Units: L/s.
    pub before_l_s: f64,
    /// Units: L/s.
    pub after_l_s: f64,
}

/// How many are gained and lost by a kind of vehicle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScenarioCount {
    pub vehicle: Word,
    /// Nobody has one, while other vehicles are on record, nor does the list bring one: it is reckoned from all stations.
    pub assumed: bool,
    /// It did not arrive and does for sure.
    pub gained: usize,
    /// People who live in the village groups gained, as far as they were counted.
    pub gained_residents: u32,
    /// People at the places gained, as far as they were counted; they may live in a group that is counted, too.
    pub gained_people: u32,
    /// It did not arrive and does if what nobody measured passes.
    pub perhaps_gained: usize,
    /// People who live in the village groups among them, as far as they were counted.
    pub perhaps_gained_residents: u32,
    /// People at the places among them, as far as they were counted.
    pub perhaps_gained_people: u32,
    /// It arrived only if what nobody measured passes, and does for sure.
    pub assured: usize,
    /// People who live in the village groups among them, as far as they were counted.
    pub assured_residents: u32,
    /// People at the places among them, as far as they were counted.
    pub assured_people: u32,
    /// It arrived for sure, and does only if what nobody measured passes.
    pub doubtful: usize,
    /// People who live in the village groups among them, as far as they were counted.
    pub doubtful_residents: u32,
    /// People at the places among them, as far as they were counted.
    pub doubtful_people: u32,
    /// It arrived, for sure or perhaps, and does not.
    pub lost: usize,
    /// People who live in the village groups lost, as far as they were counted.
    pub lost_residents: u32,
    /// People at the places lost, as far as they were counted.
    pub lost_people: u32,
    pub faster: usize,
    pub slower: usize,
    /// It arrives where nobody had one and it was only reckoned.
    pub brought: usize,
    /// People who live in the village groups among them, as far as they were counted.
    pub brought_residents: u32,
    /// People at the places among them, as far as they were counted.
    pub brought_people: u32,
    /// It arrived, and nobody has one any more: it is only reckoned.
    pub withdrawn: usize,
    /// People who live in the village groups among them, as far as they were counted.
    pub withdrawn_residents: u32,
    /// People at the places among them, as far as they were counted.
    pub withdrawn_people: u32,
    /// Of those gained, lost, faster or slower in time for sure only now.
    pub in_time: usize,
    /// People who live in the village groups among them, as far as they were counted.
    pub in_time_residents: u32,
    /// People at the places among them, as far as they were counted.
    pub in_time_people: u32,
    /// Of those gained, lost, faster or slower in time for sure no longer.
    pub out_of_time: usize,
    /// People who live in the village groups among them, as far as they were counted.
    pub out_of_time_residents: u32,
    /// People at the places among them, as far as they were counted.
    pub out_of_time_people: u32,
}

impl ScenarioCount {
    /// Counts the rows of one kind of vehicle.
    fn of(vehicle: &Word, assumed: bool, rows: &[ScenarioRow]) -> Self {
        let own: Vec<&ScenarioRow> = rows.iter().filter(|row| row.vehicle == vehicle.code).collect();
        let told = |is: &dyn Fn(&ScenarioRow) -> bool| {
            let those = || own.iter().filter(|row| is(row));
            let people = |is_group: bool| {
                let those = those().filter(|row| (row.kind == "group") == is_group);
                those.filter_map(|row| row.people).fold(0, u32::saturating_add)
            };
            (those().count(), people(true), people(false))
        };
        let changed = |change: &str| told(&|row| row.change == change);
        let (gained, gained_residents, gained_people) = changed("gained");
        let (perhaps_gained, perhaps_gained_residents, perhaps_gained_people) = changed("perhaps_gained");
        let (assured, assured_residents, assured_people) = changed("assured");
        let (doubtful, doubtful_residents, doubtful_people) = changed("doubtful");
        let (lost, lost_residents, lost_people) = changed("lost");
        let (brought, brought_residents, brought_people) = changed("brought");
        let (withdrawn, withdrawn_residents, withdrawn_people) = changed("withdrawn");
        let (in_time, in_time_residents, in_time_people) = told(&ScenarioRow::is_in_time);
        let (out_of_time, out_of_time_residents, out_of_time_people) = told(&ScenarioRow::is_out_of_time);
        Self {
            vehicle: vehicle.clone(),
            assumed,
            gained,
            gained_residents,
            gained_people,
            perhaps_gained,
            perhaps_gained_residents,
            perhaps_gained_people,
            assured,
            assured_residents,
            assured_people,
            doubtful,
            doubtful_residents,
            doubtful_people,
            lost,
            lost_residents,
            lost_people,
            faster: changed("faster").0,
            slower: changed("slower").0,
            brought,
            brought_residents,
            brought_people,
            withdrawn,
            withdrawn_residents,
            withdrawn_people,
            in_time,
            in_time_residents,
            in_time_people,
            out_of_time,
            out_of_time_residents,
            out_of_time_people,
        }
    }
}

/// A change of a water point that does not count, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScenarioUncounted {
    /// Its place in the list.
    pub change: usize,
    pub why: String,
}

/// The changes of water points that do not count with the list, and why.
// Part of a use case that asked for the right.
pub(super) async fn uncounted(
    read: &mut Read,
    caller: &Caller,
    scenario: &Scenario,
    after: &Ground,
) -> Result<Vec<ScenarioUncounted>> {
    let Some(scope) = caller.hats.scope(Action::FacilityRead) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for (change, one) in scenario.changes.iter().enumerate() {
        let Some(id) = one.water_point() else { continue };
        let own = match after.water.iter().find(|one| one.id == *id) {
            Some(own) => Some(own.clone()),
            // What stands no longer is not among the water there is.
            None => read.facility(id, &scope).await?.map(|record| record.facility),
        };
        let told = own.map(|own| after.waters.counts(&own, after.water_day, lift_m()));
        if let Some(Err(why)) = told {
            found.push(ScenarioUncounted { change, why: why.sentence() });
        }
    }
    Ok(found)
}

/// What a way takes at least more or less to be told: the least that is shown, a tenth of a minute. Units: s.
const NOTICED_S: f64 = 6.0;
/// Verdicts, the worst first.
const VERDICTS: [&str; 5] = ["never", "perhaps_late", "late", "perhaps", "sure"];

/// Whether a vehicle arrives: 0 not at all, 1 only if what nobody measured passes, 2 for sure.
fn arrives(way: &AccessWay) -> u8 {
    match (way.careful_seconds, way.seconds) {
        (Some(_), _) => 2,
        (None, Some(_)) => 1,
        (None, None) => 0,
    }
}

/// How a way compares with what it was. What nobody has gets nowhere, so its minutes are not held against those of what a
/// list brings.
fn compare(before: &AccessWay, after: &AccessWay) -> Option<&'static str> {
    let (was, is) = (arrives(before), arrives(after));
    match (before.nobodys, after.nobodys) {
        (true, false) if is == 0 => return None,
        (false, true) if was == 0 => return None,
        (true, false) if was > 0 => return Some("brought"),
        (false, true) if is > 0 => return Some("withdrawn"),
        _ => {}
    }
    match (was, is) {
        (0, 0) => return None,
        (0, 1) => return Some("perhaps_gained"),
        (0, _) => return Some("gained"),
        (_, 0) => return Some("lost"),
        (1, 2) => return Some("assured"),
        (2, 1) => return Some("doubtful"),
        _ => {}
    }
    // A verdict is told however few seconds it hangs on.
    let rank = |way: &AccessWay| VERDICTS.iter().position(|verdict| *verdict == way.verdict);
    match rank(before).cmp(&rank(after)) {
        std::cmp::Ordering::Less => return Some("faster"),
        std::cmp::Ordering::Greater => return Some("slower"),
        std::cmp::Ordering::Equal => {}
    }
    let longer = |old: Option<f64>, new: Option<f64>| {
        let by_s = new? - old?;
        (by_s.abs() >= NOTICED_S).then_some(by_s)
    };
    let by_s = longer(before.careful_seconds, after.careful_seconds)
        .or_else(|| longer(before.seconds, after.seconds))?;
    Some(if by_s < 0.0 { "faster" } else { "slower" })
}

/// What is otherwise in one report than in another.
fn difference(before: &AccessReport, after: &AccessReport) -> (Vec<ScenarioRow>, Vec<ScenarioWater>) {
    let (mut rows, mut water) = (Vec::new(), Vec::new());
    for (old, new) in before.rows.iter().zip(&after.rows) {
        for (then, now) in old.ways.iter().zip(&new.ways) {
            let Some(change) = compare(then, now) else { continue };
            rows.push(ScenarioRow {
                kind: new.kind.clone(),
                target: new.target.clone(),
                village: new.village.clone(),
                people: new.people,
                households: new.households,
                vehicle: now.vehicle.clone(),
                change: change.to_owned(),
                before: then.clone(),
                after: now.clone(),
            });
        }
        let other = |vehicle: Option<&str>, before: (f64, f64), after: (f64, f64)| {
            let ((before_m3, before_l_s), (after_m3, after_l_s)) = (before, after);
            (new.kind == "group" && before != after).then(|| ScenarioWater {
                target: new.target.clone(),
                village: new.village.clone(),
                vehicle: vehicle.map(str::to_owned),
                before_m3,
                after_m3,
                before_l_s,
                after_l_s,
            })
        };
        water.extend(other(None, (old.hose_m3, old.hose_l_s), (new.hose_m3, new.hose_l_s)));
        let of = |row: &AccessRow, vehicle: &str| {
            let own = row.water.iter().find(|one| one.vehicle == vehicle);
            own.map_or((0.0, 0.0), |one| (one.shuttle_m3, one.shuttle_l_s))
        };
        for class in [Class::Engine, Class::Mini, Class::Motorcycle] {
            let vehicle = class.code();
            water.extend(other(Some(vehicle), of(old, vehicle), of(new, vehicle)));
        }
    }
    (rows, water)
}

/// What is otherwise under a list.
pub(in crate::road) struct Compared {
    pub on: String,
    pub wet: bool,
    pub minutes: f64,
    pub counts: Vec<ScenarioCount>,
    pub rows: Vec<ScenarioRow>,
    pub water: Vec<ScenarioWater>,
}

impl Compared {
    /// Holds a list, with the ground it changes, against the town as it is or against another list. Takes a while.
    pub fn of(
        (now, map): (&Net, Option<(RoadMapRecord, &Extract)>),
        (against, before): (Option<&Scenario>, &Ground),
        (scenario, after): (&Scenario, &Ground),
    ) -> Result<Self> {
        let with = |scenario: &Scenario| now.over(scenario, map.clone());
        let old = match against {
            None => reckon(now, before)?,
            Some(other) => reckon(&with(other), before)?,
        };
        let new = reckon(&with(scenario), after)?;
        let (rows, water) = difference(&old, &new);
        let is_told = after.is_told();
        let counts = new.vehicles.iter();
        let counts =
            counts.map(|one| ScenarioCount::of(&one.vehicle, one.assumed && is_told, &rows)).collect();
        Ok(Self { on: new.on, wet: new.wet, minutes: new.minutes, counts, rows, water })
    }
}

impl Ground {
    /// The same with the stations and water of a list.
    pub(in crate::road) fn over(mut self, scenario: Option<&Scenario>) -> Self {
        let Some(scenario) = scenario else { return self };
        let station =
            |(name, at): (&str, [f64; 2])| Station { name: Named::new("", name), at, planned: true };
        let planned: Vec<Station> = scenario.stations().map(station).collect();
        let is_told = self.is_told();
        for (_, stations, assumed) in &mut self.stations {
            // A planned station has every kind of vehicle. It alone has what nobody else has; while nobody has told of any,
            // all stations count alike.
            if *assumed && is_told && !planned.is_empty() {
                stations.clear();
                *assumed = false;
            }
            stations.extend(planned.iter().cloned());
        }
        for facility in &mut self.water {
            let (id, water) = (facility.id.clone(), facility.water.as_mut());
            if let Some(water) = water {
                water.usable_m3 = scenario.water(&id).or(water.usable_m3);
                water.flow_l_s = scenario.flow(&id).or(water.flow_l_s);
            }
        }
        // A pump house gives nothing where its intake does.
        self.waters = Waters::of(self.water.iter().chain(&self.pipes));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A way by what it takes under either reading, against a limit of ten minutes.
    fn way(seconds: Option<f64>, careful_seconds: Option<f64>) -> AccessWay {
        let within = |seconds: Option<f64>| seconds.is_some_and(|seconds| seconds <= 600.0);
        let verdict = match (within(careful_seconds), within(seconds), seconds.or(careful_seconds)) {
            (true, ..) => "sure",
            (_, true, _) => "perhaps",
            (.., Some(_)) if careful_seconds.is_none() => "perhaps_late",
            (.., Some(_)) => "late",
            (.., None) => "never",
        };
        AccessWay {
            vehicle: "engine".to_owned(),
            verdict: verdict.to_owned(),
            minutes: seconds.map(|s| (s / 6.0).round() / 10.0),
            careful_minutes: careful_seconds.map(|s| (s / 6.0).round() / 10.0),
            station: None,
            away_m: None,
            blocked_by: Vec::new(),
            apart: false,
            assumed: false,
            nobodys: false,
            seconds,
            careful_seconds,
        }
    }

    #[test]
    fn what_is_sure_perhaps_or_not_at_all_is_told_apart_and_the_same_from_either_side() {
        let (never, perhaps, sure) = (way(None, None), way(Some(300.0), None), way(Some(300.0), Some(300.0)));
        let late = way(Some(900.0), Some(900.0));
        for (before, after, there, back) in [
            (&never, &sure, "gained", "lost"),
            (&never, &late, "gained", "lost"),
            (&never, &perhaps, "perhaps_gained", "lost"),
            (&perhaps, &sure, "assured", "doubtful"),
            (&perhaps, &late, "assured", "doubtful"),
            (&late, &sure, "faster", "slower"),
        ] {
            assert_eq!((compare(before, after), compare(after, before)), (Some(there), Some(back)));
        }
        for same in [&never, &perhaps, &sure, &late] {
            assert_eq!(compare(same, same), None);
        }
    }

    #[test]
    fn a_verdict_that_changes_is_told_and_so_are_seconds_under_either_reading() {
        let both = |seconds: f64, careful: f64| way(Some(seconds), Some(careful));
        assert_eq!(
            compare(&both(599.0, 599.0), &both(602.0, 602.0)),
            Some("slower"),
            "both are 10.0 minutes"
        );
        assert_eq!(
            compare(&both(500.0, 700.0), &both(700.0, 700.0)),
            Some("slower"),
            "perhaps in time, and late"
        );
        assert_eq!(compare(&both(300.0, 500.0), &both(200.0, 500.0)), Some("faster"), "of the other reading");
        assert_eq!(compare(&both(300.0, 500.0), &both(301.0, 502.0)), None, "nobody would notice");
        assert_eq!(compare(&way(Some(300.0), None), &way(Some(290.0), None)), Some("faster"));
    }

    #[test]
    fn what_nobody_has_gets_nowhere_beside_what_a_list_brings() {
        let real = way(Some(500.0), Some(500.0));
        let nobodys = AccessWay { nobodys: true, assumed: true, ..way(Some(300.0), Some(300.0)) };
        assert_eq!(
            (compare(&nobodys, &real), compare(&real, &nobodys)),
            (Some("brought"), Some("withdrawn"))
        );
        let far = way(Some(690.0), Some(690.0));
        assert_eq!(compare(&nobodys, &far), Some("brought"), "0.8 minutes nobody drove are not slower");
        assert_eq!(compare(&nobodys, &way(None, None)), None, "nor does it arrive then");
        // Where it could not get from any station whoever gets there is gained.
        let nowhere = AccessWay { nobodys: true, assumed: true, ..way(None, None) };
        assert_eq!((compare(&nowhere, &real), compare(&real, &nowhere)), (Some("gained"), Some("lost")));
        let row = |before: &AccessWay, after: &AccessWay| ScenarioRow {
            kind: "group".to_owned(),
            target: Named::new("g1", "一组"),
            village: Named::new("v1", "老街"),
            people: Some(80),
            households: None,
            vehicle: "engine".to_owned(),
            change: compare(before, after).unwrap_or_default().to_owned(),
            before: before.clone(),
            after: after.clone(),
        };
        let rows = [row(&nobodys, &real), row(&nowhere, &real), row(&nobodys, &far)];
        let count = ScenarioCount::of(&Word::new("engine", ""), false, &rows);
        assert_eq!((count.gained, count.gained_residents, count.brought), (1, 80, 2));
        assert_eq!((count.in_time, count.out_of_time), (1, 0), "what nobody had was never in time");
        let slower = AccessWay { nobodys: true, assumed: true, ..real };
        assert_eq!(compare(&nobodys, &slower), Some("slower"), "assumed in both they are compared as such");
    }
}
