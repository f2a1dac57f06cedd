//! `fengsui storm`: alarms at a steady rate over real connections to a running server, and how long each waited for its
//! confirmation. Each is due at its own moment whether or not the last one was confirmed, so that a server that falls behind
//! cannot hide it. The same loop speaks GB/T 26875.3, MQTT QoS 1 and HTTP POST, so that other programs are measured by the
//! same clock. For a server of one's own: what it sends is kept there.
#![expect(clippy::print_stdout, reason = "a command answers on standard output")]

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, ensure};
use app::Clock;
use clap::{Args, ValueEnum};
use protocol::gb26875::frame::Event;
use protocol::gb26875::{Command, Frame, Object, Part, Splitter, Stamp, System, Unit, dialect};
use rumqttc::{AsyncClient, MqttOptions, PublishOptions, QoS};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// What is spoken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Wire {
    /// GB/T 26875.3 报文，以报文确认
    #[default]
    Gb26875,
    /// 向消息代理发 QoS 1 消息，以 PUBACK 确认
    Mqtt,
    /// HTTP POST，以成功的应答确认；每个连接一次一条
    Http,
}

/// Under this topic a broker is sent messages, and to this path a web server.
const TOPIC: &str = "storm/alarm";
const PATH: &str = "/in";
/// Messages of one connection a broker has under way.
const UNDER_WAY: u16 = 10_000;

/// How much to send.
#[derive(Debug, Args)]
pub struct Asked {
    /// 发往的地址：设备接入口（如 `127.0.0.1:5201`）、消息代理或网站
    to: SocketAddr,
    /// 那里用什么：报文、代理消息，或发往 `/in` 的请求
    #[arg(long, value_enum, default_value_t = Wire::Gb26875)]
    wire: Wire,
    /// 每秒条数，各连接合计
    #[arg(long, default_value_t = 500)]
    rate: u32,
    /// 持续时间（秒）
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// 同时的连接数
    #[arg(long, default_value_t = 50)]
    connections: u32,
    /// 最后一条之后等待确认的时间（秒）
    #[arg(long, default_value_t = 30)]
    patience: u64,
    /// 输出一份 JSON
    #[arg(long)]
    json: bool,
}

/// When each frame of a connection was due, by its number, until it is confirmed.
type Due = Arc<Mutex<HashMap<u16, Instant>>>;

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Frames sent.
    pub sent: u64,
    /// How long each waited for its confirmation, the shortest first once all are there. Units: milliseconds.
    pub ms: Vec<f64>,
    /// Frames denied.
    pub denied: u64,
}

impl Told {
    /// What this share of the waits did not exceed.
    pub(crate) fn at(&self, share: f64) -> f64 {
        let n = ((self.ms.len() as f64 * share) as usize).min(self.ms.len().saturating_sub(1));
        self.ms.get(n).copied().unwrap_or_default()
    }

    /// One was confirmed after so long; none was not.
    fn hear(&mut self, after: Option<Duration>) {
        self.ms.extend(after.map(|after| after.as_secs_f64() * 1_000.0));
    }

    /// Frames nobody answered.
    pub(crate) fn unanswered(&self) -> u64 {
        self.sent - self.ms.len() as u64 - self.denied
    }
}

/// The unit of the first connection; each further one speaks for the next.
pub(crate) const SOURCE: u64 = 900_000;
/// Connections of a storm nobody asked otherwise of.
pub(crate) const CONNECTIONS: u32 = 50;

/// An alarm of a detector behind a unit.
pub(crate) fn alarm(source: u64, sequence: u16, clock: &dyn Clock) -> Vec<u8> {
    let text = clock.now().to_rfc3339();
    let time = text.get(..19).and_then(Stamp::parse).unwrap_or(Stamp([0; 6]));
    let part = Part { kind: 40, address: u32::from(sequence).to_le_bytes() };
    let object = Object::PartState(System { kind: 1, address: 2 }, part, 0b10, vec![b' '; 31], time);
    let data = Unit::of(2, vec![object]).encode();
    Frame { sequence, version: (1, 1), time, source, destination: 1, command: Command::Send, data }.encode()
}

/// When each of one connection is due.
fn turns(asked: &Asked, n: u32, begun: Instant) -> impl Iterator<Item = Instant> + use<> {
    let (all, rate) = (asked.rate * asked.seconds, f64::from(asked.rate));
    (n..all)
        .step_by(asked.connections as usize)
        .map(move |turn| begun + Duration::from_secs_f64(f64::from(turn) / rate))
}

/// One connection: sends when due, and notes when each was confirmed.
async fn one(asked: &Asked, n: u32, clock: Arc<dyn Clock>, begun: Instant) -> anyhow::Result<Told> {
    match asked.wire {
        Wire::Gb26875 => frames(asked, n, clock, begun).await,
        Wire::Mqtt => messages(asked, n, clock, begun).await,
        Wire::Http => requests(asked, n, clock, begun).await,
    }
}

/// Messages to a broker. Who is cut off is not connected again: what was not confirmed stays so.
async fn messages(asked: &Asked, n: u32, clock: Arc<dyn Clock>, begun: Instant) -> anyhow::Result<Told> {
    TcpStream::connect(asked.to).await.with_context(|| format!("连接不上 {}", asked.to))?;
    let mut options = MqttOptions::new(format!("storm-{n}"), (asked.to.ip().to_string(), asked.to.port()));
    options.set_inflight(UNDER_WAY);
    let (client, mut events) = AsyncClient::builder(options).capacity(usize::from(UNDER_WAY)).build();
    let driven = tokio::spawn(async move { while events.poll().await.is_ok() {} });
    let mut waiting = JoinSet::new();
    let mut told = Told::default();
    for (k, at) in turns(asked, n, begun).enumerate() {
        tokio::time::sleep_until(at).await;
        let options = PublishOptions::new(QoS::AtLeastOnce);
        let bytes = alarm(SOURCE + u64::from(n), k as u16, clock.as_ref());
        let notice = client.publish_tracked(TOPIC, bytes, options).await?;
        waiting.spawn(async move { notice.wait_async().await.is_ok().then(|| at.elapsed()) });
        told.sent += 1;
        while let Some(done) = waiting.try_join_next() {
            told.hear(done?);
        }
    }
    let until = Instant::now() + Duration::from_secs(asked.patience);
    while let Ok(Some(done)) = tokio::time::timeout_at(until, waiting.join_next()).await {
        told.hear(done?);
    }
    driven.abort();
    Ok(told)
}

/// Requests on one connection, each after the answer to the last: one that is late makes the next late as well, which
/// counts, as each waits from when it was due.
async fn requests(asked: &Asked, n: u32, clock: Arc<dyn Clock>, begun: Instant) -> anyhow::Result<Told> {
    let stream = TcpStream::connect(asked.to).await.with_context(|| format!("连接不上 {}", asked.to))?;
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    let mut told = Told::default();
    let end = begun + Duration::from_secs(u64::from(asked.seconds) + asked.patience);
    for (k, at) in turns(asked, n, begun).enumerate() {
        tokio::time::sleep_until(at).await;
        told.sent += 1;
        // Nobody waits for ever: what was due and never left counts as not answered.
        if Instant::now() >= end {
            continue;
        }
        let bytes = alarm(SOURCE + u64::from(n), k as u16, clock.as_ref());
        match tokio::time::timeout_at(end, request(&mut stream, &bytes)).await {
            Ok(Ok(true)) => told.hear(Some(at.elapsed())),
            Ok(Ok(false)) => told.denied += 1,
            Ok(Err(error)) => return Err(error),
            Err(_) => {}
        }
    }
    Ok(told)
}

/// Posts and reads the answer; whether it is one of success.
async fn request(stream: &mut BufReader<TcpStream>, bytes: &[u8]) -> anyhow::Result<bool> {
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n",
        bytes.len()
    );
    stream.write_all(&[head.as_bytes(), bytes].concat()).await?;
    let (mut line, mut length, mut status) = (String::new(), 0_usize, String::new());
    let mut in_chunks = false;
    loop {
        line.clear();
        ensure!(stream.read_line(&mut line).await? > 0, "对方断开了连接");
        let said = line.trim().to_ascii_lowercase();
        if status.is_empty() {
            status = said.split(' ').nth(1).unwrap_or_default().to_owned();
        } else if let Some(n) = said.strip_prefix("content-length:") {
            length = n.trim().parse()?;
        } else if said.starts_with("transfer-encoding:") && said.ends_with("chunked") {
            in_chunks = true;
        } else if said.is_empty() {
            break;
        }
    }
    let mut rest = vec![0; length];
    stream.read_exact(&mut rest).await?;
    while in_chunks {
        line.clear();
        ensure!(stream.read_line(&mut line).await? > 0, "对方断开了连接");
        let n = usize::from_str_radix(line.trim(), 16)?;
        let mut piece = vec![0; n + 2];
        stream.read_exact(&mut piece).await?;
        in_chunks = n > 0;
    }
    Ok(status.starts_with('2'))
}

/// Frames on one connection.
async fn frames(asked: &Asked, n: u32, clock: Arc<dyn Clock>, begun: Instant) -> anyhow::Result<Told> {
    let stream = TcpStream::connect(asked.to)
        .await
        .with_context(|| format!("连接不上 {}，请确认服务已用 --ingest 接收设备报文", asked.to))?;
    let (mut read, mut write) = stream.into_split();
    let due: Due = Arc::default();
    let waiting = due.clone();
    let heard = tokio::spawn(async move {
        let mut splitter = Splitter::new(dialect::standard());
        let (mut piece, mut ms, mut denied) = (vec![0; 8 * 1024], Vec::new(), 0);
        while let Ok(n) = read.read(&mut piece).await {
            if n == 0 {
                break;
            }
            for event in splitter.push(piece.get(..n).unwrap_or_default()) {
                let Event::Frame { frame, .. } = event else { continue };
                let at = waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&frame.sequence);
                match (frame.command, at) {
                    (Command::Confirm, Some(at)) => ms.push(at.elapsed().as_secs_f64() * 1_000.0),
                    (Command::Deny, Some(_)) => denied += 1,
                    _ => {}
                }
            }
        }
        (ms, denied)
    });
    let mut sent = 0;
    // Numbers go round after 65,536 frames of one connection; by then the old ones are confirmed.
    for (sequence, at) in turns(asked, n, begun).enumerate() {
        tokio::time::sleep_until(at).await;
        let sequence = sequence as u16;
        due.lock().unwrap_or_else(PoisonError::into_inner).insert(sequence, at);
        write.write_all(&alarm(SOURCE + u64::from(n), sequence, clock.as_ref())).await?;
        sent += 1;
    }
    let until = Instant::now() + Duration::from_secs(asked.patience);
    while Instant::now() < until && !due.lock().unwrap_or_else(PoisonError::into_inner).is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    write.shutdown().await?;
    drop(write);
    let (ms, denied) =
        tokio::time::timeout(Duration::from_secs(5), heard).await.unwrap_or(Ok((Vec::new(), 0)))?;
    Ok(Told { sent, ms, denied })
}

/// So many frames a second for so many seconds, over 50 connections.
pub(crate) async fn blow(
    to: SocketAddr,
    (rate, seconds): (u32, u32),
    clock: Arc<dyn Clock>,
) -> anyhow::Result<Told> {
    let asked =
        Asked { to, wire: Wire::Gb26875, rate, seconds, connections: CONNECTIONS, patience: 30, json: false };
    rage(Arc::new(asked), clock).await
}

async fn rage(asked: Arc<Asked>, clock: Arc<dyn Clock>) -> anyhow::Result<Told> {
    let begun = Instant::now() + Duration::from_millis(200);
    let mut crowd = JoinSet::new();
    for n in 0..asked.connections {
        let (asked, clock) = (asked.clone(), clock.clone());
        crowd.spawn(async move { one(&asked, n, clock, begun).await });
    }
    let mut all = Told::default();
    while let Some(done) = crowd.join_next().await {
        let told = done??;
        all.sent += told.sent;
        all.denied += told.denied;
        all.ms.extend(told.ms);
    }
    all.ms.sort_by(f64::total_cmp);
    Ok(all)
}

/// `fengsui storm …`.
pub async fn storm(asked: Asked, clock: Arc<dyn Clock>) -> anyhow::Result<()> {
    ensure!(asked.rate > 0 && asked.seconds > 0, "速率和时长应大于 0");
    ensure!((1..=250).contains(&asked.connections), "连接数请写 1 到 250：同一地址最多 256 个连接");
    let asked = Arc::new(asked);
    let all = rage(asked.clone(), clock).await?;
    let at = |share: f64| all.at(share);
    let confirmed = all.ms.len() as u64;
    let lost = all.unanswered();
    if asked.json {
        let told = json!({
            "rate": asked.rate, "seconds": asked.seconds, "connections": asked.connections, "sent": all.sent,
            "confirmed": confirmed, "denied": all.denied, "unanswered": lost,
            "ms": { "p50": at(0.5), "p90": at(0.9), "p99": at(0.99), "p999": at(0.999), "max": at(1.0) },
        });
        println!("{}", serde_json::to_string_pretty(&told)?);
    } else {
        println!("发出 {} 帧，确认 {confirmed}，否认 {}，没有答复 {lost}", all.sent, all.denied);
        println!(
            "确认用时（毫秒，自应发时刻起）：中位 {:.1}，90% {:.1}，99% {:.1}，99.9% {:.1}，最长 {:.1}",
            at(0.5),
            at(0.9),
            at(0.99),
            at(0.999),
            at(1.0)
        );
    }
    ensure!(lost == 0, "有 {lost} 帧没有得到确认");
    Ok(())
}
