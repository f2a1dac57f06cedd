//! The contract of outlines, once on SQLite and once on PostgreSQL: read back as they were drawn, territory by territory,
//! and what was drawn before stays.

use domain::boundary::Boundary;
use domain::geometry::Geometry;
use domain::ids::TownCode;
use domain::time::Timestamp;
use store::Db;
use store::boundary::BoundaryRecord;
use testkit::both_databases;

use crate::ground::{day, entry};

fn outline(id: &str, path: &str, from: &str) -> BoundaryRecord {
    let ring = vec![[105.8, 29.2], [105.9, 29.2], [105.9, 29.312_345_6], [105.8, 29.2]];
    BoundaryRecord {
        boundary: Boundary {
            id: id.to_owned(),
            territory: path.rsplit('/').next().unwrap_or_default().into(),
            from: day(from),
            source: "区民政局 100% 界线图".to_owned(),
            area: Geometry::MultiPolygon(vec![vec![ring]]),
        },
        path: path.to_owned(),
        recorded_by: "某人".to_owned(),
        recorded_at: Timestamp::start_of(day(from)),
    }
}

#[tokio::test]
async fn outlines_are_read_back_in_order_and_the_first_stays() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, other) = (TownCode::from("500118103000"), TownCode::from("500118104000"));
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let drawn = [
            outline("b2", "t/v2", "2026-02-01"),
            outline("b1", "t/v1", "2026-01-01"),
            outline("b0", "t/v1", "2026-03-01"),
        ];
        for one in &drawn {
            let mut tx = db.write(&town).await?;
            tx.insert_boundary(one).await?;
            let at = Timestamp::start_of(day("2026-09-01"));
            tx.commit(entry("test.write", "boundary", &one.boundary.id, at), ()).await?;
        }
        let [second, first, then] = drawn;
        assert_eq!(db.read(&town).await?.boundaries().await?, [first, then, second]);
        assert!(db.read(&other).await?.boundaries().await?.is_empty(), "another town's");
        Ok(())
    })
    .await
}
