//! `fengsui plan check`, as whoever writes a plan meets it: Chinese sentences, each at its line and column.

use std::path::Path;

use anyhow::Result;

use crate::common::{run, said};

#[test]
fn what_is_wrong_with_a_plan_file_is_said_in_chinese_where_it_stands() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let good = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plans/example-second-town/plan.toml");
    let good = std::fs::read_to_string(good)?;
    let file = folder.path().join("plan.toml");
    let check = |bytes: &[u8]| -> Result<(Option<i32>, String)> {
        std::fs::write(&file, bytes)?;
        let told = run(&data, &["plan", "check", &file.display().to_string()], "")?;
        Ok((told.status.code(), said(&told)))
    };
    let (code, told) = check(good.as_bytes())?;
    assert_eq!(code, Some(0), "{told}");
    let (line, evidence) =
        good.lines().enumerate().find(|(_, line)| line.starts_with("evidence = ")).expect("a duty has one");
    let bare = good.replacen(evidence, "evidence = []", 1);
    let broken = format!("{good}\n[[season]]\ncode = \"x\"\nname = \"x\"\nspans = 2026-02-30\n");
    let mut gbk = good.clone().into_bytes();
    gbk.extend([b'#', b' ', 0xC7, 0xE0, b'\n']);
    let last = good.lines().count() + 1;
    for (bytes, sentence) in [
        (bare.into_bytes(), format!("第 {} 行第 12 列：责任“", line + 1)),
        (broken.into_bytes(), "这个月没有这一天".to_owned()),
        (gbk, format!("第 {last} 行有不是 UTF-8 编码的文字")),
    ] {
        let (code, told) = check(&bytes)?;
        assert_eq!(code, Some(1), "{told}");
        assert!(told.contains(&sentence), "{sentence}: {told}");
        assert!(!told.contains("invalid") && !told.contains("valid UTF-8"), "{told}");
    }
    for (path, sentence) in [
        ("/nowhere/plan.toml".to_owned(), "找不到文件 /nowhere/plan.toml"),
        (folder.path().display().to_string(), "是文件夹"),
    ] {
        for what in ["check", "install", "lint"] {
            let told = run(&data, &["plan", what, &path], "")?;
            assert_eq!(told.status.code(), Some(1), "{what} {path}");
            assert!(said(&told).contains(sentence) && !said(&told).contains("os error"), "{}", said(&told));
        }
    }
    Ok(())
}
