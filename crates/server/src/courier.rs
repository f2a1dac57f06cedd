//! The courier: takes messages to the gateways a file names, over plain HTTP/1.1 (TLS where the address says so) or SMTP.
//! Addresses come from that file alone, redirects are not followed, and every conversation has an end. What does not
//! belong here: when, to whom and over which channel (`app::message`).
//!
//! The file, one table a channel:
//!
//! ```toml
//! [sms]
//! url = "https://gateway.example/sms"          # {to} is put in percent-encoded
//! body = '{"phone":"{to}","text":"{text}"}'    # {to}, {text} and {key} are put in as JSON strings without quotes
//! secret = "…"                                 # signs time and body: X-Fengsui-Time, X-Fengsui-Signature (HMAC-SHA256)
//! receipt = "id"                               # this field of the answer is kept as the receipt
//! [email]
//! url = "smtp://127.0.0.1:25"
//! from = "fengsui@qingfeng.example"
//! ```
//!
//! `[push]` names the push services of browsers the town sends to, and whom they may write to:
//!
//! ```toml
//! [push]
//! services = ["https://web.push.apple.com", "https://*.notify.windows.com"]
//! contact = "mailto:office@qingfeng.example"
//! ```
//!
//! `wecom` and `dingtalk` know the body and the answer of those robots by themselves; `dingtalk` signs as its robots ask.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use app::Clock;
use app::message::{Carried, Courier, Delivered, Letter, Parcel};
use base64::Engine;
use domain::message::Channel;
use domain::time::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::file;

/// So long one conversation may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// So much of an answer is read. Units: bytes.
const MOST: u64 = 64 * 1024;

/// A gateway as the file describes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    /// Where it is.
    pub url: String,
    /// What is sent, with `{to}`, `{text}` and `{key}`.
    #[serde(default)]
    pub body: Option<String>,
    /// What the body is signed with.
    #[serde(default)]
    pub secret: Option<String>,
    /// Field of the answer that is the receipt.
    #[serde(default)]
    pub receipt: Option<String>,
    /// Sender of e-mail.
    #[serde(default)]
    pub from: Option<String>,
}

/// The push services the town sends to. Browsers name their own address: nothing else is spoken to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Push {
    /// Scheme, host and port; `*.` at the beginning of a host stands for any name before it.
    pub services: Vec<String>,
    /// Whom they may write to, as `mailto:…` or `https://…`. Source: RFC 8292, section 2.1.
    pub contact: String,
}

impl Push {
    fn checked(self) -> anyhow::Result<Self> {
        let is_contact = self.contact.starts_with("mailto:") || self.contact.starts_with("https://");
        ensure!(is_contact, "推送的联系地址 contact 应以 mailto: 或 https:// 开头，请改正");
        ensure!(!self.services.is_empty(), "请写出允许的推送服务 services，如 https://web.push.apple.com");
        for service in &self.services {
            let whole = protocol::web_push::origin(service) == Some(service);
            // A star anywhere else would stand for half the world.
            let host = service.split_once("://").map_or("", |(_, host)| host);
            let host = host.strip_prefix("*.").unwrap_or(host);
            ensure!(
                whole && !host.contains('*') && (host.contains('.') || host.starts_with("localhost")),
                "推送服务“{service}”请写成 https://主机 的样子"
            );
        }
        Ok(self)
    }

    /// Whether the town sends to this address.
    fn takes(&self, endpoint: &str) -> bool {
        let Some((scheme, host)) = protocol::web_push::origin(endpoint).and_then(|all| all.split_once("://"))
        else {
            return false;
        };
        self.services.iter().filter_map(|one| one.split_once("://")).any(|(own, wanted)| {
            own == scheme
                && match wanted.strip_prefix("*.") {
                    Some(end) => host.strip_suffix(end).is_some_and(|before| before.ends_with('.')),
                    None => host == wanted,
                }
        })
    }
}

/// Takes letters to the gateways there are.
pub struct Gateways {
    by_channel: BTreeMap<Channel, Gateway>,
    push: Option<Push>,
    clock: Arc<dyn Clock>,
}

impl Gateways {
    /// No gateway: the desk alone, and platforms that are told of events.
    pub fn none(clock: Arc<dyn Clock>) -> Self {
        Self { by_channel: BTreeMap::new(), push: None, clock }
    }

    /// Reads the file.
    pub fn read(path: &Path, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let text = file::text(path)?;
        Self::parse(&text, clock)
    }

    /// Reads what the file says.
    pub fn parse(text: &str, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let wrong = "通道文件格式不对，请对照手册修改";
        let mut found: BTreeMap<String, toml::Value> = toml::from_str(text).context(wrong)?;
        let push = found.remove(Channel::Push.code()).map(toml::Value::try_into::<Push>).transpose();
        let push = push.context(wrong)?.map(Push::checked).transpose()?;
        let mut by_channel = BTreeMap::new();
        for (code, gateway) in found {
            let gateway: Gateway = gateway.try_into().context(wrong)?;
            let channel = Channel::from_code(&code).filter(|channel| *channel != Channel::Desk);
            let channel = channel.with_context(|| format!("通道文件中的“{code}”不是可用的通道，请改正"))?;
            let schemes: &[&str] =
                if channel == Channel::Email { &["smtp://"] } else { &["http://", "https://"] };
            ensure!(
                schemes.iter().any(|scheme| gateway.url.starts_with(scheme)),
                "通道“{code}”的地址应以 {} 开头，请改正",
                schemes.join(" 或 ")
            );
            by_channel.insert(channel, gateway);
        }
        Ok(Self { by_channel, push, clock })
    }

    async fn take(&self, letter: &Letter) -> anyhow::Result<String> {
        let gateway = self.by_channel.get(&letter.channel).context("没有配置这个通道")?;
        match letter.channel {
            Channel::Email => mail(gateway, letter, self.clock.now()).await,
            _ => self.post(gateway, letter).await,
        }
    }

    async fn post(&self, gateway: &Gateway, letter: &Letter) -> anyhow::Result<String> {
        let robot = matches!(letter.channel, Channel::Wecom | Channel::Dingtalk);
        let template = gateway.body.as_deref().unwrap_or(match letter.channel {
            Channel::Wecom | Channel::Dingtalk => r#"{"msgtype":"text","text":{"content":"{text}"}}"#,
            _ => r#"{"to":"{to}","text":"{text}","key":"{key}"}"#,
        });
        let body = filled(template, letter);
        let now = self.clock.now().0;
        let mut url = gateway.url.replace("{to}", &percent(&letter.to));
        let mut headers = "Content-Type: application/json; charset=utf-8\r\n".to_owned();
        if let Some(secret) = &gateway.secret {
            if letter.channel == Channel::Dingtalk {
                // As DingTalk's robots ask: time and secret, signed with the secret.
                let sign = base64::engine::general_purpose::STANDARD
                    .encode(signed(secret, &format!("{now}\n{secret}"))?);
                let joint = if url.contains('?') { '&' } else { '?' };
                url = format!("{url}{joint}timestamp={now}&sign={}", percent(&sign));
            } else {
                let sign: String = signed(secret, &format!("{now}.{body}"))?
                    .iter()
                    .map(|byte| format!("{byte:02x}"))
                    .collect();
                headers.push_str(&format!("X-Fengsui-Time: {now}\r\nX-Fengsui-Signature: {sign}\r\n"));
            }
        }
        let (status, answer) = http_post(&url, &headers, body.as_bytes()).await?;
        ensure!((200..300).contains(&status), "网关答复 {status}");
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap_or_default();
        if robot && let Some(code) = answer.get("errcode").and_then(serde_json::Value::as_i64) {
            ensure!(code == 0, "网关答复 errcode {code}");
        }
        let field = gateway.receipt.as_deref().and_then(|name| answer.get(name));
        Ok(match field {
            Some(serde_json::Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => status.to_string(),
        })
    }
}

impl Courier for Gateways {
    fn channels(&self) -> Vec<Channel> {
        let push = self.push.iter().map(|_| Channel::Push);
        push.chain(self.by_channel.keys().copied()).collect()
    }

    fn carry<'a>(&'a self, letter: &'a Letter) -> Carried<'a> {
        Box::pin(async move {
            match tokio::time::timeout(PATIENCE, self.take(letter)).await {
                Ok(Ok(receipt)) => Ok(receipt),
                Ok(Err(error)) => Err(format!("{error:#}")),
                Err(_) => Err("网关 10 秒内没有答复".to_owned()),
            }
        })
    }

    fn receipt_secret(&self, channel: Channel) -> Option<String> {
        self.by_channel.get(&channel).and_then(|gateway| gateway.secret.clone())
    }

    fn push_contact(&self, endpoint: &str) -> Option<String> {
        self.push.as_ref().filter(|push| push.takes(endpoint)).map(|push| push.contact.clone())
    }

    fn deliver<'a>(&'a self, parcel: &'a Parcel) -> Delivered<'a> {
        let headers: String =
            parcel.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        Box::pin(async move {
            match tokio::time::timeout(PATIENCE, http_post(&parcel.url, &headers, &parcel.body)).await {
                Ok(Ok((status, _))) => Ok(status),
                Ok(Err(error)) => Err(format!("{error:#}")),
                Err(_) => Err("对方 10 秒内没有答复".to_owned()),
            }
        })
    }
}

fn signed(secret: &str, text: &str) -> anyhow::Result<Vec<u8>> {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).context("密钥不可用")?;
    mac.update(text.as_bytes());
    Ok(mac.finalize().into_bytes().to_vec())
}

/// A template with what is put in as the inside of JSON strings.
fn filled(template: &str, letter: &Letter) -> String {
    let inside = |text: &str| {
        let quoted = serde_json::Value::from(text).to_string();
        quoted.trim_start_matches('"').strip_suffix('"').unwrap_or_default().to_owned()
    };
    // One pass: what is put in is not looked at again.
    let mut out = String::with_capacity(template.len() + letter.text.len());
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let put = [("{to}", &letter.to), ("{text}", &letter.text), ("{key}", &letter.key)];
        match put.iter().find(|(name, _)| after.starts_with(name)) {
            Some((name, text)) => {
                out.push_str(&inside(text));
                rest = &after[name.len()..];
            }
            None => {
                out.push('{');
                rest = &after[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn percent(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// Host, port and path of an address.
fn parts(url: &str) -> anyhow::Result<(bool, String, u16, String)> {
    let (scheme, rest) = url.split_once("://").context("地址不完整")?;
    let tls = scheme == "https";
    let (authority, path) = match rest.find(['/', '?']) {
        Some(at) if rest[at..].starts_with('/') => (&rest[..at], rest[at..].to_owned()),
        Some(at) => (&rest[..at], format!("/{}", &rest[at..])),
        None => (rest, "/".to_owned()),
    };
    ensure!(!authority.contains('@'), "地址中不能写用户名和密码");
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (host, port.parse()?),
        _ => (
            authority,
            if scheme == "smtp" {
                25
            } else if tls {
                443
            } else {
                80
            },
        ),
    };
    Ok((tls, host.trim_matches(['[', ']']).to_owned(), port, path))
}

/// Asks for a picture; no more than so many bytes are taken.
pub(crate) async fn http_get(url: &str, most: u64) -> anyhow::Result<Vec<u8>> {
    let (tls, host, port, path) = parts(url)?;
    // The old version of the protocol: its answers are never sent in chunks.
    let request =
        format!("GET {path} HTTP/1.0\r\nHost: {host}\r\nUser-Agent: fengsui\r\nConnection: close\r\n\r\n");
    let stream = TcpStream::connect((host.as_str(), port)).await.context("连接不上")?;
    let answer = if tls {
        all(secured(stream, host).await?, &request, most).await
    } else {
        all(stream, &request, most).await
    }?;
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n").context("答复不是 HTTP")?;
    let (head, body) = answer.split_at(head);
    let status = String::from_utf8_lossy(head).split(' ').nth(1).map(str::to_owned).unwrap_or_default();
    ensure!(status == "200", "答复 {status}");
    Ok(body.get(4..).unwrap_or_default().to_vec())
}

async fn all(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    request: &str,
    most: u64,
) -> anyhow::Result<Vec<u8>> {
    stream.write_all(request.as_bytes()).await?;
    stream.flush().await?;
    let mut bytes = Vec::new();
    stream.take(most).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

async fn http_post(url: &str, headers: &str, body: &[u8]) -> anyhow::Result<(u16, String)> {
    let (tls, host, port, path) = parts(url)?;
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n",
        body.len()
    );
    let request = [head.as_bytes(), body].concat();
    let stream = TcpStream::connect((host.as_str(), port)).await.context("连接不上网关")?;
    if !tls {
        return asked(stream, &request).await;
    }
    asked(secured(stream, host).await?, &request).await
}

/// The same stream within TLS.
async fn secured(
    stream: TcpStream,
    host: String,
) -> anyhow::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    let mut roots = rustls::RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = rustls::pki_types::ServerName::try_from(host)?;
    Ok(tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, stream).await?)
}

async fn asked(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    request: &[u8],
) -> anyhow::Result<(u16, String)> {
    stream.write_all(request).await?;
    stream.flush().await?;
    let mut bytes = Vec::new();
    let mut answer = stream.take(MOST);
    // A gateway that says how much it sends is not waited for beyond that.
    loop {
        let n = answer.read_buf(&mut bytes).await?;
        if n == 0 || is_whole(&bytes) {
            break;
        }
    }
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").context("网关的答复不是 HTTP")?;
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).context("网关的答复不是 HTTP")?;
    let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    Ok((status, if chunked { unchunked(body) } else { body.to_owned() }))
}

fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let head = head.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    match length.and_then(|n| n.trim().parse::<usize>().ok()) {
        Some(n) => body.len() >= n,
        None => head.contains("transfer-encoding: chunked") && body.ends_with("0\r\n\r\n"),
    }
}

/// The parts of a chunked body, put together.
fn unchunked(body: &str) -> String {
    let mut out = String::new();
    let mut rest = body;
    while let Some((size, after)) = rest.split_once("\r\n") {
        let n = usize::from_str_radix(size.split(';').next().unwrap_or("").trim(), 16).unwrap_or(0);
        let Some(part) = after.get(..n).filter(|part| !part.is_empty()) else { break };
        out.push_str(part);
        rest = after.get(n + 2..).unwrap_or("");
    }
    out
}

/// Hands a letter to a mail server of the own network.
async fn mail(gateway: &Gateway, letter: &Letter, now: Timestamp) -> anyhow::Result<String> {
    let from = gateway.from.as_deref().context("没有配置发件人")?;
    let is_address = |text: &str| text.contains('@') && !text.contains(['\r', '\n', '<', '>', ' ']);
    ensure!(is_address(from) && is_address(&letter.to), "邮件地址不对");
    let (_, host, port, _) = parts(&gateway.url)?;
    let stream = TcpStream::connect((host.as_str(), port)).await.context("连接不上邮件服务器")?;
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    let data = format!("{}\r\n.", written(from, letter, now)?);
    let mut last = said(&mut read, 220).await?;
    for (line, wanted) in [
        ("EHLO fengsui".to_owned(), 250),
        (format!("MAIL FROM:<{from}>"), 250),
        (format!("RCPT TO:<{}>", letter.to), 250),
        ("DATA".to_owned(), 354),
        (data, 250),
    ] {
        write.write_all(format!("{line}\r\n").as_bytes()).await?;
        last = said(&mut read, wanted).await?;
    }
    let _ = write.write_all(b"QUIT\r\n").await;
    Ok(last)
}

/// A letter as it is mailed (RFC 5322, RFC 2045): dated, with an id that is the same whenever the same message is sent, and
/// no line longer than 76 characters.
fn written(from: &str, letter: &Letter, now: Timestamp) -> anyhow::Result<String> {
    let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let date = chrono::DateTime::parse_from_rfc3339(&now.to_rfc3339()).context("时间不对")?.to_rfc2822();
    let id = store::seal::sha256(letter.key.as_bytes());
    let id = id.get(..32).unwrap_or(&id);
    let domain = from.rsplit('@').next().unwrap_or(from);
    let body = encode(&letter.text);
    let lines: Vec<&str> =
        (0..body.len()).step_by(76).filter_map(|at| body.get(at..body.len().min(at + 76))).collect();
    Ok(format!(
        "Date: {date}\r\nFrom: <{from}>\r\nTo: <{}>\r\nMessage-ID: <{id}@{domain}>\r\n\
         Subject: =?UTF-8?B?{}?=\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}",
        letter.to,
        encode("烽燧通知"),
        lines.join("\r\n")
    ))
}

/// The server's answer, when it is the one waited for.
async fn said(read: &mut (impl AsyncBufReadExt + Unpin), wanted: u16) -> anyhow::Result<String> {
    for _ in 0..100 {
        let mut line = String::new();
        (&mut *read).take(4_096).read_line(&mut line).await?;
        let line = line.trim_end().to_owned();
        match line.get(..3).and_then(|code| code.parse::<u16>().ok()) {
            Some(code) if code == wanted && line.as_bytes().get(3) != Some(&b'-') => return Ok(line),
            Some(code) if code == wanted => {}
            _ => bail!("邮件服务器答复：{line}"),
        }
    }
    bail!("邮件服务器的答复没有结束")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(text: &str) -> Letter {
        Letter {
            channel: Channel::Sms,
            to: "138 0000".to_owned(),
            text: text.to_owned(),
            key: "incident/i/open/p".to_owned(),
        }
    }

    #[test]
    fn what_is_put_in_cannot_break_out_of_the_template() {
        let body = filled(r#"{"phone":"{to}","text":"{text}"}"#, &letter("甲\"},{\"x\":\"{to}\n"));
        let read: serde_json::Value = serde_json::from_str(&body).expect("still JSON");
        assert_eq!(read["text"], "甲\"},{\"x\":\"{to}\n");
        assert_eq!(read["phone"], "138 0000");
        assert_eq!(percent("138 &烽"), "138%20%26%E7%83%BD");
    }

    #[test]
    fn only_the_push_services_that_are_named_are_sent_to() {
        let push = |services: &[&str], contact: &str| {
            let services = services.iter().map(|one| (*one).to_owned()).collect();
            Push { services, contact: contact.to_owned() }.checked()
        };
        let own = push(&["https://web.push.apple.com", "https://*.notify.windows.com"], "mailto:a@b.example")
            .expect("two services");
        for (endpoint, wanted) in [
            ("https://web.push.apple.com/x", true),
            ("https://wns2.notify.windows.com/w/?token=1", true),
            ("https://notify.windows.com/", false),
            ("https://evilnotify.windows.com/", false),
            ("http://web.push.apple.com/", false),
            ("https://web.push.apple.com:8443/", false),
            ("https://web.push.apple.com.evil.example/", false),
            ("https://a@web.push.apple.com/", false),
            ("http://127.0.0.1/", false),
        ] {
            assert_eq!(own.takes(endpoint), wanted, "{endpoint}");
        }
        for (services, contact) in [
            (&["https://push.example"][..], "a@b.example"),
            (&[], "mailto:a@b.example"),
            (&["https://*"], "mailto:a@b.example"),
            (&["https://*.example.*"], "mailto:a@b.example"),
            (&["https://push.example/x"], "mailto:a@b.example"),
        ] {
            assert!(push(services, contact).is_err(), "{services:?} {contact}");
        }
    }

    #[test]
    fn a_letter_is_dated_named_and_broken_into_lines() {
        let now = Timestamp::parse("2026-09-21T09:00:00+08:00").expect("an instant");
        let long = letter(&"老街有警情待核实，".repeat(40));
        let mail = written("fengsui@qingfeng.example", &long, now).expect("a letter");
        let (head, body) = mail.split_once("\r\n\r\n").expect("head and body");
        assert!(head.starts_with("Date: Mon, 21 Sep 2026 09:00:00 +0800\r\n"), "{head}");
        let id = head.lines().find_map(|line| line.strip_prefix("Message-ID: ")).expect("an id");
        assert!(id.starts_with('<') && id.ends_with("@qingfeng.example>"), "{id}");
        let again = written("fengsui@qingfeng.example", &long, now.plus_ms(60_000)).expect("a letter");
        assert!(again.contains(id), "a second try is the same letter");
        let other = Letter { key: "incident/i/open/q".to_owned(), ..long.clone() };
        assert!(!written("fengsui@qingfeng.example", &other, now).expect("a letter").contains(id));
        assert!(body.lines().count() > 10 && mail.lines().all(|line| line.len() <= 78), "{mail}");
        let whole =
            base64::engine::general_purpose::STANDARD.decode(body.replace("\r\n", "")).expect("Base64");
        assert_eq!(String::from_utf8(whole).expect("text"), long.text);
    }

    #[test]
    fn addresses_are_taken_apart() {
        for (url, tls, host, port, path) in [
            ("http://127.0.0.1:9000/sms?x=1", false, "127.0.0.1", 9_000, "/sms?x=1"),
            ("https://gateway.example", true, "gateway.example", 443, "/"),
            ("http://[::1]:80?key=1", false, "::1", 80, "/?key=1"),
            ("smtp://mail", false, "mail", 25, "/"),
        ] {
            let found = parts(url).expect("an address");
            assert_eq!(found, (tls, host.to_owned(), port, path.to_owned()), "{url}");
        }
        assert!(parts("http://user:pass@host/").is_err());
        assert_eq!(unchunked("4\r\nWiki\r\n5\r\npedia\r\n0\r\n\r\n"), "Wikipedia");
    }

    #[test]
    fn a_file_that_names_nothing_known_is_refused() {
        struct Still;
        impl Clock for Still {
            fn now(&self) -> domain::time::Timestamp {
                domain::time::Timestamp(0)
            }
        }
        let read = |text: &str| Gateways::parse(text, Arc::new(Still)).map(|found| found.channels());
        assert_eq!(read("[sms]\nurl = \"http://g/\"").expect("one channel"), [Channel::Sms]);
        for wrong in [
            "[fax]\nurl = \"http://g/\"",
            "[desk]\nurl = \"http://g/\"",
            "[sms]\nurl = \"file:///x\"",
            "[sms]\nurl = \"http://g/\"\nx = 1",
            "[push]\nurl = \"https://push.example\"",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
