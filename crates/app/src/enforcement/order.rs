//! Orders to mend: by which certificate, on which item, under which regime and with whom somebody orders at a place on a
//! day; hazards and papers both ask here. What does not belong here: the rule (`domain::enforcement::authority`), the steps
//! of a hazard, the papers of a case.

use domain::enforcement::{AuthorityItem, Holder};
use domain::gate::Part;
use domain::hazard::{HazardRefusal, LegalBasis, MayOrder};
use domain::ids::PersonId;
use domain::org::{Certificate, CertificateKind, OrgKind};
use domain::time::Date;
use store::Read;

use super::Officers;
use crate::{Caller, Error, Result};

/// What somebody who orders shows.
pub(crate) struct Shown<'a> {
    /// Number of his certificate.
    pub certificate_no: &'a str,
    /// Id of the item of authority.
    pub item: &'a str,
    /// Who orders with him.
    pub with: &'a [PersonId],
}

/// The certificates of the caller that let him order on a day; nobody else's count.
pub(crate) async fn certificates(read: &mut Read, caller: &Caller, on: Date) -> Result<Vec<Certificate>> {
    let lets_order = |held: &Certificate| {
        matches!(held.kind, CertificateKind::EnforcementCert | CertificateKind::PoliceQual)
            && held.is_valid_on(on)
    };
    let held = read.certificates_of(&caller.person).await?;
    Ok(held.into_iter().map(|held| held.certificate).filter(lets_order).collect())
}

/// The proof of a certificate and an item, as long as both are valid.
pub(crate) fn proof(held: &Certificate, item: &AuthorityItem, with: &[PersonId]) -> MayOrder {
    let ends = [held.expires_on, item.to];
    MayOrder {
        officer: held.person.clone(),
        certificate_no: held.number.clone(),
        authority_item: item.name.clone(),
        item: Some(item.id.clone()),
        with: with.to_vec(),
        basis: item.basis,
        valid_from: held.issued_on.max(item.from),
        valid_to: ends.into_iter().flatten().min(),
    }
}

/// In whose name something is done on an item: the delegating organ's, otherwise the town's own; none where a police
/// station acts for the organ it belongs to, which is no body of the town.
///
/// Source: 行政处罚法 (2021) arts. 20, 21, 24; handbook of the field, tension T7.
pub(crate) async fn in_name_of(read: &mut Read, item: &AuthorityItem) -> Result<Option<String>> {
    if item.basis == LegalBasis::Delegated {
        return Ok(Some(item.delegator.clone()));
    }
    if item.holder == Holder::Police {
        return Ok(None);
    }
    let own = |kept: store::org::OrgRecord| {
        (kept.org.kind == OrgKind::TownGov && kept.org.active).then_some(kept.org.name)
    };
    Ok(read.orgs().await?.into_iter().find_map(own))
}

/// By what right the caller orders at a place on a day.
///
/// Errors: no item is named, or it is not in force there then; the certificate is not his; he or who goes with him lacks
/// certificate or training; he is alone.
pub(crate) async fn may_order(
    read: &mut Read,
    caller: &Caller,
    shown: &Shown<'_>,
    path: &str,
    on: Date,
) -> Result<MayOrder> {
    let wrong = |code: &'static str, message: &str| Error::field("authority_item", code, message);
    if shown.item.trim().is_empty() {
        return Err(wrong("hazard.authority_item", "请选择依据的执法事项，再责令改正"));
    }
    let held = certificates(read, caller, on).await?;
    let held = held.iter().find(|held| held.number == shown.certificate_no.trim());
    let held = held.ok_or(HazardRefusal::NoAuthority)?;
    crate::gate::admit(read, &caller.person, Part::Officer, on).await?;
    let item = read.authority_item(&shown.item.trim().into()).await?.map(|record| record.item);
    let item = item.ok_or_else(|| wrong("enforcement.item", "没有这个执法事项，请从列表中选择"))?;
    let officers: Vec<PersonId> =
        std::iter::once(caller.person.clone()).chain(shown.with.iter().cloned()).collect();
    Officers::read(read).await?.may_order(&officers, &item, path, on)?;
    Ok(proof(held, &item, shown.with))
}
