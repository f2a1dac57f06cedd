//! Content-addressed files: the name is the SHA-256 of the bytes, so a photo cannot be altered without its name
//! saying so, and the same photo is kept once. Uploads grow in a part file and can be taken up again after any break.
//! What does not belong here: what a photo shows and whose it is (`photo`).

use std::io::{Read as _, Seek, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crate::error::io;
use crate::seal::{hex, sha256};
use domain::time::Timestamp;

use crate::{Error, Read, Result, Write, args, cols};

/// The folder of blobs.
#[derive(Debug, Clone)]
pub struct Blobs {
    root: PathBuf,
}

/// What an appended part led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Appended {
    /// So many bytes are here now.
    Upto(u64),
    /// The part does not continue what is here: the client must go on from this offset.
    Elsewhere(u64),
}

/// SHA-256 of a file, read piece by piece.
fn hash_of(file: &mut std::fs::File) -> Result<String> {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    let mut buffer = vec![0_u8; 64 * 1024];
    loop {
        let n = file.read(&mut buffer).map_err(io)?;
        let Some(read) = buffer.get(..n).filter(|r| !r.is_empty()) else { break };
        hash.update(read);
    }
    Ok(hex(&hash.finalize()))
}

impl Blobs {
    /// Opens (and makes) the folder.
    pub fn open(root: &Path) -> Result<Self> {
        std::fs::create_dir_all(root.join("parts")).map_err(io)?;
        Ok(Self { root: root.to_owned() })
    }

    /// Where a blob lies, for what reads a large file by itself; whether it is there is not asked.
    ///
    /// Errors: this is no name of a blob.
    pub fn file(&self, id: &str) -> Result<PathBuf> {
        let well_formed =
            id.len() == 64 && id.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        let folder = id.get(..2).filter(|_| well_formed);
        let folder = folder.ok_or_else(|| Error::Inconsistent {
            table: "blob",
            column: "id".into(),
            id: id.to_owned(),
        })?;
        Ok(self.root.join(folder).join(id))
    }

    fn part(&self, upload: &str) -> PathBuf {
        // Hashed, so that no id a client sends can name a path.
        self.root.join("parts").join(sha256(upload.as_bytes()))
    }

    /// Keeps bytes under their hash, synced to disk, and returns the hash. Keeping the same bytes twice is nothing.
    pub fn put(&self, bytes: &[u8]) -> Result<String> {
        let id = sha256(bytes);
        let target = self.file(&id)?;
        if target.exists() {
            return Ok(id);
        }
        let draft = self.root.join("parts").join(format!("{id}.new"));
        let mut file = std::fs::File::create(&draft).map_err(io)?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(io)?;
        self.settle(&draft, &target)?;
        Ok(id)
    }

    fn settle(&self, draft: &Path, target: &Path) -> Result<()> {
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder).map_err(io)?;
            std::fs::rename(draft, target).map_err(io)?;
            // The name, too, must survive a power cut.
            std::fs::File::open(folder).and_then(|f| f.sync_all()).map_err(io)?;
            std::fs::File::open(&self.root).and_then(|f| f.sync_all()).map_err(io)?;
        }
        Ok(())
    }

    /// The bytes of a blob, or `None` when the file is not there.
    pub fn get(&self, id: &str) -> Result<Option<Vec<u8>>> {
        match std::fs::read(self.file(id)?) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(io(e)),
        }
    }

    /// Whether the file is there and its bytes still have this hash.
    pub fn intact(&self, id: &str) -> Result<bool> {
        match std::fs::File::open(self.file(id)?) {
            Ok(mut file) => Ok(hash_of(&mut file)? == id),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(e) => Err(io(e)),
        }
    }

    /// How many bytes of an upload are here.
    pub fn received(&self, upload: &str) -> Result<u64> {
        match std::fs::metadata(self.part(upload)) {
            Ok(meta) => Ok(meta.len()),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(0),
            Err(e) => Err(io(e)),
        }
    }

    /// Appends a part at `offset`. A part that is here already is nothing; a gap is answered with the offset to go on from.
    pub fn append(&self, upload: &str, offset: u64, bytes: &[u8], limit: u64) -> Result<Appended> {
        let here = self.received(upload)?;
        let end = offset.saturating_add(bytes.len() as u64);
        if end <= here {
            return Ok(Appended::Upto(here));
        }
        if offset > here || end > limit {
            return Ok(Appended::Elsewhere(here));
        }
        let mut file = std::fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.part(upload))
            .map_err(io)?;
        file.seek(SeekFrom::Start(offset)).map_err(io)?;
        file.write_all(bytes).and_then(|()| file.sync_data()).map_err(io)?;
        Ok(Appended::Upto(end))
    }

    /// The bytes of an upload so far.
    pub fn part_bytes(&self, upload: &str) -> Result<Vec<u8>> {
        std::fs::read(self.part(upload)).map_err(io)
    }

    /// Keeps an upload as it is under its hash, without taking it into memory; gives the hash.
    pub fn keep_part(&self, upload: &str) -> Result<String> {
        let part = self.part(upload);
        let id = hash_of(&mut std::fs::File::open(&part).map_err(io)?)?;
        let target = self.file(&id)?;
        if target.exists() {
            self.drop_part(upload)?;
        } else {
            self.settle(&part, &target)?;
        }
        Ok(id)
    }

    /// Forgets the part file of an upload that was kept or refused.
    pub fn drop_part(&self, upload: &str) -> Result<()> {
        match std::fs::remove_file(self.part(upload)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(io(e)),
            _ => Ok(()),
        }
    }

    /// Copies every blob into another folder; files already there are left.
    pub fn copy_to(&self, target: &Path) -> Result<u64> {
        let mut copied = 0;
        for folder in std::fs::read_dir(&self.root).map_err(io)? {
            let folder = folder.map_err(io)?.path();
            let Some(name) = folder.file_name().filter(|n| n.len() == 2) else { continue };
            let to = target.join(name);
            std::fs::create_dir_all(&to).map_err(io)?;
            for file in std::fs::read_dir(&folder).map_err(io)? {
                let file = file.map_err(io)?;
                let to = to.join(file.file_name());
                if !to.exists() {
                    std::fs::copy(file.path(), to).map_err(io)?;
                    copied += 1;
                }
            }
        }
        Ok(copied)
    }
}

impl Read {
    /// Ids of every blob of the town.
    pub async fn blob_ids(&mut self) -> Result<Vec<String>> {
        let town = self.town().clone();
        let rows = self.rows("SELECT id FROM blob WHERE town = $1 ORDER BY id", args![town.as_str()]).await?;
        rows.iter().map(|row| row.text("id")).collect()
    }
}

impl Write {
    /// Notes a blob of the town; one that is noted already stays as it is.
    pub async fn note_blob(
        &mut self,
        id: &str,
        size_bytes: u64,
        media_type: &str,
        at: Timestamp,
    ) -> Result<()> {
        if self.by_id("blob", id).await?.is_some() {
            return Ok(());
        }
        self.insert("blob", id, cols! { size_bytes: size_bytes, media_type: media_type, created_at: at })
            .await
    }
}
