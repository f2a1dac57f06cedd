//! What strikes a careful reader of a notice: gaps in the numbering, one body with two frequencies, counts and their sum,
//! numbers and periods, bodies. Every rule is about wording in general; none knows a town. A finding is a question for
//! a person to rule on, never a verdict. What does not belong here: what was ruled (`store`), finding the clauses
//! (the room above).

use std::ops::Range;

use super::words::{Often, action, mentions, number_at, periods, same_body, segments};
use super::{Heading, chinese_numeral, label, parent};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident $code:literal $label:literal)+) => {
        /// What kind of thing was found, the weightiest first.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($(#[$doc])* $name,)+ }

        impl Kind {
            /// All kinds, in order.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The name in answers.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// The word people read.
            pub fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)+ }
            }
        }
    };
}

kinds! {
    /// A number is left out: the 13th is followed by the 15th.
    NumberingGap "numbering_gap" "编号缺失"
    /// A number comes again, or goes back.
    NumberingRepeat "numbering_repeat" "编号重复"
    /// One body does one thing with two frequencies in two clauses.
    FrequencyConflict "frequency_conflict" "频次不一"
    /// Counts listed one after the other, and their sum.
    ListSum "list_sum" "列数合计"
    /// A name in a list lacks the kind its neighbours have.
    NameWithoutKind "name_without_kind" "名称不全"
    /// One body works under the name of another.
    TwoHats "two_hats" "一身两职"
    /// A period without a number.
    VaguePeriod "vague_period" "频次未定"
    /// A period with a number.
    Period "period" "频次"
    /// At least so many.
    AtLeast "at_least" "下限"
    /// More than so many, the number itself not included.
    MoreThan "more_than" "超过"
    /// At most so many.
    AtMost "at_most" "上限"
    /// From so many to so many.
    Range "range" "区间"
    /// A plain count.
    Count "count" "数量"
    /// A body that is to do something.
    Body "body" "责任主体"
}

/// One thing found in a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind.
    pub kind: Kind,
    /// Labels of the clauses it is about; for a gap the missing numbers.
    pub clauses: Vec<String>,
    /// Where it stands, at least one place. Units: bytes of the text.
    pub spans: Vec<Range<usize>>,
    /// One Chinese sentence: what was found and what to decide.
    pub message: String,
}

impl Finding {
    /// The words it is about, its places joined by `……`.
    pub fn quote(&self, text: &str) -> String {
        let parts = self.spans.iter().filter_map(|at| text.get(at.clone()));
        parts.map(str::trim).collect::<Vec<_>>().join(" …… ")
    }
}

/// What was found in a notice, the weightiest kind first, each kind in the order of the text.
pub fn lint(text: &str, headings: &[Heading]) -> Vec<Finding> {
    let pieces = pieces(text, headings);
    let mut found = numbering(text, headings);
    found.extend(frequencies(&pieces));
    for piece in &pieces {
        let listed = counted_lists(piece);
        found.extend(sums(piece, &listed));
        found.extend(names_without_kind(piece, &listed));
        found.extend(two_hats(piece));
        found.extend(vague(piece));
        found.extend(quantities(piece, &listed));
    }
    found.extend(bodies(&pieces));
    let place = |finding: &Finding| finding.spans.first().map_or(0, |at| at.start);
    found.sort_by_key(|finding| (finding.kind, place(finding)));
    found
}

/// A stretch of text that belongs to one heading and to none below it.
struct Piece<'a> {
    label: String,
    start: usize,
    text: &'a str,
}

impl Piece<'_> {
    fn at(&self, inner: Range<usize>) -> Range<usize> {
        self.start + inner.start..self.start + inner.end
    }

    fn finding(&self, kind: Kind, at: Range<usize>, message: String) -> Finding {
        Finding { kind, clauses: vec![self.label.clone()], spans: vec![self.at(at)], message }
    }

    fn said(&self) -> String {
        spoken(&self.label)
    }
}

fn spoken(label: &str) -> String {
    match label.bytes().all(|byte| byte.is_ascii_digit()) {
        true => format!("第 {label} 条"),
        false => label.to_owned(),
    }
}

/// The text of each heading up to the next one; what stands before the first heading belongs to nobody.
fn pieces<'a>(text: &'a str, headings: &[Heading]) -> Vec<Piece<'a>> {
    let ends = headings.iter().skip(1).map(|next| next.start).chain([super::body_end(text)]);
    let of = |(n, (heading, end)): (usize, (&Heading, usize))| {
        let text = text.get(heading.start..end)?;
        Some(Piece { label: label(headings, n), start: heading.start, text })
    };
    headings.iter().zip(ends).enumerate().filter_map(of).collect()
}

/// More numbers left out at once than this: the line is hardly a clause.
const MOST_MISSING: u32 = 20;

/// Gaps and repeats, level by level. A number 1 begins anew; numbers may also run on under the next heading above.
fn numbering(text: &str, headings: &[Heading]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (n, heading) in headings.iter().enumerate() {
        let above = headings.get(..n).unwrap_or_default();
        let before = above.iter().rposition(|h| h.level == heading.level);
        let same_parent = before.is_some_and(|before| parent(headings, before) == parent(headings, n));
        let last = before.and_then(|before| headings.get(before)).map_or(0, |h| h.ordinal);
        let at = heading.start..first_line(text, heading);
        let one = |kind, clauses, message| Finding { kind, clauses, spans: vec![at.clone()], message };
        if heading.ordinal == 1 && !(same_parent && last > 0) {
            continue;
        }
        let expected = if same_parent || heading.ordinal > last { last + 1 } else { 1 };
        if heading.ordinal > expected + MOST_MISSING {
            let message = format!("编号从 {last} 跳到 {}，相差太多；请核对这一行是不是条款", heading.ordinal);
            found.push(one(Kind::NumberingGap, vec![label(headings, n)], message));
        } else if heading.ordinal > expected {
            let missing: Vec<String> = (expected..heading.ordinal)
                .map(|ordinal| numbered_alike(&label(headings, n), heading, ordinal))
                .collect();
            let message = match last {
                0 => format!(
                    "编号从“{}”开始，缺 {}；请核对是否漏印，保留缺号，不要改动后面的编号",
                    heading.no,
                    missing.join("、")
                ),
                _ => format!(
                    "编号从 {last} 跳到 {}，缺 {}；请核对是否漏印，保留缺号，不要改动后面的编号",
                    heading.ordinal,
                    missing.join("、")
                ),
            };
            found.push(one(Kind::NumberingGap, missing, message));
        } else if heading.ordinal < expected {
            let message = format!("编号“{}”重复或倒退，前一个是 {last}；请核对原文编号", heading.no);
            found.push(one(Kind::NumberingRepeat, vec![label(headings, n)], message));
        }
    }
    found
}

/// The end of the heading's number and headline. Units: bytes.
fn first_line(text: &str, heading: &Heading) -> usize {
    let all = text.get(heading.range()).unwrap_or_default();
    heading.start + all.find(['。', '\n', '\r']).unwrap_or(all.len())
}

/// The label of a missing number in the way its successor is written.
fn numbered_alike(label: &str, heading: &Heading, ordinal: u32) -> String {
    if heading.no.bytes().all(|byte| byte.is_ascii_digit()) {
        let above = label.strip_suffix(heading.no.as_str()).unwrap_or_default();
        return format!("{above}{ordinal}");
    }
    let above = label.strip_suffix(heading.no.as_str()).unwrap_or_default();
    let written = chinese_numeral(ordinal);
    match (heading.no.starts_with('（'), heading.no.starts_with('第')) {
        (true, _) if heading.no.bytes().any(|byte| byte.is_ascii_digit()) => format!("{above}（{ordinal}）"),
        (true, _) => format!("{above}（{written}）"),
        (_, true) => format!("{above}第{written}{}", heading.no.chars().next_back().unwrap_or('条')),
        _ => format!("{above}{written}"),
    }
}

/// That a body does something so often.
struct Statement {
    label: String,
    body: String,
    action: &'static str,
    often: Often,
    at: Range<usize>,
}

/// The periods of every piece, and where one body does one thing unequally often in two clauses.
fn frequencies(pieces: &[Piece<'_>]) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut statements: Vec<Statement> = Vec::new();
    for piece in pieces {
        let mentions = mentions(piece.text);
        for segment in segments(piece.text) {
            let Some(text) = piece.text.get(segment.clone()) else { continue };
            for (often, at) in periods(text) {
                let until = end_of_phrase(text, at.end);
                let place = segment.start + at.start..segment.start + until;
                let says = often.says();
                let message = format!("{}写明频次：{says}；转成责任时可直接采用", piece.said());
                found.push(piece.finding(Kind::Period, place.clone(), message));
                // Who: the last body said to act before it, otherwise the one the clause speaks of first.
                let before = |m: &&super::words::Mention| m.at.end <= place.start;
                let acting = mentions.iter().filter(before).rfind(|m| m.acts);
                let Some(body) = acting.or_else(|| mentions.iter().find(before)) else { continue };
                let Some(action) = action(text, &at) else { continue };
                statements.push(Statement {
                    label: piece.label.clone(),
                    body: body.name.clone(),
                    action,
                    often,
                    at: piece.at(place),
                });
            }
        }
    }
    for (n, a) in statements.iter().enumerate() {
        let against = |b: &&Statement| {
            b.label != a.label
                && b.action == a.action
                && same_body(&a.body, &b.body)
                && !a.often.as_often_as(b.often)
        };
        for b in statements.iter().skip(n + 1).filter(against) {
            let name = if a.body.len() <= b.body.len() { &a.body } else { &b.body };
            let message = format!(
                "“{name}”的{}在{}为{}，在{}为{}；请确认是对象不同的两项责任，还是以其中一条为准",
                a.action,
                spoken(&a.label),
                a.often.says(),
                spoken(&b.label),
                b.often.says()
            );
            found.push(Finding {
                kind: Kind::FrequencyConflict,
                clauses: vec![a.label.clone(), b.label.clone()],
                spans: vec![a.at.clone(), b.at.clone()],
                message,
            });
        }
    }
    found
}

/// Where the phrase that begins before `from` ends: with the segment, at most 16 characters on. Units: bytes.
fn end_of_phrase(segment: &str, from: usize) -> usize {
    let rest = segment.get(from..).unwrap_or_default();
    let length: usize = rest.chars().take(16).take_while(|c| *c != '、').map(char::len_utf8).sum();
    from + length
}

/// One counted name of a list, as `甲村 12 户`.
struct Listed {
    name: String,
    count: u32,
    counter: char,
    /// The whole of it. Units: bytes of the piece.
    at: Range<usize>,
}

const COUNTERS: &str = "个家户名人处所座栋辆台支具套件间条";

/// The counter after a number, and where it ends.
fn counter_at(text: &str) -> Option<(char, usize)> {
    let blank = text.len() - text.trim_start_matches(' ').len();
    let counter = text.get(blank..)?.chars().next().filter(|c| COUNTERS.contains(*c))?;
    Some((counter, blank + counter.len_utf8()))
}

/// Runs of at least three counted names with one counter, joined by `、`, `，` or `；`.
fn counted_lists(piece: &Piece<'_>) -> Vec<Vec<Listed>> {
    let mut runs: Vec<Vec<Listed>> = Vec::new();
    let mut open = false;
    let mut start = 0;
    let ends = piece.text.char_indices().filter(|(_, c)| "、，；：（）。,;:()\n".contains(*c));
    for (end, cut) in ends.chain([(piece.text.len(), '。')]) {
        let item = piece.text.get(start..end).and_then(|text| counted(text, start));
        match (item, runs.last_mut().filter(|_| open)) {
            (Some(item), Some(run)) if run.first().is_some_and(|first| first.counter == item.counter) => {
                run.push(item);
            }
            (Some(item), _) => runs.push(vec![item]),
            (None, _) => {}
        }
        let ended_with_item = runs.last().and_then(|run| run.last()).is_some_and(|last| last.at.end == end);
        open = ended_with_item && "、，；,;".contains(cut);
        start = end + cut.len_utf8();
    }
    runs.retain(|run| run.len() >= 3);
    runs
}

/// A whole item `name number counter`.
fn counted(text: &str, start: usize) -> Option<Listed> {
    let text = text.trim_end();
    let number = text.char_indices().map(|(at, _)| at).find(|at| {
        text.get(*at..).is_some_and(|rest| {
            number_at(rest).is_some_and(|(_, length)| {
                let after = rest.get(length..).unwrap_or_default();
                counter_at(after).is_some_and(|(_, end)| end == after.len())
            })
        })
    })?;
    let (count, length) = number_at(text.get(number..)?)?;
    let (counter, _) = counter_at(text.get(number + length..)?)?;
    let mut name = text.get(..number)?.trim_end();
    name = name.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    for word in ["其中", "分别为", "分别是", "包括", "即", "为"] {
        name = name.rfind(word).and_then(|at| name.get(at + word.len()..)).unwrap_or(name);
    }
    let fits = (1..=12).contains(&name.chars().count());
    let is_total = ["共", "共计", "共有", "合计", "总计", "总数"].iter().any(|word| name.ends_with(word));
    let name_at = text.get(..number)?.rfind(name)?;
    (fits && !is_total).then(|| Listed {
        name: name.to_owned(),
        count,
        counter,
        at: start + name_at..start + text.len(),
    })
}

fn sums(piece: &Piece<'_>, listed: &[Vec<Listed>]) -> Vec<Finding> {
    let one = |run: &Vec<Listed>| {
        let (first, last) = (run.first()?, run.last()?);
        let sum: u64 = run.iter().map(|item| u64::from(item.count)).sum();
        let all = format!("{}逐一列出 {} 个数，合计 {sum} {}", piece.said(), run.len(), first.counter);
        let message = match stated_total(piece.text, &first.at, &last.at) {
            Some(total) if u64::from(total) == sum => {
                format!("{all}，与文中的总数相符；请作为成文时的基线登记")
            }
            Some(total) => format!("{all}，与文中的总数 {total} 不符；请核对以哪个为准"),
            None => format!("{all}，文中没有总数；请作为成文时的基线登记，与现行名册核对"),
        };
        Some(piece.finding(Kind::ListSum, first.at.start..last.at.end, message))
    };
    listed.iter().filter_map(one).collect()
}

/// The total the text states within the 20 characters before or after a list.
fn stated_total(text: &str, first: &Range<usize>, last: &Range<usize>) -> Option<u32> {
    let before = text.get(..first.start)?;
    let near = before.char_indices().rev().take(20).last().map_or(first.start, |(at, _)| at);
    let after: String = text.get(last.end..)?.chars().take(20).collect();
    [text.get(near..first.start)?, after.as_str()].into_iter().find_map(|part| {
        ["共计", "合计", "总计", "共有", "共"].iter().find_map(|word| {
            let rest = part.get(part.find(word)? + word.len()..)?;
            let rest = rest.trim_start_matches([' ', '计', '有']);
            let (number, length) = number_at(rest)?;
            counter_at(rest.get(length..)?).map(|_| number)
        })
    })
}

const PLACE_KINDS: [&str; 8] = ["村（社区）", "社区", "街道", "村", "镇", "乡", "小区", "居委会"];

fn names_without_kind(piece: &Piece<'_>, listed: &[Vec<Listed>]) -> Vec<Finding> {
    let counted = listed.iter().map(|run| {
        run.iter().map(|item| (item.name.clone(), item.at.start..item.at.start + item.name.len())).collect()
    });
    let lists: Vec<Vec<(String, Range<usize>)>> = counted.chain(plain_lists(piece)).collect();
    let kind_of = |name: &str| {
        PLACE_KINDS.iter().find(|kind| name.len() > kind.len() && name.ends_with(*kind)).copied()
    };
    let mut found = Vec::new();
    for list in lists {
        let bare: Vec<_> = list.iter().filter(|(name, _)| kind_of(name).is_none()).collect();
        // A list of other things that happens to hold two villages is no list of villages.
        if bare.len() * 3 > list.len() || list.len() - bare.len() < 2 {
            continue;
        }
        for (name, at) in bare {
            let mut kinds: Vec<_> = list.iter().filter_map(|(name, _)| kind_of(name)).collect();
            kinds.dedup();
            kinds.truncate(3);
            let message =
                format!("“{name}”没有写明是{}；请核对它的全称，登记为现有辖区的别名", kinds.join("还是"));
            found.push(piece.finding(Kind::NameWithoutKind, at.clone(), message));
        }
    }
    found
}

/// Names of two to five characters joined by `、` alone; the last one may run on into the sentence and is left out
/// unless it ends there.
fn plain_lists(piece: &Piece<'_>) -> Vec<Vec<(String, Range<usize>)>> {
    let mut out = Vec::new();
    for segment in segments(piece.text) {
        let Some(text) = piece.text.get(segment.clone()) else { continue };
        let mut start = segment.start;
        let mut names = Vec::new();
        for item in text.split('、') {
            let fits = (2..=6).contains(&item.chars().count()) && item.chars().all(char::is_alphabetic);
            if fits {
                names.push((item.to_owned(), start..start + item.len()));
            }
            start += item.len() + '、'.len_utf8();
        }
        if names.len() >= 3 {
            out.push(names);
        }
    }
    out
}

/// Words that put one body under the name of another.
const HATS: [&str; 6] = ["兼任", "合署", "加挂", "两块牌子", "一套人马", "设在"];

fn two_hats(piece: &Piece<'_>) -> Vec<Finding> {
    let mentions = mentions(piece.text);
    let mut found = Vec::new();
    for segment in segments(piece.text) {
        let Some(text) = piece.text.get(segment.clone()) else { continue };
        let within: Vec<_> =
            mentions.iter().filter(|m| segment.start <= m.at.start && m.at.end <= segment.end).collect();
        let hat = HATS.iter().find_map(|word| text.find(word));
        let daily = text.contains("日常工作").then(|| text.find("负责")).flatten();
        let Some(at) = hat.or(daily).map(|at| segment.start + at) else { continue };
        let Some(body) = within.iter().find(|m| m.at.end <= at) else { continue };
        let other = within.iter().find(|m| m.at.start >= at).map(|m| m.name.as_str());
        let Some(other) = other.or_else(|| hat.map(|_| "另一职责")) else { continue };
        let message =
            format!("“{}”同时承担“{other}”的工作，一身两职；请分开登记岗位，并由其他人考核", body.name);
        found.push(piece.finding(Kind::TwoHats, segment, message));
    }
    found
}

/// Words of how often that give no number. `全覆盖` says how many, never by when.
const VAGUE: [&str; 8] = ["定期", "不定期", "经常性", "常态化", "实时", "适时", "日常性", "全覆盖"];

fn vague(piece: &Piece<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for segment in segments(piece.text) {
        let Some(text) = piece.text.get(segment.clone()) else { continue };
        if !periods(text).is_empty() {
            continue;
        }
        let first = VAGUE.iter().filter_map(|word| Some((text.find(word)?, *word))).min();
        let Some((at, word)) = first else { continue };
        // `不定期` holds `定期`; the longer word is the one meant.
        let (at, word) = match text.get(..at).is_some_and(|before| before.ends_with('不')) {
            true => (at - '不'.len_utf8(), "不定期"),
            false => (at, word),
        };
        let message = format!("{}的“{word}”没有写明频次；请由镇定参数确定，并注明文件未规定", piece.said());
        let until = end_of_phrase(text, at + word.len());
        found.push(piece.finding(Kind::VaguePeriod, segment.start + at..segment.start + until, message));
    }
    found
}

/// Words before a number that bound it.
const BOUNDS: [(&str, Kind); 17] = [
    ("不得少于", Kind::AtLeast),
    ("不少于", Kind::AtLeast),
    ("不低于", Kind::AtLeast),
    ("不小于", Kind::AtLeast),
    ("至少", Kind::AtLeast),
    ("最少", Kind::AtLeast),
    ("不得超过", Kind::AtMost),
    ("不超过", Kind::AtMost),
    ("不多于", Kind::AtMost),
    ("不大于", Kind::AtMost),
    ("至多", Kind::AtMost),
    ("最多", Kind::AtMost),
    ("超过", Kind::MoreThan),
    ("多于", Kind::MoreThan),
    ("大于", Kind::MoreThan),
    ("高于", Kind::MoreThan),
    ("超出", Kind::MoreThan),
];

/// Counters of measures; they make a quantity only with a bound.
const MEASURES: [&str; 20] = [
    "平方米",
    "公里",
    "千米",
    "小时",
    "分钟",
    "工作日",
    "个工作日",
    "公斤",
    "次",
    "天",
    "日",
    "年",
    "月",
    "米",
    "%",
    "％",
    "组",
    "层",
    "吨",
    "项",
];

fn quantities(piece: &Piece<'_>, listed: &[Vec<Listed>]) -> Vec<Finding> {
    let mut found = Vec::new();
    let in_list = |at: usize| listed.iter().flatten().any(|item| item.at.contains(&at));
    for segment in segments(piece.text) {
        let Some(text) = piece.text.get(segment.clone()) else { continue };
        let has_period = !periods(text).is_empty();
        let mut from = 0;
        while let Some((at, one)) = next_quantity(text, from) {
            from = one.end;
            // The times of a period are said with the period.
            if in_list(segment.start + at) || (has_period && one.counter == "次") {
                continue;
            }
            let place = segment.start + one.start..segment.start + end_of_word(text, one.end);
            let (counter, number) = (&one.counter, one.number);
            let said = piece.said();
            let message = match one.kind {
                Kind::AtLeast => format!("{said}要求至少 {number} {counter}；请登记为下限，多于此数不算违反"),
                Kind::MoreThan => {
                    format!("{said}写明超过 {number} {counter}，不含 {number}；请登记为严格大于")
                }
                Kind::AtMost => format!("{said}要求至多 {number} {counter}；请登记为上限"),
                Kind::Range => format!(
                    "{said}写明 {number} 至 {} {counter}；请把下限和上限分开登记",
                    one.upper.unwrap_or(number)
                ),
                _ => {
                    let noun = text.get(one.end..end_of_word(text, one.end)).unwrap_or_default();
                    format!(
                        "{said}写明 {number} {counter}{noun}，是成文时的数；请作为基线登记，与现行名册核对"
                    )
                }
            };
            found.push(piece.finding(one.kind, place, message));
        }
    }
    found
}

struct Quantity {
    kind: Kind,
    number: u32,
    upper: Option<u32>,
    counter: String,
    start: usize,
    end: usize,
}

/// The next quantity at or after `from`, and where its number begins. Units: bytes of the segment.
fn next_quantity(text: &str, from: usize) -> Option<(usize, Quantity)> {
    let mut skip_to = from;
    for (at, _) in text.char_indices() {
        if at < skip_to {
            continue;
        }
        let rest = text.get(at..)?;
        let Some((number, length)) = number_at(rest) else { continue };
        skip_to = at + length;
        let before = text.get(..at)?;
        let head = before.trim_end();
        // `第三条`, `〔2022〕`, `3.5`: no counts.
        let fraction = head.ends_with(['.', '．']) && rest.starts_with(|c: char| c.is_ascii_digit());
        if head.ends_with(['第', '〔']) || fraction {
            continue;
        }
        let (upper, length) = upper_bound(rest, length);
        let after = rest.get(length..)?;
        let bound = BOUNDS.iter().find(|(word, _)| {
            // A verb of one or two characters may stand between, as in `至少配备2名`.
            let near: String = head.chars().rev().take(word.chars().count() + 2).collect();
            near.chars().rev().collect::<String>().contains(word)
        });
        let closely = counter_at(after).map(|(counter, end)| (counter.to_string(), end));
        let blank = after.len() - after.trim_start_matches(' ').len();
        let measure = MEASURES.iter().find(|word| after.trim_start_matches(' ').starts_with(*word));
        let measured = measure.map(|word| ((*word).to_owned(), blank + word.len()));
        let Some((counter, counted)) = closely.or(measured.clone()) else { continue };
        let tail = after.get(counted..)?;
        let open = tail.starts_with("以上");
        let kind = match (bound, upper) {
            (_, Some(upper)) if upper > number => Kind::Range,
            (Some((_, kind)), _) => *kind,
            _ if open => Kind::AtLeast,
            _ if tail.starts_with("以下") || tail.starts_with("以内") => Kind::AtMost,
            // Measures and dates without a bound say little; Chinese numerals count only people and households.
            _ if measured.as_ref().is_some_and(|(word, _)| *word == counter) => continue,
            _ if !rest.starts_with(|c: char| c.is_ascii_digit()) && !"名家户辆".contains(&counter) => {
                continue;
            }
            _ => Kind::Count,
        };
        let start = bound.and_then(|(word, _)| before.rfind(word)).unwrap_or(at);
        let bounded = ["以上", "以下", "以内"].iter().any(|word| tail.starts_with(word));
        let end = at + length + counted + if bounded { "以上".len() } else { 0 };
        return Some((at, Quantity { kind, number, upper, counter, start, end }));
    }
    None
}

/// `1-2`, `三至五`: the upper number and the length of both.
fn upper_bound(text: &str, length: usize) -> (Option<u32>, usize) {
    let rest = text.get(length..).unwrap_or_default();
    let dash =
        ["——", "-", "—", "－", "–", "~", "～", "至", "到"].iter().find(|dash| rest.starts_with(**dash));
    let upper = dash.and_then(|dash| {
        let (number, more) = number_at(rest.get(dash.len()..)?)?;
        Some((number, length + dash.len() + more))
    });
    upper.map_or((None, length), |(number, length)| (Some(number), length))
}

/// Where the noun after a counter ends: at most five characters on. Units: bytes.
fn end_of_word(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    let noun = |c: &char| c.is_alphabetic() && !"的和与及并进或在对要具取开负从每".contains(*c);
    from + rest.chars().take(5).take_while(noun).map(char::len_utf8).sum::<usize>()
}

/// The bodies that are said to act somewhere, each once with the clauses that name it.
fn bodies(pieces: &[Piece<'_>]) -> Vec<Finding> {
    let mut found: Vec<(String, Finding)> = Vec::new();
    let named: Vec<_> = pieces.iter().map(|piece| (piece, mentions(piece.text))).collect();
    for (piece, mention) in named.iter().flat_map(|(piece, all)| all.iter().map(move |m| (piece, m))) {
        if !mention.acts {
            continue;
        }
        match found.iter_mut().find(|(name, _)| same_body(name, &mention.name)) {
            Some((name, _)) if mention.name.len() < name.len() => *name = mention.name.clone(),
            Some(_) => {}
            None => {
                let finding = piece.finding(Kind::Body, mention.at.clone(), String::new());
                found.push((mention.name.clone(), finding));
            }
        }
    }
    for (name, finding) in &mut found {
        let names_it = |all: &Vec<super::words::Mention>| all.iter().any(|m| same_body(name, &m.name));
        finding.clauses =
            named.iter().filter(|(_, all)| names_it(all)).map(|(piece, _)| piece.label.clone()).collect();
        let places: Vec<_> = finding.clauses.iter().map(|label| spoken(label)).collect();
        finding.message =
            format!("责任主体“{name}”，见{}；请对应到机构台账，别名一并登记", places.join("、"));
    }
    found.into_iter().map(|(_, finding)| finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notice::headings;
    use proptest::prelude::*;

    fn found(text: &str) -> Vec<(&'static str, String, String)> {
        let of = |finding: Finding| (finding.kind.code(), finding.clauses.join(" "), finding.quote(text));
        lint(text, &headings(text)).into_iter().map(of).collect()
    }

    fn of_kind(text: &str, kind: Kind) -> Vec<(String, String)> {
        let all = found(text).into_iter().filter(|(code, _, _)| *code == kind.code());
        all.map(|(_, clauses, quote)| (clauses, quote)).collect()
    }

    /// The invented town numbers, counts and speaks differently from the town the program was made for.
    #[test]
    fn the_second_towns_notice_is_read_by_the_same_rules() {
        let text = include_str!("../../../../plans/example-second-town/notice.txt");
        let all = found(text);
        let told: Vec<_> = all.iter().map(|(k, c, q)| (*k, c.as_str(), q.as_str())).collect();
        assert_eq!(
            told,
            [
                ("numbering_gap", "一（三）", "（四）练好队伍"),
                ("numbering_gap", "二", "三、督办"),
                ("frequency_conflict", "一（一）2 一（四）1", "每半年组织一次应急演练 …… 按季度组织演练"),
                ("list_sum", "一（二）1", "溪口村14家、龙井村9家、白茶坪6家、云顶村11家、古道村12家"),
                ("name_without_kind", "一（二）1", "白茶坪"),
                ("two_hats", "一（一）1", "安监站加挂消防工作站牌子"),
                ("vague_period", "一（二）1", "经常性检查制茶厂"),
                ("vague_period", "三", "适时通报"),
                ("period", "一（一）2", "每周开展1次夜间巡防"),
                ("period", "一（一）2", "每半年组织一次应急演练"),
                ("period", "一（二）2", "每两周抽查一次"),
                ("period", "一（四）1", "按季度组织演练"),
                ("at_least", "一（一）1", "不少于三名巡防队员"),
                ("more_than", "一（二）1", "大于12小时"),
                ("at_most", "一（二）2", "不超过15间"),
                ("range", "一（四）1", "3至5人"),
                ("count", "一（二）1", "50家"),
                ("count", "一（二）2", "31家民宿"),
                ("body", "一（一）1 一（一）2", "村民委员会"),
                ("body", "一（一）1 一（一）2 一（四）1", "平安办"),
                ("body", "一（二）1", "茶业发展中心"),
                ("body", "一（二）2", "文旅办"),
                ("body", "一（二）2", "派出所"),
            ]
        );
    }

    #[test]
    fn a_gap_is_a_number_left_out_however_it_is_written() {
        let gap =
            |text: &str| of_kind(text, Kind::NumberingGap).into_iter().map(|(c, _)| c).collect::<Vec<_>>();
        assert_eq!(gap("1.甲\n2.乙\n5.丙\n"), ["3 4"]);
        assert_eq!(
            gap("一、甲\n（一）子\n1.丑\n（二）寅\n3.卯\n"),
            ["2"],
            "numbers run on under the next section"
        );
        assert_eq!(
            gap("一、甲\n1.丑\n二、乙\n1.卯\n2.辰\n"),
            [""; 0],
            "numbers begin anew under the next part"
        );
        assert_eq!(gap("第一条 甲\n第三条 乙\n"), ["第二条"]);
        assert_eq!(gap("一、甲\n（二）乙\n"), ["一（一）"]);
        assert_eq!(gap("（1）甲\n（3）乙\n"), ["（2）"]);
        assert_eq!(gap("1.甲\n110.拨打报警电话\n"), ["110"], "hardly a clause, and no hundred missing ones");
        let again = of_kind("1.甲\n2.乙\n2.丙\n", Kind::NumberingRepeat);
        assert_eq!(again.len(), 1);
        assert_eq!(chinese_numeral(105), "一百零五");
        assert_eq!(
            [chinese_numeral(10), chinese_numeral(14), chinese_numeral(20), chinese_numeral(110)],
            ["十", "十四", "二十", "一百一十"]
        );
    }

    #[test]
    fn frequencies_conflict_only_for_one_body_one_action_and_two_clauses() {
        let conflict = |text: &str| of_kind(text, Kind::FrequencyConflict).len();
        assert_eq!(conflict("1.甲\u{3002}供电所每月检查一次。\n2.供电所每年检查一次。\n"), 1);
        assert_eq!(
            conflict("1.供电所每季度检查一次。\n2.供电所每3个月检查一次。\n"),
            0,
            "the same in a year"
        );
        assert_eq!(conflict("1.供电所每月检查一次。\n2.派出所每年检查一次。\n"), 0, "another body");
        assert_eq!(conflict("1.供电所每月检查一次。\n2.供电所每年培训一次。\n"), 0, "another action");
        assert_eq!(
            conflict("1.供电所对大户每月检查一次，对小户每年检查一次。\n"),
            0,
            "one clause may tell them apart"
        );
    }

    #[test]
    fn a_list_is_summed_and_held_against_the_total_it_states() {
        let sum = |text: &str| {
            let all = lint(text, &headings(text));
            all.into_iter().find(|f| f.kind == Kind::ListSum).map(|f| f.message).unwrap_or_default()
        };
        assert!(sum("1.名单：甲村3户、乙村4户、丙村5户。").contains("3 个数，合计 12 户，文中没有总数"));
        assert!(sum("1.共12户，其中甲村3户、乙村4户、丙村5户。").contains("与文中的总数相符"));
        let wrong = sum("1.甲村3户、乙村4户、丙村5户，合计13户。");
        assert!(wrong.contains("总数 13 不符"), "{wrong}");
        assert_eq!(sum("1.配消防车1辆、水泵2台、水带30条。"), "", "different things have no sum");
        assert_eq!(of_kind("1.甲村3户、乙村4户、丙村5户。", Kind::Count), [], "said once, as a list");
    }

    #[test]
    fn bounds_of_quantities_are_told_apart() {
        for (text, kind, quote) in [
            ("1.配备至少2名执法人员。", Kind::AtLeast, "至少2名执法人员"),
            ("1.三人以上的。", Kind::AtLeast, "三人以上"),
            ("1.住宿超过10 人的。", Kind::MoreThan, "超过10 人"),
            ("1.不得超过3层。", Kind::AtMost, "不得超过3层"),
            ("1.明确1-2名工作人员。", Kind::Range, "1-2名工作人员"),
            ("1.列管16家单位。", Kind::Count, "16家单位"),
        ] {
            let told = of_kind(text, kind);
            assert_eq!(told.first().map(|(_, quote)| quote.as_str()), Some(quote), "{text}");
        }
        for text in [
            "1.第3条。",
            "1.（永川府办发〔2022〕128号）",
            "1.拨打12345。",
            "1.2023年2月20日。",
            "1.三合一场所。",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(text in "[一二三第条（）、.0-9\n 村办所个户名至少超过每月年次检查兼任定期。，：]{0,120}|\\PC{0,80}") {
            for finding in lint(&text, &headings(&text)) {
                prop_assert!(!finding.spans.is_empty());
                for at in &finding.spans {
                    prop_assert!(at.start < at.end && text.get(at.clone()).is_some(), "{finding:?}");
                }
                prop_assert!(finding.kind == Kind::NumberingGap || !finding.clauses.is_empty());
            }
        }
    }
}
