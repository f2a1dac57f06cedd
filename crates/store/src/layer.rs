//! What can be on a map, read lean: no personal column is opened. Whoever asks is limited as for the noun itself.
//! What does not belong here: how it is drawn (`app::layer`).

use domain::geometry::Position;
use domain::hazard::Stage;
use domain::place::Location;
use domain::policy::Scope;
use domain::time::{Date, Timestamp};

use crate::scope::{Columns, Where};
use crate::{Read, Result, Row, args};

/// A place with a position.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceSpot {
    /// Place.
    pub id: String,
    /// Number on its file.
    pub code: String,
    /// 名称.
    pub name: String,
    /// Category.
    pub category: String,
    /// Village.
    pub village: String,
    /// `Opening`'s code.
    pub opening: String,
    /// Risk grade as last computed; empty when never.
    pub grade: String,
    /// Where.
    pub at: Location,
    /// Opened.
    pub opened_on: Option<Date>,
    /// Closed for good.
    pub closed_on: Option<Date>,
}

/// A hazard at a place with a position.
#[derive(Debug, Clone, PartialEq)]
pub struct HazardSpot {
    /// Hazard.
    pub id: String,
    /// Number people use.
    pub code: String,
    /// `Level::code`; empty until graded.
    pub level: String,
    /// `State::code`.
    pub state: String,
    /// The deadline in force.
    pub deadline_on: Option<Date>,
    /// When it was found.
    pub found_at: Timestamp,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// The place's id, name and village.
    pub place: (String, String, String),
    /// Where the place is.
    pub at: Location,
}

/// A place's rights where its table goes by `p`.
const OF_A_PLACE: Columns = Columns { path: "p.path", org: "p.sector_org", place: "p.id" };
/// A hazard's where its table goes by `h`.
const OF_A_HAZARD: Columns = Columns { path: "h.path", org: "h.org", place: "h.place" };

fn location(row: &Row) -> Result<Location> {
    match (row.opt_real("lon")?, row.opt_real("lat")?) {
        (Some(lon_deg), Some(lat_deg)) => Ok(Location { lon_deg, lat_deg }),
        _ => Err(row.inconsistent("lon")),
    }
}

impl Read {
    /// Where some places lie, voided ones left out: those registered first. It says where the town lies, not who is where.
    pub async fn some_place_positions(&mut self, most: i64) -> Result<Vec<Position>> {
        let town = self.town().clone();
        let sql = "SELECT lon, lat FROM place WHERE town = $1 AND voided_at IS NULL AND lon IS NOT NULL AND lat IS NOT NULL \
                   ORDER BY id LIMIT $2";
        let rows = self.rows(sql, args![town.as_str(), most]).await?;
        let at = |row: &Row| Ok(row.opt_real("lon")?.zip(row.opt_real("lat")?).map(|(lon, lat)| [lon, lat]));
        rows.iter().filter_map(|row| at(row).transpose()).collect()
    }

    /// Places that have a position, but voided ones, within the scope, by id.
    pub async fn place_spots(&mut self, scope: &Scope) -> Result<Vec<PlaceSpot>> {
        let mut only = Where::town("p.town", self.town().clone().as_str());
        only.within(&OF_A_PLACE, scope);
        only.and("p.voided_at IS NULL AND p.lon IS NOT NULL AND p.lat IS NOT NULL");
        let (sql, list) = only.finish();
        let mut found = Vec::new();
        let sql = format!(
            "SELECT p.id, p.code, p.name, p.category, p.village, p.opening, p.cached_risk_grade, p.lon, p.lat, \
             p.opened_on, p.closed_on FROM place p{sql} ORDER BY p.id"
        );
        self.each(sql, list, |row| {
            found.push(PlaceSpot {
                id: row.text("id")?,
                code: row.text("code")?,
                name: row.text("name")?,
                category: row.text("category")?,
                village: row.text("village")?,
                opening: row.text("opening")?,
                grade: row.text("cached_risk_grade")?,
                at: location(&row)?,
                opened_on: row.opt_date("opened_on")?,
                closed_on: row.opt_date("closed_on")?,
            });
            Ok(())
        })
        .await?;
        Ok(found)
    }

    /// Hazards at places that have a position, but dismissed and voided ones, within the scope, by id.
    pub async fn hazard_spots(&mut self, scope: &Scope) -> Result<Vec<HazardSpot>> {
        let mut only = Where::town("h.town", self.town().clone().as_str());
        only.within(&OF_A_HAZARD, scope);
        let (dismissed, voided) = (only.mark(Stage::False.code()), only.mark(Stage::Voided.code()));
        only.and(&format!(
            "h.state NOT IN ({dismissed}, {voided}) AND p.lon IS NOT NULL AND p.lat IS NOT NULL"
        ));
        let (sql, list) = only.finish();
        let mut found = Vec::new();
        let sql = format!(
            "SELECT h.id, h.code, h.level, h.state, h.deadline_on, h.found_at, h.place, p.name AS place_name, \
             p.village, p.lon, p.lat, (SELECT MAX(e.happened_at) FROM hazard_event e \
             WHERE e.town = h.town AND e.hazard = h.id) AS changed_at \
             FROM hazard h JOIN place p ON p.town = h.town AND p.id = h.place{sql} ORDER BY h.id"
        );
        self.each(sql, list, |row| {
            let found_at = row.instant("found_at")?;
            found.push(HazardSpot {
                id: row.text("id")?,
                code: row.text("code")?,
                level: row.text("level")?,
                state: row.text("state")?,
                deadline_on: row.opt_date("deadline_on")?,
                found_at,
                changed_at: row.opt_instant("changed_at")?.unwrap_or(found_at),
                place: (row.text("place")?, row.text("place_name")?, row.text("village")?),
                at: location(&row)?,
            });
            Ok(())
        })
        .await?;
        Ok(found)
    }

    /// Whether a row of one of these tables was written in an entry of the record after `seq`.
    pub async fn touched_after(&mut self, seq: i64, tables: &[&str]) -> Result<bool> {
        let mut only = Where::town("town", self.town().clone().as_str());
        let seq = only.mark(seq);
        only.and(&format!("seq > {seq}"));
        only.is_one_of("table_name", Some(&tables.join(",")));
        let (sql, list) = only.finish();
        Ok(self.row(format!("SELECT seq FROM audit_item{sql} LIMIT 1"), list).await?.is_some())
    }
}
