//! Stories of whoever looks for a post or a certificate by a name: found by what he is shown anyway, in a stable order.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::{Browser, V1, town};

fn ids(items: &[Value]) -> Vec<&str> {
    items.iter().map(|one| one["id"].as_str().unwrap_or_default()).collect()
}

#[tokio::test]
async fn posts_are_found_by_post_holder_village_and_vacancy_and_stand_in_the_order_asked_for()
-> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut clerk, mut unit) = (town.login("clerk").await?, town.login("unit").await?);
        let found = async |browser: &mut Browser, query: &str| -> anyhow::Result<Vec<Value>> {
            browser.get(&format!("/api/v1/posts?{query}")).await?.items()
        };
        for (query, expected) in [
            ("q=李消防", vec!["post-staff1"]),
            ("q=LXF", vec!["post-staff1"]),
            ("q=网格管理", vec!["post-grid1"]),
            ("q=没有这个人", vec![]),
        ] {
            assert_eq!(ids(&found(&mut clerk, query).await?), expected, "{query}");
        }
        let village = found(&mut clerk, &format!("territory={V1}")).await?;
        assert_eq!(
            ids(&village),
            ["post-secretary1", "post-staff1", "post-grid1", "post-unit"],
            "his village's alone, by rank"
        );
        let all = found(&mut clerk, "").await?;
        assert_eq!(all.len(), 17);
        assert_eq!(ids(&all)[..3], ["post-director", "post-leader", "post-head"], "the director first");

        assert!(found(&mut clerk, "staffing=vacant").await?.is_empty());
        clerk.post("/api/v1/assignments/a-staff1/end", json!({ "last_day": "2026-09-20" })).await?.ok()?;
        assert_eq!(ids(&found(&mut clerk, "staffing=vacant").await?), ["post-staff1"]);
        assert!(found(&mut clerk, "q=李消防").await?.is_empty(), "he holds none today");
        assert_eq!(ids(&found(&mut clerk, "q=李消防&on=2026-09-20").await?), ["post-staff1"]);
        let by_holder = found(&mut clerk, "sort=holder").await?;
        assert_eq!(ids(&by_holder)[..2], ["post-staff2", "post-dept"], "陈, 褚 …");
        assert_eq!(ids(&by_holder).last(), Some(&"post-staff1"), "nobody's stands last");
        let by_village = found(&mut clerk, &format!("sort=village&territory={V1}")).await?;
        assert_eq!(by_village.len(), 4);

        let told = unit.get("/api/v1/posts?q=李消防").await?;
        assert_eq!(told.status, StatusCode::FORBIDDEN, "a search opens nothing that the list does not");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_scan_of_an_organs_certificate_lies_with_its_entry_and_is_not_for_everybody() -> anyhow::Result<()>
{
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let card = json!({ "person": "p-grid1", "kind": "fire_facility_operator", "number": "操-11",
            "issuer": "某鉴定站", "issued_on": "2025-09-21" });
        let card = clerk.post("/api/v1/certificates", card).await?.ok()?;
        assert_eq!((&card["files"], &card["actions"]), (&json!([]), &json!(["attach", "revoke"])));
        let id = card["id"].as_str().unwrap_or_default();
        let file = "01a00000-0000-7000-8000-000000000712";
        let send =
            format!("/api/v1/attachments?id={file}&object_kind=certificate&object_id={id}&name=scan.pdf");
        let told = staff.send(Method::POST, &send, &[], b"%PDF-1.7".to_vec()).await?;
        assert!(told.status.is_client_error(), "he records no certificates: {}", told.body);
        clerk.send(Method::POST, &send, &[], b"%PDF-1.7".to_vec()).await?.ok()?;
        let found = clerk.get("/api/v1/certificates?q=操-11").await?.items()?;
        assert_eq!(found[0]["files"][0]["name"], "scan.pdf", "{found:?}");
        let page = clerk.get("/api/v1/people/p-grid1").await?.ok()?;
        assert_eq!(page["certificates"][0]["files"][0]["id"], file, "{page}");

        let found = staff.get("/api/v1/certificates?q=操-11").await?.items()?;
        assert_eq!((found.len(), &found[0]["files"]), (1, &json!([])), "the entry, not the scan");
        assert_eq!(staff.get(&format!("/api/v1/attachments/{file}")).await?.status, StatusCode::NOT_FOUND);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_certificate_is_found_by_whose_it_is_its_number_and_its_issuer() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut clerk, mut unit) = (town.login("clerk").await?, town.login("unit").await?);
        for (person, number) in [("p-staff1", "操-11"), ("p-staff2", "操-12")] {
            let card = json!({ "person": person, "kind": "fire_facility_operator", "number": number,
                "issuer": "某鉴定站", "issued_on": "2025-09-21" });
            clerk.post("/api/v1/certificates", card).await?.ok()?;
        }
        for (query, expected) in [
            ("q=李消防", vec!["操-11"]),
            ("q=cxf", vec!["操-12"]),
            ("q=操-1", vec!["操-11", "操-12"]),
            ("q=操-12", vec!["操-12"]),
            ("q=某鉴定", vec!["操-11", "操-12"]),
            ("q=谁也不是", vec![]),
        ] {
            let found = clerk.get(&format!("/api/v1/certificates?{query}")).await?.items()?;
            let mut numbers: Vec<_> =
                found.iter().map(|one| one["number"].as_str().unwrap_or_default()).collect();
            numbers.sort_unstable();
            assert_eq!(numbers, expected, "{query}");
        }
        assert_eq!(unit.get("/api/v1/certificates?q=李消防").await?.status, StatusCode::FORBIDDEN);
        Ok(())
    })
    .await
}
