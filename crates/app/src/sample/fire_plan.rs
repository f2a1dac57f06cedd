//! The sample town's special fire plan: a first version with what stood then, a second with what was built since, what is
//! new and what was given up; one village still without a lane, some items no other plan took in. What does not belong
//! here: how versions are kept (`fire_plan`).

use domain::facility::Shape;
use domain::fire_plan::{Act, BODIES, Event, FirePlan, Frame, Item, ItemKind, ItemStatus, Stage};
use domain::ids::{FacilityId, OrgId};
use domain::org::{Assignment, Level, OrgKind, Role, Territory};
use domain::time::{Date, Timestamp};
use store::Audit;
use store::fire_plan::FirePlanRecord;

use super::{VILLAGES, id};
use crate::org::Roster;
use crate::{App, Error, Result};

/// When the first version was approved, and the second. Units: days ago.
const APPROVED: [u64; 2] = [540, 75];

/// A planned thing of a village: name, from the middle in thousandths of a degree, year, the facility it became, in the
/// second version only, given up there.
struct Planned {
    kind: ItemKind,
    name: &'static str,
    at: (f64, f64),
    to: Option<(f64, f64)>,
    year: i32,
    became: Option<&'static str>,
    only_second: bool,
    given_up: bool,
    article: &'static str,
}

const fn item(kind: ItemKind, name: &'static str, at: (f64, f64), year: i32) -> Planned {
    Planned {
        kind,
        name,
        at,
        to: None,
        year,
        became: None,
        only_second: false,
        given_up: false,
        article: "第四章第十二条",
    }
}

const MARKET: &[Planned] = &[
    item(ItemKind::Layout, "消防安全布局", (0.0, 0.0), 2025),
    item(ItemKind::Station, "消防站车库", (0.3, 0.2), 2025),
    Planned { to: Some((1.5, 0.9)), ..item(ItemKind::Lane, "老街消防车通道", (-1.2, 0.4), 2026) },
    Planned {
        became: Some("敬老院消防水池"), ..item(ItemKind::Water, "敬老院消防水池", (-2.1, 1.6), 2025)
    },
    Planned { only_second: true, ..item(ItemKind::Water, "新街消防水池", (1.1, 1.9), 2026) },
    Planned {
        only_second: true, article: "", ..item(ItemKind::Signal, "村村响消防广播", (0.1, 0.4), 2027)
    },
];

const VILLAGE: &[Planned] = &[
    Planned { to: Some((2.2, 1.1)), ..item(ItemKind::Lane, "村道消防车通道", (-2.4, -0.8), 2026) },
    Planned {
        became: Some("村委会消防水池"), ..item(ItemKind::Water, "村委会消防水池", (0.4, 0.5), 2025)
    },
    Planned { only_second: true, ..item(ItemKind::Water, "三组消防水池", (4.1, -2.2), 2027) },
    Planned { given_up: true, ..item(ItemKind::Water, "老堰塘取水点", (-4.0, -1.5), 2025) },
];

const FOREST: &[Planned] = &[
    Planned {
        to: Some((9.0, 8.2)),
        became: Some("山脊防火隔离带"),
        ..item(ItemKind::ForestBreak, "山脊防火隔离带", (2.0, 7.5), 2025)
    },
    Planned {
        to: Some((13.0, 7.0)),
        only_second: true,
        article: "",
        ..item(ItemKind::ForestBreak, "二期防火隔离带", (9.0, 8.2), 2027)
    },
    Planned { became: Some("山顶水池"), ..item(ItemKind::ForestWater, "山顶水池", (5.0, 6.5), 2025) },
    Planned {
        became: Some("进山路口检查站"),
        ..item(ItemKind::Checkpoint, "进山路口检查站", (6.0, 2.5), 2025)
    },
];

fn ago(today: Date, days: u64) -> Date {
    today.checked_sub_days(chrono::Days::new(days)).unwrap_or(today)
}

fn refused(refusal: impl std::fmt::Display) -> Error {
    Error::Internal(format!("the sample broke a rule: {refusal}"))
}

/// The items of a village in one version.
fn items_of(planned: &[&Planned], village: &Territory, middle: (f64, f64), second: bool) -> Vec<Item> {
    let near = |(east, north): (f64, f64)| [middle.0 + east / 1_000.0, middle.1 + north / 1_000.0];
    let make = |one: &&&Planned| {
        let shape = match one.to {
            None => Shape::Point(near(one.at)),
            Some(to) => Shape::LineString(vec![near(one.at), near(to)]),
        };
        let facility =
            one.became.filter(|_| second).map(|name| id(&format!("facility {} {name}", village.code)));
        let status = match (second, one.given_up) {
            (true, true) => ItemStatus::Retired,
            (true, false) if facility.is_some() => ItemStatus::Built,
            _ => ItemStatus::Planned,
        };
        Item {
            id: id(&format!("fire plan item {} {}", village.code, one.name)),
            kind: one.kind,
            name: format!("{}{}", village.short_name, one.name),
            village: village.code.clone(),
            year: Some(one.year),
            shape: Some(shape),
            status,
            facility: facility.map(FacilityId::from),
            force: None,
            article: if second { one.article.to_owned() } else { String::new() },
            taken_in_at: None,
            note: String::new(),
        }
    };
    planned.iter().filter(|one| second || !one.only_second).map(|one| make(&one)).collect()
}

/// Makes both versions.
pub(super) async fn fill(app: &App, roster: &Roster) -> Result<()> {
    let today = app.now().date();
    let town = roster.territories.iter().find(|node| node.level == Level::Town);
    let clerk = roster.assignments.iter().find(|held| held.role == Role::OfficeClerk && held.to.is_none());
    let gov = roster.orgs.iter().find(|org| org.kind == OrgKind::TownGov);
    let (Some(town), Some(clerk), Some(gov)) = (town, clerk, gov) else { return Ok(()) };
    let mut lives: Vec<Vec<(FirePlanRecord, Event)>> = Vec::new();
    for (nth, days) in APPROVED.into_iter().enumerate() {
        let second = nth == 1;
        let mut items = Vec::new();
        for (at, (word, _, middle)) in VILLAGES.iter().enumerate() {
            let is_it = |node: &&Territory| node.level == Level::Village && node.name.contains(word);
            let Some(village) = roster.territories.iter().find(is_it) else { continue };
            let planned: Vec<&Planned> = match at {
                0 => MARKET.iter().collect(),
                1 | 2 | 5 => VILLAGE.iter().chain(FOREST).collect(),
                // Of one village nobody has said yet where engines are to drive.
                3 => VILLAGE.iter().filter(|one| one.kind != ItemKind::Lane).collect(),
                _ => VILLAGE.iter().collect(),
            };
            items.extend(items_of(&planned, village, *middle, second));
        }
        let plan = FirePlan {
            id: id(&format!("fire plan {}", nth + 1)).into(),
            edition: if second { 2 } else { 1 },
            title: "青峰镇消防专项规划".to_owned(),
            years: if second { (2026, 2030) } else { (2025, 2029) },
            based_on: second.then(|| id("fire plan 1").into()),
            org: gov.id.clone(),
            items,
            stage: Stage::Draft,
            signatures: Vec::new(),
            approval: None,
            superseded_on: None,
            extracts: Vec::new(),
            void: None,
        };
        let record = FirePlanRecord {
            plan: plan.register().map_err(refused)?,
            path: town.path.clone(),
            voided_at: None,
            recorded_by: "应急办".to_owned(),
            version: 1,
            recorded_at: Timestamp::start_of(ago(today, days + 40)),
        };
        let mut life = vec![(record.clone(), told(&record, 1, Act::Make, ago(today, days + 40), "", clerk))];
        let mut step = |act: Act, days: u64, text: &str| -> Result<()> {
            let (mut record, _) = life.last().cloned().ok_or(Error::NotFound)?;
            record.version = i64::try_from(life.len()).unwrap_or(1);
            let on = ago(today, days);
            record.plan = record.plan.take(&act, (on, Timestamp::start_of(on)), text).map_err(refused)?;
            let event = told(&record, record.version + 1, act, on, text, clerk);
            life.push((record, event));
            Ok(())
        };
        step(Act::Circulate, days + 30, "")?;
        for (nth, body) in (0_u64..).zip(BODIES) {
            let label = format!("org:{body}");
            let org = roster.orgs.iter().find(|org| org.label == label).map(|org| org.id.clone());
            let act = Act::Sign { body: body.to_owned(), org: org.unwrap_or_else(|| OrgId::from(body)) };
            step(act, days + 24 - nth * 2, "会签单存应急办")?;
        }
        let document_no = if second { "永川府〔2026〕41号" } else { "永川府〔2025〕17号" };
        let by = "永川区人民政府".to_owned();
        step(Act::Approve { by, document_no: document_no.to_owned() }, days, "")?;
        if second {
            for (frame, document, article, after) in [
                (Frame::Spatial, "青峰镇国土空间规划（2021—2035）", "第四章第十二条", 20),
                (Frame::Forest, "永川区森林防火规划（演示数据）", "第三章第八条", 31),
            ] {
                let (document, article) = (document.to_owned(), article.to_owned());
                step(Act::Extract { frame, document, article }, days - after, "")?;
            }
        } else {
            step(Act::Supersede, APPROVED.get(1).copied().unwrap_or(0), "第 2 版")?;
        }
        lives.push(life);
    }
    for life in lives {
        keep(app, life, clerk, roster).await?;
    }
    Ok(())
}

fn told(record: &FirePlanRecord, seq: i64, act: Act, on: Date, text: &str, by: &Assignment) -> Event {
    Event {
        seq,
        act,
        on,
        recorded_at: Timestamp::start_of(on),
        by: by.person.clone(),
        text: text.to_owned(),
        stage: record.plan.stage,
    }
}

/// Writes a life: one entry in the record stands for all of it.
async fn keep(
    app: &App,
    life: Vec<(FirePlanRecord, Event)>,
    clerk: &Assignment,
    roster: &Roster,
) -> Result<()> {
    let Some((first, begun)) = life.first().cloned() else { return Ok(()) };
    let mut tx = app.db.write(&app.town).await?;
    for (record, event) in &life {
        match event.seq {
            1 => tx.insert_fire_plan(record, event).await?,
            _ => tx.save_fire_plan(record, event).await?,
        }
    }
    let name = roster.persons.iter().find(|one| one.id == clerk.person).map(|one| one.name.clone());
    let audit = Audit {
        action: "fire_plan.make",
        object_kind: "fire_plan",
        object_id: first.plan.id.to_string(),
        territory: first.path.clone(),
        actor: clerk.person.to_string(),
        actor_name: name.unwrap_or_default(),
        hat: String::new(),
        happened_at: begun.recorded_at,
        at: begun.recorded_at,
        reason: String::new(),
        detail: "{}".to_owned(),
    };
    tx.commit(audit, ()).await.map_err(Into::into)
}
