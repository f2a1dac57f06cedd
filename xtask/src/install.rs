//! What the tools need from the system: looked for first, installed with apt where that is possible, asked for otherwise.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use anyhow::{Context, Result, bail};

use crate::run;

/// Vite 8 asks for 20.19; the first Node that has it and is still maintained by somebody.
const NODE_MAJOR: u32 = 20;
/// Installed through npm when the system's Node is too old.
const NODE_PACKAGE: &str = "node@22";
/// The client the tests of Open311 speak with.
const GEOREPORT: &str = "georeport==0.3.1";

/// A program on the PATH.
pub fn which(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Installs Debian packages. The list of packages is brought up to date once.
///
/// Errors: no apt here, or neither root nor a sudo that asks no password.
pub fn apt(packages: &[&str]) -> Result<()> {
    static UPDATED: OnceLock<bool> = OnceLock::new();
    let wanted = packages.join(" ");
    if which("apt-get").is_none() {
        bail!("install {wanted} with this system's package manager");
    }
    let words: &[&str] = if is_root() {
        &[]
    } else if says_yes("sudo", &["-n", "true"]) {
        &["sudo", "-n"]
    } else {
        bail!("as root: apt-get install {wanted}");
    };
    let apt = |arguments: &[&str]| -> Result<bool> {
        let line: Vec<&str> =
            words.iter().chain(&["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]).copied().collect();
        let (program, before) = line.split_first().context("an empty command")?;
        // What apt says is no part of anybody's output: it goes to standard error.
        let mut command = Command::new(program);
        command.args(before).args(arguments).stdin(Stdio::null()).stdout(std::io::stderr());
        run::passes(&mut command)
    };
    eprintln!("installing {wanted}");
    UPDATED.get_or_init(|| apt(&["update", "-q"]).unwrap_or(false));
    let mut arguments = vec!["install", "-y", "-q", "--no-install-recommends"];
    arguments.extend(packages);
    if !apt(&arguments)? {
        bail!("apt-get could not install {wanted}");
    }
    Ok(())
}

/// Node and npm, new enough for the web build; gives back the folders that lead the PATH of what runs on them.
pub fn node() -> Result<Vec<PathBuf>> {
    if which("node").is_none() || which("npm").is_none() {
        apt(&["nodejs", "npm"])?;
    }
    if node_major("node")? >= NODE_MAJOR {
        return Ok(Vec::new());
    }
    // Debian's may be too old. npm knows a package that is Node itself; it stays inside the build folder.
    let folder = run::target()?.join("node");
    let bin = folder.join("node_modules/node/bin");
    if !bin.join("node").exists() {
        eprintln!("the system's Node is older than {NODE_MAJOR}: installing {NODE_PACKAGE} beside the build");
        std::fs::create_dir_all(&folder)?;
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-save", "--no-audit", "--no-fund", NODE_PACKAGE, "--prefix"]).arg(&folder);
        run::must(npm.stdout(std::io::stderr()))?;
    }
    let found = node_major(&bin.join("node").display().to_string())?;
    if found < NODE_MAJOR {
        bail!("the web build needs Node {NODE_MAJOR} or newer, here is {found}");
    }
    Ok(vec![bin])
}

/// A Chromium that starts, and fonts with Chinese in them.
pub fn chromium() -> Result<PathBuf> {
    if !says_yes("sh", &["-c", "fc-list :lang=zh | grep -q ."]) {
        apt(&["fontconfig", "fonts-noto-cjk"])?;
    }
    if let Some(found) = a_browser() {
        return Ok(found);
    }
    apt(&["chromium"])?;
    a_browser().context("no Chromium that starts; name one in CHROMIUM")
}

/// The PostgreSQL server programs.
pub fn postgres() -> Result<()> {
    if testkit::postgres::programs().is_none() {
        apt(&["postgresql"])?;
    }
    Ok(())
}

/// What the tests of papers read PDFs and documents with.
pub fn office() -> Result<()> {
    let wanted = [("pdftoppm", "poppler-utils"), ("soffice", "libreoffice-writer-nogui")];
    let missing: Vec<&str> =
        wanted.iter().filter(|(program, _)| which(program).is_none()).map(|(_, package)| *package).collect();
    let fonts = says_yes("sh", &["-c", "fc-list :lang=zh | grep -q ."]);
    let packages: Vec<&str> = missing.into_iter().chain((!fonts).then_some("fonts-noto-cjk")).collect();
    if packages.is_empty() { Ok(()) } else { apt(&packages) }
}

/// The broker the tests of devices speak to.
pub fn broker() -> Result<()> {
    let there = which("mosquitto").is_some() || std::path::Path::new("/usr/sbin/mosquitto").is_file();
    if there { Ok(()) } else { apt(&["mosquitto"]) }
}

/// What reads maps as other people's programs do.
pub fn gdal() -> Result<()> {
    if which("ogrinfo").is_some() { Ok(()) } else { apt(&["gdal-bin"]) }
}

/// The published client of GeoReport v2, from PyPI into the build folder; gives back what is to lead Python's path.
pub fn georeport() -> Result<PathBuf> {
    if !says_yes("python3", &["-m", "pip", "--version"]) {
        apt(&["python3", "python3-pip"])?;
    }
    let folder = run::target()?.join("georeport");
    if !folder.join("georeport").exists() {
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", GEOREPORT, "--target"]);
        run::must(pip.arg(&folder).stdout(std::io::stderr()))?;
    }
    Ok(folder)
}

/// Whether a small file system may be mounted apart from all others: in some containers not even root may.
pub fn may_mount() -> bool {
    let apart = if is_root() { "-m" } else { "-rm" };
    let folder = std::env::temp_dir().display().to_string();
    says_yes("unshare", &[apart, "mount", "-t", "tmpfs", "-o", "size=1m", "none", &folder])
}

/// One that answers: Ubuntu's `chromium` may be a shell script that only points to a snap.
fn a_browser() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let known = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let found = named.into_iter().chain(known.iter().filter_map(|name| which(name)));
    found.into_iter().find(|browser| says_yes(&browser.display().to_string(), &["--version"]))
}

fn node_major(node: &str) -> Result<u32> {
    let said =
        Command::new(node).arg("--version").output().with_context(|| format!("{node} does not start"))?;
    major(&String::from_utf8_lossy(&said.stdout)).with_context(|| format!("{node} does not say its version"))
}

fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

fn is_root() -> bool {
    let said = Command::new("id").arg("-u").output();
    said.is_ok_and(|said| String::from_utf8_lossy(&said.stdout).trim() == "0")
}

fn says_yes(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_version_has_a_major() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("v8.0.0"), Some(8));
        assert_eq!(major("20"), None);
    }

    #[test]
    fn programs_are_found_on_the_path_only_when_they_are_there() {
        assert!(which("sh").is_some());
        assert!(which("no-such-program-here").is_none());
    }
}
