//! What devices and warning centres say, byte by byte, without a socket and without a clock: GB/T 26875.3-2011
//! ([`gb26875`]), pushes of NB-IoT platforms and of brokers ([`push`]), the Common Alerting Protocol 1.2 ([`cap`]); and
//! what browsers are sent while the page is closed ([`web_push`]).
//! Parsers return what they found and what was wrong with it, and never panic.
//!
//! What does not belong here: what a message is about in the town (`app`), sockets (`ingest`), what may follow from it
//! (`domain::signal`).

pub mod cap;
pub mod gb26875;
pub mod push;
pub mod web_push;

/// Something in the bytes that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// Where: bytes from the beginning.
    pub offset: usize,
    /// Stable dotted code.
    pub code: &'static str,
    /// One sentence for people.
    pub message: String,
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Hexadecimal digits as bytes; spaces and line ends between them are passed over. None when it is something else.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16).map(|d| d as u8))
        .collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2);
    pairs
        .remainder()
        .is_empty()
        .then(|| pairs.map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}
