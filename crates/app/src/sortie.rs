//! Sorties: written down once a station is back, voided with a reason when it was not so. What does not belong here:
//! whether a record makes sense (`domain::sortie`).

use std::collections::BTreeMap;

use domain::ids::{ForceId, HazardId, PersonId, SortieId};
use domain::org::Assignment;
use domain::policy::{Action, Subject};
use domain::sortie::{Incident, Sortie};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use store::Read;
use store::force::ForceFilter;
use store::sortie::SortieRecord;
use utoipa::ToSchema;

use crate::names::Names;
use crate::view::{Named, Word, instant_of_page, page_after};
use crate::{App, Caller, Error, Result};

/// A hazard that was seen from the air.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SortieHazard {
    /// Id.
    pub id: String,
    /// Number people use.
    pub code: String,
    /// What was seen.
    pub description: String,
    /// Where it stands.
    pub state: Word,
}

/// 出动记录 as pages see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SortieView {
    /// Id.
    pub id: String,
    /// The station.
    pub force: Named,
    /// What it went out for.
    pub incident: Word,
    /// Where.
    pub site: String,
    /// Who called.
    pub called_by: String,
    /// When the call came.
    pub called_at: String,
    /// When 119 was told.
    pub told_119_at: Option<String>,
    /// Why 119 was not told.
    pub not_told: String,
    /// When it left.
    pub left_at: String,
    /// When it arrived.
    pub arrived_at: Option<String>,
    /// When it was back.
    pub back_at: String,
    /// From the call to the arrival. Units: seconds.
    pub arrival_s: Option<i64>,
    /// Who went.
    pub crew: Vec<Named>,
    /// What was used.
    pub used: Vec<String>,
    /// What happened and what was done.
    pub text: String,
    /// Hazards seen from the air, as far as the caller may see them.
    pub hazards: Vec<SortieHazard>,
    /// Why it was voided.
    pub void: Option<String>,
    /// Who recorded it.
    pub recorded_by: String,
    /// Version.
    pub version: i64,
    /// What the caller may do: `void`, and `find` a hazard in what was seen from the air.
    pub actions: Vec<&'static str>,
}

/// A page of sorties.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SortiePage {
    /// Rows.
    pub items: Vec<SortieView>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// A station with its people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SortieForce {
    /// The station.
    pub force: Named,
    /// Its people today.
    pub people: Vec<Named>,
}

/// What a form needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SortieOptions {
    /// What a station goes out for.
    pub incidents: Vec<Word>,
    /// Stations the caller may write down sorties of.
    pub forces: Vec<SortieForce>,
}

/// A sortie to write down.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct SortieInput {
    /// The station.
    pub force: String,
    /// What it went out for.
    pub incident: String,
    /// Where.
    pub site: String,
    /// Who called.
    #[serde(default)]
    pub called_by: String,
    /// When the call came, RFC 3339.
    pub called_at: String,
    /// When 119 was told.
    #[serde(default)]
    pub told_119_at: Option<String>,
    /// Why 119 was not told.
    #[serde(default)]
    pub not_told: String,
    /// When it left.
    pub left_at: String,
    /// When it arrived; none when it was called off.
    #[serde(default)]
    pub arrived_at: Option<String>,
    /// When it was back.
    pub back_at: String,
    /// Who went.
    pub crew: Vec<String>,
    /// What was used.
    #[serde(default)]
    pub used: Vec<String>,
    /// What happened and what was done.
    pub text: String,
}

/// Which sorties are asked for.
#[derive(Debug, Clone, Default)]
pub struct SortieAsked {
    /// Only of this station.
    pub force: Option<String>,
    /// Where the page begins.
    pub after: Option<String>,
    /// At most so many.
    pub limit: i64,
}

fn subject(record: &SortieRecord) -> Subject {
    let place = record.serves.as_deref().map(Into::into);
    Subject { place, ..Subject::of(&record.path, Some(&record.org)) }
}

/// What names an answer needs.
struct Words {
    people: Names,
    forces: BTreeMap<ForceId, String>,
    hazards: BTreeMap<HazardId, SortieHazard>,
}

/// Hazards seen from the air in these, as far as the caller may see them.
async fn hazards_of(
    read: &mut Read,
    caller: &Caller,
    of: &[SortieRecord],
) -> Result<BTreeMap<HazardId, SortieHazard>> {
    let mut found = BTreeMap::new();
    let Some(scope) = caller.hats.scope(Action::HazardRead) else { return Ok(found) };
    for id in of.iter().flat_map(|one| &one.sortie.hazards) {
        if !read.hazard_within(id, &scope).await? {
            continue;
        }
        let Some((hazard, filing)) = read.hazard(id).await? else { continue };
        let one = SortieHazard {
            id: id.to_string(),
            code: filing.code,
            description: hazard.find.description.clone(),
            state: Word::new(hazard.state.code(), hazard.state.label()),
        };
        found.insert(id.clone(), one);
    }
    Ok(found)
}

impl Words {
    async fn read(read: &mut Read, caller: &Caller, of: &[SortieRecord]) -> Result<Self> {
        let whole = Caller::system().scope(Action::SortieRead)?;
        let forces = read.forces(&whole, &ForceFilter::default()).await?;
        let forces = forces.into_iter().map(|one| (one.force.id, one.force.name)).collect();
        let hazards = hazards_of(read, caller, of).await?;
        Ok(Self { people: Names::read(read).await?, forces, hazards })
    }
}

fn view(caller: &Caller, record: &SortieRecord, words: &Words) -> SortieView {
    let s = &record.sortie;
    let mut actions = Vec::new();
    if s.void.is_none() && caller.hats.hat(Action::SortieRecord, &subject(record)).is_some() {
        actions.push("void");
    }
    // Whether he may at the very place is asked when it is chosen.
    let is_flight = s.void.is_none() && s.incident == Incident::DronePatrol;
    if is_flight && caller.hats.scope(Action::HazardFind).is_some() {
        actions.push("find");
    }
    SortieView {
        id: s.id.to_string(),
        force: Named::new(s.force.as_str(), words.forces.get(&s.force).map_or("", String::as_str)),
        incident: Word::new(s.incident.code(), s.incident.label()),
        site: s.site.clone(),
        called_by: s.called_by.clone(),
        called_at: s.called_at.to_rfc3339(),
        told_119_at: s.told_119_at.map(Timestamp::to_rfc3339),
        not_told: s.not_told.clone(),
        left_at: s.left_at.to_rfc3339(),
        arrived_at: s.arrived_at.map(Timestamp::to_rfc3339),
        back_at: s.back_at.to_rfc3339(),
        arrival_s: s.arrival_s(),
        crew: s.crew.iter().map(|one| Named::new(one.as_str(), words.people.person(one))).collect(),
        used: s.used.clone(),
        text: s.text.clone(),
        hazards: s.hazards.iter().filter_map(|id| words.hazards.get(id).cloned()).collect(),
        void: s.void.as_ref().map(|(_, reason)| reason.clone()),
        recorded_by: record.recorded_by.clone(),
        version: record.version,
        actions,
    }
}

fn moment(field: &str, text: &str) -> Result<Timestamp> {
    Timestamp::parse(text.trim()).ok_or_else(|| Error::field(field, "instant.invalid", "请选择日期和时间"))
}

fn moment_if(field: &str, text: Option<&str>) -> Result<Option<Timestamp>> {
    text.filter(|text| !text.trim().is_empty()).map(|text| moment(field, text)).transpose()
}

impl App {
    /// Sorties of stations the caller may see, newest first.
    pub async fn sorties(&self, caller: &Caller, asked: &SortieAsked) -> Result<SortiePage> {
        let scope = caller.scope(Action::SortieRead)?;
        let before = page_after(asked.after.as_deref(), instant_of_page)?;
        let force = asked.force.as_deref().map(ForceId::from);
        let mut read = self.db.read(&self.town).await?;
        let mut found = read.sorties(&scope, force.as_ref(), before, asked.limit + 1).await?;
        let more = found.len() as i64 > asked.limit;
        found.truncate(usize::try_from(asked.limit).unwrap_or(0));
        let last = found.last().filter(|_| more);
        let next = last.map(|last| format!("{}~{}", last.sortie.called_at.0, last.sortie.id));
        let words = Words::read(&mut read, caller, &found).await?;
        Ok(SortiePage { items: found.iter().map(|one| view(caller, one, &words)).collect(), next })
    }

    /// One sortie.
    pub async fn sortie(&self, caller: &Caller, id: &SortieId) -> Result<SortieView> {
        let scope = caller.scope(Action::SortieRead)?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.sortie(id, &scope).await?.ok_or(Error::NotFound)?;
        let words = Words::read(&mut read, caller, std::slice::from_ref(&record)).await?;
        Ok(view(caller, &record, &words))
    }

    /// What a form needs.
    pub async fn sortie_options(&self, caller: &Caller) -> Result<SortieOptions> {
        let scope = caller.scope(Action::SortieRecord)?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let held: Vec<Assignment> = read.assignments().await?.into_iter().map(|one| one.assignment).collect();
        let words = Words::read(&mut read, caller, &[]).await?;
        let forces = read.forces(&scope, &ForceFilter::default()).await?;
        let of = |one: &store::force::ForceRecord| {
            let people = one.force.held(&held, today);
            let named = people.map(|one| (one.person.clone(), words.people.person(&one.person)));
            let named: BTreeMap<PersonId, String> = named.collect();
            SortieForce {
                force: Named::new(one.force.id.as_str(), &one.force.name),
                people: named.iter().map(|(id, name)| Named::new(id.as_str(), name)).collect(),
            }
        };
        Ok(SortieOptions {
            incidents: Incident::ALL.iter().map(|one| Word::new(one.code(), one.label())).collect(),
            forces: forces.iter().filter(|one| one.force.is_in_use(today)).map(of).collect(),
        })
    }

    /// Writes down a sortie.
    ///
    /// Errors: somebody who was not of it that day; what `domain::sortie` refuses.
    pub async fn record_sortie(&self, caller: &Caller, asked: SortieInput) -> Result<SortieView> {
        let now = self.now();
        let scope = caller.scope(Action::SortieRead)?;
        let mut tx = self.write(caller).await?;
        let force = tx.force(&asked.force.as_str().into(), &scope).await?;
        let force = force.ok_or(Error::NotFound)?;
        let incident = Incident::from_code(&asked.incident)
            .ok_or_else(|| Error::field("incident", "sortie.incident", "请选择出动事由"))?;
        let called_at = moment("called_at", &asked.called_at)?;
        let held: Vec<Assignment> = tx.assignments().await?.into_iter().map(|one| one.assignment).collect();
        let crew: Vec<PersonId> = asked.crew.iter().map(|id| id.as_str().into()).collect();
        let is_of =
            |person: &PersonId| force.force.held(&held, called_at.date()).any(|one| one.person == *person);
        if !crew.iter().all(is_of) {
            let text = "出动人员当天不在该站队任职，请从列表中选择";
            return Err(Error::field("crew", "sortie.crew", text));
        }
        let sortie = Sortie {
            id: self.new_id().into(),
            force: force.force.id.clone(),
            incident,
            site: asked.site.trim().to_owned(),
            place: None,
            called_by: asked.called_by.trim().to_owned(),
            called_at,
            told_119_at: moment_if("told_119_at", asked.told_119_at.as_deref())?,
            not_told: asked.not_told.trim().to_owned(),
            left_at: moment("left_at", &asked.left_at)?,
            arrived_at: moment_if("arrived_at", asked.arrived_at.as_deref())?,
            back_at: moment("back_at", &asked.back_at)?,
            crew,
            used: asked.used.iter().map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect(),
            text: asked.text.trim().to_owned(),
            hazards: Vec::new(),
            void: None,
        }
        .record(now)?;
        let record = SortieRecord {
            sortie,
            org: force.force.org,
            path: force.path,
            serves: force.force.place.map(|place| place.to_string()),
            recorded_by: caller.name.clone(),
            version: 1,
            recorded_at: now,
        };
        let hat = caller.hat(Action::SortieRecord, &subject(&record))?;
        tx.insert_sortie(&record).await?;
        let view = view(caller, &record, &Words::read(&mut tx, caller, &[]).await?);
        let object = ("sortie", record.sortie.id.as_str());
        let mut audit = caller.audit_as(hat, "sortie.record", object, &record.path, now);
        audit.happened_at = called_at;
        Ok(tx.commit(audit, view).await?)
    }

    /// Voids a sortie that was not so.
    pub async fn void_sortie(
        &self,
        caller: &Caller,
        id: &SortieId,
        reason: &str,
        version: i64,
    ) -> Result<SortieView> {
        let now = self.now();
        let scope = caller.scope(Action::SortieRead)?;
        let mut tx = self.write(caller).await?;
        let mut record = tx.sortie(id, &scope).await?.ok_or(Error::NotFound)?;
        let stands = subject(&record);
        let hat = caller.hat(Action::SortieRecord, &stands)?;
        let words = Words::read(&mut tx, caller, std::slice::from_ref(&record)).await?;
        if record.version != version {
            return Err(Error::stale(&view(caller, &record, &words)));
        }
        record.sortie = record.sortie.void(now, reason)?;
        tx.update_sortie(&record).await?;
        record.version += 1;
        let shown = view(caller, &record, &words);
        let mut audit = caller.audit_as(hat, "sortie.void", ("sortie", id.as_str()), &record.path, now);
        audit.reason = reason.trim().to_owned();
        Ok(tx.commit(audit, shown).await?)
    }
}
