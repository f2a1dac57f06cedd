//! Who is reached by what: for each village group and place and each kind of vehicle the minutes from the nearest station
//! that has one, under both readings of what nobody measured, the stretch that blocks the rest, and the water there is.
//! What does not belong here: the network (`net`), what counts as water (`facility`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use std::collections::BTreeMap;
use std::sync::Arc;

use ::road::reach::{Arrival, Case, arrivals, matrix};
use ::road::snap::Spot;
use ::road::{Objective, Prepared, Search};
use domain::facility::Facility;
use domain::facility::water::{AsOf, Waters, sum};
use domain::geometry::distance_m;
use domain::policy::Action;
use domain::road::residents::holding;
use domain::time::Date;
use domain::vehicle::Class;
use serde::{Deserialize, Serialize};
use store::Read;
use store::facility::FacilityFilter;
use store::force::ForceFilter;
use store::place::PlaceFilter;
use utoipa::{IntoParams, ToSchema};

use super::group::{village_groups, village_of};
use super::net::{Blocking, Net, day};
use super::pump::beside;
use super::{HOSE_LAY_M, REACH_MINUTES, SHUTTLE_MINUTES, WET_MONTH, is_in_wet, wet_months};
use crate::export::Format;
use crate::parameter::number_on;
use crate::place::Gazetteer;
use crate::view::{Named, Word};
use crate::{App, Caller, Error, Result};

/// What is asked of the report.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct AccessAsked {
    /// Day; today when left out. Of an earlier one roads as surveyed by then, water and vehicles as they were.
    pub on: Option<String>,
    /// Whether roads are to be taken as in the wet season, as the town's season has that day when left out; water then counts as in
    /// the town's wet month of the year of `on`.
    pub wet: Option<bool>,
    /// Only of this village.
    pub village: Option<String>,
    /// Places of the register too, houses among them, not only village groups.
    pub places: Option<bool>,
    /// Houses built by their owners too, where not all places are asked for.
    pub houses: Option<bool>,
}

/// A station vehicles set out from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Station {
    pub name: Named,
    pub at: [f64; 2],
    /// A what-if list adds it.
    pub planned: bool,
}

/// A kind of vehicle and where it stands.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AccessVehicle {
    pub vehicle: Word,
    /// Where it sets out from.
    pub stations: Vec<Named>,
    /// No station has one on record: it is reckoned from all of them.
    pub assumed: bool,
    /// How many targets it reaches in time for sure, in time perhaps, late for sure, late perhaps, and not at all.
    pub sure: usize,
    pub perhaps: usize,
    pub late: usize,
    pub perhaps_late: usize,
    pub never: usize,
    /// People who live in the village groups among them, as far as they were counted.
    pub people: AccessPeople,
}

/// How many people who live in village groups a vehicle reaches in time for sure, in time perhaps, late for sure, late
/// perhaps, and not at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccessPeople {
    pub sure: u32,
    pub perhaps: u32,
    pub late: u32,
    pub perhaps_late: u32,
    pub never: u32,
}

/// How one vehicle gets to one target.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AccessWay {
    /// `engine`, `mini`, `motorcycle` or `foot`.
    pub vehicle: String,
    /// `sure`, `perhaps` (in time only if what nobody measured passes), `late` (for sure, and not in time), `perhaps_late` (only
    /// if what nobody measured passes, and not in time then) or `never`.
    pub verdict: String,
    /// When what nobody knows passes. Units: minutes.
    pub minutes: Option<f64>,
    /// When it does not. Units: minutes.
    pub careful_minutes: Option<f64>,
    pub station: Option<Named>,
    /// From the vehicle's road to the target. Units: m.
    pub away_m: Option<f64>,
    /// What stands in the way.
    pub blocked_by: Vec<Blocking>,
    /// There is no way, and the road beside it hangs together with that of no station.
    pub apart: bool,
    /// No station has one on record: nobody sets out, it is reckoned from all of them.
    pub assumed: bool,
    /// Nobody has one, while other vehicles are on record.
    #[serde(skip)]
    #[schema(ignore)]
    pub(super) nobodys: bool,
    /// The minutes before they are rounded. Units: s.
    #[serde(skip)]
    #[schema(ignore)]
    pub(super) seconds: Option<f64>,
    /// Units: s.
    #[serde(skip)]
    #[schema(ignore)]
    pub(super) careful_seconds: Option<f64>,
}

/// Water for one kind of vehicle. Units: m³.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AccessWater {
    pub vehicle: String,
    /// Stored within the shuttle minutes one way, hose-lay included.
    pub shuttle_m3: f64,
    /// Flowing there. Units: L/s.
    pub shuttle_l_s: f64,
    /// Points it is in.
    pub points: Vec<Named>,
}

/// A target.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AccessRow {
    /// `group`, `place` or `house`.
    pub kind: String,
    pub target: Named,
    pub village: Named,
    /// How many live in a village group, or may be at a place at once; none where nobody counted.
    pub people: Option<u32>,
    /// Households of a village group; none where nobody counted, and of places.
    pub households: Option<u32>,
    pub lon: f64,
    pub lat: f64,
    pub ways: Vec<AccessWay>,
    /// The most demanding vehicle somebody has that arrives for sure, at whatever time; none when none does. Where no
    /// station has any on record, all are assumed and count alike.
    pub best: Option<String>,
    /// Water a hose reaches from where the target lies, whoever brings it. Units: m³.
    pub hose_m3: f64,
    /// Units: L/s.
    pub hose_l_s: f64,
    /// Points a hose reaches.
    pub hose_points: Vec<Named>,
    /// By vehicle that arrives and that somebody has, as in `best`; of groups only.
    pub water: Vec<AccessWater>,
}

/// Who is reached by what.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AccessReport {
    pub on: String,
    pub wet: bool,
    /// The day water counts as of.
    pub water_on: String,
    /// Town setting. Units: minutes.
    pub minutes: f64,
    /// Town setting. Units: m.
    pub hose_lay_m: f64,
    /// Town setting. Units: minutes.
    pub shuttle_minutes: f64,
    pub vehicles: Vec<AccessVehicle>,
    pub rows: Vec<AccessRow>,
    /// Groups of which nobody has said where they live.
    pub unplaced: Vec<Named>,
    /// No road was on record that day: that nobody is reached says nothing of the town.
    pub roadless: bool,
    pub may_place: bool,
}

/// The item of a force's kit that is a vehicle of a class. Source: `catalog/forces`.
pub(crate) fn item_of(class: Class) -> Option<&'static str> {
    match class {
        Class::Engine => Some("engine"),
        Class::Mini => Some("mini_engine"),
        Class::Motorcycle => Some("motorcycle"),
        Class::Foot => None,
    }
}

/// The stations in use on a day that have a vehicle of a class; all of them, and that it was so, when none has one on
/// record.
// Where stations stand is shown to whoever may ask for ways.
pub(crate) async fn stations(read: &mut Read, class: Class, on: Date) -> Result<(Vec<Station>, bool)> {
    let whole = Caller::system().scope(Action::ForceRead)?;
    let forces = read.forces(&whole, &ForceFilter::default()).await?;
    let there = forces.into_iter().map(|record| record.force).filter(|force| force.is_in_use(on));
    let mut all = Vec::new();
    let mut with = Vec::new();
    for force in there {
        let Some(at) = force.position else { continue };
        let station = Station {
            name: Named::new(force.id.as_str(), force.name.as_str()),
            at: [f64::from(at.lng_e7) / 1e7, f64::from(at.lat_e7) / 1e7],
            planned: false,
        };
        let has = item_of(class).is_none_or(|item| {
            force.vehicles.iter().any(|vehicle| {
                vehicle.item == item
                    && vehicle.from <= on
                    && vehicle.gone.as_ref().is_none_or(|(gone, _)| on < *gone)
            })
        });
        if has {
            with.push(station.clone());
        }
        all.push(station);
    }
    Ok(if with.is_empty() { (all, true) } else { (with, false) })
}

/// What a target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Group,
    Place,
    House,
}

impl Kind {
    fn code(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Place => "place",
            Self::House => "house",
        }
    }
}

/// Somewhere a vehicle is to get to.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub kind: Kind,
    pub name: Named,
    pub village: Named,
    pub people: Option<u32>,
    pub households: Option<u32>,
    pub at: [f64; 2],
}

/// Everything the report is made of, read before it is reckoned.
pub(super) struct Ground {
    pub day: Date,
    pub wet: bool,
    /// The day water counts as of, and the day its checks must hold on.
    pub water_day: AsOf,
    pub minutes: f64,
    pub hose_lay_m: f64,
    pub shuttle_minutes: f64,
    pub targets: Vec<Target>,
    pub unplaced: Vec<Named>,
    pub stations: Vec<(Class, Vec<Station>, bool)>,
    /// Facilities that give water and stand.
    pub water: Vec<Facility>,
    /// Facilities that give none and stand: water is led through them.
    pub pipes: Vec<Facility>,
    /// Which of them share a water.
    pub waters: Waters,
}

impl Ground {
    /// Reads it.
    // tidy(caller): the use case asked for the right; what is read lies within the caller's scope.
    pub async fn read(read: &mut Read, caller: &Caller, asked: &AccessAsked, today: Date) -> Result<Self> {
        let day = day(asked.on.as_deref(), today)?;
        let number = async |read: &mut Read, of: (&str, f64)| number_on(read, of, today).await.map(f64::from);
        let gazetteer = Gazetteer::read(read).await?;
        let points = read.group_points().await?;
        let counts = read.group_counts().await?;
        let groups = village_groups(read).await?;
        let wanted = asked.village.as_deref().map(str::trim).filter(|code| !code.is_empty());
        let (mut targets, mut unplaced) = (Vec::new(), Vec::new());
        for group in &groups {
            let village = village_of(&gazetteer, &group.path);
            if wanted.is_some_and(|code| code != village.id) {
                continue;
            }
            let name = Named::new(group.code.as_str(), group.name.as_str());
            match points.iter().find(|point| point.territory == group.code) {
                Some(point) => {
                    let own = counts.iter().filter(|one| one.territory == group.code);
                    let live = holding(own.map(|one| &one.residents), day);
                    targets.push(Target {
                        kind: Kind::Group,
                        name,
                        village,
                        people: live.map(|live| live.people),
                        households: live.map(|live| live.households),
                        at: point.at,
                    });
                }
                None => unplaced.push(name),
            }
        }
        let (places, houses) = (asked.places == Some(true), asked.houses == Some(true));
        if (places || houses)
            && let Some(scope) = caller.hats.scope(Action::PlaceRead)
        {
            let known = read.houses().await?;
            let is_house = |id: &str| known.contains_key(&id.into());
            let mut found = read.place_spots(&scope).await?;
            found.retain(|place| {
                wanted.is_none_or(|code| code == place.village) && (places || is_house(&place.id))
            });
            let mut people = BTreeMap::new();
            read.each_place(&PlaceFilter::default(), &scope, |record| {
                people.insert(record.place.id.to_string(), record.place.heads.at_once());
            })
            .await?;
            targets.extend(found.into_iter().map(|place| Target {
                people: people.get(&place.id).copied().flatten(),
                households: None,
                kind: if is_house(&place.id) { Kind::House } else { Kind::Place },
                village: gazetteer.place(&place.village.as_str().into()),
                name: Named::new(place.id, place.name),
                at: [place.at.lon_deg, place.at.lat_deg],
            }));
        }
        let mut starts = Vec::new();
        for class in Class::ALL {
            let (from, assumed) = stations(read, class, day).await?;
            starts.push((class, from, assumed));
        }
        let kinds = crate::facility::facilities().catalog.kinds().filter(|kind| kind.gives_water);
        let kinds: Vec<&str> = kinds.map(|kind| kind.code.as_str()).collect();
        let scope = caller.hats.scope(Action::FacilityRead);
        let found = match scope {
            None => Vec::new(),
            Some(scope) => read.facilities(&scope, &FacilityFilter::default(), None, i64::MAX).await?,
        };
        // Of an earlier day water is what stood then, as roads are.
        let lives = if day < today { read.facility_lives().await? } else { BTreeMap::new() };
        let stood = |now: Facility| match lives.get(&now.id) {
            Some(life) => now.stood_on(life, day),
            None => Some(now),
        };
        let standing = found.into_iter().filter_map(|one| stood(one.facility));
        let standing = standing.filter(|f| f.stage.is_standing());
        let (water, pipes): (Vec<Facility>, Vec<Facility>) =
            standing.partition(|f| kinds.contains(&f.kind.as_str()));
        let wet = match asked.wet {
            Some(wet) => wet,
            None => is_in_wet(wet_months(read, today).await?, day),
        };
        let month = number_on(read, WET_MONTH, today).await?;
        let wet_day = Date::from_ymd_opt(chrono::Datelike::year(&day), u32::from(month), 15);
        Ok(Self {
            day,
            wet,
            water_day: AsOf { season: wet_day.filter(|_| wet).unwrap_or(day), checked: day.min(today) },
            minutes: number(read, REACH_MINUTES).await?,
            hose_lay_m: number(read, HOSE_LAY_M).await?,
            shuttle_minutes: number(read, SHUTTLE_MINUTES).await?,
            targets,
            unplaced,
            stations: starts,
            waters: Waters::of(water.iter().chain(&pipes)),
            water,
            pipes,
        })
    }

    /// Whether any vehicle is on record: where none is, nobody has told yet which there are.
    pub fn is_told(&self) -> bool {
        self.stations.iter().any(|(class, _, assumed)| *class != Class::Foot && !assumed)
    }
}

fn verdict(arrival: &Arrival, limit_s: f64) -> &'static str {
    let within = |seconds: Option<f64>| seconds.is_some_and(|seconds| seconds <= limit_s);
    match (arrival.optimistic_s, arrival.pessimistic_s) {
        (_, careful) if within(careful) => "sure",
        (quick, _) if within(quick) => "perhaps",
        (_, Some(_)) => "late",
        (Some(_), None) => "perhaps_late",
        (None, None) => "never",
    }
}

/// A vehicle in the table, with whether anybody has one.
fn called(one: &AccessVehicle) -> String {
    let note = if one.assumed { "（推算：无站点登记）" } else { "" };
    format!("{}{note}", one.vehicle.label)
}

fn minutes(seconds: Option<f64>) -> Option<f64> {
    seconds.map(|seconds| (seconds / 6.0).round() / 10.0)
}

/// Reckons the report; takes a while on a district, so never on a thread others wait for.
pub(super) fn reckon(net: &Net, ground: &Ground) -> Result<AccessReport> {
    let network = &net.drawn.network;
    let situation = net.situation(ground.day, ground.wet);
    let limit_s = ground.minutes * 60.0;
    let points: Vec<[f64; 2]> = ground.targets.iter().map(|target| target.at).collect();
    let mut search = Search::new();
    let mut rows: Vec<AccessRow> = ground.targets.iter().map(|target| hose(ground, target)).collect();
    let mut vehicles = Vec::new();
    let is_told = ground.is_told();
    for (class, stations, assumed) in &ground.stations {
        let counts = !assumed || !is_told;
        let vehicle = net.vehicle(*class)?;
        let prepared = Prepared::new(network, vehicle, &situation, Objective::Time);
        let starts: Vec<[f64; 2]> = stations.iter().map(|station| station.at).collect();
        let case = [Case { vehicle, prepared: &prepared }];
        let found = arrivals(
            network,
            &situation,
            &case,
            &mut search,
            (starts.as_slice(), points.as_slice()),
            (limit_s, net.near()),
        );
        let mut told = AccessVehicle {
            vehicle: super::view::class_word(vehicle),
            stations: stations.iter().map(|station| station.name.clone()).collect(),
            assumed: *assumed,
            sure: 0,
            perhaps: 0,
            late: 0,
            perhaps_late: 0,
            never: 0,
            people: AccessPeople::default(),
        };
        for (row, arrival) in rows.iter_mut().zip(found.iter().filter_map(|own| own.first())) {
            let verdict = verdict(arrival, limit_s);
            let (targets, people) = match verdict {
                "sure" => (&mut told.sure, &mut told.people.sure),
                "perhaps" => (&mut told.perhaps, &mut told.people.perhaps),
                "late" => (&mut told.late, &mut told.people.late),
                "perhaps_late" => (&mut told.perhaps_late, &mut told.people.perhaps_late),
                _ => (&mut told.never, &mut told.people.never),
            };
            *targets += 1;
            // Who is at a place lives in a group, or elsewhere: nobody is counted twice.
            if row.kind == Kind::Group.code() {
                *people = people.saturating_add(row.people.unwrap_or(0));
            }
            if counts && arrival.pessimistic_s.is_some() && row.best.is_none() {
                row.best = Some(class.code().to_owned());
            }
            let from = arrival.start.and_then(|n| stations.get(n));
            row.ways.push(AccessWay {
                vehicle: class.code().to_owned(),
                verdict: verdict.to_owned(),
                minutes: minutes(arrival.optimistic_s),
                careful_minutes: minutes(arrival.pessimistic_s),
                station: from.map(|station| station.name.clone()),
                away_m: arrival.away_m.map(f64::round),
                blocked_by: arrival.blocked_by.iter().map(|light| net.blocking(light)).collect(),
                apart: arrival.apart,
                // A planned station has what it is planned with.
                assumed: *assumed && !from.is_some_and(|station| station.planned),
                nobodys: !counts,
                seconds: arrival.optimistic_s,
                careful_seconds: arrival.pessimistic_s,
            });
        }
        vehicles.push(told);
        if counts && *class != Class::Foot {
            shuttle(net, ground, (*class, &prepared), &mut search, &mut rows);
        }
    }
    Ok(AccessReport {
        on: ground.day.to_string(),
        wet: ground.wet,
        water_on: ground.water_day.season.to_string(),
        minutes: ground.minutes,
        hose_lay_m: ground.hose_lay_m,
        shuttle_minutes: ground.shuttle_minutes,
        vehicles,
        rows,
        unplaced: ground.unplaced.clone(),
        roadless: net.is_empty(),
        may_place: false,
    })
}

/// As high as a pump draws. Units: m.
pub(super) fn lift_m() -> f64 {
    f64::from(crate::facility::facilities().lift_limit_m)
}

/// The water of some points that counts on a day, points on one pool once: m³, L/s and which.
fn counted(ground: &Ground, near: impl Fn(&Facility) -> bool) -> (f64, f64, Vec<Named>) {
    let own: Vec<&Facility> = ground.water.iter().filter(|facility| near(facility)).collect();
    let total = sum(&own, &ground.waters, ground.water_day, lift_m());
    let name = |facility: &&&Facility| Named::new(facility.id.as_str(), facility.name.as_str());
    let good = own.iter().filter(|facility| total.good.contains(&facility.id));
    (total.usable_m3, total.flow_l_s, good.map(|facility| name(&facility)).collect())
}

pub(super) fn middle(facility: &Facility) -> Option<[f64; 2]> {
    facility.shape.as_ref().and_then(|shape| shape.middle())
}

/// A target with the water a hose reaches from it.
fn hose(ground: &Ground, target: &Target) -> AccessRow {
    let near = |facility: &Facility| {
        middle(facility).is_some_and(|at| distance_m(at, target.at) <= ground.hose_lay_m)
    };
    let (hose_m3, hose_l_s, hose_points) = counted(ground, near);
    AccessRow {
        kind: target.kind.code().to_owned(),
        target: target.name.clone(),
        village: target.village.clone(),
        people: target.people,
        households: target.households,
        lon: target.at[0],
        lat: target.at[1],
        ways: Vec::new(),
        best: None,
        hose_m3,
        hose_l_s,
        hose_points,
        water: Vec::new(),
    }
}

/// The water a vehicle brings to each group it arrives at for sure: points it drives to within the shuttle minutes, and
/// those a hose reaches anyway.
fn shuttle(
    net: &Net,
    ground: &Ground,
    (class, prepared): (Class, &Prepared),
    search: &mut Search,
    rows: &mut [AccessRow],
) {
    let network = &net.drawn.network;
    // The careful reading: water is not promised over a bridge nobody measured.
    let prepared = &prepared.careful();
    let sources: Vec<(&Facility, Spot)> = ground
        .water
        .iter()
        .filter_map(|facility| Some((facility, beside(net, prepared, facility)?)))
        .collect();
    let limit_ms = ground.shuttle_minutes * 60_000.0;
    let targets: Vec<(usize, Spot)> = ground
        .targets
        .iter()
        .enumerate()
        .filter(|(_, target)| target.kind == Kind::Group)
        .filter_map(|(n, target)| Some((n, net.stand(prepared, target.at)?)))
        .collect();
    let to: Vec<Spot> = targets.iter().map(|(_, spot)| *spot).collect();
    let from: Vec<Spot> = sources.iter().map(|(_, spot)| *spot).collect();
    let costs = matrix(network, prepared, search, &from, &to);
    for (column, (n, _)) in targets.iter().enumerate() {
        let Some(row) = rows.get_mut(*n) else { continue };
        let arrives = row.ways.iter().any(|way| way.vehicle == class.code() && way.careful_minutes.is_some());
        if !arrives {
            continue;
        }
        let target = [row.lon, row.lat];
        let near = |facility: &Facility| {
            let by_hose = middle(facility).is_some_and(|at| distance_m(at, target) <= ground.hose_lay_m);
            by_hose
                || sources.iter().zip(&costs).any(|((source, _), costs)| {
                    source.id == facility.id
                        && costs.get(column).copied().flatten().is_some_and(|ms| f64::from(ms) <= limit_ms)
                })
        };
        let (shuttle_m3, shuttle_l_s, points) = counted(ground, near);
        row.water.push(AccessWater { vehicle: class.code().to_owned(), shuttle_m3, shuttle_l_s, points });
    }
}

/// Why nobody gets there where nothing stands in the way.
pub(super) const APART: &str = "旁边的路没有与出发站点所在的路网相连，请在“路网检查”中核对";

impl App {
    /// Who is reached by what, how fast, and what blocks the rest.
    pub async fn road_access(&self, caller: &Caller, asked: &AccessAsked) -> Result<AccessReport> {
        caller.scope(Action::RoadRead)?;
        let mut read = self.db.read(&self.town).await?;
        let ground = Ground::read(&mut read, caller, asked, self.now().date()).await?;
        drop(read);
        let net: Arc<Net> = self.road_net_on(ground.day).await?;
        let mut report = self.aside(move || reckon(&net, &ground)).await?;
        report.may_place = caller.hats.scope(Action::RoadChange).is_some();
        Ok(report)
    }

    /// The report as a table of text, headed, one row for each target and vehicle.
    pub async fn road_access_table(&self, caller: &Caller, asked: &AccessAsked) -> Result<Vec<Vec<String>>> {
        let report = self.road_access(caller, asked).await?;
        let head = [
            "村（社区）",
            "村民小组或场所",
            "户数",
            "人数",
            "车辆",
            "结论",
            "分钟（不明按可通行）",
            "分钟（不明按不可通行）",
            "出发站点",
            "受阻路段",
            "受阻原因",
            "水带可及水量（立方米）",
            "水带可及流量（升/秒）",
            "运水可用水量（立方米）",
            "运水可用流量（升/秒）",
        ];
        let mut table = vec![head.map(str::to_owned).to_vec()];
        let number = |value: Option<f64>| value.map(|n| n.to_string()).unwrap_or_default();
        for row in &report.rows {
            for way in &row.ways {
                let vehicle = report.vehicles.iter().find(|one| one.vehicle.code == way.vehicle);
                let names: Vec<&str> = way.blocked_by.iter().map(|one| one.name.as_str()).collect();
                let why =
                    way.blocked_by.iter().flat_map(|one| one.reasons.iter().map(|why| why.label.as_str()));
                let why = why.chain(way.apart.then_some(APART));
                let water = row.water.iter().find(|one| one.vehicle == way.vehicle);
                table.push(vec![
                    row.village.name.clone(),
                    row.target.name.clone(),
                    row.households.map(|n| n.to_string()).unwrap_or_default(),
                    row.people.map(|n| n.to_string()).unwrap_or_default(),
                    vehicle.map(called).unwrap_or_default(),
                    if report.roadless { NO_ROADS } else { verdict_label(&way.verdict) }.to_owned(),
                    number(way.minutes),
                    number(way.careful_minutes),
                    way.station.as_ref().map(|station| station.name.clone()).unwrap_or_default(),
                    names.join("、"),
                    why.collect::<Vec<_>>().join("；"),
                    row.hose_m3.to_string(),
                    row.hose_l_s.to_string(),
                    number(water.map(|water| water.shuttle_m3)),
                    number(water.map(|water| water.shuttle_l_s)),
                ]);
            }
        }
        Ok(table)
    }

    /// The table as a file, by the ending.
    ///
    /// Errors: no such form of file.
    pub async fn road_access_file(
        &self,
        caller: &Caller,
        asked: &AccessAsked,
        ending: &str,
    ) -> Result<(Format, Vec<u8>)> {
        let table = self.road_access_table(caller, asked).await?;
        let mut bytes = Vec::new();
        let format = Format::from_ending(ending);
        let done = match format {
            Some(Format::Xlsx) => {
                let widths =
                    [14.0, 20.0, 8.0, 8.0, 12.0, 22.0, 12.0, 12.0, 22.0, 26.0, 36.0, 14.0, 14.0, 14.0, 14.0];
                exchange::write::table("车辆可达", &table, &widths, std::io::Cursor::new(&mut bytes))
            }
            Some(Format::Csv) => exchange::write::text_table(&table, &mut bytes),
            _ => return Err(Error::field("format", "export.format", "请选择 xlsx 或 csv")),
        };
        done.map_err(|e| Error::Internal(e.to_string()))?;
        Ok((format.unwrap_or(Format::Csv), bytes))
    }
}

/// What the table says in place of a verdict where no road was on record.
const NO_ROADS: &str = "当日没有登记的道路，不作判断";

/// A verdict in words.
fn verdict_label(verdict: &str) -> &'static str {
    match verdict {
        "sure" => "按时可达",
        "perhaps" => "不明路段可通行时按时可达",
        "late" => "超时可达",
        "perhaps_late" => "不明路段可通行时超时可达",
        _ => "不可达",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_reached_late_only_if_what_nobody_measured_passes_is_not_counted_as_reached() {
        let told = |optimistic_s: Option<f64>, pessimistic_s: Option<f64>| {
            let (start, away_m, blocked_by) = (None, None, Vec::new());
            let class = Class::Engine;
            verdict(
                &Arrival { class, optimistic_s, pessimistic_s, start, away_m, blocked_by, apart: false },
                600.0,
            )
        };
        assert_eq!(told(Some(300.0), Some(600.0)), "sure");
        assert_eq!(told(Some(300.0), Some(700.0)), "perhaps");
        assert_eq!(told(Some(300.0), None), "perhaps");
        assert_eq!(told(Some(666.0), Some(700.0)), "late");
        assert_eq!(told(Some(666.0), None), "perhaps_late", "11.1 / —");
        assert_eq!(told(None, None), "never");
    }
}
