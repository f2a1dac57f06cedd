//! Personal values at rest: sealed with AES-256-GCM before they reach a column, opened when they leave it, found again
//! by keyed traces. Each town has a data key; it lies in the database, wrapped by a master key that lies in a file
//! outside it. What does not belong here: which columns are personal (their nouns say so), who may see them (`policy`).
//!
//! A sealed value is `suite ‖ key-id ‖ nonce ‖ ciphertext ‖ tag`; in a column it is that in base64 after `sealed:`, the
//! same on both engines. Town, table, column and row id are authenticated with it, so a cell moved elsewhere does not
//! open. The nonce is a keyed hash over all of that and the value: equal only where everything is equal, whatever the
//! machine's randomness is worth, and a row that is written again unchanged keeps its hash in the record.

use std::collections::HashMap;
use std::fmt;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::TownCode;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::db::{Db, Pool};
use crate::error::io;
use crate::import::ImportFile;
use crate::person::PersonRecord;
use crate::place::PlaceRecord;
use crate::{Error, Result, Value, Write, args};

/// AES-256-GCM. Another suite gets another number; what is sealed already still says which one it was.
const SUITE: u8 = 1;
/// The master key's number in what it wraps; data keys count from 1.
const MASTER: u32 = 0;
/// The only data key of a town so far.
const FIRST: u32 = 1;
/// Suite and key number.
const HEAD: usize = 5;
/// What the suite calls a nonce, in bytes.
const NONCE: usize = 12;
/// What the suite calls a key, in bytes.
const KEY: usize = 32;
/// How a sealed column begins.
pub(crate) const MARK: &str = "sealed:";
/// How the master key's file begins.
const FILE_MARK: &str = "fengsui-master-1 ";
/// Name of the master key's file.
pub const FILE: &str = "master.key";
/// Bytes of a trace: too many to guess, few enough for a column.
const TRACE: usize = 16;

/// A personal value on its way into a column: `phone: secret(&p.phone)`. The empty text stays empty.
pub(crate) fn secret(text: &str) -> Value {
    Value::Secret(Some(text.to_owned()))
}

/// What a phone number is found by again without being there: `phone_index: traces(&p.phone)`.
pub(crate) fn traces(phones: &str) -> Value {
    Value::Traces(phones.to_owned())
}

/// A key, made into what it is used for.
struct Cipher {
    id: u32,
    aes: Aes256Gcm,
    nonces: [u8; KEY],
    traces: [u8; KEY],
    stamps: [u8; KEY],
}

/// A town's data key, unwrapped.
pub struct Keys {
    town: TownCode,
    cipher: Cipher,
}

/// The master key and the data keys it has unwrapped so far.
pub(crate) struct Vault {
    file: PathBuf,
    master: Cipher,
    towns: RwLock<HashMap<TownCode, Arc<Keys>>>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({})", self.file.display())
    }
}

/// HMAC-SHA256 over length-prefixed fields.
fn mac_of(key: &[u8; KEY], fields: &[&[u8]]) -> Result<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|e| Error::Setup(e.to_string()))?;
    for field in fields {
        mac.update(&(field.len() as u64).to_be_bytes());
        mac.update(field);
    }
    Ok(mac)
}

fn keyed(key: &[u8; KEY], fields: &[&[u8]]) -> Result<[u8; KEY]> {
    Ok(mac_of(key, fields)?.finalize().into_bytes().into())
}

/// What is authenticated with a value, length-prefixed.
fn about(parts: &[&str]) -> Vec<u8> {
    let mut out = Vec::new();
    for part in parts {
        out.extend((part.len() as u64).to_be_bytes());
        out.extend(part.as_bytes());
    }
    out
}

impl Cipher {
    fn new(key: &[u8; KEY], id: u32) -> Result<Self> {
        let aes =
            Aes256Gcm::new_from_slice(&keyed(key, &[b"seal"])?).map_err(|e| Error::Setup(e.to_string()))?;
        Ok(Self {
            id,
            aes,
            nonces: keyed(key, &[b"nonce"])?,
            traces: keyed(key, &[b"trace"])?,
            stamps: keyed(key, &[b"stamp"])?,
        })
    }

    fn seal(&self, about: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
        let hash = keyed(&self.nonces, &[about, plain])?;
        let mut nonce = [0_u8; NONCE];
        nonce.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
        let payload = Payload { msg: plain, aad: about };
        let sealed = self
            .aes
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| Error::Setup("个人信息封存失败，请联系维护人员".to_owned()))?;
        let mut out = Vec::with_capacity(HEAD + NONCE + sealed.len());
        out.push(SUITE);
        out.extend(self.id.to_be_bytes());
        out.extend(nonce);
        out.extend(sealed);
        Ok(out)
    }

    /// `None` when it was not sealed with this key about this, or was altered.
    fn open(&self, about: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (head, rest) = sealed.split_at_checked(HEAD)?;
        let (suite, id) = head.split_first()?;
        let (nonce, sealed) = rest.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        if *suite != SUITE || *id != self.id.to_be_bytes() {
            return None;
        }
        self.aes.decrypt(&Nonce::from(nonce), Payload { msg: sealed, aad: about }).ok()
    }
}

impl Keys {
    fn about(&self, table: &str, column: &str, id: &str) -> Vec<u8> {
        about(&[self.town.as_str(), table, column, id])
    }

    /// A text as its cell keeps it.
    pub(crate) fn seal(&self, table: &str, column: &str, id: &str, text: &str) -> Result<String> {
        if text.is_empty() {
            return Ok(String::new());
        }
        let sealed = self.cipher.seal(&self.about(table, column, id), text.as_bytes())?;
        Ok(format!("{MARK}{}", URL_SAFE_NO_PAD.encode(sealed)))
    }

    /// What a cell keeps. A text from before there were seals is what it says.
    ///
    /// Errors: [`Error::Broken`] when it was sealed for another cell, or altered.
    pub(crate) fn open(&self, table: &'static str, column: &str, id: &str, kept: String) -> Result<String> {
        let Some(sealed) = kept.strip_prefix(MARK) else { return Ok(kept) };
        URL_SAFE_NO_PAD
            .decode(sealed)
            .ok()
            .and_then(|sealed| self.cipher.open(&self.about(table, column, id), &sealed))
            .and_then(|plain| String::from_utf8(plain).ok())
            .ok_or_else(|| Error::Broken { table, column: column.to_owned(), id: id.to_owned() })
    }

    /// A file as it is kept: the same bytes give the same sealed bytes, so that a file sent twice is kept once.
    pub fn seal_file(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        let mut out = MARK.as_bytes().to_vec();
        out.extend(self.cipher.seal(&self.about("blob", "", ""), bytes)?);
        Ok(out)
    }

    /// The bytes of a file as it was sent, `id` being its name. One from before there were seals is what it is.
    ///
    /// Errors: [`Error::Broken`] when it was altered.
    pub fn open_file(&self, id: &str, kept: Vec<u8>) -> Result<Vec<u8>> {
        let Some(sealed) = kept.strip_prefix(MARK.as_bytes()) else { return Ok(kept) };
        let broken = || Error::Broken { table: "blob", column: "bytes".to_owned(), id: id.to_owned() };
        self.cipher.open(&self.about("blob", "", ""), sealed).ok_or_else(broken)
    }

    /// What this town's program signs so that it knows it again when a browser brings it back: HMAC-SHA256 in base64url. The
    /// first field says what for.
    pub fn stamp(&self, fields: &[&str]) -> Result<String> {
        let fields: Vec<&[u8]> = fields.iter().map(|field| field.as_bytes()).collect();
        Ok(URL_SAFE_NO_PAD.encode(keyed(&self.cipher.stamps, &fields)?))
    }

    /// Whether this stamp is of these fields; takes as long for a wrong one.
    pub fn is_stamp(&self, fields: &[&str], stamp: &str) -> Result<bool> {
        let fields: Vec<&[u8]> = fields.iter().map(|field| field.as_bytes()).collect();
        let mac = mac_of(&self.cipher.stamps, &fields)?;
        Ok(URL_SAFE_NO_PAD.decode(stamp).is_ok_and(|stamp| mac.verify_slice(&stamp).is_ok()))
    }

    fn trace(&self, kind: &str, digits: &str) -> Result<String> {
        let mac = keyed(&self.cipher.traces, &[kind.as_bytes(), digits.as_bytes()])?;
        Ok(URL_SAFE_NO_PAD.encode(mac.get(..TRACE).unwrap_or(&mac)))
    }

    /// Traces of each of several numbers, whole and by its last four digits, with a blank before and after each.
    fn traces(&self, phones: &str) -> Result<String> {
        let mut out = String::new();
        for number in phones.split('、').map(digits).filter(|number| !number.is_empty()) {
            for trace in [self.trace("number", &number)?, self.trace("tail", tail(&number))?] {
                out.push(' ');
                out.push_str(&trace);
            }
        }
        if !out.is_empty() {
            out.push(' ');
        }
        Ok(out)
    }

    /// The trace of what somebody types: four digits are a tail, seven or more a whole number, anything else is none.
    pub(crate) fn trace_of(&self, typed: &str) -> Result<Option<String>> {
        if typed.is_empty() || !typed.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | ' ' | '+')) {
            return Ok(None);
        }
        let number = digits(typed);
        Ok(match number.len() {
            4 => Some(self.trace("tail", &number)?),
            7.. => Some(self.trace("number", &number)?),
            _ => None,
        })
    }

    /// A row with every secret sealed for the cell it goes to.
    pub(crate) fn close(
        &self,
        table: &'static str,
        id: &str,
        cols: Vec<(&'static str, Value)>,
    ) -> Result<Vec<(&'static str, Value)>> {
        let sealed = |(name, value)| {
            Ok((
                name,
                match value {
                    Value::Secret(text) => {
                        Value::Text(text.map(|text| self.seal(table, name, id, &text)).transpose()?)
                    }
                    Value::Traces(phones) => Value::Text(Some(self.traces(&phones)?)),
                    plain => plain,
                },
            ))
        };
        cols.into_iter().map(sealed).collect()
    }
}

/// The digits of one number, without the country's.
fn digits(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    match digits.strip_prefix("0086").or_else(|| digits.strip_prefix("86").filter(|rest| rest.len() == 11)) {
        Some(rest) => rest.to_owned(),
        None => digits,
    }
}

fn tail(digits: &str) -> &str {
    digits.get(digits.len().saturating_sub(4)..).unwrap_or(digits)
}

impl Vault {
    /// Reads the master key in `folder`. While nothing is sealed yet, a missing one is made (mode 0400).
    ///
    /// Errors: [`Error::KeyMissing`] when the database holds data keys and the file is gone.
    pub fn open(folder: &Path, in_use: bool) -> Result<Self> {
        let file = folder.join(FILE);
        if !file.exists() {
            if in_use {
                return Err(Error::KeyMissing { file });
            }
            make(&file)?;
        }
        Self::at(file)
    }

    /// The vault of this master key's file.
    fn at(file: PathBuf) -> Result<Self> {
        let text = std::fs::read_to_string(&file).map_err(io)?;
        let key = text
            .trim()
            .strip_prefix(FILE_MARK.trim_end())
            .and_then(|key| URL_SAFE_NO_PAD.decode(key.trim()).ok())
            .and_then(|key| <[u8; KEY]>::try_from(key).ok())
            .ok_or_else(|| Error::KeyWrong { file: file.clone() })?;
        Ok(Self { master: Cipher::new(&key, MASTER)?, file, towns: RwLock::default() })
    }

    /// A vault with a new master key, which lies beside the old one until [`Vault::settle`].
    pub fn successor(&self) -> Result<Self> {
        let file = next(&self.file);
        make(&file)?;
        Self::at(file)
    }

    /// The vault of a new master key that was made and never settled, if there is one: the program ended in between.
    pub fn unsettled(&self) -> Option<Self> {
        let file = next(&self.file);
        if file.exists() { Self::at(file).ok() } else { None }
    }

    /// Gives a new master key the old one's place, and the old one the name `master.key.old`.
    pub fn settle(&self, old: &Path) -> Result<()> {
        std::fs::rename(old, old.with_extension("key.old")).map_err(io)?;
        std::fs::rename(&self.file, old).map_err(io)?;
        sync(old)
    }

    /// Where the master key is.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The data key of a town, if it was met before.
    pub fn known(&self, town: &TownCode) -> Option<Arc<Keys>> {
        self.towns.read().unwrap_or_else(PoisonError::into_inner).get(town).cloned()
    }

    /// A new data key for a town, wrapped.
    pub fn new_data_key(&self, town: &TownCode) -> Result<String> {
        self.wrap(town, &random()?)
    }

    fn wrap(&self, town: &TownCode, key: &[u8; KEY]) -> Result<String> {
        let sealed = self.master.seal(&about(&[town.as_str(), "data_key"]), key)?;
        Ok(format!("{MARK}{}", URL_SAFE_NO_PAD.encode(sealed)))
    }

    fn unwrapped(&self, town: &TownCode, wrapped: &str) -> Result<[u8; KEY]> {
        wrapped
            .strip_prefix(MARK)
            .and_then(|sealed| URL_SAFE_NO_PAD.decode(sealed).ok())
            .and_then(|sealed| self.master.open(&about(&[town.as_str(), "data_key"]), &sealed))
            .and_then(|key| <[u8; KEY]>::try_from(key).ok())
            .ok_or_else(|| Error::KeyWrong { file: self.file.clone() })
    }

    /// Takes in the data key of a town.
    ///
    /// Errors: [`Error::KeyWrong`] when another master key wrapped it.
    pub fn take(&self, town: &TownCode, wrapped: &str) -> Result<Arc<Keys>> {
        let cipher = Cipher::new(&self.unwrapped(town, wrapped)?, FIRST)?;
        let keys = Arc::new(Keys { town: town.clone(), cipher });
        self.towns.write().unwrap_or_else(PoisonError::into_inner).insert(town.clone(), keys.clone());
        Ok(keys)
    }

    /// Takes in every town's data key.
    pub fn take_all(&self, wrapped: &[(String, String)]) -> Result<()> {
        for (town, wrapped) in wrapped {
            self.take(&town.as_str().into(), wrapped)?;
        }
        Ok(())
    }

    /// The same data key, wrapped by the master key of another vault.
    pub fn rewrap(&self, town: &TownCode, wrapped: &str, by: &Self) -> Result<String> {
        by.wrap(town, &self.unwrapped(town, wrapped)?)
    }
}

impl Write {
    /// Seals up to `limit` rows from before there were seals and says how many those were; 0 when all is sealed. They
    /// are written as they are, so the commit's entry seals their new state in the record.
    pub async fn seal_old_rows(&mut self, limit: i64) -> Result<usize> {
        let list = || args![self.town.as_str(), format!("{MARK}%"), limit];
        let (persons, places, files) = (list(), list(), list());
        let sql = "SELECT * FROM person WHERE town = $1 AND ((phone <> '' AND phone NOT LIKE $2) \
                   OR (office_phone <> '' AND office_phone NOT LIKE $2)) ORDER BY id LIMIT $3";
        let persons = self.rows(sql, persons).await?;
        // Every place written since has an index, an empty one when there is no phone.
        let sql = "SELECT * FROM place WHERE town = $1 AND phone_index IS NULL AND phone NOT LIKE $2 ORDER BY id LIMIT $3";
        let places = self.rows(sql, places).await?;
        let sql = "SELECT * FROM import_file WHERE town = $1 AND preview NOT LIKE $2 ORDER BY id LIMIT $3";
        let files = self.rows(sql, files).await?;
        for row in &persons {
            self.update_person(&PersonRecord::from_row(row)?).await?;
        }
        for row in &places {
            self.update_place(&PlaceRecord::from_row(row)?).await?;
        }
        for row in &files {
            self.seal_preview(&ImportFile::from_row(row)?).await?;
        }
        Ok(persons.len() + places.len() + files.len())
    }
}

impl Db {
    /// Rewrites the database's files, so that nothing lingers in pages that rows were moved out of.
    pub async fn scrub(&self) -> Result<()> {
        match &self.pool {
            Pool::Sqlite { writers, .. } => {
                sqlx::raw_sql("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);").execute(writers).await?;
            }
            Pool::Postgres(pool) => {
                for table in ["person", "place", "import_file"] {
                    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("VACUUM FULL {table}"))).execute(pool).await?;
                }
            }
        }
        Ok(())
    }
}

/// Whether nobody but its owner can read the master key's file.
pub fn is_private(file: &Path) -> Result<bool> {
    Ok(std::fs::metadata(file).map_err(io)?.permissions().mode() & 0o077 == 0)
}

fn random() -> Result<[u8; KEY]> {
    let mut key = [0_u8; KEY];
    getrandom::fill(&mut key).map_err(|e| Error::Setup(format!("系统随机数不可用：{e}")))?;
    Ok(key)
}

/// Makes a master key under a name of its own and gives it its name in one step, so that two programs that begin at
/// once end with one key.
fn make(file: &Path) -> Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(io)?;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).map_err(io)?;
    let key = random()?;
    let draft = file.with_extension(format!("key.{}", std::process::id()));
    let _ = std::fs::remove_file(&draft);
    let mut out =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o400).open(&draft).map_err(io)?;
    writeln!(out, "{FILE_MARK}{}", URL_SAFE_NO_PAD.encode(key)).and_then(|()| out.sync_all()).map_err(io)?;
    let linked = std::fs::hard_link(&draft, file);
    std::fs::remove_file(&draft).map_err(io)?;
    sync(file)?;
    match linked {
        Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => Err(io(e)),
        _ => Ok(()),
    }
}

/// A name of a file must survive a power cut, too.
fn sync(file: &Path) -> Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::File::open(folder).and_then(|f| f.sync_all()).map_err(io)
}

/// Where a new master key waits until everything is wrapped by it.
fn next(file: &Path) -> PathBuf {
    file.with_extension("key.new")
}
