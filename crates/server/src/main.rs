//! The program `fengsui`.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::cli::main()
}
