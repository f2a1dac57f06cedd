//! A power cut in a storm of frames. The data folder lies on a file system in an image file; in the middle of the storm the
//! program is frozen and the image copied: what the file system had not sent to its disk, synced or not so far, is not in the
//! copy. The program starts on the copy as after the cut. Each cut proves itself: a file that was written and never synced is
//! gone in it, so a program that answered before the sync would have lost frames here.
//!
//! What it does not show: sectors torn in the middle, a disk that lies about its sync.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Result, ensure};
use app::Caller;
use app::signal::view::SignalAsked;
use protocol::gb26875::{Command as Says, decode, dialect};
use server::config::Where;

use crate::common::{Served, free_port};
use crate::device::alarm;

const CUTS: usize = 3;
const GATEWAYS: u64 = 3;
/// Frames each gateway has under way.
const WINDOW: usize = 30;
/// What is written and never synced.
const UNSYNCED: &[u8] = b"written, not synced";

/// What was confirmed: source and number of each frame.
type Ledger = Arc<Mutex<BTreeSet<(u64, u16)>>>;

fn done(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// A process in a mount namespace of its own, in which the image lies on the folder, running a script that knows both.
fn on_image(image: &Path, folder: &Path, script: &str, more: &[&str]) -> Command {
    let mut command = Command::new("unshare");
    let script = format!("mount -o loop \"$1\" \"$2\" && {script}");
    command.args(["-m", "sh", "-c", &script, "sh"]).arg(image).arg(folder).args(more);
    command
}

/// Its folder, as seen through the process that lives in it.
fn inside(child: &Child, folder: &Path) -> PathBuf {
    PathBuf::from(format!("/proc/{}/root{}", child.id(), folder.display()))
}

/// A gateway that sends as fast as it is confirmed, until told to stop or cut off.
fn send(port: u16, source: u64, confirmed: &Ledger, stop: &AtomicBool) -> Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_millis(200)))?;
    let (mut bytes, mut piece, mut next, mut under_way) = (Vec::new(), [0; 8_192], 0_u16, BTreeSet::new());
    while !stop.load(Ordering::SeqCst) {
        while under_way.len() < WINDOW && next < u16::MAX {
            stream.write_all(&alarm(source, next).encode())?;
            under_way.insert(next);
            next += 1;
        }
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(n) => bytes.extend_from_slice(piece.get(..n).unwrap_or_default()),
            // A frozen program says nothing.
            Err(_) => continue,
        }
        let (frames, _) = decode(&bytes, dialect::standard());
        let mut ledger = confirmed.lock().unwrap_or_else(PoisonError::into_inner);
        for frame in frames.iter().filter(|one| one.command == Says::Confirm) {
            under_way.remove(&frame.sequence);
            ledger.insert((source, frame.sequence));
        }
        drop(ledger);
        // What is whole was looked at; a command that sets the clock is longer than a confirmation.
        if bytes.len() > 64 * 1_024 {
            bytes.drain(..bytes.len() - 1_200);
        }
    }
    Ok(())
}

/// The hashes of every frame that is on record in this folder, each with how often it is there.
async fn on_record(data: PathBuf) -> Result<BTreeMap<String, usize>> {
    let place = Where { data, database: None, keys: None, town: "500118100000".to_owned(), town_name: None };
    let app = place.open().await?;
    let caller = Caller::system();
    while app.digest_signals(&caller, 500).await? > 0 {}
    let mut found = BTreeMap::new();
    let mut asked = SignalAsked { view: Some("all".to_owned()), limit: Some(200), ..SignalAsked::default() };
    loop {
        let page = app.signals(&caller, &asked).await?;
        for signal in page.items {
            *found.entry(signal.detail.get("sha256").cloned().unwrap_or_default()).or_default() += 1;
        }
        asked.after = page.next;
        if asked.after.is_none() {
            break;
        }
    }
    assert_eq!(app.verify(&caller).await?.findings, [], "the record is whole");
    app.db.close().await;
    Ok(found)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_confirmed_before_a_power_cut_is_there_after_it() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (image, data) = (folder.path().join("disk"), folder.path().join("data"));
    std::fs::create_dir(&data)?;
    std::fs::File::create(&image)?.set_len(256 << 20)?;
    let made = done(Command::new("mkfs.ext4").args(["-q", "-F"]).arg(&image));
    ensure!(made || std::env::var_os("CI").is_none(), "mkfs.ext4 is missing: install e2fsprogs");
    if !made || !done(&mut on_image(&image, &data, "true", &[])) {
        eprintln!("NOT RUN: no file system may be made and mounted here, so none can lose its power");
        return Ok(());
    }
    let (port, devices) = (free_port()?, free_port()?);
    let [listen, ingest] = [port, devices].map(|port| format!("127.0.0.1:{port}"));
    let script = "exec \"$3\" --data \"$2\" serve --listen \"$4\" --ingest \"$5\"";
    let mut command = on_image(&image, &data, script, &[env!("CARGO_BIN_EXE_fengsui"), &listen, &ingest]);
    command.env("RUST_LOG", "warn");
    let served = Served::wait_for(command, port)?;
    let (confirmed, stop) = (Ledger::default(), Arc::new(AtomicBool::new(false)));
    let gateways: Vec<_> = (1..=GATEWAYS)
        .map(|source| {
            let (confirmed, stop) = (confirmed.clone(), stop.clone());
            std::thread::spawn(move || send(devices, source, &confirmed, &stop))
        })
        .collect();
    let id = served.child.id().to_string();
    let mut cuts = Vec::new();
    for n in 0..CUTS {
        // In the middle of the storm: frames are confirmed since the last cut, and more are under way.
        let had = cuts.last().map_or(0, |(_, known): &(PathBuf, BTreeSet<(u64, u16)>)| known.len());
        for _ in 0..600 {
            tokio::time::sleep(Duration::from_millis(100 + 37 * n as u64)).await;
            if confirmed.lock().unwrap_or_else(PoisonError::into_inner).len() > had + 50 {
                break;
            }
        }
        let unsynced = inside(&served.child, &data).join(format!("unsynced-{n}"));
        std::fs::write(unsynced, UNSYNCED)?;
        ensure!(done(Command::new("kill").args(["-STOP", &id])), "frozen");
        let cut = folder.path().join(format!("cut-{n}"));
        ensure!(done(Command::new("cp").arg("--sparse=always").args([&image, &cut])), "copied");
        // What was confirmed by then; what is still in a socket counts for the next cut.
        let known = confirmed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        ensure!(done(Command::new("kill").args(["-CONT", &id])), "goes on");
        cuts.push((cut, known));
    }
    stop.store(true, Ordering::SeqCst);
    for gateway in gateways {
        gateway.join().map_err(|_| anyhow::anyhow!("a gateway gave up"))??;
    }
    drop(served);
    let mut before = 0;
    for (n, (cut, known)) in cuts.iter().enumerate() {
        assert!(known.len() > before, "cut {n}: frames were confirmed meanwhile");
        before = known.len();
        // Looked at outside the other process's view: the database resolves the way there to the folder nobody mounted on.
        let place = folder.path().join(format!("after-{n}"));
        let copied = done(&mut on_image(cut, &data, "cp -a \"$2\" \"$3\"", &[&place.display().to_string()]));
        ensure!(copied, "cut {n} is mounted and read");
        let unsynced = std::fs::read(place.join(format!("unsynced-{n}"))).unwrap_or_default();
        let found = on_record(place).await?;
        assert_ne!(unsynced, UNSYNCED, "cut {n} lost nothing: it was none");
        let lost: Vec<_> = known
            .iter()
            .filter(|(source, sequence)| {
                !found.contains_key(&app::request_hash(&alarm(*source, *sequence).encode()))
            })
            .collect();
        assert!(lost.is_empty(), "cut {n}: {} of {} confirmed frames are lost", lost.len(), known.len());
        let twice = found.values().filter(|times| **times > 1).count();
        assert_eq!(twice, 0, "cut {n}: nothing is there twice");
        eprintln!("cut {n}: {} confirmed, {} on record, none lost", known.len(), found.len());
    }
    Ok(())
}
