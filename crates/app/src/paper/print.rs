//! Many papers in one file to print: a job with progress, its PDF kept as a blob. What does not belong here: one paper
//! (`draw`).

use domain::ids::PaperId;
use domain::policy::Action;
use render::Pictures;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{draw, load};
use crate::job::{Asker, JobKind, JobView, Running};
use crate::{App, Caller, Error, Result};

/// Papers at most in one file.
const MOST: usize = 500;

/// Papers to print together.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PaperPrint {
    /// Their ids, in the order they are printed.
    pub ids: Vec<String>,
}

/// What a print came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaperPrinted {
    /// Papers.
    pub papers: usize,
    /// Pages.
    pub pages: usize,
    /// Hash of the PDF.
    pub blob: String,
    /// What to know, as faces that something stands in for.
    pub problems: Vec<String>,
}

impl App {
    /// Queues a print of papers the caller may read.
    ///
    /// Errors: none, or more than five hundred; one he may not read.
    pub async fn print_papers(&self, caller: &Caller, asked: &PaperPrint) -> Result<JobView> {
        caller.scope(Action::PaperRead)?;
        if asked.ids.is_empty() || asked.ids.len() > MOST {
            return Err(Error::field("ids", "paper.print", "请选择 1 至 500 份文书，再合并打印"));
        }
        let now = self.now();
        let mut tx = self.write(caller).await?;
        for id in &asked.ids {
            load(&mut tx, caller, &PaperId::from(id.as_str())).await?;
        }
        let hat = caller.hats.all().first().map(|hat| hat.id.to_string()).unwrap_or_default();
        let total = i64::try_from(asked.ids.len()).unwrap_or(i64::MAX);
        let asker = Asker::of(caller, &hat);
        let view = self.queue(&mut tx, &asker, JobKind::PaperPrint, &self.new_id(), asked, total).await?;
        let mut audit = caller.audit("paper.print", "job", &view.id, now);
        audit.hat = hat;
        Ok(tx.commit(audit, view).await?)
    }

    pub(crate) async fn carry_out_papers(&self, running: &Running) -> Result<serde_json::Value> {
        let order: PaperPrint = running.input()?;
        let asker = running.asker.caller();
        let today = self.now().date();
        let (mut documents, mut pictures) = (Vec::new(), Pictures::new());
        let mut read = self.db.read(&self.town).await?;
        for id in &order.ids {
            let record = load(&mut read, &asker, &PaperId::from(id.as_str())).await?;
            let (document, own) = draw::as_it_stands(self, &mut read, &record.paper, today).await?;
            documents.push(document);
            pictures.extend(own);
        }
        drop(read);
        let (progress, papers) = (running.progress.clone(), documents.len());
        let drawing = move || {
            render::pdf_many(&documents, &pictures, draw::fonts(), &mut |done, all| {
                progress.done(i64::try_from(done).unwrap_or(i64::MAX));
                progress.total(i64::try_from(all).unwrap_or(i64::MAX));
            })
        };
        let drawn =
            tokio::task::spawn_blocking(drawing).await.map_err(|e| Error::Internal(e.to_string()))??;
        let printed = PaperPrinted {
            papers,
            pages: drawn.pages,
            blob: self.blobs.put(&drawn.bytes)?,
            problems: drawn.problems.into_iter().map(|problem| problem.message).collect(),
        };
        let result = serde_json::to_value(&printed).map_err(|e| Error::Internal(e.to_string()))?;
        let now = self.now();
        let mut tx = self.db.write(&self.town).await?;
        tx.note_blob(&printed.blob, drawn.bytes.len() as u64, "application/pdf", now).await?;
        running.finish(&mut tx, &result, now).await?;
        let mut audit = asker.audit("paper.print", "job", &running.job.id, now);
        audit.hat.clone_from(&running.asker.hat);
        Ok(tx.commit(audit, result).await?)
    }

    /// The file a print of the caller made.
    ///
    /// Errors: no such job of his; not done yet.
    pub async fn printed_papers(&self, caller: &Caller, job: &str) -> Result<super::PaperFile> {
        let job = self.job(caller, job).await?;
        if job.kind != JobKind::PaperPrint.code() {
            return Err(Error::NotFound);
        }
        let printed = job.result.and_then(|result| serde_json::from_value::<PaperPrinted>(result).ok());
        let printed = printed.ok_or_else(|| Error::Refused {
            code: "paper.not_printed",
            message: "合并打印还没有完成，请等任务完成后再下载".to_owned(),
        })?;
        let lost = || Error::Internal(format!("blob {} is missing", printed.blob));
        let bytes = self.blobs.get(&printed.blob)?.ok_or_else(lost)?;
        Ok(super::PaperFile { name: format!("文书{}份", printed.papers), bytes })
    }
}
