//! Devices as they are shown and typed in.
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use std::collections::BTreeSet;

use domain::device::{Device, DeviceState};
use domain::policy::Action;
use domain::time::{DAY_MS, MINUTE_MS, Timestamp};
use serde::{Deserialize, Serialize};
use store::Read;
use store::device::{DeviceRecord, HeardRecord};
use store::signal::SignalFilter;
use utoipa::{IntoParams, ToSchema};

use super::{MODEL_DAYS, actions, conditions};
use crate::names::{Names, Spot};
use crate::parameter::number_on;
use crate::signal::view::SignalView;
use crate::view::{Named, Word};
use crate::{Caller, Result};

/// Signals shown on a device's page.
const LAST_SIGNALS: i64 = 20;

/// Which devices to list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct DeviceAsked {
    /// Kinds, commas between them.
    pub kind: Option<String>,
    /// `silent`, `troubled`, or `retired` (those out of use, too).
    pub state: Option<String>,
    /// Only of this place.
    pub place: Option<String>,
    /// Only of this public facility.
    pub facility: Option<String>,
    /// Only of this village.
    pub village: Option<String>,
    /// Text in name, number, model or address.
    pub q: Option<String>,
    /// Only what the caller's organisations own.
    pub mine: Option<bool>,
    /// Voided ones too.
    pub with_void: Option<bool>,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Rows of a page, at most 200.
    pub limit: Option<i64>,
}

/// A name it goes by on a way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LinkView {
    /// `gb26875`, `mqtt`, `ctwing`, `onenet` or `generic`.
    pub provider: String,
    /// For GB/T 26875.3: the source address, then for a part a slash and `system type.system address.part address in hexadecimal`.
    pub address: String,
}

/// What is typed in about a device.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct DeviceInput {
    /// Given by the program when left out.
    pub code: Option<String>,
    pub name: String,
    pub kind: String,
    pub model: String,
    /// Organisation that looks after it; the caller's own when left out.
    pub owner: Option<String>,
    pub place: Option<String>,
    pub facility: Option<String>,
    /// Taken from place or facility when left out.
    pub territory: Option<String>,
    pub address: String,
    /// Degrees, WGS-84.
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    pub links: Vec<LinkView>,
    /// Networks it sends from.
    pub networks: Vec<String>,
    /// The broker lets nobody else publish under its name.
    pub broker: bool,
    /// Units: seconds; left out for one that is not connected.
    pub heartbeat_s: Option<u32>,
    /// Silent after so many missed beats.
    pub misses: Option<u32>,
    pub installed_on: Option<String>,
    /// The version that was seen, for a change.
    pub version: Option<i64>,
}

/// A step of a device.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct DeviceStep {
    /// `test`, `end_test`, `retire` or `void`.
    pub step: String,
    pub reason: String,
    /// End of test mode, RFC 3339.
    pub until: Option<String>,
    /// Day it went out of use.
    pub on: Option<String>,
    /// The version that was seen.
    pub version: i64,
}

/// Asks for a new secret.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct SecretAsked {
    /// The version that was seen.
    pub version: i64,
}

/// A device in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DeviceRow {
    pub id: String,
    pub code: String,
    pub name: String,
    pub kind: Word,
    pub model: String,
    pub owner: Named,
    pub territory: Named,
    pub place: Option<Named>,
    pub facility: Option<Named>,
    pub address: String,
    pub condition: Word,
    /// Whether whoever relies on it is protected by it now.
    pub protects: bool,
    /// When it was last heard.
    pub heard_at: Option<String>,
    /// Units: percent.
    pub battery: Option<u32>,
    pub faults: Vec<Word>,
    pub spot: Option<Spot>,
    pub voided: bool,
    /// That it is silent is somebody's matter; none where nobody need see to it.
    pub task: Option<super::silence::SilenceTask>,
}

/// A page of devices.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DevicePage {
    pub items: Vec<DeviceRow>,
    pub total: i64,
    pub next: Option<String>,
}

/// A time it was heard without a break.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HeardView {
    pub from: String,
    /// None while it goes on.
    pub to: Option<String>,
}

/// One device.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DeviceView {
    #[serde(flatten)]
    pub row: DeviceRow,
    pub links: Vec<LinkView>,
    pub networks: Vec<String>,
    pub broker: bool,
    pub heartbeat_s: Option<u32>,
    pub misses: u32,
    pub installed_on: Option<String>,
    pub has_secret: bool,
    /// End of test mode.
    pub test_until: Option<String>,
    /// Why: of test mode, of being out of use, of being voided.
    pub reason: String,
    pub heard: Vec<HeardView>,
    pub signals: Vec<SignalView>,
    /// The last time it was asked whether somebody is there.
    pub duty_check: Option<super::line::DutyCheckView>,
    /// How long it was heard of how long it should have been; none where it need not be heard.
    pub online: Option<OnlineView>,
    /// How its alarms were handled lately; none without any.
    pub handling: Option<HandlingView>,
    /// Steps the caller may take.
    pub actions: Vec<String>,
    pub recorded_by: String,
    pub version: i64,
}

/// A secret, shown this once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeviceSecret {
    /// What the sender calls itself when it signs.
    pub key: String,
    pub secret: String,
    /// Where OneNET pushes to; its token is the secret.
    pub onenet_path: String,
    /// Where CTWing pushes to, which signs nothing: whoever knows the address is taken for it.
    pub ctwing_path: String,
    /// The version from now on.
    pub version: i64,
}

/// What a form needs.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DeviceOptions {
    pub kinds: Vec<Word>,
    pub providers: Vec<Word>,
    pub orgs: Vec<Named>,
    pub territories: Vec<Named>,
    /// How many missed beats are usual.
    pub misses: u32,
    pub may_add: bool,
}

/// M19, of one device: how long it was heard. Source: handbook of the field §7.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OnlineView {
    pub days: i64,
    pub minutes: i64,
    /// Since it was installed, or in these days.
    pub expected_minutes: i64,
}

/// How alarms of a device were handled: how many incidents it was a sign of, and how soon somebody said what each was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HandlingView {
    pub days: i64,
    /// Incidents it was a sign of; tests and what was taken back left out.
    pub alarms: i64,
    /// Of them, those somebody verified.
    pub handled: i64,
    pub false_alarms: i64,
    /// Verified within the time the town asks for.
    pub in_time: i64,
    /// From the alarm to the word of who verified it, in the middle. Units: seconds.
    pub median_s: Option<i64>,
}

/// How alarms of a device were handled lately; none where it raised none.
async fn handled(read: &mut Read, device: &Device, now: Timestamp) -> Result<Option<HandlingView>> {
    let since = now.plus_ms(-MODEL_DAYS * DAY_MS);
    let found = read.incidents_of_sender(device.id.as_str(), since).await?;
    let verify_s = i64::from(number_on(read, crate::incident::VERIFY_S, now.date()).await?);
    let of = domain::incident::statistics::handling(found.iter().map(|one| &one.incident), verify_s);
    let n = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    Ok((of.alarms > 0).then(|| HandlingView {
        days: MODEL_DAYS,
        alarms: n(of.alarms),
        handled: n(of.alarms - of.unverified),
        false_alarms: n(of.false_alarms),
        in_time: n(of.verified_in_time),
        median_s: of.median_s,
    }))
}

/// How long a device was heard of how long it should have been, lately.
fn online(device: &Device, heard: &[HeardRecord], now: Timestamp) -> Option<OnlineView> {
    device.heartbeat_s?;
    let since = now.plus_ms(-MODEL_DAYS * DAY_MS);
    let first = heard.first().map(|one| one.span.from);
    let (from, to) = domain::device::expected(device, first, (since, now)).unwrap_or((now, now));
    let minutes = domain::device::heard_ms(heard.iter().map(|one| &one.span), from, to) / MINUTE_MS;
    Some(OnlineView { days: MODEL_DAYS, minutes, expected_minutes: (to.0 - from.0) / MINUTE_MS })
}

/// How many are in a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConditionCount {
    pub condition: Word,
    pub n: i64,
}

/// Devices of one model.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ModelRow {
    pub kind: Word,
    pub model: String,
    pub devices: i64,
    pub online: i64,
    pub silent: i64,
    pub troubled: i64,
    /// Alarms they raised in the days looked at.
    pub alarms: i64,
    /// Incidents judged to be none in these days, each once for every device that was a sign of it.
    pub false_alarms: i64,
    /// The same for a hundred devices.
    pub false_per_hundred: f64,
}

/// A place whose devices raised alarms that were none.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct NoisyRow {
    pub place: Named,
    /// Devices that did.
    pub devices: i64,
    pub false_alarms: i64,
    /// The same for a hundred devices that hang there, as of a model.
    pub false_per_hundred: f64,
    /// Alarms of these devices that were real.
    pub real: i64,
}

/// A place whose every device is silent, at fault or shielded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnprotectedRow {
    pub place: Named,
    pub devices: Vec<Named>,
}

/// The devices of the town as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DeviceSummary {
    pub total: i64,
    pub conditions: Vec<ConditionCount>,
    pub models: Vec<ModelRow>,
    /// Places whose devices raised alarms that were none, the noisiest first.
    pub noisy: Vec<NoisyRow>,
    /// Places with a device that works.
    pub protected: i64,
    pub unprotected: Vec<UnprotectedRow>,
    /// Days over which alarms were counted.
    pub days: i64,
}

/// Rows of a list.
pub(super) async fn rows(
    read: &mut Read,
    records: &[DeviceRecord],
    names: &Names,
    now: Timestamp,
) -> Result<Vec<DeviceRow>> {
    let ids: Vec<&str> = records.iter().map(|one| one.device.id.as_str()).collect();
    let states = read.device_states(&ids).await?;
    let conditions = conditions(records, &states, now);
    let tasks = super::silence::tasks(read, &ids, now).await?;
    let ids = |of: fn(&DeviceRecord) -> Option<&str>| records.iter().filter_map(of).collect::<BTreeSet<_>>();
    let places = ids(|one| one.device.place.as_ref().map(|id| id.as_str()));
    let places = read.object_refs("place", &places.into_iter().collect::<Vec<_>>()).await?;
    let facilities = ids(|one| one.device.facility.as_ref().map(|id| id.as_str()));
    let facilities = read.object_refs("facility", &facilities.into_iter().collect::<Vec<_>>()).await?;
    let called = |id: Option<&str>, of: &std::collections::HashMap<String, String>| {
        id.map(|id| Named::new(id, of.get(id).map_or(id, String::as_str)))
    };
    let nothing = DeviceState::default();
    let row = |(record, condition): (&DeviceRecord, &domain::device::Condition)| {
        let d = &record.device;
        let state = states.get(d.id.as_str()).unwrap_or(&nothing);
        DeviceRow {
            id: d.id.to_string(),
            code: d.code.clone(),
            name: d.name.clone(),
            kind: Word::new(d.kind.code(), d.kind.label()),
            model: d.model.clone(),
            owner: names.named_org(&d.owner),
            territory: names.territory(d.territory.as_str()),
            place: called(d.place.as_ref().map(|id| id.as_str()), &places),
            facility: called(d.facility.as_ref().map(|id| id.as_str()), &facilities),
            address: d.address.clone(),
            condition: Word::new(condition.code(), condition.label()),
            protects: condition.protects(),
            heard_at: state.heard_at.map(Timestamp::to_rfc3339),
            battery: state.battery,
            faults: state.faults.iter().map(|kind| Word::new(kind.code(), kind.label())).collect(),
            spot: d.position.map(|[lon, lat]| Spot { lon, lat }),
            voided: d.void.is_some(),
            task: tasks.get(d.id.as_str()).cloned(),
        }
    };
    Ok(records.iter().zip(&conditions).map(row).collect())
}

/// One device, as the caller sees it.
pub(super) async fn page(
    read: &mut Read,
    caller: &Caller,
    record: &DeviceRecord,
    now: Timestamp,
) -> Result<DeviceView> {
    let names = Names::read(read).await?;
    let row = rows(read, std::slice::from_ref(record), &names, now).await?;
    let row = row.into_iter().next().ok_or(crate::Error::NotFound)?;
    let d = &record.device;
    let heard = read.device_spans(&d.id).await?;
    let signals = match caller.hats.scope(Action::SignalRead) {
        None => Vec::new(),
        Some(scope) => {
            let filter = SignalFilter { device: Some(d.id.to_string()), ..SignalFilter::default() };
            let found = read.signals(&scope, &filter, None, LAST_SIGNALS).await?;
            crate::signal::view::all(read, &found, &names).await?
        }
    };
    // What its alarms turned out to be is told to who may read incidents.
    let handling = match caller.hats.scope(Action::IncidentRead) {
        None => None,
        Some(_) => handled(read, d, now).await?,
    };
    let duty_check = super::line::last_check(read, &d.id).await?;
    let test = d.test.as_ref().filter(|test| now < test.until);
    let reason =
        d.void.as_ref().or(d.retired.as_ref().map(|(_, reason)| reason)).or(test.map(|test| &test.reason));
    Ok(DeviceView {
        row,
        links: d
            .links
            .iter()
            .map(|link| LinkView { provider: link.provider.code().to_owned(), address: link.address.clone() })
            .collect(),
        networks: d.networks.iter().cloned().collect(),
        broker: d.broker,
        heartbeat_s: d.heartbeat_s,
        misses: d.misses,
        installed_on: d.installed_on.map(|day| day.to_string()),
        has_secret: record.has_secret,
        test_until: test.map(|test| test.until.to_rfc3339()),
        reason: reason.cloned().unwrap_or_default(),
        heard: heard
            .iter()
            .rev()
            .take(50)
            .map(|one| HeardView {
                from: one.span.from.to_rfc3339(),
                to: one.span.to.map(Timestamp::to_rfc3339),
            })
            .collect(),
        signals,
        duty_check,
        online: online(d, &heard, now),
        handling,
        actions: actions(caller, record, now).into_iter().map(str::to_owned).collect(),
        recorded_by: record.recorded_by.clone(),
        version: record.version,
    })
}
