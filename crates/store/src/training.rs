//! Courses, sessions, who was there, questions and attempts at tests as rows. What does not belong here: the rules of a
//! session (`domain::training`), counting who was trained (`fulfilment`).

use std::collections::BTreeSet;

use domain::ids::{CourseId, PersonId, QuestionId, TrainingId};
use domain::policy::Scope;
use domain::time::Timestamp;
use domain::training::{Attendance, Course, Question, Training};

use crate::scope::{Columns, Where};
use crate::value::{json, word};
use crate::{Read, Result, Row, Value, Write, args, cols};

/// By which columns rights to a session are told.
const COLUMNS: Columns = Columns { path: "path", org: "org", place: "place" };

/// A course as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourseRecord {
    /// The course.
    pub course: Course,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// A session as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrainingRecord {
    /// The session.
    pub training: Training,
    /// Territory path of who organises.
    pub path: String,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who recorded it.
    pub recorded_by: String,
}

/// Somebody at a session as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttendanceRecord {
    /// The attendance.
    pub attendance: Attendance,
    /// The certificate it led to.
    pub certificate: Option<String>,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who recorded it.
    pub recorded_by: String,
    /// When it was taken off the list, and why.
    pub voided: Option<(Timestamp, String)>,
}

/// A question as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionRecord {
    /// The question.
    pub question: Question,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// A test somebody takes, as kept: the questions as they were asked, and what he chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRecord {
    /// Id.
    pub id: String,
    /// The session.
    pub training: TrainingId,
    /// Who.
    pub person: PersonId,
    /// When he began.
    pub started_at: Timestamp,
    /// When he handed it in, the points in percent, and whether he passed.
    pub handed_in: Option<(Timestamp, u8, bool)>,
    /// The questions as asked.
    pub asked: Vec<Question>,
    /// What he chose, in their order.
    pub chosen: Vec<BTreeSet<usize>>,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

impl CourseRecord {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            course: row.json("content")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let c = &self.course;
        Ok(cols! { kind: c.kind.code(), name: &c.name, active: c.active, content: json(c)? })
    }
}

impl TrainingRecord {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            training: row.json("content")?,
            path: row.text("path")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
            recorded_by: row.text("recorded_by")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let t = &self.training;
        Ok(cols! {
            course: t.course.as_str(), state: t.state.code(), held_on: t.on, org: t.org.as_str(), path: &self.path,
            place: t.place.as_ref().map(|place| place.as_str()), content: json(t)?,
        })
    }
}

impl AttendanceRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let score = row.opt_int("score")?.map(|n| u8::try_from(n).map_err(|_| row.inconsistent("score")));
        let void_reason = row.text("void_reason")?;
        let attendance = Attendance {
            id: row.text("id")?,
            training: row.text("session")?.into(),
            person: row.opt_text("person")?.map(Into::into),
            place: row.opt_text("place")?.map(Into::into),
            name: row.text("name")?,
            way: row.word("way")?,
            at: row.instant("happened_at")?,
            outcome: row.word("result")?,
            score: score.transpose()?,
        };
        Ok(Self {
            attendance,
            certificate: row.opt_text("certificate")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
            recorded_by: row.text("recorded_by")?,
            voided: row.opt_instant("voided_at")?.map(|at| (at, void_reason)),
        })
    }

    /// What changes of it.
    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let a = &self.attendance;
        let (voided_at, reason) = match &self.voided {
            Some((at, reason)) => (Some(*at), reason.as_str()),
            None => (None, ""),
        };
        Ok(cols! {
            result: word(&a.outcome)?, score: a.score.map(i64::from), certificate: self.certificate.as_deref(),
            voided_at: voided_at, void_reason: reason,
        })
    }
}

impl QuestionRecord {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            question: row.json("content")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let q = &self.question;
        Ok(cols! { course: q.course.as_str(), kind: q.kind.code(), active: q.active, content: json(q)? })
    }
}

impl AttemptRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let (asked, chosen) = row.json("content")?;
        let handed_in = match row.opt_instant("submitted_at")? {
            None => None,
            Some(at) => {
                let score = row.opt_int("score")?.and_then(|n| u8::try_from(n).ok());
                let passed = row.opt_bool("passed")?;
                Some((at, score.ok_or_else(|| row.inconsistent("score"))?, passed.unwrap_or(false)))
            }
        };
        Ok(Self {
            id: row.text("id")?,
            training: row.text("session")?.into(),
            person: row.text("person")?.into(),
            started_at: row.instant("started_at")?,
            handed_in,
            asked,
            chosen,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        Ok(cols! {
            submitted_at: self.handed_in.map(|(at, ..)| at), score: self.handed_in.map(|(_, n, _)| i64::from(n)),
            passed: Value::Bool(self.handed_in.map(|(.., passed)| passed)),
            content: json(&(&self.asked, &self.chosen))?,
        })
    }
}

impl Read {
    /// Every course.
    pub async fn courses(&mut self) -> Result<Vec<CourseRecord>> {
        let town = self.town.clone();
        self.rows("SELECT * FROM course WHERE town = $1 ORDER BY name, id", args![town.as_str()])
            .await?
            .iter()
            .map(CourseRecord::from_row)
            .collect()
    }

    /// The course of this id.
    pub async fn course(&mut self, id: &CourseId) -> Result<Option<CourseRecord>> {
        self.by_id("course", id.as_str()).await?.as_ref().map(CourseRecord::from_row).transpose()
    }

    /// Sessions within a scope, newest first.
    pub async fn trainings(&mut self, scope: &Scope, limit: i64) -> Result<Vec<TrainingRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.within(&COLUMNS, scope);
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        let sql = format!("SELECT * FROM training_session{sql} ORDER BY held_on DESC, id DESC LIMIT {most}");
        self.rows(sql, list).await?.iter().map(TrainingRecord::from_row).collect()
    }

    /// The session of this id.
    pub async fn training(&mut self, id: &TrainingId) -> Result<Option<TrainingRecord>> {
        self.by_id("training_session", id.as_str()).await?.as_ref().map(TrainingRecord::from_row).transpose()
    }

    /// Who was at a session, those taken off the list too.
    pub async fn attendance_of(&mut self, id: &TrainingId) -> Result<Vec<AttendanceRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM attendance WHERE town = $1 AND session = $2 ORDER BY happened_at, id";
        self.rows(sql, args![town.as_str(), id.as_str()])
            .await?
            .iter()
            .map(AttendanceRecord::from_row)
            .collect()
    }

    /// Where a person was, newest first.
    pub async fn trainings_of(&mut self, person: &PersonId) -> Result<Vec<AttendanceRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM attendance WHERE town = $1 AND person = $2 AND voided_at IS NULL \
                   ORDER BY happened_at DESC, id DESC";
        self.rows(sql, args![town.as_str(), person.as_str()])
            .await?
            .iter()
            .map(AttendanceRecord::from_row)
            .collect()
    }

    /// The questions of a course, those no more asked too.
    pub async fn questions(&mut self, course: &CourseId) -> Result<Vec<QuestionRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM question WHERE town = $1 AND course = $2 ORDER BY id";
        self.rows(sql, args![town.as_str(), course.as_str()])
            .await?
            .iter()
            .map(QuestionRecord::from_row)
            .collect()
    }

    /// The question of this id.
    pub async fn question(&mut self, id: &QuestionId) -> Result<Option<QuestionRecord>> {
        self.by_id("question", id.as_str()).await?.as_ref().map(QuestionRecord::from_row).transpose()
    }

    /// A person's attempts at the test of a session, oldest first.
    pub async fn attempts(&mut self, id: &TrainingId, person: &PersonId) -> Result<Vec<AttemptRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM test_attempt WHERE town = $1 AND session = $2 AND person = $3 \
                   ORDER BY started_at, id";
        self.rows(sql, args![town.as_str(), id.as_str(), person.as_str()])
            .await?
            .iter()
            .map(AttemptRecord::from_row)
            .collect()
    }
}

impl Write {
    /// A new course.
    pub async fn insert_course(&mut self, kept: &CourseRecord) -> Result<()> {
        let mut row = kept.cols()?;
        row.extend(cols! { version: 1_i64, recorded_at: kept.recorded_at });
        self.insert("course", kept.course.id.as_str(), row).await
    }

    /// Stores a changed course, if nobody changed it since.
    pub async fn update_course(&mut self, kept: &CourseRecord) -> Result<()> {
        self.update("course", kept.course.id.as_str(), kept.version, kept.cols()?).await
    }

    /// A new session.
    pub async fn insert_training(&mut self, kept: &TrainingRecord) -> Result<()> {
        let mut row = kept.cols()?;
        row.extend(cols! {
            closed_at: None::<Timestamp>, version: 1_i64, recorded_at: kept.recorded_at,
            recorded_by: &kept.recorded_by,
        });
        self.insert("training_session", kept.training.id.as_str(), row).await
    }

    /// Stores a changed session, if nobody changed it since.
    pub async fn update_training(&mut self, kept: &TrainingRecord) -> Result<()> {
        self.update("training_session", kept.training.id.as_str(), kept.version, kept.cols()?).await
    }

    /// Somebody at a session.
    pub async fn insert_attendance(&mut self, kept: &AttendanceRecord) -> Result<()> {
        let a = &kept.attendance;
        let mut row = kept.cols()?;
        row.extend(cols! {
            session: a.training.as_str(), person: a.person.as_ref().map(|one| one.as_str()),
            place: a.place.as_ref().map(|one| one.as_str()), name: &a.name, way: word(&a.way)?, happened_at: a.at,
            version: 1_i64, recorded_at: kept.recorded_at, recorded_by: &kept.recorded_by,
        });
        self.insert("attendance", &a.id, row).await
    }

    /// Stores what came of it for somebody, or that he was not there, if nobody changed it since.
    pub async fn update_attendance(&mut self, kept: &AttendanceRecord) -> Result<()> {
        self.update("attendance", &kept.attendance.id, kept.version, kept.cols()?).await
    }

    /// A new question.
    pub async fn insert_question(&mut self, kept: &QuestionRecord) -> Result<()> {
        let mut row = kept.cols()?;
        row.extend(cols! { version: 1_i64, recorded_at: kept.recorded_at });
        self.insert("question", kept.question.id.as_str(), row).await
    }

    /// Stores a changed question, if nobody changed it since; tests taken before keep it as it was.
    pub async fn update_question(&mut self, kept: &QuestionRecord) -> Result<()> {
        self.update("question", kept.question.id.as_str(), kept.version, kept.cols()?).await
    }

    /// Somebody begins a test.
    pub async fn insert_attempt(&mut self, kept: &AttemptRecord) -> Result<()> {
        let mut row = kept.cols()?;
        row.extend(cols! {
            session: kept.training.as_str(), person: kept.person.as_str(), started_at: kept.started_at,
            version: 1_i64, recorded_at: kept.recorded_at,
        });
        self.insert("test_attempt", &kept.id, row).await
    }

    /// Somebody hands a test in.
    pub async fn update_attempt(&mut self, kept: &AttemptRecord) -> Result<()> {
        self.update("test_attempt", &kept.id, kept.version, kept.cols()?).await
    }
}
