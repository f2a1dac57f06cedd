//! Contracts as facts of the town: from their first day to their last, until they are voided.

use domain::contract::State;
use domain::fulfilment::Span;

use super::Gathered;
use crate::contract::ContractRecord;
use crate::{Read, Result, args};

impl Read {
    pub(super) async fn gather_contracts(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT * FROM contract WHERE town = $1 ORDER BY from_on, id";
        for row in &self.rows(sql, args![town.as_str()]).await? {
            let record = ContractRecord::from_row(row)?;
            let contract = &record.contract;
            let void_on = match &contract.state {
                State::Void { at, .. } => Some(at.date()),
                State::Signed | State::Ended { .. } => None,
            };
            let around = out.roll.around(&contract.path, out.town);
            let (id, at, subject) = (contract.id.as_str(), record.recorded_at, Some(out.town));
            let span = Span::between(contract.from, contract.last_day());
            let tags = [format!("contract:{}", contract.kind)];
            out.put_until("contract.signed", id, subject, &around, span, at, void_on, &tags)?;
        }
        Ok(())
    }
}
