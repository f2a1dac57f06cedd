//! What a form of a public page sent, with a picture or a recording or without: read up to a size, so that nobody fills the memory. What
//! does not belong here: what is made of it (the page that asked).

use std::collections::BTreeMap;

use axum::extract::multipart::{Field, Multipart};

/// The largest picture or recording. Units: bytes.
pub(crate) const MAX_FILE: usize = 12 * 1024 * 1024;
/// As much of a picture that is too large is read and thrown away, so that the phone hears why. Units: bytes.
pub(crate) const MAX_READ: usize = 64 * 1024 * 1024;
/// The longest field. Units: bytes.
const MAX_FIELD: usize = 16 * 1024;
/// The field of the picture.
const PHOTO: &str = "photo";
/// The field of the recording.
const VOICE: &str = "voice";

/// A form as it was sent.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    fields: BTreeMap<String, String>,
    /// The picture; empty without one.
    pub(crate) photo: Vec<u8>,
    /// The recording; empty without one.
    pub(crate) voice: Vec<u8>,
}

/// Why a form could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It did not come through whole.
    Broken,
    /// The picture is larger than any is kept.
    PhotoTooLarge,
    /// The recording is.
    VoiceTooLarge,
}

impl Sent {
    /// Reads a form; a field that is too long counts as empty.
    pub(crate) async fn read(mut body: Multipart) -> Result<Self, Unread> {
        let mut sent = Self::default();
        while let Some(mut field) = body.next_field().await.map_err(|_| Unread::Broken)? {
            let name = field.name().unwrap_or_default().to_owned();
            let most = if matches!(name.as_str(), PHOTO | VOICE) { MAX_FILE } else { MAX_FIELD };
            match (read_field(&mut field, most).await?, name.as_str()) {
                (Some(bytes), PHOTO) => sent.photo = bytes,
                (None, PHOTO) => return Err(Unread::PhotoTooLarge),
                (Some(bytes), VOICE) => sent.voice = bytes,
                (None, VOICE) => return Err(Unread::VoiceTooLarge),
                (bytes, _) => {
                    let said = String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned();
                    sent.fields.insert(name, said);
                }
            }
        }
        Ok(sent)
    }

    /// What was typed into a field.
    pub(crate) fn take(&mut self, name: &str) -> String {
        self.fields.remove(name).unwrap_or_default()
    }
}

/// Reads a field up to a size; of more, which is thrown away, nothing.
async fn read_field(field: &mut Field<'_>, most: usize) -> Result<Option<Vec<u8>>, Unread> {
    let (mut bytes, mut is_large) = (Vec::new(), false);
    while let Some(chunk) = field.chunk().await.map_err(|_| Unread::Broken)? {
        is_large = is_large || bytes.len() + chunk.len() > most;
        if is_large {
            bytes = Vec::new();
        } else {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok((!is_large).then_some(bytes))
}
