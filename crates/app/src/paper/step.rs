//! The steps of a paper: approved with its number, issued and frozen, served, taken back. Drawing never happens within a
//! write. What does not belong here: drafting (`paper`), what bodies answer (`receipt`).

use domain::gate::Part;
use domain::hazard::{HazardRefusal, ServeMethod};
use domain::ids::{PaperId, PersonId, PhotoId};
use domain::paper::{Approval, Authority, ENFORCEMENT_CASE, PaperRefusal, Service, State, Template};
use domain::policy::Action;
use domain::time::Date;
use serde::Deserialize;
use store::Read;
use store::paper::PaperRecord;
use utoipa::ToSchema;

use super::circulate::sent;
use super::prefill::authority::may_mandate;
use super::{Deed, PaperView, draw, hat_for, load, of_hazard, series, subject, template_of};
use crate::enforcement::order::{Shown, certificates, in_name_of, may_order};
use crate::enforcement::paper as case_paper;
use crate::enforcement::step::ABOUT;
use crate::names::Names;
use crate::view::read_day;
use crate::{App, Caller, Error, Result};

/// It may go out.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PaperApprove {
    /// The version that was read.
    pub version: i64,
    /// The number of the year that was shown; the next one when not said.
    pub n: Option<u32>,
    /// For an order: number of the certificate shown.
    #[serde(default)]
    pub certificate_no: String,
    /// For an order: the item of the authority list it rests on. A paper of a case rests on the item of the case.
    #[serde(default)]
    pub authority_item: String,
    /// For an order: who orders with the caller.
    #[serde(default)]
    pub with: Vec<String>,
}

/// It goes out.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PaperVersion {
    /// The version that was read.
    pub version: i64,
}

/// It was served.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PaperServe {
    /// `direct`, `left_behind`, `post`, `electronic` or `public_notice`.
    pub way: String,
    /// Who received it.
    #[serde(default)]
    pub to: String,
    /// When.
    pub on: String,
    /// What was signed, the number of the letter, or who was witness.
    #[serde(default)]
    pub receipt: String,
    /// Photos of the receipt.
    #[serde(default)]
    pub photos: Vec<String>,
    /// The version that was read.
    pub version: i64,
}

/// It is taken back.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PaperRevoke {
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// The version that was read.
    pub version: i64,
}

/// The way of service of this word.
///
/// Errors: there is none.
pub(crate) fn way(code: &str) -> Result<ServeMethod> {
    Ok(match code {
        "direct" => ServeMethod::Direct,
        "left_behind" => ServeMethod::LeftBehind,
        "post" => ServeMethod::Post,
        "electronic" => ServeMethod::Electronic,
        "public_notice" => ServeMethod::PublicNotice,
        _ => return Err(Error::field("way", "paper.way", "请选择送达方式")),
    })
}

/// By what right the caller makes a paper of enforcement on a day: a paper of a case by the item and the officers of the
/// case; any other is an order, for which he names both.
async fn authority(
    read: &mut Read,
    caller: &Caller,
    template: &Template,
    record: &PaperRecord,
    (certificate_no, item, with): (&str, &str, &[PersonId]),
    on: Date,
) -> Result<Option<Authority>> {
    if template.right() != Action::HazardOrder {
        return Ok(None);
    }
    let about = record.paper.about.as_ref();
    if let Some(case) = about.filter(|about| about.kind == ABOUT) {
        shows(read, caller, certificate_no, on).await?;
        let case = read.case(&case.id.as_str().into(), &caller.scope(Action::CaseRead)?).await?;
        let item = crate::enforcement::item_of(read, &case.ok_or(Error::NotFound)?.case).await?;
        return Ok(Some(Authority {
            certificate_no: certificate_no.to_owned(),
            authority_item: item.name,
            item: None,
            with: Vec::new(),
            basis: Some(item.basis),
        }));
    }
    let path = match about.filter(|about| about.kind == "hazard") {
        Some(about) => crate::hazard::load(read, caller, &about.id.as_str().into()).await?.filing.path,
        None => record.path.clone(),
    };
    let names = Names::read(read).await?;
    if with.iter().any(|who| !names.knows(who)) {
        return Err(Error::field("with", "hazard.colleague", "同行人员不在人员库中，请重新选择"));
    }
    let shown = Shown { certificate_no, item, with };
    let proof = may_order(read, caller, &shown, &path, on).await?;
    Ok(Some(Authority {
        certificate_no: proof.certificate_no,
        authority_item: proof.authority_item,
        item: proof.item,
        with: proof.with,
        basis: Some(proof.basis),
    }))
}

/// That the caller holds this certificate on a day, and has the training.
async fn shows(read: &mut Read, caller: &Caller, certificate_no: &str, on: Date) -> Result<()> {
    crate::gate::admit(read, &caller.person, Part::Officer, on).await?;
    let held = certificates(read, caller, on).await?;
    if !held.iter().any(|held| held.number == certificate_no) {
        return Err(HazardRefusal::NoAuthority.into());
    }
    Ok(())
}

impl App {
    /// The paper as the caller saw it.
    pub(super) async fn seen(
        &self,
        read: &mut Read,
        caller: &Caller,
        id: &PaperId,
        version: i64,
    ) -> Result<PaperRecord> {
        let record = load(read, caller, id).await?;
        if record.version != version {
            return Err(Error::stale(&self.paper_view(read, caller, &record).await?));
        }
        Ok(record)
    }

    /// It may go out: its number is taken now.
    ///
    /// Errors: fields are missing; the number wanted is used or would leave a gap; an order by who may not order; a paper of
    /// a penalty case before the law lets the case go so far.
    pub async fn approve_paper(
        &self,
        caller: &Caller,
        id: &PaperId,
        asked: PaperApprove,
    ) -> Result<PaperView> {
        let now = self.now();
        let today = now.date();
        self.still_given(caller, id).await?;
        self.can_be_drawn(caller, id).await?;
        let mut tx = self.write(caller).await?;
        let mut record = self.seen(&mut tx, caller, id, asked.version).await?;
        let template = template_of(&mut tx, &record.paper).await?;
        let template = &*template;
        let hat = hat_for(caller, template, Deed::Approve, &subject(&record))?;
        if record.paper.state != State::Draft {
            return Err(PaperRefusal::WrongState(record.paper.state.label()).into());
        }
        let about = record.paper.about.as_ref();
        case_paper::admit(&mut tx, caller, template, about, Deed::Approve, today).await?;
        case_paper::check_told(&mut tx, caller, template, &record.paper).await?;
        super::held(&mut tx, template, &record.paper).await?;
        if let Some(about) = about.filter(|about| about.kind == "authority") {
            let kept = tx.authority_item(&about.id.as_str().into()).await?.ok_or(Error::NotFound)?;
            may_mandate(template, &kept.item, today)?;
        }
        let (document, _) = draw::document(self, &mut tx, &record.paper, today, true).await?;
        document.check().map_err(render::Refusal::from)?;
        let with: Vec<PersonId> = asked.with.iter().map(|id| PersonId::from(id.as_str())).collect();
        let shown = (asked.certificate_no.trim(), asked.authority_item.trim(), &*with);
        let authority = match template.family() {
            ENFORCEMENT_CASE => case_paper::authority(&mut tx, caller, template, about, today).await?,
            _ => authority(&mut tx, caller, template, &record, shown, today).await?,
        };
        let number = match template.series.as_deref() {
            Some(code) => Some(series::take(&mut tx, code, today, asked.n).await?),
            None => None,
        };
        // Only the item says in whose name (T7).
        if let Some(id) = authority.as_ref().and_then(|one| one.item.as_ref())
            && let Some(kept) = tx.authority_item(id).await?
            && let Some(name) = in_name_of(&mut tx, &kept.item).await?
        {
            record.paper.issuer = name;
        }
        let approval = Approval { number, by: caller.person.clone(), on: today, authority };
        record.paper = record.paper.approve(approval)?;
        tx.update_paper(&record).await?;
        record.version += 1;
        let view = self.paper_view(&mut tx, caller, &record).await?;
        let audit = caller.audit_as(&hat, "paper.approve", ("paper", id.as_str()), &record.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// That a draft can be printed: a number is taken by what goes out only. Whatever else is wrong with it is told where it is
    /// approved.
    ///
    /// Errors: names the characters no face has.
    async fn can_be_drawn(&self, caller: &Caller, id: &PaperId) -> Result<()> {
        let mut read = self.db.read(&self.town).await?;
        let record = crate::paper::load(&mut read, caller, id).await?;
        if record.paper.state != State::Draft {
            return Ok(());
        }
        let made = draw::document(self, &mut read, &record.paper, self.now().date(), true).await;
        drop(read);
        match made {
            Ok((document, pictures)) if document.check().is_ok() => {
                draw::draw(vec![document], pictures).await.map(drop)
            }
            _ => Ok(()),
        }
    }

    /// It goes out: data and PDF are frozen under their hashes, and the bodies it goes to are told. The hazard it is about
    /// is advised or ordered with it, where it stands at that.
    ///
    /// Errors: it was not approved; it cannot be drawn; an order by who may no longer order.
    pub async fn issue_paper(
        &self,
        caller: &Caller,
        id: &PaperId,
        asked: &PaperVersion,
    ) -> Result<PaperView> {
        let now = self.now();
        let today = now.date();
        let mut read = self.db.read(&self.town).await?;
        let record = self.seen(&mut read, caller, id, asked.version).await?;
        let template = template_of(&mut read, &record.paper).await?;
        let hat = hat_for(caller, &template, Deed::Issue, &subject(&record))?;
        let State::Approved { approval } = &record.paper.state else {
            return Err(PaperRefusal::WrongState(record.paper.state.label()).into());
        };
        let about = record.paper.about.as_ref();
        case_paper::admit(&mut read, caller, &template, about, Deed::Issue, today).await?;
        case_paper::check_told(&mut read, caller, &template, &record.paper).await?;
        if let Some(authority) = &approval.authority
            && template.family() != ENFORCEMENT_CASE
        {
            // What rests on a case, or was approved before items were recorded, names none.
            match &authority.item {
                None => shows(&mut read, caller, &authority.certificate_no, today).await?,
                Some(item) => {
                    let shown = (authority.certificate_no.as_str(), item.as_str(), &*authority.with);
                    self::authority(&mut read, caller, &template, &record, shown, today).await?;
                }
            }
        }
        // It may have waited for its issue until nobody had any time left.
        let late = template.late(&record.paper.values, today);
        if !late.is_empty() {
            return Err(super::template::wrong(late));
        }
        let (document, pictures) = draw::document(self, &mut read, &record.paper, today, true).await?;
        drop(read);
        let (frozen, sizes) =
            draw::frozen(self, &record.paper, document, pictures, &caller.person, now).await?;
        let mut tx = self.write(caller).await?;
        let mut record = self.seen(&mut tx, caller, id, asked.version).await?;
        for (blob, (size, kind)) in [&frozen.data, &frozen.pdf].into_iter().zip(sizes) {
            tx.note_blob(blob, size, kind, now).await?;
        }
        record.paper = record.paper.issue(frozen)?;
        if !record.paper.bodies.is_empty() {
            record.paper = sent(&mut tx, caller, record.paper, today).await?;
        }
        tx.update_paper(&record).await?;
        record.version += 1;
        self.send_to(&mut tx, id, &record.paper.bodies, now).await?;
        of_hazard::issued(&mut tx, caller, &record.paper, now).await?;
        let view = self.paper_view(&mut tx, caller, &record).await?;
        let audit = caller.audit_as(&hat, "paper.issue", ("paper", id.as_str()), &record.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// It reached whom it is for.
    pub async fn serve_paper(&self, caller: &Caller, id: &PaperId, asked: PaperServe) -> Result<PaperView> {
        let now = self.now();
        let (way, on) = (way(&asked.way)?, read_day("on", &asked.on)?);
        let mut tx = self.write(caller).await?;
        let mut record = self.seen(&mut tx, caller, id, asked.version).await?;
        let template = template_of(&mut tx, &record.paper).await?;
        let hat = hat_for(caller, &template, Deed::Serve, &subject(&record))?;
        let photos: Vec<PhotoId> = asked.photos.iter().map(|id| PhotoId::from(id.as_str())).collect();
        let here = tx.photos(&photos).await?;
        let is_own = |id: &PhotoId| {
            here.iter().any(|one| {
                one.id == *id && one.object_kind == "paper" && one.object_id == record.paper.id.as_str()
            })
        };
        if !photos.iter().all(is_own) {
            return Err(Error::field("photos", "paper.photo", "照片不存在或您无权使用，请重新选择"));
        }
        let service = Service {
            way,
            to: asked.to.trim().to_owned(),
            on,
            receipt: asked.receipt.trim().to_owned(),
            photos,
            by: caller.person.clone(),
        };
        record.paper = record.paper.serve(service, now.date())?;
        tx.update_paper(&record).await?;
        record.version += 1;
        of_hazard::served(&mut tx, caller, &record.paper, way, now).await?;
        let view = self.paper_view(&mut tx, caller, &record).await?;
        let audit = caller.audit_as(&hat, "paper.serve", ("paper", id.as_str()), &record.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// It is taken back with a reason: a draft is discarded, a numbered paper revoked and its number kept.
    pub async fn revoke_paper(
        &self,
        caller: &Caller,
        id: &PaperId,
        asked: &PaperRevoke,
    ) -> Result<PaperView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let mut record = self.seen(&mut tx, caller, id, asked.version).await?;
        let deed = if record.paper.state == State::Draft { Deed::Draft } else { Deed::Revoke };
        let template = template_of(&mut tx, &record.paper).await?;
        let hat = hat_for(caller, &template, deed, &subject(&record))?;
        record.paper = record.paper.revoke(&asked.reason, caller.person.clone(), now.date())?;
        tx.update_paper(&record).await?;
        record.version += 1;
        let view = self.paper_view(&mut tx, caller, &record).await?;
        let mut audit = caller.audit_as(&hat, "paper.revoke", ("paper", id.as_str()), &record.path, now);
        audit.reason = asked.reason.trim().to_owned();
        Ok(tx.commit(audit, view).await?)
    }
}
