//! The sample town's whistles: one answered in time, one over National Day with a body that came late, one refused and given to
//! another, one that burned under the nails, one nobody answers, one that waits to be confirmed. What does not belong here:
//! which step follows which (`domain::whistle`), which every step here is asked.

use domain::ids::{OrgId, PersonId};
use domain::org::{OrgKind, Role};
use domain::policy::Action;
use domain::time::{Date, MINUTE_MS, Timestamp};
use domain::whistle::{Act, Event, Saying, Score, Stage, Whistle};
use store::place::{PlaceFilter, PlaceOrder};
use store::whistle::{WhistleNote, WhistleRecord};

use super::id;
use crate::calendar::shipped_calendar;
use crate::org::Roster;
use crate::whistle::kind::kind_on;
use crate::whistle::terms;
use crate::{App, Caller, Error, Result};

/// A step: days after the whistle, at which minute of the day, which, of which body, what was said.
type Line = (u64, i64, &'static str, &'static str, &'static str);

/// A whistle and what came of it.
struct Told {
    kind: &'static str,
    /// Days ago; none for the eve of the last National Day.
    ago: Option<u64>,
    /// Minute of the day.
    minute: i64,
    problem: &'static str,
    lead: &'static str,
    helpers: &'static [&'static str],
    lines: &'static [Line],
}

const TOLD: &[Told] = &[
    Told {
        kind: "ordinary",
        ago: Some(75),
        minute: 570,
        problem: "二层出租房集中给电动车充电，线路私拉，业主互相推诿",
        lead: "经发办",
        helpers: &["派出所"],
        lines: &[
            (0, 600, "receive", "经发办", ""),
            (0, 605, "receive", "派出所", ""),
            (1, 570, "arrive", "经发办", ""),
            (1, 575, "arrive", "派出所", ""),
            (1, 640, "opine", "经发办", "责令拆除私拉线路，改到院外集中充电"),
            (1, 645, "opine", "派出所", "对房东作消防宣传，纳入出租房屋检查"),
            (2, 600, "finish", "经发办", "线路已拆除，集中充电点已启用"),
            (2, 610, "finish", "派出所", "已登记并告知责任"),
            (2, 900, "rate_body:good", "经发办", ""),
            (2, 900, "rate_body:good", "派出所", ""),
            (2, 930, "rate_whistle:good", "经发办", ""),
            (2, 935, "rate_whistle:fair", "派出所", "情况写得清楚，地点可以再具体些"),
            (3, 600, "close", "", ""),
        ],
    },
    Told {
        kind: "ordinary",
        ago: None,
        minute: 1_035,
        problem: "三合一门市内设瓶装气瓶间，夜间有人住宿",
        lead: "经发办",
        helpers: &["派出所"],
        lines: &[
            (0, 1_060, "receive", "经发办", ""),
            (8, 600, "arrive", "经发办", ""),
            (8, 660, "opine", "经发办", "气瓶限期移出室内，建议列入联合检查"),
            (12, 620, "arrive", "派出所", ""),
            (12, 640, "opine", "派出所", "住宿人员已搬离，作了登记"),
            (12, 700, "finish", "经发办", "气瓶已移出"),
            (12, 710, "finish", "派出所", "已搬离"),
            (12, 900, "rate_body:good", "经发办", ""),
            (12, 900, "rate_body:poor", "派出所", "节后仍未按时到场，过期三天"),
        ],
    },
    Told {
        kind: "urgent",
        ago: Some(33),
        minute: 1_215,
        problem: "油桶泄漏流入排水沟，周边有明火作业",
        lead: "应急办",
        helpers: &["派出所"],
        lines: &[
            (0, 1_225, "receive", "应急办", "已电话联系现场，要求停止明火并疏散"),
            (0, 1_228, "receive", "派出所", ""),
            (0, 1_265, "arrive", "应急办", ""),
            (0, 1_270, "arrive", "派出所", ""),
            (0, 1_320, "opine", "应急办", "已围堵吸附，残液由有资质单位收运"),
            (0, 1_325, "opine", "派出所", "已警戒并询问当事人"),
            (1, 600, "finish", "应急办", "收运完毕"),
            (1, 610, "finish", "派出所", "已询问登记"),
        ],
    },
    Told {
        kind: "ordinary",
        ago: Some(6),
        minute: 600,
        problem: "自建房加建彩钢夹芯板三层，堵住相邻两户的疏散通道",
        lead: "经发办",
        helpers: &["应急办"],
        lines: &[
            (0, 640, "refuse", "经发办", "加建房屋属规建办职责，我办不主管"),
            (0, 650, "receive", "应急办", ""),
            (1, 580, "reroute:规建办", "经发办", "同意，由规建办牵头"),
            (1, 610, "receive", "规建办", ""),
            (1, 900, "arrive", "应急办", ""),
        ],
    },
    Told {
        kind: "consult",
        ago: Some(20),
        minute: 620,
        problem: "小区配建充电棚产权不清，物业和业委会都不愿改造",
        lead: "民政办",
        helpers: &["经发办"],
        lines: &[(0, 700, "receive", "民政办", "")],
    },
    Told {
        kind: "ordinary",
        ago: Some(0),
        minute: 480,
        problem: "木材加工点粉尘积聚，紧邻民房，村里劝说两次无效",
        lead: "",
        helpers: &[],
        lines: &[],
    },
];

fn refused(refusal: impl std::fmt::Display) -> Error {
    Error::Internal(format!("the sample broke a rule: {refusal}"))
}

fn before(today: Date, days: u64) -> Date {
    today.checked_sub_days(chrono::Days::new(days)).unwrap_or(today)
}

/// The eve of the last National Day that lies three weeks back or more.
fn eve(today: Date) -> Date {
    use chrono::Datelike;
    let of = |year: i32| Date::from_ymd_opt(year, 9, 30);
    let this = of(today.year()).filter(|day| *day <= before(today, 21));
    this.or_else(|| of(today.year() - 1)).unwrap_or(today)
}

fn act(word: &str, org: OrgId, at: Timestamp, find: impl Fn(&str) -> OrgId) -> Act {
    let (step, more) = word.split_once(':').unwrap_or((word, ""));
    let score = Score::from_code(more).unwrap_or(Score::Good);
    match step {
        "receive" => Act::Receive { org },
        "refuse" => Act::Refuse { org },
        "reroute" => Act::Reroute { org, to: find(more) },
        "arrive" => Act::Arrive { org, at, position: None },
        "opine" => Act::Opine { org, task: None },
        "finish" => Act::Finish { org },
        "rate_body" => Act::RateBody { org, score },
        "rate_whistle" => Act::RateWhistle { org, score },
        _ => Act::Close,
    }
}

/// Fills in the whistles.
pub(super) async fn fill(app: &App, roster: &Roster) -> Result<()> {
    let now = app.now();
    let today = now.date();
    let org = |name: &str| -> OrgId {
        let known = roster.orgs.iter().find(|org| org.short_name == name || org.name == name);
        known
            .or_else(|| roster.orgs.iter().find(|org| org.name.ends_with(name)))
            .map_or_else(|| OrgId::from(""), |org| org.id.clone())
    };
    let holds = |role: Role| roster.assignments.iter().find(|held| held.role == role && held.to.is_none());
    let (Some(head), Some(staff)) = (holds(Role::OfficeHead), holds(Role::VillageStaff)) else {
        return Ok(());
    };
    let person_of = |org: &OrgId| -> PersonId {
        let held = roster.assignments.iter().find(|held| held.org == *org && held.to.is_none());
        held.map_or_else(|| head.person.clone(), |held| held.person.clone())
    };
    let whistler = roster.orgs.iter().find(|one| one.kind == OrgKind::Village && one.id == staff.org);
    let Some(whistler) = whistler else { return Ok(()) };
    let name_of = |person: &PersonId| {
        roster.persons.iter().find(|one| one.id == *person).map_or_else(String::new, |one| one.name.clone())
    };
    let whole = Caller::system().scope(Action::PlaceRead)?;
    let mut read = app.db.read(&app.town).await?;
    let filter = PlaceFilter { path: Some(staff.path.clone()), ..PlaceFilter::default() };
    let places = read.place_page(&filter, &whole, PlaceOrder::Code, None, TOLD.len() as i64).await?;
    drop(read);
    for (n, told) in TOLD.iter().enumerate() {
        let Some(place) = places.get(n % places.len().max(1)) else { continue };
        let on = told.ago.map_or_else(|| eve(today), |ago| before(today, ago));
        let at = |days: u64, minute: i64| {
            let day = on.checked_add_days(chrono::Days::new(days)).unwrap_or(on);
            Timestamp::start_of(day).plus_ms(minute * MINUTE_MS)
        };
        let raised_at = at(0, told.minute).min(now);
        let mut tx = app.db.write(&app.town).await?;
        let known = kind_on(&mut tx, told.kind, on).await?.ok_or(Error::NotFound)?;
        let terms = terms(&mut tx, told.kind, on).await?;
        let series = format!("SH-{}", on.format("%Y"));
        let whistle = Whistle {
            id: id(&format!("whistle-{n}")).into(),
            code: format!("{series}-{:04}", tx.next_number(&series).await?),
            kind: known.code.clone(),
            on_site: known.on_site,
            problem: told.problem.to_owned(),
            place: Some(place.place.id.clone()),
            address: place.place.address.clone(),
            origin: None,
            org: whistler.id.clone(),
            raised_by: staff.person.clone(),
            raised_at,
            sent_at: None,
            stage: Stage::Raised,
            bodies: Vec::new(),
            said: String::new(),
        };
        let mut record = WhistleRecord {
            whistle: whistle.raise().map_err(refused)?,
            path: place.path.clone(),
            recorded_by: name_of(&staff.person),
            version: 1,
            recorded_at: raised_at,
        };
        let first = Event {
            seq: 1,
            act: Act::Raise,
            at: raised_at,
            by: staff.person.clone(),
            text: told.problem.to_owned(),
            stage: Stage::Raised,
        };
        tx.insert_whistle(&record, &first).await?;
        let sent = (!told.lead.is_empty()).then(|| {
            let helpers = told.helpers.iter().map(|name| org(name)).collect();
            let act = Act::Confirm { lead: org(told.lead), helpers };
            (at(0, told.minute + 15), act, head.person.clone(), "")
        });
        let later = told.lines.iter().map(|(days, minute, word, body, text)| {
            let (when, body) = (at(*days, *minute), org(body));
            let by = match *word {
                "close" => head.person.clone(),
                word if word.starts_with("reroute") => head.person.clone(),
                word if word.starts_with("rate_body") => staff.person.clone(),
                _ => person_of(&body),
            };
            (when, act(word, body, when, org), by, *text)
        });
        for (when, act, by, text) in sent.into_iter().chain(later) {
            // A demonstration early in the day knows nothing of what comes later.
            if when > now {
                break;
            }
            let said =
                Saying { by: &by, text, at: when, terms: terms.as_ref(), calendar: shipped_calendar() };
            record.whistle = record.whistle.take(&act, &said).map_err(refused)?;
            let event = Event {
                seq: record.version + 1,
                act,
                at: when,
                by: by.clone(),
                text: text.to_owned(),
                stage: record.whistle.stage,
            };
            tx.save_whistle(&record, &event).await?;
            record.version += 1;
        }
        if n == 1 {
            let (body, when) = (org("经发办"), at(8, 665));
            let note = WhistleNote {
                id: id("whistle-note"),
                whistle: record.whistle.id.clone(),
                org: body.clone(),
                by: person_of(&body),
                text: "房东是熟人，由两人一起去，别单独联系".to_owned(),
                recorded_at: when,
            };
            tx.insert_whistle_note(&note).await?;
        }
        let object = record.whistle.id.to_string();
        let told = Caller::system().audit("whistle.blow", "whistle", &object, raised_at);
        tx.commit(told, ()).await?;
    }
    Ok(())
}
