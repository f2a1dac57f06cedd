//! Rehearsals: an invented event at a moment, with people on leave, goes through the live rules; what is lacking becomes
//! somebody's matter. Nobody is paged. What does not belong here: what counts as lacking (`domain::incident::rehearsal`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use std::collections::BTreeSet;

use domain::geometry::{Bounds, Position, distance_m};
use domain::ids::{IncidentId, PersonId, PlaceId, RoadId, TerritoryCode};
use domain::incident::join::{Clue, Heard};
use domain::incident::rehearsal::{Downwind, Lack, Played, Wind, WindFrom, drives, lacks};
use domain::incident::{Act, Event, Incident, Kind, Mark, Sign, Source, replay};
use domain::place::HeadCounts;
use domain::policy::{Action, Subject};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use store::Read;
use store::follow_up::FollowUpFilter;
use store::incident::IncidentRecord;
use utoipa::ToSchema;

use super::card::{WaterNear, brief};
use super::view::SpotInput;
use super::{SERIES, TARGET_S, given, spot_of, stands, window, word};
use crate::dispatch::view::CandidateView;
use crate::follow_up::ask;
use crate::names::{Names, Spot};
use crate::parameter::number_on;
use crate::post::owner::Owners;
use crate::view::{Named, read_day};
use crate::{App, Caller, Error, Result};

/// Who lies so far downwind of a fire in the open is named. A default of the town: no source gives one. Units: km.
pub(crate) const DOWNWIND_KM: (&str, f64) = ("incident.downwind_km", 2.0);
/// Candidates shown.
const SHOWN: usize = 20;

/// An event to go through.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct RehearsalInput {
    pub kind: String,
    pub place: Option<String>,
    pub village: Option<String>,
    pub address: String,
    pub spot: Option<SpotInput>,
    /// What is assumed in words: what burns, what is about.
    pub text: String,
    /// The wind that is assumed; none where nothing is said of it.
    pub wind: Option<WindInput>,
    /// At which moment, RFC 3339; now when left out.
    pub at: Option<String>,
    /// Who is assumed to be on leave.
    pub away: Vec<String>,
    /// Stretches of road assumed to be closed that day: for this rehearsal alone.
    pub closed: Vec<String>,
    /// A past incident whose signals go through the rules of today once more.
    pub replay: Option<String>,
    /// The post that owes what is lacking; nobody when left out.
    pub owner: Option<String>,
    /// By when.
    pub due_on: Option<String>,
}

/// The wind that is assumed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct WindInput {
    /// Where it comes from: `n`, `ne`, `e`, `se`, `s`, `sw`, `w` or `nw`.
    pub from: String,
    /// Beaufort, 0 to 17.
    pub force: u8,
}

/// Something the event would have lacked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LackView {
    /// `untold`, `nobody`, `slow`, `cut_off`, `downwind`, `unknown`, `roster`, `water` or `drained`; of signals gone through again
    /// `unheard`, `split`, `unproved`, `nowhere` or `masked`.
    pub code: &'static str,
    pub text: String,
}

/// An incident the signals of a past event would become today.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FormedView {
    pub signals: u32,
    /// When the first came.
    pub at: String,
    pub spot: Option<Spot>,
    /// How far off the spot may be. Units: metres.
    pub error_m: Option<f64>,
    /// Whether anybody may be sent before a person verified it.
    pub trusted: bool,
    /// Why signals joined it.
    pub why: Vec<String>,
}

/// What the signals of a past event would become today.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReplayView {
    pub of: Named,
    pub signals: u32,
    pub formed: Vec<FormedView>,
    /// Signals a mask of today would hide.
    pub hidden: u32,
    /// From the alarm to the word of who verified it, as it was. Units: seconds.
    pub verified_s: Option<i64>,
    /// From the dispatch to the first arrival, as it was. Units: seconds.
    pub arrived_s: Option<i64>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RehearsalView {
    /// It is kept as an incident that never was.
    pub incident: Named,
    /// The wind that was assumed, in words.
    pub wind: Option<String>,
    /// Stretches that were assumed to be closed.
    pub closed: Vec<Named>,
    /// Who would have been told.
    pub told: Vec<Named>,
    pub candidates: Vec<CandidateView>,
    pub water: Vec<WaterNear>,
    pub lacks: Vec<LackView>,
    /// The signals of the past event, where one was named.
    pub replay: Option<ReplayView>,
    /// How many of them became matters to follow up.
    pub asked: u32,
}

/// The wind as it was typed in.
fn read_wind(asked: &WindInput) -> Result<Wind> {
    let from = word("wind", WindFrom::from_code(asked.from.trim()))?;
    if asked.force > Wind::MOST {
        return Err(Error::field("wind", "incident.wind", "风力为 0 到 17 级，请核对"));
    }
    Ok(Wind { from, force: asked.force })
}

/// What is assumed, the wind first.
fn said_of(wind: Option<Wind>, text: &str) -> String {
    match wind {
        None => text.to_owned(),
        Some(wind) if text.is_empty() => wind.label(),
        Some(wind) => format!("{}，{text}", wind.label()),
    }
}

/// Who lies downwind of a fire, as far as the town looks.
async fn downwind(read: &mut Read, wind: Wind, fire: Position, now: Timestamp) -> Result<Downwind> {
    let km = f64::from(number_on(read, DOWNWIND_KM, now.date()).await?);
    let mut found = read.heads_within(&Bounds::around(fire, km * 1_000.0)).await?;
    found.retain(|(_, at, _)| wind.reaches(fire, *at, km * 1_000.0));
    found.sort_by(|a, b| distance_m(fire, a.1).total_cmp(&distance_m(fire, b.1)));
    let heads = |(name, _, heads): (String, Position, HeadCounts)| (name, heads.largest().unwrap_or(0));
    Ok(Downwind { wind, km, places: found.into_iter().map(heads).collect() })
}

/// A sign as it came: what it said of its place stands in the signal it came by.
async fn sign_again(read: &mut Read, heard: &Heard, place: Option<&PlaceId>) -> Result<replay::Sign> {
    let whole = Caller::system().scope(Action::SignalRead)?;
    let signal = match &heard.signal {
        Some(id) => read.signal(&id.as_str().into(), &whole).await?,
        None => None,
    };
    let signal = signal.map(|one| one.signal);
    // A call that was typed in was about the incident's own place.
    let own = if heard.signal.is_none() { place.cloned() } else { None };
    let place = signal.as_ref().map_or(own, |one| one.place.clone());
    Ok(replay::Sign {
        clue: Clue {
            came_at: heard.came_at,
            place,
            at: heard.at,
            bearing: heard.bearing.clone(),
            sender: heard.sender.clone(),
        },
        alarm: !heard.restored,
        bound: heard.bound,
        by_camera: heard.source == Source::Camera,
    })
}

/// The signals of a past incident through the rules of today.
async fn replayed(read: &mut Read, past: &IncidentRecord, now: Timestamp) -> Result<(ReplayView, Vec<Lack>)> {
    let heard = read.incident_signals(&past.incident.id).await?;
    let mut signs = Vec::with_capacity(heard.len());
    for one in &heard {
        signs.push(sign_again(read, one, past.incident.place.as_ref()).await?);
    }
    let masks = read.incident_masks().await?;
    let masks: Vec<&domain::incident::join::Mask> = masks.iter().map(|one| &one.mask).collect();
    let found = replay::replay(signs, &masks, &window(read, now.date()).await?);
    let n = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let formed = found.formed.iter().map(|one| FormedView {
        signals: n(one.signs),
        at: one.first.came_at.to_rfc3339(),
        spot: one.fix.map(|fix| Spot { lon: fix.at[0], lat: fix.at[1] }),
        error_m: one.fix.map(|fix| fix.error_m),
        trusted: one.trusted,
        why: one.why.clone(),
    });
    let view = ReplayView {
        of: Named::new(past.incident.id.as_str(), &past.incident.code),
        signals: n(found.signs),
        formed: formed.collect(),
        hidden: n(found.hidden),
        verified_s: past.incident.between_s(Mark::Alarm, Mark::Verified),
        arrived_s: past.incident.between_s(Mark::Dispatched, Mark::Arrived),
    };
    Ok((view, replay::lacks(&found)))
}

impl App {
    /// Goes through an invented event and keeps what was lacking. Nobody is paged, no figure counts it.
    ///
    /// Errors: nobody can say where it is; a post that is none; a road that is none; a past incident that is none.
    pub async fn rehearse(&self, caller: &Caller, asked: RehearsalInput) -> Result<RehearsalView> {
        let now = self.now();
        let hat = caller.hat(Action::IncidentReview, &Subject::town())?;
        let kind = word("kind", Kind::from_code(given(&asked.kind).unwrap_or("building")))?;
        let at = match asked.at.as_deref().and_then(given) {
            None => now,
            Some(text) => Timestamp::parse(text)
                .ok_or_else(|| Error::field("at", "instant.invalid", "请选择日期和时间"))?,
        };
        let wind = asked.wind.as_ref().map(read_wind).transpose()?;
        let as_it_is = self.road_net().await?;
        let closed: Vec<RoadId> = asked.closed.iter().map(|road| road.as_str().into()).collect();
        let (net, closed) = self.road_net_closed(&closed, at.date()).await?;
        let mut tx = self.write(caller).await?;
        let town = TerritoryCode::from(self.town.as_str());
        let wanted = asked.place.as_deref().and_then(given).map(PlaceId::from);
        let village = asked.village.as_deref().and_then(given).map(TerritoryCode::from);
        let (place, territory, path, org) = stands(&mut tx, wanted.as_ref(), village.as_ref(), &town).await?;
        let own = place.as_ref().map(|one| one.place.address.clone()).unwrap_or_default();
        let sign = Sign {
            source: Source::Person,
            kind,
            place: place.as_ref().map(|one| one.place.id.clone()),
            territory,
            address: given(&asked.address).map_or(own, str::to_owned),
            at: super::point(asked.spot)?.or_else(|| place.as_ref().and_then(spot_of)),
            error_m: None,
            text: said_of(wind, asked.text.trim()),
            called_by: "推演".to_owned(),
            bound: true,
            came_at: now,
        };
        let id = IncidentId::from(self.new_id());
        let code = format!("{SERIES}-{:04}", tx.next_number("incident").await?);
        let mut incident = Incident::open(id.clone(), code, sign, caller.person.clone(), now)?;
        incident.rehearsal = true;
        let mut record = IncidentRecord {
            incident,
            caller_phone: String::new(),
            path,
            org,
            version: 1,
            recorded_at: now,
            recorded_by: caller.name.clone(),
        };
        let away: BTreeSet<PersonId> = asked.away.iter().map(|one| one.as_str().into()).collect();
        let played = self.play(&mut tx, &record, &away, (at, &net)).await?;
        let open = match closed.is_empty() {
            true => None,
            false => Some(self.play(&mut tx, &record, &away, (at, &as_it_is)).await?.ranked),
        };
        let told = self.on_watch(&mut tx, &record.path, at.date()).await?;
        let told: BTreeSet<_> = told.into_iter().filter(|one| !away.contains(one)).collect();
        let card = brief(&mut tx, &record, at, false).await?;
        let (replay, mut found) = match asked.replay.as_deref().and_then(given) {
            None => (None, Vec::new()),
            Some(past) => {
                let seen = caller.scope(Action::IncidentRead)?;
                let past = tx.incident(&past.into(), &seen).await?.ok_or(Error::NotFound)?;
                let (view, lacks) = replayed(&mut tx, &past, now).await?;
                (Some(view), lacks)
            }
        };
        let downwind = match (wind.filter(|_| drives(kind)), record.incident.at) {
            (Some(wind), Some(fire)) => Some(downwind(&mut tx, wind, fire, now).await?),
            _ => None,
        };
        found.extend(lacks(&Played {
            told: told.len(),
            ranked: &played.ranked,
            as_it_is: open.as_deref(),
            target_s: i64::from(number_on(&mut tx, TARGET_S, now.date()).await?),
            water: record.incident.at.map(|_| card.water.len()),
            downwind: downwind.as_ref(),
            drained: &played.drained,
        }));
        let heard = Heard {
            signal: None,
            source: Source::Person,
            says: record.incident.text.clone(),
            from: "推演".to_owned(),
            bound: true,
            restored: false,
            came_at: now,
            at: record.incident.at,
            bearing: None,
            why: Vec::new(),
            sender: String::new(),
            address: String::new(),
            phone: String::new(),
        };
        let opened = Event {
            seq: 1,
            act: Act::Open,
            at: now,
            recorded_at: now,
            by: caller.person.clone(),
            text: String::new(),
            stage: record.incident.stage,
        };
        tx.insert_incident(&record, &opened, (&self.new_id(), &heard)).await?;
        let mut lessons = 0;
        if let Some(owner) = asked.owner.as_deref().and_then(given) {
            let due = read_day("due_on", asked.due_on.as_deref().unwrap_or_default())?;
            let owners = Owners::read(&mut tx, now.date()).await?;
            let origin = domain::follow_up::Origin { kind: "incident".to_owned(), id: id.to_string() };
            // What an earlier run asked of the same post and is still owed is not asked again.
            let whole = Caller::system().scope(Action::FollowUpRead)?;
            let open = FollowUpFilter {
                state: Some("open,done".to_owned()),
                owners: Some(vec![owner.into()]),
                overdue_as_of: None,
            };
            let owed = tx.follow_ups(&whole, &open, None, i64::MAX).await?;
            let is_owed = |lack: &&Lack| {
                owed.iter().any(|one| one.item.origin.kind == "incident" && one.item.text == lack.text)
            };
            for lack in found.iter().filter(|lack| !is_owed(lack)) {
                let item = (self.new_id().into(), lack.text.as_str(), &owner.into(), due);
                ask(&mut tx, &owners, &origin, item, now).await?;
                lessons += 1;
            }
        }
        let said: Vec<&str> = found.iter().map(|one| one.text.as_str()).collect();
        let mut said = if said.is_empty() { "推演没有发现缺口".to_owned() } else { said.join("；") };
        if !closed.is_empty() {
            let roads: Vec<&str> = closed.iter().map(|road| road.name.as_str()).collect();
            said = format!("假定封闭{}：{said}", roads.join("、"));
        }
        if let Some(wind) = wind {
            said = format!("假定{}：{said}", wind.label());
        }
        self.step_in(caller, &mut tx, &mut record, Act::Review { lessons }, (now, &said)).await?;
        let names = Names::read(&mut tx).await?;
        let view = RehearsalView {
            incident: Named::new(id.as_str(), &record.incident.code),
            wind: wind.map(Wind::label),
            closed,
            told: told.iter().map(|one| Named::new(one.as_str(), names.person(one))).collect(),
            candidates: played.ranked.iter().take(SHOWN).map(CandidateView::of).collect(),
            water: card.water,
            replay,
            lacks: found.into_iter().map(|one| LackView { code: one.code, text: one.text }).collect(),
            asked: lessons,
        };
        let audit = caller.audit_as(hat, "incident.rehearse", ("incident", id.as_str()), &record.path, now);
        Ok(tx.commit(audit, view).await?)
    }
}
