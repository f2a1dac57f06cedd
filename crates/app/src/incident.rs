//! Incidents: a call is taken or a sign heard, somebody acknowledges, verifies and leads it to the hand-over. What does not
//! belong here: what is shown ([`view`], [`card`]), who is sent (`dispatch`), the duty screen ([`watch`]).

pub mod card;
mod hear;
pub(crate) mod join;
pub mod mask;
mod merge;
pub mod rehearsal;
pub mod statistics;
pub(crate) mod stranger;
pub(crate) mod unheard;
pub mod view;
pub mod watch;

use std::collections::BTreeMap;

use domain::dispatch::{State, is_barred_work};
use domain::force::ForceKind;
use domain::geometry::{Position, is_on_earth};
use domain::ids::{ForceId, IncidentId, OrgId, PlaceId, TerritoryCode};
use domain::incident::join::{Clue, Window};
use domain::incident::landmark::is_only_near;
use domain::incident::statistics::is_fire;
use domain::incident::{Act, Around, Event, How, Incident, Initial, Kind, Source, Stage, Verdict};
use domain::message::Urgency;
use domain::policy::{Action, Subject};
use domain::time::{Date, Timestamp};
use store::dispatch::DispatchRecord;
use store::incident::{IncidentFilter, IncidentRecord};
use store::place::PlaceRecord;
use store::{Read, Write};

use crate::follow_up::ask;
use crate::message::News;
use crate::names::Names;
use crate::parameter::number_on;
use crate::post::owner::Owners;
use crate::view::{Word, instant_of_page, page_after, read_day};
use crate::{App, Caller, Error, Result};
use view::{
    IncidentAsked, IncidentInput, IncidentOptions, IncidentPage, IncidentRow, IncidentStep, IncidentView,
};

/// Signs within so many minutes may be of one incident. A default of the town.
pub(crate) const JOIN_MINUTES: (&str, f64) = ("incident.join_minutes", 10.0);
/// Signs so near are of one incident. A default of the town.
pub(crate) const JOIN_METRES: (&str, f64) = ("incident.join_metres", 100.0);
/// As far as cameras see. A default of the town.
pub(crate) const CAMERA_METRES: (&str, f64) = ("incident.camera_metres", 8_000.0);
/// How far off a camera's direction may be. A default of the town. Units: degrees.
pub(crate) const CAMERA_SPREAD: (&str, f64) = ("incident.camera_spread", 2.0);
/// An alarm is verified within so many seconds. Source: handbook of the field, M18.
pub(crate) const VERIFY_S: (&str, f64) = ("incident.verify_s", 60.0);
/// From the dispatch to the arrival. Source: handbook of the field §3.6, the aim of micro stations.
pub(crate) const TARGET_S: (&str, f64) = ("incident.target_s", 180.0);
/// Within so many days it is gone through again where that is asked. Source: handbook of the field §4.5.
pub(crate) const REVIEW_DAYS: (&str, f64) = ("incident.review_days", 7.0);
/// What stands before the number the program gives.
const SERIES: &str = "JQ";

/// Where an incident stands as far as rights are concerned.
pub(crate) fn subject(record: &IncidentRecord) -> Subject {
    Subject { place: record.incident.place.clone(), ..Subject::of(&record.path, record.org.as_ref()) }
}

/// The right a step asks for.
fn right_of(step: &str) -> Action {
    match step {
        "acknowledge" | "verify" | "judge" | "tell_119" | "note" | "change" | "merge" => {
            Action::IncidentVerify
        }
        "review" | "close" | "void" => Action::IncidentReview,
        _ => Action::IncidentCommand,
    }
}

/// What a step is called in the record.
pub(crate) fn act_name(act: &Act) -> &'static str {
    match act {
        Act::Open => "incident.receive",
        Act::Join { .. } => "incident.add_sign",
        Act::Acknowledge => "incident.acknowledge",
        Act::Verify => "incident.look_into",
        Act::Judge { .. } => "incident.judge",
        Act::Tell119 { .. } => "incident.tell_119",
        Act::Mark { .. } => "incident.stamp",
        Act::HandOver { .. } => "incident.hand_over",
        Act::Note { .. } => "incident.note",
        Act::Change { .. } => "incident.change",
        Act::Raise { .. } => "incident.raise",
        Act::Review { .. } => "incident.go_through",
        Act::Absorb { .. } => "incident.absorb",
        Act::Merge { .. } => "incident.merge",
        Act::Close => "incident.finish",
        Act::Void => "incident.void",
    }
}

/// The steps the stage allows and the caller may take.
pub(crate) fn actions(caller: &Caller, record: &IncidentRecord) -> Vec<&'static str> {
    let subject = subject(record);
    let may = |step: &&'static str| caller.hats.hat(right_of(step), &subject).is_some();
    record.incident.steps().into_iter().filter(may).collect()
}

pub(crate) fn given(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

fn moment(field: &str, text: Option<&str>, now: Timestamp) -> Result<Timestamp> {
    let wrong = || Error::field(field, "instant.invalid", "请选择日期和时间");
    text.and_then(given).map_or(Ok(now), |text| Timestamp::parse(text).ok_or_else(wrong))
}

/// A point as typed in.
///
/// Errors: it lies nowhere on earth.
pub(crate) fn point(spot: Option<view::SpotInput>) -> Result<Option<Position>> {
    let at = spot.map(|spot| [spot.lon, spot.lat]);
    if at.is_some_and(|at| !is_on_earth(at)) {
        let text = "经度须在 -180 到 180 之间、纬度须在 -90 到 90 之间，请在地图上重新选点";
        return Err(Error::field("spot", "incident.spot", text));
    }
    Ok(at)
}

fn word<T>(field: &str, found: Option<T>) -> Result<T> {
    found.ok_or_else(|| Error::field(field, "incident.word", "没有这个选项，请从列表中选择"))
}

/// A sign that reached us, as far as incidents are concerned.
#[derive(Debug, Clone)]
pub(crate) struct Arrived {
    /// The signal it came by.
    pub signal: Option<String>,
    /// How it came.
    pub source: Source,
    /// What it may be.
    pub kind: Kind,
    /// What it says.
    pub says: String,
    /// Who or what sent it.
    pub from: String,
    /// Whether a person or a bound device stands behind it.
    pub bound: bool,
    /// Whether it is an alarm: what is none joins an incident and opens nothing.
    pub alarm: bool,
    /// Whether it says that all is well again.
    pub restored: bool,
    /// The territory it says it is in.
    pub territory: Option<TerritoryCode>,
    /// Who called named the place as a landmark only.
    pub near: bool,
    /// Of whom it is where nobody registered speaks.
    pub stranger: Option<domain::incident::stranger::Stranger>,
    /// What it belongs to.
    pub clue: Clue,
}

/// An incident's place, its path and the sector that oversees it.
async fn stands(
    read: &mut Read,
    place: Option<&PlaceId>,
    territory: Option<&TerritoryCode>,
    town: &TerritoryCode,
) -> Result<(Option<PlaceRecord>, TerritoryCode, String, Option<OrgId>)> {
    let place = match place {
        Some(id) => read.places_by_id(std::slice::from_ref(id)).await?.into_iter().next(),
        None => None,
    };
    if let Some(place) = place {
        let (village, path, org) =
            (place.place.village.clone(), place.path.clone(), place.place.sector_org.clone());
        return Ok((Some(place), village, path, org));
    }
    let code = territory.unwrap_or(town);
    let path = read.territory(code).await?.map(|known| known.territory.path);
    Ok((None, code.clone(), path.unwrap_or_else(|| town.to_string()), None))
}

pub(crate) fn spot_of(place: &PlaceRecord) -> Option<Position> {
    place.place.location.map(|at| [at.lon_deg, at.lat_deg])
}

pub(crate) async fn window(read: &mut Read, today: Date) -> Result<Window> {
    Ok(Window {
        ms: i64::from(number_on(read, JOIN_MINUTES, today).await?) * 60_000,
        near_m: f64::from(number_on(read, JOIN_METRES, today).await?),
        far_m: f64::from(number_on(read, CAMERA_METRES, today).await?),
    })
}

/// Who is on record as still out for an incident, those of what became part of it included.
// Part of a step of the incident and of its page.
pub(crate) async fn still_out(read: &mut Read, incident: &Incident) -> Result<Vec<DispatchRecord>> {
    let mut out = Vec::new();
    for id in std::iter::once(&incident.id).chain(&incident.absorbed) {
        out.extend(read.dispatches(id).await?.into_iter().filter(|one| one.dispatch.state.is_open()));
    }
    Ok(out)
}

/// Who that is, and with which vehicle.
fn out_words(out: &[DispatchRecord], names: &Names) -> Vec<String> {
    let words = |one: &DispatchRecord| {
        let (name, vehicle) = (names.person(&one.dispatch.person), &one.dispatch.vehicle);
        let with = if vehicle.is_empty() { String::new() } else { format!("，{vehicle}") };
        format!("{name}（{}{with}）", one.dispatch.state.label())
    };
    out.iter().map(words).collect()
}

/// Orders to whoever is of no force for such work, as the incident is known now, those of what became part of it included.
// Part of a step of the incident and of its page.
pub(crate) async fn barred_orders(read: &mut Read, incident: &Incident) -> Result<Vec<DispatchRecord>> {
    if !incident.kind.bars_volunteers() || !incident.stage.is_live() {
        return Ok(Vec::new());
    }
    let forces = read.all_forces().await?.into_iter().map(|one| (one.id, one.kind));
    let forces: BTreeMap<ForceId, ForceKind> = forces.collect();
    let mut barred = Vec::new();
    for id in std::iter::once(&incident.id).chain(&incident.absorbed) {
        barred.extend(read.dispatches(id).await?.into_iter().filter(|order| {
            let force = forces.get(&order.dispatch.force);
            order.dispatch.state.is_open() && force.is_some_and(|force| is_barred_work(incident.kind, *force))
        }));
    }
    Ok(barred)
}

/// What who is on the spot is told when his order is over.
pub(crate) fn leave_words(code: &str, why: &str) -> String {
    format!("{code}：{why}，您还记录在现场，撤离后请点“归队”")
}

impl App {
    /// Whoever is still on the way is released when others take over, whoever had not left is called off; each is told. Who
    /// is there says himself when he leaves: he is told so, and until then it is not closed.
    // Part of the step that hands the incident over.
    async fn release(
        &self,
        caller: &Caller,
        tx: &mut Write,
        (code, to): (&str, &str),
        out: Vec<DispatchRecord>,
    ) -> Result<()> {
        let now = self.now();
        for mut order in out {
            let text = match order.dispatch.state {
                State::OnScene => format!("{code}：警情已移交{to}，您还记录在现场，撤离后请点“归队”"),
                State::EnRoute => format!("{code}：警情已移交{to}，不必再前往，请返回"),
                _ => format!("{code}：警情已移交{to}，请不要前往"),
            };
            if order.dispatch.state != State::OnScene {
                order.dispatch = order.dispatch.released(&caller.person, "警情已移交", now)?;
                tx.update_dispatch(&order).await?;
            }
            self.tell_ordered(caller, tx, &order, "handed_over", &text).await?;
        }
        Ok(())
    }

    /// Tells who was sent what became of his order; what reached him about going is settled.
    // Part of the step that changed it.
    async fn tell_ordered(
        &self,
        caller: &Caller,
        tx: &mut Write,
        order: &DispatchRecord,
        tag: &str,
        text: &str,
    ) -> Result<()> {
        let about = ("dispatch", order.dispatch.id.as_str());
        self.settle(tx, about, &caller.person).await?;
        let news = News { about, tag, urgency: Urgency::Order, text };
        self.notify(tx, [order.dispatch.person.clone()], &news).await
    }

    /// Whoever was called or is on the way is called off, and told. Who is there is told, too, and says himself when he
    /// leaves.
    // Part of the step that makes his order useless.
    async fn call_off(
        &self,
        caller: &Caller,
        tx: &mut Write,
        (code, why): (&str, &str),
        orders: Vec<DispatchRecord>,
    ) -> Result<()> {
        let now = self.now();
        for mut order in orders.into_iter().filter(|order| order.dispatch.state.is_open()) {
            let text = match order.dispatch.state {
                State::OnScene => leave_words(code, why),
                State::EnRoute => format!("{code}：{why}，请立即返回"),
                _ => format!("{code}：{why}，请不要前往"),
            };
            if order.dispatch.state != State::OnScene {
                order.dispatch = order.dispatch.step(State::Cancelled, &caller.person, now, why, now)?;
                tx.update_dispatch(&order).await?;
            }
            self.tell_ordered(caller, tx, &order, "off", &text).await?;
        }
        Ok(())
    }

    /// It turned out to be work volunteers are never sent to: whoever is on the way is called off, whoever is there is told
    /// to leave, and so is the desk.
    // Part of the step that said what it is.
    pub(super) async fn spare_volunteers(
        &self,
        caller: &Caller,
        tx: &mut Write,
        record: &IncidentRecord,
    ) -> Result<()> {
        let barred = barred_orders(tx, &record.incident).await?;
        let (there, called): (Vec<_>, Vec<_>) =
            barred.into_iter().partition(|order| order.dispatch.state == State::OnScene);
        let (code, kind) = (record.incident.code.as_str(), record.incident.kind);
        let why = format!("性质更正为{}，志愿力量不前往", kind.label());
        self.call_off(caller, tx, (code, &why), called).await?;
        if there.is_empty() {
            return Ok(());
        }
        for order in &there {
            let about = ("dispatch", order.dispatch.id.as_str());
            let text = format!("{code}：已确认是{}，请立即撤到安全地带并报告", kind.label());
            let news = News { about, tag: kind.code(), urgency: Urgency::Alarm, text: &text };
            self.notify(tx, [order.dispatch.person.clone()], &news).await?;
        }
        let names = Names::read(tx).await?;
        let people: Vec<String> = there.iter().map(|order| names.person(&order.dispatch.person)).collect();
        let text = format!(
            "{code}：已确认是{}，志愿力量{}仍在现场，请立即通知撤离并改派专业力量",
            kind.label(),
            people.join("、")
        );
        let told = self.on_watch(tx, &record.path, self.now().date()).await?;
        let about = ("incident", record.incident.id.as_str());
        let tag = format!("volunteers-{}", kind.code());
        self.notify(tx, told, &News { about, tag: &tag, urgency: Urgency::Alarm, text: &text }).await
    }

    /// Incidents the caller may see, the newest first.
    pub async fn incidents(&self, caller: &Caller, asked: &IncidentAsked) -> Result<IncidentPage> {
        let scope = caller.scope(Action::IncidentRead)?;
        let before = page_after(asked.after.as_deref(), instant_of_page)?;
        let limit = asked.limit.unwrap_or(50).clamp(1, 200);
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let path = match asked.village.as_deref().and_then(given) {
            None => None,
            Some(code) => {
                let unknown = || Error::field("village", "query.unknown_word", "筛选条件无效，请重新选择");
                Some(names.path(&code.into()).ok_or_else(unknown)?.to_owned())
            }
        };
        let stages = asked.stage.as_deref().and_then(given).map(|stage| match stage {
            "live" => Stage::LIVE.iter().map(|stage| stage.code()).collect::<Vec<_>>().join(","),
            other => other.to_owned(),
        });
        let day = |name: &str, text: &Option<String>| {
            text.as_deref().and_then(given).map(|text| read_day(name, text)).transpose()
        };
        let (from, to) = (day("alarm_from", &asked.alarm_from)?, day("alarm_to", &asked.alarm_to)?);
        let alarm = (from.is_some() || to.is_some()).then(|| {
            let end = to.map(|to| Timestamp::start_of(to.succ_opt().unwrap_or(to)));
            (from.map_or(Timestamp(0), Timestamp::start_of), end.unwrap_or(Timestamp(i64::MAX)))
        });
        let only_fires = asked.fire == Some(true);
        let filter = IncidentFilter {
            stages,
            kinds: asked.kind.as_deref().and_then(given).map(str::to_owned),
            path,
            place: asked.place.as_deref().and_then(given).map(Into::into),
            text: asked.q.as_deref().and_then(given).map(str::to_owned),
            alarm,
            rehearsal: Some(asked.rehearsal.unwrap_or(false)),
            unreviewed_before: None,
        };
        let mut found = match asked.review.as_deref().and_then(given) {
            // Few at any time: one page holds them.
            Some(_) => reviews_late(&mut read, &scope, filter, self.now().date()).await?,
            // What was a fire is told by the rule that counts fires, over all of the days asked for.
            None if only_fires => read.incidents(&scope, &filter, before, i64::MAX).await?,
            None => read.incidents(&scope, &filter, before, limit + 1).await?,
        };
        if only_fires {
            found.retain(|one| is_fire(&one.incident));
        }
        let more = found.len() as i64 > limit && asked.review.is_none();
        found.truncate(usize::try_from(limit).unwrap_or(0));
        let last = found.last().filter(|_| more);
        let next = last.map(|last| format!("{}~{}", last.alarm_at().0, last.incident.id));
        let places = view::place_names(&mut read, &found).await?;
        Ok(IncidentPage {
            items: found.iter().map(|one| IncidentRow::of(one, &names, &places)).collect(),
            next,
        })
    }

    /// One incident.
    pub async fn incident(&self, caller: &Caller, id: &IncidentId) -> Result<IncidentView> {
        let scope = caller.scope(Action::IncidentRead)?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.incident(id, &scope).await?.ok_or(Error::NotFound)?;
        view::page(&mut read, caller, &record, self.now()).await
    }

    /// What forms need.
    pub async fn incident_options(&self, caller: &Caller) -> Result<IncidentOptions> {
        caller.scope(Action::IncidentRead)?;
        let mut read = self.db.read(&self.town).await?;
        let villages = read.open_territories().await?.into_iter().map(|one| one.territory);
        let villages = villages.filter(|t| t.level == domain::org::Level::Village);
        let owners = Owners::read(&mut read, self.now().date()).await?;
        let posts = read.posts().await?.into_iter().filter(|one| one.post.active);
        Ok(IncidentOptions {
            kinds: Kind::ALL.iter().map(|one| Word::new(one.code(), one.label())).collect(),
            stages: Stage::ALL.iter().map(|one| Word::new(one.code(), one.label())).collect(),
            hows: How::ALL.iter().map(|one| Word::new(one.code(), one.label())).collect(),
            villages: villages.map(|t| crate::view::Named::new(t.code.as_str(), t.name)).collect(),
            owners: match caller.hats.scope(Action::IncidentReview) {
                Some(_) => posts.map(|one| owners.view(&one.post.id)).collect(),
                None => Vec::new(),
            },
            may_open: caller.hats.scope(Action::IncidentOpen).is_some(),
            may_mask: caller.hats.scope(Action::IncidentMask).is_some(),
        })
    }

    /// Takes a call: it joins what is known of that place and time, or opens an incident.
    ///
    /// Errors: nobody can say where it is; the caller may not there.
    pub async fn take_call(&self, caller: &Caller, asked: IncidentInput) -> Result<IncidentView> {
        caller.scope(Action::IncidentOpen)?;
        let now = self.now();
        let kind = word("kind", Kind::from_code(asked.kind.as_deref().and_then(given).unwrap_or("unknown")))?;
        let place = asked.place.as_deref().and_then(given).map(PlaceId::from);
        let mut tx = self.write(caller).await?;
        if let Some(place) = &place {
            let scope = caller.scope(Action::PlaceRead)?;
            let gone = || Error::field("place", "incident.place", "没有这个场所，请从列表中选择");
            tx.place(place, &scope).await?.ok_or_else(gone)?;
        }
        let territory = asked.village.as_deref().and_then(given).map(TerritoryCode::from);
        if let Some(code) = &territory {
            let gone = || Error::field("village", "incident.village", "没有这个村（社区），请从列表中选择");
            tx.territory(code).await?.ok_or_else(gone)?;
        }
        let source = if asked.in_person { Source::Person } else { Source::Telephone };
        let arrived = Arrived {
            signal: None,
            source,
            kind,
            says: asked.text.trim().to_owned(),
            from: asked.called_by.trim().to_owned(),
            // Who took the call may open an incident there: he answers for it.
            bound: true,
            alarm: true,
            restored: false,
            territory,
            near: asked.near || is_only_near(&asked.address),
            stranger: None,
            clue: Clue {
                came_at: moment("called_at", asked.called_at.as_deref(), now)?,
                place,
                at: point(asked.spot)?,
                bearing: None,
                sender: String::new(),
            },
        };
        let detail = (asked.address.trim(), asked.phone.trim());
        let (record, act) = self
            .hear_in(caller, &mut tx, arrived, detail)
            .await?
            .ok_or_else(|| Error::Internal("a person's call opened nothing".to_owned()))?;
        let hat = caller.hat(Action::IncidentOpen, &subject(&record))?.clone();
        let page = view::page(&mut tx, caller, &record, now).await?;
        let object = ("incident", record.incident.id.as_str());
        let audit = caller.audit_as(&hat, act_name(&act), object, &record.path, now);
        Ok(tx.commit(audit, page).await?)
    }

    /// Tells whoever watches of an incident. Nothing of the house is told: gateways read it.
    // Part of the write of the incident.
    async fn tell_watch(
        &self,
        caller: &Caller,
        tx: &mut Write,
        record: &IncidentRecord,
        tag: &str,
        what: &str,
    ) -> Result<()> {
        let village = Names::read(tx).await?.territory(record.incident.territory.as_str()).name;
        let text = format!("{}：{village}{what}（{}）", record.incident.code, record.incident.source.label());
        let told = self.on_watch(tx, &record.path, self.now().date()).await?;
        let told = told.into_iter().filter(|person| *person != caller.person);
        let about = ("incident", record.incident.id.as_str());
        self.notify(tx, told, &News { about, tag, urgency: Urgency::Alarm, text: &text }).await
    }

    /// What is to be kept of a step just taken.
    fn event(
        &self,
        record: &IncidentRecord,
        act: Act,
        caller: &Caller,
        (at, now): (Timestamp, Timestamp),
        text: &str,
    ) -> Event {
        Event {
            seq: record.version + 1,
            act,
            at,
            recorded_at: now,
            by: caller.person.clone(),
            text: text.trim().to_owned(),
            stage: record.incident.stage,
        }
    }

    /// Takes a step within a write, and keeps it.
    // Part of the use case that asked for it.
    pub(crate) async fn step_in(
        &self,
        caller: &Caller,
        tx: &mut Write,
        record: &mut IncidentRecord,
        act: Act,
        (at, text): (Timestamp, &str),
    ) -> Result<()> {
        let now = self.now();
        record.incident = record.incident.clone().take(&act, &caller.person, at, text, now)?;
        let event = self.event(record, act, caller, (at, now), text);
        tx.save_incident(record, &event).await?;
        record.version += 1;
        Ok(())
    }

    /// Takes a step.
    ///
    /// Errors: the stage, the caller's rights or what was said do not allow it; it must be gone through again first; what
    /// would be overwritten was changed by somebody else.
    pub async fn step_incident(
        &self,
        caller: &Caller,
        id: &IncidentId,
        asked: IncidentStep,
    ) -> Result<IncidentView> {
        let now = self.now();
        let scope = caller.scope(Action::IncidentRead)?;
        let at = moment("at", asked.at.as_deref(), now)?;
        let mut tx = self.write(caller).await?;
        let mut record = tx.incident(id, &scope).await?.ok_or(Error::NotFound)?;
        let hat = caller.hat(right_of(&asked.step), &subject(&record))?.clone();
        // Another sign may come at any moment and hinders nobody; only what would be overwritten is guarded.
        let overwrites = matches!(asked.step.as_str(), "note" | "change");
        if overwrites && asked.version.is_none() {
            let text = "没有写明是按哪一版改的，请刷新后再保存";
            return Err(Error::field("version", "incident.version", text));
        }
        if overwrites && asked.version != Some(record.version) {
            return Err(Error::stale(&view::page(&mut tx, caller, &record, now).await?));
        }
        if asked.step == "merge" {
            return self.merge(caller, tx, record, &asked).await;
        }
        let act = read_act(&asked, now)?;
        if let Some(seen) = asked.version
            && says_again(&mut tx, id, &act, seen).await?
        {
            return Err(Error::stale(&view::page(&mut tx, caller, &record, now).await?));
        }
        let out = match act {
            Act::Close | Act::HandOver { .. } => still_out(&mut tx, &record.incident).await?,
            _ => Vec::new(),
        };
        if act == Act::Close {
            let names = Names::read(&mut tx).await?;
            let around = around(&mut tx, &record, now.date()).await?;
            record.incident.may_close(around, &out_words(&out, &names))?;
        }
        let there: Vec<DispatchRecord> =
            out.iter().filter(|one| one.dispatch.state == State::OnScene).cloned().collect();
        let said = match there.is_empty() {
            true => asked.text.clone(),
            false => {
                let names = Names::read(&mut tx).await?;
                let there = out_words(&there, &names).join("、");
                format!("{}（移交时仍在现场：{there}）", asked.text.trim())
            }
        };
        let name = act_name(&act);
        self.step_in(caller, &mut tx, &mut record, act.clone(), (at, &said)).await?;
        match &act {
            Act::Judge { verdict: Verdict::FalseAlarm | Verdict::Test, .. } | Act::Void => {
                let why = format!("警情{}", record.incident.stage.label());
                let orders = still_out(&mut tx, &record.incident).await?;
                self.call_off(caller, &mut tx, (&record.incident.code, &why), orders).await?;
            }
            Act::Judge { .. } | Act::Change { .. } => {
                self.spare_volunteers(caller, &mut tx, &record).await?;
            }
            Act::Acknowledge | Act::Verify => {
                self.settle(&mut tx, ("incident", id.as_str()), &caller.person).await?
            }
            Act::HandOver { to } => {
                let code = record.incident.code.clone();
                self.release(caller, &mut tx, (&code, to.trim()), out).await?;
            }
            Act::Review { .. } => {
                let owners = Owners::read(&mut tx, now.date()).await?;
                let origin = domain::follow_up::Origin { kind: "incident".to_owned(), id: id.to_string() };
                for lesson in &asked.lessons {
                    let due = read_day("due_on", &lesson.due_on)?;
                    let item = (self.new_id().into(), lesson.text.trim(), &lesson.owner.as_str().into(), due);
                    ask(&mut tx, &owners, &origin, item, now).await?;
                }
            }
            _ => {}
        }
        let page = view::page(&mut tx, caller, &record, now).await?;
        let mut audit = caller.audit_as(&hat, name, ("incident", id.as_str()), &record.path, now);
        audit.reason = asked.text.trim().to_owned();
        audit.happened_at = at;
        Ok(tx.commit(audit, page).await?)
    }
}

/// Whether what a step says was said since by somebody else: a judgement, what 119 was told, a level, a handover. Who did not
/// see it would overwrite it.
async fn says_again(read: &mut Read, id: &IncidentId, act: &Act, seen: i64) -> Result<bool> {
    let is_said_once =
        matches!(act, Act::Judge { .. } | Act::Tell119 { .. } | Act::Raise { .. } | Act::HandOver { .. });
    let is_same =
        |event: &Event| event.seq > seen && std::mem::discriminant(&event.act) == std::mem::discriminant(act);
    Ok(is_said_once && read.incident_events(id).await?.iter().any(is_same))
}

/// Each with the incident it is: those that turned out to be another with that one, where it still waits for somebody.
async fn followed(
    read: &mut Read,
    found: Vec<IncidentRecord>,
) -> Result<Vec<(IncidentRecord, IncidentRecord)>> {
    let whole = Caller::system().scope(Action::IncidentRead)?;
    let mut all = Vec::new();
    for one in found {
        let mut is = one.clone();
        while let Some(into) = is.incident.merged_into.clone() {
            is = read.incident(&into, &whole).await?.ok_or(Error::NotFound)?;
        }
        if is.incident.stage.is_live() {
            all.push((one, is));
        }
    }
    Ok(all)
}

/// Those handed over that should have been gone through again by now and were not, the newest first.
// Part of the list and of the workbench, within the scope of who asks.
pub(crate) async fn reviews_late(
    read: &mut Read,
    scope: &domain::policy::Scope,
    filter: IncidentFilter,
    today: Date,
) -> Result<Vec<IncidentRecord>> {
    let days = u64::from(number_on(read, REVIEW_DAYS, today).await?);
    // Nothing is handed over before its alarm: whose alarm is younger than that is not late.
    let Some(before) = today.checked_sub_days(chrono::Days::new(days)) else { return Ok(Vec::new()) };
    let filter = IncidentFilter {
        stages: Some(Stage::HandedOver.code().to_owned()),
        rehearsal: Some(false),
        unreviewed_before: Some(Timestamp::start_of(before)),
        ..filter
    };
    let mut late = Vec::new();
    for one in read.incidents(scope, &filter, None, i64::MAX).await? {
        let over = one.incident.mark(domain::incident::Mark::HandedOver);
        let last = over.and_then(|at| at.date().checked_add_days(chrono::Days::new(days)));
        if one.incident.review.is_some() || last.is_none_or(|last| today <= last) {
            continue;
        }
        let around = around(read, &one, today).await?;
        if !one.incident.review_reasons(around).is_empty() {
            late.push(one);
        }
    }
    Ok(late)
}

/// How many of them the caller must see to.
// Part of the workbench, counted within the right that lets him deal with it.
pub(crate) async fn reviews_owed(read: &mut Read, caller: &Caller, today: Date) -> Result<i64> {
    let Some(scope) = caller.hats.scope(Action::IncidentReview) else { return Ok(0) };
    Ok(reviews_late(read, &scope, IncidentFilter::default(), today).await?.len() as i64)
}

/// What else is known of an incident, to tell whether it must be gone through again.
pub(crate) async fn around(read: &mut Read, record: &IncidentRecord, today: Date) -> Result<Around> {
    let target_s = i64::from(number_on(read, TARGET_S, today).await?);
    // What is only near a place did not burn there.
    let Some(place) = record.incident.place.as_ref().filter(|_| !record.incident.near) else {
        return Ok(Around { target_s, ..Around::default() });
    };
    let whole = Caller::system().scope(Action::IncidentRead)?;
    let filter = IncidentFilter { place: Some(place.clone()), ..IncidentFilter::default() };
    let before = Some((record.alarm_at(), record.incident.id.clone()));
    let earlier = read.incidents(&whole, &filter, before, i64::MAX).await?;
    let burned = |one: &IncidentRecord| {
        let stage = one.incident.stage;
        !one.incident.rehearsal
            && !stage.is_unverified()
            && !matches!(stage, Stage::FalseAlarm | Stage::Test | Stage::Merged | Stage::Void)
    };
    let on = record.alarm_at().date();
    let entries = read.list_entries_of_place(place).await?;
    let listed = entries.iter().any(|one| {
        let left = one.entry.left.as_ref();
        one.entry.from <= on && left.is_none_or(|(day, _)| on < *day)
    });
    Ok(Around { again: earlier.iter().any(burned), listed, target_s })
}

/// What was asked for as an act.
fn read_act(asked: &IncidentStep, now: Timestamp) -> Result<Act> {
    use domain::incident::Mark;
    let kind = |code: &Option<String>| {
        code.as_deref().and_then(given).map(|code| word("kind", Kind::from_code(code)))
    };
    Ok(match asked.step.as_str() {
        "acknowledge" => Act::Acknowledge,
        "verify" => Act::Verify,
        "judge" => Act::Judge {
            verdict: word("verdict", asked.verdict.as_deref().and_then(Verdict::from_code))?,
            how: word("how", asked.how.as_deref().and_then(How::from_code))?,
            kind: kind(&asked.kind).transpose()?,
        },
        "tell_119" => Act::Tell119 {
            at: match asked.told_at.as_deref().and_then(given) {
                None => None,
                // By the server's clock: a device's may be off.
                Some("now") => Some(now),
                Some("unknown") => None,
                Some(_) => Some(moment("told_at", asked.told_at.as_deref(), now)?),
            },
            unknown: asked.told_at.as_deref().map(str::trim) == Some("unknown"),
        },
        "arrived" => Act::Mark { mark: Mark::Arrived },
        "controlled" => Act::Mark { mark: Mark::Controlled },
        "out" => Act::Mark { mark: Mark::Out },
        "hand_over" => Act::HandOver { to: asked.to.clone().unwrap_or_default() },
        "note" => Act::Note {
            initial: asked.initial.as_ref().map_or_else(Initial::default, |said| Initial {
                cause: said.cause.trim().to_owned(),
                loss_fen: said.loss_fen,
                injured: said.injured,
                dead: said.dead,
                rooms: said.rooms,
                notable: said.notable,
            }),
        },
        "change" => Act::Change {
            kind: kind(&asked.kind).transpose()?.unwrap_or(Kind::Unknown),
            address: asked.address.clone().unwrap_or_default(),
            at: point(asked.spot)?,
        },
        "raise" => Act::Raise { level: asked.level.unwrap_or(0) },
        "review" => Act::Review { lessons: u32::try_from(asked.lessons.len()).unwrap_or(u32::MAX) },
        "close" => Act::Close,
        "void" => Act::Void,
        _ => return Err(Error::field("step", "incident.step", "没有这一步，请刷新后再试")),
    })
}
