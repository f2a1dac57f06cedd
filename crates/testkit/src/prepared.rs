//! What many stories begin with is made once for each engine and copied for every other: founding a town takes a second,
//! copying it a tenth of that. What does *not* belong here: what it is made of, which each crate says itself.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use tokio::sync::OnceCell;

use crate::databases::{Fresh, database_of, with_database};
use crate::postgres::psql;

/// What was made: every file of the folder by its path in it, and the database where it is not one of them.
struct Kept {
    files: Vec<(PathBuf, Vec<u8>)>,
    database: Option<String>,
}

type Begun = HashMap<(&'static str, String), Arc<OnceCell<Kept>>>;
static BEGUN: Mutex<Option<Begun>> = Mutex::new(None);

/// Brings this empty database and folder to where `make` brings it: by `make` itself for the first that asks for this
/// `name` on this engine, by a copy of that for all others. `make` must let go of every connection.
///
/// Errors: what `make` says; a database that cannot be copied.
pub async fn prepared(fresh: &Fresh, name: String, make: impl Future<Output = Result<()>>) -> Result<()> {
    let cell = {
        let mut all = BEGUN.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.get_or_insert_default().entry((fresh.engine, name)).or_default())
    };
    let mut is_first = false;
    let kept = cell
        .get_or_try_init(|| async {
            is_first = true;
            make.await?;
            keep(fresh)
        })
        .await?;
    if is_first { Ok(()) } else { copy(kept, fresh) }
}

fn keep(fresh: &Fresh) -> Result<Kept> {
    let mut files = Vec::new();
    read(fresh.folder.path(), Path::new(""), &mut files)?;
    let database = if fresh.engine == "PostgreSQL" {
        let from = database_of(&fresh.url);
        // Each process keeps its own; what those before it kept goes away with it.
        let kept = format!("kept_{}_{from}", std::process::id());
        let server = with_database(&fresh.url, "postgres");
        for old in psql(&server, r"SELECT datname FROM pg_database WHERE datname LIKE 'kept\_%'")?.lines() {
            let owner = old.split('_').nth(1).unwrap_or_default();
            if !Path::new("/proc").join(owner).exists() {
                psql(&server, &format!("DROP DATABASE IF EXISTS {old}"))?;
            }
        }
        psql(&server, &format!("CREATE DATABASE {kept} TEMPLATE {from}"))?;
        Some(kept)
    } else {
        None
    };
    Ok(Kept { files, database })
}

fn copy(kept: &Kept, fresh: &Fresh) -> Result<()> {
    for (path, bytes) in &kept.files {
        let path = fresh.folder.path().join(path);
        std::fs::create_dir_all(path.parent().context("it lies in the folder")?)?;
        std::fs::write(path, bytes)?;
    }
    if let Some(database) = &kept.database {
        let (server, name) = (with_database(&fresh.url, "postgres"), database_of(&fresh.url));
        psql(&server, &format!("DROP DATABASE {name}"))?;
        psql(&server, &format!("CREATE DATABASE {name} TEMPLATE {database}"))?;
    }
    Ok(())
}

/// Every file below `folder`, each by its path in it.
fn read(folder: &Path, below: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) -> Result<()> {
    for entry in std::fs::read_dir(folder.join(below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            read(folder, &path, files)?;
        } else {
            files.push((path.clone(), std::fs::read(folder.join(path))?));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::both_databases;

    static MADE: AtomicU32 = AtomicU32::new(0);

    async fn begin(fresh: &Fresh) -> Result<()> {
        prepared(fresh, "a line".into(), async {
            MADE.fetch_add(1, Ordering::Relaxed);
            std::fs::create_dir(fresh.folder.path().join("deep"))?;
            std::fs::write(fresh.folder.path().join("deep/file"), "a line")?;
            if fresh.engine == "PostgreSQL" {
                psql(&fresh.url, "CREATE TABLE line (text TEXT); INSERT INTO line VALUES ('a line')")?;
            }
            Ok(())
        })
        .await
    }

    #[tokio::test]
    async fn what_was_made_once_is_there_each_time_and_each_changes_its_own() -> Result<()> {
        for _ in 0..2 {
            both_databases(|fresh| async move {
                begin(&fresh).await?;
                let file = fresh.folder.path().join("deep/file");
                assert_eq!(std::fs::read_to_string(&file)?, "a line");
                std::fs::write(&file, "another")?;
                if fresh.engine == "PostgreSQL" {
                    assert_eq!(psql(&fresh.url, "SELECT text FROM line")?, "a line");
                    psql(&fresh.url, "UPDATE line SET text = 'another'")?;
                }
                Ok(())
            })
            .await?;
        }
        let engines = 1 + u32::from(std::env::var_os(crate::postgres::URL_VARIABLE).is_some());
        assert_eq!(MADE.load(Ordering::Relaxed), engines);
        Ok(())
    }
}
