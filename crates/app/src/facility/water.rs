//! The town's water and pipes as a whole: how much counts in each village and what does not, what no source reaches,
//! what one break cuts off. What does not belong here: the rules (`domain::facility`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use std::collections::BTreeMap;

use domain::facility::Facility;
use domain::facility::network::{Network, Node, is_part};
use domain::facility::water::{Waters, Why, sum};
use domain::fulfilment::Span;
use domain::ids::FacilityId;
use domain::org::{Level, Territory, lies_in};
use domain::policy::{Action, Scope};
use domain::time::Date;
use serde::Serialize;
use store::Read;
use store::facility::{FacilityFilter, FacilityRecord};
use utoipa::ToSchema;

use super::{READ, facilities};
use crate::road::pump::WaterOffRoad;
use crate::view::Named;
use crate::{App, Caller, Result};

/// A point that does not count, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WaterLeftOut {
    pub facility: Named,
    /// `stage`, `unchecked`, `dry`, `lift`, `standing`, `unmeasured`, `same_water` or `no_source`.
    pub code: String,
    pub why: String,
}

/// The water of a village today, or of what is recorded of the town itself.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct VillageWater {
    /// Without id or name for what is recorded of no village.
    pub village: Named,
    /// Stored. Units: m³.
    pub usable_m3: f64,
    /// Flowing. Units: L/s.
    pub flow_l_s: f64,
    /// How many points count.
    pub good: usize,
    pub left_out: Vec<WaterLeftOut>,
}

/// The town's water today.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TownWater {
    pub villages: Vec<VillageWater>,
    /// Points that count and that some vehicle does not get beside: its water is not brought from there.
    pub off_road: Vec<WaterOffRoad>,
    /// Whether roads beside water are taken as in the wet season, as the town's season has it today.
    pub wet: bool,
    /// As high as a pump draws, until the town confirms it. Units: metres.
    pub lift_limit_m: u32,
}

/// What a break cuts off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Break {
    pub facility: Named,
    pub isolates: Vec<Named>,
}

/// The pipes of the town today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PipeNetwork {
    /// How many facilities are part of it.
    pub nodes: usize,
    /// Pipes, pools, tanks and pump houses no source reaches.
    pub cut_off: Vec<Named>,
    /// Those whose break cuts others off, most first.
    pub breaks: Vec<Break>,
}

/// The network as it is today, and what its parts are called.
// Its parts are shown within the scope that is handed in.
pub(super) async fn network(
    read: &mut Read,
    scope: &Scope,
    today: Date,
) -> Result<(Network, BTreeMap<FacilityId, String>)> {
    let classes: Vec<&str> = {
        let kinds = facilities().catalog.kinds().filter(|kind| is_part(&kind.class));
        kinds.map(|kind| kind.class.as_str()).collect()
    };
    let filter = FacilityFilter { classes: Some(classes.join(",")), ..FacilityFilter::default() };
    let found = read.facilities(scope, &filter, None, READ).await?;
    let called = found.iter().map(|one| (one.facility.id.clone(), one.facility.name.clone())).collect();
    let standing = found.into_iter().map(|one| one.facility).filter(|f| f.stage.is_standing());
    let nodes = standing.map(|f| {
        let sound = if f.is_sound() { vec![Span::since(Date::MIN)] } else { broken(today) };
        Node::of(&f, sound)
    });
    Ok((Network::of(nodes.collect()), called))
}

/// It stood before today and does not work now.
fn broken(today: Date) -> Vec<Span> {
    today.pred_opt().map(|eve| Span::between(Date::MIN, eve)).into_iter().collect()
}

fn gives_water(facility: &Facility) -> bool {
    facilities().catalog.kind(&facility.kind).is_some_and(|kind| kind.gives_water)
}

/// What stands of some facilities in a village and gives water; of no village what is recorded of the town itself.
fn giving<'a>(
    all: &'a [FacilityRecord],
    villages: &[&Territory],
    village: Option<&Territory>,
) -> Vec<&'a Facility> {
    let lies =
        |one: &&FacilityRecord| village_of(villages, &one.path).map(|v| &v.code) == village.map(|v| &v.code);
    let own = all.iter().filter(lies).map(|one| &one.facility);
    own.filter(|facility| facility.stage.is_standing() && gives_water(facility)).collect()
}

/// The village a path lies in.
fn village_of<'a>(villages: &[&'a Territory], path: &str) -> Option<&'a Territory> {
    villages.iter().copied().find(|village| lies_in(path, &village.path))
}

/// Which of some facilities share a water.
pub(crate) fn waters(all: &[FacilityRecord]) -> Waters {
    Waters::of(all.iter().map(|one| &one.facility).filter(|f| f.stage.is_standing()))
}

/// Why the water of a facility does not count today, by the very sum of its village; none where it does.
// What else is there is read within the scope that is handed in.
pub(super) async fn left_out(
    read: &mut Read,
    scope: &Scope,
    record: &FacilityRecord,
    today: Date,
) -> Result<Option<Why>> {
    let limit = f64::from(facilities().lift_limit_m);
    let all = read.facilities(scope, &FacilityFilter::default(), None, READ).await?;
    let waters = waters(&all);
    if let Err(why) = waters.counts(&record.facility, today, limit) {
        return Ok(Some(why));
    }
    let territories = read.open_territories().await?;
    let villages: Vec<&Territory> =
        territories.iter().map(|one| &one.territory).filter(|t| t.level == Level::Village).collect();
    let own = giving(&all, &villages, village_of(&villages, &record.path));
    let total = sum(&own, &waters, today, limit);
    Ok(total.left_out.into_iter().find(|(id, _)| *id == record.facility.id).map(|(_, why)| why))
}

impl App {
    /// How much water counts in each village today, and what does not.
    pub async fn facility_water(&self, caller: &Caller) -> Result<TownWater> {
        let scope = caller.scope(Action::FacilityRead)?;
        let today = self.now().date();
        let limit = facilities().lift_limit_m;
        let mut read = self.db.read(&self.town).await?;
        // Which points share a water is told by pipes too.
        let all = read.facilities(&scope, &FacilityFilter::default(), None, READ).await?;
        let waters = waters(&all);
        let mut territories = read.open_territories().await?;
        territories.sort_by(|a, b| a.territory.path.cmp(&b.territory.path));
        let villages: Vec<&Territory> =
            territories.iter().map(|one| &one.territory).filter(|t| t.level == Level::Village).collect();
        let of = |village: Option<&Territory>| {
            let own = giving(&all, &villages, village);
            let name = |id: &FacilityId| {
                let known = own.iter().find(|one| one.id == *id);
                Named::new(id.as_str(), known.map_or("", |one| one.name.as_str()))
            };
            let total = sum(&own, &waters, today, f64::from(limit));
            let left_out = total.left_out.iter().map(|(id, why)| WaterLeftOut {
                facility: name(id),
                code: why.code().to_owned(),
                why: why.sentence(),
            });
            VillageWater {
                village: village.map_or_else(
                    || Named::new("", ""),
                    |village| Named::new(village.code.as_str(), village.name.as_str()),
                ),
                usable_m3: total.usable_m3,
                flow_l_s: total.flow_l_s,
                good: total.good.len(),
                left_out: left_out.collect(),
            }
        };
        let rows = villages.iter().map(|village| of(Some(*village))).chain([of(None)]);
        // What is recorded of no village has a row where there is any.
        let told =
            |row: &VillageWater| !row.village.id.is_empty() || row.good > 0 || !row.left_out.is_empty();
        let villages = rows.filter(told).collect();
        let counted =
            |one: &Facility| gives_water(one) && waters.counts(one, today, f64::from(limit)).is_ok();
        let good = all.into_iter().map(|one| one.facility).filter(counted).collect();
        drop(read);
        let (off_road, wet) = self.water_off_road(good).await?;
        Ok(TownWater { villages, off_road, wet, lift_limit_m: limit })
    }

    /// What no source reaches, and what one break cuts off, by name.
    pub async fn facility_network(&self, caller: &Caller) -> Result<PipeNetwork> {
        let scope = caller.scope(Action::FacilityRead)?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let (net, called) = network(&mut read, &scope, today).await?;
        let name = |id: &FacilityId| Named::new(id.as_str(), called.get(id).map_or("", String::as_str));
        let mut breaks: Vec<Break> = net
            .nodes()
            .iter()
            .map(|node| Break {
                facility: name(&node.id),
                isolates: net.one_break(&node.id, today).into_iter().map(name).collect(),
            })
            .filter(|one| !one.isolates.is_empty())
            .collect();
        breaks.sort_by_key(|one| std::cmp::Reverse(one.isolates.len()));
        Ok(PipeNetwork {
            nodes: net.nodes().len(),
            cut_off: net.cut_off(today).into_iter().map(name).collect(),
            breaks,
        })
    }
}
