//! What stays with a post, section by section: one line for each thing that is open. A noun whose rows have an owner adds
//! a section here. What does not belong here: signatures and dates (the parent room).

use std::collections::BTreeMap;

use chrono::Datelike;
use domain::hazard::Stage;
use domain::ids::{PersonId, PostId};
use domain::letter::Standing;
use domain::org::{Assignment, Post};
use domain::policy::{Action, Hats, Scope};
use domain::time::Date;
use serde::{Deserialize, Serialize};
use store::Read;
use store::enforcement::CaseFilter;
use store::evidence::EvidenceFilter;
use store::follow_up::FollowUpFilter;
use store::hazard::HazardFilter;
use store::paper::PaperFilter;
use store::report::ReportFilter;
use store::report_case::ReportCaseFilter;
use store::task::TaskFilter;
use utoipa::ToSchema;

use crate::Result;
use crate::task::kind_label;

/// Days ahead for which rosters are looked at. Units: days.
const SHIFTS_AHEAD: u64 = 366;
/// Lines of a section; how many there are beyond is told.
const MOST: i64 = 500;

/// Something that stays with the post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SheetLine {
    /// Id of the record.
    pub id: String,
    /// One line, as people name it.
    pub title: String,
    /// By when something is due.
    pub due_on: Option<String>,
    /// Code of where it stands, as the record's own; empty where it has none.
    pub state: String,
    /// Where it stands, in Chinese.
    pub note: String,
    /// Its page; empty where it has none.
    pub href: String,
}

/// Everything of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SheetSection {
    /// Kind, as `task`.
    pub kind: String,
    /// In Chinese.
    pub label: String,
    /// How many there are in all.
    pub total: i64,
    /// The first of them, the most pressing first.
    pub lines: Vec<SheetLine>,
}

fn section(kind: &str, label: &str, total: i64, lines: Vec<SheetLine>) -> SheetSection {
    SheetSection { kind: kind.to_owned(), label: label.to_owned(), total, lines }
}

/// A section of all its lines.
fn counted(kind: &str, label: &str, lines: Vec<SheetLine>) -> SheetSection {
    section(kind, label, i64::try_from(lines.len()).unwrap_or(i64::MAX), lines)
}

/// What stays with a post as of a day; sections with nothing in them are left out. `giver` is whose certificates are to be
/// handed back or changed.
// Whoever shows or fixes a sheet has asked who may see the post.
pub(crate) async fn sections(
    read: &mut Read,
    post: &Post,
    path: &str,
    giver: Option<&PersonId>,
    today: Date,
) -> Result<Vec<SheetSection>> {
    let mut all = vec![
        tasks(read, post).await?,
        hazards(read, post, path, today).await?,
        plans(read, post, path, today).await?,
        follow_ups(read, post).await?,
        letters(read, post, today).await?,
        placards(read, post, path, today).await?,
        papers(read, post, path, today).await?,
        report_cases(read, post).await?,
        whistles(read, post).await?,
        returned_evidence(read, post).await?,
        report_drafts(read, post).await?,
    ];
    if let Some(giver) = giver {
        all.push(shifts(read, post, giver, today).await?);
        all.push(cases(read, giver).await?);
        all.push(certificates(read, giver, today).await?);
    }
    all.retain(|section| section.total > 0);
    Ok(all)
}

/// Open tasks that the holder owes.
async fn tasks(read: &mut Read, post: &Post) -> Result<SheetSection> {
    let whole = crate::Caller::system().scope(Action::TaskRead)?;
    let filter = TaskFilter { post: Some(post.id.clone()), open: true, ..TaskFilter::default() };
    let total = read.task_count(&whole, &filter).await?;
    let found = read.tasks(&whole, &filter, None, MOST).await?;
    let ids: Vec<_> = found.iter().map(|one| one.task.place.clone()).collect();
    let names: std::collections::HashMap<_, _> =
        read.places_by_id(&ids).await?.into_iter().map(|one| (one.place.id, one.place.name)).collect();
    let line = |one: &store::task::StoredTask| {
        let place = names.get(&one.task.place).map_or("", String::as_str);
        SheetLine {
            id: one.task.id.to_string(),
            title: format!("{} {} {place}", one.filing.code, kind_label(&one.filing.kind)),
            due_on: Some(one.task.window.due_on.to_string()),
            state: one.task.state.code().to_owned(),
            note: one.task.state.label().to_owned(),
            href: format!("/tasks/{}", one.task.id),
        }
    };
    Ok(section("task", "检查任务", total, found.iter().map(line).collect()))
}

/// The hat somebody wears who holds the post.
fn hat_of(post: &Post, path: &str, today: Date) -> Assignment {
    Assignment {
        away: Vec::new(),
        id: "post".into(),
        person: "post".into(),
        post: post.id.clone(),
        role: post.role,
        org: post.org.clone(),
        territory: post.territory.clone(),
        path: path.to_owned(),
        place: None,
        acting: false,
        from: today,
        to: None,
        basis: String::new(),
    }
}

/// The hazards a post sees to: those of its area or its sector; for a post of the whole town, those its organisation found.
fn hazards_of(post: &Post, path: &str, today: Date) -> Option<(Scope, HazardFilter)> {
    let scope = Hats::on([hat_of(post, path, today)], today).scope(Action::HazardRecheck)?;
    let org = scope.is_whole().then(|| post.org.clone());
    Some((scope, HazardFilter { open: true, org, ..HazardFilter::default() }))
}

async fn hazards(read: &mut Read, post: &Post, path: &str, today: Date) -> Result<SheetSection> {
    let Some((scope, filter)) = hazards_of(post, path, today) else {
        return Ok(section("hazard", "未销案隐患", 0, Vec::new()));
    };
    let total = read.hazard_count(&scope, &filter).await?;
    let found = read.hazards_by_deadline(&scope, &filter, MOST).await?;
    let line = |one: &store::hazard::Listed| SheetLine {
        id: one.id.to_string(),
        title: format!("{} {} {}", one.filing.code, one.place_name, one.description),
        due_on: one.deadline_on.map(|day| day.to_string()),
        state: one.state.clone(),
        note: Stage::from_code(&one.state).map_or("", Stage::label).to_owned(),
        href: format!("/hazards/{}", one.id),
    };
    Ok(section("hazard", "未销案隐患", total, found.iter().map(line).collect()))
}

/// Inspection plans of the post's organisation for this year and the next, where the post may draw them up.
async fn plans(read: &mut Read, post: &Post, path: &str, today: Date) -> Result<SheetSection> {
    let mut lines = Vec::new();
    if domain::policy::reach(post.role, Action::PlanDraft).is_some() {
        let whole = crate::Caller::system().scope(Action::PlanRead)?;
        for year in [today.year(), today.year() + 1] {
            let found = read.inspection_plans(year, Some(&post.org), &whole).await?;
            let here = found.into_iter().filter(|one| {
                use domain::inspection_plan::State;
                let is_over = matches!(one.plan.state, State::Void { .. } | State::Superseded { .. });
                !is_over && (one.path == path || one.path.starts_with(&format!("{path}/")))
            });
            lines.extend(here.map(|one| SheetLine {
                id: one.plan.id.to_string(),
                title: one.title,
                due_on: None,
                state: crate::inspection_plan::view::state_code(&one.plan.state).to_owned(),
                note: one.plan.state.label().to_owned(),
                href: format!("/inspection-plans/{}", one.plan.id),
            }));
        }
    }
    Ok(counted("inspection_plan", "检查计划", lines))
}

/// Items a meeting or a report asked of the post, and that are not done or not yet seen to be.
async fn follow_ups(read: &mut Read, post: &Post) -> Result<SheetSection> {
    let whole = crate::Caller::system().scope(Action::FollowUpRead)?;
    let filter = FollowUpFilter {
        state: Some("open,done".to_owned()),
        owners: Some(vec![post.id.clone()]),
        ..FollowUpFilter::default()
    };
    let found = read.follow_ups(&whole, &filter, None, MOST).await?;
    let line = |one: &store::follow_up::FollowUpRecord| SheetLine {
        id: one.item.id.to_string(),
        title: one.item.text.clone(),
        due_on: Some(one.item.due_on.to_string()),
        state: one.item.state.code().to_owned(),
        note: one.item.state.label().to_owned(),
        href: "/follow-ups".to_owned(),
    };
    let lines: Vec<SheetLine> = found.iter().map(line).collect();
    Ok(counted("follow_up", "督办事项", lines))
}

/// Letters of responsibility that bind the post: the new holder signs them anew.
async fn letters(read: &mut Read, post: &Post, today: Date) -> Result<SheetSection> {
    let whole = crate::Caller::system().scope(Action::LetterRead)?;
    let mut lines = Vec::new();
    for one in read.letters(&whole).await? {
        let stands = one.letter.standing(one.left_on, one.voided.is_some(), today);
        let binds = matches!(stands, Standing::Ahead | Standing::InForce | Standing::ToResign);
        if one.letter.post == post.id && binds {
            lines.push(SheetLine {
                id: one.letter.id.to_string(),
                title: format!("责任书 {}", one.letter.terms.number).trim_end().to_owned(),
                due_on: Some(one.letter.terms.until.to_string()),
                state: stands.code().to_owned(),
                note: stands.label().to_owned(),
                href: format!("/letters/{}", one.letter.id),
            });
        }
    }
    Ok(counted("letter", "责任书", lines))
}

/// Placards that name the holder of the post: each is to be hung up anew with the next one's name.
async fn placards(read: &mut Read, post: &Post, path: &str, today: Date) -> Result<SheetSection> {
    let lines = crate::placard::in_hand(read, post, path, today).await?;
    Ok(counted("placard", "公示牌", lines))
}

/// Papers of the post's organisation that are not out yet or not served, where the post may draft them.
async fn papers(read: &mut Read, post: &Post, path: &str, today: Date) -> Result<SheetSection> {
    let mut lines = Vec::new();
    if let Some(scope) = Hats::on([hat_of(post, path, today)], today).scope(Action::PaperDraft) {
        let filter =
            PaperFilter { state: Some("draft,approved,issued".to_owned()), ..PaperFilter::default() };
        let found = read.papers(&scope, &filter, None, MOST).await?;
        lines.extend(found.into_iter().filter(|one| one.paper.org == post.org).map(|one| {
            let number = one.paper.state.approval().and_then(|approval| approval.number.as_ref());
            let number = number.map(|number| format!("{} ", number.text)).unwrap_or_default();
            SheetLine {
                id: one.paper.id.to_string(),
                title: format!("{number}{}", one.paper.title),
                due_on: None,
                state: one.paper.state.code().to_owned(),
                note: one.paper.state.label().to_owned(),
                href: format!("/papers/{}", one.paper.id),
            }
        }));
    }
    Ok(counted("paper", "在办文书", lines))
}

/// Reports given to the post's organisation that nobody has looked at to the end, where the post may handle them.
async fn report_cases(read: &mut Read, post: &Post) -> Result<SheetSection> {
    let mut lines = Vec::new();
    if domain::policy::reach(post.role, Action::ReportCaseHandle).is_some() {
        let whole = crate::Caller::system().scope(Action::ReportCaseRead)?;
        let filter = ReportCaseFilter {
            stages: Some("assigned,doubted".to_owned()),
            orgs: Some(post.org.to_string()),
            ..ReportCaseFilter::default()
        };
        let found = read.report_cases(&whole, &filter, None, MOST).await?;
        lines.extend(found.into_iter().map(|one| SheetLine {
            id: one.case.id.to_string(),
            title: format!("{} {} {}", one.case.code, one.case.matter.label(), one.case.site.address),
            due_on: one.case.due_at().map(|at| at.date().to_string()),
            state: one.case.stage.code().to_owned(),
            note: one.case.stage.label().to_owned(),
            href: format!("/report-cases/{}", one.case.id),
        }));
    }
    Ok(counted("report_case", "在办举报件", lines))
}

/// Whistles on which the post's organisation still owes something, where the post may answer them.
async fn whistles(read: &mut Read, post: &Post) -> Result<SheetSection> {
    let mut lines = Vec::new();
    if domain::policy::reach(post.role, Action::WhistleAnswer).is_some() {
        let whole = crate::Caller::system().scope(Action::WhistleRead)?;
        for one in read.whistles(&whole, Some("sent"), None, i64::MAX).await? {
            let whistle = &one.whistle;
            let Some(body) = whistle.body(&post.org).filter(|body| body.finished.is_none()) else { continue };
            let due = if body.received.is_some() { body.clocks.arrive_by } else { body.clocks.receive_by };
            lines.push(SheetLine {
                id: whistle.id.to_string(),
                title: format!("{} {}", whistle.code, whistle.problem),
                due_on: body.arrived.is_none().then(|| due.date().to_string()),
                state: whistle.stage.code().to_owned(),
                note: whistle.stage.label().to_owned(),
                href: format!("/whistles/{}", whistle.id),
            });
        }
    }
    Ok(counted("whistle", "在办吹哨单", lines))
}

/// Evidence that was sent back and is to be handed in anew.
async fn returned_evidence(read: &mut Read, post: &Post) -> Result<SheetSection> {
    let whole = crate::Caller::system().scope(Action::EvidenceRead)?;
    let filter = returned(&post.id);
    let total = read.evidence_count(&whole, &filter).await?;
    let found = read.evidences(&whole, &filter, None, MOST).await?;
    let line = |one: &store::evidence::EvidenceRecord| SheetLine {
        id: one.evidence.id.to_string(),
        title: one.evidence.content.title.clone(),
        due_on: None,
        state: one.evidence.state.code().to_owned(),
        note: one.evidence.state.label().to_owned(),
        href: format!("/evidence/{}", one.evidence.id),
    };
    Ok(section("evidence", "退回的佐证", total, found.iter().map(line).collect()))
}

fn returned(post: &PostId) -> EvidenceFilter {
    EvidenceFilter {
        state: Some("rejected".to_owned()),
        post: Some(post.clone()),
        ..EvidenceFilter::default()
    }
}

/// Reports of the post's organisation that are still being written, where the post may write them.
async fn report_drafts(read: &mut Read, post: &Post) -> Result<SheetSection> {
    let mut lines = Vec::new();
    if domain::policy::reach(post.role, Action::ReportWrite).is_some() {
        let filter = ReportFilter { state: Some("draft".to_owned()), ..ReportFilter::default() };
        let found = read.reports(&filter, None, MOST).await?;
        lines.extend(found.into_iter().filter(|one| one.report.org == post.org).map(|one| SheetLine {
            id: one.report.id.to_string(),
            title: one.report.title,
            due_on: None,
            state: one.report.state.code().to_owned(),
            note: one.report.state.label().to_owned(),
            href: format!("/reports/{}", one.report.id),
        }));
    }
    Ok(counted("report", "起草中的报告", lines))
}

/// Shifts on rosters to come of the forces the post belongs to that nobody mans once the giver has left the post: somebody
/// else is put on them.
async fn shifts(read: &mut Read, post: &Post, giver: &PersonId, today: Date) -> Result<SheetSection> {
    let forces = read.all_forces().await?.into_iter().filter(|one| one.posts.contains(&post.id));
    let forces: BTreeMap<_, _> = forces.map(|one| (one.id.clone(), one)).collect();
    if forces.is_empty() {
        return Ok(counted("shift", "待调整的值班", Vec::new()));
    }
    let until = today.checked_add_days(chrono::Days::new(SHIFTS_AHEAD)).unwrap_or(today);
    let held = read.assignments_of(giver).await?.into_iter().map(|one| one.assignment);
    // As long as his last day is not said, all of it goes with the post.
    let stays: Vec<Assignment> = held.filter(|one| one.post != post.id || one.to.is_some()).collect();
    let listed = read.force_duties(None, (today, until)).await?.into_iter().map(|one| one.duty);
    let lines = listed.filter(|duty| duty.person == *giver).filter_map(|duty| {
        let name = &forces.get(&duty.force).filter(|force| force.has_left(&stays, &duty))?.name;
        Some(SheetLine {
            title: format!("{name} {} {}", duty.on, duty.shift.label()),
            due_on: Some(duty.on.to_string()),
            state: duty.shift.code().to_owned(),
            note: "交接后无人在岗，另行排班".to_owned(),
            href: format!("/forces/{}", duty.force),
            id: duty.id,
        })
    });
    Ok(counted("shift", "待调整的值班", lines.collect()))
}

/// Penalty cases that run and name the giver as 承办人: the head names another before he leaves.
async fn cases(read: &mut Read, giver: &PersonId) -> Result<SheetSection> {
    let whole = crate::Caller::system().scope(Action::CaseRead)?;
    let filter = CaseFilter { stages: Some(crate::enforcement::RUNNING.to_owned()), ..CaseFilter::default() };
    let found = read.cases(&whole, &filter, None, MOST).await?;
    let his = found.into_iter().filter(|one| one.case.officers.contains(giver)).map(|one| SheetLine {
        id: one.case.id.to_string(),
        title: format!("{} {}", one.case.number.as_deref().unwrap_or_default(), one.case.cause)
            .trim()
            .to_owned(),
        due_on: None,
        state: one.case.stage.code().to_owned(),
        note: one.case.stage.label().to_owned(),
        href: format!("/cases/{}", one.case.id),
    });
    Ok(counted("enforcement_case", "承办的案件", his.collect()))
}

/// How much that binds a post itself is open on each of these: items owed, letters to sign, evidence sent back. Tasks are
/// counted where tasks are.
// Whoever counts has asked who may see to the posts.
pub(crate) async fn open_on(read: &mut Read, posts: &[PostId], today: Date) -> Result<BTreeMap<PostId, i64>> {
    let mut open: BTreeMap<PostId, i64> = BTreeMap::new();
    if posts.is_empty() {
        return Ok(open);
    }
    let whole = crate::Caller::system().scope(Action::FollowUpRead)?;
    let owed = FollowUpFilter {
        state: Some("open,done".to_owned()),
        owners: Some(posts.to_vec()),
        ..FollowUpFilter::default()
    };
    for one in read.follow_ups(&whole, &owed, None, MOST).await? {
        *open.entry(one.item.owner).or_default() += 1;
    }
    let whole = crate::Caller::system().scope(Action::LetterRead)?;
    for one in read.letters(&whole).await? {
        let stands = one.letter.standing(one.left_on, one.voided.is_some(), today);
        let binds = matches!(stands, Standing::Ahead | Standing::InForce | Standing::ToResign);
        if binds && posts.contains(&one.letter.post) {
            *open.entry(one.letter.post).or_default() += 1;
        }
    }
    let whole = crate::Caller::system().scope(Action::EvidenceRead)?;
    for post in posts {
        let n = read.evidence_count(&whole, &returned(post)).await?;
        if n > 0 {
            *open.entry(post.clone()).or_default() += n;
        }
    }
    Ok(open)
}

/// Certificates that go with the person: to be handed back or changed where they name the post.
async fn certificates(read: &mut Read, giver: &PersonId, today: Date) -> Result<SheetSection> {
    let held = read.certificates_of(giver).await?;
    let lines: Vec<SheetLine> = held
        .iter()
        .filter(|one| one.certificate.is_valid_on(today))
        .map(|one| SheetLine {
            id: one.certificate.id.to_string(),
            title: format!("{} {}", one.certificate.kind.label(), one.certificate.number),
            due_on: one.certificate.expires_on.map(|day| day.to_string()),
            state: String::new(),
            note: "随人，核对后收回或变更".to_owned(),
            href: String::new(),
        })
        .collect();
    Ok(counted("certificate", "移交人证件", lines))
}
