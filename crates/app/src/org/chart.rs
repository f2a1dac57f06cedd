//! The organisation on a day as one tree: committee, office, workstation, departments and villages, their groups and
//! buildings, the posts of each and who is on them. One answer, so that a district opens at once.

use std::collections::{BTreeMap, HashMap};

use domain::ids::{OrgId, TerritoryCode};
use domain::org::order::{by_rank, natural};
use domain::org::{Assignment, CommitteeGap, Level, Org, OrgKind, Post, gaps_of_committees};
use domain::policy::Action;
use domain::time::Date;
use serde::Serialize;
use store::org::{OrgRecord, TerritoryRecord};
use utoipa::ToSchema;

use crate::post::Book;
use crate::view::Named;
use crate::{App, Caller, Result};

/// Somebody on a post of the chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChartHolder {
    /// Id.
    pub id: String,
    /// 姓名.
    pub name: String,
    /// Acting for somebody.
    pub acting: bool,
    /// He is away on the day; null when he is there.
    pub away: Option<ChartAway>,
}

/// Somebody of the chart is away. Why is nothing for a chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChartAway {
    /// Last day.
    pub until: String,
    /// Names of who acts on the day.
    pub acts: Vec<String>,
}

/// A post of the chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChartPost {
    /// Id.
    pub id: String,
    /// Role.
    pub role: String,
    /// Name.
    pub name: String,
    /// Fewest holders.
    pub min_n: u32,
    /// Most holders.
    pub max_n: Option<u32>,
    /// `green`, `amber` or `red`.
    pub light: String,
    /// Who is on it.
    pub holders: Vec<ChartHolder>,
}

/// An organisation or a territory of the chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChartNode {
    /// Id: the organisation's, or the territory's code.
    pub id: String,
    /// The node above; none at the top.
    pub parent: Option<String>,
    /// Kind of organisation, or floor of the territory.
    pub kind: String,
    /// In Chinese.
    pub kind_label: String,
    /// Name.
    pub name: String,
    /// Its posts.
    pub posts: Vec<ChartPost>,
}

/// What the committee lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChartGap {
    /// `no_director`, `no_deputy`, `no_head` or `not_member`.
    pub kind: String,
    /// Which committee; null where the book has none.
    pub committee: Option<Named>,
    /// The department.
    pub org: Option<Named>,
    /// Its head.
    pub person: Option<Named>,
}

/// The organisation on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrgChart {
    /// The day.
    pub on: String,
    /// From the top down: a node comes after the one above it.
    pub nodes: Vec<ChartNode>,
    /// Why the committee is not made up as the plan orders, empty when it is.
    pub gaps: Vec<ChartGap>,
    /// Posts that are short.
    pub red: usize,
    /// Posts that soon will be, or have nobody to take a place.
    pub amber: usize,
}

/// Which kinds stand above an organisation, the nearest first. Source: clause 1.
fn above(kind: OrgKind) -> &'static [OrgKind] {
    match kind {
        OrgKind::TownGov => &[],
        OrgKind::Committee => &[OrgKind::TownGov],
        OrgKind::Office | OrgKind::Dept | OrgKind::Police | OrgKind::FireRescue => {
            &[OrgKind::Committee, OrgKind::TownGov]
        }
        OrgKind::Workstation => &[OrgKind::Office, OrgKind::Committee, OrgKind::TownGov],
        OrgKind::Village => &[OrgKind::Workstation, OrgKind::Office, OrgKind::Committee, OrgKind::TownGov],
        OrgKind::Unit | OrgKind::Station | OrgKind::Brigade => {
            &[OrgKind::Village, OrgKind::Workstation, OrgKind::Office, OrgKind::Committee, OrgKind::TownGov]
        }
    }
}

/// The territory tree and which organisations stand at which of its nodes.
struct Ground<'a> {
    territories: HashMap<&'a TerritoryCode, &'a TerritoryRecord>,
    at: BTreeMap<(&'a str, OrgKind), &'a OrgId>,
}

impl<'a> Ground<'a> {
    fn of(territories: &'a [TerritoryRecord], orgs: &'a [Org]) -> Self {
        let territories: HashMap<_, _> = territories.iter().map(|t| (&t.territory.code, t)).collect();
        let mut at = BTreeMap::new();
        for org in orgs.iter().filter(|org| org.active) {
            at.entry((org.territory.as_str(), org.kind)).or_insert(&org.id);
        }
        Self { territories, at }
    }

    /// Codes from a territory up to the top, its own first.
    fn up(&self, code: &TerritoryCode) -> impl Iterator<Item = &'a str> + use<'a> {
        let path = self.territories.get(code).map_or("", |t| t.territory.path.as_str());
        path.rsplit('/')
    }

    /// The organisation of the nearest kind at this territory or around it, that is not the one asked for.
    fn org_above(&self, of: &Org) -> Option<&'a OrgId> {
        above(of.kind).iter().find_map(|kind| {
            self.up(&of.territory)
                .find_map(|code| self.at.get(&(code, *kind)).copied())
                .filter(|id| **id != of.id)
        })
    }

    /// What stands above a territory below a village: the next one up, or the village itself.
    fn node_above(&self, territory: &TerritoryRecord) -> Option<String> {
        let parent = self.territories.get(territory.territory.parent.as_ref()?)?;
        match parent.territory.level {
            Level::Grid | Level::Group | Level::Building => Some(parent.territory.code.to_string()),
            _ => self
                .up(&parent.territory.code)
                .find_map(|code| self.at.get(&(code, OrgKind::Village)))
                .map(|id| id.to_string()),
        }
    }
}

fn is_node(level: Level) -> bool {
    matches!(level, Level::Grid | Level::Group | Level::Building)
}

impl App {
    /// The organisation on a day, today when none is named.
    pub async fn org_chart(&self, caller: &Caller, on: Option<Date>) -> Result<OrgChart> {
        caller.scope(Action::PersonRead)?;
        let on = on.unwrap_or_else(|| self.now().date());
        let mut read = self.db.read(&self.town).await?;
        let book = Book::read(&mut read, on).await?;
        // As it was on the day: what was closed since was there, what was founded since was not.
        let mut territories = read.territories().await?;
        territories.retain(|one| one.closed.as_ref().is_none_or(|closed| closed.on > on));
        let of_day = |kept: OrgRecord| Org { active: kept.life.is_there(kept.org.active, on), ..kept.org };
        let orgs: Vec<Org> = read.orgs().await?.into_iter().map(of_day).collect();
        let mut posts: Vec<Post> = read.posts().await?.iter().map(|record| book.then(record)).collect();
        by_rank(&mut posts);
        drop(read);
        let ground = Ground::of(&territories, &orgs);
        let (mut red, mut amber) = (0, 0);
        let mut by_node: HashMap<String, Vec<ChartPost>> = HashMap::new();
        let mut held: Vec<Assignment> = Vec::new();
        for post in posts.iter().filter(|post| post.active) {
            let light = book.outlook(post).light;
            red += usize::from(light == domain::org::Light::Red);
            amber += usize::from(light == domain::org::Light::Amber);
            let mut holders = book.holders(&post.id);
            // Who holds it stands before who acts, the longest there first.
            holders.sort_by_cached_key(|one| {
                (one.acting, one.from, book.person(&one.person).name, one.id.clone())
            });
            held.extend(holders.iter().map(|one| (*one).clone()));
            let below = ground.territories.get(&post.territory).is_some_and(|t| is_node(t.territory.level));
            let node = if below { post.territory.to_string() } else { post.org.to_string() };
            by_node.entry(node).or_default().push(ChartPost {
                id: post.id.to_string(),
                role: post.role.code().to_owned(),
                name: post.name.clone(),
                min_n: post.min_n,
                max_n: post.max_n,
                light: light.code().to_owned(),
                holders: holders.iter().map(|one| holder(&book, one, &holders, on)).collect(),
            });
        }
        let mut nodes: Vec<ChartNode> = Vec::new();
        // Kinds are declared from the government down, so that whatever stands above comes first.
        let mut in_order: Vec<&Org> = orgs.iter().filter(|org| org.active).collect();
        in_order.sort_by_cached_key(|org| {
            let place = ground.up(&org.territory).map(str::to_owned).collect::<Vec<_>>();
            (
                rank(org.kind),
                org.kind,
                place.into_iter().rev().collect::<Vec<_>>(),
                natural(&org.name),
                org.id.clone(),
            )
        });
        for org in in_order {
            nodes.push(ChartNode {
                id: org.id.to_string(),
                parent: ground.org_above(org).map(|id| id.to_string()),
                kind: org.kind.code().to_owned(),
                kind_label: org.kind.label().to_owned(),
                name: org.name.clone(),
                posts: by_node.remove(org.id.as_str()).unwrap_or_default(),
            });
        }
        let mut below: Vec<&TerritoryRecord> =
            territories.iter().filter(|t| is_node(t.territory.level)).collect();
        below.sort_by_cached_key(|t| {
            let (path, code) = (t.territory.path.as_str(), t.territory.code.as_str());
            let above = path.strip_suffix(code).unwrap_or(path).to_owned();
            (path.matches('/').count(), above, t.territory.level, natural(&t.territory.name), code.to_owned())
        });
        for territory in below {
            let t = &territory.territory;
            nodes.push(ChartNode {
                id: t.code.to_string(),
                parent: ground.node_above(territory),
                kind: t.level.code().to_owned(),
                kind_label: t.level.label().to_owned(),
                name: t.name.clone(),
                posts: by_node.remove(t.code.as_str()).unwrap_or_default(),
            });
        }
        let named = |id: &OrgId| Some(book.names.named_org(id));
        let path_of = |org: &Org| {
            ground.territories.get(&org.territory).map(|t| t.territory.path.clone()).unwrap_or_default()
        };
        let gaps = gaps_of_committees(&orgs, path_of, &held, on).into_iter().map(|(committee, gap)| {
            let (kind, org, person) = match gap {
                CommitteeGap::NoDirector => ("no_director", None, None),
                CommitteeGap::NoDeputy => ("no_deputy", None, None),
                CommitteeGap::NoHead(org) => ("no_head", named(&org), None),
                CommitteeGap::NotMember(org, person) => {
                    ("not_member", named(&org), Some(book.person(&person)))
                }
            };
            ChartGap { kind: kind.to_owned(), committee: committee.and_then(|id| named(&id)), org, person }
        });
        Ok(OrgChart { on: on.to_string(), gaps: gaps.collect(), nodes, red, amber })
    }
}

/// Somebody on a post on the day, with everybody on it that day.
fn holder(book: &Book, held: &Assignment, beside: &[&Assignment], on: Date) -> ChartHolder {
    let person = book.person(&held.person);
    let acts = |one: &&&Assignment| one.id != held.id && one.acting && one.absence(on).is_none();
    let away = held.absence(on).map(|away| ChartAway {
        until: away.to.to_string(),
        acts: beside.iter().filter(acts).map(|one| book.person(&one.person).name).collect(),
    });
    ChartHolder { id: person.id, name: person.name, acting: held.acting, away }
}

/// How deep a kind stands, at least.
fn rank(kind: OrgKind) -> usize {
    above(kind).len()
}
