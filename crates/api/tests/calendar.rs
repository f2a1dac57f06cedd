//! Stories of the public holidays: put in from the notice by the office, in force for every count of working days.

use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::field::add_place;
use crate::common::{V1, town};

const YEAR: &str = "/api/v1/calendar/2027";

fn notice(version: Option<i64>) -> Value {
    json!({
        "source": "国务院办公厅关于 2027 年部分节假日安排的通知（演示）", "version": version,
        "holidays": [{ "name": "元旦", "from": "2027-01-01", "to": "2027-01-03", "worked": ["2027-01-10"] }],
    })
}

#[tokio::test]
async fn the_office_puts_in_a_years_holidays_and_deadlines_go_by_them() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut clerk, mut leader) = (town.login("clerk").await?, town.login("leader").await?);
        let known = clerk.get("/api/v1/calendar").await?.ok()?;
        assert_eq!((&known["announced_to"], &known["actions"]), (&json!(2026), &json!(["set"])));
        let last = known["items"].as_array().and_then(|items| items.last()).cloned().unwrap_or_default();
        assert_eq!((&last["year"], &last["shipped"]), (&json!(2026), &json!(true)));
        assert!(last["holidays"].as_array().is_some_and(|all| all.len() >= 6), "{last}");
        assert_eq!(leader.put(YEAR, notice(None)).await?.status, StatusCode::FORBIDDEN);

        let shop = add_place(&mut clerk, "老街小店", V1, "nine_small.shop", &[]).await?;
        let list = json!({ "kind": "police_listed", "owner": "police", "village": null, "baseline": null });
        let list = clerk.post("/api/v1/place-lists", list).await?.ok()?;
        let entry = json!({ "place": shop, "from": "2026-01-05", "reason": "年度核定" });
        let path = format!("/api/v1/place-lists/{}/entries", list["id"].as_str().unwrap_or_default());
        clerk.post(&path, entry).await?.ok()?;
        let mut first_day = async || -> anyhow::Result<Value> {
            let input = json!({ "org": "police", "span": { "kind": "month", "year": 2027, "month": 1 }, "title": "一月" });
            let plan = clerk.post("/api/v1/inspection-plans", input).await?.ok()?;
            let path = format!("/api/v1/inspection-plans/{}/propose", plan["id"].as_str().unwrap_or_default());
            Ok(clerk.post(&path, json!({ "version": 1 })).await?.ok()?["items"][0]["from"].clone())
        };
        assert_eq!(first_day().await?, "2027-01-01", "a Friday, as far as anybody knows");
        let mut clerk = town.login("clerk").await?;
        for (change, code) in [
            (json!({ "source": " " }), "calendar.source_missing"),
            (json!({ "holidays": [] }), "calendar.holidays"),
            (json!({ "holidays": [{ "name": "元旦", "from": "2027-01-03", "to": "2027-01-01" }] }), "calendar.span"),
            (json!({ "holidays": [{ "name": "元旦", "from": "2026-12-31", "to": "2027-01-01" }] }), "calendar.other_year"),
            (
                json!({ "holidays": [{ "name": "元旦", "from": "2027-01-01", "to": "2027-01-01", "worked": ["2027-01-04"] }] }),
                "calendar.not_weekend",
            ),
        ] {
            let mut asked = notice(None);
            for (field, value) in change.as_object().into_iter().flatten() {
                asked[field] = value.clone();
            }
            let told = clerk.put(YEAR, asked).await?;
            assert_eq!(told.body["fields"][0]["code"], code, "{}", told.body);
        }
        let told = clerk.put("/api/v1/calendar/1999", notice(None)).await?;
        assert_eq!(told.body["fields"][0]["code"], "calendar.year");
        let now = clerk.put(YEAR, notice(None)).await?.ok()?;
        assert_eq!(now["announced_to"], 2027);
        assert_eq!(clerk.get("/api/v1/me").await?.ok()?["holidays_to"], 2027, "no deadline of 2027 is provisional");
        assert_eq!(first_day().await?, "2027-01-04");

        let stale = clerk.put(YEAR, notice(None)).await?;
        assert_eq!((stale.status, stale.code()), (StatusCode::CONFLICT, "conflict.version"));
        let mut changed = notice(Some(1));
        changed["holidays"][0]["to"] = json!("2027-01-04");
        clerk.put(YEAR, changed).await?.ok()?;
        assert_eq!(first_day().await?, "2027-01-05", "corrected, once the notice was read again");
        assert_eq!(town.app.verify(&app::Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}
