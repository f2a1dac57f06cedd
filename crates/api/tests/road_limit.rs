//! Stories of what stands in the town's own roads and of turns one may not take; of how many live in a village group; of a
//! part of a road that would be wider; of a map of roads that lies under everything.

use app::Caller;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::reach::{add, grouped, road, station, text, verdicts};
use crate::common::{Browser, V1, V2, set_number};

async fn placed(clerk: &mut Browser) -> anyhow::Result<()> {
    for (group, at) in [("g1", [105.872, 29.2601]), ("g2", [105.8850, 29.2601]), ("g3", [105.8900, 29.2601])]
    {
        let put = json!({ "lon": at[0], "lat": at[1], "version": 0 });
        clerk.put(&format!("/api/v1/roads/groups/{group}"), put).await?.ok()?;
    }
    Ok(())
}

async fn engine(clerk: &mut Browser) -> anyhow::Result<Vec<String>> {
    Ok(verdicts(clerk, "engine").await?.into_iter().map(|(_, verdict)| verdict).collect())
}

#[tokio::test]
async fn what_stands_in_a_road_is_drawn_judged_and_taken_out_and_in_again() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        station(&town).await?;
        let mut clerk = town.login("clerk").await?;
        placed(&mut clerk).await?;
        let mut street = road("老街", "village_main", V1, &[[105.870, 29.260], [105.892, 29.260]], 5.0);
        street["barriers"] = json!([{ "what": "posts", "lon": 105.88, "lat": 29.262 }]);
        assert_eq!(clerk.post("/api/v1/roads", street.clone()).await?.code(), "road.barrier_off_line");
        street["barriers"] = json!([{ "what": "door", "lon": 105.88, "lat": 29.26 }]);
        assert_eq!(clerk.post("/api/v1/roads", street.clone()).await?.status, StatusCode::UNPROCESSABLE_ENTITY);
        street["barriers"] = json!([{ "what": "posts", "lon": 105.88, "lat": 29.2601 }]);
        let page = add(&mut clerk, street.clone()).await?;
        assert_eq!((&page["barriers"][0]["lat"], text(&page["barriers"][0]["what"], "label")), (&json!(29.26), "隔离桩或石墩"));
        assert_eq!((text(&page["passing"][0], "passes"), text(&page["passing"][0]["why"][0], "code")), ("no", "road.refused.barrier"));
        assert_eq!(engine(&mut clerk).await?, ["sure", "never", "never"], "behind the posts no engine comes");
        let report = clerk.get("/api/v1/roads/access").await?.ok()?;
        let blocked = &report["rows"][1]["ways"][0]["blocked_by"][0];
        assert_eq!((text(blocked, "name"), text(&blocked["reasons"][0], "code")), ("老街", "road.refused.barrier"));
        assert_eq!(clerk.get("/api/v1/roads/network").await?.ok()?["barriers"], 1);

        // Who says nothing of them changes nothing; a gate may be open.
        let at = format!("/api/v1/roads/{}", text(&page, "id"));
        street["version"] = json!(1);
        street.as_object_mut().map(|form| form.remove("barriers"));
        assert_eq!(clerk.put(&at, street.clone()).await?.ok()?["barriers"], page["barriers"]);
        street["version"] = json!(2);
        street["barriers"] = json!([{ "what": "gate", "lon": 105.88, "lat": 29.26 }]);
        let page = clerk.put(&at, street.clone()).await?.ok()?;
        assert!(page["events"][0]["changes"].to_string().contains("门或道闸"), "{page}");
        assert_eq!(engine(&mut clerk).await?, ["sure", "perhaps", "perhaps"]);

        // Out as GeoJSON and in again nothing is otherwise; a later survey by table finds it gone.
        let out = clerk.get("/api/v1/exports/layers?format=geojson&layers=roads").await?;
        let out: Value = serde_json::from_slice(&out.bytes)?;
        assert_eq!(out["features"][0]["properties"]["barriers"][0]["what"], "gate", "{out}");
        let mut back = out.clone();
        for feature in back["features"].as_array_mut().into_iter().flatten() {
            feature["properties"]["类别"] = json!("村内主路");
            feature["properties"]["村"] = json!("场镇社区");
        }
        let system = Caller::system();
        let same = town.app.import_roads(&system, back.to_string().into_bytes(), None, (true, false)).await?;
        assert_eq!((same.unchanged, same.problems_n), (1, 0), "{same:?}");
        for format in ["gpkg", "csv"] {
            let file = clerk.get(&format!("/api/v1/exports/layers?format={format}&layers=roads")).await?;
            assert!(format != "csv" || String::from_utf8_lossy(&file.bytes).contains("gate"), "as it is read in again");
            let same = town.app.import_roads(&system, file.bytes, None, (true, false)).await?;
            assert_eq!((same.unchanged, same.problems_n), (1, 0), "{format}: {same:?}");
        }
        let csv = "名称,类别,村,路线,障碍,测量日期\n老街,村内主路,场镇社区,\"105.870,29.260; 105.892,29.260\",无,2026-09-20\n";
        let gone = town.app.import_roads(&system, csv.as_bytes().to_vec(), None, (false, false)).await?;
        assert_eq!((gone.changed, gone.problems_n), (1, 0), "{gone:?}");
        assert_eq!(clerk.get(&at).await?.ok()?["barriers"], json!([]));
        assert_eq!(engine(&mut clerk).await?, ["sure"; 3]);
        let wrong = "名称,类别,村,路线,障碍\n新街,村内主路,场镇社区,\"105.870,29.270; 105.892,29.270\",石狮子 105.88，29.27\n甲街,村内主路,场镇社区,\"105.870,29.280; 105.892,29.280\",门\n";
        let wrong = town.app.import_roads(&system, wrong.as_bytes().to_vec(), None, (true, false)).await?;
        let told: Vec<&str> = wrong.problems.iter().map(|one| one.code.as_str()).collect();
        assert_eq!(told, ["road.unknown_word", "road.barriers"]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_turn_one_may_not_take_is_gone_round() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let street = road("老街", "village_main", V1, &[[105.870, 29.260], [105.875, 29.260]], 5.0);
        let page = add(&mut clerk, street.clone()).await?;
        add(&mut clerk, road("老街东段", "village_main", V1, &[[105.875, 29.260], [105.880, 29.260]], 5.0))
            .await?;
        let lane = add(
            &mut clerk,
            road("学堂巷", "village_branch", V1, &[[105.875, 29.260], [105.875, 29.265]], 5.0),
        )
        .await?;
        // Shorter than driving to the end of the street and back.
        let round = [[105.880, 29.260], [105.875, 29.265]];
        add(&mut clerk, road("环路", "village_branch", V1, &round, 5.0)).await?;
        let way =
            "/api/v1/roads/route?from=105.870,29.260&to=105.875,29.264&vehicle=engine&objective=distance";
        let far = async |clerk: &mut Browser| -> anyhow::Result<f64> {
            Ok(clerk.get(way).await?.ok()?["optimistic"]["distance_m"].as_f64().unwrap_or_default())
        };
        assert!(far(&mut clerk).await? < 950.0);
        let at = format!("/api/v1/roads/{}", text(&page, "id"));
        let put = |turns: Value, version: u32| {
            let mut asked = street.clone();
            asked["turns"] = turns;
            asked["version"] = json!(version);
            asked
        };
        let into = |code: &str, only: bool| json!([{ "into": code, "only": only }]);
        let unknown = clerk.put(&at, put(into("LD-9999", false), 1)).await?;
        assert_eq!(unknown.body["fields"][0]["code"], "road.turn_unknown", "{}", unknown.body);
        assert_eq!(
            clerk.put(&at, put(into(text(&page, "id"), false), 1)).await?.code(),
            "road.turn_into_self"
        );
        let page = clerk.put(&at, put(into(text(&lane, "code"), false), 1)).await?.ok()?;
        assert_eq!(
            (text(&page["turns"][0]["into"], "name"), &page["turns"][0]["only"]),
            ("学堂巷", &json!(false))
        );
        assert!(far(&mut clerk).await? > 1_800.0, "by the east");
        // The lane is cut in two: what was forbidden stays forbidden.
        let cut = json!({ "step": "split", "at": [105.875, 29.262], "version": 1 });
        clerk.post(&format!("/api/v1/roads/{}/steps", text(&lane, "id")), cut).await?.ok()?;
        assert!(far(&mut clerk).await? > 1_800.0);
        // Only onwards comes to the same; a turn into a road that is not met is told and does nothing.
        let rows = clerk.get("/api/v1/roads").await?.items()?;
        let id = |name: &str| {
            rows.iter()
                .find(|one| text(one, "name") == name)
                .map(|one| text(one, "id").to_owned())
                .unwrap_or_default()
        };
        clerk.put(&at, put(into(&id("老街东段"), true), 2)).await?.ok()?;
        assert!(far(&mut clerk).await? > 1_800.0);
        clerk.put(&at, put(into(&id("环路"), false), 3)).await?.ok()?;
        assert!(far(&mut clerk).await? < 950.0);
        let net = clerk.get("/api/v1/roads/network").await?.ok()?;
        assert_eq!(text(&net["problems"][0], "code"), "road.turn_unmet", "{net}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn who_is_cut_off_by_a_turn_alone_is_told_which_and_walks_there() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        station(&town).await?;
        let mut clerk = town.login("clerk").await?;
        let put = json!({ "lon": 105.8751, "lat": 29.2640, "version": 0 });
        clerk.put("/api/v1/roads/groups/g2", put).await?.ok()?;
        let lane = road("学堂巷", "village_main", V2, &[[105.875, 29.260], [105.875, 29.265]], 5.0);
        let lane = add(&mut clerk, lane).await?;
        let mut street = road("老街", "village_main", V1, &[[105.870, 29.260], [105.875, 29.260]], 5.0);
        street["turns"] = json!([{ "into": lane["id"], "only": false }]);
        let street = add(&mut clerk, street).await?;
        let report = clerk.get("/api/v1/roads/access").await?.ok()?;
        let way = &report["rows"][0]["ways"][0];
        assert_eq!((text(way, "vehicle"), text(way, "verdict")), ("engine", "never"), "{report}");
        let blocked = &way["blocked_by"][0];
        assert_eq!(
            (&blocked["road"]["id"], text(&blocked["reasons"][0], "code")),
            (&lane["id"], "road.refused.turn"),
            "{report}"
        );
        assert_eq!(text(&blocked["reasons"][0], "label"), "路口不得由“老街”转入“学堂巷”");
        let ask = "/api/v1/roads/route?from=105.8701,29.2601&to=105.8751,29.2640&vehicle=";
        let engine = clerk.get(&format!("{ask}engine")).await?.ok()?;
        assert_eq!(
            (&engine["optimistic"], text(&engine["blocked_by"][0]["reasons"][0], "code")),
            (&Value::Null, "road.refused.turn")
        );
        let foot = clerk.get(&format!("{ask}foot")).await?.ok()?;
        assert!(foot["optimistic"].is_object() && foot["blocked_by"] == json!([]), "who walks turns: {foot}");

        // Closed and opened again the same network answers, and the turn is as it was.
        let at = format!("/api/v1/roads/{}/steps", text(&street, "id"));
        let page = clerk.post(&at, json!({ "step": "close", "text": "塌方", "version": 1 })).await?.ok()?;
        let shut = clerk.get(&format!("{ask}foot")).await?.ok()?;
        assert_eq!(text(&shut["blocked_by"][0]["reasons"][0], "code"), "road.refused.closed", "{shut}");
        let open =
            json!({ "step": "open", "number": page["closures"][0]["number"], "version": page["version"] });
        clerk.post(&at, open).await?.ok()?;
        assert_eq!(clerk.get(&format!("{ask}foot")).await?.ok()?, foot);
        assert_eq!(clerk.get(&format!("{ask}engine")).await?.ok()?, engine);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn speeds_are_the_towns_and_every_number_of_a_vehicle_says_whose_it_is() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        add(&mut clerk, road("老街", "village_main", V1, &[[105.870, 29.260], [105.880, 29.260]], 5.0))
            .await?;
        let way = "/api/v1/roads/route?from=105.870,29.260&to=105.880,29.260&vehicle=engine";
        let seconds = async |clerk: &mut Browser| -> anyhow::Result<f64> {
            Ok(clerk.get(way).await?.ok()?["optimistic"]["duration_s"].as_f64().unwrap_or_default())
        };
        let kmh = async |clerk: &mut Browser, kind: &str| -> anyhow::Result<Option<f64>> {
            let options = clerk.get("/api/v1/roads/options").await?.ok()?;
            let engine = options["vehicles"][0].clone();
            let width =
                engine["needs"].as_array().into_iter().flatten().find(|need| need["limit"] == "width");
            assert_eq!(width.map(|need| &need["standard"]), Some(&json!(true)));
            let load = engine["needs"].as_array().into_iter().flatten().find(|need| need["limit"] == "load");
            assert_eq!(
                load.map(|need| (&need["standard"], &need["value"])),
                Some((&json!(false), &Value::Null))
            );
            let speeds = engine["speeds"].as_array().cloned().unwrap_or_default();
            let own = speeds.iter().find(|speed| speed["roads"].to_string().contains(kind)).cloned();
            Ok(own.and_then(|speed| speed["kmh"].as_f64()))
        };
        let before = seconds(&mut clerk).await?;
        let row = clerk.get("/api/v1/roads").await?.items()?.remove(0);
        let kind = row["kind"]["code"].as_str().unwrap_or("unclassified").to_owned();
        let own = app_speed(&kind);
        assert_eq!(kmh(&mut clerk, &format!("\"{kind}\"")).await?, Some(own.1));
        set_number(&town, &format!("vehicle.engine.speed.{}", own.0), own.1 / 2.0).await?;
        assert_eq!(kmh(&mut clerk, &format!("\"{kind}\"")).await?, Some(own.1 / 2.0));
        assert!((seconds(&mut clerk).await? - 2.0 * before).abs() < 2.0, "half as fast, twice as long");
        Ok(())
    })
    .await
}

/// The parameter by which an engine's speed on a kind of road is set, by the first kind it holds for, and what it comes with.
fn app_speed(kind: &str) -> (&'static str, f64) {
    match kind {
        "tertiary" => ("tertiary", 40.0),
        "unclassified" => ("unclassified", 30.0),
        "residential" => ("residential", 25.0),
        _ => ("living_street", 15.0),
    }
}

#[tokio::test]
async fn a_village_group_is_counted_and_what_if_tells_its_people_of_a_part_that_is_widened()
-> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        station(&town).await?;
        let (mut clerk, mut staff2) = (town.login("clerk").await?, town.login("staff2").await?);
        placed(&mut clerk).await?;
        let count = |on: &str, households: u32, people: u32| json!({ "counted_on": on, "households": households, "people": people, "source": "户籍年报" });
        let counts = "/api/v1/roads/groups/g2/counts";
        assert_eq!(staff2.post("/api/v1/roads/groups/g1/counts", count("2025-12-31", 1, 1)).await?.status, StatusCode::FORBIDDEN);
        assert_eq!(staff2.post(counts, count("2026-09-22", 30, 80)).await?.code(), "group_count.not_yet");
        let mut nobody = count("2025-12-31", 30, 80);
        nobody["source"] = json!("");
        assert_eq!(staff2.post(counts, nobody).await?.code(), "group_count.no_source");
        assert_eq!(staff2.post("/api/v1/roads/groups/g9/counts", count("2025-12-31", 1, 1)).await?.status, StatusCode::NOT_FOUND);
        staff2.post(counts, count("2024-12-31", 31, 84)).await?.ok()?;
        staff2.post(counts, count("2025-12-31", 30, 81)).await?.ok()?;
        let group = staff2.post(counts, count("2025-12-31", 30, 80)).await?.ok()?;
        let people: Vec<&Value> = group["counts"].as_array().into_iter().flatten().map(|one| &one["people"]).collect();
        assert_eq!(people, [&json!(80), &json!(81), &json!(84)], "the one recorded last of the newest day holds, none is lost");

        add(&mut clerk, road("老街", "village_main", V1, &[[105.870, 29.260], [105.880, 29.260]], 5.0)).await?;
        let narrow = road("进村路", "inter_village", V2, &[[105.880, 29.260], [105.892, 29.260]], 3.2);
        let lane = add(&mut clerk, narrow.clone()).await?;
        let report = clerk.get("/api/v1/roads/access").await?.ok()?;
        let row = &report["rows"][1];
        assert_eq!((&row["households"], &row["people"]), (&json!(30), &json!(80)), "{report}");
        assert_eq!(report["vehicles"][0]["people"], json!({ "sure": 0, "perhaps": 0, "late": 0, "perhaps_late": 0, "never": 80 }));
        let then = clerk.get("/api/v1/roads/access?on=2025-06-01").await?.ok()?;
        assert_eq!(then["rows"][1]["people"], json!(84), "as it was then");
        assert_eq!((&report["roadless"], &then["roadless"]), (&json!(false), &json!(true)), "no road was on record then");
        let table = clerk.get("/api/v1/roads/access/csv?on=2025-06-01").await?;
        let table = String::from_utf8_lossy(&table.bytes).into_owned();
        assert!(table.contains("当日没有登记的道路") && !table.contains("不可达"), "{table}");
        let table = clerk.get("/api/v1/roads/access/csv").await?;
        assert!(String::from_utf8_lossy(&table.bytes).contains("户数,人数"));
        assert!(String::from_utf8_lossy(&table.bytes).contains("运水可用流量（升/秒）"));

        // Wide enough as far as the second group; the third stays behind what is narrow.
        let change = json!({ "what": "measure", "road": lane["id"], "limit": "width", "value": 4.5, "part": [[105.8859, 29.26], [105.880, 29.26]] });
        let mut off = change.clone();
        off["part"] = json!([[105.8859, 29.27], [105.880, 29.26]]);
        let list = |change: &Value| json!({ "name": "加宽五百米", "changes": [change] });
        assert_eq!(clerk.post("/api/v1/roads/scenarios", list(&off)).await?.code(), "road.off_line");
        let kept = clerk.post("/api/v1/roads/scenarios", list(&change)).await?.ok()?;
        assert_eq!(kept["changes"][0]["part_m"], json!(572.0), "{kept}");
        let at = format!("/api/v1/roads/scenarios/{}/result", text(&kept, "id"));
        let result = clerk.get(&at).await?.ok()?;
        let gained: Vec<(&str, &Value)> = result["rows"].as_array().into_iter().flatten()
            .filter(|row| text(row, "vehicle") == "engine")
            .map(|row| (text(&row["target"], "name"), &row["people"])).collect();
        assert_eq!(gained, [("凌阁堂一组", &json!(80))], "{result}");
        assert_eq!((&result["counts"][0]["gained_residents"], &result["counts"][0]["gained_people"]), (&json!(80), &json!(0)));
        assert_eq!(result["astray"], json!([]));
        assert_eq!(engine(&mut clerk).await?, ["sure", "never", "never"], "today nothing is otherwise");
        // Drawn anew elsewhere, the part lies on it no more, and that is told.
        let mut moved = narrow;
        moved["geometry"]["coordinates"] = json!([[105.880, 29.260], [105.884, 29.266], [105.892, 29.266]]);
        moved["version"] = json!(1);
        clerk.put(&format!("/api/v1/roads/{}", text(&lane, "id")), moved).await?.ok()?;
        let result = clerk.get(&at).await?.ok()?;
        assert_eq!((&result["astray"], result["rows"].as_array().map(Vec::len)), (&json!([0]), Some(0)), "{result}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_map_of_roads_lies_under_everything_where_no_other_was_put() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let maps = clerk.get("/api/v1/base-maps").await?.items()?;
        assert!(maps.is_empty(), "{maps:?}");
        assert_eq!(clerk.get("/tiles/base/road_map/12/3252/1699").await?.status, StatusCode::NOT_FOUND);
        let map = "<osm><node id=\"1\" lon=\"105.870\" lat=\"29.260\"/><node id=\"2\" lon=\"105.880\" lat=\"29.260\"/>\
            <node id=\"3\" lon=\"105.880\" lat=\"29.266\"/><node id=\"4\" lon=\"105.870\" lat=\"29.266\"/>\
            <way id=\"7\"><nd ref=\"1\"/><nd ref=\"2\"/><tag k=\"highway\" v=\"secondary\"/></way>\
            <way id=\"8\"><nd ref=\"1\"/><nd ref=\"2\"/><nd ref=\"3\"/><nd ref=\"4\"/><nd ref=\"1\"/><tag k=\"natural\" v=\"water\"/></way>\
            <way id=\"9\"><nd ref=\"1\"/><nd ref=\"2\"/><nd ref=\"3\"/><nd ref=\"1\"/><tag k=\"building\" v=\"yes\"/></way></osm>";
        let file = clerk.send(Method::POST, "/api/v1/roads/files?name=town.osm", &[], map.as_bytes().to_vec()).await?.ok()?;
        town.app.run_due_jobs().await?;
        let id = text(&file, "id");
        clerk.post(&format!("/api/v1/roads/files/{id}/take"), json!({})).await?.ok()?;
        town.app.run_due_jobs().await?;
        let maps = clerk.get("/api/v1/base-maps").await?.items()?;
        assert_eq!((text(&maps[0], "id"), &maps[0]["own"], &maps[0]["layers"][1]), ("road_map", &json!(true), &json!("water")));
        assert!(text(&maps[0], "attribution").contains("OpenStreetMap") && !text(&maps[0], "version").is_empty());
        let says = |bytes: &[u8], word: &str| bytes.windows(word.len()).any(|part| part == word.as_bytes());
        let far = clerk.get("/tiles/base/road_map/12/3252/1699").await?.bytes;
        assert!(says(&far, "road") && says(&far, "water") && !says(&far, "building"), "a house cannot be told apart yet");
        let near = clerk.get("/tiles/base/road_map/14/13010/6798").await?.bytes;
        assert!(says(&near, "building"));
        assert_eq!(clerk.get("/tiles/base/road_map/12/100/100").await?.status, StatusCode::NO_CONTENT);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_day_that_is_over_is_asked_of_the_roads_as_they_were_surveyed_by_then() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        station(&town).await?;
        let mut clerk = town.login("clerk").await?;
        let put = json!({ "lon": 105.885, "lat": 29.2601, "version": 0 });
        clerk.put("/api/v1/roads/groups/g2", put).await?.ok()?;
        add(&mut clerk, road("老街", "village_main", V1, &[[105.870, 29.260], [105.880, 29.260]], 5.0))
            .await?;
        let lane = road("进村路", "inter_village", V2, &[[105.880, 29.260], [105.892, 29.260]], 3.2);
        let page = add(&mut clerk, lane.clone()).await?;
        let mut wider = lane;
        wider["width_m"] = json!(4.5);
        wider["surveyed_on"] = json!("2026-09-20");
        wider["version"] = page["version"].clone();
        clerk.put(&format!("/api/v1/roads/{}", text(&page, "id")), wider).await?.ok()?;

        let way = "/api/v1/roads/route?from=105.870,29.260&to=105.890,29.260&vehicle=engine";
        for (on, verdict) in
            [("2026-09-19", "never"), ("2026-09-20", "sure"), ("2026-09-19", "never"), ("", "sure")]
        {
            let report = clerk.get(&format!("/api/v1/roads/access?on={on}")).await?.ok()?;
            assert_eq!(text(&report["rows"][0]["ways"][0], "verdict"), verdict, "{on}: {report}");
            let found = clerk.get(&format!("{way}&on={on}")).await?.ok()?;
            assert_eq!(found["pessimistic"].is_null(), verdict == "never", "{on}: {found}");
        }
        let km = async |clerk: &mut Browser, on: &str| -> anyhow::Result<f64> {
            let at = format!("/api/v1/roads/reach?vehicle=engine&from=105.870,29.260&minutes=10&on={on}");
            Ok(clerk.get(&at).await?.ok()?["pessimistic"]["road_km"].as_f64().unwrap_or_default())
        };
        assert!(km(&mut clerk, "2026-09-19").await? < km(&mut clerk, "2026-09-21").await?);
        let before = clerk.get("/api/v1/roads/access?on=2026-02-28").await?.ok()?;
        assert_eq!(
            text(&before["rows"][0]["ways"][3], "verdict"),
            "never",
            "nobody had surveyed any road: {before}"
        );
        Ok(())
    })
    .await
}
