//! What whoever stands before a placard sees: who is responsible here today, by name, post and office phone, and whom to
//! call; and who of the town enforces. Nobody is asked who he is. What does not belong here: the page (`api::placard`).

use std::collections::BTreeMap;

use domain::gate::{Part, Pass};
use domain::ids::PersonId;
use domain::org::{CertificateKind, Role};
use domain::placard::public_phone;
use domain::time::Date;
use store::Read;

use super::view::{Hotline, PlacardLine, Wall, hotlines, village_of};
use crate::gate::Gatekeeper;
use crate::names::Names;
use crate::{App, Result};

/// A placard as its public page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicPlacard {
    /// The town.
    pub town: String,
    /// What it is about.
    pub about: String,
    /// The village, where that is another.
    pub village: String,
    /// Who is responsible today; nobody on one that was taken down.
    pub lines: Vec<PlacardLine>,
    /// It was taken down.
    pub is_void: bool,
    /// What is said otherwise today than on what hangs there: `changed` holders, `renamed`, `phone`.
    pub differs: Vec<&'static str>,
    /// Whom to call.
    pub hotlines: Vec<Hotline>,
    /// The office and its phone.
    pub office: Option<(String, String)>,
    /// Today.
    pub today: Date,
}

/// What somebody on the list does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Does {
    /// Orders by himself.
    Enforces,
    /// Only along with others.
    Helps,
    /// Looks at places of his department's sector.
    Inspects,
}

/// Somebody who may enforce, help to or inspect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicOfficer {
    /// 姓名.
    pub name: String,
    /// 职务.
    pub title: String,
    /// Of which organisation.
    pub org: String,
    /// Region and category of the certificate, otherwise where the post reaches.
    pub scope: String,
    /// What he does.
    pub does: Does,
}

/// Everybody who may enforce, help to or inspect today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicOfficers {
    /// The town.
    pub town: String,
    /// Officers first.
    pub items: Vec<PublicOfficer>,
    /// Whom to call.
    pub hotlines: Vec<Hotline>,
    /// The office and its phone.
    pub office: Option<(String, String)>,
    /// Today.
    pub today: Date,
}

/// The office and the phone at which somebody of it is reached.
pub(crate) async fn office(read: &mut Read, names: &Names, today: Date) -> Result<Option<(String, String)>> {
    let held = read.holders_on(&[], today).await?;
    let held: Vec<_> =
        held.into_iter().filter(|one| matches!(one.role, Role::OfficeHead | Role::OfficeClerk)).collect();
    let ids: Vec<PersonId> = held.iter().map(|one| one.person.clone()).collect();
    let people = read.persons_by_id(&ids).await?;
    Ok(held.iter().find_map(|one| {
        let person = people.iter().find(|kept| kept.person.id == one.person)?;
        let phone = public_phone(&person.person.office_phone);
        (!phone.is_empty()).then(|| (names.org(&one.org), phone))
    }))
}

impl App {
    /// Whom to call in this town today, the fire brigade first.
    // tidy(caller): it hangs in public.
    pub async fn hotlines(&self) -> Result<Vec<Hotline>> {
        hotlines(&mut self.db.read(&self.town).await?, self.now().date()).await
    }

    /// What the code of a placard opens, whatever was printed on it; none for a code that is on no placard.
    // tidy(caller): it hangs in public; it shows what T14 lets be posted and nothing else.
    pub async fn public_placard(&self, code: &str) -> Result<Option<PublicPlacard>> {
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let Some(record) = read.placard_by_code(code).await? else { return Ok(None) };
        let mut wall = Wall::read(&mut read, today).await?;
        wall.learn(&mut read, std::slice::from_ref(&record)).await?;
        let placard = &record.placard;
        let is_void = placard.voided.is_some();
        let lines = if is_void { Vec::new() } else { wall.lines(&mut read, placard).await? };
        let about = wall.about(placard);
        let village = wall.names.territory(village_of(&placard.path)).name;
        Ok(Some(PublicPlacard {
            town: wall.names.territory(self.town.as_str()).name,
            village: if village == about { String::new() } else { village },
            about,
            lines: lines.iter().map(PlacardLine::of).collect(),
            is_void,
            differs: wall.differs(placard),
            hotlines: hotlines(&mut read, today).await?,
            office: office(&mut read, &wall.names, today).await?,
            today,
        }))
    }

    /// Who enforces or helps to today, with the certificate and the training that clause 11 asks for, and who inspects for a
    /// department. Whom the leader let through for a time is not on the list.
    // tidy(caller): the list is public (C11); names, posts and scope only.
    pub async fn public_officers(&self) -> Result<PublicOfficers> {
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let gate = Gatekeeper::read(&mut read).await?;
        let posts: BTreeMap<_, _> =
            read.posts().await?.into_iter().map(|one| (one.post.id, one.post.name)).collect();
        let certificates = read.certificates().await?;
        let mut items = Vec::new();
        for held in read.holders_on(&[], today).await? {
            // A police station enforces for the organ it belongs to, with its own qualification (C12.3, C12.4).
            let police = (held.role == Role::PoliceOfficer).then_some(Part::Officer);
            let does = match Part::of(held.role).or(police) {
                None if held.role == Role::DeptInspector => Does::Inspects,
                None => continue,
                Some(part) => {
                    if !matches!(gate.pass(&held.person, part, today), Ok(Pass::Trained | Pass::Police)) {
                        continue;
                    }
                    if part == Part::Officer { Does::Enforces } else { Does::Helps }
                }
            };
            let enforces = [CertificateKind::EnforcementCert, CertificateKind::PoliceQual];
            let scope = certificates.iter().map(|kept| &kept.certificate).find_map(|one| {
                let counts =
                    one.person == held.person && enforces.contains(&one.kind) && one.is_valid_on(today);
                (counts && !one.scope.trim().is_empty()).then(|| one.scope.trim().to_owned())
            });
            items.push(PublicOfficer {
                name: names.person(&held.person),
                title: posts.get(&held.post).cloned().unwrap_or_else(|| held.role.label().to_owned()),
                org: names.org(&held.org),
                scope: scope.unwrap_or_else(|| names.territory(held.territory.as_str()).name),
                does,
            });
        }
        items.sort_by(|a, b| (a.does, &a.org, &a.name).cmp(&(b.does, &b.org, &b.name)));
        items.dedup();
        Ok(PublicOfficers {
            town: names.territory(self.town.as_str()).name,
            items,
            hotlines: hotlines(&mut read, today).await?,
            office: office(&mut read, &names, today).await?,
            today,
        })
    }
}
