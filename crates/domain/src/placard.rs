//! 公示牌: who is responsible here, on a wall. What was printed is a snapshot; what is true is who holds the posts today.
//! A placard is wrong from the day the two part until a photo shows it put right. What does not belong here: who holds a
//! post (`org`), what the paper looks like (`paper`).
//!
//! States: `to_post → current → changed | photo_old | renamed | phone → current …`, and `void` for good; all but the last are computed.
//! Source: the plan's clause 2; handbook of the field C2.4, T14 (name, post and office phone, nothing else), DT09.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::fulfilment::Span;
use crate::ids::{OrgId, PersonId, PhotoId, PlacardId, PostId};
use crate::org::{Assignment, Role, lies_in, words};
use crate::place::Location;
use crate::time::{Date, Timestamp};

words! {
    /// What a placard is about.
    Kind {
        Village "village" "村（社区）公示牌"
        Group "group" "小组公示牌"
        Building "building" "楼栋公示牌"
        Grid "grid" "网格公示牌"
        Station "station" "站队公示牌"
        Unit "unit" "单位责任门牌"
    }
}

words! {
    /// What it is printed on.
    Size {
        A4 "a4" "A4"
        A3 "a3" "A3"
        Door "door" "门牌"
    }
}

/// The number of the fire brigade, the same everywhere. The other lines are the town's to set.
pub const FIRE: &str = "119";

/// Somebody on a placard. Nothing else of a person is ever on one (T14).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The post.
    pub post: PostId,
    /// Who is on it.
    pub person: PersonId,
    /// 姓名.
    pub name: String,
    /// 职务.
    pub title: String,
    /// 办公电话, see [`public_phone`].
    pub office_phone: String,
    /// For somebody else.
    pub acting: bool,
}

/// What was generated to be hung up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Print {
    /// The day whose holders it shows.
    pub on: Date,
    /// Who was on it.
    pub lines: Vec<Line>,
    /// Whom to call, line by line as it was printed; empty where nobody kept it.
    #[serde(default)]
    pub hotlines: Vec<String>,
    /// The town's own templates it is drawn from, edition by code; where none is named, the one that comes along. Kept
    /// with the print, so that drawn again it looks as it did, whatever the town words since.
    #[serde(default)]
    pub editions: BTreeMap<String, u32>,
}

/// What is printed of people and posts, as it is today. Nobody keeps since when.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// 姓名.
    pub names: HashMap<PersonId, String>,
    /// 职务.
    pub titles: HashMap<PostId, String>,
    /// 办公电话, see [`public_phone`].
    pub phones: HashMap<PersonId, String>,
    /// Whom to call, line by line.
    pub hotlines: Vec<String>,
}

impl Line {
    /// Whether the name or the post on it is called otherwise today; what is not known has not changed.
    pub fn is_misnamed(&self, known: &Known) -> bool {
        known.names.get(&self.person).is_some_and(|name| *name != self.name)
            || known.titles.get(&self.post).is_some_and(|title| *title != self.title)
    }

    /// Whether the phone on it is another today; what is not known has not changed.
    pub fn is_misdialled(&self, known: &Known) -> bool {
        known.phones.get(&self.person).is_some_and(|phone| *phone != self.office_phone)
    }
}

impl Print {
    /// Whether a name or a post on it is called otherwise today.
    pub fn is_misnamed(&self, known: &Known) -> bool {
        self.lines.iter().any(|line| line.is_misnamed(known))
    }

    /// Whether a line to call is another today.
    pub fn has_other_hotlines(&self, known: &Known) -> bool {
        !self.hotlines.is_empty() && self.hotlines != known.hotlines
    }

    /// Whether a phone on it or a line to call is another today.
    pub fn is_misdialled(&self, known: &Known) -> bool {
        self.has_other_hotlines(known) || self.lines.iter().any(|line| line.is_misdialled(known))
    }
}

/// Checks that a photo shows what hangs there on the day somebody says: one of an earlier posting of this placard, or taken
/// before that day, shows what hung there then.
///
/// Errors: used before; taken before the day said.
pub fn check_photo(taken: Date, on: Date, is_used: bool) -> Result<(), PlacardRefusal> {
    if is_used {
        return Err(PlacardRefusal::PhotoUsed);
    }
    if taken < on { Err(PlacardRefusal::PhotoTaken { taken }) } else { Ok(()) }
}

/// It was hung up, or seen to hang, and photographed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// Which print, from 0.
    pub print: usize,
    /// The day of the photo.
    pub on: Date,
    /// When that was recorded.
    pub at: Timestamp,
    /// Who recorded it.
    pub by: PersonId,
    /// The pictures.
    pub photos: Vec<PhotoId>,
}

/// Taken down for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voided {
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// 公示牌: one place on a wall. Its code never changes, so what hung there before leads to the holders of today.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Placard {
    /// Id.
    pub id: PlacardId,
    /// What it is about.
    pub kind: Kind,
    /// Code of the territory, id of the organisation or of the place, by kind.
    pub about: String,
    /// Territory path of that.
    pub path: String,
    /// The station's organisation.
    pub org: Option<OrgId>,
    /// Where it hangs, in words.
    pub spot: String,
    /// Where it hangs, on the map.
    pub point: Option<Location>,
    /// What it is printed on.
    pub size: Size,
    /// What its QR leads to, without `b-`.
    pub code: String,
    /// What was generated, oldest first.
    pub prints: Vec<Print>,
    /// What was hung up, oldest first.
    pub postings: Vec<Posting>,
    /// Taken down for good.
    pub voided: Option<Voided>,
}

/// How a placard stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// 待张贴.
    ToPost,
    /// 现行.
    Current {
        /// The last day of its photo.
        until: Date,
    },
    /// 人员已变动.
    Changed {
        /// Since when it is not right: it names somebody wrongly, or its photo was too old before that.
        since: Date,
    },
    /// 照片过期.
    PhotoOld {
        /// Since when.
        since: Date,
    },
    /// 姓名或职务已更正: the holders are right, but somebody or a post is called otherwise.
    Renamed,
    /// 电话已变动: the holders are right, a phone or a line to call is not.
    Phone,
    /// 已作废.
    Void,
}

impl Standing {
    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::ToPost => "to_post",
            Self::Current { .. } => "current",
            Self::Changed { .. } => "changed",
            Self::PhotoOld { .. } => "photo_old",
            Self::Renamed => "renamed",
            Self::Phone => "phone",
            Self::Void => "void",
        }
    }

    /// The word people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::ToPost => "待张贴",
            Self::Current { .. } => "现行",
            Self::Changed { .. } => "人员已变动",
            Self::PhotoOld { .. } => "照片已过期",
            Self::Renamed => "姓名或职务已更正",
            Self::Phone => "电话已变动",
            Self::Void => "已作废",
        }
    }

    /// Since when it has been wrong.
    pub fn since(self) -> Option<Date> {
        match self {
            Self::Changed { since } | Self::PhotoOld { since } => Some(since),
            _ => None,
        }
    }

    /// Whether somebody has to go there.
    pub fn is_owed(self) -> bool {
        !matches!(self, Self::Current { .. } | Self::Void)
    }
}

/// An office phone as it may be posted: a mobile number somebody gave for one shows its ends only (T14).
pub fn public_phone(phone: &str) -> String {
    let phone = phone.trim();
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    let own = digits.strip_prefix(&['8', '6']).filter(|_| digits.len() == 13).unwrap_or(&digits);
    match own {
        [first @ '1', second @ '3'..='9', rest @ ..] if rest.len() == 9 => {
            let (head, tail) = (rest.first(), rest.iter().rev().take(4).rev());
            format!("{first}{second}{}****{}", head.copied().unwrap_or('*'), tail.collect::<String>())
        }
        _ => phone.to_owned(),
    }
}

fn day_after(day: Date) -> Date {
    day.succ_opt().unwrap_or(day)
}

/// The longest words for where it hangs. Units: characters.
const MOST_SPOT: usize = 100;

/// Where it hangs, as it is kept.
fn checked_spot(spot: &str) -> Result<&str, PlacardRefusal> {
    match spot.trim() {
        "" => Err(PlacardRefusal::NoSpot),
        long if long.chars().count() > MOST_SPOT => Err(PlacardRefusal::LongSpot),
        spot => Ok(spot),
    }
}

impl Placard {
    /// Whether whoever holds this belongs on it: of a village everybody clause 2 names, of anything smaller those who
    /// answer for it and the village above.
    pub fn shows(&self, held: &Assignment) -> bool {
        use Role::*;
        let of_the_village = matches!(held.role, VillageSecretary | VillageStaff);
        let is_above = of_the_village && lies_in(&self.path, &held.path);
        match self.kind {
            Kind::Village => (of_the_village || held.role == FireManager) && lies_in(&held.path, &self.path),
            Kind::Group | Kind::Building => {
                is_above || held.role == FireManager && held.territory.as_str() == self.about
            }
            Kind::Grid => {
                is_above
                    || matches!(held.role, GridManager | GridWorker) && held.territory.as_str() == self.about
            }
            Kind::Station => {
                let answers = matches!(held.role, StationChief | StationMember | BrigadeLeader);
                answers && self.org.as_ref() == Some(&held.org)
            }
            Kind::Unit => {
                let answers = matches!(held.role, UnitResponsible | UnitManager | PropertyManager);
                let is_its_own =
                    answers && held.place.as_ref().is_some_and(|place| place.as_str() == self.about);
                is_its_own
                    || is_above
                    || matches!(held.role, GridManager | GridWorker) && lies_in(&self.path, &held.path)
            }
        }
    }

    /// Who belongs on it on a day, those who answer for most first.
    pub fn roster<'a>(&self, held: &'a [Assignment], on: Date) -> Vec<&'a Assignment> {
        let mut found: Vec<_> = held.iter().filter(|one| one.is_valid_on(on) && self.shows(one)).collect();
        found.sort_by(|a, b| (a.role, &a.path, &a.post, a.from).cmp(&(b.role, &b.path, &b.post, b.from)));
        found.dedup_by(|a, b| (&a.post, &a.person) == (&b.post, &b.person));
        found
    }

    /// The first day from `from` on when others hold the posts than the print says, or somebody acts who held it or the
    /// other way round; none while it stays right.
    fn parts(&self, print: &Print, held: &[Assignment], from: Date) -> Option<Date> {
        let said: BTreeSet<_> =
            print.lines.iter().map(|line| (&line.post, &line.person, line.acting)).collect();
        let held: Vec<Assignment> = held.iter().filter(|one| self.shows(one)).cloned().collect();
        let changes = held.iter().flat_map(|one| [Some(one.from), one.to.map(day_after)]).flatten();
        let days: BTreeSet<Date> = changes.filter(|day| *day > from).chain([from]).collect();
        days.into_iter().find(|day| {
            let roster = self.roster(&held, *day).into_iter();
            roster.map(|one| (&one.post, &one.person, one.acting)).collect::<BTreeSet<_>>() != said
        })
    }

    /// Whether the newest print shows the holders of a day.
    pub fn is_printed_for(&self, held: &[Assignment], on: Date) -> bool {
        self.prints.last().is_some_and(|print| self.parts(print, held, on) != Some(on))
    }

    fn print(&self, posting: &Posting) -> Option<&Print> {
        self.prints.get(posting.print)
    }

    /// Whether the newest print is drawn as the town words it now.
    pub fn is_worded(&self, editions: &BTreeMap<String, u32>) -> bool {
        self.prints.last().is_some_and(|print| print.editions == *editions)
    }

    /// What hangs there, as far as is known.
    pub fn posted(&self) -> Option<(&Posting, &Print)> {
        let last = self.postings.last()?;
        Some((last, self.print(last)?))
    }

    /// How it stands on a day, with a photo that counts for so many days.
    pub fn standing(&self, held: &[Assignment], on: Date, valid_days: u32) -> Standing {
        if self.voided.is_some() {
            return Standing::Void;
        }
        let Some((posting, print)) = self.posted() else { return Standing::ToPost };
        let over = posting.on.checked_add_days(chrono::Days::new(u64::from(valid_days))).unwrap_or(Date::MAX);
        if let Some(since) = self.parts(print, held, posting.on).filter(|since| *since <= on) {
            // A photo that was too old before stays as late as it was.
            return Standing::Changed { since: since.min(over) };
        }
        if over <= on {
            return Standing::PhotoOld { since: over };
        }
        Standing::Current { until: over.pred_opt().unwrap_or(over) }
    }

    /// As [`Self::standing`], and whether names, posts and phones on it are still those of who it names and of the town.
    /// Nobody keeps since when they are others, so there is no day to it.
    pub fn standing_with(&self, held: &[Assignment], known: &Known, on: Date, valid_days: u32) -> Standing {
        let print = self.posted().map(|(_, print)| print);
        match self.standing(held, on, valid_days) {
            Standing::Current { .. } if print.is_some_and(|print| print.is_misnamed(known)) => {
                Standing::Renamed
            }
            Standing::Current { .. } if print.is_some_and(|print| print.is_misdialled(known)) => {
                Standing::Phone
            }
            standing => standing,
        }
    }

    /// The days on which what hung there was right, each with its posting: from the photo until the holders changed, the
    /// next photo, or it was taken down. How long a photo counts is the plan's to say.
    pub fn spans(&self, held: &[Assignment]) -> Vec<(Span, &Posting)> {
        let mut out = Vec::with_capacity(self.postings.len());
        for (n, posting) in self.postings.iter().enumerate() {
            let Some(print) = self.print(posting) else { continue };
            let next = self.postings.get(n + 1).map(|next| next.on.max(day_after(posting.on)));
            let down = self.voided.as_ref().map(|void| void.at.date());
            let ends = [self.parts(print, held, posting.on), next, down];
            match ends.into_iter().flatten().min() {
                Some(end) if end <= posting.on => {}
                Some(end) => {
                    out.push((Span::between(posting.on, end.pred_opt().unwrap_or(end)), posting));
                }
                None => out.push((Span { from: posting.on, to: None }, posting)),
            }
        }
        out
    }

    fn is_up(&self) -> Result<(), PlacardRefusal> {
        if self.voided.is_some() { Err(PlacardRefusal::Voided) } else { Ok(()) }
    }

    /// Generates it with the holders of a day.
    ///
    /// Errors: nobody to name; void.
    pub fn generate(mut self, print: Print) -> Result<Self, PlacardRefusal> {
        self.is_up()?;
        checked_spot(&self.spot)?;
        if print.lines.is_empty() {
            return Err(PlacardRefusal::Nobody);
        }
        self.prints.push(print);
        Ok(self)
    }

    /// It hangs, and a photo shows it.
    ///
    /// Errors: no photo; a day to come, before that print was made or before the last photo; no such print; void.
    pub fn post(mut self, posting: Posting) -> Result<Self, PlacardRefusal> {
        self.is_up()?;
        let print = self.print(&posting).ok_or(PlacardRefusal::NoPrint)?;
        if posting.photos.is_empty() {
            return Err(PlacardRefusal::NoPhoto);
        }
        if posting.on > posting.at.date() {
            return Err(PlacardRefusal::InFuture);
        }
        let earliest = self.postings.last().map_or(print.on, |last| last.on.max(print.on));
        if posting.on < earliest {
            return Err(PlacardRefusal::TooEarly { earliest });
        }
        self.postings.push(posting);
        Ok(self)
    }

    /// Says anew where it hangs and what it is printed on; what hung there until now stays as it was.
    ///
    /// Errors: nowhere; void.
    pub fn moved(mut self, spot: &str, point: Option<Location>, size: Size) -> Result<Self, PlacardRefusal> {
        self.is_up()?;
        let spot = checked_spot(spot)?;
        (self.spot, self.point, self.size) = (spot.to_owned(), point, size);
        Ok(self)
    }

    /// Takes it down for good.
    ///
    /// Errors: no reason; void before.
    pub fn void(mut self, reason: &str, at: Timestamp) -> Result<Self, PlacardRefusal> {
        self.is_up()?;
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(PlacardRefusal::NoReason);
        }
        self.voided = Some(Voided { reason: reason.to_owned(), at });
        Ok(self)
    }
}

/// Why a step is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlacardRefusal {
    /// Nowhere to hang.
    #[error("请写明公示牌张贴的位置")]
    NoSpot,
    /// A place to hang it, told as one.
    #[error("张贴位置最多 100 字，请精简")]
    LongSpot,
    /// No post has a holder.
    #[error("这里今天没有在任的责任人员，请先在岗位上登记任职再生成公示牌")]
    Nobody,
    /// Nothing to see.
    #[error("请上传张贴后的现场照片")]
    NoPhoto,
    /// A photo of before.
    #[error("这张照片已用于以前的或者别处的张贴登记，请到现场重新拍照")]
    PhotoUsed,
    /// A photo of an earlier day.
    #[error("照片拍摄于 {taken}，早于填写的张贴日期，请按拍摄日期填写，或到现场重新拍照")]
    PhotoTaken {
        /// The day it was taken.
        taken: Date,
    },
    /// Tomorrow's photo.
    #[error("张贴日期不能晚于今天，请核对")]
    InFuture,
    /// Before it was there.
    #[error("张贴日期不能早于 {earliest}（该版生成或上次拍照的日期），请核对")]
    TooEarly {
        /// First day that makes sense.
        earliest: Date,
    },
    /// Not one of its prints.
    #[error("这块公示牌没有这一版，请刷新后重选")]
    NoPrint,
    /// No reason.
    #[error("请写明作废的原因")]
    NoReason,
    /// Taken down.
    #[error("这块公示牌已作废，请另建一块")]
    Voided,
}

impl PlacardRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSpot => "placard.spot",
            Self::LongSpot => "placard.long_spot",
            Self::Nobody => "placard.nobody",
            Self::NoPhoto => "placard.photo",
            Self::PhotoUsed => "placard.photo_used",
            Self::PhotoTaken { .. } => "placard.photo_taken",
            Self::InFuture => "placard.in_future",
            Self::TooEarly { .. } => "placard.too_early",
            Self::NoPrint => "placard.print",
            Self::NoReason => "placard.reason",
            Self::Voided => "placard.void",
        }
    }

    /// The field it is about; none when it is about the placard.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::NoSpot | Self::LongSpot => Some("spot"),
            Self::NoPhoto | Self::PhotoUsed | Self::PhotoTaken { .. } => Some("photos"),
            Self::InFuture | Self::TooEarly { .. } => Some("on"),
            Self::NoPrint => Some("print"),
            Self::NoReason => Some("reason"),
            Self::Nobody | Self::Voided => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_date;

    const V: &str = "town/v";

    fn day(text: &str) -> Date {
        parse_date(text).expect("a date written in a test exists")
    }

    fn held(post: &str, person: &str, role: Role, path: &str, from: &str, to: Option<&str>) -> Assignment {
        Assignment {
            away: Vec::new(),
            id: format!("{post}-{person}").into(),
            person: person.into(),
            post: post.into(),
            role,
            org: "village".into(),
            territory: path.rsplit('/').next().unwrap_or_default().into(),
            path: path.to_owned(),
            place: None,
            acting: false,
            from: day(from),
            to: to.map(day),
            basis: String::new(),
        }
    }

    fn placard(kind: Kind, path: &str) -> Placard {
        Placard {
            id: "b".into(),
            kind,
            about: path.rsplit('/').next().unwrap_or_default().to_owned(),
            path: path.to_owned(),
            org: None,
            spot: "村委会门口".to_owned(),
            point: None,
            size: Size::A3,
            code: "code".to_owned(),
            prints: Vec::new(),
            postings: Vec::new(),
            voided: None,
        }
    }

    fn print(board: &Placard, held: &[Assignment], on: &str) -> Print {
        let lines = board.roster(held, day(on)).into_iter().map(|one| Line {
            post: one.post.clone(),
            person: one.person.clone(),
            name: one.person.to_string(),
            title: String::new(),
            office_phone: String::new(),
            acting: one.acting,
        });
        let hotlines = vec!["火警 119".to_owned()];
        Print { on: day(on), lines: lines.collect(), hotlines, editions: BTreeMap::new() }
    }

    fn photo(print: usize, on: &str) -> Posting {
        let at = Timestamp::start_of(day(on));
        Posting { print, on: day(on), at, by: "clerk".into(), photos: vec!["photo".into()] }
    }

    fn village() -> Vec<Assignment> {
        vec![
            held("secretary", "wang", Role::VillageSecretary, V, "2025-01-01", Some("2026-03-31")),
            held("secretary", "li", Role::VillageSecretary, V, "2026-04-01", None),
            held("staff", "chen", Role::VillageStaff, V, "2025-01-01", None),
            held("group", "qian", Role::FireManager, "town/v/g1", "2025-01-01", None),
            held("grid", "sun", Role::GridManager, "town/v/n1", "2025-01-01", None),
            held("other", "feng", Role::VillageSecretary, "town/w", "2025-01-01", None),
        ]
    }

    #[test]
    fn on_it_are_those_who_answer_for_it_and_the_village_above() {
        let all = village();
        for (kind, path, who) in [
            (Kind::Village, V, &["wang", "chen", "qian"][..]),
            (Kind::Group, "town/v/g1", &["wang", "chen", "qian"]),
            (Kind::Group, "town/v/g2", &["wang", "chen"]),
            (Kind::Grid, "town/v/n1", &["wang", "chen", "sun"]),
            (Kind::Unit, "town/v/n1", &["wang", "chen", "sun"]),
            (Kind::Village, "town/w", &["feng"]),
            (Kind::Station, V, &[]),
        ] {
            let board = placard(kind, path);
            let named: Vec<&str> =
                board.roster(&all, day("2026-01-01")).iter().map(|one| one.person.as_str()).collect();
            assert_eq!(named, who, "{kind:?} {path}");
        }
    }

    #[test]
    fn it_is_wrong_from_the_day_somebody_else_holds_a_post_until_a_photo() {
        let all = village();
        let board = placard(Kind::Village, V);
        let first = print(&board, &all, "2026-01-01");
        let board = board.generate(first).expect("generated");
        assert_eq!(board.standing(&all, day("2026-01-05"), 180), Standing::ToPost);
        let board = board.post(photo(0, "2026-01-10")).expect("posted");
        let on = |board: &Placard, text: &str| board.standing(&all, day(text), 180);
        assert_eq!(on(&board, "2026-03-31"), Standing::Current { until: day("2026-07-08") });
        assert_eq!(on(&board, "2026-04-01"), Standing::Changed { since: day("2026-04-01") });
        let brief = board.standing(&all, day("2026-04-01"), 30);
        assert_eq!(brief, Standing::Changed { since: day("2026-02-09") }, "as late as its photo was");
        assert!(
            board.is_printed_for(&all, day("2026-03-31")) && !board.is_printed_for(&all, day("2026-04-01"))
        );
        let second = print(&board, &all, "2026-04-03");
        let board = board.generate(second).expect("generated anew");
        assert_eq!(on(&board, "2026-04-03").code(), "changed", "printed is not posted");
        let board = board.post(photo(1, "2026-04-08")).expect("posted anew");
        assert_eq!(on(&board, "2026-04-08").code(), "current");
        assert_eq!(on(&board, "2026-10-05"), Standing::PhotoOld { since: day("2026-10-05") });
        let spans: Vec<_> = board.spans(&all).into_iter().map(|(span, _)| span).collect();
        assert_eq!(
            spans,
            [Span::between(day("2026-01-10"), day("2026-03-31")), Span { from: day("2026-04-08"), to: None }]
        );
        let board = board.void("拆除", Timestamp::start_of(day("2026-05-01"))).expect("void");
        assert_eq!(on(&board, "2026-05-02"), Standing::Void);
        assert_eq!(board.spans(&all).last().map(|(span, _)| span.to), Some(Some(day("2026-04-30"))));
    }

    #[test]
    fn an_old_print_hung_up_again_is_wrong_at_once() {
        let all = village();
        let board = placard(Kind::Village, V);
        let first = print(&board, &all, "2026-03-01");
        let board = board.generate(first).expect("generated").post(photo(0, "2026-04-02")).expect("posted");
        assert_eq!(
            board.standing(&all, day("2026-04-02"), 180),
            Standing::Changed { since: day("2026-04-02") }
        );
        assert!(board.spans(&all).is_empty());
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let all = village();
        let bare = placard(Kind::Village, V);
        let nowhere = Placard { spot: " ".to_owned(), ..bare.clone() };
        let shown = print(&bare, &all, "2026-01-01");
        assert_eq!(nowhere.generate(shown.clone()), Err(PlacardRefusal::NoSpot));
        let empty = Print {
            on: day("2026-01-01"),
            lines: Vec::new(),
            hotlines: Vec::new(),
            editions: BTreeMap::new(),
        };
        assert_eq!(bare.clone().generate(empty), Err(PlacardRefusal::Nobody));
        let board = bare.generate(shown).expect("generated");
        let refused = |posting: Posting| board.clone().post(posting).err();
        assert_eq!(
            refused(Posting { photos: Vec::new(), ..photo(0, "2026-01-02") }),
            Some(PlacardRefusal::NoPhoto)
        );
        assert_eq!(refused(photo(1, "2026-01-02")), Some(PlacardRefusal::NoPrint));
        let early = PlacardRefusal::TooEarly { earliest: day("2026-01-01") };
        assert_eq!(refused(photo(0, "2025-12-31")), Some(early));
        let ahead = Posting { on: day("2026-01-03"), ..photo(0, "2026-01-02") };
        assert_eq!(refused(ahead), Some(PlacardRefusal::InFuture));
        let now = Timestamp::start_of(day("2026-01-02"));
        assert_eq!(board.clone().void(" ", now), Err(PlacardRefusal::NoReason));
        let void = board.void("拆除", now).expect("void");
        assert_eq!(void.clone().void("再拆", now), Err(PlacardRefusal::Voided));
        assert_eq!(void.post(photo(0, "2026-01-02")), Err(PlacardRefusal::Voided));
    }

    #[test]
    fn a_corrected_name_a_renamed_post_or_another_phone_makes_it_wrong() {
        let all = village();
        let board = placard(Kind::Village, V);
        let first = print(&board, &all, "2026-01-01");
        let board = board.generate(first).expect("generated").post(photo(0, "2026-01-10")).expect("posted");
        let said = Known { hotlines: vec!["火警 119".to_owned()], ..Known::default() };
        let on = |known: &Known| board.standing_with(&all, known, day("2026-01-12"), 180).code();
        assert_eq!(on(&said), "current", "what is not known has not changed");
        let name = HashMap::from([(PersonId::from("wang"), "王".to_owned())]);
        assert_eq!(on(&Known { names: name, ..said.clone() }), "renamed");
        let title = HashMap::from([(PostId::from("staff"), "村消防专员".to_owned())]);
        assert_eq!(on(&Known { titles: title, ..said.clone() }), "renamed");
        let phone = HashMap::from([(PersonId::from("chen"), "023-49000009".to_owned())]);
        assert_eq!(on(&Known { phones: phone, ..said.clone() }), "phone");
        assert_eq!(on(&Known { hotlines: vec!["火警 120".to_owned()], ..said }), "phone");
    }

    #[test]
    fn who_acted_and_now_holds_the_post_is_printed_otherwise() {
        let mut acting =
            held("secretary", "wang", Role::VillageSecretary, V, "2025-01-01", Some("2026-03-31"));
        acting.acting = true;
        let all = vec![acting, held("secretary", "wang", Role::VillageSecretary, V, "2026-04-01", None)];
        let board = placard(Kind::Village, V);
        let first = print(&board, &all, "2026-03-01");
        let board = board.generate(first).expect("generated").post(photo(0, "2026-03-02")).expect("posted");
        assert_eq!(board.standing(&all, day("2026-03-31"), 180).code(), "current");
        assert_eq!(
            board.standing(&all, day("2026-04-01"), 180),
            Standing::Changed { since: day("2026-04-01") }
        );
    }

    #[test]
    fn a_photo_used_before_or_taken_before_the_day_said_shows_nothing() {
        let (early, on) = (day("2026-01-09"), day("2026-01-10"));
        assert_eq!(check_photo(on, on, false), Ok(()));
        assert_eq!(check_photo(on, on, true), Err(PlacardRefusal::PhotoUsed));
        assert_eq!(check_photo(early, on, false), Err(PlacardRefusal::PhotoTaken { taken: early }));
    }

    #[test]
    fn a_mobile_number_is_never_posted_whole() {
        for (phone, shown) in [
            ("023-49812345", "023-49812345"),
            (" 49812345 ", "49812345"),
            ("13812345678", "138****5678"),
            ("+86 138-1234-5678", "138****5678"),
            ("12345", "12345"),
            ("", ""),
        ] {
            assert_eq!(public_phone(phone), shown);
        }
    }
}
