//! Where things are. Defaults work out of the box; what differs is said on the command line or in the environment.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::Arc;

use app::base_map::GroundService;
use app::{App, Clock};
use clap::Args;
use domain::time::Timestamp;

use crate::demo;

/// Qingfeng's nine digits, filled up to the twelve that every row carries.
const QINGFENG: &str = "500118100000";

/// Options every command understands.
#[derive(Debug, Clone, Args)]
pub struct Where {
    /// Folder that holds everything the embedded default needs.
    #[arg(long, global = true, default_value = "data", env = "FENGSUI_DATA")]
    pub data: PathBuf,
    /// `sqlite:PATH` or `postgres://…`; by default a file in the data folder.
    #[arg(long, global = true, env = "FENGSUI_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// Folder of the master key that opens phone numbers; by default `keys` in the data folder. Never backed up together
    /// with the data.
    #[arg(long, global = true, env = "FENGSUI_KEYS")]
    pub keys: Option<PathBuf>,
    /// The township's twelve digits.
    #[arg(long, global = true, default_value = QINGFENG, env = "FENGSUI_TOWN")]
    pub town: String,
}

/// The machine's clock.
struct SystemClock;

/// The machine's clock.
pub fn clock() -> std::sync::Arc<dyn Clock> {
    std::sync::Arc::new(SystemClock)
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the program looks at the clock")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// Before this the clock is certainly wrong: 2023-01-01 in the town.
const EARLIEST: Timestamp = Timestamp(1_672_502_400_000);

impl Where {
    /// The database to open.
    pub fn url(&self) -> String {
        self.database.clone().unwrap_or_else(|| format!("sqlite:{}", self.data.join("fengsui.db").display()))
    }

    /// The folder of the master key.
    pub fn keys(&self) -> PathBuf {
        self.keys.clone().unwrap_or_else(|| self.data.join("keys"))
    }

    /// What the town is called until the book says otherwise.
    pub fn town_name(&self) -> String {
        if self.town == QINGFENG { "青峰镇".to_owned() } else { self.town.clone() }
    }

    /// Makes the data folder when it is not there; then nobody else on the machine may look in.
    pub fn make_folder(&self) -> std::io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.data)
    }

    /// Opens database and blobs, and refuses to go on with a clock that is certainly wrong.
    pub async fn open(&self) -> anyhow::Result<App> {
        let clock = SystemClock;
        anyhow::ensure!(clock.now() >= EARLIEST, "本机时钟早于 2023 年，请先校准时间再启动");
        self.make_folder()?;
        let blobs = self.data.join("blobs");
        let town = self.town.as_str().into();
        let app = App::open(&self.url(), &self.keys(), &blobs, Arc::new(clock), town).await?;
        let demo = self.database.is_none() && demo::is_demo(&self.data);
        let reader = app::Reader::at(&std::env::current_exe()?);
        let maps = self.data.join("maps");
        let ground = crate::ground::Tianditu::of(&maps).map(|one| Arc::new(one) as Arc<dyn GroundService>);
        Ok(App { demo, reader, maps: Some(maps), ground, ..app })
    }
}
