//! What is counted is what may be seen: numbers tell the next village nothing that its rows do not.

use app::Caller;
use serde_json::json;
use testkit::{Fresh, both_databases};

use crate::common;
use crate::common::field::recorded;
use crate::common::{Town, V1, V2, shop, town};

const SHOP: &str = "01a00000-0000-7000-8000-000000000101";
const MILL: &str = "01a00000-0000-7000-8000-000000000102";
const HAZARD: &str = "01a00000-0000-7000-8000-000000000201";
const PHOTO: &str = "01a00000-0000-7000-8000-000000000301";

/// A place in each village; a hazard, a task and a visit in the first.
async fn settled(fresh: &Fresh) -> anyhow::Result<Town> {
    let town = town(fresh).await?;
    let system = Caller::system();
    town.app.ensure_shipped_checklists(&system, Some(common::day("2026-01-01"))).await?;
    shop(&town, SHOP, "老街五金店", V1).await?;
    shop(&town, MILL, "凌阁堂榨油坊", V2).await?;
    let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
    let photo = format!("/api/v1/photos/{PHOTO}?object_kind=hazard&object_id={HAZARD}&role=before");
    staff.send_picture(&photo, 1).await?.ok()?;
    let found = json!({ "id": HAZARD, "place": SHOP, "hazard_code": "H01.1", "description": "楼梯间堆放货物",
        "photos": [PHOTO] });
    staff.post("/api/v1/hazards", found).await?.ok()?;
    let task = json!({ "place": SHOP, "kind": "routine", "from": "2026-09-01", "due_on": "2026-09-30",
        "assignee": "p-staff1", "note": "" });
    clerk.post("/api/v1/tasks", task).await?.ok()?;
    recorded(&mut staff, 1, SHOP, "staff1", &[]).await?;
    Ok(town)
}

#[tokio::test]
async fn what_is_counted_is_what_may_be_seen() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = settled(&fresh).await?;
        let (mut clerk, mut next) = (town.login("clerk").await?, town.login("staff2").await?);
        for (path, member, all) in [
            ("/api/v1/places", "total", 2),
            ("/api/v1/hazards", "total", 1),
            ("/api/v1/tasks", "total", 1),
            ("/api/v1/inspections", "total", 1),
            ("/api/v1/hazards/summary", "open", 1),
        ] {
            let whole = clerk.get(path).await?.ok()?;
            let seen = next.get(path).await?.ok()?;
            let own = if path.ends_with("places") { 1 } else { 0 };
            let counts = (whole[member].as_i64(), seen[member].as_i64());
            assert_eq!(counts, (Some(all), Some(own)), "{path}");
        }
        let hits = next.get("/api/v1/places?q=老街").await?.ok()?;
        assert_eq!((&hits["items"], &hits["total"]), (&json!([]), &json!(0)), "nor by searching");
        Ok(())
    })
    .await
}
