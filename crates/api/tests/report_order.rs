//! Stories of orders from 12345 and 渝快办: a file becomes reports by their channel, sent twice it says nothing new, a changed
//! order is shown and overwrites nothing, bad cells are named, who called is told to nobody; answers go back once.

use app::Caller;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Fresh, both_databases};

use crate::common::ledger::{self, choice, send};
use crate::common::{Browser, Told, Town, V1, day, reading_town};

const NAME: &str = "金丝雀来电人";
const PHONE: &str = "13977776666";
const HEADER: &str =
    "工单编号,工单来源,工单标题,诉求内容,问题分类,所属村,事发地点,派单时间,办结时限,来电人,来电号码";

fn file(rows: &[&str]) -> String {
    let rows: Vec<String> = rows.iter().map(|row| format!("{row},{NAME},{PHONE}\r\n")).collect();
    format!("{HEADER}\r\n{}", rows.concat())
}

const FIRST: &str = "YB-1,12345,反映楼道堵塞,二楼楼道堆满纸箱,消防通道堵塞,场镇社区,老街 12 号,2026-09-20 09:30,2026-09-25 18:00";
const SECOND: &str = "YK-2,渝快办,,门市存放液化气罐,燃气安全,,老街 21 号,2026-09-20,2026-09-30";
const CHANGED: &str = "YB-1,12345,反映楼道堵塞,二楼楼道堆满纸箱,消防通道堵塞,场镇社区,老街 12 号,2026-09-20 09:30,2026-09-23 18:00";

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

async fn founded(fresh: &Fresh) -> anyhow::Result<Town> {
    let town = reading_town(fresh).await?;
    let system = Caller::system();
    town.app.ensure_shipped_checklists(&system, Some(day("2026-01-01"))).await?;
    town.app.install_shipped_plan(&system).await?;
    Ok(town)
}

async fn upload(browser: &mut Browser, name: &str, bytes: Vec<u8>) -> anyhow::Result<Told> {
    send(browser, "reports12345", name, bytes).await
}

async fn work(town: &Town, browser: &mut Browser, view: &Value, what: &str) -> anyhow::Result<Value> {
    let job = ledger::work(town, browser, view, what, &choice(view)).await?;
    anyhow::ensure!(job["state"] == "done", "{job}");
    Ok(job["result"].clone())
}

async fn take(town: &Town, browser: &mut Browser, name: &str, bytes: Vec<u8>) -> anyhow::Result<Value> {
    let view = upload(browser, name, bytes).await?.ok()?;
    work(town, browser, &view, "commit").await
}

fn numbers(report: &Value) -> [i64; 4] {
    ["rows", "created", "updated", "unchanged"].map(|key| report[key].as_i64().unwrap_or(-1))
}

async fn step(browser: &mut Browser, id: &str, mut asked: Value) -> anyhow::Result<Value> {
    let page = browser.get(&format!("/api/v1/report-cases/{id}")).await?.ok()?;
    asked["version"] = page["version"].clone();
    browser.post(&format!("/api/v1/report-cases/{id}/steps"), asked).await?.ok()
}

/// Leads a report to its answer.
async fn answer(clerk: &mut Browser, id: &str, reply: &str) -> anyhow::Result<()> {
    for asked in [
        json!({ "step": "accept" }),
        json!({ "step": "assign", "org": "office" }),
        json!({ "step": "handle", "finding": "confirmed", "text": "现场属实，已清理" }),
        json!({ "step": "reply", "text": reply }),
    ] {
        step(clerk, id, asked).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_file_of_orders_becomes_reports_and_sent_again_says_nothing_new() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = founded(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let mut staff = town.login("staff1").await?;
        assert_eq!(
            upload(&mut staff, "a.csv", file(&[FIRST]).into_bytes()).await?.status,
            StatusCode::FORBIDDEN
        );

        // Headers are guessed; what says who called is shown to nobody.
        let bytes = file(&[FIRST, SECOND]).into_bytes();
        let view = upload(&mut clerk, "gd.csv", bytes.clone()).await?.ok()?;
        let fields: Vec<String> =
            list(&view["columns"]).iter().map(|c| text(c, "/field").to_owned()).collect();
        assert_eq!(
            fields,
            [
                "ext_no",
                "channel",
                "title",
                "content",
                "matter",
                "village",
                "address",
                "received_at",
                "due_at",
                "name",
                "phone"
            ]
        );
        assert!(!view.to_string().contains(NAME) && !view.to_string().contains(PHONE), "{view}");
        let tried = work(&town, &mut clerk, &view, "dry-run").await?;
        assert_eq!((numbers(&tried), &tried["committed"]), ([2, 2, 0, 0], &json!(false)));
        let none = clerk.get("/api/v1/report-orders").await?.ok()?;
        assert_eq!(list(&none["items"]).len(), 0, "trying writes nothing");
        let done = work(&town, &mut clerk, &view, "commit").await?;
        assert_eq!((numbers(&done), &done["committed"]), ([2, 2, 0, 0], &json!(true)));

        let page = clerk.get("/api/v1/report-orders").await?.ok()?;
        let orders = list(&page["items"]);
        let order = |no: &str| orders.iter().find(|one| one["ext_no"] == no).cloned().unwrap_or_default();
        let (first, second) = (order("YB-1"), order("YK-2"));
        assert_eq!(
            (text(&first, "/channel/code"), text(&second, "/channel/code")),
            ("line12345", "yukuaiban")
        );
        assert_eq!(text(&first, "/due_at"), "2026-09-25T18:00:00.000+08:00");
        assert_eq!(text(&second, "/due_at"), "2026-09-30T23:59:59.999+08:00", "a day counts to its end");
        let id = text(&first, "/id").to_owned();
        let case = clerk.get(&format!("/api/v1/report-cases/{id}")).await?.ok()?;
        assert_eq!(text(&case, "/content"), "反映楼道堵塞：二楼楼道堆满纸箱");
        assert_eq!((text(&case, "/matter/code"), text(&case, "/territory/id")), ("blocked_exit", V1));
        assert_eq!(text(&case, "/received_at"), "2026-09-20T09:30:00.000+08:00");
        // Our clock runs from when it came; the other side's deadline stands beside it.
        assert_eq!(text(&case, "/clocks/verify_by"), "2026-09-21T09:30:00.000+08:00");
        assert_eq!(text(&case, "/order/due_at"), "2026-09-25T18:00:00.000+08:00");
        assert_eq!((&case["has_contact"], case.to_string().contains(NAME)), (&json!(true), false));

        // The very file again, and the same orders as Excel in other words: nothing new.
        let again = take(&town, &mut clerk, "gd.csv", bytes).await?;
        assert_eq!(numbers(&again), [2, 0, 0, 2]);

        // A changed deadline is shown, written beside the first, and overwrites nothing.
        let changed = take(&town, &mut clerk, "gd2.csv", file(&[CHANGED, SECOND]).into_bytes()).await?;
        assert_eq!(numbers(&changed), [2, 0, 1, 1]);
        let change = &changed["changes"][0];
        assert_eq!((text(change, "/id"), text(change, "/name")), (id.as_str(), "YB-1"));
        assert_eq!(list(&change["fields"]).len(), 1, "{change}");
        assert_eq!(
            (text(change, "/fields/0/before"), text(change, "/fields/0/after")),
            ("2026-09-25 18:00:00", "2026-09-23 18:00:00")
        );
        let after = clerk.get(&format!("/api/v1/report-cases/{id}")).await?.ok()?;
        assert_eq!((&after["version"], &after["content"]), (&case["version"], &case["content"]));
        assert_eq!(list(&after["order"]["told"]).len(), 2);
        assert_eq!(text(&after, "/order/due_at"), "2026-09-23T18:00:00.000+08:00");

        // Nothing but the sealed row knows who called: not the record, not the jobs, not the files of errors.
        let mut auditor = town.login("auditor").await?;
        let record = auditor.get("/api/v1/audit?limit=200").await?.ok()?.to_string();
        assert!(record.contains("import.commit") && !record.contains(NAME) && !record.contains(PHONE));
        let jobs = clerk.get("/api/v1/jobs").await?;
        assert!(!jobs.body.to_string().contains(NAME) && !jobs.body.to_string().contains(PHONE));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn orders_come_as_gbk_excel_and_json_and_bad_cells_keep_the_whole_file_back() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = founded(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let same = file(&[FIRST]);
        let (gbk, _, _) = encoding_rs::GBK.encode(&same);
        let report = take(&town, &mut clerk, "gbk.csv", gbk.into_owned()).await?;
        assert_eq!(numbers(&report), [1, 1, 0, 0]);
        let records = json!({ "total": 1, "rows": [{ "工单编号": "YB-1", "工单来源": "12345", "工单标题": "反映楼道堵塞",
            "诉求内容": "二楼楼道堆满纸箱", "问题分类": "消防通道堵塞", "所属村": "场镇社区", "事发地点": "老街 12 号",
            "派单时间": "2026-09-20 09:30:00", "办结时限": "2026-09-25 18:00", "来电人": NAME }] });
        let report = take(&town, &mut clerk, "gd.json", serde_json::to_vec(&records)?).await?;
        assert_eq!(numbers(&report), [1, 0, 0, 1], "the same order in another form is the same order");
        // The same as Excel: the file of errors holds the sender's own rows, and who called no more.
        let view = upload(&mut clerk, "gd.csv", file(&[FIRST, SECOND]).into_bytes()).await?.ok()?;
        work(&town, &mut clerk, &view, "dry-run").await?;
        let sheet = clerk.get(&format!("/api/v1/imports/{}/problems.xlsx", text(&view, "/id"))).await?;
        assert!(sheet.bytes.starts_with(b"PK"));
        let seen = upload(&mut clerk, "gd.xlsx", sheet.bytes.to_vec()).await?.ok()?;
        // Looked at as another kind of ledger nothing is hidden but what was taken out.
        let path = "/api/v1/imports?kind=places&name=gd.xlsx";
        let kind = [("content-type", "application/octet-stream")];
        let plain = clerk.send(Method::POST, path, &kind, sheet.bytes.to_vec()).await?.ok()?;
        let samples: Vec<String> = list(&plain["columns"])
            .iter()
            .flat_map(|column| list(&column["samples"]))
            .map(|cell| cell.as_str().unwrap_or_default().to_owned())
            .collect();
        assert!(samples.iter().any(|cell| cell == "YB-1") && samples.iter().all(|cell| cell != NAME), "{samples:?}");
        let report = work(&town, &mut clerk, &seen, "commit").await?;
        assert_eq!(numbers(&report), [2, 1, 0, 1]);

        // A good row and eight bad ones: none is taken, each bad cell is named.
        let bad = file(&[
            "YB-9,12345,,好的一行,,,,2026-09-20,",
            ",12345,,没有编号,,,,2026-09-20,",
            "YB-10,12345,,,,,,2026-09-20,",
            "YB-11,微信,,来源不认识,,,,2026-09-20,",
            "YB-12,12345,,村不认识,,火星村,,2026-09-20,",
            "YB-13,12345,,时间不对,,,,昨天下午,",
            "YB-14,12345,,还没到的日子,,,,2027-01-01,",
            "YB-15,12345,,时限早于派单,,,,2026-09-20,2026-09-01",
            "YB-9,12345,,编号重复,,,,2026-09-20,",
        ]);
        let report = take(&town, &mut clerk, "bad.csv", bad.into_bytes()).await?;
        let found: Vec<(i64, String, String)> = list(&report["problems"])
            .iter()
            .map(|p| (p["row"].as_i64().unwrap_or(0), text(p, "/column").to_owned(), text(p, "/code").to_owned()))
            .collect();
        for (row, column, code) in [
            (3, "A 工单编号", "cell.required"),
            (4, "D 诉求内容", "cell.required"),
            (5, "B 工单来源", "cell.unknown_term"),
            (6, "F 所属村", "report_order.village"),
            (7, "H 派单时间", "cell.date"),
            (8, "H 派单时间", "report_case.received_at"),
            (9, "I 办结时限", "report_order.due_before"),
            (10, "A 工单编号", "row.duplicate"),
        ] {
            let wanted = (row, column.to_owned(), code.to_owned());
            assert!(found.contains(&wanted), "{wanted:?} in {found:#?}");
        }
        assert_eq!((&report["committed"], report.to_string().contains(NAME)), (&json!(false), false));
        let page = clerk.get("/api/v1/report-orders?q=YB-9").await?.ok()?;
        assert_eq!(list(&page["items"]).len(), 0, "all or nothing");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn answers_go_back_in_the_other_sides_numbers_and_each_of_them_once() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = founded(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        take(&town, &mut clerk, "gd.csv", file(&[FIRST, SECOND]).into_bytes()).await?;
        let page = clerk.get("/api/v1/report-orders?stage=waiting").await?.ok()?;
        let ids: Vec<String> = list(&page["items"]).iter().map(|one| text(one, "/id").to_owned()).collect();
        assert_eq!((ids.len(), &page["may_send"]), (2, &json!(true)));
        let sent = clerk.post("/api/v1/report-orders/sent", json!({ "ids": ids })).await?.ok()?;
        assert_eq!((list(&sent["sent"]).len(), list(&sent["waiting"]).len()), (0, 2), "nothing to send yet");

        let first = list(&clerk.get("/api/v1/report-orders?q=YB-1").await?.ok()?["items"]);
        let id = text(&first[0], "/id").to_owned();
        answer(&mut clerk, &id, "您反映的楼道已清理").await?;
        let ready = clerk.get("/api/v1/report-orders?stage=ready").await?.ok()?;
        assert_eq!(list(&ready["items"]).len(), 1);
        assert_eq!(text(&ready, "/items/0/reply"), "您反映的楼道已清理");
        assert_eq!(staff.get("/api/v1/report-orders/answers/csv").await?.status, StatusCode::FORBIDDEN);
        let file = clerk.get("/api/v1/report-orders/answers/csv").await?;
        let written = String::from_utf8_lossy(&file.bytes).into_owned();
        let lines: Vec<&str> = written.lines().collect();
        assert_eq!(lines.len(), 2, "{written}");
        assert!(lines[0].contains("工单编号,来源,本镇编号,办理结果,答复内容"), "{written}");
        assert!(
            lines[1].starts_with("YB-1,12345,JB-") && lines[1].contains("属实,您反映的楼道已清理"),
            "{written}"
        );
        let json = clerk.get("/api/v1/report-orders/answers/json").await?;
        let answers: Value = serde_json::from_slice(&json.bytes)?;
        assert_eq!((text(&answers, "/0/ext_no"), text(&answers, "/0/finding")), ("YB-1", "属实"));
        let excel = clerk.get("/api/v1/report-orders/answers/xlsx").await?;
        assert!(excel.bytes.starts_with(b"PK"));
        let other = clerk.get("/api/v1/report-orders/answers/doc").await?;
        assert_eq!(
            (other.code(), text(&other.body, "/fields/0/code")),
            ("validation", "report_order.format")
        );

        // Noted once; asked again it says when, and nothing changes.
        let body = json!({ "ids": [id] });
        assert_eq!(
            staff.post("/api/v1/report-orders/sent", body.clone()).await?.status,
            StatusCode::FORBIDDEN
        );
        let sent = clerk.post("/api/v1/report-orders/sent", body.clone()).await?.ok()?;
        assert_eq!(sent["sent"], json!(["YB-1"]));
        let again = clerk.post("/api/v1/report-orders/sent", body.clone()).await?.ok()?;
        assert_eq!((&again["sent"], text(&again, "/already/0/ext_no")), (&json!([]), "YB-1"));
        assert!(!text(&again, "/already/0/sent_at").is_empty());
        assert_eq!(list(&clerk.get("/api/v1/report-orders?stage=ready").await?.ok()?["items"]).len(), 0);

        // Opened again and answered anew it waits to be sent once more.
        step(&mut clerk, &id, json!({ "step": "reopen", "text": "又堆起来了" })).await?;
        for asked in [
            json!({ "step": "assign", "org": "office" }),
            json!({ "step": "handle", "finding": "confirmed", "text": "再次清理" }),
            json!({ "step": "reply", "text": "已再次清理并上锁" }),
        ] {
            step(&mut clerk, &id, asked).await?;
        }
        let sent = clerk.post("/api/v1/report-orders/sent", body).await?.ok()?;
        assert_eq!(sent["sent"], json!(["YB-1"]));
        let case = clerk.get(&format!("/api/v1/report-cases/{id}")).await?.ok()?;
        assert_eq!((text(&case, "/order/stage/code"), list(&case["order"]["sent"]).len()), ("sent", 2));
        Ok(())
    })
    .await
}

const BOUNDARY: &str = "----line";

/// A form as a browser sends it from a placard or a poster; gives the receipt's code.
async fn by_code(town: &Town, content: &str) -> anyhow::Result<String> {
    let fields = [
        ("matter", "wiring"),
        ("content", content),
        ("village", V1),
        ("address", "院坝 5 号"),
        ("name", NAME),
    ];
    let mut body = String::new();
    for (name, value) in fields {
        body +=
            &format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    body += &format!("--{BOUNDARY}--\r\n");
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let mut phone = Browser::new(&town.router);
    phone.header = false;
    let told = phone.send(Method::POST, "/p/report", &[("content-type", &kind)], body.into_bytes()).await?;
    anyhow::ensure!(told.status == StatusCode::SEE_OTHER, "{}", String::from_utf8_lossy(&told.bytes));
    let at = told.headers[axum::http::header::LOCATION].to_str()?;
    Ok(at.trim_start_matches("/p/r-").split('?').next().unwrap_or_default().to_owned())
}

async fn receipt(town: &Town, code: &str) -> anyhow::Result<String> {
    let told = Browser::new(&town.router).get(&format!("/p/r-{code}")).await?;
    Ok(String::from_utf8_lossy(&told.bytes).into_owned())
}

/// S10: three people, three ways, one charging line.
#[tokio::test]
async fn the_same_line_reported_by_code_by_12345_and_by_open311_is_one_case_and_all_three_are_told()
-> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = founded(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let first = by_code(&town, "院坝飞线给电动车充电").await?;
        let order = "YB-77,12345,飞线充电,院坝飞线给电动车充电,电动自行车,场镇社区,院坝 5 号,2026-09-21 08:00,2026-09-28";
        take(&town, &mut clerk, "gd.csv", file(&[order]).into_bytes()).await?;
        let form = format!(
            "service_code=wiring&lat=29.26&long=105.87&first_name={NAME}&phone={PHONE}&description=flying+wire\
             &attribute%5Bwhere_exactly%5D=yard+5"
        );
        let mut program = Browser::new(&town.router);
        program.header = false;
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        let posted =
            program.send(Method::POST, "/open311/v2/requests.json", &kind, form.into_bytes()).await?;
        assert_eq!(posted.status, StatusCode::CREATED, "{}", posted.body);
        let request = text(&posted.body, "/0/service_request_id").to_owned();

        let rows = clerk.get("/api/v1/report-cases").await?.items()?;
        let by = |channel: &str| {
            rows.iter().find(|row| row["channel"]["code"] == channel).cloned().unwrap_or_default()
        };
        let (qr, hotline, api) = (by("qr"), by("line12345"), by("open311"));
        for other in [&hotline, &api] {
            let merge = json!({ "step": "merge", "into": qr["code"] });
            step(&mut clerk, text(other, "/id"), merge).await?;
        }
        let status = async || -> anyhow::Result<String> {
            let mut program = Browser::new(&town.router);
            let polled = program.get(&format!("/open311/v2/requests/{request}.json")).await?.ok()?;
            Ok(text(&polled, "/0/status").to_owned())
        };
        assert_eq!(status().await?, "open", "joined is not done");
        answer(&mut clerk, text(&qr, "/id"), "两户飞线充电已拆除").await?;

        // All three are told: by the receipt, by the file that goes back, by the standard's own status.
        assert!(receipt(&town, &first).await?.contains("两户飞线充电已拆除"));
        let back = clerk.get("/api/v1/report-orders/answers/csv").await?;
        let back = String::from_utf8_lossy(&back.bytes).into_owned();
        assert!(back.contains("YB-77,12345,JB-") && back.contains("两户飞线充电已拆除"), "{back}");
        assert_eq!(status().await?, "closed");

        // The reward goes by number; then one of them is not content.
        let reward = json!({ "step": "reward", "amount_fen": 20_000, "text": "按镇定办法" });
        step(&mut clerk, text(&qr, "/id"), reward).await?;
        let ledger = clerk.get("/api/v1/report-cases/rewards").await?.ok()?;
        assert_eq!((text(&ledger, "/items/0/code"), &ledger["total_fen"]), (text(&qr, "/code"), &json!(20_000)));
        assert!(!ledger.to_string().contains(NAME) && !ledger.to_string().contains(PHONE), "{ledger}");
        let mut phone = Browser::new(&town.router);
        phone.header = false;
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        let reason = "reason=%E5%8F%88%E6%8B%89%E4%BA%86%E7%BA%BF".as_bytes().to_vec();
        phone.send(Method::POST, &format!("/p/r-{first}"), &kind, reason).await?;
        let again = clerk.get(&format!("/api/v1/report-cases/{}", text(&qr, "/id"))).await?.ok()?;
        assert_eq!((&again["reopened"], text(&again, "/stage/code")), (&json!(1), "accepted"));
        assert_eq!(status().await?, "open", "for all three");
        let orders = clerk.get("/api/v1/report-orders?q=YB-77").await?.ok()?;
        assert_eq!(text(&orders, "/items/0/stage/code"), "waiting", "what is open again has no answer to send");
        Ok(())
    })
    .await
}
