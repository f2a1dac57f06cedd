//! The command line. What is printed with `--json` is one document on standard output; messages for people go to
//! standard error. 0 done, 1 refused or failed with one sentence, 2 wrong usage.
#![expect(clippy::print_stdout, reason = "a command answers on standard output")]

use std::io::{BufRead, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, ensure};
use app::Caller;
use app::post::Newcomer;
use clap::{Parser, Subcommand};
use domain::org::Role;
use serde_json::json;

use crate::config::{self, Where};
use crate::courier::Gateways;
use crate::{bench, danger, demo, doctor, file, frame, keep, ledger, plan, road, serve, storm};

/// 烽燧：乡镇消防安全治理系统
#[derive(Parser)]
#[command(name = "fengsui", version)]
struct Cli {
    #[command(flatten)]
    place: Where,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// 提供服务
    Serve(serve::Asked),
    /// 配置核对
    #[command(subcommand)]
    Config(Config),
    /// 建立演示数据；重复执行不改变已有内容
    Demo {
        /// 清除原有演示数据，重新建立
        #[arg(long)]
        reset: bool,
    },
    /// 检查本机环境
    Doctor,
    /// 账号管理
    #[command(subcommand)]
    User(User),
    /// 记录核对
    #[command(subcommand)]
    Audit(Audit),
    /// 方案文件
    #[command(subcommand)]
    Plan(Plan),
    /// 导入台账：全部写入或全不写入，每处错误指到单元格
    Import(ledger::Import),
    /// 导出台账；导出的文件原样再导入，内容不变
    Export(ledger::Export),
    /// Reads a file from outside within limits; the program starts itself so.
    #[command(name = app::import::SUBCOMMAND, hide = true)]
    Reader {
        /// What to read.
        kind: String,
    },
    /// 路网：统计、导入底图和实测路段
    #[command(subcommand)]
    Roads(road::Roads),
    /// 两点之间的路线；可直接用 OpenStreetMap 文件而不需要数据库，不给文件则用本镇路网
    Route(road::Route),
    /// 若干分钟内从各站能到多远
    Reach(road::Reached),
    /// 站点选址：p 中位、p 中心、集合覆盖、最大覆盖
    Site(road::Site),
    /// GB/T 26875.3 报文
    #[command(subcommand)]
    Frame(frame::Frame),
    /// 森林火险
    #[command(subcommand)]
    Danger(danger::Danger),
    /// CAP 1.2 预警文件
    #[command(subcommand)]
    Cap(frame::Cap),
    /// 向本机服务按固定速率发送告警报文，测量确认用时；报文会留在该服务的记录里
    Storm(storm::Asked),
    /// 备份到空目录，并核对
    Backup {
        /// 要新建的备份目录
        folder: PathBuf,
    },
    /// 从备份恢复到空的数据目录
    Restore {
        /// 备份所在的目录
        folder: PathBuf,
    },
    /// 升级数据库结构；加 --into 时把本镇整个搬到另一个空数据库并核对
    Migrate {
        /// 迁往的数据库：`postgres://…` 或 `sqlite:路径`；带密码时请用环境变量给出
        #[arg(long, env = "FENGSUI_MIGRATE_INTO", hide_env_values = true)]
        into: Option<String>,
    },
    /// 主密钥
    #[command(subcommand)]
    Key(Key),
    /// 输出接口说明
    Openapi,
    /// 测量本机上的耗时；用虚构数据，不碰数据目录
    #[command(hide = true)]
    Bench(bench::Asked),
}

#[derive(Subcommand)]
enum User {
    /// 新增账号；初始密码从标准输入读一行（至少 12 个字符，不用常见密码、键盘顺序、日期、姓名、账号和地名），首次登录须修改
    Add {
        /// 登录名
        login: String,
        /// 角色，如 `sys_admin`、`office_head`：自今天起任职；镇还没有建立时一并建立
        #[arg(long, requires = "territory")]
        role: Option<String>,
        /// 任职的辖区代码，如本镇的十二位代码
        #[arg(long, requires = "role")]
        territory: Option<String>,
        /// 机构的编号、名称或简称；不填时为该村（社区）或镇政府
        #[arg(long, requires = "role")]
        org: Option<String>,
        /// 姓名；不填时用登录名
        #[arg(long, requires = "role")]
        name: Option<String>,
    },
    /// 重置密码；新密码从标准输入读一行（规则与新增账号相同）
    Passwd {
        /// 登录名
        login: String,
    },
    /// 列出账号
    List {
        /// 输出一份 JSON
        #[arg(long)]
        json: bool,
    },
    /// 停用账号
    Disable {
        /// 登录名
        login: String,
    },
    /// 恢复账号
    Enable {
        /// 登录名
        login: String,
    },
}

#[derive(Subcommand)]
enum Config {
    /// 核对启动用的配置，不启动、不改动任何东西；选项与 serve 相同
    Check {
        #[command(flatten)]
        asked: Box<serve::Asked>,
        /// 输出一份 JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Subcommand)]
enum Key {
    /// 更换主密钥；已封存的内容不变，换完请把新密钥另存一份
    Change,
}

#[derive(Subcommand)]
enum Audit {
    /// 核对记录是否被改动；给出事件文件时只核对该文件，不需要数据库
    Verify {
        /// 事件文件，即 `export events` 导出的文件
        file: Option<PathBuf>,
        /// 输出一份 JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Subcommand)]
enum Plan {
    /// 检查方案文件，每个错误都给出行和列
    Check {
        /// 方案文件（TOML）
        file: PathBuf,
    },
    /// 读一份通知（.txt 或 .docx），列出条款和需要人判断的地方
    Lint {
        /// 通知文件
        notice: PathBuf,
        /// 输出一份 JSON
        #[arg(long)]
        json: bool,
    },
    /// 对照两个乡镇的方案文件：各自独有的条款和责任，频次、最少数和参数的不同
    Compare {
        /// 第一份方案文件（TOML）
        a: PathBuf,
        /// 第二份方案文件（TOML）
        b: PathBuf,
        /// 按这一天的内容对照；不填时为两份都已施行的第一天
        #[arg(long)]
        at: Option<String>,
        /// 输出一份 JSON
        #[arg(long)]
        json: bool,
    },
    /// 启用方案文件；同一文件重复执行不改变已有内容
    Install {
        /// 方案文件（TOML）
        file: PathBuf,
    },
    /// 各项责任的落实情况
    Status {
        /// 按这一天结束时所知；不填时为今天
        #[arg(long)]
        at: Option<String>,
        /// 只看这一条
        #[arg(long)]
        clause: Option<String>,
        /// 输出一份 JSON
        #[arg(long)]
        json: bool,
    },
}

/// What a shell says of a program that wrote to somebody who no longer reads.
const NOBODY_READS: i32 = 141;

/// Whoever reads along (`fengsui … | head`) may have read enough: that ends a command quietly and is no fault of it.
fn end_where_nobody_reads() {
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let said = info.payload().downcast_ref::<String>().map(String::as_str).unwrap_or_default();
        if said.starts_with("failed printing to stdout") && said.contains("Broken pipe") {
            std::process::exit(NOBODY_READS);
        }
        told(info);
    }));
}

/// Runs the program.
pub fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        // A log that goes to a file or the journal has no colours.
        .with_ansi(std::io::stderr().is_terminal())
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into()),
        )
        .init();
    let cli = Cli::parse();
    if let Command::Reader { kind } = &cli.command {
        return ExitCode::from(app::import::child_main(kind, std::io::stdin(), std::io::stdout()));
    }
    // A server outlives whoever started it and read its first line.
    if !matches!(cli.command, Command::Serve(_)) {
        end_where_nobody_reads();
    }
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(e) => {
            eprintln!("程序不能启动：{e}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{e:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    let place = cli.place;
    match cli.command {
        Command::Serve(asked) => {
            let mut app = place.open().await?;
            app.courier = Arc::new(match &asked.gateways {
                Some(file) => Gateways::read(file, app.clock.clone())?,
                None => Gateways::none(app.clock.clone()),
            });
            app.uplink = asked.relay.as_deref().map(config::uplink).transpose()?.map(Arc::new);
            if let Some(name) = place.town_name.as_deref() {
                config::name_town(&app, name).await?;
            }
            serve::serve(app, asked).await
        }
        Command::Config(Config::Check { asked, json }) => {
            let found = config::check(&place, &asked).await;
            let is_fit = found.iter().all(|one| one.well);
            if json {
                let checks: Vec<_> = found
                    .iter()
                    .map(|one| json!({ "name": one.name, "well": one.well, "says": one.says }))
                    .collect();
                println!("{}", serde_json::to_string_pretty(&json!({ "ok": is_fit, "checks": checks }))?);
            } else {
                for one in &found {
                    println!("{} {}", if one.well { "好" } else { "差" }, one.says);
                }
            }
            ensure!(is_fit, "配置有问题，改好以后再启动");
            Ok(())
        }
        Command::Demo { reset } => {
            for login in demo::fill(&place, reset).await? {
                println!("账号 {login}  密码 {}", demo::PASSWORD);
            }
            Ok(())
        }
        Command::Doctor => {
            let app = place.open().await?;
            let found = doctor::examine(&place, &app).await;
            for line in &found {
                println!("{} {}", if line.well { "好" } else { "差" }, line.says);
            }
            ensure!(found.iter().all(|line| line.well), "有项目需要处理，见上");
            Ok(())
        }
        Command::User(user) => run_user(place, user).await,
        Command::Audit(Audit::Verify { file: Some(file), json }) => verify_file(&file, json),
        Command::Audit(Audit::Verify { file: None, json }) => verify(place, json).await,
        Command::Plan(Plan::Check { file }) => plan::check(&file),
        Command::Plan(Plan::Lint { notice, json }) => plan::lint(&notice, json),
        Command::Plan(Plan::Compare { a, b, at, json }) => plan::compare(&a, &b, at.as_deref(), json),
        Command::Plan(Plan::Install { file }) => plan::install(place, &file).await,
        Command::Plan(Plan::Status { at, clause, json }) => plan::status(place, at, clause, json).await,
        Command::Import(asked) => {
            let app = place.open().await?;
            let report = ledger::import(&app, &asked).await;
            app.db.close().await;
            let report = report?;
            if ledger::wants_json(&asked) {
                println!("{}", serde_json::to_string_pretty(&report)?);
            } else {
                for line in ledger::lines(&report) {
                    println!("{line}");
                }
            }
            ledger::settled(&asked, &report)
        }
        Command::Export(asked) => {
            let app = place.open().await?;
            let size = ledger::export(&app, &asked).await;
            app.db.close().await;
            println!("已导出 {} 字节", size?);
            Ok(())
        }
        Command::Roads(asked) => road::roads(place, &asked).await,
        Command::Route(asked) => road::route(place, &asked).await,
        Command::Reach(asked) => road::reach(place, &asked).await,
        Command::Site(asked) => road::site(&asked),
        Command::Reader { .. } => Ok(()),
        Command::Frame(asked) => frame::frame(&asked),
        Command::Danger(asked) => danger::danger(&asked),
        Command::Cap(asked) => frame::cap(place, asked).await,
        Command::Storm(asked) => storm::storm(asked, config::clock()).await,
        Command::Backup { folder } => {
            let (blobs, head) = keep::backup(&place.open().await?, &folder).await?;
            println!("备份完成并已核对：附件 {blobs} 个，记录末端 {head}");
            Ok(())
        }
        Command::Restore { folder } => {
            keep::restore(&folder, &place)?;
            verify(place, false).await
        }
        Command::Migrate { into: None } => {
            let app = place.open().await?;
            app.seal_old_rows(&Caller::system()).await?;
            println!("数据库结构已是最新（{}）", app.db.engine().await?);
            Ok(())
        }
        Command::Migrate { into: Some(url) } => {
            let (rows, head) = keep::move_into(&place, &url).await?;
            println!("已搬移并核对：{rows} 行，记录末端 {head}；此后请用新的数据库地址启动");
            Ok(())
        }
        Command::Key(Key::Change) => {
            let app = place.open().await?;
            app.db.change_master_key().await?;
            let file = app.db.key_file().display();
            println!("主密钥已更换：{file}，请另存一份；旧密钥在 {file}.old，确认旧备份不再需要后销毁");
            Ok(())
        }
        Command::Bench(asked) => bench::run(&asked, place.database.as_deref()).await,
        Command::Openapi => {
            print!("{}", api::openapi());
            Ok(())
        }
    }
}

async fn run_user(place: Where, user: User) -> anyhow::Result<()> {
    let app = place.open().await?;
    let caller = Caller::system();
    match user {
        User::Add { login, role: Some(role), territory: Some(territory), org, name } => {
            let role = Role::from_code(&role).with_context(|| {
                let all: Vec<_> =
                    Role::ALL.iter().map(|role| format!("{}（{}）", role.code(), role.label())).collect();
                format!("没有角色 {role}，可用的有：{}", all.join("、"))
            })?;
            let newcomer = Newcomer {
                name: name.unwrap_or_else(|| login.clone()),
                login: login.clone(),
                password: password()?,
                role,
                territory: territory.into(),
                org,
                town_name: place.name_of_town(),
            };
            app.take_on(&caller, newcomer).await.map_err(plainly)?;
            println!("已新增账号 {login}（{}），首次登录须修改密码", role.label());
        }
        User::Add { login, .. } => {
            app.add_account(&caller, &login, &login, &password()?, false).await.map_err(plainly)?;
            println!("已新增账号 {login}，首次登录须修改密码");
        }
        User::Passwd { login } => {
            app.reset_password(&caller, &login, &password()?).await.map_err(plainly)?;
            println!("已重置 {login} 的密码，下次登录须修改");
        }
        User::List { json } => {
            let accounts = app.accounts(&caller).await?;
            if json {
                let items: Vec<_> = accounts
                    .iter()
                    .map(|a| json!({ "login": a.login, "active": a.active, "totp": a.totp_enabled }))
                    .collect();
                println!("{}", serde_json::to_string_pretty(&items)?);
            } else {
                for account in accounts {
                    println!("{}\t{}", account.login, if account.active { "启用" } else { "停用" });
                }
            }
        }
        User::Disable { login } => {
            app.set_account_active(&caller, &login, false).await?;
            println!("已停用 {login}，其所有登录立即失效");
        }
        User::Enable { login } => {
            app.set_account_active(&caller, &login, true).await?;
            println!("已恢复 {login}");
        }
    }
    app.db.close().await;
    Ok(())
}

/// The first sentence about a field, rather than that there is one.
pub(crate) fn plainly(error: app::Error) -> anyhow::Error {
    match &error {
        app::Error::Invalid(problems) => match problems.first() {
            Some(problem) => anyhow::anyhow!("{}", problem.message),
            None => error.into(),
        },
        _ => error.into(),
    }
}

/// A password never comes by argument, where every user of the machine could read it.
fn password() -> anyhow::Result<String> {
    eprintln!(
        "请输入密码（至少 {} 个字符，不用常见密码、键盘顺序、日期、姓名、账号和地名，可用几个不相干的词连成一句），回车结束：",
        app::secret::MIN_PASSWORD
    );
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

async fn verify(place: Where, json: bool) -> anyhow::Result<()> {
    let app = place.open().await?;
    let verified = app.verify(&Caller::system()).await?;
    app.db.close().await;
    if json {
        println!("{}", serde_json::to_string_pretty(&verified)?);
    } else {
        for finding in &verified.findings {
            println!("{}\t{}\t{}", finding.code, finding.place, finding.message);
        }
        println!("记录 {} 条，内容 {} 行，末端 {}", verified.entries, verified.rows, verified.head);
        if verified.findings.is_empty() {
            println!("记录完整，没有发现改动");
        }
    }
    ensure!(verified.findings.is_empty(), "发现 {} 处与记录不符", verified.findings.len());
    Ok(())
}

/// Looks through a file of events by itself.
fn verify_file(file: &Path, json: bool) -> anyhow::Result<()> {
    let bytes = file::bytes(file)?;
    let check = app::subscriber::check_event_file(&bytes);
    if json {
        println!("{}", serde_json::to_string_pretty(&check)?);
    } else {
        for finding in &check.findings {
            println!("{}\t第 {} 行\t{}", finding.code, finding.line, finding.message);
        }
        println!("事件 {} 条，截至第 {} 条记录", check.events, check.up_to);
    }
    ensure!(check.findings.is_empty(), "发现 {} 处与导出时不符", check.findings.len());
    Ok(())
}
