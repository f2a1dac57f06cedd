//! `fengsui roads`, `route`: the road network from the command line, on a map file and without a database. What does
//! not belong here: the network itself (`road`).
#![expect(clippy::print_stdout, reason = "a command answers on standard output")]

use std::path::{Path, PathBuf};

use anyhow::{anyhow, ensure};
use clap::{Args, Subcommand, ValueEnum};
use road::weigh::Plain;
use road::{Network, Reading, Search, osm};
use serde_json::{Value, json};

/// A road is looked for so far around a point, m.
const NEAR_M: f64 = 500.0;

/// The network as a whole.
#[derive(Debug, Subcommand)]
pub enum Roads {
    /// 统计：节点、路段、长度、已知净宽净高、障碍
    Stats {
        /// `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2`.
        #[arg(long)]
        graph: PathBuf,
        /// One JSON document.
        #[arg(long)]
        json: bool,
    },
}

/// By which rule roads are weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// Shortest over roads for cars; one-way roads hold, limits, turns and access do not.
    Plain,
    /// The same, one-way roads both ways.
    PlainBothWays,
    /// The same, without roads lower than 3.6 m.
    PlainWithoutLow,
    /// The same, without what touches a barrier.
    PlainWithoutBarriers,
}

/// A way that is asked for.
#[derive(Debug, Args)]
pub struct Route {
    /// Start, as `105.9,29.3`.
    #[arg(long, value_parser = lon_lat, allow_hyphen_values = true)]
    from: [f64; 2],
    /// End, as `105.9,29.3`.
    #[arg(long, value_parser = lon_lat, allow_hyphen_values = true)]
    to: [f64; 2],
    /// `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2`.
    #[arg(long)]
    graph: PathBuf,
    /// Rule instead of a vehicle.
    #[arg(long)]
    profile: Profile,
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

/// `LON,LAT` in degrees.
fn lon_lat(text: &str) -> Result<[f64; 2], String> {
    let pair = text
        .split_once(',')
        .and_then(|(lon, lat)| Some([lon.trim().parse::<f64>().ok()?, lat.trim().parse::<f64>().ok()?]));
    match pair {
        Some([lon, lat]) if lon.abs() <= 180.0 && lat.abs() <= 90.0 => Ok([lon, lat]),
        Some(_) => Err("经纬度超出范围：可能写反了，请写成 经度,纬度".to_owned()),
        None => Err("请写成 经度,纬度，如 105.9,29.3".to_owned()),
    }
}

/// A sentence for people and its code for scripts.
fn coded(error: &road::Error) -> anyhow::Error {
    anyhow!("{error}（{}）", error.code())
}

fn read(graph: &Path) -> anyhow::Result<osm::Extract> {
    let extract = osm::read(graph).map_err(|error| coded(&error))?;
    for problem in &extract.problems {
        tracing::debug!(place = problem.place, code = problem.code, "{}", problem.message);
    }
    Ok(extract)
}

/// Prints figures of a network.
pub fn roads(asked: &Roads) -> anyhow::Result<()> {
    let Roads::Stats { graph, json } = asked;
    let extract = read(graph)?;
    let network = Network::of(&extract, true);
    let stats = network.stats();
    if *json {
        let mut answer = serde_json::to_value(&stats)?;
        if let Some(object) = answer.as_object_mut() {
            object.insert("file".to_owned(), serde_json::to_value(&extract.counts)?);
            object.insert("problems".to_owned(), serde_json::to_value(&network.problems)?);
        }
        println!("{}", serde_json::to_string_pretty(&answer)?);
        return Ok(());
    }
    println!(
        "车行道路节点 {}，单向边 {}，总长 {:.1} 公里；路段 {}，其中净宽已知 {}，净高已知 {}；障碍 {} 处，转向限制 {} 条，互不相连的部分 {} 个",
        stats.nodes,
        stats.edges,
        stats.length_m / 1000.0,
        stats.segments,
        stats.with_width,
        stats.with_height,
        stats.barriers,
        stats.restrictions,
        stats.islands
    );
    for problem in &network.problems {
        println!("{}\t{}\t{}", problem.place, problem.code, problem.message);
    }
    Ok(())
}

/// Prints a way.
pub fn route(asked: &Route) -> anyhow::Result<()> {
    let rule = match asked.profile {
        Profile::Plain => Plain::default(),
        Profile::PlainBothWays => Plain { both_ways: true, ..Plain::default() },
        Profile::PlainWithoutLow => Plain { without_low: true, ..Plain::default() },
        Profile::PlainWithoutBarriers => Plain { without_barriers: true, ..Plain::default() },
    };
    let network = Network::of(&read(&asked.graph)?, false);
    let prepared = rule.weigh(&network);
    let spot = |at| network.index().nearest(&network, at, NEAR_M, |segment| prepared.is_open(segment));
    let spots = (spot(asked.from), spot(asked.to));
    let (from, to) = (spots.0.map_err(|e| coded(&e))?, spots.1.map_err(|e| coded(&e))?);
    let way = road::route::best(&network, &prepared, Reading::Optimistic, &mut Search::new(), &from, &to);
    told(way.as_ref(), &[], &[], asked.json)
}

/// Prints a way or that there is none.
fn told(
    way: Option<&road::route::Way>,
    blocked_by: &[road::route::Spotlight],
    unknown: &[road::route::Spotlight],
    as_json: bool,
) -> anyhow::Result<()> {
    if as_json {
        let geometry = way.map(|way| json!({ "type": "LineString", "coordinates": way.geometry }));
        let answer = json!({
            "found": way.is_some(),
            "distance_m": way.map(|way| way.distance_m),
            "duration_s": way.map(|way| way.duration_s),
            "blocked_by": blocked_by,
            "unknown": unknown,
            "geometry": geometry.unwrap_or(Value::Null),
        });
        println!("{}", serde_json::to_string_pretty(&answer)?);
        return Ok(());
    }
    match way {
        Some(way) => println!("{:.0} 米，{:.1} 分钟", way.distance_m, way.duration_s / 60.0),
        None => println!("不能到达"),
    }
    for (word, list) in [("受阻", blocked_by), ("不明", unknown)] {
        for light in list {
            let why: Vec<_> = light.reasons.iter().map(|reason| reason.message.as_str()).collect();
            println!("{word}\t{}\t{}", light.name, why.join("；"));
        }
    }
    ensure!(way.is_some(), "两点之间没有可走的路");
    Ok(())
}
