//! Placards for people: how each stands today, who should be on it, what hangs there. What does not belong here: the
//! rule behind it (`domain::placard`), what strangers see (`public`).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::ids::PersonId;
use domain::org::{Assignment, Role};
use domain::paper::TOWN_EDITIONS;
use domain::placard::{FIRE, Known, Line, Placard, Print, Size, Standing, public_phone};
use domain::plan::Plan;
use domain::policy::{Action, Subject};
use domain::time::Date;
use serde::Serialize;
use store::Read;
use store::placard::PlacardRecord;
use utoipa::ToSchema;

use super::paper::{editions, template_of};
use crate::names::Names;
use crate::parameter::{number_on, text_on};
use crate::photo::{PhotoView, photo_views};
use crate::plan::plan_in_force;
use crate::view::Named;
use crate::{Caller, Error, Result};

/// After so many days a placard that names somebody wrongly must have been replaced. Source: handbook C2.4 (P).
pub(crate) const REPOST_DAYS: (&str, f64) = ("placard.repost_days", 15.0);
/// For so long a photo counts where no plan says. Source: handbook C2.4 (P). Units: days.
const VALID_DAYS: u32 = 180;
/// The government's line. Source: handbook of the field, §3 code lists; a default of the town, empty leaves it out.
pub(crate) const GOVERNMENT_LINE: (&str, &str) = ("placard.hotline.government", "12345");
/// The line for fire hazards. Source: handbook of the field, §4.3; a default of the town, empty leaves it out.
pub(crate) const HAZARD_LINE: (&str, &str) = ("placard.hotline.hazard", "96119");

/// A number to call, in both languages of the public pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hotline {
    /// What it is for, in Chinese.
    pub zh: &'static str,
    /// The same in English.
    pub en: &'static str,
    /// The number.
    pub number: String,
}

/// Whom to call in this town on a day, the fire brigade first: on every public page and printed on placards.
// It hangs in public.
pub(crate) async fn hotlines(read: &mut Read, on: Date) -> Result<Vec<Hotline>> {
    let mut out = vec![Hotline { zh: "火警", en: "Fire", number: FIRE.to_owned() }];
    for (of, zh, en) in [
        (GOVERNMENT_LINE, "政务服务热线", "Government service line"),
        (HAZARD_LINE, "火灾隐患举报", "Report a fire hazard"),
    ] {
        let number = text_on(read, of, on).await?;
        if !number.is_empty() {
            out.push(Hotline { zh, en, number });
        }
    }
    Ok(out)
}

/// Lines as they are printed.
pub(crate) fn printed(lines: &[Hotline]) -> Vec<String> {
    lines.iter().map(|one| format!("{} {}", one.zh, one.number)).collect()
}

/// Roles that are on some placard.
const ON_PLACARDS: &[Role] = &[
    Role::VillageSecretary,
    Role::VillageStaff,
    Role::FireManager,
    Role::GridManager,
    Role::GridWorker,
    Role::StationChief,
    Role::StationMember,
    Role::BrigadeLeader,
    Role::UnitResponsible,
    Role::UnitManager,
    Role::PropertyManager,
];

/// Somebody on a placard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlacardLine {
    /// 姓名.
    pub name: String,
    /// 职务.
    pub title: String,
    /// 办公电话; empty where there is none.
    pub office_phone: String,
    /// For somebody else.
    pub acting: bool,
}

impl PlacardLine {
    pub(super) fn of(line: &Line) -> Self {
        Self {
            name: line.name.clone(),
            title: line.title.clone(),
            office_phone: line.office_phone.clone(),
            acting: line.acting,
        }
    }
}

/// A placard in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PlacardRow {
    /// Id.
    pub id: String,
    /// Kind.
    pub kind: String,
    /// In Chinese.
    pub kind_label: String,
    /// The territory, station or unit.
    pub about: Named,
    /// The village it hangs in.
    pub village: Named,
    /// Where it hangs, in words.
    pub spot: String,
    /// Degrees east.
    pub lon: Option<f64>,
    /// Degrees north.
    pub lat: Option<f64>,
    /// `a4`, `a3` or `door`.
    pub size: String,
    /// How it stands today.
    pub standing: String,
    /// In Chinese.
    pub standing_label: String,
    /// Since when it has been wrong.
    pub since: Option<String>,
    /// By when a new one must hang.
    pub repost_by: Option<String>,
    /// That day has passed.
    pub late: bool,
    /// The day of the last photo.
    pub posted_on: Option<String>,
    /// Who is named by what hangs there and holds the post no longer.
    pub gone: Vec<String>,
    /// Who holds a post and is not named.
    pub come: Vec<String>,
    /// What of those who stay is said otherwise today: a name, a post, a phone.
    pub otherwise: Vec<String>,
    /// Whether the newest print shows today's holders, so that it can be hung up.
    pub printed: bool,
    /// How many prints there are.
    pub prints_n: usize,
    /// Row version.
    pub version: i64,
}

/// A photo of a placard where it hangs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlacardPosting {
    /// Which print, from 1.
    pub print: usize,
    /// The day of the photo.
    pub on: String,
    /// When it was recorded.
    pub at: String,
    /// Who recorded it.
    pub by: Named,
    /// The pictures.
    pub photos: Vec<PhotoView>,
    /// Who was on it.
    pub lines: Vec<PlacardLine>,
}

/// What the newest print is worded after, on one size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlacardWording {
    /// `a4`, `a3` or `door`.
    pub size: String,
    /// Code of the template, `DT09.a3`.
    pub code: String,
    /// Which of the town's own, from 1; 0 for the one that comes along.
    pub n: u32,
}

/// A placard with all there is to it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PlacardView {
    /// As in the list.
    #[serde(flatten)]
    pub row: PlacardRow,
    /// The path of its public page, as `/p/b-…`.
    pub href: String,
    /// The last day its photo counts, while it is right.
    pub until: Option<String>,
    /// Who should be on it today.
    pub today: Vec<PlacardLine>,
    /// The day of the newest print.
    pub printed_on: Option<String>,
    /// Who is on the newest print.
    pub newest: Vec<PlacardLine>,
    /// What the newest print is worded after, size by size.
    pub wordings: Vec<PlacardWording>,
    /// The town words it otherwise since: printed anew it takes those words.
    pub reworded: bool,
    /// Photos, the latest first.
    pub postings: Vec<PlacardPosting>,
    /// Why it was taken down.
    pub void_reason: Option<String>,
    /// What the caller may do to it now.
    pub actions: Vec<&'static str>,
}

/// How far the placards of a village are right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlacardCoverage {
    /// The village.
    pub village: Named,
    /// Placards that hang or should.
    pub total: usize,
    /// Of these, right and with a photo that counts.
    pub current: usize,
    /// Of these, with somebody wrong or a photo too old.
    pub stale: usize,
    /// Of these, not hung up yet.
    pub to_post: usize,
    /// Whether one with the whole roster of the village is right, which the plan asks for (C2.4).
    pub roster: bool,
}

/// Placards and how far they are right.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PlacardPage {
    /// Those that are wrong first, the longest wrong at the top.
    pub items: Vec<PlacardRow>,
    /// Village by village, whatever was asked for.
    pub coverage: Vec<PlacardCoverage>,
    /// Whether the caller may make one.
    pub may_keep: bool,
}

/// Where a placard stands, as far as rights are concerned.
pub(crate) fn subject(placard: &Placard) -> Subject {
    Subject::of(&placard.path, placard.org.as_ref())
}

/// The village a path lies in.
pub(super) fn village_of(path: &str) -> &str {
    path.split('/').nth(1).unwrap_or_default()
}

/// Who holds what today and what that makes of placards: read once for many.
pub(crate) struct Wall {
    pub held: Vec<Assignment>,
    pub names: Names,
    pub today: Date,
    plan: Option<Plan>,
    repost_days: u16,
    places: HashMap<String, String>,
    known: Known,
    /// Whom to call, as it stands on every one.
    pub hotlines: Vec<Hotline>,
}

impl Wall {
    // tidy(caller): whoever shows a placard has asked who may see it; holders of posts are public.
    pub async fn read(read: &mut Read, today: Date) -> Result<Self> {
        let held = read.assignments().await?.into_iter().map(|record| record.assignment);
        let plan = match plan_in_force(read, today).await {
            Ok((plan, _)) => Some(plan),
            Err(Error::Refused { code: "plan.none", .. }) => None,
            Err(other) => return Err(other),
        };
        let hotlines = hotlines(read, today).await?;
        let known = Known {
            titles: read.posts().await?.into_iter().map(|one| (one.post.id, one.post.name)).collect(),
            hotlines: printed(&hotlines),
            ..Known::default()
        };
        Ok(Self {
            held: held.filter(|one| ON_PLACARDS.contains(&one.role)).collect(),
            names: Names::read(read).await?,
            today,
            plan,
            repost_days: number_on(read, REPOST_DAYS, today).await?,
            places: HashMap::new(),
            known,
            hotlines,
        })
    }

    /// Learns the names of the units these are about, and how whom they name is called and reached.
    // tidy(caller): names of what somebody was shown.
    pub async fn learn(&mut self, read: &mut Read, records: &[PlacardRecord]) -> Result<()> {
        let prints = records.iter().flat_map(|one| {
            let hangs = one.placard.posted().map(|(_, print)| print);
            hangs.into_iter().chain(one.placard.prints.last())
        });
        let named = prints.flat_map(|print| print.lines.iter().map(|line| line.person.clone()));
        let named: Vec<PersonId> = named.collect::<BTreeSet<_>>().into_iter().collect();
        for person in read.persons_by_id(&named).await?.into_iter().map(|one| one.person) {
            self.known.phones.insert(person.id.clone(), public_phone(&person.office_phone));
            self.known.names.insert(person.id, person.name);
        }
        let of_units = records.iter().filter(|one| one.placard.kind == domain::placard::Kind::Unit);
        let ids: Vec<_> = of_units.map(|one| one.placard.about.as_str().into()).collect();
        let found = read.places_by_id(&ids).await?;
        self.places.extend(found.into_iter().map(|one| (one.place.id.to_string(), one.place.name)));
        Ok(())
    }

    /// How long a photo of a day counts: as the duty that asks for it says.
    fn valid_days(&self, on: Date) -> u32 {
        let Some(plan) = &self.plan else { return VALID_DAYS };
        let needs = plan.duties.iter().flat_map(|duty| &duty.needs);
        let roster = |tags: &[String]| tags.iter().any(|tag| tag == "board:roster");
        let mut asked = needs.filter(|need| need.fact == "board.current" && roster(&need.all));
        let days = asked.find_map(|need| need.valid_days.as_ref());
        days.and_then(|days| plan.number(days, on)).unwrap_or(VALID_DAYS)
    }

    /// How a placard stands today.
    pub fn standing(&self, placard: &Placard) -> Standing {
        let posted_on = placard.posted().map_or(self.today, |(posting, _)| posting.on);
        placard.standing_with(&self.held, &self.known, self.today, self.valid_days(posted_on))
    }

    /// Whether the newest print shows the holders of today under their names and phones, and the lines of today.
    pub fn is_printed(&self, placard: &Placard) -> bool {
        let is_right = |print: &Print| !print.is_misnamed(&self.known) && !print.is_misdialled(&self.known);
        placard.is_printed_for(&self.held, self.today) && placard.prints.last().is_some_and(is_right)
    }

    /// What hangs there that is said otherwise today, by the words of [`Standing`]: `changed`, `renamed`, `phone`.
    pub fn differs(&self, placard: &Placard) -> Vec<&'static str> {
        let Some((_, print)) = placard.posted().filter(|_| placard.voided.is_none()) else {
            return Vec::new();
        };
        let is_changed = self.standing(placard).code() == "changed";
        [
            ("changed", is_changed),
            ("renamed", print.is_misnamed(&self.known)),
            ("phone", print.is_misdialled(&self.known)),
        ]
        .into_iter()
        .filter_map(|(word, is)| is.then_some(word))
        .collect()
    }

    /// Who is named by what hangs there and holds the post no longer, who holds one and is not named, and what of those who
    /// stay is said otherwise today; nothing while nothing hangs.
    fn parted(&self, placard: &Placard) -> (Vec<String>, Vec<String>, Vec<String>) {
        let Some((_, print)) = placard.posted() else { return Default::default() };
        let roster = placard.roster(&self.held, self.today);
        let stays =
            |line: &&Line| roster.iter().any(|held| (&held.post, &held.person) == (&line.post, &line.person));
        let gone = print.lines.iter().filter(|line| !stays(line));
        let gone = gone.map(|line| format!("{}（{}）", line.name, line.title)).collect();
        let is_named = |held: &&&Assignment| {
            print.lines.iter().any(|line| (&held.post, &held.person) == (&line.post, &line.person))
        };
        let come = roster.iter().filter(|held| !is_named(held));
        let come = come.map(|held| format!("{}（{}）", self.names.person(&held.person), self.title(held)));
        let mut otherwise = Vec::new();
        for line in print.lines.iter().filter(stays) {
            if line.is_misnamed(&self.known) {
                let name = self.known.names.get(&line.person).unwrap_or(&line.name);
                let title = self.known.titles.get(&line.post).unwrap_or(&line.title);
                otherwise.push(format!("{}（{}）现为 {name}（{title}）", line.name, line.title));
            }
            if line.is_misdialled(&self.known) {
                let phone = self.known.phones.get(&line.person).map_or("", String::as_str);
                let now = if phone.is_empty() { "已停用".to_owned() } else { format!("现为 {phone}") };
                otherwise.push(format!("{} 的办公电话{now}", line.name));
            }
        }
        if print.has_other_hotlines(&self.known) {
            otherwise.push(format!("公布的电话现为 {}", self.known.hotlines.join("、")));
        }
        (gone, come.collect(), otherwise)
    }

    /// What somebody on a placard is called for.
    fn title(&self, held: &Assignment) -> String {
        self.known.titles.get(&held.post).cloned().unwrap_or_else(|| held.role.label().to_owned())
    }

    /// What it is about, in words.
    pub fn about(&self, placard: &Placard) -> String {
        use domain::placard::Kind;
        match placard.kind {
            Kind::Station => self.names.org(&placard.about.as_str().into()),
            Kind::Unit => self.places.get(&placard.about).cloned().unwrap_or_else(|| placard.about.clone()),
            _ => self.names.territory(&placard.about).name,
        }
    }

    /// Who belongs on it today, with the phones that may be posted.
    // tidy(caller): it is what hangs in public.
    pub async fn lines(&self, read: &mut Read, placard: &Placard) -> Result<Vec<Line>> {
        let on_it = placard.roster(&self.held, self.today);
        let ids: Vec<PersonId> = on_it.iter().map(|held| held.person.clone()).collect();
        let people: BTreeMap<_, _> = read
            .persons_by_id(&ids)
            .await?
            .into_iter()
            .map(|one| (one.person.id.clone(), one.person))
            .collect();
        let line = |held: &&Assignment| {
            let person = people.get(&held.person)?;
            Some(Line {
                post: held.post.clone(),
                person: held.person.clone(),
                name: person.name.clone(),
                title: self.title(held),
                office_phone: public_phone(&person.office_phone),
                acting: held.acting,
            })
        };
        Ok(on_it.iter().filter_map(line).collect())
    }

    /// As in the list.
    pub fn row(&self, record: &PlacardRecord) -> PlacardRow {
        let p = &record.placard;
        let standing = self.standing(p);
        let due = standing
            .since()
            .and_then(|since| since.checked_add_days(chrono::Days::new(u64::from(self.repost_days))));
        let (gone, come, otherwise) = self.parted(p);
        PlacardRow {
            id: p.id.to_string(),
            kind: p.kind.code().to_owned(),
            kind_label: p.kind.label().to_owned(),
            about: Named::new(p.about.as_str(), self.about(p)),
            village: self.names.territory(village_of(&p.path)),
            spot: p.spot.clone(),
            lon: p.point.map(|at| at.lon_deg),
            lat: p.point.map(|at| at.lat_deg),
            size: p.size.code().to_owned(),
            standing: standing.code().to_owned(),
            standing_label: standing.label().to_owned(),
            since: standing.since().map(|day| day.to_string()),
            repost_by: due.map(|day| day.to_string()),
            late: due.is_some_and(|day| day < self.today),
            posted_on: p.posted().map(|(posting, _)| posting.on.to_string()),
            gone,
            come,
            otherwise,
            printed: self.is_printed(p),
            prints_n: p.prints.len(),
            version: record.version,
        }
    }

    /// All there is to a placard.
    // tidy(caller): whoever shows it has read it within a scope.
    pub async fn page(
        &self,
        read: &mut Read,
        caller: &Caller,
        record: &PlacardRecord,
    ) -> Result<PlacardView> {
        let p = &record.placard;
        let today = self.lines(read, p).await?;
        let mut postings = Vec::with_capacity(p.postings.len());
        for one in p.postings.iter().rev() {
            let lines = p.prints.get(one.print).map(|print| print.lines.as_slice()).unwrap_or_default();
            postings.push(PlacardPosting {
                print: one.print + 1,
                on: one.on.to_string(),
                at: one.at.to_rfc3339(),
                by: Named::new(one.by.as_str(), self.names.person(&one.by)),
                photos: photo_views(read, &one.photos, &[("placard", p.id.as_str())]).await?,
                lines: lines.iter().map(PlacardLine::of).collect(),
            });
        }
        let last = p.prints.last();
        let wording = |size: Size| {
            let code = template_of(size);
            let edition = last.and_then(|print| print.editions.get(code));
            let n = edition.map_or(0, |edition| edition.saturating_sub(TOWN_EDITIONS));
            PlacardWording { size: size.code().to_owned(), code: code.to_owned(), n }
        };
        let reworded = p.voided.is_none() && !p.is_worded(&editions(read, self.today).await?);
        let may = |action| p.voided.is_none() && caller.hats.hat(action, &subject(p)).is_some();
        let actions = [
            ("print", Action::PlacardKeep),
            ("post", Action::PlacardPost),
            ("change", Action::PlacardKeep),
            ("void", Action::PlacardKeep),
        ];
        let until = match self.standing(p) {
            Standing::Current { until } => Some(until.to_string()),
            _ => None,
        };
        Ok(PlacardView {
            row: self.row(record),
            href: href(p),
            until,
            today: today.iter().map(PlacardLine::of).collect(),
            printed_on: p.prints.last().map(|print| print.on.to_string()),
            newest: p
                .prints
                .last()
                .map(|print| print.lines.iter().map(PlacardLine::of).collect())
                .unwrap_or_default(),
            wordings: Size::ALL.iter().copied().map(wording).collect(),
            reworded,
            postings,
            void_reason: p.voided.as_ref().map(|void| void.reason.clone()),
            actions: actions.into_iter().filter(|(_, right)| may(*right)).map(|(word, _)| word).collect(),
        })
    }
}

/// The path of its public page. `b-` sets its codes apart from those of units (`unit_link`), which never begin so.
pub(super) fn href(placard: &Placard) -> String {
    format!("/p/b-{}", placard.code)
}
