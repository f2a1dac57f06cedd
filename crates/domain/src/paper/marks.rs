//! What stands at the upper left of an official document: copy number, secrecy, urgency. What does not belong here: where
//! exactly (`render`).
//!
//! Source: 党政机关公文处理工作条例 (2012) art. 9; GB/T 9704-2012 §7.2.1–7.2.3.

use serde::{Deserialize, Serialize};

use super::FieldProblem;
use crate::document::{Layout, plain};

/// 密级, from the lowest.
pub const SECRECY: [&str; 3] = ["秘密", "机密", "绝密"];
/// 紧急程度 of a document on paper.
pub const URGENCY: [&str; 2] = ["特急", "加急"];

/// 份号、密级和保密期限、紧急程度; empty where there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Marks {
    /// 份号: six digits.
    pub copy_no: String,
    /// 密级: one of [`SECRECY`].
    pub secrecy: String,
    /// 保密期限, as `1年`; the legal one where it is not said.
    pub period: String,
    /// 紧急程度: one of [`URGENCY`].
    pub urgency: String,
}

/// Code and sentence of what is refused when a paper is classified: no open network may carry it. Source: 保守国家秘密法
/// as the handbook of documents says of marks; the program is no system for state secrets.
pub const CLASSIFIED: (&str, &str) = (
    "paper.classified",
    "本系统不得起草、存储和传输涉密文件，请删去密级标志；确属国家秘密的，改走涉密渠道，由保密机构按规定办理",
);

/// Whether a text calls itself classified: 机密 and 绝密 in whatever words, 秘密 where it is no word of its own.
pub fn is_classified(text: &str) -> bool {
    let bare =
        ["商业秘密", "国家秘密", "工作秘密"].iter().fold(plain(text), |text, word| text.replace(word, ""));
    SECRECY.iter().any(|mark| bare.contains(mark))
}

impl Marks {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// As printed, one below the other in the order of the standard.
    pub fn lines(&self) -> Vec<String> {
        let secrecy = match (self.secrecy.as_str(), self.period.as_str()) {
            (secrecy, "") => secrecy.to_owned(),
            (secrecy, period) => format!("{secrecy}★{period}"),
        };
        let mut lines = vec![self.copy_no.clone(), secrecy, self.urgency.clone()];
        lines.retain(|line| !line.is_empty());
        lines
    }

    /// What is wrong with them on a sheet of this layout.
    pub fn problems(&self, layout: Layout) -> Vec<FieldProblem> {
        let mut problems = Vec::new();
        let mut say = |field: &str, code, message: &str| {
            problems.push(FieldProblem { field: field.to_owned(), code, message: message.to_owned() });
        };
        if !self.is_empty() && !layout.is_marked() {
            say("urgency", "paper.no_marks", "这种版式不标注份号、密级和紧急程度，请清空");
        }
        if !self.urgency.is_empty() && !URGENCY.contains(&self.urgency.as_str()) {
            say("urgency", "paper.urgency", "紧急程度只标“特急”或者“加急”，请从列表中选择");
        }
        if !self.secrecy.is_empty() || !self.period.is_empty() {
            say("secrecy", CLASSIFIED.0, CLASSIFIED.1);
        }
        if !self.copy_no.is_empty()
            && (self.copy_no.len() != 6 || !self.copy_no.bytes().all(|digit| digit.is_ascii_digit()))
        {
            say("copy_no", "paper.copy_no", "份号是六位数字，如 000001，请改正");
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_printed_in_the_order_of_the_standard() {
        let marks = Marks {
            copy_no: "000001".into(),
            secrecy: "秘密".into(),
            period: "1年".into(),
            urgency: "特急".into(),
        };
        assert_eq!(marks.lines(), ["000001", "秘密★1年", "特急"]);
        assert_eq!(marks.problems(Layout::Circular).len(), 1, "old papers show it, new ones may not have it");
        assert_eq!(Marks { urgency: "加急".into(), ..Marks::default() }.lines(), ["加急"]);
    }

    #[test]
    fn what_cannot_stand_there_is_named() {
        let of = |marks: Marks, layout| {
            marks.problems(layout).into_iter().map(|one| (one.field, one.code)).collect::<Vec<_>>()
        };
        let urgent = |word: &str| Marks { urgency: word.into(), ..Marks::default() };
        assert_eq!(of(urgent("特急"), Layout::Form), [("urgency".to_owned(), "paper.no_marks")]);
        assert_eq!(of(urgent("十万火急"), Layout::Letter), [("urgency".to_owned(), "paper.urgency")]);
        let secret = Marks { secrecy: "秘密".into(), ..Marks::default() };
        assert_eq!(of(secret, Layout::Upward), [("secrecy".to_owned(), "paper.classified")]);
        let lone = Marks { period: "1年".into(), ..Marks::default() };
        assert_eq!(of(lone, Layout::Circular), [("secrecy".to_owned(), "paper.classified")]);
        for (text, wanted) in [
            ("关于某事的通报（机密）", true),
            ("机 密", true),
            ("秘密★1年", true),
            ("关于保护商业秘密的通知", false),
        ] {
            assert_eq!(is_classified(text), wanted, "{text}");
        }
        assert!(of(Marks::default(), Layout::Sheet).is_empty());
    }
}
