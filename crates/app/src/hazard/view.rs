//! What pages see of hazards. What does not belong here: steps (`step`), lists (`list`).

use std::collections::{BTreeSet, HashMap};

use domain::calendar::Calendar;
use domain::hazard::{
    Actor, Days, EscalationKind, Event, EventKind, Extension, Fact, Hazard, Level, Measure, State, Step,
    timeline,
};
use domain::ids::{AssignmentId, PhotoId, SortieId};
use domain::policy::Action;
use domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};
use store::Read;
use store::hazard::Filing;
use store::photo::Picture;
use store::unit_link::UnitLink;
use utoipa::ToSchema;

use crate::hazard::dictionary::{category_label, hazard_label};
use crate::hazard::ladder::EscalationDue;
use crate::names::{Names, PlaceBrief, Spot};
use crate::operation::BetweenView;
use crate::photo::PhotoView;
use crate::view::{Named, Word};
use crate::{Caller, Result};

/// A fix is due soon within so many calendar days. Source: working habit of the list, not a rule of law.
pub(crate) const DUE_SOON_DAYS: u16 = 7;

/// A hazard in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HazardRow {
    /// Id.
    pub id: String,
    /// Number people use.
    pub code: String,
    /// The place.
    pub place: Named,
    /// Its village.
    pub village: Named,
    /// Code of the hazard dictionary.
    pub hazard_code: String,
    /// What the dictionary calls it.
    pub hazard_label: String,
    /// Hazard category.
    pub category: String,
    /// Category in Chinese.
    pub category_label: String,
    /// What was seen.
    pub description: String,
    /// Level.
    pub level: Option<String>,
    /// Level in Chinese.
    pub level_label: Option<String>,
    /// Whether the level stands.
    pub level_confirmed: bool,
    /// Stage.
    pub state: String,
    /// Stage in Chinese.
    pub state_label: String,
    /// Stage with what is late about it.
    pub stage_label: String,
    /// Measure.
    pub measure: Option<String>,
    /// Measure in Chinese.
    pub measure_label: Option<String>,
    /// Deadline in force.
    pub deadline_on: Option<String>,
    /// First deadline ever set.
    pub original_deadline_on: Option<String>,
    /// Last day for the re-check.
    pub recheck_due_on: Option<String>,
    /// The fix is awaited and late.
    pub overdue: bool,
    /// How late. Units: calendar days.
    pub days_over: u32,
    /// The fix is awaited within a week.
    pub due_soon: bool,
    /// Until the deadline, negative after it; none when no fix is awaited. Units: calendar days.
    pub days_left: Option<i64>,
    /// The closed hazard this one repeats.
    pub recurrence_of: Option<String>,
    /// When it was found.
    pub found_at: String,
    /// Who found it.
    pub found_by: String,
    /// How many events made it.
    pub version: u32,
}

/// A page of hazards, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HazardPage {
    /// Rows.
    pub items: Vec<HazardRow>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// How many there are in all.
    pub total: Option<i64>,
}

/// A number of days and which days count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DaysView {
    /// Which days.
    pub kind: DaysKind,
    /// How many; 0 is on the spot.
    pub count: u16,
}

/// Which days count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DaysKind {
    /// 工作日.
    Working,
    /// 日历日.
    Calendar,
}

impl From<Days> for DaysView {
    fn from(days: Days) -> Self {
        let kind = match days {
            Days::Working(_) => DaysKind::Working,
            Days::Calendar(_) => DaysKind::Calendar,
        };
        Self { kind, count: days.count() }
    }
}

impl From<DaysView> for Days {
    fn from(days: DaysView) -> Self {
        match days.kind {
            DaysKind::Working => Self::Working(days.count),
            DaysKind::Calendar => Self::Calendar(days.count),
        }
    }
}

/// One thing that happened to a hazard.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HazardEventView {
    /// In the order of recording.
    pub seq: u32,
    /// Step.
    pub step: String,
    /// Step in Chinese.
    pub label: String,
    /// Phase of the hazard's life it belongs to, in Chinese.
    pub phase_label: String,
    /// What was said.
    pub detail: String,
    /// Who.
    pub by: String,
    /// Under which hat.
    pub hat_label: String,
    /// Who took part beside him, as in a re-check.
    pub with: Vec<String>,
    /// When it happened.
    pub happened_at: String,
    /// When it was recorded.
    pub recorded_at: String,
    /// Recorded on a later day than it happened.
    pub late: bool,
    /// Between which instants it was done, as far as the phone could show; none for what was not done on one.
    pub between: Option<BetweenView>,
    /// The paper.
    pub document_no: Option<String>,
    /// Pictures.
    pub photos: Vec<PhotoView>,
}

/// A picture before and its picture after.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PhotoPairView {
    /// Checklist item.
    pub item: Option<String>,
    /// As found.
    pub before: Option<PhotoView>,
    /// As fixed.
    pub after: Option<PhotoView>,
}

/// A phase of a hazard's life.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PhaseView {
    /// Code.
    pub code: String,
    /// Chinese.
    pub label: String,
    /// When it was done.
    pub at: Option<String>,
    /// When that was recorded, where it was on a later day than it was done.
    pub recorded_at: Option<String>,
    /// Who did it.
    pub by: Option<String>,
    /// Whether it is done.
    pub done: bool,
}

/// Where the one extension stands.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ExtensionView {
    /// `none`, `asked` or `granted`.
    pub state: String,
    /// Days asked for.
    pub days: Option<u16>,
    /// Why.
    pub reason: Option<String>,
    /// The most that can be granted. Units: days of the kind first allowed.
    pub cap: Option<u16>,
}

/// A step of the escalation ladder that was taken.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EscalationView {
    /// Kind.
    pub kind: String,
    /// Kind in Chinese.
    pub label: String,
    /// Since when.
    pub on: String,
    /// The deciding document.
    pub document_no: Option<String>,
}

/// A link the unit was given; the code itself is shown once, when it is made.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HazardLinkView {
    /// Id.
    pub id: String,
    /// When it ends.
    pub expires_at: String,
    /// Taken back.
    pub revoked: bool,
    /// How often it was opened.
    pub opened_n: i64,
}

/// What the town's numbers suggest.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SuggestedView {
    /// Level.
    pub level: String,
    /// Time for the fix.
    pub days: DaysView,
}

/// The inspection a hazard was found in.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HazardInspectionView {
    /// Id.
    pub id: String,
    /// The day.
    pub happened_on: String,
}

/// The flight a hazard was seen from.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HazardSortieView {
    /// Id.
    pub id: String,
    /// Where it flew, in words.
    pub site: String,
    /// When it left.
    pub left_at: String,
    /// Where the hazard was seen; none when nobody said.
    pub spot: Option<Spot>,
}

/// A hazard's page.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HazardView {
    /// As in a list.
    #[serde(flatten)]
    pub row: HazardRow,
    /// The place.
    pub place_brief: PlaceBrief,
    /// The failed checklist item.
    pub item: Option<String>,
    /// The inspection it was found in.
    pub inspection: Option<HazardInspectionView>,
    /// The flight it was seen from.
    pub sortie: Option<HazardSortieView>,
    /// Everything that happened, by when it happened.
    pub timeline: Vec<HazardEventView>,
    /// From finding to closing.
    pub phases: Vec<PhaseView>,
    /// Pictures before and after.
    pub pairs: Vec<PhotoPairView>,
    /// What the unit was told.
    pub measure_text: Option<String>,
    /// Who told it.
    pub issuer: Option<Named>,
    /// The one extension.
    pub extension: ExtensionView,
    /// Escalations.
    pub escalations: Vec<EscalationView>,
    /// Steps of the ladder that are due, for whom they concern.
    pub escalation_due: Vec<EscalationDue>,
    /// Links handed out.
    pub links: Vec<HazardLinkView>,
    /// What to begin with.
    pub suggested: SuggestedView,
    /// The ladder.
    pub escalation_kinds: Vec<Word>,
    /// Steps this caller may take now.
    pub actions: Vec<String>,
}

fn day(on: Date) -> String {
    on.to_string()
}

/// The name of whoever acted.
pub(crate) fn actor_name(actor: &Actor, names: &Names) -> String {
    match actor {
        Actor::Staff { person, .. } => names.person(person),
        Actor::Unit { name, .. } => name.clone(),
    }
}

impl HazardRow {
    /// A row, with everything that follows from the date.
    pub(crate) fn of(
        hazard: &Hazard,
        filing: &Filing,
        place: Named,
        village: Named,
        names: &Names,
        today: Date,
    ) -> Self {
        let running = hazard.rectification();
        let awaited = matches!(hazard.state, State::MeasureOrdered(_) | State::Rectifying(_));
        let code = hazard.find.code.clone();
        Self {
            id: hazard.id.to_string(),
            code: filing.code.clone(),
            place,
            village,
            hazard_code: code.as_str().to_owned(),
            hazard_label: hazard_label(&code),
            category: code.category().to_owned(),
            category_label: category_label(code.category()),
            description: hazard.find.description.clone(),
            level: hazard.level.map(|level| level.code().to_owned()),
            level_label: hazard.level.map(|level| level.label().to_owned()),
            level_confirmed: hazard.level_confirmed,
            state: hazard.state.code().to_owned(),
            state_label: hazard.state.label().to_owned(),
            stage_label: hazard.stage_label(today),
            measure: running.map(|r| r.measure.code().to_owned()),
            measure_label: running.map(|r| r.measure.label().to_owned()),
            deadline_on: running.map(|r| day(r.deadline_on)),
            original_deadline_on: hazard.original_deadline_on.map(day),
            recheck_due_on: running.map(|r| day(r.recheck_due_on)),
            overdue: hazard.is_overdue(today),
            days_over: hazard.days_over(today),
            due_soon: hazard.is_due_soon(today, DUE_SOON_DAYS),
            days_left: running.filter(|_| awaited).map(|r| (r.deadline_on - today).num_days()),
            recurrence_of: hazard.find.recurrence_of.as_ref().map(ToString::to_string),
            found_at: hazard.found_at.to_rfc3339(),
            found_by: hazard.found_by.as_ref().map_or_else(|| "单位".to_owned(), |who| names.person(who)),
            version: hazard.version,
        }
    }
}

/// The text of a measure.
pub(crate) fn measure_text(measure: &Measure) -> String {
    match measure {
        Measure::Advice { text, .. } | Measure::Order { text, .. } => text.clone(),
        Measure::OrganNotice(found) => format!("{}：{}", found.document_no, found.elements.join("、")),
    }
}

/// The pictures of an event.
fn pictures(event: &Event) -> &[domain::hazard::Photo] {
    match &event.kind {
        EventKind::Found(find) => &find.photos,
        EventKind::SeenAgain { photos, .. }
        | EventKind::FixedOnSpot { photos, .. }
        | EventKind::FixSubmitted { photos, .. } => photos,
        EventKind::RecheckPassed(look) | EventKind::RecheckFailed { look, .. } => &look.photos,
        _ => &[],
    }
}

/// Pictures by id, those that have come.
pub(crate) async fn photos_of(
    read: &mut Read,
    hazard: &Hazard,
    ids: impl IntoIterator<Item = PhotoId>,
) -> Result<HashMap<PhotoId, PhotoView>> {
    let ids: BTreeSet<PhotoId> = ids.into_iter().collect();
    let ids: Vec<PhotoId> = ids.into_iter().collect();
    let here = read.photos(&ids).await?;
    let mut known: HashMap<PhotoId, PhotoView> =
        ids.iter().map(|id| (id.clone(), PhotoView::awaited(id))).collect();
    // What was taken before the hazard was found does not show that it was mended: whoever looks again is told.
    let is_early = |picture: &Picture| {
        picture.object_kind == "hazard"
            && matches!(picture.role.as_str(), "fix" | "recheck")
            && picture.taken_at < hazard.found_at
    };
    let view = |picture: &Picture| PhotoView { early: is_early(picture), ..PhotoView::of(picture) };
    known.extend(here.iter().map(|picture| (picture.id.clone(), view(picture))));
    Ok(known)
}

/// Pictures before and after, one beside the other.
pub(crate) fn pairs(hazard: &Hazard, known: &HashMap<PhotoId, PhotoView>) -> Vec<PhotoPairView> {
    let show = |id: Option<&PhotoId>| id.and_then(|id| known.get(id)).cloned();
    let side_by_side = |pair: domain::hazard::PhotoPair| {
        (0..pair.before.len().max(pair.after.len()))
            .map(|n| PhotoPairView {
                item: pair.item.clone(),
                before: show(pair.before.get(n)),
                after: show(pair.after.get(n)),
            })
            .collect::<Vec<_>>()
    };
    hazard.photo_pairs().into_iter().flat_map(side_by_side).collect()
}

/// Every photo a hazard's events name.
pub(crate) fn named_photos(events: &[Event]) -> Vec<PhotoId> {
    events.iter().flat_map(pictures).map(|photo| photo.id.clone()).collect()
}

/// The phases of a hazard's life, in order.
const PHASES: [(&str, &str); 6] = [
    ("found", "发现"),
    ("graded", "核定"),
    ("measure", "通知"),
    ("fix", "整改"),
    ("recheck", "复查"),
    ("closed", "销案"),
];

/// The phase a step belongs to.
fn phase_of(step: Step) -> usize {
    match step {
        Step::Found | Step::SeenAgain => 0,
        Step::Graded | Step::LevelConfirmed | Step::Dismissed | Step::Voided | Step::Reopened => 1,
        Step::Advised
        | Step::Ordered
        | Step::Served
        | Step::Transferred
        | Step::TransferAnswered
        | Step::Escalated
        | Step::EscalationDeclined
        | Step::LongTermControlled => 2,
        Step::ExtensionAsked
        | Step::ExtensionGranted
        | Step::ExtensionRefused
        | Step::FixSubmitted
        | Step::FixedOnSpot => 3,
        Step::RecheckStarted | Step::RecheckPassed | Step::RecheckFailed => 4,
        Step::Closed => 5,
    }
}

/// How many phases are done at a stage.
fn phases_done(hazard: &Hazard) -> usize {
    match &hazard.state {
        State::Found => 1,
        // A level that waits for the office is not settled yet.
        State::Graded => 1 + usize::from(hazard.level_confirmed),
        State::LongTermControl { .. } => 2,
        State::Transferred { rectification, .. } => 2 + usize::from(rectification.is_some()),
        State::Reopened | State::False | State::Voided => 1 + usize::from(hazard.level_confirmed),
        State::MeasureOrdered(_) | State::Rectifying(_) => 3,
        State::FixSubmitted { .. } => 4,
        State::Rechecking { fix, .. } => 3 + usize::from(fix.is_some()),
        State::Passed { .. } => 5,
        State::Closed { .. } => 6,
    }
}

/// From finding to closing: what is done, since when and by whom. What was put right on the spot had no notice and no second
/// pair of eyes, and claims none.
pub(crate) fn phases(hazard: &Hazard, events: &[Event], names: &Names) -> Vec<PhaseView> {
    let ends = |phase: usize, step: Step| match phase {
        0 => step == Step::Found,
        // By whoever settled it: where the office confirmed, not the finder who proposed it.
        1 => matches!(step, Step::Graded | Step::LevelConfirmed),
        2 => matches!(step, Step::Advised | Step::Ordered | Step::TransferAnswered),
        3 => matches!(step, Step::FixSubmitted | Step::FixedOnSpot),
        4 => step == Step::RecheckPassed,
        _ => step == Step::Closed,
    };
    let done_n = phases_done(hazard);
    let on_spot =
        matches!(hazard.state, State::Passed { recheck: None, .. } | State::Closed { recheck: None, .. });
    PHASES
        .iter()
        .enumerate()
        .filter(|(n, _)| !(on_spot && matches!(n, 2 | 4)))
        .map(|(n, (code, label))| {
            let done = n < done_n;
            let last = events.iter().rev().find(|event| ends(n, event.kind.step())).filter(|_| done);
            PhaseView {
                code: (*code).to_owned(),
                label: (*label).to_owned(),
                at: last.map(|event| event.act.happened_at.to_rfc3339()),
                recorded_at: last
                    .filter(|event| event.is_late_entry())
                    .map(|event| event.recorded_at.to_rfc3339()),
                // Two who looked together are both named: neither did it alone.
                by: last.map(|event| {
                    let with = event.kind.beside().iter().map(|who| names.person(who));
                    let all = std::iter::once(actor_name(&event.act.actor, names)).chain(with);
                    all.collect::<Vec<_>>().join("、")
                }),
                done,
            }
        })
        .collect()
}

/// Post and organisation of the hats worn, in words.
async fn hat_labels(
    read: &mut Read,
    events: &[Event],
    names: &Names,
) -> Result<HashMap<AssignmentId, String>> {
    let worn: BTreeSet<AssignmentId> = events
        .iter()
        .filter_map(|event| match &event.act.actor {
            Actor::Staff { assignment, .. } => Some(assignment.clone()),
            Actor::Unit { .. } => None,
        })
        .collect();
    let mut labels = HashMap::new();
    for id in worn {
        let Some(held) = read.assignment(&id).await? else { continue };
        let held = held.assignment;
        let post = read.post(&held.post).await?.map(|post| post.post.name);
        let post = post.filter(|name| !name.is_empty()).unwrap_or_else(|| held.role.label().to_owned());
        labels.insert(id, format!("{}·{post}", names.org(&held.org)));
    }
    Ok(labels)
}

/// The events as people read them.
async fn events_of(
    read: &mut Read,
    events: &[Event],
    names: &Names,
    known: &HashMap<PhotoId, PhotoView>,
) -> Result<Vec<HazardEventView>> {
    let hats = hat_labels(read, events, names).await?;
    let shown = match events.first() {
        Some(first) => read.step_timings("hazard", first.hazard.as_str()).await?,
        None => HashMap::new(),
    };
    let mut sorted: Vec<&Event> = events.iter().collect();
    // The order `timeline` has.
    sorted.sort_by_key(|event| (event.act.happened_at, event.version));
    let view = |(event, fact): (&Event, Fact)| HazardEventView {
        seq: event.version,
        step: fact.step.code().to_owned(),
        label: fact.step.label().to_owned(),
        phase_label: PHASES.get(phase_of(fact.step)).map_or("", |(_, label)| *label).to_owned(),
        by: actor_name(&fact.actor, names),
        hat_label: match &fact.actor {
            Actor::Staff { assignment, .. } => hats.get(assignment).cloned().unwrap_or_default(),
            Actor::Unit { .. } => "单位".to_owned(),
        },
        with: event.kind.beside().iter().map(|who| names.person(who)).collect(),
        detail: fact.detail,
        happened_at: fact.happened_at.to_rfc3339(),
        recorded_at: fact.recorded_at.to_rfc3339(),
        late: fact.is_late_entry,
        between: shown.get(&event.version).map(BetweenView::of),
        document_no: fact.document_no,
        photos: pictures(event).iter().filter_map(|photo| known.get(&photo.id)).cloned().collect(),
    };
    Ok(sorted.into_iter().zip(timeline(events)).map(view).collect())
}

/// Where the one extension stands.
pub(crate) fn extension(hazard: &Hazard, cap: Option<u16>) -> ExtensionView {
    let (state, days, reason) = match hazard.rectification().map(|running| &running.extension) {
        None | Some(Extension::None) => ("none", None, None),
        Some(Extension::Asked { days, reason, .. }) => ("asked", Some(*days), Some(reason.clone())),
        Some(Extension::Granted) => ("granted", None, None),
    };
    ExtensionView { state: state.to_owned(), days, reason, cap }
}

/// Every step of the escalation ladder.
const LADDER: [EscalationKind; 8] = [
    EscalationKind::JointControl,
    EscalationKind::SectorDeadline,
    EscalationKind::TownListed,
    EscalationKind::DistrictListed,
    EscalationKind::CaseFiled,
    EscalationKind::TempSeal,
    EscalationKind::StopUse,
    EscalationKind::PowerGasCut,
];

/// The code of an escalation as sent.
pub(crate) fn escalation_code(kind: EscalationKind) -> String {
    serde_json::to_value(kind).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// What a page is put together from, beside the hazard itself.
pub(crate) struct Beside<'a> {
    pub filing: &'a Filing,
    pub place: &'a store::place::PlaceRecord,
    pub links: Vec<UnitLink>,
    pub calendar: &'a Calendar,
    pub suggested: (Level, Days),
    pub cap: Option<u16>,
    pub escalation_due: Vec<EscalationDue>,
    pub actions: Vec<&'static str>,
}

/// The flight, for whoever sees the hazard: it is where the hazard came from.
async fn seen_from(read: &mut Read, id: &SortieId, events: &[Event]) -> Result<Option<HazardSortieView>> {
    let whole = Caller::system().scope(Action::SortieRead)?;
    let degrees = |e7: i32| f64::from(e7) / 1e7;
    let spot = events.first().and_then(|event| event.act.position);
    Ok(read.sortie(id, &whole).await?.map(|record| HazardSortieView {
        id: id.to_string(),
        site: record.sortie.site,
        left_at: record.sortie.left_at.to_rfc3339(),
        spot: spot.map(|at| Spot { lon: degrees(at.lng_e7), lat: degrees(at.lat_e7) }),
    }))
}

impl HazardView {
    /// Puts a page together.
    pub(crate) async fn of(
        read: &mut Read,
        hazard: &Hazard,
        beside: Beside<'_>,
        now: Timestamp,
    ) -> Result<Self> {
        let names = Names::read(read).await?;
        let events = read.hazard_events(&hazard.id).await?;
        let known = photos_of(read, hazard, named_photos(&events)).await?;
        let inspection = match &beside.filing.inspection {
            Some(id) => read.inspection(id).await?.map(|(found_in, _)| HazardInspectionView {
                id: id.to_string(),
                happened_on: day(found_in.record.ended_at.date()),
            }),
            None => None,
        };
        let sortie = match &hazard.find.sortie {
            Some(id) => seen_from(read, id, &events).await?,
            None => None,
        };
        let place = &beside.place.place;
        let row = HazardRow::of(
            hazard,
            beside.filing,
            Named::new(place.id.to_string(), place.name.clone()),
            names.territory(place.village.as_str()),
            &names,
            now.date(),
        );
        let running = hazard.rectification();
        let issuer = running.and_then(|running| match &running.measure {
            Measure::Advice { issuer, .. } | Measure::Order { issuer, .. } => Some(names.named_org(issuer)),
            Measure::OrganNotice(_) => None,
        });
        let escalations = hazard.escalations.iter().map(|taken| EscalationView {
            kind: escalation_code(taken.kind),
            label: taken.kind.label().to_owned(),
            on: day(taken.on),
            document_no: taken.document_no.clone(),
        });
        let links = beside.links.iter().map(|link| HazardLinkView {
            id: link.id.clone(),
            expires_at: crate::unit_link::ends_at(link, hazard, beside.calendar).to_rfc3339(),
            revoked: link.revoked_at.is_some(),
            opened_n: link.opened_n,
        });
        Ok(Self {
            row,
            place_brief: PlaceBrief::of(beside.place, &names),
            item: hazard.find.item.clone(),
            inspection,
            sortie,
            timeline: events_of(read, &events, &names, &known).await?,
            phases: phases(hazard, &events, &names),
            pairs: pairs(hazard, &known),
            measure_text: running.map(|running| measure_text(&running.measure)),
            issuer,
            extension: extension(hazard, beside.cap),
            escalations: escalations.collect(),
            escalation_due: beside.escalation_due,
            links: links.collect(),
            suggested: SuggestedView {
                level: beside.suggested.0.code().to_owned(),
                days: beside.suggested.1.into(),
            },
            escalation_kinds: LADDER.map(|kind| Word::new(escalation_code(kind), kind.label())).to_vec(),
            actions: beside.actions.into_iter().map(str::to_owned).collect(),
        })
    }
}
