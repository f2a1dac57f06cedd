//! A report on paper: its parts with their figures, the map of the study it puts into words, its measures. What was issued
//! is printed with the figures that were frozen. What does not belong here: official papers made from it (`paper`).

use domain::document::{Block, Closing, Column, Document, Layout};
use domain::fulfilment::percent;
use domain::ids::ReportId;
use domain::policy::Action;
use domain::time::Timestamp;

use super::{FigureView, ReportView};
use crate::paper::draw::{draw, write};
use crate::paper::{PaperFile, PaperForm};
use crate::{App, Caller, Error, Result};

/// A figure in words: a share in percent with what it is of.
fn said(figure: &FigureView) -> String {
    let Some(value) = figure.value else { return "—".to_owned() };
    if figure.unit == "%" {
        let of = figure.of.map(|of| format!("（共 {of} 项）")).unwrap_or_default();
        return format!("{:.1}%{of}", percent(value));
    }
    format!("{value} {}", figure.unit).trim().to_owned()
}

fn table(columns: &[(&str, u16)], rows: Vec<Vec<String>>) -> Block {
    let column = |(title, share): &(&str, u16)| Column { title: (*title).to_owned(), share: *share };
    Block::Table { columns: columns.iter().map(column).collect(), rows }
}

/// The report as a document; `map` stands behind its parts.
fn document(view: &ReportView, map: Vec<Block>, now: Timestamp) -> Document {
    let heading = |text: &str| Block::Heading { level: 1, text: text.to_owned() };
    let row = &view.row;
    let mut blocks = vec![Block::Paragraph { text: format!("报告期：{} 至 {}。", row.from, row.to) }];
    for part in &view.sections {
        blocks.push(heading(&part.title));
        blocks.push(Block::Paragraph { text: part.text.clone() });
        if !part.figures.is_empty() {
            let rows = part.figures.iter().map(|one| vec![one.label.clone(), said(one)]).collect();
            blocks.push(table(&[("指标", 3), ("数值", 2)], rows));
        }
    }
    blocks.extend(map);
    if !view.measures_list.is_empty() {
        blocks.push(heading("措施"));
        let rows = view
            .measures_list
            .iter()
            .map(|one| vec![one.text.clone(), one.owner.post.name.clone(), one.due_on.clone()]);
        blocks.push(table(&[("措施", 5), ("责任岗位", 3), ("时限", 2)], rows.collect()));
    }
    let issued = view.issued_by.as_ref().zip(view.sha256.as_ref());
    let note = match issued {
        Some((by, hash)) => format!("{}签发，内容指纹 SHA-256：{hash}", by.name),
        None => format!("{}，未签发", row.state_label),
    };
    let on = row.issued_at.as_deref().and_then(|at| at.get(..10));
    let dated = on.and_then(domain::time::parse_date).unwrap_or(now.date());
    Document {
        blocks,
        closing: Some(Closing { by: vec![row.org.name.clone()], sealed: false }),
        note: Some(note),
        ..Document::new(Layout::Form, &row.org.name, &row.title, dated)
    }
}

impl App {
    /// A report as a file, whatever its state; a draft says that it is one.
    ///
    /// Errors: no such report; nothing Chinese to print with.
    pub async fn report_file(&self, caller: &Caller, id: &ReportId, form: PaperForm) -> Result<PaperFile> {
        caller.scope(Action::ReportRead)?;
        let view = self.report(caller, id).await?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.report(id).await?.ok_or(Error::NotFound)?;
        let map = match &record.report.siting {
            Some(study) => {
                // What was issued says what was known then.
                let issued = view.row.issued_at.as_deref().and_then(Timestamp::parse);
                crate::siting::on_paper(&mut read, study, issued.unwrap_or(self.now())).await?
            }
            None => Vec::new(),
        };
        drop(read);
        let name = view.row.title.clone();
        let document = self.marked(document(&view, map, self.now()));
        let bytes = match form {
            PaperForm::Pdf => draw(vec![document], Default::default()).await?.bytes,
            PaperForm::Docx => write(document, Default::default()).await?,
        };
        Ok(PaperFile { name, bytes })
    }
}
