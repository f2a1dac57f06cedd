//! What strangers send and see: a report with one picture and no login, and by the receipt's code how far it has come. The
//! picture is drawn anew, so that nothing of the camera's own notes stays. Who reports is asked for and may be left out. What
//! does not belong here: the pages (`api::report_case`), how often one may (`api::limit`).

use domain::ids::{AccountId, PersonId};
use domain::org::Level;
use domain::policy::{Action, Hats};
use domain::report_case::{Act, Channel, Matter, Rating, Saying, Site, Stage};
use domain::time::{Date, Timestamp};
use store::audit::Audit;
use store::report_case::ReportCaseRecord;
use store::{Read, Write};

use super::view::VoiceLimits;
use super::{Coming, MAX_ADDRESS, RECEIPT_LETTERS, clipped, read_reporter, receipt_hash};
use crate::names::Names;
use crate::photo::rewritten;
use crate::placard::public::office;
use crate::placard::{Hotline, hotlines};
use crate::secret::readable_code;
use crate::unit_link::plain;
use crate::view::Named;
use crate::{App, Caller, Error, Result};

/// What somebody scanned before the form came up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scanned {
    /// Code of a placard.
    pub placard: String,
    /// Number of a facility.
    pub facility: String,
    /// Number of a place.
    pub place: String,
}

/// What the form needs to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportForm {
    /// The town.
    pub town: String,
    /// The villages to choose from.
    pub villages: Vec<Named>,
    /// Where the code that was scanned is; nothing of a place but that it is known.
    pub site: Option<String>,
    /// The receipt this form will have: sent twice, it is one report.
    pub receipt: String,
    /// How long and how large a recording may be.
    pub voice: VoiceLimits,
    /// Whom to call.
    pub hotlines: Vec<Hotline>,
    /// The office and its phone.
    pub office: Option<(String, String)>,
}

/// A report as the form sends it.
#[derive(Debug, Clone, Default)]
pub struct PublicReport {
    /// As drawn into the form.
    pub receipt: String,
    /// What was scanned.
    pub scanned: Scanned,
    /// Code of [`Matter`].
    pub matter: String,
    /// What was seen.
    pub content: String,
    /// Code of a village.
    pub village: String,
    /// Where, in words.
    pub address: String,
    /// Longitude and latitude, where the sender gave them.
    pub point: Option<[f64; 2]>,
    /// Who; may be empty.
    pub name: String,
    /// Phone; may be empty.
    pub phone: String,
    /// The picture; may be empty.
    pub photo: Vec<u8>,
    /// What was said instead of written; may be empty.
    pub voice: Vec<u8>,
}

/// How far a report has come, as its receipt shows it. Nothing of what was said stands in it, nor where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportProgress {
    /// The town.
    pub town: String,
    /// Its number.
    pub code: String,
    /// Where it stands.
    pub stage: Stage,
    /// It was joined with one that somebody sent before.
    pub is_merged: bool,
    /// What was done, and when.
    pub done: Vec<(&'static str, Option<Date>)>,
    /// Until when the next step is promised.
    pub due: Option<Date>,
    /// The answer.
    pub reply: String,
    /// To whom it was handed on.
    pub forwarded_to: String,
    /// Whether it can be opened again.
    pub can_reopen: bool,
    /// Whether what the reporter thinks of the answer is asked for.
    pub can_rate: bool,
    /// What he thought of it.
    pub rating: Option<Rating>,
    /// Whom to call.
    pub hotlines: Vec<Hotline>,
    /// The office and its phone.
    pub office: Option<(String, String)>,
}

/// Whoever comes without a login: no person, no rights.
pub(crate) fn stranger(account: &str, name: &str) -> Caller {
    Caller {
        account: AccountId::from(account),
        person: PersonId::from(""),
        name: name.to_owned(),
        hats: Hats::default(),
        ..Caller::system()
    }
}

/// Where a code that was scanned is: the site, its path, and what may be said of it to a stranger.
async fn find_site(
    read: &mut Read,
    names: &Names,
    scanned: &Scanned,
) -> Result<Option<(Site, String, String)>> {
    let whole = Caller::system();
    if !scanned.placard.is_empty() {
        let Some(record) = read.placard_by_code(&scanned.placard).await? else { return Ok(None) };
        let placard = record.placard;
        let village = placard.path.rsplit('/').next().unwrap_or_default().to_owned();
        let address = format!("公示牌附近（{}）", placard.spot);
        let mut site = Site::words(village.as_str().into(), &address);
        if placard.kind == domain::placard::Kind::Unit {
            site.place = Some(placard.about.as_str().into());
        }
        site.point = placard.point.map(|at| [at.lon_deg, at.lat_deg]);
        let shown = format!("{} {}", names.territory(&village).name, placard.spot);
        return Ok(Some((site, placard.path, shown)));
    }
    if !scanned.facility.is_empty() {
        let Some(record) = read.facility_with_code(&scanned.facility).await? else { return Ok(None) };
        let f = record.facility;
        let mut site = Site::words(f.territory.clone(), &format!("{} {}", f.name, f.address));
        site.facility = Some(f.id);
        return Ok(Some((site, record.path, f.name)));
    }
    if !scanned.place.is_empty() {
        let scope = whole.scope(Action::PlaceRead)?;
        let Some(record) = read.place_by_code(&scanned.place, &scope).await? else { return Ok(None) };
        let p = record.place;
        let mut site = Site::words(p.village.clone(), &p.address);
        site.place = Some(p.id);
        // A number is typed in easily: whose it is, is not told.
        return Ok(Some((site, record.path, format!("编号 {}", p.code))));
    }
    Ok(None)
}

/// Whether this could be a receipt's code.
pub(super) fn is_receipt(code: &str) -> bool {
    plain(code).len() == RECEIPT_LETTERS
}

impl App {
    /// What the public form needs.
    // tidy(caller): the form is for everybody; it shows names of villages and of what was scanned.
    pub async fn report_form(&self, scanned: &Scanned) -> Result<ReportForm> {
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let site = find_site(&mut read, &names, scanned).await?;
        let villages = read.open_territories().await?.into_iter().map(|one| one.territory);
        let villages = villages.filter(|one| one.level == Level::Village);
        Ok(ReportForm {
            town: names.territory(self.town.as_str()).name,
            villages: villages.map(|one| Named::new(one.code.as_str(), one.name)).collect(),
            site: site.map(|(_, _, shown)| shown),
            receipt: readable_code(RECEIPT_LETTERS)?,
            voice: super::voice::limits(&mut read, self.now().date()).await?,
            hotlines: hotlines(&mut read, self.now().date()).await?,
            office: office(&mut read, &names, self.now().date()).await?,
        })
    }

    /// Takes a report from the public form and gives its receipt. The same form sent again is the same report.
    ///
    /// Errors: nothing said; nowhere; about a person; a picture that is none.
    // tidy(caller): reporting asks for no login.
    pub async fn public_report(&self, asked: PublicReport) -> Result<String> {
        let channel = if asked.scanned == Scanned::default() { "web" } else { "qr" };
        self.report_from(&stranger("reporter", "举报人"), Channel::Qr, channel, asked)
            .await
            .map(|(_, receipt)| receipt)
    }

    /// Takes a report from somebody without a login.
    pub(crate) async fn report_from(
        &self,
        caller: &Caller,
        channel: Channel,
        how: &str,
        mut asked: PublicReport,
    ) -> Result<(ReportCaseRecord, String)> {
        let now = self.now();
        let matter = Matter::from_code(&asked.matter)
            .ok_or_else(|| Error::field("matter", "report_case.matter", "请选择是哪类问题"))?;
        if matter == Matter::Person {
            return Err(Error::Refused {
                code: "report_case.person",
                message: "这里只受理消防安全问题，反映个人的问题请拨打政务服务热线".to_owned(),
            });
        }
        let reporter = read_reporter(Some(&asked.name), Some(&asked.phone))?;
        let receipt = match is_receipt(&asked.receipt) {
            true => asked.receipt.clone(),
            false => readable_code(RECEIPT_LETTERS)?,
        };
        let photo = std::mem::take(&mut asked.photo);
        let picture = match photo.is_empty() {
            true => None,
            false => Some(rewritten(photo).await?.ok_or_else(|| Error::Refused {
                code: "photo.not_image",
                message: "这个文件不是能打开的照片，请换一张 JPEG、PNG 或 WebP 照片".to_owned(),
            })?),
        };
        let voice = self.seal_voice(&asked.voice, now).await?;
        let mut tx = self.write(caller).await?;
        if let Some(known) = tx.report_case_by_receipt(&receipt_hash(&receipt)).await? {
            return Ok((known, receipt));
        }
        let names = Names::read(&mut tx).await?;
        let (mut site, path) = match find_site(&mut tx, &names, &asked.scanned).await? {
            Some((site, path, _)) => (site, path),
            None => self.described(&mut tx, &names, &asked, now.date()).await?,
        };
        let words = clipped(&asked.address, MAX_ADDRESS);
        if !words.is_empty() && !site.address.contains(&words) {
            site.address = clipped(&format!("{} {words}", site.address), MAX_ADDRESS);
        }
        site.point = asked.point.or(site.point);
        let id = self.new_id();
        let photos = match picture {
            None => Vec::new(),
            Some(looked) => {
                let owner = ("report_case", id.as_str(), caller.account.as_str());
                vec![self.keep_rewritten(caller, &mut tx, owner, &path, looked, now).await?]
            }
        };
        let coming = Coming {
            id: id.into(),
            channel,
            ext_no: String::new(),
            matter,
            content: asked.content,
            site,
            path,
            photos,
            received_at: now,
            reporter,
            voice,
            receipt: receipt.clone(),
        };
        let record = self.receive_report(caller, &mut tx, coming, now).await?;
        let mut audit = caller.audit("report_case.receive", "report_case", record.case.id.as_str(), now);
        audit.territory.clone_from(&record.path);
        audit.detail = format!("{{\"how\":\"{how}\"}}");
        Ok(tx.commit(audit, ()).await.map(|()| (record, receipt))?)
    }

    /// Where a report without a scanned code is: in a village, in words or at a point, which tells the village where nobody did.
    async fn described(
        &self,
        read: &mut Read,
        names: &Names,
        asked: &PublicReport,
        today: Date,
    ) -> Result<(Site, String)> {
        if asked.address.trim().is_empty() && asked.point.is_none() {
            return Err(Error::field("address", "report_case.nowhere", "请写明在哪里，如“老街 12 号楼道”"));
        }
        let lies_in = match asked.point.filter(|_| asked.village.trim().is_empty()) {
            Some(at) => crate::boundary::village_at(read, at, today).await?,
            None => None,
        };
        let village = match (asked.village.trim(), &lies_in) {
            ("", Some(village)) => village.as_str(),
            ("", None) => self.town.as_str(),
            (village, _) => village,
        };
        let path = names.path(&village.into()).map(str::to_owned);
        let path = path
            .ok_or_else(|| Error::field("village", "territory.unknown", "没有这个村（社区），请重新选择"))?;
        Ok((Site::words(village.into(), ""), path))
    }

    /// How far the report of a receipt has come; none for a code nobody has.
    // tidy(caller): the code is all there is; it shows how far things are and nothing of what was said.
    pub async fn report_progress(&self, code: &str) -> Result<Option<ReportProgress>> {
        let mut read = self.db.read(&self.town).await?;
        let Some((own, leading)) = by_receipt(&mut read, code).await? else { return Ok(None) };
        self.progress(&mut read, &own, &leading).await.map(Some)
    }

    async fn progress(
        &self,
        read: &mut Read,
        own: &ReportCaseRecord,
        leading: &ReportCaseRecord,
    ) -> Result<ReportProgress> {
        let names = Names::read(read).await?;
        let case = &leading.case;
        let day = |at: Option<Timestamp>| at.map(Timestamp::date);
        let closed = (case.stage == Stage::Closed).then_some(case.replied_at).flatten();
        Ok(ReportProgress {
            town: names.territory(self.town.as_str()).name,
            code: own.case.code.clone(),
            stage: case.stage,
            is_merged: own.case.id != case.id,
            done: vec![
                ("received", Some(own.case.received_at.date())),
                ("screened", day(case.screened_at)),
                ("looked_at", day(case.handled_at)),
                ("answered", day(case.replied_at).filter(|_| !case.reply.is_empty())),
                ("filed", day(closed)),
            ],
            due: day(case.due_at()),
            reply: match case.can_reopen() {
                true => case.reply.clone(),
                false => String::new(),
            },
            forwarded_to: case.forwarded_to.clone(),
            can_reopen: case.can_reopen(),
            can_rate: case.may_be_rated() && own.case.id == case.id,
            rating: case.rating,
            hotlines: hotlines(read, self.now().date()).await?,
            office: office(read, &names, self.now().date()).await?,
        })
    }

    /// Opens a report again by its receipt and gives how far it is.
    ///
    /// Errors: nothing said; it was not answered yet.
    // tidy(caller): the code is all there is.
    pub async fn reopen_report(&self, code: &str, reason: &str) -> Result<Option<ReportProgress>> {
        self.step_by_receipt(code, Act::Reopen, reason).await
    }

    /// Says by its receipt what the reporter thinks of the answer, and gives how far it is.
    ///
    /// Errors: it was not answered yet; it was said already; a word nobody knows.
    // tidy(caller): the code is all there is.
    pub async fn rate_report(&self, code: &str, rating: &str, words: &str) -> Result<Option<ReportProgress>> {
        let rating = Rating::from_code(rating).ok_or_else(|| {
            Error::field("rating", "report_case.rating", "请选择评价：满意、基本满意或不满意")
        })?;
        self.step_by_receipt(code, Act::Rate { rating }, words).await
    }

    /// A step the reporter takes himself.
    async fn step_by_receipt(&self, code: &str, act: Act, words: &str) -> Result<Option<ReportProgress>> {
        let now = self.now();
        let caller = stranger("reporter", "举报人");
        let mut tx: Write = self.write(&caller).await?;
        let Some((own, mut leading)) = by_receipt(&mut tx, code).await? else { return Ok(None) };
        let audit = self.take_as_reporter(&caller, &mut tx, &mut leading, act, words, now).await?;
        let told = self.progress(&mut tx, &own, &leading).await?;
        Ok(tx.commit(audit, ()).await.map(|()| Some(told))?)
    }

    /// A step of the reporter's own within a write; gives its entry.
    ///
    /// Errors: the stage does not allow it; nothing said where something must be.
    // The use case that took the step commits.
    pub(super) async fn take_as_reporter(
        &self,
        caller: &Caller,
        tx: &mut Write,
        leading: &mut ReportCaseRecord,
        act: Act,
        words: &str,
        now: Timestamp,
    ) -> Result<Audit> {
        let words = clipped(words, 500);
        let by = PersonId::from("");
        let said = Saying { by: &by, text: &words, photos: &[], at: now, hazard_settled: true };
        leading.case = leading.case.clone().take(&act, &said)?;
        let name = super::step::act_name(&act);
        self.save_report_step(caller, tx, leading, act, (&words, Vec::new(), now)).await?;
        let mut audit = caller.audit(name, "report_case", leading.case.id.as_str(), now);
        audit.territory.clone_from(&leading.path);
        Ok(audit)
    }
}

/// The report of a receipt, and the one that goes on in its place where it was joined with others.
pub(super) async fn by_receipt(
    read: &mut Read,
    code: &str,
) -> Result<Option<(ReportCaseRecord, ReportCaseRecord)>> {
    if !is_receipt(code) {
        return Ok(None);
    }
    let Some(own) = read.report_case_by_receipt(&receipt_hash(code)).await? else { return Ok(None) };
    let leading = super::leading(read, &own).await?;
    Ok(Some((own, leading)))
}
