//! The port devices connect to: how many at once, how many from one address. Every connection is a task of its own, so
//! that none waits for another; when it is full, who has sent nothing yet makes room. What does not belong here: what is said on it (`session`).

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::App;
use app::device::line::Doing;
use protocol::gb26875::Dialect;
use tokio::net::TcpListener;
use tokio::sync::Notify;

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

/// Who is connected, each by its number: the lower, the longer it is here.
#[derive(Default)]
struct Guests {
    next: u64,
    held: HashMap<u64, IpAddr>,
    of: HashMap<IpAddr, usize>,
    /// Who has not sent a frame yet, and how it is told to leave.
    silent: BTreeMap<u64, (IpAddr, Arc<Notify>)>,
}

impl Guests {
    /// A place is free again; nothing when it was given away before.
    fn give_back(&mut self, number: u64) {
        let Some(from) = self.held.remove(&number) else { return };
        self.silent.remove(&number);
        let left = self.of.get(&from).copied().unwrap_or(0).saturating_sub(1);
        if left == 0 {
            self.of.remove(&from);
        } else {
            self.of.insert(from, left);
        }
    }

    /// Who said nothing longest leaves, of one address or of all; whether there was somebody.
    fn make_room(&mut self, of: Option<IpAddr>) -> bool {
        let he = self.silent.iter().find(|(_, (from, _))| of.is_none_or(|of| of == *from));
        let Some((number, leave)) = he.map(|(number, (_, leave))| (*number, leave.clone())) else {
            return false;
        };
        leave.notify_one();
        self.give_back(number);
        true
    }
}

/// One connection's place; given back when it is dropped.
pub(crate) struct Place {
    guests: Arc<Mutex<Guests>>,
    number: u64,
    leave: Arc<Notify>,
}

impl Place {
    /// A place, if need be that of somebody who only holds one: half-open connections keep out nobody who speaks.
    fn take(guests: &Arc<Mutex<Guests>>, from: IpAddr, limits: &Limits) -> Option<Self> {
        let mut inside = guests.lock().unwrap_or_else(PoisonError::into_inner);
        let own = inside.of.get(&from).copied().unwrap_or(0);
        if own >= limits.of_one && !inside.make_room(Some(from)) {
            return None;
        }
        if inside.held.len() >= limits.connections && !inside.make_room(None) {
            return None;
        }
        let (number, leave) = (inside.next, Arc::new(Notify::new()));
        inside.next += 1;
        inside.held.insert(number, from);
        *inside.of.entry(from).or_default() += 1;
        inside.silent.insert(number, (from, leave.clone()));
        Some(Self { guests: Arc::clone(guests), number, leave })
    }

    /// Its number, which no other connection has.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// It sent a frame: it stays.
    pub(crate) fn settle(&self) {
        let mut inside = self.guests.lock().unwrap_or_else(PoisonError::into_inner);
        inside.silent.remove(&self.number);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.guests.lock().unwrap_or_else(PoisonError::into_inner).give_back(self.number);
    }
}

/// Takes connections until the program ends; whoever comes in here speaks this dialect.
pub async fn listen(
    app: App,
    listener: TcpListener,
    dialect: &'static Dialect,
    intake: Intake,
    limits: Limits,
) {
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
            app.switchboard.count(Doing::Crowded);
            tracing::warn!(%from, "too many connections: this one is closed");
            continue;
        };
        let (app, intake) = (app.clone(), intake.clone());
        tokio::spawn(async move {
            // Whoever is told to leave has said nothing: nothing of his is lost.
            tokio::select! {
                () = session::serve(&app, stream, (from, &place), dialect, &intake, &limits) => {}
                () = place.leave.notified() => {
                    app.switchboard.count(Doing::Crowded);
                    tracing::debug!(%from, "a silent connection makes room");
                }
            }
        });
    }
}
