//! Writes the sample town's register, plans and history down: each act an entry of the record of its own, many to a
//! commit. What does not belong here: what is invented (`places`, `history`).

use std::collections::BTreeMap;

use chrono::Datelike;
use domain::calendar::Calendar;
use domain::checklist_library::Library;
use domain::ids::{OrgId, TerritoryCode, TownCode};
use domain::inspection_plan::{Expected, Frequency, InspectionPlan, Span, expected_in_year};
use domain::place_list::{Baseline, Entry as Stay, ListKind, PlaceList};
use domain::risk::{Facts, RiskTable, Score};
use domain::time::{Date, Timestamp};
use domain::visit_schedule::schedule;
use store::Audit;
use store::hazard::Filing;
use store::inspection::InspectionFiling;
use store::inspection_plan::{PlanItemRecord, PlanRecord};
use store::photo::Picture;
use store::place::PlaceRecord;
use store::place_list::{EntryRecord, ListRecord};
use store::task::TaskFiling;

use super::dice::Dice;
use super::history::{Body, Entry, Hat, Row, Shot, Story};
use super::picture;
use super::places::{self, Made, Village};
use crate::{App, Caller, Error, Result};

/// The day of the plan, from which its lists count.
const PLAN_DAY: (i32, u32, u32) = (2023, 2, 20);
/// Months of history.
const MONTHS: u32 = 14;
/// Entries of the record per commit: enough to be quick, few enough to hold in memory.
const PER_COMMIT: usize = 400;
/// Different rooms drawn for each category and role.
const VARIANTS: u64 = 3;

/// Everybody the history needs.
pub(super) struct Cast {
    /// Villages, each with those who go out for it.
    pub villages: Vec<(Village, Body)>,
    /// The police station.
    pub police: Body,
    /// Departments by the plan's word, as `org:economy_office`.
    pub depts: Vec<(&'static str, Body)>,
    /// The committee's office.
    pub office: Hat,
    /// Who approves plans.
    pub leader: Hat,
}

/// Fills the register and fourteen months of history up to now.
pub(super) async fn fill(
    app: &App,
    cast: &Cast,
    id: &(dyn Fn(&str) -> String + Sync),
    library: &Library,
    calendar: &Calendar,
) -> Result<()> {
    let now = app.now();
    let today = now.date();
    let first = today - chrono::Months::new(MONTHS);
    let from = first.with_day(1).unwrap_or(first);
    let plan_day = Date::from_ymd_opt(PLAN_DAY.0, PLAN_DAY.1, PLAN_DAY.2).unwrap_or(from);
    let org =
        |word: &str| cast.depts.iter().find(|(known, _)| *known == word).map(|(_, body)| body.org.clone());
    let villages: Vec<&Village> = cast.villages.iter().map(|(village, _)| village).collect();
    let made = places::all(&villages, &org, id, plan_day);
    register(app, cast, &made, id, plan_day).await?;
    let mut story = Story {
        town: app.town.clone(),
        calendar,
        library,
        id,
        office: cast.office.clone(),
        now,
        dice: Dice::new("history"),
        entries: Vec::new(),
        closed: BTreeMap::new(),
    };
    let table = RiskTable::proposed(from);
    let by_id: BTreeMap<&str, &Made> = made.iter().map(|one| (one.place.id.as_str(), one)).collect();
    let bodies = cast
        .villages
        .iter()
        .map(|(_, body)| body)
        .chain([&cast.police])
        .chain(cast.depts.iter().map(|(_, body)| body));
    for (nth, body) in bodies.enumerate() {
        for year in from.year()..=today.year() {
            let wanted = expected(body, nth, cast, &made, &table, from);
            if wanted.is_empty() {
                continue;
            }
            let plan = approved_plan(app, body, cast, id, year, wanted, calendar, from).await?;
            let mut seen: BTreeMap<(&str, Date), usize> = BTreeMap::new();
            for item in plan.items.iter().filter(|item| item.from >= from) {
                let count = seen.entry((item.place.as_str(), item.from)).or_default();
                *count += 1;
                if let Some(one) = by_id.get(item.place.as_str()) {
                    let path = path_of(&app.town, &one.place.village, one.place.grid.as_ref());
                    story.visit(&plan, item, *count, one, body, &path)?;
                }
            }
        }
    }
    // Visits are told body by body; the record is kept in the order of time.
    story.entries.sort_by_key(|entry| entry.at);
    write_down(app, story.entries).await
}

fn path_of(town: &TownCode, village: &TerritoryCode, grid: Option<&TerritoryCode>) -> String {
    let own = format!("{town}/{village}");
    grid.map_or(own.clone(), |grid| format!("{own}/{grid}"))
}

/// The visits a body owes: its listed places by their grade; the police each of theirs monthly; a department the
/// places of its sector that hold many people, once a quarter or once a year.
fn expected(
    body: &Body,
    nth: usize,
    cast: &Cast,
    made: &[Made],
    table: &RiskTable,
    from: Date,
) -> Vec<Expected> {
    let monthly = |one: &Made| Expected { place: one.place.id.clone(), visits: 12 };
    if body.is_police {
        return made.iter().filter(|one| one.police_listed).map(monthly).collect();
    }
    if let Some((village, _)) = cast.villages.get(nth) {
        let listed = made.iter().filter(|one| one.village_listed && one.place.village == village.code);
        let graded: Vec<_> = listed.map(|one| (&one.place, score(table, one).grade)).collect();
        return expected_in_year(&graded, &Frequency::proposed(from), from);
    }
    let of_sector = made.iter().filter(|one| one.place.sector_org.as_ref() == Some(&body.org));
    of_sector
        .filter(|one| {
            ["dense", "factory", "warehouse", "elder_care", "over_10"]
                .iter()
                .any(|kind| one.place.is_kind(&(*kind).into()))
        })
        .map(|one| Expected {
            place: one.place.id.clone(),
            visits: if one.place.is_kind(&"elder_care".into()) { 12 } else { 2 },
        })
        .collect()
}

fn score(table: &RiskTable, one: &Made) -> Score {
    table.score(&Facts::of(&one.place))
}

fn audit(
    who: Option<&Hat>,
    action: &'static str,
    object: (&'static str, &str),
    path: &str,
    at: Timestamp,
) -> Audit {
    let system = Caller::system().audit(action, object.0, object.1, at);
    match who {
        Some(hat) => Audit {
            actor: hat.person.to_string(),
            actor_name: hat.name.clone(),
            hat: hat.assignment.to_string(),
            territory: path.to_owned(),
            ..system
        },
        None => Audit {
            actor: "unit".to_owned(),
            actor_name: "单位".to_owned(),
            territory: path.to_owned(),
            ..system
        },
    }
}

async fn register(
    app: &App,
    cast: &Cast,
    made: &[Made],
    id: &(dyn Fn(&str) -> String + Sync),
    plan_day: Date,
) -> Result<()> {
    let at = Timestamp::start_of(plan_day).plus_ms(9 * 3_600_000);
    let mut tx = app.db.write(&app.town).await?;
    let records: Vec<PlaceRecord> = made
        .iter()
        .map(|one| PlaceRecord {
            place: one.place.clone(),
            path: path_of(&app.town, &one.place.village, one.place.grid.as_ref()),
            pinyin: crate::person::initials(&one.place.name),
            source: "演示数据".to_owned(),
            note: String::new(),
            cached_risk_points: None,
            cached_risk_grade: String::new(),
            version: 1,
            happened_on: plan_day,
            recorded_at: at,
            recorded_by: cast.office.person.to_string(),
            voided: None,
            same_as: None,
            sector_since: None,
        })
        .collect();
    tx.insert_places(&records).await?;
    let mut lists: Vec<(PlaceList, Vec<&Made>)> = Vec::new();
    for (village, body) in &cast.villages {
        let mut list = baseline(ListKind::VillageListed, &body.org, village.listed, plan_day);
        list.village = Some(village.code.clone());
        lists.push((
            list,
            made.iter().filter(|one| one.village_listed && one.place.village == village.code).collect(),
        ));
    }
    let police: Vec<&Made> = made.iter().filter(|one| one.police_listed).collect();
    // The province gave the station these to look at once a year; a few it does not see every month.
    let more = made.iter().filter(|one| !one.police_listed).take(4);
    let scope: Vec<&Made> = police.iter().copied().chain(more).collect();
    lists.push((baseline(ListKind::PoliceScope, &cast.police.org, scope.len(), plan_day), scope));
    lists.push((baseline(ListKind::PoliceListed, &cast.police.org, police.len(), plan_day), police));
    for (list, members) in lists {
        let key = format!("list {:?} {}", list.kind, list.owner);
        let list_id = id(&key);
        tx.insert_place_list(&ListRecord { id: list_id.clone(), list, version: 1, recorded_at: at }).await?;
        let stays: Vec<EntryRecord> = members
            .iter()
            .map(|one| EntryRecord {
                id: id(&format!("{key} {}", one.place.code)),
                list: list_id.clone(),
                entry: Stay {
                    place: one.place.id.clone(),
                    from: plan_day,
                    reason_in: "方案印发时列入".to_owned(),
                    left: None,
                },
                version: 1,
                recorded_at: at,
            })
            .collect();
        tx.insert_list_entries(&stays).await?;
    }
    Ok(tx.commit(audit(Some(&cast.office), "place.import", ("place", "sample"), "", at), ()).await?)
}

fn baseline(kind: ListKind, owner: &OrgId, count: usize, plan_day: Date) -> PlaceList {
    let mut list = PlaceList::new(kind, owner.clone());
    list.baseline = Some(Baseline {
        count: u32::try_from(count).unwrap_or(0),
        as_of: plan_day,
        source: "青峰府发〔2023〕16号".to_owned(),
    });
    list
}

#[expect(clippy::too_many_arguments, reason = "a plan has that many sides")]
async fn approved_plan(
    app: &App,
    body: &Body,
    cast: &Cast,
    id: &(dyn Fn(&str) -> String + Sync),
    year: i32,
    wanted: Vec<Expected>,
    calendar: &Calendar,
    from: Date,
) -> Result<InspectionPlan> {
    let refused =
        |refusal: domain::inspection_plan::PlanRefusal| Error::Internal(format!("sample plan: {refusal}"));
    let on = Date::from_ymd_opt(year, 1, 8).unwrap_or(from).max(from);
    let at = Timestamp::start_of(on).plus_ms(10 * 3_600_000);
    let author = body.hats.first().unwrap_or(&cast.office);
    let begins = Date::from_ymd_opt(year, 1, 1).unwrap_or(from);
    let mut items = schedule(&wanted, year, begins, calendar);
    for item in &mut items {
        item.reason = if body.is_police { "派出所列管每月一次" } else { "按风险等级定次" }.to_owned();
    }
    let plan = InspectionPlan::draft(
        id(&format!("plan {} {year}", body.org)).into(),
        body.org.clone(),
        Span::Annual { year },
    )
    .with_items(items)
    .and_then(|plan| plan.submit(author.person.clone(), on))
    .and_then(|plan| plan.approve(cast.leader.person.clone(), on))
    .map_err(refused)?;
    let mut tx = app.db.write(&app.town).await?;
    tx.insert_inspection_plan(&PlanRecord {
        plan: plan.clone(),
        path: body_path(app, body, cast),
        year,
        title: format!("{year} 年度消防安全检查计划"),
        note: String::new(),
        version: 1,
        recorded_at: at,
        recorded_by: author.person.to_string(),
    })
    .await?;
    let items: Vec<PlanItemRecord> = plan
        .items
        .iter()
        .enumerate()
        .map(|(n, item)| PlanItemRecord {
            id: id(&format!("plan {} {year} item {n}", body.org)),
            plan: plan.id.clone(),
            item: item.clone(),
            version: 1,
            recorded_at: at,
        })
        .collect();
    tx.insert_plan_items(&items).await?;
    tx.commit(
        audit(Some(&cast.leader), "inspection_plan.approve", ("inspection_plan", plan.id.as_str()), "", at),
        (),
    )
    .await?;
    Ok(plan)
}

fn body_path(app: &App, body: &Body, cast: &Cast) -> String {
    let own = cast.villages.iter().find(|(_, other)| other.org == body.org);
    own.map_or(app.town.to_string(), |(village, _)| path_of(&app.town, &village.code, None))
}

async fn write_down(app: &App, entries: Vec<Entry>) -> Result<()> {
    let mut pictures = Pictures { drawn: BTreeMap::new() };
    let mut entries = entries.into_iter().peekable();
    while entries.peek().is_some() {
        let mut tx = app.db.write(&app.town).await?;
        let mut last = None;
        for entry in entries.by_ref().take(PER_COMMIT) {
            if let Some(audit) = last.take() {
                tx.append(audit).await?;
            }
            for row in entry.rows {
                match row {
                    Row::Task(task, kind, plan) => {
                        let filing = TaskFiling {
                            code: crate::task::next_code(&mut tx, task.window).await?,
                            plan: Some(plan.id.clone()),
                            path: entry.path.clone(),
                            kind,
                            plan_item: None,
                        };
                        tx.insert_task(&task, &filing, entry.at).await?;
                    }
                    Row::TaskStep(task, event) => tx.save_task_step(&task, &event).await?,
                    Row::Inspection(done, org) => {
                        tx.insert_inspection(&done, &InspectionFiling { path: entry.path.clone(), org })
                            .await?;
                    }
                    Row::Hazard(hazard, event, inspection, org) => {
                        let code = crate::hazard::next_code(&mut tx, entry.at).await?;
                        let filing =
                            Filing { code, path: entry.path.clone(), org, inspection: Some(inspection) };
                        tx.insert_hazard(&hazard, &event, &filing).await?;
                    }
                    Row::HazardStep(hazard, event) => tx.save_step(&hazard, &event).await?,
                    Row::Picture(shot) => {
                        let who = entry.who.as_ref().map_or("unit", |hat| hat.person.as_str());
                        let picture = pictures.keep(app, &mut tx, &shot, &entry.path, who, entry.at).await?;
                        tx.insert_photo(&picture).await?;
                    }
                }
            }
            last = Some(audit(
                entry.who.as_ref(),
                entry.action,
                (entry.object.0, &entry.object.1),
                &entry.path,
                entry.at,
            ));
        }
        if let Some(audit) = last {
            tx.commit(audit, ()).await?;
        }
    }
    Ok(())
}

/// Blob, thumb and size of every picture drawn so far.
struct Pictures {
    drawn: BTreeMap<(String, &'static str, u64), (String, u64)>,
}

impl Pictures {
    async fn keep(
        &mut self,
        app: &App,
        tx: &mut store::Write,
        shot: &Shot,
        path: &str,
        who: &str,
        at: Timestamp,
    ) -> Result<Picture> {
        let variant =
            shot.id.as_str().bytes().fold(0_u64, |sum, b| sum.wrapping_mul(31) + u64::from(b)) % VARIANTS;
        let key = (shot.category.clone(), shot.role, variant);
        if !self.drawn.contains_key(&key) {
            let bytes = picture::draw(&shot.category, shot.role, variant)
                .ok_or_else(|| Error::Internal("a sample picture could not be drawn".to_owned()))?;
            let size = u64::try_from(bytes.len()).unwrap_or(0);
            let blob = app.blobs.put(&bytes)?;
            tx.note_blob(&blob, size, "image/jpeg", at).await?;
            self.drawn.insert(key.clone(), (blob, size));
        }
        let (blob, size) = self.drawn.get(&key).cloned().unwrap_or_default();
        Ok(Picture {
            id: shot.id.clone(),
            thumb: blob.clone(),
            blob,
            media_type: "image/jpeg".to_owned(),
            size_bytes: i64::try_from(size).unwrap_or(0),
            width: i64::from(picture::WIDTH),
            height: i64::from(picture::HEIGHT),
            object_kind: shot.object.0.to_owned(),
            object_id: shot.object.1.clone(),
            path: path.to_owned(),
            item: shot.item.clone(),
            role: shot.role.to_owned(),
            taken_at: shot.at,
            recorded_at: at,
            recorded_by: who.to_owned(),
            lon: None,
            lat: None,
            original: None,
        })
    }
}
