//! Territories and organisations, what they are called, and the town's people taken in as a whole at its founding. What
//! does not belong here: persons (`person`), posts (`post`).

mod chart;
mod territory;

use std::collections::BTreeMap;

use domain::ids::{AccountId, OrgId, PersonId, TerritoryCode};
use domain::org::{
    Assignment, Certificate, Level, Life, Org, OrgKind, OrgRefusal, Person, Post, Relation, Territory,
    check_code,
};
use domain::policy::{Action, Subject};
use domain::time::{Date, HOUR_MS, Timestamp};
use serde::{Deserialize, Serialize};
use store::account::Account;
use store::org::{OrgRecord, TerritoryRecord};
use store::person::PersonRecord;
use store::post::{AssignmentRecord, CertificateRecord, PostRecord};
use store::{Read, Write};
use utoipa::ToSchema;

pub use chart::{ChartAway, ChartGap, ChartHolder, ChartNode, ChartPost, OrgChart};
pub use territory::TerritoryEnd;
pub(crate) use territory::{government_for_short, name_town, town_name};
use territory::{same_name, taken_word, to_change, words};

use crate::error::FieldProblem;
use crate::person::initials;
use crate::post::read_day;
use crate::{App, Caller, Error, Result, secret};

/// 辖区 as pages see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Territory)]
pub struct TerritoryView {
    /// Code.
    pub code: String,
    /// Floor of the tree.
    pub level: String,
    /// What people call the floor.
    pub level_label: String,
    /// Code of the node above.
    pub parent: Option<String>,
    /// Codes from the town down, joined by `/`.
    pub path: String,
    /// Full name.
    pub name: String,
    /// Name for narrow columns.
    pub short_name: String,
    /// `村` or `社区`; empty when nobody said.
    pub kind: String,
    /// Other names in use.
    pub aliases: Vec<String>,
    /// The code is our own until the state's is known.
    pub provisional: bool,
    /// The first day on which it is no more; null while it is there.
    pub closed_on: Option<String>,
    /// Why it is no more; empty while it is there.
    pub closed_reason: String,
    /// Row version.
    pub version: i64,
}

impl From<&TerritoryRecord> for TerritoryView {
    fn from(record: &TerritoryRecord) -> Self {
        let t = record.territory.clone();
        Self {
            code: t.code.to_string(),
            level: t.level.code().to_owned(),
            level_label: t.level.label().to_owned(),
            parent: t.parent.map(|parent| parent.to_string()),
            path: t.path,
            name: t.name,
            short_name: t.short_name,
            kind: t.kind,
            aliases: t.aliases,
            provisional: t.provisional,
            closed_on: record.closed.as_ref().map(|closed| closed.on.to_string()),
            closed_reason: record.closed.as_ref().map(|closed| closed.reason.clone()).unwrap_or_default(),
            version: record.version,
        }
    }
}

/// A territory to add or change.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct TerritoryInput {
    /// Code; it never changes.
    pub code: String,
    /// Floor of the tree; it never changes.
    pub level: String,
    /// Code of the node above; it never changes.
    pub parent: Option<String>,
    /// Full name.
    pub name: String,
    /// Name for narrow columns.
    #[serde(default)]
    pub short_name: String,
    /// `村` or `社区`; empty when nobody said.
    #[serde(default)]
    pub kind: String,
    /// Other names in use.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// The code is our own until the state's is known.
    #[serde(default)]
    pub provisional: bool,
    /// The version the change is based on.
    pub version: Option<i64>,
}

/// 机构 as pages see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrgView {
    /// Id.
    pub id: String,
    /// Kind.
    pub kind: String,
    /// What people call the kind.
    pub kind_label: String,
    /// Full name.
    pub name: String,
    /// Name for narrow columns.
    pub short_name: String,
    /// Other names in use.
    pub aliases: Vec<String>,
    /// Whether the town may command it.
    pub relation: String,
    /// What people call that.
    pub relation_label: String,
    /// The word plans call it by; empty when none does.
    pub label: String,
    /// Where it works.
    pub territory: String,
    /// Whether it exists today.
    pub active: bool,
    /// First day; null where nobody knows.
    pub founded_on: Option<String>,
    /// The first day on which it is no more.
    pub closed_on: Option<String>,
    /// Row version.
    pub version: i64,
    /// What the caller may do to it now; `plan.draft` where he may draw up its plans of inspections.
    pub actions: Vec<String>,
}

/// An organisation to add or change.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct OrgInput {
    /// Kind.
    pub kind: String,
    /// Full name.
    pub name: String,
    /// Name for narrow columns.
    #[serde(default)]
    pub short_name: String,
    /// Other names in use.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Whether the town may command it.
    pub relation: String,
    /// The word plans call it by.
    #[serde(default)]
    pub label: String,
    /// Where it works.
    pub territory: String,
    /// Whether it exists today; it does unless said otherwise.
    pub active: Option<bool>,
    /// First day; empty where nobody knows, stays as it is when left out.
    pub founded_on: Option<String>,
    /// The first day on which it is no more; today when it ends and nothing is said.
    pub closed_on: Option<String>,
    /// The version the change is based on.
    pub version: Option<i64>,
}

/// Fields that cannot be right, collected while they are read.
#[derive(Default)]
pub(crate) struct Fields(Vec<FieldProblem>);

impl Fields {
    /// One more.
    pub(crate) fn wrong(&mut self, field: &str, code: &'static str, message: &str) {
        self.0.push(FieldProblem { field: field.to_owned(), code, message: message.to_owned() });
    }

    /// Text that must be there.
    pub(crate) fn name(&mut self, field: &str, text: &str) -> String {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > 60 {
            self.wrong(field, "text.length", "请填写，最多 60 个字");
        }
        text.to_owned()
    }

    /// Nothing was wrong.
    pub(crate) fn done(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }
}

/// Everything a town is made of but its places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roster {
    /// From the town down.
    pub territories: Vec<Territory>,
    /// In the order of lists.
    pub orgs: Vec<Org>,
    /// People.
    pub persons: Vec<Person>,
    /// Posts.
    pub posts: Vec<Post>,
    /// Who is on them.
    pub assignments: Vec<Assignment>,
    /// What they may show.
    pub certificates: Vec<Certificate>,
    /// Login names and whose they are.
    pub logins: Vec<(String, PersonId)>,
}

impl App {
    /// Every territory, from the town down.
    pub async fn territories(&self, caller: &Caller) -> Result<Vec<TerritoryView>> {
        sees_people(caller)?;
        let all = self.db.read(&self.town).await?.territories().await?;
        Ok(all.iter().map(TerritoryView::from).collect())
    }

    /// Adds a territory below one that is there; the town itself has none above it.
    pub async fn add_territory(&self, caller: &Caller, input: TerritoryInput) -> Result<TerritoryView> {
        let now = self.now();
        let hat = caller.hat(Action::OrgChange, &Subject::town())?;
        let mut fields = Fields::default();
        let code = fields.name("code", &input.code);
        let name = fields.name("name", &input.name);
        let level = Level::from_code(&input.level);
        if level.is_none() {
            fields.wrong("level", "territory.level", "请选择辖区层级");
        }
        let parent = input.parent.filter(|parent| !parent.trim().is_empty()).map(TerritoryCode::from);
        let mut tx = self.write(caller).await?;
        tx.hold_town().await?;
        let above = match &parent {
            Some(parent) => tx.open_territory(parent).await?,
            None => None,
        };
        let is_town = level == Some(Level::Town) && code == self.town.as_str();
        if above.is_none() && !is_town {
            fields.wrong("parent", "territory.parent", "没有这个上级辖区，请从列表中选择");
        }
        // A grid belongs to exactly one village and hangs nowhere else.
        let fits = match (&above, level) {
            (Some(above), Some(level)) => above.territory.level < level,
            _ => true,
        };
        let misplaced_grid = level == Some(Level::Grid)
            && above.as_ref().is_some_and(|above| above.territory.level != Level::Village);
        if !fits || misplaced_grid {
            fields.wrong("parent", "territory.parent", "上级辖区层级不对，网格只能设在村（社区）之下");
        }
        if let (Some(level), Some(above)) = (level, &above) {
            let from = (self.town.as_str(), above.territory.code.as_str());
            if let Err(refusal) = check_code(level, &code, from, input.provisional) {
                fields.wrong("code", refusal.code(), &refusal.to_string());
            }
        }
        let all = tx.territories().await?;
        let asked = [name.as_str(), input.short_name.trim()];
        let asked = asked.into_iter().chain(input.aliases.iter().map(|word| word.trim()));
        let asked = asked.filter(|word| !word.is_empty() && above.is_some());
        if let Some(word) = taken_word(&all, (&code, parent.as_ref()), asked) {
            fields.wrong("name", "territory.same_name", &same_name(word));
        }
        fields.done()?;
        let Some(level) = level else { return Err(Error::NotFound) };
        let path = above.as_ref().map_or(code.clone(), |above| format!("{}/{code}", above.territory.path));
        let ord = all.iter().map(|t| t.ord).max().unwrap_or(0) + 1;
        let territory = Territory {
            code: code.as_str().into(),
            level,
            parent: above.map(|above| above.territory.code),
            path,
            short_name: or(input.short_name, &name),
            name,
            kind: input.kind.trim().to_owned(),
            aliases: trimmed(input.aliases),
            provisional: input.provisional,
        };
        let record = TerritoryRecord { territory, closed: None, ord, version: 1, recorded_at: now };
        tx.insert_territory(&record)
            .await
            .map_err(|error| taken(error, "code", "该区划代码已在使用，请核对"))?;
        let path = record.territory.path.clone();
        let audit = caller.audit_as(hat, "territory.add", ("territory", &code), &path, now);
        Ok(tx.commit(audit, TerritoryView::from(&record)).await?)
    }

    /// Changes what a territory is called. Its code, floor and place in the tree stay, because rows stand on them.
    pub async fn change_territory(
        &self,
        caller: &Caller,
        code: &TerritoryCode,
        input: TerritoryInput,
    ) -> Result<TerritoryView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let (mut record, hat) = to_change(&mut tx, caller, code, input.version).await?;
        if record.closed.is_some() {
            return Err(OrgRefusal::TerritoryClosed.into());
        }
        let mut fields = Fields::default();
        let name = fields.name("name", &input.name);
        // What stands on the record already was there before anybody looked.
        let known = words(&record.territory);
        let asked = [name.as_str(), input.short_name.trim()];
        let asked = asked.into_iter().chain(input.aliases.iter().map(|word| word.trim()));
        let asked = asked.filter(|word| !word.is_empty() && !known.contains(word));
        let all = tx.territories().await?;
        if let Some(word) = taken_word(&all, (code.as_str(), record.territory.parent.as_ref()), asked) {
            fields.wrong("name", "territory.same_name", &same_name(word));
        }
        let above = input.parent.unwrap_or_default();
        let stands_above = record.territory.parent.as_ref().map_or("", TerritoryCode::as_str);
        if input.code != code.as_str()
            || input.level != record.territory.level.code()
            || above != stands_above
        {
            fields.wrong("code", "territory.fixed", "代码、层级和上级不能修改，请新建辖区");
        }
        fields.done()?;
        record.territory.short_name = or(input.short_name, &name);
        record.territory.name = name;
        record.territory.kind = input.kind.trim().to_owned();
        record.territory.aliases = trimmed(input.aliases);
        record.territory.provisional = input.provisional;
        tx.update_territory(&record).await?;
        record.version += 1;
        let path = record.territory.path.clone();
        let audit = caller.audit_as(hat, "territory.change", ("territory", code.as_str()), &path, now);
        Ok(tx.commit(audit, TerritoryView::from(&record)).await?)
    }

    /// Every organisation.
    pub async fn orgs(&self, caller: &Caller) -> Result<Vec<OrgView>> {
        sees_people(caller)?;
        let mut read = self.db.read(&self.town).await?;
        let known = read.territories().await?;
        let paths: BTreeMap<_, _> =
            known.iter().map(|one| (&one.territory.code, one.territory.path.as_str())).collect();
        let path = |one: &OrgRecord| paths.get(&one.org.territory).copied().unwrap_or_default();
        Ok(read.orgs().await?.iter().map(|org| org_view(caller, org, path(org))).collect())
    }

    /// Adds an organisation.
    pub async fn add_org(&self, caller: &Caller, input: OrgInput) -> Result<OrgView> {
        let now = self.now();
        let hat = caller.hat(Action::OrgChange, &Subject::town())?;
        let mut tx = self.write(caller).await?;
        let id = OrgId::from(self.new_id());
        let (org, life) = read_org(&mut tx, id.clone(), input, Life::default(), now.date()).await?;
        let ord = tx.orgs().await?.iter().map(|o| o.ord).max().unwrap_or(0) + 1;
        let record = OrgRecord { org, life, ord, version: 1, recorded_at: now };
        tx.insert_org(&record).await?;
        let audit = caller.audit_as(hat, "org.add", ("org", id.as_str()), "", now);
        let path = path_of(&mut tx, &record).await?;
        Ok(tx.commit(audit, org_view(caller, &record, &path)).await?)
    }

    /// Changes an organisation. One that is no more stays in the book as such.
    pub async fn change_org(&self, caller: &Caller, id: &OrgId, input: OrgInput) -> Result<OrgView> {
        let now = self.now();
        sees_people(caller)?;
        let mut tx = self.write(caller).await?;
        let mut record = tx.org(id).await?.ok_or(Error::NotFound)?;
        let hat = caller.hat(Action::OrgChange, &Subject::town())?;
        if input.version.is_some_and(|version| version != record.version) {
            let path = path_of(&mut tx, &record).await?;
            return Err(Error::stale(&org_view(caller, &record, &path)));
        }
        (record.org, record.life) = read_org(&mut tx, id.clone(), input, record.life, now.date()).await?;
        // Nobody's post is orphaned.
        if !record.org.active && tx.posts().await?.iter().any(|one| one.post.active && one.post.org == *id) {
            return Err(Error::Refused {
                code: "org.has_posts",
                message: "机构下还有岗位，请先撤销岗位再撤销机构".to_owned(),
            });
        }
        tx.update_org(&record).await?;
        record.version += 1;
        let audit = caller.audit_as(hat, "org.change", ("org", id.as_str()), "", now);
        let path = path_of(&mut tx, &record).await?;
        Ok(tx.commit(audit, org_view(caller, &record, &path)).await?)
    }

    /// Founds the town from a roster, in one transaction. A town that was founded stays as it is, and the answer is
    /// `false`. Every login gets the same password, which need not be changed: for samples and tests.
    ///
    /// Errors: the caller is not the program; the password is weak.
    pub async fn found_town(&self, caller: &Caller, roster: &Roster, password: &str) -> Result<bool> {
        let now = self.now();
        let hat = caller.hat(Action::OrgChange, &Subject::town())?;
        let weak = |(login, _): &(String, PersonId)| {
            secret::weak_password(password, std::slice::from_ref(login), "password")
        };
        if let Some(problem) = roster.logins.iter().find_map(weak) {
            return Err(Error::Invalid(vec![problem]));
        }
        let password_hash = secret::hash_password(password.to_owned()).await?;
        let mut tx = self.write(caller).await?;
        if !tx.territories().await?.is_empty() {
            return Ok(false);
        }
        let (version, recorded_at) = (1, now);
        for (ord, territory) in (1..).zip(roster.territories.iter().cloned()) {
            let record = TerritoryRecord { territory, closed: None, ord, version, recorded_at };
            tx.insert_territory(&record).await?;
        }
        for (ord, org) in (1..).zip(roster.orgs.iter().cloned()) {
            tx.insert_org(&OrgRecord { org, life: Life::default(), ord, version, recorded_at }).await?;
        }
        for person in roster.persons.iter().cloned() {
            let pinyin = initials(&person.name);
            tx.insert_person(&PersonRecord { person, pinyin, version, recorded_at }).await?;
        }
        for post in roster.posts.iter().cloned() {
            tx.insert_post(&PostRecord { post, life: Life::default(), version, recorded_at }).await?;
        }
        // A town that has run for a while has known all the while who is who.
        let known = |since: Date| recorded_at.min(Timestamp::start_of(since).plus_ms(9 * HOUR_MS));
        for assignment in roster.assignments.iter().cloned() {
            let recorded_at = known(assignment.from);
            tx.insert_assignment(&AssignmentRecord { assignment, version, recorded_at }).await?;
        }
        for certificate in roster.certificates.iter().cloned() {
            let recorded_at = known(certificate.issued_on);
            tx.insert_certificate(&CertificateRecord { certificate, version, recorded_at }).await?;
        }
        for (login, person) in &roster.logins {
            let id = AccountId::from(format!("account-{login}"));
            tx.insert_account(&lasting(id, login, person, &password_hash, now)).await?;
        }
        let audit = caller.audit_as(hat, "town.found", ("town", self.town.as_str()), "", now);
        Ok(tx.commit(audit, true).await?)
    }
}

fn lasting(id: AccountId, login: &str, person: &PersonId, password_hash: &str, now: Timestamp) -> Account {
    Account {
        id,
        person: person.clone(),
        login: login.to_owned(),
        password_hash: password_hash.to_owned(),
        totp_secret: String::new(),
        totp_step: 0,
        recovery: Vec::new(),
        epoch: 1,
        active: true,
        must_change: false,
        failures: 0,
        locked_until: Timestamp(0),
        version: 1,
        recorded_at: now,
    }
}

/// Who works for the town sees how it is organised; so does who keeps the book of it.
pub(crate) fn sees_people(caller: &Caller) -> Result<()> {
    caller.scope(Action::PersonRead).or_else(|_| caller.scope(Action::OrgChange)).map(drop)
}

/// Where an organisation works, as a path of the tree.
async fn path_of(tx: &mut Write, record: &OrgRecord) -> Result<String> {
    Ok(tx.territory(&record.org.territory).await?.map(|known| known.territory.path).unwrap_or_default())
}

fn org_view(caller: &Caller, record: &OrgRecord, path: &str) -> OrgView {
    let o = record.org.clone();
    let may = |action: Action, row: &Subject| caller.hats.hat(action, row).map(|_| action.code().to_owned());
    let change = may(Action::OrgChange, &Subject::town());
    let draft = match o.active && o.kind.plans_inspections() {
        true => may(Action::PlanDraft, &Subject::of(path, Some(&o.id))),
        false => None,
    };
    OrgView {
        id: o.id.to_string(),
        kind: o.kind.code().to_owned(),
        kind_label: o.kind.label().to_owned(),
        name: o.name,
        short_name: o.short_name,
        aliases: o.aliases,
        relation: o.relation.code().to_owned(),
        relation_label: o.relation.label().to_owned(),
        label: o.label,
        territory: o.territory.to_string(),
        active: o.active,
        founded_on: record.life.founded_on.map(|day| day.to_string()),
        closed_on: record.life.closed_on.map(|day| day.to_string()),
        version: record.version,
        actions: change.into_iter().chain(draft).collect(),
    }
}

/// The days as they shall be; `before` stays where nothing is said.
pub(crate) fn read_life(
    fields: &mut Fields,
    before: Life,
    (founded_on, closed_on): (Option<&str>, Option<&str>),
) -> Life {
    let mut day = |field, said: Option<&str>, old| match said.map(str::trim) {
        None => old,
        Some("") => None,
        Some(text) => Some(read_day(fields, field, text)),
    };
    Life {
        founded_on: day("founded_on", founded_on, before.founded_on),
        closed_on: day("closed_on", closed_on, before.closed_on),
    }
}

async fn read_org(
    read: &mut Read,
    id: OrgId,
    input: OrgInput,
    before: Life,
    today: Date,
) -> Result<(Org, Life)> {
    let mut fields = Fields::default();
    let name = fields.name("name", &input.name);
    let kind = OrgKind::from_code(&input.kind);
    let relation = Relation::from_code(&input.relation);
    let territory = TerritoryCode::from(input.territory.trim());
    if kind.is_none() {
        fields.wrong("kind", "org.kind", "请选择机构类型");
    }
    if relation.is_none() {
        fields.wrong("relation", "org.relation", "请选择隶属关系");
    }
    let active = input.active.unwrap_or(true);
    // A body that is no more stays where it was.
    if read.territory(&territory).await?.is_none_or(|one| active && one.closed.is_some()) {
        fields.wrong("territory", "org.territory", "没有这个辖区，请从列表中选择");
    }
    let life = read_life(&mut fields, before, (input.founded_on.as_deref(), input.closed_on.as_deref()));
    fields.done()?;
    let (Some(kind), Some(relation)) = (kind, relation) else { return Err(Error::NotFound) };
    let org = Org {
        id,
        kind,
        short_name: or(input.short_name, &name),
        name,
        aliases: trimmed(input.aliases),
        relation,
        label: input.label.trim().to_owned(),
        territory,
        active,
    };
    Ok((org, life.checked(active, today)?))
}

fn or(text: String, other: &str) -> String {
    if text.trim().is_empty() { other.to_owned() } else { text.trim().to_owned() }
}

fn trimmed(texts: Vec<String>) -> Vec<String> {
    texts.into_iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
}

/// A key that is taken is a mistake in a field, not a stale edit.
fn taken(error: store::Error, field: &str, message: &str) -> Error {
    match error {
        store::Error::Conflict { .. } => Error::field(field, "key.taken", message),
        other => other.into(),
    }
}
