//! The sample town's projects: one that widens a road and one that builds planned water points, and a proposal nobody
//! approved yet. What does not belong here: the facilities and roads themselves (`facility`, `road`).

use chrono::Datelike;
use domain::ids::BudgetLineId;
use domain::org::{Level, OrgKind, Role};
use domain::policy::Action;
use domain::project::{Event, Item, Project, Stage, Step};
use domain::time::{Date, Timestamp};
use store::Audit;
use store::facility::FacilityFilter;
use store::project::ProjectRecord;
use store::road::RoadFilter;

use super::id;
use crate::org::Roster;
use crate::{App, Caller, Error, Result};

/// One project before it is recorded.
struct Made {
    title: &'static str,
    items: Vec<Item>,
    estimate_fen: i64,
    reason: &'static str,
    /// How many days ago each step was taken, and what was said.
    steps: &'static [(Step, u64, &'static str)],
}

fn refused(refusal: impl std::fmt::Display) -> Error {
    Error::Internal(format!("the sample broke a rule: {refusal}"))
}

fn ago(today: Date, days: u64) -> Date {
    today.checked_sub_days(chrono::Days::new(days)).unwrap_or(today)
}

/// Fills in the projects.
pub(super) async fn fill(app: &App, roster: &Roster) -> Result<()> {
    let clerk = roster.assignments.iter().find(|held| held.role == Role::OfficeClerk && held.to.is_none());
    let town = roster.territories.iter().find(|node| node.level == Level::Town);
    let org = roster.orgs.iter().find(|org| org.kind == OrgKind::TownGov);
    let (Some(clerk), Some(town), Some(org)) = (clerk, town, org) else { return Ok(()) };
    let today = app.now().date();
    let system = Caller::system();
    let mut read = app.db.read(&app.town).await?;
    let planned: Vec<Item> = read
        .facilities(&system.scope(Action::FacilityRead)?, &FacilityFilter::default(), None, i64::MAX)
        .await?
        .into_iter()
        .filter(|one| one.facility.stage == domain::facility::Stage::Planned)
        .map(|one| Item::Facility(one.facility.id))
        .collect();
    let roads = read.roads(&system.scope(Action::RoadRead)?, &RoadFilter::default()).await?;
    let line = BudgetLineId::from(id(&format!("budget fire_facilities {}", today.year())));
    let line = read.budget_line(&line).await?.map(|kept| kept.line.id);
    drop(read);
    let named = |part: &str| -> Vec<Item> {
        let found = roads.iter().filter(|one| one.segment.road.name.contains(part));
        found.map(|one| Item::Road(one.segment.id.clone())).collect()
    };
    let projects = [
        Made {
            title: "场镇至莲花石公路加宽硬化",
            items: named("场镇至莲花石公路"),
            estimate_fen: 68_000_000,
            reason: "净宽 3.4 米，消防车不能通过",
            steps: &[
                (Step::Approve, 320, "镇长办公会纪要（示例）"),
                (Step::Begin, 280, ""),
                (Step::Finish, 190, "验收合格"),
            ],
        },
        Made {
            title: "胡豆坪至佛岩寺村道拓宽",
            items: named("胡豆坪至佛岩寺村道"),
            estimate_fen: 45_000_000,
            reason: "净宽 3 米，只通小型消防车",
            steps: &[(Step::Approve, 60, "镇长办公会纪要（示例）"), (Step::Begin, 20, "")],
        },
        Made {
            title: "规划消防水源补建",
            items: planned,
            estimate_fen: 32_000_000,
            reason: "规划已列、尚未建设的设施",
            steps: &[],
        },
    ];
    let mut number = 0;
    for made in projects.iter().filter(|made| !made.items.is_empty()) {
        number += 1;
        let first = ago(today, made.steps.first().map_or(30, |(_, days, _)| days + 30));
        let at = Timestamp::start_of(first).plus_ms(10 * 3_600_000);
        let event = |step: Step, on: Date, text: &str| Event {
            step,
            on,
            by: clerk.person.clone(),
            at: Timestamp::start_of(on).plus_ms(10 * 3_600_000),
            text: text.to_owned(),
        };
        let object = id(&format!("project {}", made.title));
        let fresh = Project {
            id: object.as_str().into(),
            code: format!("XM-{number:04}"),
            title: made.title.to_owned(),
            org: org.id.clone(),
            items: made.items.clone(),
            estimate_fen: made.estimate_fen,
            source: "镇财政和上级补助（示例）".to_owned(),
            lines: line.iter().cloned().collect(),
            from: first,
            until: first.checked_add_days(chrono::Days::new(300)).unwrap_or(first),
            reason: made.reason.to_owned(),
            stage: Stage::Proposed,
            events: Vec::new(),
        };
        let mut project = fresh.propose(event(Step::Propose, first, made.reason)).map_err(refused)?;
        for (step, days, text) in made.steps {
            let taken = project.step(event(*step, ago(today, *days), text), today);
            project = taken.map_err(refused)?;
        }
        let record = ProjectRecord {
            project,
            path: town.path.clone(),
            voided_at: None,
            recorded_by: "演示数据".to_owned(),
            version: 1,
            recorded_at: at,
        };
        let mut tx = app.db.write(&app.town).await?;
        tx.insert_project(&record).await?;
        // The program's own numbers go on where these end.
        tx.next_number("project").await?;
        let audit = Audit {
            action: "project.propose",
            object_kind: "project",
            object_id: object,
            territory: town.path.clone(),
            actor: clerk.person.to_string(),
            actor_name: "演示数据".to_owned(),
            hat: String::new(),
            happened_at: at,
            at,
            reason: String::new(),
            detail: "{}".to_owned(),
        };
        tx.commit(audit, ()).await?;
    }
    Ok(())
}
