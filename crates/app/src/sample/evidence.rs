//! The sample town's evidence and letters: what the plan asks for, duty by duty and window by window over fourteen months,
//! most of it recorded and accepted, some late, missing, sent back or still waiting. Everything goes through the rules of
//! `domain`. What does not belong here: inspections and hazards (`history`).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Datelike, Days, Months};
use domain::evidence::claim::{Asked, Claim, asked, credits, tag_label};
use domain::evidence::{By, Content, Decider, Evidence, Kind};
use domain::fulfilment::Question;
use domain::ids::OrgId;
use domain::letter::{Letter, Terms};
use domain::org::{Assignment, OrgKind, Role};
use domain::plan::{Duty, Plan, SubjectKind};
use domain::time::{Date, HOUR_MS, Timestamp};
use store::evidence::{EvidenceEvent, EvidenceRecord};
use store::fulfilment::Gathered;
use store::letter::LetterRecord;
use store::photo::Picture;

use super::dice::Dice;
use super::{id, picture};
use crate::org::Roster;
use crate::plan::plan_in_force;
use crate::{App, Caller, Error, Result};

/// Months of history.
const MONTHS: u32 = 14;
/// Entries of the record per commit.
const PER_COMMIT: usize = 400;
/// Different rooms drawn.
const ROOMS: u64 = 12;

/// What publicity was about.
const TOPICS: &[&str] = &[
    "用火用电安全",
    "电动自行车充电安全",
    "瓶装液化气使用安全",
    "冬春火灾防控",
    "森林防火",
    "逃生自救",
    "灭火器使用",
    "清理楼道杂物",
];
/// How it was done.
const WAYS: &[&str] = &[
    "发放宣传单并逐户讲解",
    "用小喇叭循环播放提示",
    "开院坝会讲解案例",
    "现场演示灭火器操作",
    "张贴海报并回答提问",
];
/// What a patrol saw.
const SEEN: &[&str] = &[
    "沿街门店通道畅通，提醒两家清理门口纸箱",
    "集中充电点无飞线，充电桩工作正常",
    "院坝柴草堆放离灶间不足，已当场搬离",
    "消火栓无遮挡，试水有压",
    "林缘无野外用火，提醒农户勿焚烧秸秆",
    "空巢老人户线路完好，检查了烟感电池",
    "楼道停放电动车一辆，已通知移走",
];
/// What an office did in a week.
const WEEK: &[&str] = &[
    "汇总各村检查台账，督促逾期隐患两处；整理会议材料",
    "到村核对名册，更新单位负责人电话；办理来件四件",
    "跟进部门整改反馈，准备季度督查打分表",
    "组织培训签到和试卷归档；检查值班安排",
    "核对公示牌人员变动，通知两个村更换",
];
/// Why something is sent back.
const REASONS: &[&str] =
    &["照片看不出时间地点，请补拍", "没有写参加人数和发放数量，请补充", "日期与附件不一致，请核对后重报"];

/// Everything one record goes through.
struct Piece {
    evidence: Evidence,
    events: Vec<EvidenceEvent>,
    steps: Vec<Evidence>,
    shots: Vec<Shot>,
}

struct Shot {
    id: String,
    room: u64,
    /// What makes the file differ from any other: as a camera's own number does.
    serial: String,
}

struct Teller<'a> {
    plan: &'a Plan,
    gathered: &'a Gathered,
    /// Of stations and compounds, which the roster does not know.
    names: HashMap<String, String>,
    roster: &'a Roster,
    town: String,
    now: Timestamp,
    from: Date,
    dice: Dice,
    pieces: Vec<Piece>,
}

/// Fills in evidence and letters; nothing without a plan in force.
pub(super) async fn fill(app: &App, roster: &Roster) -> Result<()> {
    let now = app.now();
    let today = now.date();
    let mut read = app.db.read(&app.town).await?;
    let Some(_) = read.plan_on(today).await? else { return Ok(()) };
    let (plan, _) = plan_in_force(&mut read, today).await?;
    let gathered = read.gather(today).await?;
    let mut names = HashMap::new();
    for kind in [SubjectKind::Station, SubjectKind::Compound, SubjectKind::Place] {
        let of_kind = gathered.facts.subjects().filter(|(_, one)| *one == kind);
        let ids: Vec<&str> =
            of_kind.filter_map(|(ix, _)| gathered.facts.subject_id(ix)).map(|(_, id)| id).collect();
        names.extend(read.subject_names(kind, &ids).await?);
    }
    drop(read);
    let first = today - Months::new(MONTHS);
    let from = first.with_day(1).unwrap_or(first);
    let mut teller = Teller {
        plan: &plan,
        gathered: &gathered,
        names,
        roster,
        town: app.town.to_string(),
        now,
        from,
        dice: Dice::new("evidence"),
        pieces: Vec::new(),
    };
    teller.duties()?;
    teller.occasions()?;
    teller.same_picture_twice()?;
    let pieces = teller.pieces;
    write_down(app, roster, pieces, now).await?;
    letters(app, roster, &plan, now).await
}

fn inconsistent(what: impl std::fmt::Display) -> Error {
    Error::Internal(format!("sample evidence: {what}"))
}

impl Teller<'_> {
    fn somebody(&self, on: Date, fits: impl Fn(&Assignment) -> bool) -> Option<Assignment> {
        let found = self.roster.assignments.iter().find(|held| held.is_valid_on(on) && fits(held));
        found.cloned()
    }

    /// Who records for a subject, and its name.
    fn recorder(&self, kind: SubjectKind, subject: &str, on: Date) -> Option<(Assignment, String)> {
        let office = || self.somebody(on, |held| held.role == Role::OfficeClerk);
        let node = self.roster.territories.iter().find(|node| node.code.as_str() == subject);
        let org = self.roster.orgs.iter().find(|org| org.id.as_str() == subject);
        let post = self.roster.posts.iter().find(|post| post.id.as_str() == subject);
        match kind {
            SubjectKind::Village => {
                let node = node?;
                let staff =
                    self.somebody(on, |held| held.role == Role::VillageStaff && held.territory == node.code)?;
                Some((staff, node.name.clone()))
            }
            SubjectKind::Grid => {
                let node = node?;
                let manager =
                    self.somebody(on, |held| held.role == Role::GridManager && held.territory == node.code)?;
                Some((manager, node.name.clone()))
            }
            SubjectKind::Org => {
                let org = org?;
                let own = self.somebody(on, |held| {
                    held.org == org.id && !matches!(held.role, Role::OfficeHead | Role::EnforcementOfficer)
                });
                Some((own.or_else(office)?, org.name.clone()))
            }
            SubjectKind::Post => Some((office()?, post?.name.clone())),
            SubjectKind::Station | SubjectKind::Compound | SubjectKind::Place => {
                let facts = &self.gathered.facts;
                let village = facts.enclosing(facts.subject(kind, subject)?, SubjectKind::Village);
                let code = village.and_then(|ix| facts.subject_id(ix)).map(|(_, code)| code);
                let staff = code.and_then(|code| {
                    self.somebody(on, |held| {
                        held.role == Role::VillageStaff && held.territory.as_str() == code
                    })
                });
                Some((staff.or_else(office)?, self.names.get(subject)?.clone()))
            }
            _ => Some((office()?, "青峰镇".to_owned())),
        }
    }

    /// The organisation that answers for a town's duty, where the plan names one that is there.
    fn acting(&self, duty: &Duty, hand: &Assignment) -> OrgId {
        if hand.role != Role::OfficeClerk {
            return hand.org.clone();
        }
        let named = self.roster.orgs.iter().find(|org| duty.who.first() == Some(&org.label));
        named.map_or(hand.org.clone(), |org| org.id.clone())
    }

    /// What is owed window by window, and what must be in force.
    fn duties(&mut self) -> Result<()> {
        let calendar = crate::calendar::shipped_calendar();
        let question = Question {
            plan: self.plan,
            facts: &self.gathered.facts,
            waivers: &[],
            calendar,
            as_of: self.now.date(),
            from: self.from,
            to: self.now.date(),
        };
        for duty in &self.plan.duties {
            // What grids record every week and month is credited to their villages as well.
            let by_grids = matches!(duty.id.as_str(), "C8.10" | "C8.11");
            for need in asked(duty).into_iter().filter(|asked| !asked.is_trigger && duty.trigger.is_none()) {
                if need.held {
                    self.documents(&question, duty, &need)?;
                } else if !by_grids {
                    self.windows(&question, duty, &need)?;
                }
            }
        }
        Ok(())
    }

    fn subjects(&self, question: &Question, duty: &Duty) -> BTreeSet<(SubjectKind, String)> {
        let found = question.evaluate_duty(duty);
        let subjects = found.occurrences.iter().filter_map(|one| self.gathered.facts.subject_id(one.subject));
        subjects.map(|(kind, id)| (kind, id.to_owned())).collect()
    }

    /// One document for each subject, in force since before the history; a few towns' papers are never complete.
    fn documents(&mut self, question: &Question, duty: &Duty, need: &Asked) -> Result<()> {
        let choices: Vec<Option<String>> = if need.choices.is_empty() {
            vec![None]
        } else {
            need.choices.iter().cloned().map(Some).collect()
        };
        for (n, (kind, subject)) in self.subjects(question, duty).into_iter().enumerate() {
            for choice in &choices {
                let word = format!("{} {} {subject} {choice:?}", duty.id, need.key);
                if n > 0 && self.dice.chance(90) {
                    continue;
                }
                let late = if n > 0 && self.dice.chance(150) { self.dice.below(300) } else { 0 };
                let first = self.from.pred_opt().unwrap_or(self.from) - Days::new(20 + self.dice.below(40));
                let on = (first + Days::new(late)).min(self.now.date());
                let label = match choice {
                    Some(choice) => {
                        format!("{}（{}）", self.need_title(need), self.plan.word(tag_label(choice)))
                    }
                    None => self.need_title(need),
                };
                let Some((hand, name)) = self.recorder(kind, &subject, on) else { continue };
                let what = Told {
                    title: format!("{name}{label}"),
                    number: match kind {
                        SubjectKind::Town => {
                            format!("青峰府发〔{}〕{}号", on.year(), 3 + self.dice.below(60))
                        }
                        _ => String::new(),
                    },
                    text: match need.kind {
                        Kind::PhotoSet => format!("{name}{label}内容现行，照片附后。"),
                        _ => format!("{label}已印发，原件存消安办档案柜。"),
                    },
                    shots: usize::from(need.kind == Kind::PhotoSet),
                };
                self.piece(&word, duty, need, choice.clone(), (kind, &subject), on, &hand, what)?;
            }
        }
        Ok(())
    }

    fn need_title(&self, need: &Asked) -> String {
        let tags: Vec<&str> = need.tags.iter().map(|tag| tag_label(tag)).collect();
        tags.first().map_or_else(|| "相关文件".to_owned(), |tag| (*tag).to_owned())
    }

    fn windows(&mut self, question: &Question, duty: &Duty, need: &Asked) -> Result<()> {
        let found = question.evaluate_duty(duty);
        for case in &found.occurrences {
            let (Some(window), Some((kind, subject))) =
                (found.windows.get(case.window as usize), self.gathered.facts.subject_id(case.subject))
            else {
                continue;
            };
            let subject = subject.to_owned();
            let choices: Vec<Option<String>> = if need.choices.is_empty() {
                vec![None]
            } else {
                need.choices.iter().cloned().map(Some).collect()
            };
            for choice in choices {
                // Something is left out here and there; one grid has been slack since summer.
                let slack = kind == SubjectKind::Grid && subject.ends_with("3003") && window.from.month() > 6;
                if self.dice.chance(if slack { 550 } else { 60 }) {
                    continue;
                }
                let length = u64::try_from((window.to - window.from).num_days()).unwrap_or(0);
                let on = window.from.max(self.from) + Days::new(self.dice.below(length + 1));
                if on > self.now.date() || on > window.to {
                    continue;
                }
                let Some((hand, name)) = self.recorder(kind, &subject, on) else { continue };
                let word = format!("{} {} {subject} {} {choice:?}", duty.id, need.key, window.key);
                let what = self.told(duty, need, choice.as_deref(), &name, on);
                self.piece(&word, duty, need, choice, (kind, &subject), on, &hand, what)?;
            }
        }
        Ok(())
    }

    /// What is written down of an act of this kind.
    fn told(&mut self, duty: &Duty, need: &Asked, choice: Option<&str>, name: &str, on: Date) -> Told {
        let (topic, way) = (self.dice.pick(TOPICS), self.dice.pick(WAYS));
        let people = 8 + self.dice.below(45);
        let day = on.format("%-m月%-d日");
        let pictured = self.dice.chance(90);
        let (title, text, shots) = match need.kind {
            Kind::Activity => {
                let entry = choice.map(|choice| format!("“{}”", tag_label(choice))).unwrap_or_default();
                (
                    format!("{name}{entry}{topic}宣传"),
                    format!("{day}在{name}{way}，参加 {people} 人，发放资料 {} 份。", people + 6),
                    usize::from(pictured || choice.is_some_and(|_| self.dice.chance(200))),
                )
            }
            Kind::Log => (format!("{name}工作日志（{day}当周）"), self.dice.pick(WEEK).to_owned(), 0),
            Kind::Patrol => (
                format!("{name}防火巡查"),
                format!("{day}巡查。{}。", self.dice.pick(SEEN)),
                usize::from(self.dice.chance(40)),
            ),
            Kind::Visit => (
                format!("到{name}{}", self.need_title(need)),
                format!("{day}到{name}查看台账和现场，{}。对提出的问题当场交办。", self.dice.pick(SEEN)),
                usize::from(self.dice.chance(400)),
            ),
            Kind::Signoff if need.fact == "supervision.done" => (
                format!("{name}专项督查打分表"),
                format!("督查得分 {} 分，打分表经双方签字。", 72 + self.dice.below(25)),
                0,
            ),
            Kind::Signoff if need.fact == "progress.reported" => (
                format!("{name}{}月打表推进进度", on.month()),
                format!("本月应完成 {} 项，已完成 {} 项。", 6, 4 + self.dice.below(3)),
                0,
            ),
            _ => (format!("{name}{}", duty.title), format!("{day}办结，材料齐全。"), 0),
        };
        Told { title, number: String::new(), text, shots }
    }

    #[expect(clippy::too_many_arguments, reason = "one record has that many sides")]
    fn piece(
        &mut self,
        word: &str,
        duty: &Duty,
        need: &Asked,
        choice: Option<String>,
        (kind, subject): (SubjectKind, &str),
        on: Date,
        hand: &Assignment,
        what: Told,
    ) -> Result<()> {
        let evidence_id = id(&format!("evidence {word}"));
        let claim = Claim {
            duty: duty.id.clone(),
            need: need.key.clone(),
            choice,
            subject_kind: kind.code().to_owned(),
            subject: if need.is_trigger { evidence_id.clone() } else { subject.to_owned() },
        };
        self.record(evidence_id, need.kind, vec![claim], self.acting(duty, hand), on, hand, what)
    }

    /// Leads one record through the rules: submitted a little after it happened, decided a little after that.
    #[expect(clippy::too_many_arguments, reason = "one record has that many sides")]
    fn record(
        &mut self,
        evidence_id: String,
        kind: Kind,
        claims: Vec<Claim>,
        org: OrgId,
        on: Date,
        hand: &Assignment,
        what: Told,
    ) -> Result<()> {
        let minutes = i64::try_from(self.dice.below(400)).unwrap_or(0);
        let lag = i64::try_from(if self.dice.chance(80) { 2 + self.dice.below(6) } else { 0 }).unwrap_or(0);
        let at = Timestamp::start_of(on).plus_ms((9 + 24 * lag) * HOUR_MS + minutes * 60_000);
        if at > self.now {
            return Ok(());
        }
        let mut scored = BTreeSet::from([org.clone()]);
        for duty in claims.iter().filter_map(|claim| self.plan.duty(&claim.duty)) {
            let named = self.roster.orgs.iter().filter(|one| duty.who.contains(&one.label));
            scored.extend(named.map(|one| one.id.clone()));
        }
        let is_office = |one: &OrgId| {
            let found = self.roster.orgs.iter().find(|org| org.id == *one);
            found.is_some_and(|org| {
                matches!(org.kind, OrgKind::Workstation | OrgKind::Office | OrgKind::TownGov)
                    || org.label == "org:emergency_office"
            })
        };
        let of_office = scored.iter().any(is_office);
        let by =
            |hand: &Assignment, at: Timestamp| By { person: hand.person.clone(), hat: hand.id.clone(), at };
        let content = Content {
            kind,
            title: what.title,
            number: what.number,
            happened_on: on,
            until: None,
            post: (hand.org == org).then(|| hand.post.clone()),
            path: if hand.path.is_empty() { self.town.clone() } else { hand.path.clone() },
            org,
            text: what.text,
            photos: (0..what.shots).map(|n| id(&format!("photo {evidence_id} {n}")).into()).collect(),
            files: Vec::new(),
            credits: credits(self.plan, kind, &claims).map_err(inconsistent)?,
            claims,
            scored,
        };
        let shots = content
            .photos
            .iter()
            .map(|photo| Shot {
                id: photo.to_string(),
                room: self.dice.below(ROOMS),
                serial: photo.to_string(),
            })
            .collect();
        let submitted = Evidence::submit(evidence_id.into(), content, by(hand, at)).map_err(inconsistent)?;
        let mut piece = Piece {
            events: vec![event(1, "submitted", by(hand, at), "", Some(&submitted))],
            steps: vec![submitted.clone()],
            evidence: submitted,
            shots,
        };
        let wait = i64::try_from(4 + self.dice.below(60)).unwrap_or(4);
        let decided_at = at.plus_ms(wait * HOUR_MS);
        let role = if of_office { Role::LeaderInCharge } else { Role::OfficeHead };
        let decider = self.somebody(decided_at.date(), |held| held.role == role);
        if let Some(decider) = decider.filter(|_| decided_at <= self.now && !self.dice.chance(4)) {
            let who = |at: Timestamp| Decider {
                by: by(&decider, at),
                orgs: BTreeSet::from([decider.org.clone()]),
                is_leader: of_office,
            };
            let mut at = decided_at;
            if self.dice.chance(25) {
                let reason = self.dice.pick(REASONS);
                let rejected = piece.evidence.clone().reject(who(at), reason).map_err(inconsistent)?;
                piece.take("rejected", by(&decider, at), reason, rejected);
                let again = at.plus_ms(20 * HOUR_MS);
                if again > self.now || self.dice.chance(350) {
                    self.pieces.push(piece);
                    return Ok(());
                }
                let mut content = piece.evidence.content.clone();
                content.text.push_str("补充：签到表和现场情况已核对，附后。");
                let corrected =
                    piece.evidence.clone().resubmit(content, by(hand, again)).map_err(inconsistent)?;
                piece.take("resubmitted", by(hand, again), "", corrected);
                at = again.plus_ms(6 * HOUR_MS);
            }
            if at <= self.now {
                let accepted = piece.evidence.clone().accept(who(at)).map_err(inconsistent)?;
                piece.take("accepted", by(&decider, at), "", accepted);
            }
        }
        self.pieces.push(piece);
        Ok(())
    }

    /// Things that happened and ask for an answer: most were answered in time, one late, one not at all.
    fn occasions(&mut self) -> Result<()> {
        for (n, (back, title, triggers, answer)) in OCCASIONS.iter().enumerate() {
            let on = self.now.date() - Days::new(*back);
            let Some(hand) = self.somebody(on, |held| held.role == Role::OfficeClerk) else { continue };
            let event = id(&format!("evidence occasion {n}"));
            let claims: Vec<Claim> = triggers
                .iter()
                .filter_map(|duty| self.plan.duty(duty))
                .filter_map(|duty| {
                    let asked = asked(duty).into_iter().find(|asked| asked.is_trigger)?;
                    Some(Claim {
                        duty: duty.id.clone(),
                        need: asked.key,
                        choice: None,
                        subject_kind: SubjectKind::Event.code().to_owned(),
                        subject: event.clone(),
                    })
                })
                .collect();
            if claims.is_empty() {
                continue;
            }
            let what = Told {
                title: (*title).to_owned(),
                number: String::new(),
                text: format!("{}，情况已报消安办。演示数据，纯属虚构。", title),
                shots: 0,
            };
            self.record(event.clone(), Kind::Occasion, claims, hand.org.clone(), on, &hand, what)?;
            for (duty, after, title) in *answer {
                let Some(duty) = self.plan.duty(duty) else { continue };
                let Some(need) = asked(duty).into_iter().find(|asked| !asked.is_trigger) else { continue };
                let on = on + Days::new(*after);
                let word = format!("answer {n} {}", duty.id);
                let what = Told {
                    title: (*title).to_owned(),
                    number: match need.kind {
                        Kind::Activity => String::new(),
                        _ => format!("青消安办〔{}〕{}号", on.year(), 5 + n),
                    },
                    text: format!("{title}，已送达有关单位。"),
                    shots: 0,
                };
                self.piece(&word, duty, &need, None, (SubjectKind::Event, &event), on, &hand, what)?;
            }
        }
        Ok(())
    }

    /// Somebody handed in the picture of another day once more: it waits, with a flag.
    fn same_picture_twice(&mut self) -> Result<()> {
        let grid = self.plan.duty("C9.4").map(|duty| (duty, asked(duty)));
        let Some((duty, needs)) = grid else { return Ok(()) };
        let Some(need) = needs.first() else { return Ok(()) };
        let earlier = self.pieces.iter().find(|piece| {
            piece.evidence.content.kind == Kind::Activity
                && !piece.shots.is_empty()
                && piece.evidence.content.claims.iter().any(|claim| claim.duty == duty.id)
        });
        let Some((subject, room, serial)) = earlier.and_then(|piece| {
            let claim = piece.evidence.content.claims.first()?;
            let shot = piece.shots.first()?;
            Some((claim.subject.clone(), shot.room, shot.serial.clone()))
        }) else {
            return Ok(());
        };
        let on = self.now.date().pred_opt().unwrap_or(self.now.date());
        let Some((hand, name)) = self.recorder(SubjectKind::Grid, &subject, on) else { return Ok(()) };
        let what = Told {
            title: format!("{name}入户宣传"),
            number: String::new(),
            text: "入户讲解用火用电安全，发放资料 30 份。".to_owned(),
            shots: 1,
        };
        let before = self.pieces.len();
        self.piece("same picture", duty, need, None, (SubjectKind::Grid, &subject), on, &hand, what)?;
        for piece in self.pieces.iter_mut().skip(before) {
            piece.events.truncate(1);
            piece.steps.truncate(1);
            for shot in &mut piece.shots {
                (shot.room, shot.serial) = (room, serial.clone());
            }
        }
        Ok(())
    }
}

/// Words of one record.
struct Told {
    title: String,
    number: String,
    text: String,
    shots: usize,
}

/// Answers: duty, days after, title.
type Answers = &'static [(&'static str, u64, &'static str)];
/// Days ago, title, duties it sets off, answers.
const OCCASIONS: &[(u64, &str, &[&str], Answers)] = &[
    (
        310,
        "老街自建房厨房起火，烧毁灶台，无人员伤亡",
        &["C4.7", "C9.5"],
        &[("C4.7", 2, "关于老街自建房火情的通报"), ("C9.5", 0, "网格管理员参与扑救老街自建房初起火灾")],
    ),
    (
        150,
        "农户焚烧秸秆引燃林缘杂草约两分地",
        &["C4.7", "C9.5"],
        &[("C4.7", 9, "关于野外用火引发火情的通报"), ("C9.5", 0, "网格管理员带队扑打林缘杂草火")],
    ),
    (
        240,
        "研判认为场镇老街连片经营用房风险较大",
        &["C4.8"],
        &[("C4.8", 6, "场镇老街连片经营用房重点治理意见")],
    ),
    (60, "研判认为电动自行车入户充电风险较大", &["C4.8"], &[]),
    (
        200,
        "电动自行车销售门店普遍违规改装电池",
        &["C13.4"],
        &[("C13.4", 8, "电动自行车销售行业限期整治通知")],
    ),
    (
        120,
        "第二季度督查认定一个部门工作滞后",
        &["CS3.3", "CS3.4"],
        &[("CS3.3", 4, "第二季度消防安全督查专报"), ("CS3.4", 3, "第二季度督查结果予以通报的决定")],
    ),
    (118, "连续两季度督查低于要求，触发约谈", &["C8.5"], &[("C8.5", 7, "对滞后部门负责人的警示约谈记录")]),
    (90, "镇上出现首家密室逃脱经营场所", &["C13.7"], &[("C13.7", 18, "关于密室逃脱场所行业主管部门的决定")]),
    (120, "惠民超市青峰店招用收银员两名", &["C18.10"], &[("C18.10", 0, "惠民超市青峰店新员工岗前消防培训")]),
    (35, "梧桐苑小区物业招用保安一名", &["C18.10"], &[]),
];

impl Piece {
    fn take(&mut self, kind: &str, by: By, reason: &str, next: Evidence) {
        let seq = self.events.len() as i64 + 1;
        let edition = (kind == "resubmitted").then_some(&next);
        self.events.push(event(seq, kind, by, reason, edition));
        self.steps.push(next.clone());
        self.evidence = next;
    }
}

fn event(seq: i64, kind: &str, by: By, reason: &str, edition: Option<&Evidence>) -> EvidenceEvent {
    EvidenceEvent {
        seq,
        kind: kind.to_owned(),
        by,
        reason: reason.to_owned(),
        content: edition.map(|evidence| evidence.content.clone()),
    }
}

/// A picture with a number of its own in it, so that no two files are the same unless somebody used one twice.
fn numbered(bytes: &[u8], serial: &str) -> Vec<u8> {
    let (start, rest) = bytes.split_at(bytes.len().min(2));
    let length = u16::try_from(serial.len() + 2).unwrap_or(2).to_be_bytes();
    [start, &[0xff, 0xfe], &length[..], serial.as_bytes(), rest].concat()
}

/// Writes every step down in the order of time, many entries to a commit.
async fn write_down(app: &App, roster: &Roster, pieces: Vec<Piece>, now: Timestamp) -> Result<()> {
    let mut acts: Vec<(Timestamp, usize, usize)> = Vec::new();
    for (n, piece) in pieces.iter().enumerate() {
        acts.extend(piece.events.iter().enumerate().map(|(step, event)| (event.by.at, n, step)));
    }
    acts.sort();
    let mut codes: BTreeMap<usize, (String, Timestamp)> = BTreeMap::new();
    let names: BTreeMap<&str, &str> =
        roster.persons.iter().map(|person| (person.id.as_str(), person.name.as_str())).collect();
    let mut rooms: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
    for some in acts.chunks(PER_COMMIT) {
        let mut tx = app.db.write(&app.town).await?;
        let mut last: Option<store::Audit> = None;
        for (at, n, step) in some {
            if let Some(audit) = last.take() {
                tx.append(audit).await?;
            }
            let Some(piece) = pieces.get(*n) else { continue };
            let (Some(evidence), Some(event)) = (piece.steps.get(*step), piece.events.get(*step)) else {
                continue;
            };
            let action = match event.kind.as_str() {
                "submitted" => "evidence.record",
                "resubmitted" => "evidence.resubmit",
                "rejected" => "evidence.reject",
                _ => "evidence.accept",
            };
            if *step == 0 {
                let code = crate::evidence::next_code(&mut tx, *at).await?;
                codes.insert(*n, (code, *at));
                for shot in &piece.shots {
                    let room = match rooms.get(&shot.room) {
                        Some(room) => room.clone(),
                        None => {
                            let drawn = picture::draw("17", "overview", 100 + shot.room)
                                .ok_or_else(|| inconsistent("a picture could not be drawn"))?;
                            rooms.insert(shot.room, drawn.clone());
                            drawn
                        }
                    };
                    let bytes = numbered(&room, &shot.serial);
                    let blob = app.blobs.put(&bytes)?;
                    tx.note_blob(&blob, bytes.len() as u64, "image/jpeg", *at).await?;
                    tx.insert_photo(&Picture {
                        id: shot.id.as_str().into(),
                        thumb: blob.clone(),
                        blob,
                        media_type: "image/jpeg".to_owned(),
                        size_bytes: i64::try_from(bytes.len()).unwrap_or(0),
                        width: i64::from(picture::WIDTH),
                        height: i64::from(picture::HEIGHT),
                        object_kind: "evidence".to_owned(),
                        object_id: evidence.id.to_string(),
                        path: evidence.content.path.clone(),
                        item: String::new(),
                        role: "overview".to_owned(),
                        taken_at: at.plus_ms(-HOUR_MS),
                        recorded_at: *at,
                        recorded_by: event.by.person.to_string(),
                        lon: None,
                        lat: None,
                        original: None,
                    })
                    .await?;
                }
            }
            let Some((code, recorded_at)) = codes.get(n).cloned() else { continue };
            let record = EvidenceRecord {
                evidence: evidence.clone(),
                code,
                version: i64::try_from((*step).max(1)).unwrap_or(1),
                recorded_at,
            };
            if *step == 0 {
                tx.insert_evidence(&record, event).await?;
            } else {
                tx.save_evidence(&record, event).await?;
            }
            let mut audit = Caller::system().audit(action, "evidence", evidence.id.as_str(), *at);
            audit.actor = event.by.person.to_string();
            audit.actor_name =
                names.get(event.by.person.as_str()).map(|name| (*name).to_owned()).unwrap_or_default();
            audit.hat = event.by.hat.to_string();
            audit.territory = evidence.content.path.clone();
            audit.reason = event.reason.clone();
            last = Some(audit);
        }
        let audit = last.unwrap_or_else(|| Caller::system().audit("evidence.record", "evidence", "", now));
        tx.commit(audit, ()).await?;
    }
    Ok(())
}

/// Letters of both years of those the plan wants one of; a few were never signed.
async fn letters(app: &App, roster: &Roster, plan: &Plan, now: Timestamp) -> Result<()> {
    let wanted = [
        Role::CommitteeDirector,
        Role::PartySecretary,
        Role::LeaderInCharge,
        Role::LeaderOther,
        Role::VillageSecretary,
        Role::VillageCommittee,
    ];
    let mut dice = Dice::new("letters");
    let clerk = roster.assignments.iter().find(|held| held.role == Role::OfficeClerk);
    let clerk = clerk.ok_or_else(|| inconsistent("no clerk"))?;
    let who = roster.persons.iter().find(|person| person.id == clerk.person);
    let who = who.map(|person| person.name.clone()).unwrap_or_default();
    let mut tx = app.db.write(&app.town).await?;
    let mut last: Option<store::Audit> = None;
    for year in [now.date().year() - 1, now.date().year()] {
        for held in roster.assignments.iter().filter(|held| wanted.contains(&held.role)) {
            let is_town = matches!(held.role, Role::CommitteeDirector | Role::PartySecretary);
            if !is_town && dice.chance(110) {
                continue;
            }
            let day = |month, day| Date::from_ymd_opt(year, month, day);
            let signed = day(1, 6 + u32::try_from(dice.below(20)).unwrap_or(0));
            let (Some(signed_on), Some(until)) = (signed, day(12, 31)) else { continue };
            if signed_on > now.date() || !held.is_valid_on(signed_on) {
                continue;
            }
            let at = Timestamp::start_of(signed_on).plus_ms(15 * HOUR_MS);
            let terms = Terms {
                number: format!("青消责〔{year}〕{:02}号", 1 + dice.below(60)),
                signed_on,
                from: signed_on,
                until,
                counterpart: match held.role {
                    Role::VillageCommittee => "本村（社区）书记".to_owned(),
                    Role::CommitteeDirector | Role::PartySecretary => "区消防安全委员会".to_owned(),
                    _ => "青峰镇人民政府".to_owned(),
                },
                duties: crate::letter::duties_of(plan, held.role).into_iter().map(|duty| duty.code).collect(),
                indicators: vec![
                    "责任范围内隐患按期整改率不低于 90%".to_owned(),
                    "不发生亡人火灾".to_owned(),
                ],
                photos: Vec::new(),
                files: Vec::new(),
            };
            let letter_id = id(&format!("letter {year} {}", held.id));
            let letter = Letter::sign(letter_id.as_str().into(), &held.post, Some(held), terms, now.date())
                .map_err(inconsistent)?;
            if let Some(audit) = last.take() {
                tx.append(audit).await?;
            }
            let path = letter.path.clone();
            tx.insert_letter(&LetterRecord {
                letter,
                left_on: held.to,
                recorded_by: clerk.person.to_string(),
                version: 1,
                recorded_at: at,
                voided: None,
            })
            .await?;
            let mut audit = Caller::system().audit("letter.sign", "letter", &letter_id, at);
            audit.actor = clerk.person.to_string();
            audit.actor_name = who.clone();
            audit.hat = clerk.id.to_string();
            audit.territory = path;
            last = Some(audit);
        }
    }
    match last {
        Some(audit) => Ok(tx.commit(audit, ()).await?),
        None => Ok(()),
    }
}
