//! `fengsui danger`: the fire weather index of a table of days, without a database.
#![expect(clippy::print_stdout, reason = "a command answers on standard output")]

use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::{Args, Subcommand};
use domain::danger::{Codes, Danger as Day, Weather};
use exchange::sheet::{self, Limits};
use serde_json::json;

use crate::file;

#[derive(Subcommand)]
pub enum Danger {
    /// 加拿大火险天气指数（FWI）：逐日由月、日、气温、湿度、风速、降水算出
    Fwi(Fwi),
}

/// A table of days.
#[derive(Args)]
pub struct Fwi {
    /// CSV，列为 month、day、temp（°C）、rh（%）、ws（km/h）、prec（mm），每天一行、不间断
    file: PathBuf,
    /// 纬度，北纬为正、南纬为负
    #[arg(long, allow_hyphen_values = true)]
    lat: f64,
    /// 第一天之前一天的 FFMC、DMC 和 DC
    #[arg(long, value_name = "F,D,DC", value_parser = start)]
    start: Option<Codes>,
    /// 输出一份 JSON
    #[arg(long)]
    json: bool,
}

fn start(text: &str) -> Result<Codes, String> {
    let numbers: Vec<f64> = text.split(',').filter_map(|one| one.trim().parse().ok()).collect();
    match numbers.as_slice() {
        [fine, duff, drought]
            if (0.0..=101.0).contains(fine) && (0.0..1e4).contains(duff) && (0.0..1e4).contains(drought) =>
        {
            Ok(Codes { fine: *fine, duff: *duff, drought: *drought })
        }
        _ => Err("请写成 85,6,15 的样子".to_owned()),
    }
}

/// The columns and what else they are called.
const COLUMNS: [(&str, &[&str]); 6] = [
    ("month", &["month", "mon", "月"]),
    ("day", &["day", "日"]),
    ("temp", &["temp", "气温"]),
    ("rh", &["rh", "相对湿度"]),
    ("ws", &["ws", "风速"]),
    ("prec", &["prec", "降水量"]),
];

/// Does what was asked.
pub fn danger(asked: &Danger) -> anyhow::Result<()> {
    let Danger::Fwi(asked) = asked;
    let days = reckoned(asked)?;
    if asked.json {
        let rows: Vec<_> = days
            .iter()
            .map(|(month, day, is)| {
                json!({ "month": month, "day": day, "FFMC": is.codes.fine, "DMC": is.codes.duff,
                    "DC": is.codes.drought, "ISI": is.spread, "BUI": is.buildup, "FWI": is.index })
            })
            .collect();
        println!("{}", serde_json::to_string_pretty(&rows)?);
        return Ok(());
    }
    println!("月\t日\tFFMC\tDMC\tDC\tISI\tBUI\tFWI");
    for (month, day, is) in days {
        let Codes { fine, duff, drought } = is.codes;
        let (spread, buildup, index) = (is.spread, is.buildup, is.index);
        println!("{month}\t{day}\t{fine:.1}\t{duff:.1}\t{drought:.1}\t{spread:.1}\t{buildup:.1}\t{index:.1}");
    }
    Ok(())
}

/// Month, day and danger of every row.
fn reckoned(asked: &Fwi) -> anyhow::Result<Vec<(u32, u32, Day)>> {
    let shown = asked.file.display();
    let bytes = file::bytes(&asked.file)?;
    let book = exchange::csv_text::read(&bytes, &Limits::default())
        .with_context(|| format!("{shown} 不是分隔文本，请另存为 CSV 再算"))?;
    let sheet: &sheet::Sheet = book.sheets.first().context("表是空的，请核对文件")?;
    let is_called =
        |cell: &str, names: &[&str]| names.iter().any(|name| cell.trim().eq_ignore_ascii_case(name));
    let head = sheet.rows.first().context("表是空的，请核对文件")?;
    let mut at = [0; COLUMNS.len()];
    for (at, (name, names)) in at.iter_mut().zip(COLUMNS) {
        let found = head.iter().position(|cell| is_called(&cell.shown(), names));
        *at = found.with_context(|| format!("表里没有 {name} 这一列，请补上表头"))?;
    }
    let mut codes = asked.start.unwrap_or(Codes::BEGIN);
    let mut days = Vec::new();
    for row in (1..sheet.rows.len()).filter(|row| sheet.rows.get(*row).is_some_and(|cells| !cells.is_empty()))
    {
        let number = |n: usize| -> anyhow::Result<f64> {
            let (column, name) = (at.get(n).copied().unwrap_or_default(), COLUMNS.get(n).map_or("", |c| c.0));
            let text = sheet.cell(row, column).shown().into_owned();
            text.parse().with_context(|| format!("第 {} 行 {name} 写的是“{text}”，请改成数字", row + 1))
        };
        let whole = |n: usize, most: f64| -> anyhow::Result<u32> {
            let value = number(n)?;
            let name = COLUMNS.get(n).map_or("", |c| c.0);
            ensure!(
                value.fract() == 0.0 && (1.0..=most).contains(&value),
                "第 {} 行 {name} 不对，请改正",
                row + 1
            );
            Ok(format!("{value:.0}").parse()?)
        };
        let (month, day) = (whole(0, 12.0)?, whole(1, 31.0)?);
        let weather = Weather {
            month,
            temp_c: number(2)?,
            humidity: number(3)?,
            wind_kmh: number(4)?,
            rain_mm: number(5)?,
        };
        let is = codes.next(&weather, asked.lat).with_context(|| format!("第 {} 行算不出来", row + 1))?;
        codes = is.codes;
        days.push((month, day, is));
    }
    Ok(days)
}
