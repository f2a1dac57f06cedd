//! Stories of the town's roads: one is measured, closed by who stands before the landslide, cut in two, voided; a planner
//! lowers the limit of a bridge and two village groups are out of an engine's reach; water goes where vehicles go.

use anyhow::Context;
use app::Caller;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common;
use crate::common::reach::{add, grouped, road, station, text, verdicts};
use crate::common::{Browser, Town, V1, V2, set_number};

fn codes<'a>(list: &'a Value, key: &str) -> Vec<&'a str> {
    list.as_array().into_iter().flatten().map(|one| text(one, key)).collect()
}

async fn step(browser: &mut Browser, page: &Value, mut asked: Value) -> anyhow::Result<common::Told> {
    asked["version"] = page["version"].clone();
    browser.post(&format!("/api/v1/roads/{}/steps", text(page, "id")), asked).await
}

#[tokio::test]
async fn a_road_is_measured_closed_cut_and_voided_and_nothing_is_lost() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let (mut far, mut grid) = (town.login("staff2").await?, town.login("grid1").await?);
        let mut unit = town.login("unit").await?;
        assert_eq!(unit.get("/api/v1/roads").await?.status, StatusCode::FORBIDDEN);

        let line = [[105.870, 29.260], [105.880, 29.260]];
        let lane = || road("老街至河坝", "village_main", V1, &line, 3.2);
        assert_eq!(far.post("/api/v1/roads", lane()).await?.status, StatusCode::FORBIDDEN, "not his village");
        assert_eq!(
            grid.post("/api/v1/roads", lane()).await?.status,
            StatusCode::FORBIDDEN,
            "he only reports"
        );
        for (key, wrong, code) in [
            ("width_m", json!(400), "road.implausible_value"),
            ("load_t", json!(0), "road.implausible_value"),
            ("name", json!(" "), "road.no_name"),
            ("surveyed_on", json!("2026-09-22"), "road.not_yet"),
        ] {
            let mut asked = lane();
            asked[key] = wrong;
            assert_eq!(staff.post("/api/v1/roads", asked).await?.code(), code);
        }
        let mut swapped = lane();
        swapped["geometry"]["coordinates"] = json!([[29.26, 105.87], [29.26, 105.88]]);
        assert_eq!(staff.post("/api/v1/roads", swapped).await?.code(), "shape.swapped");

        let page = add(&mut staff, lane()).await?;
        assert_eq!((text(&page, "code"), text(&page["org"], "id")), ("LD-0001", "village-1"));
        assert_eq!((text(&page, "fire_class"), &page["length_m"]), ("B", &json!(970.0)));
        assert_eq!(codes(&page["passing"], "passes"), ["no", "yes", "yes"]);
        assert_eq!(page["passing"][0]["why"][0]["code"], "road.refused.width");
        assert_eq!(
            codes(&page["actions"], "code"),
            ["change", "split", "close"],
            "voiding is for the office"
        );
        let at = format!("/api/v1/roads/{}", text(&page, "id"));
        assert_eq!(codes(&far.get(&at).await?.ok()?["actions"], "code"), [] as [&str; 0]);
        assert_eq!(codes(&grid.get(&at).await?.ok()?["actions"], "code"), ["close"]);

        // Who stands before it says so, whatever version he read.
        assert_eq!(
            far.post(&format!("{at}/steps"), json!({ "step": "close", "text": "塌方" })).await?.status,
            StatusCode::FORBIDDEN
        );
        let told = grid.post(&format!("{at}/steps"), json!({ "step": "close", "text": " " })).await?;
        assert_eq!(told.code(), "road.no_reason");
        let closed = json!({ "step": "close", "text": "塌方", "until": "2026-09-30" });
        let page = grid.post(&format!("{at}/steps"), closed).await?.ok()?;
        assert_eq!((text(&page, "closed"), &page["closures"][0]["now"]), ("塌方", &json!(true)));
        let list = clerk.get("/api/v1/roads?closed=true&passes=no&vehicle=mini").await?.items()?;
        let [row] = list.as_slice() else { anyhow::bail!("{list:?}") };
        assert_eq!(
            codes(&row["passing"], "passes"),
            ["no", "no", "no"],
            "nothing passes what is closed: {row}"
        );
        let shown = clerk.get("/ogc/collections/roads/items").await?.ok()?;
        assert_eq!(shown["features"][0]["properties"]["class"], "closed", "the map says so too");
        let tile = clerk.get("/tiles/roads/12/3252/1699.mvt").await?;
        let tile = String::from_utf8_lossy(&tile.bytes).into_owned();
        assert!(
            ["engine", "mini", "motorcycle", "yes", "no"].iter().all(|word| tile.contains(word)),
            "{tile}"
        );
        let page = step(&mut grid, &page, json!({ "step": "open", "number": 0 })).await?.ok()?;
        assert_eq!((&page["closed"], page["closures"].as_array().map(Vec::len)), (&Value::Null, Some(1)));
        assert_eq!(
            step(&mut grid, &page, json!({ "step": "open", "number": 0 })).await?.code(),
            "road.not_closed"
        );

        // Widened: what was is told beside what is; whoever read the old one is told.
        let mut wider = lane();
        wider["width_m"] = json!(4.5);
        wider["surveyed_on"] = json!("2026-09-20");
        wider["version"] = json!(1);
        let stale = staff.put(&at, wider.clone()).await?;
        assert_eq!((stale.status, &stale.body["current"]["version"]), (StatusCode::CONFLICT, &json!(3)));
        wider["version"] = json!(3);
        let page = staff.put(&at, wider).await?.ok()?;
        assert_eq!((text(&page, "fire_class"), text(&page["events"][0], "on")), ("A", "2026-09-20"));
        assert_eq!(page["events"][0]["changes"][0]["before"], "3.2 米");

        // Another value has another day, or was mistyped and says how one knows; what was before that day stays.
        let mut again = lane();
        again["width_m"] = json!(4.8);
        again["version"] = page["version"].clone();
        again["surveyed_on"] = json!("2026-09-20");
        assert_eq!(staff.put(&at, again.clone()).await?.code(), "road.backdated");
        again["surveyed_on"] = Value::Null;
        assert_eq!(staff.put(&at, again.clone()).await?.code(), "road.no_survey_day");
        again["surveyed_on"] = json!("2026-09-20");
        again["correction"] = json!(true);
        assert_eq!(staff.put(&at, again.clone()).await?.code(), "road.no_correction_reason");
        again["text"] = json!("尺上是 4.8，抄成了 4.5");
        let page = staff.put(&at, again).await?.ok()?;
        let told = &page["events"][0];
        assert_eq!((text(&told["act"], "code"), text(told, "on")), ("correct", "2026-09-20"));

        // Cut in two where it crosses the brook. That is no news about the road: no figure of before it changes.
        let held = async |by: &mut Browser| -> anyhow::Result<f64> {
            let page = by.get("/api/v1/board/duties/C6.7").await?.ok()?;
            page["duty"]["tally"]["ratio"].as_f64().with_context(|| page.to_string())
        };
        let before = held(&mut clerk).await?;
        assert!(before > 0.0 && before < 1.0, "wide enough for a part of the time: {before}");
        assert_eq!(
            step(&mut staff, &page, json!({ "step": "split", "at": [105.875, 29.27] })).await?.code(),
            "road.off_line"
        );
        let page =
            step(&mut staff, &page, json!({ "step": "split", "at": [105.875, 29.26001] })).await?.ok()?;
        assert_eq!(page["length_m"], json!(485.0));
        let both = clerk.get("/api/v1/roads").await?.ok()?;
        assert_eq!(
            (&both["total"], &both["length_m"], &both["engine_m"]),
            (&json!(2), &json!(970.0), &json!(970.0))
        );
        let after = held(&mut clerk).await?;
        assert!((before - after).abs() < 0.001, "{before} {after}");
        let rest = clerk.get(&format!("/api/v1/roads/{}", text(&both["items"][1], "id"))).await?.ok()?;
        assert_eq!((text(&rest["part_of"], "id"), &rest["width_m"]), (text(&page, "id"), &json!(4.8)));

        let gone = step(&mut clerk, &rest, json!({ "step": "void", "text": "画错了" })).await?.ok()?;
        assert_eq!((&gone["voided"], &gone["actions"]), (&json!(true), &json!([])));
        assert_eq!(clerk.get("/api/v1/roads").await?.ok()?["total"], 1);
        assert_eq!(clerk.get("/api/v1/roads?with_void=true").await?.ok()?["total"], 2);

        // The board counts it by its length, down to the record.
        let shown = clerk.get("/api/v1/board/duties/C6.7").await?.ok()?.to_string();
        assert!(shown.contains("老街至河坝"), "{shown}");
        let behind = format!(
            "/api/v1/board/duties/C6.7/evidence?subject_kind=road&subject={}&window=2026-Q3",
            text(&page, "id")
        );
        let behind = clerk.get(&behind).await?.ok()?;
        assert_eq!(behind["items"][0]["href"], json!(at.trim_start_matches("/api/v1")), "{behind}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn of_several_closures_on_one_day_none_hides_another_and_each_is_opened_by_itself() -> anyhow::Result<()>
{
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let line = [[105.870, 29.260], [105.880, 29.260]];
        let page = add(&mut clerk, road("老街至河坝", "village_main", V1, &line, 5.0)).await?;
        let at = format!("/api/v1/roads/{}", text(&page, "id"));
        for (why, stops) in [("停满车", "vehicles"), ("塌方", "everybody")] {
            let close = json!({ "step": "close", "text": why, "stops": stops });
            clerk.post(&format!("{at}/steps"), close).await?.ok()?;
        }
        let page = clerk.get(&at).await?.ok()?;
        assert_eq!(
            (text(&page, "closed"), codes(&page["closures"], "reason")),
            ("停满车；塌方", vec!["停满车", "塌方"])
        );
        let why = codes(&page["passing"][0]["why"], "label");
        assert!(why[0].contains("停满车") && why[1].contains("塌方"), "{why:?}");
        assert_eq!(
            clerk.get("/api/v1/roads?closed=true").await?.ok()?["total"],
            1,
            "one road, however often"
        );
        assert_eq!(
            step(&mut clerk, &page, json!({ "step": "open" })).await?.code(),
            "road.not_closed",
            "which one?"
        );
        let page = step(&mut clerk, &page, json!({ "step": "open", "number": 1 })).await?.ok()?;
        assert_eq!((text(&page, "closed"), &page["passing"][0]["passes"]), ("停满车", &json!("no")));
        let told = &page["events"][0]["changes"][0];
        assert!(
            text(told, "before").contains("塌方") && text(told, "after").contains("当天恢复"),
            "which one: {told}"
        );
        let page = step(&mut clerk, &page, json!({ "step": "open", "number": 0 })).await?.ok()?;
        assert_eq!((&page["closed"], &page["passing"][0]["passes"]), (&Value::Null, &json!("yes")));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_lowered_bridge_limit_takes_two_groups_out_of_an_engines_reach() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        station(&town).await?;
        set_number(&town, "vehicle.engine.load", 16.0).await?;
        let (mut clerk, mut staff2) = (town.login("clerk").await?, town.login("staff2").await?);
        for (group, at) in
            [("g1", [105.872, 29.2601]), ("g2", [105.8850, 29.2601]), ("g3", [105.8900, 29.2601])]
        {
            let put = json!({ "lon": at[0], "lat": at[1], "version": 0 });
            clerk.put(&format!("/api/v1/roads/groups/{group}"), put).await?.ok()?;
        }
        let again = json!({ "lon": 105.89, "lat": 29.26, "version": 0 });
        assert_eq!(clerk.put("/api/v1/roads/groups/g3", again.clone()).await?.status, StatusCode::CONFLICT);
        assert_eq!(staff2.put("/api/v1/roads/groups/g1", again).await?.status, StatusCode::FORBIDDEN);

        add(&mut clerk, road("老街", "village_main", V1, &[[105.870, 29.260], [105.8800, 29.260]], 5.0))
            .await?;
        let mut bridge = road("河坝桥", "inter_village", V1, &[[105.88001, 29.260], [105.881, 29.260]], 5.0);
        bridge["bridge"] = json!(true);
        bridge["load_t"] = json!(20);
        let bridge_page = add(&mut clerk, bridge.clone()).await?;
        add(&mut clerk, road("进村路", "inter_village", V2, &[[105.881, 29.260], [105.892, 29.260]], 4.5))
            .await?;
        let all = |word: &str| -> Vec<(String, String)> {
            ["场镇一组", "凌阁堂一组", "凌阁堂二组"].map(|name| (name.to_owned(), word.to_owned())).to_vec()
        };
        assert_eq!(verdicts(&mut clerk, "engine").await?, all("sure"));
        let way = "/api/v1/roads/route?from=105.870,29.260&to=105.890,29.260&vehicle=engine";
        let found = clerk.get(way).await?.ok()?;
        assert_eq!(found["optimistic"]["distance_m"], json!(1940.0), "{found}");

        // The planner lowers the limit.
        bridge["load_t"] = json!(10);
        bridge["version"] = bridge_page["version"].clone();
        bridge["surveyed_on"] = json!("2026-09-21");
        clerk.put(&format!("/api/v1/roads/{}", text(&bridge_page, "id")), bridge.clone()).await?.ok()?;
        let lost = verdicts(&mut clerk, "engine").await?;
        assert_eq!(
            lost.iter().map(|(_, verdict)| verdict.as_str()).collect::<Vec<_>>(),
            ["sure", "never", "never"]
        );
        assert_eq!(verdicts(&mut clerk, "motorcycle").await?, all("sure"), "who is light gets there");
        let report = clerk.get("/api/v1/roads/access").await?.ok()?;
        let blocked = &report["rows"][1]["ways"][0]["blocked_by"][0];
        assert_eq!(
            (text(blocked, "name"), text(&blocked["reasons"][0], "code")),
            ("河坝桥", "road.refused.load")
        );
        assert_eq!(blocked["road"]["id"], bridge_page["id"]);
        assert_eq!((&report["vehicles"][0]["sure"], &report["vehicles"][0]["never"]), (&json!(1), &json!(2)));
        assert_eq!(report["vehicles"][0]["assumed"], json!(true), "no station has an engine on record");
        let found = clerk.get(way).await?.ok()?;
        assert_eq!((&found["optimistic"], text(&found["blocked_by"][0], "name")), (&Value::Null, "河坝桥"));

        // Nobody knows the load: both readings are told.
        bridge["load_t"] = Value::Null;
        bridge["version"] = json!(2);
        clerk.put(&format!("/api/v1/roads/{}", text(&bridge_page, "id")), bridge).await?.ok()?;
        let read = verdicts(&mut clerk, "engine").await?;
        assert_eq!(
            read.iter().map(|(_, verdict)| verdict.as_str()).collect::<Vec<_>>(),
            ["sure", "perhaps", "perhaps"]
        );

        let reach =
            clerk.get("/api/v1/roads/reach?vehicle=engine&from=105.870,29.260&minutes=5").await?.ok()?;
        assert_eq!(reach["optimistic"]["geometry"]["type"], "MultiPolygon");
        let km = |which: &str| reach[which]["road_km"].as_f64().unwrap_or_default();
        assert!(km("optimistic") > km("pessimistic") && km("pessimistic") > 0.9, "{reach}");
        for format in ["csv", "xlsx"] {
            let told = clerk.get(&format!("/api/v1/roads/access/{format}")).await?;
            assert_eq!(told.status, StatusCode::OK);
            assert!(told.bytes.len() > 200);
        }
        let net = clerk.get("/api/v1/roads/network").await?.ok()?;
        assert_eq!((&net["roads"], &net["islands"]), (&json!(3), &json!(1)));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn water_counts_where_vehicles_bring_it() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        station(&town).await?;
        let mut clerk = town.login("clerk").await?;
        for (group, at) in [("g1", [105.872, 29.2601]), ("g2", [105.8900, 29.2601])] {
            let put = json!({ "lon": at[0], "lat": at[1], "version": 0 });
            clerk.put(&format!("/api/v1/roads/groups/{group}"), put).await?.ok()?;
        }
        add(&mut clerk, road("老街", "village_main", V1, &[[105.870, 29.260], [105.8800, 29.260]], 5.0))
            .await?;
        let far = road("进村路", "inter_village", V2, &[[105.880, 29.260], [105.892, 29.260]], 3.2);
        add(&mut clerk, far).await?;
        let pool = json!({ "kind": "fire_pool", "name": "老街消防水池", "territory": V1, "found": true,
            "shape": { "type": "Point", "coordinates": [105.8725, 29.2602] },
            "water": { "usable_m3": 120, "flow_l_s": 15, "lift_m": 3.0, "source": "filled" } });
        let pool = clerk.post("/api/v1/facilities", pool).await?.ok()?;
        let keeping = json!({ "step": "hand_over", "owner": "town-gov", "maintainer": "village-1",
            "check_days": 92, "version": 1 });
        let steps = format!("/api/v1/facilities/{}/steps", text(&pool, "id"));
        clerk.post(&steps, keeping).await?.ok()?;
        clerk.post(&steps, json!({ "step": "enter", "version": 2 })).await?.ok()?;

        let report = clerk.get("/api/v1/roads/access").await?.ok()?;
        let row = |n: usize| report["rows"][n].clone();
        assert_eq!((&row(0)["hose_m3"], &row(1)["hose_m3"]), (&json!(120.0), &json!(0.0)), "{report}");
        let water = |n: usize| -> Vec<(String, Value)> {
            let list = row(n)["water"].as_array().cloned().unwrap_or_default();
            list.iter().map(|one| (text(one, "vehicle").to_owned(), one["shuttle_m3"].clone())).collect()
        };
        // No engine gets to the second group, so none brings water; the smaller ones do.
        assert_eq!(water(1), [("mini".to_owned(), json!(120.0)), ("motorcycle".to_owned(), json!(120.0))]);
        assert_eq!(water(0).len(), 3);
        assert_eq!(report["unplaced"], json!([{ "id": "g3", "name": "凌阁堂二组" }]));
        // The wet season asked in January: checked then, though nobody can have checked in July.
        let wet = clerk.get("/api/v1/roads/access?wet=true&on=2027-01-10").await?.ok()?;
        assert_eq!(
            (text(&wet, "water_on"), &wet["rows"][0]["hose_m3"]),
            ("2027-07-15", &json!(120.0)),
            "{wet}"
        );
        // A lane nobody drives comes nearer to the pool than the street: the water is brought from the street as before.
        let lane = road("背巷", "village_branch", V1, &[[105.8725, 29.26019], [105.8725, 29.265]], 1.0);
        add(&mut clerk, lane).await?;
        let told = clerk.get("/api/v1/roads/access").await?.ok()?;
        assert_eq!(told["rows"][0]["water"], report["rows"][0]["water"]);
        assert_eq!(told["rows"][1]["water"], report["rows"][1]["water"]);
        assert_eq!(clerk.get("/api/v1/facilities/water").await?.ok()?["off_road"], json!([]));
        // At the lane's end no vehicle gets beside the water, and the page of water says so.
        let behind = json!({ "kind": "fire_pool", "name": "巷尾水池", "territory": V1, "found": true,
            "shape": { "type": "Point", "coordinates": [105.8725, 29.2649] },
            "water": { "usable_m3": 60, "lift_m": 3.0, "source": "filled" } });
        let behind = clerk.post("/api/v1/facilities", behind).await?.ok()?;
        let enter = format!("/api/v1/facilities/{}/steps", text(&behind, "id"));
        let kept = json!({ "step": "hand_over", "owner": "town-gov", "maintainer": "village-1",
            "check_days": 92, "version": 1 });
        clerk.post(&enter, kept).await?.ok()?;
        clerk.post(&enter, json!({ "step": "enter", "version": 2 })).await?.ok()?;
        let off = clerk.get("/api/v1/facilities/water").await?.ok()?["off_road"].clone();
        assert_eq!(off[0]["facility"]["id"], behind["id"], "{off}");
        assert_eq!(codes(&off[0]["vehicles"], "code"), ["engine", "mini", "motorcycle"]);
        assert!(text(&off[0], "why").starts_with("150 米内没有消防车、小型消防车、消防摩托车"), "{off}");
        let told = clerk.get("/api/v1/roads/access").await?.ok()?;
        assert_eq!(told["rows"][0]["water"], report["rows"][0]["water"], "nor does the report count it");
        // A fault takes the water away at once.
        clerk.post(&steps, json!({ "step": "report", "text": "漏水", "version": 3 })).await?.ok()?;
        let report = clerk.get("/api/v1/roads/access").await?.ok()?;
        assert_eq!(report["rows"][0]["hose_m3"], json!(0.0));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn rows_of_a_file_that_cannot_be_are_named_and_the_others_written() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let feature = |name: &str, width: Value, line: Value| {
            json!({ "type": "Feature", "geometry": { "type": "LineString", "coordinates": line },
                "properties": { "name": name, "rank": "村内主路", "village": "场镇社区", "width_m": width, "load_t": null } })
        };
        let line = json!([[105.870, 29.260], [105.880, 29.260]]);
        let mut bridge = feature("零吨桥", json!(5), line.clone());
        bridge["properties"]["限载"] = json!(0);
        let features = vec![
            feature("老街", json!(4.2), line.clone()),
            feature("四百米宽", json!(400), line.clone()),
            bridge,
            feature("经纬颠倒", json!(4), json!([[29.26, 105.87], [29.26, 105.88]])),
            feature("自相交", json!(4), json!([[105.87, 29.26], [105.88, 29.27], [105.88, 29.26], [105.87, 29.27]])),
            feature("没有宽度", Value::Null, json!([[105.880, 29.260], [105.890, 29.260]])),
            feature("宽约四米", json!("约4"), line),
        ];
        let bytes = json!({ "type": "FeatureCollection", "features": features }).to_string().into_bytes();
        let system = Caller::system();
        let tried = town.app.import_roads(&system, bytes.clone(), None, (true, false)).await?;
        let mut clerk = town.login("clerk").await?;
        assert_eq!(clerk.get("/api/v1/roads").await?.ok()?["total"], 0, "only tried");
        let done = town.app.import_roads(&system, bytes, None, (false, false)).await?;
        assert_eq!(done, tried);
        let told: Vec<(u32, &str)> = done.problems.iter().map(|one| (one.row, one.code.as_str())).collect();
        assert_eq!(
            told,
            [
                (2, "road.implausible_value"),
                (3, "road.implausible_value"),
                (4, "shape.swapped"),
                (5, "shape.crosses"),
                (7, "road.number")
            ]
        );
        let page = clerk.get("/api/v1/roads").await?.ok()?;
        assert_eq!((&page["total"], &done.written), (&json!(2), &2));
        assert_eq!(codes(&page["items"], "name"), ["老街", "没有宽度"]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_survey_says_which_system_it_is_in_comes_as_kml_and_starts_from_our_own_sheet() -> anyhow::Result<()>
{
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let sheet = clerk.get("/api/v1/roads/files/template").await?;
        assert!(sheet.status == StatusCode::OK && sheet.bytes.starts_with(b"PK"), "an Excel file");
        let (_, job) = tried(&town, &mut clerk, "t.xlsx", &sheet.bytes).await?;
        assert_eq!(job["result"]["rows"], 1, "its headers are known, the row that shows how is no road: {job}");
        assert_eq!(job["result"]["problems"][0]["code"], "road.territory", "{job}");

        let kml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document>\
            <Placemark><name>老街</name><ExtendedData><Data name=\"rank\"><value>村内主路</value></Data>\
            <Data name=\"village\"><value>场镇社区</value></Data></ExtendedData>\
            <LineString><coordinates>105.87,29.26 105.88,29.26</coordinates></LineString></Placemark></Document></kml>";
        let sent = clerk.send(Method::POST, "/api/v1/roads/files?name=a.kml&crs=gcj02", &[], kml.as_bytes().to_vec()).await?;
        let sent = sent.ok()?;
        assert_eq!(text(&sent, "kind"), "survey", "{sent}");
        town.app.run_due_jobs().await?;
        taken(&town, &mut clerk, text(&sent, "id")).await?;
        let page = clerk.get("/api/v1/roads").await?.ok()?;
        let lon = page["items"][0]["line"][0][0].as_f64().unwrap_or_default();
        assert!((105.86..105.869).contains(&lon), "brought back from the offset of that map: {page}");
        let wrong = clerk.send(Method::POST, "/api/v1/roads/files?name=a.kml&crs=mars", &[], kml.as_bytes().to_vec()).await?;
        assert_eq!(wrong.body["fields"][0]["code"], "import.crs", "{}", wrong.body);
        let map = "<osm><node id=\"1\" lon=\"105.87\" lat=\"29.26\"/><node id=\"2\" lon=\"105.88\" lat=\"29.26\"/>\
            <way id=\"7\"><nd ref=\"1\"/><nd ref=\"2\"/><tag k=\"highway\" v=\"residential\"/></way></osm>";
        let map = clerk.send(Method::POST, "/api/v1/roads/files?name=a.osm&crs=bd09", &[], map.as_bytes().to_vec()).await?;
        assert_eq!(map.body["fields"][0]["code"], "road.map_crs", "{}", map.body);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_if_tells_who_is_gained_and_leaks_nothing_into_today() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        station(&town).await?;
        let (mut clerk, mut grid) = (town.login("clerk").await?, town.login("grid1").await?);
        for (group, lon) in [("g1", 105.872), ("g2", 105.885)] {
            let put = json!({ "lon": lon, "lat": 29.2601, "version": 0 });
            clerk.put(&format!("/api/v1/roads/groups/{group}"), put).await?.ok()?;
        }
        add(&mut clerk, road("老街", "village_main", V1, &[[105.870, 29.260], [105.8800, 29.260]], 5.0)).await?;
        let lane = road("进村路", "inter_village", V2, &[[105.880, 29.260], [105.892, 29.260]], 3.2);
        let lane = add(&mut clerk, lane).await?;
        let before = verdicts(&mut clerk, "engine").await?;
        assert_eq!(before[1].1, "never");

        let widen = json!({ "name": "加宽进村路", "changes": [
            { "what": "measure", "road": lane["id"], "limit": "width", "value": 4.5 }] });
        assert_eq!(grid.post("/api/v1/roads/scenarios", widen.clone()).await?.status, StatusCode::FORBIDDEN);
        let mut absurd = widen.clone();
        absurd["changes"][0]["value"] = json!(400);
        assert_eq!(clerk.post("/api/v1/roads/scenarios", absurd).await?.code(), "road.implausible_value");
        let kept = clerk.post("/api/v1/roads/scenarios", widen.clone()).await?.ok()?;
        assert_eq!(kept["changes"][0]["name"], "进村路");
        let at = format!("/api/v1/roads/scenarios/{}", text(&kept, "id"));
        let result = clerk.get(&format!("{at}/result")).await?.ok()?;
        let rows = result["rows"].as_array().cloned().unwrap_or_default();
        let gained: Vec<_> = rows.iter().filter(|row| text(row, "change") == "gained").collect();
        assert_eq!((gained.len(), text(&gained[0]["target"], "name")), (1, "凌阁堂一组"), "{result}");
        assert_eq!((text(gained[0], "vehicle"), &gained[0]["before"]["minutes"]), ("engine", &Value::Null));
        assert!(gained[0]["after"]["minutes"].as_f64().is_some_and(|minutes| minutes > 1.0));
        assert_eq!(result["counts"][0]["gained"], 1);

        // Another one closes the only road; the two held against one another.
        let shut = json!({ "name": "封老街一周", "changes": [
            { "what": "close", "road": clerk.get("/api/v1/roads").await?.ok()?["items"][0]["id"], "from": "2026-09-20",
              "until": "2026-09-27" }] });
        let shut = clerk.post("/api/v1/roads/scenarios", shut).await?.ok()?;
        let lost = clerk.get(&format!("/api/v1/roads/scenarios/{}/result", text(&shut, "id"))).await?.ok()?;
        assert!(lost["counts"].as_array().into_iter().flatten().any(|one| one["lost"].as_u64() > Some(0)), "{lost}");
        let both = clerk.get(&format!("{at}/result?against={}", text(&shut, "id"))).await?.ok()?;
        assert_eq!(both["against"]["name"], "封老街一周");
        assert!(both["counts"][0]["gained"].as_u64() > result["counts"][0]["gained"].as_u64(), "{both}");

        // Closed next week, asked of no day: it is reckoned for next week.
        let next = json!({ "name": "下周封老街", "changes": [
            { "what": "close", "road": clerk.get("/api/v1/roads").await?.ok()?["items"][0]["id"], "from": "2026-09-28",
              "until": "2026-10-04" }] });
        let next = clerk.post("/api/v1/roads/scenarios", next).await?.ok()?;
        let told = clerk.get(&format!("/api/v1/roads/scenarios/{}/result", text(&next, "id"))).await?.ok()?;
        assert_eq!(text(&told, "on"), "2026-09-28");
        assert!(told["counts"][0]["lost"].as_u64() > Some(0), "{told}");
        assert_eq!(
            clerk.post(&format!("/api/v1/roads/scenarios/{}/void", text(&next, "id")), json!({ "reason": "试过", "version": 1 })).await?.status,
            StatusCode::OK
        );

        assert_eq!(verdicts(&mut clerk, "engine").await?, before, "today is as it was");
        let mut renamed = widen;
        renamed["name"] = json!("加宽进村路到 4.5 米");
        renamed["version"] = json!(1);
        assert_eq!(clerk.put(&at, renamed.clone()).await?.ok()?["version"], 2);
        assert_eq!(clerk.put(&at, renamed).await?.status, StatusCode::CONFLICT);
        let told = clerk.post(&format!("{at}/void"), json!({ "reason": " ", "version": 2 })).await?;
        assert_eq!(told.code(), "scenario.no_reason");
        clerk.post(&format!("{at}/void"), json!({ "reason": "不做了", "version": 2 })).await?.ok()?;
        assert_eq!(clerk.get("/api/v1/roads/scenarios").await?.items()?.len(), 1);
        Ok(())
    })
    .await
}

/// Hands a file in, lets it be tried, and gives its id and what came of it.
async fn tried(town: &Town, by: &mut Browser, name: &str, bytes: &[u8]) -> anyhow::Result<(String, Value)> {
    let path = format!("/api/v1/roads/files?name={name}");
    let file = by.send(Method::POST, &path, &[], bytes.to_vec()).await?.ok()?;
    town.app.run_due_jobs().await?;
    let job = by.get(&format!("/api/v1/jobs/{}", text(&file["job"], "id"))).await?.ok()?;
    Ok((text(&file, "id").to_owned(), job))
}

/// Has a tried file written.
async fn taken(town: &Town, by: &mut Browser, file: &str) -> anyhow::Result<Value> {
    let job = by.post(&format!("/api/v1/roads/files/{file}/take"), json!({})).await?.ok()?;
    town.app.run_due_jobs().await?;
    by.get(&format!("/api/v1/jobs/{}", text(&job, "id"))).await?.ok()
}

#[tokio::test]
async fn a_file_is_tried_first_and_what_was_measured_stays() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let line = [[105.870, 29.260], [105.880, 29.260]];
        add(&mut clerk, road("老街", "village_main", V1, &line, 4.2)).await?;
        let feature = |name: &str, width: f64, on: Option<&str>, geometry: Value| {
            json!({ "type": "Feature", "geometry": geometry, "properties": {
                "name": name, "rank": "村内主路", "village": "场镇社区", "width_m": width, "load_t": 20, "surveyed_on": on } })
        };
        let drawn = |at: &[[f64; 2]]| json!({ "type": "LineString", "coordinates": at });
        let ring = [[105.87, 29.26], [105.88, 29.27], [105.88, 29.26], [105.87, 29.27], [105.87, 29.26]];
        let file = |on: Option<&str>| {
            json!({ "type": "FeatureCollection", "features": [
                feature("老街", 3.0, on, drawn(&line)),
                feature("新街", 5.0, on, drawn(&[[105.880, 29.260], [105.890, 29.260]])),
                feature("晒坝", 5.0, on, json!({ "type": "Polygon", "coordinates": [ring] })),
                feature("经纬颠倒", 4.0, on, drawn(&[[29.26, 105.87], [29.26, 105.88]])),
            ] })
            .to_string()
            .into_bytes()
        };
        let path = "/api/v1/roads/files?name=a.geojson";
        let told = staff.send(Method::POST, path, &[], file(None)).await?;
        assert_eq!(told.status, StatusCode::FORBIDDEN, "one village does not hand in the town's roads");

        let (id, job) = tried(&town, &mut clerk, "a.geojson", &file(None)).await?;
        let report = &job["result"];
        assert_eq!(
            (&report["new"], &report["conflict"], &report["problems_n"]),
            (&json!(1), &json!(1), &json!(2)),
            "{job}"
        );
        assert_eq!(codes(&report["problems"], "code"), ["shape.crosses", "shape.swapped"], "each by its row");
        let conflict = &report["items"][0];
        assert_eq!((text(conflict, "name"), text(conflict, "what")), ("老街", "conflict"));
        let parts: Vec<_> = conflict["parts"].as_array().into_iter().flatten().collect();
        let told: Vec<_> = parts.iter().map(|one| (text(one, "part"), &one["before"], &one["taken"])).collect();
        assert_eq!(
            told,
            [("width", &json!("4.2 米"), &json!(false)), ("load", &Value::Null, &json!(true))],
            "what nobody knew is filled in, what was measured stays"
        );
        assert_eq!(clerk.get("/api/v1/roads").await?.ok()?["total"], 1, "only tried");
        let done = taken(&town, &mut clerk, &id).await?;
        assert_eq!((text(&done, "state"), &done["result"]["written"]), ("done", &json!(2)), "{done}");
        let again = clerk.post(&format!("/api/v1/roads/files/{id}/take"), json!({})).await?;
        assert_eq!(again.code(), "import.done");
        let page = clerk.get("/api/v1/roads").await?.ok()?;
        assert_eq!(codes(&page["items"], "name"), ["老街", "新街"]);
        let old = clerk.get(&format!("/api/v1/roads/{}", text(&page["items"][0], "id"))).await?.ok()?;
        assert_eq!((&old["width_m"], &old["load_t"]), (&json!(4.2), &json!(20.0)), "{old}");

        let (id, job) = tried(&town, &mut clerk, "a.geojson", &file(Some("2026-08-01"))).await?;
        assert_eq!(job["result"]["changed"], 2, "a later survey replaces: {job}");
        taken(&town, &mut clerk, &id).await?;
        let old = clerk.get(&format!("/api/v1/roads/{}", text(&page["items"][0], "id"))).await?.ok()?;
        assert_eq!((&old["width_m"], &old["surveyed_on"]), (&json!(3.0), &json!("2026-08-01")));
        let (_, job) = tried(&town, &mut clerk, "a.geojson", &file(Some("2026-08-01"))).await?;
        assert_eq!((&job["result"]["unchanged"], &job["result"]["written"]), (&json!(2), &json!(0)));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_if_a_station_stood_there_and_the_pool_were_low_tells_people_and_water() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        station(&town).await?;
        let mut clerk = town.login("clerk").await?;
        clerk.put("/api/v1/roads/groups/g1", json!({ "lon": 105.872, "lat": 29.2601, "version": 0 })).await?.ok()?;
        let place = json!({ "name": "河坝民宿", "village": V2, "category": "self_built.rented", "address": "河坝 1 号",
            "tags": [], "location": { "lon": 105.930, "lat": 29.3001 }, "registration": { "kind": "unknown" },
            "heads": { "lodging": 8 }, "responsible": { "name": "张三", "phone": "13812345678" }, "opening": "open", "note": "" });
        clerk.post("/api/v1/places", place).await?.ok()?;
        add(&mut clerk, road("老街", "village_main", V1, &[[105.870, 29.260], [105.880, 29.260]], 5.0)).await?;
        // No road leads there from the station.
        add(&mut clerk, road("河坝路", "village_main", V2, &[[105.925, 29.300], [105.935, 29.300]], 5.0)).await?;
        let pool = json!({ "kind": "fire_pool", "name": "老街消防水池", "territory": V1, "found": true,
            "shape": { "type": "Point", "coordinates": [105.8725, 29.2602] },
            "water": { "usable_m3": 120, "flow_l_s": 15.0, "lift_m": 3.0, "source": "filled" } });
        let pool = clerk.post("/api/v1/facilities", pool).await?.ok()?;
        let steps = format!("/api/v1/facilities/{}/steps", text(&pool, "id"));
        let keeping = json!({ "step": "hand_over", "owner": "town-gov", "maintainer": "village-1", "check_days": 92, "version": 1 });
        clerk.post(&steps, keeping).await?.ok()?;
        clerk.post(&steps, json!({ "step": "enter", "version": 2 })).await?.ok()?;

        let list = json!({ "name": "河坝设站、水池冬季水位", "changes": [
            { "what": "station", "name": "河坝站", "lon": 105.926, "lat": 29.3001 },
            { "what": "water", "facility": pool["id"], "value": 30 }] });
        let list = clerk.post("/api/v1/roads/scenarios", list).await?.ok()?;
        let result = clerk.get(&format!("/api/v1/roads/scenarios/{}/result", text(&list, "id"))).await?.ok()?;
        let engine: Vec<&Value> = result["rows"].as_array().into_iter().flatten()
            .filter(|row| text(row, "vehicle") == "engine").collect();
        assert_eq!(engine.len(), 1, "{result}");
        assert_eq!((text(engine[0], "change"), text(&engine[0]["target"], "name")), ("gained", "河坝民宿"));
        assert_eq!((&engine[0]["people"], text(&engine[0]["after"]["station"], "name")), (&json!(8), "河坝站"));
        assert_eq!(
            (&result["counts"][0]["gained_people"], &result["counts"][0]["lost_people"]),
            (&json!(8), &json!(0)),
            "{result}"
        );
        let hose = result["water"].as_array().into_iter().flatten().find(|row| row["vehicle"].is_null()).cloned();
        let hose = hose.unwrap_or_default();
        assert_eq!(
            (text(&hose["target"], "name"), &hose["before_m3"], &hose["after_m3"]),
            ("场镇一组", &json!(120.0), &json!(30.0)),
            "{result}"
        );
        assert_eq!((&hose["before_l_s"], &hose["after_l_s"]), (&json!(15.0), &json!(15.0)));
        // What is known by its flow runs low, too.
        let low = |value: f64| json!({ "name": "枯水期", "changes": [{ "what": "flow", "facility": pool["id"], "value": value }] });
        assert_eq!(clerk.post("/api/v1/roads/scenarios", low(-1.0)).await?.code(), "scenario.flow");
        let low = clerk.post("/api/v1/roads/scenarios", low(4.0)).await?.ok()?;
        assert_eq!(low["changes"][0]["what"], "flow");
        let result = clerk.get(&format!("/api/v1/roads/scenarios/{}/result", text(&low, "id"))).await?.ok()?;
        let hose = result["water"].as_array().into_iter().flatten().find(|row| row["vehicle"].is_null()).cloned();
        let hose = hose.unwrap_or_default();
        assert_eq!(
            (&hose["before_l_s"], &hose["after_l_s"], &hose["after_m3"]),
            (&json!(15.0), &json!(4.0), &json!(120.0)),
            "{result}"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_map_is_tried_and_a_broken_or_huge_one_is_refused_while_the_roads_go_on() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        add(&mut clerk, road("老街", "village_main", V1, &[[105.870, 29.260], [105.880, 29.260]], 4.2)).await?;
        let map = |name: &str, lon: f64| {
            format!(
                "<osm><node id=\"1\" lon=\"105.870\" lat=\"29.260\"/><node id=\"2\" lon=\"105.880\" lat=\"29.260\"/>\
                 <node id=\"3\" lon=\"{lon}\" lat=\"29.270\"/>\
                 <way id=\"7\"><nd ref=\"1\"/><nd ref=\"2\"/><tag k=\"highway\" v=\"residential\"/>\
                 <tag k=\"name\" v=\"老街\"/><tag k=\"width\" v=\"6\"/></way>\
                 <way id=\"8\"><nd ref=\"2\"/><nd ref=\"3\"/><tag k=\"highway\" v=\"residential\"/>\
                 <tag k=\"name\" v=\"{name}\"/></way></osm>"
            )
        };
        let (id, job) = tried(&town, &mut clerk, "a.osm", map("后街", 105.880).as_bytes()).await?;
        let report = &job["result"];
        assert_eq!((&report["rows"], &report["new"]), (&json!(2), &json!(1)), "{job}");
        let conflict = &report["items"][0];
        assert_eq!((&report["conflict"], text(conflict, "what")), (&json!(1), "conflict"), "{job}");
        assert_eq!(
            (&conflict["parts"][0]["before"], &conflict["parts"][0]["taken"]),
            (&json!("4.2 米"), &json!(false)),
            "what was measured counts over the map"
        );
        assert_eq!(text(&taken(&town, &mut clerk, &id).await?, "state"), "done");
        assert_eq!(clerk.get("/api/v1/roads/network").await?.ok()?["map"]["ways"], 2);
        let (_, job) = tried(&town, &mut clerk, "a.osm", map("后街", 105.880).as_bytes()).await?;
        assert_eq!((&job["result"]["unchanged"], &job["result"]["gone"]), (&json!(1), &json!(0)), "{job}");
        let (_, job) = tried(&town, &mut clerk, "a.osm", map("后街", 105.881).as_bytes()).await?;
        assert_eq!(job["result"]["changed"], 1, "{job}");

        let mut cut = vec![0, 0, 0, 13, 10, 9];
        cut.extend(b"OSMHeader\x18\x64cut off");
        let (_, job) = tried(&town, &mut clerk, "cut.osm.pbf", &cut).await?;
        assert_eq!(text(&job, "state"), "failed");
        assert!(text(&job, "error").contains("第 1 个数据块"), "{job}");
        let size = [("content-length", "2147483648")];
        let huge = clerk.send(Method::POST, "/api/v1/roads/files?name=huge.osm.pbf", &size, b"x".to_vec()).await?;
        assert_eq!((huge.status, huge.code()), (StatusCode::UNPROCESSABLE_ENTITY, "road.file_too_large"));
        let empty = clerk.send(Method::POST, "/api/v1/roads/files?name=a.csv", &[], Vec::new()).await?;
        assert_eq!(empty.code(), "road.file_empty");
        let net = clerk.get("/api/v1/roads/network").await?.ok()?;
        assert_eq!((&net["map"]["ways"], &net["roads"]), (&json!(2), &json!(1)), "the roads go on as they were");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_blocked_lane_says_whom_it_cuts_off_today_houses_among_them() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        station(&town).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let put = json!({ "lon": 105.889, "lat": 29.2601, "version": 0 });
        clerk.put("/api/v1/roads/groups/g2", put).await?.ok()?;
        let place = json!({ "name": "学堂巷出租屋", "village": V2, "category": "self_built.rented", "address": "学堂巷 1 号",
            "tags": [], "location": { "lon": 105.890, "lat": 29.2601 }, "registration": { "kind": "unknown" },
            "heads": { "lodging": 8 }, "responsible": { "name": "张三", "phone": "13812345678" }, "opening": "open", "note": "" });
        let place = clerk.post("/api/v1/places", place).await?.ok()?;
        let at = format!("/api/v1/houses/{}", text(&place, "id"));
        let house = clerk.get(&at).await?.ok()?;
        let counted = json!({ "lodging": 8, "structure": "brick", "floors": 3, "floor_m2": 120, "exits": 1,
            "burning_roof": false, "owner": "房主", "counted_on": "2026-09-21", "counted_by": "李消防",
            "version": house["version"] });
        clerk.put(&at, counted).await?.ok()?;
        add(&mut clerk, road("老街", "village_main", V1, &[[105.870, 29.260], [105.880, 29.260]], 5.0)).await?;
        let lane = add(&mut clerk, road("进村路", "inter_village", V2, &[[105.880, 29.260], [105.892, 29.260]], 4.5)).await?;
        let report = clerk.get("/api/v1/roads/access?houses=true").await?.ok()?;
        assert_eq!(codes(&report["rows"], "kind"), ["group", "house"], "{report}");
        assert_eq!(text(&report["rows"][1]["ways"][0], "verdict"), "sure");
        let wet = clerk.get("/api/v1/roads/access?on=2026-02-01&wet=true").await?.ok()?;
        assert_eq!((&wet["on"], &wet["water_on"]), (&json!("2026-02-01"), &json!("2026-07-15")), "water as in the wet month");

        let case = json!({ "channel": "telephone", "matter": "blocked_exit", "content": "进村路堆满砂石，车过不去",
            "territory": V2, "address": "进村路中段", "lon": 105.886, "lat": 29.2601 });
        let case = clerk.post("/api/v1/report-cases", case).await?.ok()?;
        assert_eq!(town.app.reckon_blocked_lanes().await?, 1, "as soon as it is in");
        assert_eq!(town.app.reckon_blocked_lanes().await?, 0, "once");
        town.app.run_due_jobs().await?;
        let lanes = clerk.get("/api/v1/roads/blocked").await?.items()?;
        assert_eq!(lanes.len(), 1);
        assert_eq!(
            lanes[0]["effect"],
            json!({ "on": "2026-09-21", "lost": 2, "people": 8, "residents": 0, "names": ["凌阁堂一组", "学堂巷出租屋"],
                "doubtful": 0, "doubtful_people": 0, "doubtful_residents": 0, "doubtful_names": [] }),
            "nobody had to ask: {lanes:?}"
        );
        let bench = clerk.get("/api/v1/workbench").await?.ok()?;
        let waits = |bench: &Value| {
            let counts = bench["counts"].as_array().cloned().unwrap_or_default();
            counts.iter().find(|one| text(one, "code") == "lanes_blocked").map(|one| one["n"].clone())
        };
        assert_eq!(waits(&bench), Some(json!(1)), "{bench}");
        assert_eq!((text(&lanes[0]["road"], "name"), &lanes[0]["may_close"]), ("进村路", &json!(true)));
        assert!(staff.get("/api/v1/roads/blocked").await?.items()?.is_empty(), "another village's report");
        let at = format!("/api/v1/roads/blocked/report_case/{}", text(&case, "id"));
        assert_eq!(staff.get(&at).await?.status, StatusCode::NOT_FOUND);
        let effect = clerk.get(&at).await?.ok()?;
        let lost: Vec<(&str, &str)> = effect["rows"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|row| text(row, "change") == "lost" && text(row, "vehicle") == "engine")
            .map(|row| (text(row, "kind"), text(&row["target"], "name")))
            .collect();
        assert_eq!(lost, [("group", "凌阁堂一组"), ("house", "学堂巷出租屋")], "{effect}");
        let changes = codes(&effect["rows"], "change");
        assert!(changes.is_sorted_by_key(|change| *change != "lost"), "whoever is cut off first: {changes:?}");
        let on_foot = effect["rows"].as_array().into_iter().flatten().filter(|row| text(row, "vehicle") == "foot");
        assert_eq!(on_foot.count(), 0, "who walks gets past a heap of gravel: {effect}");
        let report = clerk.get("/api/v1/roads/access?houses=true").await?.ok()?;
        assert_eq!(text(&report["rows"][1]["ways"][0], "verdict"), "sure", "a proposal changes nothing");
        let close = json!({ "step": "close", "text": "砂石堆占", "stops": "bicycles" });
        assert_eq!(step(&mut clerk, &lane, close).await?.status, StatusCode::UNPROCESSABLE_ENTITY);
        let close = json!({ "step": "close", "text": "砂石堆占", "stops": "vehicles" });
        let shut = step(&mut clerk, &lane, close).await?.ok()?;
        assert_eq!(text(&shut["closures"][0]["stops"], "code"), "vehicles");
        let report = clerk.get("/api/v1/roads/access?houses=true").await?.ok()?;
        assert_eq!(text(&report["rows"][1]["ways"][0], "verdict"), "never", "until whoever answers for the road closes it");
        assert_ne!(text(&report["rows"][1]["ways"][3], "verdict"), "never", "on foot one gets past: {report}");
        assert_eq!(clerk.get("/api/v1/roads/blocked").await?.items()?[0]["closed"], true);
        assert_eq!(waits(&clerk.get("/api/v1/workbench").await?.ok()?), None, "it is dealt with");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn roads_are_taken_as_the_towns_season_has_the_day_asked_unless_it_is_said() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        station(&town).await?;
        let mut clerk = town.login("clerk").await?;
        let put = json!({ "lon": 105.889, "lat": 29.2601, "version": 0 });
        clerk.put("/api/v1/roads/groups/g2", put).await?.ok()?;
        add(&mut clerk, road("老街", "village_main", V1, &[[105.870, 29.260], [105.880, 29.260]], 5.0))
            .await?;
        let mut muddy = road("河滩路", "inter_village", V2, &[[105.880, 29.260], [105.884, 29.260]], 5.0);
        muddy["wet_season"] = json!("impassable");
        let muddy = add(&mut clerk, muddy).await?;
        add(&mut clerk, road("进村路", "inter_village", V2, &[[105.884, 29.260], [105.892, 29.260]], 5.0))
            .await?;
        let gets_through = async |clerk: &mut Browser, query: &str| -> anyhow::Result<bool> {
            let ends = "vehicle=engine&from=105.871,29.260&to=105.889,29.260";
            let way = clerk.get(&format!("/api/v1/roads/route?{ends}{query}")).await?.ok()?;
            Ok(!way["optimistic"].is_null())
        };
        assert!(gets_through(&mut clerk, "").await?, "the town has no wet season yet");
        assert_eq!(clerk.get("/api/v1/roads/access").await?.ok()?["wet"], false);

        // Today is the 21st of September.
        set_number(&town, "road.wet_from", 5.0).await?;
        set_number(&town, "road.wet_until", 9.0).await?;
        assert!(!gets_through(&mut clerk, "").await?);
        assert!(gets_through(&mut clerk, "&wet=false").await?);
        assert!(gets_through(&mut clerk, "&on=2026-11-02").await?, "after the season");
        let km = async |clerk: &mut Browser, query: &str| -> anyhow::Result<Option<f64>> {
            let from = "vehicle=engine&minutes=60&from=105.871,29.260";
            let reach = clerk.get(&format!("/api/v1/roads/reach?{from}{query}")).await?.ok()?;
            Ok(reach["optimistic"]["road_km"].as_f64())
        };
        assert!(km(&mut clerk, "").await? < km(&mut clerk, "&wet=false").await?);

        let report = clerk.get("/api/v1/roads/access").await?.ok()?;
        assert_eq!((&report["wet"], text(&report["rows"][0]["ways"][0], "verdict")), (&json!(true), "never"));
        let dry = clerk.get("/api/v1/roads/access?wet=false").await?.ok()?;
        assert_eq!(dry["wet"], false);
        assert_ne!(text(&dry["rows"][0]["ways"][0], "verdict"), "never");

        let shut = json!({ "what": "close", "road": muddy["id"], "from": "2026-09-01" });
        let list = json!({ "name": "河滩路封闭", "changes": [shut] });
        let list = clerk.post("/api/v1/roads/scenarios", list).await?.ok()?;
        let at = format!("/api/v1/roads/scenarios/{}/result", text(&list, "id"));
        let told = clerk.get(&at).await?.ok()?;
        let of_engines = |told: &Value| codes(&told["rows"], "vehicle").contains(&"engine");
        assert_eq!(
            (&told["wet"], of_engines(&told)),
            (&json!(true), false),
            "not reached before either: {told}"
        );
        let told = clerk.get(&format!("{at}?wet=false")).await?.ok()?;
        assert_eq!((&told["wet"], of_engines(&told)), (&json!(false), true), "{told}");
        Ok(())
    })
    .await
}
