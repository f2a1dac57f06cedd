//! A ledger of many rows through the import itself: the confined reader, the comparison with the register, the trial and
//! the commit as one act; then out again. And one ledger written or read by itself, for peers to be measured in turn.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, ensure};
use app::export::Format;
use app::import::{ImportChoice, ImportReport, ImportView};
use app::place::view::PlaceQuery;
use app::{App, Caller};
use domain::org::{Level, Org, OrgKind, Territory};
use domain::place_list::{ListKind, PlaceList};
use store::org::{OrgRecord, TerritoryRecord};
use store::place_list::ListRecord;

use super::{Figures, org, own_memory, record};

const VILLAGES: [&str; 6] = ["示例社区", "东山村", "西河村", "南坝村", "北岭村", "石桥村"];

/// Writes or reads one ledger and says how long that took. Units: milliseconds.
pub fn one(what: &str, file: &Path, rows: u32) -> anyhow::Result<String> {
    let words = exchange::place_catalog::shipped_vocabulary();
    let start = Instant::now();
    match what {
        "write" => {
            let out = std::io::BufWriter::new(std::fs::File::create(file)?);
            exchange::write::xlsx(exchange::sample::places(rows), &words, out)?;
        }
        "read" => {
            let bytes = std::fs::read(file)?;
            let book = exchange::sheet::read(&bytes, &exchange::sheet::Limits::default())?;
            let seen = book.sheets.first().map_or(0, |sheet| sheet.rows.len());
            ensure!(seen == rows as usize + 1, "{seen} 行");
        }
        "check" => {
            let bytes = std::fs::read(file)?;
            let seen = super::checked(&bytes)?;
            ensure!(seen == rows as usize, "{seen} 行");
        }
        _ => anyhow::bail!("请写 write、read 或 check"),
    }
    Ok(format!("{:.3}", start.elapsed().as_secs_f64() * 1000.0))
}

/// A register of its own in a folder of its own; then the same ledger once more, when every row is there already.
pub async fn measure(figures: &mut Figures, rows: u32) -> anyhow::Result<()> {
    let folder = std::env::temp_dir().join(format!("fengsui-bench-ledger-{rows}-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let outcome = measured(figures, rows, &folder).await;
    let _ = std::fs::remove_dir_all(&folder);
    outcome
}

async fn measured(figures: &mut Figures, rows: u32, folder: &Path) -> anyhow::Result<()> {
    let (size, n) = (format!("{rows} 行"), u64::from(rows));
    let url = format!("sqlite:{}", folder.join("town.db").display());
    let mut app = App::open(
        &url,
        &folder.join("keys"),
        &folder.join("blobs"),
        Arc::new(record::Noon),
        record::TOWN.into(),
    )
    .await?;
    app.reader = app::Reader::at(&std::env::current_exe()?);
    settle(&app).await?;
    let caller = Caller::system();
    let words = exchange::place_catalog::shipped_vocabulary();
    let mut bytes = Vec::new();
    exchange::write::xlsx(exchange::sample::places(rows), &words, &mut bytes)?;
    let weighs = format!("{:.1} MB", bytes.len() as f64 / 1e6);

    let start = Instant::now();
    let view = app.upload_import(&caller, "places", "台账.xlsx", bytes.clone(), (None, None)).await?;
    figures.put("导入：上传并认出表头", &size, n, vec![ms(start)], &weighs);
    let (tried, took) = job(&app, &view, false).await?;
    ensure!(tried.created == rows as usize, "{:?} {:?}", tried.problems.first(), tried.duplicates.first());
    figures.put("导入：试导（读、核对、比对登记册）", &size, n, vec![took], &own_memory());
    let (done, took) = job(&app, &view, true).await?;
    ensure!(done.committed, "没有写入");
    figures.put("导入：写入（一次提交）", &size, n, vec![took], &own_memory());

    let start = Instant::now();
    let (_, out) = app.export_places(&caller, &PlaceQuery::default(), Format::Xlsx, "").await?;
    figures.put("导出：登记册到 xlsx", &size, n, vec![ms(start)], &own_memory());
    // The register's own file in again: nothing changes.
    let view = app.upload_import(&caller, "places", "台账.xlsx", out, (None, None)).await?;
    let (again, took) = job(&app, &view, false).await?;
    ensure!(again.unchanged == rows as usize, "{} 行不变", again.unchanged);
    figures.put("导入：再次试导，逐行比对已有档案", &size, n, vec![took], &own_memory());
    app.db.close().await;
    Ok(())
}

/// Asks for a job and does it; what came of it, and how long it took in milliseconds.
async fn job(app: &App, view: &ImportView, commit: bool) -> anyhow::Result<(ImportReport, f64)> {
    let caller = Caller::system();
    let mapping = view.columns.iter().filter_map(|c| Some((c.index.to_string(), c.field.clone()?))).collect();
    let choice = ImportChoice {
        sheet: view.sheet.clone(),
        header_row: view.header_row,
        mapping,
        ..ImportChoice::default()
    };
    let start = Instant::now();
    let asked = app.ask_import(&caller, &view.id, &choice, commit).await?;
    app.run_due_jobs().await?;
    let took = ms(start);
    let ended = app.job(&caller, &asked.id).await?;
    let result = ended.result.with_context(|| ended.error.unwrap_or_default())?;
    Ok((serde_json::from_value(result)?, took))
}

/// The villages, grids, office and lists that the made-up ledger speaks of.
async fn settle(app: &App) -> anyhow::Result<()> {
    let (caller, now) = (Caller::system(), app.now());
    let mut tx = app.write(&caller).await?;
    let territory = |code: String, level, parent: Option<String>, path: String, name: &str| TerritoryRecord {
        territory: Territory {
            name: name.to_owned(),
            short_name: name.to_owned(),
            ..org::territory(&code, level, parent.as_deref(), path)
        },
        closed: None,
        ord: 0,
        version: 1,
        recorded_at: now,
    };
    let town = record::TOWN;
    tx.insert_territory(&territory(town.to_owned(), Level::Town, None, town.to_owned(), "示例镇")).await?;
    for (v, name) in VILLAGES.iter().enumerate() {
        let code = format!("v{v}");
        let path = format!("{town}/{code}");
        let village = territory(code.clone(), Level::Village, Some(town.to_owned()), path.clone(), name);
        tx.insert_territory(&village).await?;
        for g in 1..=5 {
            let own = format!("{code}g{g}");
            let below = format!("{path}/{own}");
            let grid = territory(own, Level::Grid, Some(code.clone()), below, &format!("第{g}网格"));
            tx.insert_territory(&grid).await?;
        }
    }
    let org = Org {
        name: "示例主管部门".to_owned(),
        short_name: "示例主管部门".to_owned(),
        label: "org:economy_office".to_owned(),
        ..org::org("sector".to_owned(), OrgKind::Dept, town)
    };
    tx.insert_org(&OrgRecord {
        life: domain::org::Life::default(),
        org,
        ord: 0,
        version: 1,
        recorded_at: now,
    })
    .await?;
    for (id, kind) in [("village", ListKind::VillageListed), ("police", ListKind::PoliceListed)] {
        let list = PlaceList::new(kind, "sector".into());
        tx.insert_place_list(&ListRecord { id: id.to_owned(), list, version: 1, recorded_at: now }).await?;
    }
    tx.commit(caller.audit("town.found", "town", town, now), ()).await?;
    Ok(())
}

fn ms(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}
