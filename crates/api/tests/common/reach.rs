//! A town with village groups, a station and roads, in which somebody is reached or not.

use anyhow::Result;
use app::Caller;
use domain::org::{Level, Territory};
use serde_json::{Value, json};
use testkit::Fresh;

use super::{Browser, Town, V1, V1_GRID, V2, day, path, town_of};

/// A town with two village groups in the second village and one in the first.
pub async fn grouped(fresh: &Fresh) -> Result<Town> {
    let mut roster = super::roster();
    for (code, above, below, name) in [
        ("g1", V1_GRID, format!("/{V1}/{V1_GRID}/g1"), "场镇一组"),
        ("g2", V2, format!("/{V2}/g2"), "凌阁堂一组"),
        ("g3", V2, format!("/{V2}/g3"), "凌阁堂二组"),
    ] {
        roster.territories.push(Territory {
            code: code.into(),
            level: Level::Group,
            parent: Some(above.into()),
            path: path(&below),
            name: name.to_owned(),
            short_name: name.to_owned(),
            kind: String::new(),
            aliases: Vec::new(),
            provisional: true,
        });
    }
    let town = town_of(fresh, roster).await?;
    let system = Caller::system();
    town.app.ensure_shipped_checklists(&system, Some(day("2026-01-01"))).await?;
    town.app.install_shipped_plan(&system).await?;
    Ok(town)
}

/// A stretch to enter.
pub fn road(name: &str, rank: &str, village: &str, line: &[[f64; 2]], width: f64) -> Value {
    json!({ "name": name, "rank": rank, "territory": village, "width_m": width, "height_m": 4.5,
        "geometry": { "type": "LineString", "coordinates": line }, "surveyed_on": "2026-03-01",
        "wet_season": "passable", "source": "皮尺" })
}

/// A field as text.
pub fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// Enters a stretch.
pub async fn add(browser: &mut Browser, road: Value) -> Result<Value> {
    browser.post("/api/v1/roads", road).await?.ok()
}

/// Whether each group is reached by a vehicle, by name.
pub async fn verdicts(browser: &mut Browser, vehicle: &str) -> Result<Vec<(String, String)>> {
    let report = browser.get("/api/v1/roads/access").await?.ok()?;
    let row = |row: &Value| {
        let ways = row["ways"].as_array().cloned().unwrap_or_default();
        let way = ways.iter().find(|way| text(way, "vehicle") == vehicle).cloned().unwrap_or_default();
        (text(&row["target"], "name").to_owned(), text(&way, "verdict").to_owned())
    };
    Ok(report["rows"].as_array().into_iter().flatten().map(row).collect())
}

/// A station with an engine in the first village, accepted.
pub async fn station(town: &Town) -> Result<()> {
    let mut clerk = town.login("clerk").await?;
    let force = json!({ "kind": "micro", "served": "village", "name": "场镇微型消防站", "org": "village-1",
        "territory": V1, "standard": "village_micro", "phone": "023-49000001", "address": "便民中心",
        "lng_e7": 1_058_701_000, "lat_e7": 292_601_000 });
    let force = clerk.post("/api/v1/forces", force).await?.ok()?;
    let at = format!("/api/v1/forces/{}", text(&force, "id"));
    let accepted = json!({ "on": "2026-09-10", "text": "镇消安办", "version": 1 });
    clerk.post(&format!("{at}/accept"), accepted).await?.ok()?;
    Ok(())
}
