//! Two incidents that are one: a person says so, and why; both keep what happened to them. What does not belong here: which
//! signs join by themselves (`domain::incident::join`), the other steps of an incident.

use domain::ids::IncidentId;
use domain::incident::{Act, IncidentRefusal};
use domain::policy::Action;
use store::Write;
use store::incident::IncidentRecord;

use super::view::{IncidentStep, IncidentView};
use super::{act_name, given, subject, view};
use crate::{App, Caller, Error, Result};

impl App {
    /// Another incident turns out to be this one, and becomes part of it.
    ///
    /// Errors: no such incident, or not the caller's; no reason; they cannot be one; people of the other are under way.
    pub(super) async fn merge(
        &self,
        caller: &Caller,
        mut tx: Write,
        mut record: IncidentRecord,
        asked: &IncidentStep,
    ) -> Result<IncidentView> {
        let now = self.now();
        let scope = caller.scope(Action::IncidentRead)?;
        let missing = || Error::field("other", "incident.other", "没有这起警情，请从列表中选择");
        let id = asked.other.as_deref().and_then(given).map(IncidentId::from).ok_or_else(missing)?;
        let mut other = tx.incident(&id, &scope).await?.ok_or_else(missing)?;
        let hat = caller.hat(Action::IncidentVerify, &subject(&record))?.clone();
        let theirs = caller.hat(Action::IncidentVerify, &subject(&other))?.clone();
        if tx.dispatches(&id).await?.iter().any(|order| order.dispatch.state.is_open()) {
            return Err(IncidentRefusal::MergeOrders.into());
        }
        let absorb = Act::Absorb { code: other.incident.code.clone(), signals: other.incident.signals };
        let merge = Act::Merge { code: record.incident.code.clone() };
        (record.incident, other.incident) = record.incident.absorb(other.incident, &asked.text)?;
        record.caller_phone = crate::names::joined(&record.caller_phone, &other.caller_phone);
        for (one, act) in [(&mut record, absorb), (&mut other, merge.clone())] {
            let event = self.event(one, act, caller, (now, now), &asked.text);
            tx.save_incident(one, &event).await?;
            one.version += 1;
        }
        // What nobody knew of this one the other may have known.
        self.spare_volunteers(caller, &mut tx, &record).await?;
        // Nobody is to be reached about it any more under its old number.
        self.settle(&mut tx, ("incident", id.as_str()), &caller.person).await?;
        let mut entry =
            caller.audit_as(&theirs, act_name(&merge), ("incident", id.as_str()), &other.path, now);
        entry.reason = asked.text.trim().to_owned();
        tx.append(entry).await?;
        let page = view::page(&mut tx, caller, &record, now).await?;
        let object = ("incident", record.incident.id.as_str());
        let mut audit = caller.audit_as(&hat, "incident.absorb", object, &record.path, now);
        audit.reason = asked.text.trim().to_owned();
        Ok(tx.commit(audit, page).await?)
    }
}
