//! Accounts: login with a second factor, lock after failures, changing and resetting passwords. Every login and every
//! wrong password or code goes into the record, and so do other refusals as far as a stranger cannot flood it ([`refusal`]).
//! What does not belong here: lifetimes of sessions (`session`), hashing (`secret`).

mod factor;
pub mod refusal;

use domain::ids::{AccountId, PersonId};
use domain::policy::{Action, Subject};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use store::account::Account;
use utoipa::ToSchema;

pub(crate) use factor::{DEMANDS, must_enrol};
use refusal::Why;

use crate::names::Names;
use crate::session::{Device, Kind, Proof, end_all, worn};
use crate::view::Named;
use crate::{App, Caller, Error, Result, secret};

/// Failures after which an account is locked for a while.
const MAX_FAILURES: i64 = 5;
/// How long.
const LOCK_MS: i64 = 15 * 60 * 1000;
/// Recovery codes handed out with the second factor.
const RECOVERY_CODES: usize = 10;
/// What a phone is told when a second factor must be set up first.
const FROM_PHONE: &str = "镇里要求您的岗位启用动态验证码，请先在电脑上登录并按提示启用，再用手机登录";
/// A hash nobody has the password of: an unknown login takes as long as a wrong password.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Who I am, and what I may do today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Me {
    /// My person.
    pub person: MePerson,
    /// The town's code.
    pub town: String,
    /// What the town is called.
    pub town_name: String,
    /// Everything here is made up.
    pub demo: bool,
    /// The server's time.
    pub server_time: String,
    /// Version of the program.
    pub version: String,
    /// Whether a second factor is set up.
    pub totp_enabled: bool,
    /// The next thing must be a new password.
    pub must_change_password: bool,
    /// The town asks for a second factor of what I am, and none is set up: that comes first.
    pub must_enrol: bool,
    /// What I act under today.
    pub hats: Vec<Hat>,
    /// What I may do to some row.
    pub actions: Vec<String>,
    /// Today in the town.
    pub today: String,
    /// The last year whose public holidays are known; a deadline in working days behind it is provisional.
    pub holidays_to: Option<i32>,
    /// The session one asks with; none for the program itself.
    pub session: Option<MeSession>,
}

/// How one is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MeSession {
    /// `desk` or `phone`.
    pub kind: String,
    /// Whether it is bound to a key of this phone, without which its cookie opens nothing.
    pub bound: bool,
    /// Until when at the latest, RFC 3339.
    pub expires_at: String,
}

/// My person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MePerson {
    /// Id.
    pub id: String,
    /// Login name.
    pub login: String,
    /// 姓名.
    pub name: String,
}

/// An assignment one acts under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Hat {
    /// Id of the assignment.
    pub id: String,
    /// Role.
    pub role: String,
    /// What people call it.
    pub role_label: String,
    /// Organisation.
    pub org: Named,
    /// Where.
    pub territory: HatTerritory,
    /// What the post is called.
    pub post_name: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: Option<String>,
}

/// Where a hat reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HatTerritory {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Codes from the town down.
    pub path: String,
}

/// An account as its keeper sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountView {
    /// Login name.
    pub login: String,
    /// Whose.
    pub person: Named,
    /// Whether one may log in.
    pub active: bool,
    /// Whether a second factor is set up.
    pub totp_enabled: bool,
    /// Whether the password must be changed first.
    pub must_change: bool,
    /// Whether too many wrong passwords keep it shut for now.
    pub locked: bool,
}

impl AccountView {
    fn of(account: &Account, name: &str, now: Timestamp) -> Self {
        Self {
            login: account.login.clone(),
            person: Named::new(account.person.as_str(), name),
            active: account.active,
            totp_enabled: !account.totp_secret.is_empty(),
            must_change: account.must_change,
            locked: account.locked_until > now,
        }
    }
}

/// An account to add.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct AccountInput {
    /// Login name.
    pub login: String,
    /// Whose.
    pub person: String,
    /// First password, to be changed at the first login.
    pub password: String,
}

/// What a login brings.
#[derive(Debug, Clone)]
pub struct Entered {
    /// For the browser to keep; the server keeps only its hash.
    pub reference: String,
    /// Seconds until it ends at the latest.
    pub lasts_s: i64,
    /// That the phone's key was there, where the session is bound to one.
    pub proof: Option<Proof>,
    /// Who.
    pub caller: Caller,
}

/// A second factor that is being set up.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Enrolment {
    /// Base32 secret to type in.
    pub secret: String,
    /// `otpauth://` address to scan.
    pub uri: String,
    /// The address as a QR code, SVG.
    pub qr_svg: String,
}

/// The same for an account nobody has, a wrong password and one that is locked: whoever tries names learns of none.
fn refused() -> Error {
    Error::Unauthenticated {
        code: "login.refused",
        message: "账号或密码不对，或者因多次输错已暂时锁定；请核对后再试，仍不能登录请 15 分钟后再来或请管理员重置密码"
            .to_owned(),
    }
}

fn wrong_password(field: &str) -> Error {
    Error::field(field, "password.wrong", "密码不对，请重新输入")
}

impl App {
    /// Lets somebody in. `code` is the authenticator's or a recovery code, needed once a second factor is set up.
    // tidy(caller): this is where a caller comes from.
    pub async fn login(
        &self,
        login: &str,
        password: &str,
        code: Option<&str>,
        device: &Device,
    ) -> Result<Entered> {
        device.is_well_formed()?;
        let now = self.now();
        let login = login.trim().to_lowercase();
        let known = self.db.read(&self.town).await?.account_by_login(&login).await?;
        let is_locked = known.as_ref().is_some_and(|account| account.locked_until > now);
        let hash = known.as_ref().map_or(NOBODY, |a| a.password_hash.as_str()).to_owned();
        let fits = secret::password_fits(password.to_owned(), hash).await?;
        let mut account = match known {
            Some(account) if account.active && !is_locked => account,
            other => {
                let why = match &other {
                    None => Why::Unknown,
                    Some(_) if is_locked => Why::Locked,
                    Some(_) => Why::Inactive,
                };
                self.note_refusal(why, other.as_ref(), &device.address).await;
                return Err(refused());
            }
        };
        if !fits {
            self.login_failed(account, "密码不对", now).await?;
            return Err(refused());
        }
        if !account.totp_secret.is_empty() {
            let Some(code) = code.map(str::trim).filter(|code| !code.is_empty()) else {
                self.note_refusal(Why::NoCode, Some(&account), &device.address).await;
                return Err(Error::Unauthenticated {
                    code: "login.totp_required",
                    message: "请再输入验证器上的六位数字".to_owned(),
                });
            };
            if !use_code(&mut account, code, now)? {
                self.login_failed(account, "验证码不对", now).await?;
                return Err(Error::Unauthenticated {
                    code: "login.totp_wrong",
                    message: "验证码不对或已用过，请等下一个再试".to_owned(),
                });
            }
        }
        account.failures = 0;
        let mut tx = self.db.write(&self.town).await?;
        let (name, hats) = worn(&mut tx, &account, now).await?;
        let must_enrol = must_enrol(&mut tx, &account, &hats, now.date()).await?;
        if must_enrol && device.kind == Kind::Phone {
            // A phone has no page for it: the pictures and records it holds wait until it is done at a desk.
            drop(tx);
            self.note_refusal(Why::NoFactor, Some(&account), &device.address).await;
            return Err(factor::first(FROM_PHONE));
        }
        let caller = Caller {
            account: account.id.clone(),
            person: account.person.clone(),
            name,
            hats,
            must_change: account.must_change,
            must_enrol,
            factor_at: now,
            ..Caller::system()
        };
        tx.update_account(&account).await?;
        let (reference, session) = self.begin_session(&mut tx, &account, device).await?;
        let proof = self.first_proof(&session, now).await?;
        let caller = Caller { session: session.id.clone(), ..caller };
        tx.commit(caller.audit("account.login", "account", account.id.as_str(), now), ()).await?;
        Ok(Entered { reference, lasts_s: (session.expires_at.0 - now.0) / 1000, proof, caller })
    }

    /// Shows again that the caller is who logged in: by the authenticator's or a recovery code where a second factor is
    /// set up, by the password where none is. Wrong ones count as at the login. The session goes on under another
    /// reference, returned with how long it lasts in seconds.
    pub async fn step_up(
        &self,
        caller: &Caller,
        password: Option<&str>,
        code: Option<&str>,
    ) -> Result<(String, i64)> {
        let now = self.now();
        let mut account = self.my_account(caller).await?;
        if let Err(locked) = not_locked(&account, now) {
            self.note_refusal(Why::Locked, Some(&account), "").await;
            return Err(locked);
        }
        let (fits, wrong) = if account.totp_secret.is_empty() {
            let password = password
                .filter(|text| !text.is_empty())
                .ok_or_else(|| Error::field("password", "session.password_missing", "请输入密码"))?;
            let fits = secret::password_fits(password.to_owned(), account.password_hash.clone()).await?;
            (fits, wrong_password("password"))
        } else {
            let code = code
                .map(str::trim)
                .filter(|text| !text.is_empty())
                .ok_or_else(|| Error::field("totp", "session.code_missing", "请输入验证器上的六位数字"))?;
            let wrong = Error::field("totp", "totp.wrong", "验证码不对或已用过，请等下一个再试");
            (use_code(&mut account, code, now)?, wrong)
        };
        if !fits {
            self.login_failed(account, "再次验证不对", now).await?;
            return Err(wrong);
        }
        account.failures = 0;
        let mut tx = self.db.write(&self.town).await?;
        tx.update_account(&account).await?;
        let (reference, session) = self.renew_session(&mut tx, caller, now).await?;
        tx.commit(caller.audit("session.step_up", "account", account.id.as_str(), now), ()).await?;
        Ok((reference, (session.expires_at.0 - now.0) / 1000))
    }

    async fn login_failed(&self, mut account: Account, why: &str, now: Timestamp) -> Result<()> {
        let fresh = self.db.read(&self.town).await?.account(&account.id).await?;
        if let Some(fresh) = fresh {
            account = fresh;
        }
        account.failures += 1;
        if account.failures >= MAX_FAILURES {
            account.failures = 0;
            account.locked_until = now.plus_ms(LOCK_MS);
        }
        let mut tx = self.db.write(&self.town).await?;
        tx.update_account(&account).await?;
        let mut audit = Caller::system().audit("account.login_refused", "account", account.id.as_str(), now);
        why.clone_into(&mut audit.reason);
        tx.commit(audit, ()).await?;
        Ok(())
    }

    /// Ends the session one asks with.
    pub async fn logout(&self, caller: &Caller) -> Result<()> {
        self.end_session(caller, &caller.session).await
    }

    /// The caller's own account.
    pub async fn my_account(&self, caller: &Caller) -> Result<Account> {
        self.db.read(&self.town).await?.account(&caller.account).await?.ok_or(Error::NotFound)
    }

    /// Who the caller is and what he may do today.
    pub async fn me(&self, caller: &Caller) -> Result<Me> {
        let now = self.now();
        let mut read = self.db.read(&self.town).await?;
        let account = read.account(&caller.account).await?.ok_or(Error::NotFound)?;
        let session = read.session(&caller.session).await?.map(|one| MeSession {
            kind: one.kind,
            bound: !one.device_key.is_empty(),
            expires_at: one.expires_at.to_rfc3339(),
        });
        let names = Names::read(&mut read).await?;
        let mut hats = Vec::new();
        for hat in caller.hats.all() {
            let post = read.post(&hat.post).await?;
            let place = names.territory(hat.territory.as_str());
            hats.push(Hat {
                id: hat.id.to_string(),
                role: hat.role.code().to_owned(),
                role_label: hat.role.label().to_owned(),
                org: names.named_org(&hat.org),
                territory: HatTerritory { code: place.id, name: place.name, path: hat.path.clone() },
                post_name: post.map_or_else(|| hat.role.label().to_owned(), |post| post.post.name),
                from: hat.from.to_string(),
                to: hat.to.map(|day| day.to_string()),
            });
        }
        Ok(Me {
            person: MePerson {
                id: account.person.to_string(),
                login: account.login,
                name: caller.name.clone(),
            },
            town: self.town.to_string(),
            town_name: names.territory(self.town.as_str()).name,
            demo: self.demo,
            server_time: now.to_rfc3339(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            totp_enabled: !account.totp_secret.is_empty(),
            must_change_password: account.must_change,
            must_enrol: caller.must_enrol,
            hats,
            actions: caller.hats.actions().into_iter().map(|action| action.code().to_owned()).collect(),
            today: now.date().to_string(),
            holidays_to: crate::calendar::calendar(&mut read).await?.announced_to(),
            session,
        })
    }

    /// Changes one's own password and ends one's other sessions.
    pub async fn change_password(&self, caller: &Caller, old: &str, new: &str) -> Result<()> {
        let now = self.now();
        let mut account = self.my_account(caller).await?;
        if !secret::password_fits(old.to_owned(), account.password_hash.clone()).await? {
            return Err(wrong_password("old_password"));
        }
        let names = self.own_words(&account.login, &account.person).await?;
        if let Some(problem) = secret::weak_password(new, &names, "new_password") {
            return Err(Error::Invalid(vec![problem]));
        }
        account.password_hash = secret::hash_password(new.to_owned()).await?;
        account.must_change = false;
        let mut tx = self.write(caller).await?;
        tx.update_account(&account).await?;
        end_all(&mut tx, &account.id, Some(&caller.session), now).await?;
        tx.commit(caller.audit("account.password", "account", account.id.as_str(), now), ()).await?;
        Ok(())
    }

    /// Begins to set up a second factor; it counts only once [`App::confirm_totp`] has seen a code of it.
    pub async fn offer_totp(&self, caller: &Caller, password: &str) -> Result<Enrolment> {
        let account = self.my_account(caller).await?;
        if !secret::password_fits(password.to_owned(), account.password_hash.clone()).await? {
            return Err(wrong_password("password"));
        }
        let secret = secret::new_totp_secret();
        let uri = secret::totp_uri(&secret, &account.login)?;
        let qr_svg = crate::unit_link::qr(&uri)?;
        Ok(Enrolment { secret, uri, qr_svg })
    }

    /// Sets up the second factor when `code` belongs to `secret`, and returns ten recovery codes, shown once.
    pub async fn confirm_totp(&self, caller: &Caller, secret: &str, code: &str) -> Result<Vec<String>> {
        let now = self.now();
        let mut account = self.my_account(caller).await?;
        let wrong = || Error::field("code", "totp.wrong", "验证码不对，请核对手机时间后再试");
        let step = secret::totp_step(secret, &account.login, code.trim(), now)
            .map_err(|_| wrong())?
            .ok_or_else(wrong)?;
        let codes = (0..RECOVERY_CODES).map(|_| secret::recovery_code()).collect::<Result<Vec<_>>>()?;
        account.totp_secret = secret.to_owned();
        account.totp_step = step;
        account.recovery = codes.iter().map(|c| store::seal::sha256(c.as_bytes())).collect();
        let mut tx = self.db.write(&self.town).await?;
        tx.update_account(&account).await?;
        tx.touch_session(&caller.session, now, now).await?;
        tx.commit(caller.audit("account.totp_on", "account", account.id.as_str(), now), ()).await?;
        Ok(codes)
    }

    /// Takes the second factor off one's own account.
    pub async fn remove_totp(&self, caller: &Caller, password: &str) -> Result<()> {
        let now = self.now();
        let mut account = self.my_account(caller).await?;
        if !secret::password_fits(password.to_owned(), account.password_hash.clone()).await? {
            return Err(wrong_password("password"));
        }
        account.totp_secret = String::new();
        account.recovery = Vec::new();
        let mut tx = self.write(caller).await?;
        if must_enrol(&mut tx, &account, &caller.hats, now.date()).await? {
            return Err(Error::Refused {
                code: "totp.demanded",
                message: "镇里要求您的岗位启用动态验证码，不能停用；换手机请先停用此要求或请管理员重置"
                    .to_owned(),
            });
        }
        tx.update_account(&account).await?;
        tx.commit(caller.audit("account.totp_off", "account", account.id.as_str(), now), ()).await?;
        Ok(())
    }

    /// Opens an account for somebody in the book.
    pub async fn open_account(&self, caller: &Caller, input: AccountInput) -> Result<AccountView> {
        caller.hat(Action::AccountManage, &Subject::town())?;
        caller.stepped_up(self.now())?;
        let whole = Caller::system().scope(Action::PersonRead)?;
        let person = PersonId::from(input.person);
        let known = self.db.read(&self.town).await?.person(&person, &whole).await?;
        if !known.is_some_and(|known| known.person.active) {
            return Err(Error::field("person", "account.person", "没有这个人员，请先在人员岗位中登记"));
        }
        self.add_account(caller, &input.login, person.as_str(), &input.password, false).await
    }

    /// Adds an account; its first password must be changed at the first login unless it is `lasting`, as in the demo.
    pub async fn add_account(
        &self,
        caller: &Caller,
        login: &str,
        person: &str,
        password: &str,
        lasting: bool,
    ) -> Result<AccountView> {
        let now = self.now();
        let hat = caller.hat(Action::AccountManage, &Subject::town())?;
        let account = self.new_account(login, &person.into(), password, lasting).await?;
        let mut tx = self.write(caller).await?;
        tx.insert_account(&account).await?;
        let whole = Caller::system().scope(Action::PersonRead)?;
        let known = tx.person(&account.person, &whole).await?;
        let name = known.as_ref().map_or(account.login.as_str(), |known| known.person.name.as_str());
        let view = AccountView::of(&account, name, now);
        let audit = caller.audit_as(hat, "account.add", ("account", account.id.as_str()), "", now);
        Ok(tx.commit(audit, view).await?)
    }

    /// An account that is well-formed, with a login nobody has.
    pub(crate) async fn new_account(
        &self,
        login: &str,
        person: &PersonId,
        password: &str,
        lasting: bool,
    ) -> Result<Account> {
        let now = self.now();
        let login = login.trim().to_lowercase();
        let well_formed = (2..=40).contains(&login.chars().count())
            && login.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-'));
        if !well_formed {
            return Err(Error::field("login", "account.login", "账号用 2 到 40 个字母、数字或汉字"));
        }
        let names = self.own_words(&login, person).await?;
        if let Some(problem) = secret::weak_password(password, &names, "password") {
            return Err(Error::Invalid(vec![problem]));
        }
        if self.db.read(&self.town).await?.account_by_login(&login).await?.is_some() {
            return Err(Error::Conflict {
                code: "account.login_taken",
                message: format!("账号 {login} 已有人使用，请换一个"),
            });
        }
        Ok(Account {
            id: AccountId::from(self.new_id()),
            person: person.clone(),
            login,
            password_hash: secret::hash_password(password.to_owned()).await?,
            totp_secret: String::new(),
            totp_step: 0,
            recovery: Vec::new(),
            epoch: 1,
            active: true,
            must_change: !lasting,
            failures: 0,
            locked_until: Timestamp(0),
            version: 1,
            recorded_at: now,
        })
    }

    /// Sets somebody's password, to be changed at the next login; ends his sessions and unlocks him.
    pub async fn reset_password(&self, caller: &Caller, login: &str, password: &str) -> Result<()> {
        let mut account = self.account_named(caller, login).await?;
        caller.stepped_up(self.now())?;
        let names = self.own_words(&account.login, &account.person).await?;
        if let Some(problem) = secret::weak_password(password, &names, "password") {
            return Err(Error::Invalid(vec![problem]));
        }
        account.password_hash = secret::hash_password(password.to_owned()).await?;
        account.must_change = true;
        account.locked_until = Timestamp(0);
        account.epoch += 1;
        self.store_account(caller, account, "account.reset").await
    }

    /// Lets an account in no more, or again. Its sessions end at once.
    pub async fn set_account_active(&self, caller: &Caller, login: &str, active: bool) -> Result<()> {
        let mut account = self.account_named(caller, login).await?;
        if account.id == caller.account {
            return Err(Error::Refused {
                code: "account.self",
                message: "不能停用自己的账号，请由其他管理人员办理".to_owned(),
            });
        }
        // Shutting somebody out must never wait.
        if active {
            caller.stepped_up(self.now())?;
        }
        account.active = active;
        account.epoch += 1;
        self.store_account(caller, account, if active { "account.enable" } else { "account.disable" }).await
    }

    /// Every account.
    pub async fn accounts(&self, caller: &Caller) -> Result<Vec<AccountView>> {
        caller.hat(Action::AccountManage, &Subject::town())?;
        let now = self.now();
        let mut read = self.db.read(&self.town).await?;
        let names: std::collections::BTreeMap<_, _> = read.person_names().await?.into_iter().collect();
        let accounts = read.accounts().await?;
        let name = |a: &Account| names.get(&a.person).unwrap_or(&a.login).clone();
        Ok(accounts.iter().map(|a| AccountView::of(a, &name(a), now)).collect())
    }

    /// What a password of this account must not be made of: its login, whose it is, and the town's names, also as they are
    /// typed in pinyin.
    async fn own_words(&self, login: &str, person: &PersonId) -> Result<Vec<String>> {
        let whole = Caller::system().scope(Action::PersonRead)?;
        let mut read = self.db.read(&self.town).await?;
        let mut words = vec![login.to_owned()];
        if let Some(known) = read.person(person, &whole).await? {
            words.push(known.person.name);
        }
        let town = Names::read(&mut read).await?.territory(self.town.as_str()).name;
        words.push(town.trim_end_matches(['镇', '乡']).trim_end_matches("街道").to_owned());
        words.push(town);
        let typed: Vec<_> = words.iter().map(|word| crate::person::sound(word).replace(' ', "")).collect();
        words.extend(typed);
        Ok(words)
    }

    async fn account_named(&self, caller: &Caller, login: &str) -> Result<Account> {
        caller.hat(Action::AccountManage, &Subject::town())?;
        let login = login.trim().to_lowercase();
        self.db.read(&self.town).await?.account_by_login(&login).await?.ok_or(Error::NotFound)
    }

    async fn store_account(&self, caller: &Caller, account: Account, action: &'static str) -> Result<()> {
        let now = self.now();
        let hat = caller.hat(Action::AccountManage, &Subject::town())?;
        let mut tx = self.write(caller).await?;
        tx.update_account(&account).await?;
        end_all(&mut tx, &account.id, None, now).await?;
        tx.commit(caller.audit_as(hat, action, ("account", account.id.as_str()), "", now), ()).await?;
        Ok(())
    }
}

/// A login of the sample town, for the page on which one signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DemoLogin {
    /// Login name.
    pub login: String,
    /// Whose it is.
    pub name: String,
    /// As what: the post he holds first.
    pub post: String,
}

/// The logins of the sample town and their password; empty anywhere else.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct DemoLogins {
    /// Logins by name.
    pub items: Vec<DemoLogin>,
    /// The password of all of them.
    pub password: String,
}

impl App {
    /// Who can be tried out in the sample town. In a real town nothing is told.
    // tidy(caller): nobody is known before login, and everything here is made up.
    pub async fn demo_logins(&self) -> Result<DemoLogins> {
        if !self.demo {
            return Ok(DemoLogins::default());
        }
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let posts = read.posts().await?;
        let held = read.assignments().await?;
        let post_of = |person: &PersonId| {
            let mine = held.iter().map(|one| &one.assignment);
            let first =
                mine.filter(|one| one.person == *person && one.is_valid_on(today)).min_by_key(|one| one.from);
            let post = first.and_then(|held| posts.iter().find(|post| post.post.id == held.post));
            post.map(|post| post.post.name.clone()).unwrap_or_default()
        };
        let accounts = read.accounts().await?.into_iter().filter(|one| one.active);
        let items = accounts.map(|one| DemoLogin {
            name: names.person(&one.person),
            post: post_of(&one.person),
            login: one.login,
        });
        Ok(DemoLogins { items: items.collect(), password: crate::sample::PASSWORD.to_owned() })
    }
}

fn not_locked(account: &Account, now: Timestamp) -> Result<()> {
    let left = account.locked_until.0 - now.0;
    if left <= 0 {
        return Ok(());
    }
    let minutes = (left + 59_999) / 60_000;
    Err(Error::TooMany {
        code: "login.locked",
        message: format!("输错次数过多，请 {minutes} 分钟后再试，或请管理员重置密码"),
        after_s: (left + 999) / 1000,
    })
}

/// Whether a code is right; uses it up, so that it works once.
fn use_code(account: &mut Account, code: &str, now: Timestamp) -> Result<bool> {
    let hash = store::seal::sha256(code.to_uppercase().as_bytes());
    if let Some(at) = account.recovery.iter().position(|known| *known == hash) {
        account.recovery.remove(at);
        return Ok(true);
    }
    match secret::totp_step(&account.totp_secret, &account.login, code, now)? {
        Some(step) if step > account.totp_step => {
            account.totp_step = step;
            Ok(true)
        }
        _ => Ok(false),
    }
}
