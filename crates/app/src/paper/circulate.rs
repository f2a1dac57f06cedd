//! Circulars on their way to the bodies of the town: at issue, and to more of them later, each with its own receipt. What
//! does not belong here: what the bodies say to it (`receipt`).

use std::collections::BTreeSet;

use domain::hazard::ServeMethod;
use domain::ids::{OrgId, PaperId};
use domain::paper::{Paper, Receipt, Service, State};
use domain::time::{Date, Timestamp};
use serde::Deserialize;
use store::paper::ReceiptRecord;
use store::{Read, Write};
use utoipa::ToSchema;

use super::{Deed, PaperView, hat_for, receipt, subject, template_of};
use crate::names::Names;
use crate::{App, Caller, Error, Result};

/// It goes to more bodies.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PaperCirculate {
    /// Bodies of the town, by id; those that have it keep it.
    pub bodies: Vec<String>,
    /// The version that was read.
    pub version: i64,
}

/// The paper as served on its bodies over the wire.
///
/// Errors: it is not out.
pub(super) async fn sent(read: &mut Read, caller: &Caller, paper: Paper, today: Date) -> Result<Paper> {
    let names = Names::read(read).await?;
    let to: Vec<String> = paper.bodies.iter().map(|org| names.org(org)).collect();
    let service = Service {
        way: ServeMethod::Electronic,
        to: to.join("、"),
        on: today,
        receipt: String::new(),
        photos: Vec::new(),
        by: caller.person.clone(),
    };
    Ok(paper.serve(service, today)?)
}

impl App {
    /// Each body gets a receipt of its own to sign.
    pub(super) async fn send_to(
        &self,
        tx: &mut Write,
        id: &PaperId,
        to: &BTreeSet<OrgId>,
        now: Timestamp,
    ) -> Result<()> {
        for org in to {
            let of = tx.org(org).await?.ok_or(Error::NotFound)?.org.territory;
            let path = tx.territory(&of).await?.map(|one| one.territory.path).unwrap_or_default();
            let receipt = Receipt::sent(id.clone(), org.clone());
            let sent = ReceiptRecord { id: self.new_id(), receipt, path, version: 1, recorded_at: now };
            tx.insert_receipt(&sent).await?;
        }
        Ok(())
    }

    /// It goes to more bodies after it is out. Those that have it keep what they said.
    ///
    /// Errors: it is not out, or was taken back; no such body; all of them have it; such a paper goes to no bodies.
    pub async fn circulate_paper(
        &self,
        caller: &Caller,
        id: &PaperId,
        asked: &PaperCirculate,
    ) -> Result<PaperView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let mut record = self.seen(&mut tx, caller, id, asked.version).await?;
        let template = template_of(&mut tx, &record.paper).await?;
        let hat = hat_for(caller, &template, Deed::Serve, &subject(&record))?;
        // Circulars and letters go to bodies of the town; what is served on a party goes to nobody else.
        if !template.layout.red_head() {
            return Err(Error::Refused {
                code: "paper.no_circular",
                message: "只有公文、函和纪要能补发给收文单位，这种文书请用“登记送达”".to_owned(),
            });
        }
        let to = receipt::bodies(&mut tx, &asked.bodies).await?;
        let (paper, new) = record.paper.circulate(&to)?;
        record.paper = match paper.state {
            State::Issued { .. } => sent(&mut tx, caller, paper, now.date()).await?,
            _ => paper,
        };
        tx.update_paper(&record).await?;
        record.version += 1;
        self.send_to(&mut tx, id, &new, now).await?;
        let view = self.paper_view(&mut tx, caller, &record).await?;
        let audit = caller.audit_as(&hat, "paper.send_more", ("paper", id.as_str()), &record.path, now);
        Ok(tx.commit(audit, view).await?)
    }
}
