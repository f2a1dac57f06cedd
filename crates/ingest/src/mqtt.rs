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
/// Of a message so much is kept; of one that is larger, its beginning, as one that could not be read. Units: bytes.
const MOST: usize = 64 * 1024;
/// The largest packet there is in MQTT. One beyond what a client takes would end the connection, and come again after it,
/// for ever. Units: bytes.
const PACKET: usize = 268_435_455;
/// Between two attempts to keep a message, at first and at most.
const KEEP_AGAIN: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(30));
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
    options.set_max_packet_size(PACKET, MOST);
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
            Ok(Event::Incoming(Packet::Publish(mut message))) => {
                let is_large = message.payload.len() > MOST;
                if is_large {
                    // Copied, so that the rest of it is given back.
                    message.payload = message.payload.get(..MOST).unwrap_or_default().to_vec().into();
                }
                if taken.send((message, is_large)).await.is_err() {
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

async fn acknowledge(
    app: App,
    client: AsyncClient,
    intake: Intake,
    mut under_way: mpsc::Receiver<(Publish, bool)>,
) {
    let mut batch = Vec::new();
    while under_way.recv_many(&mut batch, UNDER_WAY).await > 0 {
        let mut asked = Vec::new();
        for (message, is_large) in batch.drain(..) {
            // What a broker retained is old news to everybody who subscribes: no alarm comes that way.
            let kept = match incoming(&message, is_large, app.now()).filter(|_| !message.retain) {
                Some(incoming) => Some((intake.hand_in(incoming.clone()).await, incoming)),
                None => None,
            };
            asked.push((message, kept));
        }
        for (message, kept) in asked {
            if let Some((kept, incoming)) = kept
                && kept.await != Ok(true)
            {
                keep(&intake, incoming).await;
            }
            if let Err(error) = client.ack(&message).await {
                tracing::warn!(cause = ?error, "a message was kept and not acknowledged; its copy will be absorbed");
            }
        }
    }
}

/// Hands a message in until it is kept. The broker sends again what is not acknowledged only after a reconnect, so nobody
/// else would; meanwhile it keeps what comes after.
async fn keep(intake: &Intake, message: Incoming) {
    let (mut pause, most) = KEEP_AGAIN;
    loop {
        tokio::time::sleep(pause).await;
        if intake.hand_in(message.clone()).await.await == Ok(true) {
            return;
        }
        pause = most.min(pause * 2);
    }
}

/// A message as it is kept; none for one on a topic nobody asked for. Of a large one only the beginning is there.
fn incoming(message: &Publish, is_large: bool, now: Timestamp) -> Option<Incoming> {
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
        before: None,
        beat_of: None,
        problem: is_large.then_some("push.too_large"),
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
            incoming(&message, false, Timestamp(now)).map(|one| one.mark)
        };
        let (early, late) = (0, 10 * SAME_MS);
        assert_eq!(mark(r#"{"smoke":1,"sequence":7}"#, early), mark(r#"{"smoke":1,"sequence":7}"#, late));
        assert_ne!(mark(r#"{"smoke":1,"sequence":7}"#, early), mark(r#"{"smoke":1,"sequence":8}"#, early));
        assert_eq!(mark(r#"{"smoke":1}"#, 1), mark(r#"{"smoke":1}"#, 2));
        assert_ne!(mark(r#"{"smoke":1}"#, early), mark(r#"{"smoke":1}"#, late), "a new alarm, not a copy");
        let elsewhere = Publish::new("other/topic", QoS::AtLeastOnce, "{}");
        assert!(incoming(&elsewhere, false, Timestamp(0)).is_none());
    }

    #[tokio::test]
    async fn what_could_not_be_kept_is_handed_in_again_until_it_is() {
        let (intake, mut handed_in) = Intake::watched();
        let message = Publish::new("town/1/device/SN-1/up", QoS::AtLeastOnce, r#"{"smoke":1,"sequence":7}"#);
        let message = incoming(&message, false, Timestamp(0)).expect("a topic we asked for");
        let keeping = tokio::spawn(async move { keep(&intake, message).await });
        let mut marks = Vec::new();
        for answer in [false, false, true] {
            let (message, kept) = handed_in.recv().await.expect("it tries on");
            assert!(!keeping.is_finished());
            marks.push(message.mark);
            kept.send(answer).expect("it waits for the answer");
        }
        assert!(keeping.await.is_ok());
        assert_eq!(marks.len(), 3);
        marks.dedup();
        assert_eq!(marks.len(), 1, "one message, not three");
        assert!(handed_in.recv().await.is_none(), "and no more once it is kept");
    }
}
