//! Roads: made-up networks of three sizes, weighed, searched and closed in places; and siting. What does not belong here:
//! whether answers are right (`road`'s own tests), though no time is told of two searches that disagree.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, ensure};
use domain::road::{Closure, Conditions, Stops};
use domain::time::Date;
use domain::vehicle::{Class, Vehicle};
use road::made_up::{self, Dice, SEED};
use road::sight::{self, Lookout};
use road::siting::instance::Instance;
use road::siting::{Model, Question, solve};
use road::snap::Spot;
use road::terrain::Terrain;
use road::{Network, Objective, Prepared, Reading, Search, Situation, reach, route};

use super::Figures;

/// Junctions on a side of the township's, district's and city's network.
const SIDES: [(&str, u32); 3] = [("S", 60), ("M", 249), ("L", 797)];
/// Stations and people of a district who could be sent.
const STATIONS: usize = 200;
const CREWS: usize = 2_000;
/// Hamlets of a district.
const HAMLETS: u64 = 276;
/// Eight minutes, ms.
const EIGHT: u32 = 8 * 60 * 1000;

/// Sides of the matrices that are measured; the larger one by searches not on a city, which takes minutes.
const MATRICES: [usize; 2] = [100, 1_000];
/// Junctions of the largest network the larger matrix is measured on.
const MATRIX_MOST: usize = 100_000;

/// Junctions of the largest network drawn over by the town's own stretches: a city is drawn anew in minutes.
const DRAWN_MOST: usize = 100_000;
/// Measured stretches of the town over a map, and how many of them are closed.
const SURVEYS: usize = 200;
const SHUT: usize = 10;

/// Measures all sizes, a map of roads where its file is given, then siting.
pub fn measure(figures: &mut Figures, map: Option<&Path>) -> anyhow::Result<()> {
    let (vehicles, _) = exchange::vehicle_catalog::read(exchange::shipped::VEHICLES);
    let of = |class| vehicles.iter().find(|vehicle| vehicle.class == class).context("a vehicle");
    let (bike, engine) = (of(Class::Motorcycle)?, of(Class::Engine)?);
    for (size, side) in SIDES {
        one(figures, size, side, bike, engine)?;
    }
    if let Some(map) = map {
        let size = map.file_stem().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let extract = figures.once("路网：读底图", &size, 1, || road::osm::read(map));
        let extract = extract.map_err(|error| anyhow::anyhow!("{error}（{}）", error.code()))?;
        let n = extract.ways.len() as u64;
        let network = figures.once("路网：建图", &size, n, || Network::of(&extract, true));
        searched(figures, (size.as_str(), network), bike, engine)?;
    }
    for (demands, sites, p) in [(220, 40, 5), (2_000, 200, 10), (15_000, 500, 20)] {
        covering(figures, 0, (demands, sites, p))?;
    }
    covering(figures, HAMLETS, (15_000, 500, 20))?;
    sighted(figures)
}

/// What twelve cameras see of 30 km by 30 km of made-up hills in cells of 30 m, each 5 km around.
fn sighted(figures: &mut Figures) -> anyhow::Result<()> {
    let (side, step) = (1_000_usize, 0.000_3);
    let hill = |n: usize| ((n % side) as f32 / 37.0).sin() * 60.0 + ((n / side) as f32 / 23.0).cos() * 45.0;
    let heights = (0..side * side).map(|n| 300.0 + hill(n)).collect();
    let terrain = Terrain { cols: side, rows: side, first: [105.8, 29.5], step: [step, step], heights };
    let eyes: Vec<Lookout> = (1..=12_u32)
        .map(|n| {
            let at = [105.8 + f64::from(n % 4 + 1) * 0.06, 29.5 - f64::from(n / 4 + 1) * 0.06];
            Lookout { at, height_m: 20.0, sector_deg: None, range_m: 5_000.0 }
        })
        .collect();
    let seen =
        figures.once("林区：12 个监控的可视范围", "5 km", 12, || sight::seen(&terrain, &eyes));
    ensure!(seen.each.iter().all(Option::is_some), "a camera stands outside the terrain");
    Ok(())
}

fn one(figures: &mut Figures, size: &str, side: u32, bike: &Vehicle, engine: &Vehicle) -> anyhow::Result<()> {
    let n = u64::from(side) * u64::from(side);
    let network = figures.once("路网：建图", size, n, || made_up::network(side, SEED));
    if network.junctions.len() <= DRAWN_MOST {
        closed(figures, (size, &network), bike)?;
    }
    searched(figures, (size, network), bike, engine)
}

/// Ten of the town's own stretches over a map are closed: from that on until the first way is told, in the network that is
/// kept and in one drawn anew. Nothing is told of two that disagree.
fn closed(figures: &mut Figures, (size, made): (&str, &Network), bike: &Vehicle) -> anyhow::Result<()> {
    use road::drawn::{Drawn, Line};
    use road::osm::{Extract, Node, Way};
    let id = |n: u32| i64::from(n) + 1;
    let mut extract = Extract::default();
    extract.nodes.extend(
        made.junctions.iter().map(|one| (one.id + 1, Node { lon_lat: one.lon_lat, barrier: one.barrier })),
    );
    for (n, segment) in made.segments.iter().enumerate() {
        let Some(road) = made.road(segment) else { continue };
        let nodes = vec![id(segment.tail), id(segment.head)];
        extract.ways.push(Way { id: n as i64 + 1, nodes, road: road.clone() });
    }
    let step = (made.segments.len() / SURVEYS).max(1);
    let own = made.segments.iter().step_by(step).take(SURVEYS).filter_map(|segment| {
        let (road, line) = (made.road(segment)?.clone(), made.shape(segment).to_vec());
        Some(Line { road, line, closures: Vec::new(), barriers: Vec::new(), turns: Vec::new() })
    });
    let mut lines: Vec<Line> = own.collect();
    let before = Drawn::of(Some(&extract), &lines);
    before.network.index();
    for line in lines.iter_mut().step_by(SURVEYS / SHUT) {
        line.closures.push(Closure {
            from: Date::MIN,
            until: None,
            reason: String::new(),
            stops: Stops::Everybody,
        });
    }
    let mut dice = Dice(SEED);
    let (from, to) = (spot(made, &mut dice).lon_lat, spot(made, &mut dice).lon_lat);
    let way = |drawn: &Drawn| {
        let conditions = Conditions { day: Date::default(), wet: false };
        let situation = Situation { conditions, closures: drawn.closures.clone() };
        let prepared = Prepared::new(&drawn.network, bike, &situation, Objective::Time);
        let near =
            |at| drawn.network.index().nearest(&drawn.network, at, 500.0, |n| prepared.is_open(n)).ok();
        let ends = near(from).zip(near(to));
        let mut search = Search::new();
        ends.and_then(|(from, to)| {
            route::best(&drawn.network, &prepared, Reading::Optimistic, &mut search, &from, &to)
        })
        .map(|way| way.cost())
    };
    let n = made.junctions.len() as u64;
    let mut found = Vec::new();
    let mut ms = Vec::new();
    for _ in 0..5 {
        let start = Instant::now();
        let kept = before.again(&lines).context("路线没有变，却要重建路网")?;
        found.push(way(&kept));
        ms.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    figures.put("重算：镇街封闭 10 段路，到答出第一条路", size, n, ms, "路网不变");
    let start = Instant::now();
    let fresh = Drawn::of(Some(&extract), &lines);
    found.push(way(&fresh));
    let took = start.elapsed().as_secs_f64() * 1000.0;
    figures.put("重算：镇街封闭 10 段路，到答出第一条路", size, n, vec![took], "重建路网");
    ensure!(found.windows(2).all(|pair| pair[0] == pair[1]), "两次搜索的结果不同，不报时间");
    Ok(())
}

/// Everything that is asked of a network.
fn searched(
    figures: &mut Figures,
    (size, network): (&str, Network),
    bike: &Vehicle,
    engine: &Vehicle,
) -> anyhow::Result<()> {
    let n = network.junctions.len() as u64;
    figures.once("路网：空间索引", size, n, || {
        network.index();
    });
    let mut situation =
        Situation { conditions: Conditions { day: Date::default(), wet: false }, closures: Vec::new() };
    let weigh = |vehicle, situation: &Situation| Prepared::new(&network, vehicle, situation, Objective::Time);
    let prepared = weigh(bike, &situation);
    let mut dice = Dice(SEED);
    let pairs: Vec<(Spot, Spot)> =
        (0..100).map(|_| (spot(&network, &mut dice), spot(&network, &mut dice))).collect();
    let mut search = Search::new();
    let mut ms = Vec::new();
    for (n, (from, to)) in pairs.iter().enumerate() {
        let start = Instant::now();
        let way = route::best(&network, &prepared, Reading::Optimistic, &mut search, from, to);
        ms.push(start.elapsed().as_secs_f64() * 1000.0);
        if n < 20 {
            let found = reach::matrix(&network, &prepared, &mut search, &[*from], &[*to]);
            let other = found.into_iter().flatten().next().flatten().map(u64::from);
            ensure!(way.map(|way| way.cost()) == other, "两次搜索的结果不同，不报时间");
        }
    }
    figures.put("路线：两点之间（含路径）", size, n, ms, "Dijkstra");
    let ordered = prepared.clone();
    figures.once("路线：次序（每个路网一次）", size, n, || network.make_order());
    figures.once("路线：捷径（每种车一次）", size, n, || ordered.make_shortcuts(&network));
    let mut ms = Vec::new();
    for (from, to) in &pairs {
        let start = Instant::now();
        let way = route::best(&network, &ordered, Reading::Optimistic, &mut search, from, to);
        ms.push(start.elapsed().as_secs_f64() * 1000.0);
        let plain = route::best(&network, &prepared, Reading::Optimistic, &mut search, from, to);
        ensure!(way.map(|way| way.cost()) == plain.map(|way| way.cost()), "两次搜索的结果不同，不报时间");
    }
    figures.put("路线：两点之间（含路径）", size, n, ms, "次序");
    let mut ms = Vec::new();
    for (from, to) in pairs.iter().cycle().take(1_000) {
        let start = Instant::now();
        route::best(&network, &ordered, Reading::Optimistic, &mut search, from, to);
        ms.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    figures.put("路线：两点之间（含路径）", size, n, ms, "次序，1,000 次连着问");
    let mut ms = Vec::new();
    let mut reached = 0;
    for (from, _) in &pairs {
        let start = Instant::now();
        let found = reach::junctions(&network, &prepared, Reading::Optimistic, &mut search, &[*from], EIGHT);
        ms.push(start.elapsed().as_secs_f64() * 1000.0);
        reached += found.len();
    }
    figures.put("可达：8 分钟（路口集）", size, n, ms, &format!("平均 {} 个路口", reached / pairs.len()));
    matrices(figures, (size, &network), [&prepared, &ordered], &mut dice)?;
    let stations: Vec<Spot> = pairs.iter().take(50).map(|(from, _)| *from).collect();
    figures.once("可达：50 个站 8 分钟", size, n, || {
        reach::junctions(&network, &prepared, Reading::Optimistic, &mut search, &stations, EIGHT)
    });
    first_there(figures, (size, &network), (engine, &situation), &mut dice);
    let found = reach::reach(&network, &prepared, Reading::Optimistic, &mut search, &stations[..1], EIGHT);
    figures.once("可达：8 分钟轮廓", size, n, || reach::outline(&network, &found, 30.0));
    figures.once("重算：换一种车", size, n, || weigh(engine, &situation));
    let closure = Closure { from: Date::MIN, until: None, reason: String::new(), stops: Stops::Everybody };
    situation.closures =
        (0..10).map(|_| (dice.below(network.segments.len() as u64) as u32, closure.clone())).collect();
    figures.once("重算：封闭 10 段路", size, n, || weigh(bike, &situation));
    figures.once("重算：封闭 10 段路，连捷径", size, n, || {
        weigh(bike, &situation).make_shortcuts(&network)
    });
    Ok(())
}

/// Times from many points to as many others: by one search from each start, which reaches all, and by the order.
fn matrices(
    figures: &mut Figures,
    (size, network): (&str, &Network),
    [prepared, ordered]: [&Prepared; 2],
    dice: &mut Dice,
) -> anyhow::Result<()> {
    let mut search = Search::new();
    for side in MATRICES {
        let from: Vec<Spot> = (0..side).map(|_| spot(network, dice)).collect();
        let to: Vec<Spot> = (0..side).map(|_| spot(network, dice)).collect();
        for (own, how) in [(prepared, "每个起点一次搜索"), (ordered, "次序")] {
            let is_large = network.junctions.len() > MATRIX_MOST;
            if is_large && side > 100 && how != "次序" {
                let cells = (side * side) as u64;
                let why = format!("{side} × {side}，{how}：要几分钟");
                figures.left_out("距离矩阵", size, cells, &why);
                continue;
            }
            let start = Instant::now();
            let table = reach::matrix(network, own, &mut search, &from, &to);
            let took = start.elapsed().as_secs_f64() * 1000.0;
            // No time is told of a table in which a cell disagrees with a way searched by itself.
            for (n, ((row, a), b)) in table.iter().zip(&from).zip(&to).enumerate().take(5) {
                let cell = row.get(n).copied().flatten();
                let way = route::best(network, prepared, Reading::Optimistic, &mut search, a, b);
                ensure!(way.map(|way| way.cost()) == cell.map(u64::from), "两次搜索的结果不同，不报时间");
            }
            let cells = (side * side) as u64;
            figures.put("距离矩阵", size, cells, vec![took], &format!("{side} × {side}，{how}"));
        }
    }
    Ok(())
}

/// Two thousand people of two hundred stations, ranked for one spot: a search back from it, and every score.
fn first_there(
    figures: &mut Figures,
    (size, network): (&str, &Network),
    (vehicle, situation): (&Vehicle, &Situation),
    dice: &mut Dice,
) {
    use domain::dispatch::{Crew, Need, Presence, Ride, TravelBy, Weights, rank};
    let prepared = Prepared::new(network, vehicle, situation, Objective::Time);
    prepared.make_shortcuts(network);
    let starts: Vec<Option<Spot>> = (0..STATIONS).map(|_| Some(spot(network, dice))).collect();
    let mut search = Search::new();
    let mut roads = Vec::new();
    let need = Need { kind: domain::incident::Kind::Building, skills: Default::default(), nowhere: false };
    let weights = Weights { lacks_skill: 2.0, load: 1.0, aid: 5.0, no_roster: 2.0, unknown: 60.0 };
    let mut ms = Vec::new();
    for _ in 0..100 {
        let to = spot(network, dice);
        let begun = Instant::now();
        let case = (vehicle, situation);
        let found = road::towards::towards(network, case, &prepared, &mut search, (&starts, &to));
        roads.push(begun.elapsed().as_secs_f64() * 1000.0);
        let crews = (0..CREWS).map(|n| {
            let approach = found.get(n % STATIONS).and_then(Option::as_ref);
            Crew {
                person: format!("p{n}").as_str().into(),
                name: String::new(),
                force: format!("f{}", n % STATIONS).as_str().into(),
                force_name: String::new(),
                kind: domain::force::ForceKind::Micro,
                aid: n % 3 == 0,
                rides: vec![Ride {
                    vehicle: "消防车".to_owned(),
                    minutes: approach.and_then(|one| one.seconds).map(|seconds| seconds / 60.0),
                    why_not: String::new(),
                    unsure: String::new(),
                    by: TravelBy::Road,
                }],
                presence: Presence::OnDuty,
                skills: Default::default(),
                load: 0,
                busy: false,
            }
        });
        rank(crews.collect(), &need, &weights);
        ms.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    let how = if prepared.has_shortcuts() { "一次反向搜索，次序" } else { "一次反向搜索" };
    figures.put("调派：200 个站各要多久，路上有什么", size, STATIONS as u64, roads, how);
    figures.put("调派：按路网到场时间排 2,000 人", size, CREWS as u64, ms, "连排序");
}

/// A junction at random.
pub(super) fn spot(network: &Network, dice: &mut Dice) -> Spot {
    let junction = dice.below(network.junctions.len() as u64) as u32;
    let lon_lat =
        network.junctions.get(junction as usize).map(|junction| junction.lon_lat).unwrap_or_default();
    Spot { segment: 0, offset_mm: 0, junction: Some(junction), lon_lat, away_m: 0.0 }
}

/// Demands and sites at random, weights up to 30, a radius of 2.5 km: in a square of 20 km without hamlets, else within
/// 600 m around so many hamlets of a district 60 km across, as people live.
fn covering(
    figures: &mut Figures,
    hamlets: u64,
    (demands, sites, p): (usize, usize, usize),
) -> anyhow::Result<()> {
    let mut dice = Dice(SEED);
    let middles: Vec<[i64; 2]> =
        (0..hamlets).map(|_| [dice.below(60_000) as i64, dice.below(60_000) as i64]).collect();
    let mut at = || {
        if middles.is_empty() {
            return [dice.below(20_000) as i64, dice.below(20_000) as i64];
        }
        let middle = middles.get(dice.below(hamlets) as usize).copied().unwrap_or_default();
        middle.map(|part| part + dice.below(1_200) as i64 - 600)
    };
    let places: Vec<[i64; 2]> = (0..sites).map(|_| at()).collect();
    let homes: Vec<[i64; 2]> = (0..demands).map(|_| at()).collect();
    let far = |a: &[i64; 2], b: &[i64; 2]| ((a[0] - b[0]).pow(2) + (a[1] - b[1]).pow(2)).isqrt() as u32;
    let table = homes.iter().map(|home| places.iter().map(|place| far(home, place)).collect()).collect();
    let weights = (0..demands).map(|_| 1 + dice.below(30)).collect();
    let instance = Instance::from_table(weights, table);
    let start = Instant::now();
    let question = Question { model: Model::Mclp, sites: p, radius: 2_500 };
    let answer = solve(&instance, question, &|| start.elapsed().as_secs() > 60)
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    let proof = if answer.optimal {
        "已证明最优".to_owned()
    } else {
        format!("差距 {:.3}%", answer.gap * 100.0)
    };
    let lie = if hamlets > 0 { "，村落" } else { "" };
    let size = format!("{demands} × {sites}, {p}{lie}");
    let took = start.elapsed().as_secs_f64() * 1000.0;
    figures.put(
        "选址：最大覆盖",
        &size,
        demands as u64,
        vec![took],
        &format!("{} {proof}", answer.objective),
    );
    Ok(())
}
