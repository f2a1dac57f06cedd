//! The watch: taken over with what is open, offered, confirmed and given back; an alarm nobody hears goes on to the next, an
//! order nobody answers to who commands; masks are the office's.

use std::collections::BTreeSet;

use app::Caller;
use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::Browser;
use crate::incident::{FAR, call, settled, step, text};

#[tokio::test]
async fn the_watch_is_handed_over_with_what_is_open_and_masks_are_the_offices() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, _, _) = settled(&fresh).await?;
        let (mut clerk, mut head, mut staff) =
            (town.login("clerk").await?, town.login("head").await?, town.login("staff1").await?);
        clerk.post("/api/v1/incidents", call()).await?.ok()?;
        clerk.post("/api/v1/duty/watch", json!({})).await?.ok()?;
        assert_eq!(clerk.post("/api/v1/duty/watch", json!({})).await?.code(), "incident.on_watch");
        // The menu of every page says who has it, to those whom incidents concern.
        let bench = head.get("/api/v1/workbench").await?.ok()?;
        assert_eq!(bench["on_duty"]["watch"]["id"], "p-clerk", "{}", bench["on_duty"]);
        let village = town.login("staff1").await?.get("/api/v1/workbench").await?.ok()?;
        assert_eq!(village["on_duty"], Value::Null, "the town's forces are not a village's");
        let taken = head.post("/api/v1/duty/watch", json!({ "note": "老街一起待核实" })).await?.ok()?;
        assert_eq!(
            (text(&taken["taken_from"], "id"), text(&taken["open"][0], "name")),
            ("p-clerk", "JQ-0001 老街 1 号")
        );
        let screen = head.get("/api/v1/duty").await?.ok()?;
        assert_eq!((&screen["watching"], text(&screen["watch"], "note")), (&json!(true), "老街一起待核实"));
        assert_eq!(staff.post("/api/v1/duty/watch", json!({})).await?.status, StatusCode::FORBIDDEN);

        let chimney = json!({ "what": "砖厂烟囱", "pose": "cam-1/0", "from_deg": 350.0, "to_deg": 10.0 });
        assert_eq!(
            staff.post("/api/v1/incident-masks", chimney.clone()).await?.status,
            StatusCode::FORBIDDEN
        );
        assert_eq!(
            clerk.post("/api/v1/incident-masks", json!({ "what": "x" })).await?.code(),
            "incident.mask"
        );
        let mask = clerk.post("/api/v1/incident-masks", chimney).await?.ok()?;
        let void = format!("/api/v1/incident-masks/{}/void", text(&mask, "id"));
        assert_eq!(clerk.post(&void, json!({ "version": 1 })).await?.code(), "incident.no_reason");
        clerk.post(&void, json!({ "version": 1, "reason": "烟囱已拆" })).await?.ok()?;
        assert_eq!(
            clerk.post(&void, json!({ "version": 1, "reason": "再撤" })).await?.status,
            StatusCode::CONFLICT
        );
        assert_eq!(clerk.get("/api/v1/incident-masks").await?.items()?[0]["void"], "烟囱已拆");
        Ok(())
    })
    .await
}

/// Whoever was told something about this, by id.
async fn told_of(who: &mut Browser, about: &str) -> anyhow::Result<BTreeSet<String>> {
    let all = who.get("/api/v1/messages").await?.items()?;
    let own = all.iter().filter(|one| text(one, "about") == about && one["state"]["code"] != "dropped");
    Ok(own.map(|one| text(&one["to"], "id").to_owned()).collect())
}

#[tokio::test]
async fn the_watch_ends_when_it_is_confirmed_given_back_or_its_holder_has_no_post() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, _, _) = settled(&fresh).await?;
        let (mut clerk, mut head) = (town.login("clerk").await?, town.login("head").await?);
        let end = "/api/v1/duty/watch/end";
        assert_eq!(clerk.post(end, json!({})).await?.code(), "incident.not_on_watch");
        clerk.post("/api/v1/duty/watch", json!({})).await?.ok()?;
        assert_eq!(head.post(end, json!({})).await?.code(), "incident.not_on_watch");
        let people = clerk.get("/api/v1/duty/watch").await?.ok()?["people"].clone();
        let ids: Vec<_> = people.as_array().into_iter().flatten().map(|one| text(one, "id")).collect();
        assert!(
            ids.contains(&"p-head") && !ids.contains(&"p-clerk") && !ids.contains(&"p-staff1"),
            "{people}"
        );
        let nobody = clerk.post(end, json!({ "to": "p-staff1" })).await?;
        assert_eq!(nobody.body["fields"][0]["code"], "incident_watch.person");
        town.clock.advance_ms(1_000);
        let offered = clerk.post(end, json!({ "to": "p-head", "note": "看紧老街" })).await?.ok()?;
        assert_eq!(text(&offered["step"], "code"), "offered");
        // Until the other confirms, he who asked watches.
        let screen = head.get("/api/v1/duty").await?.ok()?;
        assert_eq!((&screen["offered"], text(&screen["watch"]["by"], "id")), (&json!(true), "p-clerk"));
        assert_eq!(head.get("/api/v1/me/messages").await?.items()?[0]["about_kind"], "incident_watch");
        town.clock.advance_ms(1_000);
        let taken = head.post("/api/v1/duty/watch", json!({})).await?.ok()?;
        assert_eq!((text(&taken, "note"), text(&taken["taken_from"], "id")), ("看紧老街", "p-clerk"));
        assert!(head.get("/api/v1/me/messages").await?.items()?.is_empty());

        let mut open = call();
        open["place"] = json!(FAR);
        open["spot"] = Value::Null;
        let mut leader = town.login("leader").await?;
        let first = text(&leader.post("/api/v1/incidents", call()).await?.ok()?, "id").to_owned();
        assert_eq!(told_of(&mut clerk, &first).await?, ["p-head".to_owned()].into());
        // His post ended: the watch does not stand any more, the office and the village hear of it.
        let gone = json!({ "last_day": "2026-09-21" });
        clerk.post("/api/v1/assignments/a-head/end", gone).await?.ok()?;
        town.clock.advance_days(1);
        let (mut clerk, mut leader) = (town.login("clerk").await?, town.login("leader").await?);
        let second = text(&leader.post("/api/v1/incidents", open).await?.ok()?, "id").to_owned();
        let told = told_of(&mut clerk, &second).await?;
        assert_eq!(told, ["p-clerk", "p-secretary2", "p-staff2"].map(str::to_owned).into());
        assert_eq!(clerk.get("/api/v1/duty").await?.ok()?["watch"], Value::Null);
        clerk.post("/api/v1/duty/watch", json!({})).await?.ok()?;
        town.clock.advance_ms(1_000);
        let back = clerk.post(end, json!({ "note": "天亮" })).await?.ok()?;
        assert_eq!(
            (text(&back["step"], "code"), back["open"].as_array().map(Vec::len)),
            ("given_back", Some(2))
        );
        assert_eq!(clerk.get("/api/v1/duty").await?.ok()?["watch"], Value::Null);
        let steps = clerk.get("/api/v1/duty/watch").await?.items()?;
        let steps: Vec<_> = steps.iter().map(|one| text(&one["step"], "code").to_owned()).collect();
        assert_eq!(steps, ["given_back", "taken", "taken", "offered", "taken"]);
        let mut staff = town.login("staff1").await?;
        assert_eq!(staff.get("/api/v1/duty/watch").await?.status, StatusCode::FORBIDDEN);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_alarm_nobody_hears_reaches_the_next_and_so_does_an_order_nobody_answers() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, near, _) = settled(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let mut dir = town.login("director").await?;
        clerk.post("/api/v1/duty/watch", json!({})).await?.ok()?;
        let id = text(&dir.post("/api/v1/incidents", call()).await?.ok()?, "id").to_owned();
        let system = Caller::system();
        assert_eq!(told_of(&mut clerk, &id).await?, ["p-clerk".to_owned()].into());
        // A page that lies open alone has heard nothing.
        assert_eq!(clerk.post("/api/v1/me/messages/received", json!({})).await?.ok()?["received"], json!(0));
        town.clock.advance_ms(119_000);
        assert_eq!(town.app.tell_of_silence(&system).await?, 0);
        town.clock.advance_ms(1_000);
        assert_eq!(town.app.tell_of_silence(&system).await?, 1);
        let next = ["p-clerk", "p-head", "p-secretary1", "p-staff1"].map(str::to_owned);
        assert_eq!(told_of(&mut clerk, &id).await?, next.clone().into());
        assert_eq!(town.app.tell_of_silence(&system).await?, 0, "each once");
        town.clock.advance_ms(180_000);
        assert_eq!(town.app.tell_of_silence(&system).await?, 1);
        let mut all: BTreeSet<String> = next.into();
        all.insert("p-leader".to_owned());
        assert_eq!(told_of(&mut clerk, &id).await?, all);
        // Somebody is there: nobody else is woken, and whoever was is spared.
        step(&mut clerk, &id, json!({ "step": "acknowledge" })).await?.ok()?;
        assert_eq!(told_of(&mut clerk, &id).await?, ["p-clerk".to_owned()].into());
        town.clock.advance_ms(600_000);
        assert_eq!(town.app.tell_of_silence(&system).await?, 0);

        step(&mut clerk, &id, json!({ "step": "judge", "verdict": "real", "how": "telephone" }))
            .await?
            .ok()?;
        let told = json!({ "step": "tell_119", "told_at": "now" });
        let known = step(&mut clerk, &id, told).await?.ok()?;
        assert_eq!(text(&known["told_119"], "at"), town.app.now().to_rfc3339());
        let pick = json!({ "people": [{ "person": "p-staff1", "force": near }] });
        let sent = dir.post(&format!("/api/v1/incidents/{id}/dispatches"), pick).await?.ok()?;
        let order = text(&sent["orders"][0], "id").to_owned();
        town.clock.advance_ms(61_000);
        assert_eq!(town.app.tell_of_silence(&system).await?, 1);
        let told = told_of(&mut clerk, &order).await?;
        assert_eq!(told, ["p-clerk", "p-director", "p-staff1"].map(str::to_owned).into());
        assert_eq!(town.app.tell_of_silence(&system).await?, 0);
        // He answers: what was told of his silence is settled.
        let at = town.app.now().plus_ms(-30_000).to_rfc3339();
        let answer = json!({ "state": "accepted", "at": at });
        let done = staff.post(&format!("/api/v1/dispatches/{order}/steps"), answer).await?.ok()?;
        assert_eq!(done["answered_s"], json!(31), "when he says it was");
        assert_eq!(told_of(&mut clerk, &order).await?, ["p-staff1".to_owned()].into());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn one_who_has_left_keeps_nobody_else_off_duty() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, near, _) = settled(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        // Today's list names one alone, so the others are off; he leaves, and there is no list that counts.
        let roster = json!({ "version": 3, "days": [
            { "on": "2026-09-21", "duties": [{ "person": "p-grid1", "shift": "whole" }] }] });
        clerk.put(&format!("/api/v1/forces/{near}/roster"), roster).await?.ok()?;
        let opened = clerk.post("/api/v1/incidents", call()).await?.ok()?;
        let path = format!("/api/v1/incidents/{}/candidates", text(&opened, "id"));
        let presence = |found: &Value, person: &str| {
            let all = found["items"].as_array().cloned().unwrap_or_default();
            all.iter().find(|one| one["person"]["id"] == person).map(|one| text(one, "presence").to_owned())
        };
        let found = clerk.get(&path).await?.ok()?;
        assert_eq!(presence(&found, "p-staff1").as_deref(), Some("off"), "{found}");
        let held = clerk.get("/api/v1/people/p-grid1").await?.ok()?;
        let held = held["assignments"].as_array().cloned().unwrap_or_default();
        let force = clerk.get(&format!("/api/v1/forces/{near}")).await?.ok()?;
        let is_his = |one: &&Value| {
            let post = &force["posts"][1]["id"];
            one["post"] == *post || one["post"]["id"] == *post
        };
        let id = held.iter().find(is_his).map(|one| text(one, "id").to_owned()).unwrap_or_default();
        let end = json!({ "last_day": "2026-09-20" });
        clerk.post(&format!("/api/v1/assignments/{id}/end"), end).await?.ok()?;
        let found = clerk.get(&path).await?.ok()?;
        assert_eq!(presence(&found, "p-grid1"), None, "he is none of its people");
        assert_eq!(presence(&found, "p-staff1").as_deref(), Some("no_roster"), "{found}");
        Ok(())
    })
    .await
}
