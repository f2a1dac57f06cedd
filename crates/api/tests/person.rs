//! Stories of people at the door: hats of the day, masked numbers, handing a post over, accounts.

use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common;
use crate::common::{Browser, PASSWORD, PEOPLE, V1, V2, town};

fn names(items: &[Value]) -> Vec<&str> {
    items.iter().filter_map(|item| item["name"].as_str()).collect()
}

#[tokio::test]
async fn a_login_wears_the_hats_of_the_day() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut staff = town.login("staff1").await?;
        let me = staff.get("/api/v1/me").await?.ok()?;
        assert_eq!(me["person"], json!({ "id": "p-staff1", "login": "staff1", "name": "李消防" }));
        assert_eq!((&me["town_name"], &me["today"]), (&json!("青峰镇"), &json!("2026-09-21")));
        assert_eq!(me["hats"][0]["role"], "village_staff");
        assert_eq!(me["hats"][0]["org"], json!({ "id": "village-1", "name": "场镇社区" }));
        assert_eq!(me["hats"][0]["territory"]["path"], format!("500118100000/{V1}"));
        let actions = me["actions"].as_array().cloned().unwrap_or_default();
        assert!(actions.contains(&json!("inspection.record")) && !actions.contains(&json!("hazard.order")));
        let mut nobody = Browser::new(&town.router);
        assert_eq!(nobody.get("/api/v1/me").await?.code(), "session.missing");
        assert_eq!(me["holidays_to"], 2026, "behind it, deadlines in working days are provisional");
        let told = nobody.get("/api/v1/demo-logins").await?.ok()?;
        assert_eq!(told, json!({ "items": [], "password": "" }), "a real town names nobody before login");
        let mut app = town.app.clone();
        app.demo = true;
        let told = app.demo_logins().await?;
        let staff = told.items.iter().find(|one| one.login == "staff1");
        assert_eq!(staff.map(|one| one.name.as_str()), Some("李消防"), "the sample town does");
        assert!(told.items.len() == PEOPLE.len() && !told.password.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn people_are_found_page_by_page_and_their_numbers_are_masked() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let mut seen = Vec::new();
        let mut next = String::new();
        loop {
            let page = clerk.get(&format!("/api/v1/people?limit=5&after={next}")).await?.ok()?;
            assert_eq!(page["total"], PEOPLE.len());
            seen.extend(
                names(page["items"].as_array().unwrap_or(&Vec::new())).into_iter().map(str::to_owned),
            );
            match page["next"].as_str() {
                Some(id) => next = id.to_owned(),
                None => break,
            }
        }
        let mut sorted = seen.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!((seen.len(), &sorted), (PEOPLE.len(), &seen), "each once, in order");

        let found = clerk.get("/api/v1/people?q=lxf").await?.items()?;
        assert_eq!(names(&found), ["李消防"]);
        assert_eq!(found[0]["phone_masked"], "138****5678");
        assert!(!found[0].to_string().contains("13810055678"), "never the whole number");
        assert_eq!(found[0]["assignments"][0]["role_label"], "村专兼职消防员");
        let here = clerk.get(&format!("/api/v1/people?village={V2}")).await?.items()?;
        assert_eq!(here.len(), 2);
        assert_eq!(clerk.get("/api/v1/people?village=nowhere").await?.items()?.len(), 0);
        let police = clerk.get("/api/v1/people?role=police_officer&org=police").await?.items()?;
        assert_eq!(names(&police), ["蒋民警"]);
        assert_eq!(clerk.get("/api/v1/people/nobody").await?.status, StatusCode::NOT_FOUND);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_number_is_revealed_for_a_reason_twenty_times_a_day() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let path = "/api/v1/people/p-staff1/reveal";
        let told = clerk.post(path, json!({ "reason": " " })).await?;
        assert_eq!((told.code(), &told.body["fields"][0]["code"]), ("validation", &json!("reason.missing")));
        for _ in 0..20 {
            let told = clerk.post(path, json!({ "reason": "通知复查" })).await?.ok()?;
            assert_eq!(told["phone"], "13810055678");
        }
        let told = clerk.post(path, json!({ "reason": "通知复查" })).await?;
        assert_eq!((told.status, told.code()), (StatusCode::TOO_MANY_REQUESTS, "phone.reveal_limit"));
        assert_eq!(told.headers["retry-after"], "54000", "until midnight");
        let mut head = town.login("head").await?;
        assert!(
            head.post(path, json!({ "reason": "通知复查" })).await?.status.is_success(),
            "his own twenty"
        );
        let record = head.get("/api/v1/audit?action=phone.reveal&actor=account-clerk&limit=50").await?;
        let record = record.items()?;
        assert_eq!(record.len(), 20);
        let name = record[0]["actor_name"].as_str().unwrap_or_default();
        let named = format!("/api/v1/audit?action=phone.reveal&actor={}&limit=50", common::urlencoded(name));
        assert_eq!(head.get(&named).await?.items()?.len(), 20, "by name as well");
        assert_eq!(
            (&record[0]["reason"], &record[0]["action_label"], &record[0]["object_id"]),
            (&json!("通知复查"), &json!("查看完整电话"), &json!("p-staff1"))
        );
        assert_eq!(record[0]["hat_label"], "消防工作站 消安办专管员");
        let mut staff2 = town.login("staff2").await?;
        let told = staff2.post(path, json!({ "reason": "通知复查" })).await?;
        assert_eq!(
            (told.status, told.code()),
            (StatusCode::FORBIDDEN, "policy.forbidden"),
            "not his village"
        );
        let told = staff2.post("/api/v1/people/p-secretary2/reveal", json!({ "reason": "急" })).await?;
        assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY, "one character is no reason");
        town.clock.advance_days(1);
        let mut clerk = town.login("clerk").await?;
        assert!(clerk.post(path, json!({ "reason": "通知复查" })).await?.status.is_success(), "a new day");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_post_is_handed_over_and_the_old_rights_end_with_the_day() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut secretary = town.login("secretary1").await?;
        let mut staff = town.login("staff1").await?;
        let person =
            secretary.post("/api/v1/people", json!({ "name": "尤新人", "phone": "13711112222" })).await?;
        let new = person.ok()?["id"].as_str().unwrap_or_default().to_owned();

        let mut staff2 = town.login("staff2").await?;
        let end = json!({ "last_day": "2026-09-21", "basis": "换届" });
        let told = staff2.post("/api/v1/assignments/a-staff1/end", end.clone()).await?;
        assert_eq!(told.status, StatusCode::FORBIDDEN);
        let early = json!({ "last_day": "2024-01-01" });
        let told = secretary.post("/api/v1/assignments/a-staff1/end", early).await?;
        assert_eq!(told.code(), "assignment.end_before_start");
        let ended = secretary.post("/api/v1/assignments/a-staff1/end", end.clone()).await?.ok()?;
        assert_eq!(
            (&ended["to"], &ended["valid"]),
            (&json!("2026-09-21"), &json!(true)),
            "to the end of the day"
        );
        let told = secretary.post("/api/v1/assignments/a-staff1/end", end).await?;
        assert_eq!(told.code(), "assignment.ended");
        let begin =
            |person: &str, post: &str| json!({ "person": person, "post": post, "from": "2026-09-22" });
        let told = secretary.post("/api/v1/assignments", begin(&new, "post-staff1")).await?.ok()?;
        assert_eq!((&told["valid"], &told["post"]["id"]), (&json!(false), &json!("post-staff1")));
        let told = secretary.post("/api/v1/assignments", begin(&new, "post-staff1")).await?;
        assert_eq!(told.code(), "assignment.already_holds");
        let told = secretary.post("/api/v1/assignments", begin(&new, "post-staff2")).await?;
        assert_eq!(told.status, StatusCode::FORBIDDEN, "not his village");
        let told = secretary.post("/api/v1/assignments", begin("p-secretary1", "post-staff1")).await?;
        assert_eq!(told.code(), "assignment.self");
        assert!(staff.get("/api/v1/people").await?.status.is_success(), "still today");

        let on = |posts: Vec<Value>| posts.into_iter().find(|post| post["id"] == "post-staff1");
        town.clock.advance_days(1);
        let mut staff = town.login("staff1").await?;
        assert_eq!(staff.get("/api/v1/me").await?.body["hats"], json!([]));
        assert_eq!(staff.get("/api/v1/people").await?.status, StatusCode::FORBIDDEN);
        let mut clerk = town.login("clerk").await?;
        let today = on(clerk.get("/api/v1/posts").await?.items()?).unwrap_or_default();
        assert_eq!(today["holders"][0]["person"], json!({ "id": new, "name": "尤新人" }));
        assert_eq!((&today["missing"], &today["beyond"]), (&json!(0), &json!(0)));
        let before = on(clerk.get("/api/v1/posts?on=2026-09-21").await?.items()?).unwrap_or_default();
        assert_eq!(before["holders"][0]["person"]["id"], "p-staff1");
        let old = clerk.get("/api/v1/people/p-staff1").await?.ok()?;
        assert_eq!(
            (&old["assignments"], &old["past"][0]["id"]),
            (&json!([]), &json!("a-staff1")),
            "it stays"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_person_is_changed_and_a_stale_change_shows_what_stands() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let path = "/api/v1/people/p-staff1";
        let change = |name: &str, phone: &str, version: i64| {
            json!({ "name": name, "phone": phone, "office_phone": "", "version": version })
        };
        let told = clerk.put(path, change("李新名", "138****5678", 1)).await?.ok()?;
        assert_eq!((&told["name"], &told["version"]), (&json!("李新名"), &json!(2)));
        let told = clerk.post(&format!("{path}/reveal"), json!({ "reason": "核对" })).await?.ok()?;
        assert_eq!(told["phone"], "13810055678", "a masked number that comes back changes nothing");
        let told = clerk.put(path, change("李旧名", "138****5678", 1)).await?;
        assert_eq!((told.status, told.code()), (StatusCode::CONFLICT, "conflict.version"));
        assert_eq!(told.body["current"]["name"], "李新名");
        let told = clerk.put(path, change("", "12345", 2)).await?;
        let fields: Vec<_> =
            told.body["fields"].as_array().into_iter().flatten().map(|field| &field["field"]).collect();
        assert_eq!(fields, ["name", "phone"]);
        let mut staff2 = town.login("staff2").await?;
        assert_eq!(staff2.put(path, change("别人", "", 2)).await?.status, StatusCode::FORBIDDEN);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn accounts_are_kept_by_the_head_and_the_administrator() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        assert_eq!(clerk.get("/api/v1/accounts").await?.code(), "policy.forbidden");
        let mut admin = town.login("admin").await?;
        assert_eq!(admin.get("/api/v1/accounts").await?.items()?.len(), PEOPLE.len());
        let input = json!({ "login": "xin", "person": "p-nobody", "password": "first-words-of-today" });
        let told = admin.post("/api/v1/accounts", input).await?;
        assert_eq!(told.body["fields"][0]["code"], "account.person");
        let input = json!({ "login": "Xin", "person": "p-staff1", "password": "first-words-of-today" });
        let told = admin.post("/api/v1/accounts", input).await?.ok()?;
        assert_eq!((&told["login"], &told["person"]["name"]), (&json!("xin"), &json!("李消防")));
        assert_eq!(told["must_change"], true);

        let mut staff = town.login("staff1").await?;
        let told = admin.post("/api/v1/accounts/staff1/disable", json!({})).await?;
        assert_eq!(told.status, StatusCode::NO_CONTENT);
        assert_eq!(staff.get("/api/v1/me").await?.code(), "session.expired", "at once");
        admin.post("/api/v1/accounts/staff1/enable", json!({})).await?;
        assert!(town.login("staff1").await.is_ok());
        let told = admin.post("/api/v1/accounts/admin/disable", json!({})).await?;
        assert_eq!(told.code(), "account.self");
        let mut head = town.login("head").await?;
        let reset = json!({ "password": "second-words-of-today" });
        let told = head.post("/api/v1/accounts/staff1/reset", reset).await?;
        assert_eq!(told.status, StatusCode::NO_CONTENT);
        assert!(town.login("staff1").await.is_err(), "{PASSWORD} is no more");
        let told = head.post("/api/v1/accounts/nobody/enable", json!({})).await?;
        assert_eq!(told.status, StatusCode::NOT_FOUND);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn who_leaves_altogether_hands_his_posts_over_first() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let path = "/api/v1/people/p-secretary2";
        let known = clerk.get(path).await?.ok()?;
        let leaves = |reason: &str, version: &serde_json::Value| {
            json!({ "name": known["name"], "active": false, "reason": reason, "version": version })
        };
        let told = clerk.put(path, leaves(" ", &known["version"])).await?;
        assert_eq!(told.body["fields"][0]["code"], "person.no_reason");
        let told = clerk.put(path, leaves("调离本镇", &known["version"])).await?;
        assert_eq!(told.code(), "person.has_posts");
        let post = known["assignments"][0]["post"]["name"].as_str().unwrap_or_default();
        let said = told.body["detail"].as_str().unwrap_or_default();
        assert!(!post.is_empty() && said.contains(post), "{said}");
        assert_eq!(clerk.get(path).await?.ok()?["active"], true, "nothing is half done");

        let today = town.app.now().date();
        let yesterday = today.pred_opt().unwrap_or(today).to_string();
        for held in known["assignments"].as_array().into_iter().flatten() {
            let id = held["id"].as_str().unwrap_or_default();
            let end = json!({ "last_day": yesterday });
            clerk.post(&format!("/api/v1/assignments/{id}/end"), end).await?.ok()?;
        }
        let known = clerk.get(path).await?.ok()?;
        let gone = clerk.put(path, leaves("调离本镇", &known["version"])).await?.ok()?;
        assert_eq!(gone["active"], false);
        Ok(())
    })
    .await
}
