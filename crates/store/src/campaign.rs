//! Campaigns as rows, and what the record says of their places: last looks and hazards within a window. What does not belong
//! here: whether a step is allowed (`domain::campaign`).

use std::collections::BTreeMap;

use domain::campaign::{Campaign, Look, State};
use domain::hazard::Stage;
use domain::ids::{CampaignId, PlaceId};
use domain::policy::Scope;
use domain::time::{Date, Timestamp};

use crate::inspection::{LOOKED, STANDS};
use crate::scope::{Columns, Where};
use crate::value::json;
use crate::{Read, Result, Row, Value, Write, cols};

pub(crate) const COLUMNS: Columns = Columns { path: "path", org: "lead", place: "" };

/// A campaign as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignRecord {
    /// The campaign.
    pub campaign: Campaign,
    /// Who recorded it first.
    pub recorded_by: String,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// When its last step was recorded.
    pub changed_at: Timestamp,
}

/// Which campaigns to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CampaignFilter {
    /// Only of this class.
    pub class: Option<String>,
    /// Only in this `State::code`.
    pub state: Option<String>,
}

impl CampaignRecord {
    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        let campaign: Campaign = row.json("content")?;
        if campaign.state.code() != row.text("state")? {
            return Err(row.inconsistent("state"));
        }
        Ok(Self {
            campaign,
            recorded_by: row.text("recorded_by")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
            changed_at: row.instant("changed_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let c = &self.campaign;
        let (closed_on, voided_at) = match &c.state {
            State::Running => (None, None),
            State::Closed { on, .. } => (Some(*on), None),
            State::Void { at, .. } => (None, Some(*at)),
        };
        Ok(cols! {
            class: &c.class, lead: c.lead.as_str(), path: &c.path, title: &c.title, state: c.state.code(),
            from_on: c.from, until_on: c.until, closed_on: closed_on, voided_at: voided_at, content: json(c)?,
            changed_at: self.changed_at,
        })
    }
}

impl Read {
    /// The campaign of this id, within the scope.
    pub async fn campaign(&mut self, id: &CampaignId, scope: &Scope) -> Result<Option<CampaignRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("id", Some(id.as_str()));
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        let row = self.row(format!("SELECT * FROM campaign{sql}"), list).await?;
        row.as_ref().map(CampaignRecord::from_row).transpose()
    }

    /// Campaigns that begin before `before` (exclusive, by first day and id), newest first, within the scope.
    pub async fn campaigns(
        &mut self,
        scope: &Scope,
        filter: &CampaignFilter,
        before: Option<(Date, CampaignId)>,
        limit: i64,
    ) -> Result<Vec<CampaignRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("class", filter.class.as_deref());
        only.is("state", filter.state.as_deref());
        only.within(&COLUMNS, scope);
        if let Some((day, id)) = before {
            let (day, id) = (only.mark(day), only.mark(id.as_str()));
            only.and(&format!("(from_on, id) < ({day}, {id})"));
        }
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        self.rows(format!("SELECT * FROM campaign{sql} ORDER BY from_on DESC, id DESC LIMIT {most}"), list)
            .await?
            .iter()
            .map(CampaignRecord::from_row)
            .collect()
    }

    /// What the record says of these places from the first to the last day, both included: the last standing inspection
    /// that could be made, and the hazards found (those recorded by mistake left out). Whoever asks has asked who may see the places.
    pub async fn looks(
        &mut self,
        places: &[PlaceId],
        (from, until): (Date, Date),
    ) -> Result<BTreeMap<PlaceId, Look>> {
        let mut out: BTreeMap<PlaceId, Look> = BTreeMap::new();
        for some in places.chunks(500) {
            let mut only = Where::town("town", self.town.as_str());
            let marks: Vec<String> = some.iter().map(|id| only.mark(id.as_str())).collect();
            only.and(&format!("place IN ({})", marks.join(", ")));
            let (first, last) = (only.mark(from), only.mark(until));
            only.and(&format!("happened_on >= {first} AND happened_on <= {last}"));
            only.and(LOOKED);
            only.and(STANDS);
            let (sql, list) = only.finish();
            let sql = format!(
                "SELECT place, inspection, happened_on FROM inspection{sql} ORDER BY happened_on, inspection"
            );
            for row in &self.rows(sql, list).await? {
                let look = out.entry(row.text("place")?.into()).or_default();
                look.inspection = Some((row.text("inspection")?.into(), row.date("happened_on")?));
            }
            let mut only = Where::town("town", self.town.as_str());
            let marks: Vec<String> = some.iter().map(|id| only.mark(id.as_str())).collect();
            only.and(&format!("place IN ({})", marks.join(", ")));
            let first = only.mark(Timestamp::start_of(from));
            let after = only.mark(Timestamp::start_of(until.succ_opt().unwrap_or(until)));
            only.and(&format!("found_at >= {first} AND found_at < {after}"));
            let voided = only.mark(Stage::Voided.code());
            only.and(&format!("state <> {voided}"));
            let (sql, list) = only.finish();
            let ended: Vec<String> = Stage::ENDED.iter().map(|stage| format!("'{}'", stage.code())).collect();
            let sql = format!(
                "SELECT place, COUNT(*) AS n, SUM(CASE WHEN state IN ({}) THEN 0 ELSE 1 END) AS open_n \
                 FROM hazard{sql} GROUP BY place",
                ended.join(", ")
            );
            for row in &self.rows(sql, list).await? {
                let look = out.entry(row.text("place")?.into()).or_default();
                look.found = u32::try_from(row.int("n")?).unwrap_or(u32::MAX);
                look.open = u32::try_from(row.int("open_n")?).unwrap_or(u32::MAX);
            }
        }
        Ok(out)
    }
}

impl Write {
    /// A new campaign.
    pub async fn insert_campaign(&mut self, record: &CampaignRecord) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(
            cols! { version: 1_i64, recorded_at: record.recorded_at, recorded_by: &record.recorded_by },
        );
        self.insert("campaign", record.campaign.id.as_str(), row).await
    }

    /// A campaign after a step, if it still has the version it was read with.
    pub async fn update_campaign(&mut self, record: &CampaignRecord) -> Result<()> {
        self.update("campaign", record.campaign.id.as_str(), record.version, record.cols()?).await
    }
}
