//! Signals: taken in over wires and typed in by people, each kept before it is read, each read once; the list a person
//! looks at. What does not belong here: what bytes mean in the town ([`digest`]), how signatures are made ([`push`]),
//! sockets (`ingest`), what several signals amount to (the incident).

pub mod digest;
pub mod feed;
pub mod push;
pub mod relay;
pub mod view;

use std::collections::{BTreeMap, BTreeSet};

use domain::device::Provider;
use domain::facility::Shape;
use domain::geometry::Position;
use domain::ids::{DeviceId, PlaceId, SignalId, TerritoryCode};
use domain::policy::{Action, Subject};
use domain::signal::{Signal, SignalKind, SignalSource, Trust};
use domain::time::Timestamp;
use store::Read;
use store::device::DeviceRecord;
use store::seal::sha256;
use store::signal::{RawSignal, SignalFilter, SignalRecord};

use crate::device::line::Doing;
use crate::names::Names;
use crate::view::{instant_of_page, page_after};
use crate::{App, Caller, Error, Result};
use view::{SignalAsked, SignalInput, SignalOptions, SignalPage, SignalView, WireCount, WireView};

/// Days the page of the wires looks back.
const LOOK_BACK_MS: i64 = 7 * 24 * 3600 * 1000;

/// A message as it came over a wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// The way it came.
    pub provider: Provider,
    /// How its sender speaks the protocol of that way, by name; none as its standard says.
    pub dialect: Option<&'static str>,
    /// Where it came from there: an IP address, a topic.
    pub peer: String,
    /// What speaks for the sender: `network`, `broker`, `signed:` or `platform:` and who signed; empty for nothing.
    pub proof: String,
    /// What two copies of it have in common and no other message has.
    pub mark: String,
    /// The mark it would bear had it come in the time before this one: a copy of what bears that is one, too.
    pub before: Option<String>,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// It only says that this one lives: nothing to keep but that it was heard.
    pub beat_of: Option<String>,
    /// It is no message that could be read; kept so that it is counted, and why.
    pub problem: Option<&'static str>,
}

/// What became of messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Received {
    /// Kept now.
    pub kept: usize,
    /// Of which there was a copy already.
    pub copies: usize,
}

/// A short mark of any length of bytes.
pub fn mark_of(parts: &[&str], bytes: &[u8]) -> String {
    format!("{}:{}", parts.join(":"), sha256(bytes).get(..32).unwrap_or_default())
}

/// The mark of what is a copy only for a while: within the span of time of this number.
pub fn mark_within(mark: &str, span: i64) -> String {
    format!("{mark}~{span}")
}

/// The marks it would bear in the spans of time just before and after.
fn beside(mark: &str) -> Option<[String; 2]> {
    let (base, span) = mark.strip_prefix(Provider::Gb26875.code()).and(mark.rsplit_once('~'))?;
    let span: i64 = span.parse().ok()?;
    Some([mark_within(base, span - 1), mark_within(base, span + 1)])
}

impl App {
    /// Keeps messages as they came, all or none, with a synced write: once this answers, they survive. Copies of what is
    /// kept already are told apart. They are read later, by [`App::digest_signals`].
    // Bytes are machinery until they are read; what is made of them is sealed then.
    pub async fn receive(&self, caller: &Caller, messages: Vec<Incoming>) -> Result<Received> {
        caller.hat(Action::SignalReport, &Subject::town())?;
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let (beats, mut kept): (Vec<_>, Vec<_>) = messages.into_iter().partition(|one| one.beat_of.is_some());
        let came = kept.len();
        let before: Vec<&str> = kept.iter().filter_map(|one| one.before.as_deref()).collect();
        if !before.is_empty() {
            let known = tx.raw_marks_kept(&before).await?;
            kept.retain(|one| one.before.as_ref().is_none_or(|mark| !known.contains(mark)));
        }
        let raw = |one: Incoming| RawSignal {
            id: self.new_id().into(),
            channel: one.provider.code().to_owned(),
            dialect: one.dialect.map(str::to_owned),
            peer: one.peer,
            proof: one.proof,
            mark: one.mark,
            bytes: one.bytes,
            received_at: now,
            digested_at: one.problem.map(|_| now),
            problem: one.problem.map(str::to_owned),
        };
        let raws: Vec<RawSignal> = kept.into_iter().map(raw).collect();
        let new = tx.keep_raw_signals(&raws).await?;
        if self.uplink.is_some() {
            // What nobody could read the town could not either.
            let fresh: BTreeSet<_> = new.iter().collect();
            let readable = raws.iter().filter(|raw| raw.problem.is_none()).map(|raw| &raw.id);
            let owed: Vec<_> = readable.filter(|id| fresh.contains(id)).cloned().collect();
            tx.owe_relay(&owed, now).await?;
        }
        let heard = digest::heard_by(&mut tx, beats.into_iter().map(raw).collect()).await?;
        let back = self.hear(&mut tx, heard, now).await?;
        let received = Received { kept: new.len(), copies: came - new.len() };
        self.switchboard.count(Doing::Repeated(received.copies));
        match back.first() {
            None => tx.commit_machinery().await?,
            Some(first) => tx.commit(caller.audit("device.heard", "device", first.as_str(), now), ()).await?,
        }
        Ok(received)
    }

    /// Takes down what a person was told or saw.
    ///
    /// Errors: nothing said; a place, device or position that is none.
    pub async fn report_signal(&self, caller: &Caller, asked: SignalInput) -> Result<SignalView> {
        let now = self.now();
        let unknown = |field: &str| Error::field(field, "query.unknown_word", "没有这一项，请从列表中选择");
        let source = SignalSource::from_code(&asked.source).filter(|source| is_typed(*source));
        let kind = SignalKind::from_code(&asked.kind).filter(|kind| is_told(*kind));
        let occurred_at = match asked.occurred_at.as_deref().filter(|at| !at.trim().is_empty()) {
            None => now,
            Some(at) => Timestamp::parse(at).ok_or_else(|| unknown("occurred_at"))?,
        };
        let mut tx = self.write(caller).await?;
        let names = Names::read(&mut tx).await?;
        let given = |id: &Option<String>| id.as_deref().filter(|id| !id.trim().is_empty()).map(str::to_owned);
        let place =
            match given(&asked.place) {
                None => None,
                Some(id) => {
                    let found = tx.place(&PlaceId::from(id), &caller.scope(Action::PlaceRead)?).await?;
                    Some(found.ok_or_else(|| {
                        Error::field("place", "signal.place", "没有这个场所，请从列表中选择")
                    })?)
                }
            };
        let device =
            match given(&asked.device) {
                None => None,
                Some(id) => {
                    let found = tx.device(&DeviceId::from(id), &caller.scope(Action::DeviceRead)?).await?;
                    let found = found.filter(|one| one.device.is_used());
                    Some(found.ok_or_else(|| {
                        Error::field("device", "signal.device", "没有这台设备，请从列表中选择")
                    })?)
                }
            };
        let territory = given(&asked.territory).map(TerritoryCode::from);
        let territory = territory
            .or_else(|| place.as_ref().map(|place| place.place.village.clone()))
            .or_else(|| device.as_ref().map(|one| one.device.territory.clone()));
        let path = match (&place, &territory) {
            (Some(place), _) => place.path.clone(),
            (None, Some(code)) => names.path(code).ok_or_else(|| unknown("territory"))?.to_owned(),
            (None, None) => self.town.to_string(),
        };
        let hat = caller.hat(Action::SignalReport, &Subject::of(&path, None))?.clone();
        // A camera stands here and sees there: a direction runs from where it stands, not from the place it shows.
        let is_bearing = source == Some(SignalSource::Camera) && asked.azimuth.is_some();
        let seen_from = match device.as_ref().filter(|_| is_bearing) {
            None => None,
            Some(camera) => position_of(&mut tx, camera).await?,
        };
        let at_place = place.as_ref().filter(|_| !is_bearing).and_then(|place| place.place.location);
        let at_place = at_place.map(|at| [at.lon_deg, at.lat_deg]);
        let signal = Signal {
            id: SignalId::from(self.new_id()),
            source: source.ok_or_else(|| unknown("source"))?,
            device: device.as_ref().map(|one| one.device.id.clone()),
            trust: Trust::Open,
            kind: kind.ok_or_else(|| unknown("kind"))?,
            position: asked.lon.zip(asked.lat).map(|(lon, lat)| [lon, lat]).or(seen_from).or(at_place),
            place: place.map(|place| place.place.id),
            territory,
            azimuth: asked.azimuth,
            occurred_at,
            received_at: now,
            text: asked.text.trim().to_owned(),
            raw: None,
            detail: BTreeMap::new(),
        };
        // A caller is not proved to be anybody. Who may open an incident there answers for the call he took, by whichever
        // form he wrote it down; of anybody else's a person must verify first.
        let may_open = caller.hats.hat(Action::IncidentOpen, &Subject::of(&path, None)).is_some();
        let by_hearsay = signal.source == SignalSource::Telephone && !may_open;
        let trust = if by_hearsay { Trust::Open } else { Trust::Bound };
        let signal = Signal { trust, ..signal }.check()?;
        let record = SignalRecord { signal, path, org: None, recorded_by: caller.name.clone() };
        tx.insert_signals(std::slice::from_ref(&record)).await?;
        if let Some(joined) = self.join_signal(caller, &mut tx, &record.signal).await? {
            let object = ("incident", joined.incident.as_str());
            tx.append(caller.audit_as(&hat, joined.action, object, &joined.path, now)).await?;
        }
        let view = view::of(&mut tx, &record, &names).await?;
        let audit =
            caller.audit_as(&hat, "signal.report", ("signal", record.signal.id.as_str()), &record.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Signals, newest first.
    pub async fn signals(&self, caller: &Caller, asked: &SignalAsked) -> Result<SignalPage> {
        let scope = caller.scope(Action::SignalRead)?;
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let filter = filter(asked, &names)?;
        let limit = asked.limit.unwrap_or(50).clamp(1, 200);
        let before: Option<(_, String)> = page_after(asked.after.as_deref(), instant_of_page)?;
        let before = before.as_ref().map(|(at, id)| (*at, id.as_str()));
        let mut found = read.signals(&scope, &filter, before, limit + 1).await?;
        let more = found.len() as i64 > limit;
        found.truncate(usize::try_from(limit).unwrap_or(0));
        let next = found.last().filter(|_| more);
        let next = next.map(|last| format!("{}~{}", last.signal.received_at.0, last.signal.id));
        let total = read.signal_count(&scope, &filter).await?;
        Ok(SignalPage { items: view::all(&mut read, &found, &names).await?, total, next })
    }

    /// One signal with its bytes.
    pub async fn signal(&self, caller: &Caller, id: &SignalId) -> Result<SignalView> {
        let scope = caller.scope(Action::SignalRead)?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.signal(id, &scope).await?.ok_or(Error::NotFound)?;
        let names = Names::read(&mut read).await?;
        let mut view = view::of(&mut read, &record, &names).await?;
        if let Some(raw) = &record.signal.raw
            && let Some(raw) = read.raw_signal(raw).await?
        {
            view.bytes_hex = Some(protocol::hex(&raw.bytes));
            view.peer = Some(raw.peer);
        }
        Ok(view)
    }

    /// What a form needs.
    pub async fn signal_options(&self, caller: &Caller) -> Result<SignalOptions> {
        caller.scope(Action::SignalRead)?;
        let may_report = caller.hats.scope(Action::SignalReport).is_some();
        let may_see_wires = caller.hats.hat(Action::SignalRead, &Subject::town()).is_some();
        Ok(SignalOptions::of(may_report, may_see_wires))
    }

    /// What came over the wires this week, and what could not be read.
    pub async fn wires(&self, caller: &Caller) -> Result<WireView> {
        caller.hat(Action::SignalRead, &Subject::town())?;
        let mut read = self.db.read(&self.town).await?;
        let counts = read.raw_signal_counts(self.now().plus_ms(-LOOK_BACK_MS)).await?;
        let waiting = read.raw_signals_waiting(1_000).await?.len() as i64;
        let row = |((channel, problem), n): ((String, String), i64)| WireCount {
            provider: Provider::from_code(&channel).map_or(channel.clone(), |one| one.label().to_owned()),
            channel,
            problem_label: digest::problem_label(&problem).to_owned(),
            problem,
            n,
        };
        Ok(WireView {
            rows: counts.into_iter().map(row).collect(),
            waiting,
            lines: self.switchboard.counted(),
            relay: self.relay_view(&mut read).await?,
        })
    }
}

/// Where a device hangs: by its own entry, or by that of the facility it belongs to.
async fn position_of(read: &mut Read, record: &DeviceRecord) -> Result<Option<Position>> {
    if record.device.position.is_some() {
        return Ok(record.device.position);
    }
    let Some(facility) = &record.device.facility else { return Ok(None) };
    let whole = Caller::system().scope(Action::FacilityRead)?;
    Ok(match read.facility(facility, &whole).await?.and_then(|one| one.facility.shape) {
        Some(Shape::Point(at)) => Some(at),
        _ => None,
    })
}

fn is_typed(source: SignalSource) -> bool {
    matches!(source, SignalSource::Telephone | SignalSource::Person | SignalSource::Camera)
}

/// What a person may say; the rest only devices say.
fn is_told(kind: SignalKind) -> bool {
    kind.is_alarm()
        || matches!(
            kind,
            SignalKind::Electric | SignalKind::WaterLow | SignalKind::Warning | SignalKind::Fault
        )
}

fn filter(asked: &SignalAsked, names: &Names) -> Result<SignalFilter> {
    let unknown = |field: &str| Error::field(field, "query.unknown_word", "筛选条件无效，请重新选择");
    let given =
        |text: &Option<String>| text.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
    let path = match given(&asked.village) {
        None => None,
        Some(code) => Some(names.path(&code.as_str().into()).ok_or_else(|| unknown("village"))?.to_owned()),
    };
    let kinds = |is: fn(SignalKind) -> bool| {
        let all: Vec<&str> =
            SignalKind::ALL.iter().filter(|kind| is(**kind)).map(|kind| kind.code()).collect();
        all.join(",")
    };
    let kinds = match (given(&asked.kind), given(&asked.view).as_deref()) {
        (Some(kind), _) => Some(kind),
        (None, Some("alarm")) => Some(kinds(SignalKind::is_alarm)),
        (None, Some("all")) => None,
        (None, _) => Some(kinds(SignalKind::is_news)),
    };
    Ok(SignalFilter {
        kinds,
        sources: given(&asked.source),
        trust: given(&asked.trust),
        device: given(&asked.device),
        place: given(&asked.place),
        path,
        from: given(&asked.from).and_then(|at| Timestamp::parse(&at)),
        until: given(&asked.until).and_then(|at| Timestamp::parse(&at)),
    })
}
