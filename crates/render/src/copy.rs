//! The fair copy of a document: every word as it will stand on the paper, with its punctuation and numbers. The PDF and
//! the editable file are both drawn from it, so they cannot say different things.

use std::collections::BTreeMap;

use domain::document::{Block, Choice, Document, Labelled, Layout, chinese_date, title_lines};
use serde::Serialize;

use crate::Pictures;
use crate::docx::Sheet;
use crate::map::Drawing;
use crate::measure::GB9704;
use crate::problem::Refusal;
use crate::qr::Qr;

/// A document, word for word.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Copy {
    pub(crate) layout: &'static str,
    pub(crate) red_head: bool,
    /// The mark of the issuing body, or the body's name.
    pub(crate) head: String,
    /// Size of the mark in points.
    pub(crate) head_pt: f64,
    pub(crate) number: String,
    pub(crate) signer: String,
    pub(crate) marks: Vec<String>,
    pub(crate) title: Vec<String>,
    /// With its colon.
    pub(crate) recipients: String,
    pub(crate) blocks: Vec<Piece>,
    /// With `附件：` and numbers taken apart: the label, then each line.
    pub(crate) attachments: Vec<String>,
    pub(crate) closing: Option<Closing>,
    /// In its brackets.
    pub(crate) note: String,
    pub(crate) copies_to: String,
    pub(crate) printed: Option<(String, String)>,
    /// Small, at the foot of every sheet.
    pub(crate) foot: String,
    /// In red at the head of every sheet.
    pub(crate) stamp: String,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Closing {
    pub(crate) by: Vec<String>,
    pub(crate) on: String,
    pub(crate) sealed: bool,
}

#[derive(Debug, Clone, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(crate) enum Piece {
    Heading { level: u8, text: String },
    Paragraph { text: String },
    Table { titles: Vec<String>, shares: Vec<u16>, rows: Vec<Vec<String>> },
    Fields { rows: Vec<Vec<(String, String)>> },
    Checks { label: String, options: Vec<(String, bool)> },
    Photos { photos: Vec<(String, String)> },
    Signatures { places: Vec<(String, String, String)> },
    Qr { file: String, caption: String },
    Map { drawing: Drawing, caption: String },
    PageBreak,
}

/// Files a copy refers to, by path: QR codes and photos.
#[derive(Default)]
pub(crate) struct Enclosed<'a> {
    pub(crate) codes: BTreeMap<String, Qr>,
    pub(crate) photos: BTreeMap<String, &'a [u8]>,
}

/// The copy and what is enclosed.
///
/// Errors: the document may not be printed; a photo is missing; a QR code says too much.
pub(crate) fn copy<'a>(document: &Document, pictures: &'a Pictures) -> Result<(Copy, Enclosed<'a>), Refusal> {
    document.check()?;
    let mut enclosed = Enclosed::default();
    let mut blocks = Vec::new();
    for (block, number) in document.blocks.iter().zip(document.numbers()) {
        // A map is as wide as the lines.
        if let Block::Map { map } = block {
            let drawing = Drawing::of(map, Sheet::of(document.layout).room());
            blocks.push(Piece::Map { drawing, caption: clean(&map.caption) });
            continue;
        }
        enclose(block, &number.unwrap_or_default(), pictures, &mut enclosed, &mut blocks)?;
    }
    let head = match document.layout {
        Layout::Circular | Layout::Upward => format!("{}文件", clean(&document.issuer)),
        // Source: GB/T 9704-2012 §10.3: the mark of minutes says that they are.
        Layout::Minutes if !document.issuer.trim().ends_with("纪要") => {
            format!("{}会议纪要", clean(&document.issuer))
        }
        _ => clean(&document.issuer),
    };
    let text = |text: &Option<String>| text.as_deref().map(clean).unwrap_or_default();
    let many = |list: &[String]| list.iter().map(|text| clean(text)).collect::<Vec<_>>();
    let ended = |list: &[String], end: &str| {
        if list.is_empty() { String::new() } else { format!("{}{end}", many(list).join("，")) }
    };
    let copy = Copy {
        layout: document.layout.code(),
        red_head: document.layout.red_head(),
        head_pt: GB9704.head_pt(head.chars().count()),
        head,
        number: text(&document.number),
        signer: text(&document.signer),
        marks: many(&document.marks),
        title: title_lines(&clean(&document.title), &clean(&document.issuer), GB9704.title_chars()),
        recipients: ended(&document.recipients, "："),
        blocks,
        attachments: many(&document.attachments),
        closing: document.closing.as_ref().map(|closing| Closing {
            by: many(&closing.by),
            on: chinese_date(document.dated),
            sealed: closing.sealed,
        }),
        note: document.note.as_deref().map(|note| format!("（{}）", clean(note))).unwrap_or_default(),
        copies_to: ended(&document.copies_to, "。"),
        printed: document
            .printed
            .as_ref()
            .map(|printed| (clean(&printed.by), format!("{}印发", chinese_date(printed.on)))),
        foot: text(&document.foot),
        stamp: text(&document.stamp),
    };
    Ok((copy, enclosed))
}

fn enclose<'a>(
    block: &Block,
    number: &str,
    pictures: &'a Pictures,
    enclosed: &mut Enclosed<'a>,
    pieces: &mut Vec<Piece>,
) -> Result<(), Refusal> {
    match block {
        Block::Heading { level, text } => {
            pieces.push(Piece::Heading { level: *level, text: format!("{number}{}", clean(text)) });
        }
        Block::Paragraph { text } => {
            let lines = text.lines().map(clean).filter(|line| !line.is_empty());
            pieces.extend(lines.map(|text| Piece::Paragraph { text }));
        }
        Block::Table { columns, rows } => pieces.push(Piece::Table {
            titles: columns.iter().map(|column| clean(&column.title)).collect(),
            shares: columns.iter().map(|column| column.share.max(1)).collect(),
            rows: rows.iter().map(|row| row.iter().map(|cell| cell_text(cell)).collect()).collect(),
        }),
        Block::Fields { rows } => {
            let pair = |field: &Labelled| (clean(&field.label), cell_text(&field.value));
            pieces.push(Piece::Fields {
                rows: rows.iter().map(|row| row.iter().map(pair).collect()).collect(),
            });
        }
        Block::Checks { label, options } => {
            let option = |choice: &Choice| (clean(&choice.text), choice.ticked);
            pieces.push(Piece::Checks { label: clean(label), options: options.iter().map(option).collect() });
        }
        Block::Photos { photos } => {
            let mut shown = Vec::new();
            for photo in photos {
                let missing = || Refusal::PictureMissing { name: photo.name.clone() };
                let bytes = pictures.get(&photo.name).ok_or_else(missing)?;
                let unreadable = || Refusal::PictureUnreadable { name: photo.name.clone() };
                let ending = ending(bytes).ok_or_else(unreadable)?;
                let file = format!("/photo/{}.{ending}", enclosed.photos.len());
                enclosed.photos.insert(file.clone(), bytes);
                shown.push((file, clean(&photo.caption)));
            }
            pieces.push(Piece::Photos { photos: shown });
        }
        Block::Signatures { places } => {
            let on = |date: Option<_>| date.map_or("　　年　　月　　日".to_owned(), chinese_date);
            let places = places.iter().map(|place| (clean(&place.label), clean(&place.name), on(place.on)));
            pieces.push(Piece::Signatures { places: places.collect() });
        }
        Block::Qr { content, caption } => {
            let file = format!("/qr/{}.svg", enclosed.codes.len());
            enclosed.codes.insert(file.clone(), Qr::new(content)?);
            pieces.push(Piece::Qr { file, caption: clean(caption) });
        }
        // Drawn where the sheet is known.
        Block::Map { .. } => {}
        Block::PageBreak => pieces.push(Piece::PageBreak),
    }
    Ok(())
}

/// What kind of picture the bytes are, when they can be read.
fn ending(bytes: &[u8]) -> Option<&'static str> {
    let ending = match image::guess_format(bytes).ok()? {
        image::ImageFormat::Jpeg => "jpg",
        image::ImageFormat::Png => "png",
        image::ImageFormat::WebP => "webp",
        _ => return None,
    };
    size(bytes)?;
    Some(ending)
}

/// Width and height in pixels.
pub(crate) fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    image::ImageReader::new(std::io::Cursor::new(bytes)).with_guessed_format().ok()?.into_dimensions().ok()
}

/// Without what nobody sees: text copied from a chat carries invisible characters.
fn clean(text: &str) -> String {
    cell_text(text).replace('\n', "")
}

/// The same, line breaks kept.
fn cell_text(text: &str) -> String {
    let invisible = |c: char| matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{AD}' | '\r');
    text.chars()
        .filter(|c| !invisible(*c) && (!c.is_control() || matches!(c, '\n' | '\t')))
        .map(|c| if c == '\t' { ' ' } else { c })
        .collect::<String>()
        .trim()
        .to_owned()
}

impl Copy {
    /// Every word of it.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let mut texts = vec![
            &*self.head,
            &self.number,
            &self.signer,
            &self.recipients,
            &self.note,
            &self.copies_to,
            &self.foot,
            &self.stamp,
        ];
        texts.extend(self.marks.iter().chain(&self.title).chain(&self.attachments).map(String::as_str));
        texts.extend(self.closing.iter().flat_map(|closing| &closing.by).map(String::as_str));
        texts.extend(self.printed.iter().map(|(by, _)| by.as_str()));
        for piece in &self.blocks {
            match piece {
                Piece::Heading { text, .. } | Piece::Paragraph { text } => texts.push(text),
                Piece::Table { titles, rows, .. } => {
                    texts.extend(titles.iter().chain(rows.iter().flatten()).map(String::as_str));
                }
                Piece::Fields { rows } => {
                    texts.extend(rows.iter().flatten().flat_map(|(label, value)| [&**label, &**value]));
                }
                Piece::Checks { label, options } => {
                    texts.push(label);
                    texts.extend(options.iter().map(|(text, _)| text.as_str()));
                }
                Piece::Photos { photos } => texts.extend(photos.iter().map(|(_, caption)| caption.as_str())),
                Piece::Signatures { places } => {
                    texts.extend(places.iter().flat_map(|(label, name, _)| [&**label, &**name]));
                }
                Piece::Qr { caption, .. } => texts.push(caption),
                Piece::Map { drawing, caption } => {
                    texts.push(caption);
                    texts.extend(drawing.texts());
                }
                Piece::PageBreak => {}
            }
        }
        texts.into_iter()
    }
}
