//! Photos and how they come in: a row for each picture that is evidence, and the machinery of uploads on their way. What
//! does not belong here: the bytes (`blob`).

use domain::ids::PhotoId;
use domain::time::Timestamp;

use crate::scope::Where;
use crate::{Read, Result, Row, Write, args, cols};

/// A picture as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Id.
    pub id: PhotoId,
    /// Hash of its bytes.
    pub blob: String,
    /// As `image/jpeg`.
    pub media_type: String,
    /// Units: bytes.
    pub size_bytes: i64,
    /// Units: pixels.
    pub width: i64,
    /// Units: pixels.
    pub height: i64,
    /// Hash of the small picture; empty while there is none.
    pub thumb: String,
    /// What it belongs to, as `hazard`.
    pub object_kind: String,
    /// Id of what it belongs to.
    pub object_id: String,
    /// Territory path of that.
    pub path: String,
    /// The checklist item; empty when it shows none.
    pub item: String,
    /// What it is: `before`, `after`, `signature` …
    pub role: String,
    /// When it was taken, by the device's clock.
    pub taken_at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Account that handed it in.
    pub recorded_by: String,
    /// Degrees east, if the device said so.
    pub lon: Option<f64>,
    /// Degrees north, if the device said so.
    pub lat: Option<f64>,
    /// Hash of the file before anything was made smaller or written into it, if the device said so.
    pub original: Option<String>,
}

/// An upload on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Client-made id.
    pub id: String,
    /// Account that sends it.
    pub account: String,
    /// Hash the bytes must have.
    pub sha256: String,
    /// Units: bytes.
    pub size_bytes: i64,
    /// As `image/jpeg`.
    pub media_type: String,
    /// What it is for, JSON.
    pub content: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When all of it had come.
    pub finished_at: Option<Timestamp>,
}

impl Picture {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.text("id")?.into(),
            blob: row.text("blob")?,
            media_type: row.text("media_type")?,
            size_bytes: row.int("size_bytes")?,
            width: row.int("width")?,
            height: row.int("height")?,
            thumb: row.text("thumb")?,
            object_kind: row.text("object_kind")?,
            object_id: row.text("object_id")?,
            path: row.text("path")?,
            item: row.text("item")?,
            role: row.text("role")?,
            taken_at: row.instant("taken_at")?,
            recorded_at: row.instant("recorded_at")?,
            recorded_by: row.text("recorded_by")?,
            lon: row.opt_real("lon")?,
            lat: row.opt_real("lat")?,
            original: row.opt_text("original_sha256")?,
        })
    }
}

impl Picture {
    /// Whether both come from one file, whatever was written into either since.
    pub fn is_same_as(&self, other: &Self) -> bool {
        let hashes = |of: &Self| [Some(of.blob.clone()), of.original.clone()];
        hashes(self).into_iter().flatten().any(|hash| hashes(other).contains(&Some(hash)))
    }
}

impl Upload {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.text("id")?,
            account: row.text("account")?,
            sha256: row.text("sha256")?,
            size_bytes: row.int("size_bytes")?,
            media_type: row.text("media_type")?,
            content: row.text("content")?,
            created_at: row.instant("created_at")?,
            finished_at: row.opt_instant("finished_at")?,
        })
    }
}

impl Read {
    /// The picture of this id.
    pub async fn photo(&mut self, id: &PhotoId) -> Result<Option<Picture>> {
        self.by_id("photo", id.as_str()).await?.as_ref().map(Picture::from_row).transpose()
    }

    /// The pictures of an object, by when they were taken.
    pub async fn photos_of(&mut self, object_kind: &str, object_id: &str) -> Result<Vec<Picture>> {
        let town = self.town().clone();
        self.rows(
            "SELECT * FROM photo WHERE town = $1 AND object_kind = $2 AND object_id = $3 ORDER BY taken_at, id",
            args![town.as_str(), object_kind, object_id],
        )
        .await?
        .iter()
        .map(Picture::from_row)
        .collect()
    }

    /// Those of these pictures that are here, by id.
    pub async fn photos(&mut self, ids: &[PhotoId]) -> Result<Vec<Picture>> {
        let mut found = Vec::new();
        for some in ids.chunks(500) {
            let mut only = Where::town("town", self.town().as_str());
            let marks: Vec<String> = some.iter().map(|id| only.mark(id.as_str())).collect();
            only.and(&format!("id IN ({})", marks.join(", ")));
            let (sql, list) = only.finish();
            for row in self.rows(format!("SELECT * FROM photo{sql} ORDER BY id"), list).await? {
                found.push(Picture::from_row(&row)?);
            }
        }
        Ok(found)
    }

    /// Every picture with one of these hashes, by when it was recorded: the same picture used more than once.
    pub async fn photos_with(&mut self, blobs: &[&str]) -> Result<Vec<Picture>> {
        if blobs.is_empty() {
            return Ok(Vec::new());
        }
        let mut only = Where::town("town", self.town().as_str());
        let marks: Vec<String> = blobs.iter().map(|blob| only.mark(*blob)).collect();
        only.and(&format!("blob IN ({})", marks.join(", ")));
        let (sql, list) = only.finish();
        let sql = format!("SELECT * FROM photo{sql} ORDER BY recorded_at, id LIMIT 500");
        self.rows(sql, list).await?.iter().map(Picture::from_row).collect()
    }

    /// How many uploads of an account have begun and not come in whole since an instant.
    pub async fn open_uploads(&mut self, account: &str, since: Timestamp) -> Result<i64> {
        let town = self.town().clone();
        let sql = "SELECT COUNT(*) AS n FROM upload \
                   WHERE town = $1 AND account = $2 AND finished_at IS NULL AND created_at >= $3";
        match self.row(sql, args![town.as_str(), account, since]).await? {
            Some(row) => row.int("n"),
            None => Ok(0),
        }
    }

    /// The upload of this id.
    pub async fn upload(&mut self, id: &str) -> Result<Option<Upload>> {
        self.by_id("upload", id).await?.as_ref().map(Upload::from_row).transpose()
    }
}

impl Write {
    /// A new picture; an id that is taken is a conflict.
    pub async fn insert_photo(&mut self, p: &Picture) -> Result<()> {
        let row = cols! {
            blob: &p.blob, media_type: &p.media_type, size_bytes: p.size_bytes, width: p.width, height: p.height,
            thumb: &p.thumb, object_kind: &p.object_kind, object_id: &p.object_id, path: &p.path, item: &p.item,
            role: &p.role, taken_at: p.taken_at, recorded_at: p.recorded_at, recorded_by: &p.recorded_by,
            lon: p.lon, lat: p.lat, original_sha256: p.original.as_deref(), version: 1_i64,
        };
        self.insert("photo", p.id.as_str(), row).await
    }

    /// Begins an upload; an id that is taken is a conflict. Machinery, not record.
    pub async fn insert_upload(&mut self, u: &Upload) -> Result<()> {
        let row = cols! {
            account: &u.account, sha256: &u.sha256, size_bytes: u.size_bytes, media_type: &u.media_type,
            content: &u.content, created_at: u.created_at, finished_at: u.finished_at,
        };
        self.insert("upload", &u.id, row).await
    }

    /// Declares anew what an upload will bring, as long as it is not whole: its bytes were refused or never came.
    pub async fn redeclare_upload(&mut self, u: &Upload) -> Result<bool> {
        let town = self.town().clone();
        let sql = "UPDATE upload SET sha256 = $3, size_bytes = $4, media_type = $5, content = $6 \
                   WHERE town = $1 AND id = $2 AND finished_at IS NULL";
        let list = args![town.as_str(), &u.id, &u.sha256, u.size_bytes, &u.media_type, &u.content];
        Ok(self.exec(sql, list).await? == 1)
    }

    /// Notes that all of an upload has come, once. Says whether this was the first time.
    pub async fn finish_upload(&mut self, id: &str, at: Timestamp) -> Result<bool> {
        let town = self.town().clone();
        let sql = "UPDATE upload SET finished_at = $3 WHERE town = $1 AND id = $2 AND finished_at IS NULL";
        Ok(self.exec(sql, args![town.as_str(), id, at]).await? == 1)
    }
}
