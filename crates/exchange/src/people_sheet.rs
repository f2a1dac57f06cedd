//! The ledger of people and posts (人员任职表): one row is one person in one post. What does not belong here: what a
//! role may do (`domain::policy`).

use domain::org::Role;
use domain::time::Date;
use serde::{Deserialize, Serialize};

use crate::{
    ledger::{Column, Kind, Row, SheetDef, Term, Terms, Vocabulary},
    problem::Level,
    value::{Misread, Value, comparable},
};

/// One person in one post.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PersonRow {
    /// Name of the person.
    pub name: String,
    /// Mobile, several joined with `、`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Organisation as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org: Option<String>,
    /// Role code of the vocabulary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Title of the post as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_name: Option<String>,
    /// Village, grid or other territory as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub territory: Option<String>,
    /// First day in the post.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// Last day in the post.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Date>,
    /// The paper the post rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// Anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The ledger of people and posts.
pub static PEOPLE: SheetDef = SheetDef { kind: "people", title: "人员任职表", columns: COLUMNS };

const BLANK: Column = Column { kind: Kind::Text(100), width: 16.0, ..Column::BLANK };

const COLUMNS: &[Column] = &[
    Column {
        key: "name",
        header: "姓名",
        english: "Name",
        synonyms: &["人员姓名", "名字", "人员", "网格员姓名", "管理员姓名"],
        except: &["单位", "村", "身份"],
        required: true,
        kind: Kind::Text(60),
        example: "张三",
        width: 12.0,
    },
    Column {
        key: "phone",
        header: "手机",
        english: "Phone",
        synonyms: &["手机号", "手机号码", "电话", "联系电话", "联系方式", "电话号码"],
        kind: Kind::Phone,
        example: "13800000000",
        ..BLANK
    },
    Column {
        key: "org",
        header: "单位",
        english: "Organisation",
        synonyms: &["工作单位", "所在单位", "机构", "部门", "所属单位", "单位名称", "所属部门"],
        example: "示例社区居委会",
        width: 24.0,
        ..BLANK
    },
    Column {
        key: "role",
        header: "角色",
        english: "Role",
        synonyms: &["岗位角色", "系统角色", "人员类别", "人员类型", "岗位类别"],
        kind: Kind::Term(Terms::Role),
        example: "网格管理员",
        ..BLANK
    },
    Column {
        key: "post_name",
        header: "职务",
        english: "Post",
        synonyms: &["岗位", "职位", "现任职务", "职务名称"],
        example: "党支部书记",
        ..BLANK
    },
    Column {
        key: "territory",
        header: "责任区域",
        english: "Territory",
        synonyms: &[
            "辖区",
            "村居",
            "村",
            "社区",
            "村社区",
            "网格",
            "所属网格",
            "负责区域",
            "责任网格",
            "片区",
            "所属村居",
        ],
        example: "示例社区第 1 网格",
        width: 22.0,
        ..BLANK
    },
    Column {
        key: "from",
        header: "任职日期",
        english: "From",
        synonyms: &["任职时间", "起始日期", "上岗日期", "开始日期", "任命日期", "任职开始"],
        kind: Kind::Date,
        example: "2024-01-01",
        width: 13.0,
        ..BLANK
    },
    Column {
        key: "to",
        header: "离任日期",
        english: "To",
        synonyms: &["离职日期", "截止日期", "结束日期", "免职日期", "离任时间", "任职结束"],
        kind: Kind::Date,
        example: "",
        width: 13.0,
        ..BLANK
    },
    Column {
        key: "basis",
        header: "任职依据",
        english: "Basis",
        synonyms: &["依据文件", "任命文件", "文号", "依据"],
        example: "",
        width: 22.0,
        ..BLANK
    },
    Column {
        key: "note",
        header: "备注",
        english: "Note",
        synonyms: &["说明"],
        kind: Kind::Text(1_000),
        example: "示例行，导入前请删除",
        width: 24.0,
        ..BLANK
    },
];

impl Row for PersonRow {
    fn sheet() -> &'static SheetDef {
        &PEOPLE
    }

    fn get(&self, key: &str) -> Value {
        let text = |text: &Option<String>| text.clone().map_or(Value::None, Value::Text);
        let date = |date: Option<Date>| date.map_or(Value::None, Value::Date);
        match key {
            "name" if !self.name.is_empty() => Value::Text(self.name.clone()),
            "phone" => text(&self.phone),
            "org" => text(&self.org),
            "role" => text(&self.role),
            "post_name" => text(&self.post_name),
            "territory" => text(&self.territory),
            "from" => date(self.from),
            "to" => date(self.to),
            "basis" => text(&self.basis),
            "note" => text(&self.note),
            _ => Value::None,
        }
    }

    fn set(&mut self, key: &str, value: Value) {
        match (key, value) {
            ("name", Value::Text(text)) => self.name = text,
            ("phone", Value::Text(text)) => self.phone = Some(text),
            ("org", Value::Text(text)) => self.org = Some(text),
            ("role", Value::Text(text)) => self.role = Some(text),
            ("post_name", Value::Text(text)) => self.post_name = Some(text),
            ("territory", Value::Text(text)) => self.territory = Some(text),
            ("from", Value::Date(date)) => self.from = Some(date),
            ("to", Value::Date(date)) => self.to = Some(date),
            ("basis", Value::Text(text)) => self.basis = Some(text),
            ("note", Value::Text(text)) => self.note = Some(text),
            _ => {}
        }
    }

    fn contradictions(&self) -> Vec<(&'static str, Level, Misread)> {
        match (self.from, self.to) {
            (Some(from), Some(to)) if to < from => {
                vec![(
                    "to",
                    Level::Error,
                    Misread::new("person.ends_before_start", "离任日期早于任职日期，请核对"),
                )]
            }
            _ => Vec::new(),
        }
    }

    fn identities(&self) -> Vec<(&'static str, Level, String)> {
        // One person may hold several posts; only the very same post twice is worth a look.
        let parts = [Some(&self.name), self.phone.as_ref(), self.org.as_ref(), self.role.as_ref()];
        let mut key: Vec<String> =
            parts.iter().map(|part| part.map(|text| comparable(text)).unwrap_or_default()).collect();
        key.push(self.territory.as_deref().map(comparable).unwrap_or_default());
        key.push(self.post_name.as_deref().map(comparable).unwrap_or_default());
        key.push(self.from.map(|date| date.to_string()).unwrap_or_default());
        vec![("name", Level::Warning, key.join("\u{1F}"))]
    }
}

/// The words of roles, with the spellings people use for them.
pub fn default_vocabulary() -> Vocabulary {
    let term = |role: &Role| Term {
        code: role.code().to_owned(),
        label: role.label().to_owned(),
        synonyms: role.spellings().iter().map(|word| (*word).to_owned()).collect(),
    };
    Vocabulary { lists: vec![(Terms::Role, Role::ALL.iter().map(term).collect())] }
}
