//! Reports for programs that speak Open311 GeoReport v2: what can be reported, a report taken, how far each has come. Only
//! what came this way is listed, and of it nothing of what was said, nor where: whoever knows an address could read it. What
//! does not belong here: the paths and their JSON and XML (`api::open311`).

use domain::policy::Action;
use domain::report_case::{Act, Channel, Event, Matter, Stage};
use domain::time::Timestamp;
use store::report_case::{ReportCaseFilter, ReportCaseRecord};

use super::clipped;
use super::public::{PublicReport, by_receipt, stranger};
use crate::{App, Caller, Error, Result};

/// Requests in one answer. Source: GeoReport v2, "GET Service Requests".
const MOST: i64 = 1_000;
/// The span of a question that names no days. Units: days. Source: the same.
const SPAN_MS: i64 = 90 * 24 * 3600 * 1000;

/// Which requests are asked for.
#[derive(Debug, Clone, Default)]
pub struct RequestsAsked {
    /// Numbers; anything else is ignored then.
    pub ids: Vec<String>,
    /// Codes of matters.
    pub services: Vec<String>,
    /// At or after: of requests when they came, of updates when it happened.
    pub from: Option<Timestamp>,
    /// Before, likewise.
    pub until: Option<Timestamp>,
    /// Only open, or only closed ones.
    pub open: Option<bool>,
}

/// A request as everybody may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceRequest {
    /// Number of the report.
    pub id: String,
    /// What it is about.
    pub matter: Matter,
    /// Whether something is still to be done.
    pub is_open: bool,
    /// Where it stands.
    pub stage: Stage,
    /// When it came.
    pub requested_at: Timestamp,
    /// When something last happened.
    pub updated_at: Timestamp,
    /// When the next step is due.
    pub expected_at: Option<Timestamp>,
}

/// Something that happened to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestUpdate {
    /// Names it.
    pub id: String,
    /// Number of the report.
    pub request: String,
    /// Whether the request was open after it.
    pub is_open: bool,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: String,
}

fn is_open(stage: Stage) -> bool {
    !matches!(stage, Stage::Replied | Stage::Closed | Stage::Merged | Stage::Forwarded | Stage::Void)
}

impl ServiceRequest {
    /// A request, and the report that is handled in its place: one that was joined is open as long as that one is.
    fn of(own: &ReportCaseRecord, leading: &ReportCaseRecord) -> Self {
        let (own, case) = (&own.case, &leading.case);
        let done = [case.screened_at, case.handled_at, case.replied_at].into_iter().flatten().max();
        Self {
            id: own.code.clone(),
            matter: own.matter,
            is_open: is_open(case.stage),
            stage: case.public_stage(),
            requested_at: own.received_at,
            updated_at: done.unwrap_or(own.received_at).max(own.received_at),
            expected_at: case.due_at(),
        }
    }
}

/// What happened to a request as strangers may know, with what happened since to the report it was joined with. An answer
/// that one had before counts from when they were joined.
fn updates_of(
    own: &ReportCaseRecord,
    events: &[Event],
    leading: Option<(&ReportCaseRecord, &[Event])>,
) -> Vec<RequestUpdate> {
    let told = |id: String, event: &Event, at: Timestamp| {
        event.act.public_label().map(|what| RequestUpdate {
            id,
            request: own.case.code.clone(),
            // Joined with another it goes on there.
            is_open: event.stage == Stage::Merged || is_open(event.stage),
            at,
            what: what.to_owned(),
        })
    };
    let joined =
        events.iter().rev().find(|event| matches!(event.act, Act::Merge { .. })).map(|event| event.at);
    let mut out: Vec<RequestUpdate> =
        events.iter().filter_map(|event| told(update_id(own, own, event.seq), event, event.at)).collect();
    if let (Some((leading, events)), Some(joined)) = (leading, joined) {
        let is_answer = |act: &Act| matches!(act, Act::Reply | Act::Close | Act::Forward { .. });
        let since = events.iter().filter(|event| event.at >= joined || is_answer(&event.act));
        out.extend(
            since.filter_map(|event| told(update_id(own, leading, event.seq), event, event.at.max(joined))),
        );
    }
    out
}

/// Names an event of a request, or of the report it was joined with.
fn update_id(own: &ReportCaseRecord, holder: &ReportCaseRecord, seq: i64) -> String {
    match own.case.id == holder.case.id {
        true => format!("{}-{seq}", own.case.code),
        false => format!("{}-{}-{seq}", own.case.code, holder.case.code),
    }
}

impl App {
    /// Requests that came this way, newest first.
    // tidy(caller): how far a request is, is public by the standard; nothing of what was said is shown.
    pub async fn service_requests(&self, asked: &RequestsAsked) -> Result<Vec<ServiceRequest>> {
        let found = self.requests(asked, false).await?;
        let mut read = self.db.read(&self.town).await?;
        let mut out = Vec::with_capacity(found.len());
        for own in &found {
            out.push(ServiceRequest::of(own, &super::leading(&mut read, own).await?));
        }
        out.retain(|one| asked.open.is_none_or(|open| one.is_open == open));
        Ok(out)
    }

    /// What happened to requests, newest first.
    // tidy(caller): what was done and when is public by the standard; nothing of what was said is shown.
    pub async fn service_request_updates(&self, asked: &RequestsAsked) -> Result<Vec<RequestUpdate>> {
        let found = self.requests(asked, true).await?;
        let (from, until) = self.span(asked);
        // Whoever names requests wants all of it, unless he names days as well.
        let from = asked.from.or_else(|| asked.ids.is_empty().then_some(from));
        let mut read = self.db.read(&self.town).await?;
        let mut out = Vec::new();
        for own in &found {
            let events = read.report_case_events(&own.case.id).await?;
            let leading = super::leading(&mut read, own).await?;
            let goes_on = match leading.case.id == own.case.id {
                true => None,
                false => Some(read.report_case_events(&leading.case.id).await?),
            };
            out.extend(updates_of(own, &events, goes_on.as_deref().map(|events| (&leading, events))));
        }
        out.retain(|one| {
            from.is_none_or(|from| one.at >= from)
                && one.at < until
                && asked.open.is_none_or(|open| one.is_open == open)
        });
        // What happened at the same time stays in its order.
        out.sort_by_key(|one| one.at);
        out.reverse();
        Ok(out)
    }

    /// The span of a question: up to now and ninety days back unless it names days.
    fn span(&self, asked: &RequestsAsked) -> (Timestamp, Timestamp) {
        let until = asked.until.unwrap_or_else(|| self.now().plus_ms(1));
        (asked.from.unwrap_or_else(|| until.plus_ms(-SPAN_MS)), until)
    }

    /// Requests of a question: by when they came, or by when something happened to them.
    async fn requests(&self, asked: &RequestsAsked, touched: bool) -> Result<Vec<ReportCaseRecord>> {
        let scope = Caller::system().scope(Action::ReportCaseRead)?;
        let mut read = self.db.read(&self.town).await?;
        if !asked.ids.is_empty() {
            let mut found = Vec::new();
            for code in asked.ids.iter().take(usize::try_from(MOST).unwrap_or(0)) {
                let one = read.report_case_by_code(code).await?;
                found.extend(one.filter(|one| one.case.channel == Channel::Open311));
            }
            return Ok(found);
        }
        let (from, until) = self.span(asked);
        let filter = ReportCaseFilter {
            channels: Some(Channel::Open311.code().to_owned()),
            matters: Some(asked.services.join(",")).filter(|all| !all.is_empty()),
            from: Some(from).filter(|_| !touched),
            until: Some(until).filter(|_| !touched),
            touched: Some((from, until)).filter(|_| touched),
            ..ReportCaseFilter::default()
        };
        Ok(read.report_cases(&scope, &filter, None, MOST).await?)
    }

    /// Takes a request and gives its number and its receipt's code.
    ///
    /// Errors: as of the public form.
    // tidy(caller): reporting asks for no login.
    pub async fn post_service_request(&self, asked: PublicReport) -> Result<(String, String)> {
        let caller = stranger("open311", "Open311 接口");
        let (record, receipt) = self.report_from(&caller, Channel::Open311, "open311", asked).await?;
        Ok((record.case.code, receipt))
    }

    /// What whoever reported adds to his request, or asks: that it be opened again. The receipt's code proves that it is his;
    /// what is sent twice is kept once. Gives what the update is called.
    ///
    /// Errors: no such receipt, or not of this request; nothing said; answered already, or not answered yet.
    // tidy(caller): the code is all there is.
    pub async fn post_service_request_update(
        &self,
        (token, request): (&str, &str),
        reopens: bool,
        words: &str,
    ) -> Result<String> {
        let now = self.now();
        let caller = stranger("open311", "Open311 接口");
        let mut tx = self.write(&caller).await?;
        let (own, mut leading) = by_receipt(&mut tx, token).await?.ok_or(Error::NotFound)?;
        if own.case.code != request {
            return Err(Error::NotFound);
        }
        let events = tx.report_case_events(&leading.case.id).await?;
        let words = clipped(words, 500);
        let act = if reopens && leading.case.can_reopen() { Act::Reopen } else { Act::Add };
        let is_same = |event: &&Event| event.by.as_str().is_empty() && event.text == words;
        if let Some(known) =
            events.last().filter(is_same).filter(|one| matches!(one.act, Act::Add | Act::Reopen))
        {
            return Ok(update_id(&own, &leading, known.seq));
        }
        let audit = self.take_as_reporter(&caller, &mut tx, &mut leading, act, &words, now).await?;
        let id = update_id(&own, &leading, leading.version);
        Ok(tx.commit(audit, id).await?)
    }

    /// The number behind a token, which is the receipt's code.
    // tidy(caller): the code is all there is.
    pub async fn service_request_of_token(&self, token: &str) -> Result<String> {
        let told = self.report_progress(token).await?;
        told.map(|told| told.code).ok_or(Error::NotFound)
    }
}
