//! A planner changes what is on the map from his own program: a bridge's limit by OGC API, and two village groups are out of
//! an engine's reach; layers leave as files and come back; whoever may not, changes nothing.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::basic::basic;
use crate::common::reach::{add, grouped, road, station, text, verdicts};
use crate::common::{Browser, PASSWORD, Told, V1, V2, set_number};

const ROADS: &str = "/ogc/collections/roads/items";

/// Sends a feature as map programs do.
async fn sent(
    by: &mut Browser,
    method: Method,
    path: &str,
    tag: Option<&str>,
    feature: &Value,
) -> anyhow::Result<Told> {
    let kind = if method == Method::PATCH { "application/merge-patch+json" } else { "application/geo+json" };
    let mut headers = vec![("content-type", kind)];
    headers.extend(tag.map(|tag| ("if-match", tag)));
    by.send(method, path, &headers, feature.to_string().into_bytes()).await
}

/// Why it was refused: of a field that is wrong its own code.
fn why(told: &Told) -> &str {
    told.body["fields"][0]["code"].as_str().unwrap_or_else(|| told.code())
}

fn words(verdicts: &[(String, String)]) -> Vec<&str> {
    verdicts.iter().map(|(_, word)| word.as_str()).collect()
}

#[tokio::test]
async fn a_bridges_limit_lowered_on_the_map_takes_groups_out_of_reach() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        station(&town).await?;
        set_number(&town, "vehicle.engine.load", 16.0).await?;
        let (mut clerk, mut far) = (town.login("clerk").await?, town.login("staff2").await?);
        for (group, lon) in [("g1", 105.872), ("g2", 105.885), ("g3", 105.89)] {
            let put = json!({ "lon": lon, "lat": 29.2601, "version": 0 });
            clerk.put(&format!("/api/v1/roads/groups/{group}"), put).await?.ok()?;
        }
        add(&mut clerk, road("老街", "village_main", V1, &[[105.87, 29.26], [105.88, 29.26]], 5.0)).await?;
        add(&mut clerk, road("进村路", "inter_village", V2, &[[105.881, 29.26], [105.892, 29.26]], 4.5)).await?;

        // The bridge is drawn in the program: several of one line, as QGIS keeps lines.
        let mut properties = road("河坝桥", "inter_village", V1, &[], 5.0);
        properties["bridge"] = json!(true);
        properties["load_t"] = json!(20);
        properties.as_object_mut().map(|own| own.remove("geometry"));
        let line = json!({ "type": "MultiLineString", "coordinates": [[[105.88001, 29.26], [105.881, 29.26]]] });
        let drawn = json!({ "type": "Feature", "geometry": line, "properties": properties });
        let told = sent(&mut far, Method::POST, ROADS, None, &drawn).await?;
        assert_eq!(told.status, StatusCode::FORBIDDEN, "not his village");
        let told = sent(&mut clerk, Method::POST, ROADS, None, &drawn).await?;
        assert_eq!(told.status, StatusCode::CREATED, "{}", told.body);
        let at = told.headers["location"].to_str()?.trim_start_matches("http://localhost").to_owned();
        assert_eq!(words(&verdicts(&mut clerk, "engine").await?), ["sure", "sure", "sure"]);

        let read = clerk.get(&at).await?;
        let (tag, bridge) = (read.headers["etag"].to_str()?.to_owned(), read.ok()?);
        assert_eq!((tag.as_str(), &bridge["properties"]["load_t"]), ("\"1\"", &json!(20.0)));
        let lower = json!({ "type": "Feature", "properties": { "load_t": 10, "surveyed_on": "2026-09-21" } });
        let told = sent(&mut clerk, Method::PATCH, &at, None, &lower).await?;
        assert_eq!((told.status, told.code()), (StatusCode::PRECONDITION_REQUIRED, "layer.no_version"));
        let told = sent(&mut far, Method::PATCH, &at, Some(&tag), &lower).await?;
        assert_eq!(told.status, StatusCode::FORBIDDEN, "not his village");
        let told = sent(&mut clerk, Method::PATCH, &at, Some(&tag), &json!([1])).await?;
        assert_eq!((told.status, why(&told)), (StatusCode::UNPROCESSABLE_ENTITY, "layer.feature_form"));
        let told = sent(&mut clerk, Method::PATCH, &at, Some(&tag), &lower).await?;
        assert_eq!(told.headers["etag"], "\"2\"");
        let lowered = told.ok()?;
        let says = &lowered["properties"];
        assert_eq!((&says["load_t"], &says["width_m"], &says["bridge"]), (&json!(10.0), &json!(5.0), &json!(true)));
        assert_eq!(lowered["geometry"]["type"], "LineString");
        assert_eq!(words(&verdicts(&mut clerk, "engine").await?), ["sure", "never", "never"]);

        // Whoever read the old one is told how it stands.
        let told = sent(&mut clerk, Method::PATCH, &at, Some(&tag), &lower).await?;
        assert_eq!(told.status, StatusCode::PRECONDITION_FAILED);
        assert_eq!(told.body["current"]["properties"]["version"], json!(2));

        // The whole of it, with the version among what is sent: what is not named is not known any more.
        let mut whole = lowered.clone();
        whole["properties"]["load_t"] = json!(25);
        whole["properties"].as_object_mut().map(|own| own.remove("height_m"));
        let told = sent(&mut clerk, Method::PUT, &at, None, &whole).await?.ok()?;
        let says = &told["properties"];
        assert_eq!((&says["load_t"], &says["height_m"], &says["version"]), (&json!(25.0), &Value::Null, &json!(3)));
        assert_eq!(says["code"], lowered["properties"]["code"], "its number stays");
        assert_ne!(words(&verdicts(&mut clerk, "engine").await?), ["sure", "never", "never"]);

        // With the day of the last survey sent along, as a program does that sends all of it, another value is of today.
        let mut old = road("老桥", "inter_village", V1, &[[105.895, 29.26], [105.896, 29.26]], 5.0);
        (old["bridge"], old["load_t"]) = (json!(true), json!(10));
        let old = add(&mut clerk, old).await?;
        let item = format!("{ROADS}/{}", text(&old, "id"));
        let mut whole = clerk.get(&item).await?.ok()?;
        assert_eq!(whole["properties"]["surveyed_on"], "2026-03-01");
        whole["properties"]["load_t"] = json!(40);
        let told = sent(&mut clerk, Method::PUT, &item, None, &whole).await?.ok()?;
        assert_eq!(told["properties"]["surveyed_on"], "2026-09-21");
        let page = clerk.get(&format!("/api/v1/roads/{}", text(&old, "id"))).await?.ok()?;
        assert_eq!(text(&page["events"][0], "on"), "2026-09-21", "what was before stays");
        let back = json!({ "properties": { "load_t": 12, "surveyed_on": "2026-02-01" } });
        assert_eq!(sent(&mut clerk, Method::PATCH, &item, Some("\"2\""), &back).await?.code(), "road.backdated");

        // What is computed, unknown, implausible or drawn wrongly is refused with the place named.
        for (wrong, code) in [
            (json!({ "properties": { "class": "foot" } }), "layer.shown_only"),
            (json!({ "properties": { "colour": "red" } }), "layer.unknown_property"),
            (json!({ "properties": { "load_t": 0 } }), "road.implausible_value"),
            (json!({ "properties": { "load_t": "heavy" } }), "layer.property_form"),
            (json!({ "geometry": { "type": "LineString", "coordinates": [[29.26, 105.87], [29.26, 105.88]] } }), "shape.swapped"),
            (json!({ "geometry": { "type": "LineString", "coordinates": [[356000, 3250000], [356100, 3250000]] } }), "shape.off_earth"),
            (json!({ "geometry": { "type": "Point", "coordinates": [105.87, 29.26] } }), "road.line"),
            (json!({ "geometry": { "type": "LineString", "coordinates": [[105.87, 29.26], [105.88, 29.26], [105.88, 29.27], [105.875, 29.255]] } }), "shape.crosses"),
        ] {
            let told = sent(&mut clerk, Method::PATCH, &at, Some("\"3\""), &wrong).await?;
            assert_eq!((told.status, why(&told)), (StatusCode::UNPROCESSABLE_ENTITY, code), "{wrong}");
        }
        let told = clerk.send(Method::PUT, &at, &[("content-type", "application/geo+json")], b"{\"properties\":{\"load_t\":NaN}}".to_vec()).await?;
        assert_eq!((told.status, told.body["code"].as_str()), (StatusCode::BAD_REQUEST, Some("request.malformed")));
        let big = vec![b' '; 3 << 20];
        let told = clerk.send(Method::PUT, &at, &[("content-type", "application/geo+json")], big).await?;
        assert_eq!(told.status, StatusCode::PAYLOAD_TOO_LARGE);
        let told = sent(&mut clerk, Method::DELETE, &at, Some("\"3\""), &Value::Null).await?;
        assert_eq!((told.status, told.code()), (StatusCode::METHOD_NOT_ALLOWED, "layer.no_delete"));
        assert_eq!(told.headers["allow"], "GET, PUT, PATCH");
        assert_eq!(clerk.get(&at).await?.status, StatusCode::OK, "it is still there");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_facility_is_moved_from_the_map_and_a_code_that_reads_does_not_write() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let pool = json!({ "kind": "fire_pool", "name": "老街消防水池", "territory": V1, "found": true,
            "shape": { "type": "Point", "coordinates": [105.8725, 29.2602] }, "values": {},
            "water": { "usable_m3": 120, "lift_m": 3.0, "source": "filled" } });
        let pool = clerk.post("/api/v1/facilities", pool).await?.ok()?;
        let at = format!("/ogc/collections/facilities/items/{}", text(&pool, "id"));
        clerk.post("/api/v1/session/step-up", json!({ "password": PASSWORD })).await?;
        let mut program = Browser::new(&town.router);
        program.header = false;
        let moved = json!({ "geometry": { "type": "Point", "coordinates": [105.873, 29.2603] },
            "properties": { "address": "桥头", "version": 1 } });
        for (query, status) in [("", StatusCode::FORBIDDEN), ("?edit=true", StatusCode::OK)] {
            let code = clerk.post(&format!("/api/v1/me/map-code{query}"), json!({})).await?.ok()?;
            let with = basic("clerk", text(&code, "code"));
            let read = program.send(Method::GET, &at, &[("authorization", &with)], Vec::new()).await?;
            assert_eq!(read.status, StatusCode::OK);
            let headers = [("authorization", with.as_str()), ("content-type", "application/geo+json")];
            let told = program.send(Method::PATCH, &at, &headers, moved.to_string().into_bytes()).await?;
            assert_eq!(told.status, status, "{query}: {}", told.body);
            if status == StatusCode::FORBIDDEN {
                assert_eq!(told.code(), "session.code_reads_only", "it is good, and only reads");
            }
            let other = program.send(Method::GET, "/api/v1/facilities", &headers, Vec::new()).await?;
            assert_eq!(other.status, StatusCode::UNAUTHORIZED, "nothing but the map");
        }
        let page = clerk.get(&format!("/api/v1/facilities/{}", text(&pool, "id"))).await?.ok()?;
        assert_eq!(
            (&page["shape"]["coordinates"], text(&page, "address")),
            (&json!([105.873, 29.2603]), "桥头")
        );
        assert_eq!(page["water"]["usable_m3"], json!(120.0), "what was not sent stays");
        assert_eq!(text(&page["events"][0], "step"), "change");
        let placards =
            sent(&mut clerk, Method::POST, "/ogc/collections/placards/items", None, &moved).await?;
        assert_eq!((placards.status, placards.code()), (StatusCode::FORBIDDEN, "layer.read_only"));
        let conforms = clerk.get("/ogc/conformance").await?.ok()?.to_string();
        assert!(conforms.contains("ogcapi-features-4/1.0/conf/update"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn layers_leave_as_files_within_the_rights_of_who_takes_them_and_read_in_again() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = grouped(&fresh).await?;
        let (mut clerk, mut village) = (town.login("clerk").await?, town.login("staff2").await?);
        add(&mut clerk, road("老街", "village_main", V1, &[[105.87, 29.26], [105.88, 29.26]], 5.0)).await?;
        for (name, at, v) in [("老街五金店", 105.87, V1), ("凌阁堂油坊", 105.89, V2)] {
            let shop = json!({ "name": name, "category": "nine_small.shop", "village": v, "tags": [], "note": "",
                "location": { "lon": at, "lat": 29.26 }, "registration": { "kind": "unknown" }, "heads": {},
                "responsible": { "name": "杨老板", "phone": "13812345678" }, "opening": "open" });
            clerk.post("/api/v1/places", shop).await?.ok()?;
        }
        let take = |layers: &str, format: &str| format!("/api/v1/exports/layers?layers={layers}&format={format}");
        let file = clerk.get(&take("places,roads", "gpkg")).await?;
        assert_eq!((file.status, &file.headers["content-type"]), (StatusCode::OK, &"application/geopackage+sqlite3".parse()?));
        let says = String::from_utf8_lossy(&file.bytes).into_owned();
        assert!(file.bytes.starts_with(b"SQLite format 3\0") && says.contains("老街"));
        assert!(says.contains("凌阁堂油坊") && !says.contains("杨老板") && !says.contains("138123"), "nothing personal");
        let own = village.get(&take("places", "csv")).await?;
        let text = String::from_utf8_lossy(&own.bytes).into_owned();
        assert!(text.contains("凌阁堂油坊") && !text.contains("老街五金店"), "{text}");
        let kml = clerk.get(&take("roads", "kml")).await?;
        assert!(String::from_utf8_lossy(&kml.bytes).contains("105.87,29.26 105.88,29.26"));
        let json = clerk.get(&take("roads", "geojson")).await?.ok()?;
        assert_eq!(json["features"][0]["properties"]["width_m"], json!(5.0));
        for (asked, code) in [(take("", "gpkg"), "layer.none"), (take("places,roads", "kml"), "layer.one"),
            (take("places", "xlsx"), "layer.format"), (take("places", "shp"), "export.format")] {
            assert_eq!(why(&clerk.get(&asked).await?), code, "{asked}");
        }

        // The roads of the file, read in again: the same stretch. Nobody measured its height; the column is there.
        let only = clerk.get(&take("roads", "gpkg")).await?;
        assert!(String::from_utf8_lossy(&only.bytes).contains("\"height_m\" DOUBLE"));
        let system = app::Caller::system();
        let tried = town.app.import_roads(&system, only.bytes, None, (true, false)).await?;
        assert_eq!((tried.rows, tried.unchanged, tried.problems.len()), (1, 1, 0), "all of it was understood: {tried:?}");
        Ok(())
    })
    .await
}
