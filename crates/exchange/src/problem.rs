//! What is wrong with a file that was sent, and where: [`Problem`] for a cell or row, [`ImportError`] for the whole
//! file. What does not belong here: deciding what a problem means for storing (`app`).

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// How much a [`Problem`] weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The row cannot be taken; an import is all or nothing, so the file waits until this is mended.
    Error,
    /// The row can be taken, but a person should look at it.
    Warning,
    /// Said so that nothing happens silently, as in "the total row was left out".
    Note,
}

/// One thing wrong at one spot of a sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// How much it weighs.
    pub level: Level,
    /// Name of the sheet.
    pub sheet: String,
    /// Row as Excel shows it, from 1; 0 when the whole sheet is meant.
    pub row: u32,
    /// Column letter and header as in `C 场所名称`; empty when the whole row is meant.
    pub column: String,
    /// What stands in the cell, shortened.
    pub value: String,
    /// Stable dotted code.
    pub code: Cow<'static, str>,
    /// One Chinese sentence: what is wrong and what to do.
    pub message: String,
}

/// The rows left out because of some problems: neither of a whole sheet, nor of a cell beyond what is read.
pub fn bad_rows(problems: &[Problem]) -> BTreeSet<u32> {
    let wrong = problems.iter().filter(|p| p.level == Level::Error && p.row > 0);
    wrong.filter(|p| !p.code.starts_with("sheet.")).map(|p| p.row).collect()
}

impl Problem {
    /// A problem of a whole row, or of the whole sheet when `row` is 0.
    pub fn of_row(
        level: Level,
        sheet: &str,
        row: u32,
        code: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            level,
            sheet: sheet.to_owned(),
            row,
            column: String::new(),
            value: String::new(),
            code: Cow::Borrowed(code),
            message: message.into(),
        }
    }

    /// The same problem pinned to a column and the value found there (cut at 60 characters).
    pub fn at(mut self, column: impl Into<String>, value: &str) -> Self {
        self.column = column.into();
        self.value = value.chars().take(60).collect();
        self
    }
}

/// Whether any of these keeps the file from being imported.
pub fn blocks_import(problems: &[Problem]) -> bool {
    problems.iter().any(|problem| problem.level == Level::Error)
}

/// Why a whole file was turned away.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ImportError {
    /// Nothing in it.
    #[error("文件是空的，请重新选择文件")]
    Empty,
    /// More bytes than allowed.
    #[error("文件有 {megabytes} MB，超过 {limit} MB 的上限，请删去图片或分成几个文件再导入")]
    FileTooLarge {
        /// Size of the file in whole MB, rounded up.
        megabytes: u64,
        /// The limit in MB.
        limit: u64,
    },
    /// A bomb, a far too big sheet, or a parse that ran out of time or memory.
    #[error("文件内容过大或结构异常，已停止读取；请另存为新的 .xlsx，只保留要导入的表格后再试")]
    FileTooComplex,
    /// The bytes are of another kind of file.
    #[error(
        "这是{found}，不能导入；只接受 .xlsx、.xls、.ods、.csv、.geojson、.kml 和 .gpkg，请另存为其中一种后再试"
    )]
    WrongType {
        /// What the content looks like, in Chinese.
        found: String,
    },
    /// Coordinates in a system that is not taken.
    #[error(
        "图层“{layer}”{system}，只接受 EPSG:4326 或 EPSG:4490 的经纬度；请在 QGIS 中另存为 EPSG:4326 后再导入"
    )]
    WrongCrs {
        /// The layer.
        layer: String,
        /// What the file says of its system, in Chinese.
        system: String,
    },
    /// The workbook is protected by a password.
    #[error("文件设有打开密码，请在 Excel 或 WPS 中取消密码、保存后再导入")]
    Encrypted,
    /// The right kind of file, but broken.
    #[error("文件已损坏或不完整，请用做出它的软件（表格用 Excel 或 WPS）打开、另存一份后再导入")]
    Unreadable,
    /// The sheet asked for is not there.
    #[error("找不到名为“{name}”的工作表，文件里有：{present}")]
    SheetMissing {
        /// The name asked for.
        name: String,
        /// Names that are there, joined.
        present: String,
    },
    /// No row looks like the header of this ledger.
    #[error("没有找到表头：至少要有“{required}”一列，请对照模板检查，或手工指定表头对应关系")]
    NoHeader {
        /// Headers of the required columns, joined.
        required: String,
    },
    /// A kept mapping was made for other headers.
    #[error("保存的表头对应关系与这份表格的表头不一致，请重新确认对应关系")]
    MappingMismatch,
    /// No such kind of ledger.
    #[error("不认识的导入种类“{name}”")]
    UnknownKind {
        /// What was asked for.
        name: String,
    },
    /// A notice that is neither text nor `.docx`.
    #[error("这是{found}，不是可以读取的方案文件；请用 Word 或 WPS 另存为 .docx，或另存为纯文本 .txt 后再试")]
    NotANotice {
        /// What the content looks like, in Chinese.
        found: String,
    },
    /// A file called `.docx` that holds something else.
    #[error("文件名是 .docx，内容却不是 Word 文档；请用 Word 或 WPS 重新另存为 .docx 后再试")]
    NotDocx,
    /// Text of which some could not be decoded.
    #[error("有些文字无法识别，请用记事本另存为 UTF-8 编码的 .txt 后再试")]
    NoticeEncoding,
    /// The parser process could not be started or talked to.
    #[error("暂时无法读取文件，请稍后重试；若一再出现，请联系管理员")]
    SandboxUnavailable,
}

impl ImportError {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "import.file_empty",
            Self::FileTooLarge { .. } => "import.file_too_large",
            Self::FileTooComplex => "import.file_too_complex",
            Self::WrongType { .. } => "import.wrong_type",
            Self::WrongCrs { .. } => "import.wrong_crs",
            Self::Encrypted => "import.encrypted",
            Self::Unreadable => "import.unreadable",
            Self::SheetMissing { .. } => "import.sheet_missing",
            Self::NoHeader { .. } => "import.no_header",
            Self::MappingMismatch => "import.mapping_mismatch",
            Self::UnknownKind { .. } => "import.unknown_kind",
            Self::NotANotice { .. } => "notice.wrong_type",
            Self::NotDocx => "notice.not_docx",
            Self::NoticeEncoding => "notice.encoding",
            Self::SandboxUnavailable => "import.sandbox_unavailable",
        }
    }
}
