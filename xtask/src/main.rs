//! The project's own tools, one file each. They need Rust; what else they need they look for and install themselves.
#![expect(clippy::print_stdout, reason = "tools talk to people on standard output")]

mod bench;
mod bless;
mod demo;
mod install;
mod pg;
mod run;
mod test;
mod tidy;
mod web;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask demo [--port N] [--reset]    build everything and serve the sample town
cargo xtask test [PART…]                 every check and test there is
cargo xtask tidy                         the invariants of ARCHITECTURE.md
cargo xtask bench [--size S] [--json]   how long things take on this machine
cargo xtask bless [CARGO TEST ARGUMENTS] rewrite golden files
cargo xtask openapi                      rewrite crates/api/openapi.json and the web's types
cargo xtask with-postgres COMMAND…       run a command with a throwaway PostgreSQL";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (name, rest) =
        arguments.split_first().map_or(("", [].as_slice()), |(name, rest)| (name.as_str(), rest));
    let outcome = match name {
        "demo" => demo::run(rest),
        "test" => test::run(rest),
        "tidy" => tidy(),
        "bench" => bench::run(rest),
        "bless" => bless::bless(rest),
        "openapi" => bless::openapi(),
        "with-postgres" => pg::with_postgres(rest),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn tidy() -> anyhow::Result<()> {
    let count = tidy::run(&run::root()?)?;
    anyhow::ensure!(count.failed == 0, "{} invariants are broken", count.failed);
    Ok(())
}
