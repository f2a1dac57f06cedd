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
use protocol::gb26875::Dialect;

use crate::embed;
use crate::frame::dialect_of;

/// How long requests under way may still take when the program is told to stop.
const LAST_ORDERS: Duration = Duration::from_secs(10);

/// How often the worker looks for jobs that are due.
const LOOK_FOR_JOBS_EVERY: Duration = Duration::from_secs(1);
/// The shortest of those clocks counts in minutes.
const LOOK_AT_CLOCKS_EVERY: Duration = Duration::from_secs(30);

/// How often the worker forgets old operations.
const FORGET_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// Certificate and key, PEM.
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

/// Where devices come in besides HTTP.
pub struct Devices {
    /// Ports on which they speak GB/T 26875.3.
    pub tcp: Vec<Port>,
    /// Broker they publish to.
    pub mqtt: Option<String>,
}

/// Serves until told to stop.
pub async fn serve(
    app: App,
    listen: SocketAddr,
    tls: Option<Tls>,
    public_url: Option<String>,
    devices: Devices,
) -> anyhow::Result<()> {
    if tls.is_none() && !listen.ip().is_loopback() {
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
    tokio::spawn(work(app.clone()));
    tokio::spawn(deliver(app.clone()));
    tokio::spawn(tell(app.clone()));
    tokio::spawn(ingest::read(app.clone()));
    let intake = ingest::Intake::start(app.clone());
    for Port { at, dialect } in devices.tcp {
        let listener = tokio::net::TcpListener::bind(at)
            .await
            .with_context(|| format!("不能在 {at} 接收设备报文，端口可能被占用"))?;
        tracing::info!(%at, dialect = dialect.name, "gb26875");
        let (app, intake, limits) = (app.clone(), intake.clone(), ingest::Limits::default());
        tokio::spawn(ingest::listen(app, listener, dialect, intake, limits));
    }
    if let Some(address) = &devices.mqtt {
        let broker =
            ingest::Broker::parse(address).context("消息代理的地址请写成 mqtt://主机:1883 的样子")?;
        tokio::spawn(ingest::subscribe(app.clone(), broker, intake));
    }
    let routes = api::router(Doors { app, secure: tls.is_some(), public_url }, embed::routes())
        .into_make_service_with_connect_info::<SocketAddr>();
    let handle = Handle::new();
    tokio::spawn(stop_when_told(handle.clone()));
    match tls {
        Some(tls) => {
            let _ = rustls::crypto::ring::default_provider().install_default();
            let config = RustlsConfig::from_pem_file(&tls.cert, &tls.key)
                .await
                .context("证书或私钥读不出来，请检查两个 PEM 文件")?;
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

async fn stop_when_told(handle: Handle<SocketAddr>) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut term) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = term.recv() => {}
    }
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
}
