//! A map on a paper: what lies where, and what each sign means. What does not belong here: how signs look and how large
//! the map is (`render`).

use serde::{Deserialize, Serialize};

/// Longitude and latitude. Units: ten-millionths of a degree.
pub type Spot = [i32; 2];

/// What stands at a spot. Told apart without colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// 覆盖到的需求点.
    Reached,
    /// 未覆盖的需求点.
    Beyond,
    /// A candidate nobody chose.
    Candidate,
    /// What stands already, or is settled.
    Standing,
    /// What was chosen.
    Chosen,
}

impl Sign {
    /// Every sign, those drawn last on top.
    pub const ALL: [Self; 5] = [Self::Reached, Self::Beyond, Self::Candidate, Self::Standing, Self::Chosen];

    /// What the legend says.
    pub fn label(self) -> &'static str {
        match self {
            Self::Reached => "已覆盖的需求点",
            Self::Beyond => "未覆盖的需求点",
            Self::Candidate => "其他候选点",
            Self::Standing => "已有或已定点",
            Self::Chosen => "选定点",
        }
    }
}

/// A sign at its spot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Where.
    pub at: Spot,
    /// What.
    pub sign: Sign,
    /// What stands in the sign, a short number; empty for none.
    pub number: String,
}

/// A map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Map {
    /// The line below it.
    pub caption: String,
    /// 道路.
    pub ways: Vec<Vec<Spot>>,
    /// Signs.
    pub marks: Vec<Mark>,
    /// A circle around what was chosen or stands. Units: metres.
    pub circle_m: Option<u32>,
}

/// A position in degrees as a spot.
pub fn spot(at: [f64; 2]) -> Spot {
    at.map(|degrees| (degrees * 1e7).round() as i32)
}
