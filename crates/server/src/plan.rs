//! `fengsui plan`: checking a plan file, putting it in force, and how far it is carried out.
#![expect(clippy::print_stdout, reason = "a command answers on standard output")]

use std::path::Path;

use anyhow::{Context, ensure};
use app::Caller;
use app::fulfilment::Ask;
use domain::fulfilment::Status;
use serde_json::json;

use crate::config::Where;

/// Prints every mistake of a plan file with line and column.
pub fn check(file: &Path) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} 读不出来", file.display()))?;
    let (plan, problems) = exchange::plan_file::read(&text);
    for problem in &problems {
        println!("{} {problem}", file.display());
    }
    ensure!(problems.is_empty(), "方案文件有 {} 处错误，见上", problems.len());
    println!("方案文件没有错误：{} 条，{} 项责任", plan.clauses.len(), plan.duties.len());
    Ok(())
}

/// Puts a plan file in force.
pub async fn install(place: Where, file: &Path) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} 读不出来", file.display()))?;
    let app = place.open().await?;
    let installed = app.install_plan(&Caller::system(), &text).await;
    app.db.close().await;
    if let Err(app::Error::Invalid(problems)) = &installed {
        for problem in problems {
            println!("{} {}", file.display(), problem.message);
        }
        anyhow::bail!("方案文件有 {} 处错误，见上", problems.len());
    }
    let installed = installed?;
    let done = if installed.changed { "已启用" } else { "已经是现行方案，没有改动" };
    println!("{done}：{}（{}），{} 项责任", installed.title, installed.code, installed.duties);
    Ok(())
}

/// Prints the figures of every duty, or of one clause's.
pub async fn status(
    place: Where,
    at: Option<String>,
    clause: Option<String>,
    as_json: bool,
) -> anyhow::Result<()> {
    let at =
        at.map(|text| domain::time::parse_date(&text).context("日期请写成 2026-11-25 的样子")).transpose()?;
    let app = place.open().await?;
    let lines = app.plan_status(&Caller::system(), &Ask { at, ..Ask::default() }, clause.as_deref()).await;
    app.db.close().await;
    let lines = lines.map_err(|error| match error {
        app::Error::NotFound => anyhow::anyhow!("方案中没有这一条，请核对条款代码"),
        other => other.into(),
    })?;
    if as_json {
        let rows: Vec<_> = lines
            .iter()
            .map(|line| {
                let (tally, n) = (&line.tally, |status| line.tally.count(status));
                json!({
                    "clause": line.clause, "duty": line.duty, "due": tally.due(), "met": n(Status::Met),
                    "late": n(Status::Late), "missing": n(Status::Unmet) + n(Status::Partial),
                    "waived": n(Status::Waived), "not_applicable": n(Status::NotApplicable),
                    "no_data": n(Status::NoData), "ratio": tally.ratio(),
                })
            })
            .collect();
        println!("{}", serde_json::to_string_pretty(&rows)?);
        return Ok(());
    }
    for line in &lines {
        let ratio = match line.tally.ratio() {
            Some(ratio) => format!("{:.1} %", ratio * 100.0),
            None if line.has_data => "—".to_owned(),
            None => "无数据".to_owned(),
        };
        println!(
            "{}\t{}\t{ratio}\t到期 {}\t已落实 {}",
            line.duty,
            line.title,
            line.tally.due(),
            line.tally.count(Status::Met)
        );
    }
    Ok(())
}
