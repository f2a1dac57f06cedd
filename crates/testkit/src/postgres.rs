//! A PostgreSQL of one's own: a cluster in a temporary folder on a free port, gone when dropped. Its durability is
//! switched off: it is for contracts, not for power cuts.

use std::fs::File;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

/// The variable that carries the URL of a PostgreSQL server to the tests.
pub const URL_VARIABLE: &str = "FENGSUI_TEST_POSTGRES";

/// A running throwaway cluster.
pub struct Cluster {
    folder: TempDir,
    bin: PathBuf,
    owner: Option<Owner>,
    server: Child,
    port: u16,
}

/// The account the server runs as when we are root, for PostgreSQL refuses to.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Owner {
    uid: u32,
    gid: u32,
}

impl Cluster {
    /// Creates and starts a cluster.
    ///
    /// Errors: without the server programs, or when it does not answer within half a minute; the server's own words
    /// are part of the message.
    pub fn start() -> Result<Self> {
        let bin = programs().context("no PostgreSQL server programs (initdb, postgres) on this machine")?;
        let folder = tempfile::Builder::new().prefix("fengsui-pg").tempdir()?;
        let owner = owner_for(&id("-u")?, &std::fs::read_to_string("/etc/passwd").unwrap_or_default())?;
        if let Some(owner) = owner {
            std::os::unix::fs::chown(folder.path(), Some(owner.uid), Some(owner.gid))?;
        }
        let data = folder.path().join("data");
        let made = command(&bin, "initdb", owner, folder.path())
            .args(["--auth=trust", "--username=fengsui", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"])
            .arg(&data)
            .output()?;
        if !made.status.success() {
            bail!("initdb: {}", String::from_utf8_lossy(&made.stderr));
        }
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let log = folder.path().join("log");
        // A child of ours, not a daemon: Ctrl-C reaches it too and nothing is left running.
        let server = command(&bin, "postgres", owner, folder.path())
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(folder.path())
            .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=300"])
            .args(["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "autovacuum=off"])
            .stdout(Stdio::null())
            .stderr(File::create(&log)?)
            .spawn()?;
        let mut cluster = Self { folder, bin, owner, server, port };
        for _ in 0..300 {
            if psql(&format!("{}/postgres", cluster.url()), "SELECT 1").is_ok() {
                return Ok(cluster);
            }
            if cluster.server.try_wait()?.is_some() {
                break;
            }
            sleep(Duration::from_millis(100));
        }
        bail!("PostgreSQL did not start: {}", std::fs::read_to_string(&log).unwrap_or_default())
    }

    /// URL of the server, without a database, for [`URL_VARIABLE`].
    pub fn url(&self) -> String {
        format!("postgres://fengsui@127.0.0.1:{}", self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let stopped = command(&self.bin, "pg_ctl", self.owner, self.folder.path())
            .args(["stop", "--silent", "--mode=immediate", "-D"])
            .arg(self.folder.path().join("data"))
            .status();
        if !stopped.is_ok_and(|status| status.success()) {
            let _ = self.server.kill();
        }
        let _ = self.server.wait();
    }
}

/// Carries out one statement through `psql` and gives back what it prints.
pub(crate) fn psql(url: &str, sql: &str) -> Result<String> {
    let folder = programs().context("no psql on this machine")?;
    let done = Command::new(folder.join("psql"))
        .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"])
        .args(["--command", sql, url])
        .stdin(Stdio::null())
        .output()?;
    if !done.status.success() {
        bail!("psql: {}", String::from_utf8_lossy(&done.stderr));
    }
    Ok(String::from_utf8_lossy(&done.stdout).trim().to_owned())
}

/// The folder of the newest PostgreSQL server programs: Debian keeps them off the PATH.
pub fn programs() -> Option<PathBuf> {
    let debian =
        std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path());
    let mut versions: Vec<PathBuf> = debian.collect();
    versions.sort_by_key(|path| {
        path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse::<u32>().ok())
    });
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    versions
        .into_iter()
        .rev()
        .map(|version| version.join("bin"))
        .chain(std::env::split_paths(&on_path))
        .find(|folder| ["initdb", "postgres", "pg_ctl", "psql"].iter().all(|name| folder.join(name).exists()))
}

fn command(bin: &Path, program: &str, owner: Option<Owner>, folder: &Path) -> Command {
    let mut command = Command::new(bin.join(program));
    command.current_dir(folder).stdin(Stdio::null()).env("LC_ALL", "C");
    if let Some(owner) = owner {
        command.uid(owner.uid).gid(owner.gid);
    }
    command
}

fn id(what: &str) -> Result<String> {
    let said = Command::new("id").arg(what).output().context("id")?;
    Ok(String::from_utf8_lossy(&said.stdout).trim().to_owned())
}

/// Nobody special when we are not root; otherwise `postgres`, or `nobody`.
fn owner_for(uid: &str, passwd: &str) -> Result<Option<Owner>> {
    if uid != "0" {
        return Ok(None);
    }
    for wanted in ["postgres", "nobody"] {
        for line in passwd.lines() {
            let mut fields = line.split(':');
            if fields.next() != Some(wanted) {
                continue;
            }
            let mut number = || fields.nth(1).and_then(|text| text.parse().ok());
            let uid = number();
            let gid = fields.next().and_then(|text| text.parse().ok());
            if let (Some(uid), Some(gid)) = (uid, gid) {
                return Ok(Some(Owner { uid, gid }));
            }
        }
    }
    bail!("PostgreSQL does not run as root and there is neither an account `postgres` nor `nobody`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_hands_the_server_to_postgres_or_nobody_and_others_keep_it() {
        let both = "root:x:0:0::/:/bin/sh\nnobody:x:65534:65533::/:/bin/sh\npostgres:x:104:110::/:/bin/sh\n";
        assert_eq!(owner_for("1000", both).expect("fine"), None);
        assert_eq!(owner_for("0", both).expect("fine"), Some(Owner { uid: 104, gid: 110 }));
        let bare = "root:x:0:0::/:/bin/sh\nnobody:x:65534:65533::/:/bin/sh\n";
        assert_eq!(owner_for("0", bare).expect("fine"), Some(Owner { uid: 65534, gid: 65533 }));
        assert!(owner_for("0", "root:x:0:0::/:/bin/sh\n").is_err());
    }
}
