//! The only place that knows two engines exist. A [`Read`] selects within one snapshot; a [`Write`] is a transaction
//! that may write (`BEGIN IMMEDIATE` on SQLite, where there is one writer) and remembers every row it touched, so that
//! its audit entry seals them. Both are bound to one town, and every statement built here says so.

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use domain::ids::TownCode;
use futures::TryStreamExt;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Postgres, Sqlite, Transaction};

use crate::migrate::migrate;
use crate::operation::Operation;
use crate::seal::row_hash;
use crate::value::Cells;
use crate::vault::{Keys, Vault};
use crate::{Error, Result, Row, Value};

/// The lowest SQLite that has no known way to corrupt a WAL database (the WAL-reset fault of 3.7.0–3.51.2).
const SQLITE_FLOOR: (u32, u32, u32) = (3, 51, 3);
/// Parameters of one INSERT on SQLite, which looks each up by its name in a list of all: its time is their square.
const SQLITE_PARAMETERS: usize = 600;
/// Parameters of one INSERT on PostgreSQL, which takes 65,535.
const POSTGRES_PARAMETERS: usize = 18_000;
/// Tables that are machinery, not record: they may change without an audit entry.
const UNSEALED: &[&str] = &[
    "session",
    "operation",
    "job",
    "reconcile",
    "upload",
    "import_mapping",
    "counter",
    "device_link",
    "device_state",
    "raw_signal",
    "message_claim",
    "message_receipt",
    "relay",
    "subscriber_progress",
];

/// A database: SQLite in the data folder, or PostgreSQL by URL.
#[derive(Debug, Clone)]
pub struct Db {
    /// Its connections.
    pub pool: Pool,
    vault: Arc<Vault>,
}

/// Connections to one of the two engines.
#[derive(Debug, Clone)]
pub enum Pool {
    /// Embedded: many readers, one writer.
    Sqlite {
        /// Pool of read-only connections.
        readers: SqlitePool,
        /// Pool of one.
        writers: SqlitePool,
    },
    /// A server.
    Postgres(PgPool),
}

enum Conn {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// A snapshot to read from, bound to one town.
pub struct Read {
    pub(crate) town: TownCode,
    /// `None` as long as nothing of this town was ever sealed.
    keys: Option<Arc<Keys>>,
    conn: Conn,
    effort: Effort,
}

/// What was asked of the database so far: a use case shows by it that it reads what it needs and no more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Effort {
    /// Statements carried out.
    pub statements: u64,
    /// Rows that came back.
    pub rows: u64,
}

/// A transaction that may write. Dropping it without [`Write::commit`] leaves nothing behind.
pub struct Write {
    read: Read,
    pub(crate) touched: Vec<Touched>,
    pub(crate) operation: Option<Operation>,
    after: Option<Box<dyn FnOnce() + Send>>,
}

/// A row that was written: what the audit entry seals.
pub(crate) struct Touched {
    pub table: &'static str,
    pub id: String,
    pub hash: String,
    /// The row's version, where it has one.
    pub version: Option<i64>,
}

impl std::ops::Deref for Write {
    type Target = Read;
    fn deref(&self) -> &Read {
        &self.read
    }
}

impl std::ops::DerefMut for Write {
    fn deref_mut(&mut self) -> &mut Read {
        &mut self.read
    }
}

macro_rules! bound {
    ($sql:expr, $args:expr) => {{
        let mut query = sqlx::query(AssertSqlSafe($sql));
        for arg in $args {
            query = match arg {
                Value::Text(v) => query.bind(v),
                Value::Int(v) => query.bind(v),
                Value::Real(v) => query.bind(v),
                Value::Bool(v) => query.bind(v),
                // Only a row to be written says which cell it is sealed for.
                Value::Secret(_) | Value::Traces(_) => {
                    return Err(Error::Setup("个人信息未经封存，不能写入".to_owned()));
                }
            };
        }
        query
    }};
}

impl Db {
    /// Opens `sqlite:PATH` or `postgres://…`, checks the engine, brings the schema up to date and reads the master key
    /// in the folder `keys`, which is made when nothing was ever sealed in this database.
    ///
    /// Errors: [`Error::KeyMissing`], [`Error::KeyWrong`] when the key does not belong to what is sealed already.
    pub async fn open(url: &str, keys: &Path) -> Result<Self> {
        let pool =
            if url.starts_with("postgres") { open_postgres(url).await? } else { open_sqlite(url).await? };
        migrate(&pool).await?;
        let wrapped = data_keys(&pool).await?;
        let mut vault = Vault::open(keys, !wrapped.is_empty())?;
        if let Err(error) = vault.take_all(&wrapped) {
            // A change of the master key that was cut off after the database had its part.
            let next = vault.unsettled().ok_or(error)?;
            next.take_all(&wrapped)?;
            next.settle(vault.file())?;
            vault = Vault::open(keys, true)?;
            vault.take_all(&wrapped)?;
        }
        Ok(Self { pool, vault: Arc::new(vault) })
    }

    /// Makes a new master key and wraps every data key by it; what is sealed stays as it is. The old key's file is
    /// kept beside as `master.key.old` until somebody destroys it. Returns the number of data keys.
    pub async fn change_master_key(&self) -> Result<usize> {
        let all = data_keys(&self.pool).await?;
        let Some((town, _)) = all.first() else { return Ok(0) };
        let next = self.vault.successor()?;
        let mut tx = self.write(&town.as_str().into()).await?;
        for (town, wrapped) in &all {
            let wrapped = self.vault.rewrap(&town.as_str().into(), wrapped, &next)?;
            tx.exec("UPDATE data_key SET wrapped = $2 WHERE town = $1", crate::args![town, wrapped]).await?;
        }
        tx.commit_transaction().await?;
        next.settle(self.vault.file())?;
        Ok(all.len())
    }

    /// Gives `target` the data key of a town, wrapped by its own master key, before the town's rows go there.
    pub(crate) async fn hand_key_to(&self, target: &Self, town: &TownCode) -> Result<()> {
        let all = data_keys(&self.pool).await?;
        let Some((_, wrapped)) = all.iter().find(|(of, _)| of == town.as_str()) else { return Ok(()) };
        let wrapped = self.vault.rewrap(town, wrapped, &target.vault)?;
        let mut tx = target.write(town).await?;
        tx.exec("UPDATE data_key SET wrapped = $2 WHERE town = $1", crate::args![town.as_str(), &wrapped])
            .await?;
        tx.commit_transaction().await?;
        target.vault.take(town, &wrapped)?;
        Ok(())
    }

    /// The file that holds the master key.
    pub fn key_file(&self) -> &Path {
        self.vault.file()
    }

    /// The data key of a town, made when it has none. It is committed before anything is sealed with it.
    pub async fn keys(&self, town: &TownCode) -> Result<Arc<Keys>> {
        if let Some(keys) = self.vault.known(town) {
            return Ok(keys);
        }
        let wrapped = self.vault.new_data_key(town)?;
        let sql = "INSERT INTO data_key (town, id, wrapped) VALUES ($1, '1', $2) ON CONFLICT DO NOTHING";
        match &self.pool {
            Pool::Sqlite { writers, .. } => {
                sqlx::query(sql).bind(town.as_str()).bind(&wrapped).execute(writers).await?;
            }
            Pool::Postgres(pool) => {
                sqlx::query(sql).bind(town.as_str()).bind(&wrapped).execute(pool).await?;
            }
        }
        // Somebody else may have been faster.
        self.keys_to_read(town).await?.ok_or_else(|| Error::KeyWrong { file: self.key_file().to_owned() })
    }

    async fn keys_to_read(&self, town: &TownCode) -> Result<Option<Arc<Keys>>> {
        if let Some(keys) = self.vault.known(town) {
            return Ok(Some(keys));
        }
        let all = data_keys(&self.pool).await?;
        let found = all.into_iter().find(|(of, _)| of == town.as_str());
        found.map(|(_, wrapped)| self.vault.take(town, &wrapped)).transpose()
    }
}

/// Every town's wrapped data key.
async fn data_keys(pool: &Pool) -> Result<Vec<(String, String)>> {
    let sql = "SELECT town, wrapped FROM data_key";
    Ok(match pool {
        Pool::Sqlite { readers, .. } => sqlx::query_as(sql).fetch_all(readers).await?,
        Pool::Postgres(pool) => sqlx::query_as(sql).fetch_all(pool).await?,
    })
}

async fn open_sqlite(url: &str) -> Result<Pool> {
    let path = url.strip_prefix("sqlite:").unwrap_or(url);
    if let Some(folder) = Path::new(path).parent() {
        std::fs::create_dir_all(folder).map_err(crate::error::io)?;
    }
    let options = SqliteConnectOptions::from_str(&format!("sqlite:{path}"))?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // NORMAL, the usual advice, loses acknowledged rows in a power cut.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10))
        .statement_cache_capacity(256)
        .pragma("cache_size", "-16000")
        .disable_statement_logging();
    let writers = SqlitePoolOptions::new()
        .max_connections(1)
        .after_release(|conn, _| {
            Box::pin(async move {
                conn.ping().await?;
                // A full disk makes SQLite roll back by itself; the driver then believes the transaction goes on and
                // would refuse every later one. Such a connection is closed, the next writer gets a new one.
                Ok(!conn.is_in_transaction())
            })
        })
        .connect_with(options.clone())
        .await?;
    let version: (String,) = sqlx::query_as("SELECT sqlite_version()").fetch_one(&writers).await?;
    check_floor(&version.0)?;
    let readers = SqlitePoolOptions::new()
        .max_connections(8)
        .acquire_timeout(Duration::from_secs(10))
        // Eight caches of the writer's size would be most of the memory of a town; the system keeps the file's pages anyway.
        .connect_with(options.read_only(true).create_if_missing(false).pragma("cache_size", "-4000"))
        .await?;
    Ok(Pool::Sqlite { readers, writers })
}

/// Asks which engine answers at `sqlite:PATH` or `postgres://…`, and changes nothing there; none where the file is yet to be
/// made.
pub async fn probe(url: &str) -> Result<Option<String>> {
    if url.starts_with("postgres") {
        let options = PgConnectOptions::from_str(url)?.disable_statement_logging();
        let mut conn = options.connect().await?;
        let (version,): (String,) = sqlx::query_as("SHOW server_version").fetch_one(&mut conn).await?;
        conn.close().await?;
        return Ok(Some(format!("PostgreSQL {version}")));
    }
    let path = url.strip_prefix("sqlite:").unwrap_or(url);
    if !Path::new(path).exists() {
        return Ok(None);
    }
    let options = SqliteConnectOptions::from_str(&format!("sqlite:{path}"))?.read_only(true);
    let mut conn = options.disable_statement_logging().connect().await?;
    let (version,): (String,) = sqlx::query_as("SELECT sqlite_version()").fetch_one(&mut conn).await?;
    // A file that is no database says so at the first look into it.
    sqlx::query("SELECT COUNT(*) FROM sqlite_master").fetch_one(&mut conn).await?;
    conn.close().await?;
    Ok(Some(format!("SQLite {version}")))
}

async fn open_postgres(url: &str) -> Result<Pool> {
    let options = PgConnectOptions::from_str(url)?
        .options([("synchronous_commit", "on")])
        .statement_cache_capacity(256)
        .disable_statement_logging();
    let pool = PgPoolOptions::new()
        .max_connections(16)
        .acquire_timeout(Duration::from_secs(10))
        .connect_with(options)
        .await?;
    Ok(Pool::Postgres(pool))
}

impl Db {
    /// A snapshot of one town.
    pub async fn read(&self, town: &TownCode) -> Result<Read> {
        let keys = self.keys_to_read(town).await?;
        let conn = match &self.pool {
            Pool::Sqlite { readers, .. } => Conn::Sqlite(readers.begin().await?),
            Pool::Postgres(pool) => Conn::Postgres(
                pool.begin_with("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY").await?,
            ),
        };
        Ok(Read { town: town.clone(), keys, conn, effort: Effort::default() })
    }

    /// A writing transaction of one town. Never await a network or a rendering while holding one.
    pub async fn write(&self, town: &TownCode) -> Result<Write> {
        let keys = Some(self.keys(town).await?);
        let conn = match &self.pool {
            Pool::Sqlite { writers, .. } => Conn::Sqlite(writers.begin_with("BEGIN IMMEDIATE").await?),
            Pool::Postgres(pool) => Conn::Postgres(pool.begin().await?),
        };
        Ok(Write {
            read: Read { town: town.clone(), keys, conn, effort: Effort::default() },
            touched: Vec::new(),
            operation: None,
            after: None,
        })
    }

    /// Which engine and version, for people: `SQLite 3.51.3`.
    pub async fn engine(&self) -> Result<String> {
        match &self.pool {
            Pool::Sqlite { readers, .. } => {
                let (v,): (String,) = sqlx::query_as("SELECT sqlite_version()").fetch_one(readers).await?;
                Ok(format!("SQLite {v}"))
            }
            Pool::Postgres(pool) => {
                let (v,): (String,) = sqlx::query_as("SHOW server_version").fetch_one(pool).await?;
                Ok(format!("PostgreSQL {v}"))
            }
        }
    }

    /// What the engine itself says of how a commit is kept, asked on the connection that writes: `WAL, FULL` or
    /// `synchronous_commit on`. An answer of success rests on it.
    pub async fn durability(&self) -> Result<String> {
        match &self.pool {
            Pool::Sqlite { writers, .. } => {
                let (journal,): (String,) = sqlx::query_as("PRAGMA journal_mode").fetch_one(writers).await?;
                let (sync,): (i64,) = sqlx::query_as("PRAGMA synchronous").fetch_one(writers).await?;
                let sync = match sync {
                    0 => "OFF",
                    1 => "NORMAL",
                    2 => "FULL",
                    _ => "EXTRA",
                };
                Ok(format!("{}, {sync}", journal.to_uppercase()))
            }
            Pool::Postgres(pool) => {
                let (commit,): (String,) = sqlx::query_as("SHOW synchronous_commit").fetch_one(pool).await?;
                Ok(format!("synchronous_commit {commit}"))
            }
        }
    }

    /// Writes a consistent copy of the embedded database to a file that must not exist yet.
    pub async fn copy_to(&self, file: &Path) -> Result<()> {
        let Pool::Sqlite { readers, .. } = &self.pool else {
            return Err(Error::Setup("PostgreSQL 请用 pg_dump 备份数据库，附件目录另行备份".to_owned()));
        };
        let target = file.display().to_string();
        sqlx::query("VACUUM INTO $1").bind(target).execute(readers).await?;
        Ok(())
    }

    /// Lets go of every connection; on SQLite this also folds the write-ahead log back.
    pub async fn close(&self) {
        match &self.pool {
            Pool::Sqlite { readers, writers } => {
                readers.close().await;
                writers.close().await;
            }
            Pool::Postgres(pool) => pool.close().await,
        }
    }
}

fn check_floor(version: &str) -> Result<()> {
    let mut parts = version.split('.').map(|p| p.parse::<u32>().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    let found = (next(), next(), next());
    if found < SQLITE_FLOOR {
        return Err(Error::Setup(format!("SQLite {version} 过旧，至少需要 3.51.3，请使用随程序附带的版本")));
    }
    Ok(())
}

impl Read {
    /// The town this snapshot is bound to.
    pub fn town(&self) -> &TownCode {
        &self.town
    }

    /// What was asked so far within this snapshot or transaction.
    pub fn effort(&self) -> Effort {
        self.effort
    }

    /// All rows of a SELECT.
    pub(crate) async fn rows(&mut self, sql: impl Into<String>, args: Vec<Value>) -> Result<Vec<Row>> {
        let sql: String = sql.into();
        let row = |cells| Row::new(cells, self.keys.clone());
        let found: Vec<Row> = match &mut self.conn {
            Conn::Sqlite(t) => {
                let found = bound!(sql, args).fetch_all(&mut **t).await?;
                found.into_iter().map(Cells::Sqlite).map(row).collect()
            }
            Conn::Postgres(t) => {
                let found = bound!(sql, args).fetch_all(&mut **t).await?;
                found.into_iter().map(Cells::Postgres).map(row).collect()
            }
        };
        self.effort.statements += 1;
        self.effort.rows += found.len() as u64;
        Ok(found)
    }

    /// The first row of a SELECT, if any.
    pub(crate) async fn row(&mut self, sql: impl Into<String>, args: Vec<Value>) -> Result<Option<Row>> {
        let sql: String = sql.into();
        self.effort.statements += 1;
        self.effort.rows += 1;
        Ok(match &mut self.conn {
            Conn::Sqlite(t) => bound!(sql, args).fetch_optional(&mut **t).await?.map(Cells::Sqlite),
            Conn::Postgres(t) => bound!(sql, args).fetch_optional(&mut **t).await?.map(Cells::Postgres),
        }
        .map(|cells| Row::new(cells, self.keys.clone())))
    }

    /// Hands every row of a SELECT to `each` without holding them all.
    pub(crate) async fn each(
        &mut self,
        sql: impl Into<String>,
        args: Vec<Value>,
        mut each: impl FnMut(Row) -> Result<()> + Send,
    ) -> Result<()> {
        let sql: String = sql.into();
        self.effort.statements += 1;
        let read = &mut self.effort.rows;
        match &mut self.conn {
            Conn::Sqlite(t) => {
                let mut rows = bound!(sql, args).fetch(&mut **t);
                while let Some(row) = rows.try_next().await? {
                    *read += 1;
                    each(Row::new(Cells::Sqlite(row), self.keys.clone()))?;
                }
            }
            Conn::Postgres(t) => {
                let mut rows = bound!(sql, args).fetch(&mut **t);
                while let Some(row) = rows.try_next().await? {
                    *read += 1;
                    each(Row::new(Cells::Postgres(row), self.keys.clone()))?;
                }
            }
        }
        Ok(())
    }

    /// A text sealed for the cell `column` of the row `id` in `table`, for statements of one's own.
    pub(crate) fn sealed(&self, table: &str, column: &str, id: &str, text: &str) -> Result<String> {
        self.keys_of_town()?.seal(table, column, id, text)
    }

    /// The trace by which a typed phone number, or its last four digits, is found; `None` when it is neither.
    pub(crate) fn trace_of(&self, typed: &str) -> Result<Option<String>> {
        match &self.keys {
            Some(keys) => keys.trace_of(typed),
            None => Ok(None),
        }
    }

    fn keys_of_town(&self) -> Result<&Keys> {
        self.keys.as_deref().ok_or_else(|| Error::Setup("本镇还没有数据密钥，请先写入一条记录".to_owned()))
    }

    /// The row `id` of `table` in this town.
    pub(crate) async fn by_id(&mut self, table: &'static str, id: &str) -> Result<Option<Row>> {
        let town = self.town.clone();
        self.row(
            format!("SELECT * FROM {table} WHERE town = $1 AND id = $2"),
            crate::args![town.as_str(), id],
        )
        .await
    }
}

impl Write {
    /// Binds the client's operation id, so that commit records its answer or refuses a second one.
    pub fn bind_operation(&mut self, operation: Operation) {
        self.operation = Some(operation);
    }

    /// Lets go of the client's operation id: its answer is not to be kept.
    pub fn unbind_operation(&mut self) {
        self.operation = None;
    }

    /// What is to be done once the commit is through; not at all when it fails.
    pub fn after_commit(&mut self, act: Box<dyn FnOnce() + Send>) {
        self.after = Some(act);
    }

    /// Carries out a statement and says how many rows it changed.
    pub(crate) async fn exec(&mut self, sql: impl Into<String>, args: Vec<Value>) -> Result<u64> {
        let sql: String = sql.into();
        self.read.effort.statements += 1;
        Ok(match &mut self.read.conn {
            Conn::Sqlite(t) => bound!(sql, args).execute(&mut **t).await?.rows_affected(),
            Conn::Postgres(t) => bound!(sql, args).execute(&mut **t).await?.rows_affected(),
        })
    }

    /// Inserts one row of this town. A row with the same key is a [`Error::Conflict`].
    pub(crate) async fn insert(
        &mut self,
        table: &'static str,
        id: &str,
        cols: Vec<(&'static str, Value)>,
    ) -> Result<()> {
        self.insert_many(table, vec![(id.to_owned(), cols)]).await
    }

    /// Inserts rows of this town, all with the same columns, in as few statements as the engines allow.
    pub(crate) async fn insert_many(
        &mut self,
        table: &'static str,
        rows: Vec<(String, Vec<(&'static str, Value)>)>,
    ) -> Result<()> {
        let Some((_, first)) = rows.first() else { return Ok(()) };
        let names: Vec<&'static str> = first.iter().map(|(name, _)| *name).collect();
        let width = names.len() + 2;
        let head = format!("INSERT INTO {table} (town, id, {}) VALUES ", names.join(", "));
        let parameters = match &self.read.conn {
            Conn::Sqlite(_) => SQLITE_PARAMETERS,
            Conn::Postgres(_) => POSTGRES_PARAMETERS,
        };
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let chunk: Vec<_> = rows.by_ref().take((parameters / width).max(1)).collect();
            let mut sql = head.clone();
            let mut args = Vec::with_capacity(chunk.len() * width);
            let first_id = chunk.first().map(|(id, _)| id.clone()).unwrap_or_default();
            for (n, (id, cols)) in chunk.into_iter().enumerate() {
                let marks: Vec<String> = (1..=width).map(|i| format!("${}", n * width + i)).collect();
                sql.push_str(if n == 0 { "(" } else { ", (" });
                sql.push_str(&marks.join(", "));
                sql.push(')');
                args.push(Value::from(self.town.as_str()));
                let cols = self.keys_of_town()?.close(table, &id, cols)?;
                args.push(Value::from(id));
                args.extend(cols.into_iter().map(|(_, v)| v));
            }
            // Any broken key, not only (town, id), reads as "exists already".
            sql.push_str(" ON CONFLICT DO NOTHING RETURNING *");
            let wanted = args.len() / width;
            let written = self.rows(sql, args).await?;
            if written.len() != wanted {
                return Err(Error::Conflict { table, id: first_id });
            }
            self.touch(table, &written)?;
        }
        Ok(())
    }

    /// Changes columns of one row if it still has `version`; otherwise [`Error::Conflict`]. The version rises by one.
    pub(crate) async fn update(
        &mut self,
        table: &'static str,
        id: &str,
        version: i64,
        cols: Vec<(&'static str, Value)>,
    ) -> Result<()> {
        let mut sql = format!("UPDATE {table} SET version = version + 1");
        let mut args = crate::args![self.town.as_str(), id, version];
        for (name, value) in self.keys_of_town()?.close(table, id, cols)? {
            args.push(value);
            sql.push_str(&format!(", {name} = ${}", args.len()));
        }
        sql.push_str(" WHERE town = $1 AND id = $2 AND version = $3 RETURNING *");
        let written = self.rows(sql, args).await?;
        if written.is_empty() {
            return Err(Error::Conflict { table, id: id.to_owned() });
        }
        self.touch(table, &written)
    }

    /// Remembers written rows for the audit entry.
    fn touch(&mut self, table: &'static str, rows: &[Row]) -> Result<()> {
        if UNSEALED.contains(&table) {
            return Ok(());
        }
        for row in rows {
            let version = row.opt_int("version").ok().flatten();
            self.touched.push(Touched { table, id: row.text("id")?, hash: row_hash(row)?, version });
        }
        Ok(())
    }

    pub(crate) async fn commit_transaction(self) -> Result<()> {
        match self.read.conn {
            Conn::Sqlite(t) => t.commit().await?,
            Conn::Postgres(t) => t.commit().await?,
        }
        if let Some(act) = self.after {
            act();
        }
        Ok(())
    }

    /// Commits a change of machinery (sessions, jobs, uploads) that is no part of the record. Refuses when a sealed
    /// row was touched: those need [`Write::commit`].
    pub async fn commit_machinery(self) -> Result<()> {
        if let Some(t) = self.touched.first() {
            return Err(Error::Inconsistent { table: t.table, column: "audit".to_owned(), id: t.id.clone() });
        }
        self.commit_transaction().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_sqlite_is_refused_and_no_newer_one() {
        for old in ["3.51.2", "3.50.99", "3.9.0", "2.99.99", "", "x.y.z"] {
            assert!(matches!(check_floor(old), Err(Error::Setup(_))), "{old}");
        }
        for new in ["3.51.3", "3.51.10", "3.52.0", "4.0.0"] {
            assert!(check_floor(new).is_ok(), "{new}");
        }
    }
}
