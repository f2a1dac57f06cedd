//! Training as pages see it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::policy::{Action, Subject};
use domain::training::{Course, Group, Outcome, State};
use serde::{Deserialize, Serialize};
use store::training::{AttendanceRecord, CourseRecord, QuestionRecord, TrainingRecord};
use utoipa::ToSchema;

use crate::Caller;
use crate::names::Names;
use crate::view::{Named, Word};

/// A course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CourseView {
    /// Id.
    pub id: String,
    /// What it is for.
    pub kind: Word,
    /// Name.
    pub name: String,
    /// For whom.
    pub groups: Vec<Word>,
    /// Hours of teaching.
    pub hours: u32,
    /// Share of the points that passes, in percent.
    pub pass_percent: Option<u8>,
    /// Questions of one test.
    pub questions: u32,
    /// How often one may try.
    pub attempts: u32,
    /// What who passes is given.
    pub gives: Option<Word>,
    /// For how many months that is valid.
    pub months: Option<u32>,
    /// Whether it is still offered.
    pub active: bool,
    /// Row version.
    pub version: i64,
    /// What the caller may do: `change`.
    pub actions: Vec<String>,
}

impl CourseView {
    pub(super) fn of(caller: &Caller, kept: &CourseRecord) -> Self {
        let c = &kept.course;
        let may = caller.hats.hat(Action::TrainingChange, &Subject::town()).is_some();
        Self {
            id: c.id.to_string(),
            kind: Word::new(c.kind.code(), c.kind.label()),
            name: c.name.clone(),
            groups: c.groups.iter().map(|group| Word::new(group.code(), group.label())).collect(),
            hours: c.hours,
            pass_percent: c.pass_percent,
            questions: c.questions,
            attempts: c.attempts,
            gives: c.gives.map(|(kind, _)| Word::new(kind.code(), kind.label())),
            months: c.gives.and_then(|(_, months)| months),
            active: c.active,
            version: kept.version,
            actions: if may { vec!["change".to_owned()] } else { Vec::new() },
        }
    }
}

/// A question with its answer, for who keeps the bank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuestionView {
    /// Id.
    pub id: String,
    /// How it is asked.
    pub kind: Word,
    /// The question.
    pub text: String,
    /// What may be chosen.
    pub options: Vec<String>,
    /// Which of them are right, from 0.
    pub right: Vec<usize>,
    /// Whether it is still asked.
    pub active: bool,
    /// Row version.
    pub version: i64,
}

impl QuestionView {
    pub(super) fn of(kept: &QuestionRecord) -> Self {
        let q = &kept.question;
        Self {
            id: q.id.to_string(),
            kind: Word::new(q.kind.code(), q.kind.label()),
            text: q.text.clone(),
            options: q.options.clone(),
            right: q.right.iter().copied().collect(),
            active: q.active,
            version: kept.version,
        }
    }
}

/// A session in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TrainingRow {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// The course.
    pub course: Named,
    /// What it is for.
    pub kind: Word,
    /// For whom.
    pub groups: Vec<Word>,
    /// Hours of teaching.
    pub hours: u32,
    /// The day it is planned for, or was held.
    pub on: String,
    /// Where.
    pub venue: String,
    /// Who organises.
    pub org: Named,
    /// Who teaches.
    pub trainer: Named,
    /// `planned`, `notified`, `held`, `tested`, `closed` or `cancelled`.
    pub state: String,
    /// In Chinese.
    pub state_label: String,
    /// How many were there.
    pub attended: usize,
    /// How many passed.
    pub passed: usize,
    /// Whether it ends with a test.
    pub tested: bool,
    /// Whether who passes is given a certificate; the fire rescue organ teaches then.
    pub certifies: bool,
}

impl TrainingRow {
    pub(super) fn of(
        kept: &TrainingRecord,
        course: &Course,
        present: &[AttendanceRecord],
        names: &Names,
    ) -> Self {
        let t = &kept.training;
        let there: Vec<_> = present.iter().filter(|one| one.voided.is_none()).collect();
        Self {
            id: t.id.to_string(),
            title: t.title.clone(),
            course: Named::new(course.id.as_str(), course.name.as_str()),
            kind: Word::new(course.kind.code(), course.kind.label()),
            groups: course.groups.iter().map(|group| Word::new(group.code(), group.label())).collect(),
            hours: course.hours,
            on: t.on.to_string(),
            venue: t.venue.clone(),
            org: names.named_org(&t.org),
            trainer: names.named_org(&t.trainer),
            state: t.state.code().to_owned(),
            state_label: t.state.label().to_owned(),
            attended: there.len(),
            passed: there.iter().filter(|one| one.attendance.outcome == Outcome::Passed).count(),
            tested: course.pass_percent.is_some(),
            certifies: course.gives.is_some(),
        }
    }
}

/// Somebody at a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AttendanceView {
    /// Id.
    pub id: String,
    /// Who, where he is in the book.
    pub person: Option<String>,
    /// The place he signed for.
    pub place: Option<String>,
    /// What that is called.
    pub place_name: Option<String>,
    /// Name.
    pub name: String,
    /// How it was recorded.
    pub way: Word,
    /// When.
    pub at: String,
    /// What came of it.
    pub outcome: Word,
    /// Points in percent.
    pub score: Option<u8>,
    /// Whether the certificate he was given is written down.
    pub certified: bool,
    /// Why he was taken off the list; null while he was not.
    pub void_reason: Option<String>,
}

/// A session with who was there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TrainingView {
    /// As in a list.
    #[serde(flatten)]
    pub row: TrainingRow,
    /// The place it is for, for a unit's own.
    pub place: Option<Named>,
    /// Who was there.
    pub people: Vec<AttendanceView>,
    /// Share of the points that passes.
    pub pass_percent: Option<u8>,
    /// Why it was cancelled.
    pub cancelled: Option<String>,
    /// The address to sign in at.
    pub url: Option<String>,
    /// The same as a QR code.
    pub qr_svg: Option<String>,
    /// Row version.
    pub version: i64,
    /// What the caller may do: `notify`, `hold`, `finish_test`, `close`, `cancel`, `change`, `attendance`,
    /// `void_attendance`, `certify`, `answers`.
    pub actions: Vec<&'static str>,
}

impl TrainingView {
    pub(super) fn of(
        kept: &TrainingRecord,
        course: &Course,
        present: &[AttendanceRecord],
        (names, places): (&Names, &HashMap<String, String>),
        may: bool,
    ) -> Self {
        let training = &kept.training;
        let named = |id: &str| places.get(id).cloned().unwrap_or_else(|| id.to_owned());
        let mut actions = Vec::new();
        if may {
            actions.extend(training.steps(course.pass_percent.is_some()));
            if training.may_correct() {
                actions.push("change");
            }
            if matches!(training.state, State::Held | State::Tested) {
                actions.extend(["attendance", "void_attendance"]);
            }
            if course.gives.is_some() && matches!(training.state, State::Tested | State::Closed) {
                actions.push("certify");
            }
            if course.pass_percent.is_some() && training.state.is_held() {
                actions.push("answers");
            }
        }
        let people = present.iter().map(|one| {
            let a = &one.attendance;
            AttendanceView {
                id: a.id.clone(),
                person: a.person.as_ref().map(ToString::to_string),
                place: a.place.as_ref().map(ToString::to_string),
                place_name: a.place.as_ref().map(|id| named(id.as_str())),
                name: a.person.as_ref().map_or_else(|| a.name.clone(), |id| names.person(id)),
                way: Word::new(a.way.code(), a.way.label()),
                at: a.at.to_rfc3339(),
                outcome: Word::new(a.outcome.code(), a.outcome.label()),
                score: a.score,
                certified: one.certificate.is_some(),
                void_reason: one.voided.as_ref().map(|(_, reason)| reason.clone()),
            }
        });
        Self {
            row: TrainingRow::of(kept, course, present, names),
            place: training.place.as_ref().map(|id| Named::new(id.as_str(), named(id.as_str()))),
            people: people.collect(),
            pass_percent: course.pass_percent,
            cancelled: match &training.state {
                State::Cancelled { reason } => Some(reason.clone()),
                _ => None,
            },
            url: None,
            qr_svg: None,
            version: kept.version,
            actions,
        }
    }
}

/// A session as one who was there sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MyTraining {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// The day.
    pub on: String,
    /// Who organises.
    pub org: Named,
    /// Hours of teaching.
    pub hours: u32,
    /// What came of it.
    pub outcome: Word,
    /// Points in percent.
    pub score: Option<u8>,
    /// Share of the points that passes; null where nothing is tested.
    pub pass_percent: Option<u8>,
    /// How often he may still try.
    pub attempts_left: u32,
    /// Whether he may take the test now.
    pub may_test: bool,
}

/// Somebody of a group who was not trained or did not pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Untrained {
    /// Who; who manages a place of assembly by the place.
    #[serde(flatten)]
    pub who: Named,
    /// Whether he was there but did not pass.
    pub attended: bool,
}

/// A group and how many of it were trained, each counted once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CoverageGroup {
    /// The group.
    pub group: Word,
    /// How many there are; places of assembly for who manages one.
    pub people: usize,
    /// How many were at a session.
    pub attended: usize,
    /// How many passed.
    pub passed: usize,
    /// Who has not passed.
    pub missing: Vec<Untrained>,
}

impl CoverageGroup {
    /// `who` are names by id; the others are ids.
    pub(super) fn of(
        group: Group,
        who: &BTreeMap<String, String>,
        attended: &BTreeSet<String>,
        passed: &BTreeSet<String>,
    ) -> Self {
        let count = |of: &BTreeSet<String>| who.keys().filter(|id| of.contains(*id)).count();
        let missing = who.iter().filter(|(id, _)| !passed.contains(*id)).map(|(id, name)| Untrained {
            who: Named::new(id.as_str(), name.as_str()),
            attended: attended.contains(id),
        });
        Self {
            group: Word::new(group.code(), group.label()),
            people: who.len(),
            attended: count(attended),
            passed: count(passed),
            missing: missing.collect(),
        }
    }
}

/// Who was trained within a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Coverage {
    /// The year.
    pub year: i32,
    /// The five groups.
    pub groups: Vec<CoverageGroup>,
}
