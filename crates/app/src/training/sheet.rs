//! Questions out of a workbook, tried: what would be added and what cannot be, nothing kept. What does not belong here:
//! adding them (the parent room), reading the rows (`exchange::question_sheet`).

use domain::ids::CourseId;
use domain::policy::{Action, Subject};
use exchange::question_sheet;
use serde::Serialize;
use utoipa::ToSchema;

use super::{QuestionInput, checked_question};
use crate::error::FieldProblem;
use crate::{App, Caller, Error, Result};

/// A question as read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct QuestionRead {
    /// Row of the sheet, from 1.
    pub row: usize,
    /// `single`, `multiple` or `true_false`.
    pub kind: String,
    /// The question.
    pub text: String,
    /// What may be chosen.
    pub options: Vec<String>,
    /// Which of them are right, from 0.
    pub right: Vec<usize>,
}

/// A row that cannot be a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct QuestionProblem {
    /// The cell, as `B3`; only the row where it is the whole of it.
    pub cell: String,
    /// Stable dotted code.
    pub code: String,
    /// One sentence.
    pub message: String,
}

/// A trial of a workbook of questions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct QuestionTrial {
    /// What would be added.
    pub items: Vec<QuestionRead>,
    /// What cannot be.
    pub problems: Vec<QuestionProblem>,
}

/// The first sheet that has a header of questions, as rows of text.
fn rows_of(bytes: &[u8]) -> Result<Vec<Vec<String>>> {
    let limits = exchange::sheet::Limits {
        file_bytes: 2 << 20,
        unpacked_bytes: 40 << 20,
        sheets: 8,
        rows: 2_000,
        columns: 60,
        cells: 60_000,
        ..exchange::sheet::Limits::default()
    };
    let book = exchange::sheet::read(bytes, &limits).map_err(|e| {
        let (field, message) = ("file".to_owned(), e.to_string());
        Error::Invalid(vec![FieldProblem { field, code: e.code(), message }])
    })?;
    let shown = |sheet: &exchange::sheet::Sheet| -> Vec<Vec<String>> {
        sheet.rows.iter().map(|row| row.iter().map(|cell| cell.shown().into_owned()).collect()).collect()
    };
    let all: Vec<_> = book.sheets.iter().map(shown).collect();
    let has_header =
        |rows: &&Vec<Vec<String>>| rows.iter().take(5).flatten().any(|cell| cell.trim() == "题目");
    Ok(all.iter().find(has_header).or(all.first()).cloned().unwrap_or_default())
}

impl App {
    /// Reads questions out of a workbook or text file; nothing is kept.
    ///
    /// Errors: the file cannot be read at all. What is wrong with a row is part of the answer.
    pub async fn try_questions(
        &self,
        caller: &Caller,
        course: &CourseId,
        bytes: Vec<u8>,
    ) -> Result<QuestionTrial> {
        caller.hat(Action::TrainingChange, &Subject::town())?;
        self.db.read(&self.town).await?.course(course).await?.ok_or(Error::NotFound)?;
        let rows = self.aside(move || rows_of(&bytes)).await?;
        let (found, wrong) = question_sheet::read(&rows);
        let mut problems: Vec<QuestionProblem> = wrong
            .into_iter()
            .map(|one| QuestionProblem {
                cell: format!("{}{}", exchange::sheet::column_letter(one.column.saturating_sub(1)), one.line),
                code: one.code.to_owned(),
                message: one.message,
            })
            .collect();
        let mut items = Vec::new();
        for one in found {
            let input = QuestionInput {
                kind: one.kind.to_owned(),
                text: one.text.clone(),
                options: one.options.clone(),
                right: one.right.clone(),
                active: None,
                version: None,
            };
            match checked_question("trial".into(), course.clone(), &input) {
                Ok(_) => items.push(QuestionRead {
                    row: one.line,
                    kind: input.kind,
                    text: one.text,
                    options: one.options,
                    right: one.right,
                }),
                Err(Error::Refused { code, message }) => {
                    problems.push(QuestionProblem {
                        cell: one.line.to_string(),
                        code: code.to_owned(),
                        message,
                    });
                }
                Err(Error::Invalid(fields)) => {
                    problems.extend(fields.into_iter().map(|field| QuestionProblem {
                        cell: one.line.to_string(),
                        code: field.code.to_owned(),
                        message: field.message,
                    }))
                }
                Err(other) => return Err(other),
            }
        }
        Ok(QuestionTrial { items, problems })
    }

    /// A workbook to fill in.
    pub async fn question_template(&self, caller: &Caller) -> Result<Vec<u8>> {
        caller.hat(Action::TrainingChange, &Subject::town())?;
        let widths = [8.0, 44.0, 20.0, 20.0, 20.0, 20.0, 10.0];
        let mut bytes = Vec::new();
        exchange::write::table(
            "试题",
            &question_sheet::template(),
            &widths,
            std::io::Cursor::new(&mut bytes),
        )
        .map_err(|e| Error::Internal(e.to_string()))?;
        Ok(bytes)
    }
}
