//! Files that come with a record: kept as they are, handed out as downloads, never opened here. What does not belong here:
//! pictures (`photo`), ledgers (`import`), bytes and rows (`store`).

use domain::org::lies_in;
use serde::Serialize;
use store::attachment::AttachmentRecord;
use utoipa::ToSchema;

use crate::photo::may_see;
use crate::{App, Caller, Error, Result};

/// The largest file. Units: bytes.
pub const MAX_FILE: usize = crate::import::MAX_FILE;
/// The longest name. Units: characters.
const MAX_NAME: usize = 120;

/// A file as pages see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Attachment)]
pub struct AttachmentView {
    /// Id.
    pub id: String,
    /// Name as it was handed in.
    pub name: String,
    /// As `application/pdf`.
    pub media_type: String,
    /// Units: bytes.
    pub size_bytes: i64,
    /// Hash of its bytes.
    pub sha256: String,
}

impl AttachmentView {
    /// What is shown of a file.
    pub(crate) fn of(file: &AttachmentRecord) -> Self {
        Self {
            id: file.id.clone(),
            name: file.name.clone(),
            media_type: file.media_type.clone(),
            size_bytes: file.size_bytes,
            sha256: file.blob.clone(),
        }
    }
}

/// A file as it comes in.
#[derive(Debug, Clone)]
pub struct AttachmentInput {
    /// Id, made by the page.
    pub id: String,
    /// `evidence`, `letter`, `contract`, `assessment`, `paper`, `certificate`, `enforcement` or `authority_item`.
    pub object_kind: String,
    /// Id of the record, which may come later.
    pub object_id: String,
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A file on its way out.
#[derive(Debug, Clone)]
pub struct AttachmentFile {
    /// Name.
    pub name: String,
    /// As `application/pdf`.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// What a file is, told by its name and its first bytes together; none for anything else.
fn media_type(name: &str, bytes: &[u8]) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    let is_office = |folder: &[u8]| bytes.starts_with(b"PK\x03\x04") && has(bytes, folder);
    match ending.to_ascii_lowercase().as_str() {
        "pdf" if bytes.starts_with(b"%PDF-") => Some("application/pdf"),
        "docx" if is_office(b"word/") => {
            Some("application/vnd.openxmlformats-officedocument.wordprocessingml.document")
        }
        "xlsx" if is_office(b"xl/") => {
            Some("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        }
        "jpg" | "jpeg" if bytes.starts_with(b"\xff\xd8\xff") => Some("image/jpeg"),
        "png" if bytes.starts_with(b"\x89PNG\r\n\x1a\n") => Some("image/png"),
        "webp" if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") => Some("image/webp"),
        _ => None,
    }
}

impl App {
    /// Keeps a file for a record that is here or is about to come.
    ///
    /// Errors: the caller may not add to that record; too large; neither a document nor a picture; another file under
    /// this id.
    pub async fn attach(&self, caller: &Caller, file: AttachmentInput) -> Result<AttachmentView> {
        if [&file.id, &file.object_id].iter().any(|id| uuid::Uuid::parse_str(id).is_err()) {
            return Err(Error::field("id", "attachment.id", "附件编号须为 UUID，请刷新页面后再试"));
        }
        let kinds = [
            "evidence",
            "letter",
            "contract",
            "assessment",
            "paper",
            crate::certificate::SCANNED,
            crate::enforcement::step::ABOUT,
            crate::enforcement::authority::ITEM,
        ];
        if !kinds.contains(&file.object_kind.as_str()) {
            return Err(Error::field(
                "object_kind",
                "attachment.object_kind",
                "附件只能附在佐证、责任书、服务合同、安全评估、文书、证件、案件或执法事项上",
            ));
        }
        let path = self.may_attach(caller, &file.object_kind, &file.object_id).await?;
        let name = file.name.trim();
        let is_plain = !name.chars().any(|c| c.is_control() || matches!(c, '/' | '\\'));
        if name.is_empty() || name.chars().count() > MAX_NAME || !is_plain {
            return Err(Error::field(
                "name",
                "attachment.name",
                "附件名称为空、过长或含特殊字符，请改名后上传",
            ));
        }
        if file.bytes.is_empty() || file.bytes.len() > MAX_FILE {
            return Err(Error::Refused {
                code: "attachment.too_large",
                message: "附件为空或超过 16 MB，请压缩或拆分后上传".to_owned(),
            });
        }
        let media_type = media_type(name, &file.bytes).ok_or_else(|| Error::Refused {
            code: "attachment.kind",
            message: "附件只收 PDF、Word（docx）、Excel（xlsx）和图片，请另存为这些格式再上传".to_owned(),
        })?;
        let hat =
            caller.hats.all().iter().find(|hat| lies_in(&path, &hat.path)).or(caller.hats.all().first());
        let hat = hat.map(|hat| hat.id.to_string()).unwrap_or_default();
        let now = self.now();
        let blob = self.blobs.put(&file.bytes)?;
        let record = AttachmentRecord {
            id: file.id,
            object_kind: file.object_kind,
            object_id: file.object_id,
            path: path.clone(),
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            size_bytes: i64::try_from(file.bytes.len()).unwrap_or(i64::MAX),
            blob,
            recorded_by: caller.account.to_string(),
            recorded_at: now,
        };
        let mut tx = self.write(caller).await?;
        if let Some(kept) = tx.attachment(&record.id).await? {
            // The same file sent again after a break is nothing new.
            let again = AttachmentRecord { recorded_at: kept.recorded_at, path: kept.path.clone(), ..record };
            return if again == kept {
                Ok(AttachmentView::of(&kept))
            } else {
                Err(Error::Conflict {
                    code: "attachment.conflict",
                    message: "这个附件编号已用于另一份文件，请重新选择文件".to_owned(),
                })
            };
        }
        tx.note_blob(&record.blob, file.bytes.len() as u64, media_type, now).await?;
        tx.insert_attachment(&record).await?;
        let mut audit = caller.audit("attachment.add", "attachment", &record.id, now);
        audit.hat = hat;
        audit.territory = path;
        Ok(tx.commit(audit, AttachmentView::of(&record)).await?)
    }

    /// A file, if the caller may see what it belongs to.
    pub async fn attachment(&self, caller: &Caller, id: &str) -> Result<AttachmentFile> {
        let mut read = self.db.read(&self.town).await?;
        let file = read.attachment(id).await?.ok_or(Error::NotFound)?;
        let is_own = file.recorded_by == caller.account.as_str();
        if !is_own && !may_see(&mut read, caller, &file.object_kind, &file.object_id).await? {
            return Err(Error::NotFound);
        }
        let lost = || Error::Internal(format!("blob {} of attachment {id} is missing", file.blob));
        let bytes = self.blobs.get(&file.blob)?.ok_or_else(lost)?;
        Ok(AttachmentFile { name: file.name, media_type: file.media_type, bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_name_and_its_bytes_both_say() {
        for (name, bytes, kind) in [
            ("文件.pdf", &b"%PDF-1.7"[..], Some("application/pdf")),
            ("文件.PDF", b"%PDF-1.7", Some("application/pdf")),
            ("图.png", b"\x89PNG\r\n\x1a\n..", Some("image/png")),
            ("图.jpg", b"\x89PNG\r\n\x1a\n..", None),
            ("文件.pdf", b"<html>", None),
            ("宏.docm", b"PK\x03\x04..word/", None),
            ("程序.exe", b"MZ", None),
            ("无名", b"%PDF-1.7", None),
        ] {
            assert_eq!(media_type(name, bytes), kind, "{name}");
        }
        assert!(media_type("表.xlsx", b"PK\x03\x04..xl/workbook.xml").is_some());
        assert!(media_type("文.docx", b"PK\x03\x04..xl/workbook.xml").is_none(), "a sheet called a letter");
    }
}
