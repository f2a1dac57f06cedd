//! What whoever stands before a facility sees and may say without an account: what it is, how it stands, what is wrong;
//! and what becomes of such a report. It takes no water away by itself: whoever keeps the facility confirms it, and then
//! the water changes the same minute. What does not belong here: the page (`api::facility`).

use domain::facility::report::{Decision, Report, Trouble};
use domain::facility::{Act, Stage};
use domain::ids::{FacilityId, FacilityReportId};
use domain::policy::Action;
use domain::time::Date;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use render::Label;
use serde::{Deserialize, Serialize};
use store::Read;
use store::facility::report::ReportRecord;
use utoipa::ToSchema;

use super::view::{FacilityAsked, FacilityView};
use super::{facilities, filter, subject, view};
use crate::names::Names;
use crate::paper::labels;
use crate::photo::{PhotoView, photo_views, rewritten};
use crate::report_case::public::stranger;
use crate::view::{Named, Word};
use crate::{App, Caller, Error, Result};

/// Reports shown with a facility.
const SHOWN: i64 = 50;
/// Labels at once.
const LABELS: i64 = 200;
/// What stands on every label besides.
const LABEL_TEXT: &str = "消防设施，请勿损坏、埋压、圈占；扫码报告问题";
/// What stands before the id on a label.
pub(crate) const PATH: &str = "/p/f-";

/// A facility as its public page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicFacility {
    /// The town.
    pub town: String,
    /// Village or other territory.
    pub village: String,
    /// Number on its label.
    pub code: String,
    /// Name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// Its kind in English.
    pub english: String,
    /// Where, in words.
    pub address: String,
    /// How it stands.
    pub stage: Stage,
    /// Who keeps it.
    pub maintainer: String,
    /// When it was last found good.
    pub checked_on: Option<Date>,
    /// It is in service and its check is overdue: nobody knows whether it works.
    pub is_unchecked: bool,
    /// It is retired or was voided.
    pub is_gone: bool,
    /// Somebody reported it and nobody looked yet.
    pub is_reported: bool,
    /// Whom to call.
    pub hotlines: Vec<crate::placard::Hotline>,
    /// The office and its phone.
    pub office: Option<(String, String)>,
    /// Today.
    pub today: Date,
}

/// What somebody else said of the same trouble before anybody looked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FacilityReportFurther {
    /// In his words; may be empty.
    pub text: String,
    /// When it came in.
    pub at: String,
}

/// A report as the facility's page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FacilityReportView {
    /// Id.
    pub id: String,
    /// What is wrong.
    pub trouble: Word,
    /// In the reporter's words.
    pub text: String,
    /// What it looks like.
    pub photos: Vec<PhotoView>,
    /// When it came in.
    pub at: String,
    /// Who said the same after it, in the order it came in.
    pub further: Vec<FacilityReportFurther>,
    /// What became of it.
    pub state: Word,
    /// Who decided.
    pub decided_by: Option<Named>,
    /// What he found.
    pub decided_text: String,
    /// Whether the caller may decide it.
    pub may_decide: bool,
    /// Row version.
    pub version: i64,
}

/// Reports about a facility.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FacilityReports {
    /// The newest first.
    pub items: Vec<FacilityReportView>,
    /// What stands on its label: path of its public page.
    pub path: String,
}

/// A label to be stuck on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FacilityLabel {
    /// Id.
    pub id: String,
    /// Number.
    pub code: String,
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: String,
    /// Village or other territory.
    pub village: String,
    /// The QR code, as SVG.
    pub svg: String,
}

/// Labels of a query, at most 200.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FacilityLabels {
    /// In the order of their numbers.
    pub items: Vec<FacilityLabel>,
    /// How many facilities the query finds in all.
    pub total: i64,
    /// Address the codes lead to.
    pub base: String,
}

/// What becomes of a report.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
pub struct FacilityReportDecision {
    /// It is as reported: the facility is at fault from today on.
    pub confirmed: bool,
    /// What was found; must say why when it is not so.
    #[serde(default)]
    pub text: String,
    /// The row version that was read.
    pub version: i64,
}

async fn shown(
    read: &mut Read,
    record: &ReportRecord,
    names: &Names,
    may_decide: bool,
) -> Result<FacilityReportView> {
    let r = &record.report;
    let photos = photo_views(read, &r.photos, &[("facility", r.facility.as_str())]).await?;
    Ok(FacilityReportView {
        photos,
        id: r.id.to_string(),
        trouble: Word::new(r.trouble.code(), r.trouble.label()),
        text: r.text.clone(),
        at: r.at.to_rfc3339(),
        further: r
            .further
            .iter()
            .map(|one| FacilityReportFurther { text: one.text.clone(), at: one.at.to_rfc3339() })
            .collect(),
        state: Word::new(r.state.code(), r.state.label()),
        decided_by: r.decision.as_ref().map(|one| Named::new(one.by.as_str(), names.person(&one.by))),
        decided_text: r.decision.as_ref().map(|one| one.text.clone()).unwrap_or_default(),
        may_decide: may_decide && r.decision.is_none(),
        version: record.version,
    })
}

/// The open report of a facility about the same thing, if there is one.
async fn same(read: &mut Read, facility: &FacilityId, trouble: Trouble) -> Result<Option<ReportRecord>> {
    let known = read.facility_reports(facility, SHOWN).await?;
    Ok(known.into_iter().find(|one| one.report.decision.is_none() && one.report.trouble == trouble))
}

impl App {
    /// What the code on a label opens; none for a code that is on no label.
    // tidy(caller): it stands in public; kind, state and whom to call, and nobody's name.
    pub async fn public_facility(&self, id: &FacilityId) -> Result<Option<PublicFacility>> {
        let today = self.now().date();
        let whole = Caller::system().scope(Action::FacilityRead)?;
        let mut read = self.db.read(&self.town).await?;
        let Some(record) = read.facility(id, &whole).await? else { return Ok(None) };
        let names = Names::read(&mut read).await?;
        let f = record.facility;
        let kind = facilities().catalog.kind(&f.kind);
        let reports = read.facility_reports(id, SHOWN).await?;
        Ok(Some(PublicFacility {
            town: names.territory(self.town.as_str()).name,
            village: names.territory(f.territory.as_str()).name,
            kind: kind.map_or_else(String::new, |kind| f.kind_label(kind)),
            english: kind.map_or_else(String::new, |kind| kind.english.clone()),
            maintainer: f.keeping.as_ref().map(|kept| names.org(&kept.maintainer)).unwrap_or_default(),
            is_unchecked: f.is_overdue(today),
            is_gone: f.void.is_some() || f.stage == Stage::Retired,
            is_reported: reports.iter().any(|one| one.report.decision.is_none()),
            hotlines: crate::placard::hotlines(&mut read, today).await?,
            office: crate::placard::public::office(&mut read, &names, today).await?,
            code: f.code,
            name: f.name,
            address: f.address,
            stage: f.stage,
            checked_on: f.checked_on,
            today,
        }))
    }

    /// Takes a report from somebody without an account, with a picture or without. One about the same thing that nobody
    /// looked into yet stands for all of them, and takes their words and pictures. A picture is drawn anew, so that it tells nothing
    /// of the phone it was taken with.
    ///
    /// Errors: no such facility; it says nothing; the picture is none.
    // tidy(caller): whoever stands before it may say that it is broken.
    pub async fn report_facility(
        &self,
        id: &FacilityId,
        (trouble, text): (&str, &str),
        photo: Vec<u8>,
    ) -> Result<()> {
        let now = self.now();
        let unknown = || Error::field("trouble", "facility.trouble", "请选择是什么问题");
        let trouble = Trouble::from_code(trouble.trim()).ok_or_else(unknown)?;
        let mut report =
            Report::new(FacilityReportId::from(self.new_id()), id.clone(), (trouble, text), now)?;
        let looked = match photo.is_empty() {
            true => None,
            false => Some(rewritten(photo).await?.ok_or_else(|| Error::Refused {
                code: "photo.not_image",
                message: "这个文件不是能打开的照片，请换一张 JPEG、PNG 或 WebP 照片".to_owned(),
            })?),
        };
        let whole = Caller::system().scope(Action::FacilityRead)?;
        let caller = stranger("public", "群众");
        let mut tx = self.write(&caller).await?;
        let record = tx.facility(id, &whole).await?.ok_or(Error::NotFound)?;
        if record.facility.void.is_some() || record.facility.stage == Stage::Retired {
            return Err(Error::NotFound);
        }
        let mut known = same(&mut tx, id, trouble).await?;
        if let Some(known) = &mut known {
            known.report.again(&report);
        }
        let stands = known.as_mut().map_or(&mut report, |known| &mut known.report);
        // Where there are pictures enough its words are kept all the same.
        if let Some(looked) = looked.filter(|_| stands.wants_picture()) {
            let owner = ("facility", id.as_str(), "public");
            stands.picture(self.keep_rewritten(&caller, &mut tx, owner, &record.path, looked, now).await?);
        }
        match &known {
            Some(known) => tx.save_facility_report(known).await?,
            None => tx.insert_facility_report(&report).await?,
        }
        let mut audit = caller.audit("facility.public_report", "facility", id.as_str(), now);
        audit.actor = "public".to_owned();
        audit.territory.clone_from(&record.path);
        audit.reason = report.fault();
        Ok(tx.commit(audit, ()).await?)
    }

    /// Labels with the code of the public page, for the facilities a query finds.
    ///
    /// Errors: words nobody knows; an address too long for a code.
    pub async fn facility_labels(
        &self,
        caller: &Caller,
        asked: &FacilityAsked,
        base: &str,
    ) -> Result<FacilityLabels> {
        let scope = caller.scope(Action::FacilityRead)?;
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let filter = filter(caller, asked, &names, self.now().date())?;
        let found = read.facilities(&scope, &filter, asked.after.as_deref(), LABELS).await?;
        let total = read.facility_count(&scope, &filter).await?;
        let mut items = Vec::with_capacity(found.len());
        for f in found.into_iter().map(|one| one.facility) {
            let url = format!("{}{PATH}{}", base.trim_end_matches('/'), f.id);
            let drawn = QrCode::with_error_correction_level(url.as_bytes(), EcLevel::M);
            let drawn = drawn.map_err(|e| Error::Internal(format!("{url} fits no QR code: {e}")))?;
            let kind = facilities().catalog.kind(&f.kind).map_or_else(String::new, |kind| f.kind_label(kind));
            items.push(FacilityLabel {
                svg: drawn.render::<svg::Color<'_>>().quiet_zone(true).build(),
                id: f.id.to_string(),
                village: names.territory(f.territory.as_str()).name,
                code: f.code,
                name: f.name,
                kind,
            });
        }
        Ok(FacilityLabels { items, total, base: base.to_owned() })
    }

    /// The same labels as a file of A4 sheets, `large`, `medium` or `small`.
    ///
    /// Errors: words nobody knows; nothing found; no such size.
    pub async fn facility_label_sheets(
        &self,
        caller: &Caller,
        asked: &FacilityAsked,
        (size, base): (Option<&str>, &str),
    ) -> Result<Vec<u8>> {
        let sheet = labels::sheet(size)?;
        let found = self.facility_labels(caller, asked, base).await?;
        let label = |one: FacilityLabel| Label {
            code: format!("{}{PATH}{}", base.trim_end_matches('/'), one.id),
            title: one.name,
            lines: vec![format!("{} · {}", one.kind, one.village), one.code, LABEL_TEXT.to_owned()],
        };
        let all = found.items.into_iter().map(label).collect();
        labels::file(all, self.demo, sheet, ("消防设施标签", self.now().date())).await
    }

    /// Reports about a facility, for whoever may see it.
    pub async fn facility_reports(&self, caller: &Caller, id: &FacilityId) -> Result<FacilityReports> {
        let scope = caller.scope(Action::FacilityRead)?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.facility(id, &scope).await?.ok_or(Error::NotFound)?;
        let names = Names::read(&mut read).await?;
        let may = caller.hats.hat(Action::FacilityCheck, &subject(&record)).is_some();
        let found = read.facility_reports(id, SHOWN).await?;
        let mut items = Vec::with_capacity(found.len());
        for one in &found {
            items.push(shown(&mut read, one, &names, may).await?);
        }
        Ok(FacilityReports { items, path: format!("{PATH}{id}") })
    }

    /// Decides a report: it is so, and the facility is at fault from today on; or it is not, and why.
    ///
    /// Errors: it is decided; the caller keeps no such facility; somebody was quicker.
    pub async fn decide_facility_report(
        &self,
        caller: &Caller,
        (id, report): (&FacilityId, &FacilityReportId),
        asked: FacilityReportDecision,
    ) -> Result<FacilityView> {
        let (now, today) = (self.now(), self.now().date());
        let scope = caller.scope(Action::FacilityRead)?;
        let mut tx = self.write(caller).await?;
        let record = tx.facility(id, &scope).await?.ok_or(Error::NotFound)?;
        let known = tx.facility_report(report).await?.filter(|one| one.report.facility == *id);
        let known = known.filter(|one| one.version == asked.version || one.report.decision.is_some());
        let mut known = known.ok_or(Error::NotFound)?;
        let hat = caller.hat(Action::FacilityCheck, &subject(&record))?.clone();
        let decision = Decision { by: caller.person.clone(), at: now, text: asked.text.trim().to_owned() };
        known.report = known.report.decide(asked.confirmed, decision)?;
        tx.save_facility_report(&known).await?;
        let fault = known.report.fault();
        let is_working = record.facility.stage == Stage::InService;
        let (path, page) = if asked.confirmed && is_working {
            let mut record = record;
            record.facility = record.facility.take(&Act::Report, today, &fault, today)?;
            self.save_facility_step(caller, &mut tx, record, Act::Report, (today, now), (&fault, Vec::new()))
                .await?
        } else {
            let page = view::page(&mut tx, caller, &record, today).await?;
            (record.path, page)
        };
        let name = if asked.confirmed { "facility.report_fault" } else { "facility.dismiss_report" };
        let mut audit = caller.audit_as(&hat, name, ("facility", id.as_str()), &path, now);
        audit.reason = if asked.confirmed { fault } else { asked.text.trim().to_owned() };
        Ok(tx.commit(audit, page).await?)
    }
}
