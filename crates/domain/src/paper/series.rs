//! Running numbers of papers: one series, one year, no gaps. What does not belong here: taking the next number
//! (`store::numbering`).

use serde::{Deserialize, Serialize};

/// A series. Its words are a setting of the town: they come from its own usage, not from the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// Its code: `town`, `office`, `enforcement`.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// How a number is written, with `{year}` and `{n}`: `青峰府发〔{year}〕{n}号`.
    pub pattern: String,
    /// Whether the town has yet to say that it writes its numbers like this.
    pub to_check: bool,
}

impl Series {
    /// A number as it is printed: no leading zeros.
    pub fn number(&self, year: i32, n: u32) -> String {
        self.pattern.replace("{year}", &year.to_string()).replace("{n}", &n.to_string())
    }

    /// What is wrong with the pattern; none when it may be used. Source: GB/T 9704-2012 §7.2.5: six-cornered brackets.
    pub fn problem(&self) -> Option<String> {
        let whole = self.pattern.contains("{year}") && self.pattern.contains("{n}");
        if !whole {
            return Some(format!("编号“{}”要含 {{year}} 和 {{n}}，请补上", self.pattern));
        }
        (!self.pattern.contains("〔{year}〕"))
            .then(|| format!("编号“{}”的年份应写在六角括号〔〕里，请改正", self.pattern))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(pattern: &str) -> Series {
        Series { code: "town".into(), name: "镇政府".into(), pattern: pattern.into(), to_check: false }
    }

    #[test]
    fn a_number_has_its_year_in_six_cornered_brackets_and_no_zeros() {
        assert_eq!(series("青峰府发〔{year}〕{n}号").number(2023, 16), "青峰府发〔2023〕16号");
        assert_eq!(series("青峰府发〔{year}〕{n}号").problem(), None);
        for wrong in ["青峰府发[{year}]{n}号", "青峰府发〔{year}〕号", "青峰府发{n}号"] {
            assert!(series(wrong).problem().is_some(), "{wrong}");
        }
    }
}
