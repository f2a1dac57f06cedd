//! Documents to draw, and a ruler to lay on what was drawn: pages as pictures of ten dots a millimetre.
#![allow(dead_code, reason = "not every part of the suite needs everything")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a helper of tests tells by panicking"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, Mutex, PoisonError};

use domain::document::{Block, Closing, Document, Layout, Printed};
use domain::time::{Date, parse_date};
use image::RgbImage;
use render::{Drawn, Fonts, Pictures, pdf};

/// Dots in a millimetre of a [`Page`].
pub const DOTS: f64 = 10.0;

/// The fonts of this machine, read once.
pub static FONTS: LazyLock<Fonts> = LazyLock::new(|| Fonts::read(&Fonts::FOLDERS.map(PathBuf::from)));

pub fn day(text: &str) -> Date {
    parse_date(text).expect("a date")
}

pub fn said(text: &str) -> Block {
    Block::Paragraph { text: text.to_owned() }
}

pub fn heading(level: u8, text: &str) -> Block {
    Block::Heading { level, text: text.to_owned() }
}

/// A circular with its head, body, signature and foot on one page.
pub fn circular() -> Document {
    Document {
        number: Some("青峰府发〔2026〕16号".into()),
        recipients: vec!["各村民委员会".into(), "镇属各部门".into()],
        blocks: vec![
            said("决定在全镇开展消防安全专项检查，通知如下。"),
            heading(1, "检查范围"),
            said("全镇列管场所，共220家。"),
        ],
        closing: Some(Closing { by: vec!["青峰镇人民政府".into()], sealed: true }),
        copies_to: vec!["区消防救援局".into()],
        printed: Some(Printed { by: "青峰镇党政办公室".into(), on: day("2025-03-05") }),
        ..Document::new(
            Layout::Circular,
            "青峰镇人民政府",
            "青峰镇人民政府关于开展2026年冬春火灾防控和消防安全专项检查的通知",
            day("2025-03-05"),
        )
    }
}

pub fn draw(document: &Document) -> Drawn {
    pdf(document, &Pictures::new(), &FONTS).unwrap_or_else(|refusal| panic!("{refusal}"))
}

/// Runs a program that reads PDFs or documents. Without it the test cannot say anything: it says so, and where nothing
/// may be left out (`CI` set while building) it fails.
pub fn tool(program: &str, arguments: &[&str]) -> Option<Vec<u8>> {
    match Command::new(program).args(arguments).output() {
        Ok(done) => {
            assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
            Some(done.stdout)
        }
        Err(error) => {
            assert!(option_env!("CI").is_none(), "{program}: {error}; cargo xtask test installs it");
            println!("NOT RUN: {program} is not installed");
            None
        }
    }
}

/// A PDF in a folder of its own, which goes with it.
pub struct Paper {
    folder: tempfile::TempDir,
    pub path: PathBuf,
}

impl Paper {
    pub fn keep(bytes: &[u8], name: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        Self { folder, path }
    }

    pub fn of(document: &Document) -> Self {
        Self::keep(&draw(document).bytes, "paper.pdf")
    }

    /// The document as LibreOffice prints it.
    pub fn through_office(document: &Document, pictures: &Pictures) -> Option<Self> {
        let bytes = render::docx(document, pictures).unwrap_or_else(|refusal| panic!("{refusal}"));
        let written = Self::keep(&bytes, "paper.docx");
        let folder = written.folder.path();
        // One at a time, and a profile of its own: several offices that start at once wait for each other, or one breaks.
        static ALONE: Mutex<()> = Mutex::new(());
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let profile = format!("-env:UserInstallation=file://{}/profile", folder.display());
        let text = |path: &Path| path.display().to_string();
        let (out, file) = (text(folder), text(&written.path));
        tool("soffice", &[&profile, "--headless", "--convert-to", "pdf", "--outdir", &out, &file])?;
        let path = folder.join("paper.pdf");
        assert!(path.exists(), "LibreOffice did not open the document");
        Some(Self { folder: written.folder, path })
    }

    /// Its words, line by line as they stand; pages end in a form feed.
    pub fn text(&self) -> Option<String> {
        let text = tool("pdftotext", &["-layout", "-nopgbrk", &self.path.display().to_string(), "-"])?;
        Some(String::from_utf8(text).expect("text"))
    }

    /// A page, from 1.
    pub fn page(&self, number: u32) -> Option<Page> {
        let (stem, n) = (self.folder.path().join(format!("page{number}")), number.to_string());
        let (path, out) = (self.path.display().to_string(), stem.display().to_string());
        let at = (DOTS * 25.4).to_string();
        tool("pdftoppm", &["-r", &at, "-f", &n, "-l", &n, "-singlefile", "-png", &path, &out])?;
        Some(Page(image::open(stem.with_extension("png")).expect("a picture").to_rgb8()))
    }
}

/// A page as a picture; lengths in millimetres from the upper left corner.
pub struct Page(pub RgbImage);

/// Which ink is looked for.
#[derive(Clone, Copy, PartialEq)]
pub enum Ink {
    Red,
    Black,
}

/// Where ink was found.
#[derive(Debug, Clone, Copy)]
pub struct Found {
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
}

impl Page {
    pub fn size(&self) -> (f64, f64) {
        (f64::from(self.0.width()) / DOTS, f64::from(self.0.height()) / DOTS)
    }

    fn inked(&self, ink: Ink, x: u32, y: u32) -> bool {
        let [red, green, blue] = self.0.get_pixel(x, y).0;
        match ink {
            Ink::Red => red > 150 && green < 120 && blue < 120,
            Ink::Black => red < 120 && green < 120 && blue < 120,
        }
    }

    /// The box around all ink within a part of the page.
    pub fn ink(&self, ink: Ink, x: (f64, f64), y: (f64, f64)) -> Option<Found> {
        let dots = |(from, to): (f64, f64), most: u32| {
            ((from * DOTS) as u32).min(most)..((to * DOTS) as u32).min(most)
        };
        let mut found: Option<(u32, u32, u32, u32)> = None;
        for row in dots(y, self.0.height()) {
            for column in dots(x, self.0.width()) {
                if self.inked(ink, column, row) {
                    let (left, right, top, _) = found.unwrap_or((column, column, row, row));
                    found = Some((left.min(column), right.max(column), top, row));
                }
            }
        }
        let mm = |dot: u32| f64::from(dot) / DOTS;
        found.map(|(left, right, top, bottom)| Found {
            left: mm(left),
            right: mm(right + 1),
            top: mm(top),
            bottom: mm(bottom + 1),
        })
    }

    /// Rows of ink that run without a gap over at least so many millimetres: rules, each with its thickness.
    pub fn rules(&self, ink: Ink, at_least: f64) -> Vec<Found> {
        let mut rules: Vec<Found> = Vec::new();
        for row in 0..self.0.height() {
            let (mut start, mut best) = (None, (0, 0));
            for column in 0..=self.0.width() {
                if column < self.0.width() && self.inked(ink, column, row) {
                    start.get_or_insert(column);
                } else if let Some(from) = start.take()
                    && column - from > best.1 - best.0
                {
                    best = (from, column);
                }
            }
            if f64::from(best.1 - best.0) < at_least * DOTS {
                continue;
            }
            let (left, right) = (f64::from(best.0) / DOTS, f64::from(best.1) / DOTS);
            let (top, bottom) = (f64::from(row) / DOTS, f64::from(row + 1) / DOTS);
            match rules.last_mut().filter(|rule| (rule.bottom - top).abs() < 0.05) {
                Some(rule) => rule.bottom = bottom,
                None => rules.push(Found { left, right, top, bottom }),
            }
        }
        rules
    }

    /// Bands of ink, one for each line of text, between two heights.
    pub fn bands(&self, x: (f64, f64), y: (f64, f64)) -> Vec<(f64, f64)> {
        let mut bands: Vec<(f64, f64)> = Vec::new();
        let mut row = y.0;
        while row < y.1 {
            if self.ink(Ink::Black, x, (row, row + 1.0 / DOTS + 1e-6)).is_some() {
                match bands.last_mut().filter(|band| row - band.1 < 1.0) {
                    Some(band) => band.1 = row,
                    None => bands.push((row, row)),
                }
            }
            row += 1.0 / DOTS;
        }
        bands
    }
}

/// Asserts that a length is what the standard says, to the millimetre.
pub fn within_a_millimetre(what: &str, found: f64, wanted: f64) {
    assert!((found - wanted).abs() <= 1.0, "{what}: {found:.1} mm, the standard says {wanted:.1} mm");
}
