//! A document as an editable file (Office Open XML), drawn from the same fair copy as the PDF. Page, grid, headings and
//! foot are those of the standard; Word, WPS and LibreOffice open it.
//!
//! Written by hand and in the order of the schema: official paper needs a handful of elements, and each must sit where
//! the standard wants it. Source: ECMA-376 part 1. What does not belong here: what the body looks like (`docx/body.rs`).

mod body;
mod map;
mod parts;

use std::io::Write;

use domain::document::{Document, Layout};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::Pictures;
use crate::copy::copy;
use crate::measure::{GB9704, PAGE_HEIGHT_MM, PAGE_WIDTH_MM};
use crate::problem::Refusal;

/// Writes the editable file.
///
/// Errors: the document may not be printed; a photo that is missing or unreadable.
pub fn docx(document: &Document, pictures: &Pictures) -> Result<Vec<u8>, Refusal> {
    let (copy, enclosed) = copy(document, pictures)?;
    let sheet = Sheet::of(document.layout);
    let drawn = body::draw(&copy, &enclosed, &sheet)?;
    let files = parts::all(&copy, &sheet, &drawn);
    let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    // No time of day: a file of the same words is the same file.
    let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
    let broken = |_| Refusal::Typesetting { detail: "docx".to_owned() };
    for (path, bytes) in files {
        archive.start_file(path, options).map_err(broken)?;
        archive.write_all(&bytes).map_err(|_| Refusal::Typesetting { detail: "docx".to_owned() })?;
    }
    Ok(archive.finish().map_err(broken)?.into_inner())
}

/// Twentieths of a point, in which the format counts.
pub(crate) fn twips(mm: f64) -> i64 {
    (mm * 1440.0 / 25.4).round() as i64
}

/// The sheet of a layout in millimetres, and the size of its body in points.
pub(crate) struct Sheet {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
    pub(crate) left: f64,
    pub(crate) right: f64,
    /// Body in points.
    pub(crate) size: f64,
    /// Line in points.
    pub(crate) line: f64,
    /// Whether it is on the grid of the standard, with its page numbers.
    pub(crate) official: bool,
    /// Side of a QR code in millimetres.
    pub(crate) code: f64,
}

impl Sheet {
    pub(crate) fn of(layout: Layout) -> Self {
        let plain = |width, height, margin, size: f64, code| Self {
            width,
            height,
            top: margin,
            bottom: margin,
            left: margin,
            right: margin,
            size,
            line: size * 1.6,
            official: false,
            code,
        };
        let (long, short) = (PAGE_HEIGHT_MM, PAGE_WIDTH_MM);
        match layout {
            Layout::Circular | Layout::Upward | Layout::Letter | Layout::Minutes => Self {
                width: short,
                height: long,
                top: GB9704.top,
                bottom: GB9704.bottom(),
                left: GB9704.left,
                right: GB9704.right(),
                size: GB9704.body,
                line: GB9704.line_pt(),
                official: true,
                code: 30.0,
            },
            Layout::Form => Self { left: 25.0, right: 20.0, ..plain(short, long, 22.0, 12.0, 28.0) },
            Layout::PlacardA4 => plain(short, long, 18.0, 22.0, 38.0),
            Layout::PlacardA3 => plain(2.0 * short, long, 22.0, 30.0, 50.0),
            Layout::DoorPlate => plain(short, 148.0, 12.0, 14.0, 30.0),
            Layout::Certificate => plain(long, short, 28.0, 20.0, 28.0),
            Layout::Sheet => plain(long, short, 18.0, 11.0, 28.0),
        }
    }

    /// Width between the margins, in millimetres.
    pub(crate) fn room(&self) -> f64 {
        self.width - self.left - self.right
    }
}
