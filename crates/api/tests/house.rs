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
