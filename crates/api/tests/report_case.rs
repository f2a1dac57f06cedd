//! Stories of reports: a stranger sends a photo from a placard and is answered; joined ones are told together; nobody but the
//! custodian learns who it was; what is no report gets one clear answer.

use app::Caller;
use app::parameter::{Decision, ParameterRecord};
use axum::http::{Method, StatusCode, header};
use domain::plan::{Basis, Parameter, Value as Setting};
use serde_json::{Value, json};
use testkit::{Fresh, both_databases};

use crate::common;
use crate::common::{Browser, PASSWORD, TOWN, Told, Town, V1, day, shop, town};

const SHOP: &str = "01a00000-0000-7000-8000-000000000101";
pub(crate) const NAME: &str = "金丝雀举报人";
pub(crate) const PHONE: &str = "13977776666";
const BOUNDARY: &str = "----report";

pub(crate) async fn founded(fresh: &Fresh) -> anyhow::Result<Town> {
    let town = town(fresh).await?;
    let system = Caller::system();
    town.app.ensure_shipped_checklists(&system, Some(day("2026-01-01"))).await?;
    town.app.install_shipped_plan(&system).await?;
    shop(&town, SHOP, "老街五金店", V1).await?;
    Ok(town)
}

/// The head's post keeps the names.
pub(crate) async fn name_custodian(town: &Town) -> anyhow::Result<()> {
    let name = town.app.db.read(&TOWN.into()).await?.posts().await?;
    let post = name.into_iter().find(|one| one.post.id.as_str() == "post-head");
    let record = ParameterRecord {
        id: "custodian".to_owned(),
        parameter: Parameter {
            name: "report_case.custodian_post".to_owned(),
            value: Setting::Text(post.map(|one| one.post.name).unwrap_or_default()),
            unit: "岗位名称".to_owned(),
            basis: Basis::TownSetting,
            source: "演示数据".to_owned(),
            effective_from: day("2026-01-01"),
        },
        decision: Decision::Decided,
        reason: "演示数据".to_owned(),
        proposed_by: "p-clerk".to_owned(),
        decided: None,
        version: 1,
        recorded_at: town.app.now(),
    };
    let mut tx = town.app.db.write(&TOWN.into()).await?;
    tx.insert_parameter(&record).await?;
    Ok(tx
        .commit(Caller::system().audit("parameter.decide", "parameter", "custodian", town.app.now()), ())
        .await?)
}

/// A form as a browser sends it.
fn multipart(fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, bytes) in files {
        let head = format!(
            "Content-Disposition: form-data; name=\"{name}\"; filename=\"a\"\r\nContent-Type: image/jpeg"
        );
        out.extend(format!("--{BOUNDARY}\r\n{head}\r\n\r\n").into_bytes());
        out.extend(*bytes);
        out.extend(b"\r\n");
    }
    for (name, value) in fields {
        let head = format!("Content-Disposition: form-data; name=\"{name}\"");
        out.extend(format!("--{BOUNDARY}\r\n{head}\r\n\r\n{value}\r\n").into_bytes());
    }
    out.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
    out
}

async fn send(
    town: &Town,
    path: &str,
    fields: &[(&str, &str)],
    photo: Option<&[u8]>,
) -> anyhow::Result<Told> {
    let files: Vec<(&str, &[u8])> = photo.into_iter().map(|bytes| ("photo", bytes)).collect();
    send_files(town, path, fields, &files).await
}

pub(crate) async fn send_files(
    town: &Town,
    path: &str,
    fields: &[(&str, &str)],
    files: &[(&str, &[u8])],
) -> anyhow::Result<Told> {
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let mut phone = Browser::new(&town.router);
    phone.header = false;
    phone.send(Method::POST, path, &[("content-type", &kind)], multipart(fields, files)).await
}

/// A blocked stairway in the first village; gives the receipt's code.
pub(crate) async fn blocked(
    town: &Town,
    more: &[(&str, &str)],
    photo: Option<&[u8]>,
) -> anyhow::Result<String> {
    let mut fields = vec![
        ("matter", "blocked_exit"),
        ("content", "二楼楼道堆满纸箱"),
        ("village", V1),
        ("address", "老街 12 号"),
    ];
    fields.extend(more);
    let told = send(town, "/p/report", &fields, photo).await?;
    assert_eq!(told.status, StatusCode::SEE_OTHER, "{}", said(&told));
    let at = told.headers[header::LOCATION].to_str()?;
    Ok(at.trim_start_matches("/p/r-").split('?').next().unwrap_or_default().to_owned())
}

pub(crate) fn said(told: &Told) -> String {
    String::from_utf8_lossy(&told.bytes).into_owned()
}

pub(crate) async fn receipt(town: &Town, code: &str) -> anyhow::Result<String> {
    let told = Browser::new(&town.router).get(&format!("/p/r-{code}")).await?;
    assert_eq!(told.status, StatusCode::OK);
    Ok(said(&told))
}

pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

pub(crate) async fn step(browser: &mut Browser, page: &Value, mut asked: Value) -> anyhow::Result<Told> {
    asked["version"] = page["version"].clone();
    browser.post(&format!("/api/v1/report-cases/{}/steps", text(page, "id")), asked).await
}

pub(crate) fn steps(page: &Value) -> Vec<&str> {
    let all = page["actions"].as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().filter_map(|one| one["code"].as_str()).collect()
}

pub(crate) async fn newest(browser: &mut Browser) -> anyhow::Result<Value> {
    let items = browser.get("/api/v1/report-cases").await?.items()?;
    let id = items.first().map(|row| text(row, "id").to_owned()).unwrap_or_default();
    browser.get(&format!("/api/v1/report-cases/{id}")).await?.ok()
}

/// Taken on and given to the first village.
async fn given(clerk: &mut Browser) -> anyhow::Result<Value> {
    let page = newest(clerk).await?;
    let page = step(clerk, &page, json!({ "step": "accept" })).await?.ok()?;
    step(clerk, &page, json!({ "step": "assign", "org": "village-1" })).await?.ok()
}

#[tokio::test]
async fn a_stranger_reports_is_answered_and_opens_it_again() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = founded(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let form = Browser::new(&town.router).get("/p/report").await?;
        assert!(said(&form).contains("举报火灾隐患") && form.headers.get(header::SET_COOKIE).is_none());

        let mut photo = common::field::png(7);
        photo.extend(b"GPSLatitude 29.26");
        let code = blocked(&town, &[], Some(&photo)).await?;
        assert!(receipt(&town, &code).await?.contains("已收到，等待受理"));

        let page = newest(&mut clerk).await?;
        assert_eq!((text(&page, "code"), &page["channel"]["code"]), ("JB-20260921-0001", &json!("qr")));
        assert_eq!(
            page["clocks"]["verify_by"], "2026-09-22T09:00:00.000+08:00",
            "a blocked exit within a day"
        );
        assert_eq!(
            (&page["due_at"], &page["overdue"]),
            (&json!("2026-09-22T09:00:00.000+08:00"), &json!(false)),
            "nothing is screened later than it must have been looked at"
        );
        assert_eq!(steps(&page), ["accept", "merge", "forward", "emergency", "ask_void"]);
        // The picture was drawn anew.
        let picture = format!("/api/v1/photos/{}", text(&page["pictures"][0], "id"));
        let picture = clerk.get(&picture).await?;
        assert_eq!(picture.headers[header::CONTENT_TYPE], "image/jpeg");
        assert!(!said(&picture).contains("GPSLatitude"));

        // Who has no part in it sees nothing of it; the village it lies in does.
        assert_eq!(
            town.login("unit").await?.get("/api/v1/report-cases").await?.status,
            StatusCode::FORBIDDEN
        );
        assert!(town.login("staff2").await?.get("/api/v1/report-cases").await?.items()?.is_empty());
        let told = step(&mut staff, &page, json!({ "step": "accept" })).await?;
        assert_eq!(told.status, StatusCode::FORBIDDEN, "screening is the office's");

        let page = given(&mut clerk).await?;
        let stays = common::stays(&mut clerk, "post-staff1", "report_case").await?;
        assert!(
            stays.iter().any(|line| line.contains(text(&page, "code"))),
            "it goes over with the post: {stays:?}"
        );
        assert_eq!(page["org"]["id"], "village-1");
        let seen = staff.get(&format!("/api/v1/report-cases/{}", text(&page, "id"))).await?.ok()?;
        assert_eq!(steps(&seen), ["handle", "doubt"]);
        let unfounded = json!({ "step": "handle", "finding": "unfounded", "text": "没有" });
        assert_eq!(step(&mut staff, &seen, unfounded).await?.code(), "report_case.doubt_first");
        let handled = json!({ "step": "handle", "finding": "confirmed", "text": "现场属实",
            "find": { "place": SHOP, "hazard_code": "H01.1", "description": "二楼楼梯间堆放纸箱" } });
        let page = step(&mut staff, &seen, handled).await?.ok()?;
        let hazard = text(&page["hazard"], "id").to_owned();
        let shown = clerk.get(&format!("/api/v1/hazards/{hazard}")).await?.ok()?;
        assert_eq!(shown["description"], "二楼楼梯间堆放纸箱");
        let place = clerk.get(&format!("/api/v1/places/{SHOP}")).await?.ok()?["risk_reasons"].to_string();
        assert!(place.contains("属实举报（1）"), "the look found out where: {place}");
        let picture = text(&page["pictures"][0], "id");
        assert!(!shown.to_string().contains(picture), "the unit never sees the reporter's picture");

        let page =
            step(&mut clerk, &page, json!({ "step": "reply", "text": "纸箱已责成清理" })).await?.ok()?;
        assert_eq!(
            step(&mut clerk, &page, json!({ "step": "close" })).await?.code(),
            "report_case.hazard_open"
        );
        let told = receipt(&town, &code).await?;
        assert!(told.contains("已答复") && told.contains("纸箱已责成清理"), "{told}");
        assert!(!told.contains("老街") && !told.contains("二楼"), "nothing of what was said, nor where");

        // The board counts it, and leads back to it.
        let shown = clerk.get("/api/v1/board/duties/C15.5").await?.ok()?.to_string();
        assert!(shown.contains("JB-20260921-0001"), "{shown}");

        let mut phone = Browser::new(&town.router);
        phone.header = false;
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let again = format!("/p/r-{code}");
        let told = phone
            .send(
                Method::POST,
                &again,
                &form,
                b"reason=%E5%8F%88%E5%A0%86%E8%B5%B7%E6%9D%A5%E4%BA%86".to_vec(),
            )
            .await?;
        assert_eq!(told.status, StatusCode::SEE_OTHER, "{}", said(&told));
        let page = newest(&mut clerk).await?;
        assert_eq!((&page["stage"]["code"], &page["reopened"]), (&json!("accepted"), &json!(1)));
        assert_eq!(
            (&page["events"][0]["by"]["name"], &page["events"][0]["text"]),
            (&json!("举报人"), &json!("又堆起来了"))
        );
        let told = phone.send(Method::POST, &again, &form, b"reason=x".to_vec()).await?;
        assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY, "it is open already");
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_is_no_report_gets_one_clear_answer() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = founded(&fresh).await?;
        let base = [("matter", "wiring"), ("content", "飞线充电"), ("address", "场坝")];
        // Forty megabytes of a picture that knows where it was taken.
        let mut large = b"\xff\xd8\xff\xe1Exif\0\0GPSLatitude 29.2611 GPSLongitude 105.8711".to_vec();
        large.resize(40 * 1024 * 1024, 0xff);
        let told = send(&town, "/p/report", &base, Some(&large)).await?;
        assert_eq!(told.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(said(&told).contains("照片超过 12 MB"), "{}", said(&told));
        assert!(!fresh.stolen()?.contains("GPSLatitude"), "nothing of it is kept");
        for (fields, photo, answer) in [
            (&base[..], Some(&b"%PDF-1.7"[..]), "不是能打开的照片"),
            (&base[..2], None, "请写明在哪里"),
            (&base[1..], None, "请选择是哪类问题"),
            (&[("matter", "wiring"), ("content", " "), ("address", "场坝")], None, "请写明看到了什么问题"),
            (&[("matter", "person"), ("content", "某人"), ("address", "镇上")], None, "请拨打政务服务热线"),
            (
                &[("matter", "wiring"), ("content", "飞线"), ("address", "场坝"), ("phone", "abc")],
                None,
                "不是电话号码",
            ),
        ] {
            let told = send(&town, "/p/report", fields, photo).await?;
            assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY, "{answer}");
            let page = said(&told);
            assert!(page.contains(answer), "{answer}: {page}");
            for (name, value) in fields.iter().filter(|(name, _)| matches!(*name, "address" | "phone")) {
                assert!(page.contains(&format!("value=\"{value}\"")), "{name} is kept: {page}");
            }
        }
        let english = send(&town, "/p/report?lang=en", &base[1..], None).await?;
        assert!(said(&english).contains("Please choose what it is about."));
        let missing = Browser::new(&town.router).get("/p/r-ABCDEFGHJKMNPQRSTUVWXYZ23456").await?;
        assert_eq!(missing.status, StatusCode::NOT_FOUND);
        assert!(said(&missing).contains("没有查到这件举报") && said(&missing).contains("求助和举报电话"));
        assert!(!said(&missing).contains("没有提交成功"), "nothing was sent");
        for wrong in ["/p/b-wrong", "/p/f-wrong"] {
            let told = Browser::new(&town.router).get(wrong).await?;
            assert_eq!(told.status, StatusCode::NOT_FOUND);
            assert!(said(&told).contains("求助和举报电话"), "{wrong}: {}", said(&told));
        }
        let typed = Browser::new(&town.router).get("/p/receipt?code=%20abcd-efgh%0d%0ax:y").await?;
        assert_eq!(typed.headers[header::LOCATION], "/p/r-ABCDEFGHXY");
        // What stands on a notice to mend opens the unit's own page.
        let typed = Browser::new(&town.router).get("/p/receipt?code=abcd-efgh-jkmn%20pqrs").await?;
        assert_eq!(typed.headers[header::LOCATION], "/p/ABCDEFGHJKMNPQRS");
        assert!(
            town.login("clerk").await?.get("/api/v1/report-cases").await?.items()?.is_empty(),
            "none was taken"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_form_sent_twice_is_one_report_and_a_thousand_from_one_phone_are_twenty() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = founded(&fresh).await?;
        let code = "ABCD-EFGH-JKMN-PQRS-TUVW-XYZ2-3456";
        let first = blocked(&town, &[("receipt", code)], None).await?;
        assert_eq!(blocked(&town, &[("receipt", code)], None).await?, first);
        let mut clerk = town.login("clerk").await?;
        assert_eq!(clerk.get("/api/v1/report-cases").await?.ok()?["total"], 1);
        let (mut taken, mut refused) = (2, 0);
        for _ in 0..1_000 {
            let fields = [("matter", "other"), ("content", "刷"), ("address", "某处")];
            match send(&town, "/p/report", &fields, None).await?.status {
                StatusCode::SEE_OTHER => taken += 1,
                StatusCode::TOO_MANY_REQUESTS => refused += 1,
                other => panic!("{other}"),
            }
        }
        assert_eq!((taken, refused), (20, 982));
        town.clock.advance_ms(61 * 60 * 1000);
        blocked(&town, &[], None).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn joined_reports_are_told_together_and_unfounded_takes_two() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = founded(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let first = blocked(&town, &[], Some(&crate::common::picture(9))).await?;
        let leading = given(&mut clerk).await?;
        let second = blocked(&town, &[("name", NAME)], None).await?;
        let page = newest(&mut clerk).await?;
        assert_eq!(page["alike"][0]["name"], leading["code"], "the office is shown what may be the same");
        let own = json!({ "step": "merge", "into": page["code"] });
        assert_eq!(step(&mut clerk, &page, own).await?.code(), "report_case.into_itself");
        let joined =
            step(&mut clerk, &page, json!({ "step": "merge", "into": leading["code"] })).await?.ok()?;
        assert_eq!(joined["merged_into"]["id"], leading["id"]);
        assert!(receipt(&town, &second).await?.contains("同一问题已有人举报"));
        // What was merged by mistake goes on by itself, and is merged again.
        assert_eq!(steps(&joined), ["separate", "ask_void"]);
        let apart = |text: &str| json!({ "step": "separate", "text": text });
        assert_eq!(step(&mut clerk, &joined, apart("")).await?.code(), "report_case.no_reason");
        let apart = step(&mut clerk, &joined, apart("不是同一处")).await?.ok()?;
        assert_eq!((&apart["stage"]["code"], &apart["merged_into"]), (&json!("accepted"), &Value::Null));
        assert!(!receipt(&town, &second).await?.contains("同一问题已有人举报"));
        let nowhere = json!({ "step": "merge", "into": "JB-20990101-9999" });
        let told = step(&mut clerk, &apart, nowhere).await?;
        assert_eq!(told.body["fields"][0]["code"], "report_case.into_unknown", "{}", told.body);
        step(&mut clerk, &apart, json!({ "step": "merge", "into": leading["code"] })).await?.ok()?;

        let leading = staff.get(&format!("/api/v1/report-cases/{}", text(&leading, "id"))).await?.ok()?;
        let mut shown = json!({ "step": "doubt", "text": "现场没有堆物" });
        let photo = "01a00000-0000-7000-8000-000000000a01";
        // None, what the reporter showed, what was never sent.
        for photos in [json!([]), json!([leading["pictures"][0]["id"]]), json!([photo])] {
            shown["photos"] = photos;
            let told = step(&mut staff, &leading, shown.clone()).await?;
            assert_eq!(told.code(), "report_case.no_photos", "{shown}");
        }
        let sent = format!(
            "/api/v1/photos/{photo}?object_kind=report_case&object_id={}&role=recheck",
            text(&leading, "id")
        );
        staff.send_picture(&sent, 3).await?.ok()?;
        let doubted = step(&mut staff, &leading, shown).await?.ok()?;
        assert_eq!(steps(&doubted), Vec::<&str>::new(), "not by the same person");
        let agree = json!({ "step": "agree_doubt" });
        assert_eq!(step(&mut staff, &doubted, agree.clone()).await?.code(), "report_case.same_person");
        let agreed = step(&mut clerk, &doubted, agree).await?.ok()?;
        assert_eq!(agreed["finding"]["code"], "unfounded");
        step(&mut clerk, &agreed, json!({ "step": "reply", "text": "现场核实未见堆物" })).await?.ok()?;
        for code in [&first, &second] {
            assert!(receipt(&town, code).await?.contains("现场核实未见堆物"), "both are told");
        }
        Ok(())
    })
    .await
}

/// A form as a browser sends it that has no file.
async fn posted(town: &Town, path: &str, body: &str) -> anyhow::Result<Told> {
    let mut phone = Browser::new(&town.router);
    phone.header = false;
    let form = [("content-type", "application/x-www-form-urlencoded")];
    phone.send(Method::POST, path, &form, body.as_bytes().to_vec()).await
}

#[tokio::test]
async fn what_a_stranger_reported_goes_away_by_two_hands_only() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = founded(&fresh).await?;
        let (mut clerk, mut head) = (town.login("clerk").await?, town.login("head").await?);
        let code = blocked(&town, &[], None).await?;
        let page = newest(&mut clerk).await?;
        let void = json!({ "step": "void", "text": "重复" });
        assert_eq!(step(&mut clerk, &page, void.clone()).await?.code(), "report_case.stage", "not at once");
        let bare = json!({ "step": "ask_void" });
        assert_eq!(step(&mut clerk, &page, bare).await?.code(), "report_case.no_reason");
        let asked = json!({ "step": "ask_void", "text": "测试二维码时误交" });
        let page = step(&mut clerk, &page, asked.clone()).await?.ok()?;
        assert_eq!((&page["stage"]["code"], &page["overdue"]), (&json!("void_asked"), &json!(false)));
        assert!(page["due_at"].is_string(), "its clock runs on");
        assert_eq!(page["void_asked"]["reason"], "测试二维码时误交");
        assert_eq!(steps(&page), Vec::<&str>::new(), "not by the same person");
        assert_eq!(step(&mut clerk, &page, void.clone()).await?.code(), "report_case.same_void");
        assert!(receipt(&town, &code).await?.contains("正在复核"));
        let seen = head.get(&format!("/api/v1/report-cases/{}", text(&page, "id"))).await?.ok()?;
        assert_eq!(steps(&seen), ["void", "reject_void"]);
        let kept =
            step(&mut head, &seen, json!({ "step": "reject_void", "text": "是真的举报" })).await?.ok()?;
        assert_eq!(kept["stage"]["code"], "received", "it is where it was");
        let page = newest(&mut clerk).await?;
        let page = step(&mut clerk, &page, asked).await?.ok()?;
        let gone = step(&mut head, &page, void).await?.ok()?;
        assert_eq!((&gone["stage"]["code"], &gone["void"]), (&json!("void"), &json!("测试二维码时误交")));
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_burns_becomes_an_incident_that_knows_nothing_of_who_reported() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = founded(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let at = ("point", "105.871234,29.261234");
        blocked(&town, &[("name", NAME), ("phone", PHONE), at], None).await?;
        let page = newest(&mut clerk).await?;
        assert_eq!(page["spot"], json!({ "lon": 105.871_234, "lat": 29.261_234 }), "where the sender stood");
        let page = step(&mut clerk, &page, json!({ "step": "emergency" })).await?.ok()?;
        let id = text(&page["incident"], "id").to_owned();
        let incident = clerk.get(&format!("/api/v1/incidents/{id}")).await?.ok()?;
        let shown = incident.to_string();
        assert!(shown.contains("二楼楼道堆满纸箱") && shown.contains(text(&page, "code")), "{shown}");
        assert!(!shown.contains(NAME) && !shown.contains(PHONE), "who reported stays sealed: {shown}");
        assert!(shown.contains("105.871234"), "{shown}");
        // By its own entry it comes to the watch's screen and to whoever is told of incidents.
        let audit = said(&town.login("auditor").await?.get("/api/v1/audit?limit=50").await?);
        assert!(audit.contains("incident.receive") && audit.contains("report_case.emergency"), "{audit}");
        // The same fire reported again joins it.
        blocked(&town, &[at], None).await?;
        let second = newest(&mut clerk).await?;
        let second = step(&mut clerk, &second, json!({ "step": "emergency" })).await?.ok()?;
        assert_eq!(second["incident"]["id"], id.as_str());
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_reporter_says_what_he_thinks_and_money_paid_stays_in_the_ledger() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = founded(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let code = blocked(&town, &[], None).await?;
        let back = format!("/p/r-{code}");
        let early = posted(&town, &back, "rating=satisfied").await?;
        assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY, "nothing was answered");
        let page = given(&mut clerk).await?;
        let handled = json!({ "step": "handle", "finding": "confirmed", "text": "已当场清理" });
        let page = step(&mut staff, &page, handled).await?.ok()?;
        let page = step(&mut clerk, &page, json!({ "step": "reply", "text": "已清理" })).await?.ok()?;
        assert!(receipt(&town, &code).await?.contains("您对办理结果满意吗？"));
        assert_eq!(posted(&town, &back, "rating=great").await?.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(posted(&town, &back, "rating=fair").await?.status, StatusCode::SEE_OTHER);
        assert!(receipt(&town, &code).await?.contains("您的评价：基本满意"));
        assert_eq!(posted(&town, &back, "rating=satisfied").await?.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = clerk.get(&format!("/api/v1/report-cases/{}", text(&page, "id"))).await?.ok()?;
        assert_eq!(
            (&page["rating"]["code"], &page["events"][0]["by"]["name"]),
            (&json!("fair"), &json!("举报人"))
        );
        step(&mut clerk, &page, json!({ "step": "reward", "amount_fen": 5_000 })).await?.ok()?;
        assert_eq!(posted(&town, &back, "reason=again").await?.status, StatusCode::SEE_OTHER);
        let ledger = clerk.get("/api/v1/report-cases/rewards").await?.ok()?;
        assert_eq!(
            (&ledger["total_fen"], &ledger["items"][0]["stage"]["code"]),
            (&json!(5_000), &json!("accepted"))
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn whoever_must_act_on_a_report_is_told_when_it_is_given_and_when_it_is_late() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = founded(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let system = Caller::system();
        blocked(&town, &[], None).await?;
        assert_eq!(town.app.tell_of_overdue_reports(&system).await?, 0, "nothing is late");
        let page = given(&mut clerk).await?;
        let told = |all: &Value, says: &str| {
            let items = all["items"].as_array().cloned().unwrap_or_default();
            let about = |one: &&Value| one["about_kind"] == "report_case" && text(one, "text").contains(says);
            let to = |one: &Value| text(&one["to"], "id").to_owned();
            items.iter().filter(about).map(to).collect::<Vec<_>>()
        };
        let all = clerk.get("/api/v1/messages").await?.ok()?;
        let given_to = told(&all, "请核实办理");
        assert!(
            given_to.contains(&"p-staff1".to_owned()) && !given_to.contains(&"p-staff2".to_owned()),
            "{all}"
        );
        // A day later nobody has looked: the village and the office are told, once.
        town.clock.advance_days(2);
        assert_eq!(town.app.tell_of_overdue_reports(&system).await?, 1);
        assert_eq!(town.app.tell_of_overdue_reports(&system).await?, 0, "each hears of a clock once");
        let mut clerk = town.login("clerk").await?;
        let all = clerk.get("/api/v1/messages").await?.ok()?;
        let late = told(&all, "还没有核实办结");
        assert!(
            late.contains(&"p-staff1".to_owned()) && late.contains(&"p-clerk".to_owned()),
            "{late:?} {page}"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_poster_leads_to_the_form_in_two_sizes() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = founded(&fresh).await?;
        let mut staff = town.login("staff1").await?;
        for size in ["", "?size=a4", "?size=a3"] {
            let told = staff.get(&format!("/api/v1/report-cases/poster{size}")).await?;
            assert_eq!((told.status, told.bytes.get(..5)), (StatusCode::OK, Some(&b"%PDF-"[..])), "{size}");
        }
        let huge = staff.get("/api/v1/report-cases/poster?size=huge").await?;
        assert_eq!(huge.body["fields"][0]["code"], "placard.word");
        let unit = town.login("unit").await?.get("/api/v1/report-cases/poster").await?;
        assert_eq!(unit.status, StatusCode::FORBIDDEN);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn nobody_but_the_custodian_learns_who_it_was() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = founded(&fresh).await?;
        let (mut clerk, mut head) = (town.login("clerk").await?, town.login("head").await?);
        blocked(&town, &[("name", NAME), ("phone", PHONE)], None).await?;
        let key = "01a00000-0000-7000-8000-00000000ee01";
        let call = json!({ "channel": "telephone", "matter": "equipment", "content": "消火栓没有水", "territory": V1,
            "address": "老街口", "name": NAME, "phone": PHONE });
        let taken = clerk.ask(Method::POST, "/api/v1/report-cases", Some(call), Some(key)).await?.ok()?;
        assert!(text(&taken, "url").contains("/p/r-") && taken["qr_svg"].as_str().is_some());
        assert_eq!(taken["clocks"]["screen_by"], "2026-09-21T09:30:00.000+08:00", "an urgent call within half an hour");
        let page = newest(&mut clerk).await?;
        assert_eq!(page["has_contact"], true);
        let reveal = format!("/api/v1/report-cases/{}/reporter", text(&page, "id"));
        let why = json!({ "reason": "回访核实位置" });
        assert_eq!(head.post(&reveal, why.clone()).await?.code(), "report_case.no_custodian");
        name_custodian(&town).await?;
        assert_eq!(clerk.post(&reveal, why.clone()).await?.code(), "report_case.not_custodian");
        assert_eq!(town.login("auditor").await?.post(&reveal, why.clone()).await?.status, StatusCode::FORBIDDEN);
        assert_eq!(head.post(&reveal, json!({ "reason": "" })).await?.status, StatusCode::UNPROCESSABLE_ENTITY);
        town.clock.advance_ms(6 * 60 * 1000);
        assert_eq!(head.post(&reveal, why.clone()).await?.code(), "session.step_up_needed");
        head.post("/api/v1/session/step-up", json!({ "password": PASSWORD })).await?.ok()?;
        let reveal_key = "01a00000-0000-7000-8000-00000000ee02";
        let told = head.ask(Method::POST, &reveal, Some(why), Some(reveal_key)).await?.ok()?;
        assert_eq!((text(&told, "name"), text(&told, "phone")), (NAME, PHONE));

        // The canary sings nowhere else.
        let mut auditor = town.login("auditor").await?;
        let audit = auditor.get("/api/v1/audit?limit=200").await?;
        assert!(said(&audit).contains("reporter.reveal") && said(&audit).contains("回访核实位置"), "each reading is on record");
        let id = text(&page, "id");
        let paths = [
            "/api/v1/report-cases".to_owned(),
            format!("/api/v1/report-cases/{id}"),
            "/api/v1/report-cases/rewards".to_owned(),
            "/api/v1/report-cases?q=%E9%87%91%E4%B8%9D%E9%9B%80".to_owned(),
            "/api/v1/search?q=%E9%87%91%E4%B8%9D%E9%9B%80".to_owned(),
            "/api/v1/workbench".to_owned(),
            "/api/v1/sync".to_owned(),
            "/api/v1/board/duties/C15.5".to_owned(),
            "/api/v1/audit?limit=200".to_owned(),
        ];
        for browser in [&mut clerk, &mut head, &mut auditor] {
            for path in &paths {
                let told = said(&browser.get(path).await?);
                assert!(!told.contains(NAME) && !told.contains(PHONE), "{path}");
            }
        }
        let stolen = fresh.stolen()?;
        assert!(stolen.contains("二楼楼道堆满纸箱"), "the thief looks well");
        assert!(!stolen.contains(NAME) && !stolen.contains(PHONE), "neither in the database");
        assert!(!stolen.contains(text(&taken, "receipt")), "nor the receipt's code");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_office_takes_calls_hands_on_and_pays_by_number() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = founded(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let order = json!({ "channel": "line12345", "ext_no": "CQ2026-0001", "matter": "wiring", "content": "充电线",
            "place": SHOP, "received_at": "2026-09-18T10:00:00+08:00" });
        let page = clerk.post("/api/v1/report-cases", order.clone()).await?.ok()?;
        assert_eq!((&page["place"]["id"], &page["territory"]["id"]), (&json!(SHOP), &json!(V1)));
        let twice = clerk.post("/api/v1/report-cases", order.clone()).await?;
        assert_eq!(twice.body["fields"][0]["code"], "report_case.ext_no");
        let mut wrong = order;
        wrong["ext_no"] = json!("CQ2026-0002");
        wrong["received_at"] = json!("2026-09-22T10:00:00+08:00");
        assert_eq!(clerk.post("/api/v1/report-cases", wrong).await?.body["fields"][0]["code"], "report_case.received_at");

        let page = given(&mut clerk).await?;
        let seen = staff.get(&format!("/api/v1/report-cases/{}", text(&page, "id"))).await?.ok()?;
        let found = json!({ "step": "handle", "finding": "partly", "text": "一处飞线已拆除" });
        let shown = format!("/api/v1/places/{SHOP}");
        let before = clerk.get(&shown).await?.ok()?["risk"]["points"].as_i64();
        let page = step(&mut staff, &seen, found).await?.ok()?;
        let place = clerk.get(&shown).await?.ok()?;
        let why = place["risk_reasons"].to_string();
        assert!(why.contains("属实举报（1）"), "each point says why: {why}");
        assert_eq!(place["risk"]["points"].as_i64(), before.map(|points| points + 4));
        let page = step(&mut clerk, &page, json!({ "step": "reply", "text": "已拆除" })).await?.ok()?;
        let page = step(&mut clerk, &page, json!({ "step": "reward", "amount_fen": 20_000 })).await?.ok()?;
        let page = step(&mut clerk, &page, json!({ "step": "close" })).await?.ok()?;
        assert_eq!(page["stage"]["code"], "closed");
        let ledger = clerk.get("/api/v1/report-cases/rewards").await?.ok()?;
        assert_eq!((&ledger["total_fen"], &ledger["items"][0]["code"]), (&json!(20_000), &page["code"]));
        assert_eq!(staff.get("/api/v1/report-cases/rewards").await?.status, StatusCode::FORBIDDEN);

        let person = json!({ "channel": "visit", "matter": "person", "content": "某人态度差", "territory": V1 });
        let page = clerk.post("/api/v1/report-cases", person).await?.ok()?;
        assert_eq!(steps(&page), ["forward", "merge", "ask_void"]);
        let on = json!({ "step": "forward", "to": "镇纪检监察室", "text": "不属消防安全问题，已转镇纪检监察室" });
        let page = step(&mut clerk, &page, on).await?.ok()?;
        assert_eq!((&page["stage"]["code"], page["replied_at"].is_null()), (&json!("forwarded"), false));

        // What waits is on the first page of who must act; three working days later it is late.
        blocked(&town, &[], None).await?;
        let bench = clerk.get("/api/v1/workbench").await?.ok()?.to_string();
        assert!(bench.contains("reports_to_screen") && !bench.contains("reports_late"), "{bench}");
        town.clock.advance_days(3);
        let mut clerk = town.login("clerk").await?;
        let bench = clerk.get("/api/v1/workbench").await?.ok()?.to_string();
        assert!(bench.contains("reports_late"), "{bench}");
        let late = clerk.get("/api/v1/report-cases?overdue=true").await?.items()?;
        assert_eq!(late.len(), 1);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_report_from_before_spring_festival_is_due_after_it() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = founded(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        for (matter, verify_by, reply_by) in [
            // Saturday the 14th is worked; then nine days off. What blocks an exit does not wait for them.
            ("wiring", "2026-02-25T23:59:59.999+08:00", "2026-03-12T23:59:59.999+08:00"),
            ("blocked_exit", "2026-02-14T16:00:00.000+08:00", "2026-03-12T23:59:59.999+08:00"),
        ] {
            let told = json!({ "channel": "telephone", "matter": matter, "content": "年前反映的问题", "territory": V1,
                "address": "老街口", "received_at": "2026-02-13T16:00:00+08:00" });
            let taken = clerk.post("/api/v1/report-cases", told).await?.ok()?;
            let clocks = &taken["clocks"];
            assert_eq!((text(clocks, "verify_by"), text(clocks, "reply_by")), (verify_by, reply_by), "{matter}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_place_is_pointed_at_on_a_map_of_public_things_alone() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = founded(&fresh).await?;
        let mut anybody = Browser::new(&town.router);
        let form = said(&anybody.get("/p/report").await?);
        assert!(form.contains("在地图上指|") && !form.contains("map.js"), "nothing of the map comes with the form");
        assert!(said(&anybody.get("/p/map.js").await?).contains("pointOnMap"));
        // A town that knows no road and no border says so, and the words remain.
        assert_eq!(anybody.get("/p/map.json").await?.ok()?["bounds"], Value::Null);

        let mut staff = town.login("staff1").await?;
        for (name, private, at) in [("老街", false, 29.26), ("杨家院坝私路", true, 29.27)] {
            let road = json!({ "name": name, "rank": "village_main", "territory": V1, "width_m": 4.0, "height_m": 4.5,
                "private": private, "surveyed_on": "2026-03-01", "wet_season": "passable", "source": "皮尺",
                "geometry": { "type": "LineString", "coordinates": [[105.87, at], [105.87001, at], [105.88, at]] } });
            staff.post("/api/v1/roads", road).await?.ok()?;
        }
        let told = anybody.get("/p/map.json").await?;
        assert_eq!(told.headers[header::CACHE_CONTROL], "max-age=3600");
        let ground = told.ok()?;
        let names: Vec<&str> =
            ground["roads"].as_array().into_iter().flatten().filter_map(|one| one["name"].as_str()).collect();
        assert_eq!(names, ["老街"], "what its owner closed leads to somebody's house");
        assert_eq!(ground["roads"][0]["line"], json!([[105.87, 29.26], [105.88, 29.26]]), "a finger is broader");
        assert_eq!(ground["bounds"], json!([105.87, 29.26, 105.88, 29.26]));
        // Neither the places of the register nor anybody in them.
        let whole = ground.to_string();
        assert!(!whole.contains("老街五金店") && !whole.contains("李消防"), "{whole}");

        // Pointed at, it needs no words, and lies in the village that reaches so far.
        let square = json!({ "type": "Polygon", "coordinates": [[[105.86, 29.25], [105.89, 29.25], [105.89, 29.28], [105.86, 29.28], [105.86, 29.25]]] });
        let drawn = json!({ "area": square, "from": "2026-01-01", "source": "区民政局界线图" });
        town.login("admin").await?.put(&format!("/api/v1/territories/{V1}/boundary"), drawn).await?.ok()?;
        let ground = anybody.get("/p/map.json").await?.ok()?;
        assert_eq!((&ground["villages"][0]["name"], ground["borders"].as_array().map(Vec::len)), (&json!("场镇社区"), Some(1)));
        let fields = [("matter", "wiring"), ("content", "楼道飞线"), ("village", ""), ("address", ""), ("point", "105.875000,29.260000")];
        assert_eq!(send(&town, "/p/report", &fields, None).await?.status, StatusCode::SEE_OTHER);
        let page = newest(&mut town.login("clerk").await?).await?;
        assert_eq!(page["spot"], json!({ "lon": 105.875, "lat": 29.26 }), "{page}");
        assert_eq!(page["territory"]["id"], V1, "nobody named it");
        for _ in 0..70 {
            if anybody.get("/p/map.json").await?.status == StatusCode::TOO_MANY_REQUESTS {
                return Ok(());
            }
        }
        anyhow::bail!("somebody may ask for the map without end")
    })
    .await
}
