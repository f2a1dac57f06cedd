//! What stands at the upper left of an official document: copy number, secrecy, urgency. What does not belong here: where
//! exactly (`render`).
//!
//! Source: 党政机关公文处理工作条例 (2012) art. 9; GB/T 9704-2012 §7.2.1–7.2.3.

use serde::{Deserialize, Serialize};

use super::FieldProblem;
use crate::document::Layout;

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
        if !self.secrecy.is_empty() && !SECRECY.contains(&self.secrecy.as_str()) {
            say("secrecy", "paper.secrecy", "密级只标“秘密”“机密”或者“绝密”，请从列表中选择");
        }
        if !self.copy_no.is_empty()
            && (self.copy_no.len() != 6 || !self.copy_no.bytes().all(|digit| digit.is_ascii_digit()))
        {
            say("copy_no", "paper.copy_no", "份号是六位数字，如 000001，请改正");
        }
        if !self.secrecy.is_empty() && self.copy_no.is_empty() {
            say(
                "copy_no",
                "paper.copy_no",
                "涉密公文应当标注份号（党政机关公文处理工作条例第九条），请填写六位份号",
            );
        }
        if self.secrecy.is_empty() && !self.period.is_empty() {
            say("secrecy", "paper.secrecy", "填写了保密期限，请同时选择密级");
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
        assert!(marks.problems(Layout::Circular).is_empty());
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
        assert_eq!(of(secret, Layout::Upward), [("copy_no".to_owned(), "paper.copy_no")]);
        let lone = Marks { period: "1年".into(), ..Marks::default() };
        assert_eq!(of(lone, Layout::Circular), [("secrecy".to_owned(), "paper.secrecy")]);
        assert!(of(Marks::default(), Layout::Sheet).is_empty());
    }
}
