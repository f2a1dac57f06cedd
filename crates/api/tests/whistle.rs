//! Stories of whistles: a village whistles to two bodies, silence over National Day is carried up by working time, each body
//! answers for itself and notes what nobody else reads, both sides judge, and the board asks whether they came.

use app::Caller;
use axum::http::StatusCode;
use domain::time::Timestamp;
use serde_json::{Value, json};
use store::message::MessageFilter;
use testkit::{Fresh, both_databases};

use crate::common;
use crate::common::{Browser, Town, V1, day, shop, town};

const SHOP: &str = "01a00000-0000-7000-8000-000000000101";
const WHISTLE: &str = "01a00000-0000-7000-8000-000000000a01";
const SECRET: &str = "房东是熟人，两人同去";

async fn planned(fresh: &Fresh) -> anyhow::Result<Town> {
    let town = town(fresh).await?;
    let system = Caller::system();
    town.app.ensure_shipped_checklists(&system, Some(day("2026-01-01"))).await?;
    town.app.install_shipped_plan(&system).await?;
    shop(&town, SHOP, "老街五金店", V1).await?;
    Ok(town)
}

fn clock(town: &Town, text: &str) {
    town.clock.set(Timestamp::parse(&format!("{text}:00+08:00")).unwrap_or_default());
}

fn raised(id: &str) -> Value {
    json!({ "id": id, "kind": "ordinary", "problem": "三合一门市内设气瓶间，夜间住人", "place": SHOP })
}

async fn step(browser: &mut Browser, page: &Value, mut asked: Value) -> anyhow::Result<common::Told> {
    asked["version"] = page["version"].clone();
    browser.post(&format!("/api/v1/whistles/{}/steps", page["id"].as_str().unwrap_or_default()), asked).await
}

/// A step of the caller's own body: it needs no version.
async fn own(browser: &mut Browser, asked: Value) -> anyhow::Result<common::Told> {
    browser.post(&format!("/api/v1/whistles/{WHISTLE}/steps"), asked).await
}

fn body<'a>(page: &'a Value, org: &str) -> &'a Value {
    let bodies = page["bodies"].as_array().map_or(&[][..], Vec::as_slice);
    bodies.iter().rfind(|one| one["org"]["id"] == org).unwrap_or(&Value::Null)
}

/// Rounds of the worker as of now; who has heard of a clock so far, by clock and login.
async fn heard(town: &Town) -> anyhow::Result<Vec<String>> {
    // The second round has nothing left to say.
    town.app.tell_of_overdue_whistles(&Caller::system()).await?;
    assert_eq!(town.app.tell_of_overdue_whistles(&Caller::system()).await?, 0);
    let about = ("whistle".to_owned(), WHISTLE.to_owned());
    let filter = MessageFilter { about: Some(about), ..MessageFilter::default() };
    let mut read = town.app.db.read(&common::TOWN.into()).await?;
    let told = read.messages(&filter, 100).await?;
    let mut out: Vec<String> = told
        .iter()
        .filter_map(|one| {
            let mut parts = one.message.key.split('/').skip(2);
            let (tag, person) = (parts.next()?.strip_prefix("late.")?, parts.next()?);
            let tag: Vec<&str> = tag.split('.').take(2).filter(|part| !part.is_empty()).collect();
            Some(format!("{} → {}", tag.join(" "), person.strip_prefix("p-")?))
        })
        .collect();
    out.sort();
    Ok(out)
}

#[tokio::test]
async fn each_clock_that_runs_out_speaks_once_to_who_must_act_and_to_the_next_level() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        clock(&town, "2026-09-30T17:30");
        let mut staff = town.login("staff1").await?;
        let page = staff.post("/api/v1/whistles", raised(WHISTLE)).await?.ok()?;

        // The town's own hour to confirm does not run in the holiday. Then whoever may confirm hears, and the director.
        for now in ["2026-09-30T18:30", "2026-10-04T12:00", "2026-10-08T09:30"] {
            clock(&town, now);
            assert_eq!(heard(&town).await?, [""; 0], "{now}");
        }
        clock(&town, "2026-10-08T09:31");
        let confirm = ["confirm → director", "confirm → head", "confirm → leader"];
        assert_eq!(heard(&town).await?, confirm);

        // Called at last: both bodies are silent past their hour, then past their two working days.
        let mut head = town.login("head").await?;
        let send = json!({ "step": "confirm", "to": "dept-civil", "helpers": ["police"] });
        step(&mut head, &page, send).await?.ok()?;
        clock(&town, "2026-10-08T10:31");
        assert_eq!(heard(&town).await?, confirm, "an hour from being called is not over");
        clock(&town, "2026-10-08T10:32");
        let receive = [
            "receive dept-civil → dept",
            "receive dept-civil → dept-head",
            "receive dept-civil → leader",
            "receive police → leader",
            "receive police → police",
        ];
        assert_eq!(heard(&town).await?, [&confirm[..], &receive[..]].concat());
        // The police come, the department does not: the tenth is a Saturday that is worked.
        own(&mut town.login("police").await?, json!({ "step": "arrive" })).await?.ok()?;
        clock(&town, "2026-10-13T09:00");
        let arrive =
            ["arrive dept-civil → dept", "arrive dept-civil → dept-head", "arrive dept-civil → leader"];
        let district = ["district dept-civil → director", "district dept-civil → leader"];
        let all = [&arrive[..], &confirm[..], &district[..], &receive[..]].concat();
        assert_eq!(heard(&town).await?, all);
        let mut auditor = town.login("auditor").await?;
        let record = auditor.get("/api/v1/audit?limit=200").await?.body.to_string();
        assert_eq!(record.matches("whistle.remind").count(), 3, "three rounds had something to say");
        // Whoever was told sees it; what it says names the whistle and what to do.
        let text = town.login("dept").await?.get("/api/v1/me/messages").await?.body.to_string();
        assert!(text.contains("SH-2026-0001：") && text.contains("没有到场，请立即到场"), "{text}");
        Ok(())
    })
    .await
}

fn code(value: &Value) -> &str {
    value["code"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn silence_is_carried_up_over_the_holiday_and_both_sides_judge() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        clock(&town, "2026-09-30T17:00");
        let (mut staff, mut far) = (town.login("staff1").await?, town.login("staff2").await?);
        let mut head = town.login("head").await?;

        // Without a problem it is none; the next village neither whistles here nor sees it.
        let mute = json!({ "id": WHISTLE, "kind": "ordinary", "problem": " ", "place": SHOP });
        assert_eq!(staff.post("/api/v1/whistles", mute).await?.code(), "whistle.missing");
        assert_eq!(far.post("/api/v1/whistles", raised(WHISTLE)).await?.status, StatusCode::NOT_FOUND);
        let page = staff.post("/api/v1/whistles", raised(WHISTLE)).await?.ok()?;
        assert_eq!((code(&page["stage"]), &page["code"]), ("raised", &json!("SH-2026-0001")));
        let path = format!("/api/v1/whistles/{WHISTLE}");
        assert_eq!(far.get(&path).await?.status, StatusCode::NOT_FOUND);
        // The call on paper is filled from it, for who may read it.
        let from = format!("/api/v1/papers/prefill?template=DT17.whistle&about_kind=whistle&about={WHISTLE}");
        assert_eq!(far.get(&from).await?.status, StatusCode::NOT_FOUND);
        let known = staff.get(&from).await?.ok()?["values"].clone();
        assert_eq!(known["facts"], "三合一门市内设气瓶间，夜间住人", "{known}");
        assert!(known["contact"].as_str().is_some_and(|one| one.starts_with("李消防 ")), "name and phone: {known}");
        let counts = head.get("/api/v1/workbench").await?.ok()?["counts"].to_string();
        assert!(counts.contains("whistles_to_send"), "{counts}");

        // Only the town sends it, and not to a body nobody can answer for.
        clock(&town, "2026-09-30T17:30");
        let send = json!({ "step": "confirm", "to": "dept-civil", "helpers": ["police"] });
        assert_eq!(step(&mut staff, &page, send.clone()).await?.status, StatusCode::FORBIDDEN);
        let nobody = json!({ "step": "confirm", "to": "unit", "helpers": [] });
        assert_eq!(step(&mut head, &page, nobody).await?.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = step(&mut head, &page, send).await?.ok()?;
        assert_eq!(body(&page, "dept-civil")["receive_by"], "2026-10-08T09:30:00.000+08:00", "over the holiday");
        assert_eq!(body(&page, "police")["arrive_by"], "2026-10-09T23:59:59.999+08:00");
        let stays = common::stays(&mut head, "post-police", "whistle").await?;
        assert!(stays.first().is_some_and(|line| line.starts_with("SH-2026-0001")), "{stays:?}");

        // In the holiday nobody is late; after it the silent ones are carried to the leader, then to the district.
        clock(&town, "2026-10-05T12:00");
        let mut head = town.login("head").await?;
        assert_eq!(head.get("/api/v1/whistles?silent=true").await?.items()?.len(), 0);
        clock(&town, "2026-10-08T09:31");
        let mut head = town.login("head").await?;
        let page = head.get(&path).await?.ok()?;
        assert_eq!((code(&page["height"]), code(&body(&page, "police")["height"])), ("leader", "leader"));
        let mut dept = town.login("dept").await?;
        let counts = dept.get("/api/v1/workbench").await?.ok()?["counts"].to_string();
        assert!(counts.contains("whistles_to_come"), "{counts}");

        // Signed on site with time and place; nobody signs for another body, nor before he was called.
        let early = json!({ "step": "arrive", "at": "2026-09-30T17:00:00+08:00" });
        assert_eq!(own(&mut dept, early).await?.code(), "whistle.time");
        let other = json!({ "step": "arrive", "org": "police" });
        assert_eq!(own(&mut dept, other).await?.status, StatusCode::FORBIDDEN);
        let there = json!({ "step": "arrive", "at": "2026-10-08T09:20:00+08:00",
            "position": { "lon": 105.9, "lat": 29.3, "accuracy_m": 12.0 } });
        let page = own(&mut dept, there).await?.ok()?;
        let mine = body(&page, "dept-civil");
        assert_eq!((code(&mine["standing"]), &mine["in_time"]), ("arrived", &json!(true)));
        assert_eq!(mine["arrived"]["position"]["lon"], 105.9);
        assert_eq!(code(&body(&page, "police")["height"]), "leader", "the other is still silent");

        // Its own opinion, its own task for a post of its own, and what nobody else reads.
        let theirs = json!({ "step": "opine", "text": "气瓶限期移出", "task": "督促移出气瓶", "owner": "post-police",
            "due_on": "2026-10-15" });
        assert_eq!(own(&mut dept, theirs.clone()).await?.status, StatusCode::UNPROCESSABLE_ENTITY);
        let mut ours = theirs;
        ours["owner"] = json!("post-dept");
        let page = own(&mut dept, ours).await?.ok()?;
        assert_eq!(body(&page, "dept-civil")["task"]["text"], "督促移出气瓶");
        let note = json!({ "text": SECRET });
        let page = dept.post(&format!("{path}/notes"), note.clone()).await?.ok()?;
        assert_eq!(page["notes"][0]["text"], SECRET);
        let mut readers = Vec::new();
        for login in ["police", "head", "leader", "staff1", "auditor", "clerk"] {
            readers.push((login, town.login(login).await?));
        }
        for (login, reader) in &mut readers {
            let seen = reader.get(&path).await?.ok()?;
            assert_eq!(seen["notes"], json!([]), "{login}");
            assert!(!seen.to_string().contains(SECRET), "{login}");
        }
        let mut auditor = town.login("auditor").await?;
        let told = auditor.post(&format!("{path}/notes"), note).await?;
        assert_eq!((told.status, told.code()), (StatusCode::FORBIDDEN, "whistle.not_yours"));
        let record = auditor.get("/api/v1/audit").await?.body.to_string();
        assert!(!record.contains(SECRET), "the record tells that, not what");
        assert!(own(&mut dept, json!({ "step": "finish", "text": "气瓶已移出" })).await?.status.is_success());

        // The police come after their time: it counts, and the district was asked meanwhile.
        clock(&town, "2026-10-12T10:00");
        let (mut head, mut police) = (town.login("head").await?, town.login("police").await?);
        let page = head.get(&path).await?.ok()?;
        assert_eq!(code(&page["height"]), "district");
        let board = head.get("/api/v1/board/duties/C13.1").await?.ok()?.to_string();
        assert!(board.contains("SH-2026-0001") && board.contains(&format!("/whistles/{WHISTLE}")), "{board}");
        assert!(own(&mut police, json!({ "step": "finish", "text": "办了" })).await?.code() == "whistle.body_not_now");
        for asked in [
            json!({ "step": "arrive" }),
            json!({ "step": "opine", "text": "已搬离并登记" }),
            json!({ "step": "finish", "text": "已搬离" }),
            json!({ "step": "rate_whistle", "score": "good" }),
        ] {
            own(&mut police, asked).await?.ok()?;
        }
        let page = head.get(&path).await?.ok()?;
        assert_eq!((code(&page["stage"]), code(&page["height"])), ("done", "none"));
        assert_eq!(body(&page, "police")["in_time"], false);

        // The village scores the answer; without every judgement a reason is needed to close.
        let mut staff = town.login("staff1").await?;
        let poor = json!({ "step": "rate_body", "org": "police", "score": "poor" });
        assert_eq!(step(&mut staff, &page, poor.clone()).await?.code(), "whistle.missing");
        let mut why = poor;
        why["text"] = json!("过期三天才到");
        let page = step(&mut staff, &page, why).await?.ok()?;
        let good = json!({ "step": "rate_body", "org": "dept-civil", "score": "good" });
        let page = step(&mut staff, &page, good).await?.ok()?;
        assert_eq!(step(&mut head, &page, json!({ "step": "close" })).await?.code(), "whistle.unrated");
        let stale = page.clone();
        let page = step(&mut head, &page, json!({ "step": "close", "text": "民政办未评，已电话了解" })).await?.ok()?;
        assert_eq!((code(&page["stage"]), &page["unrated_n"]), ("closed", &json!(1)));
        assert_eq!(
            step(&mut head, &stale, json!({ "step": "void", "text": "误" })).await?.status,
            StatusCode::CONFLICT
        );

        // It counts in the quarter it was sent in.
        let rates = head.get("/api/v1/whistles/arrivals?from=2026-07-01&until=2026-09-30").await?.ok()?;
        assert_eq!((&rates["due"], &rates["in_time"]), (&json!(2), &json!(1)));
        let of = |org: &str| rates["items"].as_array().and_then(|all| all.iter().find(|one| one["org"]["id"] == org));
        assert_eq!(of("police").map(|one| &one["missed"]), Some(&json!(1)));
        assert_eq!(of("police").map(|one| &one["supervised_in"]), Some(&json!([])), "twice in a quarter");
        let this = head.get("/api/v1/whistles/arrivals").await?.ok()?;
        assert_eq!((&this["from"], &this["due"]), (&json!("2026-10-01"), &json!(0)));
        // The report of the supervision says it: of two that were due one was there, body by body.
        clock(&town, "2026-10-14T09:00");
        let mut clerk = town.login("clerk").await?;
        let said = |key: &str| json!({ "key": key, "text": "见数据" });
        let draft = json!({ "template": "supervision", "org": "office", "from": "2026-07-01", "to": "2026-10-13",
            "sections": [said("whistles"), said("hazards"), said("demands")],
            "measures": [{ "text": "按时到场", "owner": "post-staff1", "due_on": "2026-10-30" }] });
        let draft = clerk.post("/api/v1/reports", draft).await?.ok()?;
        let figures = draft["sections"][0]["figures"].as_array().cloned().unwrap_or_default();
        let figure = |key: &str| figures.iter().find(|one| one["key"] == key).cloned().unwrap_or_default();
        let rate = figure("whistles.arrival");
        assert_eq!((&rate["value"], &rate["of"]), (&json!(0.5), &json!(2.0)), "{figures:?}");
        assert_eq!(figure("whistles.bodies:police")["value"], json!(0.0), "{figures:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn who_whistled_has_somebody_else_confirm_it() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let (mut head, mut leader) = (town.login("head").await?, town.login("leader").await?);
        let page = head.post("/api/v1/whistles", raised(WHISTLE)).await?.ok()?;
        assert_eq!(code(&page["stage"]), "raised");
        assert!(!page["actions"].to_string().contains("confirm"), "{}", page["actions"]);
        let counts = head.get("/api/v1/workbench").await?.ok()?["counts"].clone();
        let waits =
            counts.as_array().into_iter().flatten().any(|one| one.to_string().contains("whistles_to_send"));
        assert!(!waits, "it waits for another: {counts}");
        let send = json!({ "step": "confirm", "to": "dept-civil" });
        let told = step(&mut head, &page, send.clone()).await?;
        assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, "whistle.own_whistle"));
        let page = step(&mut leader, &page, send).await?.ok()?;
        assert_eq!(code(&page["stage"]), "sent");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_body_refuses_with_a_reason_and_another_goes_instead() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let (mut staff, mut head) = (town.login("staff1").await?, town.login("head").await?);
        let (mut dept, mut police) = (town.login("dept").await?, town.login("police").await?);
        let page = staff.post("/api/v1/whistles", raised(WHISTLE)).await?.ok()?;
        // Sent back for what is lacking, and raised again.
        let back =
            step(&mut head, &page, json!({ "step": "return", "text": "请写明气瓶数量" })).await?.ok()?;
        assert_eq!((code(&back["stage"]), &back["said"]), ("returned", &json!("请写明气瓶数量")));
        let page = step(&mut staff, &back, json!({ "step": "resend", "text": "现存 12 瓶" })).await?.ok()?;
        assert!(page["problem"].as_str().unwrap_or_default().ends_with("现存 12 瓶"));
        let page = step(&mut head, &page, json!({ "step": "confirm", "to": "dept-civil" })).await?.ok()?;

        assert_eq!(own(&mut dept, json!({ "step": "refuse" })).await?.code(), "whistle.missing");
        let page_of =
            own(&mut dept, json!({ "step": "refuse", "text": "治安和住宿由派出所管" })).await?.ok()?;
        assert_eq!(code(&body(&page_of, "dept-civil")["standing"]), "refused");
        assert_eq!(
            step(&mut head, &page, json!({ "step": "insist", "org": "dept-civil", "text": "仍请到场" }))
                .await?
                .status,
            StatusCode::CONFLICT,
            "the page is older than the refusal"
        );
        let moved = json!({ "step": "reroute", "org": "dept-civil", "to": "police", "text": "同意" });
        let page = step(&mut head, &page_of, moved).await?.ok()?;
        assert_eq!(code(&body(&page, "dept-civil")["standing"]), "released");
        assert_eq!(body(&page, "police")["is_lead"], true);
        assert_eq!(body(&page, "dept-civil")["objection"]["to"]["id"], "police");
        assert_eq!(
            own(&mut dept, json!({ "step": "receive", "org": "dept-civil" })).await?.code(),
            "whistle.not_called"
        );
        let page = own(&mut police, json!({ "step": "receive" })).await?.ok()?;
        assert_eq!(code(&body(&page, "police")["standing"]), "received");
        let mine = police.get("/api/v1/whistles?mine=true").await?.items()?;
        assert_eq!((mine.len(), code(&mine[0]["mine"])), (1, "received"));
        assert_eq!(dept.get("/api/v1/whistles?mine=true").await?.items()?.len(), 0);
        let voided = step(&mut head, &page, json!({ "step": "void", "text": "重复吹哨" })).await?.ok()?;
        assert_eq!((code(&voided["stage"]), &voided["said"]), ("void", &json!("重复吹哨")));
        let rates = head.get("/api/v1/whistles/arrivals").await?.ok()?;
        assert_eq!(rates["due"], 0, "what was voided counts for nobody");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_whistle_comes_from_a_hazard_and_its_clocks_are_the_towns() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let (mut staff, mut head) = (town.login("staff1").await?, town.login("head").await?);
        let (id, photo) = ("01a00000-0000-7000-8000-000000000201", "01a00000-0000-7000-8000-000000000301");
        let upload = format!("/api/v1/photos/{photo}?object_kind=hazard&object_id={id}&role=item");
        staff.send_picture(&upload, 1).await?.ok()?;
        let hazard = json!({ "id": id, "place": SHOP, "hazard_code": "H01.1", "description": "通道堆放气瓶",
            "photos": [photo] });
        let found = staff.post("/api/v1/hazards", hazard).await?.ok()?;
        let mut asked = raised(WHISTLE);
        asked["origin_kind"] = json!("hazard");
        asked["origin"] = json!("01a00000-0000-7000-8000-0000000002ff");
        assert_eq!(
            staff.post("/api/v1/whistles", asked.clone()).await?.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        asked["origin"] = found["id"].clone();
        let page = staff.post("/api/v1/whistles", asked).await?.ok()?;
        assert_eq!((&page["origin"]["kind"], &page["origin"]["name"]), (&json!("hazard"), &found["code"]));
        let options = head.get("/api/v1/whistles/options").await?.ok()?;
        assert_eq!(options["kinds"][1]["receive"], "60 工作时间分钟");
        let bodies = options["bodies"].to_string();
        assert!(
            bodies.contains("dept-civil") && bodies.contains("police") && !bodies.contains("\"unit\""),
            "{bodies}"
        );
        let settings = head.get("/api/v1/parameters").await?.ok()?.to_string();
        for name in ["whistle.kind.urgent", "whistle.kind.consult", "whistle.misses", "whistle.office_from"] {
            assert!(settings.contains(name), "{name}");
        }
        Ok(())
    })
    .await
}

/// A kind as the page sends it.
fn kind_of(row: &Value) -> Value {
    let now = &row["now"];
    json!({ "code": row["code"], "name": now["name"], "about": now["about"], "receive_n": now["receive_n"],
        "receive_unit": now["receive_unit"]["code"], "arrive_n": now["arrive_n"], "arrive_unit": now["arrive_unit"]["code"],
        "on_site": now["on_site"], "pressing": now["pressing"], "offered": now["offered"], "from": "2026-09-22", "reason": "镇党委会议定" })
}

fn named<'a>(list: &'a Value, name: &str) -> &'a Value {
    let rows = list["items"].as_array().map_or(&[][..], Vec::as_slice);
    rows.iter()
        .find(|one| one["now"]["name"] == name || one["pending"]["kind"]["name"] == name)
        .unwrap_or(&Value::Null)
}

#[tokio::test]
async fn kinds_and_their_clocks_are_the_towns_decided_by_two_from_a_day_on() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        clock(&town, "2026-09-21T09:00");
        let (mut clerk, mut leader) = (town.login("clerk").await?, town.login("leader").await?);
        let (mut staff, mut head) = (town.login("staff1").await?, town.login("head").await?);
        let list = clerk.get("/api/v1/whistles/kinds").await?.ok()?;
        assert_eq!(list["items"].as_array().map(Vec::len), Some(3), "those the program begins with");
        assert_eq!((&list["items"][0]["is_set"], &list["may_propose"]), (&json!(false), &json!(true)));
        let own = staff.get("/api/v1/whistles/kinds").await?.ok()?;
        assert_eq!(own["may_propose"], false);

        // Another time, counted in another unit; a time of nothing is none.
        let mut ordinary = kind_of(named(&list, "一般吹哨"));
        ordinary["receive_n"] = json!(0);
        let path = "/api/v1/whistles/kinds";
        assert_eq!(staff.post(path, ordinary.clone()).await?.status, StatusCode::FORBIDDEN);
        assert_eq!(clerk.post(path, ordinary.clone()).await?.code(), "whistle.no_time");
        ordinary["receive_n"] = json!(20);
        ordinary["receive_unit"] = json!("minute");
        let row = clerk.post(path, ordinary.clone()).await?.ok()?;
        assert_eq!(
            (&row["now"]["receive_n"], &row["pending"]["kind"]["receive_n"]),
            (&json!(60), &json!(20))
        );
        assert_eq!(clerk.post(path, ordinary).await?.code(), "parameter.pending");
        // One more, and one that is offered no more.
        let mut night = kind_of(named(&list, "紧急吹哨"));
        (night["code"], night["name"], night["arrive_n"]) = (json!(""), json!("夜间吹哨"), json!(45));
        clerk.post(path, night).await?.ok()?;
        let mut consult = kind_of(named(&list, "会商吹哨"));
        consult["offered"] = json!(false);
        clerk.post(path, consult).await?.ok()?;
        let waiting = leader.get("/api/v1/workbench").await?.ok()?.to_string();
        assert!(waiting.contains("吹哨类别·夜间吹哨"), "{waiting}");
        // By the page of settings it cannot be made otherwise.
        let raw =
            json!({ "name": "whistle.kind.town_1", "value": "随便写", "from": "2026-09-22", "reason": "试" });
        assert_eq!(clerk.post("/api/v1/parameters", raw).await?.body["fields"][0]["code"], "parameter.value");
        let single =
            json!({ "name": "whistle.ordinary.receive", "value": 5, "from": "2026-09-22", "reason": "试" });
        assert_eq!(
            clerk.post("/api/v1/parameters", single).await?.body["fields"][0]["code"],
            "parameter.value"
        );

        // A whistle of today still goes by what holds today; who proposed does not decide.
        let before = staff.post("/api/v1/whistles", raised(WHISTLE)).await?.ok()?;
        let list = leader.get(path).await?.ok()?;
        for name in ["一般吹哨", "夜间吹哨", "会商吹哨"] {
            let pending = &named(&list, name)["pending"];
            let decide = format!("/api/v1/parameters/{}/decide", pending["id"].as_str().unwrap_or_default());
            let yes = json!({ "approve": true, "version": pending["version"] });
            assert_ne!(clerk.post(&decide, yes.clone()).await?.status, StatusCode::OK, "{name}");
            leader.post(&decide, yes).await?.ok()?;
        }
        let send = json!({ "step": "confirm", "to": "police", "helpers": [] });
        let page = step(&mut head, &before, send.clone()).await?.ok()?;
        assert_eq!(body(&page, "police")["receive_by"], "2026-09-21T10:00:00.000+08:00", "an office hour");

        // From its day on: the new time, the new kind, and one kind less to choose from.
        clock(&town, "2026-09-22T09:00");
        let (mut staff, mut head) = (town.login("staff1").await?, town.login("head").await?);
        let kinds = staff.get("/api/v1/whistles/options").await?.ok()?["kinds"].clone();
        let names: Vec<_> = kinds.as_array().into_iter().flatten().map(|one| one["name"].clone()).collect();
        assert_eq!(names, ["紧急吹哨", "一般吹哨", "夜间吹哨"]);
        let page =
            staff.post("/api/v1/whistles", raised("01a00000-0000-7000-8000-000000000a03")).await?.ok()?;
        let page = step(&mut head, &page, send.clone()).await?.ok()?;
        assert_eq!(body(&page, "police")["receive_by"], "2026-09-22T09:20:00.000+08:00");
        let mut dark = raised("01a00000-0000-7000-8000-000000000a04");
        dark["kind"] = kinds[2]["code"].clone();
        let page = staff.post("/api/v1/whistles", dark).await?.ok()?;
        assert_eq!(page["kind"]["label"], "夜间吹哨");
        let page = step(&mut head, &page, send).await?.ok()?;
        assert_eq!(body(&page, "police")["arrive_by"], "2026-09-22T09:45:00.000+08:00");
        let mut gone = raised("01a00000-0000-7000-8000-000000000a05");
        gone["kind"] = json!("consult");
        assert_eq!(staff.post("/api/v1/whistles", gone).await?.status, StatusCode::UNPROCESSABLE_ENTITY);
        // What was called before keeps its clock, and every version says who and why.
        let old = head.get(&format!("/api/v1/whistles/{WHISTLE}")).await?.ok()?;
        assert_eq!(body(&old, "police")["receive_by"], "2026-09-21T10:00:00.000+08:00");
        let list = head.get(path).await?.ok()?;
        let row = named(&list, "一般吹哨");
        assert_eq!((&row["is_set"], &row["history"][0]["state"]), (&json!(true), &json!("decided")));
        assert_eq!(
            (&row["history"][0]["reason"], &row["history"][0]["by"]["name"]),
            (&json!("镇党委会议定"), &json!("周文书"))
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn times_the_town_set_one_by_one_hold_until_it_sets_the_kind() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        clock(&town, "2026-09-21T09:00");
        common::set_number(&town, "whistle.ordinary.receive", 30.0).await?;
        let mut head = town.login("head").await?;
        let options = head.get("/api/v1/whistles/options").await?.ok()?;
        assert_eq!(options["kinds"][1]["receive"], "30 工作时间分钟");
        let list = head.get("/api/v1/whistles/kinds").await?.ok()?;
        assert_eq!(named(&list, "一般吹哨")["now"]["receive_n"], 30);
        Ok(())
    })
    .await
}

/// What somebody was told of whistles and has not seen yet.
async fn told(browser: &mut Browser, what: &str) -> anyhow::Result<Vec<Value>> {
    let all = browser.get("/api/v1/me/messages").await?.items()?;
    Ok(all.into_iter().filter(|one| one["text"].as_str().unwrap_or_default().contains(what)).collect())
}

#[tokio::test]
async fn every_return_and_every_refusal_is_news_and_only_a_pressing_kind_wakes_people() -> anyhow::Result<()>
{
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let (mut staff, mut head) = (town.login("staff1").await?, town.login("head").await?);
        let (mut dept, mut police) = (town.login("dept").await?, town.login("police").await?);
        let mut page = staff.post("/api/v1/whistles", raised(WHISTLE)).await?.ok()?;
        for (n, lacking) in ["请写明气瓶数量", "请写明住了几人"].into_iter().enumerate() {
            page = step(&mut head, &page, json!({ "step": "return", "text": lacking })).await?.ok()?;
            assert_eq!(told(&mut staff, "被退回").await?.len(), n + 1, "{lacking}");
            page = step(&mut staff, &page, json!({ "step": "resend", "text": "已补充" })).await?.ok()?;
            assert_eq!(told(&mut head, "补充重报").await?.len(), n + 1, "{lacking}");
        }
        let send = json!({ "step": "confirm", "to": "dept-civil", "helpers": ["police"] });
        let page = step(&mut head, &page, send).await?.ok()?;
        let before = told(&mut head, "不承办").await?.len();
        own(&mut dept, json!({ "step": "refuse", "text": "治安由派出所管" })).await?.ok()?;
        own(&mut police, json!({ "step": "refuse", "text": "气瓶由经发办管" })).await?.ok()?;
        assert_eq!(told(&mut head, "不承办").await?.len(), before + 2, "the second body's refusal as well");
        assert_eq!(told(&mut dept, "请签收吹哨单").await?[0]["urgency"]["code"], "notice");
        assert_eq!(code(&page["kind"]), "ordinary");

        let mut pressing = raised("01a00000-0000-7000-8000-000000000a02");
        pressing["kind"] = json!("urgent");
        let page = staff.post("/api/v1/whistles", pressing).await?.ok()?;
        let number = page["code"].as_str().unwrap_or_default().to_owned();
        assert_eq!(told(&mut head, &number).await?[0]["urgency"]["code"], "order");
        let kinds = head.get("/api/v1/whistles/options").await?.ok()?["kinds"].clone();
        let pressing = |n: usize| kinds[n]["pressing"].clone();
        assert_eq!([pressing(0), pressing(1), pressing(2)], [json!(true), json!(false), json!(false)]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn two_misses_in_one_quarter_go_into_its_supervision_and_two_in_a_year_do_not() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let sent = async |n: u32, when: &str| -> anyhow::Result<()> {
            clock(&town, when);
            let (mut staff, mut head) = (town.login("staff1").await?, town.login("head").await?);
            let id = format!("01a00000-0000-7000-8000-00000000b{n:03}");
            let page = staff.post("/api/v1/whistles", raised(&id)).await?.ok()?;
            step(&mut head, &page, json!({ "step": "confirm", "to": "police" })).await?.ok()?;
            Ok(())
        };
        let supervised = async |from: &str, until: &str| -> anyhow::Result<(Value, Value)> {
            let path = format!("/api/v1/whistles/arrivals?from={from}&until={until}");
            let of = town.login("head").await?.get(&path).await?.items()?;
            let of = of.first().cloned().unwrap_or_default();
            Ok((of["missed"].clone(), of["supervised_in"].clone()))
        };
        sent(1, "2026-05-11T10:00").await?;
        sent(2, "2026-08-10T10:00").await?;
        clock(&town, "2026-09-01T10:00");
        let year = supervised("2026-01-01", "2026-12-31").await?;
        assert_eq!(year, (json!(2), json!([])), "one in each of two quarters");
        sent(3, "2026-09-07T10:00").await?;
        clock(&town, "2026-10-12T10:00");
        let year = supervised("2026-01-01", "2026-12-31").await?;
        assert_eq!(year, (json!(3), json!(["2026-Q3"])));
        let month = supervised("2026-09-01", "2026-09-30").await?;
        assert_eq!(month, (json!(1), json!(["2026-Q3"])), "a month is told of the whole quarter");
        let august = supervised("2026-08-01", "2026-08-31").await?;
        assert_eq!(august, (json!(1), json!([])), "and not of what came after it");
        Ok(())
    })
    .await
}

/// Puts a copy of a whistle beside it: another number, raised so many minutes later, changed.
async fn beside(
    town: &Town,
    ids: std::ops::Range<u32>,
    change: impl Fn(&mut domain::whistle::Whistle),
) -> anyhow::Result<()> {
    let caller = Caller::system();
    let scope = caller.scope(domain::policy::Action::WhistleRead)?;
    let mut tx = town.app.write(&caller).await?;
    let known = tx.whistle(&WHISTLE.into(), &scope).await?.unwrap_or_else(|| unreachable!("raised before"));
    for n in ids {
        let mut other = known.clone();
        other.whistle.id = format!("01a00000-0000-7000-8000-00000001{n:04}").as_str().into();
        other.whistle.code = format!("SH-2026-{n}");
        other.whistle.raised_at = known.whistle.raised_at.plus_ms(i64::from(n) * 60_000);
        change(&mut other.whistle);
        let event = domain::whistle::Event {
            seq: 1,
            act: domain::whistle::Act::Raise,
            at: other.whistle.raised_at,
            by: other.whistle.raised_by.clone(),
            text: String::new(),
            stage: other.whistle.stage,
        };
        tx.insert_whistle(&other, &event).await?;
    }
    tx.commit(caller.audit("test.write", "whistle", WHISTLE, town.app.now()), ()).await?;
    Ok(())
}

#[tokio::test]
async fn an_old_silence_is_found_behind_hundreds_of_newer_whistles() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        clock(&town, "2026-09-01T10:00");
        let (mut staff, mut head) = (town.login("staff1").await?, town.login("head").await?);
        let page = staff.post("/api/v1/whistles", raised(WHISTLE)).await?.ok()?;
        step(&mut head, &page, json!({ "step": "confirm", "to": "dept-civil" })).await?.ok()?;
        // Newer ones that run, and call a body that came at once.
        beside(&town, 1..502, |w| {
            let (by, at) = (w.raised_by.clone(), w.raised_at);
            for body in &mut w.bodies {
                body.org = "police".into();
                body.received = Some(domain::whistle::Done { by: by.clone(), at });
                body.arrived =
                    Some(domain::whistle::Arrival { by: by.clone(), at, position: None, recorded_at: None });
            }
        })
        .await?;
        clock(&town, "2026-09-08T10:00");
        let (mut head, mut dept) = (town.login("head").await?, town.login("dept").await?);
        let silent = head.get("/api/v1/whistles?silent=true").await?.items()?;
        assert_eq!((silent.len(), &silent[0]["id"]), (1, &json!(WHISTLE)));
        let mine = dept.get("/api/v1/whistles?mine=true").await?.items()?;
        assert_eq!((mine.len(), &mine[0]["id"]), (1, &json!(WHISTLE)));
        let counts = head.get("/api/v1/workbench").await?.ok()?["counts"].to_string();
        assert!(counts.contains("whistles_district"), "{counts}");

        // Page by page everything is there once, the oldest last.
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let page = head.get(&format!("/api/v1/whistles?limit=200&after={after}")).await?.ok()?;
            let items = page["items"].as_array().cloned().unwrap_or_default();
            seen.extend(items.iter().filter_map(|one| one["id"].as_str().map(str::to_owned)));
            match page["next"].as_str() {
                Some(next) => next.clone_into(&mut after),
                None => break,
            }
        }
        assert_eq!((seen.len(), seen.last().map(String::as_str)), (502, Some(WHISTLE)));
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 502);
        let nowhere = head.get("/api/v1/whistles?after=x").await?;
        assert_eq!(nowhere.body["fields"][0]["code"], "page.after");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn whistles_of_a_kind_that_was_taken_out_are_answered_and_ended() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let (mut staff, mut head) = (town.login("staff1").await?, town.login("head").await?);
        let mut dept = town.login("dept").await?;
        let page = staff.post("/api/v1/whistles", raised(WHISTLE)).await?.ok()?;
        beside(&town, 1..2, |w| w.kind = "night_call".to_owned()).await?;
        step(&mut head, &page, json!({ "step": "confirm", "to": "dept-civil" })).await?.ok()?;
        beside(&town, 2..3, |w| w.kind = "night_call".to_owned()).await?;
        let path = |n: u32| format!("/api/v1/whistles/01a00000-0000-7000-8000-00000001{n:04}");
        let waiting = head.get(&path(1)).await?.ok()?;
        let send = json!({ "step": "confirm", "to": "dept-civil" });
        assert_eq!(step(&mut head, &waiting, send).await?.code(), "whistle.no_terms");
        let gone =
            step(&mut head, &waiting, json!({ "step": "void", "text": "按现有类别重吹" })).await?.ok()?;
        assert_eq!((code(&gone["stage"]), code(&gone["kind"])), ("void", "night_call"));
        for asked in [
            json!({ "step": "receive" }),
            json!({ "step": "arrive" }),
            json!({ "step": "opine", "text": "气瓶限期移出" }),
            json!({ "step": "finish", "text": "已移出" }),
        ] {
            dept.post(&format!("{}/steps", path(2)), asked).await?.ok()?;
        }
        let done = head.get(&path(2)).await?.ok()?;
        let closed = step(&mut head, &done, json!({ "step": "close", "text": "未互评" })).await?.ok()?;
        assert_eq!(code(&closed["stage"]), "closed");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_body_that_waits_for_the_towns_answer_is_neither_silent_nor_late() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        clock(&town, "2026-09-01T10:00");
        let (mut staff, mut head) = (town.login("staff1").await?, town.login("head").await?);
        let mut dept = town.login("dept").await?;
        let page = staff.post("/api/v1/whistles", raised(WHISTLE)).await?.ok()?;
        step(&mut head, &page, json!({ "step": "confirm", "to": "dept-civil" })).await?.ok()?;
        let refused = own(&mut dept, json!({ "step": "refuse", "text": "由派出所管" })).await?.ok()?;
        assert_eq!(refused["my_next_by"], Value::Null, "its clock stands");
        clock(&town, "2026-09-14T10:00");
        let mut head = town.login("head").await?;
        assert_eq!(head.get("/api/v1/whistles?silent=true").await?.items()?.len(), 0);
        let rates = head.get("/api/v1/whistles/arrivals").await?.ok()?;
        assert_eq!(rates["due"], 0, "nothing was due from it meanwhile");
        let insist = json!({ "step": "insist", "org": "dept-civil", "text": "仍由你办牵头" });
        let page = step(&mut head, &refused, insist).await?.ok()?;
        assert_eq!(body(&page, "dept-civil")["called_at"], "2026-09-14T10:00:00.000+08:00");
        assert_eq!(body(&page, "dept-civil")["arrive_by"], "2026-09-16T23:59:59.999+08:00");
        assert_eq!(code(&page["height"]), "none");
        Ok(())
    })
    .await
}
