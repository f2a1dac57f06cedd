//! What a fire plan plans: an item with its kind, its place and how far it has come.

use serde::{Deserialize, Serialize};

use super::{FirePlanRefusal, Frame, MOST_CHARS, MOST_NOTE, fits};
use crate::facility::Shape;
use crate::ids::{FacilityId, ForceId, TerritoryCode};
use crate::time::{Date, Timestamp};

/// What an item is about. Source: fire law, article 8; what is planned for forests: C7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// 消防安全布局.
    Layout,
    /// 消防站.
    Station,
    /// 消防供水、水源.
    Water,
    /// 消防车通道.
    Lane,
    /// 消防通信.
    Signal,
    /// 消防装备.
    Equipment,
    /// 林火阻隔.
    ForestBreak,
    /// 森林消防管网、水池.
    ForestWater,
    /// 森林防火检查站.
    Checkpoint,
    /// 林火监测预警.
    ForestWatch,
}

/// What every village's part of the plan must be about. Source: C5.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Matter {
    /// 消防车通道.
    Lane,
    /// 消防水源.
    Water,
}

impl Matter {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Lane, Self::Water];

    /// The tag duties know it by.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Lane => "item:fire_lane",
            Self::Water => "item:water_source",
        }
    }

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Lane => "消防车通道",
            Self::Water => "消防水源",
        }
    }
}

impl ItemKind {
    /// Every kind, in the order of the plan.
    pub const ALL: [Self; 10] = [
        Self::Layout,
        Self::Station,
        Self::Water,
        Self::Lane,
        Self::Signal,
        Self::Equipment,
        Self::ForestBreak,
        Self::ForestWater,
        Self::Checkpoint,
        Self::ForestWatch,
    ];

    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Layout => "layout",
            Self::Station => "station",
            Self::Water => "water",
            Self::Lane => "lane",
            Self::Signal => "signal",
            Self::Equipment => "equipment",
            Self::ForestBreak => "forest_break",
            Self::ForestWater => "forest_water",
            Self::Checkpoint => "checkpoint",
            Self::ForestWatch => "forest_watch",
        }
    }

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Layout => "消防安全布局",
            Self::Station => "消防站",
            Self::Water => "消防供水",
            Self::Lane => "消防车通道",
            Self::Signal => "消防通信",
            Self::Equipment => "消防装备",
            Self::ForestBreak => "林火阻隔",
            Self::ForestWater => "森林消防管网水池",
            Self::Checkpoint => "防火检查站",
            Self::ForestWatch => "林火监测预警",
        }
    }

    /// The one with this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The plan that must take it in. Source: C5.4, C5.5.
    pub fn frame(self) -> Frame {
        match self {
            Self::ForestBreak | Self::ForestWater | Self::Checkpoint | Self::ForestWatch => Frame::Forest,
            _ => Frame::Spatial,
        }
    }

    /// What of a village's part it covers.
    pub fn matter(self) -> Option<Matter> {
        match self {
            Self::Lane => Some(Matter::Lane),
            Self::Water => Some(Matter::Water),
            _ => None,
        }
    }
}

/// How far an item has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemStatus {
    /// 规划.
    Planned,
    /// 已建.
    Built,
    /// 不再实施或已拆除.
    Retired,
}

impl ItemStatus {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Planned, Self::Built, Self::Retired];

    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Built => "built",
            Self::Retired => "retired",
        }
    }

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Planned => "规划",
            Self::Built => "已建",
            Self::Retired => "退出",
        }
    }

    /// The one with this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }
}

/// 规划项目. Its id stays from version to version: by it two versions are compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Id, the same in every version.
    pub id: String,
    /// What it is about.
    pub kind: ItemKind,
    /// Name.
    pub name: String,
    /// Village or town it is in.
    pub village: TerritoryCode,
    /// The year it is to be built.
    pub year: Option<i32>,
    /// Where.
    pub shape: Option<Shape>,
    /// How far it has come.
    pub status: ItemStatus,
    /// The facility that it became.
    pub facility: Option<FacilityId>,
    /// The force that it became.
    pub force: Option<ForceId>,
    /// Article of the spatial or forest plan that took it in; empty while none did.
    pub article: String,
    /// Since when that article is named, and when it was recorded, where it came after the approval; none: with the version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_in_at: Option<(Date, Timestamp)>,
    /// What else.
    pub note: String,
}

impl Item {
    /// Whether it has a place and is still meant.
    pub fn is_placed(&self) -> bool {
        self.shape.is_some() && self.status != ItemStatus::Retired
    }

    pub(super) fn check(&self) -> Result<(), FirePlanRefusal> {
        if self.name.trim().is_empty() {
            return Err(FirePlanRefusal::NoItemName);
        }
        fits("项目名称", &self.name, MOST_CHARS)?;
        fits("规划条目", &self.article, MOST_CHARS)?;
        fits("项目说明", &self.note, MOST_NOTE)?;
        if self.year.is_some_and(|year| !(1949..=2100).contains(&year)) {
            return Err(FirePlanRefusal::ItemYear(self.name.clone()));
        }
        self.shape.as_ref().map_or(Ok(()), |shape| shape.check().map_err(FirePlanRefusal::Shape))
    }
}
