//! One question over what has a number: tasks, incidents, devices, within one's reach. What does not belong here: places, people
//! and clauses (`place`).

use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::urlencoded;
use crate::device::{SHOP, alarm, incoming, settled, take_in, text};

#[tokio::test]
async fn what_has_a_number_is_found_by_it_within_ones_reach() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut clerk, _, detector) = settled(&fresh).await?;
        take_in(&town, vec![incoming("10.8.3.4", &alarm(1, town.app.now()))]).await?;
        let incident = clerk.get("/api/v1/incidents").await?.items()?.into_iter().next().unwrap_or_default();
        let body = json!({ "place": SHOP, "kind": "routine", "from": "2026-09-01", "due_on": "2026-09-23", "note": "" });
        let task = clerk.post("/api/v1/tasks", body).await?.ok()?;
        for (room, one) in [("tasks", &task), ("incidents", &incident), ("devices", &detector)] {
            let asked = format!("/api/v1/search?q={}", urlencoded(text(one, "code")));
            let found = clerk.get(&asked).await?.ok()?;
            let ids: Vec<&Value> = found[room].as_array().into_iter().flatten().map(|row| &row["id"]).collect();
            assert_eq!(ids, [&one["id"]], "{room}: {found}");
            // Of another village neither is his to know of; the machine's keeper reads no business at all.
            for stranger in ["secretary2", "admin"] {
                let found = town.login(stranger).await?.get(&asked).await?.ok()?;
                assert_eq!(found[room], json!([]), "{room}, {stranger}: {found}");
            }
        }
        Ok(())
    })
    .await
}
