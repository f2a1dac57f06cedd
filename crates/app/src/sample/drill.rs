//! The sample town's practice: drills of places and villages over fourteen months, some late, some with issues still open,
//! and the services the town bought, one deliverable refused once, one late. What does not belong here: how these are kept
//! (`drill`, `contract`).

use chrono::Days;
use domain::contract::{Contract, Deliverable, State as ContractState};
use domain::drill::{Assessment, Drill, Held, Issue, Mark, Point, State, Whose};
use domain::follow_up::{FollowUp, Origin};
use domain::ids::{OrgId, PersonId, PlaceId, PostId};
use domain::org::{Level, Life, Org, OrgKind, Relation, Role};
use domain::policy::Action;
use domain::time::{Date, Timestamp};
use store::Write;
use store::contract::ContractRecord;
use store::drill::DrillRecord;
use store::follow_up::FollowUpRecord;
use store::org::OrgRecord;
use store::place::{PlaceFilter, PlaceOrder};

use super::dice::Dice;
use super::id;
use crate::drill::scenarios;
use crate::org::Roster;
use crate::{App, Caller, Error, Result};

/// Places that practise at most.
const PLACES: i64 = 8;
/// What a drill shows, and what is asked for.
const SHOWN: &[&str] = &[
    "集合点清点漏一人，明确各班组清点责任人",
    "二楼疏散指示牌被货架遮挡，移开货架",
    "值班员不会使用手报，逐人教会并登记",
    "灭火毯找不到，固定存放位置并贴标识",
    "广播只在一楼响，补装二楼音箱",
];
const LEARNED: &[&str] = &[
    "报警和引导及时，清点人数慢，下次先指定清点人",
    "总体有序，行动不便的老人转移用时偏长，应增加帮扶人手",
    "灭火器使用熟练，切断电源的动作不够快",
];

fn refused(refusal: impl std::fmt::Display) -> Error {
    Error::Internal(format!("the sample broke a rule: {refusal}"))
}

fn ago(today: Date, days: u64) -> Date {
    today.checked_sub_days(Days::new(days)).unwrap_or(today)
}

fn later(day: Date, days: u64) -> Date {
    day.checked_add_days(Days::new(days)).unwrap_or(day)
}

fn at(day: Date, hour: i64) -> Timestamp {
    Timestamp::start_of(day).plus_ms(hour * 3_600_000)
}

/// With whom a drill is held, and who puts right what it shows.
struct Whom {
    whose: Whose,
    subject: String,
    name: String,
    path: String,
    place: Option<PlaceId>,
    org: OrgId,
    owner: (PostId, OrgId, String),
}

struct Writer<'a> {
    roster: &'a Roster,
    today: Date,
    dice: Dice,
}

impl Writer<'_> {
    fn drill(&mut self, n: usize, whom: &Whom, due: Date) -> Result<(DrillRecord, Vec<FollowUpRecord>)> {
        let wanted = if n.is_multiple_of(2) { "evacuation" } else { "extinguish" };
        let list = scenarios().iter().find(|one| one.code == wanted);
        let list = list.ok_or_else(|| Error::Internal(format!("no scenario {wanted}")))?;
        let word = format!("drill:{}:{due}", whom.subject);
        let planned_on = ago(due, 20);
        let mut record = DrillRecord {
            drill: Drill {
                id: id(&word).into(),
                title: format!("{}{}", whom.name, list.name),
                scenario: list.code.clone(),
                subject_kind: whom.whose,
                subject: whom.subject.clone(),
                org: whom.org.clone(),
                path: whom.path.clone(),
                place: whom.place.clone(),
                script: "假定一楼起火冒烟：发现人报 119 并通报，分工引导、扑救、断电，到门前空地集合清点。"
                    .to_owned(),
                due_on: due,
                announced: false,
                state: State::Planned,
            }
            .plan()
            .map_err(refused)?,
            reported_at: None,
            recorded_by: "演示数据".to_owned(),
            version: 1,
            recorded_at: at(planned_on, 9),
        };
        let days = if self.dice.chance(160) { 30 } else { 8 };
        let held_on = later(ago(due, 9), self.dice.below(days));
        if held_on >= self.today || self.dice.chance(90) {
            return Ok((record, Vec::new()));
        }
        let slow = u32::try_from(self.dice.below(90)).unwrap_or(0);
        let mark = |what: &str, after_s: u32| Mark { what: what.to_owned(), after_s };
        let held = Held {
            on: held_on,
            present: 8 + u32::try_from(self.dice.below(30)).unwrap_or(0),
            marks: vec![
                mark("发现起火、报警", 15),
                mark("首批人员到场", 70 + slow / 2),
                mark("全部撤到集合点", 160 + slow),
                mark("清点完毕", 230 + slow),
            ],
            text: "演练前已在门口张贴告示并通知周边商户，过程平稳。".to_owned(),
            photos: Vec::new(),
        };
        record.drill = record.drill.hold(held, true, self.today).map_err(refused)?;
        record.reported_at = Some(at(held_on, 16));
        record.version += 1;
        let seen_on = later(held_on, 1 + self.dice.below(3));
        if seen_on >= self.today || self.dice.chance(60) {
            return Ok((record, Vec::new()));
        }
        let points = list.points.iter().map(|one| {
            let lost = u32::try_from(self.dice.below(4)).unwrap_or(0) * 2;
            Point { criterion: one.clone(), got: one.most.saturating_sub(lost) }
        });
        let points = points.collect();
        let mut items = Vec::new();
        let mut issues = Vec::new();
        for k in 0..self.dice.below(3) {
            let text = self.dice.pick(SHOWN);
            let item = self.item(&format!("{word}:{k}"), record.drill.id.as_str(), text, whom, seen_on)?;
            issues.push(Issue { text: text.to_owned(), follow_up: item.item.id.clone() });
            items.push(item);
        }
        let told = Assessment { points, text: self.dice.pick(LEARNED).to_owned(), issues };
        record.drill = record.drill.assess(list, told).map_err(refused)?;
        record.version += 1;
        if items.iter().all(|item| item.item.state.code() == "verified") {
            record.drill = record.drill.close(0).map_err(refused)?;
            record.version += 1;
        }
        Ok((record, items))
    }

    /// What a post owes about an issue, mostly done and looked at.
    fn item(&mut self, word: &str, drill: &str, text: &str, whom: &Whom, on: Date) -> Result<FollowUpRecord> {
        let (post, org, path) = whom.owner.clone();
        let origin = Origin { kind: "drill".to_owned(), id: drill.to_owned() };
        let mut item =
            FollowUp::ask(id(word).into(), origin, text, post.clone(), later(on, 15)).map_err(refused)?;
        let holder = self.roster.assignments.iter().find(|held| held.post == post && held.to.is_none());
        let clerk = self.roster.assignments.iter().find(|held| held.role == Role::OfficeClerk);
        let (done_on, seen_on) = (later(on, 6 + self.dice.below(8)), later(on, 16 + self.dice.below(4)));
        if let (Some(holder), Some(clerk)) = (holder, clerk)
            && seen_on < self.today
            && self.dice.chance(930)
        {
            item = item.done(holder.person.clone(), at(done_on, 15), "已整改，照片存档").map_err(refused)?;
            item = item.verify(clerk.person.clone(), at(seen_on, 10), "抽查属实").map_err(refused)?;
        }
        Ok(FollowUpRecord { item, org, path, version: 1, recorded_at: at(on, 17) })
    }
}

/// Drills over fourteen months, and what was bought.
pub(super) async fn fill(app: &App, roster: &Roster) -> Result<()> {
    let caller = Caller::system();
    let today = app.now().date();
    let mut tx = app.write(&caller).await?;
    let mut whom: Vec<Whom> = Vec::new();
    let secretary = |village: &str| {
        let post = roster
            .posts
            .iter()
            .find(|post| post.role == Role::VillageSecretary && post.territory.as_str() == village)?;
        let node = roster.territories.iter().find(|node| node.code == post.territory)?;
        Some((post.id.clone(), post.org.clone(), node.path.clone()))
    };
    for node in roster.territories.iter().filter(|node| node.level == Level::Village) {
        let Some(owner) = secretary(node.code.as_str()) else { continue };
        whom.push(Whom {
            whose: Whose::Village,
            subject: node.code.to_string(),
            name: node.short_name.clone(),
            path: node.path.clone(),
            place: None,
            org: owner.1.clone(),
            owner,
        });
    }
    let villages = whom.len();
    let scope = caller.scope(Action::PlaceRead)?;
    let key = PlaceFilter {
        listed: Some((domain::place_list::ListKind::KeyUnit, today)),
        ..PlaceFilter::default()
    };
    let dense = PlaceFilter { tag: Some("dense".to_owned()), ..PlaceFilter::default() };
    let mut places = tx.place_page(&key, &scope, PlaceOrder::Name, None, PLACES).await?;
    if places.is_empty() {
        places = tx.place_page(&dense, &scope, PlaceOrder::Name, None, PLACES).await?;
    }
    for kept in places {
        let Some(owner) = secretary(kept.place.village.as_str()) else { continue };
        whom.push(Whom {
            whose: Whose::Place,
            subject: kept.place.id.to_string(),
            name: kept.place.name.clone(),
            path: kept.path.clone(),
            place: Some(kept.place.id.clone()),
            org: owner.1.clone(),
            owner,
        });
    }
    let mut writer = Writer { roster, today, dice: Dice::new("drills") };
    for (n, one) in whom.iter().enumerate() {
        // Villages once a year, places every half year.
        let ahead = 12 + (n as u64 * 5) % 30;
        let turns: &[u64] = if n < villages { &[365, 0] } else { &[365, 182, 0] };
        for back in turns {
            let (record, items) = writer.drill(n, one, ago(later(today, ahead), *back))?;
            tx.insert_drill(&record).await?;
            for item in &items {
                tx.insert_follow_up(item).await?;
            }
        }
    }
    contracts(&mut tx, app, roster, today).await?;
    Ok(tx.commit(caller.audit("sample.fill", "sample", "drill", app.now()), ()).await?)
}

async fn contracts(tx: &mut Write, app: &App, roster: &Roster, today: Date) -> Result<()> {
    let person = |role: Role| -> Option<PersonId> {
        roster
            .assignments
            .iter()
            .find(|held| held.role == role && held.to.is_none())
            .map(|held| held.person.clone())
    };
    let (Some(clerk), Some(head)) = (person(Role::OfficeClerk), person(Role::OfficeHead)) else {
        return Ok(());
    };
    let market = roster.territories.iter().find(|node| node.level == Level::Village);
    let town = app.town.to_string();
    let mut provider = async |word: &str, name: &str| -> Result<OrgId> {
        let org = Org {
            id: id(&format!("org:{word}")).into(),
            kind: OrgKind::Unit,
            name: name.to_owned(),
            short_name: name.to_owned(),
            aliases: Vec::new(),
            relation: Relation::Social,
            label: String::new(),
            territory: app.town.as_str().into(),
            active: true,
        };
        let kept = OrgRecord {
            life: Life::default(),
            org: org.clone(),
            ord: 900,
            version: 1,
            recorded_at: at(ago(today, 420), 9),
        };
        tx.insert_org(&kept).await?;
        Ok(org.id)
    };
    let safety = provider("safety-co", "永安消防技术服务有限公司（演示）").await?;
    let media = provider("media-co", "青峰广告传媒工作室（演示）").await?;
    let base = |word: &str, title: &str, provider: &OrgId, path: &str, from: Date, until: Date| Contract {
        id: id(&format!("contract:{word}")).into(),
        kind: "third_party".to_owned(),
        title: title.to_owned(),
        number: String::new(),
        provider: provider.clone(),
        path: path.to_owned(),
        what: String::new(),
        amount_fen: 0,
        signed_on: ago(from, 6),
        from,
        until,
        deliverables: Vec::new(),
        files: Vec::new(),
        state: ContractState::Signed,
    };
    let (was, is) = (ago(today, 400), ago(today, 120));
    let path = market.map_or(town.as_str(), |node| node.path.as_str());
    let checks = Contract {
        what: "对全镇人员密集场所的消防设施做年度检测，逐家出具报告。".to_owned(),
        amount_fen: 6_800_000,
        deliverables: vec![
            Deliverable::owed("上半年检测报告", later(was, 150)),
            Deliverable::owed("下半年检测报告", later(was, 330)),
        ],
        ..base("checks", "上年度消防设施检测", &safety, &town, was, later(was, 364))
    };
    let survey = Contract {
        what: "对场镇沿街商铺做消防安全评估，指出问题并回访一次。".to_owned(),
        amount_fen: 4_200_000,
        deliverables: vec![
            Deliverable::owed("评估报告（第一批）", later(is, 60)),
            Deliverable::owed("评估报告（第二批）", later(is, 105)),
            Deliverable::owed("回访记录", later(is, 200)),
        ],
        ..base("survey", "场镇沿街商铺消防安全评估", &safety, path, is, later(is, 240))
    };
    let films = Contract {
        kind: "other".to_owned(),
        what: "制作方言消防短片三条，配合村村响播放。".to_owned(),
        amount_fen: 900_000,
        deliverables: vec![Deliverable::owed("短片三条", later(is, 50))],
        ..base("films", "方言消防短片制作", &media, &town, is, later(is, 90))
    };
    let say = |contract: Contract, no: usize, on: Date, text: &str| {
        contract.deliver(no, clerk.clone(), at(on, 10), text, Vec::new()).map_err(refused)
    };
    let judge = |contract: Contract, no: usize, on: Date, accept: bool, text: &str| {
        contract.judge(no, (head.clone(), at(on, 15)), accept, text, Vec::new()).map_err(refused)
    };
    let mut checks = checks.sign(today).map_err(refused)?;
    checks = say(checks, 0, later(was, 148), "检测二十六家，报告装订成册")?;
    checks = judge(checks, 0, later(was, 152), false, "三家缺现场照片，请补齐")?;
    checks = say(checks, 0, later(was, 160), "照片已补齐")?;
    checks = judge(checks, 0, later(was, 163), true, "抽看三家现场照片，与报告一致")?;
    checks = say(checks, 1, later(was, 340), "检测二十八家，迟交十日")?;
    checks = judge(checks, 1, later(was, 344), true, "质量合格，迟交已记录")?;
    let mut survey = survey.sign(today).map_err(refused)?;
    survey = say(survey, 0, later(is, 58), "第一批二十二家已评估")?;
    survey = judge(survey, 0, later(is, 61), true, "核对二十二份评估表，实地抽查两家属实")?;
    let films = say(films.sign(today).map_err(refused)?, 0, later(is, 49), "成片三条，含方言字幕")?;
    for contract in [checks, survey, films] {
        let recorded_at = at(contract.signed_on, 10);
        let recorded_by = "演示数据".to_owned();
        tx.insert_contract(&ContractRecord { contract, recorded_by, version: 1, recorded_at }).await?;
    }
    Ok(())
}
