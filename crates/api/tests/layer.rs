//! The map at the door: layers, OGC API Features and tiles show what the caller may see and nothing else; programs get in
//! by an access code that opens nothing but the map.

use axum::http::Method;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::basic::basic;
use crate::common::{Browser, PASSWORD, Told, Town, V1, V2, town};

/// A place on the map; its id.
async fn on_map(by: &mut Browser, name: &str, village: &str, lon: f64, lat: f64) -> anyhow::Result<String> {
    let body = json!({
        "name": name, "category": "nine_small.shop", "village": village, "address": "老街 1 号", "tags": [],
        "location": { "lon": lon, "lat": lat }, "registration": { "kind": "unknown" }, "heads": {},
        "responsible": { "name": "杨老板", "phone": "13812345678" }, "opening": "open", "note": "",
        "opened_on": "2026-03-01",
    });
    let told = by.post("/api/v1/places", body).await?.ok()?;
    Ok(told["id"].as_str().unwrap_or_default().to_owned())
}

/// One place in each village, the second 1 km east of the first.
async fn settled(town: &Town) -> anyhow::Result<(Browser, String, String)> {
    let mut clerk = town.login("clerk").await?;
    let first = on_map(&mut clerk, "老街五金店", V1, 105.95, 29.35).await?;
    let second = on_map(&mut clerk, "凌阁堂油坊", V2, 105.96, 29.35).await?;
    Ok((clerk, first, second))
}

fn names(page: &Value) -> Vec<String> {
    let features = page["features"].as_array().cloned().unwrap_or_default();
    features.iter().map(|one| one["properties"]["name"].as_str().unwrap_or_default().to_owned()).collect()
}

fn says(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|part| part == text.as_bytes())
}

#[tokio::test]
async fn a_village_sees_its_own_on_every_map_and_the_office_sees_all() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut clerk, first, second) = settled(&town).await?;
        let mut village = town.login("staff2").await?;
        let all = clerk.get("/ogc/collections/places/items").await?.ok()?;
        assert_eq!((names(&all).len(), &all["numberMatched"]), (2, &json!(2)));
        let own = village.get("/ogc/collections/places/items").await?.ok()?;
        assert_eq!((names(&own), &own["numberMatched"]), (vec!["凌阁堂油坊".to_owned()], &json!(1)));
        assert_eq!(village.get(&format!("/ogc/collections/places/items/{first}")).await?.status, 404);
        let item = village.get(&format!("/ogc/collections/places/items/{second}")).await?.ok()?;
        assert_eq!(item["properties"]["page"], json!(format!("/places/{second}")));
        assert_eq!(item["geometry"], json!({ "type": "Point", "coordinates": [105.96, 29.35] }));
        assert!(
            !item.to_string().contains("杨老板") && !item.to_string().contains("13812345678"),
            "nothing personal"
        );
        for zoom in 0..15_u32 {
            // Both lie in the same tile down to zoom 12 or so; at every zoom the village's tiles hold its own alone.
            let scale = f64::from(2_u32.pow(zoom));
            let y = (1.0 - 29.35_f64.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0 * scale;
            for lon in [105.95, 105.96] {
                let x = (lon + 180.0) / 360.0 * scale;
                let tile = format!("/tiles/places/{zoom}/{}/{}.mvt", x as u32, y as u32);
                let seen = village.get(&tile).await?;
                assert!(!says(&seen.bytes, "老街五金店"), "{tile}");
                let whole = clerk.get(&tile).await?;
                assert!(whole.status == 200 && !whole.bytes.is_empty(), "{tile}");
            }
        }
        let layers = village.get("/api/v1/layers").await?.items()?;
        assert_eq!((&layers[1]["id"], &layers[1]["n"]), (&json!("places"), &json!(1)));
        assert_eq!(layers[1]["bounds"], json!([105.96, 29.35, 105.96, 29.35]), "nor where the others end");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_is_recorded_is_on_the_map_at_once_and_what_is_voided_is_not() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut clerk, first, _) = settled(&town).await?;
        let tile = "/tiles/places/12/3253/1698.mvt";
        let before = clerk.get(tile).await?;
        let tag = before.headers["etag"].to_str()?.to_owned();
        assert_eq!(before.headers["content-type"], "application/vnd.mapbox-vector-tile");
        let again = clerk.send(Method::GET, tile, &[("if-none-match", &tag)], Vec::new()).await?;
        assert_eq!((again.status.as_u16(), again.bytes.len()), (304, 0));
        on_map(&mut clerk, "新开小吃店", V1, 105.955, 29.355).await?;
        let after = clerk.send(Method::GET, tile, &[("if-none-match", &tag)], Vec::new()).await?;
        assert!(after.status == 200 && says(&after.bytes, "新开小吃店"), "{}", after.status);
        clerk
            .post(&format!("/api/v1/places/{first}/void"), json!({ "reason": "重复登记", "version": 1 }))
            .await?
            .ok()?;
        assert!(!says(&clerk.get(tile).await?.bytes, "老街五金店"));
        let hazards = clerk.get("/tiles/hazards/12/3253/1698.mvt").await?;
        assert_eq!((hazards.status.as_u16(), hazards.bytes.len()), (204, 0), "none was found yet");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_map_of_a_past_day_shows_what_was_there() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut clerk, _, _) = settled(&town).await?;
        let tile = "/tiles/places/10/813/424.mvt";
        assert_eq!(clerk.get(&format!("{tile}?on=2026-02-28")).await?.status, 204, "not opened yet");
        assert_eq!(clerk.get(&format!("{tile}?on=2026-03-01")).await?.status, 200);
        for (datetime, n) in [
            ("2026-02-28", 0),
            ("2026-03-01", 2),
            ("../2026-02-28", 0),
            ("2026-01-01/..", 2),
            ("2026-05-01T08:00:00Z", 2),
        ] {
            let page =
                clerk.get(&format!("/ogc/collections/places/items?datetime={datetime}")).await?.ok()?;
            assert_eq!(page["numberMatched"], json!(n), "{datetime}");
        }
        assert_eq!(clerk.get(&format!("{tile}?on=gestern")).await?.status, 422);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn pages_follow_each_other_and_a_box_and_a_property_choose() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut clerk, first, second) = settled(&town).await?;
        let mut seen = Vec::new();
        let mut at = "/ogc/collections/places/items?limit=1".to_owned();
        for _ in 0..5 {
            let page = clerk.get(&at).await?.ok()?;
            assert_eq!((&page["numberMatched"], &page["numberReturned"]), (&json!(2), &json!(1)));
            seen.push(page["features"][0]["id"].as_str().unwrap_or_default().to_owned());
            let links = page["links"].as_array().cloned().unwrap_or_default();
            let Some(next) = links.iter().find(|link| link["rel"] == "next") else { break };
            at = next["href"].as_str().unwrap_or_default().trim_start_matches("http://localhost").to_owned();
        }
        let mut both = vec![first, second];
        both.sort();
        assert_eq!(seen, both, "every one once");
        for (query, n) in [
            ("bbox=105.94,29.34,105.955,29.36", 1),
            ("bbox=105.94,29.34,0,105.97,29.36,9", 2),
            ("bbox=10,10,11,11", 0),
            ("village=500118100902", 1),
            ("class=unrated&f=json", 2),
            ("crs=http://www.opengis.net/def/crs/OGC/1.3/CRS84&after=", 2),
            ("datetime=2026-05-01T08:00:00Z/2026-05-01", 2),
            ("class=red", 0),
        ] {
            let page = clerk.get(&format!("/ogc/collections/places/items?{query}")).await?.ok()?;
            assert_eq!(page["numberMatched"], json!(n), "{query}");
        }
        for query in [
            "bbox=1,2,3",
            "bbox=9,9,1,1",
            "bbox=a,b,c,d",
            "limit=0",
            "limit=viele",
            "datetime=x",
            "datetime=2026-05-02/2026-05-01",
            "datetime=2026-05-01T08:00:00Z/2026-05-01T07:00:00Z",
            "crs=http://www.opengis.net/def/crs/EPSG/0/4326",
            "bbox-crs=EPSG:4490&bbox=105.94,29.34,105.955,29.36",
            "after=zzz",
            "colour=red",
        ] {
            let told = clerk.get(&format!("/ogc/collections/places/items?{query}")).await?;
            assert_eq!((told.status.as_u16(), &told.body["status"]), (400, &json!(400)), "{query}");
        }
        assert_eq!(clerk.get("/ogc/collections/nothing/items").await?.status, 404);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_client_finds_its_way_from_the_first_page() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut clerk, _, _) = settled(&town).await?;
        let landing = clerk.get("/ogc").await?.ok()?;
        let links = landing["links"].as_array().cloned().unwrap_or_default();
        for rel in ["self", "service-desc", "conformance", "data"] {
            let link = links.iter().find(|link| link["rel"] == rel).map(|link| link["href"].clone());
            let href = link.and_then(|href| href.as_str().map(str::to_owned)).unwrap_or_default();
            let path = href.trim_start_matches("http://localhost").to_owned();
            assert_eq!(clerk.get(&path).await?.status, 200, "{rel}: {href}");
        }
        let conforms = clerk.get("/ogc/conformance").await?.ok()?;
        let core = json!("http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core");
        assert!(conforms["conformsTo"].as_array().is_some_and(|all| all.contains(&core)));
        let collections = clerk.get("/ogc/collections").await?.ok()?;
        assert_eq!(collections["collections"][1]["id"], json!("places"));
        let bbox = &collections["collections"][1]["extent"]["spatial"]["bbox"][0];
        assert_eq!(bbox, &json!([105.95, 29.35, 105.96, 29.35]));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_access_code_opens_the_map_and_nothing_else() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        settled(&town).await?;
        let mut village = town.login("staff2").await?;
        town.clock.advance_ms(6 * 60 * 1000);
        let told = village.post("/api/v1/me/map-code", json!({})).await?;
        assert_eq!(told.code(), "session.step_up_needed", "who found the desk unlocked gets none");
        village.post("/api/v1/session/step-up", json!({ "password": PASSWORD })).await?;
        let told = village.post("/api/v1/me/map-code", json!({})).await?.ok()?;
        let code = told["code"].as_str().unwrap_or_default().to_owned();
        let with = basic("staff2", &code);
        let mut program = Browser::new(&town.router);
        program.header = false;
        let ask = |path: &'static str| (Method::GET, path);
        let (method, path) = ask("/ogc/collections/places/items");
        let page = program.send(method, path, &[("authorization", &with)], Vec::new()).await?.ok()?;
        assert_eq!(names(&page), ["凌阁堂油坊"], "within the rights of whose code it is");
        let wrong = program
            .send(Method::GET, path, &[("authorization", &basic("staff2", PASSWORD))], Vec::new())
            .await?;
        assert_eq!(
            (wrong.status.as_u16(), wrong.code()),
            (401, "session.code_wrong"),
            "a password is no code"
        );
        let asked = |told: &Told| {
            let head = told.headers.get("www-authenticate").and_then(|head| head.to_str().ok());
            head.is_some_and(|head| head.starts_with("Basic realm="))
        };
        assert!(asked(&wrong), "the program asks for another");
        let nobody = program.send(Method::GET, path, &[], Vec::new()).await?;
        assert!(
            nobody.status == 401 && !asked(&nobody),
            "no browser is made to ask for a password: {}",
            nobody.code()
        );
        let other =
            program.send(Method::GET, "/api/v1/places", &[("authorization", &with)], Vec::new()).await?;
        assert_eq!(other.status, 401, "nothing but the map");
        program.cookie = format!("fengsui={code}");
        assert_eq!(program.get("/api/v1/places").await?.status, 401, "nor as a cookie");
        assert_eq!(program.get(path).await?.status, 401);
        let reference = village.cookie.trim_start_matches("fengsui=").to_owned();
        program.cookie = String::new();
        let cookie = program
            .send(Method::GET, path, &[("authorization", &basic("x", &reference))], Vec::new())
            .await?;
        assert_eq!(cookie.status, 401, "a cookie is no code");
        let sessions = village.get("/api/v1/me/sessions").await?.items()?;
        let own =
            sessions.iter().find(|one| one["kind"] == "map").map(|one| one["id"].clone()).unwrap_or_default();
        let end = format!("/api/v1/me/sessions/{}", own.as_str().unwrap_or_default());
        assert_eq!(village.ask(Method::DELETE, &end, None, None).await?.status, 204);
        let after = program.send(Method::GET, path, &[("authorization", &with)], Vec::new()).await?;
        assert_eq!((after.status.as_u16(), after.code()), (401, "session.code_wrong"), "taken back");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn roads_are_shown_as_they_are_closed_on_the_day_asked_for() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let line = [[105.950, 29.350], [105.955, 29.350]];
        let road = crate::common::reach::add(&mut clerk, crate::common::reach::road("老街", "village_main", V1, &line, 5.0));
        let id = road.await?["id"].as_str().unwrap_or_default().to_owned();
        let step = json!({ "step": "close", "text": "翻修", "on": "2026-10-01", "until": "2026-10-05", "version": 1 });
        clerk.post(&format!("/api/v1/roads/{id}/steps"), step).await?.ok()?;
        let class = async |clerk: &mut Browser, on: &str| -> anyhow::Result<String> {
            let page = clerk.get(&format!("/ogc/collections/roads/items{on}")).await?.ok()?;
            Ok(page["features"][0]["properties"]["class"].as_str().unwrap_or_default().to_owned())
        };
        // Nobody measured how tight it turns; programs are told all the same that it is a number.
        let about = clerk.get("/ogc/collections/roads").await?.ok()?;
        let schema = about["links"].as_array().and_then(|links| links.iter().find(|one| one["rel"] == "describedBy"));
        let href = schema.and_then(|one| one["href"].as_str()).unwrap_or_default().to_owned();
        let (_, path) = href.split_at(href.find("/ogc/").unwrap_or_default());
        let schema = clerk.get(path).await?.ok()?;
        let kinds = &schema["properties"]["properties"]["properties"];
        let told = ["turning_radius_m", "load_t", "width_m", "dead_end", "version", "name"].map(|key| kinds[key]["type"].clone());
        assert_eq!(told, ["number", "number", "number", "boolean", "integer", "string"].map(|word| json!(word)), "{schema}");
        assert_eq!(kinds["surveyed_on"]["format"], "date", "{schema}");
        assert_eq!(kinds["barriers"], Value::Null, "lists are as they come");

        let open = class(&mut clerk, "").await?;
        assert_ne!(open, "closed", "not yet");
        assert_eq!(class(&mut clerk, "?datetime=2026-10-02").await?, "closed");
        assert_eq!(class(&mut clerk, "?datetime=2026-10-06").await?, open);
        assert_eq!(class(&mut clerk, "").await?, open, "today is as it was");
        let tile = "/tiles/roads/12/3253/1698.mvt";
        let told = |bytes: &[u8]| says(bytes, "closed");
        assert!(told(&clerk.get(&format!("{tile}?on=2026-10-05")).await?.bytes));
        assert!(!told(&clerk.get(&format!("{tile}?on=2026-10-06")).await?.bytes));
        assert!(!told(&clerk.get(tile).await?.bytes));
        Ok(())
    })
    .await
}
