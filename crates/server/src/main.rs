//! The program `fengsui`.

use std::process::ExitCode;

/// Gives back what a burst of requests took; how soon is in `.cargo/config.toml` (decision 46).
#[cfg(target_os = "linux")]
#[global_allocator]
static MEMORY: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    server::cli::main()
}
