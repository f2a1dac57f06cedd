//! The forest at the door: over a terrain file what a camera sees and what nobody sees, fire breaks planned against built;
//! and the ground under the map, from a file somebody put there.

use api::{Doors, router};
use app::Caller;
use app::signal::Incoming;
use axum::Router;
use axum::http::StatusCode;
use domain::device::Provider;
use serde_json::{Value, json};
use testkit::{Fresh, both_databases};

use crate::common::reach::{grouped, text};
use crate::common::{Browser, Town, V1};

/// A hill in the west, a wall of rock in the middle, a valley in the east: 60 by 40 cells of some 30 m.
fn terrain() -> String {
    let mut grid =
        "ncols 60\nnrows 40\nxllcorner 105.87\nyllcorner 29.25\ncellsize 0.0003\nNODATA_value -9999\n"
            .to_owned();
    for _ in 0..40 {
        let heights: Vec<&str> = (0..60).map(|col| if col == 30 { "420" } else { "300" }).collect();
        grid.push_str(&heights.join(" "));
        grid.push('\n');
    }
    grid
}

/// A town whose maps lie in a folder of their own.
async fn mapped(fresh: &Fresh) -> anyhow::Result<Town> {
    let Town { mut app, clock, .. } = grouped(fresh).await?;
    let folder = fresh.folder.path().join("maps");
    std::fs::create_dir_all(&folder)?;
    app.maps = Some(folder);
    let router = router(Doors { app: app.clone(), secure: false, public_url: None }, Router::new());
    Ok(Town { app, router, clock })
}

async fn standing(clerk: &mut Browser, facility: Value) -> anyhow::Result<String> {
    let made = clerk.post("/api/v1/facilities", facility).await?.ok()?;
    let steps = format!("/api/v1/facilities/{}/steps", text(&made, "id"));
    let keeping = json!({ "step": "hand_over", "owner": "town-gov", "maintainer": "village-1", "check_days": 92, "version": 1 });
    clerk.post(&steps, keeping).await?.ok()?;
    clerk.post(&steps, json!({ "step": "enter", "version": 2 })).await?.ok()?;
    Ok(text(&made, "id").to_owned())
}

fn camera(name: &str, lon: f64, values: Value, found: bool) -> Value {
    json!({ "kind": "camera_ptz_forest", "name": name, "territory": V1, "found": found, "values": values,
        "shape": { "type": "Point", "coordinates": [lon, 29.256] } })
}

#[tokio::test]
async fn a_camera_sees_up_to_the_rock_and_a_planned_one_behind_it() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = mapped(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        assert_eq!(town.login("unit").await?.get("/api/v1/facilities/sight").await?.status, StatusCode::FORBIDDEN);
        let eye = standing(&mut clerk, camera("西山林火监控", 105.874, json!({ "height": 20, "range": 2000 }), true)).await?;
        standing(&mut clerk, camera("无高度的", 105.875, json!({}), true)).await?;
        let planned = clerk.post("/api/v1/facilities", camera("东坡林火监控", 105.884, json!({ "height": 20 }), false)).await?.ok()?;
        let steps = format!("/api/v1/facilities/{}/steps", text(&planned, "id"));
        clerk.post(&steps, json!({ "step": "plan", "text": "2026 年规划", "version": 1 })).await?.ok()?;

        let none = clerk.get("/api/v1/facilities/sight").await?.ok()?;
        assert_eq!((&none["terrain"], &none["areas"]), (&json!(false), &json!([])), "no terrain, nothing is claimed");
        let maps = fresh.folder.path().join("maps");
        std::fs::write(maps.join("terrain.asc"), terrain().replace("105.87\n", "356000\n"))?;
        let wrong = clerk.get("/api/v1/facilities/sight").await?.ok()?;
        assert!(text(&wrong, "terrain_problem").contains("EPSG:4326"), "{wrong}");
        std::thread::sleep(std::time::Duration::from_millis(20));
        std::fs::write(maps.join("terrain.asc"), terrain())?;
        let all = clerk.get("/api/v1/facilities/sight").await?.ok()?;
        assert_eq!((&all["terrain"], &all["has_forest"], &all["cell_m"]), (&json!(true), &json!(false), &json!(33.4)));

        let at = |west: f64, east: f64| json!({ "type": "Polygon", "coordinates": [[[west, 29.2515], [east, 29.2515],
            [east, 29.2605], [west, 29.2605], [west, 29.2515]]] });
        for (name, west, east) in [("西坡林", 105.872, 105.878), ("东坡林", 105.8802, 105.8862)] {
            let forest = json!({ "kind": "forest_area", "name": name, "territory": V1, "found": true, "shape": at(west, east) });
            clerk.post("/api/v1/facilities", forest).await?.ok()?;
        }
        let today = clerk.get("/api/v1/facilities/sight").await?.ok()?;
        let share = |sight: &Value, n: usize| sight["areas"][n]["seen_percent"].as_f64().unwrap_or(-1.0);
        assert_eq!((share(&today, 0), share(&today, 1)), (100.0, 0.0), "behind the rock nobody sees: {today}");
        let why: Vec<&str> = (0..3).map(|n| text(&today["eyes"][n], "why")).collect();
        assert_eq!(why, ["", "no_height", "not_in_service"]);
        assert_eq!(today["unseen"]["type"], "MultiPolygon");
        // Silent, it sees nothing until it is heard again.
        let device = json!({ "name": "西山球机", "kind": "camera", "owner": "town-gov", "facility": eye,
            "links": [{ "provider": "generic", "address": "EYE-1" }], "heartbeat_s": 60 });
        clerk.post("/api/v1/devices", device).await?.ok()?;
        let blind = clerk.get("/api/v1/facilities/sight").await?.ok()?;
        assert_eq!((share(&blind, 0), text(&blind["eyes"][0], "why")), (0.0, "silent"), "{blind}");
        let beat = Incoming {
            provider: Provider::Generic,
            dialect: None,
            peer: "127.0.0.1".to_owned(),
            proof: String::new(),
            mark: "eye 1".to_owned(),
            before: None,
            bytes: json!({ "device": "EYE-1", "kind": "info", "text": "在线" }).to_string().into_bytes(),
            beat_of: None,
            problem: None,
        };
        town.app.receive(&Caller::system(), vec![beat]).await?;
        while town.app.digest_signals(&Caller::system(), 50).await? > 0 {}
        let again = clerk.get("/api/v1/facilities/sight").await?.ok()?;
        assert_eq!((share(&again, 0), text(&again["eyes"][0], "why")), (100.0, ""), "{again}");
        let then = clerk.get("/api/v1/facilities/sight?planned=true").await?.ok()?;
        assert_eq!((share(&then, 0), share(&then, 1)), (100.0, 100.0), "{then}");
        assert_eq!((&then["unseen"], &then["eyes"][2]["range_assumed"]), (&Value::Null, &json!(true)));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn fire_breaks_are_told_by_kind_with_what_is_missing_to_the_plan() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = mapped(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let line = |name: &str, east: f64, found: bool, values: Value| {
            json!({ "kind": "fire_break_engineered", "name": name, "territory": V1, "found": found, "values": values,
                "shape": { "type": "LineString", "coordinates": [[105.87, 29.26], [east, 29.26]] } })
        };
        let values = json!({ "sub": "防火道路", "width": 12, "gaps": 2 });
        let built = standing(&mut clerk, line("山脊隔离带", 105.88, true, values)).await?;
        let planned = clerk.post("/api/v1/facilities", line("二期隔离带", 105.89, false, json!({}))).await?.ok()?;
        let steps = format!("/api/v1/facilities/{}/steps", text(&planned, "id"));
        clerk.post(&steps, json!({ "step": "plan", "text": "规划", "version": 1 })).await?.ok()?;
        let told = clerk.get("/api/v1/facilities/breaks").await?.ok()?;
        let kind = &told["kinds"][0];
        assert_eq!((&kind["standing_m"], &kind["missing_m"], &kind["planned_m"]), (&json!(970.0), &json!(1940.0), &json!(2910.0)));
        assert_eq!((&kind["gaps"], &kind["least_width_m"], &kind["never_cleared"]), (&json!(2.0), &json!(12.0), &json!(1)));
        let clear = json!({ "step": "maintain", "text": "清除杂草", "on": "2026-09-20", "cost_fen": 0, "version": 3 });
        clerk.post(&format!("/api/v1/facilities/{built}/steps"), clear).await?.ok()?;
        let told = clerk.get("/api/v1/facilities/breaks").await?.ok()?;
        assert_eq!(told["kinds"][0]["never_cleared"], json!(0));
        let lines = told["lines"].as_array().cloned().unwrap_or_default();
        let own = lines.iter().find(|one| text(&one["facility"], "id") == built).cloned().unwrap_or_default();
        assert_eq!((text(&own, "cleared_on"), text(&own, "sub")), ("2026-09-20", "防火道路"));
        Ok(())
    })
    .await
}

/// A PMTiles file of one tile, which is a picture.
fn one_tile() -> Vec<u8> {
    let (root, metadata, tile) = ([1_u8, 0, 1, 4, 1], r#"{"attribution":"测绘院"}"#, b"\x89PNG");
    let mut bytes = vec![0_u8; 127];
    bytes[..8].copy_from_slice(b"PMTiles\x03");
    let mut at = 127_u64;
    for (field, part) in [(8, &root[..]), (24, metadata.as_bytes()), (40, &[][..]), (56, &tile[..])] {
        bytes[field..field + 8].copy_from_slice(&at.to_le_bytes());
        bytes[field + 8..field + 16].copy_from_slice(&(part.len() as u64).to_le_bytes());
        bytes.extend_from_slice(part);
        at += part.len() as u64;
    }
    bytes[97..102].copy_from_slice(&[1, 1, 2, 0, 0]);
    bytes
}

#[tokio::test]
async fn a_map_put_into_the_folder_lies_under_the_layers() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = mapped(&fresh).await?;
        let mut grid = town.login("grid1").await?;
        assert_eq!(grid.get("/api/v1/base-maps").await?.ok()?, json!({ "items": [], "unreadable": [] }));
        let maps = fresh.folder.path().join("maps");
        std::fs::write(maps.join("镇区.pmtiles"), one_tile())?;
        std::fs::write(maps.join("broken.pmtiles"), &one_tile()[..60])?;
        std::fs::write(maps.join("none.mbtiles"), b"text")?;
        let told = grid.get("/api/v1/base-maps").await?.ok()?;
        assert_eq!(told["unreadable"], json!(["broken.pmtiles", "none.mbtiles"]));
        let map = &told["items"][0];
        assert_eq!(
            (text(map, "id"), text(map, "kind"), text(map, "attribution")),
            ("镇区", "raster", "测绘院")
        );
        let tile = grid.get("/tiles/base/%E9%95%87%E5%8C%BA/0/0/0.png").await?;
        assert_eq!((&tile.bytes[..], tile.headers["content-type"].to_str()?), (&b"\x89PNG"[..], "image/png"));
        assert_eq!(grid.get("/tiles/base/%E9%95%87%E5%8C%BA/1/0/0").await?.status, StatusCode::NO_CONTENT);
        assert_eq!(grid.get("/tiles/base/..%2Fblobs/0/0/0").await?.status, StatusCode::NOT_FOUND);
        assert_eq!(grid.get("/tiles/base/broken/0/0/0").await?.code(), "base_map.damaged");
        Ok(())
    })
    .await
}

/// An MBTiles file: three tiles, rows counted from the south as the format has it.
const TILES: &[u8] = include_bytes!("common/one.mbtiles");

#[tokio::test]
async fn an_mbtiles_file_lies_under_the_layers_with_its_rows_from_the_north() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = mapped(&fresh).await?;
        let mut grid = town.login("grid1").await?;
        let maps = fresh.folder.path().join("maps");
        std::fs::write(maps.join("ground.mbtiles"), TILES)?;
        // Cut off in the middle: named, and the other is shown all the same.
        std::fs::write(maps.join("half.mbtiles"), &TILES[..TILES.len() / 2])?;
        let told = grid.get("/api/v1/base-maps").await?.ok()?;
        assert_eq!(told["unreadable"], json!(["half.mbtiles"]), "{told}");
        let map = &told["items"][0];
        assert_eq!(
            (text(map, "id"), text(map, "kind"), text(map, "attribution")),
            ("ground", "raster", "测绘院")
        );
        assert_eq!((&map["min_zoom"], &map["max_zoom"]), (&json!(1), &json!(15)));
        assert_eq!(map["bounds"], json!([105.8, 29.2, 105.9, 29.3]));
        let north = grid.get("/tiles/base/ground/1/0/0.png").await?;
        assert_eq!(
            (&north.bytes[..], north.headers["content-type"].to_str()?),
            (&b"\x89PNG north"[..], "image/png")
        );
        assert_eq!(&grid.get("/tiles/base/ground/1/0/1").await?.bytes[..], b"\x89PNG south");
        let packed = grid.get("/tiles/base/ground/2/0/3").await?;
        assert_eq!(packed.headers["content-encoding"], "gzip");
        assert_eq!(grid.get("/tiles/base/ground/1/1/0").await?.status, StatusCode::NO_CONTENT);
        assert!(!grid.get("/tiles/base/half/1/0/0").await?.status.is_success());
        let mut nobody = Browser::new(&town.router);
        assert_eq!(nobody.get("/tiles/base/ground/1/0/0").await?.status, StatusCode::UNAUTHORIZED);
        Ok(())
    })
    .await
}
