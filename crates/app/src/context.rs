//! What every use case needs: the database, the blobs, the clock and the town. What does not belong here: reading
//! configuration (`server`).

use std::path::Path;
use std::sync::Arc;

use domain::ids::TownCode;
use domain::time::Timestamp;
use store::blob::Blobs;
use store::{Db, Write};

use crate::{Caller, Result};

/// What stands on every page and paper of a demo.
pub const DEMO: &str = "演示数据，所有单位、人员和记录均为虚构";

/// Tells the time; a test's stands still.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The application.
#[derive(Clone)]
pub struct App {
    /// Where the record is.
    pub db: Db,
    /// Where photos and files are.
    pub blobs: Blobs,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Whose office this is.
    pub town: TownCode,
    /// Everything here is made up.
    pub demo: bool,
    /// The judged record, kept in memory.
    pub fulfilment: Arc<crate::fulfilment::known::Kept>,
    /// Layers of the map as read.
    pub layers: Arc<crate::layer::Kept>,
    /// Folder of maps and terrain that somebody put beside the record; none where nobody may.
    pub maps: Option<std::path::PathBuf>,
    /// A service outside that draws the ground; none unless its key was put there.
    pub ground: Option<Arc<dyn crate::base_map::GroundService>>,
    /// The terrain as read, and what was last seen over it.
    pub sights: Arc<crate::facility::sight::Kept>,
    /// The town's roads as a network.
    pub roads: Arc<crate::road::net::Kept>,
    /// Rings after every commit.
    pub bell: crate::event::Bell,
    /// The last changes, for all who listen.
    pub recent: Arc<crate::event::Recent>,
    /// What reads files from outside, and how much it may use.
    pub reader: Reader,
    /// Units connected now, on which something can be said.
    pub switchboard: Arc<crate::device::line::Switchboard>,
    /// Logins refused, counted.
    pub refusals: Arc<crate::account::refusal::Refusals>,
    /// Takes messages to gateways.
    pub courier: Arc<dyn crate::message::Courier>,
    /// The town's server, where this is a village's own box.
    pub uplink: Option<Arc<crate::signal::relay::Uplink>>,
}

/// The child that reads files from outside: how it is started and how much it may use.
#[derive(Debug, Clone)]
pub struct Reader {
    /// A program that understands the hidden subcommand, as a rule our own.
    pub program: exchange::sandbox::Program,
    /// What it may use.
    pub bounds: exchange::sandbox::Bounds,
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            program: exchange::sandbox::Program::new("fengsui"),
            bounds: exchange::sandbox::Bounds::default(),
        }
    }
}

impl Reader {
    /// Our own program under this path.
    pub fn at(path: &Path) -> Self {
        Self { program: exchange::sandbox::Program::new(path), ..Self::default() }
    }
}

impl App {
    /// Opens the database with the keys in their folder, and the folder of blobs.
    // tidy(caller): nobody has called yet.
    pub async fn open(
        url: &str,
        keys: &Path,
        blobs: &Path,
        clock: Arc<dyn Clock>,
        town: TownCode,
    ) -> Result<Self> {
        let (fulfilment, bell) = (Arc::default(), Default::default());
        Ok(Self {
            db: Db::open(url, keys).await?,
            blobs: Blobs::open(blobs)?,
            clock,
            town,
            demo: false,
            fulfilment,
            layers: Arc::default(),
            maps: None,
            ground: None,
            sights: Arc::default(),
            roads: Arc::default(),
            switchboard: Arc::default(),
            refusals: Arc::default(),
            bell,
            recent: Arc::default(),
            reader: Reader::default(),
            courier: Arc::new(crate::message::DeskOnly),
            uplink: None,
        })
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new UUIDv7.
    pub fn new_id(&self) -> String {
        uuid::Uuid::now_v7().to_string()
    }

    /// A writing transaction on behalf of a caller, bound to the operation he sent.
    // tidy(commit): the use case that asked for it commits.
    pub async fn write(&self, caller: &Caller) -> Result<Write> {
        let mut tx = self.db.write(&self.town).await?;
        if let Some(operation) = &caller.operation {
            tx.bind_operation(operation.clone());
        }
        let bell = self.bell.clone();
        tx.after_commit(Box::new(move || bell.ring()));
        Ok(tx)
    }
}
