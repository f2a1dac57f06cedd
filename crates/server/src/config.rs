//! Where things are. Defaults work out of the box; what differs is said on the command line or in the environment, and can be
//! looked through before anything is started. What does not belong here: whether the machine is fit (`doctor`).

use std::collections::HashSet;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, ensure};
use app::base_map::GroundService;
use app::signal::relay::Uplink;
use app::{App, Caller, Clock};
use clap::Args;
use domain::time::Timestamp;
use serde::Deserialize;

use crate::courier::Gateways;
use crate::demo;
use crate::file;
use crate::serve::{self, Asked, Role};

/// The town of whoever says none: nine digits, filled up to the twelve that every row carries, and what it is called.
const DEFAULT_TOWN: (&str, &str) = ("500118100000", "青峰镇");

/// Options every command understands.
#[derive(Debug, Clone, Args)]
pub struct Where {
    /// 数据目录，默认配置所需的都在其中
    #[arg(long, global = true, default_value = "data", env = "FENGSUI_DATA")]
    pub data: PathBuf,
    /// 数据库：`sqlite:路径` 或 `postgres://…`；不填时为数据目录中的文件
    #[arg(long, global = true, env = "FENGSUI_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// 主密钥目录（用于解开电话号码）；不填时为数据目录下的 `keys`；不要与数据备份放在一起
    #[arg(long, global = true, env = "FENGSUI_KEYS")]
    pub keys: Option<PathBuf>,
    /// 本镇的十二位代码
    #[arg(long, global = true, default_value = DEFAULT_TOWN.0, env = "FENGSUI_TOWN")]
    pub town: String,
    /// 本镇名称：建立本镇或尚无名称时写入；否则以启用的方案为准，已有的名称不变
    #[arg(long, global = true, env = "FENGSUI_TOWN_NAME")]
    pub town_name: Option<String>,
}

/// Gives the town the name that was said, where the book has none; another process that was faster has named it.
pub async fn name_town(app: &App, name: &str) -> anyhow::Result<()> {
    match app.name_town(&Caller::system(), name).await {
        Ok(_) | Err(app::Error::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
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

/// The town's server as a village's own box knows it, as its file says: the address, the number under which the box is
/// registered there as a platform, and the secret of that entry.
///
/// ```toml
/// url = "https://xf.example.gov.cn"
/// key = "PT-0007"
/// secret = "…"
/// ```
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UplinkFile {
    url: String,
    key: String,
    secret: String,
}

/// Reads the file that makes this program a village's box.
///
/// Errors: it cannot be read, or misses something.
pub fn uplink(file: &Path) -> anyhow::Result<Uplink> {
    let text = file::text(file)?;
    let said: UplinkFile =
        toml::from_str(&text).context("转报文件应写明 url、key、secret 三项，请对照手册修改")?;
    let address = said.url.trim_end_matches('/');
    let is_address = address.starts_with("https://") || address.starts_with("http://");
    ensure!(is_address, "转报文件的 url 应以 https:// 开头，请改正");
    ensure!(!said.key.trim().is_empty() && !said.secret.is_empty(), "转报文件的 key 和 secret 不能为空");
    Ok(Uplink {
        url: format!("{address}/in/box"),
        key: said.key.trim().to_owned(),
        secret: said.secret,
        last: std::sync::Mutex::default(),
    })
}

/// Whether the clock was ever set.
fn is_set(now: Timestamp) -> bool {
    now >= EARLIEST
}

impl Where {
    /// The database to open.
    pub fn url(&self) -> String {
        self.database.clone().unwrap_or_else(|| format!("sqlite:{}", self.data.join("fengsui.db").display()))
    }

    /// The folder of the master key.
    pub fn keys(&self) -> PathBuf {
        self.keys.clone().unwrap_or_else(|| self.data.join("keys"))
    }

    /// What the town is called, if that was said; the town of whoever says nothing at all has its own name.
    pub fn said_name(&self) -> Option<&str> {
        let said = self.town_name.as_deref().map(str::trim).filter(|name| !name.is_empty());
        said.or_else(|| (self.town == DEFAULT_TOWN.0).then_some(DEFAULT_TOWN.1))
    }

    /// What the town is called until the book says otherwise: its code where nobody said.
    pub fn name_of_town(&self) -> String {
        self.said_name().unwrap_or(&self.town).to_owned()
    }

    /// Makes the data folder when it is not there; then nobody else on the machine may look in.
    pub fn make_folder(&self) -> std::io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.data)
    }

    /// Opens database and blobs, and refuses to go on with a clock that is certainly wrong.
    pub async fn open(&self) -> anyhow::Result<App> {
        let clock = SystemClock;
        anyhow::ensure!(is_set(clock.now()), "本机时钟早于 2023 年，请先校准时间再启动");
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

/// One thing that was looked at.
pub struct Checked {
    /// What: `clock`, `town`, `data`, `keys`, `database`, `roles`, `tls`, `ports`, `mqtt`, `relay` or `gateways`.
    pub name: &'static str,
    /// Whether a start would go on.
    pub well: bool,
    /// What was found, and what to do where it is wrong.
    pub says: String,
}

/// Looks through what a start with these options would use. Nothing is made, migrated or opened for writing.
pub async fn check(place: &Where, asked: &Asked) -> Vec<Checked> {
    let mut out = Vec::new();
    let mut say = |name, found: Result<String, String>| {
        let well = found.is_ok();
        out.push(Checked { name, well, says: found.unwrap_or_else(|wrong| wrong) });
    };
    let now = SystemClock.now();
    say(
        "clock",
        match is_set(now) {
            true => Ok(format!("时钟 {}", now.to_rfc3339())),
            false => Err("时钟 早于 2023 年，请先校准时间".to_owned()),
        },
    );
    let is_code = place.town.len() == 12 && place.town.bytes().all(|byte| byte.is_ascii_digit());
    say(
        "town",
        match is_code {
            true => Ok(format!("乡镇 {}", place.town)),
            false => Err(format!("乡镇 {} 不是十二位代码，请改正 --town", place.town)),
        },
    );
    say("data", folder("数据目录", &place.data));
    say("keys", key(&place.keys().join(store::vault::FILE)));
    say(
        "database",
        match store::probe(&place.url()).await {
            Ok(Some(engine)) => Ok(format!("数据库 {engine}")),
            Ok(None) => Ok("数据库 还没有，第一次启动时建立".to_owned()),
            Err(e) => Err(format!("数据库 连不上：{e}，请核对地址、账号和网络")),
        },
    );
    let all = [Role::Web, Role::Worker, Role::Ingest];
    let absent: Vec<_> = all.into_iter().filter(|role| !asked.does(*role)).map(named).collect();
    say(
        "roles",
        Ok(match absent.is_empty() {
            true => "分工 本进程全部承担".to_owned(),
            false => format!("分工 本进程不承担 {}，须另有进程承担", absent.join("、")),
        }),
    );
    if let Some(tls) = asked.tls() {
        let read = serve::certified(&tls).await;
        say("tls", read.map(|_| "证书 与私钥可用".to_owned()).map_err(|e| format!("证书 {e:#}")));
    } else if asked.does(Role::Web) {
        let is_own = asked.listen.ip().is_loopback();
        let text = if is_own {
            "证书 没有，只在本机提供服务"
        } else {
            "证书 没有：手机离线功能和登录安全都需要 HTTPS"
        };
        say("tls", if is_own { Ok(text.to_owned()) } else { Err(text.to_owned()) });
    }
    let mut ports: Vec<_> = asked.ingest.iter().map(|port| port.at).collect();
    ports.extend(asked.does(Role::Web).then_some(asked.listen));
    let taken: Vec<_> = ports.iter().filter(|at| std::net::TcpListener::bind(at).is_err()).collect();
    let twice = ports.iter().collect::<HashSet<_>>().len() < ports.len();
    say(
        "ports",
        match (taken.is_empty(), twice) {
            (true, false) => Ok(format!("端口 {} 个可用", ports.len())),
            (true, true) => Err("端口 有两项写了同一个，请改开".to_owned()),
            (false, _) => {
                let taken: Vec<_> = taken.iter().map(ToString::to_string).collect();
                Err(format!("端口 {} 占用着或者没有权限，请换一个，或者先停下占用它的程序", taken.join("、")))
            }
        },
    );
    if let Some(address) = &asked.mqtt {
        let read = serve::broker(address);
        say("mqtt", read.map(|_| "消息代理 地址可用".to_owned()).map_err(|e| format!("消息代理 {e:#}")));
    }
    if let Some(file) = &asked.relay {
        let read = uplink(file);
        say("relay", read.map(|_| format!("转报文件 {}", file.display())).map_err(|e| format!("转报 {e:#}")));
    }
    if let Some(file) = &asked.gateways {
        let read = Gateways::read(file, clock());
        let well = format!("通道文件 {}", file.display());
        say("gateways", read.map(|_| well).map_err(|e| format!("通道文件 {e:#}")));
    }
    out
}

fn named(role: Role) -> String {
    clap::ValueEnum::to_possible_value(&role).map(|one| one.get_name().to_owned()).unwrap_or_default()
}

/// A master key nobody else can read, or none yet.
fn key(file: &Path) -> Result<String, String> {
    let shown = file.display();
    if !file.exists() {
        return Ok(format!(
            "主密钥 {shown} 还没有，第一次启动时生成；数据库里已有封存内容的，请先把原来的密钥放回该处"
        ));
    }
    match store::vault::is_private(file) {
        Ok(true) => Ok(format!("主密钥 {shown}")),
        Ok(false) => Err(format!("主密钥 {shown} 其他用户也能读到，请执行 chmod 400 {shown}")),
        Err(e) => Err(format!("主密钥 {e}")),
    }
}

/// A folder that is there and belongs to this user alone, or can be made.
fn folder(what: &str, path: &Path) -> Result<String, String> {
    use std::os::unix::fs::PermissionsExt;
    let shown = path.display();
    match std::fs::metadata(path) {
        Ok(found) if !found.is_dir() => Err(format!("{what} {shown} 不是目录，请换一个")),
        Ok(found) if found.permissions().mode() & 0o077 != 0 => {
            Err(format!("{what} {shown} 其他用户也能进入，请执行 chmod 700 {shown}"))
        }
        Ok(_) => Ok(format!("{what} {shown}")),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            Ok(format!("{what} {shown} 还没有，第一次启动时建立"))
        }
        Err(e) => Err(format!("{what} {shown} 打不开：{e}，请检查权限")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_knows_the_town_by_address_number_and_secret() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("relay.toml");
        let read = |text: &str| {
            std::fs::write(&file, text)?;
            uplink(&file)
        };
        let known = read("url = \"https://xf.example.gov.cn/\"\nkey = \"PT-1\"\nsecret = \"s\"")?;
        assert_eq!((known.url.as_str(), known.key.as_str()), ("https://xf.example.gov.cn/in/box", "PT-1"));
        for wrong in [
            "",
            "url = \"xf.example\"\nkey = \"PT-1\"\nsecret = \"s\"",
            "url = \"https://xf.example\"\nkey = \"\"\nsecret = \"s\"",
            "url = \"https://xf.example\"\nkey = \"PT-1\"\nsecret = \"s\"\nport = 1",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        Ok(())
    }

    #[test]
    fn a_clock_that_was_never_set_is_told_from_one_that_was() {
        let at = |text: &str| Timestamp::parse(text).expect("a time written in a test");
        assert!(!is_set(Timestamp(0)));
        assert!(!is_set(at("2022-12-31T23:59:59+08:00")));
        assert!(is_set(at("2023-01-01T00:00:00+08:00")));
    }
}
