//! Going together: offers to several bodies whose visits to one place share a day, and one task in place of several.

use std::collections::BTreeSet;

use domain::ids::{OrgId, TaskId};
use domain::policy::{Action, Reach, reach};
use domain::task::{Involved, State, Task, Window};
use domain::time::Date;
use domain::visit_schedule::{PlannedVisit, joint_offers};
use serde::Serialize;
use store::Read;
use store::task::{StoredTask, TaskFiling, TaskFilter};
use utoipa::ToSchema;

use crate::names::Names;
use crate::place::place_subject;
use crate::task::{Loaded, TaskView, load, next_code, task_subject};
use crate::view::Named;
use crate::{App, Caller, Error, Result};

/// Several bodies could go to one place together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct JointOfferView {
    /// Place.
    pub place: Named,
    /// Its village.
    pub village: Named,
    /// First day that suits all.
    pub from: String,
    /// Last day that suits all.
    pub to: String,
    /// Who.
    pub orgs: Vec<Named>,
    /// Their tasks.
    pub tasks: Vec<String>,
    /// Visits the place is spared.
    pub saved: usize,
}

/// How the reason begins for which a task is cancelled that goes on in a joint one, before that one's number.
const JOINED: &str = "并入联合检查 ";

/// Whether a visit that went into a joint one is still owed or made there.
// Part of approving, which asked for its own right.
pub(super) async fn goes_on_in(read: &mut Read, task: &Task) -> Result<bool> {
    let State::Cancelled { reason } = &task.state else { return Ok(false) };
    let Some(code) = reason.strip_prefix(JOINED) else { return Ok(false) };
    let filter = TaskFilter { place: Some(task.place.clone()), ..TaskFilter::default() };
    let at_place = read.tasks(&Caller::system().scope(Action::TaskRead)?, &filter, None, 1_000).await?;
    let is_it =
        |one: &StoredTask| one.filing.code == code && !matches!(one.task.state, State::Cancelled { .. });
    Ok(at_place.iter().any(is_it))
}

impl App {
    /// Offers of a month to go together, where the caller may see one of the tasks.
    pub async fn joint_offers(&self, caller: &Caller, year: i32, month: u32) -> Result<Vec<JointOfferView>> {
        let scope = caller.scope(Action::TaskRead)?;
        let wrong = || Error::field("month", "date.invalid", "年份或月份不对，请重新选择");
        let first = Date::from_ymd_opt(year, month, 1).ok_or_else(wrong)?;
        let last = first.checked_add_months(chrono::Months::new(1)).and_then(|d| d.pred_opt());
        let last = last.ok_or_else(wrong)?;
        let mut read = self.db.read(&self.town).await?;
        let open = read.tasks_open_between(first, last).await?;
        let open: Vec<StoredTask> = open.into_iter().filter(|kept| kept.task.joint.is_empty()).collect();
        let visit = |kept: &StoredTask| PlannedVisit {
            place: kept.task.place.clone(),
            org: kept.task.lead.clone(),
            from: kept.task.window.from,
            to: kept.task.window.due_on,
        };
        let offers = joint_offers(&open.iter().map(visit).collect::<Vec<_>>());
        let names = Names::read(&mut read).await?;
        let ids: BTreeSet<_> = offers.iter().map(|offer| offer.place.clone()).collect();
        let places = read.places_by_id(&ids.into_iter().collect::<Vec<_>>()).await?;
        let mut views = Vec::new();
        for offer in &offers {
            let Some(place) = places.iter().find(|place| place.place.id == offer.place) else { continue };
            let mut subject = place_subject(&mut read, place).await?;
            subject.orgs.extend(offer.orgs.iter().cloned());
            if !scope.admits(&subject) {
                continue;
            }
            let mut left = offer.orgs.clone();
            let mut tasks = Vec::new();
            for kept in open.iter().filter(|kept| kept.task.place == offer.place) {
                let window = kept.task.window;
                let suits = window.from <= offer.from && offer.to <= window.due_on;
                if suits && left.remove(&kept.task.lead) {
                    tasks.push(kept.task.id.to_string());
                }
            }
            views.push(JointOfferView {
                place: Named::new(offer.place.to_string(), place.place.name.clone()),
                village: names.territory(place.place.village.as_str()),
                from: offer.from.to_string(),
                to: offer.to.to_string(),
                orgs: offer.orgs.iter().map(|org| names.named_org(org)).collect(),
                tasks,
                saved: offer.visits_saved(),
            });
        }
        Ok(views)
    }

    /// One joint task in place of several of different bodies at one place; those are cancelled with its number.
    ///
    /// Errors: they are not of one place, share no day, or somebody has begun.
    pub async fn accept_joint_offer(
        &self,
        caller: &Caller,
        tasks: &[TaskId],
        lead: &OrgId,
    ) -> Result<TaskView> {
        let now = self.now();
        let refused = |message: &str| Error::Refused { code: "task.joint", message: message.to_owned() };
        if !(2..=20).contains(&tasks.len()) {
            return Err(refused("联合检查至少要有两项任务，请重新选择"));
        }
        let mut tx = self.write(caller).await?;
        let mut loaded = Vec::new();
        for id in tasks {
            loaded.push(load(&mut tx, caller, id, now.date()).await?);
        }
        let orgs: BTreeSet<OrgId> = loaded.iter().map(|one| one.stored.task.lead.clone()).collect();
        let places: BTreeSet<_> = loaded.iter().map(|one| one.stored.task.place.clone()).collect();
        if places.len() != 1 || orgs.len() != loaded.len() {
            return Err(refused("联合检查须是同一场所、不同单位的任务，请重新选择"));
        }
        if !orgs.contains(lead) {
            return Err(refused("牵头单位须是其中一家，请重新选择"));
        }
        let begun = |one: &Loaded| {
            !matches!(one.stored.task.state, State::Pending | State::Assigned { .. } | State::Accepted { .. })
        };
        if loaded.iter().any(begun) {
            return Err(refused("有任务已经开始或办结，不能并入联合检查，请去掉这些任务"));
        }
        let from = loaded.iter().map(|one| one.stored.task.window.from).max().unwrap_or(now.date());
        let due_on = loaded.iter().map(|one| one.stored.task.window.due_on).min().unwrap_or(now.date());
        if due_on < from {
            return Err(refused("几项任务没有共同的日期，不能联合检查，请先调整起止日期"));
        }
        let Some(first) = loaded.first() else { return Err(Error::NotFound) };
        let hat = caller.hat(Action::TaskAssign, &first.subject)?;
        for one in &loaded {
            let hat = caller.hat(Action::TaskAssign, &one.subject)?;
            // Nobody disposes of another body's task but who disposes of the whole town's.
            let is_office = reach(hat.role, Action::TaskAssign) == Some(Reach::Town);
            if !is_office && caller.account.as_str() != "system" {
                return Err(Error::Forbidden {
                    code: "policy.forbidden",
                    message: "合并任务涉及其他单位，请由消安办办理".to_owned(),
                });
            }
        }
        let (place, path) = (first.place.clone(), first.place.path.clone());
        let joint: Vec<OrgId> = orgs.into_iter().collect();
        let window = Window::new(from, due_on)?;
        let task = Task::pending(self.new_id().into(), place.place.id.clone(), lead.clone(), joint, window);
        let code = next_code(&mut tx, window).await?;
        let filing = TaskFiling {
            code: code.clone(),
            plan: None,
            path: path.clone(),
            kind: "joint".to_owned(),
            plan_item: None,
        };
        tx.insert_task(&task, &filing, now).await?;
        for one in loaded {
            let act = caller.act(hat, now, None);
            let (old, event) = one.stored.task.cancel(act, &format!("{JOINED}{code}"), now)?;
            tx.save_task_step(&old, &event).await?;
        }
        let subject = task_subject(&mut tx, &task, &place).await?;
        let names = Names::read(&mut tx).await?;
        let audit = caller.audit_as(hat, "task.joint", ("task", task.id.as_str()), &path, now);
        let made = Loaded {
            stored: StoredTask { task, filing, events: Vec::new() },
            place,
            subject,
            involved: Involved::default(),
            holders: Default::default(),
        };
        let view = TaskView::of(caller, &made, &names, now.date());
        Ok(tx.commit(audit, view).await?)
    }
}
