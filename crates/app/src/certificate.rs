//! Certificates: given, taken back, running out. What does not belong here: what they open (`gate`), the training they
//! come from (`training`).

use std::collections::BTreeSet;

use domain::ids::{CertificateId, PersonId};
use domain::org::{Certificate, CertificateKind, Org, OrgKind, Relation, Revocation};
use domain::policy::{Action, Subject};
use domain::time::Date;
use serde::{Deserialize, Serialize};
use store::post::CertificateRecord;
use store::{Read, Write};
use utoipa::ToSchema;

use crate::attachment::AttachmentView;
use crate::names::Names;
use crate::org::Fields;
use crate::parameter::number_on;
use crate::person::initials;
use crate::post::{CertificateView, read_day};
use crate::view::Named;
use crate::{App, Caller, Error, Result};

/// From how many days before its last day a certificate is warned of. Units: days.
pub(crate) const WARN_DAYS: (&str, f64) = ("certificate.warn_days", 60.0);

/// What a scan of a certificate belongs to.
pub(crate) const SCANNED: &str = "certificate";

/// A certificate in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CertificateRow {
    /// The certificate.
    #[serde(flatten)]
    pub certificate: CertificateView,
    /// Whose.
    pub person: Named,
    /// Days until its last day, negative when it is over; null where it does not run out.
    pub days_left: Option<i64>,
    /// `valid`, `expiring`, `expired` or `revoked`.
    pub standing: String,
    /// Row version.
    pub version: i64,
    /// What the caller may do to it now.
    pub actions: Vec<&'static str>,
}

/// A certificate to record.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct CertificateInput {
    /// Whose.
    pub person: String,
    /// Kind.
    pub kind: String,
    /// 证号.
    pub number: String,
    /// 发证机关.
    pub issuer: String,
    /// First day.
    pub issued_on: String,
    /// Last day.
    #[serde(default)]
    pub expires_on: Option<String>,
    /// Region and category, as printed on it.
    #[serde(default)]
    pub scope: String,
}

fn row(
    caller: &Caller,
    kept: &CertificateRecord,
    names: &Names,
    today: Date,
    warn_days: i64,
) -> CertificateRow {
    let held = &kept.certificate;
    let days_left = held.expires_on.map(|last| (last - today).num_days());
    let standing = match days_left {
        _ if held.revoked.is_some() => "revoked",
        Some(left) if left < 0 => "expired",
        Some(left) if left <= warn_days => "expiring",
        _ => "valid",
    };
    let may =
        held.revoked.is_none() && caller.hats.hat(Action::CertificateRecord, &Subject::town()).is_some();
    CertificateRow {
        certificate: CertificateView::of(held, today),
        person: Named::new(held.person.as_str(), names.person(&held.person)),
        days_left,
        standing: standing.to_owned(),
        version: kept.version,
        actions: if may { vec!["attach", "revoke"] } else { Vec::new() },
    }
}

/// Puts scans beside certificates. They bear more than a list needs, so only whoever may record certificates is shown them.
pub(crate) async fn show_scans(
    read: &mut Read,
    caller: &Caller,
    shown: impl Iterator<Item = &mut CertificateView>,
) -> Result<()> {
    if caller.hats.hat(Action::CertificateRecord, &Subject::town()).is_none() {
        return Ok(());
    }
    let shown: Vec<&mut CertificateView> = shown.collect();
    let ids: Vec<String> = shown.iter().map(|one| one.id.clone()).collect();
    let found = read.attachments_of(SCANNED, &ids).await?;
    for one in shown {
        one.files = found.iter().filter(|file| file.object_id == one.id).map(AttachmentView::of).collect();
    }
    Ok(())
}

/// From how many days before its last day a certificate or an item of authority is warned of.
pub(crate) async fn warn_days(read: &mut Read, today: Date) -> Result<i64> {
    Ok(i64::from(number_on(read, WARN_DAYS, today).await?))
}

/// How many certificates of people who hold a post have run out or soon will; none without the right to record them.
pub(crate) async fn waiting(read: &mut Read, caller: &Caller, today: Date) -> Result<i64> {
    if caller.hats.hat(Action::CertificateRecord, &Subject::town()).is_none() {
        return Ok(0);
    }
    let warn = warn_days(read, today).await?;
    let here: BTreeSet<PersonId> =
        read.holders_on(&[], today).await?.into_iter().map(|held| held.person).collect();
    let all: Vec<Certificate> = read.certificates().await?.into_iter().map(|kept| kept.certificate).collect();
    let is_soon = |one: &&Certificate| {
        let is_near = one.expires_on.is_some_and(|last| (last - today).num_days() <= warn);
        // One that was renewed in time is no worry any more.
        let is_renewed = all.iter().any(|other| {
            other.person == one.person
                && other.kind == one.kind
                && other.revoked.is_none()
                && other.expires_on.is_none_or(|last| (last - today).num_days() > warn)
        });
        one.revoked.is_none() && is_near && !is_renewed && here.contains(&one.person)
    };
    Ok(i64::try_from(all.iter().filter(is_soon).count()).unwrap_or(i64::MAX))
}

/// Nobody records his own.
pub(crate) fn not_own(caller: &Caller, person: &PersonId) -> Result<()> {
    if *person != caller.person {
        return Ok(());
    }
    Err(Error::Refused {
        code: "certificate.self",
        message: "不能登记本人的证件，请由其他人员办理".to_owned(),
    })
}

/// That it does not end before it was given.
pub(crate) fn forward(fields: &mut Fields, issued_on: Date, expires_on: Option<Date>) {
    if expires_on.is_some_and(|last| last < issued_on) {
        fields.wrong("expires_on", "certificate.backwards", "有效期截止不能早于发证日期，请核对");
    }
}

/// Writes a certificate down. One of the training of clause 11 is given out by the fire rescue organ and nobody else.
pub(crate) async fn give(tx: &mut Write, fields: &mut Fields, record: &CertificateRecord) -> Result<()> {
    let held = &record.certificate;
    if held.kind == CertificateKind::FireTrainingGrid {
        let orgs = tx.orgs().await?;
        let is_organ = orgs.iter().any(|kept| {
            let org = &kept.org;
            org.kind == OrgKind::FireRescue
                && (org.name == held.issuer
                    || org.short_name == held.issuer
                    || org.aliases.contains(&held.issuer))
        });
        if !is_organ {
            let text = "网格消防培训合格证由消防救援机构颁发，请填写机构名册中的消防救援机构（C11.6）";
            fields.wrong("issuer", "certificate.issuer", text);
        }
    }
    let others = tx.certificates().await?;
    let same = |kept: &&CertificateRecord| {
        let one = &kept.certificate;
        one.kind == held.kind && one.number == held.number && one.revoked.is_none()
    };
    if others.iter().find(same).is_some() {
        fields.wrong("number", "certificate.number_taken", "这个证号已经登记过，请核对证号");
    }
    std::mem::take(fields).done()?;
    Ok(tx.insert_certificate(record).await?)
}

/// Whether a body of the town gave it: only such a certificate the town prints. Source: the plan, clause 11.6.
pub(crate) fn is_ours(orgs: &[Org], issuer: &str) -> bool {
    let is_it =
        |org: &Org| org.relation == Relation::Town && (org.name == issuer || org.short_name == issuer);
    orgs.iter().any(is_it)
}

impl App {
    /// Every certificate, first to run out first; only what runs out soon or has when asked so, only with this text in the
    /// name of whose it is (also by initials), the number or the issuer.
    pub async fn certificates(
        &self,
        caller: &Caller,
        only_expiring: bool,
        text: Option<&str>,
    ) -> Result<Vec<CertificateRow>> {
        let scope = caller.scope(Action::PersonRead)?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let orgs: Vec<Org> = read.orgs().await?.into_iter().map(|kept| kept.org).collect();
        let warn = warn_days(&mut read, today).await?;
        let text = text.map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty());
        let says = |row: &CertificateRow, text: &str| {
            let (name, held) = (&row.person.name, &row.certificate);
            [name, &held.number, &held.issuer].iter().any(|word| word.to_lowercase().contains(text))
                || initials(name).contains(text)
        };
        let mut rows = Vec::new();
        for kept in read.certificates().await? {
            let mut row = row(caller, &kept, &names, today, warn);
            if kept.certificate.revoked.is_none() && is_ours(&orgs, &kept.certificate.issuer) {
                row.actions.push("print");
            }
            let wanted = (!only_expiring || matches!(row.standing.as_str(), "expiring" | "expired"))
                && text.as_deref().is_none_or(|text| says(&row, text));
            if wanted && (scope.is_whole() || read.person(&kept.certificate.person, &scope).await?.is_some())
            {
                rows.push(row);
            }
        }
        show_scans(&mut read, caller, rows.iter_mut().map(|row| &mut row.certificate)).await?;
        Ok(rows)
    }

    /// Records a certificate. Nobody records his own.
    ///
    /// Errors: one of the training that the fire rescue organ did not give; a number that is known.
    pub async fn record_certificate(
        &self,
        caller: &Caller,
        input: CertificateInput,
    ) -> Result<CertificateRow> {
        let now = self.now();
        let hat = caller.hat(Action::CertificateRecord, &Subject::town())?;
        let scope = caller.scope(Action::PersonRead)?;
        let mut fields = Fields::default();
        let kind = CertificateKind::from_code(&input.kind);
        if kind.is_none() {
            fields.wrong("kind", "certificate.kind", "请选择证件种类");
        }
        let issued_on = read_day(&mut fields, "issued_on", &input.issued_on);
        let expires_on = input.expires_on.as_deref().filter(|text| !text.trim().is_empty());
        let expires_on = expires_on.map(|text| read_day(&mut fields, "expires_on", text));
        forward(&mut fields, issued_on, expires_on);
        let number = fields.name("number", &input.number);
        let issuer = fields.name("issuer", &input.issuer);
        let mut tx = self.write(caller).await?;
        let person = tx.person(&PersonId::from(input.person), &scope).await?;
        let person = person.map(|kept| kept.person).filter(|person| person.active);
        if person.is_none() {
            fields.wrong("person", "certificate.person", "没有这个人员，请从列表中选择");
        }
        std::mem::take(&mut fields).done()?;
        let (Some(kind), Some(person)) = (kind, person) else { return Err(Error::NotFound) };
        not_own(caller, &person.id)?;
        let id = CertificateId::from(self.new_id());
        let certificate = Certificate {
            id: id.clone(),
            person: person.id,
            kind,
            number,
            issuer,
            issued_on,
            expires_on,
            scope: input.scope.trim().to_owned(),
            revoked: None,
        };
        let record = CertificateRecord { certificate, version: 1, recorded_at: now };
        give(&mut tx, &mut fields, &record).await?;
        let names = Names::read(&mut tx).await?;
        let warn = warn_days(&mut tx, now.date()).await?;
        let answer = row(caller, &record, &names, now.date(), warn);
        let audit = caller.audit_as(hat, "certificate.add", ("certificate", id.as_str()), "", now);
        Ok(tx.commit(audit, answer).await?)
    }

    /// Takes a certificate back, or writes down that it was lost: from today it counts no more, what was before stays.
    pub async fn revoke_certificate(
        &self,
        caller: &Caller,
        id: &CertificateId,
        reason: &str,
        version: i64,
    ) -> Result<CertificateRow> {
        let now = self.now();
        let hat = caller.hat(Action::CertificateRecord, &Subject::town())?;
        let mut tx = self.write(caller).await?;
        let mut kept = tx.certificate(id).await?.ok_or(Error::NotFound)?;
        let names = Names::read(&mut tx).await?;
        let warn = warn_days(&mut tx, now.date()).await?;
        if kept.version != version {
            return Err(Error::stale(&row(caller, &kept, &names, now.date(), warn)));
        }
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(Error::field("reason", "certificate.reason", "请写明作废证件的理由"));
        }
        if kept.certificate.revoked.is_some() {
            return Err(Error::Refused {
                code: "certificate.revoked",
                message: "这个证件已经作废，请刷新查看".to_owned(),
            });
        }
        kept.certificate.revoked = Some(Revocation { on: now.date(), reason: reason.to_owned() });
        tx.update_certificate(&kept).await?;
        kept.version += 1;
        let answer = row(caller, &kept, &names, now.date(), warn);
        let mut audit = caller.audit_as(hat, "certificate.revoke", ("certificate", id.as_str()), "", now);
        audit.reason = reason.to_owned();
        Ok(tx.commit(audit, answer).await?)
    }
}
