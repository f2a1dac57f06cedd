//! Papers: drafted from a template and what the record knows, approved with a number, issued as files that can be proved,
//! served, taken back. What does not belong here: which step follows which (`domain::paper`), how a paper looks (`render`).

mod circulate;
pub(crate) mod draw;
pub(crate) mod labels;
mod of_hazard;
mod prefill;
mod print;
mod receipt;
pub(crate) mod series;
pub(crate) mod step;
mod table;
mod template;
mod view;

use std::collections::HashMap;
use std::sync::LazyLock;

use domain::ids::{OrgId, PaperId, PhotoId};
use domain::org::{Assignment, Org, Relation};
use domain::paper::{
    About, CLASSIFIED, Catalog, ENFORCEMENT_CASE, FieldProblem, Marks, Paper, State, Template, URGENCY,
    Value, Values, is_classified,
};
use domain::policy::{Action, Subject};
use domain::time::Date;
use serde::Deserialize;
use store::Read;
pub use store::paper::PaperFilter;
use store::paper::PaperRecord;
use utoipa::ToSchema;

use crate::enforcement::order::in_name_of;
use crate::enforcement::step::ABOUT;
use crate::names::Names;
use crate::photo::may_see;
use crate::view::{Named, Word, instant_of_page, page_after};
use crate::{App, Caller, Error, Result};

pub use circulate::PaperCirculate;
pub use draw::{PaperFile, PaperForm};
pub use print::{PaperPrint, PaperPrinted};
pub use receipt::{ReceiptInput, ReceiptView, ReceivedPage, ReceivedRow};
pub use series::{NumberRow, NumbersView, SeriesInput, SeriesView};
pub use step::{PaperApprove, PaperRevoke, PaperServe, PaperVersion};
pub use template::{
    TemplateBase, TemplateChange, TemplateDecide, TemplatePhrase, TemplateWithdraw, TemplatesView,
    TownTemplateInput, TownTemplateView,
};
pub(crate) use template::{in_use, template_of, templates_waiting};
pub(crate) use view::row;
use view::template_view;
pub(crate) use view::way_word;
pub use view::{
    AboutView, FrozenView, MarksView, PaperColumn, PaperField, PaperOptions, PaperOrg, PaperPage,
    PaperProblem, PaperRow, PaperTemplate, PaperView, Prefilled, ServiceView,
};

/// The templates and series that come along; files of ours, checked by a test of `exchange`.
pub(crate) fn catalog() -> &'static Catalog {
    static CATALOG: LazyLock<Catalog> = LazyLock::new(|| exchange::paper_file::shipped().0);
    &CATALOG
}

/// A paper to draft or change.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PaperInput {
    /// Code of the template.
    pub template: String,
    /// Its edition, to choose between the town's own and the one that comes along; the one in use when not said.
    #[serde(default)]
    pub edition: Option<u32>,
    /// Whose paper it is.
    pub org: String,
    /// What is filled in, by the keys of the template's fields.
    #[schema(value_type = Object)]
    #[serde(default)]
    pub values: Values,
    /// 份号、密级、紧急程度.
    #[serde(default)]
    pub marks: MarksView,
    /// Names of what comes with it (附件说明), in order.
    #[serde(default)]
    pub attachments: Vec<String>,
    /// 抄送机关.
    #[serde(default)]
    pub copies_to: Vec<String>,
    /// Bodies of the town it goes to, by id.
    #[serde(default)]
    pub bodies: Vec<String>,
    /// What it is about.
    pub about: Option<AboutView>,
    /// The paper it corrects.
    pub corrects: Option<String>,
    /// The version that was read; none for a new one.
    pub version: Option<i64>,
}

/// Which papers are asked for.
#[derive(Debug, Clone, Default)]
pub struct PaperAsked {
    /// Which.
    pub filter: PaperFilter,
    /// Where the page begins.
    pub after: Option<String>,
    /// At most so many.
    pub limit: i64,
}

/// Something somebody does to a paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    Draft,
    Approve,
    Issue,
    Serve,
    Revoke,
}

/// The hat under which the caller does it: the class of the template says the right, its issuers the roles.
pub(crate) fn hat_for(caller: &Caller, template: &Template, deed: Deed, at: &Subject) -> Result<Assignment> {
    let drafts =
        || caller.hats.only(|role| template.is_drafted_by(role)).hat(template.draft_right(), at).cloned();
    let signs = || caller.hats.only(|role| template.is_signed_by(role)).hat(template.right(), at).cloned();
    let is_of_case = template.family() == ENFORCEMENT_CASE;
    let hat = match deed {
        Deed::Draft | Deed::Serve => drafts(),
        // What the head decides or the reviewer reviews, he signs; the officers write it and carry it out.
        Deed::Approve | Deed::Revoke if is_of_case => {
            return crate::enforcement::paper::signing_hat(caller, template, at);
        }
        Deed::Issue if is_of_case => {
            crate::enforcement::paper::signing_hat(caller, template, at).ok().or_else(drafts)
        }
        Deed::Approve | Deed::Revoke => signs(),
        Deed::Issue => signs().or_else(|| drafts().filter(|_| template.right() == Action::PaperSign)),
    };
    hat.ok_or_else(|| {
        let what = match deed {
            Deed::Draft => "起草",
            Deed::Approve => "批准",
            Deed::Issue => "印发",
            Deed::Serve => "送达",
            Deed::Revoke => "撤销",
        };
        let message = match template.right() {
            Action::HazardOrder => {
                format!(
                    "《{}》只能由两名以上持有效证件的执法人员办理（行政处罚法第四十二条、方案第十一条 C11.4），您的岗位不能{what}；可以改用督促整改通知书",
                    template.name
                )
            }
            _ => format!("您的岗位不能{what}《{}》，需要时请联系消安办", template.name),
        };
        Error::Forbidden { code: "policy.forbidden", message }
    })
}

/// Whether what the paper is about lets this be done with it now.
async fn may_now(
    read: &mut Read,
    caller: &Caller,
    template: &Template,
    paper: &Paper,
    deed: Deed,
    today: Date,
) -> Result<bool> {
    match crate::enforcement::paper::admit(read, caller, template, paper.about.as_ref(), deed, today).await {
        Ok(()) => Ok(true),
        Err(Error::Refused { .. } | Error::Forbidden { .. } | Error::NotFound) => Ok(false),
        Err(other) => Err(other),
    }
}

pub(crate) fn subject(record: &PaperRecord) -> Subject {
    Subject::of(&record.path, Some(&record.paper.org))
}

/// One sentence that names every field that is missing; fields that cannot be right are named one by one.
pub(crate) fn refused(template: &Template, problems: &[FieldProblem]) -> Error {
    let wrong = problems.iter().filter(|one| one.code != "paper.missing_field");
    let wrong: Vec<crate::error::FieldProblem> = wrong
        .map(|one| crate::error::FieldProblem {
            field: one.field.clone(),
            code: one.code,
            message: one.message.clone(),
        })
        .collect();
    if !wrong.is_empty() {
        return Error::Invalid(wrong);
    }
    let name = |one: &FieldProblem| {
        format!("“{}”", template.field(&one.field).map_or(one.field.as_str(), |field| field.zh.as_str()))
    };
    let names: String = problems.iter().map(name).collect();
    let is_given = problems.iter().any(|one| template.given.contains(&one.field));
    let message = match is_given {
        true => format!(
            "《{}》还缺{names}，由{}带入的请先在那里办好，再保存一次草稿",
            template.name,
            template.records()
        ),
        false => format!("《{}》还缺{names}，请填写后再批准", template.name),
    };
    Error::Refused { code: "paper.missing_field", message }
}

/// That a paper is made from a record its template is made from, in the name of a body that may issue it, and says nothing
/// of state secrets. Asked when it is written and again when it gets its number.
///
/// Errors: each in a sentence that says what to do instead.
pub(crate) async fn held(read: &mut Read, template: &Template, paper: &Paper) -> Result<()> {
    if let Some(message) = template.foreign_to(paper.about.as_ref()) {
        return Err(Error::Refused { code: "paper.only_from", message });
    }
    let kind = read.org(&paper.org).await?.ok_or(Error::NotFound)?.org.kind;
    if !template.is_issued_by(kind) {
        let message = format!(
            "《{}》由{}制发，不能以“{}”的名义制发，请改选制发机关",
            template.name,
            template.issuers(),
            paper.issuer
        );
        return Err(Error::Invalid(vec![crate::error::FieldProblem {
            field: "org".to_owned(),
            code: "paper.issuer",
            message,
        }]));
    }
    let said = std::iter::once(&paper.title).chain(&paper.attachments);
    if !paper.marks.secrecy.is_empty() || said.into_iter().any(|text| is_classified(text)) {
        return Err(Error::Refused { code: CLASSIFIED.0, message: CLASSIFIED.1.to_owned() });
    }
    Ok(())
}

/// Photos a paper names.
pub(crate) fn photos_of(values: &Values) -> Vec<PhotoId> {
    let named = values.values().filter_map(|value| match value {
        Value::Photos(photos) => Some(photos),
        _ => None,
    });
    named.flatten().map(|photo| PhotoId::from(photo.name.as_str())).collect()
}

/// The paper, if the caller may read it or it was sent to a body he receives for.
pub(crate) async fn load(read: &mut Read, caller: &Caller, id: &PaperId) -> Result<PaperRecord> {
    if let Some(scope) = caller.hats.scope(Action::PaperRead)
        && let Some(found) = read.paper(id, &scope).await?
    {
        return Ok(found);
    }
    if let Some(scope) = caller.hats.scope(Action::PaperReceive)
        && let Some(found) = read.paper_received(id, &scope).await?
    {
        return Ok(found);
    }
    // Whoever reviews a case reads the papers of its file, and no others.
    if let Some(scope) = caller.hats.scope(Action::CaseReview)
        && let Some(found) = read.paper(id, &Caller::system().scope(Action::PaperRead)?).await?
        && let Some(about) = found.paper.about.as_ref().filter(|about| about.kind == "enforcement")
        && read.case(&about.id.as_str().into(), &scope).await?.is_some()
    {
        return Ok(found);
    }
    Err(Error::NotFound)
}

/// How many papers wait for an answer of the caller's bodies, how many drafts with nothing missing for his approval, and how
/// many have a number and are not out yet.
// Part of the workbench, counted within the right that lets him deal with them.
pub(crate) async fn waiting(read: &mut Read, caller: &Caller, today: Date) -> Result<[i64; 3]> {
    const MOST: i64 = 200;
    let received = match caller.hats.scope(Action::PaperReceive) {
        Some(scope) => read.receipts(&scope, Some("sent,read"), MOST).await?.len() as i64,
        None => 0,
    };
    let approved = PaperFilter { state: Some("approved".to_owned()), ..PaperFilter::default() };
    let to_issue = match caller.hats.scope(Action::PaperDraft) {
        Some(scope) => read.papers(&scope, &approved, None, MOST).await?.len() as i64,
        None => 0,
    };
    let drafts = PaperFilter { state: Some("draft".to_owned()), ..PaperFilter::default() };
    let drafts = match caller.hats.scope(Action::PaperRead) {
        Some(scope) => read.papers(&scope, &drafts, None, MOST).await?,
        None => Vec::new(),
    };
    let mut to_approve = 0;
    for record in &drafts {
        let (paper, template) = (&record.paper, template_of(read, &record.paper).await?);
        let template = &*template;
        let is_whole = template.fill(&paper.values, &draw::frame(paper, template, today, None), true).is_ok();
        let signs = is_whole && hat_for(caller, template, Deed::Approve, &subject(record)).is_ok();
        to_approve += i64::from(signs && may_now(read, caller, template, paper, Deed::Approve, today).await?);
    }
    Ok([received, to_approve, to_issue])
}

fn is_own(caller: &Caller, org: &Org) -> bool {
    caller.hats.all().iter().any(|hat| hat.org == org.id)
}

/// Whether the caller may write under an organisation's name: his own, or one the town commands. Whoever reaches the
/// whole town does not thereby speak for the police.
fn may_issue_for(caller: &Caller, org: &Org) -> bool {
    org.relation == Relation::Town || is_own(caller, org)
}

/// The organisation a paper is drafted for, and where it lies.
///
/// Errors: there is none; not the caller's to write for.
async fn issuing(read: &mut Read, caller: &Caller, id: &str) -> Result<(Org, String)> {
    let org = read.org(&OrgId::from(id)).await?.map(|one| one.org).filter(|one| one.active);
    let org = org.ok_or_else(|| Error::field("org", "paper.org", "没有这个机构，请从列表中选择"))?;
    if !may_issue_for(caller, &org) {
        let text = "不能以这个机构的名义制发文书，请选择本单位或镇属机构";
        return Err(Error::field("org", "paper.org", text));
    }
    let path = read.territory(&org.territory).await?.map(|one| one.territory.path).unwrap_or_default();
    Ok((org, path))
}

/// What a paper goes by in lists: its title, and for a form whom it is to, for there are many of a kind.
pub(crate) fn listed_title(template: &Template, values: &Values, title: &str) -> String {
    let title = title.replace('\n', "");
    match values.get("to") {
        Some(Value::Text(to)) if !template.layout.red_head() && !to.trim().is_empty() => {
            format!("{title}（{}）", to.trim())
        }
        _ => title,
    }
}

/// Lines of a form, the empty ones left out.
fn said(lines: &[String]) -> Vec<String> {
    lines.iter().map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect()
}

/// Marks as typed in.
///
/// Errors: each that cannot stand on this paper.
fn marks_of(template: &Template, asked: &MarksView) -> Result<Marks> {
    let [copy_no, secrecy, period, urgency] =
        [&asked.copy_no, &asked.secrecy, &asked.period, &asked.urgency].map(|one| one.trim().to_owned());
    let marks = Marks { copy_no, secrecy, period, urgency };
    match marks.problems(template.layout) {
        problems if problems.is_empty() => Ok(marks),
        problems => Err(refused(template, &problems)),
    }
}

/// What comes with it, as typed in. Its names carry no stop of their own (GB/T 9704-2012 §7.3.4).
///
/// Errors: such a paper has nothing with it.
fn attachments_of(template: &Template, asked: &[String]) -> Result<Vec<String>> {
    let names: Vec<String> =
        said(asked).iter().map(|name| name.trim_end_matches(['。', '；', '，']).to_owned()).collect();
    if !names.is_empty() && !template.layout.is_with_attachments() {
        return Err(Error::field("attachments", "paper.no_attachments", "这种版式没有附件说明，请清空"));
    }
    Ok(names)
}

/// Whether the caller may see files that come with a paper.
pub(crate) async fn is_seen(read: &mut Read, caller: &Caller, id: &str) -> Result<bool> {
    match load(read, caller, &id.into()).await {
        Ok(_) => Ok(true),
        Err(Error::NotFound) => Ok(false),
        Err(other) => Err(other),
    }
}

/// Where a file that comes with a paper is kept: who drafts, serves or answers it adds some.
///
/// Errors: there is none the caller may see; he only reads it.
pub(crate) async fn may_attach(read: &mut Read, caller: &Caller, id: &str) -> Result<String> {
    let record = load(read, caller, &id.into()).await?;
    let template = template_of(read, &record.paper).await?;
    let serves = hat_for(caller, &template, Deed::Serve, &subject(&record)).is_ok();
    let own = caller.hats.scope(Action::PaperReceive).unwrap_or_default();
    if serves || !read.receipts_of(&record.paper.id, &own).await?.is_empty() {
        return Ok(record.path);
    }
    caller.hat(Action::PaperDraft, &subject(&record)).map(|_| record.path)
}

/// In whose name a paper of a penalty case is made: as the item of the case says (T7); none for any other paper.
async fn in_name_of_case(
    read: &mut Read,
    caller: &Caller,
    template: &Template,
    about: Option<&About>,
) -> Result<Option<String>> {
    let is_of_case = |about: &&About| about.kind == ABOUT && template.right() == Action::HazardOrder;
    let Some(about) = about.filter(is_of_case) else { return Ok(None) };
    let record = read.case(&about.id.as_str().into(), &caller.scope(Action::CaseRead)?).await?;
    let item = crate::enforcement::item_of(read, &record.ok_or(Error::NotFound)?.case).await?;
    in_name_of(read, &item).await
}

/// Records that say other things to other askers, or of which more is true every day: a whistle answers each body with its
/// own arrival, the ledger of a plan grows with each visit. What a draft took from them is not held against them later.
const MOVES_ON: [&str; 2] = ["whistle", "inspection_plan"];

impl App {
    /// What a form needs: templates, organisations, bodies.
    pub async fn paper_options(&self, caller: &Caller) -> Result<PaperOptions> {
        let rights = [Action::PaperDraft, Action::HazardOrder];
        let scopes: Vec<_> = rights.iter().filter_map(|right| caller.hats.scope(*right)).collect();
        if scopes.is_empty() {
            caller.scope(Action::PaperDraft)?;
        }
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let paths: HashMap<_, _> =
            read.territories().await?.into_iter().map(|t| (t.territory.code, t.territory.path)).collect();
        let orgs: Vec<_> =
            read.orgs().await?.into_iter().map(|one| one.org).filter(|org| org.active).collect();
        let at = |org: &Org| Subject::of(paths.get(&org.territory).map_or("", String::as_str), Some(&org.id));
        let mut mine: Vec<_> = orgs
            .iter()
            .filter(|org| may_issue_for(caller, org) && scopes.iter().any(|scope| scope.admits(&at(org))))
            .collect();
        mine.sort_by_key(|org| !is_own(caller, org));
        // The town's own words go before those that come along, which stay there to choose.
        let own = in_use(&mut read, today).await?;
        let mut templates: Vec<&Template> = Vec::new();
        for one in &catalog().templates {
            let is_newest =
                catalog().on(&one.code, today).is_some_and(|newest| newest.version == one.version);
            let may = mine
                .iter()
                .any(|org| one.is_issued_by(org.kind) && hat_for(caller, one, Deed::Draft, &at(org)).is_ok());
            if is_newest && may {
                templates.extend(own.get(&one.code));
                templates.push(one);
            }
        }
        Ok(PaperOptions {
            templates: templates.into_iter().map(template_view).collect(),
            orgs: mine
                .iter()
                .map(|org| PaperOrg {
                    id: org.id.to_string(),
                    name: org.name.clone(),
                    kind: org.kind.code().to_owned(),
                })
                .collect(),
            bodies: orgs
                .iter()
                .filter(|org| receipt::is_body(org))
                .map(|org| Named::new(org.id.as_str(), &org.name))
                .collect(),
            urgency: URGENCY.to_vec(),
            fonts: draw::missing_fonts(),
        })
    }

    /// Papers the caller may see, newest first.
    pub async fn papers(&self, caller: &Caller, asked: &PaperAsked) -> Result<PaperPage> {
        let scope = caller.scope(Action::PaperRead)?;
        let before = page_after(asked.after.as_deref(), instant_of_page)?;
        let mut read = self.db.read(&self.town).await?;
        let mut found = read.papers(&scope, &asked.filter, before.clone(), asked.limit + 1).await?;
        let more = found.len() as i64 > asked.limit;
        found.truncate(usize::try_from(asked.limit).unwrap_or(0));
        let next =
            found.last().filter(|_| more).map(|last| format!("{}~{}", last.recorded_at.0, last.paper.id));
        let names = Names::read(&mut read).await?;
        // What one may ask for is told once, with the first page.
        let (mut kinds, mut orgs) = (Vec::<Word>::new(), Vec::new());
        if before.is_none() {
            for one in &catalog().templates {
                if !kinds.iter().any(|had| had.code == one.code) {
                    kinds.push(Word::new(&one.code, &one.name));
                }
            }
            let may = |org: &Org| (org.active && org.relation == Relation::Town) || is_own(caller, org);
            let found = read.orgs().await?.into_iter().map(|one| one.org).filter(may);
            orgs = found.map(|org| Named::new(org.id.as_str(), org.name)).collect();
        }
        Ok(PaperPage { items: found.iter().map(|one| row(one, &names)).collect(), next, kinds, orgs })
    }

    /// One paper.
    pub async fn paper(&self, caller: &Caller, id: &PaperId) -> Result<PaperView> {
        let mut read = self.db.read(&self.town).await?;
        let record = load(&mut read, caller, id).await?;
        self.paper_view(&mut read, caller, &record).await
    }

    /// Drafts a paper, or changes one that has no number yet.
    ///
    /// Errors: no such template today; not the caller's to draft; values of another kind than the template asks for.
    pub async fn draft_paper(
        &self,
        caller: &Caller,
        id: Option<&PaperId>,
        asked: PaperInput,
    ) -> Result<PaperView> {
        let now = self.now();
        let today = now.date();
        let known = self.given(caller, id, &asked).await?;
        let mut tx = self.write(caller).await?;
        let before = match id {
            Some(id) => Some(load(&mut tx, caller, id).await?),
            None => None,
        };
        let template = match &before {
            Some(before) => template_of(&mut tx, &before.paper).await?,
            None => template::begun(&mut tx, &asked.template, asked.edition, today).await?,
        };
        let template = &*template;
        let (named, path) = issuing(&mut tx, caller, &asked.org).await?;
        let org = named.id;
        let hat = hat_for(caller, template, Deed::Draft, &Subject::of(&path, Some(&org)))?;
        let about =
            asked.about.as_ref().map(|about| About { kind: about.kind.clone(), id: about.id.clone() });
        // Before the record is looked for: what it cannot be made from is no advice to write it freely. A paper of a case says
        // itself why it needs one.
        if template.family() != ENFORCEMENT_CASE
            && let Some(message) = template.foreign_to(about.as_ref())
        {
            return Err(Error::Refused { code: "paper.only_from", message });
        }
        let had = before.as_ref().and_then(|before| before.paper.about.as_ref());
        if let Some(new) = about.as_ref().filter(|about| had != Some(*about)) {
            self.may_read_about(&mut tx, caller, new).await?;
        }
        let deed = Deed::Draft;
        crate::enforcement::paper::admit(&mut tx, caller, template, about.as_ref(), deed, today).await?;
        for photo in tx.photos(&photos_of(&asked.values)).await? {
            if !may_see(&mut tx, caller, &photo.object_kind, &photo.object_id).await? {
                return Err(Error::field("photos", "paper.photo", "照片不存在或您无权使用，请重新选择"));
            }
        }
        let bodies = receipt::bodies(&mut tx, &asked.bodies).await?;
        let corrects = match asked.corrects.as_deref().filter(|id| !id.is_empty()) {
            Some(id) => Some(load(&mut tx, caller, &id.into()).await?.paper.id),
            None => None,
        };
        let values = match known {
            Some(known) => {
                let old = before.as_ref().map(|before| &before.paper.values);
                template.held_to(asked.values, &known, old).map_err(template::wrong)?
            }
            None => asked.values,
        };
        let issuer = in_name_of_case(&mut tx, caller, template, about.as_ref()).await?.unwrap_or(named.name);
        let mut paper = Paper {
            id: id.cloned().unwrap_or_else(|| PaperId::from(self.new_id())),
            template: template.code.clone(),
            edition: template.version,
            title: String::new(),
            org,
            issuer,
            values,
            marks: marks_of(template, &asked.marks)?,
            attachments: attachments_of(template, &asked.attachments)?,
            copies_to: said(&asked.copies_to),
            bodies,
            about,
            corrects,
            state: State::Draft,
        };
        let filled = template.fill(&paper.values, &draw::frame(&paper, template, today, None), false);
        let title = filled.map_err(|problems| refused(template, &problems))?.title;
        paper.title = listed_title(template, &paper.values, &title);
        held(&mut tx, template, &paper).await?;
        let mut record =
            PaperRecord { paper, path, recorded_by: caller.name.clone(), version: 1, recorded_at: now };
        match before {
            None => tx.insert_paper(&record).await?,
            Some(before) => {
                hat_for(caller, template, Deed::Draft, &subject(&before))?;
                before.paper.open()?;
                if before.version != asked.version.unwrap_or(0) {
                    return Err(Error::stale(&self.paper_view(&mut tx, caller, &before).await?));
                }
                record = PaperRecord { paper: record.paper, path: record.path, ..before };
                tx.update_paper(&record).await?;
                record.version += 1;
            }
        }
        let view = self.paper_view(&mut tx, caller, &record).await?;
        let action = if id.is_some() { "paper.change" } else { "paper.draft" };
        let audit = caller.audit_as(&hat, action, ("paper", record.paper.id.as_str()), &record.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// What the record a draft is made from gives, for a template in which the record has the word. Who goes on with a draft
    /// about a record he may not read leaves what it gave.
    ///
    /// Errors: none of the caller's to read; the record does not carry such a paper.
    async fn given(
        &self,
        caller: &Caller,
        id: Option<&PaperId>,
        asked: &PaperInput,
    ) -> Result<Option<Values>> {
        let mut read = self.db.read(&self.town).await?;
        let before = match id {
            Some(id) => Some(load(&mut read, caller, id).await?.paper),
            None => None,
        };
        let template = match &before {
            Some(before) => template_of(&mut read, before).await?,
            None => template::begun(&mut read, &asked.template, asked.edition, self.now().date()).await?,
        };
        drop(read);
        let Some(about) = asked.about.as_ref().filter(|about| template.from.contains(&about.kind)) else {
            return Ok(None);
        };
        if template.given.is_empty() {
            return Ok(None);
        }
        match prefill::values(self, caller, &template, about).await {
            Ok(known) => Ok(Some(known.values)),
            Err(Error::NotFound | Error::Forbidden { .. })
                if before.as_ref().is_some_and(|before| {
                    before.about.as_ref().is_some_and(|had| had.kind == about.kind && had.id == about.id)
                }) =>
            {
                Ok(before.map(|before| before.values))
            }
            Err(other) => Err(other),
        }
    }

    /// That the record a draft was made from still says what the draft took from it: a record may be corrected, and a draft
    /// be older than the rule that gives the record the word. Who may not read the record approves what was given.
    ///
    /// Errors: it says something else by now.
    async fn still_given(&self, caller: &Caller, id: &PaperId) -> Result<()> {
        let mut read = self.db.read(&self.town).await?;
        let paper = load(&mut read, caller, id).await?.paper;
        let template = template_of(&mut read, &paper).await?;
        drop(read);
        let checked =
            |about: &About| template.from.contains(&about.kind) && !MOVES_ON.contains(&about.kind.as_str());
        let Some(about) = paper.about.as_ref().filter(|about| !template.given.is_empty() && checked(about))
        else {
            return Ok(());
        };
        let about = AboutView { kind: about.kind.clone(), id: about.id.clone() };
        let known = match prefill::values(self, caller, &template, &about).await {
            Ok(known) => known.values,
            Err(Error::NotFound | Error::Forbidden { .. }) => return Ok(()),
            Err(other) => return Err(other),
        };
        match template.strays(&paper.values, &known) {
            None => Ok(()),
            Some(message) => Err(Error::Refused { code: "paper.given_changed", message }),
        }
    }

    /// Values for a template from what the record knows; only what the caller may read.
    pub async fn prefill_paper(
        &self,
        caller: &Caller,
        template: &str,
        about: &AboutView,
    ) -> Result<Prefilled> {
        let today: Date = self.now().date();
        let template = {
            let mut read = self.db.read(&self.town).await?;
            template::begun(&mut read, template, None, today).await?
        };
        prefill::values(self, caller, &template, about).await
    }
}
