//! Which land a village covers: drawn, taken in from a file, on the map of the day.

use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::{V1, V2, town};

fn square(west: f64) -> Value {
    let (south, east, north) = (29.2, west + 0.1, 29.3);
    json!({ "type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]] })
}

fn file(features: Vec<Value>) -> Value {
    json!({ "features": { "type": "FeatureCollection", "features": features }, "from": "2026-01-01",
            "source": "区民政局界线图" })
}

fn feature(properties: Value, geometry: Value) -> Value {
    json!({ "type": "Feature", "properties": properties, "geometry": geometry })
}

#[tokio::test]
async fn a_village_is_drawn_and_drawn_anew_and_each_day_has_its_own_outline() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut admin, mut clerk) = (town.login("admin").await?, town.login("clerk").await?);
        let path = format!("/api/v1/territories/{V1}/boundary");
        let drawn = |west: f64, from: &str| json!({ "area": square(west), "from": from, "source": "区民政局界线图" });
        let first = admin.put(&path, drawn(105.8, "2026-01-01")).await?.ok()?;
        let then = admin.put(&path, drawn(105.9, "2026-09-01")).await?.ok()?;
        let known = clerk.get("/api/v1/boundaries").await?.items()?;
        assert_eq!(known.len(), 1, "one holds");
        assert_eq!((&known[0]["id"], &known[0]["territory"]["id"]), (&then["id"], &json!(V1)));
        for (on, id) in [("2026-05-01", &first["id"]), ("2026-09-10", &then["id"])] {
            let page = clerk.get(&format!("/ogc/collections/territories/items?datetime={on}")).await?.ok()?;
            let ids: Vec<&Value> = page["features"].as_array().into_iter().flatten().map(|one| &one["id"]).collect();
            assert_eq!(ids, [id], "{on}");
            assert_eq!(page["features"][0]["properties"]["class"], "outline_village");
        }
        for (field, wrong) in [
            ("from", json!({ "area": square(105.8), "from": "2027-01-01", "source": "图" })),
            ("source", json!({ "area": square(105.8), "from": "2026-01-01", "source": "" })),
            ("area", json!({ "area": { "type": "Point", "coordinates": [105.8, 29.2] }, "from": "2026-01-01", "source": "图" })),
            ("area", json!({ "area": null, "from": "2026-01-01", "source": "图" })),
        ] {
            let told = admin.put(&path, wrong).await?;
            assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(told.body["fields"][0]["field"], field, "{}", told.body);
        }
        assert_eq!(clerk.get("/api/v1/boundaries").await?.items()?.len(), 1, "nothing of it was kept");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_file_of_outlines_is_taken_in_whole_or_not_at_all() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut admin = town.login("admin").await?;
        let villages = admin.get("/api/v1/territories").await?.items()?;
        let second = villages.iter().find(|one| one["code"] == V2).map(|one| one["name"].clone()).unwrap_or_default();
        let good = feature(json!({ "code": V1 }), square(105.8));
        let wrong = [
            good.clone(),
            feature(json!({ "name": "无此村" }), square(105.8)),
            feature(json!({ "code": V1 }), square(105.9)),
            feature(json!({}), square(105.9)),
            feature(json!({ "name": second }), json!({ "type": "LineString", "coordinates": [[105.8, 29.2], [105.9, 29.2]] })),
        ];
        let told = admin.post("/api/v1/boundaries", file(wrong.to_vec())).await?;
        let codes: Vec<&Value> = told.body["fields"].as_array().into_iter().flatten().map(|one| &one["code"]).collect();
        assert_eq!(codes, ["boundary.nobodys", "boundary.twice", "boundary.nobodys", "boundary.no_area"], "{}", told.body);
        assert!(told.body["fields"][0]["message"].as_str().is_some_and(|text| text.starts_with("第 2 个图形")));
        assert!(admin.get("/api/v1/boundaries").await?.items()?.is_empty(), "all or nothing");
        // Heights do no harm, and a map of the offset system comes out where it belongs.
        let high = json!({ "type": "MultiPolygon", "coordinates": [[[[105.9, 29.2, 310.0], [106.0, 29.2, 311.0], [106.0, 29.3, 300.0], [105.9, 29.2, 310.0]]]] });
        let mut right = file(vec![good, feature(json!({ "name": second }), high)]);
        right["crs"] = json!("gcj02");
        let taken = admin.post("/api/v1/boundaries", right).await?.ok()?;
        assert_eq!(taken["taken"].as_array().map(Vec::len), Some(2));
        let kept = admin.get("/api/v1/boundaries").await?.items()?;
        let corner = kept[0]["area"]["coordinates"][0][0][0].as_f64().unwrap_or_default();
        assert!((corner - 105.8).abs() > 0.0005 && (corner - 105.8).abs() < 0.01, "{corner}");
        let empty = admin.post("/api/v1/boundaries", file(Vec::new())).await?;
        assert_eq!(empty.body["fields"][0]["code"], "boundary.no_features");
        Ok(())
    })
    .await
}
