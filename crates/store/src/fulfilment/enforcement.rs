//! Items of authority as facts of the town: the list that empowers it, and what others delegated to it, while they are in
//! force. What does not belong here: who may act on them (`domain::enforcement`); what else is signed (`evidence`).

use domain::enforcement::Holder;
use domain::fulfilment::Span;
use domain::hazard::LegalBasis;

use super::Gathered;
use crate::{Read, Result};

impl Read {
    /// The register's items of the town itself; the police act for their own organ. Source: C11.1, C11.2.
    pub(super) async fn gather_authority(&mut self, out: &mut Gathered) -> Result<()> {
        for record in self.authority_items().await? {
            let item = &record.item;
            if item.holder != Holder::Town {
                continue;
            }
            let tag = match item.basis {
                LegalBasis::Delegated => "doc:delegation",
                LegalBasis::Empowered => "doc:authority_items",
                LegalBasis::OwnStatutory => continue,
            };
            let span = Span { from: item.from, to: item.to };
            let void_on = record.voided_at.map(|at| at.date());
            let (town, tags) = (out.town, [tag.to_owned()]);
            out.put_until(
                "document.signed",
                item.id.as_str(),
                Some(town),
                &[],
                span,
                record.recorded_at,
                void_on,
                &tags,
            )?;
        }
        Ok(())
    }
}
