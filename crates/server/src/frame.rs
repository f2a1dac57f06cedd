//! `fengsui frame` and `fengsui cap`: bytes of devices and warnings, decoded and encoded without a
//! database; `cap import` keeps a warning.
#![expect(clippy::print_stdout, reason = "a command answers on standard output")]

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail, ensure};
use app::Caller;
use app::signal::Incoming;
use clap::Subcommand;
use domain::device::Provider;
use protocol::gb26875::{self, DIALECTS};
use protocol::{cap, hex, unhex};
use serde_json::{Value, json};

use crate::config::Where;
use crate::file;

#[derive(Subcommand)]
pub enum Frame {
    /// 解读 GB/T 26875.3 报文；不写文件和 --hex 时从标准输入读
    Decode {
        /// 报文文件：字节，或十六进制文本
        file: Option<PathBuf>,
        /// 十六进制数字
        #[arg(long, conflicts_with = "file")]
        hex: Option<String>,
        /// 厂家方言，与标准不同之处
        #[arg(long, default_value = "standard")]
        dialect: String,
        /// 只有数据单元，外面没有帧
        #[arg(long)]
        unit: bool,
        /// 输出一份 JSON
        #[arg(long)]
        json: bool,
    },
    /// 由 JSON（与 decode 的输出同形）生成报文，输出十六进制
    Encode {
        /// JSON 文件；不填时读标准输入
        file: Option<PathBuf>,
        /// 厂家方言，与标准不同之处
        #[arg(long, default_value = "standard")]
        dialect: String,
    },
}

#[derive(Subcommand)]
pub enum Cap {
    /// 检查 CAP 1.2 预警文件
    Check {
        /// 文件
        file: PathBuf,
        /// 输出一份 JSON
        #[arg(long)]
        json: bool,
    },
    /// 收下 CAP 1.2 预警文件，成为一条告警信号
    Import {
        /// 文件
        file: PathBuf,
    },
}

/// The dialect of this name.
///
/// Errors: there is none; all there are, are named.
pub(crate) fn dialect_of(name: &str) -> anyhow::Result<&'static gb26875::Dialect> {
    gb26875::dialect(name).with_context(|| {
        let all: Vec<_> = DIALECTS.iter().map(|one| format!("{}（{}）", one.name, one.label)).collect();
        format!("没有方言 {name}，可用的有：{}", all.join("、"))
    })
}

fn input(file: Option<&Path>) -> anyhow::Result<Vec<u8>> {
    match file {
        Some(file) => file::bytes(file),
        None => {
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes)?;
            Ok(bytes)
        }
    }
}

/// Bytes as they are, or the digits of a text that holds nothing else.
fn bytes_of(input: Vec<u8>) -> Vec<u8> {
    let text = std::str::from_utf8(&input).ok().map(str::trim).filter(|text| !text.is_empty());
    text.and_then(unhex).unwrap_or(input)
}

/// `fengsui frame …`.
pub fn frame(asked: &Frame) -> anyhow::Result<()> {
    match asked {
        Frame::Decode { file, hex, dialect, unit, json } => {
            let dialect = dialect_of(dialect)?;
            let bytes = match hex {
                Some(text) => unhex(text).context("--hex 不是十六进制，请核对")?,
                None => bytes_of(input(file.as_deref())?),
            };
            let decoded = match unit {
                true => gb26875::json::data(&bytes, dialect),
                false => gb26875::json::decode(&bytes, dialect),
            };
            if *json {
                println!("{}", serde_json::to_string_pretty(&decoded)?);
                return Ok(());
            }
            let list = |key: &str| decoded[key].as_array().cloned().unwrap_or_default();
            for unit in list("units") {
                println!("{} {}", unit["type_name"].as_str().unwrap_or_default(), unit["objects"]);
            }
            for frame in list("frames") {
                let units = frame["units"].as_array().cloned().unwrap_or_default();
                let said: Vec<String> = units
                    .iter()
                    .map(|unit| unit["type_name"].as_str().unwrap_or_default().to_owned())
                    .collect();
                println!(
                    "流水号 {} {} 源 {} 目的 {} {} {}",
                    frame["sequence"],
                    frame["time"].as_str().unwrap_or("时间无效"),
                    frame["source"],
                    frame["destination"],
                    frame["command_name"].as_str().unwrap_or_default(),
                    said.join("、")
                );
            }
            let problems = list("problems");
            for problem in &problems {
                println!(
                    "第 {} 字节 {} {}",
                    problem["offset"],
                    problem["code"].as_str().unwrap_or_default(),
                    problem["message"].as_str().unwrap_or_default()
                );
            }
            let is_read = !list("frames").is_empty() || !list("units").is_empty();
            ensure!(problems.is_empty() || is_read, "没有读出报文，问题见上");
            Ok(())
        }
        Frame::Encode { file, dialect } => {
            let dialect = dialect_of(dialect)?;
            let value: Value = serde_json::from_slice(&input(file.as_deref())?).map_err(|error| {
                anyhow!("输入第 {} 行第 {} 列不是 JSON，请核对", error.line(), error.column())
            })?;
            // One frame, a list of them, or the answer of decode.
            let frames = match &value {
                Value::Array(all) => all.clone(),
                Value::Object(map) => match map.get("frames").and_then(Value::as_array) {
                    Some(all) => all.clone(),
                    None => vec![value.clone()],
                },
                _ => bail!("输入应是一帧、若干帧或 decode 的输出"),
            };
            for (n, frame) in frames.iter().enumerate() {
                let frame = gb26875::json::parse_frame(frame)
                    .map_err(|what| anyhow::anyhow!("第 {} 帧：{what}", n + 1))?;
                println!("{}", hex(&frame.encode_as(dialect)));
            }
            Ok(())
        }
    }
}

/// `fengsui cap …`.
pub async fn cap(place: Where, asked: Cap) -> anyhow::Result<()> {
    match asked {
        Cap::Check { file, json } => {
            let (alert, problems) = cap::read(&input(Some(&file))?);
            if json {
                println!(
                    "{}",
                    serde_json::to_string_pretty(&json!({ "alert": alert, "problems": problems }))?
                );
            } else {
                for problem in &problems {
                    println!("{} {}", problem.code, problem.message);
                }
                if let Some(alert) = &alert {
                    println!(
                        "{} {} {} {}",
                        alert.identifier,
                        alert.msg_type,
                        alert.sent,
                        alert.infos.first().and_then(|info| info.headline.as_deref()).unwrap_or_default()
                    );
                }
            }
            ensure!(problems.is_empty(), "预警文件有 {} 处问题，见上", problems.len());
            Ok(())
        }
        Cap::Import { file } => {
            let bytes = input(Some(&file))?;
            let (alert, problems) = cap::read(&bytes);
            let Some(alert) = alert else {
                bail!("{}", problems.first().map_or("预警文件读不出来", |problem| problem.message.as_str()));
            };
            let app = place.open().await?;
            let caller = Caller::system();
            let message = Incoming {
                provider: Provider::Cap,
                dialect: None,
                peer: file.display().to_string(),
                // Whoever commands this machine vouches for it.
                proof: "platform:system".to_owned(),
                mark: format!("cap:{}:{}:{}", alert.sender, alert.identifier, alert.sent),
                bytes,
                before: None,
                beat_of: None,
                problem: None,
            };
            let received = app.receive(&caller, vec![message]).await?;
            while app.digest_signals(&caller, 500).await? > 0 {}
            app.db.close().await;
            println!("{}", if received.kept > 0 { "已收下" } else { "以前已收过，内容不变" });
            for problem in &problems {
                println!("{} {}", problem.code, problem.message);
            }
            Ok(())
        }
    }
}
