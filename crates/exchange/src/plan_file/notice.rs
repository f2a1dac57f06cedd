//! Where each clause stands in the plain text of an attached notice, so that duties can point to it by offset and the
//! notice's own sentences need not be copied. What does not belong here: judging the notice's wording.

use std::ops::Range;

/// One numbered clause or heading of a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeSpan {
    /// Number as printed: `10`, `（一）`, `三`.
    pub no: String,
    /// How deep it stands: 1 for 一、, 2 for （一）, 3 for 1.
    pub level: u8,
    /// The headline: up to the first full stop, at most 40 characters.
    pub title: String,
    /// Where the clause stands, up to the next one of its level or above. Units: bytes of the text.
    pub start: usize,
    /// End. Units: bytes.
    pub end: usize,
}

impl NoticeSpan {
    /// The byte range in the text.
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }
}

const CHINESE_DIGITS: &str = "一二三四五六七八九十百";

/// Finds the clauses of a notice: lines that begin with `一、`, `（一）` or `1.`.
pub fn notice_spans(text: &str) -> Vec<NoticeSpan> {
    let mut spans: Vec<NoticeSpan> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let inner = line.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        if let Some((level, no, rest)) = numbered(inner) {
            let begin = start + (line.len() - inner.len());
            spans.push(NoticeSpan { no, level, title: headline(rest), start: begin, end: text.len() });
        }
        start += line.len();
    }
    let starts: Vec<(u8, usize)> = spans.iter().map(|span| (span.level, span.start)).collect();
    for (n, span) in spans.iter_mut().enumerate() {
        let next = starts.iter().skip(n + 1).find(|(level, _)| *level <= span.level);
        span.end = next.map_or(text.len(), |(_, at)| *at);
    }
    spans
}

fn numbered(line: &str) -> Option<(u8, String, &str)> {
    if let Some(rest) = line.strip_prefix(['（', '(']) {
        let (no, rest) = rest.split_once(['）', ')'])?;
        return is_chinese_number(no).then(|| (2, format!("（{no}）"), rest));
    }
    if let Some((no, rest)) = line.split_once('、')
        && is_chinese_number(no)
    {
        return Some((1, no.to_owned(), rest));
    }
    let digits = line.find(|c: char| !c.is_ascii_digit())?;
    let (no, rest) = line.split_at_checked(digits)?;
    let rest = rest.strip_prefix(['.', '．', '、'])?;
    // `3.5 米` is a measure and `2023.2.20` a date, not clauses.
    let is_clause = (1..=3).contains(&no.len()) && !rest.starts_with(|c: char| c.is_ascii_digit());
    is_clause.then(|| (3, no.to_owned(), rest))
}

fn is_chinese_number(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= 4 && text.chars().all(|c| CHINESE_DIGITS.contains(c))
}

fn headline(rest: &str) -> String {
    let line = rest.split(['。', '\n', '\r']).next().unwrap_or_default();
    line.trim().chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOTICE: &str = "某镇通知\n一、总体要求 \n按要求办。\n二、任务\n（一）力量\n 1. 建立机构。设若干人。\n2.配水带，长\n3.5 米为宜。\n（二）风险\n4．查隐患\n三、保障\n（一）督查。每季一次\n";

    #[test]
    fn clauses_are_found_with_their_extent() {
        let found: Vec<_> =
            notice_spans(NOTICE).into_iter().map(|span| (span.level, span.no, span.title)).collect();
        let found: Vec<_> = found.iter().map(|(l, n, t)| (*l, n.as_str(), t.as_str())).collect();
        assert_eq!(
            found,
            [
                (1, "一", "总体要求"),
                (1, "二", "任务"),
                (2, "（一）", "力量"),
                (3, "1", "建立机构"),
                (3, "2", "配水带，长"),
                (2, "（二）", "风险"),
                (3, "4", "查隐患"),
                (1, "三", "保障"),
                (2, "（一）", "督查"),
            ]
        );
    }

    #[test]
    fn a_clause_runs_to_the_next_of_its_level_or_above() {
        let spans = notice_spans(NOTICE);
        let second = spans.iter().find(|span| span.no == "2").expect("clause 2");
        assert_eq!(NOTICE.get(second.range()), Some("2.配水带，长\n3.5 米为宜。\n"));
        let tasks = spans.iter().find(|span| span.no == "二").expect("part 二");
        assert!(NOTICE.get(tasks.range()).is_some_and(|part| part.ends_with("4．查隐患\n")));
    }

    proptest! {
        #[test]
        fn spans_lie_in_any_text(text in "[一二（）、.0-9\n 甲乙。]{0,60}") {
            for span in notice_spans(&text) {
                prop_assert!(span.start < span.end);
                prop_assert!(text.get(span.range()).is_some());
            }
        }
    }
}
