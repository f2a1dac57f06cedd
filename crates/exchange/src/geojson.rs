//! GeoJSON as one more kind of table: each feature a row, its properties the columns, a point its longitude and
//! latitude. What does not belong here: other geometry, coordinate systems other than WGS-84.

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

/// Reads a feature collection.
///
/// Errors: [`ImportError::Unreadable`] when it is no JSON, [`ImportError::WrongType`] when it is other JSON.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Workbook, ImportError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let json: Json = serde_json::from_slice(bytes).map_err(|_| ImportError::Unreadable)?;
    let features = json
        .get("features")
        .and_then(Json::as_array)
        .ok_or_else(|| ImportError::WrongType { found: "其他格式的 JSON 数据".to_owned() })?;
    let mut columns: Vec<String> = Vec::new();
    let mut gathered = Gathered::new(limits);
    gathered.begin(SHEET_NAME);
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

fn cell(value: &Json) -> Cell {
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
