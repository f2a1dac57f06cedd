//! A template as an empty form, to be filled in by hand on site: lines where values will stand, no number, no seal, no date,
//! and a mark that says what it is. What does not belong here: filling (`fill`), drawing (`render`).

use super::{FieldType, PieceKind, Template};
use crate::document::{Block, Choice, Column, Document, Labelled, Signature};
use crate::time::Date;

/// What stands on every sheet of a blank.
const STAMP: &str = "空白表样 现场填写后录入系统";
/// Where a value will stand within a sentence.
const LINE: &str = "__________";
/// Empty rows of a table.
const ROWS: usize = 6;
/// Empty lines of a list.
const LINES: usize = 4;

impl Template {
    /// The empty form; `day` is the day of the file only, nothing of it is printed.
    pub fn empty(&self, issuer: &str, day: Date) -> Document {
        Document {
            nature: self.nature,
            blocks: self.body.iter().flat_map(|piece| self.open(&piece.kind)).collect(),
            stamp: Some(STAMP.to_owned()),
            ..Document::new(self.layout, issuer, &self.lined(&self.title), day)
        }
    }

    /// A text with lines to write on in place of its fields.
    fn lined(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            out.push_str(LINE);
            rest = after.split_once('}').map_or("", |(_, rest)| rest);
        }
        out + rest
    }

    fn label(&self, key: &str) -> String {
        self.field(key).map(|field| field.zh.clone()).unwrap_or_default()
    }

    fn open(&self, piece: &PieceKind) -> Vec<Block> {
        let checks = |key: &str| {
            let options = match self.field(key).map(|field| &field.kind) {
                Some(FieldType::Choice { options } | FieldType::Choices { options }) => options.clone(),
                _ => vec!["是".to_owned(), "否".to_owned()],
            };
            let options = options.into_iter().map(|text| Choice { text, ticked: false }).collect();
            Block::Checks { label: self.label(key), options }
        };
        match piece {
            PieceKind::Heading { level, text } => {
                vec![Block::Heading { level: *level, text: self.lined(text) }]
            }
            PieceKind::Text { text } => vec![Block::Paragraph { text: self.lined(text) }],
            PieceKind::List { .. } => {
                let lines = (1..=LINES).map(|n| format!("{n}. {}", LINE.repeat(3)));
                vec![Block::Paragraph { text: lines.collect::<Vec<_>>().join("\n") }]
            }
            PieceKind::Table { field } => {
                let Some(FieldType::Rows { columns }) = self.field(field).map(|field| &field.kind) else {
                    return Vec::new();
                };
                let heads = columns.iter().map(|one| Column { title: one.zh.clone(), share: one.share });
                vec![Block::Table {
                    columns: heads.collect(),
                    rows: vec![vec![String::new(); columns.len()]; ROWS],
                }]
            }
            PieceKind::Grid { rows } => {
                let cell = |key: &String| Labelled { label: self.label(key), value: String::new() };
                vec![Block::Fields {
                    rows: rows.iter().map(|keys| keys.iter().map(cell).collect()).collect(),
                }]
            }
            PieceKind::Checks { field } => vec![checks(field)],
            PieceKind::Signatures { places } => {
                let place =
                    |label: &str| Signature { label: self.lined(label), name: String::new(), on: None };
                vec![Block::Signatures { places: places.iter().map(|one| place(&one.label)).collect() }]
            }
            // Pictures are taken on site, and nothing leads anywhere yet.
            PieceKind::Photos { .. } | PieceKind::Qr { .. } => Vec::new(),
            PieceKind::PageBreak => vec![Block::PageBreak],
        }
    }
}
