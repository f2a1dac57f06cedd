//! What can go wrong with roads: [`Error`] when nothing came of it, [`Problem`] for one thing left out with its place.
//! What does not belong here: why a vehicle is refused (`domain::road`).

use serde::Serialize;

/// Nothing came of it, in one Chinese sentence.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be opened or read.
    #[error("路网文件读不出来：{0}")]
    Unreadable(#[from] std::io::Error),
    /// Neither of the formats.
    #[error("不是 OpenStreetMap 文件：请提供 .osm.pbf、.osm、.osm.gz 或 .osm.bz2")]
    UnknownFormat,
    /// Cut off, or not what it says it is.
    #[error("路网文件不完整或已损坏（{place}）：请重新下载后再试")]
    Damaged {
        /// Where it stopped.
        place: String,
    },
    /// More than anybody needs for a district.
    #[error("路网文件太大（超过 {most_mib} MiB）：请先截取本区县范围")]
    TooLarge {
        /// Most that is read, MiB.
        most_mib: u64,
    },
    /// No road in it.
    #[error("文件中没有道路：请确认导出时选了 highway")]
    NoRoads,
    /// Latitude beyond the poles.
    #[error("{place} 的纬度 {lat} 超出范围：经纬度可能写反了，请按“经度,纬度”填写")]
    Swapped {
        /// Which one.
        place: String,
        /// What stands as latitude, degrees.
        lat: f64,
    },
    /// No road near a point.
    #[error("点（{lon},{lat}）附近 {within_m} 米内没有此类车辆可用的道路：请核对经纬度和坐标系")]
    OffRoad {
        /// Longitude, degrees.
        lon: f64,
        /// Latitude, degrees.
        lat: f64,
        /// Looked as far, m.
        within_m: f64,
    },
}

impl Error {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "road.file_unreadable",
            Self::UnknownFormat => "road.file_unknown",
            Self::Damaged { .. } => "road.file_damaged",
            Self::TooLarge { .. } => "road.file_too_large",
            Self::NoRoads => "road.file_without_roads",
            Self::Swapped { .. } => "road.coordinates_swapped",
            Self::OffRoad { .. } => "road.off_road",
        }
    }
}

/// One thing left out or mended, and where.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Problem {
    /// Place, as `way/123`.
    pub place: String,
    /// Stable code.
    pub code: &'static str,
    /// One Chinese sentence.
    pub message: String,
}

impl Problem {
    /// A problem at a place.
    pub fn new(place: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { place: place.into(), code, message: message.into() }
    }
}
