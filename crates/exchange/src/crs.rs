//! Coordinate systems of ledgers: what map providers of the mainland offset comes back to WGS 84, which CGCS2000 equals
//! within centimetres. What does not belong here: asking which system a file is in; the file does not say.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

/// Semi-major axis of the Krasovsky 1940 ellipsoid, which the offset is computed on, m.
const SEMI_MAJOR_M: f64 = 6_378_245.0;
/// Square of its eccentricity.
const ECCENTRICITY_SQUARED: f64 = 0.006_693_421_622_965_943;
/// Angle unit of the offset of BD-09.
const BD_TURN: f64 = PI * 3000.0 / 180.0;

/// The system coordinates are given in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Crs {
    /// GPS.
    #[default]
    Wgs84,
    /// The state's own, equal to WGS 84 for our purposes.
    Cgcs2000,
    /// Offset by law, as on Amap and Tencent maps.
    Gcj02,
    /// Offset once more, as on Baidu maps.
    Bd09,
}

impl Crs {
    /// The one of this name.
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "wgs84" => Some(Self::Wgs84),
            "cgcs2000" => Some(Self::Cgcs2000),
            "gcj02" => Some(Self::Gcj02),
            "bd09" => Some(Self::Bd09),
            _ => None,
        }
    }

    /// Longitude and latitude in WGS 84 degrees, rounded to seven decimals (1 cm).
    pub fn to_wgs84(self, lon_deg: f64, lat_deg: f64) -> (f64, f64) {
        let (lon, lat) = match self {
            Self::Wgs84 | Self::Cgcs2000 => return (lon_deg, lat_deg),
            Self::Gcj02 => (lon_deg, lat_deg),
            Self::Bd09 => {
                let (x, y) = (lon_deg - 0.0065, lat_deg - 0.006);
                let radius = x.hypot(y) - 0.000_02 * (y * BD_TURN).sin();
                let angle = y.atan2(x) - 0.000_003 * (x * BD_TURN).cos();
                (radius * angle.cos(), radius * angle.sin())
            }
        };
        // Nothing is offset abroad; the published implementations draw the border as this box.
        let is_inside = (72.004..=137.8347).contains(&lon) && (0.8293..=55.8271).contains(&lat);
        if !is_inside {
            return ((lon * 1e7).round() / 1e7, (lat * 1e7).round() / 1e7);
        }
        // The offset has no closed inverse; a few turns bring the error below a millimetre.
        let (mut guess_lon, mut guess_lat) = (lon, lat);
        for _ in 0..8 {
            let (there_lon, there_lat) = offset(guess_lon, guess_lat);
            guess_lon += lon - there_lon;
            guess_lat += lat - there_lat;
        }
        ((guess_lon * 1e7).round() / 1e7, (guess_lat * 1e7).round() / 1e7)
    }
}

/// WGS 84 to GCJ-02, as published in many open implementations.
fn offset(lon: f64, lat: f64) -> (f64, f64) {
    let (x, y) = (lon - 105.0, lat - 35.0);
    let waves = (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0;
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + waves
        + (20.0 * (y * PI).sin() + 40.0 * (y / 3.0 * PI).sin()) * 2.0 / 3.0
        + (160.0 * (y / 12.0 * PI).sin() + 320.0 * (y * PI / 30.0).sin()) * 2.0 / 3.0;
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + waves
        + (20.0 * (x * PI).sin() + 40.0 * (x / 3.0 * PI).sin()) * 2.0 / 3.0
        + (150.0 * (x / 12.0 * PI).sin() + 300.0 * (x / 30.0 * PI).sin()) * 2.0 / 3.0;
    let radians = lat / 180.0 * PI;
    let flattened = 1.0 - ECCENTRICITY_SQUARED * radians.sin().powi(2);
    let meridian = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_SQUARED) / (flattened * flattened.sqrt());
    let parallel = SEMI_MAJOR_M / flattened.sqrt() * radians.cos();
    (lon + east * 180.0 / (parallel * PI), lat + north * 180.0 / (meridian * PI))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_offset_moved_comes_back_to_where_it_was() {
        for (lon, lat) in [(105.95, 29.35), (116.391_3, 39.907_5), (121.473_7, 31.230_4)] {
            let (moved_lon, moved_lat) = offset(lon, lat);
            let metres = ((moved_lon - lon) * 97_000.0).hypot((moved_lat - lat) * 111_000.0);
            assert!((300.0..900.0).contains(&metres), "{metres} m");
            let (back_lon, back_lat) = Crs::Gcj02.to_wgs84(moved_lon, moved_lat);
            assert!((back_lon - lon).abs() < 1e-6 && (back_lat - lat).abs() < 1e-6, "{back_lon} {back_lat}");
        }
        assert_eq!(Crs::Cgcs2000.to_wgs84(105.95, 29.35), (105.95, 29.35));
        let (lon, lat) = Crs::Bd09.to_wgs84(105.961, 29.353);
        let (gcj_lon, gcj_lat) = Crs::Gcj02.to_wgs84(105.961, 29.353);
        assert!((lon - gcj_lon).abs() > 0.004 && (lat - gcj_lat).abs() > 0.003, "one more offset");
    }

    #[test]
    fn a_known_point_of_both_systems() {
        // Tiananmen as commonly published: WGS 84 116.39131, 39.90757; GCJ-02 116.39755, 39.90897.
        let (lon, lat) = Crs::Gcj02.to_wgs84(116.397_55, 39.908_97);
        assert!((lon - 116.391_31).abs() < 2e-4 && (lat - 39.907_57).abs() < 2e-4, "{lon} {lat}");
    }

    /// BD-09 of a GCJ-02 position, as published.
    fn turned(lon: f64, lat: f64) -> (f64, f64) {
        let radius = lon.hypot(lat) + 0.000_02 * (lat * BD_TURN).sin();
        let angle = lat.atan2(lon) + 0.000_003 * (lon * BD_TURN).cos();
        (radius * angle.cos() + 0.0065, radius * angle.sin() + 0.006)
    }

    #[test]
    fn anywhere_in_the_country_the_way_there_and_back_ends_within_a_metre() {
        let metres = |a: (f64, f64), b: (f64, f64)| domain::geometry::distance_m([a.0, a.1], [b.0, b.1]);
        for east in 0..60 {
            for north in 0..35 {
                // Not on a grid: the offset has waves of whole and half degrees.
                let at = (74.013 + f64::from(east) * 1.037, 18.017 + f64::from(north) * 1.019);
                let gcj = offset(at.0, at.1);
                assert!(metres(at, Crs::Gcj02.to_wgs84(gcj.0, gcj.1)) < 1.0, "GCJ-02 at {at:?}");
                let bd = turned(gcj.0, gcj.1);
                assert!(metres(at, Crs::Bd09.to_wgs84(bd.0, bd.1)) < 1.0, "BD-09 at {at:?}");
                // The one step that most implementations publish as the inverse is a few metres off; ours agrees.
                let there = offset(gcj.0, gcj.1);
                let published = (2.0 * gcj.0 - there.0, 2.0 * gcj.1 - there.1);
                assert!(metres(published, Crs::Gcj02.to_wgs84(gcj.0, gcj.1)) < 10.0, "inverse at {at:?}");
            }
        }
    }

    #[test]
    fn abroad_nothing_is_moved() {
        assert_eq!(Crs::Gcj02.to_wgs84(15.608_082_7, 48.389_799_1), (15.608_082_7, 48.389_799_1));
        assert_eq!(Crs::Gcj02.to_wgs84(-95.882_277, 36.063_804), (-95.882_277, 36.063_804));
    }
}
