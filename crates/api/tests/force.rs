//! Stories of a micro station: registered by its village, accepted and called in by the office, counted, rostered and sent on
//! patrol; the next village does not know of it.

use app::Caller;
use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::{Fresh, both_databases};

use crate::common::{Browser, Town, V1, V2, town};

async fn planned(fresh: &Fresh) -> anyhow::Result<Town> {
    let town = town(fresh).await?;
    town.app.install_shipped_plan(&Caller::system()).await?;
    Ok(town)
}

fn station(village: &str, org: &str) -> Value {
    json!({ "kind": "micro", "served": "village", "name": "场镇社区微型消防站", "org": org, "territory": village,
        "standard": "village_micro", "phone": "023-49000001", "address": "社区便民中心旁" })
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn missing(force: &Value) -> Vec<(String, u64, u64)> {
    let gaps = force["gaps"].as_array().cloned().unwrap_or_default();
    let gap = |one: &Value| {
        (text(one, "item").to_owned(), one["least"].as_u64().unwrap_or(0), one["have"].as_u64().unwrap_or(0))
    };
    gaps.iter().map(gap).collect()
}

async fn assign(clerk: &mut Browser, force: &Value, n: usize, people: &[&str]) -> anyhow::Result<()> {
    let posts = force["posts"].as_array().cloned().unwrap_or_default();
    let word = if n == 0 { "站长" } else { "队员" };
    let post = posts.iter().find(|post| text(post, "name").ends_with(word)).cloned().unwrap_or_default();
    for person in people {
        let held = json!({ "post": post["id"], "person": person, "from": "2026-09-01", "basis": "演示" });
        clerk.post("/api/v1/assignments", held).await?.ok()?;
    }
    Ok(())
}

#[tokio::test]
async fn a_station_is_registered_accepted_and_counts_once_nothing_is_missing() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let (mut clerk, mut near) = (town.login("clerk").await?, town.login("staff1").await?);
        let (mut far, mut grid) = (town.login("staff2").await?, town.login("grid1").await?);

        let mut wrong = station(V1, "village-1");
        wrong["standard"] = json!("unit_micro");
        assert_eq!(near.post("/api/v1/forces", wrong).await?.code(), "force.standard");
        let elsewhere = near.post("/api/v1/forces", station(V2, "village-2")).await?;
        assert_eq!(elsewhere.status, StatusCode::FORBIDDEN, "not in the next village");
        let force = near.post("/api/v1/forces", station(V1, "village-1")).await?.ok()?;
        assert_eq!((text(&force, "state"), force["posts"].as_array().map(Vec::len)), ("registered", Some(2)));
        let at = format!("/api/v1/forces/{}", text(&force, "id"));
        let to = |step: &str| format!("{at}/{step}");

        assert_eq!(far.get(&at).await?.status, StatusCode::NOT_FOUND);
        assert!(far.get("/api/v1/forces").await?.items()?.is_empty());
        assert_eq!(grid.get("/api/v1/forces").await?.items()?.len(), 0, "a grid is not its village");
        let accepted = json!({ "on": "2026-09-10", "text": "镇消安办", "version": 1 });
        let told = near.post(&to("accept"), accepted.clone()).await?;
        assert_eq!(told.status, StatusCode::FORBIDDEN, "who keeps it does not accept it");
        let force = clerk.post(&to("accept"), accepted.clone()).await?.ok()?;
        assert_eq!((text(&force, "state"), &force["active"]), ("accepted", &json!(false)));
        let stale = clerk.post(&to("accept"), accepted).await?;
        assert_eq!((stale.status, &stale.body["current"]["version"]), (StatusCode::CONFLICT, &json!(2)));

        assign(&mut clerk, &force, 0, &["p-secretary1"]).await?;
        assign(&mut clerk, &force, 1, &["p-staff1", "p-grid1", "p-unit", "p-dept"]).await?;
        let bike = json!({ "item": "motorcycle", "name": "消防摩托", "from": "2026-09-10", "version": 2 });
        near.post(&to("vehicles"), bike).await?.ok()?;
        let counted = json!({ "on": "2026-09-20", "note": "水带漏一盘", "counts": [
            { "item": "telephone", "have": 1 }, { "item": "extinguisher", "have": 8 },
            { "item": "hose", "have": 4, "unfit": 1 }, { "item": "nozzle", "have": 2 },
            { "item": "ppe", "have": 6 }] });
        let mut odd = counted.clone();
        odd["counts"][0]["unfit"] = json!(2);
        assert_eq!(near.post(&to("checks"), odd).await?.code(), "force.unfit");
        let force = near.post(&to("checks"), counted).await?.ok()?;
        assert_eq!(
            missing(&force),
            [("staff".to_owned(), 6, 5), ("mini_engine".to_owned(), 1, 0), ("hose".to_owned(), 4, 3)]
        );
        assert_eq!(force["active"], json!(false));

        assign(&mut clerk, &force, 1, &["p-dept-head"]).await?;
        let mended = json!({ "on": "2026-09-21", "counts": [{ "item": "hose", "have": 4 }] });
        let force = near.post(&to("checks"), mended).await?.ok()?;
        assert_eq!(missing(&force), [("mini_engine".to_owned(), 1, 0)], "which is only advised");
        assert_eq!((&force["active"], &force["people"]), (&json!(true), &json!(6)));
        let row = &clerk.get("/api/v1/forces?kind=micro").await?.items()?[0];
        assert_eq!((text(&row["head"], "name"), &row["active"]), ("王书记", &json!(true)));
        let behind =
            format!("/api/v1/board/duties/C3.1/evidence?subject_kind=village&subject={V1}&window=2026-Q3");
        let shown = clerk.get(&behind).await?.ok()?;
        assert_eq!(
            (text(&shown["items"][0], "id"), text(&shown["items"][0], "href")),
            (text(&force, "id"), at.trim_start_matches("/api/v1")),
            "{shown}"
        );
        let taken_back = json!({ "reason": "数错了", "version": 1 });
        let check = force["checks"][0]["id"].as_str().unwrap_or_default();
        let force = near.post(&to(&format!("checks/{check}/void")), taken_back).await?.ok()?;
        assert_eq!(missing(&force).last(), Some(&("hose".to_owned(), 4, 3)));
        assert_eq!(force["checks"][0]["voided"], json!("数错了"), "it stays, with the reason");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn it_is_called_in_only_with_a_way_to_be_called_and_its_posts_are_its_own() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let mut mute = station(V1, "village-1");
        mute["phone"] = json!("");
        let force = clerk.post("/api/v1/forces", mute).await?.ok()?;
        let at = format!("/api/v1/forces/{}", text(&force, "id"));
        let enter = |version: i64| json!({ "on": "2026-09-20", "text": "场镇01", "version": version });
        let told = clerk.post(&format!("{at}/enter-dispatch"), enter(1)).await?;
        assert_eq!(told.code(), "force.no_way");
        let mut with_radio = station(V1, "village-1");
        with_radio["phone"] = json!("");
        with_radio["radio"] = json!("一频道");
        with_radio["version"] = json!(1);
        with_radio["posts"] = json!([force["posts"][0]["id"], force["posts"][1]["id"]]);
        clerk.put(&at, with_radio.clone()).await?.ok()?;
        let force = clerk.post(&format!("{at}/enter-dispatch"), enter(2)).await?.ok()?;
        assert_eq!(text(&force, "call_sign"), "场镇01");
        with_radio["radio"] = json!("");
        with_radio["version"] = json!(3);
        assert_eq!(clerk.put(&at, with_radio).await?.code(), "force.no_way", "as long as it is in");
        let mut second = station(V2, "village-2");
        second["posts"] = json!([force["posts"][0]["id"]]);
        assert_eq!(clerk.post("/api/v1/forces", second).await?.body["fields"][0]["code"], "force.post_taken");
        let closed = json!({ "on": "2026-09-21", "text": "并入镇消防站", "version": 3 });
        let force = clerk.post(&format!("{at}/close"), closed).await?.ok()?;
        assert_eq!((text(&force, "state"), &force["actions"]), ("closed", &json!([])));
        assert!(clerk.get("/api/v1/forces").await?.items()?.is_empty(), "not on the board any more");
        assert_eq!(clerk.get("/api/v1/forces?state=closed").await?.items()?.len(), 1, "but on record");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn nobody_is_on_two_rosters_at_once_and_an_expired_certificate_is_told() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let (mut clerk, mut near) = (town.login("clerk").await?, town.login("staff1").await?);
        let one = clerk.post("/api/v1/forces", station(V1, "village-1")).await?.ok()?;
        let mut second = station(V1, "village-1");
        second["kind"] = json!("brigade");
        second["standard"] = json!("brigade");
        second["name"] = json!("场镇社区志愿消防队");
        let two = clerk.post("/api/v1/forces", second).await?.ok()?;
        let (here, there) =
            (format!("/api/v1/forces/{}", text(&one, "id")), format!("/api/v1/forces/{}", text(&two, "id")));
        assign(&mut clerk, &one, 1, &["p-staff1", "p-grid1"]).await?;
        assign(&mut clerk, &two, 1, &["p-staff1"]).await?;
        clerk
            .post(&format!("{here}/accept"), json!({ "on": "2026-09-10", "text": "镇消安办", "version": 1 }))
            .await?
            .ok()?;

        let roster = |shift: &str, person: &str, version: i64| {
            json!({ "version": version, "days": [{ "on": "2026-09-22", "duties": [{ "person": person, "shift": shift }] }] })
        };
        let kept = near.put(&format!("{here}/roster"), roster("night", "p-staff1", 2)).await?.ok()?;
        let tuesday = &kept["roster"][1];
        assert_eq!(text(&tuesday["duties"][0]["person"], "name"), "李消防");
        assert_eq!(
            (text(&tuesday["thin"][0]["shift"], "code"), &tuesday["thin"][0]["have"]),
            ("day", &json!(0)),
            "the night is manned, the day is not"
        );
        let told = near.put(&format!("{there}/roster"), roster("whole", "p-staff1", 1)).await?;
        assert_eq!(told.code(), "force.on_duty_twice");
        assert!(told.body["detail"].as_str().is_some_and(|said| said.contains("场镇社区微型消防站")), "{told:?}");
        near.put(&format!("{there}/roster"), roster("day", "p-staff1", 1)).await?.ok()?;
        let stranger = near.put(&format!("{there}/roster"), roster("day", "p-grid1", 2)).await?;
        assert_eq!(stranger.code(), "force.not_member");

        let card = json!({ "person": "p-grid1", "kind": "fire_facility_operator", "number": "操-1",
            "issuer": "某鉴定站", "issued_on": "2023-09-21", "expires_on": "2026-09-20" });
        clerk.post("/api/v1/certificates", card).await?.ok()?;
        let known = json!({ "skills": ["control_room", "pump"], "weekdays": [1, 2, 3, 4, 5], "version": 3,
            "away": [{ "from": "2026-09-22", "to": "2026-09-23", "reason": "外出培训" }] });
        let view = near.put(&format!("{here}/members/p-grid1"), known).await?.ok()?;
        let member = view["members"].as_array().and_then(|all| {
            all.iter().find(|one| text(&one["person"], "id") == "p-grid1").cloned()
        });
        let member = member.unwrap_or_default();
        assert_eq!(
            (text(&member["skills"][0], "standing"), text(&member["skills"][0], "last_day")),
            ("expired", "2026-09-20")
        );
        assert_eq!(text(&member["skills"][1], "standing"), "unproved");
        assert_eq!(member["gate"]["state"], "untrained", "he keeps a grid, and clause 11 asks for training first");
        let beside = view["members"].as_array().and_then(|all| {
            all.iter().find(|one| text(&one["person"], "id") == "p-staff1").cloned()
        });
        assert_eq!(beside.unwrap_or_default()["gate"], Value::Null, "nothing he is asks for it");
        assert_eq!(view["expiring"][0]["days_left"], json!(-1), "it ran out yesterday");
        let away = near.put(&format!("{here}/roster"), roster("day", "p-grid1", 4)).await?;
        assert_eq!(away.code(), "force.away");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_roster_of_days_that_are_over_is_put_down_only_with_a_reason_and_told_as_late() -> anyhow::Result<()>
{
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let (mut clerk, mut near) = (town.login("clerk").await?, town.login("staff1").await?);
        let force = clerk.post("/api/v1/forces", station(V1, "village-1")).await?.ok()?;
        let here = format!("/api/v1/forces/{}", text(&force, "id"));
        assign(&mut clerk, &force, 1, &["p-staff1"]).await?;
        let roster = |on: &str, duties: Value, reason: &str, version: i64| {
            json!({ "version": version, "reason": reason, "days": [{ "on": on, "duties": duties }] })
        };
        let day = || json!([{ "person": "p-staff1", "shift": "day" }]);
        let told = near.put(&format!("{here}/roster"), roster("2026-09-18", day(), " ", 1)).await?;
        assert_eq!(told.code(), "force.day_over", "{}", told.body);
        let kept = near.put(&format!("{here}/roster"), roster("2026-09-18", day(), "纸质值班表补录", 1)).await?.ok()?;
        assert_eq!(kept["roster"][4]["duties"][0]["recorded_late_on"], "2026-09-21", "{kept}");
        // Today and what is to come is planned, not told late; what is over and stays needs no reason.
        let both = json!({ "version": 2, "days": [{ "on": "2026-09-18", "duties": day() }, { "on": "2026-09-21", "duties": day() }] });
        near.put(&format!("{here}/roster"), both).await?.ok()?;
        let week = near.get(&format!("{here}?week=2026-09-21")).await?.ok()?;
        assert_eq!(week["roster"][0]["duties"][0]["recorded_late_on"], Value::Null, "{week}");
        let told = near.put(&format!("{here}/roster"), roster("2026-09-18", json!([]), "", 3)).await?;
        assert_eq!(told.code(), "force.day_over", "who stood there is not wiped off unsaid");
        let off = near.put(&format!("{here}/roster"), roster("2026-09-18", json!([]), "当天请假", 3)).await?.ok()?;
        let gone = &off["roster"][4]["taken_off"][0];
        assert_eq!((text(&gone["person"], "name"), text(gone, "on"), text(gone, "reason")), ("李消防", "2026-09-21", "当天请假"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_patrol_is_written_down_by_the_station_and_can_be_taken_back() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let (mut clerk, mut near, mut far) =
            (town.login("clerk").await?, town.login("staff1").await?, town.login("staff2").await?);
        let force = clerk.post("/api/v1/forces", station(V1, "village-1")).await?.ok()?;
        assign(&mut clerk, &force, 1, &["p-grid1"]).await?;
        let to = format!("/api/v1/forces/{}/patrols", text(&force, "id"));
        let id = "01a00000-0000-7000-8000-000000000777";
        let went = json!({ "id": id, "on": "2026-09-20", "people": ["p-grid1"], "text": "沿老街查看堆物，劝离三处" });
        assert_eq!(far.post(&to, went.clone()).await?.status, StatusCode::NOT_FOUND);
        let mut stranger = went.clone();
        stranger["people"] = json!(["p-dept"]);
        assert_eq!(near.post(&to, stranger).await?.code(), "force.not_member");
        let photo = format!("/api/v1/photos/01a00000-0000-7000-8000-000000000778?object_kind=patrol&object_id={id}&role=overview");
        let view = near.post(&to, went).await?.ok()?;
        assert_eq!((&view["patrols"], text(&view["patrols_list"][0], "id")), (&json!(1), id));
        assert_eq!(far.send_picture(&photo, 1).await?.status, StatusCode::NOT_FOUND);
        near.send_picture(&photo, 1).await?.ok()?;
        let again = near.get(&format!("/api/v1/forces/{}", text(&force, "id"))).await?.ok()?;
        assert_eq!(again["patrols_list"][0]["photos"].as_array().map(Vec::len), Some(1));
        let silent = near.post(&format!("{to}/{id}/void"), json!({ "reason": " ", "version": 1 })).await?;
        assert_eq!(silent.body["fields"][0]["code"], "force.no_reason");
        let view = near.post(&format!("{to}/{id}/void"), json!({ "reason": "重复登记", "version": 1 })).await?.ok()?;
        assert_eq!((&view["patrols"], &view["patrols_list"][0]["voided"]), (&json!(0), &json!("重复登记")));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_member_says_on_his_phone_that_he_is_away_and_the_shift_is_short() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let (mut clerk, mut near) = (town.login("clerk").await?, town.login("staff1").await?);
        let mut far = town.login("staff2").await?;
        let one = clerk.post("/api/v1/forces", station(V1, "village-1")).await?.ok()?;
        let here = format!("/api/v1/forces/{}", text(&one, "id"));
        assign(&mut clerk, &one, 1, &["p-staff1"]).await?;
        let accept = json!({ "on": "2026-09-10", "text": "镇消安办", "version": 1 });
        clerk.post(&format!("{here}/accept"), accept).await?.ok()?;
        let roster = json!({ "version": 2, "days": [{ "on": "2026-09-22",
            "duties": [{ "person": "p-staff1", "shift": "night" }] }] });
        near.put(&format!("{here}/roster"), roster).await?.ok()?;

        let mine = "/api/v1/me/away";
        let other = far.get(mine).await?.items()?;
        assert_eq!((other.len(), &other[0]["duties"]), (1, &json!([])), "his post is none of a force");
        let known = near.get(mine).await?.ok()?;
        assert_eq!(
            (&known["items"][0]["duties"][0]["on"], &known["items"][0]["away"]),
            (&json!("2026-09-22"), &json!([]))
        );
        let asked = |from: &str, to: &str| {
            json!({ "force": one["id"], "from": from, "to": to, "reason": "家中有事" })
        };
        assert_eq!(near.post(mine, asked("2026-09-20", "2026-09-22")).await?.code(), "force.away_past");
        assert_eq!(far.post(mine, asked("2026-09-22", "2026-09-22")).await?.status, StatusCode::NOT_FOUND);
        let told = near.post(mine, asked("2026-09-22", "2026-09-23")).await?.ok()?;
        assert_eq!(told["items"][0]["duties"][0]["away"], json!(true));
        assert_eq!(near.post(mine, asked("2026-09-23", "2026-09-24")).await?.code(), "force.away_twice");
        let night = |view: &Value| {
            let thin = view["roster"][1]["thin"].as_array().cloned().unwrap_or_default();
            thin.iter().find(|one| one["shift"]["code"] == "night").map(|one| one["have"].clone())
        };
        let seen = clerk.get(&here).await?.ok()?;
        assert_eq!(night(&seen), Some(json!(0)), "who is on the roster and away is not there");
        // Why he is away is for himself and who keeps the people; everybody else is told until when.
        assert_eq!(text(&seen["roster"][1]["away"][0], "reason"), "请假至 2026-09-23");
        let why = |view: &Value| view["members"][0]["away"][0]["reason"].clone();
        assert_eq!((why(&seen), why(&near.get(&here).await?.ok()?)), (json!("家中有事"), json!("家中有事")));
        let mut leader = town.login("leader").await?;
        let led = leader.get(&here).await?.ok()?;
        assert_eq!((why(&led), led.to_string().contains("家中有事")), (json!(""), false), "{led}");
        let back = json!({ "force": one["id"], "from": "2026-09-22" });
        near.post(&format!("{mine}/back"), back.clone()).await?.ok()?;
        assert_eq!(near.post(&format!("{mine}/back"), back).await?.code(), "force.not_away");
        assert_eq!(night(&clerk.get(&here).await?.ok()?), None, "the night is manned again");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn who_left_mans_no_shift_to_come_and_his_shifts_stand_on_the_sheet() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let (mut clerk, mut near) = (town.login("clerk").await?, town.login("staff1").await?);
        let one = clerk.post("/api/v1/forces", station(V1, "village-1")).await?.ok()?;
        let here = format!("/api/v1/forces/{}", text(&one, "id"));
        assign(&mut clerk, &one, 1, &["p-staff1", "p-grid1"]).await?;
        let accept = json!({ "on": "2026-09-10", "text": "镇消安办", "version": 1 });
        clerk.post(&format!("{here}/accept"), accept).await?.ok()?;
        let night = |people: &[&str]| {
            let duties: Vec<_> =
                people.iter().map(|one| json!({ "person": one, "shift": "night" })).collect();
            json!({ "on": "2026-09-22", "duties": duties })
        };
        let roster = json!({ "version": 2, "days": [night(&["p-grid1"]),
            { "on": "2026-09-21", "duties": [{ "person": "p-grid1", "shift": "night" }] }] });
        near.put(&format!("{here}/roster"), roster).await?.ok()?;
        let posts = one["posts"].as_array().cloned().unwrap_or_default();
        let post =
            posts.iter().find(|post| text(post, "name").ends_with("队员")).cloned().unwrap_or_default();

        // He leaves tonight: tomorrow's night is nobody's, tonight's is still his.
        let held = clerk.get("/api/v1/people/p-grid1").await?.ok()?;
        let held = held["assignments"].as_array().into_iter().flatten();
        let held = held.filter(|one| one["post"]["id"] == post["id"] || one["post"] == post["id"]);
        let id = held.map(|one| text(one, "id").to_owned()).next().unwrap_or_default();
        let end = json!({ "last_day": "2026-09-21" });
        clerk.post(&format!("/api/v1/assignments/{id}/end"), end).await?.ok()?;
        let seen = clerk.get(&here).await?.ok()?;
        let left = |day: usize| seen["roster"][day]["duties"][0]["left"].clone();
        assert_eq!((left(0), left(1)), (json!(false), json!(true)), "{seen}");
        let thin = seen["roster"][1]["thin"].as_array().cloned().unwrap_or_default();
        let thin = thin.iter().find(|one| one["shift"]["code"] == "night").map(|one| one["have"].clone());
        assert_eq!(thin, Some(json!(0)), "nobody mans tomorrow's night");

        // Kept again as it stands it is refused; without him it is kept, and what is over stays.
        let version = seen["version"].clone();
        let again = json!({ "version": version, "days": [night(&["p-grid1"])] });
        assert_eq!(near.put(&format!("{here}/roster"), again).await?.code(), "force.not_member");
        let without = json!({ "version": version, "days": [night(&["p-staff1"])] });
        let kept = near.put(&format!("{here}/roster"), without).await?.ok()?;
        assert_eq!(text(&kept["roster"][1]["duties"][0]["person"], "id"), "p-staff1");
        town.clock.advance_ms(2 * 86_400_000);
        let mut near = town.login("staff1").await?;
        let past = json!({ "version": kept["version"], "days": [
            { "on": "2026-09-21", "duties": [{ "person": "p-grid1", "shift": "night" }] }] });
        near.put(&format!("{here}/roster"), past).await?.ok()?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_handover_names_the_shifts_that_nobody_mans_then() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let (mut clerk, mut near) = (town.login("clerk").await?, town.login("staff1").await?);
        let one = clerk.post("/api/v1/forces", station(V1, "village-1")).await?.ok()?;
        let here = format!("/api/v1/forces/{}", text(&one, "id"));
        assign(&mut clerk, &one, 0, &["p-grid1"]).await?;
        let accept = json!({ "on": "2026-09-10", "text": "镇消安办", "version": 1 });
        clerk.post(&format!("{here}/accept"), accept).await?.ok()?;
        let days = ["2026-09-21", "2026-09-22"]
            .map(|on| json!({ "on": on, "duties": [{ "person": "p-grid1", "shift": "day" }] }));
        near.put(&format!("{here}/roster"), json!({ "version": 2, "days": days })).await?.ok()?;
        let posts = one["posts"].as_array().cloned().unwrap_or_default();
        let chief =
            posts.iter().find(|post| text(post, "name").ends_with("站长")).cloned().unwrap_or_default();
        let path = format!("/api/v1/posts/{}/handover", text(&chief, "id"));
        let change = json!({ "taker": "p-staff1", "basis": "任免通知", "things": [] });
        let sheet = clerk.post(&path, change).await?.ok()?;
        let all = sheet["sections"].as_array().cloned().unwrap_or_default();
        let shifts = all.iter().find(|one| one["kind"] == "shift").cloned().unwrap_or_default();
        assert_eq!(
            (&shifts["total"], &shifts["lines"][0]["due_on"]),
            (&json!(1), &json!("2026-09-22")),
            "{sheet}"
        );
        Ok(())
    })
    .await
}
