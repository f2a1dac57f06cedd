//! The sample town's training: courses with a small bank of questions, fourteen months of sessions, most people there, some
//! not, some failed; a grid manager let through by the leader for a time. What does not belong here: certificates people
//! began with (`people`).

use std::collections::BTreeSet;

use chrono::Days;
use domain::gate::Exemption;
use domain::ids::{OrgId, PersonId, PlaceId};
use domain::org::{CertificateKind, OrgKind, Role};
use domain::policy::Action;
use domain::time::{Date, Timestamp};
use domain::training::{
    ASSEMBLY, Attendance, Course, CourseKind, Group, Outcome, Question, QuestionKind, State, Training, Way,
    outcome_of,
};
use store::gate::ExemptionRecord;
use store::place::{PlaceFilter, PlaceOrder, PlaceRecord};
use store::training::{AttendanceRecord, CourseRecord, QuestionRecord, TrainingRecord};

use super::dice::Dice;
use super::id;
use crate::org::Roster;
use crate::{App, Caller, Error, Result};

/// What passes, in percent.
const MARK: u8 = 80;

/// Word, what it is for, name, for whom, hours, whether it is tested.
type CourseFacts = (&'static str, CourseKind, &'static str, &'static [Group], u32, bool);
const COURSES: &[CourseFacts] = &[
    ("grassroots", CourseKind::Grassroots, "基层消防业务培训", &[], 6, false),
    ("town", CourseKind::KeyGroup, "镇干部消防培训", &[Group::TownCadre], 4, true),
    ("village", CourseKind::KeyGroup, "村（居）委成员消防培训", &[Group::VillageCadre], 4, true),
    (
        "grid",
        CourseKind::Enforcement,
        "网格员和协助执法人员培训",
        &[Group::GridStaff, Group::Enforcement],
        16,
        true,
    ),
    ("dense", CourseKind::KeyGroup, "人员密集场所负责人培训", &[Group::DenseManager], 8, true),
    ("dream", CourseKind::DreamClass, "社区梦想课堂：家庭用火用电", &[], 2, false),
    ("talent", CourseKind::RuralTalent, "农村实用人才培训：消防知识", &[], 3, false),
    ("police", CourseKind::Police, "派出所居民和从业人员消防培训", &[], 2, false),
];

/// Course, days ago, title, whether the police teach.
const SESSIONS: &[(&str, u64, &str)] = &[
    ("grassroots", 400, "2025 年秋季基层消防业务培训"),
    ("police", 330, "老街商户消防培训"),
    ("dream", 300, "场镇社区梦想课堂"),
    ("talent", 260, "种养大户消防知识培训"),
    ("police", 240, "居民小区消防培训"),
    ("grassroots", 220, "春季基层消防业务培训"),
    ("town", 200, "镇干部年度消防培训"),
    ("village", 190, "村（社区）两委年度消防培训"),
    ("grid", 170, "网格员年度培训（区消防救援机构授课）"),
    ("police", 150, "沿街门店从业人员消防培训"),
    ("dense", 130, "人员密集场所负责人年度培训"),
    ("grid", 90, "网格员补训"),
    ("grassroots", 60, "秋季基层消防业务培训"),
    ("police", 40, "寄宿场所从业人员消防培训"),
    ("dream", 25, "暑期后梦想课堂"),
];

/// Question, options, which are right from 0.
const QUESTIONS: &[(QuestionKind, &str, &[&str], &[usize])] = &[
    (QuestionKind::TrueFalse, "楼道、楼梯间不得停放电动自行车或为其充电", &["对", "错"], &[0]),
    (QuestionKind::TrueFalse, "灭火器压力表指针在红区仍可使用", &["对", "错"], &[1]),
    (QuestionKind::Single, "火警电话是", &["110", "119", "120", "122"], &[1]),
    (
        QuestionKind::Single,
        "发现液化气泄漏，应当首先",
        &["开灯查看", "关闭阀门并开窗通风", "打电话报修"],
        &[1],
    ),
    (
        QuestionKind::Multiple,
        "火场逃生时应当",
        &["弯腰低姿前行", "用湿毛巾捂住口鼻", "乘坐电梯", "听从引导"],
        &[0, 1, 3],
    ),
    (
        QuestionKind::Multiple,
        "检查三合一场所应当看",
        &["有无人员住宿", "疏散通道是否畅通", "是否违规充电"],
        &[0, 1, 2],
    ),
];

fn course(facts: &CourseFacts, organ: bool) -> Course {
    let (word, kind, name, groups, hours, tested) = facts;
    Course {
        id: id(&format!("course:{word}")).into(),
        kind: *kind,
        name: (*name).to_owned(),
        groups: groups.iter().copied().collect(),
        hours: *hours,
        pass_percent: tested.then_some(MARK),
        questions: if *tested { 5 } else { 0 },
        attempts: if *tested { 3 } else { 0 },
        gives: (*word == "grid" && organ).then_some((CertificateKind::FireTrainingGrid, Some(24))),
        active: true,
    }
}

/// Who is to come to a course, by person.
fn invited(roster: &Roster, groups: &[Group], on: Date) -> BTreeSet<PersonId> {
    let held = roster.assignments.iter().filter(|held| held.is_valid_on(on));
    held.filter(|held| Group::of(held.role).is_some_and(|group| groups.contains(&group)))
        .map(|held| held.person.clone())
        .collect()
}

struct Writer<'a> {
    roster: &'a Roster,
    organ: Option<OrgId>,
    office: OrgId,
    police: OrgId,
    now: Timestamp,
    town: String,
    dense: Vec<PlaceRecord>,
    dice: Dice,
}

impl Writer<'_> {
    /// A session that was held, with who was there.
    fn session(
        &mut self,
        word: &str,
        days: u64,
        title: &str,
    ) -> Option<(TrainingRecord, Vec<AttendanceRecord>)> {
        let facts = COURSES.iter().find(|(known, ..)| *known == word)?;
        let on = self.now.date().checked_sub_days(Days::new(days))?;
        let org = if word == "police" { self.police.clone() } else { self.office.clone() };
        let trainer = match word {
            "grid" => self.organ.clone().unwrap_or_else(|| org.clone()),
            _ => org.clone(),
        };
        let training = Training {
            id: id(&format!("training:{word}:{days}")).into(),
            course: id(&format!("course:{word}")).into(),
            title: title.to_owned(),
            state: State::Closed,
            on,
            venue: if word == "dream" { "场镇社区活动室" } else { "镇政府三楼会议室" }.to_owned(),
            org,
            trainer,
            place: None,
        };
        let at = Timestamp::start_of(on).plus_ms(9 * 3_600_000);
        let mut people: Vec<(Option<PersonId>, Option<PlaceId>, String)> = match word {
            "dense" => self
                .dense
                .iter()
                .map(|kept| (None, Some(kept.place.id.clone()), kept.place.responsible.name.clone()))
                .collect(),
            "grassroots" => self.people(&[Group::GridStaff, Group::VillageCadre], on),
            _ => self.people(facts.3, on),
        };
        // A make-up session is for the few who missed the first.
        if title.contains("补训") {
            people.truncate(3);
        }
        let mut present = Vec::new();
        for (n, (person, place, name)) in people.into_iter().enumerate() {
            if !self.dice.chance(920) {
                continue;
            }
            let score = facts.5.then(|| u8::try_from(68 + self.dice.below(33)).unwrap_or(MARK));
            let attendance = Attendance {
                id: id(&format!("attendance:{word}:{days}:{n}")),
                training: training.id.clone(),
                person,
                place,
                name,
                way: if self.dice.chance(700) { Way::Qr } else { Way::Paper },
                at: at.plus_ms(i64::try_from(n).unwrap_or(0) * 20_000),
                outcome: score.map_or(Outcome::Attended, |score| outcome_of(score, MARK)),
                score,
            };
            present.push(AttendanceRecord {
                attendance,
                certificate: None,
                version: 1,
                recorded_at: at,
                recorded_by: "演示数据".to_owned(),
                voided: None,
            });
        }
        let recorded_by = "演示数据".to_owned();
        Some((
            TrainingRecord { training, path: self.town.clone(), version: 1, recorded_at: at, recorded_by },
            present,
        ))
    }

    fn people(&self, groups: &[Group], on: Date) -> Vec<(Option<PersonId>, Option<PlaceId>, String)> {
        let name = |id: &PersonId| {
            let known = self.roster.persons.iter().find(|person| person.id == *id);
            known.map(|person| person.name.clone()).unwrap_or_default()
        };
        invited(self.roster, groups, on).into_iter().map(|id| (Some(id.clone()), None, name(&id))).collect()
    }
}

/// Fills in courses, sessions and one exemption.
pub(super) async fn fill(app: &App, roster: &Roster) -> Result<()> {
    let caller = Caller::system();
    let now = app.now();
    let lacking = |what: &str| Error::Internal(format!("the sample's roster lacks {what}"));
    let of_kind = |kind: OrgKind| roster.orgs.iter().find(|org| org.kind == kind).map(|org| org.id.clone());
    let organ = of_kind(OrgKind::FireRescue);
    let mut tx = app.write(&caller).await?;
    let whole = caller.scope(Action::PlaceRead)?;
    let filter = PlaceFilter { tag: Some(ASSEMBLY.to_owned()), ..PlaceFilter::default() };
    let dense = tx.place_page(&filter, &whole, PlaceOrder::Name, None, 500).await?;
    let mut writer = Writer {
        roster,
        organ: organ.clone(),
        office: of_kind(OrgKind::Office).ok_or_else(|| lacking("消安办"))?,
        police: of_kind(OrgKind::Police).ok_or_else(|| lacking("派出所"))?,
        now,
        town: app.town.to_string(),
        dense,
        dice: Dice::new("training"),
    };
    let first = Timestamp::start_of(now.date()).plus_ms(-420 * 86_400_000);
    for facts in COURSES {
        let course = course(facts, organ.is_some());
        let course_id = course.id.clone();
        tx.insert_course(&CourseRecord { course, version: 1, recorded_at: first }).await?;
        for (n, (kind, text, options, right)) in QUESTIONS.iter().enumerate().filter(|_| facts.5) {
            let question = Question {
                id: id(&format!("question:{}:{n}", facts.0)).into(),
                course: course_id.clone(),
                kind: *kind,
                text: (*text).to_owned(),
                options: options.iter().map(|one| (*one).to_owned()).collect(),
                right: right.iter().copied().collect(),
                active: true,
            };
            tx.insert_question(&QuestionRecord { question, version: 1, recorded_at: first }).await?;
        }
    }
    for (word, days, title) in SESSIONS {
        let Some((training, present)) = writer.session(word, *days, title) else { continue };
        tx.insert_training(&training).await?;
        for one in &present {
            tx.insert_attendance(one).await?;
        }
    }
    // One who came new is let through until the next course.
    let newcomer = roster.assignments.iter().find(|held| held.role == Role::VillageStaff);
    if let Some(held) = newcomer {
        let from = now.date().checked_sub_days(Days::new(20)).unwrap_or(now.date());
        let to = now.date().checked_add_days(Days::new(25)).unwrap_or(now.date());
        let exemption = Exemption::new(
            id("exemption:1").into(),
            held.person.clone(),
            "新到岗，已报名下期培训班",
            from,
            to,
        )?;
        let leader = roster.assignments.iter().find(|held| held.role == Role::LeaderInCharge);
        let leader = leader.and_then(|held| roster.persons.iter().find(|person| person.id == held.person));
        let recorded_by = leader.map(|person| person.name.clone()).unwrap_or_default();
        let kept = ExemptionRecord {
            exemption,
            recorded_by,
            version: 1,
            recorded_at: Timestamp::start_of(from),
            voided: None,
        };
        tx.insert_exemption(&kept).await?;
    }
    Ok(tx.commit(caller.audit("training.fill", "training", "sample", now), ()).await?)
}
