//! The sample town: as many places as the plan lists, a history that the rules allow, the same every time.

use std::collections::BTreeSet;
use std::sync::Arc;

use app::facility::sight::SightAsked;
use app::fulfilment::{Ask, Pick};
use app::placard::PlacardAsked;
use app::{App, Caller, Clock};
use domain::fulfilment::Status;
use domain::place::KindCode;
use domain::place_list::ListKind;
use domain::policy::Action;
use domain::time::{Date, Timestamp};
use store::evidence::EvidenceFilter;
use store::hazard::HazardFilter;
use store::inspection::InspectionFilter;
use store::place::PlaceFilter;
use store::task::TaskFilter;
use testkit::{FakeClock, Fresh, both_databases, prepared};

const TOWN: &str = "500118100000";
const NOW: Timestamp = Timestamp(1_795_600_000_000);

struct Standing(FakeClock);

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

async fn open(fresh: &Fresh) -> anyhow::Result<App> {
    let clock = Arc::new(Standing(FakeClock::at(NOW)));
    Ok(App::open(&fresh.url, &fresh.keys(), fresh.folder.path(), clock, TOWN.into()).await?)
}

async fn fill(fresh: &Fresh) -> anyhow::Result<App> {
    let app = open(fresh).await?;
    let caller = Caller::system();
    let roster = app::sample::roster();
    let from = Date::from_ymd_opt(2025, 1, 1);
    assert!(app.found_town(&caller, &roster, "a password of samples").await?);
    assert!(app.ensure_shipped_checklists(&caller, from).await? > 10);
    assert!(app.install_shipped_plan(&caller).await?);
    assert!(app.fill_sample(&caller, &roster).await?);
    assert!(!app.fill_sample(&caller, &roster).await?, "a second time changes nothing");
    Ok(app)
}

/// The sample town, filled once for each engine.
async fn filled(fresh: &Fresh) -> anyhow::Result<App> {
    let make = async {
        // Boxed: a story's stack is small.
        Box::pin(fill(fresh)).await?.db.close().await;
        Ok(())
    };
    prepared(fresh, "the sample town".into(), make).await?;
    open(fresh).await
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
        let handed_in = EvidenceFilter::default();
        assert!(read.evidence_count(&everything, &handed_in).await? > 1500);
        let mut by_state = Vec::new();
        for state in ["submitted", "accepted", "rejected"] {
            let filter = EvidenceFilter { state: Some(state.to_owned()), ..EvidenceFilter::default() };
            by_state.push(read.evidence_count(&everything, &filter).await?);
        }
        assert!(by_state.iter().all(|n| *n > 0) && by_state[1] > 20 * by_state[2], "{by_state:?}");
        drop(read);
        assert_eq!(app.seal_old_rows(&Caller::system()).await?, 0, "the program seals what it writes");
        assert_eq!(app.seal_old_rows(&Caller::system()).await?, 0, "and looks once");
        let status = app.plan_status(&Caller::system(), &Ask::default(), None).await?;
        for duty in [
            "C1.1", "C1.4", "C1.7", "C1.8", "C4.7", "C4.8", "C8.1", "C8.2", "C8.3", "C8.5", "C8.8", "C8.9",
            "C8.10", "C8.11", "C9.3", "C9.4", "C9.6", "C11.1", "C11.2", "C11.3", "C11.8", "C11.9", "C15.5",
            "C18.10", "C18.12", "C7.10", "C19.3", "C19.4a", "C19.4b", "C19.4c", "C19.4d",
        ] {
            let line = status.iter().find(|line| line.duty == duty).expect("a duty of the plan");
            let done = line.tally.count(Status::Met) + line.tally.count(Status::Partial);
            let later = line.tally.count(Status::Late) + line.tally.count(Status::Ahead);
            assert!(line.has_data && done + later > 0, "{duty} shows no figure: {:?}", line.tally);
        }
        let wall = app.placards(&Caller::system(), &PlacardAsked::default()).await?;
        for standing in ["current", "changed", "photo_old", "to_post"] {
            assert!(wall.items.iter().any(|one| one.standing == standing), "no placard is {standing}");
        }
        let rosters = wall.coverage.iter().filter(|one| one.roster).count();
        assert!(rosters > 2 && rosters < wall.coverage.len(), "{rosters} rosters hang and are right");
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
        let fresh = Fresh { url, engine: "SQLite", folder };
        let app = fill(&fresh).await?;
        let everything = Caller::system().scope(Action::PlaceRead)?;
        let mut read = app.db.read(&app.town).await?;
        let hazards = read.hazards(&everything, &HazardFilter::default(), None, 5000).await?;
        towns.push((hazards, read.audit_head().await?.0));
    }
    assert!(towns[0] == towns[1], "the same hazards, as many acts");
    Ok(())
}

/// Clause 10 names gas companies apart from gas pipes; in a township the companies are its points of bottled gas.
#[tokio::test]
async fn points_of_bottled_gas_count_for_the_duty_to_inspect_gas_companies() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let app = filled(&fresh).await?;
        let caller = Caller::system();
        let gas = KindCode::from("flammable.lpg");
        let everything = caller.scope(Action::PlaceRead)?;
        let mut read = app.db.read(&app.town).await?;
        let mut points = BTreeSet::new();
        read.each_place(&PlaceFilter::default(), &everything, |record| {
            if record.place.category == gas || record.place.tags.contains(&gas) {
                points.insert(record.place.name.clone());
            }
        })
        .await?;
        drop(read);
        assert!(points.len() >= 2, "{points:?}");
        let lines = app.plan_status(&caller, &Ask::default(), Some("C10")).await?;
        let line = |duty: &str| lines.iter().find(|line| line.duty == duty).cloned();
        let companies = line("C10.1b").expect("the duty");
        assert!(companies.has_data);
        assert_eq!(
            companies.tally.total() as usize,
            points.len(),
            "one for each point in the year: {companies:?}"
        );
        assert_eq!(
            line("C10.1c").expect("the duty").tally.total(),
            0,
            "pipes are another duty, and there are none"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_towns_roads_reach_some_groups_by_engine_and_others_only_by_less() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let app = filled(&fresh).await?;
        let caller = Caller::system();
        let net = app.road_network(&caller).await?;
        assert_eq!(net.islands, 1, "{:?}", net.problems);
        let report = app.road_access(&caller, &Default::default()).await?;
        assert_eq!(report.unplaced.len(), 1, "somebody has yet to say where one group lives");
        let verdicts = |vehicle: &str| -> BTreeSet<&str> {
            let ways = report.rows.iter().flat_map(|row| &row.ways).filter(|way| way.vehicle == vehicle);
            ways.map(|way| way.verdict.as_str()).collect()
        };
        assert!(
            verdicts("engine").is_superset(&BTreeSet::from(["sure", "never"])),
            "{:?}",
            verdicts("engine")
        );
        assert!(!verdicts("foot").contains("never"), "on foot one gets everywhere");
        let blocked = report.rows.iter().flat_map(|row| &row.ways).flat_map(|way| &way.blocked_by);
        let names: BTreeSet<&str> = blocked.map(|one| one.name.as_str()).collect();
        assert!(names.contains("河坝桥"), "the bridge that bears no engine: {names:?}");
        assert!(report.rows.iter().any(|row| row.water.iter().any(|water| water.shuttle_m3 > 0.0)));
        let lines = app.plan_status(&caller, &Ask::default(), Some("C6")).await?;
        for duty in ["C6.6", "C6.7", "C6.8"] {
            let line = lines.iter().find(|line| line.duty == duty).expect("the duty");
            assert!(line.has_data && line.tally.total() > 0, "{line:?}");
        }
        let page = app.roads(&caller, &Default::default()).await?;
        assert!(page.engine_m > 0.3 * page.length_m && page.unknown_m > 0.0, "{page:?}");
        Ok(())
    })
    .await
}

/// Of what is asked for by now, how much is done, per mille; none where nothing is asked for.
fn done_per_mille(tally: &domain::fulfilment::Tally) -> Option<u64> {
    let count = |all: &[Status]| all.iter().map(|one| u64::from(tally.count(*one))).sum::<u64>();
    let done = count(&[Status::Met, Status::Late, Status::Ahead]);
    let asked = done + count(&[Status::Partial, Status::Unmet, Status::Open]);
    (asked > 0).then(|| done * 1_000 / asked)
}

#[tokio::test]
async fn the_lists_of_joint_control_differ_here_and_there_and_their_duties_are_no_wall_of_red()
-> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let app = filled(&fresh).await?;
        let caller = Caller::system();
        let control = app.joint_control(&caller).await?;
        for standing in ["both", "no_sector", "no_territory", "neither"] {
            assert!(control.counts.get(standing).is_some_and(|n| *n > 0), "{standing}: {:?}", control.counts);
        }
        let both = control.counts.get("both").copied().unwrap_or_default();
        assert!(both * 10 > control.items.len() * 7, "{both} of {}", control.items.len());
        let visits = || control.items.iter().flat_map(|one| &one.visits);
        assert!(
            visits().any(|one| one.bodies_n > 1 && one.signed_n == one.bodies_n),
            "one is signed by everybody"
        );
        assert!(visits().any(|one| one.signed_n < one.bodies_n), "one still waits for a signature");
        assert!(control.items.iter().any(|one| one.planned.is_some()));
        let sectors = app.sectors(&caller).await?;
        assert!(sectors.risks.iter().any(|one| one.notice.is_some()), "a sector was told");
        let status = app.plan_status(&caller, &Ask::default(), None).await?;
        for duty in ["C10.8", "C13.2", "C13.3", "C13.6", "C17.2", "C17.7"] {
            let line = status.iter().find(|line| line.duty == duty);
            let line = line.ok_or_else(|| anyhow::anyhow!("{duty} is a duty of the plan"))?;
            let done = done_per_mille(&line.tally);
            assert!(
                line.has_data && done.is_some_and(|n| (600..=1_000).contains(&n)),
                "{duty}: {:?}",
                line.tally
            );
        }
        assert_eq!(app.verify(&caller).await?.findings, []);
        Ok(())
    })
    .await
}

/// What of a duty was done, in whatever time: its figure on the board.
const DONE: [Status; 4] = [Status::Met, Status::Partial, Status::Late, Status::Ahead];

fn figure(tally: &domain::fulfilment::Tally) -> u32 {
    DONE.iter().map(|one| tally.count(*one)).sum()
}

/// How many pieces of evidence the first occurrence of a duty that has some opens to; 0 where none has.
async fn opens_to(app: &App, duty: &str) -> anyhow::Result<usize> {
    let caller = Caller::system();
    let pick = Pick { statuses: DONE.to_vec(), after: None, limit: 200 };
    for case in &app.board_duty(&caller, duty, &Ask::default(), &pick).await?.occurrences {
        let of = (case.who.kind, case.who.id.as_str(), case.key.as_str());
        let opened = app.board_evidence(&caller, duty, of, &Ask::default()).await?.items.len();
        if opened > 0 {
            return Ok(opened);
        }
    }
    Ok(0)
}

/// Who looks at the demonstration sees the board of these clauses at work, duty by duty: something of each
/// was done or is under way, the figure is what the line lists, and what was done opens to its evidence.
#[tokio::test]
async fn every_duty_of_clauses_11_to_13_and_15_to_17_has_figures() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let app = filled(&fresh).await?;
        let status = app.plan_status(&Caller::system(), &Ask::default(), None).await?;
        let clauses = ["C11", "C12", "C13", "C15", "C16", "C17"];
        let asked = |duty: &str| duty.split('.').next().is_some_and(|clause| clauses.contains(&clause));
        let lines: Vec<_> = status.iter().filter(|line| asked(&line.duty)).collect();
        assert!(lines.len() > 40, "{}", lines.len());
        let lacking: Vec<_> = lines
            .iter()
            .filter(|line| !line.has_data || line.tally.total() == 0)
            .map(|line| (line.duty.as_str(), line.has_data, line.tally.total()))
            .collect();
        assert_eq!(lacking, []);
        let mut bare = Vec::new();
        for line in &lines {
            let pick = Pick { statuses: DONE.to_vec(), after: None, limit: 200 };
            let page = app.board_duty(&Caller::system(), &line.duty, &Ask::default(), &pick).await?;
            let listed = page.occurrences.len();
            if listed != figure(&line.tally).min(200) as usize {
                bare.push(format!("{} lists {listed} of {:?}", line.duty, line.tally));
            }
            // One whose only time is running now may have all before it.
            let is_running = line.tally.count(Status::Open) > 0;
            if figure(&line.tally) == 0 {
                if !is_running {
                    bare.push(format!("{} shows nothing done: {:?}", line.duty, line.tally));
                }
            } else if opens_to(&app, &line.duty).await? == 0 {
                bare.push(format!("{} opens to nothing", line.duty));
            }
        }
        assert_eq!(bare, [""; 0]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_towns_woods_are_partly_seen_and_their_breaks_partly_built() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let mut app = filled(&fresh).await?;
        let caller = Caller::system();
        let maps = fresh.folder.path().join("maps");
        std::fs::create_dir_all(&maps)?;
        std::fs::write(maps.join("terrain.asc"), app::sample::terrain())?;
        app.maps = Some(maps);
        let sight = app.forest_sight(&caller, &Default::default()).await?;
        assert!(sight.terrain && sight.has_forest, "{:?}", sight.terrain_problem);
        assert_eq!(sight.areas.len(), 3, "one wood behind each village in the hills");
        for area in &sight.areas {
            assert!((20.0..90.0).contains(&area.seen_percent), "some is seen, some is not: {area:?}");
        }
        let looks = sight.eyes.iter().filter(|eye| eye.why.is_none());
        assert!(looks.clone().all(|eye| eye.seen_ha.is_some_and(|ha| ha > 1.0)), "{:?}", sight.eyes);
        assert!(looks.clone().any(|eye| eye.azimuth_deg.is_some()), "one has a pose");
        assert!(looks.count() >= 6, "{:?}", sight.eyes);
        let more = app.forest_sight(&caller, &SightAsked { planned: Some(true) }).await?;
        let unseen = |sight: &app::facility::sight::ForestSight| -> f64 {
            sight.areas.iter().map(|area| area.none_ha).sum()
        };
        assert!(unseen(&more) < unseen(&sight), "what is planned would see more");
        let breaks = app.fire_breaks(&caller).await?;
        assert_eq!(breaks.kinds.len(), 3, "{:?}", breaks.kinds);
        assert!(breaks.kinds.iter().any(|kind| kind.missing_m > 0.0 && kind.standing_m > 0.0));
        assert!(breaks.lines.iter().any(|line| line.gaps.is_some_and(|gaps| gaps > 0.0)));
        let lines = app.plan_status(&caller, &Ask::default(), Some("C7")).await?;
        for duty in ["C7.1", "C7.2", "C7.3", "C7.4", "C7.5a", "C7.5b", "C7.5c", "C7.5d", "C7.6", "C7.10"] {
            let line = lines.iter().find(|line| line.duty == duty).expect("the duty");
            assert!(line.has_data && line.tally.total() > 0, "{duty}: {line:?}");
        }
        Ok(())
    })
    .await
}

/// Everything the town owes by the clauses on its committee, villages, stations, plans, roads and water, woods,
/// consultation, meetings and enforcement.
#[tokio::test]
async fn every_duty_of_clauses_1_to_8_and_11_shows_a_figure_and_opens_to_its_evidence() -> anyhow::Result<()>
{
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("town.db").display());
    let fresh = Fresh { url, engine: "SQLite", folder };
    let app = filled(&fresh).await?;
    let caller = Caller::system();
    let (mut asked, mut bare) = (0, Vec::new());
    for line in app.plan_status(&caller, &Ask::default(), None).await? {
        let clause = line.duty.split('.').next().unwrap_or_default();
        if !["C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C11"].contains(&clause) {
            continue;
        }
        asked += 1;
        if !line.has_data || figure(&line.tally) == 0 {
            bare.push(format!("{} shows no figure: {:?}", line.duty, line.tally));
        } else if opens_to(&app, &line.duty).await? == 0 {
            bare.push(format!("{} opens to nothing", line.duty));
        }
    }
    assert_eq!(bare, [""; 0]);
    assert_eq!(asked, 76, "every one of them was asked");
    Ok(())
}

#[tokio::test]
async fn every_paper_of_the_handbook_is_begun_from_the_record_it_is_about() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let app = filled(&fresh).await?;
        let caller = Caller::system();
        let first = |kind: &'static str, id: Option<String>| {
            id.map(|id| (kind, id)).ok_or_else(|| anyhow::anyhow!("the sample town has no {kind}"))
        };
        let reports =
            app.reports(&caller, &app::report::ReportAsked { limit: 200, ..Default::default() }).await?;
        let campaigns =
            app.campaigns(&caller, &app::campaign::CampaignAsked { limit: 50, ..Default::default() }).await?;
        let drills = app.drills(&caller, &app::drill::DrillAsked { limit: 50, ..Default::default() }).await?;
        let micro = app::force::ForceAsked { kind: Some("micro".to_owned()), ..Default::default() };
        let forces = app.forces(&caller, &micro).await?;
        let sorties =
            app.sorties(&caller, &app::sortie::SortieAsked { limit: 50, ..Default::default() }).await?;
        let facilities = app.facilities(&caller, &app::facility::view::FacilityAsked::default()).await?;
        let contracts =
            app.contracts(&caller, &app::contract::ContractAsked { limit: 50, ..Default::default() }).await?;
        let plans = app.inspection_plans(&caller, None, None, Some("approved")).await?;
        let certificates = app.certificates(&caller, false, None).await?;
        let items = app.authority_items(&caller).await?.items;
        let evidence = app
            .evidence_page(&caller, app::evidence::EvidenceAsked { limit: 200, ..Default::default() })
            .await?;
        let trainings = app.trainings(&caller).await?;
        let mut read = app.db.read(&app.town).await?;
        let visits = read
            .inspections(&caller.scope(Action::InspectionRead)?, &InspectionFilter::default(), None, 5000)
            .await?;
        drop(read);
        let found_some =
            visits.iter().find(|(visit, _)| visit.outcome == domain::inspection::Outcome::Hazards);

        let report =
            first("report", reports.items.iter().find(|one| one.measures > 0).map(|one| one.id.clone()))?;
        let campaign = first("campaign", campaigns.items.first().map(|one| one.id.clone()))?;
        let drill =
            first("drill", drills.items.iter().find(|one| one.got.is_some()).map(|one| one.id.clone()))?;
        let force =
            first("force", forces.items.iter().find(|one| one.on_duty > 0).map(|one| one.id.clone()))?;
        let sortie = first("sortie", sorties.items.first().map(|one| one.id.clone()))?;
        let kept = facilities.items.iter().find(|one| one.maintainer.is_some());
        let facility = first("facility", kept.map(|one| one.id.clone()))?;
        let contract = first("contract", contracts.items.first().map(|one| one.id.clone()))?;
        let plan =
            first("inspection_plan", plans.iter().find(|one| one.visits_n > 0).map(|one| one.id.clone()))?;
        let certificate = first("certificate", certificates.first().map(|one| one.certificate.id.clone()))?;
        let held = items.iter().find(|one| one.standing == "valid" || one.standing == "expiring");
        let authority = first("authority", held.map(|one| one.id.clone()))?;
        let shown = evidence.items.iter().find(|one| one.photos_n > 0);
        let evidence = first("evidence", shown.map(|one| one.id.clone()))?;
        let tested = trainings.iter().find(|one| one.tested);
        let training = first("training", tested.map(|one| one.id.clone()))?;
        let inspection = first("inspection", found_some.map(|(visit, _)| visit.record.id.to_string()))?;

        for (template, (kind, id), wanted) in [
            ("DT11", &report, vec!["round", "to", "period", "scores", "problems", "suggestions"]),
            ("DT15.score", &campaign, vec!["subject", "on", "scorers"]),
            ("DT21.test", &training, vec!["course", "pass_mark", "questions"]),
            ("DT22.script", &drill, vec!["drill", "lines"]),
            ("DT23", &evidence, vec!["activity", "venue", "content", "photos"]),
            ("DT24", &inspection, vec!["household", "address", "at", "risks", "advice", "visitors"]),
            ("DT25.plan", &plan, vec!["year", "unit", "rows", "approved_by"]),
            ("DT25.ledger", &plan, vec!["period", "unit"]),
            ("DT26.roster", &force, vec!["station", "month", "rows"]),
            ("DT26.equipment", &force, vec!["station", "checked_on", "rows"]),
            (
                "DT26.sortie",
                &sortie,
                vec!["station", "reason", "called", "left", "place", "people", "handled"],
            ),
            ("DT27.handover", &facility, vec!["giver", "taker", "on", "items", "duties"]),
            (
                "DT27.contract",
                &contract,
                vec!["owner", "provider", "from", "to", "scope", "standards", "price"],
            ),
            ("DT27.contract", &facility, vec!["owner", "provider", "scope"]),
            ("DT29.mandate", &authority, vec!["taker", "basis", "items", "scope", "from"]),
            ("DT29.powers", &authority, vec!["basis", "items", "from"]),
            ("DT30", &report, vec!["period", "to", "method", "scores", "problems", "as_of"]),
        ] {
            let about = app::paper::AboutView { kind: (*kind).to_owned(), id: id.clone() };
            let known = app.prefill_paper(&caller, template, &about).await;
            let known = known.map_err(|error| anyhow::anyhow!("{template} of {kind} {id}: {error:?}"))?;
            let lacks: Vec<_> = wanted.iter().filter(|key| !known.values.contains_key(**key)).collect();
            assert!(lacks.is_empty(), "{template} of {kind} {id} lacks {lacks:?}: {:?}", known.values);
        }
        let about =
            |(kind, id): &(&str, String)| app::paper::AboutView { kind: (*kind).to_owned(), id: id.clone() };
        let scores = app.prefill_paper(&caller, "DT30", &about(&report)).await?.values;
        let domain::paper::Value::Rows(rows) = &scores["scores"] else { panic!("{scores:?}") };
        assert_eq!(rows.len(), 6, "six villages");
        assert!(rows.iter().all(|row| row[2].is_empty() && row[3].is_empty()), "nobody is graded or ranked");
        // What another body issued is its own paper.
        let theirs = app.prefill_paper(&caller, "DT21.certificate", &about(&certificate)).await;
        assert!(matches!(theirs, Err(app::Error::Refused { code: "paper.not_ours", .. })), "{theirs:?}");
        let other = app.prefill_paper(&caller, "DT30", &about(&force)).await;
        assert!(matches!(other, Err(app::Error::Invalid(_))), "{other:?}");
        Ok(())
    })
    .await
}
