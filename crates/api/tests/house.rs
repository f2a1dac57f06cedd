//! Stories of self-built houses: from nine people to eleven, grade, key list and round follow in the same write; a
//! department answers for itself; another rule is tried before it is set; a home somewhere else is nobody's business.

use std::io::Write;
use std::process::{Command, Stdio};

use app::Caller;
use axum::http::StatusCode;
use domain::place::KindCode;
use serde_json::{Value, json};
use testkit::{Fresh, both_databases};

use crate::common;
use crate::common::{Browser, Town, V1, day, shop, town};

const HOUSE: &str = "01a00000-0000-7000-8000-000000000103";
const SHOP: &str = "01a00000-0000-7000-8000-000000000104";

/// The town with its plan, a house that is let and a shop that is none.
async fn housed(fresh: &Fresh) -> anyhow::Result<Town> {
    let_out(town(fresh).await?).await
}

async fn let_out(town: Town) -> anyhow::Result<Town> {
    let system = Caller::system();
    town.app.ensure_shipped_checklists(&system, Some(day("2026-01-01"))).await?;
    town.app.install_shipped_plan(&system).await?;
    shop(&town, HOUSE, "学堂巷出租屋", V1).await?;
    shop(&town, SHOP, "老街杂货店", V1).await?;
    let whole = system.scope(domain::policy::Action::PlaceRead)?;
    let mut tx = town.app.db.write(&common::TOWN.into()).await?;
    let house = tx.place(&HOUSE.into(), &whole).await?;
    let mut house = house.ok_or_else(|| anyhow::anyhow!("just made"))?;
    house.place.category = KindCode::from("self_built.rented");
    tx.update_place(&house).await?;
    tx.commit(system.audit("place.change", "place", HOUSE, town.app.now()), ()).await?;
    Ok(town)
}

async fn house(browser: &mut Browser) -> anyhow::Result<Value> {
    browser.get(&format!("/api/v1/houses/{HOUSE}")).await?.ok()
}

/// Ids of the houses a list shows.
async fn houses(browser: &mut Browser, query: &str) -> anyhow::Result<Vec<String>> {
    let list = browser.get(&format!("/api/v1/houses{query}")).await?.ok()?;
    let id = |one: &Value| one["place"]["id"].as_str().unwrap_or_default().to_owned();
    Ok(list["items"].as_array().into_iter().flatten().map(id).collect())
}

fn counted(page: &Value, lodging: u32) -> Value {
    json!({ "lodging": lodging, "working": 2, "structure": "brick", "floors": 3, "floor_m2": 120, "exits": 1,
        "burning_roof": false, "owner": "房主", "counted_on": "2026-09-21", "counted_by": "李消防",
        "version": page["version"] })
}

async fn put(browser: &mut Browser, body: Value) -> anyhow::Result<common::Told> {
    browser.put(&format!("/api/v1/houses/{HOUSE}"), body).await
}

fn grade(page: &Value) -> &str {
    page["grade"]["code"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn from_nine_to_eleven_grade_list_and_round_follow_at_once() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = housed(&fresh).await?;
        let (mut staff, mut far) = (town.login("staff1").await?, town.login("staff2").await?);
        assert_eq!(far.get(&format!("/api/v1/houses/{HOUSE}")).await?.status, StatusCode::NOT_FOUND);
        let none = staff.get(&format!("/api/v1/houses/{SHOP}")).await?;
        assert_eq!(none.code(), "house.none");

        let page = house(&mut staff).await?;
        assert_eq!(grade(&page), "unknown", "nobody counted");
        let mut silent = counted(&page, 9);
        silent["counted_by"] = json!("");
        assert_eq!(put(&mut staff, silent).await?.code(), "house.counted");
        let nine = put(&mut staff, counted(&page, 9)).await?.ok()?;
        assert_eq!(
            (grade(&nine), &nine["checks"], &nine["on_key_list"]),
            ("ordinary", &json!([]), &json!(false))
        );
        assert_eq!(nine["joint_by"], Value::Null, "let to nine it is looked at by nobody together");
        let mut clerk = town.login("clerk").await?;
        let seen = clerk.get(&format!("/api/v1/houses/{HOUSE}")).await?.ok()?;
        assert_eq!(seen["may_plan"], false);

        // One number changes, and everything follows in the same answer.
        let eleven = put(&mut staff, counted(&nine, 11)).await?.ok()?;
        assert_eq!(grade(&eleven), "key");
        assert!(
            eleven["reasons"][0]["text"].as_str().unwrap_or_default().contains("11 人，超过 10 人"),
            "{eleven}"
        );
        assert_eq!(eleven["reasons"][0]["source"], "方案第十七条（C17.5）");
        assert_eq!((&eleven["on_key_list"], &eleven["joint_by"]), (&json!(true), &json!("2026-12-31")));
        assert_eq!(eleven["given_rule"], "随程序附带的规则");
        let seen = clerk.get(&format!("/api/v1/houses/{HOUSE}")).await?.ok()?;
        assert_eq!(seen["may_plan"], true, "the joint check is offered at once");
        // Whoever is asked learns of it: a message, a number on the workbench, the houses that wait for him.
        let mut officer = town.login("police").await?;
        let bench = officer.get("/api/v1/workbench").await?.ok()?;
        let count = bench["counts"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|one| one["code"] == "house_checks")
            .cloned();
        assert_eq!(
            count.map(|one| (one["n"].clone(), one["href"].clone())),
            Some((json!(1), json!("/houses?mine=true")))
        );
        assert_eq!(houses(&mut officer, "?mine=true").await?, [HOUSE]);
        // His telephone takes the question along, and nobody else's does.
        let asked_of = |list: &Value| list["items"][0]["waits"].clone();
        let waits = asked_of(&officer.get("/api/v1/houses?mine=true").await?.ok()?);
        assert_eq!(
            (&waits[0]["org"]["id"], &waits[0]["kind"]["code"]),
            (&json!("police"), &json!("licence")),
            "{waits}"
        );
        assert_eq!(asked_of(&staff.get("/api/v1/houses").await?.ok()?), json!([]));
        assert!(houses(&mut staff, "?mine=true").await?.is_empty(), "the village was asked nothing");
        let told = clerk.get("/api/v1/messages").await?.ok()?.to_string();
        assert!(told.contains("等贵单位核验证照") && told.contains("house_round"), "{told}");
        let asked: Vec<(&str, &str)> = eleven["checks"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| {
                (
                    one["org"]["id"].as_str().unwrap_or_default(),
                    one["kind"]["code"].as_str().unwrap_or_default(),
                )
            })
            .collect();
        assert!(
            asked.contains(&("police", "licence")) && asked.contains(&("dept-civil", "approval")),
            "{asked:?}"
        );
        let place = staff.get(&format!("/api/v1/places/{HOUSE}")).await?.ok()?;
        assert!(place.to_string().contains("over_10"), "the plan's tag");
        let told = put(&mut staff, counted(&nine, 12)).await?;
        assert_eq!((told.status, &told.body["current"]["heads"]), (StatusCode::CONFLICT, &json!(11)));

        // Twelve asks nobody twice and lists it once.
        let twelve = put(&mut staff, counted(&eleven, 12)).await?.ok()?;
        assert_eq!(twelve["checks"].as_array().map(Vec::len), Some(asked.len()));

        // A department answers for itself.
        let police =
            twelve["checks"].as_array().into_iter().flatten().find(|one| one["org"]["id"] == "police");
        let police = police.cloned().unwrap_or_default();
        let path = format!("/api/v1/houses/checks/{}/answer", police["id"].as_str().unwrap_or_default());
        let answer = |text: &str| json!({ "answer": "verified", "text": text, "version": police["version"] });
        assert_eq!(staff.post(&path, answer("甲-1")).await?.status, StatusCode::FORBIDDEN);
        assert_eq!(officer.post(&path, answer(" ")).await?.code(), "house.number");
        let done = officer.post(&path, answer("特行证 甲-1")).await?.ok()?;
        assert!(houses(&mut officer, "?mine=true").await?.is_empty(), "answered");
        assert!(done["checks"].to_string().contains("特行证 甲-1"), "{}", done["checks"]);
        let open: Vec<Value> = done["checks"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|one| one["answer"] == "asked")
            .cloned()
            .collect();
        for one in open {
            let path = format!("/api/v1/houses/checks/{}/answer", one["id"].as_str().unwrap_or_default());
            let body = json!({ "answer": "verified", "text": "审批 乙-2", "version": one["version"] });
            clerk.post(&path, body).await?.ok()?;
        }
        // The board knows that its licences are verified and its approval reviewed.
        for duty in ["C17.5", "C17.6", "C17.7", "C17.3"] {
            let shown = clerk.get(&format!("/api/v1/board/duties/{duty}")).await?.ok()?.to_string();
            assert!(shown.contains("学堂巷出租屋"), "{duty} {shown}");
        }
        let behind =
            format!("/api/v1/board/duties/C17.6/evidence?subject_kind=place&subject={HOUSE}&window=2026-Q3");
        let behind = clerk.get(&behind).await?.ok()?;
        assert_eq!(behind["items"][0]["href"], json!(format!("/places/{HOUSE}")), "{behind}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_department_asked_about_a_house_of_another_sector_sees_it_and_answers() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        // The economy office, whose sector no house is.
        let mut roster = common::roster();
        let copied = |id: &str| id.replace("dept-civil", "dept-economy").replace("-dept", "-eco");
        let mut org = roster.orgs.iter().find(|one| one.id.as_str() == "dept-civil").cloned();
        if let Some(org) = &mut org {
            (org.id, org.name, org.label) =
                ("dept-economy".into(), "经济发展办".to_owned(), "org:economy_office".to_owned());
        }
        roster.orgs.extend(org);
        for kind in ["p-dept", "post-dept", "a-dept"] {
            let person = roster.persons.iter().find(|one| one.id.as_str() == kind).cloned();
            roster.persons.extend(person.map(|one| domain::org::Person { id: copied(kind).into(), name: "蒋经发".to_owned(), ..one }));
            let post = roster.posts.iter().find(|one| one.id.as_str() == kind).cloned();
            roster.posts.extend(post.map(|one| domain::org::Post { id: copied(kind).into(), org: "dept-economy".into(), ..one }));
            let held = roster.assignments.iter().find(|one| one.id.as_str() == kind).cloned();
            roster.assignments.extend(held.map(|one| domain::org::Assignment {
                id: copied(kind).into(), person: "p-eco".into(), post: "post-eco".into(), org: "dept-economy".into(), ..one
            }));
        }
        roster.logins.push(("eco".to_owned(), "p-eco".into()));
        let town = let_out(common::town_of(&fresh, roster).await?).await?;
        let (mut staff, mut eco) = (town.login("staff1").await?, town.login("eco").await?);
        let path = format!("/api/v1/houses/{HOUSE}");
        assert_eq!(eco.get(&path).await?.status, StatusCode::NOT_FOUND, "not of its sector, and nobody asked it");
        let page = house(&mut staff).await?;
        put(&mut staff, counted(&page, 11)).await?.ok()?;

        // Asked, it finds the house where its workbench says, opens it, and may answer but not count.
        let bench = eco.get("/api/v1/workbench").await?.ok()?["counts"].to_string();
        assert!(bench.contains("house_checks"), "{bench}");
        let list = eco.get("/api/v1/houses?mine=true").await?.ok()?;
        let asked = list["items"][0]["waits"][0].clone();
        assert_eq!((&list["items"][0]["place"]["id"], &asked["org"]["id"]), (&json!(HOUSE), &json!("dept-economy")), "{list}");
        let seen = eco.get(&path).await?.ok()?;
        assert_eq!((&seen["may_change"], grade(&seen)), (&json!(false), "key"));
        let answer = format!("/api/v1/houses/checks/{}/answer", asked["id"].as_str().unwrap_or_default());
        let lacks = json!({ "answer": "lacking", "text": "没有营业执照", "on": "2026-09-21", "until": null, "version": asked["version"] });
        let done = eco.post(&answer, lacks).await?.ok()?;
        assert_eq!((&done["lacking_n"], &done["waits"]), (&json!(1), &json!([])));
        assert!(houses(&mut eco, "?mine=true").await?.is_empty(), "answered");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn another_rule_is_tried_before_it_is_set_and_then_cited() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = housed(&fresh).await?;
        let mut staff = town.login("staff1").await?;
        let page = house(&mut staff).await?;
        let page = put(&mut staff, counted(&page, 9)).await?.ok()?;
        let preview = staff.get("/api/v1/houses/preview?key_heads=8").await?.ok()?;
        assert_eq!((&preview["total"], preview["changed"].as_array().map(Vec::len)), (&json!(1), Some(1)));
        let moved = &preview["changed"][0];
        assert_eq!((&moved["before"]["code"], &moved["after"]["code"]), (&json!("ordinary"), &json!("key")));
        let below = staff.get("/api/v1/houses/preview?key_heads=-1").await?;
        assert_eq!((below.status.as_u16(), &below.body["fields"][0]["code"]), (422, &json!("house.rule")));
        let same = staff.get("/api/v1/houses/preview?key_heads=9").await?.ok()?;
        assert_eq!(same["changed"], json!([]), "nine is not more than nine");
        assert_eq!(grade(&house(&mut staff).await?), "ordinary", "nothing was written");

        common::set_number(&town, "house.key_heads", 8.0).await?;
        let now = house(&mut staff).await?;
        assert_eq!(
            (grade(&now), &now["given"]["code"]),
            ("key", &json!("ordinary")),
            "given before the rule changed"
        );
        assert_eq!(now["rule"]["version"], "2026-01-01 起施行的规则");
        let list = staff.get("/api/v1/houses?grade=key").await?.ok()?;
        assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
        let again = put(&mut staff, counted(&page, 9)).await?.ok()?;
        assert_eq!(
            (&again["given_rule"], &again["on_key_list"]),
            (&json!("2026-01-01 起施行的规则"), &json!(true))
        );
        Ok(())
    })
    .await
}

/// The words of a PDF; none where the reader is not installed, which a complete run does not allow.
fn words(pdf: &[u8]) -> anyhow::Result<Option<String>> {
    let reader = Command::new("pdftotext")
        .args(["-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut reader = match reader {
        Ok(reader) => reader,
        Err(error) => {
            anyhow::ensure!(option_env!("CI").is_none(), "pdftotext is not installed: {error}");
            eprintln!("not read: a PDF, for want of pdftotext");
            return Ok(None);
        }
    };
    // Taken and dropped, so that the reader sees the end.
    reader.stdin.take().ok_or_else(|| anyhow::anyhow!("no way in"))?.write_all(pdf)?;
    Ok(Some(String::from_utf8(reader.wait_with_output()?.stdout)?))
}

#[tokio::test]
async fn labels_of_a_demo_say_so_in_every_size() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = housed(&fresh).await?;
        let told = |mut staff: Browser, marks: usize| async move {
            for size in ["large", "medium", "small"] {
                let told = staff.get(&format!("/api/v1/houses/labels/pdf?size={size}")).await?;
                let Some(read) = words(&told.bytes)? else { break };
                let squeezed: String = read.chars().filter(|c| !c.is_whitespace()).collect();
                assert!(squeezed.contains("自建房消防安全"), "{size}: {read}");
                assert_eq!(squeezed.matches("演示数据").count(), marks, "{size}: {read}");
            }
            anyhow::Ok(())
        };
        told(town.login("staff1").await?, 0).await?;
        let mut app = town.app.clone();
        app.demo = true;
        let doors = api::Doors { app, secure: false, public_url: None };
        let demo = Town { router: api::router(doors, axum::Router::new()), ..town };
        told(demo.login("staff1").await?, 1).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_code_on_a_house_tells_its_grade_and_nobodys_name() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = housed(&fresh).await?;
        let mut staff = town.login("staff1").await?;
        let page = house(&mut staff).await?;
        put(&mut staff, counted(&page, 11)).await?.ok()?;
        let labels = staff.get("/api/v1/houses/labels").await?.ok()?;
        let label = &labels["items"][0];
        assert_eq!((&labels["total"], &label["id"]), (&json!(1), &json!(HOUSE)));
        assert!(label["svg"].as_str().unwrap_or_default().contains("<svg"));
        let mut far = town.login("staff2").await?;
        assert_eq!(far.get("/api/v1/houses/labels").await?.ok()?["total"], 0);
        for size in ["", "?size=large", "?size=medium", "?size=small"] {
            let told = staff.get(&format!("/api/v1/houses/labels/pdf{size}")).await?;
            assert_eq!((told.status, told.bytes.get(..5)), (StatusCode::OK, Some(&b"%PDF-"[..])), "{size}");
        }
        let huge = staff.get("/api/v1/houses/labels/pdf?size=huge").await?;
        assert_eq!(huge.body["fields"][0]["code"], "labels.size");
        assert_eq!(far.get("/api/v1/houses/labels/pdf").await?.status, StatusCode::NOT_FOUND, "none of his");

        let mut passer = Browser::new(&town.router);
        for (lang, says) in [("zh", "重点管控"), ("en", "Kept most closely")] {
            let told = passer.get(&format!("/p/h-{HOUSE}?lang={lang}")).await?;
            let html = String::from_utf8_lossy(&told.bytes).into_owned();
            assert_eq!(told.status, StatusCode::OK);
            assert!(html.contains(says) && html.contains("/p/report?p="), "{html}");
            assert!(!html.contains("<script") && html.len() < 14_000, "{} bytes", html.len());
            // Neither the owner nor the house, which bears his name often enough, nor who counted.
            for name in ["房主", "学堂巷出租屋", "李消防"] {
                assert!(!html.contains(name), "{name}");
            }
        }
        // The button leads to a form that knows where one stands.
        let code = label["code"].as_str().unwrap_or_default();
        let form = passer.get(&format!("/p/report?p={code}")).await?;
        assert!(String::from_utf8_lossy(&form.bytes).contains("位置已按二维码填好"));
        let shop = passer.get(&format!("/p/h-{SHOP}")).await?;
        assert_eq!(shop.status, StatusCode::NOT_FOUND, "a shop is no house");
        assert_eq!(passer.get("/p/h-nothing").await?.status, StatusCode::NOT_FOUND);
        let mut last = StatusCode::OK;
        for _ in 0..620 {
            last = passer.get("/p/h-nothing").await?.status;
            if last == StatusCode::TOO_MANY_REQUESTS {
                break;
            }
        }
        assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
        Ok(())
    })
    .await
}

fn checks<'a>(page: &'a Value, answer: &str) -> Vec<&'a Value> {
    page["checks"].as_array().into_iter().flatten().filter(|one| one["answer"] == answer).collect()
}

#[tokio::test]
async fn by_whichever_door_eleven_people_come_list_and_round_follow() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = housed(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let place = |name: &str, category: &str, heads: Value| {
            json!({ "name": name, "category": category, "village": V1, "address": "学堂巷 9 号", "heads": heads,
                "registration": { "kind": "unknown" }, "opening": "open" })
        };
        // Registered with eleven.
        let new = clerk.post("/api/v1/places", place("新建民宿", "self_built.rented", json!({ "lodging": 11 }))).await?.ok()?;
        let path = format!("/api/v1/houses/{}", new["id"].as_str().unwrap_or_default());
        let page = clerk.get(&path).await?.ok()?;
        assert_eq!((grade(&page), &page["on_key_list"]), ("key", &json!(true)), "{page}");
        assert!(!checks(&page, "asked").is_empty());
        // Whoever registered it said so, on that day.
        assert_eq!((&page["counted_on"], &page["counted_by"]), (&json!("2026-09-21"), &json!("周文书")), "{page}");
        // A shop with twelve becomes a house: its category alone is changed.
        let shop = clerk.post("/api/v1/places", place("老街作坊", "nine_small.catering", json!({ "working": 12 }))).await?;
        let shop = shop.ok()?;
        let id = shop["id"].as_str().unwrap_or_default().to_owned();
        let mut changed = place("老街作坊", "self_built.rented", json!({ "working": 12 }));
        changed["version"] = shop["version"].clone();
        clerk.put(&format!("/api/v1/places/{id}"), changed).await?.ok()?;
        let page = clerk.get(&format!("/api/v1/houses/{id}")).await?.ok()?;
        assert_eq!((&page["on_key_list"], checks(&page, "asked").is_empty()), (&json!(true), false), "{page}");

        // How many there are is counted on its own page: the form of the place makes no second truth of it.
        let known = clerk.get(&format!("/api/v1/places/{id}")).await?.ok()?;
        let mut fewer = place("老街作坊", "self_built.rented", json!({ "working": 9 }));
        fewer["version"] = known["version"].clone();
        let told = clerk.put(&format!("/api/v1/places/{id}"), fewer).await?;
        assert_eq!(told.body["fields"][0]["code"], "place.heads_counted", "{}", told.body);
        assert_eq!(told.body["fields"][0]["field"], "heads.lodging");

        // Looked at together: it stands on the page of joint control, asked for on its sector's list alone.
        let joint = clerk.get("/api/v1/joint-control").await?.ok()?;
        let own = joint["items"].as_array().into_iter().flatten().find(|one| one["place"]["id"] == json!(id));
        let own = own.cloned().unwrap_or_default();
        assert_eq!((&own["kinds"][0]["code"], &own["standing"]["code"]), (&json!("over_10"), &json!("both")), "{joint}");
        assert_eq!((&own["may_plan"], &page["may_plan"]), (&json!(true), &json!(true)));

        // A shop again, and no house any more: list and open round end with why.
        let mut shop = place("老街作坊", "nine_small.catering", json!({ "working": 12 }));
        shop["version"] = known["version"].clone();
        let shop = clerk.put(&format!("/api/v1/places/{id}"), shop).await?.ok()?;
        assert!(!shop["tags"].to_string().contains("over_10"), "{shop}");
        let mut read = town.app.db.read(&common::TOWN.into()).await?;
        let stays = read.list_entries_of_place(&id.as_str().into()).await?;
        let left: Vec<_> = stays.iter().map(|one| one.entry.left.as_ref().map(|(_, why)| why.as_str())).collect();
        assert_eq!(left, [Some("不再登记为自建房")]);
        let whole = Caller::system().scope(domain::policy::Action::PlaceRead)?;
        let round = read.house_checks(&whole, Some(&id.as_str().into())).await?;
        assert!(!round.is_empty() && round.iter().all(|one| one.check.is_ended()), "{round:?}");
        drop(read);
        assert!(town.app.verify(&Caller::system()).await?.findings.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_count_from_the_spot_is_dated_and_an_older_one_changes_nothing() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = housed(&fresh).await?;
        let (mut staff, mut far) = (town.login("staff1").await?, town.login("staff2").await?);
        let path = format!("/api/v1/houses/{HOUSE}/count");
        let count = |n: u32, on: &str| json!({ "lodging": n, "counted_on": on });
        assert_eq!(far.post(&path, count(3, "2026-09-20")).await?.status, StatusCode::NOT_FOUND);
        let none = staff.post(&format!("/api/v1/houses/{SHOP}/count"), count(3, "2026-09-20")).await?;
        assert_eq!(none.code(), "house.none");
        assert_eq!(staff.post(&path, json!({})).await?.body["fields"][0]["code"], "house.nothing_counted");
        let ahead = staff.post(&path, count(3, "2026-09-22")).await?;
        assert_eq!(ahead.body["fields"][0]["code"], "house.counted_on");

        // What is known of the building stays; who counted is who sent it.
        let page = house(&mut staff).await?;
        put(&mut staff, counted(&page, 9)).await?.ok()?;
        let eleven = staff.post(&path, count(11, "2026-09-21")).await?.ok()?;
        assert_eq!((grade(&eleven), &eleven["on_key_list"]), ("key", &json!(true)));
        assert_eq!(
            (&eleven["working"], &eleven["structure"]["code"]),
            (&json!(2), &json!("brick")),
            "{eleven}"
        );
        assert_eq!((&eleven["counted_on"], &eleven["counted_by"]), (&json!("2026-09-21"), &json!("李消防")));
        // A phone that had no network for days brings what is over: said, and not written over what is newer.
        let old = staff.post(&path, count(4, "2026-09-18")).await?;
        assert_eq!(old.code(), "house.older_count");
        assert!(old.body.to_string().contains("2026-09-21"), "{}", old.body);
        assert_eq!(house(&mut staff).await?["lodging"], 11);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn back_to_ten_the_list_and_the_open_round_end_with_why() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = housed(&fresh).await?;
        let mut staff = town.login("staff1").await?;
        let page = house(&mut staff).await?;
        let eleven = put(&mut staff, counted(&page, 11)).await?.ok()?;
        let police = checks(&eleven, "asked").into_iter().find(|one| one["org"]["id"] == "police").cloned();
        let police = police.unwrap_or_default();
        let path = format!("/api/v1/houses/checks/{}/answer", police["id"].as_str().unwrap_or_default());
        let mut officer = town.login("police").await?;
        let seen = json!({ "answer": "verified", "text": "特行证 甲-1", "version": police["version"] });
        let page = officer.post(&path, seen).await?.ok()?;
        let open = checks(&page, "asked").len();
        assert!(open > 0);

        town.clock.advance_days(1);
        let mut staff = town.login("staff1").await?;
        let ten = put(&mut staff, counted(&page, 10)).await?.ok()?;
        assert_eq!((&ten["on_key_list"], ten["may_plan"].as_bool()), (&json!(false), Some(false)), "{ten}");
        let ended = checks(&ten, "ended");
        assert_eq!((ended.len(), checks(&ten, "verified").len()), (open, 1), "what was answered stays");
        let why = ended.first().and_then(|one| one["text"].as_str()).unwrap_or_default();
        assert!(why.contains("10 人") && why.contains("不超过 10 人"), "{why}");
        let one = ended.first().map(|one| (*one).clone()).unwrap_or_default();
        let path = format!("/api/v1/houses/checks/{}/answer", one["id"].as_str().unwrap_or_default());
        let late = json!({ "answer": "verified", "text": "乙-2", "version": one["version"] });
        let mut clerk = town.login("clerk").await?;
        assert_eq!(clerk.post(&path, late).await?.code(), "house.ended");
        let stays =
            town.app.db.read(&common::TOWN.into()).await?.list_entries_of_place(&HOUSE.into()).await?;
        let left = stays.first().and_then(|one| one.entry.left.clone());
        assert!(left.is_some_and(|(_, why)| why.contains("不超过 10 人")), "{stays:?}");

        // And up again: asked anew, listed anew.
        let again = put(&mut staff, counted(&ten, 13)).await?.ok()?;
        assert_eq!((&again["on_key_list"], checks(&again, "asked").len()), (&json!(true), open), "{again}");
        assert!(town.app.verify(&Caller::system()).await?.findings.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn once_the_rule_is_another_every_house_is_held_against_it() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = housed(&fresh).await?;
        let mut staff = town.login("staff1").await?;
        let page = house(&mut staff).await?;
        put(&mut staff, counted(&page, 9)).await?.ok()?;
        town.app.follow_house_rule().await?;
        assert_eq!(house(&mut staff).await?["on_key_list"], false, "nine is not more than ten");

        // The page of settings says what it would do before anybody decides.
        let mut clerk = town.login("clerk").await?;
        let ask = json!({ "name": "house.key_heads", "value": 8, "from": "2026-09-21", "reason": "从严" });
        let preview = clerk.post("/api/v1/parameters/preview", ask).await?.ok()?;
        assert_eq!(preview["houses"][0]["place"]["id"], json!(HOUSE), "{preview}");
        assert_eq!(preview["houses"][0]["after"]["code"], "key");
        let other = json!({ "name": "house.floors", "value": 9, "from": "2026-09-21", "reason": "从宽" });
        assert_eq!(clerk.post("/api/v1/parameters/preview", other).await?.ok()?["houses"], json!([]));

        common::set_number(&town, "house.key_heads", 8.0).await?;
        assert_eq!(town.app.follow_house_rule().await?, 1);
        let now = house(&mut staff).await?;
        assert_eq!((&now["on_key_list"], checks(&now, "asked").is_empty()), (&json!(true), false), "{now}");
        assert_eq!(town.app.follow_house_rule().await?, 0, "once");
        Ok(())
    })
    .await
}
