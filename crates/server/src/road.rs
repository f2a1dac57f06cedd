//! `fengsui roads`, `route`, `reach`, `site`: the road network from the command line, on a map file and without a database,
//! or without a file on the town's own. What does not belong here: the network itself (`road`), what vehicles need
//! (`catalog/vehicles.toml`).
#![expect(clippy::print_stdout, reason = "a command answers on standard output")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, ensure};
use app::road::net::RoadNetwork;
use app::road::way::{ReachAsked, ReachNodes, RouteAsked};
use app::{App, Caller};
use clap::{Args, Subcommand, ValueEnum};
use domain::fulfilment::percent_at_most;
use domain::road::Conditions;
use domain::time::parse_date;
use domain::vehicle::{Class, Vehicle};
use road::siting::instance::Instance;
use road::siting::{Model, Question};
use road::snap::Spot;
use road::weigh::Plain;
use road::{Network, Objective, Prepared, Reading, Search, Situation, osm, reach, siting};
use serde_json::{Value, json};

use crate::cli::plainly;
use crate::config::Where;
use crate::file;

/// A road is looked for so far around a point, m.
const NEAR_M: f64 = 500.0;

/// The network as a whole.
#[derive(Debug, Subcommand)]
pub enum Roads {
    /// 统计：节点、路段、长度、已知净宽净高、障碍
    Stats {
        /// 地图文件：`.osm.pbf`、`.osm`、`.osm.gz` 或 `.osm.bz2`；不填时用本镇路网
        #[arg(long)]
        graph: Option<PathBuf>,
        /// 输出一份 JSON
        #[arg(long)]
        json: bool,
    },
    /// 导入：OpenStreetMap 底图（实测值不丢失、仍优先），或实测路段的 GeoJSON、KML、GeoPackage、CSV、Excel（不能用的行逐行指明）
    Import {
        /// 路网底图或实测路段文件，按内容判断
        file: PathBuf,
        /// 只检查，不写入
        #[arg(long)]
        dry_run: bool,
        /// 远离本镇的也写入；会留下记录
        #[arg(long)]
        outside_ok: bool,
        /// 实测路段的坐标系：`wgs84`、`cgcs2000`、`gcj02` 或 `bd09`
        #[arg(long)]
        crs: Option<String>,
        /// 输出一份 JSON
        #[arg(long)]
        json: bool,
    },
}

/// By which rule roads are weighed when no vehicle is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// 机动车道路上的最短路：计单行，不计限制、转向和通行权
    Plain,
    /// 同上，单行道双向可走
    PlainBothWays,
    /// 同上，除去限高不足 3.6 米的道路
    PlainWithoutLow,
    /// 同上，除去设有路障的路段
    PlainWithoutBarriers,
}

/// A class of vehicle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Drives {
    /// 消防车
    Engine,
    /// 小型消防车
    Mini,
    /// 消防摩托车
    Motorcycle,
    /// 步行
    Foot,
}

/// 以什么为最少
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Least {
    /// 时间
    Time,
    /// 距离
    Distance,
}

/// How siting is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Siting {
    /// p 中位
    #[value(name = "pmedian")]
    PMedian,
    /// p 中心
    #[value(name = "pcenter")]
    PCenter,
    /// 集合覆盖
    Lscp,
    /// 最大覆盖
    Mclp,
}

/// The roads of one vehicle on one day.
#[derive(Debug, Args)]
pub struct On {
    /// 地图文件：`.osm.pbf`、`.osm`、`.osm.gz` 或 `.osm.bz2`；不填时用本镇路网
    #[arg(long)]
    graph: Option<PathBuf>,
    /// 车辆
    #[arg(long, default_value = "engine")]
    vehicle: Drives,
    /// 自备的车辆目录，代替自带的目录
    #[arg(long)]
    vehicles: Option<PathBuf>,
    /// 日期，用于封闭路段；用本镇路网而不填时为今天
    #[arg(long)]
    day: Option<String>,
    /// 按雨季；用本镇路网而不写时，依本镇设定的雨季月份判断当天
    #[arg(long)]
    wet: bool,
    /// 输出一份 JSON
    #[arg(long)]
    json: bool,
}

/// A way that is asked for.
#[derive(Debug, Args)]
pub struct Route {
    /// 起点，如 `105.9,29.3`
    #[arg(long, value_parser = lon_lat, allow_hyphen_values = true)]
    from: [f64; 2],
    /// 终点，如 `105.9,29.3`
    #[arg(long, value_parser = lon_lat, allow_hyphen_values = true)]
    to: [f64; 2],
    #[command(flatten)]
    on: On,
    /// 以什么为最少
    #[arg(long, default_value = "time")]
    objective: Least,
    /// 不用车辆而用通行规则
    #[arg(long, conflicts_with = "vehicle")]
    profile: Option<Profile>,
}

/// How far one gets.
#[derive(Debug, Args)]
pub struct Reached {
    /// 各起点，如 `105.9,29.3 105.8,29.4`；西经写作 `--from=-70.1,5.2`
    #[arg(long, value_parser = lon_lat, required = true, num_args = 1..)]
    from: Vec<[f64; 2]>,
    /// 多少分钟以内
    #[arg(long, value_parser = minutes)]
    minutes: f64,
    #[command(flatten)]
    on: On,
}

/// Where stations belong.
#[derive(Debug, Args)]
pub struct Site {
    /// OR-Library 的 `pmed` 文件，或 GeoJSON 点
    #[arg(long)]
    instance: PathBuf,
    /// 模型
    #[arg(long)]
    model: Siting,
    /// 站点数；不填时以文件为准
    #[arg(long)]
    p: Option<usize>,
    /// 半径，单位同文件；GeoJSON 为米
    #[arg(long)]
    radius: Option<f64>,
    /// 权重：整数的 JSON 数组，每个需求点一个
    #[arg(long)]
    weights: Option<PathBuf>,
    /// 按这份地图的道路而不按直线量距离；用于 GeoJSON
    #[arg(long)]
    graph: Option<PathBuf>,
    /// 车辆，与地图一起使用
    #[arg(long, default_value = "engine")]
    vehicle: Drives,
    /// 多少秒后给出已知最好的答案和差距
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// 输出一份 JSON
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

fn minutes(text: &str) -> Result<f64, String> {
    let minutes = text.parse().ok().filter(|minutes| (0.0..=600.0).contains(minutes));
    minutes.ok_or("请写 0 到 600 之间的分钟数".to_owned())
}

/// A sentence for people and its code for scripts.
fn coded(error: &road::Error) -> anyhow::Error {
    anyhow!("{error}（{}）", error.code())
}

fn read(graph: &Path) -> anyhow::Result<osm::Extract> {
    file::known(graph)?;
    let extract = osm::read(graph).map_err(|error| coded(&error))?;
    for problem in &extract.problems {
        tracing::debug!(place = problem.place, code = problem.code, "{}", problem.message);
    }
    Ok(extract)
}

fn class(drives: Drives) -> Class {
    match drives {
        Drives::Engine => Class::Engine,
        Drives::Mini => Class::Mini,
        Drives::Motorcycle => Class::Motorcycle,
        Drives::Foot => Class::Foot,
    }
}

/// The vehicle of a class, from the catalogue that comes along or another.
fn vehicle(drives: Drives, catalogue: Option<&Path>) -> anyhow::Result<Vehicle> {
    let text = match catalogue {
        Some(file) => file::text(file)?,
        None => exchange::shipped::VEHICLES.to_owned(),
    };
    let (vehicles, problems) = exchange::vehicle_catalog::read(&text);
    if let Some(problem) = problems.first() {
        return Err(anyhow!("车辆目录有误：{problem}"));
    }
    let class = class(drives);
    let found = vehicles.into_iter().find(|vehicle| vehicle.class == class);
    found.with_context(|| format!("车辆目录中没有 {}", class.code()))
}

fn spot(network: &Network, prepared: &Prepared, at: [f64; 2]) -> anyhow::Result<Spot> {
    let found = network.index().nearest(network, at, NEAR_M, |segment| prepared.is_open(segment));
    found.map_err(|error| coded(&error))
}

impl On {
    fn situation(&self) -> anyhow::Result<Situation> {
        // A map file knows no closures: any day will do.
        let day = self.day.as_deref().unwrap_or("2026-01-01");
        let day = parse_date(day).context("日期请写成 2026-11-25 的样子")?;
        Ok(Situation { conditions: Conditions { day, wet: self.wet }, closures: Vec::new() })
    }
}

/// Prints figures of a network, or takes in a file.
pub async fn roads(place: Where, asked: &Roads) -> anyhow::Result<()> {
    match asked {
        Roads::Stats { graph: Some(graph), json } => stats(graph, *json),
        Roads::Stats { graph: None, json } => {
            let app = place.open().await?;
            let found = app.road_network(&Caller::system()).await;
            app.db.close().await;
            figures(&found.map_err(plainly)?, *json)
        }
        Roads::Import { file, dry_run, outside_ok, crs, json } => {
            let app = place.open().await?;
            let done = import(&app, (file, crs.as_deref()), (*dry_run, *outside_ok), *json).await;
            app.db.close().await;
            done
        }
    }
}

/// Takes in a map of roads, or measured stretches: what begins like neither is told by the second.
async fn import(
    app: &App,
    (file, crs): (&Path, Option<&str>),
    (dry_run, outside_ok): (bool, bool),
    json: bool,
) -> anyhow::Result<()> {
    let caller = Caller::system();
    // Whatever is too large is refused by its size, before any of it is read.
    let size = file::known(file)?.len();
    let is_map = osm::is_map(file).map_err(|error| coded(&error))?;
    let most = if is_map { app::road::MAX_MAP } else { app::import::MAX_FILE as u64 };
    if size > most {
        return Err(coded(&road::Error::TooLarge { most_mib: most / 1024 / 1024 }));
    }
    match osm::read(file) {
        Err(road::Error::UnknownFormat) => {
            let bytes = file::bytes(file)?;
            let report =
                app.import_roads(&caller, bytes, crs, (dry_run, outside_ok)).await.map_err(plainly)?;
            if json {
                println!("{}", serde_json::to_string_pretty(&report)?);
            } else {
                println!(
                    "共 {} 行，{} {} 段",
                    report.rows,
                    if dry_run { "可写入" } else { "已写入" },
                    report.written
                );
                for one in &report.problems {
                    println!("第 {} 行\t{}\t{}（{}）", one.row, one.name, one.message, one.code);
                }
                for one in &report.questions {
                    let along =
                        one.along.iter().map(|known| format!("{}（{}）", known.road.name, known.code));
                    println!(
                        "第 {} 行\t{}\t与已测路段 {} 走向重合，没有导入：请在网页“导入道路”中选择是复测还是另一条路",
                        one.row,
                        one.name,
                        along.collect::<Vec<_>>().join("、")
                    );
                }
            }
            let left = report.problems.len() + report.questions.len();
            ensure!(left == 0, "有 {left} 行没有采用，见上");
            Ok(())
        }
        Err(error) => Err(coded(&error)),
        Ok(extract) if dry_run => {
            let elsewhere = app.road_map_elsewhere(&caller, &extract, outside_ok).await.map_err(plainly)?;
            if json {
                let told = serde_json::json!({ "ways": extract.ways.len(), "problems": extract.problems,
                    "elsewhere": elsewhere });
                println!("{}", serde_json::to_string_pretty(&told)?);
                return Ok(());
            }
            println!("可导入：道路 {} 条，问题 {} 处", extract.ways.len(), extract.problems.len());
            if let Some(sentence) = elsewhere {
                println!("{sentence}（road.map_outside）");
            }
            for problem in &extract.problems {
                println!("{}\t{}（{}）", problem.place, problem.message, problem.code);
            }
            Ok(())
        }
        Ok(_) => figures(&app.import_road_map(&caller, file, outside_ok).await.map_err(plainly)?, json),
    }
}

/// Prints figures of the town's own network.
fn figures(found: &RoadNetwork, json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string_pretty(found)?);
        return Ok(());
    }
    println!(
        "登记路段 {} 段；路网 {} 段，总长 {:.1} 公里",
        found.roads,
        found.segments,
        found.length_m / 1000.0
    );
    println!("净宽已知 {}，互不相连 {} 片", found.with_width, found.islands);
    match &found.map {
        Some(map) => println!("底图 {}：{} 条道路", map.name, map.ways),
        None => println!("没有底图"),
    }
    for one in &found.apart {
        let (lon, lat, km) = (one.lon, one.lat, one.length_m / 1000.0);
        println!("不相连\t{}\t{lon:.5},{lat:.5}\t{} 段，{km:.1} 公里", one.name, one.segments);
    }
    for one in found.problems.iter().chain(&found.map_problems) {
        println!("{}\t{}\t{}", one.place, one.code, one.message);
    }
    let untold = found.map_problems_n - found.map_problems.len();
    if untold > 0 {
        println!("底图另有 {untold} 处没有列出");
    }
    Ok(())
}

/// Prints figures of a map file.
fn stats(graph: &Path, as_json: bool) -> anyhow::Result<()> {
    let extract = read(graph)?;
    let network = Network::of(&extract, true);
    let stats = network.stats();
    if as_json {
        let mut answer = serde_json::to_value(&stats)?;
        if let Some(object) = answer.as_object_mut() {
            object.insert("file".to_owned(), serde_json::to_value(&extract.counts)?);
            object.insert("problems".to_owned(), serde_json::to_value(&network.problems)?);
            object.insert("apart".to_owned(), serde_json::to_value(network.islands())?);
        }
        println!("{}", serde_json::to_string_pretty(&answer)?);
        return Ok(());
    }
    println!(
        "车行道路（不含步道）：节点 {}，单向边 {}，总长 {:.1} 公里",
        stats.nodes,
        stats.edges,
        stats.length_m / 1000.0
    );
    println!("路段 {}：净宽已知 {}，净高已知 {}", stats.segments, stats.with_width, stats.with_height);
    println!("障碍 {} 处，转向限制 {} 条，互不相连 {} 片", stats.barriers, stats.restrictions, stats.islands);
    for one in network.islands().iter().take(50) {
        let [lon, lat] = one.lon_lat;
        let km = one.length_m / 1000.0;
        println!("不相连\t{}\t{lon:.5},{lat:.5}\t{} 段，{km:.1} 公里", one.name, one.segments);
    }
    for problem in &network.problems {
        println!("{}\t{}\t{}", problem.place, problem.code, problem.message);
    }
    Ok(())
}

/// `105.9,29.3`.
fn typed([lon, lat]: [f64; 2]) -> String {
    format!("{lon},{lat}")
}

/// Prints a way over the town's own network.
async fn route_in_town(place: Where, asked: &Route) -> anyhow::Result<()> {
    ensure!(asked.profile.is_none(), "--profile 只用于地图文件，请同时给出 --graph");
    let app = place.open().await?;
    let query = RouteAsked {
        from: typed(asked.from),
        to: typed(asked.to),
        vehicle: class(asked.on.vehicle).code().to_owned(),
        objective: (asked.objective == Least::Distance).then(|| "distance".to_owned()),
        on: asked.on.day.clone(),
        wet: asked.on.wet.then_some(true),
    };
    let found = app.road_route(&Caller::system(), &query).await;
    app.db.close().await;
    let found = found.map_err(plainly)?;
    if asked.on.json {
        let way = found.optimistic.as_ref();
        let document = json!({
            "found": way.is_some(),
            "distance_m": way.map(|way| way.distance_m),
            "duration_s": way.map(|way| way.duration_s),
            "blocked_by": found.blocked_by,
            "unknown": found.unknown,
            "geometry": way.map(|way| &way.geometry),
            "pessimistic": found.pessimistic,
        });
        println!("{}", serde_json::to_string_pretty(&document)?);
        return Ok(());
    }
    for (word, way) in [("可通行", &found.optimistic), ("不可通行", &found.pessimistic)] {
        match way {
            Some(way) => {
                println!("不明路段按{word}：{:.0} 米，{:.1} 分钟", way.distance_m, way.duration_s / 60.0)
            }
            None => println!("不明路段按{word}：不能到达"),
        }
    }
    for (word, list) in [("受阻", &found.blocked_by), ("不明", &found.unknown)] {
        for one in list {
            let why: Vec<_> = one.reasons.iter().map(|reason| reason.label.as_str()).collect();
            println!("{word}\t{}\t{:.6},{:.6}\t{}", one.name, one.lon, one.lat, why.join("；"));
        }
    }
    ensure!(!found.apart, "两点旁边的路互不相连，没有可走的路，请用 fengsui roads stats 核对路网");
    ensure!(found.optimistic.is_some(), "两点之间没有可走的路");
    Ok(())
}

/// Prints how far one gets over the town's own network.
async fn reach_in_town(place: Where, asked: &Reached) -> anyhow::Result<()> {
    let app = place.open().await?;
    let query = ReachAsked {
        from: Some(asked.from.iter().map(|at| typed(*at)).collect::<Vec<_>>().join(";")),
        minutes: Some(asked.minutes),
        vehicle: class(asked.on.vehicle).code().to_owned(),
        on: asked.on.day.clone(),
        wet: asked.on.wet.then_some(true),
    };
    let found = app.road_reach_nodes(&Caller::system(), &query).await;
    app.db.close().await;
    reached(&found.map_err(plainly)?, asked.on.json)
}

/// Prints how far one gets, when what nobody knows passes and when it does not.
fn reached([bold, careful]: &[ReachNodes; 2], as_json: bool) -> anyhow::Result<()> {
    if as_json {
        let mut document = serde_json::to_value(bold)?;
        if let Some(object) = document.as_object_mut() {
            object.insert("pessimistic".to_owned(), serde_json::to_value(careful)?);
        }
        println!("{}", serde_json::to_string(&document)?);
        return Ok(());
    }
    for (word, one) in [("可通行", bold), ("不可通行", careful)] {
        println!("不明路段按{word}：路口 {} 个，道路 {:.1} 公里", one.reached.len(), one.road_km);
    }
    Ok(())
}

/// Prints a way.
pub async fn route(place: Where, asked: &Route) -> anyhow::Result<()> {
    let Some(graph) = &asked.on.graph else { return route_in_town(place, asked).await };
    let extract = read(graph)?;
    let mut search = Search::new();
    if let Some(profile) = asked.profile {
        let rule = match profile {
            Profile::Plain => Plain::default(),
            Profile::PlainBothWays => Plain { both_ways: true, ..Plain::default() },
            Profile::PlainWithoutLow => Plain { without_low: true, ..Plain::default() },
            Profile::PlainWithoutBarriers => Plain { without_barriers: true, ..Plain::default() },
        };
        let network = Network::of(&extract, false);
        let prepared = rule.weigh(&network);
        let (from, to) = (spot(&network, &prepared, asked.from)?, spot(&network, &prepared, asked.to)?);
        let way = road::route::best(&network, &prepared, Reading::Optimistic, &mut search, &from, &to);
        let nothing = Vec::new;
        let answer = road::route::Answer {
            pessimistic: way.clone(),
            optimistic: way,
            blocked_by: nothing(),
            unknown: nothing(),
        };
        return told(&answer, asked.on.json);
    }
    let (vehicle, situation) =
        (vehicle(asked.on.vehicle, asked.on.vehicles.as_deref())?, asked.on.situation()?);
    let network = Network::of(&extract, true);
    let objective = if asked.objective == Least::Time { Objective::Time } else { Objective::Distance };
    let prepared = Prepared::new(&network, &vehicle, &situation, objective);
    let (from, to) = (spot(&network, &prepared, asked.from)?, spot(&network, &prepared, asked.to)?);
    let answer = road::route::route(&network, &vehicle, &situation, &prepared, &mut search, (&from, &to));
    told(&answer, asked.on.json)
}

/// Prints a way or that there is none. The way told first is the one when what nobody knows passes.
fn told(answer: &road::route::Answer, as_json: bool) -> anyhow::Result<()> {
    let way = answer.optimistic.as_ref();
    if as_json {
        let drawn = |way: Option<&road::route::Way>| {
            way.map_or(Value::Null, |way| json!({ "type": "LineString", "coordinates": way.geometry }))
        };
        let sure = answer.pessimistic.as_ref();
        let document = json!({
            "found": way.is_some(),
            "distance_m": way.map(|way| way.distance_m),
            "duration_s": way.map(|way| way.duration_s),
            "blocked_by": answer.blocked_by,
            "unknown": answer.unknown,
            "geometry": drawn(way),
            "pessimistic": {
                "found": sure.is_some(),
                "distance_m": sure.map(|way| way.distance_m),
                "duration_s": sure.map(|way| way.duration_s),
                "geometry": drawn(sure),
            },
        });
        println!("{}", serde_json::to_string_pretty(&document)?);
        return Ok(());
    }
    let says = |way: Option<&road::route::Way>| match way {
        Some(way) => format!("{:.0} 米，{:.1} 分钟", way.distance_m, way.duration_s / 60.0),
        None => "不能到达".to_owned(),
    };
    println!("不明路段按可通行：{}", says(way));
    println!("不明路段按不可通行：{}", says(answer.pessimistic.as_ref()));
    for (word, list) in [("受阻", &answer.blocked_by), ("不明", &answer.unknown)] {
        for light in list {
            let why: Vec<_> = light.reasons.iter().map(|reason| reason.message.as_str()).collect();
            let [lon, lat] = light.lon_lat;
            println!("{word}\t{}\t{lon:.6},{lat:.6}\t{}", light.name, why.join("；"));
        }
    }
    ensure!(way.is_some(), "两点之间没有可走的路");
    Ok(())
}

/// Prints how far one gets from several starts under both readings.
pub async fn reach(place: Where, asked: &Reached) -> anyhow::Result<()> {
    let Some(graph) = &asked.on.graph else { return reach_in_town(place, asked).await };
    let network = Network::of(&read(graph)?, true);
    let (vehicle, situation) =
        (vehicle(asked.on.vehicle, asked.on.vehicles.as_deref())?, asked.on.situation()?);
    let prepared = Prepared::new(&network, &vehicle, &situation, Objective::Time);
    let starts =
        asked.from.iter().map(|at| spot(&network, &prepared, *at)).collect::<anyhow::Result<Vec<Spot>>>()?;
    let limit = (asked.minutes * 60_000.0) as u32;
    let mut search = Search::new();
    let mut within = |reading| reach::reach(&network, &prepared, reading, &mut search, &starts, limit);
    let both = [within(Reading::Optimistic), within(Reading::Pessimistic)];
    reached(&both.map(|reach| ReachNodes::of(&network, &reach)), asked.on.json)
}

/// Prints where stations belong.
pub fn site(asked: &Site) -> anyhow::Result<()> {
    let text = file::text(&asked.instance)?;
    let bad = |error: siting::instance::BadInstance| anyhow!("{error}（{}）", error.code());
    let mut instance = Instance::read(&text).map_err(bad)?;
    if let Some(file) = &asked.weights {
        let text = file::text(file)?;
        let weights = serde_json::from_str(&text)
            .map_err(|_| anyhow!("权重文件 {} 应为整数列表，如 [1, 2, 3]", file.display()))?;
        instance = instance.with_weights(weights).map_err(bad)?;
    }
    if let Some(graph) = &asked.graph {
        instance = over_roads(instance, graph, asked.vehicle)?;
    }
    let model = match asked.model {
        Siting::PMedian => Model::PMedian,
        Siting::PCenter => Model::PCenter,
        Siting::Lscp => Model::Lscp,
        Siting::Mclp => Model::Mclp,
    };
    let needs_radius = matches!(model, Model::Lscp | Model::Mclp);
    ensure!(asked.radius.is_some() || !needs_radius, "这一模型需要 --radius");
    let sites = asked.p.or(instance.asks_for).unwrap_or_default();
    ensure!(sites > 0 || model == Model::Lscp, "请用 --p 写明选几个点");
    let scale = f64::from(instance.scale);
    let radius = (asked.radius.unwrap_or_default() * scale).clamp(0.0, f64::from(u32::MAX - 1)) as u32;
    let start = Instant::now();
    let budget = Duration::from_secs(asked.seconds);
    let answer = siting::solve(&instance, Question { model, sites, radius }, &|| start.elapsed() > budget)
        .map_err(|error| anyhow!("{error}（{}）", error.code()))?;
    // Distances come back in the unit of the file; numbers of sites and weights have none.
    let unit = if matches!(model, Model::PMedian | Model::PCenter) { scale } else { 1.0 };
    let [objective, bound] = [answer.objective, answer.bound].map(|value| match unit == 1.0 {
        true => json!(value),
        false => json!(value as f64 / unit),
    });
    let name = |names: &[String], n: &usize| names.get(*n).cloned().unwrap_or_default();
    let names: Vec<String> = answer.sites.iter().map(|n| name(&instance.site_names, n)).collect();
    let uncovered: Vec<String> = answer.uncovered.iter().map(|n| name(&instance.demand_names, n)).collect();
    let beyond = (0..instance.demands()).filter(|n| !instance.distances(*n).flatten().any(|d| d <= radius));
    let beyond = if needs_radius { beyond.count() } else { 0 };
    if asked.json {
        let document = json!({
            "objective": objective, "bound": bound, "sites": names, "optimal": answer.optimal,
            "gap": answer.gap, "seconds": start.elapsed().as_secs_f64(), "uncovered": uncovered,
            "uncoverable": beyond,
        });
        println!("{}", serde_json::to_string_pretty(&document)?);
        return Ok(());
    }
    let proof = match answer.optimal {
        true => "已证明最优".to_owned(),
        false => format!("时间用完，与最优最多相差 {:.1}%", percent_at_most(answer.gap)),
    };
    if beyond > 0 {
        let within = instance.demands() - beyond;
        println!("用这些候选点，半径内最多覆盖 {within} 处，{beyond} 处无法覆盖");
    }
    if model != Model::Lscp && answer.optimal && answer.sites.len() < sites {
        println!("要求选 {sites} 个，选 {} 个已达到同样的结果，再多选也不会更好", answer.sites.len());
    }
    println!("目标值 {objective}（{proof}），选点：{}", names.join("、"));
    if !uncovered.is_empty() {
        println!("未覆盖：{}", uncovered.join("、"));
    }
    Ok(())
}

/// The instance with distances over the roads of a map. A point with no road near has no way.
fn over_roads(instance: Instance, graph: &Path, drives: Drives) -> anyhow::Result<Instance> {
    ensure!(!instance.site_points.is_empty(), "只有 GeoJSON 数据能按道路计算距离");
    let network = Network::of(&read(graph)?, true);
    let vehicle = vehicle(drives, None)?;
    let day = parse_date("2026-01-01").unwrap_or_default();
    let situation = Situation { conditions: Conditions { day, wet: false }, closures: Vec::new() };
    let prepared = Prepared::new(&network, &vehicle, &situation, Objective::Distance);
    let snap = |at: &[f64; 2]| {
        network.index().nearest(&network, *at, NEAR_M, |segment| prepared.is_open(segment)).ok()
    };
    let demands: Vec<(usize, Spot)> =
        instance.demand_points.iter().enumerate().filter_map(|(n, at)| Some((n, snap(at)?))).collect();
    let spots: Vec<Spot> = demands.iter().map(|(_, spot)| *spot).collect();
    let mut search = Search::new();
    let mut rows = Vec::with_capacity(instance.sites);
    for site in &instance.site_points {
        let mut row = vec![None; instance.demands()];
        if let Some(site) = snap(site) {
            let found = reach::matrix(&network, &prepared, &mut search, &[site], &spots);
            for ((n, _), mm) in demands.iter().zip(found.into_iter().flatten()) {
                if let (Some(own), Some(mm)) = (row.get_mut(*n), mm) {
                    // Tenths of a metre.
                    *own = Some(mm.div_ceil(100));
                }
            }
        }
        rows.push(row);
    }
    Ok(instance.with_distances(&rows))
}
