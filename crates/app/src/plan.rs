//! The town's plan: put in force, and read with the town's own settings. What does not belong here: judging duties
//! (`fulfilment`), inspection plans (`inspection_plan`).

use domain::plan::Plan;
use domain::policy::{Action, Subject};
use domain::time::Date;
use exchange::plan_file;
use store::Read;
use store::parameter::Decision;
use store::plan::PlanVersion;

use crate::{App, Caller, Error, Result};

/// What came of installing a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// Code of the plan.
    pub code: String,
    /// Title.
    pub title: String,
    /// Duties in it.
    pub duties: usize,
    /// False when this very text was in force already.
    pub changed: bool,
}

/// The plan in force on a day with what the town had decided by then.
///
/// Errors: no plan was installed.
pub(crate) async fn plan_in_force(read: &mut Read, on: Date) -> Result<(Plan, PlanVersion)> {
    let version = read.plan_on(on).await?.ok_or_else(|| Error::Refused {
        code: "plan.none",
        message: "还没有安装方案文件，请管理员运行 fengsui plan install".to_owned(),
    })?;
    let (mut plan, problems) = plan_file::read(&version.source);
    if let Some(problem) = problems.first() {
        return Err(Error::Internal(format!("the plan in force cannot be read: {problem}")));
    }
    for record in read.parameters().await? {
        let known = record.decided.as_ref().is_some_and(|(_, at)| at.date() <= on);
        if record.decision == Decision::Decided && known {
            plan = plan.with_parameter(record.parameter);
        }
    }
    Ok((plan, version))
}

impl App {
    /// Puts a plan file in force from its effective date on; the one before it ends the day before. The same text
    /// again changes nothing.
    ///
    /// Errors: the file has problems, each a field problem with its line.
    pub async fn install_plan(&self, caller: &Caller, text: &str) -> Result<Installed> {
        let hat = caller.hat(Action::NoticeAttach, &Subject::town())?;
        let (plan, problems) = plan_file::read(text);
        if !problems.is_empty() {
            let fields = problems.iter().map(|problem| crate::error::FieldProblem {
                field: "plan".to_owned(),
                code: problem.code,
                message: problem.to_string(),
            });
            return Err(Error::Invalid(fields.collect()));
        }
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let before = tx.plan_versions().await?;
        let installed = |changed| Installed {
            code: plan.code.clone(),
            title: plan.title.clone(),
            duties: plan.duties.len(),
            changed,
        };
        if before.first().is_some_and(|newest| newest.source == text) {
            return Ok(installed(false));
        }
        for old in before.iter().filter(|old| old.to.is_none_or(|to| to >= plan.effective_from)) {
            let last = plan.effective_from.pred_opt().unwrap_or(plan.effective_from);
            tx.end_plan_version(&old.id, old.version, last).await?;
        }
        let id = self.new_id();
        tx.insert_plan_version(&PlanVersion {
            id: id.clone(),
            title: plan.title.clone(),
            source: text.to_owned(),
            from: plan.effective_from,
            to: None,
            version: 1,
            recorded_at: now,
            recorded_by: caller.account.to_string(),
        })
        .await?;
        tx.commit(caller.audit_as(hat, "plan.install", ("plan", &id), "", now), ()).await?;
        Ok(installed(true))
    }

    /// Installs the plan that came with the program in the town it was made for, if that has none yet.
    pub async fn install_shipped_plan(&self, caller: &Caller) -> Result<bool> {
        let (town, text) = exchange::shipped::PLAN;
        let has_one = !self.db.read(&self.town).await?.plan_versions().await?.is_empty();
        if has_one || self.town.as_str() != town {
            return Ok(false);
        }
        Ok(self.install_plan(caller, text).await?.changed)
    }
}
