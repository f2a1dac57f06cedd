//! Photos: they come in parts over bad lines, wait apart until every byte is there and its hash is right, and are then
//! kept for good with a small picture beside them. A photo may come before or after the record that names it. What does
//! not belong here: files and rows (`store::blob`, `store::photo`).

use std::io::Cursor;

use domain::ids::{HazardId, InspectionId, PhotoId};
use domain::org::lies_in;
use domain::policy::{Action, Subject};
use domain::time::{DAY_MS, Timestamp};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};
use serde::Serialize;
use store::blob::Appended;
use store::photo::{Picture, Upload};
use store::{Read, Write};
use tokio::sync::Semaphore;
use utoipa::ToSchema;

use crate::place::at_place;
use crate::{App, Caller, Error, Result};

/// The largest part. Units: bytes.
pub const MAX_PART: usize = 256 * 1024;
/// The largest photo. Units: bytes.
const MAX_PHOTO: u64 = 12 * 1024 * 1024;
/// The most pixels along a side.
const MAX_SIDE: u32 = 12_000;
/// The most memory a picture may unfold to. Units: bytes.
const MAX_UNFOLDED: u64 = 160 * 1024 * 1024;
/// The longer side of a small picture. Units: pixels.
const THUMB_SIDE: u32 = 480;
/// The longer side of a picture from a stranger, as it is kept. Units: pixels.
const PUBLIC_SIDE: u32 = 2_560;
/// Uploads an account may have begun and not ended within a day.
const MAX_OPEN: i64 = 300;

/// What a photo may belong to.
const KINDS: &[&str] = &[
    "inspection",
    "hazard",
    "evidence",
    "letter",
    "drill",
    "patrol",
    "paper",
    "placard",
    "facility",
    "follow_up",
    "report_case",
];

/// Unfolding pictures takes memory: two at a time.
static UNFOLDING: Semaphore = Semaphore::const_new(2);

/// A photo as pages see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PhotoView {
    /// Id, made by the phone.
    pub id: String,
    /// Hash of its bytes; empty while it has not come.
    pub sha256: String,
    /// Whether all of it is here.
    pub complete: bool,
    /// The checklist item it shows.
    pub item: Option<String>,
    /// What it is.
    pub role: String,
    /// When it was taken, by the phone's clock.
    pub taken_at: Option<String>,
    /// Units: pixels.
    pub width: i64,
    /// Units: pixels.
    pub height: i64,
    /// Handed in for a fix or a re-check, and taken before the hazard was found.
    pub early: bool,
}

impl PhotoView {
    /// A photo that is here.
    pub fn of(picture: &Picture) -> Self {
        Self {
            id: picture.id.to_string(),
            sha256: picture.blob.clone(),
            complete: true,
            item: (!picture.item.is_empty()).then(|| picture.item.clone()),
            role: picture.role.clone(),
            taken_at: Some(picture.taken_at.to_rfc3339()),
            width: picture.width,
            height: picture.height,
            early: false,
        }
    }

    /// A photo that was named and has not come.
    pub fn awaited(id: &PhotoId) -> Self {
        Self {
            id: id.to_string(),
            sha256: String::new(),
            complete: false,
            item: None,
            role: String::new(),
            taken_at: None,
            width: 0,
            height: 0,
            early: false,
        }
    }
}

/// How much of a photo has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PhotoProgress {
    /// Units: bytes.
    pub received: u64,
    /// Whether it is kept for good.
    pub complete: bool,
    /// Its hash, once it is.
    pub sha256: Option<String>,
}

/// What a part led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It is here.
    Here(PhotoProgress),
    /// It does not continue what is here: go on from `received`.
    Elsewhere(PhotoProgress),
}

/// What a photo is for.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Purpose {
    /// One of those a photo may belong to.
    pub object_kind: String,
    /// Its id; the object may come later.
    pub object_id: String,
    /// `overview`, `item`, `fix`, `recheck` or `signature`.
    pub role: String,
    /// The checklist item; empty when it shows none.
    pub item: String,
    /// When it was taken, by the phone's clock.
    pub taken_at: Option<i64>,
    /// Degrees east, as evidence.
    pub lon: Option<f64>,
    /// Degrees north.
    pub lat: Option<f64>,
    /// Hash of the file it was made from, before anything was written into it; lower-case hex.
    pub original: Option<String>,
}

/// A part of a photo as it comes in.
#[derive(Debug, Clone)]
pub struct Part {
    /// The photo.
    pub id: PhotoId,
    /// What it is for.
    pub purpose: Purpose,
    /// Where this part begins. Units: bytes.
    pub offset: u64,
    /// The whole photo. Units: bytes.
    pub length: u64,
    /// Hash of the whole photo, lower-case hex.
    pub sha256: String,
    /// This part.
    pub bytes: Vec<u8>,
}

/// A photo on its way out.
#[derive(Debug, Clone)]
pub struct PhotoFile {
    /// The picture.
    pub bytes: Vec<u8>,
    /// As `image/jpeg`.
    pub media_type: String,
    /// Its hash.
    pub hash: String,
}

fn refused(code: &'static str, message: &str) -> Error {
    Error::Refused { code, message: message.to_owned() }
}

fn conflict() -> Error {
    Error::Conflict {
        code: "photo.conflict", message: "这个照片编号已用于另一张照片，请重新拍照".to_owned()
    }
}

impl Part {
    fn check(&self) -> Result<()> {
        if uuid::Uuid::parse_str(self.id.as_str()).is_err() {
            return Err(Error::field("uuid", "photo.id", "照片编号须为 UUID，请刷新页面后再试"));
        }
        if !KINDS.contains(&self.purpose.object_kind.as_str()) {
            return Err(Error::field(
                "object_kind",
                "photo.object_kind",
                "照片只能附在检查、隐患、佐证、责任书、演练、站队巡查、文书、公示牌、设施、督办事项或举报件上",
            ));
        }
        if uuid::Uuid::parse_str(&self.purpose.object_id).is_err() {
            return Err(Error::field("object_id", "photo.object_id", "所附记录的编号须为 UUID"));
        }
        let roles = ["overview", "item", "before", "fix", "recheck", "signature"];
        if !roles.contains(&self.purpose.role.as_str()) {
            return Err(Error::field("role", "photo.role", "照片用途不对，请刷新页面后再试"));
        }
        let is_hash = |text: &str| {
            text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        };
        if !is_hash(&self.sha256) || !self.purpose.original.as_deref().is_none_or(is_hash) {
            return Err(Error::field("upload-sha256", "photo.sha256", "照片的校验值不对，请重新上传"));
        }
        if self.length == 0 || self.length > MAX_PHOTO {
            return Err(refused("photo.too_large", "照片为空或超过 12 MB，请压缩后重新上传"));
        }
        let end = self.offset.saturating_add(self.bytes.len() as u64);
        if self.bytes.is_empty() || self.bytes.len() > MAX_PART || end > self.length {
            return Err(refused("photo.part", "照片分片为空、过大或超出总长，请从断点续传"));
        }
        Ok(())
    }

    fn upload(&self, owner: &str, now: Timestamp) -> Upload {
        Upload {
            id: self.id.to_string(),
            account: owner.to_owned(),
            sha256: self.sha256.clone(),
            size_bytes: i64::try_from(self.length).unwrap_or(i64::MAX),
            media_type: String::new(),
            content: serde_json::to_string(&self.purpose).unwrap_or_default(),
            created_at: now,
            finished_at: None,
        }
    }
}

impl App {
    /// Takes a part of a photo. The last one, once every byte and the hash are right, keeps the photo for good.
    ///
    /// Errors: the caller may not add to that object; the bytes are no picture or not those that were announced.
    // `take_part` commits.
    pub async fn photo_part(&self, caller: &Caller, part: Part) -> Result<Taken> {
        part.check()?;
        let path = self.may_attach(caller, &part.purpose.object_kind, &part.purpose.object_id).await?;
        let hat =
            caller.hats.all().iter().find(|hat| lies_in(&path, &hat.path)).or(caller.hats.all().first());
        let hat = hat.map(|hat| hat.id.to_string()).unwrap_or_default();
        self.take_part(caller, caller.account.as_str(), &hat, &path, part).await
    }

    /// Takes a part of a photo from somebody whose right was asked already, as of a unit by its link. `owner` is whose
    /// upload it is, `path` where the object lies.
    pub(crate) async fn take_part(
        &self,
        caller: &Caller,
        owner: &str,
        hat: &str,
        path: &str,
        part: Part,
    ) -> Result<Taken> {
        part.check()?;
        let now = self.now();
        let mut read = self.db.read(&self.town).await?;
        if let Some(kept) = read.photo(&part.id).await? {
            return same(&kept, owner, &part).map(|()| Taken::Here(whole(&kept)));
        }
        let known = read.upload(part.id.as_str()).await?;
        let open = read.open_uploads(owner, now.plus_ms(-DAY_MS)).await?;
        drop(read);
        let key = self.upload_key(&part.id);
        match known {
            Some(known) if known.account != owner => return Err(conflict()),
            Some(known) => {
                let wanted = Upload { created_at: known.created_at, ..part.upload(owner, now) };
                if known != wanted {
                    if self.blobs.received(&key)? > 0 && known.sha256 != wanted.sha256 {
                        return Err(conflict());
                    }
                    let mut tx = self.db.write(&self.town).await?;
                    tx.redeclare_upload(&wanted).await?;
                    tx.commit_machinery().await?;
                }
            }
            None if open >= MAX_OPEN => {
                return Err(Error::TooMany {
                    code: "photo.too_many_open",
                    message: "未传完的照片太多，请先传完再拍".to_owned(),
                    after_s: 60,
                });
            }
            None => {
                let mut tx = self.db.write(&self.town).await?;
                match tx.insert_upload(&part.upload(owner, now)).await {
                    Ok(()) => tx.commit_machinery().await?,
                    // The same part came twice at once.
                    Err(store::Error::Conflict { .. }) => drop(tx),
                    Err(other) => return Err(other.into()),
                }
            }
        }
        let received = match self.blobs.append(&key, part.offset, &part.bytes, part.length)? {
            Appended::Elsewhere(received) => {
                let progress = PhotoProgress { received, complete: false, sha256: None };
                return Ok(Taken::Elsewhere(progress));
            }
            Appended::Upto(received) => received,
        };
        if received < part.length {
            return Ok(Taken::Here(PhotoProgress { received, complete: false, sha256: None }));
        }
        self.keep(caller, owner, hat, path, &part, &key).await.map(Taken::Here)
    }

    /// Keeps a photo all of whose bytes are here.
    async fn keep(
        &self,
        caller: &Caller,
        owner: &str,
        hat: &str,
        path: &str,
        part: &Part,
        key: &str,
    ) -> Result<PhotoProgress> {
        let bytes = self.blobs.part_bytes(key)?;
        if store::seal::sha256(&bytes) != part.sha256 {
            self.blobs.drop_part(key)?;
            return Err(refused("photo.hash", "照片在传输中损坏，请重新上传"));
        }
        let looked = match look_at(bytes).await? {
            Some(looked) => looked,
            None => {
                self.blobs.drop_part(key)?;
                return Err(refused("photo.not_image", "这个文件不是能打开的照片，请用 JPEG、PNG 或 WebP"));
            }
        };
        let blob = self.blobs.put(&looked.bytes)?;
        let thumb = self.blobs.put(&looked.thumb)?;
        let now = self.now();
        let purpose = &part.purpose;
        let picture = Picture {
            id: part.id.clone(),
            blob: blob.clone(),
            media_type: looked.media_type.to_owned(),
            size_bytes: i64::try_from(looked.bytes.len()).unwrap_or(i64::MAX),
            width: i64::from(looked.width),
            height: i64::from(looked.height),
            thumb: thumb.clone(),
            object_kind: purpose.object_kind.clone(),
            object_id: purpose.object_id.clone(),
            path: path.to_owned(),
            item: purpose.item.clone(),
            role: purpose.role.clone(),
            taken_at: purpose.taken_at.map_or(now, Timestamp),
            recorded_at: now,
            recorded_by: owner.to_owned(),
            lon: purpose.lon,
            lat: purpose.lat,
            original: purpose.original.clone(),
        };
        let mut tx = self.write(caller).await?;
        if let Some(kept) = tx.photo(&part.id).await? {
            return same(&kept, owner, part).map(|()| whole(&kept));
        }
        tx.note_blob(&blob, looked.bytes.len() as u64, looked.media_type, now).await?;
        tx.note_blob(&thumb, looked.thumb.len() as u64, "image/jpeg", now).await?;
        tx.insert_photo(&picture).await?;
        tx.finish_upload(part.id.as_str(), now).await?;
        let mut audit = caller.audit("photo.add", "photo", part.id.as_str(), now);
        audit.hat = hat.to_owned();
        audit.territory = path.to_owned();
        let progress = tx.commit(audit, whole(&picture)).await?;
        self.blobs.drop_part(key)?;
        Ok(progress)
    }

    /// How much of a photo of one's own has come.
    pub async fn photo_state(&self, caller: &Caller, id: &PhotoId) -> Result<PhotoProgress> {
        self.upload_state(caller, caller.account.as_str(), id).await
    }

    /// How much of an owner's photo has come.
    pub(crate) async fn upload_state(
        &self,
        _caller: &Caller,
        owner: &str,
        id: &PhotoId,
    ) -> Result<PhotoProgress> {
        let mut read = self.db.read(&self.town).await?;
        if let Some(kept) = read.photo(id).await? {
            return if kept.recorded_by == owner { Ok(whole(&kept)) } else { Err(Error::NotFound) };
        }
        match read.upload(id.as_str()).await? {
            Some(known) if known.account == owner => {
                let received = self.blobs.received(&self.upload_key(id))?;
                Ok(PhotoProgress { received, complete: false, sha256: None })
            }
            Some(_) => Err(Error::NotFound),
            None => Ok(PhotoProgress { received: 0, complete: false, sha256: None }),
        }
    }

    /// A photo, or its small picture, if the caller may see what it belongs to.
    pub async fn photo(&self, caller: &Caller, id: &PhotoId, small: bool) -> Result<PhotoFile> {
        let mut read = self.db.read(&self.town).await?;
        let picture = read.photo(id).await?.ok_or(Error::NotFound)?;
        let is_own = picture.recorded_by == caller.account.as_str();
        if !is_own && !may_see(&mut read, caller, &picture.object_kind, &picture.object_id).await? {
            return Err(Error::NotFound);
        }
        drop(read);
        self.photo_file(caller, &picture, small)
    }

    /// The bytes of a photo whose right was asked already.
    pub(crate) fn photo_file(&self, _caller: &Caller, picture: &Picture, small: bool) -> Result<PhotoFile> {
        let (hash, media_type) = if small {
            (picture.thumb.clone(), "image/jpeg".to_owned())
        } else {
            (picture.blob.clone(), picture.media_type.clone())
        };
        let lost = || Error::Internal(format!("blob {hash} of photo {} is missing", picture.id));
        let bytes = self.blobs.get(&hash)?.ok_or_else(lost)?;
        Ok(PhotoFile { bytes, media_type, hash })
    }

    fn upload_key(&self, id: &PhotoId) -> String {
        format!("{}/{id}", self.town)
    }

    /// Whether the caller may add a photo there; gives the territory path. The record may not be here yet.
    pub(crate) async fn may_attach(
        &self,
        caller: &Caller,
        object_kind: &str,
        object_id: &str,
    ) -> Result<String> {
        let mut read = self.db.read(&self.town).await?;
        if object_kind == "paper" {
            return crate::paper::may_attach(&mut read, caller, object_id).await;
        }
        let (found, seen) = belongs_to(&mut read, object_kind, object_id).await?.ok_or(Error::NotFound)?;
        let done: &[Action] = match object_kind {
            "inspection" => &[Action::InspectionRecord],
            "hazard" => &[Action::HazardFind, Action::HazardFix, Action::HazardRecheck],
            "evidence" => &[Action::EvidenceRecord],
            "contract" => &[Action::ContractDeliver],
            "assessment" => &[Action::AssessmentRecord],
            "drill" => &[Action::DrillKeep],
            "patrol" => &[Action::ForceReport],
            "placard" => &[Action::PlacardPost],
            "facility" => &[Action::FacilityReport, Action::FacilityCheck],
            "follow_up" => &[Action::FollowUpDo],
            crate::certificate::SCANNED => &[Action::CertificateRecord],
            "report_case" => &[Action::ReportCaseTake, Action::ReportCaseHandle],
            crate::enforcement::step::ABOUT => &[Action::CaseHandle, Action::CaseDecide, Action::CaseReview],
            crate::enforcement::authority::ITEM => &[Action::AuthorityKeep, Action::AuthorityCompare],
            _ => &[Action::LetterSign],
        };
        let Some(first) = done.first() else { return Err(Error::NotFound) };
        let Some(subject) = found else {
            caller.scope(*first)?;
            let mut hats = caller.hats.all().iter();
            return Ok(hats.next().map(|hat| hat.path.clone()).unwrap_or_default());
        };
        if !caller.scope(seen)?.admits(&subject) {
            return Err(Error::NotFound);
        }
        if !done.iter().any(|action| caller.hat(*action, &subject).is_ok()) {
            caller.hat(*first, &subject)?;
        }
        Ok(subject.path)
    }
}

/// Where the record lies that a file belongs to, none while it has not come, and the right to read it. None at all for
/// a kind of record that takes no files.
async fn belongs_to(
    read: &mut Read,
    object_kind: &str,
    object_id: &str,
) -> Result<Option<(Option<Subject>, Action)>> {
    Ok(Some(match object_kind {
        "inspection" => (of_inspection(read, &object_id.into()).await?, Action::InspectionRead),
        "hazard" => (of_hazard(read, &object_id.into()).await?, Action::HazardRead),
        "evidence" => {
            let found = read.evidence(&object_id.into()).await?;
            (found.map(|record| crate::evidence::subject(&record.evidence)), Action::EvidenceRead)
        }
        "contract" => {
            let whole = Caller::system().scope(Action::ContractRead)?;
            let found = read.contract(&object_id.into(), &whole).await?;
            (found.map(|record| crate::contract::subject(&record.contract)), Action::ContractRead)
        }
        "assessment" => {
            let whole = Caller::system().scope(Action::PlaceRead)?;
            let subject = match read.assessment(&object_id.into(), &whole).await? {
                Some(record) => {
                    Some(at_place(read, &record.assessment.place, [record.assessment.org]).await?.1)
                }
                None => None,
            };
            (subject, Action::PlaceRead)
        }
        "drill" => {
            let whole = Caller::system().scope(Action::DrillRead)?;
            let found = read.drill(&object_id.into(), &whole).await?;
            let subject = match &found {
                Some(record) => Some(crate::drill::subject(read, &record.drill).await?),
                None => None,
            };
            (subject, Action::DrillRead)
        }
        "letter" => {
            let found = read.letter(&object_id.into()).await?;
            (found.map(|record| crate::letter::subject(&record.letter)), Action::LetterRead)
        }
        "patrol" => {
            let found = read.patrol(object_id).await?;
            (found.map(|record| crate::force::patrol_subject(&record)), Action::ForceRead)
        }
        "placard" => {
            let whole = Caller::system().scope(Action::PlacardRead)?;
            let found = read.placard(&object_id.into(), &whole).await?;
            (found.map(|record| crate::placard::subject(&record.placard)), Action::PlacardRead)
        }
        "facility" => {
            let everything = Caller::system().scope(Action::FacilityRead)?;
            let found = read.facility(&object_id.into(), &everything).await?;
            (found.map(|record| crate::facility::subject(&record)), Action::FacilityRead)
        }
        "follow_up" => {
            let whole = Caller::system().scope(Action::FollowUpRead)?;
            let found = read.follow_up(&object_id.into(), &whole).await?;
            (found.map(|record| crate::follow_up::subject(&record)), Action::FollowUpRead)
        }
        "report_case" => {
            let everything = Caller::system().scope(Action::ReportCaseRead)?;
            let subject = match read.report_case(&object_id.into(), &everything).await? {
                Some(record) => Some(crate::report_case::subject(read, &record).await?),
                None => None,
            };
            (subject, Action::ReportCaseRead)
        }
        crate::certificate::SCANNED => {
            let found = read.certificate(&object_id.into()).await?;
            (found.map(|_| Subject::town()), Action::CertificateRecord)
        }
        crate::enforcement::step::ABOUT => {
            let whole = Caller::system().scope(Action::CaseRead)?;
            let found = read.case(&object_id.into(), &whole).await?;
            (found.map(|record| crate::enforcement::subject(&record)), Action::CaseRead)
        }
        crate::enforcement::authority::ITEM => {
            let found = read.authority_item(&object_id.into()).await?;
            (found.map(|_| Subject::town()), Action::AuthorityRead)
        }
        _ => return Ok(None),
    }))
}

/// Whether what a file belongs to is the caller's to see.
pub(crate) async fn may_see(
    read: &mut Read,
    caller: &Caller,
    object_kind: &str,
    object_id: &str,
) -> Result<bool> {
    if object_kind == "paper" {
        return crate::paper::is_seen(read, caller, object_id).await;
    }
    let Some((Some(subject), action)) = belongs_to(read, object_kind, object_id).await? else {
        return Ok(false);
    };
    Ok(caller.hats.scope(action).is_some_and(|scope| scope.admits(&subject)))
}

async fn of_inspection(read: &mut Read, id: &InspectionId) -> Result<Option<Subject>> {
    let Some((inspection, filing)) = read.inspection(id).await? else { return Ok(None) };
    Ok(Some(at_place(read, &inspection.record.place, [filing.org]).await?.1))
}

async fn of_hazard(read: &mut Read, id: &HazardId) -> Result<Option<Subject>> {
    let Some((hazard, filing)) = read.hazard(id).await? else { return Ok(None) };
    Ok(Some(at_place(read, &hazard.find.place, [filing.org]).await?.1))
}

/// These photos as views, in this order. Only those that belong to one of the objects count as here.
pub(crate) async fn photo_views(
    read: &mut Read,
    ids: &[PhotoId],
    objects: &[(&str, &str)],
) -> Result<Vec<PhotoView>> {
    let here = read.photos(ids).await?;
    let belongs =
        |p: &&Picture| objects.iter().any(|(kind, id)| p.object_kind == *kind && p.object_id == *id);
    Ok(ids
        .iter()
        .map(|id| match here.iter().filter(belongs).find(|picture| picture.id == *id) {
            Some(picture) => PhotoView::of(picture),
            None => PhotoView::awaited(id),
        })
        .collect())
}

fn whole(kept: &Picture) -> PhotoProgress {
    PhotoProgress {
        received: u64::try_from(kept.size_bytes).unwrap_or(0),
        complete: true,
        sha256: Some(kept.blob.clone()),
    }
}

/// Whether what comes is what is kept under its id.
fn same(kept: &Picture, owner: &str, part: &Part) -> Result<()> {
    let is_same = kept.recorded_by == owner
        && kept.blob == part.sha256
        && kept.object_kind == part.purpose.object_kind
        && kept.object_id == part.purpose.object_id;
    if is_same { Ok(()) } else { Err(conflict()) }
}

/// A picture that could be opened.
pub(crate) struct Looked {
    bytes: Vec<u8>,
    media_type: &'static str,
    width: u32,
    height: u32,
    thumb: Vec<u8>,
}

/// A picture from a stranger, drawn anew: nothing of what the camera noted down stays, neither place nor device. None when it
/// is no picture.
pub(crate) async fn rewritten(bytes: Vec<u8>) -> Result<Option<Looked>> {
    let turn = UNFOLDING.acquire().await.map_err(|e| Error::Internal(e.to_string()))?;
    let looked = tokio::task::spawn_blocking(move || {
        let (image, _) = upright(&bytes)?;
        let image = match image.width().max(image.height()) > PUBLIC_SIDE {
            true => image.thumbnail(PUBLIC_SIDE, PUBLIC_SIDE),
            false => image,
        };
        let mut out = Vec::new();
        JpegEncoder::new_with_quality(&mut out, 84).encode_image(&image.to_rgb8()).ok()?;
        Some(Looked {
            media_type: "image/jpeg",
            width: image.width(),
            height: image.height(),
            thumb: small(&image)?,
            bytes: out,
        })
    })
    .await;
    drop(turn);
    looked.map_err(|e| Error::Internal(e.to_string()))
}

impl App {
    /// Keeps a picture that was drawn anew, within a write that somebody else commits. `owner` is the kind and id of what
    /// it belongs to, and whose it is.
    // The report it came with commits.
    pub(crate) async fn keep_rewritten(
        &self,
        _caller: &Caller,
        tx: &mut Write,
        (object_kind, object_id, owner): (&str, &str, &str),
        path: &str,
        looked: Looked,
        now: Timestamp,
    ) -> Result<PhotoId> {
        let blob = self.blobs.put(&looked.bytes)?;
        let thumb = self.blobs.put(&looked.thumb)?;
        let picture = Picture {
            id: self.new_id().into(),
            blob: blob.clone(),
            media_type: looked.media_type.to_owned(),
            size_bytes: i64::try_from(looked.bytes.len()).unwrap_or(i64::MAX),
            width: i64::from(looked.width),
            height: i64::from(looked.height),
            thumb: thumb.clone(),
            object_kind: object_kind.to_owned(),
            object_id: object_id.to_owned(),
            path: path.to_owned(),
            item: String::new(),
            role: "overview".to_owned(),
            taken_at: now,
            recorded_at: now,
            recorded_by: owner.to_owned(),
            lon: None,
            lat: None,
            original: None,
        };
        tx.note_blob(&blob, looked.bytes.len() as u64, looked.media_type, now).await?;
        tx.note_blob(&thumb, looked.thumb.len() as u64, "image/jpeg", now).await?;
        tx.insert_photo(&picture).await?;
        Ok(picture.id)
    }
}

/// Opens a picture within limits and makes the small one; none when it is no picture, or one that unfolds too far.
async fn look_at(bytes: Vec<u8>) -> Result<Option<Looked>> {
    let turn = UNFOLDING.acquire().await.map_err(|e| Error::Internal(e.to_string()))?;
    let looked = tokio::task::spawn_blocking(move || unfold(bytes)).await;
    drop(turn);
    looked.map_err(|e| Error::Internal(e.to_string()))
}

fn unfold(bytes: Vec<u8>) -> Option<Looked> {
    let (image, media_type) = upright(&bytes)?;
    let thumb = small(&image)?;
    Some(Looked { bytes, media_type, width: image.width(), height: image.height(), thumb })
}

/// The small picture of a picture.
fn small(image: &DynamicImage) -> Option<Vec<u8>> {
    let mut thumb = Vec::new();
    let small = image.thumbnail(THUMB_SIDE, THUMB_SIDE).into_rgb8();
    JpegEncoder::new_with_quality(&mut thumb, 78).encode_image(&small).ok()?;
    Some(thumb)
}

/// A picture unfolded within limits and turned upright, and what kind of file it was.
fn upright(bytes: &[u8]) -> Option<(DynamicImage, &'static str)> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let media_type = match reader.format()? {
        ImageFormat::Jpeg => "image/jpeg",
        ImageFormat::Png => "image/png",
        ImageFormat::WebP => "image/webp",
        _ => return None,
    };
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    if width > MAX_SIDE || height > MAX_SIDE || decoder.total_bytes() > MAX_UNFOLDED {
        return None;
    }
    let orientation = decoder.orientation().ok()?;
    let mut image = DynamicImage::from_decoder(decoder).ok()?;
    image.apply_orientation(orientation);
    Some((image, media_type))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_gets_a_small_one_and_anything_else_is_none() {
        let mut png = Vec::new();
        let image = DynamicImage::new_rgb8(1000, 500);
        image.write_to(&mut Cursor::new(&mut png), ImageFormat::Png).expect("written");
        let looked = unfold(png).expect("a picture");
        assert_eq!((looked.media_type, looked.width, looked.height), ("image/png", 1000, 500));
        let small = image::load_from_memory(&looked.thumb).expect("a picture");
        assert_eq!((small.width(), small.height()), (480, 240));
        assert!(unfold(b"<svg onload=alert(1)>".to_vec()).is_none());
        assert!(unfold(b"\x89PNG\r\n\x1a\n".to_vec()).is_none());
    }

    #[test]
    fn a_picture_that_unfolds_too_far_is_not_opened() {
        // A PNG header that claims 60,000 × 60,000 pixels.
        let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xea\x60\0\0\xea\x60\x08\x02\0\0\0".to_vec();
        bomb.extend([0; 32]);
        assert!(unfold(bomb).is_none());
    }
}
