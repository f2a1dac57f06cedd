//! The sample town's stops of use: one place stopped by the district and looked at, one given back, one that waits for the
//! decision. What does not belong here: which step follows which (`domain::stop_use`), which every step here is asked.

use domain::org::Role;
use domain::policy::Action;
use domain::stop_use::{Act, Event, Known, Stage, StopUse};
use domain::time::{Date, Timestamp};
use store::place::{PlaceFilter, PlaceOrder};
use store::stop_use::StopUseRecord;

use super::id;
use crate::org::Roster;
use crate::{App, Caller, Result};

/// Nine in the morning. Units: milliseconds.
const MORNING: i64 = 9 * 3_600_000;
/// Who decides.
const BODY: &str = "区消防救援机构";

fn before(today: Date, days: u64) -> Date {
    today.checked_sub_days(chrono::Days::new(days)).unwrap_or(today)
}

/// One line of a story: days ago, what, what was said, the number of its paper.
type Line = (u64, Act, &'static str, &'static str);

fn decided(stop: bool) -> Act {
    Act::Decide { stop, body: BODY.to_owned() }
}

fn stories() -> Vec<(&'static str, u64, Vec<Line>)> {
    let look = |days| (days, Act::Patrol { kept: true }, "", "");
    vec![
        (
            "二层加工间住人，唯一楼梯被原料堵死",
            60,
            vec![
                (55, decided(true), "", "演示停用〔1〕号"),
                look(49),
                look(42),
                (35, Act::Patrol { kept: false }, "夜间仍在加工，已报主管机关", ""),
                look(28),
                look(21),
                look(14),
                look(5),
            ],
        ),
        (
            "瓶装气瓶间设在地下室，通风不良",
            120,
            vec![
                (116, decided(true), "", "演示停用〔2〕号"),
                look(110),
                (102, Act::AskReturn, "已将气瓶移出地下室", ""),
                (100, Act::CheckReturn { passed: true }, "现场检查合格", ""),
                (97, Act::Resume { body: BODY.to_owned() }, "", "演示恢复〔1〕号"),
            ],
        ),
        ("疏散楼梯被整体封闭改作仓库", 4, Vec::new()),
    ]
}

/// Fills in the matters.
pub(super) async fn fill(app: &App, roster: &Roster) -> Result<()> {
    let today = app.now().date();
    let Some(clerk) = roster.assignments.iter().find(|held| held.role == Role::OfficeClerk) else {
        return Ok(());
    };
    let named = roster.persons.iter().find(|one| one.id == clerk.person);
    let name = named.map_or_else(String::new, |one| one.name.clone());
    let whole = Caller::system().scope(Action::PlaceRead)?;
    let own: Vec<String> =
        roster.orgs.iter().map(|org| org.name.clone()).filter(|name| name != BODY).collect();
    let mut read = app.db.read(&app.town).await?;
    let filter = PlaceFilter { tag: Some("three_in_one".to_owned()), ..PlaceFilter::default() };
    let places = read.place_page(&filter, &whole, PlaceOrder::Code, None, 3).await?;
    drop(read);
    for (n, ((danger, ago, lines), place)) in stories().into_iter().zip(&places).enumerate() {
        let on = before(today, ago);
        let at = Timestamp::start_of(on).plus_ms(MORNING);
        let matter = StopUse {
            id: id(&format!("stop-use-{n}")).into(),
            place: place.place.id.clone(),
            hazard: None,
            danger: danger.to_owned(),
            org: clerk.org.clone(),
            stage: Stage::Proposed,
            last_on: on,
            body: String::new(),
            stopped_on: None,
            patrolled_on: None,
            broken: false,
        };
        let mut record = StopUseRecord {
            matter,
            path: place.path.clone(),
            recorded_by: name.clone(),
            version: 1,
            recorded_at: at,
        };
        let event = |seq: i64, act: Act, on: Date, document_no: &str, text: &str, stage: Stage| Event {
            seq,
            act,
            on,
            recorded_at: Timestamp::start_of(on).plus_ms(MORNING),
            by: clerk.person.clone(),
            document_no: document_no.to_owned(),
            text: text.to_owned(),
            stage,
        };
        let mut tx = app.db.write(&app.town).await?;
        let proposed =
            event(1, Act::Propose, on, &format!("演示提请〔{}〕号", n + 1), danger, Stage::Proposed);
        tx.insert_stop_use(&record, &proposed).await?;
        for (ago, act, text, document_no) in lines {
            let on = before(today, ago);
            let known = Known { on, today, own: &own, document_no, text };
            record.matter = record.matter.take(&act, &known)?;
            let event = event(record.version + 1, act, on, document_no, text, record.matter.stage);
            tx.save_stop_use(&record, &event).await?;
            record.version += 1;
        }
        let object = record.matter.id.to_string();
        let told = Caller::system().audit("stop_use.propose", "stop_use", &object, at);
        tx.commit(told, ()).await?;
    }
    Ok(())
}
