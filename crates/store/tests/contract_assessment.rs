//! The contract of assessments, once on SQLite and once on PostgreSQL: rows read back as they were written, the latest first,
//! within a scope; a stale change; what the board takes from them.

use domain::assessment::{Assessment, Conclusion, Treated};
use domain::ids::TownCode;
use domain::time::Timestamp;
use store::assessment::AssessmentRecord;
use store::{Audit, Db, Error};
use testkit::both_databases;

use crate::ground::{day, entry};
use crate::scopes::{below, everything, of_org};

const TOWN: &str = "500118103000";

fn town() -> TownCode {
    TownCode::from(TOWN)
}

fn at(text: &str) -> Timestamp {
    Timestamp::start_of(day(text))
}

fn audit(id: &str) -> Audit {
    entry("test.write", "assessment", id, at("2026-09-01"))
}

fn record(id: &str, village: &str, on: &str) -> AssessmentRecord {
    let assessment = Assessment {
        id: id.into(),
        place: format!("p-{village}").as_str().into(),
        on: day(on),
        org: "firm".into(),
        contract: Some("c1".into()),
        assessor: "尤评估".to_owned(),
        conclusion: Conclusion::Conditional,
        summary: "线路老化 100%".to_owned(),
        hazards: vec!["h1".into()],
        treatment: "更换".to_owned(),
        treat_by: Some(day("2026-10-01")),
        treated: None,
        files: vec!["f1".to_owned()],
        void: None,
    };
    AssessmentRecord {
        assessment,
        path: format!("{TOWN}/{village}"),
        voided_at: None,
        recorded_by: "某人".to_owned(),
        version: 1,
        recorded_at: at(on),
    }
}

#[tokio::test]
async fn assessments_read_back_within_a_scope_the_latest_first() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let all = [
            record("a1", "v1", "2025-09-01"),
            record("a2", "v1", "2026-08-01"),
            record("a3", "v2", "2026-07-01"),
        ];
        let mut tx = db.write(&town()).await?;
        for one in &all {
            tx.insert_assessment(one).await?;
        }
        tx.commit(audit("a1"), ()).await?;
        let mut read = db.read(&town()).await?;
        let ids = |found: Vec<AssessmentRecord>| -> Vec<String> {
            found.iter().map(|one| one.assessment.id.to_string()).collect()
        };
        assert_eq!(read.assessment(&"a2".into(), &everything()).await?.as_ref(), Some(&all[1]));
        assert_eq!(ids(read.assessments(&everything(), None, 10).await?), ["a2", "a3", "a1"]);
        assert_eq!(ids(read.assessments(&everything(), None, 1).await?), ["a2"]);
        assert_eq!(ids(read.assessments(&everything(), Some(&"p-v1".into()), 10).await?), ["a2", "a1"]);
        let near = below(&[&format!("{TOWN}/v2")]);
        assert_eq!(ids(read.assessments(&near, None, 10).await?), ["a3"]);
        assert_eq!(read.assessment(&"a2".into(), &near).await?, None);
        assert_eq!(ids(read.assessments(&of_org("firm"), None, 10).await?).len(), 3);
        drop(read);

        let treated = Treated { on: day("2026-08-20"), text: "已更换".to_owned(), by: "p".into() };
        let mut after = all[1].clone();
        after.assessment.treated = Some(treated);
        after.voided_at = Some(at("2026-08-21"));
        let mut tx = db.write(&town()).await?;
        tx.update_assessment(&after).await?;
        tx.commit(audit("a2"), ()).await?;
        let mut tx = db.write(&town()).await?;
        let stale = tx.update_assessment(&after).await;
        assert!(matches!(stale, Err(Error::Conflict { .. })), "{stale:?}");
        drop(tx);
        let mut read = db.read(&town()).await?;
        let now =
            read.assessment(&"a2".into(), &everything()).await?.ok_or_else(|| anyhow::anyhow!("kept"))?;
        assert_eq!((now.version, &now.assessment, now.voided_at), (2, &after.assessment, after.voided_at));
        assert_eq!(read.verify().await?.findings, []);
        let names = read.object_refs("assessment", &["a1"]).await?;
        assert!(names.values().all(String::is_empty), "a place nobody registered has no name: {names:?}");
        Ok(())
    })
    .await
}
