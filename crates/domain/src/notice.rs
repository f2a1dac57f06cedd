//! A township's notice as text: where its parts, sections, clauses and items stand, whatever way they are numbered. What
//! does not belong here: what strikes a reader in the wording ([`lint`]), the duties read out of it (`plan`), how the
//! file is read (`exchange::notice_file`).

pub mod lint;
mod words;

use std::ops::Range;

use words::chinese_number;
pub use words::chinese_numeral;

/// How deep a heading stands, in the order official documents use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// `一、` or `第一章`.
    Part,
    /// `（一）`.
    Section,
    /// `1.` or `第一条`.
    Clause,
    /// `（1）`.
    Item,
}

impl Level {
    /// The name in answers.
    pub fn code(self) -> &'static str {
        match self {
            Self::Part => "part",
            Self::Section => "section",
            Self::Clause => "clause",
            Self::Item => "item",
        }
    }
}

/// One numbered heading of a notice with all that stands below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// How deep it stands.
    pub level: Level,
    /// Number as printed: `10`, `（一）`, `三`, `第四条`.
    pub no: String,
    /// The number itself.
    pub ordinal: u32,
    /// The headline: up to the first full stop, at most 40 characters.
    pub title: String,
    /// Where it stands, up to the next of its level or above. Units: bytes of the text.
    pub start: usize,
    /// End. Units: bytes.
    pub end: usize,
}

impl Heading {
    /// The byte range in the text.
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }
}

/// Finds the headings of a notice: lines that begin with `一、`, `第一章`, `（一）`, `1.`, `第一条` or `（1）`, in their order.
/// Their ranges nest: two of them lie apart, or one within the other. The colophon belongs to none of them.
pub fn headings(text: &str) -> Vec<Heading> {
    let mut found: Vec<Heading> = Vec::new();
    let end = body_end(text);
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let inner = line.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        if let Some((level, no, ordinal, rest)) = numbered(inner) {
            let begin = start + (line.len() - inner.len());
            found.push(Heading { no, level, ordinal, title: headline(rest), start: begin, end });
        }
        start += line.len();
    }
    let starts: Vec<(Level, usize)> = found.iter().map(|heading| (heading.level, heading.start)).collect();
    for (n, heading) in found.iter_mut().enumerate() {
        let next = starts.iter().skip(n + 1).find(|(level, _)| *level <= heading.level);
        heading.end = next.map_or(end.max(heading.start + 1), |(_, at)| *at);
    }
    found
}

/// Where the words of a notice end and its colophon begins: copies sent, who printed it and when, page numbers. The end of the
/// text where there is none. Units: bytes. Source: GB/T 9704, the imprint below the last line.
pub fn body_end(text: &str) -> usize {
    let (mut at, mut end, mut is_closed) = (text.len(), text.len(), false);
    for line in text.split_inclusive('\n').rev() {
        let said = line.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        let is_imprint = is_imprint(said);
        if !(said.is_empty() || is_page_number(said) || is_imprint) {
            break;
        }
        at -= line.len();
        is_closed |= is_imprint;
        if is_closed {
            end = at;
        }
    }
    end
}

/// `某镇党政办公室  2023年2月20日印发`, `抄送：…`.
fn is_imprint(line: &str) -> bool {
    let is_copy =
        ["抄送：", "抄送:", "抄报：", "抄报:", "主题词："].iter().any(|head| line.starts_with(head));
    let is_printed =
        line.ends_with("印发") && line.contains('年') && line.contains('月') && line.contains('日');
    (is_copy || is_printed) && numbered(line).is_none()
}

/// `— 3 —`, `-3-`.
fn is_page_number(line: &str) -> bool {
    let inner = line.trim_matches(|c: char| c.is_whitespace() || "—–-－".contains(c));
    inner.len() < line.len() && !inner.is_empty() && inner.bytes().all(|byte| byte.is_ascii_digit())
}

/// The headings a notice counts its clauses by: those numbered `1.` or `第一条`; the deepest there are where it has none.
pub fn clauses(headings: &[Heading]) -> impl Iterator<Item = &Heading> {
    let has_clauses = headings.iter().any(|heading| heading.level == Level::Clause);
    let deepest = headings.iter().map(|heading| heading.level).max();
    let level = if has_clauses { Some(Level::Clause) } else { deepest };
    headings.iter().filter(move |heading| Some(heading.level) == level)
}

/// The headings directly below one, in order; those below none for the top of the tree.
pub fn children(headings: &[Heading], of: Option<usize>) -> impl Iterator<Item = usize> {
    (0..headings.len()).filter(move |n| parent(headings, *n) == of)
}

/// The heading around one, if any.
pub fn parent(headings: &[Heading], n: usize) -> Option<usize> {
    let level = headings.get(n)?.level;
    headings.get(..n)?.iter().rposition(|heading| heading.level < level)
}

/// How people call a heading: `10`, `三（二）`, and `（一）1` where a number occurs again under another heading.
pub fn label(headings: &[Heading], n: usize) -> String {
    let Some(heading) = headings.get(n) else { return String::new() };
    let again = headings.iter().filter(|h| h.level == heading.level && h.no == heading.no).count() > 1;
    let alone = matches!(heading.level, Level::Part | Level::Clause) && !again;
    match parent(headings, n).filter(|_| !alone) {
        Some(above) => format!("{}{}", label(headings, above), heading.no),
        None => heading.no.clone(),
    }
}

fn numbered(line: &str) -> Option<(Level, String, u32, &str)> {
    if let Some(rest) = line.strip_prefix(['（', '(']) {
        let (no, rest) = rest.split_once(['）', ')'])?;
        if let Some(ordinal) = short_chinese(no) {
            return Some((Level::Section, format!("（{no}）"), ordinal, rest));
        }
        return Some((Level::Item, format!("（{no}）"), arabic(no)?, rest));
    }
    if let Some(rest) = line.strip_prefix('第')
        && let Some((no, after)) = rest.split_once(['章', '条'])
    {
        let ordinal = short_chinese(no).or_else(|| arabic(no))?;
        let level = if rest.get(no.len()..)?.starts_with('章') { Level::Part } else { Level::Clause };
        let name = line.get(..line.len() - after.len())?;
        // `第三条规定的单位` speaks of a clause, it does not begin one.
        let begins = after.is_empty() || after.starts_with(|c: char| c.is_whitespace() || c == '：');
        return begins.then(|| (level, name.to_owned(), ordinal, after));
    }
    if let Some((no, rest)) = line.split_once('、')
        && let Some(ordinal) = short_chinese(no)
    {
        return Some((Level::Part, no.to_owned(), ordinal, rest));
    }
    let digits = line.find(|c: char| !c.is_ascii_digit())?;
    let (no, rest) = line.split_at_checked(digits)?;
    let rest = rest.strip_prefix(['.', '．', '、'])?;
    // `3.5 米` is a measure and `2023.2.20` a date, not clauses.
    let is_clause = !rest.starts_with(|c: char| c.is_ascii_digit());
    is_clause.then(|| Some((Level::Clause, no.to_owned(), arabic(no)?, rest)))?
}

fn arabic(no: &str) -> Option<u32> {
    let plain = (1..=3).contains(&no.len()) && no.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| no.parse().ok())?
}

fn short_chinese(no: &str) -> Option<u32> {
    (1..=4).contains(&no.chars().count()).then(|| chinese_number(no))?
}

fn headline(rest: &str) -> String {
    let line = rest.split(['。', '\n', '\r']).next().unwrap_or_default();
    line.trim().chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOTICE: &str = "某镇通知\n一、总体要求 \n按要求办。\n二、任务\n（一）力量\n 1. 建立机构。设若干人。\n2.配水带，长\n3.5 米为宜。\n（1）新购。\n（二）风险\n4．查隐患\n三、保障\n（一）督查。每季一次\n";

    #[test]
    fn headings_are_found_with_their_depth() {
        let found = headings(NOTICE);
        let found: Vec<_> = found.iter().map(|h| (h.level.code(), h.no.as_str(), h.title.as_str())).collect();
        assert_eq!(
            found,
            [
                ("part", "一", "总体要求"),
                ("part", "二", "任务"),
                ("section", "（一）", "力量"),
                ("clause", "1", "建立机构"),
                ("clause", "2", "配水带，长"),
                ("item", "（1）", "新购"),
                ("section", "（二）", "风险"),
                ("clause", "4", "查隐患"),
                ("part", "三", "保障"),
                ("section", "（一）", "督查"),
            ]
        );
    }

    #[test]
    fn headings_are_a_tree() {
        let found = headings(NOTICE);
        let of = |n: Option<usize>| children(&found, n).collect::<Vec<_>>();
        assert_eq!(of(None), [0, 1, 8]);
        assert_eq!(
            (of(Some(1)), of(Some(2)), of(Some(4)), of(Some(6))),
            (vec![2, 6], vec![3, 4], vec![5], vec![7])
        );
        assert_eq!(parent(&found, 5), Some(4), "an item below its clause");
        // Each child lies within its parent.
        for n in 0..found.len() {
            if let Some(above) = parent(&found, n).and_then(|above| found.get(above)) {
                assert!(above.start < found[n].start && found[n].end <= above.end);
            }
        }
    }

    #[test]
    fn a_heading_runs_to_the_next_of_its_level_or_above() {
        let found = headings(NOTICE);
        let of = |no: &str| found.iter().find(|h| h.no == no).and_then(|h| NOTICE.get(h.range()));
        assert_eq!(of("2"), Some("2.配水带，长\n3.5 米为宜。\n（1）新购。\n"));
        assert!(of("二").is_some_and(|part| part.ends_with("4．查隐患\n")));
    }

    #[test]
    fn the_last_heading_ends_before_the_colophon() {
        let words = "三、保障\n（一）督查。每季一次。\n";
        for colophon in [
            "\n\n某镇党政办公室     2023年2月20日印发\n\n— 1 —\n\n",
            "抄送：区消安办，各村。\n某镇党政办公室　2023年2月20日印发",
            "- 3 -\n某镇党政办公室 2023年2月20日印发\n— 4 —",
        ] {
            let text = format!("{words}{colophon}");
            let found = headings(&text);
            let last = found.last().and_then(|heading| text.get(heading.range())).unwrap_or_default();
            assert_eq!(last.trim_end(), "（一）督查。每季一次。", "{colophon:?}");
        }
        // A notice without one ends where it ends; a clause that speaks of printing is none.
        for whole in ["一、甲\n乙。\n\n", "一、甲\n1.通知于2023年2月20日印发", "一、甲\n— 1 —\n"]
        {
            assert_eq!(body_end(whole), whole.len(), "{whole:?}");
        }
    }

    #[test]
    fn chapters_and_articles_are_numbered_headings_when_they_begin_a_line() {
        let text = "第一章 总则\n第一条 为了防火。\n第二条　各村巡查。\n第二条规定的村除外。\n第二章 附则\n第十二条 自发布之日起施行。\n";
        let found = headings(text);
        let found: Vec<_> = found.iter().map(|h| (h.level, h.no.as_str(), h.ordinal)).collect();
        use Level::{Clause, Part};
        assert_eq!(
            found,
            [
                (Part, "第一章", 1),
                (Clause, "第一条", 1),
                (Clause, "第二条", 2),
                (Part, "第二章", 2),
                (Clause, "第十二条", 12)
            ]
        );
    }

    #[test]
    fn a_heading_is_called_by_its_number_and_by_its_parents_where_that_is_not_enough() {
        let found = headings("一、甲\n（一）力量\n1.设所\n2.建队\n（二）风险\n1.查厂\n二、乙\n（一）督查\n");
        let labels: Vec<_> = (0..found.len()).map(|n| label(&found, n)).collect();
        assert_eq!(labels, ["一", "一（一）", "一（一）1", "2", "一（二）", "一（二）1", "二", "二（一）"]);
        assert_eq!(clauses(&found).count(), 3);
        assert_eq!(clauses(&headings("一、甲\n（一）乙\n二、丙\n")).count(), 1);
        assert_eq!(clauses(&headings("没有编号")).count(), 0);
    }

    proptest! {
        #[test]
        fn headings_lie_nested_in_any_text(text in "[一二第条章（）()、.0-9\n 甲乙。]{0,80}|\\PC{0,60}") {
            let found = headings(&text);
            for (n, a) in found.iter().enumerate() {
                prop_assert!(a.start < a.end);
                prop_assert!(text.get(a.range()).is_some());
                prop_assert!(!label(&found, n).is_empty());
                for b in found.iter().skip(n + 1) {
                    prop_assert!(a.end <= b.start || (a.start < b.start && b.end <= a.end));
                }
            }
        }
    }
}
