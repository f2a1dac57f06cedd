//! The organisation chart of a town and of a district of 23 towns, from an embedded database to the bytes of the answer.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use app::org::Roster;
use app::{App, Caller, Clock};
use domain::org::{Assignment, Level, Org, OrgKind, Person, Post, Relation, Role, Territory};
use domain::time::Timestamp;

use super::Figures;
use super::memory::{TODAY, day};

const DISTRICT: &str = "500118000000";
const VILLAGES: u32 = 12;
const TIMES: u32 = 20;
/// A day long before today on which everybody held the post already.
const BACK_THEN: &str = "2025-06-30";

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::start_of(day(TODAY)).plus_ms(12 * 3_600_000)
    }
}

/// Fills a book of so many towns and assignments, asks for the chart, and takes the book away.
pub async fn measure(figures: &mut Figures, size: &str, towns: u32, assignments: u32) -> anyhow::Result<()> {
    let folder: PathBuf =
        std::env::temp_dir().join(format!("fengsui-bench-org-{size}-{}", std::process::id()));
    let outcome = measured(figures, size, (towns, assignments), &folder).await;
    let _ = std::fs::remove_dir_all(&folder);
    outcome
}

async fn measured(
    figures: &mut Figures,
    size: &str,
    (towns, assignments): (u32, u32),
    folder: &Path,
) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    let url = format!("sqlite:{}", folder.join("town.db").display());
    let app =
        App::open(&url, &folder.join("keys"), &folder.join("blobs"), Arc::new(Noon), DISTRICT.into()).await?;
    let caller = Caller::system();
    app.found_town(&caller, &roster(towns, assignments), "一份只用于测速的口令").await?;
    for (job, on) in [("组织架构图", None), ("组织架构图（按过去一天）", Some(day(BACK_THEN)))]
    {
        let mut took = Vec::new();
        let mut bytes = 0;
        for _ in 0..TIMES {
            let start = Instant::now();
            bytes = serde_json::to_vec(&app.org_chart(&caller, on).await?)?.len();
            took.push(start.elapsed().as_secs_f64() * 1000.0);
        }
        let note = format!("{towns} 个镇，应答 {:.1} MB", bytes as f64 / 1e6);
        figures.put(job, size, assignments.into(), took, &note);
    }
    app.db.close().await;
    Ok(())
}

/// A made-up territory, called by its code.
pub(super) fn territory(code: &str, level: Level, parent: Option<&str>, path: String) -> Territory {
    Territory {
        code: code.into(),
        level,
        parent: parent.map(Into::into),
        path,
        name: code.to_owned(),
        short_name: code.to_owned(),
        kind: String::new(),
        aliases: Vec::new(),
        provisional: true,
    }
}

/// A made-up organisation of the town, called by its id.
pub(super) fn org(id: String, kind: OrgKind, territory: &str) -> Org {
    Org {
        name: id.clone(),
        short_name: id.clone(),
        id: id.into(),
        kind,
        aliases: Vec::new(),
        relation: Relation::Town,
        label: String::new(),
        territory: territory.into(),
        active: true,
    }
}

fn roster(towns: u32, assignments: u32) -> Roster {
    let mut roster = Roster::default();
    roster.territories.push(territory(DISTRICT, Level::District, None, DISTRICT.to_owned()));
    let mut grids = Vec::new();
    for t in 0..towns {
        let town = format!("town-{t}");
        let path = format!("{DISTRICT}/{town}");
        roster.territories.push(territory(&town, Level::Town, Some(DISTRICT), path.clone()));
        for kind in [OrgKind::TownGov, OrgKind::Committee, OrgKind::Office, OrgKind::Workstation] {
            roster.orgs.push(org(format!("{town}-{}", kind.code()), kind, &town));
        }
        for v in 0..VILLAGES {
            let village = format!("{town}-v{v}");
            roster.territories.push(territory(
                &village,
                Level::Village,
                Some(&town),
                format!("{path}/{village}"),
            ));
            roster.orgs.push(org(format!("{village}-org"), OrgKind::Village, &village));
            for g in 0..4 {
                let grid = format!("{village}-g{g}");
                let at = format!("{path}/{village}/{grid}");
                roster.territories.push(territory(&grid, Level::Grid, Some(&village), at.clone()));
                grids.push((grid, at, format!("{village}-org")));
            }
        }
    }
    for ((n, grid), at) in (0..assignments).zip(grids.iter().cycle()).map(|(n, grid)| ((n, grid), &grid.1)) {
        let (territory, org) = (grid.0.as_str(), grid.2.as_str());
        roster.persons.push(Person {
            id: format!("p{n}").into(),
            name: format!("某{n}"),
            phone: String::new(),
            office_phone: String::new(),
            active: true,
        });
        roster.posts.push(Post {
            id: format!("post{n}").into(),
            role: Role::FireManager,
            org: org.into(),
            territory: territory.into(),
            name: format!("消防管理员 {n}"),
            min_n: 1,
            max_n: Some(1),
            active: true,
        });
        roster.assignments.push(Assignment {
            away: Vec::new(),
            id: format!("a{n}").into(),
            person: format!("p{n}").into(),
            post: format!("post{n}").into(),
            role: Role::FireManager,
            org: org.into(),
            territory: territory.into(),
            path: at.clone(),
            place: None,
            acting: false,
            from: day("2025-01-01"),
            to: None,
            basis: String::new(),
        });
    }
    roster
}
