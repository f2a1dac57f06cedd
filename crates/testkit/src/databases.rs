//! Both databases: every story is told once on SQLite in a fresh folder and once on PostgreSQL in a fresh database.
//! `FENGSUI_TEST_POSTGRES` names a server where databases may be made; without it PostgreSQL is left out aloud.
//! Databases are made through `psql`, so that the project's tools can use this crate without building a driver.

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::postgres::{URL_VARIABLE, psql};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A fresh, empty database and a folder for files, gone after the story.
pub struct Fresh {
    /// URL to open.
    pub url: String,
    /// `SQLite` or `PostgreSQL`, for messages.
    pub engine: &'static str,
    /// Folder for blobs and the like.
    pub folder: TempDir,
}

impl Fresh {
    /// Folder for the master key.
    pub fn keys(&self) -> std::path::PathBuf {
        self.folder.path().join("keys")
    }

    /// Everything a thief of database and files finds, the keys apart, as one text.
    pub fn stolen(&self) -> Result<String> {
        let mut all = String::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder)? {
                let path = entry?.path();
                if path == self.keys() {
                    continue;
                } else if path.is_dir() {
                    folders.push(path);
                } else {
                    all.push_str(&String::from_utf8_lossy(&std::fs::read(path)?));
                }
            }
        }
        if self.engine == "PostgreSQL" {
            let tables = "SELECT query_to_xml(format('SELECT * FROM %I', tablename), true, true, '') \
                          FROM pg_tables WHERE schemaname = 'public'";
            all.push_str(&psql(&self.url, tables)?);
        }
        Ok(all)
    }
}

/// A database on the server, dropped with it. Held outside the story, which may end in a panic.
struct Made {
    server: String,
    name: String,
}

impl Made {
    /// Sorts by code point (`C`), as the program asks of its own.
    fn on(server: &str) -> Result<Self> {
        let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let made = Self { server: with_database(server, "postgres"), name };
        made.drop_database()?;
        let sql = format!(
            "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'",
            made.name
        );
        psql(&made.server, &sql)?;
        Ok(made)
    }

    fn drop_database(&self) -> Result<String> {
        psql(&self.server, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name))
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        if let Err(error) = self.drop_database() {
            eprintln!("{} stays behind: {error:#}", self.name);
        }
    }
}

/// Tells the story on an empty SQLite file and on an empty PostgreSQL database.
///
/// `cargo xtask with-postgres cargo test -p fengsui-store` names a server; `cargo xtask test` always does.
///
/// Errors: what the story says, with the engine; with `CI=true` also when no server is named.
pub async fn both_databases<F, Fut>(story: F) -> Result<()>
where
    F: Fn(Fresh) -> Fut,
    Fut: Future<Output = Result<()>>,
{
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("town.db").display());
    eprintln!("on SQLite");
    story(Fresh { url, engine: "SQLite", folder }).await.context("on SQLite")?;
    let Ok(server) = std::env::var(URL_VARIABLE) else {
        if std::env::var("CI").is_ok_and(|value| value == "true") {
            bail!("CI must name a PostgreSQL server in {URL_VARIABLE}");
        }
        eprintln!("NOT RUN on PostgreSQL: {URL_VARIABLE} is not set (cargo xtask with-postgres …)");
        return Ok(());
    };
    let made = Made::on(&server)?;
    let url = with_database(&server, &made.name);
    eprintln!("on PostgreSQL");
    story(Fresh { url, engine: "PostgreSQL", folder: tempfile::tempdir()? }).await.context("on PostgreSQL")
}

/// The name of the database in a URL that has one.
pub(crate) fn database_of(url: &str) -> &str {
    let address = url.split_once('?').map_or(url, |(address, _)| address);
    address.rsplit('/').next().unwrap_or_default()
}

/// The same server, another database; the server may be named with or without one.
pub(crate) fn with_database(url: &str, name: &str) -> String {
    let (address, options) = url.split_once('?').map_or((url, None), |(a, options)| (a, Some(options)));
    let (scheme, rest) = address.split_once("://").unwrap_or(("postgres", address));
    let host = rest.split('/').next().unwrap_or(rest);
    let options = options.map(|options| format!("?{options}")).unwrap_or_default();
    format!("{scheme}://{host}/{name}{options}")
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn another_database_of_the_same_server() {
        for (given, wanted) in [
            ("postgres://u@127.0.0.1:5432", "postgres://u@127.0.0.1:5432/t1"),
            ("postgres://u@127.0.0.1:5432/postgres", "postgres://u@127.0.0.1:5432/t1"),
            ("postgres://u:p@h/postgres?sslmode=disable", "postgres://u:p@h/t1?sslmode=disable"),
        ] {
            assert_eq!(with_database(given, "t1"), wanted, "{given}");
            assert_eq!(database_of(wanted), "t1");
        }
    }

    #[tokio::test]
    async fn every_database_starts_empty_and_is_gone_afterwards() -> Result<()> {
        static SEEN: Mutex<Vec<(String, std::path::PathBuf)>> = Mutex::new(Vec::new());
        both_databases(|fresh| async move {
            if fresh.engine == "PostgreSQL" {
                psql(&fresh.url, "CREATE TABLE once (n BIGINT)")?;
                assert_eq!(psql(&fresh.url, "SHOW lc_collate")?, "C");
            } else {
                let file = fresh.url.strip_prefix("sqlite:").context("a SQLite url")?;
                assert!(!std::path::Path::new(file).exists());
            }
            SEEN.lock().expect("one thread").push((fresh.url.clone(), fresh.folder.path().to_owned()));
            Ok(())
        })
        .await?;
        for (url, folder) in SEEN.lock().expect("one thread").iter() {
            assert!(!folder.exists());
            if url.starts_with("postgres") {
                assert!(psql(url, "SELECT 1").is_err(), "dropped");
            }
        }
        Ok(())
    }

    #[tokio::test]
    async fn a_story_that_fails_says_on_which_engine() {
        let told = both_databases(|_| async { bail!("a slip of dialect") }).await;
        let told = format!("{:#}", told.expect_err("it fails"));
        assert_eq!(told, "on SQLite: a slip of dialect");
    }
}
