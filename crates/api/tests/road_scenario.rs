//! Stories of what-if lists held against each other, of whoever is reached at last, of a closure that is called off, of
//! vehicles nobody has.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::reach::{add, grouped, road, station, text};
use crate::common::{Browser, Town, V1, V2, set_number};

/// The market town's street and the lane to the second village, with a group on each.
async fn settled(town: &Town, width: f64) -> anyhow::Result<(Browser, Value, Value)> {
    station(town).await?;
    let mut clerk = town.login("clerk").await?;
    for (group, lon) in [("g1", 105.872), ("g2", 105.890)] {
        let put = json!({ "lon": lon, "lat": 29.2601, "version": 0 });
        clerk.put(&format!("/api/v1/roads/groups/{group}"), put).await?.ok()?;
    }
    // Its station stands before the street: closed, the street shuts nobody in.
    add(&mut clerk, road("站前路", "village_main", V1, &[[105.870, 29.260], [105.873, 29.260]], 5.0)).await?;
    let street = road("老街", "village_main", V1, &[[105.873, 29.260], [105.880, 29.260]], 5.0);
    let street = add(&mut clerk, street).await?;
    let lane = road("进村路", "inter_village", V2, &[[105.880, 29.260], [105.892, 29.260]], width);
    let lane = add(&mut clerk, lane).await?;
    Ok((clerk, street, lane))
}

async fn kept(clerk: &mut Browser, name: &str, change: Value) -> anyhow::Result<String> {
    let list =
        clerk.post("/api/v1/roads/scenarios", json!({ "name": name, "changes": [change] })).await?.ok()?;
    Ok(text(&list, "id").to_owned())
}

/// Counts who lives in the second group, and keeps a list that widens the lane there.
async fn widened(clerk: &mut Browser, lane: &Value) -> anyhow::Result<String> {
    counted(clerk, "g2", 80).await?;
    let widen = json!({ "what": "measure", "road": lane["id"], "limit": "width", "value": 4.5 });
    kept(clerk, "加宽进村路", widen).await
}

async fn counted(clerk: &mut Browser, group: &str, people: u32) -> anyhow::Result<()> {
    let count =
        json!({ "counted_on": "2025-12-31", "households": 30, "people": people, "source": "户籍年报" });
    clerk.post(&format!("/api/v1/roads/groups/{group}/counts"), count).await?.ok()?;
    Ok(())
}

async fn result(clerk: &mut Browser, id: &str, against: &str) -> anyhow::Result<Value> {
    clerk.get(&format!("/api/v1/roads/scenarios/{id}/result?against={against}")).await?.ok()
}

/// Who is reached otherwise and how, by vehicle; with the two sides changed over where asked.
fn told(result: &Value, mirrored: bool) -> Vec<(String, String, String, Value, Value)> {
    let other = |row: &Value| match text(row, "change") {
        // Lost is what was sure and what was only perhaps.
        "lost" if row["before"]["careful_minutes"].is_null() => "perhaps_gained",
        "lost" => "gained",
        "gained" | "perhaps_gained" => "lost",
        "assured" => "doubtful",
        "doubtful" => "assured",
        "faster" => "slower",
        _ => "faster",
    };
    let row = |row: &Value| {
        let change = if mirrored { other(row) } else { text(row, "change") };
        let (before, after) = (row["before"]["minutes"].clone(), row["after"]["minutes"].clone());
        let (before, after) = if mirrored { (after, before) } else { (before, after) };
        let name = text(&row["target"], "name").to_owned();
        (name, text(row, "vehicle").to_owned(), change.to_owned(), before, after)
    };
    result["rows"].as_array().into_iter().flatten().map(row).collect()
}

#[tokio::test]
async fn two_lists_are_compared_on_one_day_and_either_order_says_the_same() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let (mut clerk, street, lane) = settled(&town, 3.2).await?;
        let shut = |from: &str, until: &str| json!({ "what": "close", "road": street["id"], "from": from, "until": until });
        let week = kept(&mut clerk, "下周封老街", shut("2026-09-28", "2026-10-04")).await?;
        let widen = json!({ "what": "measure", "road": lane["id"], "limit": "width", "value": 4.5 });
        let wide = kept(&mut clerk, "加宽进村路", widen).await?;
        let (one, other) = (result(&mut clerk, &week, &wide).await?, result(&mut clerk, &wide, &week).await?);
        assert_eq!((text(&one, "on"), text(&other, "on")), ("2026-09-28", "2026-09-28"));
        assert_eq!((&one["idle"], &other["idle"]), (&json!([]), &json!([])));
        assert!(told(&one, false).iter().any(|row| row.2 == "lost"), "{one}");
        assert_eq!(told(&one, false), told(&other, true), "the same from either side");
        assert_eq!(one["counts"][0]["lost"], other["counts"][0]["gained"]);

        // No day on which both hold: the later is compared, and the one that does not hold then is named.
        let later = kept(&mut clerk, "国庆后封老街", shut("2026-10-08", "2026-10-10")).await?;
        let (one, other) = (result(&mut clerk, &week, &later).await?, result(&mut clerk, &later, &week).await?);
        assert_eq!((text(&one, "on"), text(&other, "on")), ("2026-10-08", "2026-10-08"));
        assert_eq!(one["idle"], json!([{ "id": week, "name": "下周封老街" }]));
        assert_eq!(other["idle"], one["idle"]);
        assert!(!told(&one, false).is_empty(), "the street is closed on that day: {one}");
        assert_eq!(told(&one, false), told(&other, true));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn whoever_is_reached_at_last_is_gained_though_late_and_counted() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let (mut clerk, _, lane) = settled(&town, 3.2).await?;
        set_number(&town, "road.reach_minutes", 1.0).await?;
        let wide = widened(&mut clerk, &lane).await?;
        let found = result(&mut clerk, &wide, "").await?;
        let own = |found: &Value| -> Vec<(String, String, String)> {
            let rows = told(found, false).into_iter().filter(|row| row.1 == "engine");
            rows.map(|row| (row.0, row.2, row.4.to_string())).collect()
        };
        let rows = own(&found);
        assert_eq!(
            (rows.len(), rows[0].0.as_str(), rows[0].1.as_str()),
            (1, "凌阁堂一组", "gained"),
            "{found}"
        );
        let engine =
            found["rows"].as_array().into_iter().flatten().find(|row| text(row, "vehicle") == "engine");
        assert_eq!(engine.map(|row| text(&row["after"], "verdict")), Some("late"), "{found}");
        let counts = &found["counts"][0];
        assert_eq!(
            (&counts["gained"], &counts["gained_residents"], &counts["faster"]),
            (&json!(1), &json!(80), &json!(0))
        );
        assert_eq!(
            (&counts["in_time"], &counts["in_time_residents"]),
            (&json!(0), &json!(0)),
            "not in time: {counts}"
        );

        // Closed, the smaller engine that came late comes no more: lost, and its people with it.
        let shut =
            json!({ "what": "close", "road": lane["id"], "from": "2026-09-20", "until": "2026-09-27" });
        let shut = kept(&mut clerk, "封进村路", shut).await?;
        let found = result(&mut clerk, &shut, "").await?;
        let mini = &found["counts"][1];
        assert_eq!(
            (&mini["lost"], &mini["lost_residents"], &mini["slower"]),
            (&json!(1), &json!(80), &json!(0)),
            "{found}"
        );
        assert_eq!(mini["out_of_time"], json!(0), "it was late before");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn whoever_is_reached_at_last_and_in_time_is_counted_as_both() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let (mut clerk, _, lane) = settled(&town, 3.2).await?;
        let wide = widened(&mut clerk, &lane).await?;
        // A limit all keep: who was reached late is reached in time, sooner it is not.
        set_number(&town, "road.reach_minutes", 30.0).await?;
        let found = result(&mut clerk, &wide, "").await?;
        let counts = &found["counts"][0];
        assert_eq!(
            (&counts["gained"], &counts["in_time"], &counts["in_time_residents"]),
            (&json!(1), &json!(1), &json!(80)),
            "{counts}"
        );
        Ok(())
    })
    .await
}

/// How the engine's way to a group changes, and what is counted of it.
fn engine_to<'a>(found: &'a Value, group: &str) -> (&'a str, &'a Value) {
    let rows = found["rows"].as_array().into_iter().flatten();
    let mut own =
        rows.filter(|row| text(row, "vehicle") == "engine" && text(&row["target"], "name") == group);
    (own.next().map_or("", |row| text(row, "change")), &found["counts"][0])
}

#[tokio::test]
async fn what_hangs_on_what_nobody_knows_is_neither_gained_nor_lost() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let (mut clerk, street, _) = settled(&town, 4.5).await?;
        let put = json!({ "lon": 105.897, "lat": 29.2601, "version": 0 });
        clerk.put("/api/v1/roads/groups/g3", put).await?.ok()?;
        counted(&mut clerk, "g2", 80).await?;
        counted(&mut clerk, "g3", 40).await?;
        // Of neither anybody knows whether its owner lets an engine pass.
        let line = [[105.873, 29.260], [105.877, 29.258], [105.880, 29.260]];
        let mut detour = road("厂区路", "village_main", V1, &line, 5.0);
        let mut back = road("后山路", "village_main", V2, &[[105.892, 29.260], [105.900, 29.260]], 3.2);
        (detour["private"], back["private"]) = (json!(true), json!(true));
        add(&mut clerk, detour).await?;
        let back = add(&mut clerk, back).await?;

        let widen = json!({ "what": "measure", "road": back["id"], "limit": "width", "value": 4.5 });
        let wide = kept(&mut clerk, "加宽后山路", widen).await?;
        let found = result(&mut clerk, &wide, "").await?;
        let (change, counts) = engine_to(&found, "凌阁堂二组");
        assert_eq!(change, "perhaps_gained", "{found}");
        assert_eq!(
            (&counts["gained"], &counts["perhaps_gained"], &counts["perhaps_gained_residents"]),
            (&json!(0), &json!(1), &json!(40))
        );

        let shut =
            json!({ "what": "close", "road": street["id"], "from": "2026-09-20", "until": "2026-09-27" });
        let shut = kept(&mut clerk, "封老街", shut).await?;
        let found = result(&mut clerk, &shut, "").await?;
        let (change, counts) = engine_to(&found, "凌阁堂一组");
        assert_eq!(change, "doubtful", "there is the other road: {found}");
        assert_eq!(counts["doubtful_residents"], json!(80), "{counts}");

        let (one, other) = (result(&mut clerk, &wide, &shut).await?, result(&mut clerk, &shut, &wide).await?);
        assert_eq!(engine_to(&one, "凌阁堂一组").0, "assured", "{one}");
        assert_eq!(engine_to(&other, "凌阁堂二组").0, "lost", "perhaps, and not at all: {other}");
        assert_eq!(told(&one, false), told(&other, true), "the same from either side");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_planned_station_has_what_nobody_has_and_brings_water() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let (mut clerk, _, _) = settled(&town, 4.5).await?;
        let pool = pool(&mut clerk).await?;
        bike(&mut clerk).await?;
        let stand = json!({ "what": "station", "name": "新站", "lon": 105.8795, "lat": 29.2601 });
        let far = json!({ "what": "station", "name": "新站", "lon": 105.8795, "lat": 29.29 });
        let far = json!({ "name": "离路很远", "changes": [far] });
        let told = clerk.post("/api/v1/roads/scenarios", far).await?;
        assert_eq!(told.body["fields"][0]["code"], "scenario.off_road", "{}", told.body);
        let stand = kept(&mut clerk, "在街尾设站", stand).await?;
        let found = result(&mut clerk, &stand, "").await?;
        let (change, counts) = engine_to(&found, "场镇一组");
        assert_eq!((change, &counts["assumed"]), ("brought", &json!(false)), "{found}");
        assert_eq!(counts["gained"], 0, "it is told apart from what becomes reachable: {counts}");
        let mut rows = found["rows"].as_array().into_iter().flatten();
        let engine = rows.find(|row| text(row, "vehicle") == "engine").cloned().unwrap_or_default();
        assert_eq!(
            (&engine["before"]["assumed"], &engine["after"]["assumed"]),
            (&json!(true), &json!(false))
        );
        assert_eq!(text(&engine["after"]["station"], "name"), "新站");
        let water = found["water"].as_array().into_iter().flatten();
        let mut brings = water
            .filter(|row| text(row, "vehicle") == "engine" && text(&row["target"], "name") == "场镇一组");
        let brought = brings.next().map(|row| (row["before_m3"].clone(), row["after_m3"].clone()));
        assert_eq!(brought, Some((json!(0.0), json!(120.0))), "{found}");

        // A list without a station: what nobody has is marked, and what is there is not.
        let flow = json!({ "what": "flow", "facility": pool, "value": 3.0 });
        let slow = kept(&mut clerk, "水池出水慢", flow).await?;
        let found = result(&mut clerk, &slow, "").await?;
        let marked: Vec<(&str, bool)> = found["counts"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| (text(&one["vehicle"], "code"), one["assumed"] == json!(true)))
            .collect();
        assert_eq!(
            marked,
            [("engine", true), ("mini", true), ("motorcycle", false), ("foot", false)],
            "{found}"
        );
        assert_eq!(found["uncounted"], json!([]));
        // Of a pool out of order a list changes nothing, and says so.
        let at = format!("/api/v1/facilities/{pool}");
        let page = clerk.get(&at).await?.ok()?;
        let report = json!({ "step": "report", "text": "漏水", "version": page["version"] });
        clerk.post(&format!("{at}/steps"), report).await?.ok()?;
        let found = result(&mut clerk, &slow, "").await?;
        let told = json!([{ "change": 0, "why": "现在是“故障”，不计入" }]);
        assert_eq!(found["uncounted"], told, "{found}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_closure_that_has_not_begun_is_called_off_with_a_reason() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let (mut clerk, street, _) = settled(&town, 4.5).await?;
        let at = format!("/api/v1/roads/{}", text(&street, "id"));
        let steps = format!("{at}/steps");
        let shut = json!({ "step": "close", "text": "铺路", "on": "2026-12-20", "until": "2026-12-24" });
        let page = clerk.post(&steps, shut).await?.ok()?;
        let open =
            |why: &str| json!({ "step": "open", "number": 0, "text": why, "version": page["version"] });
        assert_eq!(clerk.post(&steps, open("")).await?.code(), "road.no_call_off_reason");
        // Open again from its first day it would not be closed for a day either.
        let mut on_first = open("");
        on_first["on"] = json!("2026-12-20");
        assert_eq!(clerk.post(&steps, on_first).await?.code(), "road.no_call_off_reason");
        let page = clerk.post(&steps, open("改到明年")).await?.ok()?;
        let closure = &page["closures"][0];
        assert_eq!(
            (text(closure, "called_off"), text(closure, "from")),
            ("改到明年", "2026-12-20"),
            "{page}"
        );
        assert_eq!((&closure["open"], &closure["now"]), (&json!(false), &json!(false)));
        assert!(!page["actions"].to_string().contains("\"open\""), "there is nothing to open: {page}");
        let then = clerk.get("/api/v1/roads/access?on=2026-12-21").await?.ok()?;
        assert_eq!(text(&then["rows"][0]["ways"][0], "verdict"), "sure", "it never is in force: {then}");
        let again = json!({ "step": "open", "number": 0, "text": "再取消", "version": page["version"] });
        assert_eq!(clerk.post(&steps, again).await?.code(), "road.not_closed");

        // With a reason it is called off by its first day, too, and once.
        let shut = json!({ "step": "close", "text": "铺路", "on": "2026-12-20", "until": "2026-12-24" });
        let page = clerk.post(&steps, shut).await?.ok()?;
        let open = |why: &str, on: &str, page: &Value| {
            json!({ "step": "open", "number": 1, "text": why, "on": on, "version": page["version"] })
        };
        let page = clerk.post(&steps, open("改到明年", "2026-12-20", &page)).await?.ok()?;
        assert_eq!(text(&page["closures"][1], "called_off"), "改到明年", "{page}");
        let again = clerk.post(&steps, open("再取消", "2026-12-20", &page)).await?;
        assert_eq!(again.code(), "road.not_closed");

        // Closed and opened today it held for some hours: over, not called off.
        let shut = json!({ "step": "close", "text": "倒树", "until": null });
        let page = clerk.post(&steps, shut).await?.ok()?;
        let today = text(&page["closures"][2], "from").to_owned();
        let mut open = open("", &today, &page);
        open["number"] = json!(2);
        let page = clerk.post(&steps, open).await?.ok()?;
        assert_eq!(page["closures"][2]["called_off"], Value::Null, "{page}");
        Ok(())
    })
    .await
}

/// A pool in the street, in use.
async fn pool(clerk: &mut Browser) -> anyhow::Result<String> {
    let pool = json!({ "kind": "fire_pool", "name": "老街消防水池", "territory": V1, "found": true,
        "shape": { "type": "Point", "coordinates": [105.8725, 29.2602] },
        "water": { "usable_m3": 120, "flow_l_s": 15, "lift_m": 3.0, "source": "filled" } });
    let pool = clerk.post("/api/v1/facilities", pool).await?.ok()?;
    let steps = format!("/api/v1/facilities/{}/steps", text(&pool, "id"));
    let keeping = json!({ "step": "hand_over", "owner": "town-gov", "maintainer": "village-1",
        "check_days": 92, "version": 1 });
    clerk.post(&steps, keeping).await?.ok()?;
    clerk.post(&steps, json!({ "step": "enter", "version": 2 })).await?.ok()?;
    Ok(text(&pool, "id").to_owned())
}

/// The one vehicle of the town, a motorcycle of its station.
async fn bike(clerk: &mut Browser) -> anyhow::Result<()> {
    let force = clerk.get("/api/v1/forces").await?.items()?.remove(0);
    let bike = json!({ "item": "motorcycle", "name": "消防摩托", "from": "2026-09-10", "version": 2 });
    clerk.post(&format!("/api/v1/forces/{}/vehicles", text(&force, "id")), bike).await?.ok()?;
    Ok(())
}

#[tokio::test]
async fn a_vehicle_nobody_has_is_an_assumption_in_every_row() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let (mut clerk, _, _) = settled(&town, 4.5).await?;
        pool(&mut clerk).await?;
        // While no vehicle at all is on record all are assumed, and count alike.
        let report = clerk.get("/api/v1/roads/access").await?.ok()?;
        let row = &report["rows"][0];
        assert_eq!((&row["ways"][0]["assumed"], text(row, "best")), (&json!(true), "engine"), "{report}");

        bike(&mut clerk).await?;
        let report = clerk.get("/api/v1/roads/access").await?.ok()?;
        let row = &report["rows"][0];
        let ways = row["ways"].as_array().into_iter().flatten();
        let marked: Vec<(&str, bool)> =
            ways.map(|way| (text(way, "vehicle"), way["assumed"] == json!(true))).collect();
        assert_eq!(
            marked,
            [("engine", true), ("mini", true), ("motorcycle", false), ("foot", false)],
            "{report}"
        );
        assert_eq!(text(row, "best"), "motorcycle", "the best there is");
        let water: Vec<&str> =
            row["water"].as_array().into_iter().flatten().map(|one| text(one, "vehicle")).collect();
        assert_eq!(water, ["motorcycle"], "nobody brings water with what nobody has");
        assert!(report["vehicles"][0]["sure"].as_u64() > Some(0), "the summary keeps both");
        let table = clerk.get("/api/v1/roads/access/csv").await?;
        assert!(String::from_utf8_lossy(&table.bytes).contains("（推算：无站点登记）"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn texts_of_roads_are_short_and_a_map_that_is_none_is_told_which_are_read() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let (mut clerk, street, lane) = settled(&town, 4.5).await?;
        let line = [[105.870, 29.270], [105.880, 29.270]];
        let long = road(&"长".repeat(5_000), "village_main", V1, &line, 5.0);
        let list = json!({ "name": "长".repeat(3_000), "changes": [
            { "what": "measure", "road": lane["id"], "limit": "width", "value": 5.0 }] });
        let shut = json!({ "step": "close", "text": "长".repeat(2_001) });
        let steps = format!("/api/v1/roads/{}/steps", text(&street, "id"));
        for (at, asked, field) in [
            ("/api/v1/roads", long, "name"),
            ("/api/v1/roads/scenarios", list, "name"),
            (steps.as_str(), shut, "text"),
        ] {
            let told = clerk.post(at, asked).await?;
            assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
            let first = &told.body["fields"][0];
            assert_eq!(
                (text(first, "code"), text(first, "field")),
                ("road.too_long", field),
                "{}",
                told.body
            );
        }

        let bytes = (0..400_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect::<Vec<u8>>();
        let file = clerk.send(Method::POST, "/api/v1/roads/files?name=rand.osm.pbf", &[], bytes).await?;
        assert_eq!(file.code(), "road.file_unknown", "{}", file.body);
        assert!(file.body.to_string().contains(".osm.pbf"), "{}", file.body);
        Ok(())
    })
    .await
}
