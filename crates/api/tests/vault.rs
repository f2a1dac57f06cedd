//! Stories of a thief: whatever was registered, asked, answered and recorded, a phone is nowhere in the database.

use axum::http::Method;
use serde_json::json;
use testkit::both_databases;

use crate::common::{V1, town};

const OWN: &str = "13987654321";
const OFFICE: &str = "023-49887766";
const RESPONSIBLE: &str = "13611223344";
const MANAGER: &str = "13755667788";

#[tokio::test]
async fn a_stolen_database_tells_no_phone_that_went_through_the_door() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let person = json!({ "name": "周某某", "phone": OWN, "office_phone": OFFICE });
        let key = "01a00000-0000-7000-8000-00000000ee01";
        let person = clerk.ask(Method::POST, "/api/v1/people", Some(person), Some(key)).await?.ok()?;
        let place = json!({
            "name": "失窃库测试店", "category": "nine_small.shop", "village": V1, "address": "老街 9 号",
            "registration": { "kind": "unknown" }, "opening": "open", "tags": [], "heads": {},
            "responsible": { "name": "钱某某", "phone": RESPONSIBLE },
            "manager": { "name": "孙某某", "phone": MANAGER },
        });
        let key = "01a00000-0000-7000-8000-00000000ee02";
        let place = clerk.ask(Method::POST, "/api/v1/places", Some(place), Some(key)).await?.ok()?;
        let (person, place) = (&person["id"], &place["id"]);
        let why = json!({ "reason": "通知停电检修" });
        let id = person.as_str().unwrap_or_default();
        let shown = clerk.post(&format!("/api/v1/people/{id}/reveal"), why.clone()).await?.ok()?;
        assert_eq!(shown["phone"], OWN);
        let id = place.as_str().unwrap_or_default();
        let shown = clerk.post(&format!("/api/v1/places/{id}/reveal"), why).await?.ok()?;
        assert_eq!(
            (&shown["responsible_phone"], &shown["manager_phone"]),
            (&json!(RESPONSIBLE), &json!(MANAGER))
        );
        for typed in [RESPONSIBLE, "3344"] {
            let found = clerk.get(&format!("/api/v1/places?q={typed}")).await?.items()?;
            assert_eq!(found.len(), 1, "{typed}");
            assert_eq!(&found[0]["id"], place);
        }
        for typed in [OWN, "4321"] {
            assert_eq!(clerk.get(&format!("/api/v1/people?q={typed}")).await?.items()?.len(), 1, "{typed}");
        }
        let taken = clerk.get(&format!("/api/v1/exports/places?format=csv&q={RESPONSIBLE}")).await?;
        assert!(String::from_utf8(taken.bytes)?.contains(RESPONSIBLE), "who may take it out gets it whole");

        let stolen = fresh.stolen()?;
        assert!(
            stolen.contains("失窃库测试店") && stolen.contains("register.export"),
            "the thief looks well"
        );
        for number in [OWN, OFFICE, RESPONSIBLE, MANAGER] {
            assert!(!stolen.contains(number), "{number} lies open");
        }
        assert_eq!(town.app.verify(&app::Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}
