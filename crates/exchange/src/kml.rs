//! KML as one more way to write features: each placemark a GeoJSON feature, its name and extended data the properties.
//! What does not belong here: what a property means (`road_sheet`, the ledgers), writing (`features`).

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::{Map, Value as Json, json};

use crate::notice_file::character;
use crate::problem::ImportError;
use crate::sheet::Limits;

/// Name given to the one sheet of a KML file.
pub const SHEET_NAME: &str = "KML";

/// Whether a file begins like one.
pub fn is_kml(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(2048)).unwrap_or(bytes);
    head.windows(4).any(|word| word == b"<kml") || head.windows(5).any(|word| word == b":kml ")
}

/// A placemark while it is read.
#[derive(Default)]
struct Mark {
    properties: Map<String, Json>,
    /// Key of the datum that is open.
    key: Option<String>,
    geometries: Vec<Json>,
    rings: Vec<Json>,
}

/// `lon,lat[,height]`, blanks between positions.
fn positions(text: &str) -> Option<Vec<[f64; 2]>> {
    let position = |part: &str| -> Option<[f64; 2]> {
        let mut numbers = part.split(',');
        Some([numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?])
    };
    text.split_whitespace().map(position).collect()
}

fn attribute(tag: &BytesStart<'_>, key: &str) -> Option<String> {
    let found = tag.try_get_attribute(key).ok().flatten()?;
    quick_xml::escape::unescape(&found.value).ok().map(std::borrow::Cow::into_owned)
}

/// Reads the placemarks of a KML file as a GeoJSON feature collection; one that consists of several parts is a feature for
/// each.
///
/// Errors: it is no XML, is cut off, or holds more placemarks than rows are read.
pub fn features(bytes: &[u8], limits: &Limits) -> Result<Json, ImportError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut reader = Reader::from_reader(bytes);
    let (mut buffer, mut text) = (Vec::new(), String::new());
    let mut found: Vec<Json> = Vec::new();
    let mut mark: Option<Mark> = None;
    let mut is_ended = false;
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(|_| ImportError::Unreadable)? {
            Event::Start(tag) => {
                text.clear();
                match (tag.local_name().as_ref(), &mut mark) {
                    ("Placemark", _) => mark = Some(Mark::default()),
                    ("Data" | "SimpleData", Some(own)) => own.key = attribute(&tag, "name"),
                    ("Polygon", Some(own)) => own.rings.clear(),
                    _ => {}
                }
            }
            Event::Text(part) => text.push_str(&part.xml10_content()),
            Event::CData(part) => text.push_str(&part.xml10_content()),
            Event::GeneralRef(name) => text.push(character(&name)?),
            Event::End(tag) => {
                let name = tag.local_name();
                if name.as_ref() == "kml" {
                    is_ended = true;
                }
                if name.as_ref() == "Placemark" {
                    found.extend(mark.take().into_iter().flat_map(written));
                    if found.len() > limits.rows as usize {
                        return Err(ImportError::FileTooComplex);
                    }
                } else if let Some(own) = &mut mark {
                    own.close(name.as_ref(), &text);
                }
                text.clear();
            }
            // Other files may not be pulled in.
            Event::DocType(_) => return Err(ImportError::FileTooComplex),
            Event::Eof if is_ended => return Ok(json!({ "type": "FeatureCollection", "features": found })),
            Event::Eof => return Err(ImportError::Unreadable),
            _ => {}
        }
    }
}

impl Mark {
    /// An element of the placemark ends.
    fn close(&mut self, name: &str, text: &str) {
        let text = text.trim();
        match name {
            "name" if self.key.is_none() => {
                self.properties.entry("name").or_insert_with(|| Json::from(text));
            }
            "value" | "SimpleData" => {
                if let Some(key) = self.key.take() {
                    self.properties.insert(key, Json::from(text));
                }
            }
            "Data" => self.key = None,
            "coordinates" => {
                // A position that is none leaves the line out: it is told as a row without a line.
                let line = positions(text).unwrap_or_default();
                self.rings.push(json!(line));
            }
            "Point" => {
                let at = self.rings.pop().and_then(|ring| ring.get(0).cloned()).unwrap_or(Json::Null);
                self.geometries.push(json!({ "type": "Point", "coordinates": at }));
            }
            "LineString" => {
                let line = self.rings.pop().unwrap_or(Json::Null);
                self.geometries.push(json!({ "type": "LineString", "coordinates": line }));
            }
            "Polygon" => {
                let rings = std::mem::take(&mut self.rings);
                self.geometries.push(json!({ "type": "Polygon", "coordinates": rings }));
            }
            _ => {}
        }
    }
}

fn written(mark: Mark) -> Vec<Json> {
    let feature =
        |geometry: Json| json!({ "type": "Feature", "properties": mark.properties, "geometry": geometry });
    if mark.geometries.is_empty() {
        return vec![feature(Json::Null)];
    }
    mark.geometries.iter().cloned().map(feature).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>普查</name>
<Placemark><name>老街 &amp; 后巷</name><ExtendedData><Data name="净宽"><value>3.2</value></Data>
<SchemaData schemaUrl="a"><SimpleData name="rank">village_main</SimpleData></SchemaData></ExtendedData>
<LineString><coordinates>105.87,29.26,310 105.88,29.26,311</coordinates></LineString></Placemark>
<Placemark><name>水池</name><Point><coordinates>105.87,29.26</coordinates></Point></Placemark>
<Placemark><name>晒坝</name><Polygon><outerBoundaryIs><LinearRing><coordinates>0,0 1,0 1,1 0,0</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
<Placemark><name>没画</name></Placemark>
<Placemark><name>两段</name><MultiGeometry><LineString><coordinates>1,1 2,2</coordinates></LineString><LineString><coordinates>3,3 4,4</coordinates></LineString></MultiGeometry></Placemark>
</Document></kml>"#;

    #[test]
    fn placemarks_are_features_with_their_data_and_their_shape() {
        assert!(is_kml(FILE.as_bytes()) && !is_kml(b"<osm version=\"0.6\">") && !is_kml(b"name,line"));
        let read = features(FILE.as_bytes(), &Limits::default()).expect("it is one");
        let list = read["features"].as_array().expect("features");
        let kinds: Vec<&str> =
            list.iter().map(|one| one["geometry"]["type"].as_str().unwrap_or("-")).collect();
        assert_eq!(kinds, ["LineString", "Point", "Polygon", "-", "LineString", "LineString"]);
        assert_eq!(
            list[0]["properties"],
            json!({ "name": "老街 & 后巷", "净宽": "3.2", "rank": "village_main" })
        );
        assert_eq!(list[0]["geometry"]["coordinates"], json!([[105.87, 29.26], [105.88, 29.26]]));
        assert_eq!(list[1]["geometry"]["coordinates"], json!([105.87, 29.26]));
        assert_eq!(list[2]["geometry"]["coordinates"][0].as_array().map(Vec::len), Some(4));
        assert_eq!(list[5]["properties"]["name"], "两段");
        let book = crate::sheet::read(FILE.as_bytes(), &Limits::default()).expect("a table");
        assert_eq!((book.sheets[0].name.as_str(), book.is_wgs84), (SHEET_NAME, true));
    }

    #[test]
    fn what_is_cut_off_is_refused_and_a_position_that_is_none_makes_no_line() {
        let half = &FILE.as_bytes()[..FILE.len() / 2];
        assert!(matches!(features(half, &Limits::default()), Err(ImportError::Unreadable)));
        let wrong = FILE.replace("105.88,29.26,311", "东经");
        let read = features(wrong.as_bytes(), &Limits::default()).expect("it is one");
        assert_eq!(read["features"][0]["geometry"]["coordinates"], json!([]));
        let pulled = FILE.replace("<kml ", "<!DOCTYPE kml><kml ");
        assert!(features(pulled.as_bytes(), &Limits::default()).is_err());
    }

    #[test]
    fn what_we_write_we_read_again() {
        let table = crate::features::FeatureTable {
            title: "道路".to_owned(),
            rows: vec![crate::features::FeatureRow {
                geometry: Some(domain::geometry::Geometry::LineString(vec![
                    [105.87, 29.26],
                    [105.88, 29.27],
                ])),
                properties: serde_json::from_value(json!({ "name": "老街<东>", "width_m": 3.5 }))
                    .expect("a map"),
            }],
            ..Default::default()
        };
        let mut out = Vec::new();
        crate::features::kml(&table, &mut out).expect("written");
        let read = features(&out, &Limits::default()).expect("read");
        assert_eq!(read["features"][0]["properties"], json!({ "name": "老街<东>", "width_m": "3.5" }));
        assert_eq!(read["features"][0]["geometry"]["coordinates"], json!([[105.87, 29.26], [105.88, 29.27]]));
    }
}
