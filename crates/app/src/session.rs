//! Sessions: begun by a login, idle and absolute limits, at most five at a time, ended everywhere when the password
//! changes (reliability rules of sessions and credentials). What does not belong here: cookies (`api::auth`), how a phone
//! shows its key (`proof`).

mod proof;

pub use proof::Proof;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::contract::covered;
use domain::ids::AccountId;
use domain::org::Role;
use domain::policy::{Action, Hats};
use domain::time::Timestamp;
use serde::Serialize;
use store::account::Account;
use store::session::Session;
pub use store::session::Session as Live;
use utoipa::ToSchema;

use crate::account::must_enrol;
use crate::{App, Caller, Error, Result, secret};

/// A desk session that is not used ends after half an hour.
const DESK_IDLE_MS: i64 = 30 * 60 * 1000;
/// A desk session ends after twelve hours.
const DESK_MS: i64 = 12 * 3600 * 1000;
/// A phone session that is bound to a key of the phone ends after seven days; one that is not lasts as long as a desk's.
const PHONE_MS: i64 = 7 * 24 * 3600 * 1000;
/// An access code of the map ends after ninety days (P), or with the password.
const MAP_MS: i64 = 90 * 24 * 3600 * 1000;
/// Live sessions of one person; codes of the map are counted apart.
const MAX_LIVE: usize = 5;
/// Use of a session is noted no more often than this, so that reading does not write.
const NOTE_EVERY_MS: i64 = 60 * 1000;

/// From where a session is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// `desk`, `phone` or `map`.
    pub kind: Kind,
    /// Network address.
    pub address: String,
    /// What the browser says it is.
    pub agent: String,
    /// Public half of the phone's key, base64url of the uncompressed P-256 point; empty when it has none.
    pub key: String,
}

/// What a browser shows of a session.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The session's reference.
    pub reference: &'a str,
    /// That the phone's key was shown lately, see [`App::prove`].
    pub proof: Option<&'a str>,
    /// Who the page believes is signed in; another may have signed in since, in the same browser.
    pub person: Option<&'a str>,
}

impl<'a> From<&'a String> for Shown<'a> {
    /// A reference alone.
    fn from(reference: &'a String) -> Self {
        Self { reference, proof: None, person: None }
    }
}

impl<'a> From<&'a str> for Shown<'a> {
    /// A reference alone.
    fn from(reference: &'a str) -> Self {
        Self { reference, proof: None, person: None }
    }
}

/// What a session is used on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Shared office computer: short.
    Desk,
    /// One's own phone, in the field for days.
    Phone,
    /// A program that reads the map by an access code, and may do nothing else.
    Map,
    /// A program that by its code may also change what map programs may change.
    MapEdit,
}

/// An access code of the map, shown once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MapCode {
    /// User name of HTTP Basic; the code alone counts.
    pub login: String,
    /// Its password.
    pub code: String,
    /// Until when it opens, RFC 3339.
    pub expires_at: String,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Desk => "desk",
            Self::Phone => "phone",
            Self::Map => "map",
            Self::MapEdit => "map_edit",
        }
    }
}

/// What a reference is to open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    /// Everything, from a browser.
    Browser,
    /// The map, to read.
    MapRead,
    /// The map, to change.
    MapEdit,
}

impl Door {
    /// Whether a session of this kind opens it. A code that lies in some program's settings must not open anything but
    /// the map, and one that was given to read must not change it.
    fn opens_to(self, kind: &str) -> bool {
        let is_edit = kind == Kind::MapEdit.as_str();
        match self {
            Self::Browser => !is_edit && kind != Kind::Map.as_str(),
            Self::MapRead => is_edit || kind == Kind::Map.as_str(),
            Self::MapEdit => is_edit,
        }
    }
}

fn ended() -> Error {
    Error::Unauthenticated {
        code: "session.expired", message: "登录已过期，请重新登录".to_owned()
    }
}

/// Why a session that gave way to a later one opens nothing: to the pages it has ended like any other.
fn crowded_out() -> Error {
    let message = format!("这个账号同时登录超过 {MAX_LIVE} 处，最早的这一处已自动退出，请重新登录");
    Error::Unauthenticated { code: "session.expired", message }
}

/// The code of the refusal that asks a program for another access code.
pub const CODE_WRONG: &str = "session.code_wrong";

/// Why a program is not let in to the map: no cookie has expired, its code is none.
fn no_code() -> Error {
    Error::Unauthenticated {
        code: CODE_WRONG,
        message:
            "访问码不对、已满 90 天或已停用，请到“一张图”的“接到 QGIS”另取一个填进程序；登录密码不是访问码"
                .to_owned(),
    }
}

impl App {
    /// Begins a session within the login's transaction and returns the reference the browser keeps. The oldest one
    /// gives way when there are too many.
    pub(crate) async fn begin_session(
        &self,
        tx: &mut store::Write,
        account: &Account,
        device: &Device,
    ) -> Result<(String, Session)> {
        let now = self.now();
        let reference = secret::random_reference()?;
        let length = match device.kind {
            Kind::Phone if !device.key.is_empty() => PHONE_MS,
            Kind::Desk | Kind::Phone => DESK_MS,
            Kind::Map | Kind::MapEdit => MAP_MS,
        };
        let session = Session {
            id: session_id(&reference),
            account: account.id.clone(),
            kind: device.kind.as_str().to_owned(),
            created_at: now,
            seen_at: now,
            expires_at: now.plus_ms(length),
            factor_at: now,
            epoch: account.epoch,
            address: device.address.clone(),
            agent: device.agent.chars().take(200).collect(),
            ended_at: None,
            device_key: if device.kind == Kind::Phone { device.key.clone() } else { String::new() },
        };
        let mut live = tx.live_sessions(&account.id, now).await?;
        let is_code = |session: &Session| Door::MapRead.opens_to(&session.kind);
        live.retain(|known| is_code(known) == is_code(&session));
        let surplus = (live.len() + 1).saturating_sub(MAX_LIVE);
        for old in live.iter().take(surplus) {
            tx.end_session(&old.id, &account.id, now).await?;
        }
        tx.insert_session(&session).await?;
        Ok((reference, session))
    }

    /// Gives the caller's session another reference within a transaction: what was read of the old one opens nothing more.
    pub(crate) async fn renew_session(
        &self,
        tx: &mut store::Write,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<(String, Session)> {
        let old =
            tx.session(&caller.session).await?.filter(|old| old.ended_at.is_none()).ok_or_else(ended)?;
        let reference = secret::random_reference()?;
        let renewed = Session { id: session_id(&reference), seen_at: now, factor_at: now, ..old };
        tx.end_session(&caller.session, &caller.account, now).await?;
        tx.insert_session(&renewed).await?;
        Ok((reference, renewed))
    }

    /// Who holds this reference, and where it is bound to a phone's key, has shown that.
    // tidy(caller): this is where a caller comes from.
    pub async fn authenticate(&self, shown: impl Into<Shown<'_>>) -> Result<Caller> {
        self.caller_of(shown.into(), Door::Browser, true).await
    }

    /// The same, for what a page asks by itself while nobody touches it: that is no use of the session.
    // tidy(caller): this is where a caller comes from.
    pub async fn authenticate_unattended(&self, shown: impl Into<Shown<'_>>) -> Result<Caller> {
        self.caller_of(shown.into(), Door::Browser, false).await
    }

    /// Who reads the map, or changes what is on it, by HTTP Basic: `credentials` as the header has them, the access code as the password. A
    /// session of a browser is none.
    // tidy(caller): this is where a caller comes from.
    pub async fn authenticate_map(&self, credentials: &str, to_change: bool) -> Result<Caller> {
        let bytes = STANDARD.decode(credentials.trim()).map_err(|_| no_code())?;
        let text = String::from_utf8(bytes).map_err(|_| no_code())?;
        let (_, code) = text.split_once(':').ok_or_else(no_code)?;
        let door = if to_change { Door::MapEdit } else { Door::MapRead };
        let caller = self.caller_of(code.into(), door, true).await.map_err(|error| match error {
            Error::Unauthenticated { .. } => no_code(),
            other => other,
        })?;
        if caller.must_change || caller.must_enrol {
            return Err(Error::Forbidden {
                code: "session.code_waits",
                message: "请先登录网页，修改初始密码或启用镇里要求的动态验证码，再使用访问码".to_owned(),
            });
        }
        Ok(caller)
    }

    /// Who holds this reference of a session of a browser, or of a code of the map; a `use` is noted.
    async fn caller_of(&self, shown: Shown<'_>, door: Door, is_use: bool) -> Result<Caller> {
        let now = self.now();
        let mut read = self.db.read(&self.town).await?;
        let (session, account) = opened(&mut read, shown.reference, door, now).await?;
        // Before anything else: what is typed into the page of one must not be recorded under the name of another.
        if shown.person.is_some_and(|person| person != account.person.as_str()) {
            return Err(Error::Unauthenticated {
                code: "session.other_person",
                message: "现在登录的不是打开这个页面的人，刚才的操作没有执行；请由打开页面的人重新登录，或重新打开页面后再操作"
                    .to_owned(),
            });
        }
        if !session.device_key.is_empty() {
            self.is_proven(&session, shown.proof).await?;
        }
        let id = session.id;
        let (name, hats) = worn(&mut read, &account, now).await?;
        let must_enrol = must_enrol(&mut read, &account, &hats, now.date()).await?;
        drop(read);
        if is_use && now.0 - session.seen_at.0 > NOTE_EVERY_MS {
            let mut tx = self.db.write(&self.town).await?;
            tx.touch_session(&id, now, session.factor_at).await?;
            tx.commit_machinery().await?;
        }
        Ok(Caller {
            account: account.id,
            person: account.person,
            name,
            hats,
            session: id,
            factor_at: session.factor_at,
            must_change: account.must_change,
            must_enrol,
            operation: None,
        })
    }

    /// Gives the caller an access code of the map: it reads layers within his rights of the day, and changes roads and
    /// facilities when it is to, and does nothing else.
    ///
    /// Errors: he gave no password or code within the last five minutes.
    pub async fn issue_map_code(&self, caller: &Caller, to_change: bool) -> Result<MapCode> {
        let now = self.now();
        caller.stepped_up(now)?;
        // Not bound to the operation: an answer that is kept to be given again would keep the code.
        let mut tx = self.db.write(&self.town).await?;
        let account = tx.account(&caller.account).await?.ok_or_else(ended)?;
        let device = Device {
            kind: if to_change { Kind::MapEdit } else { Kind::Map },
            address: String::new(),
            agent: "OGC API".to_owned(),
            key: String::new(),
        };
        let (code, session) = self.begin_session(&mut tx, &account, &device).await?;
        tx.commit(caller.audit("session.map_code", "account", caller.account.as_str(), now), ()).await?;
        Ok(MapCode { login: account.login, code, expires_at: session.expires_at.to_rfc3339() })
    }

    /// The caller's live sessions, oldest first.
    pub async fn my_sessions(&self, caller: &Caller) -> Result<Vec<Session>> {
        Ok(self.db.read(&self.town).await?.live_sessions(&caller.account, self.now()).await?)
    }

    /// Ends one of the caller's own sessions.
    pub async fn end_session(&self, caller: &Caller, id: &str) -> Result<()> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        if !tx.end_session(id, &caller.account, now).await? {
            return Err(Error::NotFound);
        }
        tx.commit(caller.audit("session.end", "account", caller.account.as_str(), now), ()).await?;
        Ok(())
    }

    /// Ends every session of the caller but the one he asks with.
    pub async fn end_other_sessions(&self, caller: &Caller) -> Result<()> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        end_all(&mut tx, &caller.account, Some(&caller.session), now).await?;
        tx.commit(caller.audit("session.end_others", "account", caller.account.as_str(), now), ()).await?;
        Ok(())
    }
}

/// The session of a reference that opens this door now, and its account.
async fn opened(
    read: &mut store::Read,
    reference: &str,
    door: Door,
    now: Timestamp,
) -> Result<(Session, Account)> {
    let session = read.session(&session_id(reference)).await?.ok_or_else(ended)?;
    let idle = session.kind == "desk" && now.0 - session.seen_at.0 > DESK_IDLE_MS;
    // A code that reads the map and is asked to change it is good, and told what it may not.
    let only_reads = door == Door::MapEdit && session.kind == Kind::Map.as_str();
    let opens = door.opens_to(&session.kind) || only_reads;
    // The oldest gives way in the very write in which another begins.
    if let Some(at) = session.ended_at.filter(|_| opens)
        && read.session_began(&session.account, at).await?
    {
        return Err(crowded_out());
    }
    if !opens || session.ended_at.is_some() || session.expires_at <= now || idle {
        return Err(ended());
    }
    let account = read.account(&session.account).await?.ok_or_else(ended)?;
    if !account.active || account.epoch != session.epoch {
        return Err(ended());
    }
    if only_reads {
        return Err(Error::Forbidden {
            code: "session.code_reads_only",
            message: "这个访问码只能读取地图，不能修改；请在“接到 QGIS”里勾选可以修改，另取一个访问码"
                .to_owned(),
        });
    }
    Ok((session, account))
}

/// What the person behind an account is called, and the assignments he acts under today. An account that belongs to
/// nobody in the book goes by its login and wears nothing.
pub(crate) async fn worn(
    read: &mut store::Read,
    account: &Account,
    now: Timestamp,
) -> Result<(String, Hats)> {
    let whole = Caller::system().scope(Action::PersonRead)?;
    let Some(known) = read.person(&account.person, &whole).await? else {
        return Ok((account.login.clone(), Hats::default()));
    };
    if !known.person.active {
        return Ok((known.person.name, Hats::default()));
    }
    let mut worn = Vec::new();
    for held in read.assignments_of(&account.person).await? {
        let hat = held.assignment;
        let contracts = match hat.role {
            Role::ThirdParty => read.contracts_of(&hat.org).await?,
            _ => Vec::new(),
        };
        worn.extend(covered(hat, &contracts, now.date()));
    }
    Ok((known.person.name, Hats::on(worn, now.date())))
}

/// Ends every live session of an account but `keep`.
pub(crate) async fn end_all(
    tx: &mut store::Write,
    account: &AccountId,
    keep: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    for session in tx.live_sessions(account, now).await? {
        if Some(session.id.as_str()) != keep {
            tx.end_session(&session.id, account, now).await?;
        }
    }
    Ok(())
}

/// Only this hash of a reference is kept.
fn session_id(reference: &str) -> String {
    store::seal::sha256(reference.as_bytes())
}
