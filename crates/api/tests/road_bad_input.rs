//! What must not stop the running network: after every file and form that cannot be, the same way and the same reach are
//! answered as before, and what was wrong is said with its place.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::reach::{add, grouped, road, text};
use crate::common::{Browser, Town, V1, V2};

const WAY: &str = "/api/v1/roads/route?from=105.870,29.260&to=105.890,29.260&vehicle=engine";
const REACH: &str = "/api/v1/roads/reach?vehicle=engine&from=105.870,29.260&minutes=5";
const STREET: [[f64; 2]; 2] = [[105.870, 29.260], [105.880, 29.260]];

/// Has a file tried and gives its job.
async fn tried(town: &Town, by: &mut Browser, name: &str, bytes: &[u8]) -> anyhow::Result<Value> {
    let path = format!("/api/v1/roads/files?name={name}");
    let file = by.send(Method::POST, &path, &[], bytes.to_vec()).await?.ok()?;
    town.app.run_due_jobs().await?;
    by.get(&format!("/api/v1/jobs/{}", text(&file["job"], "id"))).await?.ok()
}

/// A map of roads whose second node lies at a place.
fn map(lon: f64, lat: f64) -> String {
    format!(
        "<osm><node id=\"1\" lon=\"105.870\" lat=\"29.260\"/><node id=\"2\" lon=\"{lon}\" lat=\"{lat}\"/>\
         <way id=\"7\"><nd ref=\"1\"/><nd ref=\"2\"/><tag k=\"highway\" v=\"residential\"/></way></osm>"
    )
}

/// Roads in a file, all in the first village.
fn rows(rows: &[(&str, Value, Value)]) -> Vec<u8> {
    let feature = |(name, geometry, more): &(&str, Value, Value)| {
        let mut properties = json!({ "name": name, "rank": "村内主路", "village": "场镇社区" });
        for (key, value) in more.as_object().into_iter().flatten() {
            properties[key] = value.clone();
        }
        json!({ "type": "Feature", "geometry": geometry, "properties": properties })
    };
    let features: Vec<Value> = rows.iter().map(feature).collect();
    json!({ "type": "FeatureCollection", "features": features }).to_string().into_bytes()
}

fn line(at: &[[f64; 2]]) -> Value {
    json!({ "type": "LineString", "coordinates": at })
}

#[tokio::test]
async fn the_running_network_answers_the_same_after_every_file_and_form_that_cannot_be() -> anyhow::Result<()>
{
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        add(&mut clerk, road("老街", "village_main", V1, &STREET, 5.0)).await?;
        add(&mut clerk, road("进村路", "inter_village", V2, &[[105.880, 29.260], [105.892, 29.260]], 4.5))
            .await?;
        let (way, reach) = (clerk.get(WAY).await?.ok()?, clerk.get(REACH).await?.ok()?);
        assert_eq!(way["optimistic"]["distance_m"], json!(1940.0), "{way}");

        // Files that are none: the block, the node or the sentence is named.
        let mut cut = vec![0, 0, 0, 13, 10, 9];
        cut.extend(b"OSMHeader\x18\x64cut off");
        let half = map(105.880, 29.260);
        for (name, bytes, says) in [
            ("cut.osm.pbf", cut, "第 1 个数据块"),
            ("cut.osm", half.as_bytes()[..half.len() / 2].to_vec(), "不完整"),
            ("swapped.osm", map(29.26, 105.88).into_bytes(), "node/2"),
        ] {
            let job = tried(&town, &mut clerk, name, &bytes).await?;
            assert_eq!(text(&job, "state"), "failed", "{name}: {job}");
            assert!(text(&job, "error").contains(says), "{name}: {job}");
            assert_eq!(
                (clerk.get(WAY).await?.ok()?, clerk.get(REACH).await?.ok()?),
                (way.clone(), reach.clone()),
                "{name}"
            );
        }
        let size = [("content-length", "2147483648")];
        let huge =
            clerk.send(Method::POST, "/api/v1/roads/files?name=a.osm.pbf", &size, b"x".to_vec()).await?;
        assert_eq!((huge.status, huge.code()), (StatusCode::UNPROCESSABLE_ENTITY, "road.file_too_large"));

        // Rows that cannot be are named one by one; nothing of them is new.
        let crossed = [[105.87, 29.27], [105.88, 29.28], [105.88, 29.27], [105.87, 29.28], [105.87, 29.27]];
        let aside = [[105.870, 29.262], [105.880, 29.262]];
        let file = rows(&[
            ("经纬颠倒", line(&[[29.26, 105.87], [29.26, 105.88]]), json!({})),
            ("米制坐标", line(&[[390_120.5, 3_237_800.0], [390_980.0, 3_237_810.0]]), json!({})),
            ("自相交", json!({ "type": "Polygon", "coordinates": [crossed] }), json!({})),
            ("四百米宽", line(&aside), json!({ "width_m": 400 })),
            ("零吨桥", line(&aside), json!({ "load_t": 0 })),
        ]);
        let job = tried(&town, &mut clerk, "bad.geojson", &file).await?;
        let report = &job["result"];
        let told: Vec<(u64, &str)> = report["problems"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| (one["row"].as_u64().unwrap_or_default(), text(one, "code")))
            .collect();
        assert_eq!(
            told,
            [
                (1, "shape.swapped"),
                (2, "shape.off_earth"),
                (3, "shape.crosses"),
                (4, "road.implausible_value"),
                (5, "road.implausible_value")
            ],
            "{job}"
        );
        assert_eq!(report["new"], 0, "{job}");

        // The same by hand.
        for (key, value, code) in [
            ("width_m", json!(400), "road.implausible_value"),
            ("load_t", json!(0), "road.implausible_value"),
            ("geometry", line(&[[29.26, 105.87], [29.26, 105.88]]), "shape.swapped"),
            ("geometry", line(&[[390_120.5, 3_237_800.0], [390_980.0, 3_237_810.0]]), "shape.off_earth"),
            ("geometry", line(&crossed), "shape.crosses"),
        ] {
            let mut wrong = road("错路", "village_main", V1, &STREET, 4.0);
            wrong[key] = value;
            assert_eq!(clerk.post("/api/v1/roads", wrong).await?.code(), code, "{key}");
        }
        assert_eq!((clerk.get(WAY).await?.ok()?, clerk.get(REACH).await?.ok()?), (way.clone(), reach));

        // A road that hangs together with nothing is taken, counted as a part of its own, and stops no way elsewhere.
        let island = road("孤路", "village_main", V1, &[[105.900, 29.300], [105.910, 29.300]], 5.0);
        add(&mut clerk, island).await?;
        let net = clerk.get("/api/v1/roads/network").await?.ok()?;
        assert_eq!(net["islands"], 2);
        let apart = &net["apart"];
        assert_eq!(apart.as_array().map(Vec::len), Some(1), "{net}");
        assert_eq!((text(&apart[0], "name"), text(&apart[0]["road"], "name")), ("孤路", "孤路"));
        assert_eq!((&apart[0]["lon"], &apart[0]["lat"]), (&json!(105.9), &json!(29.3)));
        assert_eq!(clerk.get(WAY).await?.ok()?["optimistic"]["distance_m"], way["optimistic"]["distance_m"]);
        let across = "/api/v1/roads/route?from=105.870,29.260&to=105.905,29.300&vehicle=foot";
        let across = clerk.get(across).await?.ok()?;
        assert_eq!(
            (&across["optimistic"], &across["pessimistic"]),
            (&Value::Null, &Value::Null),
            "no way across: {across}"
        );
        let within = "/api/v1/roads/route?from=105.901,29.300&to=105.909,29.300&vehicle=engine";
        assert!(clerk.get(within).await?.ok()?["optimistic"]["distance_m"].as_f64() > Some(700.0));
        Ok(())
    })
    .await
}
