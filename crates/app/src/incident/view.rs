//! Incidents as they are shown and typed in: rows of lists, one incident with its signs, orders and timeline.
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use std::collections::BTreeMap;

use chrono::Days;
use domain::ids::PlaceId;
use domain::incident::join::Heard;
use domain::incident::{Act, Event, Mark, Source, Stage, Stamp};
use domain::policy::Action;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use store::Read;
use store::incident::IncidentRecord;
use utoipa::{IntoParams, ToSchema};

use super::{REVIEW_DAYS, actions, around, subject};
use crate::dispatch::view::DispatchView;
use crate::names::{Names, Spot, masked};
use crate::parameter::number_on;
use crate::post::owner::OwnerView;
use crate::view::{Named, Word};
use crate::{Caller, Result};

/// Signs of one incident that are shown with it: a storm of unregistered senders has thousands.
const SIGNS: usize = 300;

/// Which incidents to list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct IncidentAsked {
    /// Stages, commas between them; `live` for those that wait for somebody.
    pub stage: Option<String>,
    /// Kinds, commas between them.
    pub kind: Option<String>,
    /// Only of this village.
    pub village: Option<String>,
    /// Only of this place.
    pub place: Option<String>,
    /// Text in number or address.
    pub q: Option<String>,
    /// Those invented to practise instead of those that were.
    pub rehearsal: Option<bool>,
    /// Only what turned out to be a fire, as fires of a year are counted.
    pub fire: Option<bool>,
    /// Only with an alarm on this day or later.
    pub alarm_from: Option<String>,
    /// Only with an alarm on this day or before.
    pub alarm_to: Option<String>,
    /// `overdue`: only those that should have been gone through again by now.
    pub review: Option<String>,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Rows of a page, at most 200.
    pub limit: Option<i64>,
}

/// When, and who said so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StampView {
    pub at: String,
    pub by: Named,
}

impl StampView {
    pub(crate) fn of(stamp: &Stamp, names: &Names) -> Self {
        Self { at: stamp.at.to_rfc3339(), by: Named::new(stamp.by.as_str(), names.person(&stamp.by)) }
    }
}

/// An incident in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct IncidentRow {
    pub id: String,
    pub code: String,
    pub kind: Word,
    pub source: Word,
    pub stage: Word,
    /// Whether it waits for somebody.
    pub live: bool,
    pub address: String,
    pub place: Option<Named>,
    pub village: Named,
    /// Where on the map.
    pub spot: Option<Spot>,
    /// How far off that may be. Units: metres.
    pub error_m: Option<f64>,
    /// When the first sign came.
    pub alarm_at: String,
    /// Place and spot are a landmark: it is near there or that way.
    pub near: bool,
    /// What was said first.
    pub text: String,
    /// Whether a person or a bound device stands behind it.
    pub trusted: bool,
    /// How many signs belong to it.
    pub signals: u32,
    /// How many unregistered senders spoke; none where a registered one or a person spoke first.
    pub strangers: Option<u32>,
    /// Whether further unregistered senders of the same line are gathered here.
    pub gathered: bool,
    pub acknowledged: Option<StampView>,
    /// Whether somebody must say at once whether 119 knows.
    pub awaits_119: bool,
    /// How far help was called, 1 to 3.
    pub level: u8,
    pub rehearsal: bool,
}

impl IncidentRow {
    pub(crate) fn of(record: &IncidentRecord, names: &Names, places: &BTreeMap<PlaceId, String>) -> Self {
        let i = &record.incident;
        let name = |id: &PlaceId| places.get(id).cloned().unwrap_or_else(|| id.to_string());
        Self {
            id: i.id.to_string(),
            code: i.code.clone(),
            kind: Word::new(i.kind.code(), i.kind.label()),
            source: Word::new(i.source.code(), i.source.label()),
            stage: Word::new(i.stage.code(), i.stage.label()),
            live: i.stage.is_live(),
            address: i.address.clone(),
            place: i.place.as_ref().map(|id| Named::new(id.as_str(), name(id))),
            village: names.territory(i.territory.as_str()),
            spot: i.at.map(|[lon, lat]| Spot { lon, lat }),
            error_m: i.error_m,
            near: i.near,
            alarm_at: record.alarm_at().to_rfc3339(),
            text: i.text.clone(),
            trusted: i.trusted,
            signals: i.signals,
            strangers: i.stranger.as_ref().map(|one| one.senders),
            gathered: i.stranger.as_ref().is_some_and(|one| one.gathered),
            acknowledged: i.acknowledged.as_ref().map(|stamp| StampView::of(stamp, names)),
            awaits_119: i.awaits_119(),
            level: i.level,
            rehearsal: i.rehearsal,
        }
    }
}

/// Names of the places of these incidents. Who may see an incident may see what its place is called.
pub(crate) async fn place_names(
    read: &mut Read,
    records: &[IncidentRecord],
) -> Result<BTreeMap<PlaceId, String>> {
    let ids: Vec<PlaceId> = records.iter().filter_map(|one| one.incident.place.clone()).collect();
    Ok(read.places_by_id(&ids).await?.into_iter().map(|one| (one.place.id, one.place.name)).collect())
}

/// A page of incidents.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct IncidentPage {
    pub items: Vec<IncidentRow>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// A sign.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SignView {
    /// The signal it came by.
    pub signal: Option<String>,
    pub source: Word,
    pub says: String,
    pub from: String,
    /// Whether a person or a bound device stands behind it.
    pub bound: bool,
    /// Whether it says that all is well again: that changes nothing.
    pub restored: bool,
    pub came_at: String,
    /// Direction a camera saw it in. Units: degrees.
    pub azimuth_deg: Option<f64>,
    /// Where that camera stands.
    pub camera: Option<Spot>,
    /// Where on the map it says it is.
    pub spot: Option<Spot>,
    /// Where, as whoever called said it.
    pub address: String,
    /// The number he called from: whole for who verifies and commands, partly hidden for others.
    pub phone: String,
    /// Why it belongs here.
    pub why: Vec<String>,
    /// Whether it opened the incident: its words stand above all, its number beside its caller's name.
    pub opened: bool,
}

/// Shortens the signs of a storm: whoever called is kept, of the others the first and the last. Says how many are left out.
fn shortened(signs: &mut Vec<(bool, Heard)>) -> usize {
    let is_call = |sign: &Heard| matches!(sign.source, Source::Telephone | Source::Person);
    let others = signs.iter().filter(|(_, sign)| !is_call(sign)).count();
    let left_out = others.saturating_sub(SIGNS);
    let (mut nth, kept) = (0, SIGNS / 2);
    signs.retain(|(opened, sign)| {
        if *opened || is_call(sign) {
            return true;
        }
        nth += 1;
        nth <= kept || nth > kept + left_out
    });
    left_out
}

impl SignView {
    fn of((opened, heard): (bool, Heard), sees_phone: bool) -> Self {
        Self {
            opened,
            spot: heard.at.map(|[lon, lat]| Spot { lon, lat }),
            phone: if sees_phone { heard.phone } else { masked(&heard.phone) },
            address: heard.address,
            signal: heard.signal,
            source: Word::new(heard.source.code(), heard.source.label()),
            says: heard.says,
            from: heard.from,
            bound: heard.bound,
            restored: heard.restored,
            came_at: heard.came_at.to_rfc3339(),
            azimuth_deg: heard.bearing.as_ref().map(|bearing| bearing.azimuth_deg),
            camera: heard.bearing.map(|bearing| Spot { lon: bearing.from[0], lat: bearing.from[1] }),
            why: heard.why,
        }
    }
}

/// A moment of the response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MarkView {
    pub mark: Word,
    /// None while it has not come.
    pub at: Option<String>,
    pub by: Option<Named>,
    /// After the alarm. Units: seconds.
    pub after_s: Option<i64>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct IncidentEventView {
    pub seq: i64,
    pub act: Word,
    pub at: String,
    pub recorded_at: String,
    pub by: Named,
    pub text: String,
    pub stage: Word,
    /// The incident it happened to, where that became part of this one.
    pub of: Option<Named>,
}

impl IncidentEventView {
    fn of(event: Event, of: Option<Named>, names: &Names) -> Self {
        let text = match &event.act {
            Act::Judge { verdict, how, .. } => {
                format!("{}（{}）{}", verdict.label(), how.label(), event.text)
            }
            Act::Join { says, why, restored, .. } => {
                let note = if *restored { "（恢复信号不改变警情）" } else { "" };
                format!("{says}：{}{note}", why.join("、"))
            }
            Act::Tell119 { at: Some(at), .. } => {
                let at = at.to_rfc3339();
                // The time alone: the day stands beside every event.
                format!("已报 119：{} {}", at.get(11..19).unwrap_or_default(), event.text)
            }
            Act::Tell119 { unknown: true, .. } => format!("不清楚是否已报 119 {}", event.text),
            Act::Tell119 { at: None, .. } => format!("未报 119：{}", event.text),
            Act::HandOver { to } => format!("移交{to} {}", event.text),
            Act::Raise { level } => format!("{level} 级：{}", event.text),
            Act::Absorb { code, signals } => format!("{code}（{signals} 个信号）并入本起：{}", event.text),
            Act::Merge { code } => format!("并入 {code}：{}", event.text),
            _ => event.text.clone(),
        };
        Self {
            seq: event.seq,
            act: Word::new(
                match &event.act {
                    Act::Mark { mark } => mark.code(),
                    act => act.code(),
                },
                event.act.label(),
            ),
            at: event.at.to_rfc3339(),
            recorded_at: event.recorded_at.to_rfc3339(),
            by: Named::new(event.by.as_str(), names.person(&event.by)),
            text: text.trim().to_owned(),
            stage: Word::new(event.stage.code(), event.stage.label()),
            of,
        }
    }
}

/// What was said about 119.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Told119View {
    /// When it was told; none when it was not.
    pub at: Option<String>,
    /// Nobody knows yet whether it was.
    pub unknown: bool,
    pub why_not: String,
    pub by: Named,
}

/// What was seen at first; cause and loss are determined by the fire rescue organ.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct InitialView {
    pub cause: String,
    /// Units: fen.
    pub loss_fen: Option<i64>,
    pub injured: u32,
    pub dead: u32,
    pub rooms: u32,
    /// 突出火情: to be passed on to all.
    pub notable: bool,
}

/// What was found afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReviewView {
    pub at: String,
    pub by: Named,
    pub text: String,
    /// How many lessons became matters to follow up.
    pub lessons: u32,
}

/// One incident.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct IncidentView {
    #[serde(flatten)]
    pub row: IncidentRow,
    pub called_by: String,
    /// Whole for who verifies and commands, partly hidden for others.
    pub caller_phone: String,
    pub marks: Vec<MarkView>,
    pub how: Option<Word>,
    /// When it was asked whether 119 knows.
    pub asked_119_at: Option<String>,
    pub told_119: Option<Told119View>,
    pub initial: InitialView,
    pub handed_to: String,
    pub review: Option<ReviewView>,
    /// Why it must be gone through again.
    pub review_reasons: Vec<Word>,
    /// Last day for it; none where it is not asked or done.
    pub review_by: Option<String>,
    /// The first of them; further ones stand in the list of signals.
    pub signs: Vec<SignView>,
    /// How many further ones there are.
    pub signs_more: usize,
    /// Who is on record as there or on the way though it was put out or handed over: it is not closed before they are back.
    pub still_out: Vec<Named>,
    pub orders: Vec<DispatchView>,
    /// Volunteers who are still there though it is work they are never sent to.
    pub volunteers_there: Vec<Named>,
    /// What happened to it, and to those that became part of it.
    pub events: Vec<IncidentEventView>,
    /// The incident it turned out to be.
    pub merged_into: Option<Named>,
    pub recorded_by: String,
    pub version: i64,
    /// Steps the caller may take; `dispatch` for sending somebody.
    pub actions: Vec<&'static str>,
}

/// One incident with all that belongs to it.
pub(crate) async fn page(
    read: &mut Read,
    caller: &Caller,
    record: &IncidentRecord,
    now: Timestamp,
) -> Result<IncidentView> {
    let i = &record.incident;
    let names = Names::read(read).await?;
    let places = place_names(read, std::slice::from_ref(record)).await?;
    let mut orders = read.dispatches(&i.id).await?;
    let own = read.incident_signals(&i.id).await?;
    // A sign may be dated before the one that opened it, and what became part of it may be older.
    let first = own.iter().position(|sign| sign.says == i.text).unwrap_or_default();
    let mut signs: Vec<(bool, Heard)> =
        own.into_iter().enumerate().map(|(nth, sign)| (nth == first, sign)).collect();
    let mut events = Vec::new();
    for event in read.incident_events(&i.id).await? {
        events.push(IncidentEventView::of(event, None, &names));
    }
    // What became part of it is told with it.
    for id in &i.absorbed {
        let whole = Caller::system().scope(Action::IncidentRead)?;
        let code = read.incident(id, &whole).await?.map_or_else(|| id.to_string(), |one| one.incident.code);
        orders.extend(read.dispatches(id).await?);
        signs.extend(read.incident_signals(id).await?.into_iter().map(|sign| (false, sign)));
        for event in read.incident_events(id).await? {
            events.push(IncidentEventView::of(event, Some(Named::new(id.as_str(), code.as_str())), &names));
        }
    }
    signs.sort_by_key(|(_, sign)| sign.came_at);
    let signs_more = shortened(&mut signs);
    let out = match i.stage {
        Stage::Out | Stage::HandedOver => super::still_out(read, i).await?,
        _ => Vec::new(),
    };
    events.sort_by(|a, b| a.recorded_at.cmp(&b.recorded_at));
    let merged_into = match &i.merged_into {
        None => None,
        Some(id) => {
            let into = read.incident(id, &caller.scope(Action::IncidentRead)?).await?;
            into.map(|one| Named::new(id.as_str(), one.incident.code))
        }
    };
    let around = around(read, record, now.date()).await?;
    let reasons = i.review_reasons(around);
    let within_s = crate::dispatch::answer_within_s(read, now).await?;
    let days = u64::from(number_on(read, REVIEW_DAYS, now.date()).await?);
    let is_due = !reasons.is_empty() && i.review.is_none() && i.stage != Stage::Closed;
    let review_by = i.mark(Mark::HandedOver).filter(|_| is_due);
    let review_by = review_by.and_then(|at| at.date().checked_add_days(Days::new(days)));
    let sees_phone = [Action::IncidentVerify, Action::IncidentCommand]
        .iter()
        .any(|action| caller.hats.hat(*action, &subject(record)).is_some());
    let mark = |mark: &Mark| MarkView {
        mark: Word::new(mark.code(), mark.label()),
        at: i.mark(*mark).map(Timestamp::to_rfc3339),
        by: i.marks.get(mark).map(|stamp| Named::new(stamp.by.as_str(), names.person(&stamp.by))),
        after_s: i.between_s(Mark::Alarm, *mark),
    };
    let forces = crate::dispatch::force_names(read).await?;
    let barred = super::barred_orders(read, i).await?;
    Ok(IncidentView {
        row: IncidentRow::of(record, &names, &places),
        called_by: i.called_by.clone(),
        caller_phone: if sees_phone { record.caller_phone.clone() } else { masked(&record.caller_phone) },
        marks: Mark::ALL.iter().map(mark).collect(),
        how: i.how.map(|how| Word::new(how.code(), how.label())),
        asked_119_at: i.asked_119_at.map(Timestamp::to_rfc3339),
        told_119: i.told_119.as_ref().map(|told| Told119View {
            at: told.at.map(Timestamp::to_rfc3339),
            unknown: told.unknown,
            why_not: told.why_not.clone(),
            by: Named::new(told.by.as_str(), names.person(&told.by)),
        }),
        initial: InitialView {
            cause: i.initial.cause.clone(),
            loss_fen: i.initial.loss_fen,
            injured: i.initial.injured,
            dead: i.initial.dead,
            rooms: i.initial.rooms,
            notable: i.initial.notable,
        },
        handed_to: i.handed_to.clone(),
        review: i.review.as_ref().map(|review| ReviewView {
            at: review.at.to_rfc3339(),
            by: Named::new(review.by.as_str(), names.person(&review.by)),
            text: review.text.clone(),
            lessons: review.lessons,
        }),
        review_reasons: reasons.into_iter().map(|one| Word::new(one.code(), one.label())).collect(),
        review_by: review_by.map(|day| day.to_string()),
        signs: signs.into_iter().map(|one| SignView::of(one, sees_phone)).collect(),
        signs_more,
        still_out: out
            .iter()
            .map(|one| Named::new(one.dispatch.person.as_str(), names.person(&one.dispatch.person)))
            .collect(),
        orders: orders
            .iter()
            .map(|one| DispatchView::of(one, &names, &forces, caller, record, (now, within_s)))
            .collect(),
        volunteers_there: barred
            .into_iter()
            .filter(|one| one.dispatch.state == domain::dispatch::State::OnScene)
            .map(|one| Named::new(one.dispatch.person.as_str(), names.person(&one.dispatch.person)))
            .collect(),
        events,
        merged_into,
        recorded_by: record.recorded_by.clone(),
        version: record.version,
        actions: actions(caller, record),
    })
}

/// What forms need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct IncidentOptions {
    pub kinds: Vec<Word>,
    pub stages: Vec<Word>,
    /// Ways to verify.
    pub hows: Vec<Word>,
    pub villages: Vec<Named>,
    /// Posts that may owe a lesson.
    pub owners: Vec<OwnerView>,
    pub may_open: bool,
    pub may_mask: bool,
}

/// A point of the map as typed in. Units: degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SpotInput {
    pub lon: f64,
    pub lat: f64,
}

/// A call.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct IncidentInput {
    /// Code of what it is; unknown when left out.
    pub kind: Option<String>,
    /// The place on the register.
    pub place: Option<String>,
    /// The village, where there is no place.
    pub village: Option<String>,
    /// Where, in words.
    pub address: String,
    /// Where on the map.
    pub spot: Option<SpotInput>,
    /// What was said.
    pub text: String,
    /// Who called.
    pub called_by: String,
    /// His telephone.
    pub phone: String,
    /// When the call came, RFC 3339; now when left out.
    pub called_at: Option<String>,
    /// Told face to face or seen by oneself, not by telephone.
    pub in_person: bool,
    /// The place is a landmark: it is near there or that way. Taken from the address where that says so.
    pub near: bool,
}

/// A lesson.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LessonInput {
    pub text: String,
    /// The post that owes it.
    pub owner: String,
    pub due_on: String,
}

/// A step.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct IncidentStep {
    /// `acknowledge`, `verify`, `judge`, `tell_119`, `arrived`, `controlled`, `out`, `hand_over`, `note`, `change`, `raise`,
    /// `review`, `merge`, `close` or `void`.
    pub step: String,
    /// When it was so, RFC 3339; now when left out.
    pub at: Option<String>,
    pub text: String,
    /// `judge`: `real`, `false_alarm`, `test` or `cannot_tell`.
    pub verdict: Option<String>,
    /// `judge`: how somebody found out.
    pub how: Option<String>,
    /// `judge`, `change`: what it is.
    pub kind: Option<String>,
    /// `tell_119`: when, RFC 3339 or `now`; `unknown` when nobody knows; left out when it was not told, the text says why.
    pub told_at: Option<String>,
    /// `hand_over`: to whom.
    pub to: Option<String>,
    /// `note`.
    pub initial: Option<InitialView>,
    /// `change`: where, in words.
    pub address: Option<String>,
    /// `change`: where on the map.
    pub spot: Option<SpotInput>,
    /// `raise`: 2 or 3.
    pub level: Option<u8>,
    /// `merge`: the incident that turned out to be this one.
    pub other: Option<String>,
    /// `review`.
    pub lessons: Vec<LessonInput>,
    /// The version that was read. `note` and `change` write over what is there and are refused without it. With it, no
    /// judgement, 119, level or handover is said over one that was said meanwhile; without it those are taken as said, and
    /// stand beside the others in the timeline: a wall panel or a telephone exchange that passes on what somebody said read
    /// nothing before.
    pub version: Option<i64>,
}
