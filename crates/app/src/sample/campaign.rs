//! The sample town's campaigns: last year's of every class closed with whoever was unfinished, this year's partly over and one
//! running. What does not belong here: the visits they are told by (`record`).

use std::collections::BTreeMap;

use domain::campaign::{Campaign, Class, Entry, Look, Standing, State, standing};
use domain::ids::{OrgId, PersonId, PlaceId};
use domain::org::Role;
use domain::policy::Action;
use domain::time::{Date, Timestamp};
use store::Read;
use store::campaign::CampaignRecord;
use store::place::PlaceFilter;

use super::id;
use crate::campaign::classes;
use crate::org::Roster;
use crate::{App, Caller, Error, Result};

/// Class, first and last month of its window, and whether somebody closed it by now.
const RUN: &[(&str, u32, u32, bool)] = &[
    ("nine_small", 3, 5, true),
    ("three_in_one", 4, 6, true),
    ("elder_care", 6, 8, true),
    ("hospital", 7, 9, true),
    ("street_shop", 5, 7, true),
    ("school", 8, 10, false),
    ("ebike", 10, 12, false),
];

/// Why a charging point was not checked.
const UNCHECKED: &str = "停电检修，转入日常检查";

const WHY: &[&str] = &["经营者外出，约定下月检查", "整改期限未到，到期复查", "歇业中，恢复营业前检查"];

fn refused(refusal: impl std::fmt::Display) -> Error {
    Error::Internal(format!("the sample broke a rule: {refusal}"))
}

fn at(day: Date, hour: i64) -> Timestamp {
    Timestamp::start_of(day).plus_ms(hour * 3_600_000)
}

fn first(year: i32, month: u32) -> Date {
    Date::from_ymd_opt(year, month, 1).unwrap_or(Date::MIN)
}

struct Writer {
    lead: OrgId,
    by: PersonId,
    path: String,
    today: Date,
}

impl Writer {
    async fn campaign(
        &self,
        read: &mut Read,
        class: &Class,
        (from, until): (Date, Date),
        closed: bool,
    ) -> Result<Option<CampaignRecord>> {
        let whole = Caller::system().scope(Action::PlaceRead)?;
        let mut entries = Vec::new();
        read.each_place(&PlaceFilter::default(), &whole, |record| {
            if class.holds(&record.place, from) {
                let place = record.place.id;
                entries.push(Entry { place, added_on: from, out: None, unfinished: None });
            }
        })
        .await?;
        if entries.is_empty() {
            return Ok(None);
        }
        let mut campaign = Campaign {
            id: id(&format!("campaign:{}:{from}", class.code)).into(),
            class: class.code.clone(),
            title: format!("{}消防安全专项整治", class.name),
            basis: String::new(),
            lead: self.lead.clone(),
            path: self.path.clone(),
            from,
            until,
            entries,
            unchecked: BTreeMap::new(),
            state: State::Running,
        }
        .start()
        .map_err(refused)?;
        let mut changed_at = at(from, 9);
        let end = until.succ_opt().unwrap_or(until);
        if closed && end < self.today {
            let places: Vec<PlaceId> = campaign.places().cloned().collect();
            let looks = crate::campaign::looks(read, &campaign, &places, &whole).await?;
            let unchecked = crate::campaign::unchecked(read, class, &campaign).await?;
            let (mut reasons, summary) = told(&campaign, &looks);
            reasons.extend(unchecked.iter().map(|point| (point.to_string(), UNCHECKED.to_owned())));
            let found = (&looks, unchecked.as_slice());
            campaign = campaign.close(end, self.by.clone(), &summary, found, &reasons).map_err(refused)?;
            changed_at = at(end, 16);
        }
        Ok(Some(CampaignRecord {
            campaign,
            recorded_by: "演示数据".to_owned(),
            version: 1,
            recorded_at: at(from, 9),
            changed_at,
        }))
    }
}

/// Why each unfinished place is, and what there is to say at the end.
fn told(campaign: &Campaign, looks: &BTreeMap<PlaceId, Look>) -> (BTreeMap<String, String>, String) {
    let of = |entry: &Entry| standing(entry, looks);
    let unfinished = campaign.entries.iter().filter(|one| !matches!(of(one), Standing::Done | Standing::Out));
    let reasons: BTreeMap<String, String> = unfinished
        .zip(WHY.iter().cycle())
        .map(|(entry, why)| (entry.place.to_string(), (*why).to_owned()))
        .collect();
    let found: u32 = looks.values().map(|look| look.found).sum();
    let all = campaign.entries.len();
    let summary = format!(
        "应查 {all} 家，已完成 {} 家，发现隐患 {found} 处；未完成的逐家写明原因，转入日常检查",
        all - reasons.len()
    );
    (reasons, summary)
}

/// Begins and closes the campaigns of last year and this year.
pub(super) async fn fill(app: &App, roster: &Roster) -> Result<()> {
    let head = roster.assignments.iter().find(|held| held.role == Role::OfficeHead);
    let head =
        head.ok_or_else(|| Error::Internal("the sample's roster lacks the office's head".to_owned()))?;
    let now = app.now();
    let town = roster.territories.first().map(|node| node.path.clone()).unwrap_or_default();
    let writer = Writer { lead: head.org.clone(), by: head.person.clone(), path: town, today: now.date() };
    let caller = Caller::system();
    let mut tx = app.write(&caller).await?;
    let year = chrono::Datelike::year(&writer.today);
    for at_year in [year - 1, year] {
        for (code, begin, end, closed) in RUN {
            let class = classes().iter().find(|one| one.code == *code);
            let class = class.ok_or_else(|| Error::Internal(format!("no campaign {code}")))?;
            let from = first(at_year, *begin);
            let after = if *end == 12 { first(at_year + 1, 1) } else { first(at_year, end + 1) };
            let window = (from, after.pred_opt().unwrap_or(after));
            if from > writer.today {
                continue;
            }
            let closed = *closed || at_year < year;
            if let Some(record) = writer.campaign(&mut tx, class, window, closed).await? {
                tx.insert_campaign(&record).await?;
            }
        }
    }
    Ok(tx.commit(caller.audit("sample.fill", "sample", "campaign", now), ()).await?)
}
