//! Backup, restore and moving house. Backup and restore are of the embedded default: a consistent copy of the database,
//! every blob and the maps beside them, proved before it is called a backup. PostgreSQL has its own tools for the
//! database; the blobs are copied all the same.

use std::path::Path;

use anyhow::{Context, ensure};
use app::{App, Caller};

use crate::config::Where;

/// Name of the database within a backup.
const DATABASE: &str = "fengsui.db";
/// Folder of the maps, in a backup as beside the record.
const MAPS: &str = "maps";

/// Copies database and blobs into `target`, which must not hold a backup yet, opens the copy and verifies it. Returns
/// the number of blobs and the hash of the record's head.
pub async fn backup(app: &App, target: &Path) -> anyhow::Result<(u64, String)> {
    let database = target.join(DATABASE);
    ensure!(!database.exists(), "{} 里已经有备份，请换一个空目录", target.display());
    std::fs::create_dir_all(target)?;
    app.db.copy_to(&database).await?;
    let blobs = app.blobs.copy_to(&target.join("blobs"))?;
    if let Some(maps) = &app.maps {
        copy_maps(maps, &target.join(MAPS))?;
    }
    // The key is not copied: whoever finds a backup finds no phone numbers.
    let keys = app.db.key_file().parent().map(Path::to_owned);
    let copy =
        Where { data: target.to_owned(), database: None, keys, town: app.town.to_string(), town_name: None };
    let copy = copy.open().await?;
    let verified = copy.verify(&Caller::system()).await?;
    copy.db.close().await;
    ensure!(verified.findings.is_empty(), "备份未通过核对：{}", verified.findings.len());
    Ok((blobs, verified.head))
}

/// Copies the maps and terrain somebody put beside the record; what lies there already stays. The key to a service outside
/// is not copied, as no key is.
fn copy_maps(from: &Path, to: &Path) -> anyhow::Result<()> {
    let Ok(files) = std::fs::read_dir(from) else { return Ok(()) };
    for file in files {
        let file = file?;
        let is_key = Path::new(&file.file_name()).extension().is_some_and(|ending| ending == "key");
        let target = to.join(file.file_name());
        if is_key || !file.file_type()?.is_file() || target.exists() {
            continue;
        }
        std::fs::create_dir_all(to)?;
        std::fs::copy(file.path(), &target)
            .with_context(|| format!("地图 {} 复制失败，请检查磁盘空间", file.path().display()))?;
    }
    Ok(())
}

/// Puts a backup into a data folder that holds no database yet.
pub fn restore(from: &Path, place: &Where) -> anyhow::Result<()> {
    let source = from.join(DATABASE);
    let target = place.data.join(DATABASE);
    ensure!(source.exists(), "{} 里没有备份（缺少 {DATABASE}）", from.display());
    ensure!(!target.exists(), "{} 里已有数据，为防止覆盖，请先换一个空的数据目录", place.data.display());
    std::fs::create_dir_all(place.data.join("blobs"))?;
    store::blob::Blobs::open(&from.join("blobs"))?.copy_to(&place.data.join("blobs"))?;
    copy_maps(&from.join(MAPS), &place.data.join(MAPS))?;
    // The database last: a folder with a database is whole.
    let draft = place.data.join("restoring");
    std::fs::copy(&source, &draft).context("数据库复制失败")?;
    std::fs::File::open(&draft)?.sync_all()?;
    std::fs::rename(&draft, &target)?;
    Ok(())
}

/// Copies the town into another, empty database and verifies it there. The old one stays as it is. Returns the number
/// of rows and the hash of the record's head.
pub async fn move_into(place: &Where, url: &str) -> anyhow::Result<(u64, String)> {
    let old = place.open().await?;
    let new = Where { database: Some(url.to_owned()), ..place.clone() }.open().await?;
    let rows = old.db.copy_town_to(&new.db, &old.town).await?;
    let (before, after) = (old.verify(&Caller::system()).await?, new.verify(&Caller::system()).await?);
    ensure!(before == after, "搬移后的记录与原来不一致，请保留原数据库并联系维护人员");
    old.db.close().await;
    new.db.close().await;
    Ok((rows, after.head))
}
