//! The child that the imports of the tests start: the real reader, as the shipped program starts itself. What does not
//! belong here: anything shipped.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [how, kind] if how == app::import::SUBCOMMAND => {
            ExitCode::from(app::import::child_main(kind, std::io::stdin(), std::io::stdout()))
        }
        _ => ExitCode::from(2),
    }
}
