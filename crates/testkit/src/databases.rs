//! One test, both databases: an empty SQLite file and an empty PostgreSQL database, both gone afterwards.

use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::postgres::{URL_VARIABLE, psql};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// An empty database of one test. Dropping it removes it: close the connections first.
pub struct Database {
    /// What `Db::open` and `--database` take.
    pub url: String,
    /// For people: `SQLite` or `PostgreSQL`.
    pub engine: &'static str,
    /// A folder for files that go with it, such as attachments.
    pub folder: TempDir,
    dropped_by: Option<(String, String)>,
}

impl Database {
    /// An empty SQLite file in a folder of its own.
    pub fn sqlite() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let url = format!("sqlite:{}", folder.path().join("town.db").display());
        Ok(Self { url, engine: "SQLite", folder, dropped_by: None })
    }

    /// An empty database on the server named by `FENGSUI_TEST_POSTGRES`; `None` when the variable is not set.
    /// Sorts by code point (`C`), as the program asks of its own.
    pub fn postgres() -> Result<Option<Self>> {
        let Ok(server) = std::env::var(URL_VARIABLE) else { return Ok(None) };
        let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        psql(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))?;
        psql(
            &server,
            &format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"),
        )?;
        Ok(Some(Self {
            url: with_database(&server, &name).context("FENGSUI_TEST_POSTGRES names no database")?,
            engine: "PostgreSQL",
            folder: tempfile::tempdir()?,
            dropped_by: Some((server, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))),
        }))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some((server, sql)) = &self.dropped_by {
            let _ = psql(server, sql);
        }
    }
}

/// Runs a test on SQLite, then on PostgreSQL, each time on an empty database.
///
/// Without `FENGSUI_TEST_POSTGRES` it says so and runs on SQLite only; with `CI=true` that is a failure.
/// `cargo xtask with-postgres cargo test -p fengsui-store` sets it, `cargo xtask test` always does.
///
/// # Panics
/// When a database cannot be made, and when the test does.
pub async fn both_databases(test: impl AsyncFn(&Database)) {
    #[expect(clippy::expect_used, reason = "a test that has no database cannot go on")]
    let databases = [
        Some(Database::sqlite().expect("an empty SQLite database")),
        Database::postgres().expect("an empty PostgreSQL database"),
    ];
    let postgres = databases.iter().flatten().any(|database| database.engine == "PostgreSQL");
    if !postgres {
        assert!(std::env::var_os("CI").is_none(), "{URL_VARIABLE} is not set, and CI leaves nothing out");
        eprintln!("NOT RUN on PostgreSQL: {URL_VARIABLE} is not set (cargo xtask with-postgres …)");
    }
    for database in databases.iter().flatten() {
        eprintln!("on {}", database.engine);
        test(database).await;
    }
}

/// The same server, another database.
fn with_database(url: &str, name: &str) -> Option<String> {
    let (address, options) =
        url.split_once('?').map_or((url, None), |(address, options)| (address, Some(options)));
    let (server, _) = address.rsplit_once('/').filter(|(server, _)| !server.ends_with('/'))?;
    Some(options.map_or_else(|| format!("{server}/{name}"), |options| format!("{server}/{name}?{options}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_database_of_the_same_server() {
        for (given, wanted) in [
            ("postgres://u@127.0.0.1:5432/postgres", Some("postgres://u@127.0.0.1:5432/t1")),
            ("postgres://u:p@h/postgres?sslmode=disable", Some("postgres://u:p@h/t1?sslmode=disable")),
            ("postgres://h", None),
        ] {
            assert_eq!(with_database(given, "t1").as_deref(), wanted, "{given}");
        }
    }

    #[tokio::test]
    async fn every_database_starts_empty_and_is_gone_afterwards() {
        let seen = std::sync::Mutex::new(Vec::new());
        both_databases(async |database| {
            if database.engine == "PostgreSQL" {
                psql(&database.url, "CREATE TABLE once (n BIGINT)").expect("an empty database");
                assert_eq!(psql(&database.url, "SHOW lc_collate").expect("asks"), "C");
            } else {
                let file = database.url.strip_prefix("sqlite:").expect("a SQLite url");
                assert!(!std::path::Path::new(file).exists());
            }
            seen.lock().expect("one thread").push((database.url.clone(), database.folder.path().to_owned()));
        })
        .await;
        for (url, folder) in seen.into_inner().expect("one thread") {
            assert!(!folder.exists());
            if url.starts_with("postgres") {
                assert!(psql(&url, "SELECT 1").is_err(), "dropped");
            }
        }
    }
}
