//! Stories of facilities: one is proposed, built, accepted, handed over and looked at; a fault changes the water at once;
//! pipes that reach no source are named.

use app::Caller;
use axum::http::StatusCode;
use domain::time::Timestamp;
use serde_json::{Value, json};
use testkit::{Fresh, both_databases};

use crate::common;
use crate::common::{Browser, TOWN, Town, V1, V2, day, town};

async fn planned(fresh: &Fresh) -> anyhow::Result<Town> {
    let town = town(fresh).await?;
    let system = Caller::system();
    town.app.ensure_shipped_checklists(&system, Some(day("2026-01-01"))).await?;
    town.app.install_shipped_plan(&system).await?;
    Ok(town)
}

fn pool() -> Value {
    json!({ "kind": "fire_pool", "name": "老街消防水池", "territory": V1, "address": "老街 12 号旁",
        "shape": { "type": "Point", "coordinates": [105.872, 29.268, 310.0] }, "values": { "volume": 150 },
        "water": { "usable_m3": 120, "lift_m": 4.5, "source": "filled" } })
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn steps(page: &Value) -> Vec<&str> {
    let all = page["actions"].as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().filter_map(|one| one["step"].as_str()).collect()
}

/// Takes a step at the version the page has.
async fn step(browser: &mut Browser, page: &Value, mut asked: Value) -> anyhow::Result<common::Told> {
    asked["version"] = page["version"].clone();
    browser.post(&format!("/api/v1/facilities/{}/steps", text(page, "id")), asked).await
}

async fn into_service(browser: &mut Browser, found: &Value) -> anyhow::Result<Value> {
    let keeping =
        json!({ "step": "hand_over", "owner": "town-gov", "maintainer": "village-1", "check_days": 92 });
    let page = step(browser, found, keeping).await?.ok()?;
    step(browser, &page, json!({ "step": "enter" })).await?.ok()
}

/// The line of a duty on the board.
async fn duty(browser: &mut Browser, id: &str) -> anyhow::Result<String> {
    Ok(browser.get(&format!("/api/v1/board/duties/{id}")).await?.ok()?.to_string())
}

#[tokio::test]
async fn a_pool_is_led_from_proposal_to_service_and_out_of_it() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let (mut far, mut grid) = (town.login("staff2").await?, town.login("grid1").await?);
        let mut unit = town.login("unit").await?;

        assert_eq!(unit.get("/api/v1/facilities").await?.status, StatusCode::FORBIDDEN);
        assert_eq!(far.post("/api/v1/facilities", pool()).await?.status, StatusCode::FORBIDDEN);
        let mut wrong = pool();
        wrong["values"] = json!({ "volume": 9_999_999 });
        assert_eq!(staff.post("/api/v1/facilities", wrong).await?.code(), "facility.value");
        let mut wrong = pool();
        wrong["shape"] = json!({ "type": "Point", "coordinates": [29.268, 105.872] });
        assert_eq!(staff.post("/api/v1/facilities", wrong).await?.code(), "shape.swapped");
        let mut wrong = pool();
        wrong["water"]["usable_m3"] = json!(151);
        assert_eq!(staff.post("/api/v1/facilities", wrong).await?.code(), "facility.more_than_held");
        let mut wrong = pool();
        wrong["built_on"] = json!("2031-05-05");
        assert_eq!(
            staff.post("/api/v1/facilities", wrong).await?.body["fields"][0]["code"],
            "facility.built_later"
        );
        let page = staff.post("/api/v1/facilities", pool()).await?.ok()?;
        assert_eq!((text(&page, "code"), &page["stage"]["code"]), ("SS-0001", &json!("proposed")));
        assert_eq!(page["org"]["id"], "village-1");
        assert_eq!(steps(&page), ["plan", "change"], "voiding is for the office");
        assert_eq!(
            far.get(&format!("/api/v1/facilities/{}", text(&page, "id"))).await?.ok()?["actions"],
            json!([])
        );

        let planned = json!({ "step": "plan", "text": "消防专项规划第 3 条", "on": "2026-09-21" });
        let told = step(&mut far, &page, planned.clone()).await?;
        assert_eq!(told.status, StatusCode::FORBIDDEN, "{}", told.body);
        let page = step(&mut staff, &page, planned.clone()).await?.ok()?;
        let mut stale = planned;
        stale["version"] = json!(1);
        let told = staff.post(&format!("/api/v1/facilities/{}/steps", text(&page, "id")), stale).await?;
        assert_eq!((told.status, &told.body["current"]["version"]), (StatusCode::CONFLICT, &json!(2)));
        let told = step(&mut staff, &page, json!({ "step": "build" })).await?;
        assert_eq!(told.code(), "facility.stage");
        let page =
            step(&mut staff, &page, json!({ "step": "budget", "amount_fen": 8_000_000 })).await?.ok()?;
        let page = step(&mut staff, &page, json!({ "step": "build" })).await?.ok()?;
        assert_eq!(steps(&page), ["change", "retire"], "acceptance is for the secretary and the office");
        assert_eq!(
            step(&mut clerk, &page, json!({ "step": "accept" })).await?.code(),
            "facility.nobody_accepted"
        );
        let page =
            step(&mut clerk, &page, json!({ "step": "accept", "by": "镇规资所、村委" })).await?.ok()?;
        let unkept = json!({ "step": "hand_over", "owner": "town-gov", "check_days": 92 });
        assert_eq!(step(&mut clerk, &page, unkept).await?.code(), "facility.nobody_keeps");
        let nobody =
            json!({ "step": "hand_over", "owner": "nobody", "maintainer": "village-1", "check_days": 92 });
        assert_eq!(step(&mut clerk, &page, nobody).await?.body["fields"][0]["field"], "owner");
        let page = into_service(&mut clerk, &page).await?;
        assert_eq!((&page["check_by"], &page["water_counts"]), (&json!("2026-12-22"), &json!(true)));
        assert_eq!(page["maintainer"]["id"], "village-1");
        assert_eq!(
            steps(&grid.get(&format!("/api/v1/facilities/{}", text(&page, "id"))).await?.ok()?),
            ["check", "report", "maintain"]
        );

        assert_eq!(page["checked_on"], Value::Null, "nobody has checked it by putting it into use: {page}");
        // The board knows it.
        let shown = duty(&mut clerk, "C6.9").await?;
        assert!(shown.contains("老街消防水池"), "{shown}");
        let behind = format!(
            "/api/v1/board/duties/C6.9/evidence?subject_kind=facility&subject={}&window=2026-Q3",
            text(&page, "id")
        );
        let behind = clerk.get(&behind).await?.ok()?;
        assert_eq!(behind["items"][0]["href"], json!(format!("/facilities/{}", text(&page, "id"))));

        // Nobody looked in time: it does not count, and says so on the desk of who keeps it.
        town.clock.set(Timestamp::parse("2026-12-23T09:00:00+08:00").unwrap_or_default());
        let (mut staff, mut clerk) = (town.login("staff1").await?, town.login("clerk").await?);
        let water = staff.get("/api/v1/facilities/water").await?.ok()?;
        let own = water["villages"][0].clone();
        assert_eq!((&own["usable_m3"], &own["left_out"][0]["code"]), (&json!(0.0), &json!("unchecked")));
        let counts = staff.get("/api/v1/workbench").await?.ok()?["counts"].to_string();
        assert!(counts.contains("facility_checks"), "{counts}");
        // The number of who minds the whole town leads to what it counts, whoever keeps it.
        let mine = clerk.get("/api/v1/facilities/due?mine=true").await?.ok()?;
        assert_eq!(mine["late"].as_array().map(Vec::len), Some(1));
        let due = staff.get("/api/v1/facilities/due?mine=true").await?.ok()?;
        assert_eq!(
            (due["late"].as_array().map(Vec::len), due["coming"].as_array().map(Vec::len)),
            (Some(1), Some(0))
        );
        let good = json!({ "step": "check", "good": true, "text": "水满，取水口完好" });
        let page = step(&mut staff, &page, good).await?.ok()?;
        let water = staff.get("/api/v1/facilities/water").await?.ok()?;
        assert_eq!(water["villages"][0]["usable_m3"], json!(120.0));

        // A fault is anybody's to report and changes the answer at once.
        let mut police = town.login("police").await?;
        assert_eq!(
            step(&mut police, &page, json!({ "step": "report", "text": " " })).await?.code(),
            "facility.no_fault"
        );
        let page =
            step(&mut police, &page, json!({ "step": "report", "text": "池壁开裂漏水" })).await?.ok()?;
        let water = staff.get("/api/v1/facilities/water").await?.ok()?;
        assert_eq!(water["villages"][0]["left_out"][0]["code"], "stage");
        let listed = staff.get("/api/v1/facilities?stage=fault").await?.items()?;
        assert_eq!((listed.len(), &listed[0]["fault"]), (1, &json!("池壁开裂漏水")));
        let shown = staff.get("/ogc/collections/facilities/items").await?.ok()?;
        let shown = &shown["features"][0]["properties"];
        assert_eq!(
            (&shown["class"], &shown["state"]),
            (&json!("fault"), &json!("fault")),
            "the map says so too"
        );
        let early = step(&mut staff, &page, json!({ "step": "repair", "cost_fen": 35_000 })).await?;
        assert_eq!(early.body["fields"][0]["code"], "facility.no_cost", "nobody knows yet what it costs");
        let page = step(&mut staff, &page, json!({ "step": "repair" })).await?.ok()?;
        let page = step(&mut staff, &page, json!({ "step": "restore", "cost_fen": 35_000 })).await?.ok()?;
        assert_eq!((&page["stage"]["code"], &page["cost_fen"]), (&json!("in_service"), &json!(35_000)));
        let summary = clerk.get("/api/v1/facilities/summary").await?.ok()?;
        assert_eq!(summary["rows"][0]["in_service"], 1);
        assert_eq!(step(&mut clerk, &page, json!({ "step": "retire" })).await?.code(), "facility.no_reason");
        let page = step(&mut clerk, &page, json!({ "step": "retire", "text": "改建广场" })).await?.ok()?;
        assert_eq!(steps(&page), ["void"]);
        let told: Vec<&str> =
            page["events"].as_array().into_iter().flatten().map(|one| text(one, "step")).collect();
        assert_eq!(told.len(), 12, "nothing is lost: {told:?}");
        let page = step(&mut clerk, &page, json!({ "step": "void", "text": "登记错了" })).await?.ok()?;
        assert_eq!((&page["voided"], &page["actions"]), (&json!(true), &json!([])));
        assert_eq!(clerk.get("/api/v1/facilities").await?.items()?.len(), 0);
        assert_eq!(clerk.get("/api/v1/facilities?with_void=true").await?.items()?.len(), 1);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn pipes_that_no_source_reaches_are_named_and_a_station_nobody_approved_only_persuades()
-> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let found = |kind: &str, name: &str, joins: &[&str]| {
            let form = match kind {
                "pipe_forest" => {
                    json!({ "type": "LineString", "coordinates": [[105.86, 29.26], [105.87, 29.27]] })
                }
                _ => json!({ "type": "Point", "coordinates": [105.86, 29.26] }),
            };
            json!({ "kind": kind, "name": name, "territory": V2, "found": true, "shape": form, "joins": joins,
                "water": { "usable_m3": 50 } })
        };
        let river =
            clerk.post("/api/v1/facilities", found("natural_intake", "小河取水点", &[])).await?.ok()?;
        let told = clerk.post("/api/v1/facilities", found("pool_forest", "山顶水池", &["nobody"])).await?;
        assert_eq!(told.body["fields"][0]["code"], "facility.joins");
        let pool = clerk.post("/api/v1/facilities", found("pool_forest", "山顶水池", &[])).await?.ok()?;
        let main = found("pipe_forest", "上山干管", &[text(&river, "id"), text(&pool, "id")]);
        let main = clerk.post("/api/v1/facilities", main).await?.ok()?;
        clerk.post("/api/v1/facilities", found("pool_forest", "孤立水池", &[])).await?.ok()?;
        assert_eq!((&main["connected"], &main["isolates"][0]["name"]), (&json!(true), &json!("山顶水池")));
        assert!(main["length_m"].as_f64().is_some_and(|m| (1_400.0..1_600.0).contains(&m)), "{main}");
        let net = clerk.get("/api/v1/facilities/network").await?.ok()?;
        assert_eq!(net["cut_off"], json!([{ "id": net["cut_off"][0]["id"], "name": "孤立水池" }]));
        assert_eq!(net["breaks"][0]["isolates"].as_array().map(Vec::len), Some(2), "the source feeds both");
        // It is found standing, so nobody counts it as good before somebody keeps it.
        assert_eq!((&pool["stage"]["code"], &pool["water_counts"]), (&json!("found"), &json!(false)));

        let station =
            json!({ "kind": "checkpoint_simple", "name": "二道湾检查站", "territory": V2, "found": true });
        assert_eq!(clerk.post("/api/v1/facilities", station.clone()).await?.code(), "facility.no_site");
        let mut at_edge = station;
        at_edge["site"] = json!("edge");
        let page = clerk.post("/api/v1/facilities", at_edge.clone()).await?.ok()?;
        assert_eq!((&page["kind"]["label"], &page["only_persuades"]), (&json!("宣传劝导点"), &json!(true)));
        let named = clerk.get("/api/v1/facilities?kind=persuasion_point").await?.items()?;
        assert_eq!(named.len(), 1, "and is found as what it is called");
        let stations = clerk.get("/api/v1/facilities?kind=checkpoint_simple").await?.items()?;
        assert!(stations.is_empty(), "and as nothing else");
        let summary = clerk.get("/api/v1/facilities/summary").await?.ok()?;
        let rows = summary["rows"].as_array().cloned().unwrap_or_default();
        let of =
            |kind: &str| rows.iter().find(|one| one["kind"]["code"] == kind).cloned().unwrap_or_default();
        assert_eq!(
            (&of("persuasion_point")["standing"], &of("checkpoint_simple")),
            (&json!(1), &Value::Null)
        );
        // It stood there when it came on record: nobody planned it.
        let pools = of("pool_forest");
        assert_eq!(
            (&pools["planned"], &pools["standing"], &pools["found"]),
            (&json!(0), &json!(2), &json!(2))
        );
        at_edge["approval_no"] = json!("渝林防〔2026〕7号");
        at_edge["version"] = json!(1);
        let page = clerk.put(&format!("/api/v1/facilities/{}", text(&page, "id")), at_edge).await?.ok()?;
        assert_eq!(page["kind"]["label"], "简易检查站");
        let page = into_service(&mut clerk, &page).await?;
        assert_eq!(page["stage"]["label"], "在用");
        assert!(duty(&mut clerk, "C7.5d").await?.contains("二道湾检查站"));
        let near = clerk.get("/api/v1/facilities?family=checkpoint&bbox=105,29,106,30").await?.items()?;
        assert!(near.is_empty(), "it has no place on the map");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_pump_house_gives_the_water_it_draws_and_its_own_page_says_so() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let found = |kind: &str, name: &str, joins: &[&str], water: Value| {
            let form = match kind {
                "pipe_forest" => {
                    json!({ "type": "LineString", "coordinates": [[105.86, 29.26], [105.87, 29.27]] })
                }
                _ => json!({ "type": "Point", "coordinates": [105.86, 29.26] }),
            };
            json!({ "kind": kind, "name": name, "territory": V2, "found": true, "shape": form, "joins": joins,
                "water": water })
        };
        let mut ids = Vec::new();
        for (kind, name, water) in [
            ("natural_intake", "小河取水点", json!({ "flow_l_s": 30 })),
            ("pump_house", "河边泵房", json!({ "flow_l_s": 20 })),
            ("pool_forest", "山腰水池", json!({ "usable_m3": 60 })),
        ] {
            let one = clerk.post("/api/v1/facilities", found(kind, name, &[], water)).await?.ok()?;
            ids.push(text(&into_service(&mut clerk, &one).await?, "id").to_owned());
        }
        let joins: Vec<&str> = ids.iter().map(String::as_str).collect();
        let main = found("pipe_forest", "上山干管", &joins, Value::Null);
        let main = clerk.post("/api/v1/facilities", main).await?.ok()?;
        into_service(&mut clerk, &main).await?;
        let water = clerk.get("/api/v1/facilities/water").await?.ok()?;
        let own = water["villages"].as_array().into_iter().flatten().find(|one| one["village"]["id"] == V2);
        let own = own.cloned().unwrap_or_default();
        assert_eq!(
            (&own["usable_m3"], &own["flow_l_s"], &own["good"]),
            (&json!(60.0), &json!(30.0), &json!(2)),
            "{own}"
        );
        for (id, name) in ids.iter().zip(["小河取水点", "河边泵房", "山腰水池"]) {
            let page = clerk.get(&format!("/api/v1/facilities/{id}")).await?.ok()?;
            let left_out =
                own["left_out"].as_array().into_iter().flatten().any(|one| one["facility"]["id"] == *id);
            assert_eq!((&page["water_counts"], left_out), (&json!(name != "河边泵房"), name == "河边泵房"));
        }
        // The intake out of order takes the pump house with it; the pool keeps its own.
        let intake = clerk.get(&format!("/api/v1/facilities/{}", ids[0])).await?.ok()?;
        step(&mut clerk, &intake, json!({ "step": "report", "text": "取水口淤塞" })).await?.ok()?;
        let water = clerk.get("/api/v1/facilities/water").await?.ok()?;
        let own = water["villages"].as_array().into_iter().flatten().find(|one| one["village"]["id"] == V2);
        let own = own.cloned().unwrap_or_default();
        assert_eq!((&own["usable_m3"], &own["flow_l_s"]), (&json!(60.0), &json!(0.0)), "{own}");
        let pump = clerk.get(&format!("/api/v1/facilities/{}", ids[1])).await?.ok()?;
        assert_eq!((&pump["water_counts"], &pump["connected"]), (&json!(false), &json!(false)));
        assert_eq!(
            pump["water_why"],
            "没有可用的水源、水池到达，取不到水，不计入；还没有登记的，请登记并与它相接"
        );
        let network = clerk.get("/api/v1/facilities/network").await?.ok()?;
        assert!(network["cut_off"].to_string().contains("河边泵房"), "{network}");
        // What is recorded of the town itself has a row of its own.
        let listed = water["villages"].as_array().into_iter().flatten().any(|one| one["village"]["id"] == "");
        assert!(!listed, "there is none");
        let mut outside = found("hydrant_outdoor", "镇口消火栓", &[], json!({ "flow_l_s": 15 }));
        outside["territory"] = json!(TOWN);
        let outside = clerk.post("/api/v1/facilities", outside).await?.ok()?;
        into_service(&mut clerk, &outside).await?;
        let water = clerk.get("/api/v1/facilities/water").await?.ok()?;
        let own = water["villages"].as_array().into_iter().flatten().find(|one| one["village"]["id"] == "");
        let own = own.cloned().unwrap_or_default();
        assert_eq!((&own["flow_l_s"], &own["good"]), (&json!(15.0), &json!(1)), "{water}");
        Ok(())
    })
    .await
}
