//! Rehearsals: an invented event at a moment, with people on leave, goes through the live rules; what is lacking becomes
//! somebody's matter. Nobody is paged. What does not belong here: what counts as lacking (`domain::incident::rehearsal`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use std::collections::BTreeSet;

use domain::ids::{IncidentId, PersonId, PlaceId, RoadId, TerritoryCode};
use domain::incident::join::Heard;
use domain::incident::rehearsal::{Lack, Played, lacks};
use domain::incident::{Act, Event, Incident, Kind, Sign, Source};
use domain::policy::{Action, Subject};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use store::follow_up::FollowUpFilter;
use store::incident::IncidentRecord;
use utoipa::ToSchema;

use super::card::{WaterNear, brief};
use super::view::SpotInput;
use super::{SERIES, TARGET_S, given, spot_of, stands, word};
use crate::dispatch::view::CandidateView;
use crate::follow_up::ask;
use crate::names::Names;
use crate::parameter::number_on;
use crate::post::owner::Owners;
use crate::view::{Named, read_day};
use crate::{App, Caller, Error, Result};

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
    /// What is assumed: wind, what burns.
    pub text: String,
    /// At which moment, RFC 3339; now when left out.
    pub at: Option<String>,
    /// Who is assumed to be on leave.
    pub away: Vec<String>,
    /// Stretches of road assumed to be closed that day: for this rehearsal alone.
    pub closed: Vec<String>,
    /// The post that owes what is lacking; nobody when left out.
    pub owner: Option<String>,
    /// By when.
    pub due_on: Option<String>,
}

/// Something the event would have lacked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LackView {
    /// `untold`, `nobody`, `slow`, `cut_off`, `unknown`, `roster`, `water` or `drained`.
    pub code: &'static str,
    pub text: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RehearsalView {
    /// It is kept as an incident that never was.
    pub incident: Named,
    /// Stretches that were assumed to be closed.
    pub closed: Vec<Named>,
    /// Who would have been told.
    pub told: Vec<Named>,
    pub candidates: Vec<CandidateView>,
    pub water: Vec<WaterNear>,
    pub lacks: Vec<LackView>,
    /// How many of them became matters to follow up.
    pub asked: u32,
}

impl App {
    /// Goes through an invented event and keeps what was lacking. Nobody is paged, no figure counts it.
    ///
    /// Errors: nobody can say where it is; a post that is none; a road that is none.
    pub async fn rehearse(&self, caller: &Caller, asked: RehearsalInput) -> Result<RehearsalView> {
        let now = self.now();
        let hat = caller.hat(Action::IncidentReview, &Subject::town())?;
        let kind = word("kind", Kind::from_code(given(&asked.kind).unwrap_or("building")))?;
        let at = match asked.at.as_deref().and_then(given) {
            None => now,
            Some(text) => Timestamp::parse(text)
                .ok_or_else(|| Error::field("at", "instant.invalid", "请选择日期和时间"))?,
        };
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
            at: asked.spot.map(|spot| [spot.lon, spot.lat]).or_else(|| place.as_ref().and_then(spot_of)),
            error_m: None,
            text: asked.text.trim().to_owned(),
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
        let card = brief(&mut tx, &record, at.date(), false).await?;
        let found = lacks(&Played {
            told: told.len(),
            ranked: &played.ranked,
            as_it_is: open.as_deref(),
            target_s: i64::from(number_on(&mut tx, TARGET_S, now.date()).await?),
            water: record.incident.at.map(|_| card.water.len()),
            drained: &played.drained,
        });
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
        self.step_in(caller, &mut tx, &mut record, Act::Review { lessons }, (now, &said)).await?;
        let names = Names::read(&mut tx).await?;
        let view = RehearsalView {
            incident: Named::new(id.as_str(), &record.incident.code),
            closed,
            told: told.iter().map(|one| Named::new(one.as_str(), names.person(one))).collect(),
            candidates: played.ranked.iter().take(SHOWN).map(CandidateView::of).collect(),
            water: card.water,
            lacks: found.into_iter().map(|one| LackView { code: one.code, text: one.text }).collect(),
            asked: lessons,
        };
        let audit = caller.audit_as(hat, "incident.rehearse", ("incident", id.as_str()), &record.path, now);
        Ok(tx.commit(audit, view).await?)
    }
}
