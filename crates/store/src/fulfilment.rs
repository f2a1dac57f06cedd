//! What one town has on record, gathered for judging its duties: who and what is there (here), and what was done
//! ([`acts`]). Read in a few statements over the whole town, streamed, never row by row. What does *not* belong here:
//! judging (`domain::fulfilment`), keeping the result (`app`).

mod acts;
mod assessment;
mod call_test;
mod campaign;
mod contract;
mod device;
mod drill;
mod enforcement;
mod evidence;
mod facility;
mod fire_plan;
mod force;
mod house;
mod incident;
mod letter;
mod meeting;
mod names;
mod org;
mod placard;
mod report_case;
mod road;
mod sector;
mod stop_use;
mod training;
mod whistle;

use std::collections::{BTreeSet, HashMap};

use domain::fulfilment::{Facts, Span, SubjectIx};
use domain::place::KindCode;
use domain::plan::SubjectKind;
use domain::time::{Date, Timestamp};

pub use acts::{Life, Told};
pub use evidence::OCCASION;
pub use fire_plan::{FIRE_PLAN, version_of};
pub use incident::INCIDENT;
pub use sector::SECTOR;
pub use stop_use::STOP_USE;
pub use whistle::WHISTLE;

use crate::{Read, Result, Row, args};

/// The kinds of fact this record is a source of: their absence means that nothing was done.
pub const CONNECTED: &[&str] = &[
    "inspection.done",
    "inspection.joint",
    "inspection.plan_approved",
    "hazard.found",
    "hazard.closed",
    "hazard.recheck",
    "hazard.conform",
    "place.listed",
    "place.graded",
    "place.sector_assigned",
    "register.verified",
    "post.filled",
    "org.complete",
    "certificate.valid",
    "responsibility.signed",
    "meeting.held",
    "report.approved",
    "budget.set",
    "enforcement.act",
    "enforcement.trained",
    "person.registered",
    "training.held",
    "station.active",
    "station.dispatchable",
    "equipment.complete",
    "campaign.done",
    "assessment.done",
    "contract.signed",
    "drill.held",
    "board.current",
    "call.tested",
    "sortie.done",
    "flight.done",
    "facility.in_service",
    "facility.connected",
    "facility.planned_built",
    "device.online",
    "device.installed",
    "road.passable",
    "report_case.accepted",
    "report_case.replied",
    "whistle.raised",
    "whistle.arrived",
    "plan.item",
];

/// A village as the board shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Village {
    /// Its subject.
    pub subject: SubjectIx,
    /// Code.
    pub code: String,
    /// Full name.
    pub name: String,
    /// Name for narrow columns.
    pub short_name: String,
    /// Territory path, by which rights are told.
    pub path: String,
    /// The first day on which it is no more.
    pub closed_on: Option<Date>,
}

/// What was gathered.
#[derive(Debug, Clone)]
pub struct Gathered {
    /// Subjects and facts.
    pub facts: Facts,
    /// The villages, in the order of the town.
    pub villages: Vec<Village>,
    /// The town itself.
    pub town: SubjectIx,
    roll: Roll,
}

/// What later facts are hung on.
#[derive(Debug, Clone, Default)]
struct Roll {
    /// Territory code → subject.
    territories: HashMap<String, SubjectIx>,
    /// Organisation → its tags, and its subject while it exists.
    orgs: HashMap<String, (Vec<String>, Option<SubjectIx>)>,
    /// Assignment → organisation.
    hats: HashMap<String, String>,
    /// Post → the force whose people hold it, and the unit or compound it serves.
    forces: HashMap<String, Vec<SubjectIx>>,
    /// Hazard → the last event taken in.
    hazards: HashMap<String, i64>,
    /// Whom the gate of clause 11 was open to when.
    gate: training::Gate,
    /// Visit → the bodies whose people signed its record, and when.
    signed: HashMap<String, Vec<(String, Timestamp)>>,
    /// Task → the bodies that owe it together.
    together: HashMap<String, Vec<String>>,
}

impl Roll {
    /// What lies around a path, nearest first; the town last.
    fn around(&self, path: &str, town: SubjectIx) -> Vec<SubjectIx> {
        let mut out: Vec<SubjectIx> =
            path.rsplit('/').filter_map(|code| self.territories.get(code).copied()).collect();
        if !out.contains(&town) {
            out.push(town);
        }
        out
    }

    /// The tags and subjects of organisations that acted.
    fn acting(&self, orgs: &BTreeSet<String>) -> (Vec<String>, Vec<SubjectIx>) {
        let found = || orgs.iter().filter_map(|org| self.orgs.get(org));
        let tags: BTreeSet<&String> = found().flat_map(|(tags, _)| tags).collect();
        (tags.into_iter().cloned().collect(), found().filter_map(|(_, subject)| *subject).collect())
    }
}

/// The whole civil day is known: what was recorded before this instant.
fn end_of(day: Date) -> Timestamp {
    Timestamp::start_of(day.succ_opt().unwrap_or(day))
}

const ALWAYS: Span = Span { from: Date::MIN, to: None };

impl Read {
    /// Gathers the town's record. Places voided by this day are left out: they were no places.
    pub async fn gather(&mut self, as_of: Date) -> Result<Gathered> {
        let mut facts = Facts::new();
        facts.connect(CONNECTED.iter().copied());
        facts.connect(domain::evidence::claim::recordable());
        let town = facts.add_subject(SubjectKind::Town, self.town.as_str(), ALWAYS, 1.0, &[]);
        let mut out = Gathered { facts, villages: Vec::new(), town, roll: Roll::default() };
        out.roll.territories.insert(self.town.to_string(), town);
        self.gather_territories(&mut out).await?;
        self.gather_orgs(&mut out).await?;
        self.gather_posts(&mut out).await?;
        self.gather_people(&mut out).await?;
        self.gather_places(&mut out, as_of).await?;
        self.gather_stations(&mut out).await?;
        self.gather_managers(&mut out).await?;
        // What answers a fire is credited to it: fires come first.
        self.gather_incidents(&mut out).await?;
        self.gather_authority(&mut out).await?;
        self.gather_acts(&mut out).await?;
        self.gather_meetings(&mut out).await?;
        self.gather_reports(&mut out).await?;
        self.gather_budget(&mut out).await?;
        self.gather_contracts(&mut out).await?;
        self.gather_campaigns(&mut out).await?;
        self.gather_assessments(&mut out).await?;
        self.gather_drills(&mut out).await?;
        self.gather_placards(&mut out).await?;
        self.gather_calls(&mut out).await?;
        self.gather_sorties(&mut out).await?;
        self.gather_facilities(&mut out, as_of).await?;
        self.gather_houses(&mut out).await?;
        self.gather_stop_uses(&mut out).await?;
        self.gather_whistles(&mut out).await?;
        self.gather_sectors(&mut out).await?;
        self.gather_devices(&mut out, as_of).await?;
        self.gather_report_cases(&mut out).await?;
        self.gather_fire_plans(&mut out, as_of).await?;
        Ok(out)
    }

    async fn gather_territories(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT id, level, path, name, short_name, closed_on FROM territory WHERE town = $1 ORDER BY ord, path, id";
        let mut rows = self.rows(sql, args![town.as_str()]).await?;
        // Wholes come before their parts; among villages the order of the town stays.
        rows.sort_by_key(|row| row.text("path").map_or(0, |path| path.matches('/').count()));
        for row in &rows {
            let (code, path) = (row.text("id")?, row.text("path")?);
            let kind = match row.text("level")?.as_str() {
                "village" => SubjectKind::Village,
                "grid" => SubjectKind::Grid,
                "group" => SubjectKind::VillagerGroup,
                "building" => SubjectKind::Building,
                "town" => {
                    out.roll.territories.insert(code, out.town);
                    continue;
                }
                _ => continue,
            };
            let around = out.roll.around(&path, out.town);
            let closed_on = row.opt_date("closed_on")?;
            // It owes nothing from the day on which it is no more.
            let exists = Span { to: closed_on.and_then(|day| day.pred_opt()), ..ALWAYS };
            let subject = out.facts.add_subject(kind, &code, exists, 1.0, &around);
            out.roll.territories.insert(code.clone(), subject);
            // A building is a territory of its own only where it has a head. Source: C2.3.
            if kind == SubjectKind::Building {
                out.facts.add_label(subject, "class:with_building_head", ALWAYS);
            }
            if kind == SubjectKind::Village {
                let (name, short_name) = (row.text("name")?, row.text("short_name")?);
                out.villages.push(Village { subject, code, name, short_name, path, closed_on });
            }
        }
        Ok(())
    }

    async fn gather_orgs(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT o.*, t.path AS path FROM org o LEFT JOIN territory t ON t.town = o.town AND t.id = o.territory \
                   WHERE o.town = $1 ORDER BY o.ord, o.id";
        for row in &self.rows(sql, args![town.as_str()]).await? {
            let (id, kind) = (row.text("id")?, row.text("kind")?);
            let label = row.opt_text("label")?.filter(|label| !label.is_empty());
            let mut tags = vec![format!("org_kind:{kind}")];
            tags.extend(label.map(|label| match label.starts_with("org:") {
                true => label,
                false => format!("org:{label}"),
            }));
            let around = out.roll.around(&row.opt_text("path")?.unwrap_or_default(), out.town);
            let subject =
                there(row)?.map(|exists| out.facts.add_subject(SubjectKind::Org, &id, exists, 1.0, &around));
            for tag in &tags {
                if let Some(subject) = subject {
                    out.facts.add_label(subject, tag, ALWAYS);
                }
            }
            out.roll.orgs.insert(id, (tags, subject));
        }
        Ok(())
    }

    async fn gather_posts(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT p.id, p.role, p.org, p.active, p.closed_on, t.path AS path FROM post p \
                   LEFT JOIN territory t ON t.town = p.town AND t.id = p.territory WHERE p.town = $1 ORDER BY p.id";
        for row in &self.rows(sql, args![town.as_str()]).await? {
            let Some(exists) = there(row)? else { continue };
            let (id, role, org) = (row.text("id")?, row.text("role")?, row.text("org")?);
            let mut around = out.roll.around(&row.opt_text("path")?.unwrap_or_default(), out.town);
            let (tags, orgs) = out.roll.acting(&BTreeSet::from([org]));
            around.extend(orgs);
            let post = out.facts.add_subject(SubjectKind::Post, &id, exists, 1.0, &around);
            out.facts.add_label(post, &format!("role:{role}"), ALWAYS);
            for tag in &tags {
                out.facts.add_label(post, tag, ALWAYS);
            }
        }
        Ok(())
    }

    /// People, with the roles they had from day to day.
    async fn gather_people(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT id FROM person WHERE town = $1 AND active ORDER BY id";
        for row in &self.rows(sql, args![town.as_str()]).await? {
            out.facts.add_subject(SubjectKind::Person, &row.text("id")?, ALWAYS, 1.0, &[out.town]);
        }
        let sql = "SELECT id, person, role, org, path, from_on, to_on FROM assignment WHERE town = $1 ORDER BY from_on, id";
        for row in &self.rows(sql, args![town.as_str()]).await? {
            out.roll.hats.insert(row.text("id")?, row.text("org")?);
            let id = row.text("person")?;
            if out.facts.subject(SubjectKind::Person, &id).is_none() {
                continue;
            }
            let around = out.roll.around(&row.text("path")?, out.town);
            let person = out.facts.add_subject(SubjectKind::Person, &id, ALWAYS, 1.0, &around);
            let held = Span { from: row.date("from_on")?, to: row.opt_date("to_on")? };
            out.facts.add_label(person, &format!("role:{}", row.text("role")?), held);
            for tag in training::tags_of(row.word("role")?) {
                out.facts.add_label(person, &tag, held);
            }
        }
        Ok(())
    }

    async fn gather_places(&mut self, out: &mut Gathered, as_of: Date) -> Result<()> {
        let town = self.town.clone();
        let until = end_of(as_of);
        let sql = "SELECT p.id, p.category, p.tags, p.path, p.opening, p.opened_on, p.closed_on, p.happened_on, p.recorded_at, \
                   (SELECT MIN(e.from_on) FROM list_entry e WHERE e.town = p.town AND e.place = p.id) AS listed_on \
                   FROM place p WHERE p.town = $1 AND (p.voided_at IS NULL OR p.voided_at >= $2) ORDER BY p.id";
        self.each(sql, args![town.as_str(), until], |row| {
            let exists = stay(&row)?;
            let around = out.roll.around(&row.text("path")?, out.town);
            let place = out.facts.add_subject(SubjectKind::Place, &row.text("id")?, exists, 1.0, &around);
            let category = row.text("category")?;
            let mut known_as = vec![place];
            // A residential compound owes duties of its own beside those of a place. Source: C3.3, C18.
            if KindCode(category.clone()).is_within(&KindCode::from("compound")) {
                let id = row.text("id")?;
                known_as.push(out.facts.add_subject(SubjectKind::Compound, &id, exists, 1.0, &around));
            }
            let tags = row.text("tags")?;
            let kinds: Vec<KindCode> = std::iter::once(category.as_str())
                .chain(tags.split_whitespace())
                .map(KindCode::from)
                .collect();
            // The plan speaks of houses and of those that are used; the register tells them apart. Source: C17.2, C17.3.
            let general = KindCode::from("self_built");
            if kinds.iter().any(|kind| kind.is_within(&general)) {
                out.facts.add_label(place, "tag:self_built", ALWAYS);
                if domain::house::is_used_as(&kinds) {
                    out.facts.add_label(place, "tag:self_built_business", ALWAYS);
                }
            }
            // The plan says it in one word; the register says which. Source: C13.2.
            if !domain::joint_control::high_risk(&kinds).is_empty() {
                out.facts.add_label(place, "tag:high_risk", ALWAYS);
            }
            for subject in known_as {
                out.facts.add_label(subject, &format!("category:{category}"), ALWAYS);
                for tag in tags.split_whitespace() {
                    out.facts.add_label(subject, &format!("tag:{tag}"), ALWAYS);
                }
            }
            Ok(())
        })
        .await?;
        // What was done at a place under a second row of the register was done at the place.
        let sql = "SELECT id, same_as FROM place WHERE town = $1 AND same_as IS NOT NULL AND voided_at < $2 ORDER BY id";
        for row in self.rows(sql, args![town.as_str(), until]).await? {
            let (double, place) = (row.text("id")?, row.text("same_as")?);
            for kind in [SubjectKind::Place, SubjectKind::Compound] {
                if let Some(place) = out.facts.subject(kind, &place) {
                    out.facts.add_alias(kind, &double, place);
                }
            }
        }
        let sql = "SELECT e.place, e.from_on, e.to_on, l.kind FROM list_entry e \
                   JOIN place_list l ON l.town = e.town AND l.id = e.list WHERE e.town = $1 ORDER BY e.from_on, e.id";
        self.each(sql, args![town.as_str()], |row| {
            let Some(place) = out.facts.subject(SubjectKind::Place, &row.text("place")?) else {
                return Ok(());
            };
            if let Some(stay) = listed(&row)? {
                out.facts.add_label(place, &format!("list:{}", row.text("kind")?), stay);
            }
            Ok(())
        })
        .await
    }
}

/// Since when, and until when, there is a place. Nobody knows when most opened: then since it was first known of.
fn stay(row: &Row) -> Result<Span> {
    let known = [
        Some(row.date("happened_on")?),
        Some(row.instant("recorded_at")?.date()),
        row.opt_date("listed_on")?,
    ];
    let first = known.into_iter().flatten().min().unwrap_or_default();
    let to = match row.opt_date("closed_on")? {
        None if row.text("opening")? == "deregistered" => Some(row.date("happened_on")?),
        closed => closed,
    };
    Ok(Span { from: row.opt_date("opened_on")?.unwrap_or(first), to })
}

/// While an organisation or a post is there: what was given up on a day owed what it owed before it; none for what is no more
/// and nobody said since when.
fn there(row: &Row) -> Result<Option<Span>> {
    let closed = row.opt_date("closed_on")?.and_then(|day| day.pred_opt());
    Ok(match row.bool("active")? {
        true => Some(ALWAYS),
        false => closed.map(|to| Span { to: Some(to), ..ALWAYS }),
    })
}

/// The days on a list; the day it left is the first day off it, so one who left the same day was never on it.
fn listed(row: &Row) -> Result<Option<Span>> {
    let from = row.date("from_on")?;
    let to = row.opt_date("to_on")?.map(|left| left.pred_opt().unwrap_or(left));
    Ok(to.is_none_or(|to| from <= to).then_some(Span { from, to }))
}
