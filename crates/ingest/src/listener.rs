//! The port devices connect to: how many at once, how many from one address. Every connection is a task of its own, so
//! that none waits for another. What does not belong here: what is said on it (`session`).

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::App;
use tokio::net::TcpListener;

use crate::batch::Intake;
use crate::session;

/// How much devices may ask of the port.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at once.
    pub connections: usize,
    /// Connections of one address at once.
    pub of_one: usize,
    /// The first frame comes within this time, or the connection ends.
    pub first: Duration,
    /// So long a connection may say nothing after it.
    pub quiet: Duration,
    /// Broken frames of one connection, after which it ends.
    pub broken: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 8_192,
            of_one: 256,
            first: Duration::from_secs(20),
            quiet: Duration::from_secs(15 * 60),
            broken: 50,
        }
    }
}

/// Who is connected.
#[derive(Default)]
struct Guests {
    all: usize,
    of: HashMap<IpAddr, usize>,
}

/// One connection's place; given back when it is dropped.
struct Place {
    guests: Arc<Mutex<Guests>>,
    from: IpAddr,
}

impl Place {
    fn take(guests: &Arc<Mutex<Guests>>, from: IpAddr, limits: &Limits) -> Option<Self> {
        let mut inside = guests.lock().unwrap_or_else(PoisonError::into_inner);
        let own = inside.of.get(&from).copied().unwrap_or(0);
        if inside.all >= limits.connections || own >= limits.of_one {
            return None;
        }
        inside.all += 1;
        inside.of.insert(from, own + 1);
        Some(Self { guests: Arc::clone(guests), from })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inside = self.guests.lock().unwrap_or_else(PoisonError::into_inner);
        inside.all = inside.all.saturating_sub(1);
        let left = inside.of.get(&self.from).copied().unwrap_or(0).saturating_sub(1);
        if left == 0 {
            inside.of.remove(&self.from);
        } else {
            inside.of.insert(self.from, left);
        }
    }
}

/// Takes connections until the program ends.
pub async fn listen(app: App, listener: TcpListener, intake: Intake, limits: Limits) {
    let guests = Arc::new(Mutex::new(Guests::default()));
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, as a rule: those inside go on, and some of them leave.
                tracing::error!(cause = ?error, "no more connections can be taken for now");
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            }
        };
        let from = peer.ip().to_canonical();
        let Some(place) = Place::take(&guests, from, &limits) else {
            tracing::warn!(%from, "too many connections: this one is closed");
            continue;
        };
        let (app, intake) = (app.clone(), intake.clone());
        tokio::spawn(async move {
            session::serve(&app, stream, from, &intake, &limits).await;
            drop(place);
        });
    }
}
