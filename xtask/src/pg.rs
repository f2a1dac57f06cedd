//! A throwaway PostgreSQL for the tests: `cargo xtask with-postgres COMMAND…`.

use anyhow::{Context, Result, bail};
use testkit::postgres::{Cluster, URL_VARIABLE};

use crate::{install, run};

/// A running server: one's own, or the one the environment names.
pub struct Postgres {
    /// Its URL.
    pub url: String,
    _own: Option<Cluster>,
}

/// Takes the server of the environment, or starts one, installing PostgreSQL when it is not there.
pub fn start() -> Result<Postgres> {
    if let Ok(url) = std::env::var(URL_VARIABLE) {
        return Ok(Postgres { url, _own: None });
    }
    install::postgres()?;
    let own = Cluster::start()?;
    Ok(Postgres { url: own.url(), _own: Some(own) })
}

/// Runs a command with `FENGSUI_TEST_POSTGRES` set.
pub fn with_postgres(line: &[String]) -> Result<()> {
    let (program, arguments) =
        line.split_first().context("usage: cargo xtask with-postgres cargo test -p fengsui-store")?;
    let postgres = start()?;
    let mut command = run::command(program)?;
    if !run::passes(command.args(arguments).env(URL_VARIABLE, &postgres.url))? {
        bail!("failed: {}", line.join(" "));
    }
    Ok(())
}
