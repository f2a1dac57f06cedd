//! Sessions: begun by a login, idle and absolute limits, at most five at a time, ended everywhere when the password
//! changes (reliability rules of sessions and credentials). What does not belong here: cookies (`api::auth`).

use domain::contract::covered;
use domain::ids::AccountId;
use domain::org::Role;
use domain::policy::{Action, Hats};
use domain::time::Timestamp;
use store::account::Account;
use store::session::Session;
pub use store::session::Session as Live;

use crate::{App, Caller, Error, Result, secret};

/// A desk session that is not used ends after half an hour.
const DESK_IDLE_MS: i64 = 30 * 60 * 1000;
/// A desk session ends after twelve hours.
const DESK_MS: i64 = 12 * 3600 * 1000;
/// A phone session ends after seven days.
const PHONE_MS: i64 = 7 * 24 * 3600 * 1000;
/// Live sessions of one person.
const MAX_LIVE: usize = 5;
/// Use of a session is noted no more often than this, so that reading does not write.
const NOTE_EVERY_MS: i64 = 60 * 1000;

/// From where a session is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// `desk` or `phone`.
    pub kind: Kind,
    /// Network address.
    pub address: String,
    /// What the browser says it is.
    pub agent: String,
}

/// What a session is used on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Shared office computer: short.
    Desk,
    /// One's own phone, in the field for days.
    Phone,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Desk => "desk",
            Self::Phone => "phone",
        }
    }
}

fn ended() -> Error {
    Error::Unauthenticated {
        code: "session.expired", message: "登录已过期，请重新登录".to_owned()
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
        let length = if device.kind == Kind::Phone { PHONE_MS } else { DESK_MS };
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
        };
        let live = tx.live_sessions(&account.id, now).await?;
        let surplus = (live.len() + 1).saturating_sub(MAX_LIVE);
        for old in live.iter().take(surplus) {
            tx.end_session(&old.id, &account.id, now).await?;
        }
        tx.insert_session(&session).await?;
        Ok((reference, session))
    }

    /// Who holds this reference.
    // tidy(caller): this is where a caller comes from.
    pub async fn authenticate(&self, reference: &str) -> Result<Caller> {
        let now = self.now();
        let id = session_id(reference);
        let mut read = self.db.read(&self.town).await?;
        let session = read.session(&id).await?.ok_or_else(ended)?;
        let idle = session.kind == "desk" && now.0 - session.seen_at.0 > DESK_IDLE_MS;
        if session.ended_at.is_some() || session.expires_at <= now || idle {
            return Err(ended());
        }
        let account = read.account(&session.account).await?.ok_or_else(ended)?;
        if !account.active || account.epoch != session.epoch {
            return Err(ended());
        }
        let (name, hats) = worn(&mut read, &account, now).await?;
        drop(read);
        if now.0 - session.seen_at.0 > NOTE_EVERY_MS {
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
            operation: None,
        })
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
