//! Posts of the sample town that changed hands: one handed over and signed, one whose giver left without signing.

use domain::handover::{Handover, State};
use domain::ids::{HandoverId, PostId};
use domain::org::{Assignment, Role};
use domain::time::{HOUR_MS, Timestamp};
use store::handover::HandoverRecord;

use crate::org::Roster;
use crate::{App, Caller, Result};

/// Draws up a sheet for every post on which one followed another.
pub(super) async fn fill(app: &App, roster: &Roster, id: &(dyn Fn(&str) -> String + Sync)) -> Result<()> {
    let system = Caller::system();
    for post in &roster.posts {
        let mut held: Vec<&Assignment> =
            roster.assignments.iter().filter(|one| one.post == post.id).collect();
        held.sort_by_key(|one| one.from);
        // Where several sit side by side nobody followed anybody.
        let [giver, taker] = held.as_slice() else { continue };
        let Some(last_day) = giver.to.filter(|last| last.succ_opt() == Some(taker.from)) else { continue };
        let at = Timestamp::start_of(taker.from).plus_ms(9 * HOUR_MS);
        if at > app.now() {
            continue;
        }
        let things = match post.role {
            Role::GridManager => vec!["网格巡查记录本 1 册", "网格管理员工作证 1 个"],
            _ => vec!["部门消防安全档案 2 册", "办公室钥匙 1 把"],
        };
        let handover = Handover {
            id: HandoverId::from(id(&format!("handover:{}", post.id))),
            post: PostId::from(post.id.as_str()),
            giver: Some(giver.id.clone()),
            giver_person: Some(giver.person.clone()),
            taker: taker.id.clone(),
            taker_person: taker.person.clone(),
            acting: None,
            last_day: Some(last_day),
            from: taker.from,
            basis: "演示数据：任免通知".to_owned(),
            things: things.into_iter().map(str::to_owned).collect(),
            state: State::Drafted,
        }
        .drafted()?;
        let mut record = HandoverRecord {
            handover,
            org: post.org.clone(),
            path: taker.path.clone(),
            sheet: "null".to_owned(),
            version: 1,
            recorded_at: at,
        };
        let mut tx = app.db.write(&app.town).await?;
        tx.insert_handover(&record).await?;
        tx.commit(system.audit("post.handover", "post", post.id.as_str(), at), ()).await?;
        if post.role == Role::GridManager {
            let signed = record.handover.give(&giver.person, at.plus_ms(HOUR_MS))?;
            record.handover = signed.take(&taker.person, at.plus_ms(2 * HOUR_MS))?;
            record.sheet = "[]".to_owned();
            let mut tx = app.db.write(&app.town).await?;
            tx.update_handover(&record).await?;
            let at = at.plus_ms(2 * HOUR_MS);
            tx.commit(system.audit("handover.sign", "handover", record.handover.id.as_str(), at), ()).await?;
        }
    }
    Ok(())
}
