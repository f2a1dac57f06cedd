//! The sample town's papers: circulars to the villages with their answers, advice that was served, minutes, one number
//! cancelled, one draft. What does not belong here: how papers are kept and drawn (`paper`).

use std::collections::BTreeMap;

use chrono::Days;
use domain::hazard::ServeMethod;
use domain::org::{Assignment, Org, OrgKind, Role};
use domain::paper::{
    About, Acted, Approval, Marks, Paper, Receipt, Service, State, TOWN_EDITIONS, TownTemplate, Value, Values,
};
use domain::policy::Action;
use domain::time::{Date, Timestamp};
use store::Audit;
use store::meeting::MeetingFilter;
use store::paper::{PaperRecord, ReceiptRecord, TownTemplateRecord};

use super::id;
use crate::org::Roster;
use crate::paper::{catalog, draw, listed_title, series};
use crate::{App, Caller, Error, Result};

struct Desk<'a> {
    app: &'a App,
    roster: &'a Roster,
    paths: BTreeMap<&'a str, &'a str>,
    today: Date,
}

/// What is to be written, by whom, and how far it has come.
struct Wanted<'a> {
    word: &'a str,
    template: &'a str,
    org: &'a Org,
    drafter: &'a Assignment,
    signer: &'a Assignment,
    days_ago: u64,
    values: Values,
    about: Option<About>,
    bodies: Vec<&'a Org>,
    served: Option<&'a str>,
    revoked: Option<&'a str>,
}

fn refused(refusal: impl std::fmt::Display) -> Error {
    Error::Internal(format!("the sample broke a rule: {refusal}"))
}

fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

fn list(items: &[&str]) -> Value {
    Value::List(items.iter().map(|one| (*one).to_owned()).collect())
}

fn values<const N: usize>(pairs: [(&str, Value); N]) -> Values {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

impl<'a> Desk<'a> {
    fn ago(&self, days: u64) -> Date {
        self.today.checked_sub_days(Days::new(days)).unwrap_or(self.today)
    }

    fn at(&self, days: u64, hour: i64) -> Timestamp {
        Timestamp::start_of(self.ago(days)).plus_ms(hour * 3_600_000)
    }

    fn name(&self, who: &Assignment) -> String {
        let known = self.roster.persons.iter().find(|one| one.id == who.person);
        known.map(|person| person.name.clone()).unwrap_or_default()
    }

    fn holder(&self, role: Role, org: Option<&Org>) -> Option<&'a Assignment> {
        let fits = |one: &&Assignment| {
            one.role == role && one.to.is_none() && org.is_none_or(|org| one.org == org.id)
        };
        self.roster.assignments.iter().find(fits)
    }

    fn path(&self, org: &Org) -> String {
        self.paths.get(org.territory.as_str()).copied().unwrap_or_default().to_owned()
    }

    fn audit(
        &self,
        who: &Assignment,
        action: &'static str,
        paper: &Paper,
        at: Timestamp,
        path: &str,
    ) -> Audit {
        Audit {
            action,
            object_kind: "paper",
            object_id: paper.id.to_string(),
            territory: path.to_owned(),
            actor: who.person.to_string(),
            actor_name: self.name(who),
            hat: who.id.to_string(),
            happened_at: at,
            at,
            reason: String::new(),
            detail: "{}".to_owned(),
        }
    }

    /// Leads one paper through its life; a draft stays one while nobody signs.
    async fn write(&self, wanted: Wanted<'_>, signed: bool) -> Result<()> {
        let on = self.ago(wanted.days_ago);
        let lost = || Error::Internal(format!("the sample wants a template {}", wanted.template));
        let template = catalog().on(wanted.template, on).ok_or_else(lost)?;
        let path = self.path(wanted.org);
        let mut paper = Paper {
            id: id(&format!("paper {}", wanted.word)).into(),
            template: template.code.clone(),
            edition: template.version,
            title: String::new(),
            org: wanted.org.id.clone(),
            issuer: wanted.org.name.clone(),
            values: wanted.values,
            marks: Marks::default(),
            attachments: Vec::new(),
            copies_to: Vec::new(),
            bodies: wanted.bodies.iter().map(|org| org.id.clone()).collect(),
            about: wanted.about,
            corrects: None,
            state: State::Draft,
        };
        let drafted = template.fill(&paper.values, &draw::frame(&paper, template, on, None), signed);
        let wrong = |problems: Vec<domain::paper::FieldProblem>| {
            refused(problems.iter().map(|one| one.message.as_str()).collect::<String>())
        };
        paper.title = listed_title(template, &paper.values, &drafted.map_err(wrong)?.title);
        let mut record = PaperRecord {
            paper,
            path: path.clone(),
            recorded_by: self.name(wanted.drafter),
            version: 1,
            recorded_at: self.at(wanted.days_ago, 9),
        };
        let mut tx = self.app.db.write(&self.app.town).await?;
        if signed {
            let number = match template.series.as_deref() {
                Some(code) => Some(series::take(&mut tx, code, on, None).await?),
                None => None,
            };
            let by = wanted.signer.person.clone();
            record.paper =
                record.paper.approve(Approval { number, by, on, authority: None }).map_err(refused)?;
        }
        tx.insert_paper(&record).await?;
        let (who, action) =
            if signed { (wanted.signer, "paper.approve") } else { (wanted.drafter, "paper.draft") };
        tx.commit(self.audit(who, action, &record.paper, self.at(wanted.days_ago, 10), &path), ()).await?;
        if !signed {
            return Ok(());
        }
        let at = self.at(wanted.days_ago, 11);
        let mut read = self.app.db.read(&self.app.town).await?;
        let (document, pictures) = draw::document(self.app, &mut read, &record.paper, on, true).await?;
        drop(read);
        let by = &wanted.drafter.person;
        let (frozen, sizes) = draw::frozen(self.app, &record.paper, document, pictures, by, at).await?;
        let mut tx = self.app.db.write(&self.app.town).await?;
        for (blob, (size, kind)) in [&frozen.data, &frozen.pdf].into_iter().zip(sizes) {
            tx.note_blob(blob, size, kind, at).await?;
        }
        record.paper = record.paper.issue(frozen).map_err(refused)?;
        let to = match wanted.served {
            Some(to) => Some((ServeMethod::Direct, to.to_owned())),
            None if wanted.bodies.is_empty() => None,
            None => {
                let names: Vec<&str> = wanted.bodies.iter().map(|org| org.name.as_str()).collect();
                Some((ServeMethod::Electronic, names.join("、")))
            }
        };
        if let Some((way, to)) = to {
            let receipt = if way == ServeMethod::Direct { "当面签收" } else { "" }.to_owned();
            let service = Service { way, to, on, receipt, photos: Vec::new(), by: by.clone() };
            record.paper = record.paper.serve(service, self.today).map_err(refused)?;
        }
        if let Some(reason) = wanted.revoked {
            record.paper = record.paper.revoke(reason, wanted.signer.person.clone(), on).map_err(refused)?;
        }
        tx.update_paper(&record).await?;
        for (n, org) in wanted.bodies.iter().enumerate() {
            let receipt = self.answered(
                Receipt::sent(record.paper.id.clone(), org.id.clone()),
                org,
                n,
                wanted.days_ago,
            )?;
            let record = ReceiptRecord {
                id: id(&format!("receipt {} {}", wanted.word, org.id)),
                receipt,
                path: self.path(org),
                version: 1,
                recorded_at: at,
            };
            tx.insert_receipt(&record).await?;
        }
        let action = if wanted.revoked.is_some() { "paper.revoke" } else { "paper.issue" };
        Ok(tx.commit(self.audit(wanted.drafter, action, &record.paper, at, &path), ()).await?)
    }

    /// What a body has said: of an old circular all but one have answered, of a new one the first only.
    fn answered(&self, sent: Receipt, org: &Org, n: usize, days_ago: u64) -> Result<Receipt> {
        let secretary = self.holder(Role::VillageSecretary, Some(org));
        let Some(by) = secretary.map(|held| held.person.clone()) else { return Ok(sent) };
        let has_acted = if days_ago > 14 { n != 4 } else { n == 0 };
        if !has_acted {
            return Ok(if n.is_multiple_of(2) {
                sent.read(by, self.at(days_ago.saturating_sub(1), 9))
            } else {
                sent
            });
        }
        let later = days_ago.saturating_sub(3);
        let note = "已召开村干部会传达，逐户复查并督促清理，结果已报消防工作站".to_owned();
        sent.act(Acted { by, on: self.ago(later), note, attachment: None }, self.at(later, 16))
            .map_err(refused)
    }
}

/// Fills it: what came of the last months.
pub(super) async fn fill(app: &App, roster: &Roster) -> Result<()> {
    let today = app.now().date();
    let paths = roster.territories.iter().map(|one| (one.code.as_str(), one.path.as_str())).collect();
    let desk = Desk { app, roster, paths, today };
    let org = |kind: OrgKind| roster.orgs.iter().find(|one| one.kind == kind);
    let villages: Vec<&Org> = roster.orgs.iter().filter(|one| one.kind == OrgKind::Village).collect();
    let (Some(office), Some(clerk), Some(leader)) = (
        org(OrgKind::Workstation),
        desk.holder(Role::OfficeClerk, None),
        desk.holder(Role::LeaderInCharge, None),
    ) else {
        return Ok(());
    };
    let committee = org(OrgKind::Committee).unwrap_or(office);
    let of_leader = |word, template, days_ago, values| Wanted {
        word,
        template,
        org: committee,
        drafter: clerk,
        signer: leader,
        days_ago,
        values,
        about: None,
        bodies: villages.clone(),
        served: None,
        revoked: None,
    };
    let names: Vec<&str> = villages.iter().map(|org| org.name.as_str()).collect();
    let circular = |subject: &str, background: &str, due: Date| {
        values([
            ("subject", text(subject)),
            ("to", list(&names)),
            ("background", text(background)),
            ("problems", list(&["沿街商铺占用疏散通道较多", "个别多合一场所仍有人员住宿", "隐患复查不及时"])),
            ("requirements", list(&["对照清单逐户复查，能改的当场改", "复查结果按期报消防工作站"])),
            ("deadline", text(due.to_string())),
        ])
    };
    let first = "上半年各村（社区）按计划开展检查，整改总体按期，但重点场所问题仍有反复。";
    let due = desk.ago(48);
    desk.write(of_leader("circular 1", "DT10", 62, circular("上半年消防检查情况", first, due)), true).await?;
    let mut wrong = of_leader("circular 2", "DT10", 40, circular("消防督查情况", first, desk.ago(30)));
    wrong.bodies.clear();
    wrong.revoked = Some("数据口径有误，另行印发");
    desk.write(wrong, true).await?;
    let second = "近期气温下降，居民用火用电增多，场镇和自建房片区火灾风险上升。";
    let due = desk.today.checked_add_days(Days::new(8)).unwrap_or(today);
    desk.write(of_leader("circular 3", "DT10", 6, circular("冬季消防隐患", second, due)), true).await?;
    for (n, village) in villages.iter().enumerate() {
        let Some(staff) = desk
            .holder(Role::VillageStaff, Some(village))
            .or_else(|| desk.holder(Role::VillageSecretary, Some(village)))
        else {
            continue;
        };
        let days_ago = 70 - 9 * u64::try_from(n).unwrap_or(0);
        let shop = ["老街五金店", "便民超市", "顺发农资店", "平安副食店", "大众餐馆", "惠民药房"];
        let shop = format!("{}{}", village.short_name, shop.get(n).copied().unwrap_or("小卖部"));
        let advice = values([
            ("to", text(&shop)),
            ("place", text(&shop)),
            ("seen_on", text(desk.ago(days_ago + 1).to_string())),
            ("findings", list(&["楼梯间堆放货物", "灭火器压力不足"])),
            ("advice", list(&["清走楼梯间货物并保持畅通", "更换灭火器，放在门口易取处"])),
            ("deadline", text(desk.ago(days_ago.saturating_sub(7)).to_string())),
            ("contact", text(desk.name(staff))),
            ("phone", text("023-49000000")),
        ]);
        let word = format!("advice {n}");
        let wanted = Wanted {
            word: &word,
            template: "DT02",
            org: village,
            drafter: staff,
            signer: staff,
            days_ago,
            values: advice,
            about: None,
            bodies: Vec::new(),
            served: (n != 5).then_some(shop.as_str()),
            revoked: None,
        };
        desk.write(wanted, true).await?;
    }
    minutes(&desk, office, clerk, leader).await?;
    let mut draft = of_leader("draft", "DT10", 1, values([("subject", text("年度消防工作考核结果"))]));
    draft.bodies.clear();
    desk.write(draft, false).await?;
    reworded(&desk, clerk).await
}

/// Advice in words of the town, drafted by the office and waiting for a leader.
async fn reworded(desk: &Desk<'_>, clerk: &Assignment) -> Result<()> {
    let lost = || Error::Internal("the sample wants a template DT02".to_owned());
    let base = catalog().on("DT02", desk.today).ok_or_else(lost)?;
    let old = "本通知是提醒和建议；逾期没有整改的，我们将报告有管理职责的部门依法处理。";
    let place = base.phrases().into_iter().find(|one| one.text == old).ok_or_else(lost)?;
    let new = "整改中有困难，请打上面的电话，我们上门帮您想办法；逾期没有整改的，我们将报告有管理职责的部门依法处理。";
    let wrong = |problems: Vec<domain::paper::FieldProblem>| {
        refused(problems.iter().map(|one| one.message.as_str()).collect::<String>())
    };
    let worded = base.reworded(&BTreeMap::from([(place.at, new.to_owned())])).map_err(wrong)?;
    let from = desk.today.checked_add_days(Days::new(14)).unwrap_or(desk.today);
    let (key, why) = (id("paper template 1"), "村民反映看不懂，加一句可以找谁帮忙");
    let made = TownTemplate::draft(
        key.clone().into(),
        base,
        worded,
        TOWN_EDITIONS + 1,
        (from, None),
        why,
        clerk.person.clone(),
    )
    .map_err(refused)?;
    let at = desk.at(1, 15);
    let record = TownTemplateRecord { made, recorded_by: desk.name(clerk), version: 1, recorded_at: at };
    let mut tx = desk.app.db.write(&desk.app.town).await?;
    tx.insert_paper_template(&record).await?;
    let audit = Audit {
        action: "paper_template.draft",
        object_kind: "paper_template",
        object_id: key,
        territory: String::new(),
        actor: clerk.person.to_string(),
        actor_name: desk.name(clerk),
        hat: clerk.id.to_string(),
        happened_at: at,
        at,
        reason: why.to_owned(),
        detail: "{}".to_owned(),
    };
    Ok(tx.commit(audit, ()).await?)
}

/// The minutes of the last meeting that was written down.
async fn minutes(desk: &Desk<'_>, office: &Org, clerk: &Assignment, leader: &Assignment) -> Result<()> {
    let scope = Caller::system().scope(Action::MeetingRead)?;
    let filter = MeetingFilter { state: Some("minuted".to_owned()), ..MeetingFilter::default() };
    let mut read = desk.app.db.read(&desk.app.town).await?;
    let found = read.meetings(&scope, &filter, None, 1).await?;
    let Some(meeting) = found.into_iter().next().map(|one| one.meeting) else { return Ok(()) };
    let mut decisions = Vec::new();
    for one in &meeting.resolutions {
        let item = match &one.follow_up {
            Some(id) => read.follow_up(id, &scope).await?.map(|kept| kept.item),
            None => None,
        };
        let post = item.as_ref().and_then(|item| desk.roster.posts.iter().find(|one| one.id == item.owner));
        let owner = post.map(|post| post.name.clone()).unwrap_or_default();
        let due = item.as_ref().map(|item| item.due_on.to_string()).unwrap_or_default();
        decisions.push(vec![one.text.clone(), owner, due]);
    }
    drop(read);
    let held = meeting.state.held_on().unwrap_or(desk.today);
    let days_ago = u64::try_from((desk.today - held).num_days()).unwrap_or(0);
    let people: Vec<String> = meeting
        .present
        .iter()
        .filter_map(|who| desk.roster.persons.iter().find(|one| one.id == *who))
        .map(|person| person.name.clone())
        .collect();
    let values = values([
        ("meeting", text(&meeting.title)),
        ("at", text(format!("{held}T09:00"))),
        ("venue", text(&meeting.venue)),
        ("host", text(desk.name(leader))),
        ("attended", Value::List(people)),
        ("discussed", text(&meeting.minutes)),
        ("decisions", Value::Rows(decisions)),
    ]);
    let wanted = Wanted {
        word: "minutes",
        template: "DT14.minutes",
        org: office,
        drafter: clerk,
        signer: leader,
        days_ago,
        values,
        about: Some(About { kind: "meeting".to_owned(), id: meeting.id.to_string() }),
        bodies: Vec::new(),
        served: None,
        revoked: None,
    };
    desk.write(wanted, true).await
}
