//! From bytes to signals: which device said it, how far it is trusted, what it says in our words. A message is read once,
//! in the same write that puts its signals on record; one that cannot be read is marked with why and holds up no other.
//! What does not belong here: the bytes themselves (`protocol`), keeping them (`signal`).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant};

use domain::device::{DeviceState, HeardSpan, Link, Proof, Provider};
use domain::geometry::Position;
use domain::ids::{DeviceId, IncidentId, PlaceId, SignalId};
use domain::message::Urgency;
use domain::org::lies_in;
use domain::policy::{Action, Subject};
use domain::signal::{MOST_TEXT, Signal, SignalKind, SignalSource, Trust};
use domain::time::Timestamp;
use protocol::gb26875::dialect::PartAddress;
use protocol::gb26875::{self, Dialect, Object, Part, Stamp, System, Unit, table};
use protocol::push::Push;
use protocol::{cap, hex};
use store::device::{DeviceRecord, HeardRecord, link_key};
use store::seal::sha256;
use store::signal::{RawSignal, SignalRecord};
use store::{Read, Write};

use super::relay::{box_of, is_late, passed_on};
use crate::incident::join::{Echoes, LINE, SENDER, UNIT, is_sign};
use crate::incident::stranger::Lines;
use crate::message::{News, concerned};
use crate::names::Names;
use crate::parameter::number_on;
use crate::{App, Caller, Error, Result};

/// Warnings from this level on are told to whoever watches. A default of the town. Source: CAP 1.2, `severity`.
pub(crate) const WARNING_LEVEL: (&str, f64) = ("signal.warning_level", 3.0);

/// So long one write takes signals into incidents; what is left waits for the next. Opening an incident costs many times what
/// keeping a message does, and whoever waits at a door for his to be kept waits no longer than for one such write.
const HELD: Duration = Duration::from_millis(5);

/// Of a name nobody registered so many letters are kept.
const MOST_NAME: usize = 60;

/// A clock that tells no time is as far off as can be. Units: milliseconds.
const NO_CLOCK: i64 = i64::MAX;

/// Devices that were heard, each with what it said of itself: kinds, and its battery in percent.
pub(crate) type Heard = BTreeMap<DeviceId, (DeviceRecord, Vec<(SignalKind, Option<u32>)>)>;

/// One thing that was said.
struct Said {
    kind: SignalKind,
    /// Names the sender goes by, the most exact first.
    names: Vec<String>,
    /// By his clock; ours when he has none.
    at: Option<Timestamp>,
    text: String,
    battery: Option<u32>,
    position: Option<Position>,
    azimuth: Option<f64>,
    detail: BTreeMap<String, String>,
}

/// What a message said, how far its own clock was off, and what was odd about it.
struct Message {
    said: Vec<Said>,
    clock_off_ms: i64,
    problem: Option<&'static str>,
}

impl Message {
    fn unread(problem: &'static str) -> Self {
        Self { said: Vec::new(), clock_off_ms: NO_CLOCK, problem: Some(problem) }
    }
}

/// What one write made of messages.
#[derive(Default)]
struct Made {
    records: Vec<SignalRecord>,
    /// The incidents they were taken into: what happened to each first, and where it lies.
    joined: BTreeMap<IncidentId, (&'static str, String)>,
    /// What was said before.
    echoes: Echoes,
    /// Where the signs of unregistered senders go.
    lines: Lines,
}

/// What people call what was wrong with a message.
pub(crate) fn problem_label(code: &str) -> &'static str {
    match code {
        "" => "正常",
        "frame.garbage" => "不是报文的字节",
        "frame.length" => "报文长度不对",
        "frame.end" => "报文结束符不对",
        "frame.checksum" => "校验和不对",
        "frame.command" => "命令字节未定义",
        "frame.cut" => "报文没有收全",
        "unit.type" | "unit.user_type" => "类型标志未定义",
        "unit.count" | "unit.cut" | "unit.left_over" => "信息对象数目不对",
        "push.json" | "push.kind" | "push.no_device" => "推送内容读不出来",
        "signal.unknown_device" => "设备没有登记",
        "signal.signature" => "签名不对",
        "signal.clock" => "对方时钟不准",
        "signal.unbound" => "不是从登记的网段、代理或签名来的，不算设备在线",
        "push.too_large" => "消息过大，只保留了开头",
        "signal.dialect" => "报文方言不认识",
        _ if code.starts_with("cap.") => "预警文件有问题",
        _ => "其他",
    }
}

impl App {
    /// Reads messages that were kept and not read yet, oldest first, at most so many in one write, and fewer where they open
    /// incidents: the write ends with the message during which its time ran out. Says how many; there are no more when it is
    /// none. Of several servers one reads at a time, so that one alarm is one signal.
    ///
    /// Errors: the caller may not; the store could not. A message that makes no sense is no error.
    pub async fn digest_signals(&self, caller: &Caller, most: i64) -> Result<usize> {
        let hat = caller.hat(Action::SignalReport, &Subject::town())?.clone();
        let now = self.now();
        if self.db.read(&self.town).await?.raw_signals_waiting(1).await?.is_empty() {
            return Ok(0);
        }
        let mut tx = self.write(caller).await?;
        let raws = tx.claim_raw_signals(now, most).await?;
        if raws.is_empty() {
            return Ok(0);
        }
        let read: Vec<(RawSignal, Message)> = raws
            .into_iter()
            .map(|raw| {
                let message = understand(&raw);
                (raw, message)
            })
            .collect();
        let devices = devices_of(&mut tx, &read).await?;
        let places = places_of(&mut tx, &devices).await?;
        let echoes = echoes_of(&mut tx, &read, &devices).await?;
        let (begun, mut made) = (Instant::now(), Made { echoes, ..Made::default() });
        let (mut waiting, mut digested) = (Vec::new(), Vec::new());
        let mut heard = Heard::new();
        for (raw, message) in read {
            let mut problem = message.problem;
            for said in message.said {
                let known = known(&raw, &said, &devices);
                if known.is_empty() && raw.channel != Provider::Cap.code() {
                    problem = problem.or(Some("signal.unknown_device"));
                }
                let trust = trust(&raw, &known, message.clock_off_ms);
                if is_late(&raw, now) {
                    // Whether its device lives now, it does not say.
                } else if is_heard(trust, &known) {
                    hear_of(&mut heard, &known, (said.kind, said.battery));
                } else {
                    problem = problem.or(Some("signal.unbound"));
                }
                if said.kind == SignalKind::Heartbeat {
                    continue;
                }
                let id = SignalId::from(self.new_id());
                waiting.push(self.record(id, &raw, said, trust, &known, &places));
            }
            digested.push((raw.id, problem.map(str::to_owned)));
            // What says nothing of a fire, or nothing new, costs next to nothing, and many of it are put on record at once.
            let is_new = |one: &SignalRecord| {
                is_sign(&one.signal) && !made.echoes.holds(&one.signal) && !made.lines.leads(&one.signal)
            };
            if waiting.iter().any(is_new) {
                self.put(caller, &mut tx, &mut made, std::mem::take(&mut waiting)).await?;
                if begun.elapsed() >= HELD {
                    break;
                }
            }
        }
        self.put(caller, &mut tx, &mut made, waiting).await?;
        let n = digested.len();
        let Made { records, mut joined, lines, .. } = made;
        for one in self.gather(caller, &mut tx, lines).await? {
            joined.entry(one.incident).or_insert((one.action, one.path));
        }
        for record in &records {
            self.tell_of_warning(&mut tx, record, now).await?;
        }
        // An entry of its own for each incident: whoever watches over them is told of it, whatever else the write is about.
        for (incident, (action, path)) in &joined {
            let object = ("incident", incident.as_str());
            tx.append(caller.audit_as(&hat, action, object, path, now)).await?;
        }
        tx.raw_signals_digested(&digested, now).await?;
        let back = self.hear(&mut tx, heard, now).await?;
        let Some((kind, id)) = object(&records, &back) else {
            tx.commit_machinery().await?;
            return Ok(n);
        };
        let mut audit = caller.audit_as(&hat, "signal.receive", (kind, &id), self.town.as_str(), now);
        audit.detail = serde_json::json!({ "messages": n, "signals": records.len() }).to_string();
        tx.commit(audit, ()).await?;
        Ok(n)
    }

    /// Puts signals on record and takes them into incidents, in their order.
    // Part of taking messages in, which asked.
    async fn put(
        &self,
        caller: &Caller,
        tx: &mut Write,
        made: &mut Made,
        records: Vec<SignalRecord>,
    ) -> Result<()> {
        tx.insert_signals(&records).await?;
        for record in &records {
            if made.echoes.holds(&record.signal) {
                continue;
            }
            made.lines.look_up(tx, &record.signal).await?;
            if made.lines.take(&record.signal) {
                made.echoes.add(&record.signal);
                continue;
            }
            match self.join_signal(caller, tx, &record.signal).await {
                Err(Error::Store(error)) => return Err(Error::Store(error)),
                // What an incident refuses holds up no other signal; the signal itself is kept and shown.
                Err(error) => tracing::error!(cause = ?error, "a signal joined no incident"),
                Ok(Some(one)) => {
                    made.echoes.add(&record.signal);
                    made.lines.forget(&record.signal);
                    made.joined.entry(one.incident).or_insert((one.action, one.path));
                }
                Ok(None) => {}
            }
        }
        made.records.extend(records);
        Ok(())
    }

    /// Of a warning that somebody vouches for, from the level on that the town says, whoever watches is told at once; and the
    /// office and who answers for a village or grid it holds for, in the quiet of the night not before the morning unless it is
    /// of the highest level. Each once.
    // Part of taking messages in, which asked.
    async fn tell_of_warning(&self, tx: &mut Write, record: &SignalRecord, now: Timestamp) -> Result<()> {
        let signal = &record.signal;
        let is_new = matches!(signal.kind, SignalKind::Warning | SignalKind::Cancelled);
        if signal.source != SignalSource::Cap || signal.trust != Trust::Bound || !is_new {
            return Ok(());
        }
        let today = now.date();
        let threshold = number_on(tx, WARNING_LEVEL, today).await?;
        let level = level_of(signal.detail.get("severity").map_or("", String::as_str));
        if level < threshold {
            return Ok(());
        }
        let what = if signal.kind == SignalKind::Cancelled { "预警解除" } else { "收到预警" };
        let text = format!("{what}：{}", signal.text);
        let about = ("signal", signal.id.as_str());
        let watch = self.on_watch(tx, &record.path, today).await?;
        let news = News { about, tag: "warning", urgency: Urgency::Alarm, text: &text };
        self.notify(tx, watch, &news).await?;
        let areas = self.areas_of(tx, signal.detail.get("divisions").map_or("", String::as_str)).await?;
        let held = tx.assignments().await?.into_iter().map(|one| one.assignment).collect::<Vec<_>>();
        let urgency = if level >= HIGHEST { Urgency::Alarm } else { Urgency::Notice };
        self.notify(tx, concerned(&held, &areas, today), &News { urgency, ..news }).await
    }

    /// The territories of the town a warning names by their codes: all of it where it names none, or a division the town
    /// lies in; nothing where it names only others.
    // Part of taking messages in, which asked.
    async fn areas_of(&self, read: &mut Read, divisions: &str) -> Result<Vec<String>> {
        let names = Names::read(read).await?;
        let town = self.town.as_str();
        let whole = || names.path(&town.into()).unwrap_or(town).to_owned();
        let is_above = |code: &str| {
            let stem = code.trim_end_matches('0');
            !stem.is_empty() && code.len() <= town.len() && town.starts_with(stem)
        };
        if divisions.is_empty() || divisions.split(' ').any(is_above) {
            return Ok(vec![whole()]);
        }
        Ok(divisions.split(' ').filter_map(|code| Some(names.path(&code.into())?.to_owned())).collect())
    }

    fn record(
        &self,
        id: SignalId,
        raw: &RawSignal,
        said: Said,
        trust: Trust,
        known: &[&DeviceRecord],
        places: &HashMap<PlaceId, Position>,
    ) -> SignalRecord {
        let first = known.first().copied();
        // What the detector's entry does not say, its gateway's may.
        let of = |pick: fn(&DeviceRecord) -> Option<Position>| known.iter().find_map(|one| pick(one));
        let place = known.iter().find_map(|one| one.device.place.clone());
        let at_place = place.as_ref().and_then(|place| places.get(place)).copied();
        let is_testing = known.iter().any(|one| one.device.is_testing(raw.received_at));
        let mut detail = said.detail;
        detail.insert("sha256".to_owned(), sha256(&raw.bytes));
        if let Some(code) = box_of(&raw.proof) {
            detail.insert("box".to_owned(), code.to_owned());
        }
        let kind = if is_testing && said.kind.is_news() {
            detail.insert("said".to_owned(), said.kind.code().to_owned());
            SignalKind::Test
        } else {
            said.kind
        };
        let source = match (Provider::from_code(&raw.channel), first.map(|one| one.device.kind)) {
            (Some(Provider::Cap), _) => SignalSource::Cap,
            (_, Some(domain::device::DeviceKind::Camera)) => SignalSource::Camera,
            (Some(Provider::Ctwing | Provider::Onenet | Provider::Generic), None) => SignalSource::Webhook,
            _ => SignalSource::Device,
        };
        let azimuth = said.azimuth.filter(|degrees| (0.0..360.0).contains(degrees));
        let own = of(|one| one.device.position);
        // A camera that does not say where it looked has seen something somewhere: not where it stands.
        let looks_about = source == SignalSource::Camera && azimuth.is_none();
        if looks_about && said.position.is_none() && at_place.is_none() {
            detail.insert("nowhere".to_owned(), "摄像机没有报方位，不知道在哪里".to_owned());
        }
        if first.is_none() {
            let (line, unit, name) = unknown_sender(raw, &said.names);
            if raw.channel != Provider::Cap.code() {
                detail.insert(LINE.to_owned(), line);
                detail.insert(UNIT.to_owned(), unit);
            }
            detail.insert(SENDER.to_owned(), name);
        }
        let signal = Signal {
            id,
            source,
            device: first.map(|one| one.device.id.clone()),
            trust,
            kind,
            position: said.position.or_else(|| own.filter(|_| !looks_about)).or(at_place),
            place,
            territory: first.map(|one| one.device.territory.clone()),
            azimuth,
            occurred_at: said.at.unwrap_or(raw.received_at),
            received_at: raw.received_at,
            text: said.text.chars().take(MOST_TEXT).collect(),
            raw: Some(raw.id.clone()),
            detail,
        };
        SignalRecord {
            path: first.map_or_else(|| self.town.to_string(), |one| one.path.clone()),
            org: first.map(|one| one.device.owner.clone()),
            recorded_by: "系统".to_owned(),
            signal,
        }
    }

    /// Takes in that devices were heard. Gives those that were silent before.
    // Part of taking messages in, which asked. Whoever took them in commits.
    pub(crate) async fn hear(&self, tx: &mut Write, heard: Heard, now: Timestamp) -> Result<Vec<DeviceId>> {
        let ids: Vec<&str> = heard.keys().map(|id| id.as_str()).collect();
        let states = tx.device_states(&ids).await?;
        let open = tx.open_spans(&ids).await?;
        let (mut after, mut back) = (BTreeMap::new(), Vec::new());
        for (id, (record, said)) in &heard {
            let before = states.get(id.as_str()).cloned().unwrap_or_default();
            let is_on = record.device.is_heard(&before, now) == Some(true);
            let fold = |state: DeviceState, (kind, battery): &(SignalKind, Option<u32>)| {
                state.after(*kind, *battery, now)
            };
            after.insert(id.clone(), said.iter().fold(before.clone(), fold));
            if record.device.patience_ms().is_none() || is_on && open.contains_key(id) {
                continue;
            }
            // It was away longer than it may be, whether or not anybody looked meanwhile.
            if let Some(open) = open.get(id) {
                let last = before.heard_at.unwrap_or(open.span.from);
                let gone_at = last.plus_ms(record.device.patience_ms().unwrap_or(0));
                tx.end_device_span(open, gone_at).await?;
            }
            let span = HeardSpan { from: now, to: None };
            tx.insert_device_span(&HeardRecord { id: self.new_id(), device: id.clone(), span, version: 1 })
                .await?;
            back.push(id.clone());
        }
        tx.save_device_states(&after).await?;
        if !back.is_empty() {
            self.heard_again(tx, &back, now).await?;
        }
        Ok(back)
    }
}

/// The gravest a warning can be.
const HIGHEST: u16 = 4;

/// How grave a warning is, 4 the most. One that does not say is taken as grave.
fn level_of(severity: &str) -> u16 {
    match severity {
        "Extreme" => HIGHEST,
        "Moderate" => 2,
        "Minor" => 1,
        _ => 3,
    }
}

/// What the entry of the record is about.
fn object(records: &[SignalRecord], back: &[DeviceId]) -> Option<(&'static str, String)> {
    let device = back.first().map(|id| ("device", id.to_string()));
    // A device that came back changes the board; a signal does not.
    device.or_else(|| records.first().map(|one| ("signal", one.signal.id.to_string())))
}

/// A platform speaks for everything behind it, a device for itself; a village's box passes on what it was told, for the devices
/// of its territory alone.
fn proof(raw: &RawSignal, known: &[&DeviceRecord]) -> Proof {
    let (within, said) = passed_on(&raw.proof);
    let is_outside = |path: &str| known.is_empty() || known.iter().any(|one| !lies_in(&one.path, path));
    if within.is_some_and(is_outside) {
        return Proof::None;
    }
    let (word, signer) = said.split_once(':').unwrap_or((said, ""));
    match word {
        "network" => raw.peer.parse().map_or(Proof::None, Proof::Network),
        "broker" => Proof::Broker,
        "platform" => Proof::Signed,
        "signed" if known.iter().any(|one| one.device.code == signer) => Proof::Signed,
        _ => Proof::None,
    }
}

/// How far a message is trusted that names these devices: of a detector behind a gateway either may be vouched for.
fn trust(raw: &RawSignal, known: &[&DeviceRecord], clock_off_ms: i64) -> Trust {
    let proof = proof(raw, known);
    let is_bound = known.iter().any(|one| one.device.trust(&proof, clock_off_ms) == Trust::Bound);
    // Warnings are of no device: who passed them on signed for them.
    let is_signed = raw.channel == Provider::Cap.code() && proof == Proof::Signed;
    if is_bound || is_signed { Trust::Bound } else { Trust::Open }
}

/// Whether a message says anything about the devices it names themselves: where an entry says who vouches for it, what
/// nobody vouches for neither keeps a dead device alive nor takes back its faults. It is shown to a person all the same.
fn is_heard(trust: Trust, known: &[&DeviceRecord]) -> bool {
    trust == Trust::Bound || known.iter().all(|one| !one.device.is_tied(one.has_secret))
}

/// Notes what a message says of the devices it names. A gateway lives when one of its detectors speaks.
fn hear_of(heard: &mut Heard, known: &[&DeviceRecord], said: (SignalKind, Option<u32>)) {
    for (n, device) in known.iter().enumerate() {
        let is_gateway = n > 0 && n + 1 == known.len();
        let said = if is_gateway { (SignalKind::Heartbeat, None) } else { said };
        let id = device.device.id.clone();
        heard.entry(id).or_insert_with(|| ((*device).clone(), Vec::new())).1.push(said);
    }
}

/// Who is heard by messages that say nothing else.
// Part of taking messages in, which asked.
pub(crate) async fn heard_by(read: &mut Read, beats: Vec<RawSignal>) -> Result<Heard> {
    let mut heard = Heard::new();
    if beats.is_empty() {
        return Ok(heard);
    }
    let beats: Vec<(RawSignal, Message)> = beats
        .into_iter()
        .map(|raw| {
            let message = understand(&raw);
            (raw, message)
        })
        .collect();
    let devices = devices_of(read, &beats).await?;
    for (raw, message) in &beats {
        for said in &message.said {
            let known = known(raw, said, &devices);
            if is_heard(trust(raw, &known, message.clock_off_ms), &known) {
                hear_of(&mut heard, &known, (said.kind, said.battery));
            }
        }
    }
    Ok(heard)
}

fn key(raw: &RawSignal, name: &str) -> Option<String> {
    let provider = Provider::from_code(&raw.channel)?;
    Some(link_key(&Link { provider, address: name.to_owned() }))
}

/// The devices a message names: the most exact first, its gateway last.
fn known<'a>(
    raw: &RawSignal,
    said: &Said,
    devices: &'a HashMap<String, DeviceRecord>,
) -> Vec<&'a DeviceRecord> {
    let mut found: Vec<&DeviceRecord> = Vec::new();
    for device in said.names.iter().filter_map(|name| devices.get(&key(raw, name)?)) {
        if found.iter().all(|one| one.device.id != device.device.id) {
            found.push(device);
        }
    }
    found
}

async fn devices_of(
    read: &mut Read,
    messages: &[(RawSignal, Message)],
) -> Result<HashMap<String, DeviceRecord>> {
    let keys: BTreeSet<String> = messages
        .iter()
        .flat_map(|(raw, message)| message.said.iter().map(move |said| (raw, said)))
        .flat_map(|(raw, said)| said.names.iter().filter_map(move |name| key(raw, name)))
        .collect();
    Ok(read.devices_by_link(&keys.into_iter().collect::<Vec<_>>()).await?)
}

/// Over which line somebody speaks who is not registered, for which unit, and what he goes by: his line and the most exact of
/// his names. Who answers for a line is the address it comes from, the platform that signs, or whoever may speak to the
/// broker; behind one of them many may stand.
fn unknown_sender(raw: &RawSignal, names: &[String]) -> (String, String, String) {
    let (_, said) = passed_on(&raw.proof);
    let (channel, peer) = (&raw.channel, &raw.peer);
    let line = match said.split_once(':').map_or(said, |(word, _)| word) {
        "broker" => channel.clone(),
        "platform" | "signed" => format!("{channel} {said}"),
        _ => format!("{channel} {peer}"),
    };
    let line = box_of(&raw.proof).map_or(line.clone(), |code| format!("{line} 经 {code}"));
    let name = names.first().map(|name| short(name)).unwrap_or_default();
    // Of a frame: all parts of one system of one unit.
    let unit = match names {
        [_, system, _] if *channel == Provider::Gb26875.code() => short(system),
        _ => name.clone(),
    };
    (line.clone(), unit, format!("{line} {name}").trim().to_owned())
}

/// A name as long as anybody reads it; one that is longer still is no other's.
fn short(name: &str) -> String {
    if name.chars().count() <= MOST_NAME {
        return name.to_owned();
    }
    let front: String = name.chars().take(MOST_NAME).collect();
    format!("{front}~{}", sha256(name.as_bytes()).get(..8).unwrap_or_default())
}

/// What those who sent messages said shortly before.
async fn echoes_of(
    read: &mut Read,
    messages: &[(RawSignal, Message)],
    devices: &HashMap<String, DeviceRecord>,
) -> Result<Echoes> {
    let said = messages.iter().flat_map(|(raw, message)| message.said.iter().map(move |said| (raw, said)));
    let unknown = said.filter(|(raw, said)| known(raw, said, devices).is_empty());
    let unknown = unknown.map(|(raw, said)| unknown_sender(raw, &said.names).2);
    let senders: BTreeSet<String> =
        devices.values().map(|one| one.device.id.to_string()).chain(unknown).collect();
    let Some(first) = messages.iter().map(|(raw, _)| raw.received_at).min() else {
        return Ok(Echoes::default());
    };
    Echoes::read(read, &senders.into_iter().collect::<Vec<_>>(), first).await
}

/// Where the places of devices are whose own entry does not say.
async fn places_of(
    read: &mut Read,
    devices: &HashMap<String, DeviceRecord>,
) -> Result<HashMap<PlaceId, Position>> {
    let asked: BTreeSet<PlaceId> = devices.values().filter_map(|one| one.device.place.clone()).collect();
    let found = read.places_by_id(&asked.into_iter().collect::<Vec<_>>()).await?.into_iter();
    let spot = |one: store::place::PlaceRecord| {
        Some((one.place.id, one.place.location.map(|at| [at.lon_deg, at.lat_deg])?))
    };
    Ok(found.filter_map(spot).collect())
}

fn understand(raw: &RawSignal) -> Message {
    match Provider::from_code(&raw.channel) {
        Some(Provider::Gb26875) => frame(raw),
        Some(Provider::Cap) => warning(raw),
        Some(Provider::Ctwing) => pushed(raw, protocol::push::ctwing(&raw.bytes).map(|push| vec![push])),
        Some(Provider::Onenet) => pushed(raw, protocol::push::onenet(&raw.bytes)),
        Some(Provider::Generic) => pushed(raw, protocol::push::generic(&raw.bytes).map(|push| vec![push])),
        Some(Provider::Mqtt) => {
            let name = protocol::push::topic_device(&raw.peer).unwrap_or(&raw.peer);
            pushed(raw, protocol::push::telemetry(name, &raw.bytes).map(|push| vec![push]))
        }
        None => Message::unread("signal.channel"),
    }
}

fn pushed(raw: &RawSignal, read: std::result::Result<Vec<Push>, Vec<protocol::Problem>>) -> Message {
    let pushes = match read {
        Ok(pushes) => pushes,
        Err(problems) => {
            return Message::unread(problems.first().map_or("push.json", |problem| problem.code));
        }
    };
    let off = |push: &Push| push.at_ms.map_or(0, |at| at.saturating_sub(raw.received_at.0));
    let clock_off_ms = pushes.iter().map(off).max_by_key(|off| off.saturating_abs()).unwrap_or(0);
    let said = pushes.into_iter().map(|push| Said {
        kind: SignalKind::from_code(&push.kind).unwrap_or(SignalKind::Info),
        names: push.names,
        at: push.at_ms.map(Timestamp),
        text: push.text,
        battery: push.battery,
        position: push.position,
        azimuth: push.azimuth,
        detail: push.detail,
    });
    Message { said: said.collect(), clock_off_ms, problem: None }
}

fn warning(raw: &RawSignal) -> Message {
    let (alert, problems) = cap::read(&raw.bytes);
    let problem = problems.first().map(|problem| problem.code);
    let Some(alert) = alert else { return Message::unread(problem.unwrap_or("cap.xml")) };
    let info = alert.infos.first().cloned().unwrap_or_default();
    let kind = match (alert.status.as_str(), alert.msg_type.as_str()) {
        ("Actual", "Cancel") => SignalKind::Cancelled,
        ("Actual", "Alert" | "Update") => SignalKind::Warning,
        ("Actual", _) => SignalKind::Info,
        _ => SignalKind::Test,
    };
    let references: Vec<String> = alert.references.iter().map(|one| one.identifier.clone()).collect();
    // Warning centres name the field as they like; what has the form of a division's code is one.
    let codes = info.areas.iter().flat_map(|area| &area.geocodes).map(|code| code.value.trim());
    let is_division =
        |code: &&str| matches!(code.len(), 6 | 9 | 12) && code.bytes().all(|b| b.is_ascii_digit());
    let divisions: Vec<&str> = codes.filter(is_division).collect();
    let detail = [
        ("identifier", Some(alert.identifier.clone())),
        ("sender", Some(alert.sender.clone())),
        ("msg_type", Some(alert.msg_type.clone())),
        ("references", Some(references.join(" ")).filter(|text| !text.is_empty())),
        ("event", Some(info.event.clone())),
        ("severity", Some(info.severity.clone())),
        ("expires", info.expires.clone()),
        ("area", info.areas.first().map(|area| area.desc.clone())),
        ("divisions", Some(divisions.join(" ")).filter(|text| !text.is_empty())),
    ];
    let said = Said {
        kind,
        names: Vec::new(),
        at: Timestamp::parse(&alert.sent),
        text: info.headline.or(info.description).unwrap_or(info.event),
        battery: None,
        position: None,
        azimuth: None,
        detail: detail.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect(),
    };
    Message { said: vec![said], clock_off_ms: 0, problem }
}

/// A time as devices write it, in the town's zone.
fn instant(stamp: Stamp) -> Option<Timestamp> {
    Timestamp::parse(&format!("{}+08:00", stamp.text()?))
}

fn frame(raw: &RawSignal) -> Message {
    let dialect = match raw.dialect.as_deref() {
        None => Some(gb26875::dialect::standard()),
        Some(name) => gb26875::dialect(name),
    };
    // Taken in by a program that knew more of them.
    let Some(dialect) = dialect else { return Message::unread("signal.dialect") };
    let (frames, problems) = gb26875::decode(&raw.bytes, dialect);
    let Some(frame) = frames.first() else {
        return Message::unread(problems.first().map_or("frame.cut", |problem| problem.code));
    };
    let sent = instant(frame.time);
    let clock_off_ms = sent.map_or(NO_CLOCK, |sent| sent.0.saturating_sub(raw.received_at.0));
    let Some(unit) = Unit::decode(&frame.data) else {
        let beat = of_object((frame.source, dialect), None, sent, SignalKind::Heartbeat, "", BTreeMap::new());
        return Message { said: vec![beat], clock_off_ms, problem: None };
    };
    let source = (frame.source, dialect);
    let mut said: Vec<Said> = unit.objects.iter().flat_map(|one| objects(source, one, sent)).collect();
    if said.is_empty() {
        said.push(of_object(
            source,
            None,
            sent,
            SignalKind::Info,
            table::unit_type(unit.kind),
            BTreeMap::new(),
        ));
    }
    let problem = unit.oddities().first().map(|(code, _)| *code);
    let is_off = clock_off_ms.saturating_abs() > domain::device::FRESH_MS;
    Message { said, clock_off_ms, problem: problem.or(is_off.then_some("signal.clock")) }
}

/// Who sent a frame, and how he speaks.
type Source = (u64, &'static Dialect);

/// Something a frame's sender, or a part behind it, said.
fn of_object(
    (source, dialect): Source,
    part: Option<(&System, Option<&Part>)>,
    at: Option<Timestamp>,
    kind: SignalKind,
    text: &str,
    mut detail: BTreeMap<String, String>,
) -> Said {
    let mut names = Vec::new();
    if let Some((system, part)) = part {
        let of_system = format!("{source}/{}.{}", system.kind, system.address);
        detail.insert("system".to_owned(), format!("{} {}", table::system_type(system.kind), system.address));
        if let Some(part) = part {
            names.push(format!("{of_system}.{}", hex(&part.address)));
            let (zone, point) = part.halves();
            let address = match dialect.part_address {
                PartAddress::Number => hex(&part.address),
                PartAddress::ZonePoint => format!("{zone} 区 {point} 位"),
            };
            detail.insert("part".to_owned(), format!("{} {address}", table::part_type(part.kind)));
        }
        names.push(of_system);
    }
    names.push(source.to_string());
    detail.insert("source".to_owned(), source.to_string());
    Said { kind, names, at, text: text.to_owned(), battery: None, position: None, azimuth: None, detail }
}

fn objects(source: Source, object: &Object, sent: Option<Timestamp>) -> Vec<Said> {
    let at = |time: &Stamp| instant(*time).or(sent);
    match object {
        Object::SystemState(system, state, time) => {
            states(source, Some((system, None)), *state, table::SYSTEM_STATUS_BITS, "", at(time))
        }
        Object::PartState(system, part, state, text, time) => {
            let text = gb26875::unit::text(text);
            states(source, Some((system, Some(part))), *state, table::COMPONENT_STATUS_BITS, &text, at(time))
        }
        Object::DeviceState(state, time) => {
            states(source, None, (*state).into(), table::DEVICE_STATUS_BITS, "", at(time))
        }
        Object::PartAnalog(system, part, analog, raw, time) => {
            let told = gb26875::json::reading(*analog, *raw, source.1);
            let text = told.map_or_else(
                || format!("模拟量 {analog}：{raw}"),
                |(name, unit, value)| format!("{name} {value}{unit}"),
            );
            let detail = BTreeMap::from([
                ("analog".to_owned(), analog.to_string()),
                ("raw".to_owned(), raw.to_string()),
            ]);
            vec![of_object(source, Some((system, Some(part))), at(time), SignalKind::Reading, &text, detail)]
        }
        Object::SystemOperation(system, flags, operator, time) => {
            let names = table::FACILITY_OPERATION_BITS;
            operations(source, Some((system, None)), (*flags, *operator), names, at(time))
        }
        Object::DeviceOperation(flags, operator, time) => {
            operations(source, None, (*flags, *operator), table::DEVICE_OPERATION_BITS, at(time))
        }
        _ => Vec::new(),
    }
}

/// What a set bit of a state says.
fn of_bit(name: &str, part: Option<&Part>) -> Option<SignalKind> {
    Some(match name {
        "火警" => match part.map_or(0, |part| part.kind) {
            40..=44 | 51 | 53 => SignalKind::Smoke,
            30..=37 => SignalKind::Heat,
            10..=13 | 74 => SignalKind::Gas,
            16..=18 => SignalKind::Electric,
            _ => SignalKind::FireAlarm,
        },
        "故障" => SignalKind::Fault,
        "屏蔽" => SignalKind::Shielded,
        "监管" => SignalKind::Supervisory,
        "启动(开启)" => SignalKind::Started,
        "反馈" => SignalKind::Feedback,
        "延时" => SignalKind::Delayed,
        "主电故障" | "电源故障" => SignalKind::MainPower,
        "备电故障" => SignalKind::BackupPower,
        "总线故障" | "与监控中心通信信道故障" | "监测连接线路故障" => {
            SignalKind::LineFault
        }
        _ => return None,
    })
}

/// Every alarm and fault of a state by itself. Bit 0, which says "in normal operation" when it is set, is never a reason
/// to drop an alarm: real ones come with it clear.
fn states(
    source: Source,
    of: Option<(&System, Option<&Part>)>,
    state: u16,
    names: &'static [&'static str],
    text: &str,
    at: Option<Timestamp>,
) -> Vec<Said> {
    let part = of.and_then(|(_, part)| part);
    let set = table::bits(names, state);
    let mut found: Vec<Said> = Vec::new();
    for name in &set {
        let Some(kind) = of_bit(name, part) else { continue };
        let detail = BTreeMap::from([("status".to_owned(), state.to_string())]);
        let words = if text.is_empty() { (*name).to_owned() } else { format!("{text} {name}") };
        found.push(of_object(source, of, at, kind, &words, detail));
    }
    if found.is_empty() {
        let kind = if state & 1 == 1 { SignalKind::Restored } else { SignalKind::Info };
        let detail = BTreeMap::from([("status".to_owned(), state.to_string())]);
        let words = if set.is_empty() { "无报警无故障".to_owned() } else { set.join("、") };
        found.push(of_object(source, of, at, kind, format!("{text} {words}").trim(), detail));
    }
    found
}

fn operations(
    source: Source,
    of: Option<(&System, Option<&Part>)>,
    (flags, operator): (u8, u8),
    names: &'static [&'static str],
    at: Option<Timestamp>,
) -> Vec<Said> {
    let one = |name: &&'static str| {
        let kind = match *name {
            "手动报警" => SignalKind::FireAlarm,
            "测试" => SignalKind::Test,
            "查岗应答" => SignalKind::DutyAnswer,
            _ => SignalKind::Operation,
        };
        let detail = BTreeMap::from([("operator".to_owned(), operator.to_string())]);
        of_object(source, of, at, kind, name, detail)
    };
    table::bits(names, flags.into()).iter().map(one).collect()
}
