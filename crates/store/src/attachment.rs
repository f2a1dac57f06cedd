//! Files that come with a record, beside its photos: their rows. What does *not* belong here: the bytes (`blob`), pictures
//! (`photo`).

use domain::time::Timestamp;

use crate::scope::Where;
use crate::{Read, Result, Row, Write, cols};

/// A file as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentRecord {
    /// Id.
    pub id: String,
    /// What it belongs to, as `evidence`.
    pub object_kind: String,
    /// Id of what it belongs to, which may come later.
    pub object_id: String,
    /// Territory path of that.
    pub path: String,
    /// Name as it was handed in.
    pub name: String,
    /// As `application/pdf`.
    pub media_type: String,
    /// Units: bytes.
    pub size_bytes: i64,
    /// Hash of its bytes.
    pub blob: String,
    /// Account that handed it in.
    pub recorded_by: String,
    /// When.
    pub recorded_at: Timestamp,
}

impl AttachmentRecord {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.text("id")?,
            object_kind: row.text("object_kind")?,
            object_id: row.text("object_id")?,
            path: row.text("path")?,
            name: row.text("name")?,
            media_type: row.text("media_type")?,
            size_bytes: row.int("size_bytes")?,
            blob: row.text("blob")?,
            recorded_by: row.text("recorded_by")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }
}

impl Read {
    /// The file of this id.
    pub async fn attachment(&mut self, id: &str) -> Result<Option<AttachmentRecord>> {
        self.by_id("attachment", id).await?.as_ref().map(AttachmentRecord::from_row).transpose()
    }

    /// The files of records of a kind, in the order they came.
    pub async fn attachments_of(
        &mut self,
        object_kind: &str,
        objects: &[String],
    ) -> Result<Vec<AttachmentRecord>> {
        if objects.is_empty() {
            return Ok(Vec::new());
        }
        let mut only = Where::town("town", self.town().as_str());
        let kind = only.mark(object_kind);
        let marks: Vec<String> = objects.iter().map(|id| only.mark(id.as_str())).collect();
        only.and(&format!("object_kind = {kind} AND object_id IN ({})", marks.join(", ")));
        let (sql, list) = only.finish();
        let sql = format!("SELECT * FROM attachment{sql} ORDER BY recorded_at, id");
        self.rows(sql, list).await?.iter().map(AttachmentRecord::from_row).collect()
    }

    /// Those of these files that are here, by id.
    pub async fn attachments(&mut self, ids: &[String]) -> Result<Vec<AttachmentRecord>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut only = Where::town("town", self.town().as_str());
        let marks: Vec<String> = ids.iter().map(|id| only.mark(id.as_str())).collect();
        only.and(&format!("id IN ({})", marks.join(", ")));
        let (sql, list) = only.finish();
        let sql = format!("SELECT * FROM attachment{sql} ORDER BY recorded_at, id");
        self.rows(sql, list).await?.iter().map(AttachmentRecord::from_row).collect()
    }
}

impl Write {
    /// A new file; an id that is taken is a conflict.
    pub async fn insert_attachment(&mut self, file: &AttachmentRecord) -> Result<()> {
        let row = cols! {
            object_kind: &file.object_kind, object_id: &file.object_id, path: &file.path, name: &file.name,
            media_type: &file.media_type, size_bytes: file.size_bytes, blob: &file.blob,
            recorded_by: &file.recorded_by, version: 1_i64, recorded_at: file.recorded_at,
        };
        self.insert("attachment", &file.id, row).await
    }
}
