//! Letters of responsibility: signed for a post, listed with who has none and who must sign again, voided with a reason.
//! What does not belong here: when a letter ends (`domain::letter`), a post's year in review ([`statement`]).

pub mod statement;

use std::collections::{BTreeSet, HashMap};

use domain::ids::{LetterId, PersonId, PhotoId, PostId};
use domain::letter::{Letter, LetterRefusal, Standing, Terms};
use domain::org::{Assignment, Post, Role};
use domain::plan::Plan;
use domain::policy::{Action, Subject};
use domain::time::Date;
use serde::Serialize;
use store::Read;
use store::letter::LetterRecord;
use utoipa::ToSchema;

use crate::attachment::AttachmentView;
use crate::names::Names;
use crate::photo::{PhotoView, photo_views};
use crate::view::{Named, Word};
use crate::{App, Caller, Error, Result};

/// The kind of fact a letter is.
const SIGNED: &str = "responsibility.signed";

impl From<LetterRefusal> for Error {
    fn from(refusal: LetterRefusal) -> Self {
        match refusal.field() {
            Some(field) => Self::field(field, refusal.code(), &refusal.to_string()),
            None => Self::Refused { code: refusal.code(), message: refusal.to_string() },
        }
    }
}

/// A letter as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterInput {
    /// The post it binds.
    pub post: String,
    /// Who signed.
    pub signer: String,
    /// What was signed.
    pub terms: Terms,
}

/// When and why a letter was voided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LetterVoid {
    /// When.
    pub at: String,
    /// Why.
    pub reason: String,
}

/// A letter for people.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LetterView {
    /// Id.
    pub id: String,
    /// The post it binds.
    pub post: Named,
    /// What its holder is.
    pub role: String,
    /// In words.
    pub role_label: String,
    /// Of which organisation.
    pub org: Named,
    /// Where.
    pub territory: Named,
    /// Who signed.
    pub signer: Named,
    /// 文号.
    pub number: String,
    /// With whom.
    pub counterpart: String,
    /// Day of the signatures.
    pub signed_on: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub until: String,
    /// The signer's last day on the post, once it is known.
    pub left_on: Option<String>,
    /// How it stands today.
    pub standing: String,
    /// In words.
    pub standing_label: String,
    /// Duties it names.
    pub duties: Vec<Word>,
    /// Indicators.
    pub indicators: Vec<String>,
    /// Pictures of the paper.
    pub photos: Vec<PhotoView>,
    /// Scans.
    pub files: Vec<AttachmentView>,
    /// Who recorded it.
    pub recorded_by: Named,
    /// When.
    pub recorded_at: String,
    /// When and why it was voided.
    pub void: Option<LetterVoid>,
    /// Row version.
    pub version: i64,
    /// What the caller may do to it now.
    pub actions: Vec<String>,
}

/// The holder of a post that asks for a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LetterPost {
    /// The post.
    pub post: Named,
    /// What its holder is.
    pub role: String,
    /// In words.
    pub role_label: String,
    /// Of which organisation.
    pub org: Named,
    /// Where.
    pub territory: Named,
    /// Who is on it today; none while it is vacant.
    pub holder: Option<Named>,
    /// Since when.
    pub since: Option<String>,
    /// His letter that is in force, if any.
    pub letter: Option<String>,
    /// Its last day.
    pub until: Option<String>,
    /// `in_force`, `to_resign`, `over`, `missing` or `vacant`.
    pub standing: String,
    /// In words.
    pub standing_label: String,
    /// Duties of the plan that ask for it or name its holder.
    pub duties: Vec<Word>,
}

/// Who signed, who did not, and every letter.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LetterPage {
    /// Posts that ask for a letter, one line for each holder.
    pub posts: Vec<LetterPost>,
    /// Every letter, the latest first.
    pub items: Vec<LetterView>,
    /// Whether the caller may record one.
    pub may_sign: bool,
}

/// Where a letter stands, as far as rights are concerned.
pub(crate) fn subject(letter: &Letter) -> Subject {
    Subject::of(&letter.path, Some(&letter.org))
}

/// Roles whose holders the plan wants a letter of.
fn roles(plan: &Plan) -> BTreeSet<Role> {
    let asking = plan.duties.iter().filter(|duty| duty.needs.iter().any(|need| need.fact == SIGNED));
    let labels = asking.flat_map(|duty| {
        let needs = duty.needs.iter().flat_map(|need| need.all.iter().chain(&need.any));
        needs.chain(duty.subjects.all.iter().chain(&duty.subjects.any))
    });
    labels.filter_map(|label| Role::from_code(label.strip_prefix("role:")?)).collect()
}

/// Duties that name the holder of a post of this role.
pub(crate) fn duties_of(plan: &Plan, role: Role) -> Vec<Word> {
    let label = format!("role:{}", role.code());
    let named = plan.duties.iter().filter(|duty| {
        duty.who.contains(&label) || duty.subjects.any.contains(&label) || duty.subjects.all.contains(&label)
    });
    named.map(|duty| Word::new(&duty.id, &duty.title)).collect()
}

fn view(
    caller: &Caller,
    record: &LetterRecord,
    names: &Names,
    posts: &HashMap<PostId, Post>,
    titles: &HashMap<String, String>,
    today: Date,
) -> LetterView {
    let (l, t) = (&record.letter, &record.letter.terms);
    let standing = l.standing(record.left_on, record.voided.is_some(), today);
    let may = record.voided.is_none() && caller.hat(Action::LetterSign, &subject(l)).is_ok();
    let recorded_by = PersonId::from(record.recorded_by.as_str());
    LetterView {
        id: l.id.to_string(),
        post: named_post(&l.post, posts),
        role: l.role.code().to_owned(),
        role_label: l.role.label().to_owned(),
        org: names.named_org(&l.org),
        territory: names.territory(l.path.rsplit('/').next().unwrap_or_default()),
        signer: Named::new(l.signer.to_string(), names.person(&l.signer)),
        number: t.number.clone(),
        counterpart: t.counterpart.clone(),
        signed_on: t.signed_on.to_string(),
        from: t.from.to_string(),
        until: t.until.to_string(),
        left_on: record.left_on.map(|day| day.to_string()),
        standing: standing.code().to_owned(),
        standing_label: standing.label().to_owned(),
        duties: t
            .duties
            .iter()
            .map(|id| Word::new(id, titles.get(id).map_or(id.as_str(), String::as_str)))
            .collect(),
        indicators: t.indicators.clone(),
        photos: Vec::new(),
        files: Vec::new(),
        recorded_by: Named::new(recorded_by.to_string(), names.person(&recorded_by)),
        recorded_at: record.recorded_at.to_rfc3339(),
        void: record.voided.clone().map(|(at, reason)| LetterVoid { at: at.to_rfc3339(), reason }),
        version: record.version,
        actions: if may { vec!["letter.void".to_owned()] } else { Vec::new() },
    }
}

fn named_post(id: &PostId, posts: &HashMap<PostId, Post>) -> Named {
    Named::new(id.to_string(), posts.get(id).map_or(id.as_str(), |post| post.name.as_str()))
}

async fn posts_by_id(read: &mut Read) -> Result<HashMap<PostId, Post>> {
    Ok(read.posts().await?.into_iter().map(|record| (record.post.id.clone(), record.post)).collect())
}

async fn with_files(read: &mut Read, mut view: LetterView, letter: &Letter) -> Result<LetterView> {
    let id = letter.id.as_str();
    view.photos = photo_views(read, &letter.terms.photos, &[("letter", id)]).await?;
    let files = read.attachments(&letter.terms.files).await?;
    let own = files.iter().filter(|file| file.object_kind == "letter" && file.object_id == id);
    view.files = own.map(AttachmentView::of).collect();
    Ok(view)
}

impl App {
    async fn titles(&self) -> Result<HashMap<String, String>> {
        let known = self.known(None).await?;
        Ok(known.plan.duties.iter().map(|duty| (duty.id.clone(), duty.title.clone())).collect())
    }

    /// Records a letter that was signed.
    ///
    /// Errors: the signer does not hold the post on the day; the days make no sense; a duty that is not in the plan; an id
    /// that is taken.
    pub async fn sign_letter(&self, caller: &Caller, id: &str, input: LetterInput) -> Result<LetterView> {
        if uuid::Uuid::parse_str(id).is_err() {
            return Err(Error::field("id", "letter.id", "责任书编号须为 UUID，请刷新页面后再试"));
        }
        let scope = caller.scope(Action::LetterSign)?;
        let titles = self.titles().await?;
        if let Some(unknown) = input.terms.duties.iter().find(|duty| !titles.contains_key(*duty)) {
            return Err(LetterRefusal::UnknownDuty(unknown.clone()).into());
        }
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let post = PostId::from(input.post.as_str());
        let held: Vec<Assignment> =
            tx.assignments().await?.into_iter().map(|record| record.assignment).collect();
        let signer = PersonId::from(input.signer.as_str());
        let is_his = |held: &&Assignment| held.post == post && held.person == signer;
        let on_the_day = held
            .iter()
            .filter(is_his)
            .find(|held| held.is_valid_on(input.terms.signed_on))
            .or(held.iter().rfind(is_his));
        let mut terms = input.terms;
        terms.number = terms.number.trim().to_owned();
        terms.counterpart = terms.counterpart.trim().to_owned();
        terms.indicators.retain(|line| !line.trim().is_empty());
        terms.photos = terms.photos.iter().map(|id| PhotoId::from(id.as_str().to_lowercase())).collect();
        let letter = Letter::sign(id.into(), &post, on_the_day, terms, now.date())?;
        if !scope.admits(&subject(&letter)) {
            return Err(Error::NotFound);
        }
        let hat = caller.hat(Action::LetterSign, &subject(&letter))?;
        let number = letter.terms.number.as_str();
        let whole = Caller::system().scope(Action::LetterSign)?;
        let bears = |one: &LetterRecord| one.voided.is_none() && one.letter.terms.number == number;
        if !number.is_empty() && tx.letters(&whole).await?.iter().any(bears) {
            let message = format!("编号“{number}”已经用于另一份责任书，一个编号只用一次，请核对");
            return Err(Error::field("number", "letter.number_used", &message));
        }
        let record = LetterRecord {
            left_on: on_the_day.and_then(|held| held.to),
            letter,
            recorded_by: caller.person.to_string(),
            version: 1,
            recorded_at: now,
            voided: None,
        };
        tx.insert_letter(&record).await?;
        let (names, posts) = (Names::read(&mut tx).await?, posts_by_id(&mut tx).await?);
        let shown = view(caller, &record, &names, &posts, &titles, now.date());
        let shown = with_files(&mut tx, shown, &record.letter).await?;
        let audit = caller.audit_as(hat, "letter.sign", ("letter", id), &record.letter.path, now);
        Ok(tx.commit(audit, shown).await?)
    }

    /// Voids a letter with a reason.
    ///
    /// Errors: no reason; void already; somebody changed it meanwhile.
    pub async fn void_letter(
        &self,
        caller: &Caller,
        id: &str,
        version: i64,
        reason: &str,
    ) -> Result<LetterView> {
        let before = self.letter_view(caller, id).await?;
        let titles = self.titles().await?;
        let id = LetterId::from(id);
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let record = tx.letter(&id).await?.ok_or(Error::NotFound)?;
        let hat = caller.hat(Action::LetterSign, &subject(&record.letter))?;
        if record.version != version {
            return Err(Error::stale(&before));
        }
        if record.voided.is_some() {
            return Err(LetterRefusal::Voided.into());
        }
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(LetterRefusal::NoReason.into());
        }
        tx.void_letter(&id, version, now, reason).await?;
        let voided = Some((now, reason.to_owned()));
        let record = LetterRecord { voided, version: version + 1, ..record };
        let (names, posts) = (Names::read(&mut tx).await?, posts_by_id(&mut tx).await?);
        let shown = view(caller, &record, &names, &posts, &titles, now.date());
        let shown = with_files(&mut tx, shown, &record.letter).await?;
        let mut audit =
            caller.audit_as(hat, "letter.void", ("letter", id.as_str()), &record.letter.path, now);
        audit.reason = reason.to_owned();
        Ok(tx.commit(audit, shown).await?)
    }

    /// One letter.
    pub async fn letter_view(&self, caller: &Caller, id: &str) -> Result<LetterView> {
        let scope = caller.scope(Action::LetterRead)?;
        let titles = self.titles().await?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.letter(&id.into()).await?.ok_or(Error::NotFound)?;
        if !scope.admits(&subject(&record.letter)) {
            return Err(Error::NotFound);
        }
        let (names, posts) = (Names::read(&mut read).await?, posts_by_id(&mut read).await?);
        let shown = view(caller, &record, &names, &posts, &titles, self.now().date());
        with_files(&mut read, shown, &record.letter).await
    }

    /// Who signed, who did not and who must sign again, and every letter the caller may read.
    pub async fn letters(&self, caller: &Caller) -> Result<LetterPage> {
        let scope = caller.scope(Action::LetterRead)?;
        let today = self.now().date();
        let (asked, titles, duties) = {
            let known = self.known(None).await?;
            let asked = roles(&known.plan);
            let titles: HashMap<String, String> =
                known.plan.duties.iter().map(|duty| (duty.id.clone(), duty.title.clone())).collect();
            let duties: HashMap<Role, Vec<Word>> =
                asked.iter().map(|role| (*role, duties_of(&known.plan, *role))).collect();
            (asked, titles, duties)
        };
        let mut read = self.db.read(&self.town).await?;
        let (names, posts) = (Names::read(&mut read).await?, posts_by_id(&mut read).await?);
        let paths = crate::evidence::territory_paths(&mut read).await?;
        let records = read.letters(&scope).await?;
        let held: Vec<Assignment> =
            read.assignments().await?.into_iter().map(|record| record.assignment).collect();
        let mut wanted: Vec<&Post> =
            posts.values().filter(|post| post.active && asked.contains(&post.role)).collect();
        wanted.sort_by_key(|post| (post.role, post.territory.clone(), post.id.clone()));
        let mut lines = Vec::new();
        for post in wanted {
            let path = paths.get(post.territory.as_str()).cloned().unwrap_or_default();
            if !scope.admits(&Subject::of(&path, Some(&post.org))) {
                continue;
            }
            let on_it: Vec<&Assignment> =
                held.iter().filter(|held| held.post == post.id && held.is_valid_on(today)).collect();
            let line = |holder: Option<&Assignment>| {
                let of_post =
                    || records.iter().filter(|one| one.letter.post == post.id && one.voided.is_none());
                let own = holder.and_then(|held| of_post().find(|one| one.letter.assignment == held.id));
                let standing = match (holder, own) {
                    (None, _) => ("vacant", "岗位空缺"),
                    (Some(_), Some(own)) => {
                        let standing = own.letter.standing(own.left_on, false, today);
                        (standing.code(), standing.label())
                    }
                    // Somebody before him signed for days that are not over: his letter ended with him.
                    (Some(_), None)
                        if of_post().any(|one| {
                            one.letter.standing(one.left_on, false, today) == Standing::ToResign
                        }) =>
                    {
                        (Standing::ToResign.code(), Standing::ToResign.label())
                    }
                    (Some(_), None) => ("missing", "未签"),
                };
                LetterPost {
                    post: Named::new(post.id.to_string(), &post.name),
                    role: post.role.code().to_owned(),
                    role_label: post.role.label().to_owned(),
                    org: names.named_org(&post.org),
                    territory: names.territory(post.territory.as_str()),
                    holder: holder
                        .map(|held| Named::new(held.person.to_string(), names.person(&held.person))),
                    since: holder.map(|held| held.from.to_string()),
                    letter: own.map(|one| one.letter.id.to_string()),
                    until: own.map(|one| one.letter.terms.until.to_string()),
                    standing: standing.0.to_owned(),
                    standing_label: standing.1.to_owned(),
                    duties: duties.get(&post.role).cloned().unwrap_or_default(),
                }
            };
            if on_it.is_empty() {
                lines.push(line(None));
            }
            lines.extend(on_it.into_iter().map(|held| line(Some(held))));
        }
        let items =
            records.iter().map(|record| view(caller, record, &names, &posts, &titles, today)).collect();
        Ok(LetterPage { posts: lines, items, may_sign: caller.scope(Action::LetterSign).is_ok() })
    }
}
