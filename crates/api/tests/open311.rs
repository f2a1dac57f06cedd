//! Stories of Open311: a program lists, defines, posts and polls, as JSON and as XML; what was said is never shown.

use app::Caller;
use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::{Browser, TOWN, Told, Town, town};

async fn get(town: &Town, path: &str) -> anyhow::Result<Told> {
    let mut program = Browser::new(&town.router);
    program.header = false;
    program.get(&format!("/open311/v2/{path}")).await
}

async fn post(town: &Town, path: &str, form: &str) -> anyhow::Result<Told> {
    let mut program = Browser::new(&town.router);
    program.header = false;
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    program.send(Method::POST, &format!("/open311/v2/{path}"), &kind, form.as_bytes().to_vec()).await
}

fn said(told: &Told) -> String {
    String::from_utf8_lossy(&told.bytes).into_owned()
}

#[tokio::test]
async fn a_program_lists_defines_posts_and_polls() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let found = get(&town, "discovery.json").await?.ok()?;
        assert!(found["endpoints"][0]["url"].as_str().is_some_and(|url| url.ends_with("/open311/v2")));
        assert_eq!(found["contact"], "火警 119，政务服务热线 12345，火灾隐患举报 96119");
        crate::common::set_text(&town, "placard.hotline.government", "023-49860119").await?;
        let found = get(&town, "discovery.json").await?.ok()?;
        assert_eq!(found["contact"], "火警 119，政务服务热线 023-49860119，火灾隐患举报 96119", "the town's own");
        let services = get(&town, &format!("services.json?jurisdiction_id={TOWN}")).await?.ok()?;
        assert_eq!(services[0]["service_code"], "blocked_exit");
        assert!(!services.to_string().contains("\"person\""), "nothing about persons is taken here");
        let asked = get(&town, "services/blocked_exit.json").await?.ok()?;
        assert_eq!(asked["attributes"][0]["code"], "where_exactly");
        let xml = get(&town, "services/blocked_exit.xml").await?;
        assert_eq!(xml.headers[header::CONTENT_TYPE], "text/xml; charset=utf-8");
        assert!(said(&xml).contains("<service_definition><attributes><attribute><code>where_exactly</code>"), "{}", said(&xml));

        let form = format!(
            "jurisdiction_id={TOWN}&api_key=x&service_code=blocked_exit&lat=29.26&long=105.87&first_name=Sing&last_name=Canary\
             &phone=13977776666&description=%E6%A5%BC%E9%81%93&attribute%5Bwhere_exactly%5D=3F"
        );
        let told = post(&town, "requests.json", &form).await?;
        assert_eq!(told.status, StatusCode::CREATED, "{}", told.body);
        let id = told.body[0]["service_request_id"].as_str().unwrap_or_default().to_owned();
        let notice = told.body[0]["service_notice"].as_str().unwrap_or_default().to_owned();
        let receipt = notice.rsplit("/p/r-").next().unwrap_or_default();
        let token = get(&town, &format!("tokens/{receipt}.json")).await?.ok()?;
        assert_eq!(token, json!([{ "service_request_id": id, "token": receipt }]));

        let one = get(&town, &format!("requests/{id}.json")).await?.ok()?;
        assert_eq!((&one[0]["status"], &one[0]["service_code"]), (&json!("open"), &json!("blocked_exit")));
        let xml = said(&get(&town, &format!("requests/{id}.xml")).await?);
        assert!(xml.contains("<service_requests><request>") && xml.contains(&format!("<service_request_id>{id}</service_request_id>")), "{xml}");
        for (query, n) in [
            ("", 1),
            ("?status=open", 1),
            ("?status=closed", 0),
            ("?status=open,closed", 1),
            ("?service_code=wiring", 0),
            ("?service_code=wiring,blocked_exit", 1),
            ("?start_date=2026-09-22T00:00:00Z", 0),
            ("?end_date=2026-09-20T00:00:00Z", 0),
        ] {
            let found = get(&town, &format!("requests.json{query}")).await?.ok()?;
            assert_eq!(found.as_array().map(Vec::len), Some(n), "{query}");
        }
        for path in ["requests.json", "requests.xml", "servicerequestupdates.json", "servicerequestupdates.xml"] {
            let all = said(&get(&town, path).await?);
            for secret in ["Canary", "13977776666", "楼道", "3F", "105.87"] {
                assert!(!all.contains(secret), "{path} tells {secret}");
            }
        }

        // The office sees all of it but the name; a step shows as an update.
        let mut clerk = town.login("clerk").await?;
        let row = clerk.get("/api/v1/report-cases").await?.items()?.remove(0);
        assert_eq!((&row["channel"]["code"], &row["address"]), (&json!("open311"), &json!("3F")));
        let path = format!("/api/v1/report-cases/{}/steps", row["id"].as_str().unwrap_or_default());
        clerk.post(&path, json!({ "step": "accept", "version": 1 })).await?.ok()?;
        let updates = get(&town, &format!("servicerequestupdates.json?service_request_id={id}")).await?.ok()?;
        assert_eq!((&updates[0]["description"], &updates[1]["description"]), (&json!("受理"), &json!("收到")));
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

/// A request with a reporter's receipt: number and token.
async fn sent(town: &Town, what: &str) -> anyhow::Result<(String, String)> {
    let form = format!("service_code=wiring&description={what}&address_string=x");
    let told = post(town, "requests.json", &form).await?;
    anyhow::ensure!(told.status == StatusCode::CREATED, "{}", told.body);
    let field = |name: &str| told.body[0][name].as_str().unwrap_or_default().to_owned();
    let receipt = field("service_notice").rsplit("/p/r-").next().unwrap_or_default().to_owned();
    Ok((field("service_request_id"), receipt))
}

async fn step(browser: &mut Browser, code: &str, mut asked: Value) -> anyhow::Result<Told> {
    let rows = browser.get("/api/v1/report-cases").await?.items()?;
    let row = rows.iter().find(|row| row["code"] == code).cloned().unwrap_or_default();
    let path = format!("/api/v1/report-cases/{}", row["id"].as_str().unwrap_or_default());
    asked["version"] = browser.get(&path).await?.ok()?["version"].clone();
    browser.post(&format!("{path}/steps"), asked).await
}

/// What was done to a request, oldest first.
async fn done(town: &Town, query: &str) -> anyhow::Result<Vec<String>> {
    let all = get(town, &format!("servicerequestupdates.json?{query}")).await?.ok()?;
    let said = |one: &Value| one["description"].as_str().unwrap_or_default().to_owned();
    Ok(all.as_array().into_iter().flatten().rev().map(said).collect())
}

#[tokio::test]
async fn updates_go_by_their_own_time_and_a_joined_request_hears_the_answer() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let (first, _) = sent(&town, "one").await?;
        let (second, _) = sent(&town, "two").await?;
        step(&mut clerk, &first, json!({ "step": "accept" })).await?.ok()?;
        town.clock.advance_days(2);
        let (mut clerk, mut head) = (town.login("clerk").await?, town.login("head").await?);
        let mut staff = town.login("staff1").await?;
        step(&mut clerk, &second, json!({ "step": "merge", "into": first })).await?.ok()?;
        // Both came on the 21st; the merge of the 23rd is found by its own day, the receipt is not.
        let since = "start_date=2026-09-23T00:00:00%2B08:00";
        assert_eq!(done(&town, since).await?, ["并案"]);
        assert_eq!(done(&town, "end_date=2026-09-22T00:00:00%2B08:00").await?.len(), 3);

        // What waits for a second person, what was paid and what the reporter thought is not for strangers.
        step(&mut clerk, &first, json!({ "step": "ask_void", "text": "疑似误报" })).await?.ok()?;
        let one = get(&town, &format!("requests/{first}.json")).await?.ok()?;
        assert_eq!((&one[0]["status"], &one[0]["status_notes"]), (&json!("open"), &json!("已受理待派办")));
        step(&mut head, &first, json!({ "step": "reject_void", "text": "是真的举报" })).await?.ok()?;
        step(&mut clerk, &first, json!({ "step": "assign", "org": "village-1" })).await?.ok()?;
        // Nobody said where it lies; whoever it was given to reads it all the same.
        step(&mut staff, &first, json!({ "step": "handle", "finding": "confirmed", "text": "飞线已拆" }))
            .await?
            .ok()?;
        step(&mut clerk, &first, json!({ "step": "reply", "text": "已拆除" })).await?.ok()?;
        step(&mut clerk, &first, json!({ "step": "reward", "amount_fen": 5_000 })).await?.ok()?;
        step(&mut clerk, &first, json!({ "step": "close" })).await?.ok()?;
        let ended = ["派办", "登记办理结果", "答复", "归档"];
        let own = done(&town, &format!("service_request_id={first}")).await?;
        assert_eq!(own, [&["收到", "受理"][..], &ended[..]].concat());
        let joined = done(&town, &format!("service_request_id={second}")).await?;
        assert_eq!(joined, [&["收到", "并案"][..], &ended[..]].concat(), "the joined one hears the answer");
        let two = get(&town, &format!("requests/{second}.json")).await?.ok()?;
        assert_eq!(two[0]["status"], "closed");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn whoever_has_the_receipt_adds_to_a_request_and_opens_it_again() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let (id, token) = sent(&town, "one").await?;
        let path = "servicerequestupdates.json";
        let ask = |token: &str, more: &str| format!("service_request_id={id}&token={token}{more}");
        for (form, status) in [
            (format!("service_request_id={id}&description=x"), StatusCode::BAD_REQUEST),
            (ask("NOBODYSRECEIPT", "&description=x"), StatusCode::NOT_FOUND),
            (format!("service_request_id=JB-0&token={token}&description=x"), StatusCode::NOT_FOUND),
            (ask(&token, ""), StatusCode::BAD_REQUEST),
        ] {
            assert_eq!(post(&town, path, &form).await?.status, status, "{form}");
        }
        let more = ask(&token, "&description=4F");
        let told = post(&town, path, &more).await?;
        assert_eq!(
            (told.status, &told.body),
            (StatusCode::CREATED, &json!([{ "update_id": format!("{id}-2") }]))
        );
        assert_eq!(post(&town, path, &more).await?.body, told.body, "sent twice it is kept once");
        let away = json!({ "step": "forward", "to": "电力公司", "text": "请电力公司处理" });
        step(&mut clerk, &id, away).await?.ok()?;
        let late = post(&town, path, &ask(&token, "&description=5F")).await?;
        assert_eq!(late.status, StatusCode::BAD_REQUEST, "answered: it is opened again or left");
        let again = post(&town, path, &ask(&token, "&status=OPEN&description=still")).await?;
        assert_eq!(again.status, StatusCode::CREATED, "{}", again.body);
        let xml = said(
            &post(&town, "servicerequestupdates.xml", &ask(&token, "&status=open&description=still")).await?,
        );
        assert!(xml.contains("<service_request_updates><request_update><update_id>"), "{xml}");
        let one = get(&town, &format!("requests/{id}.json")).await?.ok()?;
        assert_eq!(one[0]["status"], "open");
        assert_eq!(
            done(&town, &format!("service_request_id={id}")).await?,
            ["收到", "补充情况", "转有权单位", "重新打开"]
        );
        assert!(!said(&get(&town, path).await?).contains("still"), "what was said stays with the office");
        let rows = clerk.get("/api/v1/report-cases").await?.items()?;
        let page = clerk
            .get(&format!("/api/v1/report-cases/{}", rows[0]["id"].as_str().unwrap_or_default()))
            .await?
            .ok()?;
        assert!(page["events"].to_string().contains("4F"), "the office reads it");
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_the_standard_refuses_is_refused_in_its_form() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        for (path, status) in [
            ("services", StatusCode::NOT_FOUND),
            ("services.csv", StatusCode::NOT_FOUND),
            ("services.json?jurisdiction_id=elsewhere.example", StatusCode::NOT_FOUND),
            ("services/nothing.json", StatusCode::NOT_FOUND),
            ("services/person.json", StatusCode::NOT_FOUND),
            ("requests/JB-0.json", StatusCode::NOT_FOUND),
            ("tokens/ABCD.json", StatusCode::NOT_FOUND),
            ("requests.json?start_date=yesterday", StatusCode::BAD_REQUEST),
        ] {
            let told = get(&town, path).await?;
            assert_eq!((told.status, &told.body[0]["code"]), (status, &json!(status.as_u16())), "{path}");
        }
        for form in [
            "service_code=wiring&description=x",
            "service_code=nothing&description=x&address_string=y",
            "description=x&address_string=y",
            "service_code=wiring&address_string=y",
            "service_code=wiring&description=x&lat=105.87&long=999",
        ] {
            let told = post(&town, "requests.json", form).await?;
            assert_eq!(told.status, StatusCode::BAD_REQUEST, "{form}: {}", told.body);
        }
        let told = post(&town, "requests.xml", "service_code=wiring&address_string=y").await?;
        assert!(said(&told).contains("<errors><error><code>400</code><description>"), "{}", said(&told));
        let mut last = StatusCode::OK;
        for _ in 0..30 {
            last = post(&town, "requests.json", "service_code=wiring&description=x&address_string=y")
                .await?
                .status;
        }
        assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
        Ok(())
    })
    .await
}
