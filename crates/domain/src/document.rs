//! A document as data, ready to be laid out: what stands on the paper, in which layout, and nothing about how it is
//! drawn. What does not belong here: templates and their fields (`paper`), fonts, millimetres and files (`render`).

mod map;
mod title;
mod wording;

use serde::{Deserialize, Serialize};

use crate::time::Date;

pub use map::{Map, Mark, Sign, Spot, spot};
pub use title::title_lines;
pub use wording::{ORDERING_WORD, chinese_date, chinese_number, heading_number, plain};

/// The layouts there are. Source: GB/T 9704-2012 for the first four.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// 公文, red head: to bodies below or beside.
    Circular,
    /// 上行文, red head: number left, who signs right.
    Upward,
    /// 信函格式.
    Letter,
    /// 纪要格式.
    Minutes,
    /// 表单、执法文书、通知书: black, in a layout of its own.
    Form,
    /// 公示牌, A4 upright.
    PlacardA4,
    /// 公示牌, A3 across.
    PlacardA3,
    /// 门牌, A5 across.
    DoorPlate,
    /// 证书, A4 across.
    Certificate,
    /// 台账、表格, A4 across.
    Sheet,
}

impl Layout {
    /// Every layout.
    pub const ALL: [Self; 10] = [
        Self::Circular,
        Self::Upward,
        Self::Letter,
        Self::Minutes,
        Self::Form,
        Self::PlacardA4,
        Self::PlacardA3,
        Self::DoorPlate,
        Self::Certificate,
        Self::Sheet,
    ];

    /// The word in files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Circular => "circular",
            Self::Upward => "upward",
            Self::Letter => "letter",
            Self::Minutes => "minutes",
            Self::Form => "form",
            Self::PlacardA4 => "placard_a4",
            Self::PlacardA3 => "placard_a3",
            Self::DoorPlate => "door_plate",
            Self::Certificate => "certificate",
            Self::Sheet => "sheet",
        }
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Circular => "公文",
            Self::Upward => "上行公文",
            Self::Letter => "信函",
            Self::Minutes => "纪要",
            Self::Form => "表单",
            Self::PlacardA4 => "公示牌（A4）",
            Self::PlacardA3 => "公示牌（A3）",
            Self::DoorPlate => "门牌",
            Self::Certificate => "证书",
            Self::Sheet => "台账",
        }
    }

    /// Whether the sheet carries the red mark of an issuing body. Such paper is for official documents only.
    pub fn red_head(self) -> bool {
        matches!(self, Self::Circular | Self::Upward | Self::Letter | Self::Minutes)
    }

    /// Whether 份号、密级、紧急程度 have a place on it. Source: GB/T 9704-2012 §7.2, §10.1.
    pub fn is_marked(self) -> bool {
        matches!(self, Self::Circular | Self::Upward | Self::Letter)
    }

    /// Whether it may say what comes with it (附件说明).
    pub fn is_with_attachments(self) -> bool {
        !self.placard() && self != Self::Certificate
    }

    /// Whether it is put up on a wall and so may show only what is public.
    pub fn placard(self) -> bool {
        matches!(self, Self::PlacardA4 | Self::PlacardA3 | Self::DoorPlate)
    }
}

/// What a paper does to whom it reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    /// It tells, asks, records or reports.
    #[default]
    Ordinary,
    /// It advises somebody to mend something: it may not order, and so not say 责令.
    Advice,
    /// It is an act of enforcement: its own form, never a red head.
    Enforcement,
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// How it is laid out.
    pub layout: Layout,
    /// What it does.
    pub nature: Nature,
    /// Its title; a line break in it is kept where it stands.
    pub title: String,
    /// 成文日期; also the date of the file.
    pub dated: Date,
    /// Its number as written, `青峰府发〔2026〕3号`; none before approval.
    pub number: Option<String>,
    /// Who issues it. On a red head `文件` is put behind it, in minutes and letters nothing.
    pub issuer: String,
    /// Who signs an upward document (签发人).
    pub signer: Option<String>,
    /// 份号, 密级, 紧急程度, each a line at the upper left.
    pub marks: Vec<String>,
    /// 主送机关.
    pub recipients: Vec<String>,
    /// The body.
    pub blocks: Vec<Block>,
    /// Names of attachments (附件说明).
    pub attachments: Vec<String>,
    /// Who signs below, and the date.
    pub closing: Option<Closing>,
    /// 附注, without its brackets.
    pub note: Option<String>,
    /// 抄送机关.
    pub copies_to: Vec<String>,
    /// 印发机关 and 印发日期.
    pub printed: Option<Printed>,
    /// What a small line at the foot of every sheet says beyond all this: that everything on it is invented.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub foot: Option<String>,
    /// What stands at the head of every sheet in red, for it must not be taken for a paper in force: 作废 with its day, or
    /// that it is an empty form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<String>,
}

/// One piece of the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "block", rename_all = "snake_case")]
pub enum Block {
    /// A heading; its number (一、（一）1.（1）) is counted, not written.
    Heading {
        /// 1 to 4.
        level: u8,
        /// Without number.
        text: String,
    },
    /// A paragraph; each line break begins another.
    Paragraph {
        /// Its text.
        text: String,
    },
    /// A table with a header row, repeated on every page.
    Table {
        /// Header cells with their shares of the width.
        columns: Vec<Column>,
        /// Rows, each with as many cells as there are columns.
        rows: Vec<Vec<String>>,
    },
    /// The grid of a form: each row holds label and value once or twice.
    Fields {
        /// Rows.
        rows: Vec<Vec<Labelled>>,
    },
    /// Tick boxes.
    Checks {
        /// What is asked.
        label: String,
        /// Each choice and whether it is ticked.
        options: Vec<Choice>,
    },
    /// Photos, two a row.
    Photos {
        /// Which, by the name under which the bytes are handed over.
        photos: Vec<PhotoRef>,
    },
    /// Places to sign.
    Signatures {
        /// Side by side, two a row.
        places: Vec<Signature>,
    },
    /// A QR code.
    Qr {
        /// What it says to a phone.
        content: String,
        /// The line below.
        caption: String,
    },
    /// A map, with its legend and scale.
    Map {
        /// What lies on it.
        map: Map,
    },
    /// The next block begins a new page.
    PageBreak,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its header.
    pub title: String,
    /// Its share of the width; all shares together are the whole.
    pub share: u16,
}

/// A value of a form and what it is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labelled {
    /// What it is.
    pub label: String,
    /// What is filled in; empty leaves room to write.
    pub value: String,
}

/// A tick box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What it says.
    pub text: String,
    /// Whether it is ticked.
    pub ticked: bool,
}

/// A photo in a document. The bytes (JPEG or PNG) are handed to the printer by this name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoRef {
    /// The name, usually the photo's id.
    pub name: String,
    /// The line below.
    pub caption: String,
}

/// A place to sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// Who signs here: 检查人员（签名）.
    pub label: String,
    /// What is known already: a name, or a refusal to sign with its reason; empty leaves a line.
    pub name: String,
    /// When; none leaves 年 月 日 to write.
    pub on: Option<Date>,
}

/// The end of a document: 发文机关署名 and, below it, 成文日期.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// Who signs: one or several bodies.
    pub by: Vec<String>,
    /// Whether a seal goes over it: the date then stands four characters in from the right.
    pub sealed: bool,
}

/// Who had it printed, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Printed {
    /// 印发机关.
    pub by: String,
    /// 印发日期.
    pub on: Date,
}

/// Why a document cannot be printed as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentRefusal {
    /// An act of enforcement on official paper.
    #[error("执法文书不能套用{layout}格式的红头纸，请改用表单格式")]
    EnforcementOnRedHead {
        /// The layout chosen.
        layout: &'static str,
    },
    /// Advice that orders.
    #[error(
        "督促类文书不能出现“责令”，责令须由有权限的执法人员使用责令文书，请改用“建议”“请”等用语（在“{at}”中）"
    )]
    AdviceOrders {
        /// The words around.
        at: String,
    },
    /// Nothing in the title.
    #[error("文书没有标题，请填写标题")]
    NoTitle,
    /// A heading below the fourth level or above the first.
    #[error("标题“{text}”的层次是 {level}，只能用 1 至 4 级，请改正")]
    HeadingLevel {
        /// The heading.
        text: String,
        /// What was asked for.
        level: u8,
    },
    /// A row with too few or too many cells.
    #[error("表格第 {row} 行有 {cells} 格，表头有 {columns} 列，请使两者相同")]
    TableRow {
        /// From 1.
        row: usize,
        /// Cells in it.
        cells: usize,
        /// Columns of the table.
        columns: usize,
    },
    /// An upward document nobody signs.
    #[error("上行文没有签发人，请填写签发人")]
    NoSigner,
}

impl DocumentRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::EnforcementOnRedHead { .. } => "document.enforcement_on_red_head",
            Self::AdviceOrders { .. } => "document.advice_orders",
            Self::NoTitle => "document.no_title",
            Self::HeadingLevel { .. } => "document.heading_level",
            Self::TableRow { .. } => "document.table_row",
            Self::NoSigner => "document.no_signer",
        }
    }
}

impl Document {
    /// An empty document of a layout, to be filled with struct update syntax.
    pub fn new(layout: Layout, issuer: &str, title: &str, dated: Date) -> Self {
        Self {
            layout,
            nature: Nature::Ordinary,
            title: title.to_owned(),
            dated,
            number: None,
            issuer: issuer.to_owned(),
            signer: None,
            marks: Vec::new(),
            recipients: Vec::new(),
            blocks: Vec::new(),
            attachments: Vec::new(),
            closing: None,
            note: None,
            copies_to: Vec::new(),
            printed: None,
            foot: None,
            stamp: None,
        }
    }

    /// Whether it may be printed. Every printer asks this first.
    ///
    /// Errors: enforcement on red-head paper, advice that says 责令, no title, a heading of no known level, a ragged
    /// table, an upward document without 签发人.
    pub fn check(&self) -> Result<(), DocumentRefusal> {
        if self.nature == Nature::Enforcement && self.layout.red_head() {
            return Err(DocumentRefusal::EnforcementOnRedHead { layout: self.layout.name() });
        }
        if self.title.trim().is_empty() {
            return Err(DocumentRefusal::NoTitle);
        }
        if self.layout == Layout::Upward && self.signer.as_deref().unwrap_or_default().trim().is_empty() {
            return Err(DocumentRefusal::NoSigner);
        }
        if self.nature == Nature::Advice
            && let Some(text) = self.texts().into_iter().map(plain).find(|text| text.contains(ORDERING_WORD))
        {
            return Err(DocumentRefusal::AdviceOrders { at: wording::around(&text, ORDERING_WORD) });
        }
        for block in &self.blocks {
            match block {
                Block::Heading { level, text } if !(1..=4).contains(level) => {
                    return Err(DocumentRefusal::HeadingLevel { text: text.clone(), level: *level });
                }
                Block::Table { columns, rows } => {
                    if let Some((at, row)) =
                        rows.iter().enumerate().find(|(_, row)| row.len() != columns.len())
                    {
                        let (cells, columns) = (row.len(), columns.len());
                        return Err(DocumentRefusal::TableRow { row: at + 1, cells, columns });
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Every text that will be printed, in no particular order; what a QR code says is not among them.
    pub fn texts(&self) -> Vec<&str> {
        let mut texts: Vec<&str> = vec![&self.title, &self.issuer];
        texts.extend(
            [&self.number, &self.signer, &self.note, &self.stamp].into_iter().flatten().map(String::as_str),
        );
        for list in [&self.marks, &self.recipients, &self.attachments, &self.copies_to] {
            texts.extend(list.iter().map(String::as_str));
        }
        texts.extend(self.closing.iter().flat_map(|closing| &closing.by).map(String::as_str));
        texts.extend(self.printed.iter().map(|printed| printed.by.as_str()));
        for block in &self.blocks {
            match block {
                Block::Heading { text, .. } | Block::Paragraph { text } => texts.push(text),
                Block::Table { columns, rows } => {
                    texts.extend(columns.iter().map(|column| column.title.as_str()));
                    texts.extend(rows.iter().flatten().map(String::as_str));
                }
                Block::Fields { rows } => {
                    texts.extend(rows.iter().flatten().flat_map(|field| [&*field.label, &*field.value]));
                }
                Block::Checks { label, options } => {
                    texts.push(label);
                    texts.extend(options.iter().map(|option| option.text.as_str()));
                }
                Block::Photos { photos } => texts.extend(photos.iter().map(|photo| photo.caption.as_str())),
                Block::Signatures { places } => {
                    texts.extend(places.iter().flat_map(|place| [&*place.label, &*place.name]));
                }
                Block::Qr { caption, .. } => texts.push(caption),
                Block::Map { map } => texts.push(&map.caption),
                Block::PageBreak => {}
            }
        }
        texts
    }

    /// The body with its headings numbered: `None` for a block that is no heading.
    pub fn numbers(&self) -> Vec<Option<String>> {
        let mut counted = [0_u32; 4];
        let number = |block: &Block, counted: &mut [u32; 4]| {
            let Block::Heading { level, .. } = block else { return None };
            let at = usize::from(*level).checked_sub(1)?;
            let own = counted.get_mut(at)?;
            *own += 1;
            let own = *own;
            counted.iter_mut().skip(at + 1).for_each(|below| *below = 0);
            Some(heading_number(*level, own))
        };
        self.blocks.iter().map(|block| number(block, &mut counted)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_date;

    fn circular() -> Document {
        let dated = parse_date("2025-03-05").expect("valid");
        Document {
            recipients: vec!["各村民委员会".to_owned()],
            closing: Some(Closing { by: vec!["青峰镇人民政府".to_owned()], sealed: true }),
            ..Document::new(Layout::Circular, "青峰镇人民政府", "关于开展消防安全检查的通知", dated)
        }
    }

    fn heading(level: u8) -> Block {
        Block::Heading { level, text: "总体要求".to_owned() }
    }

    #[test]
    fn an_act_of_enforcement_is_refused_on_every_red_head_and_printed_on_none() {
        for layout in Layout::ALL {
            let paper =
                Document { layout, nature: Nature::Enforcement, signer: Some("张".into()), ..circular() };
            let refused = paper.check().err().map(|refusal| refusal.code());
            assert_eq!(
                refused,
                layout.red_head().then_some("document.enforcement_on_red_head"),
                "{layout:?}"
            );
        }
    }

    #[test]
    fn advice_that_orders_is_refused_with_the_words_around_and_an_order_may_say_it() {
        let said = Block::Paragraph { text: "现责令你单位立即整改".to_owned() };
        let advice =
            Document { layout: Layout::Form, nature: Nature::Advice, blocks: vec![said], ..circular() };
        let refusal = advice.check().expect_err("refused");
        assert!(refusal.to_string().contains("现责令你单位"), "{refusal}");
        assert_eq!(Document { nature: Nature::Enforcement, ..advice }.check(), Ok(()));
    }

    #[test]
    fn what_is_wrong_with_a_document_is_said() {
        let ragged = Block::Table {
            columns: vec![Column { title: "村".into(), share: 1 }],
            rows: vec![vec!["甲".into()], vec!["乙".into(), "丙".into()]],
        };
        for (paper, code) in [
            (Document { title: " ".into(), ..circular() }, "document.no_title"),
            (Document { layout: Layout::Upward, ..circular() }, "document.no_signer"),
            (Document { blocks: vec![heading(5)], ..circular() }, "document.heading_level"),
            (Document { blocks: vec![heading(0)], ..circular() }, "document.heading_level"),
            (Document { blocks: vec![ragged], ..circular() }, "document.table_row"),
        ] {
            assert_eq!(paper.check().expect_err(code).code(), code);
        }
        assert_eq!(circular().check(), Ok(()));
    }

    #[test]
    fn headings_are_counted_anew_below_a_higher_one() {
        let levels = [1, 2, 2, 3, 4, 4, 1, 2];
        let paper = Document { blocks: levels.map(heading).into(), ..circular() };
        let numbers: Vec<_> = paper.numbers().into_iter().flatten().collect();
        assert_eq!(numbers, ["一、", "（一）", "（二）", "1.", "（1）", "（2）", "二、", "（一）"]);
    }

    #[test]
    fn a_layout_has_one_word_and_only_documents_have_red_heads() {
        let codes: std::collections::BTreeSet<_> = Layout::ALL.iter().map(|layout| layout.code()).collect();
        assert_eq!(codes.len(), Layout::ALL.len());
        let red = Layout::ALL.iter().filter(|layout| layout.red_head()).count();
        assert_eq!((red, Layout::ALL.iter().filter(|layout| layout.placard()).count()), (4, 3));
    }
}
