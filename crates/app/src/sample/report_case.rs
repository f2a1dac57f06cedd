//! The sample town's reports: a year of them by every channel and in every stage, one joined with another, one that burned,
//! one about a person, one opened again, one that waits too long. What does not belong here: how they are handled
//! (`report_case`).

use domain::ids::{OrgId, PersonId, ReportCaseId, TerritoryCode};
use domain::org::{Level, OrgKind, Role};
use domain::plan::{Basis, Parameter, Value};
use domain::report_case::order::{Order, Told as OrderTold};
use domain::report_case::{Act, Channel, Clocks, Event, Finding, Matter, ReportCase, Saying, Site};
use domain::time::{DAY_MS, HOUR_MS, Timestamp};
use store::parameter::{Decision, ParameterRecord};
use store::report_case::{ReportCaseRecord, Reporter};

use super::id;
use crate::calendar::shipped_calendar;
use crate::org::Roster;
use crate::report_case::{CUSTODIAN_POST, receipt_hash, terms};
use crate::{App, Caller, Error, Result};

/// Whoever left a name in the sample. Nobody else of the town is called so: seen anywhere but with the custodian, it is a leak.
const CANARY: (&str, &str) = ("甄隐之（演示）", "13977770119");

/// A report: hours ago, by which way, about what, in which village, what was said, where, and each step with the hours since
/// the one before and what was said of it.
struct Told {
    ago_h: i64,
    channel: Channel,
    matter: Matter,
    village: usize,
    content: &'static str,
    address: &'static str,
    named: bool,
    steps: &'static [(&'static str, i64, &'static str)],
}

const fn told(
    (ago_h, channel, matter, village): (i64, Channel, Matter, usize),
    content: &'static str,
    address: &'static str,
    named: bool,
    steps: &'static [(&'static str, i64, &'static str)],
) -> Told {
    Told { ago_h, channel, matter, village, content, address, named, steps }
}

const ANSWERED: &[(&str, i64, &str)] = &[
    ("accept", 2, ""),
    ("assign", 1, ""),
    ("confirmed", 16, "现场属实，当场清理完毕"),
    ("reply", 20, "您反映的问题已现场核实并清理，谢谢您"),
    ("close", 24, ""),
];

/// Oldest first.
const TOLD: &[Told] = &[
    told((7_900, Channel::Visit, Matter::Wiring, 0), "楼下充电棚插线板裸露", "场镇小区 3 栋", true, ANSWERED),
    told(
        (6_200, Channel::Line12345, Matter::BlockedExit, 0),
        "农贸市场后门被摊位堵死",
        "农贸市场后门",
        true,
        ANSWERED,
    ),
    told((4_300, Channel::Qr, Matter::Equipment, 1), "村口消火栓拧不动", "村委会旁", false, ANSWERED),
    told(
        (2_600, Channel::Yukuaiban, Matter::Flammables, 0),
        "门市存放多个液化气罐",
        "老街 21 号",
        true,
        &[
            ("accept", 3, ""),
            ("assign", 1, ""),
            ("partly", 40, "存放一个备用钢瓶，已责其移出"),
            ("reply", 10, "核实有一个备用钢瓶，已移出，并作了提醒"),
            ("reward", 30, "经核实，按镇定办法发放"),
            ("close", 5, ""),
        ],
    ),
    told(
        (1_500, Channel::Telephone, Matter::Other, 2),
        "隔壁冒烟，闻到焦味",
        "山坡上第二家",
        false,
        &[
            ("emergency", 0, "已请来电人拨打 119 并通知微型消防站"),
            ("reply", 3, "火情已由微型消防站处置，无人受伤"),
            ("close", 24, ""),
        ],
    ),
    told(
        (1_100, Channel::Visit, Matter::Person, 0),
        "反映某工作人员态度不好",
        "",
        true,
        &[("forward", 4, "不属消防安全问题，已转镇纪检监察室"), ("close", 48, "")],
    ),
    told(
        (700, Channel::Qr, Matter::BlockedExit, 0),
        "楼道又堆纸箱",
        "老街 12 号二楼",
        false,
        &[
            ("accept", 1, ""),
            ("assign", 1, ""),
            ("confirmed", 12, "堆放纸箱约 2 立方米，已清理"),
            ("reply", 8, "已清理"),
            ("reopen", 200, "过了一周又堆起来了"),
            ("assign", 20, ""),
        ],
    ),
    told(
        (120, Channel::Line96119, Matter::Combined, 0),
        "门市阁楼住人",
        "老街 30 号",
        true,
        &[("accept", 4, ""), ("assign", 1, "")],
    ),
    told(
        (60, Channel::Qr, Matter::Wiring, 1),
        "院坝飞线给电动车充电",
        "一组 5 号",
        false,
        &[("accept", 3, ""), ("assign", 1, ""), ("confirmed", 20, "两户飞线充电，已拆除")],
    ),
    told(
        (30, Channel::Qr, Matter::BlockedExit, 0),
        "消防车道停满车",
        "场镇小区南门",
        false,
        &[("accept", 2, "")],
    ),
    told(
        (26, Channel::Line12345, Matter::BlockedExit, 0),
        "小区消防通道被占",
        "场镇小区南门",
        true,
        &[("merge", 3, "")],
    ),
    told((5, Channel::Qr, Matter::Equipment, 0), "楼道灭火器压力表在红区", "老街 8 号一楼", false, &[]),
];

/// What the other side gives for an answer in this town. Units: days.
const ORDER_DAYS: i64 = 7;
/// Answers to orders older than this went back. Units: days.
const LONG_AGO_DAYS: i64 = 150;

/// How long ago something came. Units: days.
fn told_ago(now: Timestamp, at: Timestamp) -> i64 {
    (now.0 - at.0) / DAY_MS
}

fn refused(refusal: impl std::fmt::Display) -> Error {
    Error::Internal(format!("the sample broke a rule: {refusal}"))
}

/// Reports of the year, each led through its steps.
pub(super) async fn fill(app: &App, roster: &Roster) -> Result<()> {
    let caller = Caller::system();
    let now = app.now();
    let villages: Vec<(TerritoryCode, String, OrgId)> = roster
        .territories
        .iter()
        .filter(|node| node.level == Level::Village)
        .filter_map(|node| {
            let org =
                roster.orgs.iter().find(|org| org.kind == OrgKind::Village && org.territory == node.code)?;
            Some((node.code.clone(), node.path.clone(), org.id.clone()))
        })
        .collect();
    let with_role =
        |role: Role| roster.assignments.iter().find(|held| held.role == role && held.to.is_none());
    let clerk = with_role(Role::OfficeClerk).map(|held| held.person.clone());
    let Some(clerk) = clerk.filter(|_| !villages.is_empty()) else { return Ok(()) };
    let mut tx = app.write(&caller).await?;
    let keeper = roster.posts.iter().find(|post| post.role == Role::OfficeHead);
    let decides = with_role(Role::LeaderInCharge).map(|held| held.person.clone());
    if let (Some(post), Some(decides)) = (keeper, decides) {
        let keeper = ParameterRecord {
            id: id("parameter custodian post"),
            parameter: Parameter {
                name: CUSTODIAN_POST.to_owned(),
                value: Value::Text(post.name.clone()),
                unit: "岗位名称".to_owned(),
                basis: Basis::TownSetting,
                source: "演示数据".to_owned(),
                effective_from: now.plus_ms(-400 * DAY_MS).date(),
            },
            decision: Decision::Decided,
            reason: "举报人信息由专人保管".to_owned(),
            proposed_by: clerk.to_string(),
            decided: Some((decides.to_string(), now)),
            version: 1,
            recorded_at: now,
        };
        tx.insert_parameter(&keeper).await?;
    }
    let terms = terms(&mut tx, now.date()).await?;
    let mut before: Option<ReportCaseId> = None;
    for (n, told) in TOLD.iter().enumerate() {
        let Some((village, path, org)) = villages.get(told.village % villages.len()) else { continue };
        let received_at = now.plus_ms(-told.ago_h * HOUR_MS);
        let series = format!("JB-{}", received_at.date().format("%Y%m%d"));
        let looks =
            roster.assignments.iter().find(|held| held.org == *org && held.role == Role::VillageStaff);
        let looks = looks.map_or_else(|| clerk.clone(), |held| held.person.clone());
        let is_order = matches!(told.channel, Channel::Line12345 | Channel::Yukuaiban);
        let code = format!("{series}-{:04}", tx.next_number(&series).await?);
        let case = ReportCase {
            ext_no: if is_order { format!("演示-{:05}", 20_317 + n * 131) } else { String::new() },
            has_contact: told.named,
            ..ReportCase::new(
                id(&format!("report:{n}")).into(),
                code,
                told.channel,
                told.matter,
                told.content.to_owned(),
                Site::words(village.clone(), told.address),
                received_at,
            )
        };
        let case = case.receive(&terms, shipped_calendar()).map_err(refused)?;
        let mut record = ReportCaseRecord {
            case,
            path: path.clone(),
            receipt_hash: receipt_hash(&id(&format!("receipt:{n}"))),
            recorded_by: if told.channel == Channel::Qr { "举报人" } else { "演示数据" }.to_owned(),
            version: 1,
            recorded_at: received_at,
        };
        let reporter = match told.named {
            true => Reporter { name: CANARY.0.to_owned(), phone: CANARY.1.to_owned() },
            false => Reporter::default(),
        };
        let first = event(&record, 1, Act::Receive, received_at, (&clerk, ""));
        tx.insert_report_case(&record, &first, &reporter).await?;
        let mut at = received_at;
        for &(step, hours, text) in told.steps {
            at = at.plus_ms(hours * HOUR_MS + DAY_MS / 144).min(now);
            let nobody = PersonId::from("");
            let (act, by) = match step {
                "accept" => (Act::Accept, &clerk),
                "assign" => (Act::Assign { org: org.clone() }, &clerk),
                "confirmed" => (Act::Handle { finding: Finding::Confirmed, hazard: None }, &looks),
                "partly" => (Act::Handle { finding: Finding::Partly, hazard: None }, &looks),
                "emergency" => (Act::Emergency { incident: None }, &clerk),
                "forward" => (Act::Forward { to: "镇纪检监察室".to_owned() }, &clerk),
                "merge" => match &before {
                    Some(into) => (Act::Merge { into: into.clone() }, &clerk),
                    None => continue,
                },
                "reopen" => (Act::Reopen, &nobody),
                "reward" => (Act::Reward { amount_fen: 20_000 }, &clerk),
                "close" => (Act::Close, &clerk),
                _ => (Act::Reply, &clerk),
            };
            let said = Saying { by, text, photos: &[], at, hazard_settled: true };
            record.case = record.case.clone().take(&act, &said).map_err(refused)?;
            if act == Act::Reopen {
                let (channel, matter) = (record.case.channel, record.case.matter);
                record.case.clocks = Clocks::start(channel, matter, at, &terms, shipped_calendar())?;
            }
            let next = event(&record, record.version + 1, act, at, (by, text));
            tx.save_report_case(&record, &next).await?;
            record.version += 1;
        }
        if is_order {
            // The other side's own words and deadline, and the answer of what was answered long ago sent back.
            let words = OrderTold {
                at: received_at,
                content: told.content.to_owned(),
                address: told.address.to_owned(),
                due: received_at.plus_ms(ORDER_DAYS * DAY_MS).date().to_string(),
                ..OrderTold::default()
            };
            let due_at = Timestamp::start_of(received_at.date()).plus_ms((ORDER_DAYS + 1) * DAY_MS - 1);
            let order = Order::of(record.case.id.clone()).tell(words, Some(due_at));
            let order = order.map(|order| match order.clone().send(&record.case, &clerk, at) {
                Some(sent) if told_ago(now, received_at) > LONG_AGO_DAYS => sent,
                _ => order,
            });
            if let Some(order) = order {
                crate::report_case::order::save(&mut tx, None, order, ("演示数据", received_at)).await?;
            }
        }
        before = Some(record.case.id);
    }
    Ok(tx.commit(caller.audit("sample.fill", "sample", "report_case", now), ()).await?)
}

fn event(
    record: &ReportCaseRecord,
    seq: i64,
    act: Act,
    at: Timestamp,
    (by, text): (&PersonId, &str),
) -> Event {
    let by = if act == Act::Receive && record.case.channel == Channel::Qr {
        PersonId::from("")
    } else {
        by.clone()
    };
    Event { seq, act, at, by, text: text.to_owned(), photos: Vec::new(), stage: record.case.stage }
}
