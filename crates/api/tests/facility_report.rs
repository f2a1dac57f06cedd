//! Stories of faults that people without an account report: the page behind a label, its limits, what whoever keeps the
//! facility makes of a report, and the water that changes only then.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common;
use crate::common::{Browser, Told, Town, V1, town};

const BOUNDARY: &str = "----facility";

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

async fn step(browser: &mut Browser, page: &Value, mut asked: Value) -> anyhow::Result<Value> {
    asked["version"] = page["version"].clone();
    browser.post(&format!("/api/v1/facilities/{}/steps", text(page, "id")), asked).await?.ok()
}

/// A pool in service, kept by the first village.
async fn pool(clerk: &mut Browser) -> anyhow::Result<Value> {
    let pool = json!({ "kind": "fire_pool", "name": "老街<消防>水池", "territory": V1, "address": "老街 12 号旁", "found": true,
        "shape": { "type": "Point", "coordinates": [105.872, 29.268] }, "water": { "usable_m3": 120, "lift_m": 4.5 } });
    let page = clerk.post("/api/v1/facilities", pool).await?.ok()?;
    let keeping =
        json!({ "step": "hand_over", "owner": "town-gov", "maintainer": "village-1", "check_days": 92 });
    let page = step(clerk, &page, keeping).await?;
    step(clerk, &page, json!({ "step": "enter" })).await
}

/// Sends the form as a browser without script does: its fields as `name=value`, and a picture.
async fn report(town: &Town, path: &str, form: &str, photo: Option<&[u8]>) -> anyhow::Result<Told> {
    let mut body = Vec::new();
    for (name, value) in form.split('&').filter_map(|field| field.split_once('=')) {
        let head = format!("Content-Disposition: form-data; name=\"{name}\"");
        body.extend(format!("--{BOUNDARY}\r\n{head}\r\n\r\n{value}\r\n").into_bytes());
    }
    if let Some(photo) = photo {
        let head =
            "Content-Disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg";
        body.extend(format!("--{BOUNDARY}\r\n{head}\r\n\r\n").into_bytes());
        body.extend(photo);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
    let mut anybody = Browser::new(&town.router);
    anybody.header = false;
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    anybody.send(Method::POST, path, &[("content-type", &kind)], body).await
}

fn shown(told: &Told) -> String {
    String::from_utf8_lossy(&told.bytes).into_owned()
}

#[tokio::test]
async fn a_villager_reports_and_the_water_changes_when_its_keeper_says_so() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let page = pool(&mut clerk).await?;
        let reports = format!("/api/v1/facilities/{}/reports", text(&page, "id"));
        let path = text(&staff.get(&reports).await?.ok()?, "path").to_owned();
        let labels = staff.get("/api/v1/facilities/labels?kind=fire_pool").await?.ok()?;
        assert!(text(&labels["items"][0], "svg").contains("<svg") && labels["total"] == 1, "{labels}");
        let sheets = staff.get("/api/v1/facilities/labels/pdf?kind=fire_pool&size=large").await?;
        assert_eq!(sheets.bytes.get(..5), Some(&b"%PDF-"[..]), "{}", sheets.status);

        let mut anybody = Browser::new(&town.router);
        let told = anybody.get(&path).await?;
        let html = shown(&told);
        assert!(
            told.status.is_success() && html.contains("老街&lt;消防&gt;水池") && html.contains("在用"),
            "{html}"
        );
        assert!(
            html.matches("<script").count() == 1 && html.contains("<script src=/p/form.js defer>"),
            "{html}"
        );
        assert!(html.len() < 14_000 && told.headers.get("set-cookie").is_none());
        let id = text(&page, "id");
        assert!(
            html.contains(&format!("href=\"/m/facility/{id}\"")),
            "whoever keeps it gets on from here: {html}"
        );
        assert!(shown(&anybody.get(&format!("{path}?lang=en")).await?).contains("Report a problem"));
        assert_eq!(anybody.get("/p/f-nothing").await?.status, StatusCode::NOT_FOUND);

        // What was chosen and written comes back with the refusal, in the reader's language.
        let told = report(&town, &path, "trouble=sunk&words=<沉了>", None).await?;
        assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
        let back = shown(&told);
        for held in ["role=alert", "没有提交成功", "请选择是什么问题", ">&lt;沉了&gt;</textarea>"]
        {
            assert!(back.contains(held), "{held}: {back}");
        }
        let long = format!("trouble=leaking&words={}", "长".repeat(301));
        let back = shown(&report(&town, &format!("{path}?lang=en"), &long, None).await?);
        assert!(
            back.contains("value=leaking required checked>") && back.contains("at most 300 characters"),
            "{back}"
        );
        assert!(back.contains(&"长".repeat(301)), "all of it: {back}");
        let told = report(&town, &path, "trouble=no_water&words=打开没水", None).await?;
        let at = told.headers.get("location").and_then(|at| at.to_str().ok()).unwrap_or_default().to_owned();
        assert!(told.status == StatusCode::SEE_OTHER && at.starts_with(&path), "{} {at}", told.status);
        assert!(shown(&anybody.get(&at).await?).contains("已收到"), "reloading sends nothing again");
        report(&town, &path, "trouble=leaking", None).await?;
        let photo = common::field::png(7);
        let told = report(&town, &path, "trouble=no_water", Some(b"no picture")).await?;
        assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", shown(&told));
        assert!(shown(&told).contains("class=again>照片请重新选择"), "{}", shown(&told));
        assert_eq!(
            report(&town, &path, "trouble=no_water", Some(&photo)).await?.status,
            StatusCode::SEE_OTHER
        );
        let known = staff.get(&reports).await?.ok()?;
        let items = known["items"].as_array().cloned().unwrap_or_default();
        assert_eq!(items.len(), 2, "one about the same thing stands for all of them");
        report(&town, &path, "trouble=leaking&words=管子接口一直滴水", None).await?;
        let known = staff.get(&reports).await?.ok()?;
        let items = known["items"].as_array().cloned().unwrap_or_default();
        let leaking = items.iter().find(|one| text(&one["trouble"], "code") == "leaking");
        let further = leaking.map(|one| one["further"].clone()).unwrap_or_default();
        assert_eq!(text(&further[0], "text"), "管子接口一直滴水", "nobody's words are lost");
        assert!(!text(&further[0], "at").is_empty() && items.len() == 2, "{known}");
        let with = items.iter().find(|one| text(&one["trouble"], "code") == "no_water");
        let pictures = with.and_then(|one| one["photos"].as_array()).cloned().unwrap_or_default();
        assert_eq!(pictures.len(), 1, "and has their picture");
        assert_eq!(pictures[0]["complete"], true);
        let seen = staff.get(&format!("/api/v1/photos/{}", text(&pictures[0], "id"))).await?;
        assert!(seen.status.is_success() && seen.bytes != photo, "drawn anew");
        let still = staff.get(&format!("/api/v1/facilities/{}", text(&page, "id"))).await?.ok()?;
        assert_eq!((&still["water_counts"], text(&still["stage"], "code")), (&json!(true), "in_service"));
        let listed = staff.get("/api/v1/facilities?reported=true").await?.ok()?;
        assert_eq!(listed["total"], 1);
        let work = staff.get("/api/v1/workbench").await?.ok()?.to_string();
        assert!(work.contains("facility_reports"), "{work}");

        let of = |trouble: &str| {
            let found = items.iter().find(|one| text(&one["trouble"], "code") == trouble);
            format!("{reports}/{}", found.map(|one| text(one, "id")).unwrap_or_default())
        };
        let mut far = town.login("staff2").await?;
        let decision = json!({ "confirmed": true, "version": 2 });
        assert_eq!(far.post(&of("no_water"), decision.clone()).await?.status, StatusCode::FORBIDDEN);
        let unsaid = staff.post(&of("leaking"), json!({ "confirmed": false, "version": 2 })).await?;
        assert_eq!(unsaid.code(), "facility.no_reason");
        staff
            .post(&of("leaking"), json!({ "confirmed": false, "text": "到场看过，不漏", "version": 2 }))
            .await?
            .ok()?;
        let page = staff.post(&of("no_water"), decision.clone()).await?.ok()?;
        assert_eq!((&page["water_counts"], text(&page["stage"], "code")), (&json!(false), "fault"));
        assert_eq!(text(&page, "fault"), "群众报告“没有水、不出水”：打开没水");
        assert_eq!(staff.post(&of("no_water"), decision).await?.code(), "facility.report_decided");
        assert!(shown(&anybody.get(&path).await?).contains("故障，等待维修"));
        assert_eq!(staff.get("/api/v1/facilities?reported=true").await?.ok()?["total"], 0);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn its_page_says_that_nobody_looked_in_time() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let page = pool(&mut clerk).await?;
        let path = format!("/p/f-{}", text(&page, "id"));
        let on = text(&page, "checked_on").to_owned();
        let mut anybody = Browser::new(&town.router);
        assert!(!shown(&anybody.get(&path).await?).contains("没有检查"), "its interval runs still");
        town.clock.advance_days(93);
        let html = shown(&anybody.get(&path).await?);
        let since = if on.is_empty() {
            "投用后还没有检查过".to_owned()
        } else {
            format!("{on} 以后没有检查")
        };
        assert!(html.contains(&format!("在用，{since}")), "{html}");
        assert!(shown(&anybody.get(&format!("{path}?lang=en")).await?).contains("not checked since"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn nobody_floods_it() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let page = pool(&mut clerk).await?;
        let path = format!("/p/f-{}", text(&page, "id"));
        let mut last = StatusCode::OK;
        for _ in 0..7 {
            last = report(&town, &path, "trouble=sunk", None).await?.status;
        }
        assert_eq!(last, StatusCode::UNPROCESSABLE_ENTITY, "what is refused does not count");
        for _ in 0..7 {
            last = report(&town, &path, "trouble=broken", None).await?.status;
        }
        assert_eq!(last, StatusCode::TOO_MANY_REQUESTS, "six an hour from one address about one facility");
        let other = json!({ "kind": "fire_pool", "name": "下街水池", "territory": V1, "found": true,
            "shape": { "type": "Point", "coordinates": [105.873, 29.268] } });
        let other = clerk.post("/api/v1/facilities", other).await?.ok()?;
        let other = format!("/p/f-{}", text(&other, "id"));
        let told = report(&town, &other, "trouble=broken", None).await?;
        assert_eq!(
            told.status,
            StatusCode::SEE_OTHER,
            "neighbours behind the same address report another one"
        );
        assert!(clerk.get(&path).await?.status.is_success(), "reading goes on");
        Ok(())
    })
    .await
}
