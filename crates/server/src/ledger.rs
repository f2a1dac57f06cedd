//! Ledgers by command: a file into the register, the register into a file. The same use cases as behind the pages; what
//! does not belong here: reading cells, deciding what a row means.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{anyhow, bail, ensure};
use app::facility::view::FacilityAsked;
use app::import::{ImportChoice, ImportField, ImportProblem, ImportReport, ImportView};
use app::place::view::PlaceQuery;
use app::report_case::order::ReportOrderAsked;
use app::{App, Caller};
use clap::{Args, ValueEnum};

use crate::cli::plainly;
use crate::file;

/// Looked at again so often while a server works at the job.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Which ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// 场所台账
    Places,
    /// 人员任职表
    People,
    /// 公共消防设施台账
    Facilities,
    /// 消火栓表：没有写类别的按室外消火栓登记，有错的行跳过并逐行列出
    Hydrants,
    /// 设备台账；密钥不在表里，由系统生成
    Devices,
    /// 事件交换文件（JSON 行，只导出）：按序号，每条带哈希，不含个人信息
    Events,
    /// 12345、渝快办工单；导出的是待回传的答复
    Reports12345,
}

/// 文件的坐标系
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Crs {
    /// GPS
    Wgs84,
    /// 国家大地坐标系
    Cgcs2000,
    /// 高德、腾讯地图
    Gcj02,
    /// 百度地图
    Bd09,
}

/// What to import, and how.
#[derive(Debug, Args)]
pub struct Import {
    /// 台账类别
    kind: Kind,
    /// 文件：`.xlsx`、`.xls`、`.ods`、`.csv`、`.json`、`.geojson`、`.kml` 或 `.gpkg`
    file: PathBuf,
    /// 只检查，不写入
    #[arg(long)]
    dry_run: bool,
    /// 要读取的工作表
    #[arg(long)]
    sheet: Option<String>,
    /// 表头与字段的对应（JSON 对象文件），用于程序认不出的表头
    #[arg(long)]
    map: Option<PathBuf>,
    /// 文件的坐标系；不说明的按 WGS-84 读取并提示
    #[arg(long)]
    crs: Option<Crs>,
    /// 略过有错的行（逐行列出），写入其余各行（限设施和消火栓）
    #[arg(long)]
    leave_bad: bool,
    /// 远离本镇的设施也写入；会留下记录
    #[arg(long)]
    outside_ok: bool,
    /// 输出一份 JSON
    #[arg(long)]
    json: bool,
}

/// What to export.
#[derive(Debug, Args)]
pub struct Export {
    /// 台账类别
    kind: Kind,
    /// 文件，格式按扩展名：`.xlsx`、`.csv`、`.geojson`、`.kml` 或 `.gpkg`；事件用 `.jsonl`
    file: PathBuf,
    /// 只导出记录中这个序号之后的事件
    #[arg(long, default_value_t = 0)]
    since: i64,
}

fn word(value: impl ValueEnum) -> String {
    value.to_possible_value().map(|v| v.get_name().to_owned()).unwrap_or_default()
}

/// Imports a file and returns what came of it.
pub async fn import(app: &App, asked: &Import) -> anyhow::Result<ImportReport> {
    ensure!(asked.kind != Kind::Events, "事件交换文件只导出，不导入");
    let caller = Caller::system();
    let bytes = file::bytes(&asked.file)?;
    let name = asked.file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let at = (asked.sheet.as_deref(), None);
    let view = app.upload_import(&caller, &word(asked.kind), &name, bytes, at).await.map_err(plainly)?;
    let choice = choice(&view, asked)?;
    let job = app.ask_import(&caller, &view.id, &choice, !asked.dry_run).await.map_err(plainly)?;
    loop {
        app.run_due_jobs().await?;
        let job = app.job(&caller, &job.id).await?;
        match (job.state.as_str(), job.result) {
            ("done", Some(result)) => return Ok(serde_json::from_value(result)?),
            ("failed", _) => bail!("{}", job.error.unwrap_or_default()),
            // A server on the same data may have taken it, or it waits to be tried again.
            _ => tokio::time::sleep(LOOK_EVERY).await,
        }
    }
}

fn choice(view: &ImportView, asked: &Import) -> anyhow::Result<ImportChoice> {
    let said: BTreeMap<String, String> = match &asked.map {
        None => BTreeMap::new(),
        Some(file) => {
            let text = file::text(file)?;
            serde_json::from_str(&text).map_err(|error| {
                let (shown, line) = (file.display(), error.line());
                anyhow!("{shown} 第 {line} 行不是对应关系，请写成 {{\"表头\": \"name\"}} 的样子")
            })?
        }
    };
    for header in said.keys() {
        let is_there = view.columns.iter().any(|column| column.header == *header);
        ensure!(is_there, "表里没有“{header}”这一列，请核对对应关系");
    }
    if let Some(code) = said.values().find(|code| !view.fields.iter().any(|one| one.code == **code)) {
        let known: Vec<_> = view.fields.iter().map(|one| format!("{}（{}）", one.code, one.label)).collect();
        bail!("对应关系里的“{code}”不是台账的项，可写的有：{}", known.join("、"));
    }
    let field = |header: &str, guess: &Option<String>| said.get(header).cloned().or_else(|| guess.clone());
    let columns = view.columns.iter();
    let mapping: BTreeMap<String, String> =
        columns.filter_map(|c| Some((c.index.to_string(), field(&c.header, &c.field)?))).collect();
    // The page asks which column it is; here the file of --map says it.
    let lacks = |one: &&ImportField| one.required && !mapping.values().any(|code| *code == one.code);
    if let Some(ImportField { code, label, .. }) = view.fields.iter().find(lacks) {
        let headers: Vec<_> =
            view.columns.iter().map(|c| c.header.as_str()).filter(|h| !h.is_empty()).collect();
        bail!(
            "没有哪一列对应“{label}”，请用 --map 给一个文件写明是哪一列，如 {{\"表头\": \"{code}\"}}；表里的表头有：{}",
            headers.join("、")
        );
    }
    Ok(ImportChoice {
        sheet: view.sheet.clone(),
        header_row: view.header_row,
        mapping,
        decisions: BTreeMap::new(),
        crs: asked.crs.map(word),
        leave_bad: asked.leave_bad.then_some(true),
        outside_ok: asked.outside_ok,
    })
}

/// Whether the report is to be printed as JSON.
pub fn wants_json(asked: &Import) -> bool {
    asked.json
}

/// Whether all went as asked.
///
/// Errors: rows are wrong or doubtful.
pub fn settled(asked: &Import, report: &ImportReport) -> anyhow::Result<()> {
    if report.committed {
        return Ok(());
    }
    // Where every row is bad, leaving out the bad ones leaves nothing.
    let leaves_bad = (asked.leave_bad || asked.kind == Kind::Hydrants) && report.has_good();
    let bad = report.problems.len();
    ensure!(report.problems.is_empty() || (asked.dry_run && leaves_bad), "有 {bad} 处错误，没有写入");
    ensure!(
        report.duplicates.is_empty(),
        "有 {} 行可能是已有的场所或人员，或者与前面的行重复，没有写入；请在网页上导入并逐行确认",
        report.duplicates.len()
    );
    ensure!(asked.dry_run || report.committed, "没有写入，请重试");
    Ok(())
}

/// Lines for people: what keeps rows back first, what is only worth a look after it, each marked as what it is.
pub fn lines(report: &ImportReport) -> Vec<String> {
    let line = |mark: &str, p: &ImportProblem| {
        // Row 0 is the whole sheet.
        let row = if p.row == 0 { "整张表".to_owned() } else { format!("第 {} 行", p.row) };
        format!("（{mark}）{}\t{row}\t{}\t{}\t{}", p.sheet, p.column, p.value, p.message)
    };
    let mut lines: Vec<String> = report.problems.iter().map(|p| line("错误", p)).collect();
    for doubtful in &report.duplicates {
        let why = doubtful.candidates.first().map_or("", |c| c.why.as_str());
        lines.push(format!(
            "（待确认）{}\t第 {} 行\t{}\t\t{why}",
            doubtful.sheet, doubtful.row, doubtful.name
        ));
    }
    lines.extend(report.notes.iter().map(|p| line("提示", p)));
    lines.push(format!(
        "共 {} 行：新增 {}，更新 {}，不变 {}，{}",
        report.rows,
        report.created,
        report.updated,
        report.unchanged,
        if report.committed { "已写入" } else { "没有写入" }
    ));
    lines
}

/// Writes the register into a file and returns its size in bytes.
pub async fn export(app: &App, asked: &Export) -> anyhow::Result<usize> {
    ensure!(
        !matches!(asked.kind, Kind::People | Kind::Devices),
        "人员任职表和设备台账不整份导出；能导出的有 places、facilities、hydrants、reports12345"
    );
    if asked.kind == Kind::Events {
        let found = app.event_file(&Caller::system(), asked.since).await.map_err(plainly)?;
        file::write(&asked.file, &found.bytes)?;
        return Ok(found.bytes.len());
    }
    let ending = |file: &Path| file.extension().map(|e| e.to_string_lossy().into_owned()).unwrap_or_default();
    let caller = Caller::system();
    if asked.kind == Kind::Reports12345 {
        let asked_for = ReportOrderAsked::default();
        let written = app.order_answers(&caller, &asked_for, &ending(&asked.file)).await.map_err(plainly)?;
        file::write(&asked.file, &written.2)?;
        return Ok(written.2.len());
    }
    let format = app.format_of(&ending(&asked.file)).map_err(plainly)?;
    let facilities =
        |kind: Option<&str>| FacilityAsked { kind: kind.map(str::to_owned), ..FacilityAsked::default() };
    let written = match asked.kind {
        Kind::Facilities => app.export_facilities(&caller, &facilities(None), format).await,
        Kind::Hydrants => {
            app.export_facilities(&caller, &facilities(Some("hydrant_outdoor,hydrant_forest")), format).await
        }
        _ => app.export_places(&caller, &PlaceQuery::default(), format, "").await,
    };
    let (_, bytes) = written.map_err(plainly)?;
    file::write(&asked.file, &bytes)?;
    Ok(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_keeps_rows_back_stands_before_what_is_worth_a_look_and_is_marked() {
        let problem = |row: u32, message: &str| ImportProblem {
            sheet: "CSV".to_owned(),
            row,
            column: String::new(),
            value: String::new(),
            code: String::new(),
            message: message.to_owned(),
        };
        let report = ImportReport {
            rows: 1,
            problems: vec![problem(9, "坏")],
            notes: vec![problem(0, "没有读取")],
            ..ImportReport::default()
        };
        let said = lines(&report);
        assert!(said[0].starts_with("（错误）CSV\t第 9 行"), "{said:?}");
        assert!(said[1].starts_with("（提示）CSV\t整张表"), "{said:?}");
        assert!(said[2].ends_with("没有写入"), "{said:?}");
    }
}
