//! Warnings on the desk: a file taken in by who vouches for it; the town's own, told, updated and taken back in one chain that the
//! feed follows; others tell none.

use axum::http::{Method, StatusCode};
use domain::message::Urgency;
use domain::time::Timestamp;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::{Browser, Town, V1, town};

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

async fn feed(town: &Town) -> anyhow::Result<String> {
    Ok(String::from_utf8(Browser::new(&town.router).get("/cap/feed").await?.bytes)?)
}

fn file(id: &str, sender: &str) -> String {
    format!(
        "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>{id}</identifier><sender>{sender}</sender>\
         <sent>2026-09-21T08:00:00+08:00</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope><info>\
         <category>Met</category><event>大风</event><urgency>Expected</urgency><severity>Severe</severity>\
         <certainty>Likely</certainty><headline>大风黄色预警</headline></info></alert>"
    )
}

async fn take(who: &mut Browser, body: &str) -> anyhow::Result<crate::common::Told> {
    let headers = [("content-type", "application/octet-stream")];
    who.send(Method::POST, "/api/v1/warnings/file", &headers, body.as_bytes().to_vec()).await
}

fn own(step: &str, of: Option<&str>, expires: Timestamp) -> Value {
    json!({ "step": step, "of": of, "headline": "森林火险橙色预警", "event": "森林火险", "description": "未来三天无雨大风",
        "instruction": "禁止野外用火", "category": "Fire", "severity": "Severe", "urgency": "Expected", "certainty": "Likely",
        "territories": [V1], "expires": expires.to_rfc3339() })
}

#[tokio::test]
async fn a_file_is_taken_in_once_by_who_vouches_for_it() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        assert_eq!(take(&mut staff, &file("w1", "met@x")).await?.status, StatusCode::FORBIDDEN);
        let taken = take(&mut clerk, &file("w1", "met@x")).await?.ok()?;
        assert_eq!((&taken["known"], text(&taken["warning"]["state"], "code")), (&json!(false), "standing"));
        assert_eq!(take(&mut clerk, &file("w1", "met@x")).await?.ok()?["known"], json!(true));
        assert!(feed(&town).await?.contains("<title>大风黄色预警</title>"));
        let listed = staff.get("/api/v1/warnings").await?.ok()?;
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "{listed}");
        assert_eq!((&listed["may_take"], &listed["may_issue"]), (&json!(false), &json!(false)));
        assert_eq!(listed["items"][0]["actions"], json!([]), "another's is not ours to take back");
        // What is none says so in one sentence; what is odd is kept and said.
        assert_eq!(take(&mut clerk, "<feed/>").await?.code(), "warning.unreadable");
        let bomb = file("w2", "met@x").replace("<alert", "<!DOCTYPE a [<!ENTITY x \"y\">]><alert");
        assert_eq!(take(&mut clerk, &bomb).await?.code(), "warning.unreadable");
        let odd = take(&mut clerk, &file("w3", "met@x").replace("Severe", "Awful")).await?.ok()?;
        assert_eq!(odd["problems"].as_array().map(Vec::len), Some(1), "{odd}");
        let forged = format!("fengsui-{}", crate::common::TOWN);
        assert_eq!(take(&mut clerk, &file("w4", &forged)).await?.code(), "warning.own_sender");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_towns_own_warning_is_told_updated_and_taken_back_in_one_chain() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut head, mut clerk) = (town.login("head").await?, town.login("clerk").await?);
        let soon = town.app.now().plus_ms(6 * 3_600_000);
        let refused = clerk.post("/api/v1/warnings", own("Alert", None, soon)).await?;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert_eq!(
            head.post("/api/v1/warnings", own("Alert", None, town.app.now())).await?.code(),
            "warning.expires"
        );
        let first = head.post("/api/v1/warnings", own("Alert", None, soon)).await?.ok()?;
        assert_eq!((&first["own"], text(&first["state"], "code")), (&json!(true), "standing"));
        assert_eq!(first["actions"], json!(["Update", "Cancel"]));
        assert_eq!(first["area"], json!("场镇社区"), "{first}");
        assert!(feed(&town).await?.contains("<title>森林火险橙色预警</title>"));
        // It is a warning like any other: whoever watches is told of it, by its severity.
        let told = town.app.db.read(&town.app.town).await?.messages(&Default::default(), 500).await?;
        assert!(told.iter().any(|one| one.message.text == "收到预警：森林火险橙色预警"), "{told:?}");

        // And whoever must know where it holds: the office, and who answers for the village and its grids; each once, nobody of
        // another village, and but for the watch nobody is woken.
        let of = |who: &str| told.iter().filter(|one| one.message.to.as_str() == who).collect::<Vec<_>>();
        for who in ["p-head", "p-clerk", "p-secretary1", "p-staff1", "p-grid1"] {
            assert_eq!(of(who).len(), 1, "{who}: {told:?}");
        }
        assert!(of("p-staff2").is_empty() && of("p-unit").is_empty(), "{told:?}");
        assert_eq!(of("p-grid1").first().map(|one| one.message.urgency), Some(Urgency::Notice));

        let mut red = own("Update", Some(text(&first, "id")), soon);
        red["headline"] = json!("森林火险红色预警");
        let second = head.post("/api/v1/warnings", red.clone()).await?.ok()?;
        let told = feed(&town).await?;
        assert!(told.contains("<title>森林火险红色预警</title>") && !told.contains("橙色"), "{told}");
        // A chain has no branches: what was updated is not updated again.
        assert_eq!(head.post("/api/v1/warnings", red).await?.code(), "warning.not_standing");
        let mut lift = own("Cancel", Some(text(&second, "id")), soon);
        lift["description"] = json!("");
        assert_eq!(
            head.post("/api/v1/warnings", lift.clone()).await?.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        lift["description"] = json!("普降中雨，火险等级降低");
        let third = head.post("/api/v1/warnings", lift).await?.ok()?;
        let told = feed(&town).await?;
        assert!(told.contains("<title>解除：森林火险红色预警</title>"), "{told}");
        assert_eq!(told.matches("<entry>").count(), 1, "{told}");
        let cap = Browser::new(&town.router).get(&format!("/cap/{}", text(&third, "id"))).await?;
        let cap = String::from_utf8(cap.bytes)?;
        let (alert, problems) = protocol::cap::read(cap.as_bytes());
        assert_eq!(problems, []);
        let references = alert.map(|alert| alert.references.len());
        assert_eq!(references, Some(2), "it names the whole chain: {cap}");
        let listed = clerk.get("/api/v1/warnings").await?.ok()?;
        let states: Vec<&str> =
            listed["items"].as_array().into_iter().flatten().map(|one| text(&one["state"], "code")).collect();
        assert_eq!(states, ["cancels", "cancelled", "updated"]);
        assert_eq!(town.app.verify(&app::Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}
