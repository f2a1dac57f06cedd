//! Reports as they are shown and typed in: rows of lists, one report as a timeline with its next steps. Who reported is in
//! none of them but [`ReporterView`].
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use domain::ids::{PersonId, PhotoId};
use domain::report_case::{Act, Clock, Event, Stage, step_label};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use store::Read;
use store::report_case::ReportCaseRecord;
use utoipa::{IntoParams, ToSchema};

use super::alike;
use super::order::{ReportOrderView, side};
use super::step::actions;
use crate::names::{Names, Spot};
use crate::photo::{PhotoView, photo_views};
use crate::view::{Named, Word};
use crate::{Caller, Result};

/// Characters of a report shown in a list.
const SUMMARY: usize = 60;

/// Which reports to list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct ReportCaseAsked {
    /// Stages, commas between them.
    pub stage: Option<String>,
    /// Channels, commas between them.
    pub channel: Option<String>,
    /// Matters, commas between them.
    pub matter: Option<String>,
    /// Only of this village.
    pub village: Option<String>,
    /// Only at this place.
    pub place: Option<String>,
    /// Only given to this organisation.
    pub org: Option<String>,
    /// Only given to the caller's organisation.
    pub mine: Option<bool>,
    /// Only those that are late.
    pub overdue: Option<bool>,
    /// Text in its number, its number elsewhere or the address.
    pub q: Option<String>,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Rows of a page, at most 200.
    pub limit: Option<i64>,
}

/// A report in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReportCaseRow {
    pub id: String,
    pub code: String,
    pub channel: Word,
    /// Its number where it came from.
    pub ext_no: String,
    pub matter: Word,
    /// Whether it is looked at within hours.
    pub urgent: bool,
    /// The beginning of what was said.
    pub summary: String,
    pub place: Option<Named>,
    pub territory: Named,
    pub address: String,
    pub stage: Word,
    pub received_at: String,
    /// Which clock runs: `screen`, `verify` or `reply`; none where nothing is awaited.
    pub clock: Option<Word>,
    /// When that runs out.
    pub due_at: Option<String>,
    pub overdue: bool,
    /// Who is to look.
    pub org: Option<Named>,
    /// How often the reporter opened it again.
    pub reopened: u32,
    pub photos: usize,
    /// Whether something was spoken, too.
    pub voice: bool,
    pub version: i64,
}

/// A page of reports.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReportCasePage {
    pub items: Vec<ReportCaseRow>,
    /// How many there are in all.
    pub total: i64,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// How long and how large a recording may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct VoiceLimits {
    /// Units: seconds.
    pub most_s: u16,
    /// Units: KB.
    pub most_kb: u16,
}

/// What a reporter said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct VoiceView {
    /// As `audio/webm`.
    pub media_type: String,
    /// Its bytes.
    pub base64: String,
}

/// What forms and filters need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReportCaseOptions {
    pub channels: Vec<Word>,
    pub matters: Vec<Word>,
    pub stages: Vec<Word>,
    pub findings: Vec<Word>,
    pub orgs: Vec<Named>,
    pub territories: Vec<Named>,
    pub may_take: bool,
    /// Whether the caller holds the custodian's post.
    pub may_reveal: bool,
    pub voice: VoiceLimits,
}

/// The hazard a report led to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReportCaseHazard {
    pub id: String,
    pub code: String,
    pub state_label: String,
    pub is_open: bool,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReportCaseEventView {
    pub seq: i64,
    pub step: String,
    pub step_label: String,
    pub at: String,
    /// Who; without an id for the reporter.
    pub by: Named,
    pub text: String,
    /// Who was to look.
    pub org: Option<Named>,
    /// To whom it went.
    pub to: Option<String>,
    /// Which report it went into.
    pub into: Option<Named>,
    pub finding: Option<Word>,
    /// Units: fen.
    pub amount_fen: Option<i64>,
    /// What the reporter thought.
    pub rating: Option<Word>,
    pub photos: Vec<PhotoView>,
    pub stage: Word,
}

/// When each of it must be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReportCaseClocks {
    pub screen_by: String,
    pub verify_by: String,
    pub reply_by: String,
}

/// One report.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReportCaseView {
    #[serde(flatten)]
    pub row: ReportCaseRow,
    pub content: String,
    pub pictures: Vec<PhotoView>,
    pub facility: Option<Named>,
    pub spot: Option<Spot>,
    pub clocks: ReportCaseClocks,
    pub screened_at: Option<String>,
    pub handled_at: Option<String>,
    pub replied_at: Option<String>,
    pub finding: Option<Word>,
    pub hazard: Option<ReportCaseHazard>,
    pub merged_into: Option<Named>,
    /// Those that went into this one.
    pub merged: Vec<Named>,
    /// Open ones that may be the same.
    pub alike: Vec<Named>,
    pub forwarded_to: String,
    pub reply: String,
    /// Units: fen.
    pub reward_fen: i64,
    /// The incident it became.
    pub incident: Option<Named>,
    /// What the reporter thought of the answer.
    pub rating: Option<Word>,
    /// Why somebody asks that it be voided, and who.
    pub void_asked: Option<VoidAsked>,
    pub void: Option<String>,
    /// Whether the reporter left how to be reached; who it is stands elsewhere.
    pub has_contact: bool,
    pub events: Vec<ReportCaseEventView>,
    /// What 12345 or 渝快办 said and was told; none for what came another way.
    pub order: Option<ReportOrderView>,
    pub recorded_by: String,
    pub actions: Vec<Word>,
}

/// A void that waits for a second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct VoidAsked {
    pub by: Named,
    pub reason: String,
}

/// A report to take down.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ReportCaseInput {
    /// Made by the page when pictures came before.
    pub id: Option<String>,
    pub channel: String,
    pub ext_no: Option<String>,
    pub matter: String,
    pub content: String,
    pub place: Option<String>,
    /// Code of the village.
    pub territory: Option<String>,
    pub address: Option<String>,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    /// When it came; now when left out.
    pub received_at: Option<String>,
    pub photos: Vec<String>,
    /// Who reports; sealed apart.
    pub name: Option<String>,
    pub phone: Option<String>,
    /// What was said instead of written, in base64; sealed apart.
    pub voice: Option<String>,
    /// The receipt a phone without a network has shown already; made here when left out.
    pub receipt: Option<String>,
}

/// A report taken down, with its receipt, which is shown this once.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReportCaseTaken {
    #[serde(flatten)]
    pub case: ReportCaseView,
    pub receipt: String,
    pub url: String,
    pub qr_svg: String,
}

/// A hazard to record with a look.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ReportCaseFind {
    /// The report's own place when left out.
    pub place: Option<String>,
    pub hazard_code: String,
    pub description: String,
}

/// A step to take.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ReportCaseStep {
    pub step: String,
    pub text: String,
    /// With `assign`.
    pub org: Option<String>,
    /// With `merge`: id or number.
    pub into: Option<String>,
    /// With `forward`.
    pub to: Option<String>,
    /// With `handle`: `confirmed` or `partly`.
    pub finding: Option<String>,
    /// With `handle`: a hazard on record.
    pub hazard: Option<String>,
    /// With `handle`: a hazard to record.
    pub find: Option<ReportCaseFind>,
    /// With `reward`. Units: fen.
    pub amount_fen: Option<i64>,
    /// With `rate`: `satisfied`, `fair` or `dissatisfied`.
    pub rating: Option<String>,
    pub photos: Vec<String>,
    pub version: i64,
}

/// Who reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReporterView {
    pub name: String,
    pub phone: String,
}

/// A reward.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RewardRow {
    pub id: String,
    pub code: String,
    pub matter: Word,
    /// What became of the report since.
    pub stage: Word,
    pub on: String,
    /// Units: fen.
    pub amount_fen: i64,
}

/// Rewards by the numbers of reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RewardLedger {
    pub items: Vec<RewardRow>,
    /// Units: fen.
    pub total_fen: i64,
}

/// Rows of these reports, in this order.
pub(super) async fn rows(
    read: &mut Read,
    found: &[ReportCaseRecord],
    names: &Names,
    now: Timestamp,
) -> Result<Vec<ReportCaseRow>> {
    let places: Vec<_> = found.iter().filter_map(|one| one.case.site.place.clone()).collect();
    let places = read.places_by_id(&places).await?;
    let place = |record: &ReportCaseRecord| {
        let id = record.case.site.place.as_ref()?;
        let found = places.iter().find(|one| one.place.id == *id)?;
        Some(Named::new(id.as_str(), found.place.name.clone()))
    };
    Ok(found.iter().map(|one| row(one, place(one), names, now)).collect())
}

fn row(record: &ReportCaseRecord, place: Option<Named>, names: &Names, now: Timestamp) -> ReportCaseRow {
    let c = &record.case;
    ReportCaseRow {
        id: c.id.to_string(),
        code: c.code.clone(),
        channel: Word::new(c.channel.code(), c.channel.label()),
        ext_no: c.ext_no.clone(),
        matter: Word::new(c.matter.code(), c.matter.label()),
        urgent: c.matter.is_urgent(),
        summary: c.content.chars().take(SUMMARY).collect(),
        place,
        territory: names.territory(c.site.territory.as_str()),
        address: c.site.address.clone(),
        stage: Word::new(c.stage.code(), c.stage.label()),
        received_at: c.received_at.to_rfc3339(),
        clock: c.clock().map(|clock| Word::new(clock.code(), clock.label())),
        due_at: c.due_at().map(Timestamp::to_rfc3339),
        overdue: c.is_overdue(now),
        org: c.org.as_ref().map(|org| names.named_org(org)),
        reopened: c.reopened,
        photos: c.photos.len(),
        voice: c.has_voice,
        version: record.version,
    }
}

/// A report's page for this caller.
pub(super) async fn page(
    read: &mut Read,
    caller: &Caller,
    record: &ReportCaseRecord,
    now: Timestamp,
) -> Result<ReportCaseView> {
    let names = Names::read(read).await?;
    let case = &record.case;
    let id = case.id.as_str();
    let row = rows(read, std::slice::from_ref(record), &names, now).await?.into_iter().next();
    let row = row.ok_or(crate::Error::NotFound)?;
    let facility = match &case.site.facility {
        None => None,
        Some(facility) => {
            let named = read.object_refs("facility", &[facility.as_str()]).await?;
            named.get(facility.as_str()).map(|name| Named::new(facility.as_str(), name.clone()))
        }
    };
    let hazard = match &case.hazard {
        None => None,
        Some(hazard) => read.hazard(hazard).await?.map(|(hazard, filing)| ReportCaseHazard {
            id: hazard.id.to_string(),
            code: filing.code,
            state_label: hazard.state.label().to_owned(),
            is_open: hazard.is_open(),
        }),
    };
    let merged = read.report_cases_merged_into(&case.id).await?;
    let merged = merged.iter().map(|one| Named::new(one.case.id.as_str(), one.case.code.clone())).collect();
    let merged_into = match &case.merged_into {
        None => None,
        Some(into) => {
            let named = read.object_refs("report_case", &[into.as_str()]).await?;
            named.get(into.as_str()).map(|code| Named::new(into.as_str(), code.clone()))
        }
    };
    let incident = match &case.incident {
        None => None,
        Some(incident) => {
            let named = read.object_refs("incident", &[incident.as_str()]).await?;
            named.get(incident.as_str()).map(|code| Named::new(incident.as_str(), code.clone()))
        }
    };
    let mut steps = actions(caller, record);
    if case.may_be_written_down() && super::custodian(read, caller, now.date()).await.is_ok() {
        steps.push("write_down");
    }
    let actions: Vec<Word> = steps.into_iter().map(|step| Word::new(step, step_label(step))).collect();
    let alike = match actions.iter().any(|one| one.code == "merge") {
        true => alike(read, caller, record).await?,
        false => Vec::new(),
    };
    let events = read.report_case_events(&case.id).await?;
    let mut shown = Vec::with_capacity(events.len());
    for event in events.iter().rev() {
        shown.push(event_view(read, event, &names, id).await?);
    }
    let pictures = pictures(read, &case.photos, id).await?;
    let order = side(read, record, &names, now).await?;
    let instant = |at: Option<Timestamp>| at.map(Timestamp::to_rfc3339);
    Ok(ReportCaseView {
        row,
        content: case.content.clone(),
        pictures,
        facility,
        spot: case.site.point.map(|[lon, lat]| Spot { lon, lat }),
        clocks: ReportCaseClocks {
            screen_by: case.clocks.due(Clock::Screen).to_rfc3339(),
            verify_by: case.clocks.due(Clock::Verify).to_rfc3339(),
            reply_by: case.clocks.due(Clock::Reply).to_rfc3339(),
        },
        screened_at: instant(case.screened_at),
        handled_at: instant(case.handled_at),
        replied_at: instant(case.replied_at),
        finding: case.finding.map(|finding| Word::new(finding.code(), finding.label())),
        hazard,
        merged_into,
        merged,
        alike,
        forwarded_to: case.forwarded_to.clone(),
        reply: case.reply.clone(),
        reward_fen: case.reward_fen,
        incident,
        rating: case.rating.map(|one| Word::new(one.code(), one.label())),
        void_asked: case
            .void_ask
            .as_ref()
            .filter(|_| case.stage == Stage::VoidAsked)
            .map(|ask| VoidAsked { by: who(&ask.by, &names), reason: ask.reason.clone() }),
        void: case.void.clone(),
        has_contact: case.has_contact,
        events: shown,
        order,
        recorded_by: record.recorded_by.clone(),
        actions,
    })
}

async fn pictures(read: &mut Read, ids: &[PhotoId], case: &str) -> Result<Vec<PhotoView>> {
    photo_views(read, ids, &[("report_case", case)]).await
}

async fn event_view(
    read: &mut Read,
    event: &Event,
    names: &Names,
    case: &str,
) -> Result<ReportCaseEventView> {
    let (mut org, mut to, mut into, mut finding, mut amount_fen) = (None, None, None, None, None);
    let mut rating = None;
    match &event.act {
        Act::Assign { org: given } => org = Some(names.named_org(given)),
        Act::Forward { to: given } => to = Some(given.clone()),
        Act::Merge { into: given } => {
            let named = read.object_refs("report_case", &[given.as_str()]).await?;
            let code = named.get(given.as_str()).cloned().unwrap_or_default();
            into = Some(Named::new(given.as_str(), code));
        }
        Act::Handle { finding: found, .. } => finding = Some(Word::new(found.code(), found.label())),
        Act::Reward { amount_fen: paid } => amount_fen = Some(*paid),
        Act::Rate { rating: given } => rating = Some(Word::new(given.code(), given.label())),
        _ => {}
    }
    Ok(ReportCaseEventView {
        seq: event.seq,
        step: event.act.code().to_owned(),
        step_label: step_label(event.act.code()).to_owned(),
        at: event.at.to_rfc3339(),
        by: who(&event.by, names),
        text: event.text.clone(),
        org,
        to,
        into,
        finding,
        amount_fen,
        rating,
        photos: pictures(read, &event.photos, case).await?,
        stage: Word::new(event.stage.code(), event.stage.label()),
    })
}

fn who(by: &PersonId, names: &Names) -> Named {
    match by.as_str() {
        "" => Named::new("", "举报人"),
        id => Named::new(id, names.person(by)),
    }
}
