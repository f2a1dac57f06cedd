//! Orders of the hotline 12345 and of 渝快办 as they are exported there: their columns, their words and their rows. What does
//! not belong here: whether an order is known (`app`), who may learn who called.

use serde::{Deserialize, Serialize};

use crate::ledger::{Column, Kind, Row, SheetDef, Term, Terms, Vocabulary};
use crate::problem::Level;
use crate::value::{Misread, Value};

/// One order. Moments are as written there, `YYYY-MM-DD HH:MM:SS` or a day alone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OrderRow {
    /// Its number there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ext_no: Option<String>,
    /// `line12345` or `yukuaiban`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// What it is about, in the other side's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matter: Option<String>,
    /// Village or community as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub village: Option<String>,
    /// Where, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// When it was given to the town.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_at: Option<String>,
    /// Until when the other side wants its answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<String>,
    /// Who called; goes where reporters are sealed and nowhere else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// His phone; the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// Columns that say who called. What stands in them is shown to nobody and written beside no problem.
pub const SEALED: &[&str] = &["name", "phone"];

/// The file of orders.
pub static ORDERS: SheetDef =
    SheetDef { kind: "reports12345", title: "12345、渝快办工单", columns: COLUMNS };

const BLANK: Column = Column::BLANK;

const COLUMNS: &[Column] = &[
    Column {
        key: "ext_no",
        header: "工单编号",
        english: "Order number",
        synonyms: &[
            "工单号",
            "外部工单号",
            "受理编号",
            "诉求编号",
            "办件编号",
            "任务编号",
            "流水号",
            "编号",
            "order_no",
        ],
        except: &["电话", "本镇"],
        required: true,
        kind: Kind::Code,
        example: "YB20260921000123",
        width: 22.0,
    },
    Column {
        key: "channel",
        header: "来源",
        english: "Channel",
        synonyms: &["来源渠道", "工单来源", "渠道", "平台", "受理渠道", "source"],
        kind: Kind::Term(Terms::Channel),
        example: "12345",
        ..BLANK
    },
    Column {
        key: "title",
        header: "标题",
        english: "Title",
        synonyms: &["工单标题", "诉求标题", "主题", "事项标题"],
        example: "反映楼道堵塞",
        width: 24.0,
        ..BLANK
    },
    Column {
        key: "content",
        header: "诉求内容",
        english: "Content",
        synonyms: &["内容", "工单内容", "反映内容", "问题描述", "诉求描述", "详细内容", "事项内容"],
        except: &["答复", "回复", "办理"],
        required: true,
        kind: Kind::Text(2_000),
        example: "老街 12 号二楼楼道堆满纸箱",
        width: 40.0,
    },
    Column {
        key: "matter",
        header: "问题类别",
        english: "Matter",
        synonyms: &["类别", "诉求类型", "事项分类", "问题分类", "诉求分类", "问题类型"],
        example: "消防通道堵塞",
        width: 18.0,
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
            "所属村",
            "所在村",
            "所属村社区",
            "所在村社区",
            "属地",
            "事发村社区",
        ],
        except: &["负责", "网格", "电话"],
        example: "场镇社区",
        width: 14.0,
        ..BLANK
    },
    Column {
        key: "address",
        header: "事发地址",
        english: "Address",
        synonyms: &["地址", "详细地址", "事发地点", "地点", "诉求地址", "发生地点", "位置", "location"],
        example: "老街 12 号",
        width: 24.0,
        ..BLANK
    },
    Column {
        key: "received_at",
        header: "派单时间",
        english: "Received",
        synonyms: &[
            "交办时间",
            "转办时间",
            "受理时间",
            "来件时间",
            "来电时间",
            "登记时间",
            "创建时间",
            "时间",
        ],
        except: &["办结", "截止", "要求", "答复", "回复"],
        kind: Kind::Moment,
        example: "2026-09-21 10:30",
        width: 18.0,
        ..BLANK
    },
    Column {
        key: "due_at",
        header: "办理时限",
        english: "Due",
        synonyms: &[
            "截止时间",
            "办结时限",
            "要求办结时间",
            "到期时间",
            "答复时限",
            "办理期限",
            "限办时间",
            "deadline",
        ],
        kind: Kind::Moment,
        example: "2026-09-28 18:00",
        width: 18.0,
        ..BLANK
    },
    Column {
        key: "name",
        header: "诉求人",
        english: "Reporter",
        synonyms: &["来电人", "联系人", "姓名", "反映人", "市民姓名", "诉求人姓名", "来电人姓名"],
        except: &["经办", "承办", "电话", "受理"],
        kind: Kind::Text(40),
        ..BLANK
    },
    Column {
        key: "phone",
        header: "联系电话",
        english: "Phone",
        synonyms: &["来电号码", "电话", "手机", "联系方式", "诉求人电话", "手机号", "来电电话"],
        except: &["承办", "经办"],
        // Sent hidden in part more often than not: kept as it stands, and never named beside a problem.
        kind: Kind::Text(40),
        width: 16.0,
        ..BLANK
    },
];

impl Row for OrderRow {
    fn sheet() -> &'static SheetDef {
        &ORDERS
    }

    fn get(&self, key: &str) -> Value {
        let field = match key {
            "ext_no" => &self.ext_no,
            "channel" => &self.channel,
            "title" => &self.title,
            "content" => &self.content,
            "matter" => &self.matter,
            "village" => &self.village,
            "address" => &self.address,
            "received_at" => &self.received_at,
            "due_at" => &self.due_at,
            "name" => &self.name,
            "phone" => &self.phone,
            _ => &None,
        };
        field.clone().map_or(Value::None, Value::Text)
    }

    fn set(&mut self, key: &str, value: Value) {
        let Value::Text(text) = value else { return };
        let field = match key {
            "ext_no" => &mut self.ext_no,
            "channel" => &mut self.channel,
            "title" => &mut self.title,
            "content" => &mut self.content,
            "matter" => &mut self.matter,
            "village" => &mut self.village,
            "address" => &mut self.address,
            "received_at" => &mut self.received_at,
            "due_at" => &mut self.due_at,
            "name" => &mut self.name,
            "phone" => &mut self.phone,
            _ => return,
        };
        *field = Some(text);
    }

    fn contradictions(&self) -> Vec<(&'static str, Level, Misread)> {
        match (&self.received_at, &self.due_at) {
            // Written alike, moments compare as text; a day alone is before each of its hours.
            (Some(from), Some(due)) if due.get(..10) < from.get(..10) => {
                let message = "办理时限早于派单时间，请核对这两列";
                vec![("due_at", Level::Error, Misread::new("report_order.due_before", message))]
            }
            _ => Vec::new(),
        }
    }

    fn identities(&self) -> Vec<(&'static str, Level, String)> {
        let channel = self.channel.as_deref().unwrap_or(DEFAULT_CHANNEL);
        let number = self.ext_no.iter();
        number.map(|number| ("ext_no", Level::Error, format!("{channel}\u{1F}{number}"))).collect()
    }
}

/// Where an order came from when its file does not say.
pub const DEFAULT_CHANNEL: &str = "line12345";

/// The words of this file: from where an order came.
pub fn vocabulary() -> Vocabulary {
    let term = |code: &str, label: &str, synonyms: &[&str]| Term {
        code: code.to_owned(),
        label: label.to_owned(),
        synonyms: synonyms.iter().map(|s| (*s).to_owned()).collect(),
    };
    let channels = vec![
        term(DEFAULT_CHANNEL, "12345", &["12345热线", "12345政务服务热线", "市民热线", "政务热线", "热线"]),
        term("yukuaiban", "渝快办", &["渝快办平台", "渝快办APP", "渝快办小程序"]),
    ];
    Vocabulary { lists: vec![(Terms::Channel, channels)] }
}
