//! A made-up road network, or that of a map, as files other programs read: OpenStreetMap XML, edges with costs, and pairs of junctions with the
//! cost of the best way. A peer is measured on the very same; what it answers is checked against ours.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context;
use domain::road::{Conditions, OneWay};
use domain::time::Date;
use domain::vehicle::Class;
use road::made_up::{self, Dice, SEED};
use road::{Network, Objective, Prepared, Reading, Search, Situation, reach};

use super::road::spot;

/// Pairs of junctions asked for.
const PAIRS: usize = 100;

/// Of a map its own file stands in place of `net.osm`: `net.osm.pbf` and the like.
///
/// Writes `net.osm`, `edges.csv` (`id,from,to,cost_ms,back_ms`, -1 where one may not) and `pairs.csv`
/// (`from,to,lon,lat,lon,lat,cost_ms`, pairs without a way left out) of a network of `side` × `side` junctions into
/// `folder`. Costs are those of the fire motorcycle; turn restrictions are left out of all three.
///
/// # Errors
/// What cannot be written.
pub fn write(folder: &Path, side: u32, map: Option<&Path>) -> anyhow::Result<()> {
    let (vehicles, _) = exchange::vehicle_catalog::read(exchange::shipped::VEHICLES);
    let bike = vehicles.iter().find(|one| one.class == Class::Motorcycle).context("没有消防摩托车")?;
    std::fs::create_dir_all(folder)?;
    let network = match map {
        Some(map) => {
            let extract =
                road::osm::read(map).map_err(|error| anyhow::anyhow!("{error}（{}）", error.code()))?;
            let name = map.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let suffix = name.find(".osm").and_then(|at| name.get(at..)).unwrap_or(".osm");
            std::fs::copy(map, folder.join(format!("net{suffix}")))?;
            Network::of(&extract, false)
        }
        None => without_turns(made_up::network(side, SEED)),
    };
    let situation =
        Situation { conditions: Conditions { day: Date::default(), wet: false }, closures: Vec::new() };
    let prepared = Prepared::new(&network, bike, &situation, Objective::Time);

    let mut osm = String::from("<?xml version='1.0' encoding='UTF-8'?>\n<osm version=\"0.6\">\n");
    for junction in &network.junctions {
        let [lon, lat] = junction.lon_lat;
        writeln!(osm, "<node id=\"{}\" lat=\"{lat:.7}\" lon=\"{lon:.7}\" version=\"1\"/>", junction.id + 1)?;
    }
    let mut edges = String::new();
    for (n, segment) in network.segments.iter().enumerate() {
        let cost = |arc: usize| prepared.cost(Reading::Optimistic, arc as u32).map_or(-1, i64::from);
        writeln!(edges, "{n},{},{},{},{}", segment.tail, segment.head, cost(2 * n), cost(2 * n + 1))?;
        let Some(road) = network.road(segment) else { continue };
        let one_way = if road.one_way == OneWay::Forward { "<tag k=\"oneway\" v=\"yes\"/>" } else { "" };
        writeln!(
            osm,
            "<way id=\"{}\" version=\"1\"><nd ref=\"{}\"/><nd ref=\"{}\"/><tag k=\"highway\" v=\"{}\"/>{one_way}</way>",
            n + 1,
            segment.tail + 1,
            segment.head + 1,
            road.kind.code()
        )?;
    }
    osm.push_str("</osm>\n");

    let mut dice = Dice(SEED);
    let mut search = Search::new();
    let mut pairs = String::new();
    for _ in 0..PAIRS {
        let (from, to) = (spot(&network, &mut dice), spot(&network, &mut dice));
        let found = reach::matrix(&network, &prepared, &mut search, &[from], &[to]);
        let Some(ms) = found.into_iter().flatten().next().flatten() else { continue };
        let ([a, b], [c, d]) = (from.lon_lat, to.lon_lat);
        let at = |junction: Option<u32>| junction.unwrap_or_default();
        writeln!(pairs, "{},{},{a:.7},{b:.7},{c:.7},{d:.7},{ms}", at(from.junction), at(to.junction))?;
    }
    let made = if map.is_none() { vec![("net.osm", osm)] } else { Vec::new() };
    for (name, text) in [("edges.csv", edges), ("pairs.csv", pairs)].into_iter().chain(made) {
        std::fs::File::create(folder.join(name))?.write_all(text.as_bytes())?;
    }
    Ok(())
}

fn without_turns(network: Network) -> Network {
    let lines: Vec<_> = network.segments.iter().map(|one| (one.tail, one.head, one.road)).collect();
    Network::from_parts(network.junctions, &lines, network.roads, &[])
}
