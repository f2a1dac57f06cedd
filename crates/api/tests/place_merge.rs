//! Stories at the door about rows of the register: two that are about one place, and one that comes in with a hazard because nobody
//! registered the place before.

use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::field::{Visit, add_place};
use crate::common::{Browser, V1, V2, day, set_number, town};

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

async fn row(browser: &mut Browser, id: &str) -> anyhow::Result<Value> {
    browser.get(&format!("/api/v1/places/{id}")).await?.ok()
}

/// Merges the first row into the second, as both stand.
async fn merge(browser: &mut Browser, id: &str, into: &str) -> anyhow::Result<crate::common::Told> {
    let (gone, stays) = (row(browser, id).await?, row(browser, into).await?);
    let body = json!({ "into": into, "reason": "同一家店登记了两次", "version": gone["version"], "into_version": stays["version"] });
    browser.post(&format!("/api/v1/places/{id}/merge"), body).await
}

#[tokio::test]
async fn two_rows_about_one_place_become_one_and_nothing_of_either_is_lost() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.ensure_shipped_checklists(&app::Caller::system(), Some(day("2026-01-01"))).await?;
        // No visit of this story is drawn to be reviewed.
        set_number(&town, "task.review_percent", 0.0).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let stays = add_place(&mut clerk, "老街面馆", V1, "nine_small.catering", &[]).await?;
        let gone = add_place(&mut clerk, "老街面馆（二楼）", V1, "nine_small.catering", &["gas_bottle"]).await?;
        let list = json!({ "kind": "police_listed", "owner": "police", "village": null, "baseline": null });
        let list = text(&clerk.post("/api/v1/place-lists", list).await?.ok()?, "/id").to_owned();
        let entry = json!({ "place": gone, "from": "2026-01-10", "reason": "列管" });
        clerk.post(&format!("/api/v1/place-lists/{list}/entries"), entry).await?.ok()?;
        let sheet = staff.get(&format!("/api/v1/places/{gone}/sheet")).await?.ok()?;
        let item = text(&sheet, "/items/0/code").to_owned();
        let visit = Visit::of(1, &gone, "staff1", &sheet).failing(&item);
        let hazard = text(&staff.post("/api/v1/inspections", visit.body()).await?.ok()?, "/hazards/0/id").to_owned();
        let task = json!({ "place": gone, "kind": "routine", "from": "2026-09-21", "due_on": "2026-09-30", "assignee": "p-staff1" });
        let task = text(&clerk.post("/api/v1/tasks", task).await?.ok()?, "/id").to_owned();

        let told = merge(&mut staff, &gone, &stays).await?;
        assert_eq!(told.status, StatusCode::FORBIDDEN, "who may not void a row merges none");
        let itself = merge(&mut clerk, &gone, &gone).await?;
        assert_eq!(text(&itself.body, "/fields/0/code"), "place.merge_itself");
        let stale = json!({ "into": stays, "reason": "同一家", "version": 1, "into_version": 9 });
        let told = clerk.post(&format!("/api/v1/places/{gone}/merge"), stale).await?;
        assert_eq!((told.status, text(&told.body, "/current/id")), (StatusCode::CONFLICT, stays.as_str()));
        assert_eq!(row(&mut clerk, &gone).await?["void"], Value::Null, "nothing half-written");

        let page = merge(&mut clerk, &gone, &stays).await?.ok()?;
        assert_eq!((text(&page, "/id"), text(&page, "/doubles/0/id")), (stays.as_str(), gone.as_str()));
        assert_eq!(text(&page, "/tags/0/code"), "gas_bottle", "what only the other said is taken over");
        assert_eq!((&page["open_hazards"], text(&page, "/last_inspected_on")), (&json!(1), "2026-09-21"));
        assert_eq!((text(&page, "/memberships/0/kind"), &page["memberships"][0]["to"]), ("police_listed", &Value::Null));
        let left = row(&mut clerk, &gone).await?;
        assert_eq!(text(&left, "/void/same_as/id"), stays);
        assert_eq!(text(&left, "/memberships/0/to"), "2026-09-21", "it stands on no list any more");
        for rows in ["hazards", "inspections", "tasks"] {
            let of = clerk.get(&format!("/api/v1/{rows}?place={stays}")).await?.items()?;
            assert_eq!(of.len(), 1, "{rows} of either are the place's");
        }
        // The hazard of the row that was given up is worked on where it is.
        let step = json!({ "version": 2, "step": "advise", "text": "请清空楼梯间" });
        clerk.post(&format!("/api/v1/hazards/{hazard}/steps"), step).await?.ok()?;
        let told = merge(&mut clerk, &gone, &stays).await?;
        assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, "place.voided"));

        // Once more: what was merged before goes along.
        let third = add_place(&mut clerk, "面馆（老街）", V1, "nine_small.catering", &[]).await?;
        let page = merge(&mut clerk, &stays, &third).await?.ok()?;
        assert_eq!(page["doubles"].as_array().map(Vec::len), Some(2));
        assert_eq!(page["open_hazards"], json!(1));

        // A phone goes to the row that goes on, knows there what was found at the others, and what it still had of them arrives.
        let sync = staff.get("/api/v1/sync").await?.ok()?;
        assert_eq!((text(&sync, "/tasks/0/id"), text(&sync, "/tasks/0/place/id")), (task.as_str(), third.as_str()));
        assert_eq!((text(&sync, "/hazards/0/id"), text(&sync, "/hazards/0/place/id")), (hazard.as_str(), third.as_str()));
        assert!(sync["sheets"][&third].is_object() && sync["sheets"][&gone].is_null());
        let late = json!({
            "id": "01a00000-0000-7000-8000-0000000bc001", "place": gone, "hazard_code": "H02.1", "description": "楼梯口堆煤气瓶",
            "photos": [], "position": null,
        });
        let found = staff.post("/api/v1/hazards", late.clone()).await?.ok()?;
        assert_eq!(text(&found, "/place/id"), third);
        assert_eq!(staff.post("/api/v1/hazards", late).await?.ok()?["code"], found["code"], "sent again");
        let sheet = staff.get(&format!("/api/v1/places/{third}/sheet")).await?.ok()?;
        let mut visit = Visit::of(2, &third, "staff1", &sheet).body();
        visit["task"] = json!(task);
        staff.post("/api/v1/inspections", visit).await?.ok()?;
        let done = staff.get(&format!("/api/v1/tasks/{task}")).await?.ok()?;
        assert_eq!((text(&done, "/state"), text(&done, "/place/id")), ("done", third.as_str()));
        let verified = town.app.verify(&app::Caller::system()).await?;
        assert_eq!(verified.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_hazard_at_a_place_nobody_registered_brings_the_place_along() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut clerk, mut staff, mut other) =
            (town.login("clerk").await?, town.login("staff1").await?, town.login("staff2").await?);
        let sync = staff.get("/api/v1/sync").await?.ok()?;
        let villages: Vec<&str> =
            sync["villages"].as_array().into_iter().flatten().map(|v| text(v, "/id")).collect();
        assert_eq!(villages, [V1], "where one finds hazards");
        let kinds = sync["place_kinds"].as_array().cloned().unwrap_or_default();
        assert!(kinds.iter().any(|kind| kind["code"] == "nine_small.catering"));

        let spot = "01a00000-0000-7000-8000-00000000aa01";
        let seen =
            json!({ "name": "2 组村道岔口", "category": "villager_area", "village": V1, "address": "桥头" });
        let find = |n: u8, place: &str, seen: &Value| {
            json!({
                "id": format!("01a00000-0000-7000-8000-0000000bb0{n:02}"), "place": place, "seen_place": seen,
                "hazard_code": "H02.1", "description": "货车堵住消防车通道", "photos": [],
                "position": { "lon": 105.9, "lat": 29.3, "accuracy_m": 8 },
            })
        };
        for (name, value, field) in [
            ("name", json!(" "), "name"),
            ("category", json!("gas_bottle"), "category"),
            ("village", json!("x"), "village"),
        ] {
            let mut bad = seen.clone();
            bad[name] = value;
            let told = staff.post("/api/v1/hazards", find(1, spot, &bad)).await?;
            assert_eq!((told.status.as_u16(), text(&told.body, "/fields/0/field")), (422, field));
        }
        let told = staff.post("/api/v1/hazards", find(1, "no-uuid", &seen)).await?;
        assert_eq!(text(&told.body, "/fields/0/code"), "place.id");
        let mut far = seen.clone();
        far["village"] = json!(V2);
        assert!(staff.post("/api/v1/hazards", find(1, spot, &far)).await?.status.is_client_error());
        assert_eq!(clerk.get("/api/v1/places").await?.items()?.len(), 0, "nothing half-written");

        let page = staff.post("/api/v1/hazards", find(1, spot, &seen)).await?.ok()?;
        assert_eq!((text(&page, "/place/id"), text(&page, "/place/name")), (spot, "2 组村道岔口"));
        let again = staff.post("/api/v1/hazards", find(1, spot, &seen)).await?.ok()?;
        assert_eq!(again["code"], page["code"], "the same find sent again");
        let second = staff.post("/api/v1/hazards", find(2, spot, &seen)).await?.ok()?;
        assert_eq!(text(&second, "/place/id"), spot, "found there before the first arrived");
        let place = row(&mut clerk, spot).await?;
        assert_eq!((text(&place, "/source"), &place["location"]["lon"]), ("发现隐患时登记", &json!(105.9)));
        assert_eq!(
            text(&place, "/coverage_errors/0/code"),
            "coverage.nobody",
            "it is the office's to complete"
        );
        assert_eq!(clerk.get("/api/v1/places").await?.items()?.len(), 1);
        // An id somebody else's place has is not a way in.
        let told = other.post("/api/v1/hazards", find(3, spot, &far)).await?;
        assert_eq!(told.status, StatusCode::NOT_FOUND);
        // Whoever names what the register knows means that place, also when it is sent again.
        let mut named = find(5, "01a00000-0000-7000-8000-00000000aa03", &seen);
        named["seen_place"]["name"] = json!("2组 村道岔口");
        let page = staff.post("/api/v1/hazards", named.clone()).await?.ok()?;
        assert_eq!(text(&page, "/place/id"), spot);
        assert_eq!(staff.post("/api/v1/hazards", named).await?.ok()?["code"], page["code"]);
        assert_eq!(clerk.get("/api/v1/places").await?.items()?.len(), 1);
        // Evidence that cannot be stands in nobody's way.
        let mut nowhere = find(4, "01a00000-0000-7000-8000-00000000aa02", &seen);
        nowhere["seen_place"]["name"] = json!("3 组晒坝");
        nowhere["position"] = json!({ "lon": 0.0, "lat": 0.0, "accuracy_m": 8 });
        let page = staff.post("/api/v1/hazards", nowhere).await?.ok()?;
        let place = row(&mut clerk, text(&page, "/place/id")).await?;
        assert_eq!(place["location"], Value::Null);
        Ok(())
    })
    .await
}
