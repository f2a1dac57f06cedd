//! Surveyed stretches of road as rows of a file: lines of GeoJSON or KML, or a table with the line written out in a column. What does
//! not belong here: whether a value can be true (`domain::road`), writing it down (`app`).

use std::collections::BTreeMap;

use domain::facility::{Shape, ShapeFault};
use serde_json::Value as Json;

use crate::kml;
use crate::problem::ImportError;
use crate::sheet::{self, Limits, Sheet};

/// Keys and the headers people write for them, the first of each being the one of our own template.
const COLUMNS: [(&str, &[&str]); 24] = [
    ("name", &["名称", "路段名称", "道路名称"]),
    ("code", &["编号", "路段编号"]),
    ("rank", &["类别", "道路类别"]),
    ("kind", &["道路类型", "highway"]),
    ("village", &["村（社区）", "村", "社区", "辖区", "territory"]),
    ("line", &["路线", "坐标", "线形", "wkt", "geometry", "shape"]),
    ("width_m", &["最小净宽（米）", "净宽", "宽度", "width"]),
    ("height_m", &["最小净高（米）", "净高", "限高", "height"]),
    ("load_t", &["最小承载（吨）", "承载", "限载", "load"]),
    ("slope_pct", &["最大坡度（%）", "坡度", "slope"]),
    ("turning_radius_m", &["最小转弯半径（米）", "转弯半径"]),
    ("dead_end", &["断头路"]),
    ("turnaround", &["回车场", "有回车场"]),
    ("wet_season", &["雨季可通行", "雨季"]),
    ("surface", &["路面"]),
    ("bridge", &["桥梁", "桥"]),
    ("covered", &["有顶或限高", "门洞", "隧道"]),
    ("private", &["不对外开放"]),
    ("not_for_engine", &["不通消防车"]),
    ("one_way", &["单行"]),
    ("barriers", &["障碍", "障碍物"]),
    ("turns", &["转向限制"]),
    ("source", &["来源", "测量人和方法"]),
    ("surveyed_on", &["测量日期", "实测日期"]),
];

/// What a cell lists; none when it cannot be read.
pub type Told<T> = Option<Vec<T>>;

/// One stretch of a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RoadRow {
    /// Row as Excel shows it; of GeoJSON the number of the feature, from 1.
    pub row: u32,
    /// Cells by key, as a person reads them.
    pub cells: BTreeMap<&'static str, String>,
    /// Its line; none when it is none.
    pub line: Option<Vec<[f64; 2]>>,
    /// What is wrong with a drawing that is no line.
    pub fault: Option<ShapeFault>,
    /// What stands in it and where; none when the row says nothing of it or it cannot be read.
    pub barred: Option<Vec<(String, [f64; 2])>>,
}

impl RoadRow {
    /// What stands in it, in the row's word, and where: none when the row says nothing, none within when it cannot be read.
    pub fn barriers(&self) -> Option<Told<(String, [f64; 2])>> {
        self.cells.get("barriers").filter(|text| !text.trim().is_empty()).map(|_| self.barred.clone())
    }

    /// Stretches, by number or id, one may not turn into from it, and whether one may turn into nothing else: none when the
    /// row says nothing, none within when it cannot be read.
    pub fn turns(&self) -> Option<Told<(String, bool)>> {
        self.cells.get("turns").map(|text| text.trim()).filter(|text| !text.is_empty()).map(turns)
    }
}

/// Parts of a cell, a semicolon or a line between them; none of a cell that says there is nothing.
fn parts(text: &str) -> Vec<&str> {
    let parts = text.split([';', '；', '\n']).map(str::trim).filter(|part| !part.is_empty());
    parts.filter(|part| *part != "无").collect()
}

/// `门或道闸 105.87,29.26；隔离桩 105.88,29.26`, or a JSON list of `what`, `lon`, `lat`.
fn barriers(text: &str) -> Option<Vec<(String, [f64; 2])>> {
    if text.trim_start().starts_with('[') {
        let told: Vec<Json> = serde_json::from_str(text).ok()?;
        let one = |one: &Json| {
            // Programs write what they read in binary: 29.26 comes back as 29.260000000000002.
            let degrees = |key: &str| Some((one.get(key)?.as_f64()? * 1e9).round() / 1e9);
            Some((one.get("what")?.as_str()?.to_owned(), [degrees("lon")?, degrees("lat")?]))
        };
        return told.iter().map(one).collect();
    }
    let one = |part: &str| {
        let (word, at) = part.split_once(char::is_whitespace)?;
        let (lon, lat) = at.trim().split_once([',', '，', ' '])?;
        Some((word.to_owned(), [lon.trim().parse().ok()?, lat.trim().parse().ok()?]))
    };
    parts(text).into_iter().map(one).collect()
}

/// `不得转入 LD-0012；只能转入 LD-0013`, or a JSON list of `into`, `only`.
fn turns(text: &str) -> Option<Vec<(String, bool)>> {
    if text.starts_with('[') {
        let told: Vec<Json> = serde_json::from_str(text).ok()?;
        let only = |one: &Json| one.get("only").and_then(Json::as_bool).unwrap_or(false);
        return told.iter().map(|one| Some((one.get("into")?.as_str()?.to_owned(), only(one)))).collect();
    }
    let one = |part: &str| {
        let (word, into) = part.split_once(char::is_whitespace)?;
        let only = match word {
            "不得转入" | "禁止转入" => false,
            "只能转入" | "只许转入" => true,
            _ => return None,
        };
        Some((into.trim().to_owned(), only))
    };
    parts(text).into_iter().map(one).collect()
}

fn key_of(header: &str) -> Option<&'static str> {
    let bare = |text: &str| text.split(['（', '(']).next().unwrap_or_default().trim().to_lowercase();
    let wanted = header.trim();
    let found = COLUMNS.iter().find(|(key, headers)| {
        *key == wanted || headers.iter().any(|one| *one == wanted || bare(one) == bare(wanted))
    });
    found.map(|(key, _)| *key)
}

/// `105.87,29.26; 105.88,29.26` or `LINESTRING (105.87 29.26, 105.88 29.26)`.
pub fn line(text: &str) -> Option<Vec<[f64; 2]>> {
    let upper = text.trim().to_uppercase();
    let wkt = upper.strip_prefix("LINESTRING").map(|rest| rest.trim().trim_matches(['(', ')']).to_owned());
    let parts: Vec<String> = match wkt {
        Some(inside) => inside.split(',').map(str::to_owned).collect(),
        None => text.split([';', '；', '\n']).map(str::to_owned).collect(),
    };
    let position = |part: &String| -> Option<[f64; 2]> {
        let mut numbers = part.split([',', '，', ' ', '\t']).map(str::trim).filter(|text| !text.is_empty());
        let at = [numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?];
        numbers.next().is_none_or(|height| height.parse::<f64>().is_ok()).then_some(at)
    };
    let line: Option<Vec<[f64; 2]>> =
        parts.iter().filter(|part| !part.trim().is_empty()).map(position).collect();
    line.filter(|line| line.len() > 1)
}

/// The stretches of a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Survey {
    /// The stretches.
    pub rows: Vec<RoadRow>,
    /// The sheet or layer they are of; empty of a file that has none.
    pub layer: String,
    /// All sheets and layers that have stretches of road, in the order of the file.
    pub layers: Vec<String>,
}

/// Reads the stretches of GeoJSON or KML, or of one sheet or layer of a file: see [`read_layer`].
///
/// Errors: [`ImportError`] when the file is none of these, or no row looks like a header.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Vec<RoadRow>, ImportError> {
    Ok(read_layer(bytes, limits, None)?.rows)
}

/// Reads GeoJSON, KML, or the sheet or layer of this name; when none is named the first that has lines, or the first that
/// has a column of names and one of lines.
///
/// Errors: [`ImportError`] when the file is none of these, no row looks like a header, or there is no such layer.
pub fn read_layer(bytes: &[u8], limits: &Limits, layer: Option<&str>) -> Result<Survey, ImportError> {
    let start = bytes.iter().find(|byte| !byte.is_ascii_whitespace() && !b"\xef\xbb\xbf".contains(byte));
    let whole = |rows| Survey { rows, ..Survey::default() };
    if start == Some(&b'{') {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        return features(&serde_json::from_slice(bytes).map_err(|_| ImportError::Unreadable)?).map(whole);
    }
    if start == Some(&b'<') && kml::is_kml(bytes) {
        return features(&kml::features(bytes, limits)?).map(whole);
    }
    let workbook = sheet::read(bytes, limits)?;
    let headed: Vec<_> = workbook.sheets.iter().filter_map(|sheet| Some((sheet, header(sheet)?))).collect();
    let layers: Vec<String> = headed.iter().map(|(sheet, _)| sheet.name.clone()).collect();
    if headed.is_empty() {
        return Err(ImportError::NoHeader { required: "名称、路线".to_owned() });
    }
    let chosen = match layer {
        Some(name) => headed.iter().find(|(sheet, _)| sheet.name == name).ok_or_else(|| {
            ImportError::SheetMissing { name: name.to_owned(), present: layers.join("、") }
        })?,
        None => {
            let has_lines = |(sheet, (at, keys)): &&(&Sheet, Header)| {
                let column = keys.iter().position(|key| *key == Some("line"));
                let cells = sheet.rows.iter().skip(at + 1).filter_map(|row| row.get(column?));
                cells.take(LOOKED_AT).any(|cell| line(&cell.shown()).is_some())
            };
            headed.iter().find(has_lines).or(headed.first()).ok_or(ImportError::Empty)?
        }
    };
    let (sheet, (at, keys)) = chosen;
    Ok(Survey { rows: rows(sheet, *at, keys), layer: sheet.name.clone(), layers })
}

/// Row of a header, and what its columns are.
type Header = (usize, Vec<Option<&'static str>>);

/// So many rows say whether a sheet has lines.
const LOOKED_AT: usize = 200;

/// The header of a sheet of stretches; none of any other.
fn header(sheet: &Sheet) -> Option<Header> {
    sheet.rows.iter().enumerate().take(20).find_map(|(at, cells)| {
        let keys: Vec<_> = cells.iter().map(|cell| key_of(&cell.shown())).collect();
        (keys.contains(&Some("name")) && keys.contains(&Some("line"))).then_some((at, keys))
    })
}

/// The stretches below a header.
fn rows(sheet: &Sheet, at: usize, keys: &[Option<&'static str>]) -> Vec<RoadRow> {
    let rows = sheet.rows.iter().enumerate().skip(at + 1);
    let rows = rows.filter(|(_, cells)| cells.iter().any(|cell| !cell.is_blank()));
    rows.map(|(n, cells)| {
        let told = keys.iter().zip(cells).filter_map(|(key, cell)| Some(((*key)?, cell)));
        let told = told.filter(|(_, cell)| !cell.is_blank());
        let cells: BTreeMap<_, _> = told.map(|(key, cell)| (key, cell.shown().into_owned())).collect();
        let line = cells.get("line").and_then(|text| line(text));
        let barred = cells.get("barriers").and_then(|text| barriers(text));
        RoadRow { row: u32::try_from(n + 1).unwrap_or(u32::MAX), cells, line, fault: None, barred }
    })
    .collect()
}

/// The headers of our own sheet in their order, and a row that shows how it is filled in.
pub fn template() -> Vec<Vec<String>> {
    let shown = [
        ("name", "示例：老街（导入前删去本行）"),
        ("rank", "村内主路"),
        ("village", "示例村"),
        ("line", "105.870,29.260; 105.880,29.261"),
        ("width_m", "3.5"),
        ("wet_season", "是"),
        ("surveyed_on", "2026-03-01"),
    ];
    let header = |(key, headers): &(&str, &[&str])| headers.first().unwrap_or(key).to_string();
    let cell = |(key, _): &(&str, &[&str])| {
        shown.iter().find(|(known, _)| known == key).map_or_else(String::new, |(_, text)| (*text).to_owned())
    };
    vec![COLUMNS.iter().map(header).collect(), COLUMNS.iter().map(cell).collect()]
}

fn features(json: &Json) -> Result<Vec<RoadRow>, ImportError> {
    let features = json
        .get("features")
        .and_then(Json::as_array)
        .ok_or_else(|| ImportError::WrongType { found: "其他格式的 JSON 数据".to_owned() })?;
    let row = |(row, feature): (u32, &Json)| {
        let mut own = RoadRow { row, ..RoadRow::default() };
        for (key, value) in feature.get("properties").and_then(Json::as_object).into_iter().flatten() {
            let text = match value {
                Json::Null => continue,
                Json::String(text) => text.clone(),
                Json::Bool(yes) => if *yes { "是" } else { "否" }.to_owned(),
                other => other.to_string(),
            };
            if let Some(key) = key_of(key) {
                own.cells.insert(key, text);
            }
        }
        own.barred = own.cells.get("barriers").and_then(|text| barriers(text));
        match feature.get("geometry").and_then(crate::geojson::shape) {
            Some(Shape::LineString(line)) => own.line = Some(line),
            Some(other) => own.fault = other.check().err(),
            None => {}
        }
        own
    };
    Ok((1..).zip(features).map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_people_write_it_and_as_programs_do() {
        let two = Some(vec![[105.87, 29.26], [105.88, 29.27]]);
        for text in [
            "105.87,29.26; 105.88，29.27",
            "LINESTRING (105.87 29.26, 105.88 29.27)",
            "linestring(105.87 29.26 310.5,105.88 29.27 311)",
        ] {
            assert_eq!(line(text), two, "{text}");
        }
        for text in ["105.87,29.26", "东经 105 度", "", "105.87 29.26 x; 105.88 29.27"] {
            assert_eq!(line(text), None, "{text}");
        }
    }

    #[test]
    fn what_stands_in_a_road_is_read_as_people_write_it_and_as_our_own_files_do() {
        let csv = "名称,路线,障碍,转向限制\n甲,\"105.87,29.26; 105.88,29.26\",\"门 105.873,29.26；隔离桩 105.875，29.26\",不得转入 LD-0002；只能转入 LD-0003\n\
            乙,\"105.87,29.26; 105.88,29.26\",无,\n丙,\"105.87,29.26; 105.88,29.26\",门,左转\n";
        let rows = read(csv.as_bytes(), &Limits::default()).expect("rows");
        let two = vec![("门".to_owned(), [105.873, 29.26]), ("隔离桩".to_owned(), [105.875, 29.26])];
        assert_eq!(rows[0].barriers(), Some(Some(two)));
        let told = vec![("LD-0002".to_owned(), false), ("LD-0003".to_owned(), true)];
        assert_eq!(rows[0].turns(), Some(Some(told)));
        assert_eq!((rows[1].barriers(), rows[1].turns()), (Some(Some(vec![])), None), "there is nothing");
        assert_eq!((rows[2].barriers(), rows[2].turns()), (Some(None), Some(None)), "nobody can read that");
        let json = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"甲",
            "barriers":[{"what":"gate","lon":105.873,"lat":29.26}],"turns":[{"into":"r2","only":false}]},
            "geometry":{"type":"LineString","coordinates":[[105.87,29.26],[105.88,29.26]]}}]}"#;
        let own = read(json.as_bytes(), &Limits::default()).expect("rows");
        assert_eq!(own[0].barriers(), Some(Some(vec![("gate".to_owned(), [105.873, 29.26])])));
        assert_eq!(own[0].turns(), Some(Some(vec![("r2".to_owned(), false)])));
    }

    #[test]
    fn what_the_map_saves_as_text_and_what_other_programs_make_of_it_is_read_again() {
        let line = [[105.87, 29.26], [105.88, 29.26]];
        let properties = serde_json::json!({ "name": "老街", "rank": "village_main", "surveyed_on": "2026-03-01",
            "barriers": [{ "what": "gate", "lon": 105.873, "lat": 29.26 }] });
        let row = crate::features::FeatureRow {
            geometry: Some(domain::geometry::Geometry::LineString(line.to_vec())),
            properties: properties.as_object().cloned().expect("properties"),
        };
        let table = crate::features::FeatureTable {
            name: "roads".to_owned(),
            title: "道路".to_owned(),
            columns: Vec::new(),
            rows: vec![row],
        };
        let mut out = Vec::new();
        crate::features::csv(&table, &mut out).expect("written");
        let rows = read(&out, &Limits::default()).expect("rows");
        assert_eq!((rows[0].line.clone(), rows[0].cells["name"].as_str()), (Some(line.to_vec()), "老街"));
        let gate = Some(Some(vec![("gate".to_owned(), [105.873, 29.26])]));
        assert_eq!(rows[0].barriers(), gate);
        let ogr = r##"<kml><Document><Placemark><name>老街</name><ExtendedData><SchemaData schemaUrl="#a">
            <SimpleData name="barriers">[ { &quot;what&quot;: &quot;gate&quot;, &quot;lon&quot;: 105.873, &quot;lat&quot;: 29.260000000000002 } ]</SimpleData>
            </SchemaData></ExtendedData><LineString><coordinates>105.87,29.26 105.88,29.26</coordinates></LineString></Placemark></Document></kml>"##;
        let rows = read(ogr.as_bytes(), &Limits::default()).expect("rows");
        assert_eq!(rows[0].barriers(), gate);
    }

    #[test]
    fn of_several_layers_the_first_with_lines_is_read_unless_another_is_named() {
        let row = |name: &str, geometry| crate::features::FeatureRow {
            geometry: Some(geometry),
            properties: serde_json::json!({ "name": name }).as_object().cloned().expect("properties"),
        };
        let area = domain::geometry::Geometry::Polygon(vec![vec![
            [105.87, 29.26],
            [105.88, 29.26],
            [105.88, 29.27],
            [105.87, 29.26],
        ]]);
        let line = domain::geometry::Geometry::LineString(vec![[105.87, 29.26], [105.88, 29.26]]);
        let table = |name: &str, row| crate::features::FeatureTable {
            name: name.to_owned(),
            title: name.to_owned(),
            columns: Vec::new(),
            rows: vec![row],
        };
        let tables = [
            table("villages", row("场镇", area)),
            table("roads", row("老街", line.clone())),
            table("pipes", row("主管", line)),
        ];
        let file = crate::geopackage::write(&tables, domain::time::Timestamp::default());
        let found = read_layer(&file, &Limits::default(), None).expect("read");
        assert_eq!((found.layer.as_str(), found.rows[0].cells["name"].as_str()), ("roads", "老街"));
        assert_eq!(found.layers, ["villages", "roads", "pipes"]);
        let pipes = read_layer(&file, &Limits::default(), Some("pipes")).expect("read");
        assert_eq!(pipes.rows[0].cells["name"], "主管");
        let none = read_layer(&file, &Limits::default(), Some("hydrants"));
        assert!(matches!(none, Err(ImportError::SheetMissing { .. })), "{none:?}");
    }

    #[test]
    fn a_table_and_geojson_give_the_same_rows() {
        let csv = "道路普查表\n名称,最小净宽（米）,路线,备注\n老街,3.2,\"105.87,29.26; 105.88,29.26\",无\n,,,\n新街,,x,\n";
        let rows = read(csv.as_bytes(), &Limits::default()).expect("rows");
        assert_eq!(rows.iter().map(|row| row.row).collect::<Vec<_>>(), [3, 5], "as Excel numbers them");
        assert_eq!((rows[0].cells["name"].as_str(), rows[0].cells["width_m"].as_str()), ("老街", "3.2"));
        assert!(rows[0].line.is_some() && rows[1].line.is_none());
        let json = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"名称":"老街","width_m":3.2},
            "geometry":{"type":"LineString","coordinates":[[105.87,29.26,310],[105.88,29.26,310]]}}]}"#;
        let same = read(json.as_bytes(), &Limits::default()).expect("rows");
        assert_eq!(
            (same[0].line.clone(), &same[0].cells["width_m"]),
            (rows[0].line.clone(), &rows[0].cells["width_m"])
        );
        let area = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"名称":"晒坝"},
            "geometry":{"type":"Polygon","coordinates":[[[105.87,29.26],[105.88,29.27],[105.88,29.26],[105.87,29.27],[105.87,29.26]]]}}]}"#;
        let area = read(area.as_bytes(), &Limits::default()).expect("rows");
        assert!(area[0].line.is_none());
        assert!(matches!(area[0].fault, Some(ShapeFault::Crosses(..))), "{:?}", area[0].fault);
        let kml = "<kml><Placemark><name>老街</name><ExtendedData><Data name=\"净宽\"><value>3.2</value></Data></ExtendedData>\
            <LineString><coordinates>105.87,29.26,310 105.88,29.26,310</coordinates></LineString></Placemark></kml>";
        let kml = read(kml.as_bytes(), &Limits::default()).expect("rows");
        assert_eq!(
            (kml[0].line.clone(), &kml[0].cells["width_m"]),
            (rows[0].line.clone(), &rows[0].cells["width_m"])
        );
        let [header, shown] = &template()[..] else { panic!("a header and a row") };
        assert!(
            header.iter().all(|header| key_of(header).is_some()),
            "our own sheet is read again: {header:?}"
        );
        assert_eq!(line(&shown[5]).map(|line| line.len()), Some(2), "{shown:?}");
        assert!(matches!(read(b"a,b\n1,2\n", &Limits::default()), Err(ImportError::NoHeader { .. })));
    }
}
