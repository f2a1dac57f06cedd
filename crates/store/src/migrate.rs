//! One set of migrations for both engines, embedded, applied in order, each in its own transaction and remembered by
//! hash: a file that was applied may never change.

use sqlx::{AssertSqlSafe, Executor};

use crate::db::Pool;
use crate::seal::sha256;
use crate::{Error, Result};

/// Name and text of every migration, in order. Append only; a number that is missing was never used.
const MIGRATIONS: &[(&str, &str)] = &[
    ("0001_house", include_str!("../migrations/0001_house.sql")),
    ("0002_org", include_str!("../migrations/0002_org.sql")),
    ("0003_register", include_str!("../migrations/0003_register.sql")),
    ("0004_field", include_str!("../migrations/0004_field.sql")),
    ("0005_hazard", include_str!("../migrations/0005_hazard.sql")),
    ("0006_board", include_str!("../migrations/0006_board.sql")),
    ("0007_vault", include_str!("../migrations/0007_vault.sql")),
    ("0008_flow", include_str!("../migrations/0008_flow.sql")),
    ("0009_export", include_str!("../migrations/0009_export.sql")),
    ("0010_notice", include_str!("../migrations/0010_notice.sql")),
    ("0011_evidence", include_str!("../migrations/0011_evidence.sql")),
    ("0012_post", include_str!("../migrations/0012_post.sql")),
    ("0013_placard", include_str!("../migrations/0013_placard.sql")),
    ("0014_force", include_str!("../migrations/0014_force.sql")),
    ("0015_training", include_str!("../migrations/0015_training.sql")),
    ("0016_paper", include_str!("../migrations/0016_paper.sql")),
    ("0017_meeting", include_str!("../migrations/0017_meeting.sql")),
    ("0018_muster", include_str!("../migrations/0018_muster.sql")),
    ("0019_facility", include_str!("../migrations/0019_facility.sql")),
    ("0020_road", include_str!("../migrations/0020_road.sql")),
    ("0021_road_scenario", include_str!("../migrations/0021_road_scenario.sql")),
    ("0022_fire_plan", include_str!("../migrations/0022_fire_plan.sql")),
    ("0023_report_siting", include_str!("../migrations/0023_report_siting.sql")),
    ("0024_wire", include_str!("../migrations/0024_wire.sql")),
    ("0025_incident", include_str!("../migrations/0025_incident.sql")),
    ("0026_message", include_str!("../migrations/0026_message.sql")),
    ("0027_report_case", include_str!("../migrations/0027_report_case.sql")),
    ("0029_enforcement", include_str!("../migrations/0029_enforcement.sql")),
    ("0030_house", include_str!("../migrations/0030_house.sql")),
    ("0031_stop_use", include_str!("../migrations/0031_stop_use.sql")),
    ("0032_campaign", include_str!("../migrations/0032_campaign.sql")),
    ("0033_whistle", include_str!("../migrations/0033_whistle.sql")),
    ("0034_joint_control", include_str!("../migrations/0034_joint_control.sql")),
    ("0035_report_order", include_str!("../migrations/0035_report_order.sql")),
    ("0036_assessment", include_str!("../migrations/0036_assessment.sql")),
    ("0037_subscriber", include_str!("../migrations/0037_subscriber.sql")),
    ("0038_project", include_str!("../migrations/0038_project.sql")),
    ("0039_incident_near", include_str!("../migrations/0039_incident_near.sql")),
    ("0040_push", include_str!("../migrations/0040_push.sql")),
    ("0041_paper_template", include_str!("../migrations/0041_paper_template.sql")),
    ("0042_reporter_voice", include_str!("../migrations/0042_reporter_voice.sql")),
    ("0046_intake", include_str!("../migrations/0046_intake.sql")),
    ("0048_calendar", include_str!("../migrations/0048_calendar.sql")),
    ("0052_place_access", include_str!("../migrations/0052_place_access.sql")),
    ("0049_certificate_revoked", include_str!("../migrations/0049_certificate_revoked.sql")),
    ("0056_ground", include_str!("../migrations/0056_ground.sql")),
    ("0053_life", include_str!("../migrations/0053_life.sql")),
    ("0062_boundary", include_str!("../migrations/0062_boundary.sql")),
    ("0063_follow_up_origin", include_str!("../migrations/0063_follow_up_origin.sql")),
    ("0064_incident_caller", include_str!("../migrations/0064_incident_caller.sql")),
    ("0065_place_same_as", include_str!("../migrations/0065_place_same_as.sql")),
    ("0057_relay", include_str!("../migrations/0057_relay.sql")),
    ("0058_message_receipt", include_str!("../migrations/0058_message_receipt.sql")),
    ("0043_assignment_away", include_str!("../migrations/0043_assignment_away.sql")),
    ("0044_device_key", include_str!("../migrations/0044_device_key.sql")),
    ("0045_operation_timing", include_str!("../migrations/0045_operation_timing.sql")),
    ("0066_territory_life", include_str!("../migrations/0066_territory_life.sql")),
    ("0068_by_hand_original_finder", include_str!("../migrations/0068_by_hand_original_finder.sql")),
    ("0069_place_sector_since", include_str!("../migrations/0069_place_sector_since.sql")),
];

const MEMORY: &str =
    "CREATE TABLE IF NOT EXISTS schema_migration (id TEXT PRIMARY KEY, sha256 TEXT NOT NULL)";

macro_rules! run {
    ($pool:expr) => {{
        let mut applied = 0;
        let mut connection = $pool.acquire().await?;
        connection.execute(MEMORY).await?;
        for (id, text) in MIGRATIONS {
            let hash = sha256(text.as_bytes());
            let known: Option<(String,)> =
                sqlx::query_as("SELECT sha256 FROM schema_migration WHERE id = $1")
                    .bind(*id)
                    .fetch_optional(&mut *connection)
                    .await?;
            match known {
                Some((found,)) if found == hash => continue,
                Some(_) => {
                    return Err(Error::Setup(format!(
                        "迁移 {id} 与数据库中已执行的不一致，请使用对应版本的程序"
                    )));
                }
                None => {}
            }
            let mut tx = sqlx::Connection::begin(&mut *connection).await?;
            sqlx::raw_sql(AssertSqlSafe((*text).to_owned())).execute(&mut *tx).await?;
            sqlx::query("INSERT INTO schema_migration (id, sha256) VALUES ($1, $2)")
                .bind(*id)
                .bind(hash)
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
            applied += 1;
        }
        applied
    }};
}

/// Brings the schema up to date and says how many migrations were applied.
pub async fn migrate(pool: &Pool) -> Result<usize> {
    Ok(match pool {
        Pool::Sqlite { writers, .. } => run!(writers),
        Pool::Postgres(pool) => run!(pool),
    })
}
