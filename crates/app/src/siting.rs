//! Where something belongs, argued: candidates and demands gathered from the register, the question answered as a job, the
//! answer kept with what would change with one site more or fewer and another radius. What does not belong here: solving
//! (`road::siting`), what is typed in and shown ([`view`]).

pub(crate) mod argued;
mod map;
pub mod since;
pub mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use domain::geometry::{Position, distance_m};
use domain::ids::{OrgId, SitingId};
use domain::incident::{Kind, Mark, Stage};
use domain::org::{Level, Territory};
use domain::place::Opening;
use domain::policy::{Action, Subject};
use domain::road::residents::holding;
use domain::siting::{
    Candidate, Demand, Found, Measure, Model, Outcome, Purpose, Question, Study, Variant, Weights,
};
use domain::sortie::Incident;
use domain::time::{Date, Timestamp};
use domain::vehicle::Class;
use road::Objective;
use road::reach::matrix;
use road::siting::instance::Instance;
use road::snap::Spot;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Read;
use store::facility::FacilityFilter;
use store::force::ForceFilter;
use store::incident::IncidentFilter;
use store::place::PlaceFilter;
use store::siting::SitingRecord;

use crate::facility::facilities;
use crate::job::{Asker, JobKind, JobView, Running, working_at};
use crate::place::Gazetteer;
use crate::road::net::Net;
use crate::view::{Named, Word};
use crate::{App, Caller, Error, Result};
pub(crate) use map::on_paper;
use view::{SitingAsked, SitingInput, SitingList, SitingOptions, SitingSpot, SitingSpots, SitingView};

/// Studies on the list.
const SHOWN: i64 = 100;
/// Sorties, and incidents, looked through for fires.
const SORTIES: i64 = 20_000;
/// Incidents that are fires.
const FIRES: [Kind; 5] = [Kind::Building, Kind::Electrical, Kind::Vehicle, Kind::Outdoor, Kind::Forest];
/// Stages of an incident that was real.
const REAL: [Stage; 6] =
    [Stage::Real, Stage::Responding, Stage::Controlled, Stage::Out, Stage::HandedOver, Stage::Closed];
/// For how long one question is worked at, the question itself and each variant.
const PATIENCE: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(10)];
/// Tenths of a metre in a metre: what the solver counts in.
const TENTHS: f64 = 10.0;

/// What a job is to work out.
#[derive(Serialize, Deserialize)]
struct Order {
    siting: SitingId,
}

fn subject(record: &SitingRecord) -> Subject {
    Subject::of(&record.path, Some(&record.study.org))
}

/// The job that works a study out or could not; none once there is an answer.
async fn open_job(read: &mut Read, record: &SitingRecord) -> Result<Option<JobView>> {
    if record.study.outcome.is_some() {
        return Ok(None);
    }
    working_at(read, JobKind::SitingSolve, record.study.id.as_str()).await
}

/// Places with a position that are in use, with who is there and how often it burned; and how many have no position.
pub(crate) async fn demands(read: &mut Read, asked: &SitingInput) -> Result<(Vec<Demand>, u32)> {
    let whole = Caller::system();
    // A fire that was called in and gone out to on one day at one place is one fire.
    let mut fires: BTreeMap<String, BTreeSet<Date>> = BTreeMap::new();
    let sorties = read.sorties(&whole.scope(Action::SortieRead)?, None, None, SORTIES).await?;
    for one in sorties.iter().map(|one| &one.sortie) {
        if let Some(place) = one.place.as_ref().filter(|_| {
            one.void.is_none() && matches!(one.incident, Incident::InitialFire | Incident::Assist)
        }) {
            fires.entry(place.to_string()).or_default().insert(one.called_at.date());
        }
    }
    let codes = |words: &[&str]| Some(words.join(","));
    let filter = IncidentFilter {
        kinds: codes(&FIRES.map(Kind::code)),
        stages: codes(&REAL.map(Stage::code)),
        rehearsal: Some(false),
        ..IncidentFilter::default()
    };
    for record in read.incidents(&whole.scope(Action::IncidentRead)?, &filter, None, SORTIES).await? {
        let incident = record.incident;
        let on = incident.marks.get(&Mark::Alarm).map_or(incident.last_signal_at, |stamp| stamp.at).date();
        if let Some(place) = incident.place {
            fires.entry(place.to_string()).or_default().insert(on);
        }
    }
    let mut found = Vec::new();
    let mut unplaced = 0;
    read.each_place(&PlaceFilter::default(), &whole.scope(Action::PlaceRead)?, |record| {
        let p = record.place;
        let is_asked =
            asked.villages.is_empty() || asked.villages.iter().any(|code| code == p.village.as_str());
        if record.voided.is_some() || p.opening != Opening::Open || !is_asked {
            return;
        }
        let Some(at) = p.location else {
            unplaced += 1;
            return;
        };
        let people = p.heads.at_once().unwrap_or(0);
        found.push(Demand {
            fires: fires.get(p.id.as_str()).map_or(0, |days| u32::try_from(days.len()).unwrap_or(u32::MAX)),
            id: p.id.to_string(),
            name: p.name,
            at: [at.lon_deg, at.lat_deg],
            people,
        });
    })
    .await?;
    Ok((found, unplaced))
}

/// Village groups with a position as demands, with how many live there, and each fire on record at the group nearest to it;
/// and how many groups nobody placed.
// Part of asking, which asked for its own right.
async fn group_demands(read: &mut Read, asked: &SitingInput, today: Date) -> Result<(Vec<Demand>, u32)> {
    // A fire is the nearest group's, whichever groups are asked for.
    let (places, _) = demands(read, &SitingInput::default()).await?;
    let (points, counts) = (read.group_points().await?, read.group_counts().await?);
    let mut groups: Vec<_> = read.open_territories().await?.into_iter().map(|one| one.territory).collect();
    groups.retain(|group| group.level == Level::Group);
    groups.sort_by(|a, b| a.path.cmp(&b.path));
    let is_asked = |group: &Territory| {
        let lies_in = |code: &String| group.path.split('/').any(|part| part == code);
        asked.villages.is_empty() || asked.villages.iter().any(lies_in)
    };
    let wanted: BTreeSet<String> =
        groups.iter().filter(|group| is_asked(group)).map(|group| group.code.to_string()).collect();
    let mut found: Vec<Demand> = groups
        .into_iter()
        .filter_map(|group| {
            let point = points.iter().find(|point| point.territory == group.code)?;
            let own = counts.iter().filter(|one| one.territory == group.code);
            let people = holding(own.map(|one| &one.residents), today).map_or(0, |live| live.people);
            Some(Demand { id: group.code.to_string(), name: group.name, at: point.at, people, fires: 0 })
        })
        .collect();
    for place in places.iter().filter(|place| place.fires > 0) {
        let away = |one: &Demand| distance_m(one.at, place.at);
        if let Some(nearest) = found.iter_mut().min_by(|a, b| away(a).total_cmp(&away(b))) {
            nearest.fires = nearest.fires.saturating_add(place.fires);
        }
    }
    found.retain(|one| wanted.contains(&one.id));
    let unplaced = u32::try_from(wanted.len() - found.len()).unwrap_or(u32::MAX);
    Ok((found, unplaced))
}

/// The unit distances come in before the solver counts them in tenths.
type Row = Vec<Option<u32>>;

/// Straight distances from every demand to every candidate, tenths of a metre.
fn straight(study: &Study) -> Vec<Row> {
    let to = |at: Position| {
        let tenths = |one: &Candidate| Some((distance_m(at, one.at) * TENTHS).round() as u32);
        study.candidates.iter().map(tenths).collect()
    };
    study.demands.iter().map(|demand| to(demand.at)).collect()
}

/// The same over the town's roads by the study's vehicle, tenths of a metre or a second; none where there is no way that is
/// sure; and the candidates no road passes. A fire engine is not promised over a bridge nobody measured.
fn over_roads(study: &Study, net: &Net, now: Timestamp) -> Result<(Vec<Row>, Vec<usize>)> {
    let network = &net.drawn.network;
    let class = study.vehicle.unwrap_or(Class::Engine);
    let objective = match study.measure {
        Measure::RoadTime => Objective::Time,
        _ => Objective::Distance,
    };
    let today = now.date();
    let prepared = net.weighed_as(class, (today, net.is_wet(today)), objective)?.careful();
    let spot = |at: Position| net.stand(&prepared, at);
    let numbered = |found: Option<Spot>, n: usize| found.map(|spot| (n, spot));
    let from = study.candidates.iter().enumerate().filter_map(|(n, one)| numbered(spot(one.at), n));
    let (sites, from): (Vec<usize>, Vec<Spot>) = from.unzip();
    let apart = (0..study.candidates.len()).filter(|n| !sites.contains(n)).collect();
    let to = study.demands.iter().enumerate().filter_map(|(n, one)| numbered(spot(one.at), n));
    let (demands, to): (Vec<usize>, Vec<Spot>) = to.unzip();
    let costs = net.searching(|search| matrix(network, &prepared, search, &from, &to));
    let mut table = vec![vec![None; study.candidates.len()]; study.demands.len()];
    for (site, costs) in sites.iter().zip(&costs) {
        for (demand, cost) in demands.iter().zip(costs) {
            if let Some(cell) = table.get_mut(*demand).and_then(|row| row.get_mut(*site)) {
                // Thousandths as the network counts.
                *cell = cost.map(|thousandths| thousandths.div_ceil(100));
            }
        }
    }
    Ok((table, apart))
}

fn tenths(units: u32) -> u32 {
    units.saturating_mul(10)
}

/// A study as the solver sees it: only demands that some candidate reaches, and of candidates at one spot one, each with its
/// number in the study.
struct Posed<'a> {
    study: &'a Study,
    instance: Instance,
    reached: Vec<usize>,
    spots: Vec<usize>,
}

impl<'a> Posed<'a> {
    /// Errors: no candidate reaches anything.
    fn of(study: &'a Study, table: Vec<Row>) -> Result<Self> {
        let (reached, rows): (Vec<usize>, Vec<Row>) =
            table.into_iter().enumerate().filter(|(_, row)| row.iter().any(Option::is_some)).unzip();
        if reached.is_empty() {
            return Err(Error::Refused {
                code: "siting.unreached",
                message: "从候选点沿道路一处也到不了，请核对道路登记和候选点位置".to_owned(),
            });
        }
        let weight = |n: &usize| study.demands.get(*n).map_or(0, |demand| study.weights.of(demand));
        let weights = reached.iter().map(weight).collect();
        let spots = study.spots().into_iter().enumerate().filter(|(n, spot)| n == spot).map(|(n, _)| n);
        let spots: Vec<usize> = spots.collect();
        let cell = |row: &Row, n: &usize| row.get(*n).copied().flatten().unwrap_or(u32::MAX);
        let rows = rows.iter().map(|row| spots.iter().map(|n| cell(row, n)).collect());
        let mut instance = Instance::from_table(weights, rows.collect());
        let is_fixed = |n: &usize| study.candidates.get(*n).is_some_and(|one| one.fixed);
        let numbered = spots.iter().enumerate();
        instance.fixed = numbered.filter(|(_, n)| is_fixed(n)).map(|(place, _)| place).collect();
        Ok(Self { study, instance, reached, spots })
    }

    /// Answers one question as well as it can in its time; none where it has no answer.
    fn answer(&self, question: Question, patience: Duration) -> Option<Found> {
        let begun = Instant::now();
        let model = match question.model {
            Model::PMedian => road::siting::Model::PMedian,
            Model::PCenter => road::siting::Model::PCenter,
            Model::Lscp => road::siting::Model::Lscp,
            Model::Mclp => road::siting::Model::Mclp,
        };
        let sites = usize::try_from(question.sites).unwrap_or(0);
        let asked = road::siting::Question { model, sites, radius: tenths(question.radius) };
        let found = road::siting::solve(&self.instance, asked, &|| begun.elapsed() > patience).ok()?;
        let unit = if matches!(question.model, Model::PMedian | Model::PCenter) { TENTHS } else { 1.0 };
        let nearest = |demand: usize| {
            let all = found.sites.iter().filter_map(|site| self.instance.distance(demand, *site));
            all.min().map(|d| f64::from(d) / TENTHS)
        };
        let mut away: Vec<Option<f64>> = vec![None; self.study.demands.len()];
        for (row, n) in self.reached.iter().enumerate() {
            if let Some(own) = away.get_mut(*n) {
                *own = nearest(row);
            }
        }
        let (mut whole, mut arrived, mut covered, mut travelled, mut farthest) =
            (0.0, 0.0, 0.0, 0.0, 0.0_f64);
        let reached = away.iter().flatten().count();
        let mut uncovered = Vec::new();
        for (n, (demand, away)) in self.study.demands.iter().zip(&away).enumerate() {
            let weight = self.study.weights.of(demand) as f64;
            whole += weight;
            if let Some(away) = away {
                arrived += weight;
                travelled += weight * away;
                farthest = farthest.max(*away);
            }
            if away.is_some_and(|away| question.radius == 0 || away <= f64::from(question.radius)) {
                covered += weight;
            } else {
                uncovered.push(n);
            }
        }
        let is_near = |row: usize| {
            let mut all = self.instance.distances(row).flatten();
            question.radius == 0 || all.any(|d| d <= tenths(question.radius))
        };
        let near: BTreeSet<usize> =
            self.reached.iter().enumerate().filter(|(row, _)| is_near(*row)).map(|(_, n)| *n).collect();
        let beyond = uncovered.iter().copied().filter(|n| question.radius > 0 && !near.contains(n)).collect();
        let share = |part: f64, of: f64| if of > 0.0 { part / of } else { 0.0 };
        Some(Found {
            objective: found.objective as f64 / unit,
            bound: found.bound as f64 / unit,
            optimal: found.optimal,
            gap: found.gap,
            sites: found.sites.iter().filter_map(|place| self.spots.get(*place)).copied().collect(),
            uncovered,
            beyond,
            covered: share(covered, whole),
            reached: Some(reached),
            mean: share(travelled, arrived),
            farthest,
        })
    }
}

/// Works a study out, over roads where it asks for that.
///
/// Errors: nothing can be chosen so.
pub(crate) fn work_out(study: &Study, net: Option<&Net>, now: Timestamp) -> Result<Outcome> {
    let (table, apart) = match net {
        Some(net) => over_roads(study, net, now)?,
        None => (straight(study), Vec::new()),
    };
    let posed = Posed::of(study, table)?;
    let [own, other] = PATIENCE;
    let found = posed.answer(study.question, own).ok_or_else(|| Error::Refused {
        code: "siting.unsolved",
        message: "在这些候选点里选不出来，请增加候选点或改点数、半径".to_owned(),
    })?;
    let variants = study.variants().into_iter();
    let variants = variants.map(|question| Variant { question, found: posed.answer(question, other) });
    let unreached = (0..study.demands.len()).filter(|n| !posed.reached.contains(n)).collect();
    Ok(Outcome { found, variants: variants.collect(), unreached, apart, at: now })
}

impl App {
    /// Studies the caller may see, the newest first.
    pub async fn sitings(&self, caller: &Caller) -> Result<SitingList> {
        let scope = caller.scope(Action::SitingRead)?;
        let mut read = self.db.read(&self.town).await?;
        let found = read.sitings(&scope, SHOWN).await?;
        let mut items = Vec::new();
        for record in &found {
            let job = open_job(&mut read, record).await?;
            items.push(view::row(record, job.as_ref()));
        }
        Ok(SitingList { items, may_add: caller.hats.scope(Action::SitingChange).is_some() })
    }

    /// What a form needs.
    pub async fn siting_options(&self, caller: &Caller) -> Result<SitingOptions> {
        caller.scope(Action::SitingRead)?;
        let mut read = self.db.read(&self.town).await?;
        let names = Gazetteer::read(&mut read).await?;
        Ok(SitingOptions {
            models: Model::ALL.iter().map(|one| Word::new(one.code(), one.label())).collect(),
            measures: Measure::ALL.iter().map(|one| Word::new(one.code(), one.label())).collect(),
            vehicles: Class::ALL
                .iter()
                .map(|class| Word::new(class.code(), crate::road::vehicle::name_of(*class)))
                .collect(),
            purposes: Purpose::ALL.iter().map(|one| Word::new(one.code(), one.label())).collect(),
            villages: names.villages().map(|one| Named::new(one.code.as_str(), one.name.as_str())).collect(),
            kinds: facilities().catalog.kinds().map(|kind| Word::new(&kind.code, &kind.name)).collect(),
        })
    }

    /// Facilities or forces with a position, to be taken as candidates; what stands already is fixed.
    pub async fn siting_spots(&self, caller: &Caller, asked: &SitingAsked) -> Result<SitingSpots> {
        caller.scope(Action::SitingRead)?;
        let mut read = self.db.read(&self.town).await?;
        let mut items = Vec::new();
        if asked.source == "force" {
            let scope = caller.scope(Action::ForceRead)?;
            for one in read.forces(&scope, &ForceFilter::default()).await? {
                let Some(at) = one.force.position else { continue };
                let at = [f64::from(at.lng_e7) / 1e7, f64::from(at.lat_e7) / 1e7];
                let fixed = one.force.accepted.is_some() && one.force.closed.is_none();
                items.push(SitingSpot { name: one.force.name, lon: at[0], lat: at[1], fixed });
            }
        } else {
            let scope = caller.scope(Action::FacilityRead)?;
            let filter = FacilityFilter { kinds: Some(asked.source.clone()), ..FacilityFilter::default() };
            for one in read.facilities(&scope, &filter, None, i64::MAX).await? {
                let f = one.facility;
                let Some([lon, lat]) = f.shape.as_ref().and_then(domain::facility::Shape::middle) else {
                    continue;
                };
                items.push(SitingSpot { name: f.name, lon, lat, fixed: f.stage.is_standing() });
            }
        }
        Ok(SitingSpots { items })
    }

    /// One study.
    pub async fn siting(&self, caller: &Caller, id: &SitingId) -> Result<SitingView> {
        let scope = caller.scope(Action::SitingRead)?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.siting(id, &scope).await?.ok_or(Error::NotFound)?;
        self.siting_page(&mut read, caller, &record).await
    }

    async fn siting_page(
        &self,
        read: &mut Read,
        caller: &Caller,
        record: &SitingRecord,
    ) -> Result<SitingView> {
        let may = caller.hats.hat(Action::SitingChange, &subject(record)).is_some();
        let reports = caller.hats.hat(Action::ReportWrite, &Subject::town()).is_some();
        let mut page = view::page(read, record, (may && record.study.void.is_none(), reports)).await?;
        if record.study.outcome.is_some() {
            let now = self.now();
            page.since = Some(since::all(read, &record.study, (now, now.date())).await?);
        }
        Ok(page)
    }

    /// Asks where something belongs: gathers what is to be reached and queues the answer.
    ///
    /// Errors: names the field; nothing to reach; the caller may not.
    pub async fn add_siting(&self, caller: &Caller, asked: SitingInput) -> Result<SitingView> {
        let now = self.now();
        caller.scope(Action::SitingChange)?;
        let mut tx = self.write(caller).await?;
        let names = Gazetteer::read(&mut tx).await?;
        let path = names.of_level(Level::Town).ok_or(Error::NotFound)?.path.clone();
        let may =
            |org: &OrgId| caller.hats.hat(Action::SitingChange, &Subject::of(&path, Some(org))).is_some();
        let org = caller.hats.all().iter().map(|hat| hat.org.clone()).find(may);
        let org = org.unwrap_or_else(|| OrgId::from(""));
        let hat = caller.hat(Action::SitingChange, &Subject::of(&path, Some(&org)))?;
        let unknown = |field: &str| Error::field(field, "siting.unknown", "没有这一项，请从列表中选择");
        let model = Model::from_code(asked.model.trim()).ok_or_else(|| unknown("model"))?;
        let purpose = Purpose::from_code(asked.purpose.trim()).ok_or_else(|| unknown("purpose"))?;
        let measure = match asked.measure.trim() {
            "" => Measure::GreatCircle,
            word => Measure::from_code(word).ok_or_else(|| unknown("measure"))?,
        };
        let vehicle = match asked.vehicle.as_deref().map(str::trim).filter(|_| measure.is_road()) {
            None | Some("") => None,
            Some(word) => Some(crate::road::net::class_of(word)?),
        };
        if asked.villages.iter().any(|code| names.territory(&code.as_str().into()).is_none()) {
            return Err(unknown("villages"));
        }
        let (demands, unplaced) = match asked.demand.trim() {
            "" | "places" => demands(&mut tx, &asked).await?,
            "groups" => group_demands(&mut tx, &asked, now.date()).await?,
            _ => return Err(unknown("demand")),
        };
        for one in &asked.candidates {
            self.refuse_far(&mut tx, "candidates", &[[one.lon, one.lat]]).await?;
        }
        let candidate = |one: &SitingSpot| Candidate {
            name: one.name.trim().to_owned(),
            at: [one.lon, one.lat],
            fixed: one.fixed,
        };
        let study = Study {
            id: self.new_id().into(),
            title: asked.title.trim().to_owned(),
            purpose,
            question: Question { model, sites: asked.sites, radius: asked.radius },
            weights: Weights {
                base: asked.weight_base,
                person: asked.weight_person,
                fire: asked.weight_fire,
            },
            measure,
            vehicle,
            candidates: asked.candidates.iter().map(candidate).collect(),
            demands,
            by_group: asked.demand.trim() == "groups",
            unplaced,
            reason: asked.reason.trim().to_owned(),
            org,
            outcome: None,
            void: None,
        };
        let record = SitingRecord {
            study: study.register()?,
            path,
            voided_at: None,
            recorded_by: caller.name.clone(),
            version: 1,
            recorded_at: now,
        };
        tx.insert_siting(&record).await?;
        let id = record.study.id.clone();
        let order = Order { siting: id.clone() };
        let asker = Asker::of(caller, hat.id.as_str());
        self.queue(&mut tx, &asker, JobKind::SitingSolve, id.as_str(), &order, 1).await?;
        let page = self.siting_page(&mut tx, caller, &record).await?;
        let about = ("siting", id.as_str());
        Ok(tx.commit(caller.audit_as(hat, "siting.ask", about, &record.path, now), page).await?)
    }

    /// Works at a job of [`App::add_siting`].
    pub(crate) async fn carry_out_siting(&self, running: &Running) -> Result<Value> {
        let Order { siting } = running.input()?;
        let whole = Caller::system().scope(Action::SitingRead)?;
        let record = self.db.read(&self.town).await?.siting(&siting, &whole).await?.ok_or(Error::NotFound)?;
        let (study, now) = (record.study, self.now());
        let net = if study.measure.is_road() { Some(self.road_net().await?) } else { None };
        let worked = self.aside(move || {
            let outcome = work_out(&study, net.as_deref(), now)?;
            Ok((study, outcome))
        });
        let (study, outcome) = worked.await?;
        let caller = running.asker.caller();
        let mut tx = self.write(&caller).await?;
        let mut record = tx.siting(&siting, &whole).await?.ok_or(Error::NotFound)?;
        record.study = Study { outcome: Some(outcome), void: record.study.void.clone(), ..study };
        tx.save_siting(&record).await?;
        let result = serde_json::json!({ "siting": siting });
        running.finish(&mut tx, &result, now).await?;
        let mut audit = caller.audit("siting.solve", "siting", siting.as_str(), now);
        audit.hat.clone_from(&running.asker.hat);
        audit.territory.clone_from(&record.path);
        Ok(tx.commit(audit, result).await?)
    }

    /// Voids a study.
    ///
    /// Errors: no reason; somebody was quicker.
    pub async fn void_siting(
        &self,
        caller: &Caller,
        id: &SitingId,
        version: i64,
        reason: &str,
    ) -> Result<SitingView> {
        let now = self.now();
        let scope = caller.scope(Action::SitingRead)?;
        let mut tx = self.write(caller).await?;
        let mut record = tx.siting(id, &scope).await?.ok_or(Error::NotFound)?;
        if record.version != version {
            return Err(Error::stale(&self.siting_page(&mut tx, caller, &record).await?));
        }
        let hat = caller.hat(Action::SitingChange, &subject(&record))?.clone();
        record.study = record.study.void(reason)?;
        record.voided_at = Some(now);
        tx.save_siting(&record).await?;
        record.version += 1;
        let page = self.siting_page(&mut tx, caller, &record).await?;
        let mut audit = caller.audit_as(&hat, "siting.void", ("siting", id.as_str()), &record.path, now);
        audit.reason = reason.trim().to_owned();
        Ok(tx.commit(audit, page).await?)
    }
}
