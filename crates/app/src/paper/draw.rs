//! Papers on their way to paper: the frame around the values, the photos, the PDF and the editable file, and the freezing
//! of both at issue. What does not belong here: the typesetter (`render`).

use std::path::PathBuf;
use std::sync::LazyLock;

use domain::document::{Document, Layout, Printed, chinese_date};
use domain::ids::PaperId;
use domain::paper::{Frame, Frozen, Paper, State, Template, Values};
use domain::policy::Action;
use domain::time::{Date, Timestamp};
use render::{Drawn, Fonts, Pictures};
use serde::{Deserialize, Serialize};
use store::Read;

use super::template::{begun, wrong};
use super::{load, photos_of, refused, template_of};
use crate::{App, Caller, Error, Result};

/// In which form a paper is taken along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaperForm {
    /// To print.
    Pdf,
    /// To edit.
    Docx,
}

/// A paper on its way out.
#[derive(Debug, Clone)]
pub struct PaperFile {
    /// Name without ending.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What was printed, kept beside the PDF so that it can be drawn again and read by a program.
#[derive(Serialize, Deserialize)]
struct Kept {
    paper: Paper,
    document: Document,
}

/// The installed fonts, looked through once.
pub(crate) fn fonts() -> &'static Fonts {
    static FONTS: LazyLock<Fonts> = LazyLock::new(|| Fonts::read(&Fonts::FOLDERS.map(PathBuf::from)));
    &FONTS
}

/// Faces of official papers that are not installed.
pub(super) fn missing_fonts() -> Vec<String> {
    fonts().report().into_iter().filter_map(|line| line.missing).collect()
}

/// What surrounds the values. The date on a paper is the day it was approved, so that number and date agree.
pub(crate) fn frame(paper: &Paper, template: &Template, today: Date, signer: Option<String>) -> Frame {
    let approval = paper.state.approval();
    let on = approval.map_or(today, |one| one.on);
    let has_imprint = matches!(template.layout, Layout::Circular | Layout::Upward);
    Frame {
        issuer: paper.issuer.clone(),
        number: approval.and_then(|one| one.number.as_ref()).map(|number| number.text.clone()),
        issued_on: on,
        // A draft of an upward paper shows where the name will stand.
        signer: (template.layout == Layout::Upward).then(|| signer.unwrap_or_else(|| "待签发".to_owned())),
        marks: paper.marks.lines(),
        attachments: paper.attachments.clone(),
        copies_to: paper.copies_to.clone(),
        printed: has_imprint.then(|| Printed { by: paper.issuer.clone(), on }),
    }
}

/// The paper as a document with its photos.
///
/// Errors: fields that are missing (`complete`) or cannot be right; a photo that is gone.
pub(crate) async fn document(
    app: &App,
    read: &mut Read,
    paper: &Paper,
    today: Date,
    complete: bool,
) -> Result<(Document, Pictures)> {
    let template = template_of(read, paper).await?;
    let template = &*template;
    let signer = match paper.state.approval() {
        Some(approval) => Some(crate::names::Names::read(read).await?.person(&approval.by)),
        None => None,
    };
    let filled = template.fill(&paper.values, &frame(paper, template, today, signer), complete);
    let document = app.marked(stamped(filled.map_err(|problems| refused(template, &problems))?, paper));
    let mut pictures = Pictures::new();
    for photo in read.photos(&photos_of(&paper.values)).await? {
        if let Some(bytes) = app.blobs.get(&photo.blob)? {
            pictures.insert(photo.id.to_string(), bytes);
        }
    }
    Ok((document, pictures))
}

/// What hangs in public, filled in: it has no number, no marks and nobody who signs.
///
/// Errors: fields that are missing or cannot be right.
pub(crate) fn hung(template: &Template, values: &Values, issuer: String, on: Date) -> Result<Document> {
    let frame = Frame {
        issuer,
        number: None,
        issued_on: on,
        signer: None,
        marks: Vec::new(),
        attachments: Vec::new(),
        copies_to: Vec::new(),
        printed: None,
    };
    template.fill(values, &frame, true).map_err(wrong)
}

/// Draws documents into one PDF, beside everything else that goes on.
pub(crate) async fn draw(documents: Vec<Document>, pictures: Pictures) -> Result<Drawn> {
    let drawing = move || render::pdf_many(&documents, &pictures, fonts(), &mut |_, _| {});
    let drawn = tokio::task::spawn_blocking(drawing).await.map_err(|e| Error::Internal(e.to_string()))?;
    Ok(drawn?)
}

/// Writes a document as an editable file.
pub(crate) async fn write(document: Document, pictures: Pictures) -> Result<Vec<u8>> {
    let writing = move || render::docx(&document, &pictures);
    let written = tokio::task::spawn_blocking(writing).await.map_err(|e| Error::Internal(e.to_string()))?;
    Ok(written?)
}

/// Draws a paper and keeps data and PDF as blobs under their hashes. Returns what is to be noted of them.
pub(crate) async fn frozen(
    app: &App,
    paper: &Paper,
    document: Document,
    pictures: Pictures,
    by: &domain::ids::PersonId,
    at: Timestamp,
) -> Result<(Frozen, [(u64, &'static str); 2])> {
    let drawn = draw(vec![document.clone()], pictures).await?;
    let kept = Kept { paper: paper.clone(), document };
    let data = serde_json::to_vec(&kept).map_err(|e| Error::Internal(e.to_string()))?;
    let sizes = [(data.len() as u64, "application/json"), (drawn.bytes.len() as u64, "application/pdf")];
    let frozen = Frozen {
        data: app.blobs.put(&data)?,
        pdf: app.blobs.put(&drawn.bytes)?,
        pages: drawn.pages,
        by: by.clone(),
        at,
    };
    Ok((frozen, sizes))
}

/// The paper as it is to be printed now: the frozen data once it is out, filled anew before.
pub(crate) async fn as_it_stands(
    app: &App,
    read: &mut Read,
    paper: &Paper,
    today: Date,
) -> Result<(Document, Pictures)> {
    let (fresh, pictures) = document(app, read, paper, today, false).await?;
    let Some(frozen) = paper.state.frozen() else { return Ok((unissued(fresh, paper), pictures)) };
    let kept = app.proved(&frozen.data)?;
    let kept: Kept = serde_json::from_slice(&kept).map_err(|e| Error::Internal(e.to_string()))?;
    Ok((stamped(kept.document, paper), pictures))
}

/// What has not gone out says so on every sheet: nobody hands a draft to a party as if it had.
fn unissued(document: Document, paper: &Paper) -> Document {
    let stamp = match &paper.state {
        State::Draft => "草稿",
        State::Approved { .. } => "未印发",
        _ => return document,
    };
    Document { stamp: Some(stamp.to_owned()), ..document }
}

/// What was taken back says so on every sheet: nobody uses a print of it by mistake.
fn stamped(document: Document, paper: &Paper) -> Document {
    let stamp = match &paper.state {
        State::Revoked { on, .. } => format!("作废 {}", chinese_date(*on)),
        State::Discarded { .. } => "作废".to_owned(),
        _ => return document,
    };
    Document { stamp: Some(stamp), ..document }
}

impl App {
    /// The document with the line that marks what a demo prints.
    pub(crate) fn marked(&self, document: Document) -> Document {
        Document { foot: self.demo.then(|| crate::DEMO.to_owned()), ..document }
    }

    /// A paper as a file: what was frozen once it is out, drawn anew before.
    ///
    /// Errors: nothing Chinese to print with; a photo that is gone; the frozen file is gone or was altered.
    pub async fn paper_file(&self, caller: &Caller, id: &PaperId, form: PaperForm) -> Result<PaperFile> {
        let mut read = self.db.read(&self.town).await?;
        let record = load(&mut read, caller, id).await?;
        let paper = &record.paper;
        let number = paper.state.approval().and_then(|one| one.number.as_ref());
        let void = matches!(paper.state, State::Revoked { .. } | State::Discarded { .. });
        let void = if void { "（作废）" } else { "" };
        let name = format!("{void}{}{}", number.map_or("草稿", |one| one.text.as_str()), paper.title);
        let today = self.now().date();
        // What went out is in the archive as it was; once taken back it is drawn anew, with the mark that says so.
        if let (PaperForm::Pdf, Some(frozen), "") = (form, paper.state.frozen(), void) {
            drop(read);
            return Ok(PaperFile { name, bytes: self.proved(&frozen.pdf)? });
        }
        let (document, pictures) = as_it_stands(self, &mut read, paper, today).await?;
        drop(read);
        let bytes = match form {
            PaperForm::Pdf => draw(vec![document], pictures).await?.bytes,
            PaperForm::Docx => write(document, pictures).await?,
        };
        Ok(PaperFile { name, bytes })
    }

    /// An empty form of a template, to be filled in by hand on site: without number, seal and date.
    ///
    /// Errors: no such template today; one whose paper is issued, never filled in by hand.
    pub async fn blank_paper(&self, caller: &Caller, code: &str) -> Result<PaperFile> {
        caller.scope(Action::PaperDraft)?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let template = begun(&mut read, code, None, today).await?;
        drop(read);
        if !template.blank {
            return Err(Error::Refused {
                code: "paper.no_blank",
                message: format!("《{}》没有空白表，请在系统里起草、批准后打印", template.name),
            });
        }
        let drawn = draw(vec![self.marked(template.empty("", today))], Pictures::new()).await?;
        Ok(PaperFile { name: format!("空白表 {}", template.name), bytes: drawn.bytes })
    }

    /// A frozen file whose bytes still have their hash.
    fn proved(&self, hash: &str) -> Result<Vec<u8>> {
        let bytes = self.blobs.get(hash)?.filter(|bytes| store::seal::sha256(bytes) == hash);
        bytes.ok_or_else(|| Error::Refused {
            code: "paper.altered",
            message: "印发存档的文件缺失或被改动，不能作为原件使用，请从备份中恢复并核对审计记录".to_owned(),
        })
    }
}
