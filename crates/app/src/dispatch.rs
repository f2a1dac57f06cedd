//! Sending people: who could go and when, orders, what the called person says to them, what to do when nobody answers and
//! what their leaving costs. What does not belong here: the rules (`domain::dispatch`), the incident's own steps.

mod arrival;
pub mod view;
pub mod way;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::dispatch::{
    Cover, Crew, Dispatch, DispatchRefusal, Need, Presence, Ranked, Ride, State, Weights, called, escalate,
    gaps, rank,
};
use domain::force::{Force, ForceKind, Shift, Skill};
use domain::ids::{DispatchId, ForceId, IncidentId, PersonId, PostId};
use domain::incident::{Act, Incident, IncidentRefusal, Kind, Mark};
use domain::message::Urgency;
use domain::org::Assignment;
use domain::policy::Action;
use domain::time::{Date, Timestamp};
use store::dispatch::DispatchRecord;
use store::force::{ForceFilter, ForceRecord};
use store::incident::IncidentRecord;
use store::{Read, Write};

use self::view::{
    AdviceView, CandidateView, Candidates, DispatchInput, DispatchStep, DispatchView, ForceCall, GapView,
    MyDispatch, MyDispatches,
};
use crate::incident::view::IncidentView;
use crate::incident::{given, leave_words, subject, view as incident_view};
use crate::message::News;
use crate::names::{Names, Spot};
use crate::parameter::number_on;
use crate::road::net::Net;
use crate::view::{Named, Word};
use crate::{App, Caller, Error, Result};

/// Who does not answer within so many seconds is passed over. A default of the town.
pub(crate) const ANSWER_S: (&str, f64) = ("dispatch.answer_s", 60.0);
/// How fast a vehicle is reckoned as the crow flies. A default of the town. Units: km/h.
pub(crate) const SPEED: (&str, f64) = ("dispatch.straight_kmh", 20.0);
/// How fast people on foot are reckoned as the crow flies. A default of the town. Units: km/h.
pub(crate) const WALK: (&str, f64) = ("dispatch.walk_kmh", 4.0);
/// So many of a force must stay when others leave. A default of the town.
pub(crate) const LEAST: (&str, f64) = ("dispatch.least_there", 2.0);
/// Minutes added for each skill somebody lacks. A default of the town.
pub(crate) const LACKS_SKILL: (&str, f64) = ("dispatch.lacks_skill_min", 2.0);
/// Minutes added for each of his force who is out. A default of the town.
pub(crate) const LOAD: (&str, f64) = ("dispatch.load_min", 1.0);
/// Minutes added for a force of others. A default of the town.
pub(crate) const AID: (&str, f64) = ("dispatch.aid_min", 5.0);
/// Minutes added where no roster is kept. A default of the town.
pub(crate) const NO_ROSTER: (&str, f64) = ("dispatch.no_roster_min", 2.0);
/// Minutes reckoned where nobody knows the way. A default of the town.
pub(crate) const UNKNOWN: (&str, f64) = ("dispatch.unknown_min", 60.0);
/// The day's shift begins at this hour. A default of the town.
pub(crate) const DAY_FROM: (&str, f64) = ("dispatch.day_from_h", 8.0);
/// The night's shift begins at this hour. A default of the town.
pub(crate) const NIGHT_FROM: (&str, f64) = ("dispatch.night_from_h", 20.0);
/// So far off a phone's clock may be, as that of who signs a message may. Units: milliseconds.
const CLOCK_OFF_MS: i64 = domain::device::FRESH_MS;
/// Orders of his own somebody is shown.
const MINE: i64 = 20;
/// Candidates shown at most.
const SHOWN: usize = 200;

/// Within how many seconds an order is answered, as the town has set it.
// A setting of the town, shown beside what somebody may see.
pub(crate) async fn answer_within_s(read: &mut Read, now: Timestamp) -> Result<i64> {
    Ok(i64::from(number_on(read, ANSWER_S, now.date()).await?))
}

/// When somebody did something by his own phone, whose clock may be a little off: not after now, not before he was called.
fn own_time(order: &Dispatch, at: Timestamp, now: Timestamp) -> Timestamp {
    let at = if (0..=CLOCK_OFF_MS).contains(&(at.0 - now.0)) { now } else { at };
    // A phone writes whole seconds.
    let last = order.stamps.values().map(|stamp| stamp.at).max();
    let at = last.filter(|last| (0..1_000).contains(&(last.0 - at.0))).unwrap_or(at);
    match order.at(State::Called) {
        Some(called) if (0..=CLOCK_OFF_MS).contains(&(called.0 - at.0)) => called,
        _ => at,
    }
}

/// Names of every force, by id.
// Names are shown beside what somebody may see; nothing else is read here.
pub(crate) async fn force_names(read: &mut Read) -> Result<BTreeMap<ForceId, String>> {
    Ok(read.all_forces().await?.into_iter().map(|one| (one.id, one.name)).collect())
}

/// How each force gets to a spot.
type Ways = BTreeMap<ForceId, Vec<Ride>>;

/// The forces of the town with their people today, as far as they can be sent.
struct Field {
    forces: Vec<ForceRecord>,
    /// Whose people are whose today, and why one is on leave from the post by which he belongs to them.
    people: BTreeMap<ForceId, BTreeMap<PersonId, Option<String>>>,
    /// Whom the rosters name now, of forces that keep one, those who have left not counted.
    listed: BTreeMap<ForceId, BTreeSet<PersonId>>,
    open: Vec<DispatchRecord>,
    /// On leave in what is only played.
    away: BTreeSet<PersonId>,
    /// Gone in what is only played.
    busy: BTreeSet<PersonId>,
    names: Names,
    today: Date,
    speed: f64,
    walk: f64,
    least: u32,
    weights: Weights,
}

impl Field {
    // Whoever commands at an incident may call every force of the town; the use case asked.
    async fn read(read: &mut Read, now: Timestamp) -> Result<Self> {
        let today = now.date();
        let hour = now.local_hour();
        let (day_from, night_from) = (
            u32::from(number_on(read, DAY_FROM, today).await?),
            u32::from(number_on(read, NIGHT_FROM, today).await?),
        );
        // After midnight it is still the night of the day before.
        let shift = match hour {
            hour if hour < day_from => (today.pred_opt().unwrap_or(today), Shift::Night),
            hour if hour < night_from => (today, Shift::Day),
            _ => (today, Shift::Night),
        };
        let whole = Caller::system().scope(Action::ForceRead)?;
        let forces = read.forces(&whole, &ForceFilter::default()).await?;
        let duties = read.force_duties(None, (shift.0, today)).await?;
        let mut number = async |of| -> Result<f64> { Ok(f64::from(number_on(read, of, today).await?)) };
        let weights = Weights {
            lacks_skill: number(LACKS_SKILL).await?,
            load: number(LOAD).await?,
            aid: number(AID).await?,
            no_roster: number(NO_ROSTER).await?,
            unknown: number(UNKNOWN).await?,
        };
        let (speed, walk, least) = (number(SPEED).await?, number(WALK).await?, number(LEAST).await? as u32);
        let forces: Vec<ForceRecord> = forces.into_iter().filter(|one| one.force.is_in_use(today)).collect();
        // Who is where is told once: a district has hundreds of forces and thousands of posts.
        let mut held: BTreeMap<PostId, Vec<Assignment>> = BTreeMap::new();
        for one in read.assignments().await? {
            held.entry(one.assignment.post.clone()).or_default().push(one.assignment);
        }
        let people = forces.iter().map(|record| {
            let held = record.force.posts.iter().filter_map(|post| held.get(post)).flatten();
            let mut own: BTreeMap<PersonId, Option<String>> = BTreeMap::new();
            for held in held.filter(|held| held.is_valid_on(today)) {
                let until = held.absence(today).map(domain::org::Away::until);
                // Who belongs by a second post that he is not away from is there.
                let known = own.entry(held.person.clone()).or_insert_with(|| until.clone());
                *known = known.take().and(until);
            }
            (record.force.id.clone(), own)
        });
        let people: BTreeMap<_, _> = people.collect();
        let of: BTreeMap<&ForceId, &Force> =
            forces.iter().map(|record| (&record.force.id, &record.force)).collect();
        let mut listed: BTreeMap<ForceId, BTreeSet<PersonId>> = BTreeMap::new();
        for duty in duties.into_iter().map(|one| one.duty) {
            let Some(force) = of.get(&duty.force) else { continue };
            let is_now = duty.on == shift.0 && duty.shift.overlaps(shift.1);
            // Who is on the whole day's list is there at any hour of it.
            let is_whole = duty.on == today && duty.shift == Shift::Whole;
            // Who has left since he was listed mans nothing.
            let mut held = force.posts.iter().filter_map(|post| held.get(post)).flatten();
            let mut is_here = || held.any(|held| held.person == duty.person && held.is_valid_on(duty.on));
            if (is_now || is_whole) && is_here() {
                listed.entry(duty.force).or_default().insert(duty.person);
            }
        }
        Ok(Self {
            forces,
            people,
            listed,
            open: read.open_dispatches().await?,
            away: BTreeSet::new(),
            busy: BTreeSet::new(),
            names: Names::read(read).await?,
            today,
            speed,
            walk,
            least,
            weights,
        })
    }

    fn presence(&self, force: &Force, person: &PersonId) -> Presence {
        if self.away.contains(person) {
            return Presence::Away("推演假定请假".to_owned());
        }
        if let Some(until) = force.members.get(person).and_then(|member| member.absence(self.today)) {
            return Presence::Away(until);
        }
        if let Some(Some(until)) = self.people.get(&force.id).and_then(|own| own.get(person)) {
            return Presence::Away(until.clone());
        }
        match self.listed.get(&force.id) {
            None => Presence::NoRoster,
            Some(listed) if listed.contains(person) => Presence::OnDuty,
            Some(_) => Presence::Off,
        }
    }

    /// The people of a force today.
    fn people(&self, force: &ForceId) -> impl Iterator<Item = &PersonId> {
        self.people.get(force).into_iter().flat_map(BTreeMap::keys)
    }

    /// Everybody ranked, by ways that are known.
    fn ranked(&self, incident: &IncidentRecord, ways: &Ways) -> Vec<Ranked> {
        rank(self.crews(incident, ways), &need(&incident.incident), &self.weights)
    }

    fn crews(&self, incident: &IncidentRecord, rides: &Ways) -> Vec<Crew> {
        let village = |path: &str| path.split('/').take(2).collect::<Vec<_>>().join("/");
        let own = village(&incident.path);
        // Where nobody knows the village, no force is another village's.
        let is_town_wide = !own.contains('/');
        let mut crews = Vec::new();
        for record in &self.forces {
            let force = &record.force;
            let is_own = is_town_wide || force.kind == ForceKind::Town || village(&record.path) == own;
            let out = self.open.iter().filter(|one| one.dispatch.force == force.id).count();
            let rides = rides.get(&force.id).cloned().unwrap_or_default();
            for person in self.people(&force.id) {
                crews.push(Crew {
                    person: person.clone(),
                    name: self.names.person(person),
                    force: force.id.clone(),
                    force_name: force.name.clone(),
                    kind: force.kind,
                    aid: !is_own,
                    rides: rides.clone(),
                    presence: self.presence(force, person),
                    skills: force.members.get(person).map(|one| one.skills.clone()).unwrap_or_default(),
                    load: u32::try_from(out).unwrap_or(u32::MAX),
                    busy: self.open.iter().any(|one| one.dispatch.person == *person),
                });
            }
        }
        crews
    }

    fn gaps(&self) -> Vec<domain::dispatch::Gap> {
        let cover = |record: &ForceRecord| {
            let force = &record.force;
            let busy = |person: &PersonId| {
                self.busy.contains(person) || self.open.iter().any(|one| one.dispatch.person == *person)
            };
            let out = self.people(&force.id).filter(|person| busy(person)).count();
            let there = self.people(&force.id).filter(|person| {
                let presence = self.presence(force, person);
                !busy(person) && matches!(presence, Presence::OnDuty | Presence::NoRoster)
            });
            Cover {
                force: force.id.clone(),
                name: force.name.clone(),
                at: force.position.map(|at| [f64::from(at.lng_e7) / 1e7, f64::from(at.lat_e7) / 1e7]),
                there: u32::try_from(there.count()).unwrap_or(u32::MAX),
                out: u32::try_from(out).unwrap_or(u32::MAX),
                least: self.least,
            }
        };
        gaps(&self.forces.iter().map(cover).collect::<Vec<_>>())
    }
}

impl App {
    /// Everybody ranked for an incident, by when they can be there.
    // Part of the use cases that asked.
    async fn ranked(&self, field: &Field, incident: &IncidentRecord, net: &Arc<Net>) -> Result<Vec<Ranked>> {
        Ok(field.ranked(incident, &self.ways(field, incident, net).await?))
    }

    /// How each force gets there: the part of ranking that takes time and must not be waited for while one writes.
    // Part of the use cases that asked.
    async fn ways(&self, field: &Field, incident: &IncidentRecord, net: &Arc<Net>) -> Result<Ways> {
        let forces: Vec<&Force> = field.forces.iter().map(|record| &record.force).collect();
        let speeds = arrival::Speeds { straight: field.speed, walk: field.walk };
        self.rides(&forces, incident.incident.at, (field.today, speeds), net).await
    }

    /// An invented event through the live rules at a moment, with these people on leave. Nobody is called.
    // Part of a rehearsal, which asked.
    pub(crate) async fn play(
        &self,
        read: &mut Read,
        incident: &IncidentRecord,
        away: &BTreeSet<PersonId>,
        (at, net): (Timestamp, &Arc<Net>),
    ) -> Result<Played> {
        let mut field = Field::read(read, at).await?;
        // Who is really out does not count for what is only played.
        field.open.clear();
        field.away.clone_from(away);
        let ranked = self.ranked(&field, incident, net).await?;
        let sent = ranked.iter().filter(|one| one.barred.is_none()).take(2);
        field.busy = sent.map(|one| one.crew.person.clone()).collect();
        Ok(Played { drained: field.gaps(), ranked })
    }
}

/// Who is to go: those named, and everybody of the forces called whole who may be sent now; each once.
fn picked<'a>(
    field: &Field,
    ranked: &'a [Ranked],
    asked: &DispatchInput,
) -> std::result::Result<Vec<&'a Ranked>, DispatchRefusal> {
    let mut all = Vec::new();
    for pick in &asked.people {
        let is_he =
            |one: &&Ranked| one.crew.person.as_str() == pick.person && one.crew.force.as_str() == pick.force;
        let unknown = || DispatchRefusal::NoCrew(field.names.person(&pick.person.as_str().into()));
        all.push(ranked.iter().find(is_he).ok_or_else(unknown)?);
    }
    for id in asked.forces.iter().map(|id| ForceId::from(id.as_str())) {
        let known = all.len();
        all.extend(called(ranked, &id));
        if all.len() == known {
            let own = field.forces.iter().find(|record| record.force.id == id);
            return Err(DispatchRefusal::NobodyThere(
                own.map_or_else(|| "该站队".to_owned(), |record| record.force.name.clone()),
            ));
        }
    }
    let mut seen = BTreeSet::new();
    all.retain(|one| seen.insert(&one.crew.person));
    Ok(all)
}

/// What should be known by who goes there. Source: handbook of the field §3.6, what stations are equipped for.
fn need(incident: &Incident) -> Need {
    let skills = match incident.kind {
        Kind::Help => BTreeSet::from([Skill::FirstAid]),
        Kind::Building | Kind::Outdoor | Kind::Forest | Kind::Vehicle => BTreeSet::from([Skill::Pump]),
        _ => BTreeSet::new(),
    };
    Need { kind: incident.kind, skills, nowhere: incident.at.is_none() }
}

/// An invented event as the live rules see it: everybody ranked, and what is drained if the first two go.
pub(crate) struct Played {
    pub ranked: Vec<Ranked>,
    pub drained: Vec<domain::dispatch::Gap>,
}

/// What force is drained now, and who could move up.
// Part of the duty screen, shown to who may command.
pub(crate) async fn drained(read: &mut Read, now: Timestamp) -> Result<Vec<GapView>> {
    Ok(Field::read(read, now).await?.gaps().into_iter().map(GapView::of).collect())
}

impl App {
    /// Who could be sent to an incident, each score explained; what to do when too few come, and what it costs.
    pub async fn candidates(&self, caller: &Caller, id: &IncidentId) -> Result<Candidates> {
        let now = self.now();
        let scope = caller.scope(Action::IncidentRead)?;
        let net = self.road_net().await?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.incident(id, &scope).await?.ok_or(Error::NotFound)?;
        caller.hat(Action::IncidentCommand, &subject(&record))?;
        let within_s = answer_within_s(&mut read, now).await?;
        let field = Field::read(&mut read, now).await?;
        let ranked = self.ranked(&field, &record, &net).await?;
        let orders: Vec<Dispatch> = read.dispatches(id).await?.into_iter().map(|one| one.dispatch).collect();
        let refused = record.incident.may_dispatch();
        let steps = if refused.is_ok() { escalate(&orders, &ranked, now, within_s) } else { Vec::new() };
        Ok(Candidates {
            total: ranked.len(),
            items: ranked.iter().take(SHOWN).map(CandidateView::of).collect(),
            forces: ForceCall::all(&ranked),
            advice: steps.iter().map(|one| AdviceView::of(one, &field.names)).collect(),
            gaps: field.gaps().into_iter().map(GapView::of).collect(),
            refused: refused.err().map(|refusal| refusal.to_string()).unwrap_or_default(),
            no_volunteers: record.incident.kind.bars_volunteers(),
            within_s,
            straight_kmh: field.speed,
        })
    }

    /// Sends people to an incident.
    ///
    /// Errors: nobody confirmed what only unbound sources speak of; nobody chosen; somebody barred, off duty without a
    /// rule, or of no force.
    pub async fn dispatch(
        &self,
        caller: &Caller,
        id: &IncidentId,
        asked: DispatchInput,
    ) -> Result<IncidentView> {
        let now = self.now();
        let scope = caller.scope(Action::IncidentRead)?;
        let net = self.road_net().await?;
        let mut read = self.db.read(&self.town).await?;
        let seen = read.incident(id, &scope).await?.ok_or(Error::NotFound)?;
        let hat = caller.hat(Action::IncidentCommand, &subject(&seen))?.clone();
        seen.incident.may_dispatch()?;
        if asked.people.is_empty() && asked.forces.is_empty() {
            return Err(DispatchRefusal::Nobody.into());
        }
        let field = Field::read(&mut read, now).await?;
        drop(read);
        let ways = self.ways(&field, &seen, &net).await?;
        let mut tx = self.write(caller).await?;
        // What was done meanwhile counts: who is out, who was called, where it burns.
        let mut record = tx.incident(id, &scope).await?.ok_or(Error::NotFound)?;
        if (record.incident.at, &record.path) != (seen.incident.at, &seen.path) {
            return Err(Error::Conflict {
                code: "incident.moved",
                message: "警情位置刚刚改过，请核对后再派".to_owned(),
            });
        }
        record.incident.may_dispatch()?;
        let field = Field::read(&mut tx, now).await?;
        let ranked = field.ranked(&record, &ways);
        // Where to go and nothing of who lives or called there: gateways read it.
        let village = field.names.territory(record.incident.territory.as_str()).name;
        let address = record.incident.address.trim();
        let whither = if address.is_empty() { village } else { format!("{address}，{village}") };
        let mut said = Vec::new();
        let mut aid = false;
        for found in picked(&field, &ranked, &asked)? {
            let order_id = DispatchId::from(self.new_id());
            let order =
                Dispatch::call((order_id, id.clone()), found, &asked.by_rule, caller.person.clone(), now)?;
            let way = match (&order.vehicle, order.minutes) {
                (vehicle, Some(minutes)) if !vehicle.is_empty() => {
                    format!("（{vehicle}，约 {minutes:.0} 分钟）")
                }
                (_, Some(minutes)) => format!("（步行，约 {minutes:.0} 分钟）"),
                _ => String::new(),
            };
            said.push(format!("{}{}{way}", found.crew.force_name, found.crew.name));
            aid |= order.aid;
            let (order_id, person) = (order.id.to_string(), order.person.clone());
            tx.insert_dispatch(&DispatchRecord::to(&record, order, &caller.name, now)).await?;
            let (code, kind) = (&record.incident.code, record.incident.kind.label());
            let text = format!("{code}（{kind}）请出动：{whither}，请立即应答");
            let news =
                News { about: ("dispatch", &order_id), tag: "call", urgency: Urgency::Order, text: &text };
            self.notify(&mut tx, [person], &news).await?;
        }
        let text = said.join("、");
        self.step_in(caller, &mut tx, &mut record, Act::Mark { mark: Mark::Dispatched }, (now, &text))
            .await?;
        if aid
            && record.incident.level < 2
            && record.incident.stage.is_live()
            && !record.incident.stage.is_unverified()
        {
            self.step_in(caller, &mut tx, &mut record, Act::Raise { level: 2 }, (now, "已调派邻近力量"))
                .await?;
        }
        let page = incident_view::page(&mut tx, caller, &record, now).await?;
        let audit = caller.audit_as(&hat, "incident.dispatch", ("incident", id.as_str()), &record.path, now);
        Ok(tx.commit(audit, page).await?)
    }

    /// Takes a step of an order: the called person himself, or who commands and writes down what he said by telephone.
    ///
    /// Errors: it is neither; the state does not allow it; no reason where one is asked.
    pub async fn step_dispatch(
        &self,
        caller: &Caller,
        id: &DispatchId,
        asked: DispatchStep,
    ) -> Result<DispatchView> {
        let now = self.now();
        let next = State::from_code(&asked.state);
        let next = next.ok_or_else(|| Error::field("state", "dispatch.word", "没有这一步，请刷新后再试"))?;
        let at = match asked.at.as_deref().and_then(given) {
            None => now,
            Some(text) => Timestamp::parse(text)
                .ok_or_else(|| Error::field("at", "instant.invalid", "请选择日期和时间"))?,
        };
        let mut tx = self.write(caller).await?;
        let mut order = tx.dispatch(id).await?.ok_or(Error::NotFound)?;
        let whole = Caller::system().scope(Action::IncidentRead)?;
        let incident = tx.incident(&order.dispatch.incident, &whole).await?.ok_or(Error::NotFound)?;
        let mut incident = incident;
        let stands = subject(&incident);
        let is_own = order.dispatch.person == caller.person;
        let command = caller.hats.hat(Action::IncidentCommand, &stands);
        if command.is_none() && !is_own {
            // Who may neither command nor was called does not learn of it.
            return Err(Error::NotFound);
        }
        if next == State::Cancelled && command.is_none() {
            caller.hat(Action::IncidentCommand, &stands)?;
        }
        let hat = command.or_else(|| caller.hats.all().first()).map(|hat| hat.id.to_string());
        let is_told = asked.at.is_some() && is_own;
        let at = if is_told { own_time(&order.dispatch, at, now) } else { at };
        if is_told && order.dispatch.stamps.contains_key(&next) {
            // Sent once more, or somebody wrote down for him what his phone brings now: it is on record.
            let (names, forces) = (Names::read(&mut tx).await?, force_names(&mut tx).await?);
            let within_s = answer_within_s(&mut tx, now).await?;
            return Ok(DispatchView::of(&order, &names, &forces, caller, &incident, (now, within_s)));
        }
        let was_over = !order.dispatch.state.is_open();
        let late = order.dispatch.clone().told_late(next, &caller.person, at, now);
        order.dispatch = match late.filter(|_| is_told) {
            Some(late) => late,
            None => order.dispatch.step(next, &caller.person, at, &asked.reason, now)?,
        };
        tx.update_dispatch(&order).await?;
        order.version += 1;
        // Who answers himself has the message; what others write down for him says nothing of it.
        self.settle(&mut tx, ("dispatch", id.as_str()), &caller.person).await?;
        if was_over && order.dispatch.state.is_open() {
            self.tell_there(&mut tx, &incident, &order).await?;
        }
        self.follow(caller, &mut tx, &mut incident, &order, (next, at)).await?;
        let names = Names::read(&mut tx).await?;
        let forces = force_names(&mut tx).await?;
        let within_s = answer_within_s(&mut tx, now).await?;
        let view = DispatchView::of(&order, &names, &forces, caller, &incident, (now, within_s));
        let mut audit = caller.audit("dispatch.step", "dispatch", id.as_str(), now);
        audit.hat = hat.unwrap_or_default();
        audit.territory = order.path.clone();
        audit.reason = asked.reason.trim().to_owned();
        audit.happened_at = at;
        Ok(tx.commit(audit, view).await?)
    }

    /// Who is there did not hear in time that others ended his order: he is told, and so is whoever watches.
    // Part of the step of his order.
    async fn tell_there(
        &self,
        tx: &mut Write,
        incident: &IncidentRecord,
        order: &DispatchRecord,
    ) -> Result<()> {
        let (code, why) = (&incident.incident.code, &order.dispatch.reason);
        let about = ("dispatch", order.dispatch.id.as_str());
        let text = leave_words(code, why);
        let news = News { about, tag: "there", urgency: Urgency::Order, text: &text };
        self.notify(tx, [order.dispatch.person.clone()], &news).await?;
        let name = Names::read(tx).await?.person(&order.dispatch.person);
        let text = format!("{code}：{name}没有及时收到取消的通知，已到现场，请联系其撤离");
        let about = ("incident", incident.incident.id.as_str());
        let tag = format!("there-{}", order.dispatch.id);
        let told = self.on_watch(tx, &incident.path, self.now().date()).await?;
        self.notify(tx, told, &News { about, tag: &tag, urgency: Urgency::Order, text: &text }).await
    }

    /// The incident's own moments follow the first of its crews. What a crew says is kept whether or not it moves them.
    // Part of the step of an order.
    async fn follow(
        &self,
        caller: &Caller,
        tx: &mut Write,
        incident: &mut IncidentRecord,
        order: &DispatchRecord,
        (next, at): (State, Timestamp),
    ) -> Result<()> {
        let mark = match next {
            State::EnRoute => Mark::EnRoute,
            State::OnScene => Mark::Arrived,
            _ => return Ok(()),
        };
        if incident.incident.mark(mark).is_some_and(|known| known <= at) {
            return Ok(());
        }
        let names = Names::read(tx).await?;
        let text = names.person(&order.dispatch.person);
        match self.step_in(caller, tx, incident, Act::Mark { mark }, (at, &text)).await {
            Err(Error::Refused { code, .. })
                if [IncidentRefusal::Order.code(), "incident.stage"].contains(&code) =>
            {
                Ok(())
            }
            done => done,
        }
    }

    /// Orders to the caller, open ones first, each with what he must know.
    pub async fn my_dispatches(&self, caller: &Caller) -> Result<MyDispatches> {
        let now = self.now();
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let forces = force_names(&mut read).await?;
        let whole = Caller::system().scope(Action::IncidentRead)?;
        let within_s = answer_within_s(&mut read, now).await?;
        let mut items = Vec::new();
        for order in read.dispatches_to(&caller.person, MINE).await? {
            let Some(record) = read.incident(&order.dispatch.incident, &whole).await? else { continue };
            let i = &record.incident;
            let places = incident_view::place_names(&mut read, std::slice::from_ref(&record)).await?;
            let is_open = order.dispatch.state.is_open();
            // What a house is like is shown while he is called there, and no longer.
            let (notes, water, cameras) = match is_open {
                true => {
                    let card = crate::incident::card::brief(&mut read, &record, now, true).await?;
                    (card.notes, card.water, card.cameras)
                }
                false => (Vec::new(), Vec::new(), Vec::new()),
            };
            let barred = crate::incident::barred_orders(&mut read, i).await?;
            let others = read.dispatches(&i.id).await?.into_iter().filter(|other| {
                other.dispatch.id != order.dispatch.id && other.dispatch.state != State::Declined
            });
            items.push(MyDispatch {
                order: DispatchView::of(&order, &names, &forces, caller, &record, (now, within_s)),
                incident: i.id.to_string(),
                code: i.code.clone(),
                kind: Word::new(i.kind.code(), i.kind.label()),
                stage: Word::new(i.stage.code(), i.stage.label()),
                address: i.address.clone(),
                place: i.place.as_ref().map(|id| {
                    Named::new(id.as_str(), places.get(id).cloned().unwrap_or_else(|| id.to_string()))
                }),
                spot: i.at.map(|[lon, lat]| Spot { lon, lat }),
                text: i.text.clone(),
                alarm_at: record.alarm_at().to_rfc3339(),
                others: others.map(|other| names.person(&other.dispatch.person)).collect(),
                notes,
                water,
                cameras,
                error_m: i.error_m,
                near: i.near,
                must_leave: barred.iter().any(|one| one.dispatch.id == order.dispatch.id),
            });
        }
        items.sort_by_key(|one| !State::from_code(&one.order.state.code).is_some_and(State::is_open));
        Ok(MyDispatches { items })
    }
}

/// Orders that wait for the caller's answer.
// Part of the workbench, about the caller alone.
pub(crate) async fn waiting(read: &mut Read, caller: &Caller) -> Result<i64> {
    let mine = read.dispatches_to(&caller.person, MINE).await?;
    Ok(mine.iter().filter(|one| one.dispatch.state == State::Called).count() as i64)
}
