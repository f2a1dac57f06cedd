//! With a real broker: what is published is kept before it is acknowledged, once, also what came while we were away.
//! Skips aloud without mosquitto, which `cargo xtask test` installs.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use app::{App, Clock};
use domain::ids::TownCode;
use domain::time::Timestamp;
use ingest::{Broker, Intake, subscribe};
use rumqttc::{AsyncClient, Event, MqttOptions, Packet, PublishOptions, QoS};

const TOWN: &str = "500118100000";

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp(1_790_000_000_000)
    }
}

/// A broker of one's own, gone when dropped.
struct Mosquitto {
    server: Child,
    port: u16,
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn mosquitto(folder: &std::path::Path) -> anyhow::Result<Option<Mosquitto>> {
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let config = folder.join("mosquitto.conf");
    std::fs::write(
        &config,
        format!("listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n"),
    )?;
    for program in ["mosquitto", "/usr/sbin/mosquitto"] {
        let mut command = Command::new(program);
        command.arg("-c").arg(&config).stdout(Stdio::null()).stderr(Stdio::null());
        if let Ok(server) = command.spawn() {
            return Ok(Some(Mosquitto { server, port }));
        }
    }
    eprintln!("skipped: mosquitto is not installed");
    Ok(None)
}

async fn publish(port: u16, messages: &[(String, String)]) -> anyhow::Result<()> {
    let mut options = MqttOptions::new("simulator", ("127.0.0.1".to_owned(), port));
    options.set_max_packet_size(1 << 20, 1 << 20);
    let (client, mut events) = AsyncClient::builder(options).capacity(messages.len() + 1).build();
    for (topic, payload) in messages {
        client.publish(topic.clone(), payload.clone(), PublishOptions::new(QoS::AtLeastOnce)).await?;
    }
    let mut acknowledged = 0;
    while acknowledged < messages.len() {
        let event = tokio::time::timeout(Duration::from_secs(20), events.poll()).await?;
        match event {
            Ok(Event::Incoming(Packet::PubAck(_))) => acknowledged += 1,
            Ok(_) => {}
            // It may still be starting.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    Ok(())
}

/// Waits so many tenths of a second.
async fn kept(app: &App, n: i64, tenths: u32) -> anyhow::Result<()> {
    for _ in 0..tenths {
        let counts = app.db.read(&app.town).await?.raw_signal_counts(Timestamp(0)).await?;
        let sum: i64 = counts.values().sum();
        anyhow::ensure!(sum <= n, "{sum} kept, {n} sent");
        if sum == n {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("{n} messages did not come")
}

#[tokio::test]
async fn what_is_published_is_kept_once_also_what_came_while_we_were_away() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let Some(broker) = mosquitto(folder.path())? else { return Ok(()) };
    let url = format!("sqlite:{}", folder.path().join("fengsui.db").display());
    let (keys, blobs) = (folder.path().join("keys"), folder.path().join("blobs"));
    let app = App::open(&url, &keys, &blobs, Arc::new(Still), TownCode::from(TOWN)).await?;
    let at = Broker::parse(&format!("mqtt://127.0.0.1:{}", broker.port)).context("an address")?;
    let intake = Intake::start(app.clone());
    let listening = tokio::spawn(subscribe(app.clone(), at.clone(), intake.clone()));
    let alarm =
        |n: u32| (format!("town/{TOWN}/device/SN-{n}/up"), format!(r#"{{"smoke":1,"sequence":{n}}}"#));
    // Published again and again until the subscription stands; copies are one.
    for _ in 0..50 {
        publish(broker.port, &[alarm(0)]).await?;
        if kept(&app, 1, 10).await.is_ok() {
            break;
        }
    }
    let many: Vec<_> = (1..200).map(alarm).chain((1..50).map(alarm)).collect();
    publish(broker.port, &many).await?;
    kept(&app, 200, 200).await?;
    listening.abort();
    let _ = listening.await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    // Larger than anything a device has to say: kept as a problem, acknowledged, and what follows comes all the same.
    let large = (format!("town/{TOWN}/device/SN-1/up"), format!(r#"{{"text":"{}"}}"#, "x".repeat(300_000)));
    let elsewhere = ("v1/devices/SN-900/telemetry".to_owned(), r#"{"ts":1,"values":{"smoke":1}}"#.to_owned());
    publish(broker.port, &[alarm(200), large, elsewhere]).await?;
    tokio::spawn(subscribe(app.clone(), at, intake));
    kept(&app, 203, 200).await?;
    let counts = app.db.read(&app.town).await?.raw_signal_counts(Timestamp(0)).await?;
    assert_eq!(counts.get(&("mqtt".to_owned(), "push.too_large".to_owned())), Some(&1), "{counts:?}");
    assert_eq!(counts.get(&("mqtt".to_owned(), String::new())), Some(&202), "{counts:?}");
    Ok(())
}
