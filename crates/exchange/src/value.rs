//! What stands in a cell and how people write text, dates, telephone numbers and counts. Pure conversions from a
//! [`Cell`] to a typed [`Value`]. What does not belong here: where the cell was (`sheet`), which column it is
//! (`header`), which ledger asks (`ledger`).

use std::borrow::Cow;

use chrono::{Datelike, Days, NaiveDateTime};
use domain::code::is_phone;
use domain::time::Date;
use serde::{Deserialize, Serialize};

/// One cell as read. Formulas are read as the value last computed; times of day without a date come as text.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// True or false.
    Bool(bool),
    /// A number; dates not formatted as dates also come like this.
    Number(f64),
    /// A cell formatted as a date, in the workbook's own epoch.
    Date {
        /// Civil date and time as shown.
        d: NaiveDateTime,
    },
    /// An error value such as `#N/A`.
    Error {
        /// As Excel shows it.
        e: String,
    },
    /// Text as it stands, not yet cleaned.
    Text(String),
}

impl Cell {
    /// Whether a person sees nothing here.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.chars().all(is_invisible),
            _ => false,
        }
    }

    /// The cell as a person reads it: cleaned text, whole numbers without `.0`, dates as `YYYY-MM-DD`.
    pub fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Empty => Cow::Borrowed(""),
            Self::Text(text) => clean(text),
            Self::Number(number) => Cow::Owned(number_text(*number)),
            Self::Bool(true) => Cow::Borrowed("是"),
            Self::Bool(false) => Cow::Borrowed("否"),
            Self::Date { d } if d.time() == chrono::NaiveTime::MIN => Cow::Owned(d.date().to_string()),
            Self::Date { d } => Cow::Owned(d.format("%Y-%m-%d %H:%M:%S").to_string()),
            Self::Error { e } => Cow::Borrowed(e),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text.to_owned()) }
    }
}

/// A typed value of a ledger field, on its way in or out.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Not given.
    #[default]
    None,
    /// A civil date.
    Date(Date),
    /// A whole number of people or things.
    Count(u32),
    /// A measured number: m², degrees.
    Number(f64),
    /// Text or one code.
    Text(String),
    /// Codes in the order given.
    Many(Vec<String>),
}

/// Why a cell is not a value of its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misread {
    /// Stable dotted code.
    pub code: &'static str,
    /// One Chinese sentence.
    pub message: String,
}

impl Misread {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// Cleans text without changing what it says: full-width letters, digits and blanks become plain, line breaks and
/// runs of blanks one blank, invisible characters go, ends are trimmed. Punctuation stays.
pub fn clean(text: &str) -> Cow<'_, str> {
    let tidy = !text.starts_with(' ')
        && !text.ends_with(' ')
        && !text.contains("  ")
        && text.chars().all(|c| c == ' ' || (!is_invisible(c) && plain(c) == c));
    if tidy {
        return Cow::Borrowed(text);
    }
    let mut cleaned = String::with_capacity(text.len());
    let mut blank_waiting = false;
    for c in text.chars() {
        if c.is_whitespace() {
            blank_waiting = !cleaned.is_empty();
        } else if !is_invisible(c) {
            if std::mem::take(&mut blank_waiting) {
                cleaned.push(' ');
            }
            cleaned.push(plain(c));
        }
    }
    Cow::Owned(cleaned)
}

/// Text reduced to what two spellings of one name share: no blanks, no punctuation, brackets or case.
pub fn comparable(text: &str) -> String {
    text.chars().map(plain).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Characters two texts have in common, in the same order.
fn shared(a: &[char], b: &[char]) -> usize {
    let mut row = vec![0; b.len() + 1];
    for x in a {
        let mut slant = 0;
        for (at, y) in b.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if x == y { slant + 1 } else { above.max(row[at]) };
            slant = above;
        }
    }
    row[b.len()]
}

/// Characters of a text that is compared with the words of a list; what is longer is no word.
const LONGEST_WORD: usize = 24;
/// Of the nearest words so many are offered.
const OFFERED: usize = 4;

/// Labels whose spellings come near to what was written, the nearest first: at least half of the characters agree, or one is short
/// for the other, as 经发办 for 经济发展办公室. They are for a person to choose from.
pub fn nearest<'a>(text: &str, words: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<&'a str> {
    let wanted: Vec<char> = comparable(text).chars().take(LONGEST_WORD).collect();
    let mut best: Vec<(&str, bool, usize)> = Vec::new();
    for (spelling, label) in words {
        let own: Vec<char> = comparable(spelling).chars().collect();
        let same = shared(&wanted, &own);
        let is_short_for = same >= 2 && same == wanted.len().min(own.len());
        let share = 200 * same / (wanted.len() + own.len()).max(1);
        // What stands last is mostly a word for anything, 店 or 场所: who begins otherwise has to share more.
        let least = if wanted.first() == own.first() { 50 } else { 60 };
        if !is_short_for && share < least {
            continue;
        }
        match best.iter_mut().find(|(known, ..)| *known == label) {
            Some(known) => (known.1, known.2) = (known.1, known.2).max((is_short_for, share)),
            None => best.push((label, is_short_for, share)),
        }
    }
    best.sort_by_key(|(_, is_short_for, share)| std::cmp::Reverse((*is_short_for, *share)));
    best.into_iter().take(OFFERED).map(|(label, ..)| label).collect()
}

/// Whether people write this when they have nothing to write (`无`, `/`, `—`, `不详` …).
pub fn is_placeholder(text: &str) -> bool {
    matches!(
        text,
        "" | "无" | "暂无" | "没有" | "不详" | "未知" | "/" | "\\" | "-" | "--" | "—" | "——" | "无数据"
    ) || text.eq_ignore_ascii_case("n/a")
}

/// Reads a civil date: a date cell, a serial number of the 1900 system, `20240305`, `2024.3.5`, `2024年3月5日`,
/// `2024/3/5 0:00`. Two-digit years and dates without a day are refused rather than guessed.
pub fn read_date(cell: &Cell) -> Result<Option<Date>, Misread> {
    match cell {
        Cell::Date { d } => sensible_year(d.date()).map(Some),
        Cell::Number(number) => read_date_number(*number).map(Some),
        _ => {
            let text = cell.shown();
            if is_placeholder(&text) { Ok(None) } else { read_date_text(&text).map(Some) }
        }
    }
}

/// Reads a moment of the town's clock: a day as [`read_date`] does, and its hour where one is given.
pub fn read_moment(cell: &Cell) -> Result<Option<String>, Misread> {
    let shown = cell.shown();
    let text = shown.replace('T', " ").replace('：', ":");
    let (day, hour) = match text.split_once(' ') {
        Some((day, hour)) if matches!(cell, Cell::Text(_)) => (day.to_owned(), hour.trim().to_owned()),
        _ => (text.clone(), String::new()),
    };
    if let Cell::Date { d } = cell {
        sensible_year(d.date())?;
        return Ok(Some(shown.into_owned()));
    }
    if hour.is_empty() {
        return Ok(read_date(cell)?.map(|day| day.to_string()));
    }
    let wrong = || Misread::new("cell.moment", "应填日期和时间，如 2026-09-21 10:30");
    let day = read_date(&Cell::Text(day))?.ok_or_else(wrong)?;
    let time = ["%H:%M:%S", "%H:%M", "%H:%M:%S%.f", "%H时%M分"]
        .iter()
        .find_map(|form| chrono::NaiveTime::parse_from_str(&hour, form).ok())
        .ok_or_else(wrong)?;
    Ok(Some(format!("{day} {}", time.format("%H:%M:%S"))))
}

/// Reads one or several telephone numbers; several are joined with `、`. Numbers Excel stored as numbers stay exact.
pub fn read_phone(cell: &Cell) -> Result<Option<String>, Misread> {
    let wrong = || Misread::new("cell.phone", "不是电话号码，请填 11 位手机号或带区号的固定电话");
    let text = exact_text(cell)?;
    if is_placeholder(&text) {
        return Ok(None);
    }
    if let Some(one) = one_phone(&text) {
        return Ok(Some(one));
    }
    let separators = |c: char| matches!(c, '、' | '/' | ',' | '，' | ';' | '；') || c.is_whitespace();
    let parts: Option<Vec<String>> =
        text.split(separators).filter(|part| !part.is_empty()).map(one_phone).collect();
    match parts {
        Some(phones) if !phones.is_empty() => Ok(Some(phones.join("、"))),
        _ => Err(wrong()),
    }
}

/// Reads a whole number of people or things; `30人`, `1,200` and full-width digits are understood.
pub fn read_count(cell: &Cell, max: u32) -> Result<Option<u32>, Misread> {
    let wrong = || Misread::new("cell.count", format!("应填 0 到 {max} 的整数"));
    let number = match cell {
        Cell::Number(number) => *number,
        _ => {
            let text = cell.shown();
            if is_placeholder(&text) {
                return Ok(None);
            }
            let digits = text.trim_end_matches(['人', '个', '名', '位', '间', '张', '户']);
            bare_number(digits).parse::<f64>().map_err(|_| wrong())?
        }
    };
    if number.fract() != 0.0 || !(0.0..=f64::from(max)).contains(&number) {
        return Err(wrong());
    }
    number_text(number).parse().map(Some).map_err(|_| wrong())
}

/// Reads a measured number with one of these unit endings allowed, inside the range.
pub fn read_number(
    cell: &Cell,
    units: &[&str],
    range: std::ops::RangeInclusive<f64>,
) -> Result<Option<f64>, Misread> {
    let wrong =
        || Misread::new("cell.number", format!("应填 {} 到 {} 之间的数字", range.start(), range.end()));
    let number = match cell {
        Cell::Number(number) => *number,
        _ => {
            let text = cell.shown();
            if is_placeholder(&text) {
                return Ok(None);
            }
            let bare = units.iter().find_map(|unit| text.strip_suffix(unit)).unwrap_or(&text);
            bare_number(bare).parse::<f64>().map_err(|_| wrong())?
        }
    };
    if number.is_finite() && range.contains(&number) { Ok(Some(number)) } else { Err(wrong()) }
}

/// A number without what only divides its digits; a full-width point is one, as full-width digits are digits.
fn bare_number(text: &str) -> String {
    text.trim().replace([',', '，'], "").replace('．', ".")
}

/// The cell as text that lost nothing: an 18-digit code Excel kept as a number has lost its last digits and is
/// refused with advice; so is `1.38E+10` typed as text.
pub fn exact_text(cell: &Cell) -> Result<Cow<'_, str>, Misread> {
    let lost = || {
        Misread::new(
            "cell.digits_lost",
            "Excel 把长号码存成了数字，末几位已丢失；请把该列设为“文本”格式后重新填写",
        )
    };
    if let Cell::Number(number) = cell
        && number.abs() >= 1e15
    {
        return Err(lost());
    }
    let text = cell.shown();
    let upper = text.to_ascii_uppercase();
    if matches!(cell, Cell::Text(_))
        && let Some((mantissa, exponent)) = upper.split_once("E+")
        && mantissa.contains('.')
        && mantissa.parse::<f64>().is_ok()
        && exponent.parse::<u32>().is_ok()
    {
        return Err(lost());
    }
    Ok(text)
}

/// Splits a cell that lists several terms.
pub fn split_terms(text: &str) -> impl Iterator<Item = &str> {
    text.split(['、', ',', '，', ';', '；', '|', '/', '\n', '+'])
        .map(str::trim)
        .filter(|t| !is_placeholder(t))
}

/// A number as people write it: no exponent, no `.0`.
pub fn number_text(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    format!("{number}")
}

fn read_date_number(number: f64) -> Result<Date, Misread> {
    if number.fract() == 0.0 && (19_000_101.0..=22_001_231.0).contains(&number) {
        return read_date_text(&number_text(number));
    }
    let day = number_text(number.floor()).parse::<u64>().map_err(|_| not_a_date())?;
    // Serial 60 is the 29 February 1900 that never was; ledgers do not reach back that far.
    if !(61..=2_958_465).contains(&day) {
        return Err(not_a_date());
    }
    let epoch = Date::from_ymd_opt(1899, 12, 30).ok_or_else(not_a_date)?;
    sensible_year(epoch.checked_add_days(Days::new(day)).ok_or_else(not_a_date)?)
}

fn read_date_text(text: &str) -> Result<Date, Misread> {
    let day_part = text.split([' ', 'T']).next().unwrap_or(text);
    // "2024 年 3 月 5 日" has blanks inside, so the whole is kept when the first part is a bare year.
    let day_part = if day_part.len() <= 4 { text } else { day_part };
    let numbers: Vec<&str> =
        day_part.split(|c: char| !c.is_ascii_digit()).filter(|p| !p.is_empty()).collect();
    let is_written_as_date = day_part
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '/' | '年' | '月' | '日' | '号' | ' ' | '、'));
    let (year, month, day) = match numbers.as_slice() {
        [eight] if eight.len() == 8 => {
            (eight.get(..4).unwrap_or(""), eight.get(4..6).unwrap_or(""), eight.get(6..).unwrap_or(""))
        }
        [year, month, day] => (*year, *month, *day),
        [_, _] | [_] if is_written_as_date => {
            return Err(Misread::new("cell.date_incomplete", "日期要写到日，例如 2024-03-05"));
        }
        _ => return Err(not_a_date()),
    };
    if !is_written_as_date {
        return Err(not_a_date());
    }
    if year.len() != 4 {
        return Err(Misread::new("cell.date_incomplete", "年份要写四位，例如 2024-03-05"));
    }
    let parse = |part: &str| part.parse::<u32>().map_err(|_| not_a_date());
    let year = i32::try_from(parse(year)?).map_err(|_| not_a_date())?;
    sensible_year(Date::from_ymd_opt(year, parse(month)?, parse(day)?).ok_or_else(not_a_date)?)
}

fn sensible_year(date: Date) -> Result<Date, Misread> {
    if (1900..=2200).contains(&date.year()) { Ok(date) } else { Err(not_a_date()) }
}

fn not_a_date() -> Misread {
    Misread::new("cell.date", "不是有效日期，请写成 2024-03-05")
}

fn one_phone(text: &str) -> Option<String> {
    let bare: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '(' | '（'))
        .map(|c| if matches!(c, ')' | '）' | '－' | '—' | '–') { '-' } else { plain(c) })
        .collect();
    let bare = bare.strip_prefix("+86").unwrap_or(&bare).trim_start_matches('-');
    let digits: String = bare.chars().filter(char::is_ascii_digit).collect();
    if digits.len() == 11 && digits.starts_with('1') && is_phone(bare) {
        return Some(digits);
    }
    (is_phone(bare) && !bare.ends_with('-')).then(|| bare.to_owned())
}

fn plain(c: char) -> char {
    match c {
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}' | '\u{AD}')
}

#[cfg(test)]
mod tests {
    use domain::time::parse_date;

    use super::*;

    #[test]
    fn the_nearest_words_are_those_that_share_most_or_are_short_for_each_other() {
        let bodies = ["经济发展办公室", "规划建设管理办公室", "民政和社会事务办公室", "派出所"];
        let near = |text: &str| nearest(text, bodies.iter().map(|name| (*name, *name)));
        assert_eq!(near("经发办"), ["经济发展办公室"]);
        assert_eq!(near("规建办"), ["规划建设管理办公室"]);
        assert_eq!(near("民政办"), ["民政和社会事务办公室"]);
        assert_eq!(near("公安派出所"), ["派出所"]);
        assert_eq!(near("外交部"), [""; 0]);
        let kinds = [("小餐饮", "小餐饮"), ("小饭店", "小餐饮"), ("餐饮场所", "餐饮"), ("小旅馆", "小旅馆")];
        assert_eq!(nearest("小餐饮屋", kinds)[0], "小餐饮", "each label once, by its best spelling");
        assert_eq!(nearest("小旅社", kinds)[0], "小旅馆");
        assert_eq!(
            nearest("汽车修理店", [("理发店", "小美容洗浴")]),
            [""; 0],
            "店 is what every shop ends with"
        );
        assert_eq!(nearest("", kinds), [""; 0]);
    }

    #[test]
    fn dates_as_people_write_them() {
        let fifth_of_march = parse_date("2024-03-05");
        for text in [
            "2024.3.5",
            "2024年3月5日",
            "20240305",
            "２０２４．３．５",
            "2024-03-05",
            "2024/3/5 0:00:00",
            "2024 年 3 月 5 日",
            "2024-03-05T00:00:00",
            " 2024、3、5 ",
        ] {
            // The full-width stop is punctuation and is not accepted silently.
            let expected = if text.contains('．') { Err(not_a_date()) } else { Ok(fifth_of_march) };
            assert_eq!(read_date(&Cell::from(text)), expected, "{text}");
        }
        assert_eq!(read_date(&Cell::Number(45356.0)), Ok(fifth_of_march));
        assert_eq!(read_date(&Cell::Number(20_240_305.0)), Ok(fifth_of_march));
        assert_eq!(read_date(&Cell::from("/")), Ok(None));
    }

    #[test]
    fn a_date_that_would_have_to_be_guessed_is_refused() {
        for (text, code) in [
            ("2024年3月", "cell.date_incomplete"),
            ("24.3.5", "cell.date_incomplete"),
            ("2024-02-30", "cell.date"),
            ("3月初", "cell.date"),
            ("2024-3-5左右", "cell.date"),
        ] {
            assert_eq!(read_date(&Cell::from(text)).map_err(|m| m.code), Err(code), "{text}");
        }
        assert_eq!(read_date(&Cell::Number(3.0)).map_err(|m| m.code), Err("cell.date"));
    }

    #[test]
    fn phones_keep_every_digit() {
        for (cell, expected) in [
            (Cell::Number(13_800_138_000.0), "13800138000"),
            (Cell::from("１３８００１３８０００"), "13800138000"),
            (Cell::from("138 0013 8000"), "13800138000"),
            (Cell::from("+86 138-0013-8000"), "13800138000"),
            (Cell::from("（023）49812345"), "023-49812345"),
            (Cell::from("13800138000/023-49812345"), "13800138000、023-49812345"),
        ] {
            assert_eq!(read_phone(&cell), Ok(Some(expected.to_owned())), "{cell:?}");
        }
        assert_eq!(read_phone(&Cell::from("1380013800")).map_err(|m| m.code), Err("cell.phone"));
        assert_eq!(read_phone(&Cell::from("1.38E+10")).map_err(|m| m.code), Err("cell.digits_lost"));
    }

    #[test]
    fn a_code_excel_turned_into_a_number_is_not_trusted() {
        assert_eq!(exact_text(&Cell::Number(9.1500118e17)).map_err(|m| m.code), Err("cell.digits_lost"));
        assert_eq!(exact_text(&Cell::Number(1024.0)).as_deref(), Ok("1024"));
    }

    #[test]
    fn counts_and_areas_lose_their_units() {
        assert_eq!(read_count(&Cell::from("３０人"), 99), Ok(Some(30)));
        assert_eq!(read_count(&Cell::from("1,200"), 9999), Ok(Some(1200)));
        assert_eq!(read_count(&Cell::Number(2.5), 99).map_err(|m| m.code), Err("cell.count"));
        assert_eq!(read_count(&Cell::from("约30"), 99).map_err(|m| m.code), Err("cell.count"));
        for text in ["85.5㎡", "85．5㎡", "８５．５", "８５．５ ㎡"] {
            assert_eq!(read_number(&Cell::from(text), &["㎡"], 0.0..=1e6), Ok(Some(85.5)), "{text}");
        }
        assert_eq!(read_count(&Cell::from("３０．０人"), 99), Ok(Some(30)));
        assert_eq!(
            read_number(&Cell::from("80-100"), &["㎡"], 0.0..=1e6).map_err(|m| m.code),
            Err("cell.number")
        );
    }

    #[test]
    fn cleaning_twice_changes_nothing_more() {
        for text in ["  青峰　副食\r\n店 ", "Ａ１号楼", "a\u{200B}b", "", "＝1+1"] {
            let once = clean(text).into_owned();
            assert_eq!(clean(&once), once);
        }
        assert_eq!(clean("  青峰　副食\r\n店 "), "青峰 副食 店");
    }
}
