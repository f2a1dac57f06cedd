//! The contract of items of authority and cases, once on SQLite and once on PostgreSQL: rows read back as they were
//! written, filters, scopes, a stale step, events that only grow.

use domain::enforcement::{
    Act, AuthorityItem, Case, Clue, Compared, Event, Holder, Party, PartyKind, PenaltyKind, Power, Procedure,
    Range, Stage,
};
use domain::hazard::LegalBasis;
use domain::ids::TownCode;
use domain::time::Timestamp;
use store::enforcement::{AuthorityRecord, CaseFilter, CaseRecord};
use store::{Audit, Db, Error};
use testkit::both_databases;

use crate::ground::{day, entry};
use crate::scopes::{below, everything, of_org};

const TOWN: &str = "500118103000";

fn town() -> TownCode {
    TownCode::from(TOWN)
}

fn audit(id: &str) -> Audit {
    entry("test.write", "enforcement", id, Timestamp::start_of(day("2026-09-01")))
}

fn item(id: &str) -> AuthorityRecord {
    let item = AuthorityItem {
        id: id.into(),
        name: format!("{id} 疏散通道"),
        power: Power::Punish,
        basis: LegalBasis::Delegated,
        delegator: "区消防救援机构".to_owned(),
        law: "消防法第六十条".to_owned(),
        range: Range {
            kinds: [PenaltyKind::Fine].into(),
            organisation_fen: Some((500_000, 5_000_000)),
            citizen_fen: None,
        },
        holder: Holder::Town,
        source: "委托书".to_owned(),
        path: "T".to_owned(),
        from: day("2026-01-01"),
        to: Some(day("2026-12-31")),
        carries_over: String::new(),
        void: None,
        compared: Compared::Before,
    };
    AuthorityRecord {
        item,
        voided_at: None,
        recorded_by: "某人".to_owned(),
        version: 1,
        recorded_at: Timestamp::start_of(day("2026-09-01")),
    }
}

fn case(id: &str, path: &str, org: &str, hazard: Option<&str>) -> CaseRecord {
    let case = Case::open(Clue {
        id: id.into(),
        cause: format!("{id} 堵塞 100% 出口"),
        party: Party {
            name: "老街饭店".to_owned(),
            kind: PartyKind::Organisation,
            uscc: String::new(),
            address: "老街 1 号".to_owned(),
            age: None,
        },
        place: "place".into(),
        hazard: hazard.map(Into::into),
        item: "item".into(),
        officers: vec!["a".into(), "b".into()],
        procedure: Procedure::Ordinary,
        ended_on: day("2026-09-01"),
        found_on: day("2026-09-01"),
        harmed: false,
    });
    CaseRecord {
        case,
        org: org.into(),
        path: path.to_owned(),
        recorded_by: "某人".to_owned(),
        version: 1,
        recorded_at: Timestamp::start_of(day("2026-09-01")),
    }
}

fn event(seq: i64, act: Act, stage: Stage) -> Event {
    Event {
        seq,
        act,
        on: day("2026-09-02"),
        recorded_at: Timestamp::start_of(day("2026-09-02")),
        by: "a".into(),
        document_no: String::new(),
        paper: None,
        outside: Vec::new(),
        text: "写明".to_owned(),
        stage,
    }
}

#[tokio::test]
async fn items_end_and_are_voided_and_stay_on_record() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let (mut first, second) = (item("i1"), item("i2"));
        let mut tx = db.write(&town()).await?;
        tx.insert_authority_item(&first).await?;
        tx.insert_authority_item(&second).await?;
        tx.commit(audit("i1"), ()).await?;
        let mut read = db.read(&town()).await?;
        assert_eq!(read.authority_item(&"i1".into()).await?, Some(first.clone()));
        assert_eq!(read.authority_items().await?, vec![first.clone(), second]);
        assert_eq!(read.authority_item(&"none".into()).await?, None);
        drop(read);

        first.item.void = Some("登记有误".to_owned());
        first.item.to = Some(day("2026-10-31"));
        first.voided_at = Some(Timestamp::start_of(day("2026-09-03")));
        let mut tx = db.write(&town()).await?;
        tx.update_authority_item(&first).await?;
        tx.commit(audit("i1"), ()).await?;
        let mut tx = db.write(&town()).await?;
        assert!(
            matches!(tx.update_authority_item(&first).await, Err(Error::Conflict { .. })),
            "it is at version 2"
        );
        drop(tx);
        let mut read = db.read(&town()).await?;
        first.version = 2;
        assert_eq!(read.authority_item(&"i1".into()).await?, Some(first));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn cases_are_read_back_listed_within_the_scope_and_stepped_once() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let mut one = case("c1", "T/V1", "office", Some("h1"));
        let mut two = case("c2", "T/V2", "police", None);
        two.recorded_at = Timestamp::start_of(day("2026-09-02"));
        let mut tx = db.write(&town()).await?;
        for record in [&one, &two] {
            tx.insert_case(record, &event(1, Act::Open, Stage::Clue)).await?;
        }
        tx.commit(audit("c1"), ()).await?;

        let mut read = db.read(&town()).await?;
        assert_eq!(read.case(&"c1".into(), &everything()).await?, Some(one.clone()));
        assert_eq!(read.case(&"c1".into(), &below(&["T/V2"])).await?, None);
        assert_eq!(read.case(&"c2".into(), &of_org("police")).await?, Some(two.clone()));
        let all = CaseFilter::default();
        assert_eq!(read.cases(&everything(), &all, None, 9).await?, vec![two.clone(), one.clone()]);
        let after = Some((two.recorded_at, two.case.id.clone()));
        assert_eq!(read.cases(&everything(), &all, after, 9).await?, vec![one.clone()]);
        for (filter, n) in [
            (CaseFilter { stages: Some("clue,filed".to_owned()), ..all.clone() }, 2),
            (CaseFilter { stages: Some("closed".to_owned()), ..all.clone() }, 0),
            (CaseFilter { place: Some("place".to_owned()), ..all.clone() }, 2),
            (CaseFilter { hazard: Some("h1".to_owned()), ..all.clone() }, 1),
            (CaseFilter { text: Some("100%".to_owned()), ..all.clone() }, 2),
            (CaseFilter { text: Some("c1 堵".to_owned()), ..all.clone() }, 1),
        ] {
            assert_eq!(read.cases(&everything(), &filter, None, 9).await?.len(), n, "{filter:?}");
        }
        assert_eq!(read.cases_of_hazard(&"h1".into()).await?, vec![one.clone()]);
        drop(read);

        one.case.stage = Stage::Filed;
        one.case.number = Some("案-2026-1".to_owned());
        one.case.filed_on = Some(day("2026-09-02"));
        let mut tx = db.write(&town()).await?;
        let filed =
            Event { document_no: "立〔2026〕1号".to_owned(), ..event(2, Act::File, Stage::Filed) };
        tx.save_case(&one, &filed).await?;
        tx.commit(audit("c1"), ()).await?;
        let mut tx = db.write(&town()).await?;
        let late = tx.save_case(&one, &event(2, Act::File, Stage::Filed)).await;
        assert!(matches!(late, Err(Error::Conflict { .. })), "somebody was quicker");
        drop(tx);
        let mut read = db.read(&town()).await?;
        one.version = 2;
        assert_eq!(read.case(&"c1".into(), &everything()).await?, Some(one));
        let events = read.case_events(&"c1".into()).await?;
        assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(events[1].act, Act::File);
        assert_eq!(read.case_of_document("file", "立〔2026〕1号").await?, Some("c1".into()));
        assert_eq!(read.case_of_document("file", "立〔2026〕2号").await?, None);
        assert_eq!(read.case_of_document("decide", "立〔2026〕1号").await?, None);
        Ok(())
    })
    .await
}
