//! Golden files: text a test compares with a file in the repository, rewritten by `cargo xtask bless`.

use std::path::Path;

/// Compares `actual` with the file, which is written instead when `FENGSUI_BLESS` is set. `file` is absolute: build it
/// from `env!("CARGO_MANIFEST_DIR")`.
///
/// # Panics
/// When they differ, naming the first line that does.
pub fn assert_golden(file: impl AsRef<Path>, actual: &str) {
    let bless = std::env::var_os("FENGSUI_BLESS").is_some();
    if let Err(difference) = compare(file.as_ref(), actual, bless) {
        #[expect(clippy::panic, reason = "this is an assertion")]
        {
            panic!("{difference}");
        }
    }
}

fn compare(file: &Path, actual: &str, bless: bool) -> Result<(), String> {
    let known = std::fs::read_to_string(file).unwrap_or_default();
    if known == actual {
        return Ok(());
    }
    if bless {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        }
        return std::fs::write(file, actual).map_err(|e| format!("{}: {e}", file.display()));
    }
    let same = known.lines().zip(actual.lines()).take_while(|(a, b)| a == b).count();
    let at = |text: &str| text.lines().nth(same).unwrap_or("(end)").to_owned();
    Err(format!(
        "{} differs in line {}:\n  golden  {}\n  now     {}\nIf the new text is right: cargo xtask bless",
        file.display(),
        same + 1,
        at(&known),
        at(actual),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_names_its_line_and_blessing_settles_it() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("new/golden.txt");
        assert!(compare(&file, "one\n", false).expect_err("no file yet").contains("line 1"));
        compare(&file, "one\ntwo\n", true).expect("blessed");
        compare(&file, "one\ntwo\n", false).expect("same");
        let told = compare(&file, "one\nthree\n", false).expect_err("differs");
        assert!(told.contains("line 2") && told.contains("two") && told.contains("three"), "{told}");
        assert!(compare(&file, "one\ntwo", false).is_err(), "a lost newline at the end counts");
    }
}
