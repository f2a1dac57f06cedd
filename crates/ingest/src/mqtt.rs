//! A client of the town's own broker: `town/{town}/device/{sn}/up`, and the telemetry topic of ThingsBoard's kind. A
//! message is acknowledged only once it is kept; until then the broker has it. What does not belong here: what a message
//! says (`protocol::push`).

use std::time::Duration;

use app::App;
use app::signal::{Incoming, mark_of};
use domain::device::Provider;
use domain::time::Timestamp;
use rumqttc::{AckMode, AsyncClient, Event, MqttOptions, Packet, Publish, QoS};
use tokio::sync::mpsc;

use crate::batch::Intake;

/// Between two attempts to reach the broker.
const AGAIN: Duration = Duration::from_secs(2);
/// The largest message taken. Units: bytes.
const MOST: usize = 64 * 1024;
/// Messages of which neither number nor time tells copies apart are copies within this time. Units: milliseconds.
const SAME_MS: i64 = 5 * 60 * 1000;
/// Messages under way.
const UNDER_WAY: usize = 1_000;

/// A broker.
#[derive(Clone, PartialEq, Eq)]
pub struct Broker {
    /// Host.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Name and password.
    pub login: Option<(String, String)>,
}

impl Broker {
    /// Reads `mqtt://name:password@host:1883`.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.trim().strip_prefix("mqtt://")?.trim_end_matches('/');
        let (login, at) = rest.rsplit_once('@').map_or((None, rest), |(login, at)| (Some(login), at));
        let (host, port) = match at.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()?),
            None => (at, 1883),
        };
        let login = login.map(|login| login.split_once(':').unwrap_or((login, "")));
        let login = login.map(|(name, password)| (name.to_owned(), password.to_owned()));
        (!host.is_empty()).then(|| Self { host: host.to_owned(), port, login })
    }
}

/// Stays connected to a broker and hands in what it passes on. Never ends.
pub async fn subscribe(app: App, broker: Broker, intake: Intake) {
    // The same name after a restart, so that the broker keeps what came meanwhile.
    let mut options = MqttOptions::new(format!("fengsui-{}", app.town), (broker.host.clone(), broker.port));
    options.set_keep_alive(20).set_clean_session(false).set_ack_mode(AckMode::Manual);
    options.set_max_packet_size(MOST, MOST);
    if let Some((name, password)) = broker.login {
        options.set_credentials(name, password);
    }
    // Room for the acknowledgements of all that is under way: whoever acknowledges must never wait for whoever receives.
    let (client, mut events) = AsyncClient::builder(options).capacity(3 * UNDER_WAY).build();
    let (taken, under_way) = mpsc::channel(UNDER_WAY);
    tokio::spawn(acknowledge(app.clone(), client.clone(), intake, under_way));
    loop {
        match events.poll().await {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                tracing::info!(host = broker.host, "mqtt");
                let client = client.clone();
                let topics = [format!("town/{}/device/+/up", app.town), "v1/devices/+/telemetry".to_owned()];
                tokio::spawn(async move {
                    for topic in topics {
                        if let Err(error) = client.subscribe(topic, QoS::AtLeastOnce).await {
                            tracing::error!(cause = ?error, "the broker was not asked for messages");
                        }
                    }
                });
            }
            // Waiting for room here keeps the broker waiting, which is what is wanted.
            Ok(Event::Incoming(Packet::Publish(message))) => {
                if taken.send(message).await.is_err() {
                    return;
                }
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(cause = %error, "the broker is out of reach");
                tokio::time::sleep(AGAIN).await;
            }
        }
    }
}

async fn acknowledge(app: App, client: AsyncClient, intake: Intake, mut under_way: mpsc::Receiver<Publish>) {
    let mut batch = Vec::new();
    while under_way.recv_many(&mut batch, UNDER_WAY).await > 0 {
        let mut asked = Vec::new();
        for message in batch.drain(..) {
            // What a broker retained is old news to everybody who subscribes: no alarm comes that way.
            let kept = match incoming(&message, app.now()).filter(|_| !message.retain) {
                Some(incoming) => Some(intake.hand_in(incoming).await),
                None => None,
            };
            asked.push((message, kept));
        }
        for (message, kept) in asked {
            let is_done = match kept {
                None => true,
                Some(kept) => kept.await == Ok(true),
            };
            // What is not kept is not acknowledged: the broker sends it again after a reconnect.
            if is_done && let Err(error) = client.ack(&message).await {
                tracing::warn!(cause = ?error, "a message was kept and not acknowledged; its copy will be absorbed");
            }
        }
    }
}

/// A message as it is kept; none for one on a topic nobody asked for.
fn incoming(message: &Publish, now: Timestamp) -> Option<Incoming> {
    let topic = std::str::from_utf8(&message.topic).ok()?;
    let name = protocol::push::topic_device(topic)?;
    let told = protocol::push::telemetry(name, &message.payload).ok();
    let own = told.and_then(|push| push.sequence.or_else(|| push.at_ms.map(|at| at.to_string())));
    let own = own.unwrap_or_else(|| format!("~{}", now.0 / SAME_MS));
    Some(Incoming {
        provider: Provider::Mqtt,
        dialect: None,
        peer: topic.to_owned(),
        proof: "broker".to_owned(),
        mark: mark_of(&["mqtt", name, &own], &message.payload),
        bytes: message.payload.to_vec(),
        beat_of: None,
        problem: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broker_is_named_by_its_address() {
        let broker = |host: &str, port, login: Option<(&str, &str)>| Broker {
            host: host.to_owned(),
            port,
            login: login.map(|(name, password)| (name.to_owned(), password.to_owned())),
        };
        // It holds a password and is never printed.
        assert!(Broker::parse("mqtt://10.0.0.8") == Some(broker("10.0.0.8", 1883, None)));
        let named = Broker::parse("mqtt://town:p@ss@mq.local:2883/");
        assert!(named == Some(broker("mq.local", 2883, Some(("town", "p@ss")))));
        for wrong in ["http://x", "mqtt://", "mqtt://x:port", ""] {
            assert!(Broker::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn copies_are_told_by_number_or_time_else_by_nearness() {
        let mark = |payload: &str, now| {
            let message = Publish::new("town/1/device/SN-1/up", QoS::AtLeastOnce, payload);
            incoming(&message, Timestamp(now)).map(|one| one.mark)
        };
        let (early, late) = (0, 10 * SAME_MS);
        assert_eq!(mark(r#"{"smoke":1,"sequence":7}"#, early), mark(r#"{"smoke":1,"sequence":7}"#, late));
        assert_ne!(mark(r#"{"smoke":1,"sequence":7}"#, early), mark(r#"{"smoke":1,"sequence":8}"#, early));
        assert_eq!(mark(r#"{"smoke":1}"#, 1), mark(r#"{"smoke":1}"#, 2));
        assert_ne!(mark(r#"{"smoke":1}"#, early), mark(r#"{"smoke":1}"#, late), "a new alarm, not a copy");
        let elsewhere = Publish::new("other/topic", QoS::AtLeastOnce, "{}");
        assert!(incoming(&elsewhere, Timestamp(0)).is_none());
    }
}
