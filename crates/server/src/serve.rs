//! Serving: plain HTTP on the own machine, HTTPS everywhere else, and an orderly end.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::{Duration, Instant};

use anyhow::Context;
use api::Doors;
use app::{App, Caller};
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use clap::{Args, ValueEnum};
use protocol::gb26875::Dialect;

use crate::embed;
use crate::file;
use crate::frame::dialect_of;

/// How long requests under way may still take when the program is told to stop.
const LAST_ORDERS: Duration = Duration::from_secs(10);

/// How often the worker looks for jobs that are due.
const LOOK_FOR_JOBS_EVERY: Duration = Duration::from_secs(1);
/// The shortest of those clocks counts in minutes.
const LOOK_AT_CLOCKS_EVERY: Duration = Duration::from_secs(30);

/// How often the worker forgets old operations.
const FORGET_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// What a process does; several may share one database, each with its part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// 网页和接口
    Web,
    /// 后台任务、消息、推送
    Worker,
    /// 设备报文
    Ingest,
}

/// How to serve.
#[derive(Debug, Clone, Args)]
pub struct Asked {
    /// 监听地址
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// 本进程的分工，逗号分隔：`web`、`worker`、`ingest`；一个数据库上的多个进程可以分担，每一项至少有一个进程承担
    #[arg(long, env = "FENGSUI_ROLES", value_delimiter = ',', default_value = "web,worker,ingest")]
    pub roles: Vec<Role>,
    /// 证书链（PEM）
    #[arg(long, requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// 私钥（PEM）
    #[arg(long, requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// 给单位的链接和二维码以此开头，如 `https://xf.example.gov.cn`；不填时按浏览器所用的地址
    #[arg(long, env = "FENGSUI_PUBLIC_URL", value_parser = public_url)]
    pub public_url: Option<String>,
    /// GB/T 26875.3 设备的 TCP 接入口，如 `0.0.0.0:5201`；与标准不同的厂家写 `0.0.0.0:5202=方言`；可写多个或用逗号分隔；不填则不接入
    #[arg(long, env = "FENGSUI_INGEST", value_delimiter = ',', value_name = "ADDR[=DIALECT]")]
    pub ingest: Vec<Port>,
    /// 设备发布消息的消息代理，如 `mqtt://用户名:密码@主机:1883`；带密码时请用环境变量给出
    #[arg(long, env = "FENGSUI_MQTT", hide_env_values = true)]
    pub mqtt: Option<String>,
    /// 网关文件：短信、语音、企业微信、钉钉、其他平台和电子邮件
    #[arg(long, env = "FENGSUI_GATEWAYS")]
    pub gateways: Option<PathBuf>,
    /// 村级站点文件：本机独立运行，并把设备报文转交文件中写明的镇服务器
    #[arg(long, env = "FENGSUI_RELAY")]
    pub relay: Option<PathBuf>,
}

impl Asked {
    /// Whether this process does it.
    pub fn does(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Certificate and key, where both are named.
    pub fn tls(&self) -> Option<Tls> {
        self.tls_cert.clone().zip(self.tls_key.clone()).map(|(cert, key)| Tls { cert, key })
    }
}

/// An address without a path, as a link can begin with.
fn public_url(text: &str) -> Result<String, String> {
    let address = text.trim().trim_end_matches('/');
    let host = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    match host.is_some_and(|host| !host.is_empty() && !host.contains(['/', ' ', '?', '#', '@'])) {
        true => Ok(address.to_owned()),
        false => Err("请写成 https://域名 或 https://域名:端口，不带路径".to_owned()),
    }
}

/// Certificate and key, PEM.
#[derive(Debug, Clone)]
pub struct Tls {
    /// Certificate chain.
    pub cert: PathBuf,
    /// Private key.
    pub key: PathBuf,
}

/// A port on which devices speak GB/T 26875.3, all of them in one dialect.
#[derive(Debug, Clone, Copy)]
pub struct Port {
    /// Its address.
    pub at: SocketAddr,
    /// How they speak.
    pub dialect: &'static Dialect,
}

impl FromStr for Port {
    type Err = anyhow::Error;

    /// `ADDR` for the standard, `ADDR=DIALECT` for makers that differ.
    fn from_str(text: &str) -> anyhow::Result<Self> {
        let (at, name) = text.split_once('=').unwrap_or((text, "standard"));
        let at = at.trim().parse().ok();
        let at =
            at.with_context(|| format!("{text} 不是端口，请写成 0.0.0.0:5201 或 0.0.0.0:5202=方言 的样子"))?;
        Ok(Self { at, dialect: dialect_of(name.trim())? })
    }
}

/// Serves until told to stop.
pub async fn serve(app: App, asked: Asked) -> anyhow::Result<()> {
    let (listen, tls) = (asked.listen, asked.tls());
    if asked.does(Role::Web) && tls.is_none() && !listen.ip().is_loopback() {
        tracing::warn!("没有配置 HTTPS：手机离线功能与登录安全都需要 HTTPS，请用 --tls-cert 和 --tls-key");
    }
    let db = app.db.clone();
    match app.seal_old_rows(&Caller::system()).await {
        Ok(0) => {}
        Ok(sealed) => tracing::info!(sealed, "原有的电话已加密封存"),
        // What lies open stays readable, so the town goes on working.
        Err(error) => tracing::error!(cause = ?error, "原有电话的封存没有做完，下次启动继续"),
    }
    let added = app.ensure_shipped_checklists(&Caller::system(), None).await?;
    if added > 0 {
        tracing::info!(added, "检查表已装入，为草稿，请消安办核对后启用");
    }
    if app.ensure_push_key(&Caller::system()).await? {
        tracing::info!("浏览器推送的密钥已生成，封存在数据库中");
    }
    if app.install_shipped_plan(&Caller::system()).await? {
        tracing::info!("方案文件已装入，请消安办核对镇定参数");
    }
    if asked.does(Role::Worker) {
        tokio::spawn(work(app.clone()));
        tokio::spawn(deliver(app.clone()));
        tokio::spawn(tell(app.clone()));
        if app.uplink.is_some() {
            tokio::spawn(hand_over(app.clone()));
        }
    }
    // What came by HTTP is read as well, so whoever works in the background reads it.
    if asked.does(Role::Worker) || asked.does(Role::Ingest) {
        tokio::spawn(ingest::read(app.clone()));
    }
    if asked.does(Role::Ingest) {
        take_in(&app, &asked).await?;
    } else if !asked.ingest.is_empty() || asked.mqtt.is_some() {
        tracing::warn!("本进程的 --roles 不含 ingest，设备端口和消息代理不在这里接");
    }
    if !asked.does(Role::Web) {
        tracing::info!(roles = ?asked.roles, "working without a door");
        told_to_stop().await;
        db.close().await;
        return Ok(());
    }
    let routes =
        api::router(Doors { app, secure: tls.is_some(), public_url: asked.public_url }, embed::routes())
            .into_make_service_with_connect_info::<SocketAddr>();
    let handle = Handle::new();
    tokio::spawn(stop_when_told(handle.clone()));
    match tls {
        Some(tls) => {
            let config = certified(&tls).await?;
            tracing::info!(%listen, "https");
            axum_server::bind_rustls(listen, config).handle(handle).serve(routes).await?;
        }
        None => {
            tracing::info!(%listen, "http");
            axum_server::bind(listen)
                .handle(handle)
                .serve(routes)
                .await
                .with_context(|| format!("不能在 {listen} 提供服务，端口可能被占用"))?;
        }
    }
    db.close().await;
    Ok(())
}

/// Reads certificate and key.
///
/// Errors: a file cannot be read; the two do not belong together.
pub async fn certified(tls: &Tls) -> anyhow::Result<RustlsConfig> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    for one in [&tls.cert, &tls.key] {
        file::known(one)?;
    }
    RustlsConfig::from_pem_file(&tls.cert, &tls.key).await.context("证书或私钥读不出来，请检查两个 PEM 文件")
}

/// The broker devices publish to.
///
/// Errors: the address is none.
pub fn broker(address: &str) -> anyhow::Result<ingest::Broker> {
    ingest::Broker::parse(address).context("消息代理的地址请写成 mqtt://主机:1883 的样子")
}

/// Opens the doors for devices besides HTTP.
async fn take_in(app: &App, asked: &Asked) -> anyhow::Result<()> {
    let intake = ingest::Intake::start(app.clone());
    for Port { at, dialect } in asked.ingest.iter().copied() {
        let listener = tokio::net::TcpListener::bind(at)
            .await
            .with_context(|| format!("不能在 {at} 接收设备报文，端口可能被占用"))?;
        tracing::info!(%at, dialect = dialect.name, "gb26875");
        let (app, intake, limits) = (app.clone(), intake.clone(), ingest::Limits::default());
        tokio::spawn(ingest::listen(app, listener, dialect, intake, limits));
    }
    if let Some(address) = &asked.mqtt {
        tokio::spawn(ingest::subscribe(app.clone(), broker(address)?, intake));
    }
    Ok(())
}

/// The worker: carries out what is due, looks again after a while, and goes on after a failure.
async fn work(app: App) {
    let mut forgotten: Option<Instant> = None;
    let mut clocks: Option<Instant> = None;
    loop {
        if forgotten.is_none_or(|last| last.elapsed() >= FORGET_EVERY) {
            forgotten = Some(Instant::now());
            match app.forget_old_operations().await {
                Ok(n) => tracing::debug!(n, "old operations are forgotten"),
                Err(error) => tracing::error!(cause = ?error, "old operations could not be forgotten"),
            }
        }
        if clocks.is_none_or(|last| last.elapsed() >= LOOK_AT_CLOCKS_EVERY) {
            clocks = Some(Instant::now());
            if let Err(error) = app.tell_of_overdue_whistles(&Caller::system()).await {
                tracing::error!(cause = ?error, "clocks of whistles could not be looked at");
            }
            if let Err(error) = app.tell_of_overdue_reports(&Caller::system()).await {
                tracing::error!(cause = ?error, "clocks of reports could not be looked at");
            }
            if let Err(error) = app.tell_of_due_call_tests(&Caller::system()).await {
                tracing::error!(cause = ?error, "nobody could be told of call tests that are due");
            }
            if let Err(error) = app.follow_house_rule().await {
                tracing::error!(cause = ?error, "houses could not be held against the rule of the day");
            }
        }
        if let Err(error) = app.reckon_blocked_lanes().await {
            tracing::error!(cause = ?error, "blocked lanes could not be looked at");
        }
        if let Err(error) = app.run_due_jobs().await {
            tracing::error!(cause = ?error, "the worker could not look for jobs");
        }
        if let Err(error) = app.reconcile_risk().await {
            tracing::error!(cause = ?error, "risk could not be brought up to date");
        }
        tokio::time::sleep(LOOK_FOR_JOBS_EVERY).await;
    }
}

/// Sends what is due, apart from other work: a call for help waits for no report.
async fn deliver(app: App) {
    let mut bell = app.bell.listen();
    loop {
        if let Err(error) = app.tell_of_silence(&Caller::system()).await {
            tracing::error!(cause = ?error, "nobody could be told that nobody answers");
        }
        match app.deliver_due(&Caller::system()).await {
            Ok(0) => {
                let _ = tokio::time::timeout(LOOK_FOR_JOBS_EVERY, bell.changed()).await;
            }
            Ok(_) => {}
            Err(error) => {
                tracing::error!(cause = ?error, "messages could not be delivered");
                tokio::time::sleep(LOOK_FOR_JOBS_EVERY).await;
            }
        }
    }
}

/// Tells other platforms of events, apart from messages to people: one that does not answer holds up nobody.
async fn tell(app: App) {
    let mut bell = app.bell.listen();
    loop {
        match app.tell_subscribers(&Caller::system()).await {
            Ok(0) => {
                let _ = tokio::time::timeout(LOOK_FOR_JOBS_EVERY, bell.changed()).await;
            }
            Ok(_) => {}
            Err(error) => {
                tracing::error!(cause = ?error, "other platforms could not be told");
                tokio::time::sleep(LOOK_FOR_JOBS_EVERY).await;
            }
        }
    }
}

/// Hands over to the town's server what a village's own box took in, as soon as it is kept and the town can be reached.
async fn hand_over(app: App) {
    let mut bell = app.bell.listen();
    loop {
        match app.relay(&Caller::system()).await {
            Ok(0) => {
                let _ = tokio::time::timeout(LOOK_FOR_JOBS_EVERY, bell.changed()).await;
            }
            Ok(_) => {}
            Err(error) => {
                tracing::error!(cause = ?error, "nothing could be handed over to the town; it is kept and tried again");
                tokio::time::sleep(LOOK_FOR_JOBS_EVERY).await;
            }
        }
    }
}

/// Waits until the program is told to stop.
async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut term) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = term.recv() => {}
    }
}

async fn stop_when_told(handle: Handle<SocketAddr>) {
    told_to_stop().await;
    handle.graceful_shutdown(Some(LAST_ORDERS));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_named_by_its_address_and_perhaps_by_how_one_speaks_there() {
        let read = |text: &str| text.parse::<Port>().map(|port| (port.at.to_string(), port.dialect.name));
        let told = |text: &str| read(text).map_err(|error| error.to_string());
        assert_eq!(told("0.0.0.0:5201"), Ok(("0.0.0.0:5201".to_owned(), "standard")));
        assert_eq!(told("[::]:5202=command_xor"), Ok(("[::]:5202".to_owned(), "command_xor")));
        let unknown = told("0.0.0.0:5201=martian").expect_err("no such dialect");
        assert!(unknown.contains("martian") && unknown.contains("command_sum"), "{unknown}");
        assert!(told("5201").expect_err("no address").contains("0.0.0.0:5201"));
    }

    #[test]
    fn links_begin_with_an_address_and_nothing_else() {
        for (text, wanted) in [
            ("https://xf.example.gov.cn/", Some("https://xf.example.gov.cn")),
            ("http://10.0.0.8:8080", Some("http://10.0.0.8:8080")),
            ("xf.example.gov.cn", None),
            ("https://", None),
            ("https://xf.example.gov.cn/p", None),
            ("https://a@b", None),
        ] {
            assert_eq!(public_url(text).ok().as_deref(), wanted, "{text}");
        }
    }
}
