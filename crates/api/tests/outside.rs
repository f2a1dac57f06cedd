//! Coordinates that are swapped, in another system or of another place: what is typed in or drawn there is refused, what a
//! file brings is named and left out, unless somebody says that it is meant, which the record keeps.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::ledger::bring_in;
use crate::common::reach::{add, grouped, road, text};
use crate::common::{Browser, Told, Town, V1, reading_town};

const STREET: [[f64; 2]; 2] = [[105.870, 29.260], [105.880, 29.260]];
/// Krems, and Peking.
const ABROAD: [[f64; 2]; 2] = [[15.60, 48.40], [15.61, 48.41]];
const PEKING: [[f64; 2]; 2] = [[116.40, 39.90], [116.41, 39.91]];

/// Draws the town's outline.
async fn drawn(town: &Town) -> anyhow::Result<()> {
    let mut admin = town.login("admin").await?;
    let ring = [[105.8, 29.2], [106.0, 29.2], [106.0, 29.4], [105.8, 29.4], [105.8, 29.2]];
    let area = json!({ "area": { "type": "Polygon", "coordinates": [ring] }, "from": "2026-01-01",
        "source": "区民政局界线图" });
    admin.put("/api/v1/territories/500118100000/boundary", area).await?.ok()?;
    Ok(())
}

fn why(told: &Told) -> &str {
    told.body["fields"][0]["code"].as_str().unwrap_or_else(|| told.code())
}

fn hydrant(at: [f64; 2]) -> Value {
    json!({ "kind": "hydrant_outdoor", "name": "桥头消火栓", "territory": V1, "found": true, "values": {},
        "shape": { "type": "Point", "coordinates": at } })
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

#[tokio::test]
async fn what_is_typed_or_drawn_far_from_the_town_is_refused() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        // Nothing says where the town lies: nothing is refused.
        let early = add(&mut clerk, road("早先的路", "village_main", V1, &PEKING, 5.0)).await?;
        drawn(&town).await?;
        let street = add(&mut clerk, road("老街", "village_main", V1, &STREET, 5.0)).await?;
        for line in [&ABROAD, &PEKING] {
            let told = clerk.post("/api/v1/roads", road("远路", "village_main", V1, line, 5.0)).await?;
            assert_eq!((told.status, why(&told)), (StatusCode::UNPROCESSABLE_ENTITY, "boundary.outside"));
            assert!(told.body.to_string().contains("公里"), "{}", told.body);
            let mut moved = road("老街", "village_main", V1, line, 5.0);
            moved["version"] = street["version"].clone();
            let told = clerk.put(&format!("/api/v1/roads/{}", text(&street, "id")), moved).await?;
            assert_eq!(why(&told), "boundary.outside");
        }
        // What lies outside already may be named otherwise where it is.
        let mut named = road("早先的远路", "village_main", V1, &PEKING, 5.0);
        named["version"] = early["version"].clone();
        clerk.put(&format!("/api/v1/roads/{}", text(&early, "id")), named).await?.ok()?;
        // A little beyond the outline is the neighbours' land.
        add(&mut clerk, road("出镇路", "inter_village", V1, &[[106.05, 29.3], [106.06, 29.3]], 5.0)).await?;

        let bridge = format!("/ogc/collections/roads/items/{}", text(&street, "id"));
        let moved = json!({ "geometry": { "type": "LineString", "coordinates": ABROAD }, "properties": { "version": 1 } });
        let headers = [("content-type", "application/merge-patch+json")];
        let told = clerk.send(Method::PATCH, &bridge, &headers, moved.to_string().into_bytes()).await?;
        assert_eq!(why(&told), "boundary.outside", "{}", told.body);

        assert_eq!(why(&clerk.post("/api/v1/facilities", hydrant(ABROAD[0])).await?), "boundary.outside");
        let good = clerk.post("/api/v1/facilities", hydrant(STREET[0])).await?.ok()?;
        let mut moved = hydrant(ABROAD[0]);
        moved["version"] = good["version"].clone();
        let told = clerk.put(&format!("/api/v1/facilities/{}", text(&good, "id")), moved).await?;
        assert_eq!(why(&told), "boundary.outside", "{}", told.body);

        let item = json!({ "kind": "water", "name": "水池", "village": V1, "year": 2027, "status": "planned",
            "shape": { "type": "Point", "coordinates": [15, 48] }, "article": "第 12 条" });
        let plan = json!({ "title": "消防专项规划", "from": 2026, "to": 2030, "items": [item] });
        assert_eq!(why(&clerk.post("/api/v1/fire-plans", plan).await?), "boundary.outside");
        let station = json!({ "name": "加一站", "changes": [{ "what": "station", "name": "远站", "lon": 15, "lat": 48 }] });
        assert_eq!(why(&clerk.post("/api/v1/roads/scenarios", station).await?), "boundary.outside");
        let siting = json!({ "title": "论证", "purpose": "station", "model": "mclp", "sites": 1, "radius": 1000,
            "weight_base": 1, "weight_person": 1, "weight_fire": 10, "reason": "常住人口增加",
            "candidates": [{ "name": "镇政府", "lon": 105.88, "lat": 29.26 }, { "name": "远处", "lon": 15, "lat": 48 }] });
        assert_eq!(why(&clerk.post("/api/v1/sitings", siting).await?), "boundary.outside");
        Ok(())
    })
    .await
}

/// Sends hydrants and lets them be written; what came of it.
async fn hydrants(town: &Town, by: &mut Browser, table: &str, more: Value) -> anyhow::Result<Value> {
    bring_in(town, by, ("hydrants", "tulsa.csv"), table.as_bytes().to_vec(), more).await
}

#[tokio::test]
async fn hydrants_from_abroad_are_named_and_left_out_until_somebody_means_them() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        drawn(&town).await?;
        let mut clerk = town.login("clerk").await?;
        let table = "HYDRANT_ID,LONGITUDE,LATITUDE,ADDRESS,Flow (gpm),CONDITION\r\n\
                     00559-0014,-95.882277,36.063804,6919 S MEMORIAL  DR E,1060,GOOD\r\n\
                     X-1,105.871,29.261,,1000,\r\n";
        let report = hydrants(&town, &mut clerk, table, json!({})).await?;
        let bad: Vec<_> = list(&report["problems"]).iter().map(|one| (&one["row"], &one["code"])).collect();
        assert_eq!(bad, [(&json!(2), &json!("facility.outside"))], "{report}");
        assert_eq!((&report["created"], &report["committed"]), (&json!(1), &json!(true)), "{report}");
        let unread = report["notes"].as_array().and_then(|all| all.last()).cloned().unwrap_or_default();
        assert_eq!((&unread["code"], &unread["row"]), (&json!("import.unread"), &json!(0)), "{report}");
        assert!(text(&unread, "message").contains("CONDITION"), "named once: {report}");
        // Where no row is good nothing is written, and nobody is told it was.
        let abroad = table.replace("X-1,105.871,29.261,", "X-2,-95.87,36.06,");
        let report = hydrants(&town, &mut clerk, &abroad, json!({})).await?;
        assert_eq!((&report["created"], &report["committed"]), (&json!(0), &json!(false)), "{report}");
        let report = hydrants(&town, &mut clerk, table, json!({ "outside_ok": true })).await?;
        assert_eq!((&report["created"], &report["problems"]), (&json!(1), &json!([])), "{report}");
        let note = &report["notes"][0];
        assert_eq!(note["code"], "facility.outside", "still named: {report}");
        assert!(
            text(note, "message").contains("已允许镇外位置"),
            "nobody is told to allow what is allowed: {report}"
        );
        let mut auditor = town.login("auditor").await?;
        let entries = auditor.get("/api/v1/audit").await?.ok()?.to_string();
        assert!(entries.contains("outside_ok"), "{entries}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn roads_and_maps_from_abroad_are_named_and_left_out_until_somebody_means_them() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        drawn(&town).await?;
        let system = app::Caller::system();
        let csv = "名称,类别,村,路线\n老街,村内主路,场镇社区,\"105.870,29.260; 105.892,29.260\"\n\
                   远路,村内主路,场镇社区,\"15.60,48.40; 15.61,48.41\"\n";
        let bytes = || csv.as_bytes().to_vec();
        let tried = town.app.import_roads(&system, bytes(), None, (true, false)).await?;
        let told: Vec<_> = tried.problems.iter().map(|one| (one.row, one.code.as_str())).collect();
        assert_eq!((told, tried.written), (vec![(3, "road.outside")], 1));
        assert_eq!(tried.outside_n, 1);
        // Behind five hundred others it is told no more, but counted.
        let bad: String = (0..501).map(|n| format!("无类别{n},,场镇社区,\"105.870,29.260; 105.892,29.260\"\n")).collect();
        let many = csv.replacen("远路", &format!("{bad}远路"), 1).into_bytes();
        let many = town.app.import_roads(&system, many, None, (true, false)).await?;
        assert!(many.problems.iter().all(|one| one.code == "road.no_rank"), "{:?}", many.problems.last());
        assert_eq!((many.problems.len(), many.problems_n, many.outside_n), (500, 502, 1));
        let meant = town.app.import_roads(&system, bytes(), None, (false, true)).await?;
        assert_eq!((meant.written, meant.problems_n), (2, 0), "{meant:?}");

        let mut clerk = town.login("clerk").await?;
        let map = "<osm><node id=\"1\" lon=\"15.60\" lat=\"48.40\"/><node id=\"2\" lon=\"15.61\" lat=\"48.41\"/>\
                   <way id=\"7\"><nd ref=\"1\"/><nd ref=\"2\"/><tag k=\"highway\" v=\"residential\"/></way></osm>";
        let file = clerk.send(Method::POST, "/api/v1/roads/files?name=krems.osm", &[], map.into()).await?.ok()?;
        town.app.run_due_jobs().await?;
        let job = clerk.get(&format!("/api/v1/jobs/{}", text(&file["job"], "id"))).await?.ok()?;
        assert_eq!(job["result"]["problems"][0]["code"], "road.map_outside", "{job}");
        assert!(text(&job["result"]["problems"][0], "message").contains("底图范围不在本镇"), "{job}");
        for (query, state) in [("", "failed"), ("?outside_ok=true", "done")] {
            let take = format!("/api/v1/roads/files/{}/take{query}", text(&file, "id"));
            let job = clerk.post(&take, json!({})).await?.ok()?;
            town.app.run_due_jobs().await?;
            let job = clerk.get(&format!("/api/v1/jobs/{}", text(&job, "id"))).await?.ok()?;
            assert_eq!(text(&job, "state"), state, "{query}: {job}");
            let said = text(&job["result"]["problems"][0], "message");
            assert_eq!(said.contains("已允许镇外位置"), state == "done", "{query}: {job}");
        }
        Ok(())
    })
    .await
}
