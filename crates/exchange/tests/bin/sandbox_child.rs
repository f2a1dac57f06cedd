//! The child that the sandbox tests start. With the hidden subcommand it is the real parser; otherwise it takes its
//! limits and then misbehaves as it is told, as a broken parser would. What does not belong here: anything shipped.

use std::{
    fs::File,
    io::{BufRead, Write},
    process::ExitCode,
    time::Duration,
};

use exchange::sandbox::{Request, SUBCOMMAND, child_main, confine};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [how, kind] = arguments.as_slice() else { return ExitCode::from(2) };
    if how == SUBCOMMAND {
        return ExitCode::from(child_main(kind, std::io::stdin(), std::io::stdout()));
    }
    let mut line = String::new();
    if std::io::stdin().lock().read_line(&mut line).is_err() {
        return ExitCode::from(2);
    }
    let Ok(request) = serde_json::from_str::<Request>(&line) else { return ExitCode::from(2) };
    if confine(&request.bounds).is_err() {
        return ExitCode::from(3);
    }
    let mut output = std::io::stdout();
    match how.as_str() {
        "sleep" => std::thread::sleep(Duration::from_secs(600)),
        "spin" => {
            let mut turns: u64 = 0;
            loop {
                turns = std::hint::black_box(turns.wrapping_add(1));
            }
        }
        "hog" => {
            let mut held: Vec<Vec<u8>> = Vec::new();
            loop {
                held.push(std::hint::black_box(vec![1; 16 << 20]));
            }
        }
        "flood" => while output.write_all(b"{\"Progress\":1}\n").is_ok() {},
        "babble" => {
            let _ = output.write_all(b"not our language\n");
        }
        // Says 7 rows are done when it could open a file, and 0 when it could not.
        "open" => {
            let done = if File::open("/dev/null").is_ok() { 7 } else { 0 };
            let _ = output.write_all(format!("{{\"Progress\":{done}}}\n\"Done\"\n").as_bytes());
        }
        _ => return ExitCode::from(2),
    }
    ExitCode::SUCCESS
}
