//! The sample town's self-built houses: what each is like, graded within the last year by the rule that comes along, and for
//! those with more than ten people a round over the departments, most of it answered. What does not belong here: the rule
//! (`domain::house`).

use domain::house::{Answer, Check, CheckKind, House, Structure, grade, is_house};
use domain::ids::{HouseCheckId, OrgId};
use domain::joint_control::CROWDED;
use domain::place::KindCode;
use domain::policy::Action;
use domain::time::{Date, Timestamp};
use store::house::{HouseCheckRecord, HouseRecord};
use store::place::{PlaceFilter, PlaceOrder};

use super::dice::Dice;
use super::id;
use crate::org::Roster;
use crate::{App, Caller, Result};

/// Nine in the morning. Units: milliseconds.
const MORNING: i64 = 9 * 3_600_000;
/// Houses at most.
const MOST: i64 = 400;

fn before(today: Date, days: u64) -> Date {
    today.checked_sub_days(chrono::Days::new(days)).unwrap_or(today)
}

fn like(dice: &mut Dice, counted_on: Date) -> House {
    const KINDS: [Structure; 5] =
        [Structure::Brick, Structure::Brick, Structure::Concrete, Structure::BrickTimber, Structure::Timber];
    let structure = dice.choose(&KINDS).copied().unwrap_or(Structure::Brick);
    House {
        structure: Some(structure),
        floors: Some(2 + u16::try_from(dice.below(3)).unwrap_or(0)),
        floor_m2: Some(80 + u32::try_from(dice.below(150)).unwrap_or(0)),
        burning_roof: Some(structure == Structure::Timber),
        exits: Some(1 + u16::try_from(dice.below(2)).unwrap_or(0)),
        owner: "演示房主".to_owned(),
        counted_on: Some(counted_on),
        counted_by: "村（社区）消防专干".to_owned(),
    }
}

/// Fills in what is known of the houses.
pub(super) async fn fill(app: &App, roster: &Roster) -> Result<()> {
    let today = app.now().date();
    let mut dice = Dice::new("house");
    let caller = Caller::system();
    let whole = caller.scope(Action::PlaceRead)?;
    let mut tx = app.db.write(&app.town).await?;
    let rule = crate::house::rule_on(&mut tx, today).await?;
    let departments: Vec<OrgId> = crate::house::ROUND
        .iter()
        .filter_map(|label| roster.orgs.iter().find(|org| org.label == *label))
        .map(|org| org.id.clone())
        .collect();
    let kind = Some("self_built".to_owned());
    let mut places = Vec::new();
    for (category, tag) in [(kind.clone(), None), (None, kind)] {
        let filter = PlaceFilter { category, tag, ..PlaceFilter::default() };
        for record in tx.place_page(&filter, &whole, PlaceOrder::Code, None, MOST).await? {
            let is_new = places.iter().all(|one: &store::place::PlaceRecord| one.place.id != record.place.id);
            if is_house(&record.place) && is_new {
                places.push(record);
            }
        }
    }
    for (n, record) in places.iter().enumerate() {
        // A few are known to nobody yet; of whom more than ten were counted, that follows at once.
        let crowded = rule.is_over(&record.place.heads);
        if dice.chance(80) && !crowded {
            continue;
        }
        let tag = KindCode::from(CROWDED);
        if crowded && record.place.category != tag && !record.place.tags.contains(&tag) {
            let mut tagged = record.clone();
            tagged.place.tags.insert(tag);
            tx.update_place(&tagged).await?;
        }
        let on = before(today, 10 + dice.below(330));
        let house = like(&mut dice, on);
        let at = Timestamp::start_of(on).plus_ms(MORNING);
        let given = HouseRecord {
            place: record.place.id.clone(),
            grade: grade(&house, &record.place, &rule).grade,
            house,
            graded_on: on,
            rule: rule.version(),
            recorded_by: "演示".to_owned(),
            version: 1,
            recorded_at: at,
        };
        tx.insert_house(&given).await?;
        if !crowded {
            continue;
        }
        let licences = departments.iter().map(|org| (org, CheckKind::Licence));
        let sector = record.place.sector_org.iter().map(|org| (org, CheckKind::Approval));
        for (k, (org, kind)) in licences.chain(sector).enumerate() {
            let answered = on.checked_add_days(chrono::Days::new(3 + dice.below(6))).unwrap_or(on).min(today);
            let answer = if dice.chance(120) {
                Answer::Lacking { on: answered, note: "未办理相应手续，已告知补办".to_owned() }
            } else if dice.chance(150) {
                Answer::Asked
            } else {
                let number = format!("演示核验〔{}〕号", n * 10 + k + 1);
                Answer::Verified { on: answered, number, until: None }
            };
            let check = Check {
                id: HouseCheckId::from(id(&format!("house-check-{n}-{k}"))),
                place: record.place.id.clone(),
                org: org.clone(),
                kind,
                asked_on: on,
                answer,
            };
            let kept = HouseCheckRecord {
                check,
                path: record.path.clone(),
                recorded_by: "演示".to_owned(),
                version: 1,
                recorded_at: at,
            };
            tx.insert_house_check(&kept).await?;
        }
    }
    // What this town has is as it would be had somebody entered it; the program need not look through it at its start.
    let following = crate::house::heads::Following::read(&mut tx, today).await?;
    tx.note_reconciled(crate::house::heads::RECONCILER, following.mark(), app.now(), 0).await?;
    let mut told = caller.audit("place.house", "place", "", app.now());
    told.reason = "演示数据".to_owned();
    Ok(tx.commit(told, ()).await?)
}
