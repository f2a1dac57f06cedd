//! The stream of changes to many at once: the record is read once for all of them, and who lags behind or comes back misses
//! nothing. What does not belong here: who is told of what (`board`, `policy`).

use std::time::Duration;

use app::Caller;
use app::event::AT_HAND;
use axum::body::{Body, BodyDataStream};
use axum::http::{Request, StatusCode, header};
use futures::StreamExt;
use testkit::both_databases;
use tower::ServiceExt;

use crate::common::{Browser, Town, town};

/// A stream of this browser, after a number if it was there before.
async fn listen(town: &Town, browser: &Browser, last: Option<i64>) -> anyhow::Result<BodyDataStream> {
    let mut asked = Request::builder().uri("/api/v1/events").header(header::COOKIE, &browser.cookie);
    if let Some(last) = last {
        asked = asked.header("last-event-id", last.to_string());
    }
    let answer = town.router.clone().oneshot(asked.body(Body::empty())?).await?;
    assert_eq!(answer.status(), StatusCode::OK);
    Ok(answer.into_body().into_data_stream())
}

/// The numbers a stream tells until it has told this one.
async fn numbers(stream: &mut BodyDataStream, until: i64) -> anyhow::Result<Vec<i64>> {
    let (mut rest, mut seen) = (String::new(), Vec::new());
    while seen.last() != Some(&until) {
        let Ok(Some(piece)) = tokio::time::timeout(Duration::from_secs(20), stream.next()).await else {
            break;
        };
        rest.push_str(&String::from_utf8_lossy(&piece?));
        while let Some((line, after)) = rest.split_once('\n') {
            seen.extend(line.strip_prefix("id:").and_then(|id| id.trim().parse::<i64>().ok()));
            rest = after.to_owned();
        }
    }
    Ok(seen)
}

/// So many settings are changed, each in a commit of its own.
async fn changed(town: &Town, n: usize) -> anyhow::Result<()> {
    let system = Caller::system();
    for k in 0..n {
        let tx = town.app.write(&system).await?;
        let audit = system.audit("parameter.set", "parameter", &format!("made.up.{k}"), town.app.now());
        tx.commit(audit, ()).await?;
    }
    Ok(())
}

#[tokio::test]
async fn who_lags_behind_what_is_kept_at_hand_or_comes_back_misses_nothing() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let clerk = town.login("clerk").await?;
        let first = town.app.last_change(&Caller::system()).await?;
        // One is asleep meanwhile: more happens than lies on the way to it and is kept at hand together.
        let mut asleep = listen(&town, &clerk, None).await?;
        let awake = listen(&town, &clerk, None).await?;
        let n = AT_HAND + 200;
        let last = first + n as i64;
        let heard = tokio::spawn(async move {
            let mut awake = awake;
            numbers(&mut awake, last).await
        });
        changed(&town, n).await?;
        let all: Vec<i64> = (first + 1..=last).collect();
        assert_eq!(heard.await??, all, "who reads along");
        assert_eq!(numbers(&mut asleep, last).await?, all, "who lagged");
        let mut back = listen(&town, &clerk, Some(first)).await?;
        assert_eq!(numbers(&mut back, last).await?, all, "who was away");
        let mut near = listen(&town, &clerk, Some(last - 3)).await?;
        assert_eq!(numbers(&mut near, last).await?, [last - 2, last - 1, last], "who was away for a moment");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_record_is_read_once_however_many_listen() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut crowd = Vec::new();
        for login in ["clerk", "head", "leader", "director", "secretary1"] {
            let browser = town.login(login).await?;
            for _ in 0..4 {
                crowd.push(listen(&town, &browser, None).await?);
            }
        }
        let (first, before) = (town.app.last_change(&Caller::system()).await?, town.app.recent.looks());
        let begun = std::time::Instant::now();
        let n = 20;
        changed(&town, n).await?;
        let last = first + n as i64;
        let all: Vec<i64> = (first + 1..=last).collect();
        for mut stream in crowd {
            let told = numbers(&mut stream, last).await?;
            assert_eq!(told, all);
        }
        // Once for each ring of the bell at most, and now and then because another node may have written.
        let looks = town.app.recent.looks() - before;
        let most = n as u64 + 2 + begun.elapsed().as_secs() / 2;
        assert!((1..=most).contains(&looks), "{looks} looks, {most} at most");
        Ok(())
    })
    .await
}
