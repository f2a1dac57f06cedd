//! Posts as pages see them: staffed on a day, what breaks soon, one post with its history and what is open on it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Days, Months};
use domain::ids::{PersonId, PostId};
use domain::org::{
    Assignment, Certificate, CertificateKind, Light, Outlook, Post, Revocation, Role, needed_certificate,
    outlook, staffing_line,
};
use domain::policy::{Action, Subject};
use domain::time::Date;
use serde::Serialize;
use store::Read;
use store::handover::HandoverFilter;
use store::post::PostRecord;
use utoipa::ToSchema;

use super::{HolderView, PostView, post_away};
use crate::gate::Gatekeeper;
use crate::handover::{HandoverRow, SheetSection, sheet};
use crate::names::Names;
use crate::parameter::number_on;
use crate::view::Named;
use crate::{App, Caller, Error, Result};

/// An end that comes within so many days is warned of, where the town has not said otherwise; our own choice.
pub(crate) const WARN_DAYS: (&str, f64) = ("staffing.warn_days", 30.0);
/// The staffing line of a post reaches so many months back.
const LINE_MONTHS: u32 = 14;
/// Handovers shown on a post's page.
const HANDOVERS: i64 = 20;

/// Somebody who will no longer count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LeaverView {
    /// Who.
    pub person: Named,
    /// `left` or `certificate`.
    pub cause: String,
    /// In Chinese.
    pub cause_label: String,
}

/// A day on which a post falls below its minimum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PostShortage {
    /// First day short.
    pub on: String,
    /// How many are missing then.
    pub missing: usize,
    /// Who no longer counts then.
    pub without: Vec<LeaverView>,
}

/// Days in a row on which a post is staffed alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PostStretch {
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Distinct persons who count.
    pub holders: usize,
    /// How many are missing.
    pub missing: usize,
    /// How many there are beyond the most; for information only.
    pub beyond: usize,
}

/// One post with everything about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PostPage {
    /// The post.
    #[serde(flatten)]
    pub post: PostView,
    /// Everybody who was, is or will be on it, oldest first.
    pub history: Vec<HolderView>,
    /// The staffing from day to day, over the last fourteen months and what is known ahead.
    pub line: Vec<PostStretch>,
    /// Handovers the caller may see, latest first.
    pub handovers: Vec<HandoverRow>,
    /// What is open and stays with the post; empty for who may not see handovers.
    pub open_work: Vec<SheetSection>,
}

/// What posts are shown with on a day, read once for many.
pub(crate) struct Book {
    pub names: Names,
    persons: BTreeMap<PersonId, String>,
    held: HashMap<PostId, Vec<Assignment>>,
    certificates: Vec<Certificate>,
    gate: Gatekeeper,
    on: Date,
    warn_days: u16,
}

impl Book {
    /// Reads what is needed for every post on a day.
    // tidy(caller): whoever shows a post has asked who may see it.
    pub async fn read(read: &mut Read, on: Date) -> Result<Self> {
        let warn_days = number_on(read, WARN_DAYS, on).await?;
        let until = on.checked_add_days(Days::new(u64::from(warn_days))).unwrap_or(on);
        let held = read.assignments_between(on, until).await?;
        let mut book = Self {
            names: Names::read(read).await?,
            persons: read.person_names().await?.into_iter().collect(),
            held: HashMap::new(),
            certificates: Vec::new(),
            gate: Gatekeeper::read(read).await?,
            on,
            warn_days,
        };
        for one in held {
            book.held.entry(one.assignment.post.clone()).or_default().push(one.assignment);
        }
        let kinds: BTreeSet<_> = Role::ALL.iter().copied().filter_map(needed_certificate).collect();
        for kind in kinds {
            book.certificates.extend(read.certificates_of_kind(kind).await?);
        }
        // While a leader lets somebody through he counts as if he were trained.
        for kept in read.exemptions().await? {
            let voided = kept.voided.map(|(at, reason)| (at.date(), reason));
            book.certificates.push(Certificate {
                id: kept.exemption.id.as_str().into(),
                person: kept.exemption.person,
                kind: CertificateKind::FireTrainingGrid,
                number: String::new(),
                issuer: String::new(),
                issued_on: kept.exemption.from,
                expires_on: Some(kept.exemption.to),
                scope: String::new(),
                revoked: voided.map(|(on, reason)| Revocation { on, reason }),
            });
        }
        Ok(book)
    }

    /// The post as it was on the day: there or not.
    pub fn then(&self, record: &PostRecord) -> Post {
        Post { active: record.life.is_there(record.post.active, self.on), ..record.post.clone() }
    }

    /// Where a post stands as far as rights are concerned.
    pub fn subject(&self, post: &Post) -> Subject {
        Subject::of(self.names.path(&post.territory).unwrap_or_default(), Some(&post.org))
    }

    fn of(&self, post: &PostId) -> &[Assignment] {
        self.held.get(post).map_or(&[], Vec::as_slice)
    }

    fn papers(&self, post: &Post) -> &[Certificate] {
        if needed_certificate(post.role).is_some() { &self.certificates } else { &[] }
    }

    /// How a post stands.
    pub fn outlook(&self, post: &Post) -> Outlook {
        outlook(post, self.of(&post.id), self.papers(post), self.on, self.warn_days)
    }

    /// Who is on a post on the day.
    pub fn holders(&self, post: &PostId) -> Vec<&Assignment> {
        self.of(post).iter().filter(|held| held.is_valid_on(self.on)).collect()
    }

    /// A person by name.
    pub fn person(&self, id: &PersonId) -> Named {
        Named::new(id.as_str(), self.persons.get(id).map_or(id.as_str(), String::as_str))
    }

    /// Somebody on a post, with everybody on it.
    pub fn holder(&self, caller: &Caller, held: &Assignment, beside: &[Assignment]) -> HolderView {
        let name = |who: &PersonId| self.person(who).name;
        HolderView {
            person: self.person(&held.person),
            assignment: held.id.to_string(),
            acting: held.acting,
            from: held.from.to_string(),
            to: held.to.map(|day| day.to_string()),
            away: held
                .away
                .iter()
                .filter(|one| one.to >= self.on)
                .map(|one| post_away(caller, held, one, beside, name))
                .collect(),
            absent: held
                .absence(self.on)
                .filter(|_| held.is_valid_on(self.on))
                .map(|one| post_away(caller, held, one, beside, name)),
            gate: if held.is_valid_on(self.on) {
                self.gate.standing(&held.person, &[held.role], self.on)
            } else {
                None
            },
        }
    }

    /// A post as pages see it.
    pub fn view(&self, caller: &Caller, record: &PostRecord) -> PostView {
        let post = &self.then(record);
        let stands = self.outlook(post);
        let subject = self.subject(post);
        let may = [Action::PersonChange, Action::HandoverStart, Action::OrgChange];
        let shortages = stands.shortages.iter().map(|short| PostShortage {
            on: short.on.to_string(),
            missing: short.missing,
            without: short
                .without
                .iter()
                .map(|(person, cause)| LeaverView {
                    person: self.person(person),
                    cause: cause.code().to_owned(),
                    cause_label: cause.label().to_owned(),
                })
                .collect(),
        });
        PostView {
            id: post.id.to_string(),
            role: post.role.code().to_owned(),
            role_label: post.role.label().to_owned(),
            org: self.names.named_org(&post.org),
            territory: self.names.territory(post.territory.as_str()),
            name: post.name.clone(),
            min_n: post.min_n,
            max_n: post.max_n,
            active: post.active,
            founded_on: record.life.founded_on.map(|day| day.to_string()),
            closed_on: record.life.closed_on.map(|day| day.to_string()),
            holders: self
                .holders(&post.id)
                .into_iter()
                .map(|held| self.holder(caller, held, self.of(&post.id)))
                .collect(),
            missing: stands.staffing.missing,
            beyond: stands.staffing.beyond,
            light: stands.light.code().to_owned(),
            light_label: stands.light.label().to_owned(),
            no_cover: stands.no_cover,
            shortages: shortages.collect(),
            version: record.version,
            actions: may
                .into_iter()
                .filter(|action| caller.hats.hat(*action, &subject).is_some())
                .map(|action| action.code().to_owned())
                .collect(),
        }
    }
}

/// A post that is short, soon will be, or is vacant with something open on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WaitingPost {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Of which organisation.
    pub org: Named,
    /// `green`, `amber` or `red`.
    pub light: String,
    /// How many are missing today.
    pub missing: usize,
    /// The first day on which more will be missing; null where none is known.
    pub short_on: Option<String>,
    /// Exactly as many as must act together: nobody to take a place.
    pub no_cover: bool,
    /// Things open that bind the post, while nobody holds it.
    pub open: i64,
}

/// The posts that wait for somebody to be found, those short today first; none without the right to appoint.
pub(crate) async fn waiting(
    read: &mut Read,
    caller: &Caller,
    today: Date,
) -> Result<Option<Vec<WaitingPost>>> {
    let Some(scope) = caller.hats.scope(Action::PersonChange) else { return Ok(None) };
    let book = Book::read(read, today).await?;
    let posts = read.posts().await?.into_iter().map(|record| record.post);
    let posts: Vec<Post> = posts.filter(|post| scope.admits(&book.subject(post))).collect();
    let vacant = posts.iter().filter(|post| book.holders(&post.id).is_empty()).map(|post| post.id.clone());
    let open = sheet::open_on(read, &vacant.collect::<Vec<_>>(), today).await?;
    let mut rows = Vec::new();
    for post in &posts {
        let stands = book.outlook(post);
        let left = open.get(&post.id).copied().unwrap_or_default();
        if stands.light == Light::Green && left == 0 {
            continue;
        }
        rows.push(WaitingPost {
            id: post.id.to_string(),
            name: post.name.clone(),
            org: book.names.named_org(&post.org),
            light: stands.light.code().to_owned(),
            missing: stands.staffing.missing,
            short_on: stands.shortages.first().map(|short| short.on.to_string()),
            no_cover: stands.no_cover,
            open: left,
        });
    }
    rows.sort_by_key(|row| (row.light != "red", row.open == 0, row.short_on.clone()));
    Ok(Some(rows))
}

impl App {
    /// One post with its history, its staffing from day to day and what is open on it.
    pub async fn post(&self, caller: &Caller, id: &PostId) -> Result<PostPage> {
        let scope = caller.scope(Action::PersonRead)?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let record = read.post(id).await?.ok_or(Error::NotFound)?;
        let book = Book::read(&mut read, today).await?;
        let subject = book.subject(&record.post);
        if !scope.admits(&subject) {
            return Err(Error::NotFound);
        }
        let held = read.assignments_of_post(id).await?;
        let held: Vec<Assignment> = held.into_iter().map(|one| one.assignment).collect();
        let first = today.checked_sub_months(Months::new(LINE_MONTHS)).unwrap_or(today);
        let last = today.checked_add_days(Days::new(u64::from(book.warn_days))).unwrap_or(today);
        let line = staffing_line(&record.post, &held, book.papers(&record.post), first, last);
        let (mut handovers, mut open_work) = (Vec::new(), Vec::new());
        if let Some(sees) = caller.hats.scope(Action::HandoverRead) {
            let filter = HandoverFilter { post: Some(id.clone()), ..HandoverFilter::default() };
            let found = read.handovers(&sees, &filter, HANDOVERS).await?;
            handovers = found.iter().map(|one| HandoverRow::of(caller, one, &book, &record.post)).collect();
            if sees.admits(&subject) {
                open_work = sheet::sections(&mut read, &record.post, &subject.path, None, today).await?;
            }
        }
        Ok(PostPage {
            post: book.view(caller, &record),
            history: held.iter().map(|one| book.holder(caller, one, &held)).collect(),
            line: line
                .into_iter()
                .map(|one| PostStretch {
                    from: one.from.to_string(),
                    to: one.to.to_string(),
                    holders: one.staffing.holders,
                    missing: one.staffing.missing,
                    beyond: one.staffing.beyond,
                })
                .collect(),
            handovers,
            open_work,
        })
    }
}
