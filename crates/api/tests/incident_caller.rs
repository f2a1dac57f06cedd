//! Stories of who calls and who is out there: whose number is whose, what he said of where it is; nobody is forgotten on the spot.

use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::incident::{HOUSE, call, settled, step, text};

#[tokio::test]
async fn of_each_call_words_number_and_address_stay_together() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, ..) = settled(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let opened = clerk.post("/api/v1/incidents", call()).await?.ok()?;
        town.clock.advance_ms(20_000);
        let again = json!({ "place": HOUSE, "text": "看到火光", "called_by": "路人", "phone": "13900005678",
            "address": "老街后巷口，从菜市场进" });
        let joined = clerk.post("/api/v1/incidents", again).await?.ok()?;
        assert_eq!(joined["id"], opened["id"]);
        let said = |page: &Value| -> Vec<(String, String, String)> {
            let of = |one: &Value, key: &str| text(one, key).to_owned();
            let all = page["signs"].as_array().cloned().unwrap_or_default();
            all.iter().map(|one| (of(one, "from"), of(one, "phone"), of(one, "address"))).collect()
        };
        let calls = said(&joined);
        assert_eq!(calls[0].1, "13800001234", "{calls:?}");
        assert_eq!(calls[1], ("路人".into(), "13900005678".into(), "老街后巷口，从菜市场进".into()));
        // Others read the words and not the numbers; at rest they are sealed.
        let mut auditor = town.login("auditor").await?;
        let seen = auditor.get(&format!("/api/v1/incidents/{}", text(&opened, "id"))).await?.ok()?;
        assert_eq!(said(&seen)[1].1, "139****5678", "{seen}");
        assert!(!seen.to_string().contains("13900005678"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_a_caller_says_of_the_fire_makes_no_landmark_of_where_he_says_it_is() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, ..) = settled(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let beside = json!({ "place": HOUSE, "address": "", "text": "厨房着火，旁边有液化气罐" });
        let beside = clerk.post("/api/v1/incidents", beside).await?.ok()?;
        assert_eq!((&beside["near"], &beside["signs"][0]["opened"]), (&json!(false), &json!(true)));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_landmark_is_no_address_and_whoever_knows_better_is_believed() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, ..) = settled(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let near = json!({ "place": HOUSE, "address": "往老街独居老人住房方向，山坡上", "text": "有烟" });
        let opened = clerk.post("/api/v1/incidents", near).await?.ok()?;
        assert_eq!(opened["near"], json!(true), "it is said: {opened}");
        let path = format!("/api/v1/incidents/{}", text(&opened, "id"));
        // Who puts it right on the map knows where it is.
        let spot = json!({ "step": "change", "kind": "outdoor", "address": "老街后山 2 号坡",
            "spot": { "lon": 105.8712, "lat": 29.2601 }, "version": opened["version"] });
        let put = clerk.post(&format!("{path}/steps"), spot).await?.ok()?;
        assert_eq!(put["near"], json!(false), "{put}");
        step(
            &mut clerk,
            text(&opened, "id"),
            json!({ "step": "judge", "verdict": "false_alarm", "how": "on_site",
            "text": "烧枯枝", "version": put["version"] }),
        )
        .await?
        .ok()?;
        // A direction first, the house itself by the second caller.
        town.clock.advance_ms(60_000);
        let near = json!({ "place": HOUSE, "text": "冒烟", "address": "独居老人住房附近" });
        let first = clerk.post("/api/v1/incidents", near).await?.ok()?;
        assert_eq!(first["near"], json!(true));
        town.clock.advance_ms(20_000);
        let exact = json!({ "place": HOUSE, "text": "就是这家着火", "address": "老街 1 号" });
        let second = clerk.post("/api/v1/incidents", exact).await?.ok()?;
        assert_eq!((&second["id"], &second["near"]), (&first["id"], &json!(false)), "{second}");
        assert_eq!(second["place"]["id"], json!(HOUSE));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn it_is_not_closed_while_somebody_is_on_record_as_there() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, near, _) = settled(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let id = text(&clerk.post("/api/v1/incidents", call()).await?.ok()?, "id").to_owned();
        step(&mut clerk, &id, json!({ "step": "judge", "verdict": "real", "how": "telephone" }))
            .await?
            .ok()?;
        step(&mut clerk, &id, json!({ "step": "tell_119", "told_at": "now" })).await?.ok()?;
        let send = json!({ "people": [{ "person": "p-grid1", "force": near }] });
        clerk.post(&format!("/api/v1/incidents/{id}/dispatches"), send).await?.ok()?;
        let mut grid = town.login("grid1").await?;
        let order = text(&grid.get("/api/v1/me/dispatches").await?.ok()?["items"][0], "id").to_owned();
        let answer = format!("/api/v1/dispatches/{order}/steps");
        town.clock.advance_ms(60_000);
        grid.post(&answer, json!({ "state": "on_scene" })).await?.ok()?;
        town.clock.advance_ms(60_000);
        step(&mut clerk, &id, json!({ "step": "out" })).await?.ok()?;
        let over =
            step(&mut clerk, &id, json!({ "step": "hand_over", "to": "区消防救援大队" })).await?.ok()?;
        assert_eq!(over["still_out"][0]["id"], "p-grid1", "the page says who is still there: {over}");
        let line = over["events"].as_array().and_then(|all| all.last()).cloned().unwrap_or_default();
        assert!(text(&line, "text").contains("仍在现场") && text(&line, "text").contains("钱网格"), "{line}");
        let told = grid.get("/api/v1/me/messages").await?.items()?;
        assert!(told.iter().any(|one| text(one, "text").contains("撤离后请点“归队”")), "{told:?}");
        let refused = step(&mut clerk, &id, json!({ "step": "close" })).await?;
        assert_eq!(
            (refused.status, refused.code()),
            (StatusCode::UNPROCESSABLE_ENTITY, "incident.still_out")
        );
        let said = refused.body["detail"].as_str().unwrap_or_default().to_owned();
        assert!(said.contains("1 人") && said.contains("钱网格") && said.contains("归队"), "{said}");
        town.clock.advance_ms(60_000);
        grid.post(&answer, json!({ "state": "returned" })).await?.ok()?;
        let closed = step(&mut clerk, &id, json!({ "step": "close" })).await?;
        assert_ne!(closed.code(), "incident.still_out");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_was_tapped_without_a_network_arrives_with_its_own_time_and_once() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, near, _) = settled(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let id = text(&clerk.post("/api/v1/incidents", call()).await?.ok()?, "id").to_owned();
        let send = json!({ "people": [{ "person": "p-grid1", "force": near }] });
        clerk.post(&format!("/api/v1/incidents/{id}/dispatches"), send).await?.ok()?;
        let mut grid = town.login("grid1").await?;
        let order = text(&grid.get("/api/v1/me/dispatches").await?.ok()?["items"][0], "id").to_owned();
        let answer = format!("/api/v1/dispatches/{order}/steps");
        let called = town.app.now();
        let at = |s: i64| called.plus_ms(s * 1_000).to_rfc3339();
        // Ten minutes in a valley: accepted, set out and arrived are said late, and the desk has written the arrival down.
        town.clock.advance_ms(600_000);
        let told = clerk.post(&answer, json!({ "state": "on_scene", "at": at(420) })).await?.ok()?;
        assert_eq!(text(&told["state"], "code"), "on_scene");
        for (state, s) in [("accepted", 15), ("en_route", 40), ("on_scene", 420)] {
            let done = grid.post(&answer, json!({ "state": state, "at": at(s) })).await?.ok()?;
            assert_eq!(text(&done["state"], "code"), "on_scene", "nothing is undone: {done}");
        }
        let again = grid.post(&answer, json!({ "state": "accepted", "at": at(15) })).await?;
        assert_eq!(again.status, StatusCode::OK, "said once more it is the same: {}", again.body);
        let stamps: Vec<(String, String)> = again.body["stamps"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| (text(&one["state"], "code").to_owned(), text(one, "at").to_owned()))
            .collect();
        let wanted = [("called", 0), ("accepted", 15), ("en_route", 40), ("on_scene", 420)];
        assert_eq!(stamps, wanted.map(|(state, s)| (state.to_owned(), at(s))));
        let page = clerk.get(&format!("/api/v1/incidents/{id}")).await?.ok()?;
        let set_out = page["marks"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|one| one["mark"]["code"] == "en_route")
            .cloned();
        assert_eq!(set_out.map(|one| one["at"].clone()), Some(json!(at(40))), "it counts from when he left");
        // A phone's clock may be a little ahead; what lies far ahead of ours is nobody's time.
        let ahead = grid.post(&answer, json!({ "state": "returned", "at": at(3_600) })).await?;
        assert_eq!(ahead.code(), "dispatch.order");
        grid.post(&answer, json!({ "state": "returned", "at": at(630) })).await?.ok()?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn whether_119_knows_may_be_unknown_and_nobody_told_it_before_the_alarm() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, ..) = settled(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let opened = clerk.post("/api/v1/incidents", call()).await?.ok()?;
        let (id, alarm) = (text(&opened, "id").to_owned(), town.app.now());
        town.clock.advance_ms(60_000);
        step(&mut clerk, &id, json!({ "step": "judge", "verdict": "real", "how": "telephone" }))
            .await?
            .ok()?;
        // Nobody knows: that is noted, and it is asked on; the incident is not handed over by it.
        let unknown =
            step(&mut clerk, &id, json!({ "step": "tell_119", "told_at": "unknown" })).await?.ok()?;
        assert_eq!((&unknown["told_119"]["unknown"], &unknown["awaits_119"]), (&json!(true), &json!(true)));
        let line = unknown["events"].as_array().and_then(|all| all.last()).cloned().unwrap_or_default();
        assert!(text(&line, "text").contains("不清楚"), "{line}");
        step(&mut clerk, &id, json!({ "step": "out" })).await?.ok()?;
        let over = step(&mut clerk, &id, json!({ "step": "hand_over", "to": "大队" })).await?;
        assert_eq!(over.code(), "incident.untold");
        let told = |at: String| json!({ "step": "tell_119", "told_at": at });
        let before = step(&mut clerk, &id, told(alarm.plus_ms(-120_000).to_rfc3339())).await?;
        assert_eq!(before.code(), "incident.told_before");
        let known = step(&mut clerk, &id, told(alarm.to_rfc3339())).await?.ok()?;
        assert_eq!((&known["told_119"]["unknown"], &known["awaits_119"]), (&json!(false), &json!(false)));
        // Who does not know it does not undo that.
        let lost = step(&mut clerk, &id, json!({ "step": "tell_119", "told_at": "unknown" })).await?;
        assert_eq!(lost.code(), "incident.known_told");
        // What writes over what is there says what it read.
        let note = step(&mut clerk, &id, json!({ "step": "note", "initial": { "cause": "电热毯" } })).await?;
        assert_eq!(note.body["fields"][0]["code"], "incident.version", "{}", note.body);
        Ok(())
    })
    .await
}

/// It was a false alarm, or others took over, and one of ours is there: he is told, and who arrived in a valley meanwhile is on
/// record as there until he says that he left.
#[tokio::test]
async fn whoever_is_there_when_it_is_over_is_told_and_counts_as_there_until_he_leaves() -> anyhow::Result<()>
{
    both_databases(|fresh| async move {
        let (town, near, far) = settled(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let (mut grid, mut staff) = (town.login("grid1").await?, town.login("staff2").await?);
        for over in ["false_alarm", "hand_over"] {
            let id = text(&clerk.post("/api/v1/incidents", call()).await?.ok()?, "id").to_owned();
            step(&mut clerk, &id, json!({ "step": "verify" })).await?.ok()?;
            if over == "hand_over" {
                let real = json!({ "step": "judge", "verdict": "real", "how": "telephone" });
                step(&mut clerk, &id, real).await?.ok()?;
                step(&mut clerk, &id, json!({ "step": "tell_119", "told_at": "now" })).await?.ok()?;
            }
            let send = json!({ "people": [{ "person": "p-grid1", "force": near }, { "person": "p-staff2", "force": far }] });
            clerk.post(&format!("/api/v1/incidents/{id}/dispatches"), send).await?.ok()?;
            let mut answers = Vec::new();
            for one in [&mut grid, &mut staff] {
                let order = text(&one.get("/api/v1/me/dispatches").await?.ok()?["items"][0], "id").to_owned();
                answers.push(format!("/api/v1/dispatches/{order}/steps"));
            }
            town.clock.advance_ms(60_000);
            grid.post(&answers[0], json!({ "state": "on_scene" })).await?.ok()?;
            staff.post(&answers[1], json!({ "state": "en_route" })).await?.ok()?;
            let arrived = town.app.now().plus_ms(30_000).to_rfc3339();
            town.clock.advance_ms(60_000);
            let end = match over {
                "hand_over" => {
                    step(&mut clerk, &id, json!({ "step": "out" })).await?.ok()?;
                    json!({ "step": "hand_over", "to": "区消防救援大队" })
                }
                _ => json!({ "step": "judge", "verdict": "false_alarm", "how": "telephone", "text": "烧纸" }),
            };
            step(&mut clerk, &id, end).await?.ok()?;
            for (one, wanted) in [(&mut grid, "撤离后请点“归队”"), (&mut staff, "返回")] {
                let newest = one.get("/api/v1/me/messages").await?.items()?.into_iter().next().unwrap_or_default();
                assert!(text(&newest, "text").contains(wanted), "{over}: {newest}");
            }
            // He had arrived before that was said; his phone brings it now.
            let there = staff.post(&answers[1], json!({ "state": "on_scene", "at": arrived })).await?.ok()?;
            assert_eq!(text(&there["state"], "code"), "on_scene", "{over}: {there}");
            let told = clerk.get("/api/v1/me/messages").await?.items()?;
            assert!(told.iter().any(|one| text(one, "text").contains("已到现场，请联系其撤离")), "{over}: {told:?}");
            let newest = staff.get("/api/v1/me/messages").await?.items()?.into_iter().next().unwrap_or_default();
            assert!(text(&newest, "text").contains("撤离后请点“归队”"), "{over}: {newest}");
            town.clock.advance_ms(60_000);
            for (one, answer) in [(&mut grid, &answers[0]), (&mut staff, &answers[1])] {
                let back = one.post(answer, json!({ "state": "returned" })).await?.ok()?;
                assert_eq!(text(&back["state"], "code"), "returned", "{over}");
            }
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn nothing_burns_nowhere_on_earth() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, ..) = settled(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let mut far = call();
        far["spot"] = json!({ "lon": 999, "lat": 99 });
        let told = clerk.post("/api/v1/incidents", far).await?;
        assert_eq!(told.body["fields"][0]["code"], "incident.spot", "{}", told.body);
        let page = clerk.post("/api/v1/incidents", call()).await?.ok()?;
        let change = json!({ "step": "change", "kind": "building", "address": "老街 1 号",
            "spot": { "lon": 1e6, "lat": -1e6 }, "version": page["version"] });
        let told = step(&mut clerk, text(&page, "id"), change).await?;
        assert_eq!(told.body["fields"][0]["code"], "incident.spot", "{}", told.body);
        Ok(())
    })
    .await
}
