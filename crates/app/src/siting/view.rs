//! Siting studies as they are shown and typed in.
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use domain::siting::{Found, Model, Question, Study};
use serde::{Deserialize, Serialize};
use store::Read;
use store::siting::SitingRecord;
use utoipa::{IntoParams, ToSchema};

use crate::Result;
use crate::job::JobView;
use crate::names::Names;
use crate::road::vehicle::name_of;
use crate::siting::since::SitingSince;
use crate::view::{Named, Word};

/// Where candidates are taken from.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct SitingAsked {
    /// `force`, or kinds of facilities with commas between them.
    pub source: String,
}

/// Somewhere something could be built.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct SitingSpot {
    pub name: String,
    /// Degrees east.
    pub lon: f64,
    /// Degrees north.
    pub lat: f64,
    /// It stands already, or is chosen in any case.
    #[serde(default)]
    pub fixed: bool,
}

/// Candidates from the record.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SitingSpots {
    pub items: Vec<SitingSpot>,
}

/// What is asked.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct SitingInput {
    pub title: String,
    /// `station`, `micro_station`, `water_point`, `checkpoint` or `camera`.
    pub purpose: String,
    /// `p_median`, `p_center`, `lscp` or `mclp`.
    pub model: String,
    pub sites: u32,
    /// Units: metres, or seconds when measured by time; 0 for none.
    pub radius: u32,
    /// `great_circle`, `road_length` or `road_time`; straight when left out.
    pub measure: String,
    /// `engine`, `mini`, `motorcycle` or `foot`; of roads only.
    pub vehicle: Option<String>,
    pub weight_base: u32,
    pub weight_person: u32,
    pub weight_fire: u32,
    pub candidates: Vec<SitingSpot>,
    /// Only places of these villages; of the whole town when none is named.
    pub villages: Vec<String>,
    /// `places` of the register, the default, or `groups`: village groups by how many live there, each fire on record counted
    /// to the nearest.
    pub demand: String,
    pub reason: String,
}

/// A study in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SitingRow {
    pub id: String,
    pub title: String,
    pub purpose: Word,
    pub model: Word,
    pub sites: u32,
    /// Units: those of the measure.
    pub radius: u32,
    /// How distances are measured; `road_time` counts in seconds, the others in metres.
    pub measure: Word,
    /// Chosen, by name; empty while it is worked out.
    pub chosen: Vec<String>,
    /// Proven best; none while it is worked out.
    pub optimal: Option<bool>,
    /// Demands no candidate has within the radius, chosen or not: the best choice leaves them out, too.
    pub beyond_n: usize,
    /// It could not be worked out; its page says why.
    pub failed: bool,
    /// What is to be reached are village groups, not places.
    pub by_group: bool,
    pub recorded_at: String,
    pub recorded_by: String,
    pub voided: bool,
}

/// Studies.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SitingList {
    pub items: Vec<SitingRow>,
    pub may_add: bool,
}

/// What a form needs.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SitingOptions {
    pub models: Vec<Word>,
    pub purposes: Vec<Word>,
    pub measures: Vec<Word>,
    pub vehicles: Vec<Word>,
    pub villages: Vec<Named>,
    /// Kinds of facilities candidates may be taken from.
    pub kinds: Vec<Word>,
}

/// A candidate with whether it was chosen.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SitingCandidate {
    pub name: String,
    pub lon: f64,
    pub lat: f64,
    pub fixed: bool,
    pub chosen: bool,
    /// The candidate at the same spot it counts as; none of any other.
    pub same_as: Option<String>,
    /// No road passes it, so nobody is reached from it; only over roads.
    pub apart: bool,
}

/// What came of one question.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SitingFound {
    pub sites: u32,
    /// Units: those of the measure.
    pub radius: u32,
    /// Metres or seconds, the same weighted, sites or weight, as the model has it; none where it has no answer.
    pub objective: Option<f64>,
    pub bound: Option<f64>,
    pub optimal: bool,
    /// As a share.
    pub gap: f64,
    pub chosen: Vec<String>,
    /// Demands beyond the radius.
    pub uncovered_n: usize,
    /// Those of them no candidate has within the radius, chosen or not.
    pub beyond_n: usize,
    /// Weight within the radius, as a share.
    pub covered: f64,
    /// Demands a chosen site reaches at all: the mean and the farthest are of these. None of an older answer over roads.
    pub reached_n: Option<usize>,
    /// Units: those of the measure.
    pub mean: f64,
    /// Units: those of the measure.
    pub farthest: f64,
}

/// A place that is reached or not.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SitingDemand {
    /// Id on the register.
    pub id: String,
    pub name: String,
    pub lon: f64,
    pub lat: f64,
    pub people: u32,
    pub fires: u32,
    pub weight: u64,
}

/// One study.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SitingView {
    #[serde(flatten)]
    pub row: SitingRow,
    pub org: Named,
    pub reason: String,
    /// Which vehicle drives; none of straight distances.
    pub vehicle: Option<Word>,
    pub weight_base: u32,
    pub weight_person: u32,
    pub weight_fire: u32,
    pub candidates: Vec<SitingCandidate>,
    pub demands_n: usize,
    pub people: u64,
    pub fires: u64,
    /// Places without a position, which could not be counted.
    pub unplaced: u32,
    /// To the question itself; none while it is worked out.
    pub found: Option<SitingFound>,
    /// The same question a little otherwise.
    pub variants: Vec<SitingFound>,
    /// Demands no chosen site reaches, the heaviest first, by name.
    pub uncovered: Vec<SitingDemand>,
    pub solved_at: Option<String>,
    /// What changed since it was worked out; none before.
    pub since: Option<SitingSince>,
    /// The job that works it out, or could not; none once there is an answer.
    pub job: Option<JobView>,
    /// Demands no candidate reaches over the roads at all.
    pub unreached_n: usize,
    pub void: Option<String>,
    pub version: i64,
    pub may_void: bool,
    /// Whether the caller may draft the report of clause 6 from it.
    pub may_report: bool,
}

fn chosen(study: &Study, found: &Found) -> Vec<String> {
    found.sites.iter().filter_map(|n| study.candidates.get(*n)).map(|one| one.name.clone()).collect()
}

/// How many demands no candidate has within the radius. Of an answer from before this was kept it follows where everybody
/// was to be covered, and that was proven.
pub(super) fn beyond(question: Question, found: &Found) -> usize {
    let is_whole = question.model == Model::Lscp && found.optimal;
    if found.beyond.is_empty() && is_whole { found.uncovered.len() } else { found.beyond.len() }
}

/// How many demands a chosen site reaches at all. In a straight line that is all; of an older answer over roads nobody knows.
pub(super) fn reached(study: &Study, found: &Found) -> Option<usize> {
    found.reached.or_else(|| (!study.measure.is_road()).then_some(study.demands.len()))
}

/// A study in a list.
pub(super) fn row(record: &SitingRecord, job: Option<&JobView>) -> SitingRow {
    let s = &record.study;
    let outcome = s.outcome.as_ref();
    SitingRow {
        id: s.id.to_string(),
        title: s.title.clone(),
        purpose: Word::new(s.purpose.code(), s.purpose.label()),
        model: Word::new(s.question.model.code(), s.question.model.label()),
        sites: s.question.sites,
        radius: s.question.radius,
        measure: Word::new(s.measure.code(), s.measure.label()),
        chosen: outcome.map(|outcome| chosen(s, &outcome.found)).unwrap_or_default(),
        optimal: outcome.map(|outcome| outcome.found.optimal),
        beyond_n: outcome.map_or(0, |outcome| beyond(s.question, &outcome.found)),
        failed: job.is_some_and(|job| job.state == "failed"),
        by_group: s.by_group,
        recorded_at: record.recorded_at.to_rfc3339(),
        recorded_by: record.recorded_by.clone(),
        voided: s.void.is_some(),
    }
}

fn told(study: &Study, question: Question, found: Option<&Found>) -> SitingFound {
    SitingFound {
        sites: question.sites,
        radius: question.radius,
        objective: found.map(|found| found.objective),
        bound: found.map(|found| found.bound),
        optimal: found.is_some_and(|found| found.optimal),
        gap: found.map_or(0.0, |found| found.gap),
        chosen: found.map(|found| chosen(study, found)).unwrap_or_default(),
        uncovered_n: found.map_or(0, |found| found.uncovered.len()),
        beyond_n: found.map_or(0, |found| beyond(question, found)),
        covered: found.map_or(0.0, |found| found.covered),
        reached_n: found.and_then(|found| reached(study, found)),
        mean: found.map_or(0.0, |found| found.mean),
        farthest: found.map_or(0.0, |found| found.farthest),
    }
}

/// One study as its page shows it.
pub(super) async fn page(
    read: &mut Read,
    record: &SitingRecord,
    (may_void, may_report): (bool, bool),
) -> Result<SitingView> {
    let s = &record.study;
    let names = Names::read(read).await?;
    let job = super::open_job(read, record).await?;
    let outcome = s.outcome.as_ref();
    let same_as = s.same_as();
    let is_chosen = |n: usize| outcome.is_some_and(|outcome| outcome.found.sites.contains(&n));
    let uncovered = s.uncovered().into_iter().map(|demand| SitingDemand {
        id: demand.id.clone(),
        name: demand.name.clone(),
        lon: demand.at[0],
        lat: demand.at[1],
        people: demand.people,
        fires: demand.fires,
        weight: s.weights.of(demand),
    });
    let uncovered = uncovered.collect();
    Ok(SitingView {
        row: row(record, job.as_ref()),
        org: names.named_org(&s.org),
        reason: s.reason.clone(),
        vehicle: s.vehicle.map(|class| Word::new(class.code(), name_of(class))),
        weight_base: s.weights.base,
        weight_person: s.weights.person,
        weight_fire: s.weights.fire,
        candidates: s
            .candidates
            .iter()
            .enumerate()
            .map(|(n, one)| SitingCandidate {
                name: one.name.clone(),
                lon: one.at[0],
                lat: one.at[1],
                fixed: one.fixed,
                chosen: is_chosen(n),
                same_as: same_as.get(n).copied().flatten().map(|one| one.name.clone()),
                apart: outcome.is_some_and(|outcome| outcome.apart.contains(&n)),
            })
            .collect(),
        demands_n: s.demands.len(),
        people: s.demands.iter().map(|demand| u64::from(demand.people)).sum(),
        fires: s.demands.iter().map(|demand| u64::from(demand.fires)).sum(),
        unplaced: s.unplaced,
        found: outcome.map(|outcome| told(s, s.question, Some(&outcome.found))),
        variants: outcome
            .into_iter()
            .flat_map(|outcome| outcome.variants.iter())
            .map(|one| told(s, one.question, one.found.as_ref()))
            .collect(),
        uncovered,
        unreached_n: outcome.map_or(0, |outcome| outcome.unreached.len()),
        may_report: may_report && s.for_report().is_ok(),
        solved_at: outcome.map(|outcome| outcome.at.to_rfc3339()),
        since: None,
        job,
        void: s.void.clone(),
        version: record.version,
        may_void,
    })
}
