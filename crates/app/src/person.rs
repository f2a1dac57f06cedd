//! People: who they are, and their phone numbers, which are shown masked and revealed with a reason. What does not belong
//! here: posts and who holds them (`post`), how they get in (`account`).

use std::collections::BTreeMap;

use domain::code::is_phone;
use domain::ids::{PersonId, TerritoryCode};
use domain::org::{Assignment, Person, Role};
use domain::policy::{Action, Subject};
use domain::time::{DAY_MS, Date, Timestamp};
use pinyin::ToPinyin;
use serde::{Deserialize, Serialize};
use store::Read;
use store::audit::AuditFilter;
use store::person::{PersonFilter, PersonRecord};
use store::task::TaskFilter;
use utoipa::ToSchema;

use crate::certificate::show_scans;
use crate::gate::{GateView, Gatekeeper};
use crate::names::Names;
use crate::names::masked;
use crate::org::Fields;
use crate::post::{AssignmentView, CertificateView, PostNames, assignment_view, subject};
use crate::task::Doing;
use crate::training::{PersonTraining, attended};
use crate::view::no_such_page;
use crate::{App, Caller, Error, Result};

/// Phone numbers one account may reveal in a day.
pub const MAX_REVEALS: i64 = 20;
/// People looked through for whoever may be given something.
const MOST_PEOPLE: i64 = 10_000;
/// The audit entry of every revealed number, whose number it was.
pub(crate) const REVEALED: &str = "phone.reveal";

/// A person in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PersonRow {
    /// Id.
    pub id: String,
    /// 姓名.
    pub name: String,
    /// Mobile with its middle hidden.
    pub phone_masked: String,
    /// 办公电话.
    pub office_phone: String,
    /// Whether still with us.
    pub active: bool,
    /// Login name, for those who keep accounts.
    pub login: Option<String>,
    /// What he is today.
    pub assignments: Vec<AssignmentView>,
    /// How he stands with the gate of clause 11; null where nothing he is asks for it.
    pub gate: Option<GateView>,
    /// Row version.
    pub version: i64,
    /// What the caller may do to him now.
    pub actions: Vec<String>,
}

/// A person with what he was before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PersonView {
    /// The row.
    #[serde(flatten)]
    pub row: PersonRow,
    /// What he was, and what he will be.
    pub past: Vec<AssignmentView>,
    /// What he may show.
    pub certificates: Vec<CertificateView>,
    /// Where he was trained, newest first, as far as the caller may see it.
    pub trainings: Vec<PersonTraining>,
    /// What waits for him, as far as the caller may see it.
    pub waiting: Vec<Waiting>,
}

/// Something that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Waiting {
    /// `tasks`, `overdue_tasks` or `handovers`.
    pub code: String,
    /// In Chinese.
    pub label: String,
    /// How many.
    pub n: i64,
    /// The list behind it; empty where there is none to open.
    pub href: String,
}

/// What waits for a person: open tasks of his posts, late ones, sheets he has not signed.
async fn waiting(read: &mut Read, caller: &Caller, id: &PersonId, today: Date) -> Result<Vec<Waiting>> {
    let mut out = Vec::new();
    let mut put = |code: &str, label: &str, n: i64, href: String| {
        if n > 0 {
            out.push(Waiting { code: code.to_owned(), label: label.to_owned(), n, href });
        }
    };
    if let Some(scope) = caller.hats.scope(Action::TaskRead) {
        let all = TaskFilter {
            assignee: Some(id.clone()),
            owed_on: Some(today),
            open: true,
            ..TaskFilter::default()
        };
        let late = TaskFilter { overdue_as_of: Some(today), ..all.clone() };
        put("tasks", "未完成任务", read.task_count(&scope, &all).await?, format!("/tasks?assignee={id}"));
        let n = read.task_count(&scope, &late).await?;
        put("overdue_tasks", "逾期任务", n, format!("/tasks?assignee={id}&overdue=true"));
    }
    if *id == caller.person || caller.hats.scope(Action::HandoverRead).is_some_and(|scope| scope.is_whole()) {
        let own = read.handovers_of(id, 200).await?;
        let n = own.iter().filter(|one| one.handover.awaits(id)).count();
        put("handovers", "待签交接单", i64::try_from(n).unwrap_or(i64::MAX), "/handovers".to_owned());
    }
    Ok(out)
}

/// One page of people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PersonPage {
    /// Rows.
    pub items: Vec<PersonRow>,
    /// To ask for the next page with.
    pub next: Option<String>,
    /// How many there are in all.
    pub total: Option<i64>,
}

/// Which people to list.
#[derive(Debug, Clone, Default)]
pub struct PersonQuery {
    /// Part of the name, pinyin initials, or the phone's last four digits.
    pub q: Option<String>,
    /// Only who is this today.
    pub role: Option<String>,
    /// Only of this organisation.
    pub org: Option<String>,
    /// Only on a post in this territory.
    pub village: Option<String>,
    /// Only who may be given this.
    pub doing: Doing,
    /// The last one of the page before.
    pub after: Option<String>,
    /// How many.
    pub limit: i64,
}

/// A person to add or change.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PersonInput {
    /// 姓名.
    pub name: String,
    /// Mobile. Left out, or still masked: it stays as it is.
    pub phone: Option<String>,
    /// 办公电话.
    #[serde(default)]
    pub office_phone: String,
    /// Whether still with us.
    pub active: Option<bool>,
    /// Why not any more, or why again; asked for when somebody leaves.
    #[serde(default)]
    pub reason: String,
    /// The version the change is based on.
    pub version: Option<i64>,
}

/// A phone number, revealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Revealed {
    /// Mobile.
    pub phone: String,
}

/// Initials of a name in pinyin, lower case; letters and digits stay, anything else is left out.
pub(crate) fn initials(name: &str) -> String {
    let one = |c: char| match c.to_pinyin() {
        Some(sound) => sound.first_letter().chars().next(),
        None => c.is_ascii_alphanumeric().then(|| c.to_ascii_lowercase()),
    };
    name.chars().filter_map(one).collect()
}

/// How a name sounds in pinyin, syllables apart: what lists of people are ordered by.
pub(crate) fn sound(name: &str) -> String {
    let one = |c: char| c.to_pinyin().map_or(c.to_string(), |sound| sound.plain().to_owned());
    name.chars().map(one).collect::<Vec<_>>().join(" ")
}

/// What one person is shown with.
struct Shown<'a> {
    caller: &'a Caller,
    names: Names,
    posts: PostNames,
    held: BTreeMap<PersonId, Vec<Assignment>>,
    logins: BTreeMap<PersonId, String>,
    gate: Gatekeeper,
    now: Timestamp,
}

impl<'a> Shown<'a> {
    async fn read(read: &mut Read, caller: &'a Caller, now: Timestamp) -> Result<Self> {
        let posts = read.posts().await?.into_iter().map(|post| (post.post.id.clone(), post)).collect();
        let mut held: BTreeMap<PersonId, Vec<Assignment>> = BTreeMap::new();
        for one in read.assignments().await? {
            held.entry(one.assignment.person.clone()).or_default().push(one.assignment);
        }
        let mut logins = BTreeMap::new();
        if caller.hats.scope(Action::AccountManage).is_some() {
            logins.extend(read.accounts().await?.into_iter().map(|a| (a.person, a.login)));
        }
        let gate = Gatekeeper::read(read).await?;
        Ok(Self { caller, names: Names::read(read).await?, posts, held, logins, gate, now })
    }

    fn row(&self, record: &PersonRecord) -> PersonRow {
        let person = &record.person;
        let may = |action| hat_over(self.caller, action, self.of(&person.id), self.now).is_ok();
        let mut actions = Vec::new();
        if may(Action::PersonChange) {
            actions.push(Action::PersonChange.code().to_owned());
        }
        if !person.phone.is_empty() && may(Action::PhoneReveal) {
            actions.push(Action::PhoneReveal.code().to_owned());
        }
        PersonRow {
            id: person.id.to_string(),
            name: person.name.clone(),
            phone_masked: masked(&person.phone),
            office_phone: person.office_phone.clone(),
            active: person.active,
            login: self.logins.get(&person.id).cloned(),
            assignments: self.views(&person.id, true),
            gate: self.gate.standing(&person.id, &self.roles(&person.id), self.now.date()),
            version: record.version,
            actions,
        }
    }

    fn of(&self, person: &PersonId) -> &[Assignment] {
        self.held.get(person).map_or(&[], Vec::as_slice)
    }

    /// What somebody is today.
    fn roles(&self, person: &PersonId) -> Vec<Role> {
        let today = self.now.date();
        self.of(person).iter().filter(|held| held.is_valid_on(today)).map(|held| held.role).collect()
    }

    /// Everybody on the post of an assignment.
    fn beside(&self, held: &Assignment) -> Vec<Assignment> {
        self.held.values().flatten().filter(|one| one.post == held.post).cloned().collect()
    }

    fn views(&self, person: &PersonId, valid: bool) -> Vec<AssignmentView> {
        let today = self.now.date();
        self.of(person)
            .iter()
            .filter(|held| held.is_valid_on(today) == valid)
            .map(|held| {
                let beside = if held.away.is_empty() { Vec::new() } else { self.beside(held) };
                assignment_view(self.caller, held, &beside, (&self.names, &self.posts), today)
            })
            .collect()
    }
}

/// The hat under which the caller does this to a person. Changing somebody takes a hat over everything he is today;
/// seeing his number takes one over something he is. Somebody on no post is anybody's who may do it at all.
fn hat_over<'a>(
    caller: &'a Caller,
    action: Action,
    held: &[Assignment],
    now: Timestamp,
) -> Result<&'a Assignment> {
    let subjects: Vec<Subject> =
        held.iter().filter(|held| held.is_valid_on(now.date())).map(subject).collect();
    if subjects.is_empty() {
        let any = caller.hats.all().iter().find(|hat| caller.hats.hat(action, &subject(hat)).is_some());
        return any.map_or_else(|| caller.hat(action, &Subject::town()), Ok);
    }
    if action == Action::PhoneReveal {
        let over = subjects.iter().find_map(|one| caller.hats.hat(action, one));
        return over.map_or_else(|| caller.hat(action, &Subject::town()), Ok);
    }
    let mut hat = caller.hat(action, &Subject::town());
    for one in &subjects {
        hat = Ok(caller.hat(action, one)?);
    }
    hat
}

/// Refuses the twenty-first number of a day.
pub(crate) async fn may_reveal(read: &mut Read, caller: &Caller, now: Timestamp) -> Result<()> {
    let from = Timestamp::start_of(now.date());
    let filter = AuditFilter {
        actor: Some(caller.account.to_string()),
        action: Some(REVEALED.to_owned()),
        from: Some(from),
        ..AuditFilter::default()
    };
    let so_far = read.audit_page(&filter, i64::MAX, MAX_REVEALS).await?.len();
    if i64::try_from(so_far).unwrap_or(MAX_REVEALS) < MAX_REVEALS {
        return Ok(());
    }
    Err(Error::TooMany {
        code: "phone.reveal_limit",
        message: format!("今天已查看 {MAX_REVEALS} 个完整电话，请明天再查，急用请拨办公电话"),
        after_s: (from.0 + DAY_MS - now.0) / 1000,
    })
}

/// The reason for looking at somebody's number.
pub(crate) fn reveal_reason(text: &str) -> Result<String> {
    let text = text.trim();
    if !(2..=200).contains(&text.chars().count()) {
        return Err(Error::field("reason", "reason.missing", "请写明查看电话的用途，2 到 200 个字"));
    }
    Ok(text.to_owned())
}

impl App {
    /// One page of people within the caller's scope.
    pub async fn people(&self, caller: &Caller, query: &PersonQuery) -> Result<PersonPage> {
        let scope = caller.scope(Action::PersonRead)?;
        let now = self.now();
        let mut read = self.db.read(&self.town).await?;
        let shown = Shown::read(&mut read, caller, now).await?;
        // A territory nobody knows has nobody in it.
        let path = query
            .village
            .as_deref()
            .map(|code| shown.names.path(&TerritoryCode::from(code)).unwrap_or(code).to_owned());
        let filter = PersonFilter {
            text: query.q.clone(),
            role: query.role.clone(),
            org: query.org.clone(),
            path,
            on: now.date(),
        };
        if let Some(reached) = query.doing.takes(&mut read, caller, now.date()).await? {
            // Rights are no columns: whoever fits is found among all, who are some hundreds.
            let mut all = read.person_page(&filter, &scope, None, MOST_PEOPLE).await?;
            all.retain(|one| one.person.active && reached.by(shown.of(&one.person.id)));
            let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
            all.truncate(usize::try_from(query.limit).unwrap_or_default());
            let items = all.iter().map(|one| shown.row(one)).collect();
            return Ok(PersonPage { items, next: None, total: Some(total) });
        }
        let last = match &query.after {
            Some(after) => {
                let last = read.person(&PersonId::from(after.as_str()), &scope).await?;
                Some(last.ok_or_else(no_such_page)?)
            }
            None => None,
        };
        let after = last.as_ref().map(|last| (last.person.name.as_str(), &last.person.id));
        let mut page = read.person_page(&filter, &scope, after, query.limit + 1).await?;
        let total = read.person_count(&filter, &scope).await?;
        let more = page.len() as i64 > query.limit;
        page.truncate(usize::try_from(query.limit).unwrap_or_default());
        let next = page.last().filter(|_| more).map(|last| last.person.id.to_string());
        Ok(PersonPage { items: page.iter().map(|one| shown.row(one)).collect(), next, total: Some(total) })
    }

    /// One person.
    pub async fn person(&self, caller: &Caller, id: &PersonId) -> Result<PersonView> {
        let scope = caller.scope(Action::PersonRead)?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.person(id, &scope).await?.ok_or(Error::NotFound)?;
        self.person_view(&mut read, caller, &record).await
    }

    async fn person_view(
        &self,
        read: &mut Read,
        caller: &Caller,
        record: &PersonRecord,
    ) -> Result<PersonView> {
        let now = self.now();
        let shown = Shown::read(read, caller, now).await?;
        let held = read.certificates_of(&record.person.id).await?;
        let mut certificates: Vec<CertificateView> =
            held.iter().map(|one| CertificateView::of(&one.certificate, now.date())).collect();
        show_scans(read, caller, certificates.iter_mut()).await?;
        Ok(PersonView {
            row: shown.row(record),
            past: shown.views(&record.person.id, false),
            certificates,
            trainings: attended(read, caller, &record.person.id).await?,
            waiting: waiting(read, caller, &record.person.id, now.date()).await?,
        })
    }

    /// Adds a person, who is on no post yet.
    pub async fn add_person(&self, caller: &Caller, input: PersonInput) -> Result<PersonView> {
        let now = self.now();
        let hat = hat_over(caller, Action::PersonChange, &[], now)?;
        let mut fields = Fields::default();
        let id = PersonId::from(self.new_id());
        let person = Person {
            id: id.clone(),
            name: fields.name("name", &input.name),
            phone: read_phone(&mut fields, "phone", input.phone.as_deref().unwrap_or_default()),
            office_phone: read_phone(&mut fields, "office_phone", &input.office_phone),
            active: true,
        };
        fields.done()?;
        let record = PersonRecord { pinyin: initials(&person.name), person, version: 1, recorded_at: now };
        let mut tx = self.write(caller).await?;
        tx.insert_person(&record).await?;
        let view = self.person_view(&mut tx, caller, &record).await?;
        Ok(tx
            .commit(caller.audit_as(hat, "person.add", ("person", id.as_str()), &hat.path, now), view)
            .await?)
    }

    /// Changes a person.
    pub async fn change_person(
        &self,
        caller: &Caller,
        id: &PersonId,
        input: PersonInput,
    ) -> Result<PersonView> {
        let now = self.now();
        let scope = caller.scope(Action::PersonRead)?;
        let mut tx = self.write(caller).await?;
        let mut record = tx.person(id, &scope).await?.ok_or(Error::NotFound)?;
        let held: Vec<_> = tx.assignments_of(id).await?.into_iter().map(|held| held.assignment).collect();
        let hat = hat_over(caller, Action::PersonChange, &held, now)?;
        if input.version.is_some_and(|version| version != record.version) {
            return Err(Error::stale(&self.person_view(&mut tx, caller, &record).await?));
        }
        let mut fields = Fields::default();
        record.person.name = fields.name("name", &input.name);
        record.pinyin = initials(&record.person.name);
        let shown = masked(&record.person.phone);
        if let Some(phone) = input.phone.filter(|phone| *phone != shown || phone.is_empty()) {
            record.person.phone = read_phone(&mut fields, "phone", &phone);
        }
        record.person.office_phone = read_phone(&mut fields, "office_phone", &input.office_phone);
        let was_active = record.person.active;
        record.person.active = input.active.unwrap_or(was_active);
        let leaves = was_active && !record.person.active;
        if leaves && input.reason.trim().is_empty() {
            fields.wrong("reason", "person.no_reason", "请写明不再在岗的原因");
        }
        fields.done()?;
        if leaves {
            let today = now.date();
            let mut posts = Vec::new();
            for one in held.iter().filter(|one| one.to.is_none_or(|to| to >= today)) {
                let post = tx.post(&one.post).await?;
                posts.push(post.map_or_else(|| one.post.to_string(), |kept| kept.post.name));
            }
            if !posts.is_empty() {
                let (name, posts) = (&record.person.name, posts.join("、"));
                return Err(Error::Refused {
                    code: "person.has_posts",
                    message: format!("{name}还在任或将任{posts}，请先换人交接或结束任职，再登记离开"),
                });
            }
        }
        tx.update_person(&record).await?;
        record.version += 1;
        let view = self.person_view(&mut tx, caller, &record).await?;
        let mut audit = caller.audit_as(hat, "person.change", ("person", id.as_str()), &hat.path, now);
        audit.reason = input.reason.trim().to_owned();
        Ok(tx.commit(audit, view).await?)
    }

    /// Shows a person's number, for a reason that goes on record.
    pub async fn reveal_person(&self, caller: &Caller, id: &PersonId, reason: &str) -> Result<Revealed> {
        let now = self.now();
        let scope = caller.scope(Action::PersonRead)?;
        let mut tx = self.write(caller).await?;
        let record = tx.person(id, &scope).await?.ok_or(Error::NotFound)?;
        let held: Vec<_> = tx.assignments_of(id).await?.into_iter().map(|held| held.assignment).collect();
        let hat = hat_over(caller, Action::PhoneReveal, &held, now)?;
        let reason = reveal_reason(reason)?;
        may_reveal(&mut tx, caller, now).await?;
        let mut audit = caller.audit_as(hat, REVEALED, ("person", id.as_str()), "", now);
        audit.reason = reason;
        Ok(tx.commit(audit, Revealed { phone: record.person.phone }).await?)
    }
}

fn read_phone(fields: &mut Fields, field: &str, text: &str) -> String {
    let text = text.trim();
    if !text.is_empty() && !text.split('、').all(is_phone) {
        fields.wrong(field, "phone.invalid", "不是电话号码，请填 11 位手机号或带区号的固定电话");
    }
    text.to_owned()
}
