//! Contracts as rows: the contract as JSON, with columns to search and to tell rights by. What does not belong here:
//! whether a step is allowed (`domain::contract`).

use domain::contract::{Contract, State};
use domain::ids::{ContractId, OrgId};
use domain::policy::Scope;
use domain::time::{Date, Timestamp};

use crate::scope::{Columns, Where};
use crate::value::json;
use crate::{Read, Result, Row, Value, Write, args, cols};

pub(crate) const COLUMNS: Columns = Columns { path: "path", org: "provider", place: "" };

/// A contract as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractRecord {
    /// The contract.
    pub contract: Contract,
    /// Who recorded it first.
    pub recorded_by: String,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// Which contracts to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContractFilter {
    /// Only of this kind.
    pub kind: Option<String>,
    /// Only those in force on this day.
    pub running_on: Option<Date>,
    /// Only with this text in the title.
    pub text: Option<String>,
}

impl ContractRecord {
    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        let contract: Contract = row.json("content")?;
        if contract.state.code() != row.text("state")? || contract.last_day() != row.date("last_on")? {
            return Err(row.inconsistent("state"));
        }
        Ok(Self {
            contract,
            recorded_by: row.text("recorded_by")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let c = &self.contract;
        let voided_at = match &c.state {
            State::Void { at, .. } => Some(*at),
            State::Signed | State::Ended { .. } => None,
        };
        Ok(cols! {
            kind: &c.kind, provider: c.provider.as_str(), path: &c.path, title: &c.title, state: c.state.code(),
            from_on: c.from, last_on: c.last_day(), voided_at: voided_at, content: json(c)?,
        })
    }
}

impl Read {
    /// The contract of this id, within the scope.
    pub async fn contract(&mut self, id: &ContractId, scope: &Scope) -> Result<Option<ContractRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("id", Some(id.as_str()));
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        self.row(format!("SELECT * FROM contract{sql}"), list)
            .await?
            .as_ref()
            .map(ContractRecord::from_row)
            .transpose()
    }

    /// Contracts that begin before `before` (exclusive, by first day and id), newest first, within the scope.
    pub async fn contracts(
        &mut self,
        scope: &Scope,
        filter: &ContractFilter,
        before: Option<(Date, ContractId)>,
        limit: i64,
    ) -> Result<Vec<ContractRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("kind", filter.kind.as_deref());
        if let Some(day) = filter.running_on {
            let day = only.mark(day);
            only.and(&format!("voided_at IS NULL AND from_on <= {day} AND last_on >= {day}"));
        }
        if let Some(text) = &filter.text {
            only.containing(&["title"], text);
        }
        only.within(&COLUMNS, scope);
        if let Some((day, id)) = before {
            let (day, id) = (only.mark(day), only.mark(id.as_str()));
            only.and(&format!("(from_on, id) < ({day}, {id})"));
        }
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        self.rows(format!("SELECT * FROM contract{sql} ORDER BY from_on DESC, id DESC LIMIT {most}"), list)
            .await?
            .iter()
            .map(ContractRecord::from_row)
            .collect()
    }

    /// Every contract with a provider, by which the reach of its people is told.
    pub async fn contracts_of(&mut self, provider: &OrgId) -> Result<Vec<Contract>> {
        let town = self.town.clone();
        self.rows(
            "SELECT * FROM contract WHERE town = $1 AND provider = $2 ORDER BY from_on, id",
            args![town.as_str(), provider.as_str()],
        )
        .await?
        .iter()
        .map(|row| ContractRecord::from_row(row).map(|record| record.contract))
        .collect()
    }
}

impl Write {
    /// A new contract.
    pub async fn insert_contract(&mut self, record: &ContractRecord) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(
            cols! { version: 1_i64, recorded_at: record.recorded_at, recorded_by: &record.recorded_by },
        );
        self.insert("contract", record.contract.id.as_str(), row).await
    }

    /// A contract after a step, if it still has the version it was read with.
    pub async fn update_contract(&mut self, record: &ContractRecord) -> Result<()> {
        self.update("contract", record.contract.id.as_str(), record.version, record.cols()?).await
    }
}
