//! The sample town: its people, then places, plans and history on top of a founded town: deterministic, invented, and
//! led through the same rules as everything else. What does not belong here: when it is filled (the roof).

mod assessment;
mod boundary;
mod call_test;
mod campaign;
mod device;
mod dice;
mod drill;
mod enforcement;
mod evidence;
mod facility;
mod fire_plan;
mod force;
mod handover;
mod history;
mod house;
mod incident;
mod joint_control;
mod meeting;
mod paper;
mod people;
mod picture;
mod placard;
mod places;
mod project;
mod record;
mod report_case;
mod road;
mod sector;
mod siting;
mod stop_use;
mod terrain;
mod training;
mod whistle;

use domain::ids::OrgId;
use domain::org::{Level, OrgKind, Role};
use domain::policy::{Action, Subject};
use store::seal::sha256;

use crate::calendar::shipped_calendar;
use crate::checklist::library;
use crate::org::Roster;
use crate::{App, Caller, Error, Result};
use history::{Body, Hat};
pub use people::roster;
pub use terrain::terrain;

/// The password of every login of the sample town.
pub const PASSWORD: &str = "演示密码-请勿用于正式环境";
use places::Village;
use record::Cast;

/// The plan's villages by a word of their name, how many places each lists, and where we put them on the map.
/// Source of the counts: the plan, clause 10, 2023-02-20. The positions are invented.
const VILLAGES: &[(&str, usize, (f64, f64))] = &[
    ("场镇", 70, (105.872, 29.268)),
    ("凌阁堂", 18, (105.851, 29.291)),
    ("胡豆坪", 48, (105.896, 29.289)),
    ("佛岩寺", 47, (105.902, 29.253)),
    ("牌坊坝", 17, (105.846, 29.249)),
    ("莲花石", 20, (105.873, 29.236)),
];

/// The departments that visit places of their sector, by the plan's word.
const DEPTS: &[&str] = &[
    "org:economy_office",
    "org:civil_office",
    "org:agri_center",
    "org:planning_office",
    "org:emergency_office",
];

/// Those of a village who go out, those first who go most.
const OF_A_VILLAGE: &[Role] = &[Role::VillageStaff, Role::VillageSecretary, Role::VillageCommittee];
/// Those of a department.
const OF_A_DEPT: &[Role] = &[Role::DeptInspector, Role::DeptHead];

impl App {
    /// Puts places, lists, plans and fourteen months of history into a town founded from this roster. A town that has
    /// places stays as it is, and the answer is `false`.
    ///
    /// Errors: the caller is not the program; the roster lacks somebody the history needs; no checklists are in force.
    pub async fn fill_sample(&self, caller: &Caller, roster: &Roster) -> Result<bool> {
        caller.hat(Action::RegisterImport, &Subject::town())?;
        let scope = caller.scope(Action::PlaceRead)?;
        let mut read = self.db.read(&self.town).await?;
        if read.place_count(&Default::default(), &scope).await? > 0 {
            return Ok(false);
        }
        let library = library(&mut read).await?;
        drop(read);
        record::fill(self, &cast(roster)?, &id, &library, shipped_calendar()).await?;
        // Stations first: what they do is evidence as well.
        force::fill(self, roster).await?;
        evidence::fill(self, roster).await?;
        meeting::fill(self, roster).await?;
        facility::fill(self, roster).await?;
        boundary::fill(self, roster).await?;
        road::fill(self, roster).await?;
        project::fill(self, roster).await?;
        device::fill(self, roster).await?;
        fire_plan::fill(self, roster).await?;
        siting::fill(self, roster).await?;
        training::fill(self, roster).await?;
        paper::fill(self, roster).await?;
        handover::fill(self, roster, &id).await?;
        placard::fill(self, roster).await?;
        campaign::fill(self, roster).await?;
        drill::fill(self, roster).await?;
        call_test::fill(self, roster).await?;
        incident::fill(self, roster).await?;
        report_case::fill(self, roster).await?;
        enforcement::fill(self, roster).await?;
        house::fill(self, roster).await?;
        stop_use::fill(self, roster).await?;
        whistle::fill(self, roster).await?;
        sector::fill(self, roster).await?;
        joint_control::fill(self, &cast(roster)?, &library, shipped_calendar()).await?;
        assessment::fill(self, roster).await?;
        Ok(true)
    }
}

/// The same id for the same word, in the form every id has.
fn id(word: &str) -> String {
    let hash = sha256(word.as_bytes());
    let part = |from: usize, to: usize| hash.get(from..to).unwrap_or_default();
    format!("{}-{}-7{}-8{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
}

fn cast(roster: &Roster) -> Result<Cast> {
    let lacking = |what: &str| Error::Internal(format!("the sample's roster lacks {what}"));
    let hats = |org: &OrgId, roles: &[Role]| -> Vec<Hat> {
        let mut held: Vec<_> =
            roster.assignments.iter().filter(|held| held.org == *org && roles.contains(&held.role)).collect();
        held.sort_by_key(|held| roles.iter().position(|role| *role == held.role));
        held.into_iter().map(|held| hat(roster, held)).collect()
    };
    let with_role =
        |role: Role| roster.assignments.iter().find(|held| held.role == role).map(|held| hat(roster, held));
    let mut villages = Vec::new();
    for (word, listed, middle) in VILLAGES {
        let village = roster
            .territories
            .iter()
            .find(|node| node.level == Level::Village && node.name.contains(word))
            .ok_or_else(|| lacking(word))?;
        let org = roster
            .orgs
            .iter()
            .find(|org| org.kind == OrgKind::Village && org.territory == village.code)
            .ok_or_else(|| lacking(word))?;
        let grids = roster
            .territories
            .iter()
            .filter(|node| node.level == Level::Grid && node.parent.as_ref() == Some(&village.code))
            .map(|node| node.code.clone())
            .collect();
        villages.push((
            Village {
                code: village.code.clone(),
                short: village.short_name.clone(),
                grids,
                listed: *listed,
                is_market: *word == "场镇",
                middle: *middle,
            },
            Body { org: org.id.clone(), is_police: false, hats: hats(&org.id, OF_A_VILLAGE) },
        ));
    }
    let of_label = |label: &str| roster.orgs.iter().find(|org| org.label == label);
    let police = of_label("org:police_station").ok_or_else(|| lacking("派出所"))?;
    let police =
        Body { org: police.id.clone(), is_police: true, hats: hats(&police.id, &[Role::PoliceOfficer]) };
    let mut depts = Vec::new();
    for label in DEPTS {
        let org = of_label(label).ok_or_else(|| lacking(label))?;
        depts.push((*label, Body { org: org.id.clone(), is_police: false, hats: hats(&org.id, OF_A_DEPT) }));
    }
    let office = with_role(Role::OfficeClerk).ok_or_else(|| lacking("专管员"))?;
    let leader = with_role(Role::LeaderInCharge).ok_or_else(|| lacking("分管领导"))?;
    Ok(Cast { villages, police, depts, office: Hat { is_office: true, ..office }, leader })
}

fn hat(roster: &Roster, held: &domain::org::Assignment) -> Hat {
    let person = roster.persons.iter().find(|person| person.id == held.person);
    Hat {
        person: held.person.clone(),
        name: person.map(|person| person.name.clone()).unwrap_or_default(),
        assignment: held.id.clone(),
        post: held.post.clone(),
        org: held.org.clone(),
        is_office: false,
    }
}
