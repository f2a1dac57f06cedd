//! A signal on its way into an incident: what it says as a sign. What does not belong here: storing it (`signal`), which
//! signs belong together (`domain::incident::join`).

use std::collections::HashMap;

use domain::device::Provider;
use domain::ids::IncidentId;
use domain::incident::join::{Bearing, Clue, Heard, REPEATED_MS};
use domain::incident::stranger::Stranger;
use domain::incident::{Kind, Source};
use domain::policy::Action;
use domain::signal::{Signal, SignalKind, SignalSource, Trust};
use domain::time::Timestamp;
use store::{Read, Write};

use super::{Arrived, CAMERA_SPREAD, act_name};
use crate::parameter::number_on;
use crate::{App, Caller, Result};

/// Under this name it is kept who spoke that is not registered: his line, and what he calls himself there.
pub(crate) const SENDER: &str = "sender";
/// Under this name it is kept over which line somebody unregistered spoke.
pub(crate) const LINE: &str = "line";
/// Under this name it is kept for which unit he spoke.
pub(crate) const UNIT: &str = "unit";
/// Under this name a camera says which way it was turned.
const POSE: &str = "pose";

fn source(signal: &Signal) -> Source {
    match signal.source {
        SignalSource::Device => Source::Device,
        SignalSource::Camera => Source::Camera,
        SignalSource::Telephone => Source::Telephone,
        SignalSource::Cap => Source::Cap,
        SignalSource::Webhook => Source::Webhook,
        SignalSource::Person => Source::Person,
    }
}

/// What it may be; a camera sees smoke and not what burns.
fn kind(signal: &Signal) -> Kind {
    match signal.kind {
        SignalKind::Gas => Kind::Gas,
        SignalKind::Help => Kind::Help,
        SignalKind::FireAlarm | SignalKind::Smoke | SignalKind::Heat if signal.place.is_some() => {
            Kind::Building
        }
        _ => Kind::Unknown,
    }
}

fn is_restored(signal: &Signal) -> bool {
    matches!(signal.kind, SignalKind::Restored | SignalKind::Cancelled)
}

/// Whether a signal says anything about a fire, as a heartbeat or a flat battery does not.
pub(crate) fn is_sign(signal: &Signal) -> bool {
    signal.kind.is_alarm() || is_restored(signal)
}

/// Who gave a signal: the device, or whoever is not registered by his line and the name he gave.
fn sender(signal: &Signal) -> String {
    let device = signal.device.as_ref().map(ToString::to_string);
    device.or_else(|| signal.detail.get(SENDER).cloned()).unwrap_or_default()
}

fn says(signal: &Signal) -> String {
    match signal.text.trim() {
        "" => signal.kind.label().to_owned(),
        text => format!("{}：{text}", signal.kind.label()),
    }
}

/// What was heard lately, by who said it: a device that gives the alarm every second is read by this alone.
#[derive(Default)]
pub(crate) struct Echoes(HashMap<String, Vec<Heard>>);

impl Echoes {
    /// What these senders said that messages from this moment on may repeat.
    pub(crate) async fn read(read: &mut Read, senders: &[String], from: Timestamp) -> Result<Self> {
        let mut echoes = Self::default();
        for heard in read.signs_since(senders, from.plus_ms(-REPEATED_MS)).await? {
            echoes.0.entry(heard.sender.clone()).or_default().push(heard);
        }
        Ok(echoes)
    }

    /// Whether a signal says once more, from the same spot, what is in an incident that lasts. A camera may look elsewhere.
    pub(crate) fn holds(&self, signal: &Signal) -> bool {
        let sign = sign(signal);
        let before = self.0.get(&sign.sender).map(Vec::as_slice).unwrap_or_default();
        signal.azimuth.is_none() && before.iter().any(|one| one.at == sign.at && sign.repeats(one))
    }

    /// Notes what was just taken into an incident.
    pub(crate) fn add(&mut self, signal: &Signal) {
        let sign = sign(signal);
        self.0.entry(sign.sender.clone()).or_default().push(sign);
    }
}

/// Who spoke over which line and for which unit, where nobody registered did.
pub(super) fn stranger(signal: &Signal) -> Option<Stranger> {
    let line = signal.detail.get(LINE).filter(|_| signal.device.is_none())?;
    let unit = signal.detail.get(UNIT).cloned().unwrap_or_default();
    Some(Stranger { line: line.clone(), unit, senders: 1, gathered: false })
}

/// A line as people read it.
pub(super) fn line_words(line: &str) -> String {
    let (channel, from) = line.split_once(' ').unwrap_or((line, ""));
    let channel = Provider::from_code(channel).map_or(channel, |one| one.label());
    format!("{channel} {from}").trim().to_owned()
}

/// Who somebody unregistered is, as far as he said it himself.
fn stranger_words(signal: &Signal, line: &str) -> String {
    let said = |name: &str| signal.detail.get(name).map(String::as_str);
    let own: Vec<&str> = ["source", "system", "part"].into_iter().filter_map(said).collect();
    let name = said(SENDER).and_then(|sender| sender.strip_prefix(line)).map_or("", str::trim);
    let who = if own.is_empty() { name.to_owned() } else { own.join(" ") };
    format!("未登记 {who}（{}）", line_words(line)).replace(" （", "（")
}

/// A stranger's sign as it is heard.
pub(super) fn sign_of_stranger(signal: &Signal, line: &str) -> Heard {
    Heard { from: stranger_words(signal, line), ..sign(signal) }
}

/// A signal as it is compared with what was said before.
fn sign(signal: &Signal) -> Heard {
    Heard {
        signal: Some(signal.id.to_string()),
        source: source(signal),
        says: says(signal),
        from: String::new(),
        bound: signal.trust == Trust::Bound,
        restored: is_restored(signal),
        came_at: signal.received_at,
        at: signal.position,
        bearing: None,
        why: Vec::new(),
        sender: sender(signal),
        address: String::new(),
        phone: String::new(),
    }
}

/// A signal as a sign; none for what says nothing about a fire.
async fn arrived(caller: &Caller, read: &mut Read, signal: &Signal) -> Result<Option<Arrived>> {
    if !is_sign(signal) {
        return Ok(None);
    }
    let sender = sender(signal);
    let stranger = stranger(signal);
    let from = match (&signal.device, &stranger) {
        (Some(id), _) => {
            let scope = caller.scope(Action::DeviceRead)?;
            let found = read.device(id, &scope).await?;
            found.map(|one| format!("{} {}", one.device.code, one.device.name)).unwrap_or_default()
        }
        (None, Some(stranger)) => stranger_words(signal, &stranger.line),
        (None, None) => String::new(),
    };
    let bearing = match (signal.source, signal.azimuth, signal.position) {
        (SignalSource::Camera, Some(azimuth_deg), Some(from)) => Some(Bearing {
            pose: signal.detail.get(POSE).cloned().unwrap_or_else(|| sender.clone()),
            from,
            azimuth_deg,
            spread_deg: f64::from(number_on(read, CAMERA_SPREAD, signal.received_at.date()).await?),
        }),
        _ => None,
    };
    // Where a camera stands is not where it burns.
    let at = if bearing.is_some() { None } else { signal.position };
    Ok(Some(Arrived {
        signal: Some(signal.id.to_string()),
        source: source(signal),
        kind: kind(signal),
        says: says(signal),
        from,
        bound: signal.trust == Trust::Bound,
        alarm: signal.kind.is_alarm(),
        restored: is_restored(signal),
        territory: signal.territory.clone(),
        near: false,
        stranger,
        clue: Clue {
            // A device's clock may be days off: what counts is when it reached us.
            came_at: signal.received_at,
            place: signal.place.clone(),
            at,
            bearing,
            sender,
        },
    }))
}

/// An incident a signal was taken into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// The incident.
    pub incident: IncidentId,
    /// What the record calls what happened to it.
    pub action: &'static str,
    /// Where it lies.
    pub path: String,
}

impl App {
    /// Takes a signal that was just stored into an incident, within the same write; gives the incident, what happened to it
    /// and where it lies, for an entry of its own in the record. None when it belongs to none: no alarm, hidden by a mask,
    /// or all well where nothing was.
    // Part of the write that stores the signal.
    pub async fn join_signal(
        &self,
        caller: &Caller,
        tx: &mut Write,
        signal: &Signal,
    ) -> Result<Option<Joined>> {
        let Some(arrived) = arrived(caller, tx, signal).await? else { return Ok(None) };
        let heard = self.hear_in(caller, tx, arrived, ("", "")).await?;
        Ok(heard.map(|(record, act)| Joined {
            incident: record.incident.id,
            action: act_name(&act),
            path: record.path,
        }))
    }
}
