//! The contract of tasks: kept with their events, listed by what is owed; on both databases.

use domain::hazard::{Act, Actor, Standing};
use domain::ids::TownCode;
use domain::task::{Task, Window};
use domain::time::{Date, Timestamp};
use store::task::{StoredTask, TaskFiling, TaskFilter};
use store::{Audit, Db, Error};
use testkit::both_databases;

use crate::ground::entry;
use crate::scopes::{below, everything};

/// 2026-03-02 09:00 in the town.
const NOW: Timestamp = Timestamp(1_772_413_200_000);

fn town() -> TownCode {
    "500118103000".into()
}

fn audit() -> Audit {
    entry("task.step", "task", "", NOW)
}

fn act(person: &str) -> Act {
    let actor = Actor::Staff {
        person: person.into(),
        assignment: "hat".into(),
        org: "village".into(),
        standing: Standing::Inspector,
    };
    Act { actor, happened_at: NOW, position: None, document_no: None }
}

fn days(n: u64) -> Date {
    NOW.date() + chrono::Days::new(n)
}

async fn pending(db: &Db, id: &str, path: &str, due_on: Date) -> anyhow::Result<Task> {
    let window = Window::new(NOW.date(), due_on)?;
    let task = Task::pending(id.into(), "shop".into(), "village".into(), vec!["office".into()], window);
    let mut tx = db.write(&town()).await?;
    tx.insert_task(&task, &filing(id, path), NOW).await?;
    tx.commit(audit(), ()).await?;
    Ok(task)
}

fn filing(id: &str, path: &str) -> TaskFiling {
    TaskFiling {
        code: format!("RW-{id}"),
        plan: Some("plan".into()),
        path: path.to_owned(),
        kind: "routine".to_owned(),
        plan_item: Some(format!("visit-{id}")),
    }
}

#[tokio::test]
async fn a_task_reads_back_with_its_events_and_a_stale_step_is_a_conflict() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        let task = pending(&db, "a", "t/v", days(3)).await?;
        let (taken, event) = task.clone().accept(act("wang"), NOW)?;
        let mut tx = db.write(&town()).await?;
        tx.save_task_step(&taken, &event).await?;
        tx.commit(audit(), ()).await?;
        let wanted = StoredTask { task: taken, filing: filing("a", "t/v"), events: vec![event] };
        assert_eq!(db.read(&town()).await?.task(&"a".into()).await?, Some(wanted));
        let (late, event) = task.accept(act("zhao"), NOW)?;
        let mut tx = db.write(&town()).await?;
        let second = tx.save_task_step(&late, &event).await;
        assert!(matches!(second, Err(Error::Conflict { table: "task", .. })), "{second:?}");
        drop(tx);
        assert_eq!(db.read(&town()).await?.verify().await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_is_owed_is_listed_first_due_first() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let db = Db::open(&fresh.url, &fresh.keys()).await?;
        pending(&db, "b", "t/v1", days(3)).await?;
        pending(&db, "a", "t/v1", days(3)).await?;
        let (gone, event) = pending(&db, "c", "t/v10", days(1)).await?.cancel(act("wang"), "撤店", NOW)?;
        let mut tx = db.write(&town()).await?;
        tx.save_task_step(&gone, &event).await?;
        tx.commit(audit(), ()).await?;
        let mut read = db.read(&town()).await?;
        let all = TaskFilter::default();
        let table = [
            (everything(), all.clone(), None, "c a b"),
            (below(&["t/v1"]), all.clone(), None, "a b"),
            (everything(), all.clone(), Some((days(3), "a".into())), "b"),
            (everything(), TaskFilter { newest: true, ..all.clone() }, None, "b a c"),
            (everything(), TaskFilter { newest: true, ..all.clone() }, Some((days(3), "b".into())), "a c"),
            (everything(), TaskFilter { state: Some("cancelled".to_owned()), ..all.clone() }, None, "c"),
            (
                everything(),
                TaskFilter { state: Some("pending, cancelled".to_owned()), ..all.clone() },
                None,
                "c a b",
            ),
            (everything(), TaskFilter { unanswered_since: Some(days(9)), ..all.clone() }, None, ""),
            (everything(), TaskFilter { overdue_as_of: Some(days(3)), ..all.clone() }, None, ""),
            (everything(), TaskFilter { overdue_as_of: Some(days(4)), ..all.clone() }, None, "a b"),
            (everything(), TaskFilter { assignee: Some("wang".into()), ..all.clone() }, None, ""),
            (everything(), TaskFilter { place: Some("mill".into()), ..all.clone() }, None, ""),
            (everything(), TaskFilter { plan: Some("plan".into()), ..all.clone() }, None, "c a b"),
        ];
        for (scope, filter, after, wanted) in table {
            let rows = read.tasks(&scope, &filter, after, 10).await?;
            let ids: Vec<_> = rows.iter().map(|t| t.task.id.as_str()).collect();
            assert_eq!(ids.join(" "), wanted, "{scope:?} {filter:?}");
            if filter.overdue_as_of.is_some() {
                assert_eq!(read.task_count(&scope, &filter).await?, rows.len() as i64);
            }
        }
        let nowhere = TaskFilter { village: Some("v9".to_owned()), ..TaskFilter::default() };
        assert_eq!(read.task_count(&everything(), &nowhere).await?, 0);
        let unknown = TaskFilter { text: Some("RW-A".to_owned()), ..TaskFilter::default() };
        assert_eq!(read.task_count(&everything(), &unknown).await?, 1, "by number, in any case");
        let of_org = TaskFilter { org: Some("office".into()), ..TaskFilter::default() };
        assert_eq!(read.task_count(&everything(), &of_org).await?, 0, "it only joins");
        let ids = |rows: Vec<StoredTask>| -> Vec<String> {
            rows.into_iter().map(|row| row.task.id.to_string()).collect()
        };
        let (me, mine, all) = ("wang".into(), ["village".into()], everything());
        let mine = (&mine[..], &all);
        assert_eq!(ids(read.tasks_to_do(&me, mine, (days(0), days(0)), 10).await?), ["a", "b"]);
        assert!(
            read.tasks_to_do(&me, (&[], &all), (days(0), days(0)), 10).await?.is_empty(),
            "nothing was given to him"
        );
        let before = days(0) - chrono::Days::new(1);
        assert!(read.tasks_to_do(&me, mine, (before, before), 10).await?.is_empty());
        let ahead = read.tasks_to_do(&me, mine, (before, days(0)), 10).await?;
        assert_eq!(ids(ahead), ["a", "b"], "what begins tomorrow is taken along");
        assert_eq!(ids(read.tasks_open_between(days(2), days(9)).await?), ["a", "b"], "c is cancelled");
        assert!(read.tasks_open_between(days(4), days(9)).await?.is_empty());
        drop(read);
        let mut tx = db.write(&town()).await?;
        let (given, event) = tx.task(&"a".into()).await?.ok_or_else(|| anyhow::anyhow!("a"))?.task.assign(
            act("li"),
            "wang".into(),
            NOW,
        )?;
        tx.save_task_step(&given, &event).await?;
        tx.commit(audit(), ()).await?;
        let mut read = db.read(&town()).await?;
        for (since, n) in [(days(0), 0), (days(1), 1)] {
            let waiting = TaskFilter { unanswered_since: Some(since), ..TaskFilter::default() };
            assert_eq!(read.task_count(&everything(), &waiting).await?, n, "given on the first day: {since}");
        }
        drop(read);
        let mut tx = db.write(&town()).await?;
        let window = Window::new(NOW.date(), days(3))?;
        let twin = Task::pending("twin".into(), "shop".into(), "village".into(), Vec::new(), window);
        let again = TaskFiling { code: "RW-twin".to_owned(), ..filing("a", "t/v1") };
        let refused = tx.insert_task(&twin, &again, NOW).await;
        assert!(
            matches!(refused, Err(Error::Conflict { table: "task", .. })),
            "one task for a visit: {refused:?}"
        );
        Ok(())
    })
    .await
}
