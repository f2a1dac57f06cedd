//! The sample town's committee table: monthly risk meetings and quarterly deployments with what they resolved, reports
//! with figures frozen, money promised and spent; some of it late, some still owed. What does not belong here: how these
//! are kept (`meeting`, `report`, `budget`).

use std::collections::BTreeSet;

use chrono::{Datelike, Months};
use domain::budget::{BudgetLine, Spending};
use domain::follow_up::{FollowUp, Origin};
use domain::ids::{OrgId, PersonId, PostId};
use domain::meeting::{Meeting, Resolution, State};
use domain::org::{Assignment, OrgKind, Role};
use domain::report::{Figure, Frozen, Measure, Report, Section, State as ReportState};
use domain::siting::Study;
use domain::time::{Date, Timestamp};
use store::Audit;
use store::budget::BudgetRecord;
use store::follow_up::FollowUpRecord;
use store::meeting::MeetingRecord;
use store::report::ReportRecord;

use super::dice::Dice;
use super::id;
use crate::org::Roster;
use crate::report::{KeptInputs, content_hash, template_on};
use crate::siting::argued;
use crate::{App, Error, Result};

/// Months of history.
const MONTHS: u32 = 14;
/// What risk meetings resolve.
const RESOLVED: &[&str] = &[
    "逐户核对液化气用户的连接软管，发现老化的当场督促更换",
    "清理沿街商铺门前占道堆物，保持消防车通道畅通",
    "对多合一场所的住人情况再查一遍，逐户签收提示",
    "补齐微型消防站水带接口并试水一次",
    "检查敬老院夜间值班和疏散演练记录",
    "开展电动自行车入户充电夜查",
    "对秸秆焚烧重点地块安排专人看守",
    "核对公示牌人员和电话，有变动的及时更换",
];
/// What was done about it.
const DONE: &[&str] = &[
    "已逐户办完，照片存档",
    "已办结，个别住户外出的下周补查",
    "已办结，发现的问题另行登记隐患",
    "已完成并告知村民",
];

struct Table<'a> {
    roster: &'a Roster,
    office: OrgId,
    clerk: &'a Assignment,
    leader: &'a Assignment,
    town: OrgId,
    path: String,
    /// Posts of villages and departments that resolutions are handed to.
    owners: Vec<(&'a PostId, &'a OrgId)>,
}

fn refused(refusal: impl std::fmt::Display) -> Error {
    Error::Internal(format!("the sample broke a rule: {refusal}"))
}

fn at(day: Date, hour: i64) -> Timestamp {
    Timestamp::start_of(day).plus_ms(hour * 3_600_000)
}

fn later(day: Date, days: u64) -> Date {
    day.checked_add_days(chrono::Days::new(days)).unwrap_or(day)
}

fn audit(
    who: &Assignment,
    name: &str,
    action: &'static str,
    object: (&'static str, &str),
    at: Timestamp,
) -> Audit {
    Audit {
        action,
        object_kind: object.0,
        object_id: object.1.to_owned(),
        territory: String::new(),
        actor: who.person.to_string(),
        actor_name: name.to_owned(),
        hat: who.id.to_string(),
        happened_at: at,
        at,
        reason: String::new(),
        detail: "{}".to_owned(),
    }
}

impl<'a> Table<'a> {
    fn of(app: &App, roster: &'a Roster) -> Option<Self> {
        let held = |role: Role| roster.assignments.iter().find(|one| one.role == role && one.to.is_none());
        let org = |kind: OrgKind| roster.orgs.iter().find(|org| org.kind == kind).map(|org| org.id.clone());
        let owners = roster
            .posts
            .iter()
            .filter(|post| matches!(post.role, Role::VillageSecretary | Role::DeptHead))
            .map(|post| (&post.id, &post.org))
            .collect();
        Some(Self {
            roster,
            office: org(OrgKind::Workstation)?,
            clerk: held(Role::OfficeClerk)?,
            leader: held(Role::LeaderInCharge)?,
            town: org(OrgKind::TownGov)?,
            path: app.town.to_string(),
            owners,
        })
    }

    fn name(&self, person: &PersonId) -> &str {
        let known = self.roster.persons.iter().find(|one| one.id == *person);
        known.map_or("", |person| person.name.as_str())
    }

    fn path_of(&self, post: &PostId) -> String {
        let found = self.roster.posts.iter().find(|one| one.id == *post);
        let node =
            found.and_then(|post| self.roster.territories.iter().find(|one| one.code == post.territory));
        node.map_or_else(|| self.path.clone(), |node| node.path.clone())
    }

    /// Who holds a post on a day.
    fn holder(&self, post: &PostId, day: Date) -> Option<&'a Assignment> {
        self.roster.assignments.iter().find(|held| held.post == *post && held.is_valid_on(day))
    }

    fn item(
        &self,
        word: &str,
        origin: (&str, &str),
        (post, org): (&PostId, &OrgId),
        (day, today): (Date, Date),
        dice: &mut Dice,
    ) -> Result<FollowUpRecord> {
        let origin = Origin { kind: origin.0.to_owned(), id: origin.1.to_owned() };
        let due = later(day, 10 + dice.below(12));
        let text = dice.pick(RESOLVED);
        let mut item = FollowUp::ask(id(word).into(), origin, text, post.clone(), due).map_err(refused)?;
        let slow = if dice.chance(150) { 40 } else { 12 };
        let done_on = later(day, 4 + dice.below(slow));
        if let Some(holder) = self.holder(post, done_on).filter(|_| done_on < today && dice.chance(930)) {
            item = item.done(holder.person.clone(), at(done_on, 16), dice.pick(DONE)).map_err(refused)?;
            let seen_on = later(done_on, 1 + dice.below(4));
            if seen_on < today {
                item =
                    item.verify(self.clerk.person.clone(), at(seen_on, 10), "抽查属实").map_err(refused)?;
            }
        }
        Ok(FollowUpRecord {
            item,
            org: org.clone(),
            path: self.path_of(post),
            version: 1,
            recorded_at: at(day, 17),
        })
    }
}

/// Fills fourteen months up to now. Reports are left out while no plan is in force.
pub(super) async fn fill(app: &App, roster: &Roster) -> Result<()> {
    let Some(table) = Table::of(app, roster) else { return Ok(()) };
    let today = app.now().date();
    meetings(app, &table, today).await?;
    money(app, &table, today).await?;
    if app.db.read(&app.town).await?.plan_on(today).await?.is_some() {
        reports(app, &table, today).await?;
    }
    Ok(())
}

async fn meetings(app: &App, table: &Table<'_>, today: Date) -> Result<()> {
    let mut dice = Dice::new("meetings");
    for back in (0..=MONTHS).rev() {
        let month = today.checked_sub_months(Months::new(back)).and_then(|day| day.with_day(1));
        let Some(month) = month else { continue };
        let quarterly = month.month() % 3 == 2;
        for kind in if quarterly { ["risk", "deployment"].as_slice() } else { ["risk"].as_slice() } {
            // One in fourteen was not held at all: the board shows it.
            let skipped = *kind == "risk" && dice.chance(70);
            let on = later(month, 2 + dice.below(6) + if *kind == "risk" { 0 } else { 9 });
            if skipped || on >= today {
                continue;
            }
            meeting(app, table, kind, (on, today), &mut dice).await?;
        }
    }
    // One that is still to come.
    let on = later(today, 6);
    let mut tx = app.db.write(&app.town).await?;
    let record = planned(table, "risk", on, today)?;
    tx.insert_meeting(&record).await?;
    let (clerk, name) = (table.clerk, table.name(&table.clerk.person).to_owned());
    let told = audit(clerk, &name, "meeting.plan", ("meeting", record.meeting.id.as_str()), app.now());
    tx.commit(told, ()).await.map_err(Into::into)
}

fn planned(table: &Table<'_>, kind: &str, on: Date, recorded: Date) -> Result<MeetingRecord> {
    let (title, agenda): (String, &[&str]) = match kind {
        "risk" => (
            format!("{}年{}月火灾风险研判会", on.year(), on.month()),
            &["上月检查和隐患销案情况", "本月突出风险研判", "下步检查安排"],
        ),
        _ => (
            format!("{}年{}月消防工作部署会", on.year(), on.month()),
            &["传达上级要求", "各村（社区）和部门任务落实情况", "研究消防工作部署"],
        ),
    };
    let meeting = Meeting {
        id: id(&format!("meeting {kind} {on}")).into(),
        kind: kind.to_owned(),
        title,
        org: table.office.clone(),
        planned_at: at(on, 9),
        venue: "镇政府二楼会议室".to_owned(),
        agenda: agenda.iter().map(|item| (*item).to_owned()).collect(),
        expected: table.owners.iter().map(|(post, _)| (*post).clone()).collect(),
        present: BTreeSet::new(),
        minutes: String::new(),
        resolutions: Vec::new(),
        state: State::Planned,
        editions: Vec::new(),
    };
    Ok(MeetingRecord {
        meeting: meeting.plan().map_err(refused)?,
        path: table.path.clone(),
        minuted_at: None,
        recorded_by: table.name(&table.clerk.person).to_owned(),
        version: 1,
        recorded_at: at(recorded, 9),
    })
}

async fn meeting(
    app: &App,
    table: &Table<'_>,
    kind: &str,
    (on, today): (Date, Date),
    dice: &mut Dice,
) -> Result<()> {
    let mut record = planned(table, kind, on, later(on, 0))?;
    let holders = table.owners.iter().filter_map(|(post, _)| table.holder(post, on));
    let mut present: BTreeSet<PersonId> =
        holders.filter(|_| dice.chance(900)).map(|held| held.person.clone()).collect();
    present.insert(table.clerk.person.clone());
    present.insert(table.leader.person.clone());
    let word = record.meeting.id.to_string();
    record.meeting = record.meeting.hold(on, present, today).map_err(refused)?;
    let mut tx = app.db.write(&app.town).await?;
    let minuted_on = later(on, dice.below(4));
    if minuted_on < today {
        let mut resolutions = Vec::new();
        for n in 0..(2 + dice.below(2)) {
            let Some(owner) = dice.choose(&table.owners).copied() else { continue };
            let name = format!("{word} item {n}");
            let item = table.item(&name, ("meeting", &word), owner, (on, today), dice)?;
            resolutions.push(Resolution {
                text: item.item.text.clone(),
                follow_up: Some(item.item.id.clone()),
                added: None,
            });
            tx.insert_follow_up(&item).await?;
        }
        resolutions
            .push(Resolution { text: "继续做好日常宣传".to_owned(), follow_up: None, added: None });
        let minutes = format!(
            "会议听取了消防工作站关于近期检查、隐患整改和值守情况的汇报，逐项研究了议题。会议要求各村（社区）和部门\
             按分工抓落实，{}月底前报结果。",
            on.month()
        );
        record.meeting = record.meeting.minute(minutes, resolutions).map_err(refused)?;
        record.minuted_at = Some(at(minuted_on, 17));
    }
    tx.insert_meeting(&record).await?;
    let name = table.name(&table.clerk.person).to_owned();
    let told = audit(table.clerk, &name, "meeting.minute", ("meeting", &word), at(minuted_on, 17));
    tx.commit(told, ()).await.map_err(Into::into)
}

async fn money(app: &App, table: &Table<'_>, today: Date) -> Result<()> {
    let mut dice = Dice::new("money");
    for year in [today.year() - 1, today.year()] {
        let Some(approved_on) = Date::from_ymd_opt(year, 1, 16).filter(|day| *day < today) else { continue };
        for (kind, title, promised, voucher_from) in [
            ("fire", "消防专项经费", 18_000_000_i64, 10),
            ("office", "消安办办公经费", 3_600_000, 20),
            ("fire_facilities", "公共消防设施管护经费", 6_500_000, 30),
        ] {
            let line = BudgetLine {
                id: id(&format!("budget {kind} {year}")).into(),
                year,
                kind: kind.to_owned(),
                title: title.to_owned(),
                org: table.town.clone(),
                promised_fen: promised,
                source: "镇财政".to_owned(),
                basis: format!("{year}年镇本级预算（演示数据）"),
                approved_on,
                spendings: Vec::new(),
                void: None,
            };
            let mut line = line.set().map_err(refused)?;
            for n in 1..=8_u64 {
                let Some(on) = Date::from_ymd_opt(year, u32::try_from(n).unwrap_or(1) + 2, 12) else {
                    continue;
                };
                if on >= today || dice.chance(250) {
                    continue;
                }
                let what = dice.pick(&[
                    "灭火器更换",
                    "宣传品印制",
                    "水带和接口",
                    "消火栓维修",
                    "培训场地和资料",
                    "值守补助",
                ]);
                let spending = Spending {
                    no: 0,
                    on,
                    amount_fen: promised / 100 * i64::try_from(4 + dice.below(9)).unwrap_or(4),
                    what: what.to_owned(),
                    voucher: format!("{:02}-记-{}", n + 2, voucher_from + dice.below(9)),
                    over: None,
                    void: None,
                };
                line = line.spend(spending, today).map_err(refused)?;
            }
            let mut tx = app.db.write(&app.town).await?;
            let record = BudgetRecord { line, voided_at: None, version: 1, recorded_at: at(approved_on, 15) };
            tx.insert_budget_line(&record).await?;
            let name = table.name(&table.clerk.person).to_owned();
            let object = ("budget_line", record.line.id.as_str());
            tx.commit(audit(table.clerk, &name, "budget.add", object, at(approved_on, 15)), ()).await?;
        }
    }
    Ok(())
}

/// What is written under each heading; the figures stand beside it.
fn said(key: &str) -> &'static str {
    match key {
        "overall" => "本期检查按计划推进，隐患以堆放可燃物、电气线路和通道占用为主，整改总体按期。",
        "risks" => "场镇沿街商铺和多合一场所问题较集中，个别场所反复出现同类问题。",
        "facilities" => "场镇消火栓基本可用，部分村以池塘、水池取水，路窄处大型消防车难以到达。",
        "gaps" => "水源和通道的台账尚待完善，山区村组缺口较大。",
        "people" => "委员会、工作站和各村小组已配齐，个别岗位有空缺，持证执法人员偏少。",
        "stations" => "各村微型消防站已建立，装备和呼叫测试情况参差不齐。",
        "why" => "针对本年度设施评估和力量评估列出的缺口。",
        _ => "围绕突出问题逐项落实到岗位，限期完成并核实。",
    }
}

async fn reports(app: &App, table: &Table<'_>, today: Date) -> Result<()> {
    let mut dice = Dice::new("reports");
    let month = |y: i32, m: u32, d: u32| Date::from_ymd_opt(y, m, d);
    let mut wanted: Vec<(&str, Date, Date)> = Vec::new();
    for year in [today.year() - 1, today.year()] {
        for (from, to) in [(1, (3, 15)), (4, (6, 14)), (7, (9, 15)), (10, (12, 14))] {
            if let (Some(from), Some(to)) = (month(year, from, 1), month(year, to.0, to.1)) {
                wanted.push(("situation", from, to));
                if to.month() != 6 {
                    wanted.push(("targeted_risk", from, to));
                }
            }
        }
        for (code, end) in [("infrastructure", (5, 20)), ("forces", (5, 25)), ("measures", (6, 20))] {
            if let (Some(from), Some(to)) = (month(year, 1, 1), month(year, end.0, end.1)) {
                wanted.push((code, from, to));
            }
        }
    }
    let first = today.checked_sub_months(Months::new(MONTHS - 2)).unwrap_or(today);
    for (code, from, to) in wanted {
        let issued_on = later(to, 2 + dice.below(5));
        if to < first || issued_on >= today {
            continue;
        }
        report(app, table, code, (from, to), (issued_on, today), &mut dice).await?;
    }
    Ok(())
}

async fn report(
    app: &App,
    table: &Table<'_>,
    code: &str,
    (from, to): (Date, Date),
    (issued_on, today): (Date, Date),
    dice: &mut Dice,
) -> Result<()> {
    let Some(template) = template_on(code, issued_on) else { return Ok(()) };
    let word = id(&format!("report {code} {to}"));
    let mut tx_items = Vec::new();
    let mut measures = Vec::new();
    for n in 0..(1 + dice.below(2)) {
        let Some(owner) = dice.choose(&table.owners).copied() else { continue };
        let name = format!("{word} measure {n}");
        let item = table.item(&name, ("report", &word), owner, (issued_on, today), dice)?;
        measures.push(Measure {
            text: item.item.text.clone(),
            owner: owner.0.clone(),
            due_on: item.item.due_on,
            follow_up: Some(item.item.id.clone()),
        });
        tx_items.push(item);
    }
    let figures = app.figures_kept(template, (from, to)).await?;
    let quarter = (to.month() - 1) / 3 + 1;
    let report = Report {
        id: word.as_str().into(),
        template: template.code.clone(),
        edition: template.edition,
        kind: template.kind.clone(),
        title: match code {
            "situation" | "targeted_risk" => format!("{}年第{quarter}季度{}", to.year(), template.title),
            _ => format!("{}年{}", to.year(), template.title),
        },
        org: table.office.clone(),
        from,
        to,
        sections: template
            .sections
            .iter()
            .map(|part| Section { key: part.key.clone(), text: said(&part.key).to_owned() })
            .collect(),
        measures,
        siting: None,
        state: ReportState::Draft { returned: String::new() },
    };
    issue(app, table, (report, figures), &tx_items, issued_on).await
}

/// The report on the need of a fire station that puts a study into words. It is of the year up to the day before.
pub(super) async fn station_need(app: &App, roster: &Roster, study: &Study, issued_on: Date) -> Result<()> {
    let (Some(table), Some(template)) = (Table::of(app, roster), template_on("station_need", issued_on))
    else {
        return Ok(());
    };
    let outcome = study.for_report().map_err(refused)?;
    let to = issued_on.pred_opt().unwrap_or(issued_on);
    let from = to.checked_sub_months(Months::new(12)).and_then(|day| day.succ_opt()).unwrap_or(to);
    let sections = argued::sections(study, outcome)?;
    let report = Report {
        id: id(&format!("report station_need {to}")).into(),
        template: template.code.clone(),
        edition: template.edition,
        kind: template.kind.clone(),
        title: study.title.clone(),
        org: table.office.clone(),
        from,
        to,
        sections: sections.map(|(key, text)| Section { key: key.to_owned(), text }).into(),
        measures: Vec::new(),
        siting: Some(study.id.clone()),
        state: ReportState::Draft { returned: String::new() },
    };
    let figures = app.figures_kept(template, (from, to)).await?;
    issue(app, &table, (report, figures), &[], issued_on).await
}

/// Hands a report in and issues it, with what it resolves.
async fn issue(
    app: &App,
    table: &Table<'_>,
    (report, (figures, kept)): (Report, (Vec<Figure>, KeptInputs)),
    resolved: &[FollowUpRecord],
    issued_on: Date,
) -> Result<()> {
    let Some(template) = template_on(&report.template, issued_on) else { return Ok(()) };
    let word = report.id.to_string();
    let issued_at = at(issued_on, 15);
    let report = report.draft(issued_on).and_then(|one| one.submit(table.clerk.person.clone(), template));
    let report = report.map_err(refused)?;
    let sha256 = content_hash(&report, &figures, Some(&kept.sha256))?;
    let mut tx = app.db.write(&app.town).await?;
    tx.note_blob(&kept.sha256, kept.size_bytes, KeptInputs::MEDIA, issued_at).await?;
    let record_no = tx.audit_head().await?.0;
    let frozen = Frozen { figures, record_no, sha256, inputs: Some(kept.sha256) };
    let report = report.issue(table.leader.person.clone(), issued_at, frozen).map_err(refused)?;
    for item in resolved {
        tx.insert_follow_up(item).await?;
    }
    let recorded_by = table.name(&table.clerk.person).to_owned();
    tx.insert_report(&ReportRecord { report, recorded_by, version: 1, recorded_at: issued_at }).await?;
    let name = table.name(&table.leader.person).to_owned();
    tx.commit(audit(table.leader, &name, "report.issue", ("report", &word), issued_at), ()).await?;
    Ok(())
}
