//! Stories of territories, organisations and posts at the door.

use axum::http::StatusCode;
use serde_json::json;
use testkit::both_databases;

use crate::common::{TOWN, V1, V1_GRID, town};

#[tokio::test]
async fn a_grid_is_added_below_a_village_and_nowhere_else() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        assert_eq!(clerk.get("/api/v1/territories").await?.items()?.len(), 4);
        let grid = |code: &str, parent: &str| {
            json!({ "code": code, "level": "grid", "parent": parent, "name": "新网格", "provisional": true })
        };
        let told = clerk.post("/api/v1/territories", grid("g-2", TOWN)).await?;
        assert_eq!(told.body["fields"][0]["code"], "territory.parent", "never right under the town");
        let told = clerk.post("/api/v1/territories", grid("g-2", V1)).await?.ok()?;
        assert_eq!(told["path"], format!("{TOWN}/{V1}/g-2"));
        let told = clerk.post("/api/v1/territories", grid("g-2", V1)).await?;
        assert_eq!(told.body["fields"][0]["code"], "key.taken");

        let change = json!({ "code": V1_GRID, "level": "grid", "parent": V1, "name": "老街网格", "version": 1 });
        let path = format!("/api/v1/territories/{V1_GRID}");
        let told = clerk.put(&path, change.clone()).await?.ok()?;
        assert_eq!((&told["name"], &told["version"]), (&json!("老街网格"), &json!(2)));
        let told = clerk.put(&path, change).await?;
        assert_eq!((told.code(), &told.body["current"]["version"]), ("conflict.version", &json!(2)));
        let moved = json!({ "code": V1_GRID, "level": "grid", "parent": TOWN, "name": "老街网格", "version": 2 });
        assert_eq!(clerk.put(&path, moved).await?.body["fields"][0]["code"], "territory.fixed");
        let mut staff = town.login("staff1").await?;
        assert_eq!(staff.post("/api/v1/territories", grid("g-3", V1)).await?.code(), "policy.forbidden");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_organisation_and_its_post_are_set_up_and_the_post_is_vacant() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut admin = town.login("admin").await?;
        let input = json!({ "kind": "dept", "name": "经济发展办公室", "short_name": "经发办", "aliases": [" 经发办 ", ""],
            "relation": "town", "label": "org:dept_economy", "territory": TOWN });
        let org = admin.post("/api/v1/orgs", input.clone()).await?.ok()?;
        assert_eq!((&org["kind_label"], &org["aliases"]), (&json!("部门"), &json!(["经发办"])));
        assert_eq!(org["actions"], json!(["org.change"]));
        let id = org["id"].as_str().unwrap_or_default();
        let mut closed = input;
        closed["active"] = json!(false);
        closed["version"] = json!(1);
        let told = admin.put(&format!("/api/v1/orgs/{id}"), closed.clone()).await?.ok()?;
        assert_eq!(told["active"], false);
        let told = admin.put(&format!("/api/v1/orgs/{id}"), closed).await?;
        assert_eq!((told.status, &told.body["current"]["version"]), (StatusCode::CONFLICT, &json!(2)));
        let odd = json!({ "kind": "x", "name": "", "relation": "town", "territory": "nowhere" });
        let told = admin.post("/api/v1/orgs", odd).await?;
        assert_eq!(told.body["fields"].as_array().map(Vec::len), Some(3));

        let post = json!({ "role": "dept_head", "org": id, "territory": TOWN, "name": "负责人", "min_n": 2, "max_n": 1 });
        let told = admin.post("/api/v1/posts", post).await?;
        assert_eq!(told.body["fields"][0]["code"], "post.max");
        let post = json!({ "role": "dept_head", "org": id, "territory": TOWN, "name": "负责人", "min_n": 1 });
        let told = admin.post("/api/v1/posts", post).await?.ok()?;
        assert_eq!((&told["missing"], &told["holders"]), (&json!(1), &json!([])));
        assert_eq!(admin.get("/api/v1/posts").await?.status, StatusCode::FORBIDDEN, "no business of his");
        let mut unit = town.login("unit").await?;
        for path in ["/api/v1/orgs", "/api/v1/territories", "/api/v1/posts", "/api/v1/people"] {
            assert_eq!(unit.get(path).await?.status, StatusCode::FORBIDDEN, "{path}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_chart_of_a_past_day_shows_what_was_there_then() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut admin, mut clerk) = (town.login("admin").await?, town.login("clerk").await?);
        let input = json!({ "kind": "dept", "name": "文旅办公室", "relation": "town", "territory": TOWN,
            "founded_on": "2025-03-01" });
        let mut future = input.clone();
        future["founded_on"] = json!("2100-01-01");
        assert_eq!(admin.post("/api/v1/orgs", future).await?.code(), "org.not_yet");
        let org = admin.post("/api/v1/orgs", input.clone()).await?.ok()?;
        let id = org["id"].as_str().unwrap_or_default().to_owned();
        let post = json!({ "role": "dept_head", "org": id, "territory": TOWN, "name": "文旅办主任", "min_n": 1,
            "founded_on": "2025-06-01" });
        let post = admin.post("/api/v1/posts", post).await?.ok()?;
        let post_path = format!("/api/v1/posts/{}", post["id"].as_str().unwrap_or_default());

        // A department with a post does not go before the post goes.
        let mut close = input.clone();
        close["active"] = json!(false);
        close["version"] = json!(1);
        close["closed_on"] = json!("2026-08-01");
        let path = format!("/api/v1/orgs/{id}");
        assert_eq!(admin.put(&path, close.clone()).await?.code(), "org.has_posts");
        let mut gone = json!({ "name": "文旅办主任", "min_n": 1, "active": false, "closed_on": "2025-05-01",
            "version": 1 });
        assert_eq!(clerk.put(&post_path, gone.clone()).await?.code(), "org.closed_before_founded");
        gone["closed_on"] = json!("2026-07-01");
        let told = clerk.put(&post_path, gone).await?.ok()?;
        assert_eq!(
            (&told["active"], &told["founded_on"], &told["closed_on"]),
            (&json!(false), &json!("2025-06-01"), &json!("2026-07-01"))
        );
        let told = admin.put(&path, close).await?.ok()?;
        assert_eq!((&told["active"], &told["closed_on"]), (&json!(false), &json!("2026-08-01")));

        let shown = async |caller: &mut crate::common::Browser, on: &str| -> anyhow::Result<(bool, usize)> {
            let chart = caller.get(&format!("/api/v1/org-chart?on={on}")).await?.ok()?;
            let nodes = chart["nodes"].as_array().cloned().unwrap_or_default();
            let node = nodes.iter().find(|node| node["id"] == json!(id));
            let posts = node.and_then(|node| node["posts"].as_array()).map_or(0, Vec::len);
            Ok((node.is_some(), posts))
        };
        for (on, is) in [
            ("2025-02-28", (false, 0)),
            ("2025-03-01", (true, 0)),
            ("2025-06-01", (true, 1)),
            ("2026-06-30", (true, 1)),
            ("2026-07-01", (true, 0)),
            ("2026-08-01", (false, 0)),
        ] {
            assert_eq!(shown(&mut clerk, on).await?, is, "{on}");
        }
        let posts = clerk.get("/api/v1/posts?on=2026-06-30").await?.items()?;
        let then = posts.iter().find(|one| one["name"] == "文旅办主任");
        assert_eq!(then.map(|one| (&one["active"], &one["missing"])), Some((&json!(true), &json!(1))));
        Ok(())
    })
    .await
}
