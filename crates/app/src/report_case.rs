//! Reports from anybody: taken by whoever is asked, screened, given to those who must look, answered and filed. Who reported
//! is sealed apart and shown to the custodian alone, each time with a reason in the record. What does not belong here: what
//! is shown ([`view`]), the steps (`step`), what strangers see and send ([`public`]).

pub mod ground;
pub mod open311;
pub mod order;
mod overrun;
mod poster;
pub mod public;
mod step;
pub mod view;
pub(crate) mod voice;

use domain::ids::{OrgId, PhotoId, PlaceId, ReportCaseId};
use domain::org::Assignment;
use domain::policy::{Action, Subject};
use domain::report_case::{Act, Channel, Event, Finding, Matter, ReportCase, Site, Stage, Terms};
use domain::time::{DAY_MS, Date, Timestamp};
use store::report_case::{ReportCaseFilter, ReportCaseRecord, Reporter};
use store::{Read, Write};

use crate::calendar::calendar;
use crate::names::Names;
use crate::parameter::{number_on, text_on};
use crate::place::place_in_scope;
use crate::secret::readable_code;
use crate::view::{Named, Word, no_such_page};
use crate::{App, Caller, Error, Result};
use view::{
    ReportCaseAsked, ReportCaseInput, ReportCaseOptions, ReportCasePage, ReportCaseTaken, ReportCaseView,
    ReporterView, RewardLedger, RewardRow,
};

/// Time to screen a report. Units: working days. Source: handbook of the field, §4.3 (P).
pub(crate) const SCREEN_DAYS: (&str, f64) = ("report_case.screen_days", 1.0);
/// Time to screen an urgent call. Units: minutes. Source: the same (P).
pub(crate) const SCREEN_MINUTES: (&str, f64) = ("report_case.screen_minutes", 30.0);
/// Time to look at a blocked exit or lane, or at equipment out of use. Units: hours. Source: the same.
pub(crate) const VERIFY_HOURS: (&str, f64) = ("report_case.verify_hours", 24.0);
/// Time to look at anything else. Units: working days. Source: the same.
pub(crate) const VERIFY_DAYS: (&str, f64) = ("report_case.verify_days", 3.0);
/// Time to answer, which the board judges by as well. Units: working days. Source: the same (P).
const REPLY_DAYS: (&str, f64) = ("C15.5.within", 15.0);
/// The post whose holder may read who reported: its name. Nobody while the town has named none.
pub(crate) const CUSTODIAN_POST: &str = "report_case.custodian_post";
/// Letters of a receipt: with 31 of them more than 128 bits.
pub(crate) const RECEIPT_LETTERS: usize = 28;
/// Reports of so many days are compared with a new one. Units: days.
const ALIKE_DAYS: u64 = 30;
/// The longest name, phone and address.
const MAX_NAME: usize = 40;
const MAX_ADDRESS: usize = 200;

/// Where a report stands as far as rights are concerned: where it is, who is to look, and whose the place is.
///
/// Errors: a place that is no more.
pub(crate) async fn subject(read: &mut Read, record: &ReportCaseRecord) -> Result<Subject> {
    let mut subject = Subject::of(&record.path, record.case.org.as_ref());
    if let Some(place) = &record.case.site.place {
        let (_, at) = crate::place::at_place(read, place, []).await?;
        subject.orgs.extend(at.orgs);
        subject.place = Some(place.clone());
    }
    Ok(subject)
}

/// The times allowed on a day.
pub(crate) async fn terms(read: &mut Read, on: Date) -> Result<Terms> {
    Ok(Terms {
        screen_days: number_on(read, SCREEN_DAYS, on).await?,
        screen_minutes: number_on(read, SCREEN_MINUTES, on).await?,
        verify_hours: number_on(read, VERIFY_HOURS, on).await?,
        verify_days: number_on(read, VERIFY_DAYS, on).await?,
        reply_days: number_on(read, REPLY_DAYS, on).await?,
    })
}

/// The hash by which a receipt is found, whatever people put between its letters.
pub(crate) fn receipt_hash(code: &str) -> String {
    store::seal::sha256(format!("report {}", crate::unit_link::plain(code)).as_bytes())
}

/// The custodian's hat.
///
/// Errors: the town has named no post; the caller does not hold it today.
async fn custodian<'a>(read: &mut Read, caller: &'a Caller, today: Date) -> Result<&'a Assignment> {
    let post = text_on(read, (CUSTODIAN_POST, ""), today).await?;
    if post.is_empty() {
        return Err(Error::Forbidden {
            code: "report_case.no_custodian",
            message: "还没有指定举报信息保管岗位，请由消安办提出、分管领导批准这项镇定参数后再查看"
                .to_owned(),
        });
    }
    let posts = read.posts().await?;
    let named = |hat: &&Assignment| posts.iter().any(|one| one.post.id == hat.post && one.post.name == post);
    let held = caller.hats.all().iter().filter(named);
    held.into_iter()
        .find(|hat| domain::policy::reach(hat.role, Action::ReportCaseReveal).is_some())
        .ok_or_else(|| Error::Forbidden {
            code: "report_case.not_custodian",
            message: format!("举报人信息只由保管岗位“{post}”查看，需要时请联系该岗位"),
        })
}

/// What must hold before what is sealed is shown: the custodian asks, who he is was proven a moment ago, and he says for what.
/// Gives his hat and the reason; the answer is kept nowhere else.
///
/// Errors: those of [`custodian`]; the password is too old; no reason (`missing` asks for it).
async fn unsealing<'a>(
    tx: &mut Write,
    caller: &'a Caller,
    (reason, missing): (&str, &'static str),
    now: Timestamp,
) -> Result<(&'a Assignment, String)> {
    tx.unbind_operation();
    let hat = custodian(tx, caller, now.date()).await?;
    caller.stepped_up(now)?;
    let reason = reason.trim();
    if !(2..=200).contains(&reason.chars().count()) {
        return Err(Error::field("reason", "reason.missing", missing));
    }
    Ok((hat, reason.to_owned()))
}

fn clipped(text: &str, most: usize) -> String {
    text.trim().chars().take(most).collect()
}

fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

/// What is written down about a new report besides its text.
pub(crate) struct Coming {
    /// Made where it was written down.
    pub id: ReportCaseId,
    pub channel: Channel,
    pub ext_no: String,
    pub matter: Matter,
    pub content: String,
    pub site: Site,
    pub path: String,
    pub photos: Vec<PhotoId>,
    pub received_at: Timestamp,
    pub reporter: Reporter,
    /// What was said instead of written.
    pub voice: Option<voice::Spoken>,
    /// The receipt's code.
    pub receipt: String,
}

impl App {
    /// Writes a report down within a write that somebody else commits.
    ///
    /// Errors: nothing said; its number elsewhere is known already.
    // Each door commits its own entry.
    pub(crate) async fn receive_report(
        &self,
        caller: &Caller,
        tx: &mut Write,
        coming: Coming,
        now: Timestamp,
    ) -> Result<ReportCaseRecord> {
        if !coming.ext_no.is_empty() && tx.report_case_by_ext(coming.channel, &coming.ext_no).await?.is_some()
        {
            return Err(Error::field("ext_no", "report_case.ext_no", "这个外部工单号已登记，请在列表中查看"));
        }
        let series = format!("JB-{}", now.date().format("%Y%m%d"));
        let code = format!("{series}-{:04}", tx.next_number(&series).await?);
        let (matter, received_at) = (coming.matter, coming.received_at);
        let case = ReportCase {
            ext_no: coming.ext_no,
            photos: coming.photos,
            has_contact: !coming.reporter.is_unknown(),
            has_voice: coming.voice.is_some(),
            ..ReportCase::new(
                coming.id,
                code,
                coming.channel,
                matter,
                coming.content,
                coming.site,
                received_at,
            )
        };
        let calendar = calendar(tx).await?;
        let case = case.receive(&terms(tx, received_at.date()).await?, &calendar)?;
        let event = Event {
            seq: 1,
            act: Act::Receive,
            at: now,
            by: caller.person.clone(),
            text: String::new(),
            photos: case.photos.clone(),
            stage: case.stage,
        };
        let record = ReportCaseRecord {
            case,
            path: coming.path,
            receipt_hash: receipt_hash(&coming.receipt),
            recorded_by: caller.name.clone(),
            version: 1,
            recorded_at: now,
        };
        tx.insert_report_case(&record, &event, &coming.reporter).await?;
        if let Some(spoken) = &coming.voice {
            voice::keep(tx, &record.case.id, spoken, now).await?;
        }
        Ok(record)
    }

    /// Reports the caller may see, newest first.
    pub async fn report_cases(&self, caller: &Caller, asked: &ReportCaseAsked) -> Result<ReportCasePage> {
        let scope = caller.scope(Action::ReportCaseRead)?;
        let now = self.now();
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let filter = filter(caller, asked, &names, now)?;
        let limit = asked.limit.unwrap_or(50).clamp(1, 200);
        let after = asked.after.as_deref().filter(|after| !after.is_empty());
        if let Some(code) = after
            && read.report_case_by_code(code).await?.is_none()
        {
            return Err(no_such_page());
        }
        let mut found = read.report_cases(&scope, &filter, after, limit + 1).await?;
        let more = found.len() as i64 > limit;
        found.truncate(usize::try_from(limit).unwrap_or(0));
        let next = found.last().filter(|_| more).map(|last| last.case.code.clone());
        let total = read.report_case_count(&scope, &filter).await?;
        Ok(ReportCasePage { items: view::rows(&mut read, &found, &names, now).await?, total, next })
    }

    /// What forms and filters need.
    pub async fn report_case_options(&self, caller: &Caller) -> Result<ReportCaseOptions> {
        caller.scope(Action::ReportCaseRead)?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let orgs = read.orgs().await?.into_iter().filter(|one| step::may_look(&one.org));
        let territories = read.open_territories().await?.into_iter().map(|one| one.territory);
        let shown = |t: &domain::org::Territory| {
            matches!(t.level, domain::org::Level::Town | domain::org::Level::Village)
        };
        Ok(ReportCaseOptions {
            channels: Channel::ALL.iter().map(|one| Word::new(one.code(), one.label())).collect(),
            matters: Matter::ALL.iter().map(|one| Word::new(one.code(), one.label())).collect(),
            stages: Stage::ALL.iter().map(|one| Word::new(one.code(), one.label())).collect(),
            findings: Finding::ALL.iter().map(|one| Word::new(one.code(), one.label())).collect(),
            orgs: orgs.map(|one| Named::new(one.org.id.as_str(), one.org.name)).collect(),
            territories: territories
                .filter(shown)
                .map(|one| Named::new(one.code.as_str(), one.name))
                .collect(),
            may_take: caller.hats.scope(Action::ReportCaseTake).is_some(),
            may_reveal: custodian(&mut read, caller, today).await.is_ok(),
            voice: voice::limits(&mut read, today).await?,
        })
    }

    /// One report.
    pub async fn report_case(&self, caller: &Caller, id: &ReportCaseId) -> Result<ReportCaseView> {
        let scope = caller.scope(Action::ReportCaseRead)?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.report_case(id, &scope).await?.ok_or(Error::NotFound)?;
        view::page(&mut read, caller, &record, self.now()).await
    }

    /// Takes down a report that came by telephone, in person or on paper. The receipt's code is shown this once.
    ///
    /// Errors: nothing said; a number elsewhere that is known; a place the caller may not see.
    pub async fn take_report(
        &self,
        caller: &Caller,
        asked: ReportCaseInput,
        base: &str,
    ) -> Result<ReportCaseTaken> {
        let now = self.now();
        caller.scope(Action::ReportCaseTake)?;
        let voice = self.seal_voice(&voice::unfolded(asked.voice.as_deref())?, now).await?;
        let mut tx = self.write(caller).await?;
        // The answer holds the receipt's code, which is kept nowhere.
        tx.unbind_operation();
        let id = match given(&asked.id) {
            None => self.new_id(),
            Some(id) if uuid::Uuid::parse_str(id).is_ok() => id.to_lowercase(),
            Some(_) => return Err(Error::field("id", "report_case.id", "编号须为 UUID，请刷新页面后再试")),
        };
        let receipt = match given(&asked.receipt) {
            None => readable_code(RECEIPT_LETTERS)?,
            Some(made) if public::is_receipt(made) => made.to_owned(),
            Some(_) => {
                return Err(Error::field(
                    "receipt",
                    "report_case.receipt",
                    "受理码不对，请重新打开这一页再报",
                ));
            }
        };
        let whole = Caller::system().scope(Action::ReportCaseRead)?;
        if let Some(known) = tx.report_case(&id.as_str().into(), &whole).await? {
            // A phone that never heard the answer sends its report again, with the receipt it showed to whoever told it.
            if known.receipt_hash == receipt_hash(&receipt) && known.recorded_by == caller.name {
                return taken(&mut tx, caller, &known, (receipt, base), now).await;
            }
            return Err(Error::Conflict {
                code: "report_case.taken",
                message: "这件举报已经登记，请在列表中查看".to_owned(),
            });
        }
        let unknown = |field: &str| Error::field(field, "query.unknown_word", "没有这个选项，请重新选择");
        let channel = Channel::from_code(&asked.channel).ok_or_else(|| unknown("channel"))?;
        let matter = Matter::from_code(&asked.matter).ok_or_else(|| unknown("matter"))?;
        let received_at = match given(&asked.received_at) {
            None => now,
            Some(text) => Timestamp::parse(text)
                .filter(|at| *at <= now && *at >= now.plus_ms(-400 * DAY_MS))
                .ok_or_else(|| {
                    Error::field("received_at", "report_case.received_at", "收到时间应在过去一年内，请核对")
                })?,
        };
        let (site, path) = self.read_site(caller, &mut tx, &asked).await?;
        let hat = caller.hat(Action::ReportCaseTake, &Subject::of(&path, None))?;
        let reporter = read_reporter(asked.name.as_deref(), asked.phone.as_deref())?;
        let coming = Coming {
            id: id.into(),
            channel,
            ext_no: clipped(asked.ext_no.as_deref().unwrap_or_default(), MAX_NAME),
            matter,
            content: asked.content,
            site,
            path,
            photos: asked.photos.iter().map(|id| PhotoId::from(id.to_lowercase())).collect(),
            received_at,
            reporter,
            voice,
            receipt: receipt.clone(),
        };
        let record = self.receive_report(caller, &mut tx, coming, now).await?;
        let taken = taken(&mut tx, caller, &record, (receipt, base), now).await?;
        let object = ("report_case", record.case.id.as_str());
        Ok(tx.commit(caller.audit_as(hat, "report_case.receive", object, &record.path, now), taken).await?)
    }

    /// Where a report taken down is.
    async fn read_site(
        &self,
        caller: &Caller,
        tx: &mut Write,
        asked: &ReportCaseInput,
    ) -> Result<(Site, String)> {
        let names = Names::read(tx).await?;
        let address = clipped(asked.address.as_deref().unwrap_or_default(), MAX_ADDRESS);
        let point = asked.lon.zip(asked.lat).map(|(lon, lat)| [lon, lat]);
        let village = given(&asked.territory).unwrap_or(self.town.as_str());
        let path = names.path(&village.into()).map(str::to_owned);
        let path = path.ok_or_else(|| {
            Error::field("territory", "territory.unknown", "没有这个村（社区），请重新选择")
        })?;
        let mut site = Site { point, ..Site::words(village.into(), &address) };
        let Some(id) = given(&asked.place) else { return Ok((site, path)) };
        let (place, _) = place_in_scope(tx, caller, Action::PlaceRead, &PlaceId::from(id)).await?;
        site.place = Some(place.place.id.clone());
        site.territory = place.place.village.clone();
        if site.address.is_empty() {
            site.address.clone_from(&place.place.address);
        }
        Ok((site, place.path))
    }

    /// Who reported, for the custodian, with a reason that goes into the record.
    ///
    /// Errors: no post is named or the caller does not hold it; no reason; nobody left a name; the password is too old.
    pub async fn reveal_reporter(
        &self,
        caller: &Caller,
        id: &ReportCaseId,
        reason: &str,
    ) -> Result<ReporterView> {
        let now = self.now();
        let scope = caller.scope(Action::ReportCaseRead)?;
        let mut tx = self.write(caller).await?;
        let record = tx.report_case(id, &scope).await?.ok_or(Error::NotFound)?;
        let missing = "请写明查看举报人信息的用途，2 到 200 个字";
        let (hat, reason) = unsealing(&mut tx, caller, (reason, missing), now).await?;
        let reporter = tx.reporter(id).await?.ok_or_else(|| Error::Refused {
            code: "report_case.anonymous",
            message: "举报人没有留下姓名和电话，请在公开查询页上答复".to_owned(),
        })?;
        let mut audit =
            caller.audit_as(hat, "reporter.reveal", ("report_case", id.as_str()), &record.path, now);
        audit.reason = reason;
        Ok(tx.commit(audit, ReporterView { name: reporter.name, phone: reporter.phone }).await?)
    }

    /// Rewards by the numbers of reports; no name is in it.
    pub async fn report_case_rewards(&self, caller: &Caller) -> Result<RewardLedger> {
        caller.hat(Action::ReportCaseReply, &Subject::town())?;
        let scope = caller.scope(Action::ReportCaseRead)?;
        let mut read = self.db.read(&self.town).await?;
        // Whatever became of it since: money that was paid stays paid.
        let found = read.report_cases_rewarded(&scope).await?;
        let mut items = Vec::new();
        for record in &found {
            let events = read.report_case_events(&record.case.id).await?;
            let paid = events.iter().rev().find(|event| matches!(event.act, Act::Reward { .. }));
            items.push(RewardRow {
                id: record.case.id.to_string(),
                code: record.case.code.clone(),
                matter: Word::new(record.case.matter.code(), record.case.matter.label()),
                stage: Word::new(record.case.stage.code(), record.case.stage.label()),
                on: paid.map(|event| event.at.date().to_string()).unwrap_or_default(),
                amount_fen: record.case.reward_fen,
            });
        }
        Ok(RewardLedger { total_fen: items.iter().map(|row| row.amount_fen).sum(), items })
    }
}

/// A report that was taken down, with its receipt.
async fn taken(
    read: &mut Read,
    caller: &Caller,
    record: &ReportCaseRecord,
    (receipt, base): (String, &str),
    now: Timestamp,
) -> Result<ReportCaseTaken> {
    let url = format!("{}/p/r-{receipt}", base.trim_end_matches('/'));
    Ok(ReportCaseTaken {
        case: view::page(read, caller, record, now).await?,
        qr_svg: crate::unit_link::qr(&url)?,
        receipt,
        url,
    })
}

/// Whether nothing of a hazard is left to do here: closed, or in the hands of who is competent.
pub(crate) fn is_settled(hazard: &domain::hazard::Hazard) -> bool {
    !hazard.is_open() || hazard.state.stage() == domain::hazard::Stage::Transferred
}

/// The report that is answered in place of one: itself, or what it was joined with.
///
/// Errors: what it was joined with is no more.
pub(crate) async fn leading(read: &mut Read, own: &ReportCaseRecord) -> Result<ReportCaseRecord> {
    let whole = Caller::system().scope(Action::ReportCaseRead)?;
    let mut leading = own.clone();
    // A chain of joined ones is short; a ring would not end.
    for _ in 0..8 {
        let Some(into) = leading.case.merged_into.clone().filter(|_| leading.case.stage == Stage::Merged)
        else {
            break;
        };
        leading = read.report_case(&into, &whole).await?.ok_or(Error::NotFound)?;
    }
    Ok(leading)
}

/// Name and phone as left.
///
/// Errors: a phone that is none.
pub(crate) fn read_reporter(name: Option<&str>, phone: Option<&str>) -> Result<Reporter> {
    let phone = clipped(phone.unwrap_or_default(), MAX_NAME);
    if !phone.is_empty() && !domain::code::is_phone(&phone) {
        let text = "不是电话号码，请填 11 位手机号或带区号的固定电话，也可以不填";
        return Err(Error::field("phone", "phone.invalid", text));
    }
    Ok(Reporter { name: clipped(name.unwrap_or_default(), MAX_NAME), phone })
}

/// What waits for the caller: reports to screen, to look at, to answer; and how many of all he sees are late.
pub(crate) async fn waiting(read: &mut Read, caller: &Caller, now: Timestamp) -> Result<[i64; 4]> {
    let Some(scope) = caller.hats.scope(Action::ReportCaseRead) else { return Ok([0; 4]) };
    let of =
        |stages: &str| ReportCaseFilter { stages: Some(stages.to_owned()), ..ReportCaseFilter::default() };
    let mut out = [0; 4];
    if caller.hats.scope(Action::ReportCaseScreen).is_some() {
        out[0] = read.report_case_count(&scope, &of("received,accepted")).await?;
        out[2] = read.report_case_count(&scope, &of("handled,emergency")).await?;
        let late = ReportCaseFilter { due_before: Some(now), ..ReportCaseFilter::default() };
        out[3] = read.report_case_count(&scope, &late).await?;
    }
    let mine = ReportCaseFilter { orgs: Some(own_orgs(caller)), ..of("assigned,doubted") };
    out[1] = read.report_case_count(&scope, &mine).await?;
    Ok(out)
}

/// The organisations of every hat he wears.
fn own_orgs(caller: &Caller) -> String {
    caller.hats.orgs().into_iter().map(OrgId::as_str).collect::<Vec<_>>().join(",")
}

/// A query as the store takes it.
///
/// Errors: words nobody knows.
fn filter(
    caller: &Caller,
    asked: &ReportCaseAsked,
    names: &Names,
    now: Timestamp,
) -> Result<ReportCaseFilter> {
    let path =
        match given(&asked.village) {
            None => None,
            Some(code) => {
                let path = names.path(&code.into()).map(str::to_owned);
                Some(path.ok_or_else(|| {
                    Error::field("village", "query.unknown_word", "筛选条件无效，请重新选择")
                })?)
            }
        };
    let orgs = match asked.mine.unwrap_or(false) {
        true => Some(own_orgs(caller)),
        false => given(&asked.org).map(str::to_owned),
    };
    Ok(ReportCaseFilter {
        stages: given(&asked.stage).map(str::to_owned),
        channels: given(&asked.channel).map(str::to_owned),
        matters: given(&asked.matter).map(str::to_owned),
        path,
        place: given(&asked.place).map(str::to_owned),
        orgs,
        due_before: asked.overdue.unwrap_or(false).then_some(now),
        from: None,
        until: None,
        touched: None,
        text: given(&asked.q).map(str::to_owned),
    })
}

/// Open reports that may be the same: at the same place, or about the same matter in the same territory.
pub(crate) async fn alike(read: &mut Read, caller: &Caller, record: &ReportCaseRecord) -> Result<Vec<Named>> {
    let Some(scope) = caller.hats.scope(Action::ReportCaseScreen) else { return Ok(Vec::new()) };
    let case = &record.case;
    let same_place = ReportCaseFilter {
        place: case.site.place.as_ref().map(ToString::to_string),
        ..ReportCaseFilter::default()
    };
    let same_matter = ReportCaseFilter {
        path: Some(record.path.clone()),
        matters: Some(case.matter.code().to_owned()),
        ..ReportCaseFilter::default()
    };
    let from = case.received_at.plus_ms(-i64::try_from(ALIKE_DAYS).unwrap_or(0) * DAY_MS);
    let filter = ReportCaseFilter {
        from: Some(from),
        ..if case.site.place.is_some() { same_place } else { same_matter }
    };
    let found = read.report_cases(&scope, &filter, None, 10).await?;
    let others = found.into_iter().filter(|one| one.case.id != case.id && one.case.stage != Stage::Merged);
    Ok(others.map(|one| Named::new(one.case.id.as_str(), one.case.code)).collect())
}
