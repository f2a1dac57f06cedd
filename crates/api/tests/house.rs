//! Stories of self-built houses: from nine people to eleven, grade, key list and round follow in the same write; a
//! department answers for itself; another rule is tried before it is set; a home somewhere else is nobody's business.

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
    let town = town(fresh).await?;
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
        let mut officer = town.login("police").await?;
        assert_eq!(officer.post(&path, answer(" ")).await?.code(), "house.number");
        let done = officer.post(&path, answer("特行证 甲-1")).await?.ok()?;
        assert!(done["checks"].to_string().contains("特行证 甲-1"), "{}", done["checks"]);
        let mut clerk = town.login("clerk").await?;
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
        // A shop with twelve becomes a house: its category alone is changed.
        let shop = clerk.post("/api/v1/places", place("老街作坊", "nine_small.catering", json!({ "working": 12 }))).await?;
        let shop = shop.ok()?;
        let id = shop["id"].as_str().unwrap_or_default().to_owned();
        let mut changed = place("老街作坊", "self_built.rented", json!({ "working": 12 }));
        changed["version"] = shop["version"].clone();
        clerk.put(&format!("/api/v1/places/{id}"), changed).await?.ok()?;
        let page = clerk.get(&format!("/api/v1/houses/{id}")).await?.ok()?;
        assert_eq!((&page["on_key_list"], checks(&page, "asked").is_empty()), (&json!(true), false), "{page}");

        // Looked at together: it stands on the page of joint control, asked for on its sector's list alone.
        let joint = clerk.get("/api/v1/joint-control").await?.ok()?;
        let own = joint["items"].as_array().into_iter().flatten().find(|one| one["place"]["id"] == json!(id));
        let own = own.cloned().unwrap_or_default();
        assert_eq!((&own["kinds"][0]["code"], &own["standing"]["code"]), (&json!("over_10"), &json!("both")), "{joint}");
        assert_eq!((&own["may_plan"], &page["may_plan"]), (&json!(true), &json!(true)));
        assert!(town.app.verify(&Caller::system()).await?.findings.is_empty());
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
