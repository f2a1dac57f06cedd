//! Accounts: how a person gets in. The password hash and the TOTP secret leave this room only towards the login use
//! case. What does not belong here: checking a password (`app::account`), what the person may do (`domain::policy`).

use domain::ids::{AccountId, PersonId};
use domain::time::Timestamp;

use crate::{Read, Result, Row, Write, args, cols};

/// An account as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Id.
    pub id: AccountId,
    /// Whose it is.
    pub person: PersonId,
    /// Login name, lower case, unique over all towns of the database.
    pub login: String,
    /// Argon2id in PHC form.
    pub password_hash: String,
    /// TOTP secret in base32; empty while no second factor is set up.
    pub totp_secret: String,
    /// The last TOTP step that was used, so that a code works once.
    pub totp_step: i64,
    /// SHA-256 of the recovery codes that are left.
    pub recovery: Vec<String>,
    /// Rises when the password changes or the account is disabled: sessions of an older epoch are dead.
    pub epoch: i64,
    /// Whether one may log in.
    pub active: bool,
    /// Whether the password was set by somebody else and must be changed first.
    pub must_change: bool,
    /// Failed logins in a row.
    pub failures: i64,
    /// No login before this instant.
    pub locked_until: Timestamp,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("id", &self.id).field("login", &self.login).finish_non_exhaustive()
    }
}

impl Account {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.text("id")?.into(),
            person: row.text("person")?.into(),
            login: row.text("login")?,
            password_hash: row.text("password_hash")?,
            totp_secret: row.text("totp_secret")?,
            totp_step: row.int("totp_step")?,
            recovery: row.json("recovery")?,
            epoch: row.int("epoch")?,
            active: row.bool("active")?,
            must_change: row.bool("must_change")?,
            failures: row.int("failures")?,
            locked_until: row.instant("locked_until")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn recovery_text(&self) -> String {
        serde_json::to_string(&self.recovery).unwrap_or_else(|_| "[]".to_owned())
    }
}

impl Read {
    /// The account of this id.
    pub async fn account(&mut self, id: &AccountId) -> Result<Option<Account>> {
        self.by_id("account", id.as_str()).await?.as_ref().map(Account::from_row).transpose()
    }

    /// The account of this login name.
    pub async fn account_by_login(&mut self, login: &str) -> Result<Option<Account>> {
        let town = self.town().clone();
        self.row("SELECT * FROM account WHERE town = $1 AND login = $2", args![town.as_str(), login])
            .await?
            .as_ref()
            .map(Account::from_row)
            .transpose()
    }

    /// Every account of the town, by login name.
    pub async fn accounts(&mut self) -> Result<Vec<Account>> {
        let town = self.town().clone();
        self.rows("SELECT * FROM account WHERE town = $1 ORDER BY login", args![town.as_str()])
            .await?
            .iter()
            .map(Account::from_row)
            .collect()
    }
}

impl Write {
    /// A new account; a login name that is taken is a conflict.
    pub async fn insert_account(&mut self, a: &Account) -> Result<()> {
        let row = cols! {
            person: a.person.as_str(), login: &a.login, password_hash: &a.password_hash, totp_secret: &a.totp_secret,
            totp_step: a.totp_step, recovery: a.recovery_text(), epoch: a.epoch, active: a.active,
            must_change: a.must_change, failures: a.failures, locked_until: a.locked_until, version: 1_i64,
            recorded_at: a.recorded_at,
        };
        self.insert("account", a.id.as_str(), row).await
    }

    /// Stores a changed account, if nobody changed it since.
    pub async fn update_account(&mut self, a: &Account) -> Result<()> {
        let row = cols! {
            password_hash: &a.password_hash, totp_secret: &a.totp_secret, totp_step: a.totp_step,
            recovery: a.recovery_text(), epoch: a.epoch, active: a.active, must_change: a.must_change,
            failures: a.failures, locked_until: a.locked_until,
        };
        self.update("account", a.id.as_str(), a.version, row).await
    }
}
