//! A document as a print-ready PDF/A-2b, through the typesetter Typst. The one file that knows Typst's interface.
//!
//! What does not belong here: what the layouts look like (`templates/paper.typ`, `templates/labels.typ`).

use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::Datelike;
use domain::document::Document;
use domain::time::Date;
use serde_json::json;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::ecow::EcoVec;
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::Pictures;
use crate::copy::{Enclosed, copy};
use crate::fonts::Fonts;
use crate::measure::{GB9704, LabelSheet};
use crate::problem::{Problem, Refusal};
use crate::qr::Qr;

/// Compilations a cached result outlives. A placard is drawn like the one before it; a day's papers are not.
const CACHE_AGE: usize = 5;

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));
static PAPER: LazyLock<Option<Source>> = LazyLock::new(|| {
    Some(Source::new(file_id("/paper.typ")?, include_str!("../templates/paper.typ").to_owned()))
});
static LABELS: LazyLock<Option<Source>> = LazyLock::new(|| {
    Some(Source::new(file_id("/labels.typ")?, include_str!("../templates/labels.typ").to_owned()))
});

/// A PDF and what is worth knowing about it.
#[derive(Clone)]
pub struct Drawn {
    /// The file.
    pub bytes: Vec<u8>,
    /// How many pages it has.
    pub pages: usize,
    /// What a person should know: a face that something stands in for, a placard of two pages.
    pub problems: Vec<Problem>,
}

impl std::fmt::Debug for Drawn {
    /// Without the file itself, which nobody can read.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Drawn")
            .field("pages", &self.pages)
            .field("problems", &self.problems)
            .finish_non_exhaustive()
    }
}

/// Draws one document.
///
/// Errors: the document may not be printed; a character no font has; a photo that is missing or unreadable.
pub fn pdf(document: &Document, pictures: &Pictures, fonts: &Fonts) -> Result<Drawn, Refusal> {
    pdf_many(std::slice::from_ref(document), pictures, fonts, &mut |_, _| {})
}

/// Draws many documents into one PDF, in their order, and says after each how many are done and how many there are.
///
/// Errors: as [`pdf`]; the first refusal ends it, nothing half-drawn is returned.
pub fn pdf_many(
    documents: &[Document],
    pictures: &Pictures,
    fonts: &Fonts,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Drawn, Refusal> {
    let mut pages = EcoVec::new();
    let mut problems = Vec::new();
    let mut about = None;
    for (at, document) in documents.iter().enumerate() {
        let laid = lay_out(document, pictures, fonts)?;
        if document.layout.placard() && laid.pages().len() > 1 {
            let message =
                format!("“{}”的内容一张放不下，排成了 {} 张，请删减文字", document.title, laid.pages().len());
            problems.push(Problem { code: "render.placard_overflow", message });
        }
        pages.extend(laid.pages().iter().cloned());
        about.get_or_insert_with(|| typst::model::Document::info(&laid).clone());
        progress(at + 1, documents.len());
    }
    problems.extend(fonts.problems());
    let count = pages.len();
    let whole = PagedDocument::new(pages, about.unwrap_or_default());
    let bytes = written(&whole, documents.first().map(|document| document.dated))?;
    Ok(Drawn { bytes, pages: count, problems })
}

/// A label: what its code says, and the words beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// What the code says.
    pub code: String,
    /// The first line.
    pub title: String,
    /// The others.
    pub lines: Vec<String>,
}

/// Draws labels onto sheets of A4, to be cut out; dated, so that drawn again it is the same file.
///
/// Errors: a code that says too much; a character no font has.
pub fn labels(
    labels: &[Label],
    sheet: &LabelSheet,
    (title, dated): (&str, Date),
    fonts: &Fonts,
) -> Result<Drawn, Refusal> {
    let mut enclosed = Enclosed::default();
    let mut shown = Vec::with_capacity(labels.len());
    for (n, label) in labels.iter().enumerate() {
        let file = format!("/label-{n}.svg");
        enclosed.codes.insert(file.clone(), Qr::new(&label.code)?);
        shown.push(json!({ "file": file, "title": label.title, "lines": label.lines }));
    }
    let words = labels.iter().flat_map(|one| std::iter::once(&one.title).chain(&one.lines));
    let families = fonts.families(words.map(String::as_str).chain([title]))?;
    let (margin_x, margin_y) = sheet.margins();
    let mut measured = json!(sheet);
    measured["margin_x"] = json!(margin_x);
    measured["margin_y"] = json!(margin_y);
    let data = json!({ "labels": shown, "sheet": measured, "fonts": families, "title": title });
    let laid = compiled(&LABELS, data.to_string(), &enclosed, fonts)?;
    Ok(Drawn { bytes: written(&laid, Some(dated))?, pages: laid.pages().len(), problems: fonts.problems() })
}

/// The file itself.
fn written(whole: &PagedDocument, dated: Option<Date>) -> Result<Vec<u8>, Refusal> {
    let standards = PdfStandards::new(&[PdfStandard::A_2b]).map_err(|error| typesetting(error.message()))?;
    let options = PdfOptions {
        ident: Smart::Auto,
        creator: Smart::Custom(None),
        // The document's own date and no clock: drawn again it is the same file, so that its hash can be kept.
        timestamp: dated.and_then(date_of),
        page_ranges: None,
        standards,
        // Tags refer to the run that laid a page out; pages of several runs share none.
        tagged: false,
        pretty: false,
    };
    let drawn = typst_pdf::pdf(whole, &options);
    comemo::evict(CACHE_AGE);
    drawn.map_err(|errors| typesetting(first(&errors)))
}

fn lay_out(document: &Document, pictures: &Pictures, fonts: &Fonts) -> Result<PagedDocument, Refusal> {
    let (copy, enclosed) = copy(document, pictures)?;
    let families = fonts.families(copy.texts())?;
    let data = json!({ "copy": copy, "measure": GB9704, "fonts": families });
    compiled(&PAPER, data.to_string(), &enclosed, fonts)
}

fn compiled(
    template: &'static LazyLock<Option<Source>>,
    data: String,
    enclosed: &Enclosed<'_>,
    fonts: &Fonts,
) -> Result<PagedDocument, Refusal> {
    let desk = Desk::new(template, data, enclosed, fonts)?;
    let laid = typst::compile::<PagedDocument>(&desk);
    // Before any `?`: what failed is cached too, and a town that prints bad papers would fill the memory.
    comemo::evict(CACHE_AGE);
    let laid_out = laid.output.map_err(|errors| typesetting(first(&errors)))?;
    // A warning may say that a piece was left out: half a paper is none.
    if laid.warnings.is_empty() { Ok(laid_out) } else { Err(typesetting(first(&laid.warnings))) }
}

fn date_of(date: Date) -> Option<Timestamp> {
    let (month, day) = (date.month() as u8, date.day() as u8);
    Some(Timestamp::new_utc(Datetime::from_ymd_hms(date.year(), month, day, 0, 0, 0)?))
}

fn first(errors: &[SourceDiagnostic]) -> &str {
    errors.first().map_or("", |error| error.message.as_str())
}

fn typesetting(detail: &str) -> Refusal {
    Refusal::Typesetting { detail: detail.to_owned() }
}

fn file_id(path: &str) -> Option<FileId> {
    Some(FileId::new(RootedPath::new(VirtualRoot::Project, VirtualPath::new(path).ok()?)))
}

/// All a compilation can reach: the template, the copy, what is enclosed, the fonts. No disk, no network, no clock.
struct Desk<'a> {
    template: &'static Source,
    files: HashMap<FileId, Bytes>,
    fonts: &'a Fonts,
}

impl<'a> Desk<'a> {
    fn new(
        template: &'static LazyLock<Option<Source>>,
        data: String,
        enclosed: &Enclosed<'_>,
        fonts: &'a Fonts,
    ) -> Result<Self, Refusal> {
        let template = template.as_ref().ok_or_else(|| typesetting("template"))?;
        let mut files = HashMap::new();
        let mut add = |path: &str, bytes: Bytes| {
            files.insert(file_id(path).ok_or_else(|| typesetting(path))?, bytes);
            Ok::<_, Refusal>(())
        };
        add("/data.json", Bytes::from_string(data))?;
        for (path, code) in &enclosed.codes {
            add(path, Bytes::from_string(code.svg()))?;
        }
        for (path, bytes) in &enclosed.photos {
            add(path, Bytes::new(bytes.to_vec()))?;
        }
        Ok(Self { template, files, fonts })
    }
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.fonts.book()
    }

    fn main(&self) -> FileId {
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.template.id() { Ok(self.template.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(&id).cloned().ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.font(index)
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
