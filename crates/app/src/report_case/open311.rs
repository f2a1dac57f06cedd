//! Reports for programs that speak Open311 GeoReport v2: what can be reported, a report taken, how far each has come. Only
//! what came this way is listed, and of it nothing of what was said, nor where: whoever knows an address could read it. What
//! does not belong here: the paths and their JSON and XML (`api::open311`).

use domain::policy::Action;
use domain::report_case::{Channel, Matter, Stage, step_label};
use domain::time::Timestamp;
use store::report_case::{ReportCaseFilter, ReportCaseRecord};

use super::public::{PublicReport, stranger};
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
    /// Received at or after.
    pub from: Option<Timestamp>,
    /// Received before.
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
            stage: case.stage,
            requested_at: own.received_at,
            updated_at: done.unwrap_or(own.received_at).max(own.received_at),
            expected_at: case.due_at(),
        }
    }
}

impl App {
    /// Requests that came this way, newest first.
    // tidy(caller): how far a request is, is public by the standard; nothing of what was said is shown.
    pub async fn service_requests(&self, asked: &RequestsAsked) -> Result<Vec<ServiceRequest>> {
        let found = self.requests(asked).await?;
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
        let found = self.requests(asked).await?;
        let mut read = self.db.read(&self.town).await?;
        let mut out = Vec::new();
        for record in &found {
            for event in read.report_case_events(&record.case.id).await? {
                out.push(RequestUpdate {
                    id: format!("{}-{}", record.case.code, event.seq),
                    request: record.case.code.clone(),
                    // Joined with another it goes on there.
                    is_open: event.stage == Stage::Merged || is_open(event.stage),
                    at: event.at,
                    what: step_label(event.act.code()).to_owned(),
                });
            }
        }
        out.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
        Ok(out)
    }

    async fn requests(&self, asked: &RequestsAsked) -> Result<Vec<ReportCaseRecord>> {
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
        let until = asked.until;
        let last = until.unwrap_or_else(|| self.now());
        let filter = ReportCaseFilter {
            channels: Some(Channel::Open311.code().to_owned()),
            matters: Some(asked.services.join(",")).filter(|all| !all.is_empty()),
            from: Some(asked.from.unwrap_or_else(|| last.plus_ms(-SPAN_MS))),
            until,
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

    /// The number behind a token, which is the receipt's code.
    // tidy(caller): the code is all there is.
    pub async fn service_request_of_token(&self, token: &str) -> Result<String> {
        let told = self.report_progress(token).await?;
        told.map(|told| told.code).ok_or(Error::NotFound)
    }
}
