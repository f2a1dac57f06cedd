//! What the fire rescue organ gave to those who passed: its own paper with its number and day, written down one by one. The
//! town makes up no number of another organ. What does not belong here: certificates as such (`certificate`).

use domain::ids::{CertificateId, TrainingId};
use domain::org::Certificate;
use domain::policy::Action;
use domain::training::{Outcome, State, valid_until};
use serde::Deserialize;
use store::post::CertificateRecord;
use utoipa::ToSchema;

use super::view::TrainingView;
use super::{load, training_view};
use crate::certificate::{forward, give, not_own};
use crate::org::Fields;
use crate::post::read_day;
use crate::{App, Caller, Error, Result};

/// The paper of the organ.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct OrganCertificate {
    /// Number, as printed on it.
    pub number: String,
    /// The day it was given.
    pub issued_on: String,
    /// Its last day; by the course when not said.
    #[serde(default)]
    pub expires_on: Option<String>,
}

impl App {
    /// Writes down the certificate the organ that taught gave to somebody who passed.
    ///
    /// Errors: the course gives none, or the session is not over; he did not pass, is not in the book, or has it; his own;
    /// a number that is known; a day before the session or ahead.
    pub async fn certify_attendance(
        &self,
        caller: &Caller,
        id: &TrainingId,
        attendance: &str,
        input: &OrganCertificate,
    ) -> Result<TrainingView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let mut loaded = load(&mut tx, caller, id).await?;
        let hat = caller.hat(Action::TrainingChange, &loaded.subject())?;
        let held_on = loaded.kept.training.on;
        let is_over = matches!(loaded.kept.training.state, State::Tested | State::Closed);
        let none = || Error::Refused {
            code: "training.no_certificate",
            message: "只给考核合格、还没有登记证书的人员登记消防救援机构的原证，请核对班次和人员".to_owned(),
        };
        let (kind, months) = loaded.course.gives.filter(|_| is_over).ok_or_else(none)?;
        let organ = tx.org(&loaded.kept.training.trainer).await?.ok_or(Error::NotFound)?.org;
        loaded.course.taught_by(organ.kind)?;
        let scope = loaded.course.name.clone();
        let found = loaded.present.iter_mut().find(|one| one.attendance.id == attendance);
        let present = found.ok_or(Error::NotFound)?;
        let is_open = present.attendance.outcome == Outcome::Passed
            && present.voided.is_none()
            && present.certificate.is_none();
        let person = present.attendance.person.clone().filter(|_| is_open).ok_or_else(none)?;
        not_own(caller, &person)?;
        let mut fields = Fields::default();
        let number = fields.name("number", &input.number);
        let issued_on = read_day(&mut fields, "issued_on", &input.issued_on);
        if issued_on < held_on || issued_on > now.date() {
            let text = "发证日期不能早于培训、也不能晚于今天，请按原证填写";
            fields.wrong("issued_on", "training.certified_when", text);
        }
        let said = input.expires_on.as_deref().filter(|text| !text.trim().is_empty());
        let expires_on = match said {
            Some(text) => Some(read_day(&mut fields, "expires_on", text)),
            None => months.and_then(|months| valid_until(issued_on, months)),
        };
        forward(&mut fields, issued_on, expires_on);
        let key = CertificateId::from(self.new_id());
        let certificate = Certificate {
            id: key.clone(),
            person,
            kind,
            number,
            issuer: organ.name,
            issued_on,
            expires_on,
            scope,
            revoked: None,
        };
        give(&mut tx, &mut fields, &CertificateRecord { certificate, version: 1, recorded_at: now }).await?;
        present.certificate = Some(key.to_string());
        tx.update_attendance(present).await?;
        present.version += 1;
        let view = training_view(&mut tx, caller, &loaded).await?;
        let audit =
            caller.audit_as(hat, "training.certify", ("training", id.as_str()), &loaded.kept.path, now);
        Ok(tx.commit(audit, view).await?)
    }
}
