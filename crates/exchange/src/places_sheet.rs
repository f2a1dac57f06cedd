//! The ledger of places (场所台账): its columns, its default words and its rows. What does not belong here: what a
//! place may do or be (`domain::place`), comparing with the register (`matching`).

use domain::time::Date;
use serde::{Deserialize, Serialize};

use crate::{
    ledger::{Column, Kind, Row, SheetDef, Term, Terms},
    problem::Level,
    value::{Misread, Value, comparable},
};

/// One row of the ledger of places. Codes are those of the [`crate::ledger::Vocabulary`] the row was read with.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PlaceRow {
    /// Name of the place.
    pub name: String,
    /// The register's own code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Unified social credit code, both check digits right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uscc: Option<String>,
    /// Primary category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Further tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Village or community as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub village: Option<String>,
    /// Grid as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grid: Option<String>,
    /// Sector authority as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector_org: Option<String>,
    /// Address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Fire-safety responsible person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub responsible: Option<String>,
    /// Telephone, several joined with `、`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// People it holds at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// People who sleep there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n_lodging: Option<u32>,
    /// People who work there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n_working: Option<u32>,
    /// People who are trained there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n_training: Option<u32>,
    /// Floor area, m².
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area_m2: Option<f64>,
    /// Degrees east, in the coordinate system the importer was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lon: Option<f64>,
    /// Degrees north.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lat: Option<f64>,
    /// Lists it stands on; never added up, a place may stand on several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<String>,
    /// Whether it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opening: Option<String>,
    /// Since when it is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_on: Option<Date>,
    /// How one gets in, for whoever goes there alone: taken in, kept sealed, never written out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access: Option<String>,
    /// Which help people there need to get out, never why; likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The ledger of places.
pub static PLACES: SheetDef = SheetDef { kind: "places", title: "场所台账", columns: COLUMNS };

const BLANK: Column = Column::BLANK;

const COLUMNS: &[Column] = &[
    Column {
        key: "code",
        header: "场所编号",
        english: "Code",
        synonyms: &["编号", "单位编号", "场所编码", "编码", "场所代码", "台账编号", "档案号"],
        except: &["网格", "房", "证"],
        kind: Kind::Code,
        example: "QF-0001",
        ..BLANK
    },
    Column {
        key: "name",
        header: "场所名称",
        english: "Name",
        synonyms: &[
            "名称",
            "单位名称",
            "场所",
            "单位",
            "企业名称",
            "店名",
            "店铺名称",
            "商铺名称",
            "门店名称",
            "门市名称",
            "单位场所名称",
            "场所单位名称",
            "商户名称",
            "字号",
        ],
        except: &[
            "村", "社区", "网格", "部门", "负责", "责任", "编", "类", "地址", "电话", "主管", "性质", "道路",
        ],
        required: true,
        example: "示例副食店",
        width: 28.0,
        ..BLANK
    },
    Column {
        key: "uscc",
        header: "统一社会信用代码",
        english: "USCC",
        synonyms: &[
            "社会信用代码",
            "信用代码",
            "统一信用代码",
            "营业执照号",
            "营业执照号码",
            "营业执照",
            "执照号",
            "税号",
        ],
        kind: Kind::Uscc,
        example: "",
        width: 22.0,
        ..BLANK
    },
    Column {
        key: "category",
        header: "场所类别",
        english: "Category",
        synonyms: &[
            "类别",
            "场所类型",
            "类型",
            "单位类别",
            "单位类型",
            "场所性质",
            "单位性质",
            "使用性质",
            "场所种类",
            "业态",
        ],
        except: &["隐患", "房屋结构"],
        kind: Kind::Term(Terms::Category),
        example: "小商店",
        width: 16.0,
        ..BLANK
    },
    Column {
        key: "tags",
        header: "场所标签",
        english: "Tags",
        synonyms: &["标签", "其他类别", "附加类别", "特征", "风险标签"],
        kind: Kind::TermList(Terms::Tag),
        example: "三合一场所、沿街商铺",
        width: 24.0,
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
            "所属村居",
            "所在村",
            "所在村居",
            "所属社区",
            "所属村社区",
            "所在村社区",
            "村居名称",
            "村社区名称",
            "村居社区",
            "属地",
            "辖区",
        ],
        except: &["负责", "网格", "电话", "联系人", "小区"],
        example: "示例社区",
        width: 16.0,
        ..BLANK
    },
    Column {
        key: "grid",
        header: "所属网格",
        english: "Grid",
        synonyms: &["网格", "网格编号", "网格名称", "所在网格", "网格号", "网格编码"],
        except: &["网格员", "网格长", "电话", "联系"],
        example: "",
        width: 16.0,
        ..BLANK
    },
    Column {
        key: "sector_org",
        header: "行业主管部门",
        english: "Sector authority",
        synonyms: &["主管部门", "行业部门", "监管部门", "行业监管部门", "责任部门", "牵头部门", "行业主管"],
        except: &["电话", "联系人"],
        example: "经发办",
        width: 16.0,
        ..BLANK
    },
    Column {
        key: "address",
        header: "详细地址",
        english: "Address",
        synonyms: &[
            "地址",
            "场所地址",
            "单位地址",
            "经营地址",
            "经营场所",
            "位置",
            "具体位置",
            "所在地",
            "住址",
            "地点",
            "门牌号",
        ],
        except: &["经度", "纬度"],
        example: "示例路 1 号",
        width: 32.0,
        ..BLANK
    },
    Column {
        key: "responsible",
        header: "消防安全责任人",
        english: "Responsible person",
        synonyms: &[
            "责任人",
            "负责人",
            "场所负责人",
            "单位负责人",
            "安全责任人",
            "主要负责人",
            "法人",
            "法定代表人",
            "法人代表",
            "经营者",
            "业主",
            "店主",
            "老板",
            "责任人姓名",
            "负责人姓名",
            "消防安全责任人姓名",
            "联系人",
            "业主姓名",
        ],
        except: &["电话", "手机", "联系方式", "身份证", "网格", "号码", "管理人", "职务"],
        kind: Kind::Text(60),
        example: "张三",
        width: 14.0,
        ..BLANK
    },
    Column {
        key: "phone",
        header: "联系电话",
        english: "Phone",
        synonyms: &[
            "电话",
            "手机",
            "手机号",
            "手机号码",
            "电话号码",
            "联系方式",
            "责任人电话",
            "负责人电话",
            "消防安全责任人电话",
            "消防安全责任人联系电话",
            "责任人联系电话",
            "负责人联系电话",
            "业主电话",
            "法人电话",
            "联系人电话",
        ],
        except: &["管理人", "网格", "部门", "村干部", "民警"],
        kind: Kind::Phone,
        example: "023-00000000",
        width: 16.0,
        ..BLANK
    },
    Column {
        key: "capacity",
        header: "容纳人数",
        english: "Capacity",
        synonyms: &["额定人数", "核定人数", "最大人数", "可容纳人数", "人数"],
        except: &["住", "从业", "员工", "职工", "培训", "学生"],
        kind: Kind::Count(1_000_000),
        example: "20",
        ..BLANK
    },
    Column {
        key: "n_lodging",
        header: "住宿人数",
        english: "Lodging",
        synonyms: &["居住人数", "住人数", "留宿人数", "入住人数", "夜间住宿人数", "常住人数"],
        kind: Kind::Count(1_000_000),
        example: "2",
        ..BLANK
    },
    Column {
        key: "n_working",
        header: "从业人数",
        english: "Working",
        synonyms: &[
            "员工人数",
            "职工人数",
            "从业人员",
            "从业人员数",
            "员工数",
            "职工数",
            "工作人员数",
            "用工人数",
        ],
        kind: Kind::Count(1_000_000),
        example: "3",
        ..BLANK
    },
    Column {
        key: "n_training",
        header: "培训人数",
        english: "Training",
        synonyms: &["学员人数", "学生人数", "学员数", "培训学员数"],
        kind: Kind::Count(1_000_000),
        example: "",
        ..BLANK
    },
    Column {
        key: "area_m2",
        header: "建筑面积（平方米）",
        english: "Area (m2)",
        synonyms: &["建筑面积", "面积", "场所面积", "使用面积", "经营面积", "营业面积", "area", "floor area"],
        // The ground it stands on is another figure.
        except: &["占地", "用地"],
        kind: Kind::Area,
        example: "85.5",
        width: 14.0,
        ..BLANK
    },
    Column {
        key: "lon",
        header: "经度",
        english: "Longitude",
        synonyms: &["东经", "x坐标", "lng"],
        kind: Kind::Lon,
        example: "",
        ..BLANK
    },
    Column {
        key: "lat",
        header: "纬度",
        english: "Latitude",
        synonyms: &["北纬", "y坐标"],
        kind: Kind::Lat,
        example: "",
        ..BLANK
    },
    Column {
        key: "lists",
        header: "所在名录",
        english: "Lists",
        synonyms: &["名录", "列管情况", "名单", "来源名录", "监管名录", "列管", "列管类别", "摸底来源"],
        kind: Kind::TermList(Terms::List),
        example: "村居摸底",
        width: 18.0,
        ..BLANK
    },
    Column {
        key: "opening",
        header: "营业状态",
        english: "Opening",
        synonyms: &["经营状态", "经营状况", "营业情况", "经营情况", "状态", "是否营业"],
        except: &["隐患", "整改"],
        kind: Kind::Term(Terms::Opening),
        example: "正常",
        ..BLANK
    },
    Column {
        key: "closed_on",
        header: "关停日期",
        english: "Closed on",
        synonyms: &["歇业日期", "停业日期", "注销日期", "关闭日期", "关停时间", "停业时间", "注销时间"],
        kind: Kind::Date,
        example: "",
        width: 13.0,
        ..BLANK
    },
    Column {
        key: "access",
        header: "进门和停车",
        english: "Way in",
        synonyms: &["进门方式", "进入方式", "怎么进门", "入口说明", "钥匙保管", "备用钥匙", "门禁说明"],
        except: &["电话"],
        kind: Kind::Text(200),
        example: "",
        width: 24.0,
        ..BLANK
    },
    Column {
        key: "help",
        header: "需要的帮助",
        english: "Help needed",
        synonyms: &["疏散需要的帮助", "需要帮助", "帮助需求", "疏散帮助", "协助需求", "转移帮助"],
        except: &["电话", "帮扶人", "联系人"],
        kind: Kind::Text(200),
        example: "",
        width: 24.0,
        ..BLANK
    },
    Column {
        key: "note",
        header: "备注",
        english: "Note",
        synonyms: &["说明", "备注说明", "其他", "附注", "remark"],
        except: &["类别", "标签"],
        kind: Kind::Text(1_000),
        example: "示例行，导入前请删除",
        width: 28.0,
        ..BLANK
    },
];

impl Row for PlaceRow {
    fn sheet() -> &'static SheetDef {
        &PLACES
    }

    fn get(&self, key: &str) -> Value {
        let text = |text: &Option<String>| text.clone().map_or(Value::None, Value::Text);
        let count = |count: Option<u32>| count.map_or(Value::None, Value::Count);
        let number = |number: Option<f64>| number.map_or(Value::None, Value::Number);
        let many = |many: &Vec<String>| if many.is_empty() { Value::None } else { Value::Many(many.clone()) };
        match key {
            "name" if !self.name.is_empty() => Value::Text(self.name.clone()),
            "code" => text(&self.code),
            "uscc" => text(&self.uscc),
            "category" => text(&self.category),
            "tags" => many(&self.tags),
            "village" => text(&self.village),
            "grid" => text(&self.grid),
            "sector_org" => text(&self.sector_org),
            "address" => text(&self.address),
            "responsible" => text(&self.responsible),
            "phone" => text(&self.phone),
            "capacity" => count(self.capacity),
            "n_lodging" => count(self.n_lodging),
            "n_working" => count(self.n_working),
            "n_training" => count(self.n_training),
            "area_m2" => number(self.area_m2),
            "lon" => number(self.lon),
            "lat" => number(self.lat),
            "lists" => many(&self.lists),
            "opening" => text(&self.opening),
            "closed_on" => self.closed_on.map_or(Value::None, Value::Date),
            "access" => text(&self.access),
            "help" => text(&self.help),
            "note" => text(&self.note),
            _ => Value::None,
        }
    }

    fn set(&mut self, key: &str, value: Value) {
        match (key, value) {
            ("name", Value::Text(text)) => self.name = text,
            ("code", Value::Text(text)) => self.code = Some(text),
            ("uscc", Value::Text(text)) => self.uscc = Some(text),
            ("category", Value::Text(text)) => self.category = Some(text),
            ("tags", Value::Many(many)) => self.tags = many,
            ("village", Value::Text(text)) => self.village = Some(text),
            ("grid", Value::Text(text)) => self.grid = Some(text),
            ("sector_org", Value::Text(text)) => self.sector_org = Some(text),
            ("address", Value::Text(text)) => self.address = Some(text),
            ("responsible", Value::Text(text)) => self.responsible = Some(text),
            ("phone", Value::Text(text)) => self.phone = Some(text),
            ("capacity", Value::Count(count)) => self.capacity = Some(count),
            ("n_lodging", Value::Count(count)) => self.n_lodging = Some(count),
            ("n_working", Value::Count(count)) => self.n_working = Some(count),
            ("n_training", Value::Count(count)) => self.n_training = Some(count),
            ("area_m2", Value::Number(number)) => self.area_m2 = Some(number),
            ("lon", Value::Number(number)) => self.lon = Some(number),
            ("lat", Value::Number(number)) => self.lat = Some(number),
            ("lists", Value::Many(many)) => self.lists = many,
            ("opening", Value::Text(text)) => self.opening = Some(text),
            ("closed_on", Value::Date(date)) => self.closed_on = Some(date),
            ("access", Value::Text(text)) => self.access = Some(text),
            ("help", Value::Text(text)) => self.help = Some(text),
            ("note", Value::Text(text)) => self.note = Some(text),
            _ => {}
        }
    }

    fn contradictions(&self) -> Vec<(&'static str, Level, Misread)> {
        let mut found = Vec::new();
        match (self.lon, self.lat) {
            (Some(_), None) | (None, Some(_)) => {
                found.push((
                    "lon",
                    Level::Error,
                    Misread::new("place.half_position", "经度和纬度要么都填，要么都不填"),
                ));
            }
            (Some(lon), Some(lat)) if !(73.0..=136.0).contains(&lon) || !(3.0..=54.0).contains(&lat) => {
                let swapped = (73.0..=136.0).contains(&lat) && (3.0..=54.0).contains(&lon);
                let message = if swapped {
                    "经度和纬度填反了，请对调"
                } else {
                    "位置不在中国境内，请核对经度和纬度"
                };
                found.push(("lon", Level::Error, Misread::new("place.position", message)));
            }
            _ => {}
        }
        if self.closed_on.is_some() && self.opening.as_deref() == Some("open") {
            let message = "填了关停日期，营业状态却是正常，请核对";
            found.push(("closed_on", Level::Warning, Misread::new("place.closed_but_open", message)));
        }
        found
    }

    fn identities(&self) -> Vec<(&'static str, Level, String)> {
        let mut found = Vec::new();
        if let Some(code) = &self.code {
            found.push(("code", Level::Error, code.clone()));
        }
        if let Some(uscc) = &self.uscc {
            // One business may keep several premises: the same code is only worth a look.
            found.push(("uscc", Level::Warning, uscc.clone()));
        }
        let village = self.village.as_deref().map(comparable).unwrap_or_default();
        found.push(("name", Level::Warning, format!("{}\u{1F}{village}", comparable(&self.name))));
        found
    }
}

/// The words of its own lists that a ledger of places may use; categories and tags are the catalogue's
/// ([`crate::place_catalog::vocabulary`]).
///
/// Source: handbook §3.1 (`place_list`, `opening`).
pub(crate) fn own_words() -> Vec<(Terms, Vec<Term>)> {
    let terms = |rows: &[Words]| -> Vec<Term> {
        rows.iter()
            .map(|(code, label, synonyms)| Term {
                code: (*code).to_owned(),
                label: (*label).to_owned(),
                synonyms: synonyms.iter().map(|s| (*s).to_owned()).collect(),
            })
            .collect()
    };
    vec![(Terms::List, terms(LISTS)), (Terms::Opening, terms(OPENINGS))]
}

type Words = (&'static str, &'static str, &'static [&'static str]);

/// Of each list the word of ledgers, and among the others what pages call it.
const LISTS: &[Words] = &[
    ("village_listed", "村居摸底", &["村（社区）列管单位", "村社区摸底", "村居", "镇村摸底", "摸底"]),
    ("police_listed", "派出所列管", &["派出所列管单位", "派出所", "公安列管", "列管单位"]),
    ("police_scope", "派出所监管范围", &["派出所监督检查范围"]),
    ("key_unit", "消防安全重点单位", &["重点单位"]),
    ("joint_control", "联合管控", &["联合管控对象"]),
    ("sector_key", "行业重点", &["行业重点单位"]),
    ("forest_key", "森林防火重点", &["林区重点"]),
];

const OPENINGS: &[Words] = &[
    ("open", "正常", &["营业", "正常营业", "在营", "开业", "营业中", "是", "存续"]),
    ("suspended", "停业", &["暂停营业", "停产", "停产停业"]),
    ("dormant", "歇业", &["closed", "关闭", "关停", "已关", "已关闭", "否"]),
    ("deregistered", "注销", &["已注销"]),
];
