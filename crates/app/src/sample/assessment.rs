//! The sample town's factories and warehouses: most assessed within the year, a few last year, a few by nobody yet; some with
//! something to put right. What does not belong here: what an assessment must say (`domain::assessment`).

use domain::assessment::{Assessment, Conclusion, KINDS, Treated};
use domain::org::Role;
use domain::policy::Action;
use domain::time::{Date, HOUR_MS, Timestamp};
use store::assessment::AssessmentRecord;
use store::place::{PlaceFilter, PlaceOrder};

use super::dice::Dice;
use super::id;
use crate::org::Roster;
use crate::{App, Caller, Result};

/// Places at most.
const MOST: i64 = 400;

/// What was found: how it ends, what was seen, what is to be done.
const FOUND: &[(Conclusion, &str, &str)] = &[
    (Conclusion::Fit, "分区、疏散、用电和器材配置符合要求", ""),
    (Conclusion::Fit, "仓储分垛清楚，通道畅通，器材完好", ""),
    (Conclusion::Conditional, "部分线路未穿管，配电箱旁堆有包装材料", "线路穿管保护，清出配电箱周边一米"),
    (Conclusion::Conditional, "疏散门内开，夜间上锁", "改为外开并取消夜间上锁"),
    (Conclusion::Unfit, "生产区与住宿未分隔，仅一个出口", "住宿人员迁出，增设出口后重新评估"),
];

fn day_before(today: Date, days: u64) -> Date {
    today.checked_sub_days(chrono::Days::new(days)).unwrap_or(today)
}

/// Fills in the assessments.
pub(super) async fn fill(app: &App, roster: &Roster) -> Result<()> {
    let today = app.now().date();
    let Some(clerk) = roster.assignments.iter().find(|held| held.role == Role::OfficeClerk) else {
        return Ok(());
    };
    let named = roster.persons.iter().find(|one| one.id == clerk.person);
    let name = named.map_or_else(String::new, |one| one.name.clone());
    let mut dice = Dice::new("assessment");
    let caller = Caller::system();
    let whole = caller.scope(Action::PlaceRead)?;
    let mut tx = app.db.write(&app.town).await?;
    let mut places = Vec::new();
    for kind in KINDS {
        let filter = PlaceFilter { category: Some((*kind).to_owned()), ..PlaceFilter::default() };
        places.extend(tx.place_page(&filter, &whole, PlaceOrder::Code, None, MOST).await?);
    }
    for (n, place) in places.iter().enumerate() {
        // A few have been assessed by nobody yet.
        if dice.chance(120) || place.place.is_gone(today) {
            continue;
        }
        let on = day_before(today, 5 + dice.below(330));
        let Some((conclusion, summary, treatment)) = dice.choose(FOUND).copied() else { continue };
        let is_fit = conclusion == Conclusion::Fit;
        let treat_by = on.checked_add_days(chrono::Days::new(30)).filter(|_| !is_fit);
        let mut assessment = Assessment {
            id: id(&format!("assessment-{n}")).into(),
            place: place.place.id.clone(),
            on,
            org: clerk.org.clone(),
            contract: None,
            assessor: name.clone(),
            conclusion,
            summary: summary.to_owned(),
            hazards: Vec::new(),
            treatment: treatment.to_owned(),
            treat_by,
            treated: None,
            files: Vec::new(),
            void: None,
        }
        .record(&place.place, false, today)?;
        let done = day_before(today, dice.below(20)).max(on);
        // What is past its term was put right more often than not.
        if !is_fit && (treat_by.is_some_and(|by| by < today) || dice.chance(400)) && !dice.chance(150) {
            let text = "已按评估意见处理并复核".to_owned();
            let treated = Treated { on: done, text, by: clerk.person.clone() };
            assessment = assessment.treat(treated, true, today)?;
        }
        let record = AssessmentRecord {
            assessment,
            path: place.path.clone(),
            voided_at: None,
            recorded_by: name.clone(),
            version: 1,
            recorded_at: Timestamp::start_of(on).plus_ms(15 * HOUR_MS),
        };
        tx.insert_assessment(&record).await?;
    }
    let mut told = caller.audit("assessment.record", "assessment", "", app.now());
    told.reason = "演示数据".to_owned();
    Ok(tx.commit(told, ()).await?)
}
