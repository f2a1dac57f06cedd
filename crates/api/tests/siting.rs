//! Stories of siting studies: a question is asked of the register, worked out as a job, proven, kept; who stays beyond
//! reach is named; what another number or radius would change.

use std::io::Read;

use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::reach::grouped;
use crate::common::{Browser, Town, V1, V2, town};

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

async fn place(
    by: &mut Browser,
    name: &str,
    village: &str,
    at: Option<f64>,
    people: u32,
) -> anyhow::Result<()> {
    let location = at.map(|lon| json!({ "lon": lon, "lat": 29.26 }));
    let place = json!({ "name": name, "village": village, "category": "nine_small.shop", "address": "老街 1 号",
        "tags": [], "location": location, "registration": { "kind": "unknown" }, "heads": { "lodging": people },
        "responsible": { "name": "张三", "phone": "13812345678" }, "opening": "open", "note": "" });
    by.post("/api/v1/places", place).await?.ok()?;
    Ok(())
}

/// Three places within two kilometres, one thirty kilometres off, one nobody knows where.
async fn settled(clerk: &mut Browser) -> anyhow::Result<()> {
    place(clerk, "甲店", V1, Some(105.870), 5).await?;
    place(clerk, "乙店", V1, Some(105.880), 50).await?;
    place(clerk, "丙店", V1, Some(105.890), 5).await?;
    place(clerk, "远店", V2, Some(106.200), 2).await?;
    place(clerk, "无位店", V2, None, 9).await
}

fn asked(model: &str, sites: u32, radius: u32) -> Value {
    json!({ "title": "镇消防站需求论证", "purpose": "station", "model": model, "sites": sites, "radius": radius,
        "weight_base": 1, "weight_person": 1, "weight_fire": 10, "reason": "常住人口增加",
        "candidates": [
            { "name": "镇政府", "lon": 105.880, "lat": 29.26 }, { "name": "河边", "lon": 105.860, "lat": 29.26 },
            { "name": "远山", "lon": 106.200, "lat": 29.26 }] })
}

/// Asks, lets the worker work, and reads what came of it.
async fn answered(town: &Town, by: &mut Browser, asked: Value) -> anyhow::Result<Value> {
    let page = by.post("/api/v1/sitings", asked).await?.ok()?;
    anyhow::ensure!(page["found"].is_null() && page["job"]["state"] == "waiting", "{page}");
    town.app.run_due_jobs().await?;
    by.get(&format!("/api/v1/sitings/{}", text(&page, "id"))).await?.ok()
}

/// The words of an editable file.
fn document_xml(file: &[u8]) -> anyhow::Result<String> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(file))?;
    let mut xml = String::new();
    archive.by_name("word/document.xml")?.read_to_string(&mut xml)?;
    Ok(xml)
}

#[tokio::test]
async fn a_question_is_worked_out_proven_and_kept() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        settled(&mut clerk).await?;
        assert_eq!(
            staff.post("/api/v1/sitings", asked("mclp", 1, 2_000)).await?.status,
            StatusCode::FORBIDDEN
        );
        assert_eq!(clerk.post("/api/v1/sitings", asked("mclp", 4, 2_000)).await?.code(), "siting.sites");
        assert_eq!(clerk.post("/api/v1/sitings", asked("lscp", 0, 0)).await?.code(), "siting.radius");
        let page = answered(&town, &mut clerk, asked("mclp", 1, 2_000)).await?;
        assert_eq!((&page["demands_n"], &page["unplaced"]), (&json!(4), &json!(1)), "{page}");
        assert_eq!((&page["found"]["chosen"], &page["found"]["optimal"]), (&json!(["镇政府"]), &json!(true)));
        assert_eq!(page["found"]["objective"], json!(63.0), "6 + 51 + 6 within two kilometres");
        let names: Vec<&str> =
            page["uncovered"].as_array().into_iter().flatten().map(|one| text(one, "name")).collect();
        assert_eq!(names, ["远店"], "who stays beyond reach is named");
        let two = page["variants"].as_array().into_iter().flatten().find(|one| one["sites"] == 2);
        assert_eq!(two.map(|one| &one["uncovered_n"]), Some(&json!(0)), "a second site reaches everybody");
        assert!(page["variants"].as_array().is_some_and(|all| all.len() == 3), "{}", page["variants"]);

        let page = answered(&town, &mut clerk, asked("lscp", 0, 2_000)).await?;
        assert_eq!(page["found"]["chosen"], json!(["镇政府", "远山"]), "fewest that reach everybody");
        let page = answered(&town, &mut clerk, asked("p_median", 1, 0)).await?;
        assert_eq!(page["found"]["chosen"], json!(["镇政府"]));
        let page = answered(&town, &mut clerk, asked("p_center", 2, 0)).await?;
        assert!(
            page["found"]["farthest"].as_f64().is_some_and(|m| (900.0..1_100.0).contains(&m)),
            "{}",
            page["found"]
        );
        let mut fixed = asked("p_median", 1, 0);
        fixed["candidates"][1]["fixed"] = json!(true);
        let page = answered(&town, &mut clerk, fixed).await?;
        assert_eq!(page["found"]["chosen"], json!(["河边"]), "what is settled stays settled");

        let path = format!("/api/v1/sitings/{}/void", text(&page, "id"));
        let version = page["version"].clone();
        assert_eq!(
            clerk.post(&path, json!({ "reason": " ", "version": version })).await?.code(),
            "siting.no_reason"
        );
        let page = clerk.post(&path, json!({ "reason": "候选点不对", "version": version })).await?.ok()?;
        assert_eq!((&page["void"], &page["voided"]), (&json!("候选点不对"), &json!(true)));
        assert_eq!(staff.get("/api/v1/sitings").await?.items()?.len(), 5);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn over_roads_it_goes_by_what_drives_there_and_becomes_the_report_of_clause_6() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.install_shipped_plan(&app::Caller::system()).await?;
        let mut clerk = town.login("clerk").await?;
        settled(&mut clerk).await?;
        for (name, line, width) in [
            ("老街", [[105.860, 29.260], [105.880, 29.260]], 5.0),
            ("窄巷", [[105.880, 29.260], [105.890, 29.260]], 3.2),
        ] {
            let road = json!({ "name": name, "rank": "village_main", "territory": V1, "width_m": width, "height_m": 4.5,
                "geometry": { "type": "LineString", "coordinates": line }, "surveyed_on": "2026-03-01",
                "wet_season": "passable", "source": "皮尺" });
            clerk.post("/api/v1/roads", road).await?.ok()?;
        }
        let by = |measure: &str, vehicle: Option<&str>, radius: u32| {
            let mut asked = asked("mclp", 1, radius);
            asked["measure"] = json!(measure);
            asked["vehicle"] = json!(vehicle);
            asked
        };
        let unsaid = clerk.post("/api/v1/sitings", by("road_length", None, 2_000)).await?;
        assert_eq!(unsaid.code(), "siting.vehicle");
        let names = |page: &Value| -> Vec<String> {
            let all = page["uncovered"].as_array().into_iter().flatten();
            all.map(|one| text(one, "name").to_owned()).collect()
        };
        let page = answered(&town, &mut clerk, by("road_length", Some("engine"), 2_000)).await?;
        assert_eq!(names(&page), ["丙店", "远店"], "an engine does not pass the lane: {page}");
        assert_eq!(page["unreached_n"], 2, "over roads from wherever");
        let apart = |page: &Value| -> Vec<String> {
            let all = page["candidates"].as_array().into_iter().flatten();
            all.filter(|one| one["apart"] == true).map(|one| text(one, "name").to_owned()).collect()
        };
        assert_eq!(apart(&page), ["远山"], "no road passes it, and it says so");
        assert_eq!(page["found"]["reached_n"], 2, "the farthest is of those that are reached");
        assert_eq!(page["found"]["objective"], json!(57.0), "6 + 51");
        let page = answered(&town, &mut clerk, by("road_length", Some("mini"), 2_000)).await?;
        assert_eq!((names(&page), &page["unreached_n"]), (vec!["远店".to_owned()], &json!(1)), "a small one does");
        let length = page["found"]["farthest"].as_f64().unwrap_or_default();
        assert!((900.0..1_100.0).contains(&length), "{}", page["found"]);
        let timed = answered(&town, &mut clerk, by("road_time", Some("mini"), 600)).await?;
        let time = timed["found"]["farthest"].as_f64().unwrap_or_default();
        assert!((20.0..600.0).contains(&time), "seconds: {}", timed["found"]);
        assert_eq!(timed["variants"].as_array().map(Vec::len), Some(3), "one more, a quarter nearer and farther");

        assert_eq!(page["may_report"], true);
        let draft = clerk.post(&format!("/api/v1/sitings/{}/report", text(&page, "id")), json!({})).await?.ok()?;
        assert_eq!((text(&draft["template"], "code"), text(&draft, "state")), ("station_need", "draft"));
        let said: Vec<&str> =
            draft["sections"].as_array().into_iter().flatten().map(|part| text(part, "text")).collect();
        assert!(said[0].contains("道路里程") && said[0].contains("SHA-256"), "{said:?}");
        assert!(said[1].contains("可到达的 3 处场所中加权平均"), "{said:?}");
        assert!(said[1].contains("候选点 远山 附近没有登记的道路"), "{said:?}");
        assert!(said[1].contains("镇政府") && said[1].contains("远店") && said[1].contains("如改为"), "{said:?}");

        // The draft is printed with the study's map: names by number, legend, scale; what is no study has none.
        let at = format!("/api/v1/reports/{}", text(&draft, "id"));
        let file = clerk.get(&format!("{at}/report.docx")).await?.bytes;
        let xml = document_xml(&file)?;
        for word in ["wpg:wgp", "选定点", "未覆盖的需求点", "1 镇政府；2 河边；3 远山", "起草中，未签发", "论证结论"] {
            anyhow::ensure!(xml.contains(word), "{word} is missing");
        }
        let file = clerk.get(&format!("{at}/report.pdf")).await?.bytes;
        assert!(file.starts_with(b"%PDF-"));
        let mut later = json!({ "template": "station_need", "org": draft["org"]["id"], "from": draft["from"],
            "to": draft["to"], "title": draft["title"], "version": draft["version"],
            "sections": [{ "key": "basis", "text": "改过" }, { "key": "conclusion", "text": "可以建" }] });
        clerk.put(&at, later.clone()).await?.ok()?;
        let xml = document_xml(&clerk.get(&format!("{at}/report.docx")).await?.bytes)?;
        assert!(xml.contains("改过") && xml.contains("wpg:wgp"), "a changed draft keeps its map");
        later["version"] = Value::Null;
        let other = clerk.post("/api/v1/reports", later).await?.ok()?;
        let file = clerk.get(&format!("/api/v1/reports/{}/report.docx", text(&other, "id"))).await?.bytes;
        assert!(!document_xml(&file)?.contains("wpg:wgp"));

        // What changed since is said: on its page, in a report drafted now, on the paper of one that is not issued yet.
        let since = |page: &Value| {
            let of = &page["since"];
            (of["roads_n"].clone(), of["road_map"].clone(), of["demands_n"].clone())
        };
        let study = format!("/api/v1/sitings/{}", text(&page, "id"));
        assert_eq!(since(&page), (json!(0), json!(false), json!(0)), "{page}");
        assert!(said[0].contains("在册的路网计算") && !said[0].contains("计算之后"), "{said:?}");
        assert!(xml.contains("附表：未覆盖的场所（1 处场所"), "whoever is left out is listed behind it");
        town.clock.advance_days(2);
        let mut clerk = town.login("clerk").await?;
        let road = json!({ "name": "新路", "rank": "village_main", "territory": V1, "width_m": 5.0, "height_m": 4.5,
            "geometry": { "type": "LineString", "coordinates": [[105.890, 29.260], [105.900, 29.260]] },
            "surveyed_on": "2026-03-01", "wet_season": "passable", "source": "皮尺" });
        clerk.post("/api/v1/roads", road).await?.ok()?;
        let later = clerk.get(&study).await?.ok()?;
        assert_eq!(since(&later), (json!(1), json!(false), json!(0)), "{later}");
        let draft_later = clerk.post(&format!("{study}/report"), json!({})).await?.ok()?;
        let told = text(&draft_later["sections"][0], "text");
        assert!(told.contains("计算之后 1 段道路有登记、变更、封闭或解除"), "{told}");
        let paper = document_xml(&clerk.get(&format!("{at}/report.docx")).await?.bytes)?;
        assert!(paper.contains("计算之后 1 段道路"), "the older draft says so, too, when it is printed");

        let mut water = by("road_length", Some("mini"), 2_000);
        water["purpose"] = json!("water_point");
        let page = answered(&town, &mut clerk, water).await?;
        let told = clerk.post(&format!("/api/v1/sitings/{}/report", text(&page, "id")), json!({})).await?;
        assert_eq!((told.code(), &page["may_report"]), ("siting.no_station", &json!(false)));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn village_groups_weigh_by_who_lives_there() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        for (group, lon) in [("g1", 105.870), ("g2", 105.890)] {
            let put = json!({ "lon": lon, "lat": 29.26, "version": 0 });
            clerk.put(&format!("/api/v1/roads/groups/{group}"), put).await?.ok()?;
        }
        let count =
            json!({ "counted_on": "2025-12-31", "households": 30, "people": 80, "source": "户籍年报" });
        clerk.post("/api/v1/roads/groups/g2/counts", count).await?.ok()?;
        let mut by = asked("mclp", 1, 500);
        by["demand"] = json!("groups");
        by["candidates"] =
            json!([{ "name": "甲", "lon": 105.870, "lat": 29.26 }, { "name": "乙", "lon": 105.890, "lat": 29.26 }]);
        let page = answered(&town, &mut clerk, by.clone()).await?;
        assert_eq!((&page["chosen"], &page["by_group"]), (&json!(["乙"]), &json!(true)), "{page}");
        assert_eq!((&page["demands_n"], &page["people"], &page["unplaced"]), (&json!(2), &json!(80), &json!(1)));
        assert_eq!(page["uncovered"][0]["name"], "场镇一组");
        let draft = clerk.post(&format!("/api/v1/sitings/{}/report", text(&page, "id")), json!({})).await?.ok()?;
        assert!(draft["sections"].to_string().contains("村民小组 2 个，居住 80 人"), "{draft}");
        assert!(draft["sections"].to_string().contains("未覆盖 1 个村民小组"), "{draft}");
        by["demand"] = json!("houses");
        assert_eq!(clerk.post("/api/v1/sitings", by).await?.status, StatusCode::UNPROCESSABLE_ENTITY);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_fire_on_record_weighs_where_it_burned() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.install_shipped_plan(&app::Caller::system()).await?;
        let mut clerk = town.login("clerk").await?;
        settled(&mut clerk).await?;
        let mut question = asked("mclp", 1, 2_000);
        question["weight_fire"] = json!(100);
        let page = answered(&town, &mut clerk, question.clone()).await?;
        assert_eq!(page["found"]["chosen"], json!(["镇政府"]), "nothing has burned yet");

        let far = clerk.get("/api/v1/places?q=远店").await?.items()?.remove(0);
        let fire = json!({ "kind": "building", "place": far["id"], "text": "屋里冒烟", "called_by": "邻居" });
        let fire = clerk.post("/api/v1/incidents", fire).await?.ok()?;
        let steps = format!("/api/v1/incidents/{}/steps", text(&fire, "id"));
        for step in [
            json!({ "step": "acknowledge" }),
            json!({ "step": "verify" }),
            json!({ "step": "judge", "verdict": "real", "how": "telephone" }),
        ] {
            let page = answered(&town, &mut clerk, question.clone()).await?;
            assert_eq!(page["found"]["chosen"], json!(["镇政府"]), "what may be no fire weighs nothing");
            clerk.post(&steps, step).await?.ok()?;
        }

        let page = answered(&town, &mut clerk, question).await?;
        assert_eq!(page["found"]["chosen"], json!(["远山"]), "{}", page["found"]);
        assert_eq!(page["found"]["objective"], json!(103.0), "a place, two people, and a fire of a hundred");
        let page = answered(&town, &mut clerk, asked("mclp", 1, 2_000)).await?;
        assert_eq!(page["found"]["chosen"], json!(["镇政府"]), "at ten a fire weighs less than the street");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn whoever_no_candidate_covers_is_said_first_and_one_spot_is_one_candidate() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.install_shipped_plan(&app::Caller::system()).await?;
        let mut clerk = town.login("clerk").await?;
        settled(&mut clerk).await?;
        // Nobody may build thirty kilometres off: the far shop stays out whatever is chosen.
        let mut near = asked("lscp", 0, 2_000);
        near["candidates"] = json!([
            { "name": "镇政府", "lon": 105.880, "lat": 29.26 }, { "name": "河边", "lon": 105.860, "lat": 29.26 }]);
        let page = answered(&town, &mut clerk, near.clone()).await?;
        assert_eq!((&page["found"]["uncovered_n"], &page["found"]["beyond_n"]), (&json!(1), &json!(1)), "{page}");
        assert_eq!((&page["beyond_n"], &page["found"]["optimal"]), (&json!(1), &json!(true)));
        let list = clerk.get("/api/v1/sitings").await?.items()?;
        assert_eq!(list[0]["beyond_n"], json!(1), "the list says so, too");
        let draft = clerk.post(&format!("/api/v1/sitings/{}/report", text(&page, "id")), json!({})).await?.ok()?;
        let said = text(&draft["sections"][1], "text");
        assert!(said.starts_with("用这些候选点，半径内最多覆盖 3 处场所，另外 1 处场所任何候选点都到不了"), "{said}");
        assert!(said.contains("未覆盖 1 处场所（任何候选点在半径内都到不了）"), "the two figures add up: {said}");
        // What was left out by choice is no such case.
        let page = answered(&town, &mut clerk, asked("mclp", 1, 2_000)).await?;
        assert_eq!((&page["found"]["uncovered_n"], &page["found"]["beyond_n"]), (&json!(1), &json!(0)), "{page}");

        // An answer for nobody argues for nothing; nor does one that could not be worked out, which says why.
        let mut off = asked("mclp", 1, 10);
        off["candidates"] = json!([{ "name": "河边", "lon": 105.860, "lat": 29.26 }]);
        let page = answered(&town, &mut clerk, off.clone()).await?;
        let path = format!("/api/v1/sitings/{}/report", text(&page, "id"));
        assert_eq!((&page["found"]["uncovered_n"], &page["may_report"]), (&json!(4), &json!(false)), "{page}");
        assert_eq!(clerk.post(&path, json!({})).await?.code(), "siting.nobody");
        off["measure"] = json!("road_length");
        off["vehicle"] = json!("engine");
        let page = answered(&town, &mut clerk, off).await?;
        assert_eq!((&page["found"], &page["may_report"], &page["failed"]), (&Value::Null, &json!(false), &json!(true)));
        assert!(!text(&page["job"], "error").is_empty(), "there are no roads: {page}");

        // The same spot under two names counts once.
        let mut twice = asked("p_median", 2, 0);
        twice["candidates"] = json!([
            { "name": "镇政府", "lon": 105.880, "lat": 29.26 }, { "name": "政府大院", "lon": 105.880, "lat": 29.26 },
            { "name": "远山", "lon": 106.200, "lat": 29.26 }]);
        let page = answered(&town, &mut clerk, twice.clone()).await?;
        let mut chosen: Vec<&str> = page["chosen"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        chosen.sort_unstable();
        assert_eq!(chosen, ["远山", "镇政府"], "{page}");
        assert_eq!((&page["candidates"][0]["same_as"], text(&page["candidates"][1], "same_as")), (&Value::Null, "镇政府"));
        let draft = clerk.post(&format!("/api/v1/sitings/{}/report", text(&page, "id")), json!({})).await?.ok()?;
        let told = "“政府大院”与“镇政府”同一位置（相距不到 1 米），只算一个。";
        assert!(draft["sections"].to_string().contains(told), "{draft}");
        twice["sites"] = json!(3);
        assert_eq!(clerk.post("/api/v1/sitings", twice).await?.code(), "siting.sites", "there are two spots");

        // More sites that bring nothing nearer are not chosen, and the report says why.
        let mut center = asked("p_center", 2, 0);
        center["candidates"] = json!([
            { "name": "远山", "lon": 106.200, "lat": 29.26 }, { "name": "更远", "lon": 106.300, "lat": 29.26 }]);
        let page = answered(&town, &mut clerk, center).await?;
        assert_eq!(page["found"]["chosen"], json!(["远山"]), "{page}");
        let draft = clerk.post(&format!("/api/v1/sitings/{}/report", text(&page, "id")), json!({})).await?.ok()?;
        let said = text(&draft["sections"][1], "text");
        assert!(said.contains("要求选 2 个，选 1 个已达到同样的结果"), "{said}");
        Ok(())
    })
    .await
}
