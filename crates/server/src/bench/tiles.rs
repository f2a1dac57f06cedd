//! Vector tiles of many points: making the drawing, and the tiles from the whole country down to a village.

use std::time::Instant;

use anyhow::{Context, ensure};
use domain::geometry::{Bounds, Geometry};
use domain::time::parse_date;
use exchange::tile::{Drawing, Item};

use super::{Figures, Random, own_memory};

/// How many points.
const COUNTS: [u32; 3] = [10_000, 100_000, 1_000_000];
/// Where they lie: a district 60 km across.
const DISTRICT: Bounds = Bounds { west: 105.6, south: 29.0, east: 106.2, north: 29.6 };
/// Zooms that are asked for.
const ZOOMS: [u8; 6] = [0, 6, 8, 10, 12, 14];
/// What the tiles say the grade is.
const CLASSES: [&str; 5] = ["unrated", "blue", "yellow", "orange", "red"];

/// Measures.
pub fn measure(figures: &mut Figures) -> anyhow::Result<()> {
    let on = parse_date("2026-11-26").context("日期")?;
    for count in COUNTS {
        let size = count.to_string();
        let mut random = Random::seeded();
        let mut part = || f64::from(random.below(1_000_000)) / 1e6;
        let points: Vec<(Geometry, u8)> = (0..count)
            .map(|_| {
                let lon = DISTRICT.west + (DISTRICT.east - DISTRICT.west) * part();
                let lat = DISTRICT.south + (DISTRICT.north - DISTRICT.south) * part();
                (Geometry::Point([lon, lat]), (part() * 5.0) as u8)
            })
            .collect();
        let items =
            points.iter().map(|(geometry, class)| Item { geometry, class: *class, from: None, until: None });
        let drawing = figures.once("瓦片：准备图层", &size, count.into(), || Drawing::new(items));
        for zoom in ZOOMS {
            let (mut took, mut largest) = (Vec::new(), 0);
            for tile in tiles(zoom) {
                let start = Instant::now();
                let bytes = drawing.tile(tile, on, "points", &CLASSES, |_| "演示场所").len();
                took.push(start.elapsed().as_secs_f64() * 1000.0);
                largest = largest.max(bytes);
            }
            ensure!(largest > 0, "第 {zoom} 级没有一个瓦片有内容");
            let note = format!("{} 个瓦片，最大 {} KB", took.len(), largest / 1024);
            figures.put(&format!("瓦片：第 {zoom} 级"), &size, count.into(), took, &note);
        }
        eprintln!("{}", own_memory());
    }
    Ok(())
}

/// Up to a hundred tiles of a zoom over the district, from its north-western corner on.
fn tiles(zoom: u8) -> Vec<(u8, u32, u32)> {
    let scale = f64::from(2_u32.pow(u32::from(zoom)));
    let x = |lon: f64| ((lon + 180.0) / 360.0 * scale) as u32;
    let y = |lat: f64| ((1.0 - lat.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0 * scale) as u32;
    let rows = y(DISTRICT.north)..=y(DISTRICT.south);
    rows.flat_map(|row| (x(DISTRICT.west)..=x(DISTRICT.east)).map(move |column| (zoom, column, row)))
        .take(100)
        .collect()
}
