//! Whole forces called at once, and who is on leave. What does not belong here: one after the other, and what they say on the way (`incident`).

use serde_json::json;
use testkit::both_databases;

use crate::incident::{call, settled, text};

#[tokio::test]
async fn a_whole_station_is_called_at_once_and_each_answers_for_himself() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, near, far) = settled(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let now = town.app.now().date().to_string();
        let roster = json!({ "version": 3, "days": [{ "on": now, "duties": [
            { "person": "p-grid1", "shift": "whole" }, { "person": "p-staff1", "shift": "whole" }] }] });
        clerk.put(&format!("/api/v1/forces/{near}/roster"), roster).await?.ok()?;
        let id = text(&clerk.post("/api/v1/incidents", call()).await?.ok()?, "id").to_owned();
        let base = format!("/api/v1/incidents/{id}");
        // Who is on duty is called, the first to arrive first; who is off duty is not among them.
        let found = clerk.get(&format!("{base}/candidates")).await?.ok()?;
        let whole = |n: usize| {
            let people = found["forces"][n]["people"].as_array().into_iter().flatten();
            (text(&found["forces"][n]["force"], "id"), people.map(|one| text(one, "id")).collect::<Vec<_>>())
        };
        assert_eq!(whole(0), (near.as_str(), vec!["p-grid1", "p-staff1"]), "{found}");
        assert_eq!(whole(1), (far.as_str(), vec!["p-staff2"]));
        assert_eq!(
            (&found["forces"][0]["on_duty"], &found["forces"][1]["on_duty"]),
            (&json!(true), &json!(false)),
            "the second keeps no roster"
        );
        // Named and called with his station he gets one order.
        let orders = format!("{base}/dispatches");
        let all = json!({ "people": [{ "person": "p-grid1", "force": near }], "forces": [near] });
        let sent = clerk.post(&orders, all).await?.ok()?;
        let told = sent["orders"].as_array().into_iter().flatten();
        let mut told: Vec<_> =
            told.map(|one| (text(&one["person"], "id"), text(&one["state"], "code"))).collect();
        told.sort_unstable();
        assert_eq!(told, [("p-grid1", "called"), ("p-staff1", "called")]);
        // Nobody of it is left to be called, and that is said.
        let again = clerk.post(&orders, json!({ "forces": [near] })).await?;
        assert_eq!(again.code(), "dispatch.nobody_there", "{}", again.body);
        assert_eq!(
            clerk.post(&orders, json!({ "forces": ["keiner"] })).await?.code(),
            "dispatch.nobody_there"
        );
        assert_eq!(clerk.post(&orders, json!({})).await?.code(), "dispatch.nobody");
        // One goes, the other cannot: each says so himself.
        for (who, answer) in [
            ("grid1", json!({ "state": "accepted" })),
            ("staff1", json!({ "state": "declined", "reason": "在外地" })),
        ] {
            let mut who = town.login(who).await?;
            let own = text(&who.get("/api/v1/me/dispatches").await?.ok()?["items"][0], "id").to_owned();
            who.post(&format!("/api/v1/dispatches/{own}/steps"), answer).await?.ok()?;
        }
        let page = clerk.get(&base).await?.ok()?;
        let states = page["orders"].as_array().into_iter().flatten().map(|one| text(&one["state"], "code"));
        let mut states: Vec<_> = states.collect();
        states.sort_unstable();
        assert_eq!(states, ["accepted", "declined"]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn who_is_on_leave_from_his_post_is_called_by_nobody() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, near, _) = settled(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let today = town.app.now().date().to_string();
        // He belongs to the station by a post of it.
        let station = clerk.get(&format!("/api/v1/forces/{near}")).await?.ok()?;
        let post = clerk.get(&format!("/api/v1/posts/{}", text(&station["posts"][1], "id"))).await?.ok()?;
        let holders = post["holders"].as_array().cloned().unwrap_or_default();
        let his = holders.iter().find(|one| one["person"]["id"] == "p-staff1").cloned().unwrap_or_default();
        let leave = json!({ "from": today, "to": today, "reason": "住院" });
        let assignment = text(&his, "assignment");
        clerk.post(&format!("/api/v1/assignments/{assignment}/away"), leave).await?.ok()?;
        let id = text(&clerk.post("/api/v1/incidents", call()).await?.ok()?, "id").to_owned();
        let found = clerk.get(&format!("/api/v1/incidents/{id}/candidates")).await?.ok()?;
        let all = found["items"].as_array().cloned().unwrap_or_default();
        let until = format!("不在岗：请假至 {today}");
        assert!(found.to_string().contains(&until) && !found.to_string().contains("住院"), "{found}");
        let barred = |person: &str| {
            let his = all.iter().find(|one| one["person"]["id"] == person).cloned().unwrap_or_default();
            text(&his["barred"], "code").to_owned()
        };
        assert_eq!((barred("p-staff1").as_str(), barred("p-grid1").as_str()), ("away", ""), "{found}");
        let orders = format!("/api/v1/incidents/{id}/dispatches");
        let him = json!({ "people": [{ "person": "p-staff1", "force": near }] });
        let told = clerk.post(&orders, him).await?;
        assert_eq!(told.code(), "dispatch.away", "{}", told.body);
        assert!(
            !told.body.to_string().contains("住院"),
            "nobody who sends people is told why: {}",
            told.body
        );
        let sent = clerk.post(&orders, json!({ "forces": [near] })).await?.ok()?;
        let told = sent["orders"].as_array().into_iter().flatten().map(|one| text(&one["person"], "id"));
        assert!(!told.collect::<Vec<_>>().contains(&"p-staff1"), "{sent}");
        Ok(())
    })
    .await
}
