//! Every paper that comes along, drawn three times: with what it needs and no more, with every field, with far too much in
//! every field. Nothing is lost, nothing runs over the edge or over something else, no bracket is left empty.
//! The PDFs are left in the test's own folder of `target`, to be looked at.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, ensure};
use domain::document::{Layout, PhotoRef};
use domain::paper::{Field, FieldType, Frame, Origin, Template, Value, Values};
use domain::time::parse_date;
use render::{Fonts, Pictures, pdf};

/// How much stands in the fields.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Filled {
    Needed,
    Whole,
    Crowded,
}

/// Points in a millimetre.
const MM: f64 = 72.0 / 25.4;
/// What no finished paper says: brackets around nothing, two marks in a row, a place that was not filled.
const BROKEN: &[&str] =
    &["（）", "“”", "《》", "〔〕", "。。", "，。", "。，", "：。", "：，", "，，", "{", "}", "\u{fffd}"];

fn text_of(field: &Field, filled: Filled) -> String {
    match filled {
        Filled::Crowded => format!("{}里写得很多很长的文字，一行放不下，要换行才能写完的内容", field.zh),
        _ => format!("某{}", field.zh),
    }
}

fn value_of(field: &Field, filled: Filled) -> Value {
    let crowded = filled == Filled::Crowded;
    let text = text_of(field, filled);
    match &field.kind {
        FieldType::Text => Value::Text(text),
        // People end a sentence with a full stop, and begin another paragraph.
        FieldType::LongText if crowded => Value::Text(format!("{}。\n{text}。", text.repeat(8))),
        FieldType::LongText => Value::Text(format!("{text}。")),
        FieldType::Number => Value::Number(12.5),
        FieldType::Date => Value::Text("2026-11-26".to_owned()),
        FieldType::Minute => Value::Text("2026-11-26T09:30".to_owned()),
        FieldType::Flag => Value::Flag(true),
        FieldType::Choice { options } => Value::Text(options.first().cloned().unwrap_or_default()),
        FieldType::Choices { options } => Value::List(options.iter().take(2).cloned().collect()),
        FieldType::List => {
            Value::List((1..=if crowded { 15 } else { 3 }).map(|n| format!("{text}{n}")).collect())
        }
        FieldType::Rows { columns } => {
            let row = |n: usize| {
                let cell = |title: &str| {
                    if crowded { format!("{title}写了很多字{n}") } else { format!("{title}{n}") }
                };
                columns.iter().map(|column| cell(&column.zh)).collect()
            };
            Value::Rows((1..=if crowded { 40 } else { 3 }).map(row).collect())
        }
        FieldType::Photos => {
            let photo =
                |n: usize| PhotoRef { name: format!("photo{}", n % 2), caption: format!("{text}第{n}张") };
            Value::Photos((0..if crowded { 7 } else { 2 }).map(photo).collect())
        }
        FieldType::Qr => Value::Text("https://fengsui.example/p/b-7q9x2m4k8v3n5t1r6w0y".to_owned()),
    }
}

fn pictures() -> anyhow::Result<Pictures> {
    let draw = |width: u32, height: u32| -> anyhow::Result<Vec<u8>> {
        let mut bytes = Cursor::new(Vec::new());
        let picture = image::RgbImage::from_pixel(width, height, image::Rgb([120, 150, 120]));
        picture.write_to(&mut bytes, image::ImageFormat::Jpeg)?;
        Ok(bytes.into_inner())
    };
    // One lies, one stands.
    Ok([("photo0".to_owned(), draw(40, 30)?), ("photo1".to_owned(), draw(30, 60)?)].into())
}

/// Left and right edge of what may be printed on, in millimetres. Source: the margins of `render/templates/paper.typ`.
fn edges(layout: Layout) -> (f64, f64) {
    match layout {
        Layout::Circular | Layout::Upward | Layout::Letter | Layout::Minutes => (28.0, 184.0),
        Layout::Form => (25.0, 190.0),
        Layout::Sheet => (18.0, 279.0),
        Layout::Certificate => (32.0, 265.0),
        Layout::PlacardA4 => (18.0, 192.0),
        Layout::PlacardA3 => (22.0, 398.0),
        Layout::DoorPlate => (12.0, 198.0),
    }
}

/// A word where it stands, in points from the upper left of its page.
#[derive(Debug, Clone)]
struct Word {
    page: usize,
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
    text: String,
}

/// The words of a PDF; none where the reader is not installed, which a complete run does not allow.
fn words(file: &PathBuf) -> anyhow::Result<Option<Vec<Word>>> {
    let read = Command::new("pdftotext").arg("-bbox").arg(file).arg("-").output();
    let Ok(read) = read else {
        ensure!(option_env!("CI").is_none(), "pdftotext is not installed; cargo xtask test installs it");
        return Ok(None);
    };
    let told = String::from_utf8(read.stdout)?;
    let (mut page, mut found) = (0, Vec::new());
    for line in told.lines().map(str::trim) {
        if line.starts_with("<page ") {
            page += 1;
        }
        let Some(rest) = line.strip_prefix("<word ") else { continue };
        let number = |name: &str| -> anyhow::Result<f64> {
            let rest = rest.split_once(&format!("{name}=\"")).context("a measure")?.1;
            Ok(rest.split('"').next().unwrap_or_default().parse()?)
        };
        let text = rest.split_once('>').and_then(|(_, rest)| rest.split_once("</word>")).context("a word")?.0;
        found.push(Word {
            page,
            left: number("xMin")?,
            top: number("yMin")?,
            right: number("xMax")?,
            bottom: number("yMax")?,
            text: text
                .replace("&amp;", "&")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\""),
        });
    }
    Ok(Some(found))
}

fn counted<'a>(texts: impl Iterator<Item = &'a str>) -> BTreeMap<char, usize> {
    let mut counts = BTreeMap::new();
    for c in texts.flat_map(str::chars).filter(|c| !c.is_whitespace()) {
        *counts.entry(c).or_default() += 1;
    }
    counts
}

/// Texts among the values that must stand on the paper, word for word.
fn said(template: &Template, values: &Values) -> Vec<String> {
    let mut out = Vec::new();
    for (key, value) in values {
        let kind = template.field(key).map(|field| &field.kind);
        match value {
            Value::Text(text) if matches!(kind, Some(FieldType::Text | FieldType::LongText)) => {
                out.push(text.trim_end_matches('。').to_owned());
            }
            Value::List(list) => out.extend(list.iter().cloned()),
            Value::Rows(rows) => out.extend(rows.iter().flatten().cloned()),
            Value::Photos(photos) => out.extend(photos.iter().map(|photo| photo.caption.clone())),
            _ => {}
        }
    }
    out
}

/// What is wrong with one paper as drawn.
fn faults(template: &Template, values: &Values, words: &[Word]) -> Vec<String> {
    let mut faults = Vec::new();
    let (left, right) = edges(template.layout);
    // The reader gives a mark its whole square where the line set it half as wide: only a mark may seem to stick out, and
    // only words of different lines may not meet.
    let ends = |text: &str| text.ends_with(['，', '。', '；', '：', '、', '）', '》', '”']);
    for word in words {
        let mark = if ends(&word.text) { 0.6 * (word.bottom - word.top) } else { 0.0 };
        if word.left < left * MM - 2.0 || word.right > right * MM + 2.0 + mark {
            faults.push(format!("“{}” runs over the edge of page {}", word.text, word.page));
        }
    }
    for (n, one) in words.iter().enumerate() {
        for other in words.iter().skip(n + 1).take(400).filter(|other| other.page == one.page) {
            let wide = one.right.min(other.right) - one.left.max(other.left);
            let high = one.bottom.min(other.bottom) - one.top.max(other.top);
            let lines = (one.top - other.top).abs() > 2.0;
            if lines && wide > 2.0 && high > 0.5 * (one.bottom - one.top).min(other.bottom - other.top) {
                faults.push(format!(
                    "“{}” and “{}” lie on each other on page {}",
                    one.text, other.text, one.page
                ));
            }
        }
    }
    let whole: String = words.iter().map(|word| word.text.as_str()).collect();
    faults.extend(BROKEN.iter().filter(|part| whole.contains(**part)).map(|part| format!("it says {part}")));
    let there = counted(words.iter().map(|word| word.text.as_str()));
    let wanted = said(template, values);
    let lost = counted(wanted.iter().map(String::as_str));
    let lost: String =
        lost.into_iter().filter(|(c, n)| there.get(c).is_none_or(|m| m < n)).map(|(c, _)| c).collect();
    if !lost.is_empty() {
        faults.push(format!("characters are missing: {lost}"));
    }
    faults
}

#[test]
fn every_paper_is_whole_with_little_and_with_much_in_its_fields() -> anyhow::Result<()> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("papers");
    std::fs::create_dir_all(&folder)?;
    let fonts = Fonts::read(&Fonts::FOLDERS.map(PathBuf::from));
    let (catalog, pictures) = (exchange::paper_file::shipped().0, pictures()?);
    let day = parse_date("2026-11-26").context("a date")?;
    let mut told = Vec::new();
    for template in &catalog.templates {
        for filled in [Filled::Needed, Filled::Whole, Filled::Crowded] {
            let fields = template.fields.iter().filter(|field| field.required || filled != Filled::Needed);
            let values: Values = fields.map(|field| (field.key.clone(), value_of(field, filled))).collect();
            let numbered = template.series.is_some() && template.origin == Origin::Issued;
            let frame = Frame {
                issuer: "青峰镇消防安全委员会办公室".to_owned(),
                number: numbered.then(|| "青峰消安办〔2026〕16号".to_owned()),
                issued_on: day,
                signer: (template.layout == Layout::Upward).then(|| "王建国".to_owned()),
                marks: Vec::new(),
                attachments: Vec::new(),
                copies_to: Vec::new(),
                printed: None,
            };
            let about = format!("{} {filled:?}", template.code);
            let document = template.fill(&values, &frame, true);
            let document = document.map_err(|problems| anyhow::anyhow!("{about}: {problems:?}"))?;
            let drawn = pdf(&document, &pictures, &fonts).with_context(|| about.clone())?;
            let file = folder.join(format!("{}-{filled:?}.pdf", template.code));
            std::fs::write(&file, &drawn.bytes)?;
            if template.layout.placard() && filled != Filled::Crowded && drawn.pages != 1 {
                told.push(format!("{about}: {} pages on a wall", drawn.pages));
            }
            let Some(words) = words(&file)? else { return Ok(()) };
            told.extend(
                faults(template, &values, &words).into_iter().map(|fault| format!("{about}: {fault}")),
            );
        }
    }
    ensure!(catalog.templates.len() > 50, "the catalogue is here");
    ensure!(told.is_empty(), "{} faults\n{}", told.len(), told.join("\n"));
    Ok(())
}
