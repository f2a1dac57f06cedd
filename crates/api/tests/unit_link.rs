//! Stories of the unit owner at the door: a code on paper instead of a login.

use anyhow::Context;
use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common;
use crate::common::{Browser, Told, Town, V1, shop, town};

const SHOP: &str = "01a00000-0000-7000-8000-000000000101";
const HAZARD: &str = "01a00000-0000-7000-8000-000000000201";
const BEFORE: &str = "01a00000-0000-7000-8000-000000000301";
const AFTER: &str = "01a00000-0000-7000-8000-000000000302";

async fn step(who: &mut Browser, body: Value) -> anyhow::Result<Value> {
    let page = who.get(&format!("/api/v1/hazards/{HAZARD}")).await?.ok()?;
    let mut body = body;
    body["version"] = page["version"].clone();
    who.post(&format!("/api/v1/hazards/{HAZARD}/steps"), body).await?.ok()
}

/// A town in which a shop was advised to clear its stairs, with a picture.
async fn advised(fresh: &testkit::Fresh) -> anyhow::Result<(Town, Browser)> {
    let town = town(fresh).await?;
    shop(&town, SHOP, "老街五金店", V1).await?;
    let mut staff = town.login("staff1").await?;
    let path = format!("/api/v1/photos/{BEFORE}?object_kind=hazard&object_id={HAZARD}&role=before");
    staff.send_picture(&path, 1).await?.ok()?;
    let body = json!({
        "id": HAZARD, "place": SHOP, "hazard_code": "H01.1", "description": "楼梯间堆放货物", "photos": [BEFORE],
    });
    staff.post("/api/v1/hazards", body).await?.ok()?;
    let links = format!("/api/v1/hazards/{HAZARD}/links");
    let early = staff.post(&links, json!({ "days": 30 })).await?;
    assert_eq!(early.code(), "unit.nothing_asked", "first the notice, then the code");
    step(&mut staff, json!({ "step": "grade", "level": "general" })).await?;
    step(&mut staff, json!({ "step": "advise", "text": "请清空楼梯间" })).await?;
    step(&mut staff, json!({ "step": "serve", "method": "direct" })).await?;
    Ok((town, staff))
}

#[tokio::test]
async fn a_link_begins_with_the_configured_address_whatever_the_browser_says() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut staff) = advised(&fresh).await?;
        let host = [("host", "evil.example"), ("content-type", "application/json")];
        let path = format!("/api/v1/hazards/{HAZARD}/links");
        let ask = || json!({ "days": 30 }).to_string().into_bytes();
        let said = staff.send(axum::http::Method::POST, &path, &host, ask()).await?.ok()?;
        assert!(said["url"].as_str().is_some_and(|url| url.starts_with("http://evil.example/p/")), "{said}");
        let public_url = Some("https://xf.example.gov.cn".to_owned());
        let doors = api::Doors { app: town.app.clone(), secure: false, public_url };
        let town = Town { router: api::router(doors, axum::Router::new()), ..town };
        let mut staff = town.login("staff1").await?;
        let told = staff.send(axum::http::Method::POST, &path, &host, ask()).await?.ok()?;
        let url = told["url"].as_str().unwrap_or_default();
        assert!(url.starts_with("https://xf.example.gov.cn/p/"), "{url}");
        Ok(())
    })
    .await
}

async fn link(who: &mut Browser, days: u16) -> anyhow::Result<Value> {
    who.post(&format!("/api/v1/hazards/{HAZARD}/links"), json!({ "days": days })).await?.ok()
}

fn code(link: &Value) -> anyhow::Result<String> {
    Ok(link["code"].as_str().context("a code")?.to_owned())
}

async fn send(who: &mut Browser, code: &str, photo: &str, shade: u8) -> anyhow::Result<Told> {
    who.send_picture(&format!("/api/v1/unit/{code}/photos/{photo}?object_kind=hazard&role=fix"), shade).await
}

#[tokio::test]
async fn the_unit_extends_once_and_hands_in_its_fix_by_the_code_alone() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut staff) = advised(&fresh).await?;
        let made = link(&mut staff, 30).await?;
        let code = code(&made)?;
        assert_eq!(code.chars().filter(char::is_ascii_alphanumeric).count(), 16, "{code}");
        assert!(made["url"].as_str().is_some_and(|url| url.ends_with(&format!("/p/{code}"))));
        assert!(made["qr_svg"].as_str().is_some_and(|svg| svg.contains("<svg")));

        let mut owner = Browser::new(&town.router);
        let path = format!("/api/v1/unit/{code}");
        let told = owner.get(&path).await?;
        assert!(told.headers.get(header::SET_COOKIE).is_none(), "no cookie");
        let seen = told.ok()?;
        assert_eq!(
            (seen["town_name"].as_str(), seen["place_name"].as_str()),
            (Some("青峰镇"), Some("老街五金店"))
        );
        assert_eq!(
            (seen["measure_text"].as_str(), seen["days_left"].as_i64()),
            (Some("请清空楼梯间"), Some(7))
        );
        assert_eq!((seen["can_fix"].as_bool(), seen["extension_cap"].as_i64()), (Some(true), Some(3)));
        assert_eq!(
            seen["contact"],
            json!({ "org": "场镇社区", "name": "李消防", "office_phone": "023-49000000" })
        );
        assert_eq!(seen["before"][0]["id"], BEFORE);
        assert_eq!(seen["progress"][2]["done"], true);
        let all = seen.to_string();
        assert!(
            !all.contains("13812345678") && !all.contains("p-staff1") && !all.contains("138100"),
            "{all}"
        );
        // Typed into the field of the public pages, it leads to the unit's page.
        let typed = owner.get(&format!("/p/receipt?code={}", code.to_lowercase())).await?;
        let bare: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        assert_eq!(typed.headers[header::LOCATION], format!("/p/{bare}"));
        assert_eq!(owner.get(&format!("/api/v1/unit/{bare}")).await?.status, StatusCode::OK);
        assert_eq!(seen["demo"], false, "a town's own data");
        // Read from paper: small letters, blanks for dashes.
        let spoken = code.to_lowercase().replace('-', "%20");
        assert_eq!(owner.get(&format!("/api/v1/unit/{spoken}")).await?.status, StatusCode::OK);
        assert_eq!(owner.get(&format!("{path}/photos/{BEFORE}")).await?.bytes, common::picture(1));

        let wish = json!({ "name": "杨老板", "days": 4, "reason": "等货架" });
        assert_eq!(owner.post(&format!("{path}/extension"), wish).await?.code(), "hazard.extension_too_long");
        let wish = json!({ "name": "杨老板", "days": 3, "reason": "等货架" });
        let seen = owner.post(&format!("{path}/extension"), wish.clone()).await?.ok()?;
        assert_eq!(
            (seen["extension_state"].as_str(), seen["can_ask_extension"].as_bool()),
            (Some("asked"), Some(false))
        );
        assert_eq!(owner.post(&format!("{path}/extension"), wish).await?.code(), "hazard.extension_pending");
        let page = step(&mut staff, json!({ "step": "grant_extension" })).await?;
        assert_eq!(page["deadline_on"], "2026-10-01");

        let fix = json!({ "name": "杨老板", "note": "已清空", "photos": [AFTER] });
        let fixes = format!("{path}/fix");
        assert_eq!(owner.post(&fixes, fix.clone()).await?.code(), "unit.photo_not_here");
        // A picture of the trouble itself does not show the fix.
        let same = json!({ "name": "杨老板", "note": "已清空", "photos": [BEFORE] });
        assert_eq!(owner.post(&fixes, same).await?.code(), "hazard.photo_reused");
        assert_eq!(send(&mut owner, &code, AFTER, 2).await?.ok()?["complete"], true);
        let nameless = json!({ "name": " ", "note": "已清空", "photos": [AFTER] });
        assert_eq!(owner.post(&fixes, nameless).await?.body["fields"][0]["field"], "name");
        let key = Some("01a00000-0000-7000-8000-0000000009ab");
        let first = owner.ask(Method::POST, &fixes, Some(fix.clone()), key).await?.ok()?;
        assert_eq!(
            (first["state"].as_str(), first["can_fix"].as_bool()),
            (Some("fix_submitted"), Some(false))
        );
        assert_eq!(first["fixes"][0]["complete"], true);
        assert_eq!(
            owner.get(&path).await?.ok()?["days_left"],
            Value::Null,
            "nothing more is awaited of the unit"
        );
        let again = owner.ask(Method::POST, &fixes, Some(fix.clone()), key).await?;
        assert_eq!(again.headers["idempotency-replayed"], "true");
        assert_eq!(again.ok()?, first, "the line broke before the answer came");
        let other = json!({ "name": "杨老板", "note": "别的", "photos": [AFTER] });
        assert_eq!(owner.ask(Method::POST, &fixes, Some(other), key).await?.code(), "operation.key_reused");

        let mut grid = town.login("grid1").await?;
        let photo = "01a00000-0000-7000-8000-000000000303";
        let at = format!("/api/v1/photos/{photo}?object_kind=hazard&object_id={HAZARD}&role=recheck");
        grid.send_picture(&at, 3).await?.ok()?;
        step(&mut grid, json!({ "step": "pass_recheck", "photos": [photo], "note": "已清" })).await?;
        let page = step(&mut staff, json!({ "step": "close" })).await?;
        assert_eq!(page["state"], "closed");
        let handed_in =
            page["timeline"].as_array().and_then(|all| all.iter().find(|e| e["step"] == "fix_submitted"));
        let handed_in = handed_in.context("the fix")?;
        assert_eq!(
            (handed_in["by"].as_str(), handed_in["hat_label"].as_str()),
            (Some("杨老板"), Some("单位"))
        );
        assert_eq!(page["links"][0]["opened_n"], 1, "several looks within ten minutes are one opening");
        let seen = owner.get(&path).await?.ok()?;
        assert!(seen["progress"].as_array().context("progress")?.iter().all(|phase| phase["done"] == true));
        assert_eq!(town.app.verify(&app::Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_code_that_ran_out_or_was_taken_back_says_whom_to_call() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut staff) = advised(&fresh).await?;
        for days in [0, 181] {
            let no = staff.post(&format!("/api/v1/hazards/{HAZARD}/links"), json!({ "days": days })).await?;
            assert_eq!(no.body["fields"][0]["field"], "days");
        }
        let taken_back = link(&mut staff, 30).await?;
        let runs_out = link(&mut staff, 1).await?;
        let mut neighbour = town.login("staff2").await?;
        let revoke =
            format!("/api/v1/hazards/{HAZARD}/links/{}/revoke", taken_back["id"].as_str().context("id")?);
        assert_eq!(neighbour.post(&revoke, json!({})).await?.code(), "not_found");
        let page = staff.post(&revoke, json!({})).await?.ok()?;
        assert_eq!(page["links"][0]["revoked"], true);
        let mut owner = Browser::new(&town.router);
        let told = owner.get(&format!("/api/v1/unit/{}", code(&taken_back)?)).await?;
        assert_eq!((told.status, told.code()), (StatusCode::FORBIDDEN, "unit.link_revoked"));
        assert!(
            told.body["detail"].as_str().is_some_and(|text| text.contains("023-49000000")),
            "{}",
            told.body
        );
        let path = format!("/api/v1/unit/{}", code(&runs_out)?);
        assert_eq!(owner.get(&path).await?.status, StatusCode::OK);
        // Handed out for a day, it lasts past the deadline of 28 September and the three working days of the re-check.
        assert!(runs_out["expires_at"].as_str() >= Some("2026-10-01T23:59"), "{runs_out}");
        town.clock.advance_days(7);
        assert_eq!(owner.get(&path).await?.status, StatusCode::OK, "on the last day of the deadline");
        let wish = json!({ "name": "杨老板", "days": 3, "reason": "等货架" });
        owner.post(&format!("{path}/extension"), wish).await?.ok()?;
        let mut staff = town.login("staff1").await?;
        let page = step(&mut staff, json!({ "step": "grant_extension" })).await?;
        assert_eq!(page["deadline_on"], "2026-10-01");
        let moved = page["links"][1]["expires_at"].as_str().unwrap_or_default();
        assert!(moved > runs_out["expires_at"].as_str().unwrap_or_default(), "moved along: {page}");
        town.clock.advance_days(3);
        assert_eq!(owner.get(&path).await?.status, StatusCode::OK, "on the last day of the extension");
        town.clock.advance_days(30);
        let told = owner.get(&path).await?;
        assert_eq!((told.status, told.code()), (StatusCode::FORBIDDEN, "unit.link_expired"));
        let no = send(&mut owner, &code(&runs_out)?, AFTER, 2).await?;
        assert_eq!(no.code(), "unit.link_expired");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_picture_of_the_find_is_known_again_whatever_was_written_into_it_and_an_old_one_is_marked()
-> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut staff) = advised(&fresh).await?;
        let raw = "ab".repeat(32);
        // As the phone sends it: another file each time, made from the one the camera kept.
        let seen = "01a00000-0000-7000-8000-000000000311";
        let found = "01a00000-0000-7000-8000-000000000211";
        let path = format!("/api/v1/photos/{seen}?object_kind=hazard&object_id={found}&role=before");
        staff.send_picture(&format!("{path}&original_sha256={raw}"), 4).await?.ok()?;
        let bad = "01a00000-0000-7000-8000-000000000313";
        let path = format!("/api/v1/photos/{bad}?object_kind=hazard&object_id={found}&role=before");
        let told = staff.send_picture(&format!("{path}&original_sha256=xy"), 4).await?;
        assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, "validation"));
        let body = json!({
            "id": found, "place": SHOP, "hazard_code": "H01.1", "description": "堆放货物", "photos": [seen],
        });
        staff.post("/api/v1/hazards", body).await?.ok()?;
        for body in [
            json!({ "step": "grade", "level": "general" }),
            json!({ "step": "advise", "text": "请清空楼梯间" }),
            json!({ "step": "serve", "method": "direct" }),
        ] {
            let mut body = body;
            body["version"] = staff.get(&format!("/api/v1/hazards/{found}")).await?.ok()?["version"].clone();
            staff.post(&format!("/api/v1/hazards/{found}/steps"), body).await?.ok()?;
        }
        let links = format!("/api/v1/hazards/{found}/links");
        let code = code(&staff.post(&links, json!({ "days": 30 })).await?.ok()?)?;
        let mut owner = Browser::new(&town.router);
        let photos = format!("/api/v1/unit/{code}/photos");
        let fixes = format!("/api/v1/unit/{code}/fix");
        let stamped = "01a00000-0000-7000-8000-000000000312";
        let about = format!("{photos}/{stamped}?object_kind=hazard&role=fix&original_sha256={raw}");
        owner.send_picture(&about, 5).await?.ok()?;
        let fix = |photo: &str| json!({ "name": "杨老板", "note": "已清空", "photos": [photo] });
        assert_eq!(owner.post(&fixes, fix(stamped)).await?.code(), "hazard.photo_reused");
        let old = "01a00000-0000-7000-8000-000000000314";
        let about = format!("{photos}/{old}?object_kind=hazard&role=fix&taken_at=2026-09-01T08:00:00Z");
        owner.send_picture(&about, 6).await?.ok()?;
        owner.post(&fixes, fix(old)).await?.ok()?;
        let page = staff.get(&format!("/api/v1/hazards/{found}")).await?.ok()?;
        let pair = &page["pairs"][0];
        assert_eq!(
            (&pair["before"]["early"], &pair["after"]["early"]),
            (&json!(false), &json!(true)),
            "{page}"
        );

        // Whoever looks again has all of it in the phone: what was asked, the words and the picture of the unit.
        let sync = staff.get("/api/v1/sync").await?.ok()?;
        let again = sync["rechecks"].as_array().into_iter().flatten().find(|one| one["id"] == found);
        let again = again.context("it waits for a re-check")?;
        assert_eq!(
            (&again["measure_text"], &again["fix"]["by"], &again["fix"]["note"]),
            (&json!("请清空楼梯间"), &json!("杨老板"), &json!("已清空"))
        );
        assert_eq!(
            (&again["pairs"][0]["after"]["id"], &again["pairs"][0]["after"]["early"]),
            (&json!(old), &json!(true))
        );
        let reported: Vec<_> =
            sync["reported"].as_array().into_iter().flatten().map(|one| &one["id"]).collect();
        assert_eq!(reported.len(), 2, "both finds of his own: {reported:?}");
        let grid = town.login("grid1").await?.get("/api/v1/sync").await?.ok()?;
        assert_eq!(grid["reported"], json!([]), "another's finds are not his");
        assert_eq!(town.app.verify(&app::Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_code_opens_one_hazard_and_guessing_is_slowed_and_stopped() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut staff) = advised(&fresh).await?;
        let made = code(&link(&mut staff, 30).await?)?;
        let mut owner = Browser::new(&town.router);
        // A picture of something else in the town.
        let elsewhere = "01a00000-0000-7000-8000-000000000309";
        let other = "01a00000-0000-7000-8000-000000000209";
        let path = format!("/api/v1/photos/{elsewhere}?object_kind=hazard&object_id={other}&role=before");
        staff.send_picture(&path, 9).await?.ok()?;
        let no = owner.get(&format!("/api/v1/unit/{made}/photos/{elsewhere}")).await?;
        assert_eq!((no.status, no.code()), (StatusCode::NOT_FOUND, "not_found"));
        let begun = std::time::Instant::now();
        for n in 0..9 {
            let told = owner.get(&format!("/api/v1/unit/AAAA-AAAA-AAAA-AAA{n}")).await?;
            assert_eq!((told.status, told.code()), (StatusCode::NOT_FOUND, "not_found"), "{n}");
        }
        assert!(begun.elapsed().as_millis() >= 9 * 400, "answered late");
        let told = owner.get(&format!("/api/v1/unit/{made}")).await?;
        assert_eq!((told.status, told.code()), (StatusCode::TOO_MANY_REQUESTS, "limit.too_many"));
        assert!(told.headers.contains_key(header::RETRY_AFTER));
        town.clock.advance_ms(15 * 60 * 1000);
        assert_eq!(owner.get(&format!("/api/v1/unit/{made}")).await?.status, StatusCode::OK);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn where_the_town_extends_nothing_nobody_asks_for_days_that_nobody_can_grant() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut staff) = advised(&fresh).await?;
        common::set_number(&town, "hazard.extension.share", 0.0).await?;
        let code = code(&link(&mut staff, 30).await?)?;
        let mut owner = Browser::new(&town.router);
        let path = format!("/api/v1/unit/{code}");
        let seen = owner.get(&path).await?.ok()?;
        assert_eq!((&seen["can_ask_extension"], &seen["extension_cap"]), (&json!(false), &json!(null)));
        let wish = json!({ "name": "杨老板", "days": 30, "reason": "等货架" });
        let told = owner.post(&format!("{path}/extension"), wish).await?;
        assert_eq!(told.code(), "hazard.extension_too_long");
        assert!(told.body["detail"].as_str().is_some_and(|text| text.contains("不能延期")), "{}", told.body);
        Ok(())
    })
    .await
}
