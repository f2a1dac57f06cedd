//! Placards: made for a place on a wall, printed with today's holders, hung up with a photo, seen to be wrong the day a
//! holder changes. What does not belong here: when one is wrong (`domain::placard`).

mod paper;
pub(crate) mod public;
mod view;

use domain::ids::{OrgId, PlacardId};
use domain::org::{Level, OrgKind, Post};
use domain::placard::{Kind, Placard, PlacardRefusal, Posting, Print, Size, check_photo};
use domain::place::Location;
use domain::policy::{Action, Subject};
use domain::time::Date;
use serde::{Deserialize, Serialize};
use store::Read;
use store::placard::{PlacardFilter, PlacardRecord};
use utoipa::ToSchema;

pub use paper::{PlacardPrintInput, PlacardPrinted};
pub use public::{Does, PublicOfficer, PublicOfficers, PublicPlacard};
pub(crate) use view::{GOVERNMENT_LINE, HAZARD_LINE, REPOST_DAYS, Wall, subject};
pub use view::{
    Hotline, PlacardCoverage, PlacardLine, PlacardPage, PlacardPosting, PlacardRow, PlacardView,
    PlacardWording,
};
pub(crate) use view::{hotlines, printed};

use crate::handover::sheet::SheetLine;
use crate::view::{Named, read_day};
use crate::{App, Caller, Error, Result};

impl From<PlacardRefusal> for Error {
    fn from(refusal: PlacardRefusal) -> Self {
        match refusal.field() {
            Some(field) => Self::field(field, refusal.code(), &refusal.to_string()),
            None => Self::Refused { code: refusal.code(), message: refusal.to_string() },
        }
    }
}

/// Which placards.
#[derive(Debug, Clone, Default)]
pub struct PlacardAsked {
    /// Code of a village.
    pub village: Option<String>,
    /// Kind.
    pub kind: Option<String>,
    /// How it stands; `owed` for all that somebody has to go to.
    pub standing: Option<String>,
    /// Text in what it is about or where it hangs.
    pub text: Option<String>,
    /// Those taken down too.
    pub with_void: bool,
}

/// A new placard.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PlacardInput {
    /// `village`, `group`, `building`, `grid`, `station` or `unit`.
    pub kind: String,
    /// Code of the territory, id of the station's organisation or of the unit.
    pub about: String,
    /// Where it is to hang, in words.
    pub spot: String,
    /// Degrees east.
    pub lon: Option<f64>,
    /// Degrees north.
    pub lat: Option<f64>,
    /// `a4`, `a3` or `door`.
    pub size: String,
}

/// Where a placard hangs and what it is printed on, said anew.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PlacardChange {
    /// Where it hangs, in words.
    pub spot: String,
    /// Degrees east.
    pub lon: Option<f64>,
    /// Degrees north.
    pub lat: Option<f64>,
    /// `a4`, `a3` or `door`.
    pub size: String,
    /// Row version.
    pub version: i64,
}

/// It hangs.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PlacardPost {
    /// Ids of the photos.
    pub photos: Vec<String>,
    /// The day they were taken.
    pub on: String,
    /// Which print hangs there, from 1; the newest when left out.
    pub print: Option<usize>,
    /// Row version.
    pub version: i64,
}

/// A territory or station that may have a placard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlacardAbout {
    /// Kind of placard.
    pub kind: String,
    /// Code or id.
    pub id: String,
    /// Name.
    pub name: String,
    /// The village it lies in.
    pub village: Named,
    /// How many there are.
    pub n: usize,
}

/// What a form needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlacardOptions {
    /// What may have one; units are found in the register.
    pub abouts: Vec<PlacardAbout>,
}

/// Where it hangs on the map, if anybody said.
fn point(lon: Option<f64>, lat: Option<f64>) -> Result<Option<Location>> {
    let (Some(lon_deg), Some(lat_deg)) = (lon, lat) else { return Ok(None) };
    if !(73.0..=136.0).contains(&lon_deg) || !(3.0..=54.0).contains(&lat_deg) {
        let text = "坐标不在国内，请核对经度和纬度是否填反";
        return Err(Error::field("lon", "place.location", text));
    }
    Ok(Some(Location { lon_deg, lat_deg }))
}

fn kind_of(level: Level) -> Option<Kind> {
    match level {
        Level::Village => Some(Kind::Village),
        Level::Group => Some(Kind::Group),
        Level::Building => Some(Kind::Building),
        Level::Grid => Some(Kind::Grid),
        Level::District | Level::Town => None,
    }
}

/// The path of what a placard is to be about, and the station's organisation.
async fn about(read: &mut Read, caller: &Caller, kind: Kind, id: &str) -> Result<(String, Option<OrgId>)> {
    let nothing = || Error::field("about", "placard.about", "没有找到要公示的对象，请从列表中选择");
    match kind {
        Kind::Unit => {
            let scope = caller.scope(Action::PlaceRead)?;
            let place = read.place(&id.into(), &scope).await?.filter(|one| one.voided.is_none());
            Ok((place.ok_or_else(nothing)?.path, None))
        }
        Kind::Station => {
            let org = read.org(&id.into()).await?.map(|one| one.org);
            let is_one = |kind| matches!(kind, OrgKind::Station | OrgKind::Brigade);
            let org = org.filter(|org| org.active && is_one(org.kind)).ok_or_else(nothing)?;
            let at = read.territory(&org.territory).await?.ok_or_else(nothing)?;
            Ok((at.territory.path, Some(org.id)))
        }
        _ => {
            let at = read.territory(&id.into()).await?.map(|one| one.territory);
            let at = at.filter(|at| kind_of(at.level) == Some(kind)).ok_or_else(nothing)?;
            Ok((at.path, None))
        }
    }
}

/// A new code for the QR: 128 bits, in letters nobody takes for another.
pub(crate) fn new_code() -> Result<String> {
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut bytes = [0_u8; 26];
    getrandom::fill(&mut bytes).map_err(|e| Error::Internal(e.to_string()))?;
    let letter = |byte: u8| LETTERS.get(usize::from(byte % 32)).copied().map(char::from);
    Ok(bytes.into_iter().filter_map(letter).collect())
}

/// Placards whose words a post answers for: those that still hang with a former holder, or name this post and are owed.
pub(crate) async fn in_hand(read: &mut Read, post: &Post, path: &str, today: Date) -> Result<Vec<SheetLine>> {
    let whole = Caller::system().scope(Action::PlacardRead)?;
    let filter = PlacardFilter { path: Some(path.to_owned()), ..PlacardFilter::default() };
    let records = read.placards(&whole, &filter).await?;
    let mut wall = Wall::read(read, today).await?;
    wall.learn(read, &records).await?;
    let names = |p: &Placard| {
        let hangs = p.posted().is_some_and(|(_, print)| print.lines.iter().any(|line| line.post == post.id));
        hangs || p.roster(&wall.held, today).iter().any(|held| held.post == post.id)
    };
    let mut lines = Vec::new();
    for record in records.iter().filter(|one| names(&one.placard)) {
        let row = wall.row(record);
        lines.push(SheetLine {
            id: row.id.clone(),
            title: format!("{} {}（{}）", row.about.name, row.kind_label, row.spot),
            due_on: row.repost_by,
            state: row.standing,
            note: row.standing_label,
            href: format!("/placards/{}", row.id),
        });
    }
    Ok(lines)
}

/// How many placards the caller has to see to, and whether one of them is late; none without the right.
pub(crate) async fn owed(read: &mut Read, caller: &Caller, today: Date) -> Result<Option<(usize, bool)>> {
    let Some(scope) = caller.hats.scope(Action::PlacardPost) else { return Ok(None) };
    let records = read.placards(&scope, &PlacardFilter::default()).await?;
    if records.is_empty() {
        return Ok(Some((0, false)));
    }
    let mut wall = Wall::read(read, today).await?;
    wall.learn(read, &records).await?;
    let owed: Vec<_> =
        records.iter().map(|one| wall.row(one)).filter(|row| row.standing != "current").collect();
    Ok(Some((owed.len(), owed.iter().any(|row| row.late))))
}

fn coverage(wall: &Wall, rows: &[PlacardRow], villages: &[Named]) -> Vec<PlacardCoverage> {
    let of = |village: &Named| {
        let here: Vec<_> =
            rows.iter().filter(|row| row.village.id == village.id && row.standing != "void").collect();
        let n = |fits: &dyn Fn(&PlacardRow) -> bool| here.iter().filter(|row| fits(row)).count();
        PlacardCoverage {
            village: wall.names.territory(&village.id),
            total: here.len(),
            current: n(&|row| row.standing == "current"),
            stale: n(&|row| matches!(row.standing.as_str(), "changed" | "photo_old" | "renamed" | "phone")),
            to_post: n(&|row| row.standing == "to_post"),
            // By its holders, as the plan's duty counts it: a name corrected or another phone does not undo that.
            roster: n(&|row| {
                row.kind == "village" && matches!(row.standing.as_str(), "current" | "renamed" | "phone")
            }) > 0,
        }
    };
    villages.iter().map(of).collect()
}

impl App {
    /// Placards the caller may see, and how far they are right, village by village.
    pub async fn placards(&self, caller: &Caller, asked: &PlacardAsked) -> Result<PlacardPage> {
        let scope = caller.scope(Action::PlacardRead)?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let filter = PlacardFilter { with_void: asked.with_void, ..PlacardFilter::default() };
        let records = read.placards(&scope, &filter).await?;
        let mut wall = Wall::read(&mut read, today).await?;
        wall.learn(&mut read, &records).await?;
        let mut rows: Vec<PlacardRow> = records.iter().map(|one| wall.row(one)).collect();
        let villages = read.open_territories().await?.into_iter().map(|one| one.territory);
        let villages: Vec<Named> = villages
            .filter(|at| at.level == Level::Village && scope.admits(&Subject::of(&at.path, None)))
            .map(|at| Named::new(at.code.as_str(), at.name))
            .collect();
        let coverage = coverage(&wall, &rows, &villages);
        let text = asked.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
        rows.retain(|row| {
            asked.village.as_ref().is_none_or(|village| row.village.id == *village)
                && asked.kind.as_ref().is_none_or(|kind| row.kind == *kind)
                && asked.standing.as_deref().is_none_or(|word| match word {
                    "owed" => !matches!(row.standing.as_str(), "current" | "void"),
                    word => row.standing == word,
                })
                && text.is_none_or(|text| row.about.name.contains(text) || row.spot.contains(text))
        });
        // Wrong for the longest first, then what was never hung up, then the rest by territory.
        rows.sort_by_key(|row| match row.standing.as_str() {
            "changed" | "photo_old" => (0, row.since.clone()),
            "renamed" | "phone" => (1, None),
            "to_post" => (2, None),
            _ => (3, None),
        });
        let may_keep = caller.hats.scope(Action::PlacardKeep).is_some();
        Ok(PlacardPage { items: rows, coverage, may_keep })
    }

    /// What may have a placard, where the caller may make one.
    pub async fn placard_options(&self, caller: &Caller) -> Result<PlacardOptions> {
        let scope = caller.scope(Action::PlacardKeep)?;
        let mut read = self.db.read(&self.town).await?;
        let records = read.placards(&scope, &PlacardFilter::default()).await?;
        let names = crate::names::Names::read(&mut read).await?;
        let n = |kind: Kind, id: &str| {
            records.iter().filter(|one| one.placard.kind == kind && one.placard.about == id).count()
        };
        let territories: Vec<_> =
            read.open_territories().await?.into_iter().map(|one| one.territory).collect();
        let mut abouts = Vec::new();
        let mut add = |kind: Kind, id: &str, name: &str, path: &str, org: Option<&OrgId>| {
            if scope.admits(&Subject::of(path, org)) {
                abouts.push(PlacardAbout {
                    kind: kind.code().to_owned(),
                    id: id.to_owned(),
                    name: name.to_owned(),
                    village: names.territory(view::village_of(path)),
                    n: n(kind, id),
                });
            }
        };
        for at in &territories {
            if let Some(kind) = kind_of(at.level) {
                add(kind, at.code.as_str(), &at.name, &at.path, None);
            }
        }
        for org in read.orgs().await?.into_iter().map(|one| one.org) {
            if org.active && matches!(org.kind, OrgKind::Station | OrgKind::Brigade) {
                let at = territories.iter().find(|at| at.code == org.territory);
                let path = at.map_or("", |at| at.path.as_str());
                add(Kind::Station, org.id.as_str(), &org.name, path, Some(&org.id));
            }
        }
        Ok(PlacardOptions { abouts })
    }

    /// One placard.
    pub async fn placard(&self, caller: &Caller, id: &PlacardId) -> Result<PlacardView> {
        let scope = caller.scope(Action::PlacardRead)?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.placard(id, &scope).await?.ok_or(Error::NotFound)?;
        page(&mut read, caller, &record, self.now().date()).await
    }

    /// Makes a placard with today's holders on it.
    ///
    /// Errors: nothing of that kind; nowhere to hang; nobody to name.
    pub async fn add_placard(&self, caller: &Caller, input: PlacardInput) -> Result<PlacardView> {
        let now = self.now();
        let wrong = |field: &str| Error::field(field, "placard.word", "请从列表中选择");
        let kind = Kind::from_code(&input.kind).ok_or_else(|| wrong("kind"))?;
        let size = Size::from_code(&input.size).ok_or_else(|| wrong("size"))?;
        let point = point(input.lon, input.lat)?;
        let mut tx = self.write(caller).await?;
        let (path, org) = about(&mut tx, caller, kind, &input.about).await?;
        let placard = Placard {
            id: self.new_id().into(),
            kind,
            about: input.about,
            path,
            org,
            spot: input.spot.trim().to_owned(),
            point,
            size,
            code: new_code()?,
            prints: Vec::new(),
            postings: Vec::new(),
            voided: None,
        };
        if !caller.scope(Action::PlacardRead)?.admits(&subject(&placard)) {
            return Err(Error::NotFound);
        }
        let hat = caller.hat(Action::PlacardKeep, &subject(&placard))?.clone();
        let wall = Wall::read(&mut tx, now.date()).await?;
        let lines = wall.lines(&mut tx, &placard).await?;
        let editions = paper::editions(&mut tx, now.date()).await?;
        let hotlines = printed(&wall.hotlines);
        let placard = placard.generate(Print { on: now.date(), lines, hotlines, editions })?;
        let record =
            PlacardRecord { placard, recorded_by: caller.name.clone(), version: 1, recorded_at: now };
        tx.insert_placard(&record).await?;
        let view = page(&mut tx, caller, &record, now.date()).await?;
        let id = record.placard.id.as_str();
        let audit = caller.audit_as(&hat, "placard.add", ("placard", id), &record.placard.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// The placard as the caller may change it by this right, if he saw its newest version.
    async fn kept_placard(
        &self,
        caller: &Caller,
        read: &mut Read,
        id: &PlacardId,
        right: Action,
        version: i64,
    ) -> Result<PlacardRecord> {
        let scope = caller.scope(Action::PlacardRead)?;
        let record = read.placard(id, &scope).await?.ok_or(Error::NotFound)?;
        caller.hat(right, &subject(&record.placard))?;
        if record.version != version {
            return Err(Error::stale(&page(read, caller, &record, self.now().date()).await?));
        }
        Ok(record)
    }

    /// Notes that it hangs, with a photo: what was wrong is right again.
    ///
    /// Errors: no photo, one that is not here, of an earlier posting or taken before that day; a day to come or before the
    /// print; changed meanwhile.
    pub async fn post_placard(
        &self,
        caller: &Caller,
        id: &PlacardId,
        asked: PlacardPost,
    ) -> Result<PlacardView> {
        let now = self.now();
        let on = read_day("on", &asked.on)?;
        let mut tx = self.write(caller).await?;
        let record = self.kept_placard(caller, &mut tx, id, Action::PlacardPost, asked.version).await?;
        let photos: Vec<_> = asked.photos.iter().map(|one| one.to_lowercase().into()).collect();
        let here = tx.photos(&photos).await?;
        let belongs =
            |one: &store::photo::Picture| one.object_kind == "placard" && one.object_id == id.as_str();
        if photos.iter().any(|photo| !here.iter().any(|one| one.id == *photo && belongs(one))) {
            return Err(Error::field(
                "photos",
                "placard.photo_not_here",
                "照片还没有传完，请等照片传完再提交",
            ));
        }
        let before: Vec<_> =
            record.placard.postings.iter().flat_map(|posting| posting.photos.iter().cloned()).collect();
        // A picture shows one placard: neither an earlier posting of this one nor any other.
        let shown: Vec<_> = here.iter().filter(|one| photos.contains(&one.id)).collect();
        let blobs: Vec<&str> = shown.iter().map(|one| one.blob.as_str()).collect();
        let used = tx.photos_with(&blobs).await?;
        for one in shown {
            let is_used = |other: &store::photo::Picture| {
                let is_elsewhere = other.object_kind == "placard" && other.object_id != id.as_str();
                other.blob == one.blob && (is_elsewhere || before.contains(&other.id))
            };
            check_photo(one.taken_at.date(), on, used.iter().any(is_used))?;
        }
        let newest = record.placard.prints.len();
        let print = asked.print.unwrap_or(newest).checked_sub(1).ok_or(PlacardRefusal::NoPrint)?;
        let posting = Posting { print, on, at: now, by: caller.person.clone(), photos };
        let placard = record.placard.post(posting)?;
        let mut record = PlacardRecord { placard, ..record };
        tx.update_placard(&record).await?;
        record.version += 1;
        let view = page(&mut tx, caller, &record, now.date()).await?;
        let hat = caller.hat(Action::PlacardPost, &subject(&record.placard))?;
        let audit = caller.audit_as(hat, "placard.post", ("placard", id.as_str()), &record.placard.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Says anew where a placard hangs and what it is printed on.
    ///
    /// Errors: nowhere; a point far away; void; changed meanwhile.
    pub async fn change_placard(
        &self,
        caller: &Caller,
        id: &PlacardId,
        asked: PlacardChange,
    ) -> Result<PlacardView> {
        let now = self.now();
        let size = Size::from_code(&asked.size)
            .ok_or_else(|| Error::field("size", "placard.word", "请从列表中选择"))?;
        let point = point(asked.lon, asked.lat)?;
        let mut tx = self.write(caller).await?;
        let record = self.kept_placard(caller, &mut tx, id, Action::PlacardKeep, asked.version).await?;
        let placard = record.placard.moved(&asked.spot, point, size)?;
        let mut record = PlacardRecord { placard, ..record };
        tx.update_placard(&record).await?;
        record.version += 1;
        let view = page(&mut tx, caller, &record, now.date()).await?;
        let hat = caller.hat(Action::PlacardKeep, &subject(&record.placard))?;
        let audit =
            caller.audit_as(hat, "placard.change", ("placard", id.as_str()), &record.placard.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Takes a placard down for good; whoever scans what still hangs is told so.
    ///
    /// Errors: no reason; void already; changed meanwhile.
    pub async fn void_placard(
        &self,
        caller: &Caller,
        id: &PlacardId,
        version: i64,
        reason: &str,
    ) -> Result<PlacardView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let record = self.kept_placard(caller, &mut tx, id, Action::PlacardKeep, version).await?;
        let placard = record.placard.void(reason, now)?;
        let mut record = PlacardRecord { placard, ..record };
        tx.update_placard(&record).await?;
        record.version += 1;
        let view = page(&mut tx, caller, &record, now.date()).await?;
        let hat = caller.hat(Action::PlacardKeep, &subject(&record.placard))?;
        let mut audit =
            caller.audit_as(hat, "placard.void", ("placard", id.as_str()), &record.placard.path, now);
        audit.reason = reason.trim().to_owned();
        Ok(tx.commit(audit, view).await?)
    }
}

async fn page(read: &mut Read, caller: &Caller, record: &PlacardRecord, today: Date) -> Result<PlacardView> {
    let mut wall = Wall::read(read, today).await?;
    wall.learn(read, std::slice::from_ref(record)).await?;
    wall.page(read, caller, record).await
}
