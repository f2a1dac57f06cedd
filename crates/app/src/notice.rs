//! The township's own notice: attached by the office, quoted clause by clause, never shipped with the program. What
//! does not belong here: the duties read out of it (`plan`).

use domain::notice::lint::{Finding, lint};
use domain::notice::{Heading, headings, label};
use domain::plan::Clause;
use domain::policy::{Action, Subject};
use domain::time::Date;
use exchange::sandbox::{self, Request};
use serde::Serialize;
pub use store::notice::{NoticeRecord, Passage, Ruling, RulingRecord};

use crate::fulfilment::Quote;
use crate::plan::plan_in_force;
use crate::{App, Caller, Error, Result};

/// A notice as handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeInput {
    /// 标题.
    pub title: String,
    /// The whole text.
    pub body: String,
    /// The version it replaces; none for the first.
    pub version: Option<i64>,
}

/// One thing found in the attached notice, and what was said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Names it for [`App::rule_on_finding`]: the same words keep it through a corrected text.
    pub key: String,
    /// What was found.
    pub finding: Finding,
    /// The words it is about.
    pub quote: String,
    /// What a person said.
    pub ruling: Option<RulingRecord>,
}

/// The attached notice as a careful reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The notice.
    pub notice: NoticeRecord,
    /// Its headings with the label of each.
    pub headings: Vec<(Heading, String)>,
    /// What was found.
    pub found: Vec<Found>,
}

/// What a person says about a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulingInput {
    /// What was found, by its key.
    pub key: String,
    /// What is said.
    pub ruling: Ruling,
    /// Why; needed for all but accepting.
    pub note: String,
    /// The version it replaces; none for the first.
    pub version: Option<i64>,
}

/// A notice with what was found in it; `said` are the rulings there are.
fn reading(notice: NoticeRecord, said: &[RulingRecord]) -> Reading {
    let headings = headings(&notice.body);
    let found = lint(&notice.body, &headings).into_iter().map(|finding| {
        let quote = finding.quote(&notice.body);
        let clauses = finding.clauses.join(" ");
        let key = store::seal::sha256(
            format!("{}|{}|{clauses}|{quote}", notice.plan, finding.kind.code()).as_bytes(),
        );
        let ruling = said.iter().find(|ruling| ruling.id == key).cloned();
        Found { key, finding, quote, ruling }
    });
    let found = found.collect();
    let labels: Vec<_> = (0..headings.len()).map(|n| label(&headings, n)).collect();
    Reading { notice, found, headings: headings.into_iter().zip(labels).collect() }
}

/// Where each clause stands: the first heading called as it is, after the clause before it.
fn passages(clauses: &[Clause], text: &str) -> Vec<Passage> {
    let headings = headings(text);
    let mut out = Vec::new();
    let mut after: Option<usize> = None;
    for clause in clauses.iter().filter(|clause| !clause.absent_in_source) {
        // A plan may say `（一）1` where the notice prints `1` under `（一）`.
        let is_it = |(n, heading): &(usize, &Heading)| {
            clause.no.ends_with(&heading.no)
                && (clause.no == heading.no || label(&headings, *n).ends_with(&clause.no))
                && after.is_none_or(|last| heading.start > last)
        };
        if let Some((_, heading)) = headings.iter().enumerate().find(is_it) {
            after = Some(heading.start);
            out.push(Passage { clause: clause.code.clone(), start: heading.start, end: heading.end });
        }
    }
    out
}

/// A place in a text as browsers count it. Units: UTF-16.
pub fn utf16(text: &str, byte: usize) -> usize {
    text.get(..byte).unwrap_or(text).chars().map(char::len_utf16).sum()
}

impl App {
    /// The notice attached to the plan in force.
    pub async fn notice(&self, caller: &Caller) -> Result<NoticeRecord> {
        caller.scope(Action::BoardRead)?;
        let mut read = self.db.read(&self.town).await?;
        let (plan, _) = plan_in_force(&mut read, self.now().date()).await?;
        let notice = read.notice(&plan.code).await?.ok_or(Error::NotFound)?;
        // The plan may have got a clause since the notice was attached.
        Ok(NoticeRecord { passages: passages(&plan.clauses, &notice.body), ..notice })
    }

    /// The plain text of a notice that was sent as `.txt` or `.docx`; nothing is kept of the file.
    ///
    /// Errors: it is neither, too large, or made to break a reader.
    pub async fn notice_text(&self, caller: &Caller, name: &str, bytes: Vec<u8>) -> Result<String> {
        caller.hat(Action::NoticeAttach, &Subject::town())?;
        let is_called_docx = name.to_lowercase().ends_with(".docx");
        let program = self.reader.program.clone();
        let request = Request { bounds: self.reader.bounds, ..Request::default() };
        self.aside(move || Ok(sandbox::notice(&program, &bytes, is_called_docx, &request)?)).await
    }

    /// The attached notice with what strikes a careful reader in it, and what was said about each.
    pub async fn notice_reading(&self, caller: &Caller) -> Result<Reading> {
        let notice = self.notice(caller).await?;
        let said = self.db.read(&self.town).await?.notice_rulings(&notice.plan).await?;
        self.aside(move || Ok(reading(notice, &said))).await
    }

    /// Says what is made of a finding. Who may attach the notice may rule on it; a later word replaces the one before,
    /// which stays on record.
    ///
    /// Errors: no such finding in the attached text, no reason, or somebody spoke meanwhile.
    pub async fn rule_on_finding<T: Serialize>(
        &self,
        caller: &Caller,
        asked: RulingInput,
        view: impl FnOnce(Found) -> T,
    ) -> Result<T> {
        let hat = caller.hat(Action::NoticeAttach, &Subject::town())?;
        let note = asked.note.trim().to_owned();
        if asked.ruling != Ruling::Accepted && note.is_empty() {
            return Err(Error::field("note", "notice.note", "请写明理由"));
        }
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let (plan, _) = plan_in_force(&mut tx, now.date()).await?;
        let notice = tx.notice(&plan.code).await?.ok_or(Error::NotFound)?;
        let said = tx.notice_rulings(&plan.code).await?;
        let found = reading(notice, &said).found.into_iter().find(|found| found.key == asked.key);
        let mut found = found.ok_or(Error::NotFound)?;
        let mut ruling = RulingRecord {
            id: asked.key,
            plan: plan.code,
            kind: found.finding.kind.code().to_owned(),
            clauses: found.finding.clauses.join(" "),
            quote: found.quote.clone(),
            ruling: asked.ruling,
            note: note.clone(),
            version: asked.version.unwrap_or(0),
            recorded_at: now,
            recorded_by: caller.name.clone(),
        };
        match &found.ruling {
            None => {
                ruling.version = 1;
                tx.insert_notice_ruling(&ruling).await?;
            }
            Some(_) => {
                tx.update_notice_ruling(&ruling).await?;
                ruling.version += 1;
            }
        }
        let mut audit = caller.audit_as(hat, "notice.rule", ("notice", &ruling.plan), "", now);
        audit.reason = note;
        found.ruling = Some(ruling);
        Ok(tx.commit(audit, view(found)).await?)
    }

    /// Attaches the notice to the plan in force, or replaces its text.
    pub async fn attach_notice<T: Serialize>(
        &self,
        caller: &Caller,
        asked: NoticeInput,
        view: impl FnOnce(NoticeRecord) -> T,
    ) -> Result<T> {
        let hat = caller.hat(Action::NoticeAttach, &Subject::town())?;
        if asked.title.trim().is_empty() {
            return Err(Error::field("title", "notice.title", "请填写标题"));
        }
        if asked.body.trim().is_empty() {
            return Err(Error::field("body", "notice.body", "正文是空的，请粘贴方案原文"));
        }
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let (plan, _) = plan_in_force(&mut tx, now.date()).await?;
        let before = tx.notice(&plan.code).await?;
        let mut notice = NoticeRecord {
            plan: plan.code.clone(),
            title: asked.title.trim().to_owned(),
            passages: passages(&plan.clauses, &asked.body),
            body: asked.body,
            version: asked.version.unwrap_or(0),
            recorded_at: now,
            recorded_by: caller.name.clone(),
        };
        match before {
            None => {
                notice.version = 1;
                tx.insert_notice(&notice).await?;
            }
            Some(_) => {
                tx.update_notice(&notice).await?;
                notice.version += 1;
            }
        }
        let audit = caller.audit_as(hat, "notice.attach", ("notice", &plan.code), "", now);
        Ok(tx.commit(audit, view(notice)).await?)
    }

    /// A clause in the words of the notice, once it is attached.
    pub(crate) async fn quote(&self, clause: &str, at: Option<Date>) -> Result<Option<Quote>> {
        let mut read = self.db.read(&self.town).await?;
        let (plan, _) = plan_in_force(&mut read, at.unwrap_or(self.now().date())).await?;
        let Some(clause) = plan.clause(clause) else { return Ok(None) };
        let Some(notice) = read.notice(&plan.code).await? else { return Ok(None) };
        let passages = passages(&plan.clauses, &notice.body);
        let Some(passage) = passages.iter().find(|passage| passage.clause == clause.code) else {
            return Ok(None);
        };
        let text = notice.body.get(passage.start..passage.end).unwrap_or_default();
        Ok(Some(Quote {
            title: notice.title.clone(),
            text: text.trim().to_owned(),
            start: utf16(&notice.body, passage.start),
            end: utf16(&notice.body, passage.end),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::plan::Section;

    fn clause(code: &str, no: &str) -> Clause {
        Clause {
            code: code.to_owned(),
            alias: None,
            no: no.to_owned(),
            title: String::new(),
            section: Section::Forces,
            part: None,
            absent_in_source: false,
        }
    }

    #[test]
    fn a_number_that_occurs_twice_is_the_one_after_the_clause_before_it() {
        let text = "一、任务\n（一）力量\n1.设机构。\n2.建队伍。\n二、保障\n（一）组织领导。加强。\n";
        let clauses = [clause("C1", "1"), clause("C2", "2"), clause("CS1", "（一）"), clause("C9", "9")];
        let found = passages(&clauses, text);
        let texts: Vec<_> = found.iter().map(|p| (p.clause.as_str(), text.get(p.start..p.end))).collect();
        assert_eq!(
            texts,
            [
                ("C1", Some("1.设机构。\n")),
                ("C2", Some("2.建队伍。\n")),
                ("CS1", Some("（一）组织领导。加强。\n"))
            ]
        );
        assert_eq!(utf16(text, text.find("力").expect("there")), 8);
    }
}
