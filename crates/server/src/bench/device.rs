//! Frames: decoded in memory; kept for good, flat out and at a steady rate. Durable figures stand beside what one sync of
//! this disk takes in the same run, for that is what bounds them. What does not belong here: the socket, of which one
//! connection does little (`ingest`'s own tests).

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use app::App;
use app::signal::{Incoming, mark_of};
use domain::device::Provider;
use ingest::Intake;
use protocol::gb26875::{Command, Frame, Object, Part, Splitter, Stamp, System, Unit, dialect};

use super::{Figures, record};

/// Frames decoded.
const DECODED: u32 = 1_000_000;
/// Messages kept flat out.
const FLAT_OUT: u32 = 50_000;
/// Messages under way flat out.
const UNDER_WAY: usize = 4_000;
/// The steady rate. Units: messages a second.
const RATE: u32 = 500;
/// How long it is kept up. Units: seconds.
const SECONDS: u32 = 60;
/// Syncs of which one is the middle.
const SYNCS: usize = 50;

fn alarm(n: u32) -> Frame {
    let time = Stamp([0, 0, 8, 1, 11, 26]);
    let part = Part { kind: 40, address: n.to_le_bytes() };
    let object = Object::PartState(System { kind: 1, address: 2 }, part, 0b10, vec![b' '; 30], time);
    Frame {
        sequence: n as u16,
        version: (1, 1),
        time,
        source: u64::from(n % 2_000),
        destination: 1,
        command: Command::Send,
        data: Unit::of(2, vec![object]).encode(),
    }
}

fn message(n: u32) -> Incoming {
    let frame = alarm(n);
    Incoming {
        provider: Provider::Gb26875,
        dialect: None,
        peer: "10.8.0.7".to_owned(),
        proof: "network".to_owned(),
        mark: mark_of(&["bench", &n.to_string()], &frame.data),
        bytes: frame.encode(),
        before: None,
        beat_of: None,
        problem: None,
    }
}

/// Measures.
pub async fn measure(figures: &mut Figures) -> anyhow::Result<()> {
    decode(figures)?;
    let folder = std::env::temp_dir().join(format!("fengsui-bench-device-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let outcome = kept(figures, &folder).await;
    let _ = std::fs::remove_dir_all(&folder);
    outcome
}

fn decode(figures: &mut Figures) -> anyhow::Result<()> {
    let stream: Vec<u8> = (0..10_000).flat_map(|n| alarm(n).encode()).collect();
    let begun = Instant::now();
    let mut objects = 0;
    for _ in 0..DECODED / 10_000 {
        let mut splitter = Splitter::new(dialect::standard());
        for piece in stream.chunks(8 * 1024) {
            for event in splitter.push(piece) {
                if let protocol::gb26875::frame::Event::Frame { frame, .. } = event {
                    objects += Unit::decode(&frame.data).map_or(0, |unit| unit.objects.len());
                }
            }
        }
    }
    let took = begun.elapsed();
    ensure!(objects == DECODED as usize, "{objects} 个信息对象，应为 {DECODED}");
    let note = format!("每秒 {:.0} 帧", f64::from(DECODED) / took.as_secs_f64());
    figures.put("报文：拆帧并解读", "memory", DECODED.into(), vec![took.as_secs_f64() * 1000.0], &note);
    Ok(())
}

/// What one synced write of a page takes here.
fn sync_time(folder: &Path) -> anyhow::Result<Duration> {
    let mut file = std::fs::File::create(folder.join("sync"))?;
    let mut took = Vec::new();
    for _ in 0..SYNCS {
        let begun = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        took.push(begun.elapsed());
    }
    took.sort();
    took.get(SYNCS / 2).copied().context("一次同步")
}

async fn kept(figures: &mut Figures, folder: &Path) -> anyhow::Result<()> {
    let url = format!("sqlite:{}", folder.join("town.db").display());
    let (keys, blobs) = (folder.join("keys"), folder.join("blobs"));
    let app = App::open(&url, &keys, &blobs, Arc::new(record::Noon), record::TOWN.into()).await?;
    let intake = Intake::start(app.clone());
    let sync = sync_time(folder)?;
    figures.put("磁盘：一次同步", "4 KB", 1, vec![sync.as_secs_f64() * 1000.0], "下面各项的单位");
    let begun = Instant::now();
    let mut under_way = std::collections::VecDeque::new();
    for n in 0..FLAT_OUT {
        if under_way.len() >= UNDER_WAY
            && let Some(first) = under_way.pop_front()
        {
            let answer: tokio::sync::oneshot::Receiver<bool> = first;
            ensure!(answer.await == Ok(true), "有报文没有存下");
        }
        under_way.push_back(intake.hand_in(message(n)).await);
    }
    for answer in under_way {
        ensure!(answer.await == Ok(true), "有报文没有存下");
    }
    let took = begun.elapsed();
    let rate = f64::from(FLAT_OUT) / took.as_secs_f64();
    let note = format!("每秒 {rate:.0} 条，每次同步 {:.1} 条", rate * sync.as_secs_f64());
    figures.put(
        "报文：写盘后确认，全速",
        "sqlite",
        FLAT_OUT.into(),
        vec![took.as_secs_f64() * 1000.0],
        &note,
    );
    steady(figures, &intake, sync).await
}

/// At a constant rate, whether or not the last one was answered: who is late is late from when it was due.
async fn steady(figures: &mut Figures, intake: &Intake, sync: Duration) -> anyhow::Result<()> {
    let begun = tokio::time::Instant::now();
    let mut asked = Vec::new();
    for n in 0..RATE * SECONDS {
        let due = begun + Duration::from_secs(1) * n / RATE;
        tokio::time::sleep_until(due).await;
        let answer = intake.hand_in(message(FLAT_OUT + n)).await;
        asked.push(tokio::spawn(async move { (answer.await == Ok(true), due.elapsed()) }));
    }
    let mut took = Vec::new();
    for answer in asked {
        let (is_kept, after) = answer.await?;
        ensure!(is_kept, "有报文没有存下");
        took.push(after.as_secs_f64() * 1000.0);
    }
    let note = format!("每秒 {RATE} 条，共 {SECONDS} 秒；一次同步 {:.2} ms", sync.as_secs_f64() * 1000.0);
    figures.put("报文：写盘后确认，匀速", "sqlite", (RATE * SECONDS).into(), took, &note);
    Ok(())
}
