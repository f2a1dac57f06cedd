//! The sample town's readiness: a call test a month, most stations in time, some late, one silent; a few sorties a year.
//! What does not belong here: the stations themselves (`force`).

use chrono::{Days, Months};
use domain::call_test::{Answer, CallStation, CallTest, Channel, Member};
use domain::ids::PersonId;
use domain::org::{Assignment, Role};
use domain::policy::Action;
use domain::sortie::{Incident, Sortie};
use domain::time::{Date, Timestamp};
use store::call_test::{CallStationRecord, CallTestRecord};
use store::force::{ForceFilter, ForceRecord};
use store::sortie::SortieRecord;

use super::dice::Dice;
use super::id;
use crate::call_test::ANSWER_WITHIN;
use crate::org::Roster;
use crate::{App, Caller, Error, Result};

/// Months of history.
const MONTHS: u32 = 14;
/// Days ago, what for, where, what was done, what was used.
const SORTIES: &[(u64, Incident, &str, &str, &str)] = &[
    (
        390,
        Incident::InitialFire,
        "沿街餐馆灶台",
        "油锅起火，用灭火毯盖灭，消防救援站到场后移交。",
        "灭火毯 1 张",
    ),
    (301, Incident::FalseAlarm, "居民楼三楼", "邻居闻到焦味报告，系饭煮糊，开窗通风后返回。", ""),
    (244, Incident::Standby, "文化广场坝坝宴", "现场值守四小时，劝离一处明火炉旁堆放的纸箱。", "灭火器 4 具"),
    (
        163,
        Incident::InitialFire,
        "田边秸秆堆",
        "村民烧秸秆引燃堆垛，水泵出水扑灭并看守余火。",
        "水带 2 盘；手抬泵 1 台",
    ),
    (96, Incident::Assist, "村道农用车", "农用车发动机冒烟，先用灭火器压住，配合救援站冷却。", "灭火器 2 具"),
    (
        21,
        Incident::InitialFire,
        "老旧院落电表箱",
        "电表箱冒火，断电后用干粉灭火器扑灭，通知供电所更换。",
        "灭火器 1 具",
    ),
];

/// Drone flights, so many days apart.
const FLIGHTS: u64 = 60;
const FLIGHT_EVERY: u64 = 6;
/// Over which woods, and what was seen.
const SEEN_FROM_ABOVE: &[(&str, &str)] = &[
    ("凤凰山林区", "沿防火隔离带飞行一圈，未见烟火。"),
    ("水库北岸林区", "林缘一处农户焚烧杂草，喊话制止，网格员到场浇灭并登记。"),
    ("坟山片区", "查看祭祀点，未见明火；一处输电线下树障过高，转供电所处理。"),
];

fn refused(refusal: impl std::fmt::Display) -> Error {
    Error::Internal(format!("the sample broke a rule: {refusal}"))
}

fn people(force: &ForceRecord, held: &[Assignment], on: Date) -> Vec<PersonId> {
    let mut found: Vec<PersonId> = force.force.held(held, on).map(|one| one.person.clone()).collect();
    found.sort();
    found.dedup();
    found
}

/// Call tests and sorties of the stations there are.
pub(super) async fn fill(app: &App, roster: &Roster) -> Result<()> {
    let caller = Caller::system();
    let (now, today) = (app.now(), app.now().date());
    let scope = caller.scope(Action::ForceRead)?;
    let mut tx = app.write(&caller).await?;
    let forces = tx.forces(&scope, &ForceFilter::default()).await?;
    let held: Vec<Assignment> = tx.assignments().await?.into_iter().map(|one| one.assignment).collect();
    let clerk = roster.assignments.iter().find(|one| one.role == Role::OfficeClerk && one.to.is_none());
    let Some(clerk) = clerk.map(|one| one.person.clone()).filter(|_| !forces.is_empty()) else {
        return Ok(());
    };
    let mut dice = Dice::new("calls");
    for back in (0..MONTHS).rev() {
        let on =
            today.checked_sub_months(Months::new(back)).and_then(|day| day.checked_sub_days(Days::new(9)));
        let Some(on) = on else { continue };
        let started_at = Timestamp::start_of(on).plus_ms(9 * 3_600_000 + 30 * 60_000);
        let called: Vec<&ForceRecord> =
            forces.iter().filter(|one| one.force.is_in_use(on) && one.force.call_sign().is_some()).collect();
        if called.is_empty() {
            continue;
        }
        let test_id = id(&format!("call:{on}"));
        let test = CallTest::start(
            test_id.as_str().into(),
            "月度呼叫测试",
            started_at,
            ANSWER_WITHIN.1 as u32,
            called.len(),
        )
        .map_err(refused)?;
        let ended = started_at.plus_ms(15 * 60_000);
        for (n, force) in called.iter().enumerate() {
            let asked = people(force, &held, on);
            let mut station = CallStation {
                id: id(&format!("call:{on}:{}", force.force.id)),
                test: test_id.as_str().into(),
                force: force.force.id.clone(),
                members: asked.iter().map(|one| Member { person: one.clone(), answer: None }).collect(),
            };
            // One station is silent this month: the board and the workbench show it.
            let is_silent = if back == 0 { n + 1 == called.len() } else { dice.chance(40) };
            let slow = dice.chance(90);
            for one in asked.iter().filter(|_| !is_silent) {
                if !dice.chance(850) {
                    continue;
                }
                let s = if slow { 65 + dice.below(120) } else { 8 + dice.below(50) };
                let channel = if dice.chance(600) { Channel::App } else { Channel::Radio };
                let recorded_by = if channel == Channel::App { one.clone() } else { clerk.clone() };
                let at = started_at.plus_ms(i64::try_from(s).unwrap_or(0) * 1_000);
                station = station
                    .answer(&test, one, Answer { at, channel, recorded_by }, ended)
                    .map_err(refused)?;
            }
            let record = CallStationRecord {
                station,
                org: force.force.org.clone(),
                path: force.path.clone(),
                place: force.force.place.clone(),
                version: 1,
                recorded_at: started_at,
            };
            tx.insert_call_station(&record).await?;
        }
        let test = test.close(ended).map_err(refused)?;
        let recorded_by = "演示数据".to_owned();
        tx.insert_call_test(&CallTestRecord { test, recorded_by, version: 1, recorded_at: started_at })
            .await?;
    }
    for (n, (days, incident, site, text, used)) in SORTIES.iter().enumerate() {
        let Some(on) = today.checked_sub_days(Days::new(*days)) else { continue };
        let able: Vec<&ForceRecord> = forces
            .iter()
            .filter(|one| one.force.is_in_use(on) && !people(one, &held, on).is_empty())
            .collect();
        let Some(force) = able.get(n % able.len().max(1)) else { continue };
        let minute = |m: i64| Timestamp::start_of(on).plus_ms((17 * 60 + 10 + m) * 60_000);
        let is_fire = *incident == Incident::InitialFire;
        let sortie = Sortie {
            id: id(&format!("sortie:{n}")).into(),
            force: force.force.id.clone(),
            incident: *incident,
            site: (*site).to_owned(),
            place: None,
            called_by: "附近群众".to_owned(),
            called_at: minute(0),
            told_119_at: is_fire.then(|| minute(-1)),
            not_told: String::new(),
            left_at: minute(2),
            arrived_at: Some(minute(4 + i64::try_from(dice.below(6)).unwrap_or(0))),
            back_at: minute(60),
            crew: people(force, &held, on).into_iter().take(3).collect(),
            used: used.split('；').filter(|one| !one.is_empty()).map(str::to_owned).collect(),
            text: (*text).to_owned(),
            hazards: Vec::new(),
            void: None,
        }
        .record(now)
        .map_err(refused)?;
        let record = SortieRecord {
            sortie,
            org: force.force.org.clone(),
            path: force.path.clone(),
            serves: force.force.place.as_ref().map(|place| place.to_string()),
            recorded_by: "演示数据".to_owned(),
            version: 1,
            recorded_at: minute(180),
        };
        tx.insert_sortie(&record).await?;
    }
    let forest = forces.iter().find(|one| one.force.id.as_str() == id(super::force::FOREST));
    for n in 0..FLIGHTS {
        let (Some(force), Some(on)) = (forest, today.checked_sub_days(Days::new(4 + n * FLIGHT_EVERY)))
        else {
            continue;
        };
        let pilots = people(force, &held, on);
        if pilots.is_empty() {
            continue;
        }
        let minute = |m: i64| Timestamp::start_of(on).plus_ms((14 * 60 + m) * 60_000);
        let (site, text) =
            SEEN_FROM_ABOVE.get(n as usize % SEEN_FROM_ABOVE.len()).copied().unwrap_or_default();
        let sortie = Sortie {
            id: id(&format!("flight:{n}")).into(),
            force: force.force.id.clone(),
            incident: Incident::DronePatrol,
            site: site.to_owned(),
            place: None,
            called_by: "农服中心".to_owned(),
            called_at: minute(0),
            told_119_at: None,
            not_told: String::new(),
            left_at: minute(5),
            arrived_at: Some(minute(9)),
            back_at: minute(43),
            crew: pilots.into_iter().take(2).collect(),
            used: vec!["示例无人机 1 架，两块电池".to_owned()],
            text: text.to_owned(),
            hazards: Vec::new(),
            void: None,
        };
        let record = SortieRecord {
            sortie: sortie.record(now).map_err(refused)?,
            org: force.force.org.clone(),
            path: force.path.clone(),
            serves: None,
            recorded_by: "演示数据".to_owned(),
            version: 1,
            recorded_at: minute(90),
        };
        tx.insert_sortie(&record).await?;
    }
    Ok(tx.commit(caller.audit("sample.fill", "sample", "call_test", now), ()).await?)
}
