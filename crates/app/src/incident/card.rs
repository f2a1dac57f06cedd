//! The card of an incident: what whoever goes must know at the door. Of people it says how many and what help they need,
//! never why. What does not belong here: who is sent (`dispatch`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use domain::facility::Facility;
use domain::facility::water::Waters;
use domain::geometry::{Position, distance_m};
use domain::hazard::{HazardCode, Stage};
use domain::ids::IncidentId;
use domain::place::{GasUse, Place};
use domain::policy::Action;
use domain::time::{Date, Timestamp};
use serde::Serialize;
use store::Read;
use store::facility::FacilityFilter;
use store::hazard::HazardFilter;
use store::incident::{IncidentFilter, IncidentRecord};
use utoipa::ToSchema;

use super::{spot_of, subject};
use crate::facility::facilities;
use crate::facility::sight::{blind, looks_at};
use crate::facility::water::waters;
use crate::hazard::dictionary::described;
use crate::names::{Spot, kind_label, masked};
use crate::parameter::number_on;
use crate::view::{Named, Word};
use crate::{App, Caller, Error, Result};

/// Water and cameras so far off are shown. A default of the town. Units: metres.
pub(crate) const NEAR_METRES: (&str, f64) = ("incident.near_metres", 1_000.0);
/// Things of a kind shown on a card.
const SHOWN: usize = 5;
/// Facilities looked at.
const READ: i64 = 5_000;

/// Usable water near by.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WaterNear {
    pub facility: Named,
    pub kind: Word,
    /// As the crow flies. Units: metres.
    pub away_m: f64,
    /// Usable. Units: litres; none for what flows.
    pub litres: Option<f64>,
    /// Units: L/s.
    pub flow_l_s: Option<f64>,
    pub spot: Spot,
}

/// A hazard of the place that is still open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HazardNear {
    pub id: String,
    pub what: String,
    pub found_on: String,
    /// Where it stands.
    pub state: Word,
}

/// A camera that may see it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CameraNear {
    pub facility: Named,
    /// Units: metres.
    pub away_m: f64,
    pub spot: Spot,
    /// It is silent, at fault or shielded: nobody sees by it now.
    pub silent: bool,
}

/// What burned there before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EarlierIncident {
    pub id: String,
    pub code: String,
    pub kind: Word,
    pub stage: Word,
    pub on: String,
}

/// Somebody to ring up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CardContact {
    pub role: &'static str,
    pub name: String,
    /// Whole for who verifies and commands, partly hidden for others.
    pub phone: String,
}

/// What whoever goes must know.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Card {
    pub place: Option<Named>,
    /// What is told at the door.
    pub notes: Vec<String>,
    pub contacts: Vec<CardContact>,
    pub water: Vec<WaterNear>,
    pub hazards: Vec<HazardNear>,
    pub cameras: Vec<CameraNear>,
    pub earlier: Vec<EarlierIncident>,
    /// So far off things are looked for. Units: metres.
    pub near_m: f64,
}

/// What is told of a place at the door: which help is needed and how one gets in, where the reader goes there; how many
/// people, what burns.
fn notes(place: &Place, goes_there: bool) -> Vec<String> {
    let mut notes = vec![kind_label(&place.category)];
    notes.extend(place.tags.iter().map(kind_label));
    let heads = &place.heads;
    for (n, what) in [(heads.lodging, "住宿"), (heads.working, "工作"), (heads.training, "培训")] {
        notes.extend(n.filter(|n| *n > 0).map(|n| format!("{what} {n} 人")));
    }
    notes.extend(heads.beds.filter(|n| *n > 0).map(|n| format!("床位 {n} 张，须逐床确认人员")));
    notes.extend(match place.gas {
        Some(GasUse::Bottled) => Some("使用瓶装液化气".to_owned()),
        Some(GasUse::Piped) => Some("使用管道燃气".to_owned()),
        _ => None,
    });
    if let Some(class) = place.fire_hazard_class {
        let class = serde_json::to_value(class).ok().and_then(|value| value.as_str().map(str::to_uppercase));
        notes.extend(class.map(|class| format!("生产储存火灾危险性类别 {class}")));
    }
    notes.extend(place.area_m2.map(|area| format!("建筑面积 {area} 平方米")));
    let said = |what: &str, text: &str| Some(format!("{what}：{text}")).filter(|_| !text.is_empty());
    let told = said("需要帮助", &place.help).into_iter().chain(said("进门", &place.access));
    told.filter(|_| goes_there).chain(notes).collect()
}

/// What a facility gives to whoever draws water today; none where it does not count.
fn water_of(
    (facility, waters): (&Facility, &Waters),
    spot: Position,
    away_m: f64,
    today: Date,
) -> Option<WaterNear> {
    let kind = facilities().catalog.kind(&facility.kind)?;
    waters.counts(facility, today, f64::from(facilities().lift_limit_m)).ok()?;
    let gives = facility.water.as_ref();
    Some(WaterNear {
        facility: Named::new(facility.id.as_str(), &facility.name),
        kind: Word::new(&kind.code, &kind.name),
        away_m,
        litres: gives.and_then(|water| water.usable_m3).map(|m3| m3 * 1_000.0),
        flow_l_s: gives.and_then(|water| water.flow_l_s),
        spot: Spot { lon: spot[0], lat: spot[1] },
    })
}

/// All water of the town that counts today, and where it is.
// Part of the way of an order, which asked.
pub(crate) async fn usable_water(read: &mut Read, today: Date) -> Result<Vec<(WaterNear, Position)>> {
    let whole = Caller::system().scope(Action::FacilityRead)?;
    let all = read.facilities(&whole, &FacilityFilter::default(), None, READ).await?;
    let waters = waters(&all);
    let water = |one: store::facility::FacilityRecord| {
        let Some(domain::facility::Shape::Point(spot)) = one.facility.shape else { return None };
        Some((water_of((&one.facility, &waters), spot, 0.0, today)?, spot))
    };
    Ok(all.into_iter().filter_map(water).collect())
}

async fn near(
    read: &mut Read,
    at: Option<Position>,
    now: Timestamp,
) -> Result<(Vec<WaterNear>, Vec<CameraNear>, f64)> {
    let today = now.date();
    let near_m = f64::from(number_on(read, NEAR_METRES, today).await?);
    let Some(at) = at else { return Ok((Vec::new(), Vec::new(), near_m)) };
    let whole = Caller::system().scope(Action::FacilityRead)?;
    let all = read.facilities(&whole, &FacilityFilter::default(), None, READ).await?;
    let waters = waters(&all);
    let blind = blind(read, now).await?;
    let (mut water, mut cameras) = (Vec::new(), Vec::new());
    for one in all {
        let facility = one.facility;
        let Some(domain::facility::Shape::Point(spot)) = facility.shape.clone() else { continue };
        let (away_m, spot_at) = (distance_m(at, spot), spot);
        if away_m > near_m {
            continue;
        }
        if let Some(found) = water_of((&facility, &waters), spot_at, away_m, today) {
            water.push(found);
        } else if facility.class.starts_with("camera") && looks_at(&facility, spot_at, at) {
            let named = Named::new(facility.id.as_str(), &facility.name);
            let (spot, silent) = (Spot { lon: spot[0], lat: spot[1] }, blind.contains(&facility.id));
            cameras.push(CameraNear { facility: named, away_m, spot, silent });
        }
    }
    water.sort_by(|a, b| a.away_m.total_cmp(&b.away_m));
    // Those that see something first.
    cameras.sort_by(|a, b| a.silent.cmp(&b.silent).then(a.away_m.total_cmp(&b.away_m)));
    water.truncate(SHOWN);
    cameras.truncate(SHOWN);
    Ok((water, cameras, near_m))
}

/// The card as whoever is called there sees it: no hazards, no telephone numbers. `goes_there` for who was called, verifies
/// or commands: others do not learn how one gets in and what help is needed.
// The use case asked who reads it.
pub(crate) async fn brief(
    read: &mut Read,
    record: &IncidentRecord,
    now: Timestamp,
    goes_there: bool,
) -> Result<Card> {
    let i = &record.incident;
    let place = match &i.place {
        Some(id) => read.places_by_id(std::slice::from_ref(id)).await?.into_iter().next(),
        None => None,
    };
    let at = i.at.or_else(|| place.as_ref().and_then(spot_of));
    let (water, cameras, near_m) = near(read, at, now).await?;
    Ok(Card {
        place: place.as_ref().map(|one| Named::new(one.place.id.as_str(), &one.place.name)),
        notes: place.as_ref().map(|one| notes(&one.place, goes_there)).unwrap_or_default(),
        contacts: Vec::new(),
        water,
        hazards: Vec::new(),
        cameras,
        earlier: Vec::new(),
        near_m,
    })
}

impl App {
    /// The card of an incident.
    pub async fn incident_card(&self, caller: &Caller, id: &IncidentId) -> Result<Card> {
        let now = self.now();
        let scope = caller.scope(Action::IncidentRead)?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.incident(id, &scope).await?.ok_or(Error::NotFound)?;
        let stands = subject(&record);
        let sees = [Action::IncidentVerify, Action::IncidentCommand]
            .iter()
            .any(|action| caller.hats.hat(*action, &stands).is_some());
        let mut card = brief(&mut read, &record, now, sees).await?;
        let Some(place) = &record.incident.place else { return Ok(card) };
        if let Some(kept) = read.places_by_id(std::slice::from_ref(place)).await?.into_iter().next() {
            let manager = kept.place.manager.as_ref().map(|who| ("manager", who));
            for (role, who) in std::iter::once(("responsible", &kept.place.responsible)).chain(manager) {
                let phone = if sees { who.phone.clone() } else { masked(&who.phone) };
                card.contacts.push(CardContact { role, name: who.name.clone(), phone });
            }
            card.contacts.retain(|one| !one.name.is_empty() || !one.phone.is_empty());
        }
        if let Some(scope) = caller.hats.scope(Action::HazardRead) {
            let filter = HazardFilter { place: Some(place.clone()), open: true, ..HazardFilter::default() };
            let found = read.hazards(&scope, &filter, None, SHOWN as i64).await?;
            card.hazards = found
                .into_iter()
                .map(|one| HazardNear {
                    id: one.id.to_string(),
                    what: HazardCode::parse(&one.hazard_code)
                        .map_or_else(|_| one.description.clone(), |code| described(&code, &one.description)),
                    found_on: one.found_at.date().to_string(),
                    state: Word::new(&one.state, Stage::from_code(&one.state).map_or("", Stage::label)),
                })
                .collect();
        }
        let filter = IncidentFilter {
            place: Some(place.clone()),
            rehearsal: Some(false),
            ..IncidentFilter::default()
        };
        let before = Some((record.alarm_at(), id.clone()));
        let earlier = read.incidents(&scope, &filter, before, SHOWN as i64).await?;
        card.earlier = earlier
            .into_iter()
            .map(|one| EarlierIncident {
                id: one.incident.id.to_string(),
                code: one.incident.code.clone(),
                kind: Word::new(one.incident.kind.code(), one.incident.kind.label()),
                stage: Word::new(one.incident.stage.code(), one.incident.stage.label()),
                on: one.alarm_at().date().to_string(),
            })
            .collect();
        Ok(card)
    }
}
