//! GeoPackage (`.gpkg`): layers of features in one file, as QGIS and the planning office keep them. In: each layer is a
//! sheet like any other, a point its longitude and latitude, the rest its drawing. Out: one table a layer. What does not
//! belong here: the bytes of the container (`sqlite_file`), which features somebody may see (`app`).
//!
//! Source: OGC 12-128r18 (GeoPackage 1.3.1), clauses 1.1 and 2.1.

use domain::geometry::{Bounds, Geometry, Position};
use domain::time::Timestamp;
use serde_json::Value as Json;

use crate::features::{FeatureTable, Said};
use crate::geojson::{LAT, LON, SHAPE};
use crate::problem::ImportError;
use crate::sheet::{Gathered, Limits, Workbook};
use crate::sqlite_file::{Damaged, Entry, File, Table, Value, write as container};
use crate::value::Cell;

/// `GPKG`, by which a program knows the container.
const APPLICATION: u32 = 0x4750_4b47;
/// Version 1.3.1 of the standard.
const VERSION: u32 = 10_301;
/// The one system we write: WGS 84 in degrees.
const WGS84: i64 = 4326;
/// The state's own system, which equals WGS 84 for our purposes.
const CGCS2000: i64 = 4490;
/// Column of the geometry in what we write.
const GEOMETRY: &str = "geom";

impl From<Damaged> for ImportError {
    fn from(_: Damaged) -> Self {
        Self::Unreadable
    }
}

fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Integer(whole)) => whole.to_string(),
        _ => String::new(),
    }
}

/// All rows of a table that a file is known to have, each by the names of its columns.
fn all(file: &File<'_>, entries: &[Entry], name: &str) -> Result<Vec<Vec<(String, Value)>>, ImportError> {
    let found = entries.iter().find(|entry| entry.kind == "table" && entry.name.eq_ignore_ascii_case(name));
    let table = found.ok_or(ImportError::Unreadable)?;
    let columns = table.columns();
    let mut rows = Vec::new();
    file.rows(table, &columns, |row| {
        let names = columns.iter().map(|column| column.name.to_lowercase());
        rows.push(names.zip(row).collect());
        Ok::<_, ImportError>(())
    })?;
    Ok(rows)
}

fn of<'a>(row: &'a [(String, Value)], name: &str) -> Option<&'a Value> {
    row.iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

/// Reads every layer as a sheet of its name.
///
/// Errors: [`ImportError::WrongType`] for another file of the same container, [`ImportError::WrongCrs`] naming the layer
/// whose coordinates are in another system, [`ImportError::Unreadable`] for a damaged one.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Workbook, ImportError> {
    let file = File::open(bytes)?;
    let entries = file.entries()?;
    if !entries.iter().any(|entry| entry.name.eq_ignore_ascii_case("gpkg_contents")) {
        return Err(ImportError::WrongType { found: "SQLite 数据库，不是 GeoPackage".to_owned() });
    }
    let systems = all(&file, &entries, "gpkg_spatial_ref_sys")?;
    let geometries =
        match entries.iter().any(|entry| entry.name.eq_ignore_ascii_case("gpkg_geometry_columns")) {
            true => all(&file, &entries, "gpkg_geometry_columns")?,
            // A file of tables alone needs none.
            false => Vec::new(),
        };
    let mut gathered = Gathered::new(limits);
    let mut sheets = 0;
    for content in all(&file, &entries, "gpkg_contents")? {
        let (name, kind) = (text(of(&content, "table_name")), text(of(&content, "data_type")));
        if !["features", "attributes"].contains(&kind.as_str()) {
            continue;
        }
        sheets += 1;
        if sheets > limits.sheets {
            return Err(ImportError::FileTooComplex);
        }
        let geometry = geometries.iter().find(|row| text(of(row, "table_name")) == name);
        if let Some(geometry) = geometry {
            check_system(&name, of(geometry, "srs_id"), &systems)?;
        }
        let geometry = geometry.map(|row| text(of(row, "column_name")).to_lowercase());
        layer(&file, &entries, (&name, geometry.as_deref()), &mut gathered)?;
    }
    Ok(gathered.workbook)
}

/// Only degrees of WGS 84 and CGCS2000 are taken: nothing is projected back here.
fn check_system(
    layer: &str,
    id: Option<&Value>,
    systems: &[Vec<(String, Value)>],
) -> Result<(), ImportError> {
    let id = text(id);
    let own = systems.iter().find(|row| text(of(row, "srs_id")) == id);
    let organization = own.map(|row| text(of(row, "organization"))).unwrap_or_default();
    let code = own.map(|row| text(of(row, "organization_coordsys_id"))).unwrap_or_default();
    let is_ours = [WGS84, CGCS2000].iter().any(|known| known.to_string() == code);
    if organization.eq_ignore_ascii_case("EPSG") && is_ours {
        return Ok(());
    }
    let system = match (organization.as_str(), code.as_str()) {
        ("" | "NONE" | "none", _) => "没有说明坐标系".to_owned(),
        (organization, code) => format!("坐标系是 {organization}:{code}"),
    };
    Err(ImportError::WrongCrs { layer: layer.to_owned(), system })
}

fn layer(
    file: &File<'_>,
    entries: &[Entry],
    (name, geometry): (&str, Option<&str>),
    gathered: &mut Gathered<'_>,
) -> Result<(), ImportError> {
    let table = entries.iter().find(|entry| entry.kind == "table" && entry.name.eq_ignore_ascii_case(name));
    // A view has no rows of its own; its tables are there besides.
    let Some(table) = table else { return Ok(()) };
    let columns = table.columns();
    gathered.begin(name);
    let is_place = |column: &str| geometry.is_some_and(|own| own == column.to_lowercase());
    let told: Vec<usize> = (0..columns.len())
        .filter(|at| columns.get(*at).is_some_and(|c| !is_place(&c.name) && !c.is_row_number()))
        .collect();
    // Where it lies stands behind what it says, in columns no layer has under these names.
    let (mut row, n) = (0_u32, u32::try_from(told.len()).unwrap_or(u32::MAX));
    for (at, column) in told.iter().zip(0..) {
        let header = columns.get(*at).map_or("", |c| c.name.as_str());
        gathered.put(0, column, Cell::from(header))?;
    }
    if geometry.is_some() {
        for (header, column) in [LON, LAT, SHAPE].iter().zip(n..) {
            gathered.put(0, column, Cell::from(*header))?;
        }
    }
    file.rows(table, &columns, |values| {
        row = row.saturating_add(1);
        for (at, column) in told.iter().zip(0..) {
            let is_flag = columns.get(*at).is_some_and(|c| c.form == "BOOLEAN");
            gathered.put(row, column, cell(values.get(*at), is_flag))?;
        }
        let place = columns.iter().position(|c| is_place(&c.name)).and_then(|at| values.get(at));
        let Some(Value::Blob(bytes)) = place else { return Ok(()) };
        match geometry_of(bytes)? {
            Some(Geometry::Point([lon, lat])) => {
                gathered.put(row, n, Cell::Number(lon))?;
                gathered.put(row, n + 1, Cell::Number(lat))
            }
            Some(drawn) => gathered.put(row, n + 2, Cell::Text(wkt(&drawn))),
            None => Ok(()),
        }
    })?;
    gathered.finish(&[])
}

fn cell(value: Option<&Value>, is_flag: bool) -> Cell {
    match value {
        Some(Value::Integer(whole)) if is_flag => Cell::Bool(*whole != 0),
        Some(Value::Integer(whole)) => Cell::Number(*whole as f64),
        Some(Value::Real(number)) if number.is_finite() => Cell::Number(*number),
        Some(Value::Text(text)) => Cell::from(text.as_str()),
        _ => Cell::Empty,
    }
}

/// As Well-Known Text, which sheets carry a drawing in. What has several parts stays so and is refused where a row is
/// read: which part was meant is for people to say.
fn wkt(geometry: &Geometry) -> String {
    let run = |run: &[Position]| {
        let spots: Vec<String> = run.iter().map(|[lon, lat]| format!("{lon} {lat}")).collect();
        format!("({})", spots.join(", "))
    };
    let runs = |all: &[Vec<Position>]| {
        let all: Vec<String> = all.iter().map(|one| run(one)).collect();
        format!("({})", all.join(", "))
    };
    match geometry {
        Geometry::Point(at) => format!("POINT {}", run(std::slice::from_ref(at))),
        Geometry::MultiPoint(spots) => format!("MULTIPOINT {}", run(spots)),
        Geometry::LineString(line) => format!("LINESTRING {}", run(line)),
        Geometry::MultiLineString(lines) => format!("MULTILINESTRING {}", runs(lines)),
        Geometry::Polygon(rings) => format!("POLYGON {}", runs(rings)),
        Geometry::MultiPolygon(areas) => {
            let areas: Vec<String> = areas.iter().map(|rings| runs(rings)).collect();
            format!("MULTIPOLYGON ({})", areas.join(", "))
        }
    }
}

/// What is left to read of a geometry's bytes.
struct Bytes<'a> {
    rest: &'a [u8],
    is_little: bool,
}

impl<'a> Bytes<'a> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Damaged> {
        let (part, rest) = self.rest.split_first_chunk::<N>().ok_or(Damaged)?;
        self.rest = rest;
        Ok(*part)
    }

    fn whole(&mut self) -> Result<u32, Damaged> {
        let part = self.take::<4>()?;
        Ok(if self.is_little { u32::from_le_bytes(part) } else { u32::from_be_bytes(part) })
    }

    fn degrees(&mut self) -> Result<f64, Damaged> {
        let part = self.take::<8>()?;
        Ok(if self.is_little { f64::from_le_bytes(part) } else { f64::from_be_bytes(part) })
    }

    fn position(&mut self, size: u32) -> Result<Position, Damaged> {
        let at = [self.degrees()?, self.degrees()?];
        for _ in 2..size {
            self.degrees()?;
        }
        Ok(at)
    }

    fn run(&mut self, size: u32) -> Result<Vec<Position>, Damaged> {
        let n = self.whole()?;
        (0..n).map(|_| self.position(size)).collect()
    }

    fn runs(&mut self, size: u32) -> Result<Vec<Vec<Position>>, Damaged> {
        let n = self.whole()?;
        (0..n).map(|_| self.run(size)).collect()
    }

    /// A geometry in Well-Known Binary; heights and measures are left out, several of one are that one.
    fn geometry(&mut self) -> Result<Geometry, Damaged> {
        self.is_little = self.take::<1>()? == [1];
        let kind = self.whole()?;
        // Heights and measures are told by thousands, or by the two highest bits.
        let size = match (kind >> 30, kind % 0x1000_0000 / 1000) {
            (0, 0) => 2,
            (0, 1 | 2) | (1 | 2, 0) => 3,
            (0, 3) | (3, 0) => 4,
            _ => return Err(Damaged),
        };
        let parts = |own: &mut Self| -> Result<Vec<Geometry>, Damaged> {
            let n = own.whole()?;
            (0..n).map(|_| own.geometry()).collect()
        };
        Ok(match kind % 0x1000_0000 % 1000 {
            1 => Geometry::Point(self.position(size)?),
            2 => Geometry::LineString(self.run(size)?),
            3 => Geometry::Polygon(self.runs(size)?),
            4..=6 => {
                let mut parts = parts(self)?;
                if parts.len() == 1 {
                    return parts.pop().ok_or(Damaged);
                }
                let (mut spots, mut lines, mut areas) = (Vec::new(), Vec::new(), Vec::new());
                for part in parts {
                    match part {
                        Geometry::Point(at) => spots.push(at),
                        Geometry::LineString(line) => lines.push(line),
                        Geometry::Polygon(rings) => areas.push(rings),
                        _ => return Err(Damaged),
                    }
                }
                match (spots.is_empty(), lines.is_empty()) {
                    (false, _) => Geometry::MultiPoint(spots),
                    (true, false) => Geometry::MultiLineString(lines),
                    (true, true) => Geometry::MultiPolygon(areas),
                }
            }
            // Curves and collections are nothing our ledgers keep.
            _ => return Err(Damaged),
        })
    }
}

/// The geometry of a cell; none when it is empty.
fn geometry_of(bytes: &[u8]) -> Result<Option<Geometry>, Damaged> {
    let [b'G', b'P', _, flags, ..] = bytes else { return Err(Damaged) };
    let envelope = match flags >> 1 & 7 {
        0 => 0,
        1 => 32,
        2 | 3 => 48,
        4 => 64,
        _ => return Err(Damaged),
    };
    if flags & 0x10 != 0 {
        return Ok(None);
    }
    let rest = bytes.get(8 + envelope..).ok_or(Damaged)?;
    Bytes { rest, is_little: true }.geometry().map(Some)
}

fn put_run(out: &mut Vec<u8>, run: &[Position]) {
    out.extend_from_slice(&u32::try_from(run.len()).unwrap_or(0).to_le_bytes());
    for degrees in run.iter().flatten() {
        out.extend_from_slice(&degrees.to_le_bytes());
    }
}

fn put_runs(out: &mut Vec<u8>, runs: &[Vec<Position>]) {
    out.extend_from_slice(&u32::try_from(runs.len()).unwrap_or(0).to_le_bytes());
    runs.iter().for_each(|run| put_run(out, run));
}

/// The number and the word of a kind of geometry.
fn kind_of(geometry: &Geometry) -> (u32, &'static str) {
    match geometry {
        Geometry::Point(_) => (1, "POINT"),
        Geometry::LineString(_) => (2, "LINESTRING"),
        Geometry::Polygon(_) => (3, "POLYGON"),
        Geometry::MultiPoint(_) => (4, "MULTIPOINT"),
        Geometry::MultiLineString(_) => (5, "MULTILINESTRING"),
        Geometry::MultiPolygon(_) => (6, "MULTIPOLYGON"),
    }
}

fn put_geometry(out: &mut Vec<u8>, geometry: &Geometry) {
    let begin = |out: &mut Vec<u8>, kind: u32| {
        out.push(1);
        out.extend_from_slice(&kind.to_le_bytes());
    };
    let several = |out: &mut Vec<u8>, n: usize| {
        out.extend_from_slice(&u32::try_from(n).unwrap_or(0).to_le_bytes());
    };
    begin(out, kind_of(geometry).0);
    match geometry {
        Geometry::Point(at) => at.iter().for_each(|degrees| out.extend_from_slice(&degrees.to_le_bytes())),
        Geometry::LineString(line) => put_run(out, line),
        Geometry::Polygon(rings) => put_runs(out, rings),
        Geometry::MultiPoint(spots) => {
            several(out, spots.len());
            spots.iter().for_each(|at| put_geometry(out, &Geometry::Point(*at)));
        }
        Geometry::MultiLineString(lines) => {
            several(out, lines.len());
            lines.iter().for_each(|line| put_geometry(out, &Geometry::LineString(line.clone())));
        }
        Geometry::MultiPolygon(areas) => {
            several(out, areas.len());
            areas.iter().for_each(|rings| put_geometry(out, &Geometry::Polygon(rings.clone())));
        }
    }
}

fn blob(geometry: &Geometry) -> Value {
    // Little end first, no envelope.
    let mut out = vec![b'G', b'P', 0, 1];
    out.extend_from_slice(&4326_u32.to_le_bytes());
    put_geometry(&mut out, geometry);
    Value::Blob(out)
}

fn value(json: Option<&Json>) -> Value {
    match json {
        None | Some(Json::Null) => Value::Null,
        Some(Json::Bool(yes)) => Value::Integer((*yes).into()),
        Some(Json::Number(number)) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::Integer(whole),
            (None, Some(real)) => Value::Real(real),
            (None, None) => Value::Null,
        },
        Some(Json::String(text)) => Value::Text(text.clone()),
        Some(other) => Value::Text(crate::features::shown(other)),
    }
}

/// A name within double quotes.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Writes the tables as layers of one file, all in WGS 84.
pub fn write(layers: &[FeatureTable], at: Timestamp) -> Vec<u8> {
    let at = chrono::DateTime::from_timestamp_millis(at.0).unwrap_or_default();
    // The standard wants UTC with milliseconds.
    let at = at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let words = |text: &str| Value::Text(text.to_owned());
    let columns = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    let geographic = "GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\",6378137,298.257223563,AUTHORITY[\"EPSG\",\"7030\"]],\
                      AUTHORITY[\"EPSG\",\"6326\"]],PRIMEM[\"Greenwich\",0],UNIT[\"degree\",0.0174532925199433],AUTHORITY[\"EPSG\",\"4326\"]]";
    let system = |id: i64, name: &str, organization: &str, definition: &str| {
        let values = vec![
            words(name),
            Value::Null,
            words(organization),
            Value::Integer(id),
            words(definition),
            Value::Null,
        ];
        (id, values)
    };
    let systems = Table {
        name: "gpkg_spatial_ref_sys".to_owned(),
        columns: columns(&[
            "srs_name TEXT NOT NULL",
            "srs_id INTEGER NOT NULL PRIMARY KEY",
            "organization TEXT NOT NULL",
            "organization_coordsys_id INTEGER NOT NULL",
            "definition TEXT NOT NULL",
            "description TEXT",
        ]),
        rows: vec![
            system(-1, "Undefined Cartesian SRS", "NONE", "undefined"),
            system(0, "Undefined geographic SRS", "NONE", "undefined"),
            system(WGS84, "WGS 84 geodetic", "EPSG", geographic),
        ],
        ..Table::default()
    };
    let mut contents = Table {
        name: "gpkg_contents".to_owned(),
        columns: columns(&[
            "table_name TEXT NOT NULL PRIMARY KEY",
            "data_type TEXT NOT NULL",
            "identifier TEXT UNIQUE",
            "description TEXT DEFAULT ''",
            "last_change DATETIME NOT NULL",
            "min_x DOUBLE",
            "min_y DOUBLE",
            "max_x DOUBLE",
            "max_y DOUBLE",
            "srs_id INTEGER",
        ]),
        unique: vec![vec![0], vec![2]],
        ..Table::default()
    };
    let mut geometries = Table {
        name: "gpkg_geometry_columns".to_owned(),
        columns: columns(&[
            "table_name TEXT NOT NULL",
            "column_name TEXT NOT NULL",
            "geometry_type_name TEXT NOT NULL",
            "srs_id INTEGER NOT NULL",
            "z TINYINT NOT NULL",
            "m TINYINT NOT NULL",
        ]),
        constraints: vec!["CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name)".to_owned()],
        unique: vec![vec![0, 1]],
        ..Table::default()
    };
    let mut tables = Vec::new();
    for (layer, n) in layers.iter().zip(1_i64..) {
        let placed = || layer.rows.iter().filter_map(|row| row.geometry.as_ref());
        let bounds = placed().filter_map(Geometry::bounds).reduce(Bounds::with);
        let edge = |of: fn(Bounds) -> f64| bounds.map_or(Value::Null, |bounds| Value::Real(of(bounds)));
        let mut kinds: Vec<&str> = placed().map(|geometry| kind_of(geometry).1).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let kind = if let [only] = kinds.as_slice() { only } else { "GEOMETRY" };
        contents.rows.push((
            n,
            vec![
                words(&layer.name),
                words("features"),
                words(&layer.title),
                words(""),
                words(&at),
                edge(|b| b.west),
                edge(|b| b.south),
                edge(|b| b.east),
                edge(|b| b.north),
                Value::Integer(WGS84),
            ],
        ));
        let none = || Value::Integer(0);
        let place =
            vec![words(&layer.name), words(GEOMETRY), words(kind), Value::Integer(WGS84), none(), none()];
        geometries.rows.push((n, place));
        let keys = layer.keys();
        let mut own = vec!["fid INTEGER PRIMARY KEY NOT NULL".to_owned(), format!("{GEOMETRY} {kind}")];
        own.extend(keys.iter().map(|(key, said)| {
            let form = match said {
                Said::Flag => "BOOLEAN",
                Said::Number => "DOUBLE",
                Said::Words => "TEXT",
            };
            format!("{} {form}", quoted(key))
        }));
        let rows = layer.rows.iter().zip(1_i64..).map(|(row, n)| {
            let place = row.geometry.as_ref().map_or(Value::Null, blob);
            let said = keys.iter().map(|(key, _)| value(row.properties.get(*key)));
            (n, [Value::Null, place].into_iter().chain(said).collect())
        });
        tables.push(Table {
            name: layer.name.clone(),
            columns: own,
            rows: rows.collect(),
            ..Table::default()
        });
    }
    let own = [systems, contents, geometries];
    container(&own.into_iter().chain(tables).collect::<Vec<_>>(), APPLICATION, VERSION)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::features::FeatureRow;

    fn row(geometry: Json, properties: Json) -> FeatureRow {
        FeatureRow {
            geometry: serde_json::from_value(geometry).expect("a geometry"),
            properties: properties.as_object().cloned().expect("properties"),
        }
    }

    fn two_layers() -> Vec<FeatureTable> {
        let line = json!({ "type": "LineString", "coordinates": [[105.87, 29.26], [105.88, 29.26]] });
        let area = json!({ "type": "Polygon", "coordinates": [[[105.9, 29.3], [105.91, 29.3], [105.91, 29.31], [105.9, 29.3]]] });
        vec![
            FeatureTable {
                name: "roads".to_owned(),
                title: "道路".to_owned(),
                columns: Vec::new(),
                rows: vec![row(line, json!({ "name": "老街", "width_m": 3.5, "bridge": true }))],
            },
            FeatureTable {
                name: "facilities".to_owned(),
                title: "设施".to_owned(),
                columns: Vec::new(),
                rows: vec![
                    row(
                        json!({ "type": "Point", "coordinates": [105.9, 29.3] }),
                        json!({ "name": "水池\"甲\"" }),
                    ),
                    row(area, json!({ "name": "林区" })),
                ],
            },
        ]
    }

    #[test]
    fn layers_come_back_as_sheets() {
        let bytes = write(&two_layers(), Timestamp(1_790_000_000_000));
        let book = read(&bytes, &Limits::default()).expect("sheets");
        let names: Vec<&str> = book.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
        assert_eq!(names, ["roads", "facilities"]);
        let shown = |sheet: usize, row: usize| -> Vec<String> {
            book.sheets[sheet].rows[row].iter().map(|cell| cell.shown().into_owned()).collect()
        };
        assert_eq!(shown(0, 0), ["bridge", "name", "width_m", "lon", "lat", "shape"]);
        assert_eq!(shown(0, 1), ["是", "老街", "3.5", "", "", "LINESTRING (105.87 29.26, 105.88 29.26)"]);
        assert_eq!(shown(1, 1), ["水池\"甲\"", "105.9", "29.3"]);
        assert!(shown(1, 2)[3].starts_with("POLYGON ((105.9 29.3"));
    }

    #[test]
    fn another_system_is_refused_with_the_layer_named_and_so_is_another_file() {
        let bytes = write(&two_layers(), Timestamp(1_790_000_000_000));
        // The one place where the code of the system stands as eight bytes besides the layers: let it be Web Mercator.
        let mut other = bytes.clone();
        let code = 4326_i64.to_be_bytes();
        let places: Vec<usize> = (0..other.len() - 8).filter(|at| other[*at..*at + 8] == code).collect();
        for at in places {
            other[at..at + 8].copy_from_slice(&3857_i64.to_be_bytes());
        }
        let told = read(&other, &Limits::default()).expect_err("refused");
        assert_eq!(told.code(), "import.wrong_crs");
        assert!(told.to_string().contains("roads"), "{told}");
        let plain = crate::sqlite_file::write(&[], 0, 0);
        assert_eq!(read(&plain, &Limits::default()).expect_err("refused").code(), "import.wrong_type");
        assert_eq!(
            read(&bytes[..bytes.len() / 2], &Limits::default()).expect_err("cut").code(),
            "import.unreadable"
        );
    }

    #[test]
    fn heights_big_ends_and_a_single_part_are_understood() {
        let mut bytes = vec![b'G', b'P', 0, 0, 0, 0, 16, 230];
        // MULTILINESTRING Z of one part, big end first.
        bytes.push(0);
        bytes.extend_from_slice(&1005_u32.to_be_bytes());
        bytes.extend_from_slice(&1_u32.to_be_bytes());
        bytes.push(0);
        bytes.extend_from_slice(&1002_u32.to_be_bytes());
        bytes.extend_from_slice(&2_u32.to_be_bytes());
        for degrees in [105.87, 29.26, 310.0, 105.88, 29.27, 311.0_f64] {
            bytes.extend_from_slice(&degrees.to_be_bytes());
        }
        let read = geometry_of(&bytes).expect("a geometry").expect("not empty");
        assert_eq!(read, Geometry::LineString(vec![[105.87, 29.26], [105.88, 29.27]]));
        assert_eq!(geometry_of(&[b'G', b'P', 0, 0x11, 0, 0, 0, 0]), Ok(None));
        assert_eq!(geometry_of(&bytes[..40]), Err(Damaged));
    }

    #[test]
    fn no_number_lies_nowhere_and_of_several_parts_none_is_chosen() {
        let line = |runs: Vec<Vec<Position>>| FeatureTable {
            name: "a".to_owned(),
            rows: vec![FeatureRow {
                geometry: Some(Geometry::MultiLineString(runs)),
                properties: serde_json::Map::new(),
            }],
            ..FeatureTable::default()
        };
        let read_back = |runs| {
            let book = read(&write(&[line(runs)], Timestamp(0)), &Limits::default()).expect("a sheet");
            let cell = book.sheets[0].cell(1, 2).shown().into_owned();
            (crate::geojson::from_wkt(&cell), cell)
        };
        let (nowhere, _) = read_back(vec![vec![[f64::NAN, 29.26], [105.88, 29.26]]]);
        let told = nowhere.expect("a line").check().expect_err("refused");
        assert_eq!(told.code(), "shape.off_earth");
        let two = vec![vec![[105.87, 29.26], [105.88, 29.26]], vec![[105.89, 29.26], [105.9, 29.26]]];
        let (chosen, cell) = read_back(two);
        assert!(chosen.is_none() && cell.starts_with("MULTILINESTRING"), "{cell}");
        let (far, _) = read_back(vec![vec![[29.26, 105.87], [29.26, 105.88]]]);
        assert_eq!(far.expect("a line").check().expect_err("refused").code(), "shape.swapped");
    }

    #[test]
    fn ogrinfo_reads_it() {
        let Ok(has) = std::process::Command::new("ogrinfo").arg("--version").output() else { return };
        if !has.status.success() {
            return;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let at = folder.path().join("a.gpkg");
        std::fs::write(&at, write(&two_layers(), Timestamp(1_790_000_000_000))).expect("written");
        let told = std::process::Command::new("ogrinfo").args(["-al"]).arg(&at).output().expect("told");
        let said =
            String::from_utf8_lossy(&told.stdout).into_owned() + &String::from_utf8_lossy(&told.stderr);
        assert!(said.contains("LINESTRING (105.87 29.26,105.88 29.26)"), "{said}");
        assert!(said.contains("width_m (Real) = 3.5") && said.contains("POINT (105.9 29.3)"), "{said}");
        assert!(said.contains("bridge (Integer(Boolean)) = 1"), "{said}");
        assert!(!said.to_lowercase().contains("warning") && !said.contains("ERROR"), "{said}");
    }
}
