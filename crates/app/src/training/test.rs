//! Tests as one takes them: begun, handed in, marked at once. What does not belong here: the bank of questions, who was
//! there.

use std::collections::BTreeSet;

use domain::ids::TrainingId;
use domain::policy::Action;
use domain::training::{Outcome, State, TrainingRefusal, outcome_of, score};
use serde::{Deserialize, Serialize};
use store::Read;
use store::seal::sha256;
use store::training::{AttemptRecord, AttendanceRecord};
use utoipa::ToSchema;

use super::view::MyTraining;
use super::{Loaded, load, loaded};
use crate::names::Names;
use crate::view::{Named, Word};
use crate::{App, Caller, Error, Result};

/// A question as it is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TestQuestion {
    /// How it is asked.
    pub kind: Word,
    /// The question.
    pub text: String,
    /// What may be chosen.
    pub options: Vec<String>,
}

/// A test somebody takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TestView {
    /// Id.
    pub id: String,
    /// The questions, without answers.
    pub questions: Vec<TestQuestion>,
    /// Share of the points that passes.
    pub pass_percent: u8,
}

/// A question as somebody answered it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AnsweredQuestion {
    /// How it was asked.
    pub kind: Word,
    /// The question.
    pub text: String,
    /// What could be chosen.
    pub options: Vec<String>,
    /// What was chosen, from 0.
    pub chosen: Vec<usize>,
    /// What is right.
    pub right: Vec<usize>,
    /// Whether it was answered rightly.
    pub is_right: bool,
}

/// A test as it was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HandedInTest {
    /// Id.
    pub id: String,
    /// Whose.
    pub person: Named,
    /// When.
    pub at: String,
    /// Points in percent.
    pub score: u8,
    /// Whether that passed.
    pub passed: bool,
    /// Each question with its answer, in the order asked.
    pub answers: Vec<AnsweredQuestion>,
}

/// What was chosen.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct TestInput {
    /// For each question the options chosen, from 0.
    pub chosen: Vec<Vec<usize>>,
}

fn own<'a>(loaded: &'a mut Loaded, caller: &Caller) -> Option<&'a mut AttendanceRecord> {
    let mine = |kept: &&mut AttendanceRecord| {
        kept.voided.is_none() && kept.attendance.person.as_ref() == Some(&caller.person)
    };
    loaded.present.iter_mut().find(mine)
}

impl App {
    /// Where the caller was trained, newest first.
    pub async fn my_trainings(&self, caller: &Caller) -> Result<Vec<MyTraining>> {
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let mut mine = Vec::new();
        for kept in read.trainings_of(&caller.person).await? {
            let loaded = loaded(&mut read, &kept.attendance.training).await?;
            mine.push(self.my_training(&mut read, caller, &loaded, &names).await?);
        }
        Ok(mine)
    }

    pub(super) async fn my_training(
        &self,
        read: &mut Read,
        caller: &Caller,
        loaded: &Loaded,
        names: &Names,
    ) -> Result<MyTraining> {
        let training = &loaded.kept.training;
        let mine = loaded
            .present
            .iter()
            .find(|kept| kept.voided.is_none() && kept.attendance.person.as_ref() == Some(&caller.person))
            .ok_or(Error::NotFound)?;
        let tried = read.attempts(&training.id, &caller.person).await?;
        let tried = tried.iter().filter(|one| one.handed_in.is_some()).count();
        let left = loaded.course.attempts.saturating_sub(u32::try_from(tried).unwrap_or(u32::MAX));
        let outcome = mine.attendance.outcome;
        Ok(MyTraining {
            id: training.id.to_string(),
            title: training.title.clone(),
            on: training.on.to_string(),
            org: names.named_org(&training.org),
            hours: loaded.course.hours,
            outcome: Word::new(outcome.code(), outcome.label()),
            score: mine.attendance.score,
            pass_percent: loaded.course.pass_percent,
            attempts_left: left,
            may_test: training.state == State::Held
                && loaded.course.pass_percent.is_some()
                && outcome != Outcome::Passed
                && left > 0,
        })
    }

    /// The tests handed in at a session, whole, for who organises it: what was asked then, what was answered, what is right.
    /// Of each person the oldest first.
    pub async fn handed_in_tests(&self, caller: &Caller, id: &TrainingId) -> Result<Vec<HandedInTest>> {
        let mut read = self.db.read(&self.town).await?;
        let loaded = load(&mut read, caller, id).await?;
        caller.hat(Action::TrainingChange, &loaded.subject())?;
        let names = Names::read(&mut read).await?;
        let people: BTreeSet<_> =
            loaded.present.iter().filter_map(|one| one.attendance.person.clone()).collect();
        let mut tests = Vec::new();
        for person in people {
            for attempt in read.attempts(id, &person).await? {
                let Some((at, score, passed)) = attempt.handed_in else { continue };
                let answered = attempt.asked.into_iter().zip(attempt.chosen);
                let answers = answered.map(|(question, chosen)| AnsweredQuestion {
                    kind: Word::new(question.kind.code(), question.kind.label()),
                    is_right: question.right == chosen,
                    text: question.text,
                    options: question.options,
                    chosen: chosen.into_iter().collect(),
                    right: question.right.into_iter().collect(),
                });
                tests.push(HandedInTest {
                    id: attempt.id,
                    person: Named::new(person.as_str(), names.person(&person)),
                    at: at.to_rfc3339(),
                    score,
                    passed,
                    answers: answers.collect(),
                });
            }
        }
        Ok(tests)
    }

    /// Begins a test, or goes on with the one begun.
    pub async fn begin_test(&self, caller: &Caller, id: &TrainingId) -> Result<TestView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let mut loaded = loaded(&mut tx, id).await?;
        let mark = loaded.course.pass_percent.filter(|_| loaded.kept.training.state == State::Held);
        let is_there = own(&mut loaded, caller).is_some_and(|one| one.attendance.outcome != Outcome::Passed);
        let Some(mark) = mark.filter(|_| is_there) else { return Err(TrainingRefusal::NoTest.into()) };
        let tried = tx.attempts(id, &caller.person).await?;
        let done = tried.iter().filter(|one| one.handed_in.is_some()).count();
        let most = loaded.course.attempts;
        if u32::try_from(done).unwrap_or(u32::MAX) >= most {
            return Err(TrainingRefusal::NoMoreAttempts { most }.into());
        }
        let attempt = match tried.into_iter().find(|one| one.handed_in.is_none()) {
            Some(begun) => begun,
            None => {
                let attempt_id = self.new_id();
                let bank = tx.questions(&loaded.course.id).await?;
                let mut bank: Vec<_> =
                    bank.into_iter().map(|kept| kept.question).filter(|question| question.active).collect();
                // Drawn anew for every attempt, and the same again from the same id.
                bank.sort_by_cached_key(|question| sha256(format!("{attempt_id}{}", question.id).as_bytes()));
                let wanted = loaded.course.questions;
                bank.truncate(usize::try_from(wanted).unwrap_or_default());
                if bank.len() < usize::try_from(wanted).unwrap_or_default() {
                    return Err(TrainingRefusal::TooFewQuestions { wanted }.into());
                }
                let attempt = AttemptRecord {
                    id: attempt_id,
                    training: id.clone(),
                    person: caller.person.clone(),
                    started_at: now,
                    handed_in: None,
                    asked: bank,
                    chosen: Vec::new(),
                    version: 1,
                    recorded_at: now,
                };
                tx.insert_attempt(&attempt).await?;
                attempt
            }
        };
        let questions = attempt.asked.iter().map(|question| TestQuestion {
            kind: Word::new(question.kind.code(), question.kind.label()),
            text: question.text.clone(),
            options: question.options.clone(),
        });
        let view = TestView { id: attempt.id.clone(), questions: questions.collect(), pass_percent: mark };
        let audit = caller.audit("training.begin_test", "training", id.as_str(), now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Hands a test in; it is marked at once.
    pub async fn hand_in_test(
        &self,
        caller: &Caller,
        id: &TrainingId,
        attempt: &str,
        input: &TestInput,
    ) -> Result<MyTraining> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let mut loaded = loaded(&mut tx, id).await?;
        let mark = loaded.course.pass_percent.filter(|_| loaded.kept.training.state == State::Held);
        let Some(mark) = mark else { return Err(TrainingRefusal::NoTest.into()) };
        let tried = tx.attempts(id, &caller.person).await?;
        let found = tried.into_iter().find(|one| one.id == attempt && one.handed_in.is_none());
        let mut taken = found.ok_or(Error::NotFound)?;
        if input.chosen.len() != taken.asked.len() {
            return Err(Error::field("chosen", "training.chosen", "答卷与试题数量不一致，请重新打开考核"));
        }
        taken.chosen = input.chosen.iter().map(|one| one.iter().copied().collect::<BTreeSet<_>>()).collect();
        let points = score(&taken.asked, &taken.chosen);
        let outcome = outcome_of(points, mark);
        taken.handed_in = Some((now, points, outcome == Outcome::Passed));
        tx.update_attempt(&taken).await?;
        let mine = own(&mut loaded, caller).ok_or(TrainingRefusal::NoTest)?;
        // The best of the attempts stands.
        if mine.attendance.score.is_none_or(|known| known <= points) {
            mine.attendance.outcome = outcome;
            mine.attendance.score = Some(points);
            tx.update_attendance(mine).await?;
            mine.version += 1;
        }
        let names = Names::read(&mut tx).await?;
        let view = self.my_training(&mut tx, caller, &loaded, &names).await?;
        let audit = caller.audit("training.hand_in_test", "training", id.as_str(), now);
        Ok(tx.commit(audit, view).await?)
    }
}
