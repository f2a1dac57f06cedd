//! 火险: how readily the forest burns, by the Canadian fire weather index (FWI): three codes of how dry the fuel is, carried from
//! day to day, and three indices that follow from them. What does not belong here: the five grades of Chinese services, whose
//! tables the town takes from the service that issues them; warnings (`protocol::cap`).
//!
//! Source: Van Wagner and Pickett, Equations and FORTRAN program for the Canadian Forest Fire Weather Index System (1985), with the
//! constant of the moisture scale as the package `cffdrs` has it.

use serde::{Deserialize, Serialize};

/// The weather at noon of one day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Weather {
    /// 1 to 12.
    pub month: u32,
    /// Degrees Celsius.
    pub temp_c: f64,
    /// Relative humidity, per cent.
    pub humidity: f64,
    /// Wind at ten metres, kilometres an hour.
    pub wind_kmh: f64,
    /// Rain of the last twenty-four hours, millimetres.
    pub rain_mm: f64,
}

/// The three codes that are carried from day to day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Codes {
    /// FFMC: litter and other fine fuel.
    pub fine: f64,
    /// DMC: loose layers of some depth.
    pub duff: f64,
    /// DC: deep and compact layers.
    pub drought: f64,
}

impl Codes {
    /// What a season begins with where nobody knows better.
    pub const BEGIN: Self = Self { fine: 85.0, duff: 6.0, drought: 15.0 };
}

/// A day: its codes and what follows from them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Danger {
    /// The codes at its end.
    pub codes: Codes,
    /// ISI: how fast a fire spreads at first.
    pub spread: f64,
    /// BUI: how much there is to burn.
    pub buildup: f64,
    /// FWI: how intense a fire would be.
    pub index: f64,
}

/// Why a day cannot be reckoned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DangerRefusal {
    /// A value no weather has.
    #[error("{what}超出可能的范围，请核对后再算")]
    Weather {
        /// Which.
        what: &'static str,
    },
}

impl DangerRefusal {
    /// The stable code programs switch on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Weather { .. } => "danger.weather",
        }
    }
}

/// Water content in per cent to the code of fine fuel and back.
const SCALE: f64 = 147.277_23;

/// Effective hours of the day for the middle layer, January first, by latitude: north of 30°, to 10°, to 10° south, to 30° south,
/// beyond.
const HOURS: [[f64; 12]; 5] = [
    [6.5, 7.5, 9.0, 12.8, 13.9, 13.9, 12.4, 10.9, 9.4, 8.0, 7.0, 6.0],
    [7.9, 8.4, 8.9, 9.5, 9.9, 10.2, 10.1, 9.7, 9.1, 8.6, 8.1, 7.8],
    [9.0; 12],
    [10.1, 9.6, 9.1, 8.5, 8.1, 7.8, 7.9, 8.3, 8.9, 9.4, 9.9, 10.2],
    [11.5, 10.5, 9.2, 7.9, 6.8, 6.2, 6.5, 7.4, 8.7, 10.0, 11.2, 11.8],
];
/// What the length of the day adds to the drying of deep layers: north of 20°, within, south.
const DRYING: [[f64; 12]; 3] = [
    [-1.6, -1.6, -1.6, 0.9, 3.8, 5.8, 6.4, 5.0, 2.4, 0.4, -1.6, -1.6],
    [1.4; 12],
    [6.4, 5.0, 2.4, 0.4, -1.6, -1.6, -1.6, -1.6, -1.6, 0.9, 3.8, 5.8],
];

/// The row of a table for a month; a month that is none has been refused before.
fn of_month(table: &[f64; 12], month: u32) -> f64 {
    let at = usize::try_from(month).unwrap_or(1).saturating_sub(1);
    table.get(at).copied().unwrap_or_default()
}

impl Weather {
    /// Refuses what no weather has.
    fn checked(&self) -> Result<(), DangerRefusal> {
        let sound = [
            ((1..=12).contains(&self.month), "月份"),
            ((-60.0..=60.0).contains(&self.temp_c), "气温"),
            ((0.0..=100.0).contains(&self.humidity), "相对湿度"),
            ((0.0..=400.0).contains(&self.wind_kmh), "风速"),
            ((0.0..=2_000.0).contains(&self.rain_mm), "降水量"),
        ];
        match sound.into_iter().find(|(is_sound, _)| !is_sound) {
            Some((_, what)) => Err(DangerRefusal::Weather { what }),
            None => Ok(()),
        }
    }
}

impl Codes {
    /// The day after these codes.
    ///
    /// Units: latitude in degrees, south negative.
    /// Errors: [`DangerRefusal::Weather`] for a value no weather has.
    pub fn next(self, weather: &Weather, latitude_deg: f64) -> Result<Danger, DangerRefusal> {
        weather.checked()?;
        if !(-90.0..=90.0).contains(&latitude_deg) {
            return Err(DangerRefusal::Weather { what: "纬度" });
        }
        let codes = Self {
            fine: fine(self.fine, weather),
            duff: duff(self.duff, weather, latitude_deg),
            drought: drought(self.drought, weather, latitude_deg),
        };
        let (spread, buildup) = (spread(codes.fine, weather.wind_kmh), buildup(codes.duff, codes.drought));
        Ok(Danger { codes, spread, buildup, index: index(spread, buildup) })
    }
}

fn fine(before: f64, w: &Weather) -> f64 {
    let (t, h, wind) = (w.temp_c, w.humidity, w.wind_kmh.sqrt());
    let mut water = SCALE * (101.0 - before) / (59.5 + before);
    if w.rain_mm > 0.5 {
        let rain = w.rain_mm - 0.5;
        let soaked = 42.5 * rain * (-100.0 / (251.0 - water)).exp() * (1.0 - (-6.93 / rain).exp());
        let more = if water > 150.0 { 0.0015 * (water - 150.0).powi(2) * rain.sqrt() } else { 0.0 };
        water = (water + soaked + more).min(250.0);
    }
    let warmth = 0.18 * (21.1 - t) * (1.0 - (-0.115 * h).exp());
    let dries_to = 0.942 * h.powf(0.679) + 11.0 * ((h - 100.0) / 10.0).exp() + warmth;
    let wets_to = 0.618 * h.powf(0.753) + 10.0 * ((h - 100.0) / 10.0).exp() + warmth;
    let rate = |share: f64| {
        let still = 0.424 * (1.0 - share.powf(1.7)) + 0.0694 * wind * (1.0 - share.powi(8));
        10.0_f64.powf(still * 0.581 * (0.0365 * t).exp())
    };
    if water > dries_to {
        water = dries_to + (water - dries_to) / rate(h / 100.0);
    } else if water < wets_to {
        water = wets_to - (wets_to - water) / rate((100.0 - h) / 100.0);
    }
    (59.5 * (250.0 - water) / (SCALE + water)).clamp(0.0, 101.0)
}

fn duff(before: f64, w: &Weather, latitude_deg: f64) -> f64 {
    let [north, subtropics, equator, south, far_south] = &HOURS;
    let zone = match latitude_deg {
        lat if lat > 30.0 => north,
        lat if lat > 10.0 => subtropics,
        lat if lat > -10.0 => equator,
        lat if lat > -30.0 => south,
        _ => far_south,
    };
    let hours = of_month(zone, w.month);
    let mut code = before;
    if w.rain_mm > 1.5 {
        let rain = 0.92 * w.rain_mm - 1.27;
        let water = 20.0 + 280.0 / (0.023 * code).exp();
        let slope = match code {
            code if code <= 33.0 => 100.0 / (0.5 + 0.3 * code),
            code if code <= 65.0 => 14.0 - 1.3 * code.ln(),
            code => 6.2 * code.ln() - 17.2,
        };
        let soaked = water + 1000.0 * rain / (48.77 + slope * rain);
        code = (43.43 * (5.6348 - (soaked - 20.0).ln())).max(0.0);
    }
    let dried = 1.894 * (w.temp_c.max(-1.1) + 1.1) * (100.0 - w.humidity) * hours * 1e-4;
    (code + dried).max(0.0)
}

fn drought(before: f64, w: &Weather, latitude_deg: f64) -> f64 {
    let [north, tropics, south] = &DRYING;
    let zone = match latitude_deg {
        lat if lat > 20.0 => north,
        lat if lat > -20.0 => tropics,
        _ => south,
    };
    let mut code = before;
    if w.rain_mm > 2.8 {
        let rain = 0.83 * w.rain_mm - 1.27;
        let water = 800.0 * (-code / 400.0).exp();
        code = (code - 400.0 * (1.0 + 3.937 * rain / water).ln()).max(0.0);
    }
    let dried = (0.36 * (w.temp_c.max(-2.8) + 2.8) + of_month(zone, w.month)) / 2.0;
    (code + dried.max(0.0)).max(0.0)
}

fn spread(fine: f64, wind_kmh: f64) -> f64 {
    let water = SCALE * (101.0 - fine) / (59.5 + fine);
    let fuel = 91.9 * (-0.1386 * water).exp() * (1.0 + water.powf(5.31) / 4.93e7);
    0.208 * (0.05039 * wind_kmh).exp() * fuel
}

fn buildup(duff: f64, drought: f64) -> f64 {
    if duff <= 0.0 {
        return 0.0;
    }
    let both = 0.8 * drought * duff / (duff + 0.4 * drought);
    if both >= duff {
        return both;
    }
    let short = (duff - both) / duff;
    (duff - (0.92 + (0.0114 * duff).powf(1.7)) * short).max(0.0)
}

fn index(spread: f64, buildup: f64) -> f64 {
    let weight = if buildup > 80.0 {
        1000.0 / (25.0 + 108.64 / (0.023 * buildup).exp())
    } else {
        0.626 * buildup.powf(0.809) + 2.0
    };
    let raw = 0.1 * spread * weight;
    if raw <= 1.0 { raw } else { (2.72 * (0.434 * raw.ln()).powf(0.647)).exp() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twelve days of April 1985 at 40° north, with what the package `cffdrs` makes of them to four figures:
    /// temperature, humidity, wind, rain; FFMC, DMC, DC, ISI, BUI, FWI.
    const DAYS: [([f64; 4], [f64; 6]); 12] = [
        ([17.0, 42.0, 25.0, 0.0], [87.65, 8.545, 19.01, 10.78, 8.49, 10.04]),
        ([20.0, 21.0, 25.0, 2.4], [86.2, 10.4, 23.57, 8.771, 10.36, 9.22]),
        ([8.5, 40.0, 17.0, 0.0], [86.91, 11.8, 26.05, 6.478, 11.74, 7.517]),
        ([6.5, 25.0, 6.0, 0.0], [88.76, 13.18, 28.18, 4.851, 13.11, 6.095]),
        ([13.0, 34.0, 24.0, 0.0], [89.04, 15.44, 31.47, 12.51, 15.34, 14.73]),
        ([6.0, 40.0, 22.0, 0.4], [88.59, 16.47, 33.5, 10.6, 16.37, 13.36]),
        ([5.5, 52.0, 6.0, 0.0], [87.28, 17.24, 35.45, 3.923, 17.14, 5.796]),
        ([8.5, 46.0, 16.0, 0.0], [87.28, 18.49, 37.93, 6.494, 18.4, 9.502]),
        ([9.5, 54.0, 20.0, 0.0], [86.73, 19.68, 40.6, 7.347, 19.58, 10.88]),
        ([7.0, 93.0, 14.0, 9.0], [29.83, 10.14, 29.52, 0.006623, 10.91, 0.004191]),
        ([6.5, 71.0, 17.0, 1.0], [49.4, 10.68, 31.65, 0.3577, 11.59, 0.234]),
        ([6.0, 59.0, 17.0, 0.0], [67.22, 11.38, 33.68, 1.346, 12.34, 0.9129]),
    ];

    #[test]
    fn twelve_days_of_spring_come_out_as_the_package_of_reference_has_them() {
        let mut codes = Codes::BEGIN;
        for ([temp_c, humidity, wind_kmh, rain_mm], wanted) in DAYS {
            let weather = Weather { month: 4, temp_c, humidity, wind_kmh, rain_mm };
            let day = codes.next(&weather, 40.0).expect("weather there was");
            codes = day.codes;
            let found = [codes.fine, codes.duff, codes.drought, day.spread, day.buildup, day.index];
            for (found, wanted) in found.into_iter().zip(wanted) {
                assert!((found - wanted).abs() <= wanted * 1e-3, "{found} for {wanted} on {weather:?}");
            }
        }
    }

    #[test]
    fn what_no_weather_has_is_refused() {
        let fine = Weather { month: 4, temp_c: 20.0, humidity: 40.0, wind_kmh: 5.0, rain_mm: 0.0 };
        for (weather, what) in [
            (Weather { month: 13, ..fine }, "月份"),
            (Weather { temp_c: f64::NAN, ..fine }, "气温"),
            (Weather { humidity: 101.0, ..fine }, "相对湿度"),
            (Weather { wind_kmh: -1.0, ..fine }, "风速"),
            (Weather { rain_mm: -0.1, ..fine }, "降水量"),
        ] {
            assert_eq!(Codes::BEGIN.next(&weather, 29.3), Err(DangerRefusal::Weather { what }));
        }
        let nowhere = Codes::BEGIN.next(&fine, 91.0).expect_err("no such latitude");
        assert_eq!((nowhere.code(), nowhere.to_string().contains('，')), ("danger.weather", true));
    }

    #[test]
    fn the_hotter_and_drier_the_worse_in_every_month_and_place() {
        for month in 1..=12 {
            for lat in [45.0, 29.3, 0.0, -25.0, -40.0] {
                let mild = Weather { month, temp_c: 12.0, humidity: 70.0, wind_kmh: 8.0, rain_mm: 0.0 };
                let harsh = Weather { temp_c: 32.0, humidity: 25.0, wind_kmh: 25.0, ..mild };
                let wet = Weather { rain_mm: 20.0, ..mild };
                let of = |w: &Weather| Codes::BEGIN.next(w, lat).expect("weather").index;
                assert!(of(&harsh) > of(&mild) && of(&mild) > of(&wet), "{month} {lat}");
            }
        }
    }
}
