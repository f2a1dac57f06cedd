//! The township's own notice: attached by the office, quoted clause by clause, never shipped with the program. What
//! does not belong here: the duties read out of it (`plan`).

use domain::plan::Clause;
use domain::policy::{Action, Subject};
use domain::time::Date;
use exchange::plan_file::{NoticeSpan, notice_spans};
use serde::Serialize;
pub use store::notice::{NoticeRecord, Passage};

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

/// Where each clause stands: the first heading with its number after the clause before it.
fn passages(clauses: &[Clause], text: &str) -> Vec<Passage> {
    let spans = notice_spans(text);
    let mut out = Vec::new();
    let mut after: Option<usize> = None;
    for clause in clauses.iter().filter(|clause| !clause.absent_in_source) {
        let is_it = |span: &&NoticeSpan| span.no == clause.no && after.is_none_or(|last| span.start > last);
        if let Some(span) = spans.iter().find(is_it) {
            after = Some(span.start);
            out.push(Passage { clause: clause.code.clone(), start: span.start, end: span.end });
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
        read.notice(&plan.code).await?.ok_or(Error::NotFound)
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
        let Some(passage) = notice.passages.iter().find(|passage| passage.clause == clause.code) else {
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
