//! Platforms that are told of events: entered, held back, ended; told in the order of the record, signed, tried again, given up
//! after so many failures and then somebody's business; the same events as a file. What does not belong here: how long to
//! wait (`domain::subscriber`), talking HTTP (the roof).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use std::collections::BTreeMap;

use domain::ids::{PersonId, SubscriberId};
use domain::message::Urgency;
use domain::org::Role;
use domain::policy::{Action, Subject};
use domain::subscriber::{EventKind, Progress, Subscriber};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::audit::Entry;
use store::subscriber::SubscriberRecord;
use store::{Read, Write};
use utoipa::ToSchema;

use crate::message::{News, Parcel};
use crate::parameter::number_on;
use crate::signal::push::sign;
use crate::view::Word;
use crate::{App, Caller, Error, Result};

/// So many failures in a row, and it is given up. A default of the town.
pub(crate) const TRIES: (&str, f64) = ("subscriber.tries", 12.0);
/// Entries of the record looked at in one go.
const PAGE: i64 = 500;
/// Events in one delivery.
const AT_ONCE: usize = 100;

/// A subscriber.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SubscriberView {
    pub id: String,
    pub name: String,
    pub url: String,
    pub kinds: Vec<Word>,
    /// `active`, `paused`, `failing`, `dead` or `ended`.
    pub state: Word,
    /// Everything of the record up to this entry was told, or is none of its kinds.
    pub up_to: i64,
    /// How many entries of the record came after it.
    pub behind: i64,
    /// Failures in a row.
    pub tries: u32,
    /// When it is tried again.
    pub next_at: Option<String>,
    pub told_at: Option<String>,
    /// Why it failed last.
    pub error: String,
    /// Why it was ended.
    pub void: Option<String>,
    pub recorded_at: String,
    pub recorded_by: String,
    /// Steps the caller may take: `pause`, `resume`, `secret`, `end`.
    pub actions: Vec<&'static str>,
    pub version: i64,
}

/// Every subscriber.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SubscriberList {
    pub items: Vec<SubscriberView>,
    /// What one may be told of.
    pub kinds: Vec<Word>,
    /// So many failures in a row, and it is given up.
    pub most_tries: u32,
}

/// A subscriber to enter.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SubscriberInput {
    pub name: String,
    pub url: String,
    pub kinds: Vec<String>,
    /// Told from this entry of the record on; from now on when left out.
    pub since: Option<i64>,
}

/// A step.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct SubscriberStep {
    /// `pause`, `resume`, `secret` or `end`.
    pub step: String,
    #[serde(default)]
    pub reason: String,
    pub version: i64,
}

/// A subscriber and, once only, the secret what it is sent is signed with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SubscriberAnswer {
    #[serde(flatten)]
    pub subscriber: SubscriberView,
    /// Shown once; none where nothing new was made.
    pub secret: Option<String>,
}

/// What somebody is told of: what happened to which object, without names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventLine {
    /// Number in the record: without gaps over all of it, with gaps over what somebody is told.
    pub seq: i64,
    pub recorded_at: String,
    pub happened_at: String,
    pub action: String,
    pub object_kind: String,
    pub object_id: String,
    /// Codes of the territories it lies in, the town's first.
    pub territory: String,
    /// Hash of the entry in the record.
    pub hash: String,
}

/// Events in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventFile {
    /// JSON, a line an event; the last line says how many there are and their hash.
    pub bytes: Vec<u8>,
    pub events: usize,
    pub up_to: i64,
}

/// Something about a file of events that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventFileFinding {
    /// Stable code.
    pub code: &'static str,
    /// Which line, from 1.
    pub line: usize,
    /// One sentence.
    pub message: String,
}

/// What a file of events holds, and whether it is whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct EventFileCheck {
    /// The town it says it comes from.
    pub town: String,
    /// Events in it.
    pub events: usize,
    /// Number of the last entry that was looked at when it was written.
    pub up_to: i64,
    /// What is wrong; empty when every byte is as it was written.
    pub findings: Vec<EventFileFinding>,
}

/// Looks through a file that [`App::event_file`] wrote, by itself: without the record it came from. Changed, missing or added
/// lines show, since the last line holds their number and the hash of all bytes before it.
pub fn check_event_file(bytes: &[u8]) -> EventFileCheck {
    let mut check = EventFileCheck::default();
    let mut find = |code, line, message: &str| {
        check.findings.push(EventFileFinding { code, line, message: message.to_owned() });
    };
    let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let begins = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let (body, last) = text.split_at(begins);
    let lines: Vec<&[u8]> = body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    let end: serde_json::Value = serde_json::from_slice(last).unwrap_or_default();
    if end["end"] != true {
        find("event_file.end", lines.len() + 1, "文件没有结尾行，可能没有传完，请重新导出");
        return check;
    }
    let mut before = end["since"].as_i64().unwrap_or_default();
    for (n, line) in (1..).zip(&lines) {
        let seq =
            serde_json::from_slice::<serde_json::Value>(line).ok().and_then(|event| event["seq"].as_i64());
        match seq {
            None => find("event_file.line", n, "这一行不是事件，文件被改动过，请重新导出"),
            Some(seq) if seq <= before => {
                find("event_file.order", n, "事件编号没有递增，文件被改动过，请重新导出");
            }
            Some(seq) => before = seq,
        }
    }
    if end["events"].as_u64() != u64::try_from(lines.len()).ok() {
        find("event_file.count", lines.len() + 1, "事件数与结尾行不符，有事件缺失或多出，请重新导出");
    }
    if end["sha256"].as_str() != Some(protocol::hex(&Sha256::digest(body)).as_str()) {
        find("event_file.hash", lines.len() + 1, "内容与结尾行的校验值不符，文件被改动过，请重新导出");
    }
    check.events = lines.len();
    check.up_to = end["up_to"].as_i64().unwrap_or_default();
    check.town = end["town"].as_str().unwrap_or_default().to_owned();
    check
}

fn line(entry: &Entry) -> EventLine {
    EventLine {
        seq: entry.seq,
        recorded_at: entry.at.to_rfc3339(),
        happened_at: entry.happened_at.to_rfc3339(),
        action: entry.action.clone(),
        object_kind: entry.object_kind.clone(),
        object_id: entry.object_id.clone(),
        territory: entry.territory.clone(),
        hash: entry.hash.clone(),
    }
}

fn state(s: &Subscriber, progress: &Progress, most: u32) -> Word {
    match () {
        () if s.void.is_some() => Word::new("ended", "已停止"),
        () if progress.is_dead(most) => Word::new("dead", "多次失败，已停推"),
        () if s.paused => Word::new("paused", "已暂停"),
        () if progress.tries > 0 => Word::new("failing", "推送失败，等待重试"),
        () => Word::new("active", "推送中"),
    }
}

fn actions(s: &Subscriber, progress: &Progress, most: u32) -> Vec<&'static str> {
    match () {
        () if s.void.is_some() => Vec::new(),
        () if s.paused || progress.is_dead(most) => vec!["resume", "secret", "end"],
        () => vec!["pause", "secret", "end"],
    }
}

fn view(record: &SubscriberRecord, progress: &Progress, (most, head): (u32, i64)) -> SubscriberView {
    let s = &record.subscriber;
    let up_to = progress.up_to.max(s.since);
    SubscriberView {
        id: s.id.to_string(),
        name: s.name.clone(),
        url: s.url.clone(),
        kinds: s.kinds.iter().map(|kind| Word::new(kind.code(), kind.label())).collect(),
        state: state(s, progress, most),
        up_to,
        behind: (head - up_to).max(0),
        tries: progress.tries,
        next_at: progress.next_at.map(Timestamp::to_rfc3339),
        told_at: progress.told_at.map(Timestamp::to_rfc3339),
        error: progress.error.clone(),
        void: s.void.as_ref().map(|(_, reason)| reason.clone()),
        recorded_at: record.recorded_at.to_rfc3339(),
        recorded_by: record.recorded_by.clone(),
        actions: actions(s, progress, most),
        version: record.version,
    }
}

/// The next events of somebody after an entry: at most so many, and up to where everything was looked at.
async fn next_events(read: &mut Read, subscriber: &Subscriber, after: i64) -> Result<(Vec<EventLine>, i64)> {
    let (mut events, mut up_to) = (Vec::new(), after);
    loop {
        let entries = read.audit_after(up_to, PAGE).await?;
        for entry in &entries {
            if subscriber.wants(&entry.object_kind) {
                events.push(line(entry));
            }
            up_to = entry.seq;
            if events.len() >= AT_ONCE {
                return Ok((events, up_to));
            }
        }
        if (entries.len() as i64) < PAGE || !events.is_empty() {
            return Ok((events, up_to));
        }
    }
}

async fn most_tries(read: &mut Read, now: Timestamp) -> Result<u32> {
    Ok(u32::from(number_on(read, TRIES, now.date()).await?).max(1))
}

impl App {
    /// Every subscriber, and how far each was told.
    pub async fn subscribers(&self, caller: &Caller) -> Result<SubscriberList> {
        caller.hat(Action::AccountManage, &Subject::town())?;
        let mut read = self.db.read(&self.town).await?;
        let most = most_tries(&mut read, self.now()).await?;
        let head = read.audit_head().await?.0;
        let progress = read.subscriber_progress().await?;
        let found = read.subscribers().await?;
        let of = |id: &SubscriberId| progress.get(id).cloned().unwrap_or_default();
        Ok(SubscriberList {
            items: found.iter().map(|one| view(one, &of(&one.subscriber.id), (most, head))).collect(),
            kinds: EventKind::ALL.iter().map(|kind| Word::new(kind.code(), kind.label())).collect(),
            most_tries: most,
        })
    }

    /// Enters a subscriber; the secret is shown this once.
    ///
    /// Errors: no name, no address, nothing to tell; the caller must confirm that it is he.
    pub async fn add_subscriber(&self, caller: &Caller, asked: SubscriberInput) -> Result<SubscriberAnswer> {
        let now = self.now();
        let hat = caller.hat(Action::AccountManage, &Subject::town())?;
        caller.stepped_up(now)?;
        let unknown = || Error::field("kinds", "query.unknown_word", "没有这一项，请从列表中选择");
        let kinds = asked.kinds.iter().map(|code| EventKind::from_code(code.trim()).ok_or_else(unknown));
        let mut tx = self.write(caller).await?;
        let head = tx.audit_head().await?.0;
        let subscriber = Subscriber {
            id: self.new_id().into(),
            name: asked.name.trim().to_owned(),
            url: asked.url.trim().to_owned(),
            kinds: kinds.collect::<Result<_>>()?,
            since: asked.since.unwrap_or(head).clamp(0, head),
            paused: false,
            void: None,
        }
        .register()?;
        let record =
            SubscriberRecord { subscriber, version: 1, recorded_at: now, recorded_by: caller.name.clone() };
        let secret = crate::secret::random_reference()?;
        tx.insert_subscriber(&record, &secret).await?;
        let most = most_tries(&mut tx, now).await?;
        let answer = SubscriberAnswer {
            subscriber: view(&record, &Progress::default(), (most, head)),
            secret: Some(secret),
        };
        let id = record.subscriber.id.to_string();
        let audit = caller.audit_as(hat, "subscriber.add", ("subscriber", &id), "", now);
        // Shown once: it is not kept as the answer of an operation.
        tx.unbind_operation();
        Ok(tx.commit(audit, answer).await?)
    }

    /// Takes a step: held back, told again from where it stood, another secret, ended.
    ///
    /// Errors: it was ended; no reason to end it; somebody was quicker.
    pub async fn step_subscriber(
        &self,
        caller: &Caller,
        id: &SubscriberId,
        asked: SubscriberStep,
    ) -> Result<SubscriberAnswer> {
        let now = self.now();
        let hat = caller.hat(Action::AccountManage, &Subject::town())?;
        let mut tx = self.write(caller).await?;
        let found = tx.subscribers().await?.into_iter().find(|one| one.subscriber.id == *id);
        let mut record = found.ok_or(Error::NotFound)?;
        let mut progress = tx.subscriber_progress().await?.remove(id).unwrap_or_default();
        let facts = (most_tries(&mut tx, now).await?, tx.audit_head().await?.0);
        if record.version != asked.version {
            return Err(Error::stale(&view(&record, &progress, facts)));
        }
        let before = record.subscriber.clone();
        let mut secret = None;
        let action = match asked.step.as_str() {
            "pause" => "subscriber.halt",
            "resume" => "subscriber.continue",
            "secret" => "subscriber.secret",
            "end" => "subscriber.end",
            _ => return Err(Error::field("step", "subscriber.step", "没有这一步，请刷新后再试")),
        };
        record.subscriber = match asked.step.as_str() {
            "end" => before.end(&asked.reason, now)?,
            step => {
                let paused = before.paused;
                before.hold(if step == "secret" { paused } else { step == "pause" })?
            }
        };
        match asked.step.as_str() {
            "secret" => {
                caller.stepped_up(now)?;
                let fresh = crate::secret::random_reference()?;
                tx.save_subscriber_secret(id, record.version, &fresh).await?;
                secret = Some(fresh);
                tx.unbind_operation();
            }
            step => {
                tx.update_subscriber(&record).await?;
                if step == "resume" {
                    progress = progress.again();
                    tx.save_subscriber_progress(id, &progress).await?;
                }
            }
        }
        record.version += 1;
        let answer = SubscriberAnswer { subscriber: view(&record, &progress, facts), secret };
        let mut audit = caller.audit_as(hat, action, ("subscriber", id.as_str()), "", now);
        audit.reason = asked.reason.trim().to_owned();
        Ok(tx.commit(audit, answer).await?)
    }

    /// Tells everybody what is due, one delivery each; gives how many deliveries were tried. Called again and again by
    /// the worker.
    pub async fn tell_subscribers(&self, caller: &Caller) -> Result<usize> {
        caller.hat(Action::AccountManage, &Subject::town())?;
        let now = self.now();
        let mut read = self.db.read(&self.town).await?;
        let all = read.subscribers().await?;
        if all.iter().all(|one| one.subscriber.void.is_some()) {
            return Ok(0);
        }
        let most = most_tries(&mut read, now).await?;
        let progress: BTreeMap<SubscriberId, Progress> = read.subscriber_progress().await?;
        drop(read);
        // Side by side: one that does not answer holds up nobody else.
        let mut rounds = tokio::task::JoinSet::new();
        for record in all {
            let own = progress.get(&record.subscriber.id).cloned().unwrap_or_default();
            if record.subscriber.is_due(&own, most, now) {
                let app = self.clone();
                rounds.spawn(async move { app.tell(record.subscriber, own, most).await });
            }
        }
        let mut tried = 0;
        while let Some(done) = rounds.join_next().await {
            tried += usize::from(done.map_err(|error| Error::Internal(error.to_string()))??);
        }
        Ok(tried)
    }

    /// Tells one what comes next for it; whether anything was sent.
    // Part of the round, which asked. How far it was told is machinery.
    async fn tell(&self, subscriber: Subscriber, progress: Progress, most: u32) -> Result<bool> {
        let now = self.now();
        let id = subscriber.id.clone();
        let after = progress.up_to.max(subscriber.since);
        let mut read = self.db.read(&self.town).await?;
        let (events, up_to) = next_events(&mut read, &subscriber, after).await?;
        let secret = read.subscriber_secret(&id).await?.unwrap_or_default();
        drop(read);
        if events.is_empty() {
            // Long stretches that are none of its business are not looked through again.
            if up_to - after >= PAGE {
                let mut tx = self.db.write(&self.town).await?;
                tx.save_subscriber_progress(&id, &Progress { up_to, ..progress }).await?;
                tx.commit_machinery().await?;
            }
            return Ok(false);
        }
        let body = serde_json::json!({
            "town": self.town.as_str(), "subscriber": id.as_str(), "after": after, "up_to": up_to, "events": events,
        })
        .to_string();
        // The same events carry the same nonce, however often they are sent: whoever has it already drops the copy.
        let (time, nonce) = ((now.0 / 1_000).to_string(), format!("{id}-{after}-{up_to}"));
        let parcel = Parcel {
            url: subscriber.url.clone(),
            headers: vec![
                ("Content-Type".to_owned(), "application/json; charset=utf-8".to_owned()),
                ("X-Fengsui-Key".to_owned(), id.to_string()),
                ("X-Fengsui-Time".to_owned(), time.clone()),
                ("X-Fengsui-Nonce".to_owned(), nonce.clone()),
                ("X-Fengsui-Signature".to_owned(), sign(&secret, &time, &nonce, body.as_bytes())),
            ],
            body: body.into_bytes(),
        };
        let told = match self.courier.deliver(&parcel).await {
            Ok(status) if (200..300).contains(&status) => Ok(()),
            Ok(status) => Err(format!("对方答复 {status}")),
            Err(error) => Err(error),
        };
        let mut tx = self.write(&Caller::system()).await?;
        // Somebody may have ended it, or begun anew, while it was on its way.
        let kept = tx.subscriber_progress().await?.remove(&id).unwrap_or_default();
        match told {
            Ok(()) => {
                tx.save_subscriber_progress(&id, &kept.told(up_to, now)).await?;
                tx.commit_machinery().await?;
            }
            Err(error) => {
                let was_dead = kept.is_dead(most);
                let failed = kept.failed(&error, now);
                tx.save_subscriber_progress(&id, &failed).await?;
                if failed.is_dead(most) && !was_dead {
                    self.tell_given_up(&mut tx, &subscriber, now).await?;
                    let audit = Caller::system().audit("subscriber.give_up", "subscriber", id.as_str(), now);
                    tx.commit(audit, ()).await?;
                } else {
                    tx.commit_machinery().await?;
                }
            }
        }
        Ok(true)
    }

    /// Who looks after it hears that a subscriber was given up, once a day.
    // Part of the delivery that gave it up.
    async fn tell_given_up(&self, tx: &mut Write, subscriber: &Subscriber, now: Timestamp) -> Result<()> {
        let held = tx.assignments().await?.into_iter().map(|one| one.assignment);
        let minds = held.filter(|one| {
            one.is_valid_on(now.date()) && matches!(one.role, Role::OfficeHead | Role::SysAdmin)
        });
        let people: Vec<PersonId> = minds.map(|one| one.person).collect();
        let text = format!("向“{}”推送事件多次失败，已停止推送，请核对后恢复", subscriber.name);
        let news = News {
            about: ("subscriber", subscriber.id.as_str()),
            tag: &now.date().to_string(),
            urgency: Urgency::Alarm,
            text: &text,
        };
        self.notify(tx, people, &news).await
    }

    /// Events after an entry of the record, as a file for another platform: by number, each with its hash, the last line
    /// with the hash of all before it. Nothing of persons is in it.
    pub async fn event_file(&self, caller: &Caller, since: i64) -> Result<EventFile> {
        caller.hat(Action::AccountManage, &Subject::town())?;
        let wrong = |e: serde_json::Error| Error::Internal(e.to_string());
        let mut read = self.db.read(&self.town).await?;
        let (mut bytes, mut events, mut up_to) = (Vec::new(), 0, since.max(0));
        loop {
            let entries = read.audit_after(up_to, PAGE).await?;
            let Some(last) = entries.last() else { break };
            up_to = last.seq;
            for entry in entries.iter().filter(|one| EventKind::from_code(&one.object_kind).is_some()) {
                serde_json::to_writer(&mut bytes, &line(entry)).map_err(wrong)?;
                bytes.push(b'\n');
                events += 1;
            }
        }
        let sha256 = protocol::hex(&Sha256::digest(&bytes));
        let end = serde_json::json!({
            "end": true, "town": self.town.as_str(), "since": since.max(0), "up_to": up_to, "events": events,
            "sha256": sha256,
        });
        serde_json::to_writer(&mut bytes, &end).map_err(wrong)?;
        bytes.push(b'\n');
        Ok(EventFile { bytes, events, up_to })
    }
}
