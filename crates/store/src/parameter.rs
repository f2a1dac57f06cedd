//! Numbers and choices of the town as rows: proposed, decided, and in force from a day on. A later row of one name
//! follows an earlier one and never changes it. What does *not* belong here: the values a plan file brings, and
//! which parameters exist (`domain::plan`).

use domain::plan::{Basis, Parameter, Value as Setting};
use domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

use crate::value::{json, word};
use crate::{Read, Result, Row, Value, Write, args, cols};

/// How far a proposal got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// 待审.
    Proposed,
    /// 已定: holds from its day on.
    Decided,
    /// 未采纳.
    Rejected,
}

/// A value as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterRecord {
    /// Our id.
    pub id: String,
    /// Name, value, unit, basis, source and first day.
    pub parameter: Parameter,
    /// How far it got.
    pub decision: Decision,
    /// Why.
    pub reason: String,
    /// Who proposed it.
    pub proposed_by: String,
    /// Who decided, and when.
    pub decided: Option<(String, Timestamp)>,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

impl ParameterRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let value = match row.json("value")? {
            serde_json::Value::Bool(flag) => Setting::Flag(flag),
            serde_json::Value::String(text) => Setting::Text(text),
            serde_json::Value::Number(number) => {
                Setting::Number(number.as_f64().ok_or_else(|| row.inconsistent("value"))?)
            }
            _ => return Err(row.inconsistent("value")),
        };
        let parameter = Parameter {
            name: row.text("name")?,
            value,
            unit: row.text("unit")?,
            basis: Basis::from_code(&row.text("basis")?).ok_or_else(|| row.inconsistent("basis"))?,
            source: row.text("source")?,
            effective_from: row.date("from_on")?,
        };
        let decided_by = row.text("decided_by")?;
        Ok(Self {
            id: row.text("id")?,
            parameter,
            decision: row.word("state")?,
            reason: row.text("reason")?,
            proposed_by: row.text("proposed_by")?,
            decided: row.opt_instant("decided_at")?.map(|at| (decided_by, at)),
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let p = &self.parameter;
        let value = match &p.value {
            Setting::Number(number) => json(number)?,
            Setting::Text(text) => json(text)?,
            Setting::Flag(flag) => json(flag)?,
        };
        let (decided_by, decided_at) = match &self.decided {
            Some((by, at)) => (by.as_str(), Some(*at)),
            None => ("", None),
        };
        Ok(cols! {
            name: &p.name, value: value, unit: &p.unit, basis: p.basis.code(), source: &p.source,
            from_on: p.effective_from, state: word(&self.decision)?, reason: &self.reason,
            proposed_by: &self.proposed_by, decided_by: decided_by, decided_at: decided_at, version: 1_i64,
            recorded_at: self.recorded_at,
        })
    }
}

impl Read {
    /// The decided value of a name on a day; `None` before the first, where the plan's own value holds. Of two for
    /// the same first day the one decided later holds.
    pub async fn parameter_on(&mut self, name: &str, on: Date) -> Result<Option<ParameterRecord>> {
        let town = self.town.clone();
        self.row(
            "SELECT * FROM parameter WHERE town = $1 AND name = $2 AND from_on <= $3 AND state = 'decided' \
             ORDER BY from_on DESC, decided_at DESC, id DESC LIMIT 1",
            args![town.as_str(), name, on],
        )
        .await?
        .as_ref()
        .map(ParameterRecord::from_row)
        .transpose()
    }

    /// The value of this id.
    pub async fn parameter(&mut self, id: &str) -> Result<Option<ParameterRecord>> {
        self.by_id("parameter", id).await?.as_ref().map(ParameterRecord::from_row).transpose()
    }

    /// Every value of every name, whatever was decided, in the order in which they follow one another.
    pub async fn parameters(&mut self) -> Result<Vec<ParameterRecord>> {
        let town = self.town.clone();
        self.rows(
            "SELECT * FROM parameter WHERE town = $1 ORDER BY name, from_on, COALESCE(decided_at, recorded_at), id",
            args![town.as_str()],
        )
        .await?
        .iter()
        .map(ParameterRecord::from_row)
        .collect()
    }
}

impl Write {
    /// A new value, as proposed or as it was decided.
    pub async fn insert_parameter(&mut self, parameter: &ParameterRecord) -> Result<()> {
        self.insert("parameter", &parameter.id, parameter.cols()?).await
    }

    /// Records what was decided about a proposal, if nobody decided since.
    pub async fn decide_parameter(
        &mut self,
        id: &str,
        version: i64,
        decision: Decision,
        by: &str,
        at: Timestamp,
    ) -> Result<()> {
        let row = cols! { state: word(&decision)?, decided_by: by, decided_at: at };
        self.update("parameter", id, version, row).await
    }
}
