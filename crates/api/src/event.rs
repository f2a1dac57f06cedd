//! Changes as they happen, as server-sent events. The id of each is the number of its audit entry, so a browser that
//! comes back is told what it missed.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use app::Caller;
use app::event::Change;
use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{Stream, StreamExt};
use serde::Serialize;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::limit::Seats;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

/// A line now and then, so that nothing between here and the browser thinks nobody is there.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// Changes on their way to one browser.
const IN_FLIGHT: usize = 64;
/// Rights change and sessions end: after this the browser has to come in again. It does so by itself.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// Streams of one session: a page opens one. Source: design of reliability, §7.4; initial value.
const MOST_OF_ONE: usize = 4;
/// Streams of this process: twice what the design measures with.
const MOST: usize = 1_000;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(events)).layer(Extension(Arc::new(Seats::new(MOST_OF_ONE, MOST))))
}

/// Something changed; ask again for what shows it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangeEvent {
    seq: i64,
    action: String,
    object_kind: String,
    object_id: String,
}

/// 实时变化
#[utoipa::path(get, path = "/api/v1/events", tag = "event",
    responses((status = 200, content_type = "text/event-stream", body = ChangeEvent), (status = 401, body = Problem),
        (status = 429, body = Problem)))]
pub(crate) async fn events(
    State(doors): State<Doors>,
    Extension(seats): Extension<Arc<Seats>>,
    Known(caller): Known,
    headers: HeaderMap,
) -> Answer<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    let seat = seats.take(&caller.session)?;
    let told = headers.get("last-event-id").and_then(|v| v.to_str().ok()).and_then(|v| v.trim().parse().ok());
    let last = doors.app.last_change(&caller).await?;
    // A number from the future is of another database.
    let after = told.filter(|seen: &i64| (0..=last).contains(seen)).unwrap_or(last);
    let (tell, hear) = mpsc::channel(IN_FLIGHT);
    tokio::spawn(async move {
        let _ = tokio::time::timeout(LONGEST, follow(doors, caller, after, tell)).await;
    });
    // The seat is free as soon as the browser is gone.
    let told = ReceiverStream::new(hear).map(move |one| {
        let _ = &seat;
        one
    });
    Ok(Sse::new(told).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

/// Tells what changes until nobody listens.
async fn follow(doors: Doors, caller: Caller, mut after: i64, tell: mpsc::Sender<Result<Event, Infallible>>) {
    // Listening begins before looking: nothing falls between.
    let mut bell = doors.app.bell.listen();
    loop {
        match doors.app.changes_after(&caller, after).await {
            Err(error) => {
                tracing::warn!(cause = ?error, "changes could not be read");
                return;
            }
            Ok(changes) => {
                let moved = changes.up_to > after;
                after = changes.up_to;
                for change in changes.seen {
                    let Some(event) = event(&change) else { continue };
                    if tell.send(Ok(event)).await.is_err() {
                        return;
                    }
                }
                if moved {
                    continue;
                }
            }
        }
        tokio::select! {
            () = tell.closed() => return,
            () = doors.app.wait_for_change(&caller, &mut bell) => {}
        }
    }
}

fn event(change: &Change) -> Option<Event> {
    let data = ChangeEvent {
        seq: change.seq,
        action: change.action.clone(),
        object_kind: change.object_kind.clone(),
        object_id: change.object_id.clone(),
    };
    Event::default().id(change.seq.to_string()).event("change").json_data(data).ok()
}
