//! Stories of ledgers of facilities: bad rows are named and, where somebody wants it, left out; other people's hydrants
//! come on the record; what is taken out reads in again unchanged; offset coordinates come back only when told.

use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::ledger::bring_in;
use crate::common::{V1, reading_town};

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

const HEADER: &str = "设施编号,设施名称,类别,所在村,位置,经度,纬度,图形（WKT）,是否已建,建成时间,可用容积,出水流量（L/s）,水源,\
                      枯水月份,相连设施编号,其他参数\r\n";
const ROWS: &str = "X-1,老街消防水池,消防水池,场镇社区,老街口,105.872,29.268,,已建,2024-05-01,120 m³,,人工蓄水,,,总容积=150\r\n\
                    X-2,上山干管,森林消防管网,场镇社区,,,,\"LINESTRING (105.87 29.26, 105.88 29.27)\",已建,,,,,,X-1,\r\n\
                    ,河边取水点,天然水源取水点,场镇社区,,105.874,29.266,,拟建,,,30,河流,\"12、1、2\",,\r\n";

#[tokio::test]
async fn a_ledger_comes_in_goes_out_and_comes_in_again_unchanged() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let report =
            bring_in(&town, &mut clerk, ("facilities", "a.csv"), format!("{HEADER}{ROWS}").into(), json!({}))
                .await?;
        assert_eq!((&report["created"], &report["committed"]), (&json!(3), &json!(true)), "{report}");
        let rows = clerk.get("/api/v1/facilities").await?.items()?;
        let stages: Vec<_> = rows.iter().map(|row| (&row["code"], &row["stage"]["code"])).collect();
        assert_eq!(
            stages,
            [
                (&json!("SS-0001"), &json!("proposed")),
                (&json!("X-1"), &json!("found")),
                (&json!("X-2"), &json!("found"))
            ],
            "what stands has nobody who keeps it yet; what is only meant is proposed"
        );
        let pipe = rows.iter().find(|row| row["code"] == "X-2").cloned().unwrap_or_default();
        let page = clerk
            .get(&format!("/api/v1/facilities/{}", pipe["id"].as_str().unwrap_or_default()))
            .await?
            .ok()?;
        assert_eq!(page["joins"][0]["name"], "老街消防水池", "joined with a row of the same file");
        assert_eq!(page["events"][0]["text"], "台账导入：a.csv");
        for format in ["xlsx", "csv", "geojson", "gpkg"] {
            let told = clerk.get(&format!("/api/v1/exports/facilities?format={format}")).await?;
            assert!(told.status.is_success(), "{}", told.body);
            let name = format!("out.{format}");
            let report = bring_in(&town, &mut clerk, ("facilities", &name), told.bytes, json!({})).await?;
            assert_eq!((&report["unchanged"], &report["rows"]), (&json!(3), &json!(3)), "{format}: {report}");
        }
        let kml = clerk.get("/api/v1/exports/facilities?format=kml&kind=fire_pool").await?;
        let kml = String::from_utf8(kml.bytes)?;
        assert!(
            kml.contains("<coordinates>105.872,29.268</coordinates>") && !kml.contains("上山干管"),
            "{kml}"
        );

        let changed = format!("{HEADER}X-1,,,,新街 3 号,,,,,,130,,,,,静压=3\r\n");
        let report =
            bring_in(&town, &mut clerk, ("facilities", "b.csv"), changed.into_bytes(), json!({})).await?;
        assert_eq!(
            (&report["committed"], &report["problems"][0]["code"]),
            (&json!(false), &json!("facility.value"))
        );
        assert_eq!(report["problems"][0]["column"], "P 其他参数", "a pool has no pressure");
        let changed = format!("{HEADER}X-1,,,,新街 3 号,,,,,,130,,,,,总容积=160\r\n");
        let report =
            bring_in(&town, &mut clerk, ("facilities", "c.csv"), changed.into_bytes(), json!({})).await?;
        assert_eq!(
            (&report["updated"], &report["changes"][0]["code"]),
            (&json!(1), &json!("X-1")),
            "{report}"
        );
        let labels: Vec<_> =
            list(&report["changes"][0]["fields"]).iter().map(|one| one["field"].clone()).collect();
        assert_eq!(labels, ["address", "usable_m3", "values"]);
        assert_eq!(
            town.login("staff1").await?.get("/api/v1/exports/facilities").await?.status,
            StatusCode::OK
        );
        let mut unit = town.login("unit").await?;
        assert_eq!(unit.get("/api/v1/exports/facilities").await?.status, StatusCode::FORBIDDEN);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn other_peoples_hydrants_come_on_record_and_each_bad_row_is_named() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let table = "HYDRANT_ID,LONGITUDE,LATITUDE,ADDRESS,Flow (gpm)\r\n\
                     00559-0014,-95.882277,36.063804,6919 S MEMORIAL  DR E,1060\r\n\
                     01005-0024,-95.917462,36.035191,8821 S CANTON  PL E,41902\r\n\
                     00093-0057,36.116786,-95.927844,4134 E 31th ST S,1100\r\n\
                     00559-0014,-95.8,36.0,twice,0\r\n\
                     0-0,0,0,,0\r\n";
        let bytes = table.as_bytes().to_vec();
        let report = bring_in(
            &town,
            &mut clerk,
            ("hydrants", "tulsa.csv"),
            bytes.clone(),
            json!({ "leave_bad": false }),
        )
        .await?;
        assert_eq!(
            (&report["committed"], &report["created"]),
            (&json!(false), &json!(1)),
            "all or nothing on wish"
        );
        let report = bring_in(&town, &mut clerk, ("hydrants", "tulsa.csv"), bytes, json!({})).await?;
        let bad: Vec<_> = list(&report["problems"])
            .iter()
            .map(|p| {
                (
                    p["row"].as_u64().unwrap_or(0),
                    p["column"].as_str().unwrap_or(""),
                    p["code"].as_str().unwrap_or(""),
                )
            })
            .collect();
        assert_eq!(
            bad,
            [
                (3, "E Flow (gpm)", "cell.number"),
                (4, "C LATITUDE", "shape.swapped"),
                (5, "A HYDRANT_ID", "row.duplicate"),
                (6, "B LONGITUDE", "shape.off_earth"),
            ],
            "{report}"
        );
        assert_eq!(
            (&report["created"], &report["rows"], &report["committed"]),
            (&json!(1), &json!(5), &json!(true))
        );
        let rows = clerk.get("/api/v1/facilities").await?.items()?;
        assert_eq!(
            (&rows[0]["kind"]["code"], &rows[0]["name"]),
            (&json!("hydrant_outdoor"), &json!("室外消火栓 00559-0014"))
        );
        let map = clerk.get("/ogc/collections/facilities/items").await?.ok()?;
        assert_eq!(
            map["features"][0]["geometry"]["coordinates"],
            json!([-95.882277, 36.063804]),
            "on the map"
        );
        let page = clerk
            .get(&format!("/api/v1/facilities/{}", rows[0]["id"].as_str().unwrap_or_default()))
            .await?
            .ok()?;
        assert_eq!(page["water"]["flow_l_s"], json!(66.876));
        // Two in one spot are worth a look, by their position, and are two rows, not three.
        let twins = "HYDRANT_ID,LONGITUDE,LATITUDE\r\nT-1,-95.7,36.1\r\nT-2,-95.7,36.1\r\n";
        let report = bring_in(
            &town,
            &mut clerk,
            ("hydrants", "twins.csv"),
            twins.into(),
            json!({ "leave_bad": false }),
        )
        .await?;
        assert_eq!((&report["rows"], &report["created"]), (&json!(2), &json!(2)), "{report}");
        let said = report["notes"][0]["message"].as_str().unwrap_or_default();
        assert!(said.starts_with("位置（经度和纬度）与第 2 行相同"), "{report}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn offset_coordinates_come_back_only_when_the_importer_says_so() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let row = |code: &str| {
            format!("编号,类别,所在村,经度,纬度\r\n{code},消火栓,{V1},105.872,29.268\r\n").into_bytes()
        };
        for (code, crs) in [("W-1", "wgs84"), ("G-1", "gcj02"), ("B-1", "bd09")] {
            let report =
                bring_in(&town, &mut clerk, ("hydrants", "a.csv"), row(code), json!({ "crs": crs })).await?;
            assert_eq!(report["created"], 1, "{report}");
        }
        let map = clerk.get("/ogc/collections/facilities/items").await?.ok()?;
        let mut at = std::collections::BTreeMap::new();
        for feature in list(&map["features"]) {
            let code = feature["properties"]["code"].as_str().unwrap_or_default().to_owned();
            at.insert(code, feature["geometry"]["coordinates"].clone());
        }
        assert_eq!(at["W-1"], json!([105.872, 29.268]));
        let moved = |code: &str| {
            let at = |which: usize| at[code][which].as_f64().unwrap_or_default();
            domain::geometry::distance_m([105.872, 29.268], [at(0), at(1)])
        };
        assert!((300.0..700.0).contains(&moved("G-1")), "{} m", moved("G-1"));
        assert!((700.0..1_500.0).contains(&moved("B-1")), "{} m", moved("B-1"));
        Ok(())
    })
    .await
}
