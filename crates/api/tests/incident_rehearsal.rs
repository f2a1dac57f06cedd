//! Stories of what is only played: an invented event, a real one once more, roads closed in it; nobody is paged. What does not belong
//! here: what really burns (`incident`).

use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common;
use crate::common::V1;
use crate::incident::{FAR, HOUSE, call, road, settled, text};

#[tokio::test]
async fn an_invented_event_pages_nobody_and_says_what_is_lacking() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, _, _) = settled(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let event = json!({ "kind": "building", "place": HOUSE, "spot": { "lon": 105.872, "lat": 29.268 },
            "text": "夜间三级风", "at": "2026-09-22T02:00:00+08:00", "away": ["p-grid1", "p-staff1"],
            "owner": "post-staff1", "due_on": "2026-10-10" });
        assert_eq!(
            staff.post("/api/v1/incident-rehearsals", event.clone()).await?.status,
            StatusCode::FORBIDDEN
        );
        let told = clerk.post("/api/v1/incident-rehearsals", event.clone()).await?.ok()?;
        let lacks: Vec<_> =
            told["lacks"].as_array().into_iter().flatten().map(|one| text(one, "code")).collect();
        assert_eq!(lacks, ["roster", "water", "drained", "drained"], "{told}");
        assert_eq!(told["asked"], json!(4));
        let away: Vec<_> = told["candidates"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|one| one["presence"] == "away")
            .map(|one| text(&one["person"], "id"))
            .collect();
        assert_eq!(away, ["p-grid1", "p-staff1"]);
        let owed = staff.get("/api/v1/follow-ups?mine=true").await?.items()?;
        assert_eq!(owed.len(), 4);
        // Gone through once more: what is owed already is not asked again.
        let again = clerk.post("/api/v1/incident-rehearsals", event).await?.ok()?;
        assert_eq!((again["lacks"].as_array().map(Vec::len), &again["asked"]), (Some(4), &json!(0)));
        // The wind goes with what is assumed; it drives what burns in the open, and who lies behind it is named.
        let windy = |kind: &str, from: &str, force: u8| {
            json!({ "kind": kind, "village": V1, "address": "老街西坡", "spot": { "lon": 105.862, "lat": 29.268 },
                "text": "落叶厚", "wind": { "from": from, "force": force } })
        };
        let home = json!({ "name": "老街农家乐", "category": "nine_small.shop", "village": V1, "address": "老街 9 号", "tags": [],
            "location": { "lon": 105.875, "lat": 29.268 }, "registration": { "kind": "unknown" }, "heads": { "lodging": 42 },
            "responsible": { "name": "杨老板", "phone": "13812345678" }, "opening": "open", "note": "", "opened_on": "2026-03-01" });
        clerk.post("/api/v1/places", home).await?.ok()?;
        let path = "/api/v1/incident-rehearsals";
        let told = clerk.post(path, windy("outdoor", "w", 4)).await?.ok()?;
        assert_eq!(text(&told, "wind"), "西风 4 级");
        let lack = |told: &Value| {
            let all = told["lacks"].as_array().cloned().unwrap_or_default();
            all.into_iter().find(|one| text(one, "code") == "downwind").map(|one| text(&one, "text").to_owned())
        };
        let said = lack(&told).unwrap_or_default();
        assert!(said.contains("西风 4 级，下风向 2 公里内有 1 处场所、登记 42 人（老街农家乐 42 人）"), "{said}");
        let kept = clerk.get(&format!("/api/v1/incidents/{}", text(&told["incident"], "id"))).await?.ok()?;
        assert_eq!(text(&kept, "text"), "西风 4 级，落叶厚");
        assert!(text(&kept["review"], "text").starts_with("假定西风 4 级："), "{}", kept["review"]);
        for (kind, from, force) in [("outdoor", "e", 4), ("outdoor", "w", 0), ("building", "w", 4)] {
            assert_eq!(lack(&clerk.post(path, windy(kind, from, force)).await?.ok()?), None, "{kind} {from} {force}");
        }
        let wrong = clerk.post(path, windy("outdoor", "w", 18)).await?;
        assert_eq!(wrong.body["fields"][0]["code"], "incident.wind");

        // Nobody heard of it, nothing waits, no figure counts it.
        for who in [&mut clerk, &mut staff] {
            assert!(who.get("/api/v1/me/messages").await?.items()?.is_empty());
            assert!(who.get("/api/v1/me/dispatches").await?.items()?.is_empty());
        }
        assert!(clerk.get("/api/v1/duty").await?.items()?.is_empty());
        assert!(clerk.get("/api/v1/incidents").await?.items()?.is_empty());
        assert_eq!(clerk.get("/api/v1/incidents?rehearsal=true").await?.items()?.len(), 6);
        let figures = clerk.get("/api/v1/incidents/statistics?from=2026-09-01&to=2026-09-30").await?.ok()?;
        assert_eq!(figures["rows"][0]["alarms"], json!(0));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_signals_of_a_real_event_go_through_the_rules_of_today_and_page_nobody() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, _, _) = settled(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        // Hearsay twice of one house, and of the mill: two incidents, none of which anybody vouches for.
        let mut officer = town.login("officer").await?;
        for (place, says) in [(HOUSE, "屋里冒烟"), (HOUSE, "有明火"), (FAR, "冒烟")] {
            officer.post("/api/v1/signals", common::field::call(place, says)).await?.ok()?;
            town.clock.advance_ms(90_000);
        }
        let screen = clerk.get("/api/v1/duty").await?.ok()?;
        let real =
            screen["items"].as_array().into_iter().flatten().find(|one| text(&one["place"], "id") == HOUSE);
        let real = text(real.unwrap_or(&Value::Null), "id").to_owned();
        staff.post("/api/v1/me/messages/received", json!({ "touched": true })).await?.ok()?;
        let again = json!({ "kind": "building", "place": HOUSE, "text": "回放", "replay": real });
        let told = clerk.post("/api/v1/incident-rehearsals", again.clone()).await?.ok()?;
        let replay = &told["replay"];
        assert_eq!((text(&replay["of"], "id"), &replay["signals"]), (real.as_str(), &json!(2)), "{told}");
        assert_eq!(replay["formed"].as_array().map(Vec::len), Some(1), "{told}");
        assert_eq!(
            (&replay["formed"][0]["trusted"], &replay["formed"][0]["why"][0]),
            (&json!(false), &json!("同一场所"))
        );
        let lacks = |told: &Value| -> Vec<String> {
            told["lacks"].as_array().into_iter().flatten().map(|one| text(one, "code").to_owned()).collect()
        };
        assert!(lacks(&told).contains(&"unproved".to_owned()), "{told}");
        // With a window so short that the second sign is another incident, the rules of today say so.
        common::set_number(&town, "incident.join_minutes", 1.0).await?;
        let told = clerk.post("/api/v1/incident-rehearsals", again).await?.ok()?;
        assert_eq!(told["replay"]["signals"], json!(2));
        assert!(staff.get("/api/v1/me/messages").await?.items()?.is_empty(), "nobody is paged");
        assert_eq!(clerk.get("/api/v1/duty").await?.items()?.len(), 2, "nothing new waits");
        let gone = json!({ "kind": "building", "place": HOUSE, "text": "回放", "replay": "x" });
        assert_eq!(clerk.post("/api/v1/incident-rehearsals", gone).await?.status, StatusCode::NOT_FOUND);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn roads_closed_in_a_rehearsal_count_there_and_nowhere_else() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, near, _) = settled(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let street = road(&mut clerk, "老街", &[[105.871, 29.268], [105.872, 29.268]], 5.0).await?;
        let event = |closed: Value| {
            json!({ "kind": "building", "place": HOUSE, "spot": { "lon": 105.872, "lat": 29.268 }, "text": "夜间三级风",
                "at": "2026-09-22T02:00:00+08:00", "closed": closed, "owner": "post-staff1", "due_on": "2026-10-10" })
        };
        let of_station = |view: &Value| {
            let own = view["candidates"].as_array().cloned().unwrap_or_default();
            own.into_iter().find(|one| text(&one["force"], "id") == near).unwrap_or_default()
        };
        let codes = |view: &Value| -> Vec<String> {
            view["lacks"].as_array().into_iter().flatten().map(|one| text(one, "code").to_owned()).collect()
        };
        let path = "/api/v1/incident-rehearsals";
        let open = clerk.post(path, event(json!([]))).await?.ok()?;
        let one = of_station(&open);
        assert_eq!((text(&one["by"], "code"), text(&one, "vehicle")), ("road", "消防摩托车"), "{one}");
        assert!(!codes(&open).contains(&"cut_off".to_owned()), "{open}");

        // The only street is assumed to be closed: nobody drives there, and it becomes somebody's matter.
        let shut = clerk.post(path, event(json!([street["id"]]))).await?.ok()?;
        assert_eq!(shut["closed"][0]["name"], "老街");
        let one = of_station(&shut);
        assert_eq!((text(&one["by"], "code"), text(&one, "vehicle")), ("straight", ""), "on foot: {one}");
        assert!(text(&one, "not_by").contains("推演假定封闭"), "{one}");
        assert_eq!(codes(&shut).iter().filter(|one| *one == "cut_off").count(), 1, "{shut}");
        let (asked, known) = (shut["lacks"].as_array().into_iter().flatten(), open["lacks"].to_string());
        let new = asked.filter(|one| !known.contains(text(one, "text"))).count();
        assert_eq!(shut["asked"].as_u64(), Some(new as u64), "what the first run asked for is owed already");
        let owed = town.login("staff1").await?.get("/api/v1/follow-ups?mine=true").await?.items()?;
        assert!(owed.iter().any(|one| one.to_string().contains("封路后场镇社区微型消防站的车辆到不了现场")), "{owed:?}");
        let kept = clerk.get(&format!("/api/v1/incidents/{}", text(&shut["incident"], "id"))).await?.ok()?;
        assert!(kept.to_string().contains("假定封闭老街"), "what was assumed stays written: {kept}");

        // The road itself was never closed, and a real alarm is reckoned over it.
        let real = clerk.get(&format!("/api/v1/roads/{}", text(&street, "id"))).await?.ok()?;
        assert_eq!(real["version"], street["version"], "{real}");
        let id = text(&clerk.post("/api/v1/incidents", call()).await?.ok()?, "id").to_owned();
        let found = clerk.get(&format!("/api/v1/incidents/{id}/candidates")).await?.ok()?;
        let own = found["items"].as_array().into_iter().flatten().find(|one| text(&one["force"], "id") == near);
        assert_eq!(own.map(|one| text(&one["by"], "code")), Some("road"), "{found}");
        let wrong = clerk.post(path, event(json!(["no-road"]))).await?;
        assert_eq!(wrong.body["fields"][0]["code"], "rehearsal.road", "{wrong:?}");
        Ok(())
    })
    .await
}
