//! Reports that were spoken: taken from the public form and from phones, sealed before they touch the disk, heard by the
//! custodian alone, each time with a reason in the record; what he writes down goes to everybody who deals with the report.
//! What does not belong here: what counts as sound (`domain::report_case::voice`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::ids::ReportCaseId;
use domain::policy::Action;
use domain::report_case::voice::Sound;
use domain::time::{Date, Timestamp};
use store::report_case::ReporterVoice;
use store::{Read, Write};

use super::unsealing;
use super::view::{VoiceLimits, VoiceView};
use crate::parameter::number_on;
use crate::{App, Caller, Error, Result};

/// The longest recording. A default of the town, kept by whatever records. Units: seconds.
pub(crate) const VOICE_S: (&str, f64) = ("report_case.voice_s", 60.0);
/// The largest recording. A default of the town. Units: KB.
pub(crate) const VOICE_KB: (&str, f64) = ("report_case.voice_kb", 2_048.0);

/// What was said, sealed and kept, not yet beside its report.
pub(crate) struct Spoken(ReporterVoice);

/// How long and how large a recording may be on a day.
pub(crate) async fn limits(read: &mut Read, on: Date) -> Result<VoiceLimits> {
    Ok(VoiceLimits {
        most_s: number_on(read, VOICE_S, on).await?,
        most_kb: number_on(read, VOICE_KB, on).await?,
    })
}

/// Bytes as they travel in JSON; none where nothing was said.
///
/// Errors: they are cut off or altered.
pub(crate) fn unfolded(voice: Option<&str>) -> Result<Vec<u8>> {
    STANDARD.decode(voice.unwrap_or_default().trim()).map_err(|_| Error::Refused {
        code: "report_case.voice_broken",
        message: "录音没有传完整，请重新录一段，或改为文字".to_owned(),
    })
}

impl App {
    /// Seals what was said; none where nothing was. The bytes lie open nowhere on the disk.
    ///
    /// Errors: too large; no sound.
    // Part of a report that somebody without a login may send as well.
    pub(crate) async fn seal_voice(&self, bytes: &[u8], now: Timestamp) -> Result<Option<Spoken>> {
        if bytes.is_empty() {
            return Ok(None);
        }
        let mut read = self.db.read(&self.town).await?;
        let VoiceLimits { most_kb, .. } = limits(&mut read, now.date()).await?;
        drop(read);
        if bytes.len() > usize::from(most_kb) * 1024 {
            return Err(Error::Refused {
                code: "report_case.voice_large",
                message: format!("录音超过 {most_kb} KB，请说短一点重新录，或改为文字"),
            });
        }
        let sound = Sound::of(bytes).ok_or_else(|| Error::Refused {
            code: "report_case.voice_kind",
            message: "这个文件不是手机录音，请重新录一段，或改为文字".to_owned(),
        })?;
        let sealed = self.db.keys(&self.town).await?.seal_file(bytes)?;
        let blob = self.blobs.put(&sealed)?;
        let size_bytes = i64::try_from(sealed.len()).unwrap_or(i64::MAX);
        Ok(Some(Spoken(ReporterVoice { sound, blob, size_bytes, recorded_at: now })))
    }

    /// What the reporter said, for the custodian, with a reason that goes into the record.
    ///
    /// Errors: no post is named or the caller does not hold it; no reason; nothing was spoken; the password is too old.
    pub async fn hear_reporter(&self, caller: &Caller, id: &ReportCaseId, reason: &str) -> Result<VoiceView> {
        let now = self.now();
        let scope = caller.scope(Action::ReportCaseRead)?;
        let keys = self.db.keys(&self.town).await?;
        let mut tx = self.write(caller).await?;
        let record = tx.report_case(id, &scope).await?.ok_or(Error::NotFound)?;
        let missing = "请写明听取录音的用途，2 到 200 个字";
        let (hat, reason) = unsealing(&mut tx, caller, (reason, missing), now).await?;
        let voice = tx.reporter_voice(id).await?.ok_or_else(|| Error::Refused {
            code: "report_case.no_voice",
            message: "这件举报没有录音，请看文字内容".to_owned(),
        })?;
        let lost = || Error::Internal(format!("blob {} of a voice is missing", voice.blob));
        let bytes = keys.open_file(&voice.blob, self.blobs.get(&voice.blob)?.ok_or_else(lost)?)?;
        let mut audit =
            caller.audit_as(hat, "report_case.listen", ("report_case", id.as_str()), &record.path, now);
        audit.reason = reason;
        let heard =
            VoiceView { media_type: voice.sound.media_type().to_owned(), base64: STANDARD.encode(bytes) };
        Ok(tx.commit(audit, heard).await?)
    }
}

/// Puts what was said beside its new report.
pub(super) async fn keep(
    tx: &mut Write,
    id: &ReportCaseId,
    Spoken(voice): &Spoken,
    now: Timestamp,
) -> Result<()> {
    let size = u64::try_from(voice.size_bytes).unwrap_or(0);
    tx.note_blob(&voice.blob, size, "application/octet-stream", now).await?;
    Ok(tx.insert_reporter_voice(id, voice).await?)
}
