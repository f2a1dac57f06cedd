//! GeoJSON as one more kind of table: each feature a row, its properties the columns, a point its longitude and
//! latitude, a line or an area its drawing in Well-Known Text. What does not belong here: coordinate systems (`crs`).

use domain::facility::Shape;
use serde_json::Value as Json;

use crate::{
    problem::ImportError,
    sheet::{Gathered, Limits, Workbook},
    value::Cell,
};

/// Name given to the one sheet of a GeoJSON file.
pub const SHEET_NAME: &str = "GeoJSON";
/// Column key of the longitude taken from a point.
pub const LON: &str = "lon";
/// Column key of the latitude taken from a point.
pub const LAT: &str = "lat";

/// Column key of the drawing of a line or an area, as WKT.
pub const SHAPE: &str = "shape";
/// Column key of the id of a feature.
const ID: &str = "id";
/// Column it goes into: a name no other header contains.
const ID_COLUMN: &str = "feature_id";

/// Reads a feature collection.
///
/// Errors: [`ImportError::Unreadable`] when it is no JSON, [`ImportError::WrongType`] when it is other JSON.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Workbook, ImportError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let json: Json = serde_json::from_slice(bytes).map_err(|_| ImportError::Unreadable)?;
    table(&json, SHEET_NAME, limits)
}

/// A feature collection as a table of this name.
///
/// Errors: [`ImportError::WrongType`] when it is other JSON, [`ImportError::WrongCrs`] when it says that its positions are in
/// a system that is not taken.
pub(crate) fn table(json: &Json, name: &str, limits: &Limits) -> Result<Workbook, ImportError> {
    let features = json
        .get("features")
        .and_then(Json::as_array)
        .ok_or_else(|| ImportError::WrongType { found: "其他格式的 JSON 数据".to_owned() })?;
    // A member of the standard of 2008 that programs still write.
    let said = json.pointer("/crs/properties/name").and_then(Json::as_str);
    let is_taken = |said: &&str| ["CRS84", ":4326", ":4490"].iter().any(|end| said.ends_with(end));
    if let Some(said) = said.filter(|said| !is_taken(said)) {
        return Err(ImportError::WrongCrs { layer: name.to_owned(), system: format!("坐标系是 {said}") });
    }
    let mut columns: Vec<String> = Vec::new();
    let mut gathered = Gathered::new(limits);
    gathered.begin(name);
    for (feature, row) in features.iter().zip(1u32..) {
        let properties = feature.get("properties").and_then(Json::as_object);
        for (key, value) in properties.into_iter().flatten() {
            gathered.put(row, column_of(&mut columns, key), cell(value))?;
        }
        let geometry = feature.get("geometry");
        let is_point = geometry.and_then(|g| g.get("type")).and_then(Json::as_str) == Some("Point");
        let position = geometry.and_then(|g| g.get("coordinates")).and_then(Json::as_array);
        if let (true, Some([lon, lat, ..])) = (is_point, position.map(Vec::as_slice)) {
            gathered.put(row, column_of(&mut columns, LON), cell(lon))?;
            gathered.put(row, column_of(&mut columns, LAT), cell(lat))?;
        } else if let Some(drawn) = geometry.and_then(shape) {
            let text = to_wkt(&drawn);
            gathered.put(row, column_of(&mut columns, SHAPE), Cell::from(text.as_str()))?;
        }
        // Others keep the number of a thing beside its properties.
        let id = feature.get(ID).filter(|_| properties.is_none_or(|own| !own.contains_key(ID)));
        if let Some(id) = id.map(cell).filter(|id| !id.is_blank()) {
            gathered.put(row, column_of(&mut columns, ID_COLUMN), id)?;
        }
    }
    for (name, column) in columns.iter().zip(0u32..) {
        gathered.put(0, column, Cell::from(name.as_str()))?;
    }
    gathered.finish(&[])?;
    Ok(gathered.workbook)
}

/// A geometry as a GeoJSON value; heights are left out. None when it is no point, line or area.
pub fn shape(value: &Json) -> Option<Shape> {
    let mut flat = value.clone();
    if let Some(coordinates) = flat.get_mut("coordinates") {
        flatten(coordinates);
    }
    serde_json::from_value(flat).ok()
}

/// A drawing as Well-Known Text, as it stands in a cell.
pub fn to_wkt(shape: &Shape) -> String {
    let line = |at: &[[f64; 2]]| -> String {
        let written: Vec<String> = at.iter().map(|[lon, lat]| format!("{lon} {lat}")).collect();
        format!("({})", written.join(", "))
    };
    match shape {
        Shape::Point(at) => format!("POINT {}", line(std::slice::from_ref(at))),
        Shape::LineString(at) => format!("LINESTRING {}", line(at)),
        Shape::Polygon(rings) => {
            let rings: Vec<String> = rings.iter().map(|ring| line(ring)).collect();
            format!("POLYGON ({})", rings.join(", "))
        }
    }
}

/// Reads a point, line or area in Well-Known Text; heights are left out. None when it is none.
pub fn from_wkt(text: &str) -> Option<Shape> {
    let text = text.trim();
    let open = text.find('(')?;
    let (word, rest) = text.split_at(open);
    let inner = rest.strip_prefix('(')?.trim_end().strip_suffix(')')?;
    let position = |pair: &str| -> Option<[f64; 2]> {
        let mut degrees = pair.split_whitespace().map(str::parse::<f64>);
        Some([degrees.next()?.ok()?, degrees.next()?.ok()?])
    };
    let line = |text: &str| text.split(',').map(position).collect::<Option<Vec<_>>>();
    match word.split_whitespace().next()?.to_ascii_uppercase().as_str() {
        "POINT" => position(inner).map(Shape::Point),
        "LINESTRING" => line(inner).map(Shape::LineString),
        "POLYGON" => {
            let rings = inner.split(')').map(|ring| ring.trim_start_matches([',', ' ', '(']));
            rings
                .filter(|ring| !ring.trim().is_empty())
                .map(line)
                .collect::<Option<Vec<_>>>()
                .map(Shape::Polygon)
        }
        _ => None,
    }
}

/// Leaves longitude and latitude of every position.
fn flatten(value: &mut Json) {
    let Json::Array(items) = value else { return };
    if items.iter().all(Json::is_number) {
        items.truncate(2);
    } else {
        items.iter_mut().for_each(flatten);
    }
}

fn column_of(columns: &mut Vec<String>, key: &str) -> u32 {
    let at = columns.iter().position(|name| name == key).unwrap_or_else(|| {
        // Beyond this the limit on columns refuses the cell anyway; no need to remember more names.
        if columns.len() < 1024 {
            columns.push(key.to_owned());
        }
        columns.len() - 1
    });
    u32::try_from(at).unwrap_or(u32::MAX)
}

pub(crate) fn cell(value: &Json) -> Cell {
    match value {
        Json::Null => Cell::Empty,
        Json::Bool(yes) => Cell::Bool(*yes),
        Json::Number(number) => number.as_f64().map_or(Cell::Empty, Cell::Number),
        Json::String(text) => Cell::from(text.as_str()),
        Json::Array(items) => {
            Cell::Text(items.iter().filter_map(Json::as_str).collect::<Vec<_>>().join("、"))
        }
        Json::Object(_) => Cell::Empty,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_says_another_system_is_refused_by_its_name() {
        let of = |crs: &str| {
            let crs = format!(r#""crs":{{"type":"name","properties":{{"name":"{crs}"}}}},"#);
            let file = format!(r#"{{"type":"FeatureCollection",{crs}"features":[]}}"#);
            read(file.as_bytes(), &Limits::default()).err().map(|error| error.to_string())
        };
        for taken in ["urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4490", "EPSG:4326"] {
            assert!(of(taken).is_none_or(|error| !error.contains("EPSG:4326 或")), "{taken}");
        }
        assert!(of("urn:ogc:def:crs:EPSG::4527").is_some_and(|error| error.contains("EPSG::4527")));
    }

    #[test]
    fn a_drawing_comes_back_from_its_text_and_what_is_none_does_not() {
        let ring = vec![[105.9, 29.3], [105.91, 29.3], [105.91, 29.31], [105.9, 29.3]];
        for shape in [
            Shape::Point([105.912_345_6, 29.3]),
            Shape::LineString(vec![[105.9, 29.3], [105.91, 29.31]]),
            Shape::Polygon(vec![ring.clone(), ring]),
        ] {
            assert_eq!(from_wkt(&to_wkt(&shape)), Some(shape));
        }
        assert_eq!(from_wkt("point z (105.9 29.3 400)"), Some(Shape::Point([105.9, 29.3])));
        for wrong in
            ["", "村口", "LINESTRING 105.9 29.3", "LINESTRING (105.9)", "CIRCLE (1 2)", "POINT (a b)"]
        {
            assert_eq!(from_wkt(wrong), None, "{wrong}");
        }
    }
}
