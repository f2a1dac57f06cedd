//! The sample town's enforcement: one delegation and one list that was replaced, a case that went all the way, one whose
//! party was told, one on the spot, a clue of this week. Names, sums and numbers are made up. What does not belong here:
//! what the law allows (`domain::enforcement`), which every step here is asked.

use std::collections::BTreeSet;

use domain::enforcement::{
    Act, AuthorityItem, Case, Clue, Compared, Event, Heard, Holder, Known, LargeFrom, Outcome, Paid, Party,
    PartyKind, Penalty, PenaltyKind, Power, Procedure, Range, Stage,
};
use domain::hazard::{
    self, Actor, Days, Find, Hazard, HazardCode, LegalBasis, Level, MayOrder, ServeMethod, Standing,
};
use domain::ids::{OrgId, PersonId};
use domain::org::{Assignment, Certificate, CertificateKind, Role};
use domain::plan::{Basis, Parameter, Value};
use domain::time::{Date, Timestamp};
use store::Audit;
use store::enforcement::{AuthorityRecord, CaseRecord};
use store::hazard::Filing;
use store::parameter::{Decision, ParameterRecord};
use store::place::{PlaceFilter, PlaceOrder, PlaceRecord};

use super::id;
use crate::enforcement::{LARGE_CITIZEN, LARGE_ORGANISATION};
use crate::org::Roster;
use crate::{App, Caller, Error, Result};

/// Nine in the morning. Units: milliseconds.
const MORNING: i64 = 9 * 3_600_000;

fn before(today: Date, days: u64) -> Date {
    today.checked_sub_days(chrono::Days::new(days)).unwrap_or(today)
}

fn at(day: Date) -> Timestamp {
    Timestamp::start_of(day).plus_ms(MORNING)
}

fn fine(yuan: i64, text: &str) -> Penalty {
    Penalty { kinds: [PenaltyKind::Fine].into(), fine_fen: yuan * 100, large: false, text: text.to_owned() }
}

/// What the sample town has set as large fines.
const LARGE: LargeFrom = LargeFrom { citizen_fen: Some(200_000), organisation_fen: Some(2_000_000) };

/// One line of a story: days ago, what, what was said, the number of its paper.
type Line = (u64, Act, &'static str, &'static str);

/// Who plays.
struct Cast<'a> {
    officers: Vec<&'a Assignment>,
    head: &'a Assignment,
    reviewer: &'a Assignment,
}

fn cast(roster: &Roster) -> Result<Cast<'_>> {
    let of = |role: Role| roster.assignments.iter().filter(move |held| held.role == role);
    let lacking = || Error::Internal("the sample's roster lacks who enforces".to_owned());
    Ok(Cast {
        officers: of(Role::EnforcementOfficer).take(2).collect(),
        head: of(Role::AgencyHead).next().ok_or_else(lacking)?,
        reviewer: of(Role::LegalReviewer).next().ok_or_else(lacking)?,
    })
}

fn entry(
    kind: &'static str,
    action: &'static str,
    id: &str,
    path: &str,
    by: (&PersonId, &str),
    day: Date,
) -> Audit {
    Audit {
        action,
        object_kind: kind,
        object_id: id.to_owned(),
        territory: path.to_owned(),
        actor: by.0.to_string(),
        actor_name: by.1.to_owned(),
        hat: String::new(),
        happened_at: at(day),
        at: at(day),
        reason: String::new(),
        detail: "{}".to_owned(),
    }
}

fn item(today: Date, path: &str, reviewer: &PersonId) -> AuthorityItem {
    let from = before(today, 400);
    AuthorityItem {
        id: id("authority-exits").into(),
        name: "占用、堵塞、封闭疏散通道、安全出口".to_owned(),
        power: Power::Punish,
        basis: LegalBasis::Delegated,
        delegator: "区消防救援机构".to_owned(),
        law: "消防法第六十条".to_owned(),
        range: Range {
            kinds: [PenaltyKind::Warning, PenaltyKind::Fine].into(),
            organisation_fen: Some((500_000, 5_000_000)),
            citizen_fen: Some((0, 50_000)),
        },
        holder: Holder::Town,
        source: "演示数据：消防行政处罚委托书".to_owned(),
        path: path.to_owned(),
        from,
        to: today.checked_add_days(chrono::Days::new(45)),
        carries_over: String::new(),
        void: None,
        compared: Compared::Done { by: reviewer.clone(), on: from },
    }
}

/// The stories: title, party, procedure, the days ago it was found, its lines.
fn stories(today: Date) -> Vec<(&'static str, PartyKind, Procedure, u64, Vec<Line>)> {
    let defence = |days: u64| before(today, days);
    vec![
        (
            "安全出口被货架堵塞，责令改正后复查仍未改正",
            PartyKind::Organisation,
            Procedure::Ordinary,
            160,
            vec![
                (158, Act::File, "", "演示立案〔1〕号"),
                (
                    155,
                    Act::Investigate { shown: true, two: true },
                    "现场拍照、询问负责人，货架占用出口宽度过半",
                    "",
                ),
                (150, Act::Report { grounds: BTreeSet::new(), grave: false }, "事实清楚，建议罚款五千元", ""),
                (
                    148,
                    Act::Notify {
                        penalty: fine(5_000, "责令当场清除"),
                        defence_until: defence(143),
                        hearing: false,
                    },
                    "",
                    "演示告知〔1〕号",
                ),
                (
                    145,
                    Act::Hear { how: Heard::Made, adopted: false },
                    "当事人称已清理，请求从轻；已在幅度下限",
                    "",
                ),
                (
                    140,
                    Act::Decide {
                        outcome: Outcome::Punish, penalty: Some(fine(5_000, "责令当场清除"))
                    },
                    "安全出口被货架堵塞，有照片、询问笔录为证",
                    "演示罚决〔1〕号",
                ),
                (139, Act::Serve { way: "direct".to_owned(), to: "店主".to_owned() }, "", ""),
                (130, Act::Pay { amount_fen: 500_000, how: Paid::Bank }, "", ""),
                (126, Act::Close, "罚款已缴，出口已清", ""),
            ],
        ),
        (
            "疏散通道堆放货物，夜间锁闭安全出口",
            PartyKind::Organisation,
            Procedure::Ordinary,
            40,
            vec![
                (38, Act::File, "", "演示立案〔2〕号"),
                (33, Act::Investigate { shown: true, two: true }, "夜间检查，出口上锁，通道堆货", ""),
                (
                    25,
                    Act::Report { grounds: [domain::enforcement::ReviewGround::Complex].into(), grave: true },
                    "两处违法，拟从重",
                    "",
                ),
                (
                    6,
                    Act::Notify { penalty: fine(30_000, ""), defence_until: defence(1), hearing: true },
                    "",
                    "演示告知〔2〕号",
                ),
                (4, Act::AskHearing, "当事人书面要求听证", ""),
            ],
        ),
        (
            "个体户在楼梯间停放电动自行车",
            PartyKind::Citizen,
            Procedure::Summary,
            20,
            vec![
                (
                    20,
                    Act::DecideOnSpot {
                        penalty: Penalty { kinds: [PenaltyKind::Warning].into(), ..Penalty::default() },
                        heard: true,
                    },
                    "现场停放一辆，当场推离",
                    "演示当场〔1〕号",
                ),
                (19, Act::ReportSpot, "", ""),
                (19, Act::Close, "已改正", ""),
            ],
        ),
        ("安全出口加装铁门上锁", PartyKind::Organisation, Procedure::Ordinary, 2, Vec::new()),
    ]
}

fn first(place: &PlaceRecord, cast: &Cast<'_>, n: usize, item: &AuthorityItem, today: Date) -> Option<Case> {
    let (cause, kind, procedure, found, _) = stories(today).into_iter().nth(n)?;
    let found_on = before(today, found);
    Some(Case::open(Clue {
        id: id(&format!("case-{n}")).into(),
        cause: cause.to_owned(),
        party: Party {
            name: place.place.name.clone(),
            kind,
            uscc: String::new(),
            address: place.place.address.clone(),
            age: None,
        },
        place: place.place.id.clone(),
        hazard: None,
        item: item.id.clone(),
        officers: cast.officers.iter().map(|held| held.person.clone()).collect(),
        procedure,
        ended_on: found_on,
        found_on,
        harmed: false,
    }))
}

/// Fills in the item and the cases.
pub(super) async fn fill(app: &App, roster: &Roster) -> Result<()> {
    let today = app.now().date();
    let cast = cast(roster)?;
    let Some(lead) = cast.officers.first() else { return Ok(()) };
    let names = |person: &PersonId| {
        let known = roster.persons.iter().find(|one| one.id == *person);
        known.map_or_else(|| person.to_string(), |one| one.name.clone())
    };
    let whole = Caller::system().scope(domain::policy::Action::PlaceRead)?;
    let mut read = app.db.read(&app.town).await?;
    let filter = PlaceFilter { category: Some("nine_small".to_owned()), ..PlaceFilter::default() };
    let places = read.place_page(&filter, &whole, PlaceOrder::Name, None, 12).await?;
    drop(read);
    let item = item(today, app.town.as_str(), &cast.reviewer.person);
    let record = AuthorityRecord {
        item: item.clone(),
        voided_at: None,
        recorded_by: names(&cast.head.person),
        version: 1,
        recorded_at: at(item.from),
    };
    let mut tx = app.db.write(&app.town).await?;
    for ((name, _), from_fen) in
        [(LARGE_CITIZEN, LARGE.citizen_fen), (LARGE_ORGANISATION, LARGE.organisation_fen)]
    {
        let yuan = from_fen.and_then(|fen| u32::try_from(fen / 100).ok()).unwrap_or(0);
        tx.insert_parameter(&ParameterRecord {
            id: id(&format!("parameter {name}")),
            parameter: Parameter {
                name: name.to_owned(),
                value: Value::Number(f64::from(yuan)),
                unit: "元".to_owned(),
                basis: Basis::TownSetting,
                source: "演示数据".to_owned(),
                effective_from: item.from,
            },
            decision: Decision::Decided,
            reason: "演示数据：以本镇公布的标准为准".to_owned(),
            proposed_by: lead.person.to_string(),
            decided: Some((cast.head.person.to_string(), at(item.from))),
            version: 1,
            recorded_at: at(item.from),
        })
        .await?;
    }
    tx.insert_authority_item(&record).await?;
    let by = (&cast.head.person, record.recorded_by.as_str());
    tx.commit(entry("authority_item", "authority_item.add", item.id.as_str(), "", by, item.from), ()).await?;
    for (n, place) in places.iter().step_by(3).take(4).enumerate() {
        let Some(case) = first(place, &cast, n, &item, today) else { continue };
        let Some((.., found, lines)) = stories(today).into_iter().nth(n) else { continue };
        let mut record = CaseRecord {
            case,
            org: lead.org.clone(),
            path: place.path.clone(),
            recorded_by: names(&lead.person),
            version: 1,
            recorded_at: at(before(today, found)),
        };
        let opened = Event {
            seq: 1,
            act: Act::Open,
            on: record.case.found_on,
            recorded_at: record.recorded_at,
            by: lead.person.clone(),
            document_no: String::new(),
            paper: None,
            outside: Vec::new(),
            text: "日常检查发现，责令改正后复查仍未改正".to_owned(),
            stage: Stage::Clue,
        };
        let mut tx = app.db.write(&app.town).await?;
        tx.insert_case(&record, &opened).await?;
        for (ago, act, text, document_no) in lines {
            let on = before(today, ago);
            let by = match act.step().hand() {
                domain::enforcement::Hand::Officer => &lead.person,
                domain::enforcement::Hand::Head => &cast.head.person,
                domain::enforcement::Hand::Reviewer => &cast.reviewer.person,
            };
            let known = Known {
                on,
                today,
                calendar: crate::calendar::shipped_calendar(),
                item: &item,
                by,
                lawyer: true,
                fined_before: false,
                large_from: LARGE,
                text,
            };
            let numbered = matches!(act, Act::File | Act::DecideOnSpot { .. });
            record.case = record.case.take(&act, &known)?;
            if numbered {
                let year = on.to_string().chars().take(4).collect::<String>();
                let n = tx.next_number(&format!("enforcement-{year}")).await?;
                record.case.number = Some(format!("案-{year}-{n}"));
            }
            let event = Event {
                seq: record.version + 1,
                act,
                on,
                recorded_at: at(on),
                by: by.clone(),
                document_no: document_no.to_owned(),
                paper: None,
                outside: Vec::new(),
                text: text.to_owned(),
                stage: record.case.stage,
            };
            tx.save_case(&record, &event).await?;
            record.version += 1;
        }
        let by = (&lead.person, record.recorded_by.as_str());
        let id = record.case.id.to_string();
        let told = entry("enforcement", "enforcement.open", &id, &record.path, by, record.case.found_on);
        tx.commit(told, ()).await?;
    }
    let certificate = roster
        .certificates
        .iter()
        .find(|one| one.person == lead.person && one.kind == CertificateKind::EnforcementCert);
    let Some(certificate) = certificate else { return Ok(()) };
    // Three units of one sector with the same fault: what the sector is told of.
    let of_sector = |org: &Option<OrgId>| places.iter().filter(|one| one.place.sector_org == *org).count();
    let sector =
        places.iter().map(|one| one.place.sector_org.clone()).filter(Option::is_some).max_by_key(of_sector);
    let units = places.iter().rev().filter(|one| Some(&one.place.sector_org) == sector.as_ref()).take(3);
    for (n, place) in units.enumerate() {
        let by = names(&lead.person);
        ordered(app, (lead, &by), (certificate, &cast.officers), (n, place), &item, today).await?;
    }
    Ok(())
}

/// An officer who is trained found a way out blocked and ordered it cleared: the act that clause 11.6 is asked of.
async fn ordered(
    app: &App,
    (officer, name): (&Assignment, &str),
    (certificate, officers): (&Certificate, &[&Assignment]),
    (n, place): (usize, &PlaceRecord),
    item: &AuthorityItem,
    today: Date,
) -> Result<()> {
    let refused =
        |refusal: hazard::HazardRefusal| Error::Internal(format!("the sample broke a rule: {refusal}"));
    let now = at(before(today, 4));
    let act = |document_no: Option<&str>| hazard::Act {
        actor: Actor::Staff {
            person: officer.person.clone(),
            assignment: officer.id.clone(),
            org: officer.org.clone(),
            standing: Standing::Inspector,
        },
        happened_at: now,
        position: None,
        document_no: document_no.map(str::to_owned),
    };
    let find = Find {
        town: app.town.clone(),
        place: place.place.id.clone(),
        item: None,
        code: HazardCode::parse("H01.1").map_err(refused)?,
        description: "疏散楼梯间堆放纸箱，占用疏散通道".to_owned(),
        photos: Vec::new(),
        recurrence_of: None,
        sortie: None,
    };
    let authority = MayOrder {
        officer: officer.person.clone(),
        certificate_no: certificate.number.clone(),
        authority_item: item.name.clone(),
        item: Some(item.id.clone()),
        with: officers.iter().map(|one| one.person.clone()).filter(|one| *one != officer.person).collect(),
        basis: LegalBasis::Delegated,
        valid_from: certificate.issued_on.max(item.from),
        valid_to: certificate.expires_on,
    };
    let (hazard, found) =
        Hazard::found(id(&format!("hazard:ordered-{n}")).into(), find, act(None), now).map_err(refused)?;
    let mut tx = app.db.write(&app.town).await?;
    let code = crate::hazard::next_code(&mut tx, now).await?;
    let filing = Filing { code, path: place.path.clone(), org: officer.org.clone(), inspection: None };
    tx.insert_hazard(&hazard, &found, &filing).await?;
    let graded = hazard.grade(act(None), Level::General, "", now).map_err(refused)?;
    let number = format!("青峰消限改〔{}〕{}号", today.format("%Y"), n + 1);
    let text = "责令七日内清空疏散楼梯间，保持疏散通道畅通";
    let told = graded
        .0
        .clone()
        .order(
            act(Some(&number)),
            authority,
            text,
            Days::Calendar(7),
            now,
            crate::calendar::shipped_calendar(),
        )
        .map_err(refused)?;
    let served = told.0.clone().serve(act(None), ServeMethod::Direct, now).map_err(refused)?;
    for (hazard, event) in [&graded, &told, &served] {
        tx.save_step(hazard, event).await?;
    }
    let by = (&officer.person, name);
    let told = entry("hazard", "hazard.order", served.0.id.as_str(), &place.path, by, before(today, 4));
    Ok(tx.commit(told, ()).await?)
}
