//! Maps and terrain that somebody put into the folder `maps` beside the record: files that are read and never written.
//! An MBTiles file is a database of its own, opened for reading only. What does not belong here: what stands in a PMTiles
//! file (`exchange::pmtiles`), our own tiles (`app::layer`).

use std::collections::BTreeMap;
use std::io::{Read as _, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Row as _, SqliteConnection};

use crate::error::io;
use crate::{Error, Result};

/// A file of the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapFile {
    /// Its name without the ending; of letters, digits, `-`, `_` and Chinese, so that it can stand in an address.
    pub name: String,
    /// Its ending in small letters.
    pub ending: String,
    /// When it was last changed.
    pub changed: SystemTime,
    path: PathBuf,
}

/// The files of a folder with one of these endings, by name; none when there is no such folder. What has another sign in
/// its name, or begins with a dot, is left out.
pub fn map_files(folder: &Path, endings: &[&str]) -> Result<Vec<MapFile>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(io(error)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(io)?.path();
        let word = |part: Option<&std::ffi::OsStr>| part.and_then(|part| part.to_str()).map(str::to_owned);
        let (Some(name), Some(ending)) = (word(path.file_stem()), word(path.extension())) else { continue };
        let ending = ending.to_ascii_lowercase();
        let is_plain = name.chars().all(|c| c.is_alphanumeric() || "-_".contains(c));
        if !is_plain || !endings.contains(&ending.as_str()) {
            continue;
        }
        let about = std::fs::metadata(&path).map_err(io)?;
        if about.is_file() {
            files.push(MapFile { name, ending, changed: about.modified().map_err(io)?, path });
        }
    }
    files.sort_by(|a, b| (&a.name, &a.ending).cmp(&(&b.name, &b.ending)));
    Ok(files)
}

/// So many bytes of a file from a place on; fewer where it ends. Units: bytes.
pub fn map_part(file: &MapFile, at: u64, length: u64) -> Result<Vec<u8>> {
    let mut open = std::fs::File::open(&file.path).map_err(io)?;
    open.seek(SeekFrom::Start(at)).map_err(io)?;
    let mut bytes = Vec::new();
    open.take(length).read_to_end(&mut bytes).map_err(io)?;
    Ok(bytes)
}

async fn open(file: &MapFile) -> Result<SqliteConnection> {
    // Immutable: no lock and no file beside it is made in a folder that may be read-only.
    let options = SqliteConnectOptions::new().filename(&file.path).read_only(true).immutable(true);
    options.connect().await.map_err(Error::from)
}

/// What an MBTiles file says of itself: `format`, `bounds`, `minzoom`, `maxzoom`, `attribution`, `json` and others.
pub async fn mbtiles_told(file: &MapFile) -> Result<BTreeMap<String, String>> {
    let mut map = open(file).await?;
    let rows = sqlx::query("SELECT name, value FROM metadata").fetch_all(&mut map).await?;
    let pair = |row: &sqlx::sqlite::SqliteRow| Some((row.try_get(0).ok()?, row.try_get(1).ok()?));
    Ok(rows.iter().filter_map(pair).collect())
}

/// A tile of an MBTiles file, rows counted from the north as everybody does today; the file counts them from the south.
pub async fn mbtiles_tile(file: &MapFile, (z, x, y): (u8, u32, u32)) -> Result<Option<Vec<u8>>> {
    let Some(south) = 1_u64.checked_shl(z.into()).and_then(|side| side.checked_sub(1 + u64::from(y))) else {
        return Ok(None);
    };
    let mut map = open(file).await?;
    let found = sqlx::query(
        "SELECT tile_data FROM tiles WHERE zoom_level = $1 AND tile_column = $2 AND tile_row = $3",
    )
    .bind(i64::from(z))
    .bind(i64::from(x))
    .bind(i64::try_from(south).unwrap_or(i64::MAX))
    .fetch_optional(&mut map)
    .await?;
    found.map(|row| row.try_get(0).map_err(Error::from)).transpose()
}
