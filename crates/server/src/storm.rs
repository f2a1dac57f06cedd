//! `fengsui storm`: alarms at a steady rate over real connections to a running server, and how long each waited for its
//! confirmation. Each is due at its own moment whether or not the last one was confirmed, so that a server that falls behind
//! cannot hide it. For a server of one's own: what it sends is kept there.
#![expect(clippy::print_stdout, reason = "a command answers on standard output")]

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, ensure};
use app::Clock;
use clap::Args;
use protocol::gb26875::frame::Event;
use protocol::gb26875::{Command, Frame, Object, Part, Splitter, Stamp, System, Unit, dialect};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// How much to send.
#[derive(Debug, Args)]
pub struct Asked {
    /// Address devices speak GB/T 26875.3 to, as `127.0.0.1:5201`.
    to: SocketAddr,
    /// Frames a second, over all connections.
    #[arg(long, default_value_t = 500)]
    rate: u32,
    /// How long. Units: seconds.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Connections at once.
    #[arg(long, default_value_t = 50)]
    connections: u32,
    /// Confirmations are waited for so long after the last frame. Units: seconds.
    #[arg(long, default_value_t = 30)]
    patience: u64,
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

/// When each frame of a connection was due, by its number, until it is confirmed.
type Due = Arc<Mutex<HashMap<u16, Instant>>>;

/// What came of it.
#[derive(Debug, Default)]
struct Told {
    sent: u64,
    ms: Vec<f64>,
    denied: u64,
}

fn alarm(source: u64, sequence: u16, clock: &dyn Clock) -> Vec<u8> {
    let text = clock.now().to_rfc3339();
    let time = text.get(..19).and_then(Stamp::parse).unwrap_or(Stamp([0; 6]));
    let part = Part { kind: 40, address: u32::from(sequence).to_le_bytes() };
    let object = Object::PartState(System { kind: 1, address: 2 }, part, 0b10, vec![b' '; 31], time);
    let data = Unit::of(2, vec![object]).encode();
    Frame { sequence, version: (1, 1), time, source, destination: 1, command: Command::Send, data }.encode()
}

/// One connection: sends when due, and notes when each was confirmed.
async fn one(asked: &Asked, n: u32, clock: Arc<dyn Clock>, begun: Instant) -> anyhow::Result<Told> {
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
    let all = asked.rate * asked.seconds;
    let mut sent = 0;
    // Numbers go round after 65,536 frames of one connection; by then the old ones are confirmed.
    for (sequence, turn) in (n..all).step_by(asked.connections as usize).enumerate() {
        let at = begun + Duration::from_secs_f64(f64::from(turn) / f64::from(asked.rate));
        tokio::time::sleep_until(at).await;
        let sequence = sequence as u16;
        due.lock().unwrap_or_else(PoisonError::into_inner).insert(sequence, at);
        write.write_all(&alarm(900_000 + u64::from(n), sequence, clock.as_ref())).await?;
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

/// `fengsui storm …`.
pub async fn storm(asked: Asked, clock: Arc<dyn Clock>) -> anyhow::Result<()> {
    ensure!(asked.rate > 0 && asked.seconds > 0, "速率和时长应大于 0");
    ensure!((1..=250).contains(&asked.connections), "连接数请写 1 到 250：同一地址最多 256 个连接");
    let asked = Arc::new(asked);
    let begun = Instant::now() + Duration::from_millis(200);
    let mut crowd = tokio::task::JoinSet::new();
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
    let at = |share: f64| {
        let n = ((all.ms.len() as f64 * share) as usize).min(all.ms.len().saturating_sub(1));
        all.ms.get(n).copied().unwrap_or_default()
    };
    let confirmed = all.ms.len() as u64;
    let lost = all.sent - confirmed - all.denied;
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
