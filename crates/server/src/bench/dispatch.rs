//! Who could be sent, as the page that asks for it waits for it: 200 stations of a district with ten people each, over a road
//! network laid under the town, through the use case itself. What does not belong here: the ranking alone (`alarm`), the
//! search alone (`road`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use app::incident::view::{IncidentInput, SpotInput};
use app::org::Roster;
use app::{App, Caller};
use domain::force::{Acceptance, Force, ForceKind, Served, Vehicle};
use domain::hazard::Position;
use domain::org::{Assignment, Level, OrgKind, Person, Post, Role};
use road::made_up::{self, Dice, SEED};
use store::force::ForceRecord;

use super::memory::day;
use super::org::{org, territory};
use super::road::spot;
use super::{Figures, net, record};

/// People of a station.
const OF_A_STATION: u32 = 10;
/// The village everything stands in.
const VILLAGE: &str = "v0";
/// Incidents asked about.
const ASKED: usize = 120;
/// Vehicles of a station: their kind and name.
const VEHICLES: [(&str, &str); 2] = [("motorcycle", "消防摩托车"), ("mini_engine", "小型消防车")];

/// Fills a book of so many crews, lays a network of so many junctions on a side under it, asks, and takes both away.
pub async fn measure(figures: &mut Figures, crews: u32, side: u32) -> anyhow::Result<()> {
    let folder = std::env::temp_dir().join(format!("fengsui-bench-dispatch-{}", std::process::id()));
    let outcome = asked(figures, &folder, crews, side).await;
    let _ = std::fs::remove_dir_all(&folder);
    outcome
}

async fn asked(figures: &mut Figures, folder: &Path, crews: u32, side: u32) -> anyhow::Result<()> {
    net::write(folder, side, None)?;
    let url = format!("sqlite:{}", folder.join("town.db").display());
    let (keys, blobs) = (folder.join("keys"), folder.join("blobs"));
    let app = App::open(&url, &keys, &blobs, Arc::new(record::Noon), record::TOWN.into()).await?;
    let system = Caller::system();
    let stations = crews / OF_A_STATION;
    app.found_town(&system, &roster(stations), "一份只用于测速的口令").await?;
    app.install_shipped_plan(&system).await?;
    app.import_road_map(&system, &folder.join("net.osm"), true).await?;
    let network = made_up::network(side, SEED);
    let mut dice = Dice(SEED);
    let now = app.now();
    let mut tx = app.write(&system).await?;
    for n in 0..stations {
        tx.insert_force(&station(n, spot(&network, &mut dice).lon_lat, now)).await?;
    }
    tx.commit(system.audit("force.add", "force", "f0", now), ()).await?;
    let (mut first, mut took) = (Vec::new(), Vec::new());
    for n in 0..ASKED {
        let [lon, lat] = spot(&network, &mut dice).lon_lat;
        let call = IncidentInput {
            kind: Some("building".to_owned()),
            village: Some(VILLAGE.to_owned()),
            address: format!("第 {n} 处"),
            spot: Some(SpotInput { lon, lat }),
            text: "冒烟".to_owned(),
            ..IncidentInput::default()
        };
        let id = app.take_call(&system, call).await?.row.id.into();
        let begun = Instant::now();
        let found = app.candidates(&system, &id).await?;
        let ms = begun.elapsed().as_secs_f64() * 1_000.0;
        ensure!(found.total == crews as usize, "候选 {} 人，应为 {crews}", found.total);
        let by_road = found.items.first().context("没有候选人")?;
        ensure!(by_road.by.as_ref().is_some_and(|by| by.code == "road"), "第一名不是按路网算的");
        if n == 0 {
            first.push(ms);
            // Shortcuts are made beside, once for a network: afterwards it is as on any other day.
            tokio::time::sleep(Duration::from_millis(u64::from(side) * 60)).await;
        } else {
            took.push(ms);
        }
    }
    app.db.close().await;
    let size = format!("{} 路口", side * side);
    let note = format!("{stations} 个站各 {OF_A_STATION} 人、两种车，第一次：连同铺路网");
    figures.put("调派：候选页，第一次", &size, crews.into(), first, &note);
    let note = "按路网到场时间（两种车和步行各一次反向搜索）、排序，并读库；目标 10 ms 以内";
    figures.put("调派：候选页", &size, crews.into(), took, note);
    Ok(())
}

fn station(n: u32, [lon, lat]: [f64; 2], now: domain::time::Timestamp) -> ForceRecord {
    let from = day("2025-01-01");
    let vehicle = |(item, name): (&str, &str)| Vehicle {
        item: item.to_owned(),
        name: name.to_owned(),
        plate: String::new(),
        from,
        gone: None,
    };
    let e7 = |degrees: f64| (degrees * 1e7) as i32;
    ForceRecord {
        force: Force {
            id: format!("f{n}").into(),
            kind: ForceKind::Micro,
            served: Served::Village,
            name: format!("第 {n} 站"),
            org: "village".into(),
            territory: VILLAGE.into(),
            place: None,
            address: String::new(),
            position: Some(Position { lat_e7: e7(lat), lng_e7: e7(lon), accuracy_m: None }),
            standard: "village_micro".to_owned(),
            phone: "023-40000000".to_owned(),
            radio: String::new(),
            posts: BTreeSet::from([format!("post{n}").into()]),
            members: BTreeMap::new(),
            vehicles: VEHICLES.into_iter().map(vehicle).collect(),
            accepted: Some(Acceptance { on: from, by: "测速".to_owned() }),
            dispatch: Vec::new(),
            closed: None,
        },
        path: format!("{}/{VILLAGE}", record::TOWN),
        accepted_at: Some(now),
        version: 1,
        recorded_at: now,
        recorded_by: "bench".to_owned(),
    }
}

fn roster(stations: u32) -> Roster {
    let path = format!("{}/{VILLAGE}", record::TOWN);
    let mut roster = Roster::default();
    roster.territories.push(territory(record::TOWN, Level::Town, None, record::TOWN.to_owned()));
    roster.territories.push(territory(VILLAGE, Level::Village, Some(record::TOWN), path.clone()));
    roster.orgs.push(org("village".to_owned(), OrgKind::Village, VILLAGE));
    for n in 0..stations {
        roster.posts.push(Post {
            id: format!("post{n}").into(),
            role: Role::StationMember,
            org: "village".into(),
            territory: VILLAGE.into(),
            name: format!("第 {n} 站队员"),
            min_n: 1,
            max_n: None,
            active: true,
        });
        for k in n * OF_A_STATION..(n + 1) * OF_A_STATION {
            roster.persons.push(Person {
                id: format!("p{k}").into(),
                name: format!("队员{k}"),
                phone: String::new(),
                office_phone: String::new(),
                active: true,
            });
            roster.assignments.push(Assignment {
                away: Vec::new(),
                id: format!("a{k}").into(),
                person: format!("p{k}").into(),
                post: format!("post{n}").into(),
                role: Role::StationMember,
                org: "village".into(),
                territory: VILLAGE.into(),
                path: path.clone(),
                place: None,
                acting: false,
                from: day("2025-01-01"),
                to: None,
                basis: String::new(),
            });
        }
    }
    roster
}
