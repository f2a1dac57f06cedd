//! Stories of the committee's table: a meeting is called, held and written down, what it resolved is owed by posts, done
//! by one and verified by another; a report is issued and can be worked out again; money is promised and spent.

use app::Caller;
use axum::http::StatusCode;
use domain::time::Timestamp;
use serde_json::{Value, json};
use testkit::{Fresh, both_databases};

use crate::common;
use crate::common::{Browser, Town, V1, day, shop, town};

const SHOP: &str = "01a00000-0000-7000-8000-000000000101";

async fn planned(fresh: &Fresh) -> anyhow::Result<Town> {
    let town = town(fresh).await?;
    let system = Caller::system();
    town.app.ensure_shipped_checklists(&system, Some(day("2026-01-01"))).await?;
    town.app.install_shipped_plan(&system).await?;
    Ok(town)
}

fn risk_meeting() -> Value {
    json!({ "kind": "risk", "title": "九月火灾风险研判会", "org": "office",
        "planned_at": "2026-09-18T09:00:00+08:00", "venue": "镇政府二楼会议室",
        "agenda": ["上月隐患销案情况", "国庆前检查安排"], "expected": ["post-secretary1", "post-staff1"] })
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// A number on somebody's workbench; null where it is not shown.
async fn on_the_workbench(browser: &mut Browser, code: &str) -> anyhow::Result<Value> {
    let page = browser.get("/api/v1/workbench").await?.ok()?;
    let counts = page["counts"].as_array().cloned().unwrap_or_default();
    Ok(counts.iter().find(|one| one["code"] == code).map(|one| one["n"].clone()).unwrap_or_default())
}

/// The line of a duty on the board, as `plan status` gives it.
async fn duty(browser: &mut Browser, id: &str) -> anyhow::Result<Value> {
    let page = browser.get(&format!("/api/v1/board/duties/{id}")).await?.ok()?;
    Ok(page)
}

#[tokio::test]
async fn a_meeting_is_written_down_and_what_it_resolved_is_owed_by_a_post() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let (mut near, mut far) = (town.login("secretary1").await?, town.login("secretary2").await?);

        let mut about_nothing = risk_meeting();
        about_nothing["agenda"] = json!([" "]);
        assert_eq!(clerk.post("/api/v1/meetings", about_nothing).await?.code(), "meeting.empty");
        let told = near.post("/api/v1/meetings", risk_meeting()).await?;
        assert_eq!(told.status, StatusCode::FORBIDDEN, "a village does not call the office's meetings");
        let options = clerk.get("/api/v1/meetings/options").await?.ok()?;
        let kinds = options["kinds"].as_array().cloned().unwrap_or_default();
        assert!(
            kinds.iter().any(|one| one["code"] == "risk" && one["label"] == "定期火灾风险研判"),
            "{kinds:?}"
        );

        let meeting = clerk.post("/api/v1/meetings", risk_meeting()).await?.ok()?;
        let to = |step: &str| format!("/api/v1/meetings/{}/{step}", text(&meeting, "id"));
        assert_eq!(meeting["expected"][0]["holders"][0]["name"], "王书记");
        let early = json!({ "minutes": "…", "version": 1 });
        assert_eq!(clerk.post(&to("minute"), early).await?.code(), "meeting.state");
        let nobody = json!({ "on": "2026-09-18", "present": [], "version": 1 });
        assert_eq!(clerk.post(&to("hold"), nobody).await?.code(), "meeting.nobody");
        let held = json!({ "on": "2026-09-18", "present": ["p-secretary1", "p-clerk"], "version": 1 });
        let after = clerk.post(&to("hold"), held.clone()).await?.ok()?;
        assert_eq!(after["absent"][0]["post"]["id"], "post-staff1", "who was expected and did not come");
        let stale = clerk.post(&to("hold"), held).await?;
        assert_eq!((stale.status, &stale.body["current"]["version"]), (StatusCode::CONFLICT, &json!(2)));

        let minutes = json!({ "minutes": "会议研判：老街片区隐患较多。", "version": 2, "resolutions": [
            { "text": "国庆前查完老街商铺", "owner": "post-staff1", "due_on": "2026-09-20" },
            { "text": "继续做好宣传" } ] });
        let mut wrong = minutes.clone();
        wrong["resolutions"][0]["owner"] = json!("post-nobody");
        let told = clerk.post(&to("minute"), wrong).await?;
        assert_eq!(told.body["fields"][0]["code"], "follow_up.owner");
        let mut before = minutes.clone();
        before["resolutions"][0]["due_on"] = json!("2026-09-17");
        let told = clerk.post(&to("minute"), before).await?;
        assert_eq!(told.code(), "meeting.due_before", "{}", told.body);
        let minuted = clerk.post(&to("minute"), minutes).await?.ok()?;
        assert_eq!(
            (&minuted["state"], &minuted["actions"]),
            (&json!("minuted"), &json!(["resolve", "correct", "void"]))
        );
        let item = minuted["resolutions_list"][0]["follow_up"].clone();
        assert_eq!((&item["overdue"], &item["owner"]["post"]["id"]), (&json!(true), &json!("post-staff1")));
        assert_eq!(item["asked_late_on"], "2026-09-21", "its day had passed when it was put down");
        assert_eq!(minuted["resolutions_list"][1]["follow_up"], Value::Null);

        let mine = staff.get("/api/v1/follow-ups?mine=true&state=open").await?.items()?;
        assert_eq!((mine.len(), &mine[0]["actions"]), (1, &json!(["done"])));
        assert_eq!(on_the_workbench(&mut staff, "follow_ups").await?, json!(1));
        assert_eq!(near.get("/api/v1/follow-ups").await?.items()?.len(), 1, "his village's");
        assert!(far.get("/api/v1/follow-ups").await?.items()?.is_empty(), "not the next village's");
        let step = |step: &str| format!("/api/v1/follow-ups/{}/{step}", text(&item, "id"));
        let said = |text: &str, version: i64| json!({ "text": text, "version": version });
        assert_eq!(far.post(&step("done"), said("办了", 1)).await?.status, StatusCode::NOT_FOUND);
        assert_eq!(near.post(&step("done"), said("办了", 1)).await?.code(), "follow_up.not_yours");
        assert_eq!(staff.post(&step("done"), said(" ", 1)).await?.code(), "follow_up.nothing_said");
        // The phone sends the words first, the picture when the line holds; nobody else may hang one there.
        let photo = "01a00000-0000-7000-8000-000000000701";
        let to = format!(
            "/api/v1/photos/{photo}?object_kind=follow_up&object_id={}&role=overview",
            text(&item, "id")
        );
        let shown = json!({ "text": "四十六家已查完", "version": 1, "photos": [photo] });
        let done = staff.post(&step("done"), shown).await?.ok()?;
        assert_eq!(done["notes"][0]["photos"][0]["complete"], json!(false));
        assert_eq!(far.send_picture(&to, 7).await?.status, StatusCode::NOT_FOUND);
        staff.send_picture(&to, 7).await?.ok()?;
        let again = clerk.get(&format!("/api/v1/meetings/{}", text(&meeting, "id"))).await?.ok()?;
        let noted = &again["resolutions_list"][0]["follow_up"]["notes"][0]["photos"][0];
        assert_eq!((&noted["id"], &noted["complete"]), (&json!(photo), &json!(true)), "{again}");
        assert_eq!((&done["state"], &done["late"]), (&json!("done"), &json!(true)));
        assert_eq!(staff.post(&step("verify"), said("", 2)).await?.status, StatusCode::FORBIDDEN);
        assert_eq!(on_the_workbench(&mut staff, "follow_ups").await?, Value::Null, "done by him");
        assert_eq!(on_the_workbench(&mut clerk, "follow_ups_to_verify").await?, json!(1));
        let verified = clerk.post(&step("verify"), said("抽查属实", 2)).await?.ok()?;
        assert_eq!((&verified["state"], &verified["actions"]), (&json!("verified"), &json!([])));

        let page = duty(&mut clerk, "C4.6").await?;
        assert!(page.to_string().contains("2026-09"), "{page}");
        let path = format!(
            "/api/v1/board/duties/C4.6/evidence?subject_kind=town&subject={}&window=2026-09",
            common::TOWN
        );
        let behind = clerk.get(&path).await?.ok()?;
        assert_eq!(behind["items"][0]["id"], meeting["id"], "{behind}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_meeting_put_down_wrongly_is_corrected_or_taken_back_and_the_board_follows() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let meeting = clerk.post("/api/v1/meetings", risk_meeting()).await?.ok()?;
        let to = |step: &str| format!("/api/v1/meetings/{}/{step}", text(&meeting, "id"));
        let said = |on: &str, minutes: &str, reason: &str, version: i64| {
            json!({ "kind": "risk", "title": "九月火灾风险研判会", "venue": "镇政府二楼会议室", "on": on,
                "present": ["p-secretary1", "p-clerk"], "minutes": minutes, "reason": reason, "version": version })
        };
        let told = clerk.post(&to("correct"), said("2026-09-17", "", "日期有误", 1)).await?;
        assert_eq!(told.code(), "meeting.state", "what is planned is changed, not corrected");
        let held = json!({ "on": "2026-09-18", "present": ["p-secretary1", "p-clerk"], "version": 1 });
        clerk.post(&to("hold"), held).await?.ok()?;
        let minutes = json!({ "minutes": "会议研判。", "version": 2, "resolutions": [
            { "text": "国庆前查完老街商铺", "owner": "post-staff1", "due_on": "2026-09-30" } ] });
        clerk.post(&to("minute"), minutes).await?.ok()?;
        let counted = async |browser: &mut Browser, window: &str| -> anyhow::Result<usize> {
            let path = format!(
                "/api/v1/board/duties/C4.6/evidence?subject_kind=town&subject={}&window={window}",
                common::TOWN
            );
            let behind = browser.get(&path).await?.ok()?;
            Ok(behind["items"].as_array().map_or(0, Vec::len))
        };
        assert_eq!(counted(&mut clerk, "2026-09").await?, 1);

        assert_eq!(clerk.post(&to("correct"), said("2026-09-18", "会议研判。", "", 3)).await?.code(), "meeting.no_reason");
        let told = clerk.post(&to("correct"), said("2026-09-18", "会议研判。", "再看", 3)).await?;
        assert_eq!(told.code(), "meeting.unchanged");
        let told = staff.post(&to("correct"), said("2026-08-31", "会议研判。", "日期有误", 3)).await?;
        assert!(told.status.is_client_error() && told.status != StatusCode::CONFLICT, "{}", told.body);
        let after = clerk.post(&to("correct"), said("2026-08-31", "会议研判。", "日期有误", 3)).await?.ok()?;
        assert_eq!((&after["held_on"], &after["state"]), (&json!("2026-08-31"), &json!("minuted")));
        let before = &after["editions"][0];
        assert_eq!((&before["held_on"], text(before, "reason")), (&json!("2026-09-18"), "日期有误"));
        assert_eq!((counted(&mut clerk, "2026-09").await?, counted(&mut clerk, "2026-08").await?), (0, 1));
        let stale = clerk.post(&to("void"), json!({ "reason": "重复登记", "version": 3 })).await?;
        assert_eq!(stale.status, StatusCode::CONFLICT);

        assert_eq!(clerk.post(&to("void"), json!({ "version": 4 })).await?.code(), "meeting.no_reason");
        let gone = clerk.post(&to("void"), json!({ "reason": "重复登记", "version": 4 })).await?.ok()?;
        assert_eq!((&gone["state"], &gone["actions"]), (&json!("voided"), &json!([])));
        assert_eq!(gone["resolutions_list"][0]["follow_up"]["state"], "void", "nobody owes what nobody resolved");
        assert_eq!(counted(&mut clerk, "2026-08").await?, 0, "it counts no more");
        assert!(staff.get("/api/v1/follow-ups?mine=true&state=open").await?.items()?.is_empty());
        assert_eq!(clerk.get("/api/v1/meetings?state=voided").await?.items()?.len(), 1, "it stays on record");
        assert!(town.app.verify(&Caller::system()).await?.findings.is_empty());
        Ok(())
    })
    .await
}

fn report(to: &str) -> Value {
    json!({ "template": "situation", "org": "office", "from": "2026-07-01", "to": to,
        "sections": [ { "key": "overall", "text": "检查增多。" }, { "key": "risks", "text": "堆放货物突出。" },
            { "key": "next", "text": "国庆前再查。" } ],
        "measures": [ { "text": "清理老街楼道", "owner": "post-staff1", "due_on": "2026-10-15" } ] })
}

#[tokio::test]
async fn an_issued_report_says_the_same_whenever_it_is_worked_out_again() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        shop(&town, SHOP, "老街五金店", V1).await?;
        let mut staff = town.login("staff1").await?;
        let found = |id: &str| {
            json!({ "id": id, "place": SHOP, "hazard_code": "H01.1", "description": "楼梯间堆放货物", "photos": [] })
        };
        staff.post("/api/v1/hazards", found("01a00000-0000-7000-8000-000000000201")).await?.ok()?;
        town.clock.set(Timestamp::parse("2026-09-25T09:00:00+08:00").unwrap_or_default());
        let (mut clerk, mut leader) = (town.login("clerk").await?, town.login("leader").await?);

        let told = clerk.post("/api/v1/reports", report("2026-09-25")).await?;
        assert_eq!(told.code(), "report.not_over", "today's figures may still change");
        let mut bare = report("2026-09-24");
        bare["measures"] = json!([]);
        let draft = clerk.post("/api/v1/reports", bare).await?.ok()?;
        assert_eq!(common::stays(&mut clerk, "post-clerk", "report").await?, [text(&draft, "title")]);
        let to = |step: &str| format!("/api/v1/reports/{}/{step}", text(&draft, "id"));
        let go = |version: i64| json!({ "version": version, "reason": "" });
        assert_eq!(clerk.post(&to("submit"), go(1)).await?.code(), "report.no_measures");
        let mut whole = report("2026-09-24");
        whole["version"] = json!(1);
        let path = format!("/api/v1/reports/{}", text(&draft, "id"));
        clerk.put(&path, whole).await?.ok()?;
        clerk.post(&to("submit"), go(2)).await?.ok()?;
        assert_eq!(clerk.post(&to("issue"), go(3)).await?.status, StatusCode::FORBIDDEN);
        let issued = leader.post(&to("issue"), go(3)).await?.ok()?;
        let open = |page: &Value| {
            let all = page["sections"].as_array().cloned().unwrap_or_default();
            let figures = all.iter().flat_map(|part| part["figures"].as_array().cloned().unwrap_or_default());
            figures.filter(|one| one["key"] == "hazards.open").map(|one| one["value"].clone()).next()
        };
        assert_eq!(open(&issued), Some(json!(1.0)), "{issued}");
        assert_eq!(issued["sha256"].as_str().map(str::len), Some(64));
        assert_eq!(issued["measures_list"][0]["follow_up"]["state"], "open");

        town.clock.set(Timestamp::parse("2026-10-20T09:00:00+08:00").unwrap_or_default());
        let (mut staff, mut leader) = (town.login("staff1").await?, town.login("leader").await?);
        staff.post("/api/v1/hazards", found("01a00000-0000-7000-8000-000000000202")).await?.ok()?;
        assert_eq!(staff.get("/api/v1/follow-ups?mine=true").await?.items()?[0]["overdue"], true);
        let again = leader.get(&to("recompute")).await?.ok()?;
        let whole = json!({ "sealed": true, "kept": true, "same": true, "differences": [], "today": [] });
        assert_eq!(again, whole);

        // The register is put right for days gone by: a new grid, a department that is no more, a shop that was there all
        // along, its listing in arrears. What was issued still comes out as it was; beside it stands what today says.
        let (mut clerk, mut admin) = (town.login("clerk").await?, town.login("admin").await?);
        let grid = json!({ "code": "g-2", "level": "grid", "parent": V1, "name": "新网格", "provisional": true });
        clerk.post("/api/v1/territories", grid).await?.ok()?;
        let orgs = admin.get("/api/v1/orgs").await?.items()?;
        let dept = json!({ "kind": "dept", "name": "文旅办公室", "relation": "town", "territory": common::TOWN,
            "founded_on": "2025-03-01" });
        let dept = admin.post("/api/v1/orgs", dept).await?.ok()?;
        let mut closed = json!({ "kind": "dept", "name": "文旅办公室", "relation": "town",
            "territory": common::TOWN, "founded_on": "2025-03-01", "version": 1 });
        closed["active"] = json!(false);
        closed["closed_on"] = json!("2026-08-01");
        admin.put(&format!("/api/v1/orgs/{}", text(&dept, "id")), closed).await?.ok()?;
        assert_eq!(admin.get("/api/v1/orgs").await?.items()?.len(), orgs.len() + 1);
        let list = json!({ "kind": "village_listed", "owner": "village-1", "village": V1 });
        let list = clerk.post("/api/v1/place-lists", list).await?.ok()?;
        let opened = json!({ "name": "老街面馆", "category": "nine_small.catering", "village": V1, "address": "老街 9 号",
            "opened_on": "2026-01-01" });
        let opened = clerk.post("/api/v1/places", opened).await?.ok()?;
        let entry = json!({ "place": text(&opened, "id"), "from": "2026-07-01", "reason": "摸底列入" });
        let path_of_list = format!("/api/v1/place-lists/{}/entries", text(&list, "id"));
        clerk.post(&path_of_list, entry).await?.ok()?;
        let again = leader.get(&to("recompute")).await?.ok()?;
        assert_eq!((&again["sealed"], &again["same"]), (&json!(true), &json!(true)), "{again}");
        assert_eq!(again["differences"], json!([]));
        let today = again["today"].as_array().cloned().unwrap_or_default();
        let listed = today.iter().find(|one| one["key"] == "places.listed");
        let listed = listed.map(|one| (one["issued"]["value"].clone(), one["now"]["value"].clone()));
        assert_eq!(listed, Some((json!(0.0), json!(1.0))), "{again}");
        // What was kept is part of the record: it is there for the proof, and an altered file is told.
        assert!(town.app.verify(&Caller::system()).await?.findings.is_empty());
        let record = town.app.db.read(&common::TOWN.into()).await?.report(&text(&draft, "id").into()).await?;
        let kept = match record.map(|one| one.report.state) {
            Some(domain::report::State::Issued { frozen, .. }) => frozen.inputs.unwrap_or_default(),
            other => anyhow::bail!("{other:?}"),
        };
        let file = town.app.blobs.file(&kept)?;
        let bytes = std::fs::read(&file)?;
        std::fs::write(&file, b"altered")?;
        let again = leader.get(&to("recompute")).await?.ok()?;
        assert_eq!((&again["sealed"], &again["same"]), (&json!(false), &json!(false)));
        std::fs::write(&file, bytes)?;
        assert_eq!(open(&leader.get(&path).await?.ok()?), Some(json!(1.0)), "what was issued stays issued");
        let changed = leader.post(&to("void"), json!({ "version": 4, "reason": "写错了" })).await?;
        assert_eq!(changed.status, StatusCode::FORBIDDEN);

        // Who owes an item leaves, and nobody follows: what is open on the post is on the workbench.
        let mut clerk = town.login("clerk").await?;
        clerk.post("/api/v1/assignments/a-staff1/end", json!({ "last_day": "2026-10-20" })).await?.ok()?;
        town.clock.set(Timestamp::parse("2026-10-21T09:00:00+08:00").unwrap_or_default());
        let bench = town.login("clerk").await?.get("/api/v1/workbench").await?.ok()?;
        let post = bench["posts"].as_array().into_iter().flatten().find(|one| one["id"] == "post-staff1");
        assert_eq!(post.map(|one| (&one["light"], &one["open"])), Some((&json!("red"), &json!(1))), "{bench}");
        let counts = bench["counts"].as_array().into_iter().flatten();
        let left: Vec<_> = counts.filter(|one| one["code"] == "unheld_work").map(|one| one["n"].clone()).collect();
        assert_eq!(left, [json!(1)]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn money_is_promised_spent_and_a_mistake_taken_back() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let (mut clerk, mut leader) = (town.login("clerk").await?, town.login("leader").await?);
        let mut staff = town.login("staff1").await?;
        assert_eq!(staff.get("/api/v1/budget").await?.status, StatusCode::FORBIDDEN);
        let line = json!({ "year": 2026, "kind": "fire", "title": "消防专项经费", "org": "town-gov",
            "promised_fen": 5_000_000, "source": "镇财政", "basis": "年初预算", "approved_on": "2026-01-15" });
        let mut wrong = line.clone();
        wrong["promised_fen"] = json!(0);
        assert_eq!(clerk.post("/api/v1/budget", wrong).await?.code(), "budget.empty");
        assert_eq!(leader.post("/api/v1/budget", line.clone()).await?.status, StatusCode::FORBIDDEN);
        let line = clerk.post("/api/v1/budget", line).await?.ok()?;
        let base = format!("/api/v1/budget/{}", text(&line, "id"));
        let paid = |fen: i64, version: i64| {
            json!({ "on": "2026-03-02", "amount_fen": fen, "what": "灭火器 40 具", "voucher": format!("记-{fen}"),
                "over": "镇长办公会同意增补", "version": version })
        };
        let spendings = format!("{base}/spendings");
        assert_eq!(clerk.post(&spendings, paid(-1, 1)).await?.code(), "budget.not_positive");
        clerk.post(&spendings, paid(3_200_000, 1)).await?.ok()?;
        let over = clerk.post(&spendings, paid(2_000_000, 2)).await?.ok()?;
        assert_eq!((&over["spent_fen"], &over["overspent"]), (&json!(5_200_000), &json!(true)));
        let void = |version: i64| json!({ "reason": "记到别的项目", "version": version });
        let back = clerk.post(&format!("{spendings}/2/void"), void(3)).await?.ok()?;
        assert_eq!((&back["spent_fen"], &back["overspent"]), (&json!(3_200_000), &json!(false)));
        assert_eq!(back["spendings"][1]["void"], "记到别的项目", "it stays on record");
        assert_eq!(clerk.post(&format!("{base}/void"), void(4)).await?.code(), "budget.spent");
        let year = leader.get("/api/v1/budget?year=2026").await?.ok()?;
        assert_eq!((&year["promised_fen"], &year["spent_fen"]), (&json!(5_000_000), &json!(3_200_000)));
        assert_eq!(year["actions"], json!([]));
        let page = duty(&mut clerk, "C8.7").await?;
        assert!(!page.to_string().contains("无数据"), "{page}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_the_minutes_left_out_is_added_with_a_reason_and_owed_like_the_rest() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let options = clerk.get("/api/v1/meetings/options").await?.ok()?;
        let kinds = options["kinds"].as_array().cloned().unwrap_or_default();
        let committee = kinds.iter().find(|one| one["code"] == "committee");
        assert_eq!(committee.map(|one| text(one, "label")), Some("消防安全委员会会议"), "{kinds:?}");
        let mut asked = risk_meeting();
        asked["kind"] = json!("committee");
        asked["title"] = json!("镇消防安全委员会第三季度会议");
        let meeting = clerk.post("/api/v1/meetings", asked).await?.ok()?;
        assert_eq!(meeting["recorded_late_on"], "2026-09-21", "called for the 18th, put down on the 21st");
        let to = |step: &str| format!("/api/v1/meetings/{}/{step}", text(&meeting, "id"));
        let held = json!({ "on": "2026-09-18", "present": ["p-clerk"], "version": 1 });
        clerk.post(&to("hold"), held).await?.ok()?;
        let more = |due: &str, reason: &str, version: i64| {
            json!({ "resolutions": [{ "text": "补装老街消火栓", "owner": "post-staff1", "due_on": due }],
                "reason": reason, "version": version })
        };
        let early = clerk.post(&to("resolve"), more("2026-09-30", "漏记", 2)).await?;
        assert_eq!(early.code(), "meeting.state", "the minutes say it first");
        let minuted =
            clerk.post(&to("minute"), json!({ "minutes": "会议部署。", "version": 2 })).await?.ok()?;
        assert!(text(&minuted, "minuted_at").starts_with("2026-09-21"), "{minuted}");

        assert_eq!(clerk.post(&to("resolve"), more("2026-09-30", " ", 3)).await?.code(), "meeting.no_reason");
        assert_eq!(
            clerk.post(&to("resolve"), more("2026-09-17", "漏记", 3)).await?.code(),
            "meeting.due_before"
        );
        let nothing = json!({ "resolutions": [{ "text": " " }], "reason": "漏记", "version": 3 });
        assert_eq!(clerk.post(&to("resolve"), nothing).await?.code(), "meeting.nothing_added");
        assert!(staff.get("/api/v1/follow-ups?mine=true").await?.items()?.is_empty(), "refused as a whole");
        let added = clerk.post(&to("resolve"), more("2026-09-30", "整理纪要时漏记", 3)).await?.ok()?;
        let one = &added["resolutions_list"][0];
        assert_eq!(
            (text(&one["added"], "reason"), &one["follow_up"]["asked_late_on"], &one["follow_up"]["state"]),
            ("整理纪要时漏记", &Value::Null, &json!("open")),
            "{added}"
        );
        assert_eq!(added["minutes"], "会议部署。", "the minutes stay as they were");
        assert_eq!(staff.get("/api/v1/follow-ups?mine=true").await?.items()?.len(), 1);
        let path = format!(
            "/api/v1/board/duties/C8.4/evidence?subject_kind=town&subject={}&window=2026-Q3",
            common::TOWN
        );
        let behind = clerk.get(&path).await?.ok()?;
        assert_eq!(
            behind["items"][0]["id"], meeting["id"],
            "the committee studied the town's fire work: {behind}"
        );
        assert!(town.app.verify(&Caller::system()).await?.findings.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_voucher_pays_once_a_year_and_more_than_promised_is_spent_only_with_a_reason() -> anyhow::Result<()>
{
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let line = |title: &str| {
            json!({ "year": 2026, "kind": "fire", "title": title, "org": "town-gov", "promised_fen": 100_000,
                "approved_on": "2026-01-15" })
        };
        let one = clerk.post("/api/v1/budget", line("消防专项经费")).await?.ok()?;
        let two = clerk.post("/api/v1/budget", line("设施管护经费")).await?.ok()?;
        let at = |line: &Value| format!("/api/v1/budget/{}/spendings", text(line, "id"));
        let paid = |fen: i64, voucher: &str, over: &str, version: i64| {
            json!({ "on": "2026-03-02", "amount_fen": fen, "voucher": voucher, "over": over, "version": version })
        };
        clerk.post(&at(&one), paid(60_000, "记-18", "", 1)).await?.ok()?;
        for (line, version) in [(&one, 2), (&two, 1)] {
            let told = clerk.post(&at(line), paid(1, "记－18", "", version)).await?;
            assert_eq!(told.code(), "budget.booked", "{}", told.body);
            let said = text(&told.body, "detail");
            assert!(said.contains("2026-03-02") && said.contains("“消防专项经费”第 1 笔（600.00 元）"), "{said}");
        }
        let told = clerk.post(&at(&one), paid(50_000, "记-19", " ", 2)).await?;
        assert_eq!(told.code(), "budget.over", "{}", told.body);
        assert!(text(&told.body, "detail").contains("超支 100.00 元"), "{}", told.body);
        let over = clerk.post(&at(&one), paid(50_000, "记-19", "镇长办公会同意增补", 2)).await?.ok()?;
        assert_eq!(
            (&over["overspent"], &over["over_reason"], &over["spendings"][1]["over"]),
            (&json!(true), &json!("镇长办公会同意增补"), &json!("镇长办公会同意增补"))
        );
        let path = format!(
            "/api/v1/board/duties/C8.7/evidence?subject_kind=town&subject={}&window=2026",
            common::TOWN
        );
        let behind = clerk.get(&path).await?.ok()?;
        let titles = behind["items"].to_string();
        assert!(titles.contains("已支出 1100.00 元，超支：镇长办公会同意增补"), "{behind}");
        // What was taken back may be booked anew.
        let back = json!({ "reason": "金额记错", "version": 3 });
        clerk.post(&format!("{}/1/void", at(&one)), back).await?.ok()?;
        clerk.post(&at(&two), paid(60_000, "记-18", "", 1)).await?.ok()?;
        Ok(())
    })
    .await
}
