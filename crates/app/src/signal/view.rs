//! Signals as they are shown and typed in.
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use std::collections::{BTreeMap, BTreeSet};

use domain::signal::{SignalKind, SignalSource};
use serde::{Deserialize, Serialize};
use store::Read;
use store::signal::SignalRecord;
use utoipa::{IntoParams, ToSchema};

use super::relay::RelayView;
use super::{is_told, is_typed};
use crate::Result;
use crate::device::line::LineCount;
use crate::names::{Names, Spot};
use crate::view::{Named, Word};

/// Which signals to list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct SignalAsked {
    /// `alarm`: what asks for somebody at once; `all`: readings and signs of life, too; else what is news.
    pub view: Option<String>,
    /// Kinds, commas between them.
    pub kind: Option<String>,
    /// Sources, commas between them.
    pub source: Option<String>,
    /// `bound` or `open`.
    pub trust: Option<String>,
    /// Only of this device.
    pub device: Option<String>,
    /// Only about this place.
    pub place: Option<String>,
    /// Only of this village.
    pub village: Option<String>,
    /// Received at or after, RFC 3339.
    pub from: Option<String>,
    /// Received before, RFC 3339.
    pub until: Option<String>,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Rows of a page, at most 200.
    pub limit: Option<i64>,
}

/// What a person was told or saw.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SignalInput {
    /// `telephone`, `person` or `camera`.
    pub source: String,
    pub kind: String,
    pub text: String,
    pub place: Option<String>,
    pub device: Option<String>,
    pub territory: Option<String>,
    /// Degrees, WGS-84.
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    /// Degrees from north, clockwise.
    pub azimuth: Option<f64>,
    /// RFC 3339; now when left out.
    pub occurred_at: Option<String>,
}

/// A signal.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SignalView {
    pub id: String,
    pub source: Word,
    pub kind: Word,
    pub trust: Word,
    /// It asks for somebody at once.
    pub alarm: bool,
    pub device: Option<Named>,
    pub place: Option<Named>,
    pub territory: Option<Named>,
    pub spot: Option<Spot>,
    pub azimuth: Option<f64>,
    /// By the sender's clock.
    pub occurred_at: String,
    /// By ours.
    pub received_at: String,
    /// How far his clock was from ours. Units: seconds; positive when ahead.
    pub clock_off_s: i64,
    pub text: String,
    pub detail: BTreeMap<String, String>,
    pub recorded_by: String,
    /// The bytes it was read from, when one signal is asked for.
    pub bytes_hex: Option<String>,
    /// Where they came from.
    pub peer: Option<String>,
}

/// A page of signals.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SignalPage {
    pub items: Vec<SignalView>,
    pub total: i64,
    pub next: Option<String>,
}

/// What a form needs.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SignalOptions {
    /// Every kind, for filters.
    pub kinds: Vec<Word>,
    /// Kinds a person may report.
    pub told: Vec<Word>,
    /// Every source.
    pub sources: Vec<Word>,
    /// Sources a person may name.
    pub typed: Vec<Word>,
    pub may_report: bool,
    /// Whether the caller may see what came over the wires, which is the whole town's.
    pub may_see_wires: bool,
}

impl SignalOptions {
    pub(super) fn of(may_report: bool, may_see_wires: bool) -> Self {
        let word = |kind: &SignalKind| Word::new(kind.code(), kind.label());
        let source = |source: &SignalSource| Word::new(source.code(), source.label());
        Self {
            kinds: SignalKind::ALL.iter().map(word).collect(),
            told: SignalKind::ALL.iter().filter(|kind| is_told(**kind)).map(word).collect(),
            sources: SignalSource::ALL.iter().map(source).collect(),
            typed: SignalSource::ALL.iter().filter(|one| is_typed(**one)).map(source).collect(),
            may_report,
            may_see_wires,
        }
    }
}

/// How many messages came by a way with one outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WireCount {
    pub channel: String,
    pub provider: String,
    /// Code of what was wrong; empty for nothing.
    pub problem: String,
    pub problem_label: String,
    pub n: i64,
}

/// What came over the wires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WireView {
    pub rows: Vec<WireCount>,
    /// Kept and not read yet.
    pub waiting: i64,
    /// Connections of devices to the server that answers.
    pub lines: LineCount,
    /// What this village's own box owes the town's server; none where this is no box.
    pub relay: Option<RelayView>,
}

/// One signal.
pub(crate) async fn of(read: &mut Read, record: &SignalRecord, names: &Names) -> Result<SignalView> {
    let all = all(read, std::slice::from_ref(record), names).await?;
    all.into_iter().next().ok_or(crate::Error::NotFound)
}

/// Several, with what their devices and places are called.
pub(crate) async fn all(read: &mut Read, records: &[SignalRecord], names: &Names) -> Result<Vec<SignalView>> {
    let ids = |of: fn(&SignalRecord) -> Option<&str>| records.iter().filter_map(of).collect::<BTreeSet<_>>();
    let devices = ids(|one| one.signal.device.as_ref().map(|id| id.as_str()));
    let devices = read.object_refs("device", &devices.into_iter().collect::<Vec<_>>()).await?;
    let places = ids(|one| one.signal.place.as_ref().map(|id| id.as_str()));
    let places = read.object_refs("place", &places.into_iter().collect::<Vec<_>>()).await?;
    let called = |id: Option<&str>, of: &std::collections::HashMap<String, String>| {
        id.map(|id| Named::new(id, of.get(id).map_or(id, String::as_str)))
    };
    let view = |record: &SignalRecord| {
        let s = &record.signal;
        SignalView {
            id: s.id.to_string(),
            source: Word::new(s.source.code(), s.source.label()),
            kind: Word::new(s.kind.code(), s.kind.label()),
            trust: Word::new(s.trust.code(), s.trust.label()),
            alarm: s.kind.is_alarm(),
            device: called(s.device.as_ref().map(|id| id.as_str()), &devices),
            place: called(s.place.as_ref().map(|id| id.as_str()), &places),
            territory: s.territory.as_ref().map(|code| names.territory(code.as_str())),
            spot: s.position.map(|[lon, lat]| Spot { lon, lat }),
            azimuth: s.azimuth,
            occurred_at: s.occurred_at.to_rfc3339(),
            received_at: s.received_at.to_rfc3339(),
            clock_off_s: s.clock_off_ms() / 1000,
            text: s.text.clone(),
            detail: s.detail.clone(),
            recorded_by: record.recorded_by.clone(),
            bytes_hex: None,
            peer: None,
        }
    };
    Ok(records.iter().map(view).collect())
}
