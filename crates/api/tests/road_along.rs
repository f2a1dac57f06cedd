//! Stories of surveys that come again: a line along a stretch on record under another name is asked about, from a file and
//! from the drawing board; the number of a voided stretch; the layer of a file that is read.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::reach::{add, grouped, road, station, text, verdicts};
use crate::common::{Browser, Town, V1};

/// The street as it was measured in March, five metres wide.
const STREET: [[f64; 2]; 2] = [[105.870, 29.260], [105.892, 29.260]];
/// Its end behind the bend, measured again in September: narrow, under the name on the new signs.
const AGAIN: &str = "编号,名称,类别,村,路线,净宽,净高,测量日期\n\
    XF-01,学府路,村内主路,场镇社区,\"105.880,29.26003; 105.8921,29.26003\",2.5,4.5,2026-09-20\n";

async fn engine(clerk: &mut Browser) -> anyhow::Result<Vec<String>> {
    Ok(verdicts(clerk, "engine").await?.into_iter().map(|(_, verdict)| verdict).collect())
}

async fn settled(town: &Town) -> anyhow::Result<(Browser, Value)> {
    station(town).await?;
    let mut clerk = town.login("clerk").await?;
    for (group, lon) in [("g1", 105.872), ("g2", 105.885), ("g3", 105.890)] {
        let put = json!({ "lon": lon, "lat": 29.2601, "version": 0 });
        clerk.put(&format!("/api/v1/roads/groups/{group}"), put).await?.ok()?;
    }
    let street = add(&mut clerk, road("老街", "village_main", V1, &STREET, 5.0)).await?;
    assert_eq!(engine(&mut clerk).await?, ["sure"; 3]);
    Ok((clerk, street))
}

/// Hands a file in and has it tried: its id and what came of it.
async fn tried(town: &Town, by: &mut Browser, query: &str, bytes: &[u8]) -> anyhow::Result<(String, Value)> {
    let path = format!("/api/v1/roads/files?{query}");
    let file = by.send(Method::POST, &path, &[], bytes.to_vec()).await?.ok()?;
    town.app.run_due_jobs().await?;
    let job = by.get(&format!("/api/v1/jobs/{}", text(&file["job"], "id"))).await?.ok()?;
    Ok((text(&file, "id").to_owned(), job))
}

async fn taken(town: &Town, by: &mut Browser, file: &str, said: Value) -> anyhow::Result<Value> {
    let job = by.post(&format!("/api/v1/roads/files/{file}/take"), said).await?.ok()?;
    town.app.run_due_jobs().await?;
    Ok(by.get(&format!("/api/v1/jobs/{}", text(&job, "id"))).await?.ok()?["result"].clone())
}

#[tokio::test]
async fn a_later_survey_under_another_name_is_asked_about_and_takes_the_place_of_what_was()
-> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let (mut clerk, street) = settled(&town).await?;
        let before = clerk.get("/api/v1/roads").await?.ok()?;
        let (file, job) = tried(&town, &mut clerk, "name=a.csv", AGAIN.as_bytes()).await?;
        let report = &job["result"];
        assert_eq!(
            (&report["questions_n"], &report["new"], &report["written"]),
            (&json!(1), &json!(0), &json!(0)),
            "{job}"
        );
        let asked = &report["questions"][0];
        let along = &asked["along"][0];
        assert_eq!(
            (text(asked, "name"), text(along, "code"), &along["whole"]),
            ("学府路", "LD-0001", &json!(false))
        );
        let told =
            along["parts"].as_array().and_then(|parts| parts.iter().find(|one| text(one, "part") == "width"));
        assert_eq!(
            told.map(|one| (&one["before"], &one["taken"])),
            Some((&json!("5 米"), &json!(true))),
            "{asked}"
        );

        // Nobody said what it is: nothing lies beside the street without a word.
        let left = taken(&town, &mut clerk, &file, json!({})).await?;
        assert_eq!((&left["written"], &left["questions_n"]), (&json!(0), &json!(1)), "{left}");
        assert_eq!(clerk.get("/api/v1/roads").await?.ok()?["total"], 1);

        let (file, _) = tried(&town, &mut clerk, "name=a.csv", AGAIN.as_bytes()).await?;
        let path = format!("/api/v1/roads/files/{file}/take");
        let told = clerk.post(&path, json!({ "decisions": { "2": "perhaps" } })).await?;
        assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
        let done = taken(&town, &mut clerk, &file, json!({ "decisions": { "2": "same" } })).await?;
        assert_eq!(
            (&done["written"], &done["changed"], &done["questions_n"]),
            (&json!(1), &json!(1), &json!(0)),
            "{done}"
        );

        // The engine comes no further, and the reason is the width measured last.
        assert_eq!(engine(&mut clerk).await?, ["sure", "never", "never"]);
        let report = clerk.get("/api/v1/roads/access").await?.ok()?;
        let blocked = &report["rows"][1]["ways"][0]["blocked_by"][0];
        assert_eq!(text(&blocked["reasons"][0], "code"), "road.refused.width", "{blocked}");

        // It is counted once: the street in two pieces is as long as it was.
        let after = clerk.get("/api/v1/roads").await?.ok()?;
        let metres = |page: &Value, key: &str| page[key].as_f64().unwrap_or_default();
        assert_eq!(after["total"], 2, "{after}");
        assert!((metres(&after, "length_m") - metres(&before, "length_m")).abs() <= 1.0, "{after}");
        assert!(metres(&after, "engine_m") < metres(&before, "engine_m") / 2.0 + 1.0, "{after}");
        let rows = after["items"].as_array().cloned().unwrap_or_default();
        let widths: Vec<&Value> = rows.iter().map(|row| &row["width_m"]).collect();
        assert_eq!(widths, [&json!(5.0), &json!(2.5)]);
        let piece = clerk.get(&format!("/api/v1/roads/{}", text(&rows[1], "id"))).await?.ok()?;
        assert_eq!(
            (text(&piece["part_of"], "id"), text(&piece, "surveyed_on")),
            (text(&street, "id"), "2026-09-20")
        );
        assert!(
            text(&piece["events"][0], "text").contains("学府路"),
            "what the file called it stays: {piece}"
        );
        let board = clerk.get("/api/v1/board/duties/C6.7").await?.ok()?.to_string();
        assert!(board.contains("老街") && !board.contains("学府路"), "{board}");

        // What was measured before stays in the history.
        let old = clerk.get(&format!("/api/v1/roads/{}", text(&street, "id"))).await?.ok()?;
        let acts: Vec<&str> =
            old["events"].as_array().into_iter().flatten().map(|one| text(&one["act"], "code")).collect();
        assert_eq!((acts, &old["width_m"]), (vec!["split", "register"], &json!(5.0)));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn another_road_beside_it_is_entered_when_somebody_says_so() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let (mut clerk, _) = settled(&town).await?;
        let (file, _) = tried(&town, &mut clerk, "name=a.csv", AGAIN.as_bytes()).await?;
        let done = taken(&town, &mut clerk, &file, json!({ "decisions": { "2": "new" } })).await?;
        assert_eq!((&done["new"], &done["questions_n"]), (&json!(1), &json!(0)), "{done}");
        assert_eq!(clerk.get("/api/v1/roads").await?.ok()?["total"], 2);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn who_draws_along_a_road_on_record_is_asked_the_same() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let (mut clerk, street) = settled(&town).await?;
        let line = [[105.8921, 29.26003], [105.8699, 29.26003]];
        let mut drawn = road("学府路", "village_main", V1, &line, 2.5);
        drawn["surveyed_on"] = json!("2026-09-20");
        let told = clerk.post("/api/v1/roads", drawn.clone()).await?;
        assert_eq!(
            (told.status, &told.body["fields"][0]["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("along"))
        );
        assert_eq!(told.body["fields"][0]["code"], "road.along", "{}", told.body);
        assert!(told.body.to_string().contains("老街（LD-0001）"), "{}", told.body);
        drawn["along"] = json!("same");
        let page = clerk.post("/api/v1/roads", drawn.clone()).await?.ok()?;
        assert_eq!(
            (text(&page, "id"), text(&page, "name"), &page["width_m"]),
            (text(&street, "id"), "老街", &json!(2.5))
        );
        assert_eq!(page["events"][0]["changes"][0]["before"], "5 米", "{page}");
        assert_eq!(clerk.get("/api/v1/roads").await?.ok()?["total"], 1);
        let again = clerk.post("/api/v1/roads", drawn.clone()).await?;
        assert_eq!(again.body["fields"][0]["code"], "road.along_older", "{}", again.body);
        drawn["along"] = json!("new");
        clerk.post("/api/v1/roads", drawn).await?.ok()?;
        assert_eq!(clerk.get("/api/v1/roads").await?.ok()?["total"], 2);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn of_two_who_draw_one_road_at_once_the_second_is_asked() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let (mut one, mut other) = (town.login("clerk").await?, town.login("clerk").await?);
        let drawn = |name: &str| road(name, "village_main", V1, &STREET, 5.0);
        let (a, b) = tokio::join!(
            one.post("/api/v1/roads", drawn("老街")),
            other.post("/api/v1/roads", drawn("学府路"))
        );
        let mut told = [a?, b?];
        told.sort_by_key(|told| told.status);
        assert!(told[0].status.is_success(), "{}", told[0].body);
        assert_eq!(told[1].body["fields"][0]["code"], "road.along", "{}", told[1].body);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn who_redraws_a_road_along_another_is_asked_and_a_small_change_of_one_beside_it_is_not()
-> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let (mut clerk, _) = settled(&town).await?;
        let far = [[105.870, 29.264], [105.892, 29.264]];
        let lane = add(&mut clerk, road("后街", "village_main", V1, &far, 3.5)).await?;
        let at = format!("/api/v1/roads/{}", text(&lane, "id"));
        let beside = [[105.870, 29.26003], [105.892, 29.26003]];
        let mut anew = road("后街", "village_main", V1, &beside, 3.5);
        anew["version"] = lane["version"].clone();
        let told = clerk.put(&at, anew.clone()).await?;
        assert_eq!(told.body["fields"][0]["code"], "road.along", "{}", told.body);
        assert!(told.body.to_string().contains("老街（LD-0001）"), "{}", told.body);
        anew["along"] = json!("same");
        let told = clerk.put(&at, anew.clone()).await?;
        assert_eq!(told.body["fields"][0]["code"], "road.along_redrawn", "{}", told.body);
        anew["along"] = json!("new");
        let page = clerk.put(&at, anew.clone()).await?.ok()?;
        // It was said once: drawn a little otherwise it is still another road.
        let near = [[105.870, 29.26003], [105.881, 29.26005], [105.892, 29.26003]];
        anew["geometry"]["coordinates"] = json!(near);
        anew["along"] = Value::Null;
        anew["version"] = page["version"].clone();
        clerk.put(&at, anew).await?.ok()?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_row_with_the_number_of_a_voided_road_says_when_and_why_it_was_voided() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let (mut clerk, street) = settled(&town).await?;
        let file = clerk.get("/api/v1/exports/layers?format=geojson&layers=roads").await?.bytes;
        let void = json!({ "step": "void", "text": "道路已拆除", "version": street["version"] });
        clerk.post(&format!("/api/v1/roads/{}/steps", text(&street, "id")), void).await?.ok()?;
        let (_, job) = tried(&town, &mut clerk, "name=a.geojson", &file).await?;
        let told = &job["result"]["problems"][0];
        assert_eq!(text(told, "code"), "road.code_voided", "{job}");
        for word in ["LD-0001", "老街", "2026-09-21", "道路已拆除", "留空编号"] {
            assert!(text(told, "message").contains(word), "{word}: {told}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_layer_of_a_file_that_is_read_is_told_and_can_be_chosen() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let (mut clerk, _) = settled(&town).await?;
        let file = clerk.get("/api/v1/exports/layers?format=gpkg&layers=territories,roads").await?.bytes;
        let (_, job) = tried(&town, &mut clerk, "name=a.gpkg", &file).await?;
        assert_eq!(
            (&job["result"]["layer"], &job["result"]["unchanged"]),
            (&json!("roads"), &json!(1)),
            "{job}"
        );
        let (_, job) = tried(&town, &mut clerk, "name=a.gpkg&layer=roads", &file).await?;
        assert_eq!(job["result"]["layer"], "roads", "{job}");
        let (_, job) = tried(&town, &mut clerk, "name=a.gpkg&layer=pipes", &file).await?;
        assert_eq!(text(&job, "state"), "failed", "{job}");
        assert!(text(&job, "error").contains("pipes"), "{job}");
        Ok(())
    })
    .await
}
