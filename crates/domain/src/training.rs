//! Training: courses, sessions from planned to closed, who was there, questions and tests. What does not belong here: what
//! a certificate opens (`gate`), counting who was trained (`fulfilment`).
//!
//! Source: the plan, clauses 4, 11, 12 and 18; handbook of the field, people: training and qualification.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ids::{CourseId, OrgId, PersonId, PlaceId, QuestionId, TrainingId};
use crate::org::{Assignment, Certificate, CertificateKind, OrgKind, Role, needed_certificate, words};
use crate::time::{Date, Timestamp};

words! {
    /// What a course is for; also the tag by which duties of the plan ask for it, as `training:grassroots`.
    CourseKind {
        Grassroots "grassroots" "基层消防业务培训"
        KeyGroup "key_group" "重点对象消防培训"
        Enforcement "enforcement" "执法和协助执法人员培训"
        DreamClass "dream_class" "梦想课堂"
        RuralTalent "rural_talent" "农村实用人才培训"
        Police "police" "派出所对居民和从业人员培训"
        PrePost "pre_post" "员工岗前培训"
        Unit "unit" "单位日常消防培训"
    }
}

words! {
    /// Whom the plan wants trained. Source: clause 18 names four, clause 11 the fifth.
    Group {
        TownCadre "town_cadre" "镇干部"
        VillageCadre "village_cadre" "村（居）委成员"
        GridStaff "grid_staff" "网格员"
        DenseManager "dense_manager" "人员密集场所负责人"
        Enforcement "enforcement" "执法和协助执法人员"
    }
}

impl Group {
    /// The group a role belongs to. Who is responsible for a place belongs to the fourth only where that is a place of
    /// assembly, which is asked besides.
    pub fn of(role: Role) -> Option<Self> {
        use Role::*;
        match role {
            CommitteeDirector | CommitteeDeputy | PartySecretary | LeaderInCharge | LeaderOther
            | OfficeHead | OfficeClerk | DeptHead | DeptInspector | AgencyHead | LegalReviewer => {
                Some(Self::TownCadre)
            }
            VillageSecretary | VillageCommittee => Some(Self::VillageCadre),
            GridManager | GridWorker => Some(Self::GridStaff),
            UnitResponsible | UnitManager => Some(Self::DenseManager),
            EnforcementOfficer | EnforcementAssistant => Some(Self::Enforcement),
            _ => None,
        }
    }
}

/// Whether a role is among those who enforce, help to and inspect, of whom clause 11 wants a list kept (C11.7).
pub fn is_listed(role: Role) -> bool {
    role == Role::DeptInspector || Group::of(role) == Some(Group::Enforcement)
}

/// What an entry of that list lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    /// 手机号码.
    Phone,
    /// 办公电话.
    OfficePhone,
    /// The certificate without which he does not count, see [`crate::org::needed_certificate`].
    Certificate(CertificateKind),
}

impl Lack {
    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::OfficePhone => "office_phone",
            Self::Certificate(kind) => kind.code(),
        }
    }

    /// The word people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Phone => "手机号码",
            Self::OfficePhone => "办公电话",
            Self::Certificate(kind) => kind.label(),
        }
    }
}

/// What somebody's entry lacks on a day; nothing when it is complete. The list of names and the board ask the same.
pub fn lacks(role: Role, phone: &str, office_phone: &str, held: &[Certificate], on: Date) -> Vec<Lack> {
    let wanted = needed_certificate(role)
        .filter(|kind| !held.iter().any(|one| one.kind == *kind && one.is_valid_on(on)))
        .map(Lack::Certificate);
    let phone = phone.is_empty().then_some(Lack::Phone);
    let office = office_phone.is_empty().then_some(Lack::OfficePhone);
    [phone, office, wanted].into_iter().flatten().collect()
}

/// The tag of a place of assembly. Source: clause 18 names who manages one as the fourth group.
pub const ASSEMBLY: &str = "dense";

/// The places somebody's training counts for: the one he signed for, and those he answers for on the day. Whoever manages
/// a place of assembly is known by the place, because few of them are in the book; the board and the coverage of a year
/// both ask this.
pub fn places_trained(
    person: Option<&PersonId>,
    signed_for: Option<&PlaceId>,
    held: &[Assignment],
    on: Date,
) -> BTreeSet<PlaceId> {
    let is_his = |one: &&Assignment| {
        Some(&one.person) == person && Group::of(one.role) == Some(Group::DenseManager) && one.is_valid_on(on)
    };
    held.iter().filter(is_his).filter_map(|one| one.place.clone()).chain(signed_for.cloned()).collect()
}

/// 课程.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// Id.
    pub id: CourseId,
    /// What it is for.
    pub kind: CourseKind,
    /// Name.
    pub name: String,
    /// For whom.
    pub groups: BTreeSet<Group>,
    /// Hours of teaching.
    pub hours: u32,
    /// Share of the points that passes, in percent; none where nothing is tested.
    pub pass_percent: Option<u8>,
    /// Questions of one test.
    pub questions: u32,
    /// How often one may try.
    pub attempts: u32,
    /// What who passes is given, and for how many months it is valid; none where nothing is given.
    pub gives: Option<(CertificateKind, Option<u32>)>,
    /// Whether it is still offered.
    pub active: bool,
}

impl Course {
    /// Whether a body of this kind may teach it. Source: clause 11.6, whose certificate the fire rescue organ's training
    /// gives and no other.
    ///
    /// Errors: the course gives a certificate and another body is to teach it.
    pub fn taught_by(&self, trainer: OrgKind) -> Result<(), TrainingRefusal> {
        if self.gives.is_some() && trainer != OrgKind::FireRescue {
            return Err(TrainingRefusal::Trainer);
        }
        Ok(())
    }
}

/// Where a session stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum State {
    /// 已计划.
    Planned,
    /// 已通知.
    Notified,
    /// 已举办: people sign in from now on, and may take the test.
    Held,
    /// 已考核: no more tests.
    Tested,
    /// 已办结: nothing of it changes any more.
    Closed,
    /// 已取消.
    Cancelled {
        /// Why.
        reason: String,
    },
}

impl State {
    /// As stored and sent.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Notified => "notified",
            Self::Held => "held",
            Self::Tested => "tested",
            Self::Closed => "closed",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    /// In Chinese.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Planned => "已计划",
            Self::Notified => "已通知",
            Self::Held => "已举办",
            Self::Tested => "已考核",
            Self::Closed => "已办结",
            Self::Cancelled { .. } => "已取消",
        }
    }

    /// Whether it took place.
    pub fn is_held(&self) -> bool {
        matches!(self, Self::Held | Self::Tested | Self::Closed)
    }
}

/// 班次: one session of a course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Training {
    /// Id.
    pub id: TrainingId,
    /// The course.
    pub course: CourseId,
    /// Title.
    pub title: String,
    /// Where it stands.
    pub state: State,
    /// The day it is planned for, or was held.
    pub on: Date,
    /// Where.
    pub venue: String,
    /// Who organises.
    pub org: OrgId,
    /// Who teaches.
    pub trainer: OrgId,
    /// The place it is for, for a unit's own.
    pub place: Option<PlaceId>,
}

/// What of a session may be put right until it is closed; who organises it stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Title.
    pub title: String,
    /// The day it is planned for, or was held.
    pub on: Date,
    /// Where.
    pub venue: String,
    /// Who teaches.
    pub trainer: OrgId,
}

/// A step of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// 通知.
    Notify,
    /// 举办.
    Hold {
        /// On which day.
        on: Date,
    },
    /// 考核结束.
    FinishTest,
    /// 办结.
    Close,
    /// 取消.
    Cancel {
        /// Why.
        reason: String,
    },
}

impl Step {
    /// The step as sent.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Notify => "notify",
            Self::Hold { .. } => "hold",
            Self::FinishTest => "finish_test",
            Self::Close => "close",
            Self::Cancel { .. } => "cancel",
        }
    }
}

impl Training {
    /// The steps its state allows, by code.
    pub fn steps(&self, is_tested: bool) -> &'static [&'static str] {
        match &self.state {
            State::Planned => &["notify", "hold", "cancel"],
            State::Notified => &["hold", "cancel"],
            State::Held if is_tested => &["finish_test"],
            State::Held | State::Tested => &["close"],
            State::Closed | State::Cancelled { .. } => &[],
        }
    }

    /// Puts right what was planned or noted down wrong.
    ///
    /// Errors: closed or cancelled; held on a day ahead of today.
    pub fn corrected(mut self, to: Correction, today: Date) -> Result<Self, TrainingRefusal> {
        if !self.may_correct() {
            return Err(TrainingRefusal::WrongState { now: self.state.label() });
        }
        if self.state.is_held() && to.on > today {
            return Err(TrainingRefusal::NotYet);
        }
        let Correction { title, on, venue, trainer } = to;
        (self.title, self.on, self.venue, self.trainer) = (title, on, venue, trainer);
        Ok(self)
    }

    /// Whether anything of it may still be put right.
    pub fn may_correct(&self) -> bool {
        !matches!(self.state, State::Closed | State::Cancelled { .. })
    }

    /// Takes a step.
    ///
    /// Errors: the state does not allow it; a day ahead of today; a cancellation without a reason.
    pub fn step(mut self, step: &Step, is_tested: bool, today: Date) -> Result<Self, TrainingRefusal> {
        if !self.steps(is_tested).contains(&step.code()) {
            return Err(TrainingRefusal::WrongState { now: self.state.label() });
        }
        self.state = match step {
            Step::Notify => State::Notified,
            Step::Hold { on } if *on > today => return Err(TrainingRefusal::NotYet),
            Step::Hold { on } => {
                self.on = *on;
                State::Held
            }
            Step::FinishTest => State::Tested,
            Step::Close => State::Closed,
            Step::Cancel { reason } if reason.trim().is_empty() => return Err(TrainingRefusal::NoReason),
            Step::Cancel { reason } => State::Cancelled { reason: reason.trim().to_owned() },
        };
        Ok(self)
    }
}

words! {
    /// How somebody's presence came into the record. Nobody is asked for his position.
    Way {
        Qr "qr" "扫码签到"
        Paper "paper" "纸质签到表补录"
    }
}

words! {
    /// What came of it for one person.
    Outcome {
        Attended "attended" "已参训"
        Passed "passed" "合格"
        Failed "failed" "不合格"
    }
}

/// 参训: one person at one session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attendance {
    /// Id.
    pub id: String,
    /// The session.
    pub training: TrainingId,
    /// Who, where he is in the book.
    pub person: Option<PersonId>,
    /// The place he answers for or works at, where he is not.
    pub place: Option<PlaceId>,
    /// Name as signed.
    pub name: String,
    /// How it was recorded.
    pub way: Way,
    /// When he signed in.
    pub at: Timestamp,
    /// What came of it.
    pub outcome: Outcome,
    /// Points in percent.
    pub score: Option<u8>,
}

words! {
    /// How a question is asked.
    QuestionKind {
        Single "single" "单选"
        Multiple "multiple" "多选"
        TrueFalse "true_false" "判断"
    }
}

/// 试题.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Id.
    pub id: QuestionId,
    /// The course it belongs to.
    pub course: CourseId,
    /// How it is asked.
    pub kind: QuestionKind,
    /// The question.
    pub text: String,
    /// What may be chosen; two for true and false.
    pub options: Vec<String>,
    /// Which of them are right, from 0.
    pub right: BTreeSet<usize>,
    /// Whether it is still asked.
    pub active: bool,
}

impl Question {
    /// Checks a question.
    ///
    /// Errors: no text, too few or too many options, right answers that are none or do not fit the kind.
    pub fn checked(self) -> Result<Self, TrainingRefusal> {
        let options = self.options.len();
        let is_filled = !self.text.trim().is_empty() && self.options.iter().all(|one| !one.trim().is_empty());
        let enough = match self.kind {
            QuestionKind::TrueFalse => options == 2,
            QuestionKind::Single | QuestionKind::Multiple => (2..=8).contains(&options),
        };
        let answers = match self.kind {
            QuestionKind::Multiple => !self.right.is_empty(),
            QuestionKind::Single | QuestionKind::TrueFalse => self.right.len() == 1,
        };
        let known = self.right.iter().all(|one| *one < options);
        if is_filled && enough && answers && known { Ok(self) } else { Err(TrainingRefusal::BadQuestion) }
    }
}

/// The points of a test in percent, rounded down: a question counts when exactly the right options were chosen.
pub fn score(asked: &[Question], chosen: &[BTreeSet<usize>]) -> u8 {
    let right = asked.iter().zip(chosen).filter(|(question, chosen)| question.right == **chosen).count();
    u8::try_from(right * 100 / asked.len().max(1)).unwrap_or(100)
}

/// What a score comes to at a pass mark.
pub fn outcome_of(score: u8, pass_percent: u8) -> Outcome {
    if score >= pass_percent { Outcome::Passed } else { Outcome::Failed }
}

/// The last day of a certificate given on a day for so many months.
pub fn valid_until(from: Date, months: u32) -> Option<Date> {
    from.checked_add_months(chrono::Months::new(months))?.pred_opt()
}

/// Why something about training is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrainingRefusal {
    /// The session is not there yet, or past it.
    #[error("培训现在是“{now}”，不能办理这一步，请刷新后按顺序办理")]
    WrongState {
        /// Where it stands.
        now: &'static str,
    },
    /// A day ahead of today.
    #[error("举办日期不能晚于今天，请核对日期")]
    NotYet,
    /// A cancellation without a reason.
    #[error("请写明取消培训的理由")]
    NoReason,
    /// A question that cannot be marked.
    #[error("试题不完整：须有题干和二到八个选项，单选和判断一个正确答案，多选至少一个，请补全")]
    BadQuestion,
    /// Nobody signs in before it is held, or after it is closed.
    #[error("培训现在是“{now}”，不能签到，请联系主办单位")]
    NoSignIn {
        /// Where it stands.
        now: &'static str,
    },
    /// He is on the list.
    #[error("{name} 已在签到名单中，不必重复登记")]
    SignedIn {
        /// Who.
        name: String,
    },
    /// What he scored stands; who would write another number over it takes him off the list first, and says why.
    #[error("{name} 已有考核成绩 {score} 分，不能改写；确需更正的，请先移出签到名单并写明理由，再重新登记")]
    Scored {
        /// Who.
        name: String,
        /// Units: percent.
        score: u8,
    },
    /// A test is taken after signing in, while it runs.
    #[error("请先签到再参加考核，考核结束后不能再答题")]
    NoTest,
    /// As often as one may.
    #[error("考核次数已用完（{most} 次），请联系主办单位安排补训")]
    NoMoreAttempts {
        /// How often one may.
        most: u32,
    },
    /// A certificate is given by the fire rescue organ's training only.
    #[error("本课程颁发培训合格证，须由消防救援机构授课（C11.6），请把授课单位改为消防救援机构")]
    Trainer,
    /// The bank has too few questions.
    #[error("题库中可用试题不足 {wanted} 道，请先补充试题")]
    TooFewQuestions {
        /// How many a test has.
        wanted: u32,
    },
}

impl TrainingRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongState { .. } => "training.wrong_state",
            Self::NotYet => "training.not_yet",
            Self::NoReason => "training.reason",
            Self::BadQuestion => "training.question",
            Self::NoSignIn { .. } => "training.no_sign_in",
            Self::SignedIn { .. } => "training.signed_in",
            Self::Scored { .. } => "training.scored",
            Self::NoTest => "training.no_test",
            Self::NoMoreAttempts { .. } => "training.no_more_attempts",
            Self::Trainer => "training.trainer",
            Self::TooFewQuestions { .. } => "training.too_few_questions",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_date;

    fn day(text: &str) -> Date {
        parse_date(text).expect("a date written in a test exists")
    }

    fn session() -> Training {
        Training {
            id: "t".into(),
            course: "c".into(),
            title: "网格员培训".to_owned(),
            state: State::Planned,
            on: day("2026-10-10"),
            venue: "镇会议室".to_owned(),
            org: "office".into(),
            trainer: "organ".into(),
            place: None,
        }
    }

    fn question(kind: QuestionKind, options: usize, right: &[usize]) -> Question {
        Question {
            id: "q".into(),
            course: "c".into(),
            kind,
            text: "发现火情先做什么".to_owned(),
            options: (0..options).map(|n| format!("选项{n}")).collect(),
            right: right.iter().copied().collect(),
            active: true,
        }
    }

    #[test]
    fn a_session_goes_from_planned_to_closed_and_no_step_is_left_out() {
        let today = day("2026-10-12");
        let late = session().step(&Step::Hold { on: day("2026-10-13") }, true, today);
        assert_eq!(late, Err(TrainingRefusal::NotYet));
        let held = session().step(&Step::Notify, true, today);
        let held = held.and_then(|one| one.step(&Step::Hold { on: day("2026-10-11") }, true, today));
        let held = held.expect("notified, then held");
        assert_eq!((held.on, held.state.is_held()), (day("2026-10-11"), true));
        let early = held.clone().step(&Step::Close, true, today);
        assert_eq!(early, Err(TrainingRefusal::WrongState { now: "已举办" }), "the test comes first");
        assert!(held.clone().step(&Step::Close, false, today).is_ok(), "where nothing is tested");
        let closed =
            held.step(&Step::FinishTest, true, today).and_then(|one| one.step(&Step::Close, true, today));
        assert_eq!(closed.map(|one| one.state), Ok(State::Closed));
        let cancel = |reason: &str| session().step(&Step::Cancel { reason: reason.to_owned() }, true, today);
        assert_eq!(cancel(" "), Err(TrainingRefusal::NoReason));
        assert!(cancel("暴雨").is_ok_and(|one| one.steps(true).is_empty()));
    }

    #[test]
    fn what_was_noted_down_wrong_is_put_right_until_the_session_is_closed() {
        let today = day("2026-10-12");
        let to = |on: &str| Correction {
            title: "网格员复训".to_owned(),
            on: day(on),
            venue: "村委会".to_owned(),
            trainer: "rescue".into(),
        };
        let moved = session().corrected(to("2026-11-01"), today).expect("planned for another day");
        assert_eq!(
            (moved.on, moved.trainer.as_str(), moved.org.as_str()),
            (day("2026-11-01"), "rescue", "office")
        );
        let held = session().step(&Step::Hold { on: day("2026-10-11") }, false, today).expect("held");
        assert_eq!(held.clone().corrected(to("2026-10-13"), today), Err(TrainingRefusal::NotYet));
        let held = held.corrected(to("2026-10-12"), today).expect("noted down for the wrong day");
        let closed = held.step(&Step::Close, false, today).expect("closed");
        let late = closed.corrected(to("2026-10-12"), today);
        assert_eq!(late, Err(TrainingRefusal::WrongState { now: "已办结" }));
    }

    #[test]
    fn only_the_fire_rescue_organ_teaches_what_gives_a_certificate() {
        let course = |gives| Course {
            id: "c".into(),
            kind: CourseKind::KeyGroup,
            name: "网格员培训".to_owned(),
            groups: BTreeSet::new(),
            hours: 8,
            pass_percent: Some(80),
            questions: 2,
            attempts: 2,
            gives,
            active: true,
        };
        let card = course(Some((CertificateKind::FireTrainingGrid, None)));
        assert_eq!(card.taught_by(OrgKind::Office), Err(TrainingRefusal::Trainer));
        assert_eq!(card.taught_by(OrgKind::FireRescue), Ok(()));
        assert_eq!(course(None).taught_by(OrgKind::Office), Ok(()));
    }

    #[test]
    fn an_entry_lacks_what_it_is_asked_for_and_an_inspector_no_certificate() {
        use CertificateKind::{EnforcementCert, FireTrainingGrid};
        let card = Certificate {
            id: "c".into(),
            person: "p".into(),
            kind: FireTrainingGrid,
            number: "1".to_owned(),
            issuer: String::new(),
            issued_on: day("2026-01-01"),
            expires_on: Some(day("2026-06-30")),
            scope: String::new(),
            revoked: None,
        };
        let held = [card];
        for (role, phone, office, on, lacking) in [
            (Role::DeptInspector, "1", "2", "2026-07-01", &[][..]),
            (Role::DeptInspector, "", "", "2026-07-01", &[Lack::Phone, Lack::OfficePhone]),
            (Role::EnforcementAssistant, "1", "2", "2026-06-30", &[]),
            (Role::EnforcementAssistant, "1", "2", "2026-07-01", &[Lack::Certificate(FireTrainingGrid)]),
            (
                Role::EnforcementOfficer,
                "1",
                "",
                "2026-06-30",
                &[Lack::OfficePhone, Lack::Certificate(EnforcementCert)],
            ),
        ] {
            assert_eq!(lacks(role, phone, office, &held, day(on)), lacking, "{role:?} {on}");
        }
        assert!(
            is_listed(Role::DeptInspector)
                && !is_listed(Role::GridManager)
                && !is_listed(Role::PoliceOfficer)
        );
    }

    #[test]
    fn training_counts_for_the_place_signed_for_and_for_those_he_answers_for_that_day() {
        let hat = |person: &str, role: Role, place: Option<&str>| Assignment {
            away: Vec::new(),
            id: "a".into(),
            person: person.into(),
            post: "post".into(),
            role,
            org: "unit".into(),
            territory: "t".into(),
            path: "t".to_owned(),
            place: place.map(Into::into),
            acting: false,
            from: day("2026-01-01"),
            to: Some(day("2026-06-30")),
            basis: String::new(),
        };
        let held = [
            hat("p", Role::UnitResponsible, Some("mall")),
            hat("p", Role::UnitManager, Some("hotel")),
            hat("p", Role::Landlord, Some("house")),
            hat("q", Role::UnitManager, Some("school")),
        ];
        let of = |person: Option<&str>, place: Option<&str>, on: &str| {
            let (person, place) = (person.map(PersonId::from), place.map(PlaceId::from));
            let found = places_trained(person.as_ref(), place.as_ref(), &held, day(on));
            found.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(of(Some("p"), None, "2026-06-30"), ["hotel", "mall"]);
        assert_eq!(of(Some("p"), Some("bar"), "2026-07-01"), ["bar"], "he left the others");
        assert_eq!(of(None, Some("bar"), "2026-03-01"), ["bar"]);
        assert_eq!(of(None, None, "2026-03-01"), [""; 0]);
    }

    #[test]
    fn a_question_counts_only_when_exactly_the_right_options_were_chosen() {
        use QuestionKind::{Multiple, Single, TrueFalse};
        for (kind, options, right, good) in [
            (Single, 4, &[1][..], true),
            (Single, 4, &[1, 2], false),
            (Single, 4, &[4], false),
            (Multiple, 4, &[0, 3], true),
            (Multiple, 4, &[], false),
            (TrueFalse, 2, &[0], true),
            (TrueFalse, 3, &[0], false),
        ] {
            assert_eq!(
                question(kind, options, right).checked().is_ok(),
                good,
                "{kind:?} {options} {right:?}"
            );
        }
        let asked = [question(Single, 4, &[1]), question(Multiple, 4, &[0, 3]), question(TrueFalse, 2, &[0])];
        let chosen = |picks: [&[usize]; 3]| picks.map(|one| one.iter().copied().collect::<BTreeSet<_>>());
        assert_eq!(score(&asked, &chosen([&[1], &[0, 3], &[0]])), 100);
        assert_eq!(score(&asked, &chosen([&[1], &[0], &[0]])), 66, "half right is not right");
        assert_eq!(score(&asked, &chosen([&[1], &[0, 3], &[0]])[..2]), 66, "not answered is not right");
        assert_eq!(score(&[], &[]), 0);
        assert_eq!((outcome_of(80, 80), outcome_of(79, 80)), (Outcome::Passed, Outcome::Failed));
    }

    #[test]
    fn a_certificate_runs_whole_months() {
        assert_eq!(valid_until(day("2026-10-11"), 24), Some(day("2028-10-10")));
    }
}
