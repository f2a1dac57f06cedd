//! The words of a notice that carry weight: numbers, periods, bodies and what is done. Chinese has no spaces; what
//! these readers find is what a careful reader would ask about, for a person to rule on.

use std::ops::Range;

use crate::period::Unit;

const DIGITS: &str = "零一二三四五六七八九";

/// A Chinese numeral below ten thousand: `十`, `二十三`, `一百零五`, `两`.
pub(super) fn chinese_number(text: &str) -> Option<u32> {
    let (mut total, mut digit) = (0_u32, None);
    if text.is_empty() || text.chars().count() > 8 {
        return None;
    }
    for c in text.chars() {
        let unit = match c {
            '十' => 10,
            '百' => 100,
            '千' => 1000,
            '两' => {
                digit = Some(2);
                continue;
            }
            _ => {
                digit = Some(u32::try_from(DIGITS.chars().position(|known| known == c)?).ok()?);
                continue;
            }
        };
        total += digit.take().unwrap_or(1) * unit;
    }
    Some(total + digit.unwrap_or(0))
}

/// A number below a thousand in Chinese.
pub fn chinese_numeral(number: u32) -> String {
    const DIGITS: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |n: u32| usize::try_from(n).ok().and_then(|n| DIGITS.get(n)).copied().unwrap_or_default();
    let (hundreds, tens, ones) = (number / 100 % 10, number / 10 % 10, number % 10);
    let mut out = String::new();
    if hundreds > 0 {
        out += digit(hundreds);
        out += "百";
        if tens == 0 && ones > 0 {
            out += "零";
        }
    }
    if tens > 0 {
        if tens > 1 || hundreds > 0 {
            out += digit(tens);
        }
        out += "十";
    }
    if ones > 0 {
        out += digit(ones);
    }
    out
}

/// A number at the beginning of the text, in either script, and its length in bytes.
pub(super) fn number_at(text: &str) -> Option<(u32, usize)> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    if let Some(number) = text.get(..digits).filter(|digits| !digits.is_empty()) {
        return Some((number.parse().ok()?, digits));
    }
    let numeral = |c: char| DIGITS.contains(c) || "十百千两".contains(c);
    let end = text.find(|c: char| !numeral(c)).unwrap_or(text.len());
    Some((chinese_number(text.get(..end)?)?, end))
}

/// Where the text is cut into stretches that belong together: at commas, full stops, colons and long brackets. A
/// short bracket, as in `村（社区）`, is part of the word.
pub(super) fn segments(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut short_until = 0;
    for (at, c) in text.char_indices() {
        let cuts = match c {
            '（' | '(' => {
                let rest = text.get(at + c.len_utf8()..).unwrap_or_default();
                match rest.char_indices().take(4).find(|(_, c)| matches!(c, '）' | ')')) {
                    Some((close, _)) => {
                        short_until = at + c.len_utf8() + close + 1;
                        false
                    }
                    None => true,
                }
            }
            '）' | ')' => at >= short_until,
            '，' | ',' | '。' | '；' | ';' | '：' | ':' | '！' | '？' | '\n' | '\r' | '“' | '”' | '《'
            | '》' => true,
            _ => false,
        };
        if cuts {
            if start < at {
                out.push(start..at);
            }
            start = at + c.len_utf8();
        }
    }
    if start < text.len() {
        out.push(start..text.len());
    }
    out
}

/// How often, as a notice says it: so many times in so many units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Often {
    /// Units of the calendar that make up the period.
    pub(super) every: u32,
    /// The unit.
    pub(super) unit: Unit,
    /// Times in it; once where none are named.
    pub(super) times: u32,
}

impl Often {
    /// For people: `每月 1 次`, `每 2 周 1 次`.
    pub(super) fn says(self) -> String {
        match self.every {
            1 => format!("{} {} 次", self.unit.label(), self.times),
            every => {
                let unit = self.unit.label().trim_start_matches('每');
                format!("每 {every} {unit} {} 次", self.times)
            }
        }
    }

    /// Whether both come to the same number in a year.
    pub(super) fn as_often_as(self, other: Self) -> bool {
        let a_year = |often: Self| {
            let units = match often.unit {
                Unit::Year => 1,
                Unit::HalfYear => 2,
                Unit::Quarter => 4,
                Unit::Month => 12,
                Unit::Week => 52,
                Unit::Day => 365,
            };
            u64::from(often.times) * units
        };
        a_year(self) * u64::from(other.every) == a_year(other) * u64::from(self.every)
    }
}

const UNITS: [(&str, Unit); 13] = [
    ("半年", Unit::HalfYear),
    ("年度", Unit::Year),
    ("年", Unit::Year),
    ("季度", Unit::Quarter),
    ("季", Unit::Quarter),
    ("个季度", Unit::Quarter),
    ("个月", Unit::Month),
    ("月", Unit::Month),
    ("个星期", Unit::Week),
    ("星期", Unit::Week),
    ("周", Unit::Week),
    ("天", Unit::Day),
    ("日", Unit::Day),
];

/// The periods a stretch names, each with its place and where the unit ends: `每月`, `每两周`, `按季度`.
pub(super) fn periods(segment: &str) -> Vec<(Often, Range<usize>)> {
    let mut out: Vec<(Often, Range<usize>)> = Vec::new();
    for (at, lead) in segment.match_indices(['每', '按', '逐']) {
        let rest = segment.get(at + lead.len()..).unwrap_or_default();
        let (every, skip) = match number_at(rest).filter(|_| lead == "每") {
            Some((every, skip)) if every > 0 => (every, skip),
            Some(_) => continue,
            None => (1, 0),
        };
        let after = rest.get(skip..).unwrap_or_default();
        let Some((word, unit)) = UNITS.iter().find(|(word, _)| after.starts_with(word)) else { continue };
        let end = at + lead.len() + skip + word.len();
        // `按年度监管计划` names a plan, `每日常` a habit.
        let after = after.get(word.len()..).unwrap_or_default();
        if lead != "每" && after.starts_with(['度', '监', '计', '安', '初', '末']) || after.starts_with('常')
        {
            continue;
        }
        if out.last().is_some_and(|(_, last)| at < last.end) {
            continue;
        }
        out.push((Often { every, unit: *unit, times: times(after).unwrap_or(1) }, at..end));
    }
    out
}

/// `开展 1 次`, `不少于两次`: the number before the first counter of times.
fn times(rest: &str) -> Option<u32> {
    let counters = ["次", "回", "轮", "遍", "场", "期"];
    rest.char_indices().take(16).find_map(|(at, _)| {
        let (number, length) = number_at(rest.get(at..)?)?;
        let after = rest.get(at + length..)?.trim_start();
        (number > 0 && counters.iter().any(|counter| after.starts_with(counter))).then_some(number)
    })
}

const ACTIONS: [&str; 16] = [
    "检查", "巡查", "督查", "抽查", "排查", "巡防", "演练", "培训", "测试", "维护", "宣传", "研判", "会商",
    "评估", "走访", "考核",
];

/// What is done there: the first action after the period, otherwise the last before it.
pub(super) fn action(segment: &str, period: &Range<usize>) -> Option<&'static str> {
    let after = segment.get(period.end..)?;
    let first = ACTIONS.iter().filter_map(|word| Some((after.find(word)?, *word))).min();
    let before = segment.get(..period.start)?;
    let last = || ACTIONS.iter().filter_map(|word| Some((before.rfind(word)?, *word))).max();
    first.or_else(last).map(|(_, word)| word)
}

/// A body named in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mention {
    /// As named there.
    pub(super) name: String,
    /// Where.
    pub(super) at: Range<usize>,
    /// It is said to do something there, rather than only named.
    pub(super) acts: bool,
}

/// Endings of a body's name, and whether the ending is a name by itself. The longest come first.
const ENDINGS: [(&str, bool); 25] = [
    ("村（居）民委员会", true),
    ("村（社区）", true),
    ("村（居）", true),
    ("居民委员会", true),
    ("村民委员会", true),
    ("委员会办公室", false),
    ("领导小组", false),
    ("工作小组", false),
    ("工作专班", false),
    ("办公室", false),
    ("委员会", false),
    ("指挥部", false),
    ("派出所", true),
    ("工作站", true),
    ("村委会", true),
    ("居委会", true),
    ("大队", false),
    ("支队", false),
    ("中队", false),
    ("政府", false),
    ("中心", false),
    ("办", false),
    ("局", false),
    ("所", false),
    ("站", false),
];

/// Characters that make an ending part of another word, before and after it.
fn is_other_word(ending: &str, before: Option<char>, after: Option<char>) -> bool {
    let either = |befores: &str, afters: &str| {
        before.is_some_and(|c| befores.contains(c)) || after.is_some_and(|c| afters.contains(c))
    };
    match ending {
        "办" => either("举开承督兴申查审主补交协代创停重", "法理公事学证好结案点"),
        "所" => either("场厕诊住", "有以需属列述在谓"),
        "局" => either("格布结全大棋", "面势部限"),
        "站" => either("查防油车电泵器网收测", "点位岗长"),
        "中心" => either("为以市城区", "任城"),
        "政府" => either("", "购采"),
        _ => false,
    }
}

/// A name of a body does not run across these.
const STOPS: &str = "由将向对请把被让为以按从于是在据并或及与的各要给到报至送该每受等需须使且本";
const STOP_WORDS: [&str; 49] = [
    "负责", "具体", "承担", "履行", "牵头", "会同", "配合", "协助", "组织", "开展", "加强", "指导", "协调",
    "结合", "依托", "联合", "通过", "成立", "建立", "组建", "设立", "落实", "完善", "做实", "做强", "接受",
    "服从", "纳入", "强化", "健全", "严格", "推进", "充实", "明确", "确保", "发挥", "支持", "督促", "优化",
    "调整", "加挂", "兼任", "合署", "设在", "建好", "统筹", "应当", "必须", "隶属",
];

/// What follows a body that acts.
const ACTS: [&str; 43] = [
    "要",
    "应当",
    "应",
    "须",
    "将",
    "负责",
    "依法",
    "具体",
    "牵头",
    "会同",
    "在",
    "对",
    "按",
    "每",
    "实体",
    "统筹",
    "组织",
    "开展",
    "等部门",
    "等单位",
    "等要",
    "定期",
    "结合",
    "根据",
    "不得",
    "必须",
    "承担",
    "履行",
    "配备",
    "做好",
    "加强",
    "落实",
    "主动",
    "联合",
    "协助",
    "配合",
    "指导",
    "依托",
    "安排",
    "检查",
    "巡查",
    "抽查",
    "经常",
];

/// The bodies a text names, in order.
pub(super) fn mentions(text: &str) -> Vec<Mention> {
    let mut out: Vec<Mention> = Vec::new();
    let is_cut = |c: char| !(c.is_alphabetic() || matches!(c, '（' | '）'));
    let mut skip_to = 0;
    for (at, c) in text.char_indices() {
        if at < skip_to {
            continue;
        }
        let rest = text.get(at..).unwrap_or_default();
        let Some((ending, alone)) = ENDINGS.iter().find(|(ending, _)| rest.starts_with(ending)) else {
            continue;
        };
        let end = at + ending.len();
        let before = text.get(..at).unwrap_or_default();
        let after = text.get(end..).unwrap_or_default();
        if is_other_word(ending, before.chars().next_back(), after.chars().next()) {
            continue;
        }
        skip_to = at + c.len_utf8();
        // `委员会办公室` and the like: the longer name is the body.
        if ENDINGS.iter().any(|(longer, _)| after.starts_with(longer) && *longer == "办公室") {
            continue;
        }
        let from = out.last().map_or(0, |last| last.at.end);
        let near = before.char_indices().rev().take(14).last().map_or(at, |(first, _)| first);
        let lead_from = from.max(near).min(at);
        let lead = text.get(lead_from..at).unwrap_or_default();
        let cut = lead.char_indices().rev().find(|(_, c)| is_cut(*c) || STOPS.contains(*c));
        let cut = cut.map_or(0, |(last, c)| last + c.len_utf8());
        let word = STOP_WORDS.iter().filter_map(|word| Some(lead.rfind(word)? + word.len())).max();
        let mut start = lead_from + cut.max(word.unwrap_or(0));
        // Bare `会` before a name is "together with"; `和` joins it to the body before.
        for joint in ['会', '和', '同'] {
            let led = text.get(start..at).is_some_and(|name| name.starts_with(joint));
            let joined = joint != '和' || start == from;
            if led && joined {
                start += joint.len_utf8();
            }
        }
        if start == at && !alone {
            continue;
        }
        let acts = ACTS.iter().any(|word| after.starts_with(word)) && !after.starts_with("负责人");
        out.push(Mention { name: text.get(start..end).unwrap_or_default().to_owned(), at: start..end, acts });
        skip_to = end;
    }
    // In `甲所、乙办等部门协作` the first acts as the last does.
    let mut next: Option<(usize, bool)> = None;
    for mention in out.iter_mut().rev() {
        let joined = next.is_some_and(|(start, acts)| {
            acts && matches!(text.get(mention.at.end..start), Some("、" | "和" | "与" | "及"))
        });
        mention.acts |= joined;
        next = Some((mention.at.start, mention.acts));
    }
    out
}

/// Whether two names are of one body: the same, or one with more in front, as `派出所` and `公安派出所`.
pub(super) fn same_body(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    short == long || (short.chars().count() >= 3 && long.ends_with(short))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_read_in_both_scripts() {
        for (text, number) in [
            ("十", Some(10)),
            ("十九", Some(19)),
            ("二十", Some(20)),
            ("一百零五", Some(105)),
            ("两", Some(2)),
            ("", None),
            ("甲", None),
        ] {
            assert_eq!(chinese_number(text), number, "{text}");
        }
        assert_eq!(number_at("16家"), Some((16, 2)));
        assert_eq!(number_at("三十户"), Some((30, 6)));
        assert_eq!(number_at("户"), None);
        assert_eq!(number_at("99999999999家"), None, "no number of a notice");
    }

    #[test]
    fn periods_are_read_with_their_times() {
        for (text, says) in [
            ("每月至少开展1次检查", &["每月 1 次"][..]),
            ("对重点单位每两周检查一次", &["每 2 周 1 次"]),
            ("每半年组织不少于两次演练", &["每半年 2 次"]),
            ("每季度开展一次专项督查", &["每季度 1 次"]),
            ("按季度通报", &["每季度 1 次"]),
            ("每3个月一次、每日巡查", &["每 3 月 1 次", "每日 1 次"]),
            ("每个村、每户", &[]),
            ("按年度监管计划", &[]),
            ("每0月", &[]),
        ] {
            let found: Vec<_> = periods(text).into_iter().map(|(often, _)| often.says()).collect();
            assert_eq!(found, says, "{text}");
        }
        let often = |every, unit, times| Often { every, unit, times };
        assert!(often(3, Unit::Month, 1).as_often_as(often(1, Unit::Quarter, 1)));
        assert!(often(1, Unit::Year, 12).as_often_as(often(1, Unit::Month, 1)));
        assert!(!often(1, Unit::Year, 1).as_often_as(often(1, Unit::Month, 1)));
    }

    #[test]
    fn bodies_are_told_from_words_that_only_end_alike() {
        let names = |text: &str| mentions(text).into_iter().map(|m| (m.name, m.acts)).collect::<Vec<_>>();
        let found = |name: &str, acts| (name.to_owned(), acts);
        assert_eq!(names("应急办要会公安派出所检查场所"), [found("应急办", true), found("公安派出所", true)]);
        assert_eq!(names("民政和社会事务办要加强"), [found("民政和社会事务办", true)]);
        assert_eq!(names("水务站和文旅办等部门协作"), [found("水务站", true), found("文旅办", true)]);
        assert_eq!(
            names("消防工作站具体负责消防安全委员会办公室日常工作"),
            [found("消防工作站", true), found("消防安全委员会办公室", false)]
        );
        assert_eq!(names("各村（社区）要按照办法办理"), [found("村（社区）", true)]);
        assert_eq!(names("燃气公司的检查站，以此为中心，形成新格局，举办培训"), []);
        assert!(same_body("派出所", "公安派出所") && !same_body("派出所", "供电所"));
    }

    #[test]
    fn a_short_bracket_belongs_to_its_word() {
        let text = "各村（社区）要检查（名单另附：甲村3户），每月一次";
        let parts: Vec<_> = segments(text).into_iter().filter_map(|at| text.get(at)).collect();
        assert_eq!(parts, ["各村（社区）要检查", "名单另附", "甲村3户", "每月一次"]);
    }

    proptest! {
        #[test]
        fn any_text_is_cut_at_characters(text in "[每按一两3半年月日周季度次办所站村（）、，。兼任应急消防工作和会]{0,60}|\\PC{0,60}") {
            for at in segments(&text) {
                prop_assert!(text.get(at).is_some_and(|part| !part.is_empty()));
            }
            for mention in mentions(&text) {
                prop_assert_eq!(text.get(mention.at), Some(mention.name.as_str()));
            }
            for (_, at) in periods(&text) {
                prop_assert!(text.get(at.clone()).is_some());
                action(&text, &at);
            }
            number_at(&text);
        }
    }
}
