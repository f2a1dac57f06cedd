//! Training: courses and their questions, sessions from planned to closed, who was there, and who of each group was
//! trained. What does not belong here: taking a test (`test`), certificates of who passed (`certify`), the rules (`domain::training`).

mod attended;
mod certify;
mod sheet;
mod test;
mod view;

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{CourseId, OrgId, PersonId, PlaceId, QuestionId, TrainingId};
use domain::org::{Assignment, CertificateKind};
use domain::plan::SubjectKind;
use domain::policy::{Action, Subject};
use domain::time::Date;
use domain::training::{
    ASSEMBLY, Attendance, Correction, Course, CourseKind, Group, Outcome, Question, QuestionKind, State,
    Step, Training, TrainingRefusal, Way, outcome_of, places_trained,
};
use serde::Deserialize;
use store::Read;
use store::place::PlaceFilter;
use store::training::{AttendanceRecord, CourseRecord, QuestionRecord, TrainingRecord};
use utoipa::ToSchema;

pub use attended::PersonTraining;
pub(crate) use attended::attended;
pub use certify::OrganCertificate;
pub use sheet::{QuestionProblem, QuestionRead, QuestionTrial};
pub use test::{AnsweredQuestion, HandedInTest, TestInput, TestQuestion, TestView};
pub use view::{
    AttendanceView, CourseView, Coverage, CoverageGroup, MyTraining, QuestionView, TrainingRow, TrainingView,
    Untrained,
};

use crate::names::Names;
use crate::org::Fields;
use crate::post::read_day;
use crate::{App, Caller, Error, Result};

/// Sessions of one list.
const MOST: i64 = 500;

/// A course to add or change.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct CourseInput {
    /// What it is for.
    pub kind: String,
    /// Name.
    pub name: String,
    /// For whom.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Hours of teaching.
    pub hours: u32,
    /// Share of the points that passes, in percent; none where nothing is tested.
    #[serde(default)]
    pub pass_percent: Option<u8>,
    /// Questions of one test.
    #[serde(default)]
    pub questions: u32,
    /// How often one may try.
    #[serde(default)]
    pub attempts: u32,
    /// Kind of certificate who passes is given.
    #[serde(default)]
    pub gives: Option<String>,
    /// For how many months that is valid.
    #[serde(default)]
    pub months: Option<u32>,
    /// Whether it is still offered; it is unless said otherwise.
    #[serde(default)]
    pub active: Option<bool>,
    /// The version the change is based on.
    #[serde(default)]
    pub version: Option<i64>,
}

/// A question to add or change.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct QuestionInput {
    /// `single`, `multiple` or `true_false`.
    pub kind: String,
    /// The question.
    pub text: String,
    /// What may be chosen; two for true and false.
    pub options: Vec<String>,
    /// Which of them are right, from 0.
    pub right: Vec<usize>,
    /// Whether it is still asked; it is unless said otherwise.
    #[serde(default)]
    pub active: Option<bool>,
    /// The version the change is based on.
    #[serde(default)]
    pub version: Option<i64>,
}

/// A session to plan.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct TrainingInput {
    /// The course.
    pub course: String,
    /// Title.
    pub title: String,
    /// The day it is planned for.
    pub on: String,
    /// Where.
    #[serde(default)]
    pub venue: String,
    /// Who organises.
    pub org: String,
    /// Who teaches; who organises when left out.
    #[serde(default)]
    pub trainer: Option<String>,
    /// The place it is for, for a unit's own.
    #[serde(default)]
    pub place: Option<String>,
}

/// What of a session is put right.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct TrainingChange {
    /// Title.
    pub title: String,
    /// The day it is planned for, or was held.
    pub on: String,
    /// Where.
    #[serde(default)]
    pub venue: String,
    /// Who teaches.
    pub trainer: String,
    /// The version the change is based on.
    pub version: i64,
}

/// Somebody from a paper list.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PresentInput {
    /// Who, where he is in the book.
    #[serde(default)]
    pub person: Option<String>,
    /// The place he answers for, where he is not.
    #[serde(default)]
    pub place: Option<String>,
    /// Name as signed, where he is not in the book.
    #[serde(default)]
    pub name: String,
    /// Points in percent of a test on paper.
    #[serde(default)]
    pub score: Option<u32>,
}

/// A session with its course and who was there.
struct Loaded {
    kept: TrainingRecord,
    course: Course,
    present: Vec<AttendanceRecord>,
}

impl Loaded {
    fn subject(&self) -> Subject {
        let training = &self.kept.training;
        Subject { place: training.place.clone(), ..Subject::of(&self.kept.path, Some(&training.org)) }
    }

    fn is_tested(&self) -> bool {
        self.course.pass_percent.is_some()
    }
}

/// The session of this id, whoever asks.
async fn loaded(read: &mut Read, id: &TrainingId) -> Result<Loaded> {
    let kept = read.training(id).await?.ok_or(Error::NotFound)?;
    let course = read.course(&kept.training.course).await?.ok_or(Error::NotFound)?.course;
    let present = read.attendance_of(id).await?;
    Ok(Loaded { kept, course, present })
}

/// The session of this id, if the caller may see it.
async fn load(read: &mut Read, caller: &Caller, id: &TrainingId) -> Result<Loaded> {
    let scope = caller.scope(Action::TrainingRead)?;
    let loaded = loaded(read, id).await?;
    if scope.admits(&loaded.subject()) { Ok(loaded) } else { Err(Error::NotFound) }
}

fn checked_course(id: CourseId, input: &CourseInput) -> Result<Course> {
    let mut fields = Fields::default();
    let name = fields.name("name", &input.name);
    let kind = CourseKind::from_code(&input.kind);
    if kind.is_none() {
        fields.wrong("kind", "course.kind", "请选择课程类别");
    }
    let groups: BTreeSet<Group> = input.groups.iter().filter_map(|code| Group::from_code(code)).collect();
    if groups.len() != input.groups.len() {
        fields.wrong("groups", "course.groups", "请从列表中选择培训对象");
    }
    if !(1..=200).contains(&input.hours) {
        fields.wrong("hours", "course.hours", "学时请填 1 到 200 的整数");
    }
    let is_tested = input.pass_percent.is_some();
    if input.pass_percent.is_some_and(|mark| !(1..=100).contains(&mark)) {
        fields.wrong("pass_percent", "course.pass_percent", "合格线请填 1 到 100");
    }
    if is_tested && !(1..=100).contains(&input.questions) {
        fields.wrong("questions", "course.questions", "每卷试题请填 1 到 100 道");
    }
    if is_tested && !(1..=10).contains(&input.attempts) {
        fields.wrong("attempts", "course.attempts", "考核次数请填 1 到 10 次");
    }
    let gives = input.gives.as_deref().filter(|code| !code.is_empty());
    let gives = gives.map(|code| {
        let kind = CertificateKind::from_code(code);
        if kind != Some(CertificateKind::FireTrainingGrid) || !is_tested {
            fields.wrong("gives", "course.gives", "只有设考核的培训可以颁发网格消防培训合格证，请核对");
        }
        (kind.unwrap_or(CertificateKind::FireTrainingGrid), input.months.filter(|months| *months > 0))
    });
    fields.done()?;
    Ok(Course {
        id,
        kind: kind.ok_or(Error::NotFound)?,
        name,
        groups,
        hours: input.hours,
        pass_percent: input.pass_percent,
        questions: if is_tested { input.questions } else { 0 },
        attempts: if is_tested { input.attempts } else { 0 },
        gives,
        active: input.active.unwrap_or(true),
    })
}

fn checked_question(id: QuestionId, course: CourseId, input: &QuestionInput) -> Result<Question> {
    let kind = QuestionKind::from_code(&input.kind);
    let kind = kind.ok_or_else(|| Error::field("kind", "question.kind", "请选择单选、多选或判断"))?;
    let question = Question {
        id,
        course,
        kind,
        text: input.text.trim().to_owned(),
        options: input.options.iter().map(|one| one.trim().to_owned()).collect(),
        right: input.right.iter().copied().collect(),
        active: input.active.unwrap_or(true),
    };
    Ok(question.checked()?)
}

impl App {
    /// Every course.
    pub async fn courses(&self, caller: &Caller) -> Result<Vec<CourseView>> {
        caller.scope(Action::TrainingRead)?;
        let mut read = self.db.read(&self.town).await?;
        Ok(read.courses().await?.iter().map(|kept| CourseView::of(caller, kept)).collect())
    }

    /// Adds a course.
    pub async fn add_course(&self, caller: &Caller, input: &CourseInput) -> Result<CourseView> {
        let now = self.now();
        let hat = caller.hat(Action::TrainingChange, &Subject::town())?;
        let course = checked_course(self.new_id().into(), input)?;
        let kept = CourseRecord { course, version: 1, recorded_at: now };
        let mut tx = self.write(caller).await?;
        tx.insert_course(&kept).await?;
        let view = CourseView::of(caller, &kept);
        let audit = caller.audit_as(hat, "course.add", ("course", kept.course.id.as_str()), "", now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Changes a course; sessions held before keep what came of them.
    pub async fn change_course(
        &self,
        caller: &Caller,
        id: &CourseId,
        input: &CourseInput,
    ) -> Result<CourseView> {
        let now = self.now();
        let hat = caller.hat(Action::TrainingChange, &Subject::town())?;
        let mut tx = self.write(caller).await?;
        let mut kept = tx.course(id).await?.ok_or(Error::NotFound)?;
        if input.version.is_some_and(|version| version != kept.version) {
            return Err(Error::stale(&CourseView::of(caller, &kept)));
        }
        kept.course = checked_course(id.clone(), input)?;
        tx.update_course(&kept).await?;
        kept.version += 1;
        let view = CourseView::of(caller, &kept);
        let audit = caller.audit_as(hat, "course.change", ("course", id.as_str()), "", now);
        Ok(tx.commit(audit, view).await?)
    }

    /// The questions of a course with their answers, for who keeps them.
    pub async fn questions(&self, caller: &Caller, course: &CourseId) -> Result<Vec<QuestionView>> {
        caller.hat(Action::TrainingChange, &Subject::town())?;
        let mut read = self.db.read(&self.town).await?;
        read.course(course).await?.ok_or(Error::NotFound)?;
        Ok(read.questions(course).await?.iter().map(QuestionView::of).collect())
    }

    /// Adds questions to a course: all or none.
    pub async fn add_questions(
        &self,
        caller: &Caller,
        course: &CourseId,
        inputs: &[QuestionInput],
    ) -> Result<Vec<QuestionView>> {
        let now = self.now();
        let hat = caller.hat(Action::TrainingChange, &Subject::town())?;
        if inputs.is_empty() || inputs.len() > 500 {
            return Err(Error::field("items", "question.how_many", "一次请提交 1 到 500 道试题"));
        }
        let mut tx = self.write(caller).await?;
        tx.course(course).await?.ok_or(Error::NotFound)?;
        let mut views = Vec::with_capacity(inputs.len());
        for input in inputs {
            let question = checked_question(self.new_id().into(), course.clone(), input)?;
            let kept = QuestionRecord { question, version: 1, recorded_at: now };
            tx.insert_question(&kept).await?;
            views.push(QuestionView::of(&kept));
        }
        let audit = caller.audit_as(hat, "question.add", ("course", course.as_str()), "", now);
        Ok(tx.commit(audit, views).await?)
    }

    /// Changes a question, or takes it out of use; tests taken before keep it as it was.
    pub async fn change_question(
        &self,
        caller: &Caller,
        id: &QuestionId,
        input: &QuestionInput,
    ) -> Result<QuestionView> {
        let now = self.now();
        let hat = caller.hat(Action::TrainingChange, &Subject::town())?;
        let mut tx = self.write(caller).await?;
        let mut kept = tx.question(id).await?.ok_or(Error::NotFound)?;
        if input.version.is_some_and(|version| version != kept.version) {
            return Err(Error::stale(&QuestionView::of(&kept)));
        }
        kept.question = checked_question(id.clone(), kept.question.course.clone(), input)?;
        tx.update_question(&kept).await?;
        kept.version += 1;
        let audit = caller.audit_as(hat, "question.change", ("question", id.as_str()), "", now);
        let view = QuestionView::of(&kept);
        Ok(tx.commit(audit, view).await?)
    }

    /// Sessions the caller may see, newest first.
    pub async fn trainings(&self, caller: &Caller) -> Result<Vec<TrainingRow>> {
        self.trainings_up_to(caller, MOST).await
    }

    /// The same, so many of them.
    pub(crate) async fn trainings_up_to(&self, caller: &Caller, most: i64) -> Result<Vec<TrainingRow>> {
        let scope = caller.scope(Action::TrainingRead)?;
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let courses = course_book(&mut read).await?;
        let mut rows = Vec::new();
        for kept in read.trainings(&scope, most).await? {
            let Some(course) = courses.get(&kept.training.course) else { continue };
            let present = read.attendance_of(&kept.training.id).await?;
            rows.push(TrainingRow::of(&kept, course, &present, &names));
        }
        Ok(rows)
    }

    /// One session with who was there, and the code to sign in with under this address of the program.
    pub async fn training(&self, caller: &Caller, id: &TrainingId, base: &str) -> Result<TrainingView> {
        let mut read = self.db.read(&self.town).await?;
        let loaded = load(&mut read, caller, id).await?;
        let mut view = training_view(&mut read, caller, &loaded).await?;
        let url = format!("{}/m/training/{id}", base.trim_end_matches('/'));
        view.qr_svg = Some(crate::unit_link::qr(&url)?);
        view.url = Some(url);
        Ok(view)
    }

    /// Plans a session.
    pub async fn plan_training(&self, caller: &Caller, input: &TrainingInput) -> Result<TrainingView> {
        let now = self.now();
        caller.scope(Action::TrainingChange)?;
        let mut fields = Fields::default();
        let title = fields.name("title", &input.title);
        let on = read_day(&mut fields, "on", &input.on);
        let mut tx = self.write(caller).await?;
        let course = tx.course(&CourseId::from(input.course.as_str())).await?;
        let course = course.map(|kept| kept.course).filter(|course| course.active);
        if course.is_none() {
            fields.wrong("course", "training.course", "没有这门课程或已停用，请从列表中选择");
        }
        let org = OrgId::from(input.org.as_str());
        let trainer = input.trainer.as_deref().filter(|id| !id.is_empty());
        let trainer = trainer.map_or_else(|| org.clone(), OrgId::from);
        let book = Names::read(&mut tx).await?;
        if !book.knows_org(&org) {
            fields.wrong("org", NO_ORG.0, NO_ORG.1);
        }
        check_trainer(&mut tx, &mut fields, course.as_ref(), &trainer).await?;
        fields.done()?;
        let Some(course) = course else { return Err(Error::NotFound) };
        let territory = tx.orgs().await?.into_iter().find(|kept| kept.org.id == org);
        let territory = territory.map(|kept| kept.org.territory).ok_or(Error::NotFound)?;
        let path = book.path(&territory).unwrap_or_default().to_owned();
        let place = match input.place.as_deref().filter(|id| !id.is_empty()) {
            None => None,
            Some(id) => {
                let id = PlaceId::from(id);
                crate::place::place_in_scope(&mut tx, caller, Action::PlaceRead, &id).await?;
                Some(id)
            }
        };
        let hat = caller.hat(Action::TrainingChange, &Subject::of(&path, Some(&org)))?;
        let training = Training {
            id: self.new_id().into(),
            course: course.id.clone(),
            title,
            state: State::Planned,
            on,
            venue: input.venue.trim().to_owned(),
            org,
            trainer,
            place,
        };
        let recorded_by = caller.name.clone();
        let kept = TrainingRecord { training, path, version: 1, recorded_at: now, recorded_by };
        tx.insert_training(&kept).await?;
        let loaded = Loaded { kept, course, present: Vec::new() };
        let view = training_view(&mut tx, caller, &loaded).await?;
        let id = loaded.kept.training.id.as_str();
        let audit = caller.audit_as(hat, "training.add", ("training", id), &loaded.kept.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Puts right what of a session was planned or noted down wrong, until it is closed.
    pub async fn change_training(
        &self,
        caller: &Caller,
        id: &TrainingId,
        input: &TrainingChange,
    ) -> Result<TrainingView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let mut loaded = load(&mut tx, caller, id).await?;
        let hat = caller.hat(Action::TrainingChange, &loaded.subject())?;
        if loaded.kept.version != input.version {
            return Err(Error::stale(&training_view(&mut tx, caller, &loaded).await?));
        }
        let mut fields = Fields::default();
        let title = fields.name("title", &input.title);
        let on = read_day(&mut fields, "on", &input.on);
        let trainer = OrgId::from(input.trainer.as_str());
        check_trainer(&mut tx, &mut fields, Some(&loaded.course), &trainer).await?;
        fields.done()?;
        let to = Correction { title, on, venue: input.venue.trim().to_owned(), trainer };
        loaded.kept.training = loaded.kept.training.corrected(to, now.date())?;
        tx.update_training(&loaded.kept).await?;
        loaded.kept.version += 1;
        let view = training_view(&mut tx, caller, &loaded).await?;
        let audit =
            caller.audit_as(hat, "training.change", ("training", id.as_str()), &loaded.kept.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// A step of a session. One whose course gives a certificate is closed when the fire rescue organ taught it; what the organ
    /// gives is written down by its own number.
    pub async fn step_training(
        &self,
        caller: &Caller,
        id: &TrainingId,
        step: &Step,
        version: i64,
    ) -> Result<TrainingView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let mut loaded = load(&mut tx, caller, id).await?;
        let hat = caller.hat(Action::TrainingChange, &loaded.subject())?;
        if loaded.kept.version != version {
            return Err(Error::stale(&training_view(&mut tx, caller, &loaded).await?));
        }
        let is_tested = loaded.is_tested();
        loaded.kept.training = loaded.kept.training.step(step, is_tested, now.date())?;
        tx.update_training(&loaded.kept).await?;
        loaded.kept.version += 1;
        if loaded.kept.training.state == State::Closed {
            // The course may have come to give a certificate after the session was planned.
            let organ = tx.org(&loaded.kept.training.trainer).await?.ok_or(Error::NotFound)?;
            loaded.course.taught_by(organ.org.kind)?;
        }
        let view = training_view(&mut tx, caller, &loaded).await?;
        let action = match step {
            Step::Notify => "training.notify",
            Step::Hold { .. } => "training.hold",
            Step::FinishTest => "training.finish_test",
            Step::Close => "training.close",
            Step::Cancel { .. } => "training.cancel",
        };
        let mut audit = caller.audit_as(hat, action, ("training", id.as_str()), &loaded.kept.path, now);
        if let Step::Cancel { reason } = step {
            audit.reason = reason.trim().to_owned();
        }
        Ok(tx.commit(audit, view).await?)
    }

    /// Signs the caller in by the code of a session.
    pub async fn sign_in(&self, caller: &Caller, id: &TrainingId) -> Result<MyTraining> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let mut loaded = loaded(&mut tx, id).await?;
        let state = &loaded.kept.training.state;
        // People come while it goes on; the organiser says so when it is over.
        let is_open = matches!(state, State::Held)
            || (matches!(state, State::Planned | State::Notified) && loaded.kept.training.on == now.date());
        if !is_open {
            return Err(TrainingRefusal::NoSignIn { now: state.label() }.into());
        }
        let mine = |kept: &AttendanceRecord| {
            kept.voided.is_none() && kept.attendance.person.as_ref() == Some(&caller.person)
        };
        if !loaded.present.iter().any(mine) {
            let attendance = Attendance {
                id: self.new_id(),
                training: id.clone(),
                person: Some(caller.person.clone()),
                place: None,
                name: caller.name.clone(),
                way: Way::Qr,
                at: now,
                outcome: Outcome::Attended,
                score: None,
            };
            let kept = AttendanceRecord {
                attendance,
                certificate: None,
                version: 1,
                recorded_at: now,
                recorded_by: caller.name.clone(),
                voided: None,
            };
            tx.insert_attendance(&kept).await?;
            loaded.present.push(kept);
        }
        let names = Names::read(&mut tx).await?;
        let view = self.my_training(&mut tx, caller, &loaded, &names).await?;
        let hat = caller.hats.all().first().map(|hat| hat.id.to_string()).unwrap_or_default();
        let mut audit = caller.audit("training.sign_in", "training", id.as_str(), now);
        audit.hat = hat;
        Ok(tx.commit(audit, view).await?)
    }

    /// Enters a paper list: all of it or nothing. Points of a test on paper come with it.
    pub async fn enter_attendance(
        &self,
        caller: &Caller,
        id: &TrainingId,
        people: &[PresentInput],
    ) -> Result<TrainingView> {
        let now = self.now();
        if people.is_empty() || people.len() > 500 {
            return Err(Error::field("people", "training.how_many", "一次请登记 1 到 500 人"));
        }
        let mut tx = self.write(caller).await?;
        let mut loaded = load(&mut tx, caller, id).await?;
        let hat = caller.hat(Action::TrainingChange, &loaded.subject())?;
        let state = &loaded.kept.training.state;
        if !matches!(state, State::Held | State::Tested) {
            return Err(TrainingRefusal::NoSignIn { now: state.label() }.into());
        }
        let names = Names::read(&mut tx).await?;
        let mut problems = Vec::new();
        for (at, one) in people.iter().enumerate() {
            let mut wrong = |code: &'static str, message: &str| {
                problems.push(crate::error::FieldProblem {
                    field: format!("people.{at}"),
                    code,
                    message: message.to_owned(),
                });
            };
            let person = one.person.as_deref().filter(|id| !id.is_empty()).map(PersonId::from);
            let place = one.place.as_deref().filter(|id| !id.is_empty()).map(PlaceId::from);
            let name = match &person {
                Some(id) if names.knows(id) => names.person(id),
                Some(_) => {
                    wrong("training.person", "没有这个人员，请从列表中选择");
                    continue;
                }
                None => one.name.trim().to_owned(),
            };
            if name.is_empty() {
                wrong("training.name", "请填写姓名，或从人员库中选择");
                continue;
            }
            if let Some(place) = &place {
                crate::place::place_in_scope(&mut tx, caller, Action::PlaceRead, place).await?;
            }
            let score = one.score.and_then(|score| u8::try_from(score).ok()).filter(|score| *score <= 100);
            if one.score.is_some() && score.is_none() {
                wrong("training.score", "成绩请填 0 到 100");
                continue;
            }
            let same = |kept: &AttendanceRecord| {
                let known = &kept.attendance;
                kept.voided.is_none()
                    && match &person {
                        Some(person) => known.person.as_ref() == Some(person),
                        None => known.person.is_none() && known.place == place && known.name == name,
                    }
            };
            let outcome = match (score, loaded.course.pass_percent) {
                (Some(score), Some(mark)) => outcome_of(score, mark),
                _ => Outcome::Attended,
            };
            // Who signed in by the code and was tested on paper is there already.
            if let Some(known) = loaded.present.iter_mut().find(|kept| same(kept)) {
                if score.is_none() {
                    return Err(TrainingRefusal::SignedIn { name }.into());
                }
                if let Some(known) = known.attendance.score.filter(|known| Some(*known) != score) {
                    return Err(TrainingRefusal::Scored { name, score: known }.into());
                }
                known.attendance.outcome = outcome;
                known.attendance.score = score;
                tx.update_attendance(known).await?;
                known.version += 1;
                continue;
            }
            let attendance = Attendance {
                id: self.new_id(),
                training: id.clone(),
                person,
                place,
                name,
                way: Way::Paper,
                at: now,
                outcome,
                score,
            };
            let kept = AttendanceRecord {
                attendance,
                certificate: None,
                version: 1,
                recorded_at: now,
                recorded_by: caller.name.clone(),
                voided: None,
            };
            tx.insert_attendance(&kept).await?;
            loaded.present.push(kept);
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let view = training_view(&mut tx, caller, &loaded).await?;
        let audit =
            caller.audit_as(hat, "training.attendance", ("training", id.as_str()), &loaded.kept.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Takes somebody off the list who was not there; it stays on record why.
    pub async fn void_attendance(
        &self,
        caller: &Caller,
        id: &TrainingId,
        attendance: &str,
        reason: &str,
    ) -> Result<TrainingView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let mut loaded = load(&mut tx, caller, id).await?;
        let hat = caller.hat(Action::TrainingChange, &loaded.subject())?;
        let state = &loaded.kept.training.state;
        if matches!(state, State::Closed | State::Cancelled { .. }) {
            return Err(TrainingRefusal::WrongState { now: state.label() }.into());
        }
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(Error::field("reason", "training.void_reason", "请写明移出签到名单的理由"));
        }
        let found = loaded.present.iter_mut().find(|kept| kept.attendance.id == attendance);
        let kept = found.filter(|kept| kept.voided.is_none()).ok_or(Error::NotFound)?;
        kept.voided = Some((now, reason.to_owned()));
        tx.update_attendance(kept).await?;
        kept.version += 1;
        let view = training_view(&mut tx, caller, &loaded).await?;
        let mut audit = caller.audit_as(
            hat,
            "training.void_attendance",
            ("training", id.as_str()),
            &loaded.kept.path,
            now,
        );
        audit.reason = reason.to_owned();
        Ok(tx.commit(audit, view).await?)
    }

    /// Who of each group was trained and passed within a year, by distinct people; who manages a place of assembly by the
    /// place, as on the board.
    pub async fn training_coverage(&self, caller: &Caller, year: Option<i32>) -> Result<Coverage> {
        use chrono::Datelike;
        let scope = caller.scope(Action::TrainingRead)?;
        let today = self.now().date();
        let year = year.unwrap_or(today.year());
        let (Some(from), Some(to)) = (Date::from_ymd_opt(year, 1, 1), Date::from_ymd_opt(year, 12, 31))
        else {
            return Err(Error::field("year", "training.year", "请填写四位数的年份"));
        };
        let on = to.min(today).max(from);
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let held: Vec<Assignment> =
            read.assignments().await?.into_iter().map(|kept| kept.assignment).collect();
        let mut roll: BTreeMap<Group, BTreeMap<String, String>> = BTreeMap::new();
        for one in held.iter().filter(|one| one.is_valid_on(on) && scope.admits(&crate::post::subject(one))) {
            if let Some(group) = Group::of(one.role).filter(|group| *group != Group::DenseManager) {
                roll.entry(group).or_default().insert(one.person.to_string(), names.person(&one.person));
            }
        }
        let assembly = PlaceFilter { tag: Some(ASSEMBLY.to_owned()), ..PlaceFilter::default() };
        let managed = roll.entry(Group::DenseManager).or_default();
        read.each_place(&assembly, &scope, |kept| {
            if !kept.place.is_gone(on) {
                managed.insert(kept.place.id.to_string(), kept.place.name);
            }
        })
        .await?;
        let (mut attended, mut passed) = (BTreeSet::new(), BTreeSet::new());
        let whole = Caller::system().scope(Action::TrainingRead)?;
        for kept in read.trainings(&whole, 10_000).await? {
            let training = &kept.training;
            if !training.state.is_held() || training.on < from || training.on > to {
                continue;
            }
            for present in read.attendance_of(&training.id).await? {
                let Attendance { person, place, outcome, .. } = present.attendance;
                if present.voided.is_some() {
                    continue;
                }
                let places = places_trained(person.as_ref(), place.as_ref(), &held, training.on);
                let who =
                    person.iter().map(ToString::to_string).chain(places.iter().map(ToString::to_string));
                for id in who {
                    if outcome == Outcome::Passed {
                        passed.insert(id.clone());
                    }
                    attended.insert(id);
                }
            }
        }
        let groups = Group::ALL.iter().map(|group| {
            let who = roll.remove(group).unwrap_or_default();
            CoverageGroup::of(*group, &who, &attended, &passed)
        });
        Ok(Coverage { year, groups: groups.collect() })
    }
}

/// The code and the words for a body that is not in the book.
const NO_ORG: (&str, &str) = ("training.org", "没有这个机构，请从列表中选择");

/// Whether a body is in the book and may teach a course.
async fn check_trainer(
    read: &mut Read,
    fields: &mut Fields,
    course: Option<&Course>,
    trainer: &OrgId,
) -> Result<()> {
    let Some(kept) = read.org(trainer).await? else {
        fields.wrong("trainer", NO_ORG.0, NO_ORG.1);
        return Ok(());
    };
    if let Some(refusal) = course.and_then(|course| course.taught_by(kept.org.kind).err()) {
        fields.wrong("trainer", refusal.code(), &refusal.to_string());
    }
    Ok(())
}

async fn course_book(read: &mut Read) -> Result<BTreeMap<CourseId, Course>> {
    Ok(read.courses().await?.into_iter().map(|kept| (kept.course.id.clone(), kept.course)).collect())
}

async fn training_view(read: &mut Read, caller: &Caller, loaded: &Loaded) -> Result<TrainingView> {
    let names = Names::read(read).await?;
    let may = caller.hats.hat(Action::TrainingChange, &loaded.subject()).is_some();
    let signed_for = loaded.present.iter().filter_map(|one| one.attendance.place.as_ref());
    let of = loaded.kept.training.place.as_ref();
    let ids: Vec<&str> = signed_for.chain(of).map(|place| place.as_str()).collect();
    let places = read.subject_names(SubjectKind::Place, &ids).await?;
    Ok(TrainingView::of(&loaded.kept, &loaded.course, &loaded.present, (&names, &places), may))
}
