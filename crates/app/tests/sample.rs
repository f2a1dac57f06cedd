//! The sample town: as many places as the plan lists, a history that the rules allow, the same every time.

use std::sync::Arc;

use app::org::Roster;
use app::{App, Caller, Clock};
use domain::ids::OrgId;
use domain::org::{Assignment, Level, Org, OrgKind, Person, Relation, Role, Territory};
use domain::place_list::ListKind;
use domain::policy::Action;
use domain::time::{Date, Timestamp};
use store::hazard::HazardFilter;
use store::inspection::InspectionFilter;
use store::task::TaskFilter;
use testkit::{FakeClock, Fresh, both_databases};

const TOWN: &str = "500118100000";
const NOW: Timestamp = Timestamp(1_795_600_000_000);

struct Standing(FakeClock);

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

/// The fewest people the history can be told with.
fn roster() -> Roster {
    let mut roster = Roster::default();
    let mut node = |code: &str, level: Level, parent: Option<&str>, name: &str| {
        let path = match level {
            Level::Village => format!("{TOWN}/{code}"),
            _ => parent.map_or(TOWN.to_owned(), |village| format!("{TOWN}/{village}/{code}")),
        };
        roster.territories.push(Territory {
            code: code.into(),
            level,
            parent: parent.map(Into::into),
            path,
            name: name.to_owned(),
            short_name: name.trim_end_matches(['村']).to_owned(),
            kind: String::new(),
            aliases: Vec::new(),
            provisional: true,
        });
    };
    node(TOWN, Level::Town, None, "青峰镇");
    let names = ["场镇社区", "凌阁堂村", "胡豆坪村", "佛岩寺村", "牌坊坝村", "莲花石"];
    let mut bodies: Vec<(String, String, OrgKind, Role)> = Vec::new();
    for (n, name) in names.iter().enumerate() {
        let code = format!("v{n}");
        node(&code, Level::Village, Some(TOWN), name);
        for grid in 0..3 {
            node(&format!("{code}g{grid}"), Level::Grid, Some(&code), "网格");
        }
        bodies.push((code, String::new(), OrgKind::Village, Role::VillageStaff));
    }
    for word in ["economy_office", "civil_office", "agri_center", "planning_office", "emergency_office"] {
        bodies.push((TOWN.to_owned(), format!("org:{word}"), OrgKind::Dept, Role::DeptInspector));
    }
    bodies.push((TOWN.to_owned(), "org:police_station".to_owned(), OrgKind::Police, Role::PoliceOfficer));
    bodies.push((TOWN.to_owned(), "org:committee_office".to_owned(), OrgKind::Office, Role::OfficeClerk));
    bodies.push((TOWN.to_owned(), "org:town_gov".to_owned(), OrgKind::TownGov, Role::LeaderInCharge));
    for (n, (territory, label, kind, role)) in bodies.into_iter().enumerate() {
        let org = OrgId(format!("org-{n}"));
        roster.orgs.push(Org {
            id: org.clone(),
            kind,
            name: format!("机构{n}"),
            short_name: format!("机构{n}"),
            aliases: Vec::new(),
            relation: Relation::Town,
            label,
            territory: territory.as_str().into(),
            active: true,
        });
        for one in 0..2 {
            let person = format!("person-{n}-{one}");
            roster.persons.push(Person {
                id: person.as_str().into(),
                name: format!("演示{n}{one}"),
                phone: String::new(),
                office_phone: String::new(),
                active: true,
            });
            roster.assignments.push(Assignment {
                id: format!("as-{n}-{one}").into(),
                person: person.as_str().into(),
                post: format!("post-{n}").into(),
                role,
                org: org.clone(),
                territory: territory.as_str().into(),
                path: if territory == TOWN { TOWN.to_owned() } else { format!("{TOWN}/{territory}") },
                place: None,
                acting: false,
                from: Date::from_ymd_opt(2025, 1, 1).expect("a date"),
                to: None,
                basis: String::new(),
            });
        }
    }
    roster
}

async fn filled(fresh: &Fresh) -> anyhow::Result<App> {
    let clock = Arc::new(Standing(FakeClock::at(NOW)));
    let app = App::open(&fresh.url, fresh.folder.path(), clock, TOWN.into()).await?;
    let calendar = app::calendar::calendar();
    let caller = Caller::system();
    assert!(app.fill_sample(&caller, &roster(), &library(), calendar).await?);
    assert!(
        !app.fill_sample(&caller, &roster(), &library(), calendar).await?,
        "a second time changes nothing"
    );
    Ok(app)
}

#[tokio::test]
async fn the_town_has_the_places_the_plan_lists_and_a_history_that_can_be_verified() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let app = filled(&fresh).await?;
        let everything = Caller::system().scope(Action::PlaceRead)?;
        let today = NOW.date();
        let mut read = app.db.read(&app.town).await?;
        let listed: i64 =
            read.list_counts(ListKind::VillageListed, today, &everything).await?.iter().map(|(_, n)| n).sum();
        assert_eq!(listed, 220);
        let both =
            read.list_overlap(ListKind::VillageListed, ListKind::PoliceListed, today, &everything).await?;
        assert_eq!((both.first, both.second, both.both), (220, 16, 10));
        let visits = read.inspections(&everything, &InspectionFilter::default(), None, 5000).await?;
        assert!(visits.len() > 400, "{} visits", visits.len());
        let hazards = read.hazards(&everything, &HazardFilter::default(), None, 5000).await?;
        let with_state = |state: &str| hazards.iter().filter(|one| one.state == state).count();
        assert!(with_state("closed") > 50, "{}", with_state("closed"));
        assert!(with_state("rectifying") > 3 && with_state("fix_submitted") + with_state("passed") > 0);
        assert!(hazards.iter().any(|one| one.recurrence_of.is_some()), "something came back");
        let overdue = HazardFilter { overdue_as_of: Some(today), ..HazardFilter::default() };
        assert!(!read.hazards(&everything, &overdue, None, 50).await?.is_empty(), "something is late");
        let missed = TaskFilter { overdue_as_of: Some(today), ..TaskFilter::default() };
        assert!(!read.tasks(&everything, &missed, None, 50).await?.is_empty(), "something was missed");
        assert!(visits.iter().all(|(visit, _)| visit.recorded_at <= NOW));
        drop(read);
        assert_eq!(app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn it_is_the_same_town_every_time() -> anyhow::Result<()> {
    let mut towns = Vec::new();
    for _ in 0..2 {
        let folder = tempfile::tempdir()?;
        let url = format!("sqlite:{}", folder.path().join("town.db").display());
        let app = filled(&Fresh { url, engine: "SQLite", folder }).await?;
        let everything = Caller::system().scope(Action::PlaceRead)?;
        let mut read = app.db.read(&app.town).await?;
        let hazards = read.hazards(&everything, &HazardFilter::default(), None, 5000).await?;
        towns.push((hazards, read.audit_head().await?.0));
    }
    assert!(towns[0] == towns[1], "the same hazards, as many acts");
    Ok(())
}
