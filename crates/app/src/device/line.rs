//! 查岗: the unit in a control room is asked over its own open connection whether somebody is there; the answer comes back as
//! any other message. Who is connected is known to this process alone and lost with it. What does not belong here: sockets
//! (the door `ingest`), reading the answer (`signal::digest`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use domain::device::{Device, DeviceRefusal, Proof, Provider};
use domain::ids::DeviceId;
use domain::policy::Action;
use domain::signal::{SignalKind, Trust};
use domain::time::Timestamp;
use protocol::gb26875::{Command, Frame, Object, Unit};
use serde::Serialize;
use store::Read;
use store::audit::AuditFilter;
use store::device::DeviceRecord;
use store::signal::SignalFilter;
use tokio::sync::mpsc;
use utoipa::ToSchema;

use super::subject;
use crate::{App, Caller, Error, Result};

/// 查岗命令.
const DUTY_CHECK: u8 = 91;
/// An answer is waited for so long. The command carries it; as much as the field holds that is reasonable. Units: minutes.
const WAIT_MIN: u8 = 10;
/// What the record calls it.
const ASKED: &str = "device.ask_duty";

/// One connection, as far as something can be said on it.
#[derive(Debug, Clone)]
struct Line {
    number: u64,
    peer: IpAddr,
    /// The last frame it sent: to whom, in which version.
    heard: Frame,
    say: mpsc::Sender<Frame>,
}

/// What happens to connections at the doors devices come through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// One came.
    Came,
    /// It sent its first frame.
    Spoke,
    /// It ended, by whom and why ever; whether it had sent a frame.
    Ended(bool),
    /// It was ended: nothing whole came for too long.
    Idle,
    /// It was ended to make room, or was not let in for want of it.
    Crowded,
    /// It was ended: too much that is no frame.
    Nonsense,
    /// So many messages came again that were kept already.
    Repeated(usize),
}

/// Connections of this process: those open now, and what became of others since it began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct LineCount {
    /// Open now.
    pub open: i64,
    /// Of these, those that have not sent a frame yet.
    pub half_open: i64,
    /// Ended because nothing whole came for too long.
    pub idle: i64,
    /// Ended to make room, or not let in for want of it.
    pub crowded: i64,
    /// Ended because too much came that is no frame.
    pub nonsense: i64,
    /// Messages that came again within a while, by whatever way, and are kept once.
    pub copies: i64,
}

/// Who is connected now, by the address it sends under, and how many are.
#[derive(Debug, Default)]
pub struct Switchboard(Mutex<HashMap<u64, Line>>, Mutex<LineCount>);

impl Switchboard {
    /// Counts what happened to a connection.
    pub fn count(&self, what: Doing) {
        let mut count = self.1.lock().unwrap_or_else(PoisonError::into_inner);
        match what {
            Doing::Came => {
                count.open += 1;
                count.half_open += 1;
            }
            Doing::Spoke => count.half_open -= 1,
            Doing::Ended(spoke) => {
                count.open -= 1;
                count.half_open -= i64::from(!spoke);
            }
            Doing::Idle => count.idle += 1,
            Doing::Crowded => count.crowded += 1,
            Doing::Nonsense => count.nonsense += 1,
            Doing::Repeated(n) => count.copies += i64::try_from(n).unwrap_or(i64::MAX),
        }
    }

    /// How many connections there are, and what became of others.
    pub fn counted(&self) -> LineCount {
        *self.1.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection that sent a frame: from now on something can be said on it. The last one of an address counts.
    pub fn heard(&self, number: u64, peer: IpAddr, frame: &Frame, say: &mpsc::Sender<Frame>) {
        let heard = Frame { data: Vec::new(), ..frame.clone() };
        let line = Line { number, peer, heard, say: say.clone() };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(frame.source, line);
    }

    /// A connection ended.
    pub fn left(&self, number: u64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, line| line.number != number);
    }

    fn line(&self, source: u64) -> Option<Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&source).cloned()
    }
}

/// When somebody was asked whether he is there, and when he answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DutyCheckView {
    pub asked_at: String,
    pub asked_by: String,
    /// None while nobody answered.
    pub answered_at: Option<String>,
    /// Units: seconds after it was asked.
    pub answered_s: Option<i64>,
}

/// The address a device sends under over GB/T 26875.3; a part's is that of its unit.
fn source_of(device: &Device) -> Option<u64> {
    let link = device.links.iter().find(|link| link.provider == Provider::Gb26875)?;
    link.address.split('/').next()?.parse().ok()
}

/// The last time a device was asked, and its answer.
// Part of the device's page, which asked.
pub(super) async fn last_check(read: &mut Read, id: &DeviceId) -> Result<Option<DutyCheckView>> {
    let filter = AuditFilter {
        object_kind: Some("device".to_owned()),
        object_id: Some(id.to_string()),
        action: Some(ASKED.to_owned()),
        ..AuditFilter::default()
    };
    let Some(asked) = read.audit_page(&filter, i64::MAX, 1).await?.into_iter().next() else {
        return Ok(None);
    };
    let whole = Caller::system().scope(Action::SignalRead)?;
    let answers = SignalFilter {
        kinds: Some(SignalKind::DutyAnswer.code().to_owned()),
        device: Some(id.to_string()),
        from: Some(asked.at),
        ..SignalFilter::default()
    };
    let answers = read.signals(&whole, &answers, None, 500).await?;
    let answered = answers.iter().map(|one| one.signal.received_at).min();
    Ok(Some(DutyCheckView {
        asked_at: asked.at.to_rfc3339(),
        asked_by: asked.actor_name,
        answered_at: answered.map(Timestamp::to_rfc3339),
        answered_s: answered.map(|at| (at.0 - asked.at.0).div_euclid(1_000)),
    }))
}

impl App {
    /// Asks whoever minds a unit whether he is there.
    ///
    /// Errors: it is out of use; it is not connected, or from where it should not be.
    pub async fn ask_duty(&self, caller: &Caller, id: &DeviceId) -> Result<super::view::DeviceView> {
        let now = self.now();
        let scope = caller.scope(Action::DeviceRead)?;
        let mut tx = self.write(caller).await?;
        let record: DeviceRecord = tx.device(id, &scope).await?.ok_or(Error::NotFound)?;
        let hat = caller.hat(Action::DeviceTest, &subject(&record))?.clone();
        if !record.device.is_used() {
            return Err(DeviceRefusal::Gone.into());
        }
        let line = source_of(&record.device).and_then(|source| self.switchboard.line(source));
        // Whoever only says that he is this unit is not asked.
        let line = line.filter(|line| record.device.trust(&Proof::Network(line.peer), 0) == Trust::Bound);
        let away = || Error::Refused {
            code: "device.not_connected",
            message: "设备现在没有连接到本机，不能查岗，请电话联系值班人员".to_owned(),
        };
        let line = line.ok_or_else(away)?;
        let time = now.to_rfc3339();
        let time = time.get(..19).and_then(protocol::gb26875::Stamp::parse).unwrap_or(line.heard.time);
        let data = Unit::of(DUTY_CHECK, vec![Object::DutyCheck(WAIT_MIN)]).encode();
        let frame = Frame { sequence: 0, ..line.heard.reply(Command::Control, time, data) };
        // Said before it is recorded: what could not be said is not on record.
        line.say.try_send(frame).map_err(|_| away())?;
        let audit = caller.audit_as(&hat, ASKED, ("device", id.as_str()), &record.path, now);
        let mut page = super::view::page(&mut tx, caller, &record, now).await?;
        page.duty_check = Some(DutyCheckView {
            asked_at: now.to_rfc3339(),
            asked_by: caller.name.clone(),
            answered_at: None,
            answered_s: None,
        });
        Ok(tx.commit(audit, page).await?)
    }
}
