//! How a row or an audit entry becomes a SHA-256: length-prefixed fields, so that no two contents share a hash by
//! moving a boundary. What does not belong here: reading rows (`verify`), writing them (`audit`).

use sha2::{Digest, Sha256};

use crate::{Result, Row};

/// A hash over length-prefixed fields.
#[derive(Default)]
pub(crate) struct Seal(Sha256);

impl Seal {
    /// Adds one field.
    pub fn field(&mut self, text: &str) -> &mut Self {
        self.0.update((text.len() as u64).to_be_bytes());
        self.0.update(text.as_bytes());
        self
    }

    /// The hash in lower-case hex.
    pub fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

/// SHA-256 of bytes in lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The hash of a whole row as stored, cached columns left out because they may be recomputed at any time.
pub(crate) fn row_hash(row: &Row) -> Result<String> {
    let mut seal = Seal::default();
    for (name, text) in row.canonical()?.iter().filter(|(name, _)| !name.starts_with("cached_")) {
        seal.field(name).field(text);
    }
    Ok(seal.finish())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}
