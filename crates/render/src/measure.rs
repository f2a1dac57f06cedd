//! The millimetres of an official document, the same for the PDF and the editable file.
//! Source: GB/T 9704-2012 §5.2 (page and type area), §7 (elements), §10 (letters and minutes).

use serde::Serialize;

/// Width of A4.
pub const PAGE_WIDTH_MM: f64 = 210.0;
/// Height of A4.
pub const PAGE_HEIGHT_MM: f64 = 297.0;
/// Points in a millimetre.
pub const PT_PER_MM: f64 = 72.0 / 25.4;

/// Every length in millimetres, every type size in points.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measure {
    /// 天头.
    pub top: f64,
    /// 订口.
    pub left: f64,
    /// 版心宽.
    pub width: f64,
    /// 版心高.
    pub height: f64,
    /// Lines of a page.
    pub lines: u32,
    /// Characters of a line.
    pub chars: u32,
    /// 发文机关标志: top edge below the top of the type area.
    pub head_top: f64,
    /// 红色分隔线 below 发文字号.
    pub rule_gap: f64,
    /// 一字线 of the page number below the type area.
    pub page_no_gap: f64,
    /// First and last rule of 版记.
    pub rule_thick: f64,
    /// Its middle rule.
    pub rule_thin: f64,
    /// 信函: 发文机关标志, top edge below the edge of the paper.
    pub letter_head_top: f64,
    /// 信函: red double rules, length.
    pub letter_rule: f64,
    /// 信函: lower double rule above the edge of the paper.
    pub letter_rule_bottom: f64,
    /// 3号.
    pub body: f64,
    /// 2号.
    pub title: f64,
    /// 4号.
    pub small: f64,
}

/// The measures of the standard.
pub const GB9704: Measure = Measure {
    top: 37.0,
    left: 28.0,
    width: 156.0,
    height: 225.0,
    lines: 22,
    chars: 28,
    head_top: 35.0,
    rule_gap: 4.0,
    page_no_gap: 7.0,
    rule_thick: 0.35,
    rule_thin: 0.25,
    letter_head_top: 30.0,
    letter_rule: 170.0,
    letter_rule_bottom: 20.0,
    body: 16.0,
    title: 22.0,
    small: 14.0,
};

impl Measure {
    /// 切口 (right margin).
    pub fn right(&self) -> f64 {
        PAGE_WIDTH_MM - self.left - self.width
    }

    /// 地脚 (bottom margin).
    pub fn bottom(&self) -> f64 {
        PAGE_HEIGHT_MM - self.top - self.height
    }

    /// Height of a line of the grid, in points.
    pub fn line_pt(&self) -> f64 {
        self.height * PT_PER_MM / f64::from(self.lines)
    }

    /// Width of a character of the grid, in points. A 3号 character is wider: the line sets them closer.
    pub fn char_pt(&self) -> f64 {
        self.width * PT_PER_MM / f64::from(self.chars)
    }

    /// Characters of the title's size that fit a line, less one on each side so that lines have a shape.
    pub fn title_chars(&self) -> usize {
        (self.width * PT_PER_MM / self.title) as usize - 2
    }

    /// Size of a red mark of so many characters: as large as fits the type area, at most 15 mm high.
    pub fn head_pt(&self, chars: usize) -> f64 {
        (self.width * PT_PER_MM / chars.max(1) as f64).min(42.0)
    }
}

/// A sheet of labels on A4. Lengths in millimetres, type sizes in points.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LabelSheet {
    /// Stable word.
    pub code: &'static str,
    /// Labels side by side.
    pub columns: u32,
    /// Labels below each other.
    pub rows: u32,
    /// Of one label.
    pub width: f64,
    /// Of one label.
    pub height: f64,
    /// Between two labels.
    pub gap: f64,
    /// Side of the code with its quiet zone.
    pub qr: f64,
    /// Type size of the first line.
    pub title: f64,
    /// Type size of the others.
    pub text: f64,
}

/// The sheets there are: for a wall, for a door, for a hydrant.
pub const LABEL_SHEETS: [LabelSheet; 3] = [
    sheet("large", (2, 4), (95.0, 66.0), (4.0, 46.0), (15.0, 11.0)),
    sheet("medium", (2, 6), (95.0, 44.0), (3.0, 32.0), (12.0, 9.0)),
    sheet("small", (3, 8), (63.0, 33.0), (2.0, 23.0), (9.0, 7.0)),
];

const fn sheet(
    code: &'static str,
    (columns, rows): (u32, u32),
    (width, height): (f64, f64),
    (gap, qr): (f64, f64),
    (title, text): (f64, f64),
) -> LabelSheet {
    LabelSheet { code, columns, rows, width, height, gap, qr, title, text }
}

impl LabelSheet {
    /// The sheet of a word.
    pub fn from_code(code: &str) -> Option<&'static Self> {
        LABEL_SHEETS.iter().find(|one| one.code == code)
    }

    /// What is left of the paper at each side, a hair less than it is, or rounding would push the last row off the page.
    pub fn margins(&self) -> (f64, f64) {
        let taken = |n: u32, each: f64| f64::from(n) * each + f64::from(n - 1) * self.gap;
        let left = |page: f64, taken: f64| (page - taken) / 2.0 - 0.05;
        (
            left(PAGE_WIDTH_MM, taken(self.columns, self.width)),
            left(PAGE_HEIGHT_MM, taken(self.rows, self.height)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_area_leaves_the_margins_of_the_standard() {
        assert_eq!((GB9704.right(), GB9704.bottom()), (26.0, 35.0));
        assert!((GB9704.line_pt() - 28.99).abs() < 0.01);
        assert!((GB9704.char_pt() - 15.79).abs() < 0.01);
        assert_eq!(GB9704.title_chars(), 18);
    }

    #[test]
    fn a_long_mark_is_set_smaller_so_that_it_stays_on_one_line() {
        assert!((GB9704.head_pt(9) - 42.0).abs() < f64::EPSILON);
        assert!(GB9704.head_pt(20) * 20.0 <= GB9704.width * PT_PER_MM + 1e-9);
    }
}
