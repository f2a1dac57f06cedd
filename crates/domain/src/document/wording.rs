//! How dates, numbers and headings are written in documents. Source: GB/T 9704-2012 §7.3.

use chrono::Datelike;

use crate::time::Date;

/// The word of an order. It belongs to enforcement alone.
pub const ORDERING_WORD: &str = "责令";

const DIGITS: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];

/// A date as documents write it: Arabic digits, no leading zero, `2025年3月5日`.
pub fn chinese_date(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// A number from 1 to 99 in Chinese; larger ones stay in digits, for no document has as many headings.
pub fn chinese_number(number: u32) -> String {
    let digit = |n: u32| DIGITS.get(n as usize).copied().unwrap_or_default();
    match (number / 10, number % 10) {
        (0, ones) => digit(ones).to_owned(),
        (1, 0) => "十".to_owned(),
        (1, ones) => format!("十{}", digit(ones)),
        (tens, 0) if tens < 10 => format!("{}十", digit(tens)),
        (tens, ones) if tens < 10 => format!("{}十{}", digit(tens), digit(ones)),
        _ => number.to_string(),
    }
}

/// The number of a heading at its level: `一、`, `（一）`, `1.`, `（1）`.
pub fn heading_number(level: u8, number: u32) -> String {
    match level {
        1 => format!("{}、", chinese_number(number)),
        2 => format!("（{}）", chinese_number(number)),
        3 => format!("{number}."),
        _ => format!("（{number}）"),
    }
}

/// A text as it is read, not as it is typed: without spaces and signs of no width, wide letters, digits and commas as
/// narrow ones. What is looked for in it is found however it was spaced.
pub fn plain(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '￥' => '¥',
        _ => c,
    };
    let is_seen = |c: &char| {
        !c.is_whitespace() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
    };
    text.chars().map(narrow).filter(is_seen).collect()
}

/// A word with a few characters on both sides, for a message.
pub(super) fn around(text: &str, word: &str) -> String {
    let at = text.find(word).map_or(0, |byte| text.get(..byte).unwrap_or_default().chars().count());
    text.chars().skip(at.saturating_sub(6)).take(6.min(at) + word.chars().count() + 6).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_date;

    #[test]
    fn a_date_has_no_leading_zeros() {
        for (iso, written) in [("2025-03-05", "2025年3月5日"), ("2026-11-26", "2026年11月26日")] {
            assert_eq!(chinese_date(parse_date(iso).expect("valid")), written);
        }
    }

    #[test]
    fn numbers_in_words() {
        for (number, word) in
            [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (21, "二十一"), (99, "九十九"), (100, "100")]
        {
            assert_eq!(chinese_number(number), word);
        }
    }

    #[test]
    fn a_word_is_found_however_it_is_spaced() {
        for text in ["责 令改正", "责\u{200b}令", "责\n令", "责\u{3000}令"] {
            assert!(plain(text).contains(ORDERING_WORD), "{text:?}");
        }
        assert_eq!(plain("５，０００ 元 ￥"), "5,000元¥");
    }

    #[test]
    fn a_quote_is_cut_between_characters() {
        assert_eq!(around("一二三四五六七责令八九", "责令"), "二三四五六七责令八九");
        assert_eq!(around("责令改正", "责令"), "责令改正");
    }
}
