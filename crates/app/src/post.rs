//! Posts and who is on them: staffing, appointing, certificates. An assignment that ended stays, and what was done under
//! it keeps its hat. What does not belong here: rights (`domain::policy`), persons themselves (`person`).

mod away;
pub mod owner;
mod page;

use std::collections::BTreeMap;

use domain::ids::{AssignmentId, OrgId, PersonId, PostId, TerritoryCode};
use domain::org::order::natural;
use domain::org::{
    Assignment, Certificate, Level, Life, Org, OrgKind, Person, Post, Relation, Role, Territory, appoint,
};
use domain::policy::{Action, Subject};
use domain::time::Date;
use serde::{Deserialize, Serialize};
use store::Write;
use store::org::{OrgRecord, TerritoryRecord};
use store::person::PersonRecord;
use store::post::{AssignmentRecord, PostRecord};
use utoipa::ToSchema;

pub use away::{PostAwayBack, PostAwayInput, PostAwayView};
pub(crate) use away::{away_view, back, post_away};
pub(crate) use page::waiting;
pub(crate) use page::{Book, WARN_DAYS};
pub use page::{LeaverView, PostPage, PostShortage, PostStretch, WaitingPost};

use crate::attachment::AttachmentView;
use crate::gate::GateView;
use crate::names::Names;
use crate::org::{Fields, government_for_short, name_town, read_life, town_name};
use crate::person::{initials, sound};
use crate::view::Named;
use crate::{App, Caller, Error, Result};

/// 任职 as pages see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AssignmentView {
    /// Id.
    pub id: String,
    /// Role.
    pub role: String,
    /// What people call it.
    pub role_label: String,
    /// Post.
    pub post: Named,
    /// Organisation.
    pub org: Named,
    /// Where.
    pub territory: Named,
    /// Acting for somebody.
    pub acting: bool,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: Option<String>,
    /// 依据文件.
    pub basis: String,
    /// Whether it is valid today.
    pub valid: bool,
    /// When he is away, from today on.
    pub away: Vec<PostAwayView>,
}

/// 岗位 as pages see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PostView {
    /// Id.
    pub id: String,
    /// Role.
    pub role: String,
    /// What people call it.
    pub role_label: String,
    /// Organisation.
    pub org: Named,
    /// Where.
    pub territory: Named,
    /// Name.
    pub name: String,
    /// Fewest holders.
    pub min_n: u32,
    /// Most holders.
    pub max_n: Option<u32>,
    /// Whether it exists on the day.
    pub active: bool,
    /// First day; null where nobody knows.
    pub founded_on: Option<String>,
    /// The first day on which it is no more.
    pub closed_on: Option<String>,
    /// Who is on it on the day.
    pub holders: Vec<HolderView>,
    /// How many are missing.
    pub missing: usize,
    /// How many there are beyond the most; for information only.
    pub beyond: usize,
    /// `green`, `amber` or `red`.
    pub light: String,
    /// In Chinese.
    pub light_label: String,
    /// As many as must act together and nobody to take a place.
    pub no_cover: bool,
    /// What falls below the minimum soon, by itself.
    pub shortages: Vec<PostShortage>,
    /// Row version.
    pub version: i64,
    /// What the caller may do to it now.
    pub actions: Vec<String>,
}

/// Somebody on a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HolderView {
    /// Who.
    pub person: Named,
    /// By which assignment.
    pub assignment: String,
    /// Acting for somebody.
    pub acting: bool,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: Option<String>,
    /// When he is away, from the day on.
    pub away: Vec<PostAwayView>,
    /// The absence he is in on the day; null when he is there.
    pub absent: Option<PostAwayView>,
    /// How he stands with the gate of clause 11 on this post; null where it does not ask for it, or he left it.
    pub gate: Option<GateView>,
}

/// 证件 as pages see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CertificateView {
    /// Id.
    pub id: String,
    /// Kind.
    pub kind: String,
    /// What people call it.
    pub kind_label: String,
    /// 证号.
    pub number: String,
    /// 发证机关.
    pub issuer: String,
    /// First day.
    pub issued_on: String,
    /// Last day.
    pub expires_on: Option<String>,
    /// Region and category, as printed on it.
    pub scope: String,
    /// Taken back, or lost.
    pub revoked: bool,
    /// Since when; null while it is not.
    pub revoked_on: Option<String>,
    /// Why.
    pub revoke_reason: String,
    /// Whether it may be shown today.
    pub valid: bool,
    /// Scans or pictures of it; only for whoever may record certificates.
    pub files: Vec<AttachmentView>,
}

impl CertificateView {
    pub(crate) fn of(held: &Certificate, today: Date) -> Self {
        Self {
            id: held.id.to_string(),
            kind: held.kind.code().to_owned(),
            kind_label: held.kind.label().to_owned(),
            number: held.number.clone(),
            issuer: held.issuer.clone(),
            issued_on: held.issued_on.to_string(),
            expires_on: held.expires_on.map(|day| day.to_string()),
            scope: held.scope.clone(),
            revoked: held.revoked.is_some(),
            revoked_on: held.revoked.as_ref().map(|taken| taken.on.to_string()),
            revoke_reason: held.revoked.as_ref().map(|taken| taken.reason.clone()).unwrap_or_default(),
            valid: held.is_valid_on(today),
            files: Vec::new(),
        }
    }
}

/// A post to add.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PostInput {
    /// What its holder is.
    pub role: String,
    /// Organisation.
    pub org: String,
    /// Where it reaches.
    pub territory: String,
    /// Name.
    pub name: String,
    /// Fewest holders.
    #[serde(default)]
    pub min_n: u32,
    /// Most holders.
    pub max_n: Option<u32>,
    /// First day; left out where nobody knows.
    pub founded_on: Option<String>,
}

/// A post to change. What its holder is, for whom and where stays, because work stands on it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PostChange {
    /// Name.
    pub name: String,
    /// Fewest holders.
    #[serde(default)]
    pub min_n: u32,
    /// Most holders.
    pub max_n: Option<u32>,
    /// Whether it still exists.
    pub active: bool,
    /// First day; empty where nobody knows, stays as it is when left out.
    pub founded_on: Option<String>,
    /// The first day on which it is no more; today when it ends and nothing is said.
    pub closed_on: Option<String>,
    /// The version the change is based on.
    pub version: i64,
}

/// Somebody to put on a post.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct AssignmentInput {
    /// Who.
    pub person: String,
    /// Which post.
    pub post: String,
    /// First day.
    pub from: String,
    /// Last day, when it is known.
    pub to: Option<String>,
    /// Acting for somebody.
    #[serde(default)]
    pub acting: bool,
    /// 依据文件.
    #[serde(default)]
    pub basis: String,
}

/// The end of an assignment.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct AssignmentEnd {
    /// Last day, on which the rights still hold.
    pub last_day: String,
    /// 依据文件.
    #[serde(default)]
    pub basis: String,
}

/// Somebody new with everything he needs to begin: the first administrator of a town, above all.
#[derive(Debug, Clone)]
pub struct Newcomer {
    /// Login name.
    pub login: String,
    /// 姓名.
    pub name: String,
    /// First password, to be changed at the first login.
    pub password: String,
    /// What he is.
    pub role: Role,
    /// Where.
    pub territory: TerritoryCode,
    /// Id, name or label of his organisation; the village's own or the town's government when nothing is said.
    pub org: Option<String>,
    /// What the town is called, where it is not in the book yet, or goes by its code there.
    pub town_name: String,
}

/// On what terms somebody is put on a post.
pub(crate) struct Terms {
    /// First day.
    pub from: Date,
    /// Last day, when it is known.
    pub to: Option<Date>,
    /// Acting for somebody.
    pub acting: bool,
    /// 依据文件.
    pub basis: String,
}

/// Which posts are asked for, and in which order.
#[derive(Debug, Clone, Default)]
pub struct PostsAsked {
    /// On which day; today when none is named.
    pub on: Option<Date>,
    /// Words in what the post, its holder's role, its organisation or its territory is called, or in the name of somebody on
    /// it, also by initials.
    pub text: Option<String>,
    /// Only at or below this territory, by code.
    pub territory: Option<String>,
    /// `vacant`: nobody is on it; `missing`: fewer than the least.
    pub staffing: Option<String>,
    /// `holder`, `village` or `missing`; by rank when left out.
    pub sort: Option<String>,
}

/// What posts are called.
pub(crate) type PostNames = BTreeMap<PostId, PostRecord>;

/// An assignment as the caller may know it; `beside` is everybody on the same post, asked only about who acts.
pub(crate) fn assignment_view(
    caller: &Caller,
    held: &Assignment,
    beside: &[Assignment],
    (names, posts): (&Names, &PostNames),
    today: Date,
) -> AssignmentView {
    let away = held.away.iter().filter(|one| one.to >= today);
    let post = posts.get(&held.post).map_or(held.role.label(), |post| post.post.name.as_str());
    AssignmentView {
        id: held.id.to_string(),
        role: held.role.code().to_owned(),
        role_label: held.role.label().to_owned(),
        post: Named::new(held.post.as_str(), post),
        org: names.named_org(&held.org),
        territory: names.territory(held.territory.as_str()),
        acting: held.acting,
        from: held.from.to_string(),
        to: held.to.map(|day| day.to_string()),
        basis: held.basis.clone(),
        valid: held.is_valid_on(today),
        away: away.map(|one| post_away(caller, held, one, beside, |who| names.person(who))).collect(),
    }
}

/// Whether a post as shown says this, or somebody shown on it is called so.
fn says(post: &PostView, text: &str) -> bool {
    let words = [&post.name, &post.role_label, &post.org.name, &post.territory.name];
    let is_called = |one: &HolderView| {
        one.person.name.to_lowercase().contains(text) || initials(&one.person.name).contains(text)
    };
    words.iter().any(|word| word.to_lowercase().contains(text)) || post.holders.iter().any(is_called)
}

pub(crate) fn read_day(fields: &mut Fields, field: &str, text: &str) -> Date {
    domain::time::parse_date(text.trim()).unwrap_or_else(|| {
        fields.wrong(field, "date.invalid", "日期请写成 2026-11-25 的样子");
        Date::default()
    })
}

impl App {
    /// Posts with who is on them on a day. What is looked for is looked for in what the caller is shown, nothing else.
    pub async fn posts(&self, caller: &Caller, asked: &PostsAsked) -> Result<Vec<PostView>> {
        let scope = caller.scope(Action::PersonRead)?;
        let on = asked.on.unwrap_or_else(|| self.now().date());
        let mut read = self.db.read(&self.town).await?;
        let book = Book::read(&mut read, on).await?;
        let mut posts = read.posts().await?;
        posts.sort_by_cached_key(|kept| {
            let post = &kept.post;
            (post.role, natural(&post.name), post.id.clone())
        });
        let around = asked.territory.as_deref().filter(|code| !code.is_empty());
        let seen = |kept: &&PostRecord| {
            let subject = book.subject(&kept.post);
            let is_there = |code: &str| subject.path.split('/').any(|one| one == code);
            scope.admits(&subject) && around.is_none_or(is_there)
        };
        let text = asked.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let mut found: Vec<PostView> = posts
            .iter()
            .filter(seen)
            .map(|post| book.view(caller, post))
            .filter(|post| text.is_none_or(|text| says(post, &text.to_lowercase())))
            .filter(|post| match asked.staffing.as_deref() {
                Some("vacant") => post.active && post.holders.is_empty(),
                Some("missing") => post.active && post.missing > 0,
                _ => true,
            })
            .collect();
        // Stable: within the same, by rank.
        match asked.sort.as_deref() {
            Some("holder") => found.sort_by_cached_key(|post| {
                let first = post.holders.iter().map(|one| sound(&one.person.name)).min();
                (first.is_none(), first)
            }),
            Some("village") => {
                found.sort_by_cached_key(|post| (natural(&post.territory.name), post.territory.id.clone()));
            }
            Some("missing") => found.sort_by_key(|post| std::cmp::Reverse(post.missing)),
            _ => {}
        }
        Ok(found)
    }

    /// Adds a post; nobody is on it yet.
    pub async fn add_post(&self, caller: &Caller, input: PostInput) -> Result<PostView> {
        let now = self.now();
        let hat = caller.hat(Action::OrgChange, &Subject::town())?;
        let mut tx = self.write(caller).await?;
        let names = Names::read(&mut tx).await?;
        let mut fields = Fields::default();
        let name = fields.name("name", &input.name);
        let role = Role::from_code(&input.role);
        if role.is_none() {
            fields.wrong("role", "post.role", "请选择岗位角色");
        }
        let (org, territory) = (OrgId::from(input.org), TerritoryCode::from(input.territory));
        if !names.knows_org(&org) {
            fields.wrong("org", "post.org", "没有这个机构，请从列表中选择");
        }
        if tx.open_territory(&territory).await?.is_none() {
            fields.wrong("territory", "post.territory", "没有这个辖区，请从列表中选择");
        }
        if input.max_n.is_some_and(|most| most < input.min_n) {
            fields.wrong("max_n", "post.max", "最多人数不能少于最少人数");
        }
        let life = read_life(&mut fields, Life::default(), (input.founded_on.as_deref(), None));
        fields.done()?;
        let life = life.checked(true, now.date())?;
        let Some(role) = role else { return Err(Error::NotFound) };
        let id = PostId::from(self.new_id());
        let post = Post {
            id: id.clone(),
            role,
            org,
            territory,
            name,
            min_n: input.min_n,
            max_n: input.max_n,
            active: true,
        };
        let record = PostRecord { post, life, version: 1, recorded_at: now };
        tx.insert_post(&record).await?;
        let view = Book::read(&mut tx, now.date()).await?.view(caller, &record);
        Ok(tx.commit(caller.audit_as(hat, "post.add", ("post", id.as_str()), "", now), view).await?)
    }

    /// Puts somebody on a post. Nobody puts himself on one.
    pub async fn assign(&self, caller: &Caller, input: AssignmentInput) -> Result<AssignmentView> {
        let now = self.now();
        let scope = caller.scope(Action::PersonRead)?;
        let mut fields = Fields::default();
        let from = read_day(&mut fields, "from", &input.from);
        let to = input.to.as_deref().filter(|to| !to.trim().is_empty());
        let to = to.map(|to| read_day(&mut fields, "to", to));
        let mut tx = self.write(caller).await?;
        let post = tx.post(&input.post.into()).await?.filter(|post| post.post.active);
        if post.is_none() {
            fields.wrong("post", "assignment.post", "没有这个岗位，请从列表中选择");
        }
        let person = tx.person(&input.person.into(), &scope).await?.filter(|person| person.person.active);
        if person.is_none() {
            fields.wrong("person", "assignment.person", "没有这个人员，请从列表中选择");
        }
        fields.done()?;
        let (Some(post), Some(person)) = (post, person) else { return Err(Error::NotFound) };
        let names = Names::read(&mut tx).await?;
        let path = names.path(&post.post.territory).unwrap_or_default().to_owned();
        let hat = caller.hat(Action::PersonChange, &Subject::of(&path, Some(&post.post.org)))?;
        caller.stepped_up(now)?;
        if person.person.id == caller.person {
            return Err(Error::Refused {
                code: "assignment.self",
                message: "不能给自己任职，请由消安办其他人员办理".to_owned(),
            });
        }
        let terms = Terms { from, to, acting: input.acting, basis: input.basis.trim().to_owned() };
        let record = self.appoint_to(&mut tx, &post.post, &path, &person.person.id, terms).await?;
        let posts = [(post.post.id.clone(), post)].into_iter().collect();
        let view = assignment_view(caller, &record.assignment, &[], (&names, &posts), now.date());
        let audit =
            caller.audit_as(hat, "assignment.add", ("assignment", record.assignment.id.as_str()), &path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Changes what a post is called, how many it is for, or whether there is one.
    pub async fn change_post(&self, caller: &Caller, id: &PostId, input: PostChange) -> Result<PostView> {
        let now = self.now();
        let scope = caller.scope(Action::PersonRead)?;
        let mut tx = self.write(caller).await?;
        let mut record = tx.post(id).await?.ok_or(Error::NotFound)?;
        let book = Book::read(&mut tx, now.date()).await?;
        let subject = book.subject(&record.post);
        if !scope.admits(&subject) {
            return Err(Error::NotFound);
        }
        let hat = caller.hat(Action::OrgChange, &subject)?;
        if input.version != record.version {
            return Err(Error::stale(&book.view(caller, &record)));
        }
        let mut fields = Fields::default();
        record.post.name = fields.name("name", &input.name);
        if input.max_n.is_some_and(|most| most < input.min_n) {
            fields.wrong("max_n", "post.max", "最多人数不能少于最少人数");
        }
        let is_taken_up = input.active && !record.post.active;
        if is_taken_up && tx.open_territory(&record.post.territory).await?.is_none() {
            fields.wrong("territory", "post.territory", "没有这个辖区，请从列表中选择");
        }
        let said = (input.founded_on.as_deref(), input.closed_on.as_deref());
        let life = read_life(&mut fields, record.life, said);
        fields.done()?;
        record.life = life.checked(input.active, now.date())?;
        if let Some(closed) = record.life.closed_on {
            let held = tx.assignments_of_post(id).await?;
            if held.iter().any(|one| one.assignment.to.is_none_or(|last| last >= closed)) {
                return Err(Error::Refused {
                    code: "post.held",
                    message: format!("岗位在 {closed} 及以后还有人在任，请先办理离任再撤销岗位"),
                });
            }
        }
        record.post.min_n = input.min_n;
        record.post.max_n = input.max_n;
        record.post.active = input.active;
        tx.update_post(&record).await?;
        record.version += 1;
        let view = book.view(caller, &record);
        let audit = caller.audit_as(hat, "post.change", ("post", id.as_str()), &subject.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Puts a person on a post: the one way in which somebody comes to hold one.
    ///
    /// Errors: he holds it then; it is for one and taken.
    // The use case that puts him there has asked who may.
    pub(crate) async fn appoint_to(
        &self,
        tx: &mut Write,
        post: &Post,
        path: &str,
        person: &PersonId,
        terms: Terms,
    ) -> Result<AssignmentRecord> {
        let new = Assignment {
            away: Vec::new(),
            id: AssignmentId::from(self.new_id()),
            person: person.clone(),
            post: post.id.clone(),
            role: post.role,
            org: post.org.clone(),
            territory: post.territory.clone(),
            path: path.to_owned(),
            place: None,
            acting: terms.acting,
            from: terms.from,
            to: terms.to,
            basis: terms.basis,
        };
        let others = tx.assignments_of_post(&post.id).await?;
        let others: Vec<_> = others.into_iter().map(|held| held.assignment).collect();
        let assignment = appoint(new, post, &others)?;
        crate::gate::may_hold(tx, &assignment, self.now().date()).await?;
        let record = AssignmentRecord { assignment, version: 1, recorded_at: self.now() };
        tx.insert_assignment(&record).await?;
        Ok(record)
    }

    /// Puts somebody new into the book, on a post from today and with an account. The town itself and its government are
    /// put into the book first where they are missing, so that this works on an empty database.
    pub async fn take_on(&self, caller: &Caller, newcomer: Newcomer) -> Result<()> {
        let now = self.now();
        let hat = caller.hat(Action::AccountManage, &Subject::town())?;
        caller.hat(Action::PersonChange, &Subject::town())?;
        let person = Person {
            id: PersonId::from(self.new_id()),
            name: newcomer.name.trim().to_owned(),
            phone: String::new(),
            office_phone: String::new(),
            active: true,
        };
        let account = self.new_account(&newcomer.login, &person.id, &newcomer.password, false).await?;
        let mut tx = self.write(caller).await?;
        let town = TerritoryCode::from(self.town.as_str());
        let town_name = town_name(&mut tx, &town, &newcomer.town_name).await?;
        if tx.territory(&town).await?.is_none() {
            let territory = town_itself(&town, &town_name);
            let record = TerritoryRecord { territory, closed: None, ord: 1, version: 1, recorded_at: now };
            tx.insert_territory(&record).await?;
        }
        name_town(&mut tx, &town, &town_name).await?;
        let place = tx.open_territory(&newcomer.territory).await?.ok_or_else(|| {
            Error::field("territory", "post.territory", "没有这个辖区，请先登记辖区，或用本镇的十二位代码")
        })?;
        let org = match org_of(&tx.orgs().await?, &newcomer)? {
            Some(org) => org,
            None => {
                let org = government(self.new_id().into(), &town, &town_name);
                let record = OrgRecord {
                    org: org.clone(),
                    life: Life::default(),
                    ord: 1,
                    version: 1,
                    recorded_at: now,
                };
                tx.insert_org(&record).await?;
                org.id
            }
        };
        let fits = |post: &PostRecord| {
            post.post.active
                && (post.post.role, &post.post.org, &post.post.territory)
                    == (newcomer.role, &org, &newcomer.territory)
        };
        let post = match tx.posts().await?.into_iter().find(fits) {
            Some(known) => known.post,
            None => {
                let post = Post {
                    id: PostId::from(self.new_id()),
                    role: newcomer.role,
                    org: org.clone(),
                    territory: newcomer.territory.clone(),
                    name: newcomer.role.label().to_owned(),
                    min_n: 1,
                    max_n: None,
                    active: true,
                };
                tx.insert_post(&PostRecord {
                    post: post.clone(),
                    life: Life::default(),
                    version: 1,
                    recorded_at: now,
                })
                .await?;
                post
            }
        };
        let assignment = Assignment {
            away: Vec::new(),
            id: AssignmentId::from(self.new_id()),
            person: person.id.clone(),
            post: post.id,
            role: post.role,
            org: post.org,
            territory: post.territory,
            path: place.territory.path,
            place: None,
            acting: false,
            from: now.date(),
            to: None,
            basis: String::new(),
        };
        crate::gate::may_hold(&mut tx, &assignment, now.date()).await?;
        let pinyin = initials(&person.name);
        tx.insert_person(&PersonRecord { person, pinyin, version: 1, recorded_at: now }).await?;
        tx.insert_assignment(&AssignmentRecord { assignment, version: 1, recorded_at: now }).await?;
        tx.insert_account(&account).await?;
        let audit = caller.audit_as(hat, "account.add", ("account", account.id.as_str()), "", now);
        Ok(tx.commit(audit, ()).await?)
    }

    /// Ends an assignment on its last day: the rights end with that day, what was done under it stays.
    pub async fn end_assignment(
        &self,
        caller: &Caller,
        id: &AssignmentId,
        end: AssignmentEnd,
    ) -> Result<AssignmentView> {
        let now = self.now();
        let scope = caller.scope(Action::PersonRead)?;
        let mut tx = self.write(caller).await?;
        let mut record = tx.assignment(id).await?.ok_or(Error::NotFound)?;
        let subject = subject(&record.assignment);
        if !scope.admits(&subject) {
            return Err(Error::NotFound);
        }
        let hat = caller.hat(Action::PersonChange, &subject)?;
        let mut fields = Fields::default();
        let last = read_day(&mut fields, "last_day", &end.last_day);
        fields.done()?;
        record.assignment = record.assignment.end(last)?;
        tx.end_assignment(&record).await?;
        let names = Names::read(&mut tx).await?;
        let posts = tx.post(&record.assignment.post).await?.into_iter();
        let posts = posts.map(|post| (post.post.id.clone(), post)).collect();
        let view = assignment_view(caller, &record.assignment, &[], (&names, &posts), now.date());
        let mut audit =
            caller.audit_as(hat, "assignment.end", ("assignment", id.as_str()), &record.assignment.path, now);
        audit.reason = end.basis.trim().to_owned();
        audit.detail = serde_json::json!({ "last_day": last.to_string() }).to_string();
        Ok(tx.commit(audit, view).await?)
    }
}

/// Where an assignment stands as far as rights are concerned.
pub(crate) fn subject(held: &Assignment) -> Subject {
    Subject { place: held.place.clone(), ..Subject::of(&held.path, Some(&held.org)) }
}

fn town_itself(code: &TerritoryCode, name: &str) -> Territory {
    Territory {
        code: code.clone(),
        level: Level::Town,
        parent: None,
        path: code.to_string(),
        name: name.to_owned(),
        short_name: name.to_owned(),
        kind: String::new(),
        aliases: Vec::new(),
        provisional: false,
    }
}

fn government(id: OrgId, town: &TerritoryCode, town_name: &str) -> Org {
    Org {
        id,
        kind: OrgKind::TownGov,
        name: format!("{town_name}人民政府"),
        short_name: government_for_short(town_name).to_owned(),
        aliases: Vec::new(),
        relation: Relation::Town,
        label: "org:town_gov".to_owned(),
        territory: town.clone(),
        active: true,
    }
}

/// The organisation a newcomer belongs to; none when it is the government and that is not in the book.
fn org_of(orgs: &[OrgRecord], newcomer: &Newcomer) -> Result<Option<OrgId>> {
    let found = match newcomer.org.as_deref().map(str::trim) {
        Some(word) => {
            let goes_by = |o: &&OrgRecord| {
                [o.org.id.as_str(), &o.org.name, &o.org.short_name, &o.org.label].contains(&word)
                    || o.org.aliases.iter().any(|alias| alias == word)
            };
            let missing = || Error::field("org", "post.org", "没有这个机构，请先登记机构，或核对名称");
            Some(orgs.iter().find(goes_by).ok_or_else(missing)?)
        }
        None => orgs
            .iter()
            .find(|o| o.org.kind == OrgKind::Village && o.org.territory == newcomer.territory)
            .or_else(|| orgs.iter().find(|o| o.org.kind == OrgKind::TownGov)),
    };
    Ok(found.map(|record| record.org.id.clone()))
}
