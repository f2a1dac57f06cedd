//! The contract of map files: what of a folder is taken, parts of a file, an MBTiles file read with its rows from the north.

use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use store::base_map::{map_files, map_part, mbtiles_tile, mbtiles_told};

#[tokio::test]
async fn files_of_the_folder_are_found_and_read_and_others_are_not() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let maps = folder.path().join("maps");
    assert_eq!(map_files(&maps, &["pmtiles"])?, [], "no folder, no maps");
    std::fs::create_dir(&maps)?;
    for name in ["镇区.pmtiles", "b.PMTILES", "c.txt", "a b.pmtiles", ".pmtiles", "up..pmtiles"] {
        std::fs::write(maps.join(name), b"0123456789")?;
    }
    std::fs::create_dir(maps.join("folder.pmtiles"))?;
    let found = map_files(&maps, &["pmtiles", "mbtiles"])?;
    let names: Vec<&str> = found.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["b", "镇区"]);
    assert_eq!(map_part(&found[0], 3, 4)?, b"3456");
    assert_eq!(map_part(&found[0], 8, 400)?, b"89");

    let at = maps.join("d.mbtiles");
    let mut map = SqliteConnectOptions::new().filename(&at).create_if_missing(true).connect().await?;
    for statement in [
        "CREATE TABLE metadata (name TEXT, value TEXT)",
        "CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB)",
        "INSERT INTO metadata VALUES ('format', 'png'), ('minzoom', '0')",
        "INSERT INTO tiles VALUES (1, 0, 1, X'4E57')",
    ] {
        sqlx::query(statement).execute(&mut map).await?;
    }
    sqlx::Connection::close(map).await?;
    let found = map_files(&maps, &["mbtiles"])?;
    assert_eq!(mbtiles_told(&found[0]).await?.get("format").map(String::as_str), Some("png"));
    assert_eq!(
        mbtiles_tile(&found[0], (1, 0, 0)).await?.as_deref(),
        Some(&b"NW"[..]),
        "the north-western one"
    );
    for missing in [(1, 0, 1), (1, 0, 7), (80, 0, 0)] {
        assert_eq!(mbtiles_tile(&found[0], missing).await?, None, "{missing:?}");
    }
    assert!(mbtiles_told(&map_files(&maps, &["txt"])?[0]).await.is_err(), "no map at all");
    Ok(())
}
