//! Stories of placards: the secretary of a village is replaced and the wall, the list, the page behind the old code, the
//! board and the handover sheet all follow; a photo puts it right.

use app::Caller;
use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::{Fresh, both_databases};

use crate::common::{Browser, TOWN, Town, V1, V1_GRID, V2, day, set_number, set_text, shop, town};

const SHOP: &str = "01a00000-0000-7000-8000-000000000101";

async fn planned(fresh: &Fresh) -> anyhow::Result<Town> {
    let town = town(fresh).await?;
    let system = Caller::system();
    town.app.ensure_shipped_checklists(&system, Some(day("2026-01-01"))).await?;
    town.app.install_shipped_plan(&system).await?;
    Ok(town)
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn of_village(size: &str) -> Value {
    json!({ "kind": "village", "about": V1, "spot": "村委会门口", "size": size, "lon": 105.872, "lat": 29.268 })
}

/// Hangs the newest print up and photographs it.
async fn hang(who: &mut Browser, placard: &Value, shade: u8, on: &str) -> anyhow::Result<Value> {
    let id = text(placard, "id");
    let photo = format!("01a00000-0000-7000-8000-0000000007{shade:02}");
    let path = format!("/api/v1/photos/{photo}?object_kind=placard&object_id={id}&role=overview");
    who.send_picture(&path, shade).await?.ok()?;
    let asked = json!({ "photos": [photo], "on": on, "version": placard["version"] });
    who.post(&format!("/api/v1/placards/{id}/post"), asked).await?.ok()
}

/// The names on a list of lines.
fn names(view: &Value, key: &str) -> Vec<String> {
    view[key].as_array().into_iter().flatten().map(|line| text(line, "name").to_owned()).collect()
}

/// What the first village's coverage says: all, current, stale, and whether the roster hangs.
async fn covered(who: &mut Browser) -> anyhow::Result<Value> {
    let page = who.get("/api/v1/placards").await?.ok()?;
    let all = page["coverage"].as_array().cloned().unwrap_or_default();
    let of = all.into_iter().find(|one| one["village"]["id"] == V1).unwrap_or_default();
    Ok(json!([of["total"], of["current"], of["stale"], of["roster"]]))
}

async fn page_of(town: &Town, href: &str) -> anyhow::Result<(StatusCode, String)> {
    let told = Browser::new(&town.router).get(href).await?;
    assert!(told.headers.get("set-cookie").is_none(), "no cookie for a stranger");
    Ok((told.status, String::from_utf8(told.bytes)?))
}

async fn waits(who: &mut Browser) -> anyhow::Result<Value> {
    let page = who.get("/api/v1/workbench").await?.ok()?;
    let counts = page["counts"].as_array().cloned().unwrap_or_default();
    Ok(counts.iter().find(|one| one["code"] == "placards").map(|one| one["n"].clone()).unwrap_or_default())
}

#[tokio::test]
async fn the_secretary_is_replaced_and_every_wrong_placard_is_known_the_same_minute() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let made = staff.post("/api/v1/placards", of_village("a3")).await?.ok()?;
        assert_eq!(names(&made, "today"), ["王书记", "李消防"]);
        assert_eq!((&made["standing"], &made["printed"]), (&json!("to_post"), &json!(true)));
        assert_eq!(covered(&mut clerk).await?, json!([1, 0, 0, false]));
        let hung = hang(&mut staff, &made, 1, "2026-09-21").await?;
        assert_eq!((&hung["standing"], &hung["until"]), (&json!("current"), &json!("2027-03-19")));
        assert_eq!(covered(&mut clerk).await?, json!([1, 1, 0, true]));
        let behind =
            format!("/api/v1/board/duties/C2.4/evidence?subject_kind=village&subject={V1}&window=2026-Q3");
        let found = clerk.get(&behind).await?.items()?;
        let page = format!("/placards/{}", text(&made, "id"));
        assert_eq!((&found[0]["id"], &found[0]["href"]), (&made["id"], &json!(page)));
        assert_eq!(found[0]["photos"].as_array().map(Vec::len), Some(1), "down to the photo");

        let change = json!({ "taker": "p-grid1", "basis": "任免通知" });
        let sheet = clerk.post("/api/v1/posts/post-secretary1/handover", change).await?.ok()?;
        let sections = sheet["sections"].as_array().cloned().unwrap_or_default();
        let placards = sections.iter().find(|one| one["kind"] == "placard").cloned().unwrap_or_default();
        assert_eq!(placards["lines"][0]["id"], made["id"], "{sheet}");
        assert_eq!(covered(&mut clerk).await?, json!([1, 1, 0, true]), "he is still on the post today");

        town.clock.advance_days(1);
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        assert_eq!(covered(&mut clerk).await?, json!([1, 0, 1, false]));
        let row = clerk.get("/api/v1/placards?standing=owed").await?.items()?;
        assert_eq!((&row[0]["standing"], &row[0]["since"]), (&json!("changed"), &json!("2026-09-22")));
        assert_eq!((&row[0]["repost_by"], &row[0]["late"]), (&json!("2026-10-07"), &json!(false)));
        let path = format!("/api/v1/placards/{}", text(&made, "id"));
        let view = staff.get(&path).await?.ok()?;
        let (gone, come) = (view["gone"][0].as_str(), view["come"][0].as_str());
        assert!(gone.is_some_and(|line| line.starts_with("王书记")), "{view}");
        assert!(come.is_some_and(|line| line.starts_with("钱网格")), "{view}");
        assert_eq!(waits(&mut staff).await?, json!(1));
        let (status, page) = page_of(&town, text(&made, "href")).await?;
        assert_eq!(status, StatusCode::OK);
        assert!(
            page.contains("钱网格") && !page.contains("王书记"),
            "the old code shows the holder of today"
        );
        assert!(
            page.contains("人员已有变动") && page.contains("tel:119") && page.contains("12345"),
            "{page}"
        );
        assert!(!page.contains("1380000") && !page.contains("<script"), "office phones only, no script");
        assert!(page.len() < 14_000, "{} bytes", page.len());
        let (_, english) = page_of(&town, &format!("{}?lang=en&big=1", text(&made, "href"))).await?;
        assert!(english.contains("Who is responsible") && english.contains("class=big"), "{english}");

        let again = json!({ "photos": [], "on": "2026-09-22", "version": view["version"] });
        let told = staff.post(&format!("{path}/post"), again).await?;
        assert_eq!(told.body["fields"][0]["code"], "placard.photo");
        let job = staff.post("/api/v1/placards/print", json!({ "owed": true })).await?.ok()?;
        let file = format!("/api/v1/placards/print/{}", text(&job, "id"));
        assert_eq!(staff.get(&file).await?.code(), "placard.not_drawn");
        town.app.run_due_jobs().await?;
        let done = staff.get(&format!("/api/v1/jobs/{}", text(&job, "id"))).await?.ok()?;
        assert_eq!((&done["state"], &done["result"]["placards_n"]), (&json!("done"), &json!(1)), "{done}");
        assert!(staff.get(&file).await?.bytes.starts_with(b"%PDF-"));
        assert_eq!(clerk.get(&file).await?.status, StatusCode::NOT_FOUND, "another's job");
        let view = staff.get(&path).await?.ok()?;
        assert_eq!((names(&view, "newest"), &view["prints_n"]), (names(&view, "today"), &json!(2)));
        assert_eq!(view["standing"], "changed", "printed is not hung up");
        let hung = hang(&mut staff, &view, 2, "2026-09-22").await?;
        assert_eq!((&hung["standing"], &hung["gone"]), (&json!("current"), &json!([])));
        assert_eq!(covered(&mut clerk).await?, json!([1, 1, 0, true]), "back with a photo");
        assert_eq!(waits(&mut staff).await?, Value::Null);
        assert_eq!(clerk.get(&behind).await?.items()?.len(), 2, "a photo each");

        // A phone that is another makes it wrong too, without a day to it; the print that says so puts it right.
        let who = view["today"].as_array().cloned().unwrap_or_default();
        assert!(who.iter().any(|line| line["office_phone"] != ""), "{who:?}");
        let people = clerk.get("/api/v1/people?limit=100").await?.items()?;
        let of = |name: &Value| people.iter().find(|one| one["name"] == *name).cloned().unwrap_or_default();
        let line = who.iter().find(|line| line["office_phone"] != "").cloned().unwrap_or_default();
        let person = clerk.get(&format!("/api/v1/people/{}", text(&of(&line["name"]), "id"))).await?.ok()?;
        let change =
            json!({ "name": person["name"], "office_phone": "023-49990001", "version": person["version"] });
        clerk.put(&format!("/api/v1/people/{}", text(&person, "id")), change).await?.ok()?;
        let view = staff.get(&path).await?.ok()?;
        assert_eq!((&view["standing"], &view["since"]), (&json!("phone"), &Value::Null), "{view}");
        assert_eq!(view["printed"], json!(false), "the print has the old number");
        assert_eq!(covered(&mut clerk).await?, json!([1, 0, 1, true]), "its holders are right");
        assert_eq!(waits(&mut staff).await?, json!(1));
        let (_, page) = page_of(&town, text(&made, "href")).await?;
        assert!(page.contains("023-49990001"), "{page}");
        staff.post("/api/v1/placards/print", json!({ "owed": true })).await?.ok()?;
        town.app.run_due_jobs().await?;
        let view = staff.get(&path).await?.ok()?;
        assert_eq!((&view["printed"], &view["prints_n"]), (&json!(true), &json!(3)));
        let hung = hang(&mut staff, &view, 3, "2026-09-22").await?;
        assert_eq!(hung["standing"], "current");

        // The town sets its hot lines; one it does not have is left out.
        set_text(&town, "placard.hotline.government", "023-49860119").await?;
        set_number(&town, "placard.hotline.hazard", 0.0).await?;
        let (_, page) = page_of(&town, text(&made, "href")).await?;
        assert!(
            page.contains("023-49860119") && !page.contains("12345") && !page.contains("96119"),
            "{page}"
        );
        assert!(page.contains("tel:02349860119"), "with the zero of its area: {page}");
        let view = staff.get(&path).await?.ok()?;
        assert_eq!(
            (&view["standing"], &view["printed"]),
            (&json!("phone"), &json!(false)),
            "the wall says 12345"
        );
        staff.post("/api/v1/placards/print", json!({ "owed": true })).await?.ok()?;
        town.app.run_due_jobs().await?;
        let view = staff.get(&path).await?.ok()?;
        assert_eq!((&view["printed"], &view["prints_n"]), (&json!(true), &json!(4)));
        let hung = hang(&mut staff, &view, 4, "2026-09-22").await?;
        assert_eq!(hung["standing"], "current");

        let gone = json!({ "reason": "宣传栏拆除", "version": hung["version"] });
        let told = clerk.post(&format!("{path}/void"), gone).await?.ok()?;
        assert_eq!((&told["standing"], &told["actions"]), (&json!("void"), &json!([])));
        let (_, page) = page_of(&town, text(&made, "href")).await?;
        assert!(page.contains("已作废") && !page.contains("钱网格"), "{page}");
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_photo_grows_old_and_what_makes_no_sense_is_refused() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        shop(&town, SHOP, "老街五金店", V1).await?;
        let (mut clerk, mut next) = (town.login("clerk").await?, town.login("staff2").await?);
        let told = next.post("/api/v1/placards", of_village("a3")).await?;
        assert_eq!(told.status, StatusCode::NOT_FOUND, "another village's wall");
        for (change, code) in [
            (json!({ "kind": "road" }), "placard.word"),
            (json!({ "size": "a0" }), "placard.word"),
            (json!({ "about": TOWN }), "placard.about"),
            (json!({ "spot": " " }), "placard.spot"),
            (json!({ "lon": 29.3, "lat": 105.8 }), "place.location"),
        ] {
            let mut asked = of_village("a4");
            for (key, value) in change.as_object().into_iter().flatten() {
                asked[key] = value.clone();
            }
            let told = clerk.post("/api/v1/placards", asked).await?;
            assert_eq!(told.body["fields"][0]["code"], code, "{}", told.body);
        }
        let plate = json!({ "kind": "unit", "about": SHOP, "spot": "店门左侧", "size": "door" });
        let plate = clerk.post("/api/v1/placards", plate).await?.ok()?;
        assert_eq!(names(&plate, "today"), ["王书记", "李消防", "钱网格"], "of the village and the grid");
        let grid = json!({ "kind": "grid", "about": V1_GRID, "spot": "网格驿站", "size": "a4" });
        let grid = clerk.post("/api/v1/placards", grid).await?.ok()?;
        for size in ["a4", "a3", "door"] {
            let path = format!("/api/v1/placards/{}/pdf?size={size}", text(&plate, "id"));
            assert!(clerk.get(&path).await?.bytes.starts_with(b"%PDF-"), "{size}");
        }
        let path = format!("/api/v1/placards/{}", text(&grid, "id"));
        let stranger =
            json!({ "photos": ["01a00000-0000-7000-8000-000000000799"], "on": "2026-09-21", "version": 1 });
        let told = clerk.post(&format!("{path}/post"), stranger).await?;
        assert_eq!(told.body["fields"][0]["code"], "placard.photo_not_here");
        let hung = hang(&mut clerk, &grid, 3, "2026-09-21").await?;
        // The picture of one placard shows no other.
        let (photo, of_plate) = ("01a00000-0000-7000-8000-000000000731", text(&plate, "id"));
        let upload = format!("/api/v1/photos/{photo}?object_kind=placard&object_id={of_plate}&role=overview");
        clerk.send_picture(&upload, 3).await?.ok()?;
        let same = json!({ "photos": [photo], "on": "2026-09-21", "version": plate["version"] });
        let told = clerk.post(&format!("/api/v1/placards/{of_plate}/post"), same).await?;
        assert_eq!(told.body["fields"][0]["code"], "placard.photo_used", "{}", told.body);
        let stale = json!({ "reason": "旧", "version": 1 });
        let told = clerk.post(&format!("{path}/void"), stale).await?;
        assert_eq!((told.status, &told.body["current"]["version"]), (StatusCode::CONFLICT, &hung["version"]));
        town.clock.advance_days(180);
        let mut clerk = town.login("clerk").await?;
        let old = clerk.get(&path).await?.ok()?;
        assert_eq!((&old["standing"], &old["since"]), (&json!("photo_old"), &json!("2027-03-20")));
        let none = json!({ "village": "500118100999" });
        assert_eq!(clerk.post("/api/v1/placards/print", none).await?.code(), "placard.none");
        let (status, page) = page_of(&town, "/p/b-nobody").await?;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(page.contains("没有这块公示牌") && page.contains("119"), "{page}");
        Ok(())
    })
    .await
}

/// Whether a file of placards bears a title; a PDF says its title in plain text.
fn titled(file: &[u8], title: &str) -> bool {
    file.windows(title.len()).any(|part| part == title.as_bytes())
}

#[tokio::test]
async fn a_placard_takes_the_towns_own_words_when_it_is_printed_anew() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let (mut clerk, mut leader) = (town.login("clerk").await?, town.login("leader").await?);
        let made = clerk.post("/api/v1/placards", of_village("a3")).await?.ok()?;
        assert_eq!((&made["wordings"][1]["n"], &made["reworded"]), (&json!(0), &json!(false)), "{made}");
        assert_eq!(made["wordings"][1]["code"], "DT09.a3");
        let path = format!("/api/v1/placards/{}", text(&made, "id"));
        let file = format!("{path}/pdf");
        let (as_it_comes, as_we_say) = ("消防工作人员公示牌", "消防责任人一览");
        assert!(titled(&clerk.get(&file).await?.bytes, as_it_comes));

        // What a placard must show keeps its place: the lines to call are no matter of taste.
        let wording = |words: Value| {
            json!({ "code": "DT09.a3", "from": "2026-09-21", "why": "村民看得懂", "words": words })
        };
        let templates = "/api/v1/papers/templates";
        let lost = clerk.post(templates, wording(json!({ "piece.2": "遇险请打电话" }))).await?;
        assert_eq!(lost.body["fields"][0]["code"], "paper_template.field_lost", "{}", lost.body);
        let words = json!({ "title": format!("{{area}}{as_we_say}"), "piece.2": "遇险请拨：{hotline}" });
        let draft = clerk.post(templates, wording(words)).await?.ok()?;
        assert_eq!(clerk.get(&path).await?.ok()?["reworded"], json!(false), "a draft is not in use");
        let at = format!("{templates}/{}", text(&draft, "id"));
        leader.post(&format!("{at}/decide"), json!({ "approve": true, "version": 1 })).await?.ok()?;

        // What was printed stays as it was printed, and the page says that there are newer words.
        let seen = clerk.get(&path).await?.ok()?;
        assert_eq!((&seen["reworded"], &seen["printed"], &seen["prints_n"]), (&json!(true), &json!(true), &json!(1)));
        assert!(titled(&clerk.get(&file).await?.bytes, as_it_comes));
        let job = clerk.post("/api/v1/placards/print", json!({ "ids": [made["id"]] })).await?.ok()?;
        town.app.run_due_jobs().await?;
        let printed = clerk.get(&format!("/api/v1/placards/print/{}", text(&job, "id"))).await?;
        assert!(titled(&printed.bytes, as_we_say), "the job draws the town's words");
        let anew = clerk.get(&path).await?.ok()?;
        assert_eq!((&anew["reworded"], &anew["prints_n"]), (&json!(false), &json!(2)), "{anew}");
        let edition = |view: &Value, n: usize| view["wordings"][n]["n"].clone();
        assert_eq!((edition(&anew, 0), edition(&anew, 1)), (json!(0), json!(1)), "A4 comes along, A3 is the town's");
        assert!(titled(&clerk.get(&file).await?.bytes, as_we_say));
        assert!(titled(&clerk.get(&format!("{file}?size=a4")).await?.bytes, as_it_comes), "of its own size only");
        clerk.post("/api/v1/placards/print", json!({ "ids": [made["id"]] })).await?.ok()?;
        assert_eq!(clerk.get(&path).await?.ok()?["prints_n"], 2, "nothing is new, nothing is printed anew");

        // One made now begins with them; withdrawn, the next print is worded as the template comes along.
        let next = clerk.post("/api/v1/placards", of_village("a3")).await?.ok()?;
        assert_eq!(edition(&next, 1), json!(1));
        leader.post(&format!("{at}/withdraw"), json!({ "reason": "用回原文", "version": 2 })).await?.ok()?;
        let after = clerk.get(&path).await?.ok()?;
        assert_eq!((&after["reworded"], edition(&after, 1)), (&json!(true), json!(1)));
        assert!(titled(&clerk.get(&file).await?.bytes, as_we_say), "what hangs is drawn as it hangs");
        clerk.post("/api/v1/placards/print", json!({ "ids": [made["id"]] })).await?.ok()?;
        assert!(titled(&clerk.get(&file).await?.bytes, as_it_comes));
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_a_demo_shows_and_prints_says_that_it_is_invented() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let made = clerk.post("/api/v1/placards", of_village("a4")).await?.ok()?;
        let asked = json!({ "ids": [made["id"]] });
        clerk.post("/api/v1/placards/print", asked).await?.ok()?;
        let pdf = format!("/api/v1/placards/{}/pdf", text(&made, "id"));
        let (_, real) = page_of(&town, "/p/officers").await?;
        assert!(!real.contains(app::DEMO), "nothing of a real town is invented");
        let plain = clerk.get(&pdf).await?;

        let mut app = town.app.clone();
        app.demo = true;
        let doors = api::Doors { app, secure: false, public_url: None };
        let demo = Town { router: api::router(doors, axum::Router::new()), ..town };
        for page in ["/p/officers", "/p/report", "/p/b-nobody", "/p/r-NOBODY"] {
            let (_, shown) = page_of(&demo, page).await?;
            assert!(shown.contains(app::DEMO), "{page}: {shown}");
        }
        let (_, english) = page_of(&demo, "/p/officers?lang=en").await?;
        assert!(english.contains("Demo data"), "{english}");
        let mut clerk = demo.login("clerk").await?;
        assert_eq!(clerk.get("/api/v1/me").await?.ok()?["demo"], true);
        let marked = clerk.get(&pdf).await?;
        assert_eq!((plain.status, marked.status), (StatusCode::OK, StatusCode::OK));
        assert!(plain.bytes.starts_with(b"%PDF") && marked.bytes.starts_with(b"%PDF"));
        assert_ne!(plain.bytes, marked.bytes, "it has one line more");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_public_list_names_who_may_enforce_today_and_nobody_else() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let (_, page) = page_of(&town, "/p/officers").await?;
        assert!(page.contains("沈执法") && page.contains("韩执法") && page.contains("消防工作站"), "{page}");
        assert!(page.contains("部门检查人员") && page.contains("褚民政"), "who inspects, too: {page}");
        assert!(!page.contains("钱网格") && !page.contains("1380000") && !page.contains("演示-执法"), "{page}");
        let mut clerk = town.login("clerk").await?;
        // The police station's man is on it with his own qualification, and not without.
        assert!(!page.contains("蒋民警"), "nobody has seen his qualification: {page}");
        let card = json!({ "person": "p-police", "kind": "police_qual", "number": "演示-民警-0001", "issuer": "区公安局",
            "issued_on": "2025-01-01", "expires_on": "2029-12-31", "scope": "青峰派出所辖区" });
        clerk.post("/api/v1/certificates", card).await?.ok()?;
        let (_, page) = page_of(&town, "/p/officers").await?;
        let (enforces, inspects) = page.split_once("部门检查人员").unwrap_or_default();
        assert!(enforces.contains("蒋民警") && enforces.contains("青峰派出所"), "{page}");
        assert!(!inspects.contains("蒋民警") && !page.contains("演示-民警"), "{page}");
        let kept = clerk.get("/api/v1/certificates").await?.ok()?;
        let all = kept["items"].as_array().or(kept.as_array()).cloned().unwrap_or_default();
        let his =
            all.iter().find(|one| one["person"]["id"] == "p-officer" && one["kind"] == "enforcement_cert");
        let his = his.cloned().unwrap_or_default();
        let taken = json!({ "reason": "证件收回", "version": his["version"] });
        clerk.post(&format!("/api/v1/certificates/{}/revoke", text(&his, "id")), taken).await?.ok()?;
        let (_, page) = page_of(&town, "/p/officers?lang=en").await?;
        assert!(
            !page.contains("沈执法") && page.contains("韩执法"),
            "his certificate was taken back: {page}"
        );
        Ok(())
    })
    .await
}

/// A post is called otherwise, and the wall does not know; what hung there before puts nothing right.
#[tokio::test]
async fn a_renamed_post_makes_it_wrong_and_an_old_photo_does_not_put_it_right() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let made = staff.post("/api/v1/placards", of_village("a3")).await?.ok()?;
        hang(&mut staff, &made, 1, "2026-09-21").await?;
        let renamed = json!({ "name": "社区党委书记", "min_n": 1, "active": true, "version": 1 });
        clerk.put("/api/v1/posts/post-secretary1", renamed).await?.ok()?;
        let path = format!("/api/v1/placards/{}", text(&made, "id"));
        let view = staff.get(&path).await?.ok()?;
        assert_eq!((&view["standing"], &view["printed"]), (&json!("renamed"), &json!(false)), "{view}");
        let otherwise = view["otherwise"][0].as_str().unwrap_or_default().to_owned();
        assert!(otherwise.starts_with("王书记") && otherwise.ends_with("现为 王书记（社区党委书记）"), "{otherwise}");
        let row = clerk.get("/api/v1/placards?standing=owed").await?.items()?;
        assert_eq!(row[0]["otherwise"], view["otherwise"], "whoever walks there knows what is wrong");
        let (_, page) = page_of(&town, text(&made, "href")).await?;
        assert!(page.contains("姓名或职务已有更正") && page.contains("社区党委书记"), "{page}");

        staff.post("/api/v1/placards/print", json!({ "owed": true })).await?.ok()?;
        town.app.run_due_jobs().await?;
        let view = staff.get(&path).await?.ok()?;
        for (n, shade, taken, code) in [
            (21, 1, "2026-09-21T02:00:00Z", "placard.photo_used"),
            (22, 2, "2026-09-20T02:00:00Z", "placard.photo_taken"),
        ] {
            let photo = format!("01a00000-0000-7000-8000-0000000007{n}");
            let about = format!("object_kind=placard&object_id={}&role=overview", text(&made, "id"));
            staff.send_picture(&format!("/api/v1/photos/{photo}?{about}&taken_at={taken}"), shade).await?.ok()?;
            let asked = json!({ "photos": [photo], "on": "2026-09-21", "version": view["version"] });
            let told = staff.post(&format!("{path}/post"), asked).await?;
            assert_eq!(told.body["fields"][0]["code"], code, "{}", told.body);
        }
        let hung = hang(&mut staff, &view, 3, "2026-09-21").await?;
        assert_eq!((&hung["standing"], &hung["otherwise"]), (&json!("current"), &json!([])));

        // Where it hangs is said anew; the village next door knows nothing of it.
        let moved = json!({ "spot": "便民中心大厅", "lon": 105.8731, "lat": 29.2695, "size": "a4", "version": hung["version"] });
        let mut next = town.login("staff2").await?;
        assert_eq!(next.put(&path, moved.clone()).await?.status, StatusCode::NOT_FOUND);
        let after = staff.put(&path, moved.clone()).await?.ok()?;
        assert_eq!((&after["spot"], &after["lon"], &after["size"]), (&json!("便民中心大厅"), &json!(105.8731), &json!("a4")));
        assert_eq!(staff.put(&path, moved).await?.code(), "conflict.version");
        let nowhere = json!({ "spot": " ", "size": "a4", "version": after["version"] });
        assert_eq!(staff.put(&path, nowhere).await?.body["fields"][0]["code"], "placard.spot");
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn every_vacant_placard_is_named_and_the_others_can_be_printed() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = planned(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let of = |about: &str, spot: &str| {
            json!({ "kind": "village", "about": about, "spot": spot, "size": "a4", "lon": 105.872, "lat": 29.268 })
        };
        let manned = clerk.post("/api/v1/placards", of(V1, "村委会门口")).await?.ok()?;
        let (one, two) = (
            clerk.post("/api/v1/placards", of(V2, "村口")).await?.ok()?,
            clerk.post("/api/v1/placards", of(V2, "便民中心")).await?.ok()?,
        );
        let today = town.app.now().date();
        let yesterday = today.pred_opt().unwrap_or(today).to_string();
        for person in ["p-secretary2", "p-staff2"] {
            let known = clerk.get(&format!("/api/v1/people/{person}")).await?.ok()?;
            for held in known["assignments"].as_array().into_iter().flatten() {
                let path = format!("/api/v1/assignments/{}/end", text(held, "id"));
                clerk.post(&path, json!({ "last_day": yesterday })).await?.ok()?;
            }
        }
        let ids = json!([manned["id"], one["id"], two["id"]]);
        let told = clerk.post("/api/v1/placards/print", json!({ "ids": ids })).await?;
        assert_eq!(told.code(), "placard.nobody");
        let said = text(&told.body, "detail");
        assert_eq!(said.matches('、').count(), 1, "both are named: {said}");
        let job = clerk.post("/api/v1/placards/print", json!({ "ids": ids, "without_vacant": true })).await?.ok()?;
        assert_eq!(job["total_n"], json!(1), "{job}");
        let none = json!({ "ids": [one["id"], two["id"]], "without_vacant": true });
        assert_eq!(clerk.post("/api/v1/placards/print", none).await?.code(), "placard.nobody");
        Ok(())
    })
    .await
}
