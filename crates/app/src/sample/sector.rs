//! The sample town's new trades, one with a leading body and one that waits for it; and what units of a sector have in
//! common, told to one sector and just taken up in another. What does not belong here: the steps (`domain::sector`), which
//! every step here is asked.

use domain::ids::OrgId;
use domain::org::Role;
use domain::policy::Action;
use domain::sector::{Decided, Notice, Risk, RiskStage, Ruling, shared};
use domain::time::{Date, Timestamp};
use store::sector::{SectorRiskRecord, SectorRulingRecord};

use super::id;
use crate::calendar::shipped_calendar;
use crate::org::Roster;
use crate::sector::{NOTICE_DAYS, UNITS, seen};
use crate::{App, Caller, Error, Result};

fn before(today: Date, days: u64) -> Date {
    today.checked_sub_days(chrono::Days::new(days)).unwrap_or(today)
}

/// Fills in the trades.
pub(super) async fn fill(app: &App, roster: &Roster) -> Result<()> {
    let today = app.now().date();
    let Some(clerk) = roster.assignments.iter().find(|held| held.role == Role::OfficeClerk) else {
        return Ok(());
    };
    let name = roster.persons.iter().find(|one| one.id == clerk.person);
    let name = name.map_or_else(String::new, |one| one.name.clone());
    let lead = roster.orgs.iter().find(|org| org.label == "org:economy_office").map(|org| org.id.clone());
    let lead: OrgId = lead.unwrap_or_else(|| clerk.org.clone());
    let refused = |refusal: domain::sector::SectorRefusal| {
        Error::Internal(format!("the sample broke a rule: {refusal}"))
    };
    for (trade, like, ago, decided_after) in [
        ("剧本娱乐、密室逃脱", "公共娱乐场所", 130, Some(18)),
        ("电动自行车换电柜经营", "充电停放场所", 12, None),
    ] {
        let appeared_on = before(today, ago);
        let at = Timestamp::start_of(appeared_on).plus_ms(10 * domain::time::HOUR_MS);
        let ruling = Ruling {
            id: id(&format!("trade-{trade}")).into(),
            trade: trade.to_owned(),
            like: like.to_owned(),
            appeared_on,
            decided: None,
            void: None,
        };
        let mut record = SectorRulingRecord {
            ruling: ruling.appear(today).map_err(refused)?,
            recorded_by: name.clone(),
            version: 1,
            recorded_at: at,
        };
        let mut tx = app.db.write(&app.town).await?;
        tx.insert_sector_ruling(&record).await?;
        if let Some(days) = decided_after {
            let on = before(today, ago - days);
            let decided = Decided {
                lead: lead.clone(),
                on,
                document_no: "演示府发〔1〕号".to_owned(),
                reason: "经营内容与公共娱乐场所相近".to_owned(),
                by: clerk.person.clone(),
                recorded_at: Timestamp::start_of(on).plus_ms(10 * domain::time::HOUR_MS),
            };
            record.ruling = record.ruling.decide(decided, today).map_err(refused)?;
            tx.update_sector_ruling(&record).await?;
        }
        let object = record.ruling.id.to_string();
        tx.commit(Caller::system().audit("sector.appear", "sector_ruling", &object, at), ()).await?;
    }
    let mut tx = app.db.write(&app.town).await?;
    let whole = Caller::system().scope(Action::HazardRead)?;
    let (open, _) = seen(&mut tx, &whole).await?;
    // How long ago each was taken up, and after how many days its sector was told. Units: days.
    let ages = [(40, Some(6)), (3, None)];
    for (found, (ago, told_after)) in shared(open, UNITS.1 as u16).into_iter().zip(ages) {
        let on = before(today, ago);
        let at = Timestamp::start_of(on).plus_ms(11 * domain::time::HOUR_MS);
        let mut risk = Risk {
            id: id(&format!("sector-risk-{}-{}", found.org, found.code)).into(),
            org: found.org,
            code: found.code,
            places: found.places,
            identified_on: on,
            notice_by: shipped_calendar().working_day_after(on, NOTICE_DAYS.1 as u16)?,
            notice: None,
            stage: RiskStage::Identified,
            said: String::new(),
        };
        if let Some(days) = told_after {
            let notice = Notice {
                on: before(today, ago - days),
                document_no: "演示消安〔2〕号".to_owned(),
                // Every unit has until three weeks from now.
                deadline_on: today.checked_add_days(chrono::Days::new(21)).unwrap_or(today),
                task: None,
                by: clerk.person.clone(),
                recorded_at: at,
            };
            risk = risk.notify(notice, today).map_err(refused)?;
        }
        let object = risk.id.to_string();
        let record = SectorRiskRecord { risk, recorded_by: name.clone(), version: 1, recorded_at: at };
        tx.insert_sector_risk(&record).await?;
        tx.append(Caller::system().audit("sector.identify", "sector_risk", &object, at)).await?;
    }
    Ok(tx.commit(Caller::system().audit("sample.fill", "sample", "sector", app.now()), ()).await?)
}
