//! What happened in the sample town over fourteen months: visits on time, late and missed, what they found, and how it
//! was fixed or not. Everything goes through the rules of `domain`, so nothing happens here that could not happen.
//! What does not belong here: writing it down (`super`).

use std::collections::BTreeMap;

use chrono::Datelike;
use domain::calendar::Calendar;
use domain::checklist::SuggestedGrade;
use domain::checklist_library::Library;
use domain::hazard::{
    self, Act, Actor, Days, FixChannel, Hazard, HazardCode, Level, Look, Photo, Position, Receiver,
    ServeMethod, Standing,
};
use domain::ids::{AssignmentId, HazardId, InspectionId, OrgId, PersonId, PhotoId, PostId, TaskId, TownCode};
use domain::inspection::{
    self, Answer, Companion, Inspection, ItemRule, Occasion, Pin, PinnedList, Power, Record, Verdict,
};
use domain::inspection_plan::{InspectionPlan, PlanItem};
use domain::place::Place;
use domain::task::{self, Task, Window};
use domain::time::{DAY_MS, Date, Timestamp};

use super::dice::Dice;
use super::places::Made;
use crate::{Error, Result};

/// One who acts in the history, under the hat he acts in.
#[derive(Debug, Clone)]
pub(super) struct Hat {
    /// Who.
    pub person: PersonId,
    /// Name.
    pub name: String,
    /// Under which assignment.
    pub assignment: AssignmentId,
    /// For which organisation.
    pub org: OrgId,
    /// Whether it is the committee's office.
    pub is_office: bool,
    /// The post it is on.
    pub post: PostId,
}

impl Hat {
    fn act(&self, at: Timestamp) -> Act {
        let standing = if self.is_office { Standing::Office } else { Standing::Inspector };
        let actor = Actor::Staff {
            person: self.person.clone(),
            assignment: self.assignment.clone(),
            org: self.org.clone(),
            standing,
        };
        Act { actor, happened_at: at, position: None, document_no: None }
    }
}

/// A body that plans and makes visits.
pub(super) struct Body {
    /// Organisation.
    pub org: OrgId,
    /// Whether its plan is monthly by name (police).
    pub is_police: bool,
    /// Those who go out; at least two.
    pub hats: Vec<Hat>,
}

/// Something to be written down in one entry of the record.
pub(super) struct Entry {
    /// When it was recorded.
    pub at: Timestamp,
    /// Dotted action.
    pub action: &'static str,
    /// Object: kind and id.
    pub object: (&'static str, String),
    /// Territory path.
    pub path: String,
    /// Who did it; the unit by code when none.
    pub who: Option<Hat>,
    /// Rows.
    pub rows: Vec<Row>,
}

/// A row of an entry.
pub(super) enum Row {
    /// A new task, with its kind and the plan it comes from.
    Task(Box<Task>, String, InspectionPlan),
    /// A step of a task.
    TaskStep(Box<Task>, Box<task::Event>),
    /// An inspection, and the organisation that looked.
    Inspection(Box<Inspection>, OrgId),
    /// A new hazard, the inspection it was found in and the organisation that found it.
    Hazard(Box<Hazard>, Box<hazard::Event>, InspectionId, OrgId),
    /// A step of a hazard.
    HazardStep(Box<Hazard>, Box<hazard::Event>),
    /// A picture.
    Picture(Shot),
}

/// A picture somebody took.
pub(super) struct Shot {
    /// Id.
    pub id: PhotoId,
    /// What it belongs to.
    pub object: (&'static str, String),
    /// Checklist item; empty for an overview.
    pub item: String,
    /// `overview`, `item`, `fix`, `recheck` or `signature`.
    pub role: &'static str,
    /// When.
    pub at: Timestamp,
    /// Hazard category it shows, two digits.
    pub category: String,
}

/// Everything the history is told from.
pub(super) struct Story<'a> {
    /// The town.
    pub town: TownCode,
    /// Working days.
    pub calendar: &'a Calendar,
    /// Checklists.
    pub library: &'a Library,
    /// Makes ids from words.
    pub id: &'a dyn Fn(&str) -> String,
    /// The committee's office.
    pub office: Hat,
    /// Now: nothing happens later.
    pub now: Timestamp,
    /// Dice.
    pub dice: Dice,
    /// What happened.
    pub entries: Vec<Entry>,
    /// Closed hazards, for telling recurrences.
    pub closed: BTreeMap<String, Vec<Hazard>>,
}

/// What somebody who looked would write down, by the code of the hazard.
const NOTES: &[(&str, &[&str])] = &[
    ("H01.1", &["二楼楼梯口堆放纸箱，只剩一人侧身可过", "后门通道停放三轮车，过道被挡住"]),
    ("H01.2", &["后门上锁，钥匙不在店内", "安全出口用货架挡住"]),
    ("H01.3", &["二楼只有一部楼梯，没有第二个出口"]),
    ("H01.4", &["楼梯间应急灯不亮", "疏散指示牌脱落"]),
    ("H02.1", &["门前消防车通道停放货车，余宽不足", "通道口设了石墩"]),
    ("H02.2", &["店外搭棚占用两栋之间的空地"]),
    ("H02.3", &["院内道路转弯太窄，消防车进不来"]),
    ("H03.1", &["灭火器压力不足，指针在红区", "两具灭火器已过检修期"]),
    ("H03.2", &["消火栓箱被货架遮挡", "消火栓箱内没有水枪"]),
    ("H03.3", &["报警主机有故障未处理"]),
    ("H03.4", &["二楼没有配灭火器"]),
    ("H03.5", &["感烟探测器没有电池", "联网感烟探测器离线"]),
    ("H04.1", &["明线沿木梁敷设，未穿管", "厨房插线板串联使用，线皮发硬"]),
    ("H04.2", &["灶台旁电线外皮开裂", "插座有烧焦痕迹"]),
    ("H04.3", &["总闸没有漏电保护", "漏电保护按试验钮不动作"]),
    ("H04.4", &["一个插线板接两台电暖器"]),
    ("H04.5", &["配电箱无盖，旁边堆放编织袋"]),
    ("H05.1", &["气瓶放在操作间灶台下", "空瓶和实瓶混放"]),
    ("H05.2", &["软管老化有裂纹", "软管超过两米，穿墙敷设"]),
    ("H05.3", &["未装可燃气体报警器"]),
    ("H05.4", &["半地下室用瓶装气做饭"]),
    ("H06.1", &["焊割作业无人看护"]),
    ("H06.2", &["库房内有烟头"]),
    ("H06.3", &["油烟管道积油明显，没有清洗记录"]),
    ("H07.1", &["柜台下存放两桶稀料", "酒精与香烛同柜存放"]),
    ("H07.2", &["楼下存放油漆，楼上住人"]),
    ("H08.1", &["灶前堆放柴草", "院内堆放秸秆，靠墙"]),
    ("H08.2", &["隔断使用泡沫夹芯板"]),
    ("H09.1", &["货架后搭床住人", "阁楼住两人，与店面没有分隔"]),
    ("H09.2", &["库房隔出一间住人"]),
    ("H09.3", &["出租房住了十二人，没有登记"]),
    ("H10.1", &["店内给电动车充电", "楼梯下停放电动车"]),
    ("H10.2", &["从二楼窗口飞线充电"]),
    ("H10.3", &["充电插座没有防雨和断电保护"]),
    ("H11.1", &["防火门闭门器损坏，常开"]),
    ("H11.2", &["穿墙孔洞没有封堵"]),
    ("H12.1", &["控制室当班只有一人，证件不在"]),
    ("H13.1", &["责任人没有确定，制度没有上墙"]),
    ("H13.2", &["没有本月检查记录"]),
    ("H13.3", &["值班员不会使用灭火器"]),
    ("H13.4", &["今年没有演练"]),
    ("H14.1", &["经营范围与实际不符，二楼改作库房"]),
    ("H14.2", &["开业前没有办检查手续"]),
    ("H16.1", &["门前消火栓没有水"]),
    ("H17.1", &["二楼防盗窗没有开启口", "广告牌遮挡两扇外窗"]),
];

impl Story<'_> {
    /// One visit a plan promised: the task, and what came of it.
    pub fn visit(
        &mut self,
        plan: &InspectionPlan,
        item: &PlanItem,
        nth: usize,
        made: &Made,
        body: &Body,
        path: &str,
    ) -> Result<()> {
        let place = &made.place;
        let key = format!("{}/{}/{}/{nth}", plan.id, place.id, item.from);
        let window = Window::new(item.from, item.to).map_err(refused)?;
        let mut task = Task::pending(
            TaskId((self.id)(&format!("task {key}"))),
            place.id.clone(),
            body.org.clone(),
            vec![],
            window,
        );
        let begins = self.at(item.from, 8, 0);
        if begins > self.now {
            return self.write_task(begins, task, body, plan, path);
        }
        self.write_task(begins, task.clone(), body, plan, path)?;
        let Some(hat) = self.dice.choose(&body.hats).cloned() else { return Ok(()) };
        let lead = body.hats.first().cloned().unwrap_or_else(|| hat.clone());
        let assigned = begins.plus_ms(3_600_000);
        task = task.of_post(Some(hat.post.clone()));
        task = self.task_step(task.assign(lead.act(assigned), hat.person.clone(), assigned), &lead, path)?;
        let accepted = assigned.plus_ms(i64::try_from(self.dice.below(40)).unwrap_or(0) * 3_600_000);
        if accepted > self.now {
            return Ok(());
        }
        task = self.task_step(task.accept(hat.act(accepted), accepted), &hat, path)?;
        let Some(day) = self.day_of_visit(item) else { return self.given_up(task, &lead, item, path) };
        let (hour, minute) = (9 + self.dice.below(8), self.dice.below(60));
        let at = self.at(day, hour, minute);
        if at <= accepted || at > self.now {
            return Ok(());
        }
        // Now and then what was done on the phone comes in a day or two later.
        let recorded =
            if self.dice.chance(70) { at.plus_ms(DAY_MS + 7_200_000) } else { at.plus_ms(240_000) };
        if recorded > self.now {
            return Ok(());
        }
        self.inspect(task, made, body, &hat, at, recorded, path, &key)
    }

    /// A visit that never took place: after a while the body owns up to it and says why.
    fn given_up(&mut self, task: Task, lead: &Hat, item: &PlanItem, path: &str) -> Result<()> {
        let day = self.dice.below(30);
        let at = self.later(Timestamp::start_of(item.to), 20 + day, 2);
        if at > self.now {
            return Ok(());
        }
        let reason = self.dice.pick(&[
            "当月人手不足，并入下一次检查",
            "汛期值守，未能安排",
            "场所停业装修，待恢复后检查",
        ]);
        self.task_step(task.cancel(lead.act(at), reason, at), lead, path).map(drop)
    }

    /// The day a visit is made: mostly within its window, sometimes late, sometimes never.
    fn day_of_visit(&mut self, item: &PlanItem) -> Option<Date> {
        let span = u64::try_from((item.to - item.from).num_days()).unwrap_or(0);
        let mut day = item.from + chrono::Days::new(self.dice.below(span + 1));
        match self.dice.below(100) {
            0..=3 => return None,
            4..=10 => day = item.to + chrono::Days::new(1 + self.dice.below(24)),
            _ => {}
        }
        while !self.calendar.is_working_day(day) {
            day = day.succ_opt()?;
        }
        Some(day)
    }

    #[expect(clippy::too_many_arguments, reason = "a visit has that many sides")]
    fn inspect(
        &mut self,
        task: Task,
        made: &Made,
        body: &Body,
        hat: &Hat,
        at: Timestamp,
        recorded: Timestamp,
        path: &str,
        key: &str,
    ) -> Result<()> {
        let place = &made.place;
        let id = InspectionId((self.id)(&format!("inspection {key}")));
        let today = at.date();
        let sheet = if body.is_police {
            self.library.routine("police_routine", &place.category, &place.tags, today)
        } else {
            Some(self.library.compose(&place.category, &place.tags, today))
        };
        let Some(sheet) = sheet else { return Ok(()) };
        let mut list = PinnedList::default();
        let mut answers = Vec::new();
        let mut shots = Vec::new();
        let mut failed = 0;
        for entry in &sheet.items {
            let item = entry.item;
            list.pins.insert(Pin { code: entry.pin.code.clone(), edition: entry.pin.edition.to_string() });
            list.items.insert(item.code.clone(), rule_of(item)?);
            let fails = failed < 3 && self.dice.chance(made.careless);
            let mut answer = Answer {
                item: item.code.clone(),
                verdict: Verdict::Pass,
                reading: None,
                note: String::new(),
                photos: Vec::new(),
                fixed: Vec::new(),
            };
            if fails {
                failed += 1;
                let category = item.hazard_category().unwrap_or("99").to_owned();
                let photo = PhotoId((self.id)(&format!("photo {key} {}", item.code)));
                answer.verdict = Verdict::Fail;
                answer.note = self.note(&item.hazard);
                answer.photos.push(photo.clone());
                shots.push(self.shot(
                    photo,
                    ("inspection", id.to_string()),
                    &item.code,
                    "item",
                    at,
                    &category,
                ));
            } else if self.dice.chance(40) {
                answer.verdict = Verdict::NotApplicable { reason: "本场所没有此项".to_owned() };
            }
            answers.push(answer);
        }
        let overview = PhotoId((self.id)(&format!("photo {key} overview")));
        shots.push(self.shot(overview.clone(), ("inspection", id.to_string()), "", "overview", at, "00"));
        let companion = if self.dice.chance(150) {
            Companion::NotSigned {
                reason: self.dice.pick(&["负责人不在，店员不肯代签", "负责人拒绝签字"]).to_owned(),
            }
        } else {
            let signature = PhotoId((self.id)(&format!("photo {key} signature")));
            shots.push(self.shot(
                signature.clone(),
                ("inspection", id.to_string()),
                "",
                "signature",
                at,
                "sg",
            ));
            Companion::Signed { name: place.responsible.name.clone(), signature }
        };
        let position = place.location.filter(|_| self.dice.chance(800)).map(|spot| Position {
            lng_e7: (spot.lon_deg * 1e7) as i32,
            lat_e7: (spot.lat_deg * 1e7) as i32,
            accuracy_m: u32::try_from(8 + self.dice.below(40)).ok(),
        });
        let inspector = |hat: &Hat| inspection::Inspector {
            person: hat.person.clone(),
            assignment: hat.assignment.clone(),
            certificate_no: None,
        };
        let second = body.hats.iter().find(|other| other.person != hat.person);
        let mut inspectors = vec![inspector(hat)];
        inspectors.extend(second.filter(|_| body.is_police || self.dice.chance(300)).map(inspector));
        let record = Record {
            id: id.clone(),
            town: self.town.clone(),
            place: place.id.clone(),
            task: Some(task.id.clone()),
            power: Power::Governance,
            occasion: Occasion::Routine,
            inspectors,
            showed_certificates: false,
            companion,
            pins: list.pins.iter().cloned().collect(),
            answers,
            photos: vec![overview],
            position,
            started_at: at.plus_ms(-i64::try_from(12 + self.dice.below(30)).unwrap_or(0) * 60_000),
            ended_at: at,
        };
        let done = inspection::finish(record, &list, recorded)
            .map_err(|problems| Error::Internal(format!("sample inspection {key}: {problems:?}")))?;
        let drafts = done.hazard_drafts(&list, None);
        let percent = crate::task::REVIEW_PERCENT.1 as u16;
        let step = task.submit(hat.act(at), id.clone(), percent, recorded).map_err(refused)?;
        let mut rows: Vec<Row> = shots.into_iter().map(Row::Picture).collect();
        rows.push(Row::Inspection(Box::new(done), body.org.clone()));
        rows.push(Row::TaskStep(Box::new(step.0.clone()), Box::new(step.1)));
        let mut found = Vec::new();
        for (n, mut draft) in drafts.into_iter().enumerate() {
            let hazard = HazardId((self.id)(&format!("hazard {key} {n}")));
            let earlier = self.closed.get(place.id.as_str()).map(Vec::as_slice).unwrap_or_default();
            draft.find.recurrence_of =
                hazard::recurrence(&place.id, draft.find.item.as_deref(), &draft.find.code, today, earlier)
                    .map(|past| past.of);
            let (hazard, event) =
                Hazard::found(hazard, draft.find, hat.act(draft.found_at), recorded).map_err(refused)?;
            rows.push(Row::Hazard(Box::new(hazard.clone()), Box::new(event), id.clone(), body.org.clone()));
            found.push((hazard, draft.suggested));
        }
        self.entries.push(Entry {
            at: recorded,
            action: "inspection.record",
            object: ("inspection", id.to_string()),
            path: path.to_owned(),
            who: Some(hat.clone()),
            rows,
        });
        let reviewed = recorded.plus_ms(3 * DAY_MS);
        if reviewed <= self.now && matches!(step.0.state, task::State::Submitted { .. }) {
            let office = self.office.clone();
            let involved = task::Involved::default();
            self.task_step(step.0.review(office.act(reviewed), &involved, reviewed), &office, path)?;
        }
        for (hazard, suggested) in found {
            self.mend(hazard, suggested, place, body, hat, recorded, path)?;
        }
        Ok(())
    }

    /// What became of a hazard: told, fixed in time or late or not yet, looked at again, closed.
    #[expect(clippy::too_many_arguments, reason = "a hazard has that many sides")]
    fn mend(
        &mut self,
        hazard: Hazard,
        suggested: Level,
        place: &Place,
        body: &Body,
        hat: &Hat,
        found: Timestamp,
        path: &str,
    ) -> Result<()> {
        let mut at = found.plus_ms(600_000);
        let mut hazard = match self.step(hazard.grade(hat.act(at), suggested, "", at), Some(hat), path, at)? {
            Some(next) => next,
            None => return Ok(()),
        };
        if suggested > Level::General {
            at = self.later(at, 1, 2);
            let office = self.office.clone();
            hazard = match self.step(hazard.confirm_level(office.act(at), at), Some(&office), path, at)? {
                Some(next) => next,
                None => return Ok(()),
            };
        }
        if suggested == Level::MajorSuspect {
            at = at.plus_ms(7_200_000);
            let office = self.office.clone();
            let mut act = office.act(at);
            act.document_no =
                Some(format!("青峰消安办移〔{}〕{}号", at.date().year(), 1 + self.dice.below(20)));
            let sent = hazard.transfer(act, Receiver::FireRescue, "疑似重大火灾隐患，请依法判定", at);
            hazard = match self.step(sent, Some(&office), path, at)? {
                Some(next) => next,
                None => return Ok(()),
            };
            // Most come back as not major; the others wait for the fire rescue organ.
            if self.dice.chance(150) {
                return Ok(());
            }
            let days = 6 + self.dice.below(9);
            at = self.later(at, days, 2);
            let reason = "经现场核查不符合重大火灾隐患判定标准，请按较大隐患督促整改".to_owned();
            let answer = hazard::TransferAnswer::Returned { level: Level::Larger, reason };
            let returned = hazard.answer_transfer(office.act(at), answer, at, self.calendar);
            hazard = match self.step(returned, Some(&office), path, at)? {
                Some(next) => next,
                None => return Ok(()),
            };
        }
        let allowed = if suggested == Level::General { Days::Calendar(7) } else { Days::Calendar(15) };
        at = at.plus_ms(900_000);
        let advised = hazard.advise(
            hat.act(at),
            "请按检查表要求整改，完成后上传整改后照片",
            allowed,
            at,
            self.calendar,
        );
        hazard = match self.step(advised, Some(hat), path, at)? {
            Some(next) => next,
            None => return Ok(()),
        };
        at = at.plus_ms(300_000);
        hazard = match self.step(hazard.serve(hat.act(at), ServeMethod::Direct, at), Some(hat), path, at)? {
            Some(next) => next,
            None => return Ok(()),
        };
        // Most blocked passages are freed the same day; whether, hangs on the hazard alone, so that nothing else here moves.
        let chosen = hazard.id.as_str().bytes().map(u64::from).sum::<u64>() % 4 != 0;
        let is_freed = chosen && hazard::blocks_passage(hazard.find.code.as_str());
        for attempt in 0..3_u32 {
            let days = match self.dice.below(100) {
                0..=69 => 1 + self.dice.below(allowed.count().into()),
                70..=90 => u64::from(allowed.count()) + 1 + self.dice.below(20),
                _ => 60 + self.dice.below(40),
            };
            let later = self.later(at, days, 3);
            at = if is_freed { at.plus_ms(2 * 3_600_000) } else { later };
            let name = format!("fix {} {attempt}", hazard.id);
            let photo = PhotoId((self.id)(&format!("photo {name}")));
            let category = hazard.find.code.category().to_owned();
            let shot = self.shot(photo.clone(), ("hazard", hazard.id.to_string()), "", "fix", at, &category);
            let item = hazard.find.item.clone();
            let act = Act {
                actor: Actor::Unit { person: None, name: place.responsible.name.clone() },
                happened_at: at,
                position: None,
                document_no: None,
            };
            let fixed = hazard.submit_fix(
                act,
                FixChannel::Code,
                vec![Photo { id: photo, item }],
                "已按要求整改",
                at,
                self.calendar,
            );
            hazard = match self.step_with(fixed, None, path, at, vec![Row::Picture(shot)])? {
                Some(next) => next,
                None => return Ok(()),
            };
            let Some(other) = body.hats.iter().find(|other| other.person != hat.person).cloned() else {
                return Ok(());
            };
            let wait = if self.dice.chance(850) { 1 + self.dice.below(2) } else { 5 + self.dice.below(6) };
            let later = self.later(at, wait, 2);
            at = if is_freed { at.plus_ms(1_800_000) } else { later };
            hazard = match self.step(hazard.start_recheck(other.act(at), at), Some(&other), path, at)? {
                Some(next) => next,
                None => return Ok(()),
            };
            at = at.plus_ms(1_200_000);
            let photo = PhotoId((self.id)(&format!("photo re{name}")));
            let shot =
                self.shot(photo.clone(), ("hazard", hazard.id.to_string()), "", "recheck", at, &category);
            let item = hazard.find.item.clone();
            let passes = attempt > 0 || self.dice.chance(890);
            let look = Look {
                with: Vec::new(),
                photos: vec![Photo { id: photo, item }],
                note: if passes {
                    "现场复查，已整改到位"
                } else {
                    "只清理了一部分，仍不符合要求"
                }
                .to_owned(),
            };
            let stepped = if passes {
                hazard.pass_recheck(other.act(at), look, at)
            } else {
                hazard.fail_recheck(other.act(at), look, Days::Calendar(7), at, self.calendar)
            };
            hazard = match self.step_with(stepped, Some(&other), path, at, vec![Row::Picture(shot)])? {
                Some(next) => next,
                None => return Ok(()),
            };
            if passes {
                let days = self.dice.below(2);
                let later = self.later(at, days, 1);
                at = if is_freed { at.plus_ms(600_000) } else { later };
                if let Some(closed) = self.step(hazard.close(hat.act(at), at), Some(hat), path, at)? {
                    self.closed.entry(place.id.to_string()).or_default().push(closed);
                }
                return Ok(());
            }
        }
        Ok(())
    }

    fn step(
        &mut self,
        stepped: hazard::Stepped,
        who: Option<&Hat>,
        path: &str,
        at: Timestamp,
    ) -> Result<Option<Hazard>> {
        self.step_with(stepped, who, path, at, Vec::new())
    }

    /// Writes a step down, or ends the story of this hazard when it would lie in the future.
    fn step_with(
        &mut self,
        stepped: hazard::Stepped,
        who: Option<&Hat>,
        path: &str,
        at: Timestamp,
        mut rows: Vec<Row>,
    ) -> Result<Option<Hazard>> {
        if at > self.now {
            return Ok(None);
        }
        let (hazard, event) = stepped.map_err(refused)?;
        let action = crate::hazard::step::audit_action(event.kind.step());
        rows.push(Row::HazardStep(Box::new(hazard.clone()), Box::new(event)));
        self.entries.push(Entry {
            at,
            action,
            object: ("hazard", hazard.id.to_string()),
            path: path.to_owned(),
            who: who.cloned(),
            rows,
        });
        Ok(Some(hazard))
    }

    fn write_task(
        &mut self,
        at: Timestamp,
        task: Task,
        body: &Body,
        plan: &InspectionPlan,
        path: &str,
    ) -> Result<()> {
        let kind = if body.is_police { "police" } else { "routine" };
        self.entries.push(Entry {
            // Tasks exist from the day the plan was approved, or from now for the days to come.
            at: at.min(self.now),
            action: "task.add",
            object: ("task", task.id.to_string()),
            path: path.to_owned(),
            who: body.hats.first().cloned(),
            rows: vec![Row::Task(Box::new(task), kind.to_owned(), plan.clone())],
        });
        Ok(())
    }

    fn task_step(&mut self, stepped: task::Stepped, who: &Hat, path: &str) -> Result<Task> {
        let (task, event) = stepped.map_err(refused)?;
        let action = match event.kind {
            task::EventKind::Assigned { .. } => "task.assign",
            task::EventKind::Accepted => "task.accept",
            task::EventKind::Reviewed => "task.review",
            task::EventKind::Cancelled { .. } => "task.cancel",
            _ => "task.step",
        };
        self.entries.push(Entry {
            at: event.recorded_at,
            action,
            object: ("task", task.id.to_string()),
            path: path.to_owned(),
            who: Some(who.clone()),
            rows: vec![Row::TaskStep(Box::new(task.clone()), Box::new(event))],
        });
        Ok(task)
    }

    fn shot(
        &self,
        id: PhotoId,
        object: (&'static str, String),
        item: &str,
        role: &'static str,
        at: Timestamp,
        category: &str,
    ) -> Shot {
        Shot { id, object, item: item.to_owned(), role, at, category: category.to_owned() }
    }

    fn note(&mut self, code: &str) -> String {
        let notes =
            NOTES.iter().find(|(known, _)| *known == code).map(|(_, notes)| *notes).unwrap_or_default();
        self.dice.choose(notes).map(|note| (*note).to_owned()).unwrap_or_default()
    }

    fn at(&self, day: Date, hour: u64, minute: u64) -> Timestamp {
        Timestamp::start_of(day).plus_ms(i64::try_from(hour * 3_600_000 + minute * 60_000).unwrap_or(0))
    }

    /// So many days on, in the working hours of a working day.
    fn later(&mut self, at: Timestamp, days: u64, spread: u64) -> Timestamp {
        let mut day = at.date() + chrono::Days::new(days);
        while !self.calendar.is_working_day(day) {
            day = day.succ_opt().unwrap_or(day);
        }
        let hour = 9 + self.dice.below(spread + 6);
        let minute = self.dice.below(60);
        self.at(day, hour, minute).max(at.plus_ms(60_000))
    }
}

pub(super) fn rule_of(item: &domain::checklist::Item) -> Result<ItemRule> {
    Ok(ItemRule {
        text: item.text.clone(),
        is_mandatory: true,
        is_photo_recommended: false,
        hazard_code: if item.hazard.is_empty() {
            None
        } else {
            Some(HazardCode::parse(&item.hazard).map_err(refused)?)
        },
        suggested: match item.grade {
            SuggestedGrade::General => Level::General,
            SuggestedGrade::Larger => Level::Larger,
            SuggestedGrade::MajorSuspect => Level::MajorSuspect,
        },
    })
}

/// The sample asks only for what the rules allow; if they refuse, the sample is wrong.
fn refused(refusal: impl std::fmt::Display) -> Error {
    Error::Internal(format!("sample town: {refusal}"))
}
