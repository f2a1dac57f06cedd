//! The town's roads: stretches measured, changed, cut in two, closed for a while and open again, voided. What does not
//! belong here: what is shown ([`view`]), the network they make ([`net`]), one way over it ([`way`]), who is reached by what ([`access`]).

pub mod access;
mod along;
pub mod blocked;
pub(crate) mod ground;
pub mod group;
mod import;
pub mod net;
pub mod pump;
pub mod scenario;
pub mod vehicle;
pub mod view;
pub mod way;

use domain::geometry::Geometry;
use domain::ids::{OrgId, RoadId, TerritoryCode};
use domain::org::{Level, OrgKind};
use domain::place::Confidence;
use domain::policy::{Action, Subject};
use domain::road::segment::{Act, Barred, Closed, Event, Rank, Segment, Surface, Turn};
use domain::road::{Barrier, Closure, Kind, OneWay, Road, Stops, WetSeason};
use domain::time::{Date, Timestamp};
use store::road::{RoadFilter, RoadRecord};
use store::{Read, Write};

use crate::names::Names;
use crate::parameter::number_on;
use crate::view::{Named, Word, no_such_page, read_day};
use crate::{App, Caller, Error, Result};
use vehicle::vehicles_on;
use view::{
    Around, BarrierInput, FitnessView, NeedView, RoadAsked, RoadInput, RoadOptions, RoadPage, RoadStep,
    RoadView, SpeedView, TurnInput, TurnView, VehicleNeeds,
};

pub use access::AccessReport;
pub use along::{RoadAlong, RoadQuestion};
pub use group::{GroupCountInput, GroupPointInput};
pub use import::{MAX_MAP, RoadFileView, RoadImport, RoadRowProblem, RoadSaid, file_too_large};

/// 消防车辆几分钟内到达算按时. The city stations' five minutes; in villages the town sets its own. Source: handbook §4.5.
pub(crate) const REACH_MINUTES: (&str, f64) = ("road.reach_minutes", 5.0);
/// 水带铺设多远内的水源可直接取用, m. As far as a hydrant protects. Source: handbook C6.3.
pub(crate) const HOSE_LAY_M: (&str, f64) = ("road.hose_lay_m", 150.0);
/// 运水单程几分钟内的水源计入. No source gives one; the town sets its own.
pub(crate) const SHUTTLE_MINUTES: (&str, f64) = ("road.shuttle_minutes", 10.0);

/// 按雨季核算时，水源按几月的水情计入. No source gives one; the town sets its own.
pub(crate) const WET_MONTH: (&str, f64) = ("road.wet_month", 7.0);

/// 雨季从几月起, and to which month: roads are then taken as in the wet season, unless it is asked otherwise. 0 while the town
/// sets none.
pub(crate) const WET_FROM: (&str, f64) = ("road.wet_from", 0.0);
pub(crate) const WET_UNTIL: (&str, f64) = ("road.wet_until", 0.0);

/// The months in which the town's wet season begins and ends; 0 where it sets none.
pub(crate) async fn wet_months(read: &mut Read, today: Date) -> Result<(u16, u16)> {
    Ok((number_on(read, WET_FROM, today).await?, number_on(read, WET_UNTIL, today).await?))
}

/// Whether a day lies in a wet season of these months, which may run over the new year.
pub(crate) fn is_in_wet((from, until): (u16, u16), day: Date) -> bool {
    let month = u16::try_from(chrono::Datelike::month(&day)).unwrap_or(0);
    match (from, until) {
        (0, _) | (_, 0) => false,
        _ if from <= until => (from..=until).contains(&month),
        _ => month >= from || month <= until,
    }
}

/// What stands before the number the program gives.
const SERIES: &str = "LD";

/// Where a stretch lies as far as rights are concerned: with whoever recorded it, and with the village it lies in.
pub(crate) async fn subject(read: &mut Read, record: &RoadRecord) -> Result<Subject> {
    let mut subject = Subject::of(&record.path, Some(&record.segment.org));
    let around: Vec<&str> = record.path.split('/').collect();
    let own = read.orgs().await?.into_iter().map(|one| one.org);
    let own = own.filter(|org| org.kind == OrgKind::Village && around.contains(&org.territory.as_str()));
    subject.orgs.extend(own.map(|org| org.id));
    Ok(subject)
}

/// The right a step asks for.
fn right_of(step: &str) -> Action {
    match step {
        "close" | "open" => Action::RoadReport,
        "void" => Action::RoadVoid,
        _ => Action::RoadChange,
    }
}

fn given(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

fn unknown(field: &str) -> Error {
    Error::field(field, "road.unknown_word", "没有这个选项，请从列表中选择")
}

/// Names and the like, and what is told at length. Units: characters.
const MOST: [usize; 2] = [200, 2000];

/// Texts by the field they were typed into are as short as those of a place.
///
/// Errors: one has more than `most` characters.
fn short(texts: &[(&str, &str)], most: usize) -> Result<()> {
    match texts.iter().find(|(_, text)| text.chars().count() > most) {
        None => Ok(()),
        Some((field, _)) => Err(Error::field(field, "road.too_long", &format!("超过 {most} 字，请缩短"))),
    }
}

/// A new number, as `LD-0042`; numbers people gave are passed over.
async fn next_code(tx: &mut Write) -> Result<String> {
    loop {
        let code = format!("{SERIES}-{:04}", tx.next_number("road").await?);
        if tx.road_with_code(&code).await?.is_none() {
            return Ok(code);
        }
    }
}

/// A number is free.
///
/// Errors: a stretch has it, or one that was voided had it: a number is given once.
async fn free_code(tx: &mut Write, code: &str) -> Result<()> {
    let Some(taken) = tx.road_with_code(code).await? else { return Ok(()) };
    let Some((why, at)) = taken.segment.void.as_ref().zip(taken.voided_at) else {
        return Err(Error::field("code", "road.code_taken", "路段编号已被使用，请换一个"));
    };
    let message = format!(
        "编号 {code} 的路段“{}”已于 {} 作废（{why}）：路不在了就不要再登记，路还在请留空编号或另给编号",
        taken.segment.road.name,
        at.date()
    );
    Err(Error::field("code", "road.code_voided", &message))
}

/// The kind of road when nobody says it.
fn kind_of(rank: Rank) -> Kind {
    match rank {
        Rank::InterVillage => Kind::Tertiary,
        Rank::VillageMain => Kind::Unclassified,
        Rank::VillageBranch => Kind::Residential,
        Rank::Forest => Kind::Track,
        Rank::Path => Kind::Path,
    }
}

/// A stretch as it would be typed in again, unchanged.
pub(crate) fn typed(record: &RoadRecord) -> RoadInput {
    let segment = &record.segment;
    let road = &segment.road;
    RoadInput {
        name: road.name.clone(),
        code: Some(segment.code.clone()),
        rank: segment.rank.code().to_owned(),
        kind: Some(road.kind.code().to_owned()),
        territory: segment.territory.to_string(),
        geometry: serde_json::to_value(Geometry::LineString(segment.line.clone())).unwrap_or_default(),
        one_way: Some(
            match road.one_way {
                OneWay::No => "no",
                OneWay::Forward => "forward",
                OneWay::Backward => "backward",
            }
            .to_owned(),
        ),
        bridge: road.bridge,
        covered: road.covered,
        private: road.private,
        fitness: FitnessView::of(&road.fitness),
        surface: segment.surface.map(|surface| surface.code().to_owned()),
        not_for_engine: segment.not_for_engine,
        barriers: Some(
            segment
                .barriers
                .iter()
                .map(|one| BarrierInput { what: one.what.code().to_owned(), lon: one.at[0], lat: one.at[1] })
                .collect(),
        ),
        turns: Some(
            segment
                .turns
                .iter()
                .map(|one| TurnInput { into: one.into.to_string(), only: one.only })
                .collect(),
        ),
        source: segment.source.clone(),
        surveyed_on: segment.surveyed_on.map(|on| on.to_string()),
        correction: false,
        text: String::new(),
        along: None,
        version: Some(record.version),
    }
}

/// What a map program sends of a stretch, which sends the day of the last survey along with values it changed: those are
/// of today, unless it tells another day.
pub(crate) fn of_today(mut asked: RoadInput, record: &RoadRecord, today: Date) -> Result<RoadInput> {
    let told = asked.surveyed_on.as_deref().and_then(given);
    let told = told.map(|day| read_day("surveyed_on", day)).transpose()?;
    let is_other = asked.fitness != FitnessView::of(&record.segment.road.fitness);
    if is_other && (told.is_none() || told == record.segment.surveyed_on) {
        asked.surveyed_on = Some(today.to_string());
    }
    Ok(asked)
}

/// What was typed in as a stretch, before it is checked.
fn read_input(asked: &RoadInput, before: Option<&Segment>, today: Date) -> Result<Segment> {
    let code = asked.code.as_deref().unwrap_or_default();
    let [most, most_text] = MOST;
    short(&[("name", asked.name.as_str()), ("code", code), ("source", asked.source.as_str())], most)?;
    short(&[("text", asked.text.as_str())], most_text)?;
    let rank = Rank::from_code(asked.rank.trim()).ok_or_else(|| unknown("rank"))?;
    let kind = match asked.kind.as_deref().and_then(given) {
        None => kind_of(rank),
        Some(code) => Kind::from_code(code).ok_or_else(|| unknown("kind"))?,
    };
    let one_way = match asked.one_way.as_deref().and_then(given) {
        None | Some("no") => OneWay::No,
        Some("forward") => OneWay::Forward,
        Some("backward") => OneWay::Backward,
        Some(_) => return Err(unknown("one_way")),
    };
    let surface = match asked.surface.as_deref().and_then(given) {
        None => None,
        Some(code) => Some(Surface::from_code(code).ok_or_else(|| unknown("surface"))?),
    };
    let line = match exchange::geojson::shape(&asked.geometry).map(Geometry::from) {
        Some(Geometry::LineString(line)) => line,
        _ => return Err(Error::field("geometry", "road.line", "路线应是至少两点的线，请在地图上画出")),
    };
    let surveyed_on = asked.surveyed_on.as_deref().and_then(given);
    let surveyed_on = surveyed_on.map(|day| read_day("surveyed_on", day)).transpose()?;
    let road = Road {
        kind,
        name: asked.name.trim().to_owned(),
        one_way,
        bridge: asked.bridge,
        covered: asked.covered,
        private: asked.private,
        fitness: read_fitness(&asked.fitness)?,
    };
    // A survey holds from the day it was made; what takes the place of another is told its day by that.
    let since = before.map_or(surveyed_on.unwrap_or(today), |before| before.since);
    let fresh = Segment {
        id: before.map_or_else(|| RoadId::from(""), |before| before.id.clone()),
        code: asked.code.as_deref().and_then(given).unwrap_or_default().to_owned(),
        road,
        rank,
        territory: TerritoryCode::from(asked.territory.trim()),
        org: before.map_or_else(|| OrgId::from(""), |before| before.org.clone()),
        line,
        surface,
        not_for_engine: asked.not_for_engine,
        barriers: match &asked.barriers {
            None => before.map(|before| before.barriers.clone()).unwrap_or_default(),
            Some(told) => told.iter().map(read_barrier).collect::<Result<_>>()?,
        },
        turns: match &asked.turns {
            None => before.map(|before| before.turns.clone()).unwrap_or_default(),
            Some(told) => {
                told.iter().map(|one| Turn { into: RoadId::from(one.into.trim()), only: one.only }).collect()
            }
        },
        source: asked.source.trim().to_owned(),
        surveyed_on,
        part_of: before.and_then(|before| before.part_of.clone()),
        closures: before.map(|before| before.closures.clone()).unwrap_or_default(),
        since,
        void: None,
    };
    Ok(fresh.register(today)?)
}

fn read_barrier(asked: &BarrierInput) -> Result<Barred> {
    let what = Barrier::from_code(asked.what.trim()).ok_or_else(|| unknown("barriers"))?;
    Ok(Barred { what, at: [asked.lon, asked.lat] })
}

/// The stretches turns lead into, by their ids: people write their numbers.
///
/// Errors: no such stretch.
async fn known_turns(read: &mut Read, segment: Segment, today: Date) -> Result<Segment> {
    if segment.turns.is_empty() {
        return Ok(segment);
    }
    let whole = Caller::system().scope(Action::RoadRead)?;
    let mut turns = Vec::new();
    for turn in &segment.turns {
        let found = match read.road(&turn.into, &whole).await? {
            Some(found) => Some(found),
            None => read.road_with_code(turn.into.as_str()).await?,
        };
        let found = found.ok_or_else(|| {
            Error::field("turns", "road.turn_unknown", "转向限制所指的路段不存在，请核对路段编号")
        })?;
        turns.push(Turn { into: found.segment.id, only: turn.only });
    }
    // By their ids it shows whether one is told twice.
    Ok(Segment { turns, ..segment }.register(today)?)
}

/// Whom a closure stops; everybody when nobody says.
pub(crate) fn read_stops(asked: Option<&str>) -> Result<Stops> {
    match asked.and_then(given) {
        None => Ok(Stops::default()),
        Some(code) => Stops::from_code(code).ok_or_else(|| unknown("stops")),
    }
}

fn read_fitness(asked: &FitnessView) -> Result<domain::road::Fitness> {
    let wet_season = match asked.wet_season.as_deref().and_then(given) {
        None => None,
        Some("passable") => Some(WetSeason::Passable),
        Some("impassable") => Some(WetSeason::Impassable),
        Some(_) => return Err(unknown("wet_season")),
    };
    Ok(domain::road::Fitness {
        width_m: asked.width_m,
        height_m: asked.height_m,
        load_t: asked.load_t,
        slope_pct: asked.slope_pct,
        turning_radius_m: asked.turning_radius_m,
        dead_end: asked.dead_end,
        turnaround: asked.turnaround,
        wet_season,
        unread: Vec::new(),
    })
}

/// A query as the store takes it.
///
/// Errors: a village nobody knows.
fn filter(asked: &RoadAsked, names: &Names) -> Result<RoadFilter> {
    let path = match asked.village.as_deref().and_then(given) {
        None => None,
        Some(code) => Some(names.path(&code.into()).ok_or_else(|| unknown("village"))?.to_owned()),
    };
    Ok(RoadFilter {
        ranks: asked.rank.as_deref().and_then(given).map(str::to_owned),
        path,
        text: asked.q.as_deref().and_then(given).map(str::to_owned),
        within: None,
        with_void: asked.with_void.unwrap_or(false),
    })
}

impl App {
    /// Stretches the caller may see, in the order of their numbers, with how much of them an engine passes.
    pub async fn roads(&self, caller: &Caller, asked: &RoadAsked) -> Result<RoadPage> {
        let scope = caller.scope(Action::RoadRead)?;
        let today = self.now().date();
        let class = net::class_of(asked.vehicle.as_deref().and_then(given).unwrap_or("engine"))?;
        let wanted = asked.passes.as_deref().and_then(given);
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let vehicles = vehicles_on(&mut read, today).await?;
        let mut found = read.roads(&scope, &filter(asked, &names)?).await?;
        found.retain(|one| {
            let vehicle = vehicles.iter().find(|vehicle| vehicle.class == class);
            let is_wanted = wanted
                .is_none_or(|word| vehicle.is_some_and(|v| view::passes_on(&one.segment, v, today) == word));
            is_wanted && (asked.closed != Some(true) || one.segment.closed_on(today).is_some())
        });
        let engine = vehicles.iter().find(|vehicle| vehicle.class == domain::vehicle::Class::Engine);
        // Of whole metres, as each stretch shows its own: parts and the whole agree.
        let shown_m = |one: &RoadRecord| one.segment.length_m().round();
        let sum = |word: &str| -> f64 {
            let those = found
                .iter()
                .filter(|one| engine.is_some_and(|v| view::passes_on(&one.segment, v, today) == word));
            those.map(shown_m).sum::<f64>()
        };
        let (engine_m, unknown_m) = (sum("yes"), sum("unknown"));
        let length_m = found.iter().map(shown_m).sum::<f64>();
        let total = found.len();
        if let Some(after) = asked.after.as_deref().filter(|after| !after.is_empty()) {
            if read.road_with_code(after).await?.is_none() {
                return Err(no_such_page());
            }
            found.retain(|one| one.segment.code.as_str() > after);
        }
        let limit = asked.limit.unwrap_or(100).clamp(1, 500);
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|last| last.segment.code.clone());
        let items = found.iter().map(|one| view::row(one, &names, &vehicles, today)).collect();
        Ok(RoadPage { items, total, length_m, engine_m, unknown_m, next })
    }

    /// What a form needs.
    pub async fn road_options(&self, caller: &Caller) -> Result<RoadOptions> {
        caller.scope(Action::RoadRead)?;
        let mut read = self.db.read(&self.town).await?;
        let vehicles = vehicles_on(&mut read, self.now().date()).await?;
        let territories = read.open_territories().await?.into_iter().map(|one| one.territory);
        let is_shown = |t: &domain::org::Territory| matches!(t.level, Level::Town | Level::Village);
        let territories = territories.filter(is_shown).map(|t| Named::new(t.code.as_str(), t.name)).collect();
        let kinds = [
            Kind::Secondary,
            Kind::Tertiary,
            Kind::Unclassified,
            Kind::Residential,
            Kind::Service,
            Kind::Track,
            Kind::Pedestrian,
            Kind::Path,
            Kind::Footway,
            Kind::Steps,
        ];
        let needs = |own: &domain::vehicle::Vehicle| VehicleNeeds {
            vehicle: view::class_word(own),
            needs: own
                .needs
                .iter()
                .map(|(limit, need)| NeedView {
                    limit: vehicle::word(*limit).to_owned(),
                    label: limit.label().to_owned(),
                    unit: limit.unit().to_owned(),
                    value: need.value,
                    source: need.source.clone(),
                    standard: need.confidence == Confidence::Sure,
                })
                .collect(),
            speeds: vehicle::by_speed(own)
                .into_iter()
                .map(|(kmh, kinds)| SpeedView {
                    roads: kinds.iter().map(|kind| Word::new(kind.code(), kind.label())).collect(),
                    kmh,
                })
                .collect(),
        };
        Ok(RoadOptions {
            ranks: Rank::ALL.iter().map(|rank| Word::new(rank.code(), rank.label())).collect(),
            kinds: kinds.iter().map(|kind| Word::new(kind.code(), kind.label())).collect(),
            surfaces: Surface::ALL.iter().map(|one| Word::new(one.code(), one.label())).collect(),
            barriers: Barrier::ALL.iter().map(|one| Word::new(one.code(), one.label())).collect(),
            vehicles: vehicles.iter().map(needs).collect(),
            territories,
            map: read.road_map().await?.map(|map| net::RoadMapView {
                name: map.name,
                ways: map.ways,
                recorded_at: map.recorded_at.to_rfc3339(),
            }),
            may_add: caller.hats.scope(Action::RoadChange).is_some(),
            may_plan: caller.hats.scope(Action::RoadPlan).is_some(),
        })
    }

    /// One stretch.
    pub async fn road(&self, caller: &Caller, id: &RoadId) -> Result<RoadView> {
        let scope = caller.scope(Action::RoadRead)?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.road(id, &scope).await?.ok_or(Error::NotFound)?;
        self.road_page(caller, &mut read, &record).await
    }

    async fn road_page(&self, caller: &Caller, read: &mut Read, record: &RoadRecord) -> Result<RoadView> {
        let scope = caller.scope(Action::RoadRead)?;
        let today = self.now().date();
        let names = Names::read(read).await?;
        let vehicles = vehicles_on(read, today).await?;
        let events = read.road_events(&record.segment.id).await?;
        let subject = subject(read, record).await?;
        let stands = record.segment.void.is_none();
        let shut = record.segment.closures.iter().any(|closed| closed.lasts_on(today));
        let may = |step: &&Act| {
            stands
                && (**step != Act::Open || shut)
                && caller.hats.hat(right_of(step.code()), &subject).is_some()
        };
        let steps = [Act::Change, Act::Split, Act::Close, Act::Open, Act::Void];
        let actions = steps.iter().filter(may).map(|act| Word::new(act.code(), act.label())).collect();
        let part_of = match &record.segment.part_of {
            None => None,
            Some(id) => {
                let whole = read.road(id, &scope).await?;
                whole.map(|whole| Named::new(id.as_str(), whole.segment.road.name))
            }
        };
        let mut turns = Vec::new();
        for turn in &record.segment.turns {
            let into = read.road(&turn.into, &scope).await?;
            let name = into.map(|into| into.segment.road.name).unwrap_or_default();
            turns.push(TurnView { into: Named::new(turn.into.as_str(), name), only: turn.only });
        }
        let around = Around { names: &names, vehicles: &vehicles, events: &events, part_of, turns, actions };
        Ok(view::page(record, around, today))
    }

    /// Enters a stretch; one that runs along others on record is laid over them when somebody says it is the same road.
    ///
    /// Errors: its line or a value cannot be; its number is taken; it runs along others on record and nobody said what it is;
    /// the caller may not there.
    pub async fn add_road(&self, caller: &Caller, asked: RoadInput) -> Result<RoadView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let (act, record) = match self.add_along(caller, &mut tx, &asked, now).await? {
            Some(record) => ("road.change", record),
            None => ("road.add", self.add_road_in(caller, &mut tx, &asked, None, now).await?),
        };
        let subject = subject(&mut tx, &record).await?;
        let hat = caller.hat(Action::RoadChange, &subject)?;
        let page = self.road_page(caller, &mut tx, &record).await?;
        let id = record.segment.id.as_str();
        Ok(tx.commit(caller.audit_as(hat, act, ("road", id), &record.path, now), page).await?)
    }

    /// Enters a stretch within a write that somebody else commits; for an organisation, or for the caller's own.
    // A ledger of many is one write.
    pub(crate) async fn add_road_in(
        &self,
        caller: &Caller,
        tx: &mut Write,
        asked: &RoadInput,
        org: Option<&OrgId>,
        now: Timestamp,
    ) -> Result<RoadRecord> {
        caller.scope(Action::RoadChange)?;
        let segment = read_input(asked, None, now.date())?;
        let mut segment = known_turns(tx, segment, now.date()).await?;
        let path = known_path(tx, &segment.territory).await?;
        let own = |org: &OrgId| caller.hats.hat(Action::RoadChange, &Subject::of(&path, Some(org))).is_some();
        let org = org.cloned().or_else(|| caller.hats.all().iter().map(|hat| hat.org.clone()).find(own));
        let org = org.or_else(|| caller.hats.all().first().map(|hat| hat.org.clone()));
        segment.org = org.unwrap_or_else(|| "".into());
        segment.id = RoadId::from(self.new_id());
        if segment.code.is_empty() {
            segment.code = next_code(tx).await?;
        } else {
            free_code(tx, &segment.code).await?;
        }
        let record = RoadRecord {
            path,
            voided_at: None,
            recorded_by: caller.name.clone(),
            version: 1,
            recorded_at: now,
            segment,
        };
        caller.hat(Action::RoadChange, &subject(tx, &record).await?)?;
        let event =
            event(caller, &record.segment, (1, Act::Register), record.segment.since, now, &asked.text);
        tx.insert_road(&record, &event).await?;
        Ok(record)
    }

    /// The stretch as the caller sees it, if he saw its newest version.
    async fn road_seen(
        &self,
        caller: &Caller,
        read: &mut Read,
        id: &RoadId,
        version: Option<i64>,
    ) -> Result<RoadRecord> {
        let scope = caller.scope(Action::RoadRead)?;
        let record = read.road(id, &scope).await?.ok_or(Error::NotFound)?;
        if version.is_some_and(|version| version != record.version) {
            return Err(Error::stale(&self.road_page(caller, read, &record).await?));
        }
        Ok(record)
    }

    /// Changes what is on record about a stretch: measured anew, drawn anew, named otherwise.
    ///
    /// Errors: somebody was quicker; its line or a value cannot be; other values without a day of their own; it would run
    /// along others on record and nobody said that it is another road.
    pub async fn change_road(&self, caller: &Caller, id: &RoadId, asked: RoadInput) -> Result<RoadView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        tx.hold_town().await?;
        let before = self.road_seen(caller, &mut tx, id, Some(asked.version.unwrap_or(0))).await?;
        let own = subject(&mut tx, &before).await?;
        let hat = caller.hat(Action::RoadChange, &own)?.clone();
        let old = before.segment.clone().standing()?;
        let segment = read_input(&asked, Some(&old), now.date())?;
        let segment = known_turns(&mut tx, segment, now.date()).await?;
        let mistyped = asked.correction.then_some(asked.text.as_str());
        let (mut segment, act) = segment.in_place_of(&old, mistyped, now.date())?;
        // What stays where it was may be there on somebody's word, given when it was taken from a file.
        if segment.line != old.line {
            self.refuse_far(&mut tx, "geometry", &segment.line).await?;
            self.ask_redrawn(&mut tx, &asked, (&old, &segment)).await?;
        }
        if segment.code.is_empty() {
            segment.code = old.code.clone();
        }
        if segment.code != old.code {
            free_code(&mut tx, &segment.code).await?;
        }
        let path = known_path(&mut tx, &segment.territory).await?;
        let mut record = RoadRecord { segment, path, ..before };
        caller.hat(Action::RoadChange, &subject(&mut tx, &record).await?)?;
        let on = record.segment.since;
        self.save_road_act(caller, &mut tx, &mut record, act, (on, now), &asked.text).await?;
        let page = self.road_page(caller, &mut tx, &record).await?;
        let mut audit = caller.audit_as(&hat, "road.change", ("road", id.as_str()), &record.path, now);
        if act == Act::Correct {
            audit.reason = asked.text.trim().to_owned();
        }
        Ok(tx.commit(audit, page).await?)
    }

    /// Closes, opens, cuts or voids a stretch. Who reports a closure need not have read the newest version: what he saw
    /// on the road counts.
    pub async fn step_road(&self, caller: &Caller, id: &RoadId, asked: RoadStep) -> Result<RoadView> {
        let (now, today) = (self.now(), self.now().date());
        let on = match asked.on.as_deref().and_then(given) {
            None => today,
            Some(day) => read_day("on", day)?,
        };
        let until = asked.until.as_deref().and_then(given).map(|day| read_day("until", day)).transpose()?;
        short(&[("text", asked.text.as_str())], MOST[1])?;
        let mut tx = self.write(caller).await?;
        let version = if asked.step == "close" { None } else { Some(asked.version.unwrap_or(0)) };
        let mut record = self.road_seen(caller, &mut tx, id, version).await?;
        let own = subject(&mut tx, &record).await?;
        let hat = caller.hat(right_of(&asked.step), &own)?.clone();
        let text = asked.text.trim();
        let segment = record.segment.clone();
        let act = match asked.step.as_str() {
            "close" => {
                let stops = read_stops(asked.stops.as_deref())?;
                let closure = Closure { from: on, until, reason: text.to_owned(), stops };
                let closed =
                    Closed { closure, by: caller.person.clone(), recorded_at: now, called_off: None };
                record.segment = segment.close(closed)?;
                Act::Close
            }
            "open" => {
                let n = asked.number.unwrap_or(usize::MAX);
                // What would cover no day is not ended but called off.
                let is_off = segment.is_called_off_by(n, on, today);
                record.segment = if is_off { segment.call_off(n, text)? } else { segment.open(n, on)? };
                Act::Open
            }
            "split" => {
                let at = asked.at.ok_or_else(|| unknown("at"))?;
                let code = next_code(&mut tx).await?;
                let (mut first, mut rest) = segment.split(at, RoadId::from(self.new_id()), code)?;
                (first.since, rest.since) = (today, today);
                record.segment = first;
                let event = event(caller, &rest, (1, Act::Register), today, now, text);
                let second = RoadRecord {
                    segment: rest,
                    recorded_by: caller.name.clone(),
                    version: 1,
                    recorded_at: now,
                    ..record.clone()
                };
                tx.insert_road(&second, &event).await?;
                Act::Split
            }
            "void" => {
                record.segment = segment.voided(text)?;
                record.voided_at = Some(now);
                Act::Void
            }
            _ => return Err(unknown("step")),
        };
        let held_from = if matches!(act, Act::Close | Act::Open) { on } else { today };
        self.save_road_act(caller, &mut tx, &mut record, act, (held_from, now), text).await?;
        let page = self.road_page(caller, &mut tx, &record).await?;
        let name = match act {
            Act::Close => "road.shut",
            Act::Open => "road.reopen",
            Act::Split => "road.split",
            _ => "road.void",
        };
        let mut audit = caller.audit_as(&hat, name, ("road", id.as_str()), &record.path, now);
        audit.reason = text.to_owned();
        Ok(tx.commit(audit, page).await?)
    }

    /// Writes a stretch with what happened to it.
    // The use case that did it commits.
    pub(crate) async fn save_road_act(
        &self,
        caller: &Caller,
        tx: &mut Write,
        record: &mut RoadRecord,
        act: Act,
        (on, now): (Date, Timestamp),
        text: &str,
    ) -> Result<()> {
        let event = event(caller, &record.segment, (record.version + 1, act), on, now, text);
        tx.save_road(record, &event).await?;
        record.version += 1;
        Ok(())
    }
}

fn event(
    caller: &Caller,
    segment: &Segment,
    (seq, act): (i64, Act),
    on: Date,
    now: Timestamp,
    text: &str,
) -> Event {
    Event {
        seq,
        act,
        on,
        recorded_at: now,
        by: caller.person.clone(),
        text: text.trim().to_owned(),
        segment: segment.clone(),
    }
}

/// Path of a territory of the town.
async fn known_path(read: &mut Read, territory: &TerritoryCode) -> Result<String> {
    let path = read.open_territory(territory).await?.map(|known| known.territory.path);
    path.ok_or_else(|| Error::field("territory", "road.territory", "没有这个辖区，请从列表中选择"))
}
