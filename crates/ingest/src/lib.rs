//! The doors devices come through. What arrives is kept by the batch writer ([`batch`]) and confirmed only after its
//! synced commit; reading it is another task ([`read`]) that never holds up a door. What does not belong here: bytes
//! (`protocol`), what they mean in the town (`app::signal`), HTTP (`api`).

mod batch;
mod listener;
mod mqtt;
mod session;

use std::time::Duration;

use app::{App, Caller};

pub use batch::Intake;
pub use listener::{Limits, listen};
pub use mqtt::{Broker, subscribe};

/// How often devices are looked over that should have been heard.
const LOOK_EVERY: Duration = Duration::from_secs(15);
/// Messages read in one write at most; of those that open incidents fewer, so that who waits to be confirmed at a door waits no
/// longer than for a few syncs.
const AT_ONCE: i64 = 50;

/// Reads what was kept, as soon as it is kept, and notes who fell silent. Never ends.
pub async fn read(app: App) {
    let caller = Caller::system();
    let mut bell = app.bell.listen();
    let mut looked: Option<tokio::time::Instant> = None;
    loop {
        match app.digest_signals(&caller, AT_ONCE).await {
            // There may be more.
            Ok(n) if n > 0 => continue,
            Ok(_) => {}
            Err(error) => {
                tracing::error!(cause = ?error, "signals could not be read; they are kept and read later");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
        if looked.is_none_or(|last| last.elapsed() >= LOOK_EVERY) {
            looked = Some(tokio::time::Instant::now());
            if let Err(error) = app.note_silence(&caller).await {
                tracing::error!(cause = ?error, "silent devices could not be noted");
            }
        }
        app.wait_for_change(&caller, &mut bell).await;
    }
}
