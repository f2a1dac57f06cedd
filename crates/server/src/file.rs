//! Files that somebody named on the command line: what the system says of them in English is said in Chinese, with the file
//! and what to do. What does not belong here: the program's own files (`keep`), and what is in them.

use std::fs::Metadata;
use std::io::{Error, ErrorKind};
use std::path::Path;

use anyhow::{anyhow, ensure};

/// What is said of a file that cannot be read.
fn unread(file: &Path, error: &Error) -> anyhow::Error {
    let shown = file.display();
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => anyhow!("找不到文件 {shown}，请核对路径"),
        ErrorKind::PermissionDenied => anyhow!("没有权限读取 {shown}，请检查文件的权限"),
        ErrorKind::IsADirectory => anyhow!("{shown} 是文件夹，请写出其中的文件"),
        _ => anyhow!("{shown} 读不出来，请检查文件和磁盘"),
    }
}

/// The bytes of a file.
///
/// Errors: there is none, it may not be read, it is a folder.
pub fn bytes(file: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).map_err(|error| unread(file, &error))
}

/// What is known of a file before any of it is read.
///
/// Errors: there is none, it may not be opened, it is a folder.
pub fn known(file: &Path) -> anyhow::Result<Metadata> {
    let known = std::fs::File::open(file).and_then(|open| open.metadata());
    let known = known.map_err(|error| unread(file, &error))?;
    ensure!(!known.is_dir(), "{} 是文件夹，请写出其中的文件", file.display());
    Ok(known)
}

/// The text of a file.
///
/// Errors: as of `bytes`; a line is not UTF-8.
pub fn text(file: &Path) -> anyhow::Result<String> {
    String::from_utf8(bytes(file)?).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let line = error.as_bytes().iter().take(good).filter(|byte| **byte == b'\n').count() + 1;
        anyhow!("{} 第 {line} 行有不是 UTF-8 编码的文字，请另存为 UTF-8 编码再试", file.display())
    })
}

/// Writes a file anew.
///
/// Errors: its folder is not there, it may not be written, the disk is full.
pub fn write(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let shown = file.display();
    std::fs::write(file, bytes).map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            anyhow!("要写入 {shown} 的文件夹不存在，请先建好文件夹")
        }
        ErrorKind::PermissionDenied => anyhow!("没有权限写入 {shown}，请换一个文件夹"),
        ErrorKind::IsADirectory => anyhow!("{shown} 是文件夹，请在后面写上文件名"),
        ErrorKind::StorageFull => anyhow!("磁盘已满，{shown} 没有写完，请清理后再试"),
        _ => anyhow!("{shown} 写不进去，请检查文件夹和磁盘"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_keeps_a_file_from_being_read_or_written_is_said_in_chinese_with_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let (here, missing) = (folder.path(), folder.path().join("无此文件.csv"));
        let gbk = folder.path().join("gbk.toml");
        std::fs::write(&gbk, b"a = 1\nb = \"\xb4\xe5\"\n").expect("written");
        let within = missing.join("里面.csv");
        let said = [
            bytes(&missing).err(),
            known(&missing).map(drop).err(),
            text(&missing).err(),
            bytes(here).err(),
            known(here).map(drop).err(),
            text(&gbk).err(),
            write(here, b"x").err(),
            write(&within, b"x").err(),
        ];
        let asks = [
            "请核对路径",
            "请核对路径",
            "请核对路径",
            "是文件夹",
            "是文件夹",
            "第 2 行",
            "是文件夹",
            "文件夹不存在",
        ];
        for (said, ask) in said.into_iter().zip(asks) {
            let said = said.map(|error| format!("{error:#}")).unwrap_or_default();
            assert!(said.contains(ask) && !said.contains("os error"), "{said}");
            assert!(said.contains(&*here.to_string_lossy()), "{said}");
        }
        assert_eq!(known(&gbk).expect("there").len(), 15);
    }
}
