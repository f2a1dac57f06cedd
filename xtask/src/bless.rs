//! Files that are written by a program and committed: golden files (`cargo xtask bless`) and the description of the
//! HTTP interface with the types the web takes from it (`cargo xtask openapi`).

use anyhow::{Context, Result, bail};

use crate::web::{self, Web};
use crate::{demo, pg, run};

/// The committed description, relative to the root.
pub const OPENAPI: &str = "crates/api/openapi.json";

/// Runs the tests with permission to rewrite what they compare with, then shows what changed.
pub fn bless(arguments: &[String]) -> Result<()> {
    let postgres = pg::start()?;
    let mut test = run::command("cargo")?;
    test.args(["test", "--locked", "--no-fail-fast"]);
    if arguments.is_empty() {
        test.arg("--workspace");
    }
    test.args(arguments).env("FENGSUI_BLESS", "1").env("INSTA_UPDATE", "always");
    test.env(testkit::postgres::URL_VARIABLE, &postgres.url);
    run::must(&mut test)?;
    run::must(run::command("git")?.args(["status", "--short"]))
}

/// Writes the description and the web's types.
pub fn openapi() -> Result<()> {
    let file = run::root()?.join(OPENAPI);
    std::fs::write(&file, described()?).with_context(|| format!("{}", file.display()))?;
    if web::exists()? {
        let web = Web::open()?;
        if web.has("types") && !web.script("types")? {
            bail!("npm run types failed");
        }
    }
    Ok(())
}

/// What the program says its interface is.
pub fn described() -> Result<String> {
    let said = run::command(demo::program()?)?.arg("openapi").output()?;
    if !said.status.success() {
        bail!("fengsui openapi: {}", String::from_utf8_lossy(&said.stderr));
    }
    let text = String::from_utf8(said.stdout)?;
    serde_json::from_str::<serde_json::Value>(&text).context("fengsui openapi printed no JSON")?;
    Ok(text)
}
