//! `fengsui plan`: checking a plan file, putting it in force, and how far it is carried out.
#![expect(clippy::print_stdout, reason = "a command answers on standard output")]

use std::path::Path;

use anyhow::{Context, ensure};
use app::Caller;
use app::fulfilment::Ask;
use domain::fulfilment::{Status, percent};
use domain::notice::{self, Heading};
use domain::plan::compare::{Only, Pair, Sides};
use exchange::sandbox::{self, Program, Request};
use serde_json::{Value, json};

use crate::config::{self, Where};
use crate::file;

/// A plan file without mistakes; every mistake is printed with line and column.
fn sound(file: &Path) -> anyhow::Result<domain::plan::Plan> {
    let text = file::text(file)?;
    let (plan, problems) = exchange::plan_file::read(&text);
    for problem in &problems {
        println!("{} {problem}", file.display());
    }
    ensure!(problems.is_empty(), "方案文件有 {} 处错误，见上", problems.len());
    Ok(plan)
}

/// Prints every mistake of a plan file with line and column.
pub fn check(file: &Path) -> anyhow::Result<()> {
    let plan = sound(file)?;
    println!("方案文件没有错误：{} 条，{} 项责任", plan.clauses.len(), plan.duties.len());
    Ok(())
}

/// Reads a notice and prints its clauses and what strikes a reader in it. Offsets count characters of the text.
pub fn lint(file: &Path, as_json: bool) -> anyhow::Result<()> {
    let bytes = file::bytes(file)?;
    let is_called_docx = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("docx"));
    let program = Program::new(std::env::current_exe()?);
    let text = sandbox::notice(&program, &bytes, is_called_docx, &Request::default())?;
    let headings = notice::headings(&text);
    let findings = notice::lint::lint(&text, &headings);
    if as_json {
        let at = |byte: usize| text.get(..byte).unwrap_or(&text).chars().count();
        let clauses = notice::clauses(&headings).map(|clause| {
            json!({ "no": clause.no, "title": clause.title, "start": at(clause.start), "end": at(clause.end) })
        });
        let found = findings.iter().map(|finding| {
            let spans = finding.spans.iter().map(|one| json!({ "start": at(one.start), "end": at(one.end) }));
            json!({
                "kind": finding.kind.code(), "clauses": finding.clauses, "quote": finding.quote(&text),
                "message": finding.message, "spans": spans.collect::<Vec<_>>(),
            })
        });
        let answer = json!({
            "tree": tree(&headings, None, &at), "clauses": clauses.collect::<Vec<_>>(),
            "findings": found.collect::<Vec<_>>(),
        });
        println!("{}", serde_json::to_string_pretty(&answer)?);
        return Ok(());
    }
    for heading in &headings {
        println!("{}{}  {}", "  ".repeat(heading.level as usize), heading.no, heading.title);
    }
    println!("编号条款 {} 条，发现 {} 处", notice::clauses(&headings).count(), findings.len());
    for finding in &findings {
        println!("{}\t{}\t{}", finding.kind.label(), finding.message, finding.quote(&text));
    }
    Ok(())
}

/// The headings below one as a tree: parts, sections, clauses, items. Units: characters of the text, from 0.
fn tree(headings: &[Heading], of: Option<usize>, at: &dyn Fn(usize) -> usize) -> Vec<Value> {
    let mut nodes = Vec::new();
    for n in notice::children(headings, of) {
        let Some(heading) = headings.get(n) else { continue };
        nodes.push(json!({
            "level": heading.level.code(), "no": heading.no, "label": notice::label(headings, n),
            "parent": of.map(|of| notice::label(headings, of)), "title": heading.title,
            "start": at(heading.start), "end": at(heading.end), "children": tree(headings, Some(n), at),
        }));
    }
    nodes
}

/// Prints what either of two plans has alone, and where both have it but ask differently.
pub fn compare(a: &Path, b: &Path, at: Option<&str>, as_json: bool) -> anyhow::Result<()> {
    let (a, b) = (sound(a)?, sound(b)?);
    let on = match at {
        Some(text) => domain::time::parse_date(text).context("日期请写成 2026-11-25 的样子")?,
        None => a.effective_from.max(b.effective_from),
    };
    let found = domain::plan::compare::compare(&a, &b, on);
    if as_json {
        let only =
            |all: &[Only]| all.iter().map(|one| json!({ "code": one.code, "title": one.title })).collect();
        let differing = |pair: &&Pair| !pair.differences.is_empty();
        let pair = |pair: &Pair| {
            let differences = pair.differences.iter();
            let differences = differences.map(|d| json!({ "what": d.what, "a": d.a, "b": d.b }));
            json!({
                "a": pair.a, "b": pair.b, "title": pair.title, "by": pair.by.code(),
                "differences": differences.collect::<Vec<_>>(),
            })
        };
        let sides = |sides: &Sides| {
            let (only_a, only_b): (Vec<_>, Vec<_>) = (only(&sides.only_a), only(&sides.only_b));
            let moved = sides.both.iter().filter(|pair| !differing(pair) && pair.a != pair.b);
            let moved: Vec<_> = moved.map(pair).collect();
            let differing: Vec<_> = sides.both.iter().filter(differing).map(pair).collect();
            let both = sides.both.len();
            json!({ "only_a": only_a, "only_b": only_b, "differing": differing, "moved": moved, "both": both })
        };
        let head =
            |plan: &domain::plan::Plan| json!({ "code": plan.code, "town": plan.town, "title": plan.title });
        let answer = json!({
            "a": head(&a), "b": head(&b), "at": on.to_string(), "clauses": sides(&found.clauses),
            "duties": sides(&found.duties), "parameters": sides(&found.parameters),
        });
        println!("{}", serde_json::to_string_pretty(&answer)?);
        return Ok(());
    }
    for (noun, sides) in [("条款", &found.clauses), ("责任", &found.duties), ("参数", &found.parameters)]
    {
        println!("{noun}：两边都有 {} 项", sides.both.len());
        for (town, only) in [(&a.town, &sides.only_a), (&b.town, &sides.only_b)] {
            for one in only {
                println!("{noun}\t仅{town}有\t{}\t{}", one.code, one.title);
            }
        }
        for pair in sides.both.iter().filter(|pair| pair.a != pair.b) {
            println!(
                "{noun}\t编号不同（按{}对上）\t{} / {}\t{}",
                pair.by.label(),
                pair.a,
                pair.b,
                pair.title
            );
        }
        for pair in &sides.both {
            for d in &pair.differences {
                println!(
                    "{noun}\t{}不同\t{} / {}\t{}：{} / {}",
                    d.what, pair.a, pair.b, pair.title, d.a, d.b
                );
            }
        }
    }
    Ok(())
}

/// Puts a plan file in force.
pub async fn install(place: Where, file: &Path) -> anyhow::Result<()> {
    let text = file::text(file)?;
    let named = place.town_name.clone();
    let app = place.open().await?;
    if let Some(name) = named {
        config::name_town(&app, &name).await?;
    }
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
    if let Some((theirs, own)) = &installed.of_other {
        eprintln!(
            "注意：这份方案写的是“{theirs}”，这里的数据是“{own}”的，方案照样启用；如果选错了文件，请改用本镇的方案重新安装"
        );
    }
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
        other => crate::cli::plainly(other),
    })?;
    if as_json {
        let rows: Vec<_> = lines
            .iter()
            .map(|line| {
                let (tally, n) = (&line.tally, |status| line.tally.count(status));
                // The keys are agreed with other programs: what is done in part is missing to them, and of it `partial` says
                // how much that is.
                json!({
                    "clause": line.clause, "duty": line.duty, "due": tally.due(), "met": n(Status::Met),
                    "late": n(Status::Late), "missing": n(Status::Unmet) + n(Status::Partial),
                    "partial": n(Status::Partial),
                    "waived": n(Status::Waived), "not_applicable": n(Status::NotApplicable),
                    "no_data": n(Status::NoData), "ratio": tally.ratio(),
                })
            })
            .collect();
        println!("{}", serde_json::to_string_pretty(&rows)?);
        return Ok(());
    }
    for line in &lines {
        let (tally, n) = (&line.tally, |status| line.tally.count(status));
        let ratio = match tally.ratio() {
            _ if !line.scored => "不计入".to_owned(),
            Some(ratio) => format!("{:.1} %", percent(ratio)),
            None if line.has_data => "—".to_owned(),
            None => "无数据".to_owned(),
        };
        println!(
            "{}\t{}\t{ratio}\t到期 {}\t已落实 {}\t逾期落实 {}\t部分落实 {}\t未落实 {}\t不适用 {}",
            line.duty,
            line.title,
            tally.due(),
            n(Status::Met),
            n(Status::Late),
            n(Status::Partial),
            n(Status::Unmet),
            n(Status::NotApplicable)
        );
    }
    Ok(())
}
