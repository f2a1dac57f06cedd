//! Drawing papers: one page after the other, five hundred placards at once, and whether memory stays flat.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, ensure};
use domain::document::Document;
use domain::paper::{Frame, Value, Values};
use domain::time::{Date, parse_date};
use render::{Fonts, Pictures, docx, pdf, pdf_many};

use super::{Figures, own_memory, resident_kb};

/// A letter of one page under the red head, another reason each time.
fn talk(n: u32) -> anyhow::Result<Document> {
    let text = |text: &str| Value::Text(text.to_owned());
    let values = [
        ("to", text("胡豆坪村某某商店")),
        ("person", text("张某某")),
        ("reason", text(&format!("第 {n} 号隐患逾期未改"))),
        ("at", text("2026-03-12T09:30")),
        ("venue", text("镇消安办会议室")),
        ("contact", text("李某某")),
        ("phone", text("023-49000000")),
    ];
    filled("DT12.notice", "青峰镇消防安全委员会", &values)
}

/// Measures; without a Chinese font there is nothing to measure.
pub fn measure(figures: &mut Figures) -> anyhow::Result<()> {
    let fonts =
        figures.once("字体：读目录", "1", 1, || Fonts::read(&Fonts::FOLDERS.map(PathBuf::from)));
    let first = figures.once("PDF：启动后第一页", "1 页", 1, || {
        pdf(&circular(0)?, &Pictures::new(), &fonts).context("第一页")
    });
    if let Err(error) = first {
        eprintln!("{error:#}");
        return Ok(());
    }
    one_after_another(figures, "PDF：一份约谈通知书", talk, &fonts)?;
    let pages = one_after_another(figures, "PDF：一份通报", circular, &fonts)?;
    let start = Instant::now();
    docx(&circular(0)?, &Pictures::new())?;
    figures.put(
        "docx：一份通报",
        &format!("{pages} 页"),
        1,
        vec![start.elapsed().as_secs_f64() * 1000.0],
        "",
    );
    let placards: Vec<Document> = (0..500).map(placard).collect::<anyhow::Result<_>>()?;
    let mut told = 0;
    let drawn = figures.once("PDF：公示牌", "500 张", 500, || {
        pdf_many(&placards, &Pictures::new(), &fonts, &mut |_, _| told += 1)
    })?;
    ensure!(drawn.pages == 500 && told == 500, "公示牌应为 500 张，进度应报 500 次");
    Ok(())
}

/// Five hundred of a kind, each different; gives how many pages one has.
fn one_after_another(
    figures: &mut Figures,
    what: &str,
    make: impl Fn(u32) -> anyhow::Result<Document>,
    fonts: &Fonts,
) -> anyhow::Result<usize> {
    let mut took = Vec::new();
    let (mut early, mut pages) = (0, 0);
    for n in 1..=500 {
        let paper = make(n)?;
        let start = Instant::now();
        let drawn = pdf(&paper, &Pictures::new(), fonts)?;
        took.push(start.elapsed().as_secs_f64() * 1000.0);
        pages = drawn.pages;
        if n == 50 {
            early = resident_kb("/proc/self/status").unwrap_or(0);
        }
    }
    let note = format!("第 50 份后 {:.0} MB，第 500 份后 {}", f64::from(early) / 1024.0, own_memory());
    figures.put(what, &format!("{pages} 页"), 1, took, &note);
    Ok(pages)
}

fn filled(code: &str, issuer: &str, values: &[(&str, Value)]) -> anyhow::Result<Document> {
    let day: Date = parse_date("2026-03-05").context("日期")?;
    let catalog = exchange::paper_file::shipped().0;
    let template = catalog.on(code, day).context("随附的模板")?;
    let values: Values = values.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    let frame = Frame {
        issuer: issuer.to_owned(),
        number: None,
        issued_on: day,
        signer: None,
        marks: Vec::new(),
        attachments: Vec::new(),
        copies_to: Vec::new(),
        printed: None,
    };
    template.fill(&values, &frame, true).map_err(|problems| anyhow::anyhow!("{problems:?}"))
}

fn circular(n: u32) -> anyhow::Result<Document> {
    let text = |text: &str| Value::Text(text.to_owned());
    let values = [
        ("subject", text("消防安全检查情况")),
        ("to", Value::List(vec!["各村民委员会".to_owned()])),
        ("background", text(&format!("今年以来全镇共检查场所 {n} 家次，发现隐患并督促整改。"))),
        ("problems", Value::List(vec!["个别场所安全出口堵塞".to_owned()])),
        ("requirements", Value::List(vec!["立即组织自查自改".to_owned()])),
        ("deadline", text("2026-03-31")),
    ];
    filled("DT10", "青峰镇消防安全委员会", &values)
}

fn placard(n: u32) -> anyhow::Result<Document> {
    let text = |text: &str| Value::Text(text.to_owned());
    let person = |post: &str| vec!["张某某".to_owned(), post.to_owned(), format!("023-4900{n:04}")];
    let values = [
        ("area", text(&format!("第 {n} 网格"))),
        ("people", Value::Rows(vec![person("网格长"), person("消防管理员")])),
        ("duties", Value::List(vec!["每月检查责任区域内的场所".to_owned(), "宣传防火常识".to_owned()])),
        ("hotline", text("火警 119，镇值班 023-49000000")),
        ("url", text(&format!("https://example.org/b/{n:08}"))),
    ];
    filled("DT09", "胡豆坪村民委员会", &values)
}
