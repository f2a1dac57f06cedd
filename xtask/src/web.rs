//! The web folder: installed when its lock file changed, built when its sources did, tested with its own runners.

use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::install;
use crate::run::{self, Count};

/// The web folder of the project, with Node found and packages installed.
pub struct Web {
    folder: PathBuf,
    /// Folders that lead the PATH.
    path: Vec<PathBuf>,
    scripts: Vec<(String, String)>,
}

/// Whether there is a web folder at all.
pub fn exists() -> Result<bool> {
    Ok(run::root()?.join("web/package.json").exists())
}

impl Web {
    /// Finds or installs Node, then the packages of the lock file.
    pub fn open() -> Result<Self> {
        let folder = run::root()?.join("web");
        let package: Value = serde_json::from_str(&std::fs::read_to_string(folder.join("package.json"))?)?;
        let scripts = package.get("scripts").and_then(Value::as_object).into_iter().flatten();
        let scripts = scripts
            .map(|(name, text)| (name.clone(), text.as_str().unwrap_or_default().to_owned()))
            .collect();
        let web = Self { folder, path: install::node()?, scripts };
        let lock = web.folder.join("package-lock.json");
        let wanted = hash_of(&web.folder, &[lock])?;
        web.unless_stamped("node_modules/.fengsui-installed", &wanted, || {
            run::must(web.npm(&["ci", "--no-audit", "--no-fund"])?.stdout(std::io::stderr()))
        })?;
        Ok(web)
    }

    /// Builds `web/dist` unless the sources are those it was built from.
    pub fn build(&self) -> Result<()> {
        let wanted = hash_of(&self.folder, &sources(&self.folder)?)?;
        let built = self.folder.join("dist").read_dir().is_ok_and(|mut entries| entries.next().is_some());
        let stamp = "node_modules/.fengsui-built";
        if !built {
            let _ = std::fs::remove_file(self.folder.join(stamp));
        }
        self.unless_stamped(stamp, &wanted, || {
            run::must(self.npm(&["run", "build"])?.stdout(std::io::stderr()))
        })
    }

    /// Whether package.json has a script.
    pub fn has(&self, script: &str) -> bool {
        self.scripts.iter().any(|(name, _)| name == script)
    }

    /// Runs a script that either passes or not.
    pub fn script(&self, script: &str) -> Result<bool> {
        run::passes(&mut self.npm(&["run", script])?)
    }

    /// Runs a script that is vitest or Playwright and counts its report.
    pub fn tests(&self, script: &str, environment: &[(&str, String)]) -> Result<Count> {
        let report = run::target()?.join(format!("{script}-report.json"));
        let _ = std::fs::remove_file(&report);
        let text = self.scripts.iter().find(|(name, _)| name == script).map(|(_, text)| text.as_str());
        let text = text.with_context(|| format!("web/package.json has no script `{script}`"))?;
        let mut npm = self.npm(&["run", script, "--"])?;
        if text.contains("playwright test") {
            npm.arg("--reporter=list,json").env("PLAYWRIGHT_JSON_OUTPUT_NAME", &report);
        } else {
            npm.args(["--reporter=default", "--reporter=json"]);
            npm.arg(format!("--outputFile.json={}", report.display()));
        }
        for (name, value) in environment {
            npm.env(name, value);
        }
        let passed = run::passes(&mut npm)?;
        let written = std::fs::read_to_string(&report).ok().and_then(|text| serde_json::from_str(&text).ok());
        let mut count = written.as_ref().and_then(run::count_report).unwrap_or_default();
        if (!passed || count.passed == 0) && count.failed == 0 {
            count.add(Count::one(&format!("npm run {script} (no test of it is counted as failed)"), false));
        }
        Ok(count)
    }

    /// A command of npm in the web folder.
    pub fn npm(&self, arguments: &[&str]) -> Result<Command> {
        let mut npm = run::command("npm")?;
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(self.path.iter().cloned().chain(std::env::split_paths(&path)))?;
        npm.args(arguments).current_dir(&self.folder).env("PATH", path);
        // The browser is the system's.
        npm.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        Ok(npm)
    }

    fn unless_stamped(&self, stamp: &str, wanted: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
        let stamp = self.folder.join(stamp);
        if std::fs::read_to_string(&stamp).is_ok_and(|known| known == wanted) {
            return Ok(());
        }
        let _ = std::fs::remove_file(&stamp);
        work()?;
        std::fs::write(&stamp, wanted).with_context(|| format!("{}", stamp.display()))
    }
}

/// Everything a build reads: the folder without what is installed, built or reported.
fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in next.read_dir()? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if ["node_modules", "dist", "coverage", "test-results", "e2e"].contains(&name.as_ref()) {
                continue;
            }
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    Ok(files)
}

/// A fingerprint of names and contents, for telling whether something changed on this machine.
fn hash_of(folder: &Path, files: &[PathBuf]) -> Result<String> {
    let mut files = files.to_vec();
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in &files {
        let Ok(bytes) = std::fs::read(file) else { bail!("{} cannot be read", file.display()) };
        let name = file.strip_prefix(folder).unwrap_or(file).to_string_lossy();
        hasher.write(name.as_bytes());
        hasher.write_usize(bytes.len());
        hasher.write(&bytes);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_is_due_again_only_when_a_source_changed() {
        let folder = tempfile::tempdir().expect("folder");
        let put = |path: &str, text: &str| {
            let file = folder.path().join(path);
            std::fs::create_dir_all(file.parent().expect("has one")).expect("folder");
            std::fs::write(file, text).expect("written");
        };
        let now = || hash_of(folder.path(), &sources(folder.path()).expect("listed")).expect("read");
        put("src/main.ts", "a");
        put("index.html", "b");
        let before = now();
        put("node_modules/x/index.js", "installed");
        put("dist/index.html", "built");
        put("e2e/login.spec.ts", "a test of the browser");
        assert_eq!(now(), before, "nothing a build reads");
        put("src/main.ts", "c");
        assert_ne!(now(), before);
        put("src/main.ts", "a");
        assert_eq!(now(), before, "the content counts, not the time");
        std::fs::rename(folder.path().join("src/main.ts"), folder.path().join("src/other.ts"))
            .expect("renamed");
        assert_ne!(now(), before);
    }

    #[test]
    fn what_is_stamped_is_not_done_twice_and_what_failed_is_done_again() {
        let folder = tempfile::tempdir().expect("folder");
        let web = Web { folder: folder.path().to_owned(), path: Vec::new(), scripts: Vec::new() };
        let mut done = 0;
        assert!(web.unless_stamped("stamp", "1", || bail!("no network")).is_err());
        for wanted in ["1", "1", "2", "2"] {
            web.unless_stamped("stamp", wanted, || {
                done += 1;
                Ok(())
            })
            .expect("done");
        }
        assert_eq!(done, 2);
    }
}
