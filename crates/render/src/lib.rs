//! The workshop that draws papers: a document as data in, a print-ready PDF or an editable file out, both from the same
//! fair copy. What does *not* belong here: what is written (`domain::paper`), who may issue it (`app`).

mod copy;
mod docx;
mod fonts;
mod map;
mod measure;
mod pdf;
mod problem;
mod qr;

use std::collections::BTreeMap;

pub use docx::docx;
pub use fonts::{FontLine, Fonts};
pub use measure::{GB9704, LABEL_SHEETS, LabelSheet, Measure, PAGE_HEIGHT_MM, PAGE_WIDTH_MM, PT_PER_MM};
pub use pdf::{Drawn, Label, labels, pdf, pdf_many};
pub use problem::{Problem, Refusal};

/// Photos by the name a document gives them: JPEG, PNG or WebP.
pub type Pictures = BTreeMap<String, Vec<u8>>;
