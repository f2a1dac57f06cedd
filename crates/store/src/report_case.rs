//! Reports as rows: the report as JSON with columns to search and sort by, what happened to it, appended only; and who
//! reported, in a table of its own, sealed. What does not belong here: whether a step is allowed (`domain::report_case`),
//! who may read a reporter's name (`app`).

pub mod order;

use domain::ids::ReportCaseId;
use domain::policy::Scope;
use domain::report_case::voice::Sound;
use domain::report_case::{Channel, Event, ReportCase};
use domain::time::Timestamp;

use crate::scope::{Columns, OF_A_PLACE, Where};
use crate::value::json;
use crate::vault::secret;
use crate::{Read, Result, Row, Value, Write, args, cols};

pub(crate) const COLUMNS: Columns = OF_A_PLACE;

/// A report as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportCaseRecord {
    /// The report.
    pub case: ReportCase,
    /// Territory path of where it is.
    pub path: String,
    /// Hash of the receipt's code.
    pub receipt_hash: String,
    /// Who wrote it down.
    pub recorded_by: String,
    /// Row version: the number of its last event.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// Who reported. It is in no other row, and in no event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reporter {
    /// Name; empty when none was given.
    pub name: String,
    /// Phone; empty when none was given.
    pub phone: String,
}

impl Reporter {
    /// Whether nothing was left at all.
    pub fn is_unknown(&self) -> bool {
        self.name.is_empty() && self.phone.is_empty()
    }
}

/// What a reporter said instead of writing it: its file is sealed, only the custodian hears it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReporterVoice {
    /// What kind of sound.
    pub sound: Sound,
    /// Hash of the sealed bytes.
    pub blob: String,
    /// Sealed. Units: bytes.
    pub size_bytes: i64,
    /// When it came.
    pub recorded_at: Timestamp,
}

/// Which reports to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReportCaseFilter {
    /// Only in these stages, commas between them.
    pub stages: Option<String>,
    /// Only by these channels, commas between them.
    pub channels: Option<String>,
    /// Only about these matters, commas between them.
    pub matters: Option<String>,
    /// Only at or below this territory path.
    pub path: Option<String>,
    /// Only at this place.
    pub place: Option<String>,
    /// Only given to these organisations, commas between them.
    pub orgs: Option<String>,
    /// Only those whose next step was due before this moment.
    pub due_before: Option<Timestamp>,
    /// Only that came at or after this moment.
    pub from: Option<Timestamp>,
    /// Only that came before this moment.
    pub until: Option<Timestamp>,
    /// Only those something happened to at or after the first and before the second moment; what was joined with another
    /// goes on there and is among them.
    pub touched: Option<(Timestamp, Timestamp)>,
    /// Only with this text in its number, its number elsewhere or the address.
    pub text: Option<String>,
}

impl ReportCaseFilter {
    fn narrow(&self, only: &mut Where) {
        only.is_one_of("stage", self.stages.as_deref());
        only.is_one_of("channel", self.channels.as_deref());
        only.is_one_of("matter", self.matters.as_deref());
        only.is("place", self.place.as_deref());
        only.is_one_of("org", self.orgs.as_deref());
        if let Some(path) = &self.path {
            only.below("path", path);
        }
        for (moment, clause) in [
            (self.due_before, "cached_due_at <"),
            (self.from, "received_at >="),
            (self.until, "received_at <"),
        ] {
            if let Some(moment) = moment {
                let mark = only.mark(moment);
                only.and(&format!("{clause} {mark}"));
            }
        }
        if let Some((from, until)) = self.touched {
            let (from, until) = (only.mark(from), only.mark(until));
            only.and(&format!(
                "(stage = 'merged' OR id IN (SELECT e.report_case FROM report_case_event e WHERE e.town = report_case.town \
                 AND e.recorded_at >= {from} AND e.recorded_at < {until}))"
            ));
        }
        if let Some(text) = &self.text {
            only.containing(&["code", "ext_no", "address"], text);
        }
        if self.stages.is_none() {
            only.and("stage <> 'void'");
        }
    }
}

impl ReportCaseRecord {
    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        let case: ReportCase = row.json("content")?;
        if case.stage.code() != row.text("stage")? || case.due_at() != row.opt_instant("cached_due_at")? {
            return Err(row.inconsistent("stage"));
        }
        Ok(Self {
            case,
            path: row.text("path")?,
            receipt_hash: row.text("receipt_hash")?,
            recorded_by: row.text("recorded_by")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let c = &self.case;
        Ok(cols! {
            code: &c.code, channel: c.channel.code(), ext_no: Some(c.ext_no.clone()).filter(|no| !no.is_empty()),
            matter: c.matter.code(), org: c.org.as_ref().map_or("", |org| org.as_str()),
            place: c.site.place.as_ref().map(|place| place.as_str()), territory: c.site.territory.as_str(),
            path: &self.path, address: &c.site.address, stage: c.stage.code(), received_at: c.received_at,
            cached_due_at: c.due_at(), receipt_hash: &self.receipt_hash,
            merged_into: c.merged_into.as_ref().map(|into| into.as_str()), content: json(c)?,
        })
    }
}

impl Read {
    /// The report of this id, within the scope.
    pub async fn report_case(
        &mut self,
        id: &ReportCaseId,
        scope: &Scope,
    ) -> Result<Option<ReportCaseRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("id", Some(id.as_str()));
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        self.one_report_case(sql, list).await
    }

    /// The report whose receipt has this hash.
    pub async fn report_case_by_receipt(&mut self, hash: &str) -> Result<Option<ReportCaseRecord>> {
        let town = self.town.clone();
        self.one_report_case(" WHERE town = $1 AND receipt_hash = $2".to_owned(), args![town.as_str(), hash])
            .await
    }

    /// The report with this number where it came from.
    pub async fn report_case_by_ext(
        &mut self,
        channel: Channel,
        ext_no: &str,
    ) -> Result<Option<ReportCaseRecord>> {
        let town = self.town.clone();
        let sql = " WHERE town = $1 AND channel = $2 AND ext_no = $3".to_owned();
        self.one_report_case(sql, args![town.as_str(), channel.code(), ext_no]).await
    }

    /// The report with this number.
    pub async fn report_case_by_code(&mut self, code: &str) -> Result<Option<ReportCaseRecord>> {
        let town = self.town.clone();
        self.one_report_case(" WHERE town = $1 AND code = $2".to_owned(), args![town.as_str(), code]).await
    }

    async fn one_report_case(
        &mut self,
        narrowed: String,
        list: Vec<Value>,
    ) -> Result<Option<ReportCaseRecord>> {
        self.row(format!("SELECT * FROM report_case{narrowed}"), list)
            .await?
            .as_ref()
            .map(ReportCaseRecord::from_row)
            .transpose()
    }

    /// Reports with a number before `before`, newest first, within the scope.
    pub async fn report_cases(
        &mut self,
        scope: &Scope,
        filter: &ReportCaseFilter,
        before: Option<&str>,
        limit: i64,
    ) -> Result<Vec<ReportCaseRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        filter.narrow(&mut only);
        only.within(&COLUMNS, scope);
        if let Some(code) = before {
            let code = only.mark(code);
            only.and(&format!("code < {code}"));
        }
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        self.rows(format!("SELECT * FROM report_case{sql} ORDER BY code DESC LIMIT {most}"), list)
            .await?
            .iter()
            .map(ReportCaseRecord::from_row)
            .collect()
    }

    /// Reports that were ever rewarded, whatever became of them since, newest first, within the scope.
    pub async fn report_cases_rewarded(&mut self, scope: &Scope) -> Result<Vec<ReportCaseRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.within(&COLUMNS, scope);
        only.and(
            "id IN (SELECT e.report_case FROM report_case_event e WHERE e.town = report_case.town AND e.step = 'reward')",
        );
        let (sql, list) = only.finish();
        self.rows(format!("SELECT * FROM report_case{sql} ORDER BY code DESC"), list)
            .await?
            .iter()
            .map(ReportCaseRecord::from_row)
            .collect()
    }

    /// How many reports there are.
    pub async fn report_case_count(&mut self, scope: &Scope, filter: &ReportCaseFilter) -> Result<i64> {
        let mut only = Where::town("town", self.town.as_str());
        filter.narrow(&mut only);
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        self.row(format!("SELECT COUNT(*) AS n FROM report_case{sql}"), list)
            .await?
            .map_or(Ok(0), |row| row.int("n"))
    }

    /// The reports that went into this one, in the order of their numbers.
    pub async fn report_cases_merged_into(&mut self, id: &ReportCaseId) -> Result<Vec<ReportCaseRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM report_case WHERE town = $1 AND merged_into = $2 ORDER BY code";
        self.rows(sql, args![town.as_str(), id.as_str()])
            .await?
            .iter()
            .map(ReportCaseRecord::from_row)
            .collect()
    }

    /// What happened to a report, in the order it was recorded.
    pub async fn report_case_events(&mut self, id: &ReportCaseId) -> Result<Vec<Event>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM report_case_event WHERE town = $1 AND report_case = $2 ORDER BY seq";
        self.rows(sql, args![town.as_str(), id.as_str()])
            .await?
            .iter()
            .map(|row| row.json("content"))
            .collect()
    }

    /// Who reported, opened; none where nothing was left. Only the custodian's use case asks for it.
    pub async fn reporter(&mut self, id: &ReportCaseId) -> Result<Option<Reporter>> {
        let row = self.by_id("reporter", id.as_str()).await?;
        row.map(|row| {
            Ok(Reporter { name: row.opened("reporter", "name")?, phone: row.opened("reporter", "phone")? })
        })
        .transpose()
    }

    /// What the reporter said; none where nothing was spoken. Only the custodian's use case asks for it.
    pub async fn reporter_voice(&mut self, id: &ReportCaseId) -> Result<Option<ReporterVoice>> {
        let row = self.by_id("reporter_voice", id.as_str()).await?;
        row.map(|row| {
            Ok(ReporterVoice {
                sound: Sound::from_code(&row.text("sound")?).ok_or_else(|| row.inconsistent("sound"))?,
                blob: row.text("blob")?,
                size_bytes: row.int("size_bytes")?,
                recorded_at: row.instant("recorded_at")?,
            })
        })
        .transpose()
    }
}

impl Write {
    /// A new report with its first event, and who reported beside it.
    pub async fn insert_report_case(
        &mut self,
        record: &ReportCaseRecord,
        event: &Event,
        reporter: &Reporter,
    ) -> Result<()> {
        let id = record.case.id.as_str();
        let mut row = record.cols()?;
        row.extend(
            cols! { version: 1_i64, recorded_at: record.recorded_at, recorded_by: &record.recorded_by },
        );
        self.insert("report_case", id, row).await?;
        if !reporter.is_unknown() {
            let row = cols! {
                name: secret(&reporter.name), phone: secret(&reporter.phone), recorded_at: record.recorded_at,
            };
            self.insert("reporter", id, row).await?;
        }
        self.insert_report_case_event(&record.case.id, event).await
    }

    /// What the reporter of a new report said.
    pub async fn insert_reporter_voice(&mut self, id: &ReportCaseId, voice: &ReporterVoice) -> Result<()> {
        let row = cols! {
            sound: voice.sound.code(), blob: &voice.blob, size_bytes: voice.size_bytes, recorded_at: voice.recorded_at,
        };
        self.insert("reporter_voice", id.as_str(), row).await
    }

    /// A report after a step with the event that made it, if it still has the version it was read with.
    ///
    /// Errors: [`crate::Error::Conflict`] when somebody was quicker.
    pub async fn save_report_case(&mut self, record: &ReportCaseRecord, event: &Event) -> Result<()> {
        self.update("report_case", record.case.id.as_str(), record.version, record.cols()?).await?;
        self.insert_report_case_event(&record.case.id, event).await
    }

    async fn insert_report_case_event(&mut self, id: &ReportCaseId, event: &Event) -> Result<()> {
        let row = cols! {
            report_case: id.as_str(), seq: event.seq, step: event.act.code(), recorded_at: event.at,
            content: json(event)?,
        };
        self.insert("report_case_event", &format!("{id}-{}", event.seq), row).await
    }
}
