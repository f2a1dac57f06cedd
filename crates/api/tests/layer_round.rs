//! What the map saves is read in again unchanged, in each form it offers; so is what other programs make of it.

use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::ledger::bring_in;
use crate::common::reach::text;
use crate::common::{Browser, TODAY, Town, V1, reading_town, urlencoded};

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Sends a ledger of facilities and lets it be written as its columns were guessed; what came of it.
async fn import(town: &Town, by: &mut Browser, name: &str, bytes: Vec<u8>) -> anyhow::Result<Value> {
    bring_in(town, by, ("facilities", name), bytes, json!({})).await
}

const LEDGER: &str = "设施编号,设施名称,类别,所在村,位置,经度,纬度,图形（WKT）,是否已建,建成时间,可用容积,出水流量（L/s）,水源,\
                      枯水月份,相连设施编号,其他参数\r\n\
                      X-1,老街消防水池,消防水池,场镇社区,老街口,105.872,29.268,,已建,2024-05-01,120 m³,,人工蓄水,,,总容积=150\r\n\
                      X-2,上山干管,森林消防管网,场镇社区,,,,\"LINESTRING (105.87 29.26, 105.88 29.27)\",已建,,,,,,X-1,\r\n\
                      ,河边取水点,天然水源取水点,场镇社区,,105.874,29.266,,拟建,,,30,河流,\"12、1、2\",,\r\n";

#[tokio::test]
async fn facilities_the_map_saves_come_in_again_unchanged_in_every_form() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let first = import(&town, &mut clerk, "a.csv", LEDGER.into()).await?;
        assert_eq!((&first["created"], &first["committed"]), (&json!(3), &json!(true)), "{first}");
        // Of whose water nobody said anything.
        let dry = json!({ "kind": "fire_pool", "name": "旧水池", "territory": V1, "found": true, "values": {},
            "shape": { "type": "Point", "coordinates": [105.87512345678, 29.26512345678] } });
        clerk.post("/api/v1/facilities", dry).await?.ok()?;
        for format in ["geojson", "kml", "csv", "gpkg"] {
            for from in [
                format!("/api/v1/exports/layers?layers=facilities&format={format}"),
                format!("/api/v1/exports/facilities?format={format}"),
            ] {
                let file = clerk.get(&from).await?;
                let report = import(&town, &mut clerk, &format!("b.{format}"), file.bytes.to_vec()).await?;
                assert_eq!(
                    (&report["unchanged"], &report["updated"], &report["problems"]),
                    (&json!(4), &json!(0), &json!([])),
                    "{from}: {report}"
                );
            }
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_day_as_ogr2ogr_writes_it_is_one() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        let kml = "<kml><Document><Placemark><name>老街</name><ExtendedData><SchemaData schemaUrl=\"#a\">\
                   <SimpleData name=\"rank\">village_main</SimpleData><SimpleData name=\"village\">场镇社区</SimpleData>\
                   <SimpleData name=\"surveyed_on\">2026/03/01</SimpleData></SchemaData></ExtendedData>\
                   <LineString><coordinates>105.87,29.26 105.88,29.26</coordinates></LineString></Placemark></Document></kml>";
        let system = app::Caller::system();
        let taken = town.app.import_roads(&system, kml.into(), None, (false, false)).await?;
        assert_eq!((taken.written, taken.problems_n), (1, 0), "{taken:?}");
        let mut clerk = town.login("clerk").await?;
        let roads = clerk.get("/api/v1/roads").await?.items()?;
        let page = clerk.get(&format!("/api/v1/roads/{}", text(&roads[0], "id"))).await?.ok()?;
        assert_eq!(text(&page, "surveyed_on"), "2026-03-01");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn layers_are_counted_on_the_day_asked_for_and_any_property_filters() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = reading_town(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        import(&town, &mut clerk, "a.csv", LEDGER.into()).await?;
        let n = async |by: &mut Browser, query: &str| -> anyhow::Result<Value> {
            let layers = by.get(&format!("/api/v1/layers{query}")).await?.items()?;
            Ok(layers.into_iter().find(|one| one["id"] == "facilities").unwrap_or_default()["n"].clone())
        };
        assert_eq!(n(&mut clerk, "").await?, json!(3));
        assert_eq!(n(&mut clerk, "?on=2020-01-01").await?, json!(0), "none was on record");
        let items = "/ogc/collections/facilities/items";
        let pool = clerk.get(&format!("{items}?name={}", urlencoded("老街消防水池"))).await?.ok()?["features"][0].clone();
        let step = json!({ "step": "hand_over", "on": TODAY, "owner": "town-gov", "maintainer": "village-1", "check_days": 92,
            "version": pool["properties"]["version"] });
        clerk.post(&format!("/api/v1/facilities/{}/steps", text(&pool, "id")), step).await?.ok()?;
        let step = json!({ "step": "enter", "on": TODAY, "version": 2 });
        clerk.post(&format!("/api/v1/facilities/{}/steps", text(&pool, "id")), step).await?.ok()?;
        let eve = format!("{items}?name={}&datetime=2026-09-20", urlencoded("老街消防水池"));
        assert_eq!(clerk.get(&eve).await?.ok()?["features"], json!([]), "nobody had entered it");
        town.clock.advance_days(1);
        let mut clerk = town.login("clerk").await?;
        for (on, class) in [(String::new(), "in_service"), (format!("&datetime={TODAY}"), "in_service")] {
            let page = clerk.get(&format!("{items}?name={}{on}", urlencoded("老街消防水池"))).await?.ok()?;
            let shown = &page["features"][0]["properties"];
            assert_eq!(shown["class"], json!(class), "{on}: {shown}");
            assert_eq!(shown["version"].is_null(), !on.is_empty(), "what it was once is no base to change it from");
        }
        for (key, value, matched) in
            [("name", "老街消防水池", 1), ("name", "没有", 0), ("address", "老街口", 1)]
        {
            let page = clerk.get(&format!("{items}?{key}={}", urlencoded(value))).await?.ok()?;
            assert_eq!(list(&page["features"]).len(), matched, "{key}={value}: {page}");
        }
        assert_eq!(clerk.get(&format!("{items}?colour=red")).await?.status.as_u16(), 400);
        Ok(())
    })
    .await
}
