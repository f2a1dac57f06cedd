//! The ledger of public fire facilities (设施台账): its columns, its words and its rows; also other people's tables of
//! hydrants, which give no name and no kind. What does not belong here: whether a facility fits its kind
//! (`domain::facility`).

use domain::facility::water::{MOST_L_S, MOST_LIFT_M, MOST_M3, Source};
use domain::facility::{Catalog, Site};
use domain::time::Date;
use serde::{Deserialize, Serialize};

use crate::geojson::from_wkt;
use crate::ledger::{Column, Kind, Row, SheetDef, Term, Terms, Vocabulary};
use crate::problem::Level;
use crate::value::{Misread, Value};

/// Litres a second in a gallon (US) a minute, exactly.
const L_S_OF_GPM: f64 = 3.785_411_784 / 60.0;

/// One row of the ledger of facilities. Codes are those of the [`Vocabulary`] the row was read with.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FacilityRow {
    /// Number on its label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Village or community as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub village: Option<String>,
    /// Where, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Degrees east, in the coordinate system the importer was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lon: Option<f64>,
    /// Degrees north.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lat: Option<f64>,
    /// A line or an area as Well-Known Text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shape: Option<String>,
    /// `built` or `planned`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub built: Option<String>,
    /// When it was built.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub built_on: Option<Date>,
    /// Who entered it, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org: Option<String>,
    /// Usable volume, m³.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usable_m3: Option<f64>,
    /// Flow, L/s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow_l_s: Option<f64>,
    /// How high a pump must lift, m.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lift_m: Option<f64>,
    /// `yes` or `no`: whether an engine stands firmly beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hard_standing: Option<String>,
    /// Months it cannot be drawn from, `、` between them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dry_months: Option<String>,
    /// Where its water comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Number of the pool or pipe it draws from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fed_by: Option<String>,
    /// Numbers of what its pipes lead to, `、` between them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joins: Option<String>,
    /// Where a check station stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// Approval of a check station.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval_no: Option<String>,
    /// Values of the fields of its kind, `口径=100；静压=0.3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<String>,
}

/// The ledger of facilities.
pub static FACILITIES: SheetDef = SheetDef { kind: "facilities", title: "设施台账", columns: COLUMNS };

const BLANK: Column = Column::BLANK;

/// Column key of a flow in gallons a minute: never guessed, only said by whoever imports.
const GPM: &str = "flow_gpm";

const COLUMNS: &[Column] = &[
    Column {
        key: "code",
        header: "设施编号",
        english: "Facility code",
        synonyms: &["编号", "设备编号", "消火栓编号", "水源编号", "编码", "hydrant_id", "feature_id"],
        except: &["联系", "证", "批准"],
        kind: Kind::Code,
        example: "SS-0001",
        ..BLANK
    },
    Column {
        key: "name",
        header: "设施名称",
        english: "Facility name",
        synonyms: &["名称", "消火栓名称", "水源名称", "点位名称", "name"],
        except: &["村", "单位", "部门", "道路"],
        example: "示例取水点",
        width: 26.0,
        ..BLANK
    },
    Column {
        key: "kind",
        header: "设施类别",
        english: "Kind",
        synonyms: &["类别", "类型", "设施类型", "设施种类", "种类", "水源类型", "emergency"],
        except: &["fire_hydrant", "水源来源"],
        kind: Kind::Term(Terms::Facility),
        example: "消防水池",
        width: 16.0,
        ..BLANK
    },
    Column {
        key: "village",
        header: "村（社区）",
        english: "Village",
        synonyms: &[
            "村居",
            "村",
            "社区",
            "行政村",
            "所属村",
            "所在村",
            "所属村社区",
            "所在村社区",
            "属地",
            "辖区",
        ],
        except: &["负责", "网格", "电话"],
        example: "示例社区",
        width: 16.0,
        ..BLANK
    },
    Column {
        key: "address",
        header: "位置",
        english: "Address",
        synonyms: &["地址", "详细地址", "具体位置", "所在位置", "设置位置", "安装位置", "地点", "location"],
        except: &["经度", "纬度", "位置类型", "设在"],
        example: "老街口",
        width: 28.0,
        ..BLANK
    },
    Column {
        key: "lon",
        header: "经度",
        english: "Longitude",
        synonyms: &["东经", "x坐标", "lng", "lon"],
        kind: Kind::Lon,
        ..BLANK
    },
    Column {
        key: "lat",
        header: "纬度",
        english: "Latitude",
        synonyms: &["北纬", "y坐标", "lat"],
        kind: Kind::Lat,
        ..BLANK
    },
    Column {
        key: "shape",
        header: "图形（WKT）",
        english: "Shape (WKT)",
        synonyms: &["图形", "wkt", "geometry"],
        kind: Kind::Text(8_000),
        width: 20.0,
        ..BLANK
    },
    Column {
        key: "built",
        header: "是否已建",
        english: "Built",
        synonyms: &["建设状态", "建设情况", "是否建成"],
        kind: Kind::Term(Terms::Built),
        example: "已建",
        ..BLANK
    },
    Column {
        key: "built_on",
        header: "建成日期",
        english: "Built on",
        synonyms: &[
            "建成时间",
            "建设日期",
            "安装日期",
            "安装时间",
            "投用日期",
            "date_insta",
            "install date",
            "start_date",
        ],
        kind: Kind::Date,
        width: 13.0,
        ..BLANK
    },
    Column {
        key: "org",
        header: "登记单位",
        english: "Entered by",
        synonyms: &["提出单位", "建设单位", "填报部门"],
        width: 16.0,
        ..BLANK
    },
    Column {
        key: "usable_m3",
        header: "可用容积（m³）",
        english: "Usable volume (m3)",
        synonyms: &["可用容积", "有效容积", "有效水量", "可用水量", "蓄水量"],
        kind: Kind::Measure(&["立方米", "立方", "m³", "m3", "方"], MOST_M3),
        example: "100",
        ..BLANK
    },
    Column {
        key: "flow_l_s",
        header: "出水流量（L/s）",
        english: "Flow (L/s)",
        synonyms: &["出水流量", "流量（升/秒）", "流量（L/s）"],
        // A bare FLOW does not say of what unit it is; whoever imports must.
        except: &["FLOW"],
        kind: Kind::Measure(&["升/秒", "L/s", "l/s"], MOST_L_S),
        ..BLANK
    },
    Column {
        key: GPM,
        header: "出水流量（加仑/分）",
        english: "Flow (gpm)",
        synonyms: &["流量（gpm）"],
        except: &["FLOW"],
        // `MOST_L_S` in gallons, cut to the ten.
        kind: Kind::Measure(&["gpm"], 15_850.0),
        ..BLANK
    },
    Column {
        key: "lift_m",
        header: "吸水高度（m）",
        english: "Lift (m)",
        synonyms: &["吸水高度", "取水高度"],
        kind: Kind::Measure(&["米", "m"], MOST_LIFT_M),
        ..BLANK
    },
    Column {
        key: "hard_standing",
        header: "车辆可停靠",
        english: "Hard standing",
        synonyms: &["硬化停靠", "有硬化场地", "消防车可停靠"],
        kind: Kind::Term(Terms::YesNo),
        ..BLANK
    },
    Column {
        key: "dry_months",
        header: "枯水月份",
        english: "Dry months",
        synonyms: &["枯水期", "不可用月份"],
        kind: Kind::Text(60),
        ..BLANK
    },
    Column {
        key: "source",
        header: "水源来源",
        english: "Water source",
        synonyms: &["水源", "补水来源", "取水水源"],
        except: &["名称", "编号", "类型"],
        kind: Kind::Term(Terms::Source),
        ..BLANK
    },
    Column {
        key: "fed_by",
        header: "取自设施编号",
        english: "Fed by",
        synonyms: &["上级设施编号"],
        kind: Kind::Code,
        ..BLANK
    },
    Column {
        key: "joins",
        header: "相连设施编号",
        english: "Joins",
        synonyms: &["连接设施编号"],
        kind: Kind::Text(1_000),
        ..BLANK
    },
    Column {
        key: "site",
        header: "设置位置类型",
        english: "Check site",
        synonyms: &["检查站设置位置", "设站位置"],
        kind: Kind::Term(Terms::Site),
        ..BLANK
    },
    Column {
        key: "approval_no",
        header: "批准文号",
        english: "Approval",
        synonyms: &["批准文件", "设站批准文号"],
        ..BLANK
    },
    Column {
        key: "values",
        header: "其他参数",
        english: "Other values",
        synonyms: &["技术参数", "参数"],
        kind: Kind::Text(2_000),
        width: 24.0,
        ..BLANK
    },
];

impl Row for FacilityRow {
    fn sheet() -> &'static SheetDef {
        &FACILITIES
    }

    fn get(&self, key: &str) -> Value {
        let text = |text: &Option<String>| text.clone().map_or(Value::None, Value::Text);
        let number = |number: Option<f64>| number.map_or(Value::None, Value::Number);
        match key {
            "code" => text(&self.code),
            "name" => text(&self.name),
            "kind" => text(&self.kind),
            "village" => text(&self.village),
            "address" => text(&self.address),
            "lon" => number(self.lon),
            "lat" => number(self.lat),
            "shape" => text(&self.shape),
            "built" => text(&self.built),
            "built_on" => self.built_on.map_or(Value::None, Value::Date),
            "org" => text(&self.org),
            "usable_m3" => number(self.usable_m3),
            "flow_l_s" => number(self.flow_l_s),
            "lift_m" => number(self.lift_m),
            "hard_standing" => text(&self.hard_standing),
            "dry_months" => text(&self.dry_months),
            "source" => text(&self.source),
            "fed_by" => text(&self.fed_by),
            "joins" => text(&self.joins),
            "site" => text(&self.site),
            "approval_no" => text(&self.approval_no),
            "values" => text(&self.values),
            _ => Value::None,
        }
    }

    fn set(&mut self, key: &str, value: Value) {
        match (key, value) {
            ("code", Value::Text(text)) => self.code = Some(text),
            ("name", Value::Text(text)) => self.name = Some(text),
            ("kind", Value::Text(text)) => self.kind = Some(text),
            ("village", Value::Text(text)) => self.village = Some(text),
            ("address", Value::Text(text)) => self.address = Some(text),
            ("lon", Value::Number(number)) => self.lon = Some(number),
            ("lat", Value::Number(number)) => self.lat = Some(number),
            ("shape", Value::Text(text)) => self.shape = Some(text),
            ("built", Value::Text(text)) => self.built = Some(text),
            ("built_on", Value::Date(date)) => self.built_on = Some(date),
            ("org", Value::Text(text)) => self.org = Some(text),
            ("usable_m3", Value::Number(number)) => self.usable_m3 = Some(number),
            ("flow_l_s", Value::Number(number)) => self.flow_l_s = Some(number),
            // To the third decimal: nobody measures a millilitre.
            (GPM, Value::Number(number)) => {
                self.flow_l_s = Some((number * L_S_OF_GPM * 1_000.0).round() / 1_000.0);
            }
            ("lift_m", Value::Number(number)) => self.lift_m = Some(number),
            ("hard_standing", Value::Text(text)) => self.hard_standing = Some(text),
            ("dry_months", Value::Text(text)) => self.dry_months = Some(text),
            ("source", Value::Text(text)) => self.source = Some(text),
            ("fed_by", Value::Text(text)) => self.fed_by = Some(text),
            ("joins", Value::Text(text)) => self.joins = Some(text),
            ("site", Value::Text(text)) => self.site = Some(text),
            ("approval_no", Value::Text(text)) => self.approval_no = Some(text),
            ("values", Value::Text(text)) => self.values = Some(text),
            _ => {}
        }
    }

    fn contradictions(&self) -> Vec<(&'static str, Level, Misread)> {
        let mut found = Vec::new();
        match (self.lon, self.lat) {
            (Some(_), None) | (None, Some(_)) => {
                let message = "经度和纬度要么都填，要么都不填";
                found.push(("lon", Level::Error, Misread::new("facility.half_position", message)));
            }
            (Some(_), Some(lat)) if lat.abs() > 90.0 => {
                let message = "纬度应在 -90 到 90 之间，可能与经度填反了，请对调";
                found.push(("lat", Level::Error, Misread::new("shape.swapped", message)));
            }
            (Some(lon), Some(lat)) if lon == 0.0 && lat == 0.0 => {
                let message = "经度和纬度都是 0，不是真实位置，请核对或留空";
                found.push(("lon", Level::Error, Misread::new("shape.off_earth", message)));
            }
            _ => {}
        }
        if self.shape.as_deref().is_some_and(|text| from_wkt(text).is_none()) {
            let message = "图形不是可用的 WKT 点、线或面，如 LINESTRING (105.9 29.3, 105.91 29.31)";
            found.push(("shape", Level::Error, Misread::new("facility.shape", message)));
        }
        if self.flow_l_s == Some(0.0) {
            let message = "流量为 0：没有出水还是没有测过？按所填登记，请核对";
            found.push(("flow_l_s", Level::Warning, Misread::new("facility.no_flow", message)));
        }
        found
    }

    fn identities(&self) -> Vec<(&'static str, Level, String)> {
        let mut found = Vec::new();
        if let Some(code) = &self.code {
            found.push(("code", Level::Error, code.clone()));
        }
        if let (Some(lon), Some(lat)) = (self.lon, self.lat) {
            // A pool may stand beside its hydrant; two of one kind in one spot are worth a look.
            let kind = self.kind.as_deref().unwrap_or_default();
            found.push(("lon", Level::Warning, format!("{lon:.6}\u{1F}{lat:.6}\u{1F}{kind}")));
        }
        found
    }
}

/// The words of this ledger: the kinds of the catalogue, sites, sources, and what people say for yes.
pub fn vocabulary(catalog: &Catalog) -> Vocabulary {
    let term = |code: &str, label: &str, synonyms: &[&str]| Term {
        code: code.to_owned(),
        label: label.to_owned(),
        synonyms: synonyms.iter().map(|s| (*s).to_owned()).collect(),
    };
    let kinds = catalog.kinds().map(|kind| {
        let others: &[&str] = match kind.code.as_str() {
            "hydrant_outdoor" => &["消火栓", "消防栓", "市政消火栓", "地上消火栓", "fire_hydrant", "hydrant"],
            "fire_pool" => &["水池", "water_tank"],
            "natural_intake" => &["天然取水点", "取水点", "suction_point"],
            _ => &[],
        };
        let mut term = term(&kind.code, &kind.name.replace(['、', '/', '+', '，'], "·"), others);
        term.synonyms.push(kind.english.clone());
        term
    });
    Vocabulary {
        lists: vec![
            (Terms::Facility, kinds.collect()),
            (Terms::Site, Site::ALL.iter().map(|site| term(site.code(), site.label(), &[])).collect()),
            (
                Terms::Source,
                Source::ALL.iter().map(|source| term(source.code(), source.label(), &[])).collect(),
            ),
            (
                Terms::Built,
                vec![
                    term("built", "已建", &["是", "建成", "已建成", "在用", "存量"]),
                    term("planned", "拟建", &["否", "未建", "规划", "待建", "计划"]),
                ],
            ),
            (
                Terms::YesNo,
                vec![term("yes", "是", &["有", "可以", "y"]), term("no", "否", &["没有", "不可以", "n"])],
            ),
        ],
    }
}

#[cfg(test)]
mod tests {
    use domain::facility::water::Water;

    use super::*;

    /// What a form may enter a ledger must read in again, and the other way round.
    #[test]
    fn the_bounds_of_the_ledger_are_those_of_the_domain() {
        let most = |key: &str| match FACILITIES.columns.iter().find(|column| column.key == key) {
            Some(Column { kind: Kind::Measure(_, most), .. }) => *most,
            _ => panic!("{key} is no measure"),
        };
        let with = |key: &str, value: f64| match key {
            "usable_m3" => Water { usable_m3: Some(value), ..Water::default() },
            "lift_m" => Water { lift_m: Some(value), ..Water::default() },
            GPM => Water { flow_l_s: Some(value * L_S_OF_GPM), ..Water::default() },
            _ => Water { flow_l_s: Some(value), ..Water::default() },
        };
        let measures = FACILITIES.columns.iter().filter(|column| matches!(column.kind, Kind::Measure(..)));
        let keys: Vec<&str> = measures.map(|column| column.key).collect();
        assert_eq!(keys, ["usable_m3", "flow_l_s", GPM, "lift_m"], "a new measure needs its bound here");
        for key in keys {
            assert_eq!(with(key, most(key)).check(), Ok(()), "{key}");
            // Gallons are cut to the ten.
            let next = if key == GPM { 10.0 } else { 1.0 };
            assert!(with(key, most(key) + next).check().is_err(), "{key}");
        }
    }
}
