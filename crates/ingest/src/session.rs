//! One connection that speaks GB/T 26875.3: frames are handed in as they come, confirmed in order once they are kept, and
//! denied when they cannot be. A clock that is off is set right once. What does not belong here: bytes (`protocol`),
//! keeping (`batch`).

use std::net::IpAddr;

use app::App;
use app::device::line::Doing;
use app::signal::{Incoming, mark_of, mark_within};
use domain::device::Provider;
use domain::time::Timestamp;
use protocol::gb26875::frame::Event;
use protocol::gb26875::{Command, Dialect, Frame, Object, Splitter, Stamp, Unit, dialect};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};

use crate::batch::Intake;
use crate::listener::{Limits, Place};

/// Bytes read at once: what one connection may have under way.
const PIECE: usize = 8 * 1024;
/// A device's clock that is off by more is set right. Units: milliseconds.
const CLOCK_OFF_MS: i64 = 30_000;
/// 同步用户信息传输装置时钟.
const SYNC_CLOCK: u8 = 90;

/// The same frame again is a copy within this time, as at the other doors: its number is of two bytes, begins anew when the
/// unit is switched on, and where its clock stands still an alarm of another day may be the same to the byte. A copy taken
/// for a new one joins the incident of the first; a new one taken for a copy would be lost. Units: milliseconds.
const SAME_MS: i64 = 5 * 60 * 1_000;
/// A unit sends again what was not confirmed well within this time. Units: milliseconds.
const AGAIN_MS: i64 = 60 * 1_000;
/// What may wait to be said on one connection.
const SAID: usize = 4;

/// The connection as far as something can be said on it; closed when dropped.
struct Line<'a> {
    app: &'a App,
    number: u64,
    from: IpAddr,
    /// It sent a frame.
    spoke: bool,
}

impl<'a> Line<'a> {
    fn open(app: &'a App, number: u64, from: IpAddr) -> Self {
        app.switchboard.count(Doing::Came);
        Self { app, number, from, spoke: false }
    }

    fn heard(&mut self, frame: &Frame, say: &mpsc::Sender<Frame>) {
        if !std::mem::replace(&mut self.spoke, true) {
            self.app.switchboard.count(Doing::Spoke);
        }
        self.app.switchboard.heard(self.number, self.from, frame, say);
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        self.app.switchboard.left(self.number);
        self.app.switchboard.count(Doing::Ended(self.spoke));
    }
}

/// What is to be answered, in the order in which it was asked.
enum Answer {
    /// Confirmed, if it is kept.
    When(oneshot::Receiver<bool>, Frame),
    /// Said at once.
    Now(Frame),
}

/// An instant as devices write it, in the town's zone.
fn stamp(at: Timestamp) -> Stamp {
    let text = at.to_rfc3339();
    text.get(..19).and_then(Stamp::parse).unwrap_or(Stamp([0; 6]))
}

/// Who sits at the other end, and how he speaks.
#[derive(Debug, Clone, Copy)]
struct Peer {
    address: IpAddr,
    dialect: &'static Dialect,
}

/// Serves one connection until it ends, says nothing for too long, or talks nonsense.
pub(crate) async fn serve(
    app: &App,
    mut stream: TcpStream,
    (from, place): (IpAddr, &Place),
    dialect: &'static Dialect,
    intake: &Intake,
    limits: &Limits,
) {
    let from = Peer { address: from, dialect };
    let mut splitter = Splitter::new(dialect);
    let mut piece = vec![0; PIECE];
    let (mut patience, mut broken, mut is_set) = (limits.first, 0, false);
    let mut line = Line::open(app, place.number(), from.address);
    let (say, mut said) = mpsc::channel(SAID);
    loop {
        let read = tokio::time::timeout(patience, stream.read(&mut piece));
        let n = tokio::select! {
            read = read => match read {
                Ok(Ok(n)) if n > 0 => n,
                ended => {
                    if ended.is_err() {
                        app.switchboard.count(Doing::Idle);
                    }
                    // What waits will never be whole.
                    for event in splitter.finish() {
                        if let Event::Broken { problem, bytes, .. } = event {
                            broken += 1;
                            keep_broken(intake, from, (app.now(), broken), problem.code, bytes).await;
                        }
                    }
                    return;
                }
            },
            // Something is to be said to whoever sits there.
            Some(frame) = said.recv() => {
                let frame: Frame = frame;
                if tokio::time::timeout(limits.first, stream.write_all(&frame.encode_as(dialect))).await.is_err() {
                    return;
                }
                continue;
            }
        };
        let mut answers = Vec::new();
        for event in splitter.push(piece.get(..n).unwrap_or_default()) {
            let now = app.now();
            match event {
                Event::Frame { frame, bytes, .. } => {
                    patience = limits.quiet;
                    if !is_set {
                        place.settle();
                    }
                    line.heard(&frame, &say);
                    if !std::mem::replace(&mut is_set, true)
                        && let Some(clock) = clock_set_right(&frame, now)
                    {
                        answers.push(Answer::Now(clock));
                    }
                    answers.extend(take(intake, from, frame, bytes, now).await);
                }
                Event::Broken { problem, deny, bytes } => {
                    broken += 1;
                    tracing::debug!(from = %from.address, code = problem.code, offset = problem.offset, "not a frame");
                    // Kept so that somebody sees it; it is denied whether or not.
                    keep_broken(intake, from, (now, broken), problem.code, bytes).await;
                    // An answer is not answered, or two that misunderstand each other never end.
                    let deny = deny.filter(|frame| {
                        !matches!(frame.command, Command::Confirm | Command::Answer | Command::Deny)
                    });
                    answers.extend(
                        deny.map(|frame| Answer::Now(frame.reply(Command::Deny, stamp(now), Vec::new()))),
                    );
                }
            }
        }
        let mut out = Vec::new();
        for answer in answers {
            match answer {
                Answer::Now(frame) => out.extend(frame.encode_as(dialect)),
                Answer::When(kept, frame) => {
                    // What is not kept is not confirmed: the device sends it again.
                    if kept.await == Ok(true) {
                        out.extend(frame.encode_as(dialect));
                    }
                }
            }
        }
        if !out.is_empty()
            && !matches!(tokio::time::timeout(limits.first, stream.write_all(&out)).await, Ok(Ok(())))
        {
            return;
        }
        if broken > limits.broken {
            app.switchboard.count(Doing::Nonsense);
            tracing::warn!(from = %from.address, broken, "too many broken frames: the connection is closed");
            return;
        }
    }
}

/// Keeps what is no frame, the how manieth of its connection; nobody waits for it.
async fn keep_broken(
    intake: &Intake,
    from: Peer,
    (now, nth): (Timestamp, usize),
    code: &'static str,
    bytes: Vec<u8>,
) {
    let mark = mark_of(&["broken", &from.address.to_string(), &now.0.to_string(), &nth.to_string()], &bytes);
    drop(intake.hand_in(Incoming { problem: Some(code), ..message(from, mark, bytes) }).await);
}

fn message(from: Peer, mark: String, bytes: Vec<u8>) -> Incoming {
    let is_standard = from.dialect == dialect::standard();
    Incoming {
        provider: Provider::Gb26875,
        dialect: (!is_standard).then_some(from.dialect.name),
        peer: from.address.to_string(),
        proof: "network".to_owned(),
        mark,
        bytes,
        before: None,
        beat_of: None,
        problem: None,
    }
}

/// A frame that sets a device's clock right, when it is off.
fn clock_set_right(frame: &Frame, now: Timestamp) -> Option<Frame> {
    let told = frame.time.text().and_then(|text| Timestamp::parse(&format!("{text}+08:00")));
    if told.is_some_and(|told| (told.0 - now.0).abs() <= CLOCK_OFF_MS) {
        return None;
    }
    let data = Unit::of(SYNC_CLOCK, vec![Object::Time(stamp(now))]).encode();
    Some(Frame { sequence: 0, ..frame.reply(Command::Control, stamp(now), data) })
}

/// Takes in a frame that is one.
async fn take(intake: &Intake, from: Peer, frame: Frame, bytes: Vec<u8>, now: Timestamp) -> Option<Answer> {
    match frame.command {
        Command::Send | Command::User(_) | Command::Answer => {
            let (peer, source, sequence) =
                (from.address.to_string(), frame.source.to_string(), frame.sequence.to_string());
            // Two copies have the same number and say the same; the time in the header may be that of the copy.
            let said = [&[frame.command.byte()], frame.data.as_slice()].concat();
            let (since, early) = (now.0.div_euclid(SAME_MS), now.0.rem_euclid(SAME_MS) < AGAIN_MS);
            let mark = mark_of(&["gb26875", &peer, &source, &sequence], &said);
            // What came just before is known under the time before.
            let before = early.then(|| mark_within(&mark, since - 1));
            let mark = mark_within(&mark, since);
            let beat_of = frame.is_heartbeat().then_some(source);
            let kept = intake.hand_in(Incoming { before, beat_of, ..message(from, mark, bytes) }).await;
            // An answer to a question of ours is not confirmed.
            let is_confirmed = frame.command != Command::Answer;
            is_confirmed.then(|| Answer::When(kept, frame.reply(Command::Confirm, stamp(now), Vec::new())))
        }
        Command::Confirm | Command::Deny => None,
        // Only we ask and command.
        Command::Control | Command::Request | Command::Reserved(_) => {
            Some(Answer::Now(frame.reply(Command::Deny, stamp(now), Vec::new())))
        }
    }
}
