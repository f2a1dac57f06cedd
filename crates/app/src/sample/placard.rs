//! The sample town's placards: one with the roster at every village hall, one at every second group's yard, one for each
//! grid and some doors; photographed twice a year, some of it forgotten. What does not belong here: how placards are kept
//! (`placard`).

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::PhotoId;
use domain::org::{Assignment, Level, Role, Territory};
use domain::placard::{Kind, Line, Placard, Posting, Print, Size, public_phone};
use domain::place::Location;
use domain::time::{Date, Timestamp};
use store::Write;
use store::photo::Picture;
use store::placard::PlacardRecord;

use super::dice::Dice;
use super::{VILLAGES, id, picture};
use crate::org::Roster;
use crate::placard::{hotlines, printed};
use crate::{App, Caller, Error, Result};

/// Months of history.
const MONTHS: u32 = 14;
/// Different pictures of boards.
const PICTURES: u64 = 6;
/// Where a group's hangs.
const YARDS: &[&str] = &["院坝宣传栏", "小卖部外墙", "公路边宣传栏", "水井旁公示栏"];

/// What becomes of a placard.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    /// Looked after: photographed twice a year, replaced soon after a change.
    Kept,
    /// Hung up once and forgotten: whoever left is still on it, or the photo grew old.
    Forgotten,
    /// Printed, and still lying in the office.
    Lying,
}

fn later(day: Date, days: u64) -> Date {
    day.checked_add_days(chrono::Days::new(days)).unwrap_or(day)
}

struct Printer<'a> {
    roster: &'a Roster,
    held: Vec<Assignment>,
    by: &'a Assignment,
    today: Date,
    /// Whom to call, as it is printed.
    hotlines: Vec<String>,
}

impl Printer<'_> {
    fn print(&self, placard: &Placard, on: Date) -> Print {
        let line = |held: &Assignment| {
            let person = self.roster.persons.iter().find(|one| one.id == held.person)?;
            let post = self.roster.posts.iter().find(|one| one.id == held.post)?;
            Some(Line {
                post: held.post.clone(),
                person: held.person.clone(),
                name: person.name.clone(),
                title: post.name.clone(),
                office_phone: public_phone(&person.office_phone),
                acting: held.acting,
            })
        };
        let lines = placard.roster(&self.held, on).into_iter().filter_map(line).collect();
        Print { on, lines, hotlines: self.hotlines.clone(), editions: BTreeMap::new() }
    }

    /// Prints, hangs and photographs it through the months.
    fn live(&self, bare: Placard, fate: Fate, dice: &mut Dice) -> Result<(Placard, Vec<(PhotoId, Date)>)> {
        let refused = |refusal: domain::placard::PlacardRefusal| {
            Error::Internal(format!("the sample broke a rule: {refusal}"))
        };
        let first = self.today.checked_sub_months(chrono::Months::new(MONTHS)).unwrap_or(self.today);
        let first = if fate == Fate::Lying { self.today } else { later(first, dice.below(20)) };
        let print = self.print(&bare, first);
        let mut placard = bare.generate(print).map_err(refused)?;
        let mut photos = Vec::new();
        if fate == Fate::Lying {
            return Ok((placard, photos));
        }
        let mut days = BTreeSet::from([later(first, 3)]);
        if fate == Fate::Kept {
            let mut seen = later(first, 3);
            while let Some(next) = Some(later(seen, 140 + dice.below(25))).filter(|day| *day <= self.today) {
                days.insert(next);
                seen = next;
            }
            let changes = self.held.iter().filter(|held| placard.shows(held)).flat_map(|held| {
                let left = held.to.map(|last| later(last, 1));
                [Some(held.from), left].into_iter().flatten()
            });
            // A week or so after somebody came or left a new one hangs.
            days.extend(changes.filter(|day| *day > first).map(|day| later(day, 6 + dice.below(7))));
            days.retain(|day| *day <= self.today);
        }
        for on in days {
            if !placard.is_printed_for(&self.held, on) {
                let print = self.print(&placard, on);
                placard = placard.generate(print).map_err(refused)?;
            }
            let photo = PhotoId::from(id(&format!("placard photo {} {on}", placard.id)));
            let posting = Posting {
                print: placard.prints.len() - 1,
                on,
                at: Timestamp::start_of(on).plus_ms(15 * 3_600_000),
                by: self.by.person.clone(),
                photos: vec![photo.clone()],
            };
            // The afternoon of today may be still to come.
            if on < self.today {
                placard = placard.post(posting).map_err(refused)?;
                photos.push((photo, on));
            }
        }
        Ok((placard, photos))
    }
}

fn bare(at: &Territory, kind: Kind, spot: &str, size: Size, point: Option<Location>) -> Placard {
    let word = format!("placard {} {spot}", at.code);
    // Invented codes are the same every time, so that a printed sheet of the sample town still leads somewhere.
    let code = store::seal::sha256(word.as_bytes());
    Placard {
        id: id(&word).into(),
        kind,
        about: at.code.to_string(),
        path: at.path.clone(),
        org: None,
        spot: spot.to_owned(),
        point,
        size,
        code: code.get(..26).unwrap_or_default().to_owned(),
        prints: Vec::new(),
        postings: Vec::new(),
        voided: None,
    }
}

async fn keep_photos(app: &App, tx: &mut Write, placard: &Placard, photos: &[(PhotoId, Date)]) -> Result<()> {
    for (n, (photo, on)) in photos.iter().enumerate() {
        let variant = (placard.id.as_str().bytes().map(u64::from).sum::<u64>() + n as u64) % PICTURES;
        let bytes = picture::draw("board", "overview", variant)
            .ok_or_else(|| Error::Internal("a picture could not be drawn".to_owned()))?;
        let blob = app.blobs.put(&bytes)?;
        let at = Timestamp::start_of(*on).plus_ms(15 * 3_600_000);
        tx.note_blob(&blob, bytes.len() as u64, "image/jpeg", at).await?;
        tx.insert_photo(&Picture {
            id: photo.clone(),
            thumb: blob.clone(),
            blob,
            media_type: "image/jpeg".to_owned(),
            size_bytes: i64::try_from(bytes.len()).unwrap_or(0),
            width: i64::from(picture::WIDTH),
            height: i64::from(picture::HEIGHT),
            object_kind: "placard".to_owned(),
            object_id: placard.id.to_string(),
            path: placard.path.clone(),
            item: String::new(),
            role: "overview".to_owned(),
            taken_at: at,
            recorded_at: at,
            recorded_by: "system".to_owned(),
            lon: placard.point.map(|at| at.lon_deg),
            lat: placard.point.map(|at| at.lat_deg),
            original: None,
        })
        .await?;
    }
    Ok(())
}

/// Hangs up the sample town's placards.
pub(super) async fn fill(app: &App, roster: &Roster) -> Result<()> {
    let Some(by) = roster.assignments.iter().find(|one| one.role == Role::OfficeClerk) else { return Ok(()) };
    let today = app.now().date();
    let mut read = app.db.read(&app.town).await?;
    let held = read.assignments().await?.into_iter().map(|record| record.assignment).collect();
    let hotlines = printed(&hotlines(&mut read, today).await?);
    drop(read);
    let printer = Printer { roster, held, by, today, hotlines };
    let name = roster.persons.iter().find(|one| one.id == by.person).map(|one| one.name.clone());
    let name = name.unwrap_or_default();
    let mut dice = Dice::new("placards");
    let mut all: Vec<(Placard, Fate)> = Vec::new();
    for (n, (word, _, middle)) in VILLAGES.iter().enumerate() {
        let is_it = |at: &&Territory| at.level == Level::Village && at.name.contains(word);
        let Some(village) = roster.territories.iter().find(is_it) else { continue };
        let mut near = |spread: f64| {
            let off = |dice: &mut Dice| (dice.below(200) as f64 / 100.0 - 1.0) * spread;
            Some(Location { lon_deg: middle.0 + off(&mut dice), lat_deg: middle.1 + off(&mut dice) })
        };
        // The fourth's names one who left his group in summer; the fifth's photo is too old.
        let fate = if matches!(n, 3 | 4) { Fate::Forgotten } else { Fate::Kept };
        let hall =
            if village.kind == "社区" { "居委会大厅门口" } else { "村委会办公楼门口" };
        all.push((bare(village, Kind::Village, hall, Size::A3, near(0.001)), fate));
        if n == 0 {
            let market = bare(village, Kind::Village, "农贸市场入口", Size::A3, near(0.003));
            all.push((market, Fate::Kept));
        }
        let below = roster.territories.iter().filter(|at| at.path.starts_with(&format!("{}/", village.path)));
        for (k, at) in below.enumerate() {
            let (kind, spot, size) = match at.level {
                Level::Group if k % 2 == 0 => (Kind::Group, YARDS[k % YARDS.len()], Size::A4),
                Level::Building => (Kind::Building, "单元入口", Size::A4),
                Level::Grid if n < 3 => (Kind::Grid, "网格驿站", Size::A4),
                _ => continue,
            };
            let fate = match k % 7 {
                3 => Fate::Forgotten,
                5 => Fate::Lying,
                _ => Fate::Kept,
            };
            all.push((bare(at, kind, spot, size, near(0.008)), fate));
        }
    }
    for (one, fate) in all {
        let (placard, photos) = printer.live(one, fate, &mut dice)?;
        let made = placard.prints.first().map_or(today, |print| print.on);
        let at = Timestamp::start_of(made).plus_ms(9 * 3_600_000).min(app.now());
        let mut tx = app.db.write(&app.town).await?;
        keep_photos(app, &mut tx, &placard, &photos).await?;
        let mut told = Caller::system().audit("placard.add", "placard", placard.id.as_str(), at);
        told.actor = by.person.to_string();
        told.actor_name.clone_from(&name);
        told.hat = by.id.to_string();
        told.territory.clone_from(&placard.path);
        let record = PlacardRecord { placard, recorded_by: name.clone(), version: 1, recorded_at: at };
        tx.insert_placard(&record).await?;
        tx.commit(told, ()).await?;
    }
    Ok(())
}
