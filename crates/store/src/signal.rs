//! Signals as rows, and the bytes they were read from as they came: kept first, each once, read later. What does not
//! belong here: what the bytes mean (`protocol`), what a signal may cause (`domain::signal`).

pub mod relay;

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use domain::ids::{OrgId, RawSignalId, SignalId};
use domain::policy::Scope;
use domain::signal::Signal;
use domain::time::Timestamp;

use crate::scope::{Columns, Where};
use crate::value::json;
use crate::{Error, Read, Result, Row, Write, args, cols};

pub(crate) const COLUMNS: Columns = Columns { path: "path", org: "org", place: "place" };
/// Rows of raw bytes in one statement.
const MANY: usize = 60;
/// Who reads raw bytes holds the row of this name until he has written what they say.
const READER: &str = "signal.digest";

/// Bytes as they came, before anybody read them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawSignal {
    /// Id.
    pub id: RawSignalId,
    /// The way they came: `gb26875`, `mqtt`, `ctwing` …
    pub channel: String,
    /// How the sender speaks the protocol of that way, by name; none as its standard says.
    pub dialect: Option<String>,
    /// Where they came from there: an address, a topic.
    pub peer: String,
    /// What speaks for the sender: `network`, `broker`, `signed:` and the device that signed; empty for nothing.
    pub proof: String,
    /// What two copies of one message have in common and no other message has.
    pub mark: String,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// When they came.
    pub received_at: Timestamp,
    /// When they were read.
    pub digested_at: Option<Timestamp>,
    /// Code of what was wrong with them.
    pub problem: Option<String>,
}

/// A signal as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct SignalRecord {
    /// The signal.
    pub signal: Signal,
    /// Territory path of what it is about.
    pub path: String,
    /// Whose device said it.
    pub org: Option<OrgId>,
    /// Who took it down; `系统` for what came over a wire.
    pub recorded_by: String,
}

/// Which signals to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SignalFilter {
    /// Only of these kinds, commas between them.
    pub kinds: Option<String>,
    /// Only of these sources, commas between them.
    pub sources: Option<String>,
    /// Only of this trust.
    pub trust: Option<String>,
    /// Only of this device.
    pub device: Option<String>,
    /// Only about this place.
    pub place: Option<String>,
    /// Only at or below this territory path.
    pub path: Option<String>,
    /// Only received at or after.
    pub from: Option<Timestamp>,
    /// Only received before.
    pub until: Option<Timestamp>,
}

impl SignalFilter {
    fn narrow(&self, only: &mut Where) {
        only.is_one_of("kind", self.kinds.as_deref());
        only.is_one_of("source", self.sources.as_deref());
        only.is("trust", self.trust.as_deref());
        only.is("device", self.device.as_deref());
        only.is("place", self.place.as_deref());
        if let Some(path) = &self.path {
            only.below("path", path);
        }
        if let Some(from) = self.from {
            let from = only.mark(from);
            only.and(&format!("received_at >= {from}"));
        }
        if let Some(until) = self.until {
            let until = only.mark(until);
            only.and(&format!("received_at < {until}"));
        }
    }
}

impl RawSignal {
    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.text("id")?.into(),
            channel: row.text("channel")?,
            dialect: row.opt_text("dialect")?,
            peer: row.text("peer")?,
            proof: row.text("proof")?,
            mark: row.text("mark")?,
            bytes: STANDARD_NO_PAD.decode(row.text("bytes")?).map_err(|_| row.inconsistent("bytes"))?,
            received_at: row.instant("received_at")?,
            digested_at: row.opt_instant("digested_at")?,
            problem: row.opt_text("problem")?,
        })
    }
}

impl SignalRecord {
    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        let signal: Signal = row.json("content")?;
        if signal.kind.code() != row.text("kind")? || signal.trust.code() != row.text("trust")? {
            return Err(row.inconsistent("content"));
        }
        Ok(Self {
            signal,
            path: row.text("path")?,
            org: row.opt_text("org")?.map(OrgId::from),
            recorded_by: row.text("recorded_by")?,
        })
    }
}

impl Read {
    /// The signal of this id, within the scope.
    pub async fn signal(&mut self, id: &SignalId, scope: &Scope) -> Result<Option<SignalRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("id", Some(id.as_str()));
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        let row = self.row(format!("SELECT * FROM signal{sql}"), list).await?;
        row.as_ref().map(SignalRecord::from_row).transpose()
    }

    /// Signals received before `before` (instant and id of the last one shown), newest first, within the scope.
    pub async fn signals(
        &mut self,
        scope: &Scope,
        filter: &SignalFilter,
        before: Option<(Timestamp, &str)>,
        limit: i64,
    ) -> Result<Vec<SignalRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        filter.narrow(&mut only);
        only.within(&COLUMNS, scope);
        if let Some((at, id)) = before {
            let (at, id) = (only.mark(at), only.mark(id));
            only.and(&format!("(received_at < {at} OR (received_at = {at} AND id < {id}))"));
        }
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        let sql = format!("SELECT * FROM signal{sql} ORDER BY received_at DESC, id DESC LIMIT {most}");
        self.rows(sql, list).await?.iter().map(SignalRecord::from_row).collect()
    }

    /// How many signals there are.
    pub async fn signal_count(&mut self, scope: &Scope, filter: &SignalFilter) -> Result<i64> {
        let mut only = Where::town("town", self.town.as_str());
        filter.narrow(&mut only);
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        let row = self.row(format!("SELECT COUNT(*) AS n FROM signal{sql}"), list).await?;
        row.map_or(Ok(0), |row| row.int("n"))
    }

    /// How many signals of each kind each device sent.
    pub async fn signals_by_device(
        &mut self,
        scope: &Scope,
        filter: &SignalFilter,
    ) -> Result<BTreeMap<(String, String), i64>> {
        let mut only = Where::town("town", self.town.as_str());
        filter.narrow(&mut only);
        only.within(&COLUMNS, scope);
        only.and("device IS NOT NULL");
        let (sql, list) = only.finish();
        let sql = format!("SELECT device, kind, COUNT(*) AS n FROM signal{sql} GROUP BY device, kind");
        let rows = self.rows(sql, list).await?;
        rows.iter().map(|row| Ok(((row.text("device")?, row.text("kind")?), row.int("n")?))).collect()
    }

    /// The bytes of this id.
    pub async fn raw_signal(&mut self, id: &RawSignalId) -> Result<Option<RawSignal>> {
        self.by_id("raw_signal", id.as_str()).await?.as_ref().map(RawSignal::from_row).transpose()
    }

    /// The bytes with this mark: there is a copy already.
    pub async fn raw_signal_with_mark(&mut self, mark: &str) -> Result<Option<RawSignal>> {
        let town = self.town.clone();
        let row = self
            .row("SELECT * FROM raw_signal WHERE town = $1 AND mark = $2", args![town.as_str(), mark])
            .await?;
        row.as_ref().map(RawSignal::from_row).transpose()
    }

    /// Bytes nobody has read yet, oldest first.
    pub async fn raw_signals_waiting(&mut self, limit: i64) -> Result<Vec<RawSignal>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM raw_signal WHERE town = $1 AND digested_at IS NULL ORDER BY received_at, id LIMIT $2";
        self.rows(sql, args![town.as_str(), limit]).await?.iter().map(RawSignal::from_row).collect()
    }

    /// Which of these marks something is kept under.
    pub async fn raw_marks_kept(&mut self, marks: &[&str]) -> Result<BTreeSet<String>> {
        let mut kept = BTreeSet::new();
        for some in marks.chunks(MANY * 5) {
            let mut list = args![self.town.as_str()];
            let places: Vec<String> = some
                .iter()
                .map(|mark| {
                    list.push((*mark).into());
                    format!("${}", list.len())
                })
                .collect();
            let sql =
                format!("SELECT mark FROM raw_signal WHERE town = $1 AND mark IN ({})", places.join(", "));
            for row in &self.rows(sql, list).await? {
                kept.insert(row.text("mark")?);
            }
        }
        Ok(kept)
    }

    /// How many messages came since then by each way, and what was wrong with them (empty for nothing).
    pub async fn raw_signal_counts(&mut self, since: Timestamp) -> Result<BTreeMap<(String, String), i64>> {
        let town = self.town.clone();
        let sql = "SELECT channel, COALESCE(problem, '') AS problem, COUNT(*) AS n FROM raw_signal \
                   WHERE town = $1 AND received_at >= $2 GROUP BY channel, COALESCE(problem, '')";
        let rows = self.rows(sql, args![town.as_str(), since]).await?;
        rows.iter().map(|row| Ok(((row.text("channel")?, row.text("problem")?), row.int("n")?))).collect()
    }
}

impl Write {
    /// Keeps bytes as they came, each message once. Says which are new: of the rest there is a copy already.
    pub async fn keep_raw_signals(&mut self, raws: &[RawSignal]) -> Result<Vec<RawSignalId>> {
        let mut kept = Vec::new();
        for some in raws.chunks(MANY) {
            let mut list = args![self.town.as_str()];
            let mut marks = Vec::new();
            for raw in some {
                let bytes = STANDARD_NO_PAD.encode(&raw.bytes);
                list.extend(args![
                    raw.id.as_str(),
                    &raw.channel,
                    raw.dialect.as_deref(),
                    &raw.peer,
                    &raw.proof,
                    &raw.mark,
                    bytes,
                    raw.received_at,
                    raw.problem.as_deref(),
                    raw.digested_at
                ]);
                let n = list.len();
                let own: Vec<String> = (n - 9..=n).map(|i| format!("${i}")).collect();
                marks.push(format!("($1, {})", own.join(", ")));
            }
            let sql = format!(
                "INSERT INTO raw_signal (town, id, channel, dialect, peer, proof, mark, bytes, received_at, problem, \
                 digested_at) \
                 VALUES {} ON CONFLICT DO NOTHING RETURNING id",
                marks.join(", ")
            );
            for row in &self.rows(sql, list).await? {
                kept.push(row.text("id")?.into());
            }
        }
        Ok(kept)
    }

    /// Bytes nobody has read yet, oldest first, for the writer alone: who asks meanwhile, from this server or another, waits
    /// until this write has ended and then finds what is left.
    pub async fn claim_raw_signals(&mut self, now: Timestamp, limit: i64) -> Result<Vec<RawSignal>> {
        // The row is the lock, as the head of the record is that of an entry; what is asked after it is read anew.
        self.note_reconciled(READER, 0, now, 0).await?;
        self.raw_signals_waiting(limit).await
    }

    /// These bytes were read; `problem` is the code of what was wrong with some of them.
    ///
    /// Errors: [`Error::Conflict`] when somebody else read some of them meanwhile; what was made of them must not last.
    pub async fn raw_signals_digested(
        &mut self,
        read: &[(RawSignalId, Option<String>)],
        now: Timestamp,
    ) -> Result<()> {
        let mut by_problem: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
        for (id, problem) in read {
            by_problem.entry(problem.as_deref()).or_default().push(id.as_str());
        }
        for (problem, ids) in by_problem {
            for some in ids.chunks(MANY * 5) {
                let mut list = args![self.town.as_str(), now, problem];
                let marks: Vec<String> = some
                    .iter()
                    .map(|id| {
                        list.push((*id).into());
                        format!("${}", list.len())
                    })
                    .collect();
                let sql = format!(
                    "UPDATE raw_signal SET digested_at = $2, problem = $3 \
                     WHERE town = $1 AND digested_at IS NULL AND id IN ({})",
                    marks.join(", ")
                );
                if self.exec(sql, list).await? != some.len() as u64 {
                    let id = some.first().copied().unwrap_or_default().to_owned();
                    return Err(Error::Conflict { table: "raw_signal", id });
                }
            }
        }
        Ok(())
    }

    /// New signals.
    pub async fn insert_signals(&mut self, records: &[SignalRecord]) -> Result<()> {
        let mut rows = Vec::with_capacity(records.len());
        for record in records {
            let s = &record.signal;
            let row = cols! {
                source: s.source.code(), device: s.device.as_ref().map(|device| device.as_str()),
                trust: s.trust.code(), kind: s.kind.code(), place: s.place.as_ref().map(|place| place.as_str()),
                territory: s.territory.as_ref().map(|code| code.as_str()), path: &record.path,
                org: record.org.as_ref().map(|org| org.as_str()), lon: s.position.map(|[lon, _]| lon),
                lat: s.position.map(|[_, lat]| lat), occurred_at: s.occurred_at, received_at: s.received_at,
                raw: s.raw.as_ref().map(|raw| raw.as_str()), content: json(s)?, recorded_by: &record.recorded_by,
            };
            rows.push((s.id.to_string(), row));
        }
        self.insert_many("signal", rows).await
    }
}
