//! Coming back to an import: the file as it is understood, what was decided about it and how far its last job is. What does
//! not belong here: the job itself (`job`), reading the file (`import`).

use domain::policy::Subject;
use serde::Serialize;
use utoipa::ToSchema;

use super::{ImportChoice, ImportFile, ImportJob, ImportView, Kept, orders, understood};
use crate::job::{JobView, input_of};
use crate::{App, Caller, Error, Result};

/// Jobs of one person that are looked through for those of a file.
const LOOKED_AT: i64 = 50;

/// Where an import stands.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportStanding {
    /// The file, read as it was last asked to be.
    pub file: ImportView,
    /// What was last decided about it; none when it was only sent.
    pub choice: Option<ImportChoice>,
    /// The last job that tried or committed it, with its report once it is done.
    pub job: Option<JobView>,
}

impl App {
    /// An import one began oneself, to go on with where it was left.
    ///
    /// Errors: none of this id, or somebody else's.
    pub async fn import_standing(&self, caller: &Caller, id: &str) -> Result<ImportStanding> {
        let mut read = self.db.read(&self.town).await?;
        let own = |file: &ImportFile| file.recorded_by == caller.person.as_str();
        let file = read.import_file(id).await?.filter(own).ok_or(Error::NotFound)?;
        caller.hat(orders::right(&file.kind), &Subject::town())?;
        let mark = format!("{id}:");
        let jobs = read.jobs(Some(&caller.account), LOOKED_AT).await?;
        let last =
            jobs.into_iter().find(|job| job.kind.starts_with("import.") && job.unique_key.starts_with(&mark));
        let choice = last.as_ref().map(input_of::<ImportJob>).transpose()?.map(|input| input.choice);
        let kept: Kept = serde_json::from_str(&file.preview).map_err(|e| Error::Internal(e.to_string()))?;
        let at = match &choice {
            Some(choice) => (Some(choice.sheet.as_str()), Some(choice.header_row)),
            None => (None, None),
        };
        let file = understood(&mut read, &file, &kept, at).await?;
        Ok(ImportStanding { file, choice, job: last.map(JobView::from) })
    }
}
