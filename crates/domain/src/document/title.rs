//! Breaking a long title into lines of a trapezium or a rhombus. Source: GB/T 9704-2012 §7.3.1: lines are balanced and
//! no word is torn apart.

/// After these a line may well end.
const GOOD_ENDS: [&str; 12] =
    ["关于", "印发", "转发", "批转", "开展", "做好", "加强", "进一步", "年度", "的", "、", "》"];
/// No line begins with one of these.
const NEVER_FIRST: &str = "的了和与及等之、，。；：！？）》〉」』〕】”’";
/// No line ends with one of these.
const NEVER_LAST: &str = "（《〈「『〔【“‘和与及";
/// Words that must stay in one piece, as far as they occur in titles of this office.
const WHOLE: [&str; 40] = [
    "关于",
    "印发",
    "转发",
    "通知",
    "通报",
    "通告",
    "公告",
    "意见",
    "决定",
    "请示",
    "报告",
    "纪要",
    "方案",
    "办法",
    "工作",
    "消防",
    "安全",
    "检查",
    "隐患",
    "整改",
    "专项",
    "治理",
    "培训",
    "人民政府",
    "委员会",
    "办公室",
    "工作站",
    "季度",
    "年度",
    "督查",
    "督办",
    "整治",
    "排查",
    "火灾",
    "防控",
    "应急",
    "演练",
    "会议",
    "评估",
    "情况",
];

/// The lines of a title, each at most `room` characters wide where a Latin letter or digit counts half. Line breaks the
/// author made are kept; the name of who writes it stays whole where a line has room for it.
pub fn title_lines(title: &str, issuer: &str, room: usize) -> Vec<String> {
    let made: Vec<&str> = title.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if made.len() > 1 {
        return made.into_iter().map(str::to_owned).collect();
    }
    let chars: Vec<char> = title.trim().chars().collect();
    let mut lines = Vec::new();
    let mut rest = chars.as_slice();
    let mut count = width(rest).div_ceil(2 * room.max(1));
    while count > 1 && !rest.is_empty() {
        let at = best_cut(rest, issuer, count, room);
        let (line, after) = rest.split_at(at);
        lines.push(line.iter().collect());
        rest = after;
        count = (count - 1).max(width(rest).div_ceil(2 * room.max(1)));
    }
    if !rest.is_empty() {
        lines.push(rest.iter().collect());
    }
    lines
}

/// Where to cut so that this line is about its share of what is left.
fn best_cut(chars: &[char], issuer: &str, lines: usize, room: usize) -> usize {
    let ideal = width(chars) / lines.max(1);
    let fits = |at: &usize| chars.get(..*at).is_some_and(|line| width(line) <= 2 * room);
    let cost = |at: usize| {
        let (before, after) = chars.split_at(at);
        width(before).abs_diff(ideal) + penalty(before, after, issuer)
    };
    (1..chars.len()).take_while(fits).min_by_key(|at| cost(*at)).unwrap_or(1)
}

/// What is wrong with a line that ends here.
fn penalty(before: &[char], after: &[char], issuer: &str) -> usize {
    let (last, first) = (before.last().copied().unwrap_or(' '), after.first().copied().unwrap_or(' '));
    let latin = |c: char| c.is_ascii_alphanumeric();
    if NEVER_FIRST.contains(first)
        || NEVER_LAST.contains(last)
        || (latin(last) && latin(first))
        || (latin(last) && "年月日号期级".contains(first))
    {
        return 1000;
    }
    let ends = |word: &str| before.iter().rev().copied().take(word.chars().count()).eq(word.chars().rev());
    let torn = |word: &str| {
        let word: Vec<char> = word.chars().collect();
        (1..word.len()).any(|cut| {
            let (head, tail) = word.split_at(cut);
            before.ends_with(head) && after.starts_with(tail)
        })
    };
    // 第 stays with its number, and both with what is counted.
    let is_number = |c: &char| c.is_ascii_digit() || "一二三四五六七八九十百".contains(*c);
    let is_counted = before.iter().rev().find(|c| !is_number(c)) == Some(&'第');
    if is_counted || WHOLE.iter().chain([&issuer]).any(|word| torn(word)) {
        40
    } else if GOOD_ENDS.iter().any(|word| ends(word)) {
        0
    } else {
        4
    }
}

/// Width in halves of a character.
fn width(chars: &[char]) -> usize {
    chars.iter().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_title_is_one_line_and_breaks_of_the_author_are_kept() {
        assert_eq!(title_lines("关于开展检查的通知", "", 20), ["关于开展检查的通知"]);
        assert_eq!(
            title_lines("青峰镇人民政府\n关于开展检查的通知", "", 20),
            ["青峰镇人民政府", "关于开展检查的通知"]
        );
    }

    #[test]
    fn who_writes_and_what_is_counted_stay_whole() {
        let office = "青峰镇消防安全委员会";
        let lines = title_lines("青峰镇消防安全委员会关于测试并发的通报", office, 18);
        assert_eq!(lines, ["青峰镇消防安全委员会", "关于测试并发的通报"]);
        let lines =
            title_lines("青峰镇消防安全委员会关于2026年第四季度消防安全专项督查情况的通报", office, 18);
        for word in [office, "第四季度", "督查", "通报"] {
            assert!(lines.iter().any(|line| line.contains(word)), "{word}: {lines:?}");
        }
    }

    #[test]
    fn a_long_title_is_balanced_and_no_word_is_torn() {
        let lines = title_lines("青峰镇人民政府关于开展2026年冬春火灾防控和消防安全专项检查的通知", "", 18);
        assert_eq!(lines, ["青峰镇人民政府关于开展2026年冬春", "火灾防控和消防安全专项检查的通知"]);
    }

    #[test]
    fn nothing_is_lost_and_no_line_is_too_wide() {
        let title = "青峰镇人民政府关于转发《重庆市永川区消防安全委员会关于印发2026年度重大火灾隐患挂牌督办、销案和责任追究工作方案的通知》的通知";
        for room in 8..22 {
            let lines = title_lines(title, "", room);
            assert_eq!(lines.concat(), title);
            for line in &lines {
                let chars: Vec<char> = line.chars().collect();
                assert!(width(&chars) <= 2 * room, "{line}");
                assert!(!line.starts_with(|c| NEVER_FIRST.contains(c)), "{line}");
            }
        }
    }
}
