//! Refusals at the login that nothing else bounds: of each kind and account the first within a quarter of an hour is written,
//! the others are counted and told with the next. Whoever tries all night writes a line now and then, not one each time
//! (decision 0021). What does not belong here: locks (`account`), how often an address may ask (`api::limit`).

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use domain::ids::AccountId;
use domain::time::{MINUTE_MS, Timestamp};
use store::account::Account;

use crate::{App, Caller};

/// Within so long one of a kind is written.
const WINDOW_MS: i64 = 15 * MINUTE_MS;

/// Why nobody was let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Why {
    /// Nobody has this login.
    Unknown,
    /// The account is let in no more.
    Inactive,
    /// Too many wrong passwords came before.
    Locked,
    /// The password was right; a code was asked for and none was given.
    NoCode,
    /// The password was right; a second factor must be set up at a desk first.
    NoFactor,
    /// A reference was shown without the key of the phone it was given to.
    NoKey,
}

impl Why {
    /// One phrase for the record.
    fn says(self) -> &'static str {
        match self {
            Self::Unknown => "没有这个账号",
            Self::Inactive => "账号已停用",
            Self::Locked => "账号锁定中",
            Self::NoCode => "密码正确，未给验证码",
            Self::NoFactor => "密码正确，须先启用动态验证码",
            Self::NoKey => "用了别的手机的登录凭据，密钥对不上",
        }
    }
}

/// The last one written of a kind, and how many came since.
#[derive(Debug)]
struct Seen {
    at: Timestamp,
    more: u64,
}

/// What was refused, counted by kind and account: as many as there are accounts, however many strangers try.
#[derive(Debug, Default)]
pub struct Refusals(Mutex<BTreeMap<(Why, Option<AccountId>), Seen>>);

impl Refusals {
    /// Counts one more. When it is to be written: how many were not since the last that was.
    fn count(&self, why: Why, account: Option<&AccountId>, now: Timestamp) -> Option<u64> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (why, account.cloned());
        if let Some(seen) = all.get_mut(&key)
            && (0..WINDOW_MS).contains(&(now.0 - seen.at.0))
        {
            seen.more += 1;
            return None;
        }
        let before = all.insert(key, Seen { at: now, more: 0 });
        Some(before.map_or(0, |seen| seen.more))
    }
}

impl App {
    /// Takes down that somebody was not let in. He is not, whether or not it can be written.
    pub(crate) async fn note_refusal(&self, why: Why, account: Option<&Account>, address: &str) {
        let now = self.now();
        let Some(more) = self.refusals.count(why, account.map(|one| &one.id), now) else { return };
        let (kind, id) = match account {
            Some(account) => ("account", account.id.as_str()),
            // What was typed may be a password in the wrong field: it is kept nowhere.
            None => ("town", self.town.as_str()),
        };
        let mut audit = Caller::system().audit("account.login_refused", kind, id, now);
        audit.reason = why.says().to_owned();
        audit.detail = serde_json::json!({ "address": address, "more": more }).to_string();
        let written = async { self.db.write(&self.town).await?.commit(audit, ()).await };
        if let Err(error) = written.await {
            tracing::error!(cause = ?error, "a refused login could not be recorded");
        }
    }
}
