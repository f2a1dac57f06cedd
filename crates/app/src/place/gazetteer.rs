//! What territories and organisations are called, read once for many rows, and found by what people write.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{OrgId, TerritoryCode};
use domain::org::{Level, Org, OrgKind, Territory};
use domain::time::Date;
use exchange::value::{comparable, nearest};
use store::Read;

use crate::Result;
use crate::plan::read_once;
use crate::view::Named;

/// The town's territories and organisations by id.
pub(crate) struct Gazetteer {
    territories: BTreeMap<TerritoryCode, Territory>,
    closed: BTreeSet<TerritoryCode>,
    orgs: BTreeMap<OrgId, Org>,
    /// What the plan in force calls bodies, with its word for each; only for who reads a ledger.
    in_the_plan: Vec<(String, String)>,
}

impl Gazetteer {
    /// Reads them all; they are few.
    pub(crate) async fn read(read: &mut Read) -> Result<Self> {
        let all = read.territories().await?;
        let closed = all.iter().filter(|r| r.closed.is_some()).map(|r| r.territory.code.clone()).collect();
        let territories = all.into_iter().map(|r| (r.territory.code.clone(), r.territory)).collect();
        let orgs = read.orgs().await?.into_iter().map(|r| (r.org.id.clone(), r.org)).collect();
        Ok(Self { territories, closed, orgs, in_the_plan: Vec::new() })
    }

    /// The same for who reads a ledger: its writers call bodies as the plan does.
    pub(crate) async fn of_ledger(read: &mut Read, on: Date) -> Result<Self> {
        let mut names = Self::read(read).await?;
        if let Some(version) = read.plan_on(on).await? {
            for term in read_once(&version.source)?.terms {
                let said = std::iter::once(&term.name).chain(&term.aliases);
                names.in_the_plan.extend(said.map(|name| (comparable(name), term.label.clone())));
            }
        }
        Ok(names)
    }

    /// A territory by its code.
    pub(crate) fn territory(&self, code: &TerritoryCode) -> Option<&Territory> {
        self.territories.get(code)
    }

    /// An organisation by its id.
    pub(crate) fn organisation(&self, id: &OrgId) -> Option<&Org> {
        self.orgs.get(id)
    }

    /// A territory with its name; the code stands for a name nobody knows.
    pub(crate) fn place(&self, code: &TerritoryCode) -> Named {
        let name = self.territories.get(code).map_or(code.as_str(), |t| t.name.as_str());
        Named::new(code.as_str(), name)
    }

    /// An organisation with its name.
    pub(crate) fn org(&self, id: &OrgId) -> Named {
        let name = self.orgs.get(id).map_or(id.as_str(), |o| o.name.as_str());
        Named::new(id.as_str(), name)
    }

    /// The first territory of a level: the town, of the one town there is.
    pub(crate) fn of_level(&self, level: Level) -> Option<&Territory> {
        self.territories.values().find(|t| t.level == level)
    }

    /// The first organisation of a kind that still is.
    pub(crate) fn org_of_kind(&self, kind: OrgKind) -> Option<OrgId> {
        self.orgs.values().find(|o| o.active && o.kind == kind).map(|o| o.id.clone())
    }

    /// Whether a territory is there today.
    pub(crate) fn is_open(&self, territory: &Territory) -> bool {
        !self.closed.contains(&territory.code)
    }

    /// Every territory that is there.
    fn open(&self) -> impl Iterator<Item = &Territory> {
        self.territories.values().filter(|t| self.is_open(t))
    }

    /// Every village and community that is there.
    pub(crate) fn villages(&self) -> impl Iterator<Item = &Territory> {
        self.open().filter(|t| t.level == Level::Village)
    }

    /// The village somebody wrote, by code, name, short name or alias.
    pub(crate) fn village_written(&self, text: &str) -> Option<&Territory> {
        let wanted = comparable(text);
        self.villages().find(|t| spelled(t, &wanted)).or_else(|| {
            // `场镇` for `场镇社区`, `凌阁堂` for `凌阁堂村`.
            let bare = |name: &str| comparable(name.trim_end_matches("社区").trim_end_matches('村'));
            let mut alike = self.villages().filter(|t| bare(&t.name) == bare(text));
            alike.next().filter(|_| alike.next().is_none())
        })
    }

    /// Any territory somebody wrote, villages first.
    pub(crate) fn territory_written(&self, text: &str) -> Option<&Territory> {
        let wanted = comparable(text);
        self.village_written(text).or_else(|| self.open().find(|t| spelled(t, &wanted)))
    }

    /// The grid of a village somebody wrote.
    pub(crate) fn grid_written(&self, village: &TerritoryCode, text: &str) -> Option<&Territory> {
        let wanted = comparable(text);
        let own = |t: &&Territory| t.level == Level::Grid && t.parent.as_ref() == Some(village);
        self.open().filter(own).find(|t| {
            let short = self.territories.get(village).map(|v| comparable(&t.name.replace(&v.name, "")));
            spelled(t, &wanted) || short.as_deref() == Some(&wanted)
        })
    }

    /// The organisation somebody wrote, by id, name, short name or alias, or as the plan calls the one body that the town says it is;
    /// one that is no more is not found.
    pub(crate) fn org_written(&self, text: &str) -> Option<&Org> {
        let wanted = comparable(text);
        let mut there = self.orgs.values().filter(|o| o.active);
        let own = there.clone().find(|o| {
            [o.id.as_str(), &o.name, &o.short_name].iter().any(|own| comparable(own) == wanted)
                || o.aliases.iter().any(|alias| comparable(alias) == wanted)
        });
        own.or_else(|| {
            let (_, label) = self.in_the_plan.iter().find(|(name, _)| *name == wanted)?;
            let one = there.find(|o| o.label == *label)?;
            there.all(|o| o.label != *label).then_some(one)
        })
    }

    /// What to say of an organisation nobody knows: the ones it may be short for, for a person to decide; `otherwise` where there is
    /// none.
    pub(crate) fn unknown_org(&self, written: &str, otherwise: String) -> String {
        let words = self.orgs.values().filter(|o| o.active).flat_map(|o| {
            let spellings = [&o.name, &o.short_name].into_iter().chain(&o.aliases);
            spellings.map(move |spelling| (spelling.as_str(), o.name.as_str()))
        });
        let near = nearest(written, words).join("、");
        if near.is_empty() {
            return otherwise;
        }
        format!(
            "没有“{written}”这个机构，相近的有：{near}；是就改用这个名称，或在“机构与辖区”页登记为它的别名"
        )
    }
}

fn spelled(territory: &Territory, wanted: &str) -> bool {
    [territory.code.as_str(), &territory.name, &territory.short_name]
        .iter()
        .any(|own| !own.is_empty() && comparable(own) == wanted)
        || territory.aliases.iter().any(|alias| comparable(alias) == wanted)
}
