//! Features as they leave: what lies somewhere and what is said of it, as GeoJSON, KML, separated text or a GeoPackage.
//! What does not belong here: ledgers that read in again (`write`), which features somebody may see (`app`).

use std::io::Write;

use domain::facility::Shape;
use domain::geometry::{Geometry, Position};
use serde_json::{Map, Value as Json};

use crate::csv_text::guard;
use crate::geojson::{LAT, LON, to_wkt};
use crate::write::{ExportError, escaped, positions};

/// Column of lines and areas in separated text.
const WKT: &str = "wkt";

/// One thing.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureRow {
    /// Where; none when nobody knows.
    pub geometry: Option<Geometry>,
    /// What is said of it: words, numbers, yes or no.
    pub properties: Map<String, Json>,
}

/// Things of one kind.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FeatureTable {
    /// Stable name, as `roads`.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Columns there are whether or not a row says anything of them: a table has the same ones whenever it is taken out.
    pub columns: Vec<(String, Said)>,
    /// The things.
    pub rows: Vec<FeatureRow>,
}

/// What a property says in every row that has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// Yes or no.
    Flag,
    /// A number.
    Number,
    /// Anything else.
    Words,
}

impl FeatureTable {
    /// Every column, and every property some row has, by name, with what it says; of what no row says anything, what its
    /// column would.
    pub fn keys(&self) -> Vec<(&str, Said)> {
        let mut keys: Vec<(&str, Option<Said>)> = Vec::new();
        for (key, value) in self.rows.iter().flat_map(|row| &row.properties) {
            let said = match value {
                Json::Null => None,
                Json::Bool(_) => Some(Said::Flag),
                Json::Number(_) => Some(Said::Number),
                _ => Some(Said::Words),
            };
            match (keys.iter_mut().find(|(known, _)| known == key), said) {
                (Some((_, known @ None)), said) => *known = said,
                (Some((_, known)), Some(_)) if *known != said => *known = Some(Said::Words),
                (None, said) => keys.push((key, said)),
                _ => {}
            }
        }
        for (key, said) in &self.columns {
            match keys.iter_mut().find(|(known, _)| known == key) {
                Some((_, known)) => *known = known.or(Some(*said)),
                None => keys.push((key, Some(*said))),
            }
        }
        keys.sort_unstable_by_key(|(key, _)| *key);
        keys.into_iter().map(|(key, said)| (key, said.unwrap_or(Said::Words))).collect()
    }
}

/// A value as a person reads it.
pub(crate) fn shown(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Bool(yes) => if *yes { "是" } else { "否" }.to_owned(),
        // Things with fields of their own are read in again as they are written.
        Json::Array(items) if items.iter().any(Json::is_object) => value.to_string(),
        Json::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join("、"),
        other => other.to_string(),
    }
}

/// Writes a GeoJSON feature collection.
pub fn geojson(table: &FeatureTable, mut output: impl Write) -> Result<(), ExportError> {
    output.write_all(b"{\"type\":\"FeatureCollection\",\"features\":[")?;
    for (row, n) in table.rows.iter().zip(0_u64..) {
        output.write_all(if n == 0 { b"\n" } else { b",\n" })?;
        let feature =
            serde_json::json!({ "type": "Feature", "geometry": row.geometry, "properties": row.properties });
        serde_json::to_writer(&mut output, &feature).map_err(std::io::Error::from)?;
    }
    output.write_all(b"\n]}\n")?;
    Ok(())
}

/// Writes KML 2.2; what lies nowhere is left out.
pub fn kml(table: &FeatureTable, mut output: impl Write) -> Result<(), ExportError> {
    let title = escaped(&table.title);
    writeln!(
        output,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document><name>{title}</name>"
    )?;
    for row in &table.rows {
        let Some(geometry) = &row.geometry else { continue };
        let name = escaped(&row.properties.get("name").map(shown).unwrap_or_default());
        write!(output, "<Placemark><name>{name}</name><ExtendedData>")?;
        for (key, value) in row.properties.iter().filter(|(key, value)| *key != "name" && !value.is_null()) {
            let (key, value) = (escaped(key), escaped(&shown(value)));
            write!(output, "<Data name=\"{key}\"><value>{value}</value></Data>")?;
        }
        writeln!(output, "</ExtendedData>{}</Placemark>", drawn(geometry))?;
    }
    writeln!(output, "</Document></kml>")?;
    Ok(())
}

fn drawn(geometry: &Geometry) -> String {
    let point = |at: &Position| format!("<Point>{}</Point>", positions(std::slice::from_ref(at)));
    let line = |line: &Vec<Position>| format!("<LineString>{}</LineString>", positions(line));
    let area = |rings: &Vec<Vec<Position>>| {
        let sides = std::iter::once("outer").chain(std::iter::repeat("inner"));
        let rings = rings.iter().zip(sides).map(|(ring, side)| {
            format!("<{side}BoundaryIs><LinearRing>{}</LinearRing></{side}BoundaryIs>", positions(ring))
        });
        format!("<Polygon>{}</Polygon>", rings.collect::<String>())
    };
    let several = |parts: String| format!("<MultiGeometry>{parts}</MultiGeometry>");
    match geometry {
        Geometry::Point(at) => point(at),
        Geometry::LineString(own) => line(own),
        Geometry::Polygon(rings) => area(rings),
        Geometry::MultiPoint(spots) => several(spots.iter().map(point).collect()),
        Geometry::MultiLineString(lines) => several(lines.iter().map(line).collect()),
        Geometry::MultiPolygon(areas) => several(areas.iter().map(area).collect()),
    }
}

/// A line or an area as Well-Known Text, as ledgers and surveys read it again; none of anything else.
fn wkt(geometry: &Geometry) -> Option<String> {
    match geometry {
        Geometry::LineString(line) => Some(to_wkt(&Shape::LineString(line.clone()))),
        Geometry::Polygon(rings) => Some(to_wkt(&Shape::Polygon(rings.clone()))),
        _ => None,
    }
}

/// Writes separated text with a mark for Excel: a point as its longitude and latitude, the rest by the middle of its box
/// and, where there are lines or areas, whole in a column of its own.
pub fn csv(table: &FeatureTable, mut output: impl Write) -> Result<(), ExportError> {
    output.write_all("\u{feff}".as_bytes())?;
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(output);
    let keys = table.keys();
    let has_shapes = table.rows.iter().any(|row| row.geometry.as_ref().is_some_and(|one| wkt(one).is_some()));
    let last = has_shapes.then_some(WKT);
    writer.write_record(keys.iter().map(|(key, _)| *key).chain([LON, LAT]).chain(last))?;
    for row in &table.rows {
        let said = keys.iter().map(|(key, _)| {
            let text = row.properties.get(*key).map(shown).unwrap_or_default();
            guard(&text).into_owned()
        });
        let at = row.geometry.as_ref().and_then(Geometry::bounds);
        // Of a point its own numbers, whatever their length: it is read in again where it was.
        let middle = |a: f64, b: f64| if a < b { ((a + b) / 2.0 * 1e7).round() / 1e7 } else { a };
        let lon = at.map(|b| middle(b.west, b.east).to_string()).unwrap_or_default();
        let lat = at.map(|b| middle(b.south, b.north).to_string()).unwrap_or_default();
        let shape = last.map(|_| row.geometry.as_ref().and_then(wkt).unwrap_or_default());
        writer.write_record(said.chain([lon, lat]).chain(shape))?;
    }
    writer.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn table() -> FeatureTable {
        let row = |geometry: Json, properties: Json| FeatureRow {
            geometry: serde_json::from_value(geometry).expect("a geometry"),
            properties: properties.as_object().cloned().expect("properties"),
        };
        FeatureTable {
            name: "roads".to_owned(),
            title: "道路 & 桥".to_owned(),
            columns: Vec::new(),
            rows: vec![
                row(
                    json!({ "type": "LineString", "coordinates": [[105.8, 29.2], [105.9, 29.4]] }),
                    json!({ "name": "=HYPERLINK(1)", "width_m": 3.5, "bridge": false }),
                ),
                row(
                    json!({ "type": "Point", "coordinates": [105.8, 29.2] }),
                    json!({ "name": "a<b", "width_m": "约三米" }),
                ),
                row(Json::Null, json!({ "name": "没有位置" })),
            ],
        }
    }

    #[test]
    fn what_rows_say_decides_what_a_column_is() {
        let table = table();
        let keys = [("bridge", Said::Flag), ("name", Said::Words), ("width_m", Said::Words)];
        assert_eq!(table.keys(), keys);
    }

    #[test]
    fn a_column_nobody_filled_is_there_all_the_same() {
        let mut table = table();
        table.columns =
            [("load_t", Said::Number), ("bridge", Said::Words)].map(|(k, s)| (k.to_owned(), s)).into();
        table.rows[2].properties.insert("note".to_owned(), Json::Null);
        let keys = [
            ("bridge", Said::Flag),
            ("load_t", Said::Number),
            ("name", Said::Words),
            ("note", Said::Words),
            ("width_m", Said::Words),
        ];
        assert_eq!(table.keys(), keys);
        table.rows.clear();
        assert_eq!(table.keys(), [("bridge", Said::Words), ("load_t", Said::Number)]);
    }

    #[test]
    fn each_form_says_the_same_and_no_cell_becomes_a_formula() {
        let table = table();
        let mut out = Vec::new();
        csv(&table, &mut out).expect("written");
        let text = String::from_utf8(out).expect("text");
        let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!(lines[0], "bridge,name,width_m,lon,lat,wkt");
        assert!(lines[1].contains("LINESTRING"), "{}", lines[1]);
        assert!(!lines[1].contains(",=HYPERLINK") && lines[1].contains("29.3"), "{}", lines[1]);
        let mut out = Vec::new();
        kml(&table, &mut out).expect("written");
        let text = String::from_utf8(out).expect("text");
        assert!(
            text.contains("道路 &amp; 桥") && text.contains("a&lt;b") && !text.contains("没有位置"),
            "{text}"
        );
        let mut out = Vec::new();
        geojson(&table, &mut out).expect("written");
        let back: Json = serde_json::from_slice(&out).expect("json");
        assert_eq!(back["features"].as_array().map(Vec::len), Some(3));
        assert_eq!(back["features"][2]["geometry"], Json::Null);
    }
}
