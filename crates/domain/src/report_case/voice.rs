//! A report that was spoken instead of written: what kinds of sound are taken, told by their bytes alone. What does not
//! belong here: who may hear it (it identifies whoever speaks, so it is the custodian's), how it is kept (the store).

use serde::{Deserialize, Serialize};

use crate::org::words;

/// What stands for the words of a report that was only spoken, until the custodian has written them down.
pub const ONLY_SPOKEN: &str = "（语音举报，待保管岗位听写）";

words! {
    /// A kind of sound file that phones make.
    Sound {
        Ogg "ogg" "Ogg"
        Webm "webm" "WebM"
        M4a "m4a" "M4A"
        Mp3 "mp3" "MP3"
        Amr "amr" "AMR"
        Wav "wav" "WAV"
    }
}

/// So many bytes tell what a file is.
const HEAD: usize = 4_096;

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

impl Sound {
    /// What these bytes are; none for anything that is no sound, or that shows pictures besides.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let head = bytes.get(..HEAD).unwrap_or(bytes);
        let second = *head.get(1)?;
        if head.starts_with(b"OggS") {
            let spoken: [&[u8]; 3] = [b"OpusHead", b"\x01vorbis", b"Speex   "];
            return spoken.iter().any(|codec| has(head, codec)).then_some(Self::Ogg);
        }
        if head.starts_with(b"\x1a\x45\xdf\xa3") {
            let shown: [&[u8]; 4] = [b"V_VP", b"V_AV1", b"V_MPEG", b"V_THEORA"];
            let shows = shown.iter().any(|codec| has(head, codec));
            return (has(head, b"webm") && !shows).then_some(Self::Webm);
        }
        if head.get(4..8) == Some(b"ftyp") {
            // The handler of each track stands eight bytes after its box's name.
            let shows = bytes.windows(16).any(|w| w.starts_with(b"hdlr") && w.get(12..16) == Some(b"vide"));
            return (!shows).then_some(Self::M4a);
        }
        if head.starts_with(b"#!AMR") {
            return Some(Self::Amr);
        }
        if head.starts_with(b"RIFF") {
            return (head.get(8..12) == Some(b"WAVE")).then_some(Self::Wav);
        }
        // A frame of layer III begins with eleven bits set, a version that exists and the layer.
        let is_frame = head.first() == Some(&0xff) && second & 0xe6 == 0xe2 && second & 0x18 != 0x08;
        (head.starts_with(b"ID3") || is_frame).then_some(Self::Mp3)
    }

    /// As browsers call it.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Ogg => "audio/ogg",
            Self::Webm => "audio/webm",
            Self::M4a => "audio/mp4",
            Self::Mp3 => "audio/mpeg",
            Self::Amr => "audio/amr",
            Self::Wav => "audio/wav",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_is_what_its_bytes_say_and_nothing_with_pictures() {
        for (bytes, sound) in [
            (&b"OggS\0\x02\0\0\0\0\0\0\0\0OpusHead\x01"[..], Some(Sound::Ogg)),
            (b"OggS\0\x02\0\0\0\0\0\0\0\0\x80theora", None),
            (b"\x1a\x45\xdf\xa3\x42\x82\x84webm....A_OPUS", Some(Sound::Webm)),
            (b"\x1a\x45\xdf\xa3\x42\x82\x84webm....V_VP8", None),
            (b"\x1a\x45\xdf\xa3\x42\x82\x88matroska", None),
            (b"\0\0\0\x18ftypM4A \0\0\0\0....hdlr\0\0\0\0\0\0\0\0soun", Some(Sound::M4a)),
            (b"\0\0\0\x18ftypisom\0\0\0\0....hdlr\0\0\0\0\0\0\0\0vide", None),
            (b"\0\0\0\x14ftyp3gp5........samr", Some(Sound::M4a)),
            (b"ID3\x04\0\0\0\0\0\0", Some(Sound::Mp3)),
            (b"\xff\xfb\x90\x64", Some(Sound::Mp3)),
            (b"\xff\xf3\x90\x64", Some(Sound::Mp3)),
            (b"\xff\xd8\xff\xe0", None),
            (b"#!AMR\n\x3c", Some(Sound::Amr)),
            (b"#!AMR-WB\n", Some(Sound::Amr)),
            (b"RIFF\0\0\0\0WAVEfmt ", Some(Sound::Wav)),
            (b"RIFF\0\0\0\0WEBPVP8 ", None),
            (b"%PDF-1.7", None),
            (b"<html>", None),
            (b"x", None),
            (b"", None),
        ] {
            assert_eq!(Sound::of(bytes), sound, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
