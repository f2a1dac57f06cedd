//! Kinds of facilities as data: what a town may build, which fields each has, how often it is looked at. What does not
//! belong here: reading the catalogue's file (`exchange`).

use std::collections::BTreeMap;

use super::{FacilityRefusal, FieldValue, Shape, Site};
use crate::place::Confidence;

/// What family a kind belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// 消防水源.
    Water,
    /// 森林防火.
    Forest,
    /// 检查站.
    Checkpoint,
    /// 标识和宣传.
    Sign,
    /// 设备.
    Device,
    /// 其他.
    Other,
}

impl Family {
    /// Every one.
    pub const ALL: [Self; 6] =
        [Self::Water, Self::Forest, Self::Checkpoint, Self::Sign, Self::Device, Self::Other];

    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Water => "water",
            Self::Forest => "forest",
            Self::Checkpoint => "checkpoint",
            Self::Sign => "sign",
            Self::Device => "device",
            Self::Other => "other",
        }
    }

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Water => "消防水源",
            Self::Forest => "森林防火设施",
            Self::Checkpoint => "检查站",
            Self::Sign => "标识宣传",
            Self::Device => "设备",
            Self::Other => "其他设施",
        }
    }
}

/// How a kind is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// 点.
    Point,
    /// 线.
    Line,
    /// 面.
    Area,
    /// 点或面.
    PointOrArea,
}

impl Form {
    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Point => "点",
            Self::Line => "线",
            Self::Area => "面",
            Self::PointOrArea => "点或面",
        }
    }

    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Point => "point",
            Self::Line => "line",
            Self::Area => "area",
            Self::PointOrArea => "point_or_area",
        }
    }

    /// Whether something of this kind may be drawn so.
    pub fn admits(self, shape: &Shape) -> bool {
        match shape {
            Shape::Point(_) => matches!(self, Self::Point | Self::PointOrArea),
            Shape::LineString(_) => self == Self::Line,
            Shape::Polygon(_) => matches!(self, Self::Area | Self::PointOrArea),
        }
    }
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldForm {
    /// A number not below 0.
    Number {
        /// The most that is plausible.
        most: Option<f64>,
    },
    /// 是否.
    Flag,
    /// Words.
    Text,
    /// One of these words.
    Choice(Vec<String>),
}

/// A field of a kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Code.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// In English.
    pub english: String,
    /// Unit; empty where there is none.
    pub unit: String,
    /// What it holds.
    pub form: FieldForm,
}

/// A kind of facility.
#[derive(Debug, Clone, PartialEq)]
pub struct Kind {
    /// Code.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// In English.
    pub english: String,
    /// Family.
    pub family: Family,
    /// How it is drawn.
    pub form: Form,
    /// What duties know it by; for check stations the site decides.
    pub class: String,
    /// Whether it is a check station, told apart by where it stands.
    pub by_site: bool,
    /// Whether engines draw water from it.
    pub gives_water: bool,
    /// Days between checks that are proposed (P); none where the town has no proposal.
    pub check_days: Option<u32>,
    /// Fields.
    pub fields: Vec<Field>,
    /// Where its numbers come from.
    pub source: String,
    /// How far that was checked.
    pub confidence: Confidence,
}

impl Kind {
    /// What duties know one of this kind at this site by.
    pub fn class_at(&self, site: Option<Site>) -> String {
        match site.filter(|_| self.by_site) {
            Some(site) => format!("checkpoint_{}", site.code()),
            None => self.class.clone(),
        }
    }

    /// Checks a value.
    ///
    /// Errors: there is no such field; the field cannot have it.
    pub fn admits(&self, code: &str, value: &FieldValue) -> Result<(), FacilityRefusal> {
        let field = self.fields.iter().find(|field| field.code == code);
        let field = field.ok_or_else(|| FacilityRefusal::NoField(code.to_owned()))?;
        let fits = match (&field.form, value) {
            (FieldForm::Number { most }, FieldValue::Number(n)) => {
                n.is_finite() && *n >= 0.0 && most.is_none_or(|most| *n <= most)
            }
            (FieldForm::Flag, FieldValue::Flag(_)) => true,
            (FieldForm::Text, FieldValue::Text(text)) => text.chars().count() <= 200,
            (FieldForm::Choice(words), FieldValue::Text(text)) => words.contains(text),
            _ => false,
        };
        if fits { Ok(()) } else { Err(FacilityRefusal::Value(field.name.clone())) }
    }
}

/// The kinds there are.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Catalog {
    kinds: BTreeMap<String, Kind>,
    order: Vec<String>,
}

impl Catalog {
    /// A catalogue of these kinds, in this order; of two with one code the first stays.
    pub fn new(kinds: Vec<Kind>) -> Self {
        let mut catalog = Self::default();
        for kind in kinds {
            if !catalog.kinds.contains_key(&kind.code) {
                catalog.order.push(kind.code.clone());
                catalog.kinds.insert(kind.code.clone(), kind);
            }
        }
        catalog
    }

    /// The kind of this code.
    pub fn kind(&self, code: &str) -> Option<&Kind> {
        self.kinds.get(code)
    }

    /// Every kind, in the catalogue's order.
    pub fn kinds(&self) -> impl Iterator<Item = &Kind> {
        self.order.iter().filter_map(|code| self.kinds.get(code))
    }
}
