//! Files sent to be imported, and how people said their columns are to be understood. What does not belong here: the
//! bytes (`blob`), what is in them (they are read elsewhere; here a preview is only text).

use domain::time::Timestamp;

use crate::vault::secret;
use crate::{Read, Result, Row, Write, args, cols};

/// A file as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportFile {
    /// Our id.
    pub id: String,
    /// Kind of ledger, as `places`.
    pub kind: String,
    /// Name it was sent under.
    pub name: String,
    /// Its bytes.
    pub blob: String,
    /// How many bytes.
    pub size_bytes: u64,
    /// What was seen in it, JSON.
    pub preview: String,
    /// Row version.
    pub version: i64,
    /// When it came.
    pub recorded_at: Timestamp,
    /// Who sent it.
    pub recorded_by: String,
    /// When its rows went into the register.
    pub imported_at: Option<Timestamp>,
}

impl ImportFile {
    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.text("id")?,
            kind: row.text("kind")?,
            name: row.text("name")?,
            blob: row.text("blob")?,
            size_bytes: u64::try_from(row.int("size_bytes")?).map_err(|_| row.inconsistent("size_bytes"))?,
            preview: row.opened("import_file", "preview")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
            recorded_by: row.text("recorded_by")?,
            imported_at: row.opt_instant("imported_at")?,
        })
    }
}

impl Read {
    /// The file of this id.
    pub async fn import_file(&mut self, id: &str) -> Result<Option<ImportFile>> {
        self.by_id("import_file", id).await?.as_ref().map(ImportFile::from_row).transpose()
    }

    /// When a file with these very bytes last went into the register.
    pub async fn blob_imported_at(&mut self, blob: &str) -> Result<Option<Timestamp>> {
        let town = self.town.clone();
        let row = self
            .row(
                "SELECT MAX(imported_at) AS at FROM import_file WHERE town = $1 AND blob = $2",
                args![town.as_str(), blob],
            )
            .await?;
        row.map_or(Ok(None), |row| row.opt_instant("at"))
    }

    /// How the columns under these headers are to be understood, as somebody confirmed it.
    pub async fn import_mapping(&mut self, kind: &str, header_key: &str) -> Result<Option<String>> {
        let town = self.town.clone();
        self.row(
            "SELECT mapping FROM import_mapping WHERE town = $1 AND kind = $2 AND header_key = $3",
            args![town.as_str(), kind, header_key],
        )
        .await?
        .map(|row| row.text("mapping"))
        .transpose()
    }
}

impl Write {
    /// A file that was sent.
    pub async fn insert_import_file(&mut self, file: &ImportFile) -> Result<()> {
        let row = cols! {
            kind: &file.kind, name: &file.name, blob: &file.blob, size_bytes: file.size_bytes,
            preview: secret(&file.preview), version: 1_i64, recorded_at: file.recorded_at, recorded_by: &file.recorded_by,
            imported_at: None::<Timestamp>,
        };
        self.insert("import_file", &file.id, row).await
    }

    /// Seals the preview of a file from before there were seals.
    pub(crate) async fn seal_preview(&mut self, file: &ImportFile) -> Result<()> {
        self.update("import_file", &file.id, file.version, cols! { preview: secret(&file.preview) }).await
    }

    /// Notes that the rows of a file went into the register; once only.
    pub async fn note_imported(&mut self, id: &str, version: i64, at: Timestamp) -> Result<()> {
        self.update("import_file", id, version, cols! { imported_at: at }).await
    }

    /// Remembers how columns are to be understood, instead of what was remembered before. Machinery, not record.
    pub async fn keep_import_mapping(
        &mut self,
        id: &str,
        kind: &str,
        header_key: &str,
        mapping: &str,
        at: Timestamp,
    ) -> Result<()> {
        let town = self.town.clone();
        let changed = self
            .exec(
                "UPDATE import_mapping SET mapping = $4, version = version + 1 \
                 WHERE town = $1 AND kind = $2 AND header_key = $3",
                args![town.as_str(), kind, header_key, mapping],
            )
            .await?;
        if changed > 0 {
            return Ok(());
        }
        let row =
            cols! { kind: kind, header_key: header_key, mapping: mapping, version: 1_i64, recorded_at: at };
        self.insert("import_mapping", id, row).await
    }
}
