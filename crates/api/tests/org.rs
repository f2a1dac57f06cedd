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
