//! What can be wrong with a document when it is drawn: refusals, and what is only worth saying.

use domain::document::DocumentRefusal;

/// Why nothing was drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The document itself may not be printed.
    #[error(transparent)]
    Document(#[from] DocumentRefusal),
    /// No font with Chinese is installed.
    #[error("没有安装中文字体，无法排印，请安装 fonts-noto-cjk 或把字体文件放进字体目录后重新启动")]
    NoFont,
    /// No installed font has this character.
    #[error("没有一种已安装的字体含有“{c}”（U+{code:04X}），请安装含有这个字的字体，或改用别的字")]
    NoGlyph {
        /// The character.
        c: char,
        /// Its code point.
        code: u32,
    },
    /// A photo was named but not handed over.
    #[error("文书要用的照片“{name}”没有取到，请重新上传照片或从文书中删去")]
    PictureMissing {
        /// Its name.
        name: String,
    },
    /// A photo is no JPEG, PNG or WebP.
    #[error("照片“{name}”无法读取，请换成 JPEG 或 PNG 格式的照片")]
    PictureUnreadable {
        /// Its name.
        name: String,
    },
    /// More than a QR code can hold.
    #[error("二维码内容有 {bytes} 字节，放不下，请改用短一些的网址")]
    QrTooLong {
        /// Its length.
        bytes: usize,
    },
    /// The typesetter failed; a mistake of the program.
    #[error("排版没有完成，请把这份文书的内容和下面的信息交给维护人员（{detail}）")]
    Typesetting {
        /// What it said.
        detail: String,
    },
}

impl Refusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Document(refusal) => refusal.code(),
            Self::NoFont => "render.no_font",
            Self::NoGlyph { .. } => "render.no_glyph",
            Self::PictureMissing { .. } => "render.picture_missing",
            Self::PictureUnreadable { .. } => "render.picture_unreadable",
            Self::QrTooLong { .. } => "render.qr_too_long",
            Self::Typesetting { .. } => "render.typesetting",
        }
    }
}

/// Something a person should know about a paper that was drawn all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Stable dotted code.
    pub code: &'static str,
    /// One Chinese sentence: what is so and what to do.
    pub message: String,
}
