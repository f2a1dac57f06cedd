//! Stories of territories at the door: codes that fit, names that are free, what is given up by mistake or for good, and
//! the name of a town that was founded without one.

use std::sync::Arc;

use app::post::Newcomer;
use app::{App, Caller, Clock};
use domain::org::Role;
use domain::time::Timestamp;
use serde_json::{Value, json};
use testkit::{Fresh, both_databases};

use crate::common::{self, TODAY, TOWN, V1, V2, day, reading_town, town};

const SECOND: &str = include_str!("../../../plans/example-second-town/plan.toml");
/// A village that was entered and has nothing in it.
const EMPTY: &str = "500118100903";

fn village(code: &str, name: &str, provisional: bool) -> Value {
    json!({ "code": code, "level": "village", "parent": TOWN, "name": name, "kind": "村", "provisional": provisional })
}

fn field(body: &Value) -> (&str, &str) {
    let first = &body["fields"][0];
    (first["field"].as_str().unwrap_or_default(), first["code"].as_str().unwrap_or_default())
}

#[tokio::test]
async fn a_village_is_entered_once_and_under_a_code_of_the_town() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        for (code, provisional) in
            [("77", true), ("12", false), ("-1", true), ("500118100abc", true), ("510000000000", false), (TOWN, true)]
        {
            let told = clerk.post("/api/v1/territories", village(code, "石坝村", provisional)).await?;
            assert_eq!(field(&told.body), ("code", "territory.code"), "{code}: {}", told.body);
        }
        for name in ["凌阁堂村", " 凌阁堂 村 "] {
            let told = clerk.post("/api/v1/territories", village(EMPTY, name, false)).await?;
            assert_eq!(field(&told.body), ("name", "territory.same_name"), "{}", told.body);
        }
        assert_eq!(clerk.get("/api/v1/territories").await?.items()?.len(), 4, "nothing was taken");
        clerk.post("/api/v1/territories", village(EMPTY, "石坝村", false)).await?.ok()?;
        clerk.post("/api/v1/territories", village("500118100P07", "观音村", true)).await?.ok()?;
        // Nor does it come by another's name later.
        let mut renamed = village(EMPTY, "凌阁堂村", false);
        renamed["version"] = json!(1);
        let told = clerk.put(&format!("/api/v1/territories/{EMPTY}"), renamed.clone()).await?;
        assert_eq!(field(&told.body), ("name", "territory.same_name"));
        renamed["name"] = json!("石坝社区");
        clerk.put(&format!("/api/v1/territories/{EMPTY}"), renamed).await?.ok()?;
        // Grids of two villages may have one name; two of one village may not.
        let grid = |code: &str, parent: &str| {
            json!({ "code": code, "level": "grid", "parent": parent, "name": "第一网格", "provisional": false })
        };
        clerk.post("/api/v1/territories", grid("500118100901009", V1)).await?.ok()?;
        clerk.post("/api/v1/territories", grid("500118100902001", V2)).await?.ok()?;
        let told = clerk.post("/api/v1/territories", grid("500118100901010", V1)).await?;
        assert_eq!(field(&told.body), ("name", "territory.same_name"));
        let told = clerk.post("/api/v1/territories", grid("500118100902002", V1)).await?;
        assert_eq!(field(&told.body), ("code", "territory.code"), "another village's");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_village_entered_by_mistake_is_closed_and_one_with_something_in_it_is_not() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        common::shop(&town, "01a00000-0000-7000-8000-000000000301", "老街粮油店", V1).await?;
        let end = |reason: &str, on: &str| json!({ "reason": reason, "on": on, "version": 1 });
        let close = |code: &str| format!("/api/v1/territories/{code}/close");
        let told = clerk.post(&close(V1), end("录重了", TODAY)).await?;
        assert_eq!(told.code(), "territory.still_holds");
        let said = told.body["detail"].as_str().unwrap_or_default();
        assert!(said.contains("下级辖区 1 个") && said.contains("场所 1 处"), "{said}");
        assert_eq!(clerk.post(&close(TOWN), end("x", TODAY)).await?.code(), "territory.town_stays");

        clerk.post("/api/v1/territories", village(EMPTY, "石坝村", false)).await?.ok()?;
        assert_eq!(staff.post(&close(EMPTY), end("x", TODAY)).await?.code(), "policy.forbidden");
        assert_eq!(clerk.post(&close(EMPTY), end(" ", TODAY)).await?.code(), "territory.no_reason");
        assert_eq!(clerk.post(&close(EMPTY), end("x", "2030-01-01")).await?.code(), "territory.closed_later");
        let told = clerk.post(&close(EMPTY), end("录重了", "2026-09-01")).await?.ok()?;
        assert_eq!((&told["closed_on"], &told["closed_reason"]), (&json!("2026-09-01"), &json!("录重了")));
        assert_eq!(clerk.post(&close(EMPTY), json!({ "reason": "x" })).await?.code(), "territory.closed");

        // It stays in the book, is offered nowhere, and nothing is put into it.
        let all = clerk.get("/api/v1/territories").await?.items()?;
        assert!(all.iter().any(|one| one["code"] == EMPTY && one["closed_on"] == "2026-09-01"));
        let offered = clerk.get("/api/v1/incidents/options").await?.ok()?;
        assert!(!offered["villages"].to_string().contains(EMPTY), "{offered}");
        let grid = json!({ "code": format!("{EMPTY}001"), "level": "grid", "parent": EMPTY, "name": "一", "provisional": false });
        assert_eq!(field(&clerk.post("/api/v1/territories", grid).await?.body), ("parent", "territory.parent"));
        let place = json!({ "name": "新店", "category": "nine_small.shop", "village": EMPTY, "opening": "open",
            "address": "路口", "registration": { "kind": "unknown" } });
        let told = clerk.post("/api/v1/places", place).await?;
        assert_eq!(field(&told.body), ("village", "place.village_unknown"), "{}", told.body);
        let post = json!({ "role": "village_staff", "org": "village-1", "territory": EMPTY, "name": "消防员", "min_n": 1 });
        let told = town.login("admin").await?.post("/api/v1/posts", post).await?;
        assert_eq!(field(&told.body), ("territory", "post.territory"), "{}", told.body);

        // Its name is free again; taken up again it would be a second one.
        clerk.post("/api/v1/territories", village("500118100904", "石坝村", false)).await?.ok()?;
        let reopen = format!("/api/v1/territories/{EMPTY}/reopen");
        let told = clerk.post(&reopen, json!({ "reason": "弄错了" })).await?;
        assert_eq!(told.code(), "territory.same_name");
        clerk.post(&close("500118100904"), end("录重了", TODAY)).await?.ok()?;
        assert_eq!(clerk.post(&reopen, json!({ "reason": "" })).await?.code(), "territory.no_reason");
        let told = clerk.post(&reopen, json!({ "reason": "弄错了" })).await?.ok()?;
        assert!(told["closed_on"].is_null());
        assert_eq!(clerk.post(&reopen, json!({ "reason": "弄错了" })).await?.code(), "territory.open");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_territory_is_not_closed_over_what_lay_in_it_on_that_day() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let close = |code: &str| format!("/api/v1/territories/{code}/close");
        clerk.post("/api/v1/territories", village(EMPTY, "石坝村", false)).await?.ok()?;
        let hydrant = json!({
            "kind": "hydrant_outdoor", "name": "村口消火栓", "territory": EMPTY, "address": "村口",
            "shape": { "type": "Point", "coordinates": [105.87, 29.26] },
        });
        let hydrant = clerk.post("/api/v1/facilities", hydrant).await?.ok()?;
        let told = clerk.post(&close(EMPTY), json!({ "reason": "并入" })).await?;
        let said = told.body["detail"].as_str().unwrap_or_default();
        assert!(told.code() == "territory.still_holds" && said.contains("设施 1 处"), "{said}");
        let void = json!({ "step": "void", "text": "录错了", "version": hydrant["version"] });
        let path = format!("/api/v1/facilities/{}/steps", hydrant["id"].as_str().unwrap_or_default());
        clerk.post(&path, void).await?.ok()?;

        // A shop that was there until the end of August holds the village on every day before.
        let shop = json!({ "name": "石坝小卖部", "category": "nine_small.shop", "village": EMPTY, "opening": "deregistered",
            "address": "村口", "opened_on": "2020-01-01", "closed_on": "2026-08-31", "registration": { "kind": "unknown" } });
        clerk.post("/api/v1/places", shop).await?.ok()?;
        let told = clerk.post(&close(EMPTY), json!({ "reason": "并入", "on": "2026-08-01" })).await?;
        let said = told.body["detail"].as_str().unwrap_or_default();
        assert!(said.contains("场所 1 处") && said.contains("设施 0 处"), "{said}");

        // What lies in one that is closed is not taken up again before it.
        let grid = json!({ "code": format!("{EMPTY}001"), "level": "grid", "parent": EMPTY, "name": "一组网格", "provisional": false });
        clerk.post("/api/v1/territories", grid).await?.ok()?;
        clerk.post(&close(&format!("{EMPTY}001")), json!({ "reason": "并入" })).await?.ok()?;
        clerk.post(&close(EMPTY), json!({ "reason": "并入", "on": TODAY })).await?.ok()?;
        let reopen = format!("/api/v1/territories/{EMPTY}001/reopen");
        assert_eq!(clerk.post(&reopen, json!({ "reason": "弄错了" })).await?.code(), "territory.parent_closed");
        let again = json!({ "kind": "fire_pool", "name": "水池", "territory": EMPTY, "address": "村口" });
        let told = clerk.post("/api/v1/facilities", again).await?;
        assert_eq!(field(&told.body), ("territory", "facility.territory"), "nothing new is put into it");

        // Another name for what another goes by is no name.
        let mut alias = village("500118100905", "新坝村", false);
        alias["aliases"] = json!(["凌阁堂村"]);
        assert_eq!(field(&clerk.post("/api/v1/territories", alias).await?.body), ("name", "territory.same_name"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_closed_village_owes_nothing_after_its_day_and_keeps_its_figures_before() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.install_plan(&Caller::system(), SECOND).await?;
        let mut clerk = town.login("clerk").await?;
        clerk.post("/api/v1/territories", village(EMPTY, "石坝村", false)).await?.ok()?;
        // Whether the village is a column, and how much its secretaries owe.
        let board = async |clerk: &mut common::Browser, days: &str| -> anyhow::Result<(bool, u64)> {
            let board = clerk.get(&format!("/api/v1/board?{days}")).await?.ok()?;
            let is_shown =
                board["villages"].as_array().into_iter().flatten().any(|one| one["village"]["id"] == EMPTY);
            let mut rows = board["clauses"].as_array().into_iter().flatten();
            let row = rows.find(|row| row["code"] == "一.1");
            Ok((is_shown, row.and_then(|row| row["tally"]["due"].as_u64()).unwrap_or(0)))
        };
        let (spring, summer) = ("from=2026-01-01&to=2026-03-31", "from=2026-05-01&to=2026-06-30");
        let (before, open) = (board(&mut clerk, spring).await?, board(&mut clerk, summer).await?);
        assert!(before.0 && before.1 > 0 && open.0, "{before:?} {open:?}");
        let end = json!({ "reason": "并村", "on": "2026-05-01", "version": 1 });
        clerk.post(&format!("/api/v1/territories/{EMPTY}/close"), end).await?.ok()?;
        assert_eq!(board(&mut clerk, spring).await?, before, "what was stays");
        let closed = board(&mut clerk, summer).await?;
        assert!(!closed.0 && closed.1 < open.1, "it owes nothing any more: {closed:?} of {open:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_ledger_finds_the_village_that_is_there() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        clerk.post("/api/v1/territories", village(EMPTY, "石坝村", false)).await?.ok()?;
        let end = json!({ "reason": "录重了", "version": 1 });
        clerk.post(&format!("/api/v1/territories/{EMPTY}/close"), end).await?.ok()?;
        clerk.post("/api/v1/territories", village("500118100904", "石坝村", false)).await?.ok()?;
        let names = app_villages(&town.app).await?;
        assert_eq!(names, [(EMPTY.to_owned(), false), ("500118100904".to_owned(), true)]);
        let bytes = "场所名称,场所类别,村（社区）\r\n石坝小店,小商店,石坝村\r\n".as_bytes().to_vec();
        let kind = [("content-type", "application/octet-stream")];
        let path = "/api/v1/imports?kind=places&name=a.csv";
        let view = clerk.send(axum::http::Method::POST, path, &kind, bytes).await?.ok()?;
        let mut mapping = serde_json::Map::new();
        for column in view["columns"].as_array().into_iter().flatten().filter(|one| !one["field"].is_null()) {
            mapping.insert(column["index"].to_string(), column["field"].clone());
        }
        let choice = json!({ "sheet": view["sheet"], "header_row": view["header_row"], "mapping": mapping, "decisions": {} });
        let id = view["id"].as_str().unwrap_or_default();
        clerk.post(&format!("/api/v1/imports/{id}/commit"), choice).await?;
        town.app.run_due_jobs().await?;
        let found = clerk.get("/api/v1/places?limit=5").await?.items()?;
        assert_eq!(found[0]["village"]["id"], "500118100904", "{found:?}");
        Ok(())
    })
    .await
}

/// The villages called 石坝村 with whether they are there, in the order of their codes.
async fn app_villages(app: &App) -> anyhow::Result<Vec<(String, bool)>> {
    let all = app.territories(&Caller::system()).await?;
    let named = all.into_iter().filter(|one| one.name == "石坝村");
    Ok(named.map(|one| (one.code, one.closed_on.is_none())).collect())
}

const SONGXI: &str = "500999100000";

/// It is nine in the morning all the while.
struct Standing;

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        Timestamp::start_of(day(TODAY)).plus_ms(9 * 3_600_000)
    }
}

async fn founded(fresh: &Fresh, town_name: &str) -> anyhow::Result<App> {
    let app =
        App::open(&fresh.url, &fresh.keys(), fresh.folder.path(), Arc::new(Standing), SONGXI.into()).await?;
    let newcomer = Newcomer {
        login: "head2".to_owned(),
        name: "站长".to_owned(),
        password: "a long first password of theirs".to_owned(),
        role: Role::OfficeHead,
        territory: SONGXI.into(),
        org: None,
        town_name: town_name.to_owned(),
    };
    app.take_on(&Caller::system(), newcomer).await?;
    Ok(app)
}

/// What the town and its government are called.
async fn called(app: &App) -> anyhow::Result<(String, String, i64)> {
    let caller = Caller::system();
    let town = app.territories(&caller).await?.into_iter().next();
    let body = app.orgs(&caller).await?.into_iter().next();
    let version = town.as_ref().map_or(0, |town| town.version);
    Ok((
        town.map(|town| town.name).unwrap_or_default(),
        body.map(|body| body.name).unwrap_or_default(),
        version,
    ))
}

#[tokio::test]
async fn a_town_founded_without_a_name_gets_the_plans_once() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let app = founded(&fresh, SONGXI).await?;
        assert_eq!(called(&app).await?, (SONGXI.to_owned(), format!("{SONGXI}人民政府"), 1));
        let installed = app.install_plan(&Caller::system(), SECOND).await?;
        assert!(installed.changed);
        let songxi = ("松溪乡".to_owned(), "松溪乡人民政府".to_owned(), 2);
        assert_eq!(called(&app).await?, songxi);
        // Once: neither the plan again nor a name said later changes it, and the record holds.
        app.install_plan(&Caller::system(), SECOND).await?;
        assert!(!app.name_town(&Caller::system(), "别的乡").await?);
        assert_eq!(called(&app).await?, songxi);
        assert!(app.verify(&Caller::system()).await?.findings.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_town_founded_with_a_name_keeps_it() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let app = founded(&fresh, "松溪镇").await?;
        app.install_plan(&Caller::system(), SECOND).await?;
        assert_eq!(called(&app).await?, ("松溪镇".to_owned(), "松溪镇人民政府".to_owned(), 1));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn whoever_may_change_territories_renames_the_town() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let body = json!({ "code": TOWN, "level": "town", "parent": null, "name": "青峰新镇", "version": 1 });
        clerk.put(&format!("/api/v1/territories/{TOWN}"), body).await?.ok()?;
        assert_eq!(clerk.get("/api/v1/me").await?.ok()?["town_name"], "青峰新镇");
        Ok(())
    })
    .await
}
