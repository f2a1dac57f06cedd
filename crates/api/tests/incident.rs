//! The night fire, from the call to what was learned; an alarm nobody vouches for; who may and who may not; figures.
//! What does not belong here: what is only played (`incident_rehearsal`), the watch (`incident_watch`), the card (`incident_card`).

use std::time::Duration;

use app::Caller;
use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common;
use crate::common::{Browser, Town, V1, V2, shop, town};

pub(crate) const HOUSE: &str = "01a00000-0000-7000-8000-000000000f01";
pub(crate) const FAR: &str = "01a00000-0000-7000-8000-000000000f02";

pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// A micro station of the first village with three people, one of them away; one of the second with one.
async fn stations(town: &Town) -> anyhow::Result<(String, String)> {
    let mut clerk = town.login("clerk").await?;
    let mut made = Vec::new();
    for (name, village, org, people, lon) in [
        ("场镇社区微型消防站", V1, "village-1", &["p-staff1", "p-grid1", "p-secretary1"][..], 105.871),
        ("凌阁堂村微型消防站", V2, "village-2", &["p-staff2"][..], 105.851),
    ] {
        let station = json!({ "kind": "micro", "served": "village", "name": name, "org": org, "territory": village,
            "standard": "village_micro", "phone": "023-49000001", "address": "便民中心旁",
            "lng_e7": (lon * 1e7) as i64, "lat_e7": 292_680_000 });
        let force = clerk.post("/api/v1/forces", station).await?.ok()?;
        for person in people {
            let held = json!({ "post": force["posts"][1]["id"], "person": person, "from": "2026-09-01", "basis": "演示" });
            clerk.post("/api/v1/assignments", held).await?.ok()?;
        }
        let base = format!("/api/v1/forces/{}", text(&force, "id"));
        let accepted = json!({ "on": "2026-09-10", "text": "镇消安办", "version": 1 });
        let force = clerk.post(&format!("{base}/accept"), accepted).await?.ok()?;
        let bike = json!({ "item": "motorcycle", "name": "消防摩托车", "from": "2026-09-10", "version": force["version"] });
        clerk.post(&format!("{base}/vehicles"), bike).await?.ok()?;
        made.push(text(&force, "id").to_owned());
    }
    let far = made.pop().unwrap_or_default();
    Ok((made.pop().unwrap_or_default(), far))
}

pub(crate) async fn settled(fresh: &testkit::Fresh) -> anyhow::Result<(Town, String, String)> {
    let town = town(fresh).await?;
    town.app.install_shipped_plan(&Caller::system()).await?;
    shop(&town, HOUSE, "老街独居老人住房", V1).await?;
    shop(&town, FAR, "凌阁堂榨油坊", V2).await?;
    let (near, far) = stations(&town).await?;
    Ok((town, near, far))
}

pub(crate) fn call() -> Value {
    json!({ "kind": "building", "place": HOUSE, "spot": { "lon": 105.872, "lat": 29.268 }, "text": "屋里冒烟",
        "called_by": "邻居周某", "phone": "13800001234" })
}

pub(crate) async fn step(who: &mut Browser, id: &str, body: Value) -> anyhow::Result<common::Told> {
    who.post(&format!("/api/v1/incidents/{id}/steps"), body).await
}

/// What a fire set off of a duty; null where nothing.
async fn set_off(who: &mut Browser, duty: &str, incident: &str) -> anyhow::Result<Value> {
    let page = who.get(&format!("/api/v1/board/duties/{duty}?limit=200")).await?.ok()?;
    let items = page["occurrences"]["items"].as_array().cloned().unwrap_or_default();
    Ok(items.into_iter().find(|one| one["subject"]["id"] == incident).unwrap_or_default())
}

#[tokio::test]
async fn the_night_fire_goes_from_the_call_to_what_was_learned() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, near, _) = settled(&fresh).await?;
        // At two in the morning the grid manager is on the night's list of the day before; the others sleep.
        let mut clerk = town.login("clerk").await?;
        let roster = json!({ "version": 3, "days": [
            { "on": "2026-09-21", "duties": [{ "person": "p-grid1", "shift": "night" }, { "person": "p-staff1", "shift": "night" }] }] });
        clerk.put(&format!("/api/v1/forces/{near}/roster"), roster).await?.ok()?;
        town.clock.advance_ms(17 * 3_600_000);
        let mut clerk = town.login("clerk").await?;
        let opened = clerk.post("/api/v1/incidents", call()).await?.ok()?;
        let id = text(&opened, "id").to_owned();
        assert_eq!((text(&opened["stage"], "code"), &opened["trusted"]), ("open", &json!(true)));
        assert_eq!(text(&opened, "caller_phone"), "13800001234");

        // A second call about the same house is the same incident.
        town.clock.advance_ms(20_000);
        let again = json!({ "place": HOUSE, "text": "看到火光", "called_by": "路人" });
        let joined = clerk.post("/api/v1/incidents", again).await?.ok()?;
        assert_eq!((text(&joined, "id"), &joined["signals"]), (id.as_str(), &json!(2)));
        assert_eq!(joined["signs"][1]["why"][0], "同一场所");
        let screen = clerk.get("/api/v1/duty").await?.ok()?;
        assert_eq!(screen["items"].as_array().map(Vec::len), Some(1), "one event, not two");
        let bench = clerk.get("/api/v1/workbench").await?.ok()?;
        assert!(bench["counts"].as_array().into_iter().flatten().any(|one| one["code"] == "alarms"), "{bench}");

        step(&mut clerk, &id, json!({ "step": "acknowledge" })).await?.ok()?;
        assert_eq!(step(&mut clerk, &id, json!({ "step": "acknowledge" })).await?.code(), "incident.known");
        step(&mut clerk, &id, json!({ "step": "verify" })).await?.ok()?;
        let real = step(&mut clerk, &id, json!({ "step": "judge", "verdict": "real", "how": "telephone" })).await?.ok()?;
        assert_eq!((&real["awaits_119"], text(&real["stage"], "code")), (&json!(true), "real"));
        assert_eq!(step(&mut clerk, &id, json!({ "step": "tell_119" })).await?.code(), "incident.why_not_119");
        let told = json!({ "step": "tell_119", "told_at": town.app.now().to_rfc3339() });
        let at = text(&told, "told_at").get(11..19).unwrap_or_default().to_owned();
        let known = step(&mut clerk, &id, told).await?.ok()?;
        assert_eq!(known["awaits_119"], json!(false));
        let line = known["events"].as_array().and_then(|all| all.last()).cloned().unwrap_or_default();
        assert_eq!(text(&line, "text"), format!("已报 119：{at}"), "the time as people read it");

        // The nearest who is awake comes first, every minute is explained; who sleeps is left in peace.
        let found = clerk.get(&format!("/api/v1/incidents/{id}/candidates")).await?.ok()?;
        let people: Vec<_> = found["items"].as_array().into_iter().flatten().map(|one| text(&one["person"], "id")).collect();
        assert_eq!(people, ["p-grid1", "p-staff1", "p-staff2", "p-secretary1"], "{found}");
        let (first, asleep) = (&found["items"][0], &found["items"][3]);
        assert_eq!((text(first, "vehicle"), text(&first["by"], "code")), ("消防摩托车", "straight"));
        let sum: f64 = first["lines"].as_array().into_iter().flatten().filter_map(|line| line["minutes"].as_f64()).sum();
        assert!((sum - first["score"].as_f64().unwrap_or_default()).abs() < 1e-9);
        assert_eq!((text(&asleep["barred"], "code"), text(asleep, "presence")), ("off_duty", "off"));
        assert_eq!(found["items"][2]["aid"], json!(true));

        let send = |people: Value, rule: &str| json!({ "people": people, "by_rule": rule });
        let pick = |person: &str| json!({ "person": person, "force": near });
        let orders = format!("/api/v1/incidents/{id}/dispatches");
        assert_eq!(clerk.post(&orders, send(json!([]), "")).await?.code(), "dispatch.nobody");
        assert_eq!(clerk.post(&orders, send(json!([pick("p-secretary1")]), "")).await?.code(), "dispatch.off_duty");
        assert_eq!(clerk.post(&orders, send(json!([pick("p-clerk")]), "")).await?.code(), "dispatch.no_crew");
        let sent = clerk.post(&orders, send(json!([pick("p-grid1"), pick("p-staff1")]), "")).await?.ok()?;
        assert_eq!(sent["orders"].as_array().map(Vec::len), Some(2));
        assert_eq!(clerk.post(&orders, send(json!([pick("p-grid1")]), "")).await?.code(), "dispatch.busy");

        // The called one sees what he must know and answers from his phone.
        let (mut grid, mut staff) = (town.login("grid1").await?, town.login("staff1").await?);
        let mine = grid.get("/api/v1/me/dispatches").await?.ok()?;
        let order = text(&mine["items"][0], "id").to_owned();
        assert_eq!(mine["items"][0]["others"], json!(["李消防"]));
        let told = grid.get("/api/v1/me/messages").await?.items()?;
        let called = told.iter().find(|one| one["urgency"]["code"] == "order").cloned().unwrap_or_default();
        let whither = format!("请出动：老街 1 号，{}，", text(&sent["village"], "name"));
        assert!(text(&called, "text").contains(&whither), "{called}");
        assert!(!called.to_string().contains("周某") && !called.to_string().contains("独居"), "{called}");
        assert!(!mine.to_string().contains("13800001234"), "the caller's telephone is the office's business");
        let answer = |order: &str| format!("/api/v1/dispatches/{order}/steps");
        let theirs = text(&staff.get("/api/v1/me/dispatches").await?.ok()?["items"][0], "id").to_owned();
        let mut police = town.login("police").await?;
        let stranger = police.post(&answer(&order), json!({ "state": "accepted" })).await?;
        assert_eq!(stranger.status, StatusCode::NOT_FOUND);
        for (state, s) in [("accepted", 15), ("en_route", 40), ("on_scene", 180)] {
            town.clock.advance_ms(s * 1_000);
            let done = grid.post(&answer(&order), json!({ "state": state })).await?.ok()?;
            assert_eq!(text(&done["state"], "code"), state);
        }
        assert_eq!(grid.post(&answer(&order), json!({ "state": "accepted" })).await?.code(), "dispatch.state");
        // The other one stays silent: the next is named, then he is called off by who commands.
        let found = clerk.get(&format!("/api/v1/incidents/{id}/candidates")).await?.ok()?;
        assert_eq!(text(&found["advice"][0]["person"], "id"), "p-staff2");
        assert_eq!(clerk.get("/api/v1/duty").await?.ok()?["silent"][&id], json!(1));
        assert_eq!(found["gaps"][0]["short"], json!(2), "nobody on the list is left there: {}", found["gaps"]);
        // Silence is what the town says it is, on the watch and on the order alike.
        let url = format!("/api/v1/incidents/{id}");
        let silent = |page: &Value| {
            let orders = page["orders"].as_array().cloned().unwrap_or_default();
            orders.iter().find(|one| text(one, "id") == theirs).map(|one| one["silent"].clone())
        };
        assert_eq!(silent(&clerk.get(&url).await?.ok()?), Some(json!(true)));
        common::set_number(&town, "dispatch.answer_s", 600.0).await?;
        assert_eq!(silent(&clerk.get(&url).await?.ok()?), Some(json!(false)));
        assert_eq!(clerk.get("/api/v1/duty").await?.ok()?["silent"], json!({}));
        let off = json!({ "state": "cancelled", "reason": "人手已够" });
        assert_eq!(staff.post(&answer(&theirs), off.clone()).await?.status, StatusCode::OK, "he commands in his village");

        let now = clerk.get(&format!("/api/v1/incidents/{id}")).await?.ok()?;
        assert_eq!(text(&now["stage"], "code"), "responding");
        let marks: Vec<_> = now["marks"].as_array().into_iter().flatten().filter(|one| !one["at"].is_null()).collect();
        assert_eq!(marks.iter().map(|one| text(&one["mark"], "code")).collect::<Vec<_>>(),
            ["alarm", "verified", "dispatched", "en_route", "arrived"]);

        for (name, s) in [("controlled", 300), ("out", 600)] {
            town.clock.advance_ms(s * 1_000);
            step(&mut clerk, &id, json!({ "step": name })).await?.ok()?;
        }
        let note = json!({ "step": "note", "initial": { "cause": "电热毯", "injured": 1, "rooms": 1, "notable": true },
            "version": 1 });
        assert_eq!(step(&mut clerk, &id, note.clone()).await?.status, StatusCode::CONFLICT, "it would overwrite");
        let mut note = note;
        note["version"] = clerk.get(&format!("/api/v1/incidents/{id}")).await?.ok()?["version"].clone();
        step(&mut clerk, &id, note).await?.ok()?;
        let over = step(&mut clerk, &id, json!({ "step": "hand_over", "to": "永川区消防救援大队" })).await?.ok()?;
        assert_eq!((text(&over["review_reasons"][0], "code"), text(&over, "review_by")), ("hurt", "2026-09-29"));
        // Who is there says himself when he leaves: nobody calls him off.
        let his = over["orders"].as_array().into_iter().flatten().find(|one| text(one, "id") == order);
        assert_eq!(his.map(|one| text(&one["state"], "code")), Some("on_scene"), "{}", over["orders"]);
        grid.post(&answer(&order), json!({ "state": "returned" })).await?.ok()?;
        assert_eq!(step(&mut clerk, &id, json!({ "step": "close" })).await?.code(), "incident.review_first");
        let overdue = "/api/v1/incidents?review=overdue"; // within seven days nobody is reminded
        assert!(clerk.get(overdue).await?.items()?.is_empty());
        town.clock.advance_days(8);
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        assert_eq!(text(&clerk.get(overdue).await?.items()?[0], "id"), id);
        let bench = clerk.get("/api/v1/workbench").await?.ok()?["counts"].to_string();
        assert!(bench.contains("incident_reviews"), "{bench}");
        let review = json!({ "step": "review", "text": "到场及时，取水点标志不清",
            "lessons": [{ "text": "补立取水点标志", "owner": "post-staff1", "due_on": "2026-10-10" }] });
        step(&mut clerk, &id, review).await?.ok()?;
        let owed = staff.get("/api/v1/follow-ups?mine=true").await?.ok()?;
        assert_eq!(owed["items"][0]["text"], "补立取水点标志", "{owed}");
        assert_eq!(set_off(&mut clerk, "C4.7", &id).await?, Value::Null, "sets nothing off before it is closed");
        let closed = step(&mut clerk, &id, json!({ "step": "close" })).await?.ok()?;
        assert_eq!(text(&closed["stage"], "code"), "closed");
        // A real fire sets duties off by itself; this one is to be passed on as well, and the circular is credited to it.
        for duty in ["C4.7", "C9.5"] {
            let case = set_off(&mut clerk, duty, &id).await?;
            assert_eq!((text(&case["subject"], "name"), text(&case["subject"], "href")),
                (text(&closed, "code"), format!("/incidents/{id}").as_str()), "{duty}: {case}");
            assert_eq!(text(&case, "status"), "unmet", "{duty}: {case}");
        }
        let circular = json!({ "id": "01a00000-0000-7000-8000-000000000f51", "kind": "bulletin", "title": "关于老街火情的通报",
            "number": "青消安办〔2026〕5号", "happened_on": "2026-09-22",
            "claims": [{ "duty": "C4.7", "subject_kind": "event", "subject": id }] });
        clerk.post("/api/v1/evidence", circular).await?.ok()?;
        assert_eq!(set_off(&mut clerk, "C4.7", &id).await?["waiting"], json!(1));
        assert!(closed["actions"].as_array().is_some_and(|list| !list.contains(&json!("dispatch"))));
        let steps: Vec<_> = closed["events"].as_array().into_iter().flatten().map(|one| text(&one["act"], "code")).collect();
        assert_eq!(steps, ["open", "join", "acknowledge", "verify", "judge", "tell_119", "dispatched", "en_route", "arrived",
            "controlled", "out", "note", "hand_over", "review", "close"]);

        // The flash report says what is verified, and calls what was seen first by that name.
        let from = |template: &str| format!("/api/v1/papers/prefill?template={template}&about_kind=incident&about={id}");
        let told = clerk.get(&from("DT19")).await?.ok()?["values"].clone();
        assert_eq!((text(&told, "stage"), text(&told, "place")), ("终报", "老街独居老人住房"), "{told}");
        assert!(text(&told, "facts").contains("初步掌握（未经认定）：电热毯"), "{told}");
        assert!(text(&told, "casualties").starts_with("初步掌握：受伤 1 人"), "{told}");
        assert!(text(&told, "measures").contains("已报 119"), "{told}");
        assert!(told["forces"][0].as_str().is_some_and(|one| one.contains("到场")), "{told}");
        assert!(!told.to_string().contains("周某") && !told.to_string().contains("1380000"), "{told}");
        let registered = clerk.get(&from("DT20.register")).await?.ok()?["values"].clone();
        assert_eq!((&registered["cause"], &registered["forces"][0][1]), (&Value::Null, &json!("1")), "{registered}");
        let paper = json!({ "template": "DT19", "org": "office", "values": told, "copies_to": [], "bodies": [],
            "about": { "kind": "incident", "id": id } });
        let mut far = town.login("staff2").await?;
        assert_eq!(far.get(&from("DT19")).await?.status, StatusCode::NOT_FOUND);
        let draft = clerk.post("/api/v1/papers", paper).await?;
        assert_eq!(draft.status, StatusCode::OK, "{}", draft.body);
        let about = clerk.get(&format!("/api/v1/papers?about_kind=incident&about={id}")).await?.items()?;
        assert_eq!(about.len(), 1);

        // The figure of the leader's page opens what it counts.
        let page = town.login("leader").await?.get("/api/v1/leader").await?.ok()?;
        let fires = &page["numbers"][3];
        assert_eq!((text(fires, "code"), &fires["value"]), ("fires", &json!(1.0)), "{fires}");
        let counted = clerk.get(&format!("/api/v1{}", text(fires, "href"))).await?.items()?;
        assert_eq!(counted.iter().map(|one| text(one, "id")).collect::<Vec<_>>(), [&id]);
        let before = clerk.get("/api/v1/incidents?fire=true&alarm_to=2026-09-20").await?.items()?;
        assert!(before.is_empty(), "{before:?}");

        let figures = clerk.get("/api/v1/incidents/statistics?from=2026-09-01&to=2026-09-30").await?.ok()?;
        let all = &figures["rows"][0];
        assert_eq!((&all["alarms"], &all["verified_in_time"], &all["sent"], &all["median_s"], &all["in_target"]),
            (&json!(1), &json!(1), &json!(1), &json!(235), &json!(0)));
        let own = figures["forces"].as_array().into_iter().flatten().find(|one| text(&one["force"], "id") == near);
        assert_eq!(own.map(|one| (&one["called"], &one["arrived"], &one["median_s"], &one["in_target"])),
            Some((&json!(2), &json!(1), &json!(235), &json!(0))), "{}", figures["forces"]);
        assert_eq!((&figures["rows"][2]["part"], &figures["rows"][2]["alarms"]), (&json!("night"), &json!(1)));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_next_village_learns_nothing_and_others_see_no_telephone() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, _, _) = settled(&fresh).await?;
        let (mut clerk, mut far) = (town.login("clerk").await?, town.login("staff2").await?);
        let id = text(&clerk.post("/api/v1/incidents", call()).await?.ok()?, "id").to_owned();
        let base = format!("/api/v1/incidents/{id}");
        for path in [base.clone(), format!("{base}/card"), format!("{base}/candidates")] {
            assert_eq!(far.get(&path).await?.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert!(far.get("/api/v1/incidents").await?.items()?.is_empty());
        assert!(far.get("/api/v1/duty").await?.items()?.is_empty());
        // On the map it is where it burns, for whoever may see it; nothing of the caller is on it.
        let there = clerk.get("/ogc/collections/incidents/items").await?.ok()?;
        let seen = &there["features"][0];
        assert_eq!(
            (text(seen, "id"), &seen["geometry"]["coordinates"]),
            (id.as_str(), &json!([105.872, 29.268]))
        );
        assert_eq!(text(&seen["properties"], "page"), format!("/incidents/{id}"));
        assert!(!there.to_string().contains("周某") && !there.to_string().contains("1380000"), "{there}");
        assert_eq!(far.get("/ogc/collections/incidents/items").await?.ok()?["numberMatched"], json!(0));
        assert_eq!(
            far.post("/api/v1/incidents", json!({ "village": V1, "address": "老街", "text": "烟" }))
                .await?
                .status,
            StatusCode::FORBIDDEN
        );
        assert_eq!(
            clerk.post("/api/v1/incidents", json!({ "text": "烟" })).await?.code(),
            "incident.nowhere"
        );
        let wrong = clerk.post("/api/v1/incidents", json!({ "place": "x" })).await?;
        assert_eq!(wrong.body["fields"][0]["code"], "incident.place");
        let mut auditor = town.login("auditor").await?;
        let seen = auditor.get(&base).await?.ok()?;
        assert_eq!((text(&seen, "caller_phone"), &seen["actions"]), ("138****1234", &json!([])));
        assert_eq!(step(&mut auditor, &id, json!({ "step": "verify" })).await?.status, StatusCode::FORBIDDEN);
        let card = clerk.get(&format!("{base}/card")).await?.ok()?;
        assert_eq!(
            (text(&card["contacts"][0], "phone"), text(&card["place"], "name")),
            ("13812345678", "老街独居老人住房")
        );
        let other = auditor.get(&format!("{base}/card")).await?.ok()?;
        assert_eq!(text(&other["contacts"][0], "phone"), "138****5678");

        // Of its hazards those are told that are still open, and where each stands.
        let mut made = Vec::new();
        for (n, code) in [(1, "H01.1"), (2, "H01.2")] {
            let hazard = json!({ "id": format!("01a00000-0000-7000-8000-0000000002{n:02}"), "place": HOUSE,
                "hazard_code": code, "description": "楼梯间堆放货物", "photos": [] });
            made.push(clerk.post("/api/v1/hazards", hazard).await?.ok()?);
        }
        let void = json!({ "step": "void", "reason": "登错场所", "version": made[1]["version"] });
        clerk.post(&format!("/api/v1/hazards/{}/steps", text(&made[1], "id")), void).await?.ok()?;
        let card = clerk.get(&format!("{base}/card")).await?.ok()?;
        assert_eq!(card["hazards"].as_array().map(Vec::len), Some(1), "{}", card["hazards"]);
        let shown = &card["hazards"][0];
        assert_eq!((&shown["id"], text(&shown["state"], "code")), (&made[0]["id"], "found"));

        // A false alarm takes back who was called, and stays on record.
        let near = clerk.get(&format!("{base}/candidates")).await?.ok()?["items"][0].clone();
        let pick = json!({ "people": [{ "person": near["person"]["id"], "force": near["force"]["id"] }] });
        let sent = clerk.post(&format!("{base}/dispatches"), pick).await?.ok()?;
        // What the desk writes down for him is no word of his: his message does not count as received.
        let order = text(&sent["orders"][0], "id").to_owned();
        let by_telephone = json!({ "state": "accepted" });
        clerk.post(&format!("/api/v1/dispatches/{order}/steps"), by_telephone).await?.ok()?;
        let told = clerk.get("/api/v1/messages").await?.items()?;
        let his = told.iter().find(|one| text(one, "about") == order).cloned().unwrap_or_default();
        assert_eq!((text(&his["state"], "code"), &his["received_at"]), ("dropped", &Value::Null), "{his}");
        let none = json!({ "step": "judge", "verdict": "false_alarm", "how": "on_site" });
        assert_eq!(step(&mut clerk, &id, none.clone()).await?.code(), "incident.no_reason");
        let mut none = none;
        none["text"] = json!("煮饭烟气");
        let over = step(&mut clerk, &id, none).await?.ok()?;
        assert_eq!(
            (text(&over["stage"], "code"), text(&over["orders"][0]["state"], "code")),
            ("false_alarm", "cancelled")
        );
        let figures = clerk.get("/api/v1/incidents/statistics?from=2026-09-01&to=2026-09-30").await?.ok()?;
        assert_eq!(figures["rows"][0]["false_alarms"], json!(1));
        assert!(
            clerk.get("/api/v1/incidents?fire=true").await?.items()?.is_empty(),
            "a false alarm is no fire"
        );
        // What waits for nobody is off the map.
        assert_eq!(clerk.get("/ogc/collections/incidents/items").await?.ok()?["numberMatched"], json!(0));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_call_without_a_position_says_so_and_calls_nobody_a_stranger() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, _, _) = settled(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let burns = json!({ "address": "老街 20 号楼道", "text": "冒烟" });
        let id = text(&clerk.post("/api/v1/incidents", burns).await?.ok()?, "id").to_owned();
        let found = clerk.get(&format!("/api/v1/incidents/{id}/candidates")).await?.ok()?;
        let all = found["items"].as_array().cloned().unwrap_or_default();
        assert_eq!(all.len(), 4, "{found}");
        for one in &all {
            assert_eq!((&one["aid"], &one["minutes"]), (&json!(false), &Value::Null), "{one}");
            assert_eq!(text(&one["lines"][0], "text"), "警情还没有位置，请先在地图上定位", "{one}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn volunteers_are_sent_to_no_forest_front_and_neighbours_raise_the_level() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, _, far) = settled(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let mut forest = call();
        forest["kind"] = json!("forest");
        let id = text(&clerk.post("/api/v1/incidents", forest).await?.ok()?, "id").to_owned();
        let base = format!("/api/v1/incidents/{id}");
        let found = clerk.get(&format!("{base}/candidates")).await?.ok()?;
        assert_eq!(found["no_volunteers"], json!(true));
        assert!(
            found["items"].as_array().into_iter().flatten().all(|one| one["barred"]["code"] == "volunteer")
        );
        let pick = json!({ "people": [{ "person": "p-staff2", "force": far }], "by_rule": "紧急" });
        assert_eq!(
            clerk.post(&format!("{base}/dispatches"), pick.clone()).await?.code(),
            "dispatch.volunteer"
        );
        let fixed = json!({ "step": "judge", "verdict": "real", "how": "on_site", "kind": "outdoor" });
        step(&mut clerk, &id, fixed).await?.ok()?;
        let sent = clerk.post(&format!("{base}/dispatches"), pick).await?.ok()?;
        assert_eq!(
            (&sent["level"], &sent["orders"][0]["aid"], text(&sent["orders"][0], "by_rule")),
            (&json!(2), &json!(true), "")
        );
        // The neighbour who may not see the incident still answers his own order.
        let mut staff = town.login("staff2").await?;
        let order = text(&staff.get("/api/v1/me/dispatches").await?.ok()?["items"][0], "id").to_owned();
        let to = format!("/api/v1/dispatches/{order}/steps");
        assert_eq!(staff.post(&to, json!({ "state": "declined" })).await?.code(), "dispatch.no_reason");
        assert_eq!(
            staff.post(&to, json!({ "state": "cancelled", "reason": "x" })).await?.status,
            StatusCode::FORBIDDEN
        );
        staff.post(&to, json!({ "state": "declined", "reason": "在外地" })).await?.ok()?;
        assert_eq!(staff.get(&base).await?.status, StatusCode::NOT_FOUND);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn volunteers_are_sent_to_no_chemicals_and_no_ruins_whatever_rule_is_named() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, near, _) = settled(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        for (kind, barred) in
            [("forest", true), ("chemical", true), ("collapse", true), ("gas", false), ("electrical", false)]
        {
            let burns = json!({ "kind": kind, "village": V1, "address": format!("{kind} 号"), "text": "求助",
                "called_by": "路人", "spot": { "lon": 105.80 + kind.len() as f64 / 100.0, "lat": 29.268 } });
            let id = text(&clerk.post("/api/v1/incidents", burns).await?.ok()?, "id").to_owned();
            let base = format!("/api/v1/incidents/{id}");
            let found = clerk.get(&format!("{base}/candidates")).await?.ok()?;
            assert_eq!(found["no_volunteers"], json!(barred), "{kind}");
            let pick = json!({ "people": [{ "person": "p-staff1", "force": near }], "by_rule": "紧急" });
            let sent = clerk.post(&format!("{base}/dispatches"), pick).await?;
            assert_eq!(sent.code() == "dispatch.volunteer", barred, "{kind}: {}", sent.body);
            assert_eq!(
                clerk.get(&base).await?.ok()?["orders"].as_array().map(Vec::len),
                Some(usize::from(!barred))
            );
            if !barred {
                let off =
                    json!({ "step": "judge", "verdict": "false_alarm", "how": "telephone", "text": "误报" });
                step(&mut clerk, &id, off).await?.ok()?;
            }
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn volunteers_called_before_it_was_known_what_it_is_are_called_off_and_warned() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, near, far) = settled(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let id = text(&clerk.post("/api/v1/incidents", call()).await?.ok()?, "id").to_owned();
        step(&mut clerk, &id, json!({ "step": "judge", "verdict": "real", "how": "telephone" }))
            .await?
            .ok()?;
        let pick = |person: &str, force: &str| json!({ "person": person, "force": force });
        let people =
            json!({ "people": [pick("p-grid1", &near), pick("p-staff1", &near), pick("p-staff2", &far)] });
        let orders = format!("/api/v1/incidents/{id}/dispatches");
        let sent = clerk.post(&orders, people).await?.ok()?;
        let order_of = |person: &str| {
            let all = sent["orders"].as_array().cloned().unwrap_or_default();
            let own = all.into_iter().find(|one| text(&one["person"], "id") == person);
            own.map(|one| text(&one, "id").to_owned()).unwrap_or_default()
        };
        let mut who = Vec::new();
        for login in ["grid1", "staff1", "staff2"] {
            who.push(town.login(login).await?);
        }
        let [grid, staff, other] = who.as_mut_slice() else { anyhow::bail!("three of them") };
        let answer = |person: &str| format!("/api/v1/dispatches/{}/steps", order_of(person));
        for state in ["en_route", "on_scene"] {
            town.clock.advance_ms(10_000);
            grid.post(&answer("p-grid1"), json!({ "state": state })).await?.ok()?;
        }
        staff.post(&answer("p-staff1"), json!({ "state": "en_route" })).await?.ok()?;

        // It turns out to be chemicals.
        town.clock.advance_ms(10_000);
        let change = json!({ "step": "change", "kind": "chemical", "address": "老街 1 号",
            "spot": { "lon": 105.872, "lat": 29.268 }, "version": clerk.get(&format!("/api/v1/incidents/{id}")).await?.ok()?["version"] });
        let now = step(&mut clerk, &id, change).await?.ok()?;
        let state_of = |page: &Value, person: &str| {
            let all = page["orders"].as_array().cloned().unwrap_or_default();
            let own = all.into_iter().find(|one| text(&one["person"], "id") == person).unwrap_or_default();
            (text(&own["state"], "code").to_owned(), text(&own, "reason").to_owned())
        };
        for person in ["p-staff1", "p-staff2"] {
            let (state, why) = state_of(&now, person);
            assert_eq!(state, "cancelled", "{person}");
            assert!(why.contains("危险化学品"), "{why}");
        }
        assert_eq!(state_of(&now, "p-grid1").0, "on_scene", "he says himself when he left");
        assert_eq!(now["volunteers_there"].as_array().map(Vec::len), Some(1), "{now}");
        let told = async |browser: &mut Browser, wanted: &str| {
            let all = browser.get("/api/v1/me/messages").await?.items()?;
            let urgent =
                |one: &&Value| one["urgency"]["code"] != "notice" && text(one, "text").contains(wanted);
            anyhow::Ok(all.iter().filter(urgent).count())
        };
        assert_eq!(told(staff, "请立即返回").await?, 1);
        assert_eq!(told(other, "请不要前往").await?, 1);
        assert_eq!(told(other, "请出动").await?, 0, "nobody is called to it any more");
        assert_eq!(told(grid, "请立即撤到安全地带").await?, 1);
        assert_eq!(told(&mut clerk, "仍在现场").await?, 1, "the desk, too");
        let mine = grid.get("/api/v1/me/dispatches").await?.ok()?;
        assert_eq!(mine["items"][0]["must_leave"], json!(true));
        assert_eq!(staff.get("/api/v1/me/dispatches").await?.ok()?["items"][0]["must_leave"], json!(false));

        // Gone, nobody is warned of him; who is called after that is refused as before.
        grid.post(&answer("p-grid1"), json!({ "state": "returned" })).await?.ok()?;
        let now = clerk.get(&format!("/api/v1/incidents/{id}")).await?.ok()?;
        assert_eq!(now["volunteers_there"], json!([]));
        let again = json!({ "people": [pick("p-staff1", &near)] });
        assert_eq!(clerk.post(&orders, again).await?.code(), "dispatch.volunteer");
        Ok(())
    })
    .await
}

/// Every stamp of an order and of its incident, each with its moment and who wrote it down; who declined, and whose station
/// moves up meanwhile.
#[tokio::test]
async fn every_step_of_an_order_and_its_incident_is_stamped_with_when_and_by_whom() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, near, _) = settled(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        // A third station that can spare people, a little farther than the one that goes.
        let spare = json!({ "kind": "micro", "served": "village", "name": "新街微型消防站", "org": "village-1", "territory": V1,
            "standard": "village_micro", "phone": "023-49000009", "address": "新街", "lng_e7": 1_058_760_000, "lat_e7": 292_680_000 });
        let spare = clerk.post("/api/v1/forces", spare).await?.ok()?;
        for person in ["p-officer", "p-officer2", "p-dept"] {
            let held = json!({ "post": spare["posts"][1]["id"], "person": person, "from": "2026-09-01", "basis": "演示" });
            clerk.post("/api/v1/assignments", held).await?.ok()?;
        }
        let accepted = json!({ "on": "2026-09-10", "text": "镇消安办", "version": 1 });
        clerk.post(&format!("/api/v1/forces/{}/accept", text(&spare, "id")), accepted).await?.ok()?;

        let id = text(&clerk.post("/api/v1/incidents", call()).await?.ok()?, "id").to_owned();
        step(&mut clerk, &id, json!({ "step": "judge", "verdict": "real", "how": "telephone" })).await?.ok()?;
        let told = json!({ "step": "tell_119", "told_at": town.app.now().to_rfc3339() });
        step(&mut clerk, &id, told).await?.ok()?;
        let called = town.app.now();
        let pick = |person: &str| json!({ "person": person, "force": near });
        let send = json!({ "people": [pick("p-grid1"), pick("p-staff1")], "by_rule": "" });
        let sent = clerk.post(&format!("/api/v1/incidents/{id}/dispatches"), send).await?.ok()?;
        let order_of = |person: &str| {
            let orders = sent["orders"].as_array().cloned().unwrap_or_default();
            let own = orders.into_iter().find(|one| text(&one["person"], "id") == person);
            own.map(|one| text(&one, "id").to_owned()).unwrap_or_default()
        };
        let (goes, declines) = (order_of("p-grid1"), order_of("p-staff1"));
        let gap = clerk.get(&format!("/api/v1/incidents/{id}/candidates")).await?.ok()?["gaps"][0].clone();
        assert_eq!((text(&gap["force"], "id"), text(&gap["move_up"], "id")), (near.as_str(), text(&spare, "id")), "{gap}");

        let (mut grid, mut staff) = (town.login("grid1").await?, town.login("staff1").await?);
        let at = |s: i64| called.plus_ms(s * 1_000).to_rfc3339();
        let path = |order: &str| format!("/api/v1/dispatches/{order}/steps");
        town.clock.advance_ms(12_000);
        let no = json!({ "state": "declined", "reason": "在外地" });
        let no = staff.post(&path(&declines), no).await?.ok()?;
        assert_eq!((&no["answered_s"], text(&no, "reason")), (&json!(12), "在外地"));
        let mut last = Value::Null;
        for (state, s) in [("accepted", 8), ("en_route", 30), ("on_scene", 170)] {
            town.clock.advance_ms(s * 1_000);
            last = grid.post(&path(&goes), json!({ "state": state })).await?.ok()?;
        }
        for (name, s) in [("controlled", 100), ("out", 200)] {
            town.clock.advance_ms(s * 1_000);
            step(&mut clerk, &id, json!({ "step": name })).await?.ok()?;
        }
        assert_eq!(last["answered_s"], json!(20));
        town.clock.advance_ms(60_000);
        let over = step(&mut clerk, &id, json!({ "step": "hand_over", "to": "永川区消防救援大队" })).await?.ok()?;
        let back = grid.post(&path(&goes), json!({ "state": "returned" })).await?.ok()?;
        let stamps: Vec<_> = back["stamps"].as_array().into_iter().flatten()
            .map(|one| (text(&one["state"], "code").to_owned(), text(one, "at").to_owned(), text(&one["by"], "id").to_owned()))
            .collect();
        let wanted = [("called", 0, "p-clerk"), ("accepted", 20, "p-grid1"), ("en_route", 50, "p-grid1"),
            ("on_scene", 220, "p-grid1"), ("returned", 580, "p-grid1")];
        let wanted: Vec<_> = wanted.iter().map(|(state, s, by)| ((*state).to_owned(), at(*s), (*by).to_owned())).collect();
        assert_eq!(stamps, wanted);
        let marks: Vec<_> = over["marks"].as_array().into_iter().flatten()
            .filter(|one| !one["at"].is_null())
            .map(|one| (text(&one["mark"], "code").to_owned(), text(one, "at").to_owned()))
            .collect();
        for (mark, s) in [("dispatched", 0), ("en_route", 50), ("arrived", 220), ("controlled", 320), ("out", 520), ("handed_over", 580)] {
            assert!(marks.contains(&(mark.to_owned(), at(s))), "{mark}: {marks:?}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_signal_nobody_vouches_for_reaches_a_person_and_sends_nobody() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, near, _) = settled(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let said = common::field::call(HOUSE, "屋里冒烟");
        // He may write down what he was told, and open no incident: nobody answers for the caller.
        let mut officer = town.login("officer").await?;
        officer.post("/api/v1/signals", said.clone()).await?.ok()?;
        officer.post("/api/v1/signals", said.clone()).await?.ok()?;
        let screen = clerk.get("/api/v1/duty").await?.ok()?;
        let one = &screen["items"][0];
        assert_eq!((screen["items"].as_array().map(Vec::len), &one["signals"]), (Some(1), &json!(2)));
        assert_eq!((text(&one["place"], "id"), &one["trusted"]), (HOUSE, &json!(false)));
        // Once for the event, not for each sign; who reported it needs no message.
        let told = staff.get("/api/v1/me/messages").await?.items()?;
        assert_eq!(told.len(), 1, "{told:?}");
        let base = format!("/api/v1/incidents/{}", text(one, "id"));
        let found = clerk.get(&format!("{base}/candidates")).await?.ok()?;
        assert!(!text(&found, "refused").is_empty());
        let pick = json!({ "people": [{ "person": "p-staff1", "force": near }] });
        let orders = format!("{base}/dispatches");
        assert_eq!(clerk.post(&orders, pick.clone()).await?.code(), "incident.unverified");
        // Who may open one answers for the call he took, by this form as by the other.
        clerk.post("/api/v1/signals", said).await?.ok()?;
        assert_eq!(clerk.get(&base).await?.ok()?["trusted"], true);
        let real = json!({ "step": "judge", "verdict": "real", "how": "telephone" });
        clerk.post(&format!("{base}/steps"), real).await?.ok()?;
        clerk.post(&orders, pick).await?.ok()?;
        let told = staff.get("/api/v1/me/messages").await?.items()?;
        assert!(told.iter().any(|one| one["urgency"]["code"] == "order"), "{told:?}");
        staff.post("/api/v1/me/messages/received", json!({ "touched": true })).await?.ok()?;
        assert!(staff.get("/api/v1/me/messages").await?.items()?.is_empty());
        Ok(())
    })
    .await
}

/// A stretch of road as the town measured it.
pub(crate) async fn road(
    who: &mut Browser,
    name: &str,
    line: &[[f64; 2]],
    width: f64,
) -> anyhow::Result<Value> {
    let road = json!({ "name": name, "rank": "village_main", "territory": V1, "width_m": width, "height_m": 4.5,
        "geometry": { "type": "LineString", "coordinates": line }, "surveyed_on": "2026-03-01",
        "wet_season": "passable", "source": "皮尺" });
    who.post("/api/v1/roads", road).await?.ok()
}

#[tokio::test]
async fn arrival_is_reckoned_over_the_towns_roads_as_they_are_today() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, near, _) = settled(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let id = text(&clerk.post("/api/v1/incidents", call()).await?.ok()?, "id").to_owned();
        let first = async |who: &mut Browser, force: &str| -> anyhow::Result<Value> {
            let found = who.get(&format!("/api/v1/incidents/{id}/candidates")).await?.ok()?;
            let items = found["items"].as_array().cloned().unwrap_or_default();
            Ok(items.into_iter().find(|one| text(&one["force"], "id") == force).unwrap_or_default())
        };
        assert_eq!(text(&first(&mut clerk, &near).await?["by"], "code"), "straight", "no road is known yet");

        // The station's small engine is quicker on a road it may use; the lane to the house is too narrow for it.
        let base = format!("/api/v1/forces/{near}");
        let version = clerk.get(&base).await?.ok()?["version"].clone();
        let mini =
            json!({ "item": "mini_engine", "name": "小型消防车", "from": "2026-09-10", "version": version });
        clerk.post(&format!("{base}/vehicles"), mini).await?.ok()?;
        let street = road(&mut clerk, "老街", &[[105.871, 29.268], [105.8715, 29.268]], 5.0).await?;
        let lane = road(&mut clerk, "石板巷", &[[105.8715, 29.268], [105.872, 29.268]], 1.6).await?;
        let one = first(&mut clerk, &near).await?;
        assert_eq!((text(&one["by"], "code"), text(&one, "vehicle")), ("road", "消防摩托车"), "{one}");
        assert!(text(&one, "not_by").starts_with("小型消防车：石板巷（"), "{one}");
        let quick = one["minutes"].as_f64().unwrap_or_default();
        assert!(quick > 0.0 && quick < 1.0, "100 metres: {one}");

        // A landslide today: nobody drives there, people walk over the fields, and it says so.
        let shut = json!({ "step": "close", "text": "塌方", "version": street["version"] });
        clerk.post(&format!("/api/v1/roads/{}/steps", text(&street, "id")), shut).await?.ok()?;
        let one = first(&mut clerk, &near).await?;
        assert_eq!((text(&one, "vehicle"), text(&one["by"], "code")), ("", "straight"), "{one}");
        assert!(text(&one, "not_by").contains("消防摩托车：老街（"), "{one}");
        assert!(one["minutes"].as_f64().unwrap_or_default() > quick, "{one}");

        // Around it there is a longer way: it is found, and takes longer.
        let around = [[105.871, 29.268], [105.871, 29.272], [105.8715, 29.272], [105.8715, 29.268]];
        road(&mut clerk, "环村路", &around, 3.0).await?;
        let one = first(&mut clerk, &near).await?;
        assert_eq!((text(&one["by"], "code"), text(&one, "vehicle")), ("road", "消防摩托车"), "{one}");
        assert!(one["minutes"].as_f64().unwrap_or_default() > 2.0 * quick, "{one}");
        assert_eq!(text(&one, "unsure"), "", "everything a motorcycle needs was measured: {one}");
        let sent = json!({ "people": [{ "person": one["person"]["id"], "force": near }] });
        let sent = clerk.post(&format!("/api/v1/incidents/{id}/dispatches"), sent).await?.ok()?;
        assert_eq!(sent["orders"][0]["minutes"], one["minutes"], "the order keeps what was reckoned");
        assert_ne!(lane["id"], street["id"]);

        // The way of the order: around, over what is measured, with the pool that lies on it and not the one that does not.
        for (name, lon, lat) in [("环村水池", 105.8712, 29.271), ("后山水池", 105.90, 29.30)] {
            let pool = json!({ "kind": "fire_pool", "name": name, "shape": { "type": "Point", "coordinates": [lon, lat] },
                "water": { "usable_m3": 60, "lift_m": 3.0, "source": "filled" } });
            crate::incident_card::stands(&mut clerk, pool).await?;
        }
        let order = text(&sent["orders"][0], "id").to_owned();
        let way = clerk.get(&format!("/api/v1/dispatches/{order}/way")).await?.ok()?;
        assert_eq!((&way["by_road"], text(&way, "vehicle")), (&json!(true), "消防摩托车"), "{way}");
        assert!(way["distance_m"].as_f64().unwrap_or_default() > 800.0, "around, not through the landslide: {way}");
        let passed: Vec<_> = way["water"].as_array().into_iter().flatten().collect();
        let [pool] = passed.as_slice() else { anyhow::bail!("{way}") };
        assert_eq!((text(&pool["facility"], "name"), &pool["litres"]), ("环村水池", &json!(60_000.0)));
        assert!(pool["along_m"].as_f64().is_some_and(|m| (200.0..500.0).contains(&m)), "{pool}");
        let called = text(&one["person"], "id").trim_start_matches("p-").to_owned();
        let mut called = town.login(&called).await?;
        called.get(&format!("/api/v1/dispatches/{order}/way")).await?.ok()?;
        let mut next_village = town.login("staff2").await?;
        let refused = next_village.get(&format!("/api/v1/dispatches/{order}/way")).await?;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
        Ok(())
    })
    .await
}

#[test]
fn while_ways_are_searched_others_write() -> anyhow::Result<()> {
    // One thread for long work, and somebody sits on it: the search for ways waits.
    let mut machine = tokio::runtime::Builder::new_current_thread();
    machine.enable_all().max_blocking_threads(1).build()?.block_on(both_databases(|fresh| async move {
        let (town, near, _) = settled(&fresh).await?;
        let (mut clerk, mut head) = (town.login("clerk").await?, town.login("head").await?);
        let id = text(&clerk.post("/api/v1/incidents", call()).await?.ok()?, "id").to_owned();
        let base = format!("/api/v1/incidents/{id}");
        let found = clerk.get(&format!("{base}/candidates")).await?.ok()?;
        let sent = json!({ "people": [{ "person": found["items"][0]["person"]["id"], "force": near }] });
        let (free, held) = std::sync::mpsc::channel::<()>();
        let busy = tokio::task::spawn_blocking(move || held.recv());
        let sending = tokio::spawn(async move { clerk.post(&format!("{base}/dispatches"), sent).await });
        tokio::time::sleep(Duration::from_millis(300)).await;
        let other = json!({ "place": FAR, "text": "冒烟", "called_by": "路人" });
        let written = tokio::time::timeout(Duration::from_secs(5), head.post("/api/v1/incidents", other));
        let written = written.await;
        free.send(())?;
        busy.await??;
        written.map_err(|_| anyhow::anyhow!("a call waits for the ways of another"))??.ok()?;
        assert_eq!(sending.await??.ok()?["orders"].as_array().map(Vec::len), Some(1));
        Ok(())
    }))
}
