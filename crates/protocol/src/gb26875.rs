//! GB/T 26875.3-2011 between a user transmission device (用户信息传输装置) and a centre: frames out of a stream of bytes
//! ([`frame`]), what they carry ([`unit`]), what numbers are called ([`table`]), where makers differ ([`dialect`]), and
//! the same as JSON ([`json`]). What does not belong here: sockets and time-outs (`ingest`).

pub mod dialect;
pub mod frame;
pub mod json;
pub mod table;
pub mod unit;

pub use dialect::{DIALECTS, Dialect, PartAddress, dialect};
pub use frame::{Command, Frame, Splitter, Stamp};
pub use unit::{Object, Part, System, Unit};

/// Decodes everything in a piece of bytes: its frames in order, and what was wrong.
pub fn decode(bytes: &[u8], dialect: &'static Dialect) -> (Vec<Frame>, Vec<crate::Problem>) {
    let mut splitter = Splitter::new(dialect);
    let (mut frames, mut problems) = (Vec::new(), Vec::new());
    let mut take = |events: Vec<frame::Event>| {
        for event in events {
            match event {
                frame::Event::Frame { frame, notes, .. } => {
                    frames.push(frame);
                    problems.extend(notes);
                }
                frame::Event::Broken { problem, .. } => problems.push(problem),
            }
        }
    };
    take(splitter.push(bytes));
    take(splitter.finish());
    (frames, problems)
}

#[cfg(test)]
mod tests;
