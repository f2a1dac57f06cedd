//! Territories and organisations as rows, and what they are called. They are few, so they are read whole; what they
//! may do is the cellar's business (`domain::org`).

use domain::ids::{OrgId, TerritoryCode};
use domain::org::{Closing, Holds, Life, Org, Territory};
use domain::time::{Date, Timestamp};

use crate::value::{json, word};
use crate::{Read, Result, Row, Value, Write, args, cols};

/// A territory as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TerritoryRecord {
    /// The territory.
    pub territory: Territory,
    /// Since when it is no more, and why; none while it is there.
    pub closed: Option<Closing>,
    /// Where it stands in a list.
    pub ord: i64,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// An organisation as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgRecord {
    /// The organisation.
    pub org: Org,
    /// Since when it is there, and since when no more.
    pub life: Life,
    /// Where it stands in a list.
    pub ord: i64,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

impl TerritoryRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let territory = Territory {
            code: row.text("id")?.into(),
            level: row.word("level")?,
            parent: Some(row.text("parent")?).filter(|parent| !parent.is_empty()).map(Into::into),
            path: row.text("path")?,
            name: row.text("name")?,
            short_name: row.text("short_name")?,
            kind: row.text("kind")?,
            aliases: row.json("aliases")?,
            provisional: row.bool("provisional")?,
        };
        let reason = row.opt_text("closed_reason")?.unwrap_or_default();
        let closed = row.opt_date("closed_on")?.map(|on| Closing { on, reason });
        Ok(Self {
            territory,
            closed,
            ord: row.int("ord")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let t = &self.territory;
        let parent = t.parent.as_ref().map_or("", TerritoryCode::as_str);
        Ok(cols! {
            level: word(&t.level)?, parent: parent, path: &t.path, name: &t.name, short_name: &t.short_name,
            kind: &t.kind, aliases: json(&t.aliases)?, provisional: t.provisional, ord: self.ord,
            closed_on: self.closed.as_ref().map(|closed| closed.on),
            closed_reason: self.closed.as_ref().map(|closed| closed.reason.as_str()),
        })
    }
}

impl OrgRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let org = Org {
            id: row.text("id")?.into(),
            kind: row.word("kind")?,
            name: row.text("name")?,
            short_name: row.text("short_name")?,
            aliases: row.json("aliases")?,
            relation: row.word("relation")?,
            label: row.opt_text("label")?.unwrap_or_default(),
            territory: row.text("territory")?.into(),
            active: row.bool("active")?,
        };
        Ok(Self {
            org,
            life: life(row)?,
            ord: row.int("ord")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let o = &self.org;
        Ok(cols! {
            kind: word(&o.kind)?, name: &o.name, short_name: &o.short_name, aliases: json(&o.aliases)?,
            relation: word(&o.relation)?, label: &o.label, sectors: "", territory: o.territory.as_str(),
            active: o.active, ord: self.ord,
            founded_on: self.life.founded_on, closed_on: self.life.closed_on,
        })
    }
}

/// The days an organisation or a post begins and ends.
pub(crate) fn life(row: &Row) -> Result<Life> {
    Ok(Life { founded_on: row.opt_date("founded_on")?, closed_on: row.opt_date("closed_on")? })
}

impl Read {
    /// Every territory of the town, from the top down, also those that are no more.
    pub async fn territories(&mut self) -> Result<Vec<TerritoryRecord>> {
        let town = self.town.clone();
        self.rows("SELECT * FROM territory WHERE town = $1 ORDER BY ord, path", args![town.as_str()])
            .await?
            .iter()
            .map(TerritoryRecord::from_row)
            .collect()
    }

    /// The territories that are there, from the top down: what forms offer and what is matched against words people write.
    pub async fn open_territories(&mut self) -> Result<Vec<TerritoryRecord>> {
        Ok(self.territories().await?.into_iter().filter(|one| one.closed.is_none()).collect())
    }

    /// What still lies at or below a territory on a day, itself not counted. What is not dated counts as it is now.
    pub async fn held_by_territory(&mut self, territory: &Territory, on: Date) -> Result<Holds> {
        let town = self.town.clone();
        let path = territory.path.as_str();
        // `0` follows `/`: this is every path below.
        let (first, end) = (format!("{path}/"), format!("{path}0"));
        let within = "(path = $2 OR (path >= $3 AND path < $4))";
        let sql = format!(
            "WITH own AS (SELECT id, path, closed_on FROM territory WHERE town = $1 AND {within}) \
             SELECT (SELECT COUNT(*) FROM own WHERE path <> $2 AND (closed_on IS NULL OR closed_on > $5)) AS below, \
             (SELECT COUNT(*) FROM org WHERE town = $1 AND (active OR closed_on > $5) \
               AND territory IN (SELECT id FROM own)) AS orgs, \
             (SELECT COUNT(*) FROM post WHERE town = $1 AND (active OR closed_on > $5) \
               AND territory IN (SELECT id FROM own)) AS posts, \
             (SELECT COUNT(*) FROM assignment WHERE town = $1 AND (to_on IS NULL OR to_on >= $5) \
               AND territory IN (SELECT id FROM own)) AS assignments, \
             (SELECT COUNT(*) FROM place WHERE town = $1 AND voided_at IS NULL AND {within} \
               AND (closed_on > $5 OR closed_on IS NULL AND opening <> 'deregistered')) AS places, \
             (SELECT COUNT(*) FROM place_list l WHERE l.town = $1 AND l.village IN (SELECT id FROM own) \
               AND EXISTS (SELECT 1 FROM list_entry e WHERE e.town = l.town AND e.list = l.id \
                 AND (e.to_on IS NULL OR e.to_on > $5))) AS lists, \
             (SELECT COUNT(*) FROM facility WHERE town = $1 AND voided_at IS NULL AND stage <> 'retired' AND {within}) \
               AS facilities, \
             (SELECT COUNT(*) FROM force WHERE town = $1 AND state <> 'closed' AND {within}) AS forces, \
             (SELECT COUNT(*) FROM device WHERE town = $1 AND voided_at IS NULL AND {within} \
               AND (retired_on IS NULL OR retired_on > $5)) AS devices, \
             (SELECT COUNT(*) FROM road WHERE town = $1 AND voided_at IS NULL AND {within}) AS roads"
        );
        let rows = self.rows(sql, args![town.as_str(), path, first, end, on]).await?;
        let count = |name| rows.first().map_or(Ok(0), |row| row.int(name));
        Ok(Holds {
            below: count("below")?,
            orgs: count("orgs")?,
            posts: count("posts")?,
            assignments: count("assignments")?,
            places: count("places")?,
            lists: count("lists")?,
            facilities: count("facilities")?,
            forces: count("forces")?,
            devices: count("devices")?,
            roads: count("roads")?,
        })
    }

    /// The territory with this code, if it was not given up: what something new may be put into.
    pub async fn open_territory(&mut self, code: &TerritoryCode) -> Result<Option<TerritoryRecord>> {
        Ok(self.territory(code).await?.filter(|one| one.closed.is_none()))
    }

    /// The territory with this code.
    pub async fn territory(&mut self, code: &TerritoryCode) -> Result<Option<TerritoryRecord>> {
        self.by_id("territory", code.as_str()).await?.as_ref().map(TerritoryRecord::from_row).transpose()
    }

    /// Every organisation of the town, also those that are no more.
    pub async fn orgs(&mut self) -> Result<Vec<OrgRecord>> {
        let town = self.town.clone();
        self.rows("SELECT * FROM org WHERE town = $1 ORDER BY ord, id", args![town.as_str()])
            .await?
            .iter()
            .map(OrgRecord::from_row)
            .collect()
    }

    /// The organisation of this id.
    pub async fn org(&mut self, id: &OrgId) -> Result<Option<OrgRecord>> {
        self.by_id("org", id.as_str()).await?.as_ref().map(OrgRecord::from_row).transpose()
    }
}

impl Write {
    /// A new territory; a code that is taken is a conflict.
    pub async fn insert_territory(&mut self, territory: &TerritoryRecord) -> Result<()> {
        let mut row = territory.cols()?;
        row.extend(cols! { version: 1_i64, recorded_at: territory.recorded_at });
        self.insert("territory", territory.territory.code.as_str(), row).await
    }

    /// Stores a changed territory, if nobody changed it since.
    pub async fn update_territory(&mut self, territory: &TerritoryRecord) -> Result<()> {
        let row = territory.cols()?;
        self.update("territory", territory.territory.code.as_str(), territory.version, row).await
    }

    /// A new organisation.
    pub async fn insert_org(&mut self, org: &OrgRecord) -> Result<()> {
        let mut row = org.cols()?;
        row.extend(cols! { version: 1_i64, recorded_at: org.recorded_at });
        self.insert("org", org.org.id.as_str(), row).await
    }

    /// Stores a changed organisation, if nobody changed it since.
    pub async fn update_org(&mut self, org: &OrgRecord) -> Result<()> {
        self.update("org", org.org.id.as_str(), org.version, org.cols()?).await
    }
}
