//! A signal on its way into an incident: what it says as a sign. What does not belong here: storing it (`signal`), which
//! signs belong together (`domain::incident::join`).

use domain::ids::IncidentId;
use domain::incident::join::{Bearing, Clue};
use domain::incident::{Kind, Source};
use domain::policy::Action;
use domain::signal::{Signal, SignalKind, SignalSource, Trust};
use store::{Read, Write};

use super::{Arrived, CAMERA_SPREAD, act_name};
use crate::parameter::number_on;
use crate::{App, Caller, Result};

/// Under this name it is kept where on the wire somebody unregistered spoke from.
pub(crate) const SENDER: &str = "sender";
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

/// A signal as a sign; none for what says nothing about a fire, as a heartbeat or a flat battery.
async fn arrived(caller: &Caller, read: &mut Read, signal: &Signal) -> Result<Option<Arrived>> {
    let restored = matches!(signal.kind, SignalKind::Restored | SignalKind::Cancelled);
    if !signal.kind.is_alarm() && !restored {
        return Ok(None);
    }
    let sender = signal.device.as_ref().map(ToString::to_string).unwrap_or_default();
    let from = match &signal.device {
        Some(id) => {
            let scope = caller.scope(Action::DeviceRead)?;
            let found = read.device(id, &scope).await?;
            found.map(|one| format!("{} {}", one.device.code, one.device.name)).unwrap_or_default()
        }
        None => String::new(),
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
    let says = match signal.text.trim() {
        "" => signal.kind.label().to_owned(),
        text => format!("{}：{text}", signal.kind.label()),
    };
    Ok(Some(Arrived {
        signal: Some(signal.id.to_string()),
        source: source(signal),
        kind: kind(signal),
        says,
        from,
        bound: signal.trust == Trust::Bound,
        alarm: signal.kind.is_alarm(),
        restored,
        territory: signal.territory.clone(),
        clue: Clue {
            // A device's clock may be days off: what counts is when it reached us.
            came_at: signal.received_at,
            place: signal.place.clone(),
            at,
            bearing,
            sender: if sender.is_empty() {
                signal.detail.get(SENDER).cloned().unwrap_or_default()
            } else {
                sender
            },
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
