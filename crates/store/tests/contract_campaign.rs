//! The contract of campaigns: listed by scope, a stale step is a conflict, and looks are told by the record; on both databases.

use std::collections::BTreeMap;

use domain::campaign::{Campaign, Entry, Look, State};
use domain::hazard::{Act, Actor, Find, Hazard, HazardCode, Photo, Standing};
use domain::ids::{PlaceId, TownCode};
use domain::inspection::{Companion, Inspection, Occasion, Outcome, Power, Record};
use domain::time::{Date, Timestamp};
use store::campaign::{CampaignFilter, CampaignRecord};
use store::hazard::Filing;
use store::inspection::InspectionFiling;
use store::{Audit, Db, Error, Write};
use testkit::both_databases;

use crate::ground::{day, entry};
use crate::scopes::{below, everything};

/// 2026-03-02 09:00 in the town.
const NOW: Timestamp = Timestamp(1_772_413_200_000);
const DAY_MS: i64 = 86_400_000;

fn town() -> TownCode {
    "500118103000".into()
}

fn audit(id: &str) -> Audit {
    entry("campaign.start", "campaign", id, NOW)
}

fn campaign(id: &str, path: &str, from: &str) -> CampaignRecord {
    let entry = |place: &str| Entry { place: place.into(), added_on: day(from), out: None, unfinished: None };
    CampaignRecord {
        campaign: Campaign {
            id: id.into(),
            class: "school".to_owned(),
            title: format!("{id} 专项"),
            basis: String::new(),
            lead: "office".into(),
            path: path.to_owned(),
            from: day(from),
            until: day("2026-12-31"),
            entries: ["shop", "mill"].map(entry).to_vec(),
            unchecked: Default::default(),
            state: State::Running,
        },
        recorded_by: "某人".to_owned(),
        version: 1,
        recorded_at: NOW,
        changed_at: NOW,
    }
}

fn visit(id: &str, place: &str, days: i64, version: u32, outcome: Outcome) -> Inspection {
    let at = NOW.plus_ms(days * DAY_MS);
    let record = Record {
        id: id.into(),
        town: town(),
        place: place.into(),
        task: None,
        power: Power::Governance,
        occasion: Occasion::Routine,
        inspectors: Vec::new(),
        showed_certificates: false,
        companion: Companion::NotSigned { reason: "无人".to_owned() },
        pins: Vec::new(),
        answers: Vec::new(),
        photos: Vec::new(),
        position: None,
        started_at: at,
        ended_at: at,
    };
    Inspection { record, outcome, recorded_at: at, version, correction: None, flags: Vec::new() }
}

async fn found(tx: &mut Write, id: &str, place: &str, days: i64) -> anyhow::Result<()> {
    let at = NOW.plus_ms(days * DAY_MS);
    let actor = Actor::Staff {
        person: "wang".into(),
        assignment: "hat".into(),
        org: "office".into(),
        standing: Standing::Office,
    };
    let find = Find {
        town: town(),
        place: place.into(),
        item: None,
        code: HazardCode::other(),
        description: "堆放货物".to_owned(),
        photos: vec![Photo { id: format!("{id}-before").as_str().into(), item: None }],
        recurrence_of: None,
        sortie: None,
    };
    let act = Act { actor, happened_at: at, position: None, document_no: None };
    let (hazard, event) = Hazard::found(id.into(), find, act, at)?;
    let filing =
        Filing { code: format!("YH-{id}"), path: "t/v".to_owned(), org: "office".into(), inspection: None };
    Ok(tx.insert_hazard(&hazard, &event, &filing).await?)
}

#[tokio::test]
async fn campaigns_are_listed_newest_first_within_the_scope_and_a_stale_step_is_a_conflict()
-> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut tx = db.write(&town()).await?;
        for one in [
            campaign("a", "t/v1", "2026-01-01"),
            campaign("b", "t/v2", "2026-03-01"),
            campaign("c", "t", "2026-02-01"),
        ] {
            tx.insert_campaign(&one).await?;
        }
        tx.commit(audit("a"), ()).await?;
        let mut read = db.read(&town()).await?;
        let all = CampaignFilter::default();
        let ids = |found: Vec<CampaignRecord>| -> String {
            found.iter().map(|one| one.campaign.id.as_str()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(ids(read.campaigns(&everything(), &all, None, 10).await?), "b c a");
        assert_eq!(ids(read.campaigns(&below(&["t/v1"]), &all, None, 10).await?), "a");
        let after = Some((day("2026-02-01"), "c".into()));
        assert_eq!(ids(read.campaigns(&everything(), &all, after, 10).await?), "a");
        let none = CampaignFilter { class: Some("hospital".to_owned()), state: None };
        assert_eq!(ids(read.campaigns(&everything(), &none, None, 10).await?), "");
        assert_eq!(read.campaign(&"a".into(), &below(&["t/v2"])).await?, None);

        let mut record = campaign("a", "t/v1", "2026-01-01");
        record.campaign = record.campaign.void(NOW, "误录")?;
        let mut tx = db.write(&town()).await?;
        tx.update_campaign(&record).await?;
        let stale = tx.update_campaign(&record).await;
        assert!(matches!(stale, Err(Error::Conflict { table: "campaign", .. })), "{stale:?}");
        drop(tx);
        let mut tx = db.write(&town()).await?;
        tx.update_campaign(&record).await?;
        tx.commit(audit("a"), ()).await?;
        let mut read = db.read(&town()).await?;
        let void = CampaignFilter { class: None, state: Some("void".to_owned()) };
        assert_eq!(ids(read.campaigns(&everything(), &void, None, 10).await?), "a");
        let kept = read.campaign(&"a".into(), &everything()).await?.map(|one| one.version);
        assert_eq!(kept, Some(2));
        assert_eq!(read.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn looks_are_the_last_visit_that_could_be_made_and_the_hazards_of_the_window() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut tx = db.write(&town()).await?;
        let filing = InspectionFiling { path: "t/v".to_owned(), org: "village".into() };
        for one in [
            visit("before", "shop", -1, 1, Outcome::Clear),
            visit("first", "shop", 0, 1, Outcome::Clear),
            visit("last", "shop", 9, 1, Outcome::Hazards),
            visit("after", "shop", 10, 1, Outcome::Clear),
            visit("shut", "mill", 3, 1, Outcome::NotPossible),
            // Taken for a look first, corrected afterwards: nobody got in.
            visit("slip", "mill", 4, 1, Outcome::Clear),
            visit("slip", "mill", 4, 2, Outcome::NotPossible),
        ] {
            tx.insert_inspection(&one, &filing).await?;
        }
        for (id, place, days) in
            [("h0", "shop", -1), ("h1", "shop", 0), ("h2", "shop", 9), ("h3", "mill", 10)]
        {
            found(&mut tx, id, place, days).await?;
        }
        tx.commit(audit("x"), ()).await?;
        let mut read = db.read(&town()).await?;
        let places: Vec<PlaceId> = ["shop", "mill"].map(PlaceId::from).to_vec();
        let window: (Date, Date) = (day("2026-03-02"), day("2026-03-11"));
        let looks = read.looks(&places, window).await?;
        let shop =
            Look { inspection: Some(("last".into(), day("2026-03-11"))), found: 2, open: 2, assessed: None };
        assert_eq!(looks, BTreeMap::from([("shop".into(), shop)]), "a closed door is no look");
        assert_eq!(read.looks(&[], window).await?, BTreeMap::new());
        let signs = read.place_signs(&places, day("2026-03-20")).await?;
        let last = |place: &str| signs.get(&place.into()).and_then(|signs| signs.last_inspected_on);
        assert_eq!(last("shop"), Some(day("2026-03-12")));
        assert_eq!(last("mill"), None, "a closed door, seen or corrected, is no inspection");
        Ok(())
    })
    .await
}
