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
        assert_eq!(of("police").map(|one| &one["to_supervision"]), Some(&json!(false)), "twice in a quarter");
        let this = head.get("/api/v1/whistles/arrivals").await?.ok()?;
        assert_eq!((&this["from"], &this["due"]), (&json!("2026-10-01"), &json!(0)));
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
        for name in
            ["whistle.urgent.receive", "whistle.consult.arrive", "whistle.misses", "whistle.office_from"]
        {
            assert!(settings.contains(name), "{name}");
        }
        Ok(())
    })
    .await
}
