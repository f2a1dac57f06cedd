//! The same over a record kept in a database, embedded or PostgreSQL: from cold to the board, one inspection more, lists
//! and search.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use app::fulfilment::Ask;
use app::place::view::PlaceQuery;
use app::{App, Caller, Clock};
use domain::inspection::{Companion, Inspection, Inspector, Occasion, Outcome, Power, Record};
use domain::org::{Level, Org, OrgKind};
use domain::place_list::{Entry, ListKind, PlaceList};
use domain::time::Timestamp;
use store::inspection::InspectionFiling;
use store::org::{OrgRecord, TerritoryRecord};
use store::place::PlaceRecord;
use store::place_list::{EntryRecord, ListRecord};

use super::memory::{OFFICES, TODAY, day, labels};
use super::{Figures, Random, SEVERAL, Size, org, own_memory};

/// Of every made-up record.
pub const TOWN: &str = "500118100000";
const NAMES: [&str; 6] = ["平安副食店", "兴旺餐馆", "如意旅馆", "顺达汽修", "宏发家具厂", "丰收农资"];

/// A clock that stands still on the day everything is judged.
pub struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::start_of(day(TODAY)).plus_ms(12 * 3_600_000)
    }
}

/// Fills an embedded database in a folder of its own, measures, and takes the folder away.
pub async fn measure(figures: &mut Figures, size: Size) -> anyhow::Result<()> {
    let folder: PathBuf =
        std::env::temp_dir().join(format!("fengsui-bench-{}-{}", size.name, std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let place = Place { url: format!("sqlite:{}", folder.join("town.db").display()), folder };
    let outcome = async {
        let app = place.open().await?;
        let start = Instant::now();
        fill(&app, size).await?;
        let note = format!("含 {} 次检查，一次提交", size.inspections);
        figures.put("写入数据库", size.name, size.places.into(), vec![ms(start)], &note);
        app.db.close().await;
        asked(figures, size, &place).await
    }
    .await;
    let _ = std::fs::remove_dir_all(&place.folder);
    outcome
}

/// The same in an empty PostgreSQL database, which is left behind full: a base written like everything else, then copied
/// within the database up to a city.
pub async fn measure_city(figures: &mut Figures, url: &str, most: u32) -> anyhow::Result<()> {
    let folder = std::env::temp_dir().join(format!("fengsui-bench-city-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let place = Place { url: url.to_owned(), folder };
    let outcome = async {
        let sizes = super::UP_TO_CITY.into_iter().filter(|(size, _)| size.places <= most);
        for (at, (size, copies)) in sizes.enumerate() {
            let app = place.open().await?;
            let start = Instant::now();
            if at == 0 {
                fill(&app, size).await?;
            } else {
                let mut tx = app.db.write(&app.town).await?;
                tx.multiply_made_up(copies.0, copies.1).await?;
                tx.commit_machinery().await?;
            }
            let note = if at == 0 { "逐行写入，一次提交" } else { "库内复制" };
            figures.put("PostgreSQL：写入数据库", size.name, size.places.into(), vec![ms(start)], note);
            app.db.close().await;
            asked(figures, size, &place).await?;
        }
        Ok(())
    }
    .await;
    let _ = std::fs::remove_dir_all(&place.folder);
    outcome
}

/// Where a record is.
struct Place {
    url: String,
    folder: PathBuf,
}

impl Place {
    async fn open(&self) -> anyhow::Result<App> {
        let (keys, blobs) = (self.folder.join("keys"), self.folder.join("blobs"));
        Ok(App::open(&self.url, &keys, &blobs, Arc::new(Noon), TOWN.into()).await?)
    }

    fn job(&self, what: &str) -> String {
        if self.url.starts_with("postgres") { format!("PostgreSQL：{what}") } else { what.to_owned() }
    }
}

/// What people ask of a record, from a cold start on.
async fn asked(figures: &mut Figures, size: Size, place: &Place) -> anyhow::Result<()> {
    let caller = Caller::system();
    let n = u64::from(size.places);
    let app = place.open().await?;
    let start = Instant::now();
    app.board(&caller, &Ask::default()).await?;
    let first = place.job("台账：启动后第一次（读库并评估）");
    figures.put(&first, size.name, n, vec![ms(start)], &own_memory());
    let mut took = Vec::new();
    for _ in 0..200 {
        let start = Instant::now();
        app.board(&caller, &Ask::default()).await?;
        took.push(ms(start));
    }
    figures.put(&place.job("台账：再次打开"), size.name, n, took, "");
    let mut took = Vec::new();
    let mut random = Random::seeded();
    for k in 0..100 {
        let mut tx = app.write(&caller).await?;
        let id = format!("later-{}-{k}", size.name);
        let (inspection, filing) =
            inspection(&id, random.below(size.places.min(10_000)), &mut random, size, TODAY);
        tx.insert_inspection(&inspection, &filing).await?;
        tx.commit(caller.audit("inspection.record", "inspection", &id, app.now()), ()).await?;
        let start = Instant::now();
        app.board(&caller, &Ask::default()).await?;
        took.push(ms(start));
    }
    figures.put(&place.job("台账：一次检查提交之后"), size.name, n, took, "增量");
    for (job, query) in [
        ("场所列表一页", PlaceQuery::default()),
        (
            "场所列表：村、标签、名录同时筛",
            PlaceQuery {
                village: Some("v1".to_owned()),
                tag: Some("self_built".to_owned()),
                list: Some("village_listed".to_owned()),
                ..PlaceQuery::default()
            },
        ),
        ("场所搜索：名称", PlaceQuery { q: Some("餐馆".to_owned()), ..PlaceQuery::default() }),
        ("场所搜索：拼音首字母", PlaceQuery { q: Some("xwcg".to_owned()), ..PlaceQuery::default() }),
        ("场所搜索：编号", PlaceQuery { q: Some("C0000042".to_owned()), ..PlaceQuery::default() }),
    ] {
        let (mut took, mut plain, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        let begun = Instant::now();
        while took.len() < 100 && (took.len() < 5 || begun.elapsed() < SEVERAL) {
            let start = Instant::now();
            app.places(&caller, &query).await?;
            let own = ms(start);
            took.push(own);
            if job == "场所列表一页" {
                let start = Instant::now();
                app.db.read(&app.town).await?.plain_places(50).await?;
                plain.push(ms(start));
                ratios.push(own / ms(start).max(0.001));
            }
        }
        let times = took.len();
        figures.put(&place.job(job), size.name, n, took, &format!("{times} 次"));
        if !plain.is_empty() {
            ratios.sort_by(f64::total_cmp);
            let middle = ratios.get(ratios.len() / 2).copied().unwrap_or_default();
            let note = format!("与上一行交替；本程序为其 {middle:.1} 倍（含总数与名录）");
            figures.put(&place.job("对照：一页场所，一条 SQL"), size.name, n, plain, &note);
        }
    }
    let start = Instant::now();
    let lines = app.db.read(&app.town).await?.plain_board("police").await?;
    let note = format!("一项责任 {lines} 行；本程序的台账是全部责任");
    figures.put(&place.job("对照：一项责任，一条 SQL"), size.name, n, vec![ms(start)], &note);
    app.db.close().await;
    Ok(())
}

fn ms(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}

async fn fill(app: &App, size: Size) -> anyhow::Result<()> {
    let caller = Caller::system();
    app.install_plan(&caller, exchange::shipped::PLAN.1).await?;
    let now = app.now();
    let mut random = Random::seeded();
    let mut tx = app.write(&caller).await?;
    let territory = |code: &str, level, parent: Option<&str>, path: String| TerritoryRecord {
        territory: org::territory(code, level, parent, path),
        closed: None,
        ord: 0,
        version: 1,
        recorded_at: now,
    };
    tx.insert_territory(&territory(TOWN, Level::Town, None, TOWN.to_owned())).await?;
    for v in 0..size.villages {
        let code = format!("v{v}");
        tx.insert_territory(&territory(&code, Level::Village, Some(TOWN), format!("{TOWN}/{code}"))).await?;
    }
    for (id, label, kind) in OFFICES {
        let kind = match kind {
            "org_kind:police" => OrgKind::Police,
            "org_kind:village" => OrgKind::Village,
            _ => OrgKind::Dept,
        };
        let org = Org { label: label.to_owned(), ..org::org(id.to_owned(), kind, TOWN) };
        tx.insert_org(&OrgRecord {
            life: domain::org::Life::default(),
            org,
            ord: 0,
            version: 1,
            recorded_at: now,
        })
        .await?;
    }
    const KINDS: [(&str, ListKind); 5] = [
        ("list:village_listed", ListKind::VillageListed),
        ("list:police_listed", ListKind::PoliceListed),
        ("list:police_scope", ListKind::PoliceScope),
        ("list:sector_key", ListKind::SectorKey),
        ("list:joint_control", ListKind::JointControl),
    ];
    for (id, kind) in KINDS {
        let list = PlaceList::new(kind, "police".into());
        tx.insert_place_list(&ListRecord { id: id.to_owned(), list, version: 1, recorded_at: now }).await?;
    }
    let (mut places, mut entries) = (Vec::new(), Vec::new());
    for k in 0..size.places {
        let all = labels(&mut random);
        for (id, _) in KINDS.iter().filter(|(id, _)| all.contains(id)) {
            entries.push(EntryRecord {
                id: format!("{id}-{k}"),
                list: (*id).to_owned(),
                entry: Entry {
                    place: format!("p{k}").into(),
                    from: day("2025-01-01"),
                    reason_in: "列管".to_owned(),
                    left: None,
                },
                version: 1,
                recorded_at: now,
            });
        }
        places.push(place(k, &all, size, now));
    }
    tx.insert_places(&places).await?;
    tx.insert_list_entries(&entries).await?;
    for k in 0..size.inspections {
        let on = day("2025-12-01") + chrono::Days::new(u64::from(k) * 359 / u64::from(size.inspections));
        let at = random.below(size.places);
        let (inspection, filing) = inspection(&format!("i{k:08}"), at, &mut random, size, &on.to_string());
        tx.insert_inspection(&inspection, &filing).await?;
    }
    tx.commit(caller.audit("place.import", "place", "bench", now), ()).await?;
    Ok(())
}

fn place(k: u32, labels: &[&str], size: Size, now: Timestamp) -> PlaceRecord {
    let stripped = |prefix: &str| -> Vec<String> {
        labels.iter().filter_map(|label| label.strip_prefix(prefix)).map(str::to_owned).collect()
    };
    let village = format!("v{}", k % size.villages);
    let name = NAMES.get((k % 6) as usize).copied().unwrap_or_default();
    let place = domain::place::Place {
        tags: stripped("tag:").iter().map(|tag| tag.as_str().into()).collect(),
        address: format!("示例路 {k} 号"),
        area_m2: Some(80),
        opened_on: Some(day("2024-01-01")),
        ..domain::place::Place::new(
            format!("p{k}").into(),
            format!("C{k:07}"),
            format!("{name}{k}"),
            stripped("category:").pop().unwrap_or_default().as_str().into(),
            village.as_str().into(),
        )
    };
    PlaceRecord {
        place,
        path: format!("{TOWN}/{village}"),
        pinyin: if k % 6 == 1 { format!("xwcg{k}") } else { format!("pafsd{k}") },
        source: String::new(),
        note: String::new(),
        cached_risk_points: None,
        cached_risk_grade: String::new(),
        version: 1,
        happened_on: day("2024-01-01"),
        recorded_at: now,
        recorded_by: "bench".to_owned(),
        voided: None,
        same_as: None,
        sector_since: None,
    }
}

fn inspection(
    id: &str,
    place: u32,
    random: &mut Random,
    size: Size,
    on: &str,
) -> (Inspection, InspectionFiling) {
    let at = Timestamp::start_of(day(on)).plus_ms(9 * 3_600_000);
    let (org, ..) = OFFICES.get(random.below(6) as usize).copied().unwrap_or_default();
    let record = Record {
        id: id.into(),
        town: TOWN.into(),
        place: format!("p{place}").into(),
        task: None,
        power: Power::Governance,
        occasion: Occasion::Routine,
        inspectors: vec![Inspector {
            person: "bench".into(),
            assignment: "bench".into(),
            certificate_no: None,
        }],
        showed_certificates: false,
        companion: Companion::NotSigned { reason: "无人".to_owned() },
        pins: Vec::new(),
        answers: Vec::new(),
        photos: Vec::new(),
        position: None,
        started_at: at,
        ended_at: at,
    };
    let inspection = Inspection {
        record,
        outcome: Outcome::Clear,
        recorded_at: at,
        version: 1,
        correction: None,
        flags: Vec::new(),
    };
    (inspection, InspectionFiling { path: format!("{TOWN}/v{}", place % size.villages), org: org.into() })
}
