//! Circulars at those they went to: each body marks them read and says what it did, and the sender sees who has not.
//! What does not belong here: sending (`step`).

use std::collections::BTreeSet;

use domain::ids::{OrgId, PaperId};
use domain::org::{Org, OrgKind};
use domain::paper::Acted;
use domain::policy::{Action, Subject};
use serde::{Deserialize, Serialize};
use store::Read;
use store::paper::{PaperRecord, ReceiptRecord};
use utoipa::ToSchema;

use super::PaperRow;
use crate::names::Names;
use crate::view::{Named, read_day};
use crate::{App, Caller, Error, Result};

/// What one body says to a paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReceiptView {
    /// The body.
    pub org: Named,
    /// `sent`, `read` or `acted`.
    pub state: String,
    /// In Chinese.
    pub state_label: String,
    /// Who read it.
    pub read_by: Option<Named>,
    /// When.
    pub read_at: Option<String>,
    /// The day it was done.
    pub acted_on: Option<String>,
    /// What was done.
    pub note: Option<String>,
    /// A file that shows it, by id.
    pub attachment: Option<String>,
    /// Whether the caller answers for this body.
    pub mine: bool,
    /// Version.
    pub version: i64,
}

/// A paper that came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReceivedRow {
    /// The paper.
    pub paper: PaperRow,
    /// What the body says to it.
    pub receipt: ReceiptView,
}

/// Papers that came, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReceivedPage {
    /// Rows.
    pub items: Vec<ReceivedRow>,
}

/// What a body says.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ReceiptInput {
    /// The body.
    pub org: String,
    /// The day it was done; none when it was only read.
    pub acted_on: Option<String>,
    /// What was done.
    #[serde(default)]
    pub note: String,
    /// A file that shows it, by id.
    pub attachment: Option<String>,
}

/// Newest papers a body is shown.
const MOST: i64 = 200;

/// Whether a circular of the town may go to it.
pub(super) fn is_body(org: &Org) -> bool {
    org.active
        && matches!(
            org.kind,
            OrgKind::Village | OrgKind::Dept | OrgKind::Workstation | OrgKind::Police | OrgKind::Station
        )
}

/// Bodies a paper is to go to, by id.
///
/// Errors: one that is none.
pub(super) async fn bodies(read: &mut Read, ids: &[String]) -> Result<BTreeSet<OrgId>> {
    let asked: BTreeSet<OrgId> = ids.iter().map(|id| OrgId::from(id.as_str())).collect();
    let orgs = read.orgs().await?;
    if asked.iter().any(|id| !orgs.iter().any(|one| one.org.id == *id && is_body(&one.org))) {
        return Err(Error::field("bodies", "paper.bodies", "收文单位不存在，请从列表中选择"));
    }
    Ok(asked)
}

fn subject(record: &ReceiptRecord) -> Subject {
    Subject::of(&record.path, Some(&record.receipt.org))
}

fn view(caller: &Caller, record: &ReceiptRecord, names: &Names) -> ReceiptView {
    let r = &record.receipt;
    let read = r.read.as_ref();
    let acted = r.acted.as_ref();
    ReceiptView {
        org: names.named_org(&r.org),
        state: r.code().to_owned(),
        state_label: r.label().to_owned(),
        read_by: read.map(|(by, _)| Named::new(by.as_str(), names.person(by))),
        read_at: read.map(|(_, at)| at.to_rfc3339()),
        acted_on: acted.map(|one| one.on.to_string()),
        note: acted.map(|one| one.note.clone()),
        attachment: acted.and_then(|one| one.attachment.clone()),
        mine: caller.hats.hat(Action::PaperReceive, &subject(record)).is_some(),
        version: record.version,
    }
}

impl App {
    /// What bodies say to a paper: all of it for who may read the paper as such, otherwise one's own.
    pub(super) async fn receipts_shown(
        &self,
        read: &mut Read,
        caller: &Caller,
        record: &PaperRecord,
        names: &Names,
    ) -> Result<Vec<ReceiptView>> {
        let reader =
            caller.hats.scope(Action::PaperRead).filter(|scope| scope.admits(&super::subject(record)));
        let found = match reader {
            Some(_) => {
                let whole = Caller::system().scope(Action::PaperRead)?;
                read.receipts_of(&record.paper.id, &whole).await?
            }
            None => {
                let own = caller.hats.scope(Action::PaperReceive).unwrap_or_default();
                read.receipts_of(&record.paper.id, &own).await?
            }
        };
        Ok(found.iter().map(|one| view(caller, one, names)).collect())
    }

    /// Papers that came to bodies the caller receives for; `open` leaves out what was answered.
    pub async fn received_papers(&self, caller: &Caller, open: bool) -> Result<ReceivedPage> {
        let scope = caller.scope(Action::PaperReceive)?;
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let found = read.receipts(&scope, open.then_some("sent,read"), MOST).await?;
        let items = found.iter().map(|(receipt, paper)| ReceivedRow {
            paper: super::row(paper, &names),
            receipt: view(caller, receipt, &names),
        });
        Ok(ReceivedPage { items: items.collect() })
    }

    /// A body has read a paper, or says what it did about it.
    ///
    /// Errors: it did not go to that body, or the caller does not receive for it; nothing said; said before.
    pub async fn answer_paper(
        &self,
        caller: &Caller,
        id: &PaperId,
        asked: &ReceiptInput,
    ) -> Result<ReceiptView> {
        let now = self.now();
        let scope = caller.scope(Action::PaperReceive)?;
        let mut tx = self.write(caller).await?;
        let found = tx.receipt(id, &OrgId::from(asked.org.as_str())).await?;
        let mut record = found.filter(|one| scope.admits(&subject(one))).ok_or(Error::NotFound)?;
        let hat = caller.hat(Action::PaperReceive, &subject(&record))?;
        let attachment = asked.attachment.clone().filter(|id| !id.is_empty());
        if let Some(file) = &attachment {
            let kept = tx.attachment(file).await?;
            if kept.is_none_or(|one| one.object_kind != "paper" || one.object_id != id.as_str()) {
                return Err(Error::field("attachment", "paper.attachment", "附件没有上传成功，请重新上传"));
            }
        }
        let by = caller.person.clone();
        let (receipt, action) = match &asked.acted_on {
            None => (record.receipt.read(by, now), "paper.receive"),
            Some(on) => {
                let on = read_day("acted_on", on)?;
                let acted = Acted { by, on, note: asked.note.trim().to_owned(), attachment };
                (record.receipt.act(acted, now)?, "paper.act")
            }
        };
        record.receipt = receipt;
        tx.update_receipt(&record).await?;
        record.version += 1;
        let names = Names::read(&mut tx).await?;
        let shown = view(caller, &record, &names);
        let audit = caller.audit_as(hat, action, ("paper", id.as_str()), &record.path, now);
        Ok(tx.commit(audit, shown).await?)
    }
}
