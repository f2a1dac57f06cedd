//! The ledger of devices (设备台账): its columns, its words and its rows. No column holds a password or a secret: what a
//! device signs with is made by the program and shown once. What does not belong here: whether a device is well described
//! (`domain::device`).

use domain::device::{DeviceKind, Provider};
use domain::time::Date;
use serde::{Deserialize, Serialize};

use crate::ledger::{Column, Kind, Row, SheetDef, Term, Terms, Vocabulary};
use crate::problem::Level;
use crate::value::{Misread, Value};

/// The longest interval of heartbeats. Units: seconds.
const MOST_BEAT: u32 = 31 * 86_400;

/// One row of the ledger of devices. Codes are those of the [`Vocabulary`] the row was read with.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are the columns, which say what they are")]
pub struct DeviceRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facility: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub village: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lon: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lat: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gb26875: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ctwing: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub onenet: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mqtt: Option<String>,
    /// Networks it sends from, `、` between them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub networks: Option<String>,
    /// Units: seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heartbeat_s: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installed_on: Option<Date>,
}

/// The ledger of devices.
pub static DEVICES: SheetDef = SheetDef { kind: "devices", title: "设备台账", columns: COLUMNS };

const BLANK: Column = Column::BLANK;
/// Headers with these hold secrets, which are not read.
const SECRETS: &[&str] = &["密钥", "密码", "口令", "secret", "password", "token"];

const COLUMNS: &[Column] = &[
    Column {
        key: "code",
        header: "设备编号",
        english: "Device code",
        synonyms: &["编号", "资产编号"],
        except: SECRETS,
        kind: Kind::Code,
        example: "SB-0001",
        ..BLANK
    },
    Column {
        key: "name",
        header: "设备名称",
        english: "Device name",
        synonyms: &["名称", "点位名称"],
        except: &["场所", "单位", "村", "密码"],
        required: true,
        example: "示例感烟",
        width: 22.0,
        ..BLANK
    },
    Column {
        key: "kind",
        header: "设备类型",
        english: "Kind",
        synonyms: &["类型", "类别", "设备类别", "设备种类"],
        required: true,
        kind: Kind::Term(Terms::Device),
        example: "联网感烟探测器",
        width: 18.0,
        ..BLANK
    },
    Column {
        key: "model", header: "型号", english: "Model", synonyms: &["设备型号", "厂家型号"], ..BLANK
    },
    Column {
        key: "owner",
        header: "管理单位",
        english: "Owner",
        synonyms: &["责任单位", "归口单位", "所属机构"],
        width: 18.0,
        ..BLANK
    },
    Column {
        key: "place",
        header: "所在场所",
        english: "Place",
        synonyms: &["场所", "场所名称", "场所编号", "安装场所"],
        example: "示例五金店",
        width: 22.0,
        ..BLANK
    },
    Column {
        key: "facility",
        header: "所在设施编号",
        english: "Facility code",
        synonyms: &["设施编号"],
        kind: Kind::Code,
        ..BLANK
    },
    Column {
        key: "village",
        header: "村（社区）",
        english: "Village",
        synonyms: &["村居", "村", "社区", "行政村", "所属村", "所在村", "属地"],
        except: &["负责", "网格", "电话"],
        width: 16.0,
        ..BLANK
    },
    Column {
        key: "address",
        header: "安装位置",
        english: "Address",
        synonyms: &["位置", "地址", "具体位置", "安装地点"],
        except: &["经度", "纬度", "标识"],
        width: 24.0,
        ..BLANK
    },
    Column {
        key: "lon",
        header: "经度",
        english: "Longitude",
        synonyms: &["东经", "lng", "lon"],
        kind: Kind::Lon,
        ..BLANK
    },
    Column {
        key: "lat",
        header: "纬度",
        english: "Latitude",
        synonyms: &["北纬", "lat"],
        kind: Kind::Lat,
        ..BLANK
    },
    Column {
        key: "gb26875",
        header: "GB/T 26875.3 地址",
        english: "GB/T 26875.3 address",
        synonyms: &["传输装置地址", "用传地址", "源地址"],
        kind: Kind::Code,
        example: "889/1.2.0a000200",
        width: 20.0,
        ..BLANK
    },
    Column {
        key: "ctwing",
        header: "CTWing 标识",
        english: "CTWing id",
        synonyms: &["imei", "天翼物联标识"],
        kind: Kind::Code,
        width: 18.0,
        ..BLANK
    },
    Column {
        key: "onenet",
        header: "OneNET 标识",
        english: "OneNET id",
        synonyms: &["移动物联标识"],
        kind: Kind::Code,
        width: 18.0,
        ..BLANK
    },
    Column {
        key: "mqtt",
        header: "MQTT 标识",
        english: "MQTT id",
        synonyms: &["序列号", "sn"],
        kind: Kind::Code,
        ..BLANK
    },
    Column {
        key: "networks",
        header: "来源网段",
        english: "Networks",
        synonyms: &["网段", "允许网段"],
        example: "10.8.0.0/16",
        width: 16.0,
        ..BLANK
    },
    Column {
        key: "heartbeat_s",
        header: "心跳间隔（秒）",
        english: "Heartbeat (s)",
        synonyms: &["心跳周期", "心跳间隔", "上报周期"],
        kind: Kind::Count(MOST_BEAT),
        ..BLANK
    },
    Column {
        key: "installed_on",
        header: "安装日期",
        english: "Installed on",
        synonyms: &["安装时间", "投用日期"],
        kind: Kind::Date,
        width: 13.0,
        ..BLANK
    },
];

impl DeviceRow {
    /// By which it is recognised.
    pub fn links(&self) -> Vec<(Provider, &str)> {
        let all = [
            (Provider::Gb26875, &self.gb26875),
            (Provider::Ctwing, &self.ctwing),
            (Provider::Onenet, &self.onenet),
            (Provider::Mqtt, &self.mqtt),
        ];
        all.into_iter().filter_map(|(provider, text)| Some((provider, text.as_deref()?))).collect()
    }
}

impl Row for DeviceRow {
    fn sheet() -> &'static SheetDef {
        &DEVICES
    }

    fn get(&self, key: &str) -> Value {
        let text = |text: &Option<String>| text.clone().map_or(Value::None, Value::Text);
        let number = |number: Option<f64>| number.map_or(Value::None, Value::Number);
        match key {
            "code" => text(&self.code),
            "name" => text(&self.name),
            "kind" => text(&self.kind),
            "model" => text(&self.model),
            "owner" => text(&self.owner),
            "place" => text(&self.place),
            "facility" => text(&self.facility),
            "village" => text(&self.village),
            "address" => text(&self.address),
            "lon" => number(self.lon),
            "lat" => number(self.lat),
            "gb26875" => text(&self.gb26875),
            "ctwing" => text(&self.ctwing),
            "onenet" => text(&self.onenet),
            "mqtt" => text(&self.mqtt),
            "networks" => text(&self.networks),
            "heartbeat_s" => self.heartbeat_s.map_or(Value::None, Value::Count),
            "installed_on" => self.installed_on.map_or(Value::None, Value::Date),
            _ => Value::None,
        }
    }

    fn set(&mut self, key: &str, value: Value) {
        match (key, value) {
            ("code", Value::Text(text)) => self.code = Some(text),
            ("name", Value::Text(text)) => self.name = Some(text),
            ("kind", Value::Text(text)) => self.kind = Some(text),
            ("model", Value::Text(text)) => self.model = Some(text),
            ("owner", Value::Text(text)) => self.owner = Some(text),
            ("place", Value::Text(text)) => self.place = Some(text),
            ("facility", Value::Text(text)) => self.facility = Some(text),
            ("village", Value::Text(text)) => self.village = Some(text),
            ("address", Value::Text(text)) => self.address = Some(text),
            ("lon", Value::Number(number)) => self.lon = Some(number),
            ("lat", Value::Number(number)) => self.lat = Some(number),
            ("gb26875", Value::Text(text)) => self.gb26875 = Some(text),
            ("ctwing", Value::Text(text)) => self.ctwing = Some(text),
            ("onenet", Value::Text(text)) => self.onenet = Some(text),
            ("mqtt", Value::Text(text)) => self.mqtt = Some(text),
            ("networks", Value::Text(text)) => self.networks = Some(text),
            ("heartbeat_s", Value::Count(n)) => self.heartbeat_s = Some(n),
            ("installed_on", Value::Date(date)) => self.installed_on = Some(date),
            _ => {}
        }
    }

    fn contradictions(&self) -> Vec<(&'static str, Level, Misread)> {
        match (self.lon, self.lat) {
            (Some(_), None) | (None, Some(_)) => {
                let message = "经度和纬度要么都填，要么都不填";
                vec![("lon", Level::Error, Misread::new("device.half_position", message))]
            }
            _ => Vec::new(),
        }
    }

    fn identities(&self) -> Vec<(&'static str, Level, String)> {
        let code = self.code.iter().map(|code| ("code", Level::Error, code.clone()));
        let links = self.links().into_iter().map(|(provider, address)| {
            (provider.code(), Level::Error, format!("{}\u{1F}{address}", provider.code()))
        });
        code.chain(links).collect()
    }
}

/// The words of this ledger: kinds of devices.
pub fn vocabulary() -> Vocabulary {
    let kinds = DeviceKind::ALL.iter().map(|kind| {
        let synonyms: &[&str] = match kind {
            DeviceKind::TransmissionUnit => &["用传", "传输装置"],
            DeviceKind::SmokeDetector => &["烟感", "感烟", "独立式感烟", "感烟探测器"],
            DeviceKind::HeatDetector => &["温感", "感温"],
            DeviceKind::GasDetector => &["燃气报警器", "可燃气体报警器"],
            DeviceKind::ElectricFireMonitor => &["电气火灾监控探测器"],
            DeviceKind::LeakageProtector => &["漏保"],
            DeviceKind::Camera => &["摄像头", "监控"],
            _ => &[],
        };
        Term {
            code: kind.code().to_owned(),
            label: kind.label().to_owned(),
            synonyms: synonyms.iter().map(|one| (*one).to_owned()).collect(),
        }
    });
    Vocabulary { lists: vec![(Terms::Device, kinds.collect())] }
}
